/*
 * Loading options: values that are put together here and checked where a query is given them. The
 * rule kept: an option points at mappers and at nothing else, so no copy of it can dangle.
 */
#include "mapper/option.h"

#include "base/error.h"

#include <string.h>

/* ---- putting together ---- */

static calx_option of_step(calx_relation relation, calx_step_kind kind, calx_loading loading,
                           bool inner)
{
    calx_option option = { 0 };
    option.count = 1;
    option.steps[0] = (calx_step){
        .mapper = relation.mapper,
        .number = relation.number,
        .kind = (uint8_t)kind,
        .loading = (uint8_t)loading,
        .inner = inner,
    };
    return option;
}

static calx_option of_loading(calx_relation relation, calx_loading loading)
{
    return of_step(relation, CALX_STEP_LOAD, loading, false);
}

calx_relation calx_every_relation(const calx_mapper *mapper)
{
    calx_relation relation = { mapper, CALX_EVERY_RELATIONSHIP };
    return relation;
}

calx_option calx_lazyload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_SELECT);
}

calx_option calx_joinedload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_JOINED);
}

calx_option calx_joinedload_inner(calx_relation relation)
{
    return of_step(relation, CALX_STEP_LOAD, CALX_LOADING_JOINED, true);
}

calx_option calx_selectinload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_SELECTIN);
}

calx_option calx_subqueryload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_SUBQUERY);
}

calx_option calx_immediateload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_IMMEDIATE);
}

calx_option calx_raiseload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_RAISE);
}

calx_option calx_raiseload_on_sql(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_RAISE_ON_SQL);
}

calx_option calx_noload(calx_relation relation)
{
    return of_loading(relation, CALX_LOADING_NOLOAD);
}

calx_option calx_defaultload(calx_relation relation)
{
    return of_step(relation, CALX_STEP_ALONG, CALX_LOADING_SELECT, false);
}

calx_option calx_column_option_(calx_step_kind kind, const calx_column_ref *columns, size_t count)
{
    calx_option option = { 0 };
    option.overflow = count > CALX_OPTION_STEPS;
    for (size_t i = 0; i < count && i < CALX_OPTION_STEPS; i++)
        option.steps[option.count++] = (calx_step){
            .mapper = columns[i].mapper,
            .number = columns[i].column,
            .kind = (uint8_t)kind,
        };
    return option;
}

/* A part that was never set leaves the whole so, which is found out by its first step. */
calx_option calx_then(calx_option first, calx_option next)
{
    size_t room = CALX_OPTION_STEPS - (size_t)first.count;
    if (first.count == 0 || next.count == 0)
        return (calx_option){ .overflow = first.overflow || next.overflow };
    if (first.overflow || next.overflow || next.count > room) {
        first.overflow = true;
        return first;
    }
    memcpy(&first.steps[first.count], next.steps, next.count * sizeof(next.steps[0]));
    first.count = (uint16_t)(first.count + next.count);
    return first;
}

/* ---- telling ---- */

static void describe_step(calx_buffer *out, const calx_step *step)
{
    const calx_mapper *mapper = step->mapper;
    if (mapper == NULL || step->kind == CALX_STEP_NONE)
        calx_buffer_put(out, "(never set)");
    else if (calx_step_leads(step) && step->number == CALX_EVERY_RELATIONSHIP)
        calx_buffer_format(out, "%s.(every)", mapper->name);
    else if (calx_step_leads(step) && step->number < mapper->relationship_count)
        calx_buffer_format(out, "%s.%s", mapper->name, mapper->relationships[step->number].member);
    else if (!calx_step_leads(step) && step->number < mapper->column_count)
        calx_buffer_format(out, "%s.%s", mapper->name, mapper->columns[step->number].member);
    else
        calx_buffer_format(out, "%s.(no such member)", mapper->name);
}

void calx_option_describe(calx_buffer *out, const calx_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        calx_buffer_put(out, i == 0 ? "" : " > ");
        describe_step(out, &steps[i]);
    }
}

/* ---- checking ---- */

static calx_status fail_path(const calx_option *option, const calx_mapper *mapper,
                             const char *reason, calx_error *error)
{
    calx_buffer path = CALX_BUFFER_INIT;
    calx_option_describe(&path, option->steps, option->count);
    calx_error_set(error, CALX_E_ARGUMENT,
                   "the loading option \"%s\" does not fit, which starts or goes on at %s: %s",
                   calx_buffer_text(&path), mapper->name, reason);
    calx_buffer_clear(&path);
    return CALX_E_ARGUMENT;
}

static bool is_known(const calx_step *step)
{
    if (step->mapper == NULL || step->kind == CALX_STEP_NONE || step->kind > CALX_STEP_LOAD_ONLY ||
        step->loading > CALX_LOADING_NOLOAD)
        return false;
    if (!calx_step_leads(step))
        return step->number < step->mapper->column_count;
    return step->number < step->mapper->relationship_count ||
           step->number == CALX_EVERY_RELATIONSHIP;
}

/* Where the steps lead to is *mapper afterwards; NULL: to every target there is. */
static calx_status follow(const calx_option *option, const calx_mapper **mapper, calx_error *error)
{
    const calx_mapper *at = *mapper;
    for (size_t i = 0; i < option->count; i++) {
        const calx_step *step = &option->steps[i];
        if (at == NULL)
            return fail_path(option, *mapper, "nothing can follow every relationship", error);
        if (!is_known(step))
            return fail_path(option, *mapper, "it names a member that was never set", error);
        if (step->mapper != at)
            return fail_path(option, *mapper,
                             "each step is about the entity the steps before lead to", error);
        if (!calx_step_leads(step))
            continue;
        at =
            step->number == CALX_EVERY_RELATIONSHIP ? NULL : at->relationships[step->number].target;
    }
    *mapper = at;
    return CALX_OK;
}

calx_status calx_option_check_along(const calx_option *parts, size_t count,
                                    const calx_mapper *mapper, calx_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i].overflow || parts[i].count > CALX_OPTION_STEPS)
            return calx_error_set(error, CALX_E_LIMIT,
                                  "a loading option holds %d steps and this one has more: give "
                                  "its path in parts to calx_query_options_along()",
                                  CALX_OPTION_STEPS);
        if (parts[i].count == 0)
            return calx_error_set(error, CALX_E_ARGUMENT,
                                  "the loading option, or a part of it, was never set");
        if (mapper == NULL)
            return calx_error_set(error, CALX_E_ARGUMENT,
                                  "the loading option goes on behind every relationship: nothing "
                                  "can follow that");
        calx_status status = follow(&parts[i], &mapper, error);
        if (status != CALX_OK)
            return status;
    }
    return CALX_OK;
}

calx_status calx_option_check(const calx_option *option, const calx_mapper *mapper,
                              calx_error *error)
{
    return calx_option_check_along(option, 1, mapper, error);
}
