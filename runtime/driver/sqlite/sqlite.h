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
    CALX_SQLITE_DEFERRED,
    CALX_SQLITE_IMMEDIATE,
    CALX_SQLITE_EXCLUSIVE
} calx_sqlite_begin;

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
} calx_sqlite_config;

enum { CALX_SQLITE_CONTROLS = 3 };

typedef struct calx_sqlite_connection {
    calx_driver_connection base;
    sqlite3 *db;
    const calx_sqlite_config *config;
    int opening_timeout_ms;
    sqlite3_stmt *controls[CALX_SQLITE_CONTROLS]; /* BEGIN, COMMIT, ROLLBACK; NULL: not yet */
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

/* What the driver's table says about statements. */
calx_status calx_sqlite_prepare(calx_driver_connection *connection, const char *sql, size_t size,
                                calx_driver_statement **out);
void calx_sqlite_finalize(calx_driver_statement *statement);
calx_status calx_sqlite_execute(calx_driver_statement *statement, const calx_value *parameters,
                                size_t count, bool *out_row);
calx_status calx_sqlite_next(calx_driver_statement *statement, bool *out_row);
calx_status calx_sqlite_read(calx_driver_statement *statement, const calx_value_type *wanted,
                             calx_value *out, size_t count);
void calx_sqlite_reset(calx_driver_statement *statement);
size_t calx_sqlite_column_count(calx_driver_statement *statement);
const char *calx_sqlite_column_name(calx_driver_statement *statement, size_t column);
int64_t calx_sqlite_changes(calx_driver_statement *statement);
int64_t calx_sqlite_last_key(calx_driver_statement *statement);

#endif
