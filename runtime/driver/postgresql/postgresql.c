/*
 * PostgreSQL connections at work: sending and reading to the end, transactions, cleaning up, and
 * the driver's table. The rules kept: PQexec is never used, since it drops results and hides what
 * happened (LIM-06); a COMMIT is what its command tag says it was (LIM-05); ROLLBACK is never sent
 * to an idle server (LIM-10); and in_transaction is what the connection says (ENG-045).
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { CONTROL_TEXT_SIZE = 64, NAMED_TEXT_SIZE = 512 };

void calx_postgresql_look(calx_postgresql_connection *connection)
{
    PGTransactionStatusType state = PQtransactionStatus(connection->conn);
    if (connection->base.listens)
        calx_postgresql_collect(connection);
    /* While rows are on their way nothing has changed. */
    if (state != PQTRANS_ACTIVE && state != PQTRANS_UNKNOWN)
        connection->base.in_transaction = state == PQTRANS_INTRANS || state == PQTRANS_INERROR ||
                                          (state == PQTRANS_IDLE && connection->begin_due);
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
           status == PGRES_PIPELINE_SYNC;
}

/* COPY has no place here: it is ended, so that the connection can go on. */
static void end_copy(PGconn *conn, ExecStatusType status)
{
    char *data = NULL;
    if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH)
        PQputCopyEnd(conn, "COPY FROM STDIN cannot be used through a statement");
    while (status == PGRES_COPY_OUT && PQgetCopyData(conn, &data, 0) > 0)
        PQfreemem(data);
}

void calx_postgresql_drain(calx_postgresql_connection *connection, PGresult *first,
                           PGresult **out_result)
{
    PGresult *kept = NULL;
    PGresult *result = first != NULL ? first : calx_postgresql_get_result(connection);
    for (; result != NULL; result = calx_postgresql_get_result(connection)) {
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            end_copy(connection->conn, status);
        if (kept == NULL || is_good(kept)) {
            PQclear(kept);
            kept = result;
        } else {
            PQclear(result);
        }
        if (PQstatus(connection->conn) == CONNECTION_BAD)
            break;
    }
    *out_result = kept;
}

/* Commands after which names are unknown, or what a statement answers may be another thing. */
void calx_postgresql_note(calx_postgresql_connection *connection, PGresult *result)
{
    static const char *const lost[] = { "DEALLOCATE ALL", "DISCARD ALL" };
    static const char *const changed[] = { "ALTER", "DROP" };
    const char *tag = PQcmdStatus(result);
    connection->untouched = false;
    calx_postgresql_note_trace(connection, tag);
    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
        if (strcmp(tag, lost[i]) == 0)
            calx_postgresql_lose_names(connection);
    }
    for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
        if (strncmp(tag, changed[i], strlen(changed[i])) != 0)
            continue;
        connection->schema++;
        connection->ddl = true;
    }
}

/* What was changed is as it was before, for prepared statements one more change. */
static void forget_ddl(calx_postgresql_connection *connection, bool undone)
{
    if (connection->ddl && undone)
        connection->schema++;
    connection->ddl = false;
}

calx_status calx_postgresql_run(calx_postgresql_connection *connection, const char *sql,
                                const char *expected_tag)
{
    PGresult *result = NULL;
    calx_status status = CALX_OK;
    char begin[CALX_BEGIN_SIZE];
    char both[CALX_BEGIN_SIZE + CONTROL_TEXT_SIZE];
    if (connection->begin_due && strlen(sql) < CONTROL_TEXT_SIZE) {
        connection->begin_due = false;
        calx_postgresql_write_begin(connection, begin);
        snprintf(both, sizeof(both), "%s;%s", begin, sql);
        sql = both;
    }
    status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    connection->untouched = false;
    calx_postgresql_settle(connection);
    if (PQsendQuery(connection->conn, sql) == 1)
        calx_postgresql_drain(connection, NULL, &result);
    if (result == NULL || !is_good(result))
        status = calx_postgresql_fail(connection, result);
    else if (expected_tag != NULL &&
             strncmp(PQcmdStatus(result), expected_tag, strlen(expected_tag)) != 0)
        status = calx_error_set_driver(&connection->base.error, CALX_E_TX_ABORTED, "25P02", 0,
                                       CALX_ERROR_ROLLBACK_ONLY,
                                       "the transaction had failed before, so it was rolled back");
    PQclear(result);
    calx_postgresql_look(connection);
    return status;
}

