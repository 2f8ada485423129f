/*
 * A session's transaction on its connections, one for each branch. A connection is taken when the
 * first statement needs it (SES-092), a savepoint is sent with the first statement inside it
 * (SES-132). On a connection of the caller's the session joins what is open there as its options
 * say (SES-121 to 124).
 */
#include "session/bind.h"
#include "session/prepare.h"
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
static calx_status fetch(calx_session *session, const calx_branch *branch,
                         calx_connection **out_connection)
{
    if (session->connecting)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "this session is fetching its connection: use it when the call "
                                 "that needs one has returned");
    bool ending = session->ending;
    session->connecting = session->ending = true;
    calx_status status = calx_engine_connect(branch->engine, out_connection, &session->error);
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

static calx_status begin(calx_session *session, calx_connection *connection)
{
    if (session->options.twophase)
        return calx_prepare_begin(session, connection);
    return calx_connection_begin(connection) == CALX_OK ? CALX_OK : take_from(session, connection);
}

static calx_status take_from_pool(calx_session *session, calx_branch *branch)
{
    calx_connection *connection = NULL;
    calx_status status = fetch(session, branch, &connection);
    if (status != CALX_OK)
        return status;
    status = set_options(session, connection) != CALX_OK ? take_from(session, connection)
                                                         : begin(session, connection);
    if (status != CALX_OK) {
        calx_connection_close(connection); /* one that cannot begin is not kept (SES-125) */
        return status;
    }
    branch->connection = connection;
    branch->join = CALX_JOIN_OWN;
    branch->savepoints = 0;
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

static calx_status join_callers(calx_session *session, calx_branch *branch)
{
    calx_connection *connection = branch->callers;
    calx_join join = choose_join(session, connection);
    calx_status status = CALX_OK;
    if (join != CALX_JOIN_BEGUN && session->options.twophase)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "a session of two phases begins its transactions itself, and one "
                                 "is open on the connection it was given");
    if (join == CALX_JOIN_BEGUN)
        status = begin(session, connection);
    else if (join == CALX_JOIN_SAVEPOINT && calx_connection_begin_nested(connection) != CALX_OK)
        status = take_from(session, connection);
    if (status != CALX_OK)
        return status;
    branch->connection = connection;
    branch->join = join;
    branch->savepoints = calx_connection_savepoints(connection);
    return CALX_OK;
}

/* ---- ending what was sent ---- */

/* How many savepoints a connection has with the boundary's own, the last of those it is in. */
static size_t savepoints_with(const calx_branch *branch, const calx_boundary *boundary)
{
    return branch->savepoints + boundary->depth;
}

/* A savepoint is gone when ending it failed. */
static bool is_there(const calx_branch *branch, const calx_boundary *boundary)
{
    bool is_savepoint = boundary->outer != NULL || branch->join == CALX_JOIN_SAVEPOINT;
    return !is_savepoint ||
           calx_connection_savepoints(branch->connection) >= savepoints_with(branch, boundary);
}

static bool has_sent(const calx_branch *branch, const calx_boundary *boundary)
{
    return branch->sent > boundary->depth;
}

static calx_status roll_back(calx_session *session, calx_branch *branch,
                             const calx_boundary *boundary)
{
    if (!has_sent(branch, boundary))
        return CALX_OK;
    branch->sent = boundary->depth;
    if (!is_there(branch, boundary))
        return CALX_OK; /* ending it failed before, and what it was in is not to be undone for it */
    calx_connection_fold_savepoints(branch->connection, savepoints_with(branch, boundary));
    return calx_connection_rollback(branch->connection) == CALX_OK
               ? CALX_OK
               : calx_branch_take_error(session, branch);
}

static void release(calx_branch *branch)
{
    if (branch->connection != branch->callers)
        calx_connection_close(branch->connection);
    branch->connection = NULL;
    branch->sent = 0;
}

/* A call's connection, when no transaction works on it: its owner may close it at once. */
static void give_back(calx_branch *branch)
{
    if (!branch->lent || branch->connection != NULL)
        return;
    branch->callers = NULL;
    branch->lent = false;
}

/* ---- sending what was begun ---- */

/* Refused: the level is as if its first statement were still to come. */
static void take_back(calx_session *session, calx_branch *branch, const calx_boundary *boundary)
{
    calx_error why = CALX_ERROR_INIT;
    bool is_root = boundary->outer == NULL;
    calx_error_move(&why, &session->error);
    if (!is_root || branch->join == CALX_JOIN_OWN || branch->join == CALX_JOIN_BEGUN ||
        branch->join == CALX_JOIN_SAVEPOINT)
        (void)roll_back(session, branch, boundary);
    branch->sent = boundary->depth;
    if (is_root && session->unit != NULL)
        calx_two_phase_leave(session->unit, branch->connection);
    if (is_root)
        release(branch);
    calx_error_move(&session->error, &why);
}

