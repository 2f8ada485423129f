/*
 * Filling the public error object. The place where a failure is found fills it once; callers above
 * pass the status on and do not touch it. Every function takes error NULL: the caller does not want
 * to know. When there is no memory for the text, a static text of the status stands in and the
 * status stays what it was.
 */
#ifndef CALX_BASE_ERROR_H
#define CALX_BASE_ERROR_H

#include <calx/error.h>

#include <stdarg.h>
#include <stdbool.h>

/*
 * Replaces what the error held. Answers status, so that a failure is one statement:
 * return calx_error_set(error, CALX_E_ARGUMENT, "…", …). Arguments may point into the old texts.
 */
calx_status calx_error_set(calx_error *error, calx_status status, const char *format, ...)
    CALX_PRINTF(3, 4);
calx_status calx_error_set_v(calx_error *error, calx_status status, const char *format,
                             va_list arguments) CALX_PRINTF(3, 0);

/*
 * What a driver has to say.
 * sqlstate     five characters; or NULL, meaning none
 * driver_code  the database library's number; or 0
 * flags        CALX_ERROR_…
 * message      the library's words, copied; or NULL, meaning the status's own text
 */
calx_status calx_error_set_driver(calx_error *error, calx_status status, const char *sqlstate,
                                  int driver_code, unsigned flags, const char *message);

/* The static text for CALX_E_NOMEM; allocates nothing. Answers CALX_E_NOMEM. */
calx_status calx_error_set_nomem(calx_error *error);

/* Puts more words in front of the message, such as "line 3: "; the rest stays. */
void calx_error_prefix(calx_error *error, const char *format, ...) CALX_PRINTF(2, 3);

/* Adds a copy of the SQL that failed; stays empty when there is no memory. NULL: none. */
void calx_error_statement(calx_error *error, const char *sql);

/*
 * Adds a copy of what the database told beside its message; NULL: nothing. It is left out when
 * there is no memory.
 */
void calx_error_add_fact(calx_error *error, calx_error_fact fact, const char *text);

/* Moves the contents; from is CALX_OK afterwards, even when to is NULL. */
void calx_error_move(calx_error *to, calx_error *from);

/* Whether a number is a status: functions of the application answer anything. */
bool calx_status_is_known(calx_status status);

/* What a handle that is NULL has for an error. */
extern const calx_error calx_error_of_null;

/* CALX_E_ARGUMENT: what must be there is NULL. what: as the caller knows it. */
calx_status calx_error_set_null(calx_error *error, const char *what);

#endif
