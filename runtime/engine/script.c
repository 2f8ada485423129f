/*
 * Scripts. The rules kept: the memory for the report is there before anything runs, so that what
 * was done can always be told; and the number of the statement that failed stands in front of what
 * the database says about it.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"
#include "sql/parameters.h"

#include <calx/script.h>

#include <string.h>

static calx_status check(calx_connection *connection, const char *sql,
                         const calx_script_report *report)
{
    const char *why = NULL;
    if (sql == NULL)
        why = "the script is NULL";
    else if (report != NULL && report->size != sizeof(*report))
        why = "execute_script: start the report from CALX_SCRIPT_REPORT_INIT";
    return why == NULL ? CALX_OK : calx_error_set(&connection->error, CALX_E_ARGUMENT, "%s", why);
}

static calx_status raise(calx_connection *connection, calx_event event, const char *sql)
{
    calx_event_details details = { .event = event, .connection = connection, .statement = sql };
    if (!calx_hears(connection->engine, event))
        return CALX_OK;
    return calx_event_raise(connection->engine, &details, connection->link->connection,
                            &connection->error);
}

static calx_status run_by(calx_connection *connection, calx_driver_script *script)
{
    int64_t timeout_ms = connection->settings->timeout_ms;
    calx_driver_connection *physical = connection->link->connection;
    int64_t start = connection->echo ? calx_clock_monotonic_ns() : 0;
    if (connection->echo)
        calx_echo_statement(connection, script->sql, NULL, 0);
    if (timeout_ms > 0)
        physical->deadline = calx_deadline_in_ms(timeout_ms);
    calx_status status = physical->driver->run_script(physical, script);
    physical->deadline = 0;
    if (connection->echo)
        calx_echo_time(connection, calx_clock_monotonic_ns() - start);
    return status;
}

static calx_status run_counted(calx_connection *connection, calx_driver_script *script)
{
    calx_status status = calx_connection_ready(connection);
    if (status == CALX_OK)
        status = raise(connection, CALX_EVENT_BEFORE_CURSOR_EXECUTE, script->sql);
    if (status != CALX_OK)
        return status;
    calx_connection_end_rows(connection);
    status = run_by(connection, script);
    if (status == CALX_OK)
        return raise(connection, CALX_EVENT_AFTER_CURSOR_EXECUTE, script->sql);
    if (script->failed == 0)
        script->failed = script->done + 1;
    calx_error *error = &connection->link->connection->error;
    calx_error_prefix(error, "statement %zu of the script: ", script->failed);
    return calx_connection_failed(connection, status, script->sql);
}

/* There are no more statements than this. */
static size_t most_statements(const calx_connection *connection, const char *sql)
{
    return calx_sql_survey(calx_engine_dialect(connection->engine), sql, strlen(sql)).statements;
}

static calx_status run_inside(calx_connection *connection, const char *sql,
                              calx_script_report *out_report)
{
    calx_connection_forget_error(connection);
    calx_status status = check(connection, sql, out_report);
    if (status != CALX_OK)
        return status;
    calx_driver_script script = { .sql = sql, .most = most_statements(connection, sql) };
    script.counts = calx_alloc_array(script.most + 1, sizeof(*script.counts));
    if (script.counts == NULL)
        return calx_error_set_nomem(&connection->error);
    status = run_counted(connection, &script);
    if (out_report == NULL || script.done == 0) {
        calx_release(script.counts);
        script.counts = NULL;
    }
    if (out_report != NULL) {
        out_report->done = script.done;
        out_report->failed = script.failed;
        out_report->counts = script.counts;
    }
    return status;
}

calx_status calx_connection_execute_script(calx_connection *connection, const char *sql,
                                           calx_script_report *out_report)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = run_inside(connection, sql, out_report);
    calx_connection_leave(connection, before);
    return status;
}
