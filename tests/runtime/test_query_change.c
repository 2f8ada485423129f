/*
 * UPDATE and DELETE by a query's conditions, and what instances that are loaded learn of them.
 */
#include "deferred_models.calx.h"

#include "session_fixture.h"
#include "support/ration.h"

#include <calx/calx.h>

enum { ROOM = 8 };

static void ok(const fixture *fix, calx_status status)
{
    if (status != CALX_OK)
        fail_msg("%s: %s", calx_status_name(status), message(fix->session));
}

/* Articles 1 to 4: words 10, 20, 30, 40; the first two in section 1. */
static void set_up_articles(fixture *fix)
{
    set_up_model(fix, &deferred_models_metadata);
    run_elsewhere(fix, "INSERT INTO sections (id, name) VALUES (1, 'news'), (2, 'old')");
    run_elsewhere(fix,
                  "INSERT INTO articles (id, title, body, words, section_id, summary, revision) "
                  "VALUES (1, 'one', 'long one', 10, 1, 'a', 1), (2, 'two', NULL, 20, 1, 'b', 1), "
                  "(3, 'three', NULL, 30, NULL, 'c', 1), (4, 'four', NULL, 40, NULL, NULL, 1)");
    log_sink_forget(&fix->sink);
}

static void without_autoflush(fixture *fix)
{
    calx_session_options options = session_options(fix);
    options.autoflush = false;
    set_options(fix, &options);
}

static const struct article *get_article(const fixture *fix, int64_t id)
{
    const struct article *found = NULL;
    ok(fix, article_get(fix->session, id, &found));
    return found;
}

static void load_articles(fixture *fix, const struct article **out)
{
    for (int64_t id = 1; id <= 4; id++)
        out[id] = get_article(fix, id);
    log_sink_forget(&fix->sink);
}

static article_query *articles_where(const fixture *fix, calx_expression condition)
{
    article_query *query = article_query_new(fix->session);
    assert_non_null(query);
    ok(fix, article_query_where(query, condition));
    return query;
}

static int64_t update_where(const fixture *fix, calx_expression condition, calx_synchronize how,
                            calx_assignment assignment)
{
    int64_t count = -1;
    article_query *query = articles_where(fix, condition);
    ok(fix, calx_query_synchronize(article_query_plain(query), how));
    ok(fix, article_query_update(query, &assignment, 1, &count));
    article_query_free(query);
    return count;
}

static int64_t delete_where(const fixture *fix, calx_expression condition, calx_synchronize how)
{
    int64_t count = -1;
    article_query *query = articles_where(fix, condition);
    ok(fix, calx_query_synchronize(article_query_plain(query), how));
    ok(fix, article_query_delete(query, &count));
    article_query_free(query);
    return count;
}

static calx_state state_of(const void *entity)
{
    calx_state state = CALX_STATE_TRANSIENT;
    assert_int_equal(calx_instance_state(entity, &state), CALX_OK);
    return state;
}

static calx_session_transaction begin_nested(const fixture *fix)
{
    ok(fix, calx_session_begin_nested(fix->session));
    return calx_session_get_nested_transaction(fix->session);
}

/* ---- auto ---- */

static void conditions_are_evaluated_where_that_is_sure(void **state)
{
    (void)state;
    calx_shows("SES-329");
    calx_shows("SES-330");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_int_equal(update_where(&fix, calx_gt(article_col.words, 20), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.title, "long")),
                     2);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"articles\" SET \"title\" = "), 1);
    assert_int_equal(log_sink_count(&fix.sink, "RETURNING"), 0);
    assert_string_equal(articles[2]->title, "two");
    assert_string_equal(articles[3]->title, "long");
    assert_string_equal(articles[4]->title, "long");
    assert_false(is_modified(fix.session, articles[3]));
    log_sink_forget(&fix.sink);
    assert_ptr_equal(get_article(&fix, 3), articles[3]);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, ""), 0);
    tear_down(&fix);
}

