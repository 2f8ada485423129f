/* Every kind of relationship, one way and two ways. */
#ifndef GRAPH_H
#define GRAPH_H

#include <calx/annotate.h>

struct profile;
struct post;
struct tag;
struct member;
struct place;

/** Writes posts; has one profile. */
struct CALX_ENTITY("authors") author {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    /** The far side of a one-to-one. */
    CALX_ONE(struct profile) profile CALX_INVERSE(author) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct post) posts CALX_INVERSE(author) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("profiles") profile {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    int64_t author_id CALX_REFERENCES(author, id) CALX_UNIQUE;
    CALX_ONE(struct author) author CALX_VIA(author_id);
};

struct CALX_ENTITY("posts") post {
    int64_t id CALX_PRIMARY_KEY;
    int64_t author_id CALX_REFERENCES(author, id);
    CALX_ONE(struct author) author CALX_VIA(author_id);
    /** Both sides share one association table. */
    CALX_MANY(struct tag) tags CALX_SECONDARY("post_tags") CALX_INVERSE(posts);
    /** One way, with a key of two columns at the other end. */
    CALX_MANY(struct place) places CALX_SECONDARY("post_places", post, country, town);
};

struct CALX_ENTITY("tags") tag {
    char name[20] CALX_PRIMARY_KEY;
    CALX_MANY(struct post) posts CALX_SECONDARY("post_tags") CALX_INVERSE(tags);
};

struct CALX_ENTITY("places") place {
    const char *country CALX_PRIMARY_KEY CALX_LENGTH(2);
    const char *town CALX_PRIMARY_KEY CALX_COLUMN("town name");
};

/** Related to its like in each way. */
struct CALX_ENTITY("members") member {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 mentor_id CALX_REFERENCES(member, id);
    calx_nullable_int64 partner_id CALX_REFERENCES(member, id) CALX_UNIQUE;
    CALX_ONE(struct member) mentor CALX_VIA(mentor_id) CALX_INVERSE(pupils);
    CALX_MANY(struct member) pupils CALX_INVERSE(mentor);
    CALX_ONE(struct member) partner CALX_VIA(partner_id) CALX_INVERSE(partner_of);
    CALX_ONE(struct member) partner_of CALX_INVERSE(partner);
    CALX_MANY(struct member) following CALX_SECONDARY("follows", follower_id, followed_id)
        CALX_INVERSE(followers);
    CALX_MANY(struct member) followers CALX_SECONDARY("follows") CALX_INVERSE(following);
};

#endif
