/**
 * @file event.h
 * Functions an application has called when something happens in an engine.
 *
 * A listener is a function and its context, for one kind of event. It answers CALX_OK; anything
 * else ends what was about to happen with that status, where the kind says so. Listeners are called
 * in the order they were added, those of an engine before those of engines derived from it, in the
 * thread in which it happens, with no lock held, and may use other connections of the engine. One
 * of do_connect, first_connect or connect gets a second connection while the first is being made,
 * but is called for that one as well: who asks each time, or of a pool that has no room, is told so
 * at once (CALX_E_POOL_TIMEOUT, ENG-105). Listeners may be added at any time, and count from then
 * on for connections there are already (ENG-196). Without a listener an event costs one branch
 * (ENG-197).
 */
#ifndef CALX_EVENT_H
#define CALX_EVENT_H

#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/log.h>
#include <calx/url.h>
#include <calx/value.h>

CALX_BEGIN_DECLS

/** What can happen, by SQLAlchemy's names. Each says what the details hold, and what a failure of
 * the listener does. */
typedef enum calx_event {
    /* physical connections; the details have `native`, and `connection` where there is one */
    CALX_EVENT_DO_CONNECT = 0, /**< before connecting: `url` may be changed, or `native` be set to
                                    a connection that is ready and idle, Calx's own from then on;
                                    fails the attempt */
    CALX_EVENT_FIRST_CONNECT,  /**< the first of a pool, again after dispose; fails the attempt */
    CALX_EVENT_CONNECT,        /**< each new one, before it is lent; closes it, fails the attempt */
    CALX_EVENT_CHECKOUT,   /**< lent; CALX_E_DISCONNECT: it is replaced, twice at most (ENG-192);
                                another failure closes it and fails the checkout */
    CALX_EVENT_CHECKIN,    /**< given back, also when it was closed instead (`native` is NULL);
                                a failure is logged */
    CALX_EVENT_RESET,      /**< before it is made fit for the next user; `reset` says how; a
                                failure closes it */
    CALX_EVENT_INVALIDATE, /**< lost or thrown away; `error` says why, or is NULL; failures of
                                this and the next four are logged */
    CALX_EVENT_SOFT_INVALIDATE, /**< to be replaced when it comes back */
    CALX_EVENT_CLOSE,           /**< just before it is closed */
    CALX_EVENT_DETACH,          /**< taken out of the pool for good */
    CALX_EVENT_CLOSE_DETACHED,  /**< just before one that was taken out is closed */
    /* the engine */
    CALX_EVENT_ENGINE_CONNECT,  /**< `connection` is about to be handed out; fails that */
    CALX_EVENT_ENGINE_DISPOSED, /**< after the pool was emptied; a failure is logged */
    CALX_EVENT_SET_CONNECTION_EXECUTION_OPTIONS, /**< `options` are about to be set; fails that */
    CALX_EVENT_SET_ENGINE_EXECUTION_OPTIONS,     /**< the same for an engine being derived */
    /* statements; `statement` and its parameters */
    CALX_EVENT_BEFORE_EXECUTE, /**< a statement of the application's, before anything; fails it */
    CALX_EVENT_AFTER_EXECUTE,  /**< it has run; a failure is the call's, which has had its effect */
    CALX_EVENT_BEFORE_CURSOR_EXECUTE, /**< any statement, as the database gets it: text and
                                           parameters may be replaced, but for those of a COPY;
                                           fails it */
    CALX_EVENT_AFTER_CURSOR_EXECUTE,  /**< as AFTER_EXECUTE */
    CALX_EVENT_HANDLE_ERROR, /**< a call failed: `error` may be changed; a failure takes its place
                              */
    /* transactions; before it is done, and a failure ends that */
    CALX_EVENT_BEGIN,
    CALX_EVENT_COMMIT,
    CALX_EVENT_ROLLBACK,
    CALX_EVENT_SAVEPOINT, /**< `savepoint` is its number; the same for the next two */
    CALX_EVENT_RELEASE_SAVEPOINT,
    CALX_EVENT_ROLLBACK_SAVEPOINT,
    CALX_EVENT_PREPARE, /**< the first of two phases; the second is COMMIT or ROLLBACK */
    /* what the database says by itself */
    CALX_EVENT_NOTICE, /**< `level`, `sqlstate` and `text`; a failure is nobody's (ENG-175) */
    CALX_EVENT_COUNT
} calx_event;

