/**
 * @file option.h
 * Loading options: how a query loads relationships and columns of what it finds.
 *
 *     user_query_options(query, calx_selectinload(user_rel.addresses));
 *     user_query_options(query, calx_then(calx_selectinload(user_rel.orders),
 *                                         calx_joinedload(order_rel.shop)));
 *     user_query_options(query, calx_load_only(user_col.name, user_col.age));
 *
 * An option is a value: it may be kept in a variable, returned from a helper, or made longer in a
 * loop; nothing in it points at memory of the caller's. It is a path of at most CALX_OPTION_STEPS
 * steps. A relationship is one step and leads on to its target, so what calx_then() puts behind it
 * is about that; a column is one step and leads nowhere. A longer path is marked, and the query
 * that is given it answers CALX_E_LIMIT; calx_query_options_along() takes one of any length.
 *
 * Several options of a query add up. A later one for the same place replaces what an earlier one
 * said about it and about nothing else; what no option speaks of is loaded as the annotation of its
 * member says. The path is checked where the query is given it: one that does not fit its mappers
 * is CALX_E_ARGUMENT, with the path. Options stay with the instances that were loaded under them,
 * for what is loaded later and for refreshes (SES-245). Only a row that is locked comes without
 * what is joined to it; and calx_session_load() and an edit load every column.
 *
 * Thread rule: plain values.
 */
#ifndef CALX_OPTION_H
#define CALX_OPTION_H

#include <calx/column.h>
#include <calx/mapper.h>

CALX_BEGIN_DECLS

/** How many steps an option holds. */
#define CALX_OPTION_STEPS 16

/** In place of a relationship's number: those of the mapper that no option names. */
#define CALX_EVERY_RELATIONSHIP UINT16_MAX

/** A relationship of a mapper: what `user_rel.addresses` is. */
typedef struct calx_relation {
    const calx_mapper *mapper;
    uint16_t number; /**< in the mapper's table */
} calx_relation;

/** What a step does. */
typedef enum calx_step_kind {
    CALX_STEP_NONE = 0,  /**< only in an option that was never set */
    CALX_STEP_LOAD,      /**< the relationship is loaded in this way */
    CALX_STEP_ALONG,     /**< the relationship is loaded as it would be: only leads on */
    CALX_STEP_DEFER,     /**< the column is not loaded with its row */
    CALX_STEP_UNDEFER,   /**< the column is loaded with its row */
    CALX_STEP_LOAD_ONLY, /**< the column is loaded, and all that are not named so are not */
} calx_step_kind;

/** One step of an option. */
typedef struct calx_step {
    const calx_mapper *mapper;
    uint16_t number; /**< of the relationship or column in its table */
    uint8_t kind;    /**< calx_step_kind */
    uint8_t loading; /**< calx_loading, of CALX_STEP_LOAD */
    bool inner;      /**< CALX_LOADING_JOINED: there is always a target */
} calx_step;

/** A loading option. Made by the functions below; zeroed memory is none. */
typedef struct calx_option {
    uint16_t count; /**< of the steps that are used */
    bool overflow;  /**< it did not fit */
    calx_step steps[CALX_OPTION_STEPS];
} calx_option;

/** Every relationship of a mapper that no other option of the same place names. */
CALX_API calx_relation calx_every_relation(const calx_mapper *mapper);

/** Loaded when it is first asked for: one SELECT for each owner (SES-300, 301). */
CALX_API calx_option calx_lazyload(calx_relation relation);

/** Loaded with its owners, by the same SELECT (SES-307 to 310). */
CALX_API calx_option calx_joinedload(calx_relation relation);

/** The same where every owner has a target: owners without one are left out (SES-309). */
CALX_API calx_option calx_joinedload_inner(calx_relation relation);

/** Loaded for all owners of a result, by one SELECT for each 500 keys (SES-311, 312). */
CALX_API calx_option calx_selectinload(calx_relation relation);

/** Loaded for all owners of a result, by one SELECT that asks the query once more (SES-313). */
CALX_API calx_option calx_subqueryload(calx_relation relation);

/** Loaded for each owner as soon as the rows are there: as lazily, but at once (SES-314). */
CALX_API calx_option calx_immediateload(calx_relation relation);

/** Never loaded: asking for it is CALX_E_INVALID_REQUEST (SES-315). */
CALX_API calx_option calx_raiseload(calx_relation relation);

/** Only what needs no SQL: else asking for it is CALX_E_INVALID_REQUEST (SES-315). */
CALX_API calx_option calx_raiseload_on_sql(calx_relation relation);

/** Never loaded: it reads as empty (SES-316). Best left alone: it tells a lie about the database.
 */
CALX_API calx_option calx_noload(calx_relation relation);

/** Loaded as it would be anyway; a way to what is behind it. */
CALX_API calx_option calx_defaultload(calx_relation relation);

/** The first path, then the next one from where it leads to. */
CALX_API calx_option calx_then(calx_option first, calx_option next);

/*
 * What the macros below stand on. Functions that end in an underscore are not for applications.
 */
CALX_API calx_option calx_column_option_(calx_step_kind kind, const calx_column_ref *columns,
                                         size_t count);

CALX_END_DECLS

