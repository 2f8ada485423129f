/*
 * Engines and connections on SQLite: transactions follow what was asked for and what the database
 * says, every failure has its own status, and a connection is usable again after rollback().
 */
#include "engine_fixture.h"
#include "support/log_sink.h"

#include "base/clock.h"
#include "engine/cursor.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void an_engine_does_no_io_until_it_is_asked_to_connect(void **state)
{
    (void)state;
    calx_shows("ENG-031");
    calx_engine *engine = new_engine(calx_test_url_nowhere(), NULL);
    calx_connection *connection = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_connect(engine, &connection, &error), CALX_E_CONNECT);
    assert_null(connection);
    assert_non_null(strstr(error.message, "/nowhere/at"));
    if (calx_test_on("sqlite"))
        assert_int_equal(error.driver_code & 0xff, 14);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out + counts.idle + counts.connecting, 0);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

static void bad_options_are_all_named(void **state)
{
    (void)state;
    calx_shows("ENG-033");
    calx_shows("ENG-034");
    const char *url = calx_test_on("sqlite") ? "sqlite://" : "postgresql://";
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    assert_int_equal(options.pool_size, 5);
    assert_int_equal(options.max_overflow, 10);
    assert_int_equal(options.pool_timeout, 30000);
    assert_int_equal(options.pool_recycle, -1);
    assert_false(options.pool_use_lifo);
    assert_false(options.pool_pre_ping);
    assert_int_equal(options.pool_reset_on_return, CALX_POOL_RESET_ROLLBACK);
    options.pool_size = -1;
    options.max_overflow = -5;
    options.pool_timeout = -2;
    options.pool_recycle = -2;
    options.pool_reset_on_return = (calx_pool_reset)7;
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_new(url, &options, &engine, &error), CALX_E_ARGUMENT);
    assert_null(engine);
    static const char *const names[] = { "pool_size", "max_overflow", "pool_timeout",
                                         "pool_recycle", "pool_reset_on_return" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(strstr(error.message, names[i]));
    options = (calx_engine_options){ 0 };
    assert_int_equal(calx_engine_new(url, &options, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "CALX_ENGINE_OPTIONS_INIT"));
    calx_error_clear(&error);
}

static void an_unknown_scheme_or_driver_is_named(void **state)
{
    (void)state;
    calx_shows("ENG-003");
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_engine_new("nosuch://h", NULL, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "nosuch"));
    assert_int_equal(calx_engine_new("sqlite+x://", NULL, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "sqlite+x"));
    calx_error_clear(&error);
    calx_engine_free(new_engine("sqlite+sqlite://", NULL));
}

