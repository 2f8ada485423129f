/**
 * @file
 * The process-wide allocator. Calx takes all its memory here, in every thread.
 *
 * An application that says nothing gets realloc() and free(). One that brings its own allocator
 * sets it before the first other call; memory is always given back to the allocator that is set at
 * that time, so it may only be changed while no object of Calx is alive.
 */
#ifndef CALX_ALLOCATOR_H
#define CALX_ALLOCATOR_H

#include <calx/api.h>
#include <calx/error.h>

#include <stddef.h>

CALX_BEGIN_DECLS

/** One function for all of it, and what it is called with. */
typedef struct calx_allocator {
    /**
     * Block NULL: a new block of size bytes. Block and size not empty: the same bytes in a block of
     * that size, perhaps elsewhere. Size 0: gives the block (or NULL) back and answers NULL.
     * Answers NULL when there is no memory, and leaves the old block alone then. Blocks are aligned
     * for any type. Called from any thread, also from several at once.
     */
    void *(*resize)(void *context, void *block, size_t size);
    /** Handed to resize as it is. */
    void *context;
} calx_allocator;

/**
 * Sets the allocator of the process.
 *
 * Threads: call it while no other thread is inside Calx, and while no object of Calx is alive.
 * @param allocator  copied; or NULL, meaning the default: realloc() and free()
 * @return CALX_OK; CALX_E_ARGUMENT when the allocator has no resize function; CALX_E_STATE when
 *         instances are still alive that came from the allocator before
 */
CALX_API calx_status calx_set_allocator(const calx_allocator *allocator);

/**
 * Gives back memory whose description says "owned by the caller: calx_free()".
 *
 * Threads: any.
 * @param block  or NULL, meaning nothing to do
 */
CALX_API void calx_free(void *block);

CALX_END_DECLS

#endif
