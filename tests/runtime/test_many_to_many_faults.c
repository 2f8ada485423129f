/*
 * Many-to-many relationships in trouble: an allocation fails at each point of loading, changing and
 * flushing; the disk or the server goes away at each statement of a flush. The call that meets it
 * says so; both sides agree all the while; a rollback leads back to what is committed.
 */
#include "membership_session.h"
#include "support/faulty_disk.h"
#include "support/ration.h"
#include "support/server.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* ---- what is done, and what has to hold ---- */

typedef struct scene {
    const struct article *articles[2];
    const struct keyword *keywords[3];
    struct article *new_article; /* with a keyword of its own; of no session */
    struct keyword *new_keyword;
} scene;

static void set_scene(graph *fix, scene *made)
{
    graph_reopen(fix, false);
    for (int i = 0; i < 2; i++)
        made->articles[i] = get_article(fix, i + 1);
    for (int i = 0; i < 3; i++)
        made->keywords[i] = get_keyword(fix, i + 1);
    made->new_article = new_article("new");
    made->new_keyword = new_keyword("new");
}

static calx_status change_all(const scene *of)
{
    const void *wanted[] = { of->keywords[2], of->keywords[0], of->new_keyword };
    const struct article *const *articles = NULL;
    size_t count = 0;
    calx_status status = keyword_articles(of->keywords[2], &articles, &count);
    if (status == CALX_OK)
        status = article_keywords_append(of->articles[0], (struct keyword *)of->keywords[2]);
    if (status == CALX_OK)
        status = keyword_articles_remove(of->keywords[0], of->articles[0]);
    if (status == CALX_OK)
        status = keyword_articles_append(of->keywords[0], of->new_article);
    if (status == CALX_OK)
        status =
            calx_relationship_replace(of->articles[1], &article_mapper.relationships[0], wanted, 3);
    return status;
}

static bool lists(const void *owner, const void *item)
{
    const struct article *of = owner; /* both structs begin alike but for the type of the items */
    const struct keyword *with = owner;
    if (calx_instance_mapper(owner) == &article_mapper) {
        for (size_t i = 0; i < of->keywords.count; i++)
            if (of->keywords.items[i] == item)
                return true;
        return false;
    }
    for (size_t i = 0; i < with->articles.count; i++)
        if (with->articles.items[i] == item)
            return true;
    return false;
}

/* What is loaded on both sides says the same. */
static void both_sides_agree(const struct article *article, const struct keyword *keyword)
{
    if (article->keywords.items == NULL || keyword->articles.items == NULL)
        return;
    if (calx_instance_is_expired(article) || calx_instance_is_expired(keyword))
        return;
    assert_int_equal(lists(article, keyword), lists(keyword, article));
}

static void stored_ones_agree(const scene *of)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++)
            both_sides_agree(of->articles[k], of->keywords[i]);
}

/* What a rollback made transient goes on showing its members, and is shown by none of them. */
static void all_agree(const scene *of)
{
    stored_ones_agree(of);
    for (int i = 0; i < 3; i++)
        both_sides_agree(of->new_article, of->keywords[i]);
    both_sides_agree(of->articles[1], of->new_keyword);
}

/* After a rollback; the caller has what never came to be. */
static void all_is_as_committed(graph *fix, const scene *of)
{
    assert_int_equal(count_rows(fix, "article_keywords"), 3);
    assert_int_equal(count_rows(fix, "articles"), 2);
    assert_int_equal(count_keywords(of->articles[0]), 2);
    assert_int_equal(count_keywords(of->articles[1]), 1);
    assert_int_equal(count_articles(of->keywords[0]), 1);
    assert_int_equal(count_articles(of->keywords[1]), 2);
    assert_int_equal(count_articles(of->keywords[2]), 0);
    stored_ones_agree(of);
    graph_forget(fix);
    graph_ok(fix, calx_session_flush(fix->session));
    assert_int_equal(graph_statements(fix, ""), 0);
}

static void clear_scene(const scene *of)
{
    if (calx_object_session(of->new_article) == NULL)
        article_free(of->new_article);
    if (calx_object_session(of->new_keyword) == NULL)
        keyword_free(of->new_keyword);
}

/* ---- memory ---- */

typedef calx_status (*attempt)(graph *fix, const scene *of);

static calx_status change_and_flush(graph *fix, const scene *of)
{
    calx_status status = change_all(of);
    return status == CALX_OK ? calx_session_flush(fix->session) : status;
}

static calx_status load_and_delete(graph *fix, const scene *of)
{
    calx_status status = calx_session_delete(fix->session, of->articles[0]);
    if (status == CALX_OK)
        status = calx_session_delete(fix->session, of->keywords[1]);
    return status == CALX_OK ? calx_session_flush(fix->session) : status;
}

static calx_status attach_and_leave(graph *fix, const scene *of)
{
    calx_status status = calx_session_begin_nested(fix->session);
    if (status == CALX_OK)
        status = article_keywords_append(of->new_article, (struct keyword *)of->keywords[1]);
    if (status == CALX_OK)
        status = article_keywords_append(of->new_article, of->new_keyword);
    if (status == CALX_OK)
        status = calx_session_add(fix->session, of->new_article);
    if (status == CALX_OK)
        status = calx_session_flush(fix->session);
    if (status == CALX_OK)
        status = calx_session_expunge(fix->session, of->keywords[1]);
    if (status == CALX_OK)
        status = calx_session_add(fix->session, of->keywords[1]);
    return status;
}

