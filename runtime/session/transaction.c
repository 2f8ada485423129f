/*
 * The session's transaction (SES-090 to 119). It begins by itself, in memory; a connection is taken
 * when the first statement needs one (SES-092). Putting back what a rollback undoes never fails:
 * whatever it needs was reserved when the work was done.
 */
#include "session/checksum.h"

#include "base/error.h"

#include <string.h>

/* ---- beginning ---- */

calx_status calx_session_autobegin(calx_session *session)
{
    if (session->begun)
        return CALX_OK;
    if (!session->options.autobegin)
        return calx_session_fail(session, CALX_E_STATE,
                                 "autobegin is off and no transaction was begun: call "
                                 "calx_session_begin() first");
    session->begun = true;
    return CALX_OK;
}

calx_status calx_session_begin(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (session->begun)
        return calx_session_fail(
            session, CALX_E_STATE,
            "a transaction is already begun on this session: commit it or roll it "
            "back first");
    session->begun = true;
    return CALX_OK;
}

static calx_status pending_rollback(calx_session *session)
{
    return calx_session_fail(session, CALX_E_PENDING_ROLLBACK,
                             "this session's transaction was rolled back by a failure; call "
                             "calx_session_rollback() first. The failure was: %s",
                             session->failure.message);
}

calx_status calx_session_acquire(calx_session *session)
{
    if (session->failure.status != CALX_OK)
        return pending_rollback(session);
    calx_status status = calx_session_autobegin(session);
    if (status != CALX_OK || session->connection != NULL)
        return status;
    calx_connection *connection = NULL;
    status = calx_engine_connect(session->options.bind, &connection, &session->error);
    if (status != CALX_OK)
        return status;
    status = calx_connection_begin(connection);
    if (status != CALX_OK) {
        calx_error_move(&session->error, calx_connection_error_slot(connection));
        calx_connection_close(connection);
        return status;
    }
    session->connection = connection;
    return CALX_OK;
}

calx_status calx_session_connection(calx_session *session, calx_connection **out_connection)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_acquire(session);
    if (status == CALX_OK)
        *out_connection = session->connection;
    return status;
}

/* ---- what a rollback puts back ---- */

/* What was added is transient again; values stay, the key made by the database too (SES-104). */
static void undo_add(calx_session *session, calx_instance *instance)
{
    calx_session_forget(session, instance);
    calx_key_clear(&instance->key);
    instance->state = CALX_STATE_TRANSIENT;
    instance->flags &= (uint16_t)~CALX_INSTANCE_STALE;
    if (instance->watch != NULL)
        calx_watch_forget_row(instance->watch);
    for (size_t i = 0; instance->links != NULL && i < instance->mapper->foreign_key_count; i++)
        if (instance->links->links[i].target != NULL) {
            instance->links->links[i].state = CALX_LINK_CHANGED;
            instance->links->links[i].set_apart = true;
        }
}

static void undo_adds(calx_session *session)
{
    while (session->pending.last != NULL)
        undo_add(session, session->pending.last->instance);
    while (session->inserted.count > 0)
        undo_add(session, session->inserted.items[session->inserted.count - 1]);
}

/* What was deleted is back (SES-105); what was added before that is gone by now (SES-106). */
static void undo_deletes(calx_session *session)
{
    for (size_t i = 0; i < session->deleted.count; i++) {
        calx_instance *instance = session->deleted.items[i];
        instance->state = CALX_STATE_PERSISTENT;
        calx_identity_put(session, instance);
        if (instance->watch != NULL)
            calx_watch_list_append(&session->cold, instance->watch);
    }
    session->deleted.count = 0;
    for (size_t i = 0; i < session->marked.count; i++)
        session->marked.items[i]->flags &= (uint16_t)~CALX_INSTANCE_MARKED;
    session->marked.count = 0;
}

/* The key from before the transaction, wherever changes have taken it since (SES-109). */
static void undo_rekey(calx_session *session, calx_watch *watch)
{
    calx_instance *instance = watch->instance;
    if (watch->origin_key.mapper == NULL)
        return;
    calx_identity_remove(session, instance);
    calx_key_clear(&instance->key);
    instance->key = watch->origin_key;
    memset(&watch->origin_key, 0, sizeof(watch->origin_key));
    calx_identity_put(session, instance);
}

static void undo_change(calx_session *session, calx_watch *watch)
{
    undo_rekey(session, watch);
    calx_watch_restore(watch);
    calx_links_unload(watch->instance, false);
    calx_watch_sweep_texts(watch->instance);
}

/* What was handed out has no change any more, like what was handed out long ago. */
static void undo_changes(calx_session *session)
{
    for (calx_watch *watch = session->cold.first; watch != NULL; watch = watch->next)
        undo_change(session, watch);
    while (session->hot.first != NULL) {
        calx_watch *watch = session->hot.first;
        undo_change(session, watch);
        calx_watch_list_append(&session->cold, watch);
    }
}

static void restore(calx_session *session)
{
    undo_adds(session);
    undo_deletes(session);
    undo_changes(session);
    session->epoch++;
    session->transaction++;
}

/* ---- ending on the database ---- */

/* Gives the connection back; the pool rolls back what is still open. */
static void release_connection(calx_session *session)
{
    calx_connection_close(session->connection);
    session->connection = NULL;
}

