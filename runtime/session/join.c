/*
 * A session's transaction on its connection. The connection is taken when the first statement needs
 * one (SES-092), a savepoint is sent with the first statement inside it (SES-132). On a connection
 * of the caller's the session joins what is open there as its options say (SES-121 to 124).
 */
#include "session/transaction_events.h"

#include "base/error.h"
#include "engine/savepoint.h"
#include "engine/settings.h"

/* ---- whether work may begin ---- */

calx_status calx_session_check_open(calx_session *session)
{
    if (session->scope != NULL && session->scope->ended)
        return calx_session_fail(session, CALX_E_STATE,
                                 "the transaction of this scope was committed or rolled back "
                                 "inside of it: return from the function before doing more");
    if (session->closed)
        return calx_session_fail(session, CALX_E_STATE,
                                 "this session was closed, and its options say close_resets_only "
                                 "= false: make another");
    return CALX_OK;
}

calx_status calx_session_autobegin(calx_session *session)
{
    if (session->boundary != NULL && session->scope == NULL)
        return CALX_OK;
    calx_status status = calx_session_check_open(session);
    if (status != CALX_OK || session->boundary != NULL)
        return status;
    status = calx_session_check_barred(session, CALX_BAR_CHANGES);
    if (status != CALX_OK)
        return status;
    if (!session->options.autobegin)
        return calx_session_fail(session, CALX_E_STATE,
                                 "autobegin is off and no transaction was begun: call "
                                 "calx_session_begin() first");
    return calx_session_open_root(session, CALX_TRANSACTION_AUTOBEGIN);
}

calx_status calx_session_pending(calx_session *session)
{
    return calx_session_fail(session, CALX_E_PENDING_ROLLBACK,
                             "this session's transaction was rolled back by a failure; call "
                             "calx_session_rollback() first. The failure was: %s",
                             session->failure.message);
}

/* ---- joining ---- */

/* The connection's call failed: its error is the session's. */
static calx_status take_from(calx_session *session, calx_connection *connection)
{
    calx_error_move(&session->error, calx_connection_error_slot(connection));
    return session->error.status;
}

/* The log may call back into this session, which can do nothing before it has what it waits for. */
static calx_status fetch(calx_session *session, calx_connection **out_connection)
{
    if (session->connecting)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "this session is fetching its connection: use it when the call "
                                 "that needs one has returned");
    bool ending = session->ending;
    session->connecting = session->ending = true;
    calx_status status =
        calx_engine_connect(session->options.bind, out_connection, &session->error);
    session->connecting = false;
    session->ending = ending;
    return status;
}

/* The options of the session, then those of the call, on a connection of the pool (SES-008). */
static calx_status set_options(const calx_session *session, calx_connection *connection)
{
    calx_status status = CALX_OK;
    if (session->execution_options != NULL)
        status = calx_connection_execution_options(connection, session->execution_options);
    if (status == CALX_OK && session->call_options != NULL)
        status = calx_connection_execution_options(connection, session->call_options);
    if (status == CALX_OK && session->writes)
        status = calx_connection_become_writer(connection);
    return status;
}

static calx_status take_from_pool(calx_session *session)
{
    calx_connection *connection = NULL;
    calx_status status = fetch(session, &connection);
    if (status != CALX_OK)
        return status;
    if (set_options(session, connection) != CALX_OK ||
        calx_connection_begin(connection) != CALX_OK) {
        status = take_from(session, connection);
        calx_connection_close(connection); /* one that cannot begin is not kept (SES-125) */
        return status;
    }
    session->connection = connection;
    session->join = CALX_JOIN_OWN;
    session->savepoints = 0;
    return CALX_OK;
}

static calx_join choose_join(const calx_session *session, const calx_connection *connection)
{
    calx_join_transaction_mode mode = session->options.join_transaction_mode;
    if (!calx_connection_in_transaction(connection))
        return CALX_JOIN_BEGUN;
    if (mode == CALX_JOIN_CONDITIONAL_SAVEPOINT)
        return calx_connection_savepoints(connection) > 0 ? CALX_JOIN_SAVEPOINT : CALX_JOIN_GUEST;
    if (mode == CALX_JOIN_CREATE_SAVEPOINT)
        return CALX_JOIN_SAVEPOINT;
    return mode == CALX_JOIN_ROLLBACK_ONLY ? CALX_JOIN_GUEST : CALX_JOIN_CONTROL;
}

static calx_status join_callers(calx_session *session)
{
    calx_connection *connection = session->options.connection;
    calx_join join = choose_join(session, connection);
    calx_status status = CALX_OK;
    if (join == CALX_JOIN_BEGUN)
        status = calx_connection_begin(connection);
    else if (join == CALX_JOIN_SAVEPOINT)
        status = calx_connection_begin_nested(connection);
    if (status != CALX_OK)
        return take_from(session, connection);
    session->connection = connection;
    session->join = join;
    session->savepoints = calx_connection_savepoints(connection);
    return CALX_OK;
}

/* ---- sending what was begun ---- */

/* Refused: the level is as if its first statement were still to come. */
static void take_back(calx_session *session, calx_boundary *boundary)
{
    calx_error why = CALX_ERROR_INIT;
    bool is_root = boundary->outer == NULL;
    calx_error_move(&why, &session->error);
    if (!is_root || session->join == CALX_JOIN_OWN || session->join == CALX_JOIN_BEGUN ||
        session->join == CALX_JOIN_SAVEPOINT)
        (void)calx_join_rollback(session, boundary);
    boundary->sent = false;
    if (is_root)
        calx_join_release(session);
    calx_error_move(&session->error, &why);
}

