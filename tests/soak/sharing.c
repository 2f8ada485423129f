/*
 * What sharing connections costs: 8 threads that take one of 4 for each statement, beside 4 threads
 * that keep one each. Both run the same statements, in turn, so that what disturbs one disturbs the
 * other.
 */
#include "soak.h"

#include "runtime/engine_fixture.h"
#include "support/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CONNECTIONS = 4, SHARERS = 8, PAIRS = 5 };

typedef struct work {
    calx_engine *engine;
    const char *sql;
    bool keeps; /* one connection for all of a thread's statements */
    atomic_long left;
    atomic_long failed;
} work;

static void *do_work(void *context)
{
    work *self = context;
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement(self->sql);
    while (atomic_fetch_sub(&self->left, 1) > 0) {
        bool good =
            connection != NULL || calx_engine_connect(self->engine, &connection, NULL) == CALX_OK;
        good = good && calx_connection_execute(connection, statement, NULL) == CALX_OK;
        atomic_fetch_add(&self->failed, !good);
        if (self->keeps && good)
            continue;
        calx_connection_close(connection);
        connection = NULL;
    }
    calx_connection_close(connection);
    calx_statement_free(statement);
    return NULL;
}

/* Statements in a second. */
static double rate_of(work *self, bool keeps, long statements)
{
    pthread_t threads[SHARERS];
    int count = keeps ? CONNECTIONS : SHARERS;
    self->keeps = keeps;
    atomic_store(&self->left, statements);
    double start = soak_seconds();
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, do_work, self);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return (double)statements / (soak_seconds() - start);
}

static int compare(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

/* The median of the ratios of pairs. */
static double share_of(work *self, long statements, double *out_rate)
{
    double ratios[PAIRS];
    (void)rate_of(self, false, CONNECTIONS * 20L); /* all connections are there, and prepared */
    for (int i = 0; i < PAIRS; i++) {
        double apart = rate_of(self, true, statements);
        *out_rate = rate_of(self, false, statements);
        ratios[i] = *out_rate / apart;
    }
    qsort(ratios, PAIRS, sizeof(ratios[0]), compare);
    return ratios[PAIRS / 2];
}

bool soak_sharing(const soak_size *size)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_execution_options execution = CALX_EXECUTION_OPTIONS_INIT;
    double rate = 0;
    options.pool_size = CONNECTIONS;
    options.max_overflow = 0;
    execution.isolation_level = "AUTOCOMMIT";
    options.execution_options = &execution;
    work self = { .engine = new_engine(server_url(), &options), .sql = "SELECT pg_sleep(0.001)" };
    double longer = share_of(&self, size->rounds, &rate);
    soak_say("8 threads over 4 connections, beside 4 with one each: %.3f for statements of 1 ms "
             "(%.0f a second)",
             longer, rate);
    self.sql = "SELECT 1";
    double shorter = share_of(&self, size->rounds * 4, &rate);
    soak_say(", %.3f for the shortest (%.0f a second), %ld failed", shorter, rate,
             atomic_load(&self.failed));
    calx_engine_free(self.engine);
    return longer * 100 >= (double)size->percent && atomic_load(&self.failed) == 0;
}
