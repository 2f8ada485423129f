/*
 * The identity map's table: key -> instance for all mappers of a session, made so that the usual
 * question, is this number there and fresh, is answered by one slot without a look at the instance.
 *
 * Open addressing, linear probing, at most four of five slots used, no tombstones: removing
 * shifts the run behind it back. One thread at a time.
 */
#ifndef CALX_SESSION_IDENTITY_TABLE_H
#define CALX_SESSION_IDENTITY_TABLE_H

#include "mapper/instance.h"

typedef struct calx_identity_slot {
    uint64_t word;           /* calx_key_word() */
    calx_instance *instance; /* NULL: free */
    uint32_t kind;           /* calx_entity.kind; 0: free */
    uint32_t epoch; /* the session's when the instance was handed out fresh, to stay; else not it */
} calx_identity_slot;

/* Zeroed: empty, without memory. */
typedef struct calx_identity_table {
    calx_identity_slot *slots; /* NULL while nothing was reserved */
    size_t count;              /* instances in it */
    size_t limit;              /* how many fit before it grows */
    size_t mask;               /* number of slots - 1 */
    unsigned shift;            /* 64 - log2(number of slots) */
} calx_identity_table;

/* Where the search starts. Numbers that follow each other lie apart, those of two kinds too. */
static inline size_t calx_identity_table_home(const calx_identity_table *table, uint64_t word,
                                              uint32_t kind)
{
    uint64_t mixed = word + kind * UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)((mixed * UINT64_C(0x9e3779b97f4a7c15)) >> table->shift);
}

/* The first slot of a word, or the free one where it ends. Slots are reserved. */
static inline calx_identity_slot *calx_identity_table_word(const calx_identity_table *table,
                                                           uint64_t word, uint32_t kind)
{
    for (size_t i = calx_identity_table_home(table, word, kind);; i = (i + 1) & table->mask) {
        calx_identity_slot *slot = &table->slots[i];
        if ((slot->word == word && slot->kind == kind) || slot->kind == 0)
            return slot;
    }
}

/*
 * The same for a key: its word, and where that does not say all, what the instances have. Slots
 * are reserved; the answer holds until the next change of the table.
 */
calx_identity_slot *calx_identity_table_key(const calx_identity_table *table, const calx_key *key,
                                            uint32_t kind);

/* The slot an instance stands in; NULL: in none. */
calx_identity_slot *calx_identity_table_find(const calx_identity_table *table,
                                             const calx_instance *instance, uint32_t kind);

/* Makes room for so many more. CALX_E_NOMEM leaves the table as it was. */
calx_status calx_identity_table_grow(calx_identity_table *table, size_t more);

/* After CALX_OK, so many instances can be added. */
static inline calx_status calx_identity_table_reserve(calx_identity_table *table, size_t more)
{
    return more <= table->limit - table->count ? CALX_OK : calx_identity_table_grow(table, more);
}

/* Fills a free slot. */
static inline void calx_identity_table_fill(calx_identity_table *table, calx_identity_slot *slot,
                                            calx_instance *instance, uint32_t kind)
{
    *slot = (calx_identity_slot){ calx_key_word(&instance->key), instance, kind, 0 };
    table->count++;
}

/* Adds an instance, also beside another of the same key, as there may be in between. */
void calx_identity_table_add(calx_identity_table *table, calx_instance *instance, uint32_t kind);

/* Frees a slot. */
void calx_identity_table_vacate(calx_identity_table *table, calx_identity_slot *slot);

/* Takes all out, but keeps the memory. */
void calx_identity_table_reset(calx_identity_table *table);

/* Gives the memory back. */
void calx_identity_table_clear(calx_identity_table *table);

/*
 * Walks through the instances in no particular order: position starts at 0. NULL: the end. The
 * table must not change during the walk.
 */
calx_instance *calx_identity_table_next(const calx_identity_table *table, size_t *position);

#endif
