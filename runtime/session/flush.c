/*
 * Doing the work of a flush (SES-150 to 158, 172 to 184, 340 to 346). Each row is prepared, sent
 * and its new values noted; only when all rows are through do instances change their state, and
 * that cannot fail. A failure in between rolls the transaction back at once, and the session waits
 * for rollback().
 */
#include "session/session.h"

#include "base/error.h"
#include "mapper/column.h"
#include "session/batch.h"
#include "session/work.h"

#include <string.h>

/* One flush under way: the statement of the last row is kept open for the next one like it. */
typedef struct writer {
    calx_session *session;
    calx_entity *entity; /* of the row in hand */
    calx_cursor *cursor;
    const calx_plan *plan; /* of cursor */
    bool has_row;          /* the cursor is on one */
    calx_batch batch;      /* rows to be inserted together */
} writer;

/* ---- statements ---- */

static bool is_plan(const calx_plan *plan, const calx_plan_key *key)
{
    return plan != NULL && plan->key.mapper == key->mapper && plan->key.kind == key->kind &&
           (key->columns == NULL || memcmp(plan->key.columns, key->columns,
                                           calx_plan_words(key->mapper) * sizeof(uint64_t)) == 0);
}

static calx_status open_plan(writer *rows, calx_plan_kind kind, const uint64_t *columns)
{
    calx_session *session = rows->session;
    calx_plan_key key = { .mapper = rows->entity->mapper, .kind = kind, .columns = columns };
    if (rows->cursor != NULL && is_plan(rows->plan, &key))
        return CALX_OK;
    calx_cursor_close(rows->cursor);
    rows->cursor = NULL;
    calx_status status =
        calx_engine_plan(session->options.bind, &key, &rows->plan, &session->error);
    if (status != CALX_OK)
        return status;
    if (calx_connection_open(session->connection, rows->plan, &rows->cursor) != CALX_OK)
        return calx_session_take_error(session);
    return CALX_OK;
}

/* Puts the row's name in front of what went wrong. */
static calx_status blame(writer *rows, const calx_instance *instance, const char *doing)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, instance);
    calx_error_prefix(&rows->session->error, "%s %s: ", doing, calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return rows->session->error.status;
}

static calx_status run(writer *rows, size_t count, int64_t *out_changes)
{
    rows->has_row = false;
    if (calx_cursor_execute(rows->cursor, rows->entity->row, count, &rows->has_row) != CALX_OK)
        return calx_session_take_error(rows->session);
    *out_changes = calx_cursor_changes(rows->cursor);
    return CALX_OK;
}

/* The driver knows a value by its number only; here it is known whose it is. */
static void name_column(writer *rows)
{
    const calx_mapper *mapper = rows->entity->mapper;
    size_t number = calx_cursor_refused(rows->cursor);
    for (size_t i = 0; number > 0 && i < mapper->column_count; i++) {
        if (!calx_plan_has(rows->entity->columns, i) || --number > 0)
            continue;
        calx_error_prefix(&rows->session->error, "%s.%s: ", mapper->table, mapper->columns[i].name);
        return;
    }
}

/* Runs a statement whose first parameters are the columns of the entity's set. */
static calx_status run_columns(writer *rows, size_t count, int64_t *out_changes)
{
    calx_status status = run(rows, count, out_changes);
    if (status != CALX_OK)
        name_column(rows);
    return status;
}

/* ---- foreign keys from links ---- */

static bool can_be_null(const calx_mapper *mapper, const calx_foreign_key *key)
{
    for (size_t i = 0; i < key->column_count; i++)
        if ((mapper->columns[key->columns[i]].flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)) !=
            0)
            return false;
    return true;
}

