/*
 * Several hosts: a primary and its hot standby, which tests/support/with-standby starts. First
 * each is found by what it does; then the primary ends in the middle of work and the standby is
 * promoted, and engines find it by themselves. The tests run in this order: there is one pair.
 */
#include "engine_fixture.h"

#include "base/clock.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WRITERS = 4, MOST = 20000, AFTER = 20, IDLE = 3, PATIENCE_MS = 60000 };

/* ---- the servers, asked without the library ---- */

static const char *url_of(const char *variable)
{
    const char *url = getenv(variable);
    if (url == NULL)
        fail_msg("%s is not set: run this through tests/support/with-standby", variable);
    return url;
}

static long ask(const char *variable, const char *sql)
{
    PGconn *conn = PQconnectdb(url_of(variable));
    PGresult *result = PQexec(conn, sql);
    long answer = -1;
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
        answer = strtol(PQgetvalue(result, 0, 0), NULL, 10);
    else if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    return answer;
}

static void pause_ms(int milliseconds)
{
    nanosleep(&(struct timespec){ 0, milliseconds * 1000000L }, NULL);
}

static void end_primary(void)
{
    long process = ask("CALX_TEST_PRIMARY", "SELECT pg_read_file('postmaster.pid')");
    assert_true(process > 1);
    assert_int_equal(kill((pid_t)process, SIGQUIT), 0);
    for (int i = 0; PQping(url_of("CALX_TEST_PRIMARY")) != PQPING_NO_RESPONSE; i++) {
        assert_true(i < PATIENCE_MS);
        pause_ms(1);
    }
}

static void promote_standby(void)
{
    (void)ask("CALX_TEST_STANDBY", "SELECT pg_promote(true, 60)");
}

/* ---- engines for both ---- */

static int host_of(const char *variable, const char **out_host)
{
    *out_host = strstr(url_of(variable), "host=") + strlen("host=");
    return (int)strcspn(*out_host, "&");
}

static void write_url(char url[512], bool standby_first, const char *wanted)
{
    const char *hosts[2];
    int sizes[2];
    for (int i = 0; i < 2; i++) {
        bool standby = (i == 0) == standby_first;
        sizes[i] = host_of(standby ? "CALX_TEST_STANDBY" : "CALX_TEST_PRIMARY", &hosts[i]);
    }
    snprintf(url, 512, "postgresql:///postgres?host=%.*s&host=%.*s&user=calx%s%s", sizes[0],
             hosts[0], sizes[1], hosts[1], wanted != NULL ? "&target_session_attrs=" : "",
             wanted != NULL ? wanted : "");
}

static calx_engine *engine_of_both(bool standby_first, const char *wanted,
                                   const calx_engine_options *options)
{
    char url[512];
    write_url(url, standby_first, wanted);
    return new_engine(url, options);
}

static void the_server_that_does_what_is_wanted_is_found(void **state)
{
    (void)state;
    calx_shows("ENG-024");
    calx_shows("ENG-026");
    static const struct {
        const char *wanted;
        int recovers[2]; /* the primary stands first, the standby does */
    } cases[] = { { NULL, { 0, 1 } },
                  { "any", { 0, 1 } },
                  { "read-write", { 0, 0 } },
                  { "primary", { 0, 0 } },
                  { "standby", { 1, 1 } },
                  { "read-only", { 1, 1 } },
                  { "prefer-standby", { 1, 1 } } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int first = 0; first < 2; first++) {
            calx_engine *engine = engine_of_both(first == 1, cases[i].wanted, NULL);
            calx_connection *connection = connect_to(engine);
            assert_int_equal(number(connection, "SELECT pg_is_in_recovery()::int"),
                             cases[i].recovers[first]);
            if (cases[i].recovers[first] == 1)
                assert_int_equal(try_sql(connection, "CREATE TABLE never (x INTEGER)"),
                                 CALX_E_READ_ONLY);
            calx_connection_close(connection);
            calx_engine_free(engine);
        }
    }
}

/* ---- in the middle of work ---- */

/* What became of a writer's number. */
typedef enum fate { UNTRIED = 0, KEPT, LOST, UNKNOWN } fate;

typedef struct writer {
    pthread_t thread;
    calx_engine *engine;
    int number;
    atomic_bool *promoted;
    atomic_bool stop;
    atomic_int kept_since; /* the standby was promoted */
    atomic_int tried;
    unsigned char fates[MOST];
} writer;

