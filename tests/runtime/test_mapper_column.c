/*
 * Load and store through offsets: every type there and back, the ends of every range, NULL in its
 * three forms, and what does not fit.
 */
#include "support/harness.h"
#include "support/sample_model.h"

#include "base/error.h"
#include "mapper/check.h"
#include "mapper/column.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static const calx_column *column_at(int position)
{
    return &everything_mapper.columns[position];
}

static calx_value read_at(const struct everything *instance, int position)
{
    calx_value value;
    assert_int_equal(calx_column_read(column_at(position), instance, &value), CALX_OK);
    return value;
}

static void assert_written(struct everything *instance, int position, calx_value value)
{
    assert_int_equal(calx_column_write(column_at(position), instance, &value, NULL), CALX_OK);
}

static void assert_refused(struct everything *instance, int position, calx_value value,
                           const char *reason)
{
    struct everything before = *instance;
    const char *given = NULL;
    assert_int_equal(calx_column_write(column_at(position), instance, &value, &given), CALX_E_DATA);
    assert_non_null(given);
    assert_non_null(strstr(given, reason));
    assert_memory_equal(&before, instance, sizeof before);
}

static void integers_keep_the_ends_of_their_range(void **state)
{
    (void)state;
    static const struct {
        int position;
        int64_t lowest;
        uint64_t highest;
    } ranges[] = {
        { EVERYTHING_I8, INT8_MIN, INT8_MAX },    { EVERYTHING_I16, INT16_MIN, INT16_MAX },
        { EVERYTHING_I32, INT32_MIN, INT32_MAX }, { EVERYTHING_I64, INT64_MIN, INT64_MAX },
        { EVERYTHING_U8, 0, UINT8_MAX },          { EVERYTHING_U16, 0, UINT16_MAX },
        { EVERYTHING_U32, 0, UINT32_MAX },        { EVERYTHING_U64, 0, UINT64_MAX },
    };
    struct everything row;
    memset(&row, 0, sizeof row);
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        int position = ranges[i].position;
        assert_written(&row, position, calx_value_uint64(ranges[i].highest));
        assert_true(read_at(&row, position).as.uint64 == ranges[i].highest);
        assert_written(&row, position, calx_value_int64(ranges[i].lowest));
        assert_true(read_at(&row, position).as.int64 == ranges[i].lowest);
        if (ranges[i].highest != UINT64_MAX)
            assert_refused(&row, position, calx_value_uint64(ranges[i].highest + 1), "range");
        if (ranges[i].lowest != INT64_MIN)
            assert_refused(&row, position, calx_value_int64(ranges[i].lowest - 1), "");
    }
    assert_int_equal(row.i8, INT8_MIN);
    assert_true(row.i64 == INT64_MIN);
}

static void neighbours_of_a_written_member_stay_as_they_are(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0xff, sizeof row);
    assert_written(&row, EVERYTHING_I8, calx_value_int64(1));
    assert_written(&row, EVERYTHING_U16, calx_value_int64(2));
    assert_int_equal(row.i8, 1);
    assert_int_equal(row.i16, -1);
    assert_int_equal(row.u8, 255);
    assert_int_equal(row.u16, 2);
    assert_int_equal(row.u32, UINT32_MAX);
}

static void values_of_another_class_are_refused(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0, sizeof row);
    assert_refused(&row, EVERYTHING_I32, calx_value_text("5"), "no integer");
    assert_refused(&row, EVERYTHING_I32, calx_value_double(5), "no integer");
    assert_refused(&row, EVERYTHING_U64, calx_value_bytes((calx_bytes){ "5", 1 }), "no integer");
    assert_refused(&row, EVERYTHING_U8, calx_value_int64(-1), "unsigned");
    assert_refused(&row, EVERYTHING_FLAG, calx_value_int64(2), "neither true nor false");
    assert_refused(&row, EVERYTHING_REAL64, calx_value_text("1.5"), "no number");
    assert_refused(&row, EVERYTHING_TEXT, calx_value_int64(1), "no text");
    assert_refused(&row, EVERYTHING_ARRAY, calx_value_int64(1), "no text");
    assert_refused(&row, EVERYTHING_BYTES, calx_value_text("a"), "no binary data");
    assert_refused(&row, EVERYTHING_MOMENT, calx_value_text("now"), "no timestamp");
}

