/**
 * @file session_events.h
 * Functions an application has called when something happens in a session (SES-370 to 381).
 *
 * A listener is a function and its context, for one kind of event; of one session, or of all that a
 * maker makes from then on (SES-009). It answers CALX_OK. Anything else ends what was about to
 * happen with that status, where the kind says "may refuse"; of what has happened already the
 * failure is a warning of the session. Listeners are called in the order they were added, those of
 * the maker first, in the thread of the session. They may be added and removed at any time, also by
 * a listener that is called: one that is added counts from the next event on.
 *
 * What a listener may do with its session is part of its kind: everything but to end the
 * transaction, or to look only, with statements or without. What it may not do answers CALX_E_STATE
 * (commit, rollback and close CALX_E_ILLEGAL_STATE_CHANGE, SES-392), and changes nothing. A session
 * is never freed by its listener. Without a listener an event costs one branch.
 */
#ifndef CALX_SESSION_EVENTS_H
#define CALX_SESSION_EVENTS_H

#include <calx/query.h>
#include <calx/session.h>
#include <calx/sessionmaker.h>

CALX_BEGIN_DECLS

/** What can happen, by SQLAlchemy's names. */
typedef enum calx_session_event {
    /* transactions; the details have `transaction` and `origin` */
    CALX_SESSION_BEFORE_COMMIT = 0,        /**< may use the session, may refuse: nothing is done */
    CALX_SESSION_AFTER_COMMIT,             /**< it was sent; look only, no statements (SES-100) */
    CALX_SESSION_AFTER_ROLLBACK,           /**< it was sent; instances are as before it, which the
                                                listener may look at, and nothing else (SES-373) */
    CALX_SESSION_AFTER_SOFT_ROLLBACK,      /**< a level has ended by rollback, also one that a
                                                failure rolled back before; may use the session if
                                                calx_session_is_active() (SES-373) */
    CALX_SESSION_AFTER_BEGIN,              /**< `connection` has begun this level; look only, but
                                                `connection` may be used; may refuse (SES-374) */
    CALX_SESSION_AFTER_TRANSACTION_CREATE, /**< a level opens; look only; may refuse */
    CALX_SESSION_AFTER_TRANSACTION_END,    /**< it is closed; look only */
    /* a flush that has work */
    CALX_SESSION_BEFORE_FLUSH,         /**< may change the session, which counts for this flush
                                            (SES-377); may refuse: the flush fails, nothing more */
    CALX_SESSION_AFTER_FLUSH,          /**< all is sent, instances are as before; statements, no
                                            changes; may refuse: the flush is rolled back */
    CALX_SESSION_AFTER_FLUSH_POSTEXEC, /**< instances are as after it; may change the session,
                                            which counts for the next flush (SES-378); may refuse as
                                            AFTER_FLUSH */
    /* instances; the details have `entity` and `mapper`; look only */
    CALX_SESSION_BEFORE_ATTACH, /**< about to come in (SES-376); may refuse: nothing comes in */
    CALX_SESSION_AFTER_ATTACH,  /**< it is in */
    CALX_SESSION_TRANSIENT_TO_PENDING, /**< the ten transitions: after the change (SES-375) */
    CALX_SESSION_PENDING_TO_TRANSIENT,
    CALX_SESSION_PENDING_TO_PERSISTENT,
    CALX_SESSION_PERSISTENT_TO_TRANSIENT,
    CALX_SESSION_PERSISTENT_TO_DELETED,
    CALX_SESSION_DELETED_TO_PERSISTENT,
    CALX_SESSION_DELETED_TO_DETACHED,
    CALX_SESSION_PERSISTENT_TO_DETACHED,
    CALX_SESSION_DETACHED_TO_PERSISTENT,
    CALX_SESSION_LOADED_AS_PERSISTENT,
    CALX_SESSION_LOAD,    /**< a row made it; members that are no columns may be set; may refuse:
                               the query fails, the instance stays (SES-380) */
    CALX_SESSION_REFRESH, /**< one that was there was filled; `names` of the members; as LOAD */
    CALX_SESSION_EXPIRE,  /**< it is expired */
    /* rows of a flush; `entity`, `mapper`, and `connection`, which may be used; may refuse: the
     * flush is rolled back. Columns of the entity may be set, its relationships may not (SES-379).
     * BEFORE is called for all rows of the class that follow each other, then they are sent, then
     * AFTER is called for all of them. */
    CALX_SESSION_BEFORE_INSERT,
    CALX_SESSION_AFTER_INSERT,
    CALX_SESSION_BEFORE_UPDATE,
    CALX_SESSION_AFTER_UPDATE,
    CALX_SESSION_BEFORE_DELETE,
    CALX_SESSION_AFTER_DELETE,
    /* a statement of the session, but those of a flush and of arrays (bulk); `statement`, and
     * `mapper` but for text; before the autoflush. May change it as calx_session_statement says;
     * may refuse: nothing is sent. Statements that the listener runs itself are told to no one
     * (SES-381). */
    CALX_SESSION_DO_ORM_EXECUTE,
    CALX_SESSION_EVENT_COUNT
} calx_session_event;

