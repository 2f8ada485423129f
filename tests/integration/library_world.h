/*
 * A session over the library, and beside it what the graph is: who points at whom, and which tags a
 * book has. A step is made in both, and then both must agree, with each other and with the
 * database. Two things the model leaves out, by not making such steps: references from inside the
 * session to outside that bring nothing in (SES-275), and what happens to a change that was not
 * flushed when its instance expires.
 */
#ifndef TESTS_INTEGRATION_LIBRARY_WORLD_H
#define TESTS_INTEGRATION_LIBRARY_WORLD_H

#include "library.calx.h"
#include "runtime/session_fixture.h"
#include "runtime/walk.h"

typedef enum library_kind { AUTHOR, PROFILE, BOOK, CHAPTER, TAG, KINDS } library_kind;

enum { AUTHORS = 2, PROFILES = 2, BOOKS = 4, CHAPTERS = 3, TAGS = 3 };
enum {
    FIRST_AUTHOR = 0,
    FIRST_PROFILE = FIRST_AUTHOR + AUTHORS,
    FIRST_BOOK = FIRST_PROFILE + PROFILES,
    FIRST_CHAPTER = FIRST_BOOK + BOOKS,
    FIRST_TAG = FIRST_CHAPTER + CHAPTERS,
    THINGS = FIRST_TAG + TAGS
};

typedef enum library_stage { NOT_THERE, TRANSIENT, PENDING, STORED, MARKED, DELETED } library_stage;

typedef struct library_thing {
    const void *entity;
    int64_t id;
    library_stage stage;
    int owner;       /* what it points at; NOBODY */
    int written;     /* the same, as the last flush wrote it */
    unsigned tags;   /* of a book: a bit for each */
    unsigned tagged; /* the same, as the last flush wrote it */
    bool orphan;     /* has lost the owner it must have */
} library_thing;

enum { NOBODY = -1, LIBRARY_LEVELS = 4 };

typedef struct library_world {
    fixture *fix;
    calx_session *session;
    library_thing things[THINGS];
    library_thing found[LIBRARY_LEVELS][THINGS]; /* by the transaction, and by each savepoint */
    unsigned level;                              /* how many savepoints are open */
    bool failed;
    char why[400];
} library_world;

/* Where what points at an owner stands, seen from both sides. */
typedef struct library_tie {
    const calx_relationship *up;
    const calx_relationship *down;
    library_kind owner;
    bool is_single; /* one at most */
    bool is_needed; /* goes with its owner, and when it has none */
} library_tie;

/* NULL: things of this kind point at nothing. */
const library_tie *library_tie_of(library_kind kind);

const calx_mapper *library_mapper(library_kind kind);
library_kind library_kind_of(int thing);
unsigned library_tag_bit(int tag);

/* Remembers the first thing that went wrong; both answer whether all is well. */
bool library_fail(library_world *self, const char *format, ...);
bool library_ok(library_world *self, calx_status status, const char *what, int thing);

/* ---- what calls mean ---- */

bool library_is_inside(const library_world *self, int thing);
bool library_is_usable(const library_world *self, int thing);

/* Nothing of it, or of what points at it, is still to be written. */
bool library_is_clean(const library_world *self, int thing);

/* Whether one points at the other, or has it for a tag. */
bool library_are_tied(const library_world *self, int a, int b);

void library_point(library_world *self, int thing, int owner);
void library_attach(library_world *self, int thing);
void library_flushed(library_world *self);
void library_began_level(library_world *self);
void library_rolled_back(library_world *self, unsigned level);
void library_committed(library_world *self);
void library_forget(library_world *self, int thing);

/* ---- agreeing ---- */

/* One thing and what it is related to, loaded when needed. */
bool library_thing_agrees(library_world *self, int thing);
bool library_agrees(library_world *self);

/* The rows, as the session's transaction sees them. Only after a flush. */
bool library_rows_agree(library_world *self);

/* ---- walking ---- */

extern const walk_actions library_actions;
const char *library_action_name(uint8_t action);
bool library_step(library_world *self, const walk_step *step);

#endif
