/*
 * Rows by the names of their members (SES-323 to 325): a mapping becomes a struct and the set of
 * the columns it has, and goes on as plain rows do. The rules kept: what is not named is left to
 * the database; mappings are only read, but for keys that are asked for; and memory beside them is
 * bounded by one array of rows.
 */
#include "session/bulk.h"

#include "base/allocator.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "mapper/column.h"

#include <stdio.h>
#include <string.h>

typedef struct mapped {
    calx_bulk bulk; /* first */
    const calx_mapping *mappings;
    size_t count, at; /* of the mappings; those before at were sent */
    bool renders_nulls;
    bool returns_keys;
    bool synchronizes; /* instances that are loaded */
    size_t sent;       /* rows so far */
    int64_t *keys;     /* that the database made */
    char *rows;        /* the array, and what belongs to each of its rows */
    uint64_t *given;
    size_t *positions;
    uint16_t *hints; /* the column that the value of this place had in the row before */
    calx_arena texts;
} mapped;

/* ---- one value ---- */

static calx_status blame(mapped *all, calx_status status, const char *what, const char *member)
{
    return calx_session_fail(all->bulk.writer.session, status, "%s rows[%zu] of %s: %s%s",
                             all->bulk.kind->doing, all->at, all->bulk.writer.entity->mapper->name,
                             what, member);
}

static bool is_called(const calx_mapper *mapper, size_t column, const char *member)
{
    return column < mapper->column_count && strcmp(mapper->columns[column].member, member) == 0;
}

/* Rows mostly name the same members in the same order. */
static size_t find_column(const mapped *all, size_t place, const char *member)
{
    const calx_mapper *mapper = all->bulk.writer.entity->mapper;
    size_t i = place < mapper->column_count ? all->hints[place] : 0;
    if (is_called(mapper, i, member))
        return i;
    for (i = 0; i < mapper->column_count && !is_called(mapper, i, member); i++)
        ;
    if (i < mapper->column_count && place < mapper->column_count)
        all->hints[place] = (uint16_t)i;
    return i;
}

static calx_status blame_name(mapped *all, const char *member)
{
    const calx_mapper *mapper = all->bulk.writer.entity->mapper;
    calx_buffer names = CALX_BUFFER_INIT;
    for (size_t i = 0; i < mapper->column_count; i++)
        calx_buffer_format(&names, "%s%s", i == 0 ? "" : ", ", mapper->columns[i].member);
    calx_status status = names.status;
    if (status == CALX_OK)
        status = calx_session_fail(all->bulk.writer.session, CALX_E_ARGUMENT,
                                   "%s rows[%zu] of %s: it has no column \"%s\"; there are %s",
                                   all->bulk.kind->doing, all->at, mapper->name, member,
                                   calx_buffer_text(&names));
    else
        calx_error_set_nomem(&all->bulk.writer.session->error);
    calx_buffer_clear(&names);
    return status;
}

/* Texts may have no NUL behind them, which those of structs do. */
static calx_status write_value(mapped *all, const calx_column *column, const calx_value *value,
                               void *row)
{
    calx_value fitted = *value;
    const char *reason = "";
    char what[160];
    calx_status status = CALX_OK;
    if (value->type != CALX_VALUE_NULL)
        status = calx_column_fit(column, value, &fitted, &reason);
    if (status == CALX_OK && (fitted.type == CALX_VALUE_TEXT || fitted.type == CALX_VALUE_BYTES)) {
        fitted.as.span.data =
            calx_arena_text(&all->texts, fitted.as.span.data, fitted.as.span.size);
        if (fitted.as.span.data == NULL)
            return calx_error_set_nomem(&all->bulk.writer.session->error);
    }
    if (status == CALX_OK)
        status = calx_column_write(column, row, &fitted, &reason);
    if (status == CALX_OK)
        return CALX_OK;
    snprintf(what, sizeof what, "%s: ", column->member);
    return blame(all, status, what, reason);
}

/* A key that the database is to make has no value yet. */
static bool is_left_out(const mapped *all, const calx_column *column, const calx_value *value)
{
    return value->type == CALX_VALUE_NULL && !all->bulk.kind->by_key &&
           (!all->renders_nulls || (column->flags & CALX_COLUMN_GENERATED) != 0);
}

static calx_status take_value(mapped *all, size_t place, const calx_mapped_value *value, void *row,
                              uint64_t *seen, uint64_t *given)
{
    const calx_mapper *mapper = all->bulk.writer.entity->mapper;
    if (value->member == NULL)
        return blame(all, CALX_E_ARGUMENT, "the name of a member is NULL", "");
    size_t column = find_column(all, place, value->member);
    if (column == mapper->column_count)
        return blame_name(all, value->member);
    if (calx_plan_has(seen, column))
        return blame(all, CALX_E_ARGUMENT, "a member is named twice: ", value->member);
    calx_plan_include(seen, column);
    if (is_left_out(all, &mapper->columns[column], &value->value))
        return CALX_OK;
    calx_plan_include(given, column);
    return write_value(all, &mapper->columns[column], &value->value, row);
}

