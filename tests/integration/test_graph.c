/*
 * A model with every kind of relationship, as calx-gen writes it and a database takes it: its
 * tables, those of many-to-many relationships among them.
 */
#include "graph.calx.h"
#include "support/harness.h"

#include <calx/calx.h>

#include <string.h>

static calx_engine *open_engine(void)
{
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    if (calx_engine_new(calx_test_url(), NULL, &engine, &error) != CALX_OK)
        fail_msg("%s", error.message);
    return engine;
}

static calx_status run(calx_engine *engine, const char *sql)
{
    calx_connection *connection = NULL;
    calx_statement *statement = calx_text_statement(sql);
    calx_status status = calx_engine_connect(engine, &connection, NULL);
    assert_non_null(statement);
    assert_int_equal(status, CALX_OK);
    status = calx_connection_execute(connection, statement, NULL);
    if (status == CALX_OK)
        status = calx_connection_commit(connection);
    calx_statement_free(statement);
    calx_connection_close(connection);
    return status;
}

static void create(calx_engine *engine)
{
    calx_error error = CALX_ERROR_INIT;
    if (calx_schema_create_all(engine, &graph_metadata, &error) != CALX_OK)
        fail_msg("%s\n%s", error.message, error.statement);
}

static calx_session *open_session(calx_engine *engine)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    options.bind = engine;
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

static void association_tables_are_made_with_their_keys(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    create(engine); /* what is there is left alone */
    assert_int_equal(run(engine, "INSERT INTO authors (id, name) VALUES (1, 'ann')"), CALX_OK);
    assert_int_equal(run(engine, "INSERT INTO posts (id, author_id, position) VALUES (2, 1, 0)"),
                     CALX_OK);
    assert_int_equal(run(engine, "INSERT INTO tags (name) VALUES ('c')"), CALX_OK);
    assert_int_equal(run(engine, "INSERT INTO post_tags (post_id, tag_name) VALUES (2, 'c')"),
                     CALX_OK);
    assert_int_equal(run(engine, "INSERT INTO post_tags (post_id, tag_name) VALUES (2, 'c')"),
                     CALX_E_UNIQUE);
    assert_int_equal(run(engine, "INSERT INTO post_tags (post_id, tag_name) VALUES (2, 'd')"),
                     CALX_E_FOREIGN_KEY);
    assert_int_equal(run(engine, "DELETE FROM tags"), CALX_E_FOREIGN_KEY);
    assert_int_equal(run(engine, "DROP INDEX post_tags_by_tag_name"), CALX_OK);
    calx_engine_free(engine);
}

static void a_foreign_key_follows_the_key_it_points_at(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    run(engine, "INSERT INTO authors (id, name) VALUES (1, 'ann')");
    run(engine, "INSERT INTO posts (id, author_id, position) VALUES (2, 1, 0)");
    assert_int_equal(run(engine, "UPDATE authors SET newest_id = 2"), CALX_OK);
    assert_int_equal(run(engine, "UPDATE posts SET id = 3"), CALX_OK);
    assert_int_equal(run(engine, "UPDATE posts SET author_id = 1 WHERE id = "
                                 "(SELECT newest_id FROM authors)"),
                     CALX_OK);
    calx_engine_free(engine);
}

static void they_are_dropped_before_what_they_join(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    calx_error error = CALX_ERROR_INIT;
    create(engine);
    run(engine, "INSERT INTO members (id) VALUES (1)");
    assert_int_equal(run(engine, "INSERT INTO follows (follower_id, followed_id) VALUES (1, 1)"),
                     CALX_OK);
    if (calx_schema_drop_all(engine, &graph_metadata, &error) != CALX_OK)
        fail_msg("%s\n%s", error.message, error.statement);
    assert_int_equal(run(engine, "SELECT * FROM follows"), CALX_E_NO_OBJECT);
    assert_int_equal(run(engine, "SELECT * FROM members"), CALX_E_NO_OBJECT);
    calx_engine_free(engine);
}

