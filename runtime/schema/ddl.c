/*
 * CREATE and DROP statements out of mappers. The text is what a person would write, one column a
 * line, since people read it: in logs, and through calx-gen. Names are quoted by the dialect; SQL
 * of the model (CHECK, server defaults) is taken as it stands.
 */
#include "schema/ddl.h"

#include "base/allocator.h"
#include "base/error.h"
#include "schema/default.h"
#include "sql/name.h"

#include <string.h>

void calx_ddl_list_clear(calx_ddl_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        calx_release(list->items[i].sql);
    calx_release(list->items);
    *list = (calx_ddl_list){ NULL, 0, 0 };
}

/* Mappers in the order their tables are made. */
typedef struct table_list {
    const calx_mapper **mappers;
    size_t count;
} table_list;

static bool is_text(const calx_column *column)
{
    return column->type == CALX_TYPE_TEXT || column->type == CALX_TYPE_CHAR_ARRAY;
}

/* A char array is as long as its struct makes it: that is no promise about characters. */
static void put_type(calx_buffer *out, const calx_dialect *dialect, const calx_column *column)
{
    if (column->length == 0 || !is_text(column) || dialect->text_with_length == NULL) {
        calx_buffer_put(out, dialect->types[column->type]);
        return;
    }
    calx_buffer_put(out, dialect->text_with_length);
    calx_buffer_char(out, '(');
    calx_buffer_uint(out, column->length);
    calx_buffer_char(out, ')');
}

/* A key column is NOT NULL even where the database would allow NULL in it (LIM-29). */
static void put_column(calx_buffer *out, const calx_dialect *dialect, const calx_column *column)
{
    bool generated = (column->flags & CALX_COLUMN_GENERATED) != 0;
    calx_sql_name(out, dialect, column->name);
    calx_buffer_char(out, ' ');
    if (generated)
        calx_buffer_put(out, dialect->generated_key);
    else
        put_type(out, dialect, column);
    if (!generated && (column->flags & (CALX_COLUMN_NOT_NULL | CALX_COLUMN_KEY)))
        calx_buffer_put(out, " NOT NULL");
    if (column->flags & CALX_COLUMN_UNIQUE)
        calx_buffer_put(out, " UNIQUE");
    if (column->server_default != NULL) {
        calx_buffer_put(out, " DEFAULT ");
        calx_ddl_default(out, dialect, column->server_default);
    }
    if (column->check != NULL) {
        calx_buffer_put(out, " CHECK (");
        calx_buffer_put(out, column->check);
        calx_buffer_char(out, ')');
    }
}

static bool key_is_in_its_column(const calx_dialect *dialect, const calx_mapper *mapper)
{
    return dialect->generated_key_is_primary && mapper->key_count == 1 &&
           (mapper->columns[mapper->key[0]].flags & CALX_COLUMN_GENERATED) != 0;
}

static const char *on_delete_text(calx_on_delete action)
{
    switch (action) {
    case CALX_ON_DELETE_CASCADE:
        return " ON DELETE CASCADE";
    case CALX_ON_DELETE_SET_NULL:
        return " ON DELETE SET NULL";
    case CALX_ON_DELETE_SET_DEFAULT:
        return " ON DELETE SET DEFAULT";
    case CALX_ON_DELETE_RESTRICT:
        return " ON DELETE RESTRICT";
    case CALX_ON_DELETE_NO_ACTION:
        break;
    }
    return "";
}

static const char *on_update_text(calx_on_update action)
{
    switch (action) {
    case CALX_ON_UPDATE_CASCADE:
        return " ON UPDATE CASCADE";
    case CALX_ON_UPDATE_SET_NULL:
        return " ON UPDATE SET NULL";
    case CALX_ON_UPDATE_SET_DEFAULT:
        return " ON UPDATE SET DEFAULT";
    case CALX_ON_UPDATE_RESTRICT:
        return " ON UPDATE RESTRICT";
    case CALX_ON_UPDATE_NO_ACTION:
        break;
    }
    return "";
}

