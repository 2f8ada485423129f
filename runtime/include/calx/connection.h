/**
 * @file connection.h
 * A connection from the pool, with a transaction of its own.
 *
 * The first statement begins a transaction (ENG-121); work not committed is rolled back when the
 * connection is closed (ENG-124). Thread rule: one thread at a time; a call while another thread is
 * in one is CALX_E_STATE, and leaves the error alone, which is that thread's (ENG-103). Each call
 * that returns a status clears the connection's error first.
 */
#ifndef CALX_CONNECTION_H
#define CALX_CONNECTION_H

#include <calx/engine.h>
#include <calx/result.h>
#include <calx/statement.h>

CALX_BEGIN_DECLS

/**
 * Rolls back what is open, gives the connection back and frees the handle, which must not be used
 * any more. Results that are still open end: reading from them is CALX_E_STATE, and their owner
 * still frees them. Takes NULL. Source: ENG-043, ENG-044, ENG-124.
 */
CALX_API void calx_connection_close(calx_connection *connection);

/**
 * Begins explicitly.
 * @return CALX_OK; CALX_E_STATE: one has begun already (ENG-122); CALX_E_PENDING_ROLLBACK: an
 *         earlier failure ended the transaction, call calx_connection_rollback() first
 */
CALX_API calx_status calx_connection_begin(calx_connection *connection);

/** A savepoint inside the transaction, begun when there is none (ENG-130). */
CALX_API calx_status calx_connection_begin_nested(calx_connection *connection);

/**
 * Commits the innermost savepoint or the transaction; does nothing without one (ENG-123).
 * @return CALX_E_BUSY: the transaction is still open, commit may be called again (ENG-128); other
 *         failures leave it until calx_connection_rollback() (ENG-127)
 */
CALX_API calx_status calx_connection_commit(calx_connection *connection);

/** Rolls back the innermost savepoint or the transaction; does nothing without one. */
CALX_API calx_status calx_connection_rollback(calx_connection *connection);

CALX_API bool calx_connection_in_transaction(const calx_connection *connection);

/**
 * Runs a statement.
 * @param out_result owned by the caller, calx_result_free(); or NULL when no rows are wanted
 */
CALX_API calx_status calx_connection_execute(calx_connection *connection,
                                             const calx_statement *statement,
                                             calx_result **out_result);

/** Work on a connection, in a transaction that was begun for it. */
typedef calx_status (*calx_connection_function)(void *context, calx_connection *connection);

/**
 * Takes a connection, begins, calls the function, and commits; or rolls back when the function or
 * the commit fails. The connection goes back in any case (ENG-051). With the execution option
 * `retries` the function is called again, in a new transaction, after a failure that says
 * CALX_ERROR_RETRY: a serialization failure, a deadlock, a database that was busy. It must then be
 * such that only its transaction knows it was called before. A function that commits or rolls back
 * by itself has ended its transaction: a statement, a begin and a commit are CALX_E_STATE then, and
 * a rollback is a warning in the log (ENG-129, ENG-135).
 * @param out_error the details of the last failure; or NULL
 * @return what the function or the commit answered at last; what calx_engine_connect() answers
 */
CALX_API calx_status calx_engine_run(calx_engine *engine, calx_connection_function function,
                                     void *context, calx_error *out_error);

/**
 * Lays execution options over those of the connection, until it is closed; other connections are
 * unaffected (ENG-138). They hold also after the connection was lost and another took its place
 * (ENG-140).
 * @return CALX_OK; CALX_E_ARGUMENT names each option that is bad; CALX_E_STATE an option that
 *         steers how transactions begin, inside of one (ENG-139); CALX_E_NOMEM
 */
CALX_API calx_status calx_connection_execution_options(calx_connection *connection,
                                                       const calx_execution_options *options);

/** What holds for the connection. Its texts are borrowed until its options are changed. */
CALX_API void calx_connection_get_execution_options(const calx_connection *connection,
                                                    calx_execution_options *out_options);

/**
 * Asks the database for the level of isolation that holds now; in a transaction, its own (ENG-141).
 * @param out_level  one of the names of calx_execution_options.isolation_level. Static text
 * @return CALX_OK; what the database answers
 */
