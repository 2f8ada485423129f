/*
 * The list of those who are told of forks. Its lock is held while the process is copied, and so are
 * the locks of everybody in it: the child gets them free and what they guard whole. The rule kept:
 * watches come before the lock of the threads' lists, which is taken inside of the others.
 */
#include "base/process.h"

#include "base/thread.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static struct {
    pthread_mutex_t lock;
    calx_fork_watch *first;
} watches = { .lock = PTHREAD_MUTEX_INITIALIZER };

static pthread_once_t handlers_once = PTHREAD_ONCE_INIT;
static bool handlers_set;

static void prepare(void)
{
    pthread_mutex_lock(&watches.lock);
    for (calx_fork_watch *watch = watches.first; watch != NULL; watch = watch->next)
        watch->prepare(watch->context);
    calx_thread_fork_prepare();
}

static void go_on_as_parent(void)
{
    calx_thread_fork_done();
    for (calx_fork_watch *watch = watches.first; watch != NULL; watch = watch->next)
        watch->parent(watch->context);
    pthread_mutex_unlock(&watches.lock);
}

static void go_on_as_child(void)
{
    calx_thread_fork_done();
    for (calx_fork_watch *watch = watches.first; watch != NULL; watch = watch->next)
        watch->child(watch->context);
    pthread_mutex_unlock(&watches.lock);
}

static void set_handlers(void)
{
    handlers_set = pthread_atfork(prepare, go_on_as_parent, go_on_as_child) == 0;
}

calx_status calx_fork_watch_begin(calx_fork_watch *watch)
{
    pthread_once(&handlers_once, set_handlers);
    if (!handlers_set)
        return CALX_E_NOMEM;
    pthread_mutex_lock(&watches.lock);
    watch->previous = NULL;
    watch->next = watches.first;
    if (watches.first != NULL)
        watches.first->previous = watch;
    watches.first = watch;
    pthread_mutex_unlock(&watches.lock);
    return CALX_OK;
}

void calx_fork_watch_end(calx_fork_watch *watch)
{
    pthread_mutex_lock(&watches.lock);
    if (watch->previous != NULL)
        watch->previous->next = watch->next;
    else
        watches.first = watch->next;
    if (watch->next != NULL)
        watch->next->previous = watch->previous;
    pthread_mutex_unlock(&watches.lock);
}
