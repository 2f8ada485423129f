/*
 * What PostgreSQL reports, as Calx's statuses. SQLSTATE and the connection's own state decide;
 * texts are localized and are only passed on (LIM-18). A connection is lost when libpq says so or
 * the server called the failure fatal, whatever code came with it (ENG-081, LIM-02).
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"

#include <string.h>

typedef struct state_row {
    const char *sqlstate; /* the whole code, or its beginning */
    calx_status status;
    unsigned flags;
} state_row;

enum {
    D = CALX_ERROR_DISCONNECT,
    R = CALX_ERROR_RETRY,
    U = CALX_ERROR_OUTCOME_UNKNOWN,
    X = CALX_ERROR_ROLLBACK_ONLY,
};

/* ENG-205 to ENG-213. The first row whose code begins the SQLSTATE counts. */
static const state_row states[] = {
    { "08P01", CALX_E_INTERFACE, 0 },
    { "08", CALX_E_DISCONNECT, D },
    { "0A", CALX_E_UNSUPPORTED, 0 },
    { "0L", CALX_E_AUTH, 0 },
    { "0P", CALX_E_AUTH, 0 },
    { "21000", CALX_E_DATA, 0 },
    { "22", CALX_E_DATA, 0 },
    { "23502", CALX_E_NOT_NULL, 0 },
    { "23503", CALX_E_FOREIGN_KEY, 0 },
    { "23505", CALX_E_UNIQUE, 0 },
    { "23514", CALX_E_CHECK, 0 },
    { "23P01", CALX_E_EXCLUSION, 0 },
    { "23", CALX_E_CONSTRAINT, 0 },
    { "24", CALX_E_TX_STATE, 0 },
    { "25006", CALX_E_READ_ONLY, 0 },
    { "25P02", CALX_E_TX_ABORTED, X },
    { "25P03", CALX_E_DISCONNECT, D },
    { "25", CALX_E_TX_STATE, 0 },
    { "26000", CALX_E_STALE_PLAN, 0 },
    { "27", CALX_E_CONSTRAINT, 0 },
    { "28", CALX_E_AUTH, 0 },
    { "2B", CALX_E_CONSTRAINT, 0 },
    { "2D", CALX_E_TX_STATE, 0 },
    { "34", CALX_E_TX_STATE, 0 },
    { "3B", CALX_E_TX_STATE, 0 },
    { "3D000", CALX_E_NO_OBJECT, 0 },
    { "3F000", CALX_E_NO_OBJECT, 0 },
    { "40001", CALX_E_SERIALIZATION, R | X },
    { "40003", CALX_E_DISCONNECT, D | U },
    { "40P01", CALX_E_DEADLOCK, R | X },
    { "40", CALX_E_CONSTRAINT, 0 },
    { "42501", CALX_E_PRIVILEGE, 0 },
    { "42701", CALX_E_DUP_OBJECT, 0 },
    { "42703", CALX_E_NO_OBJECT, 0 },
    { "42704", CALX_E_NO_OBJECT, 0 },
    { "42710", CALX_E_DUP_OBJECT, 0 },
    { "42883", CALX_E_NO_OBJECT, 0 },
    { "42P01", CALX_E_NO_OBJECT, 0 },
    { "42P04", CALX_E_DUP_OBJECT, 0 },
    { "42P05", CALX_E_STALE_PLAN, 0 },
    { "42P06", CALX_E_DUP_OBJECT, 0 },
    { "42P07", CALX_E_DUP_OBJECT, 0 },
    { "42", CALX_E_SYNTAX, 0 },
    { "44000", CALX_E_CHECK, 0 },
    { "53300", CALX_E_RESOURCE, R },
    { "53", CALX_E_RESOURCE, 0 },
    { "54", CALX_E_LIMIT, 0 },
    { "55006", CALX_E_BUSY, 0 },
    { "55P03", CALX_E_BUSY, R },
    { "55", CALX_E_STATE, 0 },
    { "57014", CALX_E_TIMEOUT, 0 },
    { "57P01", CALX_E_DISCONNECT, D },
    { "57P02", CALX_E_DISCONNECT, D },
    { "57P03", CALX_E_CONNECT, R },
    { "57P04", CALX_E_DISCONNECT, D },
    { "57P05", CALX_E_DISCONNECT, D },
    { "58", CALX_E_IO, 0 },
    { "72000", CALX_E_SERIALIZATION, R | X },
    { "F0", CALX_E_IO, 0 },
    { "P0001", CALX_E_USER, 0 },
    { "P0", CALX_E_DATA, 0 },
    { "XX001", CALX_E_CORRUPT, 0 },
    { "XX002", CALX_E_CORRUPT, 0 },
};

