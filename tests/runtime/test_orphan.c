/*
 * Who must have an owner: with two kinds of owners, over a many-to-one, with one owner at most, and
 * where memory and database disagree about who the owner is.
 */
#include "estate_model.calx.h"

#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <string.h>

/* Firms 1 and 2 with contract 1 and paper 1 between them; car 1 with motor 1, whose part is 1. */
static void set_up(graph *fix)
{
    static const char *const rows[] = {
        "INSERT INTO firms (name) VALUES ('one'), ('two')",
        "INSERT INTO contracts (buyer_id, seller_id) VALUES (1, 2)",
        "INSERT INTO papers (signer_id, keeper_id) VALUES (1, 2)",
        "INSERT INTO motors (id) VALUES (1), (2)",
        "INSERT INTO parts (motor_id) VALUES (1)",
        "INSERT INTO cars (motor_id) VALUES (1), (NULL)",
        NULL,
    };
    graph_open(fix);
    graph_fill(fix, &estate_model_metadata, rows, true);
}

static const struct firm *firm(const graph *fix, int64_t id)
{
    return graph_get(fix, &firm_mapper, id);
}

static const struct car *car(const graph *fix, int64_t id)
{
    return graph_get(fix, &car_mapper, id);
}

static const struct motor *motor(const graph *fix, int64_t id)
{
    return graph_get(fix, &motor_mapper, id);
}

static int64_t count_of(const graph *fix, const char *table)
{
    char sql[64] = "SELECT count(*) FROM ";
    return graph_number(fix, strcat(sql, table));
}

/* ---- two kinds of owners ---- */

static void one_missing_owner_of_two_makes_an_orphan(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-286");
    set_up(&fix);
    const struct contract *contract = graph_get(&fix, &contract_mapper, 1);
    graph_ok(&fix, firm_bought_remove(firm(&fix, 1), contract));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "contracts"), 0);
    graph_close(&fix);
}

static void a_legacy_orphan_has_no_owner_of_either_kind(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-286");
    set_up(&fix);
    const struct paper *paper = graph_get(&fix, &paper_mapper, 1);
    graph_ok(&fix, firm_signed_papers_remove(firm(&fix, 1), paper));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT keeper_id FROM papers"), 2);
    assert_int_equal(graph_number(&fix, "SELECT signer_id FROM papers"), -1);
    graph_ok(&fix, firm_kept_remove(firm(&fix, 2), paper));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "papers"), 0);
    graph_close(&fix);
}

/* A room, a yard and a crate with one lamp, as they are stored. */
static const struct lamp *set_up_lamp(graph *fix, const struct room **out_room,
                                      const struct yard **out_yard, const struct crate **out_crate)
{
    set_up(fix);
    struct lamp *lamp = lamp_new();
    struct room *room = room_new();
    struct yard *yard = yard_new();
    struct crate *crate = crate_new();
    graph_ok(fix, room_set_lamp(room, lamp));
    graph_ok(fix, yard_set_lamp(yard, lamp));
    graph_ok(fix, crate_lamps_append(crate, lamp));
    graph_ok(fix, room_add(fix->session, room));
    graph_ok(fix, yard_add(fix->session, yard));
    graph_ok(fix, crate_add(fix->session, crate));
    graph_ok(fix, calx_session_commit(fix->session));
    *out_room = room;
    *out_yard = yard;
    *out_crate = crate;
    return lamp;
}

static void a_legacy_orphan_has_no_owner_of_any_kind(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-286");
    const struct room *room = NULL;
    const struct yard *yard = NULL;
    const struct crate *crate = NULL;
    const struct lamp *lamp = set_up_lamp(&fix, &room, &yard, &crate);
    graph_ok(&fix, yard_clear_lamp(yard));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "lamps"), 1);
    graph_ok(&fix, crate_lamps_remove(crate, lamp));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "lamps"), 1);
    graph_ok(&fix, yard_set_lamp(yard, lamp));
    graph_ok(&fix, room_clear_lamp(room));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "lamps"), 1);
    graph_close(&fix);
}

