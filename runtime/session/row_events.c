/*
 * Telling of rows. The rule kept: a class's rows that follow each other in a flush are one batch
 * for its listeners, however they are sent, so that what a listener sets in one row is in the
 * statement.
 */
#include "session/row_events.h"
#include "session/bind.h"

#include "base/allocator.h"
#include "base/error.h"

/* ---- rows of a flush ---- */

calx_status calx_row_raise(calx_session *session, calx_session_event event, calx_instance *instance)
{
    if (!calx_session_hears(session, event))
        return CALX_OK;
    calx_branch *branch = NULL;
    calx_entity *entity = calx_session_entity(session, instance->mapper);
    if (entity == NULL)
        return session->error.status;
    calx_status status = calx_bind_write(session, entity, &branch);
    if (status != CALX_OK)
        return status;
    calx_session_event_details details = { .event = event,
                                           .connection = branch->connection,
                                           .entity = calx_instance_entity(instance),
                                           .mapper = instance->mapper };
    return calx_session_raise(session, &details);
}

static calx_status raise_each(calx_session *session, calx_session_event event,
                              const calx_instances *rows)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < rows->count; i++)
        status = calx_row_raise(session, event, rows->items[i]);
    return status;
}

static calx_status send_batch(calx_writer *writer, const calx_instances *rows,
                              const calx_together *kind)
{
    calx_status status = raise_each(writer->session, kind->before, rows);
    if (status == CALX_OK)
        status = calx_together_send(writer, rows, kind);
    return status == CALX_OK ? raise_each(writer->session, kind->after, rows) : status;
}

/* How many rows from this one on are of its class; one when a listener wants them singly. */
static size_t batch_at(const calx_instances *rows, size_t first, bool singly)
{
    size_t end = first + 1;
    while (!singly && end < rows->count && rows->items[end]->mapper == rows->items[first]->mapper)
        end++;
    return end - first;
}

calx_status calx_rows_send(calx_writer *writer, const calx_instances *rows,
                           const calx_together *kind)
{
    const calx_hooks *hooks = &writer->session->hooks;
    uint64_t events = calx_hook_bit(kind->before) | calx_hook_bit(kind->after);
    calx_status status = CALX_OK;
    if ((hooks->heard & events) == 0)
        return calx_together_send(writer, rows, kind);
    bool singly = calx_hooks_are_singly(hooks, events);
    for (size_t i = 0; status == CALX_OK && i < rows->count;) {
        calx_instances batch = { .items = rows->items + i, .count = batch_at(rows, i, singly) };
        status = send_batch(writer, &batch, kind);
        i += batch.count;
    }
    return status;
}

/* ---- instances that rows come to ---- */

calx_status calx_session_raise_loaded(calx_session *session, calx_instance *instance)
{
    calx_status status = CALX_OK;
    if (calx_session_hears(session, CALX_SESSION_LOAD))
        status = calx_session_raise_of(session, CALX_SESSION_LOAD, instance);
    calx_session_note(session, CALX_SESSION_LOADED_AS_PERSISTENT, instance);
    return status;
}

calx_status calx_session_raise_refresh(calx_session *session, calx_instance *instance,
                                       const uint64_t *filled, const uint64_t *kept)
{
    const calx_mapper *mapper = instance->mapper;
    calx_session_event_details details = { .event = CALX_SESSION_REFRESH,
                                           .entity = calx_instance_entity(instance),
                                           .mapper = mapper };
    if (!calx_session_hears(session, CALX_SESSION_REFRESH))
        return CALX_OK;
    const char **names = calx_alloc(mapper->column_count * sizeof(*names));
    if (names == NULL)
        return calx_error_set_nomem(&session->error);
    for (size_t i = 0; i < mapper->column_count; i++)
        if ((filled == NULL || calx_plan_has(filled, i)) &&
            (kept == NULL || !calx_plan_has(kept, i)))
            names[details.name_count++] = mapper->columns[i].member;
    details.names = names;
    calx_status status = calx_session_raise(session, &details);
    calx_release(names);
    return status;
}

void calx_session_tell_expired(calx_session *session)
{
    size_t position = 0;
    if (!calx_session_hears(session, CALX_SESSION_EXPIRE))
        return;
    for (calx_instance *one; (one = calx_identity_next(session, &position)) != NULL;)
        calx_session_tell_of(session, CALX_SESSION_EXPIRE, one);
}
