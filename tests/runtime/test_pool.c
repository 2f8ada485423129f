/*
 * Pools, over a maker that makes nothing but counts: limits, order of arrival, deadlines, and that
 * no slot is ever lost, with many threads. Run under the thread sanitizer as well.
 */
#include "pool_fixture.h"

#include "support/ration.h"

enum { MANY = 40 };

static void a_pool_grows_on_demand_and_keeps_its_size(void **state)
{
    (void)state;
    calx_shows("ENG-053");
    calx_shows("ENG-054");
    calx_shows("ENG-055");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 3, -1, 0);
    calx_pool_entry *entries[6];
    expect_counts(pool, 0, -3, 0);
    for (int i = 0; i < 6; i++) {
        entries[i] = take(pool);
        expect_counts(pool, 0, i - 2, (size_t)i + 1);
    }
    for (int i = 0; i < 3; i++)
        calx_pool_give(pool, entries[i]);
    expect_counts(pool, 3, 3, 3);
    for (int i = 3; i < 6; i++)
        calx_pool_give(pool, entries[i]);
    expect_counts(pool, 3, 0, 0);
    assert_int_equal(atomic_load(&shop.alive), 3);
    calx_pool_free(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);

    pool = new_queue(&shop, 0, 0, 0);
    for (int i = 0; i < 6; i++)
        entries[i] = take(pool);
    expect_counts(pool, 0, 0, 6);
    for (int i = 0; i < 6; i++)
        calx_pool_give(pool, entries[i]);
    expect_counts(pool, 6, 0, 0);
    calx_pool_free(pool);
}

static void idle_ones_go_out_in_the_order_chosen(void **state)
{
    (void)state;
    calx_shows("ENG-066");
    for (int lifo = 0; lifo < 2; lifo++) {
        workshop shop;
        calx_pool_options options = options_of(CALX_POOL_QUEUE, 3, 0);
        options.lifo = lifo == 1;
        calx_pool *pool = new_pool(&shop, options);
        calx_pool_entry *entries[3];
        for (int i = 0; i < 3; i++)
            entries[i] = take(pool);
        for (int i = 0; i < 3; i++)
            calx_pool_give(pool, entries[i]);
        calx_pool_entry *entry = take(pool);
        assert_int_equal(number_of(entry), lifo ? 3 : 1);
        calx_pool_give(pool, entry);
        entry = take(pool);
        assert_int_equal(number_of(entry), lifo ? 3 : 2);
        calx_pool_give(pool, entry);
        calx_pool_free(pool);
    }
}

static void a_wait_is_never_too_short_and_says_why_it_was_in_vain(void **state)
{
    (void)state;
    calx_shows("ENG-056");
    calx_shows("ENG-057");
    static const int64_t timeouts[] = { 0, 20, 130 };
    for (size_t i = 0; i < 3; i++) {
        workshop shop;
        calx_pool *pool = new_queue(&shop, 1, 1, timeouts[i]);
        calx_pool_entry *first = take(pool);
        calx_pool_entry *second = take(pool);
        calx_pool_entry *third = NULL;
        calx_error error = CALX_ERROR_INIT;
        int64_t start = calx_clock_monotonic_ns();
        assert_int_equal(calx_pool_take(pool, &third, &error), CALX_E_POOL_TIMEOUT);
        int64_t passed = calx_clock_monotonic_ns() - start;
        assert_true(passed >= timeouts[i] * 1000000);
        assert_non_null(strstr(error.message, "pool_size 1"));
        assert_non_null(strstr(error.message, "max_overflow 1"));
        assert_non_null(strstr(error.message, "2 out, 0 idle, 0 being made, 0 waiting"));
        char within[32];
        snprintf(within, sizeof(within), "within %d ms", (int)timeouts[i]);
        assert_non_null(strstr(error.message, within));
        assert_null(third);
        calx_engine_state counts;
        calx_pool_status(pool, &counts);
        assert_int_equal(counts.timed_out, 1);
        calx_error_clear(&error);
        calx_pool_give(pool, first);
        calx_pool_give(pool, second);
        calx_pool_free(pool);
    }
}

