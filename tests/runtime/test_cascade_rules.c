/*
 * What becomes of members by the cascade of their relationship: those that were taken out before
 * their owner goes, those that were never let in, those that take their owner along.
 */
#include "crew_models.calx.h"
#include "session_fixture.h"

static void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

/* Crew 1 of sailors 1 to 3, with ropes 1 to 3 and songs 1 to 3. */
static void set_up_crew(fixture *fix)
{
    static const char *const rows[] = {
        "INSERT INTO crews (name) VALUES ('watch')",
        "INSERT INTO sailors (crew_id) VALUES (1), (1), (1)",
        "INSERT INTO ropes (crew_id) VALUES (1), (1), (1)",
        "INSERT INTO songs (crew_id) VALUES (1), (1), (1)",
        "INSERT INTO anchors (id) VALUES (1), (2)",
        "INSERT INTO boats (id, anchor_id) VALUES (1, 1), (2, NULL), (3, 2)",
    };
    set_up_model(fix, &crew_models_metadata);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run_elsewhere(fix, rows[i]);
    log_sink_forget(&fix->sink);
}

static const struct crew *get_crew(const fixture *fix)
{
    const struct crew *crew = NULL;
    ok(fix, crew_get_one(fix->session, 1, &crew));
    return crew;
}

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

/* ---- deleting ---- */

/* The one that was taken out is no member any more, so the owner's cascade does not reach it. */
static void who_was_taken_out_does_not_go_with_the_owner(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-278");
    set_up_crew(&fix);
    const struct crew *crew = get_crew(&fix);
    const struct sailor *sailor = NULL;
    ok(&fix, sailor_get_one(fix.session, 2, &sailor));
    ok(&fix, crew_sailors_remove(crew, sailor));
    ok(&fix, crew_delete(fix.session, crew));
    assert_int_equal(calx_session_count_deleted(fix.session), 1 + 2 + 3);
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT id FROM sailors"), 2);
    assert_int_equal(number(fix.session, "SELECT count(crew_id) FROM sailors"), 0);
    assert_int_equal(state_of(sailor), CALX_STATE_PERSISTENT);
    tear_down(&fix);
}

static void who_cannot_be_without_goes_all_the_same(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-278");
    calx_shows("SES-282");
    set_up_crew(&fix);
    const struct crew *crew = get_crew(&fix);
    const struct rope *rope = NULL;
    ok(&fix, rope_get_one(fix.session, 2, &rope));
    ok(&fix, crew_ropes_remove(crew, rope));
    assert_int_equal(state_of(rope), CALX_STATE_PERSISTENT);
    assert_int_equal(calx_session_count_deleted(fix.session), 0);
    ok(&fix, crew_delete(fix.session, crew));
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM ropes"), 0);
    tear_down(&fix);
}

/* One SELECT for each relationship that is not loaded, at once; those of the third at the flush. */
static void each_relationship_is_asked_for_once(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-276");
    calx_shows("SES-277");
    set_up_crew(&fix);
    const struct crew *crew = get_crew(&fix);
    log_sink_forget(&fix.sink);
    ok(&fix, crew_delete(fix.session, crew));
    assert_int_equal(logged(&fix, "SELECT"), 2);
    assert_int_equal(calx_session_count_deleted(fix.session), 1 + 3 + 3);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 1);
    long songs = log_sink_find(&fix.sink, 0, "UPDATE \"songs\"");
    long crews = log_sink_find(&fix.sink, 0, "DELETE FROM \"crews\"");
    assert_true(songs >= 0 && songs < crews);
    assert_true(log_sink_find(&fix.sink, 0, "DELETE FROM \"sailors\"") < crews);
    assert_true(log_sink_find(&fix.sink, 0, "DELETE FROM \"ropes\"") < crews);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM songs WHERE crew_id IS NULL"), 3);
    ok(&fix, calx_session_rollback(fix.session));
    tear_down(&fix);
}

static void many_members_lose_their_owner_together(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-277");
    set_up_crew(&fix);
    for (int i = 0; i < 5; i++) /* 96 songs */
        run_elsewhere(&fix, "INSERT INTO songs (crew_id) SELECT 1 FROM songs");
    int64_t count = number(fix.session, "SELECT count(*) FROM songs");
    ok(&fix, crew_delete(fix.session, get_crew(&fix)));
    log_sink_forget(&fix.sink);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"songs\""),
                     calx_test_on("postgresql") ? 1 : count);
    assert_int_equal(number(fix.session, "SELECT count(crew_id) FROM songs"), 0);
    tear_down(&fix);
}

