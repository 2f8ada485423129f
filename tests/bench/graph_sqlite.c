/*
 * People with their addresses as they are inserted by hand with sqlite3: a person, then the
 * addresses with the key the database made.
 */
#include "bench.h"
#include "data.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

typedef struct graph_floor {
    bench_task task;
    sqlite3 *db;
    sqlite3_stmt *begin, *commit;
    struct family *families;
} graph_floor;

static void need(const graph_floor *floor, int code, int expected)
{
    if (code != expected)
        bench_fail("sqlite3", sqlite3_errmsg(floor->db));
}

static sqlite3_stmt *prepare(const graph_floor *floor, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    need(floor, sqlite3_prepare_v3(floor->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL),
         SQLITE_OK);
    return statement;
}

static void step(const graph_floor *floor, sqlite3_stmt *statement)
{
    need(floor, sqlite3_step(statement), SQLITE_DONE);
    sqlite3_reset(statement);
}

static void *graph_open(const bench_task *task)
{
    graph_floor *floor = bench_memory(sizeof(*floor));
    *floor = (graph_floor){ .task = *task };
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    need(floor, sqlite3_open_v2(task->database, &floor->db, flags, NULL), SQLITE_OK);
    need(floor, sqlite3_exec(floor->db, "PRAGMA foreign_keys=ON", NULL, NULL, NULL), SQLITE_OK);
    floor->begin = prepare(floor, "BEGIN");
    floor->commit = prepare(floor, "COMMIT");
    return floor;
}

static void graph_close(void *state)
{
    graph_floor *floor = state;
    sqlite3_finalize(floor->begin);
    sqlite3_finalize(floor->commit);
    need(floor, sqlite3_close(floor->db), SQLITE_OK);
    free(floor->families);
    free(floor);
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, (int)strlen(text), SQLITE_STATIC);
}

static void graph_setup(void *state)
{
    graph_floor *floor = state;
    floor->families = bench_families(floor->task.count);
}

static void insert_addresses(const graph_floor *floor, sqlite3_stmt *statement,
                             struct family *family)
{
    for (size_t i = 0; i < BENCH_ADDRESSES; i++) {
        struct address *address = &family->addresses[i];
        address->person_id = family->person.id;
        bind_text(statement, 1, address->email);
        sqlite3_bind_int64(statement, 2, address->person_id);
        step(floor, statement);
        address->id = sqlite3_last_insert_rowid(floor->db);
    }
}

static void graph_work(void *state)
{
    graph_floor *floor = state;
    step(floor, floor->begin);
    sqlite3_stmt *people = prepare(floor, "INSERT INTO \"people\" (\"name\") VALUES (?)");
    sqlite3_stmt *addresses =
        prepare(floor, "INSERT INTO \"addresses\" (\"email\", \"person_id\") VALUES (?, ?)");
    for (size_t i = 0; i < floor->task.count; i++) {
        struct family *family = &floor->families[i];
        bind_text(people, 1, family->person.name);
        step(floor, people);
        family->person.id = sqlite3_last_insert_rowid(floor->db);
        insert_addresses(floor, addresses, family);
    }
    sqlite3_finalize(people);
    sqlite3_finalize(addresses);
    step(floor, floor->commit);
}

const bench_side bench_graph_sqlite = {
    .name = "floor",
    .database = "sqlite",
    .open = graph_open,
    .close = graph_close,
    .steps = { [BENCH_GRAPH] = { graph_setup, graph_work, NULL } },
};
