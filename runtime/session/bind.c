/*
 * The engine of a statement (SES-360 to 362): the route is asked first, then the class, its table,
 * the other tables of the statement, and the session's own bind. What a route decided is not
 * checked against what was bound: it may answer differently each time.
 */
#include "session/bind.h"

#include "base/allocator.h"
#include "base/error.h"
#include "sql/statement.h"

#include <string.h>

/* ---- the list ---- */

static const char *fault_of(const calx_session_bind *bind)
{
    if ((bind->mapper == NULL) == (bind->table == NULL))
        return "it needs either a mapper or a table";
    if (bind->table != NULL && bind->table[0] == '\0')
        return "the name of its table is empty";
    return bind->engine == NULL ? "its engine is NULL" : NULL;
}

calx_status calx_binds_check(const calx_session_bind *binds, size_t count, calx_error *out_error)
{
    if (binds == NULL && count > 0)
        return calx_error_set(out_error, CALX_E_ARGUMENT,
                              "the session options have %zu binds, and .binds is NULL", count);
    for (size_t i = 0; i < count; i++) {
        const char *fault = fault_of(&binds[i]);
        if (fault != NULL)
            return calx_error_set(out_error, CALX_E_ARGUMENT, "binds[%zu]: %s", i, fault);
    }
    return CALX_OK;
}

void calx_binds_clear(calx_binds *binds)
{
    calx_release(binds->items);
    *binds = (calx_binds){ 0 };
}

static size_t size_of(const calx_session_bind *bind)
{
    return bind->table == NULL ? 0 : strlen(bind->table) + 1;
}

/* One block: the list, and the names of the tables behind it. */
calx_status calx_binds_copy(calx_binds *out, const calx_session_bind *binds, size_t count)
{
    size_t size = count * sizeof(*binds);
    for (size_t i = 0; i < count; i++)
        size += size_of(&binds[i]);
    calx_session_bind *items = count == 0 ? NULL : calx_alloc(size);
    if (items == NULL && count > 0)
        return CALX_E_NOMEM;
    char *text = (char *)items;
    if (count > 0)
        text += count * sizeof(*binds);
    for (size_t i = 0; i < count; i++) {
        size_t length = size_of(&binds[i]);
        items[i] = binds[i];
        if (length == 0)
            continue;
        items[i].table = memcpy(text, binds[i].table, length);
        text += length;
    }
    *out = (calx_binds){ items, count };
    return CALX_OK;
}

static bool is_same(const calx_session_bind *one, const calx_session_bind *other)
{
    return one->mapper == other->mapper &&
           (one->table == NULL || (other->table != NULL && strcmp(one->table, other->table) == 0));
}

/* The one that is new counts instead of an earlier one of the same. */
static calx_status add(calx_session *session, const calx_session_bind *bind)
{
    calx_binds *binds = &session->binds;
    size_t place = 0;
    const char *fault = fault_of(bind);
    if (fault != NULL)
        return calx_session_fail(session, CALX_E_ARGUMENT, "the bind cannot be: %s", fault);
    while (place < binds->count && !is_same(&binds->items[place], bind))
        place++;
    if (place < binds->count) {
        binds->items[place].engine = bind->engine;
        return CALX_OK;
    }
    calx_binds more = { 0 };
    calx_session_bind *list = calx_alloc_array(place + 1, sizeof(*list));
    calx_status status = list == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status == CALX_OK) {
        if (place > 0)
            memcpy(list, binds->items, place * sizeof(*list));
        list[place] = *bind;
        status = calx_binds_copy(&more, list, place + 1);
    }
    calx_release(list);
    if (status != CALX_OK)
        return calx_error_set_nomem(&session->error);
    calx_binds_clear(binds);
    *binds = more;
    session->chooses = true;
    return CALX_OK;
}

calx_status calx_session_bind_mapper(calx_session *session, const calx_mapper *mapper,
                                     calx_engine *engine)
{
    calx_status status = calx_session_enter(session);
    return status == CALX_OK
               ? add(session, &(calx_session_bind){ .mapper = mapper, .engine = engine })
               : status;
}

calx_status calx_session_bind_table(calx_session *session, const char *table, calx_engine *engine)
{
    calx_status status = calx_session_enter(session);
    return status == CALX_OK
               ? add(session, &(calx_session_bind){ .table = table, .engine = engine })
               : status;
}

/* ---- looking it up ---- */

static calx_engine *bound_table(const calx_session *session, const char *table)
{
    for (size_t i = 0; table != NULL && i < session->binds.count; i++) {
        const calx_session_bind *bind = &session->binds.items[i];
        if (bind->table != NULL && strcmp(bind->table, table) == 0)
            return bind->engine;
    }
    return NULL;
}

