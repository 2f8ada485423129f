/*
 * Comparing what a database says with what is right; and making a puzzle smaller: parts are left
 * out one by one, and put back when it comes out right without them.
 */
#include "shrink.h"

#include "support/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- differences ---- */

static bool same_cell(const puzzle_cell *left, const puzzle_cell *right)
{
    if (left->kind != KIND_REAL || left->is_null || right->is_null)
        return cell_compare(left, right) == 0;
    double distance = fabs(left->real - right->real);
    return distance <= 1e-12 * fmax(1, fmax(fabs(left->real), fabs(right->real)));
}

static bool is_behind(const puzzle_cell *left, const puzzle_cell *right, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        int order = cell_compare(&left[i], &right[i]);
        if (order != 0)
            return order > 0;
    }
    return false;
}

static void sort(puzzle_rows *all)
{
    for (size_t i = 1; i < all->count; i++) {
        puzzle_cell *moved = all->cells[i];
        size_t to = i;
        for (; to > 0 && is_behind(all->cells[to - 1], moved, all->width); to--)
            all->cells[to] = all->cells[to - 1];
        all->cells[to] = moved;
    }
}

static bool same_rows(const puzzle_rows *left, const puzzle_rows *right)
{
    if (left->count != right->count)
        return false;
    for (size_t i = 0; i < left->count; i++)
        for (size_t k = 0; k < left->width; k++)
            if (!same_cell(&left->cells[i][k], &right->cells[i][k]))
                return false;
    return true;
}

/* An instance is found once, however many rows it is in. */
static void leave_first_ones(puzzle_rows *all)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        size_t k = 0;
        while (k < kept && all->cells[k]->whole != all->cells[i]->whole)
            k++;
        if (k == kept)
            all->cells[kept++] = all->cells[i];
    }
    all->count = kept;
}

static void put(char *out, size_t size, const char *text)
{
    strncat(out, text, size - strlen(out) - 1);
}

static void put_rows(char *out, size_t size, const puzzle_rows *all)
{
    char word[64];
    for (size_t i = 0; i < all->count && i < 12; i++) {
        for (size_t k = 0; k < all->width; k++) {
            const puzzle_cell *cell = &all->cells[i][k];
            if (!cell->is_null && cell->kind == KIND_TEXT) {
                put(out, size, "'");
                put(out, size, cell->text);
                put(out, size, "'");
            }
            snprintf(word, sizeof word, "%.17g",
                     cell->kind == KIND_REAL ? cell->real : (double)cell->whole);
            put(out, size, cell->is_null ? "-" : cell->kind == KIND_TEXT ? "" : word);
            put(out, size, k + 1 < all->width ? "|" : "\n");
        }
    }
}

static const char *tell(puzzle_pool *pool, const asked *found, const puzzle_rows *right,
                        const char *wrong)
{
    enum { SIZE = 20000 };
    char *out = pool_take(pool, SIZE);
    put(out, SIZE, found->sql);
    put(out, SIZE, "\n");
    if (wrong != NULL) {
        put(out, SIZE, wrong);
        put(out, SIZE, "\n");
        return out;
    }
    put_rows(out, SIZE, &found->rows);
    put(out, SIZE, "and not\n");
    put_rows(out, SIZE, right);
    return out;
}

const char *puzzle_difference(const puzzle_place *place, puzzle_pool *pool, puzzle_query *query)
{
    asked found;
    const char *wrong = puzzle_ask(place->session, pool, query, &found);
    if (wrong != NULL)
        calx_session_rollback(place->session);
    int64_t count = 0;
    puzzle_rows right = changes(query) ? puzzle_change(place->world, pool, query, &count)
                                       : puzzle_solve(place->world, pool, query);
    if (query->finds && !changes(query)) {
        count = (int64_t)right.count;
        leave_first_ones(&right);
    }
    if (wrong == NULL && query->finds && found.counted != count)
        wrong = "another count";
    if (query->order_count == 0 && !changes(query)) {
        sort(&right);
        sort(&found.rows);
    }
    if (wrong == NULL && same_rows(&found.rows, &right))
        return NULL;
    return tell(pool, &found, &right, wrong);
}

/* ---- smaller ---- */

static bool still_differs(const puzzle_place *place, puzzle_query *whole)
{
    puzzle_pool pool = { NULL };
    const char *difference = puzzle_difference(place, &pool, whole);
    bool differs = difference != NULL && (strstr(difference, "and not\n") != NULL) == place->runs;
    pool_clear(&pool);
    return differs;
}

