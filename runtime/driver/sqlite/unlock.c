/*
 * Waiting for a table of a shared cache. SQLite's busy timeout does not cover these locks, but the
 * library tells when the connection that holds one lets go, if it was built to (ENG-152). The rules
 * kept: no wait is longer than the connection's patience; and where SQLite sees that waiting would
 * never end, there is none.
 */
#include "driver/sqlite/sqlite.h"

#include "base/clock.h"

#include "calx-drivers.h"

#include <pthread.h>

#if CALX_HAVE_UNLOCK_NOTIFY

typedef struct unlock_waiter {
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool unlocked;
} unlock_waiter;

/* In the thread that lets go, with a lock of SQLite's held. */
static void tell(void **waiters, int count)
{
    for (int i = 0; i < count; i++) {
        unlock_waiter *waiter = waiters[i];
        pthread_mutex_lock(&waiter->lock);
        waiter->unlocked = true;
        pthread_cond_signal(&waiter->told);
        pthread_mutex_unlock(&waiter->lock);
    }
}

static bool init(unlock_waiter *waiter)
{
    pthread_condattr_t attributes;
    waiter->unlocked = false;
    if (pthread_mutex_init(&waiter->lock, NULL) != 0)
        return false;
    bool done = pthread_condattr_init(&attributes) == 0;
    if (done) {
        done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(&waiter->told, &attributes) == 0;
        pthread_condattr_destroy(&attributes);
    }
    if (!done)
        pthread_mutex_destroy(&waiter->lock);
    return done;
}

static void wait_until(unlock_waiter *waiter, int64_t deadline)
{
    struct timespec until = calx_deadline_timespec(deadline);
    pthread_mutex_lock(&waiter->lock);
    while (!waiter->unlocked && !calx_deadline_passed(deadline))
        pthread_cond_timedwait(&waiter->told, &waiter->lock, &until);
    pthread_mutex_unlock(&waiter->lock);
}

bool calx_sqlite_await_unlock(calx_sqlite_connection *connection, int64_t deadline)
{
    unlock_waiter waiter;
    if (calx_deadline_passed(deadline) || !init(&waiter))
        return false;
    if (sqlite3_unlock_notify(connection->db, tell, &waiter) == SQLITE_OK) {
        wait_until(&waiter, deadline);
        /* From here on nobody tells any more, so the waiter may go. */
        sqlite3_unlock_notify(connection->db, NULL, NULL);
    }
    pthread_cond_destroy(&waiter.told);
    pthread_mutex_destroy(&waiter.lock);
    return waiter.unlocked;
}

#else

bool calx_sqlite_await_unlock(calx_sqlite_connection *connection, int64_t deadline)
{
    (void)connection;
    (void)deadline;
    return false;
}

#endif

int calx_sqlite_step_when_unlocked(calx_sqlite_connection *connection, sqlite3_stmt *statement)
{
    int64_t deadline = calx_deadline_in_ms(calx_sqlite_patience(connection));
    int code = SQLITE_LOCKED_SHAREDCACHE;
    while (code == SQLITE_LOCKED_SHAREDCACHE && calx_sqlite_await_unlock(connection, deadline)) {
        sqlite3_reset(statement);
        code = sqlite3_step(statement);
    }
    return code;
}

int calx_sqlite_compile_text(calx_sqlite_connection *connection, const char *sql,
                             sqlite3_stmt **out, const char **out_tail)
{
    int code = sqlite3_prepare_v2(connection->db, sql, -1, out, out_tail);
    if (code != SQLITE_LOCKED_SHAREDCACHE)
        return code;
    int64_t deadline = calx_deadline_in_ms(calx_sqlite_patience(connection));
    while (code == SQLITE_LOCKED_SHAREDCACHE && calx_sqlite_await_unlock(connection, deadline))
        code = sqlite3_prepare_v2(connection->db, sql, -1, out, out_tail);
    return code;
}