/* What the class or its table was bound to; NULL: nothing. */
static calx_engine *bound_mapper(const calx_session *session, const calx_mapper *mapper)
{
    for (size_t i = 0; mapper != NULL && i < session->binds.count; i++)
        if (session->binds.items[i].mapper == mapper)
            return session->binds.items[i].engine;
    return mapper == NULL ? NULL : bound_table(session, mapper->table);
}

static calx_engine *bound_sources(const calx_session *session, const calx_aim *aim)
{
    calx_engine *engine = NULL;
    for (size_t i = 0; engine == NULL && i < aim->source_count; i++)
        engine = bound_mapper(session, aim->sources[i].mapper);
    return engine;
}

static calx_engine *find_bound(const calx_session *session, const calx_aim *aim)
{
    calx_engine *engine = bound_mapper(session, aim->mapper);
    if (engine == NULL)
        engine = bound_table(session, aim->table);
    if (engine == NULL)
        engine = bound_sources(session, aim);
    return engine != NULL ? engine : session->branch.asked;
}

static calx_status ask_route(calx_session *session, const calx_aim *aim, calx_engine **out_engine)
{
    const calx_bind_request request = {
        .mapper = aim->mapper,
        .table = aim->table != NULL || aim->mapper == NULL ? aim->table : aim->mapper->table,
        .text = aim->text,
        .flushing = session->flushing,
        .writes = aim->writes,
    };
    calx_engine *engine = NULL;
    if (session->options.route == NULL)
        return CALX_OK;
    if (session->routing)
        return calx_session_fail(session, CALX_E_ILLEGAL_STATE_CHANGE,
                                 "the route of a session cannot use it: it was asked where to go");
    session->routing = true;
    calx_status status =
        session->options.route(session->options.route_context, session, &request, &engine);
    session->routing = false;
    if (status == CALX_OK)
        *out_engine = engine;
    else if (session->error.status != status)
        calx_session_fail(session, status, "the route of the session answered %s for %s",
                          calx_status_name(status),
                          aim->mapper != NULL ? aim->mapper->name : "a statement");
    return status;
}

static calx_status fail_unbound(calx_session *session, const calx_aim *aim)
{
    const calx_mapper *mapper = aim->mapper;
    if (mapper == NULL && aim->source_count > 0)
        mapper = aim->sources[0].mapper;
    if (mapper != NULL)
        return calx_session_fail(
            session, CALX_E_UNBOUND_EXECUTION,
            "no engine for %s (table \"%s\"): the session has no bind of its own, and none for "
            "this class; call calx_session_bind_mapper(), or set .bind in the session's options",
            mapper->name, mapper->table);
    if (aim->table != NULL)
        return calx_session_fail(
            session, CALX_E_UNBOUND_EXECUTION,
            "no engine for the table \"%s\": call calx_session_bind_table(), or set .bind in the "
            "session's options",
            aim->table);
    return calx_session_fail(session, CALX_E_UNBOUND_EXECUTION,
                             "no engine for a statement of text, which names no class: use "
                             "calx_session_execute_bound(), or set .bind in the session's options");
}

static calx_status find_engine(calx_session *session, const calx_aim *aim, calx_engine **out_engine)
{
    calx_engine *engine = NULL;
    calx_status status = ask_route(session, aim, &engine);
    if (status != CALX_OK)
        return status;
    if (engine == NULL)
        engine = find_bound(session, aim);
    if (engine == NULL)
        return fail_unbound(session, aim);
    *out_engine = engine;
    return CALX_OK;
}

calx_status calx_bind_choose(calx_session *session, const calx_aim *aim, calx_branch **out_branch)
{
    calx_engine *engine = NULL;
    *out_branch = &session->branch;
    if (!session->chooses)
        return CALX_OK;
    calx_status status = find_engine(session, aim, &engine);
    return status == CALX_OK ? calx_branch_on(session, engine, out_branch) : status;
}

calx_status calx_session_get_bind(calx_session *session, const calx_mapper *mapper,
                                  calx_engine **out_engine)
{
    calx_status status = calx_session_enter(session);
    if (status == CALX_OK)
        status = calx_session_check_given(session, out_engine, "place for the engine");
    return status == CALX_OK ? find_engine(session, &(calx_aim){ .mapper = mapper }, out_engine)
                             : status;
}

/* ---- more than one table ---- */

bool calx_bind_are_together(calx_session *session, const calx_mapper *one, const calx_mapper *other)
{
    if (session->binds.count == 0)
        return true;
    const calx_engine *first = find_bound(session, &(calx_aim){ .mapper = one });
    const calx_engine *second = find_bound(session, &(calx_aim){ .mapper = other });
    return first == NULL || second == NULL || first == second;
}

static calx_status fail_apart(calx_session *session, const calx_mapper *one,
                              const calx_mapper *other, const char *instead)
{
    return calx_session_fail(session, CALX_E_INVALID_REQUEST,
                             "%s and %s (table \"%s\") are bound to two engines, and no statement "
                             "can be over both: %s",
                             one->name, other->name, other->table, instead);
}

