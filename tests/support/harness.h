/*
 * What every test program stands on: cmocka, the marks that say which row of the specification a
 * test shows, and a database of its own for each test.
 *
 *     static void a_session_finds_its_rows(void **state)
 *     {
 *         calx_shows("SES-072");
 *         …
 *     }
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = { cmocka_unit_test(a_session_finds_its_rows) };
 *         return CALX_RUN("session_get", tests);
 *     }
 */
#ifndef TESTS_SUPPORT_HARNESS_H
#define TESTS_SUPPORT_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * Marks that the running test shows this row (SES-…, ENG-…, LIM-…, ERR-…). The result is recorded
 * when the test ends. Fails the test when the row is no row or when no test of CALX_RUN runs.
 */
void calx_shows(const char *row);

/*
 * Runs the tests and records what they show. When CALX_CONFORMANCE names a directory, the file
 * <room>.<database>.tsv in it gets a line for each mark: row, test, database, pass or fail.
 * Answers the number of tests that failed, as cmocka does.
 */
int calx_run_tests(const char *room, const struct CMUnitTest *tests, size_t count);

#define CALX_RUN(room, tests) calx_run_tests(room, tests, sizeof(tests) / sizeof((tests)[0]))

/*
 * The database the tests run on, from CALX_TEST_DATABASE: "sqlite" (the default) or "postgresql".
 * With the latter, CALX_TEST_SERVER is the URL of a server that tests/support/with-server started.
 */
const char *calx_test_database(void);

/*
 * The URL of an empty database of the running test, the same at each call; it is removed when the
 * test ends. Borrowed until then. On a server it is a schema of its own.
 */
const char *calx_test_url(void);

/* The same with options such as "timeout=1&uri=on" in its query; replaces what the last call gave.
 */
const char *calx_test_url_with(const char *options);

/* The URL of a database that cannot be opened: CALX_E_CONNECT. */
const char *calx_test_url_nowhere(void);

/* Whether the tests run on that database: for what the two do differently. */
bool calx_test_on(const char *database);

/* In place of cmocka_unit_test(): a test of what one database alone has. On others it is not run.
 */
extern char calx_sqlite_only[];
extern char calx_postgresql_only[];
#define CALX_SQLITE(test)     cmocka_unit_test_prestate(test, calx_sqlite_only)
#define CALX_POSTGRESQL(test) cmocka_unit_test_prestate(test, calx_postgresql_only)

/*
 * A path in a directory of the running test, which is removed with all files in it when the test
 * ends. Borrowed until the next call.
 */
const char *calx_test_path(const char *name);

#endif
