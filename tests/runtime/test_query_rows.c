/*
 * UPDATE of a list of rows by a query, each by its key, and what instances that are loaded learn of
 * it; what such a query does not do.
 */
#include "deferred_models.calx.h"

#include "session_fixture.h"
#include "support/ration.h"

#include <calx/calx.h>
#include <calx/session_events.h>

enum { MANY = 600 };

static void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

/* Articles 1 to 4: words 10, 20, 30, 40. */
static void set_up_articles(fixture *fix)
{
    set_up_model(fix, &deferred_models_metadata);
    run_elsewhere(fix, "INSERT INTO sections (id, name) VALUES (1, 'news'), (2, 'old')");
    run_elsewhere(fix,
                  "INSERT INTO articles (id, title, body, words, section_id, summary, revision) "
                  "VALUES (1, 'one', 'long one', 10, 1, 'a', 1), (2, 'two', NULL, 20, 1, 'b', 1), "
                  "(3, 'three', NULL, 30, NULL, 'c', 1), (4, 'four', NULL, 40, NULL, NULL, 1)");
    log_sink_forget(&fix->sink);
}

static const struct article *get_article(const fixture *fix, int64_t id)
{
    const struct article *found = NULL;
    ok(fix, article_get(fix->session, id, &found));
    return found;
}

/* A row: which article, as of which version, and what it sets. */
typedef struct row {
    calx_mapped_value values[5];
} row;

static row row_of(int64_t id, int64_t revision, int64_t words)
{
    return (row){ { { "id", calx_value_int64(id) },
                    { "revision", calx_value_int64(revision) },
                    { "words", calx_value_int64(words) } } };
}

static calx_query *rows_query(const fixture *fix, const calx_mapping *rows, size_t count)
{
    calx_query *query = calx_query_new(fix->session, &article_mapper);
    assert_non_null(query);
    ok(fix, calx_query_rows(query, rows, count));
    return query;
}

static calx_status update_rows(const fixture *fix, const calx_mapping *rows, size_t count,
                               calx_synchronize how, int64_t *out_count)
{
    calx_query *query = rows_query(fix, rows, count);
    ok(fix, calx_query_synchronize(query, how));
    calx_status status = calx_query_update(query, NULL, 0, out_count);
    calx_query_free(query);
    return status;
}

/* ---- in memory ---- */

static void instances_that_are_loaded_have_the_values_of_their_rows(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    int64_t count = -1;
    set_up_articles(&fix);
    for (int way = CALX_SYNCHRONIZE_AUTO; way <= CALX_SYNCHRONIZE_FETCH; way++) {
        const struct article *first = get_article(&fix, 1);
        const struct article *second = get_article(&fix, 2);
        row one = row_of(1, 1, 11), three = row_of(3, 1, 33);
        one.values[3] = (calx_mapped_value){ "title", calx_value_text("new one") };
        one.values[4] = (calx_mapped_value){ "section_id", calx_value_null() };
        const calx_mapping rows[] = { { one.values, 5 }, { three.values, 3 } };
        log_sink_forget(&fix.sink);
        ok(&fix, update_rows(&fix, rows, 2, (calx_synchronize)way, &count));
        assert_int_equal(count, 2);
        assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
        assert_int_equal(first->words, 11);
        assert_string_equal(first->title, "new one");
        assert_false(first->section_id.has_value);
        assert_false(is_modified(fix.session, first));
        assert_int_equal(second->words, 20);
        assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
        ok(&fix, calx_session_load(fix.session, first)); /* which version it has now */
        assert_int_equal(first->revision, 2);
        assert_int_equal(number(fix.session, "SELECT words FROM articles WHERE id = 3"), 33);
        ok(&fix, calx_session_rollback(fix.session));
        ok(&fix, calx_session_load(fix.session, first));
        assert_int_equal(first->words, 10);
        assert_string_equal(first->title, "one");
        ok(&fix, calx_session_rollback(fix.session));
    }
    tear_down(&fix);
}

