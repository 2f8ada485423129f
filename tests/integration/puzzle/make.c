/*
 * Expressions made at random. Each is of the kind that was asked for, and of what is visible where
 * it stands. What would leave the meaning the headers promise (an integer too large, a sum of
 * doubles that is not exact) is replaced by a column or a value.
 */
#include "make.h"

#include <string.h>

enum { MOST_NUMBER = 1000000000, MOST_TEXT = 400, MOST_SPAN = 1000000, UNKNOWN_BITS = 99 };

size_t pick(maker_of *self, size_t count)
{
    self->random = self->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(self->random >> 33) % count;
}

bool one_in(maker_of *self, size_t count)
{
    return pick(self, count) == 0;
}

puzzle_expr *new_expr(maker_of *self, int op, puzzle_kind kind)
{
    puzzle_expr *made = pool_take(self->pool, sizeof *made);
    made->op = op;
    made->kind = kind;
    made->is_ascii = true;
    made->most = 1;
    return made;
}

static bool is_number(puzzle_kind kind)
{
    return kind == KIND_INT || kind == KIND_REAL;
}

/* ---- leaves ---- */

static const char *const texts[] = { "",    "a",   "b",    "ab",       "AB", "%", "_",
                                     "\\",  "a_b", "50%",  "\303\251", "10", " ", "aab",
                                     "b a", "Ab",  "x\\y", "'",        "\"" };

static puzzle_cell some_cell(maker_of *self, puzzle_kind kind)
{
    puzzle_cell made = { .kind = kind };
    int64_t small = (int64_t)pick(self, 9) - 4;
    switch (kind) {
    case KIND_BOOL:
        made.whole = (int64_t)pick(self, 2);
        break;
    case KIND_REAL:
        made.real = (double)small / (one_in(self, 2) ? 1 : 4);
        break;
    case KIND_TEXT:
        made.text = texts[pick(self, sizeof texts / sizeof *texts)];
        break;
    case KIND_TIME:
        made.whole = INT64_C(1000000000000000) + small * INT64_C(90000000001);
        break;
    default:
        made.whole = one_in(self, 4) ? small * 25 : small;
    }
    return made;
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > 127)
            return false;
    return true;
}

puzzle_expr *make_value(maker_of *self, puzzle_kind kind)
{
    puzzle_expr *made = new_expr(self, CALX_OP_VALUE, kind);
    made->value = some_cell(self, kind);
    made->most = kind == KIND_TEXT ? 10 : 100;
    made->fraction = 2;
    made->is_ascii = kind != KIND_TEXT || is_ascii(made->value.text);
    return made;
}

puzzle_expr *make_column(maker_of *self, puzzle_source *of, size_t i)
{
    const puzzle_field *field = &self->world->tables[of->table].fields[i];
    puzzle_expr *made = new_expr(self, CALX_OP_COLUMN, field->kind);
    made->source = of;
    made->field = i;
    made->most = field->most;
    made->fraction = field->fraction;
    made->is_ascii = field->is_ascii;
    return made;
}

/* A column of that kind that is visible; NULL: there is none. */
puzzle_expr *find_column(maker_of *self, puzzle_kind kind)
{
    size_t found[MOST_VISIBLE];
    size_t count = 0;
    for (size_t i = self->visible_from; i < self->visible_count; i++) {
        const puzzle_visible *one = &self->visible[i];
        if (self->world->tables[one->source->table].fields[one->field].kind == kind)
            found[count++] = i;
    }
    if (count == 0)
        return NULL;
    const puzzle_visible *chosen = &self->visible[found[pick(self, count)]];
    return make_column(self, chosen->source, chosen->field);
}

static puzzle_expr *make_leaf(maker_of *self, puzzle_kind kind)
{
    puzzle_expr *column = kind == KIND_TIME || !one_in(self, 3) ? find_column(self, kind) : NULL;
    return column != NULL ? column : make_value(self, kind);
}

/* Times are compared with values, but values by themselves are integers. */
bool can_make(maker_of *self, puzzle_kind kind)
{
    return kind != KIND_TIME || find_column(self, KIND_TIME) != NULL;
}

puzzle_kind some_kind(maker_of *self)
{
    puzzle_kind chosen = (puzzle_kind)pick(self, KINDS);
    return can_make(self, chosen) ? chosen : KIND_INT;
}

static puzzle_kind some_number(maker_of *self)
{
    return one_in(self, 2) ? KIND_INT : KIND_REAL;
}

/* ---- operators ---- */

