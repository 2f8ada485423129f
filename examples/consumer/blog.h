/* The model: posts and their comments. */
#ifndef BLOG_H
#define BLOG_H

#include <calx/annotate.h>

struct comment;

/** Something somebody wrote. */
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    const char *title CALX_NOT_NULL CALX_LENGTH(80) CALX_UNIQUE;
    const char *body;
    CALX_MANY(struct comment) comments CALX_INVERSE(post) CALX_CASCADE(all, delete_orphan);
};

/** What somebody else had to say about it. */
struct CALX_ENTITY("comments") comment {
    int64_t id CALX_PRIMARY_KEY;
    const char *text CALX_NOT_NULL;
    int32_t stars CALX_CHECK("stars BETWEEN 1 AND 5");
    int64_t post_id CALX_REFERENCES(post, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct post) post CALX_VIA(post_id);
};

#endif
