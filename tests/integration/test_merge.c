/*
 * merge(): what comes from another session, from none, or from a plain struct.
 */
#include "press.calx.h"
#include "runtime/session_fixture.h"
#include "support/ration.h"

#include <stdio.h>

static void press_up(fixture *fix)
{
    set_up_model(fix, &press_metadata);
}

static void forget(fixture *fix)
{
    log_sink_forget(&fix->sink);
}

static size_t statements(fixture *fix)
{
    return log_sink_count(&fix->sink, "SELECT ") + log_sink_count(&fix->sink, "INSERT ") +
           log_sink_count(&fix->sink, "UPDATE ") + log_sink_count(&fix->sink, "DELETE ");
}

/* One writer with two articles, stored by a session of its own. Answers the writer's id. */
static int64_t stored_writer(const fixture *fix)
{
    calx_session *session = new_session(fix);
    struct writer *writer = writer_new();
    assert_non_null(writer);
    writer->name = "ann";
    writer->motto = "onward";
    assert_int_equal(writer_add(session, writer), CALX_OK);
    for (int i = 0; i < 2; i++) {
        struct article *article = article_new();
        assert_non_null(article);
        article->title = i == 0 ? "first" : "second";
        assert_int_equal(writer_articles_append(writer, article), CALX_OK);
    }
    assert_int_equal(calx_session_commit(session), CALX_OK);
    assert_int_equal(calx_session_load(session, writer), CALX_OK);
    int64_t id = writer->id;
    calx_session_free(session);
    return id;
}

static const struct writer *merged(calx_session *session, const struct writer *source)
{
    const struct writer *target = NULL;
    if (writer_merge(session, source, &target) != CALX_OK)
        fail_msg("%s", message(session));
    assert_non_null(target);
    return target;
}

static size_t articles_of(const struct writer *writer)
{
    const struct article *const *items = NULL;
    size_t count = 0;
    assert_int_equal(writer_articles(writer, &items, &count), CALX_OK);
    return count;
}

static void the_source_stays_as_it_is_and_another_is_the_answer(void **state)
{
    (void)state;
    calx_shows("SES-250");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    source->name = "bob";
    const struct writer *target = merged(fix.session, source);
    assert_ptr_not_equal(target, source);
    assert_true(contains(fix.session, target));
    assert_null(calx_object_session(source));
    assert_string_equal(source->name, "bob");
    writer_free(source);
    assert_string_equal(target->name, "bob");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM writers WHERE name = 'bob'"), 1);
    assert_ptr_equal(merged(fix.session, target), target);
    tear_down(&fix);
}

static void a_key_is_looked_for_in_memory_and_then_in_the_database(void **state)
{
    (void)state;
    calx_shows("SES-251");
    fixture fix;
    press_up(&fix);
    int64_t id = stored_writer(&fix);
    struct writer *source = writer_new();
    source->id = id;
    source->name = "changed";
    forget(&fix);
    const struct writer *target = merged(fix.session, source);
    assert_int_equal(statements(&fix), 1);
    assert_string_equal(target->name, "changed");
    assert_ptr_equal(merged(fix.session, source), target);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT "), 1);
    source->id = id + 100;
    const struct writer *other = merged(fix.session, source);
    assert_ptr_not_equal(other, target);
    assert_int_equal(calx_session_count_new(fix.session), 0 + 1);
    writer_free(source);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM writers WHERE name = 'changed'"), 2);
    assert_int_equal(calx_session_load(fix.session, other), CALX_OK);
    assert_int_equal(other->id, id + 100);
    tear_down(&fix);
}

static void a_source_without_a_key_becomes_a_new_one_without_asking(void **state)
{
    (void)state;
    calx_shows("SES-252");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    forget(&fix);
    const struct writer *target = merged(fix.session, source);
    assert_int_equal(statements(&fix), 0);
    assert_int_equal(calx_session_count_new(fix.session), 1);
    assert_int_equal(target->rank, 7);
    writer_free(source);
    tear_down(&fix);
}

static void what_the_source_never_set_is_left_alone(void **state)
{
    (void)state;
    calx_shows("SES-253");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    source->id = stored_writer(&fix);
    source->name = "ann";
    const struct writer *target = merged(fix.session, source);
    assert_string_equal(target->motto, "onward");
    forget(&fix);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE "), 0); /* the same value is no change */
    assert_int_equal(writer_set_motto(source, NULL), CALX_OK);
    assert_ptr_equal(merged(fix.session, source), target);
    assert_null(target->motto);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE "), 1);
    writer_free(source);
    tear_down(&fix);
}

