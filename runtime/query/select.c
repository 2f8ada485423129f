/*
 * Building selects. All is kept in a tree for the writer; what points at the caller's memory is
 * copied, what is another select is held. The first failure of building is the answer of every
 * later call.
 */
#include "query/select.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/option.h"
#include "query/fill.h"
#include "query/query.h"

#include <string.h>

/* ---- life ---- */

static calx_select *of_dependent(calx_dependent *dependent)
{
    return (calx_select *)(void *)((char *)dependent - offsetof(calx_select, dependent));
}

static void end(calx_dependent *dependent)
{
    of_dependent(dependent)->ended = true;
}

static void forget_session(calx_dependent *dependent)
{
    of_dependent(dependent)->session = NULL;
}

calx_select *calx_select_new(calx_session *session)
{
    calx_select *select = session == NULL ? NULL : calx_alloc_zeroed(sizeof *select);
    if (select == NULL)
        return NULL;
    select->session = session;
    select->holders = 1;
    select->block.limit = select->block.offset = -1;
    select->failure = (calx_error)CALX_ERROR_INIT;
    calx_arena_init(&select->arena, 0);
    calx_parameter_list_init(&select->parameters);
    calx_buffer_init(&select->report);
    select->dependent.end = end;
    select->dependent.forget = forget_session;
    calx_session_depend(session, &select->dependent);
    return select;
}

static void destroy(calx_select *select)
{
    for (size_t i = 0; i < select->held_count; i++)
        calx_select_release(select->held[i]);
    for (size_t i = 0; i < select->option_count; i++) {
        calx_loads_release(select->options[i].loads);
        calx_release(select->options[i].paths);
    }
    calx_fill_free(select->fill);
    calx_sql_text_release(select->text);
    calx_parameter_list_clear(&select->parameters);
    calx_buffer_clear(&select->report);
    calx_error_clear(&select->failure);
    calx_arena_clear(&select->arena);
    void *const arrays[] = { select->items,   select->groups, select->orders,   select->parts,
                             select->sources, select->steps,  select->combined, select->conditions,
                             select->havings, select->withs,  select->held,     select->options };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        calx_release(arrays[i]);
    calx_release(select);
}

void calx_select_release(calx_select *select)
{
    if (select == NULL || --select->holders > 0)
        return;
    if (select->session != NULL)
        calx_session_undepend(select->session, &select->dependent);
    destroy(select);
}

void calx_select_free(calx_select *select)
{
    calx_select_release(select);
}

/* ---- entering ---- */

calx_status calx_select_enter(calx_select *select)
{
    if (select == NULL)
        return CALX_E_ARGUMENT;
    if (select->session == NULL)
        return CALX_E_STATE;
    calx_status status = calx_session_enter(select->session);
    if (status != CALX_OK)
        return status;
    if (select->ended)
        return calx_session_fail(select->session, CALX_E_STATE,
                                 "this select ended when its session was closed or emptied: free "
                                 "it, and make a new one");
    if (select->failure.status != CALX_OK)
        calx_error_copy(&select->session->error, &select->failure);
    return select->session->error.status;
}

/* Remembers what the session's error says, for every later call. */
static calx_status refuse(calx_select *select, calx_status status)
{
    calx_error_copy(&select->failure, &select->session->error);
    select->failure.status = status;
    return status;
}

/* The same for calls that change it. */
static calx_status change(calx_select *select)
{
    calx_status status = calx_select_enter(select);
    if (status != CALX_OK || !select->is_part)
        return status;
    return calx_session_fail(select->session, CALX_E_STATE,
                             "this select is a part of another one and does not change any more");
}

static calx_status no_memory(calx_select *select)
{
    return refuse(select, calx_error_set_nomem(&select->session->error));
}

/* ---- tables ---- */

static bool is_meant(const calx_sql_source *source, calx_alias alias)
{
    return source->mapper == alias.mapper && source->alias == alias.number;
}