/* ---- one row ---- */

static bool is_of_where(const calx_column *column)
{
    return (column->flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0;
}

/* Of an UPDATE key and version say which row is meant: they are named, and not set. */
static calx_status take_where(mapped *all, uint64_t *given)
{
    const calx_entity *entity = all->bulk.writer.entity;
    for (size_t i = 0; i < entity->mapper->column_count; i++) {
        const calx_column *column = &entity->mapper->columns[i];
        if (!is_of_where(column))
            continue;
        if (!calx_plan_has(given, i))
            return blame(all, CALX_E_STATE,
                         (column->flags & CALX_COLUMN_KEY) != 0
                             ? "the key says which row is meant, and it does not name "
                             : "the row has a version, and it does not name ",
                         column->member);
        given[i / 64] &= ~(UINT64_C(1) << (i % 64));
    }
    return CALX_OK;
}

static bool is_anything_given(const mapped *all, const uint64_t *given)
{
    bool any = false;
    for (size_t i = 0; i < calx_plan_words(all->bulk.writer.entity->mapper); i++)
        any = any || given[i] != 0;
    return any;
}

/* Whether there is a value to write the key into. */
static calx_mapped_value *place_of_key(const mapped *all, const calx_mapping *mapping)
{
    const calx_mapper *mapper = all->bulk.writer.entity->mapper;
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->values[i].member, mapper->columns[mapper->key[0]].member) == 0)
            return &mapping->values[i];
    return NULL;
}

static calx_status take_values(mapped *all, const calx_mapping *mapping, void *row, uint64_t *seen,
                               uint64_t *given)
{
    calx_status status = CALX_OK;
    if (mapping->values == NULL && mapping->count > 0)
        return blame(all, CALX_E_ARGUMENT, "its array of values is NULL", "");
    for (size_t i = 0; status == CALX_OK && i < mapping->count; i++)
        status = take_value(all, i, &mapping->values[i], row, seen, given);
    if (status == CALX_OK && all->returns_keys && place_of_key(all, mapping) == NULL)
        return blame(
            all, CALX_E_ARGUMENT, "it has no place for its key: name it with calx_value_null(): ",
            all->bulk.writer.entity->mapper->columns[all->bulk.writer.entity->mapper->key[0]]
                .member);
    return status;
}

/* What a new instance would have, where the mapping says nothing. */
static void take_defaults(const mapped *all, void *row, uint64_t *given)
{
    const calx_mapper *mapper = all->bulk.writer.entity->mapper;
    for (size_t i = 0; mapper->prototype != NULL && i < mapper->column_count; i++) {
        const calx_column *column = &mapper->columns[i];
        calx_value value;
        if (calx_plan_has(given, i) || calx_column_is_empty(column, mapper->prototype) ||
            calx_column_read(column, mapper->prototype, &value) != CALX_OK ||
            calx_column_write(column, row, &value, NULL) != CALX_OK)
            continue;
        calx_plan_include(given, i);
    }
}

/* The mapping in hand becomes the next row of the array, unless it changes nothing. */
static calx_status take_mapping(mapped *all)
{
    calx_bulk *bulk = &all->bulk;
    const calx_entity *entity = bulk->writer.entity;
    size_t words = calx_plan_words(entity->mapper), size = entity->mapper->instance_size;
    void *row = memset(all->rows + bulk->count * size, 0, size);
    uint64_t *given = all->given + bulk->count * words;
    memset(given, 0, words * sizeof(*given));
    memset(entity->columns, 0, words * sizeof(*given)); /* those that were seen */
    calx_status status = take_values(all, &all->mappings[all->at], row, entity->columns, given);
    if (status == CALX_OK && bulk->kind->by_key)
        status = take_where(all, given);
    if (status != CALX_OK)
        return status;
    if (!bulk->kind->by_key)
        take_defaults(all, row, given);
    all->positions[bulk->count] = all->at;
    if (!bulk->kind->by_key || entity->version >= 0 || is_anything_given(all, given))
        bulk->count++;
    return CALX_OK;
}

/* ---- all rows ---- */

static calx_status send_arrays(mapped *all, size_t most)
{
    calx_status status = CALX_OK;
    while (status == CALX_OK && all->at < all->count) {
        size_t first = all->at;
        calx_arena_reset(&all->texts);
        all->bulk.count = 0;
        for (; status == CALX_OK && all->at < all->count && all->bulk.count < most; all->at++)
            status = take_mapping(all);
        all->bulk.before = first; /* of an INSERT no mapping is left out */
        if (status == CALX_OK)
            status = calx_bulk_send_array(&all->bulk);
        if (status == CALX_OK && all->synchronizes)
            status = calx_bulk_synchronize(&all->bulk);
        all->sent += all->bulk.count;
    }
    return status;
}

