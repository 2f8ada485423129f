/*
 * The driver contract: what a database library must be able to do for Calx. A driver is one const
 * table; the engine calls it and knows no database by name. Everything is done in rows, so one
 * indirect call serves a row, not a value.
 *
 * Rules for all slots: a status other than CALX_OK means the call had no effect except where said,
 * and that the error is filled: the one handed in where there is such a parameter, else the
 * connection's own `error`, which the caller takes with calx_error_move(). Memory that is missing
 * is CALX_E_NOMEM. After each call of a slot that runs SQL, `in_transaction` of the connection is
 * what the database says (ENG-045, ENG-149). One thread at a time per connection and everything
 * made from it; the connections of one config may be used at the same time.
 */
#ifndef CALX_DRIVER_DRIVER_H
#define CALX_DRIVER_DRIVER_H

#include <calx/copy.h>
#include <calx/error.h>
#include <calx/execution_options.h>
#include <calx/notification.h>
#include <calx/url.h>
#include <calx/value.h>

#include "base/log.h"
#include "sql/plan.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Grows when a slot or a member is added (at the end) or the meaning of one changes. */
enum { CALX_DRIVER_API = 13 };

typedef struct calx_driver calx_driver;

/* What a driver read out of a URL. Drivers embed it as the first member of their own. */
typedef struct calx_driver_config {
    bool private_database; /* each connection sees a database of its own (memory): ENG-069 */
    bool thread_bound;     /* a connection may be used by the thread that made it only: ENG-016 */
    bool shared_memory;    /* the database lives as long as a connection to it: ENG-076 */
    bool remote;           /* a server is behind it: one that is lost tells of the others */
    bool wants_writable;   /* one that turns read-only is of no use: ENG-098 */
    atomic_bool given_up;  /* connects under way are to fail soon; set by the engine */
    atomic_size_t max_parameters; /* of one statement, as the last connection said; 0: none did */
    size_t cached_texts; /* how many statements of other people's text to keep per connection */
    const calx_logger
        *logger; /* for what the database says by itself; set by the engine, or NULL */
    /* The same for whoever listens; set by the engine, or NULL. */
    void (*notice)(void *context, calx_log_level level, const char *sqlstate, const char *text);
    void *notice_context;
    bool hides_values; /* what the database says of values stays out of errors; set by the engine */
} calx_driver_config;

/* How transactions are kept apart. */
typedef enum calx_isolation {
    CALX_ISOLATION_DEFAULT = 0, /* as the database does it */
    CALX_ISOLATION_READ_UNCOMMITTED,
    CALX_ISOLATION_READ_COMMITTED,
    CALX_ISOLATION_REPEATABLE_READ,
    CALX_ISOLATION_SERIALIZABLE,
    CALX_ISOLATION_AUTOCOMMIT /* none: CALX_DRIVER_BEGIN is not called */
} calx_isolation;

/* How the next transaction begins. */
typedef struct calx_driver_begin {
    calx_isolation isolation;
    calx_switch read_only; /* OFF: it will write */
    calx_switch deferrable;
} calx_driver_begin;

/* What a database says about itself. */
typedef struct calx_driver_server {
    int version;          /* as its library counts: 150004, 3040001 */
    char *default_schema; /* owned, calx_release(); or NULL */
    calx_isolation isolation;
} calx_driver_server;

/* A physical connection. Drivers embed it as the first member of their own. */
typedef struct calx_driver_connection {
    const calx_driver *driver;
    calx_error error;        /* of the last failed call on this connection or its statements */
    bool in_transaction;     /* what the database said after the last call */
    calx_driver_begin begin; /* set by the engine before CALX_DRIVER_BEGIN */
    int64_t
        deadline; /* of all but connect and ping; set by the engine, forward clock, 0: none. What is
                     not over by then ends with CALX_E_TIMEOUT, a second later at most (ENG-174)
                   */
    bool outdated; /* the server is not what was asked for any more (ENG-098) */
    bool listens;  /* to notifications, or may: hush comes before the next owner (ENG-176) */
} calx_driver_connection;

