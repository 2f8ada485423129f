/*
 * SQLite connections: opening, closing, and the driver's table. The rules kept:
 * whatever SQLite hands out is closed, also after failures (ENG-017); a connection that is handed
 * on has been looked at and has its options read back (ENG-018, ENG-144); and after each call
 * in_transaction is what SQLite says, not what we think (ENG-045).
 */
#include "driver/sqlite/sqlite.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { CONTROL_TEXT_SIZE = 64, PROGRESS_STEPS = 10000 };

/* What stands in front of SQLite's own words when a file cannot be opened. */
static void explain_open(const calx_sqlite_config *config, calx_error *error)
{
    struct stat facts;
    bool directory = !config->memory && !config->uri && stat(config->filename, &facts) == 0 &&
                     S_ISDIR(facts.st_mode);
    calx_error_prefix(error, "SQLite database %s: %s", config->filename,
                      directory ? "it is a directory: " : "");
}

static calx_status fail_opening(calx_sqlite_connection *connection, int code, calx_error *error)
{
    calx_status status = calx_sqlite_fail(connection->db, code, CALX_SQLITE_OPENING, error);
    explain_open(connection->config, error);
    return status;
}

/* Runs a pragma and copies the first column of its row, or nothing, to answer. */
static int run_pragma(sqlite3 *db, const char *sql, char *answer, size_t answer_size)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return code;
    answer[0] = '\0';
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        snprintf(answer, answer_size, "%s", text != NULL ? text : "");
    }
    int finalized = sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : finalized;
}

/* Outside of any transaction: some of these do nothing inside one (ENG-144). */
static calx_status set_foreign_keys(calx_sqlite_connection *connection, calx_error *error)
{
    int wanted = connection->config->foreign_keys ? 1 : 0;
    int is_set = -1;
    int code = sqlite3_db_config(connection->db, SQLITE_DBCONFIG_ENABLE_FKEY, wanted, &is_set);
    if (code != SQLITE_OK)
        return fail_opening(connection, code, error);
    if (is_set != wanted)
        return calx_error_set(error, CALX_E_UNSUPPORTED,
                              "this SQLite library cannot switch foreign keys %s; the URL's option "
                              "foreign_keys=%s works without",
                              wanted ? "on" : "off", wanted ? "off" : "on");
    return CALX_OK;
}

static calx_status set_journal_mode(calx_sqlite_connection *connection, calx_error *error)
{
    const char *wanted = connection->config->journal_mode;
    char sql[CONTROL_TEXT_SIZE];
    char answer[CONTROL_TEXT_SIZE];
    if (connection->config->memory)
        return CALX_OK;
    snprintf(sql, sizeof(sql), "PRAGMA main.journal_mode%s%s", wanted != NULL ? "=" : "",
             wanted != NULL ? wanted : "");
    int code = run_pragma(connection->db, sql, answer, sizeof(answer));
    if (code != SQLITE_OK)
        return fail_opening(connection, code, error);
    connection->wal = strcasecmp(answer, "wal") == 0;
    if (wanted != NULL && strcasecmp(answer, wanted) != 0)
        return calx_error_set(error, CALX_E_UNSUPPORTED,
                              "SQLite database %s: journal_mode=%s is not possible here, it stays "
                              "%s",
                              connection->config->filename, wanted, answer);
    return CALX_OK;
}

static calx_status set_synchronous(calx_sqlite_connection *connection, calx_error *error)
{
    char sql[CONTROL_TEXT_SIZE];
    char answer[CONTROL_TEXT_SIZE];
    if (connection->config->synchronous == NULL)
        return CALX_OK;
    snprintf(sql, sizeof(sql), "PRAGMA main.synchronous=%s", connection->config->synchronous);
    int code = run_pragma(connection->db, sql, answer, sizeof(answer));
    return code == SQLITE_OK ? CALX_OK : fail_opening(connection, code, error);
}

/* Reads the file's head: what is no database is found now, not at the first query (ENG-018). */
static calx_status look_at_file(calx_sqlite_connection *connection, calx_error *error)
{
    char answer[CONTROL_TEXT_SIZE];
    int code = run_pragma(connection->db, "PRAGMA schema_version", answer, sizeof(answer));
    return code == SQLITE_OK ? CALX_OK : fail_opening(connection, code, error);
}

