/*
 * Units of transactions in two phases, and how what they leave behind is finished. A crash is a
 * connection that is thrown away while its transaction is prepared. Other tests run on the same
 * server, so every unit here has an owner of its own.
 */
#include "engine_fixture.h"

#include "engine/branch_name.h"
#include "engine/two_phase_ask.h"
#include "support/ration.h"
#include "support/server.h"

#include <calx/event.h>
#include <calx/recovery.h>
#include <calx/two_phase.h>
#include <string.h>
#include <unistd.h>

enum { BRANCHES = 3 };

/* Three engines on the test's schema, each with a table of its own, and a unit over them. */
typedef struct units {
    calx_engine *engines[BRANCHES];
    calx_connection *connections[BRANCHES];
    calx_two_phase *unit;
    char owner[40];
    calx_recovery *report;
} units;

static void unit_ok(const units *self, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), calx_two_phase_error(self->unit)->message);
}

static const char *insert_into(int branch)
{
    static const char *const texts[] = { "INSERT INTO t0 VALUES (1)", "INSERT INTO t1 VALUES (1)",
                                         "INSERT INTO t2 VALUES (1)" };
    return texts[branch];
}

/* The unit with its work done in all branches. */
static void begin(units *self)
{
    assert_int_equal(calx_two_phase_new(self->owner, &self->unit, NULL), CALX_OK);
    for (int i = 0; i < BRANCHES; i++) {
        self->connections[i] = connect_to(self->engines[i]);
        unit_ok(self, calx_two_phase_join(self->unit, self->connections[i]));
        run(self->connections[i], insert_into(i));
    }
}

static units open_units(void)
{
    units self = { .unit = NULL };
    snprintf(self.owner, sizeof(self.owner), "test-%ld", (long)getpid());
    for (int i = 0; i < BRANCHES; i++) {
        char sql[64];
        self.engines[i] = new_engine(calx_test_url(), NULL);
        calx_connection *connection = connect_to(self.engines[i]);
        snprintf(sql, sizeof(sql), "CREATE TABLE t%d (id INTEGER PRIMARY KEY)", i);
        run(connection, sql);
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
    }
    begin(&self);
    return self;
}

static void leave(units *self)
{
    calx_two_phase_free(self->unit);
    self->unit = NULL;
    for (int i = 0; i < BRANCHES; i++)
        calx_connection_close(self->connections[i]);
    memset(self->connections, 0, sizeof(self->connections));
}

static void close_units(units *self)
{
    leave(self);
    calx_recovery_free(self->report);
    for (int i = 0; i < BRANCHES; i++)
        calx_engine_free(self->engines[i]);
}

/* As if the program had been killed: what is prepared waits. */
static void crash(units *self)
{
    for (int i = 0; i < BRANCHES; i++)
        calx_connection_leave_prepared(self->connections[i]);
    leave(self);
}

/* How many of the tables have the row. */
static int stored(const units *self)
{
    int count = 0;
    calx_connection *connection = connect_to(self->engines[0]);
    count += (int)number(connection, "SELECT count(*) FROM t0");
    count += (int)number(connection, "SELECT count(*) FROM t1");
    count += (int)number(connection, "SELECT count(*) FROM t2");
    calx_connection_close(connection);
    return count;
}

static calx_status try_recover(units *self, size_t engines, bool dry, int64_t min_age_ms)
{
    calx_recovery_options options = CALX_RECOVERY_OPTIONS_INIT;
    options.engines = self->engines;
    options.engine_count = engines;
    options.owner = self->owner;
    options.min_age_ms = min_age_ms;
    options.dry_run = dry;
    calx_recovery_free(self->report);
    self->report = NULL;
    return calx_recover(&options, &self->report, NULL);
}

