/*
 * Writers of one SQLite database: they begin as what they are, queue in order of arrival, and wait
 * for those of other processes. What stands for another process here is SQLite used directly.
 */
#include "engine_fixture.h"

#include "base/clock.h"
#include "driver/sqlite/sqlite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 32, ROUNDS = 15 };

static char path[1024];

/* An engine on a new file with a table; the file's name is in path. */
static calx_engine *engine_on_file(const char *options)
{
    char url[1200];
    snprintf(path, sizeof(path), "%s", calx_test_path("w.db"));
    snprintf(url, sizeof(url), "sqlite:///%s?%s", path, options);
    calx_engine *engine = new_engine(url, NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (x INTEGER)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    return engine;
}

static sqlite3 *open_directly(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void direct(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static void pause_ms(long milliseconds)
{
    struct timespec time = { .tv_nsec = milliseconds * 1000000 };
    nanosleep(&time, NULL);
}

static int64_t ms_since(int64_t start)
{
    return (calx_clock_monotonic_ns() - start) / 1000000;
}

static void write_only(calx_connection *connection, calx_switch read_only)
{
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.read_only = read_only;
    ok(connection, calx_connection_execution_options(connection, &options));
}

/* Reads, then writes while another one does. */
static void check_upgrade(const char *options, calx_status wanted)
{
    calx_engine *engine = engine_on_file(options);
    calx_connection *reader = connect_to(engine);
    calx_connection *writer = connect_to(engine);
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 0);
    run(writer, "INSERT INTO t VALUES (1)");
    if (wanted == CALX_E_SERIALIZATION)
        ok(writer, calx_connection_commit(writer));
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(try_sql(reader, "INSERT INTO t VALUES (2)"), wanted);
    assert_true(ms_since(start) < 1000); /* although the timeout is far longer */
    assert_true((calx_connection_error(reader)->flags & CALX_ERROR_RETRY) != 0);
    ok(reader, calx_connection_rollback(reader));
    ok(writer, calx_connection_rollback(writer));
    calx_connection_close(reader);
    calx_connection_close(writer);
    calx_engine_free(engine);
    unlink(path);
}

static void a_reader_that_wants_to_write_later_may_be_too_late(void **state)
{
    (void)state;
    calx_shows("ENG-146");
    calx_shows("LIM-27");
    check_upgrade("timeout=20", CALX_E_BUSY);
    check_upgrade("timeout=20&journal_mode=wal", CALX_E_BUSY);
    check_upgrade("timeout=20&journal_mode=wal", CALX_E_SERIALIZATION);
}

typedef struct late_writer {
    pthread_t thread;
    calx_engine *engine;
    bool reads_first;
    calx_status status;
} late_writer;

static void *write_late(void *context)
{
    late_writer *self = context;
    calx_connection *connection = connect_to(self->engine);
    if (self->reads_first) {
        write_only(connection, CALX_SWITCH_OFF);
        (void)number(connection, "SELECT count(*) FROM t");
    }
    self->status = try_sql(connection, "INSERT INTO t VALUES (2)");
    if (self->status == CALX_OK)
        self->status = calx_connection_commit(connection);
    calx_connection_close(connection);
    return NULL;
}

static void a_transaction_that_writes_begins_as_a_writer_and_waits(void **state)
{
    (void)state;
    calx_shows("ENG-146");
    calx_engine *engine = engine_on_file("timeout=20&journal_mode=wal");
    for (int i = 0; i < 2; i++) {
        calx_connection *first = connect_to(engine);
        calx_connection *reader = connect_to(engine);
        run(first, "INSERT INTO t VALUES (1)");
        assert_true(number(reader, "SELECT count(*) FROM t") >= 0); /* waits for nobody */
        late_writer late = { .engine = engine, .reads_first = i == 1 };
        assert_int_equal(pthread_create(&late.thread, NULL, write_late, &late), 0);
        pause_ms(30);
        ok(first, calx_connection_commit(first));
        pthread_join(late.thread, NULL);
        assert_int_equal(late.status, CALX_OK);
        calx_connection_close(first);
        calx_connection_close(reader);
    }
    calx_engine_free(engine);
}

typedef struct busy_writer {
    pthread_t thread;
    calx_engine *engine;
    int failures;
} busy_writer;

static calx_status write_once(calx_connection *connection)
{
    calx_status status = try_sql(connection, "INSERT INTO t VALUES (1)");
    if (status == CALX_OK)
        status = try_sql(connection, "SELECT count(*) FROM t");
    return status == CALX_OK ? calx_connection_commit(connection) : status;
}

static void *write_much(void *context)
{
    busy_writer *self = context;
    for (int round = 0; round < ROUNDS; round++) {
        calx_connection *connection = connect_to(self->engine);
        self->failures += write_once(connection) != CALX_OK;
        calx_connection_close(connection);
    }
    return NULL;
}

static void many_writers_of_one_file_meet_no_busy(void **state)
{
    (void)state;
    calx_shows("ENG-147");
    static const char *const options[] = { "timeout=60&synchronous=off&journal_mode=wal",
                                           "timeout=60&synchronous=off" };
    for (size_t i = 0; i < 2; i++) {
        calx_engine *made = engine_on_file(options[i]);
        calx_engine_options whole = CALX_ENGINE_OPTIONS_INIT;
        char url[1200];
        calx_engine_free(made);
        whole.pool_size = WRITERS;
        snprintf(url, sizeof(url), "sqlite:///%s?%s", path, options[i]);
        calx_engine *engine = new_engine(url, &whole);
        busy_writer writers[WRITERS];
        for (int j = 0; j < WRITERS; j++) {
            writers[j] = (busy_writer){ .engine = engine };
            pthread_create(&writers[j].thread, NULL, write_much, &writers[j]);
        }
        int failures = 0;
        for (int j = 0; j < WRITERS; j++) {
            pthread_join(writers[j].thread, NULL);
            failures += writers[j].failures;
        }
        assert_int_equal(failures, 0);
        calx_connection *connection = connect_to(engine);
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), WRITERS * ROUNDS);
        calx_connection_close(connection);
        calx_engine_free(engine);
        unlink(path);
    }
}

