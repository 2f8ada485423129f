/*
 * The frame around the snippets of docs/expressions.md, which check-page takes out of the page:
 * the names they use, and before each of them a table with three items.
 * Usage: page URL LINE, the line of the page on which the snippet begins
 */
#undef NDEBUG
#include "items.calx.h"

#include <calx/calx.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static calx_engine *engine;
static calx_sessionmaker *maker;
static calx_session *session;
static int64_t rows;
static calx_status status;

typedef struct snippet {
    int line;
    void (*run)(void);
} snippet;

#include "snippets.h"

#include "list.h"

static void need(calx_status answer, const char *what)
{
    if (answer == CALX_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, calx_status_name(answer));
    exit(1);
}

static void add_item(const struct item *values)
{
    struct item *one = item_new();
    if (one == NULL)
        exit(1);
    one->name = values->name;
    one->label = values->label;
    one->price = values->price;
    one->count = values->count;
    one->weight = values->weight;
    one->bought = INT64_C(1709208000000000); /* 2024-02-29 12:00:00 */
    need(item_add(session, one), "an item");
    need(calx_session_flush(session), "a flush");
}

static void set_up(const char *url)
{
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    need(calx_engine_new(url, NULL, &engine, NULL), "the engine");
    need(calx_schema_drop_all(engine, &items_metadata, NULL), "old tables");
    need(calx_schema_create_all(engine, &items_metadata, NULL), "new tables");
    defaults.bind = engine;
    need(calx_sessionmaker_new(&defaults, &maker, NULL), "the maker");
    need(calx_sessionmaker_session(maker, &session), "the session");
    add_item(&(struct item){ .name = "Lamp", .price = 40, .count = 3, .weight = 2.5 });
    add_item(
        &(struct item){ .name = "Chair", .label = "old", .price = 70, .count = 1, .weight = -0.5 });
    add_item(&(struct item){ .name = "Öre 50%", .price = -7, .count = 2 });
    need(calx_session_commit(session), "the first commit");
}

int main(int count, char **arguments)
{
    int line = count == 3 ? atoi(arguments[2]) : 0;
    int ran = 0;
    set_up(count == 3 ? arguments[1] : "sqlite://");
    for (size_t i = 0; i < sizeof(snippets) / sizeof(snippets[0]); i++)
        if (snippets[i].line == line) {
            snippets[i].run();
            ran++;
        }
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    calx_engine_free(engine);
    return ran == 1 ? 0 : 2;
}
