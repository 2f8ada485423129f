/*
 * References that are written apart from their rows, so that rows can point at each other.
 */
#include "support/graph_session.h"
#include "support/harness.h"
#include "work_models.h"

#include <string.h>

enum { SOME = 6 };

static void set_up(graph *fix)
{
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &work_metadata, NULL), CALX_OK);
    graph_forget(fix);
}

static void *make(const calx_mapper *mapper)
{
    void *entity = calx_instance_new(mapper);
    assert_non_null(entity);
    return entity;
}

/* A player whose favorite ball is his own. */
static struct player *player_with_ball(graph *fix, const char *name)
{
    struct player *player = make(&player_mapper);
    struct ball *ball = make(&ball_mapper);
    player->name = name;
    ball->color = "red";
    graph_ok(fix, graph_append(player, PLAYER_BALLS, ball));
    graph_ok(fix, graph_set(player, PLAYER_FAVORITE, ball));
    return player;
}

static void rows_that_point_at_each_other_are_inserted_and_then_joined(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-198");
    set_up(&fix);
    struct player *player = player_with_ball(&fix, "ann");
    player->favorite_id = (calx_nullable_int64){ true, 77 }; /* the reference is newer */
    graph_ok(&fix, calx_session_add(fix.session, player));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 3);
    long players = log_sink_find(&fix.sink, 0, "INSERT INTO \"players\"");
    long balls = log_sink_find(&fix.sink, 0, "INSERT INTO \"balls\"");
    assert_true(players >= 0 && players < balls);
    assert_true(log_sink_find(&fix.sink, 0, "UPDATE \"players\" SET \"favorite_id\"") > balls);
    assert_true(player->favorite_id.has_value);
    assert_int_equal(player->favorite_id.value, player->favorite->id);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 0);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT favorite_id FROM players"), player->favorite->id);
    graph_close(&fix);
}

static void only_rows_that_need_it_are_updated_and_like_ones_together(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-198");
    set_up(&fix);
    const struct player *players[SOME];
    for (int i = 0; i < SOME; i++) {
        players[i] = player_with_ball(&fix, "ann");
        graph_ok(&fix, calx_session_add(fix.session, players[i]));
    }
    struct player *without = make(&player_mapper);
    without->name = "bob";
    graph_ok(&fix, calx_session_add(fix.session, without));
    graph_ok(&fix, calx_session_flush(fix.session));
    bool together = calx_test_on("postgresql");
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"players\""), together ? 1 : SOME + 1);
    assert_int_equal(graph_statements(&fix, "INSERT INTO \"balls\""), together ? 1 : SOME);
    assert_int_equal(graph_statements(&fix, "UPDATE"), together ? 1 : SOME);
    graph_forget(&fix);
    for (int i = 0; i < SOME; i++) {
        graph_ok(&fix, calx_session_delete(fix.session, players[i]->favorite));
        graph_ok(&fix, calx_session_delete(fix.session, players[i]));
    }
    graph_ok(&fix, calx_session_delete(fix.session, without));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), together ? 1 : SOME);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"balls\""), together ? 1 : SOME);
    assert_int_equal(graph_statements(&fix, "DELETE FROM \"players\""), together ? 1 : SOME + 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM players"), 0);
    graph_close(&fix);
}

static void a_target_that_is_there_already_needs_no_update(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-198");
    set_up(&fix);
    struct ball *ball = make(&ball_mapper);
    graph_ok(&fix, calx_session_add(fix.session, ball));
    graph_ok(&fix, calx_session_flush(fix.session));
    struct player *player = make(&player_mapper);
    graph_ok(&fix, graph_set(player, PLAYER_FAVORITE, ball));
    graph_ok(&fix, calx_session_add(fix.session, player));
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    assert_int_equal(player->favorite_id.value, ball->id);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, player));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, ""), 1);
    graph_close(&fix);
}

static void what_is_deleted_lets_go_first(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-198");
    set_up(&fix);
    struct player *player = player_with_ball(&fix, "ann");
    graph_ok(&fix, calx_session_add(fix.session, player));
    graph_ok(&fix, calx_session_commit(fix.session));
    const struct ball *ball = graph_one(player, PLAYER_FAVORITE);
    graph_forget(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, player));
    graph_ok(&fix, calx_session_delete(fix.session, ball));
    graph_ok(&fix, calx_session_flush(fix.session));
    long update = log_sink_find(&fix.sink, 0, "UPDATE \"players\" SET \"favorite_id\"");
    long balls = log_sink_find(&fix.sink, 0, "DELETE FROM \"balls\"");
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_true(update >= 0 && update < balls);
    assert_true(balls < log_sink_find(&fix.sink, 0, "DELETE FROM \"players\""));
    assert_true(player->favorite_id.has_value); /* what is gone keeps what it said */
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_ptr_equal(graph_one(player, PLAYER_FAVORITE), ball);
    graph_close(&fix);
}