static void loading_options_are_typed_and_fit_their_query(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    author_query *query = author_query_new(session);
    calx_option posts = calx_selectinload(author_rel.posts);
    assert_int_equal(
        author_query_options(query, calx_then(posts, calx_joinedload(post_rel.author))), CALX_OK);
    const calx_option path[] = { posts, calx_selectinload(post_rel.tags) };
    assert_int_equal(author_query_options_along(query, path, 2), CALX_OK);
    assert_int_equal(author_query_yield_per(query, 10), CALX_OK);
    assert_int_equal(author_query_populate_existing(query), CALX_OK);
    assert_int_equal(author_query_options(query, calx_lazyload(post_rel.tags)), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(session)->message, "tags"));
    author_query_free(query);
    calx_session_free(session);
    calx_engine_free(engine);
}

static void a_reference_is_cleared(void **state)
{
    (void)state;
    struct member *one = member_new(), *other = member_new();
    const struct member *found = NULL;
    assert_non_null(one);
    assert_non_null(other);
    assert_int_equal(member_set_mentor(one, other), CALX_OK);
    assert_int_equal(member_mentor(one, &found), CALX_OK);
    assert_ptr_equal(found, other);
    assert_int_equal(member_clear_mentor(one), CALX_OK);
    assert_int_equal(member_mentor(one, &found), CALX_OK);
    assert_null(found);
    member_free(one);
    member_free(other);
}

static void a_collection_has_a_function_for_each_change(void **state)
{
    (void)state;
    struct member *mentor = member_new();
    struct member *pupils[] = { member_new(), member_new(), member_new() };
    const struct member *const *items = NULL;
    size_t count = 0;
    bool contains = false;
    assert_int_equal(member_pupils_append(mentor, pupils[0]), CALX_OK);
    assert_int_equal(member_pupils_insert(mentor, 0, pupils[1]), CALX_OK);
    assert_int_equal(member_pupils(mentor, &items, &count), CALX_OK);
    assert_int_equal(count, 2);
    assert_ptr_equal(items[0], pupils[1]);
    assert_int_equal(member_pupils_contains(mentor, pupils[2], &contains), CALX_OK);
    assert_false(contains);
    const struct member *others[] = { pupils[2], pupils[0] };
    assert_int_equal(member_pupils_replace(mentor, others, 2), CALX_OK);
    assert_int_equal(member_pupils_contains(mentor, pupils[2], &contains), CALX_OK);
    assert_true(contains);
    assert_int_equal(member_pupils_remove(mentor, pupils[2]), CALX_OK);
    assert_int_equal(member_pupils_count(mentor, &count), CALX_OK);
    assert_int_equal(count, 1);
    assert_int_equal(member_pupils_clear(mentor), CALX_OK);
    assert_int_equal(member_pupils_count(mentor, &count), CALX_OK);
    assert_int_equal(count, 0);
    for (size_t i = 0; i < 3; i++)
        member_free(pupils[i]);
    member_free(mentor);
}

static void ok(calx_session *session, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s", calx_session_error(session)->message);
}

static void a_place_that_is_missing_is_a_bad_argument(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    struct member *member = member_new();
    const struct member *const *items = NULL;
    size_t count = 0;
    ok(session, member_add(session, member));
    assert_int_equal(member_pupils(member, NULL, &count), CALX_E_ARGUMENT);
    assert_int_equal(member_pupils(member, &items, NULL), CALX_E_ARGUMENT);
    assert_int_equal(member_pupils_count(member, NULL), CALX_E_ARGUMENT);
    assert_int_equal(member_pupils_contains(member, member, NULL), CALX_E_ARGUMENT);
    assert_int_equal(member_mentor(member, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(session)->message, "place for the target"));
    member_query *query = member_query_new(session);
    assert_int_equal(member_query_all(query, NULL, &count), CALX_E_ARGUMENT);
    member_query_free(query);
    calx_session_free(session);
    calx_engine_free(engine);
}

