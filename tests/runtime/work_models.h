/*
 * Models for what the unit of work does with keys that go round in circles, that the database
 * passes on, and that it does not.
 */
#ifndef TESTS_RUNTIME_WORK_MODELS_H
#define TESTS_RUNTIME_WORK_MODELS_H

#include <calx/annotate.h>
#include <calx/mapper.h>

/*
 * A player owns balls and has a favorite; it is the player's reference that is written apart. Both
 * have texts, and the player a version.
 */
struct ball;
struct player {
    int64_t id;
    const char *name;
    calx_nullable_int64 favorite_id;
    int64_t revision;
    const struct ball *favorite; /* post_update */
    CALX_MANY(struct ball) balls;
};

struct ball {
    int64_t id;
    const char *color;
    calx_nullable_int64 player_id;
    const struct player *player;
};

/* A page points at the one after it; that is written apart, which its other side says. */
struct page {
    int64_t id;
    const char *title;
    calx_nullable_int64 next_id;
    const struct page *next;
    CALX_MANY(struct page) before; /* post_update */
};

/*
 * A shelf has books, which the database deletes with it (passive_deletes, delete cascade);
 * stickers, which it is to set to NULL (passive_deletes); and notes, which are nobody's affair
 * (passive_deletes "all"), and know nothing of their shelf.
 */
struct book;
struct sticker;
struct note;
struct shelf {
    int64_t id;
    const char *name;
    CALX_MANY(struct book) books;
    CALX_MANY(struct sticker) stickers;
    CALX_MANY(struct note) notes;
};

struct book {
    int64_t id;
    const char *title;
    calx_nullable_int64 shelf_id;
    const struct shelf *shelf;
};

struct sticker {
    int64_t id;
    calx_nullable_int64 shelf_id;
};

struct note {
    int64_t id;
    calx_nullable_int64 shelf_id;
};

extern const calx_mapper player_mapper;
extern const calx_mapper ball_mapper;
extern const calx_mapper page_mapper;
extern const calx_mapper shelf_mapper;
extern const calx_mapper book_mapper;
extern const calx_mapper sticker_mapper;
extern const calx_mapper note_mapper;
extern const calx_metadata work_metadata;

/* Positions in the relationship tables. */
enum { PLAYER_FAVORITE, PLAYER_BALLS };
enum { BALL_PLAYER };
enum { PAGE_NEXT, PAGE_BEFORE };
enum { SHELF_BOOKS, SHELF_STICKERS, SHELF_NOTES };
enum { BOOK_SHELF };

#endif