static void a_failed_make_leaves_the_counters_as_they_were(void **state)
{
    (void)state;
    calx_shows("ENG-059");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 1, 0, 0);
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    atomic_store(&shop.failures, 2);
    assert_int_equal(calx_pool_take(pool, &entry, &error), CALX_E_CONNECT);
    assert_string_equal(error.message, "the workshop is closed");
    expect_counts(pool, 0, -1, 0);
    assert_int_equal(calx_pool_take(pool, &entry, NULL), CALX_E_CONNECT);
    entry = take(pool);
    expect_counts(pool, 0, 0, 1);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
    calx_error_clear(&error);
}

static void what_cannot_be_reset_is_not_kept(void **state)
{
    (void)state;
    calx_shows("ENG-046");
    workshop shop;
    calx_pool *pool = new_queue(&shop, 1, 0, 0);
    calx_pool_entry *entry = take(pool);
    atomic_store(&shop.reset_bad, true);
    calx_pool_give(pool, entry);
    expect_counts(pool, 0, -1, 0);
    assert_int_equal(atomic_load(&shop.alive), 0);
    atomic_store(&shop.reset_bad, false);
    entry = take(pool);
    assert_int_equal(number_of(entry), 2);
    calx_pool_give(pool, entry);
    calx_pool_free(pool);
}

static void old_ones_are_replaced_when_they_are_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-107");
    calx_shows("ENG-084");
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 2, 0);
    options.recycle_ms = 60;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entry = take(pool);
    calx_pool_give(pool, entry);
    entry = take(pool);
    assert_int_equal(number_of(entry), 1);
    calx_pool_give(pool, entry);
    pause_ms(70);
    expect_counts(pool, 1, -1, 0);
    entry = take(pool);
    assert_int_equal(number_of(entry), 2);
    calx_pool_bump(pool);
    calx_pool_give(pool, entry);
    entry = take(pool);
    assert_int_equal(number_of(entry), 3);
    calx_pool_give(pool, entry);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_free(pool);
}

/* A thread that takes one, keeps it a moment and gives it back, again and again. */
typedef struct worker {
    pthread_t thread;
    calx_pool *pool;
    int rounds;
    int hold_ms;
    unsigned seed;
    int failed;
    int64_t shortest_failure_ns;
    bool shared; /* one was in two hands */
} worker;

static void *work(void *context)
{
    worker *self = context;
    self->shortest_failure_ns = INT64_MAX;
    for (int round = 0; round < self->rounds; round++) {
        calx_pool_entry *entry = NULL;
        int64_t start = calx_clock_monotonic_ns();
        if (calx_pool_take(self->pool, &entry, NULL) != CALX_OK) {
            int64_t waited = calx_clock_monotonic_ns() - start;
            if (waited < self->shortest_failure_ns)
                self->shortest_failure_ns = waited;
            self->failed++;
            continue;
        }
        if (atomic_exchange(&((thing *)entry)->lent, true))
            self->shared = true;
        if (self->hold_ms > 0)
            pause_ms(self->hold_ms);
        self->seed = self->seed * 1664525u + 1013904223u;
        atomic_store(&((thing *)entry)->lent, false);
        if (self->seed >> 24 < 8)
            calx_pool_discard(self->pool, entry);
        else
            calx_pool_give(self->pool, entry);
    }
    return NULL;
}

static void run_workers(worker *workers, size_t count, calx_pool *pool, int rounds, int hold_ms)
{
    for (size_t i = 0; i < count; i++) {
        workers[i] = (worker){ .pool = pool, .rounds = rounds, .hold_ms = hold_ms };
        workers[i].seed = (unsigned)i * 7919u;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_false(workers[i].shared);
    }
}

