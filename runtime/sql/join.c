/*
 * Joins as SQL. Each part of a query with joins is written here, in the order of the list, so that
 * columns come in that order too. An association is joined by itself, then its target: databases
 * plan that better than a join in parentheses, and a row of it without a target reads as none.
 */
#include "sql/join.h"

#include "sql/name.h"
#include "sql/plan.h"
#include "sql/select.h"

#include <stdio.h>
#include <string.h>

/* One side of a condition, or all of it: which columns of which tables are equal. */
typedef struct side {
    char letter; /* 't': a table, 'a': an association */
    size_t number;
    const calx_mapper *mapper;
    const uint16_t *columns;
} side;

static void put_alias(calx_buffer *out, const calx_dialect *dialect, char letter, size_t number)
{
    char alias[24];
    snprintf(alias, sizeof alias, "%c%zu", letter, number);
    calx_sql_name(out, dialect, alias);
}

static void put_dotted(calx_buffer *out, const calx_dialect *dialect, const side *of, size_t i)
{
    put_alias(out, dialect, of->letter, of->number);
    calx_buffer_char(out, '.');
    calx_sql_name(out, dialect, of->mapper->columns[of->columns[i]].name);
}

void calx_sql_put_aliased(calx_buffer *out, const calx_dialect *dialect, size_t table,
                          const char *column)
{
    put_alias(out, dialect, 't', table);
    calx_buffer_char(out, '.');
    calx_sql_name(out, dialect, column);
}

/* ---- what joins are like ---- */

const calx_mapper *calx_sql_join_owner(const calx_sql_query *select, size_t position)
{
    uint16_t parent = select->joins[position].parent;
    return parent == 0 ? select->mapper : select->joins[parent - 1].relationship->target;
}

/* Whether no two rows of the mapper have the same values there. */
static bool is_unique(const calx_mapper *mapper, const uint16_t *columns, size_t count)
{
    if (count == 1 && (mapper->columns[columns[0]].flags & CALX_COLUMN_UNIQUE) != 0)
        return true;
    return count == mapper->key_count &&
           memcmp(columns, mapper->key, count * sizeof(*columns)) == 0;
}

bool calx_sql_join_multiplies(const calx_relationship *relationship)
{
    if (relationship->kind != CALX_RELATIONSHIP_ONE_TO_ONE)
        return relationship->kind != CALX_RELATIONSHIP_ONE;
    const calx_foreign_key *key = &relationship->target->foreign_keys[relationship->foreign_key];
    return !is_unique(relationship->target, key->columns, key->column_count);
}

bool calx_sql_joins_multiply(const calx_sql_query *select)
{
    for (size_t i = 0; i < select->join_count; i++)
        if (calx_sql_join_multiplies(select->joins[i].relationship))
            return true;
    return false;
}

size_t calx_sql_joined_tables(const calx_sql_query *select)
{
    size_t count = 1 + select->join_count;
    for (size_t i = 0; i < select->join_count; i++)
        count += select->joins[i].relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY;
    return count;
}

static bool is_selected(const uint64_t *columns, size_t column)
{
    return columns == NULL || calx_plan_has(columns, column);
}

static size_t count_selected(const calx_mapper *mapper, const uint64_t *columns)
{
    size_t count = 0;
    for (size_t i = 0; i < mapper->column_count; i++)
        count += is_selected(columns, i);
    return count;
}

size_t calx_sql_joined_columns(const calx_sql_query *select)
{
    size_t count = count_selected(select->mapper, select->columns);
    for (size_t i = 0; i < select->join_count; i++)
        count += count_selected(select->joins[i].relationship->target, select->joins[i].columns);
    return count;
}

/* ---- conditions ---- */

/* The owner's columns that a relationship goes by, and how many. */
static const uint16_t *owner_columns(const calx_mapper *owner,
                                     const calx_relationship *relationship, size_t *out_count)
{
    const calx_mapper *mapper = relationship->kind == CALX_RELATIONSHIP_ONE ? owner
                                : relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY
                                    ? relationship->association
                                    : relationship->target;
    const calx_foreign_key *key = &mapper->foreign_keys[relationship->foreign_key];
    *out_count = key->column_count;
    return relationship->kind == CALX_RELATIONSHIP_ONE ? key->columns : key->target_columns;
}

static void put_join(calx_buffer *out, const calx_dialect *dialect, bool inner, const side *right,
                     const side *left, size_t column_count)
{
    calx_buffer_put(out, inner ? " JOIN " : " LEFT OUTER JOIN ");
    calx_sql_table(out, dialect, right->mapper->table);
    calx_buffer_put(out, " AS ");
    put_alias(out, dialect, right->letter, right->number);
    for (size_t i = 0; i < column_count; i++) {
        calx_buffer_put(out, i == 0 ? " ON " : " AND ");
        put_dotted(out, dialect, right, i);
        calx_buffer_put(out, " = ");
        put_dotted(out, dialect, left, i);
    }
}

/* Behind one that may find nothing, an inner join would lose what is in front of both (SES-309). */
static bool is_inner(const calx_sql_query *select, size_t position)
{
    const calx_sql_join *join = &select->joins[position];
    while (join->inner && join->parent > 0)
        join = &select->joins[join->parent - 1];
    return join->inner;
}

