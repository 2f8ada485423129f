/*
 * One case of one side, in a process of its own; tests/bench/measure runs this many times. What is
 * measured is bench_measured() and nothing else, for the clock as for callgrind. The answer is one
 * line: nanoseconds by the clock and by the processor, operations, peak of memory in KiB, page
 * faults, and a sum both sides must agree on.
 */
#define _XOPEN_SOURCE 700

#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct case_facts {
    const char *name;
    size_t rows, people, count;
    bool writes;       /* changes the database: filled anew each time, compared afterwards */
    bool any_database; /* the same work on each */
    const char *title;
    bool is_scale; /* has no floor: tests/bench/run --scale */
} case_facts;

static const case_facts cases[BENCH_CASES] = {
    [BENCH_INSERT] = { "insert", 0, 0, 100000, true, false, "insert: flush of 100 k new rows" },
    [BENCH_BULK] = { "bulk", 0, 0, 100000, true, false, "bulk: 100 k rows of an array" },
    [BENCH_LOAD] = { "load", 100000, 0, 100000, false, false, "load: 100 k rows in a list" },
    [BENCH_STREAM] = { "stream", 500000, 0, 500000, false, false, "stream: each of 500 k rows" },
    [BENCH_GET] = { "get", 100000, 0, 10000, false, false, "get: by key, 10 k fresh sessions" },
    [BENCH_SELECT] = { "select", 100000, 0, 10000, false, false, "select: 10 k times 10 rows" },
    [BENCH_UPDATE] = { "update", 100000, 0, 10000, true, false,
                       "update: read 10 k, change one column" },
    [BENCH_DELETE] = { "delete", 100000, 0, 10000, true, false, "delete: 10 k loaded rows" },
    [BENCH_LAZY] = { "lazy", 0, 1000, 1000, false, false, "lazy: 1 k people, 10 addresses each" },
    [BENCH_JOINED] = { "joined", 0, 1000, 1000, false, false,
                       "joined: 1 k people with 10 addresses each, by one statement" },
    [BENCH_SELECTIN] = { "selectin", 0, 1000, 1000, false, false,
                         "selectin: 1 k people, 10 addresses each" },
    [BENCH_HIT] = { "hit", 100000, 0, 1000000, false, true, "hit: 1 M gets of present keys" },
    [BENCH_LOOK] = { "look", 100000, 0, 1000000, false, true, "look: the same, a member read" },
    [BENCH_POOL] = { "pool", 1, 0, 1000000, false, true, "pool: take and return, 1 M times" },
    [BENCH_SCOPED] = { "scoped", 1, 0, 1000000, false, true, "scoped call: 1 M gets of one key" },
    [BENCH_KEPT] = { "kept", 100000, 0, 10000, false, false,
                     "kept: 10 rows, 10 k times, by a kept statement" },
    [BENCH_COMPILE] = { "compile", 1, 0, 100000, false, true,
                        "compile: 100 k queries new, beside kept texts" },
    [BENCH_GRAPH] = { "graph", 0, 0, 10000, true, false,
                      "graph: 10 k new people, 10 addresses each" },
    [BENCH_SCALE_GRAPH] = { "scale-graph", 0, 0, 1000000, true, false,
                            "people with 10 addresses each", true },
    [BENCH_SCALE_TREE] = { "scale-tree", 0, 0, 1000000, true, false, "a tree, 10 branches each",
                           true },
    [BENCH_SCALE_CHAIN] = { "scale-chain", 0, 0, 1000000, true, false,
                            "a chain: each points at the one before", true },
};

static const bench_side *const sides[] = {
    &bench_calx,
    &bench_listening,
    &bench_calx_graph,
    &bench_calx_select,
    &bench_compiled,
    &bench_direct,
    &bench_floor_memory,
#ifdef BENCH_HAVE_SQLITE
    &bench_floor_sqlite,
    &bench_graph_sqlite,
#endif
#ifdef BENCH_HAVE_POSTGRESQL
    &bench_floor_postgresql,
    &bench_plain_postgresql,
    &bench_graph_postgresql,
#endif
};

static const bench_store *const stores[] = {
#ifdef BENCH_HAVE_SQLITE
    &bench_store_sqlite,
#endif
#ifdef BENCH_HAVE_POSTGRESQL
    &bench_store_postgresql,
#endif
    NULL,
};

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

void *bench_memory(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (memory == NULL)
        bench_fail("malloc", "no memory");
    return memory;
}

static uint64_t now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

/* Pages of memory touched for the first time: what the system does for each costs no instruction.
 */
static long page_faults(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_minflt : 0;
}