static void near_classes_are_taken_when_nothing_is_lost(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0, sizeof row);
    assert_written(&row, EVERYTHING_FLAG, calx_value_int64(1));
    assert_true(row.flag);
    assert_written(&row, EVERYTHING_FLAG, calx_value_bool(false));
    assert_false(row.flag);
    assert_written(&row, EVERYTHING_REAL64, calx_value_int64(-3));
    assert_true(row.real64 == -3.0);
    assert_written(&row, EVERYTHING_MOMENT, calx_value_int64(77));
    assert_int_equal(read_at(&row, EVERYTHING_MOMENT).type, CALX_VALUE_TIMESTAMP);
    assert_int_equal(row.moment, 77);
}

static void a_float_takes_what_a_float_can_hold(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0, sizeof row);
    assert_written(&row, EVERYTHING_REAL32, calx_value_double(FLT_MAX));
    assert_true(row.real32 == FLT_MAX);
    assert_written(&row, EVERYTHING_REAL32, calx_value_double((double)INFINITY));
    assert_true(isinf(row.real32));
    assert_refused(&row, EVERYTHING_REAL32, calx_value_double(1e300), "float's range");
}

static void text_is_stored_as_given(void **state)
{
    (void)state;
    struct everything row;
    static const char text[] = "hello";
    memset(&row, 0, sizeof row);
    assert_written(&row, EVERYTHING_TEXT, calx_value_text(text));
    assert_ptr_equal(row.text, text);
    calx_value value = read_at(&row, EVERYTHING_TEXT);
    assert_int_equal(value.type, CALX_VALUE_TEXT);
    assert_int_equal(value.as.span.size, 5);
    assert_refused(&row, EVERYTHING_TEXT, calx_value_text_n("a\0b", 3), "NUL");
}

static void arrays_are_filled_but_never_cut(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0xff, sizeof row);
    assert_written(&row, EVERYTHING_ARRAY, calx_value_text("1234567"));
    assert_string_equal(row.array, "1234567");
    assert_written(&row, EVERYTHING_ARRAY, calx_value_text("a"));
    assert_memory_equal(row.array, "a\0\0\0\0\0\0\0", 8);
    assert_refused(&row, EVERYTHING_ARRAY, calx_value_text("12345678"), "too long");
    assert_refused(&row, EVERYTHING_ARRAY, calx_value_text_n("a\0b", 3), "NUL");
    memset(row.array, 'x', sizeof row.array);
    calx_value value = calx_value_int64(9);
    assert_int_equal(calx_column_read(column_at(EVERYTHING_ARRAY), &row, &value), CALX_E_DATA);
    assert_int_equal(value.as.int64, 9);
}

static void null_is_a_flag_a_pointer_or_refused(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0xff, sizeof row);
    row.maybe = (calx_nullable_double){ true, 2.5 };
    assert_written(&row, EVERYTHING_MAYBE, calx_value_null());
    assert_false(row.maybe.has_value);
    assert_int_equal(read_at(&row, EVERYTHING_MAYBE).type, CALX_VALUE_NULL);
    assert_written(&row, EVERYTHING_MAYBE, calx_value_double(1.5));
    assert_true(row.maybe.has_value);
    assert_true(read_at(&row, EVERYTHING_MAYBE).as.real == 1.5);
    assert_written(&row, EVERYTHING_TEXT, calx_value_null());
    assert_null(row.text);
    assert_int_equal(read_at(&row, EVERYTHING_TEXT).type, CALX_VALUE_NULL);
    assert_written(&row, EVERYTHING_BYTES, calx_value_null());
    assert_int_equal(read_at(&row, EVERYTHING_BYTES).type, CALX_VALUE_NULL);
    assert_refused(&row, EVERYTHING_I32, calx_value_null(), "NULL");
    assert_refused(&row, EVERYTHING_ARRAY, calx_value_null(), "NULL");
    assert_refused(&row, EVERYTHING_FLAG, calx_value_null(), "NULL");
}