static void other_conditions_have_the_keys_fetched(void **state)
{
    (void)state;
    calx_shows("SES-329");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_int_equal(update_where(&fix, calx_eq(article_col.title, "two"), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.words, 99)),
                     1);
    assert_int_equal(log_sink_count(&fix.sink, "RETURNING \"id\""), 1);
    assert_int_equal(articles[2]->words, 99);
    assert_int_equal(articles[1]->words, 10);
    assert_int_equal(delete_where(&fix, calx_like(article_col.title, "t%"), CALX_SYNCHRONIZE_AUTO),
                     2);
    assert_int_equal(state_of(articles[2]), CALX_STATE_DELETED);
    assert_int_equal(state_of(articles[3]), CALX_STATE_DELETED);
    assert_int_equal(state_of(articles[1]), CALX_STATE_PERSISTENT);
    tear_down(&fix);
}

static int64_t retitle(fixture *fix, calx_expression condition, const char *title)
{
    int64_t count = update_where(fix, condition, CALX_SYNCHRONIZE_EVALUATE,
                                 calx_assign(article_col.title, title));
    assert_int_equal(log_sink_count(&fix->sink, "RETURNING"), 0);
    return count;
}

/* Case counts, and so does each form of a letter: "e" with an accent, and then the accent. */
static void text_is_compared_by_its_bytes_where_that_is_asked_for(void **state)
{
    (void)state;
    calx_shows("SES-329");
    calx_shows("SES-330");
    static const char *const two[] = { "one", "three" };
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_int_equal(retitle(&fix, calx_eq(article_col.title, "two"), "caf\xC3\xA9"), 1);
    assert_string_equal(articles[2]->title, "caf\xC3\xA9");
    assert_int_equal(retitle(&fix, calx_eq(article_col.title, "One"), "x"), 0);
    assert_int_equal(retitle(&fix, calx_eq(article_col.title, "cafe\xCC\x81"), "x"), 0);
    assert_int_equal(retitle(&fix, calx_eq(article_col.title, ""), "x"), 0);
    assert_string_equal(articles[1]->title, "one");
    assert_string_equal(articles[2]->title, "caf\xC3\xA9");
    assert_int_equal(retitle(&fix, calx_in(article_col.title, two, 2), "first"), 2);
    assert_string_equal(articles[1]->title, "first");
    assert_string_equal(articles[3]->title, "first");
    assert_int_equal(retitle(&fix, calx_ne(article_col.title, "first"), "other"), 2);
    assert_string_equal(articles[2]->title, "other");
    assert_string_equal(articles[4]->title, "other");
    assert_string_equal(articles[1]->title, "first");
    assert_int_equal(retitle(&fix, calx_is_distinct_from(article_col.title, "first"), "all"), 2);
    assert_string_equal(articles[4]->title, "all");
    assert_int_equal(retitle(&fix, calx_eq(article_col.title, article_col.title), "end"), 4);
    assert_string_equal(articles[1]->title, "end");
    /* One that was never loaded: who is meant is not known, so the title is read again. */
    assert_int_equal(retitle(&fix, calx_eq(article_col.summary, "a"), "last"), 1);
    assert_string_equal(get_article(&fix, 1)->title, "last");
    assert_string_equal(get_article(&fix, 2)->title, "end");
    ok(&fix, calx_session_commit(fix.session));
    tear_down(&fix);
}

/* ---- what becomes of instances ---- */

static void expressions_expire_their_columns(void **state)
{
    (void)state;
    calx_shows("SES-330");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    const calx_assignment both[] = {
        calx_assign(article_col.words, calx_mul(article_col.words, 2)),
        calx_assign(article_col.title, "double"),
    };
    int64_t count = 0;
    article_query *query = articles_where(&fix, calx_le(article_col.words, 20));
    ok(&fix, article_query_update(query, both, 2, &count));
    article_query_free(query);
    assert_int_equal(count, 2);
    assert_string_equal(articles[1]->title, "double");
    assert_int_equal(articles[1]->words, 10);
    log_sink_forget(&fix.sink);
    ok(&fix, calx_session_load(fix.session, articles[1]));
    assert_int_equal(log_sink_count(&fix.sink, "\"words\""), 1);
    assert_int_equal(log_sink_count(&fix.sink, "\"title\""), 0);
    assert_int_equal(articles[1]->words, 20);
    ok(&fix, calx_session_load(fix.session, articles[3]));
    assert_int_equal(articles[3]->words, 30);
    tear_down(&fix);
}

