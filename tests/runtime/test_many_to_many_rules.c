/*
 * What descriptors say of many-to-many relationships: members of one owner only, their order, what
 * is left to the database when an owner goes, and who passes on a key that changes.
 */
#include "membership_session.h"

#include <stdio.h>
#include <string.h>

static struct thing *new_thing(const char *name)
{
    struct thing *thing = thing_new();
    assert_non_null(thing);
    thing->name = name;
    return thing;
}

/* Boxes 1 and 2; things a and b in box 1. */
static void set_up_boxes(graph *fix, bool autoflush)
{
    struct box *box = box_new();
    memberships_open(fix);
    graph_ok(fix, box_things_append(box, new_thing("a")));
    graph_ok(fix, box_things_append(box, new_thing("b")));
    graph_ok(fix, calx_session_add(fix->session, box));
    graph_ok(fix, calx_session_flush(fix->session));
    graph_ok(fix, calx_session_add(fix->session, box_new()));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, autoflush);
}

static const struct box *get_box(const graph *fix, int64_t id)
{
    return graph_get(fix, &box_mapper, id);
}

static void members_come_in_their_order(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    set_up_boxes(&fix, true);
    const struct box *box = get_box(&fix, 1);
    assert_int_equal(graph_count(box, 0), 2);
    assert_string_equal(box->things.items[0]->name, "b");
    graph_ok(&fix, box_things_append(box, new_thing("c")));
    assert_string_equal(box->things.items[2]->name, "c"); /* until it is loaded again */
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(box, 0), 3);
    assert_string_equal(box->things.items[0]->name, "c");
    graph_close(&fix);
}

/* ---- one owner ---- */

static void a_member_of_one_owner_is_no_other_ones(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-289");
    set_up_boxes(&fix, false);
    const struct box *first = get_box(&fix, 1);
    const struct box *second = get_box(&fix, 2);
    assert_int_equal(graph_count(first, 0), 2);
    const struct thing *thing = first->things.items[0];
    assert_int_equal(box_things_append(second, (struct thing *)thing), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "box.things"));
    const void *wanted[] = { thing };
    assert_int_equal(calx_relationship_replace(second, &box_mapper.relationships[0], wanted, 1),
                     CALX_E_INVALID_REQUEST);
    assert_int_equal(graph_count(second, 0), 0);
    graph_ok(&fix, box_things_append(first, (struct thing *)thing));
    graph_ok(&fix, box_things_remove(first, thing));
    graph_ok(&fix, box_things_append(second, (struct thing *)thing));
    graph_ok(&fix, calx_session_commit(fix.session));
    calx_shows("SES-287");
    assert_int_equal(count_rows(&fix, "things"), 2);
    assert_int_equal(graph_count(second, 0), 1);
    assert_int_equal(graph_count(first, 0), 1);
    graph_close(&fix);
}

static void from_its_own_side_a_member_moves(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-289");
    set_up_boxes(&fix, false);
    const struct box *first = get_box(&fix, 1);
    const struct box *second = get_box(&fix, 2);
    assert_int_equal(graph_count(first, 0), 2);
    assert_int_equal(graph_count(second, 0), 0);
    const struct thing *thing = first->things.items[0];
    graph_ok(&fix, thing_boxes_append(thing, (struct box *)second));
    assert_int_equal(first->things.count, 1);
    assert_int_equal(second->things.count, 1);
    assert_int_equal(thing->boxes.count, 1);
    const void *both[] = { first, second };
    assert_int_equal(calx_relationship_replace(thing, &thing_mapper.relationships[0], both, 2),
                     CALX_E_INVALID_REQUEST);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"box_things\""), 1);
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"box_things\""), 1);
    assert_int_equal(count_rows(&fix, "things"), 2);
    graph_close(&fix);
}

static void a_member_that_lost_its_owner_is_deleted(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-282");
    set_up_boxes(&fix, false);
    const struct box *box = get_box(&fix, 1);
    assert_int_equal(graph_count(box, 0), 2);
    const struct thing *thing = box->things.items[1];
    graph_ok(&fix, box_things_remove(box, thing));
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    long pair = log_sink_find(&fix.sink, 0, "DELETE FROM \"box_things\"");
    long row = log_sink_find(&fix.sink, 0, "DELETE FROM \"things\"");
    assert_true(pair >= 0 && row > pair);
    assert_int_equal(count_rows(&fix, "things"), 1);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(box, 0), 2);
    graph_ok(&fix, calx_relationship_clear(box, &box_mapper.relationships[0]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "things"), 0);
    graph_close(&fix);
}

