/*
 * Listeners of statements in a session over two databases: they are told before an engine is
 * chosen, so the one that is chosen is that of the statement that runs.
 */
#include "binds_fixture.h"

/* What a listener does with a statement, and what the route saw. */
typedef struct routing {
    const two *self;
    const calx_statement *text;  /* instead of what was to run; or NULL */
    const calx_statement *asked; /* whose result is the answer; or NULL */
    bool leaves_out;             /* the first address is found by no statement */
    size_t told, routed;
    char seen[100]; /* by the route, last */
} routing;

static calx_status hear(void *context, calx_session_event_details *details)
{
    routing *self = context;
    calx_session_statement *statement = details->statement;
    self->told++;
    if (statement->kind == CALX_STATEMENT_TEXT && self->text != NULL)
        statement->text = self->text;
    if (statement->kind == CALX_STATEMENT_TEXT && self->asked != NULL)
        return calx_session_execute(details->session, self->asked, &statement->result);
    if (self->leaves_out && details->mapper == &address_mapper && statement->takes_conditions)
        return calx_session_statement_where(details, calx_ne(address_col.email, "one"));
    return CALX_OK;
}

/* What is about addresses, text or not, is in the other database. */
static calx_status route(void *context, calx_session *session, const calx_bind_request *request,
                         calx_engine **out_engine)
{
    routing *self = context;
    const char *about = request->text != NULL ? request->text : request->table;
    (void)session;
    self->routed++;
    snprintf(self->seen, sizeof(self->seen), "%s", about);
    if (strstr(about, "addresses") != NULL)
        *out_engine = self->self->other;
    return CALX_OK;
}

static void listen(calx_session *session, routing *context)
{
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    listener.function = hear;
    listener.context = context;
    assert_int_equal(calx_session_listen(session, CALX_SESSION_DO_ORM_EXECUTE, &listener), CALX_OK);
}

/* Ed and his addresses, each where it belongs. */
static void open_rows(two *self)
{
    open_two(self);
    run_on(self->fix.engine, "INSERT INTO users (id, name, role, revision) VALUES (1, 'ed', 0, 1)");
    run_on(self->other, "INSERT INTO addresses (id, email, user_id) VALUES (1, 'one', 1), "
                        "(2, 'two', 1), (3, 'three', 1)");
}

static calx_session *open_way(two *self, routing *context)
{
    calx_session *session = NULL;
    open_rows(self);
    calx_session_options options = two_options(self, NULL);
    options.bind_count = 0;
    options.route = route;
    options.route_context = context;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    listen(session, context);
    return session;
}

static void close_way(two *self, calx_session *session)
{
    calx_session_free(session);
    close_two(self);
}

static void the_engine_is_that_of_the_text_a_listener_put(void **state)
{
    (void)state;
    calx_shows("SES-381");
    calx_shows("SES-360");
    two self;
    routing way = { .self = &self };
    calx_session *session = open_way(&self, &way);
    calx_statement *other = calx_text_statement("SELECT count(*) FROM addresses");
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 1);
    way.text = other;
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 3);
    assert_string_equal(way.seen, "SELECT count(*) FROM addresses");
    assert_int_equal(way.told, 2);
    assert_int_equal(way.routed, 2);
    calx_statement_free(other);
    close_way(&self, session);
}

static void a_call_that_names_its_engine_keeps_it(void **state)
{
    (void)state;
    calx_shows("SES-381");
    two self;
    routing way = { .self = &self };
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    calx_result *result = NULL;
    bool row = false;
    calx_session *session = open_way(&self, &way);
    calx_statement *asked = calx_text_statement("SELECT email FROM addresses");
    calx_statement *put = calx_text_statement("SELECT 17");
    calx_value value = calx_value_null();
    way.text = put;
    arguments.bind = self.other;
    assert_int_equal(calx_session_execute_bound(session, asked, &arguments, &result), CALX_OK);
    assert_int_equal(out_of(self.other), 1);
    assert_int_equal(out_of(self.fix.engine), 0);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(calx_result_value(result, 0, &value), CALX_OK);
    assert_int_equal(value.as.int64, 17);
    calx_result_free(result);
    arguments.size = 1; /* wrong before anybody is told */
    way.told = 0;
    assert_int_equal(calx_session_execute_bound(session, asked, &arguments, NULL), CALX_E_ARGUMENT);
    assert_int_equal(way.told, 0);
    calx_statement_free(put);
    calx_statement_free(asked);
    close_way(&self, session);
}

static void an_answer_comes_from_the_engine_of_what_the_listener_asked(void **state)
{
    (void)state;
    calx_shows("SES-381");
    two self;
    routing way = { .self = &self };
    calx_session *session = open_way(&self, &way);
    calx_statement *asked = calx_text_statement("SELECT count(*) FROM addresses");
    way.asked = asked;
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 3);
    assert_int_equal(way.routed, 1); /* what was to run is sent nowhere */
    assert_int_equal(out_of(self.fix.engine), 0);
    assert_int_equal(out_of(self.other), 1);
    calx_statement_free(asked);
    close_way(&self, session);
}

static size_t load_addresses(calx_session *session, calx_option option)
{
    calx_query *query = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_session_reset(session), CALX_OK);
    assert_int_equal(calx_session_query(session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_options(query, option), CALX_OK);
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    assert_int_equal(count, 1);
    assert_int_equal(calx_relationship_many(items[0], addresses_of_user, &items, &count), CALX_OK);
    calx_query_free(query);
    return count;
}

static void conditions_count_on_the_engine_of_their_class(void **state)
{
    (void)state;
    calx_shows("SES-381");
    calx_shows("SES-363");
    two self;
    routing way = { .self = &self };
    const calx_relation addresses = { &user_mapper, USER_ADDRESSES };
    const calx_value key = calx_value_int64(1);
    const void *found = NULL;
    open_rows(&self);
    calx_session *session = self.fix.session;
    listen(session, &way);
    for (int round = 0; round < 2; round++) { /* without the condition, then with it */
        way.leaves_out = round == 1;
        const size_t count = way.leaves_out ? 2 : 3;
        assert_int_equal(load_addresses(session, calx_lazyload(addresses)), count);
        assert_int_equal(load_addresses(session, calx_selectinload(addresses)), count);
        assert_int_equal(load_addresses(session, calx_subqueryload(addresses)), count);
    }
    assert_int_equal(calx_session_reset(session), CALX_OK);
    assert_int_equal(calx_session_get(session, &address_mapper, &key, &found), CALX_OK);
    assert_null(found);
    close_two(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_is_that_of_the_text_a_listener_put),
        cmocka_unit_test(a_call_that_names_its_engine_keeps_it),
        cmocka_unit_test(an_answer_comes_from_the_engine_of_what_the_listener_asked),
        cmocka_unit_test(conditions_count_on_the_engine_of_their_class),
    };
    return CALX_RUN("session_statement_binds", tests);
}
