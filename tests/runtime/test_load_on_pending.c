/*
 * Relationships of instances that are not stored, read by the keys they have in memory: where the
 * relationship says so, and where a session was told to lend itself. Nothing is written by it.
 */
#include "along_fixture.h"

#include "support/ration.h"

static struct visit *new_visit(int64_t shop_id, int64_t city_id)
{
    struct visit *visit = visit_new();
    assert_non_null(visit);
    visit->id = 9;
    visit->shop_id = (calx_nullable_int64){ shop_id != 0, shop_id };
    visit->city_id = city_id;
    return visit;
}

static const struct shop *shop_of(const fixture *fix, const struct visit *visit)
{
    const struct shop *shop = NULL;
    ok(fix, visit_shop(visit, &shop));
    return shop;
}

static const struct city *city_of(const fixture *fix, const struct visit *visit)
{
    const struct city *city = NULL;
    ok(fix, visit_city(visit, &city));
    return city;
}

static size_t count_visits(const fixture *fix, const struct shop *shop)
{
    size_t count = 0;
    ok(fix, shop_visits_count(shop, &count));
    return count;
}

static void a_pending_instance_loads_what_says_so(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-302");
    set_up_shops(&fix);
    struct visit *visit = new_visit(1, 1);
    ok(&fix, visit_add(fix.session, visit));
    const struct shop *shop = shop_of(&fix, visit);
    assert_int_equal(selects(&fix), 2); /* with its city; its goods */
    assert_string_equal(shop->name, "one");
    assert_ptr_equal(visit->shop, shop);
    assert_whole(&fix, shop, "york", 2);
    assert_null(city_of(&fix, visit)); /* which does not say so */
    assert_ptr_equal(shop_of(&fix, visit), shop);
    assert_int_equal(selects(&fix), 0);
    assert_int_equal(logged(&fix, "INSERT"), 0);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT shop_id FROM visits WHERE id = 9"), 1);
    tear_down(&fix);
}

static void what_is_in_memory_or_empty_takes_no_statement(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-302");
    set_up_shops(&fix);
    const struct shop *one = get_shop(&fix, 1);
    struct visit *visit = new_visit(0, 1);
    ok(&fix, visit_add(fix.session, visit));
    selects(&fix);
    assert_null(shop_of(&fix, visit));
    visit->shop_id = (calx_nullable_int64){ true, 1 }; /* none was not noted */
    assert_ptr_equal(shop_of(&fix, visit), one);
    assert_int_equal(selects(&fix), 0);
    visit->shop_id.value = 77;
    struct visit *lost = new_visit(77, 1);
    lost->id = 10;
    ok(&fix, visit_add(fix.session, lost));
    assert_null(shop_of(&fix, lost));
    assert_int_equal(selects(&fix), 1);
    ok(&fix, visit_set_shop(lost, one)); /* what was set is not loaded */
    assert_ptr_equal(shop_of(&fix, lost), one);
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void members_of_a_pending_owner_are_rows_and_what_was_added(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-302");
    set_up_shops(&fix);
    struct shop *nine = shop_new();
    struct visit *added = new_visit(0, 1);
    nine->id = 9;
    nine->name = "nine";
    ok(&fix, shop_add(fix.session, nine));
    run_sql(fix.session, "INSERT INTO shops (id, name) VALUES (9, 'other')");
    run_sql(fix.session, "INSERT INTO visits (id, shop_id, city_id) VALUES (5, 9, 1)");
    log_sink_forget(&fix.sink);
    const struct visit *const *visits = NULL;
    size_t count = 0;
    ok(&fix, shop_visits_append(nine, added)); /* a change loads first (SES-306) */
    assert_int_equal(selects(&fix), 1);
    ok(&fix, shop_visits(nine, &visits, &count));
    assert_int_equal(count, 2);
    assert_int_equal(visits[0]->id, 5);
    assert_ptr_equal(visits[1], added);
    assert_int_equal(selects(&fix), 0);
    assert_int_equal(logged(&fix, "INSERT"), 0);
    ok(&fix, calx_session_rollback(fix.session));
    struct shop *fresh = shop_new();
    ok(&fix, shop_add(fix.session, fresh)); /* its key is the database's, and not there yet */
    assert_int_equal(count_visits(&fix, fresh), 0);
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void members_over_an_association_are_found_by_the_key_too(void **state)
{
    (void)state;
    fixture fix;
    const struct label *const *labels = NULL;
    const struct kind *kind = NULL;
    size_t count = 0;
    calx_shows("SES-302");
    set_up_shops(&fix);
    struct good *good = good_new();
    good->id = 9;
    good->name = "nine";
    run_sql(fix.session, "INSERT INTO goods (id, name) VALUES (9, 'other')");
    run_sql(fix.session, "INSERT INTO good_labels (good_id, label_id) VALUES (9, 2)");
    ok(&fix, good_add(fix.session, good));
    ok(&fix, calx_session_no_autoflush_begin(fix.session)); /* its row is there already */
    selects(&fix);
    ok(&fix, good_labels(good, &labels, &count));
    assert_int_equal(count, 1);
    assert_int_equal(labels[0]->id, 2);
    ok(&fix, label_kind(labels[0], &kind));
    assert_string_equal(kind->name, "taste");
    ok(&fix, good_labels(good, &labels, &count));
    assert_int_equal(count, 1);
    assert_int_equal(selects(&fix), 2); /* the labels; the kind */
    ok(&fix, calx_session_no_autoflush_end(fix.session));
    ok(&fix, calx_session_rollback(fix.session));
    tear_down(&fix);
}

static void a_session_lends_itself_to_an_instance_outside(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-065");
    set_up_shops(&fix);
    const struct shop *one = get_shop(&fix, 1);
    assert_int_equal(count_visits(&fix, one), 1);
    selects(&fix);
    struct visit *visit = new_visit(1, 1);
    assert_null(shop_of(&fix, visit));
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit));
    assert_ptr_equal(shop_of(&fix, visit), one);
    assert_int_equal(selects(&fix), 0);
    assert_string_equal(city_of(&fix, visit)->name, "york");
    assert_int_equal(selects(&fix), 0); /* it came with the shop */
    assert_false(contains(fix.session, visit));
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_int_equal(count_visits(&fix, one), 1);
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(logged(&fix, "INSERT"), 0);
    assert_int_equal(fix.session == calx_object_session(visit), 0);
    visit_free(visit);
    tear_down(&fix);
}

