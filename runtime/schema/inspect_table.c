/*
 * Tables as a database tells of them: five statements for one table or for all of a schema. Tables
 * come into the cache when all of it went well, so there is never half of one (ENG-228).
 */
#include "base/error.h"
#include "schema/create_names.h"
#include "schema/create_text.h"
#include "schema/inspector.h"

#include <stdlib.h>
#include <string.h>

/* A reading under way. */
typedef struct table_reading {
    calx_inspector *inspector;
    const calx_inspect_schema *schema;
    calx_inspect_object **objects; /* of the tables, by name */
    calx_inspected_table *tables;
    size_t count;
    calx_inspected_table *table; /* that of the last row */
    const char *group;           /* the key or index of the last row; NULL: none of this table */
    calx_create_index index;     /* what the text of that index says */
} table_reading;

static int compare_table(const void *name, const void *table)
{
    return strcmp(name, ((const calx_inspected_table *)table)->name);
}

/* NULL: it was made after the names were read. */
static calx_inspected_table *find_table(table_reading *reading, const calx_value *name)
{
    const char *text = name->as.span.data;
    if (reading->table != NULL && strcmp(reading->table->name, text) == 0)
        return reading->table;
    reading->group = NULL;
    reading->table =
        bsearch(text, reading->tables, reading->count, sizeof *reading->tables, compare_table);
    return reading->table;
}

/* Whether the row is of another key or index than the last one. */
static bool is_new_group(table_reading *reading, const calx_value *name)
{
    if (reading->group != NULL && strcmp(reading->group, name->as.span.data) == 0)
        return false;
    reading->group = calx_inspect_text(reading->inspector, name);
    return true;
}

/* ---- columns ---- */

static const calx_inspected_computed *make_computed(calx_inspector *inspector,
                                                    const calx_value *row)
{
    if (row[6].type != CALX_VALUE_TEXT)
        return NULL;
    calx_inspected_computed *computed = calx_inspect_alloc(inspector, 1, sizeof *computed);
    if (computed != NULL)
        *computed =
            (calx_inspected_computed){ calx_inspect_text(inspector, &row[6]), row[7].as.boolean };
    return computed;
}

static const calx_inspected_identity *make_identity(calx_inspector *inspector,
                                                    const calx_value *row)
{
    if (row[13].type != CALX_VALUE_TEXT)
        return NULL;
    calx_inspected_identity *identity = calx_inspect_alloc(inspector, 1, sizeof *identity);
    if (identity == NULL)
        return NULL;
    identity->always = *(const char *)row[13].as.span.data == 'a';
    calx_inspect_sequence(inspector, &row[13], &identity->sequence);
    identity->sequence.name = NULL;
    return identity;
}

static void take_column(void *context, const calx_value *row)
{
    table_reading *reading = context;
    calx_inspector *inspector = reading->inspector;
    calx_inspected_table *table = find_table(reading, &row[0]);
    if (table == NULL)
        return;
    calx_inspected_column *columns =
        calx_inspect_grow(inspector, table->columns, table->column_count, sizeof *columns);
    if (columns == NULL)
        return;
    table->columns = columns;
    calx_inspected_column *column = &columns[table->column_count++];
    *column = (calx_inspected_column){ .name = calx_inspect_text(inspector, &row[1]),
                                       .nullable = row[2].as.boolean,
                                       .is_counted = row[3].as.boolean,
                                       .default_sql = calx_inspect_text(inspector, &row[4]),
                                       .comment = calx_inspect_text(inspector, &row[5]),
                                       .computed = make_computed(inspector, row),
                                       .identity = make_identity(inspector, row) };
    calx_inspect_type(inspector, &row[8], &column->type);
    if (column->type.family == CALX_FAMILY_UNKNOWN)
        calx_inspect_warn(inspector, "column \"%s\" of table %s.%s has a type not known here: %s",
                          (const char *)row[1].as.span.data, table->schema, table->name,
                          (const char *)row[8].as.span.data);
}

/* ---- keys ---- */

/* A list of names, one longer. */
static void add_name(calx_inspector *inspector, const char *const **names, size_t *count,
                     const calx_value *name)
{
    if (name->type != CALX_VALUE_TEXT)
        return;
    const char **items = calx_inspect_grow(inspector, *names, *count, sizeof *items);
    if (items == NULL)
        return;
    items[(*count)++] = calx_inspect_text(inspector, name);
    *names = items;
}

static calx_inspected_key *new_key(table_reading *reading, bool primary)
{
    calx_inspected_table *table = reading->table;
    if (primary) {
        calx_inspected_key *key = calx_inspect_alloc(reading->inspector, 1, sizeof *key);
        table->primary_key = key;
        return key;
    }
    calx_inspected_key *keys =
        calx_inspect_grow(reading->inspector, table->uniques, table->unique_count, sizeof *keys);
    if (keys == NULL)
        return NULL;
    table->uniques = keys;
    return &keys[table->unique_count++];
}