static void a_collection_of_the_source_becomes_that_of_the_target(void **state)
{
    (void)state;
    calx_shows("SES-254");
    fixture fix;
    press_up(&fix);
    int64_t id = stored_writer(&fix);
    struct writer *source = writer_new();
    struct article *kept = article_new(), *added = article_new();
    source->id = id;
    kept->id = number(fix.session, "SELECT id FROM articles WHERE title = 'first'");
    kept->title = "first, again";
    added->title = "third";
    assert_int_equal(writer_articles_append(source, kept), CALX_OK);
    assert_int_equal(writer_articles_append(source, added), CALX_OK);
    const struct writer *target = merged(fix.session, source);
    assert_int_equal(articles_of(target), 2);
    assert_int_equal(articles_of(source), 2);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles"), 2);
    assert_int_equal(
        number(fix.session,
               "SELECT count(*) FROM articles WHERE title IN ('first, again', 'third')"),
        2);
    article_free(kept);
    article_free(added);
    writer_free(source);
    tear_down(&fix);
}

static void reading_a_collection_is_not_setting_it(void **state)
{
    (void)state;
    calx_shows("SES-255");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    source->id = stored_writer(&fix);
    assert_int_equal(articles_of(source), 0);
    const struct writer *target = merged(fix.session, source);
    assert_int_equal(articles_of(target), 2);
    assert_int_equal(writer_articles_clear(source), CALX_OK);
    assert_ptr_equal(merged(fix.session, source), target);
    assert_int_equal(articles_of(target), 0);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles"), 0);
    writer_free(source);
    tear_down(&fix);
}

static void a_relationship_without_the_cascade_is_not_followed(void **state)
{
    (void)state;
    calx_shows("SES-256");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    struct publisher *publisher = publisher_new();
    source->id = stored_writer(&fix);
    assert_int_equal(writer_set_publisher(source, publisher), CALX_OK);
    const struct writer *target = merged(fix.session, source);
    const struct publisher *theirs = publisher;
    assert_int_equal(writer_publisher(target, &theirs), CALX_OK);
    assert_null(theirs);
    assert_int_equal(calx_session_count_new(fix.session), 0);
    assert_int_equal(writer_set_publisher(source, NULL), CALX_OK);
    publisher_free(publisher);
    writer_free(source);
    tear_down(&fix);
}