static puzzle_expr *add_part(puzzle_expr *to, puzzle_expr *part)
{
    to->parts[to->part_count++] = part;
    to->is_ascii = to->is_ascii && part->is_ascii;
    return to;
}

static puzzle_expr *make_of(maker_of *self, int op, puzzle_kind kind, puzzle_expr *one,
                            puzzle_expr *other)
{
    puzzle_expr *made = new_expr(self, op, kind);
    add_part(made, one);
    if (other != NULL)
        add_part(made, other);
    made->most = one->most;
    made->fraction = one->fraction;
    if (other != NULL && other->most > made->most)
        made->most = other->most;
    if (other != NULL && other->fraction > made->fraction)
        made->fraction = other->fraction;
    return made;
}

/* What it is when it stays as small as it must. */
static puzzle_expr *settle(maker_of *self, puzzle_expr *made)
{
    bool is_large = made->most > (made->kind == KIND_TEXT ? MOST_TEXT : MOST_NUMBER);
    if (made->fraction > 20)
        made->fraction = UNKNOWN_BITS;
    return is_large ? make_leaf(self, made->kind) : made;
}

/* Numbers, one of which is of the kind. */
static puzzle_expr *make_arithmetic(maker_of *self, puzzle_kind kind, unsigned depth)
{
    static const int ops[] = { CALX_OP_ADD, CALX_OP_SUBTRACT, CALX_OP_MULTIPLY, CALX_OP_DIVIDE,
                               CALX_OP_MODULO };
    int op = ops[pick(self, kind == KIND_INT ? 5 : 4)];
    puzzle_expr *one = make_expr(self, kind, depth);
    puzzle_expr *other = make_expr(self, kind == KIND_INT ? KIND_INT : some_number(self), depth);
    bool turned = one_in(self, 2);
    puzzle_expr *made = make_of(self, op, kind, turned ? other : one, turned ? one : other);
    if (op == CALX_OP_ADD || op == CALX_OP_SUBTRACT)
        made->most = one->most + other->most;
    if (op == CALX_OP_MULTIPLY) {
        made->most = one->most * other->most;
        made->fraction = one->fraction + other->fraction;
    }
    if (op == CALX_OP_DIVIDE && kind == KIND_REAL)
        made->fraction = UNKNOWN_BITS;
    /* By a small one it grows; by an unknown one without bound. */
    if (op == CALX_OP_DIVIDE && kind == KIND_REAL)
        made->most = (turned ? one : other)->fraction > 8 ? 2.0 * MOST_NUMBER
                                                          : (turned ? other : one)->most * 256;
    return settle(self, made);
}

static puzzle_expr *make_choice(maker_of *self, puzzle_kind kind, unsigned depth)
{
    puzzle_expr *made = new_expr(self, CALX_OP_CASE, kind);
    size_t pairs = 1 + pick(self, 2);
    made->has_else = one_in(self, 2);
    made->fraction = 0;
    for (size_t i = 0; i < pairs + made->has_else; i++) {
        puzzle_expr *value =
            make_expr(self, i > 0 && kind == KIND_REAL && one_in(self, 4) ? KIND_INT : kind, depth);
        if (i < pairs)
            made->parts[made->part_count++] = make_expr(self, KIND_BOOL, depth);
        made->most = value->most > made->most ? value->most : made->most;
        made->fraction = value->fraction > made->fraction ? value->fraction : made->fraction;
        add_part(made, value);
    }
    return made;
}

/* Where one of two values comes out, and a real one may stand beside an integer. */
static puzzle_expr *make_one_of_two(maker_of *self, puzzle_kind kind, unsigned depth)
{
    static const int ops[] = { CALX_OP_COALESCE, CALX_OP_NULLIF, OP_GREATEST, OP_LEAST };
    int op = ops[pick(self, kind == KIND_BOOL ? 2 : 4)];
    puzzle_expr *one = make_expr(self, kind, depth);
    puzzle_expr *other =
        make_expr(self, kind == KIND_REAL && one_in(self, 3) ? KIND_INT : kind, depth);
    bool turned = op != CALX_OP_NULLIF && one_in(self, 2);
    return make_of(self, op, kind, turned ? other : one, turned ? one : other);
}

/* What is the same for all kinds; NULL: nothing was. */
static puzzle_expr *make_any(maker_of *self, puzzle_kind kind, unsigned depth)
{
    switch (pick(self, self->plain ? 6 : 8)) {
    case 0:
        return make_choice(self, kind, depth);
    case 1:
        return make_one_of_two(self, kind, depth);
    case 6:
        return make_scalar_query(self, kind);
    default:
        return NULL;
    }
}

