/*
 * Columns set to expressions: what the program asks for, kept with the watch, and the statement
 * that writes such a row. It is a statement of its own, since no other row has its text (SES-180).
 */
#include "session/set_expression.h"

#include <calx/expression.h>

#include "base/allocator.h"
#include "base/error.h"
#include "session/partial.h"
#include "sql/assign.h"
#include "sql/build.h"
#include "sql/nodes.h"
#include "sql/spell.h"

/* ---- with the watch ---- */

static calx_set_record *find(const calx_instance *instance, size_t column)
{
    const calx_watch *watch = instance->watch;
    if (watch == NULL || watch->expressions == NULL || !calx_plan_has(watch->set, column))
        return NULL;
    calx_set_record *record = watch->expressions;
    while (record != NULL && record->column != column)
        record = record->next;
    return record;
}

bool calx_set_has(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    for (const calx_set_record *record = watch == NULL ? NULL : watch->expressions; record != NULL;
         record = record->next)
        if (find(instance, record->column) != NULL)
            return true;
    return false;
}

void calx_set_forget(calx_instance *instance, size_t column)
{
    calx_set_record **place = instance->watch == NULL ? NULL : &instance->watch->expressions;
    while (place != NULL && *place != NULL && (*place)->column != column)
        place = &(*place)->next;
    if (place == NULL || *place == NULL)
        return;
    calx_set_record *record = *place;
    *place = record->next;
    calx_set_record_free(record);
}

/* ---- what is asked for ---- */

