/*
 * Expressions as values: what the typed macros build, how and/or/not join, what happens beyond the
 * nodes there are, and filters, which have no such limit.
 */
#include "support/harness.h"
#include "support/ration.h"
#include "support/sample_model.h"

#include <calx/expression.h>

#include "base/error.h"
#include "sql/condition.h"

#include <stdbool.h>
#include <string.h>

static void a_comparison_is_one_node_with_column_and_value(void **state)
{
    (void)state;
    calx_expression expression = calx_eq(user_col.id, 5);
    assert_int_equal(expression.count, 1);
    assert_false(expression.overflow);
    assert_int_equal(expression.nodes[0].operation, CALX_OP_EQ);
    assert_ptr_equal(expression.nodes[0].column.mapper, &user_mapper);
    assert_int_equal(expression.nodes[0].column.column, USER_ID);
    assert_int_equal(expression.nodes[0].operand.kind, CALX_OPERAND_VALUE);
    assert_int_equal(expression.nodes[0].operand.as.value.type, CALX_VALUE_INT64);
    assert_int_equal(expression.nodes[0].operand.as.value.as.int64, 5);
}

static calx_value value_of(calx_expression expression)
{
    assert_int_equal(expression.nodes[0].operand.kind, CALX_OPERAND_VALUE);
    return expression.nodes[0].operand.as.value;
}

static void each_class_binds_its_own_type(void **state)
{
    (void)state;
    const char raw[] = "\1\2";
    calx_bytes bytes = { raw, 2 };
    assert_int_equal(value_of(calx_eq(everything_col.flag, true)).type, CALX_VALUE_BOOL);
    assert_int_equal(value_of(calx_eq(everything_col.u64, 7u)).type, CALX_VALUE_INT64);
    assert_int_equal(value_of(calx_eq(everything_col.u64, UINT64_MAX)).type, CALX_VALUE_UINT64);
    assert_int_equal(value_of(calx_gt(everything_col.real64, 18)).type, CALX_VALUE_DOUBLE);
    assert_true(value_of(calx_gt(everything_col.real64, 18)).as.real == 18.0);
    assert_true(value_of(calx_gt(everything_col.real32, 0.5f)).as.real == 0.5);
    assert_int_equal(value_of(calx_eq(everything_col.bytes, bytes)).type, CALX_VALUE_BYTES);
    assert_int_equal(value_of(calx_ge(everything_col.moment, 12)).type, CALX_VALUE_TIMESTAMP);
    assert_int_equal(value_of(calx_eq(user_col.role, ROLE_ADMIN)).as.int64, ROLE_ADMIN);
}

static void text_comes_as_pointer_array_or_span(void **state)
{
    (void)state;
    char array[20] = "ann";
    char *pointer = array;
    calx_value value = value_of(calx_eq(user_col.name, array));
    assert_int_equal(value.type, CALX_VALUE_TEXT);
    assert_int_equal(value.as.span.size, 3);
    assert_ptr_equal(value.as.span.data, array);
    assert_int_equal(value_of(calx_ne(user_col.name, pointer)).as.span.size, 3);
    assert_int_equal(value_of(calx_ne(user_col.name, "four")).as.span.size, 4);
    assert_int_equal(value_of(calx_eq(user_col.name, (calx_text){ "a\0b", 3 })).as.span.size, 3);
}

static void columns_are_compared_with_columns(void **state)
{
    (void)state;
    calx_expression expression = calx_eq(address_col.user_id, user_col.id);
    assert_int_equal(expression.nodes[0].operand.kind, CALX_OPERAND_COLUMN);
    assert_ptr_equal(expression.nodes[0].operand.as.column.mapper, &user_mapper);
    assert_int_equal(expression.nodes[0].operand.as.column.column, USER_ID);
}