static puzzle_expr *make_int(maker_of *self, unsigned depth)
{
    puzzle_expr *operand, *made;
    switch (pick(self, 8)) {
    case 0:
        return make_of(self, one_in(self, 2) ? CALX_OP_NEGATE : CALX_OP_ABS, KIND_INT,
                       make_expr(self, KIND_INT, depth), NULL);
    case 1:
        return make_of(self, CALX_OP_LENGTH, KIND_INT, make_expr(self, KIND_TEXT, depth), NULL);
    case 2:
        operand = make_expr(self, KIND_REAL, depth);
        made = make_of(self, CALX_OP_CAST, KIND_INT, operand, NULL);
        made->fraction = 0;
        return made;
    case 3:
        return make_of(self, CALX_OP_CAST, KIND_INT, make_expr(self, KIND_BOOL, depth), NULL);
    case 4:
        operand = make_expr(self, KIND_INT, depth);
        made = make_of(self, CALX_OP_CAST, KIND_TEXT, operand, NULL);
        made = make_of(self, CALX_OP_CAST, KIND_INT, made, NULL);
        made->most = operand->most;
        return made;
    default:
        return make_arithmetic(self, KIND_INT, depth);
    }
}

static puzzle_expr *make_real(maker_of *self, unsigned depth)
{
    puzzle_expr *operand;
    switch (pick(self, 6)) {
    case 0:
        return make_of(self, one_in(self, 2) ? CALX_OP_NEGATE : CALX_OP_ABS, KIND_REAL,
                       make_expr(self, KIND_REAL, depth), NULL);
    case 1:
        operand = make_expr(self, some_number(self), depth);
        if (operand->kind == KIND_REAL && (operand->fraction > 8 || operand->most > MOST_SPAN))
            return operand;
        return make_of(self, CALX_OP_ROUND, KIND_REAL, operand, NULL);
    case 2:
        return make_of(self, CALX_OP_CAST, KIND_REAL, make_expr(self, KIND_INT, depth), NULL);
    default:
        return make_arithmetic(self, KIND_REAL, depth);
    }
}

static puzzle_expr *make_position(maker_of *self, unsigned depth)
{
    puzzle_expr *made = make_expr(self, KIND_INT, depth);
    return made->most > MOST_SPAN ? make_value(self, KIND_INT) : made;
}

static puzzle_expr *make_text(maker_of *self, unsigned depth)
{
    static const int ops[] = { CALX_OP_LOWER, CALX_OP_UPPER_CASE, CALX_OP_TRIM };
    puzzle_expr *one = make_expr(self, KIND_TEXT, depth);
    puzzle_expr *made;
    switch (pick(self, 6)) {
    case 0:
    case 1:
        made = make_of(self, CALX_OP_CONCAT, KIND_TEXT, one, make_expr(self, KIND_TEXT, depth));
        made->most = made->parts[0]->most + made->parts[1]->most;
        return settle(self, made);
    case 2:
        return make_of(self, ops[pick(self, 3) % (one->is_ascii ? 3 : 1)], KIND_TEXT, one, NULL);
    case 3:
        made = make_of(self, CALX_OP_SUBSTR, KIND_TEXT, one, NULL);
        add_part(made, make_position(self, depth));
        return add_part(made, make_position(self, depth));
    case 4:
        made = make_of(self, CALX_OP_REPLACE, KIND_TEXT, one, make_expr(self, KIND_TEXT, depth));
        add_part(made, make_expr(self, KIND_TEXT, depth));
        made->most = one->most * (made->parts[2]->most + 1);
        return settle(self, made);
    default:
        made = make_of(self, CALX_OP_CAST, KIND_TEXT, make_expr(self, KIND_INT, depth), NULL);
        made->most = 20;
        return made;
    }
}

/* ---- conditions ---- */

static puzzle_expr *make_beside(maker_of *self, const puzzle_expr *one, unsigned depth)
{
    if (one->kind == KIND_TIME)
        return one_in(self, 2) ? make_value(self, KIND_TIME) : make_expr(self, KIND_TIME, depth);
    return make_expr(self, is_number(one->kind) ? some_number(self) : one->kind, depth);
}

static puzzle_expr *make_comparison(maker_of *self, unsigned depth)
{
    static const int ops[] = { CALX_OP_EQ, CALX_OP_NE, CALX_OP_LT,       CALX_OP_LE,
                               CALX_OP_GT, CALX_OP_GE, CALX_OP_DISTINCT, CALX_OP_NOT_DISTINCT };
    puzzle_expr *one = make_expr(self, some_kind(self), depth);
    int op = ops[pick(self, 8)];
    return make_of(self, op, KIND_BOOL, one, make_beside(self, one, depth));
}

