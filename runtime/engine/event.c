/*
 * Events and their listeners. Lists are read without a lock, while others are being added: a list
 * never changes, a new one takes its place, and the old ones stay until the engine ends. The rules
 * kept: a failure of a listener is never lost, if nobody can be told it is logged; and nothing is
 * done here for an event nobody listens to.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

struct calx_listener_entry {
    struct calx_listener_entry *next; /* of all */
    calx_listener listener;
    atomic_bool called; /* once is enough */
    atomic_bool removed;
};

struct calx_listener_list {
    struct calx_listener_list *next; /* of those retired */
    size_t count;
    calx_listener_entry *entries[];
};

/* What a listener's own calls need. */
typedef struct event_inside {
    calx_error *error;
    calx_driver_connection *physical;
    bool told; /* the listener said why it failed */
} event_inside;

static const char *const names[] = {
    [CALX_EVENT_DO_CONNECT] = "do_connect",
    [CALX_EVENT_FIRST_CONNECT] = "first_connect",
    [CALX_EVENT_CONNECT] = "connect",
    [CALX_EVENT_CHECKOUT] = "checkout",
    [CALX_EVENT_CHECKIN] = "checkin",
    [CALX_EVENT_RESET] = "reset",
    [CALX_EVENT_INVALIDATE] = "invalidate",
    [CALX_EVENT_SOFT_INVALIDATE] = "soft_invalidate",
    [CALX_EVENT_CLOSE] = "close",
    [CALX_EVENT_DETACH] = "detach",
    [CALX_EVENT_CLOSE_DETACHED] = "close_detached",
    [CALX_EVENT_ENGINE_CONNECT] = "engine_connect",
    [CALX_EVENT_ENGINE_DISPOSED] = "engine_disposed",
    [CALX_EVENT_SET_CONNECTION_EXECUTION_OPTIONS] = "set_connection_execution_options",
    [CALX_EVENT_SET_ENGINE_EXECUTION_OPTIONS] = "set_engine_execution_options",
    [CALX_EVENT_BEFORE_EXECUTE] = "before_execute",
    [CALX_EVENT_AFTER_EXECUTE] = "after_execute",
    [CALX_EVENT_BEFORE_CURSOR_EXECUTE] = "before_cursor_execute",
    [CALX_EVENT_AFTER_CURSOR_EXECUTE] = "after_cursor_execute",
    [CALX_EVENT_HANDLE_ERROR] = "handle_error",
    [CALX_EVENT_BEGIN] = "begin",
    [CALX_EVENT_COMMIT] = "commit",
    [CALX_EVENT_ROLLBACK] = "rollback",
    [CALX_EVENT_SAVEPOINT] = "savepoint",
    [CALX_EVENT_RELEASE_SAVEPOINT] = "release_savepoint",
    [CALX_EVENT_ROLLBACK_SAVEPOINT] = "rollback_savepoint",
    [CALX_EVENT_PREPARE] = "prepare",
    [CALX_EVENT_NOTICE] = "notice",
};

const char *calx_event_name(calx_event event)
{
    return (unsigned)event < CALX_EVENT_COUNT ? names[event] : "?";
}

/* ---- the lists ---- */

bool calx_listeners_init(calx_listeners *listeners)
{
    for (size_t i = 0; i < CALX_EVENT_COUNT; i++)
        atomic_init(&listeners->lists[i], NULL);
    listeners->retired = NULL;
    listeners->entries = NULL;
    return pthread_mutex_init(&listeners->lock, NULL) == 0;
}

void calx_listeners_clear(calx_listeners *listeners)
{
    for (size_t i = 0; i < CALX_EVENT_COUNT; i++)
        calx_release(atomic_load(&listeners->lists[i]));
    while (listeners->retired != NULL) {
        calx_listener_list *list = listeners->retired;
        listeners->retired = list->next;
        calx_release(list);
    }
    while (listeners->entries != NULL) {
        calx_listener_entry *entry = listeners->entries;
        listeners->entries = entry->next;
        calx_release(entry);
    }
    pthread_mutex_destroy(&listeners->lock);
}