static void of_two_sources_with_one_key_the_last_counts(void **state)
{
    (void)state;
    calx_shows("SES-257");
    fixture fix;
    press_up(&fix);
    struct article *first = article_new(), *second = article_new();
    struct subject *sql = subject_new(), *again = subject_new(), *c = subject_new();
    sql->name = again->name = "sql";
    c->name = "c";
    first->id = 40;
    second->id = 41;
    assert_int_equal(article_subjects_append(first, sql), CALX_OK);
    assert_int_equal(article_subjects_append(first, c), CALX_OK);
    assert_int_equal(article_subjects_append(second, again), CALX_OK);
    const void *sources[] = { first, second };
    const void *targets[] = { NULL, NULL };
    assert_int_equal(calx_session_merge_all(fix.session, sources, 2, targets), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM subjects"), 2);
    /* The second one says that its subject has one article. */
    assert_int_equal(number(fix.session, "SELECT count(*) FROM article_subjects"), 2);
    struct writer *writer = writer_new();
    struct article *twin = article_new(), *other = article_new();
    twin->id = other->id = 40;
    twin->title = "one";
    other->title = "two";
    assert_int_equal(writer_articles_append(writer, twin), CALX_OK);
    assert_int_equal(writer_articles_append(writer, other), CALX_OK);
    const struct writer *target = merged(fix.session, writer);
    assert_int_equal(articles_of(target), 1);
    assert_string_equal(((const struct article *)targets[0])->title, "two");
    calx_session_close(fix.session);
    void *made[] = { first, second, sql, again, c, writer, twin, other };
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        calx_instance_free(made[i]);
    tear_down(&fix);
}

static void one_flush_comes_first_and_none_on_the_way(void **state)
{
    (void)state;
    calx_shows("SES-258");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    source->id = stored_writer(&fix);
    struct article *article = article_new();
    assert_int_equal(writer_articles_append(source, article), CALX_OK);
    struct publisher *pending = publisher_new();
    assert_int_equal(publisher_add(fix.session, pending), CALX_OK);
    (void)merged(fix.session, source);
    assert_int_equal(calx_session_count_new(fix.session), 1); /* the article, not the publisher */
    article_free(article);
    writer_free(source);
    tear_down(&fix);
}

static void a_source_that_is_pending_here_is_made_again_with_a_warning(void **state)
{
    (void)state;
    calx_shows("SES-259");
    fixture fix;
    press_up(&fix);
    calx_session_options options = session_options(&fix);
    options.autoflush = false;
    set_options(&fix, &options);
    struct writer *source = writer_new();
    assert_int_equal(writer_add(fix.session, source), CALX_OK);
    const struct writer *target = merged(fix.session, source);
    assert_ptr_not_equal(target, source);
    assert_int_equal(calx_session_count_new(fix.session), 2);
    assert_int_equal(calx_session_count_warnings(fix.session), 1);
    tear_down(&fix);
}

static const struct writer *loaded(calx_session *session, int64_t id)
{
    const struct writer *writer = NULL;
    assert_int_equal(writer_get_one(session, id, &writer), CALX_OK);
    return writer;
}

static calx_status merge_unloaded(calx_session *session, const void *source, const void **out)
{
    calx_merge_options options = CALX_MERGE_OPTIONS_INIT;
    options.load = false;
    return calx_session_merge_with(session, source, &options, out);
}

static void without_load_the_source_is_taken_for_its_row(void **state)
{
    (void)state;
    calx_shows("SES-260");
    fixture fix;
    press_up(&fix);
    int64_t id = stored_writer(&fix);
    calx_session *other = new_session(&fix);
    const struct writer *source = loaded(other, id);
    assert_int_equal(articles_of(source), 2);
    forget(&fix);
    const void *found = NULL;
    assert_int_equal(merge_unloaded(fix.session, source, &found), CALX_OK);
    const struct writer *target = found;
    assert_ptr_not_equal(target, source);
    assert_string_equal(target->motto, "onward");
    assert_int_equal(articles_of(target), 2);
    assert_int_equal(statements(&fix), 0);
    assert_false(is_modified(fix.session, target));
    calx_session_free(other);
    assert_string_equal(target->motto, "onward");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(statements(&fix), 0);
    assert_int_equal(writer_set_motto(target, "home"), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT motto FROM writers", "home");
    tear_down(&fix);
}

static void without_load_only_what_is_as_its_row_may_come(void **state)
{
    (void)state;
    calx_shows("SES-261");
    fixture fix;
    press_up(&fix);
    int64_t id = stored_writer(&fix);
    calx_session *other = new_session(&fix);
    const void *found = NULL;
    struct writer *fresh = writer_new();
    assert_int_equal(merge_unloaded(fix.session, fresh, &found), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "never stored"));
    const struct writer *source = loaded(other, id);
    assert_int_equal(writer_set_name(source, "else"), CALX_OK);
    assert_int_equal(merge_unloaded(fix.session, source, &found), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "not written"));
    assert_null(found);
    writer_free(fresh);
    calx_session_free(other);
    tear_down(&fix);
}

static void another_version_is_stale(void **state)
{
    (void)state;
    calx_shows("SES-262");
    fixture fix;
    press_up(&fix);
    struct writer *source = writer_new();
    source->id = stored_writer(&fix);
    source->name = "late";
    const struct writer *target = merged(fix.session, source); /* no version: taken */
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, target), CALX_OK);
    assert_int_equal(target->revision, 2);
    source->revision = 1;
    const struct writer *out = NULL;
    source->name = "later";
    assert_int_equal(writer_merge(fix.session, source, &out), CALX_E_STALE_DATA);
    assert_non_null(strstr(message(fix.session), "version 1"));
    assert_null(out);
    assert_string_equal(target->name, "late");
    source->revision = 2;
    assert_ptr_equal(merged(fix.session, source), target);
    assert_string_equal(target->name, "later");
    writer_free(source);
    tear_down(&fix);
}

static void a_plain_struct_says_something_about_each_column(void **state)
{
    (void)state;
    fixture fix;
    press_up(&fix);
    struct writer plain = { .id = stored_writer(&fix), .name = "plain" };
    const struct writer *target = merged(fix.session, &plain);
    assert_string_equal(target->name, "plain");
    assert_null(target->motto);
    assert_int_equal(target->rank, 0);
    assert_int_equal(articles_of(target), 2);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM writers", "plain");
    tear_down(&fix);
}

