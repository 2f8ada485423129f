/*
 * Registries of sessions: who gets which session, how it ends, and what is left when memory runs
 * out. Whether a session was closed is asked of a query made on it: it answers CALX_E_STATE then.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include <calx/calx.h>
#include <calx/scoped_session.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { THREADS = 16 };

/* What a test works with; the warning counter is of sessions made by the maker. */
typedef struct fixture {
    calx_engine *engine;
    calx_sessionmaker *maker;
    calx_scoped_session *scoped;
    calx_session_options options;
    atomic_int warnings;
} fixture;

static void count_warning(void *context, const char *text)
{
    fixture *fix = context;
    assert_non_null(text);
    /* The registry may be asked from inside: no lock is held. */
    assert_true(calx_scoped_session_has(fix->scoped));
    atomic_fetch_add(&fix->warnings, 1);
}

/* A scope per request: the request being served is whatever the context says. */
static uint64_t present_request(void *context)
{
    return *(const uint64_t *)context;
}

static void set_up(fixture *fix, const calx_scope *scope)
{
    memset(fix, 0, sizeof *fix);
    atomic_init(&fix->warnings, 0);
    assert_int_equal(calx_engine_new(calx_test_url(), NULL, &fix->engine, NULL), CALX_OK);
    fix->options = (calx_session_options)CALX_SESSION_OPTIONS_INIT;
    fix->options.bind = fix->engine;
    fix->options.warning = count_warning;
    fix->options.warning_context = fix;
    assert_int_equal(calx_sessionmaker_new(&fix->options, &fix->maker, NULL), CALX_OK);
    assert_int_equal(calx_scoped_session_new(fix->maker, scope, &fix->scoped, NULL), CALX_OK);
}

static void tear_down(fixture *fix)
{
    calx_scoped_session_free(fix->scoped);
    calx_sessionmaker_free(fix->maker);
    calx_engine_free(fix->engine);
}

static calx_session *current(fixture *fix)
{
    calx_session *session = NULL;
    assert_int_equal(calx_scoped_session_current(fix->scoped, &session), CALX_OK);
    assert_non_null(session);
    return session;
}

/* A query on the session; it tells later whether that was closed. */
static calx_query *witness(calx_session *session)
{
    calx_query *query = NULL;
    assert_int_equal(calx_session_query(session, &user_mapper, &query), CALX_OK);
    return query;
}

static bool saw_close(calx_query *witness)
{
    calx_status status = calx_query_limit(witness, 1);
    assert_true(status == CALX_OK || status == CALX_E_STATE);
    return status == CALX_E_STATE;
}

static calx_status count_entity(void *context, const void *entity)
{
    assert_non_null(entity);
    ++*(size_t *)context;
    return CALX_OK;
}

/* ---- one scope ---- */

static void the_first_call_makes_the_session_and_later_calls_return_it(void **state)
{
    calx_shows("SES-020");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    assert_false(calx_scoped_session_has(fix.scoped));
    calx_session *session = current(&fix);
    assert_true(calx_scoped_session_has(fix.scoped));
    assert_ptr_equal(current(&fix), session);
    tear_down(&fix);
}

static void options_make_the_session_when_there_is_none(void **state)
{
    calx_shows("SES-023");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_session_options options = fix.options;
    options.info = &fix;
    calx_session *session = NULL;
    assert_int_equal(calx_scoped_session_current_with(fix.scoped, &options, &session), CALX_OK);
    assert_ptr_equal(calx_session_info(session), &fix);
    assert_ptr_equal(current(&fix), session);
    calx_scoped_session_remove(fix.scoped);
    assert_null(calx_session_info(current(&fix)));
    tear_down(&fix);
}

