/*
 * The slab map, one of the four globals: where the pages of all slabs come from, and the bitmap
 * that knows them. Pages are cut from chunks, because an allocator that aligns to 64 KiB by itself
 * would waste a page for each. The first chunk is small, for programs that hold few instances; the
 * others are huge pages of the system, one of which is cleared in the time of a hundred and twenty
 * small ones. A run that is too long gets a chunk of its own. A chunk goes back to the allocator
 * with its last page.
 *
 * The bitmap has two levels over the 2^32 page numbers of a 48-bit address space. Its leaves are
 * made under the lock before a page is handed out and stay until calx_pages_trim(), so that a
 * reader without a lock never meets one that is gone.
 */
#include "base/pages.h"

#include "base/allocator.h"
#include "base/huge.h"
#include "base/poison.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    PAGE_BITS = 16,
    LEAF_BITS = 16, /* page numbers per leaf: a leaf stands for 4 GiB */
    TOP_BITS = 16,
    WORDS_PER_LEAF = (1 << LEAF_BITS) / 64,
    PAGES_AT_FIRST = 4, /* of the first chunk */
    PAGES_PER_HUGE = CALX_HUGE_PAGE / CALX_PAGE_SIZE
};

typedef struct page_leaf {
    _Atomic uint64_t words[WORDS_PER_LEAF];
} page_leaf;

typedef struct page_chunk {
    void *block; /* as the allocator gave it */
    char *first; /* the first aligned page in it */
    size_t page_count;
    uint32_t free_pages; /* one bit each; a chunk of one long run has none */
    bool is_cut;         /* not the chunk of one long run */
    struct page_chunk *before_open;
    struct page_chunk *after_open;
} page_chunk;

static _Atomic(page_leaf *) page_leaves[1 << TOP_BITS];

/* Everything here is guarded by the lock. */
static struct slab_map {
    pthread_mutex_t lock;
    page_chunk **chunks; /* in the order of their addresses */
    size_t chunk_count;
    size_t chunk_capacity;
    page_chunk *open; /* those with free pages */
    size_t taken;     /* pages, for slabs */
    size_t lent;      /* pages, for other things */
} slab_map = { .lock = PTHREAD_MUTEX_INITIALIZER };

static uint64_t page_number(const void *address)
{
    return (uint64_t)(uintptr_t)address >> PAGE_BITS;
}

bool calx_pages_contains(const void *address)
{
    uint64_t number = page_number(address);
    if (number >> (TOP_BITS + LEAF_BITS) != 0)
        return false;
    page_leaf *leaf = atomic_load_explicit(&page_leaves[number >> LEAF_BITS], memory_order_acquire);
    if (leaf == NULL)
        return false;
    size_t bit = number & ((1 << LEAF_BITS) - 1);
    uint64_t word = atomic_load_explicit(&leaf->words[bit / 64], memory_order_acquire);
    return (word >> (bit % 64) & 1) != 0;
}

/* Only the page a slab starts with is marked: what it says of itself is found nowhere else. */
static void mark(const char *first, bool taken)
{
    uint64_t number = page_number(first);
    page_leaf *leaf = atomic_load_explicit(&page_leaves[number >> LEAF_BITS], memory_order_relaxed);
    size_t bit = number & ((1 << LEAF_BITS) - 1);
    uint64_t mask = UINT64_C(1) << (bit % 64);
    if (taken)
        atomic_fetch_or_explicit(&leaf->words[bit / 64], mask, memory_order_release);
    else
        atomic_fetch_and_explicit(&leaf->words[bit / 64], ~mask, memory_order_release);
}

/* Makes the leaves for these pages; false: no memory, or addresses the bitmap has no room for. */
static bool prepare_leaves(const char *first, size_t page_count)
{
    uint64_t last = page_number(first) + (page_count - 1);
    if (last >> (TOP_BITS + LEAF_BITS) != 0)
        return false;
    for (uint64_t i = page_number(first) >> LEAF_BITS; i <= last >> LEAF_BITS; i++) {
        if (atomic_load_explicit(&page_leaves[i], memory_order_relaxed) != NULL)
            continue;
        page_leaf *leaf = calx_alloc(sizeof(*leaf));
        if (leaf == NULL)
            return false;
        for (size_t word = 0; word < WORDS_PER_LEAF; word++)
            atomic_init(&leaf->words[word], 0);
        atomic_store_explicit(&page_leaves[i], leaf, memory_order_release);
    }
    return true;
}

static void open_chunk(page_chunk *chunk)
{
    chunk->before_open = NULL;
    chunk->after_open = slab_map.open;
    if (slab_map.open != NULL)
        slab_map.open->before_open = chunk;
    slab_map.open = chunk;
}

