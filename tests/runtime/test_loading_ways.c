/*
 * Every relationship of the depot in every way of loading: keys of two columns, one of them a text;
 * rows of one table in each other; two relationships to the same rows; one-to-ones that have
 * several rows; orders with NULLs and ties. Each way brings the same, in as many statements as it
 * is to take.
 */
#include "depot_fixture.h"

/* Runs it. The array is good until the query is freed. */
static const void *const *all(const graph *fix, calx_query *query, size_t expected)
{
    const void *const *items = NULL;
    size_t count = 0;
    graph_ok(fix, calx_query_all(query, &items, &count));
    assert_int_equal(count, expected);
    return items;
}

static void take(const graph *fix, calx_query *query, calx_option option)
{
    graph_ok(fix, calx_query_options(query, option));
}

static void expect_statements(graph *fix, size_t expected, const char *where)
{
    size_t found = graph_statements(fix, "");
    if (found != expected)
        fail_msg("%s: %zu statements, not %zu", where, found, expected);
}

/* How many statements a way takes for all halls, those that are read one by one included. */
static size_t statements_of(size_t way, unsigned relationship)
{
    if (way == DEPOT_JOINED)
        return 1;
    if (way != DEPOT_LAZY && way != DEPOT_IMMEDIATE)
        return 2;
    return relationship == HALL_OUTER ? 1 : 1 + HALLS; /* halls are in memory */
}

static void expect_alike(graph *fix, unsigned relationship)
{
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        const char *name = depot_ways[way].name;
        graph_reopen(fix, true);
        calx_query *query = depot_query(fix, &hall_mapper);
        take(fix, query, depot_ways[way].load(depot_relation(&hall_mapper, relationship)));
        const void *const *halls = all(fix, query, HALLS);
        if (way != DEPOT_LAZY)
            expect_statements(fix, statements_of(way, relationship), name);
        depot_expect_halls(fix, halls, relationship, name);
        expect_statements(fix, statements_of(way, relationship), name);
        calx_query_free(query);
    }
}

static void rows_of_one_table_by_two_columns_are_alike_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-307");
    calx_shows("SES-311");
    calx_shows("SES-312");
    calx_shows("SES-313");
    calx_shows("SES-314");
    depot_open(&fix);
    expect_alike(&fix, HALL_OUTER);
    expect_alike(&fix, HALL_INNER);
    graph_close(&fix);
}

static void two_relationships_to_the_same_rows_are_told_apart_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-307");
    calx_shows("SES-311");
    calx_shows("SES-313");
    calx_shows("SES-314");
    depot_open(&fix);
    expect_alike(&fix, HALL_DEPARTURES);
    expect_alike(&fix, HALL_ARRIVALS);
    graph_close(&fix);
}

/* NULLs stand where the database puts them, and rows that are alike in the order of their keys. */
static void collections_have_their_order_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    calx_shows("SES-310");
    depot_open(&fix);
    expect_alike(&fix, HALL_CRATES);
    expect_alike(&fix, HALL_GUARDS);
    graph_close(&fix);
}

/* ---- one-to-ones ---- */

static void note_warning(void *context, const char *text)
{
    if (strstr(text, "hall.lamp") != NULL && strstr(text, "2 rows") != NULL)
        ++*(size_t *)context;
}

static void reopen_with_warnings(graph *fix, size_t *warnings)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    options.bind = fix->engine;
    options.warning = note_warning;
    options.warning_context = warnings;
    calx_session_free(fix->session);
    assert_int_equal(calx_session_new(&options, &fix->session, NULL), CALX_OK);
    graph_forget(fix);
}

static void several_rows_for_a_one_to_one_warn_once_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-304");
    depot_open(&fix);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        size_t warnings = 0;
        const char *name = depot_ways[way].name;
        reopen_with_warnings(&fix, &warnings);
        calx_query *query = depot_query(&fix, &hall_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_LAMP)));
        const void *const *halls = all(&fix, query, HALLS);
        if (way != DEPOT_LAZY)
            expect_statements(&fix, statements_of(way, HALL_LAMP), name);
        depot_expect_halls(&fix, halls, HALL_LAMP, name);
        expect_statements(&fix, statements_of(way, HALL_LAMP), name);
        if (warnings != 1)
            fail_msg("%s: %zu warnings", name, warnings);
        calx_query_free(query);
    }
    graph_close(&fix);
}

