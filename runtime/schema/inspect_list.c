/*
 * Schemas, and the names in them: read once with their kinds, so that a question whether something
 * is there is answered from memory. A name finds what the database would find under it: without
 * case where names fold, a temporary object before another.
 */
#include "schema/inspector.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static int compare_schemas(const void *left, const void *right)
{
    return strcmp(((const calx_inspect_schema *)left)->name,
                  ((const calx_inspect_schema *)right)->name);
}

static int compare_objects(const void *left, const void *right)
{
    return strcmp(((const calx_inspect_object *)left)->name,
                  ((const calx_inspect_object *)right)->name);
}

/* Schemas on their way into the inspector. */
typedef struct schema_list {
    calx_inspector *inspector;
    calx_inspect_schema *items;
    size_t count;
} schema_list;

static void take_schema(void *context, const calx_value *row)
{
    schema_list *list = context;
    calx_inspect_schema *items =
        calx_inspect_grow(list->inspector, list->items, list->count, sizeof *items);
    if (items == NULL)
        return;
    list->items = items;
    items[list->count++] =
        (calx_inspect_schema){ .name = calx_inspect_text(list->inspector, &row[0]),
                               .hidden = row[1].as.boolean,
                               .is_default = row[2].as.boolean };
}

static calx_status name_schemas(calx_inspector *inspector, const schema_list *list)
{
    const char **names = calx_inspect_alloc(inspector, list->count, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; names != NULL && i < list->count; i++) {
        if (!list->items[i].hidden)
            names[count++] = list->items[i].name;
    }
    if (names == NULL)
        return inspector->status;
    inspector->schema_names = names;
    inspector->schema_name_count = count;
    return CALX_OK;
}

static calx_status read_schemas(calx_inspector *inspector)
{
    const calx_inspect_question question = { .sql = inspector->inspection->schemas,
                                             .columns = "tbb" };
    schema_list list = { inspector, NULL, 0 };
    if (inspector->schemas != NULL)
        return CALX_OK;
    calx_status status = calx_inspect_ask(inspector, &question, take_schema, &list);
    if (status != CALX_OK || list.count == 0)
        return status;
    qsort(list.items, list.count, sizeof *list.items, compare_schemas);
    status = name_schemas(inspector, &list);
    if (status != CALX_OK)
        return status;
    inspector->schemas = list.items;
    inspector->schema_count = list.count;
    return CALX_OK;
}

calx_status calx_inspect_find_schema(calx_inspector *inspector, const char *name,
                                     calx_inspect_schema **out)
{
    calx_status status = read_schemas(inspector);
    *out = NULL;
    if (name == NULL)
        name = inspector->dialect->schema; /* the execution option; NULL: as the database has it */
    for (size_t i = 0; status == CALX_OK && i < inspector->schema_count; i++) {
        calx_inspect_schema *schema = &inspector->schemas[i];
        if (name == NULL ? schema->is_default : calx_inspect_same(inspector, schema->name, name))
            *out = schema;
    }
    return status;
}

calx_status calx_inspect_need_schema(calx_inspector *inspector, const char *name,
                                     calx_inspect_schema **out)
{
    calx_status status = calx_inspect_find_schema(inspector, name, out);
    if (status != CALX_OK || *out != NULL)
        return status;
    if (name != NULL || inspector->dialect->schema != NULL)
        return calx_error_set(&inspector->error, CALX_E_NO_OBJECT, "there is no schema \"%s\"%s",
                              name != NULL ? name : inspector->dialect->schema,
                              name != NULL ? "" : ", which the execution option schema names");
    return calx_error_set(&inspector->error, CALX_E_NO_OBJECT,
                          "there is no default schema: none of the search path exists");
}

/* Objects on their way into a schema. */
typedef struct object_list {
    calx_inspector *inspector;
    calx_inspect_object *items;
    size_t count;
} object_list;

static void take_object(void *context, const calx_value *row)
{
    object_list *list = context;
    calx_inspector *inspector = list->inspector;
    calx_inspect_object *items =
        calx_inspect_grow(inspector, list->items, list->count, sizeof *items);
    if (items == NULL)
        return;
    list->items = items;
    items[list->count++] = (calx_inspect_object){ .name = calx_inspect_text(inspector, &row[0]),
                                                  .kind = calx_inspect_text(inspector, &row[1]),
                                                  .comment = calx_inspect_text(inspector, &row[2]),
                                                  .create = calx_inspect_text(inspector, &row[3]) };
}

bool calx_inspect_is_table(const calx_inspect_object *object)
{
    return strchr("rpf", object->kind[0]) != NULL;
}

static bool is_view(const calx_inspect_object *object)
{
    return strchr("vm", object->kind[0]) != NULL;
}

static bool is_index(const calx_inspect_object *object)
{
    return object->kind[0] == 'i';
}

/* The names of those that are of a kind. */
static const char *const *pick_names(calx_inspector *inspector, const object_list *list,
                                     bool (*wanted)(const calx_inspect_object *), size_t *out_count)
{
    const char **names = calx_inspect_alloc(inspector, list->count, sizeof *names);
    *out_count = 0;
    for (size_t i = 0; names != NULL && i < list->count; i++) {
        if (wanted(&list->items[i]))
            names[(*out_count)++] = list->items[i].name;
    }
    return names;
}

calx_status calx_inspect_list(calx_inspector *inspector, calx_inspect_schema *schema)
{
    const calx_inspect_question question = { .sql = inspector->inspection->objects,
                                             .columns = "tttt",
                                             .schema = schema->name };
    object_list list = { inspector, NULL, 0 };
    if (schema->is_listed)
        return CALX_OK;
    calx_status status = calx_inspect_ask(inspector, &question, take_object, &list);
    if (status != CALX_OK)
        return status;
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, compare_objects);
    schema->tables = pick_names(inspector, &list, calx_inspect_is_table, &schema->table_count);
    schema->views = pick_names(inspector, &list, is_view, &schema->view_count);
    if (inspector->status != CALX_OK)
        return inspector->status;
    schema->objects = list.items;
    schema->object_count = list.count;
    schema->is_listed = true;
    return CALX_OK;
}

static calx_inspect_object *find_object(const calx_inspector *inspector,
                                        const calx_inspect_search *search)
{
    for (size_t i = 0; i < search->home->object_count; i++) {
        calx_inspect_object *object = &search->home->objects[i];
        if (is_index(object) == search->index &&
            calx_inspect_same(inspector, object->name, search->name))
            return object;
    }
    return NULL;
}

static calx_status find_in(calx_inspector *inspector, const char *schema,
                           calx_inspect_search *search)
{
    calx_status status = calx_inspect_find_schema(inspector, schema, &search->home);
    if (status == CALX_OK && search->home != NULL)
        status = calx_inspect_list(inspector, search->home);
    if (status == CALX_OK && search->home != NULL)
        search->object = find_object(inspector, search);
    return status;
}

calx_status calx_inspect_find(calx_inspector *inspector, calx_inspect_search *search)
{
    calx_status status = CALX_OK;
    search->object = NULL;
    /* Where a schema is named, what is temporary is not in the way. */
    if (search->schema == NULL && inspector->dialect->schema == NULL)
        status = find_in(inspector, inspector->inspection->temporary, search);
    if (status == CALX_OK && search->object == NULL)
        status = find_in(inspector, search->schema, search);
    return status;
}
