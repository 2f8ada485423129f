/*
 * The SQLite driver through its contract: what URLs mean, what a file that is none answers, that
 * values arrive as they were stored or not at all, and what disks that fill up or fail look like.
 */
#include "support/harness.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "driver/driver.h"
#include "driver/sqlite/sqlite.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last failure of configure or connect; its text lives until the next call. */
static calx_error failure = CALX_ERROR_INIT;

static calx_status configure(const char *text, calx_driver_config **out)
{
    calx_url url = CALX_URL_INIT;
    const calx_driver *driver = NULL;
    assert_int_equal(calx_url_parse(text, &url, &failure), CALX_OK);
    assert_int_equal(calx_driver_find(&url, &driver, &failure), CALX_OK);
    assert_ptr_equal(driver, &calx_driver_sqlite);
    calx_status status = driver->configure(&url, out, &failure);
    calx_url_clear(&url);
    return status;
}

static calx_sqlite_config *configured(const char *text)
{
    calx_driver_config *config = NULL;
    if (configure(text, &config) != CALX_OK)
        fail_msg("%s: %s", text, failure.message);
    return (calx_sqlite_config *)config;
}

static void drop(calx_sqlite_config *config)
{
    calx_sqlite_config_free(&config->base);
    calx_error_clear(&failure);
}