/* Whether it is kept, and if not, whether the error says that nobody knows. */
static fate write_one(calx_engine *engine, int who, int what)
{
    char sql[80];
    calx_connection *connection = NULL;
    snprintf(sql, sizeof(sql), "INSERT INTO kept VALUES (%d, %d)", who, what);
    if (calx_engine_connect(engine, &connection, NULL) != CALX_OK)
        return LOST;
    calx_status status = try_sql(connection, sql);
    if (status == CALX_OK)
        status = calx_connection_commit(connection);
    fate fated = status == CALX_OK ? KEPT : LOST;
    if ((calx_connection_error(connection)->flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0)
        fated = UNKNOWN;
    calx_connection_close(connection);
    return fated;
}

static void *write_on(void *context)
{
    writer *self = context;
    for (int i = 0; i < MOST && !atomic_load(&self->stop); i++) {
        bool promoted = atomic_load(self->promoted);
        self->fates[i] = (unsigned char)write_one(self->engine, self->number, i);
        atomic_fetch_add(&self->tried, 1);
        if (self->fates[i] == KEPT && promoted)
            atomic_fetch_add(&self->kept_since, 1);
        else
            pause_ms(1);
    }
    return NULL;
}

static void await(const atomic_int *count, int least)
{
    for (int i = 0; atomic_load(count) < least; i++) {
        assert_true(i < PATIENCE_MS);
        pause_ms(1);
    }
}

/* What was said to be kept is there, and what was said to be lost is not. */
static void expect_truth(calx_engine *engine, const writer *one)
{
    calx_connection *connection = connect_to(engine);
    int count = atomic_load(&one->tried);
    for (int i = 0; i < count; i++) {
        char sql[96];
        if (one->fates[i] == UNKNOWN)
            continue;
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM kept WHERE writer = %d AND number = %d",
                 one->number, i);
        if (number(connection, sql) != (one->fates[i] == KEPT))
            fail_msg("%d of writer %d: %s", i, one->number,
                     one->fates[i] == KEPT ? "kept, and not there" : "lost, and there");
    }
    calx_connection_close(connection);
}

/* Engines with idle connections to the primary, which look at them in different ways. */
static calx_engine *filled(bool probes, bool pings)
{
    calx_connection *connections[IDLE];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_passive_probe = probes;
    options.pool_pre_ping = pings;
    options.ping_after_idle = 0;
    calx_engine *engine = engine_of_both(false, "read-write", &options);
    for (int i = 0; i < IDLE; i++)
        connections[i] = connect_to(engine);
    for (int i = 0; i < IDLE; i++) {
        run(connections[i], "SELECT 1");
        calx_connection_close(connections[i]);
    }
    return engine;
}

static void expect_all_to_write(calx_engine *engine)
{
    calx_connection *connections[IDLE];
    for (int i = 0; i < IDLE; i++) {
        connections[i] = connect_to(engine);
        run(connections[i], "INSERT INTO kept VALUES (-1, -1)");
        ok(connections[i], calx_connection_commit(connections[i]));
    }
    for (int i = 0; i < IDLE; i++)
        calx_connection_close(connections[i]);
}

static void expect_causes(calx_engine *engine, int lost, int outdated)
{
    calx_engine_state state;
    calx_engine_status(engine, &state);
    assert_int_equal(state.closed_by[CALX_CLOSE_LOST], lost);
    assert_int_equal(state.closed_by[CALX_CLOSE_GENERATION], outdated);
    assert_int_equal(state.idle, IDLE);
    assert_int_equal(state.out + state.connecting, 0);
}

/* Without a look the first use tells, once for all of them. */
static void expect_one_failure(calx_engine *engine)
{
    calx_connection *connection = connect_to(engine);
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_DISCONNECT);
    ok(connection, calx_connection_rollback(connection));
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    expect_all_to_write(engine);
    expect_causes(engine, 1, IDLE - 1);
}

static void expect_nobody_to_stand_by(void)
{
    const char *hosts[2];
    int sizes[2] = { host_of("CALX_TEST_PRIMARY", &hosts[0]),
                     host_of("CALX_TEST_STANDBY", &hosts[1]) };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.pool_timeout = 0;
    calx_engine *engine = engine_of_both(false, "standby", &options);
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_CONNECT);
    for (int i = 0; i < 2; i++) {
        char host[128];
        snprintf(host, sizeof(host), "%.*s", sizes[i], hosts[i]);
        assert_non_null(strstr(error.message, host));
    }
    assert_non_null(strstr(error.message, "standby"));
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void engines_go_on_with_the_promoted_one(void **state)
{
    (void)state;
    calx_shows("ENG-026");
    calx_shows("ENG-080");
    calx_shows("ENG-083");
    calx_shows("ENG-086");
    calx_shows("ENG-092");
    static writer writers[WRITERS];
    atomic_bool promoted = false;
    (void)ask("CALX_TEST_PRIMARY", "CREATE TABLE kept (writer INTEGER, number INTEGER)");
    (void)ask("CALX_TEST_PRIMARY", "CREATE INDEX kept_numbers ON kept (writer, number)");
    calx_engine *probing = filled(true, false);
    calx_engine *pinging = filled(false, true);
    calx_engine *careless = filled(false, false);
    calx_engine *engine = engine_of_both(true, "read-write", NULL);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){ .engine = engine, .number = i, .promoted = &promoted };
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_on, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++)
        await(&writers[i].tried, AFTER);
    end_primary();
    promote_standby();
    atomic_store(&promoted, true);
    for (int i = 0; i < WRITERS; i++)
        await(&writers[i].kept_since, AFTER);
    for (int i = 0; i < WRITERS; i++) {
        atomic_store(&writers[i].stop, true);
        pthread_join(writers[i].thread, NULL);
    }
    for (int i = 0; i < WRITERS; i++)
        expect_truth(engine, &writers[i]);
    expect_all_to_write(probing);
    expect_causes(probing, IDLE, 0);
    expect_all_to_write(pinging);
    expect_causes(pinging, 1, IDLE - 1);
    expect_one_failure(careless);
    expect_nobody_to_stand_by();
    calx_engine_free(careless);
    calx_engine_free(pinging);
    calx_engine_free(probing);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_that_does_what_is_wanted_is_found),
        cmocka_unit_test(engines_go_on_with_the_promoted_one),
    };
    return CALX_RUN("postgresql_failover", tests);
}
