/*
 * What a version column needs (SES-340 to 351): a first version, a new one with every UPDATE, and
 * a row that has the one it was loaded with. Which of them the runtime makes, and how, follows from
 * the column: a number is counted, a time is that of the write, a function of the application makes
 * what it likes, and what the program or the database makes is left alone and checked all the same.
 */
#include "session/version.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "mapper/column.h"

#include <string.h>

static const calx_column *column_of(const calx_writer *writer)
{
    return &writer->entity->mapper->columns[writer->entity->version];
}

static bool is_manual(const calx_column *column)
{
    return (column->flags & CALX_COLUMN_MANUAL) != 0;
}

bool calx_version_is_fetched(const calx_mapper *mapper)
{
    int version = calx_plan_version_column(mapper);
    return version >= 0 && is_manual(&mapper->columns[version]) &&
           mapper->columns[version].server_default != NULL;
}

/* ---- making versions ---- */

static calx_status write_version(calx_writer *writer, void *struct_, calx_value value)
{
    const calx_column *column = column_of(writer);
    const char *reason = "";
    calx_status status = calx_column_write(column, struct_, &value, &reason);
    return status == CALX_OK
               ? CALX_OK
               : calx_session_fail(writer->session, status, "%s.%s: %s",
                                   writer->entity->mapper->name, column->member, reason);
}

/* The application's function writes into the member itself. old NULL: the row is new. */
static calx_status call_function(calx_writer *writer, void *struct_, const void *old)
{
    const calx_mapper *mapper = writer->entity->mapper;
    const calx_column *column = column_of(writer);
    void *member = (char *)struct_ + column->offset;
    memset(member, 0, column->size);
    calx_status status = mapper->next_version(old, member);
    if (status == CALX_OK)
        return CALX_OK;
    memset(member, 0, column->size); /* what it wrote is no version */
    return calx_session_fail(writer->session, status,
                             "%s.%s: the function that makes its versions failed: %s", mapper->name,
                             column->member, calx_status_text(status));
}

static calx_status no_version(calx_writer *writer, const char *when)
{
    return calx_session_fail(writer->session, CALX_E_FLUSH,
                             "%s.%s is a version that is not made by Calx, and it is NULL%s",
                             writer->entity->mapper->name, column_of(writer)->member, when);
}

/* A version that nobody makes here has to be there. */
static calx_status check_manual(calx_writer *writer, const void *entity, const char *when)
{
    calx_value value;
    calx_status status = calx_column_read(column_of(writer), entity, &value);
    if (status == CALX_OK && value.type == CALX_VALUE_NULL)
        return no_version(writer, when);
    return CALX_OK; /* what cannot be read is told when it is bound */
}

static calx_status make_first(calx_writer *writer, void *struct_)
{
    if (writer->entity->mapper->next_version != NULL)
        return call_function(writer, struct_, NULL);
    if (column_of(writer)->type == CALX_TYPE_TIMESTAMP)
        return write_version(writer, struct_, calx_value_timestamp(calx_clock_now_us()));
    return write_version(writer, struct_, calx_value_int64(1));
}

calx_status calx_version_start_plain(calx_writer *writer, void *struct_)
{
    const calx_column *column = column_of(writer);
    bool given = !calx_column_is_empty(column, struct_);
    if (!is_manual(column))
        return given ? CALX_OK : make_first(writer, struct_);
    return !given && column->server_default != NULL
               ? CALX_OK
               : check_manual(writer, struct_, ": set it before");
}

calx_status calx_version_start(calx_writer *writer, calx_instance *instance)
{
    int version = writer->entity->version;
    if (version < 0)
        return CALX_OK;
    const calx_column *column = column_of(writer);
    void *struct_ = calx_instance_entity(instance);
    if (calx_plan_has(instance->watch->set, (size_t)version))
        return is_manual(column) ? check_manual(writer, struct_, ": set it before") : CALX_OK;
    bool is_called = !is_manual(column) && instance->mapper->next_version != NULL &&
                     calx_column_is_empty(column, struct_);
    calx_status status = calx_version_start_plain(writer, struct_);
    if (status == CALX_OK && is_called) {
        calx_plan_include(instance->watch->set, (size_t)version);
        instance->watch->has_set = true; /* an empty one is none to be made again */
    }
    return status;
}

static calx_status is_last(calx_writer *writer)
{
    return calx_session_fail(writer->session, CALX_E_DATA, "%s.%s cannot be counted up further",
                             writer->entity->mapper->name, column_of(writer)->member);
}

/* A clock that was set back, or two writes in one microsecond: later than the last all the same. */
static calx_status write_time(calx_writer *writer, void *struct_, calx_timestamp old)
{
    calx_timestamp now = calx_clock_now_us();
    if (now <= old && old == INT64_MAX)
        return is_last(writer);
    return write_version(writer, struct_, calx_value_timestamp(now > old ? now : old + 1));
}

