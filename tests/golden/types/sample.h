#ifndef SAMPLE_H
#define SAMPLE_H

#include <calx/annotate.h>

#define SERIAL_SIZE 12

typedef enum { LOW = -1, HIGH = 1 } level;

/**
 * One column of every kind.
 *
 * The texts in it have what needs care in a literal.
 */
struct CALX_ENTITY("odd \"name\"") sample {
    uint32_t id CALX_PRIMARY_KEY;
    bool flag CALX_DEFAULT("true");
    int8_t tiny;
    int16_t small;
    int32_t middle CALX_UNIQUE;
    int64_t big CALX_DEFAULT("-9223372036854775808");
    uint8_t utiny;
    uint16_t usmall;
    uint32_t umiddle;
    uint64_t ubig CALX_DEFAULT("18446744073709551615");
    int plain CALX_DEFAULT("7");
    unsigned int wide;
    float ratio CALX_DEFAULT("0.1");
    double exact CALX_DEFAULT("1e100");
    level height;
    const char *text CALX_NOT_NULL CALX_DEFAULT("say \"hello\"\?\?/");
    char *note;                       /**< May be changed in place. */
    char serial[SERIAL_SIZE] CALX_COLUMN("serial number");
    calx_bytes image;
    calx_timestamp taken CALX_SERVER_DEFAULT("CURRENT_TIMESTAMP");
    calx_nullable_bool maybe CALX_DEFAULT("false");
    calx_nullable_int8 maybe_tiny;
    calx_nullable_int16 maybe_small;
    calx_nullable_int32 maybe_middle CALX_DEFAULT("18");
    calx_nullable_int64 maybe_big;
    calx_nullable_uint8 maybe_utiny;
    calx_nullable_uint16 maybe_usmall;
    calx_nullable_uint32 maybe_umiddle;
    calx_nullable_uint64 maybe_ubig;
    calx_nullable_float maybe_ratio;
    calx_nullable_double maybe_exact CALX_CHECK("maybe_exact IS NULL OR maybe_exact BETWEEN 0 AND 1 OR text LIKE 'a\\%%'");
    calx_nullable_timestamp maybe_taken;
    int ignored CALX_IGNORE;
};

#endif