static void what_was_never_loaded_stays_so(void **state)
{
    (void)state;
    calx_shows("SES-330");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_null(articles[1]->body);
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.body, "short")),
                     1);
    assert_null(articles[1]->body);
    ok(&fix, calx_session_commit(fix.session));
    struct article *edited = article_edit(articles[1]);
    assert_non_null(edited);
    assert_string_equal(edited->body, "short");
    tear_down(&fix);
}

static void text_that_may_be_written_into_is_set_too(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    struct article *article = article_edit(get_article(&fix, 1));
    assert_string_equal(article->summary, "a");
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_EVALUATE,
                                  calx_assign(article_col.summary, "new")),
                     1);
    assert_string_equal(article->summary, "new");
    assert_false(is_modified(fix.session, article));
    article->summary[0] = 'N';
    assert_true(is_modified(fix.session, article));
    ok(&fix, calx_session_flush(fix.session));
    assert_stored_text(fix.session, "SELECT summary FROM articles WHERE id = 1", "New");
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_EVALUATE,
                                  calx_assign_null(article_col.summary)),
                     1);
    assert_null(article->summary);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE summary IS NULL"), 2);
    tear_down(&fix);
}

/* Conditions mean rows, so a change that was not flushed has no say, and gives way. */
static void changes_that_were_not_flushed_give_way(void **state)
{
    (void)state;
    calx_shows("SES-330");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    without_autoflush(&fix);
    load_articles(&fix, articles);
    article_edit(articles[1])->words = 500;
    article_edit(articles[3])->words = 3;
    ok(&fix, article_set_title(articles[3], "mine"));
    assert_int_equal(update_where(&fix, calx_gt(article_col.words, 20), CALX_SYNCHRONIZE_EVALUATE,
                                  calx_assign(article_col.words, 77)),
                     2);
    assert_int_equal(articles[1]->words, 500);
    assert_int_equal(articles[3]->words, 77);
    assert_string_equal(articles[3]->title, "mine");
    assert_true(is_modified(fix.session, articles[1]));
    assert_true(is_modified(fix.session, articles[3]));
    log_sink_forget(&fix.sink);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(number(fix.session, "SELECT words FROM articles WHERE id = 3"), 77);
    assert_int_equal(number(fix.session, "SELECT words FROM articles WHERE id = 1"), 500);
    assert_stored_text(fix.session, "SELECT title FROM articles WHERE id = 3", "mine");
    tear_down(&fix);
}

static void an_expression_takes_a_pending_one_away(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    without_autoflush(&fix);
    load_articles(&fix, articles);
    ok(&fix, calx_session_set_expression(fix.session, articles[1], article_col.words.ref,
                                         calx_add(article_col.words, 1000)));
    ok(&fix, article_set_words(articles[2], 2000));
    assert_int_equal(update_where(&fix, calx_le(article_col.words, 20), CALX_SYNCHRONIZE_FETCH,
                                  calx_assign(article_col.words, calx_add(article_col.words, 1))),
                     2);
    assert_false(is_modified(fix.session, articles[1]));
    assert_false(is_modified(fix.session, articles[2]));
    ok(&fix, calx_session_load(fix.session, articles[1]));
    ok(&fix, calx_session_load(fix.session, articles[2]));
    assert_int_equal(articles[1]->words, 11);
    assert_int_equal(articles[2]->words, 21);
    tear_down(&fix);
}

static void pending_work_is_flushed_first(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    article_edit(articles[1])->words = 500;
    assert_int_equal(update_where(&fix, calx_gt(article_col.words, 100), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.title, "large")),
                     1);
    assert_string_equal(articles[1]->title, "large");
    tear_down(&fix);
}

static void references_follow_their_columns(void **state)
{
    (void)state;
    fixture fix;
    const struct section *section = NULL;
    set_up_articles(&fix);
    const struct article *article = get_article(&fix, 1);
    ok(&fix, article_section(article, &section));
    assert_int_equal(section->id, 1);
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_EVALUATE,
                                  calx_assign(article_col.section_id, 2)),
                     1);
    ok(&fix, article_section(article, &section));
    assert_int_equal(section->id, 2);
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_EVALUATE,
                                  calx_assign_null(article_col.section_id)),
                     1);
    ok(&fix, article_section(article, &section));
    assert_null(section);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE section_id IS NULL"),
                     3);
    tear_down(&fix);
}

