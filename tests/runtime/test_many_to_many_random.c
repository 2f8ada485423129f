/*
 * Random walks over many-to-many relationships beside a table of truth: changes from either side,
 * loaded or not, flushes, savepoints, rollbacks and expiry. Every collection that is read says what
 * the table says, and so do the rows.
 */
#include "membership_session.h"

#include <stdio.h>
#include <string.h>

enum { SIDE = 4, STEPS = 80, WALKS = 120, SLOW_WALKS = 40, DEPTH = 3 };

typedef struct truth {
    bool are_pairs[SIDE][SIDE];
} truth;

typedef struct walk {
    graph fix;
    const struct article *articles[SIDE];
    const struct keyword *keywords[SIDE];
    truth levels[DEPTH + 1]; /* as it was when each level began */
    truth now;
    int depth; /* savepoints */
    uint64_t random;
} walk;

static unsigned pick(walk *self, unsigned count)
{
    self->random = self->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(self->random >> 33) % count;
}

/* ---- what is to be so ---- */

static void check_article(walk *self, unsigned i)
{
    size_t count = count_keywords(self->articles[i]);
    size_t expected = 0;
    for (unsigned k = 0; k < SIDE; k++) {
        expected += self->now.are_pairs[i][k];
        assert_int_equal(graph_has(self->articles[i], 0, self->keywords[k]),
                         self->now.are_pairs[i][k]);
    }
    assert_int_equal(count, expected);
}

static void check_keyword(walk *self, unsigned k)
{
    size_t count = count_articles(self->keywords[k]);
    size_t expected = 0;
    for (unsigned i = 0; i < SIDE; i++) {
        expected += self->now.are_pairs[i][k];
        assert_int_equal(graph_has(self->keywords[k], 0, self->articles[i]),
                         self->now.are_pairs[i][k]);
    }
    assert_int_equal(count, expected);
}

static void check_rows(walk *self)
{
    int64_t expected = 0;
    for (unsigned i = 0; i < SIDE; i++)
        for (unsigned k = 0; k < SIDE; k++)
            expected += self->now.are_pairs[i][k];
    assert_int_equal(count_rows(&self->fix, "article_keywords"), expected);
}

/* ---- steps ---- */

static void append(walk *self, unsigned i, unsigned k)
{
    if (pick(self, 2) == 0)
        graph_ok(&self->fix,
                 article_keywords_append(self->articles[i], (struct keyword *)self->keywords[k]));
    else
        graph_ok(&self->fix,
                 keyword_articles_append(self->keywords[k], (struct article *)self->articles[i]));
    self->now.are_pairs[i][k] = true;
}

static void take_out(walk *self, unsigned i, unsigned k)
{
    calx_status status = pick(self, 2) == 0
                             ? article_keywords_remove(self->articles[i], self->keywords[k])
                             : keyword_articles_remove(self->keywords[k], self->articles[i]);
    assert_int_equal(status, self->now.are_pairs[i][k] ? CALX_OK : CALX_E_STATE);
    self->now.are_pairs[i][k] = false;
}

static void replace(walk *self, unsigned i)
{
    const void *wanted[SIDE];
    size_t count = 0;
    for (unsigned k = 0; k < SIDE; k++) {
        self->now.are_pairs[i][k] = pick(self, 2) == 0;
        if (self->now.are_pairs[i][k])
            wanted[count++] = self->keywords[k];
    }
    graph_ok(&self->fix, calx_relationship_replace(
                             self->articles[i], &article_mapper.relationships[0], wanted, count));
}

static void expire(walk *self)
{
    unsigned which = pick(self, 3 * SIDE);
    if (which < SIDE)
        graph_ok(&self->fix, calx_session_expire(self->fix.session, self->articles[which]));
    else if (which < 2 * SIDE)
        graph_ok(&self->fix, calx_session_refresh(self->fix.session, self->keywords[which - SIDE]));
    else
        graph_ok(&self->fix, calx_session_expire_all(self->fix.session));
}

static void begin(walk *self)
{
    if (self->depth == DEPTH)
        return;
    graph_ok(&self->fix, calx_session_begin_nested(self->fix.session));
    self->levels[++self->depth] = self->now;
}

static void end(walk *self, bool commit)
{
    calx_session *session = self->fix.session;
    if (self->depth == 0) {
        graph_ok(&self->fix,
                 commit ? calx_session_commit(session) : calx_session_rollback(session));
        if (commit)
            self->levels[0] = self->now;
        self->now = self->levels[0];
        return;
    }
    calx_session_transaction savepoint = calx_session_get_nested_transaction(session);
    graph_ok(&self->fix, commit ? calx_session_transaction_commit(savepoint)
                                : calx_session_transaction_rollback(savepoint));
    if (!commit)
        self->now = self->levels[self->depth];
    self->depth--;
}

static void flush(walk *self)
{
    graph_ok(&self->fix, calx_session_flush(self->fix.session));
    check_rows(self);
}

static void step(walk *self)
{
    unsigned what = pick(self, 20);
    unsigned i = pick(self, SIDE);
    unsigned k = pick(self, SIDE);
    if (what < 5)
        append(self, i, k);
    else if (what < 9)
        take_out(self, i, k);
    else if (what < 10)
        replace(self, i);
    else if (what < 12)
        check_article(self, i);
    else if (what < 14)
        check_keyword(self, k);
    else if (what < 15)
        flush(self);
    else if (what < 17)
        expire(self);
    else if (what < 18)
        begin(self);
    else
        end(self, pick(self, 2) == 0);
}

/* ---- walks ---- */

static void set_out(walk *self, uint64_t seed)
{
    graph_reopen(&self->fix, seed % 2 == 0);
    self->random = seed;
    self->depth = 0;
    for (int i = 0; i < SIDE; i++) {
        self->articles[i] = get_article(&self->fix, i + 1);
        self->keywords[i] = get_keyword(&self->fix, i + 1);
    }
    self->now = self->levels[0];
}

static void come_home(walk *self)
{
    while (self->depth > 0)
        end(self, true);
    end(self, true);
    check_rows(self);
    for (unsigned i = 0; i < SIDE; i++) {
        check_article(self, i);
        check_keyword(self, i);
    }
}

static void walks_agree_with_a_table(void **state)
{
    (void)state;
    walk self = { .depth = 0 };
    calx_shows("SES-192");
    calx_shows("SES-305");
    memberships_open(&self.fix);
    for (int i = 0; i < SIDE; i++) {
        graph_ok(&self.fix, calx_session_add(self.fix.session, article_new()));
        graph_ok(&self.fix, calx_session_add(self.fix.session, keyword_new()));
    }
    graph_ok(&self.fix, calx_session_commit(self.fix.session));
    for (uint64_t seed = 1; seed <= (calx_test_on("sqlite") ? WALKS : SLOW_WALKS); seed++) {
        set_out(&self, seed);
        for (int i = 0; i < STEPS; i++)
            step(&self);
        come_home(&self);
    }
    graph_close(&self.fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(walks_agree_with_a_table) };
    return CALX_RUN("many_to_many_random", tests);
}
