/*
 * Transactions of SQLite. A transaction is begun as what it is: unless somebody said so before, its
 * first statement tells whether it will write, and one that does takes the write lock at once,
 * since a reader that wants to write later may find that somebody else has, and then nothing but a
 * new start helps (ENG-146, LIM-27). The rules kept: writers of one engine queue at the gate, not
 * in SQLite (ENG-147); the turn is given up when SQLite says that the transaction is over, whoever
 * ended it; and in_transaction is what SQLite says, not what we think (ENG-045, ENG-149).
 */
#include "driver/sqlite/sqlite.h"

#include "base/clock.h"
#include "base/error.h"

#include <stdio.h>

enum { CONTROL_TEXT_SIZE = 64 };

void calx_sqlite_leave_gate(calx_sqlite_connection *connection)
{
    if (connection->in_gate)
        calx_sqlite_gate_leave(connection->config->gate);
    connection->in_gate = false;
}

void calx_sqlite_look(calx_sqlite_connection *connection)
{
    bool begun = sqlite3_get_autocommit(connection->db) == 0;
    connection->base.in_transaction = begun || connection->begin_due;
    if (!begun && connection->in_gate)
        calx_sqlite_leave_gate(connection);
}

/* Runs a statement that gives no rows and leaves it ready for the next time. */
static calx_status run_control(calx_sqlite_connection *connection, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    calx_status status = CALX_OK;
    if (code == SQLITE_LOCKED_SHAREDCACHE)
        code = calx_sqlite_step_when_unlocked(connection, statement);
    if (code != SQLITE_DONE)
        status = calx_sqlite_fail_open(connection, code);
    sqlite3_reset(statement);
    calx_sqlite_look(connection);
    return status;
}

static calx_status run_kept(calx_sqlite_connection *connection, calx_sqlite_kept which)
{
    static const char *const texts[] = {
        [CALX_SQLITE_BEGIN_DEFERRED] = "BEGIN",
        [CALX_SQLITE_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
        [CALX_SQLITE_BEGIN_EXCLUSIVE] = "BEGIN EXCLUSIVE",
        [CALX_SQLITE_COMMIT] = "COMMIT",
        [CALX_SQLITE_ROLLBACK] = "ROLLBACK",
    };
    sqlite3_stmt **kept = &connection->kept[which];
    if (*kept == NULL) {
        int code = sqlite3_prepare_v3(connection->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                      kept, NULL);
        if (code != SQLITE_OK)
            return calx_sqlite_fail_open(connection, code);
    }
    return run_control(connection, *kept);
}

/* ---- the turn ---- */

int calx_sqlite_patience(const calx_sqlite_connection *connection)
{
    int64_t deadline = connection->base.deadline;
    int64_t left = deadline != 0 ? calx_deadline_left_ms(deadline) : INT64_MAX;
    return left < connection->config->timeout_ms ? (int)left : connection->config->timeout_ms;
}

static calx_status fail_gate(calx_sqlite_connection *connection)
{
    calx_sqlite_look(connection);
    if (connection->base.deadline != 0 && calx_deadline_passed(connection->base.deadline))
        return calx_error_set_driver(&connection->base.error, CALX_E_TIMEOUT, NULL, SQLITE_BUSY, 0,
                                     "the statement did not end within its timeout_ms: others were "
                                     "writing");
    return calx_error_set_driver(&connection->base.error, CALX_E_BUSY, NULL, SQLITE_BUSY,
                                 CALX_ERROR_RETRY,
                                 "the database is locked: other transactions of this engine that "
                                 "write did not end within the URL's timeout");
}

calx_status calx_sqlite_take_turn(calx_sqlite_connection *connection)
{
    const calx_sqlite_config *config = connection->config;
    bool inside = sqlite3_get_autocommit(connection->db) == 0;
    if (config->gate == NULL || connection->in_gate)
        return CALX_OK;
    /* One that has read cannot wait: what it read may be stale then. SQLite tells whether it is. */
    connection->in_gate =
        calx_sqlite_gate_enter(config->gate, inside ? 0 : calx_sqlite_patience(connection));
    return connection->in_gate || inside ? CALX_OK : fail_gate(connection);
}

/* ---- beginning ---- */

static calx_status read_pragma(calx_sqlite_connection *connection, const char *name, bool *is_on)
{
    char sql[CONTROL_TEXT_SIZE];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof(sql), "PRAGMA %s", name);
    int code = sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *is_on = sqlite3_column_int(statement, 0) != 0;
    else
        (void)calx_sqlite_fail_open(connection, code);
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? CALX_OK : connection->base.error.status;
}

/* Where the application has run PRAGMAs, what was set may not be set any more. */
static calx_status set_pragma(calx_sqlite_connection *connection, const char *name, bool on,
                              bool *is_on)
{
    char sql[CONTROL_TEXT_SIZE];
    calx_status status = CALX_OK;
    if (on && *is_on && connection->remembers)
        status = read_pragma(connection, name, is_on);
    if (status != CALX_OK || on == *is_on)
        return status;
    snprintf(sql, sizeof(sql), "PRAGMA %s=%d", name, on ? 1 : 0);
    int code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return calx_sqlite_fail_open(connection, code);
    *is_on = on;
    return CALX_OK;
}

/* What a transaction of SQLite cannot be told by its BEGIN. */
static calx_status set_modes(calx_sqlite_connection *connection)
{
    const calx_driver_begin *begin = &connection->base.begin;
    calx_status status = set_pragma(connection, "read_uncommitted",
                                    begin->isolation == CALX_ISOLATION_READ_UNCOMMITTED,
                                    &connection->read_uncommitted);
    if (status == CALX_OK)
        status = set_pragma(connection, "query_only", begin->read_only == CALX_SWITCH_ON,
                            &connection->query_only);
    return status;
}

