/**
 * @file expression.h
 * Conditions, values that the database works out, and orders: what `where` and `order_by` of a
 * query take.
 *
 *     user_query_where(query, calx_and(calx_like(user_col.name, "e%"), calx_gt(user_col.age, 18)));
 *
 * An expression is a value. It may be kept in a variable, returned from a helper or built in a
 * loop: every function copies the nodes it is given. It holds at most CALX_EXPRESSION_NODES nodes;
 * a larger one is marked, and who is given it answers CALX_E_LIMIT. What is larger is put together
 * from parts that a calx_builder keeps (scalar.h); a calx_filter joins any number of conditions.
 *
 *     | nodes | what                                                                       |
 *     | 1     | an operator or function of a column alone, or of a column and a value or   |
 *     |       | column behind it; what a builder keeps; a column or a value by itself      |
 *     | 2     | BETWEEN of a column and two values                                         |
 *     | 1 + n | all else, n being the nodes of its parts; chains of and, or, concat and    |
 *     |       | coalesce share their first node                                            |
 *
 * Both sides of a comparison may be a column, a value of C, or an expression. Types are checked
 * where the comparison is written: a column takes values of its own class and columns of its own
 * class, anything else does not compile. The class of an expression is known when it is made; a
 * wrong one is CALX_E_ARGUMENT when it is handed to a query, with a message that spells it.
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
 * In C a macro that takes a column, value or expression names it several times and evaluates it
 * once. An argument with commas of its own, such as a compound literal, stands in parentheses
 * unless it is the last one of a comparison.
 *
 * Life: text, bytes and lists are borrowed until the expression is handed to a query, a filter or a
 * builder, which copy them. A select (select.h) is borrowed longer: a filter does not hold it, so
 * it stays until the filter was given to a query or a select. Thread rule: plain values; a filter
 * is for one thread at a time.
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
    CALX_OP_UPPER,   /**< the upper end of a BETWEEN */
    CALX_OP_NOT_IN,
    CALX_OP_DISTINCT,
    CALX_OP_NOT_DISTINCT,
    CALX_OP_ILIKE,
    CALX_OP_NOT_ILIKE,
    CALX_OP_STARTS_WITH,
    CALX_OP_ENDS_WITH,
    CALX_OP_CONTAINS,

    CALX_OP_COLUMN, /**< the column */
    CALX_OP_VALUE,  /**< the operand */
    CALX_OP_KEPT,   /**< the nodes its operand names, which a builder keeps */

    CALX_OP_ADD,
    CALX_OP_SUBTRACT,
    CALX_OP_MULTIPLY,
    CALX_OP_DIVIDE,
    CALX_OP_MODULO,
    CALX_OP_NEGATE,
    CALX_OP_ABS,
    CALX_OP_ROUND,
    CALX_OP_CONCAT,
    CALX_OP_LOWER,
    CALX_OP_UPPER_CASE,
    CALX_OP_LENGTH,
    CALX_OP_SUBSTR,
    CALX_OP_TRIM,
    CALX_OP_REPLACE,
    CALX_OP_COALESCE,
    CALX_OP_NULLIF,
    CALX_OP_CAST, /**< to the class of the node */
    CALX_OP_CASE, /**< condition and value in turn, then with CALX_NODE_ELSE a value */
    CALX_OP_FUNCTION,

    CALX_OP_NOW,
    CALX_OP_ADD_SECONDS,
    CALX_OP_EXTRACT_YEAR, /**< these in the order of calx_time_part */
    CALX_OP_EXTRACT_MONTH,
    CALX_OP_EXTRACT_DAY,
    CALX_OP_EXTRACT_HOUR,
    CALX_OP_EXTRACT_MINUTE,
    CALX_OP_EXTRACT_SECOND,
    CALX_OP_EXTRACT_WEEKDAY,
    CALX_OP_EXTRACT_YEAR_DAY,
    CALX_OP_EXTRACT_EPOCH,
    CALX_OP_TRUNCATE_YEAR, /**< these as well */
    CALX_OP_TRUNCATE_MONTH,
    CALX_OP_TRUNCATE_DAY,
    CALX_OP_TRUNCATE_HOUR,
    CALX_OP_TRUNCATE_MINUTE,
    CALX_OP_TRUNCATE_SECOND,

    CALX_OP_COUNT_ALL,
    CALX_OP_COUNT,
    CALX_OP_SUM,
    CALX_OP_AVG,
    CALX_OP_MIN,
    CALX_OP_MAX,
    CALX_OP_FILTER, /**< an aggregate and a condition */

    CALX_OP_ROW_NUMBER,
    CALX_OP_RANK,
    CALX_OP_DENSE_RANK,
    CALX_OP_LAG,
    CALX_OP_LEAD,
    CALX_OP_OVER,         /**< a function, then its PARTITION and WINDOW_ORDER nodes */
    CALX_OP_PARTITION,    /**< a term of PARTITION BY */
    CALX_OP_WINDOW_ORDER, /**< a term of ORDER BY in a window */

    CALX_OP_EXISTS,   /**< the select its operand names has a row */
    CALX_OP_SELECT,   /**< the one value of the select its operand names */
    CALX_OP_IN_SELECT /**< the expression that follows is among the values of that select */
} calx_operator;