static void the_first_statement_begins_and_close_rolls_back(void **state)
{
    (void)state;
    calx_shows("ENG-121");
    calx_shows("ENG-124");
    calx_shows("ENG-043");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    assert_true(calx_connection_in_transaction(connection));
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    calx_connection_close(connection);
    connection = connect_to(engine);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void begin_twice_is_refused_and_ending_nothing_does_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-122");
    calx_shows("ENG-123");
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *connection = connect_to(engine);
    log_sink_forget(&sink);
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(log_sink_count(&sink, ""), 0);
    ok(connection, calx_connection_begin(connection));
    assert_int_equal(calx_connection_begin(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_error(connection)->status, CALX_E_STATE);
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(calx_connection_error(connection)->status, CALX_OK);
    ok(connection, calx_connection_begin(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void each_broken_rule_has_its_own_status(void **state)
{
    (void)state;
    calx_shows("ENG-214");
    calx_shows("ENG-216");
    calx_shows("ENG-204");
    calx_shows("ENG-125");
    static const struct {
        const char *sql;
        calx_status status;
        int code;
        const char *word;
    } cases[] = {
        { "INSERT INTO users (name) VALUES ('ed')", CALX_E_UNIQUE, 2067, "users.name" },
        { "INSERT INTO users (id, name) VALUES (1, 'x')", CALX_E_UNIQUE, 1555, "users.id" },
        { "INSERT INTO users (name) VALUES (NULL)", CALX_E_NOT_NULL, 1299, "users.name" },
        { "INSERT INTO users (name, age) VALUES ('x', -1)", CALX_E_CHECK, 275, "age" },
        { "INSERT INTO users (name, boss) VALUES ('x', 99)", CALX_E_FOREIGN_KEY, 787, "FOREIGN" },
        { "INSERT INTO users (id, name) VALUES ('a', 'x')", CALX_E_DATA, 20, "mismatch" },
        { "SELECT * FROM nowhere", CALX_E_NO_OBJECT, 1, "now" },
        { "SELECT nowhat FROM users", CALX_E_NO_OBJECT, 1, "now" },
        { "CREATE TABLE users (id INTEGER)", CALX_E_DUP_OBJECT, 1, "users" },
        { "SELEKT 1", CALX_E_SYNTAX, 1, "SELEKT" },
        { "SELECT 1; SELECT 2", CALX_E_ARGUMENT, 0, "more than one" },
    };
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'ed')");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const calx_error *error = calx_connection_error(connection);
        calx_status status = try_sql(connection, cases[i].sql);
        if (status != cases[i].status)
            fail_msg("%s: %s: %s", cases[i].sql, calx_status_name(status), error->message);
        assert_int_equal(error->status, status);
        assert_int_equal(error->driver_code, cases[i].code);
        assert_string_equal(error->statement, cases[i].sql);
        assert_non_null(strstr(error->message, cases[i].word));
        assert_true(calx_connection_in_transaction(connection));
    }
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_delete_that_is_restricted_is_a_foreign_key_failure(void **state)
{
    (void)state;
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE notes (owner INTEGER REFERENCES users (id) ON DELETE RESTRICT)");
    if (calx_test_on("sqlite")) {
        run(connection, "CREATE TRIGGER no_bob BEFORE INSERT ON users WHEN new.name = 'bob' "
                        "BEGIN SELECT raise(ABORT, 'no bobs here'); END");
    } else {
        run(connection, "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                        "'BEGIN RAISE EXCEPTION $$no bobs here$$; END'");
        run(connection, "CREATE TRIGGER no_bob BEFORE INSERT ON users FOR EACH ROW "
                        "WHEN (new.name = 'bob') EXECUTE FUNCTION refuse()");
    }
    run(connection, "INSERT INTO users (id, name) VALUES (1, 'ed')");
    run(connection, "INSERT INTO notes VALUES (1)");
    /* On a server a failure would cost the transaction. */
    ok(connection, calx_connection_begin_nested(connection));
    assert_int_equal(try_sql(connection, "DELETE FROM users"), CALX_E_FOREIGN_KEY);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(try_sql(connection, "INSERT INTO users (name) VALUES ('bob')"), CALX_E_USER);
    assert_string_equal(calx_connection_error(connection)->message, "no bobs here");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void savepoints_nest_and_end_in_order(void **state)
{
    (void)state;
    calx_shows("ENG-130");
    calx_shows("ENG-131");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_begin_nested(connection));
    assert_true(calx_connection_in_transaction(connection));
    run(connection, "INSERT INTO users (name) VALUES ('a')");
    for (int depth = 0; depth < 20; depth++)
        ok(connection, calx_connection_begin_nested(connection));
    run(connection, "INSERT INTO users (name) VALUES ('b')");
    for (int depth = 0; depth < 19; depth++)
        ok(connection, calx_connection_commit(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 2);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    ok(connection, calx_connection_commit(connection));
    assert_true(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_commit(connection));
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    ok(connection, calx_connection_begin_nested(connection));
    run(connection, "INSERT INTO users (name) VALUES ('c')");
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_commit_that_fails_needs_a_rollback(void **state)
{
    (void)state;
    calx_shows("ENG-127");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE notes (owner INTEGER REFERENCES users (id) "
                    "DEFERRABLE INITIALLY DEFERRED)");
    ok(connection, calx_connection_commit(connection));
    run(connection, "INSERT INTO notes VALUES (7)");
    assert_int_equal(calx_connection_commit(connection), CALX_E_FOREIGN_KEY);
    if (calx_test_on("sqlite"))
        assert_int_equal(calx_connection_error(connection)->driver_code, 787);
    else
        assert_string_equal(calx_connection_error(connection)->sqlstate, "23503");
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_connection_commit(connection), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_connection_begin(connection), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM notes"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_transaction_the_database_ended_needs_a_rollback(void **state)
{
    (void)state;
    calx_shows("ENG-149");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    assert_int_equal(try_sql(connection, "INSERT OR ROLLBACK INTO users (name) VALUES ('ed')"),
                     CALX_E_UNIQUE);
    assert_true(calx_connection_error(connection)->flags & CALX_ERROR_ROLLBACK_ONLY);
    assert_int_equal(try_sql(connection, "INSERT INTO users (name) VALUES ('al')"),
                     CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_raw_commit_or_begin_is_noticed(void **state)
{
    (void)state;
    calx_shows("ENG-045");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    run(connection, "COMMIT");
    assert_false(calx_connection_in_transaction(connection));
    ok(connection, calx_connection_rollback(connection));
    run(connection, "INSERT INTO users (name) VALUES ('al')");
    assert_true(calx_connection_in_transaction(connection));
    run(connection, "ROLLBACK");
    ok(connection, calx_connection_commit(connection));
    (void)try_sql(connection, "BEGIN"); /* refused, or a warning: one is open by then */
    run(connection, "INSERT INTO users (name) VALUES ('bo')");
    calx_connection_close(connection);
    connection = connect_to(engine);
    assert_false(calx_connection_in_transaction(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_locked_database_is_busy_and_the_commit_may_be_repeated(void **state)
{
    (void)state;
    calx_shows("ENG-128");
    calx_shows("ENG-215");
    calx_engine *engine = new_engine(calx_test_url_with("timeout=0.05"), NULL);
    calx_connection *writer = connect_to(engine);
    run(writer, "CREATE TABLE t (x INTEGER)");
    ok(writer, calx_connection_commit(writer));
    calx_connection *reader = connect_to(engine);
    calx_connection *other = connect_to(engine);
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 0);
    run(writer, "INSERT INTO t VALUES (1)");
    assert_int_equal(try_sql(other, "INSERT INTO t VALUES (2)"), CALX_E_BUSY);
    assert_true(calx_connection_error(other)->flags & CALX_ERROR_RETRY);
    assert_int_equal(calx_connection_commit(writer), CALX_E_BUSY);
    assert_true(calx_connection_in_transaction(writer));
    ok(reader, calx_connection_rollback(reader));
    ok(other, calx_connection_rollback(other));
    ok(writer, calx_connection_commit(writer));
    assert_int_equal(number(other, "SELECT count(*) FROM t"), 1);
    calx_connection_close(reader);
    calx_connection_close(other);
    calx_connection_close(writer);
    calx_engine_free(engine);
}

static void a_locked_table_is_busy_and_may_be_tried_again(void **state)
{
    (void)state;
    calx_shows("ENG-173");
    calx_shows("ENG-211");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *writer = connect_to(engine);
    calx_connection *other = connect_to(engine);
    run(writer, "CREATE TABLE t (x INTEGER)");
    ok(writer, calx_connection_commit(writer));
    run(writer, "LOCK TABLE t");
    run(other, "SET LOCAL lock_timeout = 50");
    assert_int_equal(try_sql(other, "INSERT INTO t VALUES (2)"), CALX_E_BUSY);
    assert_true(calx_connection_error(other)->flags & CALX_ERROR_RETRY);
    ok(other, calx_connection_rollback(other));
    run(writer, "INSERT INTO t VALUES (1)");
    ok(writer, calx_connection_commit(writer));
    run(other, "INSERT INTO t VALUES (2)");
    assert_int_equal(number(other, "SELECT count(*) FROM t"), 2);
    calx_connection_close(other);
    calx_connection_close(writer);
    calx_engine_free(engine);
}

static void a_locked_database_is_waited_for_no_longer_than_the_pool_waits(void **state)
{
    (void)state;
    calx_shows("ENG-057");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_timeout = 60;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *owner = connect_to(engine);
    run(owner, "PRAGMA locking_mode = exclusive");
    run(owner, "INSERT INTO users (name) VALUES ('ed')");
    ok(owner, calx_connection_commit(owner));
    calx_connection *other = NULL;
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_engine_connect(engine, &other, NULL), CALX_E_BUSY);
    assert_true(calx_clock_monotonic_ns() - start < 2000 * INT64_C(1000000));
    calx_connection_close(owner);
    calx_engine_free(engine);
}

static void an_invalidated_connection_takes_another_after_rollback(void **state)
{
    (void)state;
    calx_shows("ENG-077");
    calx_shows("ENG-078");
    calx_shows("ENG-079");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_invalidate(connection));
    ok(connection, calx_connection_invalidate(connection));
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_invalidate(connection));
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_connection_commit(connection), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 1);
    assert_int_equal(counts.created, 3);
    assert_int_equal(counts.closed, 2);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_detached_connection_leaves_its_place_to_others(void **state)
{
    (void)state;
    calx_shows("ENG-049");
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_size = 1;
    options.max_overflow = 0;
    options.pool_timeout = 0;
    calx_engine *engine = engine_with_users(&options);
    calx_connection *first = connect_to(engine);
    calx_connection *second = NULL;
    assert_int_equal(calx_engine_connect(engine, &second, NULL), CALX_E_POOL_TIMEOUT);
    ok(first, calx_connection_detach(first));
    second = connect_to(engine);
    run(first, "INSERT INTO users (name) VALUES ('ed')");
    ok(first, calx_connection_commit(first));
    assert_int_equal(number(second, "SELECT count(*) FROM users"), 1);
    calx_connection_close(first);
    ok(second, calx_connection_invalidate(second));
    assert_int_equal(calx_connection_detach(second), CALX_E_STATE);
    calx_connection_close(second);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 0);
    calx_engine_free(engine);
}

static void an_engine_may_be_freed_before_its_last_connection(void **state)
{
    (void)state;
    calx_shows("ENG-039");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_engine_free(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
}

static void a_disposed_engine_goes_on_with_new_connections(void **state)
{
    (void)state;
    calx_shows("ENG-038");
    calx_shows("ENG-039");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *held = connect_to(engine);
    calx_engine_state counts;
    calx_connection_close(connect_to(engine));
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 1);
    assert_int_equal(counts.created, 2);
    calx_engine_dispose(engine);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 0);
    assert_int_equal(counts.created, 2);
    calx_connection *fresh = connect_to(engine);
    assert_int_equal(number(held, "SELECT count(*) FROM users"), 0);
    assert_int_equal(number(fresh, "SELECT count(*) FROM users"), 0);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.out, 1);
    calx_connection_close(held);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 0);
    assert_int_equal(counts.out, 1);
    calx_connection_close(fresh);
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.idle, 1);
    calx_engine_free(engine);
}

static void a_shut_down_engine_cuts_what_does_not_come_back(void **state)
{
    (void)state;
    calx_shows("ENG-041");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *held = connect_to(engine);
    run(held, "INSERT INTO users (name) VALUES ('ed')");
    size_t cut = 0;
    assert_int_equal(calx_engine_shutdown(engine, 10, &cut), CALX_OK);
    assert_int_equal(cut, 1);
    assert_int_equal(try_sql(held, "SELECT 1"), CALX_E_POOL_CLOSED);
    calx_connection *more = NULL;
    assert_int_equal(calx_engine_connect(engine, &more, NULL), CALX_E_POOL_CLOSED);
    calx_connection_close(held);
    assert_int_equal(calx_engine_shutdown(engine, 10, &cut), CALX_OK);
    assert_int_equal(cut, 0);
    calx_engine_free(engine);
}

static void a_connection_comes_back_clean_or_not_at_all(void **state)
{
    (void)state;
    calx_shows("ENG-044");
    static const struct {
        calx_pool_reset reset;
        int64_t rows;
    } cases[] = { { CALX_POOL_RESET_ROLLBACK, 0 }, { CALX_POOL_RESET_COMMIT, 1 } };
    for (size_t i = 0; i < 2; i++) {
        calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
        options.pool_reset_on_return = cases[i].reset;
        options.pool_size = 1;
        calx_engine *engine = new_engine(calx_test_url(), &options);
        calx_connection *connection = connect_to(engine);
        run(connection, "DROP TABLE IF EXISTS t");
        run(connection, "CREATE TABLE t (x INTEGER)");
        ok(connection, calx_connection_commit(connection));
        run(connection, "INSERT INTO t VALUES (1)");
        calx_connection_close(connection);
        connection = connect_to(engine);
        assert_false(calx_connection_in_transaction(connection));
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), cases[i].rows);
        calx_engine_state counts;
        calx_engine_status(engine, &counts);
        assert_int_equal(counts.created, 1);
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

static void half_read_rows_do_not_reach_the_next_owner(void **state)
{
    (void)state;
    calx_shows("ENG-047");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement("SELECT id FROM users");
    calx_result *result = NULL;
    bool row = false;
    run(connection, "INSERT INTO users (name) VALUES ('al'), ('bo'), ('cy')");
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_execute(connection, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    calx_connection_close(connection);
    connection = connect_to(engine);
    run(connection, "DROP TABLE users"); /* refused while rows of it are being read */
    ok(connection, calx_connection_commit(connection));
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_memory_database_is_shared_by_nested_connections_of_a_thread(void **state)
{
    (void)state;
    calx_shows("ENG-069");
    calx_shows("ENG-073");
    calx_engine *engine = new_engine("sqlite://", NULL);
    calx_connection *outer = connect_to(engine);
    run(outer, "CREATE TABLE t (x INTEGER)");
    calx_connection *inner = connect_to(engine);
    run(inner, "INSERT INTO t VALUES (1)");
    calx_connection_close(inner);
    assert_int_equal(number(outer, "SELECT count(*) FROM t"), 1);
    assert_int_equal(calx_connection_detach(outer), CALX_OK);
    calx_connection_close(outer);
    outer = connect_to(engine);
    assert_int_equal(try_sql(outer, "SELECT * FROM t"), CALX_E_NO_OBJECT);
    inner = connect_to(engine);
    assert_int_equal(calx_connection_detach(outer), CALX_E_STATE);
    run(inner, "CREATE TABLE t (x INTEGER)");
    ok(inner, calx_connection_commit(inner));
    ok(outer, calx_connection_commit(outer));
    ok(inner, calx_connection_invalidate(inner));
    assert_int_equal(number(outer, "SELECT count(*) FROM t"), 0);
    calx_connection_close(outer);
    assert_int_equal(try_sql(inner, "SELECT * FROM t"), CALX_E_NO_OBJECT);
    calx_connection_close(inner);
    calx_engine_free(engine);
}

static void cursors_are_kept_lent_twice_and_outlive_their_connection(void **state)
{
    (void)state;
    calx_shows("ENG-183");
    static const char sql[] = "SELECT name FROM users ORDER BY name";
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('al'), ('bo')");
    ok(connection, calx_connection_commit(connection));
    calx_cursor *first = NULL;
    calx_cursor *second = NULL;
    calx_cursor *again = NULL;
    bool row = false;
    ok(connection, calx_connection_open_text(connection, sql, strlen(sql), &first));
    ok(connection, calx_cursor_execute(first, NULL, 0, &row));
    assert_true(row);
    ok(connection, calx_connection_open_text(connection, sql, strlen(sql), &second));
    assert_ptr_not_equal(first, second);
    ok(connection, calx_cursor_execute(second, NULL, 0, &row));
    ok(connection, calx_cursor_next(second, &row));
    calx_value_type wanted = CALX_VALUE_TEXT;
    calx_value value;
    ok(connection, calx_cursor_read(first, &wanted, &value, 1));
    assert_string_equal(value.as.span.data, "al");
    ok(connection, calx_cursor_read(second, &wanted, &value, 1));
    assert_string_equal(value.as.span.data, "bo");
    calx_cursor_close(second);
    calx_cursor_close(first);
    ok(connection, calx_connection_open_text(connection, sql, strlen(sql), &again));
    assert_ptr_equal(first, again);
    ok(connection, calx_cursor_execute(again, NULL, 0, &row));
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(calx_cursor_next(again, &row), CALX_E_STATE);
    ok(connection, calx_cursor_execute(again, NULL, 0, &row));
    calx_connection_close(connection);
    assert_int_equal(calx_cursor_next(again, &row), CALX_E_STATE);
    assert_int_equal(calx_cursor_read(again, &wanted, &value, 1), CALX_E_STATE);
    assert_int_equal(calx_cursor_execute(again, NULL, 0, &row), CALX_E_STATE);
    assert_int_equal(calx_cursor_changes(again), 0);
    calx_cursor_reset(again);
    calx_cursor_close(again);
    calx_engine_free(engine);
}

static void more_texts_than_are_kept_still_run(void **state)
{
    (void)state;
    calx_shows("ENG-016");
    for (int kept = 0; kept <= 2; kept += 2) {
        char options[32];
        snprintf(options, sizeof(options), "cached_statements=%d", kept);
        calx_engine *engine = new_engine(calx_test_url_with(options), NULL);
        calx_connection *connection = connect_to(engine);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5; i++) {
                char sql[32];
                snprintf(sql, sizeof(sql), "SELECT %d", i);
                assert_int_equal(number(connection, sql), i);
            }
        }
        calx_connection_close(connection);
        calx_engine_free(engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_does_no_io_until_it_is_asked_to_connect),
        cmocka_unit_test(bad_options_are_all_named),
        CALX_SQLITE(an_unknown_scheme_or_driver_is_named),
        cmocka_unit_test(the_first_statement_begins_and_close_rolls_back),
        cmocka_unit_test(begin_twice_is_refused_and_ending_nothing_does_nothing),
        CALX_SQLITE(each_broken_rule_has_its_own_status),
        cmocka_unit_test(a_delete_that_is_restricted_is_a_foreign_key_failure),
        cmocka_unit_test(savepoints_nest_and_end_in_order),
        cmocka_unit_test(a_commit_that_fails_needs_a_rollback),
        CALX_SQLITE(a_transaction_the_database_ended_needs_a_rollback),
        cmocka_unit_test(a_raw_commit_or_begin_is_noticed),
        CALX_SQLITE(a_locked_database_is_busy_and_the_commit_may_be_repeated),
        CALX_POSTGRESQL(a_locked_table_is_busy_and_may_be_tried_again),
        CALX_SQLITE(a_locked_database_is_waited_for_no_longer_than_the_pool_waits),
        cmocka_unit_test(an_invalidated_connection_takes_another_after_rollback),
        cmocka_unit_test(a_detached_connection_leaves_its_place_to_others),
        cmocka_unit_test(an_engine_may_be_freed_before_its_last_connection),
        cmocka_unit_test(a_disposed_engine_goes_on_with_new_connections),
        cmocka_unit_test(a_shut_down_engine_cuts_what_does_not_come_back),
        cmocka_unit_test(a_connection_comes_back_clean_or_not_at_all),
        cmocka_unit_test(half_read_rows_do_not_reach_the_next_owner),
        CALX_SQLITE(a_memory_database_is_shared_by_nested_connections_of_a_thread),
        cmocka_unit_test(cursors_are_kept_lent_twice_and_outlive_their_connection),
        cmocka_unit_test(more_texts_than_are_kept_still_run),
    };
    return CALX_RUN("engine", tests);
}
