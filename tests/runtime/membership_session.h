/*
 * A session over the model of memberships.h, and short words for what tests do with it.
 */
#ifndef TESTS_RUNTIME_MEMBERSHIP_SESSION_H
#define TESTS_RUNTIME_MEMBERSHIP_SESSION_H

#include "memberships.calx.h"
#include "support/graph_session.h"
#include "support/harness.h"

/* As graph_open(), with the tables of the model. graph_close() ends it. */
void memberships_open(graph *fix);

/*
 * Articles 1 and 2, keywords 1 to 3, committed and in no session any more: article 1 has keywords 1
 * and 2, article 2 has keyword 2.
 */
void memberships_fill(graph *fix, bool autoflush);

struct article *new_article(const char *title);
struct keyword *new_keyword(const char *word);

const struct article *get_article(const graph *fix, int64_t id);
const struct keyword *get_keyword(const graph *fix, int64_t id);

/* How many there are; loads. */
size_t count_keywords(const struct article *article);
size_t count_articles(const struct keyword *keyword);

/* The rows of a table, as the session's transaction sees them past the unit of work. */
int64_t count_rows(const graph *fix, const char *table);

#endif
