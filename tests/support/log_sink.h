/*
 * Collects log lines, so that a test can say what was logged. Lines may come from several threads.
 *
 *     log_sink sink;
 *     log_sink_init(&sink);
 *     options.log = log_sink_line;
 *     options.log_context = &sink;
 *     …
 *     assert_true(log_sink_has(&sink, "INSERT INTO"));
 *     log_sink_clear(&sink);
 */
#ifndef TESTS_SUPPORT_LOG_SINK_H
#define TESTS_SUPPORT_LOG_SINK_H

#include <calx/log.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct log_line {
    calx_log_level level;
    char *logger;
    char *text;
} log_line;

typedef struct log_sink {
    pthread_mutex_t lock;
    log_line *lines;
    size_t count;
} log_sink;

void log_sink_init(log_sink *sink);

/* Frees the lines and the lock. */
void log_sink_clear(log_sink *sink);

/*
 * A calx_log_function; the context is the sink. Numbered placeholders ($1) are kept as `?`, so that
 * a test says once what is sent to any database.
 */
void log_sink_line(void *context, calx_log_level level, const char *logger, const char *text);

/* Forgets the lines so far. */
void log_sink_forget(log_sink *sink);

/* How many lines contain the text; "" counts them all. */
size_t log_sink_count(log_sink *sink, const char *text);

/* Whether a line contains the text. */
bool log_sink_has(log_sink *sink, const char *text);

/* The position of the first line that contains the text, from a position on; -1: there is none. */
long log_sink_find(log_sink *sink, size_t from, const char *text);

#endif
