/*
 * COPY with the application's own data. The rules kept: what is read is sent before more is asked
 * for, so memory does not grow with the table; while something is sent what comes is read, and the
 * other way round, so nobody waits for the other (LIM-15); a source that fails is told to the
 * server, which stores nothing then, and is asked for no more when the server has refused a row
 * (ENG-170); and rows nobody wants any more are ended by a cancel
 * and read to the end, so that the connection can go on (ENG-171).
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"
#include "base/clock.h"
#include "base/error.h"
#include "sql/parameters.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A line that can be written takes so much at once, and libpq reads nothing by itself then. */
enum { PIECE = 16 * 1024, GRACE_MS = 1000, LINE = 4096 };

/* ---- the line ---- */

/* What is not over by the deadline is cancelled; by the end of the grace, cut. */
static void run_late(calx_postgresql_connection *connection)
{
    if (connection->timed_out) {
        calx_postgresql_cut(connection);
        return;
    }
    connection->timed_out = true;
    connection->grace = calx_deadline_in_ms(GRACE_MS);
    (void)calx_postgresql_cancel(connection->canceller);
}

/* Waits until the line is as wanted, by the deadline. Answers how it is; 0: it cannot be told. */
static int await_line(calx_postgresql_connection *connection, int wanted)
{
    for (;;) {
        int64_t deadline = connection->timed_out ? connection->grace : connection->base.deadline;
        int64_t left = calx_deadline_left_ms(deadline != 0 ? deadline : CALX_DEADLINE_NONE);
        struct pollfd entry = { .fd = PQsocket(connection->conn), .events = (short)wanted };
        int ready = poll(&entry, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0)
            return entry.revents;
        if (ready < 0 && errno != EINTR)
            return 0;
        if (ready == 0 && deadline != 0 && calx_deadline_passed(deadline))
            run_late(connection);
    }
}

/* Waits for data, and reads it. false: the line is broken. */
static bool await_data(calx_postgresql_connection *connection)
{
    (void)await_line(connection, POLLIN);
    return PQconsumeInput(connection->conn) == 1;
}

/*
 * Waits until a piece can be sent, whole if it is a small one. What came is looked at, and read
 * only when nothing can be sent: the server may wait for that. false: the line is broken.
 */
static bool await_room(calx_postgresql_connection *connection)
{
    for (;;) {
        int state = await_line(connection, POLLIN | POLLOUT);
        if ((state & POLLIN) != 0 && !connection->refused)
            connection->refused = calx_postgresql_is_refusing(connection->conn, connection->view);
        if ((state & POLLOUT) != 0)
            return true;
        if (PQconsumeInput(connection->conn) != 1)
            return false;
    }
}

/* Everything there is goes out. false: the line is broken, or the server wants no more. */
static bool flush(calx_postgresql_connection *connection)
{
    int left;
    while ((left = PQflush(connection->conn)) == 1) {
        if (!await_room(connection))
            return false;
    }
    return left == 0;
}

/* Nobody waits for the rest: by a deadline, a cancel, or because a row was refused. */
static bool is_over(calx_postgresql_connection *connection)
{
    return connection->timed_out || connection->refused ||
           calx_postgresql_was_cancelled(connection);
}

static bool send(calx_postgresql_connection *connection, const char *data, size_t size)
{
    while (size > 0) {
        int piece = size < PIECE ? (int)size : PIECE;
        if (!await_room(connection) || is_over(connection))
            return false;
        int put = PQputCopyData(connection->conn, data, piece);
        if (put < 0 || !flush(connection))
            return false;
        if (put == 1) {
            data += piece;
            size -= (size_t)piece;
        }
    }
    return true;
}

/* ---- beginning ---- */

static bool is_copy(ExecStatusType state)
{
    return state == PGRES_COPY_IN || state == PGRES_COPY_OUT || state == PGRES_COPY_BOTH;
}

/* Rows that are on their way although nobody takes them. */
static void abandon(calx_postgresql_connection *connection, ExecStatusType state)
{
    char *data = NULL;
    if (state != PGRES_COPY_OUT) {
        PQputCopyEnd(connection->conn, "no data is given");
        return;
    }
    if (!calx_postgresql_cancel(connection->canceller))
        calx_postgresql_cut(connection);
    int size;
    while ((size = PQgetCopyData(connection->conn, &data, 1)) >= 0) {
        if (size == 0 && !await_data(connection))
            break;
        if (size > 0)
            PQfreemem(data);
    }
}