static void a_pending_instance_may_be_lent_all_its_relationships(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-065");
    set_up_shops(&fix);
    struct visit *visit = new_visit(1, 1);
    ok(&fix, visit_add(fix.session, visit));
    assert_null(city_of(&fix, visit));
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit));
    assert_string_equal(city_of(&fix, visit)->name, "york");
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit)); /* once more */
    ok(&fix, calx_session_flush(fix.session));
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit)); /* it is stored now */
    ok(&fix, calx_session_commit(fix.session));
    tear_down(&fix);
}

static void a_detached_instance_may_be_lent_its_references(void **state)
{
    (void)state;
    fixture fix;
    const struct visit *visit = NULL;
    const struct shop *shop = NULL;
    calx_shows("SES-065");
    set_up_shops(&fix);
    ok(&fix, visit_get(fix.session, 1, &visit));
    ok(&fix, calx_session_expunge(fix.session, visit));
    assert_int_equal(visit_shop(visit, &shop), CALX_E_DETACHED_INSTANCE);
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit));
    assert_string_equal(shop_of(&fix, visit)->name, "one");
    assert_false(contains(fix.session, visit));
    ok(&fix, calx_session_reset(fix.session));
    assert_null(visit->shop); /* it went with the session's contents */
    assert_int_equal(visit_shop(visit, &shop), CALX_E_DETACHED_INSTANCE);
    visit_free((struct visit *)visit);
    tear_down(&fix);
}

static void a_loan_ends_where_the_instance_goes(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-065");
    set_up_shops(&fix);
    calx_session *other = new_session(&fix);
    struct visit *visit = new_visit(1, 1);
    struct visit *freed = new_visit(1, 1);
    ok(&fix, calx_session_enable_relationship_loading(fix.session, freed));
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit));
    ok(&fix, calx_session_enable_relationship_loading(other, visit)); /* instead */
    visit_free(freed);
    assert_string_equal(city_of(&fix, visit)->name, "york");
    assert_ptr_equal(calx_object_session(visit->city), other);
    calx_session_free(other);
    assert_null(visit->city);
    assert_null(city_of(&fix, visit));
    ok(&fix, calx_session_enable_relationship_loading(fix.session, visit));
    other = new_session(&fix);
    assert_int_equal(visit_add(other, visit), CALX_OK);
    assert_null(city_of(&fix, visit));
    assert_int_equal(calx_session_enable_relationship_loading(fix.session, visit), CALX_E_STATE);
    calx_session_free(other);
    tear_down(&fix);
}

static void what_is_no_instance_is_refused(void **state)
{
    (void)state;
    fixture fix;
    struct visit plain = { 0 };
    calx_shows("SES-225");
    set_up_shops(&fix);
    assert_int_equal(calx_session_enable_relationship_loading(fix.session, &plain),
                     CALX_E_UNMAPPED);
    assert_int_equal(calx_session_enable_relationship_loading(fix.session, NULL), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_enable_relationship_loading(NULL, &plain), CALX_E_ARGUMENT);
    tear_down(&fix);
}

/* A new session each time; what failed once works when it is done again. */
static bool lend_with(fixture *fix, ration *account, long allowed)
{
    const struct shop *shop = NULL;
    calx_session_options options = session_options(fix);
    set_options(fix, &options);
    struct visit *visit = new_visit(3, 1);
    atomic_store(&account->left, allowed);
    calx_status status = calx_session_enable_relationship_loading(fix->session, visit);
    if (status == CALX_OK)
        status = visit_shop(visit, &shop);
    atomic_store(&account->left, RATION_UNLIMITED);
    assert_true(status == CALX_OK || status == CALX_E_NOMEM);
    ok(fix, calx_session_enable_relationship_loading(fix->session, visit));
    assert_int_equal(shop_of(fix, visit)->id, 3);
    visit_free(visit);
    return status == CALX_OK;
}

static void each_allocation_of_a_loan_may_fail(void **state)
{
    (void)state;
    fixture fix;
    ration account;
    calx_shows("SES-065");
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_shops(&fix);
    long allowed = 0;
    while (!lend_with(&fix, &account, allowed))
        allowed++;
    assert_true(allowed > 3);
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pending_instance_loads_what_says_so),
        cmocka_unit_test(what_is_in_memory_or_empty_takes_no_statement),
        cmocka_unit_test(members_of_a_pending_owner_are_rows_and_what_was_added),
        cmocka_unit_test(members_over_an_association_are_found_by_the_key_too),
        cmocka_unit_test(a_session_lends_itself_to_an_instance_outside),
        cmocka_unit_test(a_pending_instance_may_be_lent_all_its_relationships),
        cmocka_unit_test(a_detached_instance_may_be_lent_its_references),
        cmocka_unit_test(a_loan_ends_where_the_instance_goes),
        cmocka_unit_test(what_is_no_instance_is_refused),
        cmocka_unit_test(each_allocation_of_a_loan_may_fail),
    };
    return CALX_RUN("load_on_pending", tests);
}