calx_status calx_postgresql_status(const char *sqlstate, const char *function, unsigned *out_flags)
{
    *out_flags = 0;
    /* A statement whose columns changed under it; any other 0A000 is a wish not granted. */
    if (strcmp(sqlstate, "0A000") == 0 && function != NULL &&
        strcmp(function, "RevalidateCachedQuery") == 0)
        return CALX_E_STALE_PLAN;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strncmp(states[i].sqlstate, sqlstate, strlen(states[i].sqlstate)) != 0)
            continue;
        *out_flags = states[i].flags;
        return states[i].status;
    }
    return CALX_E_INTERNAL;
}

/* A message without the newline libpq ends it with. NULL: no memory. Owned. */
static char *copy_line(const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == ' '))
        size--;
    return calx_strdup_n(text, size);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Codes whose messages are the server's own words and names, and never hold a value. */
static bool tells_no_value(const char *sqlstate)
{
    static const char *const classes[] = { "08", "23", "24", "25", "26",    "2D", "34", "3B",
                                           "40", "44", "53", "54", "55P03", "57", "72" };
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (starts_with(sqlstate, classes[i]))
            return true;
    }
    return false;
}

/* Whether it comes from that function of the server's. */
static bool is_of(const PGresult *result, const char *name)
{
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    return function != NULL && strcmp(function, name) == 0;
}

/*
 * Whether the words of the server may hold a value that is to stay hidden (ENG-201). Those on data
 * quote what they got, and RAISE says anything, with any code. Beyond that a value must have been
 * sent: what is wrong at a place of the text was found before the server had one.
 */
static bool may_tell_values(const calx_postgresql_connection *connection, const PGresult *result,
                            const char *sqlstate)
{
    if (!connection->config->hides_values)
        return false;
    if (is_of(result, "exec_stmt_raise") || starts_with(sqlstate, "22") ||
        starts_with(sqlstate, "P0"))
        return true;
    if (!connection->bound || PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION) != NULL)
        return false;
    /* A privilege that is missing is one on a name of the text. */
    return !is_of(result, "aclcheck_error") && !tells_no_value(sqlstate);
}

const char *calx_postgresql_notice_text(const calx_postgresql_connection *connection,
                                        const PGresult *result)
{
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (connection->config->hides_values && (connection->bound || is_of(result, "exec_stmt_raise")))
        return "(hidden)";
    return text != NULL ? text : PQresultErrorMessage(result);
}