/* The peak of this program alone; what getrusage() says begins with that of its parent. */
static long peak_memory(void)
{
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && kib < 0 && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    }
    if (status != NULL)
        fclose(status);
    return kib;
}

/* Called and never inlined: callgrind counts between its entry and its return. */
uint64_t bench_measured(const bench_steps *steps, void *state) __attribute__((noinline));

uint64_t bench_measured(const bench_steps *steps, void *state)
{
    uint64_t start = now(CLOCK_MONOTONIC);
    steps->work(state);
    return now(CLOCK_MONOTONIC) - start;
}

static int run_case(const bench_side *side, bench_case which, const bench_task *task)
{
    const bench_steps *steps = &side->steps[which];
    void *state = side->open(task);
    if (steps->setup != NULL)
        steps->setup(state);
    long faults = page_faults();
    uint64_t processor = now(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t nanoseconds = bench_measured(steps, state);
    processor = now(CLOCK_PROCESS_CPUTIME_ID) - processor;
    faults = page_faults() - faults;
    long kib = peak_memory();
    uint64_t sum = steps->check != NULL ? steps->check(state) : 0;
    side->close(state);
    printf("%" PRIu64 "\t%" PRIu64 "\t%zu\t%ld\t%ld\t%" PRIu64 "\n", nanoseconds, processor,
           task->count, kib, faults, sum);
    return 0;
}

static const bench_side *find_side(const char *name, const char *database, bench_case which)
{
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        if (strcmp(sides[i]->name, name) == 0 && sides[i]->steps[which].work != NULL &&
            (sides[i]->database == NULL || strcmp(sides[i]->database, database) == 0))
            return sides[i];
    }
    return NULL;
}

static const bench_store *find_store(const char *database)
{
    size_t i = 0;
    while (stores[i] != NULL && strcmp(stores[i]->database, database) != 0)
        i++;
    return stores[i];
}

static void list_sides(bench_case which, const char *database)
{
    static const char *const names[] = { "floor", "plain", "calx" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (find_side(names[i], database, which) != NULL)
            printf("%s%s", i > 0 ? "," : "", names[i]);
    }
}

/* A line a case: name, whether it writes, whether it is the same on all, its sides, its title. */
static int list(const char *database, bool scale)
{
    if (find_store(database) == NULL)
        bench_fail(database, "this build has no floor for it");
    for (int i = 0; i < BENCH_CASES; i++) {
        if (cases[i].is_scale != scale)
            continue;
        printf("%s\t%d\t%d\t", cases[i].name, cases[i].writes, cases[i].any_database);
        list_sides(i, database);
        printf("\t%s\n", cases[i].title);
    }
    return 0;
}

static size_t scaled(size_t number, size_t divisor)
{
    return number / divisor > 0 || number == 0 ? number / divisor : 1;
}

static int usage(void)
{
    fputs("usage: calx-bench list|list-scale DATABASE\n"
          "       calx-bench fill|digest DATABASE CASE DIVISOR URL PLACE\n"
          "       calx-bench SIDE DATABASE CASE DIVISOR URL PLACE\n"
          "DIVISOR makes all amounts smaller; PLACE is the URL in the words of the database.\n",
          stderr);
    return 2;
}

static int act(const char *verb, const char *database, bench_case which, const bench_task *task)
{
    const bench_store *store = find_store(database);
    const bench_side *side = find_side(verb, database, which);
    size_t rows = 0;
    uint64_t sum = 0;
    if (store == NULL)
        bench_fail(database, "this build has no floor for it");
    if (side != NULL)
        return run_case(side, which, task);
    if (strcmp(verb, "fill") == 0) {
        store->fill(task);
        return 0;
    }
    if (strcmp(verb, "digest") != 0)
        return usage();
    store->digest(task, &rows, &sum);
    printf("%zu\t%" PRIu64 "\n", rows, sum);
    return 0;
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "list") == 0)
        return list(words[2], false);
    if (count == 3 && strcmp(words[1], "list-scale") == 0)
        return list(words[2], true);
    size_t divisor = count == 7 ? (size_t)strtoul(words[4], NULL, 10) : 0;
    int which = 0;
    while (count == 7 && which < BENCH_CASES && strcmp(cases[which].name, words[3]) != 0)
        which++;
    if (divisor == 0 || which == BENCH_CASES)
        return usage();
    bench_task task = { .url = words[5],
                        .database = words[6],
                        .rows = scaled(cases[which].rows, divisor),
                        .people = scaled(cases[which].people, divisor),
                        .count = scaled(cases[which].count, divisor) };
    return act(words[1], words[2], (bench_case)which, &task);
}
