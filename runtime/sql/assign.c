/*
 * Assignments: made by the application as values, kept by statements. A lone value is no expression
 * afterwards, so whoever runs the statement can look at it and put it into structs.
 */
#include "sql/assign.h"

#include "base/error.h"
#include "sql/build.h"
#include "sql/nodes.h"
#include "sql/spell.h"

calx_assignment calx_assign_(calx_column_ref column, calx_expression value)
{
    return (calx_assignment){ .column = column, .value = value };
}

calx_assignment calx_assign_null_(calx_column_ref column)
{
    return (calx_assignment){ .column = column, .is_null = true };
}

static bool fits(calx_value_type column, calx_value_type given)
{
    return given == CALX_VALUE_NULL || column == given ||
           (calx_class_is_number(column) && calx_class_is_number(given) &&
            (column == CALX_VALUE_DOUBLE || given != CALX_VALUE_DOUBLE));
}

calx_status calx_assignment_check_class(const calx_column *column, const calx_condition *kept,
                                        calx_error *error)
{
    calx_value_type given = kept->nodes[0].operation == CALX_OP_COLUMN
                                ? calx_class_of_column(kept->nodes[0].column)
                                : calx_condition_class(kept);
    if (fits(calx_class_of_type(column->type), given))
        return CALX_OK;
    char *spelled = calx_spell(kept->nodes);
    calx_status status =
        calx_error_set(error, CALX_E_ARGUMENT,
                       "column \"%s\" does not take the class of values of %s; calx_cast() may",
                       column->name, spelled == NULL ? "its expression" : spelled);
    calx_spell_free(spelled);
    return status;
}

static calx_status check_column(const calx_mapper *mapper, calx_column_ref ref, calx_error *error)
{
    if (ref.mapper == mapper && ref.alias == 0 && ref.column < mapper->column_count)
        return CALX_OK;
    if (ref.mapper == NULL || ref.column >= ref.mapper->column_count)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "an assignment to a column of table \"%s\" was never set",
                              mapper->table);
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "column \"%s\" of table \"%s\" cannot be set by a statement over table "
                          "\"%s\"",
                          ref.mapper->columns[ref.column].name, ref.mapper->table, mapper->table);
}

static calx_status keep_expression(calx_sql_set *out, calx_arena *arena, const calx_column *column,
                                   const calx_expression *expression, calx_error *error)
{
    calx_condition *kept = calx_arena_array(arena, 1, sizeof *kept);
    if (kept == NULL)
        return calx_error_set_nomem(error);
    calx_status status = calx_expression_keep(kept, arena, expression, CALX_USE_VALUE, error);
    if (status == CALX_OK)
        status = calx_assignment_check_class(column, kept, error);
    if (status == CALX_OK)
        out->expression = kept;
    return status;
}

calx_status calx_assignment_keep(calx_sql_set *out, calx_arena *arena, const calx_mapper *mapper,
                                 const calx_assignment *assignment, calx_error *error)
{
    calx_status status = check_column(mapper, assignment->column, error);
    if (status != CALX_OK)
        return status;
    const calx_column *column = &mapper->columns[assignment->column.column];
    calx_expression value = assignment->value;
    *out = (calx_sql_set){ .column = assignment->column.column, .value = calx_value_null() };
    if (assignment->is_null)
        return CALX_OK;
    calx_expression_adapt(&value, calx_class_of_type(column->type));
    if (value.count != 1 || value.nodes[0].operation != CALX_OP_VALUE)
        return keep_expression(out, arena, column, &value, error);
    out->value = value.nodes[0].operand.as.value;
    return CALX_OK;
}