static void options_are_refused_when_there_is_a_session(void **state)
{
    calx_shows("SES-024");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_session *session = current(&fix);
    calx_session_options options = fix.options;
    options.info = &fix;
    calx_session *other = NULL;
    assert_int_equal(calx_scoped_session_current_with(fix.scoped, &options, &other), CALX_E_STATE);
    assert_null(other);
    const calx_error *error = calx_scoped_session_error(fix.scoped);
    assert_int_equal(error->status, CALX_E_STATE);
    assert_non_null(strstr(error->message, "calx_scoped_session_remove"));
    assert_ptr_equal(current(&fix), session);
    assert_null(calx_session_info(session));
    assert_int_equal(calx_scoped_session_error(fix.scoped)->status, CALX_OK);
    tear_down(&fix);
}

static void new_defaults_warn_and_reach_the_next_session(void **state)
{
    calx_shows("SES-025");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_session_options options = fix.options;
    options.info = &options;
    assert_int_equal(calx_scoped_session_configure(fix.scoped, &options), CALX_OK);
    assert_int_equal(atomic_load(&fix.warnings), 0);
    calx_session *session = current(&fix);
    assert_ptr_equal(calx_session_info(session), &options);
    options.info = &fix;
    assert_int_equal(calx_scoped_session_configure(fix.scoped, &options), CALX_OK);
    assert_int_equal(atomic_load(&fix.warnings), 1);
    assert_int_equal(calx_session_count_warnings(session), 1);
    assert_ptr_equal(current(&fix), session);
    assert_ptr_equal(calx_session_info(session), &options);
    calx_scoped_session_remove(fix.scoped);
    assert_ptr_equal(calx_session_info(current(&fix)), &fix);
    tear_down(&fix);
}

static void remove_closes_and_drops_the_session(void **state)
{
    calx_shows("SES-026");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_scoped_session_remove(fix.scoped);
    assert_false(calx_scoped_session_has(fix.scoped));
    calx_query *query = witness(current(&fix));
    assert_false(saw_close(query));
    calx_scoped_session_remove(fix.scoped);
    assert_true(saw_close(query));
    assert_false(calx_scoped_session_has(fix.scoped));
    calx_scoped_session_remove(fix.scoped);
    assert_false(calx_scoped_session_has(fix.scoped));
    (void)current(&fix);
    calx_query_free(query);
    tear_down(&fix);
}