/* ---- deletions ---- */

static void deleted_rows_take_their_instances_along(void **state)
{
    (void)state;
    calx_shows("SES-331");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_int_equal(delete_where(&fix, calx_lt(article_col.words, 30), CALX_SYNCHRONIZE_AUTO), 2);
    assert_int_equal(log_sink_count(&fix.sink, "RETURNING"), 0);
    assert_int_equal(state_of(articles[1]), CALX_STATE_DELETED);
    assert_int_equal(state_of(articles[3]), CALX_STATE_PERSISTENT);
    assert_null(get_article(&fix, 1));
    ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(state_of(articles[1]), CALX_STATE_PERSISTENT);
    assert_ptr_equal(get_article(&fix, 1), articles[1]);
    assert_int_equal(delete_where(&fix, calx_lt(article_col.words, 30), CALX_SYNCHRONIZE_FETCH), 2);
    ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(state_of(articles[2]), CALX_STATE_DETACHED);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles"), 2);
    tear_down(&fix);
}

/* Whether they are meant cannot be told from memory. */
static void expired_instances_have_the_keys_fetched(void **state)
{
    (void)state;
    calx_shows("SES-331");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    ok(&fix, calx_session_expire(fix.session, articles[1]));
    assert_int_equal(delete_where(&fix, calx_lt(article_col.words, 30), CALX_SYNCHRONIZE_AUTO), 2);
    assert_int_equal(log_sink_count(&fix.sink, "RETURNING"), 1);
    assert_int_equal(state_of(articles[1]), CALX_STATE_DELETED);
    assert_int_equal(state_of(articles[2]), CALX_STATE_DELETED);
    tear_down(&fix);
}

static void a_forced_evaluation_leaves_expired_ones_to_be_found_out(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    ok(&fix, calx_session_expire(fix.session, articles[1]));
    const char *const words[] = { "words" };
    calx_expire_options some = CALX_EXPIRE_OPTIONS_INIT;
    some.names = words;
    some.count = 1;
    ok(&fix, calx_session_expire_with(fix.session, articles[2], &some));
    assert_int_equal(delete_where(&fix, calx_lt(article_col.words, 30), CALX_SYNCHRONIZE_EVALUATE),
                     2);
    assert_int_equal(state_of(articles[1]), CALX_STATE_PERSISTENT);
    assert_int_equal(calx_session_load(fix.session, articles[1]), CALX_E_OBJECT_DELETED);
    assert_int_equal(calx_session_load(fix.session, articles[2]), CALX_E_OBJECT_DELETED);
    tear_down(&fix);
}

static void one_that_is_marked_is_not_deleted_again(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    without_autoflush(&fix);
    const struct article *article = get_article(&fix, 1);
    ok(&fix, article_delete(fix.session, article));
    assert_int_equal(delete_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_AUTO), 1);
    assert_int_equal(state_of(article), CALX_STATE_DELETED);
    log_sink_forget(&fix.sink);
    ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(log_sink_count(&fix.sink, "DELETE"), 0);
    tear_down(&fix);
}

/* ---- events ---- */

/* How often each event was heard. */
static calx_status count_event(void *context, calx_session_event_details *details)
{
    ((size_t *)context)[details->event]++;
    return CALX_OK;
}

static void count_events(const fixture *fix, size_t *counts)
{
    calx_session_listener listener = CALX_SESSION_LISTENER_INIT;
    listener.function = count_event;
    listener.context = counts;
    ok(fix, calx_session_listen(fix->session, CALX_SESSION_PERSISTENT_TO_DELETED, &listener));
    ok(fix, calx_session_listen(fix->session, CALX_SESSION_EXPIRE, &listener));
}

