/*
 * What expressions come to: the same on every database. Conditions are asked with queries over
 * five users (query_fixture.h); values are compared inside the condition.
 */
#include "query_fixture.h"

#include "base/buffer.h"
#include "engine/cursor.h"
#include "sql/condition.h"
#include "sql/writer.h"

/* The names of the users a condition holds for. */
static void assert_holds(fixture *fix, calx_expression condition, const char *names)
{
    calx_query *query = new_query(fix->session);
    assert_int_equal(calx_query_where(query, condition), CALX_OK);
    assert_finds(query, names);
    calx_query_free(query);
}

static void numbers_are_worked_out_alike(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_holds(&fix, calx_gt(calx_add(user_col.age, 10), 40), "fred");
    assert_holds(&fix, calx_eq(calx_div(user_col.age, 4), 4), "ed jack");
    assert_holds(&fix, calx_eq(calx_div(calx_neg(user_col.age), 4), -4), "ed jack");
    assert_holds(&fix, calx_eq(calx_mod(calx_neg(user_col.age), 4), -2), "ed jack wendy");
    assert_holds(&fix, calx_eq(calx_div(user_col.age, 4.0), 7.5), "wendy");
    assert_holds(&fix, calx_is_null(calx_div(user_col.age, 0)), "ed fred jack mary wendy");
    assert_holds(&fix, calx_is_null(calx_mod(user_col.age, calx_sub(user_col.age, 41))),
                 "fred mary");
    assert_holds(&fix, calx_eq(calx_round(calx_div(user_col.age, 4.0)), 8), "wendy");
    assert_holds(&fix, calx_eq(calx_round(calx_div(user_col.age, -4.0)), -8.0), "wendy");
    assert_holds(&fix, calx_eq(calx_abs(calx_sub(user_col.age, 30)), 12), "ed jack");
    assert_holds(&fix, calx_gt(calx_mul(user_col.age, INT64_C(200000000000)), 1),
                 "ed fred jack wendy");
    assert_holds(&fix, calx_gt(calx_mul(calx_mul(user_col.age, user_col.age), 2000000), 3000000000),
                 "fred");
    assert_holds(&fix, calx_lt(20, user_col.age), "fred wendy");
    assert_holds(&fix, calx_eq(calx_div(calx_coalesce(user_col.age, 0.5), 4), 7.5), "wendy");
    assert_holds(&fix, calx_eq(calx_div(calx_greatest(user_col.age, 20.5), 4), 7.5), "wendy");
    calx_expression choice = calx_case(calx_gt(user_col.age, 20), calx_scalar(user_col.age));
    choice = calx_else(choice, calx_scalar(0.5));
    assert_holds(&fix, calx_eq(calx_div(choice, 4), 7.5), "wendy");
    tear_down(&fix);
}

static void text_is_worked_out_alike(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_holds(&fix, calx_eq(calx_upper(user_col.name), "ED"), "ed");
    assert_holds(&fix, calx_eq(calx_concat(user_col.name, "!"), "ed!"), "ed");
    assert_holds(&fix, calx_eq(calx_length(user_col.name), 4), "fred jack mary");
    assert_holds(&fix, calx_eq(calx_length("k\303\244se"), calx_length(user_col.name)),
                 "fred jack mary");
    assert_holds(&fix, calx_eq(calx_substr(user_col.name, 2, 2), "re"), "fred");
    assert_holds(&fix, calx_eq(calx_substr(user_col.name, -3, 2), "fr"), "fred");
    assert_holds(&fix, calx_eq(calx_substr(user_col.name, 1, -1), ""), "ed fred jack mary wendy");
    assert_holds(&fix, calx_eq(calx_trim(calx_concat("  ", user_col.name)), "mary"), "mary");
    assert_holds(&fix, calx_eq(calx_replace(user_col.name, "ed", "EE"), "frEE"), "fred");
    assert_holds(&fix, calx_is_null(calx_concat(user_col.name, user_col.fullname)),
                 "ed fred jack mary wendy");
    assert_holds(&fix, calx_eq(calx_replace(user_col.name, "", "x"), user_col.name),
                 "ed fred jack mary wendy");
    assert_holds(&fix, calx_is_null(calx_replace(user_col.name, "", user_col.fullname)),
                 "ed fred jack mary wendy");
    tear_down(&fix);
}

