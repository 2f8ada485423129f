/*
 * When the maker is slow, down or full of dead things: one attempt at a time, waits that keep their
 * deadline, whichever comes first, and looks that find the dead before anybody gets them.
 */
#include "pool_fixture.h"

#include "pool/inside.h"

enum { MANY = 50 };

/* Makes things in threads of its own, as for a server. */
static calx_pool_options apart(size_t size, long overflow, int64_t timeout_ms)
{
    calx_pool_options options = options_of(CALX_POOL_QUEUE, size, overflow);
    options.threads = options.makes_apart = true;
    options.timeout_ms = timeout_ms;
    return options;
}

static void a_spike_takes_what_comes_first(void **state)
{
    (void)state;
    calx_shows("ENG-065");
    workshop shop;
    calx_pool *pool = new_pool(&shop, apart(5, 45, 30000));
    assert_int_equal(calx_pool_warm(pool, 5, NULL), CALX_OK);
    atomic_store(&shop.pause_ms, 1500);
    borrower many[MANY];
    int64_t start = calx_clock_monotonic_ns();
    for (int i = 0; i < MANY; i++)
        start_borrower(&many[i], pool, 2);
    for (int i = 0; i < MANY; i++) {
        pthread_join(many[i].thread, NULL);
        assert_int_equal(many[i].status, CALX_OK);
    }
    int64_t passed_ns = calx_clock_monotonic_ns() - start;
    assert_true(passed_ns < 1500000000); /* nobody waited for a new one */
    assert_true(counts_of(pool).connecting <= 5);
    calx_pool_free(pool);
    assert_true(atomic_load(&shop.made) <= 10);
    assert_int_equal(atomic_load(&shop.alive), 0);
}

static void a_deadline_holds_while_the_maker_hangs(void **state)
{
    (void)state;
    calx_shows("ENG-057");
    calx_shows("ENG-060");
    workshop shop;
    calx_pool *pool = new_pool(&shop, apart(3, 0, 80));
    calx_pool_entry *entry = take(pool);
    calx_pool_entry *other = NULL;
    calx_error error = CALX_ERROR_INIT;
    atomic_store(&shop.pause_ms, 60000);
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_pool_take(pool, &other, &error), CALX_E_POOL_TIMEOUT);
    int64_t passed_ns = calx_clock_monotonic_ns() - start;
    assert_true(passed_ns >= 80000000);
    assert_true(passed_ns < INT64_C(10000000000));
    assert_non_null(strstr(error.message, "1 being made"));
    calx_error_clear(&error);
    calx_pool_give(pool, entry);
    take_and_give(pool, 1); /* the others go on */
    start = calx_clock_monotonic_ns();
    calx_pool_free(pool); /* gives up what hangs */
    assert_true(calx_clock_monotonic_ns() - start < INT64_C(10000000000));
    assert_int_equal(atomic_load(&shop.alive), 0);
}

static void the_first_alone_shows_that_the_maker_works(void **state)
{
    (void)state;
    calx_shows("ENG-036");
    for (int threads = 0; threads < 2; threads++) {
        workshop shop;
        calx_pool_options options = apart(8, 0, 30000);
        options.threads = threads == 1;
        calx_pool *pool = new_pool(&shop, options);
        atomic_store(&shop.pause_ms, 20);
        atomic_store(&shop.failures, 1);
        borrower many[8];
        for (int i = 0; i < 8; i++)
            start_borrower(&many[i], pool, 0);
        int failed = 0;
        for (int i = 0; i < 8; i++) {
            pthread_join(many[i].thread, NULL);
            failed += many[i].status == CALX_E_CONNECT;
        }
        assert_int_equal(failed, 1); /* who tried first is told, nothing was kept of it */
        assert_int_equal(counts_of(pool).failed, 1);
        calx_pool_free(pool);
    }
}

static void in_an_outage_one_tries_and_the_others_wait(void **state)
{
    (void)state;
    calx_shows("ENG-093");
    for (int threads = 0; threads < 2; threads++) {
        workshop shop;
        calx_pool_options options = apart(20, 0, 300);
        options.threads = threads == 1;
        calx_pool *pool = new_pool(&shop, options);
        calx_pool_entry *entry = take(pool);
        atomic_store(&shop.down, true);
        atomic_store(&shop.most_making, 0);
        atomic_store(&shop.pause_ms, 2);
        calx_pool_lose(pool, entry);
        int before = atomic_load(&shop.attempts);
        borrower many[40];
        for (int i = 0; i < 40; i++)
            start_borrower(&many[i], pool, 0);
        int late = 0;
        for (int i = 0; i < 40; i++) {
            pthread_join(many[i].thread, NULL);
            if (many[i].status == CALX_E_CONNECT)
                continue;
            late++;
            assert_int_equal(many[i].status, CALX_E_POOL_TIMEOUT);
            assert_true(many[i].waited_ns >= 300000000);
            assert_non_null(strstr(many[i].message, "failed: the workshop is down"));
        }
        /* The time between attempts grows by a quarter, so there are some twelve in 300 ms. */
        int attempts = atomic_load(&shop.attempts) - before;
        assert_true(late > 0);
        assert_in_range(attempts, 2, 20);
        assert_int_equal(atomic_load(&shop.most_making), 1);

        /* Whoever waits when it is over is served at the next attempt. */
        borrower waiting;
        start_borrower(&waiting, pool, 0);
        atomic_store(&shop.down, false);
        pthread_join(waiting.thread, NULL);
        if (waiting.status != CALX_OK) { /* it was its turn to try just before */
            start_borrower(&waiting, pool, 0);
            pthread_join(waiting.thread, NULL);
        }
        assert_int_equal(waiting.status, CALX_OK);
        calx_pool_free(pool);
        assert_int_equal(atomic_load(&shop.alive), 0);
    }
}

