/*
 * Random updates and deletes by random conditions, each done three times on the same rows: with the
 * conditions evaluated in memory, with the keys fetched, and without synchronization but all
 * expired afterwards. What the sessions know then is the same. Each round is told by its number.
 */
#include "session_fixture.h"

#include <calx/calx.h>

#include <inttypes.h>
#include <stdio.h>

enum { ROWS = 10, ROUNDS = 300, TEXT = ROWS * 120, DEPTH = 2, LISTS = 64, MOST_SET = 3 };

/* What makes conditions; lists stay here, since expressions borrow them. */
typedef struct maker {
    uint64_t random;
    int32_t numbers[LISTS][3];
    double reals[LISTS][3];
    size_t lists;
} maker;

static uint64_t pick(maker *self, uint64_t count)
{
    self->random = self->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (self->random >> 33) % count;
}

static int64_t small(maker *self)
{
    return (int64_t)pick(self, 7) - 3;
}

static double half(maker *self)
{
    return (double)small(self) / 2;
}

/* ---- rows ---- */

static const char *const texts[] = { "text", "Text", "set", "", "\xC3\xA9", "e\xCC\x81" };
enum { TEXTS = sizeof texts / sizeof texts[0] };

/* Some begin alike, and some have a zero. */
static calx_bytes some_bytes(maker *self)
{
    static const char all[] = "\x7F\x80\0\x80\x7F\x80";
    size_t first = pick(self, 3);
    return (calx_bytes){ all + first, pick(self, sizeof all - 1 - first) };
}

static void fill_row(struct everything *row, maker *self)
{
    row->flag = pick(self, 2) != 0;
    row->i8 = (int8_t)small(self);
    row->i32 = (int32_t)small(self);
    row->i64 = small(self);
    row->u64 = pick(self, 4);
    row->real64 = half(self);
    row->text = pick(self, 3) == 0 ? NULL : texts[pick(self, TEXTS)];
    strcpy(row->array, texts[pick(self, TEXTS)]);
    row->bytes = some_bytes(self);
    row->maybe = (calx_nullable_double){ pick(self, 3) != 0, half(self) };
    row->perhaps = (calx_nullable_bool){ pick(self, 3) != 0, pick(self, 2) != 0 };
}

static void insert_rows(const fixture *fix, maker *self)
{
    for (uint32_t key = 1; key <= ROWS; key++) {
        struct everything *row = calx_instance_new(&everything_mapper);
        assert_non_null(row);
        row->key = key;
        fill_row(row, self);
        assert_int_equal(calx_session_add(fix->session, row), CALX_OK);
    }
    assert_int_equal(calx_session_commit(fix->session), CALX_OK);
}

/* ---- conditions ---- */

static calx_operand number_column(maker *self)
{
    const calx_int64_column all[] = { everything_col.i8, everything_col.i32, everything_col.i64 };
    return calx_int64_column_operand_(all[pick(self, 3)]);
}

static calx_operand double_column(maker *self)
{
    return calx_double_column_operand_(pick(self, 2) == 0 ? everything_col.real64
                                                          : everything_col.maybe);
}

static calx_operand truth_column(maker *self)
{
    return calx_bool_column_operand_(pick(self, 2) == 0 ? everything_col.flag
                                                        : everything_col.perhaps);
}

static calx_operator comparison(maker *self)
{
    static const calx_operator all[] = { CALX_OP_EQ,       CALX_OP_NE,          CALX_OP_LT,
                                         CALX_OP_LE,       CALX_OP_GT,          CALX_OP_GE,
                                         CALX_OP_DISTINCT, CALX_OP_NOT_DISTINCT };
    return all[pick(self, sizeof all / sizeof all[0])];
}

/* Text is the same or not; which comes first is the database's business. */
static calx_expression text_condition(maker *self)
{
    static const calx_operator all[] = { CALX_OP_EQ, CALX_OP_NE, CALX_OP_DISTINCT,
                                         CALX_OP_NOT_DISTINCT };
    const calx_operator operation = all[pick(self, 4)];
    const calx_operand text = calx_text_column_operand_(everything_col.text);
    size_t first = pick(self, TEXTS - 1);
    switch (pick(self, 3)) {
    case 0:
        return calx_compare_(operation, text, calx_text_column_operand_(everything_col.array));
    case 1:
        return pick(self, 2) == 0 ? calx_in(everything_col.text, &texts[first], 2)
                                  : calx_not_in(everything_col.array, &texts[first], 2);
    default:
        return calx_compare_(operation, text, calx_text_operand_(texts[pick(self, TEXTS)]));
    }
}