static bool passes_keys_on(const calx_mapper *mapper, const calx_relationship *facts,
                           const calx_foreign_key *key)
{
    if ((facts->flags & CALX_RELATIONSHIP_ACTIVE_UPDATES) == 0)
        return false;
    if (facts->kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        return facts->association == mapper && (key == &mapper->foreign_keys[facts->foreign_key] ||
                                                key == &mapper->foreign_keys[facts->target_key]);
    const calx_mapper *owner = facts->kind == CALX_RELATIONSHIP_ONE ? mapper : facts->target;
    return owner == mapper && key == &mapper->foreign_keys[facts->foreign_key];
}

/*
 * Whether a session passes a changed key on by UPDATEs: between these the rows that point at it
 * point at nothing, so the database looks at the end of the transaction.
 */
static bool is_passed_on_late(const calx_mapper *mapper, const calx_foreign_key *key)
{
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (mapper->relationships[i].kind == CALX_RELATIONSHIP_ONE &&
            passes_keys_on(mapper, &mapper->relationships[i], key))
            return true;
    for (size_t i = 0; i < key->target->relationship_count; i++)
        if (key->target->relationships[i].kind != CALX_RELATIONSHIP_ONE &&
            passes_keys_on(mapper, &key->target->relationships[i], key))
            return true;
    return false;
}

static void put_foreign_key(calx_buffer *out, const calx_dialect *dialect,
                            const calx_mapper *mapper, const calx_foreign_key *key)
{
    calx_buffer_put(out, "FOREIGN KEY (");
    calx_sql_names(out, dialect, mapper, key->columns, key->column_count);
    calx_buffer_put(out, ") REFERENCES ");
    if (dialect->schema_is_file)
        calx_sql_name(out, dialect, key->target->table);
    else
        calx_sql_table(out, dialect, key->target->table);
    calx_buffer_put(out, " (");
    calx_sql_names(out, dialect, key->target, key->target_columns, key->column_count);
    calx_buffer_char(out, ')');
    calx_buffer_put(out, on_delete_text(key->on_delete));
    calx_buffer_put(out, on_update_text(key->on_update));
    if (is_passed_on_late(mapper, key))
        calx_buffer_put(out, " DEFERRABLE INITIALLY DEFERRED");
}

/* A position in the order of creation; one of the metadata's mappers. */
static size_t find_mapper(const calx_mapper *const *mappers, size_t count,
                          const calx_mapper *mapper)
{
    size_t position = 0;
    while (position < count && mappers[position] != mapper)
        position++;
    return position;
}

/*
 * Whether a foreign key's target is made after its own table, as happens in a circle: where the
 * database insists on the target, the key is added when all tables are there. order NULL: no.
 */
static bool is_late(const calx_dialect *dialect, const table_list *order, const calx_mapper *mapper,
                    const calx_foreign_key *key)
{
    if (!dialect->adds_constraints || order == NULL)
        return false;
    size_t target = find_mapper(order->mappers, order->count, key->target);
    return target < order->count && target > find_mapper(order->mappers, order->count, mapper);
}

static void put_constraints(calx_buffer *out, const calx_dialect *dialect,
                            const calx_mapper *mapper, const table_list *order)
{
    if (mapper->key_count > 0 && !key_is_in_its_column(dialect, mapper)) {
        calx_buffer_put(out, ",\n    PRIMARY KEY (");
        calx_sql_names(out, dialect, mapper, mapper->key, mapper->key_count);
        calx_buffer_char(out, ')');
    }
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        if (is_late(dialect, order, mapper, &mapper->foreign_keys[i]))
            continue;
        calx_buffer_put(out, ",\n    ");
        put_foreign_key(out, dialect, mapper, &mapper->foreign_keys[i]);
    }
}

static void create_table(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                         const table_list *order)
{
    calx_buffer_put(out, "CREATE TABLE ");
    calx_sql_table(out, dialect, mapper->table);
    calx_buffer_put(out, " (");
    for (size_t i = 0; i < mapper->column_count; i++) {
        calx_buffer_put(out, i > 0 ? ",\n    " : "\n    ");
        put_column(out, dialect, &mapper->columns[i]);
    }
    put_constraints(out, dialect, mapper, order);
    calx_buffer_put(out, "\n)");
}

void calx_ddl_create_table(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper)
{
    create_table(out, dialect, mapper, NULL);
}

