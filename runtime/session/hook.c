/*
 * Listeners of sessions. A list is one session's own, or a maker's under its lock, so that nothing
 * is shared between threads. The rules kept: one that is removed while listeners are called stays
 * in the list until the last of them has returned, and one that is added is not called before the
 * next event; what a listener does to the session's error is undone.
 */
#include "session/session.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/log.h"
#include "session/statement_hook.h"

struct calx_hook {
    calx_hook *next;
    uint64_t number; /* the later, the higher */
    calx_session_event event;
    bool removed;
    bool called; /* once is enough */
    calx_session_listener listener;
};

/* What a listener's own calls need. */
typedef struct hook_inside {
    calx_error error;
    bool told; /* the listener said why it failed */
} hook_inside;

static const char *const names[] = {
    [CALX_SESSION_BEFORE_COMMIT] = "before_commit",
    [CALX_SESSION_AFTER_COMMIT] = "after_commit",
    [CALX_SESSION_AFTER_ROLLBACK] = "after_rollback",
    [CALX_SESSION_AFTER_SOFT_ROLLBACK] = "after_soft_rollback",
    [CALX_SESSION_AFTER_BEGIN] = "after_begin",
    [CALX_SESSION_AFTER_TRANSACTION_CREATE] = "after_transaction_create",
    [CALX_SESSION_AFTER_TRANSACTION_END] = "after_transaction_end",
    [CALX_SESSION_BEFORE_FLUSH] = "before_flush",
    [CALX_SESSION_AFTER_FLUSH] = "after_flush",
    [CALX_SESSION_AFTER_FLUSH_POSTEXEC] = "after_flush_postexec",
    [CALX_SESSION_BEFORE_ATTACH] = "before_attach",
    [CALX_SESSION_AFTER_ATTACH] = "after_attach",
    [CALX_SESSION_TRANSIENT_TO_PENDING] = "transient_to_pending",
    [CALX_SESSION_PENDING_TO_TRANSIENT] = "pending_to_transient",
    [CALX_SESSION_PENDING_TO_PERSISTENT] = "pending_to_persistent",
    [CALX_SESSION_PERSISTENT_TO_TRANSIENT] = "persistent_to_transient",
    [CALX_SESSION_PERSISTENT_TO_DELETED] = "persistent_to_deleted",
    [CALX_SESSION_DELETED_TO_PERSISTENT] = "deleted_to_persistent",
    [CALX_SESSION_DELETED_TO_DETACHED] = "deleted_to_detached",
    [CALX_SESSION_PERSISTENT_TO_DETACHED] = "persistent_to_detached",
    [CALX_SESSION_DETACHED_TO_PERSISTENT] = "detached_to_persistent",
    [CALX_SESSION_LOADED_AS_PERSISTENT] = "loaded_as_persistent",
    [CALX_SESSION_LOAD] = "load",
    [CALX_SESSION_REFRESH] = "refresh",
    [CALX_SESSION_EXPIRE] = "expire",
    [CALX_SESSION_BEFORE_INSERT] = "before_insert",
    [CALX_SESSION_AFTER_INSERT] = "after_insert",
    [CALX_SESSION_BEFORE_UPDATE] = "before_update",
    [CALX_SESSION_AFTER_UPDATE] = "after_update",
    [CALX_SESSION_BEFORE_DELETE] = "before_delete",
    [CALX_SESSION_AFTER_DELETE] = "after_delete",
    [CALX_SESSION_DO_ORM_EXECUTE] = "do_orm_execute",
};

_Static_assert(CALX_SESSION_EVENT_COUNT <= 64, "a bit each");

const char *calx_session_event_name(calx_session_event event)
{
    return (unsigned)event < CALX_SESSION_EVENT_COUNT ? names[event] : "?";
}

/* What a listener of the event may not do; most may only look. */
static unsigned bars_of(const calx_session *session, const calx_session_event_details *details)
{
    switch (details->event) {
    case CALX_SESSION_DO_ORM_EXECUTE: /* what loads is in the middle of something */
        return details->statement->cause > CALX_CAUSE_QUERY ? CALX_BAR_STATEMENTS | CALX_BAR_CHANGES
                                                            : 0;
    case CALX_SESSION_AFTER_SOFT_ROLLBACK: /* more is to be rolled back when it is ending */
        return session->ending ? CALX_BAR_STATEMENTS | CALX_BAR_CHANGES : 0;
    case CALX_SESSION_BEFORE_COMMIT:
    case CALX_SESSION_BEFORE_FLUSH:
    case CALX_SESSION_AFTER_FLUSH_POSTEXEC:
        return 0;
    case CALX_SESSION_AFTER_FLUSH:
        return CALX_BAR_CHANGES;
    default:
        return CALX_BAR_STATEMENTS | CALX_BAR_CHANGES;
    }
}