static void put_over_association(calx_buffer *out, const calx_dialect *dialect, bool inner,
                                 const side *target, const side *owner,
                                 const calx_relationship *relationship)
{
    const calx_mapper *association = relationship->association;
    const calx_foreign_key *near = &association->foreign_keys[relationship->foreign_key];
    const calx_foreign_key *far = &association->foreign_keys[relationship->target_key];
    const side here = { 'a', target->number, association, near->columns };
    const side there = { 'a', target->number, association, far->columns };
    const side found = { 't', target->number, target->mapper, far->target_columns };
    put_join(out, dialect, inner, &here, owner, near->column_count);
    put_join(out, dialect, inner, &found, &there, far->column_count);
}

static void put_one_join(calx_buffer *out, const calx_dialect *dialect,
                         const calx_sql_query *select, size_t position)
{
    const calx_sql_join *join = &select->joins[position];
    const calx_relationship *relationship = join->relationship;
    const calx_mapper *owner_mapper = calx_sql_join_owner(select, position);
    bool inner = is_inner(select, position);
    size_t count = 0;
    side owner = { 't', join->parent, owner_mapper,
                   owner_columns(owner_mapper, relationship, &count) };
    side target = { 't', position + 1, relationship->target, NULL };
    if (relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY) {
        put_over_association(out, dialect, inner, &target, &owner, relationship);
        return;
    }
    if (relationship->kind == CALX_RELATIONSHIP_ONE)
        target.columns = owner_mapper->foreign_keys[relationship->foreign_key].target_columns;
    else
        target.columns = relationship->target->foreign_keys[relationship->foreign_key].columns;
    put_join(out, dialect, inner, &target, &owner, count);
}

void calx_sql_put_joins(calx_buffer *out, const calx_dialect *dialect, const calx_sql_query *select)
{
    for (size_t i = 0; i < select->join_count; i++)
        put_one_join(out, dialect, select, i);
}

/* ---- columns ---- */

static bool is_among(const uint16_t *columns, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i] == column)
            return true;
    return false;
}

bool calx_sql_is_own(const calx_sql_query *select, calx_column_ref ref)
{
    return ref.mapper == select->mapper && ref.alias == 0;
}

/* By a column of the query's own. */
static bool is_ordered_by(const calx_sql_query *select, size_t column)
{
    for (size_t i = 0; i < select->order_count; i++)
        if (calx_sql_is_own(select, select->orders[i].column) &&
            select->orders[i].column.column == column)
            return true;
    return false;
}

bool calx_sql_join_needs(const calx_sql_query *select, size_t column)
{
    if (is_among(select->mapper->key, select->mapper->key_count, column))
        return true;
    if (is_ordered_by(select, column))
        return true;
    for (size_t i = 0; i < select->join_count; i++) {
        size_t count = 0;
        const uint16_t *columns =
            owner_columns(calx_sql_join_owner(select, i), select->joins[i].relationship, &count);
        if (select->joins[i].parent == 0 && is_among(columns, count, column))
            return true;
    }
    return false;
}

/* Answers what stands before the next name. */
static const char *put_columns(calx_buffer *out, const calx_dialect *dialect, size_t table,
                               const calx_mapper *mapper, const uint64_t *columns,
                               const char *before)
{
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (!is_selected(columns, i))
            continue;
        calx_buffer_put(out, before);
        calx_sql_put_aliased(out, dialect, table, mapper->columns[i].name);
        before = ", ";
    }
    return before;
}

void calx_sql_put_joined_columns(calx_buffer *out, const calx_dialect *dialect,
                                 const calx_sql_query *select)
{
    const char *before = put_columns(out, dialect, 0, select->mapper, select->columns, "");
    for (size_t i = 0; i < select->join_count; i++)
        before = put_columns(out, dialect, i + 1, select->joins[i].relationship->target,
                             select->joins[i].columns, before);
}

/* ---- order ---- */

static bool is_in_order(const calx_relationship *relationship, size_t column)
{
    for (size_t i = 0; i < relationship->order_count; i++)
        if (relationship->order[i].column == column)
            return true;
    return false;
}

/* What the rows are ordered by, as far as it is written. */
typedef struct terms {
    calx_buffer *out;
    const calx_dialect *dialect;
    const char *before; /* the next one */
} terms;

static void put_term(terms *all, size_t table, const calx_mapper *mapper, size_t column)
{
    calx_buffer_put(all->out, all->before);
    calx_sql_put_aliased(all->out, all->dialect, table, mapper->columns[column].name);
    all->before = ", ";
}

static void put_members(terms *all, size_t table, const calx_relationship *relationship)
{
    const calx_mapper *target = relationship->target;
    for (size_t i = 0; i < relationship->order_count; i++) {
        put_term(all, table, target, relationship->order[i].column);
        if (relationship->order[i].descending)
            calx_buffer_put(all->out, " DESC");
    }
    for (size_t i = 0; i < target->key_count; i++)
        if (!is_in_order(relationship, target->key[i]))
            put_term(all, table, target, target->key[i]);
}

void calx_sql_put_joined_order(calx_buffer *out, const calx_dialect *dialect,
                               const calx_sql_query *select)
{
    const calx_mapper *mapper = select->mapper;
    terms all = { out, dialect, select->order_count == 0 ? " ORDER BY " : ", " };
    if (!calx_sql_joins_multiply(select))
        return;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (!is_ordered_by(select, mapper->key[i]))
            put_term(&all, 0, mapper, mapper->key[i]);
    for (size_t i = 0; i < select->join_count; i++)
        if (calx_sql_join_multiplies(select->joins[i].relationship))
            put_members(&all, i + 1, select->joins[i].relationship);
}
