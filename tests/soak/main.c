/*
 * The soak: calx-soak [--quick] [--rounds N] [--threads N] [--late-ms N] [MEASUREMENT…]
 * Exit status 1: a promise was not kept.
 */
#include "soak.h"

#include <calx/engine.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What has to be there; named, a measurement is run in any case. */
typedef enum need { NOTHING, A_FILE, A_SERVER, OWN_SERVER } need;

typedef struct measurement {
    const char *name;
    bool (*run)(const soak_size *size);
    need needs;
    soak_size full;
    soak_size quick;
    const char *promise;
} measurement;

static const measurement all[] = {
    { "order",
      soak_order,
      NOTHING,
      { 1000000, 64, 0, 0 },
      { 20000, 16, 0, 0 },
      "no newcomer overtakes" },
    { "timeouts",
      soak_timeouts,
      NOTHING,
      { 1000000, 32, 0, 0 },
      { 5000, 16, 0, 0 },
      "nothing is lost" },
    { "counters",
      soak_counters,
      NOTHING,
      { 1000000, 16, 0, 0 },
      { 20000, 8, 0, 0 },
      "a snapshot adds up" },
    { "spike", soak_spike, NOTHING, { 20, 50, 40, 0 }, { 2, 50, 10000, 0 }, "whichever is first" },
    { "expiry", soak_expiry, NOTHING, { 50, 200, 0, 0 }, { 5, 200, 0, 0 }, "one age, many ends" },
    { "leaks", soak_leaks, NOTHING, { 100000, 8, 0, 0 }, { 4000, 4, 0, 0 }, "each is named once" },
    { "deadlines",
      soak_deadlines,
      A_SERVER,
      { 1000, 1, 50, 0 },
      { 24, 1, 5000, 0 },
      "one for everything" },
    { "dead",
      soak_dead,
      A_SERVER,
      { 1000, 5, 0, 0 },
      { 5, 5, 0, 0 },
      "the dead are not handed out" },
    { "outage",
      soak_outage,
      A_SERVER,
      { 5, 200, 1000, 0 },
      { 1, 40, 5000, 0 },
      "one attempt at a time" },
    { "forks", soak_forks, A_SERVER, { 1000, 8, 0, 0 }, { 20, 4, 0, 0 }, "parent and child go on" },
    { "shutdown",
      soak_shutdown,
      A_SERVER,
      { 20, 8, 200, 0 },
      { 2, 4, 5000, 0 },
      "bounded, nothing left" },
    { "failures",
      soak_failures,
      A_SERVER,
      { 10000, 1, 0, 0 },
      { 300, 1, 0, 0 },
      "nothing is left behind" },
    { "sharing",
      soak_sharing,
      A_SERVER,
      { 2000, 8, 0, 95 },
      { 100, 8, 0, 50 },
      "sharing costs little" },
    { "warm", soak_warm, NOTHING, { 1000, 1, 500, 0 }, { 20, 1, 5000, 0 }, "never cold, exact" },
    { "handoff",
      soak_handoff,
      NOTHING,
      { 1000000, 16, 10, 0 },
      { 20000, 16, 5000, 0 },
      "nobody waits long" },
    { "writers",
      soak_writers,
      A_FILE,
      { 2000, 32, 0, 90 },
      { 20, 32, 0, 20 },
      "writers queue, nobody is sent away" },
    { "leftovers",
      soak_leftovers,
      A_FILE,
      { 200, 1, 0, 0 },
      { 2, 1, 0, 0 },
      "nothing is left behind" },
    { "state", soak_state, A_SERVER, { 200, 1, 0, 0 }, { 2, 1, 0, 0 }, "nothing is left behind" },
    { "plans", soak_plans, A_SERVER, { 60, 32, 0, 0 }, { 1, 8, 0, 0 }, "changes are not noticed" },
    { "cancels",
      soak_cancels,
      A_SERVER,
      { 100000, 8, 0, 0 },
      { 300, 8, 0, 0 },
      "who is meant is hit" },
    { "readonly",
      soak_readonly,
      OWN_SERVER,
      { 100, 1, 0, 0 },
      { 2, 1, 0, 0 },
      "nobody is given one that cannot write" },
};

enum { COUNT = sizeof(all) / sizeof(all[0]) };

void soak_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
}

double soak_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef struct wishes {
    bool quick;
    soak_size size; /* 0: as the measurement has it */
    const char *names[COUNT];
    int name_count;
} wishes;

static bool take_argument(wishes *out, const char *argument, const char *value, int *at)
{
    *at += 1;
    if (strcmp(argument, "--quick") == 0) {
        out->quick = true;
    } else if (strncmp(argument, "--", 2) != 0 && out->name_count < COUNT) {
        out->names[out->name_count++] = argument;
    } else if (value != NULL) {
        *at += 1;
        if (strcmp(argument, "--rounds") == 0)
            out->size.rounds = strtol(value, NULL, 10);
        else if (strcmp(argument, "--threads") == 0)
            out->size.threads = (int)strtol(value, NULL, 10);
        else if (strcmp(argument, "--late-ms") == 0)
            out->size.late_ms = strtol(value, NULL, 10);
        else
            return false;
    } else {
        return false;
    }
    return true;
}

static bool has_sqlite(void)
{
    calx_engine *engine = NULL;
    bool has = calx_engine_new("sqlite://", NULL, &engine, NULL) == CALX_OK;
    calx_engine_free(engine);
    return has;
}

static bool is_there(need needs)
{
    switch (needs) {
    case A_FILE:
        return has_sqlite();
    case A_SERVER:
        return getenv("CALX_TEST_SERVER") != NULL;
    case OWN_SERVER:
        return getenv("CALX_TEST_PRIMARY") != NULL;
    default:
        return true;
    }
}

static bool is_wanted(const wishes *wanted, const measurement *one)
{
    for (int i = 0; i < wanted->name_count; i++) {
        if (strcmp(wanted->names[i], one->name) == 0)
            return true;
    }
    return wanted->name_count == 0 && is_there(one->needs);
}

static bool run(const wishes *wanted, const measurement *one)
{
    soak_size size = wanted->quick ? one->quick : one->full;
    if (wanted->size.rounds > 0)
        size.rounds = wanted->size.rounds;
    if (wanted->size.threads > 0)
        size.threads = wanted->size.threads;
    if (wanted->size.late_ms > 0)
        size.late_ms = wanted->size.late_ms;
    double start = soak_seconds();
    soak_say("%-10s ", one->name);
    bool kept = one->run(&size);
    soak_say(" (%.1f s): %s%s\n", soak_seconds() - start, kept ? "" : "NOT KEPT: ", one->promise);
    return kept;
}

int main(int count, char **arguments)
{
    wishes wanted = { .quick = false };
    bool kept = true;
    for (int at = 1; at < count;) {
        const char *value = at + 1 < count ? arguments[at + 1] : NULL;
        if (!take_argument(&wanted, arguments[at], value, &at)) {
            fprintf(stderr, "usage: calx-soak [--quick] [--rounds N] [--threads N] [--late-ms N] "
                            "[MEASUREMENT…]\n");
            return 2;
        }
    }
    for (int i = 0; i < COUNT; i++) {
        if (is_wanted(&wanted, &all[i]) && !run(&wanted, &all[i]))
            kept = false;
    }
    return kept ? 0 : 1;
}
