/*
 * The arena. Chunks start small and double, so that a short statement costs one small block and a
 * long parse few large ones. A block too big for the next chunk gets one of its own behind the
 * current chunk, whose rest stays in use.
 */
#include "base/arena.h"

#include "base/allocator.h"
#include "base/poison.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

enum { USUAL_FIRST_CHUNK = 1024, LARGEST_CHUNK = 256 * 1024 };

struct calx_arena_chunk {
    calx_arena_chunk *before;
    size_t size; /* of data */
    alignas(max_align_t) char data[];
};

void calx_arena_init(calx_arena *arena, size_t first_chunk_size)
{
    *arena = (calx_arena){ .next_chunk_size = first_chunk_size };
}

static calx_arena_chunk *new_chunk(size_t size)
{
    if (size > SIZE_MAX - sizeof(calx_arena_chunk))
        return NULL;
    calx_arena_chunk *chunk = calx_alloc(sizeof(*chunk) + size);
    if (chunk == NULL)
        return NULL;
    chunk->size = size;
    calx_poison(chunk->data, size);
    return chunk;
}

static void release_chunk(calx_arena_chunk *chunk)
{
    calx_unpoison(chunk->data, chunk->size);
    calx_release(chunk);
}

/* A block in a chunk of its own; the current chunk stays the current one. */
static char *alloc_apart(calx_arena *arena, size_t size)
{
    calx_arena_chunk *chunk = new_chunk(size);
    if (chunk == NULL)
        return NULL;
    chunk->before = arena->chunk->before;
    arena->chunk->before = chunk;
    calx_unpoison(chunk->data, size);
    return chunk->data;
}

/* Makes a new chunk the current one and cuts the block from its start. */
static char *alloc_in_new_chunk(calx_arena *arena, size_t size)
{
    size_t chunk_size = arena->next_chunk_size != 0 ? arena->next_chunk_size : USUAL_FIRST_CHUNK;
    if (size > chunk_size && arena->chunk != NULL)
        return alloc_apart(arena, size);
    calx_arena_chunk *chunk = new_chunk(size > chunk_size ? size : chunk_size);
    if (chunk == NULL)
        return NULL;
    chunk->before = arena->chunk;
    arena->chunk = chunk;
    arena->next = chunk->data + size;
    arena->end = chunk->data + chunk->size;
    if (chunk_size <= LARGEST_CHUNK / 2)
        arena->next_chunk_size = chunk_size * 2;
    calx_unpoison(chunk->data, size);
    return chunk->data;
}

static char *alloc_at(calx_arena *arena, size_t size, size_t alignment)
{
    if (arena->chunk == NULL)
        return alloc_in_new_chunk(arena, size);
    size_t gap = (size_t)(0 - (uintptr_t)arena->next) & (alignment - 1);
    size_t room = (size_t)(arena->end - arena->next);
    if (gap > room || size > room - gap)
        return alloc_in_new_chunk(arena, size);
    char *block = arena->next + gap;
    arena->next = block + size;
    calx_unpoison(block, size);
    return block;
}

void *calx_arena_alloc(calx_arena *arena, size_t size)
{
    /* Blocks without bytes have addresses of their own too. */
    return alloc_at(arena, size != 0 ? size : 1, alignof(max_align_t));
}

void *calx_arena_array(calx_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *block = calx_arena_alloc(arena, count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

char *calx_arena_text(calx_arena *arena, const char *text, size_t size)
{
    if (size == SIZE_MAX)
        return NULL;
    char *copy = alloc_at(arena, size + 1, 1);
    if (copy == NULL)
        return NULL;
    if (size != 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

static void release_all_before(calx_arena_chunk *chunk)
{
    while (chunk->before != NULL) {
        calx_arena_chunk *before = chunk->before;
        chunk->before = before->before;
        release_chunk(before);
    }
}

void calx_arena_reset(calx_arena *arena)
{
    if (arena->chunk == NULL)
        return;
    release_all_before(arena->chunk);
    arena->next = arena->chunk->data;
    calx_poison(arena->next, arena->chunk->size);
}

void calx_arena_clear(calx_arena *arena)
{
    if (arena->chunk != NULL) {
        release_all_before(arena->chunk);
        release_chunk(arena->chunk);
    }
    *arena = (calx_arena){ .next_chunk_size = 0 };
}
