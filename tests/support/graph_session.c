/*
 * Short words for the tests of relationships.
 */
#include "support/graph_session.h"

#include "support/harness.h"

#include <string.h>

void graph_ok(const graph *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), calx_session_error(fix->session)->message);
}

static calx_session *new_session(const graph *fix, bool autoflush)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = fix->engine;
    options.autoflush = autoflush;
    calx_session *session = NULL;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

void graph_open(graph *fix)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    log_sink_init(&fix->sink);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &fix->sink;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix->engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix->engine, &sample_metadata, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix->engine, &graph_metadata, NULL), CALX_OK);
    fix->session = new_session(fix, true);
    log_sink_forget(&fix->sink);
}

void graph_close(graph *fix)
{
    calx_session_free(fix->session);
    calx_engine_free(fix->engine);
    log_sink_clear(&fix->sink);
}

void graph_reopen(graph *fix, bool autoflush)
{
    calx_session_free(fix->session);
    fix->session = new_session(fix, autoflush);
    log_sink_forget(&fix->sink);
}

void graph_fill(graph *fix, const calx_metadata *metadata, const char *const *statements,
                bool autoflush)
{
    assert_int_equal(calx_schema_create_all(fix->engine, metadata, NULL), CALX_OK);
    for (; *statements != NULL; statements++)
        graph_sql(fix, *statements);
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, autoflush);
}

size_t graph_statements(graph *fix, const char *text)
{
    static const char *const verbs[] = { "SELECT ", "INSERT ", "UPDATE ", "DELETE " };
    size_t count = 0;
    for (size_t i = 0; i < fix->sink.count; i++) {
        const char *line = fix->sink.lines[i].text;
        bool is_statement = false;
        for (size_t k = 0; k < sizeof(verbs) / sizeof(verbs[0]); k++)
            is_statement = is_statement || strncmp(line, verbs[k], 7) == 0;
        if (is_statement && strstr(line, text) != NULL)
            count++;
    }
    return count;
}

void graph_forget(graph *fix)
{
    log_sink_forget(&fix->sink);
}

void graph_sql(const graph *fix, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    graph_ok(fix, calx_session_execute(fix->session, statement, NULL));
    calx_statement_free(statement);
}

int64_t graph_number(const graph *fix, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_value value = calx_value_null();
    assert_non_null(statement);
    graph_ok(fix, calx_session_scalar(fix->session, statement, &value));
    calx_statement_free(statement);
    return value.type == CALX_VALUE_NULL ? -1 : value.as.int64;
}

struct user *graph_user(const char *name)
{
    struct user *user = calx_instance_new(&user_mapper);
    assert_non_null(user);
    user->name = name;
    return user;
}

struct address *graph_address(const char *email)
{
    struct address *address = calx_instance_new(&address_mapper);
    assert_non_null(address);
    address->email = email;
    return address;
}

struct node *graph_node(const char *name)
{
    struct node *node = calx_instance_new(&node_mapper);
    assert_non_null(node);
    node->name = name;
    return node;
}

const void *graph_get(const graph *fix, const calx_mapper *mapper, int64_t id)
{
    const calx_value key = calx_value_int64(id);
    const void *entity = NULL;
    graph_ok(fix, calx_session_get(fix->session, mapper, &key, &entity));
    return entity;
}

static const calx_relationship *facts_of(const void *entity, unsigned relationship)
{
    return &calx_instance_mapper(entity)->relationships[relationship];
}

const void *graph_one(const void *entity, unsigned relationship)
{
    const void *target = NULL;
    assert_int_equal(calx_relationship_one(entity, facts_of(entity, relationship), &target),
                     CALX_OK);
    return target;
}

size_t graph_count(const void *entity, unsigned relationship)
{
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_relationship_many(entity, facts_of(entity, relationship), &items, &count),
                     CALX_OK);
    return count;
}

const void *graph_item(const void *entity, unsigned relationship, size_t position)
{
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_relationship_many(entity, facts_of(entity, relationship), &items, &count),
                     CALX_OK);
    assert_true(position < count);
    return items[position];
}

size_t graph_has(const void *entity, unsigned relationship, const void *item)
{
    size_t found = 0;
    for (size_t i = graph_count(entity, relationship); i-- > 0;)
        found += graph_item(entity, relationship, i) == item;
    return found;
}

calx_status graph_set(const void *entity, unsigned relationship, const void *target)
{
    return calx_relationship_set(entity, facts_of(entity, relationship), target);
}

calx_status graph_append(const void *entity, unsigned relationship, const void *item)
{
    return calx_relationship_append(entity, facts_of(entity, relationship), item);
}

calx_status graph_remove(const void *entity, unsigned relationship, const void *item)
{
    return calx_relationship_remove(entity, facts_of(entity, relationship), item);
}
