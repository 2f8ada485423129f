/*
 * Relationships that come with their owners' rows: one statement, each owner and each member once,
 * whatever is joined and however deep. What is in memory already stays as it is.
 */
#include "joined_fixture.h"

#include "support/ration.h"

enum { ROOM = 16 };

static size_t selects(fixture *fix)
{
    return logged(fix, "SELECT ");
}

static void add_option(const fixture *fix, calx_query *query, calx_option option)
{
    ok(fix, calx_query_options(query, option));
}

/* Authors in the order of their names, loaded with an option. */
static size_t load_authors(fixture *fix, calx_option option, const void **out)
{
    calx_query *query = query_over(fix, &author_mapper);
    ok(fix, calx_query_order_by(query, calx_asc(author_col.name)));
    add_option(fix, query, option);
    size_t count = all_of(fix, query, out, ROOM);
    calx_query_free(query);
    return count;
}

static size_t load_books(fixture *fix, calx_option option, const void **out)
{
    calx_query *query = query_over(fix, &book_mapper);
    ok(fix, calx_query_order_by(query, calx_asc(book_col.id)));
    add_option(fix, query, option);
    size_t count = all_of(fix, query, out, ROOM);
    calx_query_free(query);
    return count;
}

static void assert_all_books(const void *const *authors)
{
    assert_members(authors[0], AUTHOR_BOOKS, "1 2");
    assert_members(authors[1], AUTHOR_BOOKS, "");
    assert_members(authors[2], AUTHOR_BOOKS, "3");
    assert_members(authors[3], AUTHOR_BOOKS, "4 5 6");
}

