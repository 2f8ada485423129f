/*
 * What an INSERT, UPDATE or DELETE of plain structs needs of each row. The rule kept: rows are only
 * read, so that a version is made in a copy.
 */
#include "session/bulk.h"

#include "mapper/column.h"
#include "session/version.h"

#include <string.h>

const void *calx_bulk_row(const calx_bulk *bulk, size_t number)
{
    return bulk->pointers != NULL
               ? bulk->pointers[number]
               : bulk->rows + number * bulk->writer.entity->mapper->instance_size;
}

void *calx_bulk_copy(calx_bulk *bulk, size_t number)
{
    size_t size = bulk->writer.entity->mapper->instance_size;
    return memcpy(bulk->copies + number % (CALX_BATCH_MOST_PLAIN_ROWS + 1) * size,
                  calx_bulk_row(bulk, number), size);
}

/* The columns of a row that says itself which it has, and of an INSERT the version made for it. */
static void choose_given(calx_bulk *bulk, size_t number, const void *row)
{
    const calx_entity *entity = bulk->writer.entity;
    size_t words = calx_plan_words(entity->mapper);
    memcpy(entity->columns, bulk->given + number * words, words * sizeof(*entity->columns));
    if (!bulk->kind->by_key && entity->version >= 0 &&
        !calx_column_is_empty(&entity->mapper->columns[entity->version], row))
        calx_plan_include(entity->columns, (size_t)entity->version);
}

static calx_status prepare_insert(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    const void *row = calx_bulk_row(bulk, number);
    *out_width = 0;
    if (bulk->copies != NULL) {
        void *copy = calx_bulk_copy(bulk, number);
        calx_status status = calx_version_start_plain(writer, copy);
        if (status != CALX_OK)
            return status;
        row = copy;
    }
    if (bulk->given != NULL)
        choose_given(bulk, number, row);
    else
        calx_writer_choose_inserted(writer, row, NULL);
    return calx_writer_bind_columns(writer, row, writer->entity->columns, out_width);
}

size_t calx_bulk_choose_updated(calx_writer *writer)
{
    const calx_mapper *mapper = writer->entity->mapper;
    uint64_t *columns = writer->entity->columns;
    size_t count = 0;
    memset(columns, 0, calx_plan_words(mapper) * sizeof(*columns));
    for (size_t i = 0; i < mapper->column_count; i++) {
        if ((mapper->columns[i].flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) == 0) {
            calx_plan_include(columns, i);
            count++;
        }
    }
    return count;
}

static calx_status prepare_update(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    const void *row = calx_bulk_row(bulk, number);
    const void *changed = row;
    calx_status status = CALX_OK;
    *out_width = 0;
    if (bulk->given != NULL)
        choose_given(bulk, number, row);
    else
        calx_bulk_choose_updated(writer);
    if (bulk->copies != NULL) {
        void *copy = calx_bulk_copy(bulk, number);
        status = calx_version_raise(writer, copy, row);
        changed = copy;
    }
    if (status == CALX_OK)
        status = calx_writer_bind_columns(writer, changed, writer->entity->columns, out_width);
    return status == CALX_OK ? calx_writer_bind_where(writer, row, out_width) : status;
}

static calx_status prepare_delete(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    memset(writer->entity->columns, 0,
           calx_plan_words(writer->entity->mapper) * sizeof(*writer->entity->columns));
    *out_width = 0;
    return calx_writer_bind_where(writer, calx_bulk_row(bulk, number), out_width);
}

/* A key that the database makes when it is left empty is not set then. */
calx_status calx_bulk_check_key(calx_bulk *bulk, size_t number)
{
    const void *row = calx_bulk_row(bulk, number);
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    for (size_t i = 0; bulk->kind->by_key && i < mapper->key_count; i++) {
        const calx_column *column = &mapper->columns[mapper->key[i]];
        calx_value value;
        bool is_made = (column->flags & CALX_COLUMN_GENERATED) != 0;
        calx_status status = calx_column_read(column, row, &value);
        if (status != CALX_OK || value.type == CALX_VALUE_NULL ||
            (is_made && calx_column_is_empty(column, row)))
            return calx_session_fail(bulk->writer.session, CALX_E_STATE,
                                     "%s.%s is not set: the key says which row is meant",
                                     mapper->name, column->member);
    }
    return CALX_OK;
}

const calx_bulk_kind calx_bulk_inserting = {
    .doing = "inserting",
    .many = CALX_PLAN_LOAD_ROWS,
    .alone = CALX_PLAN_INSERT,
    .copied = true,
    .writes = true,
    .prepare = prepare_insert,
};

const calx_bulk_kind calx_bulk_updating = {
    .doing = "updating",
    .many = CALX_PLAN_UPDATE_ROWS,
    .alone = CALX_PLAN_UPDATE,
    .by_key = true,
    .writes = true,
    .prepare = prepare_update,
};

const calx_bulk_kind calx_bulk_deleting = {
    .doing = "deleting",
    .many = CALX_PLAN_DELETE_ROWS,
    .alone = CALX_PLAN_DELETE,
    .by_key = true,
    .prepare = prepare_delete,
};
