/*
 * The collecting log sink: copies of the lines in one growing array under a lock.
 */
#define _XOPEN_SOURCE 700

#include "support/log_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "log sink: no memory\n");
        abort();
    }
    return memory;
}

void log_sink_init(log_sink *sink)
{
    *sink = (log_sink){ .lines = NULL };
    pthread_mutex_init(&sink->lock, NULL);
}

void log_sink_forget(log_sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    for (size_t i = 0; i < sink->count; i++) {
        free(sink->lines[i].logger);
        free(sink->lines[i].text);
    }
    free(sink->lines);
    sink->lines = NULL;
    sink->count = 0;
    pthread_mutex_unlock(&sink->lock);
}

void log_sink_clear(log_sink *sink)
{
    log_sink_forget(sink);
    pthread_mutex_destroy(&sink->lock);
}

/* $1, $2, … become ? where they stand. */
static void unify_placeholders(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0';) {
        size_t digits = *in == '$' ? strspn(in + 1, "0123456789") : 0;
        *out++ = digits > 0 ? '?' : *in;
        in += digits + 1;
    }
    *out = '\0';
}

void log_sink_line(void *context, calx_log_level level, const char *logger, const char *text)
{
    log_sink *sink = context;
    log_line line = { level, need(strdup(logger)), need(strdup(text)) };
    unify_placeholders(line.text);
    pthread_mutex_lock(&sink->lock);
    sink->lines = need(realloc(sink->lines, (sink->count + 1) * sizeof(*sink->lines)));
    sink->lines[sink->count++] = line;
    pthread_mutex_unlock(&sink->lock);
}

long log_sink_find(log_sink *sink, size_t from, const char *text)
{
    long found = -1;
    pthread_mutex_lock(&sink->lock);
    for (size_t i = from; i < sink->count && found < 0; i++) {
        if (strstr(sink->lines[i].text, text) != NULL)
            found = (long)i;
    }
    pthread_mutex_unlock(&sink->lock);
    return found;
}

size_t log_sink_count(log_sink *sink, const char *text)
{
    size_t count = 0;
    for (long at = log_sink_find(sink, 0, text); at >= 0;
         at = log_sink_find(sink, (size_t)at + 1, text))
        count++;
    return count;
}

bool log_sink_has(log_sink *sink, const char *text)
{
    return log_sink_find(sink, 0, text) >= 0;
}
