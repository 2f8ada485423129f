/*
 * Statements that change rows by what is true of them.
 */
#include "sql/criteria_text.h"

static void put_sets(calx_sql_writer *writer, const calx_sql_criteria *criteria)
{
    for (size_t i = 0; i < criteria->set_count; i++) {
        const calx_sql_set *set = &criteria->sets[i];
        calx_sql_put(writer, i == 0 ? " SET " : ", ");
        calx_sql_put_name(writer, criteria->mapper->columns[set->column].name);
        calx_sql_put(writer, " = ");
        calx_sql_put_set(writer, set);
    }
}

static void put_returning(calx_sql_writer *writer, const calx_mapper *mapper)
{
    for (size_t i = 0; i < mapper->key_count; i++) {
        calx_sql_put(writer, i == 0 ? " RETURNING " : ", ");
        calx_sql_put_name(writer, mapper->columns[mapper->key[i]].name);
    }
}

static void put_all(calx_sql_writer *writer, const calx_sql_criteria *criteria)
{
    calx_sql_put(writer, criteria->set_count == 0 ? "DELETE FROM " : "UPDATE ");
    calx_sql_put_table(writer, criteria->mapper->table);
    calx_sql_put_fact(writer, (uintptr_t)criteria->mapper); /* whose columns are meant */
    if (criteria->is_named) {
        calx_sql_put(writer, " AS ");
        calx_sql_put_alias(writer, 't', 0);
    }
    put_sets(writer, criteria);
    for (size_t i = 0; i < criteria->condition_count; i++) {
        const calx_condition *condition = &criteria->conditions[i];
        calx_sql_put(writer, i == 0 ? " WHERE " : " AND ");
        calx_sql_put_condition(writer, condition->nodes, condition->count,
                               criteria->condition_count > 1 ? CALX_OP_AND : CALX_OP_NONE);
    }
    if (criteria->returns_key)
        put_returning(writer, criteria->mapper);
}

void calx_sql_put_criteria(calx_sql_writer *writer, const calx_sql_criteria *criteria)
{
    const calx_sql_source own = { .mapper = criteria->mapper,
                                  .letter = criteria->is_named ? 't' : '\0' };
    const calx_sql_scope scope = { .sources = &own, .count = 1 };
    writer->scope = &scope;
    put_all(writer, criteria);
    writer->scope = NULL;
}