static void the_value_is_evaluated_once(void **state)
{
    (void)state;
    int counter = 0;
    const int64_t ids[] = { 1, 2 };
    size_t first = 0;
    assert_int_equal(value_of(calx_eq(user_col.id, ++counter)).as.int64, 1);
    assert_int_equal(counter, 1);
    calx_expression in = calx_in(user_col.id, &ids[first++], 1);
    assert_int_equal(first, 1);
    assert_ptr_equal(in.nodes[0].operand.as.list.items, ids);
}

static void joins_are_prefix_order_and_chains_share_their_root(void **state)
{
    (void)state;
    calx_expression both = calx_and(calx_eq(user_col.id, 1), calx_eq(user_col.id, 2));
    assert_int_equal(both.count, 3);
    assert_int_equal(both.nodes[0].operation, CALX_OP_AND);
    assert_int_equal(both.nodes[0].child_count, 2);
    both = calx_and(both, calx_eq(user_col.id, 3));
    assert_int_equal(both.count, 4);
    assert_int_equal(both.nodes[0].child_count, 3);
    calx_expression either = calx_or(both, calx_eq(user_col.id, 4));
    assert_int_equal(either.count, 6);
    assert_int_equal(either.nodes[0].operation, CALX_OP_OR);
    assert_int_equal(either.nodes[1].operation, CALX_OP_AND);
    assert_int_equal(either.nodes[5].operand.as.value.as.int64, 4);
}

static calx_expression chain(int terms)
{
    calx_expression all = calx_eq(user_col.id, 0);
    for (int i = 1; i < terms; i++)
        all = calx_or(all, calx_eq(user_col.id, i));
    return all;
}

static void what_does_not_fit_is_marked_and_stays_marked(void **state)
{
    (void)state;
    assert_false(chain(CALX_EXPRESSION_NODES - 1).overflow);
    calx_expression full = chain(CALX_EXPRESSION_NODES - 1);
    assert_int_equal(full.count, CALX_EXPRESSION_NODES);
    assert_true(chain(CALX_EXPRESSION_NODES).overflow);
    assert_true(calx_not(full).overflow);
    assert_true(calx_and(full, calx_is_null(user_col.age)).overflow);
    assert_true(calx_and(calx_is_null(user_col.age), chain(20)).overflow);
}

static void an_expression_never_set_spoils_what_it_is_joined_to(void **state)
{
    (void)state;
    calx_expression none;
    calx_arena arena;
    calx_condition condition;
    memset(&none, 0, sizeof none);
    calx_arena_init(&arena, 0);
    calx_expression expression = calx_and(calx_eq(user_col.id, 1), calx_not(none));
    assert_int_equal(calx_condition_from_expression(&condition, &arena, &expression, NULL),
                     CALX_E_ARGUMENT);
    calx_arena_clear(&arena);
}

static void a_condition_holds_copies_of_all_it_was_given(void **state)
{
    (void)state;
    char name[] = "ann";
    char first[] = "x";
    const char *names[] = { first, "y", NULL };
    calx_arena arena;
    calx_condition condition;
    calx_arena_init(&arena, 0);
    calx_expression expression =
        calx_and(calx_eq(user_col.name, name), calx_in(user_col.name, names, 3));
    assert_int_equal(calx_condition_from_expression(&condition, &arena, &expression, NULL),
                     CALX_OK);
    memset(name, '#', 3);
    first[0] = '#';
    names[1] = "#";
    assert_int_equal(condition.count, 3);
    assert_memory_equal(condition.nodes[1].operand.as.value.as.span.data, "ann", 3);
    const char *const *items = condition.nodes[2].operand.as.list.items;
    assert_string_equal(items[0], "x");
    assert_string_equal(items[1], "y");
    assert_null(items[2]);
    calx_arena_clear(&arena);
}

static void an_overflowed_condition_is_a_limit_that_names_the_way_out(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_arena arena;
    calx_condition condition;
    calx_arena_init(&arena, 0);
    calx_expression expression = chain(20);
    assert_int_equal(calx_condition_from_expression(&condition, &arena, &expression, &error),
                     CALX_E_LIMIT);
    assert_non_null(strstr(error.message, "calx_filter_new()"));
    calx_error_clear(&error);
    calx_arena_clear(&arena);
}