/* How many lines of this owner's units say so; each engine sees the same database here. */
static int outcomes(const units *self, calx_recovery_outcome outcome)
{
    int count = 0;
    for (size_t i = 0; i < calx_recovery_count(self->report); i++) {
        const calx_recovered *line = calx_recovery_line(self->report, i);
        count += line->outcome == outcome && strstr(line->name, self->owner) != NULL;
    }
    return count;
}

static void recover_one(units *self)
{
    assert_int_equal(try_recover(self, 1, false, 0), CALX_OK);
}

static void a_unit_commits_or_rolls_back_as_one(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    units self = open_units();
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_OPEN);
    unit_ok(&self, calx_two_phase_rollback(self.unit));
    unit_ok(&self, calx_two_phase_rollback(self.unit)); /* once more is no mistake */
    assert_int_equal(calx_two_phase_commit(self.unit), CALX_E_STATE);
    leave(&self);
    begin(&self);
    unit_ok(&self, calx_two_phase_prepare(self.unit));
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_PREPARED);
    assert_int_equal(calx_two_phase_join(self.unit, self.connections[0]), CALX_E_STATE);
    assert_int_equal(calx_two_phase_prepare(self.unit), CALX_E_STATE);
    unit_ok(&self, calx_two_phase_rollback(self.unit));
    assert_int_equal(stored(&self), 0);
    leave(&self);
    begin(&self);
    unit_ok(&self, calx_two_phase_prepare(self.unit));
    leave(&self); /* frees it, which rolls back */
    assert_int_equal(stored(&self), 0);
    begin(&self);
    unit_ok(&self, calx_two_phase_commit(self.unit)); /* both phases */
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_COMMITTED);
    assert_int_equal(calx_two_phase_rollback(self.unit), CALX_E_STATE);
    assert_int_equal(calx_two_phase_commit(self.unit), CALX_E_STATE);
    assert_int_equal(stored(&self), BRANCHES);
    recover_one(&self);
    assert_int_equal(calx_recovery_waiting(self.report), 0);
    close_units(&self);
}

static void a_branch_that_cannot_be_prepared_rolls_all_back(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    units self = open_units();
    assert_int_equal(try_sql(self.connections[2], "SELECT 1 / 0"), CALX_E_DATA);
    assert_int_equal(calx_two_phase_commit(self.unit), CALX_E_TX_ABORTED);
    const char *message = calx_two_phase_error(self.unit)->message;
    assert_non_null(strstr(message, calx_engine_url(self.engines[2]))); /* which database it was */
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_ROLLED_BACK);
    assert_int_equal(stored(&self), 0);
    for (int i = 0; i < BRANCHES; i++)
        assert_false(calx_connection_in_transaction(self.connections[i]));
    recover_one(&self);
    assert_int_equal(calx_recovery_waiting(self.report), 0);
    close_units(&self);
}

/* Prepares all branches and commits the first so many, then crashes. */
static void crash_after(units *self, int commits)
{
    unit_ok(self, calx_two_phase_prepare(self->unit));
    for (int i = 0; i < commits; i++)
        ok(self->connections[i], calx_connection_commit(self->connections[i]));
    crash(self);
}