static void a_joined_collection_is_one_statement_and_each_owner_comes_once(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    calx_shows("SES-307");
    set_up_library(&fix);
    assert_int_equal(load_authors(&fix, calx_joinedload(rel_author_books), authors), 4);
    assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
    assert_int_equal(selects(&fix), 1);
    const struct author *ann = authors[0];
    assert_string_equal(ann->name, "ann");
    assert_int_equal(ann->books.count, 2);
    assert_string_equal(ann->books.items[1]->title, "a two");
    assert_ptr_equal(ann->books.items[1]->author, ann);
    assert_all_books(authors);
    assert_ptr_equal(target_of(ann->books.items[0], BOOK_AUTHOR), ann);
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void a_limit_counts_owners(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    const void *item = NULL;
    calx_shows("SES-308");
    set_up_library(&fix);
    calx_query *query = query_over(&fix, &author_mapper);
    ok(&fix, calx_query_order_by(query, calx_asc(author_col.name)));
    add_option(&fix, query, calx_joinedload(rel_author_books));
    ok(&fix, calx_query_limit(query, 2));
    ok(&fix, calx_query_offset(query, 2));
    assert_int_equal(all_of(&fix, query, authors, ROOM), 2);
    assert_string_equal(((const struct author *)authors[1])->name, "dan");
    assert_members(authors[0], AUTHOR_BOOKS, "3");
    assert_members(authors[1], AUTHOR_BOOKS, "4 5 6");
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_query_offset(query, 3));
    ok(&fix, calx_query_one(query, &item));
    assert_ptr_equal(item, authors[1]);
    ok(&fix, calx_query_offset(query, 0));
    ok(&fix, calx_query_first(query, &item));
    assert_members(item, AUTHOR_BOOKS, "1 2");
    assert_int_equal(selects(&fix), 2);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_joined_reference_needs_no_query_inside(void **state)
{
    (void)state;
    fixture fix;
    const void *books[ROOM];
    calx_shows("SES-308");
    set_up_library(&fix);
    calx_query *query = query_over(&fix, &book_mapper);
    ok(&fix, calx_query_order_by(query, calx_desc(book_col.id)));
    add_option(&fix, query, calx_joinedload(rel_book_author));
    ok(&fix, calx_query_limit(query, 4));
    assert_int_equal(all_of(&fix, query, books, ROOM), 4);
    assert_int_equal(log_sink_count(&fix.sink, "(SELECT"), 0);
    assert_int_equal(selects(&fix), 1);
    const struct book *last = books[0];
    const struct book *before = books[1];
    assert_string_equal(last->author->name, "dan");
    assert_ptr_equal(before->author, last->author);
    assert_ptr_equal(target_of(books[3], BOOK_AUTHOR), ((const struct book *)books[3])->author);
    assert_int_equal(selects(&fix), 0);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_reference_that_is_null_is_known_to_be_none(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    set_up_library(&fix);
    assert_int_equal(load_authors(&fix, calx_joinedload(rel_author_country), authors), 4);
    assert_null(target_of(authors[1], AUTHOR_COUNTRY));
    assert_ptr_equal(target_of(authors[0], AUTHOR_COUNTRY), target_of(authors[2], AUTHOR_COUNTRY));
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void paths_of_any_depth_are_one_statement(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    const void *books[ROOM];
    set_up_library(&fix);
    calx_option deep =
        calx_then(calx_joinedload(rel_author_books), calx_joinedload(rel_book_reviews));
    assert_int_equal(load_authors(&fix, deep, authors), 4);
    assert_all_books(authors);
    const struct author *ann = authors[0];
    assert_members(ann->books.items[0], BOOK_REVIEWS, "1 2");
    assert_members(ann->books.items[1], BOOK_REVIEWS, "");
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_reset(fix.session));
    calx_option up =
        calx_then(calx_joinedload(rel_book_author), calx_joinedload(rel_author_country));
    assert_int_equal(load_books(&fix, up, books), 6);
    const struct author *dan = target_of(books[5], BOOK_AUTHOR);
    assert_string_equal(((const struct country *)target_of(dan, AUTHOR_COUNTRY))->name, "fr");
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void several_collections_have_each_member_once(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    set_up_library(&fix);
    calx_query *query = query_over(&fix, &author_mapper);
    ok(&fix, calx_query_order_by(query, calx_asc(author_col.name)));
    add_option(&fix, query, calx_joinedload(rel_author_awards));
    add_option(&fix, query,
               calx_then(calx_joinedload(rel_author_books), calx_joinedload(rel_book_reviews)));
    assert_int_equal(all_of(&fix, query, authors, ROOM), 4);
    assert_all_books(authors);
    assert_members(authors[0], AUTHOR_AWARDS, "1 2");
    assert_members(authors[1], AUTHOR_AWARDS, "3");
    assert_members(authors[2], AUTHOR_AWARDS, "");
    assert_members(((const struct author *)authors[0])->books.items[0], BOOK_REVIEWS, "1 2");
    assert_int_equal(selects(&fix), 1);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_collection_behind_a_shared_reference_has_each_member_once(void **state)
{
    (void)state;
    fixture fix;
    const void *books[ROOM];
    set_up_library(&fix);
    calx_option around =
        calx_then(calx_joinedload(rel_book_author), calx_joinedload(rel_author_books));
    assert_int_equal(load_books(&fix, around, books), 6);
    assert_members(target_of(books[0], BOOK_AUTHOR), AUTHOR_BOOKS, "1 2");
    assert_members(target_of(books[4], BOOK_AUTHOR), AUTHOR_BOOKS, "4 5 6");
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void an_inner_join_loses_owners_only_where_it_is_the_first(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    calx_shows("SES-309");
    set_up_library(&fix);
    calx_option nested =
        calx_then(calx_joinedload(rel_author_books), calx_joinedload_inner(rel_book_reviews));
    assert_int_equal(load_authors(&fix, nested, authors), 4);
    assert_all_books(authors);
    assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
    ok(&fix, calx_session_reset(fix.session));
    assert_int_equal(load_authors(&fix, calx_joinedload_inner(rel_author_books), authors), 3);
    assert_string_equal(((const struct author *)authors[1])->name, "cyd");
    tear_down(&fix);
}

static void what_the_caller_asks_for_is_not_about_what_is_joined(void **state)
{
    (void)state;
    fixture fix;
    const void *books[ROOM];
    calx_shows("SES-310");
    set_up_library(&fix);
    calx_query *query = query_over(&fix, &book_mapper);
    ok(&fix, calx_query_where(query, calx_eq(book_col.id, 2)));
    add_option(&fix, query,
               calx_then(calx_joinedload(rel_book_author), calx_joinedload(rel_author_books)));
    assert_int_equal(all_of(&fix, query, books, ROOM), 1);
    assert_members(target_of(books[0], BOOK_AUTHOR), AUTHOR_BOOKS, "1 2");
    calx_query_free(query);
    query = query_over(&fix, &author_mapper);
    ok(&fix, calx_query_order_by(query, calx_desc(author_col.name)));
    add_option(&fix, query, calx_joinedload(rel_author_books));
    assert_int_equal(all_of(&fix, query, books, ROOM), 4);
    assert_members(books[0], AUTHOR_BOOKS, "4 5 6");
    calx_query_free(query);
    query = query_over(&fix, &author_mapper);
    add_option(&fix, query, calx_joinedload(rel_author_books));
    assert_int_equal(calx_query_order_by(query, calx_asc(book_col.title)), CALX_OK);
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(calx_query_all(query, &items, &count), CALX_E_ARGUMENT);
    calx_query_free(query);
    tear_down(&fix);
}

static void counting_asks_without_joins(void **state)
{
    (void)state;
    fixture fix;
    int64_t count = 0;
    bool exists = false;
    set_up_library(&fix);
    calx_query *query = query_over(&fix, &author_mapper);
    add_option(&fix, query, calx_joinedload_inner(rel_author_books));
    ok(&fix, calx_query_count(query, &count));
    ok(&fix, calx_query_exists(query, &exists));
    assert_int_equal(count, 4);
    assert_true(exists);
    assert_int_equal(log_sink_count(&fix.sink, "JOIN"), 0);
    calx_query_free(query);
    tear_down(&fix);
}

static void members_over_an_association_come_in_their_order(void **state)
{
    (void)state;
    fixture fix;
    const void *books[ROOM];
    set_up_library(&fix);
    calx_option around = calx_then(calx_joinedload(rel_book_tags), calx_joinedload(rel_tag_books));
    assert_int_equal(load_books(&fix, around, books), 6);
    assert_members(books[0], BOOK_TAGS, "3 1");
    assert_members(books[1], BOOK_TAGS, "");
    assert_members(books[3], BOOK_TAGS, "2 1");
    const struct book *first = books[0];
    assert_members(first->tags.items[1], TAG_BOOKS, "1 4 5");
    assert_members(first->tags.items[0], TAG_BOOKS, "1");
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_reset(fix.session));
    calx_query *query = query_over(&fix, &book_mapper);
    ok(&fix, calx_query_order_by(query, calx_desc(book_col.id)));
    add_option(&fix, query, calx_joinedload(rel_book_tags));
    ok(&fix, calx_query_limit(query, 3));
    assert_int_equal(all_of(&fix, query, books, ROOM), 3);
    assert_members(books[2], BOOK_TAGS, "2 1");
    calx_query_free(query);
    tear_down(&fix);
}

static size_t warned;

static void count_warning(void *context, const char *text)
{
    (void)context;
    warned += strstr(text, "author.profile") != NULL;
}

static void a_scalar_with_several_rows_has_the_first_and_warns(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    calx_shows("SES-304");
    set_up_library(&fix);
    run_elsewhere(&fix, "INSERT INTO profiles (id, author_id) VALUES (3, 1)");
    calx_session_options options = session_options(&fix);
    options.warning = count_warning;
    set_options(&fix, &options);
    warned = 0;
    selects(&fix);
    assert_int_equal(load_authors(&fix, calx_joinedload(rel_author_profile), authors), 4);
    assert_int_equal(warned, 1);
    const struct author *ann = authors[0];
    assert_int_equal(ann->profile->id, 1);
    assert_ptr_equal(ann->profile->author, ann);
    assert_null(target_of(authors[1], AUTHOR_PROFILE));
    assert_non_null(target_of(authors[3], AUTHOR_PROFILE));
    assert_int_equal(selects(&fix), 1);
    calx_query *query = query_over(&fix, &author_mapper);
    add_option(&fix, query, calx_joinedload(rel_author_profile));
    ok(&fix, calx_query_limit(query, 2));
    assert_int_equal(all_of(&fix, query, authors, ROOM), 2); /* the limit counts authors */
    calx_query_free(query);
    tear_down(&fix);
}

static const struct folder *only_child(const struct folder *folder)
{
    assert_int_equal(folder->children.count, 1);
    return folder->children.items[0];
}

static void a_tree_is_joined_as_deep_as_its_mapper_says_or_an_option_goes(void **state)
{
    (void)state;
    fixture fix;
    const void *folders[ROOM];
    calx_shows("SES-318");
    set_up_library(&fix);
    calx_query *query = query_over(&fix, &folder_mapper);
    ok(&fix, calx_query_where(query, calx_eq(folder_col.id, 2)));
    assert_int_equal(all_of(&fix, query, folders, ROOM), 1);
    const struct folder *fifth = only_child(only_child(folders[0]));
    assert_int_equal(fifth->id, 5);
    assert_null(fifth->children.items); /* two levels, and no more */
    assert_int_equal(selects(&fix), 1);
    calx_query_free(query);
    ok(&fix, calx_session_reset(fix.session));
    query = query_over(&fix, &folder_mapper);
    ok(&fix, calx_query_where(query, calx_eq(folder_col.id, 2)));
    calx_option one = calx_joinedload(rel_folder_children);
    add_option(&fix, query, calx_then(calx_then(one, one), calx_then(one, one)));
    assert_int_equal(all_of(&fix, query, folders, ROOM), 1);
    const struct folder *sixth = only_child(only_child(only_child(folders[0])));
    assert_int_equal(sixth->id, 6);
    assert_members(sixth, FOLDER_CHILDREN, "");
    assert_int_equal(selects(&fix), 1);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_get_and_a_refresh_bring_what_their_mapper_joins(void **state)
{
    (void)state;
    fixture fix;
    const void *found = NULL;
    calx_shows("SES-231");
    set_up_library(&fix);
    ok(&fix, calx_session_get_int64(fix.session, &folder_mapper, 2, &found));
    const struct folder *second = found;
    assert_int_equal(only_child(only_child(second))->id, 5);
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_commit(fix.session));
    run_elsewhere(&fix, "UPDATE folders SET parent_id = 2 WHERE id = 3");
    selects(&fix);
    ok(&fix, calx_session_get_int64(fix.session, &folder_mapper, 2, &found));
    assert_members(second, FOLDER_CHILDREN, "3 4");
    assert_int_equal(selects(&fix), 1);
    ok(&fix, calx_session_refresh(fix.session, second));
    assert_int_equal(second->children.count, 2);
    assert_members(second, FOLDER_CHILDREN, "3 4");
    assert_int_equal(selects(&fix), 1);
    assert_members(only_child(second->children.items[1]), FOLDER_CHILDREN, "6");
    ok(&fix, calx_session_get_int64(fix.session, &folder_mapper, 99, &found));
    assert_null(found);
    tear_down(&fix);
}

/* ---- what is there already ---- */

static void a_collection_that_is_loaded_stays_and_what_is_behind_it_loads(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    calx_shows("SES-317");
    set_up_library(&fix);
    calx_value key = calx_value_int64(1);
    const void *ann = NULL;
    ok(&fix, calx_session_get(fix.session, &author_mapper, &key, &ann));
    assert_members(ann, AUTHOR_BOOKS, "1 2");
    struct book *pending = calx_instance_new(&book_mapper);
    pending->id = 9;
    pending->title = "a three";
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    ok(&fix, calx_relationship_append(ann, &author_mapper.relationships[AUTHOR_BOOKS], pending));
    selects(&fix);
    calx_option deep =
        calx_then(calx_joinedload(rel_author_books), calx_joinedload(rel_book_reviews));
    assert_int_equal(load_authors(&fix, deep, authors), 4);
    assert_ptr_equal(authors[0], ann);
    assert_members(ann, AUTHOR_BOOKS, "1 2 9");
    assert_members(((const struct author *)ann)->books.items[0], BOOK_REVIEWS, "1 2");
    assert_members(authors[3], AUTHOR_BOOKS, "4 5 6");
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void rows_find_instances_that_are_there_and_keep_their_changes(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    calx_shows("SES-071");
    calx_shows("SES-078");
    set_up_library(&fix);
    calx_value key = calx_value_int64(2);
    const void *found = NULL;
    ok(&fix, calx_session_get(fix.session, &book_mapper, &key, &found));
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    ok(&fix, calx_instance_set_text(found, &book_mapper.columns[1], "changed"));
    load_authors(&fix, calx_joinedload(rel_author_books), authors);
    const struct author *ann = authors[0];
    assert_ptr_equal(ann->books.items[1], found);
    assert_string_equal(ann->books.items[1]->title, "changed");
    tear_down(&fix);
}

static void a_member_that_was_moved_in_memory_is_where_memory_has_it(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    const void *bob = NULL, *book = NULL;
    calx_value two = calx_value_int64(2);
    set_up_library(&fix);
    ok(&fix, calx_session_get(fix.session, &author_mapper, &two, &bob));
    ok(&fix, calx_session_get(fix.session, &book_mapper, &two, &book));
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    ok(&fix, calx_relationship_set(book, &book_mapper.relationships[BOOK_AUTHOR], bob));
    load_authors(&fix, calx_joinedload(rel_author_books), authors);
    assert_members(authors[0], AUTHOR_BOOKS, "1");
    assert_members(bob, AUTHOR_BOOKS, "2");
    const void *books[ROOM];
    load_books(&fix, calx_joinedload(rel_book_author), books);
    assert_ptr_equal(target_of(book, BOOK_AUTHOR), bob);
    tear_down(&fix);
}

static void expired_instances_are_filled_with_their_relationships(void **state)
{
    (void)state;
    fixture fix;
    const void *authors[ROOM];
    set_up_library(&fix);
    load_authors(&fix, calx_joinedload(rel_author_books), authors);
    const struct author *ann = authors[0];
    const struct book *first = ann->books.items[0];
    ok(&fix, calx_session_commit(fix.session));
    run_elsewhere(&fix, "UPDATE books SET title = 'new' WHERE id = 1");
    run_elsewhere(&fix, "UPDATE books SET author_id = 2 WHERE id = 2");
    selects(&fix);
    load_authors(&fix, calx_joinedload(rel_author_books), authors);
    assert_ptr_equal(authors[0], ann);
    assert_string_equal(first->title, "new");
    assert_members(ann, AUTHOR_BOOKS, "1");
    assert_members(authors[1], AUTHOR_BOOKS, "2");
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void populating_overwrites_each_instance_once(void **state)
{
    (void)state;
    fixture fix;
    const void *books[ROOM];
    calx_shows("SES-079");
    set_up_library(&fix);
    calx_option around =
        calx_then(calx_joinedload(rel_book_author), calx_joinedload(rel_author_books));
    assert_int_equal(load_books(&fix, around, books), 6);
    ok(&fix, calx_session_no_autoflush_begin(fix.session));
    ok(&fix, calx_instance_set_text(books[3], &book_mapper.columns[1], "changed"));
    run_sql(fix.session, "UPDATE authors SET name = 'new' WHERE id = 4");
    run_sql(fix.session, "DELETE FROM books WHERE id = 6");
    calx_query *query = query_over(&fix, &book_mapper);
    ok(&fix, calx_query_populate_existing(query));
    ok(&fix, calx_query_order_by(query, calx_asc(book_col.id)));
    add_option(&fix, query, around);
    assert_int_equal(all_of(&fix, query, books, ROOM), 5);
    calx_query_free(query);
    const struct book *changed = books[3];
    assert_string_equal(changed->title, "d one");
    assert_false(is_modified(fix.session, changed));
    const struct author *dan = target_of(changed, BOOK_AUTHOR);
    assert_string_equal(dan->name, "new");
    assert_members(dan, AUTHOR_BOOKS, "4 5");
    assert_members(target_of(books[0], BOOK_AUTHOR), AUTHOR_BOOKS, "1 2");
    tear_down(&fix);
}

/* ---- streams ---- */

typedef struct visits {
    const fixture *fix;
    size_t count;
    size_t without_target;
    const void *kept;
} visits;

static calx_status look_at_book(void *context, const void *entity)
{
    visits *seen = context;
    const struct book *book = entity;
    seen->count++;
    seen->without_target += book->author == NULL || book->author->name[0] != book->title[0];
    if (book->id == 2)
        seen->kept = calx_instance_edit(book);
    return CALX_OK;
}

static calx_status count_entity(void *context, const void *entity)
{
    (void)entity;
    ++*(size_t *)context;
    return CALX_OK;
}

static size_t held_by(calx_session *session)
{
    size_t count = 0;
    assert_int_equal(calx_session_iterate(session, count_entity, &count), CALX_OK);
    return count;
}

static void a_stream_refuses_joined_collections_and_has_references(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-319");
    set_up_library(&fix);
    visits seen = { .fix = &fix };
    calx_query *query = query_over(&fix, &author_mapper);
    add_option(&fix, query, calx_joinedload(rel_author_books));
    selects(&fix);
    assert_int_equal(calx_query_each(query, look_at_book, &seen), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "books"));
    assert_int_equal(selects(&fix), 0);
    assert_int_equal(seen.count, 0);
    calx_query_free(query);
    query = query_over(&fix, &book_mapper);
    add_option(&fix, query,
               calx_then(calx_joinedload(rel_book_author), calx_joinedload(rel_author_country)));
    ok(&fix, calx_query_order_by(query, calx_asc(book_col.id)));
    ok(&fix, calx_query_each(query, look_at_book, &seen));
    assert_int_equal(seen.count, 6);
    assert_int_equal(seen.without_target, 0);
    assert_int_equal(selects(&fix), 1);
    /* The edited book with its author and that one's country; what the last row showed. */
    assert_int_equal(held_by(fix.session), 5);
    const struct book *kept = seen.kept;
    assert_string_equal(kept->author->country->name, "uk");
    calx_query_free(query);
    tear_down(&fix);
}

static calx_status drop_everything(void *context, const void *entity)
{
    visits *seen = context;
    const struct book *book = entity;
    seen->count++;
    struct author *author = (struct author *)book->author;
    ok(seen->fix, calx_session_expunge(seen->fix->session, author));
    calx_instance_free(author);
    return CALX_OK;
}

static void a_stream_goes_on_when_what_it_joined_is_gone(void **state)
{
    (void)state;
    fixture fix;
    set_up_library(&fix);
    visits seen = { .fix = &fix };
    calx_query *query = query_over(&fix, &book_mapper);
    add_option(&fix, query, calx_joinedload(rel_book_author));
    ok(&fix, calx_query_each(query, drop_everything, &seen));
    assert_int_equal(seen.count, 6);
    assert_int_equal(held_by(fix.session), 0);
    calx_query_free(query);
    tear_down(&fix);
}

/* ---- failures ---- */

static void rows_that_fail_in_the_middle_leave_collections_whole_or_unloaded(void **state)
{
    (void)state;
    fixture fix;
    const void *const *items = NULL;
    size_t count = 0;
    set_up_library(&fix);
    run_elsewhere(&fix, "UPDATE reviews SET mark = 'too long' WHERE id = 3");
    calx_query *query = query_over(&fix, &author_mapper);
    ok(&fix, calx_query_order_by(query, calx_asc(author_col.id)));
    add_option(&fix, query,
               calx_then(calx_joinedload(rel_author_books), calx_joinedload(rel_book_reviews)));
    assert_int_equal(calx_query_all(query, &items, &count), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "mark"));
    ok(&fix, calx_session_commit(fix.session));
    run_elsewhere(&fix, "UPDATE reviews SET mark = 'ok' WHERE id = 3");
    ok(&fix, calx_query_all(query, &items, &count));
    assert_all_books(items);
    assert_members(((const struct author *)items[0])->books.items[0], BOOK_REVIEWS, "1 2");
    assert_members(((const struct author *)items[2])->books.items[0], BOOK_REVIEWS, "3");
    calx_query_free(query);
    tear_down(&fix);
}

static calx_status load_graph(calx_session *session)
{
    const void *const *items = NULL;
    size_t found = 0;
    calx_query *query = calx_query_new(session, &author_mapper);
    if (query == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_query_options(query, calx_joinedload(rel_author_awards));
    if (status == CALX_OK)
        status = calx_query_options(
            query, calx_then(calx_joinedload(rel_author_books), calx_joinedload(rel_book_reviews)));
    if (status == CALX_OK)
        status = calx_query_options(query, calx_joinedload(rel_author_country));
    if (status == CALX_OK)
        status = calx_query_all(query, &items, &found);
    if (status == CALX_OK) {
        assert_int_equal(found, 4);
        assert_all_books(items);
        assert_members(items[0], AUTHOR_AWARDS, "1 2");
        assert_members(((const struct author *)items[0])->books.items[0], BOOK_REVIEWS, "1 2");
    }
    calx_query_free(query);
    const void *folder = NULL;
    if (status == CALX_OK)
        status = calx_session_get_int64(session, &folder_mapper, 2, &folder);
    if (status == CALX_OK)
        assert_int_equal(only_child(only_child(folder))->id, 5);
    return status;
}

/* A new session each time; what failed once works when it is done again. */
static bool load_with(const fixture *fix, ration *account, long allowed)
{
    calx_session *session = new_session(fix);
    atomic_store(&account->left, allowed);
    calx_status status = load_graph(session);
    atomic_store(&account->left, RATION_UNLIMITED);
    if (status != CALX_OK) {
        assert_int_equal(status, CALX_E_NOMEM);
        assert_int_equal(calx_session_rollback(session), CALX_OK);
        assert_int_equal(load_graph(session), CALX_OK);
    }
    calx_session_free(session);
    return status == CALX_OK;
}

static void each_allocation_of_a_joined_load_may_fail(void **state)
{
    (void)state;
    fixture fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_library(&fix);
    long allowed = 0;
    while (!load_with(&fix, &account, allowed))
        allowed++;
    assert_true(allowed > 20);
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_joined_collection_is_one_statement_and_each_owner_comes_once),
        cmocka_unit_test(a_limit_counts_owners),
        cmocka_unit_test(a_joined_reference_needs_no_query_inside),
        cmocka_unit_test(a_reference_that_is_null_is_known_to_be_none),
        cmocka_unit_test(paths_of_any_depth_are_one_statement),
        cmocka_unit_test(several_collections_have_each_member_once),
        cmocka_unit_test(a_collection_behind_a_shared_reference_has_each_member_once),
        cmocka_unit_test(an_inner_join_loses_owners_only_where_it_is_the_first),
        cmocka_unit_test(what_the_caller_asks_for_is_not_about_what_is_joined),
        cmocka_unit_test(counting_asks_without_joins),
        cmocka_unit_test(members_over_an_association_come_in_their_order),
        cmocka_unit_test(a_scalar_with_several_rows_has_the_first_and_warns),
        cmocka_unit_test(a_tree_is_joined_as_deep_as_its_mapper_says_or_an_option_goes),
        cmocka_unit_test(a_get_and_a_refresh_bring_what_their_mapper_joins),
        cmocka_unit_test(a_collection_that_is_loaded_stays_and_what_is_behind_it_loads),
        cmocka_unit_test(rows_find_instances_that_are_there_and_keep_their_changes),
        cmocka_unit_test(a_member_that_was_moved_in_memory_is_where_memory_has_it),
        cmocka_unit_test(expired_instances_are_filled_with_their_relationships),
        cmocka_unit_test(populating_overwrites_each_instance_once),
        cmocka_unit_test(a_stream_refuses_joined_collections_and_has_references),
        cmocka_unit_test(a_stream_goes_on_when_what_it_joined_is_gone),
        cmocka_unit_test(rows_that_fail_in_the_middle_leave_collections_whole_or_unloaded),
        cmocka_unit_test(each_allocation_of_a_joined_load_may_fail),
    };
    return CALX_RUN("joined_load", tests);
}
