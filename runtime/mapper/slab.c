/*
 * The page is the unit that is kept and given back: it counts its live blocks. The pool that cuts
 * from it holds a large number of them in advance, so that cutting needs no atomic addition; what
 * it did not cut is taken off when it lets go. The count and the marks are atomic because an
 * instance that was taken out of a session may be freed by another thread than the one that cuts
 * from its page.
 */
#include "mapper/slab.h"

#include "base/apart.h"
#include "base/pages.h"
#include "base/poison.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

/* No block is shorter than a window, so that at most one instance starts in each. */
enum { GRANULE = 16, WINDOW = 128, WINDOWS = CALX_PAGE_SIZE / WINDOW };

/* What a pool counts as in the page it cuts from: more than blocks there can be. */
enum { HELD = 1 << 20 };

struct calx_slab {
    atomic_uint live;  /* blocks; while a pool cuts from it, HELD less those given back */
    uint32_t cut;      /* blocks, since the page was begun; the pool's thread only */
    uint32_t used;     /* bytes cut so far, this head included; the pool's thread only */
    size_t page_count; /* more than 1: one block larger than a page */
    bool is_shared;    /* cut from by the shared pool; never changes after the first block */
    atomic_uchar starts[WINDOWS]; /* 0: none starts there; else its granule in the window, from 1 */
};

static size_t rounded(size_t size)
{
    return size <= WINDOW ? WINDOW : (size + (GRANULE - 1)) & ~(size_t)(GRANULE - 1);
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

static atomic_uchar *window_of(calx_slab *slab, const void *address)
{
    return &slab->starts[((uintptr_t)address & (CALX_PAGE_SIZE - 1)) / WINDOW];
}

static unsigned char granule_of(const void *address)
{
    return (unsigned char)(((uintptr_t)address & (WINDOW - 1)) / GRANULE + 1);
}

/* An instance starts so far behind the page's begin, which is aligned as windows are. */
static void mark_start(calx_slab *slab, size_t place)
{
    atomic_store_explicit(&slab->starts[place / WINDOW],
                          (unsigned char)(place % WINDOW / GRANULE + 1), memory_order_release);
}

static calx_slab *new_slab(size_t page_count)
{
    calx_slab *slab = calx_pages_take(page_count);
    if (slab == NULL)
        return NULL;
    atomic_init(&slab->live, HELD);
    slab->cut = 0;
    slab->used = (uint32_t)head_size();
    slab->page_count = page_count;
    slab->is_shared = false;
    memset(slab->starts, 0, sizeof(slab->starts));
    calx_poison((char *)slab + head_size(), page_count * CALX_PAGE_SIZE - head_size());
    return slab;
}

/* Part of the slab map, one of the four globals: where instances of no session are cut from. */
static struct {
    pthread_mutex_t lock;
    calx_slab_pool pool;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Whether nothing lives in a page that is cut from; for the pool's thread. */
static bool is_empty(const calx_slab *slab)
{
    return atomic_load_explicit(&slab->live, memory_order_acquire) == HELD - slab->cut;
}

/*
 * The shared pool keeps no empty page: a program that freed its instances has given back all
 * memory. Only the shared pool adds blocks to its page, and only under the lock.
 */
static void drop_when_empty(const calx_slab *slab)
{
    pthread_mutex_lock(&shared.lock);
    if (shared.pool.current == slab && is_empty(shared.pool.current))
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
    else if (is_shared && before > HELD / 2)
        drop_when_empty(slab);
}

static void *cut(calx_slab *slab, size_t size, size_t start)
{
    size_t place = slab->used;
    char *block = (char *)slab + place;
    slab->used = (uint32_t)(place + size);
    slab->cut++;
    calx_unpoison(block, size);
    mark_start(slab, place + start);
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
    atomic_store_explicit(&slab->live, 1, memory_order_relaxed);
    calx_unpoison(block, size);
    mark_start(slab, head_size() + start);
    return block;
}

static void start_over(calx_slab *slab)
{
    atomic_store_explicit(&slab->live, HELD, memory_order_relaxed);
    slab->cut = 0;
    slab->used = (uint32_t)head_size();
}

/* The page to cut from: the current one, started over when nothing lives in it any more. */
static calx_slab *current_with(calx_slab_pool *pool, size_t size)
{
    calx_slab *slab = pool->current;
    if (slab != NULL) {
        if (is_empty(slab))
            start_over(slab);
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

/* A block the current page has no room for, or that is the first in it. */
static CALX_APART void *take_otherwise(calx_slab_pool *pool, size_t size, size_t start)
{
    if (size > calx_slab_largest())
        return take_alone(size, start);
    calx_slab *slab = current_with(pool, rounded(size));
    return slab == NULL ? NULL : cut(slab, rounded(size), start);
}

void *calx_slab_take(calx_slab_pool *pool, size_t size, size_t start)
{
    calx_slab *slab = pool->current;
    if (slab == NULL || size > calx_slab_largest() || CALX_PAGE_SIZE - slab->used < rounded(size) ||
        is_empty(slab))
        return take_otherwise(pool, size, start);
    return cut(slab, rounded(size), start);
}

void calx_slab_give(void *instance, size_t size, size_t start)
{
    calx_slab *slab = slab_of(instance);
    atomic_store_explicit(window_of(slab, instance), 0, memory_order_release);
    calx_poison((char *)instance - start, slab->page_count > 1 ? size : rounded(size));
    let_go(slab);
}

bool calx_slab_holds(const void *address)
{
    if ((uintptr_t)address % GRANULE != 0 || !calx_pages_contains(address))
        return false;
    return atomic_load_explicit(window_of(slab_of(address), address), memory_order_acquire) ==
           granule_of(address);
}

void calx_slab_pool_clear(calx_slab_pool *pool)
{
    calx_slab *slab = pool->current;
    pool->current = NULL;
    if (slab == NULL)
        return;
    unsigned held = HELD - slab->cut; /* read first: the page may go with the next line */
    if (atomic_fetch_sub_explicit(&slab->live, held, memory_order_acq_rel) == held)
        calx_pages_give(slab, 1);
}

bool calx_slab_grow(void *instance, size_t start, size_t size, size_t larger)
{
    calx_slab *slab = slab_of(instance);
    if (!slab->is_shared || size > calx_slab_largest() || larger > calx_slab_largest())
        return false;
    size_t begin = (size_t)((char *)instance - start - (char *)slab);
    bool grown = false;
    pthread_mutex_lock(&shared.lock);
    if (shared.pool.current == slab && begin + rounded(size) == slab->used &&
        begin + rounded(larger) <= CALX_PAGE_SIZE) {
        slab->used = (uint32_t)(begin + rounded(larger));
        calx_unpoison((char *)slab + begin, rounded(larger));
        grown = true;
    }
    pthread_mutex_unlock(&shared.lock);
    return grown;
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