static void forty_threads_never_exceed_the_limit(void **state)
{
    (void)state;
    calx_shows("ENG-042");
    calx_shows("ENG-052");
    calx_shows("ENG-061");
    workshop shop;
    worker workers[MANY];
    calx_pool *pool = new_queue(&shop, 3, 2, -1);
    run_workers(workers, MANY, pool, 300, 0);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(workers[i].failed, 0);
    assert_true(atomic_load(&shop.most_alive) <= 5);
    calx_engine_state counts;
    calx_pool_status(pool, &counts);
    assert_int_equal(counts.out + counts.waiting + counts.connecting, 0);
    assert_true(counts.idle <= 3);
    assert_int_equal(counts.acquired, MANY * 300);
    assert_int_equal(counts.created - counts.closed, counts.idle);
    calx_pool_free(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);
}

static void losers_wait_their_whole_time_and_nothing_is_lost(void **state)
{
    (void)state;
    calx_shows("ENG-058");
    calx_shows("ENG-064");
    workshop shop;
    worker workers[MANY];
    calx_pool *pool = new_queue(&shop, 2, 1, 3);
    run_workers(workers, MANY, pool, 40, 1);
    int failed = 0;
    for (size_t i = 0; i < MANY; i++) {
        failed += workers[i].failed;
        assert_true(workers[i].shortest_failure_ns >= 3000000);
    }
    assert_true(failed > 0);
    calx_engine_state counts;
    calx_pool_status(pool, &counts);
    assert_int_equal(counts.timed_out, failed);
    assert_int_equal(counts.acquired, MANY * 40 - failed);
    assert_int_equal(counts.out + counts.waiting + counts.connecting, 0);
    assert_int_equal((int)counts.idle, atomic_load(&shop.alive));
    calx_pool_free(pool);
}

/* Threads that queue up one after the other, and note who was served when. */
typedef struct queue_test {
    calx_pool *pool;
    atomic_int served;
} queue_test;

typedef struct queuer {
    pthread_t thread;
    queue_test *test;
    int place;
    calx_status status;
} queuer;

static void *queue_up(void *context)
{
    queuer *self = context;
    calx_pool_entry *entry = NULL;
    self->status = calx_pool_take(self->test->pool, &entry, NULL);
    self->place = atomic_fetch_add(&self->test->served, 1);
    if (self->status == CALX_OK)
        calx_pool_give(self->test->pool, entry);
    return NULL;
}

static void wait_for_waiters(calx_pool *pool, size_t count)
{
    calx_engine_state counts;
    do {
        calx_pool_status(pool, &counts);
    } while (counts.waiting < count);
}

static void start_queuers(queue_test *test, queuer *queuers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        queuers[i] = (queuer){ .test = test, .place = -1 };
        assert_int_equal(pthread_create(&queuers[i].thread, NULL, queue_up, &queuers[i]), 0);
        wait_for_waiters(test->pool, i + 1);
    }
}

static void waiters_are_served_in_the_order_they_came(void **state)
{
    (void)state;
    calx_shows("ENG-062");
    workshop shop;
    queuer queuers[MANY];
    queue_test test = { .pool = new_queue(&shop, 1, 0, -1) };
    calx_pool_entry *held = take(test.pool);
    start_queuers(&test, queuers, MANY);
    calx_pool_give(test.pool, held);
    for (int i = 0; i < MANY; i++) {
        pthread_join(queuers[i].thread, NULL);
        assert_int_equal(queuers[i].status, CALX_OK);
        assert_int_equal(queuers[i].place, i);
    }
    assert_int_equal(atomic_load(&shop.made), 1);
    calx_pool_free(test.pool);
}

static void a_place_that_falls_free_goes_to_the_oldest_waiter(void **state)
{
    (void)state;
    calx_shows("ENG-061");
    calx_shows("ENG-059");
    workshop shop;
    queuer queuers[3];
    queue_test test = { .pool = new_queue(&shop, 1, 0, -1) };
    calx_pool_entry *held = take(test.pool);
    start_queuers(&test, queuers, 3);
    atomic_store(&shop.failures, 1);
    calx_pool_discard(test.pool, held);
    for (int i = 0; i < 3; i++)
        pthread_join(queuers[i].thread, NULL);
    assert_int_equal(queuers[0].status, CALX_E_CONNECT);
    assert_int_equal(queuers[1].status, CALX_OK);
    assert_int_equal(queuers[2].status, CALX_OK);
    assert_int_equal(atomic_load(&shop.made), 2);
    expect_counts(test.pool, 1, 0, 0);
    calx_pool_free(test.pool);
}

