/*
 * The frame around the snippets of docs/several-databases.md, which check-page takes out of the
 * page: the names they use, and before each of them empty databases: the one of the test, and files
 * of SQLite. Usage: page URL LINE, the line of the page on which the snippet begins
 */
#undef NDEBUG
#include "region.calx.h"

#include <calx/calx.h>

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static calx_engine *shop;
static calx_engine *billing;
static calx_engine *archive;
static calx_engine *partner; /* knows two phases if the shop does */
static bool has_two_phases;
static calx_session *session;

typedef struct region {
    calx_engine *home;
    calx_engine *catalogue;
} region;

typedef struct snippet {
    int line;
    void (*run)(void);
} snippet;

static void need(calx_status answer, const char *what)
{
    if (answer == CALX_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, calx_status_name(answer));
    exit(1);
}

static void run_on(calx_engine *engine, const char *sql, int64_t *out_count)
{
    calx_connection *connection = NULL;
    calx_result *result = NULL;
    calx_statement *statement = calx_text_statement(sql);
    bool row = false;
    need(statement != NULL ? CALX_OK : CALX_E_NOMEM, sql);
    need(calx_engine_connect(engine, &connection, NULL), sql);
    need(calx_connection_execute(connection, statement, out_count != NULL ? &result : NULL), sql);
    if (out_count != NULL) {
        need(calx_result_next(result, &row), sql);
        need(calx_result_int64(result, 0, out_count), sql);
    }
    calx_result_free(result);
    need(calx_connection_commit(connection), sql);
    calx_statement_free(statement);
    calx_connection_close(connection);
}

static int64_t count_rows(calx_engine *engine, const char *table)
{
    char sql[80];
    int64_t count = 0;
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    run_on(engine, sql, &count);
    return count;
}

#include "snippets.h"

#include "list.h"

static calx_engine *open_empty(const char *url)
{
    calx_engine *engine = NULL;
    need(calx_engine_new(url, NULL, &engine, NULL), url);
    need(calx_schema_drop_all(engine, &region_metadata, NULL), url);
    need(calx_schema_create_all(engine, &region_metadata, NULL), url);
    return engine;
}

static void set_up(const char *url)
{
    has_two_phases = strncmp(url, "sqlite", strlen("sqlite")) != 0;
    shop = open_empty(url);
    billing = open_empty("sqlite:///billing.db");
    archive = open_empty("sqlite:///archive.db");
    run_on(archive, "DROP TABLE IF EXISTS audit_log", NULL);
    run_on(archive, "CREATE TABLE audit_log (note TEXT)", NULL);
    need(calx_engine_new(has_two_phases ? url : "sqlite:///billing.db", NULL, &partner, NULL), url);
}

int main(int count, char **arguments)
{
    int line = count == 3 ? atoi(arguments[2]) : 0;
    int ran = 0;
    set_up(count == 3 ? arguments[1] : "sqlite:///shop.db");
    for (size_t i = 0; i < sizeof(snippets) / sizeof(snippets[0]); i++)
        if (snippets[i].line == line) {
            snippets[i].run();
            ran++;
        }
    calx_session_free(session);
    calx_engine_free(partner);
    calx_engine_free(archive);
    calx_engine_free(billing);
    calx_engine_free(shop);
    return ran == 1 ? 0 : 2;
}
