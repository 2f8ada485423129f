/*
 * Everything that loads, over a line that is cut at messages of either side, one after the other,
 * between statements and inside of their rows. The call that meets it says so, rollback() mends the
 * session, and the next try, over another connection, brings what is right.
 */
#include "loading_scenes.h"
#include "support/gate.h"

enum { MOST_MESSAGES = 600 };

typedef struct line {
    graph direct; /* past the gate */
    gate *between;
    char url[1024];
} line;

/* What happens to it, and at which messages. */
typedef struct cut {
    gate_side side;
    gate_fault fault;
    long step;
} cut;

static void open_line(line *self)
{
    depot_open(&self->direct);
    self->between = gate_open();
    gate_url(self->between, calx_test_url(), self->url, sizeof self->url);
}

static void close_line(line *self)
{
    gate_close(self->between);
    graph_close(&self->direct);
}

/* In a session of its own, over a connection of an earlier one where there is one. */
static void open_room(graph *fix)
{
    fix->session = NULL;
    log_sink_init(&fix->sink);
    graph_reopen(fix, true);
    assert_int_equal(graph_number(fix, "SELECT 1"), 1);
}

static void close_room(graph *fix)
{
    calx_session_free(fix->session);
    log_sink_clear(&fix->sink);
}

static void check_failure(const graph *fix, const loading_scene *scene, calx_status status)
{
    const calx_error *error = calx_session_error(fix->session);
    if (status != CALX_E_DISCONNECT || (error->flags & CALX_ERROR_DISCONNECT) == 0)
        fail_msg("%s: %s", scene->name, error->message);
    assert_int_equal(error->flags & CALX_ERROR_OUTCOME_UNKNOWN, 0);
    graph_ok(fix, calx_session_rollback(fix->session));
    assert_true(calx_session_is_active(fix->session));
    if (scene->play(fix) != CALX_OK)
        fail_msg("%s, again: %s", scene->name, calx_session_error(fix->session)->message);
    graph_ok(fix, calx_session_commit(fix->session));
}

/* false: no more messages than that. */
static bool cut_once(const line *self, calx_engine *engine, const loading_scene *scene,
                     const cut *made, long messages)
{
    graph fix = { .engine = engine };
    open_room(&fix);
    gate_arm(self->between, made->side, made->fault, messages);
    calx_status status = scene->play(&fix);
    bool struck = gate_disarm(self->between);
    assert_true(struck || status == CALX_OK);
    if (status != CALX_OK)
        check_failure(&fix, scene, status);
    close_room(&fix);
    return struck;
}

/* Each scene begins at another message, so that all kinds of them are met. */
static void cut_everywhere(const cut *made)
{
    line self;
    open_line(&self);
    for (size_t i = 0; i < LOADING_SCENES; i++) {
        calx_engine *engine = NULL;
        long messages = (long)i % made->step;
        assert_int_equal(calx_engine_new(self.url, NULL, &engine, NULL), CALX_OK);
        while (cut_once(&self, engine, &loading_scenes[i], made, messages)) {
            messages += made->step;
            assert_true(messages < MOST_MESSAGES);
        }
        assert_true(messages > 3);
        calx_engine_free(engine);
    }
    close_line(&self);
}

static void a_line_cut_at_any_message_of_the_client_is_survived(void **state)
{
    (void)state;
    cut_everywhere(&(cut){ GATE_CLIENT, GATE_CUT, 7 });
}

static void a_line_cut_at_any_message_of_the_server_is_survived(void **state)
{
    (void)state;
    cut_everywhere(&(cut){ GATE_SERVER, GATE_CUT, 13 });
}

static void a_line_cut_inside_of_a_message_is_survived(void **state)
{
    (void)state;
    cut_everywhere(&(cut){ GATE_SERVER, GATE_TEAR, 23 });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_cut_at_any_message_of_the_client_is_survived),
        cmocka_unit_test(a_line_cut_at_any_message_of_the_server_is_survived),
        cmocka_unit_test(a_line_cut_inside_of_a_message_is_survived),
    };
    return CALX_RUN("postgresql_loading", tests);
}