static calx_status run_savepoint(calx_postgresql_connection *connection,
                                 calx_driver_control control, unsigned serial)
{
    static const char *const forms[] = {
        [CALX_DRIVER_SAVEPOINT] = "SAVEPOINT calx_%u",
        [CALX_DRIVER_RELEASE] = "RELEASE SAVEPOINT calx_%u",
        [CALX_DRIVER_ROLLBACK_TO] = "ROLLBACK TO SAVEPOINT calx_%u",
    };
    char sql[CONTROL_TEXT_SIZE];
    snprintf(sql, sizeof(sql), forms[control], serial);
    if (control == CALX_DRIVER_SAVEPOINT)
        connection->last_savepoint = serial;
    if (control == CALX_DRIVER_ROLLBACK_TO) {
        calx_postgresql_lose_portals(connection, serial);
        connection->schema += connection->ddl;
    }
    return calx_postgresql_run(connection, sql, NULL);
}

/* BEGIN goes with what is sent next (begin.c). */
calx_status calx_postgresql_begin(calx_postgresql_connection *connection)
{
    connection->begin_due = true;
    connection->base.in_transaction = true;
    connection->untouched = true;
    return CALX_OK;
}

/* The server hears of it now. */
static calx_status begin_apart(calx_postgresql_connection *connection)
{
    calx_status status = calx_postgresql_start(connection);
    calx_postgresql_look(connection);
    return status;
}

/* The transaction had no statement: the server has not heard of it. */
static calx_status forget_begin(calx_postgresql_connection *connection)
{
    connection->begin_due = false;
    connection->base.in_transaction = false;
    return CALX_OK;
}

/* One that was lost before is not asked: nothing was committed there. */
static calx_status run_commit(calx_postgresql_connection *connection)
{
    calx_postgresql_settle(connection);
    if (PQstatus(connection->conn) != CONNECTION_BAD)
        return calx_postgresql_run(connection, "COMMIT", "COMMIT");
    calx_status status = calx_postgresql_fail(connection, NULL);
    connection->base.error.flags |= CALX_ERROR_NOT_SENT;
    return status;
}

/* A cancel that came for the statement before may hit this one: it changed nothing then. */
static calx_status run_rollback(calx_postgresql_connection *connection)
{
    enum { MOST_TRIES = 4 };
    calx_status status = CALX_OK;
    for (int i = 0; i < MOST_TRIES && connection->base.in_transaction; i++) {
        status = calx_postgresql_run(connection, "ROLLBACK", NULL);
        if (status != CALX_E_CANCELED)
            break;
        calx_postgresql_settle(connection);
    }
    return status;
}

static calx_status postgresql_control(calx_driver_connection *base, calx_driver_control control,
                                      unsigned serial)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    connection->timed_out = false;
    switch (control) {
    case CALX_DRIVER_BEGIN:
        if (connection->closing != NULL)
            calx_postgresql_close_waiting(connection, true);
        (void)calx_postgresql_begin(connection);
        return connection->begins_apart ? begin_apart(connection) : CALX_OK;
    case CALX_DRIVER_COMMIT:
        if (connection->begin_due)
            return forget_begin(connection);
        calx_postgresql_lose_portals(connection, 0);
        forget_ddl(connection, false);
        return run_commit(connection);
    case CALX_DRIVER_ROLLBACK:
        if (connection->begin_due)
            return forget_begin(connection);
        calx_postgresql_lose_portals(connection, 0);
        forget_ddl(connection, true);
        calx_postgresql_hurry(connection);
        if (PQstatus(connection->conn) == CONNECTION_BAD)
            return calx_postgresql_fail(connection, NULL);
        return run_rollback(connection);
    default:
        return run_savepoint(connection, control, serial);
    }
}

