/*
 * Statuses and the error object. One table gives each status its name and its text. The rule kept
 * here: reporting a failure never fails. When there is no memory for the message, the status's own
 * static text takes its place, so an error object is always complete and its status always right.
 */
#include "base/error.h"

#include "base/allocator.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FACT_COUNT = CALX_ERROR_FACT_PARAMETERS + 1 };

/* Owns the texts of an error; message is the one only if the error points to it. */
struct calx_error_detail {
    char *statement;         /* NULL: none */
    char *facts[FACT_COUNT]; /* by calx_error_fact; NULL: none */
    char message[];
};

static const struct status_words {
    calx_status status;
    const char *name;
    const char *text;
} status_table[] = {
    { CALX_OK, "CALX_OK", "no error" },
    { CALX_E_NOMEM, "CALX_E_NOMEM", "memory ran out" },
    { CALX_E_ARGUMENT, "CALX_E_ARGUMENT", "an argument or option is not valid" },
    { CALX_E_STATE, "CALX_E_STATE", "the call is not legal in the present state" },
    { CALX_E_CLOSED, "CALX_E_CLOSED", "the handle or transaction is closed" },
    { CALX_E_LIMIT, "CALX_E_LIMIT", "a limit is exceeded" },
    { CALX_E_UNSUPPORTED, "CALX_E_UNSUPPORTED", "this database cannot do it" },
    { CALX_E_INTERNAL, "CALX_E_INTERNAL", "an internal rule is broken; please report it" },
    { CALX_E_INTERFACE, "CALX_E_INTERFACE", "the database driver was used wrongly" },
    { CALX_E_POOL_TIMEOUT, "CALX_E_POOL_TIMEOUT", "no connection became free in time" },
    { CALX_E_POOL_CLOSED, "CALX_E_POOL_CLOSED", "the engine is shut down" },
    { CALX_E_CONNECT, "CALX_E_CONNECT", "the database cannot be reached or opened" },
    { CALX_E_AUTH, "CALX_E_AUTH", "the database refused the credentials" },
    { CALX_E_DISCONNECT, "CALX_E_DISCONNECT", "the connection to the database was lost" },
    { CALX_E_TIMEOUT, "CALX_E_TIMEOUT", "the deadline passed" },
    { CALX_E_CANCELED, "CALX_E_CANCELED", "the statement was cancelled" },
    { CALX_E_PENDING_ROLLBACK, "CALX_E_PENDING_ROLLBACK",
      "an earlier failure needs a rollback first" },
    { CALX_E_TX_ABORTED, "CALX_E_TX_ABORTED", "the transaction is aborted" },
    { CALX_E_TX_STATE, "CALX_E_TX_STATE", "not legal in this state of the transaction" },
    { CALX_E_BUSY, "CALX_E_BUSY", "the database is locked by somebody else" },
    { CALX_E_SERIALIZATION, "CALX_E_SERIALIZATION",
      "the transaction conflicts with another one; retry it" },
    { CALX_E_DEADLOCK, "CALX_E_DEADLOCK", "deadlock with another transaction; retry it" },
    { CALX_E_READ_ONLY, "CALX_E_READ_ONLY", "the database or transaction is read-only" },
    { CALX_E_UNIQUE, "CALX_E_UNIQUE", "a key or unique value is already there" },
    { CALX_E_FOREIGN_KEY, "CALX_E_FOREIGN_KEY", "a foreign key constraint does not hold" },
    { CALX_E_NOT_NULL, "CALX_E_NOT_NULL", "NULL in a NOT NULL column" },
    { CALX_E_CHECK, "CALX_E_CHECK", "a CHECK constraint does not hold" },
    { CALX_E_EXCLUSION, "CALX_E_EXCLUSION", "an exclusion constraint does not hold" },
    { CALX_E_CONSTRAINT, "CALX_E_CONSTRAINT", "an integrity constraint does not hold" },
    { CALX_E_DATA, "CALX_E_DATA", "a value does not fit its type or column" },
    { CALX_E_SYNTAX, "CALX_E_SYNTAX", "the SQL cannot be parsed" },
    { CALX_E_NO_OBJECT, "CALX_E_NO_OBJECT", "no such table, column, function or database" },
    { CALX_E_DUP_OBJECT, "CALX_E_DUP_OBJECT", "the table, column or index exists already" },
    { CALX_E_PRIVILEGE, "CALX_E_PRIVILEGE", "permission denied" },
    { CALX_E_STALE_PLAN, "CALX_E_STALE_PLAN", "the schema changed under a prepared statement" },
    { CALX_E_RESOURCE, "CALX_E_RESOURCE", "the database is out of disk, memory or connections" },
    { CALX_E_CORRUPT, "CALX_E_CORRUPT", "the database file is damaged or is no database" },
    { CALX_E_IO, "CALX_E_IO", "reading or writing failed" },
    { CALX_E_USER, "CALX_E_USER", "an error raised by SQL code" },
    { CALX_E_NO_RESULT, "CALX_E_NO_RESULT", "one row was required, none was found" },
    { CALX_E_MULTIPLE_RESULTS, "CALX_E_MULTIPLE_RESULTS",
      "one row was required, several were found" },
    { CALX_E_UNMAPPED, "CALX_E_UNMAPPED", "not an instance of a mapped struct" },
    { CALX_E_STALE_DATA, "CALX_E_STALE_DATA", "the row was changed or deleted meanwhile" },
    { CALX_E_OBJECT_DELETED, "CALX_E_OBJECT_DELETED", "the row of this instance is gone" },
    { CALX_E_DETACHED_INSTANCE, "CALX_E_DETACHED_INSTANCE",
      "the instance must be loaded but is in no session" },
    { CALX_E_FLUSH, "CALX_E_FLUSH", "the flush cannot be carried out" },
    { CALX_E_CIRCULAR_DEPENDENCY, "CALX_E_CIRCULAR_DEPENDENCY",
      "rows depend on each other in a circle" },
    { CALX_E_UNBOUND_EXECUTION, "CALX_E_UNBOUND_EXECUTION",
      "no engine for this mapper or statement" },
    { CALX_E_ILLEGAL_STATE_CHANGE, "CALX_E_ILLEGAL_STATE_CHANGE",
      "the session is in the middle of another change of state" },
    { CALX_E_ASSERTION, "CALX_E_ASSERTION", "a rule of the unit of work is broken" },
};