static void close_through_the_registry_keeps_the_session_registered(void **state)
{
    calx_shows("SES-027");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_session *session = current(&fix);
    calx_query *query = witness(session);
    assert_int_equal(calx_scoped_session_close(fix.scoped), CALX_OK);
    assert_true(saw_close(query));
    assert_ptr_equal(current(&fix), session);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_forwarded_function_makes_the_session_first(void **state)
{
    calx_shows("SES-028");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_engine *engine = NULL;
    assert_int_equal(calx_scoped_session_get_bind(fix.scoped, NULL, &engine), CALX_OK);
    assert_ptr_equal(engine, fix.engine);
    assert_true(calx_scoped_session_has(fix.scoped));
    assert_int_equal(calx_scoped_session_begin(fix.scoped), CALX_OK);
    assert_true(calx_session_in_transaction(current(&fix)));
    tear_down(&fix);
}

static void properties_are_those_of_the_present_session(void **state)
{
    calx_shows("SES-029");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    size_t members = 0;
    assert_int_equal(calx_scoped_session_iterate_new(fix.scoped, count_entity, &members), CALX_OK);
    assert_int_equal(calx_scoped_session_set_autoflush(fix.scoped, false), CALX_OK);
    assert_int_equal(calx_scoped_session_set_info(fix.scoped, "members", &members), CALX_OK);
    struct user *user = calx_instance_new(&user_mapper);
    assert_non_null(user);
    assert_int_equal(calx_scoped_session_add(fix.scoped, user), CALX_OK);
    assert_int_equal(calx_scoped_session_iterate_new(fix.scoped, count_entity, &members), CALX_OK);
    assert_int_equal(members, 1);
    void *found = NULL;
    assert_int_equal(calx_session_get_info(current(&fix), "members", &found), CALX_OK);
    assert_ptr_equal(found, &members);
    assert_true(calx_session_is_active(current(&fix)));
    assert_int_equal(calx_session_count_new(current(&fix)), 1);
    tear_down(&fix);
}

static void a_query_belongs_to_the_scope_that_asks_for_it(void **state)
{
    calx_shows("SES-032");
    (void)state;
    uint64_t request = 1;
    const calx_scope scope = { present_request, &request };
    fixture fix;
    set_up(&fix, &scope);
    calx_query *first = NULL;
    calx_query *second = NULL;
    assert_int_equal(calx_scoped_session_query(fix.scoped, &user_mapper, &first), CALX_OK);
    request = 2;
    assert_int_equal(calx_scoped_session_query(fix.scoped, &user_mapper, &second), CALX_OK);
    assert_ptr_not_equal(first, second);
    calx_scoped_session_remove(fix.scoped); /* of the second request */
    assert_true(saw_close(second));
    assert_false(saw_close(first));
    calx_query_free(first);
    calx_query_free(second);
    tear_down(&fix);
}

static void plain_functions_make_no_session(void **state)
{
    calx_shows("SES-031");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    const calx_value id = calx_value_int64(1);
    calx_identity_key *key = NULL;
    assert_int_equal(calx_identity_key_new(&user_mapper, &id, &key, NULL), CALX_OK);
    calx_identity_key_free(key);
    struct user *user = calx_instance_new(&user_mapper);
    assert_non_null(user);
    assert_null(calx_object_session(user));
    assert_false(calx_scoped_session_has(fix.scoped));
    calx_instance_free(user);
    tear_down(&fix);
}

/* ---- errors ---- */

static void the_error_of_a_forwarded_function_is_the_registrys(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    assert_int_equal(calx_scoped_session_error(fix.scoped)->status, CALX_OK);
    assert_int_equal(calx_scoped_session_add(fix.scoped, &fix), CALX_E_UNMAPPED);
    assert_int_equal(calx_scoped_session_error(fix.scoped)->status, CALX_E_UNMAPPED);
    assert_ptr_equal(calx_scoped_session_error(fix.scoped), calx_session_error(current(&fix)));
    assert_int_equal(calx_scoped_session_flush(fix.scoped), CALX_OK);
    assert_int_equal(calx_scoped_session_error(fix.scoped)->status, CALX_OK);
    tear_down(&fix);
}

static void a_session_that_cannot_be_made_leaves_its_error(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_session_options options = fix.options;
    options.bind = NULL;
    assert_int_equal(calx_scoped_session_configure(fix.scoped, &options), CALX_OK);
    assert_int_equal(calx_scoped_session_flush(fix.scoped), CALX_E_ARGUMENT);
    const calx_error *error = calx_scoped_session_error(fix.scoped);
    assert_int_equal(error->status, CALX_E_ARGUMENT);
    assert_non_null(strstr(error->message, "bind"));
    assert_false(calx_scoped_session_has(fix.scoped));
    assert_int_equal(calx_scoped_session_configure(fix.scoped, &fix.options), CALX_OK);
    assert_int_equal(calx_scoped_session_flush(fix.scoped), CALX_OK);
    assert_int_equal(calx_scoped_session_error(fix.scoped)->status, CALX_OK);
    tear_down(&fix);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_scoped_session *other = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_scoped_session_new(NULL, NULL, &other, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "sessionmaker"));
    const calx_scope empty = { NULL, NULL };
    assert_int_equal(calx_scoped_session_new(fix.maker, &empty, &other, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "function"));
    assert_null(other);
    calx_error_clear(&error);

    calx_session_options options = fix.options;
    options.size = 3;
    assert_int_equal(calx_scoped_session_configure(fix.scoped, &options), CALX_E_ARGUMENT);
    assert_int_equal(calx_scoped_session_error(fix.scoped)->status, CALX_E_ARGUMENT);
    calx_session *session = NULL;
    assert_int_equal(calx_scoped_session_current_with(fix.scoped, NULL, &session), CALX_E_ARGUMENT);
    assert_int_equal(calx_scoped_session_current(fix.scoped, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_scoped_session_current(NULL, &session), CALX_E_ARGUMENT);
    assert_int_equal(calx_scoped_session_error(NULL)->status, CALX_E_ARGUMENT);
    assert_false(calx_scoped_session_has(NULL));
    calx_scoped_session_remove(NULL);
    calx_scoped_session_free(NULL);
    assert_false(calx_scoped_session_has(fix.scoped));
    tear_down(&fix);
}

/* ---- scopes by key ---- */

static void a_changed_key_switches_the_session_at_once(void **state)
{
    calx_shows("SES-022");
    (void)state;
    uint64_t request = 1;
    const calx_scope scope = { present_request, &request };
    fixture fix;
    set_up(&fix, &scope);
    calx_session *first = current(&fix);
    request = 2;
    assert_false(calx_scoped_session_has(fix.scoped));
    assert_ptr_not_equal(current(&fix), first);
    request = 1;
    assert_ptr_equal(current(&fix), first);
    calx_scoped_session_remove(fix.scoped);
    assert_false(calx_scoped_session_has(fix.scoped));
    request = 2;
    assert_true(calx_scoped_session_has(fix.scoped));
    tear_down(&fix);
}

static void freeing_the_registry_closes_every_session(void **state)
{
    calx_shows("SES-022");
    (void)state;
    uint64_t request = 0;
    const calx_scope scope = { present_request, &request };
    fixture fix;
    set_up(&fix, &scope);
    calx_query *witnesses[40];
    for (request = 0; request < 40; request++)
        witnesses[request] = witness(current(&fix));
    tear_down(&fix);
    for (request = 0; request < 40; request++) {
        assert_true(saw_close(witnesses[request]));
        calx_query_free(witnesses[request]);
    }
}

/* ---- threads ---- */

typedef struct visit {
    fixture *fix;
    pthread_barrier_t *barrier; /* or NULL */
    calx_session *session;
    calx_query *witness;
    bool had_before;
    bool saw_close; /* while the thread still ran */
    int number;
    int64_t rows;
    calx_status status;
} visit;

/* cmocka's assertions are for the main thread; this one only takes notes. */
static void *visit_registry(void *context)
{
    visit *notes = context;
    notes->had_before = calx_scoped_session_has(notes->fix->scoped);
    if (notes->barrier != NULL)
        pthread_barrier_wait(notes->barrier);
    notes->status = calx_scoped_session_current(notes->fix->scoped, &notes->session);
    if (notes->barrier != NULL)
        pthread_barrier_wait(notes->barrier);
    return NULL;
}

static void *visit_and_leave_witness(void *context)
{
    visit *notes = context;
    visit_registry(notes);
    if (notes->status == CALX_OK)
        notes->status = calx_session_query(notes->session, &user_mapper, &notes->witness);
    if (notes->status == CALX_OK)
        notes->saw_close = calx_query_limit(notes->witness, 1) != CALX_OK;
    return NULL;
}

static void start(pthread_t *thread, void *(*run)(void *context), visit *notes)
{
    assert_int_equal(pthread_create(thread, NULL, run, notes), 0);
}

static void a_thread_has_a_session_of_its_own_which_ends_with_it(void **state)
{
    calx_shows("SES-021");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    calx_session *mine = current(&fix);
    visit notes = { .fix = &fix };
    pthread_t thread;
    start(&thread, visit_and_leave_witness, &notes);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(notes.status, CALX_OK);
    assert_false(notes.had_before);
    assert_ptr_not_equal(notes.session, mine);
    assert_false(notes.saw_close);
    assert_true(saw_close(notes.witness));
    assert_ptr_equal(current(&fix), mine);
    calx_query_free(notes.witness);
    tear_down(&fix);
}

/* Uses two registries in turn, so that each call finds the note of the other one. */
static void *use_two_in_turn(void *context)
{
    visit *notes = context;
    calx_scoped_session *scoped[2] = { notes[0].fix->scoped, notes[1].fix->scoped };
    for (int round = 0; round < 20; round++) {
        calx_session *session = NULL;
        visit *mine = &notes[round % 2];
        if (round % 7 == 6) {
            calx_scoped_session_remove(scoped[round % 2]);
            mine->had_before = mine->had_before || calx_scoped_session_has(scoped[round % 2]);
            mine->session = NULL;
        }
        if (calx_scoped_session_current(scoped[round % 2], &session) != CALX_OK ||
            (mine->session != NULL && mine->session != session) ||
            session == notes[(round + 1) % 2].session ||
            calx_scoped_session_expire_all(scoped[round % 2]) != CALX_OK)
            mine->status = CALX_E_INTERNAL;
        mine->session = session;
    }
    return NULL;
}

static void registries_used_in_turn_keep_their_sessions_apart(void **state)
{
    (void)state;
    fixture first, second;
    set_up(&first, NULL);
    set_up(&second, NULL);
    visit notes[2] = { { .fix = &first }, { .fix = &second } };
    pthread_t thread;
    start(&thread, use_two_in_turn, notes);
    use_two_in_turn((visit[2]){ { .fix = &first }, { .fix = &second } });
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(notes[0].status, CALX_OK);
    assert_int_equal(notes[1].status, CALX_OK);
    assert_false(notes[0].had_before);
    tear_down(&first);
    tear_down(&second);
}

static void a_registry_that_follows_a_freed_one_has_sessions_of_its_own(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    for (size_t i = 0; i < 20; i++) { /* mostly at the same address */
        calx_query *query = witness(current(&fix));
        assert_ptr_equal(current(&fix), current(&fix));
        calx_scoped_session_free(fix.scoped);
        assert_true(calx_query_limit(query, 1) == CALX_E_STATE);
        calx_query_free(query);
        assert_int_equal(calx_scoped_session_new(fix.maker, NULL, &fix.scoped, NULL), CALX_OK);
        assert_false(calx_scoped_session_has(fix.scoped));
    }
    tear_down(&fix);
}

/* Opens a transaction in the database and leaves it to the thread's end to tidy up. */
static void *leave_transaction_open(void *context)
{
    visit *notes = context;
    calx_connection *connection = NULL;
    notes->status = calx_scoped_session_connection(notes->fix->scoped, &connection);
    return NULL;
}

static void the_connection_comes_back_when_its_thread_ends(void **state)
{
    calx_shows("SES-022");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    visit notes = { .fix = &fix };
    pthread_t thread;
    start(&thread, leave_transaction_open, &notes);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(notes.status, CALX_OK);
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    assert_int_equal(pool.acquired, 1);
    tear_down(&fix);
}

static void sixteen_threads_share_one_registry(void **state)
{
    calx_shows("SES-021");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
    pthread_t threads[THREADS];
    visit notes[THREADS];
    for (int i = 0; i < THREADS; i++) {
        notes[i] = (visit){ .fix = &fix, .barrier = &barrier };
        start(&threads[i], visit_registry, &notes[i]);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(notes[i].status, CALX_OK);
        assert_false(notes[i].had_before);
        /* All were alive at the second barrier, so all differ. */
        for (int k = 0; k < i; k++)
            assert_ptr_not_equal(notes[i].session, notes[k].session);
    }
    pthread_barrier_destroy(&barrier);
    assert_false(calx_scoped_session_has(fix.scoped));
    tear_down(&fix);
}

/* Writes and reads through the registry alone; the thread's end rolls it back. */
static void *work_in_registry(void *context)
{
    visit *notes = context;
    calx_scoped_session *scoped = notes->fix->scoped;
    calx_query *query = NULL;
    char name[12];
    snprintf(name, sizeof name, "user %d", notes->number);
    struct user *user = calx_instance_new(&user_mapper);
    notes->status = CALX_E_NOMEM;
    if (user == NULL)
        return NULL;
    user->name = name;
    notes->status = calx_scoped_session_add(scoped, user);
    if (notes->status == CALX_OK)
        notes->status = calx_scoped_session_query(scoped, &user_mapper, &query);
    if (notes->status == CALX_OK)
        notes->status = calx_query_where(query, calx_eq(user_col.name, name));
    if (notes->status == CALX_OK)
        notes->status = calx_query_count(query, &notes->rows);
    calx_query_free(query);
    return NULL;
}

static void sixteen_threads_work_at_once(void **state)
{
    calx_shows("SES-021");
    calx_shows("SES-028");
    (void)state;
    fixture fix;
    set_up(&fix, NULL);
    assert_int_equal(calx_schema_create_all(fix.engine, &sample_metadata, NULL), CALX_OK);
    pthread_t threads[THREADS];
    visit notes[THREADS];
    for (int i = 0; i < THREADS; i++) {
        notes[i] = (visit){ .fix = &fix, .number = i };
        start(&threads[i], work_in_registry, &notes[i]);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(notes[i].status, CALX_OK);
        assert_int_equal(notes[i].rows, 1);
    }
    calx_engine_state pool;
    calx_engine_status(fix.engine, &pool);
    assert_int_equal(pool.out, 0);
    tear_down(&fix);
}

static void threads_of_one_key_get_one_session(void **state)
{
    (void)state;
    uint64_t request = 7;
    const calx_scope scope = { present_request, &request };
    fixture fix;
    set_up(&fix, &scope);
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
    pthread_t threads[THREADS];
    visit notes[THREADS];
    for (int i = 0; i < THREADS; i++) {
        notes[i] = (visit){ .fix = &fix, .barrier = &barrier };
        start(&threads[i], visit_registry, &notes[i]);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(notes[i].status, CALX_OK);
        assert_ptr_equal(notes[i].session, notes[0].session);
    }
    pthread_barrier_destroy(&barrier);
    assert_ptr_equal(current(&fix), notes[0].session);
    tear_down(&fix);
}

static void the_registry_may_be_freed_while_threads_end(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        fixture fix;
        set_up(&fix, NULL);
        pthread_barrier_t barrier;
        assert_int_equal(pthread_barrier_init(&barrier, NULL, 5), 0);
        pthread_t threads[4];
        visit notes[4];
        for (int i = 0; i < 4; i++) {
            notes[i] = (visit){ .fix = &fix, .barrier = &barrier };
            start(&threads[i], visit_registry, &notes[i]);
        }
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        /* Nobody uses the registry any more; the threads' ends race with this. */
        tear_down(&fix);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            assert_int_equal(notes[i].status, CALX_OK);
        }
        pthread_barrier_destroy(&barrier);
    }
}

