/*
 * The header in front of every instance. What stands here is the state record of the session
 * (SES-040): which state, whose, under which key; the rest hangs on pointers that most instances
 * never need: the watch of an instance whose mutable pointer was handed out, the links of one whose
 * relationships were touched, texts that do not lie in the instance's own block.
 */
#ifndef CALX_MAPPER_INSTANCE_H
#define CALX_MAPPER_INSTANCE_H

#include <calx/instance.h>

#include "mapper/key.h"
#include "mapper/slab.h"
#include "sql/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    CALX_INSTANCE_MARKED = 1u << 0,      /* delete() was called, the flush has not come yet */
    CALX_INSTANCE_WAS_DELETED = 1u << 1, /* its DELETE was committed (SES-050) */
    CALX_INSTANCE_EXPIRED = 1u << 2,     /* by itself; see also epoch */
    CALX_INSTANCE_HELD = 1u << 3,        /* handed out to stay: a stream does not free it */
    CALX_INSTANCE_NEW_IN_TX = 1u << 4,   /* inserted in the open transaction */
    CALX_INSTANCE_VISITED = 1u << 5,     /* private to one walk, clear outside it */
    CALX_INSTANCE_SORTED = 1u << 6,      /* likewise */
    CALX_INSTANCE_BATCHED = 1u << 7,     /* gathered by a flush under way, not sent yet */
    CALX_INSTANCE_PARTLY = 1u << 8,      /* some columns are expired: the watch has them */
    CALX_INSTANCE_TAKEN_BACK = 1u << 9,  /* more than once in the list of deleted ones */
    CALX_INSTANCE_SWITCHED = 1u << 10,   /* in a flush under way: one of a row switch */
    CALX_INSTANCE_LACKING = 1u << 11,    /* columns that were never loaded */
    CALX_INSTANCE_SPARING = 1u << 12,    /* there is room for their set, which ends the block */
    CALX_INSTANCE_STRANGERS = 1u << 13,  /* some of no session point at it since the last flush */
    CALX_INSTANCE_ROOMY = 1u << 15,      /* there is room for a watch behind the struct; for good */

    /* The row must be asked. */
    CALX_INSTANCE_STALE = CALX_INSTANCE_EXPIRED | CALX_INSTANCE_PARTLY
};

/* A text or bytes value that does not lie in the instance's own block. */
typedef struct calx_text_block {
    struct calx_text_block *next;
    size_t size;
    char data[];
} calx_text_block;

typedef struct calx_watch calx_watch; /* session/watch.h */
typedef struct calx_links calx_links; /* session/links.h */

typedef struct calx_instance calx_instance;

struct calx_instance {
    calx_key key;   /* first, with what a look-up asks next: they should share a cache line */
    uint32_t epoch; /* expired when older than the session's */
    uint16_t flags;
    uint8_t state; /* calx_state */
    uint32_t block_size;
    uint32_t level; /* private to the planning of a flush */
    const calx_mapper *mapper;
    calx_session *session; /* whose member; NULL: none */
    calx_session *keeper;  /* who frees it; NULL: the caller */
    calx_instance *keeper_next, *keeper_previous;
    calx_watch *watch;
    calx_links *links;
    calx_text_block *texts;
};

/* So many bytes from its header on, a small instance has all that a flush looks at. */
enum { CALX_INSTANCE_AROUND = 384 };

/* The instance's struct starts this far behind its header, 16-byte aligned. */
enum { CALX_INSTANCE_HEAD = (sizeof(calx_instance) + 15) & ~(size_t)15 };

static inline void *calx_instance_entity(const calx_instance *instance)
{
    return (char *)instance + CALX_INSTANCE_HEAD;
}

/* The header of an address that is known to be an instance. */
static inline calx_instance *calx_instance_trusted(const void *entity)
{
    return (calx_instance *)((char *)entity - CALX_INSTANCE_HEAD);
}

/* The header; NULL when the address is no live instance. Any address, NULL too. */
static inline calx_instance *calx_instance_of(const void *entity)
{
    return calx_slab_holds(entity) ? calx_instance_trusted(entity) : NULL;
}

/*
 * A block for an instance with `more` bytes behind the struct and text_size bytes of text behind
 * those; all but the text is zeroed, mapper and block_size set. pool NULL: the shared one. NULL: no
 * memory.
 */
static inline calx_instance *calx_instance_take(calx_slab_pool *pool, const calx_mapper *mapper,
                                                size_t more, size_t text_size)
{
    size_t fixed = CALX_INSTANCE_HEAD + (size_t)mapper->instance_size + more;
    size_t size = fixed + text_size;
    if (text_size > UINT32_MAX / 2 - fixed)
        return NULL;
    calx_instance *instance = pool == NULL ? calx_slab_take_shared(size, CALX_INSTANCE_HEAD)
                                           : calx_slab_take(pool, size, CALX_INSTANCE_HEAD);
    if (instance == NULL)
        return NULL;
    memset(instance, 0, fixed);
    instance->mapper = mapper;
    instance->block_size = (uint32_t)size;
    return instance;
}

/* How much longer the block of an instance is that may lack columns. */
static inline size_t calx_instance_lacks_size(const calx_mapper *mapper)
{
    return calx_plan_words(mapper) * sizeof(uint64_t) + sizeof(uint64_t) - 1;
}

/* The columns that were never loaded, at the end of the block; NULL: there are none. */
static inline uint64_t *calx_instance_lacks(const calx_instance *instance)
{
    if ((instance->flags & CALX_INSTANCE_LACKING) == 0)
        return NULL;
    size_t end = instance->block_size & ~(sizeof(uint64_t) - 1);
    return (uint64_t *)(void *)((char *)instance + end) - calx_plan_words(instance->mapper);
}

/* What may lie behind the struct in the instance's own block: links and text, or a watch. */
static inline char *calx_instance_behind(const calx_instance *instance)
{
    return (char *)calx_instance_entity(instance) + instance->mapper->instance_size;
}

/* Frees key, text blocks and block. Watch, links and memberships must be gone. */
void calx_instance_give(calx_instance *instance);

/*
 * More room at the end of the instance's own block, which is possible for the newest one of no
 * session. NULL: not possible, which is no failure.
 */
char *calx_instance_extend(calx_instance *instance, size_t size);

/* A text block of the instance with room for size bytes and a NUL; NULL: no memory. */
calx_text_block *calx_instance_add_text(calx_instance *instance, size_t size);

/* Whether an address lies in one of the instance's text blocks. */
bool calx_instance_owns_apart(const calx_instance *instance, const void *address);

/* Whether an address lies in memory that belongs to the instance. */
static inline bool calx_instance_owns(const calx_instance *instance, const void *address)
{
    return (uintptr_t)address - (uintptr_t)instance <= instance->block_size ||
           (instance->texts != NULL && calx_instance_owns_apart(instance, address));
}

#endif
