/*
 * One session over two databases: where statements go, one flush and one transaction over both, and
 * what becomes of it when one of them fails.
 */
#include "binds_fixture.h"

#include "engine/inside.h"

static calx_status run_bound(calx_session *session, calx_engine *engine, const char *sql)
{
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    calx_statement *statement = calx_text_statement(sql);
    if (statement == NULL)
        return CALX_E_NOMEM;
    arguments.bind = engine;
    calx_status status = calx_session_execute_bound(session, statement, &arguments, NULL);
    calx_statement_free(statement);
    return status;
}

/* Ed with two addresses, added. */
static struct user *add_ed(calx_session *session)
{
    struct user *ed = new_user("ed");
    assert_int_equal(calx_relationship_append(ed, addresses_of_user, new_address("ed@one")),
                     CALX_OK);
    assert_int_equal(calx_relationship_append(ed, addresses_of_user, new_address("ed@two")),
                     CALX_OK);
    assert_int_equal(calx_session_add(session, ed), CALX_OK);
    return ed;
}

/* ---- where statements go ---- */

static void each_class_has_its_own_engine_or_that_of_the_session(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    calx_engine *engine = NULL;
    open_two(&self);
    calx_session *session = self.fix.session;
    assert_int_equal(calx_session_get_bind(session, &address_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.other);
    assert_int_equal(calx_session_get_bind(session, &user_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.fix.engine);
    assert_int_equal(calx_session_get_bind(session, NULL, &engine), CALX_OK);
    assert_ptr_equal(engine, self.fix.engine);
    /* a table is another name of its class, and the class itself goes before it */
    assert_int_equal(calx_session_bind_table(session, "users", self.other), CALX_OK);
    assert_int_equal(calx_session_get_bind(session, &user_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.other);
    assert_int_equal(calx_session_bind_mapper(session, &user_mapper, self.fix.engine), CALX_OK);
    assert_int_equal(calx_session_get_bind(session, &user_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.fix.engine);
    close_two(&self);
}

static void text_goes_where_its_call_says(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    calx_connection *connection = NULL;
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    open_two(&self);
    calx_session *session = self.fix.session;
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 0);
    assert_int_equal(out_of(self.other), 0);
    assert_int_equal(run_bound(session, self.other, "SELECT count(*) FROM checks"), CALX_OK);
    assert_int_equal(out_of(self.other), 1);
    arguments.table = "addresses";
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection), CALX_OK);
    assert_ptr_equal(connection->engine, self.fix.engine); /* it was bound by its class */
    arguments.table = NULL;
    arguments.mapper = &address_mapper;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection), CALX_OK);
    assert_ptr_equal(connection->engine, self.other);
    arguments.size = 1;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection),
                     CALX_E_ARGUMENT);
    close_two(&self);
}