static void a_relationship_may_go_through_a_unique_member(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    struct badge *first = badge_new(), *second = badge_new();
    struct loan *loan = loan_new();
    const struct loan *const *loans = NULL, *found = NULL;
    const struct badge *badge = NULL;
    size_t count = 0;
    first->code = "A";
    second->code = "B";
    ok(session, badge_add(session, first));
    ok(session, badge_add(session, second));
    ok(session, badge_loans_append(first, loan));
    ok(session, calx_session_commit(session));
    ok(session, loan_get(session, loan->id, &found));
    assert_string_equal(found->code, "A");
    ok(session, loan_badge(found, &badge));
    assert_ptr_equal(badge, first);
    ok(session, loan_set_badge(loan, second));
    ok(session, calx_session_commit(session));
    ok(session, badge_loans(first, &loans, &count));
    assert_int_equal(count, 0);
    ok(session, badge_loans(second, &loans, &count));
    assert_int_equal(count, 1);
    assert_ptr_equal(loans[0], loan);
    ok(session, badge_delete(session, second));
    ok(session, calx_session_commit(session));
    ok(session, loan_get(session, loan->id, &found));
    assert_null(found->code);
    calx_session_free(session);
    calx_engine_free(engine);
}

static struct post *add_post(calx_session *session)
{
    struct author *author = author_new();
    struct post *post = post_new();
    author->name = "ann";
    ok(session, author_add(session, author));
    ok(session, author_posts_append(author, post));
    return post;
}

static void add_tag(calx_session *session, const char *name)
{
    struct tag *tag = tag_new();
    strcpy(tag->name, name);
    ok(session, tag_add(session, tag));
}

/* What a query answers is const, and goes into a collection as it is. */
static void rows_that_are_there_are_joined_through_an_association_table(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    struct post *post = add_post(session);
    const struct tag *const *tags = NULL;
    const struct post *const *posts = NULL;
    size_t count = 0;
    bool contains = false;
    add_tag(session, "c");
    add_tag(session, "sql");
    ok(session, calx_session_commit(session));
    tag_query *query = tag_query_new(session);
    ok(session, tag_query_order_by(query, calx_asc(tag_col.name)));
    ok(session, tag_query_all(query, &tags, &count));
    assert_int_equal(count, 2);
    const struct tag *c = tags[0], *sql = tags[1];
    ok(session, post_tags_append(post, c));
    ok(session, calx_session_commit(session));
    ok(session, tag_posts(c, &posts, &count));
    assert_int_equal(count, 1);
    assert_ptr_equal(posts[0], post);
    const struct tag *both[] = { sql, c };
    ok(session, post_tags_replace(post, both, 2));
    ok(session, calx_session_commit(session));
    ok(session, tag_posts_contains(sql, post, &contains));
    assert_true(contains);
    ok(session, tag_posts_remove(c, post));
    ok(session, calx_session_commit(session));
    ok(session, post_tags_count(post, &count));
    assert_int_equal(count, 1);
    ok(session, post_tags_clear(post));
    ok(session, tag_delete(session, sql));
    ok(session, calx_session_commit(session));
    tag_query_free(query);
    calx_session_free(session);
    calx_engine_free(engine);
}

static void a_struct_is_joined_to_itself(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    struct member *ann = member_new(), *bob = member_new();
    const struct member *const *items = NULL;
    size_t count = 0;
    ok(session, member_add(session, ann));
    ok(session, member_following_append(ann, bob));
    ok(session, member_following_append(bob, bob));
    ok(session, calx_session_commit(session));
    ok(session, member_followers(bob, &items, &count));
    assert_int_equal(count, 2);
    ok(session, member_followers_count(ann, &count));
    assert_int_equal(count, 0);
    ok(session, member_delete(session, bob));
    ok(session, calx_session_commit(session));
    ok(session, member_following(ann, &items, &count));
    assert_int_equal(count, 0);
    calx_session_free(session);
    calx_engine_free(engine);
}

