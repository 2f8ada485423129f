/*
 * Statements that change rows without the unit of work, where memory ends: each single allocation
 * of each way fails once. Then the status says so, a rollback brings the session and the rows back,
 * and the same goes through on the session that failed.
 */
#include "deferred_models.calx.h"

#include "session_fixture.h"
#include "support/ration.h"

#include <calx/calx.h>

static calx_status first_failure(calx_status before, calx_status status)
{
    return before != CALX_OK ? before : status;
}

/* ---- ways ---- */

/* What is set is worked out by a select, and meant by another. */
static calx_status update_by_selects(calx_session *session)
{
    calx_select *name = calx_select_new(session);
    calx_select *there = calx_select_new(session);
    article_query *query = article_query_new(session);
    calx_status status = name == NULL || there == NULL || query == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status != CALX_OK)
        goto out;
    const calx_expression own = calx_eq(section_col.id, article_col.section_id);
    status = calx_select_column(name, section_col.name);
    status = first_failure(status, calx_select_where(name, own));
    status = first_failure(status, calx_select_column(there, section_col.id));
    status = first_failure(status, calx_select_where(there, own));
    status = first_failure(status, article_query_where(query, calx_exists(there)));
    if (status != CALX_OK)
        goto out;
    const calx_assignment set[] = {
        calx_assign(article_col.title, calx_select_expression(name)),
        calx_assign(article_col.summary, "a summary that is longer than a few letters"),
    };
    status = article_query_update(query, set, 2, NULL);
out:
    article_query_free(query);
    calx_select_free(name);
    calx_select_free(there);
    return status;
}

/* What is pending goes first; conditions come as a filter, whose lists are long. */
static calx_status update_after_a_flush(calx_session *session)
{
    static int32_t words[1200];
    const calx_assignment more = calx_assign(article_col.words, calx_add(article_col.words, 1));
    struct article *pending = article_new();
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    article_query *query = article_query_new(session);
    calx_status status =
        pending == NULL || filter == NULL || query == NULL ? CALX_E_NOMEM : CALX_OK;
    for (int32_t i = 0; i < 1200; i++)
        words[i] = i;
    if (status == CALX_OK) {
        pending->title = "pending";
        pending->words = 50;
        status = article_add(session, pending);
    }
    if (status == CALX_OK)
        pending = NULL; /* the session's */
    if (status == CALX_OK)
        status = calx_filter_add(filter, calx_in(article_col.words, words, 1200));
    if (status == CALX_OK)
        status = calx_filter_add(filter, calx_like(article_col.title, "p%"));
    if (status == CALX_OK)
        status = article_query_where_filter(query, filter);
    if (status == CALX_OK)
        status = article_query_update(query, &more, 1, NULL);
    article_free(pending);
    calx_filter_free(filter);
    article_query_free(query);
    return status;
}

/* It is not known whether these are meant, so the keys are asked for. */
static calx_status delete_expired_ones(calx_session *session)
{
    const struct article *article = NULL;
    article_query *query = article_query_new(session);
    calx_status status = query == NULL ? CALX_E_NOMEM : CALX_OK;
    for (int64_t id = 1001; status == CALX_OK && id <= 1002; id++)
        status = article_get(session, id, &article);
    if (status == CALX_OK)
        status = calx_session_expire_all(session);
    if (status == CALX_OK)
        status = article_query_where(query, calx_lt(article_col.words, 25));
    if (status == CALX_OK)
        status = article_query_delete(query, NULL);
    article_query_free(query);
    return status;
}

static calx_status insert_a_select(calx_session *session)
{
    const calx_column_ref columns[] = { section_col.id.ref, section_col.name.ref };
    const calx_assignment name = calx_assign(
        section_col.name, calx_concat(section_col.name, calx_excluded(section_col.name)));
    const void *const *items = NULL;
    size_t count = 0;
    calx_select *select = calx_select_new(session);
    calx_insert *insert = calx_insert_new(session, &section_mapper);
    calx_status status = select == NULL || insert == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status != CALX_OK)
        goto out;
    status = calx_select_value(select, calx_add(section_col.id, 1), "id");
    status = first_failure(status, calx_select_value(select, calx_upper(section_col.name), "name"));
    status = first_failure(status, calx_select_where(select, calx_lt(section_col.id, 10)));
    status = first_failure(status, calx_insert_from_select(insert, columns, 2, select));
    status = first_failure(status, calx_insert_on_conflict_update(insert, columns, 1));
    status = first_failure(status, calx_insert_set(insert, &name, 1));
    status = first_failure(status,
                           calx_insert_conflict_where(
                               insert, calx_ne(section_col.name, calx_excluded(section_col.name))));
    status = first_failure(status, calx_insert_all(insert, &items, &count));
    if (status == CALX_OK)
        assert_int_equal(count, 2);
