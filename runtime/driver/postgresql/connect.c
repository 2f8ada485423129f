/*
 * Making and ending connections. libpq connects step by step here, under a deadline of our own
 * over all hosts, since its own timeout is per address and not even looked at this way (ENG-027,
 * LIM-07). The rules kept: nothing libpq has to say goes to stderr (LIM-10, ENG-175), and a
 * connection that is handed on speaks UTF-8.
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum {
    OLDEST_SERVER = 100000,
    PATIENCE_MS = 50 /* so often is looked whether the attempt is given up */
};

static calx_log_level notice_level(const char *severity)
{
    if (severity == NULL || strcmp(severity, "WARNING") == 0)
        return CALX_LOG_WARNING;
    if (strncmp(severity, "DEBUG", strlen("DEBUG")) == 0 || strcmp(severity, "LOG") == 0)
        return CALX_LOG_DEBUG;
    return CALX_LOG_INFO;
}

/* What the server tells without being asked goes to the log, one line each. */
static void take_notice(void *context, const PGresult *result)
{
    const calx_postgresql_connection *connection = context;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const calx_driver_config *config = connection->config;
    code = code != NULL ? code : "00000";
    message = message != NULL ? message : PQresultErrorMessage(result);
    calx_log(config->logger, notice_level(severity), "%s %s: %s",
             severity != NULL ? severity : "NOTICE", code,
             calx_postgresql_notice_text(connection, result));
    if (config->notice != NULL)
        config->notice(config->notice_context, notice_level(severity), code, message);
}

/* Waits until the socket can be read or written. false: the deadline passed, or it was given up. */
static bool wait_for(const calx_postgresql_config *config, int socket, short events,
                     int64_t deadline)
{
    while (!atomic_load(&config->base.given_up)) {
        struct pollfd entry = { .fd = socket, .events = events };
        int64_t left = calx_deadline_left_ms(deadline);
        int ready = poll(&entry, 1, left > PATIENCE_MS ? PATIENCE_MS : (int)left);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return true; /* libpq finds out what is wrong with a socket that cannot be polled */
        if (ready == 0 && calx_deadline_passed(deadline))
            return false;
    }
    return false;
}

static calx_status fail_late(const PGconn *conn, calx_error *error)
{
    const char *host = PQhost(conn);
    return calx_error_set(error, CALX_E_CONNECT,
                          "the PostgreSQL server at %s did not answer in time (the URL's "
                          "connect_timeout, or the engine's pool_timeout)",
                          host != NULL && host[0] != '\0' ? host : "the default socket");
}

static calx_status connect_stepwise(PGconn *conn, const calx_postgresql_config *config,
                                    int64_t deadline, calx_error *error)
{
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    if (PQstatus(conn) == CONNECTION_BAD)
        return calx_postgresql_fail_connect(conn, error);
    PQsetErrorVerbosity(conn, PQERRORS_VERBOSE); /* the only way to a code (ENG-178) */
    while (step != PGRES_POLLING_OK) {
        short events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_for(config, PQsocket(conn), events, deadline))
            return fail_late(conn, error);
        step = PQconnectPoll(conn);
        if (step == PGRES_POLLING_FAILED)
            return calx_postgresql_fail_connect(conn, error);
    }
    PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
    return CALX_OK;
}

static calx_status check_server(PGconn *conn, calx_error *error)
{
    const char *encoding = PQparameterStatus(conn, "client_encoding");
    if (PQserverVersion(conn) < OLDEST_SERVER)
        return calx_error_set(error, CALX_E_UNSUPPORTED,
                              "the PostgreSQL server is of version %d; Calx needs 10 or newer",
                              PQserverVersion(conn) / 10000);
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return calx_error_set(error, CALX_E_UNSUPPORTED,
                              "the PostgreSQL server does not speak UTF8 with us but %s",
                              encoding != NULL ? encoding : "nothing known");
    return CALX_OK;
}

/* Once per engine, at its first connection: making an engine has no log yet. */
static void make_remark(calx_postgresql_config *config)
{
    if (config->remark != NULL && !atomic_exchange(&config->remark_given, true))
        calx_log_text(config->base.logger, CALX_LOG_WARNING, config->remark);
}

/* TLS means nothing on a socket of this machine, so who asks for it should know (ENG-022). */
static void remark_on_clear(calx_postgresql_config *config, const PGconn *conn)
{
    const char *host = PQhost(conn);
    if (!config->wants_tls || host == NULL || (host[0] != '/' && host[0] != '@') ||
        atomic_exchange(&config->clear_told, true))
        return;
    calx_log_text(config->base.logger, CALX_LOG_WARNING,
                  "sslmode does not apply to a local socket: the connection is in clear");
}

