/**
 * @file engine.h
 * The engine: a database's address and the pool of connections to it.
 *
 * One engine per database and process is the rule. Making one does no I/O (ENG-031): URL and
 * options are checked, the first connection is made when one is asked for. Thread rule: any thread.
 * Life: sessions, makers and connections borrow the engine; free it last.
 *
 * In this header and those of connections, results, URLs, statements, events and what else works on
 * a connection: a handle that is NULL, or a place for a result that is not said to be optional, is
 * CALX_E_ARGUMENT, told in out_error or the handle's error where there is one, and nothing is done.
 * What answers no status then does nothing; a text is "", a number 0, an error one that says so.
 */
#ifndef CALX_ENGINE_H
#define CALX_ENGINE_H

#include <calx/error.h>
#include <calx/execution_options.h>
#include <calx/log.h>
#include <calx/setting.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CALX_BEGIN_DECLS

typedef struct calx_engine calx_engine;
typedef struct calx_connection calx_connection;

/** What the engine writes to its log (ENG-198). */
typedef enum calx_echo {
    CALX_ECHO_OFF = 0,
    CALX_ECHO_SQL = 1,  /**< statements with their parameters, BEGIN, COMMIT, ROLLBACK */
    CALX_ECHO_DEBUG = 2 /**< also rows, and what the pool does */
} calx_echo;

/** What happens to a connection that comes back to the pool (ENG-067). */
typedef enum calx_pool_reset {
    CALX_POOL_RESET_ROLLBACK = 0,
    CALX_POOL_RESET_COMMIT = 1,
    CALX_POOL_RESET_NONE = 2,
    CALX_POOL_RESET_SMART = 3,  /**< rolled back, and what else was changed in its session is
                                     undone: settings, LISTEN, temporary tables, advisory locks */
    CALX_POOL_RESET_DISCARD = 4 /**< rolled back, and all of its session is thrown away; on SQLite
                                     what SMART undoes there, settings and temporary tables
                                     (ENG-177) */
} calx_pool_reset;

/** How connections are kept (ENG-069 to ENG-075). docs/pooling.md says when to take which. */
typedef enum calx_pool_kind {
    CALX_POOL_DEFAULT = 0,  /**< THREAD for a private database in memory, else QUEUE */
    CALX_POOL_QUEUE = 1,    /**< a bounded number for all threads, in order of arrival */
    CALX_POOL_THREAD = 2,   /**< one for each thread, shared by its nested checkouts */
    CALX_POOL_NULL = 3,     /**< made when asked for, closed when returned */
    CALX_POOL_STATIC = 4,   /**< one for all threads, which take turns; never closed on return */
    CALX_POOL_ASSERTION = 5 /**< one at a time; the second is CALX_E_STATE and told of the first */
} calx_pool_kind;

/** Who does what a pool has to do from time to time (ENG-115). */
typedef enum calx_upkeep {
    CALX_UPKEEP_THREAD = 0, /**< a thread of the pool, started when there is something to do */
    CALX_UPKEEP_INLINE = 1  /**< whoever gives a connection back, once in a period; no threads */
} calx_upkeep;