/** How a level of a transaction came to be. */
typedef enum calx_transaction_origin {
    CALX_TRANSACTION_AUTOBEGIN = 0, /**< by work */
    CALX_TRANSACTION_BEGIN,         /**< by calx_session_begin(), or a function of it */
    CALX_TRANSACTION_BEGIN_NESTED,  /**< a savepoint */
    CALX_TRANSACTION_FLUSH          /**< a flush marks its part with one; nothing is sent for it */
} calx_transaction_origin;

/** What a statement does. */
typedef enum calx_statement_kind {
    CALX_STATEMENT_TEXT = 0, /**< what its text says */
    CALX_STATEMENT_SELECT,
    CALX_STATEMENT_INSERT,
    CALX_STATEMENT_UPDATE,
    CALX_STATEMENT_DELETE
} calx_statement_kind;

/** What a statement is for. */
typedef enum calx_statement_cause {
    CALX_CAUSE_EXECUTE = 0, /**< text was given to the session */
    CALX_CAUSE_QUERY,       /**< a query, select or insert runs */
    CALX_CAUSE_KEY,         /**< the row of a key: a get, a refresh, an expired instance */
    CALX_CAUSE_COLUMNS,     /**< some columns of an instance that is there */
    CALX_CAUSE_LAZY,        /**< a relationship is asked for; `relationship` */
    CALX_CAUSE_EAGER        /**< a relationship comes along by a statement of its own; the same */
} calx_statement_cause;

/**
 * A statement that is about to run (SES-381). What a listener sets counts for this run alone, and
 * is seen by the listeners after it. While its cause is CALX_CAUSE_EXECUTE or _QUERY the listener
 * may use the session for everything but to end the transaction, though not the query, select or
 * insert that is about to run; otherwise it may look only. What a query joins to its rows,
 * relationships that come along (calx_joinedload()) as well, is part of the query and takes none of
 * its conditions.
 */
typedef struct calx_session_statement {
    calx_statement_kind kind;
    calx_statement_cause cause;
    const calx_relationship *relationship; /**< of LAZY and EAGER; `mapper` is its target; a
                                                reference found by key is LAZY too */
    bool takes_conditions;                 /**< calx_session_statement_where() may be called */
    const calx_statement *text; /**< of TEXT. The listener may set another one, with values of its
                                     own for the parameters; it stays the listener's, and lives as
                                     long as one given to calx_session_execute() must. Sets of
                                     values (calx_session_execute_many()) cannot be replaced */
    const calx_execution_options *options; /**< the same, NULL: none. May be set as well */
    calx_result *result; /**< of TEXT: set, it is the answer, and nothing is sent. The caller of the
                              session owns it then. Listeners behind this one are not called */
    void *inside;        /**< private */
} calx_session_statement;

/** How many conditions one statement may be given by its listeners. */
#define CALX_SESSION_STATEMENT_CONDITIONS 8

