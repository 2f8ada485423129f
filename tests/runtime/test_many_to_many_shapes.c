/*
 * Many-to-many relationships of all shapes: one way, among their like, over keys of several
 * columns; in great numbers; and rows that change hands.
 */
#include "membership_session.h"

#include <stdio.h>
#include <string.h>

/* ---- one way ---- */

static void a_relationship_without_an_inverse_works_from_its_side(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    struct reader *ann = reader_new();
    struct reader *bob = reader_new();
    struct book *book = book_new();
    graph_ok(&fix, reader_shelf_append(ann, book));
    graph_ok(&fix, reader_shelf_append(bob, book));
    graph_ok(&fix, reader_wishes_append(bob, book));
    graph_ok(&fix, calx_session_add(fix.session, ann));
    graph_ok(&fix, calx_session_add(fix.session, bob));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "shelves"), 2);
    assert_int_equal(count_rows(&fix, "wishes"), 1);
    assert_int_equal(graph_count(ann, 0), 1);
    assert_int_equal(graph_count(ann, 1), 0);
    assert_int_equal(graph_count(bob, 1), 1);
    graph_ok(&fix, reader_shelf_remove(ann, book));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(ann, 0), 0);
    assert_int_equal(graph_count(bob, 0), 1);
    graph_ok(&fix, calx_session_expunge(fix.session, book));
    assert_null(bob->shelf.items);
    book_free(book);
    graph_close(&fix);
}

/* ---- among their like ---- */

static void a_relationship_among_their_like_has_two_sides(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    struct fan *ann = fan_new();
    struct fan *bob = fan_new();
    graph_ok(&fix, fan_following_append(ann, bob));
    assert_int_equal(ann->following.count, 1);
    assert_int_equal(graph_count(ann, 1), 0);
    assert_int_equal(graph_count(bob, 1), 1);
    graph_ok(&fix, fan_following_append(bob, ann));
    graph_ok(&fix, fan_followers_append(ann, ann));
    assert_int_equal(graph_count(ann, 0), 2);
    assert_int_equal(graph_count(ann, 1), 2);
    graph_ok(&fix, calx_session_add(fix.session, ann));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "follows"), 3);
    assert_int_equal(graph_count(ann, 0), 2);
    assert_int_equal(graph_count(ann, 1), 2);
    assert_int_equal(graph_count(bob, 0), 1);
    graph_ok(&fix, fan_followers_remove(bob, ann));
    assert_int_equal(graph_count(ann, 0), 1);
    graph_ok(&fix, calx_session_delete(fix.session, ann));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "follows"), 0);
    assert_int_equal(count_rows(&fix, "fans"), 1);
    graph_close(&fix);
}

/* ---- keys of several columns ---- */

static struct field *new_field(const char *country, int32_t number)
{
    struct field *field = field_new();
    assert_non_null(field);
    field->country = country;
    field->number = number;
    return field;
}

static struct crop *new_crop(const char *name)
{
    struct crop *crop = crop_new();
    assert_non_null(crop);
    snprintf(crop->name, sizeof(crop->name), "%s", name);
    return crop;
}

static void keys_of_several_columns_and_texts_lead_both_ways(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    struct field *first = new_field("nl", 1);
    struct field *second = new_field("nl", 2);
    struct crop *wheat = new_crop("wheat");
    graph_ok(&fix, field_crops_append(first, wheat));
    graph_ok(&fix, field_crops_append(first, new_crop("rye")));
    graph_ok(&fix, crop_fields_append(wheat, second));
    graph_ok(&fix, calx_session_add(fix.session, first));
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_reopen(&fix, true);
    const struct field *found = NULL;
    graph_ok(&fix, field_get(fix.session, "nl", 1, &found));
    assert_int_equal(graph_count(found, 0), 2);
    assert_string_equal(found->crops.items[0]->name, "rye");
    const struct crop *grain = found->crops.items[1];
    assert_int_equal(graph_count(grain, 0), 2);
    assert_int_equal(grain->fields.items[1]->number, 2);
    graph_ok(&fix, field_crops_remove(found, grain));
    graph_ok(&fix, calx_session_delete(fix.session, grain->fields.items[0]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "sowings"), 1);
    graph_close(&fix);
}

