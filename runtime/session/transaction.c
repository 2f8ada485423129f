/*
 * The session's transaction (SES-090 to 119). It begins by itself, in memory; join.c takes a
 * connection when the first statement needs one. What a commit or rollback means for instances is
 * done here and in boundary.c; neither can fail, whatever the database answered.
 */
#include "session/checksum.h"
#include "session/lend.h"
#include "session/prepare.h"
#include "session/row_events.h"
#include "session/transaction_events.h"

#include "base/error.h"
#include "engine/savepoint.h"

/* ---- beginning ---- */

calx_status calx_session_check_calm(calx_session *session, const char *call)
{
    if (!session->ending && !session->flushing)
        return CALX_OK;
    return calx_session_fail(session, CALX_E_ILLEGAL_STATE_CHANGE,
                             "%s() inside commit, rollback, close or flush", call);
}

calx_status calx_session_begin(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_open(session);
    if (status == CALX_OK)
        status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    if (session->boundary != NULL)
        return calx_session_fail(
            session, CALX_E_STATE,
            "a transaction is already begun on this session: commit it or roll it "
            "back first");
    return calx_session_open_root(session, CALX_TRANSACTION_BEGIN);
}

/* ---- failing ---- */

/* The boundary is unusable until it is rolled back; the session's error says why. */
static void spoil(calx_session *session, calx_boundary *boundary)
{
    boundary->failed = true;
    if (session->failure.status != CALX_OK)
        return;
    calx_error_copy(&session->failure, &session->error);
    if (session->failure.status == CALX_OK)
        calx_error_set(&session->failure, CALX_E_PENDING_ROLLBACK,
                       "an earlier failure ended the transaction");
}

/* Only a rollback of everything is legal. */
static void spoil_all(calx_session *session)
{
    for (calx_boundary *boundary = session->boundary; boundary != NULL; boundary = boundary->outer)
        spoil(session, boundary);
}

/* Puts instances back as they were before the transaction; its boundaries stay open. */
static void restore_all(calx_session *session)
{
    calx_boundary *innermost = session->boundary;
    for (; session->boundary->outer != NULL; session->boundary = session->boundary->outer)
        calx_boundary_hand_over(session, session->boundary);
    calx_boundary_restore(session);
    session->boundary = innermost;
    for (calx_boundary *boundary = innermost; boundary->outer != NULL; boundary = boundary->outer)
        boundary->inserted = boundary->deleted = 0;
}

void calx_session_break(calx_session *session)
{
    calx_error why = CALX_ERROR_INIT;
    calx_status status = CALX_OK;
    if (session->boundary == NULL)
        calx_boundary_open_root(session);
    spoil(session, session->boundary);
    calx_error_copy(&why, &session->error);
    bool lost = calx_join_is_lost(session);
    if (!lost)
        status = calx_join_rollback(session, session->boundary);
    calx_error_move(&session->error, &why);
    bool all = lost || status != CALX_OK;
    calx_levels_tell_rollback(session, all ? &session->root : session->boundary);
    if (all) {
        spoil_all(session);
        restore_all(session);
    } else {
        calx_boundary_restore(session);
    }
}

/* ---- rolling back ---- */

static void warn_of_lost_changes(calx_session *session)
{
    if (session->failure.status != CALX_OK &&
        session->pending.count + session->marked.count + calx_session_count_dirty(session) > 0)
        calx_session_warn(session, "changes made after a failed flush and before rollback() are "
                                   "discarded");
}

/* After a ROLLBACK that failed nothing but another one is legal (SES-110). */
static void end_rolled_back(calx_session *session, calx_status status)
{
    calx_error_clear(&session->failure);
    if (status != CALX_OK)
        spoil(session, &session->root);
    else
        calx_boundary_close_all(session);
}

/* In memory what the ROLLBACK was on the database. */
static void undo_level(calx_session *session, calx_boundary *boundary, calx_status sent)
{
    if (sent == CALX_OK)
        calx_levels_tell_rollback(session, boundary);
    calx_levels_fold(session, boundary);
    calx_boundary_restore(session);
}

calx_status calx_session_rollback(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK || session->boundary == NULL)
        return status;
    status = calx_session_check_calm(session, "rollback");
    if (status != CALX_OK)
        return status;
    warn_of_lost_changes(session);
    calx_level level = calx_level_of(&session->root);
    session->ending = true;
    status = calx_join_rollback(session, &session->root);
    undo_level(session, &session->root, status);
    calx_join_release(session);
    session->prepared = false;
    end_rolled_back(session, status);
    session->ending = false;
    if (status == CALX_OK)
        calx_level_tell(session, CALX_SESSION_AFTER_SOFT_ROLLBACK, level);
    return status;
}

