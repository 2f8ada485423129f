/*
 * What a pool keeps and what it does to it: limits that are none, one that is being asked for a
 * sign of life, upkeep by those who give back, and a loss that many threads find at once.
 */
#include "pool_fixture.h"

static _Atomic(int64_t) test_clock_ns;

static int64_t read_test_clock(void)
{
    return atomic_load(&test_clock_ns);
}

static void pass_ms(int64_t milliseconds)
{
    atomic_fetch_add(&test_clock_ns, milliseconds * 1000000);
}

static calx_pool_options timed(size_t size)
{
    calx_pool_options options = options_of(CALX_POOL_QUEUE, size, 0);
    atomic_store(&test_clock_ns, INT64_C(1000000000000));
    options.clock = read_test_clock;
    return options;
}

static void without_a_limit_nothing_grows_too_old(void **state)
{
    (void)state;
    calx_shows("ENG-107");
    calx_shows("ENG-109");
    workshop shop;
    calx_pool_options options = timed(2);
    options.recycle_ms = -1;
    options.max_lifetime_ms = 0;
    calx_pool *pool = new_pool(&shop, options);
    for (int i = 0; i < 3; i++) {
        calx_pool_entry *entry = take(pool);
        assert_int_equal(number_of(entry), 1);
        calx_pool_give(pool, entry);
        pass_ms(INT64_C(1000) * 60 * 60 * 24 * 365);
        calx_pool_upkeep(pool);
    }
    assert_int_equal(counts_of(pool).closed, 0);
    calx_pool_free(pool);
}

/* A pool whose maker's pings wait until they may go on. */
typedef struct patient {
    workshop shop;
    calx_pool *pool;
    atomic_bool may_answer;
} patient;

static calx_status wait_and_look(void *context, calx_pool_entry *entry, calx_pool_look how,
                                 int64_t deadline, calx_error *error)
{
    patient *self = context;
    calx_status status = look_at_thing(&self->shop, entry, how, deadline, error);
    while (how == CALX_POOL_PING && !atomic_load(&self->may_answer))
        pause_ms(1);
    return status;
}

static void *keep_up(void *context)
{
    calx_pool_upkeep(((patient *)context)->pool);
    return NULL;
}

static void who_is_asked_for_a_sign_of_life_is_lent_to_nobody(void **state)
{
    (void)state;
    calx_shows("ENG-113");
    patient self = { .pool = NULL };
    calx_pool_options options = timed(2);
    options.keepalive_ms = 5000;
    calx_pool_maker maker = maker_of(&self.shop);
    maker.context = &self; /* whose first member is the workshop */
    maker.look = wait_and_look;
    assert_int_equal(calx_pool_new(&options, &maker, &self.pool), CALX_OK);
    calx_pool_entry *asked = take(self.pool);
    calx_pool_entry *other = take(self.pool);
    calx_pool_give(self.pool, asked);
    pass_ms(2000);
    calx_pool_give(self.pool, other);
    pass_ms(3000); /* the first is due */
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_up, &self), 0);
    while (atomic_load(&self.shop.pings) == 0)
        pause_ms(1);
    calx_pool_entry *entry = NULL;
    assert_ptr_equal(take(self.pool), other);
    assert_int_equal(calx_pool_take(self.pool, &entry, NULL), CALX_E_POOL_TIMEOUT);
    assert_int_equal(atomic_load(&self.shop.made), 2); /* and its place is not free */
    atomic_store(&self.may_answer, true);
    pthread_join(thread, NULL);
    assert_ptr_equal(take(self.pool), asked);
    calx_pool_give(self.pool, asked);
    calx_pool_give(self.pool, other);
    calx_pool_free(self.pool);
}

