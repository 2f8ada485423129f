/*
 * Queries as SQL: the parts of a SELECT over the rows of one mapper, in the order of the text.
 * Where a shape is asked for, names of columns and joins are facts, told once at the beginning.
 */
#include "sql/select.h"

#include "base/error.h"
#include "base/hash.h"
#include "sql/block.h"
#include "sql/name.h"
#include "sql/plan.h"

#include <string.h>

/* A query on its way, and what its columns are found in. */
typedef struct query_writer {
    calx_sql_writer *writer;
    const calx_sql_query *query;
    calx_sql_source own; /* of a query whose caller joins nothing */
    calx_sql_scope scope;
} query_writer;

static void put(query_writer *all, const char *text)
{
    calx_sql_put(all->writer, text);
}

/* letter: of the name its table has in the text; '\0': none */
static query_writer write_query(calx_sql_writer *writer, const calx_sql_query *query, char letter)
{
    return (query_writer){ .writer = writer,
                           .query = query,
                           .own = { .mapper = query->mapper, .letter = letter } };
}

/* Conditions and orders that are written now mean this query's columns. */
static void enter(query_writer *all)
{
    const calx_sql_query *query = all->query;
    all->scope = (calx_sql_scope){ .sources = &all->own, .count = 1 };
    if (query->sources != NULL)
        all->scope = (calx_sql_scope){ .sources = query->sources, .count = query->step_count + 1 };
    all->writer->scope = &all->scope;
}

/* ---- keys ---- */

static void put_own(query_writer *all, uint16_t column)
{
    const calx_column_ref ref = { all->query->mapper, column, 0 };
    calx_sql_put_column(all->writer, ref);
}

/* (?, ?); of a shape their number is told already */
static void put_placeholders(query_writer *all, size_t first, size_t count)
{
    calx_sql_writer *writer = all->writer;
    for (size_t i = 0; i < count; i++) {
        put(all, i == 0 ? "(" : ", ");
        calx_sql_placeholder(writer->out, writer->dialect, first + i);
    }
    put(all, ")");
}

static void put_listed_keys(query_writer *all, const calx_sql_within *within)
{
    size_t width = within->column_count;
    size_t before = all->writer->parameters->count; /* of the conditions */
    put(all, " IN ");
    if (width == 1) {
        put_placeholders(all, before + 1, within->keys);
        return;
    }
    put(all, "(VALUES ");
    for (size_t i = 0; i < within->keys; i++) {
        put(all, i == 0 ? "" : ", ");
        put_placeholders(all, before + i * width + 1, width);
    }
    put(all, ")");
}

static void put_arrays_of_keys(query_writer *all, const calx_sql_within *within)
{
    put(all, within->column_count == 1 ? " = ANY (" : " IN (SELECT * FROM unnest(");
    for (size_t i = 0; i < within->column_count; i++) {
        const calx_column *column = &all->query->mapper->columns[within->columns[i]];
        put(all, i == 0 ? "" : ", ");
        calx_sql_placeholder(all->writer->out, all->writer->dialect, i + 1);
        put(all, "::");
        put(all, all->writer->dialect->types[column->type]);
        put(all, "[]");
    }
    put(all, within->column_count == 1 ? ")" : "))");
}

static void put_keys_of(query_writer *all, const calx_sql_within *within);

/* The one condition that is about keys. */
static void put_within(query_writer *all)
{
    const calx_sql_within *within = all->query->within;
    if (within->column_count > 1)
        put(all, "(");
    for (size_t i = 0; i < within->column_count; i++) {
        put(all, i == 0 ? "" : ", ");
        put_own(all, within->columns[i]);
    }
    if (within->column_count > 1)
        put(all, ")");
    calx_sql_put_fact(all->writer, within->keys);
    if (within->of != NULL)
        put_keys_of(all, within);
    else if (all->writer->shape != NULL)
        return;
    else if (within->keys > 0)
        put_listed_keys(all, within);
    else
        put_arrays_of_keys(all, within);
}

