/*
 * The scenes. Each answers the first status that is not CALX_OK, and asks for all it has loaded.
 */
#include "loading_scenes.h"

/* The first failure counts. */
static calx_status after(calx_status before, calx_status status)
{
    return before == CALX_OK ? status : before;
}

static calx_status order_by_key(calx_query *query, const calx_mapper *mapper)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < mapper->key_count; i++)
        status = calx_query_order_by(query, (calx_order){ { mapper, mapper->key[i], 0 }, false });
    return status;
}

static calx_status open_query(const graph *fix, const calx_mapper *mapper, calx_query **out_query)
{
    calx_status status = calx_session_query(fix->session, mapper, out_query);
    return status == CALX_OK ? order_by_key(*out_query, mapper) : status;
}

/* ---- every way ---- */

/* Two levels of collections, members of members and their targets, one-to-ones. */
static calx_status take_options(calx_query *query, calx_option (*load)(calx_relation))
{
    const calx_option options[] = {
        calx_then(load(hall_rel.inner), load(hall_rel.crates)),
        load(hall_rel.guards),
        load(hall_rel.lamp),
        calx_then(load(hall_rel.departures), load(haul_rel.to)),
        load(hall_rel.outer),
    };
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < sizeof options / sizeof options[0]; i++)
        status = calx_query_options(query, options[i]);
    return status;
}

static calx_status check_targets(const struct hall *hall, const char *where)
{
    static const char *const of_first[] = { "s1", "n2", "n1" };
    const void *const *hauls = NULL;
    size_t count = 0;
    calx_status status =
        calx_relationship_many(hall, &hall_mapper.relationships[HALL_DEPARTURES], &hauls, &count);
    for (size_t i = 0; status == CALX_OK && i < count && hall->site[0] == 'n'; i++)
        status = depot_match(hauls[i], HAUL_TO, of_first[i], where);
    return status;
}

static calx_status check_halls(const void *const *halls, const char *where)
{
    static const unsigned loaded[] = { HALL_OUTER, HALL_INNER, HALL_LAMP, HALL_GUARDS,
                                       HALL_DEPARTURES };
    calx_status status = CALX_OK;
    for (size_t k = 0; k < sizeof loaded / sizeof loaded[0]; k++)
        for (size_t i = 0; status == CALX_OK && i < HALLS; i++)
            status = depot_match(halls[i], loaded[k], depot_answer(loaded[k]).of[i], where);
    for (size_t i = 2; status == CALX_OK && i < 4; i++) /* what stands in another one */
        status = depot_match(halls[i], HALL_CRATES, depot_answer(HALL_CRATES).of[i], where);
    return status == CALX_OK ? check_targets(halls[0], where) : status;
}

static calx_status load_all(const graph *fix, const depot_way *way)
{
    const void *const *halls = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    calx_status status = open_query(fix, &hall_mapper, &query);
    if (status == CALX_OK)
        status = take_options(query, way->load);
    if (status == CALX_OK)
        status = calx_query_all(query, &halls, &count);
    if (status == CALX_OK) {
        assert_int_equal(count, HALLS);
        status = check_halls(halls, way->name);
    }
    calx_query_free(query);
    return status;
}

static calx_status play_lazy(const graph *fix)
{
    return load_all(fix, &depot_ways[0]);
}

static calx_status play_joined(const graph *fix)
{
    return load_all(fix, &depot_ways[1]);
}

static calx_status play_selectin(const graph *fix)
{
    return load_all(fix, &depot_ways[2]);
}

static calx_status play_subquery(const graph *fix)
{
    return load_all(fix, &depot_ways[3]);
}

static calx_status play_immediate(const graph *fix)
{
    return load_all(fix, &depot_ways[4]);
}

/* ---- streams ---- */

static calx_status see_hall(void *context, const void *entity)
{
    size_t *seen = context;
    const depot_answers crates = depot_answer(HALL_CRATES);
    const depot_answers guards = depot_answer(HALL_GUARDS);
    const depot_answers outer = depot_answer(HALL_OUTER);
    calx_status status = depot_match(entity, HALL_CRATES, crates.of[*seen], "stream");
    status = after(status, depot_match(entity, HALL_GUARDS, guards.of[*seen], "stream"));
    status = after(status, depot_match(entity, HALL_OUTER, outer.of[*seen], "stream"));
    ++*seen;
    return status;
}

