/*
 * One-to-ones, seen from either side: read, set, cleared and replaced, both sides in step; who was
 * there gives way, and the flush asks who that is where nobody knew.
 */
#include "household_model.calx.h"

#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <stdio.h>
#include <string.h>

/* Persons 1 (desk 1, passport 1 with photo 1, badge 1) and 2 (desk 2); desk 3 is nobody's. */
static void set_up(graph *fix, bool autoflush)
{
    static const char *const rows[] = {
        "INSERT INTO persons (name) VALUES ('ann'), ('bob')",
        "INSERT INTO desks (room, person_id) VALUES ('a', 1), ('b', 2), ('c', NULL)",
        "INSERT INTO passports (number, holder_id) VALUES ('p1', 1)",
        "INSERT INTO photos (passport_id) VALUES (1)",
        "INSERT INTO badges (text, person_id) VALUES ('one', 1)",
        NULL,
    };
    graph_open(fix);
    graph_fill(fix, &household_model_metadata, rows, autoflush);
}

static const struct person *person(const graph *fix, int64_t id)
{
    return graph_get(fix, &person_mapper, id);
}

static const struct desk *desk(const graph *fix, int64_t id)
{
    return graph_get(fix, &desk_mapper, id);
}

static const struct passport *passport(const graph *fix, int64_t id)
{
    return graph_get(fix, &passport_mapper, id);
}

static const struct desk *desk_of(const struct person *person)
{
    const struct desk *found = NULL;
    assert_int_equal(person_desk(person, &found), CALX_OK);
    assert_ptr_equal(person->desk, found);
    return found;
}

static const struct person *person_of(const struct desk *desk)
{
    const struct person *found = NULL;
    assert_int_equal(desk_person(desk, &found), CALX_OK);
    assert_ptr_equal(desk->person, found);
    return found;
}

static const struct passport *passport_of(const struct person *person)
{
    const struct passport *found = NULL;
    assert_int_equal(person_passport(person, &found), CALX_OK);
    return found;
}

static struct desk *new_desk(const char *room)
{
    struct desk *desk = desk_new();
    assert_non_null(desk);
    desk->room = room;
    return desk;
}

static int64_t desk_owner(const graph *fix, int64_t id)
{
    char sql[80];
    (void)snprintf(sql, sizeof(sql), "SELECT person_id FROM desks WHERE id = %lld", (long long)id);
    return graph_number(fix, sql);
}

/* ---- reading ---- */

static void the_far_side_takes_one_select_and_then_none(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_forget(&fix);
    assert_null(ann->desk);
    const struct desk *hers = desk_of(ann);
    assert_int_equal(hers->id, 1);
    assert_ptr_equal(hers->person, ann);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_ptr_equal(desk_of(ann), hers);
    assert_ptr_equal(person_of(hers), ann);
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_null(passport_of(person(&fix, 2)));
    assert_null(passport_of(person(&fix, 2)));
    graph_close(&fix);
}

