/*
 * Sending rows of associations: all of one association together, in the order of the changes, in
 * batches where the database takes them so. A batch that fails was undone, and its rows go one by
 * one until the one that is wrong. A row that is not there to be deleted was somebody else's to
 * delete, or to change: that is found out where rows are counted reliably (SES-194).
 */
#include "session/association.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/together.h"

#include <string.h>

typedef struct sending sending;

typedef struct row_kind {
    const char *doing; /* for messages */
    calx_plan_kind many;
    calx_plan_kind alone;
    bool by_key; /* each row must be there already */
    /* A row's values into entity->row, *out_width of them; their set into entity->columns. */
    calx_status (*prepare)(const sending *all, const calx_pair_row *row, size_t *out_width);
} row_kind;

/* Pairs of one association under way. */
struct sending {
    calx_writer *writer;
    const row_kind *kind;
    const calx_pair_row *rows;
    size_t count;
    size_t first; /* of the batch */
};

/* ---- one row ---- */

/* What a column of the association takes its value from. */
static const calx_column *source_of(const calx_pair *pair, size_t column,
                                    const calx_instance **out_instance)
{
    for (size_t i = 0; i < 2; i++) {
        const calx_pair_end *end = &pair->ends[i];
        const calx_foreign_key *key = &pair->association->foreign_keys[end->foreign_key];
        for (size_t part = 0; part < key->column_count; part++) {
            if (key->columns[part] != column)
                continue;
            *out_instance = end->instance;
            return &key->target->columns[key->target_columns[part]];
        }
    }
    return NULL; /* calx_mapper_check() has seen to it that there is one */
}

calx_status calx_association_read(calx_session *session, const calx_pair *pair, size_t column,
                                  calx_value *out)
{
    const calx_instance *instance = NULL;
    const calx_column *source = source_of(pair, column, &instance);
    const char *reason = "";
    calx_status status = calx_column_read(source, calx_writer_stored(instance), out);
    if (status == CALX_OK && out->type == CALX_VALUE_NULL)
        return calx_session_fail(session, CALX_E_FLUSH, "%s.%s is NULL", instance->mapper->name,
                                 source->member);
    if (status == CALX_OK)
        status = calx_column_fit(&pair->association->columns[column], out, out, &reason);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s.%s: %s", instance->mapper->name,
                                 source->member, reason);
    return CALX_OK;
}

static void choose_none(const calx_entity *entity)
{
    memset(entity->columns, 0, calx_plan_words(entity->mapper) * sizeof(*entity->columns));
}

static calx_status prepare_insert(const sending *all, const calx_pair_row *row, size_t *out_width)
{
    const calx_entity *entity = all->writer->entity;
    calx_status status = CALX_OK;
    choose_none(entity);
    *out_width = entity->mapper->column_count;
    for (size_t i = 0; status == CALX_OK && i < *out_width; i++) {
        calx_plan_include(entity->columns, i);
        status = calx_association_read(all->writer->session, row->pair, i, &entity->row[i]);
    }
    return status;
}

static calx_status prepare_delete(const sending *all, const calx_pair_row *row, size_t *out_width)
{
    const calx_entity *entity = all->writer->entity;
    calx_status status = CALX_OK;
    choose_none(entity);
    *out_width = entity->mapper->key_count;
    for (size_t i = 0; status == CALX_OK && i < *out_width; i++)
        status = calx_association_read(all->writer->session, row->pair, entity->mapper->key[i],
                                       &entity->row[i]);
    return status;
}

static bool is_same(const calx_value *left, const calx_value *right)
{
    if (left->type == CALX_VALUE_TEXT || left->type == CALX_VALUE_BYTES)
        return left->as.span.size == right->as.span.size &&
               (left->as.span.size == 0 ||
                memcmp(left->as.span.data, right->as.span.data, left->as.span.size) == 0);
    return left->type == CALX_VALUE_BOOL ? left->as.boolean == right->as.boolean
                                         : left->as.uint64 == right->as.uint64;
}

/* What differs now, of the row that is known by what it was. */
static calx_status prepare_update(const sending *all, const calx_pair_row *row, size_t *out_width)
{
    const calx_entity *entity = all->writer->entity;
    const calx_mapper *mapper = entity->mapper;
    choose_none(entity);
    *out_width = 0;
    for (size_t i = 0; i < mapper->column_count; i++) {
        calx_value *value = &entity->row[*out_width];
        calx_status status = calx_association_read(all->writer->session, row->pair, i, value);
        if (status != CALX_OK)
            return status;
        if (is_same(value, &row->old[i]))
            continue;
        calx_plan_include(entity->columns, i);
        ++*out_width;
    }
    for (size_t i = 0; *out_width > 0 && i < mapper->key_count; i++)
        entity->row[(*out_width)++] = row->old[mapper->key[i]];
    return CALX_OK;
}

static const row_kind inserting = {
    .doing = "inserting",
    .many = CALX_PLAN_LOAD_ROWS,
    .alone = CALX_PLAN_INSERT,
    .prepare = prepare_insert,
};

static const row_kind updating = {
    .doing = "updating",
    .many = CALX_PLAN_UPDATE_ROWS,
    .alone = CALX_PLAN_UPDATE,
    .by_key = true,
    .prepare = prepare_update,
};

static const row_kind deleting = {
    .doing = "deleting",
    .many = CALX_PLAN_DELETE_ROWS,
    .alone = CALX_PLAN_DELETE,
    .by_key = true,
    .prepare = prepare_delete,
};

