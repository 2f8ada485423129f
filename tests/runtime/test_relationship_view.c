/*
 * Several relationships between the same two tables: ordered ones, views beside what they show, and
 * two foreign keys that are told apart.
 */
#include "estate_model.calx.h"

#include "support/graph_session.h"
#include "support/harness.h"

#include <string.h>

/* Shelf 1 has books 1 to 3, 2 and 3 at the same position; it lent book 3 and book 4 to shelf 2. */
static void set_up(graph *fix, bool autoflush)
{
    static const char *const rows[] = {
        "INSERT INTO shelves DEFAULT VALUES",
        "INSERT INTO shelves DEFAULT VALUES",
        "INSERT INTO books (title, position, shelf_id, lender_id) VALUES "
        "('c', 2, 1, NULL), ('a', 1, 1, NULL), ('b', 1, 1, 1), ('d', 3, 2, 1)",
        NULL,
    };
    graph_open(fix);
    graph_fill(fix, &estate_model_metadata, rows, autoflush);
}

static const struct shelf *shelf(const graph *fix, int64_t id)
{
    return graph_get(fix, &shelf_mapper, id);
}

static const struct book *book(const graph *fix, int64_t id)
{
    return graph_get(fix, &book_mapper, id);
}

static const calx_relationship *relationship(const calx_mapper *mapper, const char *member)
{
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (strcmp(mapper->relationships[i].member, member) == 0)
            return &mapper->relationships[i];
    return NULL;
}

/* The titles of a collection's books, in its order. */
static const char *titles(const struct shelf *shelf, const char *member)
{
    static char text[32];
    const void *const *items = NULL;
    size_t count = 0;
    assert_int_equal(
        calx_relationship_many(shelf, relationship(&shelf_mapper, member), &items, &count),
        CALX_OK);
    assert_true(count < sizeof(text));
    for (size_t i = 0; i < count; i++)
        text[i] = ((const struct book *)items[i])->title[0];
    text[count] = '\0';
    return text;
}

static struct book *new_book(const char *title)
{
    struct book *book = book_new();
    assert_non_null(book);
    book->title = title;
    return book;
}

/* ---- order ---- */

static void collections_are_loaded_in_the_order_they_say(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    graph_forget(&fix);
    assert_string_equal(titles(first, "books"), "bac"); /* position, then id from the last */
    assert_int_equal(graph_statements(&fix, "ORDER BY \"position\", \"id\" DESC"), 1);
    assert_string_equal(titles(first, "by_title"), "abc");
    assert_int_equal(graph_statements(&fix, "ORDER BY \"title\", \"id\""), 1);
    assert_string_equal(titles(first, "books"), "bac");
    assert_int_equal(graph_statements(&fix, ""), 2);
    assert_string_equal(titles(shelf(&fix, 2), "books"), "d");
    assert_string_equal(titles(shelf(&fix, 2), "by_title"), "d");
    assert_int_equal(graph_statements(&fix, "\"books\""), 4);
    assert_int_equal(graph_statements(&fix, "ORDER BY \"title\", \"id\""), 2);
    graph_close(&fix);
}

static void what_is_appended_stands_last_until_the_next_load(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-300");
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    assert_string_equal(titles(first, "by_title"), "abc");
    graph_ok(&fix, shelf_books_append(first, new_book("0")));
    assert_string_equal(titles(first, "books"), "bac0");
    assert_string_equal(titles(first, "by_title"), "abc0");
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_string_equal(titles(first, "books"), "0bac");
    assert_string_equal(titles(first, "by_title"), "0abc");
    graph_close(&fix);
}

/* ---- views ---- */

static void a_view_follows_what_it_shows(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    const struct shelf *place = NULL;
    const struct book *c = book(&fix, 1);
    assert_string_equal(titles(first, "by_title"), "abc");
    graph_ok(&fix, book_place(c, &place));
    assert_ptr_equal(place, first);
    graph_ok(&fix, shelf_books_remove(first, c));
    assert_string_equal(titles(first, "by_title"), "ab");
    assert_null(c->place);
    graph_ok(&fix, book_set_shelf(c, first));
    assert_string_equal(titles(first, "by_title"), "abc");
    assert_ptr_equal(c->place, first);
    graph_ok(&fix, calx_relationship_clear(first, relationship(&shelf_mapper, "books")));
    assert_string_equal(titles(first, "by_title"), "");
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM books WHERE shelf_id = 1"), 0);
    graph_close(&fix);
}

static void a_view_of_one_among_many_asks_again_when_they_change(void **state)
{
    (void)state;
    graph fix;
    const struct book *best = NULL;
    calx_shows("SES-304");
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    graph_ok(&fix, shelf_best(first, &best));
    assert_string_equal(best->title, "c");
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    graph_ok(&fix, shelf_books_append(first, new_book("e")));
    graph_ok(&fix, shelf_best(first, &best));
    assert_string_equal(best->title, "c");
    graph_ok(&fix, shelf_books_remove(first, best));
    graph_ok(&fix, shelf_best(first, &best));
    assert_string_equal(best->title, "a");
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM books WHERE shelf_id = 1"), 3);
    graph_close(&fix);
}

