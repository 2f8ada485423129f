/*
 * The pools of real engines: which one a database gets, what an application can ask of it, and what
 * goes on around it: signals, clocks, logs, memory and descriptors that run out.
 */
#include "engine_fixture.h"

#include "support/log_sink.h"
#include "support/ration.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static calx_engine_state state_of(calx_engine *engine)
{
    calx_engine_state state;
    calx_engine_status(engine, &state);
    return state;
}

static void pause_ms(int milliseconds)
{
    struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };
    while (nanosleep(&time, &time) != 0 && errno == EINTR)
        ;
}

/* As try_sql(), where memory may be missing. */
static calx_status try_statement(calx_connection *connection, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    if (statement == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_connection_execute(connection, statement, NULL);
    calx_statement_free(statement);
    return status;
}

static void each_database_has_its_pool(void **state)
{
    (void)state;
    calx_shows("ENG-069");
    calx_shows("ENG-070");
    static const struct {
        const char *url;
        calx_pool_kind kind;
    } cases[] = {
        { "sqlite://", CALX_POOL_THREAD },
        { "sqlite:///:memory:", CALX_POOL_THREAD },
        { "sqlite:///file:a?mode=memory&uri=true", CALX_POOL_THREAD },
        { "sqlite:///file:a?mode=memory&cache=shared&uri=true", CALX_POOL_QUEUE },
        { "sqlite:///file::memory:?cache=shared&uri=true", CALX_POOL_QUEUE },
        { "sqlite:////tmp/none.db", CALX_POOL_QUEUE },
        { "postgresql://", CALX_POOL_QUEUE },
    };
    bool sqlite = calx_test_on("sqlite");
    for (size_t i = sqlite ? 0 : 6; i < (sqlite ? 6 : 7); i++) {
        calx_engine *engine = new_engine(cases[i].url, NULL);
        assert_int_equal(state_of(engine).pool, cases[i].kind);
        calx_engine_free(engine);
    }
}

static void a_queue_for_a_private_database_has_one_place(void **state)
{
    (void)state;
    calx_shows("ENG-070");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.poolclass = CALX_POOL_QUEUE;
    assert_int_equal(calx_engine_new("sqlite://", &options, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "pool_size 1 and max_overflow 0"));
    calx_error_clear(&error);
    options.pool_size = 1;
    assert_int_equal(calx_engine_new("sqlite://", &options, &engine, NULL), CALX_E_ARGUMENT);
    options.max_overflow = 0;
    engine = new_engine("sqlite://", &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void any_pool_can_be_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-071");
    calx_shows("ENG-072");
    calx_shows("ENG-075");
    for (int kind = CALX_POOL_QUEUE; kind <= CALX_POOL_ASSERTION; kind++) {
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.poolclass = (calx_pool_kind)kind;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        for (int i = 0; i < 4; i++) {
            calx_connection *connection = connect_to(engine);
            assert_int_equal(number(connection, "SELECT 40 + 2"), 42);
            calx_connection_close(connection);
        }
        calx_engine_state counts = state_of(engine);
        assert_int_equal(counts.pool, kind);
        assert_int_equal(counts.created, kind == CALX_POOL_NULL ? 4 : 1);
        assert_int_equal(counts.idle, kind == CALX_POOL_NULL ? 0 : 1);
        calx_engine_free(engine);
    }
}

static void an_assertion_pool_names_the_line_of_the_first(void **state)
{
    (void)state;
    calx_shows("ENG-075");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.poolclass = CALX_POOL_ASSERTION;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *first = NULL;
    calx_connection *second = NULL;
    calx_error error = CALX_ERROR_INIT;
    char place[64];
    assert_int_equal(calx_engine_connect_at(engine, CALX_HERE, &first, NULL), CALX_OK);
    snprintf(place, sizeof(place), "test_engine_pool.c:%d", __LINE__ - 1);
    assert_int_equal(calx_engine_connect(engine, &second, &error), CALX_E_STATE);
    assert_non_null(strstr(error.message, place));
    calx_error_clear(&error);
    calx_connection_close(first);
    calx_engine_free(engine);
}

/* Threads that count together in a database in memory. */
static void *count_up(void *context)
{
    for (int i = 0; i < 25; i++) {
        calx_connection *connection = connect_to(context);
        calx_connection *nested = connect_to(context);
        run(nested, "UPDATE t SET x = x + 1");
        calx_connection_close(nested);
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
    }
    return NULL;
}

static void threads_take_turns_on_the_one_connection_of_a_static_pool(void **state)
{
    (void)state;
    calx_shows("ENG-072");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.poolclass = CALX_POOL_STATIC;
    calx_engine *engine = new_engine("sqlite://", &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    run(connection, "INSERT INTO t VALUES (0)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, engine), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT x FROM t"), 0);
    calx_connection_close(connection);
    assert_int_equal(state_of(engine).created, 1);
    calx_engine_free(engine);
}

static void a_shared_database_in_memory_lives_until_the_engine_is_disposed(void **state)
{
    (void)state;
    calx_shows("ENG-076");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.poolclass = CALX_POOL_NULL;
    calx_engine *engine =
        new_engine("sqlite:///file:anchored?mode=memory&cache=shared&uri=true", &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_int_equal(state_of(engine).idle + state_of(engine).out, 0);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    calx_connection_close(connection);
    calx_engine_dispose(engine);
    connection = connect_to(engine);
    assert_int_equal(try_sql(connection, "SELECT count(*) FROM t"), CALX_E_NO_OBJECT);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void values_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    calx_shows("ENG-114");
    calx_shows("ENG-033");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.pool_size = 3;
    options.pool_min_idle = 4;
    options.pool_max_lifetime = 1000;
    options.pool_keepalive = 1000;
    options.pool_lifetime_jitter = 101;
    options.leak_threshold = -1;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &engine, &error), CALX_E_ARGUMENT);
    static const char *const named[] = { "pool_min_idle", "pool_keepalive", "pool_lifetime_jitter",
                                         "leak_threshold" };
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        assert_non_null(strstr(error.message, named[i]));
    calx_error_clear(&error);
}

static void what_is_to_be_there_at_once_is_made_or_fails(void **state)
{
    (void)state;
    calx_shows("ENG-031");
    calx_shows("ENG-111");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    options.pool_min_idle = 3;
    engine = new_engine(calx_test_url(), &options);
    assert_int_equal(state_of(engine).idle, 3);
    calx_engine_free(engine);
    assert_int_equal(calx_engine_new(calx_test_url_nowhere(), &options, &engine, NULL),
                     CALX_E_CONNECT);
    options.pool_min_idle = 0;
    options.fail_fast = true;
    engine = new_engine(calx_test_url(), &options);
    assert_int_equal(state_of(engine).idle, 1);
    calx_engine_free(engine);
    assert_int_equal(calx_engine_new(calx_test_url_nowhere(), &options, &engine, NULL),
                     CALX_E_CONNECT);
}

/* Connecting is no waiting, whichever thread does it: that is for somebody else's. */
static void only_who_waits_for_others_is_counted(void **state)
{
    (void)state;
    calx_shows("ENG-068");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_connection *connections[3] = { NULL };
    calx_error error = CALX_ERROR_INIT;
    options.poolclass = CALX_POOL_QUEUE;
    options.pool_size = 2;
    options.max_overflow = 0;
    options.pool_timeout = 1000; /* the first two have it for connecting */
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection_close(connect_to(engine));
    for (int i = 0; i < 2; i++)
        connections[i] = connect_to(engine);
    assert_int_equal(state_of(engine).created, 2);
    assert_int_equal(state_of(engine).waited, 0);
    assert_int_equal(calx_engine_connect(engine, &connections[2], &error), CALX_E_POOL_TIMEOUT);
    calx_engine_state counts = state_of(engine);
    assert_int_equal(counts.waited, 1);
    assert_int_equal(counts.timed_out, 1);
    uint64_t waits = 0;
    for (int i = 0; i < CALX_WAIT_CLASSES; i++)
        waits += counts.waits[i];
    assert_int_equal(waits, 1);
    for (int i = 0; i < 2; i++)
        calx_connection_close(connections[i]);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void a_soft_invalidation_waits_for_the_return(void **state)
{
    (void)state;
    calx_shows("ENG-085");
    calx_shows("ENG-096");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'ed')");
    ok(connection, calx_connection_invalidate_soft(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_int_equal(state_of(engine).idle, 0);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    assert_int_equal(state_of(engine).created, 2);
    calx_engine_refresh(engine);
    run(connection, "DELETE FROM users"); /* nobody in it is interrupted */
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    assert_int_equal(state_of(engine).idle, 0);
    calx_engine_free(engine);
}

static void a_transaction_without_statements_is_reported(void **state)
{
    (void)state;
    calx_shows("ENG-118");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.tx_idle_warn = 60;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = NULL;
    assert_int_equal(calx_engine_connect_at(engine, CALX_HERE, &connection, NULL), CALX_OK);
    pause_ms(120); /* out, but no transaction is open */
    assert_int_equal(log_sink_count(&sink, "without a statement"), 0);
    run(connection, "SELECT 1");
    for (int i = 0; i < 2000 && !log_sink_has(&sink, "without a statement"); i++)
        pause_ms(1);
    assert_int_equal(log_sink_count(&sink, "without a statement"), 1);
    assert_true(log_sink_has(&sink, "test_engine_pool.c:"));
    ok(connection, calx_connection_commit(connection));
    pause_ms(120);
    assert_int_equal(log_sink_count(&sink, "without a statement"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

/* A sink that asks the pool it hears from for a connection; pools' threads call it as well. */
typedef struct listener {
    _Atomic(calx_engine *) engine; /* NULL: not any more */
    atomic_int inside;
    atomic_int served;
} listener;

static void take_from_within(void *context, calx_log_level level, const char *logger,
                             const char *text)
{
    listener *self = context;
    calx_connection *connection = NULL;
    (void)level;
    (void)logger;
    (void)text;
    calx_engine *engine =
        atomic_fetch_add(&self->inside, 1) == 0 ? atomic_load(&self->engine) : NULL;
    if (engine != NULL && calx_engine_connect(engine, &connection, NULL) == CALX_OK) {
        calx_connection_close(connection);
        atomic_fetch_add(&self->served, 1);
    }
    atomic_fetch_sub(&self->inside, 1);
}

static void a_log_function_may_use_the_pool_it_is_called_by(void **state)
{
    (void)state;
    calx_shows("ENG-105");
    listener self = { .inside = 0 };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_DEBUG;
    options.log = take_from_within;
    options.log_context = &self;
    options.pool_size = 2;
    options.pool_timeout = 5000;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    atomic_store(&self.engine, engine);
    for (int i = 0; i < 3; i++) {
        calx_connection *connection = connect_to(engine);
        run(connection, "SELECT 1");
        if (i == 1)
            ok(connection, calx_connection_invalidate(connection));
        calx_connection_close(connection);
        calx_engine_dispose(engine);
    }
    atomic_store(&self.engine, NULL);
    while (atomic_load(&self.inside) > 0)
        pause_ms(1);
    assert_true(atomic_load(&self.served) > 0);
    assert_int_equal(state_of(engine).out, 0);
    calx_engine_free(engine);
}

typedef struct intruder {
    calx_connection *connection;
    calx_status answers[4];
} intruder;

static void *intrude(void *context)
{
    intruder *self = context;
    self->answers[0] = try_sql(self->connection, "SELECT 1");
    self->answers[1] = calx_connection_begin(self->connection);
    self->answers[2] = calx_connection_commit(self->connection);
    self->answers[3] = calx_connection_rollback(self->connection);
    return NULL;
}

/* Comes in while the thread that has the connection is logging its statement. */
static void let_in(void *context, calx_log_level level, const char *logger, const char *text)
{
    intruder *self = context;
    pthread_t thread;
    (void)level;
    (void)logger;
    if (self->connection == NULL || strstr(text, "SELECT 40") == NULL)
        return;
    assert_int_equal(pthread_create(&thread, NULL, intrude, self), 0);
    pthread_join(thread, NULL);
}

static void two_threads_at_once_are_told(void **state)
{
    (void)state;
    calx_shows("ENG-103");
    intruder self = { .connection = NULL };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = let_in;
    options.log_context = &self;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    self.connection = connection;
    assert_int_equal(number(connection, "SELECT 40 + 2"), 42);
    self.connection = NULL;
    for (int i = 0; i < 4; i++)
        assert_int_equal(self.answers[i], CALX_E_STATE);
    assert_true(calx_connection_in_transaction(connection)); /* nothing of it happened */
    self.connection = connection;
    intrude(&self); /* one after the other they may */
    self.connection = NULL;
    assert_int_equal(self.answers[0], CALX_OK);
    assert_int_equal(self.answers[3], CALX_OK);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static atomic_int signals_seen;

static void count_signal(int number)
{
    (void)number;
    atomic_fetch_add(&signals_seen, 1);
}

static void signals_do_not_surface(void **state)
{
    (void)state;
    calx_shows("ENG-106");
    struct sigaction before;
    struct sigaction count = { .sa_handler = count_signal }; /* no SA_RESTART */
    struct itimerval often = { { 0, 500 }, { 0, 500 } };
    struct itimerval never = { { 0, 0 }, { 0, 0 } };
    struct sigaction pipe_before;
    struct sigaction pipe_after;
    sigaction(SIGPIPE, NULL, &pipe_before);
    calx_engine *engine = engine_with_users(NULL);
    sigaction(SIGALRM, &count, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < 30; i++) {
        calx_connection *connection = connect_to(engine);
        run(connection, "INSERT INTO users (name) VALUES ('a')");
        run(connection, "DELETE FROM users");
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
        calx_engine_dispose(engine);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_true(atomic_load(&signals_seen) > 0);
    sigaction(SIGPIPE, NULL, &pipe_after);
    assert_true(pipe_before.sa_handler == pipe_after.sa_handler);
    calx_engine_free(engine);
}

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void many_failed_connects_leave_nothing_behind(void **state)
{
    (void)state;
    calx_shows("ENG-017");
    calx_shows("ENG-059");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_timeout = 0;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    calx_engine *engine = new_engine(calx_test_url_nowhere(), &options);
    int before = count_descriptors();
    long live = 0;
    for (int i = 0; i < 1000; i++) {
        calx_connection *connection = NULL;
        calx_error error = CALX_ERROR_INIT;
        assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_CONNECT);
        calx_error_clear(&error);
        if (i == 0)
            live = atomic_load(&account.live);
    }
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(atomic_load(&account.live), live);
    assert_int_equal(state_of(engine).failed, 1000);
    assert_int_equal(state_of(engine).connecting, 0);
    calx_engine_free(engine);
    assert_int_equal(ration_stop(&account), 0);
}

/* All that a pool does by itself, and what callers do, with memory that ends. */
static calx_status use_everything(const char *url)
{
    calx_engine *engine = NULL;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_pre_ping = true;
    options.ping_after_idle = 0;
    options.pool_min_idle = 2;
    options.pool_max_lifetime = 60000;
    options.pool_keepalive = 5000;
    options.leak_threshold = 30000;
    calx_status status = calx_engine_new(url, &options, &engine, NULL);
    for (int i = 0; i < 3 && status == CALX_OK; i++) {
        calx_connection *connection = NULL;
        status = calx_engine_connect_at(engine, CALX_HERE, &connection, NULL);
        if (status == CALX_OK)
            status = try_statement(connection, "SELECT 1");
        if (status == CALX_OK && i == 1)
            status = calx_connection_invalidate(connection);
        calx_connection_close(connection);
    }
    calx_engine_free(engine);
    return status;
}

static void each_allocation_may_fail_with_all_options(void **state)
{
    (void)state;
    const char *url = calx_test_url();
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = use_everything(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    if (status != CALX_OK)
        fail_msg("after %ld allocations: %s", allowed, calx_status_name(status));
    assert_true(allowed > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_database_has_its_pool),
        CALX_SQLITE(a_queue_for_a_private_database_has_one_place),
        cmocka_unit_test(any_pool_can_be_asked_for),
        cmocka_unit_test(an_assertion_pool_names_the_line_of_the_first),
        CALX_SQLITE(threads_take_turns_on_the_one_connection_of_a_static_pool),
        CALX_SQLITE(a_shared_database_in_memory_lives_until_the_engine_is_disposed),
        cmocka_unit_test(values_that_contradict_each_other_are_refused),
        cmocka_unit_test(what_is_to_be_there_at_once_is_made_or_fails),
        cmocka_unit_test(only_who_waits_for_others_is_counted),
        cmocka_unit_test(a_soft_invalidation_waits_for_the_return),
        cmocka_unit_test(a_transaction_without_statements_is_reported),
        cmocka_unit_test(a_log_function_may_use_the_pool_it_is_called_by),
        cmocka_unit_test(two_threads_at_once_are_told),
        cmocka_unit_test(signals_do_not_surface),
        cmocka_unit_test(many_failed_connects_leave_nothing_behind),
        cmocka_unit_test(each_allocation_may_fail_with_all_options),
    };
    return CALX_RUN("engine_pool", tests);
}