/* A leaflet, stored and loaded by another session without its text. */
static const struct leaflet *unread_leaflet(const fixture *fix, calx_session *other)
{
    struct leaflet *leaflet = leaflet_new();
    leaflet->title = "come";
    leaflet->text = "all of you";
    calx_session *maker = new_session(fix);
    assert_int_equal(leaflet_add(maker, leaflet), CALX_OK);
    assert_int_equal(calx_session_commit(maker), CALX_OK);
    assert_int_equal(calx_session_load(maker, leaflet), CALX_OK);
    const struct leaflet *found = NULL;
    assert_int_equal(leaflet_get_one(other, leaflet->id, &found), CALX_OK);
    assert_null(found->text);
    calx_session_free(maker);
    return found;
}

static void what_was_never_loaded_says_nothing(void **state)
{
    (void)state;
    calx_shows("SES-253");
    fixture fix;
    press_up(&fix);
    calx_session *other = new_session(&fix);
    const struct leaflet *source = unread_leaflet(&fix, other), *target = NULL;
    assert_int_equal(calx_session_expunge(other, source), CALX_OK);
    calx_session_free(other);
    assert_int_equal(leaflet_merge(fix.session, source, &target), CALX_OK);
    forget(&fix);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE "), 0);
    assert_stored_text(fix.session, "SELECT text FROM leaflets", "all of you");
    assert_int_equal(leaflet_set_text(source, "nobody"), CALX_OK);
    assert_int_equal(leaflet_merge(fix.session, source, &target), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT text FROM leaflets", "nobody");
    leaflet_free((struct leaflet *)source);
    tear_down(&fix);
}

/* The last column that was not loaded was set. */
static void nothing_is_left_to_load(void **state)
{
    (void)state;
    fixture fix;
    press_up(&fix);
    const struct leaflet *leaflet = unread_leaflet(&fix, fix.session);
    assert_int_equal(leaflet_set_text(leaflet, "some"), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, leaflet), CALX_OK);
    assert_string_equal(leaflet->text, "some");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT text FROM leaflets", "some");
    tear_down(&fix);
}

static void without_load_what_was_never_loaded_is_to_be_loaded(void **state)
{
    (void)state;
    calx_shows("SES-260");
    fixture fix;
    press_up(&fix);
    calx_session *other = new_session(&fix);
    const struct leaflet *source = unread_leaflet(&fix, other);
    const void *found = NULL;
    assert_int_equal(merge_unloaded(fix.session, source, &found), CALX_OK);
    const struct leaflet *target = found;
    assert_string_equal(target->title, "come");
    assert_int_equal(calx_session_load(fix.session, target), CALX_OK);
    assert_string_equal(target->text, "all of you");
    calx_session_free(other);
    tear_down(&fix);
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    calx_shows("ERR-13");
    fixture fix;
    press_up(&fix);
    int plain = 0;
    const void *out = NULL;
    assert_int_equal(calx_session_merge(fix.session, &plain, &out), CALX_E_UNMAPPED);
    assert_int_equal(calx_session_merge(fix.session, NULL, &out), CALX_E_UNMAPPED);
    struct publisher *publisher = publisher_new();
    assert_int_equal(calx_session_merge(fix.session, publisher, NULL), CALX_E_ARGUMENT);
    calx_merge_options options = CALX_MERGE_OPTIONS_INIT;
    options.mapper = &writer_mapper;
    assert_int_equal(calx_session_merge_with(fix.session, publisher, &options, &out),
                     CALX_E_UNMAPPED);
    assert_non_null(strstr(message(fix.session), "publisher"));
    options.size = 0;
    assert_int_equal(calx_session_merge_with(fix.session, publisher, &options, &out),
                     CALX_E_ARGUMENT);
    assert_int_equal(calx_session_merge_all(fix.session, NULL, 1, NULL), CALX_E_ARGUMENT);
    publisher_free(publisher);
    tear_down(&fix);
}

/* Deeper than the stack would bear. */
static void long_chains_are_merged(void **state)
{
    (void)state;
    enum { LINKS = 3000 };
    fixture fix;
    press_up(&fix);
    struct article *articles[LINKS];
    struct subject *subjects[LINKS];
    char names[LINKS][12];
    for (int i = 0; i < LINKS; i++) {
        articles[i] = article_new();
        subjects[i] = subject_new();
        (void)snprintf(names[i], sizeof(names[i]), "%d", i);
        subjects[i]->name = names[i];
        articles[i]->id = i + 1;
        assert_int_equal(article_subjects_append(articles[i], subjects[i]), CALX_OK);
        if (i > 0)
            assert_int_equal(article_subjects_append(articles[i], subjects[i - 1]), CALX_OK);
    }
    const struct article *target = NULL;
    assert_int_equal(article_merge(fix.session, articles[0], &target), CALX_OK);
    assert_int_equal(calx_session_count_new(fix.session), 2 * LINKS);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM article_subjects"), 2 * LINKS - 1);
    for (int i = 0; i < LINKS; i++) {
        article_free(articles[i]);
        subject_free(subjects[i]);
    }
    tear_down(&fix);
}