calx_status calx_session_undo_savepoint(calx_session *session, calx_boundary *boundary)
{
    warn_of_lost_changes(session);
    calx_level level = calx_level_of(boundary);
    session->ending = true;
    calx_status status = calx_join_rollback(session, boundary);
    undo_level(session, boundary, status);
    calx_boundary_close(session);
    session->ending = false;
    if (!session->boundary->failed)
        calx_error_clear(&session->failure);
    if (status != CALX_OK || calx_join_is_lost(session))
        spoil_all(session); /* memory is where it was, the database is not */
    calx_level_tell(session, CALX_SESSION_AFTER_SOFT_ROLLBACK, level);
    return status;
}

/* ---- committing ---- */

/* A deleted instance is detached by the commit (SES-050); it stays kept until the close. */
static void settle_deleted(calx_session *session)
{
    for (size_t i = 0; i < session->deleted.count; i++) {
        calx_instance *instance = session->deleted.items[i];
        instance->flags &= (uint16_t)~CALX_INSTANCE_TAKEN_BACK;
        if (instance->state != CALX_STATE_DELETED)
            continue; /* taken back and kept, or met before */
        calx_checksum_end(instance);
        instance->state = CALX_STATE_DETACHED;
        instance->flags |= CALX_INSTANCE_WAS_DELETED;
        instance->flags &= (uint16_t)~CALX_INSTANCE_NEW_IN_TX;
        instance->session = NULL;
        calx_watch_drop(instance);
        calx_session_note(session, CALX_SESSION_DELETED_TO_DETACHED, instance);
    }
    session->deleted.count = 0;
}

static void settle_watches(calx_watch_list *list)
{
    calx_watch *next = NULL;
    for (calx_watch *watch = list->first; watch != NULL; watch = next) {
        calx_instance *instance = watch->instance;
        next = watch->next;
        calx_watch_foresee(watch);
        if (watch->records != NULL)
            calx_watch_forget_origin(watch);
        if (instance->texts != NULL)
            calx_watch_sweep_texts(instance);
        if (watch->sealed) {
            calx_watch_drop(instance);
            calx_checksum_note(instance);
        }
    }
}

static void settle_inserted(calx_instances *inserted)
{
    enum { AHEAD = 16 };
    for (size_t i = 0; i < inserted->count; i++) {
        if (i + AHEAD < inserted->count)
            calx_prefetch((uintptr_t)&inserted->items[i + AHEAD]->flags);
        inserted->items[i]->flags &= (uint16_t)~CALX_INSTANCE_NEW_IN_TX;
    }
    inserted->count = 0;
}

static void settle(calx_session *session)
{
    settle_inserted(&session->inserted);
    settle_watches(&session->hot);
    settle_watches(&session->cold);
    if (session->options.expire_on_commit) {
        session->epoch++;
        calx_session_tell_expired(session);
    }
    settle_deleted(session);
    session->transaction = ++session->last_number;
    calx_boundary_close_all(session);
}

/* Sends the end of the innermost boundary. */
static calx_status commit_boundary(calx_session *session)
{
    calx_boundary *boundary = session->boundary;
    bool part = false;
    if (!calx_session_is_sent(session))
        return CALX_OK;
    session->ending = true; /* the log's function may call back into this session */
    calx_status status = calx_join_commit(session, &part);
    session->ending = false;
    if (status == CALX_OK || (status == CALX_E_BUSY && !part))
        return status; /* a busy one may be tried again (ENG-128) */
    if (!part && calx_join_is_open(session, boundary))
        spoil(session, boundary);
    else
        spoil_all(session);
    return status;
}

calx_status calx_session_release_inside(calx_session *session, calx_boundary *boundary)
{
    while (session->boundary != boundary) {
        calx_status status = commit_boundary(session);
        if (status != CALX_OK)
            return status;
        calx_level_tell(session, CALX_SESSION_AFTER_COMMIT, calx_level_of(session->boundary));
        calx_boundary_merge_into(session, session->boundary->outer);
    }
    return CALX_OK;
}

/* As commit_boundary(), of what is prepared. */
static calx_status commit_unit(calx_session *session, calx_prepare_end *out_end)
{
    calx_status status = calx_prepare_commit(session, out_end);
    if (*out_end == CALX_PREPARE_UNDONE)
        calx_prepare_give_up(session);
    else if (*out_end == CALX_PREPARE_UNKNOWN)
        spoil_all(session);
    return status;
}

