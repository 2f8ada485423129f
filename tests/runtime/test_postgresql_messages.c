/*
 * A session whose connection ends at each message of a unit of work in turn: rows that go together
 * in their savepoint, a savepoint of the application's, a stream, the commit. Whatever was under
 * way, the call that meets it has a clear status, rollback() mends the session, it works on over a
 * new connection, and the database holds all of the work or nothing of it.
 */
#include "session_fixture.h"
#include "support/gate.h"
#include "support/server.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Enough rows for a batch, and for a stream that is fetched twice. */
enum { ROWS = 6, STREAMED = 300, MOST_MESSAGES = 500 };

typedef struct station {
    fixture direct; /* a session past the gate */
    gate *between;
    calx_engine *engine; /* through the gate */
    calx_session *session;
    char url[1024];
    char schema[64];
    char waiting[256];
} station;

/* What one round came to. */
typedef struct outcome {
    calx_status status;
    unsigned flags;
    bool struck, commit;
    bool committing; /* the failed call was the commit */
} outcome;

/* ---- the work ---- */

static calx_status change(calx_session *session, const struct user *const *users, int round)
{
    char name[32];
    calx_status status = CALX_OK;
    for (int i = 0; status == CALX_OK && i < ROWS; i++)
        status = set_fullname(users[i], "changed");
    for (int i = 0; status == CALX_OK && i < ROWS; i++) {
        snprintf(name, sizeof(name), "new %d %d", round, i);
        struct user *added = new_user(name);
        status = calx_session_add(session, added);
        if (status != CALX_OK)
            calx_instance_free(added);
    }
    for (int i = ROWS; status == CALX_OK && i < 2 * ROWS; i++)
        status = calx_session_delete(session, users[i]);
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static calx_status count_row(void *context, const void *entity)
{
    (void)entity;
    ++*(int *)context;
    return CALX_OK;
}

static calx_status stream(calx_session *session)
{
    int rows = 0;
    calx_query *query = calx_query_new(session, &address_mapper);
    assert_non_null(query);
    calx_status status = calx_query_each(query, count_row, &rows);
    assert_int_equal(rows == STREAMED, status == CALX_OK);
    calx_query_free(query);
    return status;
}

static calx_status change_nested(calx_session *session, const struct user *last)
{
    calx_status status = calx_session_begin_nested(session);
    if (status != CALX_OK)
        return status;
    calx_session_transaction savepoint = calx_session_get_nested_transaction(session);
    status = set_fullname(last, "nested");
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (status == CALX_OK)
        status = stream(session);
    return status == CALX_OK ? calx_session_transaction_commit(savepoint) : status;
}

static calx_status work(calx_session *session, int round, bool *out_committing)
{
    const void *const *users = NULL;
    size_t count = 0;
    calx_query *query = calx_query_new(session, &user_mapper);
    assert_non_null(query);
    calx_status status = calx_query_order_by(query, calx_asc(user_col.id));
    if (status == CALX_OK)
        status = calx_query_all(query, &users, &count);
    if (status == CALX_OK) {
        assert_int_equal(count, 2 * ROWS + 1);
        status = change(session, (const struct user *const *)users, round);
    }
    if (status == CALX_OK)
        status = change_nested(session, users[2 * ROWS]);
    calx_query_free(query);
    *out_committing = status == CALX_OK;
    return status == CALX_OK ? calx_session_commit(session) : status;
}

/* ---- the database, from outside ---- */

static void refill(const station *self)
{
    char sql[1024];
    const char *place = self->schema;
    snprintf(sql, sizeof(sql),
             "DELETE FROM %s.users; "
             "INSERT INTO %s.users (id, name, role, revision) SELECT g, 'old ' || g, 1, 1 FROM "
             "generate_series(-%d, 0) g; "
             "INSERT INTO %s.addresses (email, user_id) SELECT 'at home', 0 FROM "
             "generate_series(1, %d)",
             place, place, 2 * ROWS, place, STREAMED);
    assert_true(server_run(sql, "", ""));
}

/* What the server still works on for a connection that ended is waited for. */
static void wait_for_server(const station *self)
{
    const struct timespec pause = { 0, 2000000 };
    for (int i = 0; i < 2500 && server_number(self->waiting) != 0; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(server_number(self->waiting), 0);
}

/* Whether all is stored; it must be all or nothing. */
static bool is_stored(const station *self)
{
    char sql[512];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FILTER (WHERE name LIKE 'new%%') * 10000 "
             "+ count(*) FILTER (WHERE fullname = 'changed') * 100 "
             "+ count(*) FILTER (WHERE fullname = 'nested') * 10 "
             "+ (count(*) = %d)::int FROM %s.users",
             2 * ROWS + 1, self->schema);
    long found = server_number(sql);
    if (found != 1)
        assert_int_equal(found, ROWS * 10000 + ROWS * 100 + 10 + 1);
    return found != 1;
}

/* ---- one round ---- */

static void open_station(station *self)
{
    static const char option[] = "application_name=";
    memset(self, 0, sizeof(*self));
    set_up(&self->direct);
    self->between = gate_open();
    gate_url(self->between, calx_test_url(), self->url, sizeof(self->url));
    char *name = strstr(self->url, option);
    assert_non_null(name);
    name += strlen(option);
    snprintf(self->schema, sizeof(self->schema), "%.*s", (int)strcspn(name, "&"), name);
    *name = 'V'; /* the victims have a name of their own */
    snprintf(self->waiting, sizeof(self->waiting),
             "SELECT count(*) FROM pg_stat_activity WHERE application_name = '%.*s'",
             (int)strcspn(name, "&"), name);
}

static void close_station(station *self)
{
    gate_close(self->between);
    tear_down(&self->direct);
}

/* connected: before the fault may strike. */
static void begin_round(station *self, bool connected)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    assert_int_equal(calx_engine_new(self->url, NULL, &self->engine, NULL), CALX_OK);
    options.bind = self->engine;
    assert_int_equal(calx_session_new(&options, &self->session, NULL), CALX_OK);
    refill(self);
    if (!connected)
        return;
    assert_int_equal(number(self->session, "SELECT 1"), 1);
    assert_int_equal(calx_session_commit(self->session), CALX_OK);
}