static void starve(attempt make)
{
    graph fix;
    ration account;
    calx_status status = CALX_E_NOMEM;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    memberships_open(&fix);
    memberships_fill(&fix, false);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        scene of;
        set_scene(&fix, &of);
        atomic_store(&account.left, allowed);
        status = make(&fix, &of);
        atomic_store(&account.left, RATION_UNLIMITED);
        all_agree(&of);
        graph_ok(&fix, calx_session_rollback(fix.session));
        if (calx_object_session(of.keywords[1]) == NULL)
            graph_ok(&fix, calx_session_add(fix.session, of.keywords[1]));
        all_is_as_committed(&fix, &of);
        clear_scene(&of);
    }
    assert_int_equal(status, CALX_OK);
    graph_close(&fix);
    assert_int_equal(ration_stop(&account), 0);
}

static void changes_survive_each_allocation_that_fails(void **state)
{
    (void)state;
    starve(change_and_flush);
}

static void deletions_survive_each_allocation_that_fails(void **state)
{
    (void)state;
    starve(load_and_delete);
}

static void attaching_survives_each_allocation_that_fails(void **state)
{
    (void)state;
    starve(attach_and_leave);
}

/* ---- the disk and the server ---- */

/* What goes wrong when so many statements have been announced. */
typedef struct trouble {
    const char *url;
    long moment;
    void (*strike)(const char *url);
    void (*mend)(void);
    calx_status expected;
} trouble;

static void count_down(void *context, calx_log_level level, const char *logger, const char *text)
{
    trouble *self = context;
    (void)logger;
    bool is_statement = strncmp(text, "INSERT", 6) == 0 || strncmp(text, "DELETE", 6) == 0;
    if (level == CALX_LOG_INFO && is_statement && self->moment-- == 0)
        self->strike(self->url);
}

/* false: the trouble came too late. */
static bool meet(trouble *made, calx_engine *engine, long moment)
{
    graph fix = { 0 };
    scene of;
    log_sink_init(&fix.sink);
    fix.engine = engine;
    set_scene(&fix, &of);
    graph_ok(&fix, change_all(&of));
    made->moment = moment;
    calx_status status = calx_session_flush(fix.session);
    bool struck = made->moment < 0;
    made->moment = -1;
    if (status == CALX_OK && struck) /* what is written may be in memory until then */
        status = calx_session_commit(fix.session);
    made->mend();
    if (status != CALX_OK)
        assert_int_equal(status, made->expected);
    assert_true(struck == (status != CALX_OK));
    graph_ok(&fix, calx_session_rollback(fix.session));
    all_is_as_committed(&fix, &of);
    clear_scene(&of);
    calx_session_free(fix.session);
    log_sink_clear(&fix.sink);
    return struck;
}

static void meet_all(trouble *made)
{
    graph fix;
    calx_engine *engine = NULL;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.echo = CALX_ECHO_SQL;
    options.log = count_down;
    options.log_context = made;
    made->moment = -1;
    memberships_open(&fix);
    memberships_fill(&fix, false);
    assert_int_equal(calx_engine_new(made->url, &options, &engine, NULL), CALX_OK);
    long moment = 0;
    while (meet(made, engine, moment))
        moment++;
    assert_true(moment >= 4);
    calx_engine_free(engine);
    graph_close(&fix);
}

static void break_disk(const char *url)
{
    (void)url;
    faulty_disk_fail(SQLITE_IOERR);
}

static void mend_disk(void)
{
    faulty_disk_fail(SQLITE_OK);
}

static void a_flush_survives_a_disk_that_fails(void **state)
{
    (void)state;
    faulty_disk_begin();
    char url[1024];
    const char *path = calx_test_url() + strlen("sqlite:///");
    snprintf(url, sizeof(url), "sqlite:///file:%s?uri=true&vfs=faulty&synchronous=off", path);
    trouble made = { .url = url, .strike = break_disk, .mend = mend_disk, .expected = CALX_E_IO };
    meet_all(&made);
    faulty_disk_end();
}

static const char name_option[] = "application_name=";

static char *name_in(const char *url)
{
    char *name = strstr((char *)(uintptr_t)url, name_option);
    assert_non_null(name);
    return name + strlen(name_option);
}

static void kill_connections(const char *url)
{
    char name[128];
    const char *start = name_in(url);
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(start, "&"), start);
    (void)server_run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE "
                     "application_name = '",
                     name, "'");
}

static void mend_nothing(void)
{
}

static void a_flush_survives_a_server_that_goes_away(void **state)
{
    (void)state;
    char url[1024];
    snprintf(url, sizeof(url), "%s", calx_test_url());
    *name_in(url) = 'V'; /* the victims have a name of their own */
    trouble made = {
        .url = url, .strike = kill_connections, .mend = mend_nothing, .expected = CALX_E_DISCONNECT
    };
    meet_all(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_survive_each_allocation_that_fails),
        cmocka_unit_test(deletions_survive_each_allocation_that_fails),
        cmocka_unit_test(attaching_survives_each_allocation_that_fails),
        CALX_SQLITE(a_flush_survives_a_disk_that_fails),
        CALX_POSTGRESQL(a_flush_survives_a_server_that_goes_away),
    };
    return CALX_RUN("many_to_many_faults", tests);
}