static calx_inspected_key *last_key(const calx_inspected_table *table, bool primary)
{
    if (primary)
        return (calx_inspected_key *)table->primary_key;
    return (calx_inspected_key *)&table->uniques[table->unique_count - 1];
}

static void take_key(void *context, const calx_value *row)
{
    table_reading *reading = context;
    bool primary = row[3].as.boolean;
    if (find_table(reading, &row[0]) == NULL)
        return;
    if (is_new_group(reading, &row[2])) {
        calx_inspected_key *made = new_key(reading, primary);
        if (made == NULL)
            return;
        *made = (calx_inspected_key){ .name = calx_inspect_text(reading->inspector, &row[1]),
                                      .deferrable = row[4].as.boolean,
                                      .initially_deferred = row[5].as.boolean };
    }
    calx_inspected_key *key = last_key(reading->table, primary);
    add_name(reading->inspector, &key->columns, &key->column_count, &row[6]);
}

/* ---- foreign keys ---- */

static calx_on_delete on_delete_of(const calx_value *action)
{
    switch (*(const char *)action->as.span.data) {
    case 'c':
        return CALX_ON_DELETE_CASCADE;
    case 'n':
        return CALX_ON_DELETE_SET_NULL;
    case 'd':
        return CALX_ON_DELETE_SET_DEFAULT;
    case 'r':
        return CALX_ON_DELETE_RESTRICT;
    default:
        return CALX_ON_DELETE_NO_ACTION;
    }
}

static calx_on_update on_update_of(const calx_value *action)
{
    switch (*(const char *)action->as.span.data) {
    case 'c':
        return CALX_ON_UPDATE_CASCADE;
    case 'n':
        return CALX_ON_UPDATE_SET_NULL;
    case 'd':
        return CALX_ON_UPDATE_SET_DEFAULT;
    case 'r':
        return CALX_ON_UPDATE_RESTRICT;
    default:
        return CALX_ON_UPDATE_NO_ACTION;
    }
}

static calx_status add_foreign_key(table_reading *reading, const calx_value *row)
{
    calx_inspector *inspector = reading->inspector;
    calx_inspected_table *table = reading->table;
    calx_inspected_foreign_key *keys =
        calx_inspect_grow(inspector, table->foreign_keys, table->foreign_key_count, sizeof *keys);
    if (keys == NULL)
        return CALX_E_NOMEM;
    table->foreign_keys = keys;
    keys[table->foreign_key_count++] =
        (calx_inspected_foreign_key){ .name = calx_inspect_text(inspector, &row[1]),
                                      .target_schema = calx_inspect_text(inspector, &row[3]),
                                      .target_table = calx_inspect_text(inspector, &row[4]),
                                      .on_delete = on_delete_of(&row[5]),
                                      .on_update = on_update_of(&row[6]),
                                      .deferrable = row[7].as.boolean,
                                      .initially_deferred = row[8].as.boolean };
    return CALX_OK;
}

static void take_foreign_key(void *context, const calx_value *row)
{
    table_reading *reading = context;
    const calx_inspected_table *table = find_table(reading, &row[0]);
    if (table == NULL)
        return;
    if (is_new_group(reading, &row[2]) && add_foreign_key(reading, row) != CALX_OK)
        return;
    calx_inspected_foreign_key *key =
        (calx_inspected_foreign_key *)&table->foreign_keys[table->foreign_key_count - 1];
    add_name(reading->inspector, &key->columns, &key->column_count, &row[9]);
    add_name(reading->inspector, &key->target_columns, &key->target_column_count, &row[10]);
}

/* ---- indexes ---- */

static const char *read_index_text(table_reading *reading, const calx_value *sql)
{
    calx_inspector *inspector = reading->inspector;
    reading->index = (calx_create_index){ { NULL, 0 }, NULL };
    if (sql->type == CALX_VALUE_TEXT &&
        calx_create_index_read(&inspector->arena, sql->as.span.data, &reading->index) != CALX_OK)
        calx_inspect_no_memory(inspector);
    return reading->index.predicate;
}

static calx_status add_index(table_reading *reading, const calx_value *row)
{
    calx_inspector *inspector = reading->inspector;
    calx_inspected_table *table = reading->table;
    calx_inspected_index *indexes =
        calx_inspect_grow(inspector, table->indexes, table->index_count, sizeof *indexes);
    if (indexes == NULL)
        return CALX_E_NOMEM;
    table->indexes = indexes;
    const char *predicate = read_index_text(reading, &row[5]);
    if (row[4].type == CALX_VALUE_TEXT)
        predicate = calx_inspect_text(inspector, &row[4]);
    indexes[table->index_count++] =
        (calx_inspected_index){ .name = calx_inspect_text(inspector, &row[1]),
                                .unique = row[2].as.boolean,
                                .method = calx_inspect_text(inspector, &row[3]),
                                .predicate = predicate };
    return CALX_OK;
}

