/**
 * @file scalar.h
 * Values that the database works out: arithmetic, text, choices, functions; and the builder for
 * what is larger than an expression.
 *
 *     user_query_where(query, calx_gt(calx_mul(item_col.price, item_col.count), 100));
 *     user_query_where(query, calx_eq(calx_lower(user_col.name), "ann"));
 *
 * Each means the same on every database:
 *
 *     | what        | is                                                                       |
 *     | integers    | 64 bits wide. Where that is too little PostgreSQL fails with             |
 *     |             | CALX_E_DATA; SQLite goes on with a floating point number                 |
 *     | division    | of integers cut towards zero; by zero NULL                               |
 *     | rounding    | away from zero for halves                                                |
 *     | NULL        | of any operand makes the result NULL, but for coalesce and case          |
 *     | positions   | in text count characters from 1; below 1 they are 1                      |
 *     | lower case  | and upper case of other than ASCII letters are the database's choice     |
 *
 * Arguments are columns, values of C and expressions. What a function does not take does not
 * compile where it is not an expression, and is CALX_E_ARGUMENT when the statement is built where
 * it is.
 */
#ifndef CALX_SCALAR_H
#define CALX_SCALAR_H

#include <calx/expression.h>

CALX_BEGIN_DECLS

/**
 * What larger expressions are put together from. It remembers the first failure, which comes up
 * where the expression is used.
 *
 *     calx_expression name = calx_builder_keep(builder, calx_concat(…));
 *     calx_expression both = calx_builder_keep(builder, calx_or(…));
 *     user_query_where(query, calx_and(calx_eq(calx_lower(name), "ann"), both));
 *
 * Thread rule: one thread at a time.
 */
typedef struct calx_builder calx_builder;

/** Owned by the caller: calx_builder_free(). NULL: no memory. */
CALX_API calx_builder *calx_builder_new(void);

/** Frees all it keeps; a query or filter that was given some of it has its own copy. Takes NULL. */
CALX_API void calx_builder_free(calx_builder *builder);

/**
 * Keeps an expression, with its texts and lists: the answer is one node that stands for it, good
 * until the builder is freed. A select in it stays borrowed until the answer was given to a query
 * or another select. NULL as builder answers an expression that was never set.
 */
CALX_API calx_expression calx_builder_keep(calx_builder *builder, calx_expression expression);

/** As calx_function(), with any number of arguments. */
CALX_API calx_expression calx_builder_function(calx_builder *builder, const char *name,
                                               calx_value_type value_class,
                                               const calx_expression *arguments, size_t count);

/** A copy of text in which nothing is special to calx_like(); NULL: no memory. */
CALX_API const char *calx_builder_like_text(calx_builder *builder, const char *text);

/**
 * A function of the database, by its name, which may have a schema before a point.
 * @param value_class  of the result; CALX_VALUE_NULL: not known, then it is never checked
 * @param arguments    borrowed for the call; may be NULL without any
 */
CALX_API calx_expression calx_function(const char *name, calx_value_type value_class,
                                       const calx_expression *arguments, size_t count);

/**
 * CASE: calx_else(calx_when(calx_case(…, …), …, …), …). The value of the first condition that
 * holds; else that of calx_else(), or NULL. Values are expressions: calx_scalar().
 */
CALX_API calx_expression calx_case(calx_expression condition, calx_expression value);
CALX_API calx_expression calx_when(calx_expression so_far, calx_expression condition,
                                   calx_expression value);
CALX_API calx_expression calx_else(calx_expression so_far, calx_expression value);

/* What the macros below stand on. */
CALX_API calx_expression calx_unary_(calx_operator operation, calx_expression operand);
CALX_API calx_expression calx_binary_(calx_operator operation, calx_expression left,
                                      calx_expression right);
CALX_API calx_expression calx_ternary_(calx_operator operation, calx_expression first,
                                       calx_expression second, calx_expression third);
CALX_API calx_expression calx_cast_(calx_expression operand, calx_value_type value_class);
CALX_API calx_expression calx_larger_(calx_operator operation, calx_expression left,
                                      calx_expression right);

CALX_END_DECLS

#ifndef __cplusplus

/** Numbers. A double among them makes the result one. */
#define calx_add(left, right) calx_binary_(CALX_OP_ADD, CALX_NUMBER_(left), CALX_NUMBER_(right))
#define calx_sub(left, right)                                                                      \
    calx_binary_(CALX_OP_SUBTRACT, CALX_NUMBER_(left), CALX_NUMBER_(right))
#define calx_mul(left, right)                                                                      \
    calx_binary_(CALX_OP_MULTIPLY, CALX_NUMBER_(left), CALX_NUMBER_(right))

/** Of two integers an integer, cut towards zero; by zero NULL. */
#define calx_div(left, right) calx_binary_(CALX_OP_DIVIDE, CALX_NUMBER_(left), CALX_NUMBER_(right))

/** What an integer division leaves, with the sign of left; by zero NULL. */
#define calx_mod(left, right) calx_binary_(CALX_OP_MODULO, CALX_NUMBER_(left), CALX_NUMBER_(right))
#define calx_neg(number)      calx_unary_(CALX_OP_NEGATE, CALX_NUMBER_(number))
#define calx_abs(number)      calx_unary_(CALX_OP_ABS, CALX_NUMBER_(number))

/** A double without a fraction; halves go away from zero. */
#define calx_round(number) calx_unary_(CALX_OP_ROUND, CALX_NUMBER_(number))

/** The larger and the smaller one; NULL if one of them is. Each is written three times. */
#define calx_greatest(left, right) calx_larger_(CALX_OP_GE, CALX_SCALAR_(left), CALX_SCALAR_(right))
#define calx_least(left, right)    calx_larger_(CALX_OP_LE, CALX_SCALAR_(left), CALX_SCALAR_(right))

