/*
 * A maker of things that do nothing but are counted, and the few words in which tests of pools
 * speak. The workshop is told what goes wrong, and says what was done.
 */
#ifndef TESTS_RUNTIME_POOL_FIXTURE_H
#define TESTS_RUNTIME_POOL_FIXTURE_H

#include "support/harness.h"

#include "base/clock.h"
#include "base/error.h"
#include "pool/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct thing {
    calx_pool_entry entry;
    int number;
    atomic_bool lent;
    atomic_bool cut;
    atomic_bool dead;    /* a look finds it so */
    atomic_bool foreign; /* was disowned */
    _Atomic(int64_t) idle_ns;
} thing;

/* What the maker is told to do, and what it saw. */
typedef struct workshop {
    atomic_int made;
    atomic_int alive;
    atomic_int most_alive;
    atomic_int resets;
    atomic_int attempts; /* makes that were begun */
    atomic_int making;   /* under way */
    atomic_int most_making;
    atomic_int peeks;
    atomic_int pings;
    atomic_int failures;     /* this many makes fail from now on */
    atomic_int pause_ms;     /* of each make */
    atomic_int end_pause_ms; /* of each destruction */
    atomic_int ping_status;  /* what pings answer, if not CALX_OK */
    atomic_bool down;        /* makes fail, pings find things dead */
    atomic_bool hurried;
    atomic_bool reset_bad; /* resets answer false */
} workshop;

static inline void pause_ms(int milliseconds)
{
    struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };
    nanosleep(&time, NULL);
}

static inline void raise_most(atomic_int *most, int value)
{
    int seen = atomic_load(most);
    while (value > seen && !atomic_compare_exchange_weak(most, &seen, value))
        ;
}

static inline calx_status make_thing(void *context, int64_t deadline, calx_pool_entry **out_entry,
                                     calx_error *error)
{
    workshop *shop = context;
    (void)deadline;
    atomic_fetch_add(&shop->attempts, 1);
    raise_most(&shop->most_making, atomic_fetch_add(&shop->making, 1) + 1);
    for (int i = 0; i < atomic_load(&shop->pause_ms) && !atomic_load(&shop->hurried); i++)
        pause_ms(1);
    atomic_fetch_sub(&shop->making, 1);
    if (atomic_load(&shop->hurried) || atomic_load(&shop->down))
        return calx_error_set(error, CALX_E_CONNECT, "the workshop is down");
    if (atomic_load(&shop->failures) > 0) {
        atomic_fetch_sub(&shop->failures, 1);
        return calx_error_set(error, CALX_E_CONNECT, "the workshop is closed");
    }
    thing *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return calx_error_set_nomem(error);
    made->number = atomic_fetch_add(&shop->made, 1) + 1;
    raise_most(&shop->most_alive, atomic_fetch_add(&shop->alive, 1) + 1);
    *out_entry = &made->entry;
    return CALX_OK;
}

static inline bool reset_thing(void *context, calx_pool_entry *entry)
{
    workshop *shop = context;
    (void)entry;
    atomic_fetch_add(&shop->resets, 1);
    return !atomic_load(&shop->reset_bad);
}

static inline void destroy_thing(void *context, calx_pool_entry *entry)
{
    workshop *shop = context;
    if (atomic_load(&shop->end_pause_ms) > 0)
        pause_ms(atomic_load(&shop->end_pause_ms));
    atomic_fetch_sub(&shop->alive, 1);
    free(entry);
}

static inline void cut_thing(void *context, calx_pool_entry *entry)
{
    (void)context;
    atomic_store(&((thing *)entry)->cut, true);
}

static inline calx_status look_at_thing(void *context, calx_pool_entry *entry, calx_pool_look how,
                                        int64_t deadline, calx_error *error)
{
    workshop *shop = context;
    (void)deadline;
    atomic_fetch_add(how == CALX_POOL_PING ? &shop->pings : &shop->peeks, 1);
    if (how == CALX_POOL_PING && atomic_load(&shop->ping_status) != CALX_OK)
        return calx_error_set(error, (calx_status)atomic_load(&shop->ping_status), "no answer");
    if (atomic_load(&((thing *)entry)->dead) || (how == CALX_POOL_PING && atomic_load(&shop->down)))
        return calx_error_set(error, CALX_E_DISCONNECT, "it is dead");
    return CALX_OK;
}

