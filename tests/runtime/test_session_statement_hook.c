/*
 * The listener of statements: which it is told of and what they are for, what it may change, and
 * that what it changes counts for that run alone.
 */
#include "loading_fixture.h"
#include "support/ration.h"

#include <calx/session_events.h>
#include <stdio.h>

typedef struct told told;
typedef calx_status (*at_statement)(told *self, calx_session_event_details *details);

struct told {
    char text[1024];
    at_statement act; /* NULL: nothing */
    const calx_mapper *mapper;
    calx_expression condition;
    const calx_statement *text_statement;
};

static calx_status hear(void *context, calx_session_event_details *details)
{
    static const char *const kinds[] = { "text", "select", "insert", "update", "delete" };
    static const char *const causes[] = { "execute", "query", "key", "columns", "lazy", "eager" };
    told *self = context;
    const calx_session_statement *statement = details->statement;
    size_t size = strlen(self->text);
    assert_int_equal(details->event, CALX_SESSION_DO_ORM_EXECUTE);
    assert_true((details->mapper == NULL) == (statement->kind == CALX_STATEMENT_TEXT));
    assert_true((statement->relationship != NULL) == (statement->cause >= CALX_CAUSE_LAZY));
    snprintf(self->text + size, sizeof(self->text) - size, "%s%s/%s%s%s", size > 0 ? " " : "",
             kinds[statement->kind], causes[statement->cause], details->mapper == NULL ? "" : ":",
             details->mapper == NULL ? "" : details->mapper->name);
    return self->act == NULL ? CALX_OK : self->act(self, details);
}

static void listen(const graph *fix, told *self)
{
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    listener.function = hear;
    listener.context = self;
    graph_ok(fix, calx_session_listen(fix->session, CALX_SESSION_DO_ORM_EXECUTE, &listener));
}

static void assert_told(told *self, const char *text)
{
    assert_string_equal(self->text, text);
    self->text[0] = '\0';
}

/* The condition to each statement over the mapper. */
static calx_status restrict_rows(told *self, calx_session_event_details *details)
{
    if (details->mapper != self->mapper || !details->statement->takes_conditions)
        return CALX_OK;
    return calx_session_statement_where(details, self->condition);
}

static void loads_of_every_kind_are_told(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = NULL };
    calx_shows("SES-381");
    loading_users(&fix);
    listen(&fix, &ear);
    const struct user *user = graph_get(&fix, &user_mapper, 1);
    assert_told(&ear, "select/key:user");
    assert_ptr_equal(graph_get(&fix, &user_mapper, 1), user); /* in memory */
    assert_told(&ear, "");
    assert_int_equal(graph_count(user, 0), 2);
    assert_told(&ear, "select/lazy:address");
    graph_ok(&fix, calx_session_refresh(fix.session, user));
    assert_true(strncmp(ear.text, "select/key:user", 15) == 0);
    ear.text[0] = '\0';
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 3);
    assert_told(&ear, "text/execute");
    calx_query *query = loading_query(&fix, &user_mapper);
    loading_all(&fix, query, calx_selectinload(user_addresses_rel), 3);
    assert_told(&ear, "select/query:user select/eager:address");
    calx_query_free(query);
    graph_close(&fix);
}

static void references_and_single_columns_are_told(void **state)
{
    (void)state;
    static const char *const names[] = { "name" };
    graph fix;
    told ear = { .act = NULL };
    calx_expire_options options = CALX_EXPIRE_OPTIONS_INIT;
    calx_shows("SES-381");
    loading_users(&fix);
    listen(&fix, &ear);
    const struct address *address = graph_get(&fix, &address_mapper, 1);
    const struct user *user = graph_one(address, 0);
    assert_told(&ear, "select/key:address select/lazy:user");
    options.names = names;
    options.count = 1;
    graph_ok(&fix, calx_session_expire_with(fix.session, user, &options));
    graph_ok(&fix, calx_session_load(fix.session, user));
    assert_told(&ear, "select/columns:user");
    graph_close(&fix);
}

