/*
 * Mutants: a few small changes each, chosen by a generator that starts anew for every input, so
 * that a failure comes again. Inputs stay short, since what breaks a reader is a shape, not a size.
 */
#define _XOPEN_SOURCE 700

#include "mutants.h"

#include "fuzz.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_CHANGES = 6, MOST_GROWTH = 64 };

/* What the handler prints; nothing else may be used there. */
static const uint8_t *volatile running;
static volatile size_t running_size;

static void tell_input(int number)
{
    static const char digits[] = "0123456789abcdef";
    static const char head[] = "the mutant, in hexadecimal: ";
    ssize_t written = write(STDERR_FILENO, head, sizeof(head) - 1);

    for (size_t i = 0; i < running_size; i++) {
        const char two[] = { digits[running[i] >> 4], digits[running[i] & 15] };

        written += write(STDERR_FILENO, two, sizeof(two));
    }
    written += write(STDERR_FILENO, "\n", 1);
    (void)written;
    signal(number, SIG_DFL);
    raise(number);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Marks that mean something to one of the readers stand more often than chance would have it. */
static uint8_t some_byte(uint64_t *state)
{
    static const char marks[] = ":/@?&=%#+[],;'\"\\{}()*-!^$ \n01af";

    if (next_random(state) % 3 == 0)
        return (uint8_t)next_random(state);
    return (uint8_t)marks[next_random(state) % (sizeof(marks) - 1)];
}

static size_t remove_some(uint8_t *data, size_t size, uint64_t *state)
{
    const size_t at = next_random(state) % size;
    const size_t most = size - at < 8 ? size - at : 8;
    const size_t count = next_random(state) % most + 1;

    memmove(data + at, data + at + count, size - at - count);
    return size - count;
}

/* A piece of it once more, elsewhere. */
static size_t repeat_some(uint8_t *data, size_t size, uint64_t *state)
{
    const size_t from = next_random(state) % size;
    const size_t most = size - from < 8 ? size - from : 8;
    const size_t count = next_random(state) % most + 1;
    const size_t to = next_random(state) % (size + 1);
    uint8_t piece[8];

    memcpy(piece, data + from, count);
    memmove(data + to + count, data + to, size - to);
    memcpy(data + to, piece, count);
    return size + count;
}

static size_t insert_one(uint8_t *data, size_t size, uint64_t *state)
{
    const size_t at = next_random(state) % (size + 1);

    memmove(data + at + 1, data + at, size - at);
    data[at] = some_byte(state);
    return size + 1;
}

static size_t change(uint8_t *data, size_t size, size_t capacity, uint64_t *state)
{
    const unsigned kind = next_random(state) % 5;

    if (size == 0 || (kind == 0 && size < capacity))
        return insert_one(data, size, state);
    if (kind == 1)
        return remove_some(data, size, state);
    if (kind == 2 && size + 8 <= capacity)
        return repeat_some(data, size, state);
    if (kind == 3)
        data[next_random(state) % size] ^= (uint8_t)(1u << next_random(state) % 8);
    else
        data[next_random(state) % size] = some_byte(state);
    return size;
}

int run_mutants(const uint8_t *data, size_t size, long count)
{
    const size_t capacity = size + MOST_GROWTH;
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    uint8_t *work = malloc(capacity);

    if (!work)
        return 0;
    signal(SIGABRT, tell_input);
    for (long i = 0; i < count; i++) {
        size_t now = size;
        uint8_t *mutant;

        if (size > 0)
            memcpy(work, data, size);
        for (uint64_t changes = next_random(&state) % MOST_CHANGES + 1; changes > 0; changes--)
            now = change(work, now, capacity, &state);
        /* Memory of exactly its size, so that reading past the end shows. */
        mutant = malloc(now ? now : 1);
        if (!mutant)
            break;
        memcpy(mutant, work, now);
        running_size = now;
        running = mutant;
        LLVMFuzzerTestOneInput(mutant, now);
        running_size = 0;
        free(mutant);
    }
    signal(SIGABRT, SIG_DFL);
    free(work);
    return 1;
}