static void a_later_flush_goes_on_from_there(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    set_up_articles(&fix);
    const struct article *article = get_article(&fix, 1);
    row one = row_of(1, 1, 11);
    const calx_mapping rows[] = { { one.values, 3 } };
    ok(&fix, article_set_words(article, 5));
    ok(&fix, article_set_title(article, "mine"));
    one.values[1].value = calx_value_int64(2); /* pending work is flushed first */
    ok(&fix, update_rows(&fix, rows, 1, CALX_SYNCHRONIZE_AUTO, NULL));
    assert_int_equal(article->words, 11);
    assert_string_equal(article->title, "mine");
    ok(&fix, article_set_words(article, 12));
    ok(&fix, calx_session_commit(fix.session));
    ok(&fix, calx_session_load(fix.session, article));
    assert_int_equal(article->words, 12);
    assert_int_equal(article->revision, 4);
    tear_down(&fix);
}

static void a_savepoint_that_is_rolled_back_takes_them_along(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    set_up_articles(&fix);
    const struct article *article = get_article(&fix, 1);
    row one = row_of(1, 1, 11);
    const calx_mapping rows[] = { { one.values, 3 } };
    ok(&fix, calx_session_begin_nested(fix.session));
    calx_session_transaction inside = calx_session_get_nested_transaction(fix.session);
    ok(&fix, update_rows(&fix, rows, 1, CALX_SYNCHRONIZE_AUTO, NULL));
    assert_int_equal(article->words, 11);
    ok(&fix, calx_session_transaction_rollback(inside));
    ok(&fix, calx_session_load(fix.session, article));
    assert_int_equal(article->words, 10);
    assert_int_equal(article->revision, 1);
    tear_down(&fix);
}

/* Of a class without a version: nothing is read again. */
static void what_was_never_loaded_stays_so(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    const struct section *section = NULL;
    set_up_articles(&fix);
    ok(&fix, section_get(fix.session, 1, &section));
    calx_mapped_value values[] = { { "description", calx_value_text("what is new") },
                                   { "name", calx_value_text("recent") },
                                   { "id", calx_value_int64(1) } };
    const calx_mapping rows[] = { { values, 3 } };
    calx_query *query = calx_query_new(fix.session, &section_mapper);
    assert_non_null(query);
    ok(&fix, calx_query_rows(query, rows, 1));
    ok(&fix, calx_query_update(query, NULL, 0, NULL));
    calx_query_free(query);
    log_sink_forget(&fix.sink);
    assert_string_equal(section->name, "recent");
    assert_null(section->description);
    ok(&fix, calx_session_load(fix.session, section));
    assert_int_equal(log_sink_count(&fix.sink, "\"name\""), 0);
    ok(&fix, calx_session_commit(fix.session));
    struct section *edited = section_edit(section);
    assert_non_null(edited);
    assert_string_equal(edited->description, "what is new");
    assert_string_equal(edited->name, "recent");
    tear_down(&fix);
}

static void without_synchronization_they_are_stale(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    set_up_articles(&fix);
    const struct article *article = get_article(&fix, 1);
    row one = row_of(1, 1, 11);
    const calx_mapping rows[] = { { one.values, 3 } };
    ok(&fix, update_rows(&fix, rows, 1, CALX_SYNCHRONIZE_NONE, NULL));
    assert_int_equal(article->words, 10);
    ok(&fix, calx_session_commit(fix.session));
    ok(&fix, calx_session_load(fix.session, article));
    assert_int_equal(article->words, 11);
    tear_down(&fix);
}

