/*
 * Sessions and their defaults: what a maker hands on, and what it refuses.
 */
#include "session_fixture.h"

#include "support/ration.h"

#include <pthread.h>

static calx_sessionmaker *new_maker(const fixture *fix)
{
    calx_session_options options = session_options(fix);
    calx_sessionmaker *maker = NULL;
    assert_int_equal(calx_sessionmaker_new(&options, &maker, NULL), CALX_OK);
    return maker;
}

static void a_maker_makes_independent_sessions(void **state)
{
    (void)state;
    calx_shows("SES-001");
    fixture fix;
    set_up(&fix);
    calx_sessionmaker *maker = new_maker(&fix);
    calx_session *one = NULL;
    calx_session *two = NULL;
    assert_int_equal(calx_sessionmaker_session(maker, &one), CALX_OK);
    assert_int_equal(calx_sessionmaker_session(maker, &two), CALX_OK);
    assert_ptr_not_equal(one, two);
    assert_false(calx_session_in_transaction(one));
    calx_session_options options;
    assert_int_equal(calx_sessionmaker_options(maker, &options), CALX_OK);
    assert_true(options.autoflush && options.expire_on_commit && options.autobegin);
    calx_sessionmaker_free(maker); /* sessions do not need it any more */
    (void)stored_user(one, "ed");
    assert_non_null(get_user(two, 1));
    assert_int_equal(logged(&fix, "BEGIN"), 2);
    calx_session_free(one);
    calx_session_free(two);
    tear_down(&fix);
}