/* A log that takes its time over the ROLLBACK of an ending thread's session. */
typedef struct slow_log {
    atomic_bool closing;
    atomic_bool closed;
} slow_log;

static void log_slowly(void *context, calx_log_level level, const char *logger, const char *text)
{
    slow_log *slow = context;
    const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
    (void)level;
    (void)logger;
    if (strstr(text, "ROLLBACK") == NULL)
        return;
    atomic_store(&slow->closing, true);
    nanosleep(&pause, NULL);
    atomic_store(&slow->closed, true);
}

static void *write_and_end(void *context)
{
    visit *notes = context;
    visit_registry(notes);
    struct user *user = calx_instance_new(&user_mapper);
    if (user == NULL)
        return NULL;
    user->name = "nobody";
    notes->status = calx_session_add(notes->session, user);
    if (notes->status == CALX_OK)
        notes->status = calx_session_flush(notes->session);
    return NULL;
}

static void freeing_waits_for_a_thread_that_is_closing_its_session(void **state)
{
    (void)state;
    slow_log slow;
    atomic_init(&slow.closing, false);
    atomic_init(&slow.closed, false);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_slowly;
    options.log_context = &slow;
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    fixture fix = { .engine = NULL };
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix.engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(fix.engine, &sample_metadata, NULL), CALX_OK);
    assert_false(atomic_load(&slow.closing));
    defaults.bind = fix.engine;
    assert_int_equal(calx_sessionmaker_new(&defaults, &fix.maker, NULL), CALX_OK);
    assert_int_equal(calx_scoped_session_new(fix.maker, NULL, &fix.scoped, NULL), CALX_OK);
    visit notes = { .fix = &fix };
    pthread_t thread;
    start(&thread, write_and_end, &notes);
    while (!atomic_load(&slow.closing))
        sched_yield();
    calx_scoped_session_free(fix.scoped);
    assert_true(atomic_load(&slow.closed));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(notes.status, CALX_OK);
    calx_sessionmaker_free(fix.maker);
    calx_engine_free(fix.engine);
}

