/*
 * COPY: rows in and out as one stream, and everything that can go wrong in between: bad rows, a
 * source or a sink that gives up, others that want the connection meanwhile, missing memory, and a
 * line that is cut at any message.
 */
#include "engine_fixture.h"
#include "support/ration.h"

#include <calx/copy.h>
#include <calx/script.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A source that gives a text in pieces, and may fail or do something else in between. */
typedef struct giver {
    const char *data;
    size_t size, piece;
    long pieces;              /* given so far */
    long fails_at;            /* this one fails; 0: none */
    calx_status status;       /* how */
    calx_connection *meddles; /* uses this connection in between */
    int tried;
} giver;

static void meddle(calx_connection *connection)
{
    calx_statement *statement = calx_text_statement("SELECT 1");
    assert_int_equal(calx_connection_execute(connection, statement, NULL), CALX_E_STATE);
    assert_non_null(strstr(calx_connection_error(connection)->message, "COPY"));
    calx_statement_free(statement);
    assert_int_equal(calx_connection_begin(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_begin_nested(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_commit(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_rollback(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_invalidate(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_invalidate_soft(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_detach(connection), CALX_E_STATE);
    assert_int_equal(calx_connection_execute_script(connection, "SELECT 1", NULL), CALX_E_STATE);
    calx_copy_source source = { NULL, NULL };
    assert_int_equal(calx_connection_copy_in(connection, "COPY t FROM STDIN", &source, NULL),
                     CALX_E_STATE);
    assert_true(calx_connection_in_transaction(connection));
}

static calx_status give(void *context, const char **out_data, size_t *out_size)
{
    giver *self = context;
    if (++self->pieces == self->fails_at)
        return self->status;
    if (self->meddles != NULL && self->tried++ == 0)
        meddle(self->meddles);
    size_t size = self->size < self->piece ? self->size : self->piece;
    *out_data = self->data;
    *out_size = size;
    self->data += size;
    self->size -= size;
    return CALX_OK;
}

/* A sink that keeps what it gets. */
typedef struct taker {
    char data[4096];
    size_t size;
    long pieces, fails_at;
    calx_connection *meddles;
} taker;

static calx_status keep(void *context, const char *data, size_t size)
{
    taker *self = context;
    if (++self->pieces == self->fails_at)
        return CALX_E_USER;
    if (self->meddles != NULL && self->pieces == 1)
        meddle(self->meddles);
    if (self->size + size <= sizeof(self->data)) {
        memcpy(self->data + self->size, data, size);
        self->size += size;
    }
    return CALX_OK;
}

static calx_engine *engine_with_table(void)
{
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    return engine;
}

static calx_status copy_text(calx_connection *connection, giver *from, int64_t *out_rows)
{
    calx_copy_source source = { give, from };
    return calx_connection_copy_in(connection, "COPY t FROM STDIN", &source, out_rows);
}

static giver text_of(const char *text, size_t piece)
{
    return (giver){ .data = text, .size = strlen(text), .piece = piece };
}

static const char three_rows[] = "1\tone\n2\ttwo\n3\t\\N\n";

/* ---- what it does ---- */

static void rows_go_in_and_come_out_as_text(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    for (size_t piece = 1; piece < 64; piece *= 3) {
        giver from = text_of(three_rows, piece);
        taker to = { .size = 0 };
        calx_copy_sink sink = { keep, &to };
        int64_t in = 0, out = 0;
        ok(connection, copy_text(connection, &from, &in));
        assert_int_equal(in, 3);
        assert_int_equal(number(connection, "SELECT count(b) FROM t"), 2);
        ok(connection, calx_connection_copy_out(
                           connection, "COPY (SELECT * FROM t ORDER BY a) TO STDOUT", &sink, &out));
        assert_int_equal(out, 3);
        assert_int_equal(to.size, strlen(three_rows));
        assert_memory_equal(to.data, three_rows, to.size);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void the_binary_form_goes_through_as_it_is(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    giver from = text_of(three_rows, 100);
    taker to = { .size = 0 };
    calx_copy_sink sink = { keep, &to };
    int64_t rows = 0;
    ok(connection, copy_text(connection, &from, NULL));
    ok(connection, calx_connection_copy_out(
                       connection, " -- all\n copy t TO STDOUT (FORMAT binary)", &sink, NULL));
    assert_memory_equal(to.data, "PGCOPY\n\377\r\n\0", 11);
    run(connection, "DELETE FROM t");
    giver again = { .data = to.data, .size = to.size, .piece = 7 };
    calx_copy_source source = { give, &again };
    ok(connection,
       calx_connection_copy_in(connection, "COPY t FROM STDIN (FORMAT binary)", &source, &rows));
    assert_int_equal(rows, 3);
    assert_int_equal(number(connection, "SELECT sum(a) FROM t WHERE b IS DISTINCT FROM 'x'"), 6);
    ok(connection, calx_connection_commit(connection));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void much_goes_both_ways_in_little_memory(void **state)
{
    (void)state;
    calx_shows("ENG-168");
    calx_shows("ENG-170");
    enum { LINES = 200000 };
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    char *text = malloc((size_t)LINES * 32);
    size_t size = 0;
    int64_t rows = 0;
    assert_non_null(text);
    for (int i = 0; i < LINES; i++)
        size += (size_t)sprintf(text + size, "%d\tsomething to read %d\n", i, i % 10);
    giver from = { .data = text, .size = size, .piece = size };
    ok(connection, copy_text(connection, &from, &rows));
    assert_int_equal(rows, LINES);
    taker to = { .size = 0 };
    calx_copy_sink sink = { keep, &to };
    ok(connection, calx_connection_copy_out(connection, "COPY t TO STDOUT", &sink, &rows));
    assert_int_equal(rows, LINES);
    assert_int_equal(to.pieces, LINES);
    free(text);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- failures ---- */

static void a_bad_row_is_told_with_its_line_and_nothing_is_stored(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    static const struct {
        const char *text;
        calx_status status;
        const char *sqlstate;
        const char *line;
    } cases[] = {
        { "1\ta\n2\tb\nx\tc\n", CALX_E_DATA, "22P02", "COPY t, line 3, column a" },
        { "1\ta\n1\tb\n", CALX_E_UNIQUE, "23505", "COPY t, line 2" },
        { "1\ta\n2\n", CALX_E_DATA, "22P04", "COPY t, line 2" },
    };
    calx_execution_options autocommit = CALX_EXECUTION_OPTIONS_INIT;
    autocommit.isolation_level = "AUTOCOMMIT";
    calx_engine *engine = engine_with_table();
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        size_t at = i / 2;
        calx_connection *connection = connect_to(engine);
        giver from = text_of(cases[at].text, 1000);
        int64_t rows = -1;
        if (i % 2 == 1)
            ok(connection, calx_connection_execution_options(connection, &autocommit));
        assert_int_equal(copy_text(connection, &from, &rows), cases[at].status);
        const calx_error *error = calx_connection_error(connection);
        assert_string_equal(error->sqlstate, cases[at].sqlstate);
        if (strstr(error->message, cases[at].line) != error->message)
            fail_msg("%s", error->message);
        assert_string_equal(error->statement, "COPY t FROM STDIN");
        assert_int_equal(rows, -1);
        ok(connection, calx_connection_rollback(connection));
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
        calx_connection_close(connection);
    }
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    calx_engine_free(engine);
}

/* Gives good rows around a bad one, without an end that a test would wait for. */
typedef struct flow {
    const char *bad;
    long bad_at; /* the piece that has it */
    long pieces;
    size_t piece; /* bytes of each */
    bool slow;
} flow;

enum { ENDLESS = 1000000, FOR_A_MINUTE = 60000 };

static calx_status give_on(void *context, const char **out_data, size_t *out_size)
{
    static char rows[64 * 1024];
    flow *self = context;
    struct timespec moment = { .tv_nsec = 1000000 };
    if (rows[0] == '\0')
        memset(rows, '\n', sizeof(rows)); /* empty lines: rows of a table without columns */
    if (self->pieces > 0 && self->slow)
        nanosleep(&moment, NULL);
    bool bad = self->pieces == self->bad_at;
    *out_data = bad ? self->bad : rows;
    *out_size = bad ? strlen(self->bad) : self->piece;
    if (self->pieces++ >= (self->slow ? FOR_A_MINUTE : ENDLESS))
        *out_size = 0;
    return CALX_OK;
}

static void make_table_that_speaks(calx_connection *connection)
{
    ok(connection, calx_connection_execute_script(
                       connection,
                       "CREATE TABLE nothing (); CREATE FUNCTION speak() RETURNS trigger LANGUAGE "
                       "plpgsql AS $$ "
                       "BEGIN FOR i IN 1 .. 300 LOOP RAISE WARNING 'heard %: %', i, repeat('E', "
                       "100); END LOOP; "
                       "PERFORM pg_notify('heard', 'EEEE'); RETURN NEW; END $$; "
                       "CREATE TABLE loud (a INTEGER); CREATE TRIGGER speak BEFORE INSERT ON loud "
                       "FOR EACH ROW EXECUTE FUNCTION speak()",
                       NULL));
    ok(connection, calx_connection_commit(connection));
}

static void a_source_without_end_is_ended_by_the_row_that_is_refused(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    static const flow flows[] = {
        { .piece = 1, .slow = true },
        { .piece = 65536 },
        { .piece = 8000, .bad_at = 20 },
        { .piece = 64000, .bad_at = 20 },
    };
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE nothing ()");
    ok(connection, calx_connection_commit(connection));
    for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
        flow from = flows[i];
        calx_copy_source source = { give_on, &from };
        int64_t rows = -1;
        from.bad = from.bad_at == 0 ? "\n\n1\n" : "1\n";
        assert_int_equal(
            calx_connection_copy_in(connection, "COPY nothing FROM STDIN", &source, &rows),
            CALX_E_DATA);
        const calx_error *error = calx_connection_error(connection);
        assert_string_equal(error->sqlstate, "22P04");
        assert_non_null(strstr(error->message, from.bad_at == 0 ? "line 3" : "line"));
        assert_in_range(from.pieces, from.bad_at + 1, from.slow ? FOR_A_MINUTE - 1 : ENDLESS - 1);
        assert_int_equal(rows, -1);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* What the server says in between is no refusal, however it is cut. */
static void what_a_trigger_says_ends_no_copy(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_shows("ENG-175");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    make_table_that_speaks(connection);
    char text[50 * 2 + 1];
    for (size_t i = 0; i < 50; i++)
        memcpy(text + 2 * i, "1\n", 3);
    for (size_t piece = 2; piece <= sizeof(text); piece *= 10) {
        giver from = { .data = text, .size = sizeof(text) - 1, .piece = piece };
        calx_copy_source source = { give, &from };
        int64_t rows = 0;
        ok(connection, calx_connection_copy_in(connection, "COPY loud FROM STDIN", &source, &rows));
        assert_int_equal(rows, 50);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void hidden_values_stay_out_of_the_line(void **state)
{
    (void)state;
    calx_shows("ENG-201");
    static const struct {
        const char *text;
        const char *line;
    } cases[] = {
        { "1\ta\nsecret\tc\n", "COPY t, line 2, column a: " },
        { "1\tsecret\n1\tsecret\n", "COPY t, line 2: " },
        { "1\tsecret\n2\n", "COPY t, line 2: " },
        { "x\\nsecret\tb\n", "COPY t, line 1, column a: " },
        { "7\tgood secret\n", "COPY t, line 1: " }, /* by a CHECK */
    };
    calx_engine *plain = engine_with_table();
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.hide_parameters = true;
    calx_engine *engine = new_engine(calx_test_url(), &options);
    calx_connection *connection = connect_to(engine);
    run(connection, "ALTER TABLE t ADD CHECK (a <> 7)");
    ok(connection, calx_connection_commit(connection));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        giver from = text_of(cases[i].text, 1000);
        assert_int_not_equal(copy_text(connection, &from, NULL), CALX_OK);
        const char *message = calx_connection_error(connection)->message;
        if (strncmp(message, cases[i].line, strlen(cases[i].line)) != 0 ||
            strstr(message, "secret") != NULL)
            fail_msg("%s", message);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
    calx_engine_free(plain);
}

/* Rows without an end, until somebody cancels. */
static calx_status give_and_cancel(void *context, const char **out_data, size_t *out_size)
{
    giver *self = context;
    if (++self->pieces == 100)
        assert_int_equal(calx_connection_cancel(self->meddles), CALX_OK);
    *out_data = "1\ta\n";
    *out_size = self->pieces < 200000 ? 4 : 0;
    return CALX_OK;
}

static void a_cancel_ends_a_copy_at_the_next_piece(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    giver from = { .meddles = connection };
    calx_copy_source source = { give_and_cancel, &from };
    run(connection, "ALTER TABLE t DROP CONSTRAINT t_pkey");
    assert_int_equal(calx_connection_copy_in(connection, "COPY t FROM STDIN", &source, NULL),
                     CALX_E_CANCELED);
    assert_int_equal(from.pieces, 100);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static calx_status give_and_close(void *context, const char **out_data, size_t *out_size)
{
    giver *self = context;
    if (self->meddles != NULL)
        calx_connection_close(self->meddles);
    self->meddles = NULL;
    return give(self, out_data, out_size);
}

static calx_status keep_and_close(void *context, const char *data, size_t size)
{
    taker *self = context;
    if (self->meddles != NULL)
        calx_connection_close(self->meddles);
    self->meddles = NULL;
    return keep(self, data, size);
}

static void who_closes_the_connection_ends_the_copy(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    giver from = text_of(three_rows, 4);
    from.meddles = connection;
    calx_copy_source source = { give_and_close, &from };
    assert_int_equal(calx_connection_copy_in(connection, "COPY t FROM STDIN", &source, NULL),
                     CALX_E_CANCELED);
    assert_int_equal(from.pieces, 1);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    taker to = { .meddles = connection };
    calx_copy_sink sink = { keep_and_close, &to };
    assert_int_equal(
        calx_connection_copy_out(connection, "COPY (SELECT * FROM generate_series(1, 3)) TO STDOUT",
                                 &sink, NULL),
        CALX_E_CANCELED);
    assert_int_equal(to.pieces, 1);
    connection = connect_to(engine);
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    calx_connection_close(connection);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    calx_engine_free(engine);
}

static void a_source_that_fails_stores_nothing(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    for (long at = 1; at < 4; at++) {
        giver from = text_of(three_rows, 6);
        from.fails_at = at;
        from.status = CALX_E_IO;
        assert_int_equal(copy_text(connection, &from, NULL), CALX_E_CANCELED);
        assert_non_null(strstr(calx_connection_error(connection)->message, "source"));
        assert_non_null(strstr(calx_connection_error(connection)->message, "CALX_E_IO"));
        ok(connection, calx_connection_rollback(connection));
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void rows_nobody_wants_are_ended_by_the_server(void **state)
{
    (void)state;
    calx_shows("ENG-171");
    static const char endless[] =
        "COPY (SELECT repeat('x', 1000), generate_series(1, 100000000)) TO STDOUT";
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    for (long at = 1; at < 2000; at *= 40) {
        taker to = { .fails_at = at };
        calx_copy_sink sink = { keep, &to };
        assert_int_equal(calx_connection_copy_out(connection, endless, &sink, NULL),
                         CALX_E_CANCELED);
        assert_non_null(strstr(calx_connection_error(connection)->message, "sink"));
        assert_int_equal(to.pieces, at);
        ok(connection, calx_connection_rollback(connection));
        for (int i = 0; i < 3; i++)
            assert_int_equal(number(connection, "SELECT 5"), 5); /* no later one is hit */
        ok(connection, calx_connection_rollback(connection));
    }
    calx_connection_close(connection);
    calx_engine_state counts;
    calx_engine_status(engine, &counts);
    assert_int_equal(counts.created, 1);
    assert_int_equal(counts.idle, 1);
    calx_engine_free(engine);
}

static void a_copy_has_the_time_of_a_statement(void **state)
{
    (void)state;
    calx_shows("ENG-174");
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.timeout_ms = 100;
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_execution_options(connection, &options));
    taker to = { .size = 0 };
    calx_copy_sink sink = { keep, &to };
    assert_int_equal(
        calx_connection_copy_out(connection, "COPY (SELECT pg_sleep(30)) TO STDOUT", &sink, NULL),
        CALX_E_TIMEOUT);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT 5"), 5);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void nothing_else_gets_between_the_data(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    giver from = text_of(three_rows, 6);
    taker to = { .meddles = connection };
    calx_copy_sink sink = { keep, &to };
    int64_t rows = 0;
    from.meddles = connection;
    ok(connection, copy_text(connection, &from, &rows));
    assert_int_equal(from.tried, 4);
    assert_int_equal(rows, 3);
    ok(connection, calx_connection_copy_out(connection, "COPY t TO STDOUT", &sink, &rows));
    assert_int_equal(rows, 3);
    ok(connection, calx_connection_commit(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 3);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* A source that reads a stream as far as it can, and ends it. */
typedef struct reader {
    calx_result *result;
    calx_status status;
    int rows;
} reader;

static calx_status read_instead(void *context, const char **out_data, size_t *out_size)
{
    reader *self = context;
    bool row = true;
    while (self->status == CALX_OK && row) {
        self->status = calx_result_next(self->result, &row);
        self->rows += self->status == CALX_OK && row;
    }
    calx_result_free(self->result);
    self->result = NULL;
    *out_data = "1\ta\n";
    *out_size = 0;
    return CALX_OK;
}

static void rows_of_a_stream_do_not_get_in_between(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_execution_options options = CALX_EXECUTION_OPTIONS_INIT;
    options.yield_per = 2;
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement("SELECT g FROM generate_series(1, 10) g");
    reader from = { .status = CALX_OK };
    bool row = false;
    int64_t rows = -1;
    ok(connection, calx_connection_execute_with(connection, statement, &options, &from.result));
    assert_int_equal(calx_result_next(from.result, &row), CALX_OK);
    calx_copy_source source = { read_instead, &from };
    ok(connection, calx_connection_copy_in(connection, "COPY t FROM STDIN", &source, &rows));
    assert_int_equal(rows, 0);
    assert_int_equal(from.status, CALX_E_STATE);
    assert_int_equal(from.rows, 1); /* the one that was there already */
    assert_int_equal(number(connection, "SELECT 5"), 5);
    ok(connection, calx_connection_commit(connection));
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void what_is_no_copy_is_refused(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    static const char *const texts[] = { "INSERT INTO t VALUES (1, 'a')", "COPY t TO STDOUT",
                                         "COPY t FROM STDIN; DELETE FROM t", "", "copying" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        giver from = text_of(three_rows, 6);
        calx_copy_source source = { give, &from };
        assert_int_equal(calx_connection_copy_in(connection, texts[i], &source, NULL),
                         CALX_E_ARGUMENT);
        assert_int_equal(from.pieces, 0);
        ok(connection, calx_connection_rollback(connection));
    }
    taker to = { .size = 0 };
    calx_copy_sink sink = { keep, &to };
    assert_int_equal(calx_connection_copy_out(connection, "COPY t FROM STDIN", &sink, NULL),
                     CALX_E_ARGUMENT);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(calx_connection_copy_out(connection, "COPY nowhere TO STDOUT", &sink, NULL),
                     CALX_E_NO_OBJECT);
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(calx_connection_copy_out(connection, "COPY t TO STDOUT", NULL, NULL),
                     CALX_E_ARGUMENT);
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void programs_and_files_of_the_server_are_not_run(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    static const char *const into[] = { "COPY t FROM PROGRAM 'echo 7'",
                                        "COPY t (a) FROM '/dev/null'",
                                        "COPY t FROM /* STDIN */ PROGRAM 'echo FROM STDIN'",
                                        "COPY t FROM -- STDIN\n '/dev/null'" };
    static const char *const good[] = { "COPY t FROM STDIN",
                                        "/* a /* b */ */ copy t(a,b)from stdin",
                                        "COPY public.\"from program\" FROM STDIN (NULL 'TO')",
                                        "COPY public . to FROM STDIN" };
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    run(connection, "CREATE TABLE public.\"from program\" (a INTEGER, b TEXT)");
    run(connection, "CREATE TABLE public.\"to\" (a INTEGER, b TEXT)");
    for (size_t i = 0; i < sizeof(into) / sizeof(into[0]); i++) {
        giver from = text_of(three_rows, 6);
        calx_copy_source source = { give, &from };
        assert_int_equal(calx_connection_copy_in(connection, into[i], &source, NULL),
                         CALX_E_ARGUMENT);
        assert_int_equal(from.pieces, 0);
        assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        giver from = text_of(three_rows, 6);
        calx_copy_source source = { give, &from };
        ok(connection, calx_connection_copy_in(connection, good[i], &source, NULL));
        if (i == 0)
            run(connection, "DELETE FROM t");
    }
    taker to = { .size = 0 };
    calx_copy_sink sink = { keep, &to };
    assert_int_equal(calx_connection_copy_out(
                         connection, "COPY (SELECT ') TO STDOUT') TO PROGRAM 'cat'", &sink, NULL),
                     CALX_E_ARGUMENT);
    ok(connection, calx_connection_copy_out(
                       connection, "COPY (SELECT a AS \"TO\" FROM t) TO STDOUT", &sink, NULL));
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_statement_that_goes_in_a_pipeline_is_no_copy(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    calx_statement *statement = calx_text_statement("COPY t FROM STDIN");
    calx_parameter_sets sets = CALX_PARAMETER_SETS_INIT;
    sets.count = 2;
    assert_int_equal(calx_connection_execute_many(connection, statement, &sets, NULL),
                     CALX_E_STATE);
    assert_non_null(strstr(calx_connection_error(connection)->message, "COPY"));
    ok(connection, calx_connection_rollback(connection));
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 0);
    calx_statement_free(statement);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void missing_memory_for_a_copy_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-170");
    calx_engine *engine = engine_with_table();
    calx_connection *connection = connect_to(engine);
    calx_status status = CALX_E_NOMEM;
    for (long allocations = 0; status == CALX_E_NOMEM; allocations++) {
        ration account;
        giver from = text_of(three_rows, 6);
        taker to = { .size = 0 };
        calx_copy_sink sink = { keep, &to };
        assert_true(ration_start(&account, allocations));
        status = copy_text(connection, &from, NULL);
        if (status == CALX_OK)
            status = calx_connection_copy_out(connection, "COPY t TO STDOUT", &sink, NULL);
        (void)ration_stop(&account);
        if (status != CALX_OK)
            ok(connection, calx_connection_rollback(connection));
    }
    ok(connection, status);
    assert_int_equal(number(connection, "SELECT count(*) FROM t"), 3);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

static void a_database_without_copy_says_so(void **state)
{
    (void)state;
    calx_shows("ENG-169");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    giver from = text_of(three_rows, 6);
    taker to = { .size = 0 };
    calx_copy_sink sink = { keep, &to };
    assert_int_equal(copy_text(connection, &from, NULL), CALX_E_UNSUPPORTED);
    assert_string_equal(calx_connection_error(connection)->message, "sqlite has no COPY");
    assert_int_equal(calx_connection_copy_out(connection, "COPY t TO STDOUT", &sink, NULL),
                     CALX_E_UNSUPPORTED);
    run(connection, "SELECT 1");
    calx_connection_close(connection);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALX_POSTGRESQL(rows_go_in_and_come_out_as_text),
        CALX_POSTGRESQL(the_binary_form_goes_through_as_it_is),
        CALX_POSTGRESQL(much_goes_both_ways_in_little_memory),
        CALX_POSTGRESQL(a_bad_row_is_told_with_its_line_and_nothing_is_stored),
        CALX_POSTGRESQL(a_source_without_end_is_ended_by_the_row_that_is_refused),
        CALX_POSTGRESQL(what_a_trigger_says_ends_no_copy),
        CALX_POSTGRESQL(hidden_values_stay_out_of_the_line),
        CALX_POSTGRESQL(a_cancel_ends_a_copy_at_the_next_piece),
        CALX_POSTGRESQL(who_closes_the_connection_ends_the_copy),
        CALX_POSTGRESQL(a_source_that_fails_stores_nothing),
        CALX_POSTGRESQL(rows_nobody_wants_are_ended_by_the_server),
        CALX_POSTGRESQL(a_copy_has_the_time_of_a_statement),
        CALX_POSTGRESQL(nothing_else_gets_between_the_data),
        CALX_POSTGRESQL(rows_of_a_stream_do_not_get_in_between),
        CALX_POSTGRESQL(what_is_no_copy_is_refused),
        CALX_POSTGRESQL(programs_and_files_of_the_server_are_not_run),
        CALX_POSTGRESQL(a_statement_that_goes_in_a_pipeline_is_no_copy),
        CALX_POSTGRESQL(missing_memory_for_a_copy_is_survived),
        CALX_SQLITE(a_database_without_copy_says_so),
    };
    return CALX_RUN("copy", tests);
}
