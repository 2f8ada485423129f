/*
 * A primary and its replica: what is written goes to the primary, what is read comes from the
 * replica. A session reads its own writes: as long as the replica has not replayed its last commit
 * it reads from the primary.
 */
#include "models.calx.h"
#include "need.h"

#include <stdio.h>
#include <threads.h>

/* What a session knows of both. */
typedef struct copies {
    calx_engine *primary;
    calx_engine *replica;
    bool writing;         /* this transaction has written */
    char written[32];     /* where the log of the primary was after the last commit; "": nowhere */
    const char *answered; /* who answered the last statement */
} copies;

/* ---- beside the sessions ---- */

static calx_connection *connect(calx_engine *engine)
{
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    need(calx_engine_connect(engine, &connection, &error), &error);
    return connection;
}

/* The only row of a statement, which may have a position in the log as parameter. */
static calx_result *ask(calx_connection *connection, const char *sql, const char *position)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_result *result = NULL;
    bool row = false;
    need_memory(statement);
    if (position != NULL && calx_statement_bind_text(statement, "position", position) != CALX_OK)
        need_memory(NULL);
    need(calx_connection_execute(connection, statement, &result),
         calx_connection_error(connection));
    need(calx_result_next(result, &row), calx_result_error(result));
    calx_statement_free(statement);
    return result;
}

static void note_position(copies *self)
{
    const char *position = NULL;
    calx_connection *connection = connect(self->primary);
    calx_result *result = ask(connection, "SELECT CAST(pg_current_wal_insert_lsn() AS text)", NULL);
    need(calx_result_text(result, 0, &position), calx_result_error(result));
    snprintf(self->written, sizeof(self->written), "%s", position);
    calx_result_free(result);
    calx_connection_close(connection);
}

/* Whether the replica has what this session wrote. */
static bool is_caught_up(copies *self)
{
    bool there = false;
    if (self->written[0] == '\0')
        return true;
    calx_connection *connection = connect(self->replica);
    calx_result *result = ask(
        connection, "SELECT pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn)", self->written);
    need(calx_result_bool(result, 0, &there), calx_result_error(result));
    calx_result_free(result);
    calx_connection_close(connection);
    if (there)
        self->written[0] = '\0'; /* it stays so: no need to ask again */
    return there;
}

/* ---- the session ---- */

/* The hook. Text may do anything, so it goes to the primary as well. */
static calx_status choose(void *context, calx_session *session, const calx_bind_request *request,
                          calx_engine **out_engine)
{
    copies *self = context;
    (void)session;
    if (request->flushing || request->writes || request->mapper == NULL)
        self->writing = true;
    bool reads_replica = !self->writing && is_caught_up(self);
    *out_engine = reads_replica ? self->replica : self->primary;
    self->answered = reads_replica ? "replica" : "primary";
    return CALX_OK;
}

/* The outermost transaction of a session has ended. */
static calx_status after_commit(void *context, calx_session_event_details *details)
{
    copies *self = context;
    (void)details;
    if (self->writing)
        note_position(self);
    self->writing = false;
    return CALX_OK;
}

static calx_status after_rollback(void *context, calx_session_event_details *details)
{
    copies *self = context;
    (void)details;
    self->writing = false;
    return CALX_OK;
}

static calx_session *open_session(copies *self)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.route = choose;
    options.route_context = self;
    need(calx_session_new(&options, &session, &error), &error);
    listener.context = self;
    listener.function = after_commit;
    need_session(calx_session_listen(session, CALX_SESSION_AFTER_COMMIT, &listener), session);
    listener.function = after_rollback;
    need_session(calx_session_listen(session, CALX_SESSION_AFTER_ROLLBACK, &listener), session);
    return session;
}

/* ---- what is shown ---- */

static void write_note(calx_session *session, const char *text)
{
    struct note *note = note_new();
    need_memory(note);
    note->text = text;
    need_session(note_add(session, note), session);
    need_session(calx_session_commit(session), session);
}

static void count_notes(const char *who, calx_session *session, const copies *self)
{
    note_query *query = note_query_new(session);
    int64_t count = 0;
    need_session(note_query_count(query, &count), session);
    need_session(calx_session_commit(session), session); /* the next read begins anew */
    note_query_free(query);
    printf("replica | %s sees %d, by the %s\n", who, (int)count, self->answered);
}

/* Holds the replica back, as a busy one is, or lets it go on. */
static void hold_back(copies *self, bool on)
{
    calx_connection *connection = connect(self->replica);
    calx_result_free(ask(
        connection, on ? "SELECT pg_wal_replay_pause()" : "SELECT pg_wal_replay_resume()", NULL));
    calx_connection_close(connection);
}

static void wait_for_replica(copies *self)
{
    const struct timespec moment = { .tv_nsec = 5000000 };
    note_position(self);
    while (!is_caught_up(self))
        thrd_sleep(&moment, NULL);
}

void show_replica(calx_engine *primary, calx_engine *replica)
{
    copies writers = { .primary = primary, .replica = replica };
    copies readers = writers;
    wait_for_replica(&writers); /* it has the tables */
    calx_session *writer = open_session(&writers);
    calx_session *reader = open_session(&readers);
    write_note(writer, "first");
    wait_for_replica(&writers);
    hold_back(&writers, true);
    write_note(writer, "second");
    count_notes("who wrote", writer, &writers);
    count_notes("somebody else", reader, &readers);
    hold_back(&writers, false);
    wait_for_replica(&writers);
    count_notes("who wrote", writer, &writers);
    count_notes("somebody else", reader, &readers);
    calx_session_free(writer);
    calx_session_free(reader);
}