static calx_status count_up(calx_writer *writer, void *struct_, const calx_value *old)
{
    if (old->type == CALX_VALUE_UINT64)
        return old->as.uint64 == UINT64_MAX
                   ? is_last(writer)
                   : write_version(writer, struct_, calx_value_uint64(old->as.uint64 + 1));
    return old->as.int64 == INT64_MAX
               ? is_last(writer)
               : write_version(writer, struct_, calx_value_int64(old->as.int64 + 1));
}

/* What comes after the version the row was loaded with. */
static calx_status make_next(calx_writer *writer, void *struct_, const void *stored)
{
    const calx_mapper *mapper = writer->entity->mapper;
    const calx_column *column = column_of(writer);
    calx_value old;
    if (mapper->next_version != NULL)
        return call_function(writer, struct_, (const char *)stored + column->offset);
    calx_status status = calx_column_read(column, stored, &old);
    if (status != CALX_OK)
        return calx_session_fail(writer->session, status, "%s.%s: the version cannot be read",
                                 mapper->name, column->member);
    return column->type == CALX_TYPE_TIMESTAMP ? write_time(writer, struct_, old.as.int64)
                                               : count_up(writer, struct_, &old);
}

calx_status calx_version_raise(calx_writer *writer, void *struct_, const void *stored)
{
    int version = writer->entity->version;
    if (version < 0)
        return CALX_OK;
    if (is_manual(column_of(writer))) {
        calx_status status = check_manual(writer, stored, " in the row");
        return status == CALX_OK ? check_manual(writer, struct_, ": set it before") : status;
    }
    if (calx_plan_has(writer->entity->columns, (size_t)version))
        return CALX_OK;
    calx_status status = make_next(writer, struct_, stored);
    if (status == CALX_OK)
        calx_plan_include(writer->entity->columns, (size_t)version);
    return status;
}

/* ---- asking the row ---- */

static calx_status open_by_key(calx_writer *writer, calx_cursor **out_cursor)
{
    calx_session *session = writer->session;
    calx_plan_key key = { .mapper = writer->entity->mapper, .kind = CALX_PLAN_SELECT_BY_KEY };
    const calx_plan *plan = NULL;
    calx_status status = calx_engine_plan(calx_writer_engine(writer), &key, &plan, &session->error);
    if (status == CALX_OK &&
        calx_connection_open(calx_writer_branch(writer)->connection, plan, out_cursor) != CALX_OK)
        status = calx_writer_take_error(writer);
    return status;
}

/* The row of the struct's key into entity->row, good while the cursor is open. */
static calx_status read_row(calx_writer *writer, const void *entity, calx_cursor *cursor,
                            bool *out_row)
{
    calx_session *session = writer->session;
    calx_status status = calx_key_read(writer->entity->mapper, entity, writer->entity->row);
    if (status != CALX_OK)
        return calx_session_fail(session, CALX_E_FLUSH, "%s: the key cannot be read",
                                 writer->entity->mapper->name);
    if (calx_cursor_execute(cursor, writer->entity->row, writer->entity->mapper->key_count,
                            out_row) != CALX_OK)
        return calx_writer_take_error(writer);
    return *out_row ? calx_session_read_row(session, writer->entity, cursor) : CALX_OK;
}

static calx_status take_version(calx_writer *writer, calx_instance *instance)
{
    const calx_column *column = column_of(writer);
    const calx_value *value = &writer->entity->row[writer->entity->version];
    const char *reason = "";
    if (value->type == CALX_VALUE_NULL)
        return no_version(writer, " in the row the database wrote");
    calx_status status = calx_watch_write(instance, column, value, &reason);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&writer->session->error);
    return status == CALX_OK ? CALX_OK
                             : calx_session_fail(writer->session, status, "%s.%s: %s",
                                                 instance->mapper->name, column->member, reason);
}

/* The version of the row with the struct's key, into the instance. */
static calx_status fetch(calx_writer *writer, calx_instance *instance, const void *struct_)
{
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status status = open_by_key(writer, &cursor);
    if (status == CALX_OK)
        status = read_row(writer, struct_, cursor, &row);
    if (status == CALX_OK)
        status = row ? take_version(writer, instance)
                     : calx_session_fail(writer->session, CALX_E_STALE_DATA,
                                         "the row was written and is not there");
    calx_cursor_close(cursor);
    return status;
}