CALX_API calx_status calx_connection_isolation_level(calx_connection *connection,
                                                     const char **out_level);

/**
 * Runs a statement once for each set of values, in pages of as many sets as the execution option
 * `page_size` says, each page in one round trip where the database can do that (ENG-167, ENG-184).
 * Within a transaction a page is done as a whole or not at all, and pages before one that failed
 * stay done. Rows the statement gives are dropped. Parameters the sets do not name have what was
 * bound to the statement.
 * @param out_changes  rows changed by all of them; or NULL
 * @return as calx_connection_execute(), the number of the page and the set in front of the message
 */
CALX_API calx_status calx_connection_execute_many(calx_connection *connection,
                                                  const calx_statement *statement,
                                                  const calx_parameter_sets *sets,
                                                  int64_t *out_changes);

/** SQL as the database takes it: its own placeholders, and values by their place. */
typedef struct calx_driver_sql {
    const char *sql;
    const calx_value *parameters; /**< copied when a result is wanted */
    size_t count;
} calx_driver_sql;

/**
 * Runs text that is handed to the database as it is: nothing in it is a named parameter (ENG-193).
 * @param out_result  as of calx_connection_execute()
 */
CALX_API calx_status calx_connection_exec_driver_sql(calx_connection *connection,
                                                     const calx_driver_sql *sql,
                                                     calx_result **out_result);

/**
 * Runs a statement with execution options of this call, over those of the statement (SES-008).
 * @param options  or NULL, meaning none
 * @return as calx_connection_execute(); CALX_E_ARGUMENT an option that is bad or not for a
 * statement
 */
CALX_API calx_status calx_connection_execute_with(calx_connection *connection,
                                                  const calx_statement *statement,
                                                  const calx_execution_options *options,
                                                  calx_result **out_result);

/**
 * Closes the physical connection now; the next use takes another (ENG-077). Inside a transaction
 * everything but calx_connection_rollback() is CALX_E_PENDING_ROLLBACK first (ENG-078). A memory
 * database that another connection of this thread uses too is closed when that one is.
 */
CALX_API calx_status calx_connection_invalidate(calx_connection *connection);

/**
 * Asks the database to end what runs on the connection: that call answers CALX_E_CANCELED then, and
 * the connection stays usable. Any thread, while the connection's own is in a call or between two;
 * only calx_connection_close() must wait until this has returned, which takes a second at most. A
 * statement that had ended already is not undone, and none that comes later is hit, of this
 * connection or of whoever has it next (ENG-172): to be sure of ending a call of another thread,
 * repeat it until that has returned.
 * @return CALX_OK, also when nothing ran; CALX_E_STATE: the connection is the parent process's. The
 *         connection's error is left alone
 */
CALX_API calx_status calx_connection_cancel(calx_connection *connection);

/** The connection stays usable, and is replaced when it comes back to the pool (ENG-085). */
CALX_API calx_status calx_connection_invalidate_soft(calx_connection *connection);

/** Takes the connection out of its pool for good; close() then really closes it (ENG-049). */
CALX_API calx_status calx_connection_detach(calx_connection *connection);

/** With what an entry of an info map is kept (ENG-048). */
typedef enum calx_info_place {
    CALX_INFO_CONNECTION = 0, /**< the physical connection: there again at its next checkout, gone
                                   when it is closed */
    CALX_INFO_SLOT = 1        /**< its place in the pool: whatever connection is there next has it;
                                   gone when the engine is disposed of */
} calx_info_place;

/**
 * Puts an entry into an info map, or takes it out when value is NULL. The pool may end with entries
 * in it: what they point to is the application's.
 * @param key  copied
 * @return CALX_OK; CALX_E_STATE a detached connection has no place; CALX_E_NOMEM
 */
CALX_API calx_status calx_connection_set_info(calx_connection *connection, calx_info_place place,
                                              const char *key, void *value);

/** What is in an info map under a key; *out_value NULL: nothing. */
CALX_API calx_status calx_connection_get_info(calx_connection *connection, calx_info_place place,
                                              const char *key, void **out_value);

/** The details of the last failed call. Never NULL. */
CALX_API const calx_error *calx_connection_error(const calx_connection *connection);

CALX_END_DECLS

#endif
