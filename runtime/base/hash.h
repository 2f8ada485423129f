/*
 * Hashes for tables in memory. Good enough that a table may use any of the bits; not the same on
 * every machine, so never stored or sent, and no protection against keys chosen by an attacker.
 */
#ifndef CALX_BASE_HASH_H
#define CALX_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of size bytes; bytes may be NULL when size is 0. */
uint64_t calx_hash(const void *bytes, size_t size);

/* The two halves of a 128-bit product folded together: every input bit reaches every output bit. */
static inline uint64_t calx_hash_mix(uint64_t left, uint64_t right)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)left * right;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t left_low = left & 0xffffffffu;
    uint64_t left_high = left >> 32;
    uint64_t right_low = right & 0xffffffffu;
    uint64_t right_high = right >> 32;
    uint64_t low = left_low * right_low;
    uint64_t middle = left_high * right_low + (low >> 32);
    uint64_t other = left_low * right_high + (middle & 0xffffffffu);
    uint64_t high = left_high * right_high + (middle >> 32) + (other >> 32);
    return ((other << 32) | (low & 0xffffffffu)) ^ high;
#endif
}

/* The hash of one number. */
static inline uint64_t calx_hash_u64(uint64_t number)
{
    return calx_hash_mix(number ^ UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93));
}

/* Two hashes into one; the order counts. */
static inline uint64_t calx_hash_join(uint64_t first, uint64_t second)
{
    return calx_hash_mix(first ^ UINT64_C(0xa0761d6478bd642f),
                         second ^ UINT64_C(0xe7037ed1a0b428db));
}

#endif
