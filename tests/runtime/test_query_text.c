/*
 * Texts of queries found by structure. The first tests are about shapes alone: whatever two queries
 * with equal shapes differ in, their texts are the same, and so are the values the two walks
 * collect. The others look at what an engine and its sessions keep.
 */
#include "query_fixture.h"

#include "sql/select.h"
#include "support/ration.h"

#include <pthread.h>

/* ---- shapes ---- */

enum { RANDOM_QUERIES = 250, PARTS = 3 };

static const uint64_t some_columns[] = { 1u << USER_ID | 1u << USER_NAME, 1u << ADDRESS_ID };

/* A query with its text, its shape and its values, found both ways. */
typedef struct sample {
    calx_arena arena;
    calx_condition conditions[PARTS];
    calx_order orders[PARTS];
    calx_sql_join joins[2];
    calx_sql_query select;
    calx_buffer text;
    calx_parameter_list written, walked;
    calx_shape shape;
    bool has_shape;
    calx_status status;
} sample;

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return *seed >> 16;
}

static calx_expression leaf(uint32_t *seed)
{
    static const int64_t ids[] = { 3, 1, 4, 1, 5 };
    uint32_t n = next_random(seed) % 5;
    switch (next_random(seed) % 11) {
    case 0:
        return calx_eq(user_col.id, (int64_t)n);
    case 1:
        return calx_ne(user_col.name, n == 0 ? "a" : "bc");
    case 2:
        return calx_between(user_col.age, (int64_t)n, 70);
    case 3:
        return calx_in(user_col.id, ids, n);
    case 4:
        return calx_is_null(user_col.age);
    case 5:
        return calx_is_not_null(user_col.age);
    case 6:
        return calx_like(user_col.name, "e%");
    case 7:
        return calx_eq(user_col.id, user_col.age);
    case 8:
        return calx_lt(user_col.id, user_col.id);
    case 9:
        return calx_eq(user_col.name, (const char *)NULL);
    default:
        return n == 0 ? calx_eq(address_col.id, 1) : calx_ge(user_col.age, (int64_t)n);
    }
}

static calx_expression tree(uint32_t *seed, unsigned depth)
{
    unsigned kind = depth == 0 ? 3 : next_random(seed) % 5;
    if (kind > 2)
        return leaf(seed);
    calx_expression left = tree(seed, depth - 1);
    if (kind == 2)
        return calx_not(left);
    calx_expression right = tree(seed, depth - 1);
    return kind == 0 ? calx_and(left, right) : calx_or(left, right);
}

/* A user's addresses, and either their users or the same addresses once more. */
static void add_joins(sample *one, uint32_t *seed)
{
    bool is_path = next_random(seed) % 2 == 0;
    const calx_mapper *owner = is_path ? &address_mapper : &user_mapper;
    bool has_some = next_random(seed) % 2 == 0;
    one->joins[0] =
        (calx_sql_join){ &user_mapper.relationships[0], has_some ? &some_columns[1] : NULL, 0,
                         next_random(seed) % 2 == 0 };
    one->joins[1] = (calx_sql_join){ &owner->relationships[0], NULL, is_path, false };
    one->select.joins = one->joins;
    one->select.join_count = next_random(seed) % 3;
    one->select.columns = next_random(seed) % 3 == 0 ? &some_columns[0] : NULL;
}

