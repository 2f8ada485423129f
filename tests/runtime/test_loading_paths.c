/*
 * Paths of five steps, each step in each way of loading behind each other: what they lead to is the
 * same, and the statements are those of the ways, one by one.
 */
#include "depot_fixture.h"

#include <calx/query.h>

enum { STEPS = 5 };

/* From hall n 1: n 2 and s 1; haul 3; n 1; its guards; n 1 and s 1. */
static calx_relation step_at(size_t step)
{
    const calx_relation steps[STEPS] = { hall_rel.inner, hall_rel.departures, haul_rel.to,
                                         hall_rel.guards, guard_rel.halls };
    return steps[step];
}

/* Where a step takes a statement for each owner; the target of a haul is the hall it began at. */
static const size_t owners[STEPS] = { 1, 2, 0, 1, 4 };

/*
 * The target of a haul is in memory, so that asking for it at once takes no statement, and nothing
 * can be joined to it: what is behind it waits until it is asked for.
 */
static bool ends_early(const size_t ways[STEPS])
{
    return ways[2] == DEPOT_IMMEDIATE && ways[3] == DEPOT_JOINED;
}

static size_t statements_of(const size_t ways[STEPS])
{
    size_t count = 1;
    for (size_t i = 0; i < (ends_early(ways) ? 3 : STEPS); i++) {
        if (ways[i] == DEPOT_IMMEDIATE)
            count += owners[i];
        else if (ways[i] != DEPOT_JOINED)
            count++;
    }
    return count;
}

static const char *name_of(const size_t ways[STEPS])
{
    static char text[STEPS * 12];
    text[0] = '\0';
    for (size_t i = 0; i < STEPS; i++)
        strcat(strcat(text, i == 0 ? "" : ", "), depot_ways[ways[i]].name);
    return text;
}

static void walk(const graph *fix, const struct hall *start, const char *where)
{
    depot_expect(fix, start, HALL_INNER, "n2 s1", where);
    const struct hall *store = graph_item(start, HALL_INNER, 1);
    depot_expect(fix, graph_item(start, HALL_INNER, 0), HALL_DEPARTURES, "", where);
    depot_expect(fix, store, HALL_DEPARTURES, "3", where);
    const struct haul *haul = graph_item(store, HALL_DEPARTURES, 0);
    depot_expect(fix, haul, HAUL_TO, "n1", where);
    assert_ptr_equal(graph_one(haul, HAUL_TO), start);
    depot_expect(fix, start, HALL_GUARDS, depot_answer(HALL_GUARDS).of[0], where);
    for (size_t i = 0; i < 4; i++) {
        const struct guard *guard = graph_item(start, HALL_GUARDS, i);
        bool two = strcmp(guard->name, "bob") == 0 || strcmp(guard->name, "dan") == 0;
        depot_expect(fix, guard, GUARD_HALLS, two ? "n1 s1" : "n1", where);
    }
}

static calx_query *query_first(const graph *fix)
{
    calx_query *query = depot_query(fix, &hall_mapper);
    graph_ok(fix, calx_query_where(query, calx_eq(hall_col.site, DEPOT_N)));
    graph_ok(fix, calx_query_where(query, calx_eq(hall_col.number, 1)));
    return query;
}

static void follow(graph *fix, const size_t ways[STEPS])
{
    const void *start = NULL;
    const char *name = name_of(ways);
    calx_option path = depot_ways[ways[0]].load(step_at(0));
    for (size_t i = 1; i < STEPS; i++)
        path = calx_then(path, depot_ways[ways[i]].load(step_at(i)));
    graph_reopen(fix, true);
    calx_query *query = query_first(fix);
    graph_ok(fix, calx_query_options(query, path));
    graph_ok(fix, calx_query_one(query, &start));
    size_t loaded = graph_statements(fix, "");
    walk(fix, start, name);
    size_t all = graph_statements(fix, "");
    size_t later = ends_early(ways) ? owners[3] + owners[4] : 0;
    if (loaded != statements_of(ways) || all != loaded + later)
        fail_msg("%s: %zu statements and %zu later, not %zu", name, loaded, all - loaded,
                 statements_of(ways));
    calx_query_free(query);
}

/* Every row of ways, the lazy one left out. */
static void every_way_follows_every_other(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-307");
    calx_shows("SES-311");
    calx_shows("SES-312");
    calx_shows("SES-313");
    calx_shows("SES-314");
    depot_open(&fix);
    for (size_t number = 0; number < 1024; number++) {
        size_t ways[STEPS];
        for (size_t i = 0; i < STEPS; i++)
            ways[i] = 1 + (number >> (2 * i)) % 4;
        follow(&fix, ways);
    }
    graph_close(&fix);
}

/* ---- the end of a path ---- */

/* Hall n 2; haul 2, which came from n 1. */
static const struct hall *find_origin(graph *fix, calx_option behind)
{
    const void *start = NULL;
    calx_query *query = depot_query(fix, &hall_mapper);
    graph_ok(fix, calx_query_where(query, calx_eq(hall_col.number, 2)));
    graph_ok(fix, calx_query_where(query, calx_eq(hall_col.site, DEPOT_N)));
    graph_ok(fix, calx_query_options(query,
                                     calx_then(calx_selectinload(hall_rel.arrivals),
                                               calx_then(calx_joinedload(haul_rel.from), behind))));
    graph_ok(fix, calx_query_one(query, &start));
    calx_query_free(query);
    assert_int_equal(graph_statements(fix, ""), 2);
    return graph_one(graph_item(start, HALL_ARRIVALS, 0), HAUL_FROM);
}

