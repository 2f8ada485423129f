/*
 * How long what is in a pool lives, and what a pool does by itself: ages, idle times, signs of
 * life, refilling, reports. Ages are told by a clock the test moves; rounds of upkeep are asked
 * for, and the thread and the caller that do them otherwise are shown to do the same.
 */
#include "pool_fixture.h"

#include "support/log_sink.h"

#include "base/log.h"

static _Atomic(int64_t) test_clock_ns;

static int64_t read_test_clock(void)
{
    return atomic_load(&test_clock_ns);
}

static void pass_ms(int64_t milliseconds)
{
    atomic_fetch_add(&test_clock_ns, milliseconds * 1000000);
}

/* A queue of some size whose clock stands still until pass_ms(). */
static calx_pool_options timed(size_t size)
{
    calx_pool_options options = options_of(CALX_POOL_QUEUE, size, 0);
    atomic_store(&test_clock_ns, INT64_C(1000000000000));
    options.clock = read_test_clock;
    return options;
}

static void age_is_looked_at_only_at_checkout_unless_it_is_a_lifetime(void **state)
{
    (void)state;
    calx_shows("ENG-107");
    calx_shows("ENG-109");
    workshop shop;
    calx_pool_options options = timed(2);
    options.recycle_ms = 30000;
    calx_pool *pool = new_pool(&shop, options);
    take_and_give(pool, 1);
    pass_ms(29999);
    calx_pool_entry *entry = take(pool);
    assert_int_equal(number_of(entry), 1);
    pass_ms(10000);
    calx_pool_give(pool, entry);
    assert_int_equal(atomic_load(&shop.alive), 1);
    entry = take(pool);
    assert_int_equal(number_of(entry), 2);
    calx_pool_give(pool, entry);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_AGE], 1);
    calx_pool_free(pool);

    options = timed(2);
    options.max_lifetime_ms = 60000;
    pool = new_pool(&shop, options);
    entry = take(pool);
    calx_pool_entry *other = take(pool);
    calx_pool_give(pool, other);
    pass_ms(59999);
    calx_pool_upkeep(pool);
    assert_int_equal(atomic_load(&shop.alive), 2);
    pass_ms(1);
    calx_pool_upkeep(pool); /* the idle one */
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_give(pool, entry); /* the one in use, when it comes back */
    assert_int_equal(atomic_load(&shop.alive), 0);
    entry = take(pool);
    calx_pool_give(pool, entry);
    pass_ms(60000);
    entry = take(pool);
    assert_int_equal(number_of(entry), 4); /* never lent again, without upkeep too */
    calx_pool_give(pool, entry);
    assert_int_equal(atomic_load(&shop.alive), 1);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_AGE], 3);
    calx_pool_free(pool);
}

/* What is too old to be lent is of no use to who waits either: its place is. */
static void who_waits_gets_the_place_of_one_that_is_too_old(void **state)
{
    (void)state;
    calx_shows("ENG-107");
    workshop shop;
    calx_pool_options options = timed(1);
    options.recycle_ms = 30000;
    options.timeout_ms = 20000;
    calx_pool *pool = new_pool(&shop, options);
    borrower waiting;
    calx_pool_entry *entry = take(pool);
    start_borrower(&waiting, pool, 0);
    wait_for_waiting(pool, 1);
    pass_ms(30000);
    calx_pool_give(pool, entry);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, CALX_OK);
    assert_int_equal(waiting.number, 2);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_AGE], 1);

    /* So it is with one that grew old while nobody was served. */
    calx_pool_pause(pool);
    start_borrower(&waiting, pool, 0);
    wait_for_waiting(pool, 1);
    pass_ms(30000);
    calx_pool_resume(pool);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, CALX_OK);
    assert_int_equal(waiting.number, 3);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_AGE], 2);
    calx_pool_free(pool);
}

