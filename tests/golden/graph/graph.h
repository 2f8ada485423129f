/* Every kind of relationship, one way and two ways. */
#ifndef GRAPH_H
#define GRAPH_H

#include <calx/annotate.h>

struct profile;
struct post;
struct tag;
struct member;
struct place;
struct loan;

/** Writes posts; has one profile. */
struct CALX_ENTITY("authors") author {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    /** The far side of a one-to-one. */
    CALX_ONE(struct profile) profile CALX_INVERSE(author) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct post) posts CALX_INVERSE(author) CALX_CASCADE(all, delete_orphan)
        CALX_ORDER_BY(position, id desc) CALX_LAZY(selectin) CALX_PASSIVE_DELETES(on);
    /** What is read and never written. */
    CALX_MANY(struct post) drafts CALX_VIEW_ONLY CALX_LAZY(raise);
    calx_nullable_int64 newest_id CALX_REFERENCES(post, id) CALX_ON_UPDATE(cascade)
        CALX_ON_DELETE(set_null);
    CALX_ONE(struct post) newest CALX_VIA(newest_id) CALX_POST_UPDATE;
};

struct CALX_ENTITY("profiles") profile {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    int64_t author_id CALX_REFERENCES(author, id) CALX_UNIQUE;
    CALX_ONE(struct author) author CALX_VIA(author_id);
};

struct CALX_ENTITY("posts") CALX_LEGACY_IS_ORPHAN post {
    int64_t id CALX_PRIMARY_KEY;
    int64_t author_id CALX_REFERENCES(author, id) CALX_ON_DELETE(cascade);
    int32_t position;
    const char *body CALX_DEFERRED;
    CALX_ONE(struct author) author CALX_VIA(author_id) CALX_LAZY(joined) CALX_INNER_JOIN
        CALX_JOIN_DEPTH(2);
    /** Both sides share one association table. */
    CALX_MANY(struct tag) tags CALX_SECONDARY("post_tags") CALX_INVERSE(posts);
    /** One way, with a key of two columns at the other end. */
    CALX_MANY(struct place) places CALX_SECONDARY("post_places", post, country, town)
        CALX_CASCADE(all, delete_orphan) CALX_SINGLE_PARENT CALX_PASSIVE_UPDATES(off);
    /** Through the table of an entity. */
    CALX_MANY(struct member) readers CALX_SECONDARY("readings") CALX_VIEW_ONLY;
};

struct CALX_ENTITY("tags") tag {
    char name[20] CALX_PRIMARY_KEY;
    CALX_MANY(struct post) posts CALX_SECONDARY("post_tags") CALX_INVERSE(tags);
};

struct CALX_ENTITY("places") place {
    const char *country CALX_PRIMARY_KEY CALX_LENGTH(2);
    const char *town CALX_PRIMARY_KEY CALX_COLUMN("town name");
};

struct CALX_ENTITY("readings") reading {
    int64_t post_id CALX_PRIMARY_KEY CALX_REFERENCES(post, id);
    int64_t member_id CALX_PRIMARY_KEY CALX_REFERENCES(member, id);
    calx_timestamp at;
    CALX_ONE(struct member) member;
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

/** What refers to it does so by a unique member, not by the key. */
struct CALX_ENTITY("badges") badge {
    int64_t id CALX_PRIMARY_KEY;
    const char *code CALX_NOT_NULL CALX_UNIQUE;
    CALX_MANY(struct loan) loans CALX_INVERSE(badge) CALX_ORDER_BY(id desc);
};

struct CALX_ENTITY("loans") loan {
    int64_t id CALX_PRIMARY_KEY;
    const char *code CALX_REFERENCES(badge, code);
    CALX_ONE(struct badge) badge;
};

#endif
