/*
 * Columns that do not come with their row: left out of the SELECT, known to be missing, loaded by
 * one statement when they are needed, and never written unless they were set.
 */
#include "deferred_models.calx.h"

#include "session_fixture.h"
#include "support/ration.h"

#include <calx/calx.h>

enum {
    ARTICLE_ID,
    ARTICLE_TITLE,
    ARTICLE_BODY,
    ARTICLE_WORDS,
    ARTICLE_SECTION_ID,
    ARTICLE_SUMMARY
};
enum { ROOM = 8 };

static const calx_relation articles_of_section = { &section_mapper, 0 };

static void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

static void set_up_articles(fixture *fix)
{
    set_up_model(fix, &deferred_models_metadata);
    run_elsewhere(fix, "INSERT INTO sections (id, name, description) VALUES (1, 'news', 'daily')");
    run_elsewhere(fix,
                  "INSERT INTO articles (id, title, body, words, section_id, summary, revision) "
                  "VALUES (1, 'one', 'long one', 10, 1, 'short one', 1), "
                  "(2, 'two', 'long two', 20, 1, NULL, 1), (3, 'three', NULL, 30, NULL, 'x', 1)");
    log_sink_forget(&fix->sink);
}

static size_t selects(fixture *fix)
{
    return logged(fix, "SELECT ");
}

static const struct article *get_article(const fixture *fix, int64_t id)
{
    const void *found = NULL;
    ok(fix, calx_session_get_int64(fix->session, &article_mapper, id, &found));
    return found;
}

/* Articles by their keys, loaded with options. */
static size_t query_articles(const fixture *fix, const calx_option *options, size_t option_count,
                             const struct article **out)
{
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    ok(fix, calx_session_query(fix->session, &article_mapper, &query));
    ok(fix, calx_query_order_by(query, calx_asc(article_col.id)));
    for (size_t i = 0; i < option_count; i++)
        ok(fix, calx_query_options(query, options[i]));
    ok(fix, calx_query_all(query, &items, &count));
    assert_true(count <= ROOM);
    for (size_t i = 0; i < count; i++)
        out[i] = items[i];
    calx_query_free(query);
    return count;
}

static size_t query_with(const fixture *fix, calx_option option, const struct article **out)
{
    return query_articles(fix, &option, 1, out);
}

/* ---- selects ---- */

static calx_select *select_article(const fixture *fix, int64_t id)
{
    calx_select *select = calx_select_new(fix->session);
    assert_non_null(select);
    ok(fix, calx_select_entity(select, calx_alias_of(&article_mapper, 0)));
    ok(fix, calx_select_where(select, calx_eq(article_col.id, id)));
    return select;
}

static size_t count_rows(const fixture *fix, calx_select *select)
{
    calx_result *result = NULL;
    size_t count = 0;
    bool row = false;
    ok(fix, calx_select_execute(select, &result));
    for (ok(fix, calx_result_next(result, &row)); row; ok(fix, calx_result_next(result, &row)))
        count++;
    calx_result_free(result);
    return count;
}

static void selects_of_such_entities_are_combined(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    calx_select *select = select_article(&fix, 1);
    calx_select *two = select_article(&fix, 2);
    calx_select *three = select_article(&fix, 3);
    ok(&fix, calx_select_combine(two, CALX_UNION_ALL, three));
    ok(&fix, calx_select_combine(select, CALX_UNION_ALL, two));
    ok(&fix, calx_select_order_by(select, calx_asc(article_col.words)));
    assert_int_equal(count_rows(&fix, select), 3);
    assert_int_equal(log_sink_count(&fix.sink, "\"body\""), 0);
    calx_select_free(select);
    calx_select_free(two);
    calx_select_free(three);
    tear_down(&fix);
}

