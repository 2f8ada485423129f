/*
 * Expressions of puzzles in the words an application uses. Columns and values are taken as they are
 * where there is a form of a function for them; what is larger is kept by a builder, now and then
 * also what would not need it.
 */
#include "ask.h"

#include "support/harness.h"

#include <stdio.h>
#include <string.h>

/* ---- leaves ---- */

calx_column_ref ask_column(const puzzle_expr *column)
{
    const puzzle_source *of = column->source;
    return (calx_column_ref){ of->alias.mapper, (uint16_t)column->field, of->alias.number };
}

static calx_expression ask_handle(const puzzle_expr *column)
{
    calx_column_ref ref = ask_column(column);
    switch (column->kind) {
    case KIND_BOOL:
        return calx_scalar(((calx_bool_column){ ref }));
    case KIND_INT:
        return calx_scalar(((calx_int64_column){ ref }));
    case KIND_REAL:
        return calx_scalar(((calx_double_column){ ref }));
    case KIND_TEXT:
        return calx_scalar(((calx_text_column){ ref }));
    default:
        return calx_scalar(((calx_timestamp_column){ ref }));
    }
}

static calx_expression ask_cell(const puzzle_cell *cell)
{
    bool is_true = cell->whole != 0;
    switch (cell->kind) {
    case KIND_BOOL:
        return calx_scalar(is_true);
    case KIND_REAL:
        return calx_scalar(cell->real);
    case KIND_TEXT:
        return calx_scalar(cell->text);
    default:
        return calx_scalar(cell->whole);
    }
}

/* Small enough to stand among others. */
static calx_expression ask_part(asker *self, const puzzle_expr *part, uint32_t most)
{
    calx_expression made = ask_value(self, part);
    bool is_kept = made.count > most || ++self->turn % 7 == 0;
    return is_kept ? calx_builder_keep(self->builder, made) : made;
}

/* ---- comparisons ---- */

static calx_expression compare(int op, calx_expression left, calx_expression right)
{
    switch (op) {
    case CALX_OP_EQ:
        return calx_eq(left, right);
    case CALX_OP_NE:
        return calx_ne(left, right);
    case CALX_OP_LT:
        return calx_lt(left, right);
    case CALX_OP_LE:
        return calx_le(left, right);
    case CALX_OP_GT:
        return calx_gt(left, right);
    case CALX_OP_GE:
        return calx_ge(left, right);
    case CALX_OP_DISTINCT:
        return calx_is_distinct_from(left, right);
    default:
        return calx_is_not_distinct_from(left, right);
    }
}

static calx_expression compare_integers(int op, calx_int64_column left, int64_t right)
{
    switch (op) {
    case CALX_OP_EQ:
        return calx_eq(left, right);
    case CALX_OP_NE:
        return calx_ne(right, left);
    case CALX_OP_LT:
        return calx_lt(left, right);
    case CALX_OP_LE:
        return calx_ge(right, left);
    case CALX_OP_GT:
        return calx_gt(left, right);
    case CALX_OP_GE:
        return calx_ge(left, right);
    case CALX_OP_DISTINCT:
        return calx_is_distinct_from(left, right);
    default:
        return calx_is_not_distinct_from(left, right);
    }
}

static calx_expression compare_texts(int op, calx_text_column left, const char *right)
{
    switch (op) {
    case CALX_OP_EQ:
        return calx_eq(left, right);
    case CALX_OP_NE:
        return calx_ne(left, right);
    case CALX_OP_LT:
        return calx_gt(right, left);
    case CALX_OP_LE:
        return calx_le(left, right);
    case CALX_OP_GT:
        return calx_gt(left, right);
    case CALX_OP_GE:
        return calx_le(right, left);
    case CALX_OP_DISTINCT:
        return calx_is_distinct_from(left, right);
    default:
        return calx_is_not_distinct_from(left, right);
    }
}

static calx_expression compare_times(int op, calx_timestamp_column left, calx_timestamp right)
{
    switch (op) {
    case CALX_OP_EQ:
        return calx_eq(left, right);
    case CALX_OP_NE:
        return calx_ne(left, right);
    case CALX_OP_LT:
        return calx_lt(left, right);
    case CALX_OP_LE:
        return calx_le(left, right);
    case CALX_OP_GT:
        return calx_gt(left, right);
    case CALX_OP_GE:
        return calx_ge(left, right);
    case CALX_OP_DISTINCT:
        return calx_is_distinct_from(left, right);
    default:
        return calx_is_not_distinct_from(left, right);
    }
}

