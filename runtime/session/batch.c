/*
 * Gathering rows that are sent together. The rules kept: a batch is of one mapper and one set of
 * columns, so that one statement serves it; no row of it needs a key that another one of it is
 * still to get; and memory is reserved when it begins, so that adding a row cannot fail.
 */
#include "session/batch.h"

#include "base/allocator.h"
#include "session/work.h"

#include <string.h>

static size_t span_bytes(const calx_batch_row *row)
{
    size_t bytes = 0;
    for (size_t i = 0; i < row->width; i++) {
        const calx_value *value = &row->entity->row[i];
        if (value->type == CALX_VALUE_TEXT || value->type == CALX_VALUE_BYTES)
            bytes += value->as.span.size;
    }
    return bytes;
}

bool calx_batch_takes(const calx_batch *batch, calx_batch_row *row)
{
    row->bytes = span_bytes(row);
    if (batch->entity != row->entity || batch->count == batch->most ||
        memcmp(batch->columns, row->entity->columns,
               calx_plan_words(row->entity->mapper) * sizeof(uint64_t)) != 0)
        return false;
    return row->bytes <= CALX_BATCH_MOST_BYTES &&
           batch->bytes <= CALX_BATCH_MOST_BYTES - row->bytes;
}

static size_t smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}

/* An array with room for count at least; what is in it may go. */
static calx_status reserve(void **array, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return CALX_OK;
    void *more = calx_alloc_array(count, size);
    if (more == NULL)
        return CALX_E_NOMEM;
    calx_release(*array);
    *array = more;
    *capacity = count;
    return CALX_OK;
}

size_t calx_batch_expected(const calx_branch *branch, size_t count)
{
    return branch->connection != NULL
               ? smaller(count, calx_connection_page_size(branch->connection))
               : count;
}

calx_status calx_batch_start(calx_batch *batch, const calx_batch_row *row, size_t expected)
{
    size_t words = calx_plan_words(row->entity->mapper);
    size_t limit = row->instance != NULL ? CALX_BATCH_MOST_ROWS : CALX_BATCH_MOST_PLAIN_ROWS;
    size_t most = smaller(smaller(expected, limit), CALX_BATCH_MOST_VALUES / (row->width + 1) + 1);
    void *instances = batch->instances;
    void *values = batch->values;
    void *columns = batch->columns;
    bool reserved =
        reserve(&instances, &batch->instance_capacity, row->instance != NULL ? most : 0,
                sizeof(*batch->instances)) == CALX_OK &&
        reserve(&values, &batch->value_capacity, most * row->width, sizeof(*batch->values)) ==
            CALX_OK &&
        reserve(&columns, &batch->word_capacity, words, sizeof(*batch->columns)) == CALX_OK;
    batch->instances = instances;
    batch->values = values;
    batch->columns = columns;
    if (!reserved)
        return CALX_E_NOMEM;
    memcpy(batch->columns, row->entity->columns, words * sizeof(*batch->columns));
    batch->entity = row->entity;
    batch->of_instances = row->instance != NULL;
    batch->width = row->width;
    batch->most = most;
    return CALX_OK;
}

void calx_batch_add(calx_batch *batch, const calx_batch_row *row)
{
    memcpy(&batch->values[batch->count * batch->width], row->entity->row,
           batch->width * sizeof(*batch->values));
    if (row->instance != NULL) {
        batch->instances[batch->count] = row->instance;
        row->instance->flags |= CALX_INSTANCE_BATCHED;
    }
    batch->count++;
    batch->bytes += row->bytes;
}

/* Whether every row of the batch has its whole key already. */
static bool has_keys(const calx_batch *batch)
{
    const calx_mapper *mapper = batch->entity->mapper;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (!calx_plan_has(batch->columns, mapper->key[i]))
            return false;
    return true;
}

bool calx_batch_is_awaited(const calx_batch *batch, const calx_instance *instance)
{
    if (batch->count == 0 || instance->links == NULL || instance->state != CALX_STATE_PENDING ||
        instance->watch->has_snapshot || has_keys(batch))
        return false;
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++) {
        const calx_instance *target = calx_work_needs(instance->session, instance, i);
        if (target != NULL && (target->flags & CALX_INSTANCE_BATCHED) != 0)
            return true;
    }
    return false;
}

void calx_batch_empty(calx_batch *batch)
{
    for (size_t i = 0; batch->of_instances && i < batch->count; i++)
        batch->instances[i]->flags &= (uint16_t)~CALX_INSTANCE_BATCHED;
    batch->entity = NULL;
    batch->count = 0;
    batch->bytes = 0;
}

void calx_batch_clear(calx_batch *batch)
{
    calx_batch_empty(batch);
    calx_release(batch->instances);
    calx_release(batch->values);
    calx_release(batch->columns);
}
