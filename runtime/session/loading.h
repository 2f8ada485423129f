/*
 * What is loaded with the instances of a result, and how: the loading options of a query over what
 * the descriptors say, worked out once for each entity on each path. A place of this tree never
 * changes and is counted with its tree; instances that were loaded under options keep theirs, from
 * any thread.
 */
#ifndef CALX_SESSION_LOADING_H
#define CALX_SESSION_LOADING_H

#include <calx/option.h>

#include <stdint.h>

/* A loading option as a query keeps it: checked, and borrowed from whoever keeps it. */
typedef struct calx_path {
    const calx_step *steps;
    size_t count;
} calx_path;

typedef struct calx_loads calx_loads;

/* Whether the relationship comes with its owners, whenever they come. */
static inline bool calx_loading_is_eager(calx_loading loading)
{
    return loading == CALX_LOADING_JOINED || loading == CALX_LOADING_SELECTIN ||
           loading == CALX_LOADING_SUBQUERY || loading == CALX_LOADING_IMMEDIATE;
}

/* How one relationship is loaded at one place. */
typedef struct calx_load {
    calx_loading loading;    /* in force here: an eager one that would not end is SELECT */
    bool named;              /* an option says so, and not the descriptor */
    bool inner;              /* CALX_LOADING_JOINED: there is always a target */
    const calx_loads *under; /* of its targets; NULL: nothing is to be known of them */
} calx_load;

/* What is to be known of the instances of one mapper at one place. */
struct calx_loads {
    const calx_loads *above; /* of the owner; NULL: the result's own instances */
    const calx_mapper *mapper;
    calx_load *loads;         /* one for each relationship of the mapper */
    const uint64_t *left_out; /* the set of columns that do not come with the row; NULL: none */
    bool kept;                /* options are about this place or one below: instances remember it */
    bool joins;               /* a relationship is loaded by the result's own statement */
    bool follows; /* one is loaded when the rows are there: SELECTIN, SUBQUERY, IMMEDIATE, NOLOAD */
    bool deeper;  /* one leads to where something follows */
    struct calx_loads_tree *tree;
};

/* Whether anything is to be loaded once the instances of a place are there. */
static inline bool calx_loads_lead_on(const calx_loads *place)
{
    return place->follows || place->deeper;
}

/*
 * Works out the tree of a result. *out_loads: calx_loads_release(); NULL: there is nothing to know,
 * every row is complete and every relationship waits until it is asked for.
 * Answers CALX_OK or CALX_E_NOMEM.
 */
calx_status calx_loads_new(const calx_mapper *mapper, const calx_path *paths, size_t count,
                           const calx_loads **out_loads);

/*
 * The same for rows that are not the mapper's own: what is to be joined to them is loaded when they
 * are there, by keys.
 */
calx_status calx_loads_new_apart(const calx_mapper *mapper, const calx_path *paths, size_t count,
                                 const calx_loads **out_loads);

/* Takes NULL, and answers it. */
const calx_loads *calx_loads_hold(const calx_loads *loads);

/* Takes NULL. */
void calx_loads_release(const calx_loads *loads);

#endif
