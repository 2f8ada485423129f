/* A music shop: what is sold, who sells it, who bought it. */
#ifndef SHOP_MODELS_H
#define SHOP_MODELS_H

#include <calx/annotate.h>

struct album;
struct track;
struct employee;
struct customer;
struct invoice;
struct line;

struct CALX_ENTITY("artists") artist {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    CALX_MANY(struct album) albums CALX_INVERSE(artist) CALX_CASCADE(all);
};

struct CALX_ENTITY("albums") album {
    int64_t id CALX_PRIMARY_KEY;
    const char *title CALX_NOT_NULL;
    int32_t year;
    int64_t artist_id CALX_REFERENCES(artist, id);
    CALX_ONE(struct artist) artist CALX_VIA(artist_id);
    CALX_MANY(struct track) tracks CALX_INVERSE(album) CALX_CASCADE(all);
};

struct CALX_ENTITY("genres") genre {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

struct CALX_ENTITY("tracks") track {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    int64_t album_id CALX_REFERENCES(album, id);
    calx_nullable_int64 genre_id CALX_REFERENCES(genre, id);
    int32_t seconds;
    int64_t cents;
    CALX_ONE(struct album) album CALX_VIA(album_id);
    CALX_ONE(struct genre) genre CALX_VIA(genre_id);
    CALX_MANY(struct line) sales CALX_INVERSE(track) CALX_CASCADE(all);
};

struct CALX_ENTITY("employees") employee {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *city;
    calx_nullable_int64 boss_id CALX_REFERENCES(employee, id);
    CALX_ONE(struct employee) boss CALX_VIA(boss_id) CALX_INVERSE(staff);
    CALX_MANY(struct employee) staff CALX_VIA(boss_id);
};

struct CALX_ENTITY("customers") customer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *city;
    CALX_MANY(struct invoice) invoices CALX_INVERSE(customer) CALX_CASCADE(all);
};

struct CALX_ENTITY("invoices") invoice {
    int64_t id CALX_PRIMARY_KEY;
    int64_t customer_id CALX_REFERENCES(customer, id);
    int32_t day; /* of the year */
    CALX_ONE(struct customer) customer CALX_VIA(customer_id);
    CALX_MANY(struct line) lines CALX_INVERSE(invoice) CALX_CASCADE(all);
};

struct CALX_ENTITY("invoice_lines") line {
    int64_t id CALX_PRIMARY_KEY;
    int64_t invoice_id CALX_REFERENCES(invoice, id);
    int64_t track_id CALX_REFERENCES(track, id);
    int32_t quantity;
    CALX_ONE(struct invoice) invoice CALX_VIA(invoice_id);
    CALX_ONE(struct track) track CALX_VIA(track_id);
};

#endif
