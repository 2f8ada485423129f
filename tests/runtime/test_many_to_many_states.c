/*
 * Many-to-many relationships as their instances come and go: cascades, rollbacks, savepoints,
 * expiry. Both sides always agree, and what was not written is not lost.
 */
#include "membership_session.h"

#include <string.h>

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

/* ---- coming ---- */

static void adding_one_adds_all_that_hangs_together(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-273");
    memberships_open(&fix);
    struct article *one = new_article("one");
    struct article *two = new_article("two");
    struct keyword *red = new_keyword("red");
    graph_ok(&fix, article_keywords_append(one, red));
    graph_ok(&fix, keyword_articles_append(red, two));
    assert_int_equal(two->keywords.count, 1);
    graph_ok(&fix, calx_session_add(fix.session, one));
    assert_int_equal(calx_session_count_new(fix.session), 3);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 2);
    graph_close(&fix);
}

static void what_was_removed_from_a_detached_owner_comes_back_with_it(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-273");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    struct reader *ann = reader_new();
    struct book *book = book_new();
    graph_ok(&fix, reader_shelf_append(ann, book));
    graph_ok(&fix, calx_session_add(fix.session, ann));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(ann, 0), 1);
    graph_ok(&fix, calx_session_expunge(fix.session, ann));
    assert_null(calx_object_session(book));
    graph_ok(&fix, reader_shelf_remove(ann, book));
    graph_ok(&fix, calx_session_add(fix.session, ann));
    assert_ptr_equal(calx_object_session(book), fix.session);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_rows(&fix, "shelves"), 0);
    assert_int_equal(count_rows(&fix, "books"), 1);
    graph_close(&fix);
}

static void what_is_appended_to_an_attached_owner_comes_in(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-274");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    struct keyword *keyword = new_keyword("new");
    struct article *third = new_article("three");
    graph_ok(&fix, keyword_articles_append(keyword, third));
    graph_ok(&fix, article_keywords_append(get_article(&fix, 1), keyword));
    assert_ptr_equal(calx_object_session(keyword), fix.session);
    assert_ptr_equal(calx_object_session(third), fix.session);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 5);
    struct book *book = book_new();
    struct reader *reader = reader_new();
    graph_ok(&fix, calx_session_add(fix.session, reader));
    graph_ok(&fix, reader_wishes_append(reader, book)); /* without that cascade */
    assert_null(calx_object_session(book));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(count_rows(&fix, "wishes"), 0);
    graph_ok(&fix, reader_wishes_remove(reader, book));
    book_free(book);
    graph_close(&fix);
}

static void a_pair_made_from_the_other_side_brings_nothing_in(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-275");
    calx_shows("SES-190");
    memberships_open(&fix);
    memberships_fill(&fix, true);
    const struct keyword *red = get_keyword(&fix, 1);
    assert_int_equal(count_articles(red), 1);
    struct article *stranger = new_article("strange");
    graph_ok(&fix, article_keywords_append(stranger, (struct keyword *)red));
    assert_null(calx_object_session(stranger));
    assert_int_equal(red->articles.count, 2);
    assert_int_equal(stranger->keywords.count, 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    graph_ok(&fix, calx_session_add(fix.session, stranger));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(count_rows(&fix, "article_keywords"), 4);
    assert_int_equal(count_articles(red), 2);
    graph_close(&fix);
}

static void an_instance_of_another_session_is_refused(void **state)
{
    (void)state;
    graph fix;
    calx_session *other = NULL;
    memberships_open(&fix);
    memberships_fill(&fix, true);
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = fix.engine;
    assert_int_equal(calx_session_new(&options, &other, NULL), CALX_OK);
    struct keyword *keyword = new_keyword("theirs");
    assert_int_equal(calx_session_add(other, keyword), CALX_OK);
    const struct article *one = get_article(&fix, 1);
    assert_int_equal(article_keywords_append(one, keyword), CALX_E_STATE);
    assert_int_equal(count_keywords(one), 2);
    assert_int_equal(keyword->articles.count, 0);
    calx_session_free(other);
    graph_close(&fix);
}

/* ---- going ---- */

/* Reader 1 with books 1 and 2 on the shelf, committed. */
static const struct reader *set_up_reader(graph *fix)
{
    memberships_open(fix);
    struct reader *ann = reader_new();
    graph_ok(fix, reader_shelf_append(ann, book_new()));
    graph_ok(fix, reader_shelf_append(ann, book_new()));
    graph_ok(fix, calx_session_add(fix->session, ann));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
    return graph_get(fix, &reader_mapper, 1);
}

static void deleting_an_owner_deletes_its_members(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-276");
    const struct reader *ann = set_up_reader(&fix);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, ann));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_int_equal(calx_session_count_deleted(fix.session), 3);
    graph_ok(&fix, calx_session_flush(fix.session));
    long pairs = log_sink_find(&fix.sink, 0, "DELETE FROM \"shelves\"");
    long books = log_sink_find(&fix.sink, 0, "DELETE FROM \"books\"");
    long readers = log_sink_find(&fix.sink, 0, "DELETE FROM \"readers\"");
    assert_true(pairs >= 0 && books > pairs && readers > pairs);
    assert_int_equal(count_rows(&fix, "books"), 0);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(ann, 0), 2);
    assert_int_equal(count_rows(&fix, "shelves"), 2);
    graph_close(&fix);
}

