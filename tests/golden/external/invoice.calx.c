/* Generated from invoice.h by calx-gen 0.1.0. Do not edit: change invoice.h and build again. */
#include "invoice.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "invoice.calx.c is for another version of Calx: run calx-gen again");

/* struct customer, mapped with customer.h. */
extern const calx_mapper customer_mapper;
extern const calx_metadata customer_metadata;

/* ---- struct invoice: table invoices ---- */

/* clang-format off */
_Static_assert(sizeof(((struct invoice *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct invoice *)0)->customer_id) == 8, "run calx-gen again");

static const calx_column invoice_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct invoice, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "customer_id", .member = "customer_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct invoice, customer_id), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t invoice_key[] = { 0 };
static const uint16_t invoice_foreign_key_0[] = { 1 };
static const uint16_t invoice_foreign_key_0_target[] = { 0 };
static const calx_foreign_key invoice_foreign_keys[] = {
    { .target = &customer_mapper, .columns = invoice_foreign_key_0,
      .target_columns = invoice_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_RESTRICT },
};
static const calx_relationship invoice_relationships[] = {
    { .member = "customer", .kind = CALX_RELATIONSHIP_ONE, .target = &customer_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct invoice, customer), .foreign_key = 0, .inverse = CALX_NO_INVERSE },
};

const calx_mapper invoice_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "invoice", .table = "invoices",
    .instance_size = sizeof(struct invoice), .instance_alignment = _Alignof(struct invoice),
    .columns = invoice_columns, .column_count = 2,
    .key = invoice_key, .key_count = 1,
    .foreign_keys = invoice_foreign_keys, .foreign_key_count = 1,
    .relationships = invoice_relationships, .relationship_count = 1,
};

const struct invoice_col invoice_col = {
    .id = { { &invoice_mapper, 0, 0 } }, .customer_id = { { &invoice_mapper, 1, 0 } },
};
const struct invoice_rel invoice_rel = {
    .customer = { &invoice_mapper, 0 },
};
struct invoice_each { invoice_function function; void *context; };
/* clang-format on */

struct invoice *invoice_new(void)
{
    return calx_instance_new(&invoice_mapper);
}
void invoice_free(struct invoice *invoice)
{
    calx_instance_free(invoice);
}
struct invoice *invoice_copy(const struct invoice *invoice)
{
    return calx_instance_copy(invoice);
}
struct invoice *invoice_edit(const struct invoice *invoice)
{
    return calx_instance_edit(invoice);
}
void invoice_seal(const struct invoice *invoice)
{
    calx_instance_seal(invoice);
}
calx_status invoice_add(calx_session *session, struct invoice *invoice)
{
    return calx_session_add(session, invoice);
}
calx_status invoice_delete(calx_session *session, const struct invoice *invoice)
{
    return calx_session_delete(session, invoice);
}

static calx_status invoice_found(calx_status status, const void **found,
                                 const struct invoice **out_invoice)
{
    if (status == CALX_OK)
        *out_invoice = *found;
    return status;
}

calx_status invoice_get(calx_session *session, int64_t id, const struct invoice **out_invoice)
{
    const void *found = NULL, **place = out_invoice != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &invoice_mapper, id, place);
    return invoice_found(status, &found, out_invoice);
}

calx_status invoice_get_one(calx_session *session, int64_t id, const struct invoice **out_invoice)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_invoice != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &invoice_mapper, key, place);
    return invoice_found(status, &found, out_invoice);
}

calx_status invoice_merge(calx_session *session, const struct invoice *source,
                          const struct invoice **out_invoice)
{
    const void *found = NULL, **place = out_invoice != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &invoice_mapper, source, place);
    return invoice_found(status, &found, out_invoice);
}

