/*
 * Preparing statements on the server: their names, what is asked of them there, and when it has to
 * be done anew. The rules kept: a name is never used twice, nor by two connections, so that behind
 * a pooler nobody runs another's statement (ENG-163); one that is not needed any more is closed at
 * the next quiet moment (ENG-160); and what a command did to the schema is heeded before
 * a statement that was prepared earlier can fail over it, since that would cost the transaction
 * (ENG-161, ENG-162).
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "sql/parameters.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static calx_postgresql_connection *connection_of(const calx_postgresql_statement *statement)
{
    return (calx_postgresql_connection *)statement->base.connection;
}

/* ---- names ---- */

/* So that connections to which a pooler gives the same server have names of their own there. */
static unsigned make_token(const calx_postgresql_connection *connection)
{
    const uint64_t facts[] = { (uint64_t)calx_clock_monotonic_ns(), (uint64_t)getpid(),
                               (uint64_t)(uintptr_t)connection,
                               (uint64_t)PQbackendPID(connection->conn) };
    return (unsigned)(calx_hash(facts, sizeof(facts)) & 0xffffffffu);
}

void calx_postgresql_write_name(const calx_postgresql_connection *connection, unsigned serial,
                                char name[CALX_NAME_SIZE])
{
    name[0] = '\0';
    if (!connection->unnamed)
        snprintf(name, CALX_NAME_SIZE, "calx_%08x_%u", connection->token, serial);
}

void calx_postgresql_give_up_name(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    bool has_name = statement->serial != 0 && statement->names == connection->names;
    if (has_name && !connection->unnamed) {
        statement->closing->serial = statement->serial;
        statement->closing->next = connection->closing;
        connection->closing = statement->closing;
        statement->closing = NULL;
    }
    statement->serial = 0;
    statement->stale = false;
    PQclear(statement->description);
    statement->description = NULL;
}

void calx_postgresql_lose_names(calx_postgresql_connection *connection)
{
    connection->names++;
    calx_postgresql_close_waiting(connection, false);
}

void calx_postgresql_close_waiting(calx_postgresql_connection *connection, bool tell)
{
    calx_buffer sql = CALX_BUFFER_INIT;
    char name[CALX_NAME_SIZE];
    while (connection->closing != NULL) {
        calx_postgresql_closing *closing = connection->closing;
        connection->closing = closing->next;
        calx_postgresql_write_name(connection, closing->serial, name);
        calx_buffer_format(&sql, "DEALLOCATE %s;", name);
        calx_release(closing);
    }
    /* Sent outside of transactions only: whoever ran DEALLOCATE ALL makes it fail, without harm. */
    if (tell && sql.status == CALX_OK &&
        calx_postgresql_run(connection, calx_buffer_text(&sql), NULL) != CALX_OK)
        calx_error_clear(&connection->base.error);
    calx_buffer_clear(&sql);
}

/* ---- preparing on the server ---- */

/*
 * libpq's own failure, without a code: what came is not what should have come. Reading on, libpq
 * would lose memory over it, and nobody knows what answers what.
 */
static bool is_no_answer(const PGresult *result)
{
    return result != NULL && PQresultStatus(result) == PGRES_FATAL_ERROR &&
           PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL;
}

void calx_postgresql_read_pipeline(calx_postgresql_connection *connection, PGresult **out_failed,
                                   PGresult **out_told)
{
    PGconn *conn = connection->conn;
    int silences = 0;
    while (PQstatus(conn) == CONNECTION_OK && silences < 2 && !is_no_answer(*out_failed)) {
        PGresult *result = calx_postgresql_get_result(connection);
        ExecStatusType status = PQresultStatus(result);
        silences = result == NULL ? silences + 1 : 0;
        if (is_no_answer(result))
            calx_postgresql_cut(connection);
        if (status == PGRES_FATAL_ERROR && result != NULL && *out_failed == NULL) {
            *out_failed = result;
        } else if (status == PGRES_TUPLES_OK ||
                   (status == PGRES_COMMAND_OK && PQcmdStatus(result)[0] == '\0')) {
            PQclear(*out_told);
            *out_told = result;
        } else {
            PQclear(result);
        }
        if (status == PGRES_PIPELINE_SYNC)
            break;
    }
}

