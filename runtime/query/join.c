/*
 * What a query joins, which rows of it are one, and what it locks. What cannot be is told where it
 * is asked for: the tables a query has are known then.
 */
#include "query/query.h"

#include "base/error.h"
#include "session/follow.h"

/* One call of a join, from any of its forms. */
typedef struct joining {
    const calx_relationship *relationship; /* NULL: on says how */
    calx_alias from;
    calx_alias to;
    const calx_expression *on;
    bool left;
} joining;

static calx_status refuse(calx_query *query, calx_status status)
{
    return calx_query_keep_failure(query, status);
}

static bool is_meant(const calx_sql_source *source, calx_alias alias)
{
    return source->mapper == alias.mapper && source->alias == alias.number;
}

size_t calx_query_find_source(const calx_query *query, calx_alias alias)
{
    if (query->step_count == 0)
        return alias.mapper == query->mapper && alias.number == 0 ? 0 : SIZE_MAX;
    for (size_t i = 0; i <= query->step_count; i++)
        if (is_meant(&query->sources[i], alias))
            return i;
    return SIZE_MAX;
}

/* ---- joins ---- */

static calx_status check_joining(calx_query *query, const joining *asked, size_t *out_owner)
{
    calx_session *session = query->session;
    if (asked->to.mapper == NULL || asked->to.number == UINT16_MAX)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "a query over %s was given nothing to join: the relationship or "
                                 "the alias was never set",
                                 query->mapper->name);
    if (asked->relationship != NULL && asked->to.mapper != asked->relationship->target)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "%s.%s leads to %s and cannot be joined as an alias of %s",
                                 asked->from.mapper->name, asked->relationship->member,
                                 asked->relationship->target->name, asked->to.mapper->name);
    size_t owner = asked->relationship == NULL ? 0 : calx_query_find_source(query, asked->from);
    if (owner == SIZE_MAX)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "%s.%s cannot be joined to a query over %s that does not have %s",
                                 asked->from.mapper->name, asked->relationship->member,
                                 query->mapper->name, asked->from.mapper->name);
    if (calx_query_find_source(query, asked->to) != SIZE_MAX)
        return calx_session_fail(session, CALX_E_ARGUMENT,
                                 "a query over %s has %s already: join it as an alias of another "
                                 "number (calx_alias_of())",
                                 query->mapper->name, asked->to.mapper->name);
    *out_owner = owner;
    return CALX_OK;
}

calx_status calx_query_name_tables(calx_query *query)
{
    void *sources = calx_query_grow(query->sources, query->step_count + 1, &query->source_capacity,
                                    sizeof *query->sources);
    if (sources == NULL)
        return calx_error_set_nomem(&query->session->error);
    query->sources = sources;
    query->sources[0] = (calx_sql_source){ .mapper = query->mapper, .letter = 't' };
    return CALX_OK;
}

/* Room for one more step, and the query's own table among the sources. */
static calx_status reserve_step(calx_query *query)
{
    if (query->step_count == UINT16_MAX)
        return calx_session_fail(query->session, CALX_E_LIMIT, "a query over %s joins %zu tables",
                                 query->mapper->name, query->step_count);
    void *steps = calx_query_grow(query->steps, query->step_count, &query->step_capacity,
                                  sizeof *query->steps);
    if (steps == NULL)
        return calx_error_set_nomem(&query->session->error);
    query->steps = steps;
    return calx_query_name_tables(query);
}

static calx_status join(calx_query *query, const joining *asked)
{
    size_t owner = 0;
    calx_condition on = { NULL, 0 };
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    status = check_joining(query, asked, &owner);
    if (status == CALX_OK && asked->on != NULL)
        status =
            calx_condition_from_expression(&on, &query->arena, asked->on, &query->session->error);
    if (status == CALX_OK)
        status = calx_query_hold_selects(query, &on);
    if (status == CALX_OK)
        status = reserve_step(query);
    if (status != CALX_OK)
        return refuse(query, status);
    query->steps[query->step_count++] = (calx_sql_step){
        .relationship = asked->relationship, .owner = owner, .on = on, .left = asked->left
    };
    query->sources[query->step_count] = (calx_sql_source){ .mapper = asked->to.mapper,
                                                           .alias = asked->to.number,
                                                           .letter = 'j',
                                                           .number = query->step_count };
    return CALX_OK;
}

