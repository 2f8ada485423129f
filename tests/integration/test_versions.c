/*
 * Versions of rows (SES-340 to 351): each way to come by them, through the generated functions and
 * on both databases. What somebody else does to a row is SQL on another connection.
 */
#include "ledger.calx.h"
#include "support/harness.h"
#include "support/log_sink.h"
#include "support/ration.h"

#include <calx/calx.h>

#include <stdio.h>
#include <string.h>

typedef struct ledger {
    calx_engine *engine;
    calx_session *session;
    log_sink sink;
    size_t warnings;
    char warning[256];
} ledger;

/* ---- the function that makes versions of notes ---- */

static struct {
    unsigned first; /* calls without an old version */
    unsigned next;
    char old[9]; /* of the last call that had one */
    calx_status answer;
} tags;

calx_status next_tag(const char *old, char *out_new)
{
    if (old == NULL)
        tags.first++;
    else
        tags.next++;
    if (old != NULL)
        memcpy(tags.old, old, sizeof(tags.old));
    snprintf(out_new, sizeof(tags.old), "tag %u", tags.first + tags.next);
    return tags.answer;
}

/* ---- a database for each test ---- */

static void note_warning(void *context, const char *text)
{
    ledger *place = context;
    place->warnings++;
    snprintf(place->warning, sizeof(place->warning), "%s", text);
}

static calx_session *open_session(ledger *place, bool confirm)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    options.bind = place->engine;
    options.warning = note_warning;
    options.warning_context = place;
    options.confirm_deleted_rows = confirm;
    options.expire_on_commit = false; /* what was loaded is what an UPDATE checks */
    assert_int_equal(calx_session_new(&options, &session, NULL), CALX_OK);
    return session;
}

static int enter(void **state)
{
    static ledger place;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    memset(&place, 0, sizeof(place));
    memset(&tags, 0, sizeof(tags));
    log_sink_init(&place.sink);
    options.echo = CALX_ECHO_SQL;
    options.log = log_sink_line;
    options.log_context = &place.sink;
    assert_int_equal(calx_engine_new(calx_test_url(), &options, &place.engine, NULL), CALX_OK);
    assert_int_equal(calx_schema_create_all(place.engine, &ledger_metadata, NULL), CALX_OK);
    place.session = open_session(&place, true);
    log_sink_forget(&place.sink);
    *state = &place;
    return 0;
}

static int leave(void **state)
{
    ledger *place = *state;
    calx_session_free(place->session);
    calx_engine_free(place->engine);
    log_sink_clear(&place->sink);
    return 0;
}

/* Somebody else, in a transaction of their own, between two of the session. */
static void elsewhere(ledger *place, const char *sql)
{
    assert_int_equal(calx_session_commit(place->session), CALX_OK);
    calx_session *other = open_session(place, true);
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_session_execute(other, statement, NULL), CALX_OK);
    assert_int_equal(calx_session_commit(other), CALX_OK);
    calx_statement_free(statement);
    calx_session_free(other);
}

static void commit(const ledger *place)
{
    assert_int_equal(calx_session_commit(place->session), CALX_OK);
}

static void flush(const ledger *place)
{
    assert_int_equal(calx_session_flush(place->session), CALX_OK);
}

/* The flush finds a row stale, says each of the texts of it, and waits for a rollback. */
static void assert_stale(const ledger *place, const char *const *texts)
{
    assert_int_equal(calx_session_flush(place->session), CALX_E_STALE_DATA);
    for (; *texts != NULL; texts++) {
        const char *message = calx_session_error(place->session)->message;
        if (strstr(message, *texts) == NULL)
            print_error("no '%s' in: %s\n", *texts, message);
        assert_non_null(strstr(message, *texts));
    }
    assert_string_not_equal(calx_session_error(place->session)->statement, "");
    assert_false(calx_session_is_active(place->session));
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
    assert_true(calx_session_is_active(place->session));
}

