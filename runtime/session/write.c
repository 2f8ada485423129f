/*
 * The statements of a flush: found by mapper, kind and columns, kept open from one row to the next
 * like it, their values read from the structs. Which row and which column an error is about is
 * known here.
 */
#include "session/write.h"

#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

enum { AHEAD = 3 }; /* rows asked of memory before they are sent: sending takes its time */

static bool is_plan(const calx_plan *plan, const calx_plan_key *key)
{
    if (plan == NULL || plan->key.mapper != key->mapper || plan->key.kind != key->kind ||
        plan->key.conflict != key->conflict)
        return false;
    for (size_t i = calx_plan_words(key->mapper); key->columns != NULL && i-- > 0;)
        if (plan->key.columns[i] != key->columns[i])
            return false;
    return true;
}

calx_status calx_writer_open_plan(calx_writer *writer, const calx_plan_key *key)
{
    calx_session *session = writer->session;
    if (writer->cursor != NULL && is_plan(writer->plan, key))
        return CALX_OK;
    calx_cursor_close(writer->cursor);
    writer->cursor = NULL;
    calx_status status =
        calx_engine_plan(calx_writer_engine(writer), key, &writer->plan, &session->error);
    if (status != CALX_OK)
        return status;
    calx_branch *branch = calx_writer_branch(writer);
    if (calx_connection_open(branch->connection, writer->plan, &writer->cursor) != CALX_OK)
        return calx_branch_take_error(session, branch);
    return CALX_OK;
}

calx_status calx_writer_open(calx_writer *writer, calx_plan_kind kind, const uint64_t *columns)
{
    calx_plan_key key = { .mapper = writer->entity->mapper, .kind = kind, .columns = columns };
    return calx_writer_open_plan(writer, &key);
}

calx_status calx_writer_blame(calx_writer *writer, const calx_instance *instance, const char *doing)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_writer_explain_place(writer, instance);
    calx_session_describe(&text, instance);
    calx_error_prefix(&writer->session->error, "%s %s: ", doing, calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return writer->session->error.status;
}

calx_status calx_writer_run(calx_writer *writer, size_t count, int64_t *out_changes)
{
    writer->has_row = false;
    if (calx_cursor_execute(writer->cursor, writer->entity->row, count, &writer->has_row) !=
        CALX_OK)
        return calx_writer_take_error(writer);
    if (out_changes != NULL)
        *out_changes = calx_cursor_changes(writer->cursor);
    return CALX_OK;
}

/* The driver knows a value by its number only; here it is known whose it is. */
static void name_column(calx_writer *writer)
{
    const calx_mapper *mapper = writer->entity->mapper;
    size_t number = calx_cursor_refused(writer->cursor);
    for (size_t i = 0; number > 0 && i < mapper->column_count; i++) {
        if (!calx_plan_has(writer->entity->columns, i) || --number > 0)
            continue;
        calx_error_prefix(&writer->session->error, "%s.%s: ", mapper->table,
                          mapper->columns[i].name);
        return;
    }
}

calx_status calx_writer_run_columns(calx_writer *writer, size_t count, int64_t *out_changes)
{
    calx_status status = calx_writer_run(writer, count, out_changes);
    if (status != CALX_OK)
        name_column(writer);
    return status;
}

calx_status calx_writer_run_each(calx_writer *writer, calx_cursor_source source, void *context)
{
    writer->has_row = false;
    if (calx_cursor_execute_each(writer->cursor, source, context) == CALX_OK)
        return CALX_OK;
    calx_status status = calx_writer_take_error(writer);
    name_column(writer);
    return status;
}

static calx_status bind_column(calx_writer *writer, const void *struct_, size_t i, calx_value *out)
{
    const calx_mapper *mapper = writer->entity->mapper;
    const calx_column *column = &mapper->columns[i];
    calx_status status = calx_column_get(column, struct_, out);
    if (status != CALX_OK)
        return calx_session_fail(writer->session, status, "%s.%s: no NUL inside the array",
                                 mapper->name, column->member);
    if (column->length != 0 && calx_column_too_long(column, out))
        return calx_session_fail(writer->session, CALX_E_DATA,
                                 "%s.%s: the text is longer than its column, which takes %u "
                                 "characters",
                                 mapper->table, column->name, (unsigned)column->length);
    return CALX_OK;
}

/* The class of a member that is a value as it lies there, with nothing to check about it. */
static calx_value_type class_of_plain(const calx_column *column)
{
    if ((column->flags & CALX_COLUMN_NULL_FLAG) != 0 || column->length != 0)
        return CALX_VALUE_NULL;
    switch (column->type) {
    case CALX_TYPE_INT64:
    case CALX_TYPE_UINT64:
    case CALX_TYPE_DOUBLE:
    case CALX_TYPE_TIMESTAMP:
    case CALX_TYPE_TEXT:
        return calx_column_value_type(column);
    default:
        return CALX_VALUE_NULL;
    }
}

