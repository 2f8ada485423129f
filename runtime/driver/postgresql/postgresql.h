/*
 * The inside of the PostgreSQL driver, shared by its files; other rooms see calx_driver_postgresql
 * only.
 */
#ifndef CALX_DRIVER_POSTGRESQL_POSTGRESQL_H
#define CALX_DRIVER_POSTGRESQL_POSTGRESQL_H

#include "base/buffer.h"
#include "base/problems.h"
#include "driver/driver.h"

#include <libpq-fe.h>
#include <stdatomic.h>

/* The driver's table. */
extern const calx_driver calx_driver_postgresql;

/* Types the driver reads and writes by itself, by the numbers PostgreSQL gives them for good. */
enum {
    CALX_OID_ANY = 0, /* as a parameter: the server finds out */
    CALX_OID_BOOL = 16,
    CALX_OID_BYTEA = 17,
    CALX_OID_CHAR = 18,
    CALX_OID_NAME = 19,
    CALX_OID_INT8 = 20,
    CALX_OID_INT2 = 21,
    CALX_OID_INT4 = 23,
    CALX_OID_TEXT = 25,
    CALX_OID_OID = 26,
    CALX_OID_JSON = 114,
    CALX_OID_XML = 142,
    CALX_OID_FLOAT4 = 700,
    CALX_OID_FLOAT8 = 701,
    CALX_OID_UNKNOWN = 705,
    CALX_OID_BPCHAR = 1042,
    CALX_OID_VARCHAR = 1043,
    CALX_OID_TIMESTAMP = 1114,
    CALX_OID_TIMESTAMPTZ = 1184,
    CALX_OID_NUMERIC = 1700
};

enum {
    CALX_POSTGRESQL_MAX_PARAMETERS = 65535, /* the protocol counts them in 16 bits (ENG-164) */
    CALX_POSTGRESQL_MAX_VALUE = 0x3fffffff, /* bytes of one value (LIM-20) */
    CALX_NUMERIC_SIZE = 8 + 5 * 2,          /* of a binary numeric that holds any uint64_t */
    CALX_POSTGRESQL_READERS = 64, /* columns of a run whose way of reading is found out once */
    CALX_NAME_SIZE = 32,          /* of a prepared statement's name */
    CALX_BEGIN_SIZE = 96          /* of a BEGIN with all its words */
};

/* What a URL came to: libpq's keywords and their values, both ended by NULL. */
typedef struct calx_postgresql_config {
    calx_driver_config base;
    const char **keywords; /* static texts */
    char **values;         /* owned */
    size_t count;
    int64_t timeout_ms; /* to connect, over all hosts; negative: as long as it takes */
    long idle_ms;       /* after which the server ends an idle transaction; 0: not (ENG-118) */
    bool begins_apart;  /* pipeline_begin=off: BEGIN is sent by itself (ENG-136) */
    bool unnamed;       /* prepared=off: behind a pooler that changes servers (ENG-163) */
    const char *remark; /* something odd about the URL, to be logged once; static, or NULL */
    atomic_bool remark_given;
    bool ssl;       /* ssl=true */
    bool wants_tls; /* by an sslmode that a local socket has no use for (ENG-022) */
    atomic_bool clear_told;
    atomic_bool pooler_told; /* likewise, that names are lost as behind a pooler */
} calx_postgresql_config;

/* A prepared statement nobody needs any more, until the server is told. */
typedef struct calx_postgresql_closing {
    struct calx_postgresql_closing *next;
    unsigned serial;
} calx_postgresql_closing;

/* Notifications that came and were not asked for yet (listen.c). */
typedef struct calx_postgresql_notification calx_postgresql_notification;
typedef struct calx_postgresql_inbox {
    calx_postgresql_notification *first;
    calx_postgresql_notification *last;
    size_t size;     /* bytes of those that wait */
    uint64_t missed; /* how many had no room since the last that had */
} calx_postgresql_inbox;

typedef struct calx_postgresql_statement calx_postgresql_statement;
typedef struct calx_postgresql_canceller calx_postgresql_canceller;