static void whoever_gives_back_does_the_upkeep_once_a_period(void **state)
{
    (void)state;
    calx_shows("ENG-115");
    workshop shop;
    calx_pool_options options = timed(3);
    options.lifo = true;
    options.idle_timeout_ms = 10;
    options.upkeep_period_ms = 1000;
    calx_pool *pool = new_pool(&shop, options);
    take_and_give(pool, 3); /* the first return is a round */
    static const size_t idle[] = { 3, 3, 1, 1 };
    for (int i = 0; i < 4; i++) {
        pass_ms(i == 2 ? 500 : 300); /* idle for too long by now, but the period is not over */
        calx_pool_entry *entry = take(pool);
        calx_pool_give(pool, entry);
        assert_int_equal(counts_of(pool).idle, idle[i]);
    }
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_IDLE], 2);
    calx_pool_free(pool);
}

static void a_null_pool_calls_itself_so(void **state)
{
    (void)state;
    calx_shows("ENG-071");
    workshop shop;
    char line[512];
    calx_pool_options options = options_of(CALX_POOL_NULL, 5, 0);
    options.recycle_ms = 1;
    options.clock = read_test_clock;
    calx_pool *pool = new_pool(&shop, options);
    calx_pool_entry *entry = take(pool);
    pass_ms(1000);
    calx_pool_give(pool, entry); /* it was closed because it came back, and for no other reason */
    assert_int_equal(counts_of(pool).closed_by[CALX_CLOSE_AGE], 0);
    assert_int_equal(counts_of(pool).closed, 1);
    calx_engine_state state_now = counts_of(pool);
    calx_engine_state_describe(&state_now, line, sizeof(line));
    assert_non_null(strstr(line, "null pool"));
    calx_pool_free(pool);
}

/* Threads that find at the same moment that theirs is lost, and take another. */
enum { LOSERS = 15 };

typedef struct loser {
    pthread_t thread;
    calx_pool *pool;
    pthread_barrier_t *barrier;
    calx_status status;
} loser;

static void *lose_and_take_again(void *context)
{
    loser *self = context;
    calx_pool_entry *entry = NULL;
    self->status = calx_pool_take(self->pool, &entry, NULL);
    pthread_barrier_wait(self->barrier); /* each has its own */
    if (self->status == CALX_OK)
        calx_pool_lose(self->pool, entry);
    if (self->status == CALX_OK)
        self->status = calx_pool_take(self->pool, &entry, NULL);
    pthread_barrier_wait(self->barrier);
    if (self->status == CALX_OK)
        calx_pool_give(self->pool, entry);
    return NULL;
}

static void many_who_lose_at_once_cost_one_connection_each(void **state)
{
    (void)state;
    calx_shows("ENG-083");
    workshop shop;
    calx_pool *pool = new_queue(&shop, LOSERS, 0, 60000);
    pthread_barrier_t barrier;
    loser losers[LOSERS];
    pthread_barrier_init(&barrier, NULL, LOSERS);
    for (int i = 0; i < LOSERS; i++) {
        losers[i] = (loser){ .pool = pool, .barrier = &barrier };
        assert_int_equal(pthread_create(&losers[i].thread, NULL, lose_and_take_again, &losers[i]),
                         0);
    }
    for (int i = 0; i < LOSERS; i++) {
        pthread_join(losers[i].thread, NULL);
        assert_int_equal(losers[i].status, CALX_OK);
    }
    assert_int_equal(atomic_load(&shop.made), 2 * LOSERS);
    assert_int_equal(counts_of(pool).closed, LOSERS);
    assert_int_equal(counts_of(pool).idle, LOSERS);
    pthread_barrier_destroy(&barrier);
    calx_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_limit_nothing_grows_too_old),
        cmocka_unit_test(who_is_asked_for_a_sign_of_life_is_lent_to_nobody),
        cmocka_unit_test(whoever_gives_back_does_the_upkeep_once_a_period),
        cmocka_unit_test(a_null_pool_calls_itself_so),
        cmocka_unit_test(many_who_lose_at_once_cost_one_connection_each),
    };
    return CALX_RUN("pool_keeping", tests);
}
