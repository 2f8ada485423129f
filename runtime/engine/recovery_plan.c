/*
 * How a recovery finishes units. The rules kept: what became of the first branch is asked of its
 * server, and decides; where that still waits it is rolled back, which the server lets only one of
 * several do, before anything else of its unit is touched; and an answer that is none ends nothing.
 */
#include "engine/recovery_plan.h"
#include "engine/two_phase_ask.h"

#include "base/allocator.h"
#include "base/error.h"

#include <calx/two_phase.h>

#include <string.h>

/* The branches of one unit that wait, by one of them. */
typedef struct unit {
    calx_recovery_run *run;
    const calx_branch_name *name;
} unit;

static bool is_of(const unit *self, const calx_recovery_item *item)
{
    return item->is_branch && !item->settled && strcmp(item->name.place, self->name->place) == 0 &&
           strcmp(item->name.owner, self->name->owner) == 0;
}

static void settle(calx_recovery_item *item, calx_recovery_outcome outcome, const char *why)
{
    item->line.outcome = outcome;
    item->line.why = why;
    item->settled = true;
}

/* All of the unit that is not settled yet. */
static void settle_all(const unit *self, calx_recovery_outcome outcome, const char *why)
{
    calx_recovery *report = self->run->report;
    for (size_t i = 0; i < report->count; i++) {
        if (is_of(self, &report->items[i]))
            settle(&report->items[i], outcome, why);
    }
}

/* The database refused: its words are the item's, and the first ones the whole call's. */
static void fail_item(calx_recovery_run *run, calx_recovery_item *item,
                      const calx_connection *connection, calx_status status)
{
    const calx_error *error = &connection->error;
    char *why = calx_strdup_text(error->message);
    settle(item, CALX_RECOVERY_FAILED, why != NULL ? why : calx_status_name(status));
    item->owns_why = why != NULL;
    item->line.status = status;
    if (run->status != CALX_OK)
        return;
    run->status = status;
    if (run->error != NULL) {
        calx_error_copy(run->error, error);
        calx_error_prefix(run->error, "%s: ", item->line.name);
        run->error->status = status;
    }
}

/* Commits or rolls back. false: it is still as it was, or somebody else was there first. */
static bool end_item(calx_recovery_run *run, calx_recovery_item *item, bool commits)
{
    calx_connection *connection = run->connections[item->line.engine];
    calx_status status = CALX_OK;
    if (!run->options->dry_run)
        status = commits ? calx_connection_commit_prepared(connection, item->line.name)
                         : calx_connection_rollback_prepared(connection, item->line.name);
    if (status == CALX_OK)
        settle(item, commits ? CALX_RECOVERY_COMMITTED : CALX_RECOVERY_ROLLED_BACK, "");
    else if (status == CALX_E_NO_OBJECT)
        settle(item, CALX_RECOVERY_GONE, "somebody else finished it meanwhile");
    else
        fail_item(run, item, connection, status);
    return status == CALX_OK;
}

static void end_all(const unit *self, bool commits)
{
    calx_recovery *report = self->run->report;
    for (size_t i = 0; i < report->count; i++) {
        if (is_of(self, &report->items[i]))
            (void)end_item(self->run, &report->items[i], commits);
    }
}

/* Asks the servers until one knows. false: one failed, as all items of the unit say now. */
static bool ask(const unit *self, calx_fate *out_fate)
{
    calx_recovery_run *run = self->run;
    *out_fate = CALX_FATE_ELSEWHERE;
    for (size_t i = 0; i < run->options->engine_count; i++) {
        calx_connection *connection = run->connections[i];
        if (connection == NULL)
            continue;
        calx_status status = calx_connection_fate(connection, self->name->place, out_fate);
        for (size_t j = 0; status != CALX_OK && j < run->report->count; j++) {
            if (is_of(self, &run->report->items[j]))
                fail_item(run, &run->report->items[j], connection, status);
        }
        if (status != CALX_OK)
            return false;
        if (*out_fate != CALX_FATE_ELSEWHERE)
            break;
    }
    return true;
}

static calx_recovery_item *first_branch(const unit *self)
{
    calx_recovery *report = self->run->report;
    for (size_t i = 0; i < report->count; i++) {
        if (is_of(self, &report->items[i]) && report->items[i].name.branch == 1)
            return &report->items[i];
    }
    return NULL;
}

/* It is undecided: rolling the first branch back decides it. false: that could not be done. */
static bool decide(const unit *self, calx_fate *out_fate)
{
    calx_recovery_item *first = first_branch(self);
    if (first == NULL) {
        settle_all(self, CALX_RECOVERY_UNCLEAR,
                   "the first branch of its unit is undecided, and not in the databases of the "
                   "engines given");
        return false;
    }
    *out_fate = CALX_FATE_ABORTED;
    if (end_item(self->run, first, false))
        return true;
    if (first->line.outcome == CALX_RECOVERY_GONE)
        return ask(self, out_fate);
    settle_all(self, CALX_RECOVERY_UNCLEAR, "the first branch of its unit could not be ended");
    return false;
}

static bool is_young(const unit *self)
{
    const calx_recovery *report = self->run->report;
    for (size_t i = 0; i < report->count; i++) {
        const calx_recovery_item *item = &report->items[i];
        if (is_of(self, item) && item->age_us / 1000 < self->run->options->min_age_ms)
            return true;
    }
    return false;
}

static void finish(const unit *self)
{
    calx_fate fate;
    if (is_young(self)) {
        settle_all(self, CALX_RECOVERY_YOUNG, "its unit may be about to be finished");
        return;
    }
    if (!ask(self, &fate) || (fate == CALX_FATE_OPEN && !decide(self, &fate)))
        return;
    if (fate == CALX_FATE_COMMITTED || fate == CALX_FATE_ABORTED)
        end_all(self, fate == CALX_FATE_COMMITTED);
    else if (fate == CALX_FATE_ELSEWHERE)
        settle_all(self, CALX_RECOVERY_UNCLEAR,
                   "the first branch of its unit is on a server that none of the engines is of");
    else
        settle_all(self, CALX_RECOVERY_UNCLEAR,
                   "the first branch of its unit ended too long ago, or just now");
}

void calx_recovery_finish(calx_recovery_run *run)
{
    calx_recovery *report = run->report;
    for (size_t i = 0; i < report->count; i++) {
        const unit self = { run, &report->items[i].name };
        if (report->items[i].is_branch && !report->items[i].settled)
            finish(&self);
    }
}
