/*
 * The kinds of pool beside the queue, and what a queue can be told: who may wait, when nobody is
 * served, what is replaced. Over a maker that only counts.
 */
#include "pool_fixture.h"

#include "support/log_sink.h"
#include "support/ration.h"

#include "base/log.h"

enum { MANY = 20 };

static void a_null_pool_keeps_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-071");
    workshop shop;
    calx_pool *pool = new_pool(&shop, options_of(CALX_POOL_NULL, 5, 0));
    calx_pool_entry *entries[MANY];
    for (int i = 0; i < MANY; i++)
        entries[i] = take(pool);
    assert_int_equal(counts_of(pool).pool, CALX_POOL_NULL);
    expect_counts(pool, 0, 0, MANY);
    assert_int_equal(atomic_load(&shop.alive), MANY);
    for (int i = 0; i < MANY; i++)
        calx_pool_give(pool, entries[i]);
    assert_int_equal(atomic_load(&shop.alive), 0);
    calx_pool_bump(pool);
    calx_pool_entry *entry = take(pool);
    assert_int_equal(number_of(entry), MANY + 1);
    calx_pool_discard(pool, entry);
    expect_counts(pool, 0, 0, 0);
    calx_pool_free(pool);
}

static void a_static_pool_has_one_for_all_and_replaces_it_when_it_is_lost(void **state)
{
    (void)state;
    calx_shows("ENG-072");
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_STATIC, 5, 10);
    options.timeout_ms = -1;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *outer = take(pool);
    calx_pool_entry *inner = take(pool);
    assert_ptr_equal(outer, inner);
    borrower other;
    start_borrower(&other, pool, 0);
    wait_for_waiting(pool, 1);
    calx_pool_give(pool, inner);
    assert_int_equal(atomic_load(&shop.resets), 0);
    assert_int_equal(counts_of(pool).waiting, 1);
    calx_pool_give(pool, outer);
    pthread_join(other.thread, NULL);
    assert_int_equal(other.status, CALX_OK);
    assert_int_equal(other.number, 1);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_entry *entry = take(pool);
    calx_pool_discard(pool, entry);
    entry = take(pool);
    assert_int_equal(number_of(entry), 2);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);
}

static void an_assertion_pool_refuses_the_second_and_says_where_the_first_is(void **state)
{
    (void)state;
    calx_shows("ENG-075");
    workshop shop;
    calx_pool *pool = new_pool(&shop, options_of(CALX_POOL_ASSERTION, 5, 10));
    calx_pool_entry *first = NULL;
    calx_pool_entry *second = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_pool_take_at(pool, "orders.c:118", &first, NULL), CALX_OK);
    assert_int_equal(calx_pool_take(pool, &second, &error), CALX_E_STATE);
    assert_non_null(strstr(error.message, "orders.c:118"));
    assert_non_null(strstr(error.message, "thread 0x"));
    calx_error_clear(&error);
    calx_pool_give(pool, first);
    take_and_give(pool, 1);
    assert_int_equal(atomic_load(&shop.made), 1);
    calx_pool_free(pool);
}

/* As many wait as may, and the next one is told at once that it is one too many. */
static void wait_at_most(size_t most)
{
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 1, 0);
    options.timeout_ms = 20000;
    options.max_waiters = most;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *held = take(pool);
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    borrower waiting[3];
    assert_true(most <= 3);
    for (size_t i = 0; i < most; i++)
        start_borrower(&waiting[i], pool, 0);
    while (counts_of(pool).waiting < most && counts_of(pool).timed_out == 0)
        pause_ms(1);
    assert_int_equal(counts_of(pool).waiting, most);
    assert_int_equal(calx_pool_take(pool, &entry, &error), CALX_E_POOL_TIMEOUT);
    assert_non_null(strstr(error.message, "pool_max_waiters"));
    assert_int_equal(counts_of(pool).waiting, most);
    calx_error_clear(&error);
    calx_pool_give(pool, held);
    for (size_t i = 0; i < most; i++) {
        pthread_join(waiting[i].thread, NULL);
        assert_int_equal(waiting[i].status, CALX_OK);
    }
    calx_pool_free(pool);
}