/* What is merged: a writer that is stored, with one article that is not. */
static void make_source(struct writer **out_writer, struct article **out_article, int64_t id)
{
    *out_writer = writer_new();
    *out_article = article_new();
    (*out_writer)->id = id;
    (*out_writer)->name = "again, under a name that needs memory of its own";
    (*out_article)->title = "a title that is long enough to need memory of its own";
    assert_int_equal(writer_articles_append(*out_writer, *out_article), CALX_OK);
}

/* After a rollback the same merge goes through. */
static void any_allocation_of_a_merge_may_fail(void **state)
{
    (void)state;
    bool failed = true;
    for (long allowed = 0; failed; allowed++) {
        ration account;
        fixture fix;
        struct writer *source = NULL;
        struct article *article = NULL;
        const struct writer *target = NULL;
        assert_true(ration_start(&account, RATION_UNLIMITED));
        press_up(&fix);
        make_source(&source, &article, stored_writer(&fix));
        atomic_store(&account.left, allowed);
        calx_status status = writer_merge(fix.session, source, &target);
        atomic_store(&account.left, RATION_UNLIMITED);
        failed = status != CALX_OK;
        if (failed) {
            assert_int_equal(status, CALX_E_NOMEM);
            assert_null(target);
            assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
            target = merged(fix.session, source);
        }
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE writer_id = "
                                             "(SELECT max(id) FROM writers)"),
                         1);
        assert_int_equal(articles_of(target), 1);
        calx_session_close(fix.session);
        article_free(article);
        writer_free(source);
        tear_down(&fix);
        assert_int_equal(ration_stop(&account), 0);
    }
}

/* ---- merges that fail ---- */

/* Where the writer with this id, his two articles and their subjects are as they were stored. */
static void check_untouched(fixture *fix, const struct writer *writer)
{
    assert_int_equal(calx_session_count_new(fix->session), 0);
    assert_string_equal(writer->name, "ann");
    assert_int_equal(articles_of(writer), 2);
    assert_string_equal(writer->articles.items[0]->title, "first");
    forget(fix);
    assert_int_equal(calx_session_flush(fix->session), CALX_OK);
    assert_int_equal(log_sink_count(&fix->sink, "INSERT ") + log_sink_count(&fix->sink, "UPDATE ") +
                         log_sink_count(&fix->sink, "DELETE "),
                     0);
}

/* Another name, one of the articles with another title and a new subject, and a new article. */
static struct writer *changed_writer(const struct writer *writer, struct article **articles,
                                     struct subject **out_subject)
{
    struct writer *source = writer_new();
    source->id = writer->id;
    source->name = "anne";
    *out_subject = subject_new();
    (*out_subject)->name = "poetry";
    for (size_t i = 0; i < 2; i++) {
        articles[i] = article_new();
        articles[i]->title = i == 0 ? "changed" : "new";
        assert_int_equal(writer_articles_append(source, articles[i]), CALX_OK);
        assert_int_equal(article_subjects_append(articles[i], *out_subject), CALX_OK);
    }
    articles[0]->id = writer->articles.items[0]->id;
    return source;
}

static calx_status merge_with_rations(long allowed)
{
    ration account;
    fixture fix;
    struct article *articles[2];
    struct subject *subject = NULL;
    const struct writer *writer = NULL, *target = NULL;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    press_up(&fix);
    assert_int_equal(writer_get_one(fix.session, stored_writer(&fix), &writer), CALX_OK);
    assert_int_equal(articles_of(writer), 2);
    struct writer *source = changed_writer(writer, articles, &subject);
    atomic_store(&account.left, allowed);
    calx_status status = writer_merge(fix.session, source, &target);
    atomic_store(&account.left, RATION_UNLIMITED);
    if (status != CALX_OK) {
        check_untouched(&fix, writer);
        assert_ptr_equal(merged(fix.session, source), writer);
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM article_subjects"), 2);
    assert_int_equal(number(fix.session,
                            "SELECT count(*) FROM articles WHERE title <> 'second' AND "
                            "writer_id = (SELECT max(id) FROM writers)"),
                     2);
    assert_int_equal(articles_of(writer), 2);
    calx_session_close(fix.session);
    for (size_t i = 0; i < 2; i++)
        article_free(articles[i]);
    subject_free(subject);
    writer_free(source);
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
    return status;
}

static void a_merge_without_memory_changes_nothing(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++)
        status = merge_with_rations(allowed);
    assert_int_equal(status, CALX_OK);
}

