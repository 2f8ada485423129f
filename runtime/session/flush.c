/*
 * The order and life of a flush (SES-150 to 158, 172, 184): what was planned is sent, row by row or
 * together; only when all rows are through do instances change their state, and that cannot fail. A
 * failure in between rolls the transaction back at once, and the session waits for rollback().
 */
#include "session/association.h"
#include "session/checksum.h"
#include "session/row_switch.h"
#include "session/together.h"

#include "base/error.h"

/* So many of the rows, from this one on. No rows are no statement, and may have no array. */
static calx_status send_part(calx_writer *writer, calx_instances rows, size_t from, size_t count,
                             const calx_together *kind)
{
    if (count == 0)
        return CALX_OK;
    rows.items += from;
    rows.count = count;
    return calx_together_send(writer, &rows, kind);
}

/* Those that make room for rows of this flush, or the others. */
static calx_status send_deletes(calx_writer *writer, const calx_work *work, bool first)
{
    size_t from = first ? 0 : work->first_deletes;
    size_t count = first ? work->first_deletes : work->deletes.count - work->first_deletes;
    return send_part(writer, work->deletes, from, count, &calx_together_deletes);
}

/* Those that take the place of another row come after it is free. */
static calx_status send_updates(calx_writer *writer, const calx_work *work, bool first)
{
    size_t early = work->updates.count - work->last_updates;
    size_t from = first ? 0 : early;
    size_t count = first ? early : work->last_updates;
    return send_part(writer, work->updates, from, count, &calx_together_updates);
}

static calx_status send_work(calx_session *session, const calx_work *work)
{
    calx_writer writer = { .session = session, .work = work };
    calx_status status = send_updates(&writer, work, true);
    if (status == CALX_OK)
        status = calx_together_send(&writer, &work->released, &calx_together_releases);
    if (status == CALX_OK)
        status = calx_together_send(&writer, &work->vacated, &calx_together_vacates);
    if (status == CALX_OK)
        status = send_deletes(&writer, work, true);
    if (status == CALX_OK)
        status = send_updates(&writer, work, false);
    if (status == CALX_OK)
        status = calx_switch_send(&writer, work, false);
    if (status == CALX_OK)
        status = calx_together_send(&writer, &work->inserts, &calx_together_inserts);
    if (status == CALX_OK)
        status = calx_switch_send(&writer, work, true);
    if (status == CALX_OK)
        status = calx_together_send(&writer, &work->apart, &calx_together_updates);
    if (status == CALX_OK)
        status = calx_together_send(&writer, &work->late, &calx_together_updates);
    if (status == CALX_OK)
        status = calx_association_send(&writer, work);
    if (status == CALX_OK)
        status = send_deletes(&writer, work, false);
    calx_cursor_close(writer.cursor);
    calx_batch_clear(&writer.batch);
    return status;
}

/* What settling and any later rollback will need. */
static calx_status reserve(calx_session *session, const calx_work *work)
{
    size_t added = work->inserts.count + work->switches.count;
    size_t gone = work->deletes.count + work->switched.count;
    if (calx_instances_reserve(&session->inserted, added) == CALX_OK &&
        calx_instances_reserve(&session->deleted, gone) == CALX_OK &&
        calx_identity_reserve(session, added + gone) == CALX_OK)
        return CALX_OK;
    return calx_error_set_nomem(&session->error);
}

/* What was handed out before this flush is looked at again by the next flush() or commit(). */
static void cool_down(calx_session *session)
{
    while (session->hot.first != NULL)
        calx_watch_list_append(&session->cold, session->hot.first);
}

static bool may_have_work(const calx_session *session, bool cold)
{
    return session->pending.count > 0 || session->marked.count > 0 || session->hot.count > 0 ||
           session->pairs.count > 0 || (cold && session->cold.count > 0);
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
        calx_session_settle(session, work);
    return status;
}

calx_status calx_session_write(calx_session *session, bool cold)
{
    if (session->flushing)
        return calx_session_fail(session, CALX_E_STATE, "flush() while a flush runs");
    if (cold)
        calx_checksum_compare(session);
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