typedef struct calx_postgresql_connection {
    calx_driver_connection base;
    PGconn *conn;
    calx_postgresql_canceller *canceller;
    const calx_driver_config *config; /* outlives it */
    unsigned token;                   /* in their names, to tell them from other connections' */
    unsigned last_serial;             /* of prepared statements: names are never used twice */
    calx_postgresql_closing *closing;
    bool begin_due;                     /* BEGIN goes with what is sent next (begin.c) */
    calx_postgresql_statement *flowing; /* the one whose rows are on the line, or NULL */
    bool leftover;                      /* rows are on the line that nobody wants */
    calx_postgresql_statement *portals; /* those with a cursor on the server */
    unsigned last_portal;               /* number of the newest cursor */
    unsigned last_savepoint;            /* number of the newest savepoint */
    bool untouched;                     /* the transaction has begun, and nothing ran in it */
    bool ddl;                           /* something in the transaction changed the schema */
    unsigned traces;                    /* what was left in the session, wipe.c */
    bool timed_out;                     /* the deadline has passed, the cancel is sent */
    int64_t grace;                      /* how long the server has for that */
    bool begins_apart;                  /* the URL says pipeline_begin=off */
    bool unnamed;                       /* statements have no name: the URL says prepared=off */
    int64_t deadline;                   /* until when it had to be made */
    const atomic_bool *given_up;        /* the config's: nobody waits for it any more */
    bool wants_writable;                /* what the URL's target_session_attrs asks for */
    unsigned names;                     /* counts how often all names were lost */
    unsigned schema;                    /* counts how often the schema may have changed */
    bool bound;                         /* what ran last had values, that a message may tell of */
    bool copying;                       /* the line belongs to a COPY (transfer.c) */
    bool refused;                       /* what it takes in: the server wants no more (refusal.c) */
    unsigned char *view;                /* while it takes in; or NULL */
    calx_postgresql_inbox inbox;
} calx_postgresql_connection;

/* A parameter on its way to the server. */
typedef struct calx_postgresql_parameter {
    Oid actual;    /* its type, as the server says */
    bool inferred; /* the server found that out; we declared none */
    char *copy;    /* of a text that must end with a NUL; owned, or NULL */
    unsigned char scratch[CALX_NUMERIC_SIZE];
} calx_postgresql_parameter;

/* A value as PQsendQueryPrepared() takes it. */
typedef struct calx_postgresql_slot {
    const char *data; /* NULL: SQL NULL */
    int size;
    int format; /* 1: binary */
} calx_postgresql_slot;

/* Where the rows are that come after those in `result`. */
typedef enum calx_postgresql_flow {
    CALX_FLOW_WHOLE = 0, /* there are none, or `failed` is what came instead */
    CALX_FLOW_LINE,      /* on the line, one by one */
    CALX_FLOW_SPOOLED,   /* in `rest`: something else was to run */
    CALX_FLOW_PORTAL,    /* in a cursor on the server */
    CALX_FLOW_LOST       /* nowhere: the cursor ended with its transaction or savepoint */
} calx_postgresql_flow;

struct calx_postgresql_statement {
    calx_driver_statement base;
    bool empty;                       /* the text held no statement */
    bool joins;                       /* BEGIN may go together with it */
    unsigned traces;                  /* what it may leave in the session */
    bool binary;                      /* how results are asked for */
    bool stale;                       /* must be prepared anew */
    calx_driver_rows how;             /* the next execute's rows are wanted */
    unsigned serial;                  /* of its name; 0: not prepared */
    unsigned names;                   /* the connection's when it was prepared */
    unsigned schema;                  /* likewise */
    calx_postgresql_closing *closing; /* kept for the day its name must be closed */
    PGresult *description;            /* its columns */
    PGresult *result;
    int row;
    size_t width;                                   /* of this run's rows; 0: not asked yet */
    unsigned char readers[CALX_POSTGRESQL_READERS]; /* how its first columns are read, decode.c */
    int64_t changes;
    calx_postgresql_flow flow;
    PGresult *rest;                         /* the rows after those of result */
    PGresult *failed;                       /* of a failure after the last row; or NULL */
    bool broken;                            /* there was one, and it was not told yet */
    bool short_of_memory;                   /* rows after the last one had no room, not told yet */
    unsigned portal;                        /* the cursor's number */
    unsigned portal_savepoint;              /* the newest savepoint when it was opened */
    int portal_rows;                        /* how many rows are fetched at once */
    calx_postgresql_statement *next_portal; /* of the connection's */
    calx_postgresql_parameter *parameters;  /* each of these has parameter_count */
    const char **values;
    Oid *wanted;
    int *sizes;
    int *formats;
    calx_buffer arrays; /* values of many rows, parameter by parameter */
    char sql[];
};