static void make_sample(sample *one, uint32_t *seed)
{
    memset(one, 0, sizeof *one);
    calx_arena_init(&one->arena, 0);
    calx_parameter_list_init(&one->written);
    calx_parameter_list_init(&one->walked);
    calx_sql_query *select = &one->select;
    *select = (calx_sql_query){ .mapper = &user_mapper, .limit = -1, .offset = -1 };
    select->conditions = one->conditions;
    select->orders = one->orders;
    size_t count = next_random(seed) % PARTS;
    for (size_t i = 0; i < count; i++) {
        calx_expression expression = tree(seed, 1 + next_random(seed) % 2);
        if (calx_condition_from_expression(&one->conditions[select->condition_count], &one->arena,
                                           &expression, NULL) == CALX_OK)
            select->condition_count++;
    }
    select->order_count = next_random(seed) % PARTS;
    for (size_t i = 0; i < select->order_count; i++)
        one->orders[i] =
            next_random(seed) % 2 == 0 ? calx_asc(user_col.name) : calx_desc(user_col.age);
    select->limit = (int64_t)(next_random(seed) % 4) - 1;
    select->offset = (int64_t)(next_random(seed) % 4) - 1;
    select->form = (calx_select_form)(next_random(seed) % 3);
    add_joins(one, seed);
    one->has_shape = calx_sql_shape(&one->shape, &one->walked, &calx_dialect_sqlite, select);
    one->status = calx_sql_select(&one->text, &one->written, &calx_dialect_sqlite, select, NULL);
}

static void clear_sample(sample *one)
{
    calx_arena_clear(&one->arena);
    calx_buffer_clear(&one->text);
    calx_parameter_list_clear(&one->written);
    calx_parameter_list_clear(&one->walked);
}

static void assert_same_values(const sample *one)
{
    assert_int_equal(one->written.count, one->walked.count);
    for (size_t i = 0; i < one->written.count; i++) {
        const calx_value *left = &one->written.items[i];
        const calx_value *right = &one->walked.items[i];
        assert_int_equal(left->type, right->type);
        if (left->type == CALX_VALUE_TEXT)
            assert_ptr_equal(left->as.span.data, right->as.span.data);
        else
            assert_int_equal(left->as.int64, right->as.int64);
    }
}

static bool same_text(const sample *left, const sample *right)
{
    return strcmp(calx_buffer_text(&left->text), calx_buffer_text(&right->text)) == 0;
}

static void equal_shapes_are_equal_texts_with_the_same_values(void **state)
{
    (void)state;
    static sample samples[RANDOM_QUERIES];
    uint32_t seed = 20;
    size_t shaped = 0, equal = 0, refused = 0;
    for (size_t i = 0; i < RANDOM_QUERIES; i++)
        make_sample(&samples[i], &seed);
    for (size_t i = 0; i < RANDOM_QUERIES; i++) {
        const sample *one = &samples[i];
        /* What the writer refuses has no shape, and everything of this size that it takes has. */
        assert_true(one->has_shape == (one->status == CALX_OK));
        refused += !one->has_shape;
        shaped += one->has_shape;
        if (one->has_shape)
            assert_same_values(one);
        for (size_t k = 0; one->has_shape && k < i; k++) {
            const sample *other = &samples[k];
            if (!other->has_shape)
                continue;
            bool same = calx_shape_equal(&one->shape, other->shape.words, other->shape.count);
            if (same)
                assert_true(same_text(one, other));
            if (same)
                assert_int_equal(one->shape.hash, other->shape.hash);
            equal += same;
        }
    }
    assert_true(shaped > RANDOM_QUERIES / 3);
    assert_true(equal > 20);
    assert_true(refused > 20);
    for (size_t i = 0; i < RANDOM_QUERIES; i++)
        clear_sample(&samples[i]);
}

static bool has_shape(const calx_condition *condition)
{
    calx_shape shape;
    calx_parameter_list parameters;
    calx_parameter_list_init(&parameters);
    const calx_sql_query select = { &user_mapper, condition, 1, NULL, 0, -1, -1, CALX_SELECT_ROWS };
    bool has = calx_sql_shape(&shape, &parameters, &calx_dialect_sqlite, &select);
    calx_parameter_list_clear(&parameters);
    return has;
}

