/*
 * Memory for what dies together: a parse, a statement, a unit of work. Allocating bumps a pointer
 * in the current chunk; chunks double until they are big, and nothing is freed by itself.
 * One thread at a time.
 */
#ifndef CALX_BASE_ARENA_H
#define CALX_BASE_ARENA_H

#include <stddef.h>

typedef struct calx_arena_chunk calx_arena_chunk;

typedef struct calx_arena {
    char *next;              /* where the next block starts */
    char *end;               /* of the current chunk */
    calx_arena_chunk *chunk; /* the current one, linked to those before it; NULL at first */
    size_t next_chunk_size;
} calx_arena;

/* Allocates nothing yet. first_chunk_size 0: a size that suits a statement. */
void calx_arena_init(calx_arena *arena, size_t first_chunk_size);

/* A block aligned for any type, contents undefined; NULL when there is no memory. */
void *calx_arena_alloc(calx_arena *arena, size_t size);

/* The same, filled with zeroes; NULL also when count * size does not fit into size_t. */
void *calx_arena_array(calx_arena *arena, size_t count, size_t size);

/* A copy of size bytes with a NUL behind them; packed, so texts waste no bytes on alignment. */
char *calx_arena_text(calx_arena *arena, const char *text, size_t size);

/* Takes all blocks back at once and keeps the current chunk for the next round. */
void calx_arena_reset(calx_arena *arena);

/* Gives all memory back; empty and usable again. */
void calx_arena_clear(calx_arena *arena);

#endif