/* A row that was moved in memory is none of them, in whichever way the others come. */
static void a_row_that_moved_away_is_not_the_first_in_any_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-304");
    depot_open(&fix);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        size_t warnings = 0;
        reopen_with_warnings(&fix, &warnings);
        graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
        calx_query *lamps = depot_query(&fix, &lamp_mapper);
        const struct lamp *first = all(&fix, lamps, 4)[0];
        graph_ok(&fix, graph_set(first, LAMP_HALL, NULL));
        calx_query *query = depot_query(&fix, &hall_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_LAMP)));
        const void *const *halls = all(&fix, query, HALLS);
        depot_expect(&fix, halls[0], HALL_LAMP, "2", depot_ways[way].name);
        assert_int_equal(warnings, 0);
        calx_query_free(query);
        calx_query_free(lamps);
    }
    graph_close(&fix);
}

/* The lamp that was not taken points at its hall all the same. */
static void what_a_one_to_one_left_aside_still_knows_its_owner(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-304");
    depot_open(&fix);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        graph_reopen(&fix, true);
        calx_query *query = depot_query(&fix, &hall_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_LAMP)));
        const void *const *halls = all(&fix, query, HALLS);
        depot_expect_halls(&fix, halls, HALL_LAMP, depot_ways[way].name);
        calx_query *lamps = depot_query(&fix, &lamp_mapper);
        take(&fix, lamps, depot_ways[way].load(depot_relation(&lamp_mapper, LAMP_HALL)));
        const void *const *items = all(&fix, lamps, 4);
        static const char *const owners[] = { "n1", "n1", "s1", "" };
        for (size_t i = 0; i < 4; i++)
            depot_expect(&fix, items[i], LAMP_HALL, owners[i], depot_ways[way].name);
        depot_expect_halls(&fix, halls, HALL_LAMP, "after that");
        graph_forget(&fix);
        graph_ok(&fix, calx_session_flush(fix.session));
        expect_statements(&fix, 0, "nothing changed");
        calx_query_free(lamps);
        calx_query_free(query);
    }
    graph_close(&fix);
}

/* ---- references ---- */

/* Hauls have a hall at each end: asked for by one query, in every way for each of them. */
static void both_ends_are_found_in_every_pair_of_ways(void **state)
{
    (void)state;
    static const char *const from[] = { "n1", "n1", "s1", "n1", "" };
    static const char *const to[] = { "s1", "n2", "n1", "n1", "s3" };
    graph fix;
    calx_shows("SES-312");
    depot_open(&fix);
    for (size_t first = 1; first < DEPOT_WAYS; first++) {
        for (size_t second = 1; second < DEPOT_WAYS; second++) {
            graph_reopen(&fix, true);
            calx_query *query = depot_query(&fix, &haul_mapper);
            take(&fix, query, depot_ways[first].load(depot_relation(&haul_mapper, HAUL_FROM)));
            take(&fix, query, depot_ways[second].load(depot_relation(&haul_mapper, HAUL_TO)));
            const void *const *hauls = all(&fix, query, 5);
            graph_forget(&fix);
            for (size_t i = 0; i < 5; i++) {
                depot_expect(&fix, hauls[i], HAUL_FROM, from[i], depot_ways[first].name);
                depot_expect(&fix, hauls[i], HAUL_TO, to[i], depot_ways[second].name);
            }
            expect_statements(&fix, 0, depot_ways[second].name);
            calx_query_free(query);
        }
    }
    graph_close(&fix);
}