static void many_go_together(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    int64_t count = 0;
    set_up_articles(&fix);
    run_elsewhere(&fix, "INSERT INTO articles (id, title, words, revision) WITH RECURSIVE n(i) AS "
                        "(SELECT 5 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
                        "SELECT i, 'many', 0, 1 FROM n");
    const struct article *last = get_article(&fix, MANY);
    static row values[MANY];
    static calx_mapping rows[MANY + 1];
    for (size_t i = 0; i < MANY; i++) {
        values[i] = row_of((int64_t)i + 1, 1, (int64_t)i);
        rows[i] = (calx_mapping){ values[i].values, 3 };
    }
    log_sink_forget(&fix.sink);
    ok(&fix, update_rows(&fix, rows, MANY, CALX_SYNCHRONIZE_AUTO, &count));
    assert_int_equal(count, MANY);
    assert_int_equal(last->words, MANY - 1);
    if (calx_test_on("postgresql"))
        assert_int_equal(log_sink_count(&fix.sink, "UPDATE"), 1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE words = id - 1 AND "
                                         "revision = 2"),
                     MANY);
    ok(&fix, update_rows(&fix, NULL, 0, CALX_SYNCHRONIZE_AUTO, &count)); /* none at all */
    assert_int_equal(count, 0);
    tear_down(&fix);
}

/* ---- what fails ---- */

static void a_row_that_is_gone_fails_all(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    int64_t count = -1;
    set_up_articles(&fix);
    const struct article *article = get_article(&fix, 1);
    row one = row_of(1, 1, 11), gone = row_of(77, 1, 5);
    const calx_mapping rows[] = { { one.values, 3 }, { gone.values, 3 } };
    assert_int_equal(update_rows(&fix, rows, 2, CALX_SYNCHRONIZE_AUTO, &count), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "rows[1] of article"));
    assert_int_equal(count, -1);
    assert_false(calx_session_is_active(fix.session));
    ok(&fix, calx_session_rollback(fix.session));
    ok(&fix, calx_session_load(fix.session, article));
    assert_int_equal(article->words, 10);
    gone.values[0].member = "title"; /* no key */
    gone.values[0].value = calx_value_text("x");
    assert_int_equal(update_rows(&fix, rows, 2, CALX_SYNCHRONIZE_AUTO, NULL), CALX_E_STATE);
    assert_non_null(strstr(message(fix.session), "does not name id"));
    ok(&fix, calx_session_rollback(fix.session));
    tear_down(&fix);
}

static void assert_refused(fixture *fix, calx_query *query, calx_status status, const char *what)
{
    assert_int_equal(status, CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix->session), what));
    assert_int_equal(log_sink_count(&fix->sink, ""), 0);
    assert_true(calx_session_is_active(fix->session));
    calx_query_free(query);
}

static void a_list_is_for_an_update_alone(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    int64_t count = 0;
    const char *sql = NULL;
    row one = row_of(1, 1, 11);
    const calx_mapping rows[] = { { one.values, 3 } };
    const calx_assignment set = calx_assign(article_col.words, 1);
    set_up_articles(&fix);
    calx_query *query = rows_query(&fix, rows, 1);
    assert_refused(&fix, query, calx_query_delete(query, &count), "calx_session_bulk_delete()");
    query = rows_query(&fix, rows, 1);
    assert_refused(&fix, query, calx_query_update(query, &set, 1, &count), "assignments too");
    query = rows_query(&fix, rows, 1);
    ok(&fix, calx_query_where(query, calx_eq(article_col.id, 1)));
    assert_refused(&fix, query, calx_query_update(query, NULL, 0, &count), "conditions too");
    query = rows_query(&fix, rows, 1);
    assert_refused(&fix, query, calx_query_count(query, &count), "list of rows");
    query = rows_query(&fix, rows, 1);
    assert_refused(&fix, query, calx_query_sql(query, &sql), "list of rows");
    query = rows_query(&fix, NULL, 0);
    assert_refused(&fix, query, calx_query_delete(query, &count), "list of rows");
    query = rows_query(&fix, rows, 1);
    ok(&fix, calx_query_limit(query, 1));
    assert_refused(&fix, query, calx_query_update(query, NULL, 0, &count), "limit");
    query = calx_query_new(fix.session, &article_mapper); /* the one before gave its memory */
    assert_int_equal(calx_query_rows(query, NULL, 1), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "list of rows"));
    calx_query_free(query);
    query = calx_query_new(fix.session, &article_mapper);
    ok(&fix, calx_query_count(query, &count));
    assert_int_equal(count, 4);
    calx_query_free(query);
    tear_down(&fix);
}

