/*
 * SQL texts of mappers, made once per engine. A plan never changes and lives as long as its
 * engine, so a session may keep the pointer; its number finds the prepared statement in each
 * connection without hashing.
 */
#ifndef CALX_ENGINE_PLAN_H
#define CALX_ENGINE_PLAN_H

#include <calx/engine.h>

#include "sql/plan.h"

typedef struct calx_plan {
    unsigned id;            /* dense, from 0, counted per engine */
    const char *sql;        /* NUL-terminated */
    size_t size;            /* without the NUL */
    calx_plan_key key;      /* its column bits are the plan's own copy */
    const calx_type *types; /* of the columns its parameters are for */
    size_t type_count;
} calx_plan;

/*
 * The plan of that key, made at the first call. The mapper must outlive the engine. Any thread.
 * *out_plan: borrowed until the engine is freed. CALX_E_NOMEM, or what the sql room answers.
 */
calx_status calx_engine_plan(calx_engine *engine, const calx_plan_key *key,
                             const calx_plan **out_plan, calx_error *error);

#endif
