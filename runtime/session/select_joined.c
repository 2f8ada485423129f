/*
 * Rows by their key or a foreign key, of an entity some of whose relationships come with its rows:
 * what a plan does for other entities, by a query's text (SES-231, 245). Nothing here depends on
 * who asks: a get, a refresh, or a relationship that is loaded.
 */
#include "session/joined.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/statement_hook.h"

/* The query, its parts in one block. */
typedef struct joined_query {
    calx_sql_query select;
    calx_node *nodes;
    calx_condition *conditions;
    calx_order *orders;
    calx_parameter_list parameters;
    calx_sql_text *text;
    calx_loads alone; /* where nothing joins */
} joined_query;

static calx_status make_room(calx_session *session, joined_query *query, size_t conditions,
                             size_t orders)
{
    char *block = calx_alloc_zeroed(conditions * (sizeof(calx_node) + sizeof(calx_condition)) +
                                    (orders + 1) * sizeof(calx_order));
    if (block == NULL)
        return calx_error_set_nomem(&session->error);
    query->nodes = (calx_node *)(void *)block;
    query->conditions = (calx_condition *)(void *)(query->nodes + conditions);
    query->orders = (calx_order *)(void *)(query->conditions + conditions);
    return CALX_OK;
}

static void add_condition(joined_query *query, const calx_mapper *mapper, size_t column,
                          calx_value value)
{
    size_t i = query->select.condition_count++;
    query->nodes[i] = (calx_node){ .operation = CALX_OP_EQ,
                                   .column = { mapper, (uint16_t)column, 0 },
                                   .operand = { .kind = CALX_OPERAND_VALUE, .as.value = value } };
    query->conditions[i] = (calx_condition){ &query->nodes[i], 1 };
}

/* The rest of the room. */
static void add_given(joined_query *query, const calx_added *added)
{
    for (size_t i = 0; i < added->count; i++)
        query->conditions[query->select.condition_count++] = added->items[i];
}

static void add_order(joined_query *query, const calx_mapper *mapper, uint16_t column,
                      bool descending)
{
    for (size_t i = 0; i < query->select.order_count; i++)
        if (query->orders[i].column.column == column)
            return;
    query->orders[query->select.order_count++] = (calx_order){ { mapper, column, 0 }, descending };
}

/* The values are for the columns of a set, ascending, or for the key. */
static void add_conditions(joined_query *query, const calx_selection *selection)
{
    const calx_mapper *mapper = selection->entity->mapper;
    size_t value = 0;
    if (selection->columns == NULL)
        for (size_t i = 0; i < mapper->key_count; i++)
            add_condition(query, mapper, mapper->key[i], selection->values[i]);
    for (size_t i = 0; selection->columns != NULL && i < mapper->column_count; i++)
        if (calx_plan_has(selection->columns, i))
            add_condition(query, mapper, i, selection->values[value++]);
}

/* Members come in the order their plan has. */
static void add_orders(joined_query *query, const calx_selection *selection)
{
    const calx_mapper *mapper = selection->entity->mapper;
    const calx_plan *plan = selection->plan;
    for (size_t i = 0; plan != NULL && i < plan->key.order_count; i++)
        add_order(query, mapper, plan->key.order[i].column, plan->key.order[i].descending);
    for (size_t i = 0; selection->columns != NULL && i < mapper->key_count; i++)
        add_order(query, mapper, mapper->key[i], false);
}

static calx_status describe(calx_session *session, joined_query *query,
                            const calx_selection *selection, const calx_joined *joined,
                            const calx_added *added)
{
    const calx_mapper *mapper = selection->entity->mapper;
    size_t orders =
        mapper->key_count + (selection->plan == NULL ? 0u : selection->plan->key.order_count);
    calx_status status = make_room(session, query, selection->count + added->count, orders);
    if (status != CALX_OK)
        return status;
    query->select.mapper = mapper;
    query->select.limit = query->select.offset = -1;
    add_conditions(query, selection);
    add_given(query, added);
    add_orders(query, selection);
    query->select.conditions = query->conditions;
    query->select.orders = query->orders;
    query->select.columns = calx_joined_columns(joined);
    query->select.joins = calx_joined_joins(joined, &query->select.join_count);
    return CALX_OK;
}

