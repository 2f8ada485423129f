/**
 * @file
 * Where log lines go. Calx never writes to a stream of its own accord: an application that wants
 * to see what happens hands in a function, and without one nothing is formatted (ENG-203).
 */
#ifndef CALX_LOG_H
#define CALX_LOG_H

#include <calx/api.h>

CALX_BEGIN_DECLS

/** How important a line is; a sink receives its level and the ones above. */
typedef enum calx_log_level {
    CALX_LOG_DEBUG = 0,   /**< what the inside does: pool traffic, rows */
    CALX_LOG_INFO = 1,    /**< what goes to the database: SQL, parameters, transactions */
    CALX_LOG_WARNING = 2, /**< it went on, but somebody should look at it */
    CALX_LOG_ERROR = 3    /**< a failure that no return value can carry */
} calx_log_level;

/**
 * Receives one line.
 *
 * May be called from several threads at once, and must not call back into the object that logs.
 * @param context  what was handed in together with the function
 * @param level    of this line
 * @param logger   who speaks, such as "calx.engine.main"; borrowed during the call
 * @param text     the line without its newline; borrowed during the call
 */
typedef void (*calx_log_function)(void *context, calx_log_level level, const char *logger,
                                  const char *text);

CALX_END_DECLS

#endif
