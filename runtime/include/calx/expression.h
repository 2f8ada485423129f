/**
 * @file expression.h
 * Conditions and orders over typed columns: what `where` and `order_by` of a query take.
 *
 *     user_query_where(query, calx_and(calx_like(user_col.name, "e%"), calx_gt(user_col.age, 18)));
 *
 * An expression is a value. It may be kept in a variable, returned from a helper or built in a
 * loop: calx_and(), calx_or() and calx_not() copy the nodes they are given. It holds at most
 * CALX_EXPRESSION_NODES nodes (one per comparison, two per BETWEEN, one per and/or/not; chains of
 * the same and/or share one); a larger one is marked, and the query that is given it answers
 * CALX_E_LIMIT. A calx_filter has no such limit.
 *
 * Types are checked where the comparison is written: a column takes values of its own class and
 * columns of its own class, anything else does not compile.
 *
 *     | column of       | values                                                        |
 *     | bool            | bool (in C also int, since true is one)                       |
 *     | integers, enums | any integer, any enum                                         |
 *     | float, double   | any number                                                    |
 *     | text            | const char *, char *, char arrays, calx_text                  |
 *     | bytes           | calx_bytes                                                    |
 *     | timestamp       | calx_timestamp, which is an integer                           |
 *
 * NULL is asked for with calx_is_null() only; a text pointer or a calx_bytes that turns out to be
 * NULL makes the query answer CALX_E_ARGUMENT. Values are bound, they never become SQL text.
 *
 * Life: text, bytes and lists are borrowed until the expression is handed to a query or a filter,
 * which copy them. Thread rule: plain values; a filter is for one thread at a time.
 */
#ifndef CALX_EXPRESSION_H
#define CALX_EXPRESSION_H

#include <calx/column.h>
#include <calx/error.h>
#include <calx/value.h>

CALX_BEGIN_DECLS

/** How many nodes an expression holds. */
#define CALX_EXPRESSION_NODES 12

/** What a node does. */
typedef enum calx_operator {
    CALX_OP_NONE = 0, /**< only in an expression that was never set */
    CALX_OP_AND,      /**< of the child_count expressions that follow */
    CALX_OP_OR,       /**< the same */
    CALX_OP_NOT,      /**< of the expression that follows */
    CALX_OP_EQ,
    CALX_OP_NE,
    CALX_OP_LT,
    CALX_OP_LE,
    CALX_OP_GT,
    CALX_OP_GE,
    CALX_OP_LIKE,
    CALX_OP_NOT_LIKE,
    CALX_OP_IN,
    CALX_OP_IS_NULL,
    CALX_OP_IS_NOT_NULL,
    CALX_OP_BETWEEN, /**< its operand is the lower end; the node that follows holds the upper */
    CALX_OP_UPPER    /**< the upper end of a BETWEEN */
} calx_operator;

/** What a column is compared to. */
typedef enum calx_operand_kind {
    CALX_OPERAND_NONE = 0,
    CALX_OPERAND_VALUE,
    CALX_OPERAND_COLUMN,
    CALX_OPERAND_LIST
} calx_operand_kind;

/** An array of the caller's. */
typedef struct calx_list {
    const void *items;
    size_t count;
    calx_type item_type; /**< CALX_TYPE_TEXT: pointers to text */
} calx_list;

typedef struct calx_operand {
    calx_operand_kind kind;
    union {
        calx_value value;
        calx_column_ref column;
        calx_list list;
    } as;
} calx_operand;

typedef struct calx_node {
    calx_operator operation;
    uint32_t child_count; /**< of AND and OR */
    calx_column_ref column;
    calx_operand operand;
} calx_node;

/** A condition, in prefix order. Made by the functions below; zeroed memory is none. */
typedef struct calx_expression {
    uint32_t count; /**< of the nodes that are used */
    bool overflow;  /**< it did not fit */
    calx_node nodes[CALX_EXPRESSION_NODES];
} calx_expression;

/** One term of an ORDER BY. */
typedef struct calx_order {
    calx_column_ref column;
    bool descending;
} calx_order;

