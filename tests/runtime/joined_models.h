/*
 * What the tests of joined loading and of columns that come later are about: authors with books and
 * awards, books with reviews, and countries that authors share.
 */
#ifndef TESTS_RUNTIME_JOINED_MODELS_H
#define TESTS_RUNTIME_JOINED_MODELS_H

#include <calx/annotate.h>

struct author;
struct award;
struct book;
struct folder;
struct profile;
struct review;
struct tag;

struct CALX_ENTITY("countries") country {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

struct CALX_ENTITY("authors") author {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    calx_nullable_int64 country_id CALX_REFERENCES(country, id);
    CALX_ONE(struct country) country CALX_VIA(country_id);
    CALX_MANY(struct book) books CALX_INVERSE(author) CALX_CASCADE(all);
    CALX_MANY(struct award) awards CALX_INVERSE(author) CALX_CASCADE(all);
    CALX_ONE(struct profile) profile CALX_INVERSE(author);
};

struct CALX_ENTITY("books") book {
    int64_t id CALX_PRIMARY_KEY;
    const char *title CALX_NOT_NULL;
    int64_t author_id CALX_REFERENCES(author, id);
    CALX_ONE(struct author) author CALX_VIA(author_id);
    CALX_MANY(struct review) reviews CALX_INVERSE(book) CALX_CASCADE(all);
    CALX_MANY(struct tag)
    tags CALX_SECONDARY("book_tags") CALX_INVERSE(books) CALX_ORDER_BY(name desc);
};

struct CALX_ENTITY("reviews") review {
    int64_t id CALX_PRIMARY_KEY;
    char mark[4]; /* so short that a row can have one that does not fit */
    int64_t book_id CALX_REFERENCES(book, id);
    CALX_ONE(struct book) book CALX_VIA(book_id);
};

struct CALX_ENTITY("awards") award {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    int64_t author_id CALX_REFERENCES(author, id);
    CALX_ONE(struct author) author CALX_VIA(author_id);
};

/* The one of an author, though nothing in the database says so. */
struct CALX_ENTITY("profiles") profile {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 author_id CALX_REFERENCES(author, id);
    CALX_ONE(struct author) author CALX_VIA(author_id) CALX_INVERSE(profile);
};

struct CALX_ENTITY("tags") tag {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    CALX_MANY(struct book) books CALX_SECONDARY("book_tags") CALX_INVERSE(tags);
};

/* A tree of which two levels come with a folder. */
struct CALX_ENTITY("folders") folder {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 parent_id CALX_REFERENCES(folder, id);
    CALX_ONE(struct folder) parent CALX_VIA(parent_id) CALX_INVERSE(children);
    CALX_MANY(struct folder)
    children CALX_VIA(parent_id) CALX_INVERSE(parent) CALX_LAZY(joined) CALX_JOIN_DEPTH(2);
};

#endif