static void a_page_can_follow_itself_and_pages_each_other(void **state)
{
    (void)state;
    graph fix;
    struct page *pages[3];
    calx_shows("SES-197");
    calx_shows("SES-198");
    set_up(&fix);
    for (int i = 0; i < 3; i++)
        pages[i] = make(&page_mapper);
    graph_ok(&fix, graph_set(pages[0], PAGE_NEXT, pages[0]));
    graph_ok(&fix, graph_append(pages[1], PAGE_BEFORE, pages[2]));
    graph_ok(&fix, graph_append(pages[2], PAGE_BEFORE, pages[1]));
    for (int i = 0; i < 3; i++)
        graph_ok(&fix, calx_session_add(fix.session, pages[i]));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "INSERT"), 3);
    /* The last one points at a row that is there by then, where rows go one by one. */
    assert_int_equal(graph_statements(&fix, "UPDATE"), 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_ptr_equal(graph_one(pages[0], PAGE_NEXT), pages[0]);
    assert_ptr_equal(graph_one(pages[1], PAGE_NEXT), pages[2]);
    assert_ptr_equal(graph_one(pages[2], PAGE_NEXT), pages[1]);
    graph_forget(&fix);
    for (int i = 0; i < 3; i++)
        graph_ok(&fix, calx_session_delete(fix.session, pages[i]));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "DELETE"), 3);
    assert_int_equal(graph_statements(&fix, "UPDATE"), 2); /* the first one needs none */
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM pages"), 0);
    graph_close(&fix);
}

static void each_update_of_its_own_counts_the_version_up(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-350");
    set_up(&fix);
    struct player *player = player_with_ball(&fix, "ann");
    graph_ok(&fix, calx_session_add(fix.session, player));
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(player->revision, 2);
    assert_int_equal(graph_number(&fix, "SELECT revision FROM players"), 2);
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_ok(&fix, calx_session_delete(fix.session, graph_one(player, PLAYER_FAVORITE)));
    graph_ok(&fix, calx_session_delete(fix.session, player));
    calx_session_set_autoflush(fix.session, false);
    graph_sql(&fix, "UPDATE players SET revision = 9");
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STALE_DATA);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "deleting player(id="));
    graph_ok(&fix, calx_session_rollback(fix.session));
    graph_close(&fix);
}

static void a_rollback_takes_both_rows_back(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix);
    graph_ok(&fix, calx_session_begin_nested(fix.session));
    struct player *player = player_with_ball(&fix, "ann");
    graph_ok(&fix, calx_session_add(fix.session, player));
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_ok(&fix, calx_session_rollback(fix.session));
    calx_state now = CALX_STATE_PERSISTENT;
    assert_int_equal(calx_instance_state(player, &now), CALX_OK);
    assert_int_equal(now, CALX_STATE_TRANSIENT);
    player->id = 0;
    player->revision = 0;
    ((struct ball *)player->favorite)->id = 0;
    graph_ok(&fix, calx_session_add(fix.session, player));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(favorite_id) FROM players"), 1);
    graph_close(&fix);
}

static void a_circle_names_its_relationships_and_the_way_out(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-197");
    set_up(&fix);
    struct captain *captain = make(&captain_mapper);
    struct ship *ship = make(&ship_mapper);
    captain->ship = ship;
    ship->captain = captain;
    graph_ok(&fix, calx_session_add(fix.session, captain));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CIRCULAR_DEPENDENCY);
    const char *message = calx_session_error(fix.session)->message;
    assert_non_null(strstr(message, "captain.ship"));
    assert_non_null(strstr(message, "ship.captain"));
    assert_non_null(strstr(message, "CALX_POST_UPDATE"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    struct node *node = graph_node("self");
    graph_ok(&fix, graph_set(node, NODE_PARENT, node));
    graph_ok(&fix, calx_session_add(fix.session, node));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CIRCULAR_DEPENDENCY);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "itself by node.parent"));
    graph_close(&fix);
}

static void rows_in_a_circle_are_not_deleted_either(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-197");
    set_up(&fix);
    graph_sql(&fix, "INSERT INTO ships (id) VALUES (1)");
    graph_sql(&fix, "INSERT INTO captains (id, ship_id) VALUES (1, 1)");
    graph_sql(&fix, "UPDATE ships SET captain_id = 1");
    graph_ok(&fix, calx_session_commit(fix.session));
    const void *ship = graph_get(&fix, &ship_mapper, 1);
    const void *captain = graph_get(&fix, &captain_mapper, 1);
    graph_ok(&fix, calx_session_delete(fix.session, ship));
    graph_ok(&fix, calx_session_delete(fix.session, captain));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CIRCULAR_DEPENDENCY);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "captain.ship"));
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM ships"), 1);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_point_at_each_other_are_inserted_and_then_joined),
        cmocka_unit_test(only_rows_that_need_it_are_updated_and_like_ones_together),
        cmocka_unit_test(a_target_that_is_there_already_needs_no_update),
        cmocka_unit_test(what_is_deleted_lets_go_first),
        cmocka_unit_test(a_page_can_follow_itself_and_pages_each_other),
        cmocka_unit_test(each_update_of_its_own_counts_the_version_up),
        cmocka_unit_test(a_rollback_takes_both_rows_back),
        cmocka_unit_test(a_circle_names_its_relationships_and_the_way_out),
        cmocka_unit_test(rows_in_a_circle_are_not_deleted_either),
    };
    return CALX_RUN("post_update", tests);
}