/** Start from CALX_ENGINE_OPTIONS_INIT, then assign. Durations are milliseconds. */
typedef struct calx_engine_options {
    size_t size;
    calx_echo echo;
    bool hide_parameters;  /**< no parameter value in logs or errors (ENG-201; docs/engine.md) */
    calx_log_function log; /**< where log lines go; NULL: nowhere. Any thread, no lock held */
    void *log_context;
    const char *name;     /**< shown in each log line, or NULL; copied */
    int pool_size;        /**< idle connections kept; 0: no limit (ENG-055) */
    int max_overflow;     /**< connections beyond pool_size; -1: no limit */
    int64_t pool_timeout; /**< longest wait for a connection in ms; 0: try once; -1: no end */
    int64_t pool_recycle; /**< age in ms at which a connection is replaced; -1: never */
    bool pool_use_lifo;   /**< hand out the connection that came back last (ENG-066) */
    calx_pool_reset pool_reset_on_return;
    int query_texts; /**< texts of statements over models kept, found by structure, of 16 KiB each
                        at most on average; 0: each anew */
    const calx_execution_options *execution_options; /**< of all statements, or NULL; copied */
    calx_pool_kind poolclass;
    int pool_max_waiters;    /**< more callers do not wait but fail at once; 0: no limit */
    bool pool_passive_probe; /**< look at the socket before a connection is lent (ENG-092) */
    bool pool_pre_ping;      /**< ask the server before a connection is lent (ENG-086) */
    int64_t ping_after_idle; /**< not one that was used less than this ago (ENG-091) */
    int64_t ping_timeout;    /**< longest wait for the answer; 0: pool_timeout alone. A return waits
                                  as long for a server's rollback; 0: as long as it takes */
    int64_t pool_max_lifetime; /**< connections older than this are closed; 0: no limit */
    int pool_lifetime_jitter;  /**< each lifetime is up to so many percent shorter (ENG-110) */
    int64_t pool_idle_timeout; /**< those idle longer are closed, down to pool_min_idle; 0: none */
    int pool_min_idle;         /**< so many are made at once, and kept idle (ENG-111) */
    int64_t pool_keepalive;    /**< those idle so long are asked for a sign of life; 0: none */
    int64_t leak_threshold;    /**< warn of connections that are out longer; 0: none (ENG-117) */
    int64_t tx_idle_warn;      /**< warn of transactions without a statement for longer; 0: none */
    calx_upkeep upkeep;        /**< who does all this (ENG-115) */
    int64_t upkeep_period;     /**< at least so often */
    bool fail_fast;            /**< make one connection at once (ENG-031) */
} calx_engine_options;

#define CALX_ENGINE_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(calx_engine_options), CALX_ECHO_OFF, false, 0, 0, 0, 5, 10, 30000, -1, false,       \
            CALX_POOL_RESET_ROLLBACK, 256, 0, CALX_POOL_DEFAULT, 0, true, false, 500, 5000, 0, 10, \
            0, 0, 0, 0, 0, CALX_UPKEEP_THREAD, 30000, false                                        \
    }

/**
 * Makes an engine; no connection is made.
 * @param url        `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://` (in memory);
 *                   `postgresql://user:password@host:port/database?key=value`, where each part may
 *                   be left to libpq (environment, password file, service file) and the keys are
 *                   libpq's; `?host=/directory` is a socket, `//a:1,b/` or `?host=a:1&host=b` a
 * list
 * @param options    or NULL, meaning the defaults; copied
 * @param out_engine owned by the caller: calx_engine_free()
 * @param out_error  or NULL; passwords are never in it (ENG-012)
 * @return CALX_OK; CALX_E_ARGUMENT a bad URL or option, named; CALX_E_NOMEM
 * Source: ENG-001 to ENG-017, ENG-019 to ENG-021, ENG-024, ENG-025, ENG-031 to ENG-034.
 */
CALX_API calx_status calx_engine_new(const char *url, const calx_engine_options *options,
                                     calx_engine **out_engine, calx_error *out_error);

/**
 * An engine derived from another, with execution options laid over its own. Both share the pool and
 * all that is known about the database; disposing or shutting down either acts on both. A session
 * or connection of the derived engine has its options; those of the other are unaffected (ENG-037).
 * @param out_engine owned by the caller: calx_engine_free(), in any order
 * @return CALX_OK; CALX_E_ARGUMENT names each option that is bad; CALX_E_NOMEM
 */
CALX_API calx_status calx_engine_execution_options(calx_engine *engine,
                                                   const calx_execution_options *options,
                                                   calx_engine **out_engine, calx_error *out_error);

/** What holds for the engine's connections. Its texts are borrowed until the engine is freed. */
CALX_API void calx_engine_get_execution_options(const calx_engine *engine,
                                                calx_execution_options *out_options);

