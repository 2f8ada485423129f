/*
 * The test runner around cmocka. Each test is run through three trampolines (before, body, after)
 * whose state is the test's record, so that a mark knows which test it is made in and a test that
 * jumps out of its body is known not to have passed. Records are written when all tests are done:
 * a program that crashes shows nothing.
 */
#define _XOPEN_SOURCE 700

#include "support/harness.h"

#include "support/server.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROW_SIZE = 16, PATH_SIZE = 512, SCHEMA_SIZE = 32 };

typedef struct test_record {
    const struct CMUnitTest *test;
    void *state;
    char (*rows)[ROW_SIZE];
    size_t row_count;
    bool body_passed;
    bool cleaned_up;
    char directory[PATH_SIZE];
    char path[PATH_SIZE + 256];
    char url[PATH_SIZE + 32];
    char url_with[2 * PATH_SIZE];
    char schema[SCHEMA_SIZE]; /* on a server; "": none was made */
} test_record;

char calx_sqlite_only[] = "sqlite";
char calx_postgresql_only[] = "postgresql";

/* The test whose trampolines are running. */
static test_record *running;

static void *need(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "harness: no memory\n");
        abort();
    }
    return memory;
}

static bool is_row(const char *row)
{
    static const char *const rooms[] = { "SES-", "ENG-", "LIM-", "ERR-" };
    bool known = false;
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
        known = known || strncmp(row, rooms[i], 4) == 0;
    size_t digits = known ? strspn(row + 4, "0123456789") : 0;
    return digits >= 2 && digits <= 3 && row[4 + digits] == '\0';
}

void calx_shows(const char *row)
{
    if (running == NULL)
        fail_msg("calx_shows(\"%s\") outside a test of CALX_RUN", row);
    if (!is_row(row))
        fail_msg("calx_shows(\"%s\"): no row; write it as SES-134", row);
    for (size_t i = 0; i < running->row_count; i++) {
        if (strcmp(running->rows[i], row) == 0)
            return;
    }
    running->rows = need(realloc(running->rows, (running->row_count + 1) * sizeof(*running->rows)));
    strcpy(running->rows[running->row_count++], row);
}

const char *calx_test_database(void)
{
    const char *database = getenv("CALX_TEST_DATABASE");
    return database != NULL && database[0] != '\0' ? database : "sqlite";
}

const char *calx_test_url_nowhere(void)
{
    return calx_test_on("postgresql") ? "postgresql:///all?host=/nowhere/at&user=calx"
                                      : "sqlite:////nowhere/at/all.db";
}

bool calx_test_on(const char *database)
{
    return strcmp(calx_test_database(), database) == 0;
}

static void make_directory(test_record *record)
{
    const char *parent = getenv("TMPDIR");
    if (record->directory[0] != '\0')
        return;
    snprintf(record->directory, sizeof(record->directory), "%s/calx-test-XXXXXX",
             parent != NULL && parent[0] != '\0' && strlen(parent) < 400 ? parent : "/tmp");
    if (mkdtemp(record->directory) == NULL) {
        record->directory[0] = '\0';
        fail_msg("cannot make a directory for the test");
    }
}

const char *calx_test_path(const char *name)
{
    assert_non_null(running);
    make_directory(running);
    snprintf(running->path, sizeof(running->path), "%s/%s", running->directory, name);
    return running->path;
}

/*
 * Behind a pooler, which passes on no search path, all tests have the schema that is the default
 * of the pooler's user, one after the other: tests/support/with-pooler.
 */
static const char *pooled_url(test_record *record, const char *pooler)
{
    const char *schema = getenv("CALX_TEST_POOLER_SCHEMA");
    assert_non_null(schema);
    snprintf(record->schema, sizeof(record->schema), "%s", schema);
    snprintf(record->url, sizeof(record->url), "%s&prepared=off", pooler);
    if (!server_run("CREATE SCHEMA ", schema, ""))
        fail_msg("cannot make the schema %s on the server", schema);
    return record->url;
}

/* A schema of the running test, and the URL whose search path it is. */
static const char *schema_url(test_record *record)
{
    static unsigned last;
    const char *pooler = getenv("CALX_TEST_POOLER");
    if (record->schema[0] != '\0')
        return record->url;
    if (pooler != NULL)
        return pooled_url(record, pooler);
    snprintf(record->schema, sizeof(record->schema), "calx_%ld_%u", (long)getpid(), ++last);
    if (!server_run("CREATE SCHEMA ", record->schema, ""))
        fail_msg("cannot make the schema %s on the server", record->schema);
    snprintf(record->url, sizeof(record->url), "%s&application_name=%s&options=-csearch_path%%3D%s",
             server_url(), record->schema, record->schema);
    return record->url;
}

