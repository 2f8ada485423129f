/*
 * People with their addresses as they are inserted by hand with libpq: all people as arrays, then
 * all addresses with the keys the database made.
 */
#include "floor_postgresql.h"

typedef struct graph_floor {
    pg_floor *floor;
    struct family *families;
} graph_floor;

static void *graph_open(const bench_task *task)
{
    graph_floor *graph = bench_memory(sizeof(*graph));
    *graph = (graph_floor){ pg_open(task), NULL };
    return graph;
}

static void graph_close(void *state)
{
    graph_floor *graph = state;
    pg_close(graph->floor);
    free(graph->families);
    free(graph);
}

static void graph_setup(void *state)
{
    graph_floor *graph = state;
    graph->families = bench_families(graph->floor->task.count);
}

static void insert_people(pg_floor *floor, struct family *families, size_t count)
{
    pg_parameters parameters = { .count = 0 };
    wire_array_start(&floor->arrays[0]);
    for (size_t i = 0; i < count; i++)
        wire_array_put_text(&floor->arrays[0], families[i].person.name);
    pg_add_array(&parameters, &floor->arrays[0], WIRE_TEXT);
    PGresult *result = pg_execute(floor, "people", &parameters);
    for (size_t i = 0; i < count; i++)
        families[i].person.id = wire_int64(PQgetvalue(result, (int)i, 0));
    PQclear(result);
}

static void insert_addresses(pg_floor *floor, struct family *families, size_t count)
{
    pg_parameters parameters = { .count = 0 };
    wire_array_start(&floor->arrays[0]);
    wire_array_start(&floor->arrays[1]);
    for (size_t i = 0; i < count * BENCH_ADDRESSES; i++) {
        struct family *family = &families[i / BENCH_ADDRESSES];
        struct address *address = &family->addresses[i % BENCH_ADDRESSES];
        address->person_id = family->person.id;
        wire_array_put_text(&floor->arrays[0], address->email);
        wire_array_put_64(&floor->arrays[1], (uint64_t)address->person_id);
    }
    pg_add_array(&parameters, &floor->arrays[0], WIRE_TEXT);
    pg_add_array(&parameters, &floor->arrays[1], WIRE_INT8);
    PGresult *result = pg_execute(floor, "addresses", &parameters);
    for (size_t i = 0; i < count * BENCH_ADDRESSES; i++)
        families[i / BENCH_ADDRESSES].addresses[i % BENCH_ADDRESSES].id =
            wire_int64(PQgetvalue(result, (int)i, 0));
    PQclear(result);
}

static void graph_work(void *state)
{
    enum { FAMILIES = PG_BATCH / BENCH_ADDRESSES };
    const graph_floor *graph = state;
    pg_floor *floor = graph->floor;
    size_t count = floor->task.count;
    pg_execute_plain(floor, "begin", NULL);
    pg_prepare(floor, "people",
               "INSERT INTO people (name) SELECT * FROM unnest($1::text[]) RETURNING id");
    pg_prepare(floor, "addresses",
               "INSERT INTO addresses (email, person_id) "
               "SELECT * FROM unnest($1::text[], $2::bigint[]) RETURNING id");
    for (size_t at = 0; at < count; at += PG_BATCH)
        insert_people(floor, graph->families + at, count - at < PG_BATCH ? count - at : PG_BATCH);
    for (size_t at = 0; at < count; at += FAMILIES)
        insert_addresses(floor, graph->families + at,
                         count - at < FAMILIES ? count - at : FAMILIES);
    pg_execute_plain(floor, "commit", NULL);
}

const bench_side bench_graph_postgresql = {
    .name = "floor",
    .database = "postgresql",
    .open = graph_open,
    .close = graph_close,
    .steps = { [BENCH_GRAPH] = { graph_setup, graph_work, NULL } },
};