/* A foreign key's column takes the target's value, or NULL when there is no target. */
static calx_status write_part(calx_session *session, calx_instance *instance, const calx_link *link,
                              size_t foreign_key, size_t part)
{
    const calx_foreign_key *key = &instance->mapper->foreign_keys[foreign_key];
    const calx_column *column = &instance->mapper->columns[key->columns[part]];
    calx_value value = calx_value_null();
    const char *reason = "";
    calx_status status = CALX_OK;
    if (link->target != NULL)
        status = calx_column_read(&key->target->columns[key->target_columns[part]],
                                  calx_instance_entity(link->target), &value);
    if (status == CALX_OK)
        status = calx_watch_write(instance, column, &value, &reason);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s.%s: %s", instance->mapper->name,
                                 column->member, reason);
    if (instance->state == CALX_STATE_PERSISTENT && calx_session_is_expired(session, instance)) {
        calx_plan_include(instance->watch->set, key->columns[part]); /* nothing to compare with */
        instance->watch->has_set = true;
    }
    return CALX_OK;
}

static calx_status write_link(calx_session *session, calx_instance *instance, const calx_link *link,
                              size_t foreign_key)
{
    const calx_foreign_key *key = &instance->mapper->foreign_keys[foreign_key];
    if (link->target == NULL && !can_be_null(instance->mapper, key))
        return calx_session_fail(session, CALX_E_NOT_NULL,
                                 "%s.%s is NOT NULL, so a %s cannot be without its %s: delete it, "
                                 "or give it another",
                                 instance->mapper->table,
                                 instance->mapper->columns[key->columns[0]].name,
                                 instance->mapper->name, key->target->name);
    for (size_t part = 0; part < key->column_count; part++) {
        calx_status status = write_part(session, instance, link, foreign_key, part);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static calx_status write_links(calx_session *session, calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        const calx_link *link = &instance->links->links[i];
        calx_status status =
            link->state == CALX_LINK_CHANGED ? write_link(session, instance, link, i) : CALX_OK;
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

/* ---- values ---- */

static calx_status bind_column(writer *rows, calx_instance *instance, size_t i, calx_value *out)
{
    const calx_column *column = &instance->mapper->columns[i];
    calx_status status = calx_column_read(column, calx_instance_entity(instance), out);
    if (status != CALX_OK)
        return calx_session_fail(rows->session, status, "%s.%s: no NUL inside the array",
                                 instance->mapper->name, column->member);
    if (column->length != 0 && calx_column_too_long(column, out))
        return calx_session_fail(rows->session, CALX_E_DATA,
                                 "%s.%s: the text is longer than its column, which takes %u "
                                 "characters",
                                 instance->mapper->table, column->name, (unsigned)column->length);
    return CALX_OK;
}

/* The values of a set of columns, ascending. */
static calx_status bind_columns(writer *rows, calx_instance *instance, const uint64_t *columns,
                                size_t *count)
{
    for (size_t i = 0; i < instance->mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        calx_status status = bind_column(rows, instance, i, &rows->entity->row[*count]);
        if (status != CALX_OK)
            return status;
        ++*count;
    }
    return CALX_OK;
}

static const void *stored_struct(const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    return watch != NULL && watch->has_snapshot ? watch->snapshot : calx_instance_entity(instance);
}

/* Which row: the key as it was loaded, and the version it had then. */
static calx_status bind_where(writer *rows, const calx_instance *instance, size_t *count)
{
    const calx_mapper *mapper = instance->mapper;
    const void *stored = stored_struct(instance);
    calx_status status = calx_key_read(mapper, stored, &rows->entity->row[*count]);
    *count += mapper->key_count;
    if (status == CALX_OK && rows->entity->version >= 0)
        status = calx_column_read(&mapper->columns[rows->entity->version], stored,
                                  &rows->entity->row[(*count)++]);
    if (status != CALX_OK)
        return calx_session_fail(rows->session, CALX_E_FLUSH, "%s: the key cannot be read",
                                 mapper->name);
    return CALX_OK;
}

/* ---- INSERT ---- */

/* Left to the database: a generated key or server default nobody gave a value for. */
static bool is_left_out(const calx_instance *instance, size_t i)
{
    const calx_column *column = &instance->mapper->columns[i];
    if ((column->flags & CALX_COLUMN_GENERATED) == 0 && column->server_default == NULL)
        return false;
    return !calx_plan_has(instance->watch->set, i) &&
           calx_column_is_empty(column, calx_instance_entity(instance));
}

static void choose_columns(writer *rows, const calx_instance *instance, bool *out_defaults)
{
    uint64_t *columns = rows->entity->columns;
    memset(columns, 0, calx_plan_words(instance->mapper) * sizeof(*columns));
    *out_defaults = false;
    for (size_t i = 0; i < instance->mapper->column_count; i++) {
        if (!is_left_out(instance, i))
            calx_plan_include(columns, i);
        else if (instance->mapper->columns[i].server_default != NULL)
            *out_defaults = true;
    }
}

static calx_status write_version(writer *rows, calx_instance *instance, int64_t version)
{
    const calx_column *column = &instance->mapper->columns[rows->entity->version];
    calx_value value = calx_value_int64(version);
    const char *reason = "";
    calx_status status = calx_column_write(column, calx_instance_entity(instance), &value, &reason);
    return status == CALX_OK ? CALX_OK
                             : calx_session_fail(rows->session, status, "%s.%s: %s",
                                                 instance->mapper->name, column->member, reason);
}

/* A version column nobody set starts at 1 (SES-340). */
static calx_status start_version(writer *rows, calx_instance *instance)
{
    int version = rows->entity->version;
    if (version < 0 ||
        !calx_column_is_empty(&instance->mapper->columns[version], calx_instance_entity(instance)))
        return CALX_OK;
    return write_version(rows, instance, 1);
}

/* The key the database made: in the row its INSERT gave, or in the connection. */
static calx_status read_made_key(writer *rows, calx_value *out)
{
    static const calx_value_type wanted = CALX_VALUE_INT64;
    const calx_session *session = rows->session;
    if (!calx_engine_dialect(session->options.bind)->returns_keys) {
        *out = calx_value_int64(calx_cursor_last_key(rows->cursor));
        return CALX_OK;
    }
    if (!rows->has_row)
        return calx_session_fail(rows->session, CALX_E_FLUSH,
                                 "the database made no row and so no key: a trigger or rule of %s "
                                 "swallowed it",
                                 rows->entity->mapper->table);
    if (calx_cursor_read(rows->cursor, &wanted, out, 1) != CALX_OK)
        return calx_session_take_error(rows->session);
    return CALX_OK;
}

/* The key the database made, into its member. */
static calx_status write_back_key(writer *rows, calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    const calx_column *column = &mapper->columns[mapper->key[0]];
    if ((column->flags & CALX_COLUMN_GENERATED) == 0 ||
        calx_plan_has(rows->entity->columns, mapper->key[0]))
        return CALX_OK;
    calx_value made;
    const char *reason = "";
    calx_status status = read_made_key(rows, &made);
    if (status != CALX_OK)
        return status;
    if (calx_column_write(column, calx_instance_entity(instance), &made, &reason) == CALX_OK)
        return CALX_OK;
    return calx_session_fail(rows->session, CALX_E_DATA,
                             "%s.%s: the key %lld that the database made does not fit: %s",
                             mapper->name, column->member, (long long)made.as.int64, reason);
}

/* All that can fail of becoming persistent; the identity map is reserved for. */
static calx_status note_inserted(writer *rows, calx_instance *instance)
{
    calx_key key;
    calx_status status =
        calx_key_from_instance(&key, instance->mapper, calx_instance_entity(instance));
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&rows->session->error);
    if (status != CALX_OK)
        return calx_session_fail(rows->session, CALX_E_FLUSH, "the key was not set");
    calx_key_clear(&instance->key);
    instance->key = key;
    if (calx_watch_take_snapshot(instance->watch) != CALX_OK)
        return calx_error_set_nomem(&rows->session->error);
    return CALX_OK;
}

/* All that is done before the row is sent; its values are in entity->row then. */
static calx_status prepare_insert(writer *rows, calx_instance *instance, size_t *out_count,
                                  bool *out_defaults)
{
    *out_count = 0;
    if (calx_watch_own_texts(instance) != CALX_OK)
        return calx_error_set_nomem(&rows->session->error);
    calx_status status = write_links(rows->session, instance);
    if (status == CALX_OK)
        status = start_version(rows, instance);
    if (status != CALX_OK)
        return status;
    choose_columns(rows, instance, out_defaults);
    return bind_columns(rows, instance, rows->entity->columns, out_count);
}

static calx_status send_insert(writer *rows, calx_instance *instance)
{
    size_t count = 0;
    bool defaults = false;
    int64_t changes = 0;
    calx_status status = prepare_insert(rows, instance, &count, &defaults);
    if (status == CALX_OK)
        status = open_plan(rows, CALX_PLAN_INSERT, rows->entity->columns);
    if (status == CALX_OK)
        status = run_columns(rows, count, &changes);
    if (status == CALX_OK)
        status = write_back_key(rows, instance);
    if (status == CALX_OK && defaults)
        instance->flags |= CALX_INSTANCE_EXPIRED; /* the database knows the rest (SES-176) */
    return status;
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

static calx_status insert_row(writer *rows, calx_instance *instance)
{
    calx_status status = send_insert(rows, instance);
    if (status == CALX_OK)
        status = note_inserted(rows, instance);
    if (status == CALX_E_UNIQUE)
        warn_of_twin(rows->session, instance);
    return status == CALX_OK ? CALX_OK : blame(rows, instance, "inserting");
}

/* ---- many INSERTs at once ---- */

/* The statement was undone, and what is wrong with one row may show when it goes by itself. */
static bool may_go_singly(const calx_error *error)
{
    if ((error->flags & (CALX_ERROR_DISCONNECT | CALX_ERROR_ROLLBACK_ONLY)) != 0)
        return false;
    return error->status != CALX_E_NOMEM && error->status != CALX_E_TIMEOUT &&
           error->status != CALX_E_CANCELED;
}

/* The failure is not that of one row. */
static calx_status blame_batch(writer *rows)
{
    calx_error_prefix(&rows->session->error, "inserting %zu rows of %s: ", rows->batch.count,
                      rows->entity->mapper->name);
    return rows->session->error.status;
}

/* What the database made, and each row's new key and snapshot. */
static calx_status note_batch(writer *rows)
{
    const calx_batch *batch = &rows->batch;
    bool defaults = false;
    choose_columns(rows, batch->instances[0], &defaults); /* it is the set of all of them */
    for (size_t i = 0; i < batch->count; i++) {
        calx_instance *instance = batch->instances[i];
        calx_status status = write_back_key(rows, instance);
        if (status == CALX_OK)
            status = note_inserted(rows, instance);
        if (status == CALX_OK && rows->has_row &&
            calx_cursor_next(rows->cursor, &rows->has_row) != CALX_OK)
            status = calx_session_take_error(rows->session);
        if (status != CALX_OK)
            return blame(rows, instance, "inserting");
        if (defaults)
            instance->flags |= CALX_INSTANCE_EXPIRED;
    }
    return CALX_OK;
}

/* *out_singly: nothing was done, and the rows are to be sent one by one. */
static calx_status send_together(writer *rows, bool *out_singly)
{
    calx_batch *batch = &rows->batch;
    calx_status status = open_plan(rows, CALX_PLAN_INSERT_ROWS, batch->columns);
    rows->has_row = false;
    if (status == CALX_OK && calx_cursor_execute_rows(rows->cursor, batch->values, batch->count,
                                                      &rows->has_row) != CALX_OK)
        status = calx_session_take_error(rows->session);
    if (status == CALX_OK)
        return note_batch(rows);
    *out_singly = may_go_singly(&rows->session->error);
    /* A type that takes text only as a parameter of its own: the next batch would fail as well. */
    if (status == CALX_E_SYNTAX)
        rows->entity->singly = true;
    return *out_singly ? CALX_OK : blame_batch(rows);
}

static calx_status send_singly(writer *rows)
{
    calx_status status = CALX_OK;
    calx_error_clear(&rows->session->error);
    for (size_t i = 0; status == CALX_OK && i < rows->batch.count; i++)
        status = insert_row(rows, rows->batch.instances[i]);
    return status;
}

/* Sends what was gathered. The scratch of its entity is used. */
static calx_status send_batch(writer *rows)
{
    calx_entity *in_hand = rows->entity;
    bool singly = rows->batch.count < CALX_BATCH_LEAST_ROWS;
    calx_status status = CALX_OK;
    if (rows->batch.count == 0)
        return CALX_OK;
    rows->entity = rows->batch.entity;
    if (!singly)
        status = send_together(rows, &singly);
    if (singly)
        status = send_singly(rows);
    rows->entity = in_hand;
    calx_batch_empty(&rows->batch);
    return status;
}

/* What goes wrong before a row is sent is its own, but those before it come first. */
static calx_status insert_alone(writer *rows, calx_instance *instance)
{
    calx_error_clear(&rows->session->error);
    calx_status status = send_batch(rows);
    return status == CALX_OK ? insert_row(rows, instance) : status;
}

/* A row that does not fit begins a batch of its own. */
static calx_status begin_batch(writer *rows, calx_batch_row *row, size_t expected)
{
    bool defaults = false;
    bool had_rows = rows->batch.count > 0;
    calx_status status = send_batch(rows);
    if (status == CALX_OK && had_rows)
        status = prepare_insert(rows, row->instance, &row->width, &defaults);
    if (status == CALX_OK && calx_batch_start(&rows->batch, row, expected) != CALX_OK)
        status = calx_error_set_nomem(&rows->session->error);
    return status;
}

static calx_status gather(writer *rows, calx_instance *instance, size_t expected)
{
    calx_batch_row row = { .entity = rows->entity, .instance = instance };
    calx_status status = CALX_OK;
    bool defaults = false;
    if (rows->batch.entity != rows->entity || calx_batch_is_awaited(&rows->batch, instance))
        status = send_batch(rows); /* what it points at has its key then */
    if (status != CALX_OK)
        return status;
    if (prepare_insert(rows, instance, &row.width, &defaults) != CALX_OK || row.width == 0)
        return insert_alone(rows, instance);
    if (!calx_batch_takes(&rows->batch, &row)) {
        status = begin_batch(rows, &row, expected);
        if (status != CALX_OK)
            return status;
    }
    calx_batch_add(&rows->batch, &row);
    return CALX_OK;
}

/* ---- the version of a row that is expired here ---- */

/* It was counted up by somebody else, perhaps: the row tells (SES-181). */
static calx_status meet_version(writer *rows, calx_instance *instance)
{
    calx_session *session = rows->session;
    bool is_known =
        rows->entity->version < 0 || !calx_session_is_expired(session, instance) ||
        (instance->epoch == session->epoch && (instance->flags & CALX_INSTANCE_NEW_IN_TX) != 0);
    if (is_known)
        return CALX_OK;
    calx_status status = calx_session_freshen(session, instance);
    if (status != CALX_E_OBJECT_DELETED)
        return status;
    return calx_session_fail(session, CALX_E_STALE_DATA, "there is no such row any more");
}

/* ---- UPDATE ---- */

static calx_status no_row(writer *rows, const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    calx_value version;
    if (rows->entity->version < 0) {
        calx_session_fail(rows->session, CALX_E_STALE_DATA, "there is no such row any more");
    } else {
        (void)calx_column_read(&mapper->columns[rows->entity->version], stored_struct(instance),
                               &version);
        calx_session_fail(rows->session, CALX_E_STALE_DATA,
                          "there is no such row of version %lld any more: somebody changed or "
                          "deleted it",
                          (long long)version.as.int64);
    }
    calx_error_statement(&rows->session->error, rows->plan->sql);
    return CALX_E_STALE_DATA;
}

/* Every UPDATE counts the version up, unless the program set it itself (SES-340, 346). */
static calx_status raise_version(writer *rows, calx_instance *instance)
{
    int version = rows->entity->version;
    if (version < 0 || calx_plan_has(rows->entity->columns, (size_t)version))
        return CALX_OK;
    calx_value value;
    calx_status status =
        calx_column_read(&instance->mapper->columns[version], stored_struct(instance), &value);
    if (status == CALX_OK && value.as.int64 == INT64_MAX)
        return calx_session_fail(rows->session, CALX_E_DATA, "%s.%s cannot be counted up further",
                                 instance->mapper->name, instance->mapper->columns[version].member);
    if (status == CALX_OK)
        status = write_version(rows, instance, value.as.int64 + 1);
    if (status == CALX_OK)
        calx_plan_include(rows->entity->columns, (size_t)version);
    return status;
}

static bool changes_key(const writer *rows)
{
    const calx_mapper *mapper = rows->entity->mapper;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (calx_plan_has(rows->entity->columns, mapper->key[i]))
            return true;
    return false;
}

/* A live instance on the key that another row has taken: it cannot be that row (SES-082). */
static void displace(calx_session *session, const calx_key *key)
{
    calx_instance *other = calx_identity_find(session, key);
    if (other == NULL)
        return;
    calx_session_warn(session, "another %s took the key of one in the session, which is detached",
                      key->mapper->name);
    calx_session_forget(session, other);
    other->state = CALX_STATE_DETACHED;
}

/* Under its new key from now on; the old one is kept for a rollback (SES-109, 203). */
static calx_status rekey(writer *rows, calx_instance *instance)
{
    calx_session *session = rows->session;
    calx_key key;
    calx_status status =
        calx_key_from_instance(&key, instance->mapper, calx_instance_entity(instance));
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, CALX_E_FLUSH, "the new key is not complete");
    calx_identity_remove(session, instance);
    displace(session, &key);
    if (instance->watch->origin_key.mapper == NULL)
        instance->watch->origin_key = instance->key;
    else
        calx_key_clear(&instance->key);
    instance->key = key;
    calx_identity_put(session, instance);
    return CALX_OK;
}

static calx_status send_update(writer *rows, calx_instance *instance)
{
    size_t count = 0;
    int64_t changes = 0;
    calx_status status = bind_columns(rows, instance, rows->entity->columns, &count);
    if (status == CALX_OK)
        status = bind_where(rows, instance, &count);
    if (status == CALX_OK)
        status = open_plan(rows, CALX_PLAN_UPDATE, rows->entity->columns);
    if (status == CALX_OK)
        status = run_columns(rows, count, &changes);
    if (status == CALX_OK && changes == 0)
        status = no_row(rows, instance);
    return status;
}

static calx_status update_row(writer *rows, calx_instance *instance)
{
    calx_session *session = rows->session;
    calx_watch *watch = instance->watch;
    calx_status status = meet_version(rows, instance);
    if (status == CALX_OK)
        status = write_links(session, instance);
    if (status == CALX_OK && !calx_watch_changes(watch, rows->entity->columns))
        return CALX_OK; /* the link led to where the columns pointed already */
    if (status == CALX_OK &&
        (calx_watch_own_texts(instance) != CALX_OK || calx_watch_keep_origin(watch) != CALX_OK))
        status = calx_error_set_nomem(&session->error);
    if (status == CALX_OK)
        status = raise_version(rows, instance);
    bool new_key = changes_key(rows);
    if (status == CALX_OK)
        status = send_update(rows, instance);
    if (status == CALX_OK && new_key)
        status = rekey(rows, instance);
    if (status == CALX_OK && calx_watch_take_snapshot(watch) != CALX_OK)
        status = calx_error_set_nomem(&session->error);
    return status == CALX_OK ? CALX_OK : blame(rows, instance, "updating");
}

/* ---- DELETE ---- */

static calx_status delete_row(writer *rows, calx_instance *instance)
{
    size_t count = 0;
    int64_t changes = 0;
    calx_status status = meet_version(rows, instance);
    if (status == CALX_OK)
        status = bind_where(rows, instance, &count);
    if (status == CALX_OK)
        status = open_plan(rows, CALX_PLAN_DELETE, NULL);
    if (status == CALX_OK)
        status = run(rows, count, &changes);
    if (status == CALX_OK && changes == 0 && rows->entity->version >= 0)
        status = no_row(rows, instance);
    if (status != CALX_OK)
        return blame(rows, instance, "deleting");
    if (changes == 0)
        calx_session_warn(rows->session, "DELETE FROM %s matched no row: it was gone already",
                          instance->mapper->table);
    return CALX_OK;
}

/* ---- all rows ---- */

typedef calx_status (*send)(writer *rows, calx_instance *instance);

static calx_status take_in_hand(writer *rows, const calx_instance *instance)
{
    if (rows->entity == NULL || rows->entity->mapper != instance->mapper)
        rows->entity = calx_session_entity(rows->session, instance->mapper);
    return rows->entity != NULL ? CALX_OK : rows->session->error.status;
}

static calx_status send_all(writer *rows, const calx_instances *instances, send one)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < instances->count; i++) {
        status = take_in_hand(rows, instances->items[i]);
        if (status == CALX_OK)
            status = one(rows, instances->items[i]);
    }
    return status;
}