static void detaching_and_disposing_free_places_for_waiters(void **state)
{
    (void)state;
    calx_shows("ENG-049");
    calx_shows("ENG-039");
    workshop shop;
    queuer queuers[1];
    queue_test test = { .pool = new_queue(&shop, 1, 0, -1) };
    calx_pool_entry *own = take(test.pool);
    start_queuers(&test, queuers, 1);
    assert_true(calx_pool_detach(test.pool, own));
    pthread_join(queuers[0].thread, NULL);
    assert_int_equal(queuers[0].status, CALX_OK);
    calx_pool_discard(test.pool, own);
    calx_pool_entry *held = take(test.pool);
    start_queuers(&test, queuers, 1);
    calx_pool_dispose(test.pool);
    pthread_join(queuers[0].thread, NULL);
    assert_int_equal(queuers[0].status, CALX_OK);
    expect_counts(test.pool, 1, 0, 0);
    calx_pool_give(test.pool, held);
    expect_counts(test.pool, 1, 0, 0);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_free(test.pool);
}

static void a_slow_make_holds_up_nobody_else(void **state)
{
    (void)state;
    calx_shows("ENG-060");
    workshop shop;
    queuer slow[1];
    queue_test test = { .pool = new_queue(&shop, 2, 0, -1) };
    calx_pool_entry *entry = take(test.pool);
    calx_pool_entry *other = take(test.pool);
    calx_pool_give(test.pool, entry);
    calx_pool_discard(test.pool, other);
    entry = take(test.pool);
    atomic_store(&shop.pause_ms, 300);
    slow[0] = (queuer){ .test = &test };
    pthread_create(&slow[0].thread, NULL, queue_up, &slow[0]);
    calx_engine_state counts;
    do {
        calx_pool_status(test.pool, &counts);
    } while (counts.connecting == 0);
    int64_t start = calx_clock_monotonic_ns();
    calx_pool_give(test.pool, entry);
    entry = take(test.pool);
    assert_true(calx_clock_monotonic_ns() - start < 200000000);
    calx_pool_give(test.pool, entry);
    pthread_join(slow[0].thread, NULL);
    calx_pool_free(test.pool);
}

static void a_vain_wait_tells_of_the_last_failure(void **state)
{
    (void)state;
    calx_shows("ENG-056");
    workshop shop;
    queuer slow = { .place = -1 };
    queue_test test = { .pool = new_queue(&shop, 1, 1, 20) };
    calx_pool_entry *held = take(test.pool);
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_engine_state counts;
    atomic_store(&shop.failures, 2);
    assert_int_equal(calx_pool_take(test.pool, &entry, NULL), CALX_E_CONNECT);
    pause_ms(15); /* until the next attempt may be made */
    atomic_store(&shop.pause_ms, 300);
    slow.test = &test;
    assert_int_equal(pthread_create(&slow.thread, NULL, queue_up, &slow), 0);
    do {
        calx_pool_status(test.pool, &counts);
    } while (counts.connecting == 0);
    assert_int_equal(calx_pool_take(test.pool, &entry, &error), CALX_E_POOL_TIMEOUT);
    assert_non_null(strstr(error.message, "1 out, 0 idle, 1 being made"));
    assert_non_null(strstr(error.message, "failed: the workshop is closed"));
    pthread_join(slow.thread, NULL);
    assert_int_equal(slow.status, CALX_E_CONNECT);
    calx_error_clear(&error);
    calx_pool_give(test.pool, held);
    calx_pool_free(test.pool);
}