#define ASSERT_STALE(place, ...) assert_stale(place, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- what is in the rows ---- */

static int64_t number(const ledger *place, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    calx_value value = calx_value_null();
    assert_non_null(statement);
    assert_int_equal(calx_session_no_autoflush_begin(place->session), CALX_OK);
    assert_int_equal(calx_session_scalar(place->session, statement, &value), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_end(place->session), CALX_OK);
    calx_statement_free(statement);
    return value.type == CALX_VALUE_NULL ? -1 : value.as.int64;
}

static size_t updates(ledger *place)
{
    size_t count = log_sink_count(&place->sink, "UPDATE ");
    log_sink_forget(&place->sink);
    return count;
}

static const struct book *have_book(const ledger *place, const char *title)
{
    struct book *book = book_new();
    const struct book *found = NULL;
    book->title = title;
    assert_int_equal(book_add(place->session, book), CALX_OK);
    commit(place);
    assert_int_equal(book_get_one(place->session, book->id, &found), CALX_OK);
    return found;
}

/* ---- counted ---- */

static void a_version_starts_at_one_and_counts_updates(void **state)
{
    ledger *place = *state;
    calx_shows("SES-340");
    const struct book *book = have_book(place, "Emma");
    assert_int_equal(book->revision, 1);
    for (int32_t i = 2; i < 6; i++) {
        assert_int_equal(book_set_pages(book, i), CALX_OK);
        flush(place);
        assert_int_equal(book->revision, i);
        assert_int_equal(number(place, "SELECT revision FROM books"), i);
    }
    assert_int_equal(book_delete(place->session, book), CALX_OK);
    log_sink_forget(&place->sink);
    flush(place);
    assert_true(log_sink_has(&place->sink, "DELETE FROM \"books\" WHERE \"id\" = "));
    assert_true(log_sink_has(&place->sink, "AND \"revision\" = "));
}

static void both_versions_are_in_the_error(void **state)
{
    ledger *place = *state;
    calx_shows("SES-341");
    const struct book *book = have_book(place, "Emma");
    elsewhere(place, "UPDATE books SET revision = 41");
    assert_int_equal(book_set_pages(book, 7), CALX_OK);
    ASSERT_STALE(place, "book(id=1)", "updating", "version 41", "version 1", "changed");
    assert_int_equal(book_get_one(place->session, 1, &book), CALX_OK);
    elsewhere(place, "UPDATE books SET revision = 42");
    assert_int_equal(book_delete(place->session, book), CALX_OK);
    ASSERT_STALE(place, "book(id=1)", "deleting", "version 42", "version 41", "changed");
}

static void a_row_that_is_gone_is_told_apart(void **state)
{
    ledger *place = *state;
    calx_shows("SES-341");
    const struct book *book = have_book(place, "Emma");
    elsewhere(place, "DELETE FROM books");
    assert_int_equal(book_set_pages(book, 7), CALX_OK);
    ASSERT_STALE(place, "book(id=1)", "updating", "the row is gone", "version 1", "deleted");
    book = have_book(place, "Emma");
    elsewhere(place, "DELETE FROM books");
    assert_int_equal(book_delete(place->session, book), CALX_OK);
    ASSERT_STALE(place, "deleting", "the row is gone", "version 1", "deleted");
}

/* The one row of many that somebody changed is found and named, however they are sent. */
static void one_stale_row_of_many_is_found(void **state)
{
    ledger *place = *state;
    enum { BOOKS = 40 };
    const struct book *books[BOOKS];
    calx_shows("SES-342");
    for (int i = 0; i < BOOKS; i++)
        books[i] = have_book(place, "one of many");
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(book_get_one(place->session, i + 1, &books[i]), CALX_OK);
    elsewhere(place, "UPDATE books SET revision = 5 WHERE id = 31");
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(book_set_pages(books[i], i + 1), CALX_OK);
    ASSERT_STALE(place, "book(id=31)", "version 5", "version 1");
    assert_int_equal(number(place, "SELECT count(*) FROM books WHERE revision = 1"), BOOKS - 1);
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(book_get_one(place->session, i + 1, &books[i]), CALX_OK);
    elsewhere(place, "UPDATE books SET revision = 6 WHERE id = 31");
    for (int i = 0; i < BOOKS; i++)
        assert_int_equal(book_delete(place->session, books[i]), CALX_OK);
    ASSERT_STALE(place, "book(id=31)", "version 6", "version 5");
    assert_int_equal(number(place, "SELECT count(*) FROM books"), BOOKS);
}