typedef struct arrival {
    pthread_t thread;
    calx_sqlite_gate *gate;
    atomic_int *served;
    int place;
    bool entered;
} arrival;

static void *arrive(void *context)
{
    arrival *self = context;
    self->entered = calx_sqlite_gate_enter(self->gate, 10000);
    self->place = atomic_fetch_add(self->served, 1);
    calx_sqlite_gate_leave(self->gate);
    return NULL;
}

static void the_gate_lets_in_by_arrival_and_not_for_ever(void **state)
{
    (void)state;
    calx_shows("ENG-147");
    calx_sqlite_gate *gate = calx_sqlite_gate_new();
    atomic_int served;
    arrival arrivals[8];
    atomic_init(&served, 0);
    assert_true(calx_sqlite_gate_enter(gate, 0));
    assert_false(calx_sqlite_gate_enter(gate, 0));
    assert_false(calx_sqlite_gate_enter(gate, 10));
    for (int i = 0; i < 8; i++) {
        arrivals[i] = (arrival){ .gate = gate, .served = &served };
        pthread_create(&arrivals[i].thread, NULL, arrive, &arrivals[i]);
        pause_ms(20);
    }
    calx_sqlite_gate_leave(gate);
    for (int i = 0; i < 8; i++) {
        pthread_join(arrivals[i].thread, NULL);
        assert_true(arrivals[i].entered);
        assert_int_equal(arrivals[i].place, i);
    }
    calx_sqlite_gate_free(gate);
}

static void a_writer_of_another_process_is_waited_for_as_long_as_the_url_says(void **state)
{
    (void)state;
    calx_shows("ENG-148");
    calx_engine *engine = engine_on_file("timeout=0.2");
    calx_connection *connection = connect_to(engine);
    sqlite3 *other = open_directly();
    direct(other, "BEGIN IMMEDIATE");
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(try_sql(connection, "INSERT INTO t VALUES (1)"), CALX_E_BUSY);
    assert_true(ms_since(start) >= 190 && ms_since(start) < 3000);
    const calx_error *error = calx_connection_error(connection);
    assert_int_equal(error->flags & (CALX_ERROR_RETRY | CALX_ERROR_DISCONNECT), CALX_ERROR_RETRY);
    ok(connection, calx_connection_rollback(connection));
    direct(other, "COMMIT"); /* nothing of ours is open */
    direct(other, "BEGIN EXCLUSIVE; COMMIT");
    run(connection, "INSERT INTO t VALUES (1)");
    ok(connection, calx_connection_commit(connection));
    sqlite3_close(other);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_writer_of_this_engine_is_waited_for_as_long_as_well(void **state)
{
    (void)state;
    calx_shows("ENG-147");
    calx_engine *engine = engine_on_file("timeout=0.1");
    calx_connection *first = connect_to(engine);
    calx_connection *second = connect_to(engine);
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    run(first, "INSERT INTO t VALUES (1)");
    assert_int_equal(try_sql(second, "INSERT INTO t VALUES (2)"), CALX_E_BUSY);
    assert_true((calx_connection_error(second)->flags & CALX_ERROR_RETRY) != 0);
    ok(second, calx_connection_rollback(second));
    options.isolation_level = "AUTOCOMMIT";
    ok(second, calx_connection_execution_options(second, &options));
    assert_int_equal(try_sql(second, "INSERT INTO t VALUES (2)"), CALX_E_BUSY);
    calx_connection_close(first); /* its turn ends with its transaction, however that ends */
    run(second, "INSERT INTO t VALUES (2)");
    first = connect_to(engine);
    run(first, "INSERT INTO t VALUES (3)");
    ok(first, calx_connection_invalidate(first));
    run(second, "INSERT INTO t VALUES (4)");
    assert_int_equal(number(second, "SELECT count(*) FROM t"), 2);
    calx_connection_close(second);
    calx_connection_close(first);
    calx_engine_free(engine);
}

static void readers_and_one_writer_go_on_side_by_side_with_a_write_ahead_log(void **state)
{
    (void)state;
    calx_shows("ENG-150");
    calx_engine *engine = engine_on_file("journal_mode=wal");
    calx_connection *reader = connect_to(engine);
    calx_connection *writer = connect_to(engine);
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 0);
    run(writer, "INSERT INTO t VALUES (1)");
    ok(writer, calx_connection_commit(writer));
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 0); /* as its transaction began */
    ok(reader, calx_connection_rollback(reader));
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 1);
    /* The mode is in the file; it is not left while others are there. */
    char url[1200];
    snprintf(url, sizeof(url), "sqlite:///%s?journal_mode=delete&timeout=10", path);
    calx_engine *other = new_engine(url, NULL);
    calx_connection *refused = NULL;
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(calx_engine_connect(other, &refused, NULL), CALX_E_BUSY);
    assert_true(ms_since(start) < 2000);
    calx_engine_free(other);
    calx_connection_close(reader);
    calx_connection_close(writer);
    calx_engine_free(engine);
    snprintf(url, sizeof(url), "sqlite:///%s", path);
    engine = new_engine(url, NULL);
    reader = connect_to(engine);
    assert_int_equal(number(reader, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    calx_connection_close(reader);
    calx_engine_free(engine);
    engine = new_engine("sqlite://?journal_mode=wal", NULL); /* memory has none */
    reader = connect_to(engine);
    assert_int_equal(number(reader, "SELECT journal_mode = 'memory' FROM pragma_journal_mode"), 1);
    calx_connection_close(reader);
    calx_engine_free(engine);
}

/* 0: the whole log went into the file. */
static int checkpoint(sqlite3 *db)
{
    int log = 0;
    int done = 0;
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &log, &done);
    return code == SQLITE_OK ? log : -1;
}