static void add_part(table_reading *reading, calx_inspected_index *index, const calx_value *row)
{
    const calx_create_list *texts = &reading->index.parts;
    calx_inspected_part *parts =
        calx_inspect_grow(reading->inspector, index->parts, index->part_count, sizeof *parts);
    if (parts == NULL)
        return;
    const char *text = index->part_count < texts->count ? texts->items[index->part_count] : "";
    if (row[6].type == CALX_VALUE_TEXT)
        text = calx_inspect_text(reading->inspector, &row[6]);
    parts[index->part_count++] = (calx_inspected_part){ .text = text,
                                                        .is_expression = row[7].as.boolean,
                                                        .descending = row[8].as.boolean,
                                                        .nulls_first = row[9].as.boolean };
    index->parts = parts;
}

static void take_index(void *context, const calx_value *row)
{
    table_reading *reading = context;
    const calx_inspected_table *table = find_table(reading, &row[0]);
    if (table == NULL)
        return;
    if (is_new_group(reading, &row[1]) && add_index(reading, row) != CALX_OK)
        return;
    calx_inspected_index *index = (calx_inspected_index *)&table->indexes[table->index_count - 1];
    if (row[10].as.boolean)
        add_name(reading->inspector, &index->included, &index->included_count, &row[6]);
    else
        add_part(reading, index, row);
}

/* ---- checks ---- */

static void take_check(void *context, const calx_value *row)
{
    table_reading *reading = context;
    calx_inspector *inspector = reading->inspector;
    calx_inspected_table *table = find_table(reading, &row[0]);
    if (table == NULL)
        return;
    calx_inspected_check *checks =
        calx_inspect_grow(inspector, table->checks, table->check_count, sizeof *checks);
    if (checks == NULL)
        return;
    checks[table->check_count++] =
        (calx_inspected_check){ .name = calx_inspect_text(inspector, &row[1]),
                                .sql = calx_inspect_text(inspector, &row[2]) };
    table->checks = checks;
}

/* ---- all of it ---- */

static calx_inspected_kind kind_of(const calx_inspect_object *object)
{
    switch (object->kind[0]) {
    case 'p':
        return CALX_INSPECTED_PARTITIONED;
    case 'f':
        return CALX_INSPECTED_FOREIGN;
    case 'v':
        return CALX_INSPECTED_VIEW;
    case 'm':
        return CALX_INSPECTED_MATERIALIZED_VIEW;
    default:
        return CALX_INSPECTED_TABLE;
    }
}

static void add_table(table_reading *reading, calx_inspect_object *object)
{
    reading->objects[reading->count] = object;
    reading->tables[reading->count++] = (calx_inspected_table){ .schema = reading->schema->name,
                                                                .name = object->name,
                                                                .kind = kind_of(object),
                                                                .comment = object->comment };
}

/* The tables to be read; none of them, when there is no memory. */
static void choose(table_reading *reading, calx_inspect_schema *schema, calx_inspect_object *only)
{
    size_t most = only != NULL ? 1 : schema->object_count;
    reading->tables = calx_inspect_alloc(reading->inspector, most, sizeof *reading->tables);
    reading->objects = calx_inspect_alloc(reading->inspector, most, sizeof *reading->objects);
    if (reading->tables == NULL || reading->objects == NULL)
        return;
    if (only != NULL) {
        add_table(reading, only);
        return;
    }
    for (size_t i = 0; i < schema->object_count; i++) {
        if (calx_inspect_is_table(&schema->objects[i]) && schema->objects[i].table == NULL)
            add_table(reading, &schema->objects[i]);
    }
}

static calx_status ask_all(table_reading *reading, const char *table)
{
    const calx_inspection *inspection = reading->inspector->inspection;
    const struct {
        const char *sql;
        const char *columns;
        calx_inspect_row take;
    } parts[] = {
        { inspection->columns, "ttbbtttbttttbttiiiiib", take_column },
        { inspection->keys, "tttbbbt", take_key },
        { inspection->foreign_keys, "tttttttbbtt", take_foreign_key },
        { inspection->indexes, "ttbttttbbbb", take_index },
        { inspection->checks, "ttt", take_check },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const calx_inspect_question question = { parts[i].sql, parts[i].columns,
                                                 reading->schema->name, table, true };
        reading->table = NULL;
        if (parts[i].sql != NULL &&
            calx_inspect_ask(reading->inspector, &question, parts[i].take, reading) != CALX_OK)
            break;
    }
    return reading->inspector->status;
}

