/*
 * Slabs: where instances live. A slab is a page of the slab map, cut from the front, with one
 * byte for every 128 that tells where in them a live instance starts. So for any address at all it
 * can be told, without reading it, whether it is an instance: page in the map, place marked.
 *
 * Blocks are not reused one by one: a page goes back when its last block goes, and the page a pool
 * cuts from starts over when it is empty. Rows that come together mostly go together.
 *
 * A pool belongs to one thread at a time; giving and asking may happen on any.
 */
#ifndef CALX_MAPPER_SLAB_H
#define CALX_MAPPER_SLAB_H

#include <stdbool.h>
#include <stddef.h>

typedef struct calx_slab calx_slab;

typedef struct calx_slab_pool {
    calx_slab *current; /* NULL: none yet */
} calx_slab_pool;

/* The largest block that shares a page with others; bigger ones get pages of their own. */
size_t calx_slab_largest(void);

/*
 * A block of size bytes, 16-byte aligned, contents undefined; the instance starts at `start` bytes
 * into it (a multiple of 16), which is marked as live. NULL: no memory.
 */
void *calx_slab_take(calx_slab_pool *pool, size_t size, size_t start);

/* Gives back a block by its instance and the size and start it was taken with. */
void calx_slab_give(void *instance, size_t size, size_t start);

/* Whether a live instance starts at this address. Any address, NULL too; reads nothing there. */
bool calx_slab_holds(const void *address);

/* Lets go of the page in use; blocks still live keep it until they are given back. */
void calx_slab_pool_clear(calx_slab_pool *pool);

/* A pool for instances of no session, shared by all threads. */
void *calx_slab_take_shared(size_t size, size_t start);

/*
 * Makes a live block longer where it lies, which only the newest one of the shared pool can be.
 * Answers whether it did; what was behind the old size is undefined.
 */
bool calx_slab_grow(void *instance, size_t start, size_t size, size_t larger);

#endif