/* Once for each level and connection, before its first statement (SES-374). */
static calx_status raise_begin(calx_session *session, calx_branch *branch,
                               const calx_boundary *boundary)
{
    calx_session_event_details details = {
        .event = CALX_SESSION_AFTER_BEGIN,
        .transaction = { session, boundary->number },
        .origin = boundary->origin,
        .connection = branch->connection,
    };
    calx_status status = calx_session_raise(session, &details);
    if (status != CALX_OK)
        take_back(session, branch, boundary);
    return status;
}

static calx_status send_boundary(calx_session *session, calx_branch *branch,
                                 const calx_boundary *boundary)
{
    calx_status status = CALX_OK;
    if (boundary->outer != NULL)
        status = calx_connection_begin_nested(branch->connection) == CALX_OK
                     ? CALX_OK
                     : calx_branch_take_error(session, branch);
    else if (branch->callers != NULL)
        status = join_callers(session, branch);
    else
        status = take_from_pool(session, branch);
    if (status != CALX_OK)
        return status;
    branch->sent = boundary->depth + 1;
    return calx_session_hears(session, CALX_SESSION_AFTER_BEGIN)
               ? raise_begin(session, branch, boundary)
               : CALX_OK;
}

/* The outermost first: a savepoint lies in what was open before it. */
static calx_status send_boundaries(calx_session *session, calx_branch *branch)
{
    calx_status status = CALX_OK;
    while (status == CALX_OK && !has_sent(branch, session->boundary)) {
        const calx_boundary *first = session->boundary;
        while (first->depth > branch->sent)
            first = first->outer;
        status = send_boundary(session, branch, first);
    }
    return status;
}

static calx_status begin_branch(calx_session *session, calx_branch *branch)
{
    if (session->failure.status != CALX_OK)
        return calx_session_pending(session);
    if (session->prepared)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "the transaction of this session is prepared: commit it or roll "
                                 "it back first");
    calx_status status = calx_session_check_barred(session, CALX_BAR_STATEMENTS);
    if (status == CALX_OK)
        status = calx_session_autobegin(session);
    if (status != CALX_OK || has_sent(branch, session->boundary))
        return status;
    return send_boundaries(session, branch);
}

calx_status calx_branch_begin(calx_session *session, calx_branch *branch)
{
    calx_status status = begin_branch(session, branch);
    if (status != CALX_OK)
        give_back(branch);
    return status;
}

bool calx_session_is_sent(const calx_session *session)
{
    const calx_branch *branch = &session->branch;
    while (branch != NULL && !has_sent(branch, session->boundary))
        branch = branch->next;
    return branch != NULL;
}

/* ---- the connection itself ---- */

/* SES-365: a session's transaction has one connection for each engine. */
static calx_status take_callers(calx_session *session, calx_connection *connection,
                                calx_branch **out_branch)
{
    calx_status status = calx_branch_on(session, calx_connection_engine(connection), out_branch);
    if (status != CALX_OK || (*out_branch)->callers == connection)
        return status;
    if ((*out_branch)->connection != NULL || (*out_branch)->callers != NULL)
        return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                                 "the transaction of this session has another connection of this "
                                 "engine already: %s",
                                 calx_engine_url((*out_branch)->asked));
    (*out_branch)->callers = connection;
    (*out_branch)->lent = true;
    return CALX_OK;
}

calx_status calx_session_check_arguments(calx_session *session,
                                         const calx_bind_arguments *arguments)
{
    if (arguments->size == sizeof(*arguments))
        return CALX_OK;
    return calx_session_fail(session, CALX_E_ARGUMENT,
                             "calx_bind_arguments of %zu bytes, this library knows %zu: start "
                             "from CALX_BIND_ARGUMENTS_INIT and compile with its headers",
                             arguments->size, sizeof(*arguments));
}

calx_status calx_session_branch_for(calx_session *session, const calx_bind_arguments *arguments,
                                    const char *text, calx_branch **out_branch)
{
    const calx_aim aim = { .mapper = arguments->mapper, .table = arguments->table, .text = text };
    if (arguments->connection != NULL)
        return take_callers(session, arguments->connection, out_branch);
    if (arguments->bind != NULL)
        return calx_branch_on(session, arguments->bind, out_branch);
    return calx_bind_choose(session, &aim, out_branch);
}

calx_status calx_session_connection(calx_session *session, calx_connection **out_connection)
{
    const calx_bind_arguments none = CALX_BIND_ARGUMENTS_INIT;
    return calx_session_connection_bound(session, &none, out_connection);
}

/* What the options of a call do when there is a connection already, or one of the caller's. */
static void warn_of_options(calx_session *session)
{
    calx_session_warn(session, "the execution options given to calx_session_connection_with() are "
                               "ignored: the transaction has its connection already");
}

static calx_status check_options(calx_session *session, const calx_branch *branch,
                                 const calx_execution_options *options)
{
    calx_status status = calx_settings_check(options, calx_engine_driver(branch->engine),
                                             CALX_SETTINGS_WHOLE, &session->error);
    if (status == CALX_OK && options->schema != NULL)
        status = calx_session_fail(session, CALX_E_ARGUMENT,
                                   "the schema of a session is its own: set it in its execution "
                                   "options when it is made");
    if (status == CALX_OK && (branch->connection != NULL || branch->callers != NULL))
        warn_of_options(session);
    return status;
}