static size_t find_source(const calx_select *select, calx_alias alias)
{
    for (size_t i = 0; i < select->block.source_count; i++)
        if (is_meant(&select->sources[i], alias))
            return i;
    return SIZE_MAX;
}

static calx_status check_new_source(calx_select *select, calx_alias alias)
{
    if (alias.mapper == NULL || alias.number == UINT16_MAX)
        return calx_session_fail(select->session, CALX_E_ARGUMENT,
                                 "a select was given no table: the relationship or the alias was "
                                 "never set");
    if (find_source(select, alias) == SIZE_MAX)
        return CALX_OK;
    return calx_session_fail(select->session, CALX_E_ARGUMENT,
                             "a select has %s already: name it by an alias of another number "
                             "(calx_alias_of())",
                             alias.mapper->name);
}

/* step: how it is joined, where it is not the first */
static calx_status add_source(calx_select *select, calx_alias alias, calx_sql_step step,
                              const calx_sql_block *block)
{
    calx_status status = check_new_source(select, alias);
    size_t count = select->block.source_count;
    if (status != CALX_OK)
        return refuse(select, status);
    void *sources =
        calx_query_grow(select->sources, count, &select->source_capacity, sizeof *select->sources);
    if (sources == NULL)
        return no_memory(select);
    select->block.sources = select->sources = sources;
    void *steps =
        calx_query_grow(select->steps, count, &select->step_capacity, sizeof *select->steps);
    if (steps == NULL)
        return no_memory(select);
    select->block.steps = select->steps = steps;
    select->sources[count] = (calx_sql_source){
        .mapper = alias.mapper, .alias = alias.number, .letter = 's', .block = block
    };
    if (count > 0)
        select->steps[count - 1] = step;
    select->block.source_count++;
    return CALX_OK;
}

/* What is selected first is what it is selected from, unless something was said. */
static calx_status assume_source(calx_select *select, calx_column_ref ref)
{
    if (select->block.source_count > 0 || ref.mapper == NULL)
        return CALX_OK;
    select->assumed = true;
    return add_source(select, (calx_alias){ ref.mapper, ref.alias }, (calx_sql_step){ 0 }, NULL);
}

/* A word of the application's takes the place of what was assumed. */
static void say_source(calx_select *select)
{
    if (select->assumed && select->block.source_count == 1)
        select->block.source_count = 0;
    select->assumed = false;
}

calx_status calx_select_from(calx_select *select, calx_alias entity)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    say_source(select);
    return add_source(select, entity, (calx_sql_step){ .crossed = true }, NULL);
}

/* ---- other selects inside ---- */

static bool contains(const calx_select *select, const calx_select *wanted)
{
    bool found = select == wanted;
    for (size_t i = 0; i < select->held_count && !found; i++)
        found = contains(select->held[i], wanted);
    return found;
}

/* Another select becomes a part: its failure is one of this select too. */
static calx_status hold_part(calx_select *select, calx_select *part)
{
    calx_session *session = select->session;
    if (part == NULL || part->session != session || contains(part, select))
        return refuse(select,
                      calx_session_fail(session, CALX_E_ARGUMENT, "a select was given %s as a part",
                                        part == NULL               ? "nothing"
                                        : part->session != session ? "one of another session"
                                                                   : "itself"));
    if (part->failure.status != CALX_OK) {
        calx_error_copy(&session->error, &part->failure);
        return refuse(select, part->failure.status);
    }
    void *held = calx_query_grow(select->held, select->held_count, &select->held_capacity,
                                 sizeof *select->held);
    if (held == NULL)
        return no_memory(select);
    select->held = held;
    select->held[select->held_count++] = calx_select_hold(part);
    part->is_part = true;
    return CALX_OK;
}

calx_status calx_select_from_select(calx_select *select, calx_alias alias, calx_select *rows)
{
    calx_status status = change(select);
    if (status == CALX_OK)
        status = hold_part(select, rows);
    if (status != CALX_OK)
        return status;
    say_source(select);
    return add_source(select, alias, (calx_sql_step){ .crossed = true }, &rows->block);
}

