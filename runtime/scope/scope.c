/*
 * Registries of sessions, by thread or by key. The rule kept: the lock guards the map of entries
 * and nothing else; sessions are made and closed without it, so a slow connection of one scope
 * never holds up another, and whatever a session calls back may use the registry again.
 *
 * An entry by thread is closed by its thread's end. Freeing the registry races with that: an entry
 * still in the map is either taken back from its thread, or its thread is ending and will take it
 * out itself, and the registry waits for that.
 *
 * A thread's session is also in the thread's own note (base/thread.h), so that a forwarded call
 * takes no lock: the note is there while the entry has its session and no error to forget. Only the
 * thread itself takes its entry away, and takes the note back first; but for the freeing of the
 * registry, after which nobody asks with its number any more. A key may stand for other threads'
 * entries too, so scopes with a function have no note.
 *
 * Two threads that share a key and find no session both make one; the first to come back wins, the
 * other one's is freed and it gets the winner's.
 */
#include <calx/scope.h>

#include "base/allocator.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/thread.h"
#include "session/session.h"
#include "session/sessionmaker.h"

#include <pthread.h>

typedef struct calx_scope_entry calx_scope_entry;

/* What belongs to one scope. It is gone when the scope is removed or its thread has ended. */
struct calx_scope_entry {
    calx_scope_entry *next; /* in a list of those that are to be closed */
    calx_scoped_session *scoped;
    uint64_t key;
    calx_session *session;      /* NULL: none, or it could not be made */
    calx_error error;           /* of the registry's own last failure in this scope */
    calx_thread_entry *at_exit; /* NULL: the scope is not a thread */
};

struct calx_scoped_session {
    calx_sessionmaker *maker;
    calx_scope scope;      /* function NULL: by thread */
    uint64_t note_owner;   /* of the threads' notes; 0: there are none */
    pthread_mutex_t lock;  /* guards what follows; never held while a session is made or closed */
    pthread_cond_t closed; /* an ending thread has closed its session */
    calx_map entries;      /* calx_scope_entry by key */
    size_t closing;        /* ending threads that are closing theirs */
    bool has_homeless;     /* there was no memory for the entry of the scope ... */
    uint64_t homeless;     /* ... with this key; the last such failure */
};

static const calx_error no_error = CALX_ERROR_INIT;
static const calx_error no_memory = { CALX_E_NOMEM, "", 0, 0, "out of memory", "", NULL };
static const calx_error no_registry = {
    CALX_E_ARGUMENT, "", 0, 0, "the scoped session is NULL", "", NULL,
};

/* ---- entries ---- */

static uint64_t present_key(const calx_scoped_session *scoped)
{
    if (scoped->scope.function != NULL)
        return scoped->scope.function(scoped->scope.context);
    return (uint64_t)(uintptr_t)pthread_self();
}

static bool has_key(const void *value, const void *key)
{
    const calx_scope_entry *entry = value;
    return entry->key == *(const uint64_t *)key;
}

/* With the lock held. */
static calx_scope_entry *find_locked(const calx_scoped_session *scoped, uint64_t key)
{
    return calx_map_find(&scoped->entries, calx_hash_u64(key), has_key, &key);
}

static calx_scope_entry *find(calx_scoped_session *scoped, uint64_t key)
{
    pthread_mutex_lock(&scoped->lock);
    calx_scope_entry *entry = find_locked(scoped, key);
    pthread_mutex_unlock(&scoped->lock);
    return entry;
}

/* Closes the session; the entry is in no map any more. */
static void end_entry(calx_scope_entry *entry)
{
    calx_session_free(entry->session);
    calx_error_clear(&entry->error);
    calx_release(entry);
}

/* The thread of an entry ends. */
static void end_thread(void *context)
{
    calx_scope_entry *entry = context;
    calx_scoped_session *scoped = entry->scoped;
    calx_thread_set_note(scoped->note_owner, NULL);
    pthread_mutex_lock(&scoped->lock);
    calx_map_remove(&scoped->entries, calx_hash_u64(entry->key), entry);
    scoped->closing++;
    pthread_mutex_unlock(&scoped->lock);
    end_entry(entry);
    pthread_mutex_lock(&scoped->lock);
    scoped->closing--;
    pthread_cond_broadcast(&scoped->closed);
    pthread_mutex_unlock(&scoped->lock);
}

