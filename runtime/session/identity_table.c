/*
 * The table of the identity map: seeking, growing, removing. Nothing here knows what is fresh.
 */
#include "session/identity_table.h"

#include "base/pages.h"

#include <string.h>

enum { SMALLEST_BITS = 4, LARGEST_BITS = sizeof(size_t) * 8 - 6 };

/* The slot behind one, round the end. */
static calx_identity_slot *next_slot(const calx_identity_table *table, calx_identity_slot *slot)
{
    return &table->slots[((size_t)(slot - table->slots) + 1) & table->mask];
}

static calx_identity_slot *home_slot(const calx_identity_table *table, uint64_t word, uint32_t kind)
{
    return &table->slots[calx_identity_table_home(table, word, kind)];
}

calx_identity_slot *calx_identity_table_key(const calx_identity_table *table, const calx_key *key,
                                            uint32_t kind)
{
    uint64_t word = calx_key_word(key);
    calx_identity_slot *slot = home_slot(table, word, kind);
    while (slot->kind != 0 &&
           (slot->word != word || slot->kind != kind || !calx_key_equal(&slot->instance->key, key)))
        slot = next_slot(table, slot);
    return slot;
}

calx_identity_slot *calx_identity_table_find(const calx_identity_table *table,
                                             const calx_instance *instance, uint32_t kind)
{
    if (table->count == 0)
        return NULL;
    calx_identity_slot *slot = home_slot(table, calx_key_word(&instance->key), kind);
    while (slot->kind != 0 && slot->instance != instance)
        slot = next_slot(table, slot);
    return slot->kind == 0 ? NULL : slot;
}

void calx_identity_table_add(calx_identity_table *table, calx_instance *instance, uint32_t kind)
{
    calx_identity_slot *slot = home_slot(table, calx_key_word(&instance->key), kind);
    while (slot->kind != 0)
        slot = next_slot(table, slot);
    calx_identity_table_fill(table, slot, instance, kind);
}

static size_t limit_of(unsigned bits)
{
    return ((size_t)1 << bits) / 5 * 4;
}

static size_t size_of(const calx_identity_table *table)
{
    return (table->mask + 1) * sizeof(*table->slots);
}

static calx_status rebuild(calx_identity_table *table, unsigned bits)
{
    calx_identity_table larger = { .count = table->count, .limit = limit_of(bits) };
    larger.shift = 64 - bits;
    larger.mask = ((size_t)1 << bits) - 1;
    larger.slots = calx_block_take(size_of(&larger));
    if (larger.slots == NULL)
        return CALX_E_NOMEM;
    memset(larger.slots, 0, size_of(&larger));
    size_t position = 0;
    for (size_t left = table->count; left != 0; position++) {
        const calx_identity_slot *slot = &table->slots[position];
        if (slot->kind == 0)
            continue;
        calx_identity_slot *to = home_slot(&larger, slot->word, slot->kind);
        while (to->kind != 0)
            to = next_slot(&larger, to);
        *to = *slot;
        left--;
    }
    calx_block_give(table->slots, size_of(table));
    *table = larger;
    return CALX_OK;
}

calx_status calx_identity_table_grow(calx_identity_table *table, size_t more)
{
    unsigned bits = SMALLEST_BITS;
    while (bits < LARGEST_BITS &&
           (limit_of(bits) < table->count || limit_of(bits) - table->count < more))
        bits++;
    return bits == LARGEST_BITS ? CALX_E_NOMEM : rebuild(table, bits);
}

/* Fills the hole with whatever behind it has its home at or before it. */
void calx_identity_table_vacate(calx_identity_table *table, calx_identity_slot *slot)
{
    calx_identity_slot *slots = table->slots;
    size_t mask = table->mask;
    size_t hole = (size_t)(slot - slots);
    for (size_t i = (hole + 1) & mask; slots[i].kind != 0; i = (i + 1) & mask) {
        size_t home = calx_identity_table_home(table, slots[i].word, slots[i].kind);
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            slots[hole] = slots[i];
            hole = i;
        }
    }
    memset(&slots[hole], 0, sizeof(slots[hole]));
    table->count--;
}

void calx_identity_table_reset(calx_identity_table *table)
{
    if (table->count != 0)
        memset(table->slots, 0, (table->mask + 1) * sizeof(*table->slots));
    table->count = 0;
}

void calx_identity_table_clear(calx_identity_table *table)
{
    calx_block_give(table->slots, size_of(table));
    memset(table, 0, sizeof(*table));
}

calx_instance *calx_identity_table_next(const calx_identity_table *table, size_t *position)
{
    if (table->slots == NULL)
        return NULL;
    while (*position <= table->mask) {
        const calx_identity_slot *slot = &table->slots[(*position)++];
        if (slot->kind != 0)
            return slot->instance;
    }
    return NULL;
}
