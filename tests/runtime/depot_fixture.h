/*
 * The rows of depot_models.h, and words for what a relationship leads to.
 *
 *   hall   outer  crates (place, weight)                              lamps  guards (rank)
 *   n 1           1 (-, 5)  2 (1, 3)  3, 4 (1, 7)  5 (2, 1)  6 (-, 9)  1, 2   ann 2 bob - cyd 2 dan
 * 1 n 2    n 1 s 1    n 1    7 (1, 1)                                            3      bob dan s 2
 * s 1    9 (1, 1) s 3 t 1    n -
 *
 * Hauls: 1 from n 1 to s 1, 2 from n 1 to n 2, 3 from s 1 to n 1, 4 from n 1 to n 1, 5 from nowhere
 * to s 3. Crate 8 and lamp 4 are in no hall, though crate 8 has half a key. Sign 1 is at n 1, 2 at
 * s 1.
 */
#ifndef TESTS_RUNTIME_DEPOT_FIXTURE_H
#define TESTS_RUNTIME_DEPOT_FIXTURE_H

#include "depot_models.calx.h"
#include "support/graph_session.h"
#include "support/harness.h"

#include <calx/option.h>

#include <stdio.h>
#include <string.h>

enum { HALLS = 6 };

/* Numbers of relationships. */
enum {
    HALL_OUTER,
    HALL_INNER,
    HALL_CRATES,
    HALL_LAMP,
    HALL_DEPARTURES,
    HALL_ARRIVALS,
    HALL_GUARDS,
    HALL_RELATIONSHIPS
};
enum { CRATE_HALL };
enum { LAMP_HALL };
enum { HAUL_FROM, HAUL_TO };
enum { SIGN_HALL };
enum { GUARD_HALLS };

/* A way of loading that brings what the database has. */
typedef struct depot_way {
    const char *name;
    calx_option (*load)(calx_relation relation);
} depot_way;

enum { DEPOT_WAYS = 5, DEPOT_LAZY = 0, DEPOT_JOINED = 1, DEPOT_IMMEDIATE = 4 };

static const depot_way depot_ways[DEPOT_WAYS] = {
    { "lazy", calx_lazyload },           { "joined", calx_joinedload },
    { "selectin", calx_selectinload },   { "subquery", calx_subqueryload },
    { "immediate", calx_immediateload },
};

/* So long that a key of one is in a block of its own. */
#define DEPOT_N "north of the river, by the old docks"
#define DEPOT_S "south of the river, by the new ones"
#define DEPOT_T "towards the sea"

/* In another order than that of their keys. */
static const char *const depot_rows[] = {
    "INSERT INTO halls (site, number, name, outer_site, outer_number) VALUES ('" DEPOT_N
    "', 1, 'main', NULL, NULL), ('" DEPOT_S "', 3, 'shed', NULL, NULL), ('" DEPOT_N
    "', 2, 'annex', '" DEPOT_N "', 1), ('" DEPOT_S "', 1, 'store', '" DEPOT_N "', 1), ('" DEPOT_S
    "', 2, 'cellar', '" DEPOT_S "', 1), ('" DEPOT_T "', 1, 'tent', '" DEPOT_N "', NULL)",
    "INSERT INTO crates (id, place, weight, hall_site, hall_number) VALUES (6, NULL, 9, '" DEPOT_N
    "', 1), (9, 1, 1, '" DEPOT_S "', 2), (2, 1, 3, '" DEPOT_N "', 1), (4, 1, 7, '" DEPOT_N
    "', 1), (3, 1, 7, '" DEPOT_N "', 1), (7, 1, 1, '" DEPOT_S "', 1), (1, NULL, 5, '" DEPOT_N
    "', 1), (5, 2, 1, '" DEPOT_N "', 1), (8, 1, 1, '" DEPOT_N "', NULL)",
    "INSERT INTO lamps (id, hall_site, hall_number) VALUES (2, '" DEPOT_N "', 1), (3, '" DEPOT_S
    "', 1), (1, '" DEPOT_N "', 1), (4, NULL, NULL)",
    "INSERT INTO hauls (id, from_site, from_number, to_site, to_number) VALUES (4, '" DEPOT_N
    "', 1, '" DEPOT_N "', 1), (3, '" DEPOT_S "', 1, '" DEPOT_N "', 1), (2, '" DEPOT_N
    "', 1, '" DEPOT_N "', 2), (1, '" DEPOT_N "', 1, '" DEPOT_S "', 1), (5, NULL, NULL, '" DEPOT_S
    "', 3)",
    "INSERT INTO signs (id, text, paint, hall_site, hall_number) VALUES (1, 'keep out', 'red', "
    "'" DEPOT_N "', 1), (2, 'way in', 'blue', '" DEPOT_S "', 1)",
    "INSERT INTO guards (name, rank) VALUES ('dan', 1), ('cyd', 2), ('bob', NULL), ('ann', 2)",
    "INSERT INTO watches (hall_site, hall_number, guard_name) VALUES ('" DEPOT_S
    "', 1, 'dan'), ('" DEPOT_N "', 1, 'cyd'), ('" DEPOT_N "', 1, 'bob'), ('" DEPOT_S
    "', 1, 'bob'), ('" DEPOT_N "', 1, 'dan'), ('" DEPOT_N "', 1, 'ann')",
    NULL,
};

