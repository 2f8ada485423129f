/*
 * Ending what runs on a connection. PQcancel makes a connection of its own and waits for it as long
 * as it takes (LIM-08), so it has a thread of its own, and whoever wants the cancel waits for it no
 * longer than a second. The rules kept: nothing more is sent on a connection while a cancel for it
 * is under way, nor before one round trip after it, so that it hits no statement that comes later
 * (ENG-172); and a connection whose cancel does not end is cut.
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 1000, MESSAGE_SIZE = 256 };

/* Outlives its connection while a thread is at work with it. */
struct calx_postgresql_canceller {
    PGcancel *cancel;
    pthread_mutex_t lock; /* guards the five below, and who writes sent */
    pthread_cond_t ended; /* a thread */
    unsigned references;
    unsigned running;
    uint64_t rounds;  /* that have ended */
    bool taken;       /* the server took the last one */
    atomic_bool sent; /* since the last round trip */
};

static bool init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    bool done = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_cond_init(condition, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return done;
}

/*
 * libpq looks at the options of a socket here at the latest, also those for another kind of socket
 * than this one (LIM-01): what it has to say of one is its message, and it has none when there was
 * no memory.
 */
static calx_status get_cancel(PGconn *conn, PGcancel **out_cancel, calx_error *error)
{
    *out_cancel = PQgetCancel(conn);
    if (*out_cancel != NULL)
        return CALX_OK;
    return PQerrorMessage(conn)[0] != '\0' ? calx_postgresql_fail_connect(conn, error)
                                           : calx_error_set_nomem(error);
}

static bool init_locks(calx_postgresql_canceller *self)
{
    if (!init_condition(&self->ended))
        return false;
    if (pthread_mutex_init(&self->lock, NULL) == 0)
        return true;
    pthread_cond_destroy(&self->ended);
    return false;
}

calx_status calx_postgresql_canceller_new(PGconn *conn, calx_postgresql_canceller **out_canceller,
                                          calx_error *error)
{
    calx_postgresql_canceller *self = calx_alloc_zeroed(sizeof(*self));
    if (self == NULL)
        return calx_error_set_nomem(error);
    self->references = 1;
    atomic_init(&self->sent, false);
    calx_status status = get_cancel(conn, &self->cancel, error);
    if (status == CALX_OK && !init_locks(self))
        status = calx_error_set_nomem(error);
    if (status != CALX_OK) {
        PQfreeCancel(self->cancel);
        calx_release(self);
        return status;
    }
    *out_canceller = self;
    return CALX_OK;
}

void calx_postgresql_canceller_release(calx_postgresql_canceller *self)
{
    if (self == NULL)
        return;
    pthread_mutex_lock(&self->lock);
    bool last = --self->references == 0;
    pthread_mutex_unlock(&self->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->ended);
    PQfreeCancel(self->cancel);
    calx_release(self);
}

static void *send_cancel(void *context)
{
    calx_postgresql_canceller *self = context;
    char message[MESSAGE_SIZE];
    bool taken = PQcancel(self->cancel, message, sizeof(message)) == 1;
    pthread_mutex_lock(&self->lock);
    self->running--;
    self->rounds++;
    self->taken = taken;
    pthread_cond_broadcast(&self->ended);
    pthread_mutex_unlock(&self->lock);
    calx_postgresql_canceller_release(self);
    return NULL;
}

/* Signals are none of that thread's business (ENG-106). */
static bool start_thread(calx_postgresql_canceller *self)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, send_cancel, self) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}

/*
 * Waits until the cancel that is under way has ended; one that begins meanwhile is not waited for,
 * or somebody who cancels without a pause could hold this up until the time is over. false: not
 * within the time.
 */
static bool await(calx_postgresql_canceller *self, bool *out_taken)
{
    int64_t deadline = calx_deadline_in_ms(PATIENCE_MS);
    struct timespec until = calx_deadline_timespec(deadline);
    pthread_mutex_lock(&self->lock);
    uint64_t rounds = self->rounds;
    while (self->running > 0 && self->rounds == rounds && !calx_deadline_passed(deadline))
        pthread_cond_timedwait(&self->ended, &self->lock, &until);
    bool ended = self->running == 0 || self->rounds != rounds;
    *out_taken = ended && self->taken;
    pthread_mutex_unlock(&self->lock);
    return ended;
}

/* What was sent has ended; what is being sent by now belongs to what comes. */
static void forget_sent(calx_postgresql_canceller *self)
{
    pthread_mutex_lock(&self->lock);
    if (self->running == 0)
        atomic_store(&self->sent, false);
    pthread_mutex_unlock(&self->lock);
}

bool calx_postgresql_cancel(calx_postgresql_canceller *self)
{
    bool taken = false;
    pthread_mutex_lock(&self->lock);
    bool first = self->running == 0; /* another one under way is as good */
    if (first) {
        self->running++;
        self->references++;
        atomic_store(&self->sent, true);
    }
    pthread_mutex_unlock(&self->lock);
    if (first && !start_thread(self))
        send_cancel(self);
    (void)await(self, &taken);
    return taken;
}

bool calx_postgresql_was_cancelled(const calx_postgresql_connection *connection)
{
    return atomic_load(&connection->canceller->sent);
}

/* Whatever is sent next fails, and the connection with it. */
void calx_postgresql_cut(calx_postgresql_connection *connection)
{
    int socket = PQsocket(connection->conn);
    if (socket >= 0)
        shutdown(socket, SHUT_RDWR);
}

void calx_postgresql_quarantine(calx_postgresql_connection *connection)
{
    calx_postgresql_canceller *self = connection->canceller;
    PGresult *result = NULL;
    bool taken = false;
    if (!atomic_load_explicit(&self->sent, memory_order_relaxed))
        return;
    if (!await(self, &taken)) {
        calx_postgresql_cut(connection);
        return;
    }
    forget_sent(self);
    if (PQsendQuery(connection->conn, "") == 1 &&
        calx_postgresql_drain_by(connection, calx_deadline_in_ms(PATIENCE_MS), &result) !=
            CALX_OK) {
        calx_error_clear(&connection->base.error);
        calx_postgresql_cut(connection);
    }
    PQclear(result);
    calx_postgresql_look(connection);
}
