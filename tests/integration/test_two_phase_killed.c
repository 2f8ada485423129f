/*
 * A program that writes to two databases in two phases is killed at each message of each line, of
 * both sides: the message does not arrive, and the program is killed by SIGKILL while it waits.
 * What it left is recovered, at once and again when the servers know that it is gone: each time
 * both databases have its row or neither has. Programs that roll back, and recoveries themselves,
 * are killed in the same way.
 */
#include "support/gate.h"
#include "support/harness.h"
#include "support/server.h"

#include <calx/calx.h>

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PATIENCE_MS = 60000, MOST_MESSAGES = 400 };

typedef struct field {
    char names[2][40];
    char urls[2][256];  /* straight to the server */
    char gated[2][256]; /* and through the gates */
    gate *gates[2];
    calx_engine *engines[2];
    int number; /* of the last victim */
    long kills;
    int committed, rolled_back;
} field;

/* ---- the two databases ---- */

static void run_on(calx_engine *engine, const char *sql)
{
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement(sql);
    assert_int_equal(calx_engine_connect(engine, &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, NULL), CALX_OK);
    assert_int_equal(calx_connection_commit(connection), CALX_OK);
    calx_statement_free(statement);
    calx_connection_close(connection);
}

/* The server's URL with another database, and a name by which its connections are known. */
static void write_url(const char *database, char *out, size_t size)
{
    const char *url = server_url();
    const char *at = strstr(url, "///postgres?");
    assert_non_null(at);
    int length = snprintf(out, size, "%.*s///%s?%s&application_name=%s", (int)(at - url), url,
                          database, at + strlen("///postgres?"), database);
    assert_true(length > 0 && (size_t)length < size);
}

static int set_up(void **state)
{
    static const char *const tables[] = {
        "CREATE TABLE debits (id bigint PRIMARY KEY, amount integer NOT NULL)",
        "CREATE TABLE credits (id bigint PRIMARY KEY, amount integer NOT NULL)"
    };
    static field self;
    memset(&self, 0, sizeof(self));
    for (int i = 0; i < 2; i++) {
        snprintf(self.names[i], sizeof(self.names[i]), "killed_%ld_%d", (long)getpid(), i);
        assert_true(server_run("CREATE DATABASE ", self.names[i], ""));
        write_url(self.names[i], self.urls[i], sizeof(self.urls[i]));
        self.gates[i] = gate_open();
        gate_url(self.gates[i], self.urls[i], self.gated[i], sizeof(self.gated[i]));
        /* The test's own connections are not those it waits for. */
        strcat(self.urls[i], "_test");
        assert_int_equal(calx_engine_new(self.urls[i], NULL, &self.engines[i], NULL), CALX_OK);
        run_on(self.engines[i], tables[i]);
    }
    *state = &self;
    return 0;
}

static int tear_down(void **state)
{
    field *self = *state;
    for (int i = 0; i < 2; i++) {
        gate_close(self->gates[i]);
        calx_engine_free(self->engines[i]);
        server_run("DROP DATABASE ", self->names[i], " WITH (FORCE)");
    }
    return 0;
}

static bool has_row(const field *self, int which)
{
    calx_connection *connection = NULL;
    calx_statement *statement =
        calx_text_statement(which == 0 ? "SELECT id FROM debits WHERE id = :id"
                                       : "SELECT id FROM credits WHERE id = :id");
    calx_result *result = NULL;
    bool row = false;
    assert_int_equal(calx_statement_bind_int64(statement, "id", self->number), CALX_OK);
    assert_int_equal(calx_engine_connect(self->engines[which], &connection, NULL), CALX_OK);
    assert_int_equal(calx_connection_execute(connection, statement, &result), CALX_OK);
    assert_int_equal(calx_result_next(result, &row), CALX_OK);
    calx_result_free(result);
    calx_statement_free(statement);
    calx_connection_close(connection);
    return row;
}

/* ---- killing ---- */

static void pause_shortly(void)
{
    nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
}

static pid_t start(field *self, const char *way, char urls[2][256])
{
    char program[] = CALX_VICTIM;
    char number[16];
    pid_t process = 0;
    snprintf(number, sizeof(number), "%d", self->number);
    char *arguments[] = { program, (char *)way, urls[0], urls[1], number, NULL };
    assert_int_equal(posix_spawn(&process, program, NULL, NULL, arguments, environ), 0);
    return process;
}

/* Waits for its end, or until it is stuck at the gate, and is killed there. Answers its status. */
static int await(gate *stuck_at, pid_t process, bool *out_killed)
{
    int status = 0;
    *out_killed = false;
    for (int waited = 0; waited < PATIENCE_MS; waited++) {
        if (waitpid(process, &status, WNOHANG) == process)
            return status;
        if (stuck_at != NULL && gate_has_struck(stuck_at)) {
            kill(process, SIGKILL);
            assert_int_equal(waitpid(process, &status, 0), process);
            *out_killed = WIFSIGNALED(status);
            return status;
        }
        pause_shortly();
    }
    kill(process, SIGKILL);
    fail_msg("the victim does not end");
    return status;
}

/* As the system does for whoever was killed. */
static void cut_lines(field *self)
{
    for (int i = 0; i < 2; i++) {
        gate_refuse(self->gates[i], true);
        gate_refuse(self->gates[i], false);
    }
}