/* Whether a value can be sent as the type a parameter has now. */
typedef enum calx_postgresql_fit {
    CALX_FIT_YES,
    CALX_FIT_OTHER_TYPE, /* the parameter needs another type: calx_postgresql_type_of() */
    CALX_FIT_NEVER,      /* no type holds it; *out_reason says why */
    CALX_FIT_TOO_BIG,
    CALX_FIT_NO_MEMORY
} calx_postgresql_fit;

/* config.c */
calx_status calx_postgresql_configure(const calx_url *url, calx_driver_config **out_config,
                                      calx_error *error);
void calx_postgresql_config_free(calx_driver_config *config);
/* The value of a keyword, owned by the config; NULL: it has none. */
char **calx_postgresql_find_value(calx_postgresql_config *config, const char *keyword);
/* keyword is a static text; a value given before is replaced, NULL is none. */
calx_status calx_postgresql_put(calx_postgresql_config *config, const char *keyword,
                                const char *value, calx_error *error);

/* config_values.c */

/* Whether a text is a whole number in a range. */
bool calx_postgresql_read_number(const char *text, long least, long most, long *out_number);
/* CALX_E_ARGUMENT: no keyword of that name may be that. */
calx_status calx_postgresql_check_value(const char *key, const char *value, calx_error *error);
/* What the values mean together. */
calx_status calx_postgresql_settle_values(calx_postgresql_config *config, calx_problems *problems);

/* config_hosts.c */
calx_status calx_postgresql_put_hosts(calx_postgresql_config *config, const calx_url *url,
                                      calx_error *error);

/* connect.c */
calx_status calx_postgresql_connect(const calx_driver_config *config, int64_t deadline,
                                    calx_driver_connection **out, calx_error *error);
calx_status calx_postgresql_adopt(const calx_driver_config *config, void *native,
                                  calx_driver_connection **out, calx_error *error);
void calx_postgresql_close(calx_driver_connection *connection);

/* error.c */

/* Kind and flags of a SQLSTATE; function is the server's own that raised it, or NULL. */
calx_status calx_postgresql_status(const char *sqlstate, const char *function, unsigned *out_flags);
/*
 * Fills the connection's error from a result, or from the connection when result is NULL or says
 * nothing, and brings the state of the transaction up to date. Everything the server had to send
 * must have been read (LIM-03).
 */
calx_status calx_postgresql_fail(calx_postgresql_connection *connection, const PGresult *result);
/* The same for a connection that was never made. */
calx_status calx_postgresql_fail_connect(PGconn *conn, calx_error *error);
/* What the log may be told of a notice: with hides_values not what may hold one. */
const char *calx_postgresql_notice_text(const calx_postgresql_connection *connection,
                                        const PGresult *result);

/* postgresql.c */

/*
 * Reads everything the server has to say to what was sent. first: what was read of it, or NULL; is
 * cleared. *out_result: of the last command that failed, else of the last one; NULL when there was
 * no memory or no connection. PQclear().
 */
void calx_postgresql_drain(calx_postgresql_connection *connection, PGresult *first,
                           PGresult **out_result);
/* Begins a transaction. */
calx_status calx_postgresql_begin(calx_postgresql_connection *connection);
/* What a command that ended well means for statements prepared before. */
void calx_postgresql_note(calx_postgresql_connection *connection, PGresult *result);
/* Runs a text without parameters and rows. */
calx_status calx_postgresql_run(calx_postgresql_connection *connection, const char *sql,
                                const char *expected_tag);
/*
 * What the connection says about the transaction becomes in_transaction. One that is lost says
 * nothing: until a call has failed for it, the transaction is there, or COMMIT would be let off.
 */
void calx_postgresql_look(calx_postgresql_connection *connection);