static void parts_of_text_are_found_as_they_are(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_sql(fix.session, "UPDATE users SET fullname = '50%_ed\\' WHERE name = 'ed'");
    run_sql(fix.session, "UPDATE users SET fullname = '50xx' WHERE name = 'fred'");
    assert_holds(&fix, calx_starts_with(user_col.fullname, "50%"), "ed");
    assert_holds(&fix, calx_ends_with(user_col.fullname, "d\\"), "ed");
    assert_holds(&fix, calx_contains(user_col.fullname, "%_"), "ed");
    assert_holds(&fix, calx_starts_with(user_col.name, "E"), "");
    assert_holds(&fix, calx_starts_with(user_col.name, ""), "ed fred jack mary wendy");
    assert_holds(&fix, calx_ends_with(user_col.name, ""), "ed fred jack mary wendy");
    assert_holds(&fix, calx_ends_with(user_col.name, "fred"), "fred");
    assert_holds(&fix, calx_ends_with(calx_concat("e", user_col.name), calx_lower("ED")),
                 "ed fred");
    assert_holds(&fix, calx_contains(user_col.name, ""), "ed fred jack mary wendy");
    assert_holds(&fix, calx_like(user_col.fullname, "50\\%%"), "ed");
    assert_holds(&fix, calx_ilike(user_col.name, "%ED"), "ed fred");
    assert_holds(&fix, calx_not_ilike(user_col.name, "%ED"), "jack mary wendy");
    calx_builder *builder = calx_builder_new();
    const char *plain = calx_builder_like_text(builder, "0%_");
    assert_holds(&fix, calx_like(user_col.fullname, calx_concat(calx_concat("%", plain), "%")),
                 "ed");
    calx_builder_free(builder);
    tear_down(&fix);
}

static void choices_are_made_alike(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_holds(&fix, calx_eq(calx_coalesce(user_col.age, 99), 99), "mary");
    assert_holds(&fix, calx_is_null(calx_nullif(user_col.age, 18)), "ed jack mary");
    assert_holds(&fix, calx_is_distinct_from(user_col.age, 18), "fred mary wendy");
    assert_holds(&fix, calx_is_not_distinct_from(user_col.age, user_col.age),
                 "ed fred jack mary wendy");
    assert_holds(&fix,
                 calx_eq(calx_else(calx_case(calx_ge(user_col.age, 30), calx_scalar("old")),
                                   calx_scalar("young")),
                         "young"),
                 "ed jack mary");
    assert_holds(&fix, calx_case(calx_ge(user_col.age, 30), calx_scalar((bool)true)), "fred wendy");
    assert_holds(&fix, calx_eq(calx_greatest(user_col.age, 25), 25), "ed jack");
    assert_holds(&fix, calx_is_null(calx_least(user_col.age, 25)), "mary");
    assert_holds(&fix, calx_eq(calx_cast(user_col.age, CALX_VALUE_TEXT), "41"), "fred");
    assert_holds(&fix, calx_eq(calx_cast(calx_div(user_col.age, 4.0), CALX_VALUE_INT64), 10),
                 "fred");
    assert_holds(&fix, calx_eq(calx_cast(calx_eq(user_col.age, 41), CALX_VALUE_INT64), 1), "fred");
    assert_holds(&fix, calx_not(calx_cast(calx_sub(user_col.age, 18), CALX_VALUE_BOOL)), "ed jack");
    const calx_expression arguments[] = { calx_scalar(user_col.name), calx_scalar("e") };
    assert_holds(&fix, calx_eq(calx_function("ltrim", CALX_VALUE_TEXT, arguments, 2), "d"), "ed");
    tear_down(&fix);
}