static calx_status play_stream(const graph *fix)
{
    size_t seen = 0;
    calx_query *query = NULL;
    calx_status status = open_query(fix, &hall_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, calx_selectinload(hall_rel.crates));
    if (status == CALX_OK)
        status = calx_query_options(query, calx_selectinload(hall_rel.guards));
    if (status == CALX_OK)
        status = calx_query_options(query, calx_joinedload(hall_rel.outer));
    if (status == CALX_OK)
        status = calx_query_yield_per(query, 2);
    if (status == CALX_OK)
        status = calx_query_each(query, see_hall, &seen);
    if (status == CALX_OK)
        assert_int_equal(seen, HALLS);
    calx_query_free(query);
    return status;
}

/* ---- columns ---- */

static calx_status load_missing(const graph *fix, const struct sign *sign)
{
    calx_status status = calx_session_load(fix->session, sign);
    if (status == CALX_OK) {
        assert_string_equal(sign->text, "keep out");
        assert_string_equal(sign->paint, "red");
    }
    return status;
}

/* Some columns first, the others when they are asked for. */
static calx_status play_columns(const graph *fix)
{
    const void *const *signs = NULL;
    const struct hall *hall = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    calx_status status = open_query(fix, &sign_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, calx_load_only(sign_col.hall_site, sign_col.text));
    if (status == CALX_OK)
        status = calx_query_options(
            query, calx_then(calx_selectinload(sign_rel.hall), calx_load_only(hall_col.note)));
    if (status == CALX_OK)
        status = calx_query_all(query, &signs, &count);
    if (status == CALX_OK) {
        assert_int_equal(count, 2);
        assert_string_equal(((const struct sign *)signs[0])->text, "keep out");
        status = load_missing(fix, signs[0]);
    }
    if (status == CALX_OK)
        status = sign_hall(signs[0], &hall);
    if (status == CALX_OK)
        status = calx_session_load(fix->session, hall);
    if (status == CALX_OK)
        assert_string_equal(hall->name, "main");
    calx_query_free(query);
    return status;
}

static calx_status play_undefer(const graph *fix)
{
    const void *const *signs = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    calx_status status = open_query(fix, &sign_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, calx_undefer(sign_col.text));
    if (status == CALX_OK)
        status = calx_query_options(query, calx_defer(sign_col.paint));
    if (status == CALX_OK)
        status = calx_query_all(query, &signs, &count);
    if (status == CALX_OK) {
        assert_int_equal(count, 2);
        assert_string_equal(((const struct sign *)signs[0])->text, "keep out");
        status = load_missing(fix, signs[0]);
    }
    calx_query_free(query);
    return status;
}

/* ---- again ---- */

/* What a mapper joins comes with a get and with a refresh. */
static calx_status play_get(const graph *fix)
{
    const struct sign *sign = NULL;
    calx_status status = sign_get(fix->session, 1, &sign);
    if (status == CALX_OK)
        status = depot_match(sign, SIGN_HALL, "n1", "get");
    if (status == CALX_OK)
        status = calx_session_refresh(fix->session, sign);
    if (status == CALX_OK)
        status = depot_match(sign, SIGN_HALL, "n1", "refresh");
    if (status == CALX_OK)
        status = calx_session_expire(fix->session, sign);
    return status == CALX_OK ? depot_match(sign, SIGN_HALL, "n1", "expired") : status;
}

