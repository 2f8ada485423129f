/*
 * A recovery at work: its report while it grows, and the connections it asks on. recovery.c opens,
 * lists and reports; recovery_plan.c decides and finishes.
 */
#ifndef CALX_ENGINE_RECOVERY_PLAN_H
#define CALX_ENGINE_RECOVERY_PLAN_H

#include "engine/branch_name.h"
#include "engine/inside.h"

#include <calx/recovery.h>

/* A transaction that waits. */
typedef struct calx_recovery_item {
    calx_recovered line; /* its name is owned, calx_release(); its why is owned or static */
    bool owns_why;
    bool settled;          /* the line says what became of it */
    bool is_branch;        /* of a unit that is to be finished, and then: */
    calx_branch_name name; /* what its name says */
    int64_t age_us;
} calx_recovery_item;

struct calx_recovery {
    calx_recovery_item *items;
    size_t count;
    size_t capacity;
    bool dry;
};

typedef struct calx_recovery_run {
    const calx_recovery_options *options;
    calx_recovery *report;
    calx_connection **connections; /* of each engine; NULL: its database has no such transactions */
    calx_error *error;             /* of the first failure; or NULL */
    calx_status status;            /* the first failure of the finishing */
} calx_recovery_run;

/* Finishes what is to be finished. */
void calx_recovery_finish(calx_recovery_run *run);

#endif