static void lists_of_every_length_find_the_same(void **state)
{
    (void)state;
    fixture fix;
    static int64_t ages[1000];
    static const double halves[] = { 20.5, 9.0 };
    static const double mixed[] = { 41.0, 18.5 };
    static const float floats[] = { 30.0f, 18.5f };
    static const char *const names[] = { "ed", "x\",\\", "mary" };
    set_up(&fix);
    for (size_t i = 0; i < 1000; i++)
        ages[i] = 100 + (int64_t)i;
    for (size_t count = 1; count <= 1000; count = count * 3 + 1) {
        ages[count - 1] = 41;
        assert_holds(&fix, calx_in(user_col.age, ages, count), "fred");
        assert_holds(&fix, calx_not_in(user_col.age, ages, count), "ed jack wendy");
        assert_holds(&fix, calx_in(calx_add(user_col.age, 0), ages, count), "fred");
        ages[count - 1] = 100;
    }
    assert_holds(&fix, calx_in(user_col.name, names, 3), "ed mary");
    assert_holds(&fix, calx_in(calx_div(user_col.age, 2.0), halves, 2), "ed fred jack");
    assert_holds(&fix, calx_in(calx_add(user_col.age, 0), mixed, 2), "fred");
    assert_holds(&fix, calx_in(calx_add(user_col.age, 0), floats, 2), "wendy");
    assert_holds(&fix, calx_not_in(calx_add(user_col.age, 0), mixed, 2), "ed jack wendy");
    assert_holds(&fix, calx_in(calx_scalar(user_col.age), mixed, 2), "fred");
    assert_holds(&fix, calx_in(user_col.name, names, 0), "");
    assert_holds(&fix, calx_not_in(user_col.name, names, 0), "ed fred jack mary wendy");
    tear_down(&fix);
}

enum { LONG_LIST = 100000 };

/* More than the parameters of any statement. */
static void lists_longer_than_any_statement_find_the_same(void **state)
{
    (void)state;
    fixture fix;
    static int64_t numbers[LONG_LIST];
    static const char *texts[LONG_LIST];
    static bool flags[LONG_LIST];
    static const char awkward[] = "a\"b\\c\001\n\t/\303\244\360\237\230\200'";
    set_up(&fix);
    for (int i = 0; i < LONG_LIST; i++) {
        numbers[i] = INT64_MIN + i;
        texts[i] = "nobody";
    }
    for (size_t count = 1025; count <= LONG_LIST; count = count * 9 + 7) {
        numbers[count - 1] = 41;
        texts[count - 1] = "mary";
        assert_holds(&fix, calx_in(user_col.age, numbers, count), "fred");
        assert_holds(&fix, calx_not_in(user_col.age, numbers, count), "ed jack wendy");
        assert_holds(&fix, calx_in(calx_add(user_col.age, 0), numbers, count), "fred");
        assert_holds(&fix, calx_in(user_col.name, texts, count), "mary");
        assert_holds(&fix, calx_not_in(calx_lower(user_col.name), texts, count),
                     "ed fred jack wendy");
        assert_holds(
            &fix,
            calx_or(calx_in(user_col.age, numbers, count), calx_in(user_col.name, texts, count)),
            "fred mary");
        assert_holds(&fix, calx_in(calx_gt(user_col.age, 40), flags, count), "ed jack wendy");
        numbers[count - 1] = INT64_MAX;
        texts[count - 1] = "nobody";
    }
    texts[LONG_LIST - 1] = awkward;
    assert_holds(&fix, calx_in(calx_concat(calx_nullif(user_col.name, "ed"), ""), texts, LONG_LIST),
                 "");
    assert_holds(&fix, calx_in(calx_scalar(awkward), texts, LONG_LIST), "ed fred jack mary wendy");
    assert_holds(&fix, calx_in(calx_sub(calx_mul(user_col.id, 0), INT64_MAX), numbers, LONG_LIST),
                 "ed fred jack mary wendy");
    tear_down(&fix);
}

/* The number next to one, further from zero. */
static double neighbour(double number)
{
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    bits++;
    memcpy(&number, &bits, sizeof bits);
    return number;
}