static calx_status change_behind(const graph *fix)
{
    calx_statement *statement =
        calx_text_statement("UPDATE halls SET name = 'changed ' || site || number");
    if (statement == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_session_execute(fix->session, statement, NULL);
    calx_statement_free(statement);
    return status;
}

static void check_names(const void *const *halls)
{
    for (size_t i = 0; i < HALLS; i++) {
        const struct hall *hall = halls[i];
        char expected[80];
        snprintf(expected, sizeof expected, "changed %s%d", hall->site, (int)hall->number);
        assert_string_equal(hall->name, expected);
    }
}

/* Rows overwrite what is there. */
static calx_status populate(const graph *fix, calx_query *query)
{
    const void *const *halls = NULL;
    size_t count = 0;
    calx_status status = calx_query_all(query, &halls, &count);
    if (status == CALX_OK)
        status = change_behind(fix);
    if (status == CALX_OK)
        status = calx_query_populate_existing(query);
    if (status == CALX_OK)
        status = calx_query_all(query, &halls, &count);
    if (status == CALX_OK)
        check_names(halls);
    for (size_t i = 0; status == CALX_OK && i < HALLS; i++)
        status = depot_match(halls[i], HALL_INNER, depot_answer(HALL_INNER).of[i], "populate");
    return status == CALX_OK ? calx_session_rollback(fix->session) : status;
}

static calx_status play_populate(const graph *fix)
{
    calx_query *query = NULL;
    calx_status status = open_query(fix, &hall_mapper, &query);
    if (status == CALX_OK)
        status = populate(fix, query);
    calx_query_free(query);
    return status;
}

/* At both ends of what is joined, too. */
static calx_status play_populate_joined(const graph *fix)
{
    calx_query *query = NULL;
    calx_status status = open_query(fix, &hall_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, calx_joinedload(hall_rel.inner));
    if (status == CALX_OK)
        status = populate(fix, query);
    calx_query_free(query);
    return status;
}

/* What may be loaded from memory alone is there, and is looked for. */
static calx_status play_memory(const graph *fix)
{
    const void *const *halls = NULL;
    size_t count = 0;
    calx_query *query = NULL;
    calx_status status = open_query(fix, &hall_mapper, &query);
    if (status == CALX_OK)
        status = calx_query_options(query, calx_raiseload_on_sql(hall_rel.outer));
    if (status == CALX_OK)
        status = calx_query_all(query, &halls, &count);
    for (size_t i = 0; status == CALX_OK && i < HALLS; i++)
        status = depot_match(halls[i], HALL_OUTER, depot_answer(HALL_OUTER).of[i], "memory");
    calx_query_free(query);
    return status;
}

/* ---- changes that load ---- */

static calx_status append_crate(const struct hall *hall)
{
    struct crate *crate = crate_new();
    if (crate == NULL)
        return CALX_E_NOMEM;
    crate->id = 10;
    calx_status status = hall_crates_append(hall, crate);
    if (status != CALX_OK) { /* it did not come in, and points nowhere */
        assert_null(calx_object_session(crate));
        assert_null(crate->hall);
        crate_free(crate);
    }
    return status;
}

/* Each asks for what is not loaded before it changes it. */
static calx_status change_hall(const graph *fix, const struct hall *hall)
{
    const struct guard *guard = NULL;
    const struct lamp *lamp = NULL;
    size_t count = 0;
    bool contains = true;
    calx_status status = guard_get(fix->session, "ann", &guard);
    if (status == CALX_OK)
        status = append_crate(hall);
    if (status == CALX_OK)
        status = hall_guards_append(hall, guard);
    if (status == CALX_OK)
        status = lamp_get(fix->session, 3, &lamp);
    if (status == CALX_OK)
        status = hall_set_lamp(hall, lamp);
    if (status == CALX_OK)
        status = hall_crates_count(hall, &count);
    if (status == CALX_OK)
        status = hall_inner_contains(hall, hall, &contains);
    if (status == CALX_OK) {
        assert_int_equal(count, 2);
        assert_false(contains);
        status = depot_match(hall, HALL_LAMP, "3", "changed");
    }
    return status;
}

static calx_status play_changes(const graph *fix)
{
    const struct hall *hall = NULL;
    calx_status status = hall_get(fix->session, DEPOT_S, 2, &hall);
    if (status == CALX_OK)
        status = change_hall(fix, hall);
    return status == CALX_OK ? calx_session_rollback(fix->session) : status;
}

const loading_scene loading_scenes[LOADING_SCENES] = {
    { "lazy", play_lazy, false },
    { "joined", play_joined, false },
    { "selectin", play_selectin, false },
    { "subquery", play_subquery, false },
    { "immediate", play_immediate, false },
    { "stream", play_stream, false },
    { "columns", play_columns, false },
    { "undefer", play_undefer, false },
    { "get", play_get, false },
    { "memory", play_memory, false },
    { "populate", play_populate, true },
    { "populate joined", play_populate_joined, true },
    { "changes", play_changes, true },
};

const loading_scene *loading_scene_of(const char *name)
{
    for (size_t i = 0; i < LOADING_SCENES; i++)
        if (strcmp(loading_scenes[i].name, name) == 0)
            return &loading_scenes[i];
    fail_msg("no scene '%s'", name);
    return NULL;
}
