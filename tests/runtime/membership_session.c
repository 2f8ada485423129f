/*
 * Short words for the tests of many-to-many relationships.
 */
#include "membership_session.h"

#include <stdio.h>

void memberships_open(graph *fix)
{
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &memberships_metadata, NULL), CALX_OK);
    graph_forget(fix);
}

struct article *new_article(const char *title)
{
    struct article *article = article_new();
    assert_non_null(article);
    article->title = title;
    return article;
}

struct keyword *new_keyword(const char *word)
{
    struct keyword *keyword = keyword_new();
    assert_non_null(keyword);
    keyword->word = word;
    return keyword;
}

void memberships_fill(graph *fix, bool autoflush)
{
    static const char *const words[] = { "red", "green", "blue" };
    struct article *articles[] = { new_article("one"), new_article("two") };
    struct keyword *keywords[3];
    for (size_t i = 0; i < 3; i++) {
        keywords[i] = new_keyword(words[i]);
        graph_ok(fix, calx_session_add(fix->session, keywords[i]));
    }
    for (size_t i = 0; i < 2; i++)
        graph_ok(fix, calx_session_add(fix->session, articles[i]));
    graph_ok(fix, article_keywords_append(articles[0], keywords[0]));
    graph_ok(fix, article_keywords_append(articles[0], keywords[1]));
    graph_ok(fix, article_keywords_append(articles[1], keywords[1]));
    graph_ok(fix, calx_session_commit(fix->session));
    graph_reopen(fix, autoflush);
}

const struct article *get_article(const graph *fix, int64_t id)
{
    return graph_get(fix, &article_mapper, id);
}

const struct keyword *get_keyword(const graph *fix, int64_t id)
{
    return graph_get(fix, &keyword_mapper, id);
}

size_t count_keywords(const struct article *article)
{
    return graph_count(article, 0);
}

size_t count_articles(const struct keyword *keyword)
{
    return graph_count(keyword, 0);
}

int64_t count_rows(const graph *fix, const char *table)
{
    char sql[120];
    calx_session_no_autoflush_begin(fix->session);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    int64_t count = graph_number(fix, sql);
    calx_session_no_autoflush_end(fix->session);
    return count;
}