/* The last source of the graph is wrong: nothing is taken over from those before. */
static void a_merge_that_fails_at_its_end_changes_nothing(void **state)
{
    (void)state;
    calx_shows("SES-262");
    fixture fix;
    press_up(&fix);
    const struct writer *writer = NULL, *target = NULL;
    assert_int_equal(writer_get_one(fix.session, stored_writer(&fix), &writer), CALX_OK);
    assert_int_equal(articles_of(writer), 2);
    struct article *source = article_new();
    struct writer *stale = writer_new();
    const struct article *merged_article = NULL;
    source->title = "new";
    stale->id = writer->id;
    stale->revision = writer->revision + 1;
    assert_int_equal(article_set_writer(source, stale), CALX_OK);
    assert_int_equal(article_merge(fix.session, source, &merged_article), CALX_E_STALE_DATA);
    assert_null(merged_article);
    check_untouched(&fix, writer);
    stale->revision = writer->revision;
    stale->name = "anne";
    assert_ptr_equal(target = merged(fix.session, stale), writer);
    assert_int_equal(articles_of(target), 1);
    article_free(source);
    writer_free(stale);
    tear_down(&fix);
}

/* What the session was to write before is still to be written. */
static void a_merge_that_fails_leaves_other_work_alone(void **state)
{
    (void)state;
    fixture fix;
    press_up(&fix);
    const struct writer *writer = NULL, *target = NULL;
    assert_int_equal(writer_get_one(fix.session, stored_writer(&fix), &writer), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    struct publisher *other = publisher_new();
    other->name = "mine";
    assert_int_equal(publisher_add(fix.session, other), CALX_OK);
    assert_int_equal(writer_set_motto(writer, "mine too"), CALX_OK);
    struct writer *stale = writer_new();
    stale->id = writer->id;
    stale->revision = 99;
    assert_int_equal(writer_merge(fix.session, stale, &target), CALX_E_STALE_DATA);
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM writers WHERE motto = 'mine too'"),
                     1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM publishers"), 1);
    writer_free(stale);
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_source_stays_as_it_is_and_another_is_the_answer),
        cmocka_unit_test(a_key_is_looked_for_in_memory_and_then_in_the_database),
        cmocka_unit_test(a_source_without_a_key_becomes_a_new_one_without_asking),
        cmocka_unit_test(what_the_source_never_set_is_left_alone),
        cmocka_unit_test(a_collection_of_the_source_becomes_that_of_the_target),
        cmocka_unit_test(reading_a_collection_is_not_setting_it),
        cmocka_unit_test(a_relationship_without_the_cascade_is_not_followed),
        cmocka_unit_test(of_two_sources_with_one_key_the_last_counts),
        cmocka_unit_test(one_flush_comes_first_and_none_on_the_way),
        cmocka_unit_test(a_source_that_is_pending_here_is_made_again_with_a_warning),
        cmocka_unit_test(without_load_the_source_is_taken_for_its_row),
        cmocka_unit_test(without_load_only_what_is_as_its_row_may_come),
        cmocka_unit_test(another_version_is_stale),
        cmocka_unit_test(a_plain_struct_says_something_about_each_column),
        cmocka_unit_test(what_was_never_loaded_says_nothing),
        cmocka_unit_test(nothing_is_left_to_load),
        cmocka_unit_test(without_load_what_was_never_loaded_is_to_be_loaded),
        cmocka_unit_test(bad_arguments_are_named),
        cmocka_unit_test(long_chains_are_merged),
        cmocka_unit_test(any_allocation_of_a_merge_may_fail),
        cmocka_unit_test(a_merge_without_memory_changes_nothing),
        cmocka_unit_test(a_merge_that_fails_at_its_end_changes_nothing),
        cmocka_unit_test(a_merge_that_fails_leaves_other_work_alone),
    };
    return CALX_RUN("merge", tests);
}