/* The servers have heard of it, and what was under way is over. */
static void wait_for_servers(const field *self)
{
    char query[256];
    snprintf(query, sizeof(query),
             "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('%s', '%s')",
             self->names[0], self->names[1]);
    for (int waited = 0; waited < PATIENCE_MS; waited++) {
        if (server_number(query) == 0)
            return;
        pause_shortly();
    }
    fail_msg("the server keeps the victim's connections");
}

/* ---- recovering ---- */

/* Answers how many still wait; *out_ended: how many were finished. */
static size_t recover(const field *self, calx_status *out_status, size_t *out_ended)
{
    calx_recovery_options options = CALX_RECOVERY_OPTIONS_INIT;
    calx_recovery *report = NULL;
    options.engines = self->engines;
    options.engine_count = 2;
    options.owner = "victim";
    options.min_age_ms = 0;
    *out_status = calx_recover(&options, &report, NULL);
    assert_non_null(report);
    *out_ended = 0;
    for (size_t i = 0; i < calx_recovery_count(report); i++) {
        calx_recovery_outcome outcome = calx_recovery_line(report, i)->outcome;
        *out_ended += outcome == CALX_RECOVERY_COMMITTED || outcome == CALX_RECOVERY_ROLLED_BACK;
    }
    size_t waiting = calx_recovery_waiting(report);
    calx_recovery_free(report);
    return waiting;
}

/* At once, beside whatever the servers still do for the victim; then for good; then once more. */
static bool recover_all(field *self)
{
    calx_status status;
    size_t ended;
    (void)recover(self, &status, &ended);
    cut_lines(self);
    wait_for_servers(self);
    assert_int_equal(recover(self, &status, &ended), 0);
    assert_int_equal(status, CALX_OK);
    bool there = has_row(self, 0);
    assert_int_equal(has_row(self, 1), there);
    assert_int_equal(recover(self, &status, &ended), 0);
    assert_int_equal(status, CALX_OK);
    assert_int_equal(ended, 0);
    assert_int_equal(has_row(self, 0), there);
    assert_int_equal(has_row(self, 1), there);
    *(there ? &self->committed : &self->rolled_back) += 1;
    return there;
}

/* One victim, killed at that message. false: it was done before. */
static bool kill_one(field *self, const char *way, int which, gate_side side, long message)
{
    bool killed;
    gate_arm(self->gates[which], side, GATE_STALL, message);
    int status = await(self->gates[which], start(self, way, self->gated), &killed);
    (void)gate_disarm(self->gates[which]);
    bool there = recover_all(self);
    self->kills += killed;
    if (killed)
        return true;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (strncmp(way, "rollback", strlen("rollback")) == 0)
        assert_false(there);
    else if (strcmp(way, "recover") != 0)
        assert_true(there);
    return false;
}

/* left: what another victim does first; NULL: nothing. */
static void kill_everywhere(field *self, const char *way, const char *left)
{
    for (int line = 0; line < 2; line++) {
        for (int side = 0; side < 2; side++) {
            bool killed = true;
            for (long message = 0; killed; message++) {
                assert_true(message < MOST_MESSAGES);
                self->number++;
                if (left != NULL)
                    (void)await(NULL, start(self, left, self->urls), &killed);
                killed = kill_one(self, way, line, (gate_side)side, message);
            }
        }
    }
    assert_true(self->kills > 40);
}

static void a_killed_commit_is_everywhere_or_nowhere(void **state)
{
    field *self = *state;
    calx_shows("ENG-134");
    kill_everywhere(self, "commit", NULL);
    assert_true(self->committed > 4); /* it was killed before and after its decision */
    assert_true(self->rolled_back > 20);
}

static void a_killed_rollback_is_nowhere(void **state)
{
    field *self = *state;
    calx_shows("ENG-134");
    kill_everywhere(self, "rollback", NULL);
    assert_int_equal(self->committed, 0);
}

static void a_killed_recovery_is_finished_by_the_next(void **state)
{
    field *self = *state;
    calx_shows("ENG-134");
    kill_everywhere(self, "recover", "leave-prepared");
    assert_int_equal(self->committed, 0);
    self->rolled_back = 0;
    kill_everywhere(self, "recover", "leave-decided");
    assert_int_equal(self->rolled_back, 0);
    assert_true(self->committed > 20);
}

static void a_killed_session_is_everywhere_or_nowhere(void **state)
{
    field *self = *state;
    calx_shows("SES-363");
    calx_shows("SES-366");
    kill_everywhere(self, "commit-session", NULL);
    assert_true(self->committed > 4);
    assert_true(self->rolled_back > 20);
}

static void a_killed_rollback_of_a_session_is_nowhere(void **state)
{
    field *self = *state;
    calx_shows("SES-368");
    kill_everywhere(self, "rollback-session", NULL);
    assert_int_equal(self->committed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_killed_commit_is_everywhere_or_nowhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_killed_rollback_is_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_killed_session_is_everywhere_or_nowhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_killed_rollback_of_a_session_is_nowhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_killed_recovery_is_finished_by_the_next, set_up,
                                        tear_down),
    };
    return CALX_RUN("two_phase_killed", tests);
}
