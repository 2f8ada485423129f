/*
 * Row switch (SES-199, 200, 350): when a flush has a deletion of a row and a new instance with the
 * same key, the row is updated instead: with the columns that are set on the new one, and a version
 * after that of the old one, which is checked. So what the database hangs on the row stays there.
 * The key is the one the INSERT would have: what a new one has from its owner counts as well.
 */
#include "session/row_switch.h"
#include "session/row_events.h"

#include "base/error.h"
#include "mapper/column.h"
#include "session/version.h"

#include <string.h>

/* ---- finding ---- */

/* One that is empty was not set, unless a setter says so. */
static bool is_set(const calx_instance *instance, size_t i)
{
    return calx_plan_has(instance->watch->set, i) ||
           !calx_column_is_empty(&instance->mapper->columns[i], calx_instance_entity(instance));
}

/* A column of an instance, and where it is. */
typedef struct place {
    const calx_instance *instance;
    size_t column;
} place;

static bool is_left_to_database(const place *at)
{
    return at->instance->state == CALX_STATE_PENDING &&
           (at->instance->mapper->columns[at->column].flags & CALX_COLUMN_GENERATED) != 0 &&
           !is_set(at->instance, at->column);
}

/* Whether a reference that was set will write the column, and from which column of its target. */
static bool is_given_by(const calx_session *session, const calx_link *link, place *at)
{
    const calx_foreign_key *key = &at->instance->mapper->foreign_keys[calx_link_number(link)];
    if (link->state != CALX_LINK_CHANGED || link->target == NULL ||
        link->target->session != session)
        return false;
    for (size_t part = 0; part < key->column_count; part++) {
        if (key->columns[part] != at->column)
            continue;
        *at = (place){ .instance = link->target, .column = key->target_columns[part] };
        return true;
    }
    return false;
}

/* One step nearer to where the value is; of several references the last one counts. */
static bool step(const calx_session *session, place *at)
{
    const calx_instance *instance = at->instance;
    for (size_t i = instance->mapper->foreign_key_count; instance->links != NULL && i-- > 0;)
        if (is_given_by(session, calx_link_at(instance, i), at))
            return true;
    return false;
}

/*
 * Where the value of a column comes from, over references that were set: the line of a bill has it
 * from the bill. No way is longer than there are instances, unless it is a circle.
 */
static bool trace(const calx_session *session, place *at)
{
    size_t steps = 0;
    while (step(session, at))
        if (steps++ > session->pending.count)
            return false;
    return !is_left_to_database(at);
}

/* The key as it will be when the row is written, into values; false: it is not known yet. */
static bool foresee_key(const calx_session *session, const calx_instance *instance,
                        calx_value *values)
{
    const calx_mapper *mapper = instance->mapper;
    for (size_t i = 0; i < mapper->key_count; i++) {
        place at = { .instance = instance, .column = mapper->key[i] };
        if (!trace(session, &at) ||
            calx_column_read(&at.instance->mapper->columns[at.column],
                             calx_instance_entity(at.instance), &values[i]) != CALX_OK)
            return false;
    }
    return true;
}

/* It has the row's key from now on, so that whoever has it from this one finds it. */
static calx_status take_key(calx_session *session, calx_instance *instance,
                            const calx_value *values)
{
    const calx_mapper *mapper = instance->mapper;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < mapper->key_count; i++) {
        const calx_column *column = &mapper->columns[mapper->key[i]];
        const char *reason = "";
        place at = { .instance = instance, .column = mapper->key[i] };
        if (!step(session, &at))
            continue;
        status = calx_watch_write(instance, column, &values[i], &reason);
        if (status == CALX_E_NOMEM)
            return calx_error_set_nomem(&session->error);
        if (status != CALX_OK)
            return calx_session_fail(session, status, "%s.%s: %s", mapper->name, column->member,
                                     reason);
    }
    return status;
}

calx_status calx_switch_find(calx_session *session, calx_instance *instance,
                             calx_instance **out_old)
{
    calx_key key;
    const calx_entity *entity = calx_session_entity(session, instance->mapper);
    *out_old = NULL;
    if (entity == NULL)
        return session->error.status;
    if (!foresee_key(session, instance, entity->row))
        return CALX_OK;
    calx_status status = calx_key_from_values(&key, instance->mapper, entity->row);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return CALX_OK; /* it is not complete: the INSERT tells */
    calx_instance *old = calx_identity_find(session, &key);
    calx_key_clear(&key);
    if (old == NULL ||
        (old->flags & (CALX_INSTANCE_MARKED | CALX_INSTANCE_SWITCHED)) != CALX_INSTANCE_MARKED)
        return CALX_OK;
    status = take_key(session, instance, entity->row);
    if (status == CALX_OK)
        *out_old = old;
    return status;
}