/* ---- many ---- */

enum { MANY = 300 };

static void rows_of_an_association_go_together(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-192");
    memberships_open(&fix);
    bool together = calx_test_on("postgresql");
    struct article *article = new_article("long");
    struct reader *reader = reader_new();
    for (int i = 0; i < MANY; i++) { /* two associations in turn */
        graph_ok(&fix, article_keywords_append(article, keyword_new()));
        graph_ok(&fix, reader_shelf_append(reader, book_new()));
    }
    graph_ok(&fix, calx_session_add(fix.session, article));
    graph_ok(&fix, calx_session_add(fix.session, reader));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"article_keywords\""),
                     together ? 1 : MANY);
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"shelves\""), together ? 1 : MANY);
    assert_int_equal(count_rows(&fix, "article_keywords"), MANY);
    assert_int_equal(count_rows(&fix, "shelves"), MANY);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, article));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"article_keywords\""),
                     together ? 1 : MANY);
    assert_int_equal(count_rows(&fix, "article_keywords"), 0);
    graph_close(&fix);
}

static void the_row_that_is_wrong_among_many_is_named(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-194");
    memberships_open(&fix);
    struct article *article = new_article("long");
    for (int i = 0; i < 20; i++)
        graph_ok(&fix, article_keywords_append(article, keyword_new()));
    graph_ok(&fix, calx_session_add(fix.session, article));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_keywords(article), 20);
    graph_sql(&fix, "DELETE FROM article_keywords WHERE keyword_id = 13");
    for (int i = 20; i-- > 0;)
        graph_ok(&fix, article_keywords_remove(article, article->keywords.items[i]));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "keyword(id=13)"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_keywords(article), 20);
    graph_close(&fix);
}

/* Every one with every other: both sides are long. */
static void a_pair_is_found_among_many(void **state)
{
    (void)state;
    graph fix;
    enum { SIDE = 60 };
    struct article *articles[SIDE];
    struct keyword *keywords[SIDE];
    memberships_open(&fix);
    for (int i = 0; i < SIDE; i++) {
        articles[i] = article_new();
        keywords[i] = keyword_new();
        graph_ok(&fix, calx_session_add(fix.session, articles[i]));
    }
    for (int twice = 0; twice < 2; twice++)
        for (int i = 0; i < SIDE; i++)
            for (int k = 0; k < SIDE; k++)
                graph_ok(&fix, article_keywords_append(articles[i], keywords[k]));
    assert_int_equal(articles[SIDE - 1]->keywords.count, SIDE);
    assert_int_equal(count_articles(keywords[0]), SIDE);
    for (int i = 0; i < SIDE; i += 2)
        graph_ok(&fix, keyword_articles_remove(keywords[7], articles[i]));
    assert_int_equal(keyword_articles_remove(keywords[7], articles[0]), CALX_E_STATE);
    assert_int_equal(articles[0]->keywords.count, SIDE - 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), SIDE * SIDE - SIDE / 2);
    assert_int_equal(count_articles(keywords[7]), SIDE / 2);
    graph_close(&fix);
}

/* ---- all members at once ---- */

static const calx_relationship *of_articles(void)
{
    return &article_mapper.relationships[0];
}

static void members_are_inserted_at_a_place_counted_and_asked_for(void **state)
{
    (void)state;
    graph fix;
    bool contains = false;
    size_t count = 0;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    graph_ok(&fix, calx_relationship_contains(one, of_articles(), blue, &contains));
    assert_false(contains);
    graph_ok(&fix, calx_relationship_insert(one, of_articles(), 0, blue));
    assert_ptr_equal(one->keywords.items[0], blue);
    assert_ptr_equal(one->keywords.items[1], red);
    graph_ok(&fix, calx_relationship_insert(one, of_articles(), 2, blue)); /* it moves */
    assert_ptr_equal(one->keywords.items[2], blue);
    assert_ptr_equal(one->keywords.items[0], red);
    assert_int_equal(calx_relationship_insert(one, of_articles(), 3, blue), CALX_E_ARGUMENT);
    graph_ok(&fix, calx_relationship_contains(one, of_articles(), blue, &contains));
    assert_true(contains);
    graph_ok(&fix, calx_relationship_count(one, of_articles(), &count));
    assert_int_equal(count, 3);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 4);
    graph_close(&fix);
}

