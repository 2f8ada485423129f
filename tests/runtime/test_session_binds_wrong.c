/*
 * A session over two databases when the second of them fails or is refused, and what belongs to
 * neither: instances that leave in between, connections that were only offered, many threads.
 */
#include "binds_fixture.h"

#include "engine/inside.h"

#include <calx/scoped_session.h>
#include <pthread.h>

static calx_status run_in(calx_session *session, calx_bind_arguments *arguments, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    calx_status status = calx_session_execute_bound(session, statement, arguments, NULL);
    calx_statement_free(statement);
    return status;
}

static calx_status count_addresses(calx_session *session)
{
    calx_query *query = NULL;
    int64_t count = 0;
    assert_int_equal(calx_session_query(session, &address_mapper, &query), CALX_OK);
    calx_status status = calx_query_count(query, &count);
    calx_query_free(query);
    return status;
}

/* With one address; added. */
static struct user *add_with_address(calx_session *session, const char *name)
{
    struct user *user = new_user(name);
    assert_int_equal(calx_relationship_append(user, addresses_of_user, new_address(name)), CALX_OK);
    assert_int_equal(calx_session_add(session, user), CALX_OK);
    return user;
}

/* ---- the second one fails ---- */

/* Its file cannot be made. */
static calx_engine *lost_engine(void)
{
    char url[600];
    calx_engine *engine = NULL;
    snprintf(url, sizeof(url), "sqlite:///%s/nowhere/lost.db", calx_test_path("no"));
    assert_int_equal(calx_engine_new(url, NULL, &engine, NULL), CALX_OK);
    return engine;
}

static void an_engine_that_cannot_be_reached_undoes_the_flush_on_the_others(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    calx_engine *lost = lost_engine();
    assert_int_equal(calx_session_bind_mapper(session, &address_mapper, lost), CALX_OK);
    struct user *ed = add_with_address(session, "ed");
    assert_int_not_equal(calx_session_flush(session), CALX_OK);
    assert_false(calx_session_is_active(session));
    assert_int_equal(users_of(&self), 0);
    assert_int_equal(calx_session_commit(session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_false(contains(session, ed));
    assert_int_equal(out_of(self.fix.engine) + out_of(lost), 0);
    assert_int_not_equal(count_addresses(session), CALX_OK); /* reading it breaks nothing else */
    assert_true(calx_session_is_active(session));
    assert_int_equal(calx_session_bind_mapper(session, &address_mapper, self.other), CALX_OK);
    (void)add_with_address(session, "jo");
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 11);
    calx_session_free(session);
    self.fix.session = NULL;
    calx_engine_free(lost);
    close_two(&self);
}

static void a_savepoint_is_undone_on_both_and_what_is_around_it_stays(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    run_on(self.other, "CREATE UNIQUE INDEX one ON addresses (email)");
    (void)add_with_address(session, "ed");
    assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    calx_session_transaction nested = calx_session_get_nested_transaction(session);
    struct user *jo = add_with_address(session, "jo");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(log_sink_count(&self.others, "SAVEPOINT"), 1);
    struct user *again = new_user("again");
    assert_int_equal(calx_relationship_append(again, addresses_of_user, new_address("ed")),
                     CALX_OK);
    assert_int_equal(calx_session_add(session, again), CALX_OK);
    assert_int_equal(calx_session_flush(session), CALX_E_UNIQUE);
    assert_int_equal(calx_session_transaction_rollback(nested), CALX_OK);
    assert_true(calx_session_is_active(session));
    assert_false(contains(session, jo));
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 11);
    close_two(&self);
}

