/*
 * Keys that change while rows point at them, and keys that move from row to row.
 */
#include "key_models.h"
#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include "session/work.h"

#include <string.h>

enum { SOME = 6 };

static void set_up(graph *fix)
{
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &key_metadata, NULL), CALX_OK);
    graph_forget(fix);
}

static const void *get_by(const graph *fix, const calx_mapper *mapper, const calx_value *key)
{
    const void *found = NULL;
    graph_ok(fix, calx_session_get(fix->session, mapper, key, &found));
    return found;
}

static const void *get_by_text(const graph *fix, const calx_mapper *mapper, const char *text)
{
    const calx_value key = calx_value_text(text);
    return get_by(fix, mapper, &key);
}

/* ann with mails a and b. */
static const struct member *member_with_mails(graph *fix)
{
    graph_sql(fix, "INSERT INTO members (name, city) VALUES ('ann', 'rome')");
    graph_sql(fix, "INSERT INTO mails (address, member_name) VALUES ('a', 'ann'), ('b', 'ann')");
    graph_ok(fix, calx_session_commit(fix->session));
    const struct member *member = get_by_text(fix, &member_mapper, "ann");
    graph_forget(fix);
    return member;
}

static void rename_member(const struct member *member, const char *name)
{
    ((struct member *)calx_instance_edit(member))->name = name;
}

/* ---- by the database ---- */

static void loaded_members_take_the_new_key_without_a_statement(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    set_up(&fix);
    const struct member *member = member_with_mails(&fix);
    assert_int_equal(graph_count(member, MEMBER_MAILS), 2);
    const struct mail *first = graph_item(member, MEMBER_MAILS, 0);
    const struct mail *second = graph_item(member, MEMBER_MAILS, 1);
    rename_member(member, "bob");
    ((struct mail *)calx_instance_edit(second))->text = "hello";
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_int_equal(graph_statements(&fix, "UPDATE \"members\""), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE \"mails\" SET \"text\""), 1);
    assert_string_equal(first->member_name, "bob");
    assert_string_equal(second->member_name, "bob");
    assert_null(get_by_text(&fix, &member_mapper, "ann"));
    assert_ptr_equal(get_by_text(&fix, &member_mapper, "bob"), member);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM mails WHERE member_name = 'bob'"), 2);
    graph_close(&fix);
}

static void members_that_are_not_loaded_are_not(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    set_up(&fix);
    const struct member *member = member_with_mails(&fix);
    rename_member(member, "bob");
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(graph_count(member, MEMBER_MAILS), 2);
    graph_close(&fix);
}

static void a_reference_in_memory_follows_without_a_collection(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    set_up(&fix);
    const struct member *member = member_with_mails(&fix);
    const struct mail *mail = get_by_text(&fix, &mail_mapper, "a");
    assert_ptr_equal(graph_one(mail, MAIL_MEMBER), member);
    rename_member(member, "bob");
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_string_equal(mail->member_name, "bob");
    graph_forget(&fix);
    assert_ptr_equal(graph_one(mail, MAIL_MEMBER), member);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_foreign_key_that_was_set_elsewhere_stays(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-186");
    set_up(&fix);
    const struct member *member = member_with_mails(&fix);
    graph_sql(&fix, "INSERT INTO members (name) VALUES ('eve')");
    const struct mail *mail = get_by_text(&fix, &mail_mapper, "a");
    assert_ptr_equal(graph_one(mail, MAIL_MEMBER), member);
    ((struct mail *)calx_instance_edit(mail))->member_name = "eve";
    rename_member(member, "bob");
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM mails WHERE member_name = 'eve'"), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM mails WHERE member_name = 'bob'"), 1);
    graph_close(&fix);
}

/* Room (a, 1) with desks 1 and 2, a lamp on the first. */
static const struct room *furnished_room(graph *fix)
{
    graph_sql(fix, "INSERT INTO rooms (building, number) VALUES ('a', 1)");
    graph_sql(fix, "INSERT INTO desks (building, number, place) VALUES ('a', 1, 1), ('a', 1, 2)");
    graph_sql(fix, "INSERT INTO lamps (id, building, number, place) VALUES (1, 'a', 1, 1)");
    graph_ok(fix, calx_session_commit(fix->session));
    const calx_value key[] = { calx_value_text("a"), calx_value_int64(1) };
    const struct room *room = get_by(fix, &room_mapper, key);
    graph_forget(fix);
    return room;
}