/* from, to: mapper NULL means the relationship's own ends. */
static calx_status join_along(calx_query *query, calx_relation relation, calx_alias from,
                              calx_alias to, bool left)
{
    joining asked = { .from = from, .to = to, .left = left };
    if (relation.mapper == NULL || relation.number >= relation.mapper->relationship_count) {
        asked.to.mapper = NULL;
        return join(query, &asked);
    }
    asked.relationship = &relation.mapper->relationships[relation.number];
    if (asked.from.mapper != relation.mapper)
        asked.from = (calx_alias){ relation.mapper, from.mapper == NULL ? 0 : UINT16_MAX };
    if (asked.to.mapper == NULL)
        asked.to.mapper = asked.relationship->target;
    return join(query, &asked);
}

static const calx_alias itself = { NULL, 0 };

calx_status calx_query_join(calx_query *query, calx_relation relation)
{
    return join_along(query, relation, itself, itself, false);
}

calx_status calx_query_left_join(calx_query *query, calx_relation relation)
{
    return join_along(query, relation, itself, itself, true);
}

calx_status calx_query_join_as(calx_query *query, calx_relation relation, calx_alias alias)
{
    return join_along(query, relation, itself, alias, false);
}

calx_status calx_query_left_join_as(calx_query *query, calx_relation relation, calx_alias alias)
{
    return join_along(query, relation, itself, alias, true);
}

calx_status calx_query_join_from(calx_query *query, calx_alias from, calx_relation relation,
                                 calx_alias to)
{
    return join_along(query, relation, from, to, false);
}

calx_status calx_query_left_join_from(calx_query *query, calx_alias from, calx_relation relation,
                                      calx_alias to)
{
    return join_along(query, relation, from, to, true);
}

calx_status calx_query_join_on(calx_query *query, calx_alias target, calx_expression condition)
{
    return join(query, &(joining){ .to = target, .on = &condition });
}

calx_status calx_query_left_join_on(calx_query *query, calx_alias target, calx_expression condition)
{
    return join(query, &(joining){ .to = target, .on = &condition, .left = true });
}

/* ---- rows that are one ---- */

calx_status calx_query_distinct(calx_query *query)
{
    calx_status status = calx_query_enter(query);
    if (status == CALX_OK)
        query->distinct = true;
    return status;
}

calx_status calx_query_distinct_on_(calx_query *query, calx_column_ref column)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    calx_branch *branch = NULL;
    status = calx_bind_read(query->session, query->mapper, &branch);
    if (status != CALX_OK)
        return refuse(query, status);
    const calx_dialect *dialect = calx_engine_dialect(branch->engine);
    if (!dialect->distinct_on)
        return refuse(query, calx_session_fail(query->session, CALX_E_UNSUPPORTED,
                                               "%s has no DISTINCT ON: a query over %s can be "
                                               "distinct as a whole, calx_query_distinct()",
                                               dialect->name, query->mapper->name));
    void *columns = calx_query_grow(query->distinct_on, query->distinct_on_count,
                                    &query->distinct_on_capacity, sizeof *query->distinct_on);
    if (columns == NULL)
        return refuse(query, calx_error_set_nomem(&query->session->error));
    query->distinct_on = columns;
    query->distinct_on[query->distinct_on_count++] = column;
    query->distinct = true;
    return CALX_OK;
}

/* ---- locks ---- */

static calx_status check_lock(calx_query *query, calx_locking lock)
{
    calx_session *session = query->session;
    calx_branch *branch = NULL;
    calx_status status = calx_session_check_lock(session, lock);
    if (status == CALX_OK)
        status = calx_bind_read(session, query->mapper, &branch);
    if (status != CALX_OK || lock.lock == CALX_LOCK_NONE)
        return status;
    const calx_dialect *dialect = calx_engine_dialect(branch->engine);
    if (dialect->locks[lock.lock] != NULL)
        return CALX_OK;
    return calx_session_fail(session, CALX_E_UNSUPPORTED,
                             "%s has no row locks, which a query over %s asks for: a transaction "
                             "that writes locks the whole database",
                             dialect->name, query->mapper->name);
}

calx_status calx_query_lock(calx_query *query, calx_lock lock, calx_lock_wait wait)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    status = check_lock(query, (calx_locking){ lock, wait });
    if (status != CALX_OK)
        return refuse(query, status);
    query->lock.mode = lock;
    query->lock.wait = wait;
    return CALX_OK;
}

calx_status calx_query_lock_of(calx_query *query, calx_alias alias)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    size_t of = calx_query_find_source(query, alias);
    if (of == SIZE_MAX)
        return refuse(query,
                      calx_session_fail(query->session, CALX_E_ARGUMENT,
                                        "a query over %s cannot lock rows of %s: it does "
                                        "not join it",
                                        query->mapper->name,
                                        alias.mapper != NULL ? alias.mapper->name : "no entity"));
    query->lock.of = of;
    return CALX_OK;
}