/* ---- memory ---- */

static calx_status use_registry(calx_scoped_session *scoped, const calx_session_options *options)
{
    calx_session *session = NULL;
    calx_status status = calx_scoped_session_current(scoped, &session);
    if (calx_scoped_session_error(scoped)->status != status)
        return CALX_E_INTERNAL;
    if (status == CALX_OK)
        status = calx_scoped_session_configure(scoped, options);
    if (status != CALX_OK)
        return status;
    calx_scoped_session_remove(scoped);
    status = calx_scoped_session_current_with(scoped, options, &session);
    if (calx_scoped_session_error(scoped)->status != status)
        return CALX_E_INTERNAL;
    return status;
}

static calx_status live_through_a_scope(const calx_scope *scope)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_sessionmaker *maker = NULL;
    calx_scoped_session *scoped = NULL;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &options.bind, NULL);
    if (status == CALX_OK)
        status = calx_sessionmaker_new(&options, &maker, NULL);
    if (status == CALX_OK)
        status = calx_scoped_session_new(maker, scope, &scoped, NULL);
    if (status == CALX_OK)
        status = use_registry(scoped, &options);
    calx_scoped_session_free(scoped);
    calx_sessionmaker_free(maker);
    calx_engine_free(options.bind);
    return status;
}

static void survives_no_memory(const calx_scope *scope)
{
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM && allowed < 10000; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = live_through_a_scope(scope);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 5);
}