/* Its name is made here, so that a later DROP knows it: no name of a database's own making. */
static void put_late_name(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                          size_t key)
{
    calx_buffer name = CALX_BUFFER_INIT;
    calx_buffer_format(&name, "%s_fk%zu", mapper->table, key + 1);
    if (name.status != CALX_OK)
        calx_buffer_fail(out, name.status);
    else
        calx_sql_name(out, dialect, calx_buffer_text(&name));
    calx_buffer_clear(&name);
}

static void add_constraint(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                           size_t key)
{
    calx_buffer_put(out, "ALTER TABLE ");
    calx_sql_table(out, dialect, mapper->table);
    calx_buffer_put(out, " ADD CONSTRAINT ");
    put_late_name(out, dialect, mapper, key);
    calx_buffer_char(out, ' ');
    put_foreign_key(out, dialect, mapper, &mapper->foreign_keys[key]);
}

/* Whoever made the tables otherwise has no such constraint. */
static void drop_constraint(calx_buffer *out, const calx_dialect *dialect,
                            const calx_mapper *mapper, size_t key)
{
    calx_buffer_put(out, "ALTER TABLE ");
    calx_sql_table(out, dialect, mapper->table);
    calx_buffer_put(out, " DROP CONSTRAINT IF EXISTS ");
    put_late_name(out, dialect, mapper, key);
}

void calx_ddl_create_index(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper,
                           const calx_index *index)
{
    calx_buffer_put(out, index->unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    if (dialect->schema_is_file)
        calx_sql_table(out, dialect, index->name);
    else
        calx_sql_name(out, dialect, index->name);
    calx_buffer_put(out, " ON ");
    if (dialect->schema_is_file)
        calx_sql_name(out, dialect, mapper->table);
    else
        calx_sql_table(out, dialect, mapper->table);
    calx_buffer_put(out, " (");
    calx_sql_names(out, dialect, mapper, index->columns, index->column_count);
    calx_buffer_char(out, ')');
}

void calx_ddl_drop_table(calx_buffer *out, const calx_dialect *dialect, const calx_mapper *mapper)
{
    calx_buffer_put(out, "DROP TABLE ");
    calx_sql_table(out, dialect, mapper->table);
    calx_buffer_put(out, dialect->drop_suffix);
}

/* An ordering in the making. */
typedef struct table_order {
    const calx_metadata *metadata;
    bool *seen;
    const calx_mapper **out;
    size_t count;
} table_order;

static size_t position_of(const calx_metadata *metadata, const calx_mapper *mapper)
{
    for (size_t i = 0; i < metadata->mapper_count; i++) {
        if (metadata->mappers[i] == mapper)
            return i;
    }
    return metadata->mapper_count;
}

/* Targets first. Goes as deep as the longest chain of references, at most the number of tables. */
static void visit(table_order *order, size_t position)
{
    const calx_mapper *mapper = order->metadata->mappers[position];
    order->seen[position] = true;
    for (size_t i = 0; i < mapper->foreign_key_count; i++) {
        size_t target = position_of(order->metadata, mapper->foreign_keys[i].target);
        if (target < order->metadata->mapper_count && !order->seen[target])
            visit(order, target);
    }
    order->out[order->count++] = mapper;
}

calx_status calx_ddl_order(const calx_metadata *metadata, const calx_mapper **out)
{
    table_order order = { metadata, NULL, out, 0 };
    order.seen = calx_alloc_array(metadata->mapper_count, sizeof *order.seen);
    if (order.seen == NULL)
        return CALX_E_NOMEM;
    for (size_t i = 0; i < metadata->mapper_count; i++) {
        if (!order.seen[i])
            visit(&order, i);
    }
    calx_release(order.seen);
    return CALX_OK;
}

static calx_status reserve_statement(calx_ddl_list *list)
{
    if (list->count < list->capacity)
        return CALX_OK;
    size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
    calx_ddl_statement *items = calx_resize_array(list->items, capacity, sizeof *items);
    if (items == NULL)
        return CALX_E_NOMEM;
    list->items = items;
    list->capacity = capacity;
    return CALX_OK;
}

/* Takes the buffer's text into the list; a failure that stuck in it comes up here. */
static calx_status add_statement(calx_ddl_list *list, const calx_dialect *dialect,
                                 const calx_mapper *mapper, calx_buffer *text, calx_error *error)
{
    char *sql = NULL;
    calx_status status = reserve_statement(list);
    if (status == CALX_OK)
        status = calx_buffer_finish(text, &sql, NULL);
    calx_buffer_clear(text);
    if (status == CALX_E_NOMEM)
        return calx_error_set_nomem(error);
    if (status != CALX_OK)
        return calx_error_set(error, status,
                              "table \"%s\", or a column or index of it, has an empty name, or one "
                              "longer than the %zu bytes %s takes",
                              mapper->table, dialect->max_name, dialect->name);
    list->items[list->count++] = (calx_ddl_statement){ mapper, sql };
    return CALX_OK;
}

static calx_status add_create(calx_ddl_list *list, const calx_dialect *dialect,
                              const table_list *order, const calx_mapper *mapper, calx_error *error)
{
    calx_buffer text = CALX_BUFFER_INIT;
    create_table(&text, dialect, mapper, order);
    calx_status status = add_statement(list, dialect, mapper, &text, error);
    for (size_t i = 0; status == CALX_OK && i < mapper->index_count; i++) {
        calx_ddl_create_index(&text, dialect, mapper, &mapper->indexes[i]);
        status = add_statement(list, dialect, mapper, &text, error);
    }
    return status;
}

static calx_status add_drop(calx_ddl_list *list, const calx_dialect *dialect,
                            const calx_mapper *mapper, calx_error *error)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_ddl_drop_table(&text, dialect, mapper);
    return add_statement(list, dialect, mapper, &text, error);
}