static void a_legacy_one_goes_when_all_kinds_let_go(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-286");
    const struct room *room = NULL;
    const struct yard *yard = NULL;
    const struct crate *crate = NULL;
    const struct lamp *lamp = set_up_lamp(&fix, &room, &yard, &crate);
    graph_ok(&fix, room_clear_lamp(room));
    graph_ok(&fix, yard_clear_lamp(yard));
    graph_ok(&fix, yard_set_lamp(yard, lamp));
    graph_ok(&fix, crate_lamps_remove(crate, lamp));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_of(&fix, "lamps"), 1); /* the yard has it again */
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_ok(&fix, room_clear_lamp(room));
    graph_ok(&fix, yard_clear_lamp(yard));
    graph_ok(&fix, crate_lamps_clear(crate));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "lamps"), 0);
    graph_close(&fix);
}

enum { FITTINGS = 6 };

/* One of each kind, all with one bulb, as they are stored. */
static const struct bulb *set_up_bulb(graph *fix, const void **fittings)
{
    set_up(fix);
    static const calx_mapper *const mappers[FITTINGS] = { &hall_mapper,  &stair_mapper,
                                                          &attic_mapper, &cellar_mapper,
                                                          &porch_mapper, &garage_mapper };
    struct bulb *bulb = bulb_new();
    for (size_t i = 0; i < FITTINGS; i++) {
        fittings[i] = calx_instance_new(mappers[i]);
        assert_non_null(fittings[i]);
        graph_ok(fix, graph_set(fittings[i], 0, bulb));
        graph_ok(fix, calx_session_add(fix->session, (void *)fittings[i]));
    }
    graph_ok(fix, calx_session_commit(fix->session));
    return bulb;
}

/* However many kinds of owners let go of it first: those that have it again do not count. */
static void each_of_many_kinds_of_owners_is_remembered(void **state)
{
    (void)state;
    calx_shows("SES-286");
    for (size_t last = 0; last < FITTINGS; last++) {
        graph fix;
        const void *fittings[FITTINGS];
        const struct bulb *bulb = set_up_bulb(&fix, fittings);
        for (size_t i = 0; i < FITTINGS; i++)
            graph_ok(&fix, graph_set(fittings[i], 0, NULL));
        for (size_t i = 0; i < FITTINGS; i++)
            if (i != last)
                graph_ok(&fix, graph_set(fittings[i], 0, bulb));
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(count_of(&fix, "bulbs"), 0);
        graph_ok(&fix, calx_session_rollback(fix.session));
        for (size_t i = 0; i < FITTINGS; i++)
            graph_ok(&fix, graph_set(fittings[i], 0, NULL));
        for (size_t i = FITTINGS; i-- > 0;)
            graph_ok(&fix, graph_set(fittings[i], 0, bulb));
        graph_ok(&fix, calx_session_commit(fix.session));
        assert_int_equal(count_of(&fix, "bulbs"), 1);
        graph_ok(&fix, calx_session_close(fix.session));
        graph_ok(&fix, calx_schema_drop_all(fix.engine, &estate_model_metadata, NULL));
        graph_close(&fix);
    }
}

/* So many allocations; without enough of them nobody has let go. */
static calx_status let_go_with_rations(long allowed)
{
    graph fix;
    ration account;
    const void *fittings[FITTINGS];
    assert_true(ration_start(&account, RATION_UNLIMITED));
    const struct bulb *bulb = set_up_bulb(&fix, fittings);
    calx_status status = CALX_OK;
    atomic_store(&account.left, allowed);
    for (size_t i = 0; status == CALX_OK && i < FITTINGS; i++)
        status = graph_set(fittings[i], 0, NULL);
    for (size_t i = 1; status == CALX_OK && i < FITTINGS; i++)
        status = graph_set(fittings[i], 0, bulb);
    atomic_store(&account.left, RATION_UNLIMITED);
    if (status == CALX_OK) {
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(count_of(&fix, "bulbs"), 0);
    }
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(count_of(&fix, "bulbs"), 1);
    graph_ok(&fix, calx_session_close(fix.session));
    graph_ok(&fix, calx_schema_drop_all(fix.engine, &estate_model_metadata, NULL));
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
    return status;
}

static void what_is_let_go_of_without_memory_stays(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++)
        status = let_go_with_rations(allowed);
    assert_int_equal(status, CALX_OK);
}

static void a_pending_one_leaves_when_one_owner_of_two_lets_go(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-286");
    calx_shows("SES-283");
    set_up(&fix);
    graph_reopen(&fix, false);
    struct contract *contract = contract_new();
    graph_ok(&fix, firm_bought_append(firm(&fix, 1), contract));
    graph_ok(&fix, firm_sold_append(firm(&fix, 2), contract));
    graph_ok(&fix, firm_sold_remove(firm(&fix, 2), contract));
    assert_null(calx_object_session(contract));
    contract_free(contract);
    graph_close(&fix);
}