/*
 * Whoever waits is served by what becomes possible while nobody tells it, also when a newcomer
 * finds that out: here the time of the next attempt, and one that is idle.
 */
static void a_newcomer_does_not_overtake_what_it_finds_waiting(void **state)
{
    (void)state;
    calx_shows("ENG-062");
    for (int idle = 0; idle < 2; idle++) {
        workshop shop;
        atomic_int served = 0;
        calx_pool *pool = new_queue(&shop, 1, 0, 20000);
        borrower oldest = { .pool = pool, .served = &served };
        borrower newcomer = { .pool = pool, .served = &served };
        if (idle)
            take_and_give(pool, 1);
        pthread_mutex_lock(&pool->lock);
        pool->paused = idle;
        pool->outage.unproven = true;
        pool->outage.retry_ns = calx_deadline_in_ms(3600000);
        pthread_mutex_unlock(&pool->lock);
        assert_int_equal(pthread_create(&oldest.thread, NULL, borrow, &oldest), 0);
        wait_for_waiting(pool, 1);
        pthread_mutex_lock(&pool->lock);
        pool->paused = false;
        pool->outage.retry_ns = 0;
        pthread_mutex_unlock(&pool->lock);
        borrow(&newcomer);
        pthread_join(oldest.thread, NULL);
        assert_int_equal(oldest.status, CALX_OK);
        assert_int_equal(newcomer.status, CALX_OK);
        assert_int_equal(oldest.place, 0);
        assert_int_equal(newcomer.place, 1);
        assert_int_equal(atomic_load(&shop.made), 1);
        calx_pool_free(pool);
    }
}

static calx_pool_options looking(bool pings)
{
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 5, 0);
    options.timeout_ms = 2000;
    options.peeks = !pings;
    options.pre_ping = pings;
    return options;
}

/* Each failure is an attempt that did not ask whether it was time (timeout 0), so none is waited
 * for.
 */
static void the_time_between_attempts_grows_to_five_seconds(void **state)
{
    (void)state;
    calx_shows("ENG-093");
    enum { FAILURES = 60 };
    const int64_t least_ns = 10000000, most_ns = INT64_C(5000000000);
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 1, 0);
    options.timeout_ms = 0;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entry = NULL;
    int64_t before_ns = 0;
    double shortest = 2, longest = 0;
    atomic_store(&shop.down, true);
    for (int i = 0; i < FAILURES; i++) {
        int64_t start_ns = calx_clock_monotonic_ns();
        assert_int_equal(calx_pool_take(pool, &entry, NULL), CALX_E_CONNECT);
        int64_t end_ns = calx_clock_monotonic_ns();
        const calx_pool_outage *outage = &pool->outage;
        assert_in_range(outage->backoff_ns, least_ns, most_ns);
        assert_true(i == 0 ? outage->backoff_ns == least_ns : outage->backoff_ns >= before_ns);
        assert_true(outage->backoff_ns <= 2 * before_ns || i == 0);
        /* A fifth more or less, told from when it failed. */
        int64_t from_ns = outage->retry_ns - end_ns, to_ns = outage->retry_ns - start_ns;
        assert_true(to_ns >= outage->backoff_ns / 5 * 4);
        assert_true(from_ns <= outage->backoff_ns / 5 * 6);
        double part = (double)from_ns / (double)outage->backoff_ns;
        shortest = part < shortest ? part : shortest;
        longest = part > longest ? part : longest;
        before_ns = outage->backoff_ns;
    }
    assert_true(before_ns == most_ns);
    assert_true(shortest < 0.95 && longest > 1.05); /* not all at the same moment */
    /* What works again ends it. */
    atomic_store(&shop.down, false);
    calx_pool_give(pool, take(pool));
    assert_int_equal(pool->outage.backoff_ns, 0);
    calx_pool_free(pool);
}