static calx_status hear(void *context, calx_session_event_details *details)
{
    int *told = context;
    *told += 1;
    assert_int_equal(details->statement->kind, CALX_STATEMENT_UPDATE);
    assert_ptr_equal(details->mapper, &article_mapper);
    assert_false(details->statement->takes_conditions);
    return *told == 1 ? CALX_OK : CALX_E_AUTH;
}

static void listeners_are_told_and_may_refuse_it(void **state)
{
    (void)state;
    calx_shows("SES-381");
    calx_shows("SES-334");
    fixture fix;
    int told = 0;
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    row one = row_of(1, 1, 11);
    const calx_mapping rows[] = { { one.values, 3 } };
    set_up_articles(&fix);
    listener.function = hear;
    listener.context = &told;
    ok(&fix, calx_session_listen(fix.session, CALX_SESSION_DO_ORM_EXECUTE, &listener));
    ok(&fix, update_rows(&fix, rows, 1, CALX_SYNCHRONIZE_AUTO, NULL));
    one.values[1].value = calx_value_int64(2);
    assert_int_equal(update_rows(&fix, rows, 1, CALX_SYNCHRONIZE_AUTO, NULL), CALX_E_AUTH);
    assert_int_equal(told, 2);
    assert_true(calx_session_is_active(fix.session));
    tear_down(&fix);
}

/* ---- no memory ---- */

static calx_status update_two(calx_session *session, const struct article **out_article)
{
    row one = row_of(1, 1, 11), two = row_of(2, 1, 22);
    one.values[3] = (calx_mapped_value){ "title", calx_value_text("a longer title than it had") };
    const calx_mapping rows[] = { { one.values, 4 }, { two.values, 3 } };
    calx_query *query = NULL;
    calx_status status = article_get_one(session, 1, out_article);
    if (status == CALX_OK)
        status = calx_session_query(session, &article_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_rows(query, rows, 2);
    if (status == CALX_OK)
        status = calx_query_update(query, NULL, 0, NULL);
    calx_query_free(query);
    if (status == CALX_OK) {
        assert_int_equal((*out_article)->words, 11);
        assert_string_equal((*out_article)->title, "a longer title than it had");
    }
    return status;
}

static void no_memory_leaves_nothing_half_done(void **state)
{
    (void)state;
    calx_shows("SES-334");
    fixture fix;
    ration account;
    long allowed = 0;
    calx_status status = CALX_E_NOMEM;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_articles(&fix);
    for (; status == CALX_E_NOMEM; allowed++) {
        calx_session *session = new_session(&fix);
        const struct article *article = NULL;
        atomic_store(&account.left, allowed);
        status = update_two(session, &article);
        atomic_store(&account.left, RATION_UNLIMITED);
        assert_int_equal(calx_session_rollback(session), CALX_OK);
        if (article != NULL) {
            assert_int_equal(calx_session_load(session, article), CALX_OK);
            assert_int_equal(article->words, 10);
        }
        calx_session_free(session);
    }
    ok(&fix, status);
    assert_true(allowed > 10);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE words = id * 10"), 4);
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_that_are_loaded_have_the_values_of_their_rows),
        cmocka_unit_test(a_later_flush_goes_on_from_there),
        cmocka_unit_test(a_savepoint_that_is_rolled_back_takes_them_along),
        cmocka_unit_test(what_was_never_loaded_stays_so),
        cmocka_unit_test(without_synchronization_they_are_stale),
        cmocka_unit_test(many_go_together),
        cmocka_unit_test(a_row_that_is_gone_fails_all),
        cmocka_unit_test(a_list_is_for_an_update_alone),
        cmocka_unit_test(listeners_are_told_and_may_refuse_it),
        cmocka_unit_test(no_memory_leaves_nothing_half_done),
    };
    return CALX_RUN("query_rows", tests);
}
