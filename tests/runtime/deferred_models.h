/*
 * What the tests of columns that come later are about: articles whose text is long, in sections.
 */
#ifndef TESTS_RUNTIME_DEFERRED_MODELS_H
#define TESTS_RUNTIME_DEFERRED_MODELS_H

#include <calx/annotate.h>

struct article;

struct CALX_ENTITY("sections") section {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *description CALX_DEFERRED;
    CALX_MANY(struct article) articles CALX_INVERSE(section);
};

struct CALX_ENTITY("articles") article {
    int64_t id CALX_PRIMARY_KEY;
    const char *title CALX_NOT_NULL;
    const char *body CALX_DEFERRED;
    int32_t words;
    calx_nullable_int64 section_id CALX_REFERENCES(section, id);
    char *summary CALX_DEFERRED;
    int32_t revision CALX_VERSION_COLUMN;
    CALX_ONE(struct section) section CALX_VIA(section_id) CALX_INVERSE(articles);
};

#endif
