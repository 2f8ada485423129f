/*
 * Many-to-many relationships: loading, changing from either side, and the rows a flush writes for
 * it, by exactly the statements it takes.
 */
#include "membership_session.h"

#include <string.h>

/* ---- loading ---- */

static void a_collection_takes_one_select_and_then_none(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    memberships_open(&fix);
    memberships_fill(&fix, true);
    const struct article *one = get_article(&fix, 1);
    assert_null(one->keywords.items);
    graph_forget(&fix);
    assert_int_equal(count_keywords(one), 2);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(graph_statements(&fix, "article_keywords"), 1);
    assert_int_equal(count_keywords(one), 2);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(one->keywords.count, 2);
    assert_string_equal(one->keywords.items[0]->word, "red");
    assert_string_equal(one->keywords.items[1]->word, "green");
    graph_close(&fix);
}

static void each_side_is_loaded_for_itself(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, true);
    const struct article *one = get_article(&fix, 1);
    assert_int_equal(count_keywords(one), 2);
    const struct keyword *green = one->keywords.items[1];
    assert_null(green->articles.items);
    graph_forget(&fix);
    assert_int_equal(count_articles(green), 2);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_ptr_equal(green->articles.items[0], one);
    assert_int_equal(one->keywords.count, 2);
    graph_close(&fix);
}

static void new_instances_read_as_empty_without_a_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-302");
    memberships_open(&fix);
    struct article *article = new_article("new");
    assert_int_equal(count_keywords(article), 0);
    graph_ok(&fix, calx_session_add(fix.session, article));
    assert_int_equal(count_keywords(article), 0);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_detached_instance_cannot_load(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-303");
    memberships_open(&fix);
    memberships_fill(&fix, true);
    const struct article *one = get_article(&fix, 1);
    graph_ok(&fix, calx_session_expunge(fix.session, one));
    const struct keyword *const *items = NULL;
    size_t count = 7;
    assert_int_equal(article_keywords(one, &items, &count), CALX_E_DETACHED_INSTANCE);
    assert_int_equal(count, 7);
    article_free((struct article *)one);
    graph_close(&fix);
}

static void what_was_changed_from_the_other_side_waits_for_the_collection(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-305");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct article *two = get_article(&fix, 2);
    const struct keyword *green = get_keyword(&fix, 2);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, keyword_articles_remove(green, one));
    graph_ok(&fix, keyword_articles_append(blue, (struct article *)one));
    graph_ok(&fix, keyword_articles_append(blue, (struct article *)two));
    graph_forget(&fix);
    assert_null(one->keywords.items);
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_int_equal(count_keywords(one), 2);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_string_equal(one->keywords.items[0]->word, "red");
    assert_ptr_equal(one->keywords.items[1], blue);
    assert_int_equal(count_rows(&fix, "article_keywords"), 3);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 4);
    assert_int_equal(one->keywords.count, 2);
    assert_int_equal(count_keywords(two), 2);
    graph_close(&fix);
}

static void appending_loads_the_collection_first(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-306");
    memberships_open(&fix);
    memberships_fill(&fix, true);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_forget(&fix);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_int_equal(one->keywords.count, 3);
    assert_null(blue->articles.items);
    graph_close(&fix);
}

/* ---- one row for both directions ---- */

static void both_directions_of_a_pair_are_one_row(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-192");
    memberships_open(&fix);
    struct article *article = new_article("a");
    struct keyword *keyword = new_keyword("k");
    graph_ok(&fix, article_keywords_append(article, keyword));
    assert_int_equal(count_articles(keyword), 1);
    graph_ok(&fix, keyword_articles_append(keyword, article));
    assert_int_equal(article->keywords.count, 1);
    assert_int_equal(keyword->articles.count, 1);
    graph_ok(&fix, calx_session_add(fix.session, article));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"article_keywords\""), 1);
    assert_int_equal(graph_statements(&fix, ""), 3);
    assert_int_equal(count_rows(&fix, "article_keywords"), 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void rows_come_first_then_deleted_and_inserted_pairs(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-192");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    graph_ok(&fix, article_keywords_append(one, new_keyword("new")));
    graph_ok(&fix, article_keywords_remove(one, red));
    graph_ok(&fix, article_set_title(one, "changed"));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    long update = log_sink_find(&fix.sink, 0, "UPDATE \"articles\"");
    long insert = log_sink_find(&fix.sink, 0, "INSERT INTO \"keywords\"");
    long unpair = log_sink_find(&fix.sink, 0, "DELETE FROM \"article_keywords\"");
    long pair = log_sink_find(&fix.sink, 0, "INSERT INTO \"article_keywords\"");
    assert_true(update >= 0 && insert > update && unpair > insert && pair > unpair);
    assert_int_equal(graph_statements(&fix, ""), 4);
    graph_close(&fix);
}

static void changes_that_take_each_other_back_are_none(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, keyword_articles_remove(blue, one));
    graph_ok(&fix, article_keywords_remove(one, red));
    graph_ok(&fix, keyword_articles_append(red, (struct article *)one));
    assert_int_equal(one->keywords.count, 2);
    assert_int_equal(count_articles(red), 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_member_is_in_once_and_only_members_are_taken_out(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)red));
    assert_int_equal(one->keywords.count, 2);
    assert_int_equal(article_keywords_remove(one, blue), CALX_E_STATE);
    graph_ok(&fix, article_keywords_remove(one, red));
    assert_int_equal(article_keywords_remove(one, red), CALX_E_STATE);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_close(&fix);
}

