/* Many-to-many relationships of all shapes. */
#ifndef MEMBERSHIPS_H
#define MEMBERSHIPS_H

#include <calx/annotate.h>

struct keyword;
struct book;
struct crop;
struct thing;
struct language;
struct guest;

/* Two ways: each has some of the other. */
struct CALX_ENTITY("articles") article {
    int64_t id CALX_PRIMARY_KEY;
    const char *title CALX_UNIQUE;
    CALX_MANY(struct keyword) keywords CALX_SECONDARY("article_keywords") CALX_INVERSE(articles);
};

struct CALX_ENTITY("keywords") keyword {
    int64_t id CALX_PRIMARY_KEY;
    const char *word CALX_UNIQUE;
    CALX_MANY(struct article) articles CALX_SECONDARY("article_keywords") CALX_INVERSE(keywords);
};

/* One way, twice, with a cascade of each kind. */
struct CALX_ENTITY("readers") reader {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    CALX_MANY(struct book) shelf CALX_SECONDARY("shelves") CALX_CASCADE(all);
    CALX_MANY(struct book) wishes CALX_SECONDARY("wishes") CALX_CASCADE(none);
};

struct CALX_ENTITY("books") book {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
};

/* A key of two columns, one a text, on one side; a text on the other. */
struct CALX_ENTITY("fields") field {
    const char *country CALX_PRIMARY_KEY;
    int32_t number CALX_PRIMARY_KEY;
    CALX_MANY(struct crop) crops CALX_SECONDARY("sowings") CALX_INVERSE(fields);
};

struct CALX_ENTITY("crops") crop {
    char name[16] CALX_PRIMARY_KEY;
    CALX_MANY(struct field) fields CALX_SECONDARY("sowings") CALX_INVERSE(crops);
};

/* Among their like. */
struct CALX_ENTITY("fans") fan {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    CALX_MANY(struct fan)
    following CALX_SECONDARY("follows", follower_id, followed_id) CALX_INVERSE(followers);
    CALX_MANY(struct fan) followers CALX_SECONDARY("follows") CALX_INVERSE(following);
};

struct strap;

/* A thing is in one box, and goes with it; things are shown by name, the last one first. */
struct CALX_ENTITY("boxes") box {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing)
    things CALX_SECONDARY("box_things") CALX_INVERSE(boxes)
        CALX_CASCADE(all, delete_orphan) CALX_SINGLE_PARENT CALX_ORDER_BY(name desc, id);
};

struct CALX_ENTITY("things") thing {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    CALX_MANY(struct box) boxes CALX_SECONDARY("box_things") CALX_INVERSE(things);
    CALX_MANY(struct strap)
    straps CALX_INVERSE(thing) CALX_CASCADE(save_update, expunge) CALX_PASSIVE_DELETES(all);
};

/* What hangs on a thing. */
struct CALX_ENTITY("straps") strap {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 thing_id CALX_REFERENCES(thing, id);
    CALX_ONE(struct thing) thing CALX_VIA(thing_id);
};

/* What is left to the database when a ship goes. */
struct CALX_ENTITY("ferries") ferry {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct thing) cargo CALX_SECONDARY("cargoes") CALX_PASSIVE_DELETES(on);
    CALX_MANY(struct thing) wreckage CALX_SECONDARY("wreckages") CALX_PASSIVE_DELETES(all);
};

/* Who sat where, an entity; as seen from the other end, only to be looked at. */
struct CALX_ENTITY("halls") hall {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct guest) guests CALX_SECONDARY("seats") CALX_VIEW_ONLY;
};

struct CALX_ENTITY("guests") guest {
    int64_t id CALX_PRIMARY_KEY;
};

struct CALX_ENTITY("seats") seat {
    int64_t id CALX_PRIMARY_KEY;
    int64_t hall_id CALX_REFERENCES(hall, id);
    int64_t guest_id CALX_REFERENCES(guest, id);
};

/* Keys that may change: of a nation here, of a language in the database. */
struct CALX_ENTITY("nations") nation {
    const char *code CALX_PRIMARY_KEY;
    CALX_MANY(struct language)
    languages CALX_SECONDARY("spoken") CALX_INVERSE(nations) CALX_PASSIVE_UPDATES(off);
};

struct CALX_ENTITY("languages") language {
    const char *code CALX_PRIMARY_KEY;
    CALX_MANY(struct nation) nations CALX_SECONDARY("spoken") CALX_INVERSE(languages);
};

#endif
