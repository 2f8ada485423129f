/*
 * Selects worked out by definition, clause by clause in the order SQL gives them: rows of the
 * tables in all combinations, conditions, groups, items, distinct, combined, order, limit.
 */
#include "solve.h"

#include "support/harness.h"

#include <string.h>

/* One row of each source; NULL: none. */
typedef struct puzzle_combination {
    const puzzle_cell *rows[MOST_SOURCES];
} puzzle_combination;

typedef struct puzzle_group {
    puzzle_combination *items;
    size_t count, room;
} puzzle_group;

static void add_combination(puzzle_group *to, puzzle_pool *pool, puzzle_combination one)
{
    if (to->count == to->room) {
        puzzle_combination *more = pool_take(pool, (to->room * 2 + 8) * sizeof *more);
        if (to->count > 0)
            memcpy(more, to->items, to->count * sizeof *more);
        to->items = more;
        to->room = to->room * 2 + 8;
    }
    to->items[to->count++] = one;
}

void rows_add(puzzle_rows *self, puzzle_pool *pool, puzzle_cell *row)
{
    if (self->count == self->room) {
        puzzle_cell **more = pool_take(pool, (self->room * 2 + 8) * sizeof *more);
        if (self->count > 0)
            memcpy(more, self->cells, self->count * sizeof *more);
        self->cells = more;
        self->room = self->room * 2 + 8;
    }
    self->cells[self->count++] = row;
}

static void stand_at(puzzle_query *of, const puzzle_combination *at)
{
    for (size_t i = 0; i < of->source_count; i++)
        of->sources[i].row = at->rows[i];
}

static puzzle_combination standing(const puzzle_query *of)
{
    puzzle_combination at = { { NULL } };
    for (size_t i = 0; i < of->source_count; i++)
        at.rows[i] = of->sources[i].row;
    return at;
}

/* ---- aggregates ---- */

static bool is_among(const puzzle_rows *seen, const puzzle_cell *one)
{
    for (size_t i = 0; i < seen->count; i++)
        if (cell_compare(seen->cells[i], one) == 0)
            return true;
    return false;
}

/* The values of an aggregate that count. */
static puzzle_rows values_of(const solver *self, const puzzle_expr *aggregate,
                             const puzzle_expr *condition)
{
    puzzle_query *of = aggregate->query;
    const puzzle_combination before = standing(of);
    puzzle_rows found = { .width = 1 };
    for (size_t i = 0; i < of->group->count; i++) {
        stand_at(of, &of->group->items[i]);
        puzzle_cell test = condition == NULL ? truth(true) : solve_value(self, condition);
        if (!holds(&test))
            continue;
        puzzle_cell *value = pool_take(self->pool, sizeof *value);
        *value = aggregate->part_count == 0 ? truth(true) : solve_value(self, aggregate->parts[0]);
        if (!value->is_null && !(aggregate->is_distinct && is_among(&found, value)))
            rows_add(&found, self->pool, value);
    }
    stand_at(of, &before);
    return found;
}

static puzzle_cell largest(const puzzle_rows *values, int sign)
{
    puzzle_cell found = *values->cells[0];
    for (size_t i = 1; i < values->count; i++)
        if (cell_compare(values->cells[i], &found) * sign > 0)
            found = *values->cells[i];
    return found;
}

static puzzle_cell sum(const puzzle_rows *values)
{
    puzzle_cell all = { .kind = values->cells[0]->kind };
    for (size_t i = 0; i < values->count; i++) {
        all.whole += values->cells[i]->whole;
        all.real += values->cells[i]->real;
    }
    return all;
}

static puzzle_cell aggregate_of(int op, puzzle_kind kind, const puzzle_rows *values)
{
    if (op == CALX_OP_COUNT || op == CALX_OP_COUNT_ALL)
        return (puzzle_cell){ .kind = KIND_INT, .whole = (int64_t)values->count };
    if (values->count == 0)
        return null_cell(kind);
    if (op == CALX_OP_SUM)
        return sum(values);
    if (op == CALX_OP_AVG)
        return (puzzle_cell){ .kind = KIND_REAL,
                              .real = (double)sum(values).whole / (double)values->count };
    return largest(values, op == CALX_OP_MAX ? 1 : -1);
}