static void a_returned_connection_holds_up_no_checkpoint(void **state)
{
    (void)state;
    calx_shows("ENG-151");
    calx_engine *engine = engine_on_file("journal_mode=wal");
    calx_connection *writer = connect_to(engine);
    calx_connection *reader = connect_to(engine);
    sqlite3 *other = open_directly();
    direct(other, "SELECT count(*) FROM t"); /* only now it knows that there is a log */
    run(writer, "INSERT INTO t VALUES (1), (2), (3)");
    ok(writer, calx_connection_commit(writer));
    calx_statement *statement = calx_text_statement("SELECT x FROM t");
    calx_result *result = NULL;
    bool row = false;
    ok(reader, calx_connection_execute(reader, statement, &result));
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    run(writer, "INSERT INTO t VALUES (4)");
    ok(writer, calx_connection_commit(writer));
    assert_true(checkpoint(other) != 0); /* rows are being read */
    calx_connection_close(reader);
    assert_int_equal(checkpoint(other), 0);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(writer);
    sqlite3_close(other);
    calx_engine_free(engine);
}

static void closing_leaves_nothing_of_a_connection(void **state)
{
    (void)state;
    calx_shows("ENG-159");
    char log_name[1100];
    struct stat facts;
    calx_engine *engine = engine_on_file("journal_mode=wal&cached_statements=4");
    calx_connection *connection = connect_to(engine);
    calx_statement *statements[9];
    calx_result *results[9];
    snprintf(log_name, sizeof(log_name), "%s-wal", path);
    run(connection, "INSERT INTO t VALUES (1), (2)");
    for (int i = 0; i < 9; i++) {
        char sql[60];
        bool row = false;
        snprintf(sql, sizeof(sql), "SELECT x + %d FROM t", i % 7);
        statements[i] = calx_text_statement(sql);
        ok(connection, calx_connection_execute(connection, statements[i], &results[i]));
        assert_int_equal(calx_result_next(results[i], &row), CALX_OK);
    }
    assert_int_equal(stat(log_name, &facts), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
    /* The last real close takes the log away; a handle half closed would have left it. */
    assert_int_not_equal(stat(log_name, &facts), 0);
    for (int i = 0; i < 9; i++) {
        calx_result_free(results[i]);
        calx_statement_free(statements[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_wants_to_write_later_may_be_too_late),
        cmocka_unit_test(a_transaction_that_writes_begins_as_a_writer_and_waits),
        cmocka_unit_test(many_writers_of_one_file_meet_no_busy),
        cmocka_unit_test(the_gate_lets_in_by_arrival_and_not_for_ever),
        cmocka_unit_test(a_writer_of_another_process_is_waited_for_as_long_as_the_url_says),
        cmocka_unit_test(a_writer_of_this_engine_is_waited_for_as_long_as_well),
        cmocka_unit_test(readers_and_one_writer_go_on_side_by_side_with_a_write_ahead_log),
        cmocka_unit_test(a_returned_connection_holds_up_no_checkpoint),
        cmocka_unit_test(closing_leaves_nothing_of_a_connection),
    };
    return CALX_RUN("sqlite_writers", tests);
}