static int compare_lists(const char *const *left, size_t left_count, const char *const *right,
                         size_t right_count)
{
    for (size_t i = 0; i < left_count && i < right_count; i++) {
        int order = strcmp(left[i], right[i]);
        if (order != 0)
            return order;
    }
    return (left_count > right_count) - (left_count < right_count);
}

static int compare_keys(const void *left, const void *right)
{
    const calx_inspected_key *one = left;
    const calx_inspected_key *other = right;
    int order = calx_inspect_compare(one->name, other->name);
    return order != 0 ? order
                      : compare_lists(one->columns, one->column_count, other->columns,
                                      other->column_count);
}

static int compare_foreign_keys(const void *left, const void *right)
{
    const calx_inspected_foreign_key *one = left;
    const calx_inspected_foreign_key *other = right;
    int order = calx_inspect_compare(one->name, other->name);
    if (order == 0)
        order = compare_lists(one->columns, one->column_count, other->columns, other->column_count);
    return order != 0 ? order : strcmp(one->target_table, other->target_table);
}

static int compare_indexes(const void *left, const void *right)
{
    return strcmp(((const calx_inspected_index *)left)->name,
                  ((const calx_inspected_index *)right)->name);
}

static int compare_checks(const void *left, const void *right)
{
    const calx_inspected_check *one = left;
    const calx_inspected_check *other = right;
    int order = calx_inspect_compare(one->name, other->name);
    return order != 0 ? order : calx_inspect_compare(one->sql, other->sql);
}

/* The items are the arena's. */
static void sort(const void *items, size_t count, size_t size,
                 int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort((void *)items, count, size, compare);
}

static void sort_table(const calx_inspected_table *table)
{
    sort(table->uniques, table->unique_count, sizeof *table->uniques, compare_keys);
    sort(table->foreign_keys, table->foreign_key_count, sizeof *table->foreign_keys,
         compare_foreign_keys);
    sort(table->indexes, table->index_count, sizeof *table->indexes, compare_indexes);
    sort(table->checks, table->check_count, sizeof *table->checks, compare_checks);
}

static calx_status load(calx_inspector *inspector, calx_inspect_schema *schema,
                        calx_inspect_object *only)
{
    table_reading reading = { .inspector = inspector, .schema = schema };
    choose(&reading, schema, only);
    if (reading.count == 0 || ask_all(&reading, only != NULL ? only->name : NULL) != CALX_OK)
        return inspector->status;
    for (size_t i = 0; i < reading.count; i++) {
        if (reading.objects[i]->create != NULL)
            calx_create_names(inspector, reading.objects[i]->create, &reading.tables[i]);
    }
    if (inspector->status != CALX_OK)
        return inspector->status;
    for (size_t i = 0; i < reading.count; i++) {
        sort_table(&reading.tables[i]);
        reading.objects[i]->table = &reading.tables[i];
    }
    return CALX_OK;
}

/* It is there, but what it is made of cannot be had. */
static void load_unreadable(calx_inspector *inspector, const calx_inspect_schema *schema,
                            calx_inspect_object *object)
{
    calx_inspect_warn(inspector, "table %s.%s cannot be read: %s", schema->name, object->name,
                      inspector->error.message);
    calx_error_clear(&inspector->error);
    inspector->status = CALX_OK;
    calx_inspected_table *table = calx_inspect_alloc(inspector, 1, sizeof *table);
    if (table == NULL)
        return;
    *table = (calx_inspected_table){
        .schema = schema->name, .name = object->name, .kind = kind_of(object), .is_unreadable = true
    };
    object->table = table;
}

/* One by one, since one of them failed the statement for all. */
static calx_status load_each(calx_inspector *inspector, calx_inspect_schema *schema)
{
    calx_error_clear(&inspector->error);
    inspector->status = CALX_OK;
    for (size_t i = 0; inspector->status == CALX_OK && i < schema->object_count; i++) {
        calx_inspect_object *object = &schema->objects[i];
        if (calx_inspect_is_table(object) && object->table == NULL &&
            load(inspector, schema, object) == CALX_E_NO_OBJECT)
            load_unreadable(inspector, schema, object);
    }
    return inspector->status;
}

calx_status calx_inspect_load(calx_inspector *inspector, calx_inspect_schema *schema,
                              calx_inspect_object *only)
{
    calx_status status = load(inspector, schema, only);
    if (status == CALX_E_NO_OBJECT && only == NULL && inspector->inspection->tables_may_be_lost)
        return load_each(inspector, schema);
    return status;
}
