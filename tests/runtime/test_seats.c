/*
 * Rows that take each other's place in one flush, where the database has one row at most for each
 * owner: chains are written from their end, and in a circle one row lets go of its place first.
 */
#include "seat_model.calx.h"

#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"

#include <stdio.h>
#include <string.h>

enum { GUESTS = 12 };

/* As many guests; chair, voucher, coat and plate n are of guest n; jar n is in cell n. */
static void set_up(graph *fix)
{
    char sql[160];
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &seat_model_metadata, NULL), CALX_OK);
    for (int i = 1; i <= GUESTS; i++) {
        graph_sql(fix, "INSERT INTO guests (name) VALUES ('g')");
        (void)snprintf(sql, sizeof(sql), "INSERT INTO chairs (guest_id, revision) VALUES (%d, 1)",
                       i);
        graph_sql(fix, sql);
        (void)snprintf(sql, sizeof(sql), "INSERT INTO coats (guest_id, owner_id) VALUES (%d, %d)",
                       i, i);
        graph_sql(fix, sql);
        (void)snprintf(sql, sizeof(sql), "INSERT INTO vouchers (guest_id) VALUES (%d)", i);
        graph_sql(fix, sql);
        (void)snprintf(sql, sizeof(sql), "INSERT INTO plates (guest_id) VALUES (%d)", i);
        graph_sql(fix, sql);
        (void)snprintf(sql, sizeof(sql), "INSERT INTO cells (house, number) VALUES ('h', %d)", i);
        graph_sql(fix, sql);
        (void)snprintf(sql, sizeof(sql), "INSERT INTO jars (house, number) VALUES ('h', %d)", i);
        graph_sql(fix, sql);
    }
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, false);
}

static const struct guest *guest(const graph *fix, int64_t id)
{
    return graph_get(fix, &guest_mapper, id);
}

static const struct chair *chair(const graph *fix, int64_t id)
{
    return graph_get(fix, &chair_mapper, id);
}

static const struct coat *coat(const graph *fix, int64_t id)
{
    return graph_get(fix, &coat_mapper, id);
}

static const struct voucher *voucher(const graph *fix, int64_t id)
{
    return graph_get(fix, &voucher_mapper, id);
}

/* The guest a row has by now; -1: none. */
static int64_t guest_of(const graph *fix, const char *table, int64_t id)
{
    char sql[96];
    (void)snprintf(sql, sizeof(sql), "SELECT guest_id FROM %s WHERE id = %d", table, (int)id);
    return graph_number(fix, sql);
}

static void commit(graph *fix)
{
    graph_forget(fix);
    graph_ok(fix, calx_session_commit(fix->session));
}

static void two_rows_swap_their_owners(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    const struct chair *first = chair(&fix, 1);
    const struct chair *second = chair(&fix, 2);
    const struct guest *one = guest(&fix, 1);
    const struct guest *two = guest(&fix, 2);
    graph_ok(&fix, chair_set_guest(first, two));
    graph_ok(&fix, chair_set_guest(second, one));
    commit(&fix);
    assert_int_equal(graph_statements(&fix, "UPDATE \"chairs\""), 3);
    assert_int_equal(guest_of(&fix, "chairs", 1), 2);
    assert_int_equal(guest_of(&fix, "chairs", 2), 1);
    assert_int_equal(graph_number(&fix, "SELECT min(revision) FROM chairs WHERE id < 3"), 2);
    assert_int_equal(graph_number(&fix, "SELECT max(revision) FROM chairs WHERE id < 3"), 2);
    graph_ok(&fix, chair_set_guest(first, one));
    graph_ok(&fix, chair_set_guest(second, two));
    commit(&fix);
    assert_int_equal(guest_of(&fix, "chairs", 1), 1);
    assert_int_equal(first->revision, 3);
    graph_close(&fix);
}

