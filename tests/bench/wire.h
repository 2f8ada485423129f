/*
 * PostgreSQL's binary forms: numbers have their first byte first, an array has a header and then
 * each element behind its size.
 */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { WIRE_INT8 = 20, WIRE_TEXT = 25, WIRE_FLOAT8 = 701, WIRE_ARRAY_HEADER = 20 };

static inline void wire_put_32(char *at, uint32_t number)
{
    number = __builtin_bswap32(number);
    memcpy(at, &number, sizeof(number));
}

static inline void wire_put_64(char *at, uint64_t number)
{
    number = __builtin_bswap64(number);
    memcpy(at, &number, sizeof(number));
}

static inline int64_t wire_int64(const char *at)
{
    uint64_t number;
    memcpy(&number, at, sizeof(number));
    return (int64_t)__builtin_bswap64(number);
}

static inline double wire_double(const char *at)
{
    int64_t bits = wire_int64(at);
    double number;
    memcpy(&number, &bits, sizeof(number));
    return number;
}

static inline uint64_t wire_bits(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

/* An array on its way to the server; its bytes are used again for the next one. */
typedef struct wire_array {
    char *bytes;
    size_t size, room;
    uint32_t count;
} wire_array;

static inline void wire_array_start(wire_array *array)
{
    array->size = WIRE_ARRAY_HEADER;
    array->count = 0;
}

/* Room for an element, behind its size. */
static inline char *wire_array_element(wire_array *array, size_t size)
{
    if (array->size + size + 4 > array->room) {
        array->room = (array->size + size + 4) * 2;
        array->bytes = realloc(array->bytes, array->room);
        if (array->bytes == NULL)
            bench_fail("realloc", "no memory");
    }
    char *at = array->bytes + array->size;
    wire_put_32(at, (uint32_t)size);
    array->size += size + 4;
    array->count++;
    return at + 4;
}

static inline void wire_array_put_text(wire_array *array, const char *text)
{
    size_t size = text != NULL ? strlen(text) : 0;
    char *at = wire_array_element(array, size);
    if (text != NULL)
        memcpy(at, text, size);
    else
        wire_put_32(at - 4, UINT32_MAX);
}

static inline void wire_array_put_64(wire_array *array, uint64_t number)
{
    wire_put_64(wire_array_element(array, sizeof(number)), number);
}

static inline void wire_array_finish(wire_array *array, uint32_t type)
{
    wire_put_32(array->bytes, 1);
    wire_put_32(array->bytes + 4, 1);
    wire_put_32(array->bytes + 8, type);
    wire_put_32(array->bytes + 12, array->count);
    wire_put_32(array->bytes + 16, 1);
}

#endif