puzzle_cell solve_aggregate(const solver *self, const puzzle_expr *value)
{
    bool is_filter = value->op == CALX_OP_FILTER;
    const puzzle_expr *aggregate = is_filter ? value->parts[0] : value;
    puzzle_rows values = values_of(self, aggregate, is_filter ? value->parts[1] : NULL);
    return aggregate_of(aggregate->op, value->kind, &values);
}

/* ---- windows ---- */

static int compare_by(const solver *self, const puzzle_order *order, const puzzle_cell *left,
                      const puzzle_cell *right);

static puzzle_cell value_at(const solver *self, puzzle_query *of, const puzzle_combination *at,
                            const puzzle_expr *value)
{
    stand_at(of, at);
    return solve_value(self, value);
}

/* Whether one row stands before the other in the order of a window; equal ones do not. */
static bool is_before(const solver *self, const puzzle_expr *value, const puzzle_combination *one,
                      const puzzle_combination *other)
{
    const puzzle_order order = { .descending = value->window->descending };
    if (value->window->rank != NULL) {
        puzzle_cell left = value_at(self, value->query, one, value->window->rank);
        puzzle_cell right = value_at(self, value->query, other, value->window->rank);
        return compare_by(self, &order, &left, &right) < 0;
    }
    for (size_t i = 0; i < value->query->source_count; i++) {
        const puzzle_cell none = null_cell(KIND_INT);
        int found = compare_by(self, &order, one->rows[i] != NULL ? one->rows[i] : &none,
                               other->rows[i] != NULL ? other->rows[i] : &none);
        if (found != 0)
            return found < 0;
    }
    return false;
}

/* The rows of the window of the present one, in order. */
static puzzle_group window_of(const solver *self, const puzzle_expr *value)
{
    puzzle_query *of = value->query;
    const puzzle_combination now = standing(of);
    puzzle_group made = { NULL, 0, 0 };
    for (size_t i = 0; i < of->group->count; i++) {
        const puzzle_combination *one = &of->group->items[i];
        if (value->window->cut != NULL) {
            puzzle_cell here = value_at(self, of, &now, value->window->cut);
            puzzle_cell there = value_at(self, of, one, value->window->cut);
            if (cell_compare(&here, &there) != 0)
                continue;
        }
        add_combination(&made, self->pool, *one);
        for (size_t to = made.count - 1; to > 0; to--) {
            puzzle_combination *last = &made.items[to];
            if (!is_before(self, value, last, last - 1))
                break;
            const puzzle_combination swapped = *last;
            *last = last[-1];
            last[-1] = swapped;
        }
    }
    stand_at(of, &now);
    return made;
}

/* How many different places there are before the present row, or how many rows. */
static int64_t rank_of(const solver *self, const puzzle_expr *value, const puzzle_group *rows,
                       const puzzle_combination *now)
{
    bool is_dense = value->window->function == CALX_OP_DENSE_RANK;
    int64_t rank = 1;
    for (size_t i = 0; i < rows->count; i++) {
        bool counts = is_before(self, value, &rows->items[i], now);
        bool again = i > 0 && !is_before(self, value, &rows->items[i - 1], &rows->items[i]);
        rank += counts && !(is_dense && again);
    }
    return rank;
}

static puzzle_cell framed(const solver *self, const puzzle_expr *value, const puzzle_group *rows,
                          int64_t first, int64_t last)
{
    puzzle_rows values = { .width = 1 };
    for (int64_t i = first < 0 ? 0 : first; i <= last && i < (int64_t)rows->count; i++) {
        puzzle_cell *one = pool_take(self->pool, sizeof *one);
        *one = value->part_count == 0
                   ? truth(true)
                   : value_at(self, value->query, &rows->items[i], value->parts[0]);
        if (!one->is_null)
            rows_add(&values, self->pool, one);
    }
    return aggregate_of(value->window->function, value->kind, &values);
}