static void no_net_change_makes_no_version(void **state)
{
    ledger *place = *state;
    calx_shows("SES-345");
    const struct book *book = have_book(place, "Emma");
    log_sink_forget(&place->sink);
    struct book *edit = book_edit(book);
    edit->pages = 9;
    edit->pages = 0;
    edit->title = "Emma";
    assert_int_equal(book_set_title(book, "Emma"), CALX_OK);
    flush(place);
    assert_int_equal(updates(place), 0);
    assert_int_equal(book->revision, 1);
}

static void a_child_makes_a_version_of_its_own_only(void **state)
{
    ledger *place = *state;
    calx_shows("SES-345");
    const struct book *book = have_book(place, "Emma");
    struct entry *entry = entry_new();
    entry->amount = 3;
    assert_int_equal(book_entries_append(book, entry), CALX_OK);
    flush(place);
    assert_int_equal(entry->revision, 1);
    assert_int_equal(book->revision, 1);
    assert_int_equal(updates(place), 0);
    assert_int_equal(entry_set_amount(entry, 4), CALX_OK);
    flush(place);
    assert_int_equal(updates(place), 1);
    assert_int_equal(entry->revision, 2);
    assert_int_equal(number(place, "SELECT revision FROM books"), 1);
}

static void a_version_set_by_the_program_is_written_and_the_loaded_one_checked(void **state)
{
    ledger *place = *state;
    calx_shows("SES-346");
    const struct book *book = have_book(place, "Emma");
    book_edit(book)->revision = 12;
    commit(place);
    assert_int_equal(number(place, "SELECT revision FROM books"), 12);
    assert_int_equal(book_get_one(place->session, 1, &book), CALX_OK);
    elsewhere(place, "UPDATE books SET revision = 13");
    assert_int_equal(book_set_revision(book, 20), CALX_OK);
    ASSERT_STALE(place, "version 13", "version 12");
}

static void a_first_version_set_by_the_program_is_kept(void **state)
{
    ledger *place = *state;
    calx_shows("SES-346");
    struct book *book = book_new();
    book->revision = 7;
    assert_int_equal(book_add(place->session, book), CALX_OK);
    struct book *zero = book_new();
    assert_int_equal(book_set_revision(zero, 0), CALX_OK);
    assert_int_equal(book_add(place->session, zero), CALX_OK);
    assert_int_equal(book_set_revision(zero, 0), CALX_OK);
    flush(place);
    assert_int_equal(number(place, "SELECT revision FROM books WHERE id = 1"), 7);
    assert_int_equal(number(place, "SELECT revision FROM books WHERE id = 2"), 0);
}

static void a_version_without_a_sign_counts_to_its_end(void **state)
{
    ledger *place = *state;
    const struct book *book = have_book(place, "Emma");
    struct entry *entry = entry_new();
    entry->revision = INT64_MAX - 1;
    assert_int_equal(book_entries_append(book, entry), CALX_OK);
    flush(place);
    assert_int_equal(entry_set_amount(entry, 1), CALX_OK);
    flush(place);
    assert_true(entry->revision == INT64_MAX);
    assert_int_equal(entry_set_amount(entry, 2), CALX_OK);
    if (calx_test_on("sqlite")) {
        assert_int_equal(calx_session_flush(place->session), CALX_E_DATA);
        assert_non_null(strstr(calx_session_error(place->session)->message, "revision"));
        return;
    }
    flush(place);
    assert_true(entry->revision == (uint64_t)INT64_MAX + 1);
    assert_int_equal(entry_set_revision(entry, UINT64_MAX), CALX_OK);
    flush(place);
    assert_int_equal(entry_set_amount(entry, 3), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_DATA);
    assert_non_null(strstr(calx_session_error(place->session)->message, "further"));
}