/* A bulk call is as a flush: what it fails with undoes what was done on all engines. */
static void rows_in_bulk_that_one_engine_refuses_undo_the_others(void **state)
{
    (void)state;
    calx_shows("SES-363");
    calx_shows("SES-320");
    two self;
    const struct user users[] = { { .name = "ed" }, { .name = "jo" } };
    const struct address addresses[] = { { .email = "ed@one", .user_id = 1 },
                                         { .email = "ed@one", .user_id = 2 } };
    open_two(&self);
    calx_session *session = self.fix.session;
    run_on(self.other, "CREATE UNIQUE INDEX one ON addresses (email)");
    assert_int_equal(calx_session_bulk_insert(session, &user_mapper, users, 2), CALX_OK);
    assert_int_equal(calx_session_bulk_insert(session, &address_mapper, addresses, 2),
                     CALX_E_UNIQUE);
    assert_int_equal(calx_session_commit(session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 0);
    assert_int_equal(calx_session_bulk_insert(session, &user_mapper, users, 2), CALX_OK);
    assert_int_equal(calx_session_bulk_insert(session, &address_mapper, addresses, 1), CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 21);
    close_two(&self);
}

/* All or nothing is taken over, and nothing was begun on the engine that is lost. */
static void a_merge_that_cannot_ask_one_engine_changes_nothing(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    const void *merged = NULL;
    open_two(&self);
    calx_session *session = self.fix.session;
    calx_engine *lost = lost_engine();
    (void)add_with_address(session, "ed");
    assert_int_equal(calx_session_commit(session), CALX_OK);
    calx_session *source = two_session(&self);
    const void *there = NULL;
    const void *const *members = NULL;
    size_t count = 0;
    assert_int_equal(calx_session_get_int64(source, &user_mapper, 1, &there), CALX_OK);
    assert_int_equal(calx_relationship_many(there, addresses_of_user, &members, &count), CALX_OK);
    assert_int_equal(calx_session_expunge_all(session), CALX_OK);
    assert_int_equal(calx_session_bind_mapper(session, &address_mapper, lost), CALX_OK);
    assert_int_not_equal(calx_session_merge(session, there, &merged), CALX_OK);
    assert_null(merged);
    assert_true(calx_session_is_active(session));
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(calx_session_bind_mapper(session, &address_mapper, self.other), CALX_OK);
    assert_int_equal(calx_session_merge(session, there, &merged), CALX_OK);
    assert_int_equal(calx_relationship_many(merged, addresses_of_user, &members, &count), CALX_OK);
    assert_int_equal(count, 1);
    calx_session_free(source);
    calx_session_free(session);
    self.fix.session = NULL;
    calx_engine_free(lost);
    close_two(&self);
}

/* ---- two phases, and a database that has none ---- */

static calx_session *two_phase_session(const two *self)
{
    const calx_session_bind binds[] = { { &address_mapper, NULL, self->other } };
    calx_session_options options = two_options(self, binds);
    calx_session *session = NULL;
    options.twophase = true;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

static void a_database_without_two_phases_is_refused_beside_one_that_has_them(void **state)
{
    (void)state;
    calx_shows("SES-369");
    two self;
    open_two(&self);
    calx_session_free(self.fix.session);
    calx_session *session = self.fix.session = two_phase_session(&self);
    (void)add_user(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(count_addresses(session), CALX_E_UNSUPPORTED);
    assert_int_equal(out_of(self.other), 0);
    assert_true(calx_session_is_active(session));
    assert_int_equal(calx_session_commit(session), CALX_OK); /* of what was begun */
    assert_int_equal(users_of(&self), 1);
    struct user *jo = add_with_address(session, "jo");
    assert_int_equal(calx_session_flush(session), CALX_E_UNSUPPORTED);
    assert_int_equal(out_of(self.other), 0);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(out_of(self.fix.engine), 0);
    assert_false(contains(session, jo));
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 10);
    close_two(&self);
}

static void nothing_is_left_of_a_transaction_that_no_database_could_begin(void **state)
{
    (void)state;
    calx_shows("SES-369");
    two self;
    open_two(&self);
    calx_session_free(self.fix.session);
    calx_session *session = self.fix.session = two_phase_session(&self);
    assert_int_equal(count_addresses(session), CALX_E_UNSUPPORTED);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(count_addresses(session), CALX_E_UNSUPPORTED);
    assert_int_equal(calx_session_prepare(session), CALX_OK); /* no statement was sent */
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(out_of(self.other) + out_of(self.fix.engine), 0);
    assert_false(calx_session_in_transaction(session));
    close_two(&self);
}

/* ---- connections of the caller's ---- */

static void a_connection_the_session_could_not_take_is_not_kept(void **state)
{
    (void)state;
    calx_shows("SES-365");
    two self;
    calx_connection *mine = NULL;
    calx_connection *connection = NULL;
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    open_two(&self);
    const calx_session_bind binds[] = { { &address_mapper, NULL, self.other } };
    calx_session_options options = two_options(&self, binds);
    options.autobegin = false;
    set_options(&self.fix, &options);
    calx_session *session = self.fix.session;
    assert_int_equal(calx_engine_connect(self.other, &mine, NULL), CALX_OK);
    arguments.connection = mine;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection), CALX_E_STATE);
    assert_int_equal(run_in(session, &arguments, "SELECT 1"), CALX_E_STATE);
    assert_int_equal(calx_session_begin(session), CALX_OK);
    assert_int_equal(count_addresses(session), CALX_OK);
    assert_false(calx_connection_in_transaction(mine));
    assert_int_equal(out_of(self.other), 2);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_connection_close(mine);
    close_two(&self);
}

