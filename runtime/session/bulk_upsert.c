/*
 * Rows of plain structs that may be there already (SES-328 as far as it speaks of versions). The
 * rules kept: a row whose key the database is to make is inserted and nothing else, since a made
 * key that is taken means another row; a version that was given is checked, and one that is stored
 * is counted up whoever wrote the row.
 */
#include "session/bulk.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/version.h"

#include <string.h>

/* ---- one row ---- */

static calx_status prepare_upsert(calx_bulk *bulk, size_t number, size_t *out_width)
{
    calx_writer *writer = &bulk->writer;
    const calx_entity *entity = writer->entity;
    const void *row = calx_bulk_row(bulk, number);
    bulk->checks = (bulk->conflict & CALX_CONFLICT_COUNTS) != 0 &&
                   !calx_column_is_empty(&entity->mapper->columns[entity->version], row);
    return calx_bulk_inserting.prepare(bulk, number, out_width);
}

const calx_bulk_kind calx_bulk_upserting = {
    .doing = "upserting",
    .many = CALX_PLAN_UPSERT_ROWS,
    .alone = CALX_PLAN_UPSERT,
    .writes = true,
    .upserts = true,
    .prepare = prepare_upsert,
};

/* ---- the statement ---- */

/* Whether rows of these columns leave a key that says which row is meant to the database. */
static bool is_only_inserted(const calx_bulk *bulk, const uint64_t *columns)
{
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    for (size_t i = 0; bulk->targets != NULL && i < mapper->key_count; i++)
        if (calx_plan_has(bulk->targets, mapper->key[i]) && !calx_plan_has(columns, mapper->key[i]))
            return true;
    return false;
}

static bool is_empty(const calx_mapper *mapper, const uint64_t *columns)
{
    for (size_t i = 0; i < calx_plan_words(mapper); i++)
        if (columns[i] != 0)
            return false;
    return true;
}

/* Of the rows of an UPSERT: a row of nothing has nothing in common with another. */
static bool inserts(const calx_bulk *bulk, const uint64_t *columns)
{
    return !bulk->kind->upserts || is_only_inserted(bulk, columns) ||
           is_empty(bulk->writer.entity->mapper, columns);
}

static calx_plan_key insert_plan(const calx_bulk *bulk, bool many, const uint64_t *columns)
{
    calx_plan_key key = { .mapper = bulk->writer.entity->mapper, .columns = columns };
    key.kind = many ? calx_bulk_inserting.many : calx_bulk_inserting.alone;
    if (many && bulk->options->out_keys != NULL)
        key.kind = CALX_PLAN_INSERT_ROWS;
    return key;
}

calx_plan_key calx_bulk_plan(const calx_bulk *bulk, bool many, const uint64_t *columns, bool checks)
{
    const calx_bulk_kind *kind = bulk->kind;
    if (kind->writes && !kind->by_key && inserts(bulk, columns))
        return insert_plan(bulk, many, columns);
    calx_plan_key key = { .mapper = bulk->writer.entity->mapper,
                          .kind = many ? kind->many : kind->alone,
                          .columns = kind->writes ? columns : NULL };
    if (kind->upserts) {
        key.targets = bulk->targets;
        key.chosen = bulk->updated;
        key.conflict = bulk->conflict | (checks ? CALX_CONFLICT_CHECKS : 0);
    }
    return key;
}

/* ---- the options ---- */

static calx_status refuse(calx_bulk *bulk, const char *what, const char *member)
{
    return calx_session_fail(bulk->writer.session, CALX_E_ARGUMENT, "upserting rows of %s: %s%s",
                             bulk->writer.entity->mapper->name, what, member);
}

/* Columns that options name, into a set. */
static calx_status read_columns(calx_bulk *bulk, const calx_column_ref *columns, size_t count,
                                uint64_t *set)
{
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    if (columns == NULL)
        return refuse(bulk, "the array of columns is NULL", "");
    for (size_t i = 0; i < count; i++) {
        if (columns[i].mapper != mapper || columns[i].column >= mapper->column_count)
            return refuse(bulk, "a column of the options is not one of it", "");
        calx_plan_include(set, columns[i].column);
    }
    return CALX_OK;
}