static void shrink_expr(const puzzle_place *place, puzzle_query *whole, puzzle_expr **slot);

/* Parts of the same kind take the place of the whole. */
static bool lift(const puzzle_place *place, puzzle_query *whole, puzzle_expr **slot)
{
    puzzle_expr *before = *slot;
    for (size_t i = 0; i < before->part_count; i++) {
        if (before->parts[i]->kind != before->kind)
            continue;
        *slot = before->parts[i];
        if (still_differs(place, whole))
            return true;
    }
    *slot = before;
    return false;
}

static void shrink_query(const puzzle_place *place, puzzle_query *whole, puzzle_query *part);

/* A select in the place of a value has one row because of its condition. */
static void shrink_inner(const puzzle_place *place, puzzle_query *whole, puzzle_expr *value)
{
    if (value->op == CALX_OP_EXISTS || value->op == CALX_OP_IN_SELECT)
        shrink_query(place, whole, value->query);
    if (value->op == CALX_OP_SELECT)
        shrink_expr(place, whole, &value->query->items[0]);
}

static void shrink_expr(const puzzle_place *place, puzzle_query *whole, puzzle_expr **slot)
{
    if (*slot == NULL)
        return;
    while (lift(place, whole, slot))
        continue;
    puzzle_expr *value = *slot;
    bool is_join = value->op == CALX_OP_AND || value->op == CALX_OP_OR;
    for (size_t i = 0; is_join && value->part_count > 2 && i < value->part_count; i++) {
        puzzle_expr *last = value->parts[value->part_count - 1];
        puzzle_expr *left_out = value->parts[i];
        value->parts[i] = last;
        value->part_count--;
        if (still_differs(place, whole))
            continue;
        value->parts[i] = left_out;
        value->part_count++;
    }
    for (size_t i = 0; i < value->part_count; i++)
        shrink_expr(place, whole, &value->parts[i]);
    shrink_inner(place, whole, value);
}

static void drop_expr(const puzzle_place *place, puzzle_query *whole, puzzle_expr **slot)
{
    puzzle_expr *before = *slot;
    if (before == NULL)
        return;
    *slot = NULL;
    if (!still_differs(place, whole))
        *slot = before;
}

static void drop_size(const puzzle_place *place, puzzle_query *whole, size_t *count, size_t least)
{
    while (*count > least) {
        --*count;
        if (still_differs(place, whole))
            continue;
        ++*count;
        return;
    }
}

static void drop_number(const puzzle_place *place, puzzle_query *whole, int64_t *number,
                        int64_t none)
{
    int64_t before = *number;
    *number = none;
    if (!still_differs(place, whole))
        *number = before;
}

static void shrink_query(const puzzle_place *place, puzzle_query *whole, puzzle_query *part)
{
    drop_size(place, whole, &part->combined_count, 0);
    drop_expr(place, whole, &part->where);
    drop_expr(place, whole, &part->having);
    drop_number(place, whole, &part->limit, -1);
    drop_number(place, whole, &part->offset, 0);
    if (part->limit < 0 && part->offset == 0)
        drop_size(place, whole, &part->order_count, 0);
    if (part->order_count == 0 && part->combined_count == 0 && part == whole)
        drop_size(place, whole, &part->item_count, 1);
    shrink_expr(place, whole, &part->where);
    shrink_expr(place, whole, &part->having);
    shrink_expr(place, whole, &part->set);
    for (size_t i = 0; i < part->item_count; i++)
        shrink_expr(place, whole, &part->items[i]);
    for (size_t i = 0; i < part->source_count; i++) {
        if (part->sources[i].on != NULL)
            shrink_expr(place, whole, &part->sources[i].on);
        if (part->sources[i].rows != NULL)
            shrink_query(place, whole, part->sources[i].rows);
    }
    for (size_t i = 0; i < part->combined_count; i++)
        shrink_query(place, whole, part->combined[i]);
}

void puzzle_shrink(const puzzle_place *place, puzzle_query *query)
{
    puzzle_pool pool = { NULL };
    const char *difference = puzzle_difference(place, &pool, query);
    puzzle_place same = *place;
    same.runs = difference != NULL && strstr(difference, "and not\n") != NULL;
    for (int round = 0; round < 2; round++)
        shrink_query(&same, query, query);
    pool_clear(&pool);
}