static calx_status refuse(void *context, calx_session_event_details *details)
{
    const bool *on = context;
    (void)details;
    return *on ? CALX_E_PRIVILEGE : CALX_OK;
}

static void a_connection_that_is_refused_or_asked_for_wrongly_is_given_back(void **state)
{
    (void)state;
    calx_shows("SES-365");
    two self;
    bool on = true;
    calx_connection *mine = NULL;
    calx_connection *connection = NULL;
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    calx_execution_options wrong = CALX_EXECUTION_OPTIONS_INIT;
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    wrong.schema = "elsewhere";
    listener.function = refuse;
    listener.context = &on;
    open_two(&self);
    calx_session *session = self.fix.session;
    assert_int_equal(calx_session_listen(session, CALX_SESSION_AFTER_BEGIN, &listener), CALX_OK);
    assert_int_equal(calx_engine_connect(self.other, &mine, NULL), CALX_OK);
    arguments.connection = mine;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection),
                     CALX_E_PRIVILEGE);
    arguments.options = &wrong;
    assert_int_equal(calx_session_connection_bound(session, &arguments, &connection),
                     CALX_E_ARGUMENT);
    assert_false(calx_connection_in_transaction(mine));
    calx_connection_close(mine);
    on = false;
    assert_int_equal(count_addresses(session), CALX_OK);
    assert_int_equal(out_of(self.other), 1);
    close_two(&self);
}

/* ---- instances that leave ---- */

static void what_was_expunged_after_a_flush_is_committed_all_the_same(void **state)
{
    (void)state;
    calx_shows("SES-363");
    two self;
    open_two(&self);
    calx_session *session = self.fix.session;
    struct user *ed = add_with_address(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_expunge(session, ed), CALX_OK);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 11);
    (void)add_with_address(session, "jo");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    assert_int_equal(calx_session_expunge_all(session), CALX_OK);
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(10 * users_of(&self) + addresses_of(&self), 11);
    assert_int_equal(out_of(self.fix.engine) + out_of(self.other), 0);
    calx_instance_free(ed);
    close_two(&self);
}

/* ---- scopes and threads ---- */

static calx_sessionmaker *make_maker(const two *self)
{
    const calx_session_bind binds[] = { { &address_mapper, NULL, self->other } };
    const calx_session_options options = two_options(self, binds);
    calx_sessionmaker *maker = NULL;
    assert_int_equal(calx_sessionmaker_new(&options, &maker, NULL), CALX_OK);
    return maker;
}