static void deleted_and_expired_instances_are_told(void **state)
{
    (void)state;
    calx_shows("SES-375");
    fixture fix;
    size_t counts[CALX_SESSION_EVENT_COUNT] = { 0 };
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    count_events(&fix, counts);
    update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_EVALUATE,
                 calx_assign(article_col.words, 11));
    assert_int_equal(counts[CALX_SESSION_EXPIRE], 0);
    update_where(&fix, calx_le(article_col.id, 2), CALX_SYNCHRONIZE_EVALUATE,
                 calx_assign(article_col.words, calx_add(article_col.words, 1)));
    assert_int_equal(counts[CALX_SESSION_EXPIRE], 2);
    delete_where(&fix, calx_ge(article_col.id, 3), CALX_SYNCHRONIZE_EVALUATE);
    assert_int_equal(counts[CALX_SESSION_PERSISTENT_TO_DELETED], 2);
    delete_where(&fix, calx_lt(article_col.words, 0), CALX_SYNCHRONIZE_EVALUATE);
    assert_int_equal(counts[CALX_SESSION_PERSISTENT_TO_DELETED], 2);
    assert_int_equal(counts[CALX_SESSION_EXPIRE], 4);
    tear_down(&fix);
}

/* ---- rollbacks ---- */

static void a_rollback_to_a_savepoint_expires_what_was_synchronized(void **state)
{
    (void)state;
    calx_shows("SES-135");
    fixture fix;
    const struct article *articles[ROOM];
    calx_session_transaction inside;
    set_up_articles(&fix);
    load_articles(&fix, articles);
    inside = begin_nested(&fix);
    assert_int_equal(update_where(&fix, calx_eq(article_col.words, 10), CALX_SYNCHRONIZE_EVALUATE,
                                  calx_assign(article_col.words, 11)),
                     1);
    assert_int_equal(update_where(&fix, calx_eq(article_col.title, "two"), CALX_SYNCHRONIZE_FETCH,
                                  calx_assign(article_col.words, calx_add(article_col.words, 1))),
                     1);
    assert_int_equal(delete_where(&fix, calx_eq(article_col.words, 30), CALX_SYNCHRONIZE_AUTO), 1);
    ok(&fix, calx_session_load(fix.session, articles[2]));
    assert_int_equal(articles[2]->words, 21);
    ok(&fix, calx_session_transaction_rollback(inside));
    log_sink_forget(&fix.sink);
    assert_int_equal(state_of(articles[3]), CALX_STATE_PERSISTENT);
    for (size_t i = 1; i <= 4; i++) {
        ok(&fix, calx_session_load(fix.session, articles[i]));
        assert_int_equal(articles[i]->words, 10 * i);
    }
    assert_int_equal(log_sink_count(&fix.sink, "\"title\""), 2);
    tear_down(&fix);
}

static void an_expired_instance_is_expired_again(void **state)
{
    (void)state;
    calx_shows("SES-135");
    fixture fix;
    calx_session_transaction inside;
    set_up_articles(&fix);
    for (int way = CALX_SYNCHRONIZE_EVALUATE; way <= CALX_SYNCHRONIZE_FETCH; way++) {
        const struct article *article = get_article(&fix, 1);
        ok(&fix, calx_session_expire(fix.session, article));
        inside = begin_nested(&fix);
        assert_int_equal(update_where(&fix, calx_lt(article_col.words, 15), (calx_synchronize)way,
                                      calx_assign(article_col.words, 12)),
                         1);
        ok(&fix, calx_session_load(fix.session, article));
        assert_int_equal(article->words, 12);
        ok(&fix, calx_session_transaction_rollback(inside));
        ok(&fix, calx_session_load(fix.session, article));
        assert_int_equal(article->words, 10);
        ok(&fix, calx_session_commit(fix.session));
    }
    tear_down(&fix);
}

static void a_rollback_expires_all(void **state)
{
    (void)state;
    calx_shows("SES-330");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_int_equal(update_where(&fix, calx_eq(article_col.words, 10), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.title, "x")),
                     1);
    ok(&fix, calx_session_rollback(fix.session));
    ok(&fix, calx_session_load(fix.session, articles[1]));
    assert_string_equal(articles[1]->title, "one");
    tear_down(&fix);
}

/* ---- ways that were asked for ---- */

static void without_synchronization_instances_are_stale(void **state)
{
    (void)state;
    calx_shows("SES-332");
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_NONE,
                                  calx_assign(article_col.words, 9)),
                     1);
    assert_int_equal(delete_where(&fix, calx_eq(article_col.id, 2), CALX_SYNCHRONIZE_NONE), 1);
    assert_int_equal(log_sink_count(&fix.sink, "RETURNING"), 0);
    assert_int_equal(articles[1]->words, 10);
    assert_int_equal(state_of(articles[2]), CALX_STATE_PERSISTENT);
    ok(&fix, calx_session_commit(fix.session));
    ok(&fix, calx_session_load(fix.session, articles[1]));
    assert_int_equal(articles[1]->words, 9);
    assert_int_equal(calx_session_load(fix.session, articles[2]), CALX_E_OBJECT_DELETED);
    tear_down(&fix);
}