static void what_is_no_whole_condition_has_no_shape(void **state)
{
    (void)state;
    calx_expression both = calx_and(calx_eq(user_col.id, 1), calx_eq(user_col.id, 2));
    calx_expression between = calx_between(user_col.id, 1, 2);
    assert_true(has_shape(&(calx_condition){ both.nodes, 3 }));
    assert_false(has_shape(&(calx_condition){ both.nodes, 2 }));
    assert_false(has_shape(&(calx_condition){ both.nodes, 0 }));
    assert_true(has_shape(&(calx_condition){ between.nodes, 2 }));
    assert_false(has_shape(&(calx_condition){ between.nodes, 1 }));
    assert_false(has_shape(&(calx_condition){ &between.nodes[1], 1 }));
    assert_true(has_shape(&(calx_condition){ &both.nodes[1], 1 }));
    assert_false(has_shape(&(calx_condition){ &both.nodes[1], 2 }));
    both.nodes[1].operation = CALX_OP_IN;
    assert_false(has_shape(&(calx_condition){ both.nodes, 3 }));
}

/* ---- what is kept ---- */

static calx_engine_state state_of(const fixture *fix)
{
    calx_engine_state state;
    calx_engine_status(fix->engine, &state);
    return state;
}

/* How many are at most that old. */
static size_t count_up_to(calx_session *session, int32_t age)
{
    calx_query *query = new_query(session);
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_where(query, calx_le(user_col.age, age)), CALX_OK);
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    calx_query_free(query);
    return count;
}

static void a_repeated_query_is_not_written_again(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    uint64_t made = state_of(&fix).query_texts_made;
    assert_int_equal(count_up_to(fix.session, 18), 2);
    assert_int_equal(count_up_to(fix.session, 30), 3);
    assert_int_equal(count_up_to(fix.session, 41), 4);
    assert_int_equal(state_of(&fix).query_texts_made, made + 1);
    uint64_t found = state_of(&fix).query_texts_found;
    calx_session *other = new_session(&fix);
    assert_int_equal(count_up_to(other, 18), 2);
    assert_int_equal(count_up_to(other, 41), 4);
    calx_session_free(other);
    assert_int_equal(state_of(&fix).query_texts_made, made + 1);
    assert_int_equal(state_of(&fix).query_texts_found, found + 1); /* then it has it at hand */
    tear_down(&fix);
}

static void a_query_that_changes_gets_the_text_of_what_it_is(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    bool exists = false;
    int64_t count = 0;
    for (int round = 0; round < 2; round++) {
        calx_query *query = new_query(fix.session);
        assert_finds(query, "ed fred jack mary wendy");
        assert_int_equal(calx_query_limit(query, 2), CALX_OK);
        assert_finds(query, "ed fred");
        assert_int_equal(calx_query_limit(query, 3), CALX_OK);
        assert_finds(query, "ed fred jack");
        assert_int_equal(calx_query_where(query, calx_gt(user_col.age, 18)), CALX_OK);
        assert_finds(query, "fred wendy");
        assert_int_equal(calx_query_count(query, &count), CALX_OK);
        assert_int_equal(count, 2);
        assert_int_equal(calx_query_exists(query, &exists), CALX_OK);
        assert_true(exists);
        assert_finds(query, "fred wendy");
        calx_query_free(query);
    }
    tear_down(&fix);
}

static void open_with(fixture *fix, int query_texts)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    set_up(fix);
    tear_down(fix);
    log_sink_init(&fix->sink);
    options.query_texts = query_texts;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &fix->engine, NULL), CALX_OK);
    fix->session = new_session(fix);
    fix->query = new_query(fix->session);
}

/* A query of a shape of its own for each width. */
static calx_query *wide_query(fixture *fix, size_t width)
{
    calx_query *query = new_query(fix->session);
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    assert_non_null(filter);
    for (size_t i = 0; i < width; i++)
        assert_int_equal(calx_filter_add(filter, calx_eq(user_col.id, 0)), CALX_OK);
    assert_int_equal(calx_query_where_filter(query, filter), CALX_OK);
    calx_filter_free(filter);
    return query;
}