/* Whether a row goes into a batch: one is under way, or enough of its kind follow. */
static bool goes_together(const writer *rows, const calx_instances *inserts, size_t i)
{
    size_t last = i + CALX_BATCH_LEAST_ROWS - 1;
    return !rows->entity->singly &&
           (rows->batch.entity == rows->entity ||
            (last < inserts->count && inserts->items[last]->mapper == rows->entity->mapper));
}

/* Rows of one kind go together where the database takes them so. */
static calx_status send_inserts(writer *rows, const calx_instances *inserts)
{
    if (!calx_engine_dialect(rows->session->options.bind)->batches_rows)
        return send_all(rows, inserts, insert_row);
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < inserts->count; i++) {
        calx_instance *instance = inserts->items[i];
        status = take_in_hand(rows, instance);
        if (status == CALX_OK)
            status = goes_together(rows, inserts, i) ? gather(rows, instance, inserts->count - i)
                                                     : insert_alone(rows, instance);
    }
    return status == CALX_OK ? send_batch(rows) : status;
}

static calx_status send_work(calx_session *session, const calx_work *work)
{
    writer rows = { .session = session };
    calx_status status = send_all(&rows, &work->updates, update_row);
    if (status == CALX_OK)
        status = send_inserts(&rows, &work->inserts);
    if (status == CALX_OK)
        status = send_all(&rows, &work->late, update_row);
    if (status == CALX_OK)
        status = send_all(&rows, &work->deletes, delete_row);
    calx_cursor_close(rows.cursor);
    calx_batch_clear(&rows.batch);
    return status;
}

