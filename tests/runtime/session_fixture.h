/*
 * A session on an empty database of the running test, its statements collected, and the few words
 * in which tests of the session speak. All static inline, so that each test program takes what it
 * needs.
 */
#ifndef TESTS_RUNTIME_SESSION_FIXTURE_H
#define TESTS_RUNTIME_SESSION_FIXTURE_H

#include "support/harness.h"
#include "support/log_sink.h"
#include "support/sample_model.h"

#include <calx/engine.h>
#include <calx/instance.h>
#include <calx/query.h>
#include <calx/schema.h>
#include <calx/session.h>
#include <calx/sessionmaker.h>

#include <stdbool.h>
#include <string.h>

typedef struct fixture {
    calx_engine *engine;
    calx_session *session;
    log_sink sink;
} fixture;

static inline calx_session_options session_options(const fixture *fix)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = fix->engine;
    return options;
}

static inline calx_session *new_session(const fixture *fix)
{
    calx_session_options options = session_options(fix);
    calx_session *session = NULL;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

/* The session of the fixture made again, with other options. */
static inline void set_options(fixture *fix, const calx_session_options *options)
{
    calx_session_free(fix->session);
    fix->session = NULL;
    assert_int_equal(calx_session_new(options, &fix->session, NULL), CALX_OK);
}

static inline void set_up_at(fixture *fix, const char *url, const calx_metadata *metadata)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    log_sink_init(&fix->sink);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &fix->sink;
    assert_int_equal(calx_engine_new(url, &options, &fix->engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix->engine, metadata, NULL), CALX_OK);
    fix->session = new_session(fix);
    log_sink_forget(&fix->sink);
}

static inline void set_up_model(fixture *fix, const calx_metadata *metadata)
{
    set_up_at(fix, calx_test_url(), metadata);
}

static inline void set_up(fixture *fix)
{
    set_up_model(fix, &sample_metadata);
}

static inline void tear_down(fixture *fix)
{
    calx_session_free(fix->session);
    calx_engine_free(fix->engine);
    log_sink_clear(&fix->sink);
}

/* What a database calls the rule that the names of users differ. */
static inline const char *rule_of_names(void)
{
    return calx_test_on("postgresql") ? "users_name_key" : "users.name";
}

/* Whether the error carries the database's own code. */
static inline bool has_code(const calx_error *error, int sqlite_code, const char *sqlstate)
{
    return calx_test_on("postgresql") ? strcmp(error->sqlstate, sqlstate) == 0
                                      : error->driver_code == sqlite_code;
}

/* How many lines with this text were logged since the last look; then they are forgotten. */
static inline size_t logged(fixture *fix, const char *text)
{
    size_t count = log_sink_count(&fix->sink, text);
    log_sink_forget(&fix->sink);
    return count;
}

static inline struct user *new_user(const char *name)
{
    struct user *user = calx_instance_new(&user_mapper);
    assert_non_null(user);
    user->name = name;
    return user;
}

static inline struct user *add_user(calx_session *session, const char *name)
{
    struct user *user = new_user(name);
    assert_int_equal(calx_session_add(session, user), CALX_OK);
    return user;
}

/* Added and committed, so expired. */
static inline struct user *stored_user(calx_session *session, const char *name)
{
    struct user *user = add_user(session, name);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    return user;
}

static inline const struct user *get_user(calx_session *session, int64_t id)
{
    calx_value key = calx_value_int64(id);
    const void *found = NULL;
    assert_int_equal(calx_session_get(session, &user_mapper, &key, &found), CALX_OK);
    return found;
}

static inline calx_status set_name(const struct user *user, const char *name)
{
    return calx_instance_set_text(user, &user_mapper.columns[USER_NAME], name);
}

static inline calx_status set_fullname(const struct user *user, const char *name)
{
    return calx_instance_set_text(user, &user_mapper.columns[USER_FULLNAME], name);
}

static inline bool contains(calx_session *session, const void *entity)
{
    bool answer = false;
    assert_int_equal(calx_session_contains(session, entity, &answer), CALX_OK);
    return answer;
}

static inline bool is_modified(calx_session *session, const void *entity)
{
    bool answer = false;
    assert_int_equal(calx_session_is_modified(session, entity, &answer), CALX_OK);
    return answer;
}

/* The first column of the first row, in the session's transaction and without an autoflush. */
static inline calx_value scalar(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_value value = calx_value_null();
    assert_non_null(statement);
    assert_int_equal(calx_session_no_autoflush_begin(session), CALX_OK);
    assert_int_equal(calx_session_scalar(session, statement, &value), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(session), CALX_OK);
    calx_statement_free(statement);
    return value;
}

static inline int64_t number(calx_session *session, const char *sql)
{
    calx_value value = scalar(session, sql);
    assert_int_equal(value.type, CALX_VALUE_INT64);
    return value.as.int64;
}

static inline void assert_stored_text(calx_session *session, const char *sql, const char *text)
{
    calx_value value = scalar(session, sql);
    assert_int_equal(value.type, CALX_VALUE_TEXT);
    assert_int_equal(value.as.span.size, strlen(text));
    assert_memory_equal(value.as.span.data, text, strlen(text));
}

/* Runs SQL past the unit of work, in a transaction of its own on another connection. */
static inline void run_elsewhere(const fixture *fix, const char *sql)
{
    calx_session *other = new_session(fix);
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_session_execute(other, statement, NULL), CALX_OK);
    assert_int_equal(calx_session_commit(other), CALX_OK);
    calx_statement_free(statement);
    calx_session_free(other);
}

static inline const char *message(const calx_session *session)
{
    return calx_session_error(session)->message;
}

#endif
