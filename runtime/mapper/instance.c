/*
 * Making and giving back instances: block, header, texts. What a session knows of an instance is
 * the session's business; here is only what holds for any instance, in a session or not.
 */
#include "mapper/instance.h"

#include "base/allocator.h"
#include "mapper/column.h"

#include <string.h>

calx_instance *calx_instance_take(calx_slab_pool *pool, const calx_mapper *mapper, size_t text_size)
{
    size_t fixed = CALX_INSTANCE_HEAD + (size_t)mapper->instance_size;
    if (text_size > UINT32_MAX / 2 - fixed)
        return NULL;
    size_t size = fixed + text_size;
    calx_instance *instance = pool == NULL ? calx_slab_take_shared(size, CALX_INSTANCE_HEAD)
                                           : calx_slab_take(pool, size, CALX_INSTANCE_HEAD);
    if (instance == NULL)
        return NULL;
    memset(instance, 0, fixed);
    instance->mapper = mapper;
    instance->block_size = (uint32_t)size;
    return instance;
}

void calx_instance_give(calx_instance *instance)
{
    calx_text_block *block = instance->texts;
    while (block != NULL) {
        calx_text_block *next = block->next;
        calx_release(block);
        block = next;
    }
    calx_key_clear(&instance->key);
    calx_slab_give(calx_instance_entity(instance), instance->block_size, CALX_INSTANCE_HEAD);
}

char *calx_instance_extend(calx_instance *instance, size_t size)
{
    size_t present = instance->block_size;
    if (size > calx_slab_largest() || !calx_slab_grow(calx_instance_entity(instance),
                                                      CALX_INSTANCE_HEAD, present, present + size))
        return NULL;
    instance->block_size = (uint32_t)(present + size);
    return (char *)instance + present;
}

calx_text_block *calx_instance_add_text(calx_instance *instance, size_t size)
{
    if (size >= SIZE_MAX - sizeof(calx_text_block))
        return NULL;
    calx_text_block *block = calx_alloc(sizeof(calx_text_block) + size + 1);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->next = instance->texts;
    instance->texts = block;
    return block;
}

bool calx_instance_owns_apart(const calx_instance *instance, const void *address)
{
    for (const calx_text_block *block = instance->texts; block != NULL; block = block->next)
        if ((uintptr_t)address - (uintptr_t)block->data <= block->size)
            return true;
    return false;
}
