/*
 * The first touch of each small page costs a fault, which for rows made by the hundred thousand is
 * more than making them. The memory stays the allocator's: only how it is mapped is asked for.
 */
#define _DEFAULT_SOURCE /* madvise() */

#include "base/huge.h"

#include <stdint.h>
#include <sys/mman.h>

void calx_huge_allow(void *block, size_t size)
{
#ifdef MADV_HUGEPAGE
    size_t before = (CALX_HUGE_PAGE - (uintptr_t)block % CALX_HUGE_PAGE) % CALX_HUGE_PAGE;
    if (size < before + CALX_HUGE_PAGE)
        return;
    size_t whole = (size - before) / CALX_HUGE_PAGE * CALX_HUGE_PAGE;
    (void)madvise((char *)block + before, whole, MADV_HUGEPAGE);
#else
    (void)block;
    (void)size;
#endif
}