static void put_where(query_writer *all)
{
    const calx_sql_query *select = all->query;
    size_t count = select->condition_count + (select->within != NULL);
    calx_operator outside = count > 1 ? CALX_OP_AND : CALX_OP_NONE;
    for (size_t i = 0; i < count; i++) {
        put(all, i == 0 ? " WHERE " : " AND ");
        if (i < select->condition_count)
            calx_sql_put_condition(all->writer, select->conditions[i].nodes,
                                   select->conditions[i].count, outside);
        else
            put_within(all);
    }
}

static void put_direction(query_writer *all, const calx_order *order)
{
    if (order->descending)
        put(all, " DESC");
    if (order->nulls == CALX_NULLS_FIRST)
        put(all, " NULLS FIRST");
    else if (order->nulls == CALX_NULLS_LAST)
        put(all, " NULLS LAST");
}

/* What an order is by, where it is no column; NULL: it is one. */
static const calx_condition *order_value(const calx_sql_query *query, size_t i)
{
    bool has_value = i < query->order_value_count && query->order_values[i].count > 0;
    return has_value ? &query->order_values[i] : NULL;
}

static void put_order_term(query_writer *all, size_t i)
{
    const calx_condition *value = order_value(all->query, i);
    bool is_constant = value != NULL && calx_sql_is_constant(value);
    put(all, is_constant ? "NOT (" : "");
    if (value == NULL)
        calx_sql_put_column(all->writer, all->query->orders[i].column);
    else
        calx_sql_put_condition(all->writer, value->nodes, value->count, CALX_OP_NONE);
    put(all, is_constant ? ")" : "");
}

static void put_order_by(query_writer *all)
{
    for (size_t i = 0; i < all->query->order_count; i++) {
        put(all, i == 0 ? " ORDER BY " : ", ");
        put_order_term(all, i);
        put_direction(all, &all->query->orders[i]);
    }
}

/* Limits are bound like values, so that paging through a table is one text. */
static void put_limit(query_writer *all)
{
    const calx_sql_query *select = all->query;
    if (select->limit >= 0) {
        put(all, " LIMIT ");
        calx_sql_put_parameter(all->writer, calx_value_int64(select->limit));
    }
    if (select->offset <= 0)
        return;
    if (select->limit < 0 && all->writer->dialect->limit_none != NULL) {
        put(all, " ");
        put(all, all->writer->dialect->limit_none);
    }
    put(all, " OFFSET ");
    calx_sql_put_parameter(all->writer, calx_value_int64(select->offset));
}

/* The tables, up to where what is loaded along is joined. */
static void put_tables(query_writer *all)
{
    const calx_sql_query *query = all->query;
    if (query->sources != NULL) {
        calx_sql_put_from(all->writer, query->sources, query->steps, query->step_count);
        return;
    }
    put(all, " FROM ");
    calx_sql_put_table(all->writer, query->mapper->table);
    if (all->own.letter == '\0')
        return;
    put(all, " AS ");
    calx_sql_put_alias(all->writer, all->own.letter, 0);
}

static void put_from(query_writer *all)
{
    put_tables(all);
    put_where(all);
}

static void put_distinct(query_writer *all)
{
    const calx_sql_query *query = all->query;
    if (!query->distinct)
        return;
    put(all, "DISTINCT ");
    for (size_t i = 0; i < query->distinct_on_count; i++) {
        put(all, i == 0 ? "ON (" : ", ");
        calx_sql_put_column(all->writer, query->distinct_on[i]);
    }
    if (query->distinct_on_count > 0)
        put(all, ") ");
}

