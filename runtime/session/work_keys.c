/*
 * Rows that change their keys in one flush, in an order in which none takes a key that another one
 * still has (SES-206): each waits for the row whose old key is its new one, so the rows are chains.
 * A chain that is closed cannot be sent: databases check keys row by row.
 */
#include "session/key_change.h"

#include "base/error.h"
#include "mapper/column.h"

typedef struct chain {
    calx_session *session;
    calx_instances open; /* each waits for the one behind it */
    calx_instances sorted;
} chain;

/* A row that moves has CALX_INSTANCE_VISITED until it is looked at, and is sorted at the end. */
static size_t mark_moving(const calx_instances *rows)
{
    size_t moving = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (!calx_key_change_is_one(rows->items[i]))
            continue;
        rows->items[i]->flags |= CALX_INSTANCE_VISITED;
        moving++;
    }
    return moving;
}

static void unmark(const calx_instances *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        rows->items[i]->flags &= (uint16_t) ~(CALX_INSTANCE_VISITED | CALX_INSTANCE_SORTED);
}

/* The row that has the new key of this one; NULL: none that is known. */
static calx_status find_holder(calx_session *session, const calx_instance *instance,
                               calx_instance **out_holder)
{
    calx_key key;
    *out_holder = NULL;
    calx_status status =
        calx_key_from_instance(&key, instance->mapper, calx_instance_entity(instance));
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return CALX_OK; /* it is not complete: the UPDATE tells */
    *out_holder = calx_identity_find(session, &key);
    calx_key_clear(&key);
    return CALX_OK;
}

static bool is_open(const chain *rows, const calx_instance *instance)
{
    for (size_t i = 0; i < rows->open.count; i++)
        if (rows->open.items[i] == instance)
            return true;
    return false;
}

static calx_status closed(chain *rows, const calx_instance *holder)
{
    const calx_instance *last = rows->open.items[rows->open.count - 1];
    calx_buffer one = CALX_BUFFER_INIT, other = CALX_BUFFER_INIT;
    calx_key_describe_instance(&one, last->mapper, last->watch->snapshot);
    calx_key_describe_instance(&other, holder->mapper, holder->watch->snapshot);
    calx_session_fail(rows->session, CALX_E_CIRCULAR_DEPENDENCY,
                      "%s is to have the key of %s, which waits for another one to change first: "
                      "give one of them a key that no row has, flush, and then its new key",
                      calx_buffer_text(&one), calx_buffer_text(&other));
    calx_buffer_clear(&one);
    calx_buffer_clear(&other);
    return CALX_E_CIRCULAR_DEPENDENCY;
}

/* Opens the row, and what it waits for behind it. */
static calx_status open_chain(chain *rows, calx_instance *instance)
{
    rows->open.count = 0;
    while (instance != NULL) {
        instance->flags &= (uint16_t)~CALX_INSTANCE_VISITED;
        if (calx_instances_push(&rows->open, instance) != CALX_OK)
            return calx_error_set_nomem(&rows->session->error);
        calx_instance *holder = NULL;
        calx_status status = find_holder(rows->session, instance, &holder);
        if (status != CALX_OK)
            return status;
        bool is_waiting = holder != NULL && (holder->flags & CALX_INSTANCE_VISITED) != 0;
        if (holder != NULL && !is_waiting && (holder->flags & CALX_INSTANCE_SORTED) == 0 &&
            is_open(rows, holder))
            return closed(rows, holder);
        instance = is_waiting ? holder : NULL;
    }
    return CALX_OK;
}

static calx_status sort_row(chain *rows, calx_instance *instance)
{
    if ((instance->flags & CALX_INSTANCE_SORTED) != 0)
        return CALX_OK;
    calx_status status = CALX_OK;
    rows->open.count = 0;
    if ((instance->flags & CALX_INSTANCE_VISITED) != 0)
        status = open_chain(rows, instance);
    else if (calx_instances_push(&rows->open, instance) != CALX_OK)
        status = calx_error_set_nomem(&rows->session->error);
    while (status == CALX_OK && rows->open.count > 0) {
        calx_instance *next = rows->open.items[--rows->open.count];
        next->flags |= CALX_INSTANCE_SORTED;
        if (calx_instances_push(&rows->sorted, next) != CALX_OK)
            status = calx_error_set_nomem(&rows->session->error);
    }
    return status;
}

calx_status calx_key_change_sort(calx_session *session, calx_instances *rows)
{
    chain all = { .session = session };
    calx_status status = CALX_OK;
    if (mark_moving(rows) > 1) {
        for (size_t i = 0; status == CALX_OK && i < rows->count; i++)
            status = sort_row(&all, rows->items[i]);
        unmark(rows);
        if (status == CALX_OK) {
            calx_instances swapped = *rows;
            *rows = all.sorted;
            all.sorted = swapped;
        }
    } else {
        unmark(rows);
    }
    calx_instances_clear(&all.open);
    calx_instances_clear(&all.sorted);
    return status;
}
