/*
 * The rows the tests of joined loading start from:
 *
 *   ann (uk)  books "a one" with two reviews, "a two"   awards gold, silver; a profile
 *   bob       no book                                   award tin
 *   cyd (uk)  book "c one" with a review                no award
 *   dan (fr)  books "d one", "d two", "d three"         no award; a profile
 *
 * Tags: "a one" new and sad, "d one" new and old, "d two" new. Folders: 1 has 2 and 3; 2 has 4,
 * which has 5, which has 6.
 */
#ifndef TESTS_RUNTIME_JOINED_FIXTURE_H
#define TESTS_RUNTIME_JOINED_FIXTURE_H

#include "joined_models.calx.h"

#include "session_fixture.h"

#include <calx/calx.h>

#include <stdio.h>

/* Numbers of relationships. */
enum { AUTHOR_COUNTRY, AUTHOR_BOOKS, AUTHOR_AWARDS, AUTHOR_PROFILE };
enum { BOOK_AUTHOR, BOOK_REVIEWS, BOOK_TAGS };
enum { REVIEW_BOOK };
enum { AWARD_AUTHOR };
enum { TAG_BOOKS };
enum { FOLDER_PARENT, FOLDER_CHILDREN };

static const calx_relation rel_author_country = { &author_mapper, AUTHOR_COUNTRY };
static const calx_relation rel_author_books = { &author_mapper, AUTHOR_BOOKS };
static const calx_relation rel_author_awards = { &author_mapper, AUTHOR_AWARDS };
static const calx_relation rel_author_profile = { &author_mapper, AUTHOR_PROFILE };
static const calx_relation rel_book_author = { &book_mapper, BOOK_AUTHOR };
static const calx_relation rel_book_reviews = { &book_mapper, BOOK_REVIEWS };
static const calx_relation rel_book_tags = { &book_mapper, BOOK_TAGS };
static const calx_relation rel_tag_books = { &tag_mapper, TAG_BOOKS };
static const calx_relation rel_folder_children = { &folder_mapper, FOLDER_CHILDREN };

static inline void set_up_library(fixture *fix)
{
    static const char *const rows[] = {
        "INSERT INTO countries (id, name) VALUES (1, 'uk'), (2, 'fr')",
        "INSERT INTO authors (id, name, country_id) VALUES (1, 'ann', 1), (2, 'bob', NULL), "
        "(3, 'cyd', 1), (4, 'dan', 2)",
        "INSERT INTO books (id, title, author_id) VALUES (1, 'a one', 1), (2, 'a two', 1), "
        "(3, 'c one', 3), (4, 'd one', 4), (5, 'd two', 4), (6, 'd three', 4)",
        "INSERT INTO reviews (id, mark, book_id) VALUES (1, 'b', 1), (2, 'a', 1), (3, 'c', 3)",
        "INSERT INTO awards (id, name, author_id) VALUES (1, 'gold', 1), (2, 'silver', 1), "
        "(3, 'tin', 2)",
        "INSERT INTO profiles (id, author_id) VALUES (1, 1), (2, 4)",
        "INSERT INTO tags (id, name) VALUES (1, 'new'), (2, 'old'), (3, 'sad')",
        "INSERT INTO book_tags (book_id, tag_id) VALUES (1, 1), (1, 3), (4, 1), (4, 2), (5, 1)",
        "INSERT INTO folders (id, parent_id) VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 4), "
        "(6, 5)",
    };
    set_up_model(fix, &joined_models_metadata);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_elsewhere(fix, rows[i]);
    log_sink_forget(&fix->sink);
}

/* Runs SQL past the unit of work, in the session's transaction. */
static inline void run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_session_execute(session, statement, NULL), CALX_OK);
    calx_statement_free(statement);
}

static inline calx_query *query_over(const fixture *fix, const calx_mapper *mapper)
{
    calx_query *query = NULL;
    assert_int_equal(calx_session_query(fix->session, mapper, &query), CALX_OK);
    return query;
}

static inline void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

/* Every instance of a query, which stay good when it is freed. */
static inline size_t all_of(const fixture *fix, calx_query *query, const void **out, size_t room)
{
    const void *const *items = NULL;
    size_t count = 0;
    ok(fix, calx_query_all(query, &items, &count));
    assert_true(count <= room);
    if (count > 0)
        memcpy(out, items, count * sizeof *items);
    return count;
}

/* The keys of a collection as they come, as "4 5 6". */
static inline void assert_members(const void *owner, unsigned relationship, const char *expected)
{
    const calx_relationship *facts = &calx_instance_mapper(owner)->relationships[relationship];
    const void *const *items = NULL;
    size_t count = 0;
    char found[100] = "";
    assert_int_equal(calx_relationship_many(owner, facts, &items, &count), CALX_OK);
    for (size_t i = 0; i < count; i++) {
        int64_t id; /* the first member of each */
        memcpy(&id, items[i], sizeof id);
        snprintf(found + strlen(found), sizeof found - strlen(found), i == 0 ? "%d" : " %d",
                 (int)id);
    }
    assert_string_equal(found, expected);
}

static inline const void *target_of(const void *owner, unsigned relationship)
{
    const void *target = NULL;
    assert_int_equal(calx_relationship_one(
                         owner, &calx_instance_mapper(owner)->relationships[relationship], &target),
                     CALX_OK);
    return target;
}

#endif