static void a_member_without_a_way_back_is_kept_by_the_database(void **state)
{
    (void)state;
    graph fix;
    set_up_reader(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, graph_get(&fix, &book_mapper, 1)));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FOREIGN_KEY);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_rows(&fix, "books"), 2);
    graph_close(&fix);
}

static void what_is_expunged_with_its_owner_stays_with_it(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-291");
    const struct reader *ann = set_up_reader(&fix);
    assert_int_equal(graph_count(ann, 0), 2);
    struct book *third = book_new();
    graph_ok(&fix, reader_shelf_append(ann, third));
    const struct book *first = ann->shelf.items[0];
    const struct book *second = ann->shelf.items[1];
    graph_ok(&fix, calx_session_expunge(fix.session, ann));
    assert_null(calx_object_session(first));
    assert_null(calx_object_session(third));
    assert_int_equal(ann->shelf.count, 3);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "shelves"), 2);
    book_free((struct book *)first);
    assert_int_equal(ann->shelf.count, 2);
    graph_ok(&fix, calx_session_add(fix.session, ann));
    assert_ptr_equal(calx_object_session(second), fix.session);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(ann, 0), 3);
    graph_close(&fix);
}

static void what_is_expunged_alone_is_in_no_collection(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-291");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    assert_int_equal(count_keywords(one), 2);
    const struct keyword *red = one->keywords.items[0];
    assert_int_equal(count_articles(red), 1);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, calx_session_expunge(fix.session, one));
    assert_ptr_equal(calx_object_session(red), fix.session);
    assert_null(one->keywords.items);
    assert_null(red->articles.items); /* it asks again */
    assert_int_equal(count_articles(red), 1);
    assert_int_equal(count_articles(blue), 0);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 0);
    assert_int_equal(count_rows(&fix, "article_keywords"), 3);
    article_free((struct article *)one);
    graph_close(&fix);
}

static void a_change_comes_back_with_the_instance_that_was_expunged(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-056");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    struct article *fresh = new_article("fresh");
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, article_keywords_append(fresh, (struct keyword *)blue));
    graph_ok(&fix, calx_session_add(fix.session, fresh));
    assert_int_equal(count_articles(blue), 2);
    graph_ok(&fix, calx_session_expunge(fix.session, one));
    graph_ok(&fix, calx_session_expunge(fix.session, fresh));
    assert_int_equal(blue->articles.count, 0);
    assert_int_equal(count_keywords(fresh), 1);
    graph_ok(&fix, calx_session_add(fix.session, one));
    graph_ok(&fix, calx_session_add(fix.session, fresh));
    assert_int_equal(blue->articles.count, 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 5);
    graph_close(&fix);
}

static void instances_that_are_freed_leave_every_collection(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    struct article *one = new_article("one");
    struct keyword *red = new_keyword("red");
    struct keyword *green = new_keyword("green");
    graph_ok(&fix, article_keywords_append(one, red));
    graph_ok(&fix, article_keywords_append(one, green));
    assert_int_equal(count_articles(green), 1);
    keyword_free(red);
    assert_int_equal(one->keywords.count, 1);
    article_free(one);
    assert_int_equal(green->articles.count, 0);
    keyword_free(green);
    graph_close(&fix);
}

static void expiring_an_owner_expires_its_members(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-244");
    const struct reader *ann = set_up_reader(&fix);
    assert_int_equal(graph_count(ann, 0), 2);
    const struct book *first = ann->shelf.items[0];
    struct book *third = book_new();
    graph_ok(&fix, reader_shelf_append(ann, third));
    graph_ok(&fix, calx_session_expire(fix.session, ann));
    assert_true(calx_instance_is_expired(first));
    assert_null(ann->shelf.items);
    assert_int_equal(graph_count(ann, 0), 3);
    assert_ptr_equal(ann->shelf.items[2], third);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "shelves"), 3);
    graph_close(&fix);
}