static void two_owners_swap_their_rows(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    const struct chair *first = chair(&fix, 1);
    const struct chair *second = chair(&fix, 2);
    graph_ok(&fix, guest_set_chair(guest(&fix, 1), second));
    graph_ok(&fix, guest_set_chair(guest(&fix, 2), first));
    commit(&fix);
    assert_int_equal(guest_of(&fix, "chairs", 1), 2);
    assert_int_equal(guest_of(&fix, "chairs", 2), 1);
    assert_ptr_equal(first->guest == NULL ? NULL : first->guest, guest(&fix, 2));
    graph_close(&fix);
}

/* Nothing more is sent than a row each, in whichever order they were told to move. */
static void a_chain_is_written_from_its_end(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        graph fix;
        calx_shows("SES-185");
        set_up(&fix);
        graph_sql(&fix, "UPDATE coats SET guest_id = NULL WHERE id = 3");
        const struct guest *third = guest(&fix, 3);
        if (backwards != 0)
            graph_ok(&fix, coat_set_guest(coat(&fix, 2), third));
        graph_ok(&fix, coat_set_guest(coat(&fix, 1), guest(&fix, 2)));
        if (backwards == 0)
            graph_ok(&fix, coat_set_guest(coat(&fix, 2), third));
        commit(&fix);
        assert_int_equal(graph_statements(&fix, "UPDATE"), 2);
        assert_int_equal(guest_of(&fix, "coats", 1), 2);
        assert_int_equal(guest_of(&fix, "coats", 2), 3);
        graph_sql(&fix, "UPDATE coats SET guest_id = 1 WHERE id = 3");
        graph_ok(&fix, calx_session_rollback(fix.session));
        graph_sql(&fix, "DELETE FROM vouchers WHERE id = 3");
        graph_ok(&fix, voucher_set_guest(voucher(&fix, 1), guest(&fix, 2)));
        graph_ok(&fix, voucher_set_guest(voucher(&fix, 2), third));
        commit(&fix);
        assert_int_equal(guest_of(&fix, "vouchers", 1), 2);
        assert_int_equal(guest_of(&fix, "vouchers", 2), 3);
        graph_ok(&fix, calx_session_close(fix.session));
        graph_ok(&fix, calx_schema_drop_all(fix.engine, &seat_model_metadata, NULL));
        graph_close(&fix);
    }
}

static void many_rows_move_round(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    for (int64_t i = 1; i <= 6; i++) /* one circle of six */
        graph_ok(&fix, chair_set_guest(chair(&fix, i), guest(&fix, i % 6 + 1)));
    for (int64_t i = 7; i <= GUESTS; i++) /* three of two */
        graph_ok(&fix, chair_set_guest(chair(&fix, i), guest(&fix, i % 2 == 0 ? i - 1 : i + 1)));
    graph_ok(&fix, calx_session_commit(fix.session));
    for (int64_t i = 1; i <= 6; i++)
        assert_int_equal(guest_of(&fix, "chairs", i), i % 6 + 1);
    for (int64_t i = 7; i <= GUESTS; i++)
        assert_int_equal(guest_of(&fix, "chairs", i), i % 2 == 0 ? i - 1 : i + 1);
    assert_int_equal(graph_number(&fix, "SELECT sum(revision) FROM chairs"), 2 * GUESTS);
    graph_close(&fix);
}