static calx_status set_up(calx_postgresql_connection *connection, calx_error *error)
{
    calx_status status = check_server(connection->conn, error);
    if (status != CALX_OK)
        return status;
    return calx_postgresql_canceller_new(connection->conn, &connection->canceller, error);
}

static calx_status open_connection(calx_postgresql_connection *connection,
                                   const calx_postgresql_config *config, int64_t deadline,
                                   calx_error *error)
{
    int64_t own = calx_deadline_in_ms(config->timeout_ms);
    /* A deadline of now asks for one try (ENG-057), and a try needs the time it takes. */
    if (own < deadline || calx_deadline_passed(deadline))
        deadline = own;
    connection->deadline = deadline;
    /* The arrays end with NULL, as zeroed memory does. The 0: dbname is a name, nothing else. */
    connection->conn =
        PQconnectStartParams(config->keywords, (const char *const *)config->values, 0);
    if (connection->conn == NULL)
        return calx_error_set_nomem(error);
    PQsetNoticeReceiver(connection->conn, take_notice, connection);
    calx_status status = connect_stepwise(connection->conn, config, deadline, error);
    return status == CALX_OK ? set_up(connection, error) : status;
}

/* One that a listener had ready. */
static calx_status take_over(calx_postgresql_connection *connection, calx_error *error)
{
    PQsetNoticeReceiver(connection->conn, take_notice, connection);
    if (PQstatus(connection->conn) != CONNECTION_OK)
        return calx_postgresql_fail_connect(connection->conn, error);
    if (PQtransactionStatus(connection->conn) != PQTRANS_IDLE ||
        PQpipelineStatus(connection->conn) != PQ_PIPELINE_OFF || PQisnonblocking(connection->conn))
        return calx_error_set(error, CALX_E_STATE,
                              "the PostgreSQL connection of a listener of do_connect is not idle: "
                              "in a transaction, a pipeline, or not blocking");
    return set_up(connection, error);
}

/* Without anything of libpq's. NULL: no memory. */
static calx_postgresql_connection *new_connection(calx_postgresql_config *config)
{
    calx_postgresql_connection *connection = calx_alloc_zeroed(sizeof(*connection));
    if (connection == NULL)
        return NULL;
    connection->base.driver = &calx_driver_postgresql;
    connection->base.error = (calx_error)CALX_ERROR_INIT;
    connection->config = &config->base;
    connection->unnamed = config->unnamed;
    connection->begins_apart = config->begins_apart;
    connection->wants_writable = config->base.wants_writable;
    connection->given_up = &config->base.given_up;
    return connection;
}

calx_status calx_postgresql_connect(const calx_driver_config *base, int64_t deadline,
                                    calx_driver_connection **out, calx_error *error)
{
    /* Const but for the remark, which is atomic. */
    calx_postgresql_config *config = (calx_postgresql_config *)(uintptr_t)base;
    if (!PQisthreadsafe())
        return calx_error_set(error, CALX_E_UNSUPPORTED,
                              "this libpq was built without support for threads");
    calx_postgresql_connection *connection = new_connection(config);
    if (connection == NULL)
        return calx_error_set_nomem(error);
    make_remark(config);
    calx_status status = open_connection(connection, config, deadline, error);
    if (status != CALX_OK) {
        calx_postgresql_close(&connection->base);
        return status;
    }
    remark_on_clear(config, connection->conn);
    *out = &connection->base;
    return CALX_OK;
}

calx_status calx_postgresql_adopt(const calx_driver_config *base, void *native,
                                  calx_driver_connection **out, calx_error *error)
{
    calx_postgresql_config *config = (calx_postgresql_config *)(uintptr_t)base;
    calx_postgresql_connection *connection = new_connection(config);
    if (connection == NULL) {
        PQfinish(native);
        return calx_error_set_nomem(error);
    }
    connection->conn = native;
    connection->deadline = calx_deadline_in_ms(config->timeout_ms);
    calx_status status = take_over(connection, error);
    if (status != CALX_OK) {
        calx_postgresql_close(&connection->base);
        return status;
    }
    *out = &connection->base;
    return CALX_OK;
}

void calx_postgresql_close(calx_driver_connection *base)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_postgresql_close_waiting(connection, false);
    calx_postgresql_empty_inbox(connection);
    calx_postgresql_canceller_release(connection->canceller);
    PQfinish(connection->conn);
    calx_error_clear(&base->error);
    calx_release(connection);
}
