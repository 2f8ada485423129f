/*
 * Members that an owner leaves to the database when it is deleted.
 */
#include "support/graph_session.h"
#include "support/harness.h"
#include "work_models.h"

/* Shelf 1 with two of everything. Only the table of books knows what happens to it. */
static const struct shelf *set_up(graph *fix)
{
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &work_metadata, NULL), CALX_OK);
    graph_sql(fix, "CREATE TABLE stickers (id BIGINT PRIMARY KEY, shelf_id BIGINT)");
    graph_sql(fix, "CREATE TABLE notes (id BIGINT PRIMARY KEY, shelf_id BIGINT)");
    graph_sql(fix, "INSERT INTO shelves (name) VALUES ('one')");
    graph_sql(fix, "INSERT INTO books (title, shelf_id) VALUES ('a', 1), ('b', 1)");
    graph_sql(fix, "INSERT INTO stickers (id, shelf_id) VALUES (1, 1), (2, 1)");
    graph_sql(fix, "INSERT INTO notes (id, shelf_id) VALUES (1, 1), (2, 1)");
    graph_ok(fix, calx_session_commit(fix->session));
    const struct shelf *shelf = graph_get(fix, &shelf_mapper, 1);
    graph_forget(fix);
    return shelf;
}

static void members_that_are_not_loaded_are_left_to_the_database(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-280");
    const struct shelf *shelf = set_up(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, shelf));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM books"), 0); /* ON DELETE CASCADE */
    assert_int_equal(graph_number(&fix, "SELECT count(shelf_id) FROM stickers"), 2);
    graph_close(&fix);
}

static void members_that_are_loaded_are_handled_as_usual(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-280");
    const struct shelf *shelf = set_up(&fix);
    assert_int_equal(graph_count(shelf, SHELF_BOOKS), 2);
    assert_int_equal(graph_count(shelf, SHELF_STICKERS), 2);
    const struct sticker *sticker = graph_item(shelf, SHELF_STICKERS, 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, shelf));
    assert_int_equal(calx_session_count_deleted(fix.session), 3);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "SELECT"), 0);
    assert_int_equal(graph_statements(&fix, "UPDATE \"stickers\""), 2);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"books\""), 2);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"shelves\""), 1);
    assert_false(sticker->shelf_id.has_value);
    assert_int_equal(graph_number(&fix, "SELECT count(shelf_id) FROM stickers"), 0);
    graph_close(&fix);
}

static void members_that_are_in_no_row_yet_go_or_stay_with_their_owner(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-280");
    const struct shelf *shelf = set_up(&fix);
    struct book *fresh = calx_instance_new(&book_mapper);
    graph_ok(&fix, graph_set(fresh, BOOK_SHELF, shelf));
    graph_ok(&fix, calx_session_add(fix.session, fresh));
    graph_ok(&fix, calx_session_delete(fix.session, shelf));
    assert_int_equal(calx_session_count_new(fix.session), 0); /* the delete cascade */
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_close(&fix);
}

static void members_of_nobodys_affair_are_never_touched(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-281");
    const struct shelf *shelf = set_up(&fix);
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    graph_ok(&fix, calx_session_delete(fix.session, shelf));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "notes"), 0);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(shelf, SHELF_NOTES), 2);
    const struct note *note = graph_item(shelf, SHELF_NOTES, 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, shelf));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "notes"), 0);
    assert_int_equal(note->shelf_id.value, 1);
    assert_int_equal(graph_number(&fix, "SELECT count(shelf_id) FROM notes"), 2);
    graph_close(&fix);
}

static void a_removed_member_of_that_kind_keeps_its_key(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-281");
    const struct shelf *shelf = set_up(&fix);
    assert_int_equal(graph_count(shelf, SHELF_NOTES), 2);
    const struct note *note = graph_item(shelf, SHELF_NOTES, 0);
    graph_ok(&fix, graph_remove(shelf, SHELF_NOTES, note));
    assert_int_equal(graph_count(shelf, SHELF_NOTES), 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_int_equal(note->shelf_id.value, 1);
    struct note *fresh = calx_instance_new(&note_mapper);
    fresh->id = 3;
    graph_ok(&fix, graph_append(shelf, SHELF_NOTES, fresh)); /* putting one in is written */
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT shelf_id FROM notes WHERE id = 3"), 1);
    assert_int_equal(graph_count(shelf, SHELF_NOTES), 3); /* the database still has all */
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_that_are_not_loaded_are_left_to_the_database),
        cmocka_unit_test(members_that_are_loaded_are_handled_as_usual),
        cmocka_unit_test(members_that_are_in_no_row_yet_go_or_stay_with_their_owner),
        cmocka_unit_test(members_of_nobodys_affair_are_never_touched),
        cmocka_unit_test(a_removed_member_of_that_kind_keeps_its_key),
    };
    return CALX_RUN("passive_deletes", tests);
}