/* A list with room for one more than the old one has. NULL: no memory. */
static calx_listener_list *new_list(const calx_listener_list *old)
{
    size_t count = old != NULL ? old->count : 0;
    calx_listener_list *list = calx_alloc(sizeof(*list) + (count + 1) * sizeof(list->entries[0]));
    if (list == NULL)
        return NULL;
    list->next = NULL;
    list->count = count;
    if (count > 0)
        memcpy(list->entries, old->entries, count * sizeof(list->entries[0]));
    return list;
}

static void replace_locked(calx_listeners *listeners, calx_event event, calx_listener_list *list)
{
    calx_listener_list *old = atomic_exchange(&listeners->lists[event], list);
    if (old == NULL)
        return;
    old->next = listeners->retired;
    listeners->retired = old;
}

static bool add_locked(calx_listeners *listeners, calx_event event, calx_listener_entry *entry)
{
    calx_listener_list *list = new_list(atomic_load(&listeners->lists[event]));
    if (list == NULL)
        return false;
    size_t place = entry->listener.insert ? 0 : list->count;
    memmove(list->entries + place + 1, list->entries + place,
            (list->count - place) * sizeof(list->entries[0]));
    list->entries[place] = entry;
    list->count++;
    entry->next = listeners->entries;
    listeners->entries = entry;
    replace_locked(listeners, event, list);
    return true;
}

/* What happens to physical connections happens to all engines that share them. */
static calx_engine *keeper_of(calx_engine *engine, calx_event event)
{
    bool shared = event <= CALX_EVENT_CLOSE_DETACHED || event == CALX_EVENT_NOTICE ||
                  event == CALX_EVENT_ENGINE_DISPOSED;
    return shared ? engine->root : engine;
}

calx_status calx_engine_listen(calx_engine *engine, calx_event event, const calx_listener *listener)
{
    if (engine == NULL || (unsigned)event >= CALX_EVENT_COUNT || listener == NULL ||
        listener->size != sizeof(*listener) || listener->function == NULL)
        return CALX_E_ARGUMENT;
    calx_listeners *listeners = &keeper_of(engine, event)->listeners;
    calx_listener_entry *entry = calx_alloc(sizeof(*entry));
    if (entry == NULL)
        return CALX_E_NOMEM;
    entry->listener = *listener;
    atomic_init(&entry->called, false);
    atomic_init(&entry->removed, false);
    pthread_mutex_lock(&listeners->lock);
    bool added = add_locked(listeners, event, entry);
    pthread_mutex_unlock(&listeners->lock);
    if (!added) {
        calx_release(entry);
        return CALX_E_NOMEM;
    }
    atomic_fetch_or(&engine->root->heard, UINT64_C(1) << event);
    return CALX_OK;
}

/* A removed listener stays in the lists, which are read without a lock, and is passed over. */
calx_status calx_engine_unlisten(calx_engine *engine, calx_event event,
                                 calx_event_function function, void *context)
{
    calx_status status = CALX_E_ARGUMENT;
    if (engine == NULL || (unsigned)event >= CALX_EVENT_COUNT || function == NULL)
        return status;
    calx_listeners *listeners = &keeper_of(engine, event)->listeners;
    pthread_mutex_lock(&listeners->lock);
    calx_listener_list *list = atomic_load(&listeners->lists[event]);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        calx_listener_entry *entry = list->entries[i];
        if (entry->listener.function != function || entry->listener.context != context ||
            atomic_exchange(&entry->removed, true))
            continue;
        status = CALX_OK;
    }
    pthread_mutex_unlock(&listeners->lock);
    return status;
}

/* ---- raising ---- */