/** Both hold. */
CALX_API calx_expression calx_and(calx_expression left, calx_expression right);

/** At least one holds. */
CALX_API calx_expression calx_or(calx_expression left, calx_expression right);

/** It does not hold. As in SQL, NOT of a comparison with a NULL is not true either. */
CALX_API calx_expression calx_not(calx_expression condition);

/** How the conditions of a filter are joined. */
typedef enum calx_filter_join {
    CALX_FILTER_ALL = 1, /**< AND; without conditions: true */
    CALX_FILTER_ANY = 2  /**< OR; without conditions: false */
} calx_filter_join;

/** A condition of any length, on the heap. */
typedef struct calx_filter calx_filter;

/** An empty filter, owned by the caller: calx_filter_free(). NULL: no memory, or no such join. */
CALX_API calx_filter *calx_filter_new(calx_filter_join join);

/** Takes NULL. */
CALX_API void calx_filter_free(calx_filter *filter);

/**
 * Adds a condition; its nodes, texts and lists are copied.
 *
 * The first failure is kept and comes up again where the filter is used, so a row of adds needs no
 * check after each.
 * @return CALX_OK; CALX_E_LIMIT the condition is larger than CALX_EXPRESSION_NODES;
 *         CALX_E_ARGUMENT the condition was never set, or filter is NULL; CALX_E_NOMEM
 */
CALX_API calx_status calx_filter_add(calx_filter *filter, calx_expression condition);

/*
 * What the macros below stand on. Functions that end in an underscore are not for applications.
 */
CALX_API calx_expression calx_compare_(calx_operator operation, calx_column_ref column,
                                       calx_operand operand);
CALX_API calx_expression calx_compare_text_(calx_operator operation, calx_text_column column,
                                            calx_operand operand);
CALX_API calx_expression calx_between_(calx_column_ref column, calx_operand low, calx_operand high);
CALX_API calx_expression calx_test_(calx_operator operation, calx_column_ref column);
CALX_API calx_order calx_order_(calx_column_ref column, bool descending);

CALX_API calx_operand calx_bool_operand_(bool value);
CALX_API calx_operand calx_int64_operand_(int64_t value);
CALX_API calx_operand calx_uint64_operand_(uint64_t value);
CALX_API calx_operand calx_double_operand_(double value);
CALX_API calx_operand calx_double_of_int64_operand_(int64_t value);
CALX_API calx_operand calx_double_of_uint64_operand_(uint64_t value);
CALX_API calx_operand calx_text_operand_(const char *value);
CALX_API calx_operand calx_text_n_operand_(calx_text value);
CALX_API calx_operand calx_bytes_operand_(calx_bytes value);
CALX_API calx_operand calx_timestamp_operand_(int64_t value);
CALX_API calx_operand calx_timestamp_of_uint64_operand_(uint64_t value);
CALX_API calx_operand calx_bool_column_operand_(calx_bool_column column);
CALX_API calx_operand calx_int64_column_operand_(calx_int64_column column);
CALX_API calx_operand calx_uint64_column_operand_(calx_uint64_column column);
CALX_API calx_operand calx_double_column_operand_(calx_double_column column);
CALX_API calx_operand calx_text_column_operand_(calx_text_column column);
CALX_API calx_operand calx_bytes_column_operand_(calx_bytes_column column);
CALX_API calx_operand calx_timestamp_column_operand_(calx_timestamp_column column);
CALX_API calx_operand calx_list_operand_(const void *items, size_t count, calx_type item_type);

CALX_END_DECLS

#ifndef __cplusplus

#define CALX_LONG_TYPE_  (sizeof(long) == 8 ? CALX_TYPE_INT64 : CALX_TYPE_INT32)
#define CALX_ULONG_TYPE_ (sizeof(long) == 8 ? CALX_TYPE_UINT64 : CALX_TYPE_UINT32)

/*
 * The compiler's words for a mistake. A struct that is nowhere complete cannot be returned, so
 * choosing one of these functions ends the compilation, in every compiler.
 */
