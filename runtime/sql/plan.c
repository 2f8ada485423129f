/*
 * The statements of a mapper that do not depend on a query. The order of parameters is the one
 * plan.h promises; every value is a placeholder.
 */
#include "sql/plan.h"

#include "base/hash.h"
#include "sql/conflict_text.h"
#include "sql/members.h"
#include "sql/name.h"

#include <string.h>

typedef struct plan_writer {
    calx_buffer *out;
    const calx_dialect *dialect;
    const calx_mapper *mapper;
    size_t parameters; /* written so far */
} plan_writer;

static void put_name(plan_writer *writer, const char *name)
{
    calx_sql_name(writer->out, writer->dialect, name);
}

static void put_placeholder(plan_writer *writer)
{
    calx_sql_placeholder(writer->out, writer->dialect, ++writer->parameters);
}

/* "name" = ? */
static void put_equals(plan_writer *writer, size_t column)
{
    put_name(writer, writer->mapper->columns[column].name);
    calx_buffer_put(writer->out, " = ");
    put_placeholder(writer);
}

/* Every "name" = ? of the set, ascending. */
static void put_set(plan_writer *writer, const uint64_t *columns, const char *separator)
{
    const char *before = "";
    for (size_t i = 0; i < writer->mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        calx_buffer_put(writer->out, before);
        put_equals(writer, i);
        before = separator;
    }
}

static size_t set_size(const calx_mapper *mapper, const uint64_t *columns)
{
    size_t size = 0;
    for (size_t i = 0; columns != NULL && i < mapper->column_count; i++)
        size += calx_plan_has(columns, i);
    return size;
}

static void put_where_key(plan_writer *writer, int version_column)
{
    calx_buffer_put(writer->out, " WHERE ");
    for (size_t i = 0; i < writer->mapper->key_count; i++) {
        if (i > 0)
            calx_buffer_put(writer->out, " AND ");
        put_equals(writer, writer->mapper->key[i]);
    }
    if (version_column >= 0) {
        calx_buffer_put(writer->out, " AND ");
        put_equals(writer, (size_t)version_column);
    }
}

/* The names of the set, ascending. */
static void put_set_names(plan_writer *writer, const uint64_t *columns)
{
    const char *before = "";
    for (size_t i = 0; i < writer->mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        calx_buffer_put(writer->out, before);
        put_name(writer, writer->mapper->columns[i].name);
        before = ", ";
    }
}

/* (names) VALUES (placeholders) */
static void put_inserted(plan_writer *writer, const uint64_t *columns)
{
    calx_buffer_char(writer->out, '(');
    put_set_names(writer, columns);
    calx_buffer_put(writer->out, ") VALUES ");
    const char *before = "(";
    for (size_t i = 0; i < writer->mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        calx_buffer_put(writer->out, before);
        put_placeholder(writer);
        before = ", ";
    }
    calx_buffer_char(writer->out, ')');
}

/* The key that is left to the database, or NULL. */
static const calx_column *made_key(const calx_mapper *mapper, const uint64_t *columns)
{
    if (mapper->key_count != 1 || (columns != NULL && calx_plan_has(columns, mapper->key[0])))
        return NULL;
    const calx_column *key = &mapper->columns[mapper->key[0]];
    return (key->flags & CALX_COLUMN_GENERATED) != 0 ? key : NULL;
}

/* ---- many rows: an array for each parameter ---- */

#define GIVEN "\"calx rows\"" /* what the arrays come to; its columns are c1, c2, … */

/* $1::BIGINT[] */
static void put_array(plan_writer *writer, size_t column)
{
    if (writer->parameters > 0)
        calx_buffer_put(writer->out, ", ");
    put_placeholder(writer);
    calx_buffer_put(writer->out, "::");
    calx_buffer_put(writer->out, writer->dialect->types[writer->mapper->columns[column].type]);
    calx_buffer_put(writer->out, "[]");
}

static void put_arrays(plan_writer *writer, const uint64_t *columns)
{
    for (size_t i = 0; columns != NULL && i < writer->mapper->column_count; i++) {
        if (calx_plan_has(columns, i))
            put_array(writer, i);
    }
}

static void put_key_arrays(plan_writer *writer)
{
    int version = calx_plan_version_column(writer->mapper);
    for (size_t i = 0; i < writer->mapper->key_count; i++)
        put_array(writer, writer->mapper->key[i]);
    if (version >= 0)
        put_array(writer, (size_t)version);
}

