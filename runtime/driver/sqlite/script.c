/*
 * Scripts. SQLite compiles one statement at a time and says where the next begins; each is then run
 * as any other is, with all that is looked after there.
 */
#include "driver/sqlite/sqlite.h"

#include "base/error.h"

#include <limits.h>
#include <string.h>

/* Where the statement at sql ends. Blanks and comments alone reach to the end of the text. */
static calx_status find_end(calx_sqlite_connection *connection, const char *sql, size_t size,
                            const char **out_end, bool *out_is_one)
{
    sqlite3_stmt *statement = NULL;
    const char *end = sql;
    calx_status status = calx_sqlite_check_text(connection, sql, size, NULL);
    if (status != CALX_OK)
        return status;
    int code = calx_sqlite_compile_text(connection, sql, &statement, &end);
    if (code != SQLITE_OK)
        return calx_sqlite_fail_open(connection, code);
    *out_is_one = statement != NULL;
    *out_end = end;
    sqlite3_finalize(statement);
    return CALX_OK;
}

/* Rows it gives count where there are columns, rows it changes elsewhere. */
static calx_status run_statement(calx_driver_statement *statement, int64_t *out_count)
{
    bool row = false;
    int64_t rows = 0;
    calx_status status = calx_sqlite_execute(statement, NULL, 0, &row);
    for (; status == CALX_OK && row; rows++)
        status = calx_sqlite_next(statement, &row);
    if (status == CALX_OK)
        *out_count =
            calx_sqlite_column_count(statement) > 0 ? rows : calx_sqlite_changes(statement);
    return status;
}

static calx_status run_piece(calx_sqlite_connection *connection, const char *sql, size_t size,
                             calx_driver_script *script)
{
    calx_driver_statement *statement = NULL;
    int64_t count = 0;
    calx_status status = calx_sqlite_prepare(&connection->base, sql, size, &statement);
    if (status != CALX_OK)
        return status;
    status = run_statement(statement, &count);
    calx_sqlite_finalize(statement);
    if (status == CALX_OK && script->done < script->most)
        script->counts[script->done++] = count;
    return status;
}

calx_status calx_sqlite_run_script(calx_driver_connection *base, calx_driver_script *script)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    const char *sql = script->sql;
    const char *last = sql + strlen(sql); /* asked once: a script may hold many statements */
    if (last - sql >= INT_MAX)
        return calx_error_set(&base->error, CALX_E_LIMIT, "the script is too long for SQLite");
    while (sql < last) {
        const char *end = sql;
        bool is_one = false;
        calx_status status = find_end(connection, sql, (size_t)(last - sql), &end, &is_one);
        if (status == CALX_OK && is_one)
            status = run_piece(connection, sql, (size_t)(end - sql), script);
        if (status != CALX_OK)
            return status;
        if (end == sql)
            break;
        sql = end;
    }
    return CALX_OK;
}