/* Once for each level, before its first statement (SES-374). */
static calx_status raise_begin(calx_session *session, calx_boundary *boundary)
{
    calx_session_event_details details = {
        .event = CALX_SESSION_AFTER_BEGIN,
        .transaction = { session, boundary->number },
        .origin = boundary->origin,
        .connection = session->connection,
    };
    calx_status status = calx_session_raise(session, &details);
    if (status != CALX_OK)
        take_back(session, boundary);
    return status;
}

static calx_status send_boundary(calx_session *session, calx_boundary *boundary)
{
    calx_status status = CALX_OK;
    if (boundary->outer != NULL)
        status = calx_connection_begin_nested(session->connection) == CALX_OK
                     ? CALX_OK
                     : calx_session_take_error(session);
    else if (session->options.connection != NULL)
        status = join_callers(session);
    else
        status = take_from_pool(session);
    boundary->sent = status == CALX_OK;
    if (status == CALX_OK && calx_session_hears(session, CALX_SESSION_AFTER_BEGIN))
        status = raise_begin(session, boundary);
    return status;
}

/* The outermost first: a savepoint lies in what was open before it. */
static calx_status send_boundaries(calx_session *session)
{
    calx_status status = CALX_OK;
    while (status == CALX_OK && !session->boundary->sent) {
        calx_boundary *first = session->boundary;
        while (first->outer != NULL && !first->outer->sent)
            first = first->outer;
        status = send_boundary(session, first);
    }
    return status;
}

calx_status calx_session_acquire(calx_session *session)
{
    if (session->failure.status != CALX_OK)
        return calx_session_pending(session);
    calx_status status = calx_session_check_barred(session, CALX_BAR_STATEMENTS);
    if (status == CALX_OK)
        status = calx_session_autobegin(session);
    if (status != CALX_OK || session->boundary->sent)
        return status;
    return send_boundaries(session);
}

calx_status calx_session_connection(calx_session *session, calx_connection **out_connection)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_connection, "place for the connection");
    if (status == CALX_OK)
        status = calx_session_acquire(session);
    if (status == CALX_OK)
        *out_connection = session->connection;
    return status;
}

/* What the options of a call do when there is a connection already, or one of the caller's. */
static void warn_of_options(calx_session *session)
{
    calx_session_warn(session, "the execution options given to calx_session_connection_with() are "
                               "ignored: the transaction has its connection already");
}

calx_status calx_session_connection_with(calx_session *session,
                                         const calx_execution_options *options,
                                         calx_connection **out_connection)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_settings_check(options, calx_engine_driver(session->options.bind),
                                     CALX_SETTINGS_WHOLE, &session->error);
    if (status == CALX_OK && options->schema != NULL)
        status = calx_session_fail(session, CALX_E_ARGUMENT,
                                   "the schema of a session is its own: set it in its execution "
                                   "options when it is made");
    if (status != CALX_OK)
        return status;
    if (session->connection != NULL || session->options.connection != NULL)
        warn_of_options(session);
    session->call_options = options;
    status = calx_session_connection(session, out_connection);
    session->call_options = NULL;
    return status;
}

/* ---- ending ---- */

calx_status calx_join_commit(calx_session *session)
{
    if (session->boundary->outer == NULL && session->join == CALX_JOIN_GUEST)
        return CALX_OK; /* the caller's transaction goes on (SES-122) */
    if (calx_connection_commit(session->connection) != CALX_OK)
        return calx_session_take_error(session);
    return CALX_OK;
}

/* How many savepoints the connection has with the boundary's own, the last of those it is in. */
static size_t savepoints_with(const calx_session *session, const calx_boundary *boundary)
{
    size_t count = session->savepoints;
    for (; boundary->outer != NULL; boundary = boundary->outer)
        count++;
    return count;
}

/* A savepoint is gone when ending it failed. */
static bool is_there(const calx_session *session, const calx_boundary *boundary)
{
    bool is_savepoint = boundary->outer != NULL || session->join == CALX_JOIN_SAVEPOINT;
    return !is_savepoint ||
           calx_connection_savepoints(session->connection) >= savepoints_with(session, boundary);
}

bool calx_join_is_open(const calx_session *session, const calx_boundary *boundary)
{
    return !calx_connection_is_spoiled(session->connection) && is_there(session, boundary);
}

calx_status calx_join_rollback(calx_session *session, calx_boundary *boundary)
{
    if (!boundary->sent)
        return CALX_OK;
    for (calx_boundary *inner = session->boundary; inner != boundary; inner = inner->outer)
        inner->sent = false;
    boundary->sent = false;
    if (!is_there(session, boundary))
        return CALX_OK; /* ending it failed before, and what it was in is not to be undone for it */
    calx_connection_fold_savepoints(session->connection, savepoints_with(session, boundary));
    if (calx_connection_rollback(session->connection) != CALX_OK)
        return calx_session_take_error(session);
    return CALX_OK;
}

void calx_join_release(calx_session *session)
{
    if (session->connection != session->options.connection)
        calx_connection_close(session->connection);
    session->connection = NULL;
}

/* The outermost savepoint of the session; NULL: it has none open. */
static calx_boundary *outermost_savepoint(const calx_session *session)
{
    calx_boundary *boundary = session->boundary;
    if (boundary == NULL || boundary->outer == NULL)
        return NULL;
    while (boundary->outer->outer != NULL)
        boundary = boundary->outer;
    return boundary;
}

void calx_join_close(calx_session *session)
{
    calx_boundary *savepoint = outermost_savepoint(session);
    if (session->connection == NULL)
        return;
    if (savepoint != NULL)
        (void)calx_join_rollback(session, savepoint);
    if (session->join != CALX_JOIN_GUEST && session->join != CALX_JOIN_OWN) /* the pool cleans */
        (void)calx_join_rollback(session, &session->root);
    calx_error_clear(&session->error);
    calx_join_release(session);
}