/* ---- rolling back ---- */

static void a_rollback_undoes_what_was_not_written(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-107");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    assert_int_equal(count_articles(blue), 0);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, article_keywords_remove(one, red));
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_int_equal(count_keywords(one), 2);
    assert_ptr_equal(one->keywords.items[0], red);
    assert_int_equal(count_articles(blue), 0);
    assert_int_equal(count_articles(red), 1);
    graph_close(&fix);
}

static void a_rollback_undoes_what_was_written(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    assert_int_equal(count_articles(blue), 0);
    assert_int_equal(count_articles(red), 1);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, article_keywords_remove(one, red));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(red->articles.count, 0);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_articles(blue), 0);
    assert_int_equal(count_articles(red), 1);
    assert_int_equal(count_keywords(one), 2);
    graph_close(&fix);
}

static void what_a_rollback_makes_transient_keeps_its_members_and_can_come_back(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-104");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    for (int written = 0; written < 2; written++) {
        const struct keyword *red = get_keyword(&fix, 1);
        struct article *fresh = new_article(written != 0 ? "written" : "fresh");
        struct keyword *mine = new_keyword(written != 0 ? "mine" : "own");
        assert_int_equal(count_articles(red), 1 + (size_t)written);
        graph_ok(&fix, article_keywords_append(fresh, (struct keyword *)red));
        graph_ok(&fix, article_keywords_append(fresh, mine));
        graph_ok(&fix, calx_session_add(fix.session, fresh));
        if (written != 0)
            graph_ok(&fix, calx_session_flush(fix.session));
        graph_ok(&fix, calx_session_rollback(fix.session));
        assert_int_equal(state_of(fresh), CALX_STATE_TRANSIENT);
        assert_int_equal(count_keywords(fresh), 2);
        assert_int_equal(count_articles(mine), 1);
        assert_int_equal(count_articles(red), 1 + (size_t)written);
        fresh->id = mine->id = 0;
        graph_ok(&fix, calx_session_add(fix.session, fresh));
        graph_ok(&fix, calx_session_commit(fix.session));
        assert_int_equal(count_articles(red), 2 + (size_t)written);
        assert_int_equal(count_rows(&fix, "article_keywords"), 5 + 2 * written);
    }
    graph_close(&fix);
}

static void a_savepoint_undoes_what_was_done_inside(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-134");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    for (int written = 0; written < 2; written++) {
        const struct article *one = get_article(&fix, 1);
        const struct article *two = get_article(&fix, 2);
        const struct keyword *red = get_keyword(&fix, 1);
        const struct keyword *blue = get_keyword(&fix, 3);
        assert_int_equal(count_articles(blue), 0);
        graph_ok(&fix, article_keywords_append(two, (struct keyword *)red));
        graph_ok(&fix, calx_session_begin_nested(fix.session));
        struct article *fresh = new_article("fresh");
        graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
        graph_ok(&fix, article_keywords_remove(one, red));
        graph_ok(&fix, article_keywords_append(fresh, (struct keyword *)blue));
        graph_ok(&fix, calx_session_add(fix.session, fresh));
        if (written != 0) {
            graph_ok(&fix, calx_session_delete(fix.session, two));
            graph_ok(&fix, calx_session_flush(fix.session));
        }
        calx_session_transaction savepoint = calx_session_get_nested_transaction(fix.session);
        graph_ok(&fix, calx_session_transaction_rollback(savepoint));
        assert_int_equal(count_keywords(one), 2);
        assert_int_equal(count_articles(blue), 0);
        assert_int_equal(count_articles(red), 2);
        assert_int_equal(count_keywords(two), 2);
        assert_int_equal(count_keywords(fresh), 1);
        article_free(fresh);
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(count_rows(&fix, "article_keywords"), 4);
        graph_ok(&fix, calx_session_rollback(fix.session));
    }
    graph_close(&fix);
}

static void what_a_savepoint_did_stays_when_it_is_released(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-133");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    calx_session_transaction savepoint = calx_session_get_nested_transaction(fix.session);
    graph_ok(&fix, calx_session_transaction_commit(savepoint));
    assert_int_equal(one->keywords.count, 3);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_keywords(one), 2);
    graph_close(&fix);
}

