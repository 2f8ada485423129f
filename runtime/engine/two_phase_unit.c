/*
 * Units of transactions that end as one. The rules kept, which branch_name.h gives the reasons of:
 * the first branch is prepared first, since all names say its place; it is committed first, and
 * nothing else is committed before that is certain; it is rolled back first. A branch of a unit
 * that is decided is never ended otherwise, not even by closing its connection.
 */
#include "engine/two_phase_ask.h"

#include "base/allocator.h"
#include "base/error.h"
#include "engine/savepoint.h"

#include <calx/two_phase.h>

#include <string.h>

typedef struct branch {
    calx_connection *connection;
    bool doubtful; /* whether it was prepared is not known */
} branch;

struct calx_two_phase {
    calx_error error;
    calx_two_phase_state state;
    branch *branches;
    size_t count;
    size_t capacity;
    calx_branch_name name; /* all but the branch */
};

calx_status calx_two_phase_new(const char *owner, calx_two_phase **out_unit, calx_error *out_error)
{
    if (owner != NULL && !calx_branch_owner_fits(owner))
        return calx_error_set(
            out_error, CALX_E_ARGUMENT,
            "the owner of a unit in two phases has at most %d letters, digits and "
            "_.-: %s",
            CALX_OWNER_MOST, owner);
    calx_two_phase *unit = calx_alloc_zeroed(sizeof(*unit));
    if (unit == NULL)
        return calx_error_set_nomem(out_error);
    unit->error = (calx_error)CALX_ERROR_INIT;
    if (owner != NULL)
        memcpy(unit->name.owner, owner, strlen(owner) + 1);
    *out_unit = unit;
    return CALX_OK;
}

void calx_two_phase_free(calx_two_phase *unit)
{
    if (unit == NULL)
        return;
    if (unit->state == CALX_TWO_PHASE_OPEN || unit->state == CALX_TWO_PHASE_PREPARED)
        (void)calx_two_phase_rollback(unit);
    calx_release(unit->branches);
    calx_error_clear(&unit->error);
    calx_release(unit);
}

calx_two_phase_state calx_two_phase_state_of(const calx_two_phase *unit)
{
    return unit->state;
}

const calx_error *calx_two_phase_error(const calx_two_phase *unit)
{
    return &unit->error;
}

/* What went wrong on a connection, and where. Without memory for the words the status stays. */
static calx_status take_error(calx_two_phase *unit, const calx_connection *connection,
                              calx_status status)
{
    calx_error_copy(&unit->error, &connection->error);
    calx_error_prefix(&unit->error, "%s: ", calx_engine_url(connection->engine));
    unit->error.status = status;
    return status;
}

/* A public call begins: the state must be this one, or one after it that may be, too. */
static calx_status enter(calx_two_phase *unit, calx_two_phase_state last)
{
    static const char *const words[] = { "", "is prepared", "is committed", "was rolled back",
                                         "has an outcome nobody knows; calx_recover() ends it" };
    calx_error_clear(&unit->error);
    if (unit->state <= last)
        return CALX_OK;
    return calx_error_set(&unit->error, CALX_E_STATE, "the unit in two phases %s",
                          words[unit->state]);
}

/* ---- the branches ---- */

static calx_status make_room(calx_two_phase *unit)
{
    if (unit->count < unit->capacity)
        return CALX_OK;
    size_t capacity = unit->capacity > 0 ? 2 * unit->capacity : 4;
    branch *branches = calx_resize_array(unit->branches, capacity, sizeof(*branches));
    if (branches == NULL)
        return calx_error_set_nomem(&unit->error);
    unit->branches = branches;
    unit->capacity = capacity;
    return CALX_OK;
}

calx_status calx_two_phase_join(calx_two_phase *unit, calx_connection *connection)
{
    calx_status status = enter(unit, CALX_TWO_PHASE_OPEN);
    if (status == CALX_OK)
        status = make_room(unit);
    if (status != CALX_OK)
        return status;
    /* Its name is told to the database when it is prepared, and known by then. */
    status = calx_connection_begin_two_phase(connection, "calx");
    if (status != CALX_OK)
        return take_error(unit, connection, status);
    unit->branches[unit->count++] = (branch){ connection, false };
    return CALX_OK;
}

void calx_two_phase_leave(calx_two_phase *unit, const calx_connection *connection)
{
    size_t kept = 0;
    for (size_t i = 0; i < unit->count; i++)
        if (unit->branches[i].connection != connection)
            unit->branches[kept++] = unit->branches[i];
    unit->count = kept;
}

/* ---- rolling back ---- */

/* Its savepoints, itself, and what may have been prepared although the database did not say so. */
static calx_status roll_back_branch(branch *self)
{
    calx_connection *connection = self->connection;
    calx_status status = CALX_OK;
    while (status == CALX_OK && calx_connection_in_transaction(connection))
        status = calx_connection_rollback(connection);
    if (status == CALX_OK && self->doubtful)
        status = calx_connection_rollback_prepared(connection, connection->two_phase);
    calx_connection_leave_prepared(connection);
    return status == CALX_E_NO_OBJECT ? CALX_OK : status;
}

/* The first failure stays in the unit's error, unless there is one already. */
static calx_status roll_back_all(calx_two_phase *unit)
{
    calx_status first = CALX_OK;
    for (size_t i = 0; i < unit->count; i++) {
        calx_status status = roll_back_branch(&unit->branches[i]);
        if (status == CALX_OK || first != CALX_OK)
            continue;
        first = status;
        if (unit->error.status == CALX_OK)
            (void)take_error(unit, unit->branches[i].connection, status);
    }
    unit->state = CALX_TWO_PHASE_ROLLED_BACK;
    return first;
}