/** An engine as a configuration file has it. Start from CALX_ENGINE_CONFIG_INIT. */
typedef struct calx_engine_config {
    size_t size;
    const calx_setting *settings; /**< any; those whose key begins with the prefix count */
    size_t count;
    const char *prefix; /**< NULL: "calx." */
} calx_engine_config;

#define CALX_ENGINE_CONFIG_INIT                                                                    \
    {                                                                                              \
        sizeof(calx_engine_config), 0, 0, 0                                                        \
    }

/**
 * Makes an engine from settings that are text: `url` is required, the others are the members of
 * calx_engine_options by name, numbers in the same units: `pool_size` "50", `hide_parameters`
 * "true", `pool_reset_on_return` "none", `echo` "debug".
 * @param options  what holds where no setting says otherwise; or NULL, meaning the defaults
 * @return as calx_engine_new(); CALX_E_ARGUMENT names every setting that is unknown or bad, never a
 *         value
 * Source: ENG-035.
 */
CALX_API calx_status calx_engine_from_config(const calx_engine_config *config,
                                             const calx_engine_options *options,
                                             calx_engine **out_engine, calx_error *out_error);

/** Disposes and frees. Connections still out are closed when they are returned. Takes NULL. */
CALX_API void calx_engine_free(calx_engine *engine);

/**
 * Takes a connection from the pool, or makes one.
 * @param out_connection owned by the caller: calx_connection_close()
 * @return CALX_OK; CALX_E_POOL_TIMEOUT; CALX_E_POOL_CLOSED; CALX_E_CONNECT, CALX_E_CORRUPT,
 *         CALX_E_AUTH, CALX_E_NO_OBJECT (no such database) and the like, with the cause;
 *         CALX_E_NOMEM
 * Source: ENG-042, ENG-052 to ENG-064.
 */
CALX_API calx_status calx_engine_connect(calx_engine *engine, calx_connection **out_connection,
                                         calx_error *out_error);

/**
 * The same, with the place of the call, which reports of connections held too long and the errors
 * of an assertion pool name: calx_engine_connect_at(engine, CALX_HERE, &connection, &error).
 * @param place  a static text, or NULL
 * Source: ENG-075, ENG-117.
 */
CALX_API calx_status calx_engine_connect_at(calx_engine *engine, const char *place,
                                            calx_connection **out_connection,
                                            calx_error *out_error);

#define CALX_HERE_TEXT_(line) #line
#define CALX_HERE_LINE_(line) CALX_HERE_TEXT_(line)
/** "file:line" of where it stands. */
#define CALX_HERE __FILE__ ":" CALX_HERE_LINE_(__LINE__)

/**
 * Has every connection replaced: idle ones now, the others when they come back. None in use is
 * interrupted. After new certificates, a planned failover, a change of the schema (ENG-096).
 */
CALX_API void calx_engine_refresh(calx_engine *engine);

/**
 * From now on who asks for a connection waits, within pool_timeout, until calx_engine_resume();
 * then they are served in the order they came. Connections that are out stay so (ENG-119).
 */
CALX_API void calx_engine_pause(calx_engine *engine);
CALX_API void calx_engine_resume(calx_engine *engine);

/** Closes idle connections and starts a fresh pool; the engine stays usable (ENG-038, 039). */
CALX_API void calx_engine_dispose(calx_engine *engine);

/**
 * Forgets all connections without a word to the database, in a child process that was made without
 * fork()'s handlers; after fork() the engine does so itself. Connections that are out are
 * CALX_E_STATE from now on; close them. The engine stays usable (ENG-040).
 */
CALX_API void calx_engine_abandon(calx_engine *engine);

/**
 * Ends the engine's service: waiting and new checkouts get CALX_E_POOL_CLOSED; connections that
 * are out have until the deadline to come back, then they are cut (ENG-041).
 * @param deadline_ms from now
 * @param out_cut     how many were cut, or NULL
 */