static void a_filter_takes_any_number_of_conditions(void **state)
{
    (void)state;
    calx_arena arena;
    calx_condition condition;
    char name[8] = "n0";
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    assert_non_null(filter);
    for (int i = 0; i < 1000; i++) {
        name[1] = (char)('0' + i % 10);
        assert_int_equal(calx_filter_add(filter, calx_eq(user_col.name, name)), CALX_OK);
    }
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_condition_from_filter(&condition, &arena, filter, NULL), CALX_OK);
    calx_filter_free(filter);
    assert_int_equal(condition.count, 1001);
    assert_int_equal(condition.nodes[0].operation, CALX_OP_OR);
    assert_int_equal(condition.nodes[0].child_count, 1000);
    assert_memory_equal(condition.nodes[1].operand.as.value.as.span.data, "n0", 2);
    assert_memory_equal(condition.nodes[1000].operand.as.value.as.span.data, "n9", 2);
    calx_arena_clear(&arena);
}

static void a_failed_add_comes_up_again_where_the_filter_is_used(void **state)
{
    (void)state;
    calx_error error = CALX_ERROR_INIT;
    calx_arena arena;
    calx_condition condition;
    calx_filter *filter = calx_filter_new(CALX_FILTER_ALL);
    assert_int_equal(calx_filter_add(filter, chain(20)), CALX_E_LIMIT);
    assert_int_equal(calx_filter_add(filter, calx_eq(user_col.id, 1)), CALX_OK);
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_condition_from_filter(&condition, &arena, filter, &error), CALX_E_LIMIT);
    assert_int_equal(error.status, CALX_E_LIMIT);
    assert_int_equal(calx_condition_from_filter(&condition, &arena, NULL, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_filter_add(NULL, calx_eq(user_col.id, 1)), CALX_E_ARGUMENT);
    assert_null(calx_filter_new((calx_filter_join)0));
    calx_filter_free(filter);
    calx_filter_free(NULL);
    calx_error_clear(&error);
    calx_arena_clear(&arena);
}

/* Everything that copies, in one go. */
static calx_status build_and_copy(void)
{
    static const char *const names[] = { "x", "y" };
    static const calx_bytes blobs[] = { { "1", 1 }, { NULL, 0 } };
    calx_arena arena;
    calx_condition condition;
    calx_status status = CALX_E_NOMEM;
    calx_arena_init(&arena, 16);
    calx_filter *filter = calx_filter_new(CALX_FILTER_ALL);
    if (filter == NULL)
        goto out;
    for (int i = 0; i < 40; i++) {
        (void)calx_filter_add(filter, calx_in(user_col.name, names, 2));
        (void)calx_filter_add(filter, calx_in(everything_col.bytes, blobs, 2));
        (void)calx_filter_add(filter, calx_eq(user_col.name, "ann"));
    }
    status = calx_condition_from_filter(&condition, &arena, filter, NULL);
out:
    calx_filter_free(filter);
    calx_arena_clear(&arena);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = build_and_copy();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comparison_is_one_node_with_column_and_value),
        cmocka_unit_test(each_class_binds_its_own_type),
        cmocka_unit_test(text_comes_as_pointer_array_or_span),
        cmocka_unit_test(columns_are_compared_with_columns),
        cmocka_unit_test(the_value_is_evaluated_once),
        cmocka_unit_test(joins_are_prefix_order_and_chains_share_their_root),
        cmocka_unit_test(what_does_not_fit_is_marked_and_stays_marked),
        cmocka_unit_test(an_expression_never_set_spoils_what_it_is_joined_to),
        cmocka_unit_test(a_condition_holds_copies_of_all_it_was_given),
        cmocka_unit_test(an_overflowed_condition_is_a_limit_that_names_the_way_out),
        cmocka_unit_test(a_filter_takes_any_number_of_conditions),
        cmocka_unit_test(a_failed_add_comes_up_again_where_the_filter_is_used),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return CALX_RUN("expression", tests);
}
