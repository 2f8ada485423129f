/*
 * What a session has to know of the savepoints on a connection, beyond what connection.h tells
 * applications.
 */
#ifndef CALX_ENGINE_SAVEPOINT_H
#define CALX_ENGINE_SAVEPOINT_H

#include <calx/connection.h>
#include <calx/two_phase.h>

#include <stdbool.h>
#include <stddef.h>

/* How many are open that calx_connection_begin_nested() made. */
size_t calx_connection_savepoints(const calx_connection *connection);

/*
 * Forgets those behind the first count, which are inside the last of these: whatever ends that one,
 * or the transaction, ends them too. Sends nothing.
 */
void calx_connection_fold_savepoints(calx_connection *connection, size_t count);

/* Whether every statement stands for itself, so that there are no savepoints. */
bool calx_connection_is_autocommit(const calx_connection *connection);

/* Takes a branch out of a unit that is open: its transaction was ended, and nothing was done in it.
 */
void calx_two_phase_leave(calx_two_phase *unit, const calx_connection *connection);

/* Whether a failure ended the transaction, so that rolling back all of it is all that is legal. */
bool calx_connection_is_spoiled(const calx_connection *connection);

#endif