static void a_pending_member_that_lost_its_owner_leaves(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-283");
    set_up_boxes(&fix, false);
    const struct box *box = get_box(&fix, 1);
    struct thing *thing = new_thing("new");
    struct strap *strap = strap_new();
    graph_ok(&fix, thing_straps_append(thing, strap));
    graph_ok(&fix, box_things_append(box, thing));
    assert_ptr_equal(calx_object_session(thing), fix.session);
    assert_ptr_equal(calx_object_session(strap), fix.session);
    graph_ok(&fix, box_things_remove(box, thing));
    assert_null(calx_object_session(thing));
    assert_null(calx_object_session(strap)); /* its expunge cascade */
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_close(&fix);
}

static void an_owner_takes_its_members_along(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-276");
    set_up_boxes(&fix, false);
    graph_ok(&fix, calx_session_delete(fix.session, get_box(&fix, 1)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_rows(&fix, "things"), 0);
    assert_int_equal(count_rows(&fix, "box_things"), 0);
    graph_close(&fix);
}

/* ---- passive deletes ---- */

/* Ferry 1 with one thing in each of its collections, in no session. */
static void set_up_ferry(graph *fix)
{
    struct ferry *ferry = ferry_new();
    memberships_open(fix);
    graph_ok(fix, ferry_cargo_append(ferry, new_thing("a")));
    graph_ok(fix, ferry_wreckage_append(ferry, new_thing("b")));
    graph_ok(fix, calx_session_add(fix->session, ferry));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static void what_is_left_to_the_database_is_not_loaded(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-280");
    set_up_ferry(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, graph_get(&fix, &ferry_mapper, 1)));
    graph_forget(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FOREIGN_KEY); /* no cascade there */
    assert_int_equal(graph_statements(&fix, "cargoes"), 0);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_close(&fix);
}

static void what_is_loaded_is_deleted_unless_all_is_left(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-280");
    calx_shows("SES-281");
    set_up_ferry(&fix);
    const struct ferry *ferry = graph_get(&fix, &ferry_mapper, 1);
    assert_int_equal(graph_count(ferry, 0), 1);
    assert_int_equal(graph_count(ferry, 1), 1);
    graph_sql(&fix, "DELETE FROM wreckages");
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, ferry));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"cargoes\""), 1);
    assert_int_equal(graph_statements(&fix, "wreckages"), 0);
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_close(&fix);
}

/* ---- views ---- */

static void a_view_is_loaded_and_never_written(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-292");
    memberships_open(&fix);
    struct hall *hall = hall_new();
    struct guest *guest = guest_new();
    struct guest *other = guest_new();
    struct seat *seats[2] = { seat_new(), seat_new() };
    graph_ok(&fix, calx_session_add(fix.session, hall));
    graph_ok(&fix, calx_session_add(fix.session, guest));
    graph_ok(&fix, calx_session_add(fix.session, other));
    graph_ok(&fix, calx_session_flush(fix.session));
    for (int i = 0; i < 2; i++) { /* twice, by two rows */
        seats[i]->hall_id = hall->id;
        seats[i]->guest_id = guest->id;
        graph_ok(&fix, calx_session_add(fix.session, seats[i]));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(hall, 0), 1);
    assert_ptr_equal(hall->guests.items[0], guest);
    assert_int_equal(graph_append(hall, 0, other), CALX_E_ARGUMENT);
    assert_int_equal(graph_remove(hall, 0, guest), CALX_E_ARGUMENT);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    assert_int_equal(hall->guests.count, 1);
    graph_close(&fix);
}

/* ---- keys that change ---- */

/* Nations nl and be; nl speaks dutch and frisian, be dutch. Foreign keys wait for the commit. */
static void set_up_nations(graph *fix)
{
    static const char *const codes[] = { "dutch", "frisian" };
    struct nation *nations[] = { nation_new(), nation_new() };
    struct language *languages[] = { language_new(), language_new() };
    memberships_open(fix);
    graph_sql(fix, "DROP TABLE spoken");
    graph_sql(fix, "CREATE TABLE spoken ("
                   "nation_code TEXT NOT NULL REFERENCES nations (code) "
                   "DEFERRABLE INITIALLY DEFERRED, "
                   "language_code TEXT NOT NULL REFERENCES languages (code) ON UPDATE CASCADE, "
                   "PRIMARY KEY (nation_code, language_code))");
    nations[0]->code = "nl";
    nations[1]->code = "be";
    for (int i = 0; i < 2; i++) {
        languages[i]->code = codes[i];
        graph_ok(fix, nation_languages_append(nations[0], languages[i]));
    }
    graph_ok(fix, nation_languages_append(nations[1], languages[0]));
    graph_ok(fix, calx_session_add(fix->session, nations[0]));
    graph_ok(fix, calx_session_add(fix->session, nations[1]));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, true);
}

