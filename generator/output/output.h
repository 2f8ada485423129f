/*
 * The files of a run, written together or not at all, and only where their bytes change, so that an
 * untouched output rebuilds nothing. All contents are collected first; the commit writes temporary
 * files beside the outputs and renames them when every one of them is complete. A failure before
 * that leaves each output as it was and no temporary file behind.
 */
#ifndef CALX_OUTPUT_OUTPUT_H
#define CALX_OUTPUT_OUTPUT_H

#include "base/buffer.h"

#include <stddef.h>

typedef struct calx_output_set calx_output_set;

typedef enum calx_output_when {
    CALX_OUTPUT_WHEN_CHANGED,
    CALX_OUTPUT_ALWAYS /* also the same bytes again, for the time stamp: a depfile */
} calx_output_when;

/* To be shown as "path: reason". Needs no clearing. */
typedef struct calx_output_error {
    const char *path; /* as it was given; borrowed from the set, or from the caller's arguments */
    char reason[256]; /* ends in the system's own words where there are any */
} calx_output_error;

/* Empty; NULL: no memory. Owned: calx_output_set_free(), which takes NULL. */
calx_output_set *calx_output_set_new(void);
void calx_output_set_free(calx_output_set *set);

/*
 * Adds a file; path and bytes are copied, nothing is looked at or written yet.
 * out_error  filled on failure only; its path is the argument
 * Answers CALX_OK; CALX_E_ARGUMENT: the path is empty, or two outputs have it; CALX_E_NOMEM.
 */
calx_status calx_output_set_add(calx_output_set *set, const char *path, const char *bytes,
                                size_t size, calx_output_when when, calx_output_error *out_error);

/*
 * Writes what was added. A file that was there keeps its mode; of a symbolic link, the file it
 * leads to is replaced. The set can be committed once; after that it can only be freed.
 * out_error  filled on failure only; good as long as the set
 * Answers CALX_OK; CALX_E_IO: a file cannot be written, or is none; CALX_E_NOMEM; CALX_E_STATE: it
 * was committed before.
 */
calx_status calx_output_set_commit(calx_output_set *set, calx_output_error *out_error);

/*
 * Appends the text of a depfile in the syntax of make, for ninja and GNU make.
 * target     the first output, spelled as the command got it
 * inputs     count names; the target is built again when one of them changes
 * out_error  filled on failure only; its path is the argument
 * Answers CALX_OK; CALX_E_DATA: a name has a line end in it, which this syntax cannot say;
 * CALX_E_NOMEM.
 */
calx_status calx_output_depfile(const char *target, const char *const *inputs, size_t count,
                                calx_buffer *out, calx_output_error *out_error);

#endif