static const struct status_words *find_words(calx_status status)
{
    for (size_t i = 0; i < sizeof(status_table) / sizeof(status_table[0]); i++) {
        if (status_table[i].status == status)
            return &status_table[i];
    }
    return NULL;
}

bool calx_status_is_known(calx_status status)
{
    return find_words(status) != NULL;
}

const char *calx_status_name(calx_status status)
{
    const struct status_words *words = find_words(status);
    return words != NULL ? words->name : "CALX_E_?";
}

const char *calx_status_text(calx_status status)
{
    const struct status_words *words = find_words(status);
    return words != NULL ? words->text : "unknown status";
}

static void release_detail(calx_error_detail *detail)
{
    if (detail == NULL)
        return;
    calx_release(detail->statement);
    for (size_t i = 0; i < FACT_COUNT; i++)
        calx_release(detail->facts[i]);
    calx_release(detail);
}

/* Room for a message of that size and its NUL; NULL: no memory. */
static calx_error_detail *new_detail(size_t message_size)
{
    if (message_size >= SIZE_MAX - sizeof(calx_error_detail))
        return NULL;
    calx_error_detail *detail = calx_alloc(sizeof(*detail) + message_size + 1);
    if (detail == NULL)
        return NULL;
    *detail = (calx_error_detail){ .statement = NULL };
    detail->message[0] = '\0';
    return detail;
}

/* Puts a finished detail (NULL: none could be had) in place of what the error held. */
static void install(calx_error *error, calx_status status, calx_error_detail *detail)
{
    release_detail(error->detail);
    *error = (calx_error)CALX_ERROR_INIT;
    error->status = status;
    error->detail = detail;
    error->message = detail != NULL ? detail->message : calx_status_text(status);
}

void calx_error_clear(calx_error *error)
{
    if (error == NULL)
        return;
    release_detail(error->detail);
    *error = (calx_error)CALX_ERROR_INIT;
}

calx_status calx_error_set(calx_error *error, calx_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    calx_error_set_v(error, status, format, arguments);
    va_end(arguments);
    return status;
}

/* The formatted text and the suffix in a detail of its own; NULL when it cannot be had. */
static calx_error_detail *format_detail(const char *suffix, const char *format, va_list arguments)
    CALX_PRINTF(2, 0);