static puzzle_expr *make_between(maker_of *self, unsigned depth)
{
    puzzle_kind kind = some_kind(self);
    puzzle_expr *one = make_expr(self, kind == KIND_BOOL ? KIND_INT : kind, depth);
    puzzle_expr *made =
        make_of(self, CALX_OP_BETWEEN, KIND_BOOL, one, make_beside(self, one, depth));
    return add_part(made, make_beside(self, one, depth));
}

static puzzle_expr *make_in(maker_of *self, unsigned depth)
{
    puzzle_expr *one = make_expr(self, some_kind(self), depth);
    puzzle_expr *made =
        make_of(self, one_in(self, 2) ? CALX_OP_IN : CALX_OP_NOT_IN, KIND_BOOL, one, NULL);
    made->list_count = pick(self, MOST_LIST + 1);
    for (size_t i = 0; i < made->list_count; i++)
        made->list[i] = some_cell(self, one->kind);
    return made;
}

/* A pattern that means the same everywhere: what is escaped has something behind it. */
static puzzle_expr *make_pattern(maker_of *self)
{
    static const char *const words[] = { "%",    "_", "a", "b", "A", "\\%",     "\\_",
                                         "\\\\", "0", "a", "%", " ", "\303\251" };
    char text[32] = "";
    puzzle_expr *made = make_value(self, KIND_TEXT);
    for (size_t i = pick(self, 5); i > 0; i--)
        strcat(text, words[pick(self, sizeof words / sizeof *words)]);
    made->value.text = pool_text(self->pool, text, strlen(text));
    return made;
}

static puzzle_expr *make_match(maker_of *self, unsigned depth)
{
    static const int ops[] = { CALX_OP_LIKE,      CALX_OP_NOT_LIKE,    CALX_OP_ILIKE,
                               CALX_OP_NOT_ILIKE, CALX_OP_STARTS_WITH, CALX_OP_ENDS_WITH,
                               CALX_OP_CONTAINS };
    int op = ops[pick(self, 7)];
    puzzle_expr *one = make_expr(self, KIND_TEXT, depth);
    return make_of(self, op, KIND_BOOL, one,
                   op <= CALX_OP_NOT_ILIKE && op != CALX_OP_STARTS_WITH
                       ? make_pattern(self)
                       : make_expr(self, KIND_TEXT, depth));
}

static puzzle_expr *make_join(maker_of *self, unsigned depth)
{
    puzzle_expr *made = new_expr(self, one_in(self, 2) ? CALX_OP_AND : CALX_OP_OR, KIND_BOOL);
    for (size_t i = 2 + pick(self, 2); i > 0; i--)
        add_part(made, make_expr(self, KIND_BOOL, depth));
    return made;
}

static puzzle_expr *make_bool(maker_of *self, unsigned depth)
{
    switch (pick(self, self->plain ? 10 : 12)) {
    case 0:
    case 1:
        return make_join(self, depth);
    case 2:
        return make_of(self, CALX_OP_NOT, KIND_BOOL, make_expr(self, KIND_BOOL, depth), NULL);
    case 3:
        return make_of(self, one_in(self, 2) ? CALX_OP_IS_NULL : CALX_OP_IS_NOT_NULL, KIND_BOOL,
                       make_expr(self, some_kind(self), depth), NULL);
    case 4:
        return make_between(self, depth);
    case 5:
        return make_in(self, depth);
    case 6:
        return make_match(self, depth);
    case 7:
        return make_of(self, CALX_OP_CAST, KIND_BOOL, make_expr(self, KIND_INT, depth), NULL);
    case 10:
        return make_exists(self);
    case 11:
        return make_in_query(self, make_expr(self, some_kind(self), depth));
    default:
        return make_comparison(self, depth);
    }
}

/* ---- aggregates ---- */

