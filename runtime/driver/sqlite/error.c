/*
 * SQLite's result codes as Calx's statuses. Everything is decided by extended codes; only code 1,
 * which SQLite uses for all that is wrong with a text, is told apart by its message, and those
 * messages are not localized (ENG-214).
 */
#include "driver/sqlite/sqlite.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"

#include <string.h>

typedef struct code_row {
    int code;
    calx_status status;
    unsigned flags;
} code_row;

enum {
    D = CALX_ERROR_DISCONNECT,
    R = CALX_ERROR_RETRY,
    X = CALX_ERROR_ROLLBACK_ONLY,
};

/* SQLITE_CONSTRAINT_DATATYPE, which came with 3.37. */
enum { CONSTRAINT_DATATYPE = SQLITE_CONSTRAINT | (12 << 8) };

/* Extended codes that differ from their primary code (ENG-214 to ENG-218). */
static const code_row extended_codes[] = {
    { SQLITE_ERROR_MISSING_COLLSEQ, CALX_E_INTERNAL, 0 },
    { SQLITE_ERROR_RETRY, CALX_E_INTERNAL, 0 },
    { SQLITE_ERROR_SNAPSHOT, CALX_E_SERIALIZATION, R | X },
    { SQLITE_BUSY_SNAPSHOT, CALX_E_SERIALIZATION, R | X },
    { SQLITE_ABORT_ROLLBACK, CALX_E_TX_ABORTED, X },
    { SQLITE_CONSTRAINT_PRIMARYKEY, CALX_E_UNIQUE, 0 },
    { SQLITE_CONSTRAINT_UNIQUE, CALX_E_UNIQUE, 0 },
    { SQLITE_CONSTRAINT_ROWID, CALX_E_UNIQUE, 0 },
    { SQLITE_CONSTRAINT_FOREIGNKEY, CALX_E_FOREIGN_KEY, 0 },
    { SQLITE_CONSTRAINT_NOTNULL, CALX_E_NOT_NULL, 0 },
    { SQLITE_CONSTRAINT_CHECK, CALX_E_CHECK, 0 },
    { SQLITE_CONSTRAINT_TRIGGER, CALX_E_USER, 0 },
    { CONSTRAINT_DATATYPE, CALX_E_DATA, 0 },
    { SQLITE_READONLY_DBMOVED, CALX_E_READ_ONLY, D },
    { SQLITE_IOERR_NOMEM, CALX_E_NOMEM, 0 },
};

static const code_row primary_codes[] = {
    { SQLITE_INTERNAL, CALX_E_INTERNAL, 0 },
    { SQLITE_PERM, CALX_E_PRIVILEGE, 0 },
    { SQLITE_BUSY, CALX_E_BUSY, R },
    { SQLITE_LOCKED, CALX_E_BUSY, R },
    { SQLITE_PROTOCOL, CALX_E_BUSY, R },
    { SQLITE_NOMEM, CALX_E_NOMEM, 0 },
    { SQLITE_READONLY, CALX_E_READ_ONLY, 0 },
    { SQLITE_INTERRUPT, CALX_E_CANCELED, 0 },
    { SQLITE_IOERR, CALX_E_IO, D },
    { SQLITE_CORRUPT, CALX_E_CORRUPT, D },
    { SQLITE_NOTFOUND, CALX_E_INTERFACE, 0 },
    { SQLITE_FULL, CALX_E_RESOURCE, 0 },
    { SQLITE_SCHEMA, CALX_E_STALE_PLAN, 0 },
    { SQLITE_TOOBIG, CALX_E_LIMIT, 0 },
    { SQLITE_CONSTRAINT, CALX_E_CONSTRAINT, 0 },
    { SQLITE_MISMATCH, CALX_E_DATA, 0 },
    { SQLITE_MISUSE, CALX_E_INTERFACE, 0 },
    { SQLITE_NOLFS, CALX_E_LIMIT, 0 },
    { SQLITE_AUTH, CALX_E_PRIVILEGE, 0 },
    { SQLITE_RANGE, CALX_E_INTERFACE, 0 },
    { SQLITE_NOTADB, CALX_E_CORRUPT, D },
};

static const code_row *find_code(const code_row *rows, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t text_size = strlen(text);
    size_t end_size = strlen(end);
    return text_size >= end_size && strcmp(text + text_size - end_size, end) == 0;
}

/* Code 1: the text decides. */
static calx_status plain_error_status(const char *message, calx_sqlite_phase phase)
{
    if (phase == CALX_SQLITE_OPENING)
        return CALX_E_ARGUMENT;
    if (starts_with(message, "no such"))
        return CALX_E_NO_OBJECT;
    if (ends_with(message, "already exists"))
        return CALX_E_DUP_OBJECT;
    if (starts_with(message, "too many"))
        return CALX_E_LIMIT;
    return CALX_E_SYNTAX;
}

calx_status calx_sqlite_status(int code, const char *message, calx_sqlite_phase phase,
                               unsigned *out_flags)
{
    *out_flags = 0;
    if (code == SQLITE_ERROR)
        return plain_error_status(message, phase);
    if ((code & 0xff) == SQLITE_CANTOPEN)
        return phase == CALX_SQLITE_OPENING ? CALX_E_CONNECT : CALX_E_IO;
    /* ON DELETE RESTRICT is carried out by a trigger inside SQLite, and reported as one. */
    if (code == SQLITE_CONSTRAINT_TRIGGER && strcmp(message, "FOREIGN KEY constraint failed") == 0)
        return CALX_E_FOREIGN_KEY;
    const code_row *row =
        find_code(extended_codes, sizeof(extended_codes) / sizeof(extended_codes[0]), code);
    if (row == NULL)
        row =
            find_code(primary_codes, sizeof(primary_codes) / sizeof(primary_codes[0]), code & 0xff);
    if (row == NULL)
        return CALX_E_INTERNAL;
    *out_flags = row->flags;
    return row->status;
}