calx_status calx_two_phase_rollback(calx_two_phase *unit)
{
    if (unit->state == CALX_TWO_PHASE_ROLLED_BACK) {
        calx_error_clear(&unit->error);
        return CALX_OK;
    }
    calx_status status = enter(unit, CALX_TWO_PHASE_PREPARED);
    return status == CALX_OK ? roll_back_all(unit) : status;
}

/* ---- the first phase ---- */

static calx_status name_branches(calx_two_phase *unit)
{
    char text[CALX_TWO_PHASE_NAME_MOST + 1];
    calx_branch_name name = unit->name;
    for (size_t i = 0; i < unit->count; i++) {
        calx_connection *connection = unit->branches[i].connection;
        if (connection->two_phase == NULL)
            continue; /* it was ended behind the unit's back, as preparing it will tell */
        name.branch = i + 1;
        calx_branch_name_write(&name, text);
        char *copy = calx_strdup_text(text);
        if (copy == NULL)
            return calx_error_set_nomem(&unit->error);
        calx_release(connection->two_phase);
        connection->two_phase = copy;
    }
    return CALX_OK;
}

static calx_status find_place(calx_two_phase *unit)
{
    calx_connection *first = unit->branches[0].connection;
    calx_status status = calx_connection_place(first, unit->name.place);
    return status == CALX_OK ? CALX_OK : take_error(unit, first, status);
}

static calx_status prepare_all(calx_two_phase *unit)
{
    unit->name.count = unit->count;
    calx_status status = unit->count > 0 ? find_place(unit) : CALX_OK;
    if (status == CALX_OK)
        status = name_branches(unit);
    for (size_t i = 0; i < unit->count && status == CALX_OK; i++) {
        branch *self = &unit->branches[i];
        status = calx_connection_prepare(self->connection);
        if (status == CALX_OK)
            continue;
        self->doubtful = (self->connection->error.flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0;
        (void)take_error(unit, self->connection, status);
    }
    return status;
}

calx_status calx_two_phase_prepare(calx_two_phase *unit)
{
    calx_status status = enter(unit, CALX_TWO_PHASE_OPEN);
    if (status != CALX_OK)
        return status;
    status = prepare_all(unit);
    if (status == CALX_OK)
        unit->state = CALX_TWO_PHASE_PREPARED;
    else
        (void)roll_back_all(unit);
    return status;
}

/* ---- the second phase ---- */

/* From here on it is a recovery's. */
static calx_status give_up(calx_two_phase *unit, calx_status status)
{
    for (size_t i = 0; i < unit->count; i++)
        calx_connection_leave_prepared(unit->branches[i].connection);
    unit->state = CALX_TWO_PHASE_UNKNOWN;
    unit->error.flags |= CALX_ERROR_OUTCOME_UNKNOWN;
    return status;
}

/* The first branch waits no more: somebody ended it, perhaps this unit unheard. */
static calx_status look_back(calx_two_phase *unit)
{
    calx_connection *first = unit->branches[0].connection;
    calx_fate fate = CALX_FATE_FORGOTTEN;
    calx_connection_leave_prepared(first);
    calx_status status = calx_connection_fate(first, unit->name.place, &fate);
    if (status != CALX_OK)
        return give_up(unit, take_error(unit, first, status));
    calx_error_clear(&unit->error);
    if (fate == CALX_FATE_COMMITTED)
        return CALX_OK;
    status = calx_error_set(&unit->error, CALX_E_TX_ABORTED,
                            "somebody else has ended the first branch of the unit in two phases, "
                            "perhaps a recovery");
    if (fate != CALX_FATE_ABORTED)
        return give_up(unit, status);
    (void)roll_back_all(unit);
    return status;
}

/* Commits the first branch. */
static calx_status decide(calx_two_phase *unit)
{
    calx_connection *first = unit->branches[0].connection;
    calx_status status = calx_connection_commit(first);
    bool unknown = (first->error.flags & CALX_ERROR_OUTCOME_UNKNOWN) != 0;
    if (unknown)
        status = calx_connection_commit(first); /* on another connection */
    if (status == CALX_OK)
        return CALX_OK;
    if (status == CALX_E_NO_OBJECT)
        return look_back(unit);
    (void)take_error(unit, first, status);
    return unknown ? give_up(unit, status) : status;
}

/* Of a unit that is committed: what somebody else has finished is finished. */
static calx_status commit_branch(branch *self)
{
    calx_connection *connection = self->connection;
    calx_status status = calx_connection_commit(connection);
    if (status != CALX_OK && connection->link == NULL)
        status = calx_connection_commit(connection);
    calx_connection_leave_prepared(connection);
    return status == CALX_E_NO_OBJECT ? CALX_OK : status;
}

static calx_status commit_others(calx_two_phase *unit)
{
    calx_status first = CALX_OK;
    for (size_t i = 1; i < unit->count; i++) {
        calx_status status = commit_branch(&unit->branches[i]);
        if (status == CALX_OK || first != CALX_OK)
            continue;
        first = take_error(unit, unit->branches[i].connection, status);
        calx_error_prefix(&unit->error, "the unit is committed, but one branch still waits, which "
                                        "calx_recover() commits: ");
    }
    return first;
}

calx_status calx_two_phase_commit(calx_two_phase *unit)
{
    calx_status status = unit->state == CALX_TWO_PHASE_OPEN ? calx_two_phase_prepare(unit)
                                                            : enter(unit, CALX_TWO_PHASE_PREPARED);
    if (status == CALX_OK && unit->count > 0)
        status = decide(unit);
    if (status != CALX_OK)
        return status;
    unit->state = CALX_TWO_PHASE_COMMITTED;
    return commit_others(unit);
}