static calx_scope_entry *new_entry(calx_scoped_session *scoped, uint64_t key)
{
    calx_scope_entry *entry = calx_alloc_zeroed(sizeof *entry);
    if (entry == NULL)
        return NULL;
    entry->scoped = scoped;
    entry->key = key;
    entry->error = no_error;
    if (scoped->scope.function == NULL &&
        calx_thread_at_exit(CALX_THREAD_SESSIONS, end_thread, entry, &entry->at_exit) != CALX_OK) {
        calx_release(entry);
        return NULL;
    }
    return entry;
}

static void drop_entry(calx_scope_entry *entry)
{
    calx_thread_forget(entry->at_exit);
    end_entry(entry);
}

/* Puts a new entry in, unless another thread was faster with the same key. NULL: no memory. */
static calx_scope_entry *put_entry(calx_scoped_session *scoped, calx_scope_entry *entry)
{
    pthread_mutex_lock(&scoped->lock);
    calx_scope_entry *there = find_locked(scoped, entry->key);
    if (there == NULL &&
        calx_map_put(&scoped->entries, calx_hash_u64(entry->key), entry) == CALX_OK)
        there = entry;
    if (there != NULL && scoped->has_homeless && scoped->homeless == entry->key)
        scoped->has_homeless = false;
    pthread_mutex_unlock(&scoped->lock);
    if (there != entry)
        drop_entry(entry);
    return there;
}

static void remember_homeless(calx_scoped_session *scoped, uint64_t key)
{
    pthread_mutex_lock(&scoped->lock);
    scoped->has_homeless = true;
    scoped->homeless = key;
    pthread_mutex_unlock(&scoped->lock);
}

/* The entry of the present scope, without its last error. NULL: no memory for one. */
static calx_scope_entry *enter(calx_scoped_session *scoped)
{
    uint64_t key = present_key(scoped);
    pthread_mutex_lock(&scoped->lock);
    calx_scope_entry *entry = find_locked(scoped, key);
    if (entry != NULL && entry->error.status != CALX_OK)
        calx_error_clear(&entry->error);
    pthread_mutex_unlock(&scoped->lock);
    if (entry != NULL)
        return entry;
    entry = new_entry(scoped, key);
    if (entry != NULL)
        entry = put_entry(scoped, entry);
    if (entry == NULL)
        remember_homeless(scoped, key);
    return entry;
}

/* Moves an error to the entry, for calx_scoped_session_error(). Answers its status. */
static calx_status report(calx_scope_entry *entry, calx_error *error)
{
    calx_status status = error->status;
    calx_thread_set_note(entry->scoped->note_owner, NULL);
    pthread_mutex_lock(&entry->scoped->lock);
    calx_error_move(&entry->error, error);
    pthread_mutex_unlock(&entry->scoped->lock);
    return status;
}

/* ---- the registry ---- */

static bool init_lock(calx_scoped_session *scoped)
{
    if (pthread_mutex_init(&scoped->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&scoped->closed, NULL) == 0)
        return true;
    pthread_mutex_destroy(&scoped->lock);
    return false;
}

calx_status calx_scoped_session_new(calx_sessionmaker *maker, const calx_scope *scope,
                                    calx_scoped_session **out_scoped, calx_error *out_error)
{
    calx_error_clear(out_error);
    if (maker == NULL || out_scoped == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "a scoped session was given no %s",
                              maker == NULL ? "sessionmaker" : "place for the result");
    if (scope != NULL && scope->function == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the scope of a scoped session has no function: set it, or give no "
                              "scope at all for one session a thread");
    calx_scoped_session *scoped = calx_alloc_zeroed(sizeof *scoped);
    if (scoped == NULL || !init_lock(scoped)) {
        calx_release(scoped);
        return calx_error_set_nomem(out_error);
    }
    scoped->maker = maker;
    if (scope != NULL)
        scoped->scope = *scope;
    else
        scoped->note_owner = calx_thread_note_owner();
    calx_map_init(&scoped->entries);
    *out_scoped = scoped;
    return CALX_OK;
}

