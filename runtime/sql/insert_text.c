/*
 * INSERT statements. Where rows may be there already the table has a name, since a column could
 * mean the row that is there or the one that was to be inserted.
 */
#include "sql/insert_text.h"

#include "base/error.h"
#include "sql/name.h"

static void put_names(calx_sql_writer *writer, const calx_mapper *mapper, const uint16_t *columns,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        calx_sql_put(writer, i == 0 ? " (" : ", ");
        calx_sql_put_name(writer, mapper->columns[columns[i]].name);
    }
    calx_sql_put(writer, count == 0 ? "" : ")");
}

/* Of rows the shape has only how many there are, or few of them would fill it. */
static void add_values(calx_sql_writer *writer, const calx_sql_insert *insert)
{
    calx_sql_put(writer, " VALUES ");
    calx_sql_put_fact(writer, insert->row_count);
    for (size_t i = 0; i < insert->row_count * insert->column_count; i++)
        calx_parameter_list_add(writer->parameters, insert->values[i]);
}

/* A row of defaults that may be there already: NULL is what the database makes a key of. */
static void put_default_key(calx_sql_writer *writer, const calx_mapper *mapper)
{
    uint16_t key = mapper->key_count == 1 ? mapper->key[0] : 0;
    if (mapper->key_count != 1 || (mapper->columns[key].flags & CALX_COLUMN_GENERATED) == 0) {
        writer->status =
            calx_error_set(writer->error, CALX_E_UNSUPPORTED,
                           "%s takes no ON CONFLICT for a row of table \"%s\" without any value: "
                           "set one of its columns",
                           writer->dialect->name, mapper->table);
        return;
    }
    put_names(writer, mapper, &key, 1);
    calx_sql_put(writer, " ");
    calx_sql_put(writer, writer->dialect->default_key);
}

static void put_values(calx_sql_writer *writer, const calx_sql_insert *insert)
{
    if (insert->column_count == 0 && insert->conflict != CALX_SQL_CONFLICT_FAILS &&
        writer->dialect->default_key != NULL) {
        put_default_key(writer, insert->mapper);
        return;
    }
    if (insert->column_count == 0) {
        calx_sql_put(writer, " ");
        calx_sql_put(writer, writer->dialect->default_values);
        return;
    }
    if (writer->shape != NULL) {
        add_values(writer, insert);
        return;
    }
    for (size_t row = 0; row < insert->row_count; row++) {
        calx_sql_put(writer, row == 0 ? " VALUES (" : ", (");
        for (size_t i = 0; i < insert->column_count; i++) {
            calx_sql_put(writer, i == 0 ? "" : ", ");
            calx_sql_put_parameter(writer, insert->values[row * insert->column_count + i]);
        }
        calx_sql_put(writer, ")");
    }
}

/* Behind a SELECT without WHERE, ON would be read as that of a join. */
static void put_block(calx_sql_writer *writer, const calx_sql_insert *insert)
{
    bool apart = insert->conflict != CALX_SQL_CONFLICT_FAILS;
    writer->scope = NULL;
    calx_sql_put(writer, apart ? " SELECT * FROM (" : " ");
    calx_sql_put_block(writer, insert->block);
    if (!apart)
        return;
    calx_sql_put(writer, ") AS ");
    calx_sql_put_alias(writer, 'i', 0);
    calx_sql_put(writer, " WHERE ");
    calx_sql_put(writer, writer->dialect->literal_true);
}

static void put_update(calx_sql_writer *writer, const calx_sql_insert *insert)
{
    calx_sql_put(writer, " DO UPDATE");
    for (size_t i = 0; i < insert->set_count; i++) {
        calx_sql_put(writer, i == 0 ? " SET " : ", ");
        calx_sql_put_name(writer, insert->mapper->columns[insert->sets[i].column].name);
        calx_sql_put(writer, " = ");
        calx_sql_put_set(writer, &insert->sets[i]);
    }
    for (size_t i = 0; i < insert->condition_count; i++) {
        const calx_condition *condition = &insert->conditions[i];
        calx_sql_put(writer, i == 0 ? " WHERE " : " AND ");
        calx_sql_put_condition(writer, condition->nodes, condition->count,
                               insert->condition_count > 1 ? CALX_OP_AND : CALX_OP_NONE);
    }
}

static void put_conflict(calx_sql_writer *writer, const calx_sql_insert *insert)
{
    if (insert->conflict == CALX_SQL_CONFLICT_FAILS)
        return;
    calx_sql_put(writer, " ON CONFLICT");
    put_names(writer, insert->mapper, insert->targets, insert->target_count);
    if (insert->conflict == CALX_SQL_CONFLICT_NOTHING)
        calx_sql_put(writer, " DO NOTHING");
    else
        put_update(writer, insert);
}

static void put_returning(calx_sql_writer *writer, const calx_mapper *mapper)
{
    calx_sql_put(writer, " RETURNING ");
    if (writer->shape == NULL) /* the mapper is in the shape already */
        calx_sql_all_names(writer->out, writer->dialect, mapper);
}

void calx_sql_put_insert(calx_sql_writer *writer, const calx_sql_insert *insert)
{
    const calx_sql_source sources[] = {
        { .mapper = insert->mapper, .letter = 't' },
        { .mapper = insert->mapper, .alias = insert->excluded, .letter = CALX_SQL_EXCLUDED },
    };
    const calx_sql_scope scope = { .sources = sources, .count = 2 };
    calx_sql_put(writer, "INSERT INTO ");
    calx_sql_put_table(writer, insert->mapper->table);
    calx_sql_put_fact(writer, (uintptr_t)insert->mapper); /* whose columns are meant */
    if (insert->conflict == CALX_SQL_CONFLICT_UPDATE) {
        calx_sql_put(writer, " AS ");
        calx_sql_put_alias(writer, 't', 0);
    }
    put_names(writer, insert->mapper, insert->columns, insert->column_count);
    if (insert->block != NULL)
        put_block(writer, insert);
    else
        put_values(writer, insert);
    writer->scope = &scope;
    put_conflict(writer, insert);
    writer->scope = NULL;
    if (insert->returns)
        put_returning(writer, insert->mapper);
}