static void a_pending_legacy_one_leaves_when_both_let_go(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-286");
    calx_shows("SES-283");
    set_up(&fix);
    graph_reopen(&fix, false);
    const struct firm *one = firm(&fix, 1);
    const struct firm *two = firm(&fix, 2);
    struct paper *paper = paper_new();
    graph_ok(&fix, firm_signed_papers_append(one, paper));
    graph_ok(&fix, firm_kept_append(two, paper));
    graph_ok(&fix, firm_kept_remove(two, paper));
    assert_ptr_equal(calx_object_session(paper), fix.session);
    graph_ok(&fix, firm_signed_papers_remove(one, paper));
    assert_null(calx_object_session(paper));
    paper_free(paper);
    graph_close(&fix);
}

static void one_that_never_had_the_other_owner_is_inserted(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-284");
    set_up(&fix);
    graph_ok(&fix, firm_bought_append(firm(&fix, 1), contract_new()));
    graph_ok(&fix, contract_add(fix.session, contract_new()));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "contracts"), 3);
    graph_close(&fix);
}

static void one_that_lost_its_owner_outside_is_dropped_by_the_flush(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-285");
    set_up(&fix);
    struct firm *made = firm_new();
    struct contract *contract = contract_new();
    graph_ok(&fix, firm_bought_append(made, contract));
    graph_ok(&fix, firm_bought_remove(made, contract));
    graph_ok(&fix, firm_add(fix.session, made));
    graph_ok(&fix, contract_add(fix.session, contract));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "firms"), 3);
    assert_int_equal(count_of(&fix, "contracts"), 1);
    assert_null(calx_object_session(contract));
    contract_free(contract);
    graph_close(&fix);
}

static void one_that_comes_back_or_moves_is_no_orphan(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-287");
    set_up(&fix);
    const struct firm *one = firm(&fix, 1);
    const struct firm *two = firm(&fix, 2);
    const struct contract *contract = graph_get(&fix, &contract_mapper, 1);
    graph_ok(&fix, firm_bought_remove(one, contract));
    graph_ok(&fix, firm_bought_append(one, (struct contract *)contract));
    graph_ok(&fix, firm_sold_remove(two, contract));
    graph_ok(&fix, firm_sold_append(one, (struct contract *)contract));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(graph_number(&fix, "SELECT seller_id FROM contracts"), 1);
    graph_close(&fix);
}

static void one_loaded_without_its_owners_is_no_orphan(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-288");
    set_up(&fix);
    graph_sql(&fix, "UPDATE contracts SET buyer_id = NULL");
    const struct contract *contract = graph_get(&fix, &contract_mapper, 1);
    (void)contract_edit(contract);
    graph_ok(&fix, contract_set_seller(contract, firm(&fix, 1)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT seller_id FROM contracts"), 1);
    graph_close(&fix);
}

/* ---- over a many-to-one ---- */

static void what_a_many_to_one_lets_go_of_is_deleted_with_what_it_has(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-282");
    set_up(&fix);
    const struct car *first = car(&fix, 1);
    graph_ok(&fix, car_set_motor(first, NULL));
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_int_equal(graph_statements(&fix, "DELETE"), 2);
    assert_int_equal(count_of(&fix, "parts"), 0);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM motors WHERE id = 1"), 0);
    graph_close(&fix);
}

static void a_replaced_target_is_deleted_and_a_returned_one_is_not(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-282");
    calx_shows("SES-287");
    set_up(&fix);
    graph_reopen(&fix, false);
    const struct car *first = car(&fix, 1);
    const struct motor *old = NULL;
    graph_ok(&fix, car_motor(first, &old));
    graph_ok(&fix, car_set_motor(first, NULL));
    graph_ok(&fix, car_set_motor(first, old));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "motors"), 2);
    graph_ok(&fix, car_set_motor(first, NULL));
    graph_ok(&fix, car_set_motor(car(&fix, 2), old));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT motor_id FROM cars WHERE id = 2"), 1);
    graph_ok(&fix, car_set_motor(car(&fix, 2), motor(&fix, 2)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT id FROM motors"), 2);
    graph_close(&fix);
}

static void a_pending_target_that_is_let_go_of_leaves_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-283");
    set_up(&fix);
    struct motor *made = motor_new();
    struct part *part = part_new();
    const struct car *second = car(&fix, 2);
    graph_ok(&fix, motor_parts_append(made, part));
    graph_ok(&fix, car_set_motor(second, made));
    assert_ptr_equal(calx_object_session(part), fix.session);
    graph_ok(&fix, car_set_motor(second, NULL));
    assert_null(calx_object_session(made));
    assert_null(calx_object_session(part));
    motor_free(made);
    part_free(part);
    graph_close(&fix);
}

static void an_orphan_that_a_savepoint_brings_back_has_its_owner(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-134");
    set_up(&fix);
    const struct firm *first = firm(&fix, 1);
    const struct contract *contract = graph_get(&fix, &contract_mapper, 1);
    const struct firm *buyer = NULL, *seller = NULL;
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    graph_ok(&fix, firm_bought_remove(first, contract));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(count_of(&fix, "contracts"), 0);
    graph_ok(&fix,
             calx_session_transaction_rollback(calx_session_get_nested_transaction(fix.session)));
    graph_ok(&fix, contract_buyer(contract, &buyer));
    graph_ok(&fix, contract_seller(contract, &seller));
    assert_ptr_equal(buyer, first);
    assert_ptr_equal(seller, firm(&fix, 2));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "contracts"), 1);
    graph_close(&fix);
}

