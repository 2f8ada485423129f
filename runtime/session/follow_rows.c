/*
 * Rows of many owners by one statement: each becomes an instance and is told apart by the key it
 * was found by. Nothing is shown here; the strategies do that when all rows are there.
 */
#include "session/follow.h"

#include "base/allocator.h"
#include "base/apart.h"
#include "base/error.h"
#include "base/pages.h"
#include "mapper/column.h"
#include "session/bind.h"
#include "session/choice.h"
#include "session/joined.h"
#include "session/statement_hook.h"

#include <string.h>

/* Keys of more columns than this are rare enough to allocate. */
enum { FEW_COLUMNS = 4 };

void calx_found_clear(calx_found *found)
{
    calx_block_give(found->rows, found->capacity * sizeof *found->rows);
    *found = (calx_found){ 0 };
}

static CALX_APART bool grow(calx_found *found)
{
    calx_found larger = { .count = found->count };
    larger.capacity = found->capacity == 0 ? 64 : found->capacity * 2;
    larger.rows = calx_block_take(larger.capacity * sizeof *larger.rows);
    if (larger.rows == NULL)
        return false;
    if (found->count > 0)
        memcpy(larger.rows, found->rows, found->count * sizeof *larger.rows);
    calx_found_clear(found);
    *found = larger;
    return true;
}

static calx_status add_row(calx_session *session, calx_found *found, calx_instance *instance,
                           size_t number)
{
    if (found->count == found->capacity && !grow(found))
        return calx_error_set_nomem(&session->error);
    found->rows[found->count++] = (calx_found_row){ instance, number };
    return CALX_OK;
}

/* ---- one statement ---- */

void calx_follow_text_clear(calx_follow_text *text)
{
    calx_sql_text_release(text->text);
    calx_parameter_list_clear(&text->parameters);
}

/* The text, found or made. */
static calx_status find_text(calx_session *session, const calx_branch *branch,
                             const calx_sql_query *select, calx_follow_text *text)
{
    calx_status status =
        calx_session_select_text(session, branch, select, &text->parameters, &text->text);
    if (status != CALX_OK && session->error.status == CALX_OK)
        calx_error_set(&session->error, status, "rows of %s: %s", select->mapper->name,
                       calx_status_text(status));
    return status;
}

/* Opens and runs it up to the first row. bind NULL: what the text binds by itself. */
static calx_status start(calx_session *session, calx_branch *branch, const calx_follow_text *text,
                         const calx_follow_bind *bind, calx_cursor **out_cursor, bool *out_row)
{
    calx_status status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    status = calx_connection_open_known(branch->connection, text->text, out_cursor);
    if (status == CALX_OK && bind != NULL)
        status =
            calx_cursor_execute_keys(*out_cursor, bind->values, bind->count, bind->keys, out_row);
    else if (status == CALX_OK)
        status = calx_cursor_execute(*out_cursor, text->parameters.items, text->parameters.count,
                                     out_row);
    return status == CALX_OK ? CALX_OK : calx_branch_take_error(session, branch);
}

/* A statement that runs. */
typedef struct started {
    calx_cursor *cursor;
    calx_value *values; /* bound, of its own; or NULL */
    bool row;
} started;

static calx_status start_values(calx_session *session, calx_branch *branch,
                                const calx_follow_text *text, started *out, size_t count)
{
    calx_status status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    status = calx_connection_open_known(branch->connection, text->text, &out->cursor);
    if (status == CALX_OK)
        status = calx_cursor_execute(out->cursor, out->values, count, &out->row);
    return status == CALX_OK ? CALX_OK : calx_branch_take_error(session, branch);
}

/* Conditions of listeners behind those there are, in the caller's room. */
static void join_conditions(calx_sql_query *select, calx_condition *room, const calx_added *added)
{
    if (select->condition_count > 0)
        memcpy(room, select->conditions, select->condition_count * sizeof(*room));
    memcpy(room + select->condition_count, added->items, added->count * sizeof(*room));
    select->conditions = room;
    select->condition_count += added->count;
}

/* The keys as single values, behind those of the conditions. NULL: no memory. */
static calx_value *join_values(const calx_follow_bind *bind, const calx_follow_text *text)
{
    size_t before = text->parameters.count;
    calx_value *values = calx_alloc_array(before + bind->count + 1, sizeof *values);
    if (values == NULL)
        return NULL;
    if (before > 0)
        memcpy(values, text->parameters.items, before * sizeof *values);
    if (bind->count > 0)
        memcpy(values + before, bind->values, bind->count * sizeof *values);
    return values;
}

