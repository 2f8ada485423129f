/*
 * Is this mapper one that this runtime understands? Asked once where a mapper comes in, so that
 * generated code of another version is a clear message and not a crash.
 */
#ifndef CALX_MAPPER_CHECK_H
#define CALX_MAPPER_CHECK_H

#include <calx/error.h>
#include <calx/mapper.h>

/* Answers CALX_OK or CALX_E_ARGUMENT, saying what is wrong. error may be NULL. */
calx_status calx_mapper_check(const calx_mapper *mapper, calx_error *error);

/* The same for every mapper of a metadata. */
calx_status calx_metadata_check(const calx_metadata *metadata, calx_error *error);

#endif
