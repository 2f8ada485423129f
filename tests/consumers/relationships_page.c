/*
 * The frame around the snippets of docs/relationships.md, which check-page takes out of the page:
 * the names they use, and before each of them tables with what the page says is in them.
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
static calx_session *session;
static const struct author *ann;
static const struct book *atlas, *birds;
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

static struct book *new_book(struct author *author, const char *title)
{
    struct book *book = book_new();
    if (book == NULL)
        exit(1);
    book->title = title;
    need(author_books_append(author, book), title);
    return book;
}

static void fill(void)
{
    struct author *author = author_new();
    struct tag *tag = tag_new();
    if (author == NULL || tag == NULL)
        exit(1);
    author->name = "ann";
    tag->name = "maps";
    need(author_add(session, author), "ann");
    atlas = new_book(author, "atlas");
    birds = new_book(author, "birds");
    need(book_tags_append(atlas, tag), "maps");
    need(calx_session_commit(session), "the first commit");
    ann = author;
}

static void set_up(const char *url)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    need(calx_engine_new(url, NULL, &engine, NULL), "the engine");
    need(calx_schema_drop_all(engine, &library_metadata, NULL), "old tables");
    need(calx_schema_create_all(engine, &library_metadata, NULL), "new tables");
    options.bind = engine;
    need(calx_session_new(&options, &session, NULL), "the session");
    fill();
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
    calx_engine_free(engine);
    return ran == 1 ? 0 : 2;
}