static calx_status find_text(calx_session *session, calx_engine *engine, joined_query *query)
{
    calx_shape shape;
    bool has_shape =
        calx_sql_shape(&shape, &query->parameters, calx_engine_dialect(engine), &query->select);
    if (has_shape)
        query->text = calx_engine_find_text(engine, &shape);
    if (query->text != NULL)
        return CALX_OK;
    calx_parameter_list_reset(&query->parameters);
    return calx_engine_make_text(engine, &(calx_sql_statement){ .query = &query->select },
                                 has_shape ? &shape : NULL, &query->parameters, &query->text,
                                 &session->error);
}

static calx_status visit_rows(calx_session *session, const calx_selection *selection,
                              calx_joined *joined, calx_cursor *cursor)
{
    calx_status status = CALX_OK;
    bool row = true;
    while (status == CALX_OK && row) {
        calx_joined_row own;
        status = calx_joined_read(joined, cursor, &own);
        if (status == CALX_OK && own.instance != NULL && !own.repeats)
            status = selection->visit(selection->context, own.instance);
        if (status == CALX_OK && calx_cursor_next(cursor, &row) != CALX_OK)
            status = calx_session_take_cursor_error(session, cursor);
    }
    return status == CALX_OK ? calx_joined_end(joined) : status;
}

static calx_status run(calx_session *session, const calx_selection *selection, calx_branch *branch,
                       const joined_query *query, calx_joined *joined)
{
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    if (calx_connection_open_known(branch->connection, query->text, &cursor) != CALX_OK)
        return calx_branch_take_error(session, branch);
    if (calx_cursor_execute(cursor, query->parameters.items, query->parameters.count, &row) !=
        CALX_OK)
        status = calx_session_take_cursor_error(session, cursor);
    else if (row)
        status = visit_rows(session, selection, joined, cursor);
    calx_cursor_close(cursor);
    return status;
}

/* What is known where nothing joins: that of the selection, or nothing. */
static calx_status stand_alone(calx_session *session, const calx_selection *selection,
                               calx_loads *alone, const calx_loads **out_place)
{
    const calx_mapper *mapper = selection->entity->mapper;
    *out_place = selection->place;
    if (selection->place != NULL)
        return CALX_OK;
    alone->mapper = mapper;
    alone->loads = calx_alloc_zeroed((mapper->relationship_count + 1u) * sizeof(*alone->loads));
    *out_place = alone;
    return alone->loads == NULL ? calx_error_set_nomem(&session->error) : CALX_OK;
}

calx_status calx_session_select_joined(calx_session *session, const calx_selection *selection,
                                       calx_branch *branch, const calx_loads *place,
                                       const calx_added *added)
{
    joined_query query = { 0 };
    calx_joined *joined = NULL;
    calx_parameter_list_init(&query.parameters);
    calx_status status = CALX_OK;
    if (place == NULL)
        status = stand_alone(session, selection, &query.alone, &place);
    if (status == CALX_OK)
        status = calx_joined_new(session, place, &joined);
    if (status == CALX_OK && selection->whole)
        calx_joined_take_whole(joined);
    if (status == CALX_OK)
        status = describe(session, &query, selection, joined, added);
    if (status == CALX_OK)
        status = find_text(session, branch->engine, &query);
    if (status == CALX_OK)
        status = run(session, selection, branch, &query, joined);
    calx_sql_text_release(query.text);
    calx_parameter_list_clear(&query.parameters);
    calx_release(query.nodes);
    calx_joined_free(joined);
    calx_release(query.alone.loads);
    return status;
}