static int earliest_first(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one;
    int64_t b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

static void those_of_one_age_do_not_end_together(void **state)
{
    (void)state;
    calx_shows("ENG-110");
    enum { COUNT = 100 };
    workshop shop;
    calx_pool_options options = timed(COUNT);
    options.max_lifetime_ms = 60000;
    options.jitter = 0.1;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entries[COUNT];
    int64_t ends[COUNT];
    int64_t born = atomic_load(&test_clock_ns);
    for (int i = 0; i < COUNT; i++) {
        entries[i] = take(pool);
        ends[i] = entries[i]->expires_ns - born;
        assert_true(ends[i] > INT64_C(54000000000) && ends[i] <= INT64_C(60000000000));
    }
    qsort(ends, COUNT, sizeof(ends[0]), earliest_first);
    int most = 0;
    for (int i = 0; i < COUNT; i++) {
        int within = 0;
        for (int j = i; j < COUNT && ends[j] - ends[i] < 1000000000; j++)
            within++;
        most = within > most ? within : most;
    }
    assert_true(most <= 35);
    for (int i = 0; i < COUNT; i++)
        calx_pool_give(pool, entries[i]);
    calx_pool_free(pool);
}

static void a_replacement_that_fails_keeps_the_place(void **state)
{
    (void)state;
    calx_shows("ENG-108");
    workshop shop;
    calx_pool_options options = timed(1);
    options.recycle_ms = 100;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    take_and_give(pool, 1);
    pass_ms(200);
    atomic_store(&shop.failures, 1);
    assert_int_equal(calx_pool_take(pool, &entry, &error), CALX_E_CONNECT);
    calx_error_clear(&error);
    expect_counts(pool, 0, -1, 0);
    take_and_give(pool, 1);
    expect_counts(pool, 1, 0, 0);
    assert_int_equal(atomic_load(&shop.made), 2);
    calx_pool_free(pool);
}

static void what_is_idle_too_long_goes_oldest_first_and_never_early(void **state)
{
    (void)state;
    calx_shows("ENG-112");
    workshop shop;
    calx_pool_options options = timed(4);
    options.lifo = true;
    options.idle_timeout_ms = 10000;
    options.min_idle = 1;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entries[4];
    for (int i = 0; i < 4; i++)
        entries[i] = take(pool);
    for (int i = 0; i < 4; i++) {
        calx_pool_give(pool, entries[i]);
        pass_ms(1000);
    }
    static const size_t left[] = { 4, 3, 2, 1, 1, 1 }; /* after 9999 ms, and each second more */
    pass_ms(5999);
    for (size_t i = 0; i < 6; i++) {
        calx_pool_upkeep(pool);
        assert_int_equal(counts_of(pool).idle, left[i]);
        pass_ms(i == 0 ? 1 : 1000);
    }
    entries[0] = take(pool);
    assert_int_equal(number_of(entries[0]), 4);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_IDLE], 3);
    calx_pool_give(pool, entries[0]);
    calx_pool_free(pool);
}

static void idle_ones_are_asked_for_a_sign_of_life(void **state)
{
    (void)state;
    calx_shows("ENG-113");
    workshop shop;
    calx_pool_options options = timed(2);
    options.keepalive_ms = 5000;
    options.min_idle = 2;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *one = take(pool);
    calx_pool_entry *other = take(pool);
    calx_pool_give(pool, one);
    pass_ms(2000);
    calx_pool_give(pool, other);
    int before = atomic_load(&shop.pings);
    pass_ms(2999);
    calx_pool_upkeep(pool);
    assert_int_equal(atomic_load(&shop.pings), before);
    pass_ms(1);
    calx_pool_upkeep(pool);
    assert_int_equal(atomic_load(&shop.pings), before + 1);
    assert_int_equal(number_of(take(pool)), 1); /* its turn did not change */
    calx_pool_give(pool, one);
    atomic_store(&((thing *)other)->dead, true);
    pass_ms(2000);
    calx_pool_upkeep(pool); /* found dead, and replaced */
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_LOST], 1);
    assert_int_equal(counts_of(pool).idle, 2);
    assert_int_equal(atomic_load(&shop.made), 3);
    calx_pool_free(pool);
}

/* Waits for so many idle, half a second at most. */
static bool has_idle_soon(calx_pool *pool, size_t count)
{
    int64_t deadline = calx_deadline_in_ms(500);
    while (counts_of(pool).idle < count && !calx_deadline_passed(deadline))
        pause_ms(1);
    return counts_of(pool).idle >= count;
}