static calx_expression ask_comparison(asker *self, const puzzle_expr *value)
{
    const puzzle_expr *left = value->parts[0], *right = value->parts[1];
    bool is_leaf = left->op == CALX_OP_COLUMN && right->op == CALX_OP_VALUE;
    calx_column_ref ref = { NULL, 0, 0 };
    if (left->op == CALX_OP_COLUMN)
        ref = ask_column(left);
    if (is_leaf && left->kind == KIND_INT && right->kind == KIND_INT)
        return compare_integers(value->op, (calx_int64_column){ ref }, right->value.whole);
    if (is_leaf && left->kind == KIND_TEXT)
        return compare_texts(value->op, (calx_text_column){ ref }, right->value.text);
    if (is_leaf && left->kind == KIND_TIME)
        return compare_times(value->op, (calx_timestamp_column){ ref }, right->value.whole);
    return compare(value->op, ask_part(self, left, 4), ask_part(self, right, 4));
}

static calx_expression ask_match(asker *self, const puzzle_expr *value)
{
    calx_expression text = ask_part(self, value->parts[0], 4);
    calx_expression part = ask_part(self, value->parts[1], 4);
    switch (value->op) {
    case CALX_OP_LIKE:
        return calx_like(text, part);
    case CALX_OP_NOT_LIKE:
        return calx_not_like(text, part);
    case CALX_OP_ILIKE:
        return calx_ilike(text, part);
    case CALX_OP_NOT_ILIKE:
        return calx_not_ilike(text, part);
    case CALX_OP_STARTS_WITH:
        return calx_starts_with(text, part);
    case CALX_OP_ENDS_WITH:
        return calx_ends_with(text, part);
    default:
        return calx_contains(text, part);
    }
}

/* ---- lists ---- */

#define ASK_IN(value, wanted, items)                                                               \
    ((value)->op == CALX_OP_IN ? calx_in(wanted, items, (value)->list_count)                       \
                               : calx_not_in(wanted, items, (value)->list_count))

static calx_expression ask_in_integers(asker *self, const puzzle_expr *value)
{
    const puzzle_expr *wanted = value->parts[0];
    int64_t *items = pool_take(self->pool, (value->list_count + 1) * sizeof *items);
    for (size_t i = 0; i < value->list_count; i++)
        items[i] = value->list[i].whole;
    if (wanted->op == CALX_OP_COLUMN && wanted->kind == KIND_TIME)
        return ASK_IN(value, ((calx_timestamp_column){ ask_column(wanted) }), items);
    if (wanted->op == CALX_OP_COLUMN)
        return ASK_IN(value, ((calx_int64_column){ ask_column(wanted) }), items);
    return ASK_IN(value, ask_part(self, wanted, 6), items);
}

static calx_expression ask_in(asker *self, const puzzle_expr *value)
{
    const puzzle_expr *wanted = value->parts[0];
    size_t count = value->list_count;
    const char **texts = pool_take(self->pool, (count + 1) * sizeof *texts);
    double *reals = pool_take(self->pool, (count + 1) * sizeof *reals);
    bool *truths = pool_take(self->pool, (count + 1) * sizeof *truths);
    for (size_t i = 0; i < count; i++) {
        texts[i] = value->list[i].text;
        reals[i] = value->list[i].real;
        truths[i] = value->list[i].whole != 0;
    }
    switch (wanted->kind) {
    case KIND_BOOL:
        return ASK_IN(value, ask_part(self, wanted, 6), truths);
    case KIND_REAL:
        if (wanted->op == CALX_OP_COLUMN)
            return ASK_IN(value, ((calx_double_column){ ask_column(wanted) }), reals);
        return ASK_IN(value, ask_part(self, wanted, 6), reals);
    case KIND_TEXT:
        if (wanted->op == CALX_OP_COLUMN)
            return ASK_IN(value, ((calx_text_column){ ask_column(wanted) }), texts);
        return ASK_IN(value, ask_part(self, wanted, 6), texts);
    default:
        return ask_in_integers(self, value);
    }
}

/* ---- many parts ---- */

static calx_expression ask_join(asker *self, const puzzle_expr *value)
{
    calx_expression made = ask_part(self, value->parts[0], 3);
    for (size_t i = 1; i < value->part_count; i++) {
        calx_expression next = ask_part(self, value->parts[i], 2);
        made = value->op == CALX_OP_AND ? calx_and(made, next) : calx_or(made, next);
    }
    return made;
}

