/*
 * Time: a clock that only goes forward for waiting and measuring, the wall clock for timestamps.
 * A deadline is a reading of the forward clock, so it is computed once and handed down.
 */
#ifndef CALX_BASE_CLOCK_H
#define CALX_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* "Wait as long as it takes", as a deadline. */
#define CALX_DEADLINE_NONE INT64_MAX

/* Nanoseconds since some fixed moment; never goes back. The clock of CLOCK_MONOTONIC. */
int64_t calx_clock_monotonic_ns(void);

/* Microseconds since 1970-01-01 00:00 UTC, as in calx_timestamp. */
int64_t calx_clock_now_us(void);

/* The deadline so many nanoseconds from now. Negative: none. Too far away: none. */
int64_t calx_deadline_in_ns(int64_t nanoseconds);

/* The same in milliseconds. */
int64_t calx_deadline_in_ms(int64_t milliseconds);

/* The nanoseconds left: 0 when it has passed, INT64_MAX when there is none. */
int64_t calx_deadline_left_ns(int64_t deadline);

/* The milliseconds left, rounded up, so that a wait of that length does not end early. */
int64_t calx_deadline_left_ms(int64_t deadline);

bool calx_deadline_passed(int64_t deadline);

/* For pthread_cond_timedwait() on a condition with CLOCK_MONOTONIC; the deadline must not be none.
 */
struct timespec calx_deadline_timespec(int64_t deadline);

#endif
