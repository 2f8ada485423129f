/*
 * Rows that a function makes: an array of them is gathered and sent, then the next one. The rules
 * kept: memory is bounded by the array, whatever the number of rows; texts are copied, since the
 * function may use theirs again; and what goes wrong names the row as if there were one array.
 */
#include "session/bulk.h"

#include "base/allocator.h"
#include "base/arena.h"
#include "base/error.h"
#include "mapper/column.h"

#include <string.h>

typedef struct gathered {
    calx_bulk *bulk;
    char *rows;
    size_t most;
    calx_arena texts;
    size_t bytes; /* of texts */
    bool has_more;
} gathered;

/* As many as go together, unless they are wide. */
size_t calx_bulk_most_rows(size_t size)
{
    size_t most = CALX_BATCH_MOST_BYTES / size + 1;
    return most < CALX_BATCH_MOST_PLAIN_ROWS ? most : CALX_BATCH_MOST_PLAIN_ROWS;
}

/* The function's texts are its own again when it returns. */
static calx_status keep_texts(gathered *all, void *row)
{
    const calx_entity *entity = all->bulk->writer.entity;
    for (size_t i = 0; i < entity->text_count; i++) {
        const calx_column *column = &entity->mapper->columns[entity->texts[i]];
        calx_value value;
        const char *reason = NULL;
        if (calx_column_read(column, row, &value) != CALX_OK || value.type == CALX_VALUE_NULL)
            continue;
        value.as.span.data = calx_arena_text(&all->texts, value.as.span.data, value.as.span.size);
        if (value.as.span.data == NULL ||
            calx_column_write(column, row, &value, &reason) != CALX_OK)
            return calx_error_set_nomem(&all->bulk->writer.session->error);
        all->bytes += value.as.span.size;
    }
    return CALX_OK;
}

static calx_status blame(const calx_bulk *bulk, calx_status status)
{
    return calx_session_fail(
        bulk->writer.session, status, "the function that makes rows of %s failed at rows[%zu]: %s",
        bulk->writer.entity->mapper->name, bulk->before + bulk->count, calx_status_text(status));
}

static calx_status make_row(gathered *all)
{
    calx_bulk *bulk = all->bulk;
    size_t size = bulk->writer.entity->mapper->instance_size;
    void *row = memset(all->rows + bulk->count * size, 0, size);
    all->has_more = false;
    calx_status status = bulk->options->source(bulk->options->source_context, row, &all->has_more);
    if (status != CALX_OK)
        return blame(bulk, status);
    if (!all->has_more)
        return CALX_OK;
    bulk->count++;
    return keep_texts(all, row);
}

/* The next array of rows; the one before it was sent. */
static calx_status make_rows(gathered *all)
{
    calx_status status = CALX_OK;
    all->bulk->before += all->bulk->count;
    all->bulk->count = 0;
    all->bytes = 0;
    calx_arena_reset(&all->texts);
    do
        status = make_row(all);
    while (status == CALX_OK && all->has_more && all->bulk->count < all->most &&
           all->bytes < CALX_BATCH_MOST_BYTES);
    return status;
}

static calx_status send_all(gathered *all)
{
    calx_status status = CALX_OK;
    while (status == CALX_OK && all->has_more) {
        status = make_rows(all);
        if (status == CALX_OK)
            status = calx_bulk_send_array(all->bulk);
    }
    return status;
}

calx_status calx_bulk_send_made(calx_bulk *bulk)
{
    size_t size = bulk->writer.entity->mapper->instance_size;
    gathered all = { .bulk = bulk, .most = calx_bulk_most_rows(size), .has_more = true };
    calx_status status = calx_bulk_make_copies(bulk, all.most);
    calx_arena_init(&all.texts, 0);
    all.rows = calx_alloc_array(all.most, size);
    bulk->rows = all.rows;
    if (status == CALX_OK && all.rows == NULL)
        status = calx_error_set_nomem(&bulk->writer.session->error);
    if (status == CALX_OK)
        status = send_all(&all);
    calx_arena_clear(&all.texts);
    calx_release(all.rows);
    return status;
}