/*
 * Not when the transaction ends: the next one often wants the same, and whoever gives a connection
 * back pays nothing. So it is for the first statement that runs in none (AUTOCOMMIT).
 */
calx_status calx_sqlite_clear_modes(calx_sqlite_connection *connection)
{
    if (connection->base.in_transaction)
        return CALX_OK;
    calx_status status =
        set_pragma(connection, "read_uncommitted", false, &connection->read_uncommitted);
    if (status == CALX_OK)
        status = set_pragma(connection, "query_only", false, &connection->query_only);
    return status;
}

/* A writer waits for its turn, then for writers of other processes. */
static calx_status begin_writing(calx_sqlite_connection *connection, calx_sqlite_kept how)
{
    calx_status status = calx_sqlite_take_turn(connection);
    return status == CALX_OK ? run_kept(connection, how) : status;
}

calx_status calx_sqlite_start(calx_sqlite_connection *connection, bool only_reads)
{
    if (!connection->begin_due)
        return CALX_OK;
    connection->begin_due = false;
    return only_reads ? run_kept(connection, CALX_SQLITE_BEGIN_DEFERRED)
                      : begin_writing(connection, CALX_SQLITE_BEGIN_IMMEDIATE);
}

static calx_status begin(calx_sqlite_connection *connection)
{
    calx_switch read_only = connection->base.begin.read_only;
    calx_status status = set_modes(connection);
    if (status != CALX_OK)
        return status;
    if (read_only == CALX_SWITCH_ON)
        return run_kept(connection, CALX_SQLITE_BEGIN_DEFERRED);
    switch (connection->config->begin) {
    case CALX_SQLITE_IMMEDIATE:
        return begin_writing(connection, CALX_SQLITE_BEGIN_IMMEDIATE);
    case CALX_SQLITE_EXCLUSIVE:
        return begin_writing(connection, CALX_SQLITE_BEGIN_EXCLUSIVE);
    case CALX_SQLITE_DEFERRED:
    case CALX_SQLITE_BY_STATEMENT:
        break;
    }
    if (read_only == CALX_SWITCH_OFF)
        return begin_writing(connection, CALX_SQLITE_BEGIN_IMMEDIATE);
    if (connection->config->begin == CALX_SQLITE_DEFERRED)
        return run_kept(connection, CALX_SQLITE_BEGIN_DEFERRED);
    connection->begin_due = true;
    connection->base.in_transaction = true;
    return CALX_OK;
}

/* ---- ending ---- */

/* A cancel that was under way already may hit the first: it changed nothing then. */
static calx_status roll_back(calx_sqlite_connection *connection)
{
    enum { MOST_TRIES = 4 };
    calx_status status = CALX_E_CANCELED;
    atomic_store(&connection->deaf, true);
    for (int i = 0; i < MOST_TRIES && status == CALX_E_CANCELED; i++)
        status = run_kept(connection, CALX_SQLITE_ROLLBACK);
    atomic_store(&connection->deaf, false);
    return status;
}

static calx_status end(calx_sqlite_connection *connection, calx_sqlite_kept how)
{
    if (!connection->begin_due)
        return how == CALX_SQLITE_ROLLBACK ? roll_back(connection) : run_kept(connection, how);
    connection->begin_due = false; /* there was no statement, and so there is nothing to end */
    calx_sqlite_look(connection);
    return CALX_OK;
}

static calx_status run_savepoint(calx_sqlite_connection *connection, calx_driver_control control,
                                 unsigned serial)
{
    static const char *const forms[] = {
        [CALX_DRIVER_SAVEPOINT] = "SAVEPOINT calx_%u",
        [CALX_DRIVER_RELEASE] = "RELEASE calx_%u",
        [CALX_DRIVER_ROLLBACK_TO] = "ROLLBACK TO calx_%u",
    };
    char sql[CONTROL_TEXT_SIZE];
    sqlite3_stmt *statement = NULL;
    calx_status status = calx_sqlite_start(connection, true);
    if (status != CALX_OK)
        return status;
    snprintf(sql, sizeof(sql), forms[control], serial);
    int code = sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return calx_sqlite_fail_open(connection, code);
    status = run_control(connection, statement);
    sqlite3_finalize(statement);
    return status;
}

calx_status calx_sqlite_control(calx_driver_connection *base, calx_driver_control control,
                                unsigned serial)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    switch (control) {
    case CALX_DRIVER_BEGIN:
        return begin(connection);
    case CALX_DRIVER_COMMIT:
        return end(connection, CALX_SQLITE_COMMIT);
    case CALX_DRIVER_ROLLBACK:
        return end(connection, CALX_SQLITE_ROLLBACK);
    default:
        return run_savepoint(connection, control, serial);
    }
}

calx_status calx_sqlite_clean(calx_driver_connection *base)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    sqlite3_stmt *statement = NULL;
    while ((statement = sqlite3_next_stmt(connection->db, statement)) != NULL) {
        if (sqlite3_stmt_busy(statement))
            sqlite3_reset(statement);
    }
    connection->begin_due = false;
    calx_sqlite_look(connection);
    return base->in_transaction ? roll_back(connection) : CALX_OK;
}

calx_status calx_sqlite_isolation(calx_driver_connection *base, calx_isolation *out_isolation)
{
    bool uncommitted = false;
    calx_status status =
        read_pragma((calx_sqlite_connection *)base, "read_uncommitted", &uncommitted);
    if (status == CALX_OK)
        *out_isolation =
            uncommitted ? CALX_ISOLATION_READ_UNCOMMITTED : CALX_ISOLATION_SERIALIZABLE;
    return status;
}