/* Whether they ran by themselves before or not. */
static void selects_inside_have_all_columns(void **state)
{
    (void)state;
    const calx_alias one = calx_alias_of(&article_mapper, 1);
    fixture fix;
    set_up_articles(&fix);
    for (int named = 0; named < 2; named++) {
        calx_select *rows = select_article(&fix, 2);
        calx_select *select = calx_select_new(fix.session);
        calx_value body;
        assert_non_null(select);
        assert_int_equal(count_rows(&fix, rows), 1);
        ok(&fix, named ? calx_select_with(select, one, rows)
                       : calx_select_from_select(select, one, rows));
        ok(&fix, calx_select_column(select, calx_as(article_col.body, one)));
        ok(&fix, calx_select_scalar(select, &body));
        assert_int_equal(body.as.span.size, strlen("long two"));
        assert_memory_equal(body.as.span.data, "long two", strlen("long two"));
        calx_select_free(rows);
        calx_select_free(select);
    }
    tear_down(&fix);
}

/* ---- left out and loaded ---- */

static void deferred_columns_do_not_come_with_the_row(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    assert_int_equal(query_articles(&fix, NULL, 0, articles), 3);
    assert_int_equal(log_sink_count(&fix.sink, "\"body\""), 0);
    assert_int_equal(log_sink_count(&fix.sink, "\"summary\""), 0);
    assert_null(articles[0]->body);
    assert_null(articles[0]->summary);
    assert_string_equal(articles[1]->title, "two");
    assert_int_equal(articles[1]->words, 20);
    assert_true(articles[1]->section_id.has_value);
    assert_false(calx_instance_is_expired(articles[0]));
    ok(&fix, calx_session_reset(fix.session));
    const struct article *first = get_article(&fix, 1);
    assert_null(first->body);
    assert_int_equal(log_sink_count(&fix.sink, "\"body\""), 0);
    tear_down(&fix);
}

static void what_is_missing_is_loaded_by_one_select_of_it(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    selects(&fix);
    assert_ptr_equal(get_article(&fix, 1), first); /* present is present */
    assert_int_equal(selects(&fix), 0);
    ok(&fix, calx_session_load(fix.session, first));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"body\", \"summary\" FROM"), 1);
    assert_int_equal(selects(&fix), 1);
    assert_string_equal(first->body, "long one");
    assert_string_equal(first->summary, "short one");
    ok(&fix, calx_session_load(fix.session, first));
    assert_int_equal(selects(&fix), 0);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    tear_down(&fix);
}

static void an_edit_loads_what_is_missing_first(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    selects(&fix);
    struct article *edit = calx_instance_edit(first);
    assert_non_null(edit);
    assert_int_equal(selects(&fix), 1);
    assert_string_equal(edit->body, "long one");
    edit->summary[0] = 'S';
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"articles\" SET \"summary\" = "), 1);
    assert_stored_text(fix.session, "SELECT summary FROM articles WHERE id = 1", "Short one");
    assert_stored_text(fix.session, "SELECT body FROM articles WHERE id = 1", "long one");
    tear_down(&fix);
}

static void a_setter_marks_a_missing_column_without_loading(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-179");
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    selects(&fix);
    ok(&fix, calx_instance_set_text(first, &article_mapper.columns[ARTICLE_BODY], "long one"));
    assert_int_equal(selects(&fix), 0);
    assert_true(is_modified(fix.session, first));
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"articles\" SET \"body\" = "), 1);
    assert_int_equal(log_sink_count(&fix.sink, "\"summary\""), 0);
    assert_int_equal(selects(&fix), 0);
    ok(&fix, calx_session_load(fix.session, first));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"summary\" FROM"), 1);
    assert_string_equal(first->summary, "short one");
    assert_string_equal(first->body, "long one");
    tear_down(&fix);
}

static void a_load_keeps_what_was_set_before_it(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    ok(&fix, calx_instance_set_text(first, &article_mapper.columns[ARTICLE_BODY], "new"));
    ok(&fix, calx_session_load(fix.session, first));
    assert_string_equal(first->body, "new");
    assert_string_equal(first->summary, "short one");
    ok(&fix, calx_session_flush(fix.session));
    assert_stored_text(fix.session, "SELECT body FROM articles WHERE id = 1", "new");
    tear_down(&fix);
}

