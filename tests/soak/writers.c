/*
 * Measurements of engines in front of a SQLite file: many writers, and what one user of a
 * connection leaves for the next.
 */
#include "soak.h"

#include "runtime/engine_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_THREADS = 64, PAIRS = 5 };

typedef struct writers {
    calx_engine *engine;
    long rows; /* of a transaction */
    atomic_long left;
    atomic_long busy;
    atomic_long failed;
} writers;

static calx_status write_once(calx_connection *connection, long rows)
{
    char sql[80];
    snprintf(sql, sizeof(sql), "UPDATE t SET x = x + 1 WHERE id <= %ld", rows);
    calx_status status = try_sql(connection, sql);
    return status == CALX_OK ? calx_connection_commit(connection) : status;
}

static void *write_on(void *context)
{
    writers *self = context;
    calx_connection *connection = connect_to(self->engine);
    while (atomic_fetch_sub(&self->left, 1) > 0) {
        calx_status status = write_once(connection, self->rows);
        atomic_fetch_add(&self->busy, status == CALX_E_BUSY);
        atomic_fetch_add(&self->failed, status != CALX_OK && status != CALX_E_BUSY);
        if (status != CALX_OK)
            (void)calx_connection_rollback(connection);
    }
    calx_connection_close(connection);
    return NULL;
}

/* Transactions in a second. */
static double rate_of(writers *self, int threads, long transactions)
{
    pthread_t ids[MOST_THREADS];
    atomic_store(&self->left, transactions);
    double start = soak_seconds();
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, write_on, self);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return (double)transactions / (soak_seconds() - start);
}

static int compare(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

static calx_engine *engine_on(const char *directory, int threads)
{
    char url[256];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = threads;
    snprintf(url, sizeof(url), "sqlite:///%s/w.db?journal_mode=wal", directory);
    calx_engine *engine = new_engine(url, &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER)");
    run(connection,
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000) "
        "INSERT INTO t SELECT x, 0 FROM n");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    return engine;
}

static void remove_all(const char *directory)
{
    static const char *const names[] = { "w.db", "w.db-wal", "w.db-shm" };
    char path[256];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(directory);
}

/* The median of the ratios of pairs: as fast as one, or less. */
static double share_of(writers *self, const soak_size *size, long rows, double *out_rate)
{
    double ratios[PAIRS];
    self->rows = rows;
    (void)rate_of(self, size->threads, size->threads); /* all connections are there, and prepared */
    for (int i = 0; i < PAIRS; i++) {
        double alone = rate_of(self, 1, size->rounds);
        *out_rate = rate_of(self, size->threads, size->rounds);
        ratios[i] = *out_rate / alone;
    }
    qsort(ratios, PAIRS, sizeof(ratios[0]), compare);
    return ratios[PAIRS / 2];
}

bool soak_writers(const soak_size *size)
{
    char directory[] = "/tmp/calx-soak-XXXXXX";
    double rate = 0;
    soak_size own = *size;
    own.threads = own.threads > MOST_THREADS ? MOST_THREADS : own.threads;
    if (mkdtemp(directory) == NULL)
        return false;
    writers self = { .engine = engine_on(directory, own.threads) };
    double longer = share_of(&self, &own, 3000, &rate);
    soak_say("%d writers of one file, %ld transactions each way: %.2f of the rate of one with "
             "transactions of a millisecond (%.0f a second)",
             own.threads, own.rounds * PAIRS, longer, rate);
    double shorter = share_of(&self, &own, 1, &rate);
    calx_engine_free(self.engine);
    remove_all(directory);
    soak_say(", %.2f with the shortest (%.0f a second); %ld busy, %ld failed otherwise", shorter,
             rate, atomic_load(&self.busy), atomic_load(&self.failed));
    return atomic_load(&self.busy) == 0 && atomic_load(&self.failed) == 0 &&
           longer * 100 >= (double)size->percent;
}

/* ---- leftovers ---- */

/* What is left, and how much of it there is. */
static const char *const leftovers[][3] = {
    { "a temporary table", "CREATE TEMP TABLE scratch (x)",
      "SELECT count(*) FROM temp.sqlite_master WHERE name = 'scratch'" },
    { "a temporary trigger",
      "CREATE TEMP TRIGGER \"odd \"\" name\" AFTER INSERT ON t BEGIN SELECT 1; END",
      "SELECT count(*) FROM temp.sqlite_master" },
    { "a setting", "PRAGMA recursive_triggers = 1",
      "SELECT recursive_triggers FROM pragma_recursive_triggers" },
    { "another", "PRAGMA cache_size = 77", "SELECT cache_size = 77 FROM pragma_cache_size" },
    { "no writes", "PRAGMA query_only = 1", "SELECT query_only FROM pragma_query_only" },
};

enum { LEFTOVERS = sizeof(leftovers) / sizeof(leftovers[0]) };

/* Leaves it, and a statement that is still open; answers whether it was there. */
static bool leave_behind(calx_engine *engine, long which)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement("SELECT id FROM t");
    calx_result *result = NULL;
    options.isolation_level = "AUTOCOMMIT";
    ok(connection, calx_connection_execution_options(connection, &options));
    run(connection, leftovers[which][1]);
    ok(connection, calx_connection_commit(connection));
    bool was_there = number(connection, leftovers[which][2]) == 1;
    ok(connection, calx_connection_execute(connection, statement, &result));
    calx_connection_close(connection); /* the result is its owner's still */
    calx_result_free(result);
    calx_statement_free(statement);
    return was_there;
}

bool soak_leftovers(const soak_size *size)
{
    char directory[] = "/tmp/calx-soak-XXXXXX";
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    calx_engine *derived = NULL;
    const char *first = NULL;
    long found = 0, missing = 0;
    if (mkdtemp(directory) == NULL)
        return false;
    calx_engine *engine = engine_on(directory, 1);
    execution.pool_reset = "smart";
    if (calx_engine_execution_options(engine, &execution, &derived, NULL) != CALX_OK)
        return false;
    for (long i = 0; i < size->rounds * LEFTOVERS; i++) {
        missing += !leave_behind(derived, i % LEFTOVERS);
        calx_connection *connection = connect_to(derived);
        bool is_there = number(connection, leftovers[i % LEFTOVERS][2]) != 0;
        run(connection, "UPDATE t SET x = 1 WHERE id = 1"); /* nobody holds a lock */
        calx_connection_close(connection);
        found += is_there;
        first = is_there && first == NULL ? leftovers[i % LEFTOVERS][0] : first;
    }
    calx_engine_state state;
    calx_engine_status(engine, &state);
    calx_engine_free(derived);
    calx_engine_free(engine);
    remove_all(directory);
    soak_say("%ld times %d things left behind: %ld found%s%s, %ld were not there at all, %ld "
             "connections made",
             size->rounds, LEFTOVERS, found, first != NULL ? ", the first was " : "",
             first != NULL ? first : "", missing, (long)state.created);
    return found == 0 && missing == 0 && state.created == 1;
}
