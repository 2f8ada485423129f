/*
 * The inside of the SQLite driver, shared by its files; other rooms see calx_driver_sqlite only.
 */
#ifndef CALX_DRIVER_SQLITE_SQLITE_H
#define CALX_DRIVER_SQLITE_SQLITE_H

#include "driver/driver.h"

#include <sqlite3.h>

/* The driver's table. */
extern const calx_driver calx_driver_sqlite;

/* How a transaction begins (ENG-016, ENG-146). */
typedef enum calx_sqlite_begin {
    CALX_SQLITE_BY_STATEMENT, /* deferred when its first statement only reads, else immediate */
    CALX_SQLITE_DEFERRED,
    CALX_SQLITE_IMMEDIATE,
    CALX_SQLITE_EXCLUSIVE
} calx_sqlite_begin;

typedef struct calx_sqlite_gate calx_sqlite_gate;

typedef struct calx_sqlite_config {
    calx_driver_config base;
    char *filename;           /* as sqlite3_open_v2() wants it; owned */
    bool uri;                 /* filename is a file: URI */
    bool memory;              /* nothing of it is in a file, so no journal mode applies */
    bool foreign_keys;        /* enforced */
    int timeout_ms;           /* how long a lock is waited for */
    const char *journal_mode; /* a pragma's word, or NULL: left alone; static */
    const char *synchronous;  /* the same */
    calx_sqlite_begin begin;
    calx_sqlite_gate *gate;     /* where writers of the database queue; NULL: each has its own */
    atomic_bool inherited_lock; /* held by a connection that was there when the process forked */
} calx_sqlite_config;

/* Statements a connection keeps to steer its transactions. */
typedef enum calx_sqlite_kept {
    CALX_SQLITE_BEGIN_DEFERRED,
    CALX_SQLITE_BEGIN_IMMEDIATE,
    CALX_SQLITE_BEGIN_EXCLUSIVE,
    CALX_SQLITE_COMMIT,
    CALX_SQLITE_ROLLBACK,
    CALX_SQLITE_KEPT
} calx_sqlite_kept;

enum { CALX_SQLITE_SETTINGS = 26 };

typedef struct calx_sqlite_connection {
    calx_driver_connection base;
    sqlite3 *db;
    const calx_sqlite_config *config;
    int opening_timeout_ms;
    sqlite3_stmt *kept[CALX_SQLITE_KEPT]; /* NULL: not yet */
    bool begin_due;                       /* BEGIN waits for the first statement */
    bool in_gate;                         /* the turn to write is this one's */
    atomic_bool deaf;                     /* rolling back, which nobody cancels */
    bool read_uncommitted;                /* as the pragmas were set last */
    bool query_only;
    bool remembers; /* how settings were before a PRAGMA of the application's (wipe.c) */
    bool has_setting[CALX_SQLITE_SETTINGS];
    int64_t settings[CALX_SQLITE_SETTINGS];
    bool wal;     /* its locks last as long as it does */
    bool foreign; /* the parent process's: SQLite is not called for it any more (ENG-102) */
} calx_sqlite_connection;

/* Whether a failure came up while the database was being opened: ENG-218 tells the two apart. */
typedef enum calx_sqlite_phase { CALX_SQLITE_OPENING, CALX_SQLITE_OPEN } calx_sqlite_phase;

calx_status calx_sqlite_configure(const calx_url *url, calx_driver_config **out_config,
                                  calx_error *error);
void calx_sqlite_config_free(calx_driver_config *config);

/* Kind and flags of an extended result code; message helps only with code 1 (ENG-214 to 218). */
calx_status calx_sqlite_status(int code, const char *message, calx_sqlite_phase phase,
                               unsigned *out_flags);

/* Fills an error with what the handle says right now (LIM-21). */
calx_status calx_sqlite_fail(sqlite3 *db, int code, calx_sqlite_phase phase, calx_error *error);

/*
 * The same on an open connection, whose error is filled and whose transaction state is brought up
 * to date (ENG-149).
 */
calx_status calx_sqlite_fail_open(calx_sqlite_connection *connection, int code);
/* The same for what ran with values, which hides_values keeps out of the message (ENG-201). */
calx_status calx_sqlite_fail_bound(calx_sqlite_connection *connection, int code);

/* gate.c: writers of one database queue in order of arrival (ENG-147). */