static calx_expression bytes_condition(maker *self)
{
    if (pick(self, 3) == 0) {
        const calx_bytes low = some_bytes(self);
        return calx_between(everything_col.bytes, low, some_bytes(self));
    }
    return calx_compare_(comparison(self), calx_bytes_column_operand_(everything_col.bytes),
                         calx_bytes_operand_(some_bytes(self)));
}

static calx_expression list_condition(maker *self)
{
    size_t list = self->lists++ % LISTS;
    size_t count = pick(self, 4);
    for (size_t i = 0; i < 3; i++) {
        self->numbers[list][i] = (int32_t)small(self);
        self->reals[list][i] = half(self);
    }
    switch (pick(self, 4)) {
    case 0:
        return calx_in(everything_col.i32, self->numbers[list], count);
    case 1:
        return calx_not_in(everything_col.i64, self->numbers[list], count);
    case 2:
        return calx_in(everything_col.maybe, self->reals[list], count);
    default:
        return calx_not_in(everything_col.maybe, self->reals[list], count);
    }
}

static calx_expression null_condition(maker *self)
{
    switch (pick(self, 4)) {
    case 0:
        return calx_is_null(everything_col.maybe);
    case 1:
        return calx_is_not_null(everything_col.perhaps);
    case 2:
        return calx_is_null(everything_col.text);
    default:
        return calx_is_not_null(everything_col.maybe);
    }
}

static calx_expression leaf(maker *self)
{
    switch (pick(self, 14)) {
    case 0:
    case 1:
        return calx_compare_(comparison(self), number_column(self),
                             calx_int64_operand_(small(self)));
    case 2:
        return calx_compare_(comparison(self), number_column(self), number_column(self));
    case 3:
        return calx_compare_(comparison(self), double_column(self),
                             calx_double_operand_(half(self)));
    case 4:
        return calx_compare_(comparison(self), double_column(self), double_column(self));
    case 5:
        return calx_compare_(comparison(self), truth_column(self), truth_column(self));
    case 6:
        return calx_compare_(comparison(self), truth_column(self),
                             calx_bool_operand_(pick(self, 2) != 0));
    case 7:
        return calx_compare_(comparison(self), calx_uint64_column_operand_(everything_col.u64),
                             calx_int64_operand_(small(self)));
    case 8:
        return calx_between(everything_col.maybe, half(self), half(self));
    case 9:
        return list_condition(self);
    case 10:
    case 11:
        return text_condition(self);
    case 12:
        return bytes_condition(self);
    default:
        return null_condition(self);
    }
}

/* No more nodes than an expression holds: four leaves, of two nodes at most. */
static calx_expression condition(maker *self, int depth)
{
    calx_expression left;
    calx_expression right;
    if (depth == 0 || pick(self, 4) == 0)
        return leaf(self);
    left = condition(self, depth - 1);
    if (pick(self, 3) == 0)
        return calx_not(left);
    right = condition(self, depth - 1);
    return pick(self, 2) == 0 ? calx_and(left, right) : calx_or(left, right);
}

static size_t assignments(maker *self, calx_assignment *out)
{
    size_t count = 0;
    if (pick(self, 2) == 0)
        out[count++] = pick(self, 2) == 0
                           ? calx_assign(everything_col.i32, small(self))
                           : calx_assign(everything_col.i32, calx_add(everything_col.i32, 1));
    if (pick(self, 2) == 0)
        out[count++] = pick(self, 3) == 0 ? calx_assign_null(everything_col.maybe)
                       : pick(self, 2) == 0
                           ? calx_assign(everything_col.maybe, half(self))
                           : calx_assign(everything_col.maybe, everything_col.real64);
    if (count == 0 || pick(self, 3) == 0)
        out[count++] = pick(self, 2) == 0 ? calx_assign(everything_col.text, "set")
                                          : calx_assign_null(everything_col.text);
    return count;
}

/* ---- one round in one way ---- */

typedef struct outcome {
    int64_t count;
    char rows[TEXT];
} outcome;

/* Some are expired, some in one column, some changed; the same in each way. */
static void stir(calx_session *session, maker *self, const struct everything *const *rows)
{
    static const char *const names[] = { "i32", "maybe" };
    for (size_t i = 0; i < ROWS; i++) {
        calx_expire_options some = CALX_EXPIRE_OPTIONS_INIT;
        struct everything *row = NULL;
        some.names = names;
        some.count = 1 + pick(self, 2);
        switch (pick(self, 8)) {
        case 0:
            assert_int_equal(calx_session_expire(session, rows[i]), CALX_OK);
            break;
        case 1:
            assert_int_equal(calx_session_expire_with(session, rows[i], &some), CALX_OK);
            break;
        case 2:
            row = calx_instance_edit(rows[i]);
            assert_non_null(row);
            row->i64 = small(self);
            row->perhaps.has_value = !row->perhaps.has_value;
            break;
        default:
            break;
        }
    }
}

