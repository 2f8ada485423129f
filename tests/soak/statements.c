/*
 * Measurements of statements in front of a server that changes under them: tables that are altered,
 * cancels from other threads, a server that turns read-only.
 */
#include "soak.h"

#include "runtime/engine_fixture.h"
#include "support/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_THREADS = 64, MS = 1000000 };

static void pause_us(long microseconds)
{
    struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };
    nanosleep(&time, NULL);
}

static int limited(int threads)
{
    return threads > MOST_THREADS ? MOST_THREADS : threads;
}

/* ---- plans ---- */

typedef struct readers {
    calx_engine *engine;
    atomic_bool stop;
    atomic_long reads;
    atomic_long errors;
    atomic_long numbers; /* of readers so far */
} readers;

/* Half of them read outside of any transaction, half as the first statement of one. */
static void *read_on(void *context)
{
    readers *self = context;
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    bool apart = atomic_fetch_add(&self->numbers, 1) % 2 == 0;
    if (apart)
        options.isolation_level = "AUTOCOMMIT";
    while (!atomic_load(&self->stop)) {
        calx_connection *connection = connect_to(self->engine);
        if (apart)
            ok(connection, calx_connection_execution_options(connection, &options));
        for (int i = 0; i < 20; i++) {
            bool good = try_sql(connection, "SELECT * FROM calx_plans") == CALX_OK;
            if (!good && atomic_fetch_add(&self->errors, 1) == 0)
                soak_say("(%s) ", calx_connection_error(connection)->message);
            atomic_fetch_add(&self->reads, 1);
            ok(connection, calx_connection_rollback(connection));
        }
        calx_connection_close(connection);
    }
    return NULL;
}

static long alter_for(double seconds)
{
    long changes = 0;
    double start = soak_seconds();
    while (soak_seconds() - start < seconds) {
        (void)server_run("ALTER TABLE calx_plans ", "ADD b TEXT", "");
        pause_us(500);
        (void)server_run("ALTER TABLE calx_plans ", "DROP b", "");
        pause_us(500);
        changes += 2;
    }
    return changes;
}

bool soak_plans(const soak_size *size)
{
    pthread_t threads[MOST_THREADS];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    int count = limited(size->threads);
    options.pool_size = count;
    readers self = { .engine = new_engine(server_url(), &options) };
    (void)server_run("DROP TABLE IF EXISTS calx_plans", "", "");
    (void)server_run("CREATE TABLE calx_plans (a INTEGER)", "", "");
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, read_on, &self);
    long changes = alter_for((double)size->rounds);
    atomic_store(&self.stop, true);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    calx_engine_free(self.engine);
    (void)server_run("DROP TABLE calx_plans", "", "");
    soak_say("%ld changes of a table beside %d readers: %ld of %ld reads failed", changes, count,
             atomic_load(&self.errors), atomic_load(&self.reads));
    return changes > 0 && atomic_load(&self.reads) > 0 && atomic_load(&self.errors) == 0;
}

/* ---- cancels ---- */

/* A thread with a connection that may be cancelled. */
typedef struct worker {
    pthread_t thread;
    calx_engine *engine;
    atomic_bool *stop;
    pthread_mutex_t lock; /* guards the three below */
    calx_connection *connection;
    bool running; /* a statement is under way */
    bool meant;   /* and was cancelled */
    long aimed;   /* statements that were */
    long hits;
    long wrong;
    long other; /* failures that are no cancel */
} worker;

static void run_meant(worker *self)
{
    pthread_mutex_lock(&self->lock);
    self->running = true;
    self->meant = false;
    pthread_mutex_unlock(&self->lock);
    calx_status status = try_sql(self->connection, "SELECT pg_sleep(0.004)");
    pthread_mutex_lock(&self->lock);
    self->running = false;
    self->hits += status == CALX_E_CANCELED;
    self->wrong += status == CALX_E_CANCELED && !self->meant;
    self->aimed += self->meant;
    if (status != CALX_E_CANCELED && status != CALX_OK && self->other++ == 0)
        soak_say("(%s) ", calx_connection_error(self->connection)->message);
    pthread_mutex_unlock(&self->lock);
}

static void *work_on(void *context)
{
    worker *self = context;
    while (!atomic_load(self->stop)) {
        calx_connection *connection = connect_to(self->engine);
        pthread_mutex_lock(&self->lock);
        self->connection = connection;
        pthread_mutex_unlock(&self->lock);
        for (int i = 0; i < 3; i++) {
            run_meant(self);
            self->other += calx_connection_rollback(connection) != CALX_OK;
        }
        pthread_mutex_lock(&self->lock);
        self->connection = NULL;
        pthread_mutex_unlock(&self->lock);
        calx_connection_close(connection);
    }
    return NULL;
}