static calx_status add_with(calx_select *select, calx_alias alias, calx_select *rows,
                            bool is_recursive)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (alias.mapper == NULL || alias.number == 0 || alias.number == UINT16_MAX)
        return refuse(select, calx_session_fail(select->session, CALX_E_ARGUMENT,
                                                "a named part of a select has an alias of a number "
                                                "from 1 on"));
    status = hold_part(select, rows);
    if (status != CALX_OK)
        return status;
    void *withs = calx_query_grow(select->withs, select->block.with_count, &select->with_capacity,
                                  sizeof *select->withs);
    if (withs == NULL)
        return no_memory(select);
    select->block.withs = select->withs = withs;
    select->withs[select->block.with_count++] =
        (calx_sql_with){ .name = alias, .block = &rows->block, .is_recursive = is_recursive };
    return CALX_OK;
}

calx_status calx_select_with(calx_select *select, calx_alias alias, calx_select *rows)
{
    return add_with(select, alias, rows, false);
}

calx_status calx_select_with_recursive(calx_select *select, calx_alias alias, calx_select *rows)
{
    return add_with(select, alias, rows, true);
}

calx_status calx_select_combine(calx_select *select, calx_combine how, calx_select *other)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (how < CALX_UNION || how > CALX_EXCEPT_ALL)
        return refuse(select, calx_session_fail(select->session, CALX_E_ARGUMENT,
                                                "there is no way %d to combine selects: use "
                                                "CALX_UNION or another of these",
                                                (int)how));
    status = hold_part(select, other);
    if (status != CALX_OK)
        return status;
    void *combined = calx_query_grow(select->combined, select->block.combined_count,
                                     &select->combined_capacity, sizeof *select->combined);
    if (combined == NULL)
        return no_memory(select);
    select->block.combined = select->combined = combined;
    select->combined[select->block.combined_count++] =
        (calx_sql_combined){ (calx_sql_combine)how, &other->block };
    return CALX_OK;
}

/* The selects in an expression that was kept are this one's too. */
static calx_status hold_parts(calx_select *select, const calx_condition *expression)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < expression->count && status == CALX_OK; i++)
        if (expression->nodes[i].operand.kind == CALX_OPERAND_SELECT)
            status =
                hold_part(select, (calx_select *)(uintptr_t)expression->nodes[i].operand.as.select);
    return status;
}

/* ---- joins ---- */

static calx_status join_along(calx_select *select, calx_relation relation, calx_alias from,
                              calx_alias to, bool left)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (relation.mapper == NULL || relation.number >= relation.mapper->relationship_count)
        return refuse(select, check_new_source(select, (calx_alias){ NULL, 0 }));
    const calx_relationship *facts = &relation.mapper->relationships[relation.number];
    if (from.mapper == NULL)
        from.mapper = relation.mapper;
    if (to.mapper == NULL)
        to.mapper = facts->target;
    if (to.mapper != facts->target)
        return refuse(select, calx_session_fail(select->session, CALX_E_ARGUMENT,
                                                "%s.%s leads to %s and cannot be joined as an "
                                                "alias of %s",
                                                relation.mapper->name, facts->member,
                                                facts->target->name, to.mapper->name));
    size_t owner = from.mapper == relation.mapper ? find_source(select, from) : SIZE_MAX;
    if (owner == SIZE_MAX)
        return refuse(select,
                      calx_session_fail(select->session, CALX_E_ARGUMENT,
                                        "%s.%s cannot be joined to a select that does not "
                                        "have %s",
                                        relation.mapper->name, facts->member, from.mapper->name));
    return add_source(select, to,
                      (calx_sql_step){ .relationship = facts, .owner = owner, .left = left }, NULL);
}

static const calx_alias itself = { NULL, 0 };