static void a_flush_is_not_told_and_changes_are(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = NULL };
    int64_t count = 0;
    calx_shows("SES-381");
    loading_users(&fix);
    listen(&fix, &ear);
    graph_ok(&fix, calx_session_add(fix.session, graph_user("d")));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_true(graph_statements(&fix, "INSERT") == 1);
    assert_told(&ear, "");
    calx_query *query = NULL;
    graph_ok(&fix, calx_session_query(fix.session, &user_mapper, &query));
    graph_ok(&fix, calx_query_where(query, calx_eq(user_col.name, "d")));
    const calx_assignment set = calx_assign(user_col.fullname, "D");
    graph_ok(&fix, calx_query_update(query, &set, 1, &count));
    graph_ok(&fix, calx_query_delete(query, &count));
    assert_told(&ear, "update/query:user delete/query:user");
    calx_query_free(query);
    graph_close(&fix);
}

static void a_condition_leaves_rows_out_of_queries_and_loads(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = restrict_rows, .mapper = &address_mapper };
    calx_shows("SES-381");
    loading_users(&fix);
    ear.condition = calx_ne(address_col.email, "a@one");
    listen(&fix, &ear);
    calx_query *query = loading_query(&fix, &address_mapper);
    size_t count = 0;
    const void *const *items = NULL;
    graph_ok(&fix, calx_query_all(query, &items, &count));
    assert_int_equal(count, 2);
    const char *sql = NULL; /* shows the query's own text */
    graph_ok(&fix, calx_query_sql(query, &sql));
    assert_null(strstr(sql, "WHERE"));
    assert_null(graph_get(&fix, &address_mapper, 1));
    assert_int_equal(graph_count(graph_get(&fix, &user_mapper, 1), 0), 1); /* lazily */
    ear.act = NULL; /* the same texts, without it */
    graph_ok(&fix, calx_query_all(query, &items, &count));
    assert_int_equal(count, 3);
    assert_non_null(graph_get(&fix, &address_mapper, 1));
    calx_query_free(query);
    graph_close(&fix);
}

static void a_condition_counts_for_what_comes_along_by_keys(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = restrict_rows, .mapper = &address_mapper };
    calx_shows("SES-381");
    loading_users(&fix);
    ear.condition = calx_or(calx_eq(address_col.email, "a@two"), calx_eq(address_col.email, "z"));
    listen(&fix, &ear);
    calx_query *query = loading_query(&fix, &user_mapper);
    const void *const *users = loading_all(&fix, query, calx_selectinload(user_addresses_rel), 3);
    assert_int_equal(graph_count(users[0], 0), 1);
    assert_int_equal(graph_count(users[2], 0), 0);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_reopen(&fix, true); /* without the listener */
    query = loading_query(&fix, &user_mapper);
    users = loading_all(&fix, query, calx_selectinload(user_addresses_rel), 3);
    assert_int_equal(graph_count(users[0], 0), 2);
    assert_int_equal(graph_count(users[2], 0), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void a_condition_counts_for_changes_by_criteria(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = restrict_rows, .mapper = &user_mapper };
    int64_t count = 0;
    calx_shows("SES-381");
    loading_users(&fix);
    const struct user *kept = graph_get(&fix, &user_mapper, 2);
    ear.condition = calx_ne(user_col.name, "b");
    listen(&fix, &ear);
    calx_query *query = NULL;
    graph_ok(&fix, calx_session_query(fix.session, &user_mapper, &query));
    const calx_assignment set = calx_assign(user_col.fullname, "new");
    graph_ok(&fix, calx_query_update(query, &set, 1, &count));
    assert_int_equal(count, 2);
    assert_null(kept->fullname); /* nor in memory */
    ear.act = NULL;
    graph_ok(&fix, calx_query_update(query, &set, 1, &count));
    assert_int_equal(count, 3);
    assert_string_equal(kept->fullname, "new");
    calx_query_free(query);
    graph_close(&fix);
}

static calx_status replace_text(told *self, calx_session_event_details *details)
{
    details->statement->text = self->text_statement;
    return CALX_OK;
}

static calx_status answer(told *self, calx_session_event_details *details)
{
    return calx_session_execute(details->session, self->text_statement,
                                &details->statement->result);
}

static calx_status refuse(told *self, calx_session_event_details *details)
{
    (void)self;
    return calx_session_event_fail(details, CALX_E_AUTH, "not today");
}