static void every_failed_allocation_of_a_threads_scope_is_survived(void **state)
{
    (void)state;
    (void)calx_test_url();
    survives_no_memory(NULL);
}

static void every_failed_allocation_of_a_keys_scope_is_survived(void **state)
{
    (void)state;
    (void)calx_test_url();
    uint64_t request = 1;
    const calx_scope scope = { present_request, &request };
    survives_no_memory(&scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_call_makes_the_session_and_later_calls_return_it),
        cmocka_unit_test(options_make_the_session_when_there_is_none),
        cmocka_unit_test(options_are_refused_when_there_is_a_session),
        cmocka_unit_test(new_defaults_warn_and_reach_the_next_session),
        cmocka_unit_test(remove_closes_and_drops_the_session),
        cmocka_unit_test(close_through_the_registry_keeps_the_session_registered),
        cmocka_unit_test(a_forwarded_function_makes_the_session_first),
        cmocka_unit_test(properties_are_those_of_the_present_session),
        cmocka_unit_test(a_query_belongs_to_the_scope_that_asks_for_it),
        cmocka_unit_test(plain_functions_make_no_session),
        cmocka_unit_test(the_error_of_a_forwarded_function_is_the_registrys),
        cmocka_unit_test(a_session_that_cannot_be_made_leaves_its_error),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(a_changed_key_switches_the_session_at_once),
        cmocka_unit_test(freeing_the_registry_closes_every_session),
        cmocka_unit_test(a_thread_has_a_session_of_its_own_which_ends_with_it),
        cmocka_unit_test(registries_used_in_turn_keep_their_sessions_apart),
        cmocka_unit_test(a_registry_that_follows_a_freed_one_has_sessions_of_its_own),
        cmocka_unit_test(the_connection_comes_back_when_its_thread_ends),
        cmocka_unit_test(sixteen_threads_share_one_registry),
        cmocka_unit_test(sixteen_threads_work_at_once),
        cmocka_unit_test(threads_of_one_key_get_one_session),
        cmocka_unit_test(the_registry_may_be_freed_while_threads_end),
        cmocka_unit_test(freeing_waits_for_a_thread_that_is_closing_its_session),
        cmocka_unit_test(every_failed_allocation_of_a_threads_scope_is_survived),
        cmocka_unit_test(every_failed_allocation_of_a_keys_scope_is_survived),
    };
    return CALX_RUN("scope", tests);
}