/* Each item is exactly the one that was given: its neighbours are not found. */
static void long_lists_of_every_class_hold_what_was_given(void **state)
{
    (void)state;
    fixture fix;
    static double numbers[LONG_LIST];
    static calx_timestamp moments[LONG_LIST];
    static calx_bytes pieces[LONG_LIST];
    static const unsigned char raw[] = { 0, '"', '\\', 255, '{', ',', 0 };
    static const double awkward[] = { 0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -2.2e-308 };
    const calx_bytes piece = { raw, sizeof raw };
    const calx_bytes shorter = { raw, sizeof raw - 1 };
    const char *everybody = "ed fred jack mary wendy";
    set_up(&fix);
    for (int i = 0; i < LONG_LIST; i++) {
        numbers[i] = i + 0.5;
        moments[i] = i;
        pieces[i] = (calx_bytes){ "x", 1 };
    }
    for (size_t i = 0; i < sizeof awkward / sizeof *awkward; i++) {
        numbers[i] = awkward[i];
        assert_holds(&fix, calx_in(calx_scalar(awkward[i]), numbers, LONG_LIST), everybody);
        assert_holds(&fix, calx_in(calx_scalar(neighbour(awkward[i])), numbers, LONG_LIST), "");
    }
    const void *ed = NULL;
    assert_int_equal(calx_session_get_int64(fix.session, &user_mapper, 1, &ed), CALX_OK);
    moments[LONG_LIST - 1] = ((const struct user *)ed)->created;
    calx_expression is_ed = calx_eq(user_col.name, "ed");
    assert_holds(&fix, calx_and(calx_in(user_col.created, moments, LONG_LIST), is_ed), "ed");
    moments[LONG_LIST - 1]++;
    assert_holds(&fix, calx_in(user_col.created, moments, LONG_LIST), "");
    pieces[7] = piece;
    assert_holds(&fix, calx_in(calx_scalar(piece), pieces, LONG_LIST), everybody);
    assert_holds(&fix, calx_in(calx_scalar(shorter), pieces, LONG_LIST), "");
    pieces[7] = (calx_bytes){ raw, 0 };
    assert_holds(&fix, calx_not_in(calx_scalar(piece), pieces, LONG_LIST), everybody);
    numbers[0] = 41;
    assert_holds(&fix, calx_in(calx_scalar(user_col.age), numbers, LONG_LIST), "fred");
    tear_down(&fix);
}

/* Its text is kept: from the second time on, only the values are gathered. */
static void a_list_in_a_text_that_is_looked_for_finds_the_same_again(void **state)
{
    (void)state;
    fixture fix;
    static const int64_t ages[] = { 18, 41 };
    set_up(&fix);
    calx_expression chosen = calx_else(
        calx_case(calx_in(user_col.age, ages, 2), calx_scalar(user_col.name)), calx_scalar("Mary"));
    for (int i = 0; i < 3; i++) {
        assert_holds(&fix, calx_ends_with(chosen, "ed"), "ed fred");
        assert_holds(&fix, calx_and(calx_ends_with(chosen, "y"), calx_gt(user_col.age, 20)),
                     "wendy");
    }
    tear_down(&fix);
}

