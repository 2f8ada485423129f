/*
 * The order and life of a flush (SES-150 to 158, 172, 184): what was planned is sent, row by row or
 * together; only when all rows are through do instances change their state, and that cannot fail. A
 * failure in between rolls the transaction back at once, and the session waits for rollback().
 */
#include "session/association.h"
#include "session/bind.h"
#include "session/checksum.h"
#include "session/row_events.h"
#include "session/row_switch.h"
#include "session/together.h"
#include "session/transaction_events.h"

#include "base/error.h"

/* So many of the rows, from this one on. No rows are no statement, and may have no array. */
static calx_status send_part(calx_writer *writer, calx_instances rows, size_t from, size_t count,
                             const calx_together *kind)
{
    if (count == 0)
        return CALX_OK;
    rows.items += from;
    rows.count = count;
    return calx_rows_send(writer, &rows, kind);
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
        status = calx_rows_send(&writer, &work->inserts, &calx_together_inserts);
    if (status == CALX_OK)
        status = calx_switch_send(&writer, work, true);
    if (status == CALX_OK)
        status = calx_together_send(&writer, &work->apart, &calx_together_updates);
    if (status == CALX_OK)
        status = calx_rows_send(&writer, &work->late, &calx_together_updates);
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

/* ---- what listeners hear ---- */

static calx_status raise_flush(calx_session *session, calx_session_event event)
{
    return calx_level_raise(session, event, calx_level_of(session->boundary));
}

/* Whether there is anything to write, for listeners: a flush itself finds out on the way. */
static bool has_work(const calx_session *session)
{
    return session->pending.count > 0 || session->marked.count > 0 || session->pairs.count > 0 ||
           calx_session_count_dirty(session) > 0;
}

/* Its listener may change what is to be written (SES-377), and refuse it (SES-159). */
static calx_status raise_before(calx_session *session)
{
    if (!calx_session_hears(session, CALX_SESSION_BEFORE_FLUSH) || !has_work(session))
        return CALX_OK;
    calx_status status = calx_session_autobegin(session);
    return status == CALX_OK ? raise_flush(session, CALX_SESSION_BEFORE_FLUSH) : status;
}

/* The part of the level that this flush is. */
static calx_level level_of_flush(const calx_session *session)
{
    return (calx_level){ session->boundary->number, CALX_TRANSACTION_FLUSH };
}

/* What a listener had loaded may have taken what was reserved. */
static calx_status raise_after(calx_session *session, const calx_work *work)
{
    if (!calx_session_hears(session, CALX_SESSION_AFTER_FLUSH))
        return CALX_OK;
    calx_status status = raise_flush(session, CALX_SESSION_AFTER_FLUSH);
    return status == CALX_OK ? reserve(session, work) : status;
}

/* ---- a flush ---- */

static calx_status write_work(calx_session *session, const calx_work *work)
{
    bool sends = true;
    calx_status status = calx_bind_begin_writes(session, NULL, &sends);
    if (!sends)
        return status; /* nothing is to be undone */
    if (status == CALX_OK)
        status = reserve(session, work);
    if (status == CALX_OK)
        status = send_work(session, work);
    if (status == CALX_OK)
        status = raise_after(session, work);
    if (status != CALX_OK)
        calx_session_break(session);
    else
        calx_session_settle(session, work);
    return status;
}

/* *out_level: its number stays 0 when it did not begin. */
static calx_status write_gathered(calx_session *session, calx_work *work, calx_level *out_level)
{
    if (session->failure.status != CALX_OK)
        return calx_session_pending(session);
    calx_status status = calx_session_autobegin(session);
    if (status != CALX_OK)
        return status;
    calx_level level = level_of_flush(session);
    status = calx_level_raise(session, CALX_SESSION_AFTER_TRANSACTION_CREATE, level);
    if (status != CALX_OK)
        return status;
    *out_level = level;
    status = calx_work_order(work);
    if (status == CALX_OK)
        return write_work(session, work);
    calx_session_break(session);
    return status;
}

/* Nothing points at what was planned any more: the listener may do as it likes (SES-378). */
static calx_status end_level(calx_session *session, calx_level level, calx_status status)
{
    if (status == CALX_OK && calx_session_hears(session, CALX_SESSION_AFTER_FLUSH_POSTEXEC)) {
        status = raise_flush(session, CALX_SESSION_AFTER_FLUSH_POSTEXEC);
        if (status != CALX_OK)
            calx_session_break(session);
    }
    calx_level_tell(session, CALX_SESSION_AFTER_TRANSACTION_END, level);
    return status;
}

static calx_status write_all_there_is(calx_session *session, bool cold, calx_level *out_level)
{
    calx_work work;
    calx_status status = raise_before(session);
    if (status != CALX_OK)
        return status;
    status = calx_work_gather(&work, session, cold);
    if (status == CALX_OK && !calx_work_is_empty(&work))
        status = write_gathered(session, &work, out_level);
    if (status == CALX_OK)
        cool_down(session);
    calx_work_clear(&work);
    return out_level->number != 0 ? end_level(session, *out_level, status) : status;
}

calx_status calx_session_write(calx_session *session, bool cold)
{
    calx_level level = { 0, CALX_TRANSACTION_FLUSH };
    if (session->flushing)
        return calx_session_fail(session, CALX_E_STATE, "flush() while a flush runs");
    if (session->prepared)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "flush() while the transaction is prepared: commit it or roll it "
                                 "back first");
    calx_status status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    if (cold)
        calx_checksum_compare(session);
    if (!may_have_work(session, cold))
        return CALX_OK;
    bool was_active = session->failure.status == CALX_OK;
    session->flushing = true;
    status = write_all_there_is(session, cold, &level);
    session->flushing = false;
    if (was_active && session->failure.status != CALX_OK)
        calx_level_tell(session, CALX_SESSION_AFTER_SOFT_ROLLBACK, level);
    return status;
}

calx_status calx_session_write_all(calx_session *session)
{
    enum { MOST_ROUNDS = 100 };
    calx_status status = session->failure.status == CALX_OK ? calx_session_write(session, true)
                                                            : calx_session_pending(session);
    for (int round = 1; status == CALX_OK && calx_session_heard(session) != 0 && has_work(session);
         round++) {
        if (round == MOST_ROUNDS)
            return calx_session_fail(session, CALX_E_FLUSH,
                                     "%d flushes, and there is still work: a listener adds some "
                                     "in each",
                                     MOST_ROUNDS);
        status = calx_session_write(session, true);
    }
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
        session->hooks.barred != 0 || session->failure.status != CALX_OK || session->prepared)
        return CALX_OK;
    calx_status status = calx_session_write(session, false);
    if (status != CALX_OK)
        session->error.flags |= CALX_ERROR_AUTOFLUSH;
    return status;
}
