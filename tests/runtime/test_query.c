/*
 * Queries: what they find, what they refuse, and what they leave alone.
 */
#include "query_fixture.h"
#include "support/ration.h"

/* ---- what is found ---- */

static void conditions_orders_and_bounds_choose_rows(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_finds(fix.query, "ed fred jack mary wendy");
    assert_int_equal(calx_query_where(fix.query, calx_like(user_col.name, "%e%")), CALX_OK);
    assert_finds(fix.query, "ed fred wendy");
    assert_int_equal(calx_query_where(fix.query, calx_gt(user_col.age, 18)), CALX_OK);
    assert_finds(fix.query, "fred wendy");
    assert_int_equal(calx_query_limit(fix.query, 1), CALX_OK);
    assert_finds(fix.query, "fred");
    assert_int_equal(calx_query_offset(fix.query, 1), CALX_OK);
    assert_finds(fix.query, "wendy");
    assert_int_equal(calx_query_limit(fix.query, 0), CALX_OK);
    assert_finds(fix.query, "");
    tear_down(&fix);
}

static void orders_add_up(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_query *query = calx_query_new(fix.session, &user_mapper);
    assert_int_equal(calx_query_where(query, calx_is_not_null(user_col.age)), CALX_OK);
    assert_int_equal(calx_query_order_by(query, calx_asc(user_col.age)), CALX_OK);
    assert_int_equal(calx_query_order_by(query, calx_desc(user_col.name)), CALX_OK);
    assert_finds(query, "jack ed wendy fred");
    calx_query_free(query);
    tear_down(&fix);
}

static void texts_and_lists_are_copied_at_where(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char name[] = "mary";
    char other[] = "jack";
    const char *names[] = { name, other };
    assert_int_equal(calx_query_where(fix.query, calx_in(user_col.name, names, 2)), CALX_OK);
    assert_int_equal(calx_query_where(fix.query, calx_eq(user_col.name, name)), CALX_OK);
    strcpy(name, "fred");
    strcpy(other, "fred");
    names[0] = NULL;
    assert_finds(fix.query, "mary");
    tear_down(&fix);
}

static void counts_and_existence_know_the_bounds(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    int64_t count = -1;
    bool exists = false;
    assert_int_equal(calx_query_count(fix.query, &count), CALX_OK);
    assert_int_equal(count, USERS);
    assert_int_equal(calx_query_exists(fix.query, &exists), CALX_OK);
    assert_true(exists);
    assert_int_equal(calx_query_offset(fix.query, 3), CALX_OK);
    assert_int_equal(calx_query_count(fix.query, &count), CALX_OK);
    assert_int_equal(count, 2);
    assert_int_equal(calx_query_limit(fix.query, 1), CALX_OK);
    assert_int_equal(calx_query_count(fix.query, &count), CALX_OK);
    assert_int_equal(count, 1);
    assert_int_equal(calx_query_offset(fix.query, USERS), CALX_OK);
    assert_int_equal(calx_query_count(fix.query, &count), CALX_OK);
    assert_int_equal(count, 0);
    assert_int_equal(calx_query_exists(fix.query, &exists), CALX_OK);
    assert_false(exists);
    assert_int_equal(held_by(fix.session), 0);
    tear_down(&fix);
}

static void the_first_is_asked_for_alone(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_string_equal(first_user(fix.query)->name, "ed");
    assert_int_equal(held_by(fix.session), 1);
    assert_int_equal(calx_query_offset(fix.query, 4), CALX_OK);
    assert_string_equal(first_user(fix.query)->name, "wendy");
    assert_int_equal(calx_query_where(fix.query, calx_eq(user_col.name, "nobody")), CALX_OK);
    assert_null(first_user(fix.query));
    tear_down(&fix);
}