static void options_of_one_call_win_for_that_session(void **state)
{
    (void)state;
    calx_shows("SES-002");
    fixture fix;
    set_up(&fix);
    calx_sessionmaker *maker = new_maker(&fix);
    calx_session_options options;
    calx_session *session = NULL;
    int info = 5;
    assert_int_equal(calx_sessionmaker_options(maker, &options), CALX_OK);
    options.autobegin = false;
    options.info = &info;
    assert_int_equal(calx_sessionmaker_session_with(maker, &options, &session), CALX_OK);
    struct user *user = new_user("ed");
    assert_int_equal(calx_session_add(session, user), CALX_E_STATE);
    assert_ptr_equal(calx_session_info(session), &info);
    calx_session_free(session);
    assert_int_equal(calx_sessionmaker_session(maker, &session), CALX_OK);
    assert_null(calx_session_info(session));
    assert_int_equal(calx_session_add(session, user), CALX_OK);
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

static void new_defaults_are_for_later_sessions(void **state)
{
    (void)state;
    calx_shows("SES-004");
    fixture fix;
    set_up(&fix);
    calx_sessionmaker *maker = NULL;
    calx_session *session = NULL;
    assert_int_equal(calx_sessionmaker_new(NULL, &maker, NULL), CALX_OK);
    assert_int_equal(calx_sessionmaker_session(maker, &session), CALX_E_ARGUMENT); /* no bind */
    assert_null(session);
    calx_session_options options = session_options(&fix);
    assert_int_equal(calx_sessionmaker_configure(maker, &options), CALX_OK);
    assert_int_equal(calx_sessionmaker_session(maker, &session), CALX_OK);
    options.autobegin = false;
    assert_int_equal(calx_sessionmaker_configure(maker, &options), CALX_OK);
    (void)add_user(session, "ed"); /* keeps its own */
    calx_session *later = NULL;
    assert_int_equal(calx_sessionmaker_session(maker, &later), CALX_OK);
    struct user *user = new_user("jack");
    assert_int_equal(calx_session_add(later, user), CALX_E_STATE);
    calx_instance_free(user);
    calx_session_free(later);
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    calx_shows("SES-005");
    calx_shows("ERR-13");
    fixture fix;
    set_up(&fix);
    calx_error error = CALX_ERROR_INIT;
    calx_sessionmaker *maker = NULL;
    calx_session *session = NULL;
    calx_session_options options = session_options(&fix);
    options.size = 1;
    assert_int_equal(calx_sessionmaker_new(&options, &maker, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "CALX_SESSION_OPTIONS_INIT"));
    assert_null(maker);
    assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_new(NULL, &session, &error), CALX_E_ARGUMENT);
    options = session_options(&fix);
    options.bind = NULL;
    assert_int_equal(calx_session_new(&options, &session, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, ".bind"));
    assert_int_equal(calx_session_new(&options, NULL, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_new(NULL, NULL, &error), CALX_E_ARGUMENT);
    maker = new_maker(&fix);
    options.size = 1;
    assert_int_equal(calx_sessionmaker_configure(maker, &options), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_configure(maker, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_session_with(maker, &options, &session), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_session_with(maker, NULL, &session), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_session(NULL, &session), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_session(maker, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_options(maker, NULL), CALX_E_ARGUMENT);
    assert_null(session);
    calx_sessionmaker_free(maker);
    calx_sessionmaker_free(NULL);
    calx_error_clear(&error);
    tear_down(&fix);
}

/* ---- the info map ---- */

static void *info(calx_session *session, const char *key)
{
    void *value = session;
    assert_int_equal(calx_session_get_info(session, key, &value), CALX_OK);
    return value;
}

static void the_info_map_is_the_makers_under_the_calls(void **state)
{
    (void)state;
    calx_shows("SES-003");
    fixture fix;
    set_up(&fix);
    int one = 1;
    int two = 2;
    int three = 3;
    char key[] = "user";
    const calx_info makers[] = { { key, &one }, { "shard", &two }, { NULL, &one } };
    const calx_info calls[] = { { "user", &three }, { "trace", &one } };
    calx_session_options options = session_options(&fix);
    options.infos = makers;
    options.info_count = 3;
    calx_sessionmaker *maker = NULL;
    assert_int_equal(calx_sessionmaker_new(&options, &maker, NULL), CALX_OK);
    key[0] = 'x'; /* was copied */
    calx_session *plain = NULL;
    calx_session *overlaid = NULL;
    assert_int_equal(calx_sessionmaker_session(maker, &plain), CALX_OK);
    assert_int_equal(calx_sessionmaker_options(maker, &options), CALX_OK);
    assert_null(options.infos);
    options.infos = calls;
    options.info_count = 2;
    assert_int_equal(calx_sessionmaker_session_with(maker, &options, &overlaid), CALX_OK);
    assert_ptr_equal(info(plain, "user"), &one);
    assert_null(info(plain, "trace"));
    assert_ptr_equal(info(overlaid, "user"), &three);
    assert_ptr_equal(info(overlaid, "shard"), &two);
    assert_ptr_equal(info(overlaid, "trace"), &one);
    assert_int_equal(calx_session_set_info(plain, "user", &two), CALX_OK);
    assert_int_equal(calx_session_set_info(plain, "shard", NULL), CALX_OK);
    assert_int_equal(calx_session_set_info(plain, NULL, &two), CALX_E_ARGUMENT);
    assert_null(info(plain, "shard"));
    calx_session *later = NULL;
    options.infos = NULL;
    assert_int_equal(calx_sessionmaker_configure(maker, &options), CALX_OK); /* keeps the map */
    assert_int_equal(calx_sessionmaker_session(maker, &later), CALX_OK);
    assert_ptr_equal(info(later, "user"), &one);
    assert_ptr_equal(info(later, "shard"), &two);
    assert_ptr_equal(info(overlaid, "user"), &three);
    calx_session_free(plain);
    calx_session_free(overlaid);
    calx_session_free(later);
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

/* ---- scopes ---- */

static calx_status add_two_of_a_name(void *context, calx_session *session)
{
    (void)add_user(session, "ed");
    if (*(bool *)context)
        return CALX_OK;
    assert_int_equal(calx_session_flush(session), CALX_OK);
    return CALX_E_USER;
}

static void a_scope_of_a_maker_commits_or_rolls_back(void **state)
{
    (void)state;
    calx_shows("SES-006");
    fixture fix;
    set_up(&fix);
    calx_sessionmaker *maker = new_maker(&fix);
    calx_error error = CALX_ERROR_INIT;
    bool ends_well = false;
    assert_int_equal(calx_sessionmaker_run(maker, add_two_of_a_name, &ends_well, &error),
                     CALX_E_USER);
    assert_int_equal(error.status, CALX_E_USER);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    ends_well = true;
    assert_int_equal(calx_sessionmaker_run(maker, add_two_of_a_name, &ends_well, &error), CALX_OK);
    assert_int_equal(error.status, CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(calx_sessionmaker_run(maker, add_two_of_a_name, &ends_well, &error),
                     CALX_E_UNIQUE); /* the commit */
    assert_int_equal(error.status, CALX_E_UNIQUE);
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_int_equal(calx_sessionmaker_run(NULL, add_two_of_a_name, NULL, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_sessionmaker_run(maker, NULL, NULL, NULL), CALX_E_ARGUMENT);
    calx_error_clear(&error);
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

static void the_end_of_a_session_only_closes(void **state)
{
    (void)state;
    calx_shows("SES-007");
    fixture fix;
    set_up(&fix);
    calx_session *session = new_session(&fix);
    (void)add_user(session, "ed");
    assert_int_equal(calx_session_flush(session), CALX_OK);
    calx_session_free(session);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    tear_down(&fix);
}

static void a_maker_survives_missing_memory(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        calx_engine *engine = NULL;
        calx_sessionmaker *maker = NULL;
        calx_session *session = NULL;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        assert_int_equal(calx_engine_new(calx_test_url(), NULL, &engine, NULL), CALX_OK);
        atomic_store(&account.left, allowed);
        calx_session_options options = CALX_SESSION_OPTIONS_INIT;
        const calx_info infos[] = { { "one", &account }, { "two", &engine } };
        options.bind = engine;
        options.infos = infos;
        options.info_count = 2;
        status = calx_sessionmaker_new(&options, &maker, NULL);
        if (status == CALX_OK)
            status = calx_sessionmaker_session(maker, &session);
        if (status == CALX_OK)
            status = calx_session_set_info(session, "three", &status);
        calx_session_free(session);
        calx_sessionmaker_free(maker);
        calx_engine_free(engine);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

/* ---- freed sessions and the next ones ---- */

/* Leaves something behind in every part of a session. */
static void use_up(fixture *fix, calx_session *session, calx_query **out_query)
{
    struct user *user = new_user("ed");
    assert_int_equal(calx_session_add(session, user), CALX_OK);
    assert_int_equal(calx_session_flush(session), CALX_OK);
    struct user *changed = calx_instance_edit(get_user(session, user->id));
    assert_non_null(changed);
    changed->name = "edward";
    assert_int_equal(calx_session_add(session, new_user("wendy")), CALX_OK);
    assert_int_equal(calx_session_query(session, &user_mapper, out_query), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(session), CALX_OK);
    assert_int_equal(calx_session_add(session, fix), CALX_E_UNMAPPED);
}

static void assert_unused(calx_session *session)
{
    assert_int_equal(calx_session_error(session)->status, CALX_OK);
    assert_int_equal(calx_session_count_new(session), 0);
    assert_int_equal(calx_session_count_dirty(session), 0);
    assert_int_equal(calx_session_count_deleted(session), 0);
    assert_int_equal(calx_session_count_warnings(session), 0);
    assert_false(calx_session_in_transaction(session));
    assert_true(calx_session_is_active(session));
    assert_null(calx_session_info(session));
    assert_int_equal(calx_session_no_autoflush_end(session), CALX_E_STATE);
}

static void nothing_of_a_freed_session_shows_in_the_next(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    int info = 5;
    for (int round = 0; round < 3; round++) {
        calx_session_options options = session_options(&fix);
        calx_session *session = NULL;
        calx_query *query = NULL;
        options.info = &info;
        assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
        use_up(&fix, session, &query);
        calx_session_free(session);
        assert_int_equal(calx_query_limit(query, 1), CALX_E_STATE);
        calx_query_free(query);
        options.info = NULL;
        assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
        assert_unused(session);
        assert_null(get_user(session, 1)); /* it was rolled back */
        calx_session_free(session);
    }
    tear_down(&fix);
}

static void an_object_outlives_its_session_and_the_next(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_session *session = new_session(&fix);
    struct user *user = stored_user(session, "ed");
    int64_t id = user->id;
    assert_int_equal(calx_session_load(session, user), CALX_OK);
    assert_int_equal(calx_session_expunge(session, user), CALX_OK);
    calx_session_free(session);
    session = new_session(&fix);
    assert_ptr_not_equal(get_user(session, id), user);
    assert_string_equal(user->name, "ed");
    calx_session_free(session);
    assert_string_equal(user->name, "ed");
    calx_instance_free(user);
    tear_down(&fix);
}

static void closing_all_sessions_passes_over_freed_ones(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_session *session = new_session(&fix);
    calx_session_free(new_session(&fix));
    assert_int_equal(calx_session_add(session, new_user("ed")), CALX_OK);
    calx_close_all_sessions();
    assert_int_equal(calx_session_count_new(session), 0);
    calx_session_free(session);
    calx_close_all_sessions();
    tear_down(&fix);
}

/* More at once than an engine keeps, and an engine that ends with all it kept. */
static calx_status use_many_sessions(const ration *account, long *out_taken)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *sessions[20] = { NULL };
    calx_status status = calx_engine_new(calx_test_url(), NULL, &options.bind, NULL);
    for (int round = 0; round < 3 && status == CALX_OK; round++) {
        for (size_t i = 0; i < 20 && status == CALX_OK; i++)
            status = calx_session_new(&options, &sessions[i], NULL);
        for (size_t i = 0; i < 20; i++)
            calx_session_free(sessions[i]);
        memset(sessions, 0, sizeof(sessions));
    }
    for (int round = 0; round < 2 && status == CALX_OK; round++) {
        long left = atomic_load(&account->left);
        status = calx_session_new(&options, &sessions[0], NULL);
        calx_session_free(sessions[0]);
        *out_taken = left - atomic_load(&account->left);
    }
    calx_engine_free(options.bind);
    return status;
}

static void an_engine_keeps_a_few_freed_sessions(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long taken = -1;
    for (long allowed = 0; status == CALX_E_NOMEM && allowed < 10000; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = use_many_sessions(&account, &taken);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_int_equal(taken, 0);
}

/* ---- any thread ---- */

enum { THREADS = 4, ROUNDS = 200 };

static void *make_sessions(void *context)
{
    calx_sessionmaker *maker = context;
    for (int i = 0; i < ROUNDS; i++) {
        calx_session_options options;
        calx_session *session = NULL;
        if (calx_sessionmaker_session(maker, &session) != CALX_OK ||
            calx_sessionmaker_options(maker, &options) != CALX_OK ||
            calx_sessionmaker_configure(maker, &options) != CALX_OK)
            return maker;
        calx_session_free(session);
    }
    return NULL;
}

static void threads_share_a_maker(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_sessionmaker *maker = new_maker(&fix);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_sessions, maker), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = maker;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

/* ---- scopes ---- */

typedef struct scope_body {
    calx_status answer;
    bool begun;
} scope_body;

static calx_status add_one(void *context, calx_session *session)
{
    scope_body *body = context;
    body->begun = calx_session_in_transaction(session);
    (void)add_user(session, "ed");
    return body->answer;
}

static void a_scope_makes_commits_and_closes(void **state)
{
    (void)state;
    calx_shows("SES-006");
    fixture fix;
    set_up(&fix);
    calx_sessionmaker *maker = new_maker(&fix);
    calx_error error = CALX_ERROR_INIT;
    calx_engine_state pool;
    scope_body body = { CALX_E_USER, false };
    assert_int_equal(calx_sessionmaker_run(maker, add_one, &body, &error), CALX_E_USER);
    assert_int_equal(error.status, CALX_E_USER);
    assert_true(body.begun);
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    body.answer = CALX_OK;
    assert_int_equal(calx_sessionmaker_run(maker, add_one, &body, &error), CALX_OK);
    assert_int_equal(error.status, CALX_OK);
    assert_int_equal(calx_sessionmaker_run(maker, add_one, &body, &error), CALX_E_UNIQUE);
    assert_non_null(strstr(error.message, rule_of_names())); /* from the commit */
    assert_int_equal(calx_sessionmaker_run(maker, add_one, &body, NULL), CALX_E_UNIQUE);
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_int_equal(calx_sessionmaker_run(NULL, add_one, &body, &error), CALX_E_ARGUMENT);
    calx_error_clear(&error);
    calx_sessionmaker_free(maker);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scope_makes_commits_and_closes),
        cmocka_unit_test(a_maker_makes_independent_sessions),
        cmocka_unit_test(options_of_one_call_win_for_that_session),
        cmocka_unit_test(new_defaults_are_for_later_sessions),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(the_info_map_is_the_makers_under_the_calls),
        cmocka_unit_test(a_scope_of_a_maker_commits_or_rolls_back),
        cmocka_unit_test(the_end_of_a_session_only_closes),
        cmocka_unit_test(a_maker_survives_missing_memory),
        cmocka_unit_test(nothing_of_a_freed_session_shows_in_the_next),
        cmocka_unit_test(an_object_outlives_its_session_and_the_next),
        cmocka_unit_test(closing_all_sessions_passes_over_freed_ones),
        cmocka_unit_test(an_engine_keeps_a_few_freed_sessions),
        cmocka_unit_test(threads_share_a_maker),
    };
    return CALX_RUN("sessionmaker", tests);
}
