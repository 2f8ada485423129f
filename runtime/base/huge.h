/*
 * Large memory in few pieces: where the system has pages of some MiB, a hint makes it use them.
 */
#ifndef CALX_BASE_HUGE_H
#define CALX_BASE_HUGE_H

#include <stddef.h>

/* What a huge page is long, and aligned to, where there are any. */
enum { CALX_HUGE_PAGE = 2 * 1024 * 1024 };

/* Whole huge pages of the block may be used as such. A hint: does nothing where it is not taken. */
void calx_huge_allow(void *block, size_t size);

#endif