static void a_scoped_session_has_the_binds_of_its_maker_and_takes_more(void **state)
{
    (void)state;
    calx_shows("SES-360");
    calx_shows("SES-369");
    two self;
    calx_scoped_session *scoped = NULL;
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    open_two(&self);
    calx_sessionmaker *maker = make_maker(&self);
    assert_int_equal(calx_scoped_session_new(maker, NULL, &scoped, NULL), CALX_OK);
    assert_int_equal(calx_scoped_session_get_bind(scoped, &address_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.other);
    assert_int_equal(calx_scoped_session_bind_table(scoped, "users", self.other), CALX_OK);
    assert_int_equal(calx_scoped_session_get_bind(scoped, &user_mapper, &engine), CALX_OK);
    assert_ptr_equal(engine, self.other);
    assert_int_equal(calx_scoped_session_bind_mapper(scoped, &user_mapper, self.fix.engine),
                     CALX_OK);
    arguments.mapper = &user_mapper;
    assert_int_equal(calx_scoped_session_connection_bound(scoped, &arguments, &connection),
                     CALX_OK);
    assert_ptr_equal(connection->engine, self.fix.engine);
    assert_int_equal(calx_scoped_session_prepare(scoped), CALX_E_INVALID_REQUEST);
    calx_scoped_session_free(scoped);
    calx_sessionmaker_free(maker);
    close_two(&self);
}

enum { THREADS = 4, EACH = 5 };

/* No assertions beside the test's own thread. */
static calx_status write_one(calx_sessionmaker *maker)
{
    calx_session *session = NULL;
    struct address *address = NULL;
    calx_status status = calx_sessionmaker_session(maker, &session);
    if (status != CALX_OK)
        return status;
    address = calx_instance_new(&address_mapper);
    status = address != NULL ? CALX_OK : CALX_E_NOMEM;
    if (status == CALX_OK) {
        address->email = "many";
        address->user_id = 1;
        status = calx_session_add(session, address);
    }
    if (status == CALX_OK)
        address = NULL;
    if (status == CALX_OK)
        status = calx_session_commit(session);
    calx_instance_free(address);
    calx_session_free(session);
    return status;
}

static void *write_many(void *context)
{
    calx_status status = CALX_OK;
    for (int i = 0; i < EACH && status == CALX_OK; i++)
        status = write_one(context);
    return (void *)(intptr_t)status;
}

static void threads_share_a_maker_with_binds(void **state)
{
    (void)state;
    calx_shows("SES-362");
    two self;
    pthread_t threads[THREADS];
    open_two(&self);
    calx_sessionmaker *maker = make_maker(&self);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, maker), 0);
    for (int i = 0; i < THREADS; i++) {
        void *status = NULL;
        assert_int_equal(pthread_join(threads[i], &status), 0);
        assert_int_equal((intptr_t)status, CALX_OK);
    }
    assert_int_equal(addresses_of(&self), THREADS * EACH);
    calx_sessionmaker_free(maker);
    close_two(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_that_cannot_be_reached_undoes_the_flush_on_the_others),
        cmocka_unit_test(a_savepoint_is_undone_on_both_and_what_is_around_it_stays),
        cmocka_unit_test(rows_in_bulk_that_one_engine_refuses_undo_the_others),
        cmocka_unit_test(a_merge_that_cannot_ask_one_engine_changes_nothing),
        CALX_POSTGRESQL(a_database_without_two_phases_is_refused_beside_one_that_has_them),
        cmocka_unit_test(nothing_is_left_of_a_transaction_that_no_database_could_begin),
        cmocka_unit_test(a_connection_the_session_could_not_take_is_not_kept),
        cmocka_unit_test(a_connection_that_is_refused_or_asked_for_wrongly_is_given_back),
        cmocka_unit_test(what_was_expunged_after_a_flush_is_committed_all_the_same),
        cmocka_unit_test(a_scoped_session_has_the_binds_of_its_maker_and_takes_more),
        cmocka_unit_test(threads_share_a_maker_with_binds),
    };
    return CALX_RUN("session_binds_wrong", tests);
}