static void members_whose_key_has_the_changed_one_in_it_are_known_by_the_new(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    calx_shows("SES-203");
    set_up(&fix);
    const struct room *room = furnished_room(&fix);
    assert_int_equal(graph_count(room, ROOM_DESKS), 2);
    const struct desk *desk = graph_item(room, ROOM_DESKS, 0);
    assert_int_equal(graph_count(desk, DESK_LAMPS), 1);
    const struct lamp *lamp = graph_item(desk, DESK_LAMPS, 0);
    struct room *edit = calx_instance_edit(room);
    edit->building = "b";
    edit->number = 7;
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_string_equal(desk->building, "b");
    assert_int_equal(desk->number, 7);
    assert_string_equal(lamp->building, "b");
    assert_int_equal(lamp->number.value, 7);
    const calx_value is[] = { calx_value_text("b"), calx_value_int64(7), calx_value_int64(1) };
    const calx_value was[] = { calx_value_text("a"), calx_value_int64(1), calx_value_int64(1) };
    graph_forget(&fix);
    assert_ptr_equal(get_by(&fix, &desk_mapper, is), desk);
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_null(get_by(&fix, &desk_mapper, was));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_ptr_equal(get_by(&fix, &desk_mapper, was), desk);
    assert_string_equal(desk->building, "a");
    assert_int_equal(graph_count(room, ROOM_DESKS), 2);
    graph_close(&fix);
}

static void a_column_that_is_no_key_is_followed_too(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO countries (id, code) VALUES (1, 'de')");
    graph_sql(&fix, "INSERT INTO towns (id, country_code) VALUES (1, 'de')");
    const struct country *country = graph_get(&fix, &country_mapper, 1);
    assert_int_equal(graph_count(country, COUNTRY_TOWNS), 1);
    const struct town *town = graph_item(country, COUNTRY_TOWNS, 0);
    ((struct country *)calx_instance_edit(country))->code = "at";
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_string_equal(town->country_code, "at");
    graph_close(&fix);
}

static void a_savepoint_gives_the_old_key_back_to_all(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-141");
    set_up(&fix);
    const struct member *member = member_with_mails(&fix);
    assert_int_equal(graph_count(member, MEMBER_MAILS), 2);
    const struct mail *mail = graph_item(member, MEMBER_MAILS, 0);
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    rename_member(member, "bob");
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_string_equal(mail->member_name, "bob");
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_string_equal(mail->member_name, "ann");
    assert_ptr_equal(get_by_text(&fix, &member_mapper, "ann"), member);
    assert_ptr_equal(graph_one(mail, MAIL_MEMBER), member);
    assert_int_equal(graph_count(member, MEMBER_MAILS), 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
}

static void rows_that_stay_behind_are_told_how_to_follow(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id, parent_id) VALUES (1, NULL), (2, 1)");
    const struct node *node = graph_get(&fix, &node_mapper, 1);
    ((struct node *)calx_instance_edit(node))->id = 9;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FOREIGN_KEY);
    const char *message = calx_session_error(fix.session)->message;
    assert_non_null(strstr(message, "updating node(id="));
    assert_non_null(strstr(message, "CALX_ON_UPDATE(cascade)"));
    graph_close(&fix);
}

/* ---- by UPDATEs ---- */

static void members_are_loaded_by_the_old_key_and_updated_together(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-205");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO workers (name) VALUES ('ann')");
    for (int i = 0; i < SOME; i++) {
        struct task *task = calx_instance_new(&task_mapper);
        task->id = i + 1;
        task->worker_name = "ann";
        graph_ok(&fix, calx_session_add(fix.session, task));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_reopen(&fix, true);
    const struct worker *worker = get_by_text(&fix, &worker_mapper, "ann");
    ((struct worker *)calx_instance_edit(worker))->name = "bob";
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE \"workers\""), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE \"tasks\""),
                     calx_test_on("postgresql") ? 1 : SOME);
    assert_true(log_sink_find(&fix.sink, 0, "SELECT") <
                log_sink_find(&fix.sink, 0, "UPDATE \"workers\""));
    assert_true(log_sink_find(&fix.sink, 0, "UPDATE \"workers\"") <
                log_sink_find(&fix.sink, 0, "UPDATE \"tasks\""));
    graph_forget(&fix);
    assert_int_equal(graph_count(worker, WORKER_TASKS), SOME);
    assert_string_equal(((const struct task *)graph_item(worker, WORKER_TASKS, 0))->worker_name,
                        "bob");
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM tasks WHERE worker_name = 'bob'"),
                     SOME);
    graph_close(&fix);
}