static const char name_is_gone[] =
    "a prepared statement is gone: it was closed behind our back, or a pooler changes the server "
    "between transactions; with such a pooler write prepared=off into the URL";

/* Once per engine: what is mended unseen costs time again and again. */
static void tell_of_lost_name(const calx_postgresql_connection *connection)
{
    /* Const but for this, which is atomic. */
    calx_postgresql_config *config = (calx_postgresql_config *)(uintptr_t)connection->config;
    if (!atomic_exchange(&config->pooler_told, true))
        calx_log_text(config->base.logger, CALX_LOG_WARNING, name_is_gone);
}

/* The statement is prepared anew when it runs next (ENG-161, ENG-162). */
calx_status calx_postgresql_fail_stale(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    calx_error *error = &connection->base.error;
    char sqlstate[sizeof(error->sqlstate)];
    memcpy(sqlstate, error->sqlstate, sizeof(sqlstate));
    statement->stale = true;
    bool gone = strcmp(sqlstate, "26000") == 0;
    if (gone) {
        tell_of_lost_name(connection);
        calx_postgresql_lose_names(connection);
    }
    if (PQtransactionStatus(connection->conn) != PQTRANS_INERROR)
        return CALX_E_STALE_PLAN;
    calx_error_set(error, CALX_E_STALE_PLAN, "%s; roll back and run the transaction again",
                   gone ? name_is_gone : "the tables of a prepared statement have changed");
    memcpy(error->sqlstate, sqlstate, sizeof(sqlstate));
    error->flags |= CALX_ERROR_ROLLBACK_ONLY;
    return CALX_E_STALE_PLAN;
}

/* The text cannot be parsed, or holds several statements, which have one code. */
static calx_status fail_parse(calx_postgresql_statement *statement, const PGresult *failed)
{
    calx_postgresql_connection *connection = connection_of(statement);
    calx_sql_facts facts =
        calx_sql_survey(&calx_dialect_postgresql, statement->sql, strlen(statement->sql));
    bool bound = connection->bound;
    connection->bound = false; /* the text alone was sent, no value */
    calx_status status = calx_postgresql_fail(connection, failed);
    connection->bound = bound;
    if (status == CALX_E_STALE_PLAN)
        return calx_postgresql_fail_stale(statement);
    if (status == CALX_E_SYNTAX && facts.statements > 1 &&
        strcmp(connection->base.error.sqlstate, "42601") == 0)
        return calx_error_set(&connection->base.error, CALX_E_ARGUMENT,
                              "the text holds more than one SQL statement; execute them one by "
                              "one");
    return status;
}

/* Parse and Describe; in a transaction within a savepoint, when it may have to be undone. */
static bool send_pipeline(calx_postgresql_statement *statement, const char *name, bool guarded)
{
    PGconn *conn = connection_of(statement)->conn;
    static const char savepoint[] = "SAVEPOINT calx_parse";
    static const char release[] = "RELEASE SAVEPOINT calx_parse";
    return PQenterPipelineMode(conn) == 1 &&
           (!guarded || PQsendQueryParams(conn, savepoint, 0, NULL, NULL, NULL, NULL, 0) == 1) &&
           PQsendPrepare(conn, name, statement->sql, (int)statement->base.parameter_count,
                         statement->wanted) == 1 &&
           PQsendDescribePrepared(conn, name) == 1 &&
           (!guarded || PQsendQueryParams(conn, release, 0, NULL, NULL, NULL, NULL, 0) == 1) &&
           PQpipelineSync(conn) == 1;
}

/* All in one round trip (ENG-160). */
static calx_status send_prepare(calx_postgresql_statement *statement, const char *name,
                                bool guarded)
{
    calx_postgresql_connection *connection = connection_of(statement);
    PGconn *conn = connection->conn;
    PGresult *failed = NULL;
    calx_status status = CALX_OK;
    calx_postgresql_settle(connection);
    bool sent = send_pipeline(statement, name, guarded);
    if (sent)
        calx_postgresql_read_pipeline(connection, &failed, &statement->description);
    bool left = PQexitPipelineMode(conn) == 1;
    if (!sent || failed != NULL || statement->description == NULL || !left)
        status = fail_parse(statement, failed);
    /* Something is left in the pipe: nobody knows any more what answers what. */
    if (!left)
        connection->base.error.flags |= CALX_ERROR_DISCONNECT;
    PQclear(failed);
    return status;
}