static void what_a_crash_leaves_ends_as_the_first_branch_did(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    units self = open_units();
    for (int commits = 0; commits < BRANCHES; commits++) {
        crash_after(&self, commits);
        assert_int_equal(try_recover(&self, 1, true, 0), CALX_OK); /* says so, does nothing */
        assert_int_equal(calx_recovery_waiting(self.report), BRANCHES - commits);
        int first = commits > 0 ? 0 : BRANCHES;
        assert_int_equal(outcomes(&self, CALX_RECOVERY_ROLLED_BACK), first);
        assert_int_equal(stored(&self), commits);
        assert_int_equal(try_recover(&self, 1, false, 3600000), CALX_OK); /* too young */
        assert_int_equal(outcomes(&self, CALX_RECOVERY_YOUNG), BRANCHES - commits);
        assert_int_equal(stored(&self), commits);
        recover_one(&self);
        assert_int_equal(calx_recovery_waiting(self.report), 0);
        assert_int_equal(outcomes(&self, CALX_RECOVERY_ROLLED_BACK), first);
        assert_int_equal(outcomes(&self, CALX_RECOVERY_COMMITTED),
                         commits > 0 ? BRANCHES - commits : 0);
        assert_int_equal(stored(&self), commits > 0 ? BRANCHES : 0);
        recover_one(&self); /* nothing is left */
        assert_int_equal(outcomes(&self, CALX_RECOVERY_COMMITTED), 0);
        assert_int_equal(outcomes(&self, CALX_RECOVERY_ROLLED_BACK), 0);
        assert_int_equal(calx_recovery_waiting(self.report), 0);
        calx_connection *connection = connect_to(self.engines[0]);
        run(connection, "TRUNCATE t0, t1, t2");
        ok(connection, calx_connection_commit(connection));
        calx_connection_close(connection);
        begin(&self);
    }
    close_units(&self);
}

static void rolling_back_or_recovering_may_be_cut_short(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    units self = open_units();
    unit_ok(&self, calx_two_phase_prepare(self.unit));
    ok(self.connections[0], calx_connection_rollback(self.connections[0]));
    crash(&self);
    recover_one(&self); /* the first branch is missing, and yet nothing was committed */
    assert_int_equal(outcomes(&self, CALX_RECOVERY_ROLLED_BACK), BRANCHES - 1);
    assert_int_equal(stored(&self), 0);
    close_units(&self);
}

static void a_unit_hears_that_a_recovery_was_quicker(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    units self = open_units();
    unit_ok(&self, calx_two_phase_prepare(self.unit));
    recover_one(&self);
    assert_int_equal(outcomes(&self, CALX_RECOVERY_ROLLED_BACK), BRANCHES);
    assert_int_equal(calx_two_phase_commit(self.unit), CALX_E_TX_ABORTED);
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_ROLLED_BACK);
    assert_int_equal(stored(&self), 0);
    leave(&self);
    begin(&self);
    unit_ok(&self, calx_two_phase_prepare(self.unit));
    ok(self.connections[0], calx_connection_commit(self.connections[0]));
    recover_one(&self); /* finishes the others */
    assert_int_equal(outcomes(&self, CALX_RECOVERY_COMMITTED), BRANCHES - 1);
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_PREPARED);
    assert_int_equal(stored(&self), BRANCHES);
    crash(&self);
    close_units(&self);
}

static calx_status refuse(void *context, calx_event_details *details)
{
    (void)details;
    return (*(int *)context)-- > 0 ? CALX_E_USER : CALX_OK;
}

static void listen(calx_engine *engine, calx_event event, int *times)
{
    calx_listener listener = CALX_LISTENER_INIT;
    listener.function = refuse;
    listener.context = times;
    assert_int_equal(calx_engine_listen(engine, event, &listener), CALX_OK);
}

static void only_the_first_commit_can_be_refused(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    units self = open_units();
    int first = 0;
    int second = 0;
    listen(self.engines[0], CALX_EVENT_COMMIT, &first);
    listen(self.engines[1], CALX_EVENT_COMMIT, &second);
    unit_ok(&self, calx_two_phase_prepare(self.unit));
    first = 1;
    assert_int_equal(calx_two_phase_commit(self.unit), CALX_E_USER);
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_PREPARED);
    second = 1;
    assert_int_equal(calx_two_phase_commit(self.unit), CALX_E_USER);
    assert_int_equal(calx_two_phase_state_of(self.unit), CALX_TWO_PHASE_COMMITTED);
    assert_non_null(strstr(calx_two_phase_error(self.unit)->message, "calx_recover()"));
    leave(&self); /* which does not roll back the one that waits */
    assert_int_equal(stored(&self), BRANCHES - 1);
    recover_one(&self);
    assert_int_equal(outcomes(&self, CALX_RECOVERY_COMMITTED), 1);
    assert_int_equal(stored(&self), BRANCHES);
    close_units(&self);
}