/* From the side of the foreign key, too. */
static void a_member_takes_its_owner_along_where_its_cascade_says(void **state)
{
    (void)state;
    fixture fix;
    const struct boat *boats[3];
    calx_shows("SES-279");
    set_up_crew(&fix);
    for (int i = 0; i < 3; i++)
        ok(&fix, boat_get_one(fix.session, i + 1, &boats[i]));
    log_sink_forget(&fix.sink);
    ok(&fix, boat_delete(fix.session, boats[0]));
    assert_int_equal(logged(&fix, "SELECT"), 1); /* its anchor */
    assert_int_equal(calx_session_count_deleted(fix.session), 2);
    ok(&fix, boat_delete(fix.session, boats[1])); /* it has none */
    assert_int_equal(logged(&fix, "SELECT"), 0);
    ok(&fix, calx_session_flush(fix.session));
    assert_true(log_sink_find(&fix.sink, 0, "DELETE FROM \"boats\"") <
                log_sink_find(&fix.sink, 0, "DELETE FROM \"anchors\""));
    assert_int_equal(number(fix.session, "SELECT id FROM anchors"), 2);
    const struct anchor *anchor = NULL;
    ok(&fix, boat_anchor(boats[2], &anchor));
    ok(&fix, boat_clear_anchor(boats[2])); /* let go of, it stays */
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM anchors"), 1);
    tear_down(&fix);
}

/* ---- coming in ---- */

static void without_a_cascade_nobody_is_let_in(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-190");
    set_up_crew(&fix);
    const struct crew *crew = get_crew(&fix);
    struct song *song = song_new();
    ok(&fix, crew_songs_append(crew, song));
    assert_null(calx_object_session(song));
    log_sink_forget(&fix.sink);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT"), 0);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE"), 0);
    assert_false(song->crew_id.has_value);
    ok(&fix, song_add(fix.session, song)); /* the way */
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(crew_id) FROM songs"), 4);
    tear_down(&fix);
}

/* Also who was taken out since the last flush, so that its row is written. */
static void who_was_taken_out_of_a_detached_owner_comes_in_with_it(void **state)
{
    (void)state;
    fixture fix;
    size_t count = 0;
    calx_shows("SES-273");
    set_up_crew(&fix);
    const struct crew *crew = get_crew(&fix);
    const struct sailor *const *sailors = NULL;
    ok(&fix, crew_sailors(crew, &sailors, &count));
    assert_int_equal(count, 3);
    const struct sailor *out = sailors[1], *in = sailors[0];
    ok(&fix, calx_session_expunge(fix.session, crew));
    assert_null(calx_object_session(in));
    assert_null(calx_object_session(out));
    ok(&fix, crew_sailors_remove(crew, out));
    struct sailor *late = sailor_new();
    ok(&fix, crew_sailors_append(crew, late));
    assert_null(calx_object_session(late));
    ok(&fix, crew_add(fix.session, (struct crew *)crew));
    assert_ptr_equal(calx_object_session(in), fix.session);
    assert_ptr_equal(calx_object_session(out), fix.session);
    assert_ptr_equal(calx_object_session(late), fix.session);
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT id FROM sailors WHERE crew_id IS NULL"), 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM sailors WHERE crew_id = 1"), 3);
    tear_down(&fix);
}

/* It is written, and the database says whether it may be. */
static void one_that_never_had_an_owner_is_left_to_the_database(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-284");
    set_up_crew(&fix);
    struct rope *loose = rope_new(), *lost = rope_new();
    ok(&fix, rope_add(fix.session, loose));
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM ropes WHERE crew_id IS NULL"), 1);
    lost->crew_id = (calx_nullable_int64){ true, 99 };
    ok(&fix, rope_add(fix.session, lost));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FOREIGN_KEY);
    assert_non_null(strstr(message(fix.session), "rope"));
    ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(state_of(lost), CALX_STATE_TRANSIENT);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_taken_out_does_not_go_with_the_owner),
        cmocka_unit_test(who_cannot_be_without_goes_all_the_same),
        cmocka_unit_test(each_relationship_is_asked_for_once),
        cmocka_unit_test(many_members_lose_their_owner_together),
        cmocka_unit_test(a_member_takes_its_owner_along_where_its_cascade_says),
        cmocka_unit_test(without_a_cascade_nobody_is_let_in),
        cmocka_unit_test(who_was_taken_out_of_a_detached_owner_comes_in_with_it),
        cmocka_unit_test(one_that_never_had_an_owner_is_left_to_the_database),
    };
    return CALX_RUN("cascade_rules", tests);
}
