/*
 * What the files of the engine room share: an engine, the physical connections (links) its pool
 * keeps, the cursors those keep, and the connection an application holds. Other rooms see cursor.h
 * and plan.h.
 */
#ifndef CALX_ENGINE_INSIDE_H
#define CALX_ENGINE_INSIDE_H

#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/notification.h>

#include "base/info.h"
#include "base/log.h"
#include "base/map.h"
#include "base/problems.h"
#include "base/process.h"
#include "driver/driver.h"
#include "engine/cursor.h"
#include "engine/listeners.h"
#include "engine/options.h"
#include "engine/plan.h"
#include "engine/settings.h"
#include "engine/spare.h"
#include "engine/text.h"
#include "pool/pool.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CALX_SPARES = 8 };

/* Texts of queries by shape. */
typedef struct calx_text_cache {
    pthread_mutex_t lock; /* guards what follows */
    calx_map texts;
    calx_sql_text *newest; /* by last use */
    calx_sql_text *oldest;
    size_t limit; /* of texts; 0: none is kept */
    size_t size;  /* of those that are */
    uint64_t found, made;
} calx_text_cache;

/* A dialect that finds the tables of models in a schema; kept as long as the texts it made. */
typedef struct calx_placed_dialect {
    struct calx_placed_dialect *next;
    calx_dialect dialect;
    char schema[];
} calx_placed_dialect;

/* What an application keeps with a place in the pool, whoever is at it (ENG-048). */
typedef struct calx_slot {
    struct calx_slot *next;
    calx_info_map info;
} calx_slot;

/*
 * A derived engine has a copy of what never changes (driver to pool), and settings of its own; all
 * else it finds in its root.
 */
/* What the first connection finds out, greet.c. */
typedef struct calx_greeting {
    pthread_mutex_t lock; /* guards all but over */
    pthread_cond_t ended;
    atomic_bool over; /* nothing is left to be done */
    bool running;
    pthread_t runner; /* while it runs: whose turn it is */
    bool known;
    bool raised; /* the event first_connect */
    calx_driver_server server;
} calx_greeting;

struct calx_engine {
    atomic_size_t references; /* the application's, and one of each connection that is out */
    calx_engine *root;        /* itself, or what it was derived from, perhaps over others */
    calx_engine *parent;      /* what it was derived from, which it holds a reference to; or NULL */
    calx_listeners listeners;
    _Atomic(uint64_t) heard; /* of a root: events somebody listens to, a bit for each */
    calx_greeting greeting;  /* of a root */
    calx_url address;        /* of a root: the URL with its secrets */
    calx_settings *settings;
    const calx_driver *driver;
    const calx_dialect *dialect; /* the driver's, or one of the root's placed ones */
    calx_placed_dialect *placed; /* of a root; plan_lock */
    calx_driver_config *config;
    calx_engine_options options;
    char *url; /* masked */
    char *logger_name;
    char *pool_logger_name;
    calx_logger logger;
    calx_logger pool_logger;
    calx_pool *pool;
    pthread_mutex_t plan_lock; /* guards the two below */
    calx_map plans;
    unsigned plan_count;
    calx_text_cache texts;
    calx_slot *slots; /* of a root: maps of places in the pool that nobody is at; plan_lock */
    _Atomic(calx_spare *) spares[CALX_SPARES]; /* NULL: the place is free */
    _Atomic(calx_driver_connection *) anchor;  /* keeps a shared database in memory (ENG-076) */
    calx_fork_watch fork_watch;
    bool watches_forks;
};

/* Where a cursor that is closed goes. */
typedef enum calx_cursor_home {
    CALX_CURSOR_HOME_NONE = 0, /* nowhere: it is ended */
    CALX_CURSOR_HOME_PLAN,     /* its plan's place in its link */
    CALX_CURSOR_HOME_TEXT      /* its link's cache of texts */
} calx_cursor_home;