/* wipe.c */

/* What a text may leave in the session, by its words. */
unsigned calx_postgresql_traces_of(const char *sql);
/* The same for a command that ended well, by its tag. */
void calx_postgresql_note_trace(calx_postgresql_connection *connection, const char *tag);
calx_status calx_postgresql_wipe(calx_driver_connection *connection, bool everything);

/* deadline.c */

/* The next result, as PQgetResult() gives it; waits until the connection's deadline at most. */
PGresult *calx_postgresql_get_result(calx_postgresql_connection *connection);
/* The error there is becomes that of a statement that was ended for its deadline. */
calx_status calx_postgresql_fail_late(calx_postgresql_connection *connection);

/* cancel.c */

/* For the cancels of a connection. */
calx_status calx_postgresql_canceller_new(PGconn *conn, calx_postgresql_canceller **out_canceller,
                                          calx_error *error);
/* Takes NULL. */
void calx_postgresql_canceller_release(calx_postgresql_canceller *canceller);
/*
 * Any thread: asks the server to end what runs on the connection; waits a second for that. Answers
 * whether the server took it.
 */
bool calx_postgresql_cancel(calx_postgresql_canceller *canceller);
/* Whether one was sent since the connection was last in use: what ended was no timeout then. */
bool calx_postgresql_was_cancelled(const calx_postgresql_connection *connection);
/* Before something is sent: no cancel shall hit it that was not meant for it. */
void calx_postgresql_quarantine(calx_postgresql_connection *connection);
/* Ends the connection as if the network had. */
void calx_postgresql_cut(calx_postgresql_connection *connection);

/* liveness.c */
calx_status calx_postgresql_probe(calx_driver_connection *connection);
calx_status calx_postgresql_ping(calx_driver_connection *connection, int64_t deadline);
void calx_postgresql_disown(calx_driver_connection *connection);
/* Waits until the answer to what was sent is there, by the deadline: CALX_E_DISCONNECT. */
calx_status calx_postgresql_await(calx_postgresql_connection *connection, int64_t deadline);
/*
 * Reads everything the server has to say to one command, by the deadline: CALX_E_DISCONNECT.
 * *out_result: what it said first, or NULL. PQclear().
 */
calx_status calx_postgresql_drain_by(calx_postgresql_connection *connection, int64_t deadline,
                                     PGresult **out_result);
/* Whether the server says that it only reads, now or by default (ENG-098). */
bool calx_postgresql_turned_read_only(const PGconn *conn);

/* refusal.c */

/* What the next one needs, for one COPY; calx_release(). NULL: nothing can be seen. */
unsigned char *calx_postgresql_view_new(PGconn *conn);
/* Whether the server has ended a COPY that takes rows in, as far as can be seen. */
bool calx_postgresql_is_refusing(PGconn *conn, unsigned char *view);

/* transfer.c */
calx_status calx_postgresql_copy_in(calx_driver_connection *connection,
                                    calx_driver_transfer *transfer);
calx_status calx_postgresql_copy_out(calx_driver_connection *connection,
                                     calx_driver_transfer *transfer);

/* script.c */
calx_status calx_postgresql_run_script(calx_driver_connection *connection,
                                       calx_driver_script *script);

/* listen.c */

/* After the server has said something, where somebody listens. */
void calx_postgresql_collect(calx_postgresql_connection *connection);
/* What waits there is dropped, and nobody listens any more. */
void calx_postgresql_empty_inbox(calx_postgresql_connection *connection);
calx_status calx_postgresql_listen(calx_driver_connection *connection, const char *channel,
                                   bool on);
calx_status calx_postgresql_take_notification(calx_driver_connection *connection, int64_t deadline,
                                              calx_notification **out);
calx_status calx_postgresql_hush(calx_driver_connection *connection);

/* begin.c */

/* Whether the statement may be sent together with BEGIN. */
bool calx_postgresql_may_join(const char *sql);
/* Whether the statement is a COPY, behind blanks and comments. */
bool calx_postgresql_is_copy(const char *sql);
/* BEGIN as the connection's `begin` wants it (ENG-141, ENG-143). */
void calx_postgresql_write_begin(const calx_postgresql_connection *connection,
                                 char sql[CALX_BEGIN_SIZE]);