static calx_status make_room(mapped *all, size_t most)
{
    const calx_mapper *mapper = all->bulk.writer.entity->mapper;
    size_t words = calx_plan_words(mapper);
    all->rows = calx_alloc_array(most, mapper->instance_size);
    all->given = calx_alloc_array(most, words * sizeof(*all->given));
    all->positions = calx_alloc_array(most, sizeof(*all->positions));
    all->hints = calx_alloc_zeroed((size_t)mapper->column_count * sizeof(*all->hints));
    if (all->rows == NULL || all->given == NULL || all->positions == NULL || all->hints == NULL)
        return calx_error_set_nomem(&all->bulk.writer.session->error);
    all->bulk.rows = all->rows;
    all->bulk.given = all->given;
    all->bulk.positions = all->positions;
    return calx_bulk_make_copies(&all->bulk, most);
}

static calx_status send_mappings(calx_bulk *bulk)
{
    mapped *all = (mapped *)bulk;
    size_t most = calx_bulk_most_rows(bulk->writer.entity->mapper->instance_size);
    if (most > all->count)
        most = all->count;
    if (most == 0)
        return CALX_OK;
    calx_arena_init(&all->texts, 0);
    calx_status status = make_room(all, most);
    if (status == CALX_OK)
        status = send_arrays(all, most);
    calx_arena_clear(&all->texts);
    calx_release(all->rows);
    calx_release(all->given);
    calx_release(all->positions);
    calx_release(all->hints);
    return status;
}

/* ---- the calls ---- */

static calx_status check_mappings(calx_session *session, const calx_mapping *mappings, size_t count,
                                  const char *call)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK && mappings == NULL && count > 0)
        return calx_session_fail(session, CALX_E_ARGUMENT, "%s(): the array of mappings is NULL",
                                 call);
    return status;
}

bool calx_bulk_makes_keys(const calx_mapper *mapper)
{
    return mapper->key_count == 1 &&
           (mapper->columns[mapper->key[0]].flags & CALX_COLUMN_GENERATED) != 0;
}

static void give_keys(mapped *all)
{
    for (size_t i = 0; i < all->count; i++)
        place_of_key(all, &all->mappings[i])->value = calx_value_int64(all->keys[i]);
}

static calx_status insert_mappings(mapped *all, const calx_mapper *mapper,
                                   calx_bulk_options *options)
{
    all->bulk.options = options;
    if (all->returns_keys) {
        all->keys = calx_alloc_array(all->count, sizeof(*all->keys));
        if (all->keys == NULL)
            return calx_error_set_nomem(&all->bulk.writer.session->error);
        options->out_keys = all->keys;
    }
    calx_status status = calx_bulk_run(&all->bulk, mapper, "bulk_insert_mappings");
    if (status == CALX_OK && all->returns_keys)
        give_keys(all);
    calx_release(all->keys);
    return status;
}

calx_status calx_session_bulk_insert_mappings(calx_session *session, const calx_mapper *mapper,
                                              const calx_mapping *mappings, size_t count,
                                              const calx_bulk_mapping_options *options)
{
    static const calx_bulk_mapping_options usual = CALX_BULK_MAPPING_OPTIONS_INIT;
    calx_bulk_options inserting = CALX_BULK_OPTIONS_INIT;
    calx_status status = check_mappings(session, mappings, count, "bulk_insert_mappings");
    if (status != CALX_OK)
        return status;
    if (options == NULL)
        options = &usual;
    if (options->size != sizeof(*options))
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "bulk_insert_mappings(): start the options from "
                                 "CALX_BULK_MAPPING_OPTIONS_INIT");
    mapped all = { .mappings = mappings, .count = count, .renders_nulls = options->render_nulls };
    all.returns_keys =
        options->return_defaults && count > 0 && mapper != NULL && calx_bulk_makes_keys(mapper);
    all.bulk.writer.session = session;
    all.bulk.send = send_mappings;
    return insert_mappings(&all, mapper, &inserting);
}

static calx_status update_mappings(mapped *all, calx_session *session, const calx_mapper *mapper,
                                   const char *call)
{
    calx_bulk_options options = CALX_BULK_OPTIONS_INIT;
    options.operation = CALX_BULK_UPDATE;
    all->renders_nulls = true;
    all->bulk.options = &options;
    all->bulk.writer.session = session;
    all->bulk.send = send_mappings;
    return calx_bulk_run(&all->bulk, mapper, call);
}

calx_status calx_session_bulk_update_mappings(calx_session *session, const calx_mapper *mapper,
                                              const calx_mapping *mappings, size_t count)
{
    mapped all = { .mappings = mappings, .count = count };
    calx_status status = check_mappings(session, mappings, count, "bulk_update_mappings");
    return status == CALX_OK ? update_mappings(&all, session, mapper, "bulk_update_mappings")
                             : status;
}

calx_status calx_bulk_update_rows(calx_session *session, const calx_mapper *mapper,
                                  const calx_bulk_rows *rows, int64_t *out_count)
{
    mapped all = { .mappings = rows->items,
                   .count = rows->count,
                   .synchronizes = rows->synchronizes };
    calx_status status = update_mappings(&all, session, mapper, "calx_query_update");
    if (status == CALX_OK)
        *out_count = (int64_t)all.sent;
    return status;
}
