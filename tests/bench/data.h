/*
 * The data of the benchmarks: the same on every run, database and side, made from the number of the
 * row alone.
 */
#ifndef TESTS_BENCH_DATA_H
#define TESTS_BENCH_DATA_H

#include "bench.h"
#include "models.h"

#include <stddef.h>
#include <stdint.h>

enum { BENCH_TEXT_SIZE = 64 };

/* A number that looks random. */
uint64_t bench_mix(uint64_t number);

/* The entry with this key; its texts are written to the two buffers, the second may stay unused. */
void bench_entry(int64_t id, struct entry *out_entry, char name[BENCH_TEXT_SIZE],
                 char email[BENCH_TEXT_SIZE]);

/* Entries 1 to count in one block, texts included; free() ends it. */
struct entry *bench_entries(size_t count);

/* A person and the addresses that come with it. */
struct family {
    struct person person;
    struct address addresses[BENCH_ADDRESSES];
};

/* As many, without keys, in one block, texts included; free() ends it. */
struct family *bench_families(size_t count);

/* Keys from 1 to limit in no order; free() ends it. */
int64_t *bench_keys(size_t count, size_t limit);

void bench_person_name(int64_t id, char name[BENCH_TEXT_SIZE]);
void bench_address_email(int64_t id, char email[BENCH_TEXT_SIZE]);

/* All of an entry in a number; sums of it do not depend on the order of rows. */
uint64_t bench_digest(const struct entry *entry);

/* Looks at each member of an entry, as cheaply as can be: for the inside of what is measured. */
static inline uint64_t bench_touch(const struct entry *entry)
{
    return (uint64_t)entry->id + (uint64_t)entry->amount + (uint64_t)(int64_t)entry->score +
           (unsigned char)entry->name[0] +
           (entry->email != NULL ? (unsigned char)entry->email[0] : 1u);
}

#endif