static void what_is_asked_of_a_driver_is_the_class_that_is_read(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0, sizeof row);
    row.text = "";
    row.bytes = (calx_bytes){ "", 0 };
    row.maybe.has_value = row.perhaps.has_value = true;
    for (int i = 0; i < everything_mapper.column_count; i++)
        assert_int_equal(read_at(&row, i).type, calx_column_value_type(column_at(i)));
}

static void an_empty_member_is_one_that_nobody_set(void **state)
{
    (void)state;
    struct everything row;
    memset(&row, 0, sizeof row);
    for (int i = 0; i < everything_mapper.column_count; i++)
        assert_true(calx_column_is_empty(column_at(i), &row));
    row.text = "";
    row.bytes = (calx_bytes){ "", 0 };
    row.maybe.has_value = true;
    row.i64 = INT64_C(1) << 40;
    row.array[0] = 'a';
    assert_false(calx_column_is_empty(column_at(EVERYTHING_TEXT), &row));
    assert_false(calx_column_is_empty(column_at(EVERYTHING_BYTES), &row));
    assert_false(calx_column_is_empty(column_at(EVERYTHING_MAYBE), &row));
    assert_false(calx_column_is_empty(column_at(EVERYTHING_I64), &row));
    assert_false(calx_column_is_empty(column_at(EVERYTHING_ARRAY), &row));
}

static bool same(const struct everything *left, const struct everything *right, int position)
{
    return calx_column_same(column_at(position), left, right);
}

static void sameness_is_about_content(void **state)
{
    (void)state;
    struct everything left;
    struct everything right;
    const char text[] = "abc";
    memset(&left, 0, sizeof left);
    memset(&right, 0, sizeof right);
    left.text = "abc";
    right.text = text;
    assert_true(same(&left, &right, EVERYTHING_TEXT));
    right.text = NULL;
    assert_false(same(&left, &right, EVERYTHING_TEXT));
    left.bytes = (calx_bytes){ "ab", 2 };
    right.bytes = (calx_bytes){ text, 2 };
    assert_true(same(&left, &right, EVERYTHING_BYTES));
    right.bytes.size = 3;
    assert_false(same(&left, &right, EVERYTHING_BYTES));
    right.bytes.data = NULL;
    assert_false(same(&left, &right, EVERYTHING_BYTES));
    memcpy(left.array, "a\0x", 3);
    memcpy(right.array, "a\0y", 3);
    assert_true(same(&left, &right, EVERYTHING_ARRAY));
    right.array[1] = 'b';
    assert_false(same(&left, &right, EVERYTHING_ARRAY));
}

static void two_nulls_are_the_same_whatever_lies_behind_them(void **state)
{
    (void)state;
    struct everything left;
    struct everything right;
    memset(&left, 0, sizeof left);
    memset(&right, 0, sizeof right);
    left.maybe.value = 3;
    assert_true(same(&left, &right, EVERYTHING_MAYBE));
    right.maybe.has_value = true;
    assert_false(same(&left, &right, EVERYTHING_MAYBE));
    left.real64 = right.real64 = (double)NAN;
    assert_true(same(&left, &right, EVERYTHING_REAL64));
    left.real64 = 0.0;
    right.real64 = -0.0;
    assert_false(same(&left, &right, EVERYTHING_REAL64));
}

static void length_counts_characters_not_bytes(void **state)
{
    (void)state;
    const calx_column *column = column_at(EVERYTHING_TEXT);
    calx_value four = calx_value_text("\xc3\xa4\xc3\xb6\xe2\x82\xac\xf0\x9f\x99\x82");
    calx_value five = calx_value_text("\xc3\xa4"
                                      "bcde");
    calx_value null = calx_value_null();
    assert_false(calx_column_too_long(column, &four));
    assert_true(calx_column_too_long(column, &five));
    assert_false(calx_column_too_long(column, &null));
    assert_false(calx_column_too_long(column_at(EVERYTHING_ARRAY), &five));
}

static void assert_fault(const calx_mapper *mapper, const char *expected)
{
    calx_error error = CALX_ERROR_INIT;
    assert_int_equal(calx_mapper_check(mapper, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, expected));
    calx_error_clear(&error);
}

static void mappers_of_the_sample_model_are_sound(void **state)
{
    (void)state;
    assert_int_equal(calx_metadata_check(&sample_metadata, NULL), CALX_OK);
}