/** Facts about a node that are either so or not. */
enum {
    CALX_NODE_DISTINCT = 1u << 0,   /**< an aggregate of different values */
    CALX_NODE_ELSE = 1u << 1,       /**< a CASE with an ELSE */
    CALX_NODE_DESCENDING = 1u << 2, /**< of a WINDOW_ORDER */
    CALX_NODE_NULLABLE = 1u << 3    /**< a CASE of whose values one may be NULL */
};

/** What a node has beside its column. */
typedef enum calx_operand_kind {
    CALX_OPERAND_NONE = 0,
    CALX_OPERAND_VALUE,
    CALX_OPERAND_COLUMN,
    CALX_OPERAND_LIST,
    CALX_OPERAND_NODES, /**< of CALX_OP_KEPT */
    CALX_OPERAND_NAME,  /**< of CALX_OP_FUNCTION */
    CALX_OPERAND_FRAME, /**< of CALX_OP_OVER */
    CALX_OPERAND_SELECT /**< of CALX_OP_EXISTS, CALX_OP_SELECT and CALX_OP_IN_SELECT */
} calx_operand_kind;

/** An array of the caller's. */
typedef struct calx_list {
    const void *items;
    size_t count;
    calx_type item_type; /**< CALX_TYPE_TEXT: pointers to text */
} calx_list;

/** What a frame counts. */
typedef enum calx_frame_unit {
    CALX_FRAME_ROWS = 1,
    CALX_FRAME_RANGE, /**< rows that are equal in the order of the window count as one */
    CALX_FRAME_GROUPS
} calx_frame_unit;

/** An end of a frame that is not there. */
#define CALX_FRAME_UNBOUNDED INT64_MAX

/** The rows of a window that a function sees, counted from the current one. */
typedef struct calx_frame {
    int64_t first; /**< negative: before the current row; -CALX_FRAME_UNBOUNDED: from the start */
    int64_t last;  /**< CALX_FRAME_UNBOUNDED: to the end */
    calx_frame_unit unit;
} calx_frame;

typedef struct calx_operand {
    calx_operand_kind kind;
    union {
        calx_value value;
        calx_column_ref column;
        calx_list list;
        struct {
            const struct calx_node *items;
            size_t count;
        } nodes;
        const char *name;
        calx_frame frame;
        const struct calx_select *select;
    } as;
} calx_operand;

/**
 * One operator with its operands. Without children it is about its column and its operand; else
 * the expressions that follow are its operands.
 */
typedef struct calx_node {
    uint16_t operation;   /**< a calx_operator */
    uint8_t value_class;  /**< a calx_value_type; CALX_VALUE_NULL: not known */
    uint8_t flags;        /**< CALX_NODE_… */
    uint32_t child_count; /**< of the expressions that follow and belong to it */
    calx_column_ref column;
    calx_operand operand;
} calx_node;

/** In prefix order. Made by the functions below; zeroed memory is none. */
typedef struct calx_expression {
    uint32_t count;      /**< of the nodes that are used */
    bool overflow;       /**< it did not fit */
    bool lost;           /**< a builder had no memory for a part of it */
    uint8_t value_class; /**< a calx_value_type; CALX_VALUE_NULL: not known */
    bool nullable;       /**< it may be NULL, as far as is known */
    calx_node nodes[CALX_EXPRESSION_NODES];
} calx_expression;

