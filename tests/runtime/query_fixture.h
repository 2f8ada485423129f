/*
 * What the tests of queries start from. Five users are in the database: ed 18, fred 41, jack 18,
 * mary without an age, wendy 30.
 */
#ifndef TESTS_RUNTIME_QUERY_FIXTURE_H
#define TESTS_RUNTIME_QUERY_FIXTURE_H

#include "support/harness.h"
#include "support/log_sink.h"
#include "support/sample_model.h"

#include <calx/calx.h>

#include <string.h>

enum { USERS = 5 };

typedef struct fixture {
    calx_engine *engine;
    calx_session *session;
    calx_query *query; /* over users, in the order of their names */
    log_sink sink;
} fixture;

static const struct {
    const char *name;
    int32_t age; /* 0: none */
} people[USERS] = { { "ed", 18 }, { "fred", 41 }, { "jack", 18 }, { "mary", 0 }, { "wendy", 30 } };

static inline struct user *new_user(const char *name, int32_t age)
{
    struct user *user = calx_instance_new(&user_mapper);
    assert_non_null(user);
    user->name = name;
    user->age = (calx_nullable_int32){ age != 0, age };
    return user;
}

static inline calx_session *new_session(fixture *fix)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = fix->engine;
    calx_session *session = NULL;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

static inline calx_query *new_query(calx_session *session)
{
    calx_query *query = NULL;
    assert_int_equal(calx_session_query(session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_order_by(query, calx_asc(user_col.name)), CALX_OK);
    return query;
}

/* People in a database of the running test, which lasts longer than any engine on it. */
static inline void set_up(fixture *fix)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    log_sink_init(&fix->sink);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &fix->sink;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix->engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix->engine, &sample_metadata, NULL), CALX_OK);
    calx_session *session = new_session(fix);
    for (size_t i = 0; i < USERS; i++)
        assert_int_equal(calx_session_add(session, new_user(people[i].name, people[i].age)),
                         CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    calx_session_free(session);
    fix->session = new_session(fix);
    fix->query = new_query(fix->session);
    log_sink_forget(&fix->sink);
}

static inline void tear_down(fixture *fix)
{
    calx_query_free(fix->query);
    calx_session_free(fix->session);
    calx_engine_free(fix->engine);
    log_sink_clear(&fix->sink);
}

/* Runs SQL past the unit of work, in the session's transaction. */
static inline void run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_session_execute(session, statement, NULL), CALX_OK);
    calx_statement_free(statement);
}

/* The names a query finds, as "ed fred". */
static inline void assert_finds(calx_query *query, const char *names)
{
    const void *const *items = NULL;
    size_t count = 0;
    char found[100] = "";
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    for (size_t i = 0; i < count; i++) {
        const struct user *user = items[i];
        assert_true(strlen(found) + strlen(user->name) + 2 < sizeof found);
        strcat(strcat(found, i == 0 ? "" : " "), user->name);
    }
    assert_string_equal(found, names);
}

static inline calx_status count_entity(void *context, const void *entity)
{
    assert_non_null(entity);
    ++*(size_t *)context;
    return CALX_OK;
}

static inline size_t held_by(calx_session *session)
{
    size_t count = 0;
    assert_int_equal(calx_session_iterate(session, count_entity, &count), CALX_OK);
    return count;
}

static inline const struct user *first_user(calx_query *query)
{
    const void *item = NULL;
    assert_int_equal(calx_query_first(query, &item), CALX_OK);
    return item;
}

#endif