static calx_status open_file(calx_sqlite_connection *connection, calx_error *error)
{
    /* One thread at a time is the rule of a connection, so SQLite need not lock (ENG-103). */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (connection->config->uri)
        flags |= SQLITE_OPEN_URI;
    int code = sqlite3_open_v2(connection->config->filename, &connection->db, flags, NULL);
    if (code != SQLITE_OK) {
        /* The handle's own code is the extended one. */
        int extended = connection->db != NULL ? sqlite3_extended_errcode(connection->db) : code;
        return fail_opening(connection, extended, error);
    }
    return CALX_OK;
}

static calx_status set_up(calx_sqlite_connection *connection, calx_error *error)
{
    calx_sqlite_config *config = (calx_sqlite_config *)(uintptr_t)connection->config;
    int most = sqlite3_limit(connection->db, SQLITE_LIMIT_VARIABLE_NUMBER, -1);
    atomic_store(&config->base.max_parameters, most > 0 ? (size_t)most : 0); /* LIM-28 */
    sqlite3_extended_result_codes(connection->db, 1);
    sqlite3_busy_timeout(connection->db, connection->opening_timeout_ms);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    int code = calx_sqlite_add_items(connection->db);
    return code == SQLITE_OK ? CALX_OK : fail_opening(connection, code, error);
}

static calx_status open_connection(calx_sqlite_connection *connection, calx_error *error)
{
    static calx_status (*const steps[])(calx_sqlite_connection *, calx_error *) = {
        open_file, set_up, look_at_file, set_foreign_keys, set_journal_mode, set_synchronous
    };
    /* A handle that is there already needs no opening. */
    for (size_t i = connection->db != NULL ? 1 : 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        calx_status status = steps[i](connection, error);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

static void sqlite_close(calx_driver_connection *base)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    for (size_t i = 0; i < CALX_SQLITE_KEPT && !connection->foreign; i++)
        sqlite3_finalize(connection->kept[i]);
    /* Statements left would make this fail; the engine has finalized them all (ENG-159). */
    if (!connection->foreign && sqlite3_close(connection->db) != SQLITE_OK)
        calx_log_text(connection->config->base.logger, CALX_LOG_ERROR,
                      "a connection was closed while statements of it are left, and stays open: "
                      "please report it");
    calx_sqlite_leave_gate(connection);
    calx_error_clear(&base->error);
    calx_release(connection);
}

/* How long a lock is waited for while opening: what the URL says, within the deadline. */
static int opening_timeout(const calx_sqlite_config *config, int64_t deadline)
{
    int64_t left_ms = calx_deadline_left_ms(deadline);
    return left_ms < config->timeout_ms ? (int)left_ms : config->timeout_ms;
}

/* Asked every so many steps of a statement. Not 0: it ends (ENG-174). */
static int is_late(void *context)
{
    const calx_sqlite_connection *connection = context;
    int64_t deadline = connection->base.deadline;
    return deadline != 0 && calx_deadline_passed(deadline);
}

static calx_status check_library(const calx_sqlite_config *config, calx_error *error)
{
    if (sqlite3_threadsafe() == 0)
        return calx_error_set(error, CALX_E_UNSUPPORTED,
                              "this SQLite library was built without support for threads "
                              "(SQLITE_THREADSAFE=0)");
    if (atomic_load(&config->inherited_lock))
        return calx_error_set(error, CALX_E_STATE,
                              "SQLite database %s: the parent process held a lock on it when it "
                              "forked, which this process can neither use nor see the end of; open "
                              "it in the child alone, or fork while no transaction is open",
                              config->filename);
    return CALX_OK;
}

/* db: one that is open, taken over in any case; or NULL. */
static calx_status make_connection(const calx_sqlite_config *config, sqlite3 *db, int64_t deadline,
                                   calx_driver_connection **out, calx_error *error)
{
    calx_sqlite_connection *connection = calx_alloc_zeroed(sizeof(*connection));
    if (connection == NULL) {
        sqlite3_close(db);
        return calx_error_set_nomem(error);
    }
    connection->base.driver = &calx_driver_sqlite;
    connection->base.error = (calx_error)CALX_ERROR_INIT;
    connection->config = config;
    connection->db = db;
    atomic_init(&connection->deaf, false);
    connection->opening_timeout_ms = opening_timeout(config, deadline);
    calx_status status = open_connection(connection, error);
    if (status != CALX_OK) {
        sqlite_close(&connection->base);
        return status;
    }
    sqlite3_busy_timeout(connection->db, config->timeout_ms);
    sqlite3_progress_handler(connection->db, PROGRESS_STEPS, is_late, connection);
    *out = &connection->base;
    return CALX_OK;
}

static calx_status sqlite_connect(const calx_driver_config *config, int64_t deadline,
                                  calx_driver_connection **out, calx_error *error)
{
    const calx_sqlite_config *own = (const calx_sqlite_config *)config;
    calx_status status = check_library(own, error);
    return status == CALX_OK ? make_connection(own, NULL, deadline, out, error) : status;
}

static calx_status sqlite_adopt(const calx_driver_config *config, void *native,
                                calx_driver_connection **out, calx_error *error)
{
    const calx_sqlite_config *own = (const calx_sqlite_config *)config;
    sqlite3 *db = native;
    calx_status status = check_library(own, error);
    if (status == CALX_OK && sqlite3_get_autocommit(db) == 0)
        status =
            calx_error_set(error, CALX_E_STATE,
                           "the SQLite handle of a listener of do_connect is in a transaction");
    if (status != CALX_OK) {
        sqlite3_close(db);
        return status;
    }
    return make_connection(own, db, CALX_DEADLINE_NONE, out, error);
}

static void sqlite_interrupt(calx_driver_connection *base)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    if (!atomic_load(&connection->deaf))
        sqlite3_interrupt(connection->db);
}

