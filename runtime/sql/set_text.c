/*
 * UPDATE and INSERT of one row with expressions among its values. The order of columns, and what an
 * INSERT gives back, are those of the plans, so that whoever sends a row need not know which it is.
 */
#include "sql/set_text.h"

#include "base/error.h"
#include "sql/nodes.h"
#include "sql/plan.h"
#include "sql/spell.h"

void calx_sql_put_set(calx_sql_writer *writer, const calx_sql_set *set)
{
    if (set->expression == NULL)
        calx_sql_put_parameter(writer, set->value);
    else
        calx_sql_put_condition(writer, set->expression->nodes, set->expression->count,
                               CALX_OP_NONE);
}

static const char *name_of(const calx_sql_row *row, size_t i)
{
    return row->mapper->columns[row->columns[i].column].name;
}

static void put_match(calx_sql_writer *writer, const calx_column *column, const calx_value *value,
                      const char *before)
{
    calx_sql_put(writer, before);
    calx_sql_put_name(writer, column->name);
    calx_sql_put(writer, " = ");
    calx_sql_put_parameter(writer, *value);
}

static void put_update(calx_sql_writer *writer, const calx_sql_row *row)
{
    const calx_mapper *mapper = row->mapper;
    int version = calx_plan_version_column(mapper);
    calx_sql_put(writer, "UPDATE ");
    calx_sql_put_table(writer, mapper->table);
    for (size_t i = 0; i < row->count; i++) {
        calx_sql_put(writer, i == 0 ? " SET " : ", ");
        calx_sql_put_name(writer, name_of(row, i));
        calx_sql_put(writer, " = ");
        calx_sql_put_set(writer, &row->columns[i]);
    }
    for (size_t i = 0; i < mapper->key_count; i++)
        put_match(writer, &mapper->columns[mapper->key[i]], &row->where[i],
                  i == 0 ? " WHERE " : " AND ");
    if (version >= 0)
        put_match(writer, &mapper->columns[version], &row->where[mapper->key_count], " AND ");
}

/* The key the database makes, where the row has none and a row gives it back. */
static const calx_column *made_key(const calx_sql_writer *writer, const calx_sql_row *row)
{
    const calx_mapper *mapper = row->mapper;
    const calx_column *key = mapper->key_count == 1 ? &mapper->columns[mapper->key[0]] : NULL;
    if (key == NULL || (key->flags & CALX_COLUMN_GENERATED) == 0 || !writer->dialect->returns_keys)
        return NULL;
    for (size_t i = 0; i < row->count; i++)
        if (row->columns[i].column == mapper->key[0])
            return NULL;
    return key;
}

static void put_insert(calx_sql_writer *writer, const calx_sql_row *row)
{
    const calx_column *made = made_key(writer, row);
    calx_sql_put(writer, "INSERT INTO ");
    calx_sql_put_table(writer, row->mapper->table);
    for (size_t i = 0; i < row->count; i++) {
        calx_sql_put(writer, i == 0 ? " (" : ", ");
        calx_sql_put_name(writer, name_of(row, i));
    }
    calx_sql_put(writer, ") VALUES (");
    for (size_t i = 0; i < row->count; i++) {
        calx_sql_put(writer, i == 0 ? "" : ", ");
        calx_sql_put_set(writer, &row->columns[i]);
    }
    calx_sql_put(writer, ")");
    if (made == NULL)
        return;
    calx_sql_put(writer, " RETURNING ");
    calx_sql_put_name(writer, made->name);
}

static calx_status finish(const calx_sql_writer *writer, const calx_sql_row *row)
{
    if (writer->status != CALX_OK)
        return writer->status;
    if (writer->out->status == CALX_E_NOMEM || writer->parameters->status != CALX_OK)
        return calx_error_set_nomem(writer->error);
    if (writer->out->status != CALX_OK)
        return calx_error_set(writer->error, writer->out->status,
                              "table \"%s\" or one of its columns has a name %s does not take",
                              row->mapper->table, writer->dialect->name);
    return CALX_OK;
}

calx_status calx_sql_update_row(calx_buffer *out, calx_parameter_list *out_parameters,
                                const calx_dialect *dialect, const calx_sql_row *row,
                                calx_error *error)
{
    const calx_sql_source own = { .mapper = row->mapper };
    const calx_sql_scope scope = { .sources = &own, .count = 1 };
    calx_sql_writer writer = { .out = out,
                               .parameters = out_parameters,
                               .dialect = dialect,
                               .scope = &scope,
                               .error = error };
    put_update(&writer, row);
    return finish(&writer, row);
}

/* Whether some operand is a column. */
static bool names_column(const calx_condition *expression)
{
    for (size_t i = 0; i < expression->count; i++) {
        const calx_node *node = &expression->nodes[i];
        if (node->operation == CALX_OP_COLUMN || calx_node_is_compact(node) ||
            node->operand.kind == CALX_OPERAND_COLUMN)
            return true;
    }
    return false;
}

static calx_status refuse_column(const calx_sql_row *row, size_t i, calx_error *error)
{
    char *spelled = calx_spell(row->columns[i].expression->nodes);
    calx_status status = calx_error_set(
        error, CALX_E_ARGUMENT,
        "column \"%s\" of a new row of table \"%s\" is set to %s, and there is no row yet whose "
        "columns it could mean",
        name_of(row, i), row->mapper->table, spelled == NULL ? "an expression" : spelled);
    calx_spell_free(spelled);
    return status;
}

calx_status calx_sql_insert_row(calx_buffer *out, calx_parameter_list *out_parameters,
                                const calx_dialect *dialect, const calx_sql_row *row,
                                calx_error *error)
{
    const calx_sql_source own = { .mapper = row->mapper };
    const calx_sql_scope scope = { .sources = &own, .count = 1 };
    calx_sql_writer writer = { .out = out,
                               .parameters = out_parameters,
                               .dialect = dialect,
                               .scope = &scope,
                               .error = error };
    for (size_t i = 0; i < row->count; i++)
        if (row->columns[i].expression != NULL && names_column(row->columns[i].expression))
            return refuse_column(row, i, error);
    put_insert(&writer, row);
    return finish(&writer, row);
}
