/**
 * @file two_phase.h
 * Transactions that end in two phases, so that several databases commit together or not at all.
 *
 * The first phase, prepare, does everything that may fail; the database then keeps the transaction
 * by its name, whatever becomes of the connection or the program, until it is committed or rolled
 * back by anybody who knows that name. PostgreSQL has them where its max_prepared_transactions is
 * not 0; SQLite has none. Thread rule and errors: those of the connection. Source: ENG-134.
 */
#ifndef CALX_TWO_PHASE_H
#define CALX_TWO_PHASE_H

#include <calx/connection.h>

CALX_BEGIN_DECLS

/** Bytes a name may have. */
enum { CALX_TWO_PHASE_NAME_MOST = 199 };

/**
 * Begins a transaction that may be prepared; it may be committed or rolled back without, too.
 * @param name  of the whole database server, of no other one that waits; copied
 * @return CALX_OK; CALX_E_UNSUPPORTED the database has none; CALX_E_ARGUMENT an empty name, or one
 *         that is too long; otherwise as calx_connection_begin()
 */
CALX_API calx_status calx_connection_begin_two_phase(calx_connection *connection, const char *name);

/**
 * The first phase. From here on calx_connection_commit() and _rollback() are the second; anything
 * else is CALX_E_STATE. Closing the connection rolls back; calx_connection_invalidate() before does
 * not touch what is prepared.
 * @return CALX_OK; CALX_E_STATE: not begun for it, or savepoints are open; CALX_E_TX_ABORTED and
 *         other failures leave calx_connection_rollback(); with CALX_ERROR_OUTCOME_UNKNOWN it may
 *         be prepared nevertheless
 */
CALX_API calx_status calx_connection_prepare(calx_connection *connection);

/**
 * Commits a transaction that waits by this name, of any connection. Outside of a transaction.
 * @return CALX_OK; CALX_E_NO_OBJECT: none waits; CALX_E_STATE inside of a transaction;
 *         CALX_E_UNSUPPORTED
 */
CALX_API calx_status calx_connection_commit_prepared(calx_connection *connection, const char *name);

/** Rolls one back; otherwise as calx_connection_commit_prepared(). */
CALX_API calx_status calx_connection_rollback_prepared(calx_connection *connection,
                                                       const char *name);

/**
 * The names of all transactions that wait in this database, after a crash for one. Leaves the
 * connection without a transaction if it had none.
 * @param out_names  owned by the caller, one block with its texts: calx_free(); NULL: none
 */
CALX_API calx_status calx_connection_recover(calx_connection *connection, char ***out_names,
                                             size_t *out_count);

CALX_END_DECLS

#endif