typedef enum calx_cursor_state {
    CALX_CURSOR_FRESH = 0, /* ready to execute */
    CALX_CURSOR_ROW,       /* on a row */
    CALX_CURSOR_DONE,      /* no row is left */
    CALX_CURSOR_ENDED      /* had rows left when its transaction ended */
} calx_cursor_state;

typedef struct calx_link calx_link;

struct calx_cursor {
    const calx_driver *driver;
    calx_driver_statement *statement; /* NULL: its connection has ended */
    calx_driver_statement *original;  /* of a statement whose text a listener replaced; or NULL */
    calx_connection *connection;      /* NULL: not open, or its connection has ended */
    calx_link *link;
    calx_cursor_state state;
    int64_t deadline; /* of the run; 0: none */
    calx_cursor_home home;
    calx_cursor *next; /* among the connection's open ones */
    calx_cursor *previous;
    const char *sql; /* the plan's text, or the cursor's own behind it */
    size_t size;
    unsigned plan_id; /* with home PLAN */
    uint64_t hash;    /* with home TEXT, and the two below */
    calx_cursor *older;
    calx_cursor *newer;
    bool looks; /* the run at hand is a query for many keys, and not for many rows */
};

/* Why a physical connection that is out may be used no more. */
typedef enum calx_link_loss {
    CALX_LINK_HERE = 0, /* it may */
    CALX_LINK_CUT,      /* the engine was shut down under it */
    CALX_LINK_FOREIGN   /* the process was forked: it is the parent's (ENG-101) */
} calx_link_loss;

/* A physical connection and the statements prepared on it. */
struct calx_link {
    calx_pool_entry entry; /* first: the pool knows no more */
    calx_engine *engine;
    calx_driver_connection *connection;
    atomic_int gone;            /* a calx_link_loss: it may be used no more */
    pthread_t maker;            /* the thread that connected */
    calx_driver_config *config; /* its own, when a listener changed how to connect; or NULL */
    _Atomic(int64_t) idle_ns;   /* since when a transaction has no statement; where it is watched */
    bool detached;              /* belongs to its connection, not to the pool */
    calx_pool_reset reset;      /* what becomes of its transaction when it goes back */
    calx_cursor **plans;        /* by plan id; NULL: not prepared yet */
    size_t plan_capacity;
    calx_map texts;      /* kept cursors by text */
    calx_cursor *newest; /* of the texts, by last use */
    calx_cursor *oldest;
    calx_connection *spare; /* a handle ready for the next checkout */
    calx_info_map info;     /* of this physical connection */
    calx_slot *slot;        /* of its place in the pool; NULL: nothing is kept there */
};

typedef enum calx_connection_state {
    CALX_CONNECTION_IDLE = 0, /* no transaction */
    CALX_CONNECTION_BEGUN,
    CALX_CONNECTION_FAILED,   /* only rollback is legal */
    CALX_CONNECTION_PREPARED, /* it waits in the database: only commit and rollback are legal */
    CALX_CONNECTION_COPYING   /* a COPY runs: nothing else is legal */
} calx_connection_state;

enum { CALX_SAVEPOINTS_INLINE = 8 };

struct calx_connection {
    calx_engine *engine;
    calx_link *link;             /* NULL: invalidated; the next use takes another */
    _Atomic(calx_link *) target; /* the same for other threads, which cancel (cancel.c) */
    atomic_int cancels;          /* of them under way */
    atomic_uint cancelled;       /* how many there ever were */
    calx_error error;
    calx_connection_state state;
    _Atomic(pthread_t) inside;     /* the thread in a call; 0: none */
    const calx_settings *settings; /* the engine's, or its own */
    calx_settings *own_settings;   /* NULL: none */
    bool autocommit;               /* what has begun sends nothing (ENG-142) */
    bool closing;                  /* it was closed by the source or the sink of its COPY */
    bool handling;                 /* its error is with the listeners */
    bool echo;                     /* statements are logged */
    bool echo_rows;                /* rows are, too */
    bool watched;                  /* when it idles in a transaction is noted */
    bool scoped;                   /* the transaction of calx_engine_run(): no other begins */
    char *two_phase;               /* the name of a transaction in two phases; or NULL */
    unsigned last_savepoint;
    unsigned *savepoints; /* the open ones, outermost first */
    size_t savepoint_count;
    size_t savepoint_capacity;
    unsigned inline_savepoints[CALX_SAVEPOINTS_INLINE];
    calx_cursor *open;               /* newest first */
    calx_notification *notification; /* the one that is lent; owned, calx_release() */
};

