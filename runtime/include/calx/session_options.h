/**
 * @file session_options.h
 * What a session is made with: its engines, when it writes and expires, what it warns of.
 *
 * Thread rule: plain values, copied by the session or the maker they are given to. Functions are
 * called on the thread that uses the session.
 */
#ifndef CALX_SESSION_OPTIONS_H
#define CALX_SESSION_OPTIONS_H

#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/execution_options.h>
#include <calx/instance.h>
#include <calx/mapper.h>

CALX_BEGIN_DECLS

/** A warning: suspicious, but the work goes on (ERR-16). The text is borrowed for the call. */
typedef void (*calx_warning_function)(void *context, const char *text);

/**
 * Whether a session looks after instances that are only loaded: one that is changed without its
 * mutable pointer or a setter is a warning at the next flush, commit or close.
 */
typedef enum calx_debug_checks {
    CALX_DEBUG_CHECKS_BY_BUILD = 0, /**< when the library was built with Meson's buildtype debug */
    CALX_DEBUG_CHECKS_ON,
    CALX_DEBUG_CHECKS_OFF
} calx_debug_checks;

/** What a session does when relationships are loaded for one instance after the other. */
typedef enum calx_lazy_load_guard {
    CALX_LAZY_LOAD_WARN = 0, /**< warns, once for each relationship and result */
    CALX_LAZY_LOAD_FAIL      /**< the load is not done: CALX_E_INVALID_REQUEST */
} calx_lazy_load_guard;

/**
 * What a session does on a connection of the caller's that is in a transaction already (SES-122 to
 * 124). On one that is not, the session begins, commits and rolls back itself (SES-121).
 */
typedef enum calx_join_transaction_mode {
    /** As create_savepoint when a savepoint is open on the connection, else as rollback_only. */
    CALX_JOIN_CONDITIONAL_SAVEPOINT = 0,
    /** commit() and close() leave the caller's transaction open; rollback() rolls it back. */
    CALX_JOIN_ROLLBACK_ONLY,
    /** The session works in a savepoint of its own; the caller's transaction is never touched. */
    CALX_JOIN_CREATE_SAVEPOINT,
    /** commit(), rollback() and close() act on the caller's innermost savepoint or transaction. */
    CALX_JOIN_CONTROL_FULLY
} calx_join_transaction_mode;

/** Where rows of a class or a table are: one of both is set. */
typedef struct calx_session_bind {
    const calx_mapper *mapper;
    const char *table;
    calx_engine *engine; /**< borrowed, outlives the session */
} calx_session_bind;

/** A statement that needs an engine. */
typedef struct calx_bind_request {
    const calx_mapper *mapper; /**< what it is about; NULL: it is text */
    const char *table;         /**< of the mapper, or as the call says; or NULL */
    const char *text;          /**< of a statement; or NULL */
    bool flushing;             /**< a flush asks */
    bool writes;               /**< it changes rows: a flush, a bulk call, an insert, a change by
                                    criteria. Of text nothing is known */
} calx_bind_request;

/**
 * Chooses the engine of a statement, before anything else does (SES-360). Called before each
 * statement that names none itself, in a flush once for each class; must not use the session, which
 * answers CALX_E_ILLEGAL_STATE_CHANGE then where it would be asked again.
 * @param out_engine  left NULL: the usual rules decide. Borrowed, outlives the session
 * @return CALX_OK; any other status fails the statement with it
 */
typedef calx_status (*calx_session_route)(void *context, calx_session *session,
                                          const calx_bind_request *request,
                                          calx_engine **out_engine);

/** Start from CALX_SESSION_OPTIONS_INIT, then assign. */
typedef struct calx_session_options {
    size_t size;
    calx_engine *bind;             /**< the database; borrowed, outlives the session; NULL where
                                        connection, binds or route say where statements go */
    bool autoflush;                /**< flush before queries (SES-210) */
    bool expire_on_commit;         /**< loaded values are stale after a commit (SES-098) */
    bool autobegin;                /**< work begins a transaction by itself (SES-091) */
    calx_warning_function warning; /**< or NULL: warnings go to the engine's log */
    void *warning_context;
    void *info;                /**< the application's own; calx_session_info() */
    bool confirm_deleted_rows; /**< warn when a DELETE finds no row (SES-344) */
    calx_debug_checks debug_checks;
    const calx_info *infos;      /**< the info map, over the maker's; copied (SES-003) */
    size_t info_count;           /**< of infos */
    bool close_resets_only;      /**< false: close() is for good (SES-114) */
    calx_connection *connection; /**< work on this one, not on one of the pool; or NULL. Borrowed,
                                      outlives the session, which never closes it (SES-113) */
    calx_join_transaction_mode join_transaction_mode; /**< with connection */
    const calx_execution_options *execution_options;  /**< of all its statements, over those of the
                                      bind; copied; or NULL. With connection: its own count (SES-008)
                                    */
    size_t lazy_load_budget; /**< so often a relationship may be loaded by a statement of its own
                                  since a query or get last brought such owners; a stream is one
                                  result; 0: as often as it likes */
    calx_lazy_load_guard lazy_load_guard; /**< what happens when that was spent */
    const calx_session_bind *binds; /**< other engines than bind, for classes and tables; copied
                                         (SES-360, 362) */
    size_t bind_count;              /**< of binds */
    bool twophase;            /**< commit() prepares on every engine first (SES-366); each must know
                                   transactions in two phases, which SQLite does not (SES-369) */
    calx_session_route route; /**< chooses the engine of each statement; or NULL */
    void *route_context;      /**< handed to it */
    const char *twophase_owner; /**< whose transactions in two phases they are to a recovery, as of
                                     calx_two_phase_new(); or NULL. Borrowed, as long as the bind */
} calx_session_options;

#define CALX_SESSION_OPTIONS_INIT                                                                  \
    {                                                                                              \
        sizeof(calx_session_options), 0, true, true, true, 0, 0, 0, true,                          \
            CALX_DEBUG_CHECKS_BY_BUILD, 0, 0, true, 0, CALX_JOIN_CONDITIONAL_SAVEPOINT, 0, 0,      \
            CALX_LAZY_LOAD_WARN, 0, 0, false, 0, 0, 0                                              \
    }

CALX_END_DECLS

#endif