typedef void (*constraint_writer)(calx_buffer *out, const calx_dialect *dialect,
                                  const calx_mapper *mapper, size_t key);

/* A statement for each foreign key that closes a circle. */
static calx_status add_late_keys(calx_ddl_list *list, const calx_dialect *dialect,
                                 const table_list *order, constraint_writer write,
                                 calx_error *error)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < order->count; i++) {
        const calx_mapper *mapper = order->mappers[i];
        for (size_t key = 0; status == CALX_OK && key < mapper->foreign_key_count; key++) {
            calx_buffer text = CALX_BUFFER_INIT;
            if (!is_late(dialect, order, mapper, &mapper->foreign_keys[key]))
                continue;
            write(&text, dialect, mapper, key);
            status = add_statement(list, dialect, mapper, &text, error);
        }
    }
    return status;
}

/* The metadata's mappers in order; the array is released by the caller. */
static calx_status make_order(const calx_metadata *metadata, table_list *out, calx_error *error)
{
    out->count = metadata->mapper_count;
    out->mappers = calx_alloc_array(metadata->mapper_count, sizeof *out->mappers);
    if (out->mappers != NULL && calx_ddl_order(metadata, out->mappers) == CALX_OK)
        return CALX_OK;
    calx_release(out->mappers);
    return calx_error_set_nomem(error);
}

calx_status calx_ddl_create_all(calx_ddl_list *out, const calx_dialect *dialect,
                                const calx_metadata *metadata, calx_error *error)
{
    table_list order;
    calx_status status = make_order(metadata, &order, error);
    if (status != CALX_OK)
        return status;
    for (size_t i = 0; status == CALX_OK && i < order.count; i++)
        status = add_create(out, dialect, &order, order.mappers[i], error);
    if (status == CALX_OK)
        status = add_late_keys(out, dialect, &order, add_constraint, error);
    calx_release(order.mappers);
    return status;
}

calx_status calx_ddl_drop_all(calx_ddl_list *out, const calx_dialect *dialect,
                              const calx_metadata *metadata, calx_error *error)
{
    table_list order;
    calx_status status = make_order(metadata, &order, error);
    if (status != CALX_OK)
        return status;
    status = add_late_keys(out, dialect, &order, drop_constraint, error);
    for (size_t i = order.count; status == CALX_OK && i > 0; i--)
        status = add_drop(out, dialect, order.mappers[i - 1], error);
    calx_release(order.mappers);
    return status;
}