/* Whether anybody listens to the event, on this engine or a relative of it. */
static inline bool calx_hears(const calx_engine *engine, calx_event event)
{
    return (atomic_load_explicit(&engine->root->heard, memory_order_relaxed) >> event & 1u) != 0;
}

/* Whether anybody listens to statements. */
static inline bool calx_hears_statements(const calx_engine *engine)
{
    const uint64_t events = UINT64_C(1) << CALX_EVENT_BEFORE_CURSOR_EXECUTE |
                            UINT64_C(1) << CALX_EVENT_AFTER_CURSOR_EXECUTE;
    return (atomic_load_explicit(&engine->root->heard, memory_order_relaxed) & events) != 0;
}

bool calx_greeting_init(calx_greeting *greeting);
void calx_greeting_clear(calx_greeting *greeting);
/* The pool is a new one: its first connection is a first one again. */
void calx_greeting_repeat(calx_greeting *greeting);
/* What is to be done with the first connection, by this one if none has done it. */
calx_status calx_engine_greet(calx_engine *engine, calx_link *link, int64_t deadline,
                              calx_error *error);

/* hooks.c. Those called note cannot fail for their caller. */
calx_status calx_link_raise(calx_engine *engine, calx_link *link, calx_event event,
                            calx_error *error);
static inline void calx_link_note(calx_engine *engine, calx_link *link, calx_event event)
{
    if (calx_hears(engine, event))
        (void)calx_link_raise(engine, link, event, NULL);
}

/* Has listeners look at a link that was taken; another one may be in its place then. */
calx_status calx_link_check_out(calx_engine *engine, calx_link **inout_link, calx_error *error);
/* false: it is to be closed. *out_done: a listener has reset it. */
bool calx_link_raise_reset(calx_engine *engine, calx_link *link, bool will_be_closed,
                           bool *out_done);
/* The connection is about to lose its link. */
void calx_connection_raise_loss(calx_connection *connection);
/* A link that was closed has been given back, so to speak. */
void calx_engine_raise_gone(calx_engine *engine);
/* An event of the transaction; the answer is in the connection's error. */
calx_status calx_connection_raise_heard(calx_connection *connection, calx_event event,
                                        unsigned savepoint);
static inline calx_status calx_connection_raise(calx_connection *connection, calx_event event,
                                                unsigned savepoint)
{
    return calx_hears(connection->engine, event)
               ? calx_connection_raise_heard(connection, event, savepoint)
               : CALX_OK;
}

/* Listeners may change the connection's error; answers its status. */
calx_status calx_connection_raise_error(calx_connection *connection, const char *sql,
                                        bool *out_keep_others);
/* pinged: the connection that did not answer; NULL: one that could not be made, and so is
 * out_keep_others: whether a listener wants those that were made before to be kept. */
calx_status calx_engine_raise_error(calx_engine *engine, calx_driver_connection *pinged,
                                    calx_error *error, bool *out_keep_others);
/* For drivers: a calx_driver_config's notice. */
void calx_engine_take_notice(void *context, calx_log_level level, const char *sqlstate,
                             const char *text);

/* Links, for the pool. */
calx_status calx_link_make(void *context, int64_t deadline, calx_pool_entry **out_entry,
                           calx_error *error);
bool calx_link_reset(void *context, calx_pool_entry *entry);
void calx_link_destroy(void *context, calx_pool_entry *entry);
void calx_link_cut(void *context, calx_pool_entry *entry);
calx_status calx_link_look(void *context, calx_pool_entry *entry, calx_pool_look how,
                           int64_t deadline, calx_error *error);