static calx_status read_index(calx_bulk *bulk, const char *name, uint64_t *set)
{
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    for (size_t i = 0; i < mapper->index_count; i++) {
        const calx_index *index = &mapper->indexes[i];
        if (!index->unique || strcmp(index->name, name) != 0)
            continue;
        for (size_t j = 0; j < index->column_count; j++)
            calx_plan_include(set, index->columns[j]);
        return CALX_OK;
    }
    return refuse(bulk, "it has no unique index of the name ", name);
}

/* Which rows are the same. */
static calx_status read_targets(calx_bulk *bulk)
{
    const calx_bulk_options *options = bulk->options;
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    if (options->conflict_index != NULL && options->conflict_count > 0)
        return refuse(bulk, "a conflict has columns or an index, not both", "");
    if (options->conflict_index == NULL && options->conflict_count == 0 &&
        options->conflict_nothing)
        return CALX_OK;
    bulk->targets = bulk->sets;
    if (options->conflict_index != NULL)
        return read_index(bulk, options->conflict_index, bulk->sets);
    if (options->conflict_count > 0)
        return read_columns(bulk, options->conflict, options->conflict_count, bulk->sets);
    if (mapper->key_count == 0)
        return refuse(bulk, "it has no key: name the columns of the conflict", "");
    for (size_t i = 0; i < mapper->key_count; i++)
        calx_plan_include(bulk->sets, mapper->key[i]);
    return CALX_OK;
}

/* What becomes of rows that are there. */
static calx_status read_updated(calx_bulk *bulk)
{
    const calx_bulk_options *options = bulk->options;
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    uint64_t *set = bulk->sets + calx_plan_words(mapper);
    if (options->updated_count == 0)
        return CALX_OK;
    if (options->conflict_nothing)
        return refuse(bulk, "conflict_nothing updates no columns", "");
    bulk->updated = set;
    calx_status status = read_columns(bulk, options->updated, options->updated_count, set);
    for (size_t i = 0; status == CALX_OK && i < mapper->column_count; i++)
        if (calx_plan_has(set, i) &&
            (mapper->columns[i].flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0)
            status = refuse(
                bulk, "its key and version are not updated by name: ", mapper->columns[i].member);
    return status;
}

/* A version of the row that is there is worked out by the database, which can only count. */
static calx_status read_version(calx_bulk *bulk)
{
    const calx_entity *entity = bulk->writer.entity;
    const calx_column *column = &entity->mapper->columns[entity->version];
    if ((column->flags & CALX_COLUMN_MANUAL) != 0)
        return CALX_OK;
    if (entity->mapper->next_version != NULL || column->type == CALX_TYPE_TIMESTAMP)
        return calx_session_fail(bulk->writer.session, CALX_E_UNSUPPORTED,
                                 "upserting rows of %s: %s is a version that the database cannot "
                                 "count: insert and update them, or leave what is there",
                                 entity->mapper->name, column->member);
    bulk->conflict |= CALX_CONFLICT_COUNTS;
    return CALX_OK;
}

calx_status calx_bulk_read_conflict(calx_bulk *bulk)
{
    const calx_entity *entity = bulk->writer.entity;
    const calx_bulk_options *options = bulk->options;
    bulk->sets = calx_alloc_zeroed(2 * calx_plan_words(entity->mapper) * sizeof(*bulk->sets));
    if (bulk->sets == NULL)
        return calx_error_set_nomem(&bulk->writer.session->error);
    bulk->conflict = (options->conflict_nothing ? CALX_CONFLICT_NOTHING : 0) |
                     (options->out_keys != NULL ? CALX_CONFLICT_RETURNS : 0);
    calx_status status = read_targets(bulk);
    if (status == CALX_OK)
        status = read_updated(bulk);
    if (status == CALX_OK && entity->version >= 0 && !options->conflict_nothing)
        status = read_version(bulk);
    return status;
}