/* Names the row in front of what went wrong. */
static calx_status blame(const sending *all, const calx_pair *pair)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_session_describe(&text, pair->ends[0].instance);
    calx_buffer_put(&text, " and ");
    calx_session_describe(&text, pair->ends[1].instance);
    calx_error_prefix(&all->writer->session->error, "%s the row of %s for %s: ", all->kind->doing,
                      pair->association->table, calx_buffer_text(&text));
    calx_buffer_clear(&text);
    return all->writer->session->error.status;
}

static calx_status send_alone(const sending *all, const calx_pair_row *row)
{
    calx_writer *writer = all->writer;
    size_t width = 0;
    int64_t changes = 0;
    calx_status status = all->kind->prepare(all, row, &width);
    if (status == CALX_OK && width == 0)
        return CALX_OK; /* the new key is the old one */
    if (status == CALX_OK)
        status = calx_writer_open(writer, all->kind->alone, writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run(writer, width, &changes);
    if (status == CALX_OK && all->kind->by_key && changes == 0)
        status = calx_session_fail(writer->session, CALX_E_STALE_DATA,
                                   "it was not there: somebody else deleted it");
    return status == CALX_OK ? CALX_OK : blame(all, row->pair);
}

/* ---- together ---- */

static calx_status send_singly(sending *all)
{
    calx_status status = CALX_OK;
    calx_error_clear(&all->writer->session->error);
    for (size_t i = 0; status == CALX_OK && i < all->writer->batch.count; i++)
        status = send_alone(all, &all->rows[all->first + i]);
    return status;
}

static calx_status send_batch(sending *all)
{
    calx_writer *writer = all->writer;
    bool singly = writer->batch.count < CALX_BATCH_LEAST_ROWS;
    calx_status status = CALX_OK;
    if (writer->batch.count == 0)
        return CALX_OK;
    if (!singly)
        status = calx_together_execute(writer, all->kind->many, &singly);
    if (singly)
        status = send_singly(all);
    else if (status != CALX_OK)
        calx_error_prefix(&writer->session->error, "%s %zu rows of %s: ", all->kind->doing,
                          writer->batch.count, writer->entity->mapper->table);
    calx_batch_empty(&writer->batch);
    return status;
}

static calx_status begin_batch(sending *all, size_t number, calx_batch_row *row)
{
    calx_writer *writer = all->writer;
    bool had_rows = writer->batch.count > 0;
    calx_status status = send_batch(all);
    if (status == CALX_OK && had_rows)
        status = all->kind->prepare(all, &all->rows[number], &row->width); /* it was used */
    if (status == CALX_OK && calx_batch_start(&writer->batch, row,
                                              calx_batch_expected(calx_writer_branch(writer),
                                                                  all->count - number)) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    all->first = number;
    return status;
}

/* One that cannot be sent is told of after those before it. */
static calx_status gather(sending *all, size_t number)
{
    calx_writer *writer = all->writer;
    calx_batch_row row = { .entity = writer->entity };
    calx_status status = all->kind->prepare(all, &all->rows[number], &row.width);
    if (status != CALX_OK || row.width == 0) {
        calx_error_clear(&writer->session->error);
        status = send_batch(all);
        return status == CALX_OK ? send_alone(all, &all->rows[number]) : status;
    }
    if (!calx_batch_takes(&writer->batch, &row))
        status = begin_batch(all, number, &row);
    if (status == CALX_OK)
        calx_batch_add(&writer->batch, &row);
    return status;
}

static calx_status send_group(sending *all)
{
    calx_writer *writer = all->writer;
    const calx_session *session = writer->session;
    const calx_pair *pair = all->rows[0].pair;
    writer->entity = calx_session_entity(writer->session, pair->association);
    if (writer->entity == NULL)
        return session->error.status;
    calx_status status =
        calx_bind_write_pairs(writer->session, writer->entity, pair->ends[0].instance->mapper,
                              pair->ends[1].instance->mapper);
    if (status != CALX_OK)
        return status;
    bool together = calx_engine_dialect(calx_writer_engine(writer))->batches_rows &&
                    !writer->entity->singly && all->count >= CALX_BATCH_LEAST_ROWS;
    for (size_t i = 0; status == CALX_OK && i < all->count; i++)
        status = together ? gather(all, i) : send_alone(all, &all->rows[i]);
    return status == CALX_OK ? send_batch(all) : status;
}

/* ---- all of them ---- */

/*
 * Brings those of the association of the first to the front, in their order; answers how many they
 * are. scratch: room for as many.
 */
static size_t sort_out(calx_pair_row *rows, size_t count, calx_pair_row *scratch)
{
    const calx_mapper *association = rows[0].pair->association;
    size_t taken = 0;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].pair->association == association)
            rows[taken++] = rows[i];
        else
            scratch[left++] = rows[i];
    }
    memcpy(rows + taken, scratch, left * sizeof(*rows));
    return taken;
}

static calx_status send_kind(calx_writer *writer, const calx_pair_rows *rows, const row_kind *kind)
{
    sending all = { .writer = writer, .kind = kind };
    calx_status status = CALX_OK;
    if (rows->count == 0)
        return CALX_OK;
    calx_pair_row *scratch = calx_alloc_array(rows->count, sizeof(*scratch));
    if (scratch == NULL)
        return calx_error_set_nomem(&writer->session->error);
    for (size_t done = 0; status == CALX_OK && done < rows->count; done += all.count) {
        all.rows = rows->items + done;
        all.count = sort_out(rows->items + done, rows->count - done, scratch);
        status = send_group(&all);
    }
    calx_release(scratch);
    return status;
}

calx_status calx_association_send(calx_writer *writer, const calx_work *work)
{
    calx_status status = send_kind(writer, &work->repaired, &updating);
    if (status == CALX_OK)
        status = send_kind(writer, &work->unpaired, &deleting);
    return status == CALX_OK ? send_kind(writer, &work->paired, &inserting) : status;
}
