/*
 * The frame around the snippets of docs/bulk.md, which check-page takes out of the page: the
 * names they use, and before each of them a table with one product. Usage: page URL LINE, the line
 * of the page on which the snippet begins
 */
#undef NDEBUG
#include "products.calx.h"

#include <calx/calx.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static calx_engine *engine;
static calx_sessionmaker *maker;
static calx_session *session;

typedef struct snippet {
    int line;
    void (*run)(void);
} snippet;

static int64_t count_products(calx_session *of)
{
    int64_t count = 0;
    product_query *query = product_query_new(of);
    assert(product_query_count(query, &count) == CALX_OK);
    product_query_free(query);
    return count;
}

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
    need(calx_schema_drop_all(engine, &products_metadata, NULL), "old tables");
    need(calx_schema_create_all(engine, &products_metadata, NULL), "new tables");
    defaults.bind = engine;
    need(calx_sessionmaker_new(&defaults, &maker, NULL), "the maker");
    need(calx_sessionmaker_session(maker, &session), "the session");
    const struct product apple = { .code = "a", .name = "apple", .price = 10 };
    need(product_bulk_insert(session, &apple, 1), "the product");
    need(calx_session_commit(session), "the product");
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
