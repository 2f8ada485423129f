/**
 * @file value.h
 * One value on its way to or from a database: what statements bind, keys are made of and results
 * give. A plain value; text and bytes inside are borrowed.
 */
#ifndef CALX_VALUE_H
#define CALX_VALUE_H

#include <calx/api.h>
#include <calx/types.h>

CALX_BEGIN_DECLS

/** The class of a value. CALX_VALUE_NULL is 0, so zeroed memory is SQL NULL. */
typedef enum calx_value_type {
    CALX_VALUE_NULL = 0,
    CALX_VALUE_BOOL = 1,
    CALX_VALUE_INT64 = 2,
    CALX_VALUE_UINT64 = 3,
    CALX_VALUE_DOUBLE = 4,
    CALX_VALUE_TEXT = 5,
    CALX_VALUE_BYTES = 6,
    CALX_VALUE_TIMESTAMP = 7
} calx_value_type;

typedef struct calx_value {
    calx_value_type type;
    union {
        bool boolean;
        int64_t int64; /* also the timestamp, in microseconds since 1970 UTC */
        uint64_t uint64;
        double real;
        struct {
            const void *data;
            size_t size;
        } span; /* text (without its NUL) and bytes */
    } as;
} calx_value;

CALX_API calx_value calx_value_null(void);
CALX_API calx_value calx_value_bool(bool value);
CALX_API calx_value calx_value_int64(int64_t value);
CALX_API calx_value calx_value_uint64(uint64_t value);
CALX_API calx_value calx_value_double(double value);
/** NULL gives SQL NULL. The text is borrowed. */
CALX_API calx_value calx_value_text(const char *text);
CALX_API calx_value calx_value_text_n(const char *text, size_t size);
/** NULL data gives SQL NULL. The data is borrowed. */
CALX_API calx_value calx_value_bytes(calx_bytes bytes);
CALX_API calx_value calx_value_timestamp(calx_timestamp timestamp);

CALX_END_DECLS

#endif