static void ask_wide(fixture *fix, size_t width)
{
    const void *const *items = NULL;
    size_t count = 9;
    calx_query *query = wide_query(fix, width);
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    assert_int_equal(count, 0);
    calx_query_free(query);
}

static void the_least_recently_used_text_goes_first(void **state)
{
    (void)state;
    fixture fix;
    open_with(&fix, 8);
    for (size_t width = 1; width <= 8; width++)
        ask_wide(&fix, width);
    assert_int_equal(state_of(&fix).query_texts, 8);
    assert_int_equal(state_of(&fix).query_texts_made, 8);
    calx_session_free(fix.session); /* has the last few at hand itself */
    fix.session = new_session(&fix);
    ask_wide(&fix, 1);
    ask_wide(&fix, 9);
    assert_int_equal(state_of(&fix).query_texts, 8);
    assert_int_equal(state_of(&fix).query_texts_made, 9);
    calx_session_free(fix.session);
    fix.session = new_session(&fix);
    ask_wide(&fix, 1);
    assert_int_equal(state_of(&fix).query_texts_made, 9);
    ask_wide(&fix, 2);
    assert_int_equal(state_of(&fix).query_texts_made, 10);
    tear_down(&fix);
}

static void an_engine_may_keep_no_texts(void **state)
{
    (void)state;
    fixture fix;
    open_with(&fix, 0);
    calx_session *other = new_session(&fix);
    assert_int_equal(count_up_to(fix.session, 30), 3);
    assert_int_equal(count_up_to(other, 41), 4);
    calx_session_free(other);
    assert_int_equal(state_of(&fix).query_texts, 0);
    assert_int_equal(state_of(&fix).query_texts_made, 2);
    tear_down(&fix);

    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_error error = CALX_ERROR_INIT;
    calx_engine *engine = NULL;
    options.query_texts = -1;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &engine, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "query_texts"));
    calx_error_clear(&error);
}

/* In a session of its own, which has nothing at hand. */
static uint64_t made_for_wide(fixture *fix, size_t width)
{
    uint64_t before = state_of(fix).query_texts_made;
    calx_session_free(fix->session);
    fix->session = new_session(fix);
    ask_wide(fix, width);
    return state_of(fix).query_texts_made - before;
}

static void a_long_text_leaves_room_for_fewer_others(void **state)
{
    (void)state;
    enum { WIDE = 400, TOO_WIDE = 3000 };
    fixture fix;
    open_with(&fix, 2);
    for (size_t width = WIDE; width <= WIDE + 1; width++)
        assert_int_equal(made_for_wide(&fix, width), 1);
    assert_int_equal(state_of(&fix).query_texts, 1); /* two would take too much */
    assert_int_equal(made_for_wide(&fix, WIDE + 1), 0);
    assert_int_equal(made_for_wide(&fix, WIDE), 1);
    assert_int_equal(made_for_wide(&fix, TOO_WIDE), 1);
    assert_int_equal(made_for_wide(&fix, TOO_WIDE), 1);
    assert_int_equal(made_for_wide(&fix, WIDE), 0); /* what is not kept takes nothing away */
    tear_down(&fix);
}

static void the_memory_of_a_freed_query_serves_the_next(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_query *second = new_query(fix.session);
    assert_int_equal(calx_query_where(second, calx_gt(user_col.age, 30)), CALX_OK);
    assert_int_equal(calx_query_limit(second, -1), CALX_E_ARGUMENT);
    calx_query_free(second);
    calx_query *third = NULL;
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &third), CALX_OK);
    assert_finds(fix.query, "ed fred jack mary wendy");
    assert_int_equal(calx_query_order_by(third, calx_desc(user_col.name)), CALX_OK);
    assert_finds(third, "wendy mary jack fred ed");
    calx_query_free(third);
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    calx_query *fourth = new_query(fix.session);
    assert_finds(fourth, "ed fred jack mary wendy");
    calx_query_free(fourth);
    tear_down(&fix);
}

