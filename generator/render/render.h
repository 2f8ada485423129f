/*
 * Mustache templates over a JSON tree: the core modules of the public Mustache specification 1.4
 * (comments, delimiters, interpolation, inverted sections, partials, sections). What the
 * specification calls HTML escaping is the caller's escape function here. This room knows neither
 * SQL nor C, and it includes no room of the generator.
 *
 * Where the specification leaves room:
 *   - false in a section are: null, false, 0, "", [] and what is not there; {} is true;
 *   - a tag stands alone only when it is the one tag of its line;
 *   - lines of an indented partial that are empty stay empty;
 *   - a name holds no white space and no control characters, and no part of a dotted one is empty;
 *   - a real number is printed with the fewest digits that read back as the same number.
 */
#ifndef CALX_RENDER_RENDER_H
#define CALX_RENDER_RENDER_H

#include "base/buffer.h"

#include <jansson.h>
#include <stddef.h>

/* What is an error rather than an empty text, as the specification has it. */
enum {
    CALX_RENDER_STRICT_VARIABLES = 1u << 0, /* a {{name}} that is not in the view, or no scalar */
    CALX_RENDER_STRICT_SECTIONS = 1u << 1,  /* a {{#name}} or {{^name}} that is not in the view */
    CALX_RENDER_STRICT_PARTIALS = 1u << 2,  /* a {{>name}} that the loader does not have */
    CALX_RENDER_STRICT = CALX_RENDER_STRICT_VARIABLES | CALX_RENDER_STRICT_PARTIALS
};

enum {
    CALX_RENDER_MAX_DEPTH = 400,          /* sections and partials inside each other */
    CALX_RENDER_DEFAULT_STEPS = 100000000 /* texts, tags and rounds of a section */
};

/*
 * Writes text to out as the output language needs it. What cannot be written there is refused with
 * calx_buffer_fail(out, CALX_E_DATA), which becomes an error at the place of the tag.
 */
typedef void calx_render_escape(void *context, const char *text, size_t size, calx_buffer *out);

/*
 * Finds the text of a partial. Answers CALX_OK with *out_text NULL when there is none of that name;
 * otherwise *out_text is the engine's, from calx_alloc(). A failure status (CALX_E_NOMEM,
 * CALX_E_IO) ends the run. Each partial is asked for once in a run.
 */
typedef calx_status calx_render_load(void *context, const char *name, char **out_text,
                                     size_t *out_size);

/* All zero is a good start: nothing escaped, no partials, lenient, the default limit. */
typedef struct calx_render_options {
    unsigned strict;            /* CALX_RENDER_STRICT_… */
    size_t max_steps;           /* 0: CALX_RENDER_DEFAULT_STEPS */
    calx_render_escape *escape; /* NULL: as it is. Not called for {{{name}}} and {{&name}} */
    void *escape_context;
    calx_render_load *load; /* NULL: there are no partials */
    void *load_context;
} calx_render_options;

/* A template; the name is for messages only. All borrowed for the time of the call. */
typedef struct calx_render_source {
    const char *name;
    const char *text;
    size_t size;
} calx_render_source;

/* Needs no clearing. Texts that do not fit end in "...". */
typedef struct calx_render_error {
    char template_name[512]; /* the source's name, or the partial's */
    size_t line;             /* from 1; 0 when there is no place, as with CALX_E_NOMEM */
    size_t column;           /* in bytes, from 1 */
    char message[512];
} calx_render_error;

/*
 * Renders a template.
 * options    or NULL, meaning all zero
 * out_text   NUL-terminated, owned by the caller: calx_release(); written on success only
 * out_size   without the NUL; or NULL, meaning not wanted
 * out_error  filled on failure only
 * Answers CALX_OK; CALX_E_SYNTAX: the template is wrong; CALX_E_NO_OBJECT: a strict name or partial
 * is missing; CALX_E_DATA: a value cannot be printed; CALX_E_LIMIT: nested too deep, or too much
 * work; CALX_E_NOMEM; or what the loader or the escape function answered.
 */
calx_status calx_render(const calx_render_source *source, const json_t *view,
                        const calx_render_options *options, char **out_text, size_t *out_size,
                        calx_render_error *out_error);

#endif
