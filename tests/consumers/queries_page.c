/*
 * The frame around the snippets of docs/queries.md, which check-page takes out of the page: the
 * names they use, and before each of them tables with two authors and their four books.
 * Usage: page URL LINE, the line of the page on which the snippet begins
 */
#undef NDEBUG
#include "library.calx.h"

#include <calx/calx.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static calx_engine *engine;
static calx_sessionmaker *maker;
static calx_session *session;
static const void *const *found;
static calx_result *result;
static bool row;
static size_t count;
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

static struct author *add_author(const char *name, int64_t mentor)
{
    struct author *one = author_new();
    if (one == NULL)
        exit(1);
    one->name = name;
    one->mentor_id = (calx_nullable_int64){ mentor != 0, mentor };
    need(author_add(session, one), "an author");
    need(calx_session_flush(session), "a flush");
    return one;
}

static void add_book(int64_t author_id, const char *title, int32_t year)
{
    struct book *one = book_new();
    if (one == NULL)
        exit(1);
    one->author_id = author_id;
    one->title = title;
    one->year = (calx_nullable_int32){ year != 0, year };
    need(book_add(session, one), "a book");
}

static void set_up(const char *url)
{
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    need(calx_engine_new(url, NULL, &engine, NULL), "the engine");
    need(calx_schema_drop_all(engine, &library_metadata, NULL), "old tables");
    need(calx_schema_create_all(engine, &library_metadata, NULL), "new tables");
    defaults.bind = engine;
    need(calx_sessionmaker_new(&defaults, &maker, NULL), "the maker");
    need(calx_sessionmaker_session(maker, &session), "the session");
    struct author *ada = add_author("ada", 0);
    struct author *bob = add_author("bob", ada->id);
    add_book(ada->id, "Notes", 1843);
    add_book(ada->id, "Letters", 0);
    add_book(bob->id, "Ants", 1990);
    add_book(bob->id, "Bees", 1994);
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
