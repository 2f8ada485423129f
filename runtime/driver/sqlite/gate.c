/*
 * The gate of a database's writers. SQLite lets one connection write at a time and has the others
 * sleep and try again, whoever comes first. Here they queue: whoever asked first writes first, and
 * is woken when its turn has come (ENG-147). The rule kept: the turn is handed over under the lock,
 * so no newcomer takes it, and a waiter whose time ran out passes it on.
 */
#include "driver/sqlite/sqlite.h"

#include "base/allocator.h"
#include "base/clock.h"

#include <pthread.h>

typedef struct gate_waiter {
    struct gate_waiter *next;
    pthread_cond_t woken;
    bool granted;
} gate_waiter;

struct calx_sqlite_gate {
    pthread_mutex_t lock;
    bool taken;
    gate_waiter *first;
    gate_waiter *last;
};

calx_sqlite_gate *calx_sqlite_gate_new(void)
{
    calx_sqlite_gate *gate = calx_alloc_zeroed(sizeof(*gate));
    if (gate == NULL || pthread_mutex_init(&gate->lock, NULL) == 0)
        return gate;
    calx_release(gate);
    return NULL;
}

void calx_sqlite_gate_renew(calx_sqlite_gate *gate)
{
    *gate = (calx_sqlite_gate){ .taken = false };
    pthread_mutex_init(&gate->lock, NULL);
}

void calx_sqlite_gate_free(calx_sqlite_gate *gate)
{
    if (gate == NULL)
        return;
    pthread_mutex_destroy(&gate->lock);
    calx_release(gate);
}

static bool init_waiter(gate_waiter *waiter)
{
    pthread_condattr_t attributes;
    *waiter = (gate_waiter){ .granted = false };
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(&waiter->woken, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

static void append_locked(calx_sqlite_gate *gate, gate_waiter *waiter)
{
    if (gate->last != NULL)
        gate->last->next = waiter;
    else
        gate->first = waiter;
    gate->last = waiter;
}

static void remove_locked(calx_sqlite_gate *gate, gate_waiter *waiter)
{
    gate_waiter *before = NULL;
    for (gate_waiter *one = gate->first; one != waiter; one = one->next)
        before = one;
    if (before != NULL)
        before->next = waiter->next;
    else
        gate->first = waiter->next;
    if (gate->last == waiter)
        gate->last = before;
}

static bool wait_locked(calx_sqlite_gate *gate, int64_t timeout_ms)
{
    gate_waiter waiter;
    int64_t deadline = calx_deadline_in_ms(timeout_ms);
    struct timespec until = calx_deadline_timespec(deadline);
    if (timeout_ms <= 0 || !init_waiter(&waiter))
        return false;
    append_locked(gate, &waiter);
    while (!waiter.granted && !calx_deadline_passed(deadline))
        pthread_cond_timedwait(&waiter.woken, &gate->lock, &until);
    if (!waiter.granted)
        remove_locked(gate, &waiter);
    pthread_cond_destroy(&waiter.woken);
    return waiter.granted;
}

bool calx_sqlite_gate_enter(calx_sqlite_gate *gate, int64_t timeout_ms)
{
    pthread_mutex_lock(&gate->lock);
    bool entered = !gate->taken || wait_locked(gate, timeout_ms);
    gate->taken = gate->taken || entered;
    pthread_mutex_unlock(&gate->lock);
    return entered;
}

void calx_sqlite_gate_leave(calx_sqlite_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate_waiter *next = gate->first;
    gate->taken = next != NULL;
    if (next != NULL) {
        remove_locked(gate, next);
        next->granted = true;
        pthread_cond_signal(&next->woken);
    }
    pthread_mutex_unlock(&gate->lock);
}