static calx_status repeat(calx_session *session, ration *account, long *out_taken)
{
    calx_status status = CALX_OK;
    for (int32_t age = 18; age < 24 && status == CALX_OK; age++) {
        long left = atomic_load(&account->left);
        const void *const *items = NULL;
        size_t count = 0;
        calx_query *query = calx_query_new(session, &user_mapper);
        assert_non_null(query);
        status = calx_query_where(query, calx_le(user_col.age, age));
        if (status == CALX_OK)
            status = calx_query_all(query, &items, &count);
        calx_query_free(query);
        *out_taken = left - atomic_load(&account->left);
    }
    return status;
}

static void a_repeated_query_allocates_nothing(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    tear_down(&fix);
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    long taken = -1;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &options.bind, NULL);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = repeat(session, &account, &taken);
    calx_session_free(session);
    calx_engine_free(options.bind);
    assert_int_equal(ration_stop(&account), 0);
    assert_int_equal(status, CALX_OK);
    assert_int_equal(taken, 0);
}

/* ---- threads ---- */

enum { THREADS = 8, ROUNDS = 40 };

typedef struct asker {
    pthread_t thread;
    fixture *fix;
    size_t wrong;
} asker;

static size_t wrong_answers(calx_session *session, unsigned round)
{
    static const char *const names[] = { "ed", "fred", "jack", "nobody" };
    const char *asked[4];
    size_t width = 1 + round % 4, count = 0;
    const void *const *items = NULL;
    calx_expression any = calx_eq(user_col.name, "nobody");
    for (size_t i = 0; i < width; i++) {
        asked[i] = names[(round + i) % 4];
        any = calx_or(any, calx_eq(user_col.name, asked[i]));
    }
    calx_query *query = calx_query_new(session, &user_mapper);
    calx_status status = calx_query_where(query, any);
    if (status == CALX_OK)
        status = calx_query_all(query, &items, &count);
    size_t expected = width;
    for (size_t i = 0; i < width; i++)
        expected -= strcmp(asked[i], "nobody") == 0;
    calx_query_free(query);
    return status != CALX_OK || count != expected;
}

static void *ask_often(void *context)
{
    asker *self = context;
    for (unsigned round = 0; round < ROUNDS; round++) {
        calx_session_options options = CALX_SESSION_OPTIONS_INIT;
        calx_session *session = NULL;
        options.bind = self->fix->engine;
        if (calx_session_new(&options, &session, NULL) != CALX_OK) {
            self->wrong++;
            continue;
        }
        self->wrong += wrong_answers(session, round);
        self->wrong += wrong_answers(session, round + 1);
        calx_session_free(session);
    }
    return NULL;
}

static void threads_share_few_texts(void **state)
{
    (void)state;
    fixture fix;
    open_with(&fix, 2);
    asker askers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        askers[i] = (asker){ .fix = &fix };
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_often, &askers[i]), 0);
    }
    size_t wrong = 0;
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(askers[i].thread, NULL);
        wrong += askers[i].wrong;
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(state_of(&fix).query_texts, 2);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_shapes_are_equal_texts_with_the_same_values),
        cmocka_unit_test(what_is_no_whole_condition_has_no_shape),
        cmocka_unit_test(a_repeated_query_is_not_written_again),
        cmocka_unit_test(a_query_that_changes_gets_the_text_of_what_it_is),
        cmocka_unit_test(the_least_recently_used_text_goes_first),
        cmocka_unit_test(an_engine_may_keep_no_texts),
        cmocka_unit_test(a_long_text_leaves_room_for_fewer_others),
        cmocka_unit_test(the_memory_of_a_freed_query_serves_the_next),
        cmocka_unit_test(a_repeated_query_allocates_nothing),
        cmocka_unit_test(threads_share_few_texts),
    };
    return CALX_RUN("query_text", tests);
}