static void a_view_is_not_changed(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-292");
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    const struct book *c = book(&fix, 1);
    const struct book *d = book(&fix, 4);
    const calx_relationship *by_title = relationship(&shelf_mapper, "by_title");
    const calx_relationship *best = relationship(&shelf_mapper, "best");
    const calx_relationship *place = relationship(&book_mapper, "place");
    assert_int_equal(calx_relationship_append(first, by_title, d), CALX_E_ARGUMENT);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "shelf.by_title is view"));
    assert_int_equal(calx_relationship_insert(first, by_title, 0, d), CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_remove(first, by_title, c), CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_clear(first, by_title), CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_set(first, best, d), CALX_E_ARGUMENT);
    assert_int_equal(calx_relationship_set(c, place, NULL), CALX_E_ARGUMENT);
    assert_string_equal(titles(first, "by_title"), "abc");
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    graph_close(&fix);
}

static void a_view_that_was_assigned_is_reported_by_the_flush(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-292");
    set_up(&fix, true);
    struct book *c = book_edit(book(&fix, 1));
    c->place = shelf(&fix, 2);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STATE);
    assert_non_null(strstr(calx_session_error(fix.session)->message, "book.place is view only"));
    c->place = NULL;
    struct shelf *first = shelf_edit(shelf(&fix, 1));
    first->by_title.count = 7;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STATE);
    first->by_title.count = 0;
    first->best = c;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_STATE);
    first->best = NULL;
    graph_ok(&fix, calx_session_flush(fix.session));
    graph_close(&fix);
}

static void a_view_brings_nothing_in_and_deletes_nothing(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-292");
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    assert_string_equal(titles(first, "by_title"), "abc");
    graph_ok(&fix, calx_session_delete(fix.session, first));
    assert_int_equal(calx_session_count_deleted(fix.session), 1);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM books WHERE shelf_id IS NULL"), 3);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM books"), 4);
    graph_close(&fix);
}

/* Its cascade says all and delete-orphan: what writes nothing is left of that. */
static void a_view_still_expires_along(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-292");
    calx_shows("SES-244");
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    const struct book *c = book(&fix, 1);
    assert_string_equal(titles(first, "by_title"), "abc");
    graph_ok(&fix, calx_session_expire(fix.session, first));
    assert_true(calx_instance_is_expired(c));
    assert_null(first->by_title.items);
    assert_string_equal(titles(first, "by_title"), "abc");
    graph_close(&fix);
}

/* ---- two foreign keys ---- */

static void two_keys_to_one_table_are_changed_apart(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    const struct shelf *second = shelf(&fix, 2);
    const struct book *d = book(&fix, 4);
    assert_string_equal(titles(first, "lent"), "bd");
    assert_string_equal(titles(second, "books"), "d");
    graph_ok(&fix, shelf_lent_remove(first, d));
    assert_null(d->lender);
    assert_ptr_equal(d->shelf, second);
    graph_ok(&fix, shelf_lent_append(second, (struct book *)d));
    assert_string_equal(titles(second, "books"), "d");
    assert_string_equal(titles(second, "lent"), "d");
    graph_forget(&fix);
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_int_equal(graph_number(&fix, "SELECT lender_id FROM books WHERE id = 4"), 2);
    assert_int_equal(graph_number(&fix, "SELECT shelf_id FROM books WHERE id = 4"), 2);
    graph_close(&fix);
}

static void one_owner_can_be_both(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, false);
    struct shelf *made = shelf_new();
    struct book *book = new_book("x");
    graph_ok(&fix, shelf_books_append(made, book));
    graph_ok(&fix, shelf_lent_append(made, book));
    graph_ok(&fix, shelf_add(fix.session, made));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_string_equal(titles(made, "books"), "x");
    assert_string_equal(titles(made, "lent"), "x");
    graph_ok(&fix, calx_session_delete(fix.session, made));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM books WHERE title = 'x' AND "
                                        "shelf_id IS NULL AND lender_id IS NULL"),
                     1);
    graph_close(&fix);
}

static void an_undone_savepoint_puts_views_back_too(void **state)
{
    (void)state;
    graph fix;
    set_up(&fix, true);
    const struct shelf *first = shelf(&fix, 1);
    const struct shelf *second = shelf(&fix, 2);
    assert_string_equal(titles(first, "by_title"), "abc");
    for (unsigned flushed = 0; flushed < 2; flushed++) {
        graph_ok(&fix, calx_session_begin_nested(fix.session));
        calx_session_transaction inner = calx_session_get_nested_transaction(fix.session);
        graph_ok(&fix, book_set_shelf(book(&fix, 1), second));
        assert_string_equal(titles(first, "by_title"), "ab");
        if (flushed)
            graph_ok(&fix, calx_session_flush(fix.session));
        graph_ok(&fix, calx_session_transaction_rollback(inner));
        assert_string_equal(titles(first, "by_title"), "abc");
        assert_string_equal(titles(first, "books"), "bac");
        assert_string_equal(titles(second, "books"), "d");
        const struct shelf *place = NULL;
        graph_ok(&fix, book_place(book(&fix, 1), &place));
        assert_ptr_equal(place, first);
    }
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collections_are_loaded_in_the_order_they_say),
        cmocka_unit_test(what_is_appended_stands_last_until_the_next_load),
        cmocka_unit_test(a_view_follows_what_it_shows),
        cmocka_unit_test(a_view_of_one_among_many_asks_again_when_they_change),
        cmocka_unit_test(a_view_is_not_changed),
        cmocka_unit_test(a_view_that_was_assigned_is_reported_by_the_flush),
        cmocka_unit_test(a_view_brings_nothing_in_and_deletes_nothing),
        cmocka_unit_test(a_view_still_expires_along),
        cmocka_unit_test(two_keys_to_one_table_are_changed_apart),
        cmocka_unit_test(one_owner_can_be_both),
        cmocka_unit_test(an_undone_savepoint_puts_views_back_too),
    };
    return CALX_RUN("relationship_view", tests);
}