/* Takes out all entries that no ending thread is about to close, as a list. */
static calx_scope_entry *take_all_locked(calx_scoped_session *scoped)
{
    size_t position = 0;
    calx_scope_entry *taken = NULL;
    for (calx_scope_entry *entry; (entry = calx_map_next(&scoped->entries, &position)) != NULL;) {
        if (!calx_thread_forget(entry->at_exit))
            continue;
        entry->next = taken;
        taken = entry;
    }
    for (const calx_scope_entry *entry = taken; entry != NULL; entry = entry->next)
        calx_map_remove(&scoped->entries, calx_hash_u64(entry->key), entry);
    return taken;
}

static void end_all(calx_scope_entry *entries)
{
    while (entries != NULL) {
        calx_scope_entry *next = entries->next;
        end_entry(entries);
        entries = next;
    }
}

/*
 * Closing a session may call the application, which may come back here, so it is done without the
 * lock and until nothing new is found. What is left then is in the hands of ending threads.
 */
void calx_scoped_session_free(calx_scoped_session *scoped)
{
    if (scoped == NULL)
        return;
    pthread_mutex_lock(&scoped->lock);
    for (calx_scope_entry *taken; (taken = take_all_locked(scoped)) != NULL;) {
        pthread_mutex_unlock(&scoped->lock);
        end_all(taken);
        pthread_mutex_lock(&scoped->lock);
    }
    while (calx_map_count(&scoped->entries) > 0 || scoped->closing > 0)
        pthread_cond_wait(&scoped->closed, &scoped->lock);
    pthread_mutex_unlock(&scoped->lock);
    calx_map_clear(&scoped->entries);
    pthread_cond_destroy(&scoped->closed);
    pthread_mutex_destroy(&scoped->lock);
    calx_release(scoped);
}

/* ---- sessions ---- */

/*
 * Gives the entry its session, unless its scope has another by now: then that one stays, and the
 * new one is freed.
 */
static calx_session *install(calx_scoped_session *scoped, calx_scope_entry *entry,
                             calx_session *session)
{
    pthread_mutex_lock(&scoped->lock);
    if (entry->session == NULL)
        entry->session = session;
    calx_session *installed = entry->session;
    pthread_mutex_unlock(&scoped->lock);
    if (installed != session)
        calx_session_free(session);
    return installed;
}

static calx_session *session_of(calx_scoped_session *scoped, const calx_scope_entry *entry)
{
    pthread_mutex_lock(&scoped->lock);
    calx_session *session = entry->session;
    pthread_mutex_unlock(&scoped->lock);
    return session;
}

static calx_status not_taken(calx_scope_entry *entry, calx_status status)
{
    calx_error error = CALX_ERROR_INIT;
    calx_error_set(&error, status,
                   "the sessionmaker does not take these options (%s): start from "
                   "CALX_SESSION_OPTIONS_INIT",
                   calx_status_text(status));
    return report(entry, &error);
}

/* options NULL: the maker's. On failure the entry has the error. */
static calx_status make_session(calx_scope_entry *entry, const calx_session_options *options,
                                calx_session **out_session)
{
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_sessionmaker_make(entry->scoped->maker, options, out_session, &error);
    return status == CALX_OK ? CALX_OK : report(entry, &error);
}

static calx_status no_place(calx_scope_entry *entry)
{
    calx_error error = CALX_ERROR_INIT;
    calx_error_set(&error, CALX_E_ARGUMENT, "a scoped session was given no place for its session");
    return report(entry, &error);
}

static calx_status exists_already(calx_scope_entry *entry)
{
    calx_error error = CALX_ERROR_INIT;
    calx_error_set(&error, CALX_E_STATE,
                   "this scope has a session already, which keeps its options: call "
                   "calx_scoped_session_remove() first");
    return report(entry, &error);
}