/* ---- the time ---- */

static void a_time_is_that_of_the_write_and_always_later(void **state)
{
    ledger *place = *state;
    calx_shows("SES-340");
    struct account *account = account_new();
    assert_int_equal(account_add(place->session, account), CALX_OK);
    flush(place);
    calx_timestamp last = account->written;
    assert_true(last > INT64_C(1600000000) * 1000000);
    for (int i = 1; i < 50; i++) {
        assert_int_equal(account_set_balance(account, i), CALX_OK);
        flush(place);
        assert_true(account->written > last);
        last = account->written;
    }
    /* a clock that is behind: one microsecond more */
    calx_timestamp ahead = last + INT64_C(3600) * 1000000;
    assert_int_equal(account_set_written(account, ahead), CALX_OK);
    flush(place);
    assert_int_equal(account_set_balance(account, 99), CALX_OK);
    flush(place);
    assert_int_equal(account->written, ahead + 1);
    commit(place);
    assert_int_equal(calx_session_load(place->session, account), CALX_OK);
    assert_int_equal(account->written, ahead + 1);
}

static void a_time_is_checked(void **state)
{
    ledger *place = *state;
    calx_shows("SES-341");
    struct account *account = account_new();
    account->written = INT64_C(1700000000000001);
    assert_int_equal(account_add(place->session, account), CALX_OK);
    commit(place);
    assert_int_equal(calx_session_load(place->session, account), CALX_OK);
    elsewhere(place, "UPDATE accounts SET written = '2024-02-29 12:00:00'");
    assert_int_equal(account_set_balance(account, 1), CALX_OK);
    ASSERT_STALE(place, "version 2024-02-29 ", "version 2023-11-14 22:13:20.000001");
}

/* ---- a function ---- */

static const struct note *have_note(const ledger *place, const char *text)
{
    struct note *note = note_new();
    const struct note *found = NULL;
    note->text = text;
    assert_int_equal(note_add(place->session, note), CALX_OK);
    commit(place);
    assert_int_equal(note_get_one(place->session, note->id, &found), CALX_OK);
    return found;
}

static void a_function_gets_null_then_the_old_version(void **state)
{
    ledger *place = *state;
    calx_shows("SES-348");
    const struct note *note = have_note(place, "milk");
    assert_int_equal(tags.first, 1);
    assert_int_equal(tags.next, 0);
    assert_string_equal(note->tag, "tag 1");
    assert_int_equal(note_set_text(note, "milk, bread"), CALX_OK);
    commit(place);
    assert_int_equal(tags.first, 1);
    assert_int_equal(tags.next, 1);
    assert_string_equal(tags.old, "tag 1");
    assert_int_equal(number(place, "SELECT count(*) FROM notes WHERE tag = 'tag 2'"), 1);
    assert_int_equal(note_set_tag(note, "mine"), CALX_OK);
    commit(place);
    assert_int_equal(tags.next, 1);
    assert_int_equal(number(place, "SELECT count(*) FROM notes WHERE tag = 'mine'"), 1);
}

static void a_function_is_called_once_for_each_row(void **state)
{
    ledger *place = *state;
    enum { NOTES = 30 };
    const struct note *notes[NOTES];
    calx_shows("SES-348");
    for (int i = 0; i < NOTES; i++) {
        struct note *note = note_new();
        notes[i] = note;
        assert_int_equal(note_add(place->session, note), CALX_OK);
    }
    flush(place);
    assert_int_equal(tags.first, NOTES);
    for (int i = 0; i < NOTES; i++)
        assert_int_equal(note_set_text(notes[i], "changed"), CALX_OK);
    flush(place);
    assert_int_equal(tags.first, NOTES);
    assert_int_equal(tags.next, NOTES);
    assert_int_equal(number(place, "SELECT count(DISTINCT tag) FROM notes"), NOTES);
}

