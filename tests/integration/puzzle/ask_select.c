/*
 * Puzzles run by a database: as a query where instances are found, else as a select. Mistakes in
 * building come up when it is run, so nothing is looked at before.
 */
#include "ask.h"

#include "models.calx.h"
#include "support/harness.h"

#include <stdio.h>
#include <string.h>

static calx_relation relation_of(const puzzle_source *from, const puzzle_source *to)
{
    if (from->table == MAKERS)
        return maker_rel.items;
    if (from->table == SALES)
        return sale_rel.item;
    return to->table == MAKERS ? item_rel.maker : item_rel.sales;
}

static const char *label_of(asker *self, size_t item)
{
    char label[16];
    int size = snprintf(label, sizeof label, "c%zu", item);
    return pool_text(self->pool, label, (size_t)size);
}

/* Only plain columns have a form that says where NULL stands. */
static calx_order order_of(const puzzle_expr *column, const puzzle_order *order)
{
    const calx_int64_column handle = { ask_column(column) };
    calx_order made = order->descending ? calx_desc(handle) : calx_asc(handle);
    return order->nulls == CALX_NULLS_FIRST  ? calx_nulls_first(made)
           : order->nulls == CALX_NULLS_LAST ? calx_nulls_last(made)
                                             : made;
}

/* ---- selects ---- */

static void add_source(asker *self, calx_select *to, const puzzle_source *added)
{
    bool is_left = added->how == JOIN_LEFT;
    if (added->rows != NULL) {
        calx_select *rows = ask_select(self, added->rows);
        if (!added->is_named) {
            calx_select_from_select(to, added->alias, rows);
            return;
        }
        calx_select_with(to, added->alias, rows);
    }
    if (added->how <= JOIN_CROSS) {
        calx_select_from(to, added->alias);
        return;
    }
    if (added->along == NULL) {
        calx_expression on = ask_value(self, added->on);
        (is_left ? calx_select_left_join_on : calx_select_join_on)(to, added->alias, on);
        return;
    }
    calx_relation relation = relation_of(added->along, added);
    if (added->along->alias.number == 0 && added->alias.number == 0)
        (is_left ? calx_select_left_join : calx_select_join)(to, relation);
    else
        (is_left ? calx_select_left_join_from : calx_select_join_from)(to, added->along->alias,
                                                                       relation, added->alias);
}

static void add_items(asker *self, calx_select *to, const puzzle_query *query)
{
    for (size_t i = 0; i < query->item_count; i++) {
        const puzzle_expr *item = query->items[i];
        if (is_plain_item(query, i))
            calx_select_column_(to, ask_column(item));
        else
            calx_select_value(to, ask_value(self, item), label_of(self, i));
    }
}

/* Several conditions as well as one. */
static void add_where(asker *self, calx_select *to, const puzzle_query *query)
{
    const puzzle_expr *where = query->where;
    if (where == NULL)
        return;
    if (where->op == CALX_OP_AND && where->part_count == 2) {
        calx_select_where(to, ask_value(self, where->parts[0]));
        calx_select_where(to, ask_value(self, where->parts[1]));
        return;
    }
    if (where->op != CALX_OP_OR) {
        calx_select_where(to, ask_value(self, where));
        return;
    }
    calx_filter *filter = calx_filter_new(CALX_FILTER_ANY);
    for (size_t i = 0; i < where->part_count; i++)
        calx_filter_add(filter, ask_value(self, where->parts[i]));
    calx_select_where_filter(to, filter);
    calx_filter_free(filter);
}

static void add_orders(asker *self, calx_select *to, const puzzle_query *query)
{
    for (size_t i = 0; i < query->order_count; i++) {
        const puzzle_order *order = &query->orders[i];
        const puzzle_expr *value = order->value;
        if (value == NULL && is_plain_item(query, order->item))
            value = query->items[order->item];
        if (value == NULL)
            calx_select_order_by_label(to, label_of(self, order->item), order->descending);
        else if (value->op == CALX_OP_COLUMN)
            calx_select_order_by(to, order_of(value, order));
        else
            calx_select_order_by_value(to, ask_value(self, value), order->descending);
    }
    if (query->limit >= 0)
        calx_select_limit(to, query->limit);
    if (query->offset > 0)
        calx_select_offset(to, query->offset);
}

static void add_group(asker *self, calx_select *to, const puzzle_expr *group)
{
    if (group->op == CALX_OP_COLUMN)
        calx_select_group_by_(to, ask_column(group));
    else
        calx_select_group_by_value(to, ask_value(self, group));
}

