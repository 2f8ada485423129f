/*
 * Making and giving back instances: block, header, texts. What a session knows of an instance is
 * the session's business; here is only what holds for any instance, in a session or not.
 */
#include "mapper/instance.h"

#include "base/allocator.h"
#include "mapper/column.h"

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
    if ((instance->flags & CALX_INSTANCE_SPARING) != 0)
        return NULL; /* the block's end is where the set of columns is */
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
