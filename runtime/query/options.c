/*
 * The loading options of a query. A path is checked when it is given, so that the message comes
 * where the mistake is; what all of them come to is worked out when the query runs.
 */
#include "query/query.h"

#include "base/error.h"
#include "mapper/option.h"
#include "session/follow.h"

#include <string.h>

void calx_query_forget_options(calx_query *query)
{
    calx_loads_release(query->loads);
    query->loads = NULL;
    query->worked_out = false;
    query->path_count = 0;
}

calx_status calx_query_copy_path(calx_arena *arena, const calx_option *parts, size_t count,
                                 calx_path *out_path)
{
    size_t steps = 0;
    for (size_t i = 0; i < count; i++)
        steps += parts[i].count;
    calx_step *copy = calx_arena_array(arena, steps, sizeof *copy);
    if (copy == NULL)
        return CALX_E_NOMEM;
    *out_path = (calx_path){ copy, steps };
    for (size_t i = 0; i < count; i++) {
        memcpy(copy, parts[i].steps, parts[i].count * sizeof *copy);
        copy += parts[i].count;
    }
    return CALX_OK;
}

/* The parts as one path, in the query's memory. */
static calx_status keep_path(calx_query *query, const calx_option *parts, size_t count)
{
    void *paths = calx_query_grow(query->paths, query->path_count, &query->path_capacity,
                                  sizeof *query->paths);
    if (paths == NULL)
        return calx_error_set_nomem(&query->session->error);
    query->paths = paths;
    if (calx_query_copy_path(&query->arena, parts, count, &query->paths[query->path_count]) !=
        CALX_OK)
        return calx_error_set_nomem(&query->session->error);
    query->path_count++;
    calx_loads_release(query->loads);
    query->loads = NULL;
    query->worked_out = false;
    return CALX_OK;
}

calx_status calx_query_options_along(calx_query *query, const calx_option *parts, size_t count)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (parts == NULL || count == 0)
        return calx_query_keep_failure(
            query,
            calx_session_fail(query->session, CALX_E_ARGUMENT,
                              "a query over %s was given no loading option", query->mapper->name));
    status = calx_option_check_along(parts, count, query->mapper, &query->session->error);
    if (status == CALX_OK)
        status = keep_path(query, parts, count);
    return status == CALX_OK ? CALX_OK : calx_query_keep_failure(query, status);
}

calx_status calx_query_options(calx_query *query, calx_option option)
{
    return calx_query_options_along(query, &option, 1);
}

/* Without options the session knows it already. */
static calx_status take_default(calx_query *query)
{
    const calx_loads *loads = NULL;
    calx_status status = calx_follow_default(query->session, query->mapper, &loads);
    if (status != CALX_OK)
        return status;
    query->loads = calx_loads_hold(loads);
    query->worked_out = true;
    return CALX_OK;
}

calx_status calx_query_work_out(calx_query *query)
{
    if (query->worked_out)
        return CALX_OK;
    if (query->path_count == 0)
        return take_default(query);
    if (calx_loads_new(query->mapper, query->paths, query->path_count, &query->loads) != CALX_OK)
        return calx_error_set_nomem(&query->session->error);
    query->worked_out = true;
    return CALX_OK;
}