/* Both collections of one table at once: each row of one comes with each of the other. */
static void both_collections_are_found_in_every_pair_of_ways(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-307");
    depot_open(&fix);
    for (size_t first = 1; first < DEPOT_WAYS; first++) {
        for (size_t second = 1; second < DEPOT_WAYS; second++) {
            graph_reopen(&fix, true);
            calx_query *query = depot_query(&fix, &hall_mapper);
            take(&fix, query,
                 depot_ways[first].load(depot_relation(&hall_mapper, HALL_DEPARTURES)));
            take(&fix, query, depot_ways[second].load(depot_relation(&hall_mapper, HALL_ARRIVALS)));
            const void *const *halls = all(&fix, query, HALLS);
            graph_forget(&fix);
            depot_expect_halls(&fix, halls, HALL_DEPARTURES, depot_ways[first].name);
            depot_expect_halls(&fix, halls, HALL_ARRIVALS, depot_ways[second].name);
            expect_statements(&fix, 0, depot_ways[second].name);
            calx_query_free(query);
        }
    }
    graph_close(&fix);
}

static void members_find_their_owners_by_two_columns_in_every_way(void **state)
{
    (void)state;
    static const char *const of_crates[] = { "n1", "n1", "n1", "n1", "n1", "n1", "s1", "", "s2" };
    static const char *const of_guards[] = { "n1", "n1 s1", "n1", "n1 s1" };
    graph fix;
    calx_shows("SES-312");
    depot_open(&fix);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        graph_reopen(&fix, true);
        calx_query *query = depot_query(&fix, &crate_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&crate_mapper, CRATE_HALL)));
        const void *const *crates = all(&fix, query, 9);
        for (size_t i = 0; i < 9; i++)
            depot_expect(&fix, crates[i], CRATE_HALL, of_crates[i], depot_ways[way].name);
        calx_query_free(query);
        query = depot_query(&fix, &guard_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&guard_mapper, GUARD_HALLS)));
        const void *const *guards = all(&fix, query, 4);
        for (size_t i = 0; i < 4; i++)
            depot_expect(&fix, guards[i], GUARD_HALLS, of_guards[i], depot_ways[way].name);
        calx_query_free(query);
    }
    graph_close(&fix);
}

/* ---- bounds and conditions ---- */

/* The owners are counted, and the members of those alone are there: all of them, in order. */
static void a_limit_counts_owners_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-308");
    depot_open(&fix);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        for (unsigned relationship = 0; relationship < HALL_RELATIONSHIPS; relationship++) {
            graph_reopen(&fix, true);
            calx_query *query = depot_query(&fix, &hall_mapper);
            take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, relationship)));
            graph_ok(&fix, calx_query_limit(query, 2));
            graph_ok(&fix, calx_query_offset(query, 1));
            const void *const *halls = all(&fix, query, 2);
            for (size_t i = 0; i < 2; i++)
                depot_expect(&fix, halls[i], relationship, depot_answer(relationship).of[i + 1],
                             depot_ways[way].name);
            calx_query_free(query);
        }
    }
    graph_close(&fix);
}

/* ---- already there ---- */

/* What an earlier query brought is kept, and comes into the collections of a later one. */
static void what_is_in_memory_is_the_same_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    depot_open(&fix);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        graph_reopen(&fix, true);
        calx_query *crates = depot_query(&fix, &crate_mapper);
        const void *const *items = all(&fix, crates, 9);
        depot_expect(&fix, items[6], CRATE_HALL, "s1", depot_ways[way].name);
        calx_query *query = depot_query(&fix, &hall_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_CRATES)));
        const void *const *halls = all(&fix, query, HALLS);
        depot_expect_halls(&fix, halls, HALL_CRATES, depot_ways[way].name);
        assert_ptr_equal(graph_item(halls[2], HALL_CRATES, 0), items[6]);
        assert_ptr_equal(graph_one(items[6], CRATE_HALL), halls[2]);
        calx_query_free(query);
        calx_query_free(crates);
    }
    graph_close(&fix);
}

/* The store stands in the main hall, which is loaded, and its crates are not; one more is pending.
 */