struct calx_wrong_value_;
struct calx_wrong_value_ calx_column_does_not_take_such_a_value_(void);
extern const struct calx_wrong_items_ {
    int unused;
} calx_column_does_not_take_such_items_;

/* clang-format off */
#define CALX_INTEGERS_TO_(int64_maker, uint64_maker)                                               \
    char: int64_maker, signed char: int64_maker, short: int64_maker, int: int64_maker,             \
    long: int64_maker, long long: int64_maker, _Bool: uint64_maker, unsigned char: uint64_maker,   \
    unsigned short: uint64_maker, unsigned: uint64_maker, unsigned long: uint64_maker,             \
    unsigned long long: uint64_maker

/* The function that takes a value of this type, for each class of column. */
#define CALX_BOOL_MAKER_(value)                                                                    \
    _Generic((value),                                                                              \
        _Bool: calx_bool_operand_,                                                                 \
        int: calx_bool_operand_,                                                                   \
        calx_bool_column: calx_bool_column_operand_,                                               \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_INT64_MAKER_(value)                                                                   \
    _Generic((value),                                                                              \
        CALX_INTEGERS_TO_(calx_int64_operand_, calx_uint64_operand_),                              \
        calx_int64_column: calx_int64_column_operand_,                                             \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_UINT64_MAKER_(value)                                                                  \
    _Generic((value),                                                                              \
        CALX_INTEGERS_TO_(calx_int64_operand_, calx_uint64_operand_),                              \
        calx_uint64_column: calx_uint64_column_operand_,                                           \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_DOUBLE_MAKER_(value)                                                                  \
    _Generic((value),                                                                              \
        CALX_INTEGERS_TO_(calx_double_of_int64_operand_, calx_double_of_uint64_operand_),          \
        float: calx_double_operand_,                                                               \
        double: calx_double_operand_,                                                              \
        calx_double_column: calx_double_column_operand_,                                           \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_TEXT_MAKER_(value)                                                                    \
    _Generic((value),                                                                              \
        char *: calx_text_operand_,                                                                \
        const char *: calx_text_operand_,                                                          \
        calx_text: calx_text_n_operand_,                                                           \
        calx_text_column: calx_text_column_operand_,                                               \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_BYTES_MAKER_(value)                                                                   \
    _Generic((value),                                                                              \
        calx_bytes: calx_bytes_operand_,                                                           \
        calx_bytes_column: calx_bytes_column_operand_,                                             \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_TIMESTAMP_MAKER_(value)                                                               \
    _Generic((value),                                                                              \
        CALX_INTEGERS_TO_(calx_timestamp_operand_, calx_timestamp_of_uint64_operand_),             \
        calx_timestamp_column: calx_timestamp_column_operand_,                                     \
        default: calx_column_does_not_take_such_a_value_)

/* The value is named several times and evaluated once. */
#define CALX_OPERAND_(column, value)                                                               \
    _Generic((column),                                                                             \
        calx_bool_column: CALX_BOOL_MAKER_(value),                                                 \
        calx_int64_column: CALX_INT64_MAKER_(value),                                               \
        calx_uint64_column: CALX_UINT64_MAKER_(value),                                             \
        calx_double_column: CALX_DOUBLE_MAKER_(value),                                             \
        calx_text_column: CALX_TEXT_MAKER_(value),                                                 \
        calx_bytes_column: CALX_BYTES_MAKER_(value),                                               \
        calx_timestamp_column: CALX_TIMESTAMP_MAKER_(value))(value)

/* What the items of an array are, for each class of column. */
#define CALX_INTEGER_ITEMS_(item)                                                                  \
    _Generic((item),                                                                               \
        signed char: CALX_TYPE_INT8,                                                               \
        short: CALX_TYPE_INT16,                                                                    \
        int: CALX_TYPE_INT32,                                                                      \
        long: CALX_LONG_TYPE_,                                                                     \
        long long: CALX_TYPE_INT64,                                                                \
        unsigned char: CALX_TYPE_UINT8,                                                            \
        unsigned short: CALX_TYPE_UINT16,                                                          \
        unsigned: CALX_TYPE_UINT32,                                                                \
        unsigned long: CALX_ULONG_TYPE_,                                                           \
        unsigned long long: CALX_TYPE_UINT64,                                                      \
        default: calx_column_does_not_take_such_items_)
#define CALX_DOUBLE_ITEMS_(item)                                                                   \
    _Generic((item),                                                                               \
        float: CALX_TYPE_FLOAT,                                                                    \
        double: CALX_TYPE_DOUBLE,                                                                  \
        default: calx_column_does_not_take_such_items_)
#define CALX_TEXT_ITEMS_(item)                                                                     \
    _Generic((item),                                                                               \
        char *: CALX_TYPE_TEXT,                                                                    \
        const char *: CALX_TYPE_TEXT,                                                              \
        default: calx_column_does_not_take_such_items_)
#define CALX_BOOL_ITEMS_(item)                                                                     \
    _Generic((item), _Bool: CALX_TYPE_BOOL, default: calx_column_does_not_take_such_items_)
#define CALX_BYTES_ITEMS_(item)                                                                    \
    _Generic((item), calx_bytes: CALX_TYPE_BYTES, default: calx_column_does_not_take_such_items_)
#define CALX_ITEMS_(column, item)                                                                  \
    _Generic((column),                                                                             \
        calx_bool_column: CALX_BOOL_ITEMS_(item),                                                  \
        calx_int64_column: CALX_INTEGER_ITEMS_(item),                                              \
        calx_uint64_column: CALX_INTEGER_ITEMS_(item),                                             \
        calx_double_column: CALX_DOUBLE_ITEMS_(item),                                              \
        calx_text_column: CALX_TEXT_ITEMS_(item),                                                  \
        calx_bytes_column: CALX_BYTES_ITEMS_(item),                                                \
        calx_timestamp_column: CALX_INTEGER_ITEMS_(item))
/* clang-format on */

#define CALX_COMPARE_(operation, handle, value)                                                    \
    calx_compare_(operation, (handle).ref, CALX_OPERAND_(handle, value))

/* The value is variadic, so that a compound literal with commas in it is one. */

/** calx_eq(column, value or column): they are equal. */
#define calx_eq(handle, ...) CALX_COMPARE_(CALX_OP_EQ, handle, (__VA_ARGS__))
/** They differ. Not true for a NULL on either side, as in SQL. */
#define calx_ne(handle, ...) CALX_COMPARE_(CALX_OP_NE, handle, (__VA_ARGS__))
#define calx_lt(handle, ...) CALX_COMPARE_(CALX_OP_LT, handle, (__VA_ARGS__))
#define calx_le(handle, ...) CALX_COMPARE_(CALX_OP_LE, handle, (__VA_ARGS__))
#define calx_gt(handle, ...) CALX_COMPARE_(CALX_OP_GT, handle, (__VA_ARGS__))
#define calx_ge(handle, ...) CALX_COMPARE_(CALX_OP_GE, handle, (__VA_ARGS__))

/** calx_between(column, low, high): both ends belong to it. */
#define calx_between(handle, low, high)                                                            \
    calx_between_((handle).ref, CALX_OPERAND_(handle, low), CALX_OPERAND_(handle, high))

/** calx_like(text column, pattern): `%` is any text, `_` one character; case as the database does.
 */
#define calx_like(handle, pattern)                                                                 \
    calx_compare_text_(CALX_OP_LIKE, handle, CALX_TEXT_MAKER_(pattern)(pattern))
#define calx_not_like(handle, pattern)                                                             \
    calx_compare_text_(CALX_OP_NOT_LIKE, handle, CALX_TEXT_MAKER_(pattern)(pattern))

/** calx_in(column, array, count): equal to one of the items; false when there is none. */
#define calx_in(handle, values, count)                                                             \
    calx_compare_(CALX_OP_IN, (handle).ref,                                                        \
                  calx_list_operand_(values, count, CALX_ITEMS_(handle, (values)[0])))

#define calx_is_null(handle)     calx_test_(CALX_OP_IS_NULL, (handle).ref)
#define calx_is_not_null(handle) calx_test_(CALX_OP_IS_NOT_NULL, (handle).ref)

/** Orders: smallest first, largest first. Where NULL stands is the database's choice. */
#define calx_asc(handle)  calx_order_((handle).ref, 0)
#define calx_desc(handle) calx_order_((handle).ref, 1)

#else /* C++: the same by overloading */

#include <type_traits>

/* The operand for a value, by class of column; what a column does not take ends up here. */
template <class Column, class Value> calx_operand calx_operand_of_(Column, Value)
{
    static_assert(sizeof(Column) == 0, "this column does not take a value of this type");
    return calx_operand();
}

template <class Value, bool is_enum = std::is_enum<Value>::value> struct calx_integer_of_ {
    static_assert(std::is_integral<Value>::value, "this column takes integers and enums");
    typedef Value type;
};
template <class Value> struct calx_integer_of_<Value, true> {
    typedef typename std::underlying_type<Value>::type type;
};

template <class Value> calx_operand calx_operand_of_(calx_int64_column, Value value)
{
    typedef typename calx_integer_of_<Value>::type integer;
    return std::is_signed<integer>::value ? calx_int64_operand_(static_cast<int64_t>(value))
                                          : calx_uint64_operand_(static_cast<uint64_t>(value));
}
template <class Value> calx_operand calx_operand_of_(calx_uint64_column, Value value)
{
    return calx_operand_of_(calx_int64_column(), value);
}
template <class Value> calx_operand calx_operand_of_(calx_timestamp_column, Value value)
{
    typedef typename calx_integer_of_<Value>::type integer;
    return std::is_signed<integer>::value
               ? calx_timestamp_operand_(static_cast<int64_t>(value))
               : calx_timestamp_of_uint64_operand_(static_cast<uint64_t>(value));
}
template <class Value> calx_operand calx_operand_of_(calx_double_column, Value value)
{
    static_assert(std::is_arithmetic<Value>::value, "this column takes numbers");
    return calx_double_operand_(static_cast<double>(value));
}
inline calx_operand calx_operand_of_(calx_bool_column, bool value)
{
    return calx_bool_operand_(value);
}
inline calx_operand calx_operand_of_(calx_text_column, const char *value)
{
    return calx_text_operand_(value);
}
inline calx_operand calx_operand_of_(calx_text_column, char *value)
{
    return calx_text_operand_(value);
}
inline calx_operand calx_operand_of_(calx_text_column, calx_text value)
{
    return calx_text_n_operand_(value);
}
inline calx_operand calx_operand_of_(calx_bytes_column, calx_bytes value)
{
    return calx_bytes_operand_(value);
}
inline calx_operand calx_operand_of_(calx_bool_column, calx_bool_column value)
{
    return calx_bool_column_operand_(value);
}
inline calx_operand calx_operand_of_(calx_int64_column, calx_int64_column value)
{
    return calx_int64_column_operand_(value);
}
inline calx_operand calx_operand_of_(calx_uint64_column, calx_uint64_column value)
{
    return calx_uint64_column_operand_(value);
}
inline calx_operand calx_operand_of_(calx_double_column, calx_double_column value)
{
    return calx_double_column_operand_(value);
}
inline calx_operand calx_operand_of_(calx_text_column, calx_text_column value)
{
    return calx_text_column_operand_(value);
}
inline calx_operand calx_operand_of_(calx_bytes_column, calx_bytes_column value)
{
    return calx_bytes_column_operand_(value);
}
inline calx_operand calx_operand_of_(calx_timestamp_column, calx_timestamp_column value)
{
    return calx_timestamp_column_operand_(value);
}

/* What the items of an array are, by class of column. */
template <class Column, class Item> calx_type calx_items_of_(Column, const Item *)
{
    static_assert(sizeof(Column) == 0, "this column does not take items of this type");
    return calx_type();
}

template <class Item> calx_type calx_items_of_(calx_int64_column, const Item *)
{
    typedef typename calx_integer_of_<Item>::type integer;
    static_assert(!std::is_same<integer, bool>::value, "this column takes integers and enums");
    return sizeof(integer) == 1
               ? (std::is_signed<integer>::value ? CALX_TYPE_INT8 : CALX_TYPE_UINT8)
           : sizeof(integer) == 2
               ? (std::is_signed<integer>::value ? CALX_TYPE_INT16 : CALX_TYPE_UINT16)
           : sizeof(integer) == 4
               ? (std::is_signed<integer>::value ? CALX_TYPE_INT32 : CALX_TYPE_UINT32)
               : (std::is_signed<integer>::value ? CALX_TYPE_INT64 : CALX_TYPE_UINT64);
}
template <class Item> calx_type calx_items_of_(calx_uint64_column, const Item *items)
{
    return calx_items_of_(calx_int64_column(), items);
}
template <class Item> calx_type calx_items_of_(calx_timestamp_column, const Item *items)
{
    return calx_items_of_(calx_int64_column(), items);
}
inline calx_type calx_items_of_(calx_bool_column, const bool *)
{
    return CALX_TYPE_BOOL;
}
inline calx_type calx_items_of_(calx_double_column, const float *)
{
    return CALX_TYPE_FLOAT;
}
inline calx_type calx_items_of_(calx_double_column, const double *)
{
    return CALX_TYPE_DOUBLE;
}
inline calx_type calx_items_of_(calx_text_column, const char *const *)
{
    return CALX_TYPE_TEXT;
}
inline calx_type calx_items_of_(calx_text_column, char *const *)
{
    return CALX_TYPE_TEXT;
}
inline calx_type calx_items_of_(calx_bytes_column, const calx_bytes *)
{
    return CALX_TYPE_BYTES;
}

template <class Column, class Value> calx_expression calx_eq(Column column, Value value)
{
    return calx_compare_(CALX_OP_EQ, column.ref, calx_operand_of_(column, value));
}
template <class Column, class Value> calx_expression calx_ne(Column column, Value value)
{
    return calx_compare_(CALX_OP_NE, column.ref, calx_operand_of_(column, value));
}
template <class Column, class Value> calx_expression calx_lt(Column column, Value value)
{
    return calx_compare_(CALX_OP_LT, column.ref, calx_operand_of_(column, value));
}
template <class Column, class Value> calx_expression calx_le(Column column, Value value)
{
    return calx_compare_(CALX_OP_LE, column.ref, calx_operand_of_(column, value));
}
template <class Column, class Value> calx_expression calx_gt(Column column, Value value)
{
    return calx_compare_(CALX_OP_GT, column.ref, calx_operand_of_(column, value));
}
template <class Column, class Value> calx_expression calx_ge(Column column, Value value)
{
    return calx_compare_(CALX_OP_GE, column.ref, calx_operand_of_(column, value));
}
template <class Column, class Low, class High>
calx_expression calx_between(Column column, Low low, High high)
{
    return calx_between_(column.ref, calx_operand_of_(column, low), calx_operand_of_(column, high));
}
template <class Value> calx_expression calx_like(calx_text_column column, Value pattern)
{
    return calx_compare_text_(CALX_OP_LIKE, column, calx_operand_of_(column, pattern));
}
template <class Value> calx_expression calx_not_like(calx_text_column column, Value pattern)
{
    return calx_compare_text_(CALX_OP_NOT_LIKE, column, calx_operand_of_(column, pattern));
}
template <class Column, class Item>
calx_expression calx_in(Column column, const Item *values, size_t count)
{
    return calx_compare_(CALX_OP_IN, column.ref,
                         calx_list_operand_(values, count, calx_items_of_(column, values)));
}
template <class Column> calx_expression calx_is_null(Column column)
{
    return calx_test_(CALX_OP_IS_NULL, column.ref);
}
template <class Column> calx_expression calx_is_not_null(Column column)
{
    return calx_test_(CALX_OP_IS_NOT_NULL, column.ref);
}
template <class Column> calx_order calx_asc(Column column)
{
    return calx_order_(column.ref, false);
}
template <class Column> calx_order calx_desc(Column column)
{
    return calx_order_(column.ref, true);
}

#endif

#endif