static void an_undone_savepoint_forgets_what_was_let_go_of(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    const struct car *first = car(&fix, 1);
    const struct motor *old = NULL;
    for (unsigned flushed = 0; flushed < 2; flushed++) {
        graph_ok(&fix, calx_session_begin_nested(fix.session));
        calx_session_transaction inner = calx_session_get_nested_transaction(fix.session);
        graph_ok(&fix, car_set_motor(first, NULL));
        if (flushed)
            graph_ok(&fix, calx_session_flush(fix.session));
        graph_ok(&fix, calx_session_transaction_rollback(inner));
        graph_ok(&fix, car_motor(first, &old));
        assert_non_null(old);
        (void)motor_edit(old);
        graph_ok(&fix, calx_session_flush(fix.session));
        assert_int_equal(count_of(&fix, "motors"), 2);
    }
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(count_of(&fix, "parts"), 1);
    graph_close(&fix);
}

/* ---- one owner at most ---- */

static void a_second_owner_is_refused(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-289");
    set_up(&fix);
    const struct motor *first = NULL;
    const struct part *const *parts = NULL;
    size_t count = 0;
    graph_ok(&fix, car_motor(car(&fix, 1), &first));
    assert_int_equal(car_set_motor(car(&fix, 2), first), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "has an owner already"));
    assert_null(car(&fix, 2)->motor);
    graph_ok(&fix, motor_parts(first, &parts, &count));
    struct part *part = (struct part *)parts[0];
    assert_int_equal(motor_parts_append(motor(&fix, 2), part), CALX_E_INVALID_REQUEST);
    assert_int_equal(calx_relationship_replace(motor(&fix, 2), &motor_mapper.relationships[1],
                                               (const void *const[]){ part }, 1),
                     CALX_E_INVALID_REQUEST);
    assert_ptr_equal(part->motor, first);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    graph_close(&fix);
}

static void the_reverse_side_moves_instead(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-289");
    set_up(&fix);
    const struct motor *first = NULL;
    const struct part *part = graph_get(&fix, &part_mapper, 1);
    graph_ok(&fix, car_motor(car(&fix, 1), &first));
    graph_ok(&fix, motor_set_car(first, car(&fix, 2)));
    assert_null(car(&fix, 1)->motor);
    assert_ptr_equal(car(&fix, 2)->motor, first);
    graph_ok(&fix, part_set_motor(part, motor(&fix, 2)));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(graph_number(&fix, "SELECT motor_id FROM cars WHERE id = 2"), 1);
    assert_int_equal(graph_number(&fix, "SELECT motor_id FROM parts"), 2);
    graph_close(&fix);
}

/* ---- where memory and database disagree ---- */

static size_t parts_of(const struct motor *motor)
{
    const struct part *const *parts = NULL;
    size_t count = 0;
    assert_int_equal(motor_parts(motor, &parts, &count), CALX_OK);
    return count;
}

