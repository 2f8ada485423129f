/*
 * Loading relationships of many instances at once, when the rows they came in are read: what all
 * strategies share. loading.h says what is to be loaded; each strategy is a file of its own.
 *
 * The rule kept: a strategy reads all its rows before it shows any of them, and what it shows it
 * shows owner by owner. So a failure leaves each relationship as it was, or unloaded, or whole.
 */
#ifndef CALX_SESSION_FOLLOW_H
#define CALX_SESSION_FOLLOW_H

#include "session/key_set.h"
#include "session/loading.h"
#include "session/relationship.h"
#include "sql/select.h"

/*
 * Loads what is to follow the instances of a place, and what is to follow that.
 * entities  persistent instances of the session, each once; one whose relationship is known keeps
 *           it, but what is deeper is loaded for it too (SES-317)
 * source    the query that found them, for SES-313; NULL: it is not known any more
 */
calx_status calx_follow(calx_session *session, const calx_loads *place, const void *const *entities,
                        size_t count, const calx_sql_query *source);

/* What follows the targets of these entities, which are loaded; under may be NULL. */
calx_status calx_follow_targets(calx_session *session, const calx_loads *under,
                                unsigned relationship, const void *const *entities, size_t count,
                                const calx_sql_query *source);

/* What is to follow one instance whose row came by itself: as before (SES-245), or by default. */
calx_status calx_follow_again(calx_session *session, calx_instance *instance);

/*
 * What is to follow instances that come without a query of their own: as their descriptors say.
 * *out_place: the session's; NULL: nothing.
 */
calx_status calx_follow_default(calx_session *session, const calx_mapper *mapper,
                                const calx_loads **out_place);

/*
 * Rows came that a query or a get asked for: what is loaded one by one from now on for instances of
 * this mapper, and of those that come along at the place (or NULL), is counted anew. ask.c
 */
void calx_guard_begin(calx_session *session, const calx_mapper *mapper, const calx_loads *place);

/* ---- for the strategies ---- */

/* One relationship that is to be loaded for many owners, none of which knows it. */
typedef struct calx_following {
    calx_session *session;
    unsigned relationship;
    const calx_relationship *facts;
    const calx_foreign_key *key; /* NULL: there are several, of an association */
    const calx_loads *under;     /* of the targets; NULL: nothing is to be known of them */
    const void *const *owners;   /* entities */
    size_t count;
    const calx_sql_query *source; /* as calx_follow() */
} calx_following;

calx_status calx_load_selectin(const calx_following *following);
calx_status calx_load_subquery(const calx_following *following);
calx_status calx_load_immediate(const calx_following *following);

/* The members of a many-to-many, by the keys of the owners or by their query. */
calx_status calx_load_members(const calx_following *following, bool by_query);

/* The empty collection, or no target (SES-316). */
calx_status calx_load_nothing(const calx_following *following);

/* ---- the query of what is deeper, load_subquery.c ---- */

/* A query for the targets of a relationship, as far as it stands inside of others. */
typedef struct calx_source {
    calx_sql_query targets, pairs;
    calx_sql_within of_targets, of_pairs;
} calx_source;

/* The targets of what source finds; NULL: source is NULL, or they were not found by it. */
const calx_sql_query *calx_source_of(calx_source *out, const calx_loads *place,
                                     unsigned relationship, const calx_sql_query *source);

/* ---- rows of many owners, follow_rows.c ---- */

/* Which columns of owners and targets hold the same key, and the keys of the owners. */
typedef struct calx_follow_keys {
    const uint16_t *ours;   /* of the owners' mapper */
    const uint16_t *theirs; /* of the targets' */
    calx_key_set set;
    size_t *numbers; /* of each owner's key in the set; SIZE_MAX: a part of it is NULL */
    bool may_miss;   /* a target may be there that no row was asked for: it stays unloaded */
} calx_follow_keys;

void calx_follow_keys_choose(calx_follow_keys *keys, const calx_following *following);

/* Reads the keys of all owners; ours is set. calx_follow_keys_clear() in any case. */
calx_status calx_follow_keys_read(calx_follow_keys *keys, const calx_following *following,
                                  size_t width);
void calx_follow_keys_clear(calx_follow_keys *keys);

/* The order of the rows; of none, they come as the database likes. items: calx_release(). */
typedef struct calx_follow_order {
    calx_order *items;
    size_t count;
} calx_follow_order;

calx_status calx_follow_order_choose(calx_follow_order *order, const calx_following *following,
                                     const calx_follow_keys *keys);

/* The query for targets in that order, which lacks what says of whom. */
calx_sql_query calx_follow_query(const calx_following *following, const calx_follow_order *order);

/* Keys that a statement is given. */
typedef struct calx_follow_bind {
    const calx_value *values;
    size_t count; /* of the values */
    size_t keys;
    calx_branch *branch; /* the statement is for; NULL: that is to be found out */
} calx_follow_bind;

/* A text that is used again as long as the statements of one relationship are alike. Zeroed: none.
 */
typedef struct calx_follow_text {
    calx_sql_text *text;
    calx_parameter_list parameters;
} calx_follow_text;

void calx_follow_text_clear(calx_follow_text *text);

/* Is handed each row. */
typedef struct calx_follow_reader {
    calx_status (*read)(void *context, calx_cursor *cursor);
    void *context;
    const calx_relationship *facts; /* what is loaded */
    bool takes_conditions;          /* the query's own rows are its targets */
} calx_follow_reader;

/* Runs a query. bind: its keys; NULL: it has none, or finds them by itself. */
calx_status calx_follow_run(calx_session *session, const calx_sql_query *select,
                            const calx_follow_bind *bind, calx_follow_text *text,
                            const calx_follow_reader *reader);

/* Called for the keys of one statement after the other; select is what it was, with them. */
typedef calx_status (*calx_follow_portion)(void *context, const calx_sql_query *select,
                                           const calx_follow_bind *bind);

/* Asks for all keys, in as many statements as that takes (SES-311). select lacks `within`. */
calx_status calx_follow_portions(calx_session *session, const calx_sql_query *select,
                                 const calx_follow_keys *keys, calx_follow_portion portion,
                                 void *context);

/* A row: the instance, and the number of the key it was found by. */
typedef struct calx_found_row {
    calx_instance *instance;
    size_t number;
} calx_found_row;

typedef struct calx_found {
    calx_found_row *rows;
    size_t count, capacity;
} calx_found;

void calx_found_clear(calx_found *found);

/*
 * Runs a query over the targets and adds its rows; one of a key that is in no set is left out. What
 * is joined to the targets comes along.
 */
calx_status calx_follow_targets_of(const calx_following *following, const calx_sql_query *select,
                                   const calx_follow_bind *bind, calx_follow_text *text,
                                   const calx_follow_keys *keys, calx_found *found);

/*
 * Shows what was found to each owner, and to those of which nothing was found that (SES-311).
 * ordered: rows are in the order they are to have; else they are put in that of their keys.
 */
calx_status calx_follow_show(const calx_following *following, const calx_follow_keys *keys,
                             const calx_found *found, bool ordered);

/* The foreign key between owners and targets; NULL: an association has two. */
const calx_foreign_key *calx_follow_key(const calx_mapper *owner, const calx_relationship *facts);

#endif