/** What happened. Valid during the call; members that a kind does not name are zero. */
typedef struct calx_session_event_details {
    calx_session_event event;
    calx_session *session;
    calx_session_transaction transaction; /**< the level; of a flush, the one it writes in */
    calx_transaction_origin origin;
    calx_connection *connection;
    void *entity;
    const calx_mapper *mapper;
    const char *const *names; /**< of members, name_count */
    size_t name_count;
    calx_session_statement *statement; /**< of DO_ORM_EXECUTE */
    void *inside;                      /**< private */
} calx_session_event_details;

/** A listener. */
typedef calx_status (*calx_session_event_function)(void *context,
                                                   calx_session_event_details *details);

/** Start from CALX_SESSION_LISTENER_INIT. */
typedef struct calx_session_listener {
    size_t size;
    calx_session_event_function function;
    void *context; /**< handed to it; lives as long as the session or maker, or until removed */
    const calx_mapper *mapper; /**< of events with an entity: those of this mapper only; or NULL */
    bool insert;               /**< before those there are already, not behind them */
    bool once;                 /**< for the first such event of a session only */
    bool singly;               /**< of rows: before and after each, not before and after a batch */
} calx_session_listener;

#define CALX_SESSION_LISTENER_INIT                                                                 \
    {                                                                                              \
        sizeof(calx_session_listener), 0, 0, 0, false, false, false                                \
    }

/**
 * Adds a listener to a session.
 * @param listener  copied
 * @return CALX_OK; CALX_E_ARGUMENT no such event, or no function; CALX_E_NOMEM
 */
CALX_API calx_status calx_session_listen(calx_session *session, calx_session_event event,
                                         const calx_session_listener *listener);

/**
 * Removes what was added with this function and context, also by the maker: this session hears of
 * it no more.
 * @return CALX_OK; CALX_E_ARGUMENT there is none
 */
CALX_API calx_status calx_session_unlisten(calx_session *session, calx_session_event event,
                                           calx_session_event_function function, void *context);

/** The same for all sessions the maker makes from now on (SES-009). Any thread. */
CALX_API calx_status calx_sessionmaker_listen(calx_sessionmaker *maker, calx_session_event event,
                                              const calx_session_listener *listener);

/** Sessions that are made already keep it. Any thread. */
CALX_API calx_status calx_sessionmaker_unlisten(calx_sessionmaker *maker, calx_session_event event,
                                                calx_session_event_function function,
                                                void *context);

/**
 * For a listener: its failure, in words.
 * @return status, so that a listener can `return calx_session_event_fail(details, CALX_E_DATA, …)`
 */
CALX_API calx_status calx_session_event_fail(calx_session_event_details *details,
                                             calx_status status, const char *message);

/**
 * For a listener of CALX_SESSION_DO_ORM_EXECUTE: rows that do not meet a condition do not count for
 * this statement. It is joined by AND to what is asked already, and is about `details->mapper`. An
 * instance that is in the session already is found by get() without a statement, so without the
 * condition. What a condition points at is copied, and the copy stays with the session until it
 * is closed; one that was given before, with the same values, is kept once, unless a list or a
 * builder is in it.
 * @return CALX_OK; CALX_E_UNSUPPORTED the statement takes none (text, selects, inserts, updates of
 *         a list of rows, columns of an instance, rows that are locked, many-to-many
 *         relationships), or the condition has a select in it; CALX_E_LIMIT it has more than
 *         CALX_SESSION_STATEMENT_CONDITIONS, or the condition is too large; CALX_E_ARGUMENT it
 *         cannot stand there; CALX_E_NOMEM. A column of another mapper is told when the statement
 *         is written
 */
CALX_API calx_status calx_session_statement_where(calx_session_event_details *details,
                                                  calx_expression condition);

/** The name of an event, such as "before_commit"; "?" for none. Static text. */
CALX_API const char *calx_session_event_name(calx_session_event event);

CALX_END_DECLS

#endif