static const struct nation *get_nation(const graph *fix, const char *code)
{
    const struct nation *nation = NULL;
    graph_ok(fix, nation_get(fix->session, code, &nation));
    return nation;
}

static void rows_follow_a_key_by_updates(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-205");
    set_up_nations(&fix);
    for (int loaded = 0; loaded < 2; loaded++) {
        const struct nation *nation = get_nation(&fix, loaded != 0 ? "holland" : "nl");
        if (loaded != 0)
            assert_int_equal(graph_count(nation, 0), 2);
        graph_ok(&fix, nation_set_code(nation, loaded != 0 ? "nederland" : "holland"));
        graph_forget(&fix);
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(graph_statements(&fix, "SELECT"), loaded != 0 ? 0 : 1);
        assert_int_equal(graph_statements(&fix, "UPDATE \"nations\""), 1);
        assert_int_equal(graph_statements(&fix, "UPDATE \"spoken\""), 2);
        assert_true(log_sink_find(&fix.sink, 0, "UPDATE \"spoken\"") >
                    log_sink_find(&fix.sink, 0, "UPDATE \"nations\""));
        graph_ok(&fix, calx_session_commit(fix.session));
    }
    assert_int_equal(
        graph_number(&fix, "SELECT count(*) FROM spoken WHERE nation_code = 'nederland'"), 2);
    assert_int_equal(count_rows(&fix, "spoken"), 3);
    graph_close(&fix);
}

static void pairs_change_together_with_their_key(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-205");
    set_up_nations(&fix);
    const struct nation *nation = get_nation(&fix, "nl");
    struct language *english = language_new();
    english->code = "english";
    assert_int_equal(graph_count(nation, 0), 2);
    graph_ok(&fix, nation_languages_remove(nation, nation->languages.items[1]));
    graph_ok(&fix, nation_languages_append(nation, english));
    graph_ok(&fix, nation_set_code(nation, "holland"));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_count(nation, 0), 2);
    assert_int_equal(
        graph_number(&fix, "SELECT count(*) FROM spoken WHERE nation_code = 'holland'"), 2);
    assert_int_equal(count_rows(&fix, "spoken"), 3);
    graph_close(&fix);
}

static void rows_follow_a_key_by_the_database(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-204");
    set_up_nations(&fix);
    const struct nation *belgium = get_nation(&fix, "be");
    assert_int_equal(graph_count(belgium, 0), 1);
    const struct language *dutch = belgium->languages.items[0];
    graph_ok(&fix, language_set_code(dutch, "vlaams"));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_ok(&fix, nation_languages_remove(belgium, dutch));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(
        graph_number(&fix, "SELECT count(*) FROM spoken WHERE language_code = 'vlaams'"), 1);
    graph_close(&fix);
}

static void many_rows_follow_together(void **state)
{
    (void)state;
    graph fix;
    enum { MANY = 20 };
    char codes[MANY][8];
    calx_shows("SES-205");
    set_up_nations(&fix);
    const struct nation *nation = get_nation(&fix, "nl");
    for (int i = 0; i < MANY; i++) {
        struct language *language = language_new();
        snprintf(codes[i], sizeof(codes[i]), "l%d", i);
        language->code = codes[i];
        graph_ok(&fix, nation_languages_append(nation, language));
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_ok(&fix, nation_set_code(nation, "holland"));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE \"spoken\""),
                     calx_test_on("postgresql") ? 1 : MANY + 2);
    assert_int_equal(
        graph_number(&fix, "SELECT count(*) FROM spoken WHERE nation_code = 'holland'"), MANY + 2);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_in_their_order),
        cmocka_unit_test(a_member_of_one_owner_is_no_other_ones),
        cmocka_unit_test(from_its_own_side_a_member_moves),
        cmocka_unit_test(a_member_that_lost_its_owner_is_deleted),
        cmocka_unit_test(a_pending_member_that_lost_its_owner_leaves),
        cmocka_unit_test(an_owner_takes_its_members_along),
        cmocka_unit_test(what_is_left_to_the_database_is_not_loaded),
        cmocka_unit_test(what_is_loaded_is_deleted_unless_all_is_left),
        cmocka_unit_test(a_view_is_loaded_and_never_written),
        cmocka_unit_test(rows_follow_a_key_by_updates),
        cmocka_unit_test(pairs_change_together_with_their_key),
        cmocka_unit_test(rows_follow_a_key_by_the_database),
        cmocka_unit_test(many_rows_follow_together),
    };
    return CALX_RUN("many_to_many_rules", tests);
}
