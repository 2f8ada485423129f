/*
 * A flush of everything that points at something, with an allocation, the disk or the server
 * failing at each point of it in turn. Afterwards nothing is written, memory is as it was, and the
 * same session can do it all again.
 */
#include "key_models.h"
#include "support/faulty_disk.h"
#include "support/graph_session.h"
#include "support/harness.h"
#include "support/ration.h"
#include "support/server.h"
#include "work_models.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { PLAYERS = 6, NODES = 31 };

/* What goes wrong when so many statements of a flush have been announced. */
typedef struct stage_set {
    graph direct; /* past the trouble */
    char url[1024];
    calx_engine *engine;
    long moment; /* below 0: never */
    void (*strike)(const char *url);
    void (*mend)(void);
} stage_set;

typedef struct cast {
    calx_session *session;
    struct player *players[PLAYERS];
    struct node *nodes[NODES];
    const struct member *member;
    const struct mail *mail;
    const struct worker *worker;
    const struct shelf *shelf;
    const struct player *old_player;
    const struct ball *old_ball;
} cast;

/* ---- the database ---- */

static void refill(stage_set *set)
{
    static const char *const statements[] = {
        "UPDATE players SET favorite_id = NULL",
        "DELETE FROM balls",
        "DELETE FROM players",
        "UPDATE nodes SET parent_id = NULL",
        "DELETE FROM nodes",
        "DELETE FROM books",
        "DELETE FROM shelves",
        "DELETE FROM mails",
        "DELETE FROM members",
        "DELETE FROM tasks",
        "DELETE FROM workers",
        "INSERT INTO players (id, name, revision) VALUES (-1, 'old', 1)",
        "INSERT INTO balls (id, color, player_id) VALUES (-1, 'old', -1)",
        "UPDATE players SET favorite_id = -1",
        "INSERT INTO shelves (id, name) VALUES (-1, 'old')",
        "INSERT INTO books (title, shelf_id) VALUES ('a', -1), ('b', -1)",
        "INSERT INTO members (name) VALUES ('ann')",
        "INSERT INTO mails (address, member_name) VALUES ('a', 'ann'), ('b', 'ann')",
        "INSERT INTO workers (name) VALUES ('ann')",
        "INSERT INTO tasks (id, worker_name) VALUES (1, 'ann'), (2, 'ann')",
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        graph_sql(&set->direct, statements[i]);
    graph_ok(&set->direct, calx_session_commit(set->direct.session));
    graph_forget(&set->direct);
}

static void expect(stage_set *set, const char *sql, int64_t number)
{
    int64_t found = graph_number(&set->direct, sql);
    if (found != number)
        fail_msg("%s: %lld, not %lld", sql, (long long)found, (long long)number);
}

/* All of it is there, or nothing. */
static void check_database(stage_set *set, bool written)
{
    expect(set, "SELECT count(*) FROM players", written ? PLAYERS : 1);
    expect(set,
           "SELECT count(*) FROM players p JOIN balls b ON b.id = p.favorite_id AND "
           "b.player_id = p.id",
           written ? PLAYERS : 1);
    expect(set, "SELECT count(parent_id) FROM nodes", written ? NODES - 1 : 0);
    expect(set, "SELECT count(*) FROM shelves", written ? 0 : 1);
    expect(set, "SELECT count(*) FROM books", written ? 0 : 2);
    expect(set, "SELECT count(*) FROM mails WHERE member_name = 'bob'", written ? 2 : 0);
    expect(set, "SELECT count(*) FROM tasks WHERE worker_name = 'eve'", written ? 2 : 0);
    graph_ok(&set->direct, calx_session_rollback(set->direct.session));
    graph_forget(&set->direct);
}

/* ---- memory ---- */

static void well(const cast *all, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), calx_session_error(all->session)->message);
}

static const void *get(const cast *all, const calx_mapper *mapper, calx_value key)
{
    const void *found = NULL;
    well(all, calx_session_get(all->session, mapper, &key, &found));
    return found;
}