static void close_chunk(page_chunk *chunk)
{
    if (chunk->before_open != NULL)
        chunk->before_open->after_open = chunk->after_open;
    else
        slab_map.open = chunk->after_open;
    if (chunk->after_open != NULL)
        chunk->after_open->before_open = chunk->before_open;
}

/* How many chunks start at or below the address: the last of them is the one it may lie in. */
static size_t chunks_up_to(const char *address)
{
    size_t low = 0;
    size_t high = slab_map.chunk_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uintptr_t)slab_map.chunks[middle]->first <= (uintptr_t)address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool list_chunk(page_chunk *chunk)
{
    if (slab_map.chunk_count == slab_map.chunk_capacity) {
        size_t capacity = slab_map.chunk_capacity == 0 ? 16 : slab_map.chunk_capacity * 2;
        page_chunk **chunks =
            calx_resize_array(slab_map.chunks, capacity, sizeof(slab_map.chunks[0]));
        if (chunks == NULL)
            return false;
        slab_map.chunks = chunks;
        slab_map.chunk_capacity = capacity;
    }
    size_t position = chunks_up_to(chunk->first);
    memmove(slab_map.chunks + position + 1, slab_map.chunks + position,
            (slab_map.chunk_count - position) * sizeof(slab_map.chunks[0]));
    slab_map.chunks[position] = chunk;
    slab_map.chunk_count++;
    return true;
}

static void release_chunk(page_chunk *chunk)
{
    if (chunk == NULL)
        return;
    if (chunk->block != NULL)
        calx_unpoison(chunk->first, chunk->page_count * CALX_PAGE_SIZE);
    calx_release(chunk->block);
    calx_release(chunk);
}

static void unlist_chunk(size_t position)
{
    release_chunk(slab_map.chunks[position]);
    slab_map.chunk_count--;
    memmove(slab_map.chunks + position, slab_map.chunks + position + 1,
            (slab_map.chunk_count - position) * sizeof(slab_map.chunks[0]));
    if (slab_map.chunk_count == 0) {
        calx_release(slab_map.chunks);
        slab_map.chunks = NULL;
        slab_map.chunk_capacity = 0;
    }
}

/* A listed chunk, all of its pages free but not open yet; NULL: no memory. */
static page_chunk *new_chunk(size_t page_count, size_t alignment)
{
    if (page_count >= SIZE_MAX / CALX_PAGE_SIZE - alignment / CALX_PAGE_SIZE)
        return NULL;
    page_chunk *chunk = calx_alloc_zeroed(sizeof(*chunk));
    if (chunk == NULL)
        return NULL;
    /* More than needed: somewhere in it the first boundary lies. The rest is never touched. */
    chunk->block = calx_alloc(page_count * CALX_PAGE_SIZE + alignment);
    if (chunk->block == NULL)
        goto failed;
    size_t beyond = (uintptr_t)chunk->block & (alignment - 1);
    chunk->first = (char *)chunk->block + (beyond == 0 ? 0 : alignment - beyond);
    chunk->page_count = page_count;
    if (!prepare_leaves(chunk->first, page_count) || !list_chunk(chunk))
        goto failed;
    calx_poison(chunk->first, page_count * CALX_PAGE_SIZE);
    return chunk;
failed:
    release_chunk(chunk);
    return NULL;
}

static uint32_t all_free(const page_chunk *chunk)
{
    return UINT32_MAX >> (32 - chunk->page_count);
}

/* Where page_count neighbouring bits are set; PAGES_PER_HUGE when nowhere. */
static size_t find_run(uint32_t free_pages, size_t page_count)
{
    uint32_t run = (UINT32_C(1) << page_count) - 1;
    for (size_t i = 0; i + page_count <= PAGES_PER_HUGE; i++) {
        if ((free_pages >> i & run) == run)
            return i;
    }
    return PAGES_PER_HUGE;
}

/* Takes the run out of an open chunk; NULL when it has none that long. */
static char *cut_run(page_chunk *chunk, size_t page_count)
{
    size_t i = find_run(chunk->free_pages, page_count);
    if (i == PAGES_PER_HUGE)
        return NULL;
    chunk->free_pages &= ~(((UINT32_C(1) << page_count) - 1) << i);
    if (chunk->free_pages == 0)
        close_chunk(chunk);
    return chunk->first + i * CALX_PAGE_SIZE;
}

/* What cut_run() cuts from, with all of its pages free. */
static page_chunk *new_open_chunk(size_t page_count)
{
    bool is_huge = slab_map.chunk_count > 0 || page_count > PAGES_AT_FIRST;
    page_chunk *chunk = is_huge ? new_chunk(PAGES_PER_HUGE, CALX_HUGE_PAGE)
                                : new_chunk(PAGES_AT_FIRST, CALX_PAGE_SIZE);
    if (chunk == NULL)
        return NULL;
    if (is_huge)
        calx_huge_allow(chunk->first, CALX_HUGE_PAGE);
    chunk->is_cut = true;
    chunk->free_pages = all_free(chunk);
    open_chunk(chunk);
    return chunk;
}