static void assert_not_evaluated(fixture *fix, calx_expression condition, const char *spelled)
{
    article_query *query = articles_where(fix, condition);
    ok(fix, calx_query_synchronize(article_query_plain(query), CALX_SYNCHRONIZE_EVALUATE));
    assert_int_equal(article_query_delete(query, NULL), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix->session), spelled));
    assert_non_null(strstr(message(fix->session), "CALX_SYNCHRONIZE_FETCH"));
    assert_int_equal(log_sink_count(&fix->sink, ""), 0);
    article_query_free(query);
}

static void what_cannot_be_evaluated_is_refused_without_sql(void **state)
{
    (void)state;
    calx_shows("SES-332");
    fixture fix;
    set_up_articles(&fix);
    assert_not_evaluated(&fix, calx_lt(article_col.title, "two"), "\"articles\".\"title\" < ?");
    assert_not_evaluated(&fix, calx_ge(article_col.title, article_col.summary),
                         "\"articles\".\"title\" >= \"articles\".\"summary\"");
    assert_not_evaluated(&fix, calx_between(article_col.title, "a", "b"), "BETWEEN");
    assert_not_evaluated(&fix, calx_like(article_col.title, "t%"), "LIKE");
    assert_not_evaluated(&fix, calx_eq(calx_lower(article_col.title), "two"), "lower(");
    article_query *query = articles_where(&fix, calx_eq(article_col.id, 2));
    assert_int_equal(calx_query_synchronize(article_query_plain(query), (calx_synchronize)17),
                     CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "17 is no way to synchronize"));
    assert_int_equal(article_query_delete(query, NULL), CALX_E_ARGUMENT);
    assert_int_equal(log_sink_count(&fix.sink, ""), 0);
    article_query_free(query);
    tear_down(&fix);
}

static void assert_refused(fixture *fix, calx_query *query, const char *what)
{
    assert_int_equal(calx_query_delete(query, NULL), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix->session), what));
    assert_int_equal(log_sink_count(&fix->sink, ""), 0);
    calx_query_free(query);
}

static calx_query *new_query(const fixture *fix)
{
    calx_query *query = calx_query_new(fix->session, &article_mapper);
    assert_non_null(query);
    return query;
}

static void only_conditions_can_be_meant(void **state)
{
    (void)state;
    calx_shows("SES-333");
    fixture fix;
    set_up_articles(&fix);
    calx_query *query = new_query(&fix);
    ok(&fix, calx_query_limit(query, 1));
    assert_refused(&fix, query, "limit");
    query = new_query(&fix);
    ok(&fix, calx_query_offset(query, 1));
    assert_refused(&fix, query, "offset");
    query = new_query(&fix);
    ok(&fix, calx_query_order_by(query, calx_asc(article_col.id)));
    assert_refused(&fix, query, "order");
    query = new_query(&fix);
    ok(&fix, calx_query_distinct(query));
    assert_refused(&fix, query, "distinct");
    query = new_query(&fix);
    ok(&fix, calx_query_join(query, article_rel.section));
    assert_refused(&fix, query, "joins");
    if (calx_test_on("postgresql")) {
        query = new_query(&fix);
        ok(&fix, calx_query_lock(query, CALX_LOCK_UPDATE, CALX_LOCK_WAIT));
        assert_refused(&fix, query, "locks");
    }
    tear_down(&fix);
}