/* As find_text() and start(), with more conditions. out->values: calx_release(). */
static calx_status start_added(calx_session *session, calx_branch *branch,
                               const calx_sql_query *select, const calx_follow_bind *bind,
                               calx_follow_text *text, const calx_added *added, started *out)
{
    calx_sql_query asking = *select;
    calx_sql_within within = { .column_count = 0 };
    calx_condition *room = calx_alloc_array(select->condition_count + added->count, sizeof *room);
    if (room == NULL)
        return calx_error_set_nomem(&session->error);
    join_conditions(&asking, room, added);
    if (bind != NULL && select->within != NULL) {
        within = *select->within;
        within.keys = bind->keys;
        asking.within = &within;
    }
    calx_status status = find_text(session, branch, &asking, text);
    calx_release(room);
    if (status != CALX_OK || bind == NULL)
        return status == CALX_OK ? start(session, branch, text, NULL, &out->cursor, &out->row)
                                 : status;
    out->values = join_values(bind, text);
    if (out->values == NULL)
        return calx_error_set_nomem(&session->error);
    return start_values(session, branch, text, out, text->parameters.count + bind->count);
}

static calx_status tell(calx_session *session, const calx_sql_query *select,
                        const calx_follow_reader *reader, calx_added *out_added)
{
    calx_session_statement told = {
        .kind = CALX_STATEMENT_SELECT,
        .cause = session->hooks.along == NULL ? CALX_CAUSE_EAGER : CALX_CAUSE_LAZY,
        .relationship = reader->facts,
    };
    const calx_mapper *mapper = reader->takes_conditions ? select->mapper : reader->facts->target;
    return calx_session_tell_statement(session, mapper, &told,
                                       reader->takes_conditions ? out_added : NULL);
}

calx_status calx_follow_run(calx_session *session, const calx_sql_query *select,
                            const calx_follow_bind *bind, calx_follow_text *text,
                            const calx_follow_reader *reader)
{
    calx_added added;
    started run = { NULL, NULL, false };
    bool linking = session->linking;
    calx_branch *branch = bind == NULL ? NULL : bind->branch;
    added.count = 0;
    calx_status status = tell(session, select, reader, &added);
    if (status == CALX_OK && branch == NULL)
        status = calx_bind_read(session, select->mapper, &branch);
    session->linking = true;
    if (status == CALX_OK && added.count > 0) {
        status = start_added(session, branch, select, bind, text, &added, &run);
    } else if (status == CALX_OK) {
        status = find_text(session, branch, select, text);
        if (status == CALX_OK)
            status = start(session, branch, text, bind, &run.cursor, &run.row);
    }
    while (status == CALX_OK && run.row) {
        status = reader->read(reader->context, run.cursor);
        if (status == CALX_OK && calx_cursor_next(run.cursor, &run.row) != CALX_OK)
            status = calx_session_take_cursor_error(session, run.cursor);
    }
    session->linking = linking;
    calx_cursor_close(run.cursor);
    calx_release(run.values);
    return status;
}

/* ---- rows of targets ---- */

typedef struct target_rows {
    const calx_following *following;
    const calx_follow_keys *keys;
    calx_entity *entity;
    const calx_choice *choice; /* which columns the rows have; NULL: all */
    calx_value *key;           /* room for one */
    calx_value last; /* a key of one column that holds nothing borrowed: that of the row before */
    size_t last_number;
    calx_joined *joined; /* what rows bring along; NULL: nothing */
    calx_found *found;
} target_rows;

/* Rows of one owner mostly follow each other. */
static size_t find_word(target_rows *rows, const calx_value *key)
{
    if (rows->last.type != CALX_VALUE_INT64 || rows->last.as.int64 != key->as.int64) {
        rows->last = *key;
        rows->last_number = calx_key_set_find(&rows->keys->set, key);
    }
    return rows->last_number;
}

static bool is_word(const target_rows *rows, const calx_value *key)
{
    return rows->keys->set.width == 1 && key->type == CALX_VALUE_INT64;
}

/* The number of the key that the present row holds. */
static calx_status find_number(target_rows *rows, calx_cursor *cursor, size_t *out_number)
{
    const calx_follow_keys *keys = rows->keys;
    for (size_t i = 0; i < keys->set.width; i++) {
        uint16_t column = keys->theirs[i];
        if (rows->joined == NULL)
            rows->key[i] = rows->entity->row[column];
        else if (calx_cursor_peek(cursor, calx_choice_place(rows->choice, column),
                                  rows->entity->form.wanted[column], &rows->key[i]) != CALX_OK)
            return calx_session_read_failed(rows->following->session, rows->entity, cursor);
    }
    *out_number = is_word(rows, rows->key) ? find_word(rows, rows->key)
                                           : calx_key_set_find(&keys->set, rows->key);
    return CALX_OK;
}

/* Mostly the row was read in full, and its key is a number. */
static inline calx_status read_number(target_rows *rows, calx_cursor *cursor, size_t *out_number)
{
    const calx_value *key = &rows->entity->row[rows->keys->theirs[0]];
    if (rows->joined != NULL || !is_word(rows, key))
        return find_number(rows, cursor, out_number);
    *out_number = find_word(rows, key);
    return CALX_OK;
}

