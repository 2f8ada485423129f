/*
 * Random walks through a session in trouble: an allocation fails, the disk, or the server goes
 * away, at each moment of the walk in turn. The call that meets it says so; a rollback leads back
 * to what is committed; the session works on; nothing is half written and nothing left behind.
 */
#include "session_world_model.h"
#include "support/faulty_disk.h"
#include "support/ration.h"
#include "support/server.h"

#include <sqlite3.h>
#include <stdio.h>

enum { WALKS = 8, SQLITE_WALKS = 40, STEPS = 16 };

/* What goes wrong when so many statements have been announced, until it is mended. */
typedef struct trouble {
    const char *url;
    long moment;
    bool (*explains)(calx_status status);
    void (*strike)(const char *url);
    void (*mend)(void);
    calx_engine *engine;
} trouble;

static void count_down(void *context, calx_log_level level, const char *logger, const char *text)
{
    trouble *self = context;
    (void)logger;
    (void)text;
    if (level == CALX_LOG_INFO && self->moment-- == 0 && self->strike != NULL)
        self->strike(self->url);
}

/* An engine of its own for the walk, so that it meets the trouble from the beginning. */
static bool settle_in(world *self, trouble *made, fixture *mine)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = count_down;
    options.log_context = made;
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_engine_new(made->url, &options, &made->engine, &error);
    bool settled = world_ok(self, status, error.message == NULL ? "engine" : error.message);
    calx_error_clear(&error);
    if (!settled)
        return false;
    mine->engine = made->engine;
    self->fix = mine;
    calx_session_options session = session_options(mine);
    return world_ok(self, calx_session_new(&session, &self->session, NULL), "session");
}

static bool take_steps(world *self, const walk *taken)
{
    bool well = true;
    for (size_t i = 0; well && i < taken->count; i++)
        well = world_step(self, &taken->steps[i]);
    return well && world_commit(self);
}

/* What never came to be in the session is the caller's. */
static void free_strays(world *self)
{
    for (size_t i = 0; i < self->thing_count; i++)
        if (calx_object_session(self->things[i].entity) == NULL)
            calx_instance_free(self->things[i].entity);
    self->thing_count = 0;
}

static bool recover(world *self)
{
    free_strays(self);
    if (self->session == NULL)
        return true;
    self->failed = false;
    self->level = 1;
    return world_ok(self, calx_session_rollback(self->session), "rollback after the trouble") &&
           (get_user(self->session, self->base) != NULL ||
            world_fail(self, "a session that works no more"));
}

/* Takes the walk into the trouble, and out of it. */
static bool take_troubled(world *self, const walk *taken, trouble *made, bool *out_struck)
{
    fixture *whole = self->fix;
    fixture mine = { NULL };
    world_reset(self);
    self->explains = made->explains;
    bool well = settle_in(self, made, &mine) && take_steps(self, taken);
    *out_struck = self->struck;
    made->moment = -1;
    made->mend();
    self->explains = NULL;
    if (self->struck)
        well = recover(self);
    calx_session_free(self->session);
    calx_engine_free(made->engine);
    made->engine = NULL;
    self->session = NULL;
    self->fix = whole;
    return well;
}

/* Seen by others: what was committed, whole. */
static bool outcome_agrees(world *self)
{
    self->rows = self->found[1];
    bool agrees = world_rows_agree(self, self->other) &&
                  world_ok(self, calx_session_rollback(self->other), "rollback");
    world_empty(self);
    log_sink_forget(&self->fix->sink);
    return agrees;
}

static bool check_walk(world *self, const walk *taken, bool well, long moment)
{
    if (well)
        return true;
    print_error("walk %llu of %zu steps, moment %ld: %s\n", (unsigned long long)taken->seed,
                taken->count, moment, self->why);
    return false;
}

static void begin(fixture *fix, world *self, const char *url)
{
    set_up_at(fix, url, &sample_metadata);
    world_begin(self, fix, NULL);
}

static void end(fixture *fix, world *self, bool well)
{
    world_end(self);
    tear_down(fix);
    assert_true(well);
}

/* ---- memory ---- */

static ration account;

static bool is_nomem(calx_status status)
{
    return status == CALX_E_NOMEM;
}

static void feed(void)
{
    atomic_store(&account.left, RATION_UNLIMITED);
}

