/*
 * What has to be tidied up when a thread ends: its sessions first, then its connections, since a
 * session gives its connection back on closing. Behind it is the process's one thread key.
 *
 * Entries run when a thread created with pthread_create() or thrd_create() ends. The main thread
 * ends with the process and runs none: what it still holds is closed by whoever frees its owner.
 */
#ifndef CALX_BASE_THREAD_H
#define CALX_BASE_THREAD_H

#include <calx/error.h>

#include <stdbool.h>
#include <stdint.h>

/* Lower ones run first; within one order the newest entry runs first. */
typedef enum calx_thread_order {
    CALX_THREAD_SESSIONS = 0,
    CALX_THREAD_CONNECTIONS = 1
} calx_thread_order;

enum { CALX_THREAD_ORDERS = 2 };

typedef struct calx_thread_entry calx_thread_entry;

/*
 * Has run(context) called when the calling thread ends. No lock of this room is held during run;
 * it may add and forget entries. New entries made by a run are run as well.
 * out_entry  for calx_thread_forget(); lives until run has returned or the entry was forgotten;
 *            or NULL, meaning it will never be forgotten
 * Answers CALX_OK or CALX_E_NOMEM (also when the system is out of thread keys).
 */
calx_status calx_thread_at_exit(calx_thread_order order, void (*run)(void *context), void *context,
                                calx_thread_entry **out_entry);

/*
 * Drops an entry, from its own or any other thread. Takes NULL.
 * true: run will not be called any more, and the entry is gone. false: its thread is ending and run
 * is being called right now (perhaps it is the caller); the entry goes when run returns. A caller
 * in another thread that must wait for that arranges it with its run: typically run takes the
 * owner's lock, unlinks its record and signals, and the owner, holding the lock, forgets only
 * entries of records that are still linked, then waits until the list is empty.
 */
bool calx_thread_forget(calx_thread_entry *entry);

/* Around a fork: the lists are whole in the child (base/process.h). */
void calx_thread_fork_prepare(void);
void calx_thread_fork_done(void);

/*
 * One note for each thread, beside its entries: what a room looks up again and again for the
 * thread it runs in. Reading it is a read of the thread's own value and a comparison.
 */

/* A number to sign notes with, never given twice; 0: the system is out of thread keys. */
uint64_t calx_thread_note_owner(void);

/*
 * Leaves a note in place of the one there is. Kept as long as the thread has entries; without any
 * this does nothing. value NULL takes a note of this owner back, and leaves one of another.
 */
void calx_thread_set_note(uint64_t owner, void *value);

/* What the owner left in the calling thread; NULL: nothing, or another's note took its place. */
void *calx_thread_note(uint64_t owner);

#endif
