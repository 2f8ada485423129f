/*
 * Statements over mappers. Queries check themselves; those that change rows are checked here, for
 * both walks alike, so what is found by its shape is what would have been written.
 */
#include "sql/statement.h"

#include "base/error.h"

static const calx_mapper *mapper_of(const calx_sql_statement *statement)
{
    return statement->criteria != NULL ? statement->criteria->mapper : statement->insert->mapper;
}

static calx_status check_values(const calx_sql_writer *writer, const calx_mapper *mapper)
{
    size_t count = writer->parameters->count;
    if (writer->status != CALX_OK)
        return writer->status;
    if (writer->parameters->status != CALX_OK)
        return calx_error_set_nomem(writer->error);
    if (count > writer->dialect->max_parameters)
        return calx_error_set(writer->error, CALX_E_LIMIT,
                              "a statement over table \"%s\" has %zu values, and %s takes %zu",
                              mapper->table, count, writer->dialect->name,
                              writer->dialect->max_parameters);
    return CALX_OK;
}

/* The walk, for a text or a shape. */
static calx_status walk(calx_sql_writer *writer, const calx_sql_statement *statement)
{
    if (statement->criteria != NULL)
        calx_sql_put_criteria(writer, statement->criteria);
    else
        calx_sql_put_insert(writer, statement->insert);
    return check_values(writer, mapper_of(statement));
}

static calx_status check_text(const calx_sql_writer *writer, const calx_mapper *mapper)
{
    if (writer->out->status == CALX_OK)
        return CALX_OK;
    if (writer->out->status == CALX_E_NOMEM)
        return calx_error_set_nomem(writer->error);
    return calx_error_set(writer->error, writer->out->status,
                          "table \"%s\" or one of its columns has a name %s does not take",
                          mapper->table, writer->dialect->name);
}

calx_status calx_sql_statement_text(calx_buffer *out, calx_parameter_list *out_parameters,
                                    const calx_dialect *dialect,
                                    const calx_sql_statement *statement, calx_error *error)
{
    calx_sql_writer writer = {
        .out = out, .parameters = out_parameters, .dialect = dialect, .error = error
    };
    if (statement->query != NULL)
        return calx_sql_select(out, out_parameters, dialect, statement->query, error);
    calx_status status = walk(&writer, statement);
    return status == CALX_OK ? check_text(&writer, mapper_of(statement)) : status;
}

bool calx_sql_statement_shape(calx_shape *out, calx_parameter_list *out_parameters,
                              const calx_dialect *dialect, const calx_sql_statement *statement)
{
    calx_sql_writer writer = { .shape = out, .parameters = out_parameters, .dialect = dialect };
    if (statement->query != NULL)
        return calx_sql_shape(out, out_parameters, dialect, statement->query);
    out->count = 0;
    out->is_full = false;
    return walk(&writer, statement) == CALX_OK && calx_shape_end(out);
}
