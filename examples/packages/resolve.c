/*
 * A database cannot compare package versions, so it only joins each alternative with what is
 * provided under its name; the bounds are checked here. The dependencies that are met are then
 * changed through the session: each found by its key, set, and written at the commit.
 */
#include "resolve.h"

#include "models.calx.h"
#include "version.h"

#include <stdlib.h>

enum { BATCH = 1000 };

typedef struct id_list {
    int64_t *ids;
    size_t count;
    size_t capacity;
} id_list;

static calx_status remember(id_list *met, int64_t id)
{
    if (met->count > 0 && met->ids[met->count - 1] == id)
        return CALX_OK;
    if (met->count == met->capacity) {
        size_t capacity = met->capacity * 2 + 64;
        int64_t *ids = realloc(met->ids, capacity * sizeof(*ids));
        if (ids == NULL)
            return CALX_E_NOMEM;
        met->ids = ids;
        met->capacity = capacity;
    }
    met->ids[met->count++] = id;
    return CALX_OK;
}

/* One row: dependency, relation, bound, provided version. A name without version has no bound. */
static calx_status read_offer(calx_result *rows, id_list *met)
{
    int64_t id = 0;
    const char *relation = NULL;
    const char *bound = NULL;
    const char *version = NULL;
    calx_status status = calx_result_int64(rows, 0, &id);
    if (status == CALX_OK)
        status = calx_result_text(rows, 1, &relation);
    if (status == CALX_OK)
        status = calx_result_text(rows, 2, &bound);
    if (status == CALX_OK)
        status = calx_result_text(rows, 3, &version);
    if (status != CALX_OK)
        return status;
    bool bound_holds = bound == NULL || relation == NULL ||
                       (version != NULL && version_satisfies(version, relation, bound));
    return bound_holds ? remember(met, id) : CALX_OK;
}

static calx_status find_met(calx_session *session, id_list *met)
{
    calx_result *rows = NULL;
    bool more = true;
    calx_statement *offers = calx_text_statement(
        "SELECT a.dependency_id, a.relation, a.version, p.version FROM alternatives a "
        "JOIN provisions p ON p.name = a.name ORDER BY a.dependency_id");
    calx_status status =
        offers != NULL ? calx_session_execute(session, offers, &rows) : CALX_E_NOMEM;
    while (status == CALX_OK && more) {
        status = calx_result_next(rows, &more);
        if (status == CALX_OK && more)
            status = read_offer(rows, met);
    }
    calx_result_free(rows);
    calx_statement_free(offers);
    return status;
}

static calx_status mark_met(calx_session *session, int64_t id)
{
    const struct dependency *dependency = NULL;
    calx_status status = dependency_get_one(session, id, &dependency);
    return status == CALX_OK ? dependency_set_is_met(dependency, true) : status;
}

calx_status resolve_dependencies(calx_session *session)
{
    id_list met = { NULL, 0, 0 };
    calx_status status = find_met(session, &met);
    for (size_t i = 0; i < met.count && status == CALX_OK; i++) {
        status = mark_met(session, met.ids[i]);
        bool batch_ends = i + 1 == met.count || (i + 1) % BATCH == 0;
        if (status == CALX_OK && batch_ends)
            status = calx_session_commit(session);
        if (status == CALX_OK && batch_ends)
            status = calx_session_close(session);
    }
    free(met.ids);
    return status;
}
