/*
 * The wall clock is none of a pool's business. This program has a clock_gettime() of its own, so
 * that the day can be moved while a pool lives.
 */
#define _GNU_SOURCE 1 /* syscall */
#include "pool_fixture.h"

#include <sys/syscall.h>
#include <unistd.h>

static _Atomic(int64_t) shift_s;

/* In place of the C library's, for the whole program. */
int clock_gettime(clockid_t clock, struct timespec *out)
{
    long answer = syscall(SYS_clock_gettime, clock, out);
    if (clock == CLOCK_REALTIME)
        out->tv_sec += atomic_load(&shift_s);
    return (int)answer;
}

static void a_jump_of_the_wall_clock_does_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-116");
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 3, 0);
    options.recycle_ms = 60000;
    options.max_lifetime_ms = 120000;
    options.idle_timeout_ms = 60000;
    options.timeout_ms = 60000;
    options.peeks = options.pre_ping = true;
    options.ping_after_idle_ms = 60000;
    calx_pool *pool = new_pool(&shop, options);
    static const int64_t jumps_s[] = { 3600, -3600, 7200 };
    int64_t before = calx_clock_now_us();
    take_and_give(pool, 3);
    for (size_t i = 0; i < 3; i++) {
        atomic_store(&shift_s, jumps_s[i]);
        calx_pool_upkeep(pool);
        take_and_give(pool, 3);
        assert_int_equal(atomic_load(&shop.made), 3);
        assert_int_equal(atomic_load(&shop.pings), 0);
        assert_int_equal(counts_of(pool).closed, 0);
    }
    assert_true(calx_clock_now_us() - before >= INT64_C(7200000000)); /* it did jump */
    borrower waiting;
    calx_pool_entry *held[3] = { take(pool), take(pool), take(pool) };
    start_borrower(&waiting, pool, 0);
    wait_for_waiting(pool, 1);
    atomic_store(&shift_s, 360000);
    pause_ms(20);
    assert_int_equal(counts_of(pool).waiting, 1); /* its time has not come */
    for (int i = 0; i < 3; i++)
        calx_pool_give(pool, held[i]);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, CALX_OK);
    calx_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jump_of_the_wall_clock_does_nothing),
    };
    return CALX_RUN("pool_clock", tests);
}
