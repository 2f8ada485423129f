/*
 * How an inspector asks: one statement, its rows handed on one by one, on the connection it was
 * given or on one of the engine's that is taken with the first question of a call. Failures stick,
 * so that whoever takes rows need not check each copy.
 */
#include "schema/inspector.h"

#include "base/buffer.h"
#include "base/error.h"
#include "sql/name.h"

#include <stdarg.h>
#include <string.h>

calx_status calx_inspect_no_memory(calx_inspector *inspector)
{
    if (inspector->status == CALX_OK)
        inspector->status = calx_error_set_nomem(&inspector->error);
    return inspector->status;
}

void *calx_inspect_alloc(calx_inspector *inspector, size_t count, size_t size)
{
    void *block = calx_arena_array(&inspector->arena, count > 0 ? count : 1, size);
    if (block == NULL)
        calx_inspect_no_memory(inspector);
    return block;
}

/* The capacity follows from the count: four, then each power of two. */
void *calx_inspect_grow(calx_inspector *inspector, const void *items, size_t count, size_t size)
{
    bool is_full = count == 0 || (count >= 4 && (count & (count - 1)) == 0);
    if (!is_full)
        return (void *)items;
    void *larger = calx_inspect_alloc(inspector, count == 0 ? 4 : count * 2, size);
    if (larger != NULL && count > 0)
        memcpy(larger, items, count * size);
    return larger;
}

const char *calx_inspect_copy(calx_inspector *inspector, const char *text, size_t size)
{
    const char *copy = calx_arena_text(&inspector->arena, text, size);
    if (copy == NULL)
        calx_inspect_no_memory(inspector);
    return copy;
}

const char *calx_inspect_text(calx_inspector *inspector, const calx_value *value)
{
    if (value->type != CALX_VALUE_TEXT)
        return NULL;
    return calx_inspect_copy(inspector, value->as.span.data, value->as.span.size);
}

static char fold(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool calx_inspect_same(const calx_inspector *inspector, const char *left, const char *right)
{
    if (!inspector->dialect->names_fold_case)
        return strcmp(left, right) == 0;
    while (*left != '\0' && fold(*left) == fold(*right)) {
        left++;
        right++;
    }
    return fold(*left) == fold(*right);
}

int calx_inspect_compare(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        return (left != NULL) - (right != NULL);
    return strcmp(left, right);
}

void calx_inspect_warn(calx_inspector *inspector, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    calx_log_v(calx_engine_logger(inspector->engine), CALX_LOG_WARNING, format, arguments);
    va_end(arguments);
    inspector->warnings++;
}

static void put_sql(calx_buffer *out, const calx_inspector *inspector,
                    const calx_inspect_question *question)
{
    static const char mark[] = "{schema}";
    const char *rest = question->sql;
    for (const char *at = strstr(rest, mark); at != NULL; at = strstr(rest, mark)) {
        calx_buffer_put_n(out, rest, (size_t)(at - rest));
        calx_sql_name(out, inspector->dialect, question->schema);
        rest = at + sizeof mark - 1;
    }
    calx_buffer_put(out, rest);
}

static calx_status connect_once(calx_inspector *inspector)
{
    if (inspector->connection != NULL)
        return CALX_OK;
    return calx_engine_connect(inspector->engine, &inspector->connection, &inspector->error);
}

static calx_value_type class_of(char column)
{
    return column == 't' ? CALX_VALUE_TEXT : column == 'b' ? CALX_VALUE_BOOL : CALX_VALUE_INT64;
}

static calx_status take_rows(calx_inspector *inspector, calx_cursor *cursor, const char *columns,
                             calx_inspect_row take, void *context)
{
    calx_value_type wanted[CALX_INSPECT_COLUMNS];
    calx_value row[CALX_INSPECT_COLUMNS];
    size_t count = strlen(columns);
    bool more = true;
    calx_status status = CALX_OK;
    for (size_t i = 0; i < count; i++)
        wanted[i] = class_of(columns[i]);
    while (status == CALX_OK && more && inspector->status == CALX_OK) {
        status = calx_cursor_read(cursor, wanted, row, count);
        if (status != CALX_OK)
            break;
        take(context, row);
        status = calx_cursor_next(cursor, &more);
    }
    return status;
}

static calx_status run(calx_inspector *inspector, const calx_buffer *sql,
                       const calx_inspect_question *question, calx_inspect_row take, void *context)
{
    const calx_value parameters[] = { calx_value_text(question->schema),
                                      calx_value_text(question->table) };
    size_t count = question->schema == NULL ? 0 : question->about_tables ? 2 : 1;
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status status =
        calx_connection_open_text(inspector->connection, sql->data, sql->size, &cursor);
    if (status == CALX_OK)
        status = calx_cursor_execute(cursor, parameters, count, &row);
    if (status == CALX_OK && row)
        status = take_rows(inspector, cursor, question->columns, take, context);
    calx_cursor_close(cursor);
    if (status != CALX_OK)
        calx_error_copy(&inspector->error, calx_connection_error(inspector->connection));
    return status;
}

calx_status calx_inspect_ask(calx_inspector *inspector, const calx_inspect_question *question,
                             calx_inspect_row take, void *context)
{
    calx_buffer sql = CALX_BUFFER_INIT;
    put_sql(&sql, inspector, question);
    if (sql.status == CALX_E_NOMEM)
        calx_inspect_no_memory(inspector);
    else if (sql.status != CALX_OK)
        inspector->status = calx_error_set(&inspector->error, sql.status,
                                           "\"%s\" is no name of a schema", question->schema);
    if (inspector->status == CALX_OK)
        inspector->status = connect_once(inspector);
    calx_status status = inspector->status;
    if (status == CALX_OK)
        status = run(inspector, &sql, question, take, context);
    if (inspector->status == CALX_OK)
        inspector->status = status;
    calx_buffer_clear(&sql);
    return inspector->status;
}