CALX_API calx_status calx_engine_shutdown(calx_engine *engine, int64_t deadline_ms,
                                          size_t *out_cut);

/** Why a connection left the pool. */
typedef enum calx_close_cause {
    CALX_CLOSE_SURPLUS = 0, /**< returned when enough were idle; its thread ended */
    CALX_CLOSE_AGE,         /**< pool_recycle, pool_max_lifetime */
    CALX_CLOSE_IDLE,        /**< pool_idle_timeout */
    CALX_CLOSE_LOST,        /**< found dead: in use, or by a look before it was lent */
    CALX_CLOSE_GENERATION,  /**< another one was lost, or calx_engine_refresh() */
    CALX_CLOSE_INVALIDATED, /**< calx_connection_invalidate() */
    CALX_CLOSE_RESET,       /**< could not be reset */
    CALX_CLOSE_DISPOSED,    /**< dispose, shutdown */
    CALX_CLOSE_DETACHED,    /**< is the application's own now */
    CALX_CLOSE_CAUSES       /**< how many there are */
} calx_close_cause;

/** Waits below 0.1 ms, 1 ms, 10 ms, 0.1 s, 1 s, 10 s, and longer ones. */
enum { CALX_WAIT_CLASSES = 7 };

/**
 * One consistent snapshot of the pool (ENG-068), and one of the texts of queries. Counts of what
 * happened are since the engine was made.
 */
typedef struct calx_engine_state {
    calx_pool_kind pool; /**< never CALX_POOL_DEFAULT */
    size_t size;         /**< connections the pool keeps */
    size_t idle;         /**< waiting in the pool */
    long overflow;       /**< connections beyond size; negative: fewer exist than size */
    size_t out;          /**< checked out */
    size_t waiting;      /**< callers waiting */
    size_t connecting;   /**< being made, asked while idle, or closed */
    bool paused;
    uint64_t acquired;
    uint64_t waited; /**< callers for whom there was neither an idle connection nor room for one;
                          who only waits until its own is made is not counted */
    uint64_t timed_out, created, closed;
    uint64_t failed;                       /**< attempts to connect */
    uint64_t closed_by[CALX_CLOSE_CAUSES]; /**< what closed counts, by its calx_close_cause */
    uint64_t waits[CALX_WAIT_CLASSES];     /**< callers that waited, by how long */
    size_t query_texts;                    /**< kept now */
    uint64_t query_texts_found; /**< here; what a session had at hand itself is not counted */
    uint64_t query_texts_made;
} calx_engine_state;

CALX_API void calx_engine_status(calx_engine *engine, calx_engine_state *out_state);

/**
 * Writes a snapshot as a line for people: the pool, its size, idle, overflow, out, and the rest.
 * @param out   cut to size, always ended by a NUL
 * @return      the length of the whole line, as of snprintf()
 */
CALX_API int calx_engine_state_describe(const calx_engine_state *state, char *out, size_t size);

/** What an engine knows of its database. Texts are borrowed until the engine is freed. */
typedef struct calx_server {
    int version;                /**< as its library counts: 150004 is 15.4, 3040001 3.40.1 */
    const char *default_schema; /**< or NULL */
    const char *default_isolation_level; /**< one of calx_execution_options.isolation_level */
} calx_server;

/**
 * What the engine's first connection found out about the database (ENG-036).
 * @return CALX_OK; CALX_E_STATE there was no connection yet
 */
CALX_API calx_status calx_engine_server(calx_engine *engine, calx_server *out_server);

/** The URL with its password masked (ENG-010). Borrowed until the engine is freed. */
CALX_API const char *calx_engine_url(const calx_engine *engine);

/** The name of the driver: "sqlite" or "postgresql". Static text. */
CALX_API const char *calx_engine_driver_name(const calx_engine *engine);

CALX_END_DECLS

#endif
