/*
 * What generated names end in, for each entity: `user` gives user_new, user_query and so on. What
 * templates declare must be here, or collisions are found by the compiler only.
 */
#ifndef CALX_CHECK_NAMES_H
#define CALX_CHECK_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct calx_name_ending {
    const char *text;
    bool is_tag; /* of a struct; otherwise a function, type or object */
} calx_name_ending;

extern const calx_name_ending calx_entity_endings[];
extern const size_t calx_entity_ending_count;

/* The same for each result struct. */
extern const calx_name_ending calx_result_endings[];
extern const size_t calx_result_ending_count;

#endif