static void new_instances_have_nobody_and_ask_nobody(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-302");
    set_up(&fix, true);
    struct person *carl = person_new();
    graph_forget(&fix);
    assert_null(desk_of(carl));
    graph_ok(&fix, person_add(fix.session, carl));
    assert_null(desk_of(carl));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void a_detached_far_side_cannot_load(void **state)
{
    (void)state;
    graph fix;
    const struct desk *found = NULL;
    calx_shows("SES-303");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_ok(&fix, calx_session_expunge(fix.session, ann));
    assert_int_equal(person_desk(ann, &found), CALX_E_DETACHED_INSTANCE);
    assert_int_equal(person_set_desk(ann, NULL), CALX_E_DETACHED_INSTANCE);
    calx_instance_free((void *)ann);
    graph_close(&fix);
}

static void of_several_rows_the_first_is_used_with_a_warning(void **state)
{
    (void)state;
    graph fix;
    const struct badge *found = NULL;
    calx_shows("SES-304");
    set_up(&fix, true);
    graph_sql(&fix, "INSERT INTO badges (text, person_id) VALUES ('two', 1), ('three', 1)");
    const struct person *ann = person(&fix, 1);
    size_t warnings = calx_session_count_warnings(fix.session);
    graph_ok(&fix, person_badge(ann, &found));
    assert_string_equal(found->text, "one");
    assert_int_equal(calx_session_count_warnings(fix.session), warnings + 1);
    graph_ok(&fix, person_badge(ann, &found));
    assert_int_equal(calx_session_count_warnings(fix.session), warnings + 1);
    graph_close(&fix);
}

static void a_change_from_the_other_side_is_shown_without_loading(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-305");
    set_up(&fix, false);
    const struct person *ann = person(&fix, 1);
    const struct desk *third = desk(&fix, 3);
    graph_forget(&fix);
    graph_ok(&fix, desk_set_person(third, ann));
    assert_ptr_equal(desk_of(ann), third);
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, desk_set_person(third, NULL));
    assert_int_equal(desk_of(ann)->id, 1);
    assert_null(desk_of(person(&fix, 2)) == third ? third : NULL);
    graph_close(&fix);
}

/* ---- setting ---- */

static void both_sides_are_in_step_in_memory(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct person *carl = person_new();
    struct person *dora = person_new();
    struct desk *first = new_desk("first");
    struct desk *second = new_desk("second");
    graph_ok(&fix, person_set_desk(carl, first));
    assert_ptr_equal(first->person, carl);
    graph_ok(&fix, desk_set_person(second, carl));
    assert_ptr_equal(carl->desk, second);
    assert_null(first->person);
    graph_ok(&fix, person_set_desk(dora, second));
    assert_null(carl->desk);
    assert_ptr_equal(second->person, dora);
    graph_ok(&fix, person_set_desk(dora, NULL));
    assert_null(second->person);
    graph_ok(&fix, desk_set_person(first, dora));
    person_free(dora);
    assert_null(first->person);
    person_free(carl);
    desk_free(first);
    desk_free(second);
    graph_close(&fix);
}

static void a_loaded_one_is_replaced_by_two_updates(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-184");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const struct desk *old = desk_of(ann);
    const struct desk *third = desk(&fix, 3);
    graph_forget(&fix);
    graph_ok(&fix, person_set_desk(ann, third));
    assert_null(person_of(old));
    assert_ptr_equal(third->person, ann);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 2);
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_int_equal(desk_owner(&fix, 1), -1);
    assert_int_equal(desk_owner(&fix, 3), 1);
    assert_ptr_equal(desk_of(ann), third);
    graph_close(&fix);
}

static void replace_unseen(graph *fix, bool from_far_side)
{
    set_up(fix, true);
    const struct person *ann = person(fix, 1);
    struct desk *made = new_desk("new");
    graph_ok(fix, desk_add(fix->session, made));
    graph_forget(fix);
    graph_ok(fix, from_far_side ? person_set_desk(ann, made) : desk_set_person(made, ann));
    assert_int_equal(graph_statements(fix, ""), 0);
    assert_ptr_equal(desk_of(ann), made);
    graph_ok(fix, calx_session_flush(fix->session));
    assert_int_equal(graph_statements(fix, "SELECT"), 1);
    assert_int_equal(graph_statements(fix, "UPDATE"), 1);
    assert_int_equal(graph_statements(fix, "INSERT"), 1);
    assert_int_equal(graph_statements(fix, ""), 3);
    assert_null(person_of(desk(fix, 1)));
    assert_ptr_equal(desk_of(ann), made);
    graph_forget(fix);
    graph_ok(fix, calx_session_commit(fix->session));
    assert_int_equal(graph_statements(fix, ""), 0);
    assert_int_equal(desk_owner(fix, 1), -1);
    assert_int_equal(desk_owner(fix, made->id), 1);
    graph_close(fix);
}

static void who_was_there_unseen_is_asked_for_by_the_flush(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    replace_unseen(&fix, true);
}

