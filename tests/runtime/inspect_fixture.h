/*
 * What tests of inspectors share: SQL on an engine, and short names for asking.
 */
#ifndef TESTS_RUNTIME_INSPECT_FIXTURE_H
#define TESTS_RUNTIME_INSPECT_FIXTURE_H

#include "support/harness.h"
#include "support/ration.h"

#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/inspect.h>

#include <string.h>

static inline calx_engine *inspect_engine(void)
{
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
    return engine;
}

static inline calx_connection *inspect_connection(calx_engine *engine)
{
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    return connection;
}

/* Runs statements that end in NULL, as they are. */
static inline void run_on(calx_connection *connection, const char *const *statements)
{
    for (; *statements != NULL; statements++) {
        const calx_driver_sql sql = { .sql = *statements };
        if (calx_connection_exec_driver_sql(connection, &sql, NULL) != CALX_OK)
            fail_msg("%s: %s", *statements, calx_connection_error(connection)->message);
    }
}

static inline void run_all(calx_engine *engine, const char *const *statements)
{
    calx_connection *connection = inspect_connection(engine);
    run_on(connection, statements);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_connection_close(connection);
}

static inline calx_inspector *inspect(calx_engine *engine)
{
    calx_inspector *inspector = NULL;
    assert_int_equal(calx_inspector_new(engine, &inspector, NULL), CALX_OK);
    return inspector;
}

static inline void assert_ok(const calx_inspector *inspector, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s\n%s", calx_inspector_error(inspector)->message,
                 calx_inspector_error(inspector)->statement);
}

static inline const calx_inspected_table *table_of(calx_inspector *inspector, const char *schema,
                                                   const char *name)
{
    const calx_inspected_table *table = NULL;
    assert_ok(inspector, calx_inspector_table(inspector, schema, name, &table));
    assert_non_null(table);
    return table;
}

/* What an engine and its first connection take: where an inspection's own allocations begin. */
static inline long allocations_before_inspection(const char *url)
{
    ration account;
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    long used = RATION_UNLIMITED - account.left;
    calx_connection_close(connection);
    calx_engine_free(engine);
    assert_int_equal(ration_stop(&account), 0);
    return used;
}

typedef calx_status (*inspection)(calx_inspector *inspector);

/* Each allocation of an inspection fails in its turn: nothing is left behind, and it says so. */
static inline void survive_without_memory(inspection look)
{
    const char *url = calx_test_url();
    calx_status status = CALX_E_NOMEM;
    long first = allocations_before_inspection(url);
    long allowed = first;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        calx_engine *engine = NULL;
        calx_inspector *inspector = NULL;
        assert_true(ration_start(&account, allowed));
        status = calx_engine_new(url, NULL, &engine, NULL);
        if (status == CALX_OK)
            status = calx_inspector_new(engine, &inspector, NULL);
        if (status == CALX_OK) {
            status = look(inspector);
            assert_int_equal(calx_inspector_error(inspector)->status, status);
        }
        calx_inspector_free(inspector);
        calx_engine_free(engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > first + 20);
}

/* Names, separated by blanks in the text. */
static inline void assert_names(const char *const *names, size_t count, const char *expected)
{
    char text[512] = "";
    for (size_t i = 0; i < count; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, names[i]);
    }
    assert_string_equal(text, expected);
}

static inline void assert_tables(calx_inspector *inspector, const char *schema,
                                 const char *expected)
{
    const char *const *names = NULL;
    size_t count = 0;
    assert_ok(inspector, calx_inspector_table_names(inspector, schema, &names, &count));
    assert_names(names, count, expected);
}

static inline bool has_table(calx_inspector *inspector, const char *schema, const char *name)
{
    bool has = false;
    assert_ok(inspector, calx_inspector_has_table(inspector, schema, name, &has));
    return has;
}

static inline bool has_index(calx_inspector *inspector, const char *schema, const char *name)
{
    bool has = false;
    assert_ok(inspector, calx_inspector_has_index(inspector, schema, name, &has));
    return has;
}

static inline const calx_inspected_column *column_of(const calx_inspected_table *table,
                                                     const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    }
    fail_msg("no column %s", name);
    return NULL;
}

#endif
