/*
 * What merging has to do with: versions, defaults, members that go with their owner, a many-to-many
 * and a reference that merging does not follow.
 */
#ifndef TESTS_INTEGRATION_PRESS_H
#define TESTS_INTEGRATION_PRESS_H

#include <calx/annotate.h>

struct article;
struct subject;

struct CALX_ENTITY("publishers") publisher {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
};

struct CALX_ENTITY("writers") writer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    const char *motto;
    calx_nullable_int32 age;
    int32_t rank CALX_DEFAULT("7");
    int32_t revision CALX_VERSION_COLUMN;
    calx_nullable_int64 publisher_id CALX_REFERENCES(publisher, id);
    CALX_ONE(struct publisher) publisher CALX_VIA(publisher_id) CALX_CASCADE(save_update);
    CALX_MANY(struct article) articles CALX_INVERSE(writer) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("articles") article {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
    calx_nullable_int64 writer_id CALX_REFERENCES(writer, id);
    CALX_ONE(struct writer) writer CALX_VIA(writer_id);
    CALX_MANY(struct subject) subjects CALX_SECONDARY("article_subjects") CALX_INVERSE(articles);
};

/* Its text comes only when it is asked for. */
struct CALX_ENTITY("leaflets") leaflet {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
    const char *text CALX_DEFERRED;
};

struct CALX_ENTITY("subjects") subject {
    const char *name CALX_PRIMARY_KEY;
    CALX_MANY(struct article) articles CALX_SECONDARY("article_subjects");
};

#endif