puzzle_cell solve_window(const solver *self, const puzzle_expr *value)
{
    const puzzle_window *window = value->window;
    const puzzle_combination now = standing(value->query);
    puzzle_group rows = window_of(self, value);
    int64_t at = 0;
    puzzle_cell made = null_cell(value->kind);
    while (memcmp(&rows.items[at], &now, sizeof now) != 0)
        at++;
    int64_t other = window->function == CALX_OP_LAG ? at - window->first : at + window->first;
    if (window->function == CALX_OP_RANK || window->function == CALX_OP_DENSE_RANK)
        made = (puzzle_cell){ .kind = KIND_INT, .whole = rank_of(self, value, &rows, &now) };
    else if (window->function == CALX_OP_ROW_NUMBER)
        made = (puzzle_cell){ .kind = KIND_INT, .whole = at + 1 };
    else if (window->function != CALX_OP_LAG && window->function != CALX_OP_LEAD)
        made = framed(self, value, &rows, window->has_frame ? at + window->first : 0,
                      window->has_frame ? at + window->last : at);
    else if (other >= 0 && other < (int64_t)rows.count)
        made = value_at(self, value->query, &rows.items[other], value->parts[0]);
    stand_at(value->query, &now);
    return made;
}

/* ---- tables ---- */

static puzzle_rows rows_of(const solver *self, const puzzle_source *of)
{
    const puzzle_table *table = &self->world->tables[of->table];
    puzzle_rows found = { .width = table->field_count };
    if (of->rows != NULL)
        return puzzle_solve(self->world, self->pool, of->rows);
    for (size_t i = 0; i < table->row_count; i++)
        rows_add(&found, self->pool, (puzzle_cell *)(uintptr_t)table->rows[i]);
    return found;
}

/* Each table's first column is its key, and its second refers to the table before. */
static bool leads(const puzzle_source *one, const puzzle_source *other)
{
    const puzzle_source *child = one->table > other->table ? one : other;
    const puzzle_source *parent = child == one ? other : one;
    return child->row != NULL && parent->row != NULL && !child->row[1].is_null &&
           child->row[1].whole == parent->row[0].whole;
}

static bool belongs(const solver *self, const puzzle_source *added)
{
    if (added->along != NULL)
        return leads(added, added->along);
    if (added->on == NULL)
        return true;
    puzzle_cell on = solve_value(self, added->on);
    return holds(&on);
}

static puzzle_group join(const solver *self, puzzle_query *of, const puzzle_group *left,
                         size_t position)
{
    puzzle_source *added = &of->sources[position];
    puzzle_rows right = rows_of(self, added);
    puzzle_group made = { NULL, 0, 0 };
    for (size_t i = 0; i < left->count; i++) {
        size_t before = made.count;
        puzzle_combination one = left->items[i];
        for (size_t k = 0; k < right.count; k++) {
            one.rows[position] = right.cells[k];
            stand_at(of, &one);
            if (belongs(self, added))
                add_combination(&made, self->pool, one);
        }
        one.rows[position] = NULL;
        if (added->how == JOIN_LEFT && made.count == before)
            add_combination(&made, self->pool, one);
    }
    return made;
}

static puzzle_group from_and_where(const solver *self, puzzle_query *of)
{
    puzzle_group all = { NULL, 0, 0 };
    puzzle_group kept = { NULL, 0, 0 };
    add_combination(&all, self->pool, (puzzle_combination){ { NULL } });
    for (size_t i = 0; i < of->source_count; i++)
        all = join(self, of, &all, i);
    for (size_t i = 0; i < all.count; i++) {
        stand_at(of, &all.items[i]);
        puzzle_cell where = of->where == NULL ? truth(true) : solve_value(self, of->where);
        if (holds(&where))
            add_combination(&kept, self->pool, all.items[i]);
    }
    return kept;
}

/* ---- rows ---- */

/* The items, and behind them what they are ordered by. */
static void add_row(const solver *self, puzzle_query *of, puzzle_rows *to)
{
    puzzle_cell *row = pool_take(self->pool, (of->item_count + MOST_ORDERS) * sizeof *row);
    if (of->having != NULL) {
        puzzle_cell having = solve_value(self, of->having);
        if (!holds(&having))
            return;
    }
    for (size_t i = 0; i < of->item_count; i++)
        row[i] = solve_value(self, of->items[i]);
    for (size_t i = 0; i < of->order_count; i++)
        row[of->item_count + i] = of->orders[i].value == NULL
                                      ? row[of->orders[i].item]
                                      : solve_value(self, of->orders[i].value);
    rows_add(to, self->pool, row);
}

