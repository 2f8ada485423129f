/**
 * @file assignment.h
 * What a column is set to, by statements that write rows: a value, NULL, or an expression of the
 * row's columns that the database works out.
 *
 *     const calx_assignment raise[] = {
 *         calx_assign(product_col.price, calx_mul(product_col.price, 2)),
 *         calx_assign(product_col.state, STATE_DEAR),
 *         calx_assign_null(product_col.checked),
 *     };
 *     product_query_update(query, raise, 3, &changed);
 *
 * Types are checked as those of comparisons: a column takes values and columns of its own class,
 * anything else does not compile. Life: text and bytes are borrowed until the statement has run.
 * Thread rule: plain values.
 */
#ifndef CALX_ASSIGNMENT_H
#define CALX_ASSIGNMENT_H

#include <calx/expression.h>

CALX_BEGIN_DECLS

/** Made by the functions below; zeroed memory is none. */
typedef struct calx_assignment {
    calx_column_ref column;
    bool is_null; /**< there is no value */
    calx_expression value;
} calx_assignment;

/* What the macros below stand on. Functions that end in an underscore are not for applications. */
CALX_API calx_assignment calx_assign_(calx_column_ref column, calx_expression value);
CALX_API calx_assignment calx_assign_null_(calx_column_ref column);

/** calx_assign_null(handle): the column is set to NULL. */
#define calx_assign_null(handle) calx_assign_null_((handle).ref)

CALX_END_DECLS

#ifndef __cplusplus

/* clang-format off */
/** calx_assign(handle, value): the column is set to a value, a column or an expression; a text
 * pointer or calx_bytes that is NULL sets it to NULL. */
#define calx_assign(handle, ...)                                                                   \
    CALX_CHECKED_PAIR_(handle, (__VA_ARGS__), calx_assign_)                                        \
    ((handle).ref, CALX_SCALAR_((__VA_ARGS__)))
/* clang-format on */

#else

template <class Column, class Value> calx_assignment calx_assign(Column handle, Value value)
{
    static_assert(calx_kind_<Column>::value <= 7 && calx_pair_<Column, Value>::is_good,
                  "this column does not take a value of this type");
    return calx_assign_(handle.ref, calx_scalar(value));
}

#endif

#endif
