/*
 * The rows that puzzles are about: few, with NULLs, equal values, negative numbers, and text that
 * means something to LIKE. Doubles are quarters, so that sums of them are exact.
 */
#include "puzzle.h"

#include "models.calx.h"
#include "support/harness.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

struct puzzle_block {
    struct puzzle_block *next;
    size_t used, size;
    max_align_t bytes[];
};

void *pool_take(puzzle_pool *self, size_t size)
{
    struct puzzle_block *block = self->blocks;
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (block == NULL || block->size - block->used < size) {
        size_t whole = size > 65536 ? size : 65536;
        block = calloc(1, sizeof *block + whole);
        assert_non_null(block);
        block->next = self->blocks;
        block->size = whole;
        self->blocks = block;
    }
    block->used += size;
    return (char *)block->bytes + (block->used - size);
}

char *pool_text(puzzle_pool *self, const char *text, size_t size)
{
    char *copy = pool_take(self, size + 1);
    if (size > 0)
        memcpy(copy, text, size);
    return copy;
}

void pool_clear(puzzle_pool *self)
{
    while (self->blocks != NULL) {
        struct puzzle_block *next = self->blocks->next;
        free(self->blocks);
        self->blocks = next;
    }
}

/* ---- the tables ---- */

/* In the order of the models' columns. */
static const puzzle_field maker_fields[] = {
    { KIND_INT, true, 9, 0 },  { KIND_TEXT, false, 10, 0 }, { KIND_INT, true, 100, 0 },
    { KIND_BOOL, true, 1, 0 }, { KIND_REAL, true, 50, 2 },  { KIND_TIME, true, 1, 0 },
};
static const puzzle_field item_fields[] = {
    { KIND_INT, true, 9, 0 },    { KIND_INT, true, 9, 0 },   { KIND_TEXT, true, 10, 0 },
    { KIND_TEXT, false, 10, 0 }, { KIND_REAL, true, 50, 2 }, { KIND_REAL, true, 50, 2 },
    { KIND_INT, true, 100, 0 },  { KIND_BOOL, true, 1, 0 },
};
static const puzzle_field sale_fields[] = {
    { KIND_INT, true, 9, 0 },   { KIND_INT, true, 9, 0 },   { KIND_INT, true, 100, 0 },
    { KIND_INT, true, 100, 0 }, { KIND_TEXT, true, 10, 0 }, { KIND_TIME, true, 1, 0 },
};

static const char *const plain_texts[] = { "",    "a",   "b",   "ab",  "AB",   "Ab", "%",
                                           "_",   "\\",  "50%", "a_b", "x\\y", "10", "-1",
                                           " a ", "aab", "a%b", "b a", "~",    "'" };
static const char *const other_texts[] = { "\303\251", "a\303\251", "\303\251b", "\342\202\254",
                                           "Ab",       "%",         "a" };

enum {
    PLAIN_TEXTS = sizeof plain_texts / sizeof *plain_texts,
    OTHER_TEXTS = sizeof other_texts / sizeof *other_texts
};

static size_t pick(uint64_t *random, size_t count)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(*random >> 33) % count;
}

static puzzle_cell some(uint64_t *random, const puzzle_field *field)
{
    puzzle_cell made = { .kind = field->kind };
    int64_t small = (int64_t)pick(random, 9) - 4;
    switch (field->kind) {
    case KIND_BOOL:
        made.whole = (int64_t)pick(random, 2);
        break;
    case KIND_REAL:
        made.real = (double)(pick(random, 4) == 0 ? small * 50 : small) / 4;
        break;
    case KIND_TEXT:
        made.text = field->is_ascii || pick(random, 3) > 0 ? plain_texts[pick(random, PLAIN_TEXTS)]
                                                           : other_texts[pick(random, OTHER_TEXTS)];
        break;
    case KIND_TIME:
        made.whole = INT64_C(1000000000000000) + small * INT64_C(90000000001);
        break;
    default:
        made.whole = pick(random, 4) == 0 ? small * 25 : small;
    }
    return made;
}

static bool may_be_null(const puzzle_table *of, size_t i)
{
    return (of->mapper->columns[i].flags & CALX_COLUMN_NOT_NULL) == 0;
}

/* The key first, then perhaps a reference to rows there are. */
static void fill(puzzle_table *of, const puzzle_table *parent, uint64_t *random)
{
    of->row_count = pick(random, 8) == 0 ? 0 : 3 + pick(random, MOST_ROWS - 2);
    if (parent != NULL && parent->row_count == 0 && !may_be_null(of, 1))
        of->row_count = 0;
    for (size_t i = 0; i < of->row_count; i++) {
        puzzle_cell *row = of->rows[i];
        memset(row, 0, sizeof of->rows[i]);
        for (size_t k = 0; k < of->field_count; k++) {
            row[k] = some(random, &of->fields[k]);
            row[k].is_null = k > 0 && may_be_null(of, k) && pick(random, 3) == 0;
        }
        row[0].whole = (int64_t)i + 1;
        if (parent != NULL && parent->row_count == 0)
            row[1].is_null = true;
        else if (parent != NULL)
            row[1].whole = 1 + (int64_t)pick(random, parent->row_count);
    }
}