/* "c1", "c2", … */
static void put_given(plan_writer *writer, size_t count)
{
    for (size_t i = 1; i <= count; i++)
        calx_buffer_format(writer->out, i == 1 ? "\"c%zu\"" : ", \"c%zu\"", i);
}

/* (names) SELECT values FROM the arrays, in their order, so that keys come back in it too. */
static void put_inserted_rows(plan_writer *writer, const uint64_t *columns)
{
    size_t count = set_size(writer->mapper, columns);
    calx_buffer_char(writer->out, '(');
    put_set_names(writer, columns);
    calx_buffer_put(writer->out, ") SELECT ");
    put_given(writer, count);
    calx_buffer_put(writer->out, " FROM unnest(");
    put_arrays(writer, columns);
    calx_buffer_put(writer->out, ") WITH ORDINALITY AS " GIVEN " (");
    put_given(writer, count);
    calx_buffer_put(writer->out, ", \"position\") ORDER BY \"position\"");
}

/* "name" = value of the arrays */
static void put_equals_given(plan_writer *writer, size_t column, size_t number)
{
    put_name(writer, writer->mapper->columns[column].name);
    calx_buffer_format(writer->out, " = " GIVEN ".\"c%zu\"", number);
}

/* Every "name" = value of the set; answers how many. */
static size_t put_set_given(plan_writer *writer, const uint64_t *columns)
{
    size_t number = 0;
    for (size_t i = 0; i < writer->mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        if (number++ > 0)
            calx_buffer_put(writer->out, ", ");
        put_equals_given(writer, i, number);
    }
    return number;
}

/* unnest(arrays) WHERE the key, and the version, are what the columns from number + 1 on say. */
static void put_given_rows(plan_writer *writer, const uint64_t *columns, size_t number)
{
    const calx_mapper *mapper = writer->mapper;
    int version = calx_plan_version_column(mapper);
    size_t conditions = mapper->key_count + (version >= 0);
    calx_buffer_put(writer->out, "unnest(");
    put_arrays(writer, columns);
    put_key_arrays(writer);
    calx_buffer_put(writer->out, ") AS " GIVEN " (");
    put_given(writer, writer->parameters);
    calx_buffer_put(writer->out, ") WHERE ");
    for (size_t i = 0; i < conditions; i++) {
        if (i > 0)
            calx_buffer_put(writer->out, " AND ");
        calx_sql_table(writer->out, writer->dialect, mapper->table);
        calx_buffer_char(writer->out, '.');
        put_equals_given(writer, i < mapper->key_count ? mapper->key[i] : (size_t)version,
                         number + i + 1);
    }
}