static void what_is_loaded_stays_and_what_is_deeper_loads_in_every_way(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-317");
    depot_open(&fix);
    for (size_t way = 1; way < DEPOT_WAYS; way++) {
        const struct hall *hall = NULL;
        const depot_way *by = &depot_ways[way];
        graph_reopen(&fix, true);
        graph_ok(&fix, hall_get_one(fix.session, DEPOT_N, 1, &hall));
        assert_int_equal(graph_count(hall, HALL_INNER), 2);
        graph_ok(&fix, calx_session_no_autoflush_begin(fix.session));
        struct hall *pending = hall_new();
        pending->site = DEPOT_T;
        pending->number = 9;
        graph_ok(&fix, graph_append(hall, HALL_INNER, pending));
        graph_ok(&fix, graph_remove(hall, HALL_INNER, graph_item(hall, HALL_INNER, 0)));
        calx_query *query = depot_query(&fix, &hall_mapper);
        take(&fix, query, calx_then(by->load(hall_rel.inner), by->load(hall_rel.crates)));
        const void *const *halls = all(&fix, query, HALLS);
        assert_ptr_equal(halls[0], hall);
        graph_forget(&fix);
        depot_expect(&fix, hall, HALL_INNER, "s1 t9", by->name);
        depot_expect(&fix, graph_item(hall, HALL_INNER, 0), HALL_CRATES, "7", by->name);
        depot_expect(&fix, halls[2], HALL_INNER, "s2", by->name);
        depot_expect(&fix, halls[3], HALL_CRATES, "9", by->name);
        expect_statements(&fix, 0, by->name);
        calx_query_free(query);
    }
    graph_close(&fix);
}

/* A key of two columns is written and read back when rows move from one to another. */
static void what_moved_is_where_it_went_in_every_way(void **state)
{
    (void)state;
    graph fix;
    depot_open(&fix);
    calx_query *query = depot_query(&fix, &hall_mapper);
    const void *const *halls = all(&fix, query, HALLS);
    graph_ok(&fix, graph_set(halls[4], HALL_OUTER, halls[3]));
    graph_ok(&fix, graph_append(halls[1], HALL_CRATES, graph_item(halls[2], HALL_CRATES, 0)));
    graph_ok(&fix, graph_append(halls[4], HALL_GUARDS, graph_item(halls[2], HALL_GUARDS, 0)));
    graph_ok(&fix, calx_session_commit(fix.session));
    calx_query_free(query);
    for (size_t way = 0; way < DEPOT_WAYS; way++) {
        const char *name = depot_ways[way].name;
        graph_reopen(&fix, true);
        query = depot_query(&fix, &hall_mapper);
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_INNER)));
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_CRATES)));
        take(&fix, query, depot_ways[way].load(depot_relation(&hall_mapper, HALL_GUARDS)));
        halls = all(&fix, query, HALLS);
        depot_expect(&fix, halls[3], HALL_INNER, "s3", name);
        depot_expect(&fix, halls[1], HALL_CRATES, "7", name);
        depot_expect(&fix, halls[2], HALL_CRATES, "", name);
        depot_expect(&fix, halls[4], HALL_GUARDS, calx_test_on("postgresql") ? "bob" : "dan", name);
        calx_query_free(query);
    }
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_one_table_by_two_columns_are_alike_in_every_way),
        cmocka_unit_test(two_relationships_to_the_same_rows_are_told_apart_in_every_way),
        cmocka_unit_test(collections_have_their_order_in_every_way),
        cmocka_unit_test(several_rows_for_a_one_to_one_warn_once_in_every_way),
        cmocka_unit_test(a_row_that_moved_away_is_not_the_first_in_any_way),
        cmocka_unit_test(what_a_one_to_one_left_aside_still_knows_its_owner),
        cmocka_unit_test(both_ends_are_found_in_every_pair_of_ways),
        cmocka_unit_test(both_collections_are_found_in_every_pair_of_ways),
        cmocka_unit_test(members_find_their_owners_by_two_columns_in_every_way),
        cmocka_unit_test(a_limit_counts_owners_in_every_way),
        cmocka_unit_test(what_is_in_memory_is_the_same_in_every_way),
        cmocka_unit_test(what_is_loaded_stays_and_what_is_deeper_loads_in_every_way),
        cmocka_unit_test(what_moved_is_where_it_went_in_every_way),
    };
    return CALX_RUN("loading_ways", tests);
}
