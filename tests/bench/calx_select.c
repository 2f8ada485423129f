/*
 * What is asked without instances: rows through a statement that is kept, and the text of queries,
 * made anew or found by their structure.
 */
#include "bench.h"
#include "data.h"
#include "models.calx.h"

#include <calx/calx.h>

#include <stdlib.h>
#include <string.h>

typedef struct select_bench {
    bench_task task;
    calx_session *session;
    calx_engine *engine;
    calx_statement *statement;
    uint64_t sum;
} select_bench;

static void need(const select_bench *bench, calx_status status)
{
    if (status != CALX_OK)
        bench_fail(calx_status_name(status),
                   bench->session != NULL ? calx_session_error(bench->session)->message : "");
}

/* query_texts: how many are kept; 0: none */
static void *open_keeping(const bench_task *task, int query_texts)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_engine_options engine = CALX_ENGINE_OPTIONS_INIT;
    select_bench *bench = bench_memory(sizeof(*bench));
    *bench = (select_bench){ .task = *task };
    if (query_texts >= 0)
        engine.query_texts = query_texts;
    need(bench, calx_engine_new(task->url, &engine, &bench->engine, NULL));
    options.bind = bench->engine;
    need(bench, calx_session_new(&options, &bench->session, NULL));
    return bench;
}

static void *select_open(const bench_task *task)
{
    return open_keeping(task, 0);
}

static void *compiled_open(const bench_task *task)
{
    return open_keeping(task, -1);
}

static void select_close(void *state)
{
    select_bench *bench = state;
    calx_statement_free(bench->statement);
    calx_session_free(bench->session);
    calx_engine_free(bench->engine);
    free(bench);
}

static uint64_t answer_sum(void *state)
{
    return ((select_bench *)state)->sum;
}

/* ---- a kept statement ---- */

static void kept_setup(void *state)
{
    select_bench *bench = state;
    calx_connection *connection = NULL;
    bench->statement = calx_text_statement(
        "SELECT \"id\", \"name\", \"email\", \"amount\", \"score\" FROM \"entries\" "
        "WHERE \"amount\" >= :least ORDER BY \"amount\" LIMIT 10");
    if (bench->statement == NULL)
        bench_fail("calx_text_statement", "no memory");
    need(bench, calx_session_connection(bench->session, &connection));
    need(bench, calx_session_rollback(bench->session));
}

static void touch_row(select_bench *bench, calx_result *row)
{
    struct entry entry = { .id = 0 };
    if (calx_result_int64(row, 0, &entry.id) != CALX_OK ||
        calx_result_text(row, 1, &entry.name) != CALX_OK ||
        calx_result_text(row, 2, &entry.email) != CALX_OK ||
        calx_result_int64(row, 3, &entry.amount) != CALX_OK ||
        calx_result_double(row, 4, &entry.score) != CALX_OK)
        bench_fail("calx_result", calx_result_error(row)->message);
    bench->sum += bench_touch(&entry);
}

static void kept_work(void *state)
{
    select_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        calx_result *rows = NULL;
        bool row = false;
        int64_t least = (int64_t)(bench_mix(i) % BENCH_AMOUNTS);
        need(bench, calx_statement_bind_int64(bench->statement, "least", least));
        need(bench, calx_session_execute(bench->session, bench->statement, &rows));
        while (calx_result_next(rows, &row) == CALX_OK && row)
            touch_row(bench, rows);
        calx_result_free(rows);
    }
}

/* ---- texts ---- */

/*
 * Three conditions, an order and a limit; values differ, and the structure is that of the query
 * before the last: a session keeps the last text, whatever its engine does.
 */
static void compile_work(void *state)
{
    select_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++) {
        const char *sql = NULL;
        calx_query *query = calx_query_new(bench->session, &entry_mapper);
        calx_query_where(query, i % 2 == 0 ? calx_ge(entry_col.amount, (int64_t)i)
                                           : calx_le(entry_col.amount, (int64_t)i));
        calx_query_where(query,
                         calx_or(calx_like(entry_col.name, "a%"), calx_is_null(entry_col.email)));
        calx_query_order_by(query, calx_desc(entry_col.amount));
        calx_query_order_by(query, calx_asc(entry_col.id));
        calx_query_limit(query, 10);
        need(bench, calx_query_sql(query, &sql));
        bench->sum += strlen(sql);
        calx_query_free(query);
    }
}

const bench_side bench_compiled = {
    .name = "floor",
    .open = compiled_open,
    .close = select_close,
    .steps = { [BENCH_COMPILE] = { NULL, compile_work, answer_sum } },
};

const bench_side bench_calx_select = {
    .name = "calx",
    .open = select_open,
    .close = select_close,
    .steps = { [BENCH_KEPT] = { kept_setup, kept_work, answer_sum },
               [BENCH_COMPILE] = { NULL, compile_work, answer_sum } },
};
