/*
 * Options of a query that hold later: for refreshes and whatever else asks for the row of an
 * expired instance, and for what is loaded behind a relationship that waited. Statements are
 * counted: what an option says to load along costs nothing of its own.
 */
#include "joined_fixture.h"

#include "support/ration.h"

enum { ROOM = 16 };

static size_t selects(fixture *fix)
{
    return logged(fix, "SELECT ");
}

/* The first instance of a mapper by its key, found by a query with up to two options. */
static const void *first_of(fixture *fix, const calx_mapper *mapper, calx_option one,
                            calx_option other)
{
    const void *found = NULL;
    const calx_order order = { { mapper, 0, 0 }, false };
    calx_query *query = query_over(fix, mapper);
    ok(fix, calx_query_order_by(query, order));
    ok(fix, calx_query_options(query, one));
    if (other.count > 0)
        ok(fix, calx_query_options(query, other));
    ok(fix, calx_query_first(query, &found));
    calx_query_free(query);
    selects(fix);
    return found;
}

static const void *again(fixture *fix, const calx_mapper *mapper)
{
    const void *found = NULL;
    ok(fix, calx_session_get_int64(fix->session, mapper, 1, &found));
    return found;
}

static const calx_option none = { 0 };

/* ---- refreshes ---- */

static void what_a_query_joined_a_refresh_joins(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    const struct author *ann = first_of(&fix, &author_mapper, calx_joinedload(rel_author_books),
                                        calx_joinedload(rel_author_country));
    run_sql(fix.session, "UPDATE books SET title = 'new', author_id = 1 WHERE id = 3");
    selects(&fix);
    ok(&fix, calx_session_refresh(fix.session, ann));
    assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
    assert_int_equal(selects(&fix), 1);
    assert_members(ann, AUTHOR_BOOKS, "1 2 3");
    assert_string_equal(ann->books.items[2]->title, "new");
    assert_string_equal(ann->country->name, "uk");
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void the_row_of_an_expired_instance_is_joined_again_however_it_is_asked_for(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    calx_shows("SES-231");
    set_up_library(&fix);
    const struct author *ann =
        first_of(&fix, &author_mapper, calx_joinedload(rel_author_books), none);
    for (int way = 0; way < 4; way++) {
        ok(&fix, calx_session_commit(fix.session));
        selects(&fix);
        if (way == 0)
            ok(&fix, calx_session_load(fix.session, ann));
        else if (way == 1)
            assert_ptr_equal(calx_instance_edit(ann), ann);
        else if (way == 2)
            assert_ptr_equal(again(&fix, &author_mapper), ann);
        else
            assert_members(ann, AUTHOR_AWARDS, "1 2");
        assert_int_equal(ann->books.count, 2);
        assert_members(ann, AUTHOR_BOOKS, "1 2");
        assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
        assert_int_equal(selects(&fix), way == 3 ? 2 : 1); /* the awards take one */
    }
    tear_down(&fix);
}

static void what_a_query_left_out_a_refresh_leaves_out(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    const struct book *book =
        first_of(&fix, &book_mapper, calx_defer(book_col.title), calx_joinedload(rel_book_author));
    ok(&fix, calx_session_refresh(fix.session, book));
    assert_int_equal(log_sink_count(&fix.sink, "\"title\""), 0);
    assert_int_equal(selects(&fix), 1);
    assert_null(book->title);
    assert_string_equal(book->author->name, "ann");
    ok(&fix, calx_session_commit(fix.session));
    assert_ptr_equal(again(&fix, &book_mapper), book);
    assert_int_equal(log_sink_count(&fix.sink, "\"title\""), 0);
    assert_int_equal(selects(&fix), 1);
    assert_null(book->title);
    ok(&fix, calx_session_load(fix.session, book)); /* and what is missing */
    assert_int_equal(selects(&fix), 1);
    assert_string_equal(book->title, "a one");
    ok(&fix, calx_session_commit(fix.session));
    ok(&fix, calx_session_load(fix.session, book)); /* all of it, and the author, at once */
    assert_string_equal(book->author->name, "ann");
    assert_int_equal(log_sink_count(&fix.sink, " LEFT OUTER JOIN "), 1);
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

static void what_was_joined_has_a_place_of_its_own(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    const struct author *ann =
        first_of(&fix, &author_mapper,
                 calx_then(calx_joinedload(rel_author_books), calx_joinedload(rel_book_reviews)),
                 calx_then(calx_defaultload(rel_author_books), calx_selectinload(rel_book_tags)));
    const struct book *book = ann->books.items[0];
    selects(&fix);
    ok(&fix, calx_session_refresh(fix.session, book));
    assert_int_equal(selects(&fix), 2); /* with its reviews; its tags */
    assert_members(book, BOOK_REVIEWS, "1 2");
    assert_members(book, BOOK_TAGS, "3 1");
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void a_refresh_of_a_named_relationship_loads_what_is_behind_it(void **state)
{
    (void)state;
    fixture fix;
    static const char *const names[] = { "books" };
    calx_refresh_options options = CALX_REFRESH_OPTIONS_INIT;
    calx_shows("SES-240");
    set_up_library(&fix);
    options.names = names;
    options.count = 1;
    const struct author *ann = first_of(
        &fix, &author_mapper,
        calx_then(calx_lazyload(rel_author_books), calx_selectinload(rel_book_reviews)), none);
    ok(&fix, calx_session_refresh_with(fix.session, ann, &options));
    assert_int_equal(selects(&fix), 3); /* the key, the books, their reviews */
    assert_members(ann->books.items[0], BOOK_REVIEWS, "1 2");
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void a_locked_row_comes_alone(void **state)
{
    (void)state;
    fixture fix;
    calx_refresh_options options = CALX_REFRESH_OPTIONS_INIT;
    calx_shows("SES-243");
    set_up_library(&fix);
    options.lock = CALX_LOCK_UPDATE;
    const struct author *ann = first_of(&fix, &author_mapper, calx_joinedload(rel_author_books),
                                        calx_defer(author_col.name));
    ok(&fix, calx_session_refresh_with(fix.session, ann, &options));
    assert_int_equal(log_sink_count(&fix.sink, " JOIN "), 0);
    assert_int_equal(log_sink_count(&fix.sink, "\"name\""), 0);
    assert_int_equal(selects(&fix), 1);
    assert_members(ann, AUTHOR_BOOKS, "1 2");
    tear_down(&fix);
}

/* ---- behind relationships that wait, and those that do not ---- */

typedef calx_option (*way_of_loading)(calx_relation relation);

static const way_of_loading ways[] = { calx_lazyload, calx_immediateload, calx_subqueryload,
                                       calx_selectinload };
enum { WAYS = sizeof ways / sizeof ways[0] };

static void columns_behind_a_reference_stay_away(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    for (size_t i = 0; i < WAYS; i++) {
        const struct book *book = first_of(
            &fix, &book_mapper, calx_then(ways[i](rel_book_author), calx_defer(author_col.name)),
            calx_then(calx_defaultload(rel_book_author), calx_joinedload(rel_author_country)));
        const struct author *ann = target_of(book, BOOK_AUTHOR);
        assert_int_equal(selects(&fix), ways[i] == calx_lazyload ? 1 : 0);
        assert_null(ann->name);
        assert_string_equal(ann->country->name, "uk");
        ok(&fix, calx_session_refresh(fix.session, ann)); /* its place goes with it */
        assert_int_equal(selects(&fix), 1);
        assert_null(ann->name);
        assert_string_equal(((const struct country *)target_of(ann, AUTHOR_COUNTRY))->name, "uk");
        assert_int_equal(selects(&fix), 0);
        ok(&fix, calx_session_reset(fix.session));
    }
    tear_down(&fix);
}

static void columns_behind_a_collection_stay_away(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    for (size_t i = 0; i < WAYS; i++) {
        const struct author *ann = first_of(
            &fix, &author_mapper,
            calx_then(ways[i](rel_author_books), calx_load_only(book_col.author_id)),
            calx_then(calx_defaultload(rel_author_books),
                      calx_then(calx_joinedload(rel_book_reviews), calx_defer(review_col.mark))));
        assert_members(ann, AUTHOR_BOOKS, "1 2");
        assert_int_equal(selects(&fix), ways[i] == calx_lazyload ? 1 : 0);
        const struct book *book = ann->books.items[0];
        assert_null(book->title);
        assert_members(book, BOOK_REVIEWS, "1 2");
        assert_string_equal(book->reviews.items[0]->mark, "");
        assert_int_equal(selects(&fix), 0);
        ok(&fix, calx_session_reset(fix.session));
    }
    tear_down(&fix);
}

static void what_is_behind_a_one_to_one_comes_along(void **state)
{
    (void)state;
    static const calx_relation rel_profile_author = { &profile_mapper, 0 };
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    for (size_t i = 0; i < WAYS; i++) {
        const calx_option to_author =
            calx_then(ways[i](rel_author_profile), calx_joinedload(rel_profile_author));
        const struct author *ann = first_of(
            &fix, &author_mapper, calx_then(to_author, calx_joinedload(rel_author_country)), none);
        const struct profile *profile = target_of(ann, AUTHOR_PROFILE);
        assert_int_equal(profile->id, 1);
        assert_int_equal(selects(&fix), ways[i] == calx_lazyload ? 1 : 0);
        assert_ptr_equal(target_of(profile, 0), ann);
        assert_string_equal(((const struct country *)target_of(ann, AUTHOR_COUNTRY))->name, "uk");
        assert_int_equal(selects(&fix), 0);
        ok(&fix, calx_session_reset(fix.session));
    }
    tear_down(&fix);
}

static void columns_behind_an_association_stay_away(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    for (size_t i = 0; i < WAYS; i++) {
        const struct tag *tag =
            first_of(&fix, &tag_mapper,
                     calx_then(ways[i](rel_tag_books), calx_load_only(book_col.author_id)), none);
        assert_members(tag, TAG_BOOKS, "1 4 5");
        assert_int_equal(selects(&fix), ways[i] == calx_lazyload ? 1 : 0);
        assert_null(tag->books.items[0]->title);
        ok(&fix, calx_session_refresh(fix.session, tag->books.items[0]));
        assert_null(tag->books.items[0]->title);
        ok(&fix, calx_session_reset(fix.session));
    }
    tear_down(&fix);
}

static void what_is_behind_an_association_comes_along(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-245");
    set_up_library(&fix);
    for (size_t i = 0; i < WAYS; i++) {
        const struct tag *tag = first_of(
            &fix, &tag_mapper, calx_then(ways[i](rel_tag_books), calx_joinedload(rel_book_author)),
            calx_then(calx_defaultload(rel_tag_books), calx_selectinload(rel_book_reviews)));
        assert_members(tag, TAG_BOOKS, "1 4 5");
        assert_int_equal(selects(&fix), ways[i] == calx_lazyload ? 2 : 0);
        assert_string_equal(tag->books.items[1]->author->name, "dan");
        assert_members(tag->books.items[0], BOOK_REVIEWS, "1 2");
        assert_int_equal(selects(&fix), 0);
        ok(&fix, calx_session_reset(fix.session));
    }
    tear_down(&fix);
}

static void members_of_an_owner_without_a_row_are_none(void **state)
{
    (void)state;
    fixture fix;
    set_up_library(&fix);
    const struct tag *tag =
        first_of(&fix, &tag_mapper,
                 calx_then(calx_lazyload(rel_tag_books), calx_joinedload(rel_book_author)), none);
    ok(&fix, calx_session_commit(fix.session));
    ok(&fix, calx_session_load(fix.session, tag));
    run_sql(fix.session, "DELETE FROM book_tags WHERE tag_id = 1");
    run_sql(fix.session, "DELETE FROM tags WHERE id = 1");
    assert_members(tag, TAG_BOOKS, "");
    tear_down(&fix);
}

/* ---- deeper ones of what is there ---- */

static void what_is_deeper_loads_for_members_that_are_in_memory(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-317");
    set_up_library(&fix);
    const struct author *ann = first_of(
        &fix, &author_mapper,
        calx_then(calx_lazyload(rel_author_books), calx_selectinload(rel_book_reviews)), none);
    calx_query *query = query_over(&fix, &book_mapper);
    const void *books[ROOM];
    assert_int_equal(all_of(&fix, query, books, ROOM), 6);
    calx_query_free(query);
    selects(&fix);
    assert_members(ann, AUTHOR_BOOKS, "1 2");
    assert_int_equal(selects(&fix), 2);
    assert_members(ann->books.items[0], BOOK_REVIEWS, "1 2");
    assert_members(ann->books.items[1], BOOK_REVIEWS, "");
    assert_int_equal(selects(&fix), 0);
    tear_down(&fix);
}

static void a_target_that_takes_no_statement_brings_nothing(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-301");
    set_up_library(&fix);
    const struct book *book = first_of(
        &fix, &book_mapper,
        calx_then(calx_lazyload(rel_book_author), calx_selectinload(rel_author_awards)), none);
    again(&fix, &author_mapper);
    selects(&fix);
    const struct author *ann = target_of(book, BOOK_AUTHOR);
    assert_int_equal(selects(&fix), 0);
    assert_members(ann, AUTHOR_AWARDS, "1 2");
    assert_int_equal(selects(&fix), 1);
    tear_down(&fix);
}

/* ---- without memory ---- */

static calx_status refresh_and_read(const fixture *fix, const void *author, const void *tag)
{
    const void *const *items = NULL;
    size_t count = 0;
    calx_status status = calx_session_refresh(fix->session, author);
    if (status == CALX_OK)
        status = calx_relationship_many(tag, &tag_mapper.relationships[TAG_BOOKS], &items, &count);
    return status;
}

/* A new session each time; what failed once works when it is done again. */
static bool refresh_with(fixture *fix, ration *account, long allowed)
{
    calx_session_options options = session_options(fix);
    set_options(fix, &options);
    const struct author *ann =
        first_of(fix, &author_mapper, calx_joinedload(rel_author_books),
                 calx_then(calx_defaultload(rel_author_books), calx_defer(book_col.title)));
    const struct tag *tag =
        first_of(fix, &tag_mapper,
                 calx_then(calx_lazyload(rel_tag_books), calx_joinedload(rel_book_author)), none);
    atomic_store(&account->left, allowed);
    calx_status status = refresh_and_read(fix, ann, tag);
    atomic_store(&account->left, RATION_UNLIMITED);
    assert_true(status == CALX_OK || status == CALX_E_NOMEM);
    ok(fix, calx_session_refresh(fix->session, ann));
    assert_members(ann, AUTHOR_BOOKS, "1 2");
    assert_null(ann->books.items[1]->title);
    assert_members(tag, TAG_BOOKS, "1 4 5");
    return status == CALX_OK;
}

static void each_allocation_of_a_refresh_may_fail(void **state)
{
    (void)state;
    fixture fix;
    ration account;
    calx_shows("SES-245");
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_library(&fix);
    long allowed = 0;
    while (!refresh_with(&fix, &account, allowed))
        allowed++;
    assert_true(allowed > 3);
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_query_joined_a_refresh_joins),
        cmocka_unit_test(the_row_of_an_expired_instance_is_joined_again_however_it_is_asked_for),
        cmocka_unit_test(what_a_query_left_out_a_refresh_leaves_out),
        cmocka_unit_test(what_was_joined_has_a_place_of_its_own),
        cmocka_unit_test(a_refresh_of_a_named_relationship_loads_what_is_behind_it),
        cmocka_unit_test(a_locked_row_comes_alone),
        cmocka_unit_test(columns_behind_a_reference_stay_away),
        cmocka_unit_test(columns_behind_a_collection_stay_away),
        cmocka_unit_test(what_is_behind_a_one_to_one_comes_along),
        cmocka_unit_test(columns_behind_an_association_stay_away),
        cmocka_unit_test(what_is_behind_an_association_comes_along),
        cmocka_unit_test(members_of_an_owner_without_a_row_are_none),
        cmocka_unit_test(what_is_deeper_loads_for_members_that_are_in_memory),
        cmocka_unit_test(a_target_that_takes_no_statement_brings_nothing),
        cmocka_unit_test(each_allocation_of_a_refresh_may_fail),
    };
    return CALX_RUN("loading_again", tests);
}