static void the_side_of_the_foreign_key_replaces_in_the_same_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    replace_unseen(&fix, false);
}

static void one_known_from_its_own_side_gives_way_at_once(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct desk *old = desk(&fix, 1);
    const struct person *ann = person_of(old);
    graph_ok(&fix, person_set_desk(ann, desk(&fix, 3)));
    assert_null(person_of(old));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(desk_owner(&fix, 1), -1);
    graph_close(&fix);
}

static void setting_the_same_one_writes_nothing(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_ok(&fix, person_set_desk(ann, desk(&fix, 1)));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    assert_ptr_equal(desk_of(ann), desk(&fix, 1));
    graph_ok(&fix, person_set_desk(ann, NULL));
    graph_ok(&fix, person_set_desk(ann, desk(&fix, 1)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    assert_int_equal(desk_owner(&fix, 1), 1);
    graph_close(&fix);
}

static void clearing_loads_and_lets_go(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_forget(&fix);
    graph_ok(&fix, person_set_desk(ann, NULL));
    assert_int_equal(graph_statements(&fix, "SELECT"), 1);
    assert_null(ann->desk);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_int_equal(desk_owner(&fix, 1), -1);
    assert_null(desk_of(ann));
    graph_close(&fix);
}

static void clearing_after_an_unseen_replacement_lets_go_of_both(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const struct desk *third = desk(&fix, 3);
    graph_ok(&fix, person_set_desk(ann, third));
    graph_ok(&fix, person_set_desk(ann, NULL));
    assert_null(desk_of(ann));
    assert_null(third->person);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM desks WHERE person_id = 1"), 0);
    graph_close(&fix);
}

static void a_replacement_that_moves_on_leaves_who_was_there(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const struct person *bob = person(&fix, 2);
    const struct desk *third = desk(&fix, 3);
    graph_ok(&fix, person_set_desk(ann, third));
    graph_ok(&fix, person_set_desk(bob, third));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(desk_owner(&fix, 1), 1);
    assert_int_equal(desk_owner(&fix, 2), -1);
    assert_int_equal(desk_owner(&fix, 3), 2);
    assert_int_equal(desk_of(ann)->id, 1);
    graph_close(&fix);
}

static void an_older_row_takes_the_place_after_it_is_free(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix, true);
    const struct person *bob = person(&fix, 2);
    const struct desk *first = desk(&fix, 1);
    graph_ok(&fix, person_set_desk(bob, first));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(desk_owner(&fix, 1), 2);
    assert_int_equal(desk_owner(&fix, 2), -1);
    graph_close(&fix);
}

static void everybody_moves_on_by_one(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix, true);
    graph_sql(&fix, "INSERT INTO persons (name) VALUES ('carl')");
    graph_sql(&fix, "UPDATE desks SET person_id = 3 WHERE id = 3");
    const struct person *persons[] = { person(&fix, 1), person(&fix, 2), person(&fix, 3) };
    const struct desk *desks[] = { desk_of(persons[0]), desk_of(persons[1]), desk_of(persons[2]) };
    struct desk *made = new_desk("new");
    graph_ok(&fix, person_set_desk(persons[2], desks[1]));
    graph_ok(&fix, person_set_desk(persons[1], desks[0]));
    graph_ok(&fix, person_set_desk(persons[0], made));
    assert_null(desks[2]->person);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM desks WHERE person_id = id + 1"), 2);
    assert_int_equal(desk_owner(&fix, made->id), 1);
    assert_int_equal(desk_owner(&fix, 3), -1);
    graph_close(&fix);
}

static void an_assigned_member_counts_as_set(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct person *ann = person_edit(person(&fix, 1));
    const struct desk *third = desk(&fix, 3);
    ann->desk = third;
    assert_ptr_equal(desk_of(ann), third);
    assert_ptr_equal(third->person, ann);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(desk_owner(&fix, 1), -1);
    assert_int_equal(desk_owner(&fix, 3), 1);
    ann = person_edit(ann);
    assert_ptr_equal(desk_of(ann), third);
    ann->desk = NULL;
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(desk_owner(&fix, 3), -1);
    graph_close(&fix);
}

