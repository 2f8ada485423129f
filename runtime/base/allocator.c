/*
 * The process-wide allocator: one resize function, realloc() and free() unless the application set
 * its own. It is one of the four globals of Calx; it is set before first use and only read later,
 * so reading it takes no lock. No other room calls malloc(), which is what makes the failure of
 * each single allocation testable.
 */
#include "base/allocator.h"

#include "base/huge.h"
#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *default_resize(void *context, void *block, size_t size)
{
    (void)context;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

static calx_allocator process_allocator = { default_resize, NULL };

calx_status calx_set_allocator(const calx_allocator *allocator)
{
    if (allocator != NULL && allocator->resize == NULL)
        return CALX_E_ARGUMENT;
    /* What the slab map keeps belongs to the allocator that goes. */
    if (!calx_pages_trim())
        return CALX_E_STATE;
    process_allocator = allocator != NULL ? *allocator : (calx_allocator){ default_resize, NULL };
    return CALX_OK;
}

void calx_free(void *block)
{
    calx_release(block);
}

void *calx_alloc(size_t size)
{
    return calx_resize(NULL, size);
}

void *calx_alloc_zeroed(size_t size)
{
    void *block = calx_alloc(size);
    if (block == NULL)
        return NULL;
    if (size >= 2 * CALX_HUGE_PAGE)
        calx_huge_allow(block, size);
    memset(block, 0, size);
    return block;
}

void *calx_alloc_array(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return calx_alloc_zeroed(count * size);
}

void *calx_resize(void *block, size_t size)
{
    /* Size 0 would free, and NULL could then not be told from a failure. */
    return process_allocator.resize(process_allocator.context, block, size != 0 ? size : 1);
}

void *calx_resize_array(void *block, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return calx_resize(block, count * size);
}

void calx_release(void *block)
{
    if (block != NULL)
        process_allocator.resize(process_allocator.context, block, 0);
}

char *calx_strdup_n(const char *text, size_t size)
{
    if (size == SIZE_MAX)
        return NULL;
    char *copy = calx_alloc(size + 1);
    if (copy == NULL)
        return NULL;
    if (size != 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *calx_strdup_text(const char *text)
{
    return text != NULL ? calx_strdup_n(text, strlen(text)) : NULL;
}