static void a_mapper_of_another_version_says_what_to_do(void **state)
{
    (void)state;
    calx_mapper old = { .abi = CALX_MAPPER_ABI + 1 };
    calx_metadata metadata = { .abi = CALX_MAPPER_ABI + 1 };
    calx_error error = CALX_ERROR_INIT;
    assert_fault(&old, "run calx-gen again");
    assert_int_equal(calx_metadata_check(&metadata, &error), CALX_E_ARGUMENT);
    calx_error_clear(&error);
}

static void faults_of_a_mapper_are_named(void **state)
{
    (void)state;
    static const uint16_t beyond[] = { 99 };
    calx_mapper mapper = user_mapper;
    calx_column column = user_mapper.columns[0];
    assert_fault(NULL, "NULL");
    mapper.key_count = 0;
    assert_fault(&mapper, "no primary key");
    mapper = user_mapper;
    mapper.key = beyond;
    assert_fault(&mapper, "key column that does not exist");
    mapper = user_mapper;
    mapper.instance_alignment = 64;
    assert_fault(&mapper, "aligned to 64");
    mapper = user_mapper;
    mapper.columns = &column;
    mapper.column_count = 1;
    column.offset = sizeof(struct user) - 4;
    assert_fault(&mapper, "column 0 (id) of mapper user lies outside the struct");
    column = user_mapper.columns[0];
    column.size = 4;
    assert_fault(&mapper, "not its type's");
    column.type = (calx_type)77;
    assert_fault(&mapper, "unknown type");
    mapper = address_mapper;
    mapper.foreign_key_count = 0;
    assert_fault(&mapper, "foreign key that does not exist");
}

static void faults_of_a_relationship_are_named(void **state)
{
    (void)state;
    static const calx_relationship_order beyond[] = { { 0, false }, { 99, true } };
    calx_mapper mapper = address_mapper;
    calx_relationship one = address_mapper.relationships[0];
    mapper.relationships = &one;
    one.foreign_key = 1;
    assert_fault(&mapper, "over a foreign key that does not exist");
    one = address_mapper.relationships[0];
    one.kind = CALX_RELATIONSHIP_MANY_TO_MANY;
    assert_fault(&mapper, "many-to-many relationship without an association");
    one.association = &address_mapper;
    one.target_key = 1;
    assert_fault(&mapper, "over a foreign key that does not exist");
    one = address_mapper.relationships[0];
    one.inverse = 9;
    assert_fault(&mapper, "whose inverse does not exist");
    one = address_mapper.relationships[0];
    one.order_count = 2;
    assert_fault(&mapper, "ordered by a column that does not exist");
    one.order = beyond;
    assert_fault(&mapper, "ordered by a column that does not exist");
    one.order_count = 1;
    assert_int_equal(calx_mapper_check(&mapper, NULL), CALX_OK);
    one.loading = (calx_loading)99;
    assert_fault(&mapper, "loaded in an unknown way");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_keep_the_ends_of_their_range),
        cmocka_unit_test(neighbours_of_a_written_member_stay_as_they_are),
        cmocka_unit_test(values_of_another_class_are_refused),
        cmocka_unit_test(near_classes_are_taken_when_nothing_is_lost),
        cmocka_unit_test(a_float_takes_what_a_float_can_hold),
        cmocka_unit_test(text_is_stored_as_given),
        cmocka_unit_test(arrays_are_filled_but_never_cut),
        cmocka_unit_test(null_is_a_flag_a_pointer_or_refused),
        cmocka_unit_test(what_is_asked_of_a_driver_is_the_class_that_is_read),
        cmocka_unit_test(an_empty_member_is_one_that_nobody_set),
        cmocka_unit_test(sameness_is_about_content),
        cmocka_unit_test(two_nulls_are_the_same_whatever_lies_behind_them),
        cmocka_unit_test(length_counts_characters_not_bytes),
        cmocka_unit_test(mappers_of_the_sample_model_are_sound),
        cmocka_unit_test(a_mapper_of_another_version_says_what_to_do),
        cmocka_unit_test(faults_of_a_mapper_are_named),
        cmocka_unit_test(faults_of_a_relationship_are_named),
    };
    return CALX_RUN("mapper_column", tests);
}
