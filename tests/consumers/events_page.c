/*
 * The frame around the snippets of docs/events.md, which check-page takes out of the page: the
 * names they use, and before each of them an empty table. Usage: page URL LINE, the line of the
 * page on which the snippet begins
 */
#undef NDEBUG
#include "articles.calx.h"

#include <calx/calx.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static calx_engine *engine;
static calx_sessionmaker *maker;
static calx_session *session;
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

static void set_up(const char *url)
{
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    need(calx_engine_new(url, NULL, &engine, NULL), "the engine");
    need(calx_schema_drop_all(engine, &articles_metadata, NULL), "old tables");
    need(calx_schema_create_all(engine, &articles_metadata, NULL), "new tables");
    defaults.bind = engine;
    need(calx_sessionmaker_new(&defaults, &maker, NULL), "the maker");
    need(calx_sessionmaker_session(maker, &session), "the session");
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