static calx_status commit_root(calx_session *session)
{
    calx_error why = CALX_ERROR_INIT;
    calx_prepare_end end = CALX_PREPARE_AGAIN;
    calx_status status = session->prepared ? commit_unit(session, &end) : commit_boundary(session);
    if (status != CALX_OK && end != CALX_PREPARE_COMMITTED)
        return status;
    if (status != CALX_OK) /* it is committed nevertheless, and a branch has still to hear of it */
        calx_error_move(&why, &session->error);
    calx_level_tell(session, CALX_SESSION_AFTER_COMMIT, calx_level_of(&session->root));
    session->ending = true;
    calx_join_release(session);
    session->ending = false;
    session->prepared = false;
    settle(session);
    if (status != CALX_OK)
        calx_error_move(&session->error, &why);
    return status;
}

/* All that a commit writes, down to the root. */
calx_status calx_session_complete(calx_session *session)
{
    calx_status status = calx_session_autobegin(session);
    if (status == CALX_OK)
        status = calx_levels_raise_commit(session, &session->root);
    if (status == CALX_OK)
        status = calx_session_write_all(session);
    return status == CALX_OK ? calx_session_release_inside(session, &session->root) : status;
}

calx_status calx_session_commit(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_calm(session, "commit");
    if (status != CALX_OK)
        return status;
    if (session->failure.status != CALX_OK)
        return calx_session_pending(session);
    if (!session->prepared)
        status = calx_session_complete(session);
    if (status == CALX_OK && session->options.twophase && !session->prepared)
        status = calx_prepare_all(session);
    return status == CALX_OK ? commit_root(session) : status;
}

/* ---- closing ---- */

/* They stay in the list: a call on one that ended says so through the session. */
static void end_dependents(calx_session *session)
{
    for (calx_dependent *dependent = session->dependents; dependent != NULL;
         dependent = dependent->next)
        dependent->end(dependent);
}

/* The next batch of rows will want the table again; that of a great many goes with them. */
static void forget_keys(calx_session *session)
{
    enum { MOST_SLOTS = 8192 };
    if (session->identity.mask >= MOST_SLOTS)
        calx_identity_table_clear(&session->identity);
    else
        calx_identity_table_reset(&session->identity);
}

/* Before they are freed, since there is nothing to look at later. */
static void tell_of_leaving(calx_session *session)
{
    for (calx_instance *instance = session->kept; instance != NULL;
         instance = instance->keeper_next)
        if (instance->session == session)
            calx_session_note_left(session, instance, (calx_state)instance->state);
}

/* All at once: what they say about each other dies with them. */
static void free_kept(calx_session *session)
{
    if (calx_session_heard(session) != 0)
        tell_of_leaving(session);
    calx_checksum_compare(session);
    calx_checksum_clear(session);
    calx_loans_end(session);
    for (calx_instance *instance = session->kept; instance != NULL;
         instance = instance->keeper_next)
        calx_links_drop(instance, session);
    while (session->kept != NULL) {
        calx_instance *instance = session->kept;
        session->kept = instance->keeper_next;
        instance->keeper = NULL;
        calx_watch_drop(instance);
        calx_instance_give(instance);
    }
    forget_keys(session);
    calx_boundary_forget_lists(session);
}

calx_status calx_session_expunge_all(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    end_dependents(session);
    free_kept(session);
    return CALX_OK;
}

/* What close(), reset() and invalidate() have in common. */
static calx_status end_session(calx_session *session, bool invalidate)
{
    session->ending = true;
    end_dependents(session);
    if (invalidate)
        calx_join_invalidate(session);
    calx_join_close(session);
    session->prepared = false;
    free_kept(session);
    session->ending = false;
    calx_error_clear(&session->failure);
    calx_boundary_close_all(session);
    session->transaction = ++session->last_number;
    session->no_autoflush = 0;
    return CALX_OK;
}

static calx_status close_session(calx_session *session, const char *call, bool invalidate)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_calm(session, call);
    if (status != CALX_OK)
        return status;
    session->closed = session->closed || !session->options.close_resets_only;
    return end_session(session, invalidate);
}

calx_status calx_session_close(calx_session *session)
{
    return close_session(session, "close", false);
}

calx_status calx_session_invalidate(calx_session *session)
{
    return close_session(session, "invalidate", true);
}

calx_status calx_session_reset(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_calm(session, "reset");
    return status == CALX_OK ? end_session(session, false) : status;
}