/* Rows of the table with that name, as those of the caller's query. */
static void put_lock(query_writer *all)
{
    static const char *const waits[] = {
        [CALX_LOCK_NOWAIT] = " NOWAIT", [CALX_LOCK_SKIP_LOCKED] = " SKIP LOCKED"
    };
    const calx_sql_lock *lock = &all->query->lock;
    const calx_sql_source *of = &all->scope.sources[lock->of];
    if (lock->mode == CALX_LOCK_NONE)
        return;
    put(all, all->writer->dialect->locks[lock->mode]);
    if (of->letter != '\0') {
        put(all, " OF ");
        calx_sql_put_alias(all->writer, of->letter, of->number);
    }
    if (lock->wait != CALX_LOCK_WAIT)
        put(all, waits[lock->wait]);
}

static bool is_limited(const calx_sql_query *query)
{
    return query->limit >= 0 || query->offset > 0;
}

static bool is_selected(const calx_sql_query *select, size_t column)
{
    return select->columns == NULL || calx_plan_has(select->columns, column);
}

static bool is_any(const calx_sql_query *select, size_t column)
{
    return column < select->mapper->column_count;
}

static bool is_needed(const calx_sql_query *select, size_t column)
{
    return is_selected(select, column) || calx_sql_join_needs(select, column);
}

static void put_some_names(query_writer *all, bool (*is_wanted)(const calx_sql_query *, size_t))
{
    const calx_sql_writer *writer = all->writer;
    const calx_mapper *mapper = all->query->mapper;
    const char *before = "";
    for (size_t i = 0; writer->shape == NULL && i < mapper->column_count; i++) {
        if (!is_wanted(all->query, i))
            continue;
        put(all, before);
        put_own(all, (uint16_t)i);
        before = ", ";
    }
}

/* Rows of the query's own as a table inside of another statement. */
static void put_inside(query_writer *all, bool (*is_wanted)(const calx_sql_query *, size_t))
{
    put(all, "(SELECT ");
    put_distinct(all);
    put_some_names(all, is_wanted);
    put_from(all);
    put_order_by(all);
    put_limit(all);
    put(all, ") AS ");
}

/* Columns of the query's own. */
static void put_listed(query_writer *all, const uint16_t *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(all, i == 0 ? "" : ", ");
        put_own(all, columns[i]);
    }
}

/* The other query once more, as far as it says which rows there are. */
static void put_keys_of(query_writer *all, const calx_sql_within *within)
{
    const calx_sql_scope *outside = all->writer->scope;
    query_writer inner = write_query(all->writer, within->of, '\0');
    enter(&inner);
    put(all, " IN (SELECT ");
    put_listed(&inner, within->of_columns, within->column_count);
    if (within->of->distinct && (is_limited(within->of) || within->of->distinct_on_count > 0)) {
        put(&inner, " FROM ");
        put_inside(&inner, is_any);
        calx_sql_put_alias(all->writer, 't', 0);
    } else {
        put_from(&inner);
        if (is_limited(within->of))
            put_order_by(&inner);
        put_limit(&inner);
    }
    put(all, ")");
    all->writer->scope = outside;
}

/* The rows that are counted, as a table, where a row is more than one of the tables. */
static void put_counted(query_writer *all)
{
    const calx_sql_query *query = all->query;
    put(all, "(SELECT ");
    put_distinct(all);
    if (query->distinct)
        put_some_names(all, is_any);
    else
        put(all, "1");
    put_from(all);
    put_limit(all);
    put(all, ") AS ");
    calx_sql_put_name(all->writer, "limited");
}

static void put_count(query_writer *all)
{
    put(all, "SELECT count(*)");
    if (!is_limited(all->query) && !all->query->distinct) {
        put_from(all);
        return;
    }
    put(all, " FROM ");
    put_counted(all);
}

static void put_exists(query_writer *all)
{
    put(all, "SELECT EXISTS (SELECT 1");
    if (all->query->distinct && all->query->offset > 0) {
        put(all, " FROM ");
        put_counted(all);
    } else {
        put_from(all);
        put_limit(all);
    }
    put(all, ")");
}

/* ---- rows ---- */

static void put_rows(query_writer *all)
{
    put(all, "SELECT ");
    put_distinct(all);
    put_some_names(all, is_selected);
    put_from(all);
    put_order_by(all);
    put_limit(all);
    put_lock(all);
}