calx_status calx_version_fetch(calx_writer *writer, calx_instance *instance)
{
    if (!writer->entity->fetches_version)
        return CALX_OK;
    calx_status status = fetch(writer, instance, calx_instance_entity(instance));
    if (status == CALX_OK && calx_watch_take_snapshot(instance->watch) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    return status;
}

/* What the program set by itself goes: the database makes them. The text is the watch's own. */
calx_status calx_version_follow(calx_writer *writer, calx_instance *instance)
{
    if (!writer->entity->fetches_version)
        return CALX_OK;
    const calx_column *column = column_of(writer);
    char *snapshot = instance->watch->snapshot;
    calx_status status = fetch(writer, instance, snapshot);
    if (status == CALX_OK)
        memcpy(snapshot + column->offset,
               (const char *)calx_instance_entity(instance) + column->offset, column->size);
    return status;
}

/* ---- the row of an instance that is expired ---- */

calx_status calx_version_meet(calx_writer *writer, calx_instance *instance)
{
    calx_session *session = writer->session;
    bool is_known =
        writer->entity->version < 0 || !calx_session_is_expired(session, instance) ||
        instance->state == CALX_STATE_PENDING ||
        (instance->epoch == session->epoch && (instance->flags & CALX_INSTANCE_NEW_IN_TX) != 0);
    if (is_known)
        return CALX_OK;
    calx_status status = calx_session_freshen(session, instance);
    if (status != CALX_E_OBJECT_DELETED)
        return status;
    return calx_session_fail(session, CALX_E_STALE_DATA, "there is no such row any more");
}

/* ---- a statement that found no row ---- */

void calx_version_describe(calx_buffer *out, const calx_value *version)
{
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    size_t size =
        version->type == CALX_VALUE_TIMESTAMP ? calx_timestamp_text(version->as.int64, text) : 0;
    if (size > 0)
        calx_buffer_put_n(out, text, size);
    else
        calx_key_describe_value(out, version);
}

/* The row was asked: its version is in entity->row. loaded: the one that was looked for. */
static void tell_version(calx_writer *writer, calx_buffer *out, const calx_value *loaded)
{
    calx_buffer had = CALX_BUFFER_INIT, has = CALX_BUFFER_INIT;
    calx_version_describe(&had, loaded);
    calx_version_describe(&has, &writer->entity->row[writer->entity->version]);
    if (strcmp(calx_buffer_text(&had), calx_buffer_text(&has)) == 0)
        calx_buffer_format(out,
                           "the row has version %s as before, and the database left it as it is: "
                           "a trigger, a rule or a policy stopped the statement",
                           calx_buffer_text(&has));
    else
        calx_buffer_format(out,
                           "the row has version %s by now, and was loaded with version %s: "
                           "somebody changed it",
                           calx_buffer_text(&has), calx_buffer_text(&had));
    if (had.status != CALX_OK || has.status != CALX_OK)
        calx_buffer_fail(out, CALX_E_NOMEM);
    calx_buffer_clear(&had);
    calx_buffer_clear(&has);
}

static void tell_missed(calx_writer *writer, calx_buffer *out, const calx_value *loaded, bool row)
{
    if (loaded == NULL) {
        calx_buffer_put(out, row ? "the row is there, and the database left it as it is: a "
                                   "trigger, a rule or a policy stopped the statement"
                                 : "there is no such row any more");
    } else if (row) {
        tell_version(writer, out, loaded);
    } else {
        calx_buffer_put(out, "the row is gone, and was loaded with version ");
        calx_version_describe(out, loaded);
        calx_buffer_put(out, ": somebody deleted it");
    }
}

/*
 * Finding no row is no failure to the database, so it can still be asked what became of it. When
 * that fails, the message says what is known without. loaded NULL: the entity has no versions.
 */
static calx_status fail_missed(calx_writer *writer, const void *stored, const calx_value *loaded)
{
    calx_session *session = writer->session;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status asked = open_by_key(writer, &cursor);
    if (asked == CALX_OK)
        asked = read_row(writer, stored, cursor, &row);
    if (asked == CALX_OK)
        tell_missed(writer, &text, loaded, row);
    calx_error_clear(&session->error);
    calx_session_fail(session, CALX_E_STALE_DATA, "%s",
                      asked == CALX_OK && text.status == CALX_OK
                          ? calx_buffer_text(&text)
                          : "there is no such row any more: somebody changed or deleted it");
    if (writer->plan != NULL) /* a row with a text of its own has none */
        calx_error_statement(&session->error, writer->plan->sql);
    calx_cursor_close(cursor);
    calx_buffer_clear(&text);
    return CALX_E_STALE_DATA;
}

calx_status calx_version_missed(calx_writer *writer, const void *stored)
{
    calx_value loaded = calx_value_null();
    if (writer->entity->version < 0)
        return fail_missed(writer, stored, NULL);
    (void)calx_column_read(column_of(writer), stored, &loaded);
    if (loaded.type == CALX_VALUE_NULL)
        return no_version(writer, " in the row");
    return fail_missed(writer, stored, &loaded);
}