/* ---- sending ---- */

/* Whether a foreign key of the column is to be written: its reference was set, or taken away. */
static bool is_linked(const calx_instance *instance, size_t column)
{
    const calx_mapper *mapper = instance->mapper;
    for (size_t i = 0; instance->links != NULL && i < mapper->foreign_key_count; i++) {
        const calx_foreign_key *key = &mapper->foreign_keys[i];
        if (calx_link_at(instance, i)->state != CALX_LINK_CHANGED)
            continue;
        for (size_t part = 0; part < key->column_count; part++)
            if (key->columns[part] == column)
                return true;
    }
    return false;
}

/* The columns that are set, without the key, which is the row's; answers whether there are any. */
static bool choose_columns(const calx_writer *writer, const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    uint64_t *columns = writer->entity->columns;
    bool any = false;
    memset(columns, 0, calx_plan_words(mapper) * sizeof(*columns));
    for (size_t i = 0; i < mapper->column_count; i++) {
        if ((mapper->columns[i].flags & CALX_COLUMN_KEY) != 0 ||
            (!is_set(instance, i) && !is_linked(instance, i)))
            continue;
        calx_plan_include(columns, i);
        any = true;
    }
    return any;
}

/* A version that was not set is the row's: whoever makes them goes on from there (SES-350). */
static calx_status carry_version(calx_writer *writer, calx_instance *instance, const void *stored)
{
    int version = writer->entity->version;
    if (version < 0 || is_set(instance, (size_t)version))
        return CALX_OK;
    const calx_column *column = &instance->mapper->columns[version];
    const char *reason = "";
    calx_value value;
    calx_status status = calx_column_read(column, stored, &value);
    if (status == CALX_OK)
        status = calx_watch_write(instance, column, &value, &reason);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&writer->session->error);
    return status == CALX_OK ? CALX_OK
                             : calx_session_fail(writer->session, status, "%s.%s: %s",
                                                 instance->mapper->name, column->member, reason);
}

/* All that comes before the statement. *out_width 0: there is nothing to send. */
static calx_status prepare(calx_writer *writer, calx_instance *instance, calx_instance *old,
                           size_t *out_width)
{
    const calx_entity *entity = writer->entity;
    *out_width = 0;
    calx_status status = calx_version_meet(writer, old);
    if (status == CALX_OK &&
        calx_watch_own_columns(instance, entity->texts, entity->text_count) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    if (status == CALX_OK)
        status = calx_writer_links(writer->session, instance);
    if (status != CALX_OK)
        return status;
    const void *stored = calx_writer_stored(old);
    bool any = choose_columns(writer, instance);
    status = carry_version(writer, instance, stored);
    if (status == CALX_OK && any)
        status = calx_version_raise(writer, calx_instance_entity(instance), stored);
    if (status != CALX_OK || !any)
        return status;
    status = calx_writer_bind_columns(writer, calx_instance_entity(instance), entity->columns,
                                      out_width);
    return status == CALX_OK ? calx_writer_bind_where(writer, stored, out_width) : status;
}

static calx_status send_row(calx_writer *writer, const calx_instance *old, size_t width)
{
    int64_t changes = 0;
    calx_status status = calx_writer_open(writer, CALX_PLAN_UPDATE, writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run_columns(writer, width, &changes);
    if (status == CALX_OK && changes == 0)
        status = calx_version_missed(writer, calx_writer_stored(old));
    return status;
}

static calx_status switch_row(calx_writer *writer, calx_instance *instance, calx_instance *old)
{
    size_t width = 0;
    calx_status status = calx_row_raise(writer->session, CALX_SESSION_BEFORE_INSERT, instance);
    if (status != CALX_OK)
        return status;
    status = calx_writer_take(writer, instance);
    if (status == CALX_OK)
        status = prepare(writer, instance, old, &width);
    if (status == CALX_OK && width > 0)
        status = send_row(writer, old, width);
    if (status == CALX_OK)
        status = calx_writer_note_row(writer, instance);
    if (status == CALX_OK && width > 0)
        status = calx_version_fetch(writer, instance);
    if (status != CALX_OK)
        return calx_writer_blame(writer, old, "replacing");
    return calx_row_raise(writer->session, CALX_SESSION_AFTER_INSERT, instance);
}

calx_status calx_switch_send(calx_writer *writer, const calx_work *work, bool late)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < work->switches.count; i++)
        if (calx_work_points_at_new(work->session, work->switches.items[i]) == late)
            status = switch_row(writer, work->switches.items[i], work->switched.items[i]);
    return status;
}