/* Whether it is this call's turn: some are for the first event only. */
static bool is_due(calx_listener_entry *entry)
{
    if (atomic_load_explicit(&entry->removed, memory_order_relaxed))
        return false;
    return !entry->listener.once || !atomic_exchange(&entry->called, true);
}

/* An answer that is no status must not get to whoever asks what one means. */
static calx_status fail_answer(calx_event_details *details, calx_status answer)
{
    event_inside *inside = details->inside;
    inside->told = true;
    return calx_error_set(inside->error, CALX_E_ARGUMENT,
                          "a listener of the event %s answered %d, which is no status: CALX_OK or "
                          "one of CALX_E_ were to be answered",
                          names[details->event], (int)answer);
}

static calx_status call_all(calx_engine *engine, calx_event_details *details)
{
    calx_status status = CALX_OK;
    if (engine->parent != NULL)
        status = call_all(engine->parent, details);
    const calx_listener_list *list =
        atomic_load_explicit(&engine->listeners.lists[details->event], memory_order_acquire);
    for (size_t i = 0; list != NULL && status == CALX_OK && i < list->count; i++) {
        calx_listener_entry *entry = list->entries[i];
        if (!is_due(entry))
            continue;
        status = entry->listener.function(entry->listener.context, details);
        if (!calx_status_is_known(status))
            status = fail_answer(details, status);
        /* One that failed has not had its turn. */
        if (status != CALX_OK)
            atomic_store(&entry->called, false);
    }
    return status;
}

calx_status calx_event_raise(calx_engine *engine, calx_event_details *details,
                             calx_driver_connection *physical, calx_error *error)
{
    calx_error own = CALX_ERROR_INIT;
    event_inside inside = { .error = &own, .physical = physical };
    details->engine = engine;
    details->inside = &inside;
    if (physical != NULL && details->native == NULL && engine->driver->native != NULL)
        details->native = engine->driver->native(physical);
    calx_status status = call_all(engine, details);
    if (status != CALX_OK && (!inside.told || own.status != status))
        calx_error_set(&own, status, "a listener of the event %s answered %s",
                       names[details->event], calx_status_name(status));
    if (status != CALX_OK && error == NULL)
        calx_log(&engine->logger, CALX_LOG_WARNING, "%s", own.message);
    else if (status != CALX_OK)
        calx_error_move(error, &own);
    calx_error_clear(&own);
    return status;
}

/* ---- for listeners ---- */

calx_status calx_event_fail(calx_event_details *details, calx_status status, const char *message)
{
    if (details == NULL || details->inside == NULL)
        return CALX_E_ARGUMENT;
    event_inside *inside = details->inside;
    inside->told = true;
    return calx_error_set(inside->error, status, "%s",
                          message != NULL ? message : calx_status_text(status));
}

static calx_status run_out(const calx_driver *driver, calx_driver_statement *statement)
{
    bool row = false;
    calx_status status = driver->execute(statement, NULL, 0, &row);
    while (status == CALX_OK && row)
        status = driver->next(statement, &row);
    return status;
}

calx_status calx_event_run(calx_event_details *details, const char *sql)
{
    if (details == NULL || details->inside == NULL)
        return CALX_E_ARGUMENT;
    event_inside *inside = details->inside;
    calx_driver_connection *physical = inside->physical;
    calx_driver_statement *statement = NULL;
    if (physical == NULL || sql == NULL)
        return calx_event_fail(details, sql == NULL ? CALX_E_ARGUMENT : CALX_E_STATE,
                               "there is no connection for calx_event_run(), or no text");
    calx_status status = physical->driver->prepare(physical, sql, strlen(sql), &statement);
    if (status != CALX_OK)
        goto out;
    status = run_out(physical->driver, statement);
    physical->driver->reset(statement);
    physical->driver->finalize(statement);
out:
    if (status != CALX_OK) {
        calx_error_move(inside->error, &physical->error);
        inside->told = true;
    }
    return status;
}