static calx_status check_column(calx_session *session, const calx_instance *instance,
                                calx_column_ref ref)
{
    const calx_mapper *mapper = instance->mapper;
    if (ref.mapper != mapper || ref.column >= mapper->column_count)
        return calx_session_fail(session, CALX_E_ARGUMENT, "the column to be set is not one of %s",
                                 mapper->name);
    const calx_column *column = &mapper->columns[ref.column];
    if ((column->flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0)
        return calx_session_fail(
            session, CALX_E_ARGUMENT,
            "%s.%s cannot be set to an expression: the session must know %s", mapper->name,
            column->member, (column->flags & CALX_COLUMN_KEY) != 0 ? "the key" : "the version");
    return CALX_OK;
}

/* Selects are held by selects and queries alone, and columns have no table's name in a row's text.
 */
static calx_status check_no_select(calx_session *session, const calx_column *column,
                                   const calx_condition *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        if (kept->nodes[i].operand.kind == CALX_OPERAND_SELECT)
            return calx_session_fail(session, CALX_E_ARGUMENT,
                                     "column \"%s\" cannot be set to an expression with a select: "
                                     "run an UPDATE with calx_session_execute()",
                                     column->name);
    return CALX_OK;
}

/* A record of the expression; NULL: the session's error is set. */
static calx_set_record *make_record(calx_session *session, const calx_instance *instance,
                                    size_t number, calx_expression *expression)
{
    const calx_column *column = &instance->mapper->columns[number];
    calx_set_record *record = calx_alloc_zeroed(sizeof *record);
    if (record == NULL) {
        calx_error_set_nomem(&session->error);
        return NULL;
    }
    calx_arena_init(&record->arena, 0);
    record->column = number;
    calx_expression_adapt(expression, calx_class_of_type(column->type));
    if (calx_expression_keep(&record->expression, &record->arena, expression, CALX_USE_VALUE,
                             &session->error) == CALX_OK &&
        check_no_select(session, column, &record->expression) == CALX_OK &&
        calx_assignment_check_class(column, &record->expression, &session->error) == CALX_OK)
        return record;
    calx_set_record_free(record);
    return NULL;
}

calx_status calx_session_set_expression(calx_session *session, const void *entity,
                                        calx_column_ref column, calx_expression expression)
{
    calx_instance *instance = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_member(session, entity, &instance);
    if (status == CALX_OK)
        status = check_column(session, instance, column);
    if (status != CALX_OK)
        return status;
    calx_set_record *record = make_record(session, instance, column.column, &expression);
    if (record == NULL)
        return session->error.status;
    status = calx_session_mark_column(instance, column.column);
    if (status != CALX_OK) {
        calx_set_record_free(record);
        return status;
    }
    calx_set_forget(instance, column.column);
    record->next = instance->watch->expressions;
    instance->watch->expressions = record;
    return CALX_OK;
}

/* ---- sending ---- */

/* The columns of the set, with the values of the scratch row. NULL: no memory. */
static calx_sql_set *gather(const calx_entity *entity, const calx_instance *instance,
                            size_t *out_count)
{
    size_t count = 0;
    calx_sql_set *columns = calx_alloc_array(entity->mapper->column_count, sizeof *columns);
    for (uint16_t i = 0; columns != NULL && i < entity->mapper->column_count; i++) {
        const calx_set_record *record = find(instance, i);
        if (!calx_plan_has(entity->columns, i))
            continue;
        columns[count] = (calx_sql_set){ .column = i,
                                         .expression = record == NULL ? NULL : &record->expression,
                                         .value = entity->row[count] };
        count++;
    }
    *out_count = count;
    return columns;
}

/* Only those that are worked out stay in the set. */
static void keep_worked_out(const calx_entity *entity, const calx_instance *instance)
{
    for (size_t i = 0; i < entity->mapper->column_count; i++)
        if (calx_plan_has(entity->columns, i) && find(instance, i) == NULL)
            entity->columns[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static calx_status run(calx_writer *writer, const calx_buffer *text,
                       const calx_parameter_list *parameters)
{
    calx_cursor_close(writer->cursor);
    writer->cursor = NULL;
    writer->plan = NULL;
    writer->has_row = false;
    if (calx_connection_open_text(calx_writer_branch(writer)->connection, calx_buffer_text(text),
                                  text->size, &writer->cursor) != CALX_OK ||
        calx_cursor_execute(writer->cursor, parameters->items, parameters->count,
                            &writer->has_row) != CALX_OK)
        return calx_writer_take_error(writer);
    return CALX_OK;
}

typedef calx_status (*row_text)(calx_buffer *out, calx_parameter_list *out_parameters,
                                const calx_dialect *dialect, const calx_sql_row *row,
                                calx_error *error);

static calx_status send(calx_writer *writer, calx_instance *instance, row_text put,
                        calx_parameter_list *parameters)
{
    calx_session *session = writer->session;
    calx_entity *entity = writer->entity;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_sql_row row = { .mapper = entity->mapper };
    calx_sql_set *columns = gather(entity, instance, &row.count);
    if (columns == NULL)
        return calx_error_set_nomem(&session->error);
    row.columns = columns;
    row.where = &entity->row[row.count];
    calx_status status = put(&text, parameters, calx_engine_dialect(calx_writer_engine(writer)),
                             &row, &session->error);
    if (status == CALX_OK)
        status = run(writer, &text, parameters);
    calx_buffer_clear(&text);
    calx_release(columns);
    return status;
}

calx_status calx_set_update(calx_writer *writer, calx_instance *instance, int64_t *out_changes)
{
    calx_parameter_list parameters;
    calx_parameter_list_init(&parameters);
    calx_status status = send(writer, instance, calx_sql_update_row, &parameters);
    if (status == CALX_OK)
        *out_changes = calx_cursor_changes(writer->cursor);
    keep_worked_out(writer->entity, instance);
    calx_cursor_close(writer->cursor); /* it may still look at the parameters */
    writer->cursor = NULL;
    calx_parameter_list_clear(&parameters);
    return status;
}

calx_status calx_set_insert(calx_writer *writer, calx_instance *instance,
                            calx_parameter_list *parameters)
{
    return send(writer, instance, calx_sql_insert_row, parameters);
}

calx_status calx_set_expire(calx_writer *writer, calx_instance *instance)
{
    return calx_session_expire_columns(writer->session, instance, writer->entity->columns);
}