static void enough_stay_idle_while_the_maker_works(void **state)
{
    (void)state;
    calx_shows("ENG-111");
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 4, 0);
    options.threads = options.makes_apart = true;
    options.min_idle = 3;
    options.timeout_ms = 5000;
    calx_pool *pool = new_pool(&shop, options);
    assert_int_equal(calx_pool_warm(pool, 3, NULL), CALX_OK);
    assert_int_equal(counts_of(pool).idle, 3);
    calx_pool_entry *lost = take(pool);
    assert_true(has_idle_soon(pool, 3));
    calx_pool_discard(pool, lost);
    calx_pool_entry *held[2] = { take(pool), take(pool) };
    assert_true(has_idle_soon(pool, 2)); /* the cap is four */
    pause_ms(5);
    assert_true(atomic_load(&shop.most_alive) <= 4);
    atomic_store(&shop.down, true);
    calx_pool_discard(pool, held[0]);
    calx_pool_discard(pool, held[1]);
    pause_ms(100);
    /* One at a time, and fewer and fewer: not a storm while nobody answers. */
    assert_true(atomic_load(&shop.attempts) < atomic_load(&shop.made) + 10);
    atomic_store(&shop.down, false);
    assert_true(has_idle_soon(pool, 3));
    assert_true(atomic_load(&shop.most_alive) <= 4);
    calx_pool_free(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);
}

/* The same day in the life of a pool, with its thread and without. */
/* A log function that disposes of the pool as soon as something was made, once. */
typedef struct disposer {
    calx_pool *pool;
    bool done;
} disposer;

static void dispose_once(void *context, calx_log_level level, const char *logger, const char *text)
{
    disposer *self = context;
    (void)level;
    (void)logger;
    if (self->done || strstr(text, "created") == NULL)
        return;
    self->done = true;
    calx_pool_dispose(self->pool);
}

static void what_is_made_while_the_pool_is_disposed_of_is_not_kept(void **state)
{
    (void)state;
    calx_shows("ENG-039");
    workshop shop;
    disposer self = { NULL, false };
    calx_logger logger = { dispose_once, &self, CALX_LOG_DEBUG, "pool" };
    calx_pool_options options = timed(1);
    options.logger = &logger;
    calx_pool *pool = new_pool(&shop, options);
    self.pool = pool;
    assert_int_equal(calx_pool_warm(pool, 1, NULL), CALX_OK);
    assert_true(self.done);
    expect_counts(pool, 1, 0, 0);
    assert_int_equal(atomic_load(&shop.alive), 1);
    assert_int_equal(counts_of(pool).closed, 1);
    calx_pool_entry *entry = take(pool);
    calx_pool_entry *other = NULL;
    assert_int_equal(number_of(entry), 2);
    assert_int_equal(calx_pool_take(pool, &other, NULL), CALX_E_POOL_TIMEOUT); /* one place */
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
}

static void live_a_day(bool threads, calx_engine_state *out)
{
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 3, 0);
    options.threads = threads;
    options.timeout_ms = 5000;
    options.lifo = true;
    options.idle_timeout_ms = 40;
    options.max_lifetime_ms = 60000;
    options.upkeep_period_ms = 20;
    calx_pool *pool = new_pool(&shop, options);
    take_and_give(pool, 3);
    for (int i = 0; i < 12; i++) {
        calx_pool_entry *entry = take(pool);
        pause_ms(10); /* one is always in use, the others are not */
        calx_pool_give(pool, entry);
    }
    calx_pool_status(pool, out);
    calx_pool_free(pool);
}

static void upkeep_is_the_same_with_and_without_a_thread(void **state)
{
    (void)state;
    calx_shows("ENG-115");
    calx_engine_state with, without;
    live_a_day(true, &with);
    live_a_day(false, &without);
    assert_int_equal(with.closed_by[CALX_CLOSE_IDLE], 2);
    assert_int_equal(without.closed_by[CALX_CLOSE_IDLE], 2);
    assert_int_equal(with.idle, without.idle);
    assert_int_equal(with.created, without.created);
}