/* In a pipeline, before what is to follow: puts BEGIN in front if it is due. false: not sent. */
bool calx_postgresql_send_begin(calx_postgresql_connection *connection);
/* Reads what the pipeline answers to it. false: it failed; *out_failed may be NULL. PQclear(). */
bool calx_postgresql_take_begin(calx_postgresql_connection *connection, PGresult **out_failed);
/* The failure of a BEGIN that was sent with a statement. */
calx_status calx_postgresql_fail_begin(calx_postgresql_connection *connection,
                                       const PGresult *failed);
/* Sends BEGIN by itself if it is due: for what cannot go together with it. */
calx_status calx_postgresql_start(calx_postgresql_connection *connection);

/* encode.c */

/* The parameter type for a column's type, and for a value nothing else is known of. */
Oid calx_postgresql_type_of_column(calx_type type);
Oid calx_postgresql_type_of(const calx_value *value);
/* The slot borrows from the value and the parameter. */
calx_postgresql_fit calx_postgresql_encode(calx_postgresql_parameter *parameter,
                                           const calx_value *value, calx_postgresql_slot *slot,
                                           const char **out_reason);

/* What is wrong with a text, for a server that holds UTF-8; NULL: nothing. */
const char *calx_postgresql_text_fault(const char *text, size_t size);

/* array.c */

/* What an array of this type holds; CALX_OID_ANY: no array the driver writes. */
Oid calx_postgresql_element_of(Oid array);
/*
 * Puts an array of a type out of every stride-th value. A value is borrowed during the call only;
 * an array that may come to more than PostgreSQL holds is too big before anything is put. After a
 * failure what was put is of no use.
 */
calx_postgresql_fit calx_postgresql_put_array(calx_buffer *out, Oid type, const calx_value *values,
                                              size_t stride, size_t count, const char **out_reason);

/* A row as COPY has it in its binary form: how many values, each behind its size. columns: their
 * types. */
calx_postgresql_fit calx_postgresql_put_row(calx_buffer *out, const Oid *columns,
                                            const calx_value *values, size_t count,
                                            const char **out_reason);

/* copy.c */
calx_status calx_postgresql_copy_rows(calx_driver_connection *connection,
                                      const calx_driver_copy *copy);

/* decode.c */

/* Whether a column of this type is read from its binary form; others are read as text. */
bool calx_postgresql_is_binary(Oid type);
calx_status calx_postgresql_read(calx_driver_statement *statement, const calx_value_type *wanted,
                                 calx_value *out, size_t count);
calx_status calx_postgresql_read_from(calx_driver_statement *statement, size_t first,
                                      const calx_value_type *wanted, calx_value *out, size_t count);

/* numeric.c */

/* number as a binary numeric; answers its size, at most CALX_NUMERIC_SIZE. */
int calx_postgresql_put_numeric(unsigned char *out, uint64_t number, bool negative);
/* The integer a binary numeric is. false: it has a fraction, is no number, or does not fit. */
bool calx_postgresql_get_integer(const unsigned char *data, int size, uint64_t *out_number,
                                 bool *out_negative);
/* The nearest double. false: malformed. */
bool calx_postgresql_get_real(const unsigned char *data, int size, double *out_real);

/* prepare.c */

/* Has a statement prepared, with the types wanted for its parameters, and described. */
calx_status calx_postgresql_prepare_on_server(calx_postgresql_statement *statement);
/* Whether that must be done before it runs. */
bool calx_postgresql_must_be_prepared(const calx_postgresql_statement *statement);
/* The name is closed at the next quiet moment; that needs no memory now. */
void calx_postgresql_give_up_name(calx_postgresql_statement *statement);
void calx_postgresql_write_name(const calx_postgresql_connection *connection, unsigned serial,
                                char name[CALX_NAME_SIZE]);
/* Somebody had the server close all of them. */
void calx_postgresql_lose_names(calx_postgresql_connection *connection);
/* Completes the error of a statement that was not what was prepared any more. */
calx_status calx_postgresql_fail_stale(calx_postgresql_statement *statement);
/*
 * Reads what a pipeline answers, up to its end. *out_failed, *out_told: the first failure, and the
 * last answer that has rows or describes a statement; or NULL. PQclear().
 */
