/*
 * The inspector's public face: each call looks into the cache, has read what is missing, and gives
 * back the connection it took for that. Nothing is written to the caller's results before all of
 * it has succeeded.
 */
#include "schema/inspector.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

static calx_status make(calx_engine *engine, calx_connection *connection, calx_inspector **out,
                        calx_error *out_error)
{
    if (engine == NULL || out == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "an inspector needs an engine or a connection, and a place for "
                              "itself; one of them is NULL");
    calx_inspector *inspector = calx_alloc_zeroed(sizeof *inspector);
    if (inspector == NULL)
        return calx_error_set_nomem(out_error);
    const calx_error none = CALX_ERROR_INIT;
    inspector->engine = engine;
    inspector->given = connection;
    inspector->dialect = calx_engine_dialect(engine);
    inspector->inspection = inspector->dialect->inspection;
    inspector->error = none;
    calx_arena_init(&inspector->arena, 0);
    *out = inspector;
    return CALX_OK;
}

calx_status calx_inspector_new(calx_engine *engine, calx_inspector **out_inspector,
                               calx_error *out_error)
{
    return make(engine, NULL, out_inspector, out_error);
}

calx_status calx_inspector_new_on(calx_connection *connection, calx_inspector **out_inspector,
                                  calx_error *out_error)
{
    calx_engine *engine = connection != NULL ? calx_connection_engine(connection) : NULL;
    return make(engine, connection, out_inspector, out_error);
}

void calx_inspector_free(calx_inspector *inspector)
{
    if (inspector == NULL)
        return;
    calx_arena_clear(&inspector->arena);
    calx_error_clear(&inspector->error);
    calx_release(inspector);
}

void calx_inspector_clear(calx_inspector *inspector)
{
    calx_arena_clear(&inspector->arena);
    inspector->schemas = NULL;
    inspector->schema_count = 0;
    inspector->schema_names = NULL;
    inspector->schema_name_count = 0;
}

const calx_error *calx_inspector_error(const calx_inspector *inspector)
{
    return &inspector->error;
}

size_t calx_inspector_count_warnings(const calx_inspector *inspector)
{
    return inspector->warnings;
}

static void start(calx_inspector *inspector)
{
    calx_error_clear(&inspector->error);
    inspector->status = CALX_OK;
    inspector->connection = inspector->given;
}

/* Gives the connection back, which was read from only. */
static calx_status finish(calx_inspector *inspector, calx_status status)
{
    if (inspector->connection != inspector->given)
        calx_connection_close(inspector->connection);
    inspector->connection = NULL;
    return status;
}

static calx_status need_name(calx_inspector *inspector, const char *name, const char *what)
{
    if (name != NULL)
        return CALX_OK;
    return calx_error_set(&inspector->error, CALX_E_ARGUMENT, "the name of the %s is NULL", what);
}

/* ---- names ---- */

calx_status calx_inspector_default_schema(calx_inspector *inspector, const char **out_name)
{
    calx_inspect_schema *schema = NULL;
    start(inspector);
    calx_status status = calx_inspect_need_schema(inspector, NULL, &schema);
    if (status == CALX_OK)
        *out_name = schema->name;
    return finish(inspector, status);
}

calx_status calx_inspector_schema_names(calx_inspector *inspector, const char *const **out_names,
                                        size_t *out_count)
{
    calx_inspect_schema *any = NULL;
    start(inspector);
    calx_status status = calx_inspect_find_schema(inspector, NULL, &any);
    if (status == CALX_OK) {
        *out_names = inspector->schema_names;
        *out_count = inspector->schema_name_count;
    }
    return finish(inspector, status);
}

/* A schema whose names are there. */
static calx_status list_schema(calx_inspector *inspector, const char *name,
                               calx_inspect_schema **out)
{
    start(inspector);
    calx_status status = calx_inspect_need_schema(inspector, name, out);
    if (status == CALX_OK)
        status = calx_inspect_list(inspector, *out);
    return finish(inspector, status);
}

calx_status calx_inspector_table_names(calx_inspector *inspector, const char *schema,
                                       const char *const **out_names, size_t *out_count)
{
    calx_inspect_schema *found = NULL;
    calx_status status = list_schema(inspector, schema, &found);
    if (status != CALX_OK)
        return status;
    *out_names = found->tables;
    *out_count = found->table_count;
    return CALX_OK;
}

calx_status calx_inspector_view_names(calx_inspector *inspector, const char *schema,
                                      const char *const **out_names, size_t *out_count)
{
    calx_inspect_schema *found = NULL;
    calx_status status = list_schema(inspector, schema, &found);
    if (status != CALX_OK)
        return status;
    *out_names = found->views;
    *out_count = found->view_count;
    return CALX_OK;
}

calx_status calx_inspector_temp_table_names(calx_inspector *inspector,
                                            const char *const **out_names, size_t *out_count)
{
    return calx_inspector_table_names(inspector, inspector->inspection->temporary, out_names,
                                      out_count);
}

/* ---- whether something is there ---- */

calx_status calx_inspector_has_schema(calx_inspector *inspector, const char *schema, bool *out_has)
{
    calx_inspect_schema *found = NULL;
    start(inspector);
    calx_status status = need_name(inspector, schema, "schema");
    if (status == CALX_OK)
        status = calx_inspect_find_schema(inspector, schema, &found);
    if (status == CALX_OK)
        *out_has = found != NULL;
    return finish(inspector, status);
}