/* Of rows, and so of columns of its own statement; NULL: there is none of that kind. */
puzzle_expr *make_aggregate(maker_of *self, puzzle_kind kind)
{
    static const int sums[] = { CALX_OP_SUM, CALX_OP_MIN, CALX_OP_MAX, CALX_OP_COUNT,
                                CALX_OP_COUNT_ALL };
    maker_of inside = *self;
    inside.group_of = NULL;
    inside.plain = true;
    inside.visible_from = self->rows_from;
    inside.visible_count = self->rows_count;
    inside.visible = self->row_columns;
    int op = kind == KIND_INT    ? sums[pick(self, 5)]
             : kind == KIND_REAL ? sums[pick(self, 3)]
                                 : sums[1 + pick(self, 2)];
    inside.random = self->random;
    if (kind == KIND_BOOL || !can_make(&inside, kind))
        return NULL;
    puzzle_expr *made = new_expr(self, op, kind);
    if (op != CALX_OP_COUNT_ALL)
        add_part(made, make_expr(&inside, op == CALX_OP_COUNT ? some_kind(&inside) : kind, 1));
    made->most = op == CALX_OP_COUNT_ALL ? 1 : made->parts[0]->most;
    made->fraction = op == CALX_OP_COUNT_ALL ? 0 : made->parts[0]->fraction;
    if (op == CALX_OP_SUM && (made->fraction > 20 || made->most > MOST_SPAN))
        made->op = CALX_OP_MIN;
    if (op == CALX_OP_SUM || op == CALX_OP_COUNT || op == CALX_OP_COUNT_ALL)
        made->most = op == CALX_OP_SUM ? made->most * 1000 : 1000;
    made->query = self->group_of;
    made->is_distinct = op != CALX_OP_COUNT_ALL && one_in(self, 4);
    if (one_in(self, 5)) {
        puzzle_expr *filtered = make_of(self, CALX_OP_FILTER, kind, made, NULL);
        made = add_part(filtered, make_expr(&inside, KIND_BOOL, 1));
        made->query = self->group_of;
    }
    self->random = inside.random;
    return made;
}

/* Functions whose result is of that kind. */
static int some_window_function(maker_of *self, puzzle_kind kind)
{
    static const int functions[] = { CALX_OP_LAG,       CALX_OP_LEAD,      CALX_OP_MIN,
                                     CALX_OP_MAX,       CALX_OP_SUM,       CALX_OP_ROW_NUMBER,
                                     CALX_OP_COUNT,     CALX_OP_COUNT_ALL, CALX_OP_RANK,
                                     CALX_OP_DENSE_RANK };
    return functions[pick(self, kind == KIND_INT ? 10 : kind == KIND_REAL ? 5 : 4)];
}

puzzle_expr *make_window(maker_of *self, puzzle_query *of, puzzle_kind kind)
{
    puzzle_expr *made = new_expr(self, CALX_OP_OVER, kind);
    puzzle_window *window = pool_take(self->pool, sizeof *window);
    int function = some_window_function(self, kind);
    if (kind == KIND_BOOL || kind == KIND_TIME)
        return NULL;
    made->window = window;
    made->query = of;
    window->function = function;
    if (function == CALX_OP_RANK || function == CALX_OP_DENSE_RANK)
        window->rank = find_column(self, one_in(self, 2) ? KIND_INT : KIND_TEXT);
    else if (function != CALX_OP_ROW_NUMBER && function != CALX_OP_COUNT_ALL)
        add_part(made, make_leaf(self, kind));
    if (one_in(self, 2))
        window->cut = find_column(self, some_kind(self));
    window->descending = one_in(self, 2);
    window->has_frame = function >= CALX_OP_COUNT_ALL && function <= CALX_OP_MAX && one_in(self, 2);
    window->first = (int64_t)pick(self, 5) - 2;
    window->last = window->first + (int64_t)pick(self, 3);
    made->most = 100000;
    return made;
}

puzzle_expr *make_average(maker_of *self)
{
    puzzle_expr *made = make_aggregate(self, KIND_INT);
    puzzle_expr *inner = made->op == CALX_OP_FILTER ? made->parts[0] : made;
    if (inner->op == CALX_OP_COUNT_ALL || inner->parts[0]->kind != KIND_INT)
        return made;
    inner->op = CALX_OP_AVG;
    inner->kind = made->kind = KIND_REAL;
    inner->is_rough = made->is_rough = true;
    return made;
}

puzzle_expr *make_expr(maker_of *self, puzzle_kind kind, unsigned depth)
{
    puzzle_expr *made = NULL;
    if (self->group_of != NULL && one_in(self, 2))
        made = make_aggregate(self, kind);
    if (made != NULL)
        return made;
    if (depth == 0 || one_in(self, 5))
        return make_leaf(self, kind);
    made = make_any(self, kind, depth - 1);
    if (made != NULL)
        return made;
    switch (kind) {
    case KIND_BOOL:
        return make_bool(self, depth - 1);
    case KIND_INT:
        return make_int(self, depth - 1);
    case KIND_REAL:
        return make_real(self, depth - 1);
    case KIND_TEXT:
        return make_text(self, depth - 1);
    default:
        return make_leaf(self, kind);
    }
}