void world_make(puzzle_world *self, uint64_t seed)
{
    uint64_t random = seed * 977 + 13;
    puzzle_table *tables = self->tables;
    tables[MAKERS] =
        (puzzle_table){ .mapper = &maker_mapper, .fields = maker_fields, .field_count = 6 };
    tables[ITEMS] =
        (puzzle_table){ .mapper = &item_mapper, .fields = item_fields, .field_count = 8 };
    tables[SALES] =
        (puzzle_table){ .mapper = &sale_mapper, .fields = sale_fields, .field_count = 6 };
    self->folds_case = calx_test_on("sqlite");
    self->nulls_are_large = self->combines_all = calx_test_on("postgresql");
    pick(&random, 1);
    fill(&tables[MAKERS], NULL, &random);
    fill(&tables[ITEMS], &tables[MAKERS], &random);
    fill(&tables[SALES], &tables[ITEMS], &random);
}

/* ---- into the database ---- */

static void run(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_result *result = NULL;
    assert_int_equal(calx_session_execute(session, statement, &result), CALX_OK);
    calx_result_free(result);
    calx_statement_free(statement);
}

static const char *text_of(const puzzle_cell *cell)
{
    return cell->is_null ? NULL : cell->text;
}

static void store_makers(const puzzle_table *from, calx_session *session)
{
    struct maker rows[MOST_ROWS] = { { .id = 0 } };
    for (size_t i = 0; i < from->row_count; i++) {
        const puzzle_cell *row = from->rows[i];
        rows[i].id = row[0].whole;
        rows[i].name = text_of(&row[1]);
        rows[i].rank = (calx_nullable_int32){ !row[2].is_null, (int32_t)row[2].whole };
        rows[i].open = (calx_nullable_bool){ !row[3].is_null, row[3].whole != 0 };
        rows[i].weight = (calx_nullable_double){ !row[4].is_null, row[4].real };
        rows[i].since = (calx_nullable_timestamp){ !row[5].is_null, row[5].whole };
    }
    assert_int_equal(maker_bulk_insert(session, rows, from->row_count), CALX_OK);
}

static void store_items(const puzzle_table *from, calx_session *session)
{
    struct item rows[MOST_ROWS] = { { .id = 0 } };
    for (size_t i = 0; i < from->row_count; i++) {
        const puzzle_cell *row = from->rows[i];
        rows[i].id = row[0].whole;
        rows[i].maker_id = (calx_nullable_int64){ !row[1].is_null, row[1].whole };
        rows[i].label = text_of(&row[2]);
        rows[i].note = text_of(&row[3]);
        rows[i].price = (calx_nullable_double){ !row[4].is_null, row[4].real };
        rows[i].size = row[5].real;
        rows[i].stock = (calx_nullable_int16){ !row[6].is_null, (int16_t)row[6].whole };
        rows[i].sold = row[7].whole != 0;
    }
    assert_int_equal(item_bulk_insert(session, rows, from->row_count), CALX_OK);
}

static void store_sales(const puzzle_table *from, calx_session *session)
{
    struct sale rows[MOST_ROWS] = { { .id = 0 } };
    for (size_t i = 0; i < from->row_count; i++) {
        const puzzle_cell *row = from->rows[i];
        rows[i].id = row[0].whole;
        rows[i].item_id = row[1].whole;
        rows[i].amount = (int32_t)row[2].whole;
        rows[i].cents = (calx_nullable_int64){ !row[3].is_null, row[3].whole };
        rows[i].buyer = text_of(&row[4]);
        rows[i].moment = (calx_nullable_timestamp){ !row[5].is_null, row[5].whole };
    }
    assert_int_equal(sale_bulk_insert(session, rows, from->row_count), CALX_OK);
}

void world_store(const puzzle_world *self, calx_session *session)
{
    run(session, "DELETE FROM sales");
    run(session, "DELETE FROM items");
    run(session, "DELETE FROM makers");
    store_makers(&self->tables[MAKERS], session);
    store_items(&self->tables[ITEMS], session);
    store_sales(&self->tables[SALES], session);
    assert_int_equal(calx_session_commit(session), CALX_OK);
    if (calx_test_on("postgresql")) /* which takes longer than any of these queries */
        run(session, "SET LOCAL jit = off");
}