static calx_status has_object(calx_inspector *inspector, calx_inspect_search *search, bool *out_has)
{
    start(inspector);
    calx_status status = need_name(inspector, search->name, search->index ? "index" : "table");
    if (status == CALX_OK)
        status = calx_inspect_find(inspector, search);
    if (status == CALX_OK)
        *out_has = search->object != NULL;
    return finish(inspector, status);
}

calx_status calx_inspector_has_table(calx_inspector *inspector, const char *schema,
                                     const char *table, bool *out_has)
{
    calx_inspect_search search = { .schema = schema, .name = table };
    return has_object(inspector, &search, out_has);
}

calx_status calx_inspector_has_index(calx_inspector *inspector, const char *schema,
                                     const char *index, bool *out_has)
{
    calx_inspect_search search = { .schema = schema, .name = index, .index = true };
    return has_object(inspector, &search, out_has);
}

/* ---- tables ---- */

static calx_status missing_table(calx_inspector *inspector, const calx_inspect_search *search)
{
    const char *schema = search->home != NULL ? search->home->name : search->schema;
    return calx_error_set(&inspector->error, CALX_E_NO_OBJECT, "there is no table or view %s%s%s",
                          schema != NULL ? schema : "", schema != NULL ? "." : "", search->name);
}

static calx_status load_table(calx_inspector *inspector, calx_inspect_search *search)
{
    calx_status status = need_name(inspector, search->name, "table");
    if (status == CALX_OK)
        status = calx_inspect_find(inspector, search);
    if (status == CALX_OK && search->object == NULL)
        status = missing_table(inspector, search);
    const calx_inspected_table *kept = status == CALX_OK ? search->object->table : NULL;
    if (status == CALX_OK && (kept == NULL || kept->is_unreadable))
        status = calx_inspect_load(inspector, search->home, search->object);
    return status;
}

calx_status calx_inspector_table(calx_inspector *inspector, const char *schema, const char *table,
                                 const calx_inspected_table **out_table)
{
    calx_inspect_search search = { .schema = schema, .name = table };
    start(inspector);
    calx_status status = load_table(inspector, &search);
    if (status == CALX_OK)
        *out_table = search.object->table;
    return finish(inspector, status);
}

/* The tables of a schema that are all read, in one array. */
static calx_status gather(calx_inspector *inspector, calx_inspect_schema *schema)
{
    const calx_inspected_table **all =
        calx_inspect_alloc(inspector, schema->table_count, sizeof *all);
    size_t count = 0;
    if (all == NULL)
        return inspector->status;
    for (size_t i = 0; i < schema->object_count; i++) {
        if (calx_inspect_is_table(&schema->objects[i]))
            all[count++] = schema->objects[i].table;
    }
    schema->all = all;
    return CALX_OK;
}

static calx_status load_tables(calx_inspector *inspector, const char *name,
                               calx_inspect_schema **out)
{
    calx_status status = calx_inspect_need_schema(inspector, name, out);
    if (status == CALX_OK)
        status = calx_inspect_list(inspector, *out);
    if (status != CALX_OK || (*out)->all != NULL)
        return status;
    status = calx_inspect_load(inspector, *out, NULL);
    if (status == CALX_OK)
        status = gather(inspector, *out);
    return status;
}

calx_status calx_inspector_tables(calx_inspector *inspector, const char *schema,
                                  const calx_inspected_table *const **out_tables, size_t *out_count)
{
    calx_inspect_schema *found = NULL;
    start(inspector);
    calx_status status = load_tables(inspector, schema, &found);
    if (status == CALX_OK) {
        *out_tables = found->all;
        *out_count = found->table_count;
    }
    return finish(inspector, status);
}

/* ---- what else there is ---- */

/* A schema, with what the function reads of it. */
static calx_status read_schema(calx_inspector *inspector, const char *name,
                               calx_status (*read)(calx_inspector *, calx_inspect_schema *),
                               calx_inspect_schema **out)
{
    start(inspector);
    calx_status status = calx_inspect_need_schema(inspector, name, out);
    if (status == CALX_OK)
        status = read(inspector, *out);
    return finish(inspector, status);
}

calx_status calx_inspector_enums(calx_inspector *inspector, const char *schema,
                                 const calx_inspected_enum **out_enums, size_t *out_count)
{
    calx_inspect_schema *found = NULL;
    calx_status status = read_schema(inspector, schema, calx_inspect_enums, &found);
    if (status != CALX_OK)
        return status;
    *out_enums = found->enums;
    *out_count = found->enum_count;
    return CALX_OK;
}

calx_status calx_inspector_domains(calx_inspector *inspector, const char *schema,
                                   const calx_inspected_domain **out_domains, size_t *out_count)
{
    calx_inspect_schema *found = NULL;
    calx_status status = read_schema(inspector, schema, calx_inspect_domains, &found);
    if (status != CALX_OK)
        return status;
    *out_domains = found->domains;
    *out_count = found->domain_count;
    return CALX_OK;
}

calx_status calx_inspector_sequences(calx_inspector *inspector, const char *schema,
                                     const calx_inspected_sequence **out_sequences,
                                     size_t *out_count)
{
    calx_inspect_schema *found = NULL;
    calx_status status = read_schema(inspector, schema, calx_inspect_sequences, &found);
    if (status != CALX_OK)
        return status;
    *out_sequences = found->sequences;
    *out_count = found->sequence_count;
    return CALX_OK;
}
