/*
 * Texts of statements, found by structure and kept by the engine, the least recently used ones up
 * to a bound. A text never changes and is counted: whoever holds one may use it from any thread
 * after the engine has let go of it, and so a session keeps its last few at hand without a lock.
 */
#ifndef CALX_ENGINE_TEXT_H
#define CALX_ENGINE_TEXT_H

#include <calx/engine.h>

#include "driver/driver.h"
#include "sql/statement.h"

#include <stdatomic.h>

typedef struct calx_sql_text calx_sql_text;

struct calx_sql_text {
    atomic_size_t references;
    const calx_driver *driver; /* whose databases understand it */
    uint64_t shape_hash;
    uint64_t hash; /* of the text */
    calx_sql_text *newer, *older;
    const char *sql; /* NUL-terminated */
    size_t size;     /* without the NUL */
    size_t word_count;
    uint64_t words[]; /* the shape; none when it has none */
};

static inline bool calx_sql_text_has(const calx_sql_text *text, const calx_shape *shape)
{
    return text->shape_hash == shape->hash &&
           calx_shape_equal(shape, text->words, text->word_count);
}

static inline calx_sql_text *calx_sql_text_hold(calx_sql_text *text)
{
    atomic_fetch_add_explicit(&text->references, 1, memory_order_relaxed);
    return text;
}

/* Takes NULL. */
void calx_sql_text_release(calx_sql_text *text);

/*
 * The text of that shape, if the engine has it; NULL: no. Any thread.
 * Answers one that the caller releases.
 */
calx_sql_text *calx_engine_find_text(calx_engine *engine, const calx_shape *shape);

/*
 * Makes the text of a statement, its values into out_parameters, and keeps it if it has a shape (or
 * NULL). Any thread. *out_text: the caller's, calx_sql_text_release(). Answers what
 * calx_sql_statement_text() answers.
 */
calx_status calx_engine_make_text(calx_engine *engine, const calx_sql_statement *statement,
                                  const calx_shape *shape, calx_parameter_list *out_parameters,
                                  calx_sql_text **out_text, calx_error *error);

#endif
