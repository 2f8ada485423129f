/*
 * INSERTs: their columns, their values, and what the database made of them (SES-174 to 176, 182).
 */
#include "session/set_expression.h"
#include "session/together.h"

#include "base/error.h"
#include "mapper/column.h"
#include "session/version.h"

/* Whether the database gives a column of the rows in hand its default. */
static bool leaves_defaults(const calx_writer *writer)
{
    const calx_entity *entity = writer->entity;
    for (size_t i = 0; i < entity->optional_count; i++) {
        size_t column = entity->optional[i];
        if (entity->mapper->columns[column].server_default != NULL &&
            !calx_plan_has(entity->columns, column))
            return true;
    }
    return false;
}

/* The key the database made: in the row its INSERT gave, or in the connection. */
static calx_status read_made_key(calx_writer *writer, calx_value *out)
{
    static const calx_value_type wanted = CALX_VALUE_INT64;
    if (!calx_engine_dialect(calx_writer_engine(writer))->returns_keys) {
        out->type = CALX_VALUE_INT64;
        out->as.int64 = calx_cursor_last_key(writer->cursor);
        return CALX_OK;
    }
    if (!writer->has_row)
        return calx_session_fail(writer->session, CALX_E_FLUSH,
                                 "the database made no row and so no key: a trigger or rule of %s "
                                 "swallowed it",
                                 writer->entity->mapper->table);
    if (calx_cursor_read(writer->cursor, &wanted, out, 1) != CALX_OK)
        return calx_writer_take_error(writer);
    return CALX_OK;
}

/* The key the database made, into its member. */
static calx_status write_back_key(calx_writer *writer, calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    const calx_column *column = &mapper->columns[mapper->key[0]];
    if ((column->flags & CALX_COLUMN_GENERATED) == 0 ||
        calx_plan_has(writer->entity->columns, mapper->key[0]))
        return CALX_OK;
    calx_value made;
    const char *reason = "";
    calx_status status = read_made_key(writer, &made);
    if (status != CALX_OK)
        return status;
    if (calx_column_write(column, calx_instance_entity(instance), &made, &reason) == CALX_OK)
        return CALX_OK;
    return calx_session_fail(writer->session, CALX_E_DATA,
                             "%s.%s: the key %lld that the database made does not fit: %s",
                             mapper->name, column->member, (long long)made.as.int64, reason);
}

calx_status calx_writer_note_row(calx_writer *writer, calx_instance *instance)
{
    calx_key key;
    calx_status status =
        calx_key_from_instance(&key, instance->mapper, calx_instance_entity(instance));
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&writer->session->error);
    if (status != CALX_OK)
        return calx_session_fail(writer->session, CALX_E_FLUSH, "the key was not set");
    if (instance->key.mapper != NULL)
        calx_key_clear(&instance->key);
    instance->key = key;
    if (calx_watch_take_snapshot(instance->watch) != CALX_OK)
        return calx_error_set_nomem(&writer->session->error);
    return CALX_OK;
}

static calx_status note_insert(calx_writer *writer, calx_instance *instance, bool defaults)
{
    calx_status status = write_back_key(writer, instance);
    if (status == CALX_OK && defaults)
        instance->flags |= CALX_INSTANCE_EXPIRED; /* the database knows the rest (SES-176) */
    return status == CALX_OK ? calx_writer_note_row(writer, instance) : status;
}

/* A row without any value goes alone: there would be no array. So does one of its own text. */
static calx_status prepare(calx_writer *writer, calx_batch_row *row, calx_togetherness *out)
{
    calx_instance *instance = row->instance;
    row->width = 0;
    if (calx_watch_own_columns(instance, row->entity->texts, row->entity->text_count) != CALX_OK)
        return calx_error_set_nomem(&writer->session->error);
    calx_status status = CALX_OK;
    if (instance->links != NULL)
        status = calx_writer_links(writer->session, instance);
    if (status == CALX_OK && row->entity->version >= 0)
        status = calx_version_start(writer, instance);
    if (status != CALX_OK)
        return status;
    const void *struct_ = calx_instance_entity(instance);
    calx_writer_choose_inserted(writer, struct_, instance->watch->set);
    status = calx_writer_bind_columns(writer, struct_, writer->entity->columns, &row->width);
    bool goes_alone = row->width == 0 || calx_set_has(instance);
    *out = goes_alone ? CALX_TOGETHER_NO : CALX_TOGETHER_YES;
    return status;
}

static calx_status send_plain(calx_writer *writer, calx_instance *instance, size_t width)
{
    calx_status status = calx_writer_open(writer, CALX_PLAN_INSERT, writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, width, NULL);
    return status == CALX_OK ? note_insert(writer, instance, leaves_defaults(writer)) : status;
}

/* The database knows what it worked out (SES-180). */
static calx_status send_worked_out(calx_writer *writer, calx_instance *instance)
{
    calx_parameter_list parameters;
    calx_parameter_list_init(&parameters);
    calx_status status = calx_set_insert(writer, instance, &parameters);
    if (status == CALX_OK)
        status = note_insert(writer, instance, true);
    calx_cursor_close(writer->cursor); /* it may still look at the parameters */
    writer->cursor = NULL;
    calx_parameter_list_clear(&parameters);
    return status;
}

static calx_status send_insert(calx_writer *writer, calx_instance *instance)
{
    calx_batch_row row = { .entity = writer->entity, .instance = instance };
    calx_togetherness together;
    calx_status status = prepare(writer, &row, &together);
    if (status == CALX_OK)
        status = calx_set_has(instance) ? send_worked_out(writer, instance)
                                        : send_plain(writer, instance, row.width);
    return status == CALX_OK ? calx_version_fetch(writer, instance) : status;
}

/* The reason is in this session: a live instance has the key that was refused (SES-201). */
static void warn_of_twin(calx_session *session, const calx_instance *instance)
{
    calx_key key;
    if (calx_key_from_instance(&key, instance->mapper, calx_instance_entity(instance)) != CALX_OK)
        return;
    const calx_instance *twin = calx_identity_find(session, &key);
    calx_key_clear(&key);
    if (twin == NULL)
        return;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, twin);
    calx_session_warn(session, "%s is in the session already, and a new one has its key",
                      calx_buffer_text(&text));
    calx_buffer_clear(&text);
}

static calx_status insert_row(calx_writer *writer, calx_instance *instance)
{
    calx_status status = send_insert(writer, instance);
    if (status == CALX_E_UNIQUE)
        warn_of_twin(writer->session, instance);
    return status == CALX_OK ? CALX_OK : calx_writer_blame(writer, instance, "inserting");
}

/* What the database made of each row. */
static calx_status note(calx_writer *writer)
{
    const calx_batch *batch = &writer->batch;
    bool defaults = leaves_defaults(writer);
    for (size_t i = 0; i < batch->count; i++) {
        calx_status status = note_insert(writer, batch->instances[i], defaults);
        if (status == CALX_OK && writer->has_row &&
            calx_cursor_next(writer->cursor, &writer->has_row) != CALX_OK)
            status = calx_writer_take_error(writer);
        if (status != CALX_OK)
            return calx_writer_blame(writer, batch->instances[i], "inserting");
    }
    return CALX_OK;
}

const calx_together calx_together_inserts = {
    .kind = CALX_PLAN_INSERT_ROWS,
    .before = CALX_SESSION_BEFORE_INSERT,
    .after = CALX_SESSION_AFTER_INSERT,
    .doing = "inserting",
    .prepare = prepare,
    .note = note,
    .alone = insert_row,
};