static void a_flush_leaves_missing_columns_alone(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    ok(&fix, calx_instance_set_int64(first, &article_mapper.columns[ARTICLE_WORDS], 11));
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"articles\" SET \"words\" = "), 1);
    assert_stored_text(fix.session, "SELECT body FROM articles WHERE id = 1", "long one");
    ok(&fix, calx_session_delete(fix.session, first));
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles"), 2);
    tear_down(&fix);
}

static void a_refresh_by_name_loads_a_missing_column(void **state)
{
    (void)state;
    fixture fix;
    static const char *const names[] = { "body" };
    calx_refresh_options options = CALX_REFRESH_OPTIONS_INIT;
    options.names = names;
    options.count = 1;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    selects(&fix);
    ok(&fix, calx_session_refresh_with(fix.session, first, &options));
    assert_int_equal(selects(&fix), 1);
    assert_string_equal(first->body, "long one");
    assert_null(first->summary);
    ok(&fix, calx_session_load(fix.session, first));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"summary\" FROM"), 1);
    assert_string_equal(first->summary, "short one");
    tear_down(&fix);
}

/* ---- options ---- */

static void options_say_which_columns_come(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    query_with(&fix, calx_undefer(article_col.body), articles);
    assert_string_equal(articles[0]->body, "long one");
    assert_null(articles[0]->summary);
    ok(&fix, calx_session_reset(fix.session));
    query_with(&fix, calx_defer(article_col.title), articles);
    assert_null(articles[0]->title);
    assert_int_equal(articles[0]->words, 10);
    ok(&fix, calx_session_load(fix.session, articles[0]));
    assert_string_equal(articles[0]->title, "one");
    assert_string_equal(articles[0]->body, "long one");
    tear_down(&fix);
}

static void the_key_the_version_and_references_always_come(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    query_with(&fix, calx_load_only(article_col.title), articles);
    assert_int_equal(articles[1]->id, 2);
    assert_string_equal(articles[1]->title, "two");
    assert_int_equal(articles[1]->words, 0);
    assert_int_equal(articles[1]->revision, 1);
    assert_int_equal(articles[1]->section_id.value, 1);
    assert_int_equal(log_sink_count(&fix.sink, "\"words\""), 0);
    ok(&fix, calx_session_delete(fix.session, articles[1]));
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE id = 2"), 0);
    tear_down(&fix);
}

static void a_row_that_has_more_fills_what_is_missing(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    calx_shows("SES-078");
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    struct article *second = calx_instance_edit(get_article(&fix, 2));
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    second->body = "mine";
    ok(&fix, calx_instance_set_int64(first, &article_mapper.columns[ARTICLE_WORDS], 99));
    run_elsewhere(&fix, "SELECT 1");
    query_with(&fix, calx_undefer(article_col.body), articles);
    assert_ptr_equal(articles[0], first);
    assert_string_equal(first->body, "long one");
    assert_int_equal(first->words, 99);
    assert_string_equal(second->body, "mine");
    assert_null(articles[2]->body);
    selects(&fix);
    ok(&fix, calx_session_load(fix.session, first));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT \"summary\" FROM"), 1);
    ok(&fix, calx_session_load(fix.session, articles[2]));
    assert_string_equal(articles[2]->summary, "x");
    tear_down(&fix);
}

static void what_is_joined_leaves_columns_out_too(void **state)
{
    (void)state;
    fixture fix;
    const void *const *items = NULL;
    size_t count = 0;
    set_up_articles(&fix);
    calx_query *query = NULL;
    ok(&fix, calx_session_query(fix.session, &section_mapper, &query));
    ok(&fix, calx_query_options(query, calx_undefer(section_col.description)));
    ok(&fix, calx_query_options(query, calx_then(calx_joinedload(articles_of_section),
                                                 calx_load_only(article_col.body))));
    ok(&fix, calx_query_all(query, &items, &count));
    const struct section *news = items[0];
    assert_int_equal(count, 1);
    assert_string_equal(news->description, "daily");
    assert_int_equal(news->articles.count, 2);
    const struct article *second = news->articles.items[1];
    assert_string_equal(second->body, "long two");
    assert_null(second->title);
    assert_int_equal(second->revision, 1);
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_load(fix.session, second));
    assert_string_equal(second->title, "two");
    assert_int_equal(second->words, 20);
    calx_query_free(query);
    tear_down(&fix);
}

