/*
 * Rows of plain structs on their way to the database: bulk.c sends those of an array, and
 * bulk_source.c makes arrays of what a function gives.
 */
#ifndef CALX_SESSION_BULK_H
#define CALX_SESSION_BULK_H

#include "session/together.h"

typedef struct calx_bulk calx_bulk;

typedef struct calx_bulk_kind {
    const char *doing;   /* for messages */
    calx_plan_kind many; /* statements */
    calx_plan_kind alone;
    bool copied; /* where that can be */
    bool by_key; /* it is about rows that are there already */
    bool writes; /* columns; else it takes rows away */
    /* A row's values into entity->row, *out_width of them; their set into entity->columns. */
    calx_status (*prepare)(calx_bulk *bulk, size_t number, size_t *out_width);
} calx_bulk_kind;

struct calx_bulk {
    calx_writer writer;
    const calx_bulk_kind *kind;
    const char *rows; /* the array */
    size_t count;
    size_t before;           /* rows of arrays before it, for messages */
    size_t first;            /* row of the batch */
    char *copies;            /* where versions are made, owned; NULL: none are */
    calx_bulk_source source; /* makes the rows; NULL: there is the one array */
    void *context;           /* of source */
};

/* Where versions of arrays of so many rows are made, if any are. */
calx_status calx_bulk_make_copies(calx_bulk *bulk, size_t count);

/* Looks through the rows of the array, and sends them; another array may follow. */
calx_status calx_bulk_send_array(calx_bulk *bulk);

/* The same of all the source gives. */
calx_status calx_bulk_send_made(calx_bulk *bulk);

#endif
