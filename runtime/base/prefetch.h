/*
 * Telling the processor which memory is needed soon, for walks over many instances: each lies
 * somewhere else, and waiting for one after the other costs more than all that is done with them.
 * Any address will do: nothing is read.
 */
#ifndef CALX_BASE_PREFETCH_H
#define CALX_BASE_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

enum { CALX_CACHE_LINE = 64 };

static inline void calx_prefetch(uintptr_t address)
{
#if defined(__GNUC__)
    __builtin_prefetch((const void *)address);
#else
    (void)address;
#endif
}

/* So many bytes from there on. */
static inline void calx_prefetch_bytes(const void *start, size_t size)
{
    for (size_t i = 0; i < size; i += CALX_CACHE_LINE)
        calx_prefetch((uintptr_t)start + i);
}

#endif