/*
 * A command with a name in it, which cannot be a parameter there (LIM-17). Without memory of ours,
 * so that what is prepared can always be ended.
 */
static calx_status run_named(calx_postgresql_connection *connection, const char *command,
                             const char *name, const char *expected_tag)
{
    calx_error *error = &connection->base.error;
    char sql[NAMED_TEXT_SIZE];
    const char *fault = calx_postgresql_text_fault(name, strlen(name));
    if (fault != NULL)
        return calx_error_set(error, CALX_E_DATA, "the name of a transaction: %s", fault);
    char *literal = PQescapeLiteral(connection->conn, name, strlen(name));
    if (literal == NULL)
        return calx_error_set_nomem(error);
    int size = snprintf(sql, sizeof(sql), "%s %s", command, literal);
    PQfreemem(literal);
    if (size < 0 || (size_t)size >= sizeof(sql))
        return calx_error_set(error, CALX_E_LIMIT, "the name of a transaction is too long");
    return calx_postgresql_run(connection, sql, expected_tag);
}

/* One that was lost before is not asked: nothing waits there. */
static calx_status run_prepare(calx_postgresql_connection *connection, const char *name)
{
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    calx_postgresql_lose_portals(connection, 0);
    forget_ddl(connection, false);
    calx_postgresql_settle(connection);
    if (PQstatus(connection->conn) != CONNECTION_BAD)
        return run_named(connection, "PREPARE TRANSACTION", name, "PREPARE TRANSACTION");
    status = calx_postgresql_fail(connection, NULL);
    connection->base.error.flags |= CALX_ERROR_NOT_SENT;
    return status;
}

static calx_status postgresql_two_phase(calx_driver_connection *base, calx_driver_two_phase what,
                                        const char *name)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    connection->timed_out = false;
    if (what == CALX_DRIVER_PREPARE)
        return run_prepare(connection, name);
    return run_named(connection,
                     what == CALX_DRIVER_COMMIT_PREPARED ? "COMMIT PREPARED" : "ROLLBACK PREPARED",
                     name, NULL);
}

static calx_status postgresql_clean(calx_driver_connection *base)
{
    calx_postgresql_look((calx_postgresql_connection *)base);
    return postgresql_control(base, CALX_DRIVER_ROLLBACK, 0);
}

static void postgresql_interrupt(calx_driver_connection *base)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    (void)calx_postgresql_cancel(connection->canceller);
}

/* The server's word for a level of isolation. */
static calx_isolation find_isolation(const char *name)
{
    static const struct {
        const char *name;
        calx_isolation isolation;
    } levels[] = {
        { "read uncommitted", CALX_ISOLATION_READ_UNCOMMITTED },
        { "read committed", CALX_ISOLATION_READ_COMMITTED },
        { "repeatable read", CALX_ISOLATION_REPEATABLE_READ },
        { "serializable", CALX_ISOLATION_SERIALIZABLE },
    };
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(name, levels[i].name) == 0)
            return levels[i].isolation;
    }
    return CALX_ISOLATION_DEFAULT;
}

/* Runs a query of one row; NULL: it failed, and the error is filled. PQclear(). */
static PGresult *ask(calx_postgresql_connection *connection, const char *sql, int64_t deadline)
{
    PGresult *result = NULL;
    calx_postgresql_settle(connection);
    if (PQsendQuery(connection->conn, sql) == 1 &&
        calx_postgresql_drain_by(connection, deadline, &result) != CALX_OK)
        return NULL;
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) {
        (void)calx_postgresql_fail(connection, result);
        PQclear(result);
        return NULL;
    }
    calx_postgresql_look(connection);
    return result;
}

static calx_status postgresql_look(calx_driver_connection *base, calx_driver_server *out_server)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    PGresult *result = ask(connection,
                           "SELECT current_schema(), "
                           "current_setting('default_transaction_isolation')",
                           connection->deadline);
    if (result == NULL)
        return base->error.status;
    bool has_schema = PQgetisnull(result, 0, 0) == 0;
    char *schema = has_schema ? calx_strdup_text(PQgetvalue(result, 0, 0)) : NULL;
    calx_isolation isolation = find_isolation(PQgetvalue(result, 0, 1));
    PQclear(result);
    if (has_schema && schema == NULL)
        return calx_error_set_nomem(&base->error);
    *out_server = (calx_driver_server){ PQserverVersion(connection->conn), schema, isolation };
    return CALX_OK;
}

