/*
 * ON CONFLICT of the statements that are kept. No value stands in it: a row that is there takes
 * those of the row that was to be inserted, which both databases call excluded. So its parameters
 * are those of the INSERT.
 */
#include "sql/conflict_text.h"

#include "sql/name.h"

typedef struct conflict_writer {
    calx_buffer *out;
    const calx_dialect *dialect;
    const calx_plan_key *key;
    int version; /* the column that is counted; -1: none is */
} conflict_writer;

static bool is_key(const calx_mapper *mapper, size_t column)
{
    for (size_t i = 0; i < mapper->key_count; i++)
        if (mapper->key[i] == column)
            return true;
    return false;
}

static int counted_version(const calx_plan_key *key)
{
    return (key->conflict & CALX_CONFLICT_COUNTS) != 0 ? calx_plan_version_column(key->mapper) : -1;
}

/* Whether a row that is there takes this column of the other. */
static bool is_updated(const calx_plan_key *key, size_t column)
{
    if ((int)column == counted_version(key))
        return false;
    if (key->chosen != NULL)
        return calx_plan_has(key->chosen, column);
    return calx_plan_has(key->columns, column) && !is_key(key->mapper, column) &&
           (key->targets == NULL || !calx_plan_has(key->targets, column));
}

/* Nothing to set is nothing to do. */
static bool does_nothing(const calx_plan_key *key)
{
    if ((key->conflict & CALX_CONFLICT_NOTHING) != 0)
        return true;
    for (size_t i = 0; i < key->mapper->column_count; i++)
        if (is_updated(key, i))
            return false;
    return counted_version(key) < 0;
}

bool calx_sql_plan_leaves(const calx_plan_key *key)
{
    return (key->kind == CALX_PLAN_UPSERT || key->kind == CALX_PLAN_UPSERT_ROWS) &&
           does_nothing(key);
}

static void put_name(conflict_writer *writer, size_t column)
{
    calx_sql_name(writer->out, writer->dialect, writer->key->mapper->columns[column].name);
}

static void put_targets(conflict_writer *writer)
{
    const calx_plan_key *key = writer->key;
    const char *before = " (";
    for (size_t i = 0; key->targets != NULL && i < key->mapper->column_count; i++) {
        if (!calx_plan_has(key->targets, i))
            continue;
        calx_buffer_put(writer->out, before);
        put_name(writer, i);
        before = ", ";
    }
    calx_buffer_put(writer->out, key->targets != NULL ? ")" : "");
}

static void put_version(conflict_writer *writer, const char *before)
{
    if (writer->version < 0)
        return;
    calx_buffer_put(writer->out, before);
    put_name(writer, (size_t)writer->version);
    calx_buffer_put(writer->out, " = " CALX_SQL_STORED ".");
    put_name(writer, (size_t)writer->version);
    calx_buffer_put(writer->out, " + 1");
    if ((writer->key->conflict & CALX_CONFLICT_CHECKS) == 0)
        return;
    calx_buffer_put(writer->out, " WHERE " CALX_SQL_STORED ".");
    put_name(writer, (size_t)writer->version);
    calx_buffer_put(writer->out, " = excluded.");
    put_name(writer, (size_t)writer->version);
}

static void put_update(conflict_writer *writer)
{
    const char *before = " DO UPDATE SET ";
    for (size_t i = 0; i < writer->key->mapper->column_count; i++) {
        if (!is_updated(writer->key, i))
            continue;
        calx_buffer_put(writer->out, before);
        put_name(writer, i);
        calx_buffer_put(writer->out, " = excluded.");
        put_name(writer, i);
        before = ", ";
    }
    put_version(writer, before);
}

void calx_sql_put_conflict(calx_buffer *out, const calx_dialect *dialect, const calx_plan_key *key)
{
    conflict_writer writer = { out, dialect, key, counted_version(key) };
    calx_buffer_put(out, " ON CONFLICT");
    put_targets(&writer);
    if (does_nothing(key))
        calx_buffer_put(out, " DO NOTHING");
    else
        put_update(&writer);
    if ((key->conflict & CALX_CONFLICT_RETURNS) == 0)
        return;
    calx_buffer_put(out, " RETURNING ");
    put_name(&writer, key->mapper->key[0]);
}