calx_status invoice_bulk_insert(calx_session *session, const struct invoice *rows, size_t count)
{
    return calx_session_bulk_insert(session, &invoice_mapper, rows, count);
}
calx_status invoice_bulk_update(calx_session *session, const struct invoice *rows, size_t count)
{
    return calx_session_bulk_update(session, &invoice_mapper, rows, count);
}
calx_status invoice_bulk_delete(calx_session *session, const struct invoice *rows, size_t count)
{
    return calx_session_bulk_delete(session, &invoice_mapper, rows, count);
}
calx_status invoice_bulk_upsert(calx_session *session, const struct invoice *rows, size_t count,
                                const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &invoice_mapper, rows, count, options);
}

calx_status invoice_set_id(const struct invoice *invoice, int64_t id)
{
    return calx_instance_set_int64(invoice, &invoice_columns[0], id);
}
calx_status invoice_set_customer_id(const struct invoice *invoice, int64_t customer_id)
{
    return calx_instance_set_int64(invoice, &invoice_columns[1], customer_id);
}

calx_status invoice_customer(const struct invoice *invoice, const struct customer **out_customer)
{
    const void *target = NULL, **place = out_customer != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(invoice, &invoice_relationships[0], place);
    if (status == CALX_OK)
        *out_customer = target;
    return status;
}

calx_status invoice_set_customer(const struct invoice *invoice, const struct customer *customer)
{
    return calx_relationship_set(invoice, &invoice_relationships[0], customer);
}
calx_status invoice_clear_customer(const struct invoice *invoice)
{
    return calx_relationship_set(invoice, &invoice_relationships[0], NULL);
}

/* The typed face of calx_query. */
invoice_query *invoice_query_new(calx_session *session)
{
    return (invoice_query *)calx_query_new(session, &invoice_mapper);
}
void invoice_query_free(invoice_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *invoice_query_plain(invoice_query *query)
{
    return (calx_query *)query;
}
calx_status invoice_query_where(invoice_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status invoice_query_where_filter(invoice_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status invoice_query_order_by(invoice_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status invoice_query_limit(invoice_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status invoice_query_offset(invoice_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status invoice_query_options(invoice_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status invoice_query_options_along(invoice_query *query, const calx_option *parts,
                                        size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status invoice_query_yield_per(invoice_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status invoice_query_populate_existing(invoice_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status invoice_query_count(invoice_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status invoice_query_exists(invoice_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status invoice_query_update(invoice_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status invoice_query_delete(invoice_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status invoice_query_all(invoice_query *query, const struct invoice *const **out_items,
                              size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct invoice *const *)items;
    return status;
}
calx_status invoice_query_first(invoice_query *query, const struct invoice **out_invoice)
{
    const void *found = NULL, **place = out_invoice != NULL ? &found : NULL;
    return invoice_found(calx_query_first((calx_query *)query, place), &found, out_invoice);
}
calx_status invoice_query_one(invoice_query *query, const struct invoice **out_invoice)
{
    const void *found = NULL, **place = out_invoice != NULL ? &found : NULL;
    return invoice_found(calx_query_one((calx_query *)query, place), &found, out_invoice);
}
calx_status invoice_query_one_or_none(invoice_query *query, const struct invoice **out_invoice)
{
    const void *found = NULL, **place = out_invoice != NULL ? &found : NULL;
    return invoice_found(calx_query_one_or_none((calx_query *)query, place), &found, out_invoice);
}
static calx_status invoice_each_call(void *context, const void *item)
{
    const struct invoice_each *each = context;
    return each->function(each->context, item);
}
calx_status invoice_query_each(invoice_query *query, invoice_function function, void *context)
{
    struct invoice_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? invoice_each_call : NULL, &each);
}

/* clang-format off */
static const calx_mapper *const invoice_mappers[] = {
    &invoice_mapper,
};
static const calx_metadata *const invoice_references[] = {
    &customer_metadata,
};
const calx_metadata invoice_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "invoice", .mappers = invoice_mappers, .mapper_count = 1,
    .references = invoice_references, .reference_count = 1,
};
/* clang-format on */