calx_status calx_session_connection_bound(calx_session *session,
                                          const calx_bind_arguments *arguments,
                                          calx_connection **out_connection)
{
    calx_branch *branch = NULL;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, arguments, "bind arguments");
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_connection, "place for the connection");
    if (status == CALX_OK)
        status = calx_session_check_arguments(session, arguments);
    if (status == CALX_OK)
        status = calx_session_branch_for(session, arguments, NULL, &branch);
    if (status == CALX_OK && arguments->options != NULL &&
        (status = check_options(session, branch, arguments->options)) != CALX_OK)
        give_back(branch);
    if (status != CALX_OK)
        return status;
    session->call_options = arguments->options;
    status = calx_branch_begin(session, branch);
    session->call_options = NULL;
    if (status == CALX_OK)
        *out_connection = branch->connection;
    return status;
}

calx_status calx_session_connection_with(calx_session *session,
                                         const calx_execution_options *options,
                                         calx_connection **out_connection)
{
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, options, "options of the connection");
    arguments.options = options;
    return status == CALX_OK ? calx_session_connection_bound(session, &arguments, out_connection)
                             : status;
}

/* ---- ending ---- */

static calx_status commit(calx_session *session, calx_branch *branch)
{
    if (session->boundary->outer == NULL && branch->join == CALX_JOIN_GUEST)
        return CALX_OK; /* the caller's transaction goes on (SES-122) */
    if (calx_connection_commit(branch->connection) != CALX_OK)
        return calx_branch_take_error(session, branch);
    return CALX_OK;
}

/* Of a transaction: what is committed stays so, whatever becomes of the rest (SES-364). */
static void explain_part(calx_session *session, const calx_branch *failed)
{
    session->error.flags |= CALX_ERROR_OUTCOME_UNKNOWN; /* nothing tries all of it again */
    calx_error_prefix(&session->error,
                      "the transaction was committed in part: what was done on engines before %s "
                      "stays; call calx_session_rollback(). ",
                      calx_engine_url(failed->asked));
}

calx_status calx_join_commit(calx_session *session, bool *out_part)
{
    calx_status status = CALX_OK;
    size_t ended = 0;
    for (calx_branch *branch = &session->branch; status == CALX_OK && branch != NULL;
         branch = branch->next) {
        if (!has_sent(branch, session->boundary))
            continue;
        status = commit(session, branch);
        if (status == CALX_OK) {
            branch->sent--;
            ended++;
        } else if (ended > 0 && session->boundary->outer == NULL) {
            explain_part(session, branch);
        }
    }
    *out_part = status != CALX_OK && ended > 0;
    return status;
}

bool calx_join_is_open(const calx_session *session, const calx_boundary *boundary)
{
    for (const calx_branch *branch = &session->branch; branch != NULL; branch = branch->next)
        if (has_sent(branch, boundary) &&
            (calx_connection_is_spoiled(branch->connection) || !is_there(branch, boundary)))
            return false;
    return true;
}

bool calx_join_is_lost(const calx_session *session)
{
    const calx_branch *branch = &session->branch;
    while (branch != NULL &&
           (branch->connection == NULL || !calx_connection_is_spoiled(branch->connection)))
        branch = branch->next;
    return branch != NULL;
}

calx_status calx_join_rollback(calx_session *session, calx_boundary *boundary)
{
    calx_error first = CALX_ERROR_INIT;
    calx_status status = CALX_OK;
    if (boundary->outer == NULL && session->unit != NULL)
        return calx_prepare_rollback(session);
    for (calx_branch *branch = &session->branch; branch != NULL; branch = branch->next) {
        calx_status one = roll_back(session, branch, boundary);
        if (one == CALX_OK || status != CALX_OK)
            continue;
        status = one;
        calx_error_move(&first, &session->error);
    }
    if (status != CALX_OK)
        calx_error_move(&session->error, &first);
    return status;
}

void calx_join_release(calx_session *session)
{
    calx_prepare_clear(session);
    for (calx_branch *branch = &session->branch; branch != NULL; branch = branch->next) {
        release(branch);
        give_back(branch);
    }
}

void calx_join_invalidate(calx_session *session)
{
    for (calx_branch *branch = &session->branch; branch != NULL; branch = branch->next)
        if (branch->connection != NULL)
            (void)calx_connection_invalidate(branch->connection);
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

static void close_branch(calx_session *session, calx_branch *branch)
{
    const calx_boundary *savepoint = outermost_savepoint(session);
    if (branch->connection == NULL)
        return;
    if (savepoint != NULL)
        (void)roll_back(session, branch, savepoint);
    if (branch->join != CALX_JOIN_GUEST && branch->join != CALX_JOIN_OWN) /* the pool cleans */
        (void)roll_back(session, branch, &session->root);
}

void calx_join_close(calx_session *session)
{
    calx_prepare_clear(session);
    for (calx_branch *branch = &session->branch; branch != NULL; branch = branch->next)
        close_branch(session, branch);
    if (session->error.status != CALX_OK)
        calx_error_clear(&session->error);
    calx_join_release(session);
}