static void both_sides_of_a_one_to_one_are_kept_in_step(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    struct author *author = author_new();
    struct profile *profile = profile_new();
    const struct author *found = NULL;
    const struct profile *shown = NULL, *gone = NULL;
    author->name = "ann";
    ok(session, author_add(session, author));
    ok(session, author_set_profile(author, profile));
    ok(session, profile_author(profile, &found));
    assert_ptr_equal(found, author);
    ok(session, calx_session_commit(session));
    assert_int_equal(profile->author_id, author->id);
    ok(session, author_profile(author, &shown));
    assert_ptr_equal(shown, profile);
    const int64_t id = profile->id;
    ok(session, author_clear_profile(author)); /* an orphan, deleted */
    ok(session, calx_session_commit(session));
    ok(session, profile_get(session, id, &gone));
    assert_null(gone);
    calx_session_free(session);
    calx_engine_free(engine);
}

static void rows_that_point_at_each_other_are_written(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    create(engine);
    calx_session *session = open_session(engine);
    struct post *post = add_post(session), *later = post_new();
    const struct author *author = NULL;
    const struct post *const *posts = NULL, *newest = NULL;
    size_t count = 0;
    later->position = -1;
    ok(session, post_author(post, &author));
    ok(session, author_posts_append(author, later));
    ok(session, author_set_newest(author, later));
    ok(session, calx_session_commit(session));
    ok(session, author_newest(author, &newest));
    assert_ptr_equal(newest, later);
    ok(session, author_posts(author, &posts, &count)); /* by position */
    assert_int_equal(count, 2);
    assert_ptr_equal(posts[0], later);
    ok(session, author_delete(session, author));
    ok(session, calx_session_commit(session));
    calx_session_free(session);
    calx_engine_free(engine);
}

/* ---- loading ---- */

static void count_select(void *context, calx_log_level level, const char *logger, const char *text)
{
    (void)logger;
    if (level == CALX_LOG_INFO && strncmp(text, "SELECT", 6) == 0)
        ++*(size_t *)context;
}

static calx_engine *open_counting_engine(size_t *selects)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    options.echo = CALX_ECHO_SQL;
    options.log = count_select;
    options.log_context = selects;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &engine, NULL), CALX_OK);
    create(engine);
    return engine;
}

/* An author of two posts, of which one has a tag, and who has a profile. */
static void fill(calx_engine *engine)
{
    calx_session *session = open_session(engine);
    struct post *post = add_post(session), *second = post_new();
    struct profile *profile = profile_new();
    const struct author *author = NULL;
    const struct tag *tag = NULL;
    second->position = 1;
    add_tag(session, "c");
    ok(session, tag_get_one(session, "c", &tag));
    ok(session, post_author(post, &author));
    ok(session, author_posts_append(author, second));
    ok(session, author_set_profile(author, profile));
    ok(session, post_tags_append(post, tag));
    ok(session, calx_session_commit(session));
    calx_session_free(session);
}

static void assert_refused(const calx_session *session, calx_status status, const char *way)
{
    assert_int_equal(status, CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(calx_session_error(session)->message, way));
}

/* CALX_LAZY(raise): no function of it loads, unless a query said so. */
static void what_must_not_be_loaded_is_refused_by_each_function(void **state)
{
    (void)state;
    static const char way[] = "calx_selectinload(author_rel.drafts)";
    calx_engine *engine = open_engine();
    calx_shows("SES-315");
    create(engine);
    fill(engine);
    calx_session *session = open_session(engine);
    const struct author *author = NULL;
    const struct post *const *drafts = NULL, *newest = NULL;
    size_t count = 0;
    bool contains = false;
    ok(session, author_get_one(session, 1, &author));
    assert_refused(session, author_drafts(author, &drafts, &count), way);
    assert_refused(session, author_drafts_count(author, &count), way);
    assert_refused(session, author_drafts_contains(author, author->posts.items[0], &contains), way);
    ok(session, calx_session_reset(session));
    author_query *query = author_query_new(session);
    ok(session, author_query_options(query, calx_selectinload(author_rel.drafts)));
    ok(session, author_query_options(query, calx_raiseload_on_sql(author_rel.newest)));
    ok(session, author_query_one(query, &author));
    ok(session, author_drafts(author, &drafts, &count));
    assert_int_equal(count, 2);
    ok(session, author_newest(author, &newest)); /* NULL: there is nothing to ask for */
    assert_null(newest);
    author_query_free(query);
    calx_session_free(session);
    calx_engine_free(engine);
}

