/*
 * The page is the unit that is kept and given back: it counts its live blocks, and the pool that
 * cuts from it counts as one. The counts and bits are atomic because an instance that was taken
 * out of a session may be freed by another thread than the one that cuts from its page.
 */
#include "mapper/slab.h"

#include "base/pages.h"
#include "base/poison.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum { GRANULE = 16, BITS = CALX_PAGE_SIZE / GRANULE, WORDS = BITS / 64 };

struct calx_slab {
    atomic_uint live;  /* blocks, and 1 for the pool that cuts from it */
    uint32_t used;     /* bytes cut so far, this head included; the pool's thread only */
    size_t page_count; /* more than 1: one block larger than a page */
    bool is_shared;    /* cut from by the shared pool; never changes after the first block */
    atomic_uint_fast64_t starts[WORDS];
};

static size_t rounded(size_t size)
{
    return (size + (GRANULE - 1)) & ~(size_t)(GRANULE - 1);
}

static size_t head_size(void)
{
    return rounded(sizeof(calx_slab));
}

size_t calx_slab_largest(void)
{
    return CALX_PAGE_SIZE - head_size();
}

static calx_slab *slab_of(const void *address)
{
    return calx_page_of(address);
}

static size_t granule_of(const void *address)
{
    return ((uintptr_t)address & (CALX_PAGE_SIZE - 1)) / GRANULE;
}

static calx_slab *new_slab(size_t page_count)
{
    calx_slab *slab = calx_pages_take(page_count);
    if (slab == NULL)
        return NULL;
    atomic_init(&slab->live, 1);
    slab->used = (uint32_t)head_size();
    slab->page_count = page_count;
    slab->is_shared = false;
    for (size_t i = 0; i < WORDS; i++)
        atomic_init(&slab->starts[i], 0);
    calx_poison((char *)slab + head_size(), page_count * CALX_PAGE_SIZE - head_size());
    return slab;
}

/* Part of the slab map, one of the four globals: where instances of no session are cut from. */
static struct {
    pthread_mutex_t lock;
    calx_slab_pool pool;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

/*
 * The shared pool keeps no empty page: a program that freed its instances has given back all
 * memory. Only the shared pool adds blocks to its page, and only under the lock.
 */
static void drop_when_empty(const calx_slab *slab)
{
    pthread_mutex_lock(&shared.lock);
    if (shared.pool.current == slab &&
        atomic_load_explicit(&shared.pool.current->live, memory_order_acquire) == 1)
        calx_slab_pool_clear(&shared.pool);
    pthread_mutex_unlock(&shared.lock);
}

/* One block less; the last one gives the page back. */
static void let_go(calx_slab *slab)
{
    bool is_shared = slab->is_shared; /* read first: the page may go with the next line */
    unsigned before = atomic_fetch_sub_explicit(&slab->live, 1, memory_order_acq_rel);
    if (before == 1)
        calx_pages_give(slab, slab->page_count);
    else if (before == 2 && is_shared)
        drop_when_empty(slab);
}

static void *cut(calx_slab *slab, size_t size, size_t start)
{
    char *block = (char *)slab + slab->used;
    slab->used += (uint32_t)size;
    calx_unpoison(block, size);
    atomic_fetch_add_explicit(&slab->live, 1, memory_order_relaxed);
    size_t granule = granule_of(block + start);
    atomic_fetch_or_explicit(&slab->starts[granule / 64], UINT64_C(1) << (granule % 64),
                             memory_order_release);
    return block;
}

/* A block with pages of its own: no pool keeps those, so they go with it. */
static void *take_alone(size_t size, size_t start)
{
    if (size > SIZE_MAX - head_size() - CALX_PAGE_SIZE)
        return NULL;
    size_t pages = (size + head_size() + CALX_PAGE_SIZE - 1) / CALX_PAGE_SIZE;
    calx_slab *slab = new_slab(pages);
    if (slab == NULL)
        return NULL;
    char *block = (char *)slab + head_size();
    calx_unpoison(block, size);
    size_t granule = granule_of(block + start);
    atomic_fetch_or_explicit(&slab->starts[granule / 64], UINT64_C(1) << (granule % 64),
                             memory_order_release);
    return block;
}

/* The page to cut from: the current one, started over when nothing lives in it any more. */
static calx_slab *current_with(calx_slab_pool *pool, size_t size)
{
    calx_slab *slab = pool->current;
    if (slab != NULL) {
        if (atomic_load_explicit(&slab->live, memory_order_acquire) == 1)
            slab->used = (uint32_t)head_size();
        if (CALX_PAGE_SIZE - slab->used >= size)
            return slab;
    }
    calx_slab *fresh = new_slab(1);
    if (fresh == NULL)
        return NULL;
    calx_slab_pool_clear(pool);
    pool->current = fresh;
    return fresh;
}

void *calx_slab_take(calx_slab_pool *pool, size_t size, size_t start)
{
    if (size > calx_slab_largest())
        return take_alone(size, start);
    size_t whole = rounded(size);
    calx_slab *slab = current_with(pool, whole);
    return slab == NULL ? NULL : cut(slab, whole, start);
}

void calx_slab_give(void *instance, size_t size, size_t start)
{
    calx_slab *slab = slab_of(instance);
    size_t granule = granule_of(instance);
    atomic_fetch_and_explicit(&slab->starts[granule / 64], ~(UINT64_C(1) << (granule % 64)),
                              memory_order_release);
    calx_poison((char *)instance - start, slab->page_count > 1 ? size : rounded(size));
    let_go(slab);
}

bool calx_slab_holds(const void *address)
{
    if ((uintptr_t)address % GRANULE != 0 || !calx_pages_contains(address))
        return false;
    calx_slab *slab = slab_of(address);
    size_t granule = granule_of(address);
    uint64_t word = atomic_load_explicit(&slab->starts[granule / 64], memory_order_acquire);
    return (word >> (granule % 64)) & 1;
}

void calx_slab_pool_clear(calx_slab_pool *pool)
{
    calx_slab *slab = pool->current;
    pool->current = NULL;
    if (slab != NULL && atomic_fetch_sub_explicit(&slab->live, 1, memory_order_acq_rel) == 1)
        calx_pages_give(slab, slab->page_count);
}

void *calx_slab_take_shared(size_t size, size_t start)
{
    pthread_mutex_lock(&shared.lock);
    void *block = calx_slab_take(&shared.pool, size, start);
    calx_slab *slab = shared.pool.current;
    /* Written once: with the page's second block on, another thread may be reading it. */
    if (block != NULL && slab != NULL && !slab->is_shared)
        slab->is_shared = true;
    pthread_mutex_unlock(&shared.lock);
    return block;
}