static void put_joins(query_writer *all)
{
    if (all->writer->shape == NULL)
        calx_sql_put_joins(all->writer->out, all->writer->dialect, all->query);
}

static void put_joined_order(query_writer *all)
{
    if (all->writer->shape == NULL)
        calx_sql_put_joined_order(all->writer->out, all->writer->dialect, all->query);
}

static bool is_by_own(const calx_sql_query *query, size_t i)
{
    return order_value(query, i) == NULL && calx_sql_is_own(query, query->orders[i].column);
}

/* Values, and columns of tables that the caller joined, by names of their own: the rows are
 * ordered by them. */
static void put_order_columns(query_writer *all)
{
    const calx_sql_query *query = all->query;
    for (size_t i = 0; i < query->order_count; i++) {
        if (is_by_own(query, i))
            continue;
        put(all, ", ");
        put_order_term(all, i);
        put(all, " AS ");
        calx_sql_put_alias(all->writer, 'o', i + 1);
    }
}

static void put_outer_order(query_writer *all)
{
    const calx_sql_query *query = all->query;
    for (size_t i = 0; i < query->order_count; i++) {
        const calx_order *order = &query->orders[i];
        put(all, i == 0 ? " ORDER BY " : ", ");
        calx_sql_put_alias(all->writer, 't', 0);
        put(all, ".");
        if (is_by_own(query, i))
            calx_sql_put_name(all->writer, query->mapper->columns[order->column.column].name);
        else
            calx_sql_put_alias(all->writer, 'o', i + 1);
        put_direction(all, order);
    }
}

/* The limit is inside, where a row of the query's own is one row. */
static void put_limited_rows(query_writer *all)
{
    put(all, " FROM (SELECT ");
    put_distinct(all);
    put_some_names(all, is_needed);
    put_order_columns(all);
    put_from(all);
    put_order_by(all);
    put_limit(all);
    put_lock(all);
    put(all, ") AS ");
    calx_sql_put_alias(all->writer, 't', 0);
    put_joins(all);
    put_outer_order(all);
    put_joined_order(all);
}

static void put_all_joined_rows(query_writer *all)
{
    all->own.letter = 't';
    put_tables(all);
    put_joins(all);
    put_where(all);
    put_order_by(all);
    put_joined_order(all);
    put_limit(all);
    put_lock(all);
}

static void put_joined_rows(query_writer *all)
{
    const calx_sql_query *select = all->query;
    bool limited = is_limited(select) || select->distinct;
    bool inside = limited && (calx_sql_joins_multiply(select) || select->distinct);
    put(all, "SELECT ");
    if (all->writer->shape == NULL)
        calx_sql_put_joined_columns(all->writer->out, all->writer->dialect, select);
    if (inside)
        put_limited_rows(all);
    else
        put_all_joined_rows(all);
}

/* ---- facts ---- */

static void put_columns_fact(query_writer *all, const calx_mapper *mapper, const uint64_t *columns)
{
    for (size_t i = 0; columns != NULL && i < calx_plan_words(mapper); i++)
        calx_sql_put_fact(all->writer, columns[i]);
}

/* Which columns, and what is joined: all that stands in the text without being put. */
static void put_facts(query_writer *all)
{
    const calx_sql_query *query = all->query;
    bool gives_rows = query->form == CALX_SELECT_ROWS;
    size_t joins = gives_rows ? query->join_count : 0;
    calx_sql_put_fact(all->writer, (uintptr_t)query->mapper);
    calx_sql_put_fact(all->writer,
                      (uint64_t)(gives_rows && query->columns != NULL) | (uint64_t)joins << 32);
    if (gives_rows)
        put_columns_fact(all, query->mapper, query->columns);
    for (size_t i = 0; i < joins; i++) {
        const calx_sql_join *join = &query->joins[i];
        calx_sql_put_fact(all->writer, (uintptr_t)join->relationship);
        calx_sql_put_fact(all->writer, (uint64_t)join->parent | (uint64_t)join->inner << 16 |
                                           (uint64_t)(join->columns != NULL) << 17);
        put_columns_fact(all, join->relationship->target, join->columns);
    }
}

