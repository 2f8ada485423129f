/*
 * Hashing bytes: words are folded into a running state with the multiplication of
 * calx_hash_mix(), two lanes at a time for long input so that the multiplications overlap. Input
 * that is no whole number of words is read with overlapping words, never beyond its end; its size
 * goes into the state, so that the overlap cannot make two inputs equal.
 */
#include "base/hash.h"

#include <string.h>

#define KEY_A UINT64_C(0x9fb21c651e98df25)
#define KEY_B UINT64_C(0xbf58476d1ce4e5b9)
#define KEY_C UINT64_C(0x94d049bb133111eb)

static uint64_t read_64(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static uint64_t read_32(const unsigned char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* Up to 16 bytes as two words that hold them all. */
static void read_short(const unsigned char *bytes, size_t size, uint64_t words[2])
{
    if (size >= 8) {
        words[0] = read_64(bytes);
        words[1] = read_64(bytes + size - 8);
    } else if (size >= 4) {
        words[0] = read_32(bytes);
        words[1] = read_32(bytes + size - 4);
    } else if (size > 0) {
        words[0] = (uint64_t)bytes[0] << 16 | (uint64_t)bytes[size / 2] << 8 | bytes[size - 1];
        words[1] = 0;
    } else {
        words[0] = 0;
        words[1] = 0;
    }
}

uint64_t calx_hash(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t state = KEY_A ^ size;
    uint64_t words[2];
    if (size <= 16) {
        read_short(at, size, words);
    } else {
        size_t left = size;
        uint64_t lane = KEY_B;
        for (; left > 32; left -= 32, at += 32) {
            state = calx_hash_mix(read_64(at) ^ KEY_B, read_64(at + 8) ^ state);
            lane = calx_hash_mix(read_64(at + 16) ^ KEY_C, read_64(at + 24) ^ lane);
        }
        state ^= lane;
        if (left > 16)
            state = calx_hash_mix(read_64(at) ^ KEY_C, read_64(at + 8) ^ state);
        words[0] = read_64(at + left - 16);
        words[1] = read_64(at + left - 8);
    }
    state = calx_hash_mix(words[0] ^ KEY_B, words[1] ^ state);
    return calx_hash_mix(state ^ KEY_C, size ^ KEY_A);
}
