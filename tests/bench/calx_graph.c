/*
 * Graphs of new objects, written by one flush: what the order of it costs.
 */
#include "bench.h"
#include "data.h"
#include "models.calx.h"

#include <calx/calx.h>

#include <stdlib.h>

enum { CHILDREN = 10 };

typedef struct graph_bench {
    bench_task task;
    calx_engine *engine;
    calx_session *session;
    struct family *families;
    struct node **nodes;
} graph_bench;

static void need(calx_status status, const calx_error *error)
{
    if (status != CALX_OK)
        bench_fail(calx_status_name(status), error != NULL ? error->message : "");
}

static void need_session(const graph_bench *bench, calx_status status)
{
    if (status != CALX_OK)
        need(status, calx_session_error(bench->session));
}

static void *graph_open(const bench_task *task)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_error error = CALX_ERROR_INIT;
    graph_bench *bench = bench_memory(sizeof(*bench));
    *bench = (graph_bench){ .task = *task };
    need(calx_engine_new(task->url, NULL, &bench->engine, &error), &error);
    options.bind = bench->engine;
    need(calx_session_new(&options, &bench->session, &error), &error);
    calx_connection *connection = NULL;
    need_session(bench, calx_session_connection(bench->session, &connection));
    need_session(bench, calx_session_rollback(bench->session));
    return bench;
}

static void graph_close(void *state)
{
    graph_bench *bench = state;
    calx_session_free(bench->session);
    calx_engine_free(bench->engine);
    free(bench->families);
    free(bench->nodes);
    free(bench);
}

/* ---- people with addresses ---- */

static void graph_setup(void *state)
{
    graph_bench *bench = state;
    bench->families = bench_families(bench->task.count);
}

/* The count is of objects. */
static void scale_setup(void *state)
{
    graph_bench *bench = state;
    bench->task.count = (bench->task.count + BENCH_ADDRESSES) / (BENCH_ADDRESSES + 1);
    graph_setup(state);
}

static void add_family(const graph_bench *bench, const struct family *family)
{
    struct person *person = person_new();
    if (person == NULL)
        bench_fail("person_new", "no memory");
    person->name = family->person.name;
    need_session(bench, person_add(bench->session, person));
    for (size_t i = 0; i < BENCH_ADDRESSES; i++) {
        struct address *address = address_new();
        if (address == NULL)
            bench_fail("address_new", "no memory");
        address->email = family->addresses[i].email;
        need_session(bench, person_addresses_append(person, address));
    }
}

static void graph_work(void *state)
{
    graph_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++)
        add_family(bench, &bench->families[i]);
    need_session(bench, calx_session_commit(bench->session));
}

/* ---- nodes ---- */

static void nodes_setup(void *state)
{
    graph_bench *bench = state;
    bench->nodes = bench_memory(bench->task.count * sizeof(struct node *));
}

static void add_node(graph_bench *bench, size_t i, size_t parent)
{
    struct node *node = node_new();
    if (node == NULL)
        bench_fail("node_new", "no memory");
    bench->nodes[i] = node;
    if (i > 0)
        need_session(bench, node_set_parent(node, bench->nodes[parent]));
    need_session(bench, node_add(bench->session, node));
}

static void tree_work(void *state)
{
    graph_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++)
        add_node(bench, i, i > 0 ? (i - 1) / CHILDREN : 0);
    need_session(bench, calx_session_commit(bench->session));
}

static void chain_work(void *state)
{
    graph_bench *bench = state;
    for (size_t i = 0; i < bench->task.count; i++)
        add_node(bench, i, i > 0 ? i - 1 : 0);
    need_session(bench, calx_session_commit(bench->session));
}

const bench_side bench_calx_graph = {
    .name = "calx",
    .open = graph_open,
    .close = graph_close,
    .steps = { [BENCH_GRAPH] = { graph_setup, graph_work, NULL },
               [BENCH_SCALE_GRAPH] = { scale_setup, graph_work, NULL },
               [BENCH_SCALE_TREE] = { nodes_setup, tree_work, NULL },
               [BENCH_SCALE_CHAIN] = { nodes_setup, chain_work, NULL } },
};