static void remove_schema(test_record *record)
{
    if (record->schema[0] == '\0')
        return;
    /* A test that failed may have left connections that hold locks. */
    server_run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '",
               record->schema, "'");
    if (!server_run("DROP SCHEMA ", record->schema, " CASCADE"))
        fprintf(stderr, "harness: the schema %s stays behind\n", record->schema);
    record->schema[0] = '\0';
}

const char *calx_test_url(void)
{
    assert_non_null(running);
    if (calx_test_on("postgresql"))
        return schema_url(running);
    make_directory(running);
    snprintf(running->url, sizeof(running->url), "sqlite:///%s/test.db", running->directory);
    return running->url;
}

const char *calx_test_url_with(const char *options)
{
    const char *url = calx_test_url();
    snprintf(running->url_with, sizeof(running->url_with), "%s%c%s", url,
             strchr(url, '?') != NULL ? '&' : '?', options);
    return running->url_with;
}

static void remove_directory(test_record *record)
{
    DIR *stream = record->directory[0] != '\0' ? opendir(record->directory) : NULL;
    if (stream == NULL)
        return;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        char path[PATH_SIZE + 257];
        snprintf(path, sizeof(path), "%s/%s", record->directory, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlink(path) != 0)
            rmdir(path);
    }
    closedir(stream);
    rmdir(record->directory);
    record->directory[0] = '\0';
}

static int before(void **state)
{
    running = *state;
    bool marked = running->test->initial_state == calx_sqlite_only ||
                  running->test->initial_state == calx_postgresql_only;
    running->state = marked ? NULL : running->test->initial_state;
    return running->test->setup_func != NULL ? running->test->setup_func(&running->state) : 0;
}

static void body(void **state)
{
    test_record *record = *state;
    record->test->test_func(&record->state);
    record->body_passed = true;
}

static int after(void **state)
{
    test_record *record = *state;
    int result =
        record->test->teardown_func != NULL ? record->test->teardown_func(&record->state) : 0;
    record->cleaned_up = result == 0;
    remove_schema(record);
    remove_directory(record);
    running = NULL;
    return result;
}

/* The fragment of this program, or NULL when nobody asked for one. */
static FILE *open_fragment(const char *room)
{
    const char *directory = getenv("CALX_CONFORMANCE");
    char path[1024];
    if (directory == NULL || directory[0] == '\0')
        return NULL;
    snprintf(path, sizeof(path), "%s/%s.%s.tsv", directory, room, calx_test_database());
    FILE *fragment = fopen(path, "w");
    if (fragment == NULL)
        perror(path);
    return fragment;
}

static int write_records(const char *room, const test_record *records, size_t count)
{
    FILE *fragment = open_fragment(room);
    if (fragment == NULL)
        return getenv("CALX_CONFORMANCE") != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *result = records[i].body_passed && records[i].cleaned_up ? "pass" : "fail";
        for (size_t j = 0; j < records[i].row_count; j++)
            fprintf(fragment, "%s\t%s.%s\t%s\t%s\n", records[i].rows[j], room,
                    records[i].test->name, calx_test_database(), result);
    }
    return fclose(fragment) != 0;
}

static bool is_for_another(const struct CMUnitTest *test)
{
    const void *only = test->initial_state;
    return (only == calx_sqlite_only && !calx_test_on("sqlite")) ||
           (only == calx_postgresql_only && !calx_test_on("postgresql"));
}

int calx_run_tests(const char *room, const struct CMUnitTest *tests, size_t count)
{
    if (calx_test_on("postgresql") && server_url() == NULL) {
        printf("1..0 # SKIP no server: run the tests through tests/support/with-server\n");
        return 0;
    }
    struct CMUnitTest *wrapped = need(calloc(count + 1, sizeof(*wrapped)));
    test_record *records = need(calloc(count + 1, sizeof(*records)));
    size_t ours = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_for_another(&tests[i]))
            continue;
        records[ours].test = &tests[i];
        wrapped[ours] = (struct CMUnitTest){ tests[i].name, body, before, after, &records[ours] };
        ours++;
    }
    count = ours;
    int failed = _cmocka_run_group_tests(room, wrapped, count, NULL, NULL);
    int lost = write_records(room, records, count);
    for (size_t i = 0; i < count; i++) {
        remove_schema(&records[i]);
        remove_directory(&records[i]);
        free(records[i].rows);
    }
    server_leave();
    free(records);
    free(wrapped);
    return failed != 0 ? failed : lost;
}