static void assert_refused(graph *fix, const void *owner, unsigned relationship, const char *way)
{
    char text[DEPOT_TEXT];
    graph_forget(fix);
    assert_int_equal(depot_read(owner, relationship, text), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(calx_session_error(fix->session)->message, way));
    assert_int_equal(graph_statements(fix, ""), 0);
}

static void what_is_forbidden_behind_others_is_refused_there_and_nowhere_else(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-315");
    depot_open(&fix);
    graph_reopen(&fix, true);
    const struct hall *origin = find_origin(&fix, calx_raiseload(hall_rel.guards));
    assert_refused(&fix, origin, HALL_GUARDS, "calx_selectinload(hall_rel.guards)");
    depot_expect(&fix, origin, HALL_DEPARTURES, "1 2 4", "not forbidden");
    const struct hall *other = graph_one(graph_item(origin, HALL_DEPARTURES, 0), HAUL_TO);
    depot_expect(&fix, other, HALL_GUARDS, depot_answer(HALL_GUARDS).of[2], "another hall");
    graph_reopen(&fix, true);
    origin = find_origin(&fix, calx_raiseload_on_sql(hall_rel.lamp));
    assert_refused(&fix, origin, HALL_LAMP, "calx_selectinload(hall_rel.lamp)");
    graph_reopen(&fix, true);
    origin = find_origin(&fix, calx_raiseload(calx_every_relation(&hall_mapper)));
    for (unsigned i = 0; i < HALL_RELATIONSHIPS; i++)
        if (i != HALL_DEPARTURES)
            assert_refused(&fix, origin, i, "calx_selectinload(hall_rel.");
    graph_close(&fix);
}

/* A key of two columns, one of which is NULL, is none; one in memory is found there. */
static void what_needs_no_statement_is_allowed_by_two_columns_too(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-315");
    depot_open(&fix);
    calx_query *query = depot_query(&fix, &hall_mapper);
    const void *const *halls = NULL;
    size_t count = 0;
    graph_ok(&fix, calx_query_options(query, calx_raiseload_on_sql(hall_rel.outer)));
    graph_ok(&fix, calx_query_where(query, calx_ne(hall_col.name, "main")));
    graph_ok(&fix, calx_query_all(query, &halls, &count));
    assert_int_equal(count, HALLS - 1);
    assert_refused(&fix, halls[0], HALL_OUTER, "outer"); /* n 2 is in n 1, which is not there */
    depot_expect(&fix, halls[2], HALL_OUTER, "s1", "in memory");
    depot_expect(&fix, halls[4], HALL_OUTER, "", "half a key");
    assert_int_equal(graph_statements(&fix, ""), 0);
    calx_query_free(query);
    graph_close(&fix);
}

static void what_is_nothing_behind_others_is_nothing_there_and_nowhere_else(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-316");
    depot_open(&fix);
    const struct hall *origin = find_origin(&fix, calx_noload(hall_rel.guards));
    graph_forget(&fix);
    depot_expect(&fix, origin, HALL_GUARDS, "", "noload");
    assert_int_equal(graph_statements(&fix, ""), 0);
    const struct hall *other = graph_one(graph_item(origin, HALL_DEPARTURES, 0), HAUL_TO);
    depot_expect(&fix, other, HALL_GUARDS, depot_answer(HALL_GUARDS).of[2], "another hall");
    graph_close(&fix);
}

/* ---- rows in each other, as deep as it goes ---- */

static void halls_in_halls_are_followed_as_deep_as_the_path_says(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-318");
    depot_open(&fix);
    for (size_t way = 1; way < DEPOT_WAYS - 1; way++) {
        const void *start = NULL;
        const char *name = depot_ways[way].name;
        calx_option path = depot_ways[way].load(hall_rel.inner);
        for (size_t i = 1; i < STEPS; i++)
            path = calx_then(path, depot_ways[way].load(hall_rel.inner));
        graph_reopen(&fix, true);
        calx_query *query = query_first(&fix);
        graph_ok(&fix, calx_query_options(query, path));
        graph_ok(&fix, calx_query_one(query, &start));
        /* n 1; n 2 and s 1; s 2; nothing, which is the last that is asked for */
        assert_int_equal(graph_statements(&fix, ""), way == DEPOT_JOINED ? 1 : 4);
        const struct hall *store = graph_item(start, HALL_INNER, 1);
        depot_expect(&fix, store, HALL_INNER, "s2", name);
        depot_expect(&fix, graph_item(store, HALL_INNER, 0), HALL_INNER, "", name);
        assert_int_equal(graph_statements(&fix, ""), way == DEPOT_JOINED ? 1 : 4);
        calx_query_free(query);
    }
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_follows_every_other),
        cmocka_unit_test(what_is_forbidden_behind_others_is_refused_there_and_nowhere_else),
        cmocka_unit_test(what_needs_no_statement_is_allowed_by_two_columns_too),
        cmocka_unit_test(what_is_nothing_behind_others_is_nothing_there_and_nowhere_else),
        cmocka_unit_test(halls_in_halls_are_followed_as_deep_as_the_path_says),
    };
    return CALX_RUN("loading_paths", tests);
}
