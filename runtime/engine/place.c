/*
 * Where an engine's tables are. A schema makes a dialect of its own, of which a root has one for
 * each that was ever asked for: whatever writes a text is given a dialect, so no text is made, or
 * found, for the wrong schema (ENG-185).
 */
#include "engine/inside.h"

#include "base/allocator.h"

#include <string.h>

static calx_placed_dialect *find_locked(const calx_engine *root, const char *schema)
{
    calx_placed_dialect *placed = root->placed;
    while (placed != NULL && strcmp(placed->schema, schema) != 0)
        placed = placed->next;
    return placed;
}

static calx_placed_dialect *make_locked(calx_engine *root, const char *schema)
{
    size_t size = strlen(schema) + 1;
    calx_placed_dialect *placed = calx_alloc(sizeof(*placed) + size);
    if (placed == NULL)
        return NULL;
    memcpy(placed->schema, schema, size);
    placed->dialect = *root->driver->dialect;
    placed->dialect.schema = placed->schema;
    placed->next = root->placed;
    root->placed = placed;
    return placed;
}

bool calx_engine_place(calx_engine *engine)
{
    calx_engine *root = engine->root;
    const char *schema = engine->settings->schema;
    engine->dialect = engine->driver->dialect;
    if (schema == NULL)
        return true;
    pthread_mutex_lock(&root->plan_lock);
    calx_placed_dialect *placed = find_locked(root, schema);
    if (placed == NULL)
        placed = make_locked(root, schema);
    pthread_mutex_unlock(&root->plan_lock);
    if (placed != NULL)
        engine->dialect = &placed->dialect;
    return placed != NULL;
}

void calx_engine_free_placed(calx_engine *engine)
{
    for (calx_placed_dialect *placed = engine->placed; placed != NULL; placed = engine->placed) {
        engine->placed = placed->next;
        calx_release(placed);
    }
}
