/*
 * A translation unit of libclang, and what every part of the reader asks of it: texts, places,
 * file names as the user spelled them. Private to this room.
 */
#ifndef CALX_READER_UNIT_H
#define CALX_READER_UNIT_H

#include "reader/reader.h"

#include <clang-c/Index.h>

typedef struct calx_unit_file calx_unit_file;

struct calx_unit_file {
    CXFile file;
    const char *name; /* as given when it was named, else as it was found */
    bool named;       /* on the command line */
    calx_unit_file *next;
};

typedef struct calx_unit {
    const calx_reader_options *options;
    calx_arena *arena;
    calx_diagnostics *diagnostics;
    CXIndex index;
    CXTranslationUnit unit;
    calx_unit_file *files; /* seen so far */
    calx_unit_file *last;  /* found */
    calx_status status;    /* the first failure; sticky, so that visitors can stop */
} calx_unit;

/*
 * Compiles the headers of the options and, behind them, more text of C (or "").
 * Answers CALX_OK even when the compiler found errors, see calx_unit_report(); CALX_E_DATA: it
 * could not be run, which was reported; CALX_E_NOMEM. Close it in every case.
 */
calx_status calx_unit_open(calx_unit *unit, const calx_reader_options *options, calx_arena *arena,
                           calx_diagnostics *diagnostics, const char *text);
void calx_unit_close(calx_unit *unit);

/* Reports the errors of the compiler (report.c); answers how many there are. */
unsigned calx_unit_report(calx_unit *unit);

/* The text of a string of libclang in the arena, "" for none; the string is disposed of. */
const char *calx_unit_text(calx_unit *unit, CXString string);

/* The place a location is expanded at; its file or NULL. */
calx_place calx_unit_place(calx_unit *unit, CXSourceLocation location, bool *out_named);
calx_place calx_unit_cursor_place(calx_unit *unit, CXCursor cursor);

/* Every file that was read, the named ones among them. */
calx_status calx_unit_inputs(calx_unit *unit, const char *const **out_names, size_t *out_count);

/* The annotations of Calx on a declaration, in the order of the source. */
calx_annotation *calx_unit_annotations(calx_unit *unit, CXCursor declaration);

/* The doc comment of a declaration, cleaned; NULL: none. */
const char *calx_unit_doc(calx_unit *unit, CXCursor declaration);

/* The name of the text behind the headers: the compiler's, never shown. */
extern const char calx_unit_main_name[];

/* Memory of the arena that remembers its failure in the unit. */
void *calx_unit_array(calx_unit *unit, size_t count, size_t size);

#endif