/* A condition about another table is refused, and so is an assignment to it. */
static void assignments_are_looked_at_first(void **state)
{
    (void)state;
    fixture fix;
    set_up_articles(&fix);
    const calx_assignment twice[] = { calx_assign(article_col.words, 1),
                                      calx_assign(article_col.words, 2) };
    const calx_assignment other = calx_assign(section_col.name, "x");
    const calx_assignment key = calx_assign(article_col.id, 7);
    const calx_assignment large = calx_assign(article_col.words, INT64_C(1) << 40);
    const calx_assignment unset = { { NULL, 0, 0 }, false, { 0 } };
    const calx_assignment wrong = calx_assign(article_col.words, calx_upper(article_col.title));
    article_query *query = articles_where(&fix, calx_eq(article_col.id, 1));
    assert_int_equal(article_query_update(query, NULL, 0, NULL), CALX_E_ARGUMENT);
    assert_int_equal(article_query_update(query, twice, 2, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "\"words\" is set twice"));
    assert_int_equal(article_query_update(query, &other, 1, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "\"name\" of table \"sections\""));
    assert_int_equal(article_query_update(query, &key, 1, NULL), CALX_E_INVALID_REQUEST);
    assert_non_null(strstr(message(fix.session), "key of article"));
    assert_int_equal(article_query_update(query, &large, 1, NULL), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "article.words"));
    assert_int_equal(article_query_update(query, &unset, 1, NULL), CALX_E_ARGUMENT);
    assert_int_equal(article_query_update(query, &wrong, 1, NULL), CALX_E_ARGUMENT);
    assert_non_null(strstr(message(fix.session), "upper("));
    assert_int_equal(log_sink_count(&fix.sink, ""), 0);
    ok(&fix, calx_query_synchronize(article_query_plain(query), CALX_SYNCHRONIZE_NONE));
    ok(&fix, article_query_update(query, &key, 1, NULL));
    assert_int_equal(number(fix.session, "SELECT count(*) FROM articles WHERE id = 7"), 1);
    article_query_free(query);
    tear_down(&fix);
}

static void nothing_but_rows_is_changed(void **state)
{
    (void)state;
    calx_shows("SES-333");
    fixture fix;
    const struct article *const *members = NULL;
    const struct section *section = NULL;
    size_t count = 0;
    set_up_articles(&fix);
    ok(&fix, section_get(fix.session, 1, &section));
    ok(&fix, section_articles(section, &members, &count));
    assert_int_equal(count, 2);
    assert_int_equal(update_where(&fix, calx_eq(article_col.id, 1), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.words, 5)),
                     1);
    assert_int_equal(number(fix.session, "SELECT revision FROM articles WHERE id = 1"), 1);
    assert_int_equal(delete_where(&fix, calx_eq(article_col.id, 3), CALX_SYNCHRONIZE_AUTO), 1);
    assert_int_equal(delete_where(&fix, calx_eq(article_col.id, 3), CALX_SYNCHRONIZE_AUTO), 0);
    /* The rows of a section are the database's to refuse. */
    int64_t deleted = 0;
    section_query *query = section_query_new(fix.session);
    ok(&fix, section_query_where(query, calx_eq(section_col.id, 1)));
    assert_int_equal(section_query_delete(query, &deleted), CALX_E_FOREIGN_KEY);
    assert_int_equal(state_of(section), CALX_STATE_PERSISTENT);
    section_query_free(query);
    ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(number(fix.session, "SELECT words FROM articles WHERE id = 1"), 10);
    tear_down(&fix);
}

static void a_query_without_conditions_means_all_rows(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    int64_t count = 0;
    set_up_articles(&fix);
    load_articles(&fix, articles);
    article_query *query = article_query_new(fix.session);
    const calx_assignment zero = calx_assign(article_col.words, 0);
    ok(&fix, article_query_update(query, &zero, 1, &count));
    assert_int_equal(count, 4);
    assert_int_equal(articles[4]->words, 0);
    ok(&fix, article_query_delete(query, &count));
    assert_int_equal(count, 4);
    assert_int_equal(state_of(articles[4]), CALX_STATE_DELETED);
    article_query_free(query);
    tear_down(&fix);
}

static void selects_may_stand_in_both(void **state)
{
    (void)state;
    fixture fix;
    const struct article *articles[ROOM];
    set_up_articles(&fix);
    load_articles(&fix, articles);
    calx_select *names = calx_select_new(fix.session);
    calx_select_column(names, section_col.name);
    ok(&fix, calx_select_where(names, calx_eq(section_col.id, article_col.section_id)));
    calx_select *there = calx_select_new(fix.session);
    calx_select_column(there, section_col.id);
    ok(&fix, calx_select_where(there, calx_eq(section_col.id, article_col.section_id)));
    assert_int_equal(update_where(&fix, calx_exists(there), CALX_SYNCHRONIZE_AUTO,
                                  calx_assign(article_col.title, calx_select_expression(names))),
                     2);
    calx_select_free(names);
    calx_select_free(there);
    ok(&fix, calx_session_load(fix.session, articles[1]));
    ok(&fix, calx_session_load(fix.session, articles[3]));
    assert_string_equal(articles[1]->title, "news");
    assert_string_equal(articles[3]->title, "three");
    tear_down(&fix);
}

