/*
 * Row switches of rows whose key comes over relationships: lines of a bill that are replaced by new
 * ones with the same numbers, and what belongs to those lines in the same way.
 */
#include "bill_model.calx.h"

#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

enum { NEW = 3 };

/* Bill a: lines 1 and 2, each with discounts 1 and 2. Tills 1 and 2, with receipts of day 1. */
static void set_up(graph *fix)
{
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &bill_model_metadata, NULL), CALX_OK);
    graph_sql(fix, "INSERT INTO bills (number, text) VALUES ('a', 'first')");
    graph_sql(fix, "INSERT INTO lines (bill_number, position, article, remark) VALUES "
                   "('a', 1, 'pen', 'blue'), ('a', 2, 'ink', 'black')");
    graph_sql(fix, "INSERT INTO discounts (bill_number, position, number, cents) VALUES "
                   "('a', 1, 1, 11), ('a', 1, 2, 12), ('a', 2, 1, 21), ('a', 2, 2, 22)");
    graph_sql(fix, "INSERT INTO tills DEFAULT VALUES");
    graph_sql(fix, "INSERT INTO tills DEFAULT VALUES");
    graph_sql(fix, "INSERT INTO receipts (till_id, day, cents) VALUES (1, 1, 5), (2, 1, 6)");
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static const struct bill *bill_a(const graph *fix)
{
    const struct bill *bill = NULL;
    graph_ok(fix, bill_get_one(fix->session, "a", &bill));
    return bill;
}

static const struct line *line_a(const graph *fix, int32_t position)
{
    const struct line *line = NULL;
    graph_ok(fix, line_get_one(fix->session, "a", position, &line));
    return line;
}

static const struct till *till(const graph *fix, int64_t id)
{
    const struct till *found = NULL;
    graph_ok(fix, till_get_one(fix->session, id, &found));
    return found;
}

static struct line *new_line(int32_t position, const char *article)
{
    struct line *line = line_new();
    line->position = position;
    line->article = article;
    return line;
}

static struct discount *new_discount(int32_t number, int64_t cents)
{
    struct discount *discount = discount_new();
    discount->number = number;
    discount->cents = cents;
    return discount;
}

static struct receipt *new_receipt(int32_t day, int64_t cents)
{
    struct receipt *receipt = receipt_new();
    receipt->day = day;
    receipt->cents = cents;
    return receipt;
}

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

static void lines_replaced_under_their_numbers_take_over_the_rows(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    calx_shows("SES-200");
    set_up(&fix);
    const struct bill *bill = bill_a(&fix);
    const struct line *old = line_a(&fix, 1);
    const struct line *lines[NEW] = { new_line(1, "quill"), new_line(2, "sand"),
                                      new_line(3, "wax") };
    graph_ok(&fix, bill_lines_replace(bill, lines, NEW));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE \"lines\""), 2);
    assert_int_equal(graph_statements(&fix, "INSERT"), 1);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"lines\""), 0);
    assert_int_equal(state_of(old), CALX_STATE_DELETED);
    assert_int_equal(state_of(lines[0]), CALX_STATE_PERSISTENT);
    assert_string_equal(lines[0]->bill_number, "a");
    assert_ptr_equal(line_a(&fix, 2), lines[1]);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM lines WHERE remark = 'blue' AND "
                                        "article = 'quill'"),
                     1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM discounts"), 0);
    graph_close(&fix);
}

/* Whoever was added first: a discount takes its key from a line that takes it from the bill. */
static void keys_come_over_two_relationships(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct bill *bill = bill_a(&fix);
    struct line *line = new_line(1, "quill");
    struct discount *discount = new_discount(2, 99);
    graph_ok(&fix, bill_lines_clear(bill));
    graph_ok(&fix, discount_set_line(discount, line));
    graph_ok(&fix, discount_add(fix.session, discount));
    graph_ok(&fix, bill_lines_append(bill, line));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 0);
    assert_int_equal(graph_statements(&fix, "UPDATE \"lines\""), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE \"discounts\""), 1);
    assert_string_equal(discount->bill_number, "a");
    assert_int_equal(discount->position, 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM lines"), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM discounts"), 1);
    assert_int_equal(graph_number(&fix, "SELECT cents FROM discounts"), 99);
    graph_close(&fix);
}