/* How the columns of a set are read is found out once: the next row mostly has the same. */
static void find_bindings(calx_entity *entity, const uint64_t *columns)
{
    const calx_mapper *mapper = entity->mapper;
    memcpy(entity->bound, columns, calx_plan_words(mapper) * sizeof(*columns));
    entity->binding_count = 0;
    for (uint16_t i = 0; i < mapper->column_count; i++) {
        const calx_column *column = &mapper->columns[i];
        if (calx_plan_has(columns, i))
            entity->bindings[entity->binding_count++] = (calx_row_step){
                .column = i, .wanted = (uint32_t)class_of_plain(column), .offset = column->offset
            };
    }
}

static bool are_bound(const calx_entity *entity, const uint64_t *columns)
{
    for (size_t i = calx_plan_words(entity->mapper); i-- > 0;)
        if (entity->bound[i] != columns[i])
            return false;
    return true;
}

/* false: it is not plain. */
static bool read_plain(const calx_row_step *step, const char *struct_, calx_value *out)
{
    const char *text = NULL;
    if (step->wanted == CALX_VALUE_NULL)
        return false;
    if (step->wanted != CALX_VALUE_TEXT) {
        out->type = (calx_value_type)step->wanted;
        memcpy(&out->as.uint64, struct_ + step->offset, sizeof(out->as.uint64));
        return true;
    }
    memcpy(&text, struct_ + step->offset, sizeof(text));
    out->type = text != NULL ? CALX_VALUE_TEXT : CALX_VALUE_NULL;
    out->as.span.data = text;
    out->as.span.size = text != NULL ? strlen(text) : 0;
    return true;
}

calx_status calx_writer_bind_columns(calx_writer *writer, const void *struct_,
                                     const uint64_t *columns, size_t *count)
{
    calx_entity *entity = writer->entity;
    calx_value *to = &entity->row[*count];
    if (!are_bound(entity, columns))
        find_bindings(entity, columns);
    for (size_t i = 0; i < entity->binding_count; i++) {
        const calx_row_step *step = &entity->bindings[i];
        calx_status status = read_plain(step, struct_, &to[i])
                                 ? CALX_OK
                                 : bind_column(writer, struct_, step->column, &to[i]);
        if (status != CALX_OK)
            return status;
    }
    *count += entity->binding_count;
    return CALX_OK;
}

void calx_writer_choose_inserted(calx_writer *writer, const void *struct_, const uint64_t *set)
{
    const calx_entity *entity = writer->entity;
    for (size_t i = calx_plan_words(entity->mapper); i-- > 0;)
        entity->columns[i] = entity->required[i];
    for (size_t i = 0; i < entity->optional_count; i++) {
        size_t column = entity->optional[i];
        if ((set != NULL && calx_plan_has(set, column)) ||
            !calx_column_is_empty(&entity->mapper->columns[column], struct_))
            calx_plan_include(entity->columns, column);
    }
}

const void *calx_writer_stored(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

calx_status calx_writer_bind_where(calx_writer *writer, const void *stored, size_t *count)
{
    const calx_mapper *mapper = writer->entity->mapper;
    calx_status status = calx_key_read(mapper, stored, &writer->entity->row[*count]);
    *count += mapper->key_count;
    if (status == CALX_OK && writer->entity->version >= 0)
        status = calx_column_read(&mapper->columns[writer->entity->version], stored,
                                  &writer->entity->row[(*count)++]);
    if (status != CALX_OK)
        return calx_session_fail(writer->session, CALX_E_FLUSH, "%s: the key cannot be read",
                                 mapper->name);
    return CALX_OK;
}

calx_status calx_writer_take(calx_writer *writer, const calx_instance *instance)
{
    calx_branch *branch = NULL;
    if (writer->entity != NULL && writer->entity->mapper == instance->mapper)
        return CALX_OK;
    writer->entity = calx_session_entity(writer->session, instance->mapper);
    if (writer->entity == NULL)
        return writer->session->error.status;
    if (!writer->session->chooses)
        return CALX_OK;
    calx_status status = calx_bind_write(writer->session, writer->entity, &branch);
    if (status != CALX_OK)
        writer->entity = NULL; /* it has no branch, and nothing may be sent for it */
    return status;
}

calx_status calx_writer_send(calx_writer *writer, const calx_instances *instances,
                             calx_writer_one one)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < instances->count; i++) {
        if (i + AHEAD < instances->count)
            calx_prefetch_bytes(instances->items[i + AHEAD], CALX_INSTANCE_AROUND);
        status = calx_writer_take(writer, instances->items[i]);
        if (status == CALX_OK)
            status = one(writer, instances->items[i]);
    }
    return status;
}