static bool in_group(const solver *self, puzzle_query *of, const puzzle_combination *one,
                     const puzzle_combination *other)
{
    for (size_t i = 0; i < of->group_count; i++) {
        stand_at(of, one);
        puzzle_cell left = solve_value(self, of->groups[i]);
        stand_at(of, other);
        puzzle_cell right = solve_value(self, of->groups[i]);
        if (cell_compare(&left, &right) != 0)
            return false;
    }
    return true;
}

static void add_groups(const solver *self, puzzle_query *of, const puzzle_group *all,
                       puzzle_rows *to)
{
    bool *is_taken = pool_take(self->pool, all->count + 1);
    for (size_t i = 0; i < all->count || (i == 0 && of->group_count == 0); i++) {
        puzzle_group same = { NULL, 0, 0 };
        if (is_taken[i])
            continue;
        for (size_t k = i; k < all->count; k++) {
            if (is_taken[k] || !in_group(self, of, &all->items[i], &all->items[k]))
                continue;
            is_taken[k] = true;
            add_combination(&same, self->pool, all->items[k]);
        }
        stand_at(of, same.count > 0 ? &same.items[0] : &(puzzle_combination){ { NULL } });
        puzzle_group *before = of->group;
        of->group = &same;
        add_row(self, of, to);
        of->group = before;
    }
}

static bool same_rows(const puzzle_cell *left, const puzzle_cell *right, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (cell_compare(&left[i], &right[i]) != 0)
            return false;
    return true;
}

static size_t count_of(const puzzle_rows *among, const puzzle_cell *row, size_t width)
{
    size_t count = 0;
    for (size_t i = 0; i < among->count; i++)
        count += same_rows(among->cells[i], row, width);
    return count;
}

static puzzle_rows distinct(const solver *self, const puzzle_rows *all, size_t width)
{
    puzzle_rows kept = { .width = all->width };
    for (size_t i = 0; i < all->count; i++)
        if (count_of(&kept, all->cells[i], width) == 0)
            rows_add(&kept, self->pool, all->cells[i]);
    return kept;
}

/* How often a row comes out that is there so often on each side. */
static size_t times(calx_combine how, size_t left, size_t right)
{
    switch (how) {
    case CALX_UNION:
        return left + right > 0;
    case CALX_UNION_ALL:
        return left + right;
    case CALX_INTERSECT:
        return left > 0 && right > 0;
    case CALX_INTERSECT_ALL:
        return left < right ? left : right;
    case CALX_EXCEPT:
        return left > 0 && right == 0;
    default:
        return left > right ? left - right : 0;
    }
}

static puzzle_rows combine(const solver *self, const puzzle_rows *left, const puzzle_rows *right,
                           calx_combine how)
{
    puzzle_rows all = { .width = left->width };
    puzzle_rows made = { .width = left->width };
    for (size_t i = 0; i < left->count; i++)
        rows_add(&all, self->pool, left->cells[i]);
    for (size_t i = 0; i < right->count; i++)
        rows_add(&all, self->pool, right->cells[i]);
    all = distinct(self, &all, left->width);
    for (size_t i = 0; i < all.count; i++) {
        size_t count = times(how, count_of(left, all.cells[i], left->width),
                             count_of(right, all.cells[i], left->width));
        for (size_t k = 0; k < count; k++)
            rows_add(&made, self->pool, all.cells[i]);
    }
    return made;
}

/* ---- order ---- */

static int compare_by(const solver *self, const puzzle_order *order, const puzzle_cell *left,
                      const puzzle_cell *right)
{
    bool first = order->nulls == CALX_NULLS_FIRST;
    if (order->nulls == CALX_NULLS_DEFAULT)
        first = self->world->nulls_are_large == order->descending;
    if (left->is_null != right->is_null)
        return left->is_null == first ? -1 : 1;
    int found = cell_compare(left, right);
    return order->descending ? -found : found;
}