static void a_whole_bill_is_replaced_by_another_one(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct bill *old = bill_a(&fix);
    struct bill *bill = bill_new();
    struct line *line = new_line(2, "sand");
    bill->number = "a";
    bill->text = "second";
    graph_ok(&fix, line_discounts_append(line, new_discount(1, 77)));
    graph_ok(&fix, line_discounts_append(line, new_discount(3, 78)));
    graph_ok(&fix, bill_lines_append(bill, line));
    graph_ok(&fix, bill_delete(fix.session, old));
    graph_ok(&fix, bill_add(fix.session, bill));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE"), 3);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM lines WHERE article = 'sand'"), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM lines"), 1);
    assert_int_equal(graph_number(&fix, "SELECT sum(cents) FROM discounts"), 77 + 78);
    graph_close(&fix);
}

static void a_rollback_gives_the_lines_back(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct bill *bill = bill_a(&fix);
    const struct line *old = line_a(&fix, 1);
    const struct line *line = new_line(1, "quill");
    graph_ok(&fix, bill_lines_replace(bill, &line, 1));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(state_of(old), CALX_STATE_PERSISTENT);
    assert_int_equal(state_of(line), CALX_STATE_TRANSIENT);
    assert_ptr_equal(line_a(&fix, 1), old);
    size_t count = 0;
    graph_ok(&fix, bill_lines_count(bill, &count));
    assert_int_equal(count, 2);
    graph_close(&fix);
}

static void a_key_the_database_has_made_comes_over_too(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct receipt *receipt = new_receipt(1, 50);
    graph_ok(&fix, till_receipts_replace(till(&fix, 1), &receipt, 1));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 0);
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(graph_number(&fix, "SELECT cents FROM receipts WHERE till_id = 1"), 50);
    graph_close(&fix);
}

/* Its till has no key before its own INSERT, so no row is known to be the receipt's. */
static void a_key_the_database_is_to_make_switches_nothing(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct receipt *old = NULL;
    graph_ok(&fix, receipt_get_one(fix.session, 1, 1, &old));
    graph_ok(&fix, receipt_delete(fix.session, old));
    struct till *made = till_new();
    graph_ok(&fix, till_receipts_append(made, new_receipt(1, 50)));
    graph_ok(&fix, till_add(fix.session, made));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 2);
    assert_int_equal(graph_statements(&fix, "DELETE"), 1);
    assert_int_equal(graph_number(&fix, "SELECT cents FROM receipts WHERE till_id = 1"), -1);
    graph_close(&fix);
}

/* The receipt of one till becomes that of another; the receipt that was there goes. */
static void a_new_row_under_another_owner_switches_that_ones_row(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    set_up(&fix);
    const struct till *first = till(&fix, 1);
    const struct till *second = till(&fix, 2);
    struct receipt *receipt = new_receipt(1, 50);
    graph_ok(&fix, till_receipts_clear(first));
    graph_ok(&fix, till_receipts_clear(second));
    graph_ok(&fix, till_receipts_append(first, receipt));
    graph_ok(&fix, till_receipts_append(second, receipt));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 0);
    assert_int_equal(graph_number(&fix, "SELECT cents FROM receipts WHERE till_id = 2"), 50);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM receipts"), 1);
    graph_close(&fix);
}

/* The flush may have so many allocations; without enough of them everything is as it was. */
static calx_status replace_with_rations(long allowed)
{
    graph fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    const struct bill *bill = bill_a(&fix);
    const struct line *old = line_a(&fix, 1);
    const struct line *line = new_line(1, "quill");
    graph_ok(&fix, bill_lines_replace(bill, &line, 1));
    atomic_store(&account.left, allowed);
    calx_status status = calx_session_flush(fix.session);
    atomic_store(&account.left, RATION_UNLIMITED);
    assert_int_equal(state_of(line) == CALX_STATE_PERSISTENT, status == CALX_OK);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_ptr_equal(line_a(&fix, 1), old);
    assert_int_equal(state_of(old), CALX_STATE_PERSISTENT);
    graph_ok(&fix, calx_session_close(fix.session));
    graph_ok(&fix, calx_schema_drop_all(fix.engine, &bill_model_metadata, NULL));
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
    return status;
}

static void a_switch_without_memory_leaves_everything_as_it_was(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++)
        status = replace_with_rations(allowed);
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_replaced_under_their_numbers_take_over_the_rows),
        cmocka_unit_test(keys_come_over_two_relationships),
        cmocka_unit_test(a_whole_bill_is_replaced_by_another_one),
        cmocka_unit_test(a_rollback_gives_the_lines_back),
        cmocka_unit_test(a_key_the_database_has_made_comes_over_too),
        cmocka_unit_test(a_key_the_database_is_to_make_switches_nothing),
        cmocka_unit_test(a_new_row_under_another_owner_switches_that_ones_row),
        cmocka_unit_test(a_switch_without_memory_leaves_everything_as_it_was),
    };
    return CALX_RUN("row_switch_keys", tests);
}