/* It is not what was wanted: what it is ends. */
static calx_status refuse(calx_postgresql_connection *connection, PGresult *result,
                          ExecStatusType wanted)
{
    calx_status status = CALX_OK;
    bool copies = is_copy(PQresultStatus(result));
    if (copies) {
        abandon(connection, PQresultStatus(result));
        PQclear(result);
        result = NULL;
    }
    calx_postgresql_drain(connection, result, &result);
    bool failed = result == NULL || (!copies && PQresultStatus(result) == PGRES_FATAL_ERROR);
    if (failed || PQstatus(connection->conn) == CONNECTION_BAD)
        status = calx_postgresql_fail(connection, result);
    else
        status = calx_error_set(&connection->base.error, CALX_E_ARGUMENT,
                                wanted == PGRES_COPY_IN
                                    ? "the statement takes no data: it is no COPY … FROM STDIN"
                                    : "the statement gives no data: it is no COPY … TO STDOUT");
    PQclear(result);
    calx_postgresql_look(connection);
    return status;
}

static bool is_word(const calx_sql_token *token, const char *word)
{
    return token->size == strlen(word) && strncasecmp(token->text, word, token->size) == 0;
}

/* Behind the name or the query: FROM or TO, which no name is unless a point is before it. */
static bool find_direction(const char **inout_sql, calx_sql_token *out)
{
    const calx_dialect *dialect = calx_driver_postgresql.dialect;
    size_t depth = 0;
    bool pointed = false;
    while (calx_sql_next_token(dialect, inout_sql, out)) {
        if (*out->text == '(')
            depth++;
        else if (*out->text == ')' && depth > 0)
            depth--;
        else if (depth == 0 && !pointed && (is_word(out, "FROM") || is_word(out, "TO")))
            return true;
        pointed = *out->text == '.';
    }
    return false;
}

/* The server takes STDIN for STDOUT, and the other way round. */
static bool is_with_client(const char *sql, const char *direction)
{
    const calx_dialect *dialect = calx_driver_postgresql.dialect;
    calx_sql_token token;
    return calx_sql_next_token(dialect, &sql, &token) && is_word(&token, "COPY") &&
           find_direction(&sql, &token) && is_word(&token, direction) &&
           calx_sql_next_token(dialect, &sql, &token) &&
           (is_word(&token, "STDIN") || is_word(&token, "STDOUT"));
}

/* Anything else would have been done when it is seen what it was: a program, or a file. */
static calx_status check_copy(calx_postgresql_connection *connection, const char *sql,
                              ExecStatusType wanted)
{
    bool in = wanted == PGRES_COPY_IN;
    if (is_with_client(sql, in ? "FROM" : "TO"))
        return CALX_OK;
    return calx_error_set(&connection->base.error, CALX_E_ARGUMENT,
                          in ? "the statement takes no data: it is no COPY … FROM STDIN"
                             : "the statement gives no data: it is no COPY … TO STDOUT");
}

/* The server is asked, and waits for data or has some. */
static calx_status open_copy(calx_postgresql_connection *connection, const char *sql,
                             ExecStatusType wanted)
{
    PGresult *result = NULL;
    calx_status status = check_copy(connection, sql, wanted);
    if (status != CALX_OK)
        return status;
    connection->timed_out = false;
    status = calx_postgresql_start(connection);
    if (status != CALX_OK)
        return status;
    connection->untouched = false;
    calx_postgresql_settle(connection);
    if (PQsendQuery(connection->conn, sql) == 1)
        result = calx_postgresql_get_result(connection);
    if (PQresultStatus(result) != wanted)
        return refuse(connection, result, wanted);
    PQclear(result);
    return CALX_OK;
}

/* ---- ending ---- */

/* The row's line of the context: "COPY t, line 3, column a: ..."; NULL: there is none. */
static const char *find_row_line(const char *context)
{
    while (context != NULL && strncmp(context, "COPY ", 5) != 0) {
        context = strchr(context, '\n');
        context = context != NULL ? context + 1 : NULL;
    }
    return context;
}