calx_status calx_bind_sources(calx_session *session, const calx_aim *aim, calx_branch **out_branch)
{
    calx_status status = calx_bind_choose(session, aim, out_branch);
    if (status != CALX_OK || !session->chooses)
        return status;
    const calx_mapper *first = aim->mapper;
    for (size_t i = 0; i < aim->source_count; i++) {
        const calx_mapper *mapper = aim->sources[i].mapper;
        if (mapper == NULL || aim->sources[i].block != NULL)
            continue;
        if (first == NULL)
            first = mapper;
        if (!calx_bind_are_together(session, first, mapper))
            return fail_apart(session, first, mapper,
                              "ask for each by itself, or follow the relationship");
    }
    return CALX_OK;
}

/* Where rows of an association are; NULL: with both of its ends. */
static calx_engine *bound_pairs(const calx_session *session, const calx_mapper *association)
{
    return bound_mapper(session, association);
}

calx_status calx_bind_check_relationship(calx_session *session, const calx_mapper *root,
                                         const calx_mapper *owner, const calx_relationship *facts)
{
    const char *instead = "load it with calx_selectinload() or when it is needed, calx_lazyload()";
    if (session->binds.count == 0)
        return CALX_OK;
    if (!calx_bind_are_together(session, root, facts->target))
        return fail_apart(session, root, facts->target, instead);
    if (facts->association == NULL)
        return CALX_OK;
    const char *together = "a many-to-many needs its table and both classes on one engine";
    if (!calx_bind_are_together(session, owner, facts->target))
        return fail_apart(session, owner, facts->target, together);
    const calx_engine *pairs = bound_pairs(session, facts->association);
    const calx_engine *rows = find_bound(session, &(calx_aim){ .mapper = root });
    if (pairs != NULL && rows != NULL && pairs != rows)
        return fail_apart(session, root, facts->association, together);
    return CALX_OK;
}

/* ---- what a flush writes ---- */

/* Those of the last flush may be others. */
static void forget_writes(calx_session *session)
{
    size_t position = 0;
    for (calx_entity *entity; (entity = calx_map_next(&session->entities, &position)) != NULL;)
        entity->branch = NULL;
}

/* Over several engines a failure to connect is that of the flush: another may have its rows. */
calx_status calx_bind_begin_writes(calx_session *session, calx_entity *entity, bool *out_sends)
{
    calx_branch *branch = &session->branch;
    calx_status status = CALX_OK;
    if (session->chooses)
        forget_writes(session);
    if (!session->chooses)
        status = calx_branch_begin(session, branch);
    else if (entity != NULL)
        status = calx_bind_write(session, entity, &branch);
    else
        return CALX_OK;
    *out_sends = status == CALX_OK ||
                 (status != CALX_E_PENDING_ROLLBACK && !session->prepared &&
                  (session->chooses ? entity->branch != NULL && entity->branch->connection != NULL
                                    : branch->connection != NULL));
    return status;
}

calx_status calx_bind_write(calx_session *session, calx_entity *entity, calx_branch **out_branch)
{
    calx_branch *branch = &session->branch;
    calx_status status = CALX_OK;
    if (session->chooses) {
        const calx_aim aim = { .mapper = entity->mapper, .writes = true };
        if (entity->branch == NULL)
            status = calx_bind_choose(session, &aim, &entity->branch);
        if (status != CALX_OK) {
            entity->branch = NULL;
            return status;
        }
        branch = entity->branch;
    }
    status = calx_branch_begin(session, branch);
    if (status == CALX_OK)
        *out_branch = branch;
    return status;
}

calx_status calx_bind_write_pairs(calx_session *session, calx_entity *association,
                                  const calx_mapper *one, const calx_mapper *other)
{
    calx_branch *branch = NULL;
    calx_engine *engine = NULL;
    calx_status status = CALX_OK;
    if (!session->chooses || association->branch != NULL)
        return calx_bind_write(session, association, &branch);
    const calx_aim aim = { .mapper = association->mapper, .writes = true };
    status = ask_route(session, &aim, &engine);
    if (status != CALX_OK)
        return status;
    if (engine == NULL)
        engine = bound_pairs(session, association->mapper);
    if (engine == NULL && !calx_bind_are_together(session, one, other))
        return fail_apart(session, one, other,
                          "a many-to-many needs its table and both classes on one engine");
    if (engine == NULL)
        status = find_engine(session, &(calx_aim){ .mapper = one, .writes = true }, &engine);
    if (status == CALX_OK)
        status = calx_branch_on(session, engine, &association->branch);
    return status == CALX_OK ? calx_bind_write(session, association, &branch) : status;
}