/* ---- the list ---- */

calx_status calx_hooks_add(calx_hooks *hooks, calx_session_event event,
                           const calx_session_listener *listener)
{
    if ((unsigned)event >= CALX_SESSION_EVENT_COUNT || listener == NULL ||
        listener->size != sizeof(*listener) || listener->function == NULL)
        return CALX_E_ARGUMENT;
    calx_hook *hook = calx_alloc_zeroed(sizeof(*hook));
    if (hook == NULL)
        return CALX_E_NOMEM;
    hook->event = event;
    hook->listener = *listener;
    hook->number = ++hooks->made;
    calx_hook **place = &hooks->first;
    while (!listener->insert && *place != NULL)
        place = &(*place)->next;
    hook->next = *place;
    *place = hook;
    hooks->heard |= calx_hook_bit(event);
    return CALX_OK;
}

/* Frees those that were removed, when nobody walks the list. */
static void sweep(calx_hooks *hooks)
{
    calx_hook **place = &hooks->first;
    if (hooks->depth > 0)
        return;
    hooks->heard = 0;
    while (*place != NULL) {
        calx_hook *hook = *place;
        if (hook->removed) {
            *place = hook->next;
            calx_release(hook);
        } else {
            hooks->heard |= calx_hook_bit(hook->event);
            place = &hook->next;
        }
    }
}

bool calx_hooks_remove(calx_hooks *hooks, calx_session_event event,
                       calx_session_event_function function, void *context)
{
    bool any = false;
    for (calx_hook *hook = hooks->first; hook != NULL; hook = hook->next) {
        if (hook->removed || hook->event != event || hook->listener.function != function ||
            hook->listener.context != context)
            continue;
        hook->removed = any = true;
    }
    sweep(hooks);
    return any;
}

calx_status calx_hooks_copy(calx_hooks *to, const calx_hooks *from)
{
    calx_status status = CALX_OK;
    for (const calx_hook *hook = from->first; status == CALX_OK && hook != NULL;
         hook = hook->next) {
        calx_session_listener listener = hook->listener;
        listener.insert = false; /* they are in their order already */
        status = calx_hooks_add(to, hook->event, &listener);
    }
    return status;
}

void calx_hooks_clear(calx_hooks *hooks)
{
    while (hooks->first != NULL) {
        calx_hook *hook = hooks->first;
        hooks->first = hook->next;
        calx_release(hook);
    }
    calx_criteria_free(hooks->criteria);
    *hooks = (calx_hooks){ 0 };
}

bool calx_hooks_are_singly(const calx_hooks *hooks, uint64_t events)
{
    bool any = false;
    for (const calx_hook *hook = hooks->first; hook != NULL; hook = hook->next)
        any = any || (!hook->removed && hook->listener.singly &&
                      (calx_hook_bit(hook->event) & events) != 0);
    return any;
}

/* ---- raising ---- */

static bool is_due(const calx_hook *hook, const calx_session_event_details *details, uint64_t last)
{
    const calx_mapper *mapper = hook->listener.mapper;
    return !hook->removed && hook->event == details->event && hook->number <= last &&
           (mapper == NULL || details->mapper == NULL || mapper == details->mapper) &&
           !(hook->listener.once && hook->called);
}

/* An answer that is no status must not get to whoever asks what one means. */
static calx_status fail_answer(const calx_session_event_details *details, calx_status answer)
{
    hook_inside *inside = details->inside;
    inside->told = true;
    return calx_error_set(&inside->error, CALX_E_ARGUMENT,
                          "a listener of the session's event %s answered %d, which is no status: "
                          "CALX_OK or one of CALX_E_ were to be answered",
                          names[details->event], (int)answer);
}

static calx_status call_all(calx_hooks *hooks, calx_session_event_details *details)
{
    uint64_t last = hooks->made;
    calx_status status = CALX_OK;
    hooks->depth++;
    for (calx_hook *hook = hooks->first; status == CALX_OK && hook != NULL; hook = hook->next) {
        if (!is_due(hook, details, last))
            continue;
        hook->called = true;
        status = hook->listener.function(hook->listener.context, details);
        if (!calx_status_is_known(status))
            status = fail_answer(details, status);
        if (details->statement != NULL && details->statement->result != NULL)
            last = 0; /* it is answered */
        /* One that failed has not had its turn. */
        if (status != CALX_OK)
            hook->called = false;
    }
    hooks->depth--;
    sweep(hooks);
    return status;
}

/* Why it failed: in its own words, or in those of the call on the session that it passed on. */
static void explain(calx_session *session, const calx_session_event_details *details,
                    calx_status status, calx_error *out_error)
{
    hook_inside *inside = details->inside;
    if (inside->told && inside->error.status == status)
        calx_error_move(out_error, &inside->error);
    else if (session->error.status == status)
        calx_error_move(out_error, &session->error);
    else
        calx_error_set(out_error, status, "a listener of the session's event %s answered %s",
                       names[details->event], calx_status_name(status));
}

