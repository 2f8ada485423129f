/**
 * @file aggregate.h
 * Aggregates and window functions: values worked out from several rows.
 *
 *     calx_filtered(calx_sum(item_col.price), calx_eq(item_col.paid, true))
 *     calx_window_order(calx_partition(calx_over(calx_rank()), user_col.role), user_col.age, true)
 *
 * An aggregate stands in what is selected, in HAVING and in ORDER BY, a window function in what is
 * selected and in ORDER BY; in a WHERE either is CALX_E_ARGUMENT. The same on every database:
 *
 *     | what        | is                                                                     |
 *     | counts      | integers, never NULL                                                   |
 *     | sum         | of integers an integer of 64 bits; CALX_E_DATA where that is too       |
 *     |             | little; of doubles a double; of nothing NULL                           |
 *     | avg         | a double; of nothing NULL                                              |
 *     | min, max    | of the class of their operand; of nothing NULL                         |
 */
#ifndef CALX_AGGREGATE_H
#define CALX_AGGREGATE_H

#include <calx/scalar.h>

CALX_BEGIN_DECLS

/** How many rows. */
CALX_API calx_expression calx_count_all(void);

/**
 * An aggregate of different values: calx_distinct(calx_count(user_col.role)). Distinct first, then
 * calx_builder_keep(): what was kept answers an expression that was never set.
 */
CALX_API calx_expression calx_distinct(calx_expression aggregate);

/** An aggregate of the rows a condition holds for. */
CALX_API calx_expression calx_filtered(calx_expression aggregate, calx_expression condition);

/** The number of the row in its window, and those that count equal rows once and leave gaps or not;
 * calx_over() each. */
CALX_API calx_expression calx_row_number(void);
CALX_API calx_expression calx_rank(void);
CALX_API calx_expression calx_dense_rank(void);

/** An aggregate or window function over a window of all rows; what follows makes it smaller. */
CALX_API calx_expression calx_over(calx_expression function);

/**
 * The rows that count, in the order of the window: calx_frame_of(over, CALX_FRAME_ROWS, -2, 0) is
 * the current row and the two before it. An end may be CALX_FRAME_UNBOUNDED, negative for first.
 */
CALX_API calx_expression calx_frame_of(calx_expression over, calx_frame_unit unit, int64_t first,
                                       int64_t last);

/* What the macros below stand on. */
CALX_API calx_expression calx_shifted_(calx_operator operation, calx_expression value,
                                       int64_t distance);
CALX_API calx_expression calx_partition_(calx_expression over, calx_expression term);
CALX_API calx_expression calx_window_order_(calx_expression over, calx_expression term,
                                            bool descending);

CALX_END_DECLS

#ifndef __cplusplus

/** How many values that are not NULL. */
#define calx_count(value) calx_unary_(CALX_OP_COUNT, CALX_SCALAR_(value))
#define calx_sum(number)  calx_unary_(CALX_OP_SUM, CALX_NUMBER_(number))
#define calx_avg(number)  calx_unary_(CALX_OP_AVG, CALX_NUMBER_(number))
#define calx_min(value)   calx_unary_(CALX_OP_MIN, CALX_SCALAR_(value))
#define calx_max(value)   calx_unary_(CALX_OP_MAX, CALX_SCALAR_(value))

/** The value so many rows before or behind, a negative number of them the other way; NULL where
 * there is none. calx_over() each. */
#define calx_lag(value, distance)  calx_shifted_(CALX_OP_LAG, CALX_SCALAR_(value), distance)
#define calx_lead(value, distance) calx_shifted_(CALX_OP_LEAD, CALX_SCALAR_(value), distance)

/** Windows of rows with equal terms; and their order. Both may be given several times. */
#define calx_partition(over, term) calx_partition_(over, CALX_SCALAR_(term))
#define calx_window_order(over, term, descending)                                                  \
    calx_window_order_(over, CALX_SCALAR_(term), descending)

#else /* C++ */

template <class Value> calx_expression calx_count(Value value)
{
    return calx_unary_(CALX_OP_COUNT, calx_scalar(value));
}
template <class Value> calx_expression calx_sum(Value value)
{
    return calx_unary_(CALX_OP_SUM, calx_number_of_(value));
}
template <class Value> calx_expression calx_avg(Value value)
{
    return calx_unary_(CALX_OP_AVG, calx_number_of_(value));
}
template <class Value> calx_expression calx_min(Value value)
{
    return calx_unary_(CALX_OP_MIN, calx_scalar(value));
}
template <class Value> calx_expression calx_max(Value value)
{
    return calx_unary_(CALX_OP_MAX, calx_scalar(value));
}
template <class Value> calx_expression calx_lag(Value value, int64_t distance)
{
    return calx_shifted_(CALX_OP_LAG, calx_scalar(value), distance);
}
template <class Value> calx_expression calx_lead(Value value, int64_t distance)
{
    return calx_shifted_(CALX_OP_LEAD, calx_scalar(value), distance);
}
template <class Term> calx_expression calx_partition(calx_expression over, Term term)
{
    return calx_partition_(over, calx_scalar(term));
}
template <class Term>
calx_expression calx_window_order(calx_expression over, Term term, bool descending)
{
    return calx_window_order_(over, calx_scalar(term), descending);
}

#endif

#endif
