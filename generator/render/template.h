/*
 * A template in its parsed form: a flat list of nodes in the order of the text. Private to the
 * room: parse.c makes it, render.c walks it, fault.c tells where in it something went wrong.
 */
#ifndef CALX_RENDER_TEMPLATE_H
#define CALX_RENDER_TEMPLATE_H

#include "render/render.h"

#include <stdbool.h>

typedef enum calx_render_kind {
    CALX_RENDER_TEXT,
    CALX_RENDER_INDENT, /* a line starts here: the indentation of the partial goes before it */
    CALX_RENDER_VARIABLE,
    CALX_RENDER_RAW, /* a variable that is not escaped */
    CALX_RENDER_SECTION,
    CALX_RENDER_INVERTED,
    CALX_RENDER_PARTIAL
} calx_render_kind;

/* Bytes of the template's text. */
typedef struct calx_render_span {
    size_t start;
    size_t size;
} calx_render_span;

typedef struct calx_render_node {
    calx_render_kind kind;
    size_t place; /* of the tag in the text */
    calx_render_span
        text; /* of a text; of a partial that stands alone, the white space before it */
    calx_render_span name; /* as the tag has it */
    const char *path; /* the parts of the name one after the other, each with a NUL behind it */
    size_t parts;     /* 0: the implicit iterator "." */
    size_t end;       /* of a section: the index behind its last node */
    bool alone;       /* a partial on a line of its own */
} calx_render_node;

typedef struct calx_render_template {
    const char *name;
    const char *text; /* borrowed */
    size_t size;
    calx_render_node *nodes;
    size_t count;
    size_t capacity;
    char *paths;
} calx_render_template;

/* Parses; the template is to be cleared in any case. source is borrowed until then. */
calx_status calx_render_parse(calx_render_template *template, const calx_render_source *source,
                              calx_render_error *error);
void calx_render_template_clear(calx_render_template *template);

/* Fills the error with a place of the template and a text, and answers status. */
calx_status calx_render_fault(calx_render_error *error, calx_status status,
                              const calx_render_template *template, size_t place,
                              const char *format, ...) __attribute__((format(printf, 5, 6)));
calx_status calx_render_no_memory(calx_render_error *error, const char *template_name);

/* Bytes of a span that fit into a message with "%.*s". */
int calx_render_shown(size_t size);

#endif
