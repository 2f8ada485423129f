/*
 * Builders: an arena for the parts of larger expressions. What is kept is flat, and one node stands
 * for it; whoever copies that node puts the kept ones in its place, so nobody else knows of parts.
 */
#include "sql/build.h"

#include "base/allocator.h"
#include "base/arena.h"
#include "sql/nodes.h"

#include <string.h>

struct calx_builder {
    calx_arena arena;
    bool failed; /* there was no memory once: all that is made from now on says so */
};

calx_builder *calx_builder_new(void)
{
    calx_builder *builder = calx_alloc_zeroed(sizeof *builder);
    if (builder != NULL)
        calx_arena_init(&builder->arena, 0);
    return builder;
}

void calx_builder_free(calx_builder *builder)
{
    if (builder == NULL)
        return;
    calx_arena_clear(&builder->arena);
    calx_release(builder);
}

/* Copies nodes in; NULL and a failed builder: no memory. */
static calx_node *keep_nodes(calx_builder *builder, const calx_node *nodes, size_t count,
                             size_t *out_size)
{
    size_t size = calx_nodes_size(nodes, count);
    calx_node *kept = calx_arena_array(&builder->arena, size, sizeof *kept);
    if (kept == NULL || calx_nodes_copy(kept, &builder->arena, nodes, count) != CALX_OK) {
        builder->failed = true;
        return NULL;
    }
    *out_size = size;
    return kept;
}

static calx_expression stand_for(calx_builder *builder, const calx_node *kept, size_t size)
{
    calx_expression whole = calx_expression_start(CALX_OP_KEPT);
    whole.lost = builder->failed;
    if (kept == NULL)
        return whole;
    whole.nodes[0].operand.kind = CALX_OPERAND_NODES;
    whole.nodes[0].operand.as.nodes.items = kept;
    whole.nodes[0].operand.as.nodes.count = size;
    if (size == 1)
        whole.nodes[0] = kept[0];
    return whole;
}

calx_expression calx_builder_keep(calx_builder *builder, calx_expression expression)
{
    size_t size = 0;
    if (builder == NULL)
        expression.count = 0;
    if (expression.count == 0 || expression.overflow || expression.lost)
        return expression;
    calx_node *kept = keep_nodes(builder, expression.nodes, expression.count, &size);
    calx_expression whole = stand_for(builder, kept, size);
    calx_expression_type(&whole, (calx_value_type)expression.value_class, expression.nullable);
    return whole;
}

/* All arguments behind the function's own node, in memory that lasts for the call. */
static size_t gather(calx_node *to, const calx_expression *arguments, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (to != NULL)
            memcpy(&to[used], arguments[i].nodes, arguments[i].count * sizeof *to);
        used += arguments[i].count;
    }
    return used;
}

calx_expression calx_builder_function(calx_builder *builder, const char *name,
                                      calx_value_type value_class, const calx_expression *arguments,
                                      size_t count)
{
    calx_expression whole = calx_function(name, value_class, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        whole.overflow = whole.overflow || arguments[i].overflow;
        whole.lost = whole.lost || arguments[i].lost;
        if (arguments[i].count == 0)
            whole.count = 0;
    }
    if (builder == NULL || count > UINT32_MAX)
        whole.count = 0;
    if (whole.count == 0 || whole.overflow || whole.lost)
        return whole;
    size_t used = gather(NULL, arguments, count) + 1, size = 0;
    calx_node *nodes = calx_alloc_array(used, sizeof *nodes);
    calx_node *kept = NULL;
    builder->failed = builder->failed || nodes == NULL;
    if (nodes != NULL) {
        nodes[0] = whole.nodes[0];
        nodes[0].child_count = (uint32_t)count;
        gather(&nodes[1], arguments, count);
        kept = keep_nodes(builder, nodes, used, &size);
    }
    calx_release(nodes);
    whole = stand_for(builder, kept, size);
    calx_expression_type(&whole, value_class, true);
    return whole;
}

const char *calx_builder_like_text(calx_builder *builder, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text), used = 0;
    if (builder == NULL || text == NULL)
        return NULL;
    char *plain = calx_arena_alloc(&builder->arena, 2 * size + 1);
    if (plain == NULL) {
        builder->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%' || text[i] == '_' || text[i] == '\\')
            plain[used++] = '\\';
        plain[used++] = text[i];
    }
    plain[used] = '\0';
    return plain;
}
