/**
 * @file copy.h
 * COPY: rows between the application and a table as one stream, in the database's own text or
 * binary form, which is the quickest way in and out.
 *
 * PostgreSQL has it; SQLite has none. Thread rule and errors: those of the connection; what a
 * source or a sink does in between must not use the connection, which answers CALX_E_STATE then;
 * one that closes it ends the COPY, and the connection is closed when that has returned (ENG-169).
 * Source: ENG-169 to ENG-171.
 */
#ifndef CALX_COPY_H
#define CALX_COPY_H

#include <calx/connection.h>

CALX_BEGIN_DECLS

/**
 * Gives the next piece of the data, of any size: rows may be cut anywhere.
 * @param out_data  borrowed until the next call, or the end of the COPY
 * @param out_size  0: that was all
 * @return CALX_OK; anything else ends the COPY, which has stored nothing then
 */
typedef calx_status (*calx_copy_read)(void *context, const char **out_data, size_t *out_size);

/**
 * Takes the next piece of the data; on PostgreSQL a row, in the text form with its newline.
 * @param data  borrowed during the call
 * @return CALX_OK; anything else: no more of it is wanted
 */
typedef calx_status (*calx_copy_write)(void *context, const char *data, size_t size);

/** Where the data comes from. */
typedef struct calx_copy_source {
    calx_copy_read read;
    void *context;
} calx_copy_source;

/** Where the data goes. */
typedef struct calx_copy_sink {
    calx_copy_write write;
    void *context;
} calx_copy_sink;

/**
 * Copies rows into a table, all of them or none.
 * @param sql       one `COPY … FROM STDIN`, with what it says about the form
 * @param source    where the rows come from
 * @param out_rows  how many there were; or NULL
 *                  while the line is plain, the source is asked for no more once the database has
 *                  refused a row; over TLS that is known when the source ends
 * @return CALX_OK; CALX_E_CANCELED: the source has ended it, or another thread has; what the
 *         database says about a row, its number and column in front of the message;
 *         CALX_E_ARGUMENT: no such statement, and nothing was sent; CALX_E_STATE: called by a
 * source or a sink; CALX_E_UNSUPPORTED: the database has no COPY. The connection stays usable as
 * after a statement that failed
 */
CALX_API calx_status calx_connection_copy_in(calx_connection *connection, const char *sql,
                                             const calx_copy_source *source, int64_t *out_rows);

/**
 * Copies rows out of a table or a query.
 * @param sql       one `COPY … TO STDOUT`
 * @param sink      where the rows go
 * @param out_rows  how many there were; or NULL
 * @return as calx_connection_copy_in(); CALX_E_CANCELED: the sink wanted no more, and the database
 *         was asked to end it (ENG-171)
 */
CALX_API calx_status calx_connection_copy_out(calx_connection *connection, const char *sql,
                                              const calx_copy_sink *sink, int64_t *out_rows);

CALX_END_DECLS

#endif
