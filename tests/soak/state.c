/*
 * What one user of a connection leaves for the next: each thing a session can keep is left behind,
 * and looked for by the next one on the same connection. And what the looking after it costs where
 * nothing was used, in messages to the server.
 */
#include "soak.h"

#include "runtime/engine_fixture.h"
#include "support/gate.h"
#include "support/server.h"

#include <string.h>

typedef struct trace {
    const char *name;
    const char *leave;
    const char *count; /* how much of it there is */
} trace;

static const trace traces[] = {
    { "a setting", "SET work_mem = '7MB'",
      "SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '7168'" },
    { "a setting by function", "SELECT set_config('work_mem', '7MB', false)",
      "SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '7168'" },
    { "a setting by block", "DO 'BEGIN PERFORM 1; SET work_mem = ''7MB''; END'",
      "SELECT count(*) FROM pg_settings WHERE name = 'work_mem' AND setting = '7168'" },
    { "a temporary table", "CREATE TEMPORARY TABLE calx_scratch (x int)",
      "SELECT count(*) FROM pg_class WHERE relname = 'calx_scratch'" },
    { "a temporary table by its schema", "CREATE TABLE pg_temp.calx_scratch (x int)",
      "SELECT count(*) FROM pg_class WHERE relname = 'calx_scratch'" },
    { "an advisory lock", "SELECT pg_advisory_lock(4711)",
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()" },
    { "LISTEN", "LISTEN calx_channel", "SELECT count(*) FROM pg_listening_channels()" },
    { "an open cursor", "DECLARE calx_held CURSOR WITH HOLD FOR SELECT 1",
      "SELECT count(*) FROM pg_cursors WHERE name = 'calx_held'" },
    { "a prepared statement", "PREPARE calx_own AS SELECT 1",
      "SELECT count(*) FROM pg_prepared_statements WHERE name = 'calx_own'" },
    { "a role", "SET ROLE pg_monitor", "SELECT count(*) WHERE current_user = 'pg_monitor'" },
    { "a session's user", "SET SESSION AUTHORIZATION pg_monitor",
      "SELECT count(*) WHERE session_user = 'pg_monitor'" },
};

enum { TRACES = sizeof(traces) / sizeof(traces[0]) };

static calx_engine *one_connection(const char *url, calx_pool_reset reset)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_reset_on_return = reset;
    return new_engine(url, &options);
}

static void leave(calx_engine *engine, const char *sql)
{
    calx_connection *connection = connect_to(engine);
    run(connection, sql);
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
}

static int64_t look_for(calx_engine *engine, const char *sql)
{
    calx_connection *connection = connect_to(engine);
    int64_t found = number(connection, sql);
    calx_connection_close(connection);
    return found;
}

static bool was_one_connection(calx_engine *engine)
{
    calx_engine_state state;
    calx_engine_status(engine, &state);
    return state.created == 1;
}

/* How often something was found again. *out_first: what, the first time. */
static long count_leaks(calx_pool_reset reset, long rounds, const char **out_first)
{
    long leaks = 0;
    calx_engine *engine = one_connection(server_url(), reset);
    for (long i = 0; i < rounds * TRACES; i++) {
        const trace *one = &traces[i % TRACES];
        leave(engine, one->leave);
        if (look_for(engine, one->count) == 0)
            continue;
        leaks++;
        if (*out_first == NULL)
            *out_first = one->name;
    }
    if (!was_one_connection(engine))
        leaks = -1; /* nobody came after anybody */
    calx_engine_free(engine);
    return leaks;
}

/* Messages to the server for a user who leaves nothing. */
static long count_messages(calx_pool_reset reset)
{
    char url[1024];
    gate *door = gate_open();
    gate_url(door, server_url(), url, sizeof(url));
    calx_engine *engine = one_connection(url, reset);
    leave(engine, "SELECT 1"); /* connected and prepared */
    long before = gate_heard(door);
    leave(engine, "SELECT 1");
    long heard = gate_heard(door) - before;
    calx_engine_free(engine);
    gate_close(door);
    return heard;
}

bool soak_state(const soak_size *size)
{
    const char *first = NULL;
    long smart = count_leaks(CALX_POOL_RESET_SMART, size->rounds, &first);
    long discard = count_leaks(CALX_POOL_RESET_DISCARD, size->rounds, &first);
    long bare = count_messages(CALX_POOL_RESET_ROLLBACK);
    long more = count_messages(CALX_POOL_RESET_SMART) - bare;
    soak_say("%ld times %d things left behind: %ld found with smart, %ld with discard%s%s; %ld "
             "messages of %ld more where nothing was",
             size->rounds, TRACES, smart, discard, first != NULL ? ", the first was " : "",
             first != NULL ? first : "", more, bare);
    return smart == 0 && discard == 0 && more == 0;
}
