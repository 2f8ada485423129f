/*
 * What the tests of reader and check share: a run over headers, from files or from texts that are
 * written to a file of the test.
 */
#ifndef TESTS_GENERATOR_READING_H
#define TESTS_GENERATOR_READING_H

#include "check/check.h"
#include "check/print.h"
#include "reader/reader.h"

#include <stdbool.h>

typedef struct reading {
    calx_arena arena;
    calx_diagnostics diagnostics;
    calx_reader_options options;
    calx_check_options naming;
    calx_declarations declarations; /* filled when the reader answered CALX_OK */
    calx_model model;               /* filled when status is CALX_OK */
    calx_status status;
} reading;

/* Empty; end it with reading_end(). */
void reading_start(reading *run);
void reading_end(reading *run);

/* Reads and checks these headers. */
void reading_run(reading *run, const char *const *headers, size_t count);

/*
 * The same for one header of this text, which is written to a file NAME of the running test;
 * #include <calx/annotate.h> is put before it, in the first line.
 */
void reading_run_text(reading *run, const char *name, const char *text);

/* Writes a file of the running test and answers its path; good until the next call for a file. */
const char *reading_write(const char *name, const char *text);

/* All diagnostics as text; freed by the caller with calx_release(). */
char *reading_told(reading *run);

/* Fails the test, showing all diagnostics, unless they have this text in them. */
void reading_must_tell(reading *run, const char *text);

/* Fails the test, showing the diagnostics, unless the headers gave a model. */
void reading_must_succeed(reading *run);

#endif
