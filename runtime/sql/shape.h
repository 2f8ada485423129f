/*
 * The structure of a query in a few words: two queries with equal shapes have the same text in one
 * dialect, whatever their values are. Made in one walk that collects the values too, in the order
 * of the text's placeholders, so that a text made before needs no writer any more.
 */
#ifndef CALX_SQL_SHAPE_H
#define CALX_SQL_SHAPE_H

#include "sql/select.h"

#include <stdbool.h>
#include <stdint.h>

enum { CALX_SHAPE_WORDS = 64 };

typedef struct calx_shape {
    uint64_t hash;
    size_t count; /* of the words used */
    uint64_t words[CALX_SHAPE_WORDS];
} calx_shape;

/*
 * Fills the shape and adds the values. false: the query is too large for a shape, or has something
 * in it that calx_sql_select() has to look at and most likely refuses; both results hold rubbish
 * then, but the status of the list tells of missing memory.
 */
bool calx_sql_shape(calx_shape *out, calx_parameter_list *out_parameters,
                    const calx_select *select);

bool calx_shape_equal(const calx_shape *shape, const uint64_t *words, size_t count);

#endif
