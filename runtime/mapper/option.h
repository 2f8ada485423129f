/*
 * Loading options from inside: whether a path fits the mappers it goes over, and how it is told in
 * messages.
 */
#ifndef CALX_MAPPER_OPTION_H
#define CALX_MAPPER_OPTION_H

#include <calx/error.h>
#include <calx/option.h>

#include "base/buffer.h"

/* Whether a step is about a relationship, and not about a column. */
static inline bool calx_step_leads(const calx_step *step)
{
    return step->kind == CALX_STEP_LOAD || step->kind == CALX_STEP_ALONG;
}

/*
 * Whether a path that starts at a mapper fits. Answers CALX_OK; CALX_E_LIMIT the option did not fit
 * its steps; CALX_E_ARGUMENT it was never set, or a step is not of where the path has come to. The
 * message has the path. error may be NULL.
 */
calx_status calx_option_check(const calx_option *option, const calx_mapper *mapper,
                              calx_error *error);

/* The same for parts that are one path, one behind the other. */
calx_status calx_option_check_along(const calx_option *parts, size_t count,
                                    const calx_mapper *mapper, calx_error *error);

/* "user.addresses > address.city", into the buffer of a message. */
void calx_option_describe(calx_buffer *out, const calx_step *steps, size_t count);

#endif
