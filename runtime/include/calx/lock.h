/**
 * @file lock.h
 * Row locks, for what reads rows that are about to be changed.
 *
 * A lock lasts until the transaction ends. SQLite has no row locks, since a transaction that writes
 * locks the whole database: there a lock that is asked for is left out of the statement when a row
 * is found by its key, and is CALX_E_UNSUPPORTED for a query.
 */
#ifndef CALX_LOCK_H
#define CALX_LOCK_H

#include <calx/api.h>

CALX_BEGIN_DECLS

/** What others may not do with the row meanwhile. */
typedef enum calx_lock {
    CALX_LOCK_NONE = 0,
    CALX_LOCK_UPDATE,        /**< FOR UPDATE: change, delete or lock it */
    CALX_LOCK_NO_KEY_UPDATE, /**< FOR NO KEY UPDATE: the same, but they may refer to its key */
    CALX_LOCK_SHARE,         /**< FOR SHARE: change or delete it */
    CALX_LOCK_KEY_SHARE      /**< FOR KEY SHARE: delete it or change its key */
} calx_lock;

/** What to do when somebody else has the lock. */
typedef enum calx_lock_wait {
    CALX_LOCK_WAIT = 0,   /**< wait until they are done */
    CALX_LOCK_NOWAIT,     /**< fail at once with CALX_E_BUSY */
    CALX_LOCK_SKIP_LOCKED /**< as if there were no such row */
} calx_lock_wait;

CALX_END_DECLS

#endif