/* The way without a note. */
static calx_status find_current(calx_scoped_session *scoped, calx_session **out_session)
{
    calx_scope_entry *entry = enter(scoped);
    if (entry == NULL)
        return CALX_E_NOMEM;
    if (out_session == NULL)
        return no_place(entry);
    calx_session *session = session_of(scoped, entry);
    if (session == NULL) {
        calx_status status = make_session(entry, NULL, &session);
        if (status != CALX_OK)
            return status;
        session = install(scoped, entry, session);
    }
    calx_thread_set_note(scoped->note_owner, session);
    *out_session = session;
    return CALX_OK;
}

calx_status calx_scoped_session_current(calx_scoped_session *scoped, calx_session **out_session)
{
    if (scoped == NULL)
        return CALX_E_ARGUMENT;
    calx_session *session = calx_thread_note(scoped->note_owner);
    if (session == NULL || out_session == NULL)
        return find_current(scoped, out_session);
    *out_session = session;
    return CALX_OK;
}

calx_status calx_scoped_session_current_with(calx_scoped_session *scoped,
                                             const calx_session_options *options,
                                             calx_session **out_session)
{
    if (scoped == NULL)
        return CALX_E_ARGUMENT;
    calx_scope_entry *entry = enter(scoped);
    if (entry == NULL)
        return CALX_E_NOMEM;
    if (out_session == NULL)
        return no_place(entry);
    if (session_of(scoped, entry) != NULL)
        return exists_already(entry);
    if (options == NULL)
        return not_taken(entry, CALX_E_ARGUMENT);
    calx_session *session = NULL;
    calx_status status = make_session(entry, options, &session);
    if (status != CALX_OK)
        return status;
    if (install(scoped, entry, session) != session)
        return exists_already(entry);
    *out_session = session;
    return CALX_OK;
}

bool calx_scoped_session_has(calx_scoped_session *scoped)
{
    if (scoped == NULL)
        return false;
    const calx_scope_entry *entry = find(scoped, present_key(scoped));
    return entry != NULL && session_of(scoped, entry) != NULL;
}

void calx_scoped_session_remove(calx_scoped_session *scoped)
{
    if (scoped == NULL)
        return;
    uint64_t key = present_key(scoped);
    calx_thread_set_note(scoped->note_owner, NULL);
    pthread_mutex_lock(&scoped->lock);
    if (scoped->has_homeless && scoped->homeless == key)
        scoped->has_homeless = false;
    calx_scope_entry *entry = find_locked(scoped, key);
    if (entry != NULL)
        calx_map_remove(&scoped->entries, calx_hash_u64(key), entry);
    pthread_mutex_unlock(&scoped->lock);
    if (entry != NULL)
        drop_entry(entry);
}

/* Defaults are the maker's, so every scope is asked only when its next session is made. */
calx_status calx_scoped_session_configure(calx_scoped_session *scoped,
                                          const calx_session_options *options)
{
    if (scoped == NULL)
        return CALX_E_ARGUMENT;
    calx_scope_entry *entry = enter(scoped);
    if (entry == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_sessionmaker_configure(scoped->maker, options);
    if (status != CALX_OK)
        return not_taken(entry, status);
    calx_session *session = session_of(scoped, entry);
    if (session != NULL)
        calx_session_warn(session, "calx_scoped_session_configure(): this scope has a session "
                                   "already, which keeps its options");
    return CALX_OK;
}

const calx_error *calx_scoped_session_error(calx_scoped_session *scoped)
{
    if (scoped == NULL)
        return &no_registry;
    uint64_t key = present_key(scoped);
    const calx_error *error = &no_error;
    pthread_mutex_lock(&scoped->lock);
    const calx_scope_entry *entry = find_locked(scoped, key);
    if (entry == NULL)
        error = scoped->has_homeless && scoped->homeless == key ? &no_memory : &no_error;
    else if (entry->error.status != CALX_OK || entry->session == NULL)
        error = &entry->error;
    else
        error = calx_session_error(entry->session);
    pthread_mutex_unlock(&scoped->lock);
    return error;
}
