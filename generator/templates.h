/*
 * Where templates are: in the directory the user names, else beside the build calx-gen was made
 * in, else where it was installed. What is compiled in is the way from the program to them, so a
 * build or an installation can be moved.
 */
#ifndef CALX_GENERATOR_TEMPLATES_H
#define CALX_GENERATOR_TEMPLATES_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum { CALX_TEMPLATE_PLACES = 2, CALX_TEMPLATE_FILES = 16 };

typedef struct calx_templates {
    char *places[CALX_TEMPLATE_PLACES]; /* directories, in the order they are searched */
    size_t place_count;
    char *files[CALX_TEMPLATE_FILES]; /* that were read, for the depfile */
    size_t file_count;
} calx_templates;

/* directory: the user's, or NULL. Answers CALX_OK; CALX_E_NOMEM; CALX_E_IO: where is the program?
 */
calx_status calx_templates_init(calx_templates *templates, const char *directory);
void calx_templates_clear(calx_templates *templates);

/*
 * Reads NAME.mustache from the first place that has it.
 * out_text  owned: calx_release(); NULL with CALX_OK: there is none of that name
 * Answers CALX_OK; CALX_E_IO: it is there but cannot be read; CALX_E_NOMEM.
 */
calx_status calx_templates_load(calx_templates *templates, const char *name, char **out_text,
                                size_t *out_size);

#endif