static void all_members_are_replaced_by_what_differs(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *red = get_keyword(&fix, 1);
    const struct keyword *green = get_keyword(&fix, 2);
    const struct keyword *blue = get_keyword(&fix, 3);
    assert_int_equal(count_articles(red), 1);
    assert_int_equal(count_articles(blue), 0);
    const void *wanted[] = { blue, green, blue };
    graph_ok(&fix, calx_relationship_replace(one, of_articles(), wanted, 3));
    assert_int_equal(one->keywords.count, 2);
    assert_ptr_equal(one->keywords.items[0], blue);
    assert_ptr_equal(one->keywords.items[1], green);
    assert_int_equal(red->articles.count, 0);
    assert_int_equal(blue->articles.count, 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 1);
    assert_int_equal(graph_statements(&fix, "INSERT"), 1);
    assert_int_equal(graph_statements(&fix, ""), 2);
    graph_ok(&fix, calx_relationship_clear(one, of_articles()));
    assert_int_equal(blue->articles.count, 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "article_keywords"), 1);
    assert_int_equal(count_keywords(one), 0);
    graph_close(&fix);
}

static void a_replacement_that_cannot_be_changes_nothing(void **state)
{
    (void)state;
    graph fix;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *one = get_article(&fix, 1);
    const struct keyword *blue = get_keyword(&fix, 3);
    const void *wrong[] = { blue, one };
    assert_int_equal(calx_relationship_replace(one, of_articles(), wrong, 2), CALX_E_UNMAPPED);
    assert_int_equal(one->keywords.count, 2);
    assert_int_equal(count_articles(blue), 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

/* ---- rows that change hands ---- */

static void a_row_that_changes_hands_gets_other_pairs(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-199");
    memberships_open(&fix);
    memberships_fill(&fix, false);
    const struct article *old = get_article(&fix, 1);
    const struct keyword *green = get_keyword(&fix, 2);
    const struct keyword *blue = get_keyword(&fix, 3);
    struct article *article = new_article("another");
    article->id = 1;
    graph_ok(&fix, article_keywords_append(article, (struct keyword *)green));
    graph_ok(&fix, article_keywords_append(article, (struct keyword *)blue));
    graph_ok(&fix, calx_session_delete(fix.session, old));
    graph_ok(&fix, calx_session_add(fix.session, article));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE \"articles\""), 1);
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"articles\""), 0);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"articles\""), 0);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"article_keywords\""), 2);
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"article_keywords\""), 2);
    assert_int_equal(count_rows(&fix, "article_keywords"), 3);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_keywords(article), 2);
    assert_ptr_equal(article->keywords.items[0], green);
    assert_int_equal(count_articles(green), 2);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relationship_without_an_inverse_works_from_its_side),
        cmocka_unit_test(a_relationship_among_their_like_has_two_sides),
        cmocka_unit_test(keys_of_several_columns_and_texts_lead_both_ways),
        cmocka_unit_test(rows_of_an_association_go_together),
        cmocka_unit_test(the_row_that_is_wrong_among_many_is_named),
        cmocka_unit_test(a_pair_is_found_among_many),
        cmocka_unit_test(members_are_inserted_at_a_place_counted_and_asked_for),
        cmocka_unit_test(all_members_are_replaced_by_what_differs),
        cmocka_unit_test(a_replacement_that_cannot_be_changes_nothing),
        cmocka_unit_test(a_row_that_changes_hands_gets_other_pairs),
    };
    return CALX_RUN("many_to_many_shapes", tests);
}
