/*
 * Forks: who keeps what a child process must not share is told around each fork(). Behind it is one
 * list for the process and one set of handlers, made on first use.
 */
#ifndef CALX_BASE_PROCESS_H
#define CALX_BASE_PROCESS_H

#include <calx/error.h>

/*
 * Part of its owner, who fills in all but the links. prepare is called before the fork and takes
 * the owner's locks; parent or child is called after it and lets go of them. In the child there is
 * one thread, the one that forked: child changes memory and makes system calls, nothing more.
 */
typedef struct calx_fork_watch {
    struct calx_fork_watch *next;
    struct calx_fork_watch *previous;
    void (*prepare)(void *context);
    void (*parent)(void *context);
    void (*child)(void *context);
    void *context;
} calx_fork_watch;

/* CALX_OK or CALX_E_NOMEM. The watch stays where it is until calx_fork_watch_end(). */
calx_status calx_fork_watch_begin(calx_fork_watch *watch);

/* The watch is called no more. None of the owner's locks is held. */
void calx_fork_watch_end(calx_fork_watch *watch);

#endif
