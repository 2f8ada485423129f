/*
 * Transactions of a connection where the two databases, or the pool and the connection, could come
 * to differ: what a failed commit leaves, what a busy one says, how savepoints are called.
 */
#include "engine_fixture.h"

#include "support/log_sink.h"

#include "engine/inside.h"

#include <string.h>

/* Whether the database itself has a transaction open. */
static bool is_open_there(const calx_connection *connection)
{
    return connection->link->connection->in_transaction;
}

static void a_commit_that_breaks_a_deferred_rule_ends_it_on_a_server_only(void **state)
{
    (void)state;
    calx_shows("ENG-127");
    static const struct {
        const char *table;
        calx_status status;
        const char *sqlstate;
    } cases[] = {
        { "CREATE TABLE t (a INTEGER REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)",
          CALX_E_FOREIGN_KEY, "23503" },
        { "CREATE TABLE t (a INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED)", CALX_E_UNIQUE,
          "23505" },
    };
    bool server = calx_test_on("postgresql");
    calx_engine *engine = engine_with_users(NULL);
    for (int i = 0; i < (server ? 2 : 1); i++) {
        calx_connection *connection = connect_to(engine);
        run(connection, cases[i].table);
        ok(connection, calx_connection_commit(connection));
        run(connection, "INSERT INTO t VALUES (7)");
        run(connection, "INSERT INTO t VALUES (7)");
        assert_int_equal(calx_connection_commit(connection), cases[i].status);
        assert_string_equal(calx_connection_error(connection)->sqlstate,
                            server ? cases[i].sqlstate : "");
        assert_int_equal(is_open_there(connection), !server);
        assert_true(calx_connection_in_transaction(connection));
        assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
        ok(connection, calx_connection_rollback(connection));
        assert_false(is_open_there(connection));
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
        run(connection, "DROP TABLE t");
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
    }
    calx_engine_free(engine);
}

static void a_busy_commit_says_that_it_may_be_tried_again(void **state)
{
    (void)state;
    calx_shows("ENG-128");
    calx_engine *engine = new_engine(calx_test_url_with("timeout=0.05"), NULL);
    calx_connection *writer = connect_to(engine);
    calx_connection *reader = connect_to(engine);
    run(writer, "CREATE TABLE t (x INTEGER)");
    ok(writer, calx_connection_commit(writer));
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 0);
    run(writer, "INSERT INTO t VALUES (1)");
    assert_int_equal(calx_connection_commit(writer), CALX_E_BUSY);
    assert_int_equal(calx_connection_error(writer)->flags, CALX_ERROR_RETRY);
    run(writer, "INSERT INTO t VALUES (2)"); /* it goes on, too */
    ok(reader, calx_connection_rollback(reader));
    ok(writer, calx_connection_commit(writer));
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 2);
    calx_connection_close(reader);
    calx_connection_close(writer);
    calx_engine_free(engine);
}

static void savepoints_are_numbered_through_for_a_connection(void **state)
{
    (void)state;
    calx_shows("ENG-130");
    calx_shows("ENG-131");
    static const char *const lines[] = {
        "BEGIN (implicit)",   "SAVEPOINT calx_1", "SAVEPOINT calx_2",
        "RELEASE calx_2",     "SAVEPOINT calx_3", "ROLLBACK TO calx_3",
        "ROLLBACK TO calx_1", "SAVEPOINT calx_4", "ROLLBACK (returned to the pool)"
    };
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &sink;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    log_sink_forget(&sink);
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_commit(connection));
    ok(connection, calx_connection_begin_nested(connection));
    ok(connection, calx_connection_rollback(connection));
    ok(connection, calx_connection_rollback(connection));
    ok(connection, calx_connection_begin_nested(connection));
    calx_connection_close(connection); /* the savepoint ends without a word of its own */
    assert_int_equal(log_sink_count(&sink, ""), sizeof(lines) / sizeof(lines[0]));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_string_equal(sink.lines[i].text, lines[i]);
    calx_engine_free(engine);
    log_sink_clear(&sink);
}

static void a_transaction_the_engine_of_the_database_ended_is_pending(void **state)
{
    (void)state;
    calx_shows("ENG-125");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    assert_int_equal(try_sql(connection, "INSERT INTO users (name) VALUES ('ed')"), CALX_E_UNIQUE);
    assert_int_equal(calx_connection_error(connection)->flags, 0);
    run(connection, "INSERT INTO users (name) VALUES ('al')"); /* a failure costs nothing more */
    assert_int_equal(try_sql(connection, "INSERT OR ROLLBACK INTO users (name) VALUES ('ed')"),
                     CALX_E_UNIQUE);
    assert_false(is_open_there(connection));
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_PENDING_ROLLBACK);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_failure_on_a_server_leaves_a_way_back_to_a_savepoint(void **state)
{
    (void)state;
    calx_shows("ENG-125");
    calx_shows("ENG-133");
    calx_engine *engine = engine_with_users(NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "INSERT INTO users (name) VALUES ('ed')");
    ok(connection, calx_connection_begin_nested(connection));
    assert_int_equal(try_sql(connection, "SELECT 1 / 0"), CALX_E_DATA);
    assert_int_equal(try_sql(connection, "SELECT 1"), CALX_E_TX_ABORTED);
    assert_true(calx_connection_error(connection)->flags & CALX_ERROR_ROLLBACK_ONLY);
    assert_int_equal(calx_connection_commit(connection), CALX_E_TX_ABORTED); /* the RELEASE */
    ok(connection, calx_connection_rollback(connection));                    /* back to it */
    assert_int_equal(number(connection, "SELECT count(*) FROM users"), 1);
    ok(connection, calx_connection_commit(connection));
    assert_false(calx_connection_in_transaction(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_breaks_a_deferred_rule_ends_it_on_a_server_only),
        CALX_SQLITE(a_busy_commit_says_that_it_may_be_tried_again),
        cmocka_unit_test(savepoints_are_numbered_through_for_a_connection),
        CALX_SQLITE(a_transaction_the_engine_of_the_database_ended_is_pending),
        CALX_POSTGRESQL(a_failure_on_a_server_leaves_a_way_back_to_a_savepoint),
    };
    return CALX_RUN("engine_transaction", tests);
}