static void names_become_files(void **state)
{
    (void)state;
    calx_shows("ENG-013");
    calx_shows("ENG-015");
    calx_shows("ENG-070");
    char directory[2048];
    assert_non_null(getcwd(directory, sizeof(directory)));
    static const struct {
        const char *url;
        const char *before; /* the working directory comes between */
        const char *after;  /* NULL: no directory, before is all */
        bool private_database;
    } cases[] = {
        { "sqlite://", ":memory:", NULL, true },
        { "sqlite:///", ":memory:", NULL, true },
        { "sqlite:///:memory:", ":memory:", NULL, true },
        { "sqlite:///r.db", "", "/r.db", false },
        { "sqlite:////a/r.db", "/a/r.db", NULL, false },
        { "sqlite:////a/r%20b%3F.db", "/a/r b?.db", NULL, false },
        { "sqlite:////a/b?timeout=1", "/a/b", NULL, false },
        { "sqlite:///file:/a/b?uri=true&mode=ro&cache=shared", "file:/a/b?cache=shared&mode=ro",
          NULL, false },
        { "sqlite:///file:/a%3Fb?uri=1", "file:/a%3Fb", NULL, false },
        { "sqlite:///file:r.db?uri=on", "file:", "/r.db", false },
        { "sqlite:///file:/a?vfs=own&timeout=1&z=%26&key%3D=1&uri=1&psow=0&immutable=1&nolock=1",
          "file:/a?immutable=1&key%3D=1&nolock=1&psow=0&vfs=own&z=%26", NULL, false },
        { "sqlite:///file::memory:?uri=true", "file::memory:", NULL, true },
        { "sqlite:///file:n?uri=true&mode=memory", "file:n?mode=memory", NULL, true },
        { "sqlite:///file:n?uri=true&mode=memory&cache=shared", "file:n?cache=shared&mode=memory",
          NULL, false },
        { "sqlite:///file::memory:?uri=true&cache=shared", "file::memory:?cache=shared", NULL,
          false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char wanted[4096];
        snprintf(wanted, sizeof(wanted), "%s%s%s", cases[i].before,
                 cases[i].after != NULL ? directory : "",
                 cases[i].after != NULL ? cases[i].after : "");
        calx_sqlite_config *config = configured(cases[i].url);
        assert_string_equal(config->filename, wanted);
        assert_int_equal(config->base.private_database, cases[i].private_database);
        drop(config);
    }
}

static void options_are_read_and_have_defaults(void **state)
{
    (void)state;
    calx_shows("ENG-016");
    calx_sqlite_config *config = configured("sqlite://");
    assert_int_equal(config->timeout_ms, 5000);
    assert_int_equal(config->base.cached_texts, 128);
    assert_true(config->foreign_keys);
    assert_false(config->base.thread_bound);
    assert_int_equal(config->begin, CALX_SQLITE_BY_STATEMENT);
    assert_null(config->journal_mode);
    drop(config);
    config = configured("sqlite:///x?timeout=0.25&cached_statements=7&check_same_thread=true&"
                        "foreign_keys=off&journal_mode=WAL&synchronous=1&begin=Immediate");
    assert_int_equal(config->timeout_ms, 250);
    assert_int_equal(config->base.cached_texts, 7);
    assert_false(config->foreign_keys);
    assert_true(config->base.thread_bound);
    assert_int_equal(config->begin, CALX_SQLITE_IMMEDIATE);
    assert_string_equal(config->journal_mode, "wal");
    assert_string_equal(config->synchronous, "normal");
    drop(config);
    config = configured("sqlite:///x?begin=deferred");
    assert_int_equal(config->begin, CALX_SQLITE_DEFERRED);
    drop(config);
    config = configured("sqlite:///x?begin=exclusive&timeout=0");
    assert_int_equal(config->begin, CALX_SQLITE_EXCLUSIVE);
    assert_int_equal(config->timeout_ms, 0);
    drop(config);
}

static void bad_urls_are_refused_at_creation(void **state)
{
    (void)state;
    calx_shows("ENG-014");
    calx_shows("ENG-017");
    calx_shows("ENG-015");
    calx_shows("ENG-016");
    static const struct {
        const char *url;
        const char *word;
    } cases[] = {
        { "sqlite://host/f", "sqlite:///relative.db" },
        { "sqlite://host/f", "sqlite:// (in memory)" },
        { "sqlite://host,other/f", "host" },
        { "sqlite://user@/f", "user" },
        { "sqlite://user:SECRET@/f", "sqlite:////absolute" },
        { "sqlite://:5/f", "port" },
        { "sqlite:///f?timeout=abc", "timeout" },
        { "sqlite:///f?timeout=-1", "timeout" },
        { "sqlite:///f?timeout=", "timeout" },
        { "sqlite:///f?timeout=1.5x", "timeout" },
        { "sqlite:///f?timeout=99999999", "timeout" },
        { "sqlite:///f?uri=maybe", "uri" },
        { "sqlite:///f?cached_statements=-1", "cached_statements" },
        { "sqlite:///f?journal_mode=fast", "truncate" },
        { "sqlite:///f?synchronous=4", "extra" },
        { "sqlite:///f?begin=now", "immediate" },
        { "sqlite:///f?timeout=1&timeout=2", "twice" },
        { "sqlite:///f?color=red&size=3", "color, size" },
        { "sqlite:///f?vfs=own&color=red", "vfs, color" },
        { "sqlite:///file:f?uri=true&mode=ro&mode=rw", "twice" },
        { "sqlite:///f?mode=ro", "uri=true" },
        { "sqlite:///f?uri=true", "file:" },
        { "sqlite:///file:f?uri=true&color=red", "color" },
        { "sqlite:///file:f?uri=true&mode=zz", "mode must be one of: ro, rw, rwc, memory" },
        { "sqlite:///file:f?uri=true&mode=RO", "mode must be one of" },
        { "sqlite:///file:f?uri=true&cache=zz", "cache must be one of: shared, private" },
        { "sqlite:///file:f?uri=true&immutable=zz", "immutable must be one of" },
        { "sqlite:///file:f?uri=true&nolock=zz", "nolock must be one of" },
        { "sqlite:///file:f?uri=true&psow=zz", "psow must be one of" },
        { "sqlite://h/f?timeout=x&begin=y&timeout=1&z=1&uri=true",
          "absolute/name.db; the URL's option timeout must be seconds from 0 to 2000000, such as "
          "2.5; the URL's option begin must be one of: deferred, immediate, exclusive; the URL's "
          "option timeout is given twice; unknown option in the SQLite URL: z; uri=true needs" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_driver_config *config = NULL;
        if (configure(cases[i].url, &config) != CALX_E_ARGUMENT)
            fail_msg("accepted: %s", cases[i].url);
        if (strstr(failure.message, cases[i].word) == NULL ||
            strstr(failure.message, "SECRET") != NULL)
            fail_msg("%s: %s", cases[i].url, failure.message);
        assert_null(config);
    }
    calx_error_clear(&failure);
}

/* A connection and the config it was made of. */
typedef struct line {
    calx_sqlite_config *config;
    calx_driver_connection *connection;
} line;

static const calx_driver *const driver = &calx_driver_sqlite;

static calx_status try_open(line *out, const char *url)
{
    out->config = configured(url);
    out->connection = NULL;
    return driver->connect(&out->config->base, CALX_DEADLINE_NONE, &out->connection, &failure);
}

static line open_line(const char *url)
{
    line opened;
    if (try_open(&opened, url) != CALX_OK)
        fail_msg("%s: %s", url, failure.message);
    return opened;
}

static void close_line(line *opened)
{
    if (opened->connection != NULL)
        driver->close(opened->connection);
    drop(opened->config);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void what_is_no_database_is_found_when_connecting(void **state)
{
    (void)state;
    calx_shows("ENG-017");
    calx_shows("ENG-018");
    calx_shows("ENG-218");
    char path[1024];
    char url[2048];
    line opened;

    snprintf(path, sizeof(path), "%s", calx_test_path("folder"));
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(url, sizeof(url), "sqlite:///%s", path);
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    assert_int_equal(failure.driver_code & 0xff, 14);
    assert_non_null(strstr(failure.message, "directory"));
    assert_non_null(strstr(failure.message, path));
    close_line(&opened);

    snprintf(url, sizeof(url), "sqlite:///%s/deep/none.db", path);
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    close_line(&opened);

    snprintf(path, sizeof(path), "%s", calx_test_path("letter.txt"));
    write_file(path, "Dear database, I am none. This text is longer than the head of a file, so "
                     "that it is looked at in earnest and found to be wanting in every way.");
    snprintf(url, sizeof(url), "sqlite:///%s", path);
    assert_int_equal(try_open(&opened, url), CALX_E_CORRUPT);
    assert_int_equal(failure.driver_code, 26);
    close_line(&opened);

    snprintf(url, sizeof(url), "sqlite:///file:%s?uri=true&mode=ro", calx_test_path("not-there"));
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    close_line(&opened);
    assert_int_equal(try_open(&opened, "sqlite:///file://host/x?uri=true"), CALX_E_ARGUMENT);
    close_line(&opened);
}

static calx_driver_statement *prepare(line *opened, const char *sql)
{
    calx_driver_statement *statement = NULL;
    if (driver->prepare(opened->connection, sql, strlen(sql), &statement) != CALX_OK)
        fail_msg("%s: %s", sql, opened->connection->error.message);
    return statement;
}

static calx_status try_run(line *opened, const char *sql)
{
    bool row = false;
    calx_driver_statement *statement = prepare(opened, sql);
    calx_status status = driver->execute(statement, NULL, 0, &row);
    while (status == CALX_OK && row)
        status = driver->next(statement, &row);
    driver->finalize(statement);
    return status;
}

static void run(line *opened, const char *sql)
{
    if (try_run(opened, sql) != CALX_OK)
        fail_msg("%s: %s", sql, opened->connection->error.message);
}

static int64_t number(line *opened, const char *sql)
{
    bool row = false;
    calx_value_type wanted = CALX_VALUE_INT64;
    calx_value value;
    calx_driver_statement *statement = prepare(opened, sql);
    assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
    assert_true(row);
    assert_int_equal(driver->read(statement, &wanted, &value, 1), CALX_OK);
    driver->finalize(statement);
    return value.as.int64;
}

static void connections_come_with_their_options_set(void **state)
{
    (void)state;
    calx_shows("ENG-144");
    calx_shows("ENG-145");
    char url[2048];
    snprintf(url, sizeof(url), "%s?journal_mode=wal&synchronous=off&begin=immediate",
             calx_test_url());
    line opened = open_line(url);
    assert_int_equal(number(&opened, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number(&opened, "PRAGMA synchronous"), 0);
    assert_int_equal(number(&opened, "PRAGMA busy_timeout"), 5000);
    assert_int_equal(number(&opened, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    calx_driver_statement *statement = NULL;
    static const char quoted[] = "SELECT \"nocolumn\"";
    assert_int_equal(driver->prepare(opened.connection, quoted, strlen(quoted), &statement),
                     CALX_E_NO_OBJECT);
    assert_int_equal(driver->control(opened.connection, CALX_DRIVER_BEGIN, 0), CALX_OK);
    assert_true(opened.connection->in_transaction);
    static const char *const settings[] = { "PRAGMA foreign_keys = off",
                                            " pragma main.synchronous(1)" };
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(
            driver->prepare(opened.connection, settings[i], strlen(settings[i]), &statement),
            CALX_E_STATE);
    assert_int_equal(number(&opened, "PRAGMA foreign_keys"), 1);
    line other;
    snprintf(url, sizeof(url), "%s?timeout=0&begin=immediate&foreign_keys=off", calx_test_url());
    other = open_line(url);
    assert_int_equal(number(&other, "PRAGMA foreign_keys"), 0);
    assert_int_equal(driver->control(other.connection, CALX_DRIVER_BEGIN, 0), CALX_E_BUSY);
    assert_false(other.connection->in_transaction);
    assert_int_equal(driver->clean(opened.connection), CALX_OK);
    assert_false(opened.connection->in_transaction);
    close_line(&other);
    close_line(&opened);
}

static bool same_value(const calx_value *left, const calx_value *right)
{
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case CALX_VALUE_NULL:
        return true;
    case CALX_VALUE_BOOL:
        return left->as.boolean == right->as.boolean;
    case CALX_VALUE_DOUBLE:
        return left->as.real == right->as.real;
    case CALX_VALUE_TEXT:
    case CALX_VALUE_BYTES:
        return left->as.span.size == right->as.span.size &&
               memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0;
    default:
        return left->as.int64 == right->as.int64;
    }
}

static void values_come_back_as_they_went(void **state)
{
    (void)state;
    calx_shows("ENG-156");
    calx_shows("LIM-22");
    calx_shows("LIM-23");
    line opened = open_line("sqlite://");
    calx_driver_statement *statement = prepare(&opened, "SELECT ?");
    const calx_value values[] = {
        calx_value_null(),
        calx_value_bool(true),
        calx_value_bool(false),
        calx_value_int64(INT64_MIN),
        calx_value_int64(INT64_MAX),
        calx_value_uint64(INT64_MAX),
        calx_value_double(-0.5),
        calx_value_double(HUGE_VAL),
        calx_value_text(""),
        calx_value_text("gr\xc3\xbc\xc3\x9f"
                        "e"),
        calx_value_text_n("a\0b", 3),
        calx_value_bytes((calx_bytes){ "", 0 }),
        calx_value_bytes((calx_bytes){ "\0\xff", 2 }),
        calx_value_timestamp(0),
        calx_value_timestamp(-1),
        calx_value_timestamp(INT64_C(1700000000123456)),
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        bool row = false;
        calx_value back;
        assert_int_equal(driver->execute(statement, &values[i], 1, &row), CALX_OK);
        assert_true(row);
        assert_int_equal(driver->read(statement, &values[i].type, &back, 1), CALX_OK);
        if (!same_value(&values[i], &back))
            fail_msg("value %zu came back different", i);
        if (back.type == CALX_VALUE_TEXT)
            assert_int_equal(((const char *)back.as.span.data)[back.as.span.size], 0);
        if (back.type == CALX_VALUE_BYTES)
            assert_non_null(back.as.span.data);
        assert_int_equal(driver->next(statement, &row), CALX_OK);
        assert_false(row);
        driver->reset(statement);
    }
    driver->finalize(statement);
    close_line(&opened);
}

static void values_sqlite_cannot_hold_are_refused(void **state)
{
    (void)state;
    calx_shows("ENG-156");
    line opened = open_line("sqlite://");
    calx_driver_statement *statement = prepare(&opened, "SELECT ?, ?");
    const calx_value values[] = {
        calx_value_uint64((uint64_t)INT64_MAX + 1),
        calx_value_double(NAN),
        calx_value_timestamp(INT64_MAX),
        calx_value_timestamp(INT64_MIN),
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        bool row = false;
        calx_value pair[2] = { calx_value_null(), values[i] };
        assert_int_equal(driver->execute(statement, pair, 2, &row), CALX_E_DATA);
        assert_non_null(strstr(opened.connection->error.message, "parameter 2"));
        driver->reset(statement);
        assert_int_equal(statement->refused, 2);
        assert_int_equal(driver->execute(statement, pair, 1, &row), CALX_E_ARGUMENT);
        assert_int_equal(statement->refused, 0);
        driver->reset(statement);
    }
    driver->finalize(statement);
    close_line(&opened);
}

static void what_is_stored_decides_how_it_can_be_read(void **state)
{
    (void)state;
    calx_shows("ENG-155");
    static const struct {
        const char *sql;
        calx_value_type wanted;
        calx_status status;
    } cases[] = {
        { "SELECT 'abc'", CALX_VALUE_INT64, CALX_E_DATA },
        { "SELECT '1'", CALX_VALUE_INT64, CALX_E_DATA },
        { "SELECT 9223372036854775808", CALX_VALUE_INT64, CALX_E_DATA },
        { "SELECT 1.0", CALX_VALUE_INT64, CALX_E_DATA },
        { "SELECT 2", CALX_VALUE_BOOL, CALX_E_DATA },
        { "SELECT 1", CALX_VALUE_BOOL, CALX_OK },
        { "SELECT -1", CALX_VALUE_UINT64, CALX_E_DATA },
        { "SELECT 3", CALX_VALUE_DOUBLE, CALX_OK },
        { "SELECT 9007199254740993", CALX_VALUE_DOUBLE, CALX_E_DATA },
        { "SELECT 3", CALX_VALUE_TEXT, CALX_E_DATA },
        { "SELECT x'00'", CALX_VALUE_TEXT, CALX_E_DATA },
        { "SELECT 'a'", CALX_VALUE_BYTES, CALX_E_DATA },
        { "SELECT 'yesterday'", CALX_VALUE_TIMESTAMP, CALX_E_DATA },
        { "SELECT 17", CALX_VALUE_TIMESTAMP, CALX_E_DATA },
        { "SELECT current_timestamp", CALX_VALUE_TIMESTAMP, CALX_OK },
        { "SELECT NULL", CALX_VALUE_INT64, CALX_OK },
        { "SELECT 'a'", CALX_VALUE_NULL, CALX_OK },
    };
    line opened = open_line("sqlite://");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool row = false;
        calx_value value;
        calx_driver_statement *statement = prepare(&opened, cases[i].sql);
        assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
        calx_status status = driver->read(statement, &cases[i].wanted, &value, 1);
        if (status != cases[i].status)
            fail_msg("%s: %s", cases[i].sql, opened.connection->error.message);
        const calx_value_type two[2] = { CALX_VALUE_NULL, CALX_VALUE_NULL };
        calx_value pair[2];
        assert_int_equal(driver->read(statement, two, pair, 2), CALX_E_STALE_PLAN);
        driver->finalize(statement);
    }
    close_line(&opened);
}

static void one_statement_is_prepared_however_it_is_wrapped(void **state)
{
    (void)state;
    calx_shows("LIM-24");
    line opened = open_line("sqlite://");
    assert_int_equal(number(&opened, "-- first\n SELECT 7 ; -- last\n ; /* more */"), 7);
    assert_int_equal(number(&opened, ";; SELECT 8;;"), 8);
    static const char *const empty[] = { "", "  ", "-- nothing", "/* nothing */ ;" };
    for (size_t i = 0; i < 4; i++) {
        bool row = true;
        calx_driver_statement *statement = prepare(&opened, empty[i]);
        assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
        assert_false(row);
        assert_int_equal(driver->column_count(statement), 0);
        assert_int_equal(driver->changes(statement), 0);
        driver->reset(statement);
        driver->finalize(statement);
    }
    calx_driver_statement *statement = NULL;
    assert_int_equal(driver->prepare(opened.connection, "SELECT 1; SELECT 2", 18, &statement),
                     CALX_E_ARGUMENT);
    assert_int_equal(driver->prepare(opened.connection, "SELECT 1; bad", 13, &statement),
                     CALX_E_SYNTAX);
    assert_int_equal(driver->prepare(opened.connection, "SELECT 1; bad", 8, &statement), CALX_OK);
    driver->finalize(statement);
    close_line(&opened);
}

static void changes_and_keys_belong_to_the_statement_that_ran(void **state)
{
    (void)state;
    calx_shows("ENG-153");
    calx_shows("ENG-154");
    line opened = open_line("sqlite://");
    static const struct {
        const char *sql;
        int64_t changes;
    } cases[] = {
        { "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER UNIQUE)", 0 },
        { "INSERT INTO t (x) VALUES (1), (2), (3)", 3 },
        { "CREATE TABLE u (x INTEGER)", 0 },
        { "SELECT 1", 0 },
        { "INSERT OR IGNORE INTO t (x) VALUES (1)", 0 },
        { "UPDATE t SET x = x + 10", 3 },
        { "UPDATE t SET x = 1 WHERE id = 99", 0 },
        { "INSERT INTO t (x) VALUES (5), (6) RETURNING id", 2 },
        { "DELETE FROM t", 5 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool row = false;
        calx_driver_statement *statement = prepare(&opened, cases[i].sql);
        assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
        while (row)
            assert_int_equal(driver->next(statement, &row), CALX_OK);
        if (driver->changes(statement) != cases[i].changes)
            fail_msg("%s: %lld", cases[i].sql, (long long)driver->changes(statement));
        if (i == 1)
            assert_int_equal(driver->last_key(statement), 3);
        driver->finalize(statement);
    }
    close_line(&opened);
}

static void the_schema_may_change_under_a_statement(void **state)
{
    (void)state;
    calx_shows("ENG-157");
    line opened = open_line(calx_test_url());
    line other = open_line(calx_test_url());
    run(&opened, "CREATE TABLE t (a INTEGER)");
    run(&opened, "INSERT INTO t VALUES (1)");
    calx_driver_statement *statement = prepare(&opened, "SELECT * FROM t");
    run(&other, "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'x'");
    bool row = false;
    const calx_value_type wanted[2] = { CALX_VALUE_INT64, CALX_VALUE_TEXT };
    calx_value values[2];
    assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
    assert_int_equal(driver->read(statement, wanted, values, 2), CALX_OK);
    assert_int_equal(driver->column_count(statement), 2);
    assert_string_equal(driver->column_name(statement, 1), "b");
    assert_null(driver->column_name(statement, 2));
    driver->reset(statement);
    run(&other, "ALTER TABLE t DROP COLUMN b");
    assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
    assert_int_equal(driver->read(statement, wanted, values, 2), CALX_E_STALE_PLAN);
    driver->finalize(statement);
    close_line(&other);
    close_line(&opened);
}

static void a_full_disk_is_a_missing_resource(void **state)
{
    (void)state;
    calx_shows("ENG-217");
    line opened = open_line(calx_test_url());
    run(&opened, "CREATE TABLE t (x BLOB)");
    run(&opened, "PRAGMA max_page_count = 4");
    assert_int_equal(driver->control(opened.connection, CALX_DRIVER_BEGIN, 0), CALX_OK);
    calx_status status = CALX_OK;
    for (int i = 0; i < 20 && status == CALX_OK; i++)
        status = try_run(&opened, "INSERT INTO t VALUES (zeroblob(2000))");
    assert_int_equal(status, CALX_E_RESOURCE);
    assert_int_equal(opened.connection->error.driver_code, 13);
    assert_int_equal(driver->clean(opened.connection), CALX_OK);
    assert_int_equal(number(&opened, "SELECT count(*) FROM t"), 0);
    close_line(&opened);
}

static void a_database_that_cannot_be_written_says_so(void **state)
{
    (void)state;
    calx_shows("ENG-217");
    line opened = open_line(calx_test_url());
    run(&opened, "CREATE TABLE t (x INTEGER)");
    char url[2048];
    snprintf(url, sizeof(url), "sqlite:///file:%s?uri=true&mode=ro", calx_test_path("test.db"));
    line reader = open_line(url);
    assert_int_equal(number(&reader, "SELECT count(*) FROM t"), 0);
    assert_int_equal(try_run(&reader, "INSERT INTO t VALUES (1)"), CALX_E_READ_ONLY);
    assert_int_equal(reader.connection->error.driver_code, 8);
    close_line(&reader);
    close_line(&opened);
}

/* Interrupts again and again: the first time may be before the statement runs. */
typedef struct pest {
    calx_driver_connection *connection;
    atomic_bool done;
} pest;

static void *interrupt_until_done(void *context)
{
    pest *self = context;
    while (!atomic_load(&self->done)) {
        driver->interrupt(self->connection);
        sched_yield();
    }
    return NULL;
}

static void a_statement_can_be_interrupted(void **state)
{
    (void)state;
    calx_shows("ENG-158");
    line opened = open_line("sqlite://");
    calx_driver_statement *statement =
        prepare(&opened,
                "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n");
    bool row = false;
    assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_OK);
    driver->interrupt(opened.connection);
    assert_int_equal(driver->next(statement, &row), CALX_E_CANCELED);
    driver->finalize(statement);
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    static const char endless[] =
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x < 0) FROM n";
    pthread_t thread;
    pest other = { .connection = opened.connection };
    statement = prepare(&opened, endless);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_until_done, &other), 0);
    assert_int_equal(driver->execute(statement, NULL, 0, &row), CALX_E_CANCELED);
    atomic_store(&other.done, true);
    pthread_join(thread, NULL);
    driver->finalize(statement);
    assert_int_equal(number(&opened, "SELECT 1"), 1);
    close_line(&opened);
}

static void every_code_has_its_status(void **state)
{
    (void)state;
    calx_shows("ENG-214");
    calx_shows("ENG-215");
    calx_shows("ENG-216");
    calx_shows("ENG-217");
    calx_shows("ENG-218");
    enum { D = CALX_ERROR_DISCONNECT, R = CALX_ERROR_RETRY, X = CALX_ERROR_ROLLBACK_ONLY };
    static const struct {
        int code;
        const char *text;
        calx_status status;
        unsigned flags;
    } cases[] = {
        { 1, "no such table: t", CALX_E_NO_OBJECT, 0 },
        { 1, "table t already exists", CALX_E_DUP_OBJECT, 0 },
        { 1, "too many SQL variables", CALX_E_LIMIT, 0 },
        { 1, "near \"x\": syntax error", CALX_E_SYNTAX, 0 },
        { 257, "", CALX_E_INTERNAL, 0 },
        { 513, "", CALX_E_INTERNAL, 0 },
        { 2, "", CALX_E_INTERNAL, 0 },
        { 5, "", CALX_E_BUSY, R },
        { 261, "", CALX_E_BUSY, R },
        { 773, "", CALX_E_BUSY, R },
        { 6, "", CALX_E_BUSY, R },
        { 262, "", CALX_E_BUSY, R },
        { 518, "", CALX_E_BUSY, R },
        { 15, "", CALX_E_BUSY, R },
        { 517, "", CALX_E_SERIALIZATION, R | X },
        { 769, "", CALX_E_SERIALIZATION, R | X },
        { 516, "", CALX_E_TX_ABORTED, X },
        { 1555, "", CALX_E_UNIQUE, 0 },
        { 2067, "", CALX_E_UNIQUE, 0 },
        { 2579, "", CALX_E_UNIQUE, 0 },
        { 787, "", CALX_E_FOREIGN_KEY, 0 },
        { 1299, "", CALX_E_NOT_NULL, 0 },
        { 275, "", CALX_E_CHECK, 0 },
        { 1811, "mine", CALX_E_USER, 0 },
        { 3091, "", CALX_E_DATA, 0 },
        { 20, "", CALX_E_DATA, 0 },
        { 531, "", CALX_E_CONSTRAINT, 0 },
        { 1043, "", CALX_E_CONSTRAINT, 0 },
        { 2323, "", CALX_E_CONSTRAINT, 0 },
        { 2835, "", CALX_E_CONSTRAINT, 0 },
        { 8, "", CALX_E_READ_ONLY, 0 },
        { 1032, "", CALX_E_READ_ONLY, D },
        { 3, "", CALX_E_PRIVILEGE, 0 },
        { 23, "", CALX_E_PRIVILEGE, 0 },
        { 7, "", CALX_E_NOMEM, 0 },
        { 3082, "", CALX_E_NOMEM, 0 },
        { 13, "", CALX_E_RESOURCE, 0 },
        { 9, "", CALX_E_CANCELED, 0 },
        { 18, "", CALX_E_LIMIT, 0 },
        { 22, "", CALX_E_LIMIT, 0 },
        { 17, "", CALX_E_STALE_PLAN, 0 },
        { 10, "", CALX_E_IO, D },
        { 778, "", CALX_E_IO, D },
        { 11, "", CALX_E_CORRUPT, D },
        { 267, "", CALX_E_CORRUPT, D },
        { 26, "", CALX_E_CORRUPT, D },
        { 14, "", CALX_E_IO, 0 },
        { 21, "", CALX_E_INTERFACE, 0 },
        { 25, "", CALX_E_INTERFACE, 0 },
        { 12, "", CALX_E_INTERFACE, 0 },
        { 4000, "", CALX_E_INTERNAL, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned flags = 0;
        calx_status status =
            calx_sqlite_status(cases[i].code, cases[i].text, CALX_SQLITE_OPEN, &flags);
        if (status != cases[i].status || flags != cases[i].flags)
            fail_msg("%d: %s, %u", cases[i].code, calx_status_name(status), flags);
    }
    unsigned flags = 0;
    assert_int_equal(calx_sqlite_status(526, "", CALX_SQLITE_OPENING, &flags), CALX_E_CONNECT);
    assert_int_equal(calx_sqlite_status(1, "", CALX_SQLITE_OPENING, &flags), CALX_E_ARGUMENT);
}

static void timestamps_have_one_text_that_sorts(void **state)
{
    (void)state;
    static const struct {
        calx_timestamp timestamp;
        const char *text;
    } cases[] = {
        { INT64_C(-62167219200000000), "0000-01-01 00:00:00" },
        { INT64_C(-2203891200000001), "1900-02-28 23:59:59.999999" },
        { -1, "1969-12-31 23:59:59.999999" },
        { 0, "1970-01-01 00:00:00" },
        { 1, "1970-01-01 00:00:00.000001" },
        { 500000, "1970-01-01 00:00:00.500000" },
        { 1000000, "1970-01-01 00:00:01" },
        { INT64_C(951782400000000), "2000-02-29 00:00:00" },
        { INT64_C(4107542400000000), "2100-03-01 00:00:00" },
        { INT64_C(253402300799999999), "9999-12-31 23:59:59.999999" },
    };
    char before[CALX_TIMESTAMP_TEXT_SIZE] = "";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[CALX_TIMESTAMP_TEXT_SIZE];
        calx_timestamp back = 7;
        assert_int_equal(calx_timestamp_text(cases[i].timestamp, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
        assert_true(strcmp(before, text) < 0);
        assert_true(calx_timestamp_parse(text, strlen(text), &back));
        assert_int_equal(back, cases[i].timestamp);
        strcpy(before, text);
    }
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    assert_int_equal(calx_timestamp_text(INT64_C(253402300800000000), text), 0);
    assert_int_equal(calx_timestamp_text(INT64_C(-62167219200000001), text), 0);
}

static void timestamps_are_read_in_every_usual_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        calx_timestamp timestamp; /* -1: refused */
    } cases[] = {
        { "1970-01-02", INT64_C(86400000000) },
        { "1970-01-01T00:01", 60000000 },
        { "1970-01-01 00:00:01", 1000000 },
        { "1970-01-01T00:00:01Z", 1000000 },
        { "1970-01-01 00:00:01.5", 1500000 },
        { "1970-01-01 00:00:01.123456000", 1123456 },
        { "1970-01-01 02:00:00+02:00", 0 },
        { "1969-12-31 22:30:00-01:30", 0 },
        { "", -1 },
        { "1970", -1 },
        { "1970-13-01", -1 },
        { "1970-00-01", -1 },
        { "1970-02-29", -1 },
        { "1900-02-29", -1 },
        { "1970-01-01 ", -1 },
        { "1970-01-01 24:00", -1 },
        { "1970-01-01 00:60", -1 },
        { "1970-01-01 00:00:60", -1 },
        { "1970-01-01 00:00:00.", -1 },
        { "1970-01-01 00:00:00.1234567", -1 },
        { "1970-01-01 00:00:00+2", -1 },
        { "1970-01-01 00:00:00 UTC", -1 },
        { "1970-01-01x00:00", -1 },
        { "+970-01-01", -1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_timestamp timestamp = -1;
        calx_timestamp_parse(cases[i].text, strlen(cases[i].text), &timestamp);
        if (timestamp != cases[i].timestamp)
            fail_msg("%s: %lld", cases[i].text, (long long)timestamp);
    }
}

static void a_driver_that_lacks_something_is_refused_by_name(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_driver_check(driver, &error), CALX_OK);
    calx_driver broken = calx_driver_sqlite;
    broken.read = NULL;
    assert_int_equal(calx_driver_check(&broken, &error), CALX_E_INTERNAL);
    assert_non_null(strstr(error.message, "read"));
    broken = calx_driver_sqlite;
    broken.api_version++;
    assert_int_equal(calx_driver_check(&broken, &error), CALX_E_INTERNAL);
    broken = calx_driver_sqlite;
    broken.interrupt = NULL;
    assert_int_equal(calx_driver_check(&broken, &error), CALX_OK);
    calx_error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_files),
        cmocka_unit_test(options_are_read_and_have_defaults),
        cmocka_unit_test(bad_urls_are_refused_at_creation),
        cmocka_unit_test(what_is_no_database_is_found_when_connecting),
        cmocka_unit_test(connections_come_with_their_options_set),
        cmocka_unit_test(values_come_back_as_they_went),
        cmocka_unit_test(values_sqlite_cannot_hold_are_refused),
        cmocka_unit_test(what_is_stored_decides_how_it_can_be_read),
        cmocka_unit_test(one_statement_is_prepared_however_it_is_wrapped),
        cmocka_unit_test(changes_and_keys_belong_to_the_statement_that_ran),
        cmocka_unit_test(the_schema_may_change_under_a_statement),
        cmocka_unit_test(a_full_disk_is_a_missing_resource),
        cmocka_unit_test(a_database_that_cannot_be_written_says_so),
        cmocka_unit_test(a_statement_can_be_interrupted),
        cmocka_unit_test(every_code_has_its_status),
        cmocka_unit_test(timestamps_have_one_text_that_sorts),
        cmocka_unit_test(timestamps_are_read_in_every_usual_form),
        cmocka_unit_test(a_driver_that_lacks_something_is_refused_by_name),
    };
    return CALX_RUN("sqlite", tests);
}