static void versions_of_a_function_are_checked(void **state)
{
    ledger *place = *state;
    calx_shows("SES-348");
    const struct note *note = have_note(place, "milk");
    elsewhere(place, "UPDATE notes SET tag = 'theirs'");
    assert_int_equal(note_set_text(note, "bread"), CALX_OK);
    ASSERT_STALE(place, "note(id=1)", "version 'theirs'", "version 'tag 1'");
}

static void a_function_that_fails_fails_the_flush(void **state)
{
    ledger *place = *state;
    calx_shows("SES-348");
    const struct note *note = have_note(place, "milk");
    tags.answer = CALX_E_LIMIT;
    assert_int_equal(note_set_text(note, "bread"), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_LIMIT);
    assert_non_null(strstr(calx_session_error(place->session)->message, "note.tag"));
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
    assert_string_equal(note->tag, "tag 1");
    struct note *other = note_new();
    assert_int_equal(note_add(place->session, other), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_LIMIT);
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
    assert_string_equal(other->tag, "");
    tags.answer = CALX_OK; /* it is asked again */
    unsigned before = tags.first;
    assert_int_equal(note_add(place->session, other), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_OK);
    assert_int_equal(tags.first, before + 1);
    assert_memory_equal(other->tag, "tag ", 4);
}

static calx_status lock_note(ledger *place, int64_t id)
{
    const void *found = NULL;
    calx_get_options options = CALX_GET_OPTIONS_INIT;
    calx_value key = calx_value_int64(id);
    options.lock = CALX_LOCK_UPDATE;
    return calx_session_get_with(place->session, &note_mapper, &key, &options, &found);
}

/* A text is compared by what it says. */
static void a_version_that_is_text_is_checked_under_a_lock(void **state)
{
    ledger *place = *state;
    calx_shows("SES-349");
    const struct note *note = have_note(place, "milk");
    assert_int_equal(lock_note(place, note->id), CALX_OK);
    assert_int_equal(calx_session_commit(place->session), CALX_OK);
    elsewhere(place, "UPDATE notes SET tag = 'other'");
    assert_int_equal(lock_note(place, note->id), CALX_E_STALE_DATA);
    assert_non_null(strstr(calx_session_error(place->session)->message, "'other' in the database"));
    assert_non_null(strstr(calx_session_error(place->session)->message, "'tag 1' here"));
}

/* ---- the program ---- */

static void a_manual_version_is_checked_and_not_made(void **state)
{
    ledger *place = *state;
    calx_shows("SES-347");
    struct page *page = page_new();
    page->text = "one";
    page->etag = "a";
    assert_int_equal(page_add(place->session, page), CALX_OK);
    commit(place);
    assert_int_equal(page_set_text(page, "two"), CALX_OK);
    commit(place);
    assert_int_equal(number(place, "SELECT count(*) FROM pages WHERE etag = 'a'"), 1);
    assert_int_equal(page_set_text(page, "three"), CALX_OK);
    assert_int_equal(page_set_etag(page, "b"), CALX_OK);
    commit(place);
    assert_int_equal(number(place, "SELECT count(*) FROM pages WHERE etag = 'b'"), 1);
    assert_int_equal(calx_session_load(place->session, page), CALX_OK);
    elsewhere(place, "UPDATE pages SET etag = 'c'");
    assert_int_equal(page_set_etag(page, "d"), CALX_OK);
    ASSERT_STALE(place, "version 'c'", "version 'b'");
}