static calx_expression ask_case(asker *self, const puzzle_expr *value)
{
    size_t pairs = (value->part_count - value->has_else) / 2;
    calx_expression made =
        calx_case(ask_part(self, value->parts[0], 2), ask_part(self, value->parts[1], 1));
    for (size_t i = 1; i < pairs; i++)
        made = calx_when(made, ask_part(self, value->parts[2 * i], 2),
                         ask_part(self, value->parts[2 * i + 1], 1));
    return value->has_else ? calx_else(made, ask_part(self, value->parts[2 * pairs], 1)) : made;
}

static calx_expression ask_between(asker *self, const puzzle_expr *value)
{
    const puzzle_expr *middle = value->parts[0], *low = value->parts[1], *high = value->parts[2];
    if (middle->op == CALX_OP_COLUMN && middle->kind == KIND_INT && low->op == CALX_OP_VALUE &&
        low->kind == KIND_INT && high->op == CALX_OP_VALUE && high->kind == KIND_INT)
        return calx_between(((calx_int64_column){ ask_column(middle) }), low->value.whole,
                            high->value.whole);
    calx_expression of = ask_part(self, middle, 3);
    calx_expression from = ask_part(self, low, 3);
    return calx_between(of, from, ask_part(self, high, 3));
}

/* ---- operators ---- */

static calx_expression ask_of_one(asker *self, const puzzle_expr *value)
{
    static const calx_value_type classes[] = { [KIND_BOOL] = CALX_VALUE_BOOL,
                                               [KIND_INT] = CALX_VALUE_INT64,
                                               [KIND_REAL] = CALX_VALUE_DOUBLE,
                                               [KIND_TEXT] = CALX_VALUE_TEXT,
                                               [KIND_TIME] = CALX_VALUE_TIMESTAMP };
    calx_expression of = ask_part(self, value->parts[0], 6);
    switch (value->op) {
    case CALX_OP_NOT:
        return calx_not(of);
    case CALX_OP_IS_NULL:
        return calx_is_null(of);
    case CALX_OP_IS_NOT_NULL:
        return calx_is_not_null(of);
    case CALX_OP_NEGATE:
        return calx_neg(of);
    case CALX_OP_ABS:
        return calx_abs(of);
    case CALX_OP_ROUND:
        return calx_round(of);
    case CALX_OP_LENGTH:
        return calx_length(of);
    case CALX_OP_LOWER:
        return calx_lower(of);
    case CALX_OP_UPPER_CASE:
        return calx_upper(of);
    case CALX_OP_TRIM:
        return calx_trim(of);
    default:
        return calx_cast(of, classes[value->kind]);
    }
}

static calx_expression ask_of_two(asker *self, const puzzle_expr *value)
{
    uint32_t most = value->op >= OP_GREATEST ? 1 : 4;
    calx_expression left = ask_part(self, value->parts[0], most);
    calx_expression right = ask_part(self, value->parts[1], most);
    switch (value->op) {
    case CALX_OP_ADD:
        return calx_add(left, right);
    case CALX_OP_SUBTRACT:
        return calx_sub(left, right);
    case CALX_OP_MULTIPLY:
        return calx_mul(left, right);
    case CALX_OP_DIVIDE:
        return calx_div(left, right);
    case CALX_OP_MODULO:
        return calx_mod(left, right);
    case CALX_OP_CONCAT:
        return calx_concat(left, right);
    case CALX_OP_COALESCE:
        return calx_coalesce(left, right);
    case CALX_OP_NULLIF:
        return calx_nullif(left, right);
    case OP_GREATEST:
        return calx_greatest(left, right);
    default:
        return calx_least(left, right);
    }
}

static calx_expression ask_of_three(asker *self, const puzzle_expr *value)
{
    calx_expression first = ask_part(self, value->parts[0], 3);
    calx_expression second = ask_part(self, value->parts[1], 3);
    calx_expression third = ask_part(self, value->parts[2], 3);
    return value->op == CALX_OP_SUBSTR ? calx_substr(first, second, third)
                                       : calx_replace(first, second, third);
}

