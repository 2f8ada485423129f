/*
 * Telling the address sanitizer which parts of a block nobody may touch now, so that a use after
 * free is found in memory that Calx deals out itself too. Costs nothing in other builds.
 */
#ifndef CALX_BASE_POISON_H
#define CALX_BASE_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define CALX_HAVE_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CALX_HAVE_POISON 1
#endif
#endif

#ifdef CALX_HAVE_POISON
#include <sanitizer/asan_interface.h>
#endif

/* From now on touching these bytes is reported. */
static inline void calx_poison(const void *start, size_t size)
{
#ifdef CALX_HAVE_POISON
    __asan_poison_memory_region(start, size);
#else
    (void)start;
    (void)size;
#endif
}

/* They may be used again; to be called before the block goes back to the allocator. */
static inline void calx_unpoison(const void *start, size_t size)
{
#ifdef CALX_HAVE_POISON
    __asan_unpoison_memory_region(start, size);
#else
    (void)start;
    (void)size;
#endif
}

#endif