static void no_more_wait_than_may(void **state)
{
    (void)state;
    calx_shows("ENG-063");
    for (size_t most = 1; most <= 3; most++)
        wait_at_most(most);
}

static void a_vain_wait_names_who_holds_connections(void **state)
{
    (void)state;
    calx_shows("ENG-056");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 1, 0, 1);
    calx_pool_entry *held = take(pool);
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_pool_take(pool, &entry, &error), CALX_E_POOL_TIMEOUT);
    assert_non_null(strstr(error.message, "held by thread 0x"));
    calx_error_clear(&error);
    calx_pool_give(pool, held);
    calx_pool_free(pool);
}

static void a_paused_pool_serves_in_order_when_it_goes_on(void **state)
{
    (void)state;
    calx_shows("ENG-119");
    enum { WAITING = 5 };
    workshop shop;
    calx_pool *pool = new_queue(&shop, 1, 0, 60000);
    calx_pool_entry *held = take(pool);
    calx_pool_pause(pool);
    assert_true(counts_of(pool).paused);
    atomic_int served = 0;
    borrower waiting[WAITING];
    for (int i = 0; i < WAITING; i++) {
        waiting[i] = (borrower){ .pool = pool, .hold_ms = 2, .served = &served };
        pthread_create(&waiting[i].thread, NULL, borrow, &waiting[i]);
        wait_for_waiting(pool, (size_t)i + 1);
    }
    calx_pool_give(pool, held);
    assert_int_equal(counts_of(pool).waiting, WAITING);
    assert_int_equal(counts_of(pool).idle, 1);
    calx_pool_resume(pool);
    int64_t last_ns = 0;
    for (int i = 0; i < WAITING; i++) {
        pthread_join(waiting[i].thread, NULL);
        assert_int_equal(waiting[i].status, CALX_OK);
        assert_int_equal(waiting[i].place, i);
        last_ns += waiting[i].waited_ns;
    }
    assert_true(last_ns > 0);
    calx_pool_free(pool);

    pool = new_queue(&shop, 1, 0, 20);
    calx_pool_pause(pool);
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_pool_take(pool, &held, &error), CALX_E_POOL_TIMEOUT);
    assert_non_null(strstr(error.message, "paused"));
    calx_error_clear(&error);
    calx_pool_free(pool);
}

static void what_is_returned_twice_is_kept_once(void **state)
{
    (void)state;
    calx_shows("ENG-050");
    workshop shop;
    log_sink sink;
    log_sink_init(&sink);
    calx_logger logger = { log_sink_line, &sink, CALX_LOG_WARNING, "pool" };
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 3, 0);
    options.logger = &logger;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entry = take(pool);
    calx_pool_give(pool, entry);
    assert_int_equal(log_sink_count(&sink, ""), 0);
    calx_pool_give(pool, entry);
    assert_true(log_sink_has(&sink, "returned twice"));
    expect_counts(pool, 1, -2, 0);
    assert_int_equal(atomic_load(&shop.resets), 1);
    calx_pool_free(pool);
    log_sink_clear(&sink);
}

static void one_loss_replaces_each_that_was_there_once(void **state)
{
    (void)state;
    calx_shows("ENG-083");
    calx_shows("ENG-084");
    enum { SIZE = 15 };
    workshop shop;
    calx_pool *pool = new_queue(&shop, SIZE, 0, 1000);
    calx_pool_entry *entries[SIZE];
    for (int i = 0; i < SIZE; i++)
        entries[i] = take(pool);
    for (int i = 0; i < SIZE; i++)
        calx_pool_lose(pool, entries[i]);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_LOST], SIZE);
    take_and_give(pool, SIZE);
    assert_int_equal(atomic_load(&shop.made), 2 * SIZE);
    take_and_give(pool, SIZE);
    assert_int_equal(atomic_load(&shop.made), 2 * SIZE);

    /* One is lost while the others are idle: each of them is replaced when it is next wanted. */
    calx_pool_lose(pool, take(pool));
    assert_int_equal(atomic_load(&shop.alive), SIZE - 1);
    take_and_give(pool, SIZE);
    assert_int_equal(atomic_load(&shop.made), 3 * SIZE);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_GENERATION], SIZE - 1);
    calx_pool_free(pool);
}