static bool starve(world *self, const walk *taken, const char *url)
{
    bool struck = true, well = true;
    for (long allowed = 0; well && struck; allowed++) {
        trouble hunger = { .url = url, .moment = -1, .explains = is_nomem, .mend = feed };
        assert_true(ration_start(&account, allowed));
        well = take_troubled(self, taken, &hunger, &struck);
        long left = ration_stop(&account);
        if (well && left != 0)
            well = world_fail(self, "%ld blocks left behind", left);
        well = outcome_agrees(self) && well;
        well = check_walk(self, taken, well, allowed);
    }
    return well;
}

static void walks_survive_each_allocation_that_fails(void **state)
{
    (void)state;
    bool sqlite = calx_test_on("sqlite");
    const char *url = sqlite ? calx_test_url_with("synchronous=off") : calx_test_url();
    fixture fix;
    world self;
    begin(&fix, &self, url);
    bool well = true;
    for (uint64_t seed = 1; well && seed <= (sqlite ? SQLITE_WALKS : WALKS); seed++) {
        walk taken;
        walk_make(&taken, &world_actions, seed, STEPS);
        well = starve(&self, &taken, url);
    }
    end(&fix, &self, well);
}

/* ---- the disk and the server ---- */

/* The same trouble at each statement of each walk. */
static bool trouble_walks(world *self, const trouble *kind)
{
    bool well = true;
    size_t strikes = 0;
    for (uint64_t seed = 1; well && seed <= WALKS; seed++) {
        walk taken;
        bool struck = true;
        walk_make(&taken, &world_actions, seed, STEPS);
        for (long moment = 0; well && struck; moment++) {
            trouble made = *kind;
            made.moment = moment;
            well = take_troubled(self, &taken, &made, &struck);
            strikes += struck;
            well = outcome_agrees(self) && well;
            well = check_walk(self, &taken, well, moment);
        }
    }
    assert_true(!well || strikes > 5 * WALKS);
    return well;
}

static void break_disk(const char *url)
{
    (void)url;
    faulty_disk_fail(SQLITE_IOERR);
}

static void mend_disk(void)
{
    faulty_disk_fail(SQLITE_OK);
}

static bool is_of_disk(calx_status status)
{
    return status == CALX_E_IO || status == CALX_E_CONNECT;
}

static void walks_survive_a_disk_that_fails(void **state)
{
    (void)state;
    char url[1024];
    fixture fix;
    world self;
    faulty_disk_begin();
    snprintf(url, sizeof(url), "sqlite:///file:%s?uri=true&vfs=faulty&synchronous=off",
             calx_test_path("f.db"));
    begin(&fix, &self, url);
    bool well = trouble_walks(
        &self,
        &(trouble){ .url = url, .explains = is_of_disk, .strike = break_disk, .mend = mend_disk });
    world_end(&self);
    tear_down(&fix);
    faulty_disk_end();
    assert_true(well);
}

static const char name_option[] = "application_name=";

static char *name_in(const char *url)
{
    char *name = strstr((char *)(uintptr_t)url, name_option);
    assert_non_null(name);
    return name + strlen(name_option);
}

static void kill_connections(const char *url)
{
    char name[128];
    const char *start = name_in(url);
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(start, "&"), start);
    (void)server_run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
                     "application_name = '",
                     name, "'");
}

static void mend_nothing(void)
{
}

static bool is_disconnect(calx_status status)
{
    return status == CALX_E_DISCONNECT;
}

static void walks_survive_a_server_that_goes_away(void **state)
{
    (void)state;
    char url[1024];
    fixture fix;
    world self;
    begin(&fix, &self, calx_test_url());
    snprintf(url, sizeof(url), "%s", calx_test_url());
    *name_in(url) = 'V'; /* the victims have a name of their own */
    bool well = trouble_walks(&self, &(trouble){ .url = url,
                                                 .explains = is_disconnect,
                                                 .strike = kill_connections,
                                                 .mend = mend_nothing });
    end(&fix, &self, well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_survive_each_allocation_that_fails),
        CALX_SQLITE(walks_survive_a_disk_that_fails),
        CALX_POSTGRESQL(walks_survive_a_server_that_goes_away),
    };
    return CALX_RUN("session_faults", tests);
}