static void a_look_finds_the_dead_and_nobody_sees_them(void **state)
{
    (void)state;
    calx_shows("ENG-092");
    workshop shop;
    calx_pool *pool = new_pool(&shop, looking(false));
    calx_pool_entry *entries[5];
    for (int i = 0; i < 5; i++)
        entries[i] = take(pool);
    assert_int_equal(atomic_load(&shop.peeks), 0); /* just made */
    for (int i = 0; i < 5; i++) {
        atomic_store(&((thing *)entries[i])->dead, i < 4);
        calx_pool_give(pool, entries[i]);
    }
    calx_pool_entry *entry = take(pool);
    assert_int_equal(number_of(entry), 5); /* the others were not replaced: this one lives */
    assert_int_equal(atomic_load(&shop.peeks), 5);
    calx_engine_state counts = counts_of(pool);
    assert_int_equal(counts.closed_by[CALX_CLOSE_LOST], 4);
    assert_int_equal(counts.out, 1);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
}

static void a_ping_replaces_what_does_not_answer(void **state)
{
    (void)state;
    calx_shows("ENG-086");
    workshop shop;
    calx_pool *pool = new_pool(&shop, looking(true));
    take_and_give(pool, 3);
    assert_int_equal(atomic_load(&shop.pings), 0);
    calx_pool_entry *entry = take(pool);
    assert_int_equal(atomic_load(&shop.pings), 1);
    calx_pool_give(pool, entry);
    atomic_store(&shop.ping_status, CALX_E_DISCONNECT);
    entry = take(pool);
    assert_int_equal(atomic_load(&shop.pings), 2); /* its loss tells of the others */
    assert_int_equal(number_of(entry), 4);
    calx_pool_give(pool, entry);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_LOST], 1);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_GENERATION], 2);
    calx_pool_free(pool);
}

static void a_ping_while_all_is_down_leaves_the_counts(void **state)
{
    (void)state;
    calx_shows("ENG-087");
    workshop shop;
    calx_pool *pool = new_pool(&shop, looking(true));
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    take_and_give(pool, 2);
    atomic_store(&shop.down, true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(calx_pool_take(pool, &entry, &error), CALX_E_CONNECT);
        expect_counts(pool, 0, -5, 0);
    }
    calx_error_clear(&error);
    atomic_store(&shop.down, false);
    take_and_give(pool, 2);
    expect_counts(pool, 2, -3, 0);
    calx_pool_free(pool);
}

static void a_ping_that_fails_otherwise_is_told(void **state)
{
    (void)state;
    calx_shows("ENG-088");
    workshop shop;
    calx_pool *pool = new_pool(&shop, looking(true));
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    take_and_give(pool, 1);
    atomic_store(&shop.ping_status, CALX_E_PRIVILEGE);
    assert_int_equal(calx_pool_take(pool, &entry, &error), CALX_E_PRIVILEGE);
    assert_string_equal(error.message, "no answer");
    calx_error_clear(&error);
    expect_counts(pool, 0, -5, 0);
    assert_int_equal(atomic_load(&shop.alive), 0);
    calx_pool_free(pool);
}

static _Atomic(int64_t) test_clock_ns;

static int64_t read_test_clock(void)
{
    return atomic_load(&test_clock_ns);
}

static void what_was_just_used_is_not_asked(void **state)
{
    (void)state;
    calx_shows("ENG-091");
    workshop shop;
    calx_pool_options options = looking(true);
    options.ping_after_idle_ms = 500;
    options.clock = read_test_clock;
    calx_pool *pool = new_pool(&shop, options);
    take_and_give(pool, 1);
    atomic_fetch_add(&test_clock_ns, 499999999);
    take_and_give(pool, 1);
    assert_int_equal(atomic_load(&shop.pings), 0);
    atomic_fetch_add(&test_clock_ns, 500000000);
    take_and_give(pool, 1);
    assert_int_equal(atomic_load(&shop.pings), 1);
    calx_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spike_takes_what_comes_first),
        cmocka_unit_test(a_deadline_holds_while_the_maker_hangs),
        cmocka_unit_test(the_first_alone_shows_that_the_maker_works),
        cmocka_unit_test(in_an_outage_one_tries_and_the_others_wait),
        cmocka_unit_test(the_time_between_attempts_grows_to_five_seconds),
        cmocka_unit_test(a_newcomer_does_not_overtake_what_it_finds_waiting),
        cmocka_unit_test(a_look_finds_the_dead_and_nobody_sees_them),
        cmocka_unit_test(a_ping_replaces_what_does_not_answer),
        cmocka_unit_test(a_ping_while_all_is_down_leaves_the_counts),
        cmocka_unit_test(a_ping_that_fails_otherwise_is_told),
        cmocka_unit_test(what_was_just_used_is_not_asked),
    };
    return CALX_RUN("pool_outage", tests);
}