static void what_is_doomed_or_refreshed_goes_when_it_comes_back(void **state)
{
    (void)state;
    calx_shows("ENG-085");
    calx_shows("ENG-096");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 3, 0, 0);
    calx_pool_entry *entry = take(pool);
    calx_pool_doom(pool, entry);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_give(pool, entry);
    entry = take(pool);
    assert_int_equal(number_of(entry), 2);

    calx_pool_entry *other = take(pool);
    calx_pool_give(pool, other);
    calx_pool_bump(pool);
    assert_int_equal(atomic_load(&shop.alive), 1); /* the idle one went, the other is in use */
    calx_pool_give(pool, entry);
    assert_int_equal(atomic_load(&shop.alive), 0);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_INVALIDATED], 1);
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_GENERATION], 2);
    calx_pool_free(pool);
}

/* Reads snapshots while others are at work, and adds them up. */
typedef struct sampler {
    calx_pool *pool;
    atomic_bool stop;
    bool wrong;
    size_t most;
} sampler;

static void *sample(void *context)
{
    sampler *self = context;
    while (!atomic_load(&self->stop)) {
        calx_engine_state now = counts_of(self->pool);
        size_t total = now.idle + now.out + now.connecting;
        uint64_t closed = 0;
        for (int i = 0; i < CALX_CLOSE_CAUSES; i++)
            closed += now.closed_by[i];
        self->most = total > self->most ? total : self->most;
        self->wrong = self->wrong || closed != now.closed || now.created < now.closed ||
                      now.created - now.closed > total ||
                      now.overflow != (long)total - (long)now.size;
    }
    return NULL;
}

static void *work_and_lose(void *context)
{
    calx_pool *pool = context;
    for (int i = 0; i < 400; i++) {
        calx_pool_entry *entry = take(pool);
        if (i % 7 == 0)
            calx_pool_discard(pool, entry);
        else
            calx_pool_give(pool, entry);
    }
    return NULL;
}

static void a_snapshot_adds_up_at_any_time(void **state)
{
    (void)state;
    calx_shows("ENG-068");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 3, 2, -1);
    sampler self = { .pool = pool };
    pthread_t watcher;
    pthread_t workers[8];
    pthread_create(&watcher, NULL, sample, &self);
    for (int i = 0; i < 8; i++)
        pthread_create(&workers[i], NULL, work_and_lose, pool);
    for (int i = 0; i < 8; i++)
        pthread_join(workers[i], NULL);
    atomic_store(&self.stop, true);
    pthread_join(watcher, NULL);
    assert_false(self.wrong);
    assert_true(self.most <= 5);
    calx_engine_state last = counts_of(pool);
    uint64_t waits = 0;
    for (int i = 0; i < CALX_WAIT_CLASSES; i++)
        waits += last.waits[i];
    assert_int_equal(waits, last.waited);
    assert_int_equal(last.acquired, 8 * 400);

    char line[512];
    int length = calx_engine_state_describe(&last, line, sizeof(line));
    assert_int_equal(length, strlen(line));
    const char *const order[] = { "queue pool: size 3", "idle", "overflow", "out" };
    const char *at = line;
    for (size_t i = 0; i < 4; i++) {
        at = strstr(at, order[i]);
        assert_non_null(at);
    }
    calx_pool_free(pool);
}

typedef struct keeper {
    calx_pool *pool;
    calx_pool_entry *entry;
} keeper;

static void *give_now(void *context)
{
    keeper *self = context;
    calx_pool_give(self->pool, self->entry);
    return NULL;
}