static void make_new(cast *all)
{
    for (int i = 0; i < PLAYERS; i++) {
        struct ball *ball = calx_instance_new(&ball_mapper);
        all->players[i] = calx_instance_new(&player_mapper);
        well(all, graph_append(all->players[i], PLAYER_BALLS, ball));
        well(all, graph_set(all->players[i], PLAYER_FAVORITE, ball));
    }
    for (int i = 0; i < NODES; i++) {
        all->nodes[i] = calx_instance_new(&node_mapper);
        if (i > 0)
            well(all, graph_set(all->nodes[i], NODE_PARENT, all->nodes[(i - 1) / 5]));
    }
}

static void load_old(cast *all)
{
    all->member = get(all, &member_mapper, calx_value_text("ann"));
    assert_int_equal(graph_count(all->member, MEMBER_MAILS), 2);
    all->mail = graph_item(all->member, MEMBER_MAILS, 0);
    all->worker = get(all, &worker_mapper, calx_value_text("ann"));
    all->shelf = get(all, &shelf_mapper, calx_value_int64(-1));
    assert_int_equal(graph_count(all->shelf, SHELF_BOOKS), 2);
    all->old_player = get(all, &player_mapper, calx_value_int64(-1));
    all->old_ball = graph_one(all->old_player, PLAYER_FAVORITE);
}

/* Everything the flush is to write. */
static void change(const cast *all)
{
    for (int i = 0; i < PLAYERS; i++)
        well(all, calx_session_add(all->session, all->players[i]));
    for (int i = 0; i < NODES; i++)
        well(all, calx_session_add(all->session, all->nodes[i]));
    ((struct member *)calx_instance_edit(all->member))->name = "bob";
    ((struct worker *)calx_instance_edit(all->worker))->name = "eve";
    well(all, calx_session_delete(all->session, all->shelf));
    well(all, calx_session_delete(all->session, all->old_ball));
    well(all, calx_session_delete(all->session, all->old_player));
}

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_DETACHED;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

static void check_undone(const cast *all)
{
    for (int i = 0; i < PLAYERS; i++) {
        assert_int_equal(state_of(all->players[i]), CALX_STATE_TRANSIENT);
        assert_int_equal(state_of(all->players[i]->favorite), CALX_STATE_TRANSIENT);
    }
    for (int i = 0; i < NODES; i++)
        assert_int_equal(state_of(all->nodes[i]), CALX_STATE_TRANSIENT);
    assert_int_equal(state_of(all->shelf), CALX_STATE_PERSISTENT);
    assert_string_equal(all->mail->member_name, "ann");
    assert_null(get(all, &member_mapper, calx_value_text("bob")));
    assert_ptr_equal(get(all, &member_mapper, calx_value_text("ann")), all->member);
    assert_ptr_equal(get(all, &worker_mapper, calx_value_text("ann")), all->worker);
    assert_string_equal(all->member->name, "ann");
    assert_int_equal(graph_count(all->member, MEMBER_MAILS), 2);
    assert_int_equal(graph_count(all->shelf, SHELF_BOOKS), 2);
    assert_ptr_equal(graph_one(all->old_player, PLAYER_FAVORITE), all->old_ball);
}

/* ---- one time ---- */

static void count_down(void *context, calx_log_level level, const char *logger, const char *text)
{
    stage_set *set = context;
    (void)logger;
    (void)text;
    if (level == CALX_LOG_INFO && set->moment >= 0 && set->moment-- == 0)
        set->strike(set->url);
}

static void open_session(const stage_set *set, cast *all)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = set->engine;
    options.autoflush = false;
    assert_int_equal(calx_session_new(&options, &all->session, NULL), CALX_OK);
}

