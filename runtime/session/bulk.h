/*
 * Rows of plain structs on their way to the database.
 *
 *   bulk.c         the calls, and rows gathered to go together
 *   bulk_kind.c    what an INSERT, UPDATE or DELETE needs of a row
 *   bulk_upsert.c  the same of rows that may be there already
 *   bulk_send.c    sending them, and finding those that fail
 *   bulk_keys.c    the keys the database made
 *   bulk_source.c  arrays of what a function gives
 *   bulk_mapping.c rows by the names of their members
 *   bulk_objects.c instances
 *   bulk_synchronize.c what is loaded of rows that were updated
 */
#ifndef CALX_SESSION_BULK_H
#define CALX_SESSION_BULK_H

#include "session/bulk_rows.h"
#include "session/together.h"

typedef struct calx_bulk calx_bulk;

typedef struct calx_bulk_kind {
    const char *doing;   /* for messages */
    calx_plan_kind many; /* statements */
    calx_plan_kind alone;
    bool copied;  /* where that can be */
    bool by_key;  /* it is about rows that are there already */
    bool writes;  /* columns; else it takes rows away */
    bool upserts; /* those that are there already are updated */
    /* A row's values into entity->row, *out_width of them; their set into entity->columns. */
    calx_status (*prepare)(calx_bulk *bulk, size_t number, size_t *out_width);
} calx_bulk_kind;

extern const calx_bulk_kind calx_bulk_inserting;
extern const calx_bulk_kind calx_bulk_updating;
extern const calx_bulk_kind calx_bulk_deleting;
extern const calx_bulk_kind calx_bulk_upserting;

struct calx_bulk {
    calx_writer writer;
    const calx_bulk_kind *kind;
    const calx_bulk_options *options; /* never NULL */
    const char *rows;                 /* the array; or NULL, and */
    const void *const *pointers;      /* one to each row */
    size_t count;
    const uint64_t *given;   /* the columns of each row, one set behind the other; NULL: all that
                                a struct of its kind has */
    const size_t *positions; /* what messages call the rows; NULL: in order, after before */
    calx_status (*send)(calx_bulk *bulk); /* what makes the rows; NULL: they are there */
    size_t before;                        /* rows of arrays before it, for messages */
    size_t first; /* row of the batch; or the next one of those that go one after the other */
    char *copies; /* where versions are made, owned; NULL: none are */
    /* Of an UPSERT. */
    uint64_t *sets;          /* owned: of targets, then of what is updated */
    const uint64_t *targets; /* NULL: any that are unique */
    const uint64_t *updated; /* NULL: all that the row has */
    unsigned conflict;       /* CALX_CONFLICT_… of all rows */
    bool checks;             /* the row in hand has the version that the stored one must have */
    bool batch_checks;       /* the same of the rows gathered */
    /* Of rows that fail. */
    size_t failures;
    calx_error failure; /* the first of them */
};

/* ---- bulk.c ---- */

/* Where versions of arrays of so many rows are made, if any are. */
calx_status calx_bulk_make_copies(calx_bulk *bulk, size_t count);

/* Looks through the rows of the array, and sends them; another array may follow. */
calx_status calx_bulk_send_array(calx_bulk *bulk);

/* A whole call of that name, for which everything is set but the kind and the entity. */
calx_status calx_bulk_run(calx_bulk *bulk, const calx_mapper *mapper, const char *call);

/* ---- bulk_kind.c ---- */

const void *calx_bulk_row(const calx_bulk *bulk, size_t number);

/* A copy of the row, good until as many rows further on as a batch has. */
void *calx_bulk_copy(calx_bulk *bulk, size_t number);

/* What an UPDATE of any row sets, but the version, into entity->columns; answers how many. */
size_t calx_bulk_choose_updated(calx_writer *writer);

/* CALX_E_STATE: the row has no key, where the kind needs one. */
calx_status calx_bulk_check_key(calx_bulk *bulk, size_t number);

/* ---- bulk_upsert.c ---- */

/* Reads the options of an UPSERT; the entity is known. Failures are the session's. */
calx_status calx_bulk_read_conflict(calx_bulk *bulk);

/* The statement for rows whose columns are these. */
calx_plan_key calx_bulk_plan(const calx_bulk *bulk, bool many, const uint64_t *columns,
                             bool checks);

/* ---- bulk_send.c ---- */

/* Puts the row's name in front of the session's error; answers its status. */
calx_status calx_bulk_blame(calx_bulk *bulk, size_t number);

/* Whether rows that fail are told or passed by. */
bool calx_bulk_goes_on(const calx_bulk *bulk);

/* The row failed with the session's error, blamed: CALX_OK if that is its own and was told. */
calx_status calx_bulk_note_failure(calx_bulk *bulk, size_t number);

/* Sends one row by itself. */
calx_status calx_bulk_send_row(calx_bulk *bulk, size_t number);

/* Sends rows of the array one after the other, if each needs nothing but its statement. */
bool calx_bulk_is_simple(const calx_bulk *bulk);
calx_status calx_bulk_send_simple(calx_bulk *bulk);

/* Sends what was gathered. The scratch of the entity is used. */
calx_status calx_bulk_send_batch(calx_bulk *bulk);

/* ---- bulk_keys.c ---- */

/* CALX_E_ARGUMENT: keys are asked for, and the database makes none here. */
calx_status calx_bulk_check_keys(calx_bulk *bulk);

/* Whether rows can only tell their keys one by one. */
bool calx_bulk_keys_come_singly(const calx_bulk *bulk);

/* The keys of so many rows that were just sent, if they are asked for. */
calx_status calx_bulk_note_keys(calx_bulk *bulk, size_t number, size_t count);

/* ---- bulk_mapping.c ---- */

/* Whether the database makes the keys of a class, and they are numbers. */
bool calx_bulk_makes_keys(const calx_mapper *mapper);

/* ---- bulk_synchronize.c ---- */

/* The rows of the array were updated in the columns they were given: so are their instances. */
calx_status calx_bulk_synchronize(const calx_bulk *bulk);

/* ---- bulk_source.c ---- */

/* How many rows of a size make an array of those that are not there yet. */
size_t calx_bulk_most_rows(size_t size);

/* Sends all the source gives. */
calx_status calx_bulk_send_made(calx_bulk *bulk);

#endif