static void a_slow_end_holds_up_nobody_else(void **state)
{
    (void)state;
    calx_shows("ENG-120");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 2, 0, 1000);
    calx_pool_entry *doomed = take(pool);
    calx_pool_entry *entry = take(pool);
    calx_pool_doom(pool, doomed);
    atomic_store(&shop.end_pause_ms, 500);
    pthread_t thread;
    keeper late = { pool, doomed };
    assert_int_equal(pthread_create(&thread, NULL, give_now, &late), 0);
    while (counts_of(pool).connecting == 0)
        pause_ms(1);
    int64_t quickest_ns = 0;
    for (int i = 0; i < 20; i++) {
        int64_t start = calx_clock_monotonic_ns();
        calx_pool_give(pool, entry);
        entry = take(pool);
        int64_t passed = calx_clock_monotonic_ns() - start;
        quickest_ns = i == 0 || passed < quickest_ns ? passed : quickest_ns;
    }
    assert_true(quickest_ns < 1000000); /* the quickest: others may run on this machine, too */
    assert_int_equal(counts_of(pool).connecting, 1);
    pthread_join(thread, NULL);
    atomic_store(&shop.end_pause_ms, 0);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
}

static calx_status use_pool(calx_pool_kind kind, bool threads)
{
    workshop shop;
    calx_pool *pool = NULL;
    calx_pool_entry *entry = NULL;
    memset(&shop, 0, sizeof(shop));
    calx_pool_options options = options_of(kind, 2, 0);
    options.threads = options.makes_apart = threads;
    options.timeout_ms = 5000;
    options.peeks = options.pre_ping = true;
    options.min_idle = kind == CALX_POOL_QUEUE ? 1 : 0;
    options.leak_threshold_ms = 1000;
    calx_pool_maker maker = maker_of(&shop);
    calx_status status = calx_pool_new(&options, &maker, &pool);
    if (status == CALX_OK && options.min_idle > 0)
        status = calx_pool_warm(pool, 1, NULL);
    for (int i = 0; i < 2 && status == CALX_OK; i++) {
        status = calx_pool_take(pool, &entry, NULL);
        if (status == CALX_OK)
            calx_pool_give(pool, entry);
    }
    calx_pool_free(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);
    return status;
}

static void missing_memory_is_survived_by_every_kind(void **state)
{
    (void)state;
    for (int kind = CALX_POOL_QUEUE; kind <= CALX_POOL_ASSERTION; kind++) {
        for (int threads = 0; threads < 2; threads++) {
            calx_status status = CALX_E_NOMEM;
            for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
                ration account;
                assert_true(ration_start(&account, allowed));
                status = use_pool((calx_pool_kind)kind, threads == 1);
                assert_int_equal(ration_stop(&account), 0);
            }
            assert_int_equal(status, CALX_OK);
        }
    }
}

/* Also for the thread that still has the old one, which it shares no more. */
static void a_static_pool_that_was_disposed_of_lends_a_new_one(void **state)
{
    (void)state;
    calx_shows("ENG-072");
    calx_shows("ENG-039");
    workshop shop;
    calx_pool *pool = new_pool(&shop, options_of(CALX_POOL_STATIC, 1, 0));
    calx_pool_entry *held = take(pool);
    calx_pool_dispose(pool);
    calx_pool_entry *other = take(pool);
    assert_int_equal(number_of(held), 1);
    assert_int_equal(number_of(other), 2);
    calx_pool_give(pool, held);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_give(pool, other);
    assert_int_equal(counts_of(pool).idle, 1);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_null_pool_keeps_nothing),
        cmocka_unit_test(a_static_pool_has_one_for_all_and_replaces_it_when_it_is_lost),
        cmocka_unit_test(an_assertion_pool_refuses_the_second_and_says_where_the_first_is),
        cmocka_unit_test(no_more_wait_than_may),
        cmocka_unit_test(a_vain_wait_names_who_holds_connections),
        cmocka_unit_test(a_paused_pool_serves_in_order_when_it_goes_on),
        cmocka_unit_test(what_is_returned_twice_is_kept_once),
        cmocka_unit_test(one_loss_replaces_each_that_was_there_once),
        cmocka_unit_test(what_is_doomed_or_refreshed_goes_when_it_comes_back),
        cmocka_unit_test(a_snapshot_adds_up_at_any_time),
        cmocka_unit_test(a_slow_end_holds_up_nobody_else),
        cmocka_unit_test(missing_memory_is_survived_by_every_kind),
        cmocka_unit_test(a_static_pool_that_was_disposed_of_lends_a_new_one),
    };
    return CALX_RUN("pool_kinds", tests);
}
