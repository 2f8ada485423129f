/*
 * What rows that were updated by key do to the instances of them that are loaded (SES-334). Which
 * version a row has now is read again: the library that raises it may be the database.
 */
#include "session/bulk.h"
#include "session/synchronize.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"

/* The instance of a row of the array; NULL: it is not loaded. */
static calx_status find(const calx_bulk *bulk, const void *row, calx_instance **out_instance)
{
    calx_session *session = bulk->writer.session;
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    calx_key key;
    calx_status status = calx_key_from_instance(&key, mapper, row);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(&session->error);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "the key of a row of %s cannot be read",
                                 mapper->name);
    *out_instance = calx_identity_find(session, &key);
    calx_key_clear(&key);
    return CALX_OK;
}

static calx_status read_given(const calx_bulk *bulk, const void *row, const uint64_t *given,
                              calx_value *values)
{
    const calx_mapper *mapper = bulk->writer.entity->mapper;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < mapper->column_count; i++)
        if (calx_plan_has(given, i))
            status = calx_column_read(&mapper->columns[i], row, &values[i]);
    return status == CALX_OK ? CALX_OK
                             : calx_session_fail(bulk->writer.session, status, "a row of %s: %s",
                                                 mapper->name, calx_status_text(status));
}

static calx_status synchronize_row(const calx_bulk *bulk, size_t number, const uint64_t *raised,
                                   calx_value *values)
{
    calx_entity *entity = bulk->writer.entity;
    const void *row = calx_bulk_row(bulk, number);
    const calx_synchronizing change = {
        .entity = entity,
        .given = bulk->given + number * calx_plan_words(entity->mapper),
        .worked_out = raised,
        .values = values,
    };
    calx_instance *instance = NULL;
    calx_status status = find(bulk, row, &instance);
    if (status != CALX_OK || instance == NULL)
        return status;
    status = read_given(bulk, row, change.given, values);
    return status == CALX_OK ? calx_synchronize_updated(bulk->writer.session, instance, &change)
                             : status;
}

calx_status calx_bulk_synchronize(const calx_bulk *bulk)
{
    const calx_entity *entity = bulk->writer.entity;
    const calx_mapper *mapper = entity->mapper;
    uint64_t *raised = calx_alloc_zeroed(calx_plan_words(mapper) * sizeof(*raised));
    calx_value *values = calx_alloc_array(mapper->column_count, sizeof(*values));
    calx_status status = CALX_OK;
    if (raised == NULL || values == NULL)
        status = calx_error_set_nomem(&bulk->writer.session->error);
    else if (entity->version >= 0)
        calx_plan_include(raised, (size_t)entity->version);
    for (size_t i = 0; status == CALX_OK && i < bulk->count; i++)
        status = synchronize_row(bulk, i, raised, values);
    calx_release(values);
    calx_release(raised);
    return status;
}