calx_select *ask_select(asker *self, const puzzle_query *query)
{
    calx_select *made = calx_select_new(self->session);
    assert_true(self->select_count < MOST_SELECTS);
    self->selects[self->select_count++] = made;
    for (size_t i = 0; i < query->source_count; i++)
        add_source(self, made, &query->sources[i]);
    if (query->is_rows)
        calx_select_entity(made, query->sources[0].alias);
    add_items(self, made, query);
    add_where(self, made, query);
    for (size_t i = 0; i < query->group_count; i++)
        add_group(self, made, query->groups[i]);
    if (query->having != NULL)
        calx_select_having(made, ask_value(self, query->having));
    if (query->is_distinct)
        calx_select_distinct(made);
    for (size_t i = 0; i < query->combined_count; i++)
        calx_select_combine(made, query->how[i], ask_select(self, query->combined[i]));
    add_orders(self, made, query);
    return made;
}

/* ---- rows ---- */

static calx_status read_cell(asker *self, calx_result *result, size_t i, puzzle_cell *out)
{
    bool is_true = false;
    const char *text = NULL;
    calx_status status = CALX_OK;
    out->is_null = calx_result_is_null(result, i);
    if (out->is_null)
        return CALX_OK;
    switch (out->kind) {
    case KIND_BOOL:
        status = calx_result_bool(result, i, &is_true);
        out->whole = is_true;
        return status;
    case KIND_REAL:
        return calx_result_double(result, i, &out->real);
    case KIND_TEXT:
        status = calx_result_text(result, i, &text);
        if (status == CALX_OK)
            out->text = pool_text(self->pool, text, strlen(text));
        return status;
    case KIND_TIME:
        return calx_result_timestamp(result, i, &out->whole);
    default:
        return calx_result_int64(result, i, &out->whole);
    }
}

static calx_status read_rows(asker *self, calx_result *result, const puzzle_query *query,
                             puzzle_rows *out)
{
    bool is_row = false;
    calx_status status = calx_result_next(result, &is_row);
    while (status == CALX_OK && is_row) {
        puzzle_cell *row = pool_take(self->pool, query->item_count * sizeof *row);
        for (size_t i = 0; status == CALX_OK && i < query->item_count; i++) {
            row[i].kind = query->items[i]->kind;
            status = read_cell(self, result, i, &row[i]);
        }
        rows_add(out, self->pool, row);
        if (status == CALX_OK)
            status = calx_result_next(result, &is_row);
    }
    return status;
}

static const char *copy_error(puzzle_pool *pool, const calx_error *error)
{
    const char *message = error->message != NULL ? error->message : "no message";
    return pool_text(pool, message, strlen(message));
}

static const char *run_select(asker *self, const puzzle_query *query, asked *out)
{
    calx_select *select = ask_select(self, query);
    calx_result *result = NULL;
    const char *sql = NULL;
    const char *wrong = NULL;
    if (calx_select_sql(select, &sql) == CALX_OK)
        out->sql = pool_text(self->pool, sql, strlen(sql));
    if (calx_select_execute(select, &result) != CALX_OK)
        return copy_error(self->pool, calx_session_error(self->session));
    if (read_rows(self, result, query, &out->rows) != CALX_OK)
        wrong = copy_error(self->pool, calx_result_error(result));
    calx_result_free(result);
    return wrong;
}

/* ---- queries ---- */

static void join(asker *self, calx_query *to, const puzzle_source *added)
{
    bool is_left = added->how == JOIN_LEFT;
    if (added->along == NULL) {
        calx_expression on = ask_value(self, added->on);
        (is_left ? calx_query_left_join_on : calx_query_join_on)(to, added->alias, on);
        return;
    }
    calx_relation relation = relation_of(added->along, added);
    if (added->along->alias.number > 0)
        (is_left ? calx_query_left_join_from : calx_query_join_from)(to, added->along->alias,
                                                                     relation, added->alias);
    else if (added->alias.number > 0)
        (is_left ? calx_query_left_join_as : calx_query_join_as)(to, relation, added->alias);
    else
        (is_left ? calx_query_left_join : calx_query_join)(to, relation);
}

static void build_query(asker *self, calx_query *to, const puzzle_query *query)
{
    for (size_t i = 1; i < query->source_count; i++)
        join(self, to, &query->sources[i]);
    if (query->where != NULL)
        calx_query_where(to, ask_value(self, query->where));
    if (query->is_distinct)
        calx_query_distinct(to);
    for (size_t i = 0; i < query->order_count; i++)
        calx_query_order_by(to, order_of(query->orders[i].value, &query->orders[i]));
    if (query->limit >= 0)
        calx_query_limit(to, query->limit);
    if (query->offset > 0)
        calx_query_offset(to, query->offset);
}