static void one_wants_exactly_one_row(void **state)
{
    calx_shows("SES-222");
    (void)state;
    fixture fix;
    set_up(&fix);
    const void *item = &fix;
    assert_int_equal(calx_query_one(fix.query, &item), CALX_E_MULTIPLE_RESULTS);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_MULTIPLE_RESULTS);
    assert_int_equal(calx_query_one_or_none(fix.query, &item), CALX_E_MULTIPLE_RESULTS);
    assert_ptr_equal(item, &fix);
    assert_int_equal(calx_query_where(fix.query, calx_lt(user_col.name, "f")), CALX_OK);
    assert_int_equal(calx_query_one(fix.query, &item), CALX_OK);
    assert_string_equal(((const struct user *)item)->name, "ed");
    assert_int_equal(calx_query_where(fix.query, calx_gt(user_col.name, "f")), CALX_OK);
    assert_int_equal(calx_query_one_or_none(fix.query, &item), CALX_OK);
    assert_null(item);
    item = &fix;
    assert_int_equal(calx_query_one(fix.query, &item), CALX_E_NO_RESULT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "users"));
    assert_ptr_equal(item, &fix);
    tear_down(&fix);
}

static void a_query_sends_nothing_before_it_is_asked(void **state)
{
    calx_shows("SES-223");
    (void)state;
    fixture fix;
    set_up(&fix);
    const char *sql = NULL;
    assert_int_equal(calx_query_where(fix.query, calx_eq(user_col.name, "ed")), CALX_OK);
    assert_int_equal(calx_query_sql(fix.query, &sql), CALX_OK);
    assert_non_null(strstr(sql, "\"users\""));
    assert_null(strstr(sql, "ed'"));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_false(calx_session_in_transaction(fix.session));
    assert_finds(fix.query, "ed");
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 1);
    tear_down(&fix);
}

/* ---- identity ---- */

static void a_row_is_one_instance_in_one_session(void **state)
{
    calx_shows("SES-071");
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_session *other_session = new_session(&fix);
    calx_query *again = new_query(fix.session);
    calx_query *other = new_query(other_session);
    const struct user *ed = first_user(fix.query);
    assert_ptr_equal(first_user(again), ed);
    assert_ptr_not_equal(first_user(other), ed);
    const void *got = NULL;
    const calx_value key = calx_value_int64(ed->id);
    assert_int_equal(calx_session_get(fix.session, &user_mapper, &key, &got), CALX_OK);
    assert_ptr_equal(got, ed);
    calx_query_free(other);
    calx_query_free(again);
    calx_session_free(other_session);
    tear_down(&fix);
}

static void loaded_values_are_not_overwritten(void **state)
{
    calx_shows("SES-078");
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *ed = first_user(fix.query);
    struct user *fred = NULL;
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_all(fix.query, &items, &count), CALX_OK);
    fred = calx_instance_edit(items[1]);
    fred->fullname = "Fred Jones";
    calx_session_no_autoflush_begin(fix.session);
    run_sql(fix.session, "UPDATE users SET fullname = 'other'");
    assert_int_equal(calx_query_all(fix.query, &items, &count), CALX_OK);
    assert_null(ed->fullname);
    assert_string_equal(fred->fullname, "Fred Jones");
    tear_down(&fix);
}