void calx_postgresql_read_pipeline(calx_postgresql_connection *connection, PGresult **out_failed,
                                   PGresult **out_told);
/* Frees the list of statements to be closed; tell: and has the server close them (ENG-160). */
void calx_postgresql_close_waiting(calx_postgresql_connection *connection, bool tell);

/* rows.c */

/* Makes the line free for something to be sent: rows on it are put aside, or dropped. */
void calx_postgresql_settle(calx_postgresql_connection *connection);
/* The same before a rollback: rows nobody wants need not be waited for. */
void calx_postgresql_hurry(calx_postgresql_connection *connection);
/* The first answer to an execute that was sent, up to its first row. */
calx_status calx_postgresql_take_rows(calx_postgresql_statement *statement, int sent,
                                      calx_driver_rows how);
/* The same for an answer that was read already and is good; it becomes the statement's. */
void calx_postgresql_keep_rows(calx_postgresql_statement *statement, PGresult *result);
/* Runs the statement, whose values are encoded, as a cursor. */
calx_status calx_postgresql_open_portal(calx_postgresql_statement *statement);
/* Whether the rows are of the form that was chosen by the statement's description. */
bool calx_postgresql_is_as_described(const calx_postgresql_statement *statement,
                                     const PGresult *rows);
/* Cursors opened after that savepoint are gone; 0: all are. */
void calx_postgresql_lose_portals(calx_postgresql_connection *connection, unsigned savepoint);
calx_status calx_postgresql_next(calx_driver_statement *statement, bool *out_row);
void calx_postgresql_reset(calx_driver_statement *statement);

/* statement.c */

/* Undoes what ran since SAVEPOINT calx_rows, ends that, and keeps the error that made it so. */
calx_status calx_postgresql_undo_rows(calx_postgresql_connection *connection, calx_status status);

/* many.c */
calx_status calx_postgresql_execute_many(calx_driver_statement *statement, calx_driver_many *many);

/* statement.c */

/* Prepares the statement if it must be, and encodes the values of its next run. */
calx_status calx_postgresql_make_ready(calx_postgresql_statement *statement,
                                       const calx_value *values);
/* Encodes them. *out_again: a parameter got another type, make_ready is needed. */
calx_status calx_postgresql_encode_all(calx_postgresql_statement *statement,
                                       const calx_value *values, bool *out_again);
/* Sends a run of what is encoded, as PQsendQueryPrepared(). */
int calx_postgresql_send_values(const calx_postgresql_statement *statement);
/*
 * Whether a stale statement may be run again, unseen by anybody: the failure cost no transaction,
 * or one in which nothing had run, which is begun anew (ENG-161).
 */
bool calx_postgresql_may_go_again(calx_postgresql_connection *connection, bool untouched);

/* The failure of a run. */
calx_status calx_postgresql_fail_run(calx_postgresql_statement *statement, const PGresult *result);
void calx_postgresql_rows(calx_driver_statement *statement, calx_driver_rows how);
calx_status calx_postgresql_prepare(calx_driver_connection *connection, const char *sql,
                                    size_t size, calx_driver_statement **out);
void calx_postgresql_expect(calx_driver_statement *statement, const calx_type *types, size_t count);
void calx_postgresql_finalize(calx_driver_statement *statement);
calx_status calx_postgresql_execute(calx_driver_statement *statement, const calx_value *parameters,
                                    size_t count, bool *out_row);
calx_status calx_postgresql_execute_rows(calx_driver_statement *statement, const calx_value *values,
                                         size_t rows, bool *out_row);
calx_status calx_postgresql_execute_keys(calx_driver_statement *statement, const calx_value *values,
                                         size_t rows, bool *out_row);
size_t calx_postgresql_column_count(calx_driver_statement *statement);
const char *calx_postgresql_column_name(calx_driver_statement *statement, size_t column);
calx_value_type calx_postgresql_column_class(calx_driver_statement *statement, size_t column);
int64_t calx_postgresql_changes(calx_driver_statement *statement);
int64_t calx_postgresql_last_key(calx_driver_statement *statement);
#endif