/* What settling and any later rollback will need. */
static calx_status reserve(calx_session *session, const calx_work *work)
{
    if (calx_instances_reserve(&session->inserted, work->inserts.count) == CALX_OK &&
        calx_instances_reserve(&session->deleted, work->deletes.count) == CALX_OK &&
        calx_identity_reserve(session, work->inserts.count + work->deletes.count) == CALX_OK)
        return CALX_OK;
    return calx_error_set_nomem(&session->error);
}

/* ---- afterwards: nothing here can fail ---- */

static void settle_links(calx_instance *instance)
{
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++) {
        calx_link *link = &instance->links->links[i];
        if (link->state == CALX_LINK_CHANGED)
            link->state = CALX_LINK_LOADED;
        link->orphaned = false;
    }
}

static void settle_inserted(calx_session *session, calx_instance *instance)
{
    displace(session, &instance->key);
    instance->state = CALX_STATE_PERSISTENT;
    instance->epoch = session->epoch;
    instance->flags |= CALX_INSTANCE_NEW_IN_TX;
    settle_links(instance);
    calx_watch_list_append(&session->cold, instance->watch);
    calx_identity_put(session, instance);
    (void)calx_instances_push(&session->inserted, instance);
}

static void settle_deleted(calx_session *session, calx_instance *instance)
{
    calx_identity_remove(session, instance);
    if (instance->watch != NULL)
        calx_watch_list_remove(instance->watch);
    instance->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    settle_links(instance); /* what was to be written never will be */
    instance->state = CALX_STATE_DELETED;
    (void)calx_instances_push(&session->deleted, instance);
}