static void prepare_by_name(calx_engine *engine, const char *name)
{
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_begin_two_phase(connection, name));
    ok(connection, calx_connection_prepare(connection));
    ok(connection, calx_connection_invalidate(connection));
    calx_connection_close(connection);
}

static void end_by_name(calx_engine *engine, const char *name)
{
    calx_connection *connection = connect_to(engine);
    ok(connection, calx_connection_rollback_prepared(connection, name));
    calx_connection_close(connection);
}

static const calx_recovered *line_of(const units *self, const char *name)
{
    for (size_t i = 0; i < calx_recovery_count(self->report); i++) {
        const calx_recovered *line = calx_recovery_line(self->report, i);
        if (strcmp(line->name, name) == 0)
            return line;
    }
    fail_msg("no line for %s", name);
    return NULL;
}

static void what_is_not_ours_or_not_clear_is_left_alone(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    char foreign[64], other[80], elsewhere[80], future[200];
    units self = open_units();
    char place[CALX_PLACE_MOST + 1] = "";
    calx_connection *connection = connect_to(self.engines[0]);
    calx_statement *ask = calx_text_statement("SELECT system_identifier || '/99999999999' FROM "
                                              "pg_control_system()");
    calx_result *result = NULL;
    const char *text = NULL;
    bool row = false;
    ok(connection, calx_connection_execute(connection, ask, &result));
    ok(connection, calx_result_next(result, &row));
    ok(connection, calx_result_text(result, 0, &text));
    snprintf(place, sizeof(place), "%s", text);
    calx_result_free(result);
    calx_statement_free(ask);
    calx_connection_close(connection);
    snprintf(foreign, sizeof(foreign), "calx:2:%s:1/1:1/1", self.owner);
    snprintf(other, sizeof(other), "calx:1:%s.other:1/1:1/1", self.owner);
    snprintf(elsewhere, sizeof(elsewhere), "calx:1:%s:2/2:1/1", self.owner);
    snprintf(future, sizeof(future), "calx:1:%s:2/2:%s", self.owner, place);
    prepare_by_name(self.engines[0], foreign);
    prepare_by_name(self.engines[0], other);
    prepare_by_name(self.engines[0], elsewhere);
    recover_one(&self);
    assert_int_equal(line_of(&self, foreign)->outcome, CALX_RECOVERY_FOREIGN);
    assert_int_equal(line_of(&self, other)->outcome, CALX_RECOVERY_FOREIGN);
    assert_int_equal(line_of(&self, elsewhere)->outcome, CALX_RECOVERY_UNCLEAR);
    assert_non_null(strstr(line_of(&self, elsewhere)->why, "on a server"));
    assert_int_equal(calx_recovery_waiting(self.report), 1);
    prepare_by_name(self.engines[0], future); /* a transaction the server never had */
    calx_status status = try_recover(&self, 1, false, 0);
    assert_int_not_equal(status, CALX_OK);
    assert_int_equal(line_of(&self, future)->outcome, CALX_RECOVERY_FAILED);
    assert_int_equal(line_of(&self, future)->status, status);
    assert_true(line_of(&self, future)->why[0] != '\0');
    assert_int_equal(calx_recovery_waiting(self.report), 2);
    end_by_name(self.engines[0], foreign);
    end_by_name(self.engines[0], other);
    end_by_name(self.engines[0], elsewhere);
    end_by_name(self.engines[0], future);
    close_units(&self);
}