static char *take_run(size_t page_count)
{
    char *first = NULL;
    if (page_count <= CALX_PAGES_CUT) {
        for (page_chunk *chunk = slab_map.open; chunk != NULL && first == NULL;
             chunk = chunk->after_open)
            first = cut_run(chunk, page_count);
    }
    if (first != NULL)
        return first;
    page_chunk *chunk = page_count > CALX_PAGES_CUT ? new_chunk(page_count, CALX_PAGE_SIZE)
                                                    : new_open_chunk(page_count);
    if (chunk == NULL)
        return NULL;
    return page_count > CALX_PAGES_CUT ? chunk->first : cut_run(chunk, page_count);
}

static char *take(size_t page_count)
{
    char *first = page_count == 0 ? NULL : take_run(page_count);
    if (first != NULL)
        calx_unpoison(first, page_count * CALX_PAGE_SIZE);
    return first;
}

void *calx_pages_take(size_t page_count)
{
    pthread_mutex_lock(&slab_map.lock);
    char *first = take(page_count);
    if (first != NULL) {
        mark(first, true);
        slab_map.taken += page_count;
    }
    pthread_mutex_unlock(&slab_map.lock);
    return first;
}

void *calx_pages_borrow(size_t page_count)
{
    pthread_mutex_lock(&slab_map.lock);
    char *first = take(page_count);
    if (first != NULL)
        slab_map.lent += page_count;
    pthread_mutex_unlock(&slab_map.lock);
    return first;
}

/* Under the lock. */
static void give(char *first, size_t page_count)
{
    calx_poison(first, page_count * CALX_PAGE_SIZE);
    size_t position = chunks_up_to(first) - 1;
    page_chunk *chunk = slab_map.chunks[position];
    if (chunk->is_cut) {
        size_t i = (size_t)(first - chunk->first) / CALX_PAGE_SIZE;
        if (chunk->free_pages == 0)
            open_chunk(chunk);
        chunk->free_pages |= ((UINT32_C(1) << page_count) - 1) << i;
        if (chunk->free_pages == all_free(chunk)) {
            close_chunk(chunk);
            unlist_chunk(position);
        }
    } else {
        unlist_chunk(position);
    }
}

void calx_pages_give(void *first, size_t page_count)
{
    if (first == NULL)
        return;
    pthread_mutex_lock(&slab_map.lock);
    mark(first, false);
    slab_map.taken -= page_count;
    give(first, page_count);
    pthread_mutex_unlock(&slab_map.lock);
}

void calx_pages_return(void *first, size_t page_count)
{
    if (first == NULL)
        return;
    pthread_mutex_lock(&slab_map.lock);
    slab_map.lent -= page_count;
    give(first, page_count);
    pthread_mutex_unlock(&slab_map.lock);
}

/* So many pages a block of the size is made of; 0: it is too small for that, or too large. */
static size_t pages_of(size_t size)
{
    size_t pages = size / CALX_PAGE_SIZE + (size % CALX_PAGE_SIZE != 0);
    return size >= CALX_PAGE_SIZE && pages <= CALX_PAGES_CUT ? pages : 0;
}

void *calx_block_take(size_t size)
{
    size_t pages = pages_of(size);
    return pages == 0 ? calx_alloc(size) : calx_pages_borrow(pages);
}

void calx_block_give(void *block, size_t size)
{
    size_t pages = pages_of(size);
    if (pages == 0)
        calx_release(block);
    else
        calx_pages_return(block, pages);
}

size_t calx_pages_count(void)
{
    pthread_mutex_lock(&slab_map.lock);
    size_t taken = slab_map.taken;
    pthread_mutex_unlock(&slab_map.lock);
    return taken;
}

bool calx_pages_trim(void)
{
    pthread_mutex_lock(&slab_map.lock);
    bool is_unused = slab_map.taken == 0 && slab_map.lent == 0;
    for (size_t i = 0; is_unused && i < (size_t)1 << TOP_BITS; i++) {
        /* Most entries were never written: looking leaves their memory untouched. */
        page_leaf *leaf = atomic_load_explicit(&page_leaves[i], memory_order_relaxed);
        if (leaf == NULL)
            continue;
        atomic_store_explicit(&page_leaves[i], NULL, memory_order_release);
        calx_release(leaf);
    }
    pthread_mutex_unlock(&slab_map.lock);
    return is_unused;
}
