/*
 * Expressions worked out by definition: NULL in, NULL out, but where the headers of Calx say
 * otherwise; truth has three values.
 */
#include "puzzle.h"

#include "solve.h"

#include "support/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

puzzle_cell null_cell(puzzle_kind kind)
{
    return (puzzle_cell){ .kind = kind, .is_null = true };
}

puzzle_cell truth(bool holds)
{
    return (puzzle_cell){ .kind = KIND_BOOL, .whole = holds };
}

static puzzle_cell integer(int64_t value)
{
    return (puzzle_cell){ .kind = KIND_INT, .whole = value };
}

static puzzle_cell number(double value)
{
    return (puzzle_cell){ .kind = KIND_REAL, .real = value };
}

static puzzle_cell text(const char *value)
{
    return (puzzle_cell){ .kind = KIND_TEXT, .text = value };
}

static double real_of(const puzzle_cell *cell)
{
    return cell->kind == KIND_REAL ? cell->real : (double)cell->whole;
}

bool holds(const puzzle_cell *cell)
{
    return !cell->is_null && cell->whole != 0;
}

int cell_compare(const puzzle_cell *left, const puzzle_cell *right)
{
    if (left->is_null || right->is_null)
        return (int)right->is_null - (int)left->is_null;
    if (left->kind == KIND_TEXT) {
        int order = strcmp(left->text, right->text);
        return (order > 0) - (order < 0);
    }
    if (left->kind == KIND_REAL || right->kind == KIND_REAL)
        return (real_of(left) > real_of(right)) - (real_of(left) < real_of(right));
    return (left->whole > right->whole) - (left->whole < right->whole);
}

/* ---- truth ---- */

static puzzle_cell solve_join(const solver *self, const puzzle_expr *value)
{
    bool stops_at = value->op == CALX_OP_OR;
    bool is_known = true;
    for (size_t i = 0; i < value->part_count; i++) {
        puzzle_cell part = solve_value(self, value->parts[i]);
        if (!part.is_null && (part.whole != 0) == stops_at)
            return truth(stops_at);
        is_known = is_known && !part.is_null;
    }
    return is_known ? truth(!stops_at) : null_cell(KIND_BOOL);
}

