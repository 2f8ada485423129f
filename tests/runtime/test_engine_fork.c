/*
 * Engines and fork(): the child has a pool of its own, what it inherited is not felt by the parent
 * or the server, and a fork may come while other threads are in the pool. Children answer by their
 * exit status and leave without a word.
 */
#include "engine_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GOOD = 0, THREADS = 8, FORKS = 25 };

/* Children of these tests make threads, which the thread sanitizer does not expect. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

/* Runs a function in a child; answers what it answered, or 99 when the child was ended. */
static int in_child(int (*function)(void *context), void *context)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(function(context));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static bool can_count(calx_engine *engine, int64_t expected)
{
    calx_connection *connection = NULL;
    calx_result *result = NULL;
    bool row = false;
    int64_t count = -1;
    calx_statement *statement = calx_text_statement("SELECT count(*) FROM users");
    bool good = calx_engine_connect(engine, &connection, NULL) == CALX_OK &&
                calx_connection_execute(connection, statement, &result) == CALX_OK &&
                calx_result_next(result, &row) == CALX_OK &&
                calx_result_int64(result, 0, &count) == CALX_OK && count == expected;
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    return good;
}

/* What tells one connection to the server from another; SQLite has none to tell. */
static int64_t identity(calx_connection *connection)
{
    return calx_test_on("postgresql") ? number(connection, "SELECT pg_backend_pid()") : 1;
}

static int use_and_free(void *context)
{
    calx_engine *engine = context;
    calx_engine_state state;
    calx_engine_status(engine, &state);
    if (state.out + state.waiting + state.connecting != 0)
        return 1;
    for (int i = 0; i < 3; i++) {
        if (!can_count(engine, 0))
            return 2;
    }
    calx_engine_status(engine, &state);
    if (state.idle != 1)
        return 3;
    calx_engine_free(engine);
    return GOOD;
}

static void a_child_has_a_pool_of_its_own_and_the_parent_keeps_its(void **state)
{
    (void)state;
    calx_shows("ENG-099");
    calx_shows("ENG-100");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_passive_probe = false;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *one = connect_to(engine);
    calx_connection *other = connect_to(engine);
    int64_t ids[2] = { identity(one), identity(other) };
    calx_connection_close(one);
    calx_connection_close(other);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(in_child(use_and_free, engine), GOOD);
        /* A goodbye sent by the child would have ended these. */
        one = connect_to(engine);
        other = connect_to(engine);
        assert_int_equal(identity(one), ids[0]);
        assert_int_equal(identity(other), ids[1]);
        calx_connection_close(one);
        calx_connection_close(other);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 2);
    assert_int_equal(counts.closed, 0);
    calx_engine_free(engine);
}

typedef struct held {
    calx_engine *engine;
    calx_connection *connection;
    calx_connection *detached;
} held;

static int use_what_is_held(void *context)
{
    held *self = context;
    calx_connection *both[] = { self->connection, self->detached };
    for (int i = 0; i < 2; i++) {
        calx_connection *connection = both[i];
        if (try_sql(connection, "SELECT 1") != CALX_E_STATE)
            return 1;
        if (strstr(calx_connection_error(connection)->message, "parent process") == NULL)
            return 2;
        if (calx_connection_commit(connection) != CALX_E_STATE ||
            calx_connection_rollback(connection) != CALX_E_STATE ||
            calx_connection_begin(connection) != CALX_E_STATE)
            return 3;
        calx_connection_close(connection);
    }
    calx_engine_free(self->engine);
    return GOOD;
}

static void a_connection_of_the_parent_is_refused_in_the_child(void **state)
{
    (void)state;
    calx_shows("ENG-101");
    held self = { .engine = engine_with_users(NULL) };
    self.connection = connect_to(self.engine);
    self.detached = connect_to(self.engine);
    ok(self.detached, calx_connection_detach(self.detached));
    run(self.detached, "SELECT 1");
    ok(self.detached, calx_connection_rollback(self.detached));
    run(self.connection, "INSERT INTO users (id, name) VALUES (1, 'ed')");
    int64_t id = identity(self.connection);
    assert_int_equal(in_child(use_what_is_held, &self), GOOD);
    run(self.connection, "INSERT INTO users (id, name) VALUES (2, 'wendy')");
    assert_int_equal(identity(self.connection), id);
    ok(self.connection, calx_connection_commit(self.connection));
    assert_int_equal(number(self.detached, "SELECT count(*) FROM users"), 2);
    calx_connection_close(self.connection);
    calx_connection_close(self.detached);
    calx_engine_free(self.engine);
}

/* Reads rows while the process forks: they are not finished, or closed, by the child. */
static int close_with_rows(void *context)
{
    held *self = context;
    calx_connection_close(self->connection);
    return GOOD;
}