static void text_is_replaced_or_answered_or_refused(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = replace_text };
    calx_shows("SES-381");
    loading_users(&fix);
    calx_statement *other = calx_text_statement("SELECT count(*) FROM users WHERE name < :most");
    graph_ok(&fix, calx_statement_bind_text(other, "most", "c"));
    ear.text_statement = other;
    listen(&fix, &ear);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 2);
    ear.act = answer; /* its own statement is not told */
    ear.text[0] = '\0';
    assert_int_equal(graph_number(&fix, "SELECT nothing"), 2);
    assert_told(&ear, "text/execute");
    graph_sql(&fix, "SELECT nothing"); /* nobody wants the result */
    ear.act = refuse;
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_execute(fix.session, statement, NULL), CALX_E_AUTH);
    assert_string_equal(calx_session_error(fix.session)->message, "not today");
    calx_query *query = loading_query(&fix, &user_mapper);
    int64_t count = 0;
    assert_int_equal(calx_query_count(query, &count), CALX_E_AUTH);
    ear.act = NULL;
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 3);
    calx_query_free(query);
    calx_statement_free(statement);
    calx_statement_free(other);
    graph_close(&fix);
}

static calx_status insist(told *self, calx_session_event_details *details)
{
    return calx_session_statement_where(details, self->condition);
}

static calx_status run_inside(told *self, calx_session_event_details *details)
{
    (void)self;
    calx_statement *statement = calx_text_statement("SELECT 1");
    calx_status status = calx_session_execute(details->session, statement, NULL);
    calx_statement_free(statement);
    return status;
}

static void what_a_statement_does_not_take_is_told(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = insist, .mapper = &user_mapper };
    calx_value value = calx_value_null();
    const void *found = NULL;
    calx_shows("SES-381");
    loading_users(&fix);
    ear.condition = calx_ne(user_col.name, "b");
    listen(&fix, &ear);
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_session_scalar(fix.session, statement, &value), CALX_E_UNSUPPORTED);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "takes_conditions"));
    ear.act = run_inside; /* allowed here, and not while a row is loaded */
    graph_ok(&fix, calx_session_scalar(fix.session, statement, &value));
    value = calx_value_int64(1);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &value, &found), CALX_E_STATE);
    assert_null(found);
    ear.act = answer;
    ear.text_statement = statement;
    calx_query *query = loading_query(&fix, &user_mapper);
    int64_t count = 0;
    assert_int_equal(calx_query_count(query, &count), CALX_E_UNSUPPORTED);
    calx_query_free(query);
    calx_statement_free(statement);
    graph_close(&fix);
}

/* ---- no memory ---- */

static calx_status load_with_little(calx_session *session, told *ear)
{
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    calx_query *query = NULL;
    const void *const *items = NULL;
    const void *found = NULL;
    size_t count = 0;
    calx_value key = calx_value_int64(1);
    listener.function = hear;
    listener.context = ear;
    ear->text[0] = '\0';
    calx_status status = calx_session_listen(session, CALX_SESSION_DO_ORM_EXECUTE, &listener);
    if (status == CALX_OK)
        status = calx_session_get(session, &address_mapper, &key, &found);
    if (status == CALX_OK)
        status = calx_session_query(session, &user_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, calx_selectinload(user_addresses_rel));
    if (status == CALX_OK)
        status = calx_query_all(query, &items, &count);
    if (status == CALX_OK) {
        assert_null(found);
        assert_int_equal(count, 3);
    }
    calx_query_free(query);
    return status;
}

static calx_status try_with_an_engine(told *ear)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = load_with_little(session, ear);
    if (status == CALX_E_NOMEM && session != NULL)
        (void)calx_session_rollback(session);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void no_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    graph fix;
    told ear = { .act = restrict_rows, .mapper = &address_mapper };
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    calx_shows("SES-381");
    loading_users(&fix);
    graph_close(&fix);
    ear.condition = calx_ne(address_col.email, "a@one");
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = try_with_an_engine(&ear);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_of_every_kind_are_told),
        cmocka_unit_test(references_and_single_columns_are_told),
        cmocka_unit_test(a_flush_is_not_told_and_changes_are),
        cmocka_unit_test(a_condition_leaves_rows_out_of_queries_and_loads),
        cmocka_unit_test(a_condition_counts_for_what_comes_along_by_keys),
        cmocka_unit_test(a_condition_counts_for_changes_by_criteria),
        cmocka_unit_test(text_is_replaced_or_answered_or_refused),
        cmocka_unit_test(what_a_statement_does_not_take_is_told),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
    };
    return CALX_RUN("session_statement_hook", tests);
}
