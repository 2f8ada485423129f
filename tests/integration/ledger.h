/*
 * The model of the tests of versions: one entity for each way to come by them.
 */
#ifndef TESTS_INTEGRATION_LEDGER_H
#define TESTS_INTEGRATION_LEDGER_H

#include <calx/annotate.h>

struct entry;

/** Counted. */
struct CALX_ENTITY("books") book {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
    int64_t pages;
    int32_t revision CALX_VERSION_COLUMN;
    CALX_MANY(struct entry) entries CALX_INVERSE(book) CALX_CASCADE(all, delete_orphan);
};

/** Counted, without a sign, and a member of a book. */
struct CALX_ENTITY("entries") entry {
    int64_t id CALX_PRIMARY_KEY;
    int64_t amount;
    uint64_t revision CALX_VERSION_COLUMN;
    int64_t book_id CALX_REFERENCES(book, id);
    CALX_ONE(struct book) book CALX_VIA(book_id);
};

/** The time of the last write. */
struct CALX_ENTITY("accounts") account {
    int64_t id CALX_PRIMARY_KEY;
    int64_t balance;
    calx_timestamp written CALX_VERSION_COLUMN;
};

/** Made by a function of the test. */
struct CALX_ENTITY("notes") note {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    char tag[9] CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_tag);
};

/** Made by the program. */
struct CALX_ENTITY("pages") page {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    const char *etag CALX_VERSION_COLUMN CALX_VERSION_MANUAL;
};

/** Made by the database. */
struct CALX_ENTITY("sheets") sheet {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    int64_t revision CALX_VERSION_COLUMN CALX_VERSION_MANUAL CALX_SERVER_DEFAULT("100");
};

/** Without versions. */
struct CALX_ENTITY("scraps") scrap {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
};

#endif