static void a_wrong_one_is_refused(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-189");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const calx_relationship *facts = &person_mapper.relationships[0];
    assert_int_equal(calx_relationship_set(ann, facts, ann), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_set(ann, facts, &fix), CALX_E_UNMAPPED);
    assert_int_equal(calx_relationship_append(ann, facts, desk(&fix, 3)), CALX_E_ARGUMENT);
    assert_int_equal(desk_of(ann)->id, 1);
    const struct desk *gone = desk(&fix, 3);
    graph_ok(&fix, calx_session_delete(fix.session, gone));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(person_set_desk(ann, gone), CALX_E_STATE);
    assert_int_equal(desk_of(ann)->id, 1);
    ((struct person *)person_edit(ann))->desk = (const void *)&fix;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNMAPPED);
    graph_close(&fix);
}

/* ---- cascades and orphans ---- */

static void setting_the_far_side_brings_it_in_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-274");
    set_up(&fix, true);
    struct desk *made = new_desk("new");
    graph_ok(&fix, person_set_desk(person(&fix, 1), made));
    assert_ptr_equal(calx_object_session(made), fix.session);
    graph_close(&fix);
}

static void adding_goes_along_one_to_ones_in_a_row(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-273");
    calx_shows("SES-183");
    set_up(&fix, true);
    struct person *carl = person_new();
    struct passport *papers = passport_new();
    struct photo *photo = photo_new();
    graph_ok(&fix, passport_set_photo(papers, photo));
    graph_ok(&fix, person_set_passport(carl, papers));
    graph_ok(&fix, person_add(fix.session, carl));
    assert_ptr_equal(calx_object_session(photo), fix.session);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT holder_id FROM passports p JOIN photos f ON "
                                        "f.passport_id = p.id WHERE p.id = 2"),
                     3);
    graph_close(&fix);
}

static void deleting_goes_along_one_to_ones_in_a_row(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-276");
    calx_shows("SES-277");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, ann));
    assert_int_equal(graph_statements(&fix, "SELECT"), 2);
    assert_int_equal(calx_session_count_deleted(fix.session), 3);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 3);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM passports"), 0);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM photos"), 0);
    assert_int_equal(desk_owner(&fix, 1), -1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM badges WHERE person_id IS NULL"), 1);
    graph_close(&fix);
}

/* Where the first statement with the text stands. */
static size_t line_of(const graph *fix, const char *text)
{
    size_t i = 0;
    while (i < fix->sink.count && strstr(fix->sink.lines[i].text, text) == NULL)
        i++;
    return i;
}

static void replace_orphan(graph *fix, bool loaded)
{
    set_up(fix, true);
    const struct person *ann = person(fix, 1);
    if (loaded)
        assert_int_equal(passport_of(ann)->id, 1);
    struct passport *papers = passport_new();
    graph_ok(fix, person_set_passport(ann, papers));
    assert_ptr_equal(passport_of(ann), papers);
    assert_int_equal(calx_session_count_deleted(fix->session), 0);
    graph_forget(fix);
    graph_ok(fix, calx_session_commit(fix->session));
    assert_int_equal(graph_statements(fix, "SELECT"), loaded ? 1 : 2);
    assert_int_equal(graph_statements(fix, "INSERT"), 1);
    assert_int_equal(graph_statements(fix, "DELETE"), 2);
    assert_true(line_of(fix, "DELETE FROM \"photos\"") < line_of(fix, "DELETE FROM \"passports\""));
    assert_true(line_of(fix, "DELETE FROM \"passports\"") < line_of(fix, "INSERT INTO"));
    assert_int_equal(graph_statements(fix, ""), loaded ? 4 : 5);
    assert_int_equal(graph_number(fix, "SELECT count(*) FROM passports"), 1);
    assert_int_equal(graph_number(fix, "SELECT count(*) FROM photos"), 0);
    assert_ptr_equal(passport_of(ann), papers);
    graph_close(fix);
}

