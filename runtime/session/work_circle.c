/*
 * What is said when rows need each other first (SES-197): by which relationships, so that it is
 * known where CALX_POST_UPDATE would help. A circle may have more rows than anybody would read, so
 * each relationship is named once, and not more than a few.
 */
#include "session/work.h"

#include "base/error.h"
#include "session/reference.h"

enum { MOST_NAMES = 4 };

typedef struct names {
    const calx_mapper *mappers[MOST_NAMES];
    size_t foreign_keys[MOST_NAMES];
    size_t count;
    bool more;
} names;

static void add_name(names *all, const calx_mapper *mapper, size_t foreign_key)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->mappers[i] == mapper && all->foreign_keys[i] == foreign_key)
            return;
    all->more = all->count == MOST_NAMES;
    if (all->more)
        return;
    all->mappers[all->count] = mapper;
    all->foreign_keys[all->count++] = foreign_key;
}

/* The foreign key by which one row needs the next. */
static void add_step(names *all, const calx_session *session, const calx_instance *from,
                     const calx_instance *to, calx_needed needed)
{
    for (size_t i = 0; i < from->mapper->foreign_key_count; i++) {
        if (needed(session, from, i) == to) {
            add_name(all, from->mapper, i);
            return;
        }
    }
}

static void put_names(calx_buffer *text, const names *all)
{
    for (size_t i = 0; i < all->count; i++) {
        bool is_last = i + 1 == all->count && !all->more;
        if (i > 0)
            calx_buffer_put(text, is_last ? " and " : ", ");
        calx_reference_describe(text, all->mappers[i], all->foreign_keys[i]);
    }
    if (all->more)
        calx_buffer_put(text, " and more");
}

calx_status calx_work_circular(calx_session *session, const calx_instances *path, size_t first,
                               calx_needed needed)
{
    names all = { .count = 0 };
    calx_buffer text = CALX_BUFFER_INIT;
    for (size_t i = first; i < path->count; i++)
        add_step(&all, session, path->items[i], path->items[i + 1 < path->count ? i + 1 : first],
                 needed);
    put_names(&text, &all);
    calx_session_fail(session, CALX_E_CIRCULAR_DEPENDENCY,
                      "%s by %s: mark one relationship of the circle CALX_POST_UPDATE, so that it "
                      "is written apart from its row, or flush a row without its reference first",
                      path->count - first == 1 ? "a row of this flush needs itself"
                                               : "rows of this flush need each other",
                      calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return CALX_E_CIRCULAR_DEPENDENCY;
}