static void *postgresql_native(calx_driver_connection *base)
{
    return ((calx_postgresql_connection *)base)->conn;
}

/* The server's own word for the level that holds now (ENG-141). */
static calx_status postgresql_isolation(calx_driver_connection *base, calx_isolation *out_isolation)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    PGresult *result = ask(connection, "SHOW transaction_isolation", CALX_DEADLINE_NONE);
    if (result == NULL)
        return base->error.status;
    *out_isolation = find_isolation(PQgetvalue(result, 0, 0));
    PQclear(result);
    return CALX_OK;
}

const calx_driver calx_driver_postgresql = {
    .api_version = CALX_DRIVER_API,
    .name = "postgresql",
    .dialect = &calx_dialect_postgresql,
    .configure = calx_postgresql_configure,
    .config_free = calx_postgresql_config_free,
    .connect = calx_postgresql_connect,
    .adopt = calx_postgresql_adopt,
    .close = calx_postgresql_close,
    .probe = calx_postgresql_probe,
    .interrupt = postgresql_interrupt,
    .clean = postgresql_clean,
    .control = postgresql_control,
    .prepare = calx_postgresql_prepare,
    .finalize = calx_postgresql_finalize,
    .execute = calx_postgresql_execute,
    .next = calx_postgresql_next,
    .read = calx_postgresql_read,
    .read_from = calx_postgresql_read_from,
    .reset = calx_postgresql_reset,
    .column_count = calx_postgresql_column_count,
    .column_name = calx_postgresql_column_name,
    .column_class = calx_postgresql_column_class,
    .changes = calx_postgresql_changes,
    .last_key = calx_postgresql_last_key,
    .expect = calx_postgresql_expect,
    .execute_rows = calx_postgresql_execute_rows,
    .execute_keys = calx_postgresql_execute_keys,
    .execute_many = calx_postgresql_execute_many,
    .run_script = calx_postgresql_run_script,
    .copy_in = calx_postgresql_copy_in,
    .copy_out = calx_postgresql_copy_out,
    .copy_rows = calx_postgresql_copy_rows,
    .rows = calx_postgresql_rows,
    .isolations = 1u << CALX_ISOLATION_READ_UNCOMMITTED | 1u << CALX_ISOLATION_READ_COMMITTED |
                  1u << CALX_ISOLATION_REPEATABLE_READ | 1u << CALX_ISOLATION_SERIALIZABLE |
                  1u << CALX_ISOLATION_AUTOCOMMIT,
    .isolation = postgresql_isolation,
    .look = postgresql_look,
    .native = postgresql_native,
    .two_phase = postgresql_two_phase,
    .waiting_sql = "SELECT gid, (extract(epoch FROM pg_catalog.clock_timestamp() - prepared) * "
                   "1000000)::bigint FROM pg_catalog.pg_prepared_xacts "
                   "WHERE database = pg_catalog.current_database() ORDER BY prepared, gid",
    /* The server's number stays with its data, also in what a standby is promoted to. */
    .place_sql = "SELECT system_identifier || '/' || pg_catalog.txid_current() "
                 "FROM pg_catalog.pg_control_system()",
    /* A standby is late, so it has no say. */
    .fate_sql = "SELECT CASE WHEN system_identifier::text = pg_catalog.split_part($1, '/', 1) "
                "AND NOT pg_catalog.pg_is_in_recovery() THEN "
                "pg_catalog.txid_status(pg_catalog.split_part($1, '/', 2)::bigint) "
                "ELSE 'elsewhere' END FROM pg_catalog.pg_control_system()",
    .listen = calx_postgresql_listen,
    .notification = calx_postgresql_take_notification,
    .hush = calx_postgresql_hush,
    .wipe = calx_postgresql_wipe,
    .ping = calx_postgresql_ping,
    .disown = calx_postgresql_disown,
};