int64_t calx_link_idle_since(void *context, calx_pool_entry *entry);
void calx_link_disown(void *context, calx_pool_entry *entry);
void calx_link_hurry(void *context);

/* calx_engine_new(), which tells what is wrong behind the problems there are; ends them. */
calx_status calx_engine_make(const char *url, const calx_engine_options *options,
                             calx_problems *problems, calx_engine **out_engine,
                             calx_error *out_error);
/* The kind of pool an engine has; and the pool, made. */
calx_pool_kind calx_engine_pool_kind(const calx_engine *engine);
/* What the pool cannot do with this database (ENG-070). */
calx_status calx_engine_check_database(const calx_engine *engine, calx_error *error);
calx_status calx_engine_make_pool(calx_engine *engine, calx_error *error);
/* Makes what the options want to be there at once. */
calx_status calx_engine_warm_pool(calx_engine *engine, calx_error *error);
/* A link comes to a place in the pool, and leaves it (info.c). */
void calx_link_take_slot(calx_link *link);
void calx_link_leave_slot(calx_link *link);
/* Forgets what is kept with places nobody is at. */
void calx_engine_forget_slots(calx_engine *engine);

/* The connection that keeps a shared database in memory goes. */
void calx_engine_lift_anchor(calx_engine *engine);

/* Keeping cursors in their link. */
calx_status calx_link_plan_cursor(calx_link *link, const calx_plan *plan, calx_cursor **out);
/* hash: calx_hash() of the text. */
calx_status calx_link_text_cursor(calx_link *link, const char *sql, size_t size, uint64_t hash,
                                  calx_cursor **out);
/* After its user closed it; the cursor is reset. */
void calx_link_return(calx_link *link, calx_cursor *cursor);
/* Ends the statement of an open cursor, which is kept no longer and stays until it is closed. */
void calx_link_orphan(calx_link *link, calx_cursor *cursor);

/* Frees what an engine holds when its last user has gone. */
void calx_engine_release(calx_engine *engine);
void calx_engine_free_plans(calx_engine *engine);

/* Chooses the dialect its settings ask for (place.c). false: no memory. */
bool calx_engine_place(calx_engine *engine);
void calx_engine_free_placed(calx_engine *engine);

bool calx_text_cache_init(calx_text_cache *cache);
void calx_text_cache_clear(calx_text_cache *cache);
void calx_text_cache_status(calx_text_cache *cache, calx_engine_state *out_state);

/* Makes sure there is a physical connection. */
calx_status calx_connection_ensure(calx_connection *connection);
/* The same, and a transaction in which a statement may run (ENG-121). */
calx_status calx_connection_ready(calx_connection *connection);
/*
 * A call of the driver failed: its error becomes the connection's, with the statement's text (or
 * NULL), and the state of the transaction is looked at again (ENG-082, ENG-125, ENG-149).
 */
calx_status calx_connection_failed(calx_connection *connection, calx_status status,
                                   const char *sql);
/* Commits or rolls back the transaction that is prepared (two_phase.c). */
calx_status calx_connection_end_prepared(calx_connection *connection, calx_driver_two_phase what);
/* The same, before the connection is closed, for one nobody has ended. */
void calx_connection_drop_prepared(calx_connection *connection);

/* Rows end with their transaction (ENG-183). */
void calx_connection_end_rows(calx_connection *connection);
/* Whether the physical connection is this process's (ENG-101). */
calx_status calx_connection_check_process(calx_connection *connection);
/* CALX_E_STATE: a COPY runs. */
calx_status calx_connection_fail_copying(calx_connection *connection);
/* CALX_E_PENDING_ROLLBACK. */
calx_status calx_connection_fail_pending(calx_connection *connection);

/* Clears what an earlier call left. */
static inline void calx_connection_forget_error(calx_connection *connection)
{
    if (connection->error.status != CALX_OK)
        calx_error_clear(&connection->error);
}

