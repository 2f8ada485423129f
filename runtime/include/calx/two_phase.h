/**
 * @file two_phase.h
 * Transactions that end in two phases, so that several databases commit together or not at all.
 *
 * The first phase, prepare, does everything that may fail; the database then keeps the transaction
 * by its name, whatever becomes of the connection or the program, until it is committed or rolled
 * back by anybody who knows that name. PostgreSQL has them where its max_prepared_transactions is
 * not 0; SQLite has none. Thread rule and errors: those of the connection. Source: ENG-134.
 *
 * A calx_two_phase is a unit of such transactions, its branches, which end as one. It names them
 * so that calx_recover() (recovery.h) can finish what a crash has left, always alike everywhere.
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

/** Transactions of several connections that end as one. One thread at a time. */
typedef struct calx_two_phase calx_two_phase;

/** How far a unit is. */
typedef enum calx_two_phase_state {
    CALX_TWO_PHASE_OPEN = 0,    /**< connections may join and do their work */
    CALX_TWO_PHASE_PREPARED,    /**< nothing but commit and rollback is legal */
    CALX_TWO_PHASE_COMMITTED,   /**< also where a branch still waits, which a recovery commits */
    CALX_TWO_PHASE_ROLLED_BACK, /**< also where a branch still waits, which a recovery ends */
    CALX_TWO_PHASE_UNKNOWN      /**< a recovery finds out, and finishes it */
} calx_two_phase_state;

/**
 * An empty unit.
 * @param owner     whose it is, to be told apart by a recovery: letters, digits and `_.-`, 64 at
 *                  most; or NULL. Copied
 * @param out_unit  owned by the caller: calx_two_phase_free()
 * @return CALX_OK; CALX_E_ARGUMENT: an owner that cannot be; CALX_E_NOMEM
 */
CALX_API calx_status calx_two_phase_new(const char *owner, calx_two_phase **out_unit,
                                        calx_error *out_error);

/** Rolls back what is still open or prepared, and forgets the connections. NULL is allowed. */
CALX_API void calx_two_phase_free(calx_two_phase *unit);

/**
 * Begins a transaction of the connection as the unit's next branch. From here on the transaction is
 * ended through the unit, before the connection is closed. The first to join is the first branch,
 * whose commit commits the unit: let it be the database that is least likely to be lost.
 * @return CALX_OK; CALX_E_STATE: the unit is prepared or over, or the connection has a transaction;
 *         otherwise as calx_connection_begin_two_phase()
 */
CALX_API calx_status calx_two_phase_join(calx_two_phase *unit, calx_connection *connection);

/**
 * The first phase of all branches, in their order. When one fails, all are rolled back.
 * @return CALX_OK; CALX_E_STATE: not open; what the first branch that failed answered
 */
CALX_API calx_status calx_two_phase_prepare(calx_two_phase *unit);

/**
 * The second phase, after the first where that was not done yet. The first branch is committed
 * first; when that fails nothing is committed and the unit stays prepared, to be committed again or
 * rolled back, unless its outcome cannot be found out (CALX_ERROR_OUTCOME_UNKNOWN; the state says
 * so too, and everything is left to a recovery). When another one fails, the rest is committed all
 * the same, and that branch waits for a recovery.
 * @return CALX_OK: committed everywhere; what the first branch that failed answered: ask
 *         calx_two_phase_state_of(); CALX_E_TX_ABORTED: somebody else, such as a recovery, had
 *         rolled it back; CALX_E_STATE: it is over
 */
CALX_API calx_status calx_two_phase_commit(calx_two_phase *unit);

/**
 * Rolls all branches back, prepared or not.
 * @return CALX_OK, also when it was over without a commit; the first failure, after which the
 *         branch is rolled back by its server or, if it was prepared, waits for a recovery;
 *         CALX_E_STATE: it is committed, or its outcome is unknown
 */
CALX_API calx_status calx_two_phase_rollback(calx_two_phase *unit);

/** How far it is. */
CALX_API calx_two_phase_state calx_two_phase_state_of(const calx_two_phase *unit);

/** The error of the last call that failed; borrowed until the next call on the unit. */
CALX_API const calx_error *calx_two_phase_error(const calx_two_phase *unit);

CALX_END_DECLS

#endif