static const char *run_query(asker *self, const puzzle_query *query, asked *out)
{
    calx_query *built = calx_query_new(self->session, query->sources[0].alias.mapper);
    const void *const *items = NULL;
    const char *sql = NULL;
    const char *wrong = NULL;
    size_t count = 0;
    build_query(self, built, query);
    if (calx_query_sql(built, &sql) == CALX_OK)
        out->sql = pool_text(self->pool, sql, strlen(sql));
    if (calx_query_count(built, &out->counted) != CALX_OK ||
        calx_query_all(built, &items, &count) != CALX_OK)
        wrong = copy_error(self->pool, calx_session_error(self->session));
    for (size_t i = 0; wrong == NULL && i < count; i++) {
        puzzle_cell *row = pool_take(self->pool, sizeof *row);
        row->kind = KIND_INT;
        row->whole = *(const int64_t *)items[i];
        rows_add(&out->rows, self->pool, row);
    }
    calx_query_free(built);
    return wrong;
}

/* ---- changes ---- */

static calx_status change(asker *self, calx_query *by, const puzzle_query *query, int64_t *count)
{
    const puzzle_expr of = { .source = (puzzle_source *)(uintptr_t)&query->sources[0],
                             .field = query->set_field };
    if (query->deletes)
        return calx_query_delete(by, count);
    const calx_column_ref ref = ask_column(&of);
    const calx_expression value = ask_value(self, query->set);
    const calx_assignment set =
        query->set->kind == KIND_TEXT   ? calx_assign(((calx_text_column){ ref }), value)
        : query->set->kind == KIND_REAL ? calx_assign(((calx_double_column){ ref }), value)
                                        : calx_assign(((calx_int64_column){ ref }), value);
    return calx_query_update(by, &set, 1, count);
}

/* The keys, and the column that was set; of a delete the keys. */
static const char *read_changed(asker *self, const puzzle_query *query, asked *out)
{
    puzzle_source table = query->sources[0];
    puzzle_expr key = { .op = CALX_OP_COLUMN, .kind = KIND_INT, .source = &table };
    puzzle_expr value = { .op = CALX_OP_COLUMN, .source = &table, .field = query->set_field };
    puzzle_query rows = { .source_count = 1, .item_count = query->deletes ? 1 : 2, .limit = -1 };
    table.how = JOIN_FIRST;
    if (!query->deletes)
        value.kind = query->set->kind;
    rows.sources[0] = table;
    rows.items[0] = &key;
    rows.items[1] = &value;
    rows.order_count = 1;
    rows.orders[0].value = &key;
    out->rows.width = rows.item_count;
    out->rows.count = 0;
    return run_select(self, &rows, out);
}

static const char *run_change(asker *self, const puzzle_query *query, asked *out)
{
    calx_query *by = calx_query_new(self->session, query->sources[0].alias.mapper);
    const char *wrong = NULL;
    if (query->where != NULL)
        calx_query_where(by, ask_value(self, query->where));
    if (calx_session_begin_nested(self->session) != CALX_OK)
        wrong = copy_error(self->pool, calx_session_error(self->session));
    /* The transaction goes on: what is set for it is, too. */
    const calx_session_transaction point = calx_session_get_nested_transaction(self->session);
    if (wrong == NULL && change(self, by, query, &out->counted) != CALX_OK)
        wrong = copy_error(self->pool, calx_session_error(self->session));
    calx_query_free(by);
    if (wrong == NULL)
        wrong = read_changed(self, query, out);
    if (wrong == NULL && calx_session_transaction_rollback(point) != CALX_OK)
        wrong = copy_error(self->pool, calx_session_error(self->session));
    return wrong;
}

const char *puzzle_ask(calx_session *session, puzzle_pool *pool, const puzzle_query *query,
                       asked *out)
{
    asker self = { .session = session, .pool = pool, .builder = calx_builder_new() };
    assert_non_null(self.builder);
    memset(out, 0, sizeof *out);
    out->rows.width = query->item_count;
    out->sql = "(not built)";
    const char *wrong = changes(query) ? run_change(&self, query, out)
                        : query->finds ? run_query(&self, query, out)
                                       : run_select(&self, query, out);
    for (size_t i = 0; i < self.select_count; i++)
        calx_select_free(self.selects[i]);
    calx_builder_free(self.builder);
    return wrong;
}