static bool compares_as(int op, int order)
{
    switch (op) {
    case CALX_OP_EQ:
    case CALX_OP_NOT_DISTINCT:
        return order == 0;
    case CALX_OP_NE:
    case CALX_OP_DISTINCT:
        return order != 0;
    case CALX_OP_LT:
        return order < 0;
    case CALX_OP_LE:
        return order <= 0;
    case CALX_OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static puzzle_cell compare(int op, const puzzle_cell *left, const puzzle_cell *right)
{
    bool knows_null = op == CALX_OP_DISTINCT || op == CALX_OP_NOT_DISTINCT;
    if (!knows_null && (left->is_null || right->is_null))
        return null_cell(KIND_BOOL);
    return truth(compares_as(op, cell_compare(left, right)));
}

static puzzle_cell solve_between(const solver *self, const puzzle_expr *value)
{
    puzzle_cell middle = solve_value(self, value->parts[0]);
    puzzle_cell low = solve_value(self, value->parts[1]);
    puzzle_cell high = solve_value(self, value->parts[2]);
    puzzle_cell above = compare(CALX_OP_GE, &middle, &low);
    puzzle_cell below = compare(CALX_OP_LE, &middle, &high);
    if ((!above.is_null && above.whole == 0) || (!below.is_null && below.whole == 0))
        return truth(false);
    return above.is_null || below.is_null ? null_cell(KIND_BOOL) : truth(true);
}

static puzzle_cell solve_in(const solver *self, const puzzle_expr *value)
{
    puzzle_cell wanted = solve_value(self, value->parts[0]);
    bool found = false;
    for (size_t i = 0; i < value->list_count && !wanted.is_null; i++)
        found = found || cell_compare(&wanted, &value->list[i]) == 0;
    if (wanted.is_null && value->list_count > 0)
        return null_cell(KIND_BOOL);
    return truth(found == (value->op == CALX_OP_IN));
}

static puzzle_cell solve_in_query(const solver *self, const puzzle_expr *value)
{
    puzzle_cell wanted = solve_value(self, value->parts[0]);
    puzzle_rows among = puzzle_solve(self->world, self->pool, value->query);
    bool is_known = !wanted.is_null;
    for (size_t i = 0; i < among.count; i++) {
        if (!wanted.is_null && !among.cells[i]->is_null &&
            cell_compare(&wanted, among.cells[i]) == 0)
            return truth(true);
        is_known = is_known && !among.cells[i]->is_null;
    }
    return among.count == 0 || is_known ? truth(false) : null_cell(KIND_BOOL);
}

/* ---- text ---- */

/* How many bytes a character has. */
static size_t width_of(const char *at)
{
    size_t width = 1;
    while (((unsigned char)at[width] & 0xc0u) == 0x80u)
        width++;
    return width;
}

static int64_t length_of(const char *at)
{
    int64_t count = 0;
    for (; *at != '\0'; at += width_of(at))
        count++;
    return count;
}

static char small(char letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

static char large(char letter)
{
    return (char)(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
}

static bool is_like(const char *at, const char *pattern, bool folds)
{
    for (; *pattern != '\0'; at++, pattern++) {
        if (*pattern == '%') {
            for (; *at != '\0'; at += width_of(at))
                if (is_like(at, pattern + 1, folds))
                    return true;
            return is_like(at, pattern + 1, folds);
        }
        if (*at == '\0')
            return false;
        if (*pattern == '_') {
            at += width_of(at) - 1;
            continue;
        }
        if (*pattern == '\\')
            pattern++;
        if (folds ? small(*at) != small(*pattern) : *at != *pattern)
            return false;
    }
    return *at == '\0';
}

static bool matches(const solver *self, int op, const char *whole, const char *part)
{
    size_t size = strlen(whole), part_size = strlen(part);
    switch (op) {
    case CALX_OP_LIKE:
        return is_like(whole, part, self->world->folds_case);
    case CALX_OP_NOT_LIKE:
        return !is_like(whole, part, self->world->folds_case);
    case CALX_OP_ILIKE:
        return is_like(whole, part, true);
    case CALX_OP_NOT_ILIKE:
        return !is_like(whole, part, true);
    case CALX_OP_STARTS_WITH:
        return strncmp(whole, part, part_size) == 0;
    case CALX_OP_ENDS_WITH:
        return size >= part_size && strcmp(whole + size - part_size, part) == 0;
    default:
        return strstr(whole, part) != NULL;
    }
}

static puzzle_cell in_case(const solver *self, const puzzle_cell *of, char (*letter)(char))
{
    size_t size = strlen(of->text);
    char *made = pool_text(self->pool, of->text, size);
    for (size_t i = 0; i < size; i++)
        made[i] = letter(made[i]);
    return text(made);
}

static puzzle_cell trimmed(const solver *self, const puzzle_cell *of)
{
    const char *first = of->text;
    size_t size = strlen(first);
    while (*first == ' ')
        first++, size--;
    while (size > 0 && first[size - 1] == ' ')
        size--;
    return text(pool_text(self->pool, first, size));
}

static puzzle_cell span(const solver *self, const puzzle_cell *cells)
{
    const char *first = cells[0].text;
    for (int64_t i = 1; i < cells[1].whole && *first != '\0'; i++)
        first += width_of(first);
    const char *end = first;
    for (int64_t i = 0; i < cells[2].whole && *end != '\0'; i++)
        end += width_of(end);
    return text(pool_text(self->pool, first, (size_t)(end - first)));
}

static puzzle_cell replaced(const solver *self, const puzzle_cell *cells)
{
    const char *at = cells[0].text, *part = cells[1].text, *other = cells[2].text;
    size_t part_size = strlen(part), other_size = strlen(other), size = 0;
    char *made = pool_take(self->pool, strlen(at) * (other_size + 1) + 1);
    while (*at != '\0') {
        bool found = part_size > 0 && strncmp(at, part, part_size) == 0;
        memcpy(made + size, found ? other : at, found ? other_size : 1);
        size += found ? other_size : 1;
        at += found ? part_size : 1;
    }
    return text(made);
}

static puzzle_cell joined(const solver *self, const puzzle_cell *left, const puzzle_cell *right)
{
    size_t size = strlen(left->text);
    char *made = pool_take(self->pool, size + strlen(right->text) + 1);
    memcpy(made, left->text, size);
    strcpy(made + size, right->text);
    return text(made);
}

/* ---- numbers ---- */

static puzzle_cell of_integers(int op, int64_t left, int64_t right)
{
    switch (op) {
    case CALX_OP_ADD:
        return integer(left + right);
    case CALX_OP_SUBTRACT:
        return integer(left - right);
    case CALX_OP_MULTIPLY:
        return integer(left * right);
    case CALX_OP_DIVIDE:
        return right == 0 ? null_cell(KIND_INT) : integer(left / right);
    default:
        return right == 0 ? null_cell(KIND_INT) : integer(left % right);
    }
}

static puzzle_cell of_reals(int op, double left, double right)
{
    switch (op) {
    case CALX_OP_ADD:
        return number(left + right);
    case CALX_OP_SUBTRACT:
        return number(left - right);
    case CALX_OP_MULTIPLY:
        return number(left * right);
    default:
        return right == 0 ? null_cell(KIND_REAL) : number(left / right);
    }
}

static puzzle_cell solve_arithmetic(const puzzle_expr *value, const puzzle_cell *cells)
{
    if (value->kind == KIND_INT)
        return of_integers(value->op, cells[0].whole, cells[1].whole);
    return of_reals(value->op, real_of(&cells[0]), real_of(&cells[1]));
}

/* A value as what it is used for: integers beside doubles are doubles. */
static puzzle_cell as_kind(puzzle_cell made, puzzle_kind kind)
{
    if (kind == KIND_REAL && made.kind != KIND_REAL)
        made.real = (double)made.whole;
    made.kind = kind;
    return made;
}

static puzzle_cell solve_cast(const solver *self, puzzle_kind to, const puzzle_cell *from)
{
    char digits[32];
    if (to == KIND_TEXT) {
        int size = snprintf(digits, sizeof digits, "%lld", (long long)from->whole);
        return text(pool_text(self->pool, digits, (size_t)size));
    }
    if (to == KIND_BOOL)
        return truth(from->whole != 0);
    if (to == KIND_REAL)
        return number(real_of(from));
    if (from->kind == KIND_TEXT)
        return integer(strtoll(from->text, NULL, 10));
    return integer(from->kind == KIND_REAL ? (int64_t)from->real : from->whole);
}

/* ---- choices ---- */

static puzzle_cell solve_case(const solver *self, const puzzle_expr *value)
{
    size_t pairs = (value->part_count - value->has_else) / 2;
    for (size_t i = 0; i < pairs; i++) {
        puzzle_cell condition = solve_value(self, value->parts[2 * i]);
        if (holds(&condition))
            return as_kind(solve_value(self, value->parts[2 * i + 1]), value->kind);
    }
    return value->has_else ? as_kind(solve_value(self, value->parts[2 * pairs]), value->kind)
                           : null_cell(value->kind);
}

static puzzle_cell solve_one_of_two(const puzzle_expr *value, const puzzle_cell *cells)
{
    bool both = !cells[0].is_null && !cells[1].is_null;
    int order = both ? cell_compare(&cells[0], &cells[1]) : 0;
    if (value->op == CALX_OP_COALESCE)
        return as_kind(cells[cells[0].is_null], value->kind);
    if (value->op == CALX_OP_NULLIF)
        return both && order == 0 ? null_cell(value->kind) : as_kind(cells[0], value->kind);
    if (!both)
        return null_cell(value->kind);
    return as_kind(cells[value->op == OP_GREATEST ? order < 0 : order > 0], value->kind);
}

static puzzle_cell solve_select(const solver *self, const puzzle_expr *value)
{
    puzzle_rows one = puzzle_solve(self->world, self->pool, value->query);
    assert_true(one.count <= 1);
    return one.count == 0 ? null_cell(value->kind) : as_kind(one.cells[0][0], value->kind);
}

/* ---- all ---- */

/* Operators that are NULL where an operand is. */
static puzzle_cell solve_strict(const solver *self, const puzzle_expr *value,
                                const puzzle_cell *cells)
{
    switch (value->op) {
    case CALX_OP_NOT:
        return truth(cells[0].whole == 0);
    case CALX_OP_NEGATE:
        return value->kind == KIND_INT ? integer(-cells[0].whole) : number(-cells[0].real);
    case CALX_OP_ABS:
        return value->kind == KIND_INT ? integer(llabs(cells[0].whole))
                                       : number(fabs(cells[0].real));
    case CALX_OP_ROUND:
        return number(round(real_of(&cells[0])));
    case CALX_OP_LENGTH:
        return integer(length_of(cells[0].text));
    case CALX_OP_LOWER:
        return in_case(self, &cells[0], small);
    case CALX_OP_UPPER_CASE:
        return in_case(self, &cells[0], large);
    case CALX_OP_TRIM:
        return trimmed(self, &cells[0]);
    case CALX_OP_CONCAT:
        return joined(self, &cells[0], &cells[1]);
    case CALX_OP_SUBSTR:
        return span(self, cells);
    case CALX_OP_REPLACE:
        return replaced(self, cells);
    case CALX_OP_CAST:
        return solve_cast(self, value->kind, &cells[0]);
    default:
        return value->kind == KIND_BOOL
                   ? truth(matches(self, value->op, cells[0].text, cells[1].text))
                   : solve_arithmetic(value, cells);
    }
}

static puzzle_cell solve_operator(const solver *self, const puzzle_expr *value)
{
    puzzle_cell cells[MOST_PARTS];
    bool has_null = false;
    for (size_t i = 0; i < value->part_count; i++) {
        cells[i] = solve_value(self, value->parts[i]);
        has_null = has_null || cells[i].is_null;
    }
    switch (value->op) {
    case CALX_OP_IS_NULL:
        return truth(cells[0].is_null);
    case CALX_OP_IS_NOT_NULL:
        return truth(!cells[0].is_null);
    case CALX_OP_COALESCE:
    case CALX_OP_NULLIF:
    case OP_GREATEST:
    case OP_LEAST:
        return solve_one_of_two(value, cells);
    case CALX_OP_EQ:
    case CALX_OP_NE:
    case CALX_OP_LT:
    case CALX_OP_LE:
    case CALX_OP_GT:
    case CALX_OP_GE:
    case CALX_OP_DISTINCT:
    case CALX_OP_NOT_DISTINCT:
        return compare(value->op, &cells[0], &cells[1]);
    default:
        return has_null ? null_cell(value->kind) : solve_strict(self, value, cells);
    }
}

puzzle_cell solve_value(const solver *self, const puzzle_expr *value)
{
    switch (value->op) {
    case CALX_OP_VALUE:
        return value->value;
    case CALX_OP_COLUMN:
        return value->source->row == NULL ? null_cell(value->kind)
                                          : value->source->row[value->field];
    case CALX_OP_AND:
    case CALX_OP_OR:
        return solve_join(self, value);
    case CALX_OP_BETWEEN:
        return solve_between(self, value);
    case CALX_OP_IN:
    case CALX_OP_NOT_IN:
        return solve_in(self, value);
    case CALX_OP_IN_SELECT:
        return solve_in_query(self, value);
    case CALX_OP_EXISTS:
        return truth(puzzle_solve(self->world, self->pool, value->query).count > 0);
    case CALX_OP_SELECT:
        return solve_select(self, value);
    case CALX_OP_CASE:
        return solve_case(self, value);
    case CALX_OP_COUNT_ALL:
    case CALX_OP_COUNT:
    case CALX_OP_SUM:
    case CALX_OP_AVG:
    case CALX_OP_MIN:
    case CALX_OP_MAX:
    case CALX_OP_FILTER:
        return solve_aggregate(self, value);
    case CALX_OP_OVER:
        return solve_window(self, value);
    default:
        return solve_operator(self, value);
    }
}
