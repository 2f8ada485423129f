/*
 * INSERT statements: rows of structs and of selects, rows that are there already, and what comes
 * back as instances.
 */
#include "deferred_models.calx.h"

#include "session_fixture.h"
#include "support/ration.h"

#include <calx/calx.h>

static const calx_column_ref *by_id(void)
{
    static calx_column_ref id[1];
    id[0] = section_col.id.ref;
    return id;
}

static void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

static void set_up_sections(fixture *fix)
{
    set_up_model(fix, &deferred_models_metadata);
    run_elsewhere(fix, "INSERT INTO sections (id, name, description) VALUES (1, 'news', 'daily'), "
                       "(2, 'old', NULL)");
    log_sink_forget(&fix->sink);
}

static calx_insert *new_insert(const fixture *fix, const calx_mapper *mapper)
{
    calx_insert *insert = calx_insert_new(fix->session, mapper);
    assert_non_null(insert);
    return insert;
}

static struct section section_row(int64_t id, const char *name)
{
    struct section row;
    memset(&row, 0, sizeof row);
    row.id = id;
    row.name = name;
    return row;
}

static const struct section *get_section(const fixture *fix, int64_t id)
{
    const struct section *section = NULL;
    ok(fix, section_get(fix->session, id, &section));
    return section;
}

/* An upsert of these rows by their key, which takes the new name. */
static calx_insert *upsert(const fixture *fix, const struct section *rows, size_t count)
{
    const calx_assignment name = calx_assign(section_col.name, calx_excluded(section_col.name));
    calx_insert *insert = new_insert(fix, &section_mapper);
    ok(fix, calx_insert_rows(insert, rows, count));
    ok(fix, calx_insert_on_conflict_update(insert, by_id(), 1));
    ok(fix, calx_insert_set(insert, &name, 1));
    return insert;
}

static void rows_come_back_as_instances(void **state)
{
    (void)state;
    calx_shows("SES-335");
    fixture fix;
    set_up_sections(&fix);
    const struct section rows[] = { section_row(0, "a"), section_row(0, "b"), section_row(9, "c") };
    const void *const *items = NULL;
    size_t count = 0;
    calx_insert *insert = new_insert(&fix, &section_mapper);
    run_elsewhere(&fix, "DELETE FROM sections");
    log_sink_forget(&fix.sink);
    ok(&fix, calx_insert_rows(insert, rows, 3));
    ok(&fix, calx_insert_all(insert, &items, &count));
    assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO \"sections\" (\"name\", "
                                               "\"description\") VALUES (?, ?), (?, ?) RETURNING"),
                     1);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT"), 2);
    assert_int_equal(count, 3);
    const struct section *last = items[2];
    calx_state now = CALX_STATE_TRANSIENT;
    ok(&fix, calx_instance_state(last, &now));
    assert_int_equal(now, CALX_STATE_PERSISTENT);
    assert_int_equal(last->id, 9);
    assert_string_equal(last->name, "c");
    assert_true(((const struct section *)items[0])->id > 0);
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_section(&fix, 9), last);
    assert_int_equal(log_sink_count(&fix.sink, ""), 0);
    calx_insert_free(insert);
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM sections"), 3);
    tear_down(&fix);
}

static void without_that_nothing_enters_the_session(void **state)
{
    (void)state;
    calx_shows("SES-335");
    fixture fix;
    set_up_sections(&fix);
    const struct section row = section_row(3, "new");
    int64_t changes = 0;
    calx_insert *insert = new_insert(&fix, &section_mapper);
    ok(&fix, calx_insert_rows(insert, &row, 1));
    ok(&fix, calx_insert_execute(insert, &changes));
    assert_int_equal(changes, 1);
    assert_int_equal(log_sink_count(&fix.sink, "RETURNING"), 0);
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_UNIQUE);
    ok(&fix, calx_session_rollback(fix.session));
    calx_insert_free(insert);
    assert_null(get_section(&fix, 3));
    tear_down(&fix);
}

static void rows_that_are_there_are_updated(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const struct section rows[] = { section_row(1, "News"), section_row(5, "five") };
    const struct section *there = get_section(&fix, 1);
    const void *const *items = NULL;
    size_t count = 0;
    calx_insert *insert = upsert(&fix, rows, 2);
    log_sink_forget(&fix.sink);
    ok(&fix, calx_insert_all(insert, &items, &count));
    assert_int_equal(count, 2);
    assert_int_equal(log_sink_count(&fix.sink, "ON CONFLICT (\"id\") DO UPDATE SET \"name\" = "
                                               "excluded.\"name\" RETURNING"),
                     1);
    assert_ptr_equal(items[0], there);
    assert_string_equal(there->name, "News");
    assert_false(is_modified(fix.session, there));
    calx_insert_free(insert);
    assert_stored_text(fix.session, "SELECT description FROM sections WHERE id = 1", "daily");
    ok(&fix, calx_session_rollback(fix.session));
    ok(&fix, calx_session_load(fix.session, there));
    assert_string_equal(there->name, "news");
    tear_down(&fix);
}