/* Calls them with what they may not do in force, and puts the session's own state back. */
static calx_status raise_event(calx_session *session, calx_session_event_details *details,
                               calx_error *out_error)
{
    calx_hooks *hooks = &session->hooks;
    hook_inside inside = { .error = CALX_ERROR_INIT };
    calx_error before = CALX_ERROR_INIT;
    unsigned barred = hooks->barred;
    calx_session_event raised = hooks->raised;
    bool ending = session->ending;
    const calx_relationship *along = hooks->along;
    details->session = session;
    details->inside = &inside;
    calx_error_move(&before, &session->error);
    hooks->barred |= bars_of(session, details);
    hooks->raised = details->event;
    hooks->along = NULL;
    if (details->event != CALX_SESSION_AFTER_SOFT_ROLLBACK)
        session->ending = true;
    calx_status status = call_all(hooks, details);
    session->ending = ending;
    hooks->barred = barred;
    hooks->raised = raised;
    hooks->along = along;
    if (status != CALX_OK)
        explain(session, details, status, out_error);
    calx_error_move(&session->error, &before);
    calx_error_clear(&inside.error);
    return status;
}

calx_status calx_session_raise(calx_session *session, calx_session_event_details *details)
{
    calx_error why = CALX_ERROR_INIT;
    calx_status status = raise_event(session, details, &why);
    if (status != CALX_OK)
        calx_error_move(&session->error, &why);
    return status;
}

void calx_session_tell(calx_session *session, calx_session_event_details *details)
{
    calx_error why = CALX_ERROR_INIT;
    if (raise_event(session, details, &why) != CALX_OK)
        calx_session_warn(session, "%s: a listener failed, too late to stop it: %s",
                          names[details->event], why.message);
    calx_error_clear(&why);
}

static calx_session_event_details details_of(calx_session_event event, calx_instance *instance)
{
    return (calx_session_event_details){ .event = event,
                                         .entity = calx_instance_entity(instance),
                                         .mapper = instance->mapper };
}

calx_status calx_session_raise_of(calx_session *session, calx_session_event event,
                                  calx_instance *instance)
{
    calx_session_event_details details = details_of(event, instance);
    return calx_session_raise(session, &details);
}

void calx_session_tell_of(calx_session *session, calx_session_event event, calx_instance *instance)
{
    calx_session_event_details details = details_of(event, instance);
    calx_session_tell(session, &details);
}

void calx_session_note_left(calx_session *session, calx_instance *instance, calx_state before)
{
    if (before == CALX_STATE_PENDING)
        calx_session_note(session, CALX_SESSION_PENDING_TO_TRANSIENT, instance);
    else if (before == CALX_STATE_DELETED)
        calx_session_note(session, CALX_SESSION_DELETED_TO_DETACHED, instance);
    else if (before == CALX_STATE_PERSISTENT && instance->state == CALX_STATE_TRANSIENT)
        calx_session_note(session, CALX_SESSION_PERSISTENT_TO_TRANSIENT, instance);
    else if (before == CALX_STATE_PERSISTENT)
        calx_session_note(session, CALX_SESSION_PERSISTENT_TO_DETACHED, instance);
}

calx_status calx_session_check_barred(calx_session *session, unsigned bar)
{
    if ((session->hooks.barred & bar) == 0)
        return CALX_OK;
    return calx_session_fail(session, CALX_E_STATE,
                             "a listener of %s may not %s: do it when the call that raised the "
                             "event has returned",
                             names[session->hooks.raised],
                             bar == CALX_BAR_STATEMENTS ? "run statements in its session"
                                                        : "change its session");
}

/* ---- the public face ---- */

calx_status calx_session_listen(calx_session *session, calx_session_event event,
                                const calx_session_listener *listener)
{
    return session == NULL ? CALX_E_ARGUMENT : calx_hooks_add(&session->hooks, event, listener);
}

calx_status calx_session_unlisten(calx_session *session, calx_session_event event,
                                  calx_session_event_function function, void *context)
{
    if (session == NULL || !calx_hooks_remove(&session->hooks, event, function, context))
        return CALX_E_ARGUMENT;
    return CALX_OK;
}

calx_error *calx_session_words(calx_session_event_details *details)
{
    hook_inside *inside = details->inside;
    inside->told = true;
    return &inside->error;
}

calx_status calx_session_event_fail(calx_session_event_details *details, calx_status status,
                                    const char *message)
{
    if (details == NULL || details->inside == NULL)
        return CALX_E_ARGUMENT;
    return calx_error_set(calx_session_words(details), status, "%s",
                          message != NULL ? message : calx_status_text(status));
}
