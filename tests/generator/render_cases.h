/*
 * What the core modules of Mustache 1.4 ask for, as a table. In views and partials an apostrophe
 * stands for a quotation mark, so that JSON can be read here.
 */
#ifndef CALX_TESTS_RENDER_CASES_H
#define CALX_TESTS_RENDER_CASES_H

#include <stddef.h>

struct render_case {
    const char *name;
    const char *text;
    const char *view;
    const char *partials; /* an object of texts; NULL: none */
    const char *expected;
};

struct render_module {
    const char *name;
    const struct render_case *cases;
    size_t count;
};

extern const struct render_module render_comments;
extern const struct render_module render_delimiters;
extern const struct render_module render_interpolation;
extern const struct render_module render_inverted;
extern const struct render_module render_partials;
extern const struct render_module render_sections;
extern const struct render_module render_choices;

#endif
