/*
 * Creating and dropping the tables of a model. What is there is asked of the database first, inside
 * the same transaction, so that a failure half way leaves nothing behind.
 */
#include <calx/schema.h>

#include <calx/connection.h>

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"
#include "engine/cursor.h"
#include "mapper/check.h"
#include "schema/ddl.h"
#include "sql/name.h"

#include <string.h>

/* Which tables the statements of a run are about. */
typedef enum schema_target { TABLES_NOT_THERE, TABLES_THERE } schema_target;

typedef struct schema_run {
    calx_connection *connection;
    const calx_dialect *dialect;
    schema_target target;
    calx_ddl_list statements;
    bool *exists; /* by statement: its table is there */
} schema_run;

static calx_status execute(calx_connection *connection, const char *sql)
{
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status status = calx_connection_open_text(connection, sql, strlen(sql), &cursor);
    if (status == CALX_OK)
        status = calx_cursor_execute(cursor, NULL, 0, &row);
    calx_cursor_close(cursor);
    return status;
}

static char fold(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool same_name(const calx_dialect *dialect, const char *table, const calx_value *name)
{
    const char *other = name->as.span.data;
    if (name->type != CALX_VALUE_TEXT || strlen(table) != name->as.span.size)
        return false;
    if (!dialect->names_fold_case)
        return memcmp(table, other, name->as.span.size) == 0;
    for (size_t i = 0; i < name->as.span.size; i++) {
        if (fold(table[i]) != fold(other[i]))
            return false;
    }
    return true;
}

static void mark_existing(schema_run *run, const calx_value *name)
{
    for (size_t i = 0; i < run->statements.count; i++) {
        if (same_name(run->dialect, run->statements.items[i].mapper->table, name))
            run->exists[i] = true;
    }
}

/* What lists the tables of the schema in question. true: that is its parameter. */
static bool put_list(calx_buffer *out, const calx_dialect *dialect)
{
    const char *text = dialect->schema != NULL ? dialect->list_tables_of : dialect->list_tables;
    const char *place = dialect->schema != NULL ? strchr(text, '%') : NULL;
    if (place != NULL) {
        calx_buffer_put_n(out, text, (size_t)(place - text));
        calx_sql_name(out, dialect, dialect->schema);
        text = place + 1;
    }
    calx_buffer_put(out, text);
    return dialect->schema != NULL && place == NULL;
}

static calx_status find_existing(schema_run *run)
{
    static const calx_value_type text = CALX_VALUE_TEXT;
    const char *schema = run->dialect->schema;
    calx_value parameter = calx_value_text(schema);
    calx_buffer sql = CALX_BUFFER_INIT;
    calx_cursor *cursor = NULL;
    calx_value name;
    bool row = false;
    bool has_parameter = put_list(&sql, run->dialect);
    calx_status status = sql.status;
    if (status == CALX_OK)
        status =
            calx_connection_open_text(run->connection, calx_buffer_text(&sql), sql.size, &cursor);
    else
        calx_error_set_nomem(calx_connection_error_slot(run->connection));
    if (status == CALX_OK)
        status = calx_cursor_execute(cursor, &parameter, has_parameter, &row);
    while (status == CALX_OK && row) {
        status = calx_cursor_read(cursor, &text, &name, 1);
        if (status != CALX_OK)
            break;
        mark_existing(run, &name);
        status = calx_cursor_next(cursor, &row);
    }
    calx_cursor_close(cursor);
    calx_buffer_clear(&sql);
    return status;
}

static calx_status run_statements(schema_run *run)
{
    bool wanted = run->target == TABLES_THERE;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < run->statements.count; i++) {
        if (run->exists[i] == wanted)
            status = execute(run->connection, run->statements.items[i].sql);
    }
    return status;
}

static calx_status run_in_transaction(schema_run *run)
{
    const char *prepare = run->target == TABLES_THERE ? run->dialect->drop_prepare : NULL;
    calx_status status = calx_connection_begin(run->connection);
    if (status == CALX_OK)
        status = find_existing(run);
    if (status == CALX_OK && prepare != NULL)
        status = execute(run->connection, prepare);
    if (status == CALX_OK)
        status = run_statements(run);
    if (status == CALX_OK)
        status = calx_connection_commit(run->connection);
    return status;
}

/* Closing the connection rolls back what a failure left open. */
static calx_status run_on_connection(schema_run *run, calx_engine *engine, calx_error *out_error)
{
    run->exists = calx_alloc_array(run->statements.count, sizeof *run->exists);
    if (run->exists == NULL)
        return calx_error_set_nomem(out_error);
    calx_status status = calx_engine_connect(engine, &run->connection, out_error);
    if (status == CALX_OK) {
        status = run_in_transaction(run);
        if (status != CALX_OK && out_error != NULL)
            calx_error_copy(out_error, calx_connection_error(run->connection));
    }
    calx_connection_close(run->connection);
    calx_release(run->exists);
    return status;
}

/* What both calls need to be right before anything is made of it. */
static calx_status check_arguments(const calx_engine *engine, const calx_metadata *metadata,
                                   calx_error *out_error)
{
    if (engine == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "the engine is NULL");
    return calx_metadata_check(metadata, out_error);
}

calx_status calx_schema_create_all(calx_engine *engine, const calx_metadata *metadata,
                                   calx_error *out_error)
{
    calx_status status = check_arguments(engine, metadata, out_error);
    if (status != CALX_OK)
        return status;
    schema_run run = { .dialect = calx_engine_dialect(engine), .target = TABLES_NOT_THERE };
    status = calx_ddl_create_all(&run.statements, run.dialect, metadata, out_error);
    if (status == CALX_OK)
        status = run_on_connection(&run, engine, out_error);
    calx_ddl_list_clear(&run.statements);
    return status;
}

calx_status calx_schema_drop_all(calx_engine *engine, const calx_metadata *metadata,
                                 calx_error *out_error)
{
    calx_status status = check_arguments(engine, metadata, out_error);
    if (status != CALX_OK)
        return status;
    schema_run run = { .dialect = calx_engine_dialect(engine), .target = TABLES_THERE };
    status = calx_ddl_drop_all(&run.statements, run.dialect, metadata, out_error);
    if (status == CALX_OK)
        status = run_on_connection(&run, engine, out_error);
    calx_ddl_list_clear(&run.statements);
    return status;
}
