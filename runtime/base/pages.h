/*
 * The slab map: pages for slabs, aligned to their size, and a bitmap that tells without reading a
 * byte at an address whether it lies in one of them. So a pointer from anywhere can be tested
 * before the header in front of it is read.
 *
 * Every function may be called from any thread; calx_pages_contains() takes no lock.
 */
#ifndef CALX_BASE_PAGES_H
#define CALX_BASE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many pages at most come out of a larger block; longer runs are blocks of their own. */
enum { CALX_PAGE_SIZE = 65536, CALX_PAGES_CUT = 16 };

/*
 * Takes page_count (at least 1) neighbouring pages, aligned to CALX_PAGE_SIZE, contents undefined.
 * The first of them is marked in the bitmap: an instance starts there, whatever it is long. Answers
 * NULL when there is no memory.
 */
void *calx_pages_take(size_t page_count);

/* Gives back exactly what one calx_pages_take() answered. NULL is taken and does nothing. */
void calx_pages_give(void *first, size_t page_count);

/*
 * The same for what is no slab and large enough to be worth it: it shares the huge pages of the
 * system with the slabs around it, and what comes back is theirs next.
 */
void *calx_pages_borrow(size_t page_count);
void calx_pages_return(void *first, size_t page_count);

/*
 * A block of any size, contents undefined: of borrowed pages where that is worth it, else the
 * allocator's. Given back with the size it was taken with. NULL: no memory.
 */
void *calx_block_take(size_t size);
void calx_block_give(void *block, size_t size);

/* The start of the page an address lies in. */
static inline void *calx_page_of(const void *address)
{
    const char *byte = address;
    return (void *)(byte - ((uintptr_t)byte & (CALX_PAGE_SIZE - 1)));
}

/* Whether the address lies in the first page of what was taken; never reads at the address. */
bool calx_pages_contains(const void *address);

/* How many pages are taken now, for slabs. */
size_t calx_pages_count(void);

/*
 * Gives back the memory of the bitmap. Does nothing and answers false while a page is taken or
 * lent. No other thread may be inside calx_pages_contains() meanwhile.
 */
bool calx_pages_trim(void);

#endif
