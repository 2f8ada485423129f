/*
 * Five related entities: a one-to-one, one-to-manys whose members go with their owner and others
 * that stay, and a many-to-many.
 */
#ifndef TESTS_INTEGRATION_LIBRARY_H
#define TESTS_INTEGRATION_LIBRARY_H

#include <calx/annotate.h>

struct profile;
struct book;
struct chapter;
struct tag;

struct CALX_ENTITY("authors") author {
    int64_t id CALX_PRIMARY_KEY;
    CALX_ONE(struct profile) profile CALX_INVERSE(author) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct book)
    books CALX_INVERSE(author) CALX_CASCADE(all, delete_orphan) CALX_ORDER_BY(id);
};

struct CALX_ENTITY("profiles") profile {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 author_id CALX_REFERENCES(author, id);
    CALX_ONE(struct author) author CALX_VIA(author_id);
};

struct CALX_ENTITY("books") book {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 author_id CALX_REFERENCES(author, id);
    CALX_ONE(struct author) author CALX_VIA(author_id);
    CALX_MANY(struct chapter) chapters CALX_INVERSE(book);
    CALX_MANY(struct tag) tags CALX_SECONDARY("book_tags") CALX_INVERSE(books);
};

struct CALX_ENTITY("chapters") chapter {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 book_id CALX_REFERENCES(book, id);
    CALX_ONE(struct book) book CALX_VIA(book_id);
};

struct CALX_ENTITY("tags") tag {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct book) books CALX_SECONDARY("book_tags");
};

#endif