static void lazy_members_leave_columns_out_too(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    const void *target = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    ok(&fix, calx_relationship_one(first, &article_mapper.relationships[0], &target));
    assert_null(((const struct section *)target)->description);
    ok(&fix, calx_relationship_many(target, &section_mapper.relationships[0], &items, &count));
    assert_int_equal(count, 2);
    assert_null(((const struct article *)items[1])->body);
    assert_int_equal(log_sink_count(&fix.sink, "\"body\""), 0);
    assert_int_equal(log_sink_count(&fix.sink, "\"description\""), 0);
    tear_down(&fix);
}

/* ---- expired, detached, rolled back ---- */

static void an_expired_instance_comes_back_without_them(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-231");
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    ok(&fix, calx_session_load(fix.session, first));
    ok(&fix, calx_session_commit(fix.session));
    run_elsewhere(&fix, "UPDATE articles SET title = 'new', body = 'newer' WHERE id = 1");
    selects(&fix);
    assert_ptr_equal(get_article(&fix, 1), first);
    assert_string_equal(first->title, "new");
    assert_int_equal(log_sink_count(&fix.sink, "\"body\""), 0);
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_load(fix.session, first));
    assert_string_equal(first->body, "newer");
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_commit(fix.session));
    ok(&fix, calx_session_load(fix.session, first));
    assert_int_equal(selects(&fix), 1); /* all of it at once */
    assert_string_equal(first->summary, "short one");
    tear_down(&fix);
}

static void an_instance_that_was_added_gets_all_it_had_again(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    struct article *added = calx_instance_new(&article_mapper);
    added->id = 9;
    added->title = "four";
    added->body = "long four";
    ok(&fix, calx_session_add(fix.session, added));
    ok(&fix, calx_session_commit(fix.session));
    selects(&fix);
    assert_int_equal(query_articles(&fix, NULL, 0, articles), 4);
    assert_string_equal(added->title, "four");
    assert_true(calx_instance_is_expired(added)); /* its body is */
    assert_ptr_equal(get_article(&fix, added->id), added);
    assert_false(calx_instance_is_expired(added));
    assert_string_equal(added->body, "long four");
    assert_int_equal(selects(&fix), 2);
    tear_down(&fix);
}

static void outside_of_a_session_there_is_nothing_to_load_from(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    ok(&fix, calx_session_expunge(fix.session, first));
    assert_int_equal(calx_session_load(fix.session, first), CALX_E_DETACHED_INSTANCE);
    assert_non_null(strstr(message(fix.session), "not loaded"));
    assert_null(calx_instance_edit(first));
    ok(&fix, calx_session_add(fix.session, first));
    ok(&fix, calx_session_load(fix.session, first));
    assert_string_equal(first->body, "long one");
    tear_down(&fix);
}

static void a_rollback_leaves_no_value_that_is_none(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    ok(&fix, calx_instance_set_text(first, &article_mapper.columns[ARTICLE_BODY], "gone"));
    ok(&fix, calx_session_flush(fix.session));
    ok(&fix, calx_session_rollback(fix.session));
    get_article(&fix, 1);
    assert_false(is_modified(fix.session, first));
    ok(&fix, calx_session_load(fix.session, first));
    assert_string_equal(first->body, "long one");
    assert_false(is_modified(fix.session, first));
    ok(&fix, calx_session_begin_nested(fix.session));
    ok(&fix, calx_instance_set_text(first, &article_mapper.columns[ARTICLE_BODY], "inside"));
    ok(&fix, calx_session_flush(fix.session));
    calx_session_transaction inside = calx_session_get_nested_transaction(fix.session);
    ok(&fix, calx_session_transaction_rollback(inside));
    ok(&fix, calx_session_load(fix.session, first));
    assert_string_equal(first->body, "long one");
    ok(&fix, calx_session_commit(fix.session));
    assert_stored_text(fix.session, "SELECT body FROM articles WHERE id = 1", "long one");
    tear_down(&fix);
}

