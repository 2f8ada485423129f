/* Structs that rows of the music shop fill, and some that they cannot. */
#ifndef TESTS_RUNTIME_MUSIC_ROWS_H
#define TESTS_RUNTIME_MUSIC_ROWS_H

#include <calx/annotate.h>

/** A genre, and how much there is of it. */
struct CALX_RESULT genre_row {
    const char *name CALX_NOT_NULL;
    int64_t tracks;
    calx_nullable_double seconds;
};

/** The same with less room in it. */
struct CALX_RESULT strict_genre {
    const char *name CALX_NOT_NULL;
    int64_t tracks;
    double seconds;
};

/** The same with a number for the text. */
struct CALX_RESULT odd_genre {
    int64_t name;
    int64_t tracks;
    calx_nullable_double seconds;
};

struct CALX_RESULT track_row {
    int64_t id;
    const char *title CALX_COLUMN("name");
    int32_t place CALX_IGNORE;
};

struct CALX_RESULT tiny_track {
    uint8_t id;
    const char *name CALX_NOT_NULL;
};

struct CALX_RESULT city_row {
    const char *city CALX_NOT_NULL;
};

struct CALX_RESULT any_city {
    const char *city;
};

enum grade { GRADE_NONE, GRADE_GOOD };

struct CALX_RESULT every_type {
    bool flag;
    uint8_t small;
    enum grade grade;
    char code[8];
    calx_bytes photo;
    calx_timestamp moment;
    calx_nullable_timestamp until;
    calx_nullable_int32 number;
    const char *comment;
    float ratio;
};

#endif
