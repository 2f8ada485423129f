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

typedef struct row_kind {
    const char *doing; /* for messages */
    calx_plan_kind many;
    calx_plan_kind alone;
    bool deletes;
} row_kind;

/* Pairs of one association under way. */
typedef struct sending {
    calx_writer *writer;
    const row_kind *kind;
    calx_pair *const *pairs;
    size_t count;
    size_t first; /* of the batch */
} sending;

static const row_kind inserting = {
    .doing = "inserting",
    .many = CALX_PLAN_LOAD_ROWS,
    .alone = CALX_PLAN_INSERT,
};

static const row_kind deleting = {
    .doing = "deleting",
    .many = CALX_PLAN_DELETE_ROWS,
    .alone = CALX_PLAN_DELETE,
    .deletes = true,
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

/* The value as the row of that end has it: the key as it was made, or is still. */
static calx_status bind(calx_writer *writer, const calx_pair *pair, size_t column, calx_value *out)
{
    const calx_instance *instance = NULL;
    const calx_column *source = source_of(pair, column, &instance);
    const char *reason = "";
    calx_status status = calx_column_read(source, calx_writer_stored(instance), out);
    if (status == CALX_OK && out->type == CALX_VALUE_NULL)
        return calx_session_fail(writer->session, CALX_E_FLUSH, "%s.%s is NULL",
                                 instance->mapper->name, source->member);
    if (status == CALX_OK)
        status = calx_column_fit(&pair->association->columns[column], out, out, &reason);
    if (status != CALX_OK)
        return calx_session_fail(writer->session, status, "%s.%s: %s", instance->mapper->name,
                                 source->member, reason);
    return CALX_OK;
}

static calx_status prepare(const sending *all, const calx_pair *pair)
{
    const calx_entity *entity = all->writer->entity;
    const calx_mapper *mapper = entity->mapper;
    calx_status status = CALX_OK;
    memset(entity->columns, 0, calx_plan_words(mapper) * sizeof(*entity->columns));
    for (size_t i = 0; status == CALX_OK && i < mapper->column_count; i++) {
        if (!all->kind->deletes)
            calx_plan_include(entity->columns, i);
        status = bind(all->writer, pair, all->kind->deletes ? mapper->key[i] : i, &entity->row[i]);
    }
    return status;
}

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

static calx_status send_alone(const sending *all, const calx_pair *pair)
{
    calx_writer *writer = all->writer;
    int64_t changes = 0;
    calx_status status = prepare(all, pair);
    if (status == CALX_OK)
        status = calx_writer_open(writer, all->kind->alone,
                                  all->kind->deletes ? NULL : writer->entity->columns);
    if (status == CALX_OK)
        status = calx_writer_run(writer, writer->entity->mapper->column_count, &changes);
    if (status == CALX_OK && all->kind->deletes && changes == 0)
        status = calx_session_fail(writer->session, CALX_E_STALE_DATA,
                                   "it was not there: somebody else deleted it");
    return status == CALX_OK ? CALX_OK : blame(all, pair);
}

/* ---- together ---- */

static calx_status send_singly(sending *all)
{
    calx_status status = CALX_OK;
    calx_error_clear(&all->writer->session->error);
    for (size_t i = 0; status == CALX_OK && i < all->writer->batch.count; i++)
        status = send_alone(all, all->pairs[all->first + i]);
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
        status = prepare(all, all->pairs[number]); /* the scratch was used */
    if (status == CALX_OK && calx_batch_start(&writer->batch, row, all->count - number) != CALX_OK)
        status = calx_error_set_nomem(&writer->session->error);
    all->first = number;
    return status;
}

/* One that cannot be sent is told of after those before it. */
static calx_status gather(sending *all, size_t number)
{
    calx_writer *writer = all->writer;
    calx_batch_row row = { .entity = writer->entity, .width = writer->entity->mapper->key_count };
    calx_status status = prepare(all, all->pairs[number]);
    if (status != CALX_OK) {
        calx_error_clear(&writer->session->error);
        status = send_batch(all);
        return status == CALX_OK ? send_alone(all, all->pairs[number]) : status;
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
    writer->entity = calx_session_entity(writer->session, all->pairs[0]->association);
    if (writer->entity == NULL)
        return session->error.status;
    bool together = calx_engine_dialect(session->options.bind)->batches_rows &&
                    !writer->entity->singly && all->count >= CALX_BATCH_LEAST_ROWS;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < all->count; i++)
        status = together ? gather(all, i) : send_alone(all, all->pairs[i]);
    return status == CALX_OK ? send_batch(all) : status;
}

/* ---- all of them ---- */

/*
 * Brings those of the association of the first to the front, in their order; answers how many they
 * are. scratch: room for as many.
 */
static size_t sort_out(calx_pair **pairs, size_t count, calx_pair **scratch)
{
    const calx_mapper *association = pairs[0]->association;
    size_t taken = 0;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (pairs[i]->association == association)
            pairs[taken++] = pairs[i];
        else
            scratch[left++] = pairs[i];
    }
    memcpy(pairs + taken, scratch, left * sizeof(calx_pair *));
    return taken;
}

static calx_status send_kind(calx_writer *writer, const calx_pairs *pairs, const row_kind *kind)
{
    sending all = { .writer = writer, .kind = kind };
    calx_status status = CALX_OK;
    if (pairs->count == 0)
        return CALX_OK;
    calx_pair **scratch = calx_alloc_array(pairs->count, sizeof(calx_pair *));
    if (scratch == NULL)
        return calx_error_set_nomem(&writer->session->error);
    for (size_t done = 0; status == CALX_OK && done < pairs->count; done += all.count) {
        all.pairs = pairs->items + done;
        all.count = sort_out(pairs->items + done, pairs->count - done, scratch);
        status = send_group(&all);
    }
    calx_release(scratch);
    return status;
}

calx_status calx_association_send(calx_writer *writer, const calx_work *work)
{
    calx_status status = send_kind(writer, &work->unpaired, &deleting);
    return status == CALX_OK ? send_kind(writer, &work->paired, &inserting) : status;
}
