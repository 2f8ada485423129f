/*
 * A program to be killed: it writes one row to each of two databases in two phases, or finishes
 * what another one left, in the way it is told. Ends with 0 when all of it was done.
 * Usage: victim WAY URL URL NUMBER
 */
#include "transfer.calx.h"

#include <calx/calx.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct victim {
    calx_engine *engines[2];
    calx_connection *connections[2];
    calx_two_phase *unit;
    int64_t number;
} victim;

typedef calx_status (*way)(victim *self);

static calx_status insert(victim *self, int which)
{
    static const char *const texts[] = { "INSERT INTO debits VALUES (:id, 1)",
                                         "INSERT INTO credits VALUES (:id, 1)" };
    calx_statement *statement = calx_text_statement(texts[which]);
    calx_status status = calx_statement_bind_int64(statement, "id", self->number);
    if (status == CALX_OK)
        status = calx_connection_execute(self->connections[which], statement, NULL);
    calx_statement_free(statement);
    return status;
}

static calx_status work(victim *self)
{
    calx_status status = calx_two_phase_new("victim", &self->unit, NULL);
    for (int i = 0; i < 2 && status == CALX_OK; i++) {
        status = calx_engine_connect(self->engines[i], &self->connections[i], NULL);
        if (status == CALX_OK)
            status = calx_two_phase_join(self->unit, self->connections[i]);
        if (status == CALX_OK)
            status = insert(self, i);
    }
    return status;
}

static calx_status commit(victim *self)
{
    calx_status status = work(self);
    return status == CALX_OK ? calx_two_phase_commit(self->unit) : status;
}

static calx_status roll_back(victim *self)
{
    calx_status status = work(self);
    if (status == CALX_OK)
        status = calx_two_phase_prepare(self->unit);
    return status == CALX_OK ? calx_two_phase_rollback(self->unit) : status;
}

/* Kills itself between the phases. */
static calx_status leave_prepared(victim *self)
{
    calx_status status = work(self);
    if (status == CALX_OK)
        status = calx_two_phase_prepare(self->unit);
    if (status == CALX_OK)
        raise(SIGKILL);
    return status;
}

/* And with the first branch committed. */
static calx_status leave_decided(victim *self)
{
    calx_status status = work(self);
    if (status == CALX_OK)
        status = calx_two_phase_prepare(self->unit);
    if (status == CALX_OK)
        status = calx_connection_commit(self->connections[0]);
    if (status == CALX_OK)
        raise(SIGKILL);
    return status;
}

static calx_status recover(victim *self)
{
    calx_recovery_options options = CALX_RECOVERY_OPTIONS_INIT;
    calx_recovery *report = NULL;
    options.engines = self->engines;
    options.engine_count = 2;
    options.owner = "victim";
    options.min_age_ms = 0;
    calx_status status = calx_recover(&options, &report, NULL);
    calx_recovery_free(report);
    return status;
}

/* A session over both, which does all of it in its commit. */
static calx_status flush_and_end(calx_session *session, const victim *self, bool commits)
{
    struct debit *debit = debit_new();
    struct credit *credit = credit_new();
    if (debit == NULL || credit == NULL)
        return CALX_E_NOMEM;
    debit->id = credit->id = self->number;
    debit->amount = credit->amount = 1;
    calx_status status = debit_add(session, debit);
    if (status == CALX_OK)
        status = credit_add(session, credit);
    if (status == CALX_OK && !commits)
        status = calx_session_prepare(session);
    if (status == CALX_OK)
        status = commits ? calx_session_commit(session) : calx_session_rollback(session);
    return status;
}

static calx_status use_session(const victim *self, bool commits)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    const calx_session_bind binds[] = { { &debit_mapper, NULL, self->engines[0] },
                                        { &credit_mapper, NULL, self->engines[1] } };
    options.binds = binds;
    options.bind_count = 2;
    options.twophase = true;
    options.twophase_owner = "victim";
    calx_status status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = flush_and_end(session, self, commits);
    calx_session_free(session);
    return status;
}

static calx_status commit_session(victim *self)
{
    return use_session(self, true);
}

static calx_status roll_back_session(victim *self)
{
    return use_session(self, false);
}

static way find_way(const char *name)
{
    static const struct {
        const char *name;
        way way;
    } ways[] = {
        { "commit", commit },
        { "rollback", roll_back },
        { "leave-prepared", leave_prepared },
        { "leave-decided", leave_decided },
        { "recover", recover },
        { "commit-session", commit_session },
        { "rollback-session", roll_back_session },
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(name, ways[i].name) == 0)
            return ways[i].way;
    }
    return NULL;
}

int main(int count, char **arguments)
{
    victim self = { .unit = NULL };
    way go = count == 5 ? find_way(arguments[1]) : NULL;
    if (go == NULL)
        return 2;
    self.number = strtoimax(arguments[4], NULL, 10);
    calx_status status = calx_engine_new(arguments[2], NULL, &self.engines[0], NULL);
    if (status == CALX_OK)
        status = calx_engine_new(arguments[3], NULL, &self.engines[1], NULL);
    if (status == CALX_OK)
        status = go(&self);
    calx_two_phase_free(self.unit);
    for (int i = 0; i < 2; i++) {
        calx_connection_close(self.connections[i]);
        calx_engine_free(self.engines[i]);
    }
    if (status != CALX_OK)
        fprintf(stderr, "victim: %s\n", calx_status_name(status));
    return status == CALX_OK ? 0 : 1;
}
