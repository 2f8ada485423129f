/* The values of the constants in annotations. Private to this room. */
#ifndef CALX_READER_VALUES_H
#define CALX_READER_VALUES_H

#include "reader/reader.h"

/*
 * Finds the value of each CALX_LENGTH, and of each CALX_DEFAULT of an integer, as the compiler has
 * it: sizeof, macros and enumerators of the headers count. What has no value keeps has_number
 * false; saying so is the check's.
 * Answers CALX_OK; CALX_E_DATA: the compiler could not be run again; CALX_E_NOMEM.
 */
calx_status calx_values_find(const calx_reader_options *options, calx_arena *arena,
                             calx_diagnostics *diagnostics, calx_declarations *declarations);

/* Whether a text may be put into a line of C by itself: no comments, no statements, no braces. */
bool calx_values_is_expression(const char *text);

#endif