static void a_row_fills_an_expired_instance(void **state)
{
    calx_shows("SES-238");
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *ed = first_user(fix.query);
    run_sql(fix.session, "UPDATE users SET fullname = 'Edward'");
    assert_int_equal(calx_session_expire(fix.session, ed), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_ptr_equal(first_user(fix.query), ed);
    assert_string_equal(ed->fullname, "Edward");
    assert_int_equal(calx_session_load(fix.session, ed), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 1);
    tear_down(&fix);
}

static void a_row_without_a_key_is_no_instance(void **state)
{
    calx_shows("SES-080");
    (void)state;
    fixture fix;
    set_up(&fix);
    run_sql(fix.session, "DROP TABLE memberships");
    run_sql(fix.session,
            "CREATE TABLE memberships (group_name TEXT, user_id INTEGER, rank INTEGER)");
    run_sql(fix.session, "INSERT INTO memberships VALUES (NULL, NULL, 1), ('a', 1, 2)");
    calx_query *query = calx_query_new(fix.session, &membership_mapper);
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_all(query, &items, &count), CALX_OK);
    assert_int_equal(count, 1);
    assert_int_equal(((const struct membership *)items[0])->rank, 2);
    size_t streamed = 0;
    assert_int_equal(calx_query_each(query, count_entity, &streamed), CALX_OK);
    assert_int_equal(streamed, 1);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_row_with_a_part_of_its_key_is_bad_data(void **state)
{
    calx_shows("SES-080");
    (void)state;
    fixture fix;
    set_up(&fix);
    run_sql(fix.session, "DROP TABLE memberships");
    run_sql(fix.session,
            "CREATE TABLE memberships (group_name TEXT, user_id INTEGER, rank INTEGER)");
    run_sql(fix.session, "INSERT INTO memberships VALUES (NULL, 7, 1)");
    calx_query *query = calx_query_new(fix.session, &membership_mapper);
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_all(query, &items, &count), CALX_E_DATA);
    assert_non_null(
        strstr(calx_session_error(fix.session)->message, "memberships.group_name is NULL"));
    calx_query_free(query);
    tear_down(&fix);
}

/* ---- flush before a query ---- */

static void pending_work_is_flushed_first(void **state)
{
    calx_shows("SES-210");
    (void)state;
    fixture fix;
    set_up(&fix);
    int64_t count = 0;
    assert_int_equal(calx_session_add(fix.session, new_user("zoe", 7)), CALX_OK);
    assert_int_equal(calx_query_count(fix.query, &count), CALX_OK);
    assert_int_equal(count, USERS + 1);
    assert_finds(fix.query, "ed fred jack mary wendy zoe");
    struct user *ed = calx_instance_edit(first_user(fix.query));
    ed->name = "xed";
    assert_finds(fix.query, "fred jack mary wendy xed zoe");
    assert_int_equal(calx_session_delete(fix.session, ed), CALX_OK);
    assert_finds(fix.query, "fred jack mary wendy zoe");
    tear_down(&fix);
}

static void without_autoflush_pending_work_is_not_seen(void **state)
{
    calx_shows("SES-213");
    calx_shows("SES-214");
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, new_user("zoe", 7)), CALX_OK);
    assert_finds(fix.query, "ed fred jack mary wendy");
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_finds(fix.query, "ed fred jack mary wendy zoe");
    assert_int_equal(calx_session_count_new(fix.session), 0);
    tear_down(&fix);
}

static void a_failing_flush_is_the_querys_failure(void **state)
{
    calx_shows("SES-215");
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *twin = new_user("ed", 3);
    assert_int_equal(calx_session_add(fix.session, twin), CALX_OK);
    int64_t count = -1;
    assert_int_equal(calx_query_count(fix.query, &count), CALX_E_UNIQUE);
    const calx_error *error = calx_session_error(fix.session);
    assert_int_equal(error->status, CALX_E_UNIQUE);
    assert_true((error->flags & CALX_ERROR_AUTOFLUSH) != 0);
    assert_int_equal(calx_query_count(fix.query, &count), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(count, -1);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_finds(fix.query, "ed fred jack mary wendy");
    tear_down(&fix);
}

/* ---- what is refused ---- */

static calx_expression too_many_names(void)
{
    calx_expression condition = calx_eq(user_col.name, "ed");
    for (int i = 0; i < CALX_EXPRESSION_NODES; i++)
        condition = calx_or(condition, calx_eq(user_col.name, "ed"));
    return condition;
}

static void the_first_failure_of_building_stays(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    assert_int_equal(calx_query_where(fix.query, too_many_names()), CALX_E_LIMIT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "calx_filter_new"));
    assert_int_equal(calx_query_limit(fix.query, -5), CALX_E_LIMIT);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    const void *item = NULL;
    assert_int_equal(calx_query_first(fix.query, &item), CALX_E_LIMIT);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_LIMIT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "calx_filter_new"));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    tear_down(&fix);
}

