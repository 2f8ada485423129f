/*
 * Timestamps as ISO 8601 text, for databases that have no type of their own for them, and for logs.
 */
#ifndef CALX_BASE_TIMESTAMP_H
#define CALX_BASE_TIMESTAMP_H

#include <calx/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Longest text of a timestamp, with its NUL. */
enum { CALX_TIMESTAMP_TEXT_SIZE = 27 };

/*
 * A timestamp as text, in UTC: "YYYY-MM-DD HH:MM:SS", and ".ffffff" behind it when it is no whole
 * second. So texts sort as the times do, and a whole second equals what CURRENT_TIMESTAMP writes.
 * Answers the length; 0: outside the years 0000 to 9999.
 */
size_t calx_timestamp_text(calx_timestamp timestamp, char text[CALX_TIMESTAMP_TEXT_SIZE]);

/*
 * Reads "YYYY-MM-DD", then perhaps " " or "T" and "HH:MM", ":SS", ".f…", then "Z" or "+hh:mm" or
 * "-hh:mm" (none: UTC). false: not such a text, no such day, or finer than a microsecond.
 */
bool calx_timestamp_parse(const char *text, size_t size, calx_timestamp *out_timestamp);

#endif
