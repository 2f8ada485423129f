/**
 * @file engine.h
 * The engine: a database's address and the pool of connections to it.
 *
 * One engine per database and process is the rule. Making one does no I/O (ENG-031): URL and
 * options are checked, the first connection is made when one is asked for. Thread rule: any thread.
 * Life: sessions, makers and connections borrow the engine; free it last.
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
    CALX_POOL_RESET_NONE = 2
} calx_pool_reset;

/** Start from CALX_ENGINE_OPTIONS_INIT, then assign. Durations are milliseconds. */
typedef struct calx_engine_options {
    size_t size;
    calx_echo echo;
    bool hide_parameters;  /**< no parameter value in logs or errors (ENG-201) */
    calx_log_function log; /**< where log lines go; NULL: nowhere. Any thread, no lock held */
    void *log_context;
    const char *name;     /**< shown in each log line, or NULL; copied */
    int pool_size;        /**< idle connections kept; 0: no limit (ENG-055) */
    int max_overflow;     /**< connections beyond pool_size; -1: no limit */
    int64_t pool_timeout; /**< longest wait for a connection in ms; 0: try once; -1: no end */
    int64_t pool_recycle; /**< age in ms at which a connection is replaced; -1: never */
    bool pool_lifo;       /**< hand out the connection that came back last (ENG-066) */
    calx_pool_reset pool_reset;
    int query_texts; /**< texts of queries kept, found by structure; 0: each is made anew */
    const calx_execution_options *execution_options; /**< of all statements, or NULL; copied */
} calx_engine_options;

#define CALX_ENGINE_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(calx_engine_options), CALX_ECHO_OFF, false, 0, 0, 0, 5, 10, 30000, -1, false,       \
            CALX_POOL_RESET_ROLLBACK, 256, 0                                                       \
    }

/**
 * Makes an engine; no connection is made.
 * @param url        `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://` (in memory);
 *                   `postgresql://user:password@host:port/database?key=value`, where each part may
 *                   be left to libpq (environment, password file, service file) and the keys are
 *                   libpq's; `?host=/directory` is a socket, `?host=a:1&host=b` a list of hosts
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
 * "true", `pool_reset` "none", `echo` "debug".
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

/** Closes idle connections and starts a fresh pool; the engine stays usable (ENG-038, 039). */
CALX_API void calx_engine_dispose(calx_engine *engine);

/**
 * Ends the engine's service: waiting and new checkouts get CALX_E_POOL_CLOSED; connections that
 * are out have until the deadline to come back, then they are cut (ENG-041).
 * @param deadline_ms from now
 * @param out_cut     how many were cut, or NULL
 */
CALX_API calx_status calx_engine_shutdown(calx_engine *engine, int64_t deadline_ms,
                                          size_t *out_cut);

/** One consistent snapshot of the pool (ENG-068), and one of the texts of queries. */
typedef struct calx_engine_state {
    size_t size;       /**< connections the pool keeps */
    size_t idle;       /**< waiting in the pool */
    long overflow;     /**< connections beyond size; negative: fewer exist than size */
    size_t out;        /**< checked out */
    size_t waiting;    /**< callers waiting */
    size_t connecting; /**< being made */
    uint64_t acquired, waited, timed_out, created, closed; /**< since the engine was made */
    size_t query_texts;                                    /**< kept now */
    uint64_t query_texts_found; /**< here; what a session had at hand itself is not counted */
    uint64_t query_texts_made;
} calx_engine_state;

CALX_API void calx_engine_status(calx_engine *engine, calx_engine_state *out_state);

/** The URL with its password masked (ENG-010). Borrowed until the engine is freed. */
CALX_API const char *calx_engine_url(const calx_engine *engine);

/** The name of the driver: "sqlite" or "postgresql". Static text. */
CALX_API const char *calx_engine_driver_name(const calx_engine *engine);

CALX_END_DECLS

#endif