static void queries_and_changes_by_criteria_go_to_the_engine_of_their_class(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    calx_query *query = NULL;
    int64_t count = 0;
    open_two(&self);
    calx_session *session = self.fix.session;
    run_on(self.other, "INSERT INTO addresses (email, user_id) VALUES ('a', 1), ('b', 2)");
    assert_int_equal(calx_session_query(session, &address_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_count(query, &count), CALX_OK);
    assert_int_equal(count, 2);
    assert_int_equal(calx_query_delete(query, &count), CALX_OK);
    assert_int_equal(count, 2);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(addresses_of(&self), 0);
    calx_query_free(query);
    close_two(&self);
}

static void a_session_without_any_bind_says_which_class_and_how(void **state)
{
    (void)state;
    calx_shows("SES-361");
    calx_shows("SES-360");
    two self;
    calx_session *session = NULL;
    calx_engine *engine = NULL;
    calx_query *query = NULL;
    int64_t count = 0;
    open_two(&self);
    const calx_session_bind binds[] = { { &address_mapper, NULL, self.other } };
    calx_session_options options = two_options(&self, binds);
    options.bind = NULL;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    assert_int_equal(calx_session_get_bind(session, &user_mapper, &engine),
                     CALX_E_UNBOUND_EXECUTION);
    assert_non_null(strstr(message(session), "user (table \"users\")"));
    assert_non_null(strstr(message(session), "calx_session_bind_mapper()"));
    assert_int_equal(calx_session_query(session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_count(query, &count), CALX_E_UNBOUND_EXECUTION);
    assert_true(calx_session_is_active(session)); /* a call that fails leaves the session usable */
    calx_query_free(query);
    (void)add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_E_UNBOUND_EXECUTION);
    assert_false(calx_session_is_active(session));
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(run_bound(session, NULL, "SELECT 1"), CALX_E_UNBOUND_EXECUTION);
    assert_non_null(strstr(message(session), "calx_session_execute_bound()"));
    calx_session_free(session);
    close_two(&self);
}

static void what_is_bound_is_a_class_or_a_table_and_an_engine(void **state)
{
    (void)state;
    calx_shows("SES-362");
    two self;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    open_two(&self);
    const calx_session_bind wrong[] = {
        { NULL, NULL, self.other },
        { &user_mapper, "users", self.other },
        { NULL, "", self.other },
        { &user_mapper, NULL, NULL },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const calx_session_options options = two_options(&self, &wrong[i]);
        assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
        assert_non_null(strstr(error.message, "binds[0]"));
    }
    session = self.fix.session;
    assert_int_equal(calx_session_bind_mapper(session, NULL, self.other), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_bind_mapper(session, &user_mapper, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_bind_table(session, NULL, self.other), CALX_E_ARGUMENT);
    calx_error_clear(&error);
    close_two(&self);
}

typedef struct routing {
    const two *self;
    size_t asked, flushing, writes, texts;
    calx_status status;
} routing;

static calx_status route(void *context, calx_session *session, const calx_bind_request *request,
                         calx_engine **out_engine)
{
    routing *way = context;
    assert_non_null(session);
    way->asked++;
    way->flushing += request->flushing;
    way->writes += request->writes;
    way->texts += request->text != NULL;
    if (request->mapper == &address_mapper) {
        assert_string_equal(request->table, "addresses");
        *out_engine = way->self->other;
    }
    return way->status;
}

static void a_route_is_asked_first_and_may_leave_it_to_the_rules(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    calx_session *session = NULL;
    open_two(&self);
    routing way = { .self = &self };
    calx_session_options options = two_options(&self, NULL);
    options.bind_count = 0;
    options.route = route;
    options.route_context = &way;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    (void)add_ed(session);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(way.asked, 2); /* once for each class */
    assert_int_equal(way.flushing, 2);
    assert_int_equal(way.writes, 2);
    assert_int_equal(users_of(&self), 1);
    assert_int_equal(addresses_of(&self), 2);
    assert_int_equal(number(session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(way.texts, 1);
    way.status = CALX_E_PRIVILEGE;
    (void)add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_E_PRIVILEGE);
    assert_non_null(strstr(message(session), "route"));
    calx_session_free(session);
    close_two(&self);
}

static void a_maker_hands_its_binds_on(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    calx_sessionmaker *maker = NULL;
    calx_session *session = NULL;
    calx_engine *engine = NULL;
    open_two(&self);
    {
        char table[] = "addresses";
        const calx_session_bind binds[] = { { NULL, table, self.other } };
        const calx_session_options options = two_options(&self, binds);
        assert_int_equal(calx_sessionmaker_new(&options, &maker, NULL), CALX_OK);
        memset(table, 'x', sizeof(table) - 1);
    }
    assert_int_equal(calx_sessionmaker_session(maker, &session), CALX_OK);
    assert_int_equal(calx_session_get_bind(session, &address_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.other);
    calx_session_free(session);
    calx_session_options mine = CALX_SESSION_OPTIONS_INIT;
    assert_int_equal(calx_sessionmaker_options(maker, &mine), CALX_OK);
    mine.autoflush = false;
    assert_int_equal(calx_sessionmaker_configure(maker, &mine), CALX_OK);
    assert_int_equal(calx_sessionmaker_session_with(maker, &mine, &session), CALX_OK);
    assert_int_equal(calx_session_get_bind(session, &address_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.other);
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    close_two(&self);
}

/* ---- one transaction over both ---- */

static void one_flush_writes_owners_first_over_both_engines(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    struct user *ed = add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(out_of(self.fix.engine), 1);
    assert_int_equal(out_of(self.other), 1);
    assert_int_equal(log_sink_count(&self.others, "BEGIN"), 1);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    assert_int_equal(count_on(self.other, "SELECT count(*) FROM addresses WHERE user_id = 1"), 2);
    assert_int_equal(users_of(&self), 1);
    assert_int_equal(calx_session_delete(session, ed), CALX_OK); /* its addresses go first */
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(users_of(&self) + addresses_of(&self), 0);
    close_two(&self);
}

static void many_rows_go_together_on_each_engine(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    for (int i = 0; i < 40; i++) {
        char name[20];
        snprintf(name, sizeof(name), "user %d", i);
        struct user *user = new_user(name);
        assert_int_equal(calx_session_add(session, user), CALX_OK);
        for (int k = 0; k < 3; k++)
            assert_int_equal(
                calx_relationship_append(user, addresses_of_user, new_address("somewhere")),
                CALX_OK);
    }
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(users_of(&self), 40);
    assert_int_equal(addresses_of(&self), 120);
    assert_int_equal(count_on(self.other, "SELECT count(DISTINCT user_id) FROM addresses"), 40);
    close_two(&self);
}

static void a_rollback_is_that_of_both(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    struct user *ed = add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    assert_int_equal(users_of(&self) + addresses_of(&self), 0);
    assert_false(contains(session, ed));
    (void)add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_close(session), CALX_OK);
    assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    assert_int_equal(users_of(&self) + addresses_of(&self), 0);
    (void)add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_invalidate(session), CALX_OK);
    assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    assert_int_equal(users_of(&self) + addresses_of(&self), 0);
    close_two(&self);
}

static void a_flush_that_fails_on_one_is_undone_on_both(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    run_on(self.other, "CREATE UNIQUE INDEX one ON addresses (email)");
    run_on(self.other, "INSERT INTO addresses (email, user_id) VALUES ('ed@two', 7)");
    (void)add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_E_UNIQUE);
    assert_false(calx_session_is_active(session));
    assert_int_equal(users_of(&self), 0);
    assert_int_equal(calx_session_commit(session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(users_of(&self), 0);
    assert_int_equal(addresses_of(&self), 1);
    close_two(&self);
}

static void savepoints_are_begun_on_an_engine_that_comes_in_later(void **state)
{
    (void)state;
    calx_shows("SES-132");
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    struct user *ed = add_user(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_load(session, ed), CALX_OK);
    assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    calx_session_transaction outer = calx_session_get_nested_transaction(session);
    assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    calx_session_transaction inner = calx_session_get_nested_transaction(session);
    assert_int_equal(calx_relationship_append(ed, addresses_of_user, new_address("in")), CALX_OK);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(log_sink_count(&self.others, "SAVEPOINT"), 2);
    assert_int_equal(log_sink_count(&self.fix.sink, "SAVEPOINT"), 0);
    assert_int_equal(calx_session_transaction_rollback(inner), CALX_OK);
    assert_int_equal(calx_relationship_append(ed, addresses_of_user, new_address("out")), CALX_OK);
    assert_int_equal(calx_session_transaction_commit(outer), CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(count_on(self.other, "SELECT count(*) FROM addresses WHERE email = 'out'"), 1);
    assert_int_equal(addresses_of(&self), 1);
    close_two(&self);
}

static void a_later_commit_that_fails_leaves_the_earlier_ones_committed(void **state)
{
    (void)state;
    calx_shows("SES-364");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    struct user *ed = add_ed(session);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(run_bound(session, self.other, "INSERT INTO checks VALUES (99)"), CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_E_FOREIGN_KEY);
    assert_non_null(strstr(message(session), "committed in part"));
    assert_non_null(strstr(message(session), "addresses.db"));
    assert_non_null(strstr(message(session), "calx_session_rollback()"));
    assert_false(calx_session_is_active(session));
    assert_int_equal(calx_session_flush(session), CALX_OK); /* nothing to do */
    assert_int_equal(calx_session_commit(session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_false(contains(session, ed));
    assert_int_equal(users_of(&self), 1);
    assert_int_equal(addresses_of(&self), 0);
    assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    close_two(&self);
}

static void a_transaction_has_one_connection_of_an_engine(void **state)
{
    (void)state;
    calx_shows("SES-365");
    two self;
    calx_connection *mine = NULL;
    calx_connection *connection = NULL;
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    open_two(&self);
    calx_session *session = self.fix.session;
    assert_int_equal(calx_engine_connect(self.other, &mine, NULL), CALX_OK);
    arguments.connection = mine;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection), CALX_OK);
    assert_ptr_equal(connection, mine);
    arguments.mapper = &address_mapper;
    arguments.connection = NULL;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection), CALX_OK);
    assert_ptr_equal(connection, mine);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_false(calx_connection_in_transaction(mine));
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection), CALX_OK);
    assert_ptr_not_equal(connection, mine); /* it was lent to the transaction before */
    arguments.connection = mine;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection),
                     CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(session), "another connection"));
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_connection_close(mine);
    close_two(&self);
}