/* A row that brings nothing else. */
static calx_status take_plain(target_rows *rows, calx_cursor *cursor)
{
    const calx_following *following = rows->following;
    calx_session *session = following->session;
    calx_instance *instance = NULL;
    size_t number = SIZE_MAX;
    calx_status status = rows->choice == NULL
                             ? calx_session_read_row(session, rows->entity, cursor)
                             : calx_choice_read(session, rows->entity, rows->choice, cursor, 0);
    if (status == CALX_OK)
        status = read_number(rows, cursor, &number);
    if (status != CALX_OK)
        return status;
    uint64_t before = session->arrivals;
    status = calx_session_materialize(session, rows->entity, &instance, NULL);
    if (status != CALX_OK || instance == NULL)
        return status;
    instance->flags |= CALX_INSTANCE_HELD;
    if (session->arrivals != before)
        status = calx_loads_note(session, instance, following->under);
    if (status != CALX_OK || number == SIZE_MAX)
        return status;
    return add_row(session, rows->found, instance, number);
}

/* A row of several tables, of which the first is the target's. */
static calx_status take_joined(target_rows *rows, calx_cursor *cursor)
{
    calx_joined_row row;
    size_t number = SIZE_MAX;
    calx_status status = calx_joined_read(rows->joined, cursor, &row);
    if (status != CALX_OK || row.instance == NULL || row.repeats)
        return status;
    row.instance->flags |= CALX_INSTANCE_HELD;
    status = read_number(rows, cursor, &number);
    if (status != CALX_OK || number == SIZE_MAX)
        return status;
    return add_row(rows->following->session, rows->found, row.instance, number);
}

static calx_status take_row(void *context, calx_cursor *cursor)
{
    target_rows *rows = context;
    return rows->joined == NULL ? take_plain(rows, cursor) : take_joined(rows, cursor);
}

calx_status calx_follow_targets_of(const calx_following *following, const calx_sql_query *select,
                                   const calx_follow_bind *bind, calx_follow_text *text,
                                   const calx_follow_keys *keys, calx_found *found)
{
    calx_session *session = following->session;
    calx_value few[FEW_COLUMNS];
    calx_sql_query joining = *select;
    target_rows rows = { .following = following, .keys = keys, .key = few, .found = found };
    const calx_follow_reader reader = { take_row, &rows, following->facts, true };
    calx_status status = CALX_OK;
    rows.entity = calx_session_entity(session, following->facts->target);
    if (rows.entity == NULL)
        return session->error.status;
    if (following->under != NULL)
        status =
            calx_choice_without(session, rows.entity, following->under->left_out, &rows.choice);
    joining.columns = calx_choice_columns(rows.choice);
    if (status == CALX_OK && following->under != NULL && following->under->joins)
        status = calx_joined_new(session, following->under, &rows.joined);
    if (status == CALX_OK && keys->set.width > FEW_COLUMNS &&
        (rows.key = calx_alloc_array(keys->set.width, sizeof *rows.key)) == NULL)
        status = calx_error_set_nomem(&session->error);
    if (rows.joined != NULL)
        joining.joins = calx_joined_joins(rows.joined, &joining.join_count);
    if (status == CALX_OK)
        status = calx_follow_run(session, &joining, bind, text, &reader);
    if (status == CALX_OK && rows.joined != NULL)
        status = calx_joined_end(rows.joined);
    calx_joined_free(rows.joined);
    if (rows.key != few)
        calx_release(rows.key);
    return status;
}

/* ---- keys of owners ---- */

static calx_status read_key(calx_session *session, const calx_instance *owner,
                            const calx_follow_keys *keys, calx_value *out, bool *out_complete)
{
    *out_complete = true;
    for (size_t i = 0; i < keys->set.width; i++) {
        const calx_column *column = &owner->mapper->columns[keys->ours[i]];
        calx_status status = calx_column_read(column, calx_instance_entity(owner), &out[i]);
        if (status != CALX_OK)
            return calx_session_fail(session, status, "%s.%s: no NUL inside the array",
                                     owner->mapper->name, column->member);
        if (out[i].type == CALX_VALUE_NULL)
            *out_complete = false;
    }
    return CALX_OK;
}

void calx_follow_keys_clear(calx_follow_keys *keys)
{
    calx_key_set_clear(&keys->set);
    calx_release(keys->numbers);
    keys->numbers = NULL;
}

calx_status calx_follow_keys_read(calx_follow_keys *keys, const calx_following *following,
                                  size_t width)
{
    calx_session *session = following->session;
    calx_status status = calx_key_set_init(&keys->set, width, following->count);
    keys->numbers = calx_alloc_array(following->count + 1, sizeof *keys->numbers);
    calx_value *key = calx_alloc_array(width + 1, sizeof *key);
    if (status != CALX_OK || keys->numbers == NULL || key == NULL)
        status = calx_error_set_nomem(&session->error);
    for (size_t i = 0; status == CALX_OK && i < following->count; i++) {
        bool complete = false;
        status =
            read_key(session, calx_instance_trusted(following->owners[i]), keys, key, &complete);
        keys->numbers[i] = complete ? calx_key_set_put(&keys->set, key) : SIZE_MAX;
    }
    calx_release(key);
    return status;
}