static void a_manual_version_that_is_null_fails_the_flush(void **state)
{
    ledger *place = *state;
    calx_shows("SES-347");
    calx_shows("ERR-11");
    struct page *page = page_new();
    assert_int_equal(page_add(place->session, page), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_FLUSH);
    assert_non_null(strstr(calx_session_error(place->session)->message, "page.etag"));
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
    page->etag = "a";
    assert_int_equal(page_add(place->session, page), CALX_OK);
    commit(place);
    assert_int_equal(page_set_etag(page, NULL), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_FLUSH);
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
    elsewhere(place, "UPDATE pages SET etag = NULL");
    assert_int_equal(calx_session_load(place->session, page), CALX_OK);
    assert_int_equal(page_set_text(page, "two"), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_FLUSH);
    assert_non_null(strstr(calx_session_error(place->session)->message, "in the row"));
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
    assert_int_equal(page_delete(place->session, page), CALX_OK);
    assert_int_equal(calx_session_flush(place->session), CALX_E_FLUSH);
    assert_int_equal(calx_session_rollback(place->session), CALX_OK);
}

/* ---- the database ---- */

/* Each UPDATE raises the version by ten. */
static void have_trigger(ledger *place)
{
    if (calx_test_on("postgresql")) {
        elsewhere(place, "CREATE FUNCTION raise_sheet() RETURNS trigger LANGUAGE plpgsql AS "
                         "$$BEGIN NEW.revision = OLD.revision + 10; RETURN NEW; END$$");
        elsewhere(place, "CREATE TRIGGER raise_sheet BEFORE UPDATE ON sheets FOR EACH ROW "
                         "EXECUTE FUNCTION raise_sheet()");
        return;
    }
    elsewhere(place, "CREATE TRIGGER raise_sheet AFTER UPDATE OF text ON sheets BEGIN "
                     "UPDATE sheets SET revision = old.revision + 10 WHERE id = new.id; END");
}

static void a_version_the_database_makes_is_fetched(void **state)
{
    ledger *place = *state;
    calx_shows("SES-347");
    have_trigger(place);
    struct sheet *sheet = sheet_new();
    sheet->text = "one";
    assert_int_equal(sheet_add(place->session, sheet), CALX_OK);
    flush(place);
    assert_int_equal(sheet->revision, 100);
    for (int i = 1; i < 4; i++) {
        const char *texts[] = { "one", "two", "three", "four" };
        assert_int_equal(sheet_set_text(sheet, texts[i]), CALX_OK);
        flush(place);
        assert_int_equal(sheet->revision, 100 + 10 * i);
    }
    commit(place);
    assert_int_equal(calx_session_load(place->session, sheet), CALX_OK);
    elsewhere(place, "UPDATE sheets SET text = 'theirs'");
    assert_int_equal(sheet_set_text(sheet, "five"), CALX_OK);
    ASSERT_STALE(place, "version 140", "version 130");
}

static void many_rows_get_their_versions_from_the_database(void **state)
{
    ledger *place = *state;
    enum { SHEETS = 20 };
    struct sheet *sheets[SHEETS];
    calx_shows("SES-347");
    have_trigger(place);
    for (int i = 0; i < SHEETS; i++) {
        sheets[i] = sheet_new();
        if (i % 3 == 0)
            sheets[i]->revision = i + 1;
        assert_int_equal(sheet_add(place->session, sheets[i]), CALX_OK);
    }
    flush(place);
    for (int i = 0; i < SHEETS; i++) {
        assert_int_equal(sheets[i]->revision, i % 3 == 0 ? i + 1 : 100);
        assert_int_equal(sheet_set_text(sheets[i], "x"), CALX_OK);
    }
    flush(place);
    for (int i = 0; i < SHEETS; i++)
        assert_int_equal(sheets[i]->revision, i % 3 == 0 ? i + 11 : 110);
    commit(place);
}

/* ---- rows without versions ---- */