static void put_update_rows(plan_writer *writer, const uint64_t *columns)
{
    calx_buffer_put(writer->out, "UPDATE ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
    calx_buffer_put(writer->out, " SET ");
    size_t number = put_set_given(writer, columns);
    calx_buffer_put(writer->out, " FROM ");
    put_given_rows(writer, columns, number);
}

/* A key of one column is looked for in its array, which is the quicker way. */
static void put_delete_rows(plan_writer *writer)
{
    const calx_mapper *mapper = writer->mapper;
    calx_buffer_put(writer->out, "DELETE FROM ");
    calx_sql_table(writer->out, writer->dialect, mapper->table);
    if (mapper->key_count > 1 || calx_plan_version_column(mapper) >= 0) {
        calx_buffer_put(writer->out, " USING ");
        put_given_rows(writer, NULL, 0);
        return;
    }
    calx_buffer_put(writer->out, " WHERE ");
    put_name(writer, mapper->columns[mapper->key[0]].name);
    calx_buffer_put(writer->out, " = ANY (");
    put_array(writer, mapper->key[0]);
    calx_buffer_char(writer->out, ')');
}

/* ---- the statements ---- */

static bool is_upsert(calx_plan_kind kind)
{
    return kind == CALX_PLAN_UPSERT || kind == CALX_PLAN_UPSERT_ROWS;
}

static void put_insert(plan_writer *writer, calx_plan_kind kind, const uint64_t *columns)
{
    const calx_column *made = made_key(writer->mapper, columns);
    calx_buffer_put(writer->out, "INSERT INTO ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
    calx_buffer_put(writer->out, is_upsert(kind) ? " AS " CALX_SQL_STORED " " : " ");
    if (set_size(writer->mapper, columns) == 0)
        calx_buffer_put(writer->out, writer->dialect->default_values);
    else if (calx_plan_takes_rows(kind))
        put_inserted_rows(writer, columns);
    else
        put_inserted(writer, columns);
    if (writer->dialect->returns_keys && made != NULL && kind != CALX_PLAN_LOAD_ROWS &&
        !is_upsert(kind)) {
        calx_buffer_put(writer->out, " RETURNING ");
        put_name(writer, made->name);
    }
}

static void put_copy(plan_writer *writer, const uint64_t *columns)
{
    calx_buffer_put(writer->out, "COPY ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
    calx_buffer_put(writer->out, " (");
    put_set_names(writer, columns);
    calx_buffer_char(writer->out, ')');
    calx_buffer_put(writer->out, writer->dialect->copy_from);
}

static void put_update(plan_writer *writer, const uint64_t *columns)
{
    calx_buffer_put(writer->out, "UPDATE ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
    calx_buffer_put(writer->out, " SET ");
    put_set(writer, columns, ", ");
    put_where_key(writer, calx_plan_version_column(writer->mapper));
}

static void put_delete(plan_writer *writer)
{
    calx_buffer_put(writer->out, "DELETE FROM ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
    put_where_key(writer, calx_plan_version_column(writer->mapper));
}

static void put_select_from(plan_writer *writer, const uint64_t *chosen)
{
    calx_buffer_put(writer->out, "SELECT ");
    if (chosen == NULL)
        calx_sql_all_names(writer->out, writer->dialect, writer->mapper);
    else
        put_set_names(writer, chosen);
    calx_buffer_put(writer->out, " FROM ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
}

static void put_select_some(plan_writer *writer, const uint64_t *columns)
{
    calx_buffer_put(writer->out, "SELECT ");
    put_set_names(writer, columns);
    calx_buffer_put(writer->out, " FROM ");
    calx_sql_table(writer->out, writer->dialect, writer->mapper->table);
    put_where_key(writer, -1);
}

static void put_lock(plan_writer *writer, const calx_plan_key *key)
{
    const char *lock = writer->dialect->locks[key->lock];
    if (lock == NULL)
        return;
    calx_buffer_put(writer->out, lock);
    if (key->wait == CALX_LOCK_NOWAIT)
        calx_buffer_put(writer->out, " NOWAIT");
    else if (key->wait == CALX_LOCK_SKIP_LOCKED)
        calx_buffer_put(writer->out, " SKIP LOCKED");
}

static bool is_ordered_by(const calx_plan_key *key, size_t column)
{
    for (size_t i = 0; i < key->order_count; i++)
        if (key->order[i].column == column)
            return true;
    return false;
}

/* The next column of an order. */
static void put_order(plan_writer *writer, size_t column, bool *is_first)
{
    calx_buffer_put(writer->out, *is_first ? " ORDER BY " : ", ");
    put_name(writer, writer->mapper->columns[column].name);
    *is_first = false;
}

static void put_select_by_columns(plan_writer *writer, const calx_plan_key *key)
{
    const calx_mapper *mapper = writer->mapper;
    bool is_first = true;
    put_select_from(writer, key->chosen);
    calx_buffer_put(writer->out, " WHERE ");
    put_set(writer, key->columns, " AND ");
    for (size_t i = 0; i < key->order_count; i++) {
        put_order(writer, key->order[i].column, &is_first);
        if (key->order[i].descending)
            calx_buffer_put(writer->out, " DESC");
    }
    for (size_t i = 0; i < mapper->key_count; i++)
        if (!is_ordered_by(key, mapper->key[i]))
            put_order(writer, mapper->key[i], &is_first);
}

/* What the kind cannot be written without. */
static bool is_complete(const calx_dialect *dialect, const calx_plan_key *key)
{
    bool has_key = key->mapper->key_count > 0;
    bool has_set = set_size(key->mapper, key->columns) > 0;
    switch (key->kind) {
    case CALX_PLAN_INSERT:
        return true;
    case CALX_PLAN_UPDATE:
        return has_key && has_set;
    case CALX_PLAN_DELETE:
    case CALX_PLAN_SELECT_BY_KEY:
        return has_key;
    case CALX_PLAN_SELECT_BY_COLUMNS:
        return has_set;
    case CALX_PLAN_UPSERT:
        return has_set;
    case CALX_PLAN_INSERT_ROWS:
    case CALX_PLAN_LOAD_ROWS:
    case CALX_PLAN_UPSERT_ROWS:
        return has_set && dialect->batches_rows;
    case CALX_PLAN_COPY:
        return has_set && dialect->copy_from != NULL;
    case CALX_PLAN_UPDATE_ROWS:
        return has_key && has_set && dialect->batches_rows;
    case CALX_PLAN_DELETE_ROWS:
        return has_key && dialect->batches_rows;
    case CALX_PLAN_SELECT_SOME:
        return has_key && has_set;
    case CALX_PLAN_SELECT_MEMBERS:
        return key->relationship != NULL;
    }
    return false;
}

calx_status calx_sql_plan(calx_buffer *out, const calx_dialect *dialect, const calx_plan_key *key)
{
    if (!is_complete(dialect, key)) {
        calx_buffer_fail(out, CALX_E_ARGUMENT);
        return out->status;
    }
    plan_writer writer = { out, dialect, key->mapper, 0 };
    switch (key->kind) {
    case CALX_PLAN_INSERT:
    case CALX_PLAN_INSERT_ROWS:
    case CALX_PLAN_LOAD_ROWS:
        put_insert(&writer, key->kind, key->columns);
        break;
    case CALX_PLAN_UPSERT:
    case CALX_PLAN_UPSERT_ROWS:
        put_insert(&writer, key->kind, key->columns);
        calx_sql_put_conflict(out, dialect, key);
        break;
    case CALX_PLAN_UPDATE:
        put_update(&writer, key->columns);
        break;
    case CALX_PLAN_DELETE:
        put_delete(&writer);
        break;
    case CALX_PLAN_SELECT_BY_KEY:
        put_select_from(&writer, key->chosen);
        put_where_key(&writer, -1);
        break;
    case CALX_PLAN_SELECT_BY_COLUMNS:
        put_select_by_columns(&writer, key);
        break;
    case CALX_PLAN_COPY:
        put_copy(&writer, key->columns);
        break;
    case CALX_PLAN_UPDATE_ROWS:
        put_update_rows(&writer, key->columns);
        break;
    case CALX_PLAN_DELETE_ROWS:
        put_delete_rows(&writer);
        break;
    case CALX_PLAN_SELECT_SOME:
        put_select_some(&writer, key->columns);
        break;
    case CALX_PLAN_SELECT_MEMBERS:
        calx_sql_put_members(out, dialect, key->relationship, key->chosen);
        break;
    }
    put_lock(&writer, key);
    if (writer.parameters > dialect->max_parameters)
        calx_buffer_fail(out, CALX_E_LIMIT);
    return out->status;
}

/* What leads from the association to the owner. */
static const calx_foreign_key *owner_key(const calx_plan_key *key)
{
    return &key->relationship->association->foreign_keys[key->relationship->foreign_key];
}

size_t calx_sql_plan_parameters(const calx_plan_key *key)
{
    size_t version = calx_plan_version_column(key->mapper) >= 0;
    switch (key->kind) {
    case CALX_PLAN_INSERT:
    case CALX_PLAN_INSERT_ROWS:
    case CALX_PLAN_LOAD_ROWS:
    case CALX_PLAN_UPSERT:
    case CALX_PLAN_UPSERT_ROWS:
    case CALX_PLAN_COPY:
    case CALX_PLAN_SELECT_BY_COLUMNS:
        return set_size(key->mapper, key->columns);
    case CALX_PLAN_UPDATE:
    case CALX_PLAN_UPDATE_ROWS:
        return set_size(key->mapper, key->columns) + key->mapper->key_count + version;
    case CALX_PLAN_DELETE:
    case CALX_PLAN_DELETE_ROWS:
        return key->mapper->key_count + version;
    case CALX_PLAN_SELECT_BY_KEY:
    case CALX_PLAN_SELECT_SOME:
        return key->mapper->key_count;
    case CALX_PLAN_SELECT_MEMBERS:
        return owner_key(key)->column_count;
    }
    return 0;
}

static void put_owner_types(const calx_plan_key *key, calx_type *out)
{
    const calx_foreign_key *owner = owner_key(key);
    for (size_t i = 0; i < owner->column_count; i++)
        *out++ = key->relationship->association->columns[owner->columns[i]].type;
}

static calx_type *put_set_types(const calx_mapper *mapper, const uint64_t *columns, calx_type *out)
{
    for (size_t i = 0; columns != NULL && i < mapper->column_count; i++) {
        if (calx_plan_has(columns, i))
            *out++ = mapper->columns[i].type;
    }
    return out;
}

void calx_sql_plan_types(const calx_plan_key *key, calx_type *out)
{
    const calx_mapper *mapper = key->mapper;
    int version = calx_plan_version_column(mapper);
    bool updates = key->kind == CALX_PLAN_UPDATE || key->kind == CALX_PLAN_UPDATE_ROWS;
    bool deletes = key->kind == CALX_PLAN_DELETE || key->kind == CALX_PLAN_DELETE_ROWS;
    bool by_key = key->kind == CALX_PLAN_SELECT_BY_KEY || key->kind == CALX_PLAN_SELECT_SOME;
    if (key->kind == CALX_PLAN_SELECT_MEMBERS) {
        put_owner_types(key, out);
        return;
    }
    if (!deletes && !by_key)
        out = put_set_types(mapper, key->columns, out);
    if (!updates && !deletes && !by_key)
        return;
    for (size_t i = 0; i < mapper->key_count; i++)
        *out++ = mapper->columns[mapper->key[i]].type;
    if ((updates || deletes) && version >= 0)
        *out = mapper->columns[version].type;
}

int calx_plan_version_column(const calx_mapper *mapper)
{
    for (int i = 0; i < mapper->column_count; i++) {
        if (mapper->columns[i].flags & CALX_COLUMN_VERSION)
            return i;
    }
    return -1;
}

uint64_t calx_plan_key_hash(const calx_plan_key *key)
{
    uint64_t kind = (uint64_t)key->kind | (uint64_t)key->lock << 8 | (uint64_t)key->wait << 16;
    kind |= (uint64_t)key->conflict << 24;
    uint64_t hash = calx_hash_join((uint64_t)(uintptr_t)key->mapper, kind);
    hash = calx_hash_join(hash, (uint64_t)(uintptr_t)key->relationship);
    if (key->schema != NULL)
        hash = calx_hash_join(hash, (uint64_t)(uintptr_t)key->schema);
    for (size_t i = 0; key->columns != NULL && i < calx_plan_words(key->mapper); i++)
        hash = calx_hash_join(hash, key->columns[i]);
    for (size_t i = 0; key->chosen != NULL && i < calx_plan_words(key->mapper); i++)
        hash = calx_hash_join(hash, key->chosen[i]);
    for (size_t i = 0; key->targets != NULL && i < calx_plan_words(key->mapper); i++)
        hash = calx_hash_join(hash, key->targets[i]);
    for (size_t i = 0; i < key->order_count; i++)
        hash = calx_hash_join(hash, (uint64_t)key->order[i].column << 1 | key->order[i].descending);
    return hash;
}

static bool is_same_order(const calx_plan_key *left, const calx_plan_key *right)
{
    if (left->order_count != right->order_count)
        return false;
    for (size_t i = 0; i < left->order_count; i++)
        if (left->order[i].column != right->order[i].column ||
            left->order[i].descending != right->order[i].descending)
            return false;
    return true;
}

static bool is_same_set(const calx_mapper *mapper, const uint64_t *left, const uint64_t *right)
{
    if (left == NULL || right == NULL)
        return left == right;
    return memcmp(left, right, calx_plan_words(mapper) * sizeof(uint64_t)) == 0;
}

bool calx_plan_key_equal(const calx_plan_key *left, const calx_plan_key *right)
{
    return left->mapper == right->mapper && left->kind == right->kind &&
           left->lock == right->lock && left->wait == right->wait &&
           left->conflict == right->conflict &&
           is_same_set(left->mapper, left->targets, right->targets) &&
           left->schema == right->schema && left->relationship == right->relationship &&
           is_same_order(left, right) && is_same_set(left->mapper, left->columns, right->columns) &&
           is_same_set(left->mapper, left->chosen, right->chosen);
}