static void put_select(query_writer *all)
{
    switch (all->query->form) {
    case CALX_SELECT_ROWS:
        if (all->query->join_count > 0)
            put_joined_rows(all);
        else
            put_rows(all);
        break;
    case CALX_SELECT_COUNT:
        put_count(all);
        break;
    case CALX_SELECT_EXISTS:
        put_exists(all);
        break;
    }
}

/* Whether the database takes so many tables and columns in one statement. */
static calx_status check_size(const query_writer *all)
{
    const calx_sql_query *select = all->query;
    const calx_dialect *dialect = all->writer->dialect;
    if (select->form != CALX_SELECT_ROWS || select->join_count == 0)
        return CALX_OK;
    size_t tables = calx_sql_joined_tables(select);
    size_t columns = calx_sql_joined_columns(select);
    if ((dialect->max_tables == 0 || tables <= dialect->max_tables) &&
        columns <= dialect->max_columns)
        return CALX_OK;
    return calx_error_set(all->writer->error, CALX_E_LIMIT,
                          "the query over table \"%s\" joins %zu tables of %zu columns, %s takes "
                          "%zu of %zu: load some relationships in another way than joined",
                          select->mapper->table, tables, columns, dialect->name,
                          dialect->max_tables == 0 ? tables : dialect->max_tables,
                          dialect->max_columns);
}

static bool is_distinct_on(const calx_sql_query *query, size_t order)
{
    calx_column_ref ref = query->orders[order].column;
    for (size_t i = 0; order_value(query, order) == NULL && i < query->distinct_on_count; i++) {
        const calx_column_ref *on = &query->distinct_on[i];
        if (on->mapper == ref.mapper && on->column == ref.column && on->alias == ref.alias)
            return true;
    }
    return false;
}

static bool is_ordered_by(const calx_sql_query *query, size_t count, calx_column_ref on)
{
    for (size_t i = 0; i < count; i++) {
        calx_column_ref ref = query->orders[i].column;
        if (order_value(query, i) == NULL && on.mapper == ref.mapper && on.column == ref.column &&
            on.alias == ref.alias)
            return true;
    }
    return false;
}

/* The first of each value is told by what comes behind it in the order. */
static calx_status check_distinct_on(const query_writer *all)
{
    const calx_sql_query *query = all->query;
    size_t first = 0;
    while (first < query->order_count && is_distinct_on(query, first))
        first++;
    for (size_t i = 0; first < query->order_count && i < query->distinct_on_count; i++) {
        calx_column_ref on = query->distinct_on[i];
        if (on.mapper != NULL && on.column < on.mapper->column_count &&
            !is_ordered_by(query, first, on))
            return calx_error_set(all->writer->error, CALX_E_ARGUMENT,
                                  "the query over table \"%s\" is distinct on column \"%s\" of "
                                  "table \"%s\": order it by that column first",
                                  query->mapper->table, on.mapper->columns[on.column].name,
                                  on.mapper->table);
    }
    return CALX_OK;
}

/* Rows that are one must be at one place. */
static calx_status check_distinct(const query_writer *all)
{
    const calx_sql_query *query = all->query;
    if (query->distinct && query->lock.mode != CALX_LOCK_NONE)
        return calx_error_set(all->writer->error, CALX_E_ARGUMENT,
                              "the query over table \"%s\" is distinct and cannot lock its rows",
                              query->mapper->table);
    if (query->distinct_on_count > 0)
        return check_distinct_on(all);
    for (size_t i = 0; query->distinct && i < query->order_count; i++) {
        calx_column_ref ref = query->orders[i].column;
        if (order_value(query, i) != NULL)
            return calx_error_set(all->writer->error, CALX_E_ARGUMENT,
                                  "the query over table \"%s\" is distinct and cannot be ordered "
                                  "by an expression, which its rows do not have: take a select "
                                  "(calx_select_order_by_label())",
                                  query->mapper->table);
        if (!calx_sql_is_own(query, ref) && ref.mapper != NULL &&
            ref.column < ref.mapper->column_count)
            return calx_error_set(all->writer->error, CALX_E_ARGUMENT,
                                  "the query over table \"%s\" is distinct and cannot be ordered "
                                  "by column \"%s\" of table \"%s\", which its rows do not have",
                                  query->mapper->table, ref.mapper->columns[ref.column].name,
                                  ref.mapper->table);
    }
    return CALX_OK;
}