/** Where NULL stands in an order. */
typedef enum calx_nulls {
    CALX_NULLS_DEFAULT = 0, /**< the database's choice: SQLite's smallest, PostgreSQL's largest */
    CALX_NULLS_FIRST,
    CALX_NULLS_LAST
} calx_nulls;

/** One term of an ORDER BY. */
typedef struct calx_order {
    calx_column_ref column;
    bool descending;
    calx_nulls nulls;
} calx_order;

/** The same order with NULL in front of everything else: calx_nulls_first(calx_desc(…)). */
CALX_API calx_order calx_nulls_first(calx_order order);

/** The same behind everything else. */
CALX_API calx_order calx_nulls_last(calx_order order);

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
 * Adds a condition; its nodes, texts and lists are copied, selects in it stay borrowed.
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
CALX_API calx_expression calx_compare_(calx_operator operation, calx_operand left,
                                       calx_operand right);
CALX_API calx_expression calx_compare_to_expression_(calx_operator operation, calx_operand left,
                                                     calx_expression right);
CALX_API calx_expression calx_compare_expression_(calx_operator operation, calx_expression left,
                                                  calx_operand right);
CALX_API calx_expression calx_compare_expressions_(calx_operator operation, calx_expression left,
                                                   calx_expression right);
CALX_API calx_expression calx_between_(calx_expression middle, calx_expression low,
                                       calx_expression high);
CALX_API calx_expression calx_match_(calx_operator operation, calx_expression text,
                                     calx_expression pattern);
CALX_API calx_expression calx_test_(calx_operator operation, calx_expression tested);
CALX_API calx_expression calx_in_(calx_operator operation, calx_operand wanted, calx_operand list);
CALX_API calx_expression calx_in_expression_(calx_operator operation, calx_expression wanted,
                                             calx_operand list);
CALX_API calx_order calx_order_(calx_column_ref column, bool descending);

CALX_API calx_operand calx_bool_operand_(bool value);
CALX_API calx_operand calx_int64_operand_(int64_t value);
CALX_API calx_operand calx_uint64_operand_(uint64_t value);
CALX_API calx_operand calx_double_operand_(double value);
CALX_API calx_operand calx_text_operand_(const char *value);
CALX_API calx_operand calx_text_n_operand_(calx_text value);
CALX_API calx_operand calx_bytes_operand_(calx_bytes value);
CALX_API calx_operand calx_bool_column_operand_(calx_bool_column column);
CALX_API calx_operand calx_int64_column_operand_(calx_int64_column column);
CALX_API calx_operand calx_uint64_column_operand_(calx_uint64_column column);
CALX_API calx_operand calx_double_column_operand_(calx_double_column column);
CALX_API calx_operand calx_text_column_operand_(calx_text_column column);
CALX_API calx_operand calx_bytes_column_operand_(calx_bytes_column column);
CALX_API calx_operand calx_timestamp_column_operand_(calx_timestamp_column column);
CALX_API calx_operand calx_list_operand_(const void *items, size_t count, calx_type item_type);

CALX_API calx_expression calx_bool_scalar_(bool value);
CALX_API calx_expression calx_int64_scalar_(int64_t value);
CALX_API calx_expression calx_uint64_scalar_(uint64_t value);
CALX_API calx_expression calx_double_scalar_(double value);
CALX_API calx_expression calx_text_scalar_(const char *value);
CALX_API calx_expression calx_text_n_scalar_(calx_text value);
CALX_API calx_expression calx_bytes_scalar_(calx_bytes value);
CALX_API calx_expression calx_bool_column_scalar_(calx_bool_column column);
CALX_API calx_expression calx_int64_column_scalar_(calx_int64_column column);
CALX_API calx_expression calx_uint64_column_scalar_(calx_uint64_column column);
CALX_API calx_expression calx_double_column_scalar_(calx_double_column column);
CALX_API calx_expression calx_text_column_scalar_(calx_text_column column);
CALX_API calx_expression calx_bytes_column_scalar_(calx_bytes_column column);
CALX_API calx_expression calx_timestamp_column_scalar_(calx_timestamp_column column);
CALX_API calx_expression calx_expression_scalar_(calx_expression expression);

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
struct calx_wrong_value_ calx_no_column_value_or_expression_(void);
struct calx_wrong_value_ calx_neither_text_nor_expression_(void);
struct calx_wrong_value_ calx_neither_number_nor_expression_(void);
extern const struct calx_wrong_items_ {
    int unused;
} calx_column_does_not_take_such_items_;

