/*
 * The command line of calx-gen, and the names of the outputs that follow from it. Texts are
 * borrowed from argv or owned by the options: calx_gen_options_clear().
 */
#ifndef CALX_GENERATOR_OPTIONS_H
#define CALX_GENERATOR_OPTIONS_H

#include "sql/dialect.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum calx_gen_emit {
    CALX_GEN_MAPPER,
    CALX_GEN_SCOPED_SESSION,
    CALX_GEN_SCHEMA,
    CALX_GEN_JSON,
    CALX_GEN_DIAGRAM
} calx_gen_emit;

typedef struct calx_gen_options {
    calx_gen_emit emit;
    const calx_dialect *dialect; /* of the schema; never NULL */
    const char *header;          /* the outputs; NULL: there is none of that kind */
    const char *source; /* of schema, json and diagram the only one; NULL: standard output */
    bool source_first;  /* in the command: what a depfile names is the first output */
    const char *output_dir;
    const char *name;      /* of the model; never NULL: the stem of the first header */
    const char *prefix;    /* never NULL */
    const char *depfile;   /* or NULL */
    const char *templates; /* or NULL: the ones that came with calx-gen */
    bool list_outputs;
    const char **includes; /* one for each header, or none at all */
    size_t include_count;
    const char **headers;
    size_t header_count;
    const char *const *flags; /* for the compiler */
    size_t flag_count;
    char *texts[3]; /* owned: name, header and source made from a directory */
} calx_gen_options;

typedef enum calx_gen_exit {
    CALX_GEN_DONE = 0,
    CALX_GEN_ERRORS = 1,
    CALX_GEN_USAGE = 2
} calx_gen_exit;

/*
 * Reads the command line. --help and --version are answered here.
 * out_exit  what to exit with when the answer is false
 * Answers whether to go on. What is wrong with the command line is said on standard error.
 */
bool calx_gen_options_read(calx_gen_options *options, int argc, char **argv,
                           calx_gen_exit *out_exit);

void calx_gen_options_clear(calx_gen_options *options);

#endif