static void a_shut_down_pool_sends_everybody_away(void **state)
{
    (void)state;
    calx_shows("ENG-041");
    workshop shop;
    queuer queuers[3];
    queue_test test = { .pool = new_queue(&shop, 1, 0, -1) };
    calx_pool_entry *held = take(test.pool);
    start_queuers(&test, queuers, 3);
    assert_int_equal(calx_pool_shutdown(test.pool, calx_deadline_in_ms(20)), 1);
    for (int i = 0; i < 3; i++) {
        pthread_join(queuers[i].thread, NULL);
        assert_int_equal(queuers[i].status, CALX_E_POOL_CLOSED);
    }
    assert_true(atomic_load(&((thing *)held)->cut));
    calx_pool_entry *entry = NULL;
    assert_int_equal(calx_pool_take(test.pool, &entry, NULL), CALX_E_POOL_CLOSED);
    calx_pool_give(test.pool, held);
    assert_int_equal(atomic_load(&shop.alive), 0);
    assert_int_equal(calx_pool_shutdown(test.pool, calx_deadline_in_ms(20)), 0);
    calx_pool_free(test.pool);
}

/* A thread that keeps what it was given for a moment. */
typedef struct keeper {
    calx_pool *pool;
    calx_pool_entry *entry;
} keeper;

static void *give_later(void *context)
{
    keeper *self = context;
    pause_ms(30);
    calx_pool_give(self->pool, self->entry);
    return NULL;
}

static void a_shutdown_waits_for_what_comes_back(void **state)
{
    (void)state;
    calx_shows("ENG-041");
    workshop shop;
    keeper late = { .pool = new_queue(&shop, 1, 0, -1) };
    pthread_t thread;
    late.entry = take(late.pool);
    assert_int_equal(pthread_create(&thread, NULL, give_later, &late), 0);
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_pool_shutdown(late.pool, calx_deadline_in_ms(20000)), 0);
    assert_true(calx_clock_monotonic_ns() - start < 10000 * INT64_C(1000000));
    assert_int_equal(atomic_load(&shop.alive), 0);
    pthread_join(thread, NULL);
    calx_pool_free(late.pool);
}

static calx_pool *new_thread_pool(workshop *shop)
{
    calx_pool_options options = options_of(CALX_POOL_THREAD, 1, 0);
    return new_pool(shop, options);
}

static void a_thread_shares_its_entry_with_itself_only(void **state)
{
    (void)state;
    calx_shows("ENG-073");
    workshop shop;
    calx_pool *pool = new_thread_pool(&shop);
    calx_pool_entry *outer = take(pool);
    calx_pool_entry *inner = take(pool);
    assert_ptr_equal(outer, inner);
    calx_pool_give(pool, inner);
    assert_int_equal(atomic_load(&shop.resets), 0);
    calx_pool_give(pool, outer);
    assert_int_equal(atomic_load(&shop.resets), 1);
    expect_counts(pool, 1, 0, 0);
    outer = take(pool);
    inner = take(pool);
    assert_false(calx_pool_detach(pool, outer));
    calx_pool_discard(pool, inner);
    assert_int_equal(atomic_load(&shop.alive), 1);
    inner = take(pool);
    assert_ptr_not_equal(outer, inner);
    calx_pool_give(pool, outer);
    assert_int_equal(atomic_load(&shop.alive), 1);
    assert_true(calx_pool_detach(pool, inner));
    calx_pool_discard(pool, inner);
    expect_counts(pool, 0, -1, 0);
    calx_pool_free(pool);
}

static void *take_and_leave(void *context)
{
    calx_pool *pool = context;
    calx_pool_entry *entry = take(pool);
    calx_pool_give(pool, entry);
    return NULL;
}

/* Never gives it back: the thread's end must leave it to its owner. */
static void *take_and_carry_off(void *context)
{
    return take(context);
}

static void threads_close_their_own_entry_and_no_other(void **state)
{
    (void)state;
    calx_shows("ENG-074");
    workshop shop;
    calx_pool *pool = new_thread_pool(&shop);
    calx_pool_entry *mine = take(pool);
    calx_pool_give(pool, mine);
    pthread_t threads[MANY];
    for (int i = 0; i < MANY; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_leave, pool), 0);
    for (int i = 0; i < MANY; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&shop.alive), 1);
    assert_ptr_equal(take(pool), mine);
    calx_pool_give(pool, mine);
    pthread_t thief;
    void *carried = NULL;
    assert_int_equal(pthread_create(&thief, NULL, take_and_carry_off, pool), 0);
    pthread_join(thief, &carried);
    assert_int_equal(atomic_load(&shop.alive), 2);
    calx_pool_give(pool, carried);
    assert_int_equal(atomic_load(&shop.alive), 1);
    calx_pool_dispose(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);
    calx_pool_free(pool);
}