static inline void depot_open(graph *fix)
{
    graph_open(fix);
    graph_fill(fix, &depot_models_metadata, depot_rows, true);
}

static inline calx_relation depot_relation(const calx_mapper *mapper, unsigned relationship)
{
    return (calx_relation){ mapper, (uint16_t)relationship };
}

/* A query over a mapper, in the order of its key. */
static inline calx_query *depot_query(const graph *fix, const calx_mapper *mapper)
{
    calx_query *query = NULL;
    graph_ok(fix, calx_session_query(fix->session, mapper, &query));
    for (size_t i = 0; i < mapper->key_count; i++)
        graph_ok(fix,
                 calx_query_order_by(query, (calx_order){ { mapper, mapper->key[i], 0 }, false }));
    return query;
}

/* "n1", "ann" or "7". */
static inline void depot_name(const void *entity, char *out, size_t size)
{
    const struct hall *hall = entity;
    const struct guard *guard = entity;
    int64_t id = 0;
    if (calx_instance_mapper(entity) == &hall_mapper) {
        snprintf(out, size, "%c%d", hall->site[0], (int)hall->number);
    } else if (calx_instance_mapper(entity) == &guard_mapper) {
        snprintf(out, size, "%s", guard->name);
    } else { /* the first member of each */
        memcpy(&id, entity, sizeof id);
        snprintf(out, size, "%d", (int)id);
    }
}

enum { DEPOT_TEXT = 100 };

static inline void depot_add_name(const void *entity, char *text)
{
    size_t size = strlen(text);
    if (size > 0)
        text[size++] = ' ';
    depot_name(entity, text + size, DEPOT_TEXT - size);
}

/* What a relationship leads to, as "1 2 3"; loads. */
static inline calx_status depot_read(const void *owner, unsigned relationship,
                                     char text[DEPOT_TEXT])
{
    const calx_relationship *facts = &calx_instance_mapper(owner)->relationships[relationship];
    const void *const *items = NULL;
    const void *target = NULL;
    size_t count = 0;
    calx_status status = CALX_OK;
    text[0] = '\0';
    if (facts->kind == CALX_RELATIONSHIP_ONE || facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE) {
        status = calx_relationship_one(owner, facts, &target);
        items = &target;
        count = target != NULL;
    } else {
        status = calx_relationship_many(owner, facts, &items, &count);
    }
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        depot_add_name(items[i], text);
    return status;
}

/* Whether it leads there: fails the test, with where in front. Other failures are answered. */
static inline calx_status depot_match(const void *owner, unsigned relationship,
                                      const char *expected, const char *where)
{
    char found[DEPOT_TEXT], name[20];
    calx_status status = depot_read(owner, relationship, found);
    if (status != CALX_OK)
        return status;
    depot_name(owner, name, sizeof name);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: %s.%s is [%s], not [%s]", where, name,
                 calx_instance_mapper(owner)->relationships[relationship].member, found, expected);
    return CALX_OK;
}

static inline void depot_expect(const graph *fix, const void *owner, unsigned relationship,
                                const char *expected, const char *where)
{
    graph_ok(fix, depot_match(owner, relationship, expected, where));
}

/* What each hall leads to, in the order of the halls. */
typedef struct depot_answers {
    const char *of[HALLS];
} depot_answers;

/* NULLs come first on one database, and last on the other. */
static inline depot_answers depot_answer(unsigned relationship)
{
    static const depot_answers answers[HALL_RELATIONSHIPS] = {
        [HALL_OUTER] = { { "", "n1", "n1", "s1", "", "" } },
        [HALL_INNER] = { { "n2 s1", "", "s2", "", "", "" } },
        [HALL_CRATES] = { { "6 1 3 4 2 5", "", "7", "9", "", "" } },
        [HALL_LAMP] = { { "1", "", "3", "", "", "" } },
        [HALL_DEPARTURES] = { { "1 2 4", "", "3", "", "", "" } },
        [HALL_ARRIVALS] = { { "3 4", "2", "1", "", "5", "" } },
        [HALL_GUARDS] = { { "ann cyd dan bob", "", "dan bob", "", "", "" } },
    };
    depot_answers answer = answers[relationship];
    if (calx_test_on("postgresql") && relationship == HALL_CRATES)
        answer.of[0] = "3 4 2 5 6 1";
    if (calx_test_on("postgresql") && relationship == HALL_GUARDS) {
        answer.of[0] = "bob ann cyd dan";
        answer.of[2] = "bob dan";
    }
    return answer;
}

static inline void depot_expect_halls(const graph *fix, const void *const *halls,
                                      unsigned relationship, const char *where)
{
    const depot_answers answers = depot_answer(relationship);
    for (size_t i = 0; i < HALLS; i++)
        depot_expect(fix, halls[i], relationship, answers.of[i], where);
}

#endif
