/*
 * What members say is loaded along comes whenever the row of their owner comes: with a get, a load,
 * an edit, a refresh, or the use of an instance that is expired.
 */
#include "along_fixture.h"

static void expire(fixture *fix)
{
    ok(fix, calx_session_commit(fix->session));
    selects(fix);
}

static void a_get_brings_what_is_loaded_along(void **state)
{
    (void)state;
    fixture fix;
    const void *found = NULL;
    calx_shows("SES-231");
    set_up_shops(&fix);
    const struct shop *one = get_shop(&fix, 1);
    assert_int_equal(selects(&fix), 2); /* with its city; its goods */
    assert_whole(&fix, one, "york", 2);
    expire(&fix);
    assert_ptr_equal(get_shop(&fix, 1), one);
    assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
    assert_int_equal(selects(&fix), 2);
    assert_whole(&fix, one, "york", 2);
    assert_ptr_equal(get_shop(&fix, 1), one);
    assert_int_equal(selects(&fix), 0);
    const calx_value key = calx_value_int64(2);
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    ok(&fix, calx_session_get_with(fix.session, &shop_mapper, &key, &options, &found));
    assert_int_equal(selects(&fix), 2);
    assert_whole(&fix, found, "", 0);
    expire(&fix);
    run_elsewhere(&fix, "UPDATE goods SET shop_id = 2 WHERE id = 2");
    selects(&fix);
    options.populate_existing = true;
    ok(&fix, calx_session_get_with(fix.session, &shop_mapper, &key, &options, &found));
    assert_int_equal(selects(&fix), 2);
    assert_whole(&fix, found, "", 1);
    tear_down(&fix);
}

static void a_load_and_an_edit_of_an_expired_instance_bring_it(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-231");
    set_up_shops(&fix);
    const struct shop *one = get_shop(&fix, 1);
    expire(&fix);
    ok(&fix, calx_session_load(fix.session, one));
    assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
    assert_int_equal(selects(&fix), 2);
    assert_string_equal(one->story, "long"); /* with every column */
    assert_whole(&fix, one, "york", 2);
    ok(&fix, calx_session_load(fix.session, one));
    assert_int_equal(selects(&fix), 0);
    expire(&fix);
    struct shop *mine = shop_edit(one);
    assert_int_equal(selects(&fix), 2);
    assert_whole(&fix, one, "york", 2);
    mine->name = "mine";
    expire(&fix);
    assert_string_equal(get_shop(&fix, 1)->name, "mine");
    tear_down(&fix);
}

static void the_use_of_an_expired_instance_brings_it(void **state)
{
    (void)state;
    fixture fix;
    const struct good *const *goods = NULL;
    size_t count = 0;
    calx_shows("SES-231");
    set_up_shops(&fix);
    const struct shop *one = get_shop(&fix, 1);
    expire(&fix);
    ok(&fix, shop_views(one, &goods, &count));
    assert_int_equal(count, 2);
    assert_int_equal(selects(&fix), 3); /* its row, its goods, and the same as a view */
    assert_whole(&fix, one, "york", 2);
    expire(&fix);
    ok(&fix, shop_goods(one, &goods, &count));
    assert_int_equal(selects(&fix), 2);
    assert_whole(&fix, one, "york", 2);
    tear_down(&fix);
}

static void columns_that_are_expired_alone_bring_nothing(void **state)
{
    (void)state;
    fixture fix;
    static const char *const names[] = { "name", "goods" };
    calx_expire_options options = CALX_EXPIRE_OPTIONS_INIT;
    calx_shows("SES-232");
    set_up_shops(&fix);
    const struct shop *one = get_shop(&fix, 1);
    options.names = names;
    options.count = 2;
    ok(&fix, calx_session_expire_with(fix.session, one, &options));
    selects(&fix);
    assert_non_null(shop_edit(one));
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void members_over_an_association_bring_what_they_come_with(void **state)
{
    (void)state;
    fixture fix;
    const struct label *const *labels = NULL;
    const struct kind *kind = NULL;
    size_t count = 0;
    calx_shows("SES-300");
    set_up_shops(&fix);
    const struct good *tea = NULL;
    ok(&fix, good_get(fix.session, 1, &tea));
    selects(&fix);
    ok(&fix, good_labels(tea, &labels, &count));
    assert_int_equal(count, 2);
    assert_int_equal(labels[0]->id, 1);
    ok(&fix, label_kind(labels[1], &kind));
    assert_string_equal(kind->name, "taste");
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

/* A key that changed and is not written yet finds no row: the association has the old one. */
static void a_key_that_changes_does_not_lose_members(void **state)
{
    (void)state;
    fixture fix;
    const struct label *const *labels = NULL;
    size_t count = 0;
    set_up_shops(&fix);
    const struct good *tea = NULL;
    ok(&fix, good_get(fix.session, 1, &tea));
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    good_edit(tea)->id = 9;
    ok(&fix, good_labels(tea, &labels, &count));
    assert_int_equal(count, 2);
    ok(&fix, calx_session_no_autoflush_end(fix.session));
    tear_down(&fix);
}

static void a_reference_to_an_expired_target_brings_what_follows_it(void **state)
{
    (void)state;
    fixture fix;
    const struct good *tea = NULL;
    const struct shop *shop = NULL;
    calx_shows("SES-231");
    set_up_shops(&fix);
    ok(&fix, good_get(fix.session, 1, &tea));
    ok(&fix, good_shop(tea, &shop));
    assert_int_equal(selects(&fix), 3); /* tea; the shop with its city; its goods */
    assert_whole(&fix, shop, "york", 2);
    ok(&fix, calx_session_expire(fix.session, shop));
    ok(&fix, calx_session_expire(fix.session, tea));
    ok(&fix, good_shop(tea, &shop));
    assert_int_equal(selects(&fix), 3);
    assert_whole(&fix, shop, "york", 2);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_brings_what_is_loaded_along),
        cmocka_unit_test(a_load_and_an_edit_of_an_expired_instance_bring_it),
        cmocka_unit_test(the_use_of_an_expired_instance_brings_it),
        cmocka_unit_test(columns_that_are_expired_alone_bring_nothing),
        cmocka_unit_test(members_over_an_association_bring_what_they_come_with),
        cmocka_unit_test(a_key_that_changes_does_not_lose_members),
        cmocka_unit_test(a_reference_to_an_expired_target_brings_what_follows_it),
    };
    return CALX_RUN("loading_along", tests);
}
