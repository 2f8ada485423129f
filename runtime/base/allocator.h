/*
 * Memory for every room: nothing in Calx calls malloc() itself. Each function may be called from
 * any thread; those that answer a pointer answer NULL when there is no memory, and only then.
 */
#ifndef CALX_BASE_ALLOCATOR_H
#define CALX_BASE_ALLOCATOR_H

#include <calx/allocator.h>

#include <stddef.h>

/* A block of size bytes, contents undefined; size 0 is served as 1. Owned: calx_release(). */
void *calx_alloc(size_t size);

/* The same, filled with zeroes. */
void *calx_alloc_zeroed(size_t size);

/* Room for count zeroed elements; NULL also when count * size does not fit into size_t. */
void *calx_alloc_array(size_t count, size_t size);

/*
 * Makes the block (NULL: none yet) size bytes long, keeping what fits. On failure the old block
 * stays as it was. Size 0 is served as 1: use calx_release() to give back.
 */
void *calx_resize(void *block, size_t size);

/* The same for count elements; NULL also when count * size does not fit into size_t. */
void *calx_resize_array(void *block, size_t count, size_t size);

/* Takes NULL. */
void calx_release(void *block);

/* A copy of size bytes with a NUL behind them; the bytes may hold NULs themselves. Owned. */
char *calx_strdup_n(const char *text, size_t size);

/* A copy of a NUL-terminated text; NULL gives NULL (no text, no failure). Owned. */
char *calx_strdup_text(const char *text);

#endif