/* A prepared statement. Drivers embed it as the first member of their own. */
typedef struct calx_driver_statement {
    calx_driver_connection *connection;
    size_t parameter_count;
    size_t refused;   /* the parameter whose value the last execute refused, from 1; 0: none */
    int batch_rows;   /* with CALX_DRIVER_ROWS_STREAM: as many at a time; 0: a growing number */
    int batch_most;   /* that grows to no more; 0: as the driver likes */
    bool takes_fewer; /* execute_rows may change fewer rows than it was given; set by the engine */
} calx_driver_statement;

/* What steers a transaction. The savepoint forms take the savepoint's number. */
typedef enum calx_driver_control {
    CALX_DRIVER_BEGIN,
    CALX_DRIVER_COMMIT,
    CALX_DRIVER_ROLLBACK,
    CALX_DRIVER_SAVEPOINT,
    CALX_DRIVER_RELEASE,
    CALX_DRIVER_ROLLBACK_TO
} calx_driver_control;

/* What is done with a transaction that ends in two phases (ENG-134). */
typedef enum calx_driver_two_phase {
    CALX_DRIVER_PREPARE,         /* the one at hand ends here, and waits by its name */
    CALX_DRIVER_COMMIT_PREPARED, /* one that waits; outside of a transaction */
    CALX_DRIVER_ROLLBACK_PREPARED
} calx_driver_two_phase;

/* How the rows of a statement are wanted. */
typedef enum calx_driver_rows {
    CALX_DRIVER_ROWS_ALL = 0, /* there are few, or all are read at once */
    CALX_DRIVER_ROWS_FLOW,    /* as they come: those not read yet may be kept if something else runs
                                 meanwhile */
    CALX_DRIVER_ROWS_STREAM   /* any number in little memory, whatever else runs meanwhile; the
                                 statement only reads */
} calx_driver_rows;

/* Rows to be copied into a table. */
typedef struct calx_driver_copy {
    const char *sql;          /* the statement that key stands for */
    const calx_plan_key *key; /* of kind COPY: which table, which columns */
    const calx_value *values; /* row by row, one for each column of the key's set */
    size_t rows;
} calx_driver_copy;

/* One statement with many sets of values. */
typedef struct calx_driver_many {
    const calx_value *values; /* set after set, parameter_count for each */
    size_t sets;
    int64_t *changes; /* filled with the rows each set changed; -1: it was not done */
    size_t failed;    /* the set that failed, from 0; SIZE_MAX: no single one */
} calx_driver_many;

/* A COPY with the application's own data, as the database has it. */
typedef struct calx_driver_transfer {
    const char *sql;       /* one statement */
    calx_copy_read read;   /* of copy_in */
    calx_copy_write write; /* of copy_out */
    void *context;
    int64_t rows; /* filled on success */
} calx_driver_transfer;

/* Several statements in one text. */
typedef struct calx_driver_script {
    const char *sql; /* without parameters */
    size_t most;     /* it holds no more statements than these */
    int64_t *counts; /* as many, filled with the rows each changed, or gave */
    size_t done;     /* how many were done, and not undone, also on failure */
    size_t failed;   /* the number of the one that failed; 0: the one behind those done */
} calx_driver_script;

/* All slots are required unless marked optional; the registry refuses a table that lacks one. */
struct calx_driver {
    unsigned api_version; /* CALX_DRIVER_API */
    const char *name;     /* a URL's scheme, and what follows its `+` when it is written */
    const calx_dialect *dialect;

    /* Reads and checks a URL without I/O: CALX_E_ARGUMENT names what is wrong (ENG-013 to 016). */
    calx_status (*configure)(const calx_url *url, calx_driver_config **out_config,
                             calx_error *error);
    /* Takes NULL. No connection of it is left. */
    void (*config_free)(calx_driver_config *config);

