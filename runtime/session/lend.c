/*
 * Loading for instances that are not stored. What is found is shown and nothing else: no key is
 * written, nothing comes into the session, and what an instance of no session refers to does not
 * list it among its members.
 */
#include "session/lend.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/follow.h"

/* A session that loads for an instance it may not even have. */
struct calx_loan {
    calx_session *session;
    calx_links_rest *rest; /* of the instance's links */
    calx_loan *next, *previous;
};

/* ---- who loads ---- */

static calx_session *lent_by(const calx_instance *instance)
{
    const calx_links_rest *rest = instance->links == NULL ? NULL : instance->links->rest;
    return rest == NULL || rest->loan == NULL ? NULL : rest->loan->session;
}

calx_session *calx_lender_of(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    bool by_itself = (facts->flags & CALX_RELATIONSHIP_LOAD_ON_PENDING) != 0;
    if (instance->state == CALX_STATE_PENDING)
        return by_itself ? instance->session : lent_by(instance);
    if (instance->session != NULL || facts->kind != CALX_RELATIONSHIP_ONE)
        return NULL;
    return lent_by(instance);
}

bool calx_lender_is_awaited(const calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (instance->links == NULL)
        return true;
    if (facts->kind == CALX_RELATIONSHIP_ONE)
        return calx_link_at(instance, facts->foreign_key)->state == CALX_LINK_UNKNOWN;
    const calx_slot *slot = calx_slot_at(instance, relationship);
    return !slot->stored && !slot->assigned;
}

/* ---- loading ---- */

/* A key of which nothing was set leads nowhere, also where its columns cannot be NULL. */
static bool is_key_empty(const calx_instance *instance, const calx_relationship *facts)
{
    const calx_foreign_key *key = calx_follow_key(instance->mapper, facts);
    if (key == NULL)
        key = &facts->association->foreign_keys[facts->foreign_key];
    const uint16_t *columns =
        facts->kind == CALX_RELATIONSHIP_ONE ? key->columns : key->target_columns;
    for (size_t i = 0; i < key->column_count; i++)
        if (!calx_column_is_empty(&instance->mapper->columns[columns[i]],
                                  calx_instance_entity(instance)))
            return false;
    return true;
}

calx_status calx_lender_load(calx_session *lender, calx_instance *instance, unsigned relationship)
{
    const calx_relationship *facts = &instance->mapper->relationships[relationship];
    if (is_key_empty(instance, facts))
        return calx_relationship_load(instance->session, instance, relationship);
    lender->no_autoflush++; /* it would write the instance itself */
    calx_status status = calx_relationship_load_stored(lender, instance, relationship,
                                                       calx_loads_under(instance, relationship));
    lender->no_autoflush--;
    return status;
}

/* ---- loans ---- */

void calx_loan_end(calx_links_rest *rest)
{
    calx_loan *loan = rest == NULL ? NULL : rest->loan;
    if (loan == NULL)
        return;
    if (loan->previous != NULL)
        loan->previous->next = loan->next;
    else
        loan->session->loans = loan->next;
    if (loan->next != NULL)
        loan->next->previous = loan->previous;
    rest->loan = NULL;
    calx_release(loan);
}

void calx_loan_settle(const calx_session *session, calx_links_rest *rest)
{
    if (rest != NULL && rest->loan != NULL && rest->loan->session != session)
        calx_loan_end(rest);
}

void calx_loans_end(calx_session *session)
{
    while (session->loans != NULL)
        calx_loan_end(session->loans->rest);
}

static calx_status lend(calx_session *session, calx_instance *instance)
{
    calx_loan *loan = calx_alloc_zeroed(sizeof *loan);
    calx_links_rest *rest = loan == NULL ? NULL : calx_links_need_rest(instance);
    if (rest == NULL) {
        calx_release(loan);
        return calx_error_set_nomem(&session->error);
    }
    calx_loan_end(rest);
    *loan = (calx_loan){ .session = session, .rest = rest, .next = session->loans };
    if (session->loans != NULL)
        session->loans->previous = loan;
    session->loans = loan;
    rest->loan = loan;
    return CALX_OK;
}

calx_status calx_session_enable_relationship_loading(calx_session *session, const void *entity)
{
    calx_status status = calx_session_enter(session);
    if (status != CALX_OK)
        return status;
    calx_instance *instance = calx_instance_of(entity);
    if (instance == NULL || instance->session != NULL)
        status = calx_session_member(session, entity, &instance);
    if (status == CALX_OK && calx_session_entity(session, instance->mapper) == NULL)
        status = session->error.status;
    if (status != CALX_OK || instance->state == CALX_STATE_PERSISTENT)
        return status; /* one that is stored loads anyway */
    return lend(session, instance);
}
