/*
 * What a database is asked about transactions in two phases: where the one at hand is, and what
 * became of another one.
 */
#ifndef CALX_ENGINE_TWO_PHASE_ASK_H
#define CALX_ENGINE_TWO_PHASE_ASK_H

#include "engine/branch_name.h"
#include "engine/inside.h"

typedef enum calx_fate {
    CALX_FATE_ELSEWHERE = 0, /* of another server */
    CALX_FATE_OPEN,          /* it waits, or is at work */
    CALX_FATE_COMMITTED,
    CALX_FATE_ABORTED,
    CALX_FATE_FORGOTTEN /* too long ago */
} calx_fate;

/* The place of the connection's transaction, inside of it. */
calx_status calx_connection_place(calx_connection *connection, char out[CALX_PLACE_MOST + 1]);

/* What became of the transaction there. The connection has none, and has none afterwards. */
calx_status calx_connection_fate(calx_connection *connection, const char *place,
                                 calx_fate *out_fate);

/*
 * The names of those that wait, each with a NUL behind it, and their ages in microseconds, as
 * int64_t, one behind the other. Within the connection's transaction.
 */
calx_status calx_connection_list_waiting(calx_connection *connection, calx_buffer *names,
                                         calx_buffer *ages);

/* Ends the transaction something was read in; what failed before stays the error. */
calx_status calx_connection_end_reading(calx_connection *connection, calx_status status);

/* Gives what is prepared up to the database, where it waits; the connection is free. */
void calx_connection_leave_prepared(calx_connection *connection);

#endif