calx_status calx_select_join(calx_select *select, calx_relation relation)
{
    return join_along(select, relation, itself, itself, false);
}

calx_status calx_select_left_join(calx_select *select, calx_relation relation)
{
    return join_along(select, relation, itself, itself, true);
}

calx_status calx_select_join_from(calx_select *select, calx_alias from, calx_relation relation,
                                  calx_alias to)
{
    return join_along(select, relation, from, to, false);
}

calx_status calx_select_left_join_from(calx_select *select, calx_alias from, calx_relation relation,
                                       calx_alias to)
{
    return join_along(select, relation, from, to, true);
}

static calx_status join_on(calx_select *select, calx_alias target, const calx_expression *condition,
                           bool left)
{
    calx_sql_step step = { .left = left };
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (select->block.source_count == 0)
        return refuse(select,
                      calx_session_fail(select->session, CALX_E_ARGUMENT,
                                        "a select has nothing that %s could be joined to: "
                                        "say first what it is from",
                                        target.mapper != NULL ? target.mapper->name : "an alias"));
    status = calx_condition_from_expression(&step.on, &select->arena, condition,
                                            &select->session->error);
    if (status != CALX_OK)
        return refuse(select, status);
    status = hold_parts(select, &step.on);
    return status == CALX_OK ? add_source(select, target, step, NULL) : status;
}

calx_status calx_select_join_on(calx_select *select, calx_alias target, calx_expression condition)
{
    return join_on(select, target, &condition, false);
}

calx_status calx_select_left_join_on(calx_select *select, calx_alias target,
                                     calx_expression condition)
{
    return join_on(select, target, &condition, true);
}

/* ---- what is selected ---- */

static calx_status add_term(calx_select *select, calx_sql_term **terms, size_t *count,
                            size_t *capacity, calx_sql_term term)
{
    void *grown = calx_query_grow(*terms, *count, capacity, sizeof **terms);
    if (grown == NULL)
        return no_memory(select);
    *terms = grown;
    (*terms)[(*count)++] = term;
    return CALX_OK;
}

static calx_status add_item(calx_select *select, calx_sql_term item)
{
    calx_status status =
        add_term(select, &select->items, &select->block.item_count, &select->item_capacity, item);
    select->block.items = select->items;
    return status;
}

calx_status calx_select_column_(calx_select *select, calx_column_ref column)
{
    calx_status status = change(select);
    if (status == CALX_OK)
        status = assume_source(select, column);
    return status == CALX_OK ? add_item(select, (calx_sql_term){ .column = column }) : status;
}

/* The first column that an expression names; mapper NULL: none. */
static calx_column_ref first_column(const calx_condition *expression)
{
    for (size_t i = 0; i < expression->count; i++)
        if (expression->nodes[i].column.mapper != NULL)
            return expression->nodes[i].column;
    return (calx_column_ref){ NULL, 0, 0 };
}

static calx_status keep(calx_select *select, const calx_expression *value, calx_use use,
                        calx_condition *out)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    status = calx_expression_keep(out, &select->arena, value, use, &select->session->error);
    return status == CALX_OK ? hold_parts(select, out) : refuse(select, status);
}

calx_status calx_select_value(calx_select *select, calx_expression value, const char *label)
{
    calx_sql_term item = { .nullable = value.nullable };
    calx_status status = keep(select, &value, CALX_USE_SELECT, &item.expression);
    if (status != CALX_OK)
        return status;
    if (label != NULL) {
        item.label = calx_arena_text(&select->arena, label, strlen(label));
        if (item.label == NULL)
            return no_memory(select);
    }
    status = assume_source(select, first_column(&item.expression));
    return status == CALX_OK ? add_item(select, item) : status;
}

