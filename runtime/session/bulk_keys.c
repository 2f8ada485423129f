/*
 * Keys the database makes of plain rows, for those who ask. The rule kept: rows are only read, so
 * keys go into an array beside them; a row that was not stored leaves 0 there.
 */
#include "session/bulk.h"

#include "mapper/column.h"

#include <string.h>

static const calx_column *key_of(const calx_bulk *bulk)
{
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    return &mapper->columns[mapper->key[0]];
}

calx_status calx_bulk_check_keys(calx_bulk *bulk)
{
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    if (bulk->options->out_keys == NULL)
        return CALX_OK;
    if (bulk->kind->by_key)
        return calx_session_fail(bulk->writer.session, CALX_E_ARGUMENT,
                                 "%s rows of %s makes no keys: out_keys is for inserts",
                                 bulk->kind->doing, mapper->name);
    if (mapper->key_count != 1 || (key_of(bulk)->flags & CALX_COLUMN_GENERATED) == 0)
        return calx_session_fail(bulk->writer.session, CALX_E_ARGUMENT,
                                 "out_keys: the key of %s is not one that the database makes",
                                 mapper->name);
    return CALX_OK;
}

/* Whether every row of an UPSERT has something that one which is there is updated to. */
static bool always_updates(const calx_bulk *bulk)
{
    const calx_entity *entity = bulk->writer.entity;
    if ((bulk->conflict & CALX_CONFLICT_NOTHING) != 0)
        return false;
    if (bulk->updated != NULL || (bulk->conflict & CALX_CONFLICT_COUNTS) != 0)
        return true;
    for (size_t i = 0; i < entity->mapper->column_count; i++)
        if (calx_plan_has(entity->required, i) && i != entity->mapper->key[0] &&
            !calx_plan_has(bulk->targets, i))
            return true;
    return false;
}

/* A statement for many gives no row for one that it leaves as it is. */
bool calx_bulk_keys_come_singly(const calx_bulk *bulk)
{
    return bulk->options->out_keys != NULL && bulk->kind->upserts && !always_updates(bulk);
}

/* The key in the struct, or 0. */
static int64_t given_key(const calx_bulk *bulk, size_t number)
{
    calx_value value;
    if (calx_column_read(key_of(bulk), calx_bulk_row(bulk, number), &value) != CALX_OK)
        return 0;
    return value.type == CALX_VALUE_INT64 || value.type == CALX_VALUE_UINT64 ? value.as.int64 : 0;
}

/* The key in the statement's row, and on to the next one. */
static calx_status read_key(calx_writer *writer, int64_t *out)
{
    static const calx_value_type wanted = CALX_VALUE_INT64;
    calx_value made;
    *out = 0;
    if (!writer->has_row)
        return CALX_OK; /* it was left as it is */
    if (calx_cursor_read(writer->cursor, &wanted, &made, 1) != CALX_OK ||
        calx_cursor_next(writer->cursor, &writer->has_row) != CALX_OK)
        return calx_writer_take_error(writer);
    *out = made.as.int64;
    return CALX_OK;
}

calx_status calx_bulk_note_keys(calx_bulk *bulk, size_t number, size_t count)
{
    calx_writer *writer = &bulk->writer;
    int64_t *keys = bulk->options->out_keys;
    calx_status status = CALX_OK;
    if (keys == NULL)
        return CALX_OK;
    const calx_plan_key *plan = &writer->plan->key;
    const calx_dialect *dialect = calx_engine_dialect(calx_writer_engine(writer));
    bool given = calx_plan_has(plan->columns, writer->entity->mapper->key[0]);
    bool in_rows =
        (plan->conflict & CALX_CONFLICT_RETURNS) != 0 || (!given && dialect->returns_keys);
    keys += bulk->before + number;
    for (size_t i = 0; status == CALX_OK && i < count; i++) {
        if (in_rows)
            status = read_key(writer, &keys[i]);
        else
            keys[i] = given ? given_key(bulk, number + i) : calx_cursor_last_key(writer->cursor);
    }
    return status;
}