static void a_failed_flush_leaves_nothing_behind(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-154");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_sql(&fix, "INSERT INTO article_keywords (article_id, keyword_id) VALUES (1, 3)");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    const char *message = calx_session_error(fix.session)->message;
    assert_non_null(strstr(message, "article(id=1)"));
    assert_non_null(strstr(message, "keyword(id=3)"));
    assert_int_equal(calx_session_commit(fix.session), CALX_E_PENDING_ROLLBACK);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_keywords(one), 2);
    assert_int_equal(count_articles(blue), 0);
    graph_close(&fix);
}

/* ---- expiry ---- */

static void expiry_unloads_and_keeps_what_is_not_written(void **state)
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
    graph_ok(&fix, calx_session_expire_all(fix.session));
    assert_null(one->keywords.items);
    assert_int_equal(count_keywords(one), 2);
    assert_ptr_equal(one->keywords.items[1], blue);
    graph_ok(&fix, calx_session_refresh(fix.session, one));
    assert_int_equal(count_keywords(one), 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 3);
    assert_int_equal(count_articles(red), 0);
    graph_close(&fix);
}

static void what_others_wrote_is_seen_after_expiry(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, true);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    assert_int_equal(count_keywords(one), 2);
    assert_int_equal(count_articles(red), 1);
    graph_sql(&fix, "DELETE FROM article_keywords WHERE keyword_id = 1");
    graph_sql(&fix, "INSERT INTO article_keywords (article_id, keyword_id) VALUES (1, 3)");
    graph_ok(&fix, calx_session_expire(fix.session, one));
    assert_int_equal(count_keywords(one), 2);
    assert_string_equal(one->keywords.items[1]->word, "blue");
    assert_int_equal(red->articles.count, 1); /* for itself */
    graph_ok(&fix, calx_session_expire(fix.session, red));
    assert_int_equal(count_articles(red), 0);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)red));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 4);
    graph_close(&fix);
}

static void changed_collections_count_as_modified(void **state)
{
    (void)state;
    graph fix;
    bool modified = true;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    calx_modified_options options = CALX_MODIFIED_OPTIONS_INIT;
    graph_ok(&fix, calx_session_is_modified_with(fix.session, one, &options, &modified));
    assert_false(modified);
    graph_ok(&fix, article_keywords_append(one, (struct keyword *)blue));
    graph_ok(&fix, calx_session_is_modified_with(fix.session, one, &options, &modified));
    assert_true(modified);
    graph_ok(&fix, calx_session_is_modified_with(fix.session, blue, &options, &modified));
    assert_true(modified);
    options.include_collections = false;
    graph_ok(&fix, calx_session_is_modified_with(fix.session, one, &options, &modified));
    assert_false(modified);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_one_adds_all_that_hangs_together),
        cmocka_unit_test(what_was_removed_from_a_detached_owner_comes_back_with_it),
        cmocka_unit_test(what_is_appended_to_an_attached_owner_comes_in),
        cmocka_unit_test(a_pair_made_from_the_other_side_brings_nothing_in),
        cmocka_unit_test(an_instance_of_another_session_is_refused),
        cmocka_unit_test(deleting_an_owner_deletes_its_members),
        cmocka_unit_test(a_member_without_a_way_back_is_kept_by_the_database),
        cmocka_unit_test(what_is_expunged_with_its_owner_stays_with_it),
        cmocka_unit_test(what_is_expunged_alone_is_in_no_collection),
        cmocka_unit_test(a_change_comes_back_with_the_instance_that_was_expunged),
        cmocka_unit_test(instances_that_are_freed_leave_every_collection),
        cmocka_unit_test(expiring_an_owner_expires_its_members),
        cmocka_unit_test(a_rollback_undoes_what_was_not_written),
        cmocka_unit_test(a_rollback_undoes_what_was_written),
        cmocka_unit_test(what_a_rollback_makes_transient_keeps_its_members_and_can_come_back),
        cmocka_unit_test(a_savepoint_undoes_what_was_done_inside),
        cmocka_unit_test(what_a_savepoint_did_stays_when_it_is_released),
        cmocka_unit_test(a_failed_flush_leaves_nothing_behind),
        cmocka_unit_test(expiry_unloads_and_keeps_what_is_not_written),
        cmocka_unit_test(what_others_wrote_is_seen_after_expiry),
        cmocka_unit_test(changed_collections_count_as_modified),
    };
    return CALX_RUN("many_to_many_states", tests);
}