static const struct scrap *have_scrap(const ledger *place)
{
    struct scrap *scrap = scrap_new();
    const struct scrap *found = NULL;
    assert_int_equal(scrap_add(place->session, scrap), CALX_OK);
    commit(place);
    assert_int_equal(scrap_get_one(place->session, scrap->id, &found), CALX_OK);
    return found;
}

static void an_update_of_no_row_is_stale_without_versions_too(void **state)
{
    ledger *place = *state;
    calx_shows("SES-343");
    const struct scrap *scrap = have_scrap(place);
    elsewhere(place, "DELETE FROM scraps");
    assert_int_equal(scrap_set_text(scrap, "x"), CALX_OK);
    ASSERT_STALE(place, "scrap(id=1)", "no such row");
}

static void a_delete_of_no_row_is_a_warning_that_can_be_left_out(void **state)
{
    ledger *place = *state;
    calx_shows("SES-344");
    const struct scrap *scrap = have_scrap(place);
    elsewhere(place, "DELETE FROM scraps");
    assert_int_equal(scrap_delete(place->session, scrap), CALX_OK);
    commit(place);
    assert_int_equal(place->warnings, 1);
    assert_non_null(strstr(place->warning, "scraps"));
    calx_session_free(place->session);
    place->session = open_session(place, false);
    scrap = have_scrap(place);
    elsewhere(place, "DELETE FROM scraps");
    assert_int_equal(scrap_delete(place->session, scrap), CALX_OK);
    commit(place);
    assert_int_equal(place->warnings, 1);
    /* a version is checked all the same */
    const struct book *book = have_book(place, "Emma");
    elsewhere(place, "UPDATE books SET revision = 2");
    assert_int_equal(book_delete(place->session, book), CALX_OK);
    ASSERT_STALE(place, "version 2", "version 1");
}

/* Some of many: each that is missing is warned of, the others go. */
static void some_deletes_of_many_that_find_no_row_are_warnings(void **state)
{
    ledger *place = *state;
    enum { SCRAPS = 20 };
    const struct scrap *scraps[SCRAPS];
    calx_shows("SES-344");
    for (int i = 0; i < SCRAPS; i++)
        scraps[i] = have_scrap(place);
    for (int i = 0; i < SCRAPS; i++)
        assert_int_equal(scrap_get_one(place->session, i + 1, &scraps[i]), CALX_OK);
    elsewhere(place, "DELETE FROM scraps WHERE id IN (3, 17)");
    for (int i = 0; i < SCRAPS; i++)
        assert_int_equal(scrap_delete(place->session, scraps[i]), CALX_OK);
    commit(place);
    assert_int_equal(place->warnings, 2);
    assert_int_equal(number(place, "SELECT count(*) FROM scraps"), 0);
}

/* A database that swallows the statement is told apart from somebody's change. */
static void a_statement_a_trigger_stopped_is_told_apart(void **state)
{
    ledger *place = *state;
    const struct book *book = have_book(place, "Emma");
    const struct scrap *scrap = have_scrap(place);
    elsewhere(place, "CREATE FUNCTION stop_it() RETURNS trigger LANGUAGE plpgsql AS "
                     "$$BEGIN RETURN NULL; END$$");
    elsewhere(place, "CREATE TRIGGER stop_it BEFORE UPDATE ON books FOR EACH ROW EXECUTE "
                     "FUNCTION stop_it()");
    elsewhere(place, "CREATE TRIGGER stop_it BEFORE UPDATE ON scraps FOR EACH ROW EXECUTE "
                     "FUNCTION stop_it()");
    assert_int_equal(calx_session_load(place->session, book), CALX_OK);
    assert_int_equal(book_set_pages(book, 1), CALX_OK);
    ASSERT_STALE(place, "version 1 as before", "trigger");
    assert_int_equal(scrap_set_text(scrap, "x"), CALX_OK);
    ASSERT_STALE(place, "the row is there", "trigger");
}

/* ---- out of memory ---- */

