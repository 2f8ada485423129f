/*
 * Recoveries: opening, listing, and the report. The rule kept: nothing is finished before all lists
 * were read and the memory for the report is there, so that what was done can always be told.
 */
#include "engine/recovery_plan.h"
#include "engine/two_phase_ask.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

/* ---- the report ---- */

void calx_recovery_free(calx_recovery *recovery)
{
    if (recovery == NULL)
        return;
    for (size_t i = 0; i < recovery->count; i++) {
        calx_recovery_item *item = &recovery->items[i];
        calx_release((char *)item->line.name);
        if (item->owns_why)
            calx_release((char *)item->line.why);
    }
    calx_release(recovery->items);
    calx_release(recovery);
}

size_t calx_recovery_count(const calx_recovery *recovery)
{
    return recovery->count;
}

size_t calx_recovery_waiting(const calx_recovery *recovery)
{
    size_t count = 0;
    for (size_t i = 0; i < recovery->count; i++) {
        const calx_recovery_item *item = &recovery->items[i];
        bool finished = item->line.outcome <= CALX_RECOVERY_GONE;
        count += item->is_branch && (!finished || recovery->dry);
    }
    return count;
}

const calx_recovered *calx_recovery_line(const calx_recovery *recovery, size_t line)
{
    return line < recovery->count ? &recovery->items[line].line : NULL;
}

const char *calx_recovery_outcome_name(calx_recovery_outcome outcome)
{
    static const char *const names[] = { "committed", "rolled back", "gone",   "young",
                                         "foreign",   "unclear",     "failed", "none" };
    return (size_t)outcome < sizeof(names) / sizeof(names[0]) ? names[outcome] : "?";
}

/* The next item, with a copy of the name; NULL: no memory. */
static calx_recovery_item *add(calx_recovery *report, const char *name, size_t engine)
{
    if (report->count == report->capacity) {
        size_t capacity = report->capacity > 0 ? 2 * report->capacity : 8;
        calx_recovery_item *items = calx_resize_array(report->items, capacity, sizeof(*items));
        if (items == NULL)
            return NULL;
        report->items = items;
        report->capacity = capacity;
    }
    char *copy = calx_strdup_text(name);
    if (copy == NULL)
        return NULL;
    calx_recovery_item *item = &report->items[report->count++];
    *item = (calx_recovery_item){ .line = { copy, engine, CALX_RECOVERY_FOREIGN, CALX_OK, "" } };
    return item;
}

/* ---- what waits ---- */

/* Whether it is to be finished at all, and what its line says if not. */
static void classify(const calx_recovery_options *options, calx_recovery_item *item)
{
    if (!calx_branch_name_read(item->line.name, &item->name)) {
        item->line.why = "it was not named by a unit in two phases of this library";
        return;
    }
    item->is_branch = options->owner == NULL || strcmp(options->owner, item->name.owner) == 0;
    if (!item->is_branch)
        item->line.why = "it is of another owner";
}

static calx_status take_list(calx_recovery_run *run, size_t engine, const calx_buffer *names,
                             const calx_buffer *ages)
{
    const char *name = calx_buffer_text(names);
    for (size_t at = 0; at < ages->size; at += sizeof(int64_t)) {
        calx_recovery_item *item = add(run->report, name, engine);
        if (item == NULL)
            return calx_error_set_nomem(run->error);
        memcpy(&item->age_us, ages->data + at, sizeof(item->age_us));
        classify(run->options, item);
        name += strlen(name) + 1;
    }
    return CALX_OK;
}

static calx_status list(calx_recovery_run *run, size_t engine)
{
    calx_connection *connection = run->connections[engine];
    calx_buffer names = CALX_BUFFER_INIT;
    calx_buffer ages = CALX_BUFFER_INIT;
    calx_status status = calx_connection_list_waiting(connection, &names, &ages);
    status = calx_connection_end_reading(connection, status);
    if (status == CALX_OK)
        status = take_list(run, engine, &names, &ages);
    else if (run->error != NULL)
        calx_error_move(run->error, &connection->error);
    calx_buffer_clear(&names);
    calx_buffer_clear(&ages);
    return status;
}

static calx_status note_none(calx_recovery_run *run, size_t engine)
{
    calx_recovery_item *item = add(run->report, "", engine);
    if (item == NULL)
        return calx_error_set_nomem(run->error);
    item->line.outcome = CALX_RECOVERY_NONE;
    item->line.why = "this database has no transactions in two phases, so none waits";
    return CALX_OK;
}

static calx_status open_and_list(calx_recovery_run *run)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < run->options->engine_count && status == CALX_OK; i++) {
        if (run->options->engines[i]->driver->two_phase == NULL) {
            status = note_none(run, i);
            continue;
        }
        status = calx_engine_connect(run->options->engines[i], &run->connections[i], run->error);
        if (status == CALX_OK)
            status = list(run, i);
    }
    return status;
}

/* ---- the call ---- */

static calx_status check(const calx_recovery_options *options, calx_error *error)
{
    const char *why = NULL;
    if (options == NULL || options->size != sizeof(*options))
        why = "recover: start the options from CALX_RECOVERY_OPTIONS_INIT";
    else if (options->engines == NULL || options->engine_count == 0)
        why = "recover: there are no engines to recover";
    else if (options->min_age_ms < 0)
        why = "recover: min_age_ms is negative";
    else if (options->owner != NULL && !calx_branch_owner_fits(options->owner))
        why = "recover: no unit has an owner of that form";
    for (size_t i = 0; why == NULL && i < options->engine_count; i++) {
        if (options->engines[i] == NULL)
            why = "recover: one of the engines is NULL";
    }
    return why == NULL ? CALX_OK : calx_error_set(error, CALX_E_ARGUMENT, "%s", why);
}

calx_status calx_recover(const calx_recovery_options *options, calx_recovery **out_recovery,
                         calx_error *out_error)
{
    calx_status status = check(options, out_error);
    if (status != CALX_OK)
        return status;
    calx_recovery_run run = { .options = options, .error = out_error };
    run.report = calx_alloc_zeroed(sizeof(*run.report));
    run.connections = calx_alloc_zeroed(options->engine_count * sizeof(*run.connections));
    if (run.report == NULL || run.connections == NULL) {
        status = calx_error_set_nomem(out_error);
        goto out;
    }
    run.report->dry = options->dry_run;
    status = open_and_list(&run);
    if (status != CALX_OK)
        goto out;
    calx_recovery_finish(&run);
    status = run.status;
    *out_recovery = run.report;
    run.report = NULL;
out:
    for (size_t i = 0; run.connections != NULL && i < options->engine_count; i++)
        calx_connection_close(run.connections[i]);
    calx_release(run.connections);
    calx_recovery_free(run.report);
    return status;
}