static void a_replaced_one_that_needs_its_owner_is_deleted_with_what_it_has(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-282");
    replace_orphan(&fix, true);
}

static void an_unseen_one_that_needs_its_owner_is_deleted_with_what_it_has(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    calx_shows("SES-282");
    replace_orphan(&fix, false);
}

static void a_pending_one_that_is_replaced_leaves_with_what_it_has(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-283");
    set_up(&fix, true);
    const struct person *bob = person(&fix, 2);
    struct passport *papers = passport_new();
    struct photo *photo = photo_new();
    struct passport *better = passport_new();
    graph_ok(&fix, passport_set_photo(papers, photo));
    graph_ok(&fix, person_set_passport(bob, papers));
    assert_int_equal(calx_session_count_new(fix.session), 2);
    graph_ok(&fix, passport_set_holder(better, bob));
    graph_ok(&fix, passport_add(fix.session, better));
    assert_null(calx_object_session(papers));
    assert_null(calx_object_session(photo));
    assert_ptr_equal(passport_of(bob), better);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM passports"), 2);
    passport_free(papers);
    photo_free(photo);
    graph_close(&fix);
}

static void one_that_moves_is_no_orphan_when_its_old_owner_is_deleted(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-187");
    calx_shows("SES-287");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const struct passport *papers = passport_of(ann);
    graph_ok(&fix, person_set_passport(person(&fix, 2), papers));
    assert_null(passport_of(ann));
    graph_ok(&fix, calx_session_delete(fix.session, ann));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE \"passports\""), 1);
    assert_int_equal(graph_number(&fix, "SELECT holder_id FROM passports"), 2);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM photos"), 1);
    graph_close(&fix);
}

static void one_that_moves_takes_the_place_of_an_orphan(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    calx_shows("SES-282");
    set_up(&fix, true);
    graph_sql(&fix, "INSERT INTO passports (number, holder_id) VALUES ('p2', 2)");
    const struct person *bob = person(&fix, 2);
    const struct passport *papers = passport(&fix, 1);
    graph_ok(&fix, person_set_passport(bob, papers));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_true(line_of(&fix, "DELETE FROM") < line_of(&fix, "UPDATE"));
    assert_int_equal(graph_number(&fix, "SELECT holder_id FROM passports"), 2);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM photos"), 1);
    graph_close(&fix);
}