#ifndef __cplusplus

/* clang-format off */
#define CALX_COLUMN_REFS_1_(a)       (a).ref
#define CALX_COLUMN_REFS_2_(a, ...)  (a).ref, CALX_COLUMN_REFS_1_(__VA_ARGS__)
#define CALX_COLUMN_REFS_3_(a, ...)  (a).ref, CALX_COLUMN_REFS_2_(__VA_ARGS__)
#define CALX_COLUMN_REFS_4_(a, ...)  (a).ref, CALX_COLUMN_REFS_3_(__VA_ARGS__)
#define CALX_COLUMN_REFS_5_(a, ...)  (a).ref, CALX_COLUMN_REFS_4_(__VA_ARGS__)
#define CALX_COLUMN_REFS_6_(a, ...)  (a).ref, CALX_COLUMN_REFS_5_(__VA_ARGS__)
#define CALX_COLUMN_REFS_7_(a, ...)  (a).ref, CALX_COLUMN_REFS_6_(__VA_ARGS__)
#define CALX_COLUMN_REFS_8_(a, ...)  (a).ref, CALX_COLUMN_REFS_7_(__VA_ARGS__)
#define CALX_COLUMN_REFS_9_(a, ...)  (a).ref, CALX_COLUMN_REFS_8_(__VA_ARGS__)
#define CALX_COLUMN_REFS_10_(a, ...) (a).ref, CALX_COLUMN_REFS_9_(__VA_ARGS__)
#define CALX_COLUMN_REFS_11_(a, ...) (a).ref, CALX_COLUMN_REFS_10_(__VA_ARGS__)
#define CALX_COLUMN_REFS_12_(a, ...) (a).ref, CALX_COLUMN_REFS_11_(__VA_ARGS__)
#define CALX_COLUMN_REFS_13_(a, ...) (a).ref, CALX_COLUMN_REFS_12_(__VA_ARGS__)
#define CALX_COLUMN_REFS_14_(a, ...) (a).ref, CALX_COLUMN_REFS_13_(__VA_ARGS__)
#define CALX_COLUMN_REFS_15_(a, ...) (a).ref, CALX_COLUMN_REFS_14_(__VA_ARGS__)
#define CALX_COLUMN_REFS_16_(a, ...) (a).ref, CALX_COLUMN_REFS_15_(__VA_ARGS__)
#define CALX_PICK_17TH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, picked, ...) picked
#define CALX_COLUMN_REFS_(...)                                                                     \
    CALX_PICK_17TH_(__VA_ARGS__, CALX_COLUMN_REFS_16_, CALX_COLUMN_REFS_15_, CALX_COLUMN_REFS_14_, \
                    CALX_COLUMN_REFS_13_, CALX_COLUMN_REFS_12_, CALX_COLUMN_REFS_11_,              \
                    CALX_COLUMN_REFS_10_, CALX_COLUMN_REFS_9_, CALX_COLUMN_REFS_8_,                \
                    CALX_COLUMN_REFS_7_, CALX_COLUMN_REFS_6_, CALX_COLUMN_REFS_5_,                 \
                    CALX_COLUMN_REFS_4_, CALX_COLUMN_REFS_3_, CALX_COLUMN_REFS_2_,                 \
                    CALX_COLUMN_REFS_1_, 0)(__VA_ARGS__)
#define CALX_COLUMN_OPTION_(kind, ...)                                                             \
    calx_column_option_(kind, (const calx_column_ref[]){ CALX_COLUMN_REFS_(__VA_ARGS__) },         \
                        sizeof((const calx_column_ref[]){ CALX_COLUMN_REFS_(__VA_ARGS__) }) /      \
                            sizeof(calx_column_ref))
/* clang-format on */

/** calx_option calx_defer(column…): not loaded with the row, but when its instance is loaded. */
#define calx_defer(...) CALX_COLUMN_OPTION_(CALX_STEP_DEFER, __VA_ARGS__)

/** calx_option calx_undefer(column…): loaded with the row, though it is CALX_DEFERRED. */
#define calx_undefer(...) CALX_COLUMN_OPTION_(CALX_STEP_UNDEFER, __VA_ARGS__)

/**
 * calx_option calx_load_only(column…): these, the key and the version are loaded with the row, and
 * nothing else of it. Several add up.
 */
#define calx_load_only(...) CALX_COLUMN_OPTION_(CALX_STEP_LOAD_ONLY, __VA_ARGS__)

#else

template <class... Columns>
inline calx_option calx_columns_option_(calx_step_kind kind, Columns... columns)
{
    const calx_column_ref refs[] = { columns.ref... };
    return calx_column_option_(kind, refs, sizeof...(columns));
}
template <class... Columns> inline calx_option calx_defer(Columns... columns)
{
    return calx_columns_option_(CALX_STEP_DEFER, columns...);
}
template <class... Columns> inline calx_option calx_undefer(Columns... columns)
{
    return calx_columns_option_(CALX_STEP_UNDEFER, columns...);
}
template <class... Columns> inline calx_option calx_load_only(Columns... columns)
{
    return calx_columns_option_(CALX_STEP_LOAD_ONLY, columns...);
}

#endif

#endif
