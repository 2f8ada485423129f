/*
 * Long measurements of what pools promise. Each is a function that does its rounds, prints one line
 * of what it saw, and says whether that is what was promised. `tests/soak/run` runs them in full,
 * the ordinary tests with few rounds.
 */
#ifndef TESTS_SOAK_SOAK_H
#define TESTS_SOAK_SOAK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct soak_size {
    long rounds;
    int threads;
    int64_t late_ms; /* how late an answer may be on this machine */
    int percent;     /* how much of a figure has to be reached, on this machine */
} soak_size;

/* Of pools alone, over a maker that makes nothing. */
bool soak_order(const soak_size *size);
bool soak_timeouts(const soak_size *size);
bool soak_counters(const soak_size *size);
bool soak_spike(const soak_size *size);
bool soak_expiry(const soak_size *size);
bool soak_leaks(const soak_size *size);
bool soak_warm(const soak_size *size);
bool soak_handoff(const soak_size *size);

/* Of an engine in front of a SQLite file. */
bool soak_writers(const soak_size *size);
bool soak_leftovers(const soak_size *size);

/* Of engines in front of a PostgreSQL server. */
bool soak_deadlines(const soak_size *size);
bool soak_dead(const soak_size *size);
bool soak_outage(const soak_size *size);
bool soak_forks(const soak_size *size);
bool soak_shutdown(const soak_size *size);
bool soak_failures(const soak_size *size);
bool soak_sharing(const soak_size *size);
bool soak_state(const soak_size *size);
bool soak_plans(const soak_size *size);
bool soak_cancels(const soak_size *size);

/* The same, with a server of its own: that of CALX_TEST_PRIMARY. */
bool soak_readonly(const soak_size *size);

/* What a measurement says of itself. */
void soak_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

double soak_seconds(void);

#endif
