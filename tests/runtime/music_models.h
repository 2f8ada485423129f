/* A music shop of eleven tables: what is sold, who sells it, who bought it. */
#ifndef TESTS_RUNTIME_MUSIC_MODELS_H
#define TESTS_RUNTIME_MUSIC_MODELS_H

#include <calx/annotate.h>

struct album;
struct track;
struct playlist;
struct customer;
struct invoice;
struct invoice_line;

struct CALX_ENTITY("artists") artist {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    CALX_MANY(struct album) albums CALX_INVERSE(artist) CALX_CASCADE(all);
};

struct CALX_ENTITY("albums") album {
    int64_t id CALX_PRIMARY_KEY;
    const char *title CALX_NOT_NULL;
    int64_t artist_id CALX_REFERENCES(artist, id);
    CALX_ONE(struct artist) artist CALX_VIA(artist_id);
    CALX_MANY(struct track) tracks CALX_INVERSE(album) CALX_CASCADE(all) CALX_ORDER_BY(name);
};

struct CALX_ENTITY("genres") genre {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

struct CALX_ENTITY("media") medium {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
};

struct CALX_ENTITY("tracks") track {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    int64_t album_id CALX_REFERENCES(album, id);
    calx_nullable_int64 genre_id CALX_REFERENCES(genre, id);
    int64_t medium_id CALX_REFERENCES(medium, id);
    int32_t seconds;
    int64_t cents;
    CALX_ONE(struct album) album CALX_VIA(album_id);
    CALX_ONE(struct genre) genre CALX_VIA(genre_id);
    CALX_ONE(struct medium) medium CALX_VIA(medium_id);
    CALX_MANY(struct playlist) playlists CALX_SECONDARY("playlist_tracks") CALX_INVERSE(tracks);
    CALX_MANY(struct invoice_line) sales CALX_INVERSE(track) CALX_CASCADE(all);
};

struct CALX_ENTITY("playlists") playlist {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    CALX_MANY(struct track) tracks CALX_SECONDARY("playlist_tracks");
};

struct CALX_ENTITY("employees") employee {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *city;
    calx_nullable_int64 boss_id CALX_REFERENCES(employee, id);
    CALX_ONE(struct employee) boss CALX_VIA(boss_id) CALX_INVERSE(staff);
    CALX_MANY(struct employee) staff CALX_VIA(boss_id);
    CALX_MANY(struct customer) customers CALX_INVERSE(adviser);
};

struct CALX_ENTITY("customers") customer {
    int64_t id CALX_PRIMARY_KEY;
    const char *name CALX_NOT_NULL;
    const char *city;
    calx_nullable_int64 adviser_id CALX_REFERENCES(employee, id);
    CALX_ONE(struct employee) adviser CALX_VIA(adviser_id);
    CALX_MANY(struct invoice) invoices CALX_INVERSE(customer) CALX_CASCADE(all);
};

struct CALX_ENTITY("invoices") invoice {
    int64_t id CALX_PRIMARY_KEY;
    int64_t customer_id CALX_REFERENCES(customer, id);
    int32_t day;
    CALX_ONE(struct customer) customer CALX_VIA(customer_id);
    CALX_MANY(struct invoice_line) lines CALX_INVERSE(invoice) CALX_CASCADE(all);
};

struct CALX_ENTITY("invoice_lines") invoice_line {
    int64_t id CALX_PRIMARY_KEY;
    int64_t invoice_id CALX_REFERENCES(invoice, id);
    int64_t track_id CALX_REFERENCES(track, id);
    int64_t cents;
    int32_t quantity;
    CALX_ONE(struct invoice) invoice CALX_VIA(invoice_id);
    CALX_ONE(struct track) track CALX_VIA(track_id);
};

#endif
