/*
 * One output on its way to the disk: looked at, written to a temporary file beside it, renamed.
 * Private to the room.
 */
#ifndef CALX_OUTPUT_FILE_H
#define CALX_OUTPUT_FILE_H

#include "output/output.h"

#include <stdbool.h>
#include <sys/types.h>

typedef struct calx_output_file {
    char *path; /* as it was given */
    char *bytes;
    size_t size;
    calx_output_when when;
    char *target;    /* what is replaced: the path with a symbolic link followed */
    char *temporary; /* NULL: none is there */
    mode_t mode;     /* of the target, when it exists */
    bool exists;
} calx_output_file;

/* Writes the temporary file, unless the target has these bytes already. */
calx_status calx_output_file_stage(calx_output_file *file, calx_output_error *error);

/* Puts the temporary file, if there is one, in the target's place. */
calx_status calx_output_file_publish(calx_output_file *file, calx_output_error *error);

/* Removes the temporary file, if there is one. */
void calx_output_file_discard(calx_output_file *file);

/* The same, and gives the memory back. */
void calx_output_file_clear(calx_output_file *file);

calx_status calx_output_no_memory(calx_output_error *error, const char *path);

#endif