/* At whatever moment it is; false: the worker has no connection. */
static bool cancel_one(worker *victim)
{
    pthread_mutex_lock(&victim->lock);
    bool there = victim->connection != NULL;
    if (there) {
        victim->meant = victim->running;
        (void)calx_connection_cancel(victim->connection);
    }
    pthread_mutex_unlock(&victim->lock);
    return there;
}

static void cancel_at_random(worker *workers, int count, long rounds)
{
    unsigned seed = 7;
    for (long done = 0; done < rounds;) {
        seed = seed * 1664525u + 1013904223u;
        done += cancel_one(&workers[(seed >> 8) % (unsigned)count]);
        pause_us((long)(seed >> 20 & 1023));
    }
}

bool soak_cancels(const soak_size *size)
{
    static worker workers[MOST_THREADS];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    atomic_bool stop = false;
    long aimed = 0, hits = 0, wrong = 0, other = 0;
    int count = limited(size->threads);
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_timeout = -1;
    calx_engine *engine = new_engine(server_url(), &options);
    for (int i = 0; i < count; i++) {
        workers[i] = (worker){ .engine = engine, .stop = &stop };
        pthread_mutex_init(&workers[i].lock, NULL);
        pthread_create(&workers[i].thread, NULL, work_on, &workers[i]);
    }
    cancel_at_random(workers, count, size->rounds);
    atomic_store(&stop, true);
    for (int i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        pthread_mutex_destroy(&workers[i].lock);
        aimed += workers[i].aimed;
        hits += workers[i].hits;
        wrong += workers[i].wrong;
        other += workers[i].other;
    }
    calx_engine_state state;
    calx_engine_status(engine, &state);
    calx_engine_free(engine);
    soak_say("%ld cancels on one connection of %d threads, %ld of them while a statement ran: %ld "
             "ended, %ld that were not meant, %ld failed otherwise, %ld connections made",
             size->rounds, count, aimed, hits, wrong, other, (long)state.created);
    return hits > 0 && wrong == 0 && other == 0 && state.created == 1;
}

/* ---- readonly ---- */

/* All sessions take it with their next message. */
static void set_read_only(calx_connection *boss, const char *on)
{
    char sql[96];
    snprintf(sql, sizeof(sql), "ALTER SYSTEM SET default_transaction_read_only = %s", on);
    run(boss, sql);
    run(boss, "SELECT pg_reload_conf()");
    snprintf(sql, sizeof(sql),
             "SELECT (current_setting('default_transaction_read_only') = '%s')::int", on);
    while (number(boss, sql) != 1)
        pause_us(1000);
}

typedef enum answer { WRITABLE, TOLD, UNNOTICED } answer;

static answer write_once(calx_engine *engine)
{
    calx_connection *connection = NULL;
    if (calx_engine_connect(engine, &connection, NULL) != CALX_OK)
        return TOLD;
    bool wrote = try_sql(connection, "INSERT INTO calx_flipped VALUES (1)") == CALX_OK;
    calx_connection_close(connection);
    return wrote ? WRITABLE : UNNOTICED;
}

static calx_engine *engine_that_writes(const char *server)
{
    char url[1024];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    snprintf(url, sizeof(url), "%s&target_session_attrs=read-write", server);
    options.pool_size = 3;
    options.pool_timeout = 0;
    options.pool_pre_ping = true;
    options.ping_after_idle = 0;
    return new_engine(url, &options);
}

/* Three idle connections, as good as new. */
static bool fill(calx_engine *engine)
{
    calx_connection *connections[3] = { NULL };
    bool good = true;
    for (int i = 0; i < 3; i++)
        good = calx_engine_connect(engine, &connections[i], NULL) == CALX_OK && good;
    for (int i = 0; i < 3; i++)
        calx_connection_close(connections[i]);
    return good;
}

/* A server of its own: what else runs there would be told, too. */
bool soak_readonly(const soak_size *size)
{
    const char *server = getenv("CALX_TEST_PRIMARY");
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    long seen[3] = { 0, 0, 0 }, unfilled = 0;
    execution.isolation_level = "AUTOCOMMIT";
    options.execution_options = &execution;
    calx_engine *bosses = new_engine(server, &options);
    calx_connection *boss = connect_to(bosses);
    calx_engine *engine = engine_that_writes(server);
    run(boss, "CREATE TABLE calx_flipped (x int)");
    for (long round = 0; round < size->rounds; round++) {
        unfilled += !fill(engine);
        set_read_only(boss, "on");
        for (int i = 0; i < 4; i++)
            seen[write_once(engine)]++;
        set_read_only(boss, "off");
        for (int i = 0; i < 10000 && !fill(engine); i++)
            pause_us(1000);
    }
    calx_connection_close(boss);
    calx_engine_free(bosses);
    calx_engine_free(engine);
    soak_say("%ld times the server turned read-only: %ld checkouts were told, %ld could write, %ld "
             "were given one that cannot",
             size->rounds, seen[TOLD], seen[WRITABLE], seen[UNNOTICED]);
    return seen[TOLD] > 0 && seen[UNNOTICED] == 0 && unfilled == 0;
}
