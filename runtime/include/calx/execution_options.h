/**
 * @file execution_options.h
 * How statements are to be run: set on an engine, a connection, a session or a statement, where
 * what is set later and closer wins (ENG-185). What is not set is as it was one step further out.
 */
#ifndef CALX_EXECUTION_OPTIONS_H
#define CALX_EXECUTION_OPTIONS_H

#include <calx/setting.h>
#include <stddef.h>
#include <stdint.h>

CALX_BEGIN_DECLS

/** On, off, or as it was further out. */
typedef enum calx_switch {
    CALX_SWITCH_UNSET = 0,
    CALX_SWITCH_OFF = 1,
    CALX_SWITCH_ON = 2
} calx_switch;

/** Start from CALX_EXECUTION_OPTIONS_INIT, then assign. Texts are copied where this is taken. */
typedef struct calx_execution_options {
    size_t size;
    /**
     * How transactions are kept apart, in any case and with _ for a blank, or NULL. PostgreSQL:
     * "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"; SQLite: "READ
     * UNCOMMITTED", "SERIALIZABLE"; both: "AUTOCOMMIT", no transaction at all (ENG-137, ENG-142).
     * Not for a statement, nor inside a transaction (ENG-139).
     */
    const char *isolation_level;
    /**
     * On: a write is CALX_E_READ_ONLY (ENG-143). Off: this writes, which lets SQLite wait for other
     * writers when the transaction begins and not fail later (ENG-146). As isolation_level.
     */
    calx_switch read_only;
    /** On: a serializable, read-only transaction of PostgreSQL waits for a moment in which it
     * cannot conflict. As isolation_level. */
    calx_switch deferrable;
    /** On: rows of a statement that only reads come in little memory (ENG-179). */
    calx_switch stream_results;
    int yield_per;      /**< streams, this many rows at a time; 0: unset; -1: a growing number */
    int max_row_buffer; /**< most rows a stream takes at a time while growing; 0: unset (as many
                             as fill about a megabyte) */
    int page_size;      /**< sets of values, or rows, of one round trip of a bulk execution; 0:
                             unset (1000 sets, or as many rows as are quick) */
    int64_t timeout_ms; /**< longest time of one statement, on a server also of a commit, rollback
                           or savepoint; 0: unset; -1: no end (ENG-174) */
    const char *logging_token; /**< stands as [token] in front of log lines; "" none; NULL unset */
    /**
     * What becomes of the connection's transaction when it goes back to the pool: "rollback",
     * "commit", "none", "smart", "discard", or NULL. Not for a statement.
     */
    const char *pool_reset;
    /**
     * How often a function given to calx_engine_run() or calx_session_run() is called again, in a
     * new transaction, when the error says that this may help (CALX_ERROR_RETRY); 0: unset; -1:
     * never, which is how it is unless set.
     */
    int retries;
    int64_t retry_delay_ms;     /**< longest pause before the first of these; doubles each time; 0:
                                     unset (10). Pauses are a half to all of that, by chance */
    int64_t retry_delay_max_ms; /**< no pause is longer; 0: unset (1000) */
    /**
     * The schema in which the tables of models are: one of PostgreSQL, on SQLite the name of an
     * attached file; "": as the database finds them; NULL: unset. Not for a statement, whose text
     * is sent as it is (ENG-185).
     */
    const char *schema;
    const calx_setting *others; /**< for listeners of events; Calx only keeps them */
    size_t other_count;
} calx_execution_options;

#define CALX_EXECUTION_OPTIONS_INIT                                                                \
    {                                                                                              \
        sizeof(calx_execution_options), 0, CALX_SWITCH_UNSET, CALX_SWITCH_UNSET,                   \
            CALX_SWITCH_UNSET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                  \
    }

CALX_END_DECLS

#endif