/* clang-format off */
#define CALX_NUMBERS_TO_(int64_maker, uint64_maker, double_maker)                                  \
    char: int64_maker, signed char: int64_maker, short: int64_maker, int: int64_maker,             \
    long: int64_maker, long long: int64_maker, unsigned char: uint64_maker,                        \
    unsigned short: uint64_maker, unsigned: uint64_maker, unsigned long: uint64_maker,             \
    unsigned long long: uint64_maker, float: double_maker, double: double_maker

/* What to call with any column or value, and with an expression. */
#define CALX_MAKER_(value, form, expression_maker)                                                 \
    _Generic((value),                                                                              \
        CALX_NUMBERS_TO_(calx_int64_##form, calx_uint64_##form, calx_double_##form),               \
        _Bool: calx_bool_##form,                                                                   \
        char *: calx_text_##form,                                                                  \
        const char *: calx_text_##form,                                                            \
        calx_text: calx_text_n_##form,                                                             \
        calx_bytes: calx_bytes_##form,                                                             \
        calx_bool_column: calx_bool_column_##form,                                                 \
        calx_int64_column: calx_int64_column_##form,                                               \
        calx_uint64_column: calx_uint64_column_##form,                                             \
        calx_double_column: calx_double_column_##form,                                             \
        calx_text_column: calx_text_column_##form,                                                 \
        calx_bytes_column: calx_bytes_column_##form,                                               \
        calx_timestamp_column: calx_timestamp_column_##form,                                       \
        calx_expression: expression_maker,                                                         \
        default: calx_no_column_value_or_expression_)
/* An operand, or an expression as it is. */
#define CALX_SIDE_(value) CALX_MAKER_(value, operand_, calx_expression_scalar_)(value)
/* An expression of anything, of text, of a number. */
#define CALX_SCALAR_(value) CALX_MAKER_(value, scalar_, calx_expression_scalar_)(value)
#define CALX_TEXT_(value)                                                                          \
    _Generic((value),                                                                              \
        char *: calx_text_scalar_,                                                                 \
        const char *: calx_text_scalar_,                                                           \
        calx_text: calx_text_n_scalar_,                                                            \
        calx_text_column: calx_text_column_scalar_,                                                \
        calx_expression: calx_expression_scalar_,                                                  \
        default: calx_neither_text_nor_expression_)(value)
#define CALX_NUMBER_(value)                                                                        \
    _Generic((value),                                                                              \
        CALX_NUMBERS_TO_(calx_int64_scalar_, calx_uint64_scalar_, calx_double_scalar_),            \
        calx_int64_column: calx_int64_column_scalar_,                                              \
        calx_uint64_column: calx_uint64_column_scalar_,                                            \
        calx_double_column: calx_double_column_scalar_,                                            \
        calx_expression: calx_expression_scalar_,                                                  \
        default: calx_neither_number_nor_expression_)(value)

/*
 * Which sides may be compared. Each side is a set of bits, and what both have is the bound of an
 * array type, which is what is selected by: so each side is named once, and nested expressions stay
 * small.
 *
 *     1         all; 2 to 128 the classes, in the order of value types: a column has its own, a
 *               value those of the columns that take it
 *     256       values, so that two of them have too much in common
 *     512, 1024 expressions; as a left side all have 1024, as a right side 512
 */
#define CALX_KIND_(value)                                                                          \
    _Generic((value),                                                                              \
        char: 413, signed char: 413, short: 413, int: 415, long: 413, long long: 413, _Bool: 415,  \
        unsigned char: 413, unsigned short: 413, unsigned: 413, unsigned long: 413,                \
        unsigned long long: 413, float: 273, double: 273, char *: 289, const char *: 289,          \
        calx_text: 289, calx_bytes: 321, calx_bool_column: 3, calx_int64_column: 5,                \
        calx_uint64_column: 9, calx_double_column: 17, calx_text_column: 33,                       \
        calx_bytes_column: 65, calx_timestamp_column: 129, calx_expression: 1537, default: 2048)
#define CALX_PAIR_(left, right, leaves, with_left, with_right, both)                               \
    _Generic((char (*)[4096 | ((1024 | CALX_KIND_(left)) & (512 | CALX_KIND_(right)))])0,          \
        char (*)[4096 | 3]: leaves, char (*)[4096 | 5]: leaves, char (*)[4096 | 9]: leaves,        \
        char (*)[4096 | 17]: leaves, char (*)[4096 | 33]: leaves, char (*)[4096 | 65]: leaves,     \
        char (*)[4096 | 129]: leaves, char (*)[4096 | 513]: with_left,                             \
        char (*)[4096 | 1025]: with_right, char (*)[4096 | 1537]: both,                            \
        default: calx_column_does_not_take_such_a_value_)
#define CALX_CHECKED_PAIR_(left, right, chosen)                                                    \
    CALX_PAIR_(left, right, chosen, chosen, chosen, chosen)

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
#define CALX_ANY_ITEMS_(item)                                                                      \
    _Generic((item),                                                                               \
        _Bool: CALX_TYPE_BOOL, signed char: CALX_TYPE_INT8, short: CALX_TYPE_INT16,                \
        int: CALX_TYPE_INT32, long: CALX_LONG_TYPE_, long long: CALX_TYPE_INT64,                   \
        unsigned char: CALX_TYPE_UINT8, unsigned short: CALX_TYPE_UINT16,                          \
        unsigned: CALX_TYPE_UINT32, unsigned long: CALX_ULONG_TYPE_,                               \
        unsigned long long: CALX_TYPE_UINT64, float: CALX_TYPE_FLOAT, double: CALX_TYPE_DOUBLE,    \
        char *: CALX_TYPE_TEXT, const char *: CALX_TYPE_TEXT, calx_bytes: CALX_TYPE_BYTES,         \
        default: calx_column_does_not_take_such_items_)
#define CALX_ITEMS_(column, item)                                                                  \
    _Generic((column),                                                                             \
        calx_bool_column: CALX_BOOL_ITEMS_(item),                                                  \
        calx_int64_column: CALX_INTEGER_ITEMS_(item),                                              \
        calx_uint64_column: CALX_INTEGER_ITEMS_(item),                                             \
        calx_double_column: CALX_DOUBLE_ITEMS_(item),                                              \
        calx_text_column: CALX_TEXT_ITEMS_(item),                                                  \
        calx_bytes_column: CALX_BYTES_ITEMS_(item),                                                \
        calx_timestamp_column: CALX_INTEGER_ITEMS_(item),                                          \
        calx_expression: CALX_ANY_ITEMS_(item))

#define CALX_COMPARE_(operation, left, right)                                                      \
    CALX_PAIR_(left, right, calx_compare_, calx_compare_expression_, calx_compare_to_expression_,  \
               calx_compare_expressions_)(operation, CALX_SIDE_(left), CALX_SIDE_(right))

#define CALX_MATCH_(operation, text, pattern)                                                      \
    calx_match_(operation, CALX_TEXT_(text), CALX_TEXT_(pattern))

/* The right side is variadic, so that a compound literal with commas in it is one. */

/** calx_eq(left, right): they are equal. Each is a column, a value or an expression. */
#define calx_eq(left, ...) CALX_COMPARE_(CALX_OP_EQ, left, (__VA_ARGS__))
/** They differ. Not true for a NULL on either side, as in SQL. */
#define calx_ne(left, ...) CALX_COMPARE_(CALX_OP_NE, left, (__VA_ARGS__))
#define calx_lt(left, ...) CALX_COMPARE_(CALX_OP_LT, left, (__VA_ARGS__))
#define calx_le(left, ...) CALX_COMPARE_(CALX_OP_LE, left, (__VA_ARGS__))
#define calx_gt(left, ...) CALX_COMPARE_(CALX_OP_GT, left, (__VA_ARGS__))
#define calx_ge(left, ...) CALX_COMPARE_(CALX_OP_GE, left, (__VA_ARGS__))
/** As calx_ne() and calx_eq(), with NULL as a value like others: always true or false. */
#define calx_is_distinct_from(left, ...) CALX_COMPARE_(CALX_OP_DISTINCT, left, (__VA_ARGS__))
#define calx_is_not_distinct_from(left, ...)                                                       \
    CALX_COMPARE_(CALX_OP_NOT_DISTINCT, left, (__VA_ARGS__))

/** calx_between(middle, low, high): both ends belong to it. */
#define calx_between(middle, low, high)                                                            \
    CALX_CHECKED_PAIR_(middle, low, calx_between_)                                                 \
    (CALX_SCALAR_(middle), CALX_SCALAR_(low),                                                      \
     CALX_CHECKED_PAIR_(middle, high, calx_expression_scalar_)(CALX_SCALAR_(high)))

/**
 * calx_like(text, pattern): `%` is any text, `_` one character, a backslash takes what follows as
 * it is; case as the database does: PostgreSQL tells a from A, SQLite does not.
 */
#define calx_like(text, pattern) CALX_MATCH_(CALX_OP_LIKE, text, pattern)
#define calx_not_like(text, pattern) CALX_MATCH_(CALX_OP_NOT_LIKE, text, pattern)
/** The same whatever the case, on SQLite of ASCII letters only. */
#define calx_ilike(text, pattern) CALX_MATCH_(CALX_OP_ILIKE, text, pattern)
#define calx_not_ilike(text, pattern) CALX_MATCH_(CALX_OP_NOT_ILIKE, text, pattern)

/** Text that has a part; nothing in the part is special, and case counts on both databases. */
#define calx_starts_with(text, part) CALX_MATCH_(CALX_OP_STARTS_WITH, text, part)
#define calx_ends_with(text, part) CALX_MATCH_(CALX_OP_ENDS_WITH, text, part)
#define calx_contains(text, part) CALX_MATCH_(CALX_OP_CONTAINS, text, part)

/**
 * calx_in(wanted, array, count): equal to one of the items; false when there is none. Its text, and
 * so the database's plan, is the same for lists of any length on PostgreSQL; on SQLite for those
 * between two powers of two.
 */
#define calx_in(wanted, values, count)     CALX_IN_(CALX_OP_IN, wanted, values, count)
/** calx_not_in(wanted, array, count): equal to none of them; true when there is none. */
#define calx_not_in(wanted, values, count) CALX_IN_(CALX_OP_NOT_IN, wanted, values, count)
#define CALX_IN_(operation, wanted, values, count)                                                 \
    _Generic((wanted), calx_expression: calx_in_expression_, default: calx_in_)                    \
    (operation, CALX_SIDE_(wanted),                                                                \
     calx_list_operand_(values, count, CALX_ITEMS_(wanted, (values)[0])))

#define calx_is_null(tested)     calx_test_(CALX_OP_IS_NULL, CALX_SCALAR_(tested))
#define calx_is_not_null(tested) calx_test_(CALX_OP_IS_NOT_NULL, CALX_SCALAR_(tested))

/** Any column, value of C or expression, as an expression. */
#define calx_scalar(...) CALX_SCALAR_((__VA_ARGS__))
/* clang-format on */

/** Orders: smallest first, largest first. Where NULL stands is the database's choice. */
#define calx_asc(handle)  calx_order_((handle).ref, 0)
#define calx_desc(handle) calx_order_((handle).ref, 1)

#else /* C++: the same by overloading */

#include <type_traits>

/* What a side of a comparison is: a number as in C, 14 for anything else. */
template <class Value> struct calx_kind_ {
    static constexpr int value =
        std::is_floating_point<Value>::value                                  ? 10
        : std::is_same<Value, bool>::value || std::is_same<Value, int>::value ? 8
        : std::is_integral<Value>::value || std::is_enum<Value>::value        ? 9
                                                                              : 14;
};
template <> struct calx_kind_<char *> {
    static constexpr int value = 11;
};
template <> struct calx_kind_<const char *> {
    static constexpr int value = 11;
};
template <> struct calx_kind_<calx_text> {
    static constexpr int value = 11;
};
template <> struct calx_kind_<calx_bytes> {
    static constexpr int value = 12;
};
template <> struct calx_kind_<calx_bool_column> {
    static constexpr int value = 1;
};
template <> struct calx_kind_<calx_int64_column> {
    static constexpr int value = 2;
};
template <> struct calx_kind_<calx_uint64_column> {
    static constexpr int value = 3;
};
template <> struct calx_kind_<calx_double_column> {
    static constexpr int value = 4;
};
template <> struct calx_kind_<calx_text_column> {
    static constexpr int value = 5;
};
template <> struct calx_kind_<calx_bytes_column> {
    static constexpr int value = 6;
};
template <> struct calx_kind_<calx_timestamp_column> {
    static constexpr int value = 7;
};
template <> struct calx_kind_<calx_expression> {
    static constexpr int value = 13;
};

/* Whether a column takes a value. */
constexpr bool calx_takes_(int column, int value)
{
    return column == 4   ? value >= 8 && value <= 10
           : column == 1 ? value == 8
           : column == 5 ? value == 11
           : column == 6 ? value == 12
                         : (column <= 7) && (value == 8 || value == 9);
}
constexpr bool calx_pairs_(int left, int right)
{
    return left != 14 && right != 14 &&
           (left == 13 || right == 13 || (left <= 7 && left == right) ||
            (right > 7 ? calx_takes_(left, right) : left > 7 && calx_takes_(right, left)));
}
template <class Left, class Right> struct calx_pair_ {
    static constexpr bool is_good = calx_pairs_(calx_kind_<Left>::value, calx_kind_<Right>::value);
};

template <class Value, bool is_enum = std::is_enum<Value>::value> struct calx_integer_of_ {
    static_assert(std::is_integral<Value>::value, "this column takes integers and enums");
    typedef Value type;
};
template <class Value> struct calx_integer_of_<Value, true> {
    typedef typename std::underlying_type<Value>::type type;
};

template <class Value, bool is_enum = std::is_enum<Value>::value> struct calx_number_of_type_ {
    typedef Value type;
};
template <class Value> struct calx_number_of_type_<Value, true> {
    typedef typename std::underlying_type<Value>::type type;
};

/** Any column, value of C or expression, as an expression. */
template <class Value> calx_expression calx_scalar(Value value)
{
    static_assert(std::is_arithmetic<Value>::value || std::is_enum<Value>::value,
                  "neither a column nor a value nor an expression");
    return std::is_same<Value, bool>::value ? calx_bool_scalar_(static_cast<int64_t>(value) != 0)
           : std::is_floating_point<Value>::value ? calx_double_scalar_(static_cast<double>(value))
           : std::is_signed<typename calx_number_of_type_<Value>::type>::value
               ? calx_int64_scalar_(static_cast<int64_t>(value))
               : calx_uint64_scalar_(static_cast<uint64_t>(value));
}
inline calx_expression calx_scalar(const char *value)
{
    return calx_text_scalar_(value);
}
inline calx_expression calx_scalar(char *value)
{
    return calx_text_scalar_(value);
}
inline calx_expression calx_scalar(calx_text value)
{
    return calx_text_n_scalar_(value);
}
inline calx_expression calx_scalar(calx_bytes value)
{
    return calx_bytes_scalar_(value);
}
inline calx_expression calx_scalar(calx_bool_column column)
{
    return calx_bool_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_int64_column column)
{
    return calx_int64_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_uint64_column column)
{
    return calx_uint64_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_double_column column)
{
    return calx_double_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_text_column column)
{
    return calx_text_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_bytes_column column)
{
    return calx_bytes_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_timestamp_column column)
{
    return calx_timestamp_column_scalar_(column);
}
inline calx_expression calx_scalar(calx_expression expression)
{
    return expression;
}
template <class Value> calx_expression calx_text_of_(Value value)
{
    static_assert(calx_kind_<Value>::value == 5 || calx_kind_<Value>::value == 11 ||
                      calx_kind_<Value>::value == 13,
                  "this is neither text nor an expression");
    return calx_scalar(value);
}
template <class Value> calx_expression calx_number_of_(Value value)
{
    static_assert((calx_kind_<Value>::value >= 2 && calx_kind_<Value>::value <= 4) ||
                      (calx_kind_<Value>::value >= 8 && calx_kind_<Value>::value <= 10) ||
                      calx_kind_<Value>::value == 13,
                  "this is neither a number nor an expression");
    return calx_scalar(value);
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
template <class Item> calx_type calx_items_of_(calx_expression, const Item *items)
{
    return calx_items_of_(calx_int64_column(), items);
}
inline calx_type calx_items_of_(calx_expression, const bool *)
{
    return CALX_TYPE_BOOL;
}
inline calx_type calx_items_of_(calx_expression, const float *)
{
    return CALX_TYPE_FLOAT;
}
inline calx_type calx_items_of_(calx_expression, const double *)
{
    return CALX_TYPE_DOUBLE;
}
inline calx_type calx_items_of_(calx_expression, const char *const *)
{
    return CALX_TYPE_TEXT;
}
inline calx_type calx_items_of_(calx_expression, char *const *)
{
    return CALX_TYPE_TEXT;
}
inline calx_type calx_items_of_(calx_expression, const calx_bytes *)
{
    return CALX_TYPE_BYTES;
}

template <class Left, class Right>
calx_expression calx_compared_(calx_operator operation, Left left, Right right)
{
    static_assert(calx_pair_<Left, Right>::is_good,
                  "this column does not take a value of this type");
    return calx_compare_expressions_(operation, calx_scalar(left), calx_scalar(right));
}
template <class Left, class Right> calx_expression calx_eq(Left left, Right right)
{
    return calx_compared_(CALX_OP_EQ, left, right);
}
template <class Left, class Right> calx_expression calx_ne(Left left, Right right)
{
    return calx_compared_(CALX_OP_NE, left, right);
}
template <class Left, class Right> calx_expression calx_lt(Left left, Right right)
{
    return calx_compared_(CALX_OP_LT, left, right);
}
template <class Left, class Right> calx_expression calx_le(Left left, Right right)
{
    return calx_compared_(CALX_OP_LE, left, right);
}
template <class Left, class Right> calx_expression calx_gt(Left left, Right right)
{
    return calx_compared_(CALX_OP_GT, left, right);
}
template <class Left, class Right> calx_expression calx_ge(Left left, Right right)
{
    return calx_compared_(CALX_OP_GE, left, right);
}
template <class Left, class Right> calx_expression calx_is_distinct_from(Left left, Right right)
{
    return calx_compared_(CALX_OP_DISTINCT, left, right);
}
template <class Left, class Right> calx_expression calx_is_not_distinct_from(Left left, Right right)
{
    return calx_compared_(CALX_OP_NOT_DISTINCT, left, right);
}
template <class Middle, class Low, class High>
calx_expression calx_between(Middle middle, Low low, High high)
{
    static_assert(calx_pair_<Middle, Low>::is_good && calx_pair_<Middle, High>::is_good,
                  "this column does not take values of these types");
    return calx_between_(calx_scalar(middle), calx_scalar(low), calx_scalar(high));
}
template <class Text, class Part> calx_expression calx_like(Text text, Part part)
{
    return calx_match_(CALX_OP_LIKE, calx_text_of_(text), calx_text_of_(part));
}
template <class Text, class Part> calx_expression calx_not_like(Text text, Part part)
{
    return calx_match_(CALX_OP_NOT_LIKE, calx_text_of_(text), calx_text_of_(part));
}
template <class Text, class Part> calx_expression calx_ilike(Text text, Part part)
{
    return calx_match_(CALX_OP_ILIKE, calx_text_of_(text), calx_text_of_(part));
}
template <class Text, class Part> calx_expression calx_not_ilike(Text text, Part part)
{
    return calx_match_(CALX_OP_NOT_ILIKE, calx_text_of_(text), calx_text_of_(part));
}
template <class Text, class Part> calx_expression calx_starts_with(Text text, Part part)
{
    return calx_match_(CALX_OP_STARTS_WITH, calx_text_of_(text), calx_text_of_(part));
}
template <class Text, class Part> calx_expression calx_ends_with(Text text, Part part)
{
    return calx_match_(CALX_OP_ENDS_WITH, calx_text_of_(text), calx_text_of_(part));
}
template <class Text, class Part> calx_expression calx_contains(Text text, Part part)
{
    return calx_match_(CALX_OP_CONTAINS, calx_text_of_(text), calx_text_of_(part));
}
template <class Wanted, class Item>
calx_expression calx_in(Wanted wanted, const Item *values, size_t count)
{
    return calx_in_expression_(CALX_OP_IN, calx_scalar(wanted),
                               calx_list_operand_(values, count, calx_items_of_(wanted, values)));
}
template <class Wanted, class Item>
calx_expression calx_not_in(Wanted wanted, const Item *values, size_t count)
{
    return calx_in_expression_(CALX_OP_NOT_IN, calx_scalar(wanted),
                               calx_list_operand_(values, count, calx_items_of_(wanted, values)));
}
template <class Tested> calx_expression calx_is_null(Tested tested)
{
    return calx_test_(CALX_OP_IS_NULL, calx_scalar(tested));
}
template <class Tested> calx_expression calx_is_not_null(Tested tested)
{
    return calx_test_(CALX_OP_IS_NOT_NULL, calx_scalar(tested));
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