typedef struct gate {
    calx_pool *pool;
    atomic_int inside;
    atomic_bool open;
} gate;

static void *take_and_wait(void *context)
{
    gate *self = context;
    take_and_leave(self->pool);
    atomic_fetch_add(&self->inside, 1);
    while (!atomic_load(&self->open))
        pause_ms(1);
    return NULL;
}

static void a_thread_pool_may_be_freed_while_its_threads_live_or_end(void **state)
{
    (void)state;
    calx_shows("ENG-074");
    for (int early = 0; early < 2; early++) {
        workshop shop;
        gate self = { .pool = new_thread_pool(&shop) };
        pthread_t threads[8];
        for (int i = 0; i < 8; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, take_and_wait, &self), 0);
        while (atomic_load(&self.inside) < 8)
            pause_ms(1);
        if (early)
            atomic_store(&self.open, true);
        calx_pool_free(self.pool);
        assert_int_equal(atomic_load(&shop.alive), 0);
        atomic_store(&self.open, true);
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
    }
}

static calx_status use_pool(calx_pool_kind kind)
{
    workshop shop = { 0 };
    calx_pool *pool = NULL;
    calx_pool_entry *entry = NULL;
    calx_pool_options options = options_of(kind, 1, 0);
    calx_pool_maker maker = maker_of(&shop);
    calx_status status = calx_pool_new(&options, &maker, &pool);
    if (status == CALX_OK)
        status = calx_pool_take(pool, &entry, NULL);
    if (status == CALX_OK)
        calx_pool_give(pool, entry);
    calx_pool_free(pool);
    assert_int_equal(atomic_load(&shop.alive), 0);
    return status;
}

static void missing_memory_is_survived(void **state)
{
    (void)state;
    for (int kind = CALX_POOL_QUEUE; kind <= CALX_POOL_ASSERTION; kind++) {
        calx_status status = CALX_E_NOMEM;
        for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
            ration account;
            assert_true(ration_start(&account, allowed));
            status = use_pool((calx_pool_kind)kind);
            assert_int_equal(ration_stop(&account), 0);
        }
        assert_int_equal(status, CALX_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_grows_on_demand_and_keeps_its_size),
        cmocka_unit_test(idle_ones_go_out_in_the_order_chosen),
        cmocka_unit_test(a_wait_is_never_too_short_and_says_why_it_was_in_vain),
        cmocka_unit_test(a_failed_make_leaves_the_counters_as_they_were),
        cmocka_unit_test(what_cannot_be_reset_is_not_kept),
        cmocka_unit_test(old_ones_are_replaced_when_they_are_asked_for),
        cmocka_unit_test(forty_threads_never_exceed_the_limit),
        cmocka_unit_test(losers_wait_their_whole_time_and_nothing_is_lost),
        cmocka_unit_test(waiters_are_served_in_the_order_they_came),
        cmocka_unit_test(a_place_that_falls_free_goes_to_the_oldest_waiter),
        cmocka_unit_test(detaching_and_disposing_free_places_for_waiters),
        cmocka_unit_test(a_slow_make_holds_up_nobody_else),
        cmocka_unit_test(a_vain_wait_tells_of_the_last_failure),
        cmocka_unit_test(a_shut_down_pool_sends_everybody_away),
        cmocka_unit_test(a_shutdown_waits_for_what_comes_back),
        cmocka_unit_test(a_thread_shares_its_entry_with_itself_only),
        cmocka_unit_test(threads_close_their_own_entry_and_no_other),
        cmocka_unit_test(a_thread_pool_may_be_freed_while_its_threads_live_or_end),
        cmocka_unit_test(missing_memory_is_survived),
    };
    return CALX_RUN("pool", tests);
}