/* The rest of a text that begins so; NULL: it does not. */
static const char *behind(const char *text, const char *start)
{
    return starts_with(text, start) ? text + strlen(start) : NULL;
}

/* `table.column`, or several with commas between: the table of the first, and all columns. */
static void add_columns(calx_error *error, const char *names)
{
    calx_buffer table = CALX_BUFFER_INIT;
    calx_buffer columns = CALX_BUFFER_INIT;
    const char *dot = strchr(names, '.');
    if (dot == NULL)
        return;
    size_t prefix = (size_t)(dot - names) + 1;
    calx_buffer_put_n(&table, names, prefix - 1);
    for (const char *name = names; name != NULL && strncmp(name, names, prefix) == 0;) {
        const char *comma = strstr(name, ", ");
        const char *column = name + prefix;
        calx_buffer_put(&columns, name == names ? "" : ", ");
        calx_buffer_put_n(&columns, column,
                          comma != NULL ? (size_t)(comma - column) : strlen(column));
        name = comma != NULL ? comma + strlen(", ") : NULL;
    }
    if (table.status == CALX_OK && columns.status == CALX_OK) {
        calx_error_add_fact(error, CALX_ERROR_FACT_TABLE, calx_buffer_text(&table));
        calx_error_add_fact(error, CALX_ERROR_FACT_COLUMN, calx_buffer_text(&columns));
    }
    calx_buffer_clear(&table);
    calx_buffer_clear(&columns);
}

/* What SQLite's words tell of a broken constraint: of a foreign key nothing (ENG-216). */
static void add_facts(calx_error *error, int code, const char *message)
{
    const char *unique = behind(message, "UNIQUE constraint failed: ");
    const char *not_null = behind(message, "NOT NULL constraint failed: ");
    const char *check = behind(message, "CHECK constraint failed: ");
    const char *index = unique != NULL ? behind(unique, "index '") : NULL;
    if ((code & 0xff) != SQLITE_CONSTRAINT)
        return;
    if (index != NULL) {
        char *name = calx_strdup_n(index, strlen(index) - (ends_with(index, "'") ? 1 : 0));
        calx_error_add_fact(error, CALX_ERROR_FACT_CONSTRAINT, name);
        calx_release(name);
    } else if (unique != NULL || not_null != NULL) {
        add_columns(error, unique != NULL ? unique : not_null);
    } else {
        calx_error_add_fact(error, CALX_ERROR_FACT_CONSTRAINT, check);
    }
}

calx_status calx_sqlite_fail(sqlite3 *db, int code, calx_sqlite_phase phase, calx_error *error)
{
    unsigned flags = 0;
    const char *message = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    calx_status status = calx_sqlite_status(code, message, phase, &flags);
    calx_error_set_driver(error, status, NULL, code, flags, message);
    add_facts(error, code, message);
    return status;
}

/* Whether the code comes of our own deadline: then it has passed. */
static bool is_late(const calx_sqlite_connection *connection, int code)
{
    bool may_be = (code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_BUSY;
    return may_be && connection->base.deadline != 0 &&
           calx_deadline_passed(connection->base.deadline);
}

/* From 3.47 on what a trigger raises is any expression; before, a text of the schema. */
static bool trigger_tells_values(const char *message)
{
    enum { RAISES_EXPRESSIONS = 3047000 };
    return sqlite3_libversion_number() >= RAISES_EXPRESSIONS &&
           strcmp(message, "FOREIGN KEY constraint failed") != 0;
}

/*
 * Whether SQLite's words may hold a value: those of functions, of virtual tables and of ATTACH do.
 * The others are names and fixed texts.
 */
static bool may_tell_values(int code, const char *message)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_VTAB || code == SQLITE_CONSTRAINT_FUNCTION ||
               code == SQLITE_CONSTRAINT ||
               (code == SQLITE_CONSTRAINT_TRIGGER && trigger_tells_values(message));
    case SQLITE_BUSY:
    case SQLITE_FULL:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_MISMATCH:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
        return false;
    default:
        return true;
    }
}

calx_status calx_sqlite_fail_open(calx_sqlite_connection *connection, int code)
{
    bool was_in_transaction = connection->base.in_transaction;
    calx_status status =
        calx_sqlite_fail(connection->db, code, CALX_SQLITE_OPEN, &connection->base.error);
    if (is_late(connection, code))
        status = calx_error_set_driver(&connection->base.error, CALX_E_TIMEOUT, NULL, code, 0,
                                       "the statement did not end within its timeout_ms");
    calx_sqlite_look(connection);
    if (was_in_transaction && !connection->base.in_transaction)
        connection->base.error.flags |= CALX_ERROR_ROLLBACK_ONLY;
    return status;
}

calx_status calx_sqlite_fail_bound(calx_sqlite_connection *connection, int code)
{
    calx_error *error = &connection->base.error;
    bool hides = connection->config->base.hides_values &&
                 may_tell_values(code, sqlite3_errmsg(connection->db));
    calx_status status = calx_sqlite_fail_open(connection, code);
    if (hides && status != CALX_E_TIMEOUT) {
        unsigned flags = error->flags;
        calx_error_set(error, status, "%s; what SQLite says of it is hidden",
                       calx_status_text(status));
        error->driver_code = code;
        error->flags = flags;
    }
    return status;
}