/** Text. NULL if one of them is. */
#define calx_concat(left, right) calx_binary_(CALX_OP_CONCAT, CALX_TEXT_(left), CALX_TEXT_(right))
#define calx_lower(text)         calx_unary_(CALX_OP_LOWER, CALX_TEXT_(text))
#define calx_upper(text)         calx_unary_(CALX_OP_UPPER_CASE, CALX_TEXT_(text))

/** Without blanks at both ends. */
#define calx_trim(text) calx_unary_(CALX_OP_TRIM, CALX_TEXT_(text))

/** The part of so many characters, from a position that counts from 1. */
#define calx_substr(text, first, length)                                                           \
    calx_ternary_(CALX_OP_SUBSTR, CALX_TEXT_(text), CALX_NUMBER_(first), CALX_NUMBER_(length))

/** All of one part by another. */
#define calx_replace(text, part, other)                                                            \
    calx_ternary_(CALX_OP_REPLACE, CALX_TEXT_(text), CALX_TEXT_(part), CALX_TEXT_(other))

/** Of text in characters, of bytes in bytes. */
#define calx_length(value) calx_unary_(CALX_OP_LENGTH, CALX_SCALAR_(value))

/** The first that is not NULL. */
#define calx_coalesce(value, other)                                                                \
    calx_binary_(CALX_OP_COALESCE, CALX_SCALAR_(value), CALX_SCALAR_(other))

/** NULL if they are equal, else value. */
#define calx_nullif(value, other)                                                                  \
    calx_binary_(CALX_OP_NULLIF, CALX_SCALAR_(value), CALX_SCALAR_(other))

/**
 * calx_cast(value, CALX_VALUE_TEXT): between numbers, from numbers to text and back, from bool to
 * integers and back. A double loses its fraction. Text that is no number is the database's failure
 * on PostgreSQL and read as far as it goes on SQLite; how a double is spelled is their choice.
 */
#define calx_cast(value, value_class) calx_cast_(CALX_SCALAR_(value), value_class)

#else /* C++ */

template <class Left, class Right> calx_expression calx_add(Left left, Right right)
{
    return calx_binary_(CALX_OP_ADD, calx_number_of_(left), calx_number_of_(right));
}
template <class Left, class Right> calx_expression calx_sub(Left left, Right right)
{
    return calx_binary_(CALX_OP_SUBTRACT, calx_number_of_(left), calx_number_of_(right));
}
template <class Left, class Right> calx_expression calx_mul(Left left, Right right)
{
    return calx_binary_(CALX_OP_MULTIPLY, calx_number_of_(left), calx_number_of_(right));
}
template <class Left, class Right> calx_expression calx_div(Left left, Right right)
{
    return calx_binary_(CALX_OP_DIVIDE, calx_number_of_(left), calx_number_of_(right));
}
template <class Left, class Right> calx_expression calx_mod(Left left, Right right)
{
    return calx_binary_(CALX_OP_MODULO, calx_number_of_(left), calx_number_of_(right));
}
template <class Number> calx_expression calx_neg(Number number)
{
    return calx_unary_(CALX_OP_NEGATE, calx_number_of_(number));
}
template <class Number> calx_expression calx_abs(Number number)
{
    return calx_unary_(CALX_OP_ABS, calx_number_of_(number));
}
template <class Number> calx_expression calx_round(Number number)
{
    return calx_unary_(CALX_OP_ROUND, calx_number_of_(number));
}
template <class Left, class Right> calx_expression calx_greatest(Left left, Right right)
{
    return calx_larger_(CALX_OP_GE, calx_scalar(left), calx_scalar(right));
}
template <class Left, class Right> calx_expression calx_least(Left left, Right right)
{
    return calx_larger_(CALX_OP_LE, calx_scalar(left), calx_scalar(right));
}
template <class Left, class Right> calx_expression calx_concat(Left left, Right right)
{
    return calx_binary_(CALX_OP_CONCAT, calx_text_of_(left), calx_text_of_(right));
}
template <class Text> calx_expression calx_lower(Text text)
{
    return calx_unary_(CALX_OP_LOWER, calx_text_of_(text));
}
template <class Text> calx_expression calx_upper(Text text)
{
    return calx_unary_(CALX_OP_UPPER_CASE, calx_text_of_(text));
}
template <class Text> calx_expression calx_trim(Text text)
{
    return calx_unary_(CALX_OP_TRIM, calx_text_of_(text));
}
template <class Text, class First, class Length>
calx_expression calx_substr(Text text, First first, Length length)
{
    return calx_ternary_(CALX_OP_SUBSTR, calx_text_of_(text), calx_number_of_(first),
                         calx_number_of_(length));
}
template <class Text, class Part, class Other>
calx_expression calx_replace(Text text, Part part, Other other)
{
    return calx_ternary_(CALX_OP_REPLACE, calx_text_of_(text), calx_text_of_(part),
                         calx_text_of_(other));
}
template <class Value> calx_expression calx_length(Value value)
{
    return calx_unary_(CALX_OP_LENGTH, calx_scalar(value));
}
template <class Value, class Other> calx_expression calx_coalesce(Value value, Other other)
{
    return calx_binary_(CALX_OP_COALESCE, calx_scalar(value), calx_scalar(other));
}
template <class Value, class Other> calx_expression calx_nullif(Value value, Other other)
{
    return calx_binary_(CALX_OP_NULLIF, calx_scalar(value), calx_scalar(other));
}
template <class Value> calx_expression calx_cast(Value value, calx_value_type value_class)
{
    return calx_cast_(calx_scalar(value), value_class);
}

#endif

#endif
