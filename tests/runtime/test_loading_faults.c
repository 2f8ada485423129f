/*
 * Everything that loads, with an allocation or the disk failing at each point of it in turn. The
 * call that meets it says so and what it was about; the session stays usable, nothing is half
 * loaded or lost, and the next try brings what is right.
 */
#include "loading_scenes.h"
#include "support/faulty_disk.h"
#include "support/ration.h"

#include <sqlite3.h>

static char url[1024];

/* A session of its own, which is connected. */
static void open_room(graph *fix)
{
    assert_int_equal(calx_engine_new(url, NULL, &fix->engine, NULL), CALX_OK);
    fix->session = NULL;
    log_sink_init(&fix->sink);
    graph_reopen(fix, true);
    assert_int_equal(graph_number(fix, "SELECT 1"), 1);
}

/* Nothing of it is to be written, and it can be done again. */
static void play_again(graph *fix, const loading_scene *scene)
{
    assert_true(calx_session_is_active(fix->session));
    graph_ok(fix, calx_session_flush(fix->session));
    calx_status status = scene->play(fix);
    if (status != CALX_OK)
        fail_msg("%s, again: %s", scene->name, calx_session_error(fix->session)->message);
    graph_ok(fix, calx_session_commit(fix->session));
}

/* ---- memory ---- */

/* false: it takes no more memory than that. */
static bool starve_once(ration *account, const loading_scene *scene, long allowed)
{
    graph fix;
    open_room(&fix);
    atomic_store(&account->left, allowed);
    calx_status status = scene->play(&fix);
    bool struck = atomic_exchange(&account->left, RATION_UNLIMITED) < 0;
    assert_true(struck || status == CALX_OK);
    if (status != CALX_OK) {
        if (status != CALX_E_NOMEM)
            fail_msg("%s, %ld: %s", scene->name, allowed, calx_session_error(fix.session)->message);
        if (scene->changes)
            graph_ok(&fix, calx_session_rollback(fix.session));
        play_again(&fix, scene);
    }
    graph_close(&fix);
    return struck;
}

/*
 * Each one fails alone, and then with all that come after it; where a session takes long to
 * connect, one of seventeen, each scene beginning at another one.
 */
static void starve_both_ways(ration *account, const loading_scene *scene)
{
    for (int once = 1; once >= 0; once--) {
        long step = calx_test_on("postgresql") ? 17 : 1;
        long allowed = (scene - loading_scenes + once) % step;
        atomic_store(&account->once, once == 1);
        while (starve_once(account, scene, allowed))
            allowed += step;
        assert_true(allowed > 20);
    }
    atomic_store(&account->once, false);
}

static void starve(const char *first, size_t count)
{
    const loading_scene *scenes = loading_scene_of(first);
    graph direct;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    depot_open(&direct);
    snprintf(url, sizeof url, "%s", calx_test_url());
    for (size_t i = 0; i < count; i++)
        starve_both_ways(&account, &scenes[i]);
    graph_close(&direct);
    assert_int_equal(ration_stop(&account), 0);
}

static void every_allocation_of_each_way_may_fail(void **state)
{
    (void)state;
    starve("lazy", LOADING_WAYS);
}

static void every_allocation_of_a_stream_may_fail(void **state)
{
    (void)state;
    starve("stream", 1);
}

static void every_allocation_for_columns_that_come_later_may_fail(void **state)
{
    (void)state;
    starve("columns", 2);
}

static void every_allocation_of_what_loads_again_may_fail(void **state)
{
    (void)state;
    starve("get", 4);
}

static void every_allocation_of_a_change_that_loads_may_fail(void **state)
{
    (void)state;
    starve("changes", 1);
}

/* ---- the disk ---- */

/* false: it had no more to do with the disk than that. */
static bool fail_once(const loading_scene *scene, long accesses)
{
    graph fix;
    open_room(&fix);
    faulty_disk_fail_after(SQLITE_IOERR, accesses);
    calx_status status = scene->play(&fix);
    faulty_disk_fail(SQLITE_OK);
    if (status != CALX_OK) {
        const calx_error *error = calx_session_error(fix.session);
        if (status != CALX_E_IO || error->message[0] == '\0' || error->statement[0] == '\0')
            fail_msg("%s, %ld: %s\n%s", scene->name, accesses, error->message, error->statement);
        graph_ok(&fix, calx_session_rollback(fix.session));
        play_again(&fix, scene);
    }
    graph_close(&fix);
    return status != CALX_OK;
}

static void the_disk_may_fail_at_every_access(void **state)
{
    (void)state;
    graph direct;
    faulty_disk_begin();
    depot_open(&direct);
    snprintf(url, sizeof url, "sqlite:///file:%s?uri=true&vfs=faulty&synchronous=off",
             strstr(calx_test_url(), ":///") + 4);
    for (size_t i = 0; i < LOADING_SCENES; i++) {
        long accesses = 0;
        while (fail_once(&loading_scenes[i], accesses))
            accesses++;
        assert_true(accesses > 1);
    }
    graph_close(&direct);
    faulty_disk_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_of_each_way_may_fail),
        cmocka_unit_test(every_allocation_of_a_stream_may_fail),
        cmocka_unit_test(every_allocation_for_columns_that_come_later_may_fail),
        cmocka_unit_test(every_allocation_of_what_loads_again_may_fail),
        cmocka_unit_test(every_allocation_of_a_change_that_loads_may_fail),
        CALX_SQLITE(the_disk_may_fail_at_every_access),
    };
    return CALX_RUN("loading_faults", tests);
}