static void a_rollback_to_a_savepoint_expires_them(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const struct section rows[] = { section_row(1, "News"), section_row(5, "five") };
    const struct section *there = get_section(&fix, 1);
    const void *const *items = NULL;
    size_t count = 0;
    calx_insert *insert = upsert(&fix, rows, 2);
    ok(&fix, calx_session_begin_nested(fix.session));
    ok(&fix, calx_insert_all(insert, &items, &count));
    const struct section *added = items[1];
    ok(&fix, calx_session_transaction_rollback(calx_session_get_nested_transaction(fix.session)));
    ok(&fix, calx_session_load(fix.session, there));
    assert_string_equal(there->name, "news");
    assert_int_equal(calx_session_load(fix.session, added), CALX_E_OBJECT_DELETED);
    calx_insert_free(insert);
    tear_down(&fix);
}

static void rows_that_are_there_are_left(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const struct section rows[] = { section_row(1, "News"), section_row(5, "five") };
    const void *const *items = NULL;
    size_t count = 0;
    int64_t changes = -1;
    calx_insert *insert = new_insert(&fix, &section_mapper);
    ok(&fix, calx_insert_rows(insert, rows, 2));
    ok(&fix, calx_insert_on_conflict_nothing(insert, NULL, 0));
    ok(&fix, calx_insert_all(insert, &items, &count));
    assert_int_equal(count, 1);
    assert_int_equal(((const struct section *)items[0])->id, 5);
    ok(&fix, calx_insert_on_conflict_nothing(insert, by_id(), 1));
    ok(&fix, calx_insert_execute(insert, &changes));
    assert_int_equal(changes, 0);
    calx_insert_free(insert);
    assert_stored_text(fix.session, "SELECT name FROM sections WHERE id = 1", "news");
    tear_down(&fix);
}

/* Both rows may be named, the one that is there and the one that is not. */
static void conditions_and_expressions_mean_both_rows(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const struct section rows[] = { section_row(1, "x"), section_row(2, "old") };
    const calx_assignment name = calx_assign(
        section_col.name, calx_concat(section_col.name, calx_excluded(section_col.name)));
    int64_t changes = 0;
    calx_insert *insert = new_insert(&fix, &section_mapper);
    ok(&fix, calx_insert_rows(insert, rows, 2));
    ok(&fix, calx_insert_on_conflict_update(insert, by_id(), 1));
    ok(&fix, calx_insert_set(insert, &name, 1));
    ok(&fix, calx_insert_conflict_where(
                 insert, calx_ne(section_col.name, calx_excluded(section_col.name))));
    ok(&fix, calx_insert_execute(insert, &changes));
    assert_int_equal(changes, 1);
    calx_insert_free(insert);
    assert_stored_text(fix.session, "SELECT name FROM sections WHERE id = 1", "newsx");
    assert_stored_text(fix.session, "SELECT name FROM sections WHERE id = 2", "old");
    tear_down(&fix);
}

static void rows_of_a_select_are_inserted(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const calx_column_ref columns[] = { section_col.id.ref, section_col.name.ref };
    const void *const *items = NULL;
    size_t count = 0;
    for (int again = 0; again < 2; again++) {
        calx_select *select = calx_select_new(fix.session);
        ok(&fix, calx_select_value(select, calx_add(section_col.id, 10), "id"));
        ok(&fix, calx_select_value(select, calx_upper(section_col.name), "name"));
        ok(&fix, calx_select_where(select, calx_lt(section_col.id, 10)));
        calx_insert *insert = new_insert(&fix, &section_mapper);
        ok(&fix, calx_insert_from_select(insert, columns, 2, select));
        calx_select_free(select);
        if (again == 1) {
            const calx_assignment name = calx_assign(section_col.name, "again");
            ok(&fix, calx_insert_on_conflict_update(insert, by_id(), 1));
            ok(&fix, calx_insert_set(insert, &name, 1));
        }
        ok(&fix, calx_insert_all(insert, &items, &count));
        assert_int_equal(count, 2);
        assert_string_equal(((const struct section *)items[1])->name, again == 0 ? "OLD" : "again");
        calx_insert_free(insert);
    }
    tear_down(&fix);
}

