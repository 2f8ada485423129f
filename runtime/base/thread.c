/*
 * What runs when a thread ends. One key for the process, made on first use and never deleted; its
 * value in each thread is that thread's list, which exists while it has entries. One lock guards
 * all lists, since an owner may drop entries of other threads. The rule kept: no lock is held while
 * an entry runs, and an entry is either dropped or run, never both.
 *
 * A thread's note lies in its list, so it needs no storage of its own for each thread, and it ends
 * with the list. It is told by a number that is never used twice: a note of an owner that is gone
 * stays where it is and fits nobody.
 */
#include "base/thread.h"

#include "base/allocator.h"

#include <pthread.h>
#include <stddef.h>

typedef struct thread_list thread_list;

struct calx_thread_entry {
    calx_thread_entry *before;
    calx_thread_entry *after;
    thread_list *list;
    calx_thread_order order;
    bool running; /* out of the list: its thread is inside run */
    void (*run)(void *context);
    void *context;
};

struct thread_list {
    calx_thread_entry *first[CALX_THREAD_ORDERS];
    bool ending; /* the destructor is at work and will release the list */
    uint64_t note_owner;
    void *note;
};

static pthread_once_t thread_key_once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static bool thread_key_made;
static uint64_t thread_owners; /* numbers given to owners of notes */
static pthread_mutex_t thread_lock = PTHREAD_MUTEX_INITIALIZER;

static void link_entry(thread_list *list, calx_thread_entry *entry)
{
    entry->after = list->first[entry->order];
    if (entry->after != NULL)
        entry->after->before = entry;
    list->first[entry->order] = entry;
}

static void unlink_entry(calx_thread_entry *entry)
{
    if (entry->before != NULL)
        entry->before->after = entry->after;
    else
        entry->list->first[entry->order] = entry->after;
    if (entry->after != NULL)
        entry->after->before = entry->before;
}

static bool list_is_empty(const thread_list *list)
{
    return list->first[CALX_THREAD_SESSIONS] == NULL &&
           list->first[CALX_THREAD_CONNECTIONS] == NULL;
}

/* Takes the entry out that is to run next; NULL when there is none left. */
static calx_thread_entry *take_next(thread_list *list)
{
    calx_thread_entry *entry = NULL;
    pthread_mutex_lock(&thread_lock);
    for (int order = 0; order < CALX_THREAD_ORDERS && entry == NULL; order++)
        entry = list->first[order];
    if (entry != NULL) {
        unlink_entry(entry);
        entry->running = true;
    }
    pthread_mutex_unlock(&thread_lock);
    return entry;
}

static void run_all(void *value)
{
    thread_list *list = value;
    calx_thread_entry *entry;
    /* The key's value is NULL by now; entries that a run adds must find this list again. */
    list->ending = true;
    pthread_setspecific(thread_key, list);
    while ((entry = take_next(list)) != NULL) {
        entry->run(entry->context);
        calx_release(entry);
    }
    pthread_setspecific(thread_key, NULL);
    calx_release(list);
}

static void make_key(void)
{
    thread_key_made = pthread_key_create(&thread_key, run_all) == 0;
}

/* The calling thread's list, made when it has none; NULL: no memory. */
static thread_list *own_list(void)
{
    thread_list *list = pthread_getspecific(thread_key);
    if (list != NULL)
        return list;
    list = calx_alloc_zeroed(sizeof(*list));
    if (list != NULL && pthread_setspecific(thread_key, list) != 0) {
        calx_release(list);
        list = NULL;
    }
    return list;
}

calx_status calx_thread_at_exit(calx_thread_order order, void (*run)(void *context), void *context,
                                calx_thread_entry **out_entry)
{
    pthread_once(&thread_key_once, make_key);
    if (!thread_key_made)
        return CALX_E_NOMEM;
    /* The entry first: a list is only made when something goes into it. */
    calx_thread_entry *entry = calx_alloc_zeroed(sizeof(*entry));
    if (entry == NULL)
        return CALX_E_NOMEM;
    thread_list *list = own_list();
    if (list == NULL) {
        calx_release(entry);
        return CALX_E_NOMEM;
    }
    entry->list = list;
    entry->order = order;
    entry->run = run;
    entry->context = context;
    pthread_mutex_lock(&thread_lock);
    link_entry(list, entry);
    pthread_mutex_unlock(&thread_lock);
    if (out_entry != NULL)
        *out_entry = entry;
    return CALX_OK;
}

bool calx_thread_forget(calx_thread_entry *entry)
{
    if (entry == NULL)
        return true;
    /* Only the owning thread may take its list away; a foreign one leaves it empty. */
    thread_list *own = pthread_getspecific(thread_key);
    pthread_mutex_lock(&thread_lock);
    bool was_running = entry->running;
    if (!was_running)
        unlink_entry(entry);
    bool is_last = own != NULL && own == entry->list && !own->ending && list_is_empty(own);
    pthread_mutex_unlock(&thread_lock);
    if (was_running)
        return false;
    calx_release(entry);
    if (is_last) {
        pthread_setspecific(thread_key, NULL);
        calx_release(own);
    }
    return true;
}

void calx_thread_fork_prepare(void)
{
    pthread_mutex_lock(&thread_lock);
}

void calx_thread_fork_done(void)
{
    pthread_mutex_unlock(&thread_lock);
}

uint64_t calx_thread_note_owner(void)
{
    pthread_once(&thread_key_once, make_key);
    if (!thread_key_made)
        return 0;
    pthread_mutex_lock(&thread_lock);
    uint64_t owner = ++thread_owners;
    pthread_mutex_unlock(&thread_lock);
    return owner;
}

/* Whoever has an owner's number has it from a thread that had made the key. */
void calx_thread_set_note(uint64_t owner, void *value)
{
    thread_list *list = owner != 0 ? pthread_getspecific(thread_key) : NULL;
    if (list == NULL || (value == NULL && list->note_owner != owner))
        return;
    list->note_owner = owner;
    list->note = value;
}

void *calx_thread_note(uint64_t owner)
{
    const thread_list *list = owner != 0 ? pthread_getspecific(thread_key) : NULL;
    return list != NULL && list->note_owner == owner ? list->note : NULL;
}