/** How CALX_EVENT_RESET finds a connection. */
typedef struct calx_event_reset {
    bool already_rolled_back; /**< no transaction is open */
    bool will_be_closed;      /**< it is not kept, whatever is done */
    bool done;                /**< set it when the listener has done it all (ENG-191) */
} calx_event_reset;

/** What happened. Valid during the call; members that a kind does not name are zero. */
typedef struct calx_event_details {
    calx_event event;
    calx_engine *engine;         /**< where it happened: an engine, or one derived from it */
    calx_connection *connection; /**< in use there, or NULL */
    void *native;  /**< the database library's handle: sqlite3 * or PGconn *, or NULL */
    calx_url *url; /**< assign texts that live until the listener is called again */
    const calx_execution_options *options;
    const char *statement;
    const calx_value *parameters; /**< of all rows, row by row, when there are several */
    size_t parameter_count;
    unsigned savepoint;
    calx_event_reset reset;
    calx_error *error;    /**< status and flags may be assigned, its texts by calx_event_fail() */
    bool is_pre_ping;     /**< HANDLE_ERROR: it was asked whether the connection lives */
    bool invalidate_pool; /**< HANDLE_ERROR with CALX_ERROR_DISCONNECT: other connections are given
                               up, too; unset it to keep them (ENG-195) */
    calx_log_level level;
    const char *sqlstate;
    const char *text;
    void *inside; /**< private */
} calx_event_details;

/** A listener. */
typedef calx_status (*calx_event_function)(void *context, calx_event_details *details);

/** Start from CALX_LISTENER_INIT. */
typedef struct calx_listener {
    size_t size;
    calx_event_function function;
    void *context; /**< handed to it; lives as long as the engine, or until it is removed */
    bool insert;   /**< before those there are already, not behind them (ENG-186) */
    bool once;     /**< for the first such event only */
} calx_listener;

#define CALX_LISTENER_INIT                                                                         \
    {                                                                                              \
        sizeof(calx_listener), 0, 0, false, false                                                  \
    }

/**
 * Adds a listener. Any thread.
 * @param listener  copied
 * @return CALX_OK; CALX_E_ARGUMENT no such event, or no function; CALX_E_NOMEM
 */
CALX_API calx_status calx_engine_listen(calx_engine *engine, calx_event event,
                                        const calx_listener *listener);

/**
 * Removes what was added with this function and context. A call of it that is under way in another
 * thread may still end after this returns.
 * @return CALX_OK; CALX_E_ARGUMENT there is none
 */
CALX_API calx_status calx_engine_unlisten(calx_engine *engine, calx_event event,
                                          calx_event_function function, void *context);

/**
 * For a listener: its failure, in words. In CALX_EVENT_HANDLE_ERROR this replaces the error.
 * @return status, so that a listener can `return calx_event_fail(details, CALX_E_AUTH, "…")`
 */
CALX_API calx_status calx_event_fail(calx_event_details *details, calx_status status,
                                     const char *message);

/**
 * For a listener of CONNECT, FIRST_CONNECT, CHECKOUT, RESET or CHECKIN: runs SQL without parameters
 * on the physical connection, outside of any transaction of Calx, and drops its rows.
 * @return CALX_OK; CALX_E_STATE there is no connection; what the database answers
 */
CALX_API calx_status calx_event_run(calx_event_details *details, const char *sql);

/** The name of an event, such as "before_cursor_execute"; "?" for none. Static text. */
CALX_API const char *calx_event_name(calx_event event);

CALX_END_DECLS

#endif