/* Where the row is stands in front; its values follow behind a colon, and may be hidden. */
static calx_status fail_row(calx_postgresql_connection *connection, const PGresult *result)
{
    const char *context = result != NULL ? PQresultErrorField(result, PG_DIAG_CONTEXT) : NULL;
    calx_status status = calx_postgresql_fail(connection, result);
    const char *line = find_row_line(context);
    if (line == NULL)
        return status;
    size_t size = strcspn(line, connection->config->hides_values ? ":\n" : "\n");
    calx_error_prefix(&connection->base.error, "%.*s: ", size > LINE ? LINE : (int)size, line);
    return status;
}

/* Reads what became of it. own: what a source or a sink answered. */
static calx_status close_copy(calx_postgresql_connection *connection, const char *who,
                              calx_status own, int64_t *out_rows)
{
    PGresult *result = NULL;
    calx_status status = CALX_OK;
    calx_postgresql_drain(connection, NULL, &result);
    calx_postgresql_look(connection);
    if (PQstatus(connection->conn) == CONNECTION_BAD)
        status = calx_postgresql_fail(connection, result);
    else if (own != CALX_OK)
        status = calx_error_set(&connection->base.error, CALX_E_CANCELED,
                                "the %s of the COPY has ended it: %s", who, calx_status_name(own));
    else if (PQresultStatus(result) != PGRES_COMMAND_OK)
        status = fail_row(connection, result);
    else {
        calx_postgresql_note(connection, result);
        *out_rows = strtoll(PQcmdTuples(result), NULL, 10);
    }
    PQclear(result);
    return status;
}

/* ---- in ---- */

/* Up to the end of the source, or of the line; answers what the source did. */
static calx_status feed(calx_postgresql_connection *connection, calx_driver_transfer *transfer)
{
    for (;;) {
        const char *data = NULL;
        size_t size = 0;
        calx_status status = transfer->read(transfer->context, &data, &size);
        int64_t deadline = connection->base.deadline;
        if (status != CALX_OK || size == 0)
            return status;
        if (deadline != 0 && !connection->timed_out && calx_deadline_passed(deadline))
            run_late(connection);
        if (is_over(connection) || !send(connection, data, size))
            return CALX_OK;
    }
}

static void end_feeding(calx_postgresql_connection *connection, bool whole)
{
    const char *why = whole ? NULL : "the source of the data has failed";
    while (PQputCopyEnd(connection->conn, why) == 0 && flush(connection))
        continue;
    (void)flush(connection);
}

calx_status calx_postgresql_copy_in(calx_driver_connection *base, calx_driver_transfer *transfer)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_status status = open_copy(connection, transfer->sql, PGRES_COPY_IN);
    if (status != CALX_OK)
        return status;
    connection->copying = true;
    connection->refused = false;
    connection->view = calx_postgresql_view_new(connection->conn);
    PQsetnonblocking(connection->conn, 1); /* else a server that reads no more holds us up */
    status = feed(connection, transfer);
    bool ended = is_over(connection);
    end_feeding(connection, status == CALX_OK && !ended);
    PQsetnonblocking(connection->conn, 0);
    connection->copying = false;
    calx_release(connection->view);
    connection->view = NULL;
    return close_copy(connection, "source", status, &transfer->rows);
}

/* ---- out ---- */

/* Up to the end of the rows, or of the line; answers what the sink did. */
static calx_status take(calx_postgresql_connection *connection, calx_driver_transfer *transfer)
{
    calx_status status = CALX_OK;
    while (status == CALX_OK) {
        char *data = NULL;
        int size = PQgetCopyData(connection->conn, &data, 1);
        if (size < 0 || (size == 0 && !await_data(connection)))
            return CALX_OK;
        if (size > 0)
            status = transfer->write(transfer->context, data, (size_t)size);
        PQfreemem(data);
    }
    abandon(connection, PGRES_COPY_OUT);
    return status;
}

calx_status calx_postgresql_copy_out(calx_driver_connection *base, calx_driver_transfer *transfer)
{
    calx_postgresql_connection *connection = (calx_postgresql_connection *)base;
    calx_status status = open_copy(connection, transfer->sql, PGRES_COPY_OUT);
    if (status != CALX_OK)
        return status;
    connection->copying = true;
    status = take(connection, transfer);
    connection->copying = false;
    return close_copy(connection, "sink", status, &transfer->rows);
}