static void a_filter_takes_what_an_expression_does_not(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    for (int i = 0; i < 5 * CALX_EXPRESSION_NODES; i++)
        assert_int_equal(calx_filter_add(filter, calx_eq(user_col.name, i == 31 ? "jack" : "x")),
                         CALX_OK);
    assert_int_equal(calx_query_where_filter(fix.query, filter), CALX_OK);
    calx_filter_free(filter);
    assert_finds(fix.query, "jack");
    assert_int_equal(calx_query_where_filter(fix.query, NULL), CALX_E_ARGUMENT);
    tear_down(&fix);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_query *query = new_query(fix.session);
    assert_int_equal(calx_query_where(query, calx_eq(address_col.email, "x")), CALX_OK);
    const void *item = NULL;
    assert_int_equal(calx_query_first(query, &item), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "addresses"));
    calx_query_free(query);

    query = new_query(fix.session);
    assert_int_equal(calx_query_offset(query, -1), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "offset"));
    calx_query_free(query);

    size_t count = 0;
    assert_int_equal(calx_query_all(fix.query, NULL, &count), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_one(fix.query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_first(fix.query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_count(fix.query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_exists(fix.query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_sql(fix.query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_query_each(fix.query, NULL, NULL), CALX_E_ARGUMENT);
    assert_finds(fix.query, "ed fred jack mary wendy");

    assert_null(calx_query_new(NULL, &user_mapper));
    assert_int_equal(calx_query_limit(NULL, 1), CALX_E_ARGUMENT);
    assert_int_equal(calx_session_query(fix.session, NULL, &query), CALX_E_ARGUMENT);
    query = calx_query_new(fix.session, NULL);
    assert_int_equal(calx_query_limit(query, 1), CALX_E_ARGUMENT);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_failure_of_the_database_is_the_sessions_error(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_sql(fix.session, "DROP TABLE memberships");
    calx_query *query = calx_query_new(fix.session, &membership_mapper);
    int64_t count = -1;
    assert_int_equal(calx_query_count(query, &count), CALX_E_NO_OBJECT);
    const calx_error *error = calx_session_error(fix.session);
    assert_int_equal(error->status, CALX_E_NO_OBJECT);
    assert_non_null(strstr(error->message, "memberships"));
    assert_non_null(strstr(error->statement, "SELECT"));
    calx_query_free(query);
    /* The transaction is over on a server, and the table there again. */
    if (calx_test_on("postgresql"))
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_finds(fix.query, "ed fred jack mary wendy");
    tear_down(&fix);
}

static void a_query_ends_with_its_sessions_contents(void **state)
{
    calx_shows("SES-081");
    (void)state;
    fixture fix;
    set_up(&fix);
    calx_query *other = new_query(fix.session);
    assert_finds(fix.query, "ed fred jack mary wendy");
    assert_int_equal(calx_session_close(fix.session), CALX_OK);
    const void *item = NULL;
    assert_int_equal(calx_query_first(fix.query, &item), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "user"));
    assert_non_null(strstr(calx_session_error(fix.session)->message, "closed"));
    assert_int_equal(calx_query_limit(fix.query, 1), CALX_E_STATE);
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_STATE);
    calx_query_free(fix.query);
    fix.query = new_query(fix.session);
    assert_finds(fix.query, "ed fred jack mary wendy");
    calx_session_free(fix.session);
    fix.session = NULL;
    assert_int_equal(calx_query_first(fix.query, &item), CALX_E_STATE);
    assert_int_equal(calx_query_first(other, &item), CALX_E_STATE);
    calx_query_free(other);
    tear_down(&fix);
}

/* ---- memory ---- */

static calx_status build_and_ask(calx_query *query)
{
    static const char *const names[] = { "ed", "mary", "jack" };
    const void *const *items = NULL;
    const void *item = NULL;
    const char *sql = NULL;
    size_t count = 0;
    int64_t rows = 0;
    bool exists = false;
    calx_status status = calx_query_where(query, calx_in(user_col.name, names, 3));
    if (status == CALX_OK)
        status = calx_query_order_by(query, calx_asc(user_col.name));
    if (status == CALX_OK)
        status = calx_query_all(query, &items, &count);
    if (status == CALX_OK)
        status = calx_query_first(query, &item);
    if (status == CALX_OK)
        status = calx_query_count(query, &rows);
    if (status == CALX_OK)
        status = calx_query_exists(query, &exists);
    if (status == CALX_OK)
        status = calx_query_sql(query, &sql);
    if (status == CALX_OK && (count != 3 || rows != 3 || !exists || items[0] != item))
        status = CALX_E_INTERNAL;
    return status;
}

static calx_status count_quietly(void *context, const void *entity)
{
    ++*(size_t *)context;
    return entity == NULL ? CALX_E_INTERNAL : CALX_OK;
}

static calx_status query_two_ways(calx_session *session)
{
    calx_query *query = calx_query_new(session, &user_mapper);
    calx_query *all = NULL;
    size_t count = 0;
    calx_status status = query == NULL ? CALX_E_NOMEM : build_and_ask(query);
    if (status == CALX_OK)
        status = calx_session_query(session, &user_mapper, &all);
    if (status == CALX_OK)
        status = calx_query_each(all, count_quietly, &count);
    if (status == CALX_OK && count != USERS)
        status = CALX_E_INTERNAL;
    if (status != CALX_OK && query != NULL && calx_session_error(session)->status != status)
        status = CALX_E_INTERNAL;
    calx_query_free(all);
    calx_query_free(query);
    return status;
}

static calx_status query_with_everything_new(void)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_status status = calx_engine_new(calx_test_url(), NULL, &options.bind, NULL);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = query_two_ways(session);
    calx_session_free(session);
    calx_engine_free(options.bind);
    return status;
}

static void every_failed_allocation_of_a_query_is_survived(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM && allowed < 100000; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = query_with_everything_new();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_true(allowed > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_orders_and_bounds_choose_rows),
        cmocka_unit_test(orders_add_up),
        cmocka_unit_test(texts_and_lists_are_copied_at_where),
        cmocka_unit_test(counts_and_existence_know_the_bounds),
        cmocka_unit_test(the_first_is_asked_for_alone),
        cmocka_unit_test(one_wants_exactly_one_row),
        cmocka_unit_test(a_query_sends_nothing_before_it_is_asked),
        cmocka_unit_test(a_row_is_one_instance_in_one_session),
        cmocka_unit_test(loaded_values_are_not_overwritten),
        cmocka_unit_test(a_row_fills_an_expired_instance),
        cmocka_unit_test(a_row_without_a_key_is_no_instance),
        cmocka_unit_test(a_row_with_a_part_of_its_key_is_bad_data),
        cmocka_unit_test(pending_work_is_flushed_first),
        cmocka_unit_test(without_autoflush_pending_work_is_not_seen),
        cmocka_unit_test(a_failing_flush_is_the_querys_failure),
        cmocka_unit_test(the_first_failure_of_building_stays),
        cmocka_unit_test(a_filter_takes_what_an_expression_does_not),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(a_failure_of_the_database_is_the_sessions_error),
        cmocka_unit_test(a_query_ends_with_its_sessions_contents),
        cmocka_unit_test(every_failed_allocation_of_a_query_is_survived),
    };
    return CALX_RUN("query", tests);
}
