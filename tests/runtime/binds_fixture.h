/*
 * A session over two databases: users are in that of the running test, addresses in another one,
 * a file of SQLite. Nothing in the databases ties them together.
 */
#ifndef TESTS_RUNTIME_BINDS_FIXTURE_H
#define TESTS_RUNTIME_BINDS_FIXTURE_H

#include "session_fixture.h"
#include "support/ration.h"

#include <calx/option.h>
#include <calx/relationship.h>
#include <calx/session_events.h>
#include <stdio.h>

typedef struct two {
    fixture fix; /* users; its session is over both */
    calx_engine *other;
    log_sink others; /* what the other engine logs */
    char path[512];
} two;

static inline void run_on(calx_engine *engine, const char *sql)
{
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, NULL), CALX_OK);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_statement_free(statement);
    calx_connection_close(connection);
}

static inline int64_t count_on(calx_engine *engine, const char *sql)
{
    calx_connection *connection = NULL;
    calx_result *result = NULL;
    calx_value value = calx_value_null();
    bool row = false;
    calx_statement *statement = calx_text_statement(sql);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, &result), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_value(result, 0, &value), CALX_OK);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    assert_int_equal(value.type, CALX_VALUE_INT64);
    return value.as.int64;
}

static inline size_t out_of(calx_engine *engine)
{
    calx_engine_state state;
    calx_engine_status(engine, &state);
    return state.out;
}

static inline calx_session_options two_options(const two *self, const calx_session_bind *binds)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = self->fix.engine;
    options.binds = binds;
    options.bind_count = 1;
    return options;
}

static inline calx_session *two_session(const two *self)
{
    const calx_session_bind binds[] = { { &address_mapper, NULL, self->other } };
    const calx_session_options options = two_options(self, binds);
    calx_session *session = NULL;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

/* Its rows are without rules: those they would point at are elsewhere. */
static inline void make_addresses(calx_engine *engine)
{
    run_on(engine, "CREATE TABLE addresses (id INTEGER PRIMARY KEY, email TEXT NOT NULL, "
                   "user_id INTEGER NOT NULL)");
    run_on(engine, "CREATE TABLE checks (address_id INTEGER REFERENCES addresses(id) "
                   "DEFERRABLE INITIALLY DEFERRED)");
}

static inline void open_two(two *self)
{
    char url[600];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    set_up(&self->fix);
    log_sink_init(&self->others);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &self->others;
    snprintf(self->path, sizeof(self->path), "%s", calx_test_path("addresses.db"));
    snprintf(url, sizeof(url), "sqlite:///%s", self->path);
    assert_int_equal(calx_engine_new(url, &options, &self->other, NULL), CALX_OK);
    make_addresses(self->other);
    calx_session_free(self->fix.session);
    self->fix.session = two_session(self);
    log_sink_forget(&self->fix.sink);
    log_sink_forget(&self->others);
}

static inline void close_two(two *self)
{
    calx_session_free(self->fix.session);
    self->fix.session = NULL;
    assert_int_equal(out_of(self->fix.engine), 0);
    assert_int_equal(out_of(self->other), 0);
    calx_engine_free(self->other);
    tear_down(&self->fix);
    log_sink_clear(&self->others);
}

static inline struct address *new_address(const char *email)
{
    struct address *address = calx_instance_new(&address_mapper);
    assert_non_null(address);
    address->email = email;
    return address;
}

enum { USER_ADDRESSES = 0, ADDRESS_USER = 0 };

#define addresses_of_user (&user_mapper.relationships[USER_ADDRESSES])
#define user_of_address   (&address_mapper.relationships[ADDRESS_USER])

static inline int64_t users_of(const two *self)
{
    return count_on(self->fix.engine, "SELECT count(*) FROM users");
}

static inline int64_t addresses_of(const two *self)
{
    return count_on(self->other, "SELECT count(*) FROM addresses");
}

#endif
