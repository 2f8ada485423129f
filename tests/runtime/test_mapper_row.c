/*
 * Rows into structs: what one column takes, all of them take in one pass, texts behind each other;
 * what does not fit names its column.
 */
#include "support/harness.h"
#include "support/sample_model.h"

#include "mapper/column.h"
#include "mapper/row.h"

#include <string.h>

enum { COLUMNS = 18 };

typedef struct sample {
    calx_row_form form;
    calx_value_type wanted[COLUMNS];
    calx_row_step steps[COLUMNS];
    calx_value row[COLUMNS];
    char text[64];
    calx_row_misfit misfit;
} sample;

static void set_up(sample *table)
{
    assert_int_equal(everything_mapper.column_count, COLUMNS);
    memset(table, 0, sizeof *table);
    calx_row_form_init(&table->form, &everything_mapper, NULL, table->wanted, table->steps);
    for (size_t i = 0; i < COLUMNS; i++) {
        table->row[i].type = table->wanted[i];
        table->row[i].as.uint64 = 1;
    }
    table->row[EVERYTHING_FLAG] = calx_value_bool(true);
    table->row[EVERYTHING_REAL32] = calx_value_double(0.5);
    table->row[EVERYTHING_REAL64] = calx_value_double(0.25);
    table->row[EVERYTHING_TEXT] = calx_value_text("text");
    table->row[EVERYTHING_ARRAY] = calx_value_text("array");
    table->row[EVERYTHING_BYTES] = calx_value_bytes((calx_bytes){ "a\0b", 3 });
    table->row[EVERYTHING_MAYBE] = calx_value_double(8);
    table->row[EVERYTHING_PERHAPS] = calx_value_bool(true);
}

static calx_status store(sample *table, struct everything *out)
{
    memset(out, 0, sizeof *out);
    return calx_row_store(&table->form, table->row, out, table->text, &table->misfit);
}

static void every_type_is_stored_as_its_column_would_be(void **state)
{
    (void)state;
    sample table;
    struct everything whole, single = { 0 };
    set_up(&table);
    assert_int_equal(store(&table, &whole), CALX_OK);
    for (size_t i = 0; i < COLUMNS; i++) {
        const calx_column *column = &everything_mapper.columns[i];
        assert_int_equal(calx_column_write(column, &single, &table.row[i], NULL), CALX_OK);
        assert_true(calx_column_same(column, &whole, &single));
    }
    assert_string_equal(whole.text, "text");
    assert_true(whole.maybe.has_value);
}

static void texts_lie_behind_each_other_in_the_room_that_was_measured(void **state)
{
    (void)state;
    sample table;
    struct everything out;
    set_up(&table);
    assert_int_equal(calx_row_text_size(&table.form, table.row), 5 + 4);
    assert_int_equal(store(&table, &out), CALX_OK);
    assert_memory_equal(table.text, "text\0a\0b", 9);
    assert_ptr_equal(out.text, table.text);
    assert_ptr_equal(out.bytes.data, table.text + 5);
    table.row[EVERYTHING_TEXT] = calx_value_text("");
    assert_int_equal(calx_row_text_size(&table.form, table.row), 1 + 4);
    assert_int_equal(store(&table, &out), CALX_OK);
    assert_string_equal(out.text, "");
}

static void null_goes_where_a_member_can_hold_it(void **state)
{
    (void)state;
    sample table;
    struct everything out;
    set_up(&table);
    size_t refused = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        const calx_column *column = &everything_mapper.columns[i];
        calx_value kept = table.row[i];
        table.row[i] = calx_value_null();
        if (calx_column_takes_null(column)) {
            calx_value value;
            assert_int_equal(store(&table, &out), CALX_OK);
            assert_int_equal(calx_column_read(column, &out, &value), CALX_OK);
            assert_int_equal(value.type, CALX_VALUE_NULL);
        } else {
            assert_int_equal(store(&table, &out), CALX_E_DATA);
            assert_int_equal(table.misfit.column, i);
            assert_non_null(strstr(table.misfit.reason, "NULL"));
            refused++;
        }
        table.row[i] = kept;
    }
    assert_int_equal(refused, COLUMNS - 4);
}

static void assert_refused(size_t column, calx_value value, const char *reason)
{
    sample table;
    struct everything out;
    set_up(&table);
    table.row[column] = value;
    assert_int_equal(store(&table, &out), CALX_E_DATA);
    assert_int_equal(table.misfit.column, column);
    assert_non_null(strstr(table.misfit.reason, reason));
}

static void what_does_not_fit_names_its_column(void **state)
{
    (void)state;
    assert_refused(EVERYTHING_I32, calx_value_int64(INT64_C(1) << 31), "range");
    assert_refused(EVERYTHING_I8, calx_value_int64(128), "range");
    assert_refused(EVERYTHING_I64, calx_value_text("1"), "no integer");
    assert_refused(EVERYTHING_U64, calx_value_int64(-1), "negative");
    assert_refused(EVERYTHING_TEXT, calx_value_text_n("a\0b", 3), "NUL");
    assert_refused(EVERYTHING_TEXT, calx_value_int64(1), "no text");
    assert_refused(EVERYTHING_ARRAY, calx_value_text("12345678"), "too long");
    assert_refused(EVERYTHING_BYTES, calx_value_text("abc"), "binary");
}

static void a_near_class_is_taken_when_nothing_is_lost(void **state)
{
    (void)state;
    sample table;
    struct everything out;
    set_up(&table);
    table.row[EVERYTHING_I64] = calx_value_uint64(7);
    table.row[EVERYTHING_REAL64] = calx_value_int64(3);
    table.row[EVERYTHING_FLAG] = calx_value_int64(0);
    assert_int_equal(store(&table, &out), CALX_OK);
    assert_int_equal(out.i64, 7);
    assert_true(out.real64 == 3);
    assert_false(out.flag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_stored_as_its_column_would_be),
        cmocka_unit_test(texts_lie_behind_each_other_in_the_room_that_was_measured),
        cmocka_unit_test(null_goes_where_a_member_can_hold_it),
        cmocka_unit_test(what_does_not_fit_names_its_column),
        cmocka_unit_test(a_near_class_is_taken_when_nothing_is_lost),
    };
    return CALX_RUN("mapper_row", tests);
}