/* Flushes with the trouble at a moment, and once more without; answers what came of the first. */
static calx_status perform(stage_set *set, ration *account, long moment)
{
    cast all = { NULL };
    refill(set);
    open_session(set, &all);
    make_new(&all);
    load_old(&all);
    change(&all);
    if (account != NULL)
        atomic_store(&account->left, moment);
    else
        set->moment = moment;
    calx_status status = calx_session_flush(all.session);
    set->moment = -1;
    set->mend();
    if (account != NULL)
        atomic_store(&account->left, RATION_UNLIMITED);
    if (status != CALX_OK) {
        well(&all, calx_session_rollback(all.session));
        check_undone(&all);
        well(&all, calx_session_rollback(all.session));
        check_database(set, false);
        change(&all);
    }
    well(&all, calx_session_commit(all.session));
    check_database(set, true);
    calx_session_free(all.session);
    return status;
}

static void open_engine(stage_set *set, bool counts)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = counts ? CALX_ECHO_SQL : CALX_ECHO_OFF;
    options.log = counts ? count_down : NULL;
    options.log_context = set;
    assert_int_equal(calx_engine_new(set->url, &options, &set->engine, NULL), CALX_OK);
}

static void set_up(stage_set *set)
{
    graph_open(&set->direct);
    assert_int_equal(calx_schema_create_all(set->direct.engine, &work_metadata, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(set->direct.engine, &key_metadata, NULL), CALX_OK);
    set->moment = -1;
}

static void mend_nothing(void)
{
}

/* ---- memory ---- */

static void every_allocation_may_fail(void **state)
{
    (void)state;
    stage_set set = { .mend = mend_nothing };
    ration account;
    long allowed = 0;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up(&set);
    snprintf(set.url, sizeof(set.url), "%s", calx_test_url());
    open_engine(&set, false);
    while (perform(&set, &account, allowed) == CALX_E_NOMEM)
        allowed++;
    assert_int_equal(perform(&set, &account, allowed), CALX_OK);
    assert_true(allowed > 20);
    calx_engine_free(set.engine);
    graph_close(&set.direct);
    assert_int_equal(ration_stop(&account), 0);
}

/* ---- the disk, and the server ---- */

static void break_disk(const char *url)
{
    (void)url;
    faulty_disk_fail(SQLITE_IOERR);
}

static void mend_disk(void)
{
    faulty_disk_fail(SQLITE_OK);
}

static const char name_option[] = "application_name=";

static void kill_connections(const char *url)
{
    char name[128];
    const char *start = strstr(url, name_option);
    assert_non_null(start);
    start += strlen(name_option);
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(start, "&"), start);
    (void)server_run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
                     "application_name = '",
                     name, "'");
}

static void at_each_statement(stage_set *set, calx_status expected)
{
    long moment = 0;
    calx_status status = expected;
    open_engine(set, true);
    for (; status == expected; moment++)
        status = perform(set, NULL, moment);
    assert_int_equal(status, CALX_OK);
    assert_true(moment > 10);
    calx_engine_free(set->engine);
}

static void the_disk_may_fail_at_every_statement(void **state)
{
    (void)state;
    stage_set set = { .strike = break_disk, .mend = mend_disk };
    faulty_disk_begin();
    set_up(&set);
    snprintf(set.url, sizeof(set.url), "sqlite:///file:%s?uri=true&vfs=faulty&synchronous=off",
             strstr(calx_test_url(), ":///") + 4);
    at_each_statement(&set, CALX_E_IO);
    graph_close(&set.direct);
    faulty_disk_end();
}

static void the_server_may_go_away_at_every_statement(void **state)
{
    (void)state;
    stage_set set = { .strike = kill_connections, .mend = mend_nothing };
    set_up(&set);
    snprintf(set.url, sizeof(set.url), "%s", calx_test_url());
    *(strstr(set.url, name_option) + strlen(name_option)) = 'V'; /* the victims have a name */
    at_each_statement(&set, CALX_E_DISCONNECT);
    graph_close(&set.direct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
        CALX_SQLITE(the_disk_may_fail_at_every_statement),
        CALX_POSTGRESQL(the_server_may_go_away_at_every_statement),
    };
    return CALX_RUN("graph_faults", tests);
}