static void rows_that_are_being_read_are_the_parents(void **state)
{
    (void)state;
    calx_shows("ENG-099");
    held self = { .engine = engine_with_users(NULL) };
    self.connection = connect_to(self.engine);
    for (int i = 1; i <= 5; i++) {
        char sql[80];
        snprintf(sql, sizeof(sql), "INSERT INTO users (id, name) VALUES (%d, 'n%d')", i, i);
        run(self.connection, sql);
    }
    calx_statement *statement = calx_text_statement("SELECT id FROM users ORDER BY id");
    calx_result *result = NULL;
    bool row = false;
    int64_t sum = 0;
    ok(self.connection, calx_connection_execute(self.connection, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    assert_int_equal(in_child(close_with_rows, &self), GOOD);
    for (; row; assert_int_equal(calx_result_next(result, &row), CALX_OK)) {
        int64_t id = 0;
        assert_int_equal(calx_result_int64(result, 0, &id), CALX_OK);
        sum += id;
    }
    assert_int_equal(sum, 15);
    calx_result_free(result);
    calx_statement_free(statement);
    ok(self.connection, calx_connection_commit(self.connection));
    calx_connection_close(self.connection);
    calx_engine_free(self.engine);
}

/* Threads that take and give while the process forks. */
typedef struct crowd {
    calx_engine *engine;
    atomic_bool stop;
    atomic_int errors;
    atomic_long rounds;
} crowd;

static void *come_and_go(void *context)
{
    crowd *self = context;
    while (!atomic_load(&self->stop)) {
        if (!can_count(self->engine, 0))
            atomic_fetch_add(&self->errors, 1);
        atomic_fetch_add(&self->rounds, 1);
    }
    return NULL;
}

static int count_in_child(void *context)
{
    crowd *self = context;
    calx_engine_state state;
    calx_engine_status(self->engine, &state);
    if (state.waiting != 0 || state.out != 0 || state.connecting != 0)
        return 1;
    for (int i = 0; i < 2; i++) {
        if (!can_count(self->engine, 0))
            return 2;
    }
    return GOOD;
}

static void a_fork_may_come_at_any_time(void **state)
{
    (void)state;
    calx_shows("ENG-100");
    if (CALX_TEST_CHECKS_ADDRESSES)
        return; /* the child may wait for the sanitizer's allocator for ever */
    if (strstr(calx_test_url(), "sslmode=verify-full") != NULL)
        return; /* or, over TLS, for a lock of OpenSSL's that another thread held */
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 3;
    options.max_overflow = 1;
    options.pool_max_lifetime = 60000;
    if (CALX_TEST_CHECKS_THREADS)
        options.upkeep = CALX_UPKEEP_INLINE; /* it knows of no threads in the child of many */
    crowd self = { .engine = NULL };
    self.engine = engine_with_users(&options);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &self), 0);
    for (int i = 0; i < FORKS; i++)
        assert_int_equal(in_child(count_in_child, &self), GOOD);
    atomic_store(&self.stop, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&self.errors), 0);
    assert_true(atomic_load(&self.rounds) > FORKS);
    calx_engine_free(self.engine);
}

static int find_the_file_locked(void *context)
{
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    if (calx_engine_connect(context, &connection, &error) != CALX_E_STATE)
        return 1;
    if (strstr(error.message, "parent process held a lock") == NULL)
        return 2;
    calx_error_clear(&error);
    calx_engine_free(context);
    return GOOD;
}

static void a_file_the_parent_has_locked_is_refused_in_the_child(void **state)
{
    (void)state;
    calx_shows("ENG-102");
    calx_shows("LIM-26");
    for (int wal = 0; wal < 2; wal++) {
        calx_engine *engine =
            new_engine(wal ? calx_test_url_with("journal_mode=wal") : calx_test_url(), NULL);
        calx_connection *connection = connect_to(engine);
        run(connection, "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY)");
        ok(connection, calx_connection_commit(connection));
        if (!wal)
            run(connection, "INSERT INTO users VALUES (1)");
        /* With a write-ahead log a connection holds a lock as long as it is open. */
        assert_int_equal(in_child(find_the_file_locked, engine), GOOD);
        if (!wal)
            ok(connection, calx_connection_rollback(connection));
        assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

static int refill_in_child(void *context)
{
    struct timespec moment = { 0, 1000000 };
    calx_engine_state state;
    if (!can_count(context, 0))
        return 1;
    for (int i = 0; i < 5000; i++) {
        calx_engine_status(context, &state);
        if (state.idle >= 2)
            return GOOD;
        nanosleep(&moment, NULL);
    }
    return 2;
}

static void the_childs_pool_has_a_thread_of_its_own(void **state)
{
    (void)state;
    calx_shows("ENG-100");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_min_idle = 2;
    calx_engine *engine = engine_with_users(&options);
    /* A child inherits the database library as it is: no thread of ours shall be inside of it. */
    assert_int_equal(refill_in_child(engine), GOOD);
    nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
    assert_int_equal(in_child(refill_in_child, engine), GOOD);
    assert_true(can_count(engine, 0));
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_has_a_pool_of_its_own_and_the_parent_keeps_its),
        cmocka_unit_test(a_connection_of_the_parent_is_refused_in_the_child),
        cmocka_unit_test(rows_that_are_being_read_are_the_parents),
        CALX_POSTGRESQL(a_fork_may_come_at_any_time),
        CALX_SQLITE(a_file_the_parent_has_locked_is_refused_in_the_child),
        cmocka_unit_test(the_childs_pool_has_a_thread_of_its_own),
    };
    return CALX_RUN("engine_fork", tests);
}