    /*
     * Opens a connection, ready for use: options set and read back, the database looked at
     * (ENG-017, ENG-018, ENG-144). Waits no longer than until the deadline, a reading of the
     * forward clock or CALX_DEADLINE_NONE (ENG-057). Nothing stays open on failure.
     */
    calx_status (*connect)(const calx_driver_config *config, int64_t deadline,
                           calx_driver_connection **out, calx_error *error);
    /* Closes and frees. All its statements are finalized (ENG-159). */
    void (*close)(calx_driver_connection *connection);
    /*
     * Optional: NULL means a connection cannot be found dead. Asks whether it still lives, by what
     * is known here: nothing is sent, nothing waited for (ENG-092).
     */
    calx_status (*probe)(calx_driver_connection *connection);
    /* Optional. Any thread: makes what runs on the connection end soon with CALX_E_CANCELED. */
    void (*interrupt)(calx_driver_connection *connection);
    /* Makes the connection as new: no statement running, no transaction (ENG-047, ENG-151). */
    calx_status (*clean)(calx_driver_connection *connection);
    /*
     * Begins, ends, sets savepoints. serial counts only for the savepoint forms (ENG-130). A BEGIN
     * may wait for what is sent next and go along: in_transaction is true from the call on, and a
     * connection that was lost is found out with that statement.
     */
    calx_status (*control)(calx_driver_connection *connection, calx_driver_control control,
                           unsigned serial);

    /*
     * Prepares the one statement in sql, which is not kept. Text that holds none (blanks,
     * comments) gives a statement that does nothing; text that holds several is CALX_E_ARGUMENT
     * (LIM-24), now or at the first execute: a driver may leave what needs the database until
     * then. out: owned, finalize.
     */
    calx_status (*prepare)(calx_driver_connection *connection, const char *sql, size_t size,
                           calx_driver_statement **out);
    /* Ends and frees, whatever its state. */
    void (*finalize)(calx_driver_statement *statement);

    /*
     * Binds all parameters and runs up to the first row. A statement that is running is reset
     * first. Text and bytes are not copied: the caller keeps them until reset, or until *out_row
     * false has been answered. count other than parameter_count is CALX_E_ARGUMENT; a value the
     * database cannot hold (NaN, too big) CALX_E_DATA (ENG-156). Each call sets `refused` of the
     * statement anew: to the parameter when it was one value that could not be bound, else to 0;
     * reset leaves it alone. After failure: reset.
     */
    calx_status (*execute)(calx_driver_statement *statement, const calx_value *parameters,
                           size_t count, bool *out_row);
    /* Goes to the next row. After *out_row false or failure: reset. */
    calx_status (*next)(calx_driver_statement *statement, bool *out_row);
    /*
     * Reads the first count columns of the present row, each as the class wanted, where
     * CALX_VALUE_NULL means as stored. SQL NULL is a CALX_VALUE_NULL. What is stored decides:
     * a value that is not exactly of the class is CALX_E_DATA (ENG-155). Text is followed by a NUL
     * that size does not count. Text and bytes are borrowed until next, reset or finalize.
     * More columns than there are: CALX_E_STALE_PLAN (ENG-157).
     */
    calx_status (*read)(calx_driver_statement *statement, const calx_value_type *wanted,
                        calx_value *out, size_t count);
    /* Reads count columns of the present row, from one on; otherwise as read. */
    calx_status (*read_from)(calx_driver_statement *statement, size_t first,
                             const calx_value_type *wanted, calx_value *out, size_t count);
    /* Ends the run: rows left are dropped, nothing borrowed is kept. Ready to execute. */
    void (*reset)(calx_driver_statement *statement);