static void what_needs_a_statement_is_refused_where_sql_is_forbidden(void **state)
{
    (void)state;
    calx_engine *engine = open_engine();
    calx_shows("SES-315");
    create(engine);
    fill(engine);
    calx_session *session = open_session(engine);
    const struct profile *profile = NULL;
    const struct author *author = NULL, *found = NULL;
    profile_query *query = profile_query_new(session);
    ok(session, profile_query_options(query, calx_raiseload_on_sql(profile_rel.author)));
    ok(session, profile_query_one(query, &profile));
    assert_refused(session, profile_author(profile, &author), "calx_selectinload(profile_rel");
    ok(session, author_get_one(session, 1, &found));
    ok(session, profile_author(profile, &author)); /* in memory now */
    assert_ptr_equal(author, found);
    ok(session, profile_delete(session, profile)); /* a flush and a cascade may load */
    ok(session, calx_session_commit(session));
    profile_query_free(query);
    calx_session_free(session);
    calx_engine_free(engine);
}

/* Five steps, in four ways. */
static void a_long_path_takes_a_statement_for_each_step_that_is_not_joined(void **state)
{
    (void)state;
    size_t selects = 0, count = 0;
    calx_engine *engine = open_counting_engine(&selects);
    fill(engine);
    calx_session *session = open_session(engine);
    const struct author *start = NULL, *author = NULL;
    const struct post *const *posts = NULL;
    const struct tag *const *tags = NULL;
    const struct profile *profile = NULL;
    calx_option path = calx_selectinload(author_rel.posts);
    path = calx_then(path, calx_subqueryload(post_rel.tags));
    path = calx_then(path, calx_joinedload(tag_rel.posts));
    path = calx_then(path, calx_joinedload(post_rel.author));
    path = calx_then(path, calx_immediateload(author_rel.profile));
    author_query *query = author_query_new(session);
    ok(session, author_query_options(query, path));
    selects = 0;
    ok(session, author_query_one(query, &start));
    assert_int_equal(selects, 4); /* authors; posts; tags, and what is joined to them; profiles */
    ok(session, author_posts(start, &posts, &count));
    assert_int_equal(count, 2);
    ok(session, post_tags(posts[1], &tags, &count));
    assert_int_equal(count, 0);
    ok(session, post_tags(posts[0], &tags, &count));
    assert_int_equal(count, 1);
    ok(session, tag_posts(tags[0], &posts, &count));
    assert_int_equal(count, 1);
    ok(session, post_author(posts[0], &author));
    assert_ptr_equal(author, start);
    ok(session, author_profile(author, &profile));
    assert_non_null(profile);
    assert_int_equal(selects, 4);
    author_query_free(query);
    calx_session_free(session);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(association_tables_are_made_with_their_keys),
        cmocka_unit_test(a_foreign_key_follows_the_key_it_points_at),
        cmocka_unit_test(they_are_dropped_before_what_they_join),
        cmocka_unit_test(loading_options_are_typed_and_fit_their_query),
        cmocka_unit_test(a_reference_is_cleared),
        cmocka_unit_test(a_collection_has_a_function_for_each_change),
        cmocka_unit_test(a_place_that_is_missing_is_a_bad_argument),
        cmocka_unit_test(a_relationship_may_go_through_a_unique_member),
        cmocka_unit_test(rows_that_are_there_are_joined_through_an_association_table),
        cmocka_unit_test(a_struct_is_joined_to_itself),
        cmocka_unit_test(both_sides_of_a_one_to_one_are_kept_in_step),
        cmocka_unit_test(rows_that_point_at_each_other_are_written),
        cmocka_unit_test(what_must_not_be_loaded_is_refused_by_each_function),
        cmocka_unit_test(what_needs_a_statement_is_refused_where_sql_is_forbidden),
        cmocka_unit_test(a_long_path_takes_a_statement_for_each_step_that_is_not_joined),
    };
    return CALX_RUN("graph", tests);
}