static bool is_behind(const solver *self, const puzzle_query *of, const puzzle_cell *left,
                      const puzzle_cell *right)
{
    for (size_t i = 0; i < of->order_count; i++) {
        size_t at = of->orders[i].value == NULL ? of->orders[i].item : of->item_count + i;
        int found = compare_by(self, &of->orders[i], &left[at], &right[at]);
        if (found != 0)
            return found > 0;
    }
    return false;
}

static void sort(const solver *self, const puzzle_query *of, puzzle_rows *all)
{
    for (size_t i = 1; i < all->count; i++) {
        puzzle_cell *moved = all->cells[i];
        size_t to = i;
        for (; to > 0 && is_behind(self, of, all->cells[to - 1], moved); to--)
            all->cells[to] = all->cells[to - 1];
        all->cells[to] = moved;
    }
}

static void cut(const puzzle_query *of, puzzle_rows *all)
{
    size_t offset = (size_t)of->offset < all->count ? (size_t)of->offset : all->count;
    if (offset > 0)
        all->cells += offset;
    all->count -= offset;
    if (of->limit >= 0 && (size_t)of->limit < all->count)
        all->count = (size_t)of->limit;
}

/* ---- all ---- */

/* Rows in place of a table: its fields are the items. */
static puzzle_rows solve_rows(const solver *self, puzzle_query *of)
{
    puzzle_group all = from_and_where(self, of);
    size_t width = self->world->tables[of->sources[0].table].field_count;
    puzzle_rows made = { .width = width };
    for (size_t i = 0; i < all.count; i++)
        rows_add(&made, self->pool, (puzzle_cell *)(uintptr_t)all.items[i].rows[0]);
    if (of->order_count > 0 && of->orders[0].descending)
        for (size_t i = 0; i < made.count / 2; i++) {
            puzzle_cell *swapped = made.cells[i];
            made.cells[i] = made.cells[made.count - 1 - i];
            made.cells[made.count - 1 - i] = swapped;
        }
    cut(of, &made);
    return made;
}

static puzzle_rows solve_part(const solver *self, puzzle_query *of)
{
    puzzle_rows made = { .width = of->item_count };
    puzzle_group all = from_and_where(self, of);
    if (of->is_grouped) {
        add_groups(self, of, &all, &made);
        return made;
    }
    of->group = &all;
    for (size_t i = 0; i < all.count; i++) {
        stand_at(of, &all.items[i]);
        add_row(self, of, &made);
    }
    of->group = NULL;
    return made;
}

bool changes(const puzzle_query *query)
{
    return query->deletes || query->set != NULL;
}

puzzle_rows puzzle_change(const puzzle_world *world, puzzle_pool *pool, puzzle_query *query,
                          int64_t *out_count)
{
    const solver self = { world, pool };
    const puzzle_table *table = &world->tables[query->sources[0].table];
    puzzle_rows left = { .width = query->deletes ? 1 : 2 };
    *out_count = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        puzzle_cell *row = pool_take(pool, 2 * sizeof *row);
        query->sources[0].row = table->rows[i];
        puzzle_cell where = query->where == NULL ? truth(true) : solve_value(&self, query->where);
        *out_count += holds(&where);
        if (holds(&where) && query->deletes)
            continue;
        row[0] = table->rows[i][0];
        row[1] = table->rows[i][query->set_field];
        if (holds(&where))
            row[1] = solve_value(&self, query->set);
        rows_add(&left, pool, row);
    }
    return left;
}

puzzle_rows puzzle_solve(const puzzle_world *world, puzzle_pool *pool, puzzle_query *query)
{
    const solver self = { world, pool };
    if (query->is_rows)
        return solve_rows(&self, query);
    puzzle_rows made = solve_part(&self, query);
    if (query->is_distinct)
        made = distinct(&self, &made, made.width);
    for (size_t i = 0; i < query->combined_count; i++) {
        puzzle_rows other = solve_part(&self, query->combined[i]);
        made = combine(&self, &made, &other, query->how[i]);
    }
    sort(&self, query, &made);
    cut(query, &made);
    return made;
}