void calx_session_break(calx_session *session)
{
    calx_error_copy(&session->failure, &session->error);
    if (session->failure.status == CALX_OK)
        calx_error_set(&session->failure, CALX_E_INTERNAL, "a flush failed without a reason");
    if (session->connection != NULL)
        (void)calx_connection_rollback(session->connection);
    restore(session);
}

calx_status calx_session_rollback(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK || !session->begun)
        return status;
    if (session->ending || session->flushing)
        return calx_session_fail(session, CALX_E_ILLEGAL_STATE_CHANGE,
                                 "rollback() inside commit, rollback, close or flush");
    if (session->failure.status != CALX_OK &&
        session->pending.count + session->marked.count + calx_session_count_dirty(session) > 0)
        calx_session_warn(session, "changes made after a failed flush and before rollback() are "
                                   "discarded");
    session->ending = true;
    if (session->connection != NULL && calx_connection_rollback(session->connection) != CALX_OK)
        calx_session_take_error(session);
    restore(session);
    release_connection(session);
    calx_error_clear(&session->failure);
    session->begun = false;
    session->ending = false;
    return session->error.status;
}

/* ---- committing ---- */

/* A deleted instance is detached by the commit (SES-050); it stays kept until the close. */
static void settle_deleted(calx_session *session)
{
    for (size_t i = 0; i < session->deleted.count; i++) {
        calx_instance *instance = session->deleted.items[i];
        calx_checksum_end(instance);
        instance->state = CALX_STATE_DETACHED;
        instance->flags |= CALX_INSTANCE_WAS_DELETED;
        instance->flags &= (uint16_t)~CALX_INSTANCE_NEW_IN_TX;
        instance->session = NULL;
        calx_watch_drop(instance);
    }
    session->deleted.count = 0;
}

static void settle_watches(calx_watch_list *list)
{
    calx_watch *next = NULL;
    for (calx_watch *watch = list->first; watch != NULL; watch = next) {
        calx_instance *instance = watch->instance;
        next = watch->next;
        calx_watch_forget_origin(watch);
        calx_watch_sweep_texts(instance);
        if (watch->sealed) {
            calx_watch_drop(instance);
            calx_checksum_note(instance);
        }
    }
}

static void settle(calx_session *session)
{
    for (size_t i = 0; i < session->inserted.count; i++)
        session->inserted.items[i]->flags &= (uint16_t)~CALX_INSTANCE_NEW_IN_TX;
    session->inserted.count = 0;
    settle_deleted(session);
    settle_watches(&session->hot);
    settle_watches(&session->cold);
    if (session->options.expire_on_commit)
        session->epoch++;
    session->transaction++;
    session->begun = false;
}

static calx_status commit_connection(calx_session *session)
{
    if (session->connection == NULL)
        return CALX_OK;
    session->ending = true; /* the log's function may call back into this session */
    calx_status status = calx_connection_commit(session->connection);
    if (status == CALX_OK)
        release_connection(session);
    session->ending = false;
    if (status == CALX_OK)
        return CALX_OK;
    status = calx_session_take_error(session);
    if (status != CALX_E_BUSY) /* a busy one may be tried again (ENG-128) */
        calx_error_copy(&session->failure, &session->error);
    return status;
}

calx_status calx_session_commit(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (session->ending || session->flushing)
        return calx_session_fail(session, CALX_E_ILLEGAL_STATE_CHANGE,
                                 "commit() inside commit, rollback, close or flush");
    if (session->failure.status != CALX_OK)
        return pending_rollback(session);
    status = calx_session_autobegin(session);
    if (status == CALX_OK)
        status = calx_session_write(session, true);
    if (status == CALX_OK)
        status = commit_connection(session);
    if (status == CALX_OK)
        settle(session);
    return status;
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
        calx_map_clear(&session->identity);
    else
        calx_map_reset(&session->identity);
}

/* All at once: what they say about each other dies with them. */
static void free_kept(calx_session *session)
{
    calx_checksum_compare(session);
    calx_checksum_clear(session);
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
    session->marked.count = session->inserted.count = session->deleted.count = 0;
}

calx_status calx_session_expunge_all(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    end_dependents(session);
    free_kept(session);
    return CALX_OK;
}

calx_status calx_session_close(calx_session *session)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    if (session->ending || session->flushing)
        return calx_session_fail(session, CALX_E_ILLEGAL_STATE_CHANGE,
                                 "close() inside commit, rollback, close or flush");
    session->ending = true;
    end_dependents(session);
    if (session->connection != NULL)
        release_connection(session);
    free_kept(session);
    session->ending = false;
    calx_error_clear(&session->failure);
    session->begun = false;
    session->transaction++;
    session->no_autoflush = 0;
    return CALX_OK;
}

calx_status calx_session_reset(calx_session *session)
{
    return calx_session_close(session);
}

/* ---- a scope ---- */

calx_status calx_session_run(calx_session *session, calx_session_function function, void *context)
{
    calx_status status = calx_session_begin(session);
    if (status != CALX_OK)
        return status;
    status = function(context, session);
    if (status == CALX_OK)
        status = calx_session_commit(session);
    if (status == CALX_OK)
        return CALX_OK;
    if (session->error.status == CALX_OK)
        calx_session_fail(session, status, "the function of calx_session_run() failed: %s",
                          calx_status_text(status));
    calx_error why = CALX_ERROR_INIT; /* rollback() would forget it */
    calx_error_copy(&why, &session->error);
    (void)calx_session_rollback(session);
    calx_error_move(&session->error, &why);
    return status;
}