static void another_change_of_the_row_loads_nothing(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-191");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO workers (name) VALUES ('ann')");
    const struct worker *worker = get_by_text(&fix, &worker_mapper, "ann");
    ((struct worker *)calx_instance_edit(worker))->city = "rome";
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_close(&fix);
}

static void members_of_members_are_updated_after_them(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-205");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO dramas (id) VALUES (1)");
    graph_sql(&fix, "INSERT INTO stages (drama_id, number) VALUES (1, 1), (1, 2)");
    graph_sql(&fix, "INSERT INTO scenes (id, drama_id, number) VALUES (1, 1, 1), (2, 1, 2)");
    const struct drama *drama = graph_get(&fix, &drama_mapper, 1);
    const struct scene *scene = graph_get(&fix, &scene_mapper, 1);
    ((struct drama *)calx_instance_edit(drama))->id = 5;
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "SELECT"), 3); /* stages, and the scenes of each */
    assert_int_equal(graph_statements(&fix, "UPDATE \"dramas\""), 1);
    assert_int_equal(graph_statements(&fix, "UPDATE \"stages\""), 2);
    assert_int_equal(graph_statements(&fix, "UPDATE \"scenes\""), 2);
    assert_int_equal(scene->drama_id, 5);
    const calx_value key[] = { calx_value_int64(5), calx_value_int64(1) };
    assert_ptr_equal(get_by(&fix, &stage_mapper, key), graph_one(scene, SCENE_STAGE));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM scenes WHERE drama_id = 5"), 2);
    graph_close(&fix);
}

static void a_folder_takes_its_folders_along(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-205");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO folders (path, parent_path) VALUES ('m', NULL)");
    graph_sql(&fix, "INSERT INTO folders (path, parent_path) VALUES ('a', 'm'), ('z', 'm')");
    const struct folder *folder = get_by_text(&fix, &folder_mapper, "m");
    ((struct folder *)calx_instance_edit(folder))->path = "q";
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM folders WHERE parent_path = 'q'"), 2);
    assert_int_equal(graph_count(folder, FOLDER_FOLDERS), 2);
    graph_close(&fix);
}

/* ---- from row to row ---- */

static void number(const struct node *node, int64_t id)
{
    ((struct node *)calx_instance_edit(node))->id = id;
}

static void keys_move_along_a_chain_in_either_direction(void **state)
{
    (void)state;
    graph fix;
    const struct node *nodes[4] = { NULL };
    calx_shows("SES-206");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    for (int i = 1; i <= 3; i++)
        nodes[i] = graph_get(&fix, &node_mapper, i);
    for (int i = 1; i <= 3; i++)
        number(nodes[i], i + 1); /* each takes the key of the next, the last one a free one */
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 3);
    for (int i = 1; i <= 3; i++)
        number(nodes[i], i);
    graph_ok(&fix, calx_session_flush(fix.session));
    number(nodes[3], 9);
    number(nodes[1], 3);
    ((struct node *)calx_instance_edit(nodes[2]))->name = "still";
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_ptr_equal(graph_get(&fix, &node_mapper, 9), nodes[3]);
    assert_ptr_equal(graph_get(&fix, &node_mapper, 3), nodes[1]);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE id = 3 AND name = 'a'"),
                     1);
    graph_close(&fix);
}