/*
 * The handle is left as it is: closing it in the child could roll back or remove what the parent
 * still needs. SQLite's table of locks was copied with it, so the file is out of reach if it held
 * one; with a write-ahead log it holds one as long as it is open (ENG-102, LIM-26).
 */
static void sqlite_disown(calx_driver_connection *base)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    calx_sqlite_config *config = (calx_sqlite_config *)(uintptr_t)connection->config;
    sqlite3_stmt *statement = NULL;
    bool locked = connection->wal || sqlite3_get_autocommit(connection->db) == 0;
    while (!locked && (statement = sqlite3_next_stmt(connection->db, statement)) != NULL)
        locked = sqlite3_stmt_busy(statement) != 0;
    connection->foreign = true;
    connection->in_gate = false;
    if (config->gate != NULL)
        calx_sqlite_gate_renew(config->gate);
    if (locked && !config->memory)
        atomic_store(&config->inherited_lock, true);
}

static calx_status sqlite_look(calx_driver_connection *base, calx_driver_server *out_server)
{
    char *schema = calx_strdup_text("main");
    if (schema == NULL)
        return calx_error_set_nomem(&base->error);
    *out_server =
        (calx_driver_server){ sqlite3_libversion_number(), schema, CALX_ISOLATION_SERIALIZABLE };
    return CALX_OK;
}

static void *sqlite_native(calx_driver_connection *base)
{
    return ((calx_sqlite_connection *)base)->db;
}

const calx_driver calx_driver_sqlite = {
    .api_version = CALX_DRIVER_API,
    .name = "sqlite",
    .dialect = &calx_dialect_sqlite,
    .configure = calx_sqlite_configure,
    .config_free = calx_sqlite_config_free,
    .connect = sqlite_connect,
    .adopt = sqlite_adopt,
    .close = sqlite_close,
    .interrupt = sqlite_interrupt,
    .clean = calx_sqlite_clean,
    .control = calx_sqlite_control,
    .disown = sqlite_disown,
    .prepare = calx_sqlite_prepare,
    .finalize = calx_sqlite_finalize,
    .execute = calx_sqlite_execute,
    .execute_many = calx_sqlite_execute_many,
    .run_script = calx_sqlite_run_script,
    .next = calx_sqlite_next,
    .read = calx_sqlite_read,
    .read_from = calx_sqlite_read_from,
    .reset = calx_sqlite_reset,
    .column_count = calx_sqlite_column_count,
    .column_name = calx_sqlite_column_name,
    .column_class = calx_sqlite_column_class,
    .changes = calx_sqlite_changes,
    .last_key = calx_sqlite_last_key,
    .isolations = 1u << CALX_ISOLATION_READ_UNCOMMITTED | 1u << CALX_ISOLATION_SERIALIZABLE |
                  1u << CALX_ISOLATION_AUTOCOMMIT,
    .isolation = calx_sqlite_isolation,
    .writers_begin_so = true,
    .wipe = calx_sqlite_wipe,
    .look = sqlite_look,
    .native = sqlite_native,
};