static void names_are_read_as_they_are_written(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_branch_name name = { .owner = "a.b-c_d", .branch = 12, .count = 345, .place = "7/8" };
    calx_branch_name read = { .branch = 0 };
    char text[CALX_TWO_PHASE_NAME_MOST + 1];
    calx_branch_name_write(&name, text);
    assert_string_equal(text, "calx:1:a.b-c_d:12/345:7/8");
    assert_true(calx_branch_name_read(text, &read));
    assert_string_equal(read.owner, name.owner);
    assert_string_equal(read.place, name.place);
    assert_int_equal(read.branch, 12);
    assert_int_equal(read.count, 345);
    assert_true(calx_branch_name_read("calx:1::1/1:x", &read));
    static const char *const wrong[] = {
        "",
        "calx",
        "calx:1:",
        "calx:1:a",
        "calx:1:a:",
        "calx:1:a:1",
        "calx:1:a:1/",
        "calx:1:a:1/1",
        "calx:1:a:1/1:",
        "calx:1:a:0/1:x",
        "calx:1:a:01/1:x",
        "calx:1:a:2/1:x",
        "calx:1:a:1/1:x y",
        "calx:1:a:1/1:x:y",
        "calx:1:a b:1/1:x",
        "calx:1:a:1234567/1234567:x",
        "calx:1:a:-1/1:x",
        "calx:2:a:1/1:x",
        "Calx:1:a:1/1:x",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (calx_branch_name_read(wrong[i], &read))
            fail_msg("taken for a branch: %s", wrong[i]);
    }
    memset(name.owner, 'o', CALX_OWNER_MOST);
    memset(name.place, '1', CALX_PLACE_MOST);
    name.branch = name.count = 999999;
    calx_branch_name_write(&name, text);
    assert_true(calx_branch_name_read(text, &read)); /* the longest fits */
    assert_string_equal(read.place, name.place);
}

static void wrong_requests_are_told(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_recovery_options options = CALX_RECOVERY_OPTIONS_INIT;
    calx_recovery *report = NULL;
    calx_two_phase *unit = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_engine *none = NULL;
    assert_int_equal(calx_recover(NULL, &report, &error), CALX_E_ARGUMENT);
    assert_int_equal(calx_recover(&options, &report, &error), CALX_E_ARGUMENT);
    assert_non_null(strstr(error.message, "no engines"));
    options.engines = &none;
    options.engine_count = 1;
    assert_int_equal(calx_recover(&options, &report, &error), CALX_E_ARGUMENT);
    options.engines = &engine;
    options.min_age_ms = -1;
    assert_int_equal(calx_recover(&options, &report, &error), CALX_E_ARGUMENT);
    options.min_age_ms = 0;
    options.owner = "a b";
    assert_int_equal(calx_recover(&options, &report, &error), CALX_E_ARGUMENT);
    options.owner = NULL;
    options.size--;
    assert_int_equal(calx_recover(&options, &report, &error), CALX_E_ARGUMENT);
    assert_null(report);
    assert_int_equal(calx_two_phase_new("no:colons", &unit, &error), CALX_E_ARGUMENT);
    assert_null(unit);
    none = new_engine(calx_test_url_nowhere(), NULL);
    calx_engine *both[] = { engine, none };
    options = (calx_recovery_options)CALX_RECOVERY_OPTIONS_INIT;
    options.engines = both;
    options.engine_count = 2;
    if (calx_test_on("postgresql")) {
        assert_int_equal(calx_recover(&options, &report, &error), CALX_E_CONNECT);
        assert_null(report);
    }
    calx_two_phase_free(NULL);
    calx_recovery_free(NULL);
    calx_error_clear(&error);
    calx_engine_free(none);
    calx_engine_free(engine);
}

