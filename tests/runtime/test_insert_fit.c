/*
 * INSERT statements take no value that its column does not hold, keep the values of each row to the
 * end, and say so when there are too many.
 */
#include "insert_models.calx.h"

#include "session_fixture.h"

#include <calx/calx.h>

#include <stdio.h>
#include <stdlib.h>

static int marks_made;

calx_status next_mark(const char *old, char *out)
{
    (void)old;
    snprintf(out, 9, "v%d", ++marks_made);
    return CALX_OK;
}

static void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

static struct crate crate_row(int64_t id)
{
    struct crate row;
    memset(&row, 0, sizeof row);
    row.id = id;
    row.label = "box";
    return row;
}

/* An insert of the row that updates the one of its key. */
static calx_insert *upsert(const fixture *fix, const struct crate *row)
{
    const calx_column_ref id = crate_col.id.ref;
    calx_insert *insert = calx_insert_new(fix->session, &crate_mapper);
    assert_non_null(insert);
    ok(fix, calx_insert_rows(insert, row, 1));
    ok(fix, calx_insert_on_conflict_update(insert, &id, 1));
    return insert;
}

static void each_row_keeps_the_version_a_function_made(void **state)
{
    (void)state;
    calx_shows("SES-335");
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    const struct crate rows[] = { crate_row(1), crate_row(2), crate_row(3) };
    calx_insert *insert = calx_insert_new(fix.session, &crate_mapper);
    ok(&fix, calx_insert_rows(insert, rows, 3));
    ok(&fix, calx_insert_execute(insert, NULL));
    calx_insert_free(insert);
    assert_int_equal(number(fix.session, "SELECT count(DISTINCT mark) FROM crates"), 3);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM crates a JOIN crates b "
                                         "ON b.id = a.id + 1 WHERE b.mark > a.mark"),
                     2);
    tear_down(&fix);
}

static void assert_refused(const fixture *fix, calx_assignment assignment, const char *says)
{
    const struct crate row = crate_row(1);
    calx_insert *insert = upsert(fix, &row);
    assert_int_equal(calx_insert_set(insert, &assignment, 1), CALX_E_DATA);
    assert_non_null(strstr(message(fix->session), says));
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_DATA);
    calx_insert_free(insert);
}

static void a_value_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    assert_refused(&fix, calx_assign(crate_col.weight, 100000), "crate.weight: the integer is out");
    assert_refused(&fix, calx_assign(crate_col.amount, calx_scalar("abc")),
                   "crate.amount: the value is no integer");
    assert_refused(&fix, calx_assign(crate_col.label, "longer"),
                   "crate.label: the text is longer than its column");
    assert_int_equal(number(fix.session, "SELECT count(*) FROM crates"), 0);
    tear_down(&fix);
}

static void a_column_is_set_once(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    const struct crate row = crate_row(1);
    const calx_assignment weight = calx_assign(crate_col.weight, 1);
    calx_insert *insert = upsert(&fix, &row);
    ok(&fix, calx_insert_set(insert, &weight, 1));
    assert_int_equal(calx_insert_set(insert, &weight, 1), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "column \"weight\" is set twice"));
    calx_insert_free(insert);
    tear_down(&fix);
}

static void what_a_select_gives_is_of_the_class_of_the_column(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    const calx_column_ref columns[] = { crate_col.id.ref, crate_col.amount.ref };
    for (int upper = 0; upper < 2; upper++) {
        calx_select *select = calx_select_new(fix.session);
        ok(&fix, calx_select_column(select, crate_col.id));
        if (upper == 1)
            ok(&fix, calx_select_value(select, calx_upper(crate_col.label), "text"));
        else
            ok(&fix, calx_select_column(select, crate_col.label));
        calx_insert *insert = calx_insert_new(fix.session, &crate_mapper);
        assert_int_equal(calx_insert_from_select(insert, columns, 2, select), CALX_E_ARGUMENT);
        assert_non_null(strstr(message(fix.session), "column \"amount\" does not take"));
        assert_non_null(strstr(message(fix.session), "label"));
        assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_ARGUMENT);
        calx_insert_free(insert);
        calx_select_free(select);
    }
    tear_down(&fix);
}

static void the_columns_of_an_entity_are_looked_at_too(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    const calx_column_ref mark = crate_col.mark.ref, id = crate_col.id.ref;
    for (int fits = 0; fits < 2; fits++) {
        calx_select *select = calx_select_new(fix.session);
        ok(&fix, calx_select_entity(select, calx_alias_of(&stub_mapper, 0)));
        calx_insert *insert = calx_insert_new(fix.session, &crate_mapper);
        assert_int_equal(calx_insert_from_select(insert, fits ? &id : &mark, 1, select),
                         fits ? CALX_OK : CALX_E_ARGUMENT);
        calx_insert_free(insert);
        calx_select_free(select);
    }
    tear_down(&fix);
}

static void rows_of_nothing_but_a_made_key_may_conflict(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    const struct stub rows[2] = { 0 };
    int64_t changes = 0;
    calx_insert *insert = calx_insert_new(fix.session, &stub_mapper);
    ok(&fix, calx_insert_rows(insert, rows, 2));
    ok(&fix, calx_insert_on_conflict_nothing(insert, NULL, 0));
    ok(&fix, calx_insert_execute(insert, &changes));
    calx_insert_free(insert);
    assert_int_equal(changes, 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM stubs"), 2);
    tear_down(&fix);
}

/* Numbers that no item of an array can be are parameters of their own. */
static void more_values_than_a_statement_takes_are_a_limit(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &insert_models_metadata);
    enum { MANY = 70000 };
    const struct crate row = crate_row(1);
    const calx_assignment weight = calx_assign(crate_col.weight, 1);
    uint64_t *numbers = calloc(MANY, sizeof *numbers);
    assert_non_null(numbers);
    numbers[7] = UINT64_MAX;
    calx_insert *insert = upsert(&fix, &row);
    ok(&fix, calx_insert_set(insert, &weight, 1));
    ok(&fix, calx_insert_conflict_where(insert, calx_in(calx_add(crate_col.id, 1), numbers, MANY)));
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_LIMIT);
    assert_non_null(strstr(message(fix.session), "a statement over table \"crates\" has 7"));
    calx_insert_free(insert);
    free(numbers);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_keeps_the_version_a_function_made),
        cmocka_unit_test(a_value_that_does_not_fit_is_refused),
        cmocka_unit_test(a_column_is_set_once),
        cmocka_unit_test(what_a_select_gives_is_of_the_class_of_the_column),
        cmocka_unit_test(the_columns_of_an_entity_are_looked_at_too),
        cmocka_unit_test(rows_of_nothing_but_a_made_key_may_conflict),
        cmocka_unit_test(more_values_than_a_statement_takes_are_a_limit),
    };
    return CALX_RUN("insert_fit", tests);
}