/* Who goes to a new guest goes after all inserts; the place is taken before. */
static void who_goes_to_a_new_owner_makes_room_first(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    struct guest *made = guest_new();
    struct chair *fresh = chair_new();
    graph_ok(&fix, guest_add(fix.session, made));
    graph_ok(&fix, chair_add(fix.session, fresh));
    graph_ok(&fix, chair_set_guest(chair(&fix, 1), made));
    graph_ok(&fix, chair_set_guest(chair(&fix, 2), guest(&fix, 1)));
    graph_ok(&fix, chair_set_guest(chair(&fix, 3), NULL));
    graph_ok(&fix, chair_set_guest(fresh, guest(&fix, 2)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(guest_of(&fix, "chairs", 1), made->id);
    assert_int_equal(guest_of(&fix, "chairs", 2), 1);
    assert_int_equal(guest_of(&fix, "chairs", 3), -1);
    assert_int_equal(guest_of(&fix, "chairs", fresh->id), 2);
    struct guest *next = guest_new();
    struct chair *last = chair_new();
    graph_ok(&fix, guest_add(fix.session, next));
    graph_ok(&fix, chair_add(fix.session, last));
    graph_ok(&fix, chair_set_guest(fresh, next));
    graph_ok(&fix, chair_set_guest(last, guest(&fix, 2)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(guest_of(&fix, "chairs", fresh->id), next->id);
    assert_int_equal(guest_of(&fix, "chairs", last->id), 2);
    graph_close(&fix);
}

static void a_swap_of_what_cannot_let_go_says_so(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    const struct voucher *first = voucher(&fix, 1);
    const struct voucher *second = voucher(&fix, 2);
    graph_ok(&fix, voucher_set_guest(first, guest(&fix, 2)));
    graph_ok(&fix, voucher_set_guest(second, guest(&fix, 1)));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    const char *message = calx_session_error(fix.session)->message;
    assert_non_null(strstr(message, "voucher(id="));
    assert_non_null(strstr(message, "vouchers.guest_id"));
    assert_non_null(strstr(message, "NOT NULL"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    const struct guest *back = NULL;
    graph_ok(&fix, voucher_guest(first, &back));
    assert_int_equal(back->id, 1);
    graph_close(&fix);
}

/* Neither is written to the row that a release would have to leave. */
static void two_rows_at_one_place_are_refused_as_before(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    graph_ok(&fix, coat_set_guest(coat(&fix, 1), guest(&fix, 2)));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_UNIQUE);
    assert_null(strstr(calx_session_error(fix.session)->message, "NOT NULL"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(guest_of(&fix, "coats", 1), 1);
    graph_close(&fix);
}

static void a_row_swaps_two_places_at_once(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    const struct coat *first = coat(&fix, 1);
    const struct coat *second = coat(&fix, 2);
    graph_ok(&fix, coat_set_guest(first, guest(&fix, 2)));
    graph_ok(&fix, coat_set_owner(first, guest(&fix, 2)));
    graph_ok(&fix, coat_set_guest(second, guest(&fix, 1)));
    graph_ok(&fix, coat_set_owner(second, guest(&fix, 1)));
    commit(&fix);
    assert_int_equal(graph_statements(&fix, "UPDATE"), 3);
    assert_int_equal(guest_of(&fix, "coats", 1), 2);
    assert_int_equal(graph_number(&fix, "SELECT owner_id FROM coats WHERE id = 1"), 2);
    assert_int_equal(graph_number(&fix, "SELECT owner_id FROM coats WHERE id = 2"), 1);
    graph_ok(&fix, coat_set_guest(first, guest(&fix, 1))); /* one way here, the other way there */
    graph_ok(&fix, coat_set_guest(second, guest(&fix, 3)));
    graph_ok(&fix, coat_set_guest(coat(&fix, 3), guest(&fix, 2)));
    graph_ok(&fix, coat_set_owner(first, guest(&fix, 3)));
    graph_ok(&fix, coat_set_owner(coat(&fix, 3), guest(&fix, 2)));
    commit(&fix);
    assert_int_equal(guest_of(&fix, "coats", 3), 2);
    assert_int_equal(graph_number(&fix, "SELECT owner_id FROM coats WHERE id = 3"), 2);
    assert_int_equal(graph_number(&fix, "SELECT owner_id FROM coats WHERE id = 1"), 3);
    graph_close(&fix);
}

static const struct cell *cell(const graph *fix, int64_t number)
{
    const struct cell *found = NULL;
    graph_ok(fix, cell_get_one(fix->session, "h", number, &found));
    return found;
}

/* The house is the same before and after, and is not lost on the way. */
static void a_place_of_two_columns_is_swapped(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    graph_ok(&fix, jar_set_cell(graph_get(&fix, &jar_mapper, 1), cell(&fix, 2)));
    graph_ok(&fix, jar_set_cell(graph_get(&fix, &jar_mapper, 2), cell(&fix, 1)));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT number FROM jars WHERE id = 1"), 2);
    assert_int_equal(graph_number(&fix, "SELECT number FROM jars WHERE id = 2"), 1);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM jars WHERE house = 'h'"), GUESTS);
    graph_close(&fix);
}

/* Each UPDATE raises the version by ten. */
static void have_trigger(const graph *fix)
{
    if (!calx_test_on("postgresql")) {
        graph_sql(fix, "CREATE TRIGGER raise_plate AFTER UPDATE OF guest_id ON plates BEGIN "
                       "UPDATE plates SET revision = old.revision + 10 WHERE id = new.id; END");
        return;
    }
    graph_sql(fix, "CREATE FUNCTION raise_plate() RETURNS trigger LANGUAGE plpgsql AS "
                   "$$BEGIN NEW.revision = OLD.revision + 10; RETURN NEW; END$$");
    graph_sql(fix, "CREATE TRIGGER raise_plate BEFORE UPDATE ON plates FOR EACH ROW "
                   "EXECUTE FUNCTION raise_plate()");
}

static void a_version_the_database_makes_is_followed(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    calx_shows("SES-347");
    set_up(&fix);
    have_trigger(&fix);
    const struct plate *first = graph_get(&fix, &plate_mapper, 1);
    const struct plate *second = graph_get(&fix, &plate_mapper, 2);
    graph_ok(&fix, plate_set_guest(first, guest(&fix, 2)));
    graph_ok(&fix, plate_set_guest(second, guest(&fix, 1)));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(guest_of(&fix, "plates", 1), 2);
    assert_int_equal(guest_of(&fix, "plates", 2), 1);
    assert_int_equal(first->revision + second->revision, 110 + 120);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(guest_of(&fix, "plates", 1), 1);
    graph_close(&fix);
}

static void an_expired_row_swaps_as_well(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-185");
    set_up(&fix);
    const struct chair *first = chair(&fix, 1);
    const struct chair *second = chair(&fix, 2);
    const struct guest *one = guest(&fix, 1);
    const struct guest *two = guest(&fix, 2);
    graph_ok(&fix, calx_session_expire_all(fix.session));
    graph_ok(&fix, chair_set_guest(first, two));
    graph_ok(&fix, chair_set_guest(second, one));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(guest_of(&fix, "chairs", 1), 2);
    assert_int_equal(guest_of(&fix, "chairs", 2), 1);
    graph_close(&fix);
}

static calx_status swap_with_rations(long allowed)
{
    graph fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&fix);
    const struct chair *first = chair(&fix, 1);
    const struct chair *second = chair(&fix, 2);
    graph_ok(&fix, chair_set_guest(first, guest(&fix, 2)));
    graph_ok(&fix, chair_set_guest(second, guest(&fix, 1)));
    atomic_store(&account.left, allowed);
    calx_status status = calx_session_flush(fix.session);
    atomic_store(&account.left, RATION_UNLIMITED);
    if (status == CALX_OK)
        assert_int_equal(guest_of(&fix, "chairs", 1), 2);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(guest_of(&fix, "chairs", 1), 1);
    graph_ok(&fix, calx_session_close(fix.session));
    graph_ok(&fix, calx_schema_drop_all(fix.engine, &seat_model_metadata, NULL));
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
    return status;
}

static void a_swap_without_memory_changes_nothing(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++)
        status = swap_with_rations(allowed);
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_rows_swap_their_owners),
        cmocka_unit_test(two_owners_swap_their_rows),
        cmocka_unit_test(a_chain_is_written_from_its_end),
        cmocka_unit_test(many_rows_move_round),
        cmocka_unit_test(who_goes_to_a_new_owner_makes_room_first),
        cmocka_unit_test(a_swap_of_what_cannot_let_go_says_so),
        cmocka_unit_test(two_rows_at_one_place_are_refused_as_before),
        cmocka_unit_test(a_row_swaps_two_places_at_once),
        cmocka_unit_test(a_place_of_two_columns_is_swapped),
        cmocka_unit_test(a_version_the_database_makes_is_followed),
        cmocka_unit_test(an_expired_row_swaps_as_well),
        cmocka_unit_test(a_swap_without_memory_changes_nothing),
    };
    return CALX_RUN("seats", tests);
}