/* Motor 1 has loaded its part, which is another motor's by now, and is up to date itself. */
static const struct part *moved_part(graph *fix)
{
    const struct part *part = graph_get(fix, &part_mapper, 1);
    assert_int_equal(parts_of(motor(fix, 1)), 1);
    graph_sql(fix, "UPDATE parts SET motor_id = 2");
    graph_ok(fix, calx_session_refresh(fix->session, part));
    assert_int_equal(part->motor_id, 2);
    assert_int_equal(parts_of(motor(fix, 1)), 1);
    return part;
}

static void a_member_whose_owner_is_one_that_vanished_is_not_taken_out(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-290");
    set_up(&fix);
    const struct part *part = moved_part(&fix);
    assert_int_equal(motor_parts_remove(motor(&fix, 1), part), CALX_E_STALE_DATA);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "motor.parts"));
    assert_int_equal(parts_of(motor(&fix, 1)), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT motor_id FROM parts"), 2);
    graph_close(&fix);
}

static void a_member_of_another_owner_leaves_without_being_changed(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-290");
    set_up(&fix);
    const struct motor *second = motor(&fix, 2);
    const struct part *part = moved_part(&fix);
    graph_ok(&fix, motor_parts_remove(motor(&fix, 1), part));
    assert_int_equal(parts_of(motor(&fix, 1)), 0);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 0);
    assert_int_equal(graph_statements(&fix, "DELETE"), 0);
    assert_int_equal(parts_of(second), 1);
    graph_close(&fix);
}

/* ---- without memory ---- */

static calx_status lose_owners(const graph *fix, const struct car *first,
                               const struct contract *contract)
{
    calx_status status = car_set_motor(first, NULL);
    if (status == CALX_OK)
        status = contract_set_buyer(contract, NULL);
    return status == CALX_OK ? calx_session_commit(fix->session) : status;
}

static void orphans_without_memory_are_all_or_none_deleted(void **state)
{
    (void)state;
    graph fix;
    ration account;
    calx_status status = CALX_E_NOMEM;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        graph_reopen(&fix, true);
        const struct car *first = car(&fix, 1);
        const struct contract *contract = graph_get(&fix, &contract_mapper, 1);
        atomic_store(&account.left, allowed);
        status = lose_owners(&fix, first, contract);
        atomic_store(&account.left, RATION_UNLIMITED);
        graph_ok(&fix, calx_session_rollback(fix.session));
        assert_int_equal(count_of(&fix, "motors"), status == CALX_OK ? 1 : 2);
        assert_int_equal(count_of(&fix, "contracts"), status == CALX_OK ? 0 : 1);
    }
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_missing_owner_of_two_makes_an_orphan),
        cmocka_unit_test(a_legacy_orphan_has_no_owner_of_either_kind),
        cmocka_unit_test(a_legacy_orphan_has_no_owner_of_any_kind),
        cmocka_unit_test(a_legacy_one_goes_when_all_kinds_let_go),
        cmocka_unit_test(each_of_many_kinds_of_owners_is_remembered),
        cmocka_unit_test(what_is_let_go_of_without_memory_stays),
        cmocka_unit_test(a_pending_one_leaves_when_one_owner_of_two_lets_go),
        cmocka_unit_test(a_pending_legacy_one_leaves_when_both_let_go),
        cmocka_unit_test(one_that_never_had_the_other_owner_is_inserted),
        cmocka_unit_test(one_that_lost_its_owner_outside_is_dropped_by_the_flush),
        cmocka_unit_test(one_that_comes_back_or_moves_is_no_orphan),
        cmocka_unit_test(one_loaded_without_its_owners_is_no_orphan),
        cmocka_unit_test(what_a_many_to_one_lets_go_of_is_deleted_with_what_it_has),
        cmocka_unit_test(a_replaced_target_is_deleted_and_a_returned_one_is_not),
        cmocka_unit_test(a_pending_target_that_is_let_go_of_leaves_at_once),
        cmocka_unit_test(an_orphan_that_a_savepoint_brings_back_has_its_owner),
        cmocka_unit_test(an_undone_savepoint_forgets_what_was_let_go_of),
        cmocka_unit_test(a_second_owner_is_refused),
        cmocka_unit_test(the_reverse_side_moves_instead),
        cmocka_unit_test(a_member_whose_owner_is_one_that_vanished_is_not_taken_out),
        cmocka_unit_test(a_member_of_another_owner_leaves_without_being_changed),
        cmocka_unit_test(orphans_without_memory_are_all_or_none_deleted),
    };
    return CALX_RUN("orphan", tests);
}