typedef struct beginnings {
    char text[400];
    const two *self;
} beginnings;

static calx_status note_beginning(void *context, calx_session_event_details *details)
{
    beginnings *heard = context;
    const char *where = details->connection->engine == heard->self->other ? "other" : "own";
    size_t size = strlen(heard->text);
    snprintf(heard->text + size, sizeof(heard->text) - size, "%s%s ", where,
             details->origin == CALX_TRANSACTION_BEGIN_NESTED ? "(nested)" : "");
    return CALX_OK;
}

static void listeners_hear_of_each_connection_at_each_level_once(void **state)
{
    (void)state;
    calx_shows("SES-374");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    beginnings heard = { .self = &self };
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    listener.function = note_beginning;
    listener.context = &heard;
    assert_int_equal(calx_session_listen(session, CALX_SESSION_AFTER_BEGIN, &listener), CALX_OK);
    struct user *ed = add_user(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_load(session, ed), CALX_OK);
    assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    assert_int_equal(calx_relationship_append(ed, addresses_of_user, new_address("in")), CALX_OK);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(set_name(ed, "edward"), CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_string_equal(heard.text, "own other other(nested) own(nested) ");
    close_two(&self);
}

/* ---- relationships ---- */

static void load_with(two *self, calx_option option, calx_status expected)
{
    calx_query *query = NULL;
    const void *const *items = NULL;
    const void *const *members = NULL;
    size_t count = 0;
    assert_int_equal(calx_session_reset(self->fix.session), CALX_OK);
    assert_int_equal(calx_session_query(self->fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_options(query, option), CALX_OK);
    assert_int_equal(calx_query_all(query, &items, &count), expected);
    if (expected == CALX_OK) {
        assert_int_equal(count, 1);
        assert_int_equal(calx_relationship_many(items[0], addresses_of_user, &members, &count),
                         CALX_OK);
        assert_int_equal(count, 2);
        const void *target = NULL;
        assert_int_equal(calx_relationship_one(members[1], user_of_address, &target), CALX_OK);
        assert_ptr_equal(target, items[0]);
    }
    calx_query_free(query);
}

static void relationships_lead_from_one_engine_to_the_other(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    const calx_relation addresses = { &user_mapper, USER_ADDRESSES };
    open_two(&self);
    calx_session *session = self.fix.session;
    (void)add_ed(session);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    load_with(&self, calx_lazyload(addresses), CALX_OK);
    load_with(&self, calx_selectinload(addresses), CALX_OK);
    load_with(&self, calx_subqueryload(addresses), CALX_OK);
    load_with(&self, calx_joinedload(addresses), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(session), "user and address"));
    assert_non_null(strstr(message(session), "calx_selectinload()"));
    assert_true(calx_session_is_active(session));
    close_two(&self);
}

/* No rule knows where a route sends rows, so nothing is asked of two engines at once. */
static void a_route_leads_relationships_to_another_engine_too(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    const calx_relation addresses = { &user_mapper, USER_ADDRESSES };
    open_two(&self);
    (void)add_ed(self.fix.session);
    assert_int_equal(calx_session_commit(self.fix.session), CALX_OK);
    routing way = { .self = &self };
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = self.fix.engine;
    options.route = route;
    options.route_context = &way;
    calx_session_free(self.fix.session);
    assert_int_equal(calx_session_new(&options, &self.fix.session, NULL), CALX_OK);
    load_with(&self, calx_lazyload(addresses), CALX_OK);
    load_with(&self, calx_selectinload(addresses), CALX_OK);
    load_with(&self, calx_subqueryload(addresses), CALX_OK);
    close_two(&self);
}

static calx_status ask_back(void *context, calx_session *session, const calx_bind_request *request,
                            calx_engine **out_engine)
{
    (void)context;
    return calx_session_get_bind(session, request->mapper, out_engine);
}

static void a_route_that_asks_its_session_is_told(void **state)
{
    (void)state;
    calx_shows("SES-360");
    fixture fix;
    calx_engine *engine = NULL;
    set_up(&fix);
    calx_session_options options = session_options(&fix);
    options.route = ask_back;
    set_options(&fix, &options);
    assert_int_equal(calx_session_get_bind(fix.session, &user_mapper, &engine),
                     CALX_E_ILLEGAL_STATE_CHANGE);
    assert_non_null(strstr(message(fix.session), "route"));
    assert_null(engine);
    tear_down(&fix);
}

static void a_query_that_joins_both_says_so(void **state)
{
    (void)state;
    calx_shows("SES-360");
    two self;
    calx_query *query = NULL;
    int64_t count = 0;
    open_two(&self);
    calx_session *session = self.fix.session;
    assert_int_equal(calx_session_query(session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_join(query, (calx_relation){ &user_mapper, USER_ADDRESSES }),
                     CALX_OK);
    assert_int_equal(calx_query_count(query, &count), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(session), "user and address"));
    calx_query_free(query);
    close_two(&self);
}

/* ---- no memory ---- */

static calx_status all_of_it(const two *self)
{
    const calx_session_bind binds[] = { { &address_mapper, NULL, self->other } };
    const calx_session_options options = two_options(self, binds);
    calx_session *session = NULL;
    struct user *ed = NULL;
    struct address *address = NULL;
    calx_status status = calx_session_new(&options, &session, NULL);
    if (status != CALX_OK)
        return status;
    ed = calx_instance_new(&user_mapper);
    address = calx_instance_new(&address_mapper);
    if (ed == NULL || address == NULL) {
        status = CALX_E_NOMEM;
        goto out;
    }
    ed->name = "ed";
    address->email = "ed@one";
    status = calx_relationship_append(ed, addresses_of_user, address);
    if (status == CALX_OK)
        status = calx_session_add(session, ed);
    if (status != CALX_OK)
        goto out;
    ed = NULL;
    address = NULL;
    status = calx_session_bind_table(session, "elsewhere", self->other);
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (status == CALX_OK)
        status = calx_session_begin_nested(session);
    if (status == CALX_OK)
        status = run_bound(session, self->other, "SELECT count(*) FROM addresses");
    (void)calx_session_rollback(session);
out:
    calx_instance_free(address);
    calx_instance_free(ed);
    calx_session_free(session);
    return status;
}

static void no_memory_leaves_nothing_behind_on_either_engine(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session_free(self.fix.session);
    self.fix.session = NULL;
    long allowed = 0;
    calx_status status = CALX_E_NOMEM;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = all_of_it(&self);
        (void)ration_stop(&account);
        assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 10);
    assert_int_equal(users_of(&self) + addresses_of(&self), 0);
    close_two(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_has_its_own_engine_or_that_of_the_session),
        cmocka_unit_test(text_goes_where_its_call_says),
        cmocka_unit_test(queries_and_changes_by_criteria_go_to_the_engine_of_their_class),
        cmocka_unit_test(a_session_without_any_bind_says_which_class_and_how),
        cmocka_unit_test(what_is_bound_is_a_class_or_a_table_and_an_engine),
        cmocka_unit_test(a_route_is_asked_first_and_may_leave_it_to_the_rules),
        cmocka_unit_test(a_maker_hands_its_binds_on),
        cmocka_unit_test(one_flush_writes_owners_first_over_both_engines),
        cmocka_unit_test(many_rows_go_together_on_each_engine),
        cmocka_unit_test(a_rollback_is_that_of_both),
        cmocka_unit_test(a_flush_that_fails_on_one_is_undone_on_both),
        cmocka_unit_test(savepoints_are_begun_on_an_engine_that_comes_in_later),
        cmocka_unit_test(a_later_commit_that_fails_leaves_the_earlier_ones_committed),
        cmocka_unit_test(a_transaction_has_one_connection_of_an_engine),
        cmocka_unit_test(listeners_hear_of_each_connection_at_each_level_once),
        cmocka_unit_test(relationships_lead_from_one_engine_to_the_other),
        cmocka_unit_test(a_route_leads_relationships_to_another_engine_too),
        cmocka_unit_test(a_route_that_asks_its_session_is_told),
        cmocka_unit_test(a_query_that_joins_both_says_so),
        cmocka_unit_test(no_memory_leaves_nothing_behind_on_either_engine),
    };
    return CALX_RUN("session_binds", tests);
}