static void populating_overwrites_what_was_set(void **state)
{
    (void)state;
    fixture fix;
    const void *const *items = NULL;
    size_t count = 0;
    set_up_articles(&fix);
    const struct article *first = get_article(&fix, 1);
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    ok(&fix, calx_instance_set_text(first, &article_mapper.columns[ARTICLE_BODY], "mine"));
    calx_query *query = NULL;
    ok(&fix, calx_session_query(fix.session, &article_mapper, &query));
    ok(&fix, calx_query_populate_existing(query));
    ok(&fix, calx_query_all(query, &items, &count));
    calx_query_free(query);
    assert_false(is_modified(fix.session, first));
    ok(&fix, calx_session_load(fix.session, first));
    assert_string_equal(first->body, "long one");
    tear_down(&fix);
}

/* ---- memory ---- */

static calx_status work(calx_session *session)
{
    const void *const *items = NULL;
    size_t count = 0;
    calx_query *query = calx_query_new(session, &article_mapper);
    if (query == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_query_options(query, calx_load_only(article_col.title));
    if (status == CALX_OK)
        status = calx_query_all(query, &items, &count);
    if (status == CALX_OK)
        status = calx_session_load(session, items[0]);
    if (status == CALX_OK && calx_instance_edit(items[1]) == NULL)
        status = CALX_E_NOMEM;
    if (status == CALX_OK) {
        assert_string_equal(((const struct article *)items[0])->body, "long one");
        assert_string_equal(((const struct article *)items[1])->body, "long two");
        assert_int_equal(calx_session_count_dirty(session), 0);
    }
    calx_query_free(query);
    return status;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    fixture fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_articles(&fix);
    bool failed = true;
    for (long allowed = 0; failed; allowed++) {
        calx_session *session = new_session(&fix);
        atomic_store(&account.left, allowed);
        calx_status status = work(session);
        atomic_store(&account.left, RATION_UNLIMITED);
        failed = status != CALX_OK;
        if (failed) {
            assert_int_equal(status, CALX_E_NOMEM);
            assert_int_equal(calx_session_rollback(session), CALX_OK);
            assert_int_equal(work(session), CALX_OK);
        }
        calx_session_free(session);
    }
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selects_of_such_entities_are_combined),
        cmocka_unit_test(selects_inside_have_all_columns),
        cmocka_unit_test(deferred_columns_do_not_come_with_the_row),
        cmocka_unit_test(what_is_missing_is_loaded_by_one_select_of_it),
        cmocka_unit_test(an_edit_loads_what_is_missing_first),
        cmocka_unit_test(a_setter_marks_a_missing_column_without_loading),
        cmocka_unit_test(a_load_keeps_what_was_set_before_it),
        cmocka_unit_test(a_flush_leaves_missing_columns_alone),
        cmocka_unit_test(a_refresh_by_name_loads_a_missing_column),
        cmocka_unit_test(options_say_which_columns_come),
        cmocka_unit_test(the_key_the_version_and_references_always_come),
        cmocka_unit_test(a_row_that_has_more_fills_what_is_missing),
        cmocka_unit_test(what_is_joined_leaves_columns_out_too),
        cmocka_unit_test(lazy_members_leave_columns_out_too),
        cmocka_unit_test(an_expired_instance_comes_back_without_them),
        cmocka_unit_test(an_instance_that_was_added_gets_all_it_had_again),
        cmocka_unit_test(outside_of_a_session_there_is_nothing_to_load_from),
        cmocka_unit_test(a_rollback_leaves_no_value_that_is_none),
        cmocka_unit_test(populating_overwrites_what_was_set),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return CALX_RUN("deferred", tests);
}