/* ---- without memory ---- */

static calx_status change_some(calx_session *session, calx_synchronize how)
{
    const struct article *articles[2] = { NULL, NULL };
    const calx_assignment set[] = { calx_assign(article_col.title, "title"),
                                    calx_assign(article_col.words,
                                                calx_add(article_col.words, 1)) };
    article_query *query = article_query_new(session);
    calx_status status = query == NULL ? CALX_E_NOMEM : CALX_OK;
    for (int64_t i = 0; status == CALX_OK && i < 2; i++)
        status = article_get(session, i + 1, &articles[i]);
    if (status == CALX_OK)
        status = article_query_where(query, calx_le(article_col.words, 20));
    if (status == CALX_OK)
        status = calx_query_synchronize(article_query_plain(query), how);
    if (status == CALX_OK)
        status = article_query_update(query, set, 2, NULL);
    if (status == CALX_OK)
        status = article_query_delete(query, NULL);
    article_query_free(query);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    fixture fix;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    set_up_articles(&fix);
    for (int how = CALX_SYNCHRONIZE_AUTO; how <= CALX_SYNCHRONIZE_NONE; how++) {
        calx_status status = CALX_E_NOMEM;
        for (long allowed = 0; status != CALX_OK; allowed++) {
            const struct article *article = NULL;
            calx_session *session = new_session(&fix);
            atomic_store(&account.left, allowed);
            status = change_some(session, (calx_synchronize)how);
            atomic_store(&account.left, RATION_UNLIMITED);
            if (status != CALX_OK)
                assert_int_equal(status, CALX_E_NOMEM);
            assert_int_equal(calx_session_rollback(session), CALX_OK);
            assert_int_equal(article_get(session, 1, &article), CALX_OK);
            assert_non_null(article);
            assert_string_equal(article->title, "one");
            assert_int_equal(article->words, 10);
            assert_int_equal(change_some(session, (calx_synchronize)how), CALX_OK);
            calx_session_free(session);
        }
    }
    tear_down(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_evaluated_where_that_is_sure),
        cmocka_unit_test(other_conditions_have_the_keys_fetched),
        cmocka_unit_test(text_is_compared_by_its_bytes_where_that_is_asked_for),
        cmocka_unit_test(expressions_expire_their_columns),
        cmocka_unit_test(what_was_never_loaded_stays_so),
        cmocka_unit_test(text_that_may_be_written_into_is_set_too),
        cmocka_unit_test(changes_that_were_not_flushed_give_way),
        cmocka_unit_test(an_expression_takes_a_pending_one_away),
        cmocka_unit_test(pending_work_is_flushed_first),
        cmocka_unit_test(references_follow_their_columns),
        cmocka_unit_test(deleted_rows_take_their_instances_along),
        cmocka_unit_test(expired_instances_have_the_keys_fetched),
        cmocka_unit_test(a_forced_evaluation_leaves_expired_ones_to_be_found_out),
        cmocka_unit_test(one_that_is_marked_is_not_deleted_again),
        cmocka_unit_test(deleted_and_expired_instances_are_told),
        cmocka_unit_test(a_rollback_to_a_savepoint_expires_what_was_synchronized),
        cmocka_unit_test(an_expired_instance_is_expired_again),
        cmocka_unit_test(a_rollback_expires_all),
        cmocka_unit_test(without_synchronization_instances_are_stale),
        cmocka_unit_test(what_cannot_be_evaluated_is_refused_without_sql),
        cmocka_unit_test(only_conditions_can_be_meant),
        cmocka_unit_test(assignments_are_looked_at_first),
        cmocka_unit_test(nothing_but_rows_is_changed),
        cmocka_unit_test(a_query_without_conditions_means_all_rows),
        cmocka_unit_test(selects_may_stand_in_both),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return CALX_RUN("query_change", tests);
}