static void settle(calx_session *session, const calx_work *work)
{
    for (size_t i = 0; i < work->deletes.count; i++)
        settle_deleted(session, work->deletes.items[i]);
    session->marked.count = 0;
    for (size_t i = 0; i < work->inserts.count; i++)
        settle_inserted(session, work->inserts.items[i]);
    for (size_t i = 0; i < work->updates.count; i++)
        settle_links(work->updates.items[i]);
    for (size_t i = 0; i < work->late.count; i++)
        settle_links(work->late.items[i]);
}

/* What was handed out before this flush is looked at again by the next flush() or commit(). */
static void cool_down(calx_session *session)
{
    while (session->hot.first != NULL)
        calx_watch_list_append(&session->cold, session->hot.first);
}

/* ---- the flush ---- */

static bool may_have_work(const calx_session *session, bool cold)
{
    return session->pending.count > 0 || session->marked.count > 0 || session->hot.count > 0 ||
           (cold && session->cold.count > 0);
}

static calx_status write_work(calx_session *session, const calx_work *work)
{
    calx_status status = calx_session_acquire(session);
    if (status == CALX_E_PENDING_ROLLBACK || session->connection == NULL)
        return status; /* nothing was sent: nothing is to be undone */
    if (status == CALX_OK)
        status = reserve(session, work);
    if (status == CALX_OK)
        status = send_work(session, work);
    if (status != CALX_OK)
        calx_session_break(session);
    else
        settle(session, work);
    return status;
}

calx_status calx_session_write(calx_session *session, bool cold)
{
    if (session->flushing)
        return calx_session_fail(session, CALX_E_STATE, "flush() while a flush runs");
    if (!may_have_work(session, cold))
        return CALX_OK;
    calx_work work;
    session->flushing = true;
    bool sorting = false;
    calx_status status = calx_work_plan(&work, session, cold, &sorting);
    if (status != CALX_OK && sorting && session->failure.status == CALX_OK)
        calx_session_break(session);
    else if (status == CALX_OK && !calx_work_is_empty(&work))
        status = write_work(session, &work);
    if (status == CALX_OK)
        cool_down(session);
    calx_work_clear(&work);
    session->flushing = false;
    return status;
}

calx_status calx_session_flush(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    return status == CALX_OK ? calx_session_write(session, true) : status;
}

calx_status calx_session_autoflush(calx_session *session)
{
    if (!session->options.autoflush || session->no_autoflush > 0 || session->flushing ||
        session->failure.status != CALX_OK)
        return CALX_OK;
    calx_status status = calx_session_write(session, false);
    if (status != CALX_OK)
        session->error.flags |= CALX_ERROR_AUTOFLUSH;
    return status;
}