calx_status calx_select_entity(calx_select *select, calx_alias entity)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (entity.mapper == NULL)
        return refuse(select, check_new_source(select, entity));
    status = assume_source(select, (calx_column_ref){ entity.mapper, 0, entity.number });
    if (status != CALX_OK)
        return status;
    void *parts = calx_query_grow(select->parts, select->block.part_count, &select->part_capacity,
                                  sizeof *select->parts);
    if (parts == NULL)
        return no_memory(select);
    select->block.parts = select->parts = parts;
    select->parts[select->block.part_count++] = (calx_sql_part){ .entity = entity };
    return CALX_OK;
}

static size_t find_part(const calx_select *select, calx_alias entity)
{
    size_t i = 0;
    while (i < select->block.part_count && (select->parts[i].entity.mapper != entity.mapper ||
                                            select->parts[i].entity.number != entity.number))
        i++;
    return i;
}

/* The options of a part, which are there from now on. NULL: no memory. */
static calx_part_options *options_of(calx_select *select, size_t part)
{
    while (select->option_count <= part) {
        void *options = calx_query_grow(select->options, select->option_count,
                                        &select->option_capacity, sizeof *select->options);
        if (options == NULL)
            return NULL;
        select->options = options;
        select->options[select->option_count++] = (calx_part_options){ NULL };
    }
    return &select->options[part];
}

static calx_status add_path(calx_select *select, size_t part, const calx_option *parts,
                            size_t count)
{
    calx_part_options *options = options_of(select, part);
    void *paths = options == NULL ? NULL
                                  : calx_query_grow(options->paths, options->count,
                                                    &options->capacity, sizeof *options->paths);
    if (paths == NULL)
        return no_memory(select);
    options->paths = paths;
    if (calx_query_copy_path(&select->arena, parts, count, &options->paths[options->count]) !=
        CALX_OK)
        return no_memory(select);
    options->count++;
    calx_loads_release(options->loads);
    options->loads = NULL;
    options->worked_out = false;
    return CALX_OK;
}

calx_status calx_select_options_along(calx_select *select, calx_alias entity,
                                      const calx_option *parts, size_t count)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    calx_session *session = select->session;
    size_t part = find_part(select, entity);
    if (part == select->block.part_count)
        return refuse(select, calx_session_fail(session, CALX_E_ARGUMENT,
                                                "a select was given a loading option for %s, which "
                                                "it does not select: calx_select_entity() first",
                                                entity.mapper != NULL ? entity.mapper->name
                                                                      : "an alias never set"));
    if (parts == NULL || count == 0)
        return refuse(select, calx_session_fail(session, CALX_E_ARGUMENT,
                                                "a select was given no loading option"));
    status = calx_option_check_along(parts, count, entity.mapper, &session->error);
    return status == CALX_OK ? add_path(select, part, parts, count) : refuse(select, status);
}

calx_status calx_select_options(calx_select *select, calx_alias entity, calx_option option)
{
    return calx_select_options_along(select, entity, &option, 1);
}

calx_status calx_select_distinct(calx_select *select)
{
    calx_status status = change(select);
    if (status == CALX_OK)
        select->block.distinct = true;
    return status;
}

/* ---- of which rows ---- */

static calx_status add_condition(calx_select *select, calx_condition **conditions, size_t *count,
                                 size_t *capacity, const calx_condition *condition)
{
    void *grown = calx_query_grow(*conditions, *count, capacity, sizeof **conditions);
    if (grown == NULL)
        return no_memory(select);
    *conditions = grown;
    (*conditions)[(*count)++] = *condition;
    return CALX_OK;
}

static calx_status add_where(calx_select *select, calx_status status,
                             const calx_condition *condition)
{
    if (status != CALX_OK)
        return refuse(select, status);
    status = hold_parts(select, condition);
    if (status != CALX_OK)
        return status;
    status = add_condition(select, &select->conditions, &select->block.condition_count,
                           &select->condition_capacity, condition);
    select->block.conditions = select->conditions;
    return status;
}

calx_status calx_select_where(calx_select *select, calx_expression condition)
{
    calx_condition copy = { NULL, 0 };
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    status =
        calx_condition_from_expression(&copy, &select->arena, &condition, &select->session->error);
    return add_where(select, status, &copy);
}

