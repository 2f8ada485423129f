/*
 * Many-to-many relationships loaded for many owners: as many statements as any collection takes,
 * and each owner has its own members in both directions.
 */
#include "loading_fixture.h"
#include "membership_session.h"

static const calx_relation keywords_rel = { &article_mapper, 0 };
static const calx_relation articles_rel = { &keyword_mapper, 0 };

/* An article more, without keywords: 3. */
static void set_up(graph *fix)
{
    memberships_open(fix);
    memberships_fill(fix, true);
    graph_ok(fix, calx_session_add(fix->session, new_article("empty")));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static void assert_members(graph *fix, const void *const *articles)
{
    size_t before = graph_statements(fix, "");
    assert_int_equal(count_keywords(articles[0]), 2);
    assert_int_equal(count_keywords(articles[1]), 1);
    assert_int_equal(count_keywords(articles[2]), 0);
    assert_ptr_equal(graph_item(articles[0], 0, 1), graph_item(articles[1], 0, 0));
    assert_int_equal(graph_statements(fix, ""), before);
}

static void members_of_all_owners_take_one_more_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    set_up(&fix);
    calx_query *query = loading_query(&fix, &article_mapper);
    const void *const *items = loading_all(&fix, query, calx_selectinload(keywords_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_members(&fix, items);
    calx_query_free(query);
    graph_close(&fix);
}

static void the_query_of_the_owners_finds_the_members_too(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-313");
    set_up(&fix);
    calx_query *query = loading_query(&fix, &article_mapper);
    const void *const *items = loading_all(&fix, query, calx_subqueryload(keywords_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_members(&fix, items);
    calx_query_free(query);
    graph_close(&fix);
}

static void each_owner_is_asked_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-314");
    set_up(&fix);
    calx_query *query = loading_query(&fix, &article_mapper);
    const void *const *items = loading_all(&fix, query, calx_immediateload(keywords_rel), 3);
    assert_int_equal(graph_statements(&fix, ""), 4);
    assert_members(&fix, items);
    calx_query_free(query);
    graph_close(&fix);
}

static void members_lead_on(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    calx_query *query = loading_query(&fix, &article_mapper);
    const void *const *items =
        loading_all(&fix, query,
                    calx_then(calx_subqueryload(keywords_rel), calx_subqueryload(articles_rel)), 3);
    assert_int_equal(graph_statements(&fix, ""), 3);
    const struct keyword *second = graph_item(items[0], 0, 1);
    assert_int_equal(count_articles(second), 2);
    assert_int_equal(graph_statements(&fix, ""), 3);
    calx_query_free(query);
    graph_reopen(&fix, true);
    query = loading_query(&fix, &article_mapper);
    items = loading_all(
        &fix, query, calx_then(calx_selectinload(keywords_rel), calx_joinedload(articles_rel)), 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_int_equal(count_articles(graph_item(items[0], 0, 0)), 1);
    assert_int_equal(count_articles(graph_item(items[0], 0, 1)), 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

static void what_is_loaded_or_changed_stays(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    set_up(&fix);
    const struct article *first = get_article(&fix, 1);
    const struct article *second = get_article(&fix, 2);
    assert_int_equal(count_keywords(first), 2);
    graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
    graph_ok(&fix, graph_remove(first, 0, graph_item(first, 0, 0)));
    struct keyword *pending = new_keyword("pending");
    graph_ok(&fix, graph_append(pending, 0, second));
    graph_ok(&fix, graph_append(first, 0, pending));
    calx_query *query = loading_query(&fix, &article_mapper);
    loading_all(&fix, query, calx_selectinload(keywords_rel), 3);
    assert_int_equal(count_keywords(first), 2);
    assert_int_equal(count_keywords(second), 2);
    assert_ptr_equal(graph_item(second, 0, 1), pending);
    calx_query_free(query);
    graph_close(&fix);
}

static void what_is_forbidden_or_nothing_holds_for_members(void **state)
{
    (void)state;
    graph fix;
    const void *const *members = NULL;
    size_t count = 0;
    calx_shows("SES-315");
    calx_shows("SES-316");
    set_up(&fix);
    calx_query *query = loading_query(&fix, &article_mapper);
    const void *const *items = loading_all(&fix, query, calx_raiseload(keywords_rel), 3);
    assert_int_equal(
        calx_relationship_many(items[0], &article_mapper.relationships[0], &members, &count),
        CALX_E_INVALID_REQUEST);
    calx_query_free(query);
    graph_reopen(&fix, true);
    query = loading_query(&fix, &article_mapper);
    items = loading_all(&fix, query, calx_noload(keywords_rel), 3);
    assert_int_equal(count_keywords(items[0]), 0);
    assert_int_equal(graph_statements(&fix, ""), 1);
    calx_query_free(query);
    graph_close(&fix);
}

static void keys_of_two_columns_are_found(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-311");
    memberships_open(&fix);
    struct crop *rye = calx_instance_new(&crop_mapper);
    strcpy(rye->name, "rye");
    for (int32_t i = 0; i < 3; i++) {
        struct field *field = calx_instance_new(&field_mapper);
        field->country = i < 2 ? "at" : "ch";
        field->number = i;
        if (i != 1)
            graph_ok(&fix, graph_append(field, 0, rye));
        graph_ok(&fix, calx_session_add(fix.session, field));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_reopen(&fix, true);
    const calx_relation crops = { &field_mapper, 0 };
    calx_query *query = loading_query(&fix, &field_mapper);
    graph_ok(&fix, calx_query_order_by(query, (calx_order){ { &field_mapper, 1, 0 }, false }));
    const void *const *items = loading_all(&fix, query, calx_selectinload(crops), 3);
    assert_int_equal(graph_statements(&fix, ""), 2);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(graph_count(items[i], 0), i != 1);
    assert_int_equal(graph_statements(&fix, ""), 2);
    calx_query_free(query);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_all_owners_take_one_more_statement),
        cmocka_unit_test(the_query_of_the_owners_finds_the_members_too),
        cmocka_unit_test(each_owner_is_asked_at_once),
        cmocka_unit_test(members_lead_on),
        cmocka_unit_test(what_is_loaded_or_changed_stays),
        cmocka_unit_test(what_is_forbidden_or_nothing_holds_for_members),
        cmocka_unit_test(keys_of_two_columns_are_found),
    };
    return CALX_RUN("loading_members", tests);
}
