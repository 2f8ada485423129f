/**
 * @file script.h
 * Scripts: a text of several statements, run one after the other up to the first that fails.
 *
 * For schemas, migrations and test data. It has no parameters, and what its statements give is
 * dropped; what each of them did is counted. Thread rule and errors: those of the connection.
 * Source: ENG-166.
 */
#ifndef CALX_SCRIPT_H
#define CALX_SCRIPT_H

#include <calx/connection.h>

CALX_BEGIN_DECLS

/** What became of a script; start from CALX_SCRIPT_REPORT_INIT. */
typedef struct calx_script_report {
    size_t size;     /**< set by CALX_SCRIPT_REPORT_INIT */
    size_t done;     /**< statements that were done, and not undone by a later one */
    size_t failed;   /**< the number of the one that failed, from 1; 0: none */
    int64_t *counts; /**< of each that was done: rows it changed, or gave. Owned by the caller,
                          calx_free(); NULL: none was */
} calx_script_report;

/* clang-format off */
/** A report nothing is in yet. */
#define CALX_SCRIPT_REPORT_INIT { sizeof(calx_script_report), 0, 0, NULL }
/* clang-format on */

/**
 * Runs the statements of a text in the connection's transaction, which begins when there is none;
 * in AUTOCOMMIT each is by itself on SQLite, and all of them are one transaction on PostgreSQL. On
 * PostgreSQL the whole text is one round trip. Rows that are being read end.
 * @param sql         as the database takes it: nothing in it is a parameter
 * @param out_report  or NULL. Filled also after a failure, with what was done before it
 * @return CALX_OK; what the failing statement answered, its number in front of the message, and
 *         the script's text with the error; CALX_E_ARGUMENT: the report was not started from its
 *         INIT; CALX_E_NOMEM
 */
CALX_API calx_status calx_connection_execute_script(calx_connection *connection, const char *sql,
                                                    calx_script_report *out_report);

CALX_END_DECLS

#endif