static void an_unseen_one_that_is_deleted_makes_room(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_ok(&fix, calx_session_delete(fix.session, desk(&fix, 1)));
    struct desk *made = new_desk("new");
    graph_ok(&fix, desk_set_person(made, ann));
    graph_ok(&fix, desk_add(fix.session, made));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_true(line_of(&fix, "DELETE FROM") < line_of(&fix, "INSERT"));
    assert_int_equal(desk_owner(&fix, made->id), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM desks WHERE person_id = 1"), 1);
    graph_close(&fix);
}

static void expunging_and_expiring_go_along(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-291");
    calx_shows("SES-244");
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const struct passport *papers = passport_of(ann);
    const struct desk *hers = desk_of(ann);
    graph_ok(&fix, calx_session_expire(fix.session, ann));
    assert_true(calx_instance_is_expired(papers));
    assert_false(calx_instance_is_expired(hers));
    assert_null(ann->passport);
    assert_ptr_equal(passport_of(ann), papers);
    graph_ok(&fix, calx_session_expunge(fix.session, ann));
    assert_null(calx_object_session(papers));
    assert_ptr_equal(calx_object_session(hers), fix.session);
    assert_null(hers->person);
    assert_ptr_equal(ann->passport, papers);
    calx_instance_free((void *)papers);
    assert_null(ann->passport);
    calx_instance_free((void *)ann);
    graph_close(&fix);
}

/* ---- self-referential ---- */

static void a_row_of_tasks_is_walked_and_mended_from_either_end(void **state)
{
    (void)state;
    graph fix;
    const struct task *found = NULL;
    calx_shows("SES-196");
    set_up(&fix, true);
    struct task *tasks[4];
    for (size_t i = 0; i < 4; i++) {
        tasks[i] = task_new();
        if (i > 0)
            graph_ok(&fix, task_set_next(tasks[i - 1], tasks[i]));
    }
    graph_ok(&fix, task_add(fix.session, tasks[2]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM tasks t JOIN tasks p ON "
                                        "t.previous_id = p.id AND t.id = p.id + 1"),
                     3);
    graph_ok(&fix, task_next(tasks[0], &found));
    assert_ptr_equal(found, tasks[1]);
    graph_ok(&fix, task_set_next(tasks[0], tasks[2])); /* the second one is out */
    assert_null(tasks[1]->previous);
    graph_ok(&fix, task_next(tasks[1], &found));
    assert_null(found);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT previous_id FROM tasks WHERE id = 3"), 1);
    assert_int_equal(graph_number(&fix, "SELECT previous_id FROM tasks WHERE id = 2"), -1);
    graph_close(&fix);
}

static void one_can_be_its_own_next(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    struct task *task = task_new();
    graph_ok(&fix, task_set_next(task, task));
    assert_ptr_equal(task->previous, task);
    graph_ok(&fix, task_set_next(task, NULL));
    assert_null(task->previous);
    task_free(task);
    graph_close(&fix);
}

/* ---- rollbacks ---- */

static void a_savepoint_that_is_undone_puts_both_sides_back(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    const struct desk *old = desk_of(ann);
    for (unsigned flushed = 0; flushed < 2; flushed++) {
        graph_ok(&fix, calx_session_begin_nested(fix.session));
        calx_session_transaction inner = calx_session_get_nested_transaction(fix.session);
        graph_ok(&fix, person_set_desk(ann, desk(&fix, 3)));
        graph_ok(&fix, person_set_passport(ann, passport_new()));
        if (flushed)
            graph_ok(&fix, calx_session_flush(fix.session));
        graph_ok(&fix, calx_session_transaction_rollback(inner));
        assert_ptr_equal(desk_of(ann), old);
        assert_ptr_equal(person_of(old), ann);
        assert_null(person_of(desk(&fix, 3)));
        assert_ptr_equal(passport_of(ann), passport(&fix, 1));
        const struct person *holder = NULL;
        graph_ok(&fix, passport_holder(passport(&fix, 1), &holder));
        assert_ptr_equal(holder, ann);
    }
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(desk_owner(&fix, 1), 1);
    graph_close(&fix);
}

static void a_rollback_puts_both_sides_back(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct person *ann = person(&fix, 1);
    graph_ok(&fix, person_set_desk(ann, desk(&fix, 3)));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(desk_of(ann)->id, 1);
    graph_ok(&fix, person_set_desk(ann, desk(&fix, 3)));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(desk_of(ann)->id, 1);
    assert_null(person_of(desk(&fix, 3)));
    graph_close(&fix);
}

/* ---- without memory ---- */

static void a_change_without_memory_changes_nothing(void **state)
{
    (void)state;
    graph fix;
    ration account;
    calx_status status = CALX_E_NOMEM;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix, false);
    for (unsigned loaded = 0; loaded < 2; loaded++) {
        status = CALX_E_NOMEM;
        for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
            graph_reopen(&fix, false);
            const struct person *ann = person(&fix, 1);
            const struct desk *old = desk(&fix, 1);
            if (loaded)
                assert_ptr_equal(desk_of(ann), old);
            struct desk *made = new_desk("new");
            atomic_store(&account.left, allowed);
            status = person_set_desk(ann, made);
            atomic_store(&account.left, RATION_UNLIMITED);
            assert_ptr_equal(made->person, status == CALX_OK ? ann : NULL);
            assert_ptr_equal(desk_of(ann), status == CALX_OK ? made : old);
            assert_ptr_equal(calx_object_session(made), status == CALX_OK ? fix.session : NULL);
            if (loaded)
                assert_ptr_equal(person_of(old), status == CALX_OK ? NULL : ann);
            if (status != CALX_OK)
                desk_free(made);
        }
        assert_int_equal(status, CALX_OK);
    }
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