static void end_round(station *self)
{
    calx_session_free(self->session);
    calx_engine_free(self->engine);
    self->session = NULL;
    self->engine = NULL;
}

static outcome run_round(station *self, gate_side side, gate_fault fault, long messages)
{
    outcome out = { CALX_OK, 0, false, false, false };
    gate_arm(self->between, side, fault, messages);
    out.status = work(self->session, 1, &out.committing);
    if (out.status != CALX_OK)
        out.flags = calx_session_error(self->session)->flags;
    out.struck = gate_disarm(self->between);
    out.commit = gate_saw_commit(self->between);
    return out;
}

static void check_failure(const station *self, const outcome *out)
{
    bool unknown = (out->flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0;
    assert_true(out->struck);
    if (out->status != CALX_E_DISCONNECT)
        print_error("%s\n", message(self->session));
    assert_int_equal(out->status, CALX_E_DISCONNECT);
    assert_true((out->flags & CALX_ERROR_DISCONNECT) != 0);
    assert_true(unknown || !out->commit);
    assert_true(out->committing || !unknown);
}

/* The same work, or a small one, on another connection. */
static void check_session(const station *self, bool whole)
{
    bool committing = false;
    assert_int_equal(calx_session_rollback(self->session), CALX_OK);
    assert_false(calx_session_in_transaction(self->session));
    assert_true(calx_session_is_active(self->session));
    wait_for_server(self);
    bool stored = is_stored(self);
    if (stored || !whole) {
        assert_int_equal(number(self->session, "SELECT count(*) FROM users"), 2 * ROWS + 1);
        (void)stored_user(self->session, "one more");
        return;
    }
    assert_int_equal(work(self->session, 2, &committing), CALX_OK);
    assert_true(is_stored(self));
}

/* At each message of one side, or at each so many. */
static void try_all(gate_side side, gate_fault fault, long step)
{
    enum { WHOLE_EACH = 8 };
    station self;
    bool struck = true, unknown = false, known = false;
    long messages = 0;
    open_station(&self);
    for (; struck; messages += step) {
        assert_true(messages < MOST_MESSAGES);
        begin_round(&self, true);
        outcome out = run_round(&self, side, fault, messages);
        struck = out.struck;
        if (out.status == CALX_OK) {
            assert_true(is_stored(&self));
        } else {
            check_failure(&self, &out);
            if ((out.flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0) {
                unknown = true;
            } else {
                known = true;
                wait_for_server(&self);
                assert_false(is_stored(&self));
            }
            check_session(&self, messages % WHOLE_EACH == 0);
        }
        end_round(&self);
    }
    assert_true(known && (unknown || step > 1));
    assert_true(messages > 40);
    close_station(&self);
}

/* ---- the tests ---- */

static void a_line_cut_at_any_message_of_the_client_leaves_a_usable_session(void **state)
{
    (void)state;
    calx_shows("ENG-078");
    calx_shows("ENG-080");
    try_all(GATE_CLIENT, GATE_CUT, 1);
}

static void a_line_cut_at_any_message_of_the_server_leaves_a_usable_session(void **state)
{
    (void)state;
    calx_shows("ENG-078");
    calx_shows("ENG-081");
    try_all(GATE_SERVER, GATE_CUT, 1);
}

static void a_line_cut_inside_of_any_message_leaves_a_usable_session(void **state)
{
    (void)state;
    try_all(GATE_SERVER, GATE_TEAR, 4);
}

static void a_server_killed_at_any_message_leaves_a_usable_session(void **state)
{
    (void)state;
    calx_shows("ENG-078");
    calx_shows("ENG-090");
    try_all(GATE_CLIENT, GATE_KILL, 2);
}

static void a_line_cut_while_connecting_leaves_a_usable_session(void **state)
{
    (void)state;
    station self;
    open_station(&self);
    for (int side = GATE_CLIENT; side <= GATE_SERVER; side++) {
        begin_round(&self, false);
        outcome out = run_round(&self, (gate_side)side, GATE_CUT, side);
        assert_true(out.struck);
        assert_int_equal(out.status, CALX_E_CONNECT);
        assert_int_equal(out.flags & CALX_ERROR_OUTCOME_UNKNOWN, 0);
        check_session(&self, true);
        end_round(&self);
    }
    close_station(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_cut_at_any_message_of_the_client_leaves_a_usable_session),
        cmocka_unit_test(a_line_cut_at_any_message_of_the_server_leaves_a_usable_session),
        cmocka_unit_test(a_line_cut_inside_of_any_message_leaves_a_usable_session),
        cmocka_unit_test(a_server_killed_at_any_message_leaves_a_usable_session),
        cmocka_unit_test(a_line_cut_while_connecting_leaves_a_usable_session),
    };
    return CALX_RUN("postgresql_messages", tests);
}
