/*
 * Plans: SQL texts of mappers, made once per engine and kept in a map by key. Made under the lock,
 * so that two sessions that ask at once get the same plan; sessions keep what they got and come
 * here once per kind and mapper.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"

#include <string.h>

/* Copies a set of columns to where there is room for it, which moves on; NULL stays NULL. */
static const uint64_t *copy_set(const calx_mapper *mapper, const uint64_t *columns, uint64_t **room)
{
    uint64_t *copy = *room;
    if (columns == NULL)
        return NULL;
    memcpy(copy, columns, calx_plan_words(mapper) * sizeof(*copy));
    *room = copy + calx_plan_words(mapper);
    return copy;
}

/* A plan with its text, its types and its own copies of the column sets behind it, in one block. */
static calx_plan *new_plan(const calx_plan_key *key, const calx_buffer *sql, unsigned id)
{
    size_t sets = (size_t)(key->columns != NULL) + (key->chosen != NULL) + (key->targets != NULL);
    size_t set_size = sets * calx_plan_words(key->mapper) * sizeof(uint64_t);
    size_t type_count = calx_sql_plan_parameters(key);
    size_t types_size = type_count * sizeof(calx_type);
    struct {
        calx_plan plan;
        uint64_t words[];
    } *block = calx_alloc(sizeof(*block) + set_size + types_size + sql->size + 1);
    if (block == NULL)
        return NULL;
    calx_type *types = (calx_type *)(void *)((char *)block->words + set_size);
    char *text = (char *)(types + type_count);
    calx_sql_plan_types(key, types);
    memcpy(text, calx_buffer_text(sql), sql->size + 1);
    block->plan = (calx_plan){ .id = id, .sql = text, .size = sql->size, .key = *key };
    uint64_t *room = block->words;
    block->plan.key.columns = copy_set(key->mapper, key->columns, &room);
    block->plan.key.chosen = copy_set(key->mapper, key->chosen, &room);
    block->plan.key.targets = copy_set(key->mapper, key->targets, &room);
    block->plan.types = types;
    block->plan.type_count = type_count;
    return &block->plan;
}

static bool has_key(const void *value, const void *key)
{
    return calx_plan_key_equal(&((const calx_plan *)value)->key, key);
}

static calx_status make_plan_locked(calx_engine *engine, const calx_dialect *dialect,
                                    const calx_plan_key *key, calx_plan **out_plan,
                                    calx_error *error)
{
    calx_buffer sql = CALX_BUFFER_INIT;
    calx_plan *plan = NULL;
    calx_status status = calx_sql_plan(&sql, dialect, key);
    if (status == CALX_E_NOMEM) {
        calx_error_set_nomem(error);
        goto out;
    }
    if (status != CALX_OK) {
        calx_error_set(error, status, "no SQL statement can be made for the table %s",
                       key->mapper->table);
        goto out;
    }
    plan = new_plan(key, &sql, engine->plan_count);
    if (plan == NULL || calx_map_put(&engine->plans, calx_plan_key_hash(key), plan) != CALX_OK) {
        calx_release(plan);
        status = calx_error_set_nomem(error);
        goto out;
    }
    engine->plan_count++;
    *out_plan = plan;
out:
    calx_buffer_clear(&sql);
    return status;
}

calx_status calx_engine_plan(calx_engine *engine, const calx_plan_key *asked,
                             const calx_plan **out_plan, calx_error *error)
{
    const calx_dialect *dialect = engine->dialect;
    calx_plan_key own = *asked;
    const calx_plan_key *key = &own;
    own.schema = dialect->schema;
    uint64_t hash = calx_plan_key_hash(key);
    calx_status status = CALX_OK;
    engine = engine->root;
    pthread_mutex_lock(&engine->plan_lock);
    calx_plan *plan = calx_map_find(&engine->plans, hash, has_key, key);
    if (plan == NULL)
        status = make_plan_locked(engine, dialect, key, &plan, error);
    pthread_mutex_unlock(&engine->plan_lock);
    if (status == CALX_OK)
        *out_plan = plan;
    return status;
}

void calx_engine_free_plans(calx_engine *engine)
{
    size_t position = 0;
    for (;;) {
        calx_plan *plan = calx_map_next(&engine->plans, &position);
        if (plan == NULL)
            break;
        calx_release(plan);
    }
    calx_map_clear(&engine->plans);
}
