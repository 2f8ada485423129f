/*
 * Statements that change rows by what is true of them.
 */
#include "sql/criteria_text.h"

#include "base/error.h"
#include "sql/name.h"

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

static void put_all(calx_sql_writer *writer, const calx_sql_criteria *criteria)
{
    calx_sql_put(writer, criteria->set_count == 0 ? "DELETE FROM " : "UPDATE ");
    calx_sql_put_table(writer, criteria->mapper->table);
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
}

static calx_status finish(const calx_sql_writer *writer, const calx_mapper *mapper)
{
    if (writer->status != CALX_OK)
        return writer->status;
    if (writer->out->status == CALX_E_NOMEM || writer->parameters->status != CALX_OK)
        return calx_error_set_nomem(writer->error);
    if (writer->out->status != CALX_OK)
        return calx_error_set(writer->error, writer->out->status,
                              "table \"%s\" or one of its columns has a name %s does not take",
                              mapper->table, writer->dialect->name);
    if (writer->parameters->count > writer->dialect->max_parameters)
        return calx_error_set(writer->error, CALX_E_LIMIT,
                              "a statement over table \"%s\" has %zu values, and %s takes %zu",
                              mapper->table, writer->parameters->count, writer->dialect->name,
                              writer->dialect->max_parameters);
    return CALX_OK;
}

calx_status calx_sql_criteria_text(calx_buffer *out, calx_parameter_list *out_parameters,
                                   const calx_dialect *dialect, const calx_sql_criteria *criteria,
                                   calx_error *error)
{
    const calx_sql_source own = { .mapper = criteria->mapper,
                                  .letter = criteria->is_named ? 't' : '\0' };
    const calx_sql_scope scope = { .sources = &own, .count = 1 };
    calx_sql_writer writer = { .out = out,
                               .parameters = out_parameters,
                               .dialect = dialect,
                               .scope = &scope,
                               .error = error };
    put_all(&writer, criteria);
    return finish(&writer, criteria->mapper);
}

void calx_sql_returning_key(calx_buffer *out, const calx_dialect *dialect,
                            const calx_mapper *mapper)
{
    calx_buffer_put(out, " RETURNING ");
    calx_sql_names(out, dialect, mapper, mapper->key, mapper->key_count);
}
