/*
 * Log lines on their way to the application's sink. Without a sink, and below its level, a line
 * costs one branch and is never formatted (ENG-197, ENG-203).
 */
#ifndef CALX_BASE_LOG_H
#define CALX_BASE_LOG_H

#include <calx/log.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Zeroed: no sink. The owner of the name keeps it alive as long as the logger is used. */
typedef struct calx_logger {
    calx_log_function function; /* NULL: nobody listens */
    void *context;
    calx_log_level level; /* lines below it are dropped */
    const char *name;     /* what the sink is told as logger; NULL: "calx" */
} calx_logger;

/* Whether a line of this level would be seen: for callers that must gather what to say. */
static inline bool calx_log_enabled(const calx_logger *logger, calx_log_level level)
{
    return logger != NULL && logger->function != NULL && level >= logger->level;
}

/* Formats and hands over one line. logger may be NULL. Without memory a long line is cut. */
void calx_log(const calx_logger *logger, calx_log_level level, const char *format, ...)
    CALX_PRINTF(3, 4);
void calx_log_v(const calx_logger *logger, calx_log_level level, const char *format,
                va_list arguments) CALX_PRINTF(3, 0);

/* Hands over a line that is there already. */
void calx_log_text(const calx_logger *logger, calx_log_level level, const char *text);

#endif
