/*
 * The floors that need no database: a probe of an open-addressing table, and locking a mutex that
 * nobody else wants.
 */
#include "bench.h"
#include "data.h"
#include "rows.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct slot {
    int64_t key; /* 0: free */
    struct entry *entry;
} slot;

typedef struct memory_floor {
    bench_task task;
    entry_list list;
    slot *slots;
    size_t mask;
    unsigned shift;
    int64_t *keys;
    pthread_mutex_t lock;
    uint64_t sum;
} memory_floor;

static void *memory_open(const bench_task *task)
{
    memory_floor *floor = bench_memory(sizeof(*floor));
    *floor = (memory_floor){ .task = *task };
    pthread_mutex_init(&floor->lock, NULL);
    return floor;
}

static void memory_close(void *state)
{
    memory_floor *floor = state;
    pthread_mutex_destroy(&floor->lock);
    entry_list_clear(&floor->list);
    free(floor->slots);
    free(floor->keys);
    free(floor);
}

static uint64_t memory_sum(void *state)
{
    return ((memory_floor *)state)->sum;
}

static size_t home(const memory_floor *floor, int64_t key)
{
    return (size_t)(((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15)) >> floor->shift);
}

static struct entry *new_entry(int64_t id)
{
    char name[BENCH_TEXT_SIZE];
    char email[BENCH_TEXT_SIZE];
    struct entry given;
    bench_entry(id, &given, name, email);
    size_t email_size = given.email != NULL ? strlen(email) : 0;
    struct entry *entry =
        row_new_entry((row_text){ name, strlen(name) }, (row_text){ given.email, email_size });
    entry->id = id;
    entry->amount = given.amount;
    entry->score = given.score;
    return entry;
}

/* At most half full. */
static void make_table(memory_floor *floor)
{
    size_t size = 2;
    for (floor->shift = 63; size < floor->task.rows * 2; size *= 2)
        floor->shift--;
    floor->mask = size - 1;
    floor->slots = calloc(size, sizeof(*floor->slots));
    if (floor->slots == NULL)
        bench_fail("calloc", "no memory");
}

static void probe_setup(void *state)
{
    memory_floor *floor = state;
    make_table(floor);
    floor->keys = bench_keys(floor->task.count, floor->task.rows);
    for (int64_t id = 1; id <= (int64_t)floor->task.rows; id++) {
        size_t at = home(floor, id);
        while (floor->slots[at].key != 0)
            at = (at + 1) & floor->mask;
        struct entry *entry = new_entry(id);
        entry_list_put(&floor->list, entry);
        floor->slots[at] = (slot){ id, entry };
    }
}

static inline struct entry *probe(const memory_floor *floor, int64_t key)
{
    for (size_t at = home(floor, key);; at = (at + 1) & floor->mask) {
        if (floor->slots[at].key == key)
            return floor->slots[at].entry;
        if (floor->slots[at].key == 0)
            return NULL;
    }
}

static void probe_work(void *state)
{
    memory_floor *floor = state;
    for (size_t i = 0; i < floor->task.count; i++)
        floor->sum += probe(floor, floor->keys[i]) != NULL;
}

static void look_work(void *state)
{
    memory_floor *floor = state;
    for (size_t i = 0; i < floor->task.count; i++)
        floor->sum += (uint64_t)probe(floor, floor->keys[i])->amount;
}

/* One lock for the take, one for the return. */
static void lock_work(void *state)
{
    memory_floor *floor = state;
    for (size_t i = 0; i < floor->task.count; i++) {
        pthread_mutex_lock(&floor->lock);
        floor->sum++;
        pthread_mutex_unlock(&floor->lock);
        pthread_mutex_lock(&floor->lock);
        pthread_mutex_unlock(&floor->lock);
    }
}

const bench_side bench_floor_memory = {
    .name = "floor",
    .open = memory_open,
    .close = memory_close,
    .steps = { [BENCH_HIT] = { probe_setup, probe_work, memory_sum },
               [BENCH_LOOK] = { probe_setup, look_work, memory_sum },
               [BENCH_POOL] = { NULL, lock_work, memory_sum } },
};