static calx_status run_sql(calx_session *session, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    if (statement == NULL)
        return CALX_E_NOMEM;
    calx_status status = calx_session_execute(session, statement, NULL);
    calx_statement_free(statement);
    return status;
}

/* A version of each kind is made, then one is found stale. */
static calx_status make_versions(calx_session *session)
{
    struct sheet *sheet = sheet_new();
    struct note *note = note_new();
    struct account *account = account_new();
    void *all[] = { sheet, note, account };
    calx_status status = CALX_OK;
    for (size_t i = 0; i < 3; i++) {
        if (all[i] == NULL)
            status = CALX_E_NOMEM;
        if (status == CALX_OK)
            status = calx_session_add(session, all[i]);
        if (status != CALX_OK)
            calx_instance_free(all[i]);
    }
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (status == CALX_OK)
        status = sheet_set_text(sheet, "changed");
    if (status == CALX_OK)
        status = note_set_text(note, "changed");
    if (status == CALX_OK)
        status = account_set_balance(account, 1);
    if (status == CALX_OK)
        status = run_sql(session, "UPDATE sheets SET revision = 7");
    if (status == CALX_OK)
        status = sheet_set_text(sheet, "late");
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static calx_status try_versions(void)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_status status = calx_engine_new("sqlite://", NULL, &options.bind, NULL);
    if (status == CALX_OK)
        status = calx_schema_create_all(options.bind, &ledger_metadata, NULL);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = make_versions(session);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(options.bind);
    return status;
}

static void every_missing_allocation_is_survived(void **state)
{
    (void)state;
    memset(&tags, 0, sizeof(tags));
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status != CALX_E_STALE_DATA && allowed < 5000; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = try_versions();
        assert_int_equal(ration_stop(&account), 0);
        assert_true(status == CALX_E_NOMEM || status == CALX_E_STALE_DATA);
    }
    assert_true(allowed > 50);
}

#define IN_LEDGER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LEDGER(a_version_starts_at_one_and_counts_updates),
        IN_LEDGER(both_versions_are_in_the_error),
        IN_LEDGER(a_row_that_is_gone_is_told_apart),
        IN_LEDGER(one_stale_row_of_many_is_found),
        IN_LEDGER(no_net_change_makes_no_version),
        IN_LEDGER(a_child_makes_a_version_of_its_own_only),
        IN_LEDGER(a_version_set_by_the_program_is_written_and_the_loaded_one_checked),
        IN_LEDGER(a_first_version_set_by_the_program_is_kept),
        IN_LEDGER(a_version_without_a_sign_counts_to_its_end),
        IN_LEDGER(a_time_is_that_of_the_write_and_always_later),
        IN_LEDGER(a_time_is_checked),
        IN_LEDGER(a_function_gets_null_then_the_old_version),
        IN_LEDGER(a_function_is_called_once_for_each_row),
        IN_LEDGER(versions_of_a_function_are_checked),
        IN_LEDGER(a_function_that_fails_fails_the_flush),
        IN_LEDGER(a_version_that_is_text_is_checked_under_a_lock),
        IN_LEDGER(a_manual_version_is_checked_and_not_made),
        IN_LEDGER(a_manual_version_that_is_null_fails_the_flush),
        IN_LEDGER(a_version_the_database_makes_is_fetched),
        IN_LEDGER(many_rows_get_their_versions_from_the_database),
        IN_LEDGER(an_update_of_no_row_is_stale_without_versions_too),
        IN_LEDGER(a_delete_of_no_row_is_a_warning_that_can_be_left_out),
        IN_LEDGER(some_deletes_of_many_that_find_no_row_are_warnings),
        { "a_statement_a_trigger_stopped_is_told_apart",
          a_statement_a_trigger_stopped_is_told_apart, enter, leave, calx_postgresql_only },
        CALX_SQLITE(every_missing_allocation_is_survived),
    };
    return CALX_RUN("versions", tests);
}
