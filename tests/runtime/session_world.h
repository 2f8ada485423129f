/*
 * A session, and beside it the simplest thing that could be right: which rows there are, as the
 * transaction and each savepoint found them, and what the application holds of them. A step is
 * made in both, and then both must agree, with each other and with the database.
 */
#ifndef TESTS_RUNTIME_SESSION_WORLD_H
#define TESTS_RUNTIME_SESSION_WORLD_H

#include "session_fixture.h"
#include "walk.h"

enum {
    WORLD_KEYS = 4,   /* of each kind of entity */
    WORLD_LEVELS = 5, /* 1: the transaction; the others: savepoints */
    WORLD_THINGS = 96
};

/* A key the application gives; one the database makes, and a version; one of two columns. */
typedef enum world_kind { KIND_PLAIN, KIND_PERSON, KIND_MEMBER, WORLD_KINDS } world_kind;

/* What a row holds that is compared. */
typedef struct world_cells {
    int64_t number;
    size_t text; /* which of a few; 0: NULL */
} world_cells;

typedef struct world_row {
    bool exists;
    int64_t id; /* in the database */
    int64_t version;
    world_cells cells;
} world_row;

typedef struct world_rows {
    world_row row[WORLD_KINDS][WORLD_KEYS];
} world_rows;

typedef enum world_state {
    THING_PENDING,
    THING_PERSISTENT,
    THING_MARKED,
    THING_DELETED
} world_state;

/* An instance the application holds. */
typedef struct world_thing {
    void *entity;
    world_kind kind;
    size_t key;
    world_state state;
    world_cells cells;
    bool expired;    /* the fields say nothing */
    bool vague;      /* expired, or not: both would be right */
    bool set_number; /* by a setter, while expired: written whatever it was */
    bool set_text;
    unsigned born;                   /* the level it was inserted in; 0: before the transaction */
    unsigned gone;                   /* the level it was marked or deleted in */
    unsigned changed;                /* a bit for each level that wrote it */
    unsigned returned;               /* a bit for each level it was expunged and added again in */
    unsigned rekeyed;                /* a bit for each level that changed its key */
    size_t before[WORLD_LEVELS + 1]; /* the key it had before that */
} world_thing;

typedef struct world {
    fixture *fix;
    calx_session *session;
    calx_session *other;                /* another connection */
    calx_engine *second;                /* where the plain ones are; NULL: with the others */
    world_rows rows;                    /* as the session's transaction sees them */
    world_rows found[WORLD_LEVELS + 1]; /* as the level found them */
    unsigned level;                     /* 1: no savepoint */
    world_thing things[WORLD_THINGS];
    size_t thing_count;
    unsigned names;                       /* given out so far */
    int64_t base;                         /* the id of a user that is always there */
    bool (*explains)(calx_status status); /* trouble is made: what ends a walk without a mistake */
    bool struck;                          /* and that is what happened */
    bool failed;
    char why[600];
} world;

extern const walk_actions world_actions;

/* What an action is called. */
const char *world_action_name(uint8_t action);

/* second: an engine for the plain ones, or NULL. */
void world_begin(world *self, fixture *fix, calx_engine *second);
void world_end(world *self);

/* Takes a walk in an empty world; false: see why. */
bool world_take(void *self, const walk *taken);

#endif
