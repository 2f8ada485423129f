/*
 * PostgreSQL's binary numeric: a header of four 16-bit numbers (digit count, weight of the first
 * digit, sign, digits to show behind the point), then digits of base 10000, all big endian. Digits
 * that are zero at the end are not there, so weight and count must both be looked at (LIM-13).
 */
#include "driver/postgresql/postgresql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEADER_SIZE = 8, BASE = 10000, NEGATIVE = 0x4000, POSITIVE = 0 };

static void put16(unsigned char *out, unsigned number)
{
    out[0] = (unsigned char)(number >> 8);
    out[1] = (unsigned char)number;
}

static unsigned get16(const unsigned char *data)
{
    return (unsigned)data[0] << 8 | data[1];
}

static int get_signed16(const unsigned char *data)
{
    unsigned number = get16(data);
    return number >= 0x8000 ? (int)number - 0x10000 : (int)number;
}

int calx_postgresql_put_numeric(unsigned char *out, uint64_t number, bool negative)
{
    unsigned digits[5];
    unsigned count = 0;
    for (uint64_t rest = number; rest > 0; rest /= BASE)
        digits[count++] = (unsigned)(rest % BASE);
    put16(out, count);
    put16(out + 2, count > 0 ? count - 1 : 0);
    put16(out + 4, negative && count > 0 ? NEGATIVE : POSITIVE);
    put16(out + 6, 0);
    for (unsigned i = 0; i < count; i++)
        put16(out + HEADER_SIZE + 2 * i, digits[count - 1 - i]);
    return (int)(HEADER_SIZE + 2 * count);
}

/* Whether there are as many digits as the header says, and it is a number (no NaN, no infinity). */
static bool is_whole(const unsigned char *data, int size)
{
    if (size < HEADER_SIZE || (unsigned)size != HEADER_SIZE + 2 * get16(data))
        return false;
    unsigned sign = get16(data + 4);
    return sign == POSITIVE || sign == NEGATIVE;
}

bool calx_postgresql_get_integer(const unsigned char *data, int size, uint64_t *out_number,
                                 bool *out_negative)
{
    uint64_t number = 0;
    if (!is_whole(data, size))
        return false;
    int count = (int)get16(data);
    int weight = get_signed16(data + 2);
    for (int i = 0; i <= weight || i < count; i++) {
        unsigned digit = i < count ? get16(data + HEADER_SIZE + 2 * i) : 0;
        if (i > weight && digit != 0)
            return false;
        if (i > weight)
            continue;
        if (number > (UINT64_MAX - digit) / BASE)
            return false;
        number = number * BASE + digit;
    }
    *out_number = number;
    *out_negative = get16(data + 4) == NEGATIVE;
    return true;
}

/*
 * Written as an integer with an exponent and no decimal point, which strtod() reads alike in every
 * locale. Digits beyond the first few hundred cannot change a double any more.
 */
static double read_digits(const unsigned char *data)
{
    enum { MOST_DIGITS = 200 };
    char text[4 * MOST_DIGITS + 16] = "0";
    int count = (int)get16(data);
    int used = count < MOST_DIGITS ? count : MOST_DIGITS;
    size_t size = 0;
    for (int i = 0; i < used; i++)
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%04u",
                                 get16(data + HEADER_SIZE + 2 * i) % BASE);
    snprintf(text + size, sizeof(text) - size, "%se%d", used > 0 ? "" : "0",
             4 * (get_signed16(data + 2) - used + 1));
    return strtod(text, NULL);
}

bool calx_postgresql_get_real(const unsigned char *data, int size, double *out_real)
{
    enum { NOT_A_NUMBER = 0xc000, INFINITE = 0xd000, MINUS_INFINITE = 0xf000 };
    if (size < HEADER_SIZE)
        return false;
    unsigned sign = get16(data + 4);
    if (sign == NOT_A_NUMBER)
        *out_real = NAN;
    else if (sign == INFINITE || sign == MINUS_INFINITE)
        *out_real = sign == INFINITE ? INFINITY : -INFINITY;
    else if (is_whole(data, size))
        *out_real = sign == NEGATIVE ? -read_digits(data) : read_digits(data);
    else
        return false;
    return true;
}
