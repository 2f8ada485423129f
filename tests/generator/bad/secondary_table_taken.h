#include <calx/annotate.h>
struct tag;
struct post_tag;
struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct tag) tags CALX_SECONDARY("post_tags");
    CALX_MANY(struct tag) first CALX_SECONDARY("marks");
    CALX_MANY(struct tag) second CALX_SECONDARY("MARKS");
    CALX_MANY(struct tag) third CALX_SECONDARY("by", post, tag_id);
    CALX_MANY(struct tag) fourth CALX_SECONDARY("by_by", post, tag_id) CALX_VIA(id);
    CALX_ONE(struct tag) fifth CALX_SECONDARY("fifth");
};
struct CALX_ENTITY("tags") CALX_INDEX(by_by_tag_id, id) tag {
    int64_t id CALX_PRIMARY_KEY;
};
struct CALX_ENTITY("post_tags") post_tag {
    int64_t post_id CALX_PRIMARY_KEY CALX_REFERENCES(post, id);
    int64_t tag_id CALX_PRIMARY_KEY CALX_REFERENCES(tag, id);
};

// expect: 6:32 CALX-E057 'tags' would write 'post_tags', the table of an entity
// note: 16:33 'post_tags' is declared here
// note: - go through the entity with CALX_MANY(struct post_tag), make it CALX_VIEW_ONLY, or choose a table of its own
// expect: 8:34 CALX-E057 'second' has the association table 'MARKS' of another relationship
// note: 7:33 'marks' is declared here
// note: - name the other side with CALX_INVERSE if they are one relationship, make it CALX_VIEW_ONLY, or choose a table of its own
// expect: 9:33 CALX-E033 the index name 'by_by_tag_id' is used already
// note: 13:28 here; indexes and tables share their names, without case
// expect: 10:72 CALX-E014 'fourth' goes through an association table, not through a foreign key
// note: - its columns are named behind the table: CALX_SECONDARY("by_by", column, column)
// expect: 11:32 CALX-E057 'fifth' is a CALX_ONE: an association table joins to many
// note: - make it a CALX_MANY