/* detail, hint: or NULL, where they may hold values that are to stay hidden (ENG-201). */
static void add_facts(calx_error *error, const PGresult *result, const char *detail,
                      const char *hint)
{
    static const struct {
        calx_error_fact fact;
        int field;
    } facts[] = {
        { CALX_ERROR_FACT_SCHEMA, PG_DIAG_SCHEMA_NAME },
        { CALX_ERROR_FACT_TABLE, PG_DIAG_TABLE_NAME },
        { CALX_ERROR_FACT_COLUMN, PG_DIAG_COLUMN_NAME },
        { CALX_ERROR_FACT_CONSTRAINT, PG_DIAG_CONSTRAINT_NAME },
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        calx_error_add_fact(error, facts[i].fact, PQresultErrorField(result, facts[i].field));
    calx_error_add_fact(error, CALX_ERROR_FACT_DETAIL, detail);
    calx_error_add_fact(error, CALX_ERROR_FACT_HINT, hint);
}

static bool is_fatal(const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity != NULL && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

/* The message, with the detail in brackets; both NULL where they are hidden. */
static void tell(calx_error *error, calx_status status, const char *primary, const char *detail)
{
    if (primary == NULL)
        calx_error_set(error, status, "%s; what the server says of it is hidden",
                       calx_status_text(status));
    else if (detail != NULL)
        calx_error_set(error, status, "%s (%s)", primary, detail);
    else
        calx_error_set(error, status, "%s", primary);
}

static void fill_error(calx_postgresql_connection *connection, const PGresult *result,
                       calx_status status, const char *sqlstate)
{
    calx_error *error = &connection->base.error;
    bool silent = may_tell_values(connection, result, sqlstate);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = connection->config->hides_values
                             ? NULL
                             : PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    if (primary == NULL)
        primary = calx_status_text(status);
    tell(error, status, silent ? NULL : primary, detail);
    if (strlen(sqlstate) < sizeof(error->sqlstate))
        memcpy(error->sqlstate, sqlstate, strlen(sqlstate) + 1);
    add_facts(error, result, detail,
              silent ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_HINT));
}

/* What the server said, and what the code and the connection's state make of it. */
static calx_status fail_result(calx_postgresql_connection *connection, const PGresult *result,
                               const char *sqlstate)
{
    unsigned flags = 0;
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    calx_status status = calx_postgresql_status(sqlstate, function, &flags);
    if (is_fatal(result) || PQstatus(connection->conn) == CONNECTION_BAD) {
        flags |= D;
        status = CALX_E_DISCONNECT;
    }
    if (status == CALX_E_READ_ONLY && connection->wants_writable)
        connection->base.outdated = calx_postgresql_turned_read_only(connection->conn);
    if (status == CALX_E_TIMEOUT && calx_postgresql_was_cancelled(connection))
        status = CALX_E_CANCELED;
    fill_error(connection, result, status, sqlstate);
    connection->base.error.flags = flags;
    return connection->timed_out ? calx_postgresql_fail_late(connection) : status;
}

/*
 * libpq refused a call. Since version 15 it says so when it had no memory; before, it had none for
 * its message either, so that only there an empty one tells of it.
 */
static calx_status fail_refused(calx_postgresql_connection *connection, calx_error *error)
{
    enum { SAYS_NO_MEMORY = 150000 };
    char *message = copy_line(PQerrorMessage(connection->conn));
    bool told = message != NULL && message[0] != '\0';
    calx_status status = CALX_E_INTERFACE;
    if (message == NULL || (!told && PQlibVersion() < SAYS_NO_MEMORY))
        status = calx_error_set_nomem(error);
    else
        calx_error_set_driver(error, status, NULL, 0, 0,
                              told ? message : "libpq refused the call and does not say why");
    calx_release(message);
    return status;
}

/*
 * No code: the connection is gone, or libpq itself had no memory or no way (LIM-01). An answer
 * without a code is libpq's own, made where it did not understand what came: nobody knows any more
 * what answers what, so that connection is as good as gone.
 */
static calx_status fail_bare(calx_postgresql_connection *connection, bool answered)
{
    calx_error *error = &connection->base.error;
    if (PQstatus(connection->conn) == CONNECTION_BAD || answered) {
        char *message = copy_line(PQerrorMessage(connection->conn));
        calx_error_set_driver(error, CALX_E_DISCONNECT, NULL, 0, D,
                              message != NULL && message[0] != '\0' ? message : NULL);
        calx_release(message);
        return connection->timed_out ? calx_postgresql_fail_late(connection) : CALX_E_DISCONNECT;
    }
    return fail_refused(connection, error);
}

/*
 * Sending failed, and what the server said before it ended was read, but not yet its end: libpq
 * takes the connection for good until then. The first look reads, the second sees the end (LIM-04).
 */
static void notice_end(PGconn *conn)
{
    for (int i = 0; i < 2 && PQstatus(conn) == CONNECTION_OK; i++)
        (void)PQconsumeInput(conn);
}

calx_status calx_postgresql_fail(calx_postgresql_connection *connection, const PGresult *result)
{
    const char *sqlstate = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (sqlstate == NULL)
        notice_end(connection->conn);
    calx_postgresql_look(connection);
    if (PQstatus(connection->conn) == CONNECTION_BAD)
        connection->base.in_transaction = false; /* this tells of the loss */
    return sqlstate != NULL ? fail_result(connection, result, sqlstate)
                            : fail_bare(connection, result != NULL);
}

static bool is_state_char(char letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z');
}

/*
 * libpq 15 gives no code when connecting, but a verbose message has it behind the severity, which
 * is localized: ":  28P01: " (ENG-178). NULL: there is none. The last one counts: hosts are tried
 * in order.
 */
static const char *find_state(const char *message)
{
    const char *found = NULL;
    for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
        const char *code = at + 3;
        size_t size = 0;
        while (size < 5 && is_state_char(code[size]))
            size++;
        if (size == 5 && code[5] == ':' && code[6] == ' ')
            found = code;
    }
    return found;
}

