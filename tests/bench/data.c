/*
 * Makes the data of the benchmarks. Nothing here is measured.
 */
#include "data.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t bench_mix(uint64_t number)
{
    uint64_t mixed = number * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x94d049bb133111eb);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

void bench_entry(int64_t id, struct entry *out_entry, char name[BENCH_TEXT_SIZE],
                 char email[BENCH_TEXT_SIZE])
{
    uint64_t random = bench_mix((uint64_t)id);
    snprintf(name, BENCH_TEXT_SIZE, "entry number %lld", (long long)id);
    snprintf(email, BENCH_TEXT_SIZE, "%08lx.%lld@mail.example", (unsigned long)(random >> 32),
             (long long)id);
    out_entry->id = id;
    out_entry->name = name;
    out_entry->email = random % 8 != 0 ? email : NULL;
    out_entry->amount = (int64_t)(random >> 8) % BENCH_AMOUNTS;
    out_entry->score = (double)(random >> 40) / 8;
}

struct entry *bench_entries(size_t count)
{
    struct entry *entries = bench_memory(count * (sizeof(*entries) + 2 * BENCH_TEXT_SIZE));
    char *text = (char *)(entries + count);
    for (size_t i = 0; i < count; i++, text += 2 * BENCH_TEXT_SIZE)
        bench_entry((int64_t)i + 1, &entries[i], text, text + BENCH_TEXT_SIZE);
    return entries;
}

int64_t *bench_keys(size_t count, size_t limit)
{
    int64_t *keys = bench_memory(count * sizeof(*keys));
    for (size_t i = 0; i < count; i++)
        keys[i] = (int64_t)(bench_mix(i) % limit) + 1;
    return keys;
}

void bench_person_name(int64_t id, char name[BENCH_TEXT_SIZE])
{
    snprintf(name, BENCH_TEXT_SIZE, "person number %lld", (long long)id);
}

void bench_address_email(int64_t id, char email[BENCH_TEXT_SIZE])
{
    snprintf(email, BENCH_TEXT_SIZE, "address.%lld@mail.example", (long long)id);
}

struct family *bench_families(size_t count)
{
    size_t texts = 1 + BENCH_ADDRESSES;
    struct family *families = bench_memory(count * (sizeof(*families) + texts * BENCH_TEXT_SIZE));
    char *text = (char *)(families + count);
    for (size_t i = 0; i < count; i++) {
        memset(&families[i], 0, sizeof(families[i]));
        bench_person_name((int64_t)i + 1, text);
        families[i].person.name = text;
        text += BENCH_TEXT_SIZE;
        for (size_t k = 0; k < BENCH_ADDRESSES; k++, text += BENCH_TEXT_SIZE) {
            bench_address_email((int64_t)(i * BENCH_ADDRESSES + k) + 1, text);
            families[i].addresses[k].email = text;
        }
    }
    return families;
}

static uint64_t digest_text(uint64_t sum, const char *text)
{
    if (text == NULL)
        return bench_mix(sum);
    for (; *text != '\0'; text++)
        sum = sum * 1099511628211u + (unsigned char)*text;
    return sum;
}

uint64_t bench_digest(const struct entry *entry)
{
    uint64_t bits;
    memcpy(&bits, &entry->score, sizeof(bits));
    uint64_t sum = bench_mix((uint64_t)entry->amount) ^ bench_mix(bits + 1);
    return bench_mix(digest_text(digest_text(sum, entry->name), entry->email) +
                     (uint64_t)entry->id);
}