static void an_unloaded_collection_of_a_changed_owner_is_not_loaded(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-191");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    graph_ok(&fix, article_set_title(one, "changed"));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_null(one->keywords.items);
    graph_close(&fix);
}

/* ---- deleting ---- */

static void the_pairs_of_a_deleted_owner_go_before_it(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-193");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *green = get_keyword(&fix, 2);
    graph_ok(&fix, calx_session_delete(fix.session, one));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    long pairs = log_sink_find(&fix.sink, 0, "DELETE FROM \"article_keywords\"");
    long row = log_sink_find(&fix.sink, 0, "DELETE FROM \"articles\"");
    assert_true(pairs >= 0 && row > pairs);
    assert_int_equal(count_rows(&fix, "article_keywords"), 1);
    assert_int_equal(count_rows(&fix, "keywords"), 3);
    assert_int_equal(count_articles(green), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void a_deleted_member_stays_in_a_loaded_collection_until_it_expires(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-193");
    calx_shows("SES-195");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct article *two = get_article(&fix, 2);
    const struct keyword *green = get_keyword(&fix, 2);
    assert_int_equal(count_keywords(one), 2);
    graph_ok(&fix, calx_session_delete(fix.session, green));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 1);
    assert_int_equal(one->keywords.count, 2);
    assert_int_equal(count_keywords(two), 0);
    graph_ok(&fix, article_keywords_remove(one, green));
    graph_ok(&fix, calx_session_delete(fix.session, one));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 0);
    graph_close(&fix);
}

static void what_is_deleted_together_loses_each_pair_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-193");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const void *all[] = { get_article(&fix, 1), get_article(&fix, 2), get_keyword(&fix, 1),
                          get_keyword(&fix, 2) };
    graph_ok(&fix, calx_session_delete_all(fix.session, all, 4));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 0);
    assert_int_equal(count_rows(&fix, "keywords"), 1);
    graph_close(&fix);
}

static void what_was_added_to_a_deleted_instance_is_not_inserted(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, article_keywords_remove(one, red));
    graph_ok(&fix, calx_session_delete(fix.session, one));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 0);
    assert_int_equal(count_rows(&fix, "article_keywords"), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void a_pair_that_is_gone_already_is_stale(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-194");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    graph_ok(&fix, article_keywords_remove(one, red));
    graph_sql(&fix, "DELETE FROM article_keywords WHERE keyword_id = 1");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    const char *message = calx_session_error(fix.session)->message;
    assert_non_null(strstr(message, "article_keywords"));
    assert_non_null(strstr(message, "keyword(id=1)"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_keywords(one), 2);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_collection_takes_one_select_and_then_none),
        cmocka_unit_test(each_side_is_loaded_for_itself),
        cmocka_unit_test(new_instances_read_as_empty_without_a_statement),
        cmocka_unit_test(a_detached_instance_cannot_load),
        cmocka_unit_test(what_was_changed_from_the_other_side_waits_for_the_collection),
        cmocka_unit_test(appending_loads_the_collection_first),
        cmocka_unit_test(both_directions_of_a_pair_are_one_row),
        cmocka_unit_test(rows_come_first_then_deleted_and_inserted_pairs),
        cmocka_unit_test(changes_that_take_each_other_back_are_none),
        cmocka_unit_test(a_member_is_in_once_and_only_members_are_taken_out),
        cmocka_unit_test(an_unloaded_collection_of_a_changed_owner_is_not_loaded),
        cmocka_unit_test(the_pairs_of_a_deleted_owner_go_before_it),
        cmocka_unit_test(a_deleted_member_stays_in_a_loaded_collection_until_it_expires),
        cmocka_unit_test(what_is_deleted_together_loses_each_pair_once),
        cmocka_unit_test(what_was_added_to_a_deleted_instance_is_not_inserted),
        cmocka_unit_test(a_pair_that_is_gone_already_is_stale),
    };
    return CALX_RUN("many_to_many", tests);
}
