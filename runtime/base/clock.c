/*
 * The two clocks, and deadlines that saturate: "none" is the largest reading, so sums that would
 * overflow mean to wait for ever, and comparing needs no special case.
 */
#include "base/clock.h"

enum { NS_PER_US = 1000, NS_PER_MS = 1000 * 1000, NS_PER_S = 1000 * 1000 * 1000 };

int64_t calx_clock_monotonic_ns(void)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t calx_clock_now_us(void)
{
    struct timespec now = { 0, 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 * 1000 + now.tv_nsec / NS_PER_US;
}

int64_t calx_deadline_in_ns(int64_t nanoseconds)
{
    int64_t now = calx_clock_monotonic_ns();
    if (nanoseconds < 0 || nanoseconds > CALX_DEADLINE_NONE - now)
        return CALX_DEADLINE_NONE;
    return now + nanoseconds;
}

int64_t calx_deadline_in_ms(int64_t milliseconds)
{
    if (milliseconds > INT64_MAX / NS_PER_MS)
        return CALX_DEADLINE_NONE;
    return calx_deadline_in_ns(milliseconds < 0 ? -1 : milliseconds * NS_PER_MS);
}

int64_t calx_deadline_left_ns(int64_t deadline)
{
    if (deadline == CALX_DEADLINE_NONE)
        return INT64_MAX;
    int64_t now = calx_clock_monotonic_ns();
    return deadline > now ? deadline - now : 0;
}

int64_t calx_deadline_left_ms(int64_t deadline)
{
    int64_t left = calx_deadline_left_ns(deadline);
    if (left == INT64_MAX)
        return INT64_MAX;
    return left / NS_PER_MS + (left % NS_PER_MS != 0 ? 1 : 0);
}

bool calx_deadline_passed(int64_t deadline)
{
    return calx_deadline_left_ns(deadline) == 0;
}

struct timespec calx_deadline_timespec(int64_t deadline)
{
    return (struct timespec){ .tv_sec = (time_t)(deadline / NS_PER_S),
                              .tv_nsec = (long)(deadline % NS_PER_S) };
}