    size_t (*column_count)(calx_driver_statement *statement);
    /* Borrowed until the statement is executed again or finalized; NULL: no memory or column. */
    const char *(*column_name)(calx_driver_statement *statement, size_t column);
    /* Rows the last run inserted, updated or deleted; right once no row was left (ENG-153). */
    int64_t (*changes)(calx_driver_statement *statement);
    /*
     * The key the last run's INSERT made; counts only when changes() > 0 (ENG-154). 0 where the
     * dialect says returns_keys.
     */
    int64_t (*last_key)(calx_driver_statement *statement);
    /*
     * Optional. After prepare and before the first execute: the types of the columns the
     * parameters are for, parameter_count of them. Without this call, or for another count, the
     * classes of the values decide.
     */
    void (*expect)(calx_driver_statement *statement, const calx_type *types, size_t count);
    /*
     * Required where the dialect says batches_rows. Runs a statement whose parameters are arrays,
     * with rows at once: values are row by row, parameter_count of them for each. As execute, but
     * that values need not stay, and that within a transaction it does all or nothing: the failure
     * leaves the transaction as it was, unless that is lost. A statement that changed more or fewer
     * rows than it was given is a failure, CALX_E_STALE_DATA; fewer are none if it takes_fewer.
     */
    calx_status (*execute_rows)(calx_driver_statement *statement, const calx_value *values,
                                size_t rows, bool *out_row);
    /*
     * Required where the dialect says batches_rows. Runs a query whose parameters are arrays, with
     * as many items as there are rows: values are row by row, parameter_count of them for each.
     * Otherwise as execute, but that values need not stay.
     */
    calx_status (*execute_keys)(calx_driver_statement *statement, const calx_value *values,
                                size_t rows, bool *out_row);
    /*
     * Optional: without it rows come in little memory always. Says how the rows of the next execute
     * are wanted; forgotten after it. With ALL and FLOW other statements may run while rows are
     * left, and those rows are as they were; with STREAM too, except that they end with a savepoint
     * set before them that is rolled back: next is CALX_E_STATE then.
     */
    void (*rows)(calx_driver_statement *statement, calx_driver_rows how);
    /*
     * Required where the dialect has copy_from. Copies rows into a table, all or none: a failure
     * leaves the transaction as it was, unless that is lost. CALX_E_UNSUPPORTED: not into this
     * table, where it would not do what an INSERT does, or not outside of a transaction.
     */
    calx_status (*copy_rows)(calx_driver_connection *connection, const calx_driver_copy *copy);
    /* The levels of isolation the database has, a bit for each: 1u << calx_isolation (ENG-137). */
    unsigned isolations;
    /* Optional. Asks the database for the level that holds now (ENG-141). */
    calx_status (*isolation)(calx_driver_connection *connection, calx_isolation *out_isolation);
    /*
     * Optional, NULL as for probe. Asks the database for an answer by the deadline; no transaction
     * is open, and none is begun (ENG-089). CALX_E_DISCONNECT: there was none in time, or it is
     * lost.
     */
    calx_status (*ping)(calx_driver_connection *connection, int64_t deadline);
    /*
     * Optional. The process was forked and this is the child: the connection is the parent's. From
     * now on finalize, reset and close are all that is called on it; they must not be felt by the
     * parent or the database. Makes system calls at most (ENG-099, ENG-102).
     */
    void (*disown)(calx_driver_connection *connection);
    /* A transaction that will write should begin with read_only OFF: others wait for it then. */
    bool writers_begin_so;
    /* Optional. Asks the database about itself, outside of a transaction (ENG-036). */
    calx_status (*look)(calx_driver_connection *connection, calx_driver_server *out_server);
    /*
     * Optional: NULL means there is nothing to undo. Undoes what statements have changed in the
     * database's session, outside of a transaction: what was noticed, or everything (ENG-177).
     */
    calx_status (*wipe)(calx_driver_connection *connection, bool everything);
    /* Optional. The database library's own handle. */
    void *(*native)(calx_driver_connection *connection);
    /*
     * Optional: NULL means the database has no transactions in two phases. After a PREPARE that
     * failed only a rollback is legal, whether the transaction has ended with it or not.
     */
    calx_status (*two_phase)(calx_driver_connection *connection, calx_driver_two_phase what,
                             const char *name);
    /*
     * Required with two_phase: a query for those that wait, in their order: the name, and for how
     * long already, in microseconds.
     */
    const char *waiting_sql;
    /*
     * As connect, with a connection of the database library that is there already, of the kind
     * native gives. It is the driver's from now on, and closed also on failure (ENG-194). Required.
     */
    calx_status (*adopt)(const calx_driver_config *config, void *native,
                         calx_driver_connection **out, calx_error *error);
    /*
     * Required. Runs the statement once for each set of values, which need not stay; rows it gives
     * are dropped. Within a transaction it does all or nothing: a failure leaves the transaction as
     * it was, unless that is lost.
     */
    calx_status (*execute_many)(calx_driver_statement *statement, calx_driver_many *many);
    /*
     * Optional. After an execute: the class that each value of a column of a table has there,
     * whatever the row; CALX_VALUE_NULL: the column is worked out, or its values may be of several.
     */
    calx_value_type (*column_class)(calx_driver_statement *statement, size_t column);
    /*
     * Optional: NULL means the database has no notifications. Listens to a channel, or no more;
     * begins no transaction. channel NULL, with on false only: to all of them (ENG-176).
     */
    calx_status (*listen)(calx_driver_connection *connection, const char *channel, bool on);
    /*
     * Required with listen. Takes the oldest notification out of the connection's queue, which is
     * bounded, or waits for one until the deadline, not in a transaction. *out: owned,
     * calx_release(); NULL: none came.
     */
    calx_status (*notification)(calx_driver_connection *connection, int64_t deadline,
                                calx_notification **out);
    /*
     * Required with listen. Listens to nothing any more, however that began, and empties the queue.
     * Outside of a transaction, where the connection `listens`; LISTEN inside of a function that a
     * query calls is not noticed.
     */
    calx_status (*hush)(calx_driver_connection *connection);
    /*
     * Required. Runs the statements of a text one after the other, up to the first that fails;
     * what they give is dropped (ENG-166).
     */
    calx_status (*run_script)(calx_driver_connection *connection, calx_driver_script *script);
    /*
     * Optional: NULL means the database has no COPY. Runs one statement that takes data, which is
     * asked for piece by piece and sent before more is asked for; all rows are stored or none.
     * CALX_E_ARGUMENT: no such statement, and then it was not run; CALX_E_CANCELED: what read
     * answered ended it. While read is called finalize, reset, next and interrupt are the only
     * slots that are called, and next is CALX_E_STATE where it would need the line (ENG-169,
     * ENG-170).
     */
    calx_status (*copy_in)(calx_driver_connection *connection, calx_driver_transfer *transfer);
    /*
     * Required with copy_in. The other way round: what write answers ends it, with the database
     * asked to send no more, CALX_E_CANCELED (ENG-171).
     */
    calx_status (*copy_out)(calx_driver_connection *connection, calx_driver_transfer *transfer);
    /*
     * Required with two_phase. A query for the place of the transaction at hand, a text of letters,
     * digits and `/._-` that no other transaction of any database has, and one that says what
     * became of the transaction at the place $1: `committed`, `aborted`, `in progress`, `elsewhere`
     * (of another database) or NULL (too long ago).
     */
    const char *place_sql;
    const char *fate_sql;
};

/*
 * The driver for a URL: its name is the scheme, or what follows the scheme's `+`. Unknown ones are
 * CALX_E_ARGUMENT naming scheme, driver and what was built in (ENG-003). A table that breaks the
 * contract is CALX_E_INTERNAL.
 */
calx_status calx_driver_find(const calx_url *url, const calx_driver **out_driver,
                             calx_error *error);

/* Whether a table fulfils the contract: version, name, dialect, all required slots. */
calx_status calx_driver_check(const calx_driver *driver, calx_error *error);

#endif
