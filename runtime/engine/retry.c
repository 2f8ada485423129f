/*
 * Trying again. Transactions that met once would meet again if all of them waited equally long, so
 * each pause is a random part, from a half on, of a bound that doubles. The rule kept: nothing is
 * tried again unless the error says that this is safe, and nobody has asked for it (ENG-097).
 */
#include "engine/retry.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

/* Of two engines that begin in one nanosecond the addresses differ. */
void calx_retry_begin(calx_retry *retry, const calx_settings *settings)
{
    *retry = (calx_retry){
        .left = settings->retries,
        .pause_ms = settings->retry_delay_ms < settings->retry_delay_max_ms
                        ? settings->retry_delay_ms
                        : settings->retry_delay_max_ms,
        .most_ms = settings->retry_delay_max_ms,
        .randomness = (uint64_t)calx_clock_monotonic_ns() ^ (uint64_t)(uintptr_t)retry,
    };
}

/* From a half of the bound to all of it, in nanoseconds. */
static int64_t vary(calx_retry *retry, int64_t bound_ms)
{
    uint64_t bits = retry->randomness + UINT64_C(0x9e3779b97f4a7c15);
    retry->randomness = bits;
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    int64_t half = bound_ms * 500000;
    return half + (half > 0 ? (int64_t)((bits >> 1) % (uint64_t)half) : 0);
}

static void pause_for(int64_t nanoseconds)
{
    struct timespec left = { .tv_sec = (time_t)(nanoseconds / 1000000000),
                             .tv_nsec = (long)(nanoseconds % 1000000000) };
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

bool calx_retry_again(calx_retry *retry, const calx_error *error)
{
    bool helps =
        (error->flags & CALX_ERROR_RETRY) != 0 && (error->flags & CALX_ERROR_OUTCOME_UNKNOWN) == 0;
    if (!helps || retry->left <= 0)
        return false;
    retry->left--;
    retry->again = true;
    pause_for(vary(retry, retry->pause_ms));
    retry->pause_ms = retry->pause_ms < retry->most_ms / 2 ? retry->pause_ms * 2 : retry->most_ms;
    return true;
}