/* Whether a line is what the verbosity adds: "LOCATION:  auth_failed, auth.c:334". */
static bool is_location(const char *line, size_t size)
{
    size_t end = size;
    while (end > 0 && line[end - 1] >= '0' && line[end - 1] <= '9')
        end--;
    if (end == size || end < 3 || memcmp(line + end - 3, ".c:", 3) != 0)
        return false;
    for (end -= 3; end > 0 && line[end - 1] != ' '; end--)
        continue;
    const char *colon = memchr(line, ':', size);
    return end > 1 && line[end - 2] == ',' && colon + 3 < line + end && colon[1] == ' ' &&
           colon[2] == ' ';
}

/* One line, without the code that stands in it. */
static void put_line(calx_buffer *out, const char *line)
{
    calx_buffer plain = CALX_BUFFER_INIT;
    const char *code = find_state(line);
    calx_buffer_put_n(&plain, line, code != NULL ? (size_t)(code - line) - 1 : strlen(line));
    calx_buffer_put(&plain, code != NULL ? code + 7 : "");
    /* libpq tries a second time where the name of the application may be what is not known. */
    if (code == NULL || strstr(calx_buffer_text(out), calx_buffer_text(&plain)) == NULL) {
        calx_buffer_put(out, out->size > 0 ? "; " : "");
        calx_buffer_put(out, calx_buffer_text(&plain));
    }
    if (plain.status != CALX_OK)
        calx_buffer_fail(out, CALX_E_NOMEM);
    calx_buffer_clear(&plain);
}

/* The message without what the verbosity put there: the code, and the line with the location. */
static void put_plain(calx_buffer *out, const char *message)
{
    const char *line = message;
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        const char *next = line[size] == '\n' ? line + size + 1 : line + size;
        if (!is_location(line, size) && size > 0) {
            char *copy = calx_strdup_n(line, size);
            if (copy != NULL)
                put_line(out, copy);
            else
                calx_buffer_fail(out, CALX_E_NOMEM);
            calx_release(copy);
        }
        line = next;
    }
}

calx_status calx_postgresql_fail_connect(PGconn *conn, calx_error *error)
{
    const char *message = PQerrorMessage(conn);
    const char *found = find_state(message);
    char sqlstate[6] = "";
    unsigned flags = 0;
    calx_status status = CALX_E_CONNECT;
    if (found != NULL) {
        memcpy(sqlstate, found, 5);
        calx_status told = calx_postgresql_status(sqlstate, NULL, &flags);
        if (told == CALX_E_AUTH || told == CALX_E_RESOURCE || strcmp(sqlstate, "3D000") == 0)
            status = told;
    }
    /* The server asked for a password, and none was given (ENG-178). */
    if (status == CALX_E_CONNECT && PQconnectionNeedsPassword(conn))
        status = CALX_E_AUTH;
    calx_buffer text = CALX_BUFFER_INIT;
    put_plain(&text, message);
    calx_error_set_driver(error, status, sqlstate, 0, flags & R,
                          text.size > 0 ? calx_buffer_text(&text) : NULL);
    calx_buffer_clear(&text);
    return status;
}
