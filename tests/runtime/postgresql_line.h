/*
 * What tests of the PostgreSQL driver share: a connection of the driver's table, without an engine
 * around it, and short ways to run texts on it.
 */
#ifndef TESTS_RUNTIME_POSTGRESQL_LINE_H
#define TESTS_RUNTIME_POSTGRESQL_LINE_H

#include "support/harness.h"
#include "support/server.h"

#include "base/clock.h"
#include "base/error.h"
#include "driver/driver.h"
#include "driver/postgresql/postgresql.h"

#include <stdio.h>
#include <string.h>

/* A connection with the config it was made from. */
typedef struct line {
    const calx_driver *driver;
    calx_driver_config *config;
    calx_driver_connection *connection;
    calx_error error;
} line;

static inline calx_status try_configure(line *out, const char *text)
{
    calx_url url = CALX_URL_INIT;
    *out = (line){ .driver = &calx_driver_postgresql, .error = CALX_ERROR_INIT };
    assert_int_equal(calx_url_parse(text, &url, NULL), CALX_OK);
    calx_status status = out->driver->configure(&url, &out->config, &out->error);
    calx_url_clear(&url);
    return status;
}

static inline calx_status try_open(line *out, const char *text)
{
    calx_status status = try_configure(out, text);
    if (status != CALX_OK)
        return status;
    return out->driver->connect(out->config, CALX_DEADLINE_NONE, &out->connection, &out->error);
}

static inline line open_line(void)
{
    line opened;
    if (try_open(&opened, calx_test_url()) != CALX_OK)
        fail_msg("%s", opened.error.message);
    return opened;
}

static inline void close_line(line *opened)
{
    if (opened->connection != NULL)
        opened->driver->close(opened->connection);
    opened->driver->config_free(opened->config);
    calx_error_clear(&opened->error);
}

static inline calx_driver_statement *prepare(line *opened, const char *sql)
{
    calx_driver_statement *statement = NULL;
    calx_status status = opened->driver->prepare(opened->connection, sql, strlen(sql), &statement);
    if (status != CALX_OK)
        fail_msg("%s: %s", sql, opened->connection->error.message);
    return statement;
}

/* Runs a text with at most one value; *out: the first column of its first row, if wanted. */
static inline calx_status run_with(line *opened, const char *sql, const calx_value *value,
                                   calx_value_type wanted, calx_value *out)
{
    calx_driver_statement *statement = prepare(opened, sql);
    bool row = false;
    calx_status status = opened->driver->execute(statement, value, value != NULL, &row);
    if (status == CALX_OK && out != NULL) {
        assert_true(row);
        status = opened->driver->read(statement, &wanted, out, 1);
    }
    opened->driver->finalize(statement);
    return status;
}

static inline calx_status run(line *opened, const char *sql)
{
    return run_with(opened, sql, NULL, CALX_VALUE_NULL, NULL);
}

static inline void must(line *opened, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), opened->connection->error.message);
}

static inline int64_t number(line *opened, const char *sql)
{
    calx_value value;
    must(opened, run_with(opened, sql, NULL, CALX_VALUE_INT64, &value));
    return value.as.int64;
}

static inline void begin(line *opened)
{
    must(opened, opened->driver->control(opened->connection, CALX_DRIVER_BEGIN, 0));
}

static inline void rollback(line *opened)
{
    must(opened, opened->driver->control(opened->connection, CALX_DRIVER_ROLLBACK, 0));
}

static inline int backend(line *opened)
{
    return PQbackendPID(((calx_postgresql_connection *)opened->connection)->conn);
}

static inline void kill_backend(int pid)
{
    char sql[128];
    snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 5000)::int", pid);
    assert_int_equal(server_number(sql), 1);
}

static inline void assert_same(const calx_value *left, const calx_value *right)
{
    assert_int_equal(left->type, right->type);
    if (left->type == CALX_VALUE_BOOL)
        assert_int_equal(left->as.boolean, right->as.boolean);
    else if (left->type == CALX_VALUE_DOUBLE)
        assert_memory_equal(&left->as.real, &right->as.real, sizeof(double));
    else if (left->type == CALX_VALUE_TEXT || left->type == CALX_VALUE_BYTES) {
        assert_int_equal(left->as.span.size, right->as.span.size);
        assert_memory_equal(left->as.span.data, right->as.span.data, left->as.span.size);
    } else if (left->type != CALX_VALUE_NULL)
        assert_true(left->as.uint64 == right->as.uint64);
}

/* Stores a value in a column made for a member of that type, and reads it again. */
#endif