static calx_error_detail *format_detail(const char *suffix, const char *format, va_list arguments)
{
    calx_error_detail *detail = NULL;
    size_t suffix_size = strlen(suffix);
    va_list measured;
    va_copy(measured, arguments);
    int size = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    if (size >= 0)
        detail = new_detail((size_t)size + suffix_size);
    if (detail != NULL) {
        vsnprintf(detail->message, (size_t)size + 1, format, arguments);
        memcpy(detail->message + size, suffix, suffix_size + 1);
    }
    return detail;
}

calx_status calx_error_set_v(calx_error *error, calx_status status, const char *format,
                             va_list arguments)
{
    if (error != NULL)
        install(error, status, format_detail("", format, arguments));
    return status;
}

calx_status calx_error_set_driver(calx_error *error, calx_status status, const char *sqlstate,
                                  int driver_code, unsigned flags, const char *message)
{
    if (error == NULL)
        return status;
    calx_error_set(error, status, "%s", message != NULL ? message : calx_status_text(status));
    error->driver_code = driver_code;
    error->flags = flags;
    if (sqlstate != NULL && strlen(sqlstate) < sizeof(error->sqlstate))
        memcpy(error->sqlstate, sqlstate, strlen(sqlstate) + 1);
    return status;
}

const calx_error calx_error_of_null = {
    .status = CALX_E_ARGUMENT,
    .message = "no handle was given (NULL)",
    .statement = "",
};

calx_status calx_error_set_null(calx_error *error, const char *what)
{
    return calx_error_set(error, CALX_E_ARGUMENT, "%s is NULL", what);
}

calx_status calx_error_set_nomem(calx_error *error)
{
    if (error != NULL)
        install(error, CALX_E_NOMEM, NULL);
    return CALX_E_NOMEM;
}

void calx_error_prefix(calx_error *error, const char *format, ...)
{
    if (error == NULL)
        return;
    const char *old_message = error->message != NULL ? error->message : "";
    va_list arguments;
    va_start(arguments, format);
    calx_error_detail *detail = format_detail(old_message, format, arguments);
    va_end(arguments);
    if (detail == NULL)
        return;
    if (error->detail != NULL) {
        detail->statement = error->detail->statement;
        error->detail->statement = NULL;
        memcpy(detail->facts, error->detail->facts, sizeof(detail->facts));
        memset(error->detail->facts, 0, sizeof(error->detail->facts));
    }
    release_detail(error->detail);
    error->detail = detail;
    error->message = detail->message;
}

void calx_error_statement(calx_error *error, const char *sql)
{
    if (error == NULL)
        return;
    char *copy = calx_strdup_text(sql);
    if (copy != NULL && error->detail == NULL)
        error->detail = new_detail(0);
    if (error->detail == NULL) {
        calx_release(copy);
        return;
    }
    calx_release(error->detail->statement);
    error->detail->statement = copy;
    error->statement = copy != NULL ? copy : "";
}

void calx_error_add_fact(calx_error *error, calx_error_fact fact, const char *text)
{
    if (error == NULL || error->detail == NULL || text == NULL)
        return;
    char *copy = calx_strdup_text(text);
    if (copy == NULL)
        return;
    calx_release(error->detail->facts[fact]);
    error->detail->facts[fact] = copy;
}

const char *calx_error_tell(const calx_error *error, calx_error_fact fact)
{
    if (error == NULL || error->detail == NULL || (unsigned)fact >= FACT_COUNT ||
        error->detail->facts[fact] == NULL)
        return "";
    return error->detail->facts[fact];
}

void calx_error_move(calx_error *to, calx_error *from)
{
    if (to == NULL) {
        calx_error_clear(from);
    } else if (to != from) {
        release_detail(to->detail);
        *to = *from;
        *from = (calx_error)CALX_ERROR_INIT;
    }
}

void calx_error_copy(calx_error *to, const calx_error *from)
{
    if (to == NULL || to == from)
        return;
    calx_error_set_driver(to, from->status, from->sqlstate, from->driver_code, from->flags,
                          from->message);
    if (from->statement != NULL && from->statement[0] != '\0')
        calx_error_statement(to, from->statement);
    for (size_t i = 0; from->detail != NULL && i < FACT_COUNT; i++)
        calx_error_add_fact(to, (calx_error_fact)i, from->detail->facts[i]);
}