static bool leaves_types_open(const calx_postgresql_statement *statement)
{
    for (size_t i = 0; i < statement->base.parameter_count; i++) {
        if (statement->wanted[i] == CALX_OID_ANY)
            return true;
    }
    return false;
}

/* Undetermined, ambiguous, several functions, none for a value without a type. */
static bool is_about_types(const char *sqlstate)
{
    static const char *const states[] = { "42P18", "42P08", "42725", "42804" };
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strcmp(sqlstate, states[i]) == 0)
            return true;
    }
    return false;
}

/*
 * Where the server cannot find out a type ("$1 IS NULL") or finds several, text is text. The server
 * is asked first, since mostly it knows better, and since a failure costs the transaction this is
 * done within a savepoint.
 */
static calx_status prepare_by_name(calx_postgresql_statement *statement, const char *name)
{
    calx_postgresql_connection *connection = connection_of(statement);
    bool open = leaves_types_open(statement);
    calx_status status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    bool guarded = open && PQtransactionStatus(connection->conn) == PQTRANS_INTRANS;
    status = send_prepare(statement, name, guarded);
    if (status == CALX_OK || !open || !is_about_types(connection->base.error.sqlstate))
        return status;
    for (size_t i = 0; i < statement->base.parameter_count; i++) {
        if (statement->wanted[i] == CALX_OID_ANY)
            statement->wanted[i] = CALX_OID_TEXT;
    }
    calx_error_clear(&connection->base.error);
    if (guarded)
        status = calx_postgresql_run(
            connection, "ROLLBACK TO SAVEPOINT calx_parse; RELEASE SAVEPOINT calx_parse", NULL);
    else
        status = CALX_OK;
    return status == CALX_OK ? send_prepare(statement, name, false) : status;
}

static void take_description(calx_postgresql_statement *statement)
{
    const PGresult *description = statement->description;
    for (int i = 0; i < (int)statement->base.parameter_count; i++) {
        statement->parameters[i].actual = PQparamtype(description, i);
        statement->parameters[i].inferred = statement->wanted[i] == CALX_OID_ANY;
    }
    statement->binary = true;
    for (int i = 0; i < PQnfields(description); i++)
        statement->binary = statement->binary && calx_postgresql_is_binary(PQftype(description, i));
}

calx_status calx_postgresql_prepare_on_server(calx_postgresql_statement *statement)
{
    calx_postgresql_connection *connection = connection_of(statement);
    char name[CALX_NAME_SIZE];
    calx_postgresql_give_up_name(statement);
    if (statement->closing == NULL)
        statement->closing = calx_alloc(sizeof(*statement->closing));
    if (statement->closing == NULL)
        return calx_error_set_nomem(&connection->base.error);
    if (connection->last_serial == 0)
        connection->token = make_token(connection);
    unsigned serial = ++connection->last_serial;
    calx_postgresql_write_name(connection, serial, name);
    calx_status status = prepare_by_name(statement, name);
    if (status == CALX_OK &&
        PQnparams(statement->description) != (int)statement->base.parameter_count)
        status = calx_error_set(&connection->base.error, CALX_E_INTERNAL,
                                "the statement has %d parameters for the server, %zu for us",
                                PQnparams(statement->description), statement->base.parameter_count);
    if (status != CALX_OK) {
        PQclear(statement->description);
        statement->description = NULL;
        return status;
    }
    statement->serial = serial;
    statement->names = connection->names;
    statement->schema = connection->schema;
    take_description(statement);
    return CALX_OK;
}

/* ---- whether to ---- */

bool calx_postgresql_must_be_prepared(const calx_postgresql_statement *statement)
{
    const calx_postgresql_connection *connection = connection_of(statement);
    return statement->serial == 0 || statement->stale || statement->names != connection->names ||
           statement->schema != connection->schema;
}