calx_status calx_select_where_filter(calx_select *select, const calx_filter *filter)
{
    calx_condition copy = { NULL, 0 };
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    status = calx_condition_from_filter(&copy, &select->arena, filter, &select->session->error);
    return add_where(select, status, &copy);
}

static calx_status add_group(calx_select *select, calx_sql_term term)
{
    calx_status status = add_term(select, &select->groups, &select->block.group_count,
                                  &select->group_capacity, term);
    select->block.groups = select->groups;
    return status;
}

calx_status calx_select_group_by_(calx_select *select, calx_column_ref column)
{
    calx_status status = change(select);
    return status == CALX_OK ? add_group(select, (calx_sql_term){ .column = column }) : status;
}

calx_status calx_select_group_by_value(calx_select *select, calx_expression value)
{
    calx_sql_term term = { .label = NULL };
    calx_status status = keep(select, &value, CALX_USE_VALUE, &term.expression);
    return status == CALX_OK ? add_group(select, term) : status;
}

calx_status calx_select_having(calx_select *select, calx_expression condition)
{
    calx_condition copy = { NULL, 0 };
    calx_status status = keep(select, &condition, CALX_USE_HAVING, &copy);
    if (status != CALX_OK)
        return status;
    status = add_condition(select, &select->havings, &select->block.having_count,
                           &select->having_capacity, &copy);
    select->block.havings = select->havings;
    return status;
}

/* ---- order and bounds ---- */

static calx_status add_order(calx_select *select, calx_sql_term order)
{
    calx_status status = add_term(select, &select->orders, &select->block.order_count,
                                  &select->order_capacity, order);
    select->block.orders = select->orders;
    return status;
}

calx_status calx_select_order_by_value(calx_select *select, calx_expression value, bool descending)
{
    calx_sql_term term = { .descending = descending };
    calx_status status = keep(select, &value, CALX_USE_SELECT, &term.expression);
    return status == CALX_OK ? add_order(select, term) : status;
}

calx_status calx_select_order_by(calx_select *select, calx_order order)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    return add_order(select, (calx_sql_term){ .column = order.column,
                                              .descending = order.descending,
                                              .nulls = order.nulls });
}

static bool has_label(const calx_select *select, const char *label)
{
    for (size_t i = 0; i < select->block.item_count; i++)
        if (select->items[i].label != NULL && strcmp(select->items[i].label, label) == 0)
            return true;
    return false;
}

calx_status calx_select_order_by_label(calx_select *select, const char *label, bool descending)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (label == NULL || !has_label(select, label))
        return refuse(select, calx_session_fail(select->session, CALX_E_ARGUMENT,
                                                "a select is ordered by the label %s, under which "
                                                "it selects nothing",
                                                label == NULL ? "(NULL)" : label));
    char *copy = calx_arena_text(&select->arena, label, strlen(label));
    if (copy == NULL)
        return no_memory(select);
    return add_order(select, (calx_sql_term){ .label = copy, .descending = descending });
}

static calx_status set_bound(calx_select *select, const char *name, int64_t number, int64_t *bound)
{
    calx_status status = change(select);
    if (status != CALX_OK)
        return status;
    if (number < 0)
        return refuse(select, calx_session_fail(select->session, CALX_E_ARGUMENT,
                                                "the %s of a select is %lld, which is negative",
                                                name, (long long)number));
    *bound = number;
    return CALX_OK;
}

calx_status calx_select_limit(calx_select *select, int64_t limit)
{
    return set_bound(select, "limit", limit, select == NULL ? NULL : &select->block.limit);
}

calx_status calx_select_offset(calx_select *select, int64_t offset)
{
    return set_bound(select, "offset", offset, select == NULL ? NULL : &select->block.offset);
}

calx_status calx_select_stream(calx_select *select)
{
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK)
        select->streams = true;
    return status;
}
