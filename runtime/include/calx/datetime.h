/**
 * @file datetime.h
 * Date and time, worked out by the database: parts of a timestamp, the beginning of the hour or
 * month it is in, what is so much later, and now.
 *
 *     calx_expression month = calx_truncate(CALX_PART_MONTH, invoice_col.paid);
 *     calx_select_group_by(select, month);
 *     invoice_query_where(query, calx_lt(invoice_col.due, calx_now()));
 *
 * All of it is in UTC, and the same on every database. A time is a column, an expression, or a
 * calx_timestamp of C; NULL gives NULL. Years reach from 1 to 9999: beyond them SQLite answers
 * NULL, and PostgreSQL goes on, or fails with CALX_E_DATA.
 */
#ifndef CALX_DATETIME_H
#define CALX_DATETIME_H

#include <calx/scalar.h>

CALX_BEGIN_DECLS

/** What a timestamp is made of. The first six are also what it can be cut to. */
typedef enum calx_time_part {
    CALX_PART_YEAR = 0,
    CALX_PART_MONTH,    /**< 1 to 12 */
    CALX_PART_DAY,      /**< of the month, 1 to 31 */
    CALX_PART_HOUR,     /**< 0 to 23 */
    CALX_PART_MINUTE,   /**< 0 to 59 */
    CALX_PART_SECOND,   /**< 0 to 59, without the fraction */
    CALX_PART_WEEKDAY,  /**< 0, Sunday, to 6, Saturday */
    CALX_PART_YEAR_DAY, /**< 1 to 366 */
    CALX_PART_EPOCH     /**< whole seconds since 1970; downwards before it */
} calx_time_part;

/**
 * The time of the database: on PostgreSQL when the transaction began, in microseconds; on SQLite
 * when the statement did, in seconds.
 */
CALX_API calx_expression calx_now(void);

/* What the macros below stand on. */
CALX_API calx_expression calx_extract_(calx_time_part part, calx_expression time);
CALX_API calx_expression calx_truncate_(calx_time_part part, calx_expression time);
CALX_API calx_expression calx_add_seconds_(calx_expression time, calx_expression seconds);

CALX_END_DECLS

#ifndef __cplusplus

struct calx_wrong_value_ calx_neither_timestamp_nor_expression_(void);

/* clang-format off */
#define CALX_TIME_(value)                                                                          \
    _Generic((value),                                                                              \
        CALX_NUMBERS_TO_(calx_int64_scalar_, calx_uint64_scalar_,                                  \
                         calx_neither_timestamp_nor_expression_),                                  \
        calx_timestamp_column: calx_timestamp_column_scalar_,                                      \
        calx_expression: calx_expression_scalar_,                                                  \
        default: calx_neither_timestamp_nor_expression_)(value)
/* clang-format on */

/** A part of a time, an integer. */
#define calx_extract(part, time) calx_extract_(part, CALX_TIME_(time))

/**
 * The beginning of the year, month, day, hour, minute or second a time is in: a timestamp. Of
 * another part it is an expression that was never set.
 */
#define calx_truncate(part, time) calx_truncate_(part, CALX_TIME_(time))

/** So many seconds later, or earlier: seconds is an integer. Microseconds stay as they are. */
#define calx_add_seconds(time, seconds) calx_add_seconds_(CALX_TIME_(time), CALX_NUMBER_(seconds))

#else /* C++ */

template <class Time> calx_expression calx_time_of_(Time time)
{
    static_assert(calx_kind_<Time>::value >= 7 && calx_kind_<Time>::value != 10 &&
                      calx_kind_<Time>::value != 11 && calx_kind_<Time>::value != 12 &&
                      calx_kind_<Time>::value != 14,
                  "this is neither a timestamp nor an expression");
    return calx_scalar(time);
}
template <class Time> calx_expression calx_extract(calx_time_part part, Time time)
{
    return calx_extract_(part, calx_time_of_(time));
}
template <class Time> calx_expression calx_truncate(calx_time_part part, Time time)
{
    return calx_truncate_(part, calx_time_of_(time));
}
template <class Time, class Seconds> calx_expression calx_add_seconds(Time time, Seconds seconds)
{
    return calx_add_seconds_(calx_time_of_(time), calx_number_of_(seconds));
}

#endif

#endif