static inline int64_t thing_idles_since(void *context, calx_pool_entry *entry)
{
    (void)context;
    return atomic_load(&((thing *)entry)->idle_ns);
}

static inline void disown_thing(void *context, calx_pool_entry *entry)
{
    (void)context;
    atomic_store(&((thing *)entry)->foreign, true);
}

static inline void hurry_things(void *context)
{
    atomic_store(&((workshop *)context)->hurried, true);
}

static inline calx_pool_maker maker_of(workshop *shop)
{
    return (calx_pool_maker){ .context = shop,
                              .make = make_thing,
                              .reset = reset_thing,
                              .destroy = destroy_thing,
                              .cut = cut_thing,
                              .look = look_at_thing,
                              .idle_since = thing_idles_since,
                              .disown = disown_thing,
                              .hurry = hurry_things };
}

/* What all pools here have in common: no wait, no thread, no upkeep. */
static inline calx_pool_options options_of(calx_pool_kind kind, size_t size, long overflow)
{
    return (calx_pool_options){ .kind = kind,
                                .size = size,
                                .max_overflow = overflow,
                                .recycle_ms = -1,
                                .upkeep_period_ms = 30000 };
}

static inline calx_pool *new_pool(workshop *shop, calx_pool_options options)
{
    calx_pool *pool = NULL;
    memset(shop, 0, sizeof(*shop));
    calx_pool_maker maker = maker_of(shop);
    assert_int_equal(calx_pool_new(&options, &maker, &pool), CALX_OK);
    return pool;
}

static inline calx_pool *new_queue(workshop *shop, size_t size, long overflow, int64_t timeout_ms)
{
    calx_pool_options options = options_of(CALX_POOL_QUEUE, size, overflow);
    options.timeout_ms = timeout_ms;
    return new_pool(shop, options);
}

static inline calx_pool_entry *take(calx_pool *pool)
{
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_pool_take(pool, &entry, &error);
    if (status != CALX_OK)
        fail_msg("%s", error.message);
    return entry;
}

static inline int number_of(const calx_pool_entry *entry)
{
    return ((const thing *)entry)->number;
}

static inline calx_engine_state counts_of(calx_pool *pool)
{
    calx_engine_state state;
    calx_pool_status(pool, &state);
    return state;
}

static inline void expect_counts(calx_pool *pool, size_t idle, long overflow, size_t out)
{
    calx_engine_state state = counts_of(pool);
    assert_int_equal(state.idle, idle);
    assert_int_equal(state.overflow, overflow);
    assert_int_equal(state.out, out);
    assert_int_equal(state.connecting, 0);
    assert_int_equal(state.waiting, 0);
}

/* Takes so many, and gives them back in that order. */
static inline void take_and_give(calx_pool *pool, int count)
{
    calx_pool_entry *entries[64];
    assert_true(count <= 64);
    for (int i = 0; i < count; i++)
        entries[i] = take(pool);
    for (int i = 0; i < count; i++)
        calx_pool_give(pool, entries[i]);
}

/* A thread that takes one, keeps it for a while and gives it back. */
typedef struct borrower {
    pthread_t thread;
    calx_pool *pool;
    int hold_ms;
    calx_status status;
    int64_t waited_ns;
    int number;
    int place;
    atomic_int *served;
    char message[512];
} borrower;

static inline void *borrow(void *context)
{
    borrower *self = context;
    calx_pool_entry *entry = NULL;
    calx_error error = CALX_ERROR_INIT;
    int64_t start = calx_clock_monotonic_ns();
    self->status = calx_pool_take(self->pool, &entry, &error);
    self->waited_ns = calx_clock_monotonic_ns() - start;
    if (self->served != NULL)
        self->place = atomic_fetch_add(self->served, 1);
    snprintf(self->message, sizeof(self->message), "%s", error.message);
    calx_error_clear(&error);
    if (self->status != CALX_OK)
        return NULL;
    self->number = number_of(entry);
    if (self->hold_ms > 0)
        pause_ms(self->hold_ms);
    calx_pool_give(self->pool, entry);
    return NULL;
}

static inline void start_borrower(borrower *self, calx_pool *pool, int hold_ms)
{
    *self = (borrower){ .pool = pool, .hold_ms = hold_ms };
    assert_int_equal(pthread_create(&self->thread, NULL, borrow, self), 0);
}

static inline void wait_for_waiting(calx_pool *pool, size_t count)
{
    while (counts_of(pool).waiting < count)
        pause_ms(1);
}

#endif
