/* Structs that rows of queries fill, of a model that has no table of its own. */
#ifndef ROWS_H
#define ROWS_H

#include <calx/annotate.h>

enum size { SMALL, LARGE };

/** An artist, and how much there is of them. */
struct CALX_RESULT top_artist {
    const char *name CALX_NOT_NULL;
    int64_t tracks;
    calx_nullable_double average; /**< seconds */
};

typedef struct CALX_RESULT CALX_NAME(any_type) {
    bool flag;
    uint8_t small;
    enum size size CALX_COLUMN("Size of it");
    char code[8];
    calx_bytes photo;
    calx_timestamp moment;
    calx_nullable_timestamp until;
    const char *comment;
    float ratio;
    int position CALX_IGNORE;
} every_type;

#endif