/* NULL: no memory. */
calx_sqlite_gate *calx_sqlite_gate_new(void);
/* Takes NULL. */
void calx_sqlite_gate_free(calx_sqlite_gate *gate);
/* In the child of a fork: nobody holds it, nobody waits. */
void calx_sqlite_gate_renew(calx_sqlite_gate *gate);
/* Waits for the turn; false: it did not come in that time. timeout 0: only if nobody waits. */
bool calx_sqlite_gate_enter(calx_sqlite_gate *gate, int64_t timeout_ms);
/* The turn goes to the one that waits longest. */
void calx_sqlite_gate_leave(calx_sqlite_gate *gate);

/* unlock.c: waits until a table of a shared cache may be free. false: it is not, or would never be.
 */
bool calx_sqlite_await_unlock(calx_sqlite_connection *connection, int64_t deadline);
/* Steps again, from the beginning, what such a table was in the way of. Answers the last code. */
int calx_sqlite_step_when_unlocked(calx_sqlite_connection *connection, sqlite3_stmt *statement);
/* Compiles the first statement of a text, with the same patience. out_tail may be NULL. */
int calx_sqlite_compile_text(calx_sqlite_connection *connection, const char *sql,
                             sqlite3_stmt **out, const char **out_tail);

/* transaction.c */
calx_status calx_sqlite_control(calx_driver_connection *connection, calx_driver_control control,
                                unsigned serial);
calx_status calx_sqlite_clean(calx_driver_connection *connection);
calx_status calx_sqlite_isolation(calx_driver_connection *connection,
                                  calx_isolation *out_isolation);
/* Before a statement runs: begins the transaction if that is due. */
calx_status calx_sqlite_start(calx_sqlite_connection *connection, bool only_reads);
/* Outside of a transaction what the last one set of its own holds no more. */
calx_status calx_sqlite_clear_modes(calx_sqlite_connection *connection);
/* How long a lock is waited for now, in milliseconds. */
int calx_sqlite_patience(const calx_sqlite_connection *connection);
/* Before something is written: waits for the turn to, outside of a transaction. */
calx_status calx_sqlite_take_turn(calx_sqlite_connection *connection);
/* What SQLite says about the transaction becomes in_transaction (ENG-045). */
void calx_sqlite_look(calx_sqlite_connection *connection);
/* Gives up the turn to write, if it is this one's. */
void calx_sqlite_leave_gate(calx_sqlite_connection *connection);

/* items.c */
/* The table of a list's items, on this handle; answers SQLite's code. */
int calx_sqlite_add_items(sqlite3 *db);

/* wipe.c */
calx_status calx_sqlite_wipe(calx_driver_connection *connection, bool everything);
/* Before a PRAGMA of the application's is so much as prepared: it must not be if this fails. */
calx_status calx_sqlite_remember(calx_sqlite_connection *connection);

/* script.c */
calx_status calx_sqlite_run_script(calx_driver_connection *connection, calx_driver_script *script);

/* pragma.c */

/* Whether a text begins with one, or with an EXPLAIN of one. */
bool calx_sqlite_is_pragma(const char *sql, size_t size);
/* Before a text is prepared: what its first word asks for may be done with that. out_…: or NULL. */
calx_status calx_sqlite_check_text(calx_sqlite_connection *connection, const char *sql, size_t size,
                                   bool *out_sets_query_only);
/* CALX_E_STATE: in this transaction nothing may be written, and no PRAGMA changes that. */
calx_status calx_sqlite_check_read_only(calx_sqlite_connection *connection);

/* statement.c */

/* What the driver's table says about statements. */
calx_status calx_sqlite_prepare(calx_driver_connection *connection, const char *sql, size_t size,
                                calx_driver_statement **out);
void calx_sqlite_finalize(calx_driver_statement *statement);
calx_status calx_sqlite_execute(calx_driver_statement *statement, const calx_value *parameters,
                                size_t count, bool *out_row);
calx_status calx_sqlite_execute_many(calx_driver_statement *statement, calx_driver_many *many);
calx_status calx_sqlite_next(calx_driver_statement *statement, bool *out_row);
calx_status calx_sqlite_read(calx_driver_statement *statement, const calx_value_type *wanted,
                             calx_value *out, size_t count);
calx_status calx_sqlite_read_from(calx_driver_statement *statement, size_t first,
                                  const calx_value_type *wanted, calx_value *out, size_t count);
void calx_sqlite_reset(calx_driver_statement *statement);
size_t calx_sqlite_column_count(calx_driver_statement *statement);
const char *calx_sqlite_column_name(calx_driver_statement *statement, size_t column);
calx_value_type calx_sqlite_column_class(calx_driver_statement *statement, size_t column);
int64_t calx_sqlite_changes(calx_driver_statement *statement);
int64_t calx_sqlite_last_key(calx_driver_statement *statement);

#endif
