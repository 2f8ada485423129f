/*
 * Many random walks through a graph of five related entities beside a model of it, on each
 * database. CALX_TEST_SEED and CALX_TEST_WALKS choose others, and more; a walk that fails is made
 * as short as it gets and printed.
 */
#include "library_world.h"

#include <calx/relationship.h>

#include <stdio.h>
#include <stdlib.h>

/* One walk here costs as much as several elsewhere. */
enum { WALKS = 1000, COST = 5, STEPS = 48, PRINTED = 6000 };

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL || *text == '\0' ? otherwise : strtoull(text, NULL, 10);
}

static void print_walk(const library_world *self, const walk *taken)
{
    char text[PRINTED];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < taken->count && used < sizeof(text); i++) {
        const walk_step *step = &taken->steps[i];
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "\n  %-16s which %u (thing %d), key %u, value %u",
                                 library_action_name(step->action), step->which,
                                 step->which % THINGS, step->key, step->value);
    }
    print_error("walk %llu: %s%s\n", (unsigned long long)taken->seed, self->why, text);
}

static void execute(library_world *self, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_session_execute(self->session, statement, NULL), CALX_OK);
    calx_statement_free(statement);
}

/* A new session, and no rows. */
static void begin(library_world *self)
{
    static const char *const tables[] = { "book_tags", "tags",     "chapters",
                                          "books",     "profiles", "authors" };
    calx_session_options options = session_options(self->fix);
    options.autoflush = false;
    set_options(self->fix, &options);
    self->session = self->fix->session;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        char sql[64];
        (void)snprintf(sql, sizeof(sql), "DELETE FROM %s", tables[i]);
        execute(self, sql);
    }
    assert_int_equal(calx_session_commit(self->session), CALX_OK);
    for (int i = 0; i < THINGS; i++)
        library_forget(self, i);
    library_committed(self);
    self->failed = false;
}

/* Everything goes with its session, but for what was never in one. */
static void end(library_world *self)
{
    calx_session_free(self->fix->session);
    self->fix->session = NULL;
    for (int i = 0; i < THINGS; i++)
        if (self->things[i].stage == TRANSIENT && calx_instance_mapper(self->things[i].entity))
            calx_instance_free((void *)self->things[i].entity);
}

static bool take(void *context, const walk *taken)
{
    library_world *self = context;
    begin(self);
    bool well = true;
    for (size_t i = 0; well && i < taken->count; i++)
        well = library_step(self, &taken->steps[i]);
    end(self);
    return well;
}

static void random_walks_through_a_graph_agree_with_the_model(void **state)
{
    (void)state;
    static const char *const rows[] = { "SES-183", "SES-184", "SES-187", "SES-192",
                                        "SES-193", "SES-274", "SES-277", "SES-282",
                                        "SES-283", "SES-287", "SES-291", "SES-305" };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        calx_shows(rows[i]);
    fixture fix;
    static library_world self;
    const char *url =
        calx_test_on("sqlite") ? calx_test_url_with("synchronous=off") : calx_test_url();
    set_up_at(&fix, url, &library_metadata);
    self.fix = &fix;
    uint64_t first = number_from("CALX_TEST_SEED", 1);
    uint64_t walks = (number_from("CALX_TEST_WALKS", WALKS * COST) + COST - 1) / COST;
    bool well = true;
    for (uint64_t i = 0; well && i < walks; i++) {
        walk taken;
        walk_make(&taken, &library_actions, first + i, STEPS);
        well = take(&self, &taken);
        if (well)
            continue;
        walk_shrink(&taken, take, &self);
        (void)take(&self, &taken); /* once more, for what it says */
        print_walk(&self, &taken);
    }
    tear_down(&fix);
    assert_true(well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walks_through_a_graph_agree_with_the_model),
    };
    return CALX_RUN("library", tests);
}