static void versions_and_many_rows(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    enum { MANY = 1200 };
    static struct article rows[MANY];
    const void *const *items = NULL;
    size_t count = 0;
    for (size_t i = 0; i < MANY; i++) {
        rows[i].title = i % 2 == 0 ? "even" : "odd";
        rows[i].words = (int32_t)i;
    }
    calx_insert *insert = new_insert(&fix, &article_mapper);
    ok(&fix, calx_insert_rows(insert, rows, MANY));
    ok(&fix, calx_insert_all(insert, &items, &count));
    assert_int_equal(count, MANY);
    assert_true(log_sink_count(&fix.sink, "INSERT") <= 4);
    const struct article *last = items[MANY - 1];
    assert_int_equal(last->words, MANY - 1);
    assert_int_equal(last->revision, 1);
    calx_insert_free(insert);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE revision = 1"), MANY);
    tear_down(&fix);
}

static void mistakes_are_told_by_name(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const struct section row = section_row(3, "new");
    const calx_assignment key = calx_assign(section_col.id, 4);
    const calx_column_ref other = article_col.title.ref;
    calx_insert *insert = new_insert(&fix, &section_mapper);
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "has no rows"));
    ok(&fix, calx_insert_rows(insert, &row, 1));
    ok(&fix, calx_insert_on_conflict_update(insert, by_id(), 1));
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "sets nothing"));
    assert_int_equal(calx_insert_set(insert, &key, 1), CALX_E_ARGUMENT);
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "key"));
    calx_insert_free(insert);
    insert = new_insert(&fix, &section_mapper);
    assert_int_equal(calx_insert_on_conflict_nothing(insert, &other, 1), CALX_E_ARGUMENT);
    calx_insert_free(insert);
    insert = new_insert(&fix, &section_mapper);
    assert_int_equal(calx_insert_on_conflict_update(insert, NULL, 0), CALX_E_ARGUMENT);
    calx_insert_free(insert);
    calx_insert_free(NULL);
    assert_null(calx_insert_new(NULL, &section_mapper));
    assert_int_equal(log_sink_count(&fix.sink, ""), 0);
    tear_down(&fix);
}

static void an_insert_ends_with_its_session(void **state)
{
    (void)state;
    fixture fix;
    set_up_sections(&fix);
    const struct section row = section_row(3, "new");
    calx_insert *insert = new_insert(&fix, &section_mapper);
    ok(&fix, calx_insert_rows(insert, &row, 1));
    ok(&fix, calx_session_close(fix.session));
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_STATE);
    calx_session_free(fix.session);
    fix.session = NULL;
    assert_int_equal(calx_insert_execute(insert, NULL), CALX_E_STATE);
    calx_insert_free(insert);
    tear_down(&fix);
}

/* ---- without memory ---- */

static calx_status insert_some(calx_session *session)
{
    const struct section rows[] = { section_row(1, "News"), section_row(5, "five") };
    const calx_assignment name = calx_assign(section_col.name, calx_excluded(section_col.name));
    const void *const *items = NULL;
    size_t count = 0;
    const struct section *there = NULL;
    calx_status status = section_get(session, 1, &there);
    calx_insert *insert = status == CALX_OK ? calx_insert_new(session, &section_mapper) : NULL;
    if (status == CALX_OK && insert == NULL)
        status = CALX_E_NOMEM;
    if (status == CALX_OK)
        status = calx_insert_rows(insert, rows, 2);
    if (status == CALX_OK)
        status = calx_insert_on_conflict_update(insert, by_id(), 1);
    if (status == CALX_OK)
        status = calx_insert_set(insert, &name, 1);
    if (status == CALX_OK)
        status = calx_session_begin_nested(session);
    if (status == CALX_OK)
        status = calx_insert_all(insert, &items, &count);
    if (status == CALX_OK)
        assert_int_equal(count, 2);
    calx_insert_free(insert);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    fixture fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_sections(&fix);
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status != CALX_OK; allowed++) {
        calx_session *session = new_session(&fix);
        atomic_store(&account.left, allowed);
        status = insert_some(session);
        atomic_store(&account.left, RATION_UNLIMITED);
        if (status != CALX_OK)
            assert_int_equal(status, CALX_E_NOMEM);
        assert_int_equal(calx_session_rollback(session), CALX_OK);
        assert_int_equal(number(session, "SELECT count(*) FROM sections"), 2);
        assert_stored_text(session, "SELECT name FROM sections WHERE id = 1", "news");
        calx_session_free(session);
    }
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_as_instances),
        cmocka_unit_test(without_that_nothing_enters_the_session),
        cmocka_unit_test(rows_that_are_there_are_updated),
        cmocka_unit_test(a_rollback_to_a_savepoint_expires_them),
        cmocka_unit_test(rows_that_are_there_are_left),
        cmocka_unit_test(conditions_and_expressions_mean_both_rows),
        cmocka_unit_test(rows_of_a_select_are_inserted),
        cmocka_unit_test(versions_and_many_rows),
        cmocka_unit_test(mistakes_are_told_by_name),
        cmocka_unit_test(an_insert_ends_with_its_session),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return CALX_RUN("insert", tests);
}
