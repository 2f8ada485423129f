/*
 * What the rooms above run statements with. A cursor is a prepared statement of the physical
 * connection, lent to one user: opening one that was used before allocates nothing and hashes
 * nothing. Errors land on the connection, calx_connection_error(), with the statement's text.
 *
 * A cursor stays valid until calx_cursor_close(), whatever becomes of its connection: once that
 * was closed, invalidated or has ended its transaction, calls answer CALX_E_STATE (the last one
 * until the cursor is executed again). The thread rule is that of the connection.
 */
#ifndef CALX_ENGINE_CURSOR_H
#define CALX_ENGINE_CURSOR_H

#include <calx/connection.h>
#include <calx/value.h>

#include "base/log.h"
#include "driver/driver.h"
#include "engine/plan.h"
#include "engine/text.h"
#include "sql/dialect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct calx_cursor calx_cursor;

/*
 * The prepared statement of a plan of this connection's engine. When it is in use already a second
 * one is prepared, and finalized at its close. *out_cursor: calx_cursor_close().
 */
calx_status calx_connection_open(calx_connection *connection, const calx_plan *plan,
                                 calx_cursor **out_cursor);

/* The same for a text, in the driver's own parameter style; the last texts are kept prepared. */
calx_status calx_connection_open_text(calx_connection *connection, const char *sql, size_t size,
                                      calx_cursor **out_cursor);

/* The same for a text of the engine's, which is not hashed again. */
calx_status calx_connection_open_known(calx_connection *connection, const calx_sql_text *text,
                                       calx_cursor **out_cursor);

/* How the rows of the next execute are wanted; forgotten after it. Without: all at once. */
void calx_cursor_rows(calx_cursor *cursor, calx_driver_rows how);

/*
 * Binds and runs up to the first row; begins the transaction when none is open (ENG-121). Text and
 * bytes of the parameters must stay until *out_row false, reset, close or the next execute.
 */
calx_status calx_cursor_execute(calx_cursor *cursor, const calx_value *parameters, size_t count,
                                bool *out_row);

/* Gives the next values, which are good until the next call; false: there are no more. */
typedef bool (*calx_cursor_source)(void *context, const calx_value **out_values, size_t *out_count);

/*
 * Executes it for one set of values after the other, until the first that fails; rows it gives are
 * dropped. What calx_cursor_execute() does for each is done once where it can be. The source may
 * not use the connection.
 */
calx_status calx_cursor_execute_each(calx_cursor *cursor, calx_cursor_source source, void *context);

/*
 * The same for a plan of many rows: values row by row, one for each parameter. A failure undoes it
 * alone, unless the transaction is lost with it; one that changed another number of rows than it
 * was given is CALX_E_STALE_DATA.
 */
calx_status calx_cursor_execute_rows(calx_cursor *cursor, const calx_value *values, size_t rows,
                                     bool *out_row);

/*
 * Runs a query for many keys: values key by key, one for each column of them. Where the dialect
 * batches_rows each column is one array, and each parameter; elsewhere each value is a parameter,
 * and stays as those of calx_cursor_execute().
 */
calx_status calx_cursor_execute_keys(calx_cursor *cursor, const calx_value *values, size_t count,
                                     size_t keys, bool *out_row);

/*
 * Runs a statement once for each set of values, whose rows are dropped. Within a transaction a
 * failure undoes all of them, unless the transaction is lost with it.
 */
calx_status calx_cursor_execute_many(calx_cursor *cursor, calx_driver_many *many);

/*
 * What can be said of the arguments before anything is done. CALX_E_ARGUMENT: there is no
 * statement, or the sets were not started from their INIT, or they lack names or values.
 */
calx_status calx_parameter_sets_check(const calx_parameter_sets *sets,
                                      const calx_statement *statement, calx_error *error);

/* How many rows the options want in one round trip; SIZE_MAX: they do not say. */
size_t calx_connection_page_size(const calx_connection *connection);

/*
 * Copies rows into the table of a plan of kind COPY: values row by row, one for each column. A
 * failure undoes it alone, unless the transaction is lost with it. CALX_E_UNSUPPORTED: this table
 * is not for it.
 */
calx_status calx_connection_copy_rows(calx_connection *connection, const calx_plan *plan,
                                      const calx_value *values, size_t rows);

/* Goes to the next row. */
calx_status calx_cursor_next(calx_cursor *cursor, bool *out_row);

/*
 * The first count columns of the present row, each as the class wanted; CALX_VALUE_NULL: as
 * stored. NULL gives a CALX_VALUE_NULL. A value of another class is CALX_E_DATA. Text and bytes are
 * borrowed until the next call on the cursor; text is followed by a NUL.
 */
calx_status calx_cursor_read(calx_cursor *cursor, const calx_value_type *wanted, calx_value *out,
                             size_t count);

/* The same from a column on: a row of several tables is read in parts. */
calx_status calx_cursor_read_from(calx_cursor *cursor, size_t first, const calx_value_type *wanted,
                                  calx_value *out, size_t count);

/* One column, to decide whether the others are to be read; not logged. */
calx_status calx_cursor_peek(calx_cursor *cursor, size_t column, calx_value_type wanted,
                             calx_value *out);

/* Rows inserted, updated or deleted by the last execute; right once no row was left. */
int64_t calx_cursor_changes(const calx_cursor *cursor);

/* The key the last INSERT made; counts only when calx_cursor_changes() > 0 (ENG-154). */
int64_t calx_cursor_last_key(const calx_cursor *cursor);

/* The parameter whose value the last execute refused, from 1; 0: it failed otherwise, or not. */
size_t calx_cursor_refused(const calx_cursor *cursor);

size_t calx_cursor_column_count(const calx_cursor *cursor);

/* Borrowed until the next call on the cursor; NULL: no such column, or no memory. */
const char *calx_cursor_column_name(const calx_cursor *cursor, size_t column);

/* What each value of the column is; CALX_VALUE_NULL: not known, or not the same for all. */
calx_value_type calx_cursor_column_class(const calx_cursor *cursor, size_t column);

/* Drops rows that are left; ready to execute again. */
void calx_cursor_reset(calx_cursor *cursor);

/* Gives the statement back. Takes NULL. */
void calx_cursor_close(calx_cursor *cursor);

/* The connection's own, for rooms that find a failure by themselves. Never NULL. */
calx_error *calx_connection_error_slot(calx_connection *connection);

/* That of the connection the cursor is of; NULL: that has ended. */
calx_error *calx_cursor_error_slot(const calx_cursor *cursor);

calx_engine *calx_connection_engine(const calx_connection *connection);

const calx_dialect *calx_engine_dialect(const calx_engine *engine);

/* Parameters of one statement: what the dialect knows, or less where the library has less. */
size_t calx_engine_max_parameters(const calx_engine *engine);

/* Where the engine's lines go; never NULL; its level says what is wanted. */
const calx_logger *calx_engine_logger(const calx_engine *engine);

#endif