/*
 * A call that talks to the database begins, and ends with calx_connection_leave(). false: another
 * thread is inside of one, and the connection with its error is that thread's (ENG-103). Calls from
 * within one, by hooks, are of the same thread. false also where there is none (NULL).
 */
static inline bool calx_connection_enter(calx_connection *connection, pthread_t *out_before)
{
    if (connection == NULL)
        return false;
    pthread_t self = pthread_self();
    pthread_t before = atomic_load_explicit(&connection->inside, memory_order_relaxed);
    if (before != 0 && !pthread_equal(before, self))
        return false;
    atomic_store_explicit(&connection->inside, self, memory_order_relaxed);
    *out_before = before;
    return true;
}

/* What a call answers that could not begin so. */
static inline calx_status calx_connection_shut_out(const calx_connection *connection)
{
    return connection == NULL ? CALX_E_ARGUMENT : CALX_E_STATE;
}

static inline void calx_connection_leave(calx_connection *connection, pthread_t before)
{
    atomic_store_explicit(&connection->inside, before, memory_order_relaxed);
}

/* Other threads may cancel what runs on the link from now on. */
static inline void calx_connection_expose(calx_connection *connection)
{
    atomic_store_explicit(&connection->target, connection->link, memory_order_release);
}

/* The link is about to go: no cancel finds it any more, and none is at it (cancel.c). */
void calx_connection_shelter(calx_connection *connection);

/* The handle's memory goes. */
void calx_connection_free_handle(calx_connection *connection);

/* Whether what the connection has begun is still open. */
static inline bool calx_connection_is_open(const calx_connection *connection)
{
    return connection->state == CALX_CONNECTION_BEGUN && connection->link != NULL &&
           (connection->autocommit || connection->link->connection->in_transaction);
}

/* Whether the next statement can go as it is; else calx_connection_ready() sees to it. */
static inline bool calx_connection_is_ready(const calx_connection *connection)
{
    return calx_connection_is_open(connection) &&
           atomic_load_explicit(&connection->link->gone, memory_order_relaxed) == CALX_LINK_HERE &&
           !connection->engine->config->thread_bound && !connection->watched;
}

/* Log lines, the connection's token in front. All do nothing unless the echo asks for them. */
void calx_echo_text(const calx_connection *connection, calx_log_level level, const char *text);
void calx_echo_statement(const calx_connection *connection, const char *sql,
                         const calx_value *parameters, size_t count);
/* Puts the values of a statement that failed into the connection's error (ENG-204). */
void calx_echo_failed(calx_connection *connection, const calx_value *parameters, size_t count);
void calx_echo_time(const calx_connection *connection, int64_t nanoseconds);
void calx_echo_row(const calx_connection *connection, const calx_value *values, size_t count);

/* What was set on a statement; NULL: nothing. Borrowed. */
const calx_execution_options *calx_statement_options(const calx_statement *statement);

/*
 * A statement's text and values as the driver wants them. The values are borrowed until the next
 * call on the statement. CALX_E_ARGUMENT names a parameter that is unknown or was never bound.
 */
calx_status calx_statement_resolve(const calx_statement *statement, const calx_dialect *dialect,
                                   const char **out_sql, size_t *out_size,
                                   const calx_value **out_values, size_t *out_count,
                                   calx_error *error);

/* Its text as the driver wants it, and how many values that takes; borrowed as above. */
calx_status calx_statement_form(const calx_statement *statement, const calx_dialect *dialect,
                                const char **out_sql, size_t *out_size, size_t *out_width,
                                calx_error *error);
/*
 * Puts the values of sets where that text expects them; parameters the sets do not name have what
 * was bound. Text and bytes stay the sets' or the statement's. Errors as of resolve.
 */
calx_status calx_statement_spread(const calx_statement *statement, const calx_parameter_sets *sets,
                                  size_t first, size_t count, calx_value *out, calx_error *error);

#endif
