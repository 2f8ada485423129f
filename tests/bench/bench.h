/*
 * What the parts of the benchmark share: the cases, and what a side (Calx, or a floor written by
 * hand for one database) brings to each. A process runs one case of one side, so that its peak of
 * memory is that of the case. A side that meets an error ends the process: bench_fail().
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bench_case {
    BENCH_INSERT = 0,
    BENCH_BULK,
    BENCH_LOAD,
    BENCH_STREAM,
    BENCH_GET,
    BENCH_SELECT,
    BENCH_UPDATE,
    BENCH_DELETE,
    BENCH_LAZY,
    BENCH_JOINED,
    BENCH_SELECTIN,
    BENCH_HIT,
    BENCH_LOOK,
    BENCH_POOL,
    BENCH_SCOPED,
    BENCH_KEPT,
    BENCH_COMPILE,
    BENCH_GRAPH,
    BENCH_SCALE_GRAPH, /* these three are not compared: they show what more objects cost */
    BENCH_SCALE_TREE,
    BENCH_SCALE_CHAIN,
    BENCH_CASES
} bench_case;

enum { BENCH_SELECT_LIMIT = 10, BENCH_ADDRESSES = 10, BENCH_AMOUNTS = 1000000, BENCH_KEYS = 500 };

/* What to do, from the command line. */
typedef struct bench_task {
    const char *url;      /* the database, as Calx has it */
    const char *database; /* the same for a floor: a file name, or libpq's connection string */
    size_t rows;          /* entries in the database */
    size_t people;        /* people in it, with BENCH_ADDRESSES each */
    size_t count;         /* operations */
} bench_task;

/* A case of a side. setup and check are not measured and may be NULL; check answers a sum. */
typedef struct bench_steps {
    void (*setup)(void *state);
    void (*work)(void *state);
    uint64_t (*check)(void *state);
} bench_steps;

typedef struct bench_side {
    const char *name;     /* "calx", "floor", "plain", "listening" */
    const char *database; /* the only one it is for; NULL: any */
    void *(*open)(const bench_task *task);
    void (*close)(void *state);
    bench_steps steps[BENCH_CASES]; /* without work: the side has no such case */
} bench_side;

/* Makes the tables anew and fills them; and what lies in them. Not measured, without Calx. */
typedef struct bench_store {
    const char *database;
    void (*fill)(const bench_task *task);
    void (*digest)(const bench_task *task, size_t *out_rows, uint64_t *out_sum);
} bench_store;

extern const bench_side bench_calx;
extern const bench_side bench_listening;   /* with a listener of what the case does */
extern const bench_side bench_calx_select; /* what is asked with statements and queries alone */
extern const bench_side bench_compiled;    /* queries whose texts are kept: the floor of new ones */
extern const bench_side bench_direct;      /* Calx without its scoped session: that one's floor */
extern const bench_side bench_floor_memory;
extern const bench_side bench_floor_sqlite;
extern const bench_side bench_floor_postgresql;
extern const bench_side
    bench_plain_postgresql; /* one statement a row, where the floor has arrays */
/* What is written as a graph. */
extern const bench_side bench_calx_graph;
extern const bench_side bench_graph_sqlite;
extern const bench_side bench_graph_postgresql;
extern const bench_store bench_store_sqlite;
extern const bench_store bench_store_postgresql;

/* What lies in the tables besides entries: how many rows, and a sum; on each database. */
#define BENCH_DIGEST_PEOPLE "SELECT count(*), coalesce(sum(id * 7 + length(name)), 0) FROM people"
#define BENCH_DIGEST_ADDRESSES                                                                     \
    "SELECT count(*), coalesce(sum(id * 7 + person_id * 31 + length(email)), 0) FROM addresses"
#define BENCH_DIGEST_NODES "SELECT count(*), coalesce(sum(id * 7 + parent_id * 31), 0) FROM nodes"

/* Says what went wrong and ends the process. */
_Noreturn void bench_fail(const char *what, const char *why);

/* Memory, or the end of the process. */
void *bench_memory(size_t size);

#endif