static void a_database_without_two_phases_has_nothing_to_recover(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    calx_engine *engine = new_engine(calx_test_url(), NULL);
    calx_connection *connection = connect_to(engine);
    calx_recovery_options options = CALX_RECOVERY_OPTIONS_INIT;
    calx_recovery *report = NULL;
    calx_two_phase *unit = NULL;
    options.engines = &engine;
    options.engine_count = 1;
    assert_int_equal(calx_recover(&options, &report, NULL), CALX_OK);
    assert_int_equal(calx_recovery_count(report), 1);
    assert_int_equal(calx_recovery_line(report, 0)->outcome, CALX_RECOVERY_NONE);
    assert_non_null(strstr(calx_recovery_line(report, 0)->why, "no transactions in two phases"));
    assert_string_equal(calx_recovery_outcome_name(CALX_RECOVERY_NONE), "none");
    assert_null(calx_recovery_line(report, 1));
    assert_int_equal(calx_recovery_waiting(report), 0);
    calx_recovery_free(report);
    assert_int_equal(calx_two_phase_new(NULL, &unit, NULL), CALX_OK);
    assert_int_equal(calx_two_phase_join(unit, connection), CALX_E_UNSUPPORTED);
    assert_int_equal(calx_two_phase_error(unit)->status, CALX_E_UNSUPPORTED);
    assert_int_equal(calx_two_phase_commit(unit), CALX_OK); /* of nothing */
    calx_two_phase_free(unit);
    calx_connection_close(connection);
    calx_engine_free(engine);
}

/* ---- memory ---- */

/* A unit of two branches that crashes after its decision, and its recovery. */
static calx_status crash_and_recover(const char *url, const char *owner)
{
    calx_engine *engine = NULL;
    calx_connection *connections[2] = { NULL, NULL };
    calx_two_phase *unit = NULL;
    calx_recovery *report = NULL;
    calx_recovery_options options = CALX_RECOVERY_OPTIONS_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    if (status == CALX_OK)
        status = calx_two_phase_new(owner, &unit, NULL);
    for (int i = 0; i < 2 && status == CALX_OK; i++) {
        status = calx_engine_connect(engine, &connections[i], NULL);
        if (status == CALX_OK)
            status = calx_two_phase_join(unit, connections[i]);
    }
    if (status == CALX_OK)
        status = calx_two_phase_prepare(unit);
    options.engines = &engine;
    options.engine_count = 1;
    options.owner = owner;
    options.min_age_ms = 0;
    if (status == CALX_OK)
        status = calx_recover(&options, &report, NULL);
    if (status == CALX_OK)
        assert_int_equal(calx_recovery_waiting(report), 0);
    calx_recovery_free(report);
    calx_two_phase_free(unit);
    calx_connection_close(connections[0]);
    calx_connection_close(connections[1]);
    calx_engine_free(engine);
    return status;
}

static void missing_memory_is_survived(void **state)
{
    (void)state;
    calx_shows("ENG-134");
    const char *url = calx_test_url();
    char owner[40];
    snprintf(owner, sizeof(owner), "poor-%ld", (long)getpid());
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = crash_and_recover(url, owner);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
    assert_int_equal(crash_and_recover(url, owner), CALX_OK); /* finishes what failures left */
    assert_int_equal(server_number("SELECT count(*) FROM pg_prepared_xacts WHERE gid LIKE "
                                   "'calx:1:poor-%'"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALX_POSTGRESQL(a_unit_commits_or_rolls_back_as_one),
        CALX_POSTGRESQL(a_branch_that_cannot_be_prepared_rolls_all_back),
        CALX_POSTGRESQL(what_a_crash_leaves_ends_as_the_first_branch_did),
        CALX_POSTGRESQL(rolling_back_or_recovering_may_be_cut_short),
        CALX_POSTGRESQL(a_unit_hears_that_a_recovery_was_quicker),
        CALX_POSTGRESQL(only_the_first_commit_can_be_refused),
        CALX_POSTGRESQL(what_is_not_ours_or_not_clear_is_left_alone),
        CALX_POSTGRESQL(missing_memory_is_survived),
        cmocka_unit_test(names_are_read_as_they_are_written),
        cmocka_unit_test(wrong_requests_are_told),
        CALX_SQLITE(a_database_without_two_phases_has_nothing_to_recover),
    };
    return CALX_RUN("recovery", tests);
}