static void a_list_of_another_length_is_the_same_text(void **state)
{
    (void)state;
    fixture fix;
    static const int64_t ids[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    set_up(&fix);
    const char *texts[4] = { NULL };
    calx_query *queries[4];
    for (size_t i = 0; i < 4; i++) {
        queries[i] = new_query(fix.session);
        assert_int_equal(calx_query_where(queries[i], calx_in(user_col.id, ids, 5 + i)), CALX_OK);
        assert_int_equal(calx_query_sql(queries[i], &texts[i]), CALX_OK);
        assert_string_equal(texts[i], texts[0]);
    }
    for (size_t i = 0; i < 4; i++)
        calx_query_free(queries[i]);
    tear_down(&fix);
}

/* ---- values of several rows ---- */

/* SELECT expression FROM users tail: the first value. */
static calx_value select_value(fixture *fix, calx_expression expression, const char *tail)
{
    const calx_sql_source own = { .mapper = &user_mapper };
    const calx_sql_scope scope = { .sources = &own, .count = 1 };
    calx_arena arena;
    calx_condition kept;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_parameter_list parameters;
    calx_value value;
    calx_arena_init(&arena, 0);
    calx_parameter_list_init(&parameters);
    assert_int_equal(calx_expression_keep(&kept, &arena, &expression, CALX_USE_SELECT, NULL),
                     CALX_OK);
    calx_buffer_put(&text, "SELECT ");
    calx_sql_writer writer = { .out = &text,
                               .parameters = &parameters,
                               .dialect = calx_engine_dialect(fix->engine),
                               .scope = &scope };
    calx_sql_put_condition(&writer, kept.nodes, kept.count, CALX_OP_NONE);
    calx_buffer_put(&text, " FROM users ");
    calx_buffer_put(&text, tail);
    assert_int_equal(parameters.count, 0);
    calx_statement *statement = calx_text_statement(calx_buffer_text(&text));
    assert_int_equal(calx_session_scalar(fix->session, statement, &value), CALX_OK);
    calx_statement_free(statement);
    calx_buffer_clear(&text);
    calx_parameter_list_clear(&parameters);
    calx_arena_clear(&arena);
    return value;
}

static void assert_integer(calx_value value, int64_t expected)
{
    assert_int_equal(value.type, CALX_VALUE_INT64);
    assert_int_equal(value.as.int64, expected);
}

static void aggregates_come_to_the_same(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_integer(select_value(&fix, calx_count_all(), ""), 5);
    assert_integer(select_value(&fix, calx_count(user_col.age), ""), 4);
    assert_integer(select_value(&fix, calx_distinct(calx_count(user_col.age)), ""), 3);
    assert_integer(select_value(&fix, calx_sum(user_col.id), "WHERE id > 0"), 15);
    assert_integer(select_value(&fix, calx_sum(user_col.age), ""), 107);
    assert_integer(select_value(&fix, calx_max(user_col.age), ""), 41);
    calx_value average = select_value(&fix, calx_avg(user_col.age), "");
    assert_int_equal(average.type, CALX_VALUE_DOUBLE);
    assert_true(average.as.real == 26.75);
    assert_int_equal(select_value(&fix, calx_sum(user_col.age), "WHERE id < 0").type,
                     CALX_VALUE_NULL);
    assert_integer(
        select_value(&fix, calx_filtered(calx_count_all(), calx_is_null(user_col.age)), ""), 1);
    tear_down(&fix);
}

static void windows_come_to_the_same(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_expression by_age = calx_window_order(calx_over(calx_rank()), user_col.age, true);
    assert_integer(select_value(&fix, by_age, "WHERE age IS NOT NULL ORDER BY age, name"), 3);
    calx_expression running =
        calx_frame_of(calx_window_order(calx_over(calx_sum(user_col.age)), user_col.name, false),
                      CALX_FRAME_ROWS, -CALX_FRAME_UNBOUNDED, 0);
    assert_integer(select_value(&fix, running, "ORDER BY name DESC"), 107);
    assert_integer(select_value(&fix, calx_partition(calx_over(calx_count_all()), user_col.age),
                                "ORDER BY name"),
                   2);
    tear_down(&fix);
}

static void a_sum_that_is_too_large_fails_on_both(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_sql(fix.session, "UPDATE users SET id = 9223372036854775807 - id");
    calx_statement *statement = calx_text_statement(
        calx_engine_dialect(fix.engine)->sum_cast != NULL ? "SELECT sum(id)::BIGINT FROM users"
                                                          : "SELECT sum(id) FROM users");
    calx_value value;
    assert_int_not_equal(calx_session_scalar(fix.session, statement, &value), CALX_OK);
    calx_statement_free(statement);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_worked_out_alike),
        cmocka_unit_test(text_is_worked_out_alike),
        cmocka_unit_test(parts_of_text_are_found_as_they_are),
        cmocka_unit_test(choices_are_made_alike),
        cmocka_unit_test(lists_of_every_length_find_the_same),
        cmocka_unit_test(lists_longer_than_any_statement_find_the_same),
        cmocka_unit_test(long_lists_of_every_class_hold_what_was_given),
        cmocka_unit_test(a_list_in_a_text_that_is_looked_for_finds_the_same_again),
        cmocka_unit_test(a_list_of_another_length_is_the_same_text),
        cmocka_unit_test(aggregates_come_to_the_same),
        cmocka_unit_test(windows_come_to_the_same),
        cmocka_unit_test(a_sum_that_is_too_large_fails_on_both),
    };
    return CALX_RUN("expression_results", tests);
}