out:
    calx_insert_free(insert);
    calx_select_free(select);
    return status;
}

/* With versions, and in several statements, since they fill different columns. */
static calx_status insert_versioned_rows(calx_session *session)
{
    struct article rows[3];
    int64_t changes = 0;
    calx_insert *insert = calx_insert_new(session, &article_mapper);
    calx_status status = insert == NULL ? CALX_E_NOMEM : CALX_OK;
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < 3; i++) {
        rows[i].id = i == 2 ? 0 : (int64_t)i + 1004; /* the first is there */
        rows[i].title = "new";
    }
    if (status == CALX_OK)
        status = calx_insert_rows(insert, rows, 3);
    if (status == CALX_OK)
        status = calx_insert_on_conflict_nothing(insert, NULL, 0);
    if (status == CALX_OK)
        status = calx_insert_execute(insert, &changes);
    if (status == CALX_OK)
        assert_int_equal(changes, 2);
    calx_insert_free(insert);
    return status;
}

/* ---- all of them ---- */

/* The keys that are given leave the first ones to the database. */
static void set_up_rows(fixture *fix)
{
    set_up_model(fix, &deferred_models_metadata);
    run_elsewhere(fix, "INSERT INTO sections (id, name) VALUES (1, 'news'), (2, 'old')");
    run_elsewhere(
        fix, "INSERT INTO articles (id, title, words, section_id, summary, revision) VALUES "
             "(1001, 'one', 10, 1, 'a', 1), (1002, 'two', 20, 1, 'b', 1), (1004, 'four', 40, NULL, "
             "NULL, 1)");
}

static void assert_as_before(calx_session *session)
{
    assert_int_equal(calx_session_rollback(session), CALX_OK);
    assert_int_equal(number(session, "SELECT count(*) FROM articles WHERE title IN ('one', 'two', "
                                     "'four') AND words = 10 * (id - 1000)"),
                     3);
    assert_int_equal(number(session, "SELECT count(*) FROM articles"), 3);
    assert_int_equal(number(session, "SELECT count(*) FROM sections WHERE name IN ('news', "
                                     "'old')"),
                     2);
}

static void try_each_allocation(calx_status (*way)(calx_session *session))
{
    fixture fix;
    ration account;
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_rows(&fix);
    for (; status != CALX_OK; allowed++) {
        calx_session *session = new_session(&fix);
        atomic_store(&account.left, allowed);
        status = way(session);
        atomic_store(&account.left, RATION_UNLIMITED);
        if (status != CALX_OK)
            assert_int_equal(status, CALX_E_NOMEM);
        assert_as_before(session);
        assert_int_equal(way(session), CALX_OK);
        assert_as_before(session);
        calx_session_free(session);
    }
    assert_true(allowed > 5);
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

static void updates_by_selects_survive(void **state)
{
    (void)state;
    try_each_allocation(update_by_selects);
}

static void updates_after_a_flush_survive(void **state)
{
    (void)state;
    try_each_allocation(update_after_a_flush);
}

static void deletes_of_expired_ones_survive(void **state)
{
    (void)state;
    try_each_allocation(delete_expired_ones);
}

static void inserts_of_selects_survive(void **state)
{
    (void)state;
    try_each_allocation(insert_a_select);
}

static void inserts_of_rows_survive(void **state)
{
    (void)state;
    try_each_allocation(insert_versioned_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_by_selects_survive),
        cmocka_unit_test(updates_after_a_flush_survive),
        cmocka_unit_test(deletes_of_expired_ones_survive),
        cmocka_unit_test(inserts_of_selects_survive),
        cmocka_unit_test(inserts_of_rows_survive),
    };
    return CALX_RUN("query_faults", tests);
}