static void what_is_held_too_long_is_named_once(void **state)
{
    (void)state;
    calx_shows("ENG-117");
    workshop shop;
    log_sink sink;
    log_sink_init(&sink);
    /* Both lines come without any echo: whoever reads the first waits for the second. */
    calx_logger logger = { log_sink_line, &sink, CALX_LOG_WARNING, "pool" };
    calx_pool_options options = timed(3);
    options.leak_threshold_ms = 2000;
    options.logger = &logger;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *leaked = NULL;
    assert_int_equal(calx_pool_take_at(pool, "billing.c:77", &leaked, NULL), CALX_OK);
    pass_ms(1999);
    take_and_give(pool, 1);
    calx_pool_upkeep(pool);
    assert_int_equal(log_sink_count(&sink, ""), 0);
    pass_ms(1);
    calx_pool_entry *fine = take(pool);
    for (int i = 0; i < 3; i++)
        calx_pool_upkeep(pool);
    assert_int_equal(log_sink_count(&sink, "has been out for 2000 ms"), 1);
    assert_true(log_sink_has(&sink, "connection 1 "));
    assert_true(log_sink_has(&sink, "billing.c:77"));
    assert_true(log_sink_has(&sink, "thread 0x"));
    assert_int_equal(counts_of(pool).out, 2); /* it was taken from nobody */
    pass_ms(500);
    calx_pool_give(pool, fine);
    assert_int_equal(log_sink_count(&sink, "came back"), 0);
    calx_pool_give(pool, leaked);
    assert_int_equal(log_sink_count(&sink, "came back after 2500 ms"), 1);
    assert_int_equal(sink.lines[log_sink_find(&sink, 0, "came back")].level, CALX_LOG_INFO);
    leaked = take(pool);
    pass_ms(2000);
    calx_pool_upkeep(pool); /* another checkout, another report */
    assert_int_equal(log_sink_count(&sink, "has been out"), 2);
    calx_pool_give(pool, leaked);
    calx_pool_free(pool);
    log_sink_clear(&sink);
}

static void a_report_comes_by_itself_when_it_is_due(void **state)
{
    (void)state;
    calx_shows("ENG-117");
    workshop shop;
    log_sink sink;
    log_sink_init(&sink);
    calx_logger logger = { log_sink_line, &sink, CALX_LOG_WARNING, "pool" };
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 3, 0);
    options.threads = true;
    options.leak_threshold_ms = 50;
    options.logger = &logger;
    calx_pool *pool = new_pool(&shop, options);
    take_and_give(pool, 1);
    pause_ms(20);
    int64_t start = calx_clock_monotonic_ns();
    calx_pool_entry *entry = take(pool);
    while (log_sink_count(&sink, "has been out") == 0 &&
           calx_clock_monotonic_ns() - start < INT64_C(5000000000))
        pause_ms(1);
    assert_true(calx_clock_monotonic_ns() - start >= 50000000);
    assert_int_equal(log_sink_count(&sink, "has been out"), 1);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
    log_sink_clear(&sink);
}

static void a_transaction_in_which_nothing_happens_is_reported(void **state)
{
    (void)state;
    calx_shows("ENG-118");
    workshop shop;
    log_sink sink;
    log_sink_init(&sink);
    calx_logger logger = { log_sink_line, &sink, CALX_LOG_WARNING, "pool" };
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 3, 0);
    options.tx_idle_warn_ms = 20;
    options.logger = &logger;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entry = take(pool);
    calx_pool_upkeep(pool);
    assert_int_equal(log_sink_count(&sink, ""), 0);
    atomic_store(&((thing *)entry)->idle_ns, calx_clock_monotonic_ns());
    calx_pool_upkeep(pool);
    assert_int_equal(log_sink_count(&sink, ""), 0);
    pause_ms(25);
    calx_pool_upkeep(pool);
    calx_pool_upkeep(pool);
    assert_int_equal(log_sink_count(&sink, "a transaction open without a statement"), 1);
    atomic_store(&((thing *)entry)->idle_ns, calx_clock_monotonic_ns());
    pause_ms(25);
    calx_pool_upkeep(pool); /* another one */
    assert_int_equal(log_sink_count(&sink, "a transaction open without a statement"), 2);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
    log_sink_clear(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(age_is_looked_at_only_at_checkout_unless_it_is_a_lifetime),
        cmocka_unit_test(who_waits_gets_the_place_of_one_that_is_too_old),
        cmocka_unit_test(those_of_one_age_do_not_end_together),
        cmocka_unit_test(a_replacement_that_fails_keeps_the_place),
        cmocka_unit_test(what_is_idle_too_long_goes_oldest_first_and_never_early),
        cmocka_unit_test(idle_ones_are_asked_for_a_sign_of_life),
        cmocka_unit_test(enough_stay_idle_while_the_maker_works),
        cmocka_unit_test(what_is_made_while_the_pool_is_disposed_of_is_not_kept),
        cmocka_unit_test(upkeep_is_the_same_with_and_without_a_thread),
        cmocka_unit_test(what_is_held_too_long_is_named_once),
        cmocka_unit_test(a_report_comes_by_itself_when_it_is_due),
        cmocka_unit_test(a_transaction_in_which_nothing_happens_is_reported),
    };
    return CALX_RUN("pool_life", tests);
}