static calx_status replace_all(const graph *fix, const struct person *ann)
{
    calx_status status = person_set_desk(ann, desk(fix, 3));
    if (status == CALX_OK)
        status = person_set_badge(ann, NULL);
    return status == CALX_OK ? calx_session_commit(fix->session) : status;
}

static void a_flush_without_memory_can_be_done_again(void **state)
{
    (void)state;
    graph fix;
    ration account;
    calx_status status = CALX_E_NOMEM;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix, false);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        graph_reopen(&fix, false);
        const struct person *ann = person(&fix, 1);
        (void)desk(&fix, 3);
        atomic_store(&account.left, allowed);
        status = replace_all(&fix, ann);
        atomic_store(&account.left, RATION_UNLIMITED);
        graph_ok(&fix, calx_session_rollback(fix.session));
        assert_int_equal(desk_owner(&fix, 1), status == CALX_OK ? -1 : 1);
    }
    assert_int_equal(desk_owner(&fix, 3), 1);
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_far_side_takes_one_select_and_then_none),
        cmocka_unit_test(new_instances_have_nobody_and_ask_nobody),
        cmocka_unit_test(a_detached_far_side_cannot_load),
        cmocka_unit_test(of_several_rows_the_first_is_used_with_a_warning),
        cmocka_unit_test(a_change_from_the_other_side_is_shown_without_loading),
        cmocka_unit_test(both_sides_are_in_step_in_memory),
        cmocka_unit_test(a_loaded_one_is_replaced_by_two_updates),
        cmocka_unit_test(who_was_there_unseen_is_asked_for_by_the_flush),
        cmocka_unit_test(the_side_of_the_foreign_key_replaces_in_the_same_way),
        cmocka_unit_test(one_known_from_its_own_side_gives_way_at_once),
        cmocka_unit_test(setting_the_same_one_writes_nothing),
        cmocka_unit_test(clearing_loads_and_lets_go),
        cmocka_unit_test(clearing_after_an_unseen_replacement_lets_go_of_both),
        cmocka_unit_test(a_replacement_that_moves_on_leaves_who_was_there),
        cmocka_unit_test(an_older_row_takes_the_place_after_it_is_free),
        cmocka_unit_test(everybody_moves_on_by_one),
        cmocka_unit_test(an_assigned_member_counts_as_set),
        cmocka_unit_test(a_wrong_one_is_refused),
        cmocka_unit_test(setting_the_far_side_brings_it_in_at_once),
        cmocka_unit_test(adding_goes_along_one_to_ones_in_a_row),
        cmocka_unit_test(deleting_goes_along_one_to_ones_in_a_row),
        cmocka_unit_test(a_replaced_one_that_needs_its_owner_is_deleted_with_what_it_has),
        cmocka_unit_test(an_unseen_one_that_needs_its_owner_is_deleted_with_what_it_has),
        cmocka_unit_test(a_pending_one_that_is_replaced_leaves_with_what_it_has),
        cmocka_unit_test(one_that_moves_is_no_orphan_when_its_old_owner_is_deleted),
        cmocka_unit_test(one_that_moves_takes_the_place_of_an_orphan),
        cmocka_unit_test(an_unseen_one_that_is_deleted_makes_room),
        cmocka_unit_test(expunging_and_expiring_go_along),
        cmocka_unit_test(a_row_of_tasks_is_walked_and_mended_from_either_end),
        cmocka_unit_test(one_can_be_its_own_next),
        cmocka_unit_test(a_savepoint_that_is_undone_puts_both_sides_back),
        cmocka_unit_test(a_rollback_puts_both_sides_back),
        cmocka_unit_test(a_change_without_memory_changes_nothing),
        cmocka_unit_test(a_flush_without_memory_can_be_done_again),
    };
    return CALX_RUN("one_to_one", tests);
}