static calx_expression ask_aggregate(asker *self, const puzzle_expr *value)
{
    calx_expression of, made;
    if (value->op == CALX_OP_COUNT_ALL)
        return calx_count_all();
    of = ask_part(self, value->parts[0], 4);
    switch (value->op) {
    case CALX_OP_COUNT:
        made = calx_count(of);
        break;
    case CALX_OP_SUM:
        made = calx_sum(of);
        break;
    case CALX_OP_AVG:
        made = calx_avg(of);
        break;
    case CALX_OP_MIN:
        made = calx_min(of);
        break;
    default:
        made = calx_max(of);
    }
    return value->is_distinct ? calx_distinct(made) : made;
}

/* ---- windows ---- */

static calx_expression ask_window_function(asker *self, const puzzle_expr *value)
{
    int64_t distance = value->window->first;
    switch (value->window->function) {
    case CALX_OP_ROW_NUMBER:
        return calx_row_number();
    case CALX_OP_RANK:
        return calx_rank();
    case CALX_OP_DENSE_RANK:
        return calx_dense_rank();
    case CALX_OP_LAG:
        return calx_lag(ask_part(self, value->parts[0], 3), distance);
    case CALX_OP_LEAD:
        return calx_lead(ask_part(self, value->parts[0], 3), distance);
    default:
        break;
    }
    puzzle_expr aggregate = *value;
    aggregate.op = value->window->function;
    return ask_aggregate(self, &aggregate);
}

static calx_expression ask_window(asker *self, const puzzle_expr *value)
{
    const puzzle_window *window = value->window;
    calx_expression made = calx_over(ask_window_function(self, value));
    if (window->cut != NULL)
        made = calx_partition(made, ask_value(self, window->cut));
    if (window->rank != NULL)
        made = calx_window_order(made, ask_value(self, window->rank), window->descending);
    for (size_t i = 0; window->rank == NULL && i < value->query->source_count; i++) {
        const puzzle_expr key = { .source = (puzzle_source *)(uintptr_t)&value->query->sources[i],
                                  .kind = KIND_INT };
        made =
            calx_window_order(made, ((calx_int64_column){ ask_column(&key) }), window->descending);
    }
    return window->has_frame ? calx_frame_of(made, CALX_FRAME_ROWS, window->first, window->last)
                             : made;
}

static calx_expression ask_subquery(asker *self, const puzzle_expr *value)
{
    calx_select *select = ask_select(self, value->query);
    if (value->op == CALX_OP_EXISTS)
        return calx_exists(select);
    if (value->op == CALX_OP_SELECT)
        return calx_select_expression(select);
    if (value->parts[0]->op == CALX_OP_COLUMN && value->parts[0]->kind == KIND_INT)
        return calx_in_select(((calx_int64_column){ ask_column(value->parts[0]) }), select);
    return calx_in_select(ask_part(self, value->parts[0], 6), select);
}

static calx_expression ask_operator(asker *self, const puzzle_expr *value)
{
    if (value->op >= CALX_OP_EQ && value->op <= CALX_OP_GE)
        return ask_comparison(self, value);
    if (value->op == CALX_OP_DISTINCT || value->op == CALX_OP_NOT_DISTINCT)
        return ask_comparison(self, value);
    if (value->op >= CALX_OP_COUNT_ALL && value->op <= CALX_OP_MAX)
        return ask_aggregate(self, value);
    if (value->kind == KIND_BOOL && value->part_count == 2 && value->op >= CALX_OP_LIKE &&
        value->op <= CALX_OP_CONTAINS)
        return ask_match(self, value);
    return value->part_count == 1   ? ask_of_one(self, value)
           : value->part_count == 2 ? ask_of_two(self, value)
                                    : ask_of_three(self, value);
}

calx_expression ask_value(asker *self, const puzzle_expr *value)
{
    switch (value->op) {
    case CALX_OP_VALUE:
        return ask_cell(&value->value);
    case CALX_OP_COLUMN:
        return ask_handle(value);
    case CALX_OP_AND:
    case CALX_OP_OR:
        return ask_join(self, value);
    case CALX_OP_BETWEEN:
        return ask_between(self, value);
    case CALX_OP_IN:
    case CALX_OP_NOT_IN:
        return ask_in(self, value);
    case CALX_OP_CASE:
        return ask_case(self, value);
    case CALX_OP_EXISTS:
    case CALX_OP_SELECT:
    case CALX_OP_IN_SELECT:
        return ask_subquery(self, value);
    case CALX_OP_OVER:
        return ask_window(self, value);
    case CALX_OP_FILTER:
        return calx_filtered(ask_aggregate(self, value->parts[0]),
                             ask_part(self, value->parts[1], 5));
    default:
        return ask_operator(self, value);
    }
}
