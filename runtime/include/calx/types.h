/**
 * @file types.h
 * The member types that are Calx's own. All are plain values: no function is needed to make or
 * free one. Pointers inside them are borrowed, as a `const char *` member is (docs/ownership.md).
 */
#ifndef CALX_TYPES_H
#define CALX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Binary data. NULL data means SQL NULL; an empty value has a non-NULL pointer and size 0. */
typedef struct calx_bytes {
    const void *data;
    size_t size;
} calx_bytes;

/** Text with a length, so it may hold NUL characters. NULL data means SQL NULL. */
typedef struct calx_text {
    const char *data;
    size_t size;
} calx_text;

/** A point in time: microseconds since 1970-01-01 00:00:00 UTC. */
typedef int64_t calx_timestamp;

/*
 * A nullable scalar: value counts only when has_value is true. Zeroed memory is SQL NULL.
 */
typedef struct calx_nullable_bool {
    bool has_value;
    bool value;
} calx_nullable_bool;

typedef struct calx_nullable_int8 {
    bool has_value;
    int8_t value;
} calx_nullable_int8;

typedef struct calx_nullable_int16 {
    bool has_value;
    int16_t value;
} calx_nullable_int16;

typedef struct calx_nullable_int32 {
    bool has_value;
    int32_t value;
} calx_nullable_int32;

typedef struct calx_nullable_int64 {
    bool has_value;
    int64_t value;
} calx_nullable_int64;

typedef struct calx_nullable_uint8 {
    bool has_value;
    uint8_t value;
} calx_nullable_uint8;

typedef struct calx_nullable_uint16 {
    bool has_value;
    uint16_t value;
} calx_nullable_uint16;

typedef struct calx_nullable_uint32 {
    bool has_value;
    uint32_t value;
} calx_nullable_uint32;

typedef struct calx_nullable_uint64 {
    bool has_value;
    uint64_t value;
} calx_nullable_uint64;

typedef struct calx_nullable_float {
    bool has_value;
    float value;
} calx_nullable_float;

typedef struct calx_nullable_double {
    bool has_value;
    double value;
} calx_nullable_double;

typedef struct calx_nullable_timestamp {
    bool has_value;
    calx_timestamp value;
} calx_nullable_timestamp;

#endif