/* What only shows when all is written. */
static calx_status check_values(const calx_sql_writer *writer, const calx_sql_query *query)
{
    const calx_dialect *dialect = writer->dialect;
    size_t count = writer->parameters->count;
    if (writer->status != CALX_OK)
        return writer->status;
    if (writer->parameters->status != CALX_OK)
        return calx_error_set_nomem(writer->error);
    if (count > dialect->max_parameters)
        return calx_error_set(writer->error, CALX_E_LIMIT,
                              "the query over table \"%s\" has %zu values, %s takes %zu: ask in "
                              "several queries",
                              query->mapper->table, count, dialect->name, dialect->max_parameters);
    return CALX_OK;
}

static calx_status check_text(const calx_sql_writer *writer, const calx_sql_query *query)
{
    if (writer->out->status == CALX_OK)
        return CALX_OK;
    if (writer->out->status == CALX_E_NOMEM)
        return calx_error_set_nomem(writer->error);
    return calx_error_set(writer->error, writer->out->status,
                          "table \"%s\" or one of its columns has an empty name, or one longer "
                          "than the %zu bytes %s takes",
                          query->mapper->table, writer->dialect->max_name, writer->dialect->name);
}

/* The walk, for a text or a shape. */
static calx_status walk(calx_sql_writer *writer, const calx_sql_query *query)
{
    if (query->block != NULL) {
        calx_sql_put_block(writer, query->block);
        return check_values(writer, query);
    }
    if (query->limit < -1 || query->offset < -1)
        return calx_error_set(writer->error, CALX_E_ARGUMENT,
                              "the %s of a query cannot be negative: table \"%s\"",
                              query->limit < -1 ? "limit" : "offset", query->mapper->table);
    query_writer all = write_query(writer, query, '\0');
    calx_status status = check_size(&all);
    if (status == CALX_OK)
        status = check_distinct(&all);
    if (status != CALX_OK)
        return status;
    enter(&all);
    put_facts(&all);
    put_select(&all);
    return check_values(writer, query);
}

calx_status calx_sql_select(calx_buffer *out, calx_parameter_list *out_parameters,
                            const calx_dialect *dialect, const calx_sql_query *select,
                            calx_error *error)
{
    calx_sql_writer writer = {
        .out = out, .parameters = out_parameters, .dialect = dialect, .error = error
    };
    calx_status status = walk(&writer, select);
    if (status == CALX_OK)
        status = check_text(&writer, select);
    if (status != CALX_OK)
        calx_buffer_fail(out, status);
    return status;
}

bool calx_sql_shape(calx_shape *out, calx_parameter_list *out_parameters,
                    const calx_dialect *dialect, const calx_sql_query *select)
{
    calx_sql_writer writer = { .shape = out, .parameters = out_parameters, .dialect = dialect };
    out->count = 0;
    out->is_full = false;
    return walk(&writer, select) == CALX_OK && calx_shape_end(out);
}

bool calx_shape_end(calx_shape *shape)
{
    shape->hash = calx_hash(shape->words, shape->count * sizeof(shape->words[0]));
    return !shape->is_full;
}

bool calx_shape_equal(const calx_shape *shape, const uint64_t *words, size_t count)
{
    return shape->count == count &&
           memcmp(shape->words, words, count * sizeof(shape->words[0])) == 0;
}