static void describe(calx_session *session, const struct everything *row, char *out)
{
    calx_status status = calx_session_load(session, row);
    calx_state state = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(row, &state), CALX_OK);
    if (state == CALX_STATE_DELETED || status == CALX_E_OBJECT_DELETED) {
        strcat(out, "gone\n");
        return;
    }
    assert_int_equal(status, CALX_OK);
    snprintf(out + strlen(out), 120, "%d %" PRId64 " %d %s %s %g %d\n", (int)row->i32, row->i64,
             row->flag, row->text == NULL ? "-" : row->text, row->maybe.has_value ? "has" : "null",
             row->maybe.has_value ? row->maybe.value : 0.0,
             row->perhaps.has_value ? row->perhaps.value : 2);
}

static void load_rows(calx_session *session, const struct everything **rows)
{
    for (size_t i = 0; i < ROWS; i++) {
        calx_value key = calx_value_uint64(i + 1);
        const void *found = NULL;
        assert_int_equal(calx_session_get(session, &everything_mapper, &key, &found), CALX_OK);
        assert_non_null(found);
        rows[i] = found;
    }
}

static void describe_rows(calx_session *session, const struct everything *const *rows, char *out)
{
    out[0] = '\0';
    for (size_t i = 0; i < ROWS; i++)
        describe(session, rows[i], out);
}

static int64_t change(calx_session *session, maker *self, calx_synchronize how)
{
    calx_assignment set[MOST_SET];
    int64_t count = -1;
    calx_query *query = calx_query_new(session, &everything_mapper);
    assert_non_null(query);
    for (uint64_t more = 1 + pick(self, 2); more > 0; more--)
        assert_int_equal(calx_query_where(query, condition(self, DEPTH)), CALX_OK);
    assert_int_equal(calx_query_synchronize(query, how), CALX_OK);
    bool deletes = pick(self, 4) == 0;
    size_t set_count = assignments(self, set);
    calx_status status = deletes ? calx_query_delete(query, &count)
                                 : calx_query_update(query, set, set_count, &count);
    if (status != CALX_OK)
        fail_msg("%s", message(session));
    calx_query_free(query);
    return count;
}

/* Three changes, in a savepoint or not; afterwards all is as before. */
static void go_round(const fixture *fix, uint64_t seed, calx_synchronize how, outcome *out)
{
    static maker self;
    const struct everything *rows[ROWS];
    calx_session *session = new_session(fix);
    self = (maker){ .random = seed };
    char before[TEXT];
    char after[TEXT];
    load_rows(session, rows);
    bool nested = pick(&self, 2) == 0;
    if (nested)
        assert_int_equal(calx_session_begin_nested(session), CALX_OK);
    describe_rows(session, rows, before);
    stir(session, &self, rows);
    out->count = 0;
    for (int i = 0; i < 3; i++)
        out->count = out->count * 100 + change(session, &self, how);
    if (how == CALX_SYNCHRONIZE_NONE)
        assert_int_equal(calx_session_expire_all(session), CALX_OK);
    describe_rows(session, rows, out->rows);
    if (nested && how != CALX_SYNCHRONIZE_NONE)
        assert_int_equal(
            calx_session_transaction_rollback(calx_session_get_nested_transaction(session)),
            CALX_OK);
    else
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    describe_rows(session, rows, after);
    if (how != CALX_SYNCHRONIZE_NONE)
        assert_string_equal(before, after);
    calx_session_free(session);
}

static void what_is_known_is_what_is_stored(void **state)
{
    (void)state;
    calx_shows("SES-329");
    calx_shows("SES-330");
    calx_shows("SES-135");
    static outcome evaluated, fetched, stored;
    static maker rows = { .random = 20 };
    fixture fix;
    set_up(&fix);
    insert_rows(&fix, &rows);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        go_round(&fix, round, CALX_SYNCHRONIZE_NONE, &stored);
        go_round(&fix, round, CALX_SYNCHRONIZE_EVALUATE, &evaluated);
        go_round(&fix, round, CALX_SYNCHRONIZE_FETCH, &fetched);
        if (evaluated.count != stored.count || fetched.count != stored.count ||
            strcmp(evaluated.rows, stored.rows) != 0 || strcmp(fetched.rows, stored.rows) != 0)
            fail_msg("round %d: stored\n%sevaluated\n%sfetched\n%s", (int)round, stored.rows,
                     evaluated.rows, fetched.rows);
        log_sink_forget(&fix.sink);
    }
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_what_is_stored),
    };
    return CALX_RUN("query_change_random", tests);
}