static void rows_that_swap_their_keys_are_told_how(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-206");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO nodes (id, name) VALUES (1, 'a'), (2, 'b')");
    graph_ok(&fix, calx_session_commit(fix.session));
    const struct node *first = graph_get(&fix, &node_mapper, 1);
    const struct node *second = graph_get(&fix, &node_mapper, 2);
    number(first, 2);
    number(second, 1);
    graph_forget(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CIRCULAR_DEPENDENCY);
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "node(id=1)"));
    assert_non_null(strstr(calx_session_error(fix.session)->message, "node(id=2)"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    number(first, 1000); /* what the message says */
    graph_ok(&fix, calx_session_flush(fix.session));
    number(second, 1);
    number(first, 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_ptr_equal(graph_get(&fix, &node_mapper, 2), first);
    assert_ptr_equal(graph_get(&fix, &node_mapper, 1), second);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM nodes WHERE id = 2 AND name = 'a'"),
                     1);
    graph_close(&fix);
}

/* ---- no memory ---- */

/* The ration runs through setting up, too, so that its blocks are its own. */
static calx_status rename_with_rations(long allowed)
{
    graph fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    const struct member *member = member_with_mails(&fix);
    assert_int_equal(graph_count(member, MEMBER_MAILS), 2);
    const struct mail *mail = graph_item(member, MEMBER_MAILS, 0);
    graph_sql(&fix, "INSERT INTO workers (name) VALUES ('ann')");
    graph_sql(&fix, "INSERT INTO tasks (id, worker_name) VALUES (1, 'ann')");
    const struct worker *worker = get_by_text(&fix, &worker_mapper, "ann");
    rename_member(member, "bob");
    ((struct worker *)calx_instance_edit(worker))->name = "eve";
    atomic_store(&account.left, allowed);
    calx_status status = calx_session_flush(fix.session);
    atomic_store(&account.left, RATION_UNLIMITED);
    assert_string_equal(mail->member_name, status == CALX_OK ? "bob" : "ann");
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_string_equal(mail->member_name, "ann");
    assert_ptr_equal(get_by_text(&fix, &member_mapper, "ann"), member);
    graph_sql(&fix, "DELETE FROM mails");
    graph_sql(&fix, "DELETE FROM members");
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
    return status;
}

static void any_failed_allocation_leaves_all_keys_as_they_were(void **state)
{
    (void)state;
    long allowed = 0;
    while (rename_with_rations(allowed) == CALX_E_NOMEM)
        allowed++;
    assert_int_equal(rename_with_rations(allowed), CALX_OK);
    assert_true(allowed > 5);
}

/* A key this long needs memory to be looked for; without it the row would point at nothing. */
static void what_a_row_points_at_is_found_without_memory(void **state)
{
    (void)state;
    graph fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO folders (path) VALUES ('a folder with a long path')");
    graph_sql(&fix, "INSERT INTO folders (path, parent_path) VALUES ('b folder with a long path', "
                    "'a folder with a long path')");
    graph_ok(&fix, calx_session_commit(fix.session));
    const void *outer = get_by_text(&fix, &folder_mapper, "a folder with a long path");
    const void *inner = get_by_text(&fix, &folder_mapper, "b folder with a long path");
    const calx_foreign_key *key = &folder_mapper.foreign_keys[0];
    atomic_store(&account.left, 0);
    const calx_instance *found = calx_work_stored_target(fix.session, calx_instance_of(inner), key);
    const calx_instance *none = calx_work_stored_target(fix.session, calx_instance_of(outer), key);
    bool was_asked = atomic_load(&account.left) < 0;
    atomic_store(&account.left, RATION_UNLIMITED);
    assert_true(was_asked);
    assert_ptr_equal(found, calx_instance_of(outer));
    assert_null(none);
    graph_sql(&fix, "DELETE FROM folders");
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loaded_members_take_the_new_key_without_a_statement),
        cmocka_unit_test(members_that_are_not_loaded_are_not),
        cmocka_unit_test(a_reference_in_memory_follows_without_a_collection),
        cmocka_unit_test(a_foreign_key_that_was_set_elsewhere_stays),
        cmocka_unit_test(members_whose_key_has_the_changed_one_in_it_are_known_by_the_new),
        cmocka_unit_test(a_column_that_is_no_key_is_followed_too),
        cmocka_unit_test(a_savepoint_gives_the_old_key_back_to_all),
        cmocka_unit_test(rows_that_stay_behind_are_told_how_to_follow),
        cmocka_unit_test(members_are_loaded_by_the_old_key_and_updated_together),
        cmocka_unit_test(another_change_of_the_row_loads_nothing),
        cmocka_unit_test(members_of_members_are_updated_after_them),
        cmocka_unit_test(a_folder_takes_its_folders_along),
        cmocka_unit_test(keys_move_along_a_chain_in_either_direction),
        cmocka_unit_test(rows_that_swap_their_keys_are_told_how),
        cmocka_unit_test(any_failed_allocation_leaves_all_keys_as_they_were),
        cmocka_unit_test(what_a_row_points_at_is_found_without_memory),
    };
    return CALX_RUN("key_change", tests);
}
