/*
 * Generated from customer.h, purchase.h by calx-gen 0.1.0. Do not edit: change customer.h,
 * purchase.h and build again.
 */
#include "customer.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "customer.calx.c is for another version of Calx: run calx-gen again");

/* ---- struct customer: table customers ---- */

/* clang-format off */
_Static_assert(sizeof(((struct customer *)0)->code) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct customer *)0)->name) == sizeof(char *), "run calx-gen again");

static const calx_column customer_columns[] = {
    { .name = "code", .member = "code", .type = CALX_TYPE_CHAR_ARRAY, .size = 8,
      .offset = offsetof(struct customer, code),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_MUTABLE },
    { .name = "name", .member = "name", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct customer, name), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t customer_key[] = { 0 };
static const calx_relationship customer_relationships[] = {
    { .member = "purchases", .kind = CALX_RELATIONSHIP_MANY, .target = &purchase_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE,
      .offset = offsetof(struct customer, purchases), .foreign_key = 0, .inverse = 0 },
};

const calx_mapper customer_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "customer", .table = "customers",
    .instance_size = sizeof(struct customer), .instance_alignment = _Alignof(struct customer),
    .columns = customer_columns, .column_count = 2,
    .key = customer_key, .key_count = 1,
    .relationships = customer_relationships, .relationship_count = 1,
};

const struct customer_col customer_col = {
    .code = { { &customer_mapper, 0, 0 } }, .name = { { &customer_mapper, 1, 0 } },
};
const struct customer_rel customer_rel = {
    .purchases = { &customer_mapper, 0 },
};
struct customer_each { customer_function function; void *context; };
/* clang-format on */

struct customer *customer_new(void)
{
    return calx_instance_new(&customer_mapper);
}
void customer_free(struct customer *customer)
{
    calx_instance_free(customer);
}
struct customer *customer_copy(const struct customer *customer)
{
    return calx_instance_copy(customer);
}
struct customer *customer_edit(const struct customer *customer)
{
    return calx_instance_edit(customer);
}
void customer_seal(const struct customer *customer)
{
    calx_instance_seal(customer);
}
calx_status customer_add(calx_session *session, struct customer *customer)
{
    return calx_session_add(session, customer);
}
calx_status customer_delete(calx_session *session, const struct customer *customer)
{
    return calx_session_delete(session, customer);
}

static calx_status customer_found(calx_status status, const void **found,
                                  const struct customer **out_customer)
{
    if (status == CALX_OK)
        *out_customer = *found;
    return status;
}

calx_status customer_get(calx_session *session, const char *code,
                         const struct customer **out_customer)
{
    const calx_value key[] = { calx_value_text(code) };
    const void *found = NULL, **place = out_customer != NULL ? &found : NULL;
    const calx_status status = calx_session_get(session, &customer_mapper, key, place);
    return customer_found(status, &found, out_customer);
}

calx_status customer_get_one(calx_session *session, const char *code,
                             const struct customer **out_customer)
{
    const calx_value key[] = { calx_value_text(code) };
    const void *found = NULL, **place = out_customer != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &customer_mapper, key, place);
    return customer_found(status, &found, out_customer);
}

calx_status customer_merge(calx_session *session, const struct customer *source,
                           const struct customer **out_customer)
{
    const void *found = NULL, **place = out_customer != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &customer_mapper, source, place);
    return customer_found(status, &found, out_customer);
}

calx_status customer_bulk_insert(calx_session *session, const struct customer *rows, size_t count)
{
    return calx_session_bulk_insert(session, &customer_mapper, rows, count);
}
calx_status customer_bulk_update(calx_session *session, const struct customer *rows, size_t count)
{
    return calx_session_bulk_update(session, &customer_mapper, rows, count);
}
calx_status customer_bulk_delete(calx_session *session, const struct customer *rows, size_t count)
{
    return calx_session_bulk_delete(session, &customer_mapper, rows, count);
}
calx_status customer_bulk_upsert(calx_session *session, const struct customer *rows, size_t count,
                                 const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &customer_mapper, rows, count, options);
}

calx_status customer_set_code(const struct customer *customer, const char *code)
{
    return calx_instance_set_text(customer, &customer_columns[0], code);
}
calx_status customer_set_name(const struct customer *customer, const char *name)
{
    return calx_instance_set_text(customer, &customer_columns[1], name);
}

calx_status customer_purchases(const struct customer *customer,
                               const struct purchase *const **out_items, size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(customer, &customer_relationships[0], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct purchase *const *)items;
    return status;
}

calx_status customer_purchases_count(const struct customer *customer, size_t *out_count)
{
    return calx_relationship_count(customer, &customer_relationships[0], out_count);
}
calx_status customer_purchases_contains(const struct customer *customer,
                                        const struct purchase *purchase, bool *out_contains)
{
    return calx_relationship_contains(customer, &customer_relationships[0], purchase, out_contains);
}
calx_status customer_purchases_append(const struct customer *customer,
                                      const struct purchase *purchase)
{
    return calx_relationship_append(customer, &customer_relationships[0], purchase);
}
calx_status customer_purchases_insert(const struct customer *customer, size_t position,
                                      const struct purchase *purchase)
{
    return calx_relationship_insert(customer, &customer_relationships[0], position, purchase);
}
calx_status customer_purchases_remove(const struct customer *customer,
                                      const struct purchase *purchase)
{
    return calx_relationship_remove(customer, &customer_relationships[0], purchase);
}
calx_status customer_purchases_replace(const struct customer *customer,
                                       const struct purchase *const *items, size_t count)
{
    return calx_relationship_replace(customer, &customer_relationships[0],
                                     (const void *const *)items, count);
}
calx_status customer_purchases_clear(const struct customer *customer)
{
    return calx_relationship_clear(customer, &customer_relationships[0]);
}

/* The typed face of calx_query. */
customer_query *customer_query_new(calx_session *session)
{
    return (customer_query *)calx_query_new(session, &customer_mapper);
}
void customer_query_free(customer_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *customer_query_plain(customer_query *query)
{
    return (calx_query *)query;
}
calx_status customer_query_where(customer_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status customer_query_where_filter(customer_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status customer_query_order_by(customer_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status customer_query_limit(customer_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status customer_query_offset(customer_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status customer_query_options(customer_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status customer_query_options_along(customer_query *query, const calx_option *parts,
                                         size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status customer_query_yield_per(customer_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status customer_query_populate_existing(customer_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status customer_query_count(customer_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status customer_query_exists(customer_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status customer_query_update(customer_query *query, const calx_assignment *assignments,
                                  size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status customer_query_delete(customer_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status customer_query_all(customer_query *query, const struct customer *const **out_items,
                               size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct customer *const *)items;
    return status;
}
calx_status customer_query_first(customer_query *query, const struct customer **out_customer)
{
    const void *found = NULL, **place = out_customer != NULL ? &found : NULL;
    return customer_found(calx_query_first((calx_query *)query, place), &found, out_customer);
}
calx_status customer_query_one(customer_query *query, const struct customer **out_customer)
{
    const void *found = NULL, **place = out_customer != NULL ? &found : NULL;
    return customer_found(calx_query_one((calx_query *)query, place), &found, out_customer);
}
calx_status customer_query_one_or_none(customer_query *query, const struct customer **out_customer)
{
    const void *found = NULL, **place = out_customer != NULL ? &found : NULL;
    return customer_found(calx_query_one_or_none((calx_query *)query, place), &found, out_customer);
}
static calx_status customer_each_call(void *context, const void *item)
{
    const struct customer_each *each = context;
    return each->function(each->context, item);
}
calx_status customer_query_each(customer_query *query, customer_function function, void *context)
{
    struct customer_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? customer_each_call : NULL,
                           &each);
}

/* ---- struct purchase: table purchases ---- */

/* clang-format off */
_Static_assert(sizeof(((struct purchase *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct purchase *)0)->customer_code) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct purchase *)0)->moment) == 8, "run calx-gen again");

static const calx_column purchase_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct purchase, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "customer_code", .member = "customer_code", .type = CALX_TYPE_CHAR_ARRAY, .size = 8,
      .offset = offsetof(struct purchase, customer_code),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_MUTABLE },
    { .name = "moment", .member = "moment", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(struct purchase, moment), .flags = CALX_COLUMN_NOT_NULL },
};
static const uint16_t purchase_key[] = { 0 };
static const uint16_t purchase_foreign_key_0[] = { 1 };
static const uint16_t purchase_foreign_key_0_target[] = { 0 };
static const calx_foreign_key purchase_foreign_keys[] = {
    { .target = &customer_mapper, .columns = purchase_foreign_key_0,
      .target_columns = purchase_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_NO_ACTION },
};
static const uint16_t purchase_index_0[] = { 1, 2 };
static const calx_index purchase_indexes[] = {
    { .name = "one_a_moment", .columns = purchase_index_0, .column_count = 2, .unique = true },
};
static const calx_relationship purchase_relationships[] = {
    { .member = "customer", .kind = CALX_RELATIONSHIP_ONE, .target = &customer_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct purchase, customer), .foreign_key = 0, .inverse = 0 },
    { .member = "lines", .kind = CALX_RELATIONSHIP_MANY, .target = &purchase_line_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE | CALX_CASCADE_REFRESH_EXPIRE |
                 CALX_CASCADE_EXPUNGE | CALX_CASCADE_DELETE | CALX_CASCADE_DELETE_ORPHAN,
      .offset = offsetof(struct purchase, lines), .foreign_key = 0, .inverse = 0 },
};

const calx_mapper purchase_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "purchase", .table = "purchases",
    .instance_size = sizeof(struct purchase), .instance_alignment = _Alignof(struct purchase),
    .columns = purchase_columns, .column_count = 3,
    .key = purchase_key, .key_count = 1,
    .foreign_keys = purchase_foreign_keys, .foreign_key_count = 1,
    .indexes = purchase_indexes, .index_count = 1,
    .relationships = purchase_relationships, .relationship_count = 2,
};

const struct purchase_col purchase_col = {
    .id = { { &purchase_mapper, 0, 0 } }, .customer_code = { { &purchase_mapper, 1, 0 } },
    .moment = { { &purchase_mapper, 2, 0 } },
};
const struct purchase_rel purchase_rel = {
    .customer = { &purchase_mapper, 0 }, .lines = { &purchase_mapper, 1 },
};
struct purchase_each { purchase_function function; void *context; };
/* clang-format on */

struct purchase *purchase_new(void)
{
    return calx_instance_new(&purchase_mapper);
}
void purchase_free(struct purchase *purchase)
{
    calx_instance_free(purchase);
}
struct purchase *purchase_copy(const struct purchase *purchase)
{
    return calx_instance_copy(purchase);
}
struct purchase *purchase_edit(const struct purchase *purchase)
{
    return calx_instance_edit(purchase);
}
void purchase_seal(const struct purchase *purchase)
{
    calx_instance_seal(purchase);
}
calx_status purchase_add(calx_session *session, struct purchase *purchase)
{
    return calx_session_add(session, purchase);
}
calx_status purchase_delete(calx_session *session, const struct purchase *purchase)
{
    return calx_session_delete(session, purchase);
}

static calx_status purchase_found(calx_status status, const void **found,
                                  const struct purchase **out_purchase)
{
    if (status == CALX_OK)
        *out_purchase = *found;
    return status;
}

calx_status purchase_get(calx_session *session, int64_t id, const struct purchase **out_purchase)
{
    const void *found = NULL, **place = out_purchase != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &purchase_mapper, id, place);
    return purchase_found(status, &found, out_purchase);
}

calx_status purchase_get_one(calx_session *session, int64_t id,
                             const struct purchase **out_purchase)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_purchase != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &purchase_mapper, key, place);
    return purchase_found(status, &found, out_purchase);
}

calx_status purchase_merge(calx_session *session, const struct purchase *source,
                           const struct purchase **out_purchase)
{
    const void *found = NULL, **place = out_purchase != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &purchase_mapper, source, place);
    return purchase_found(status, &found, out_purchase);
}

calx_status purchase_bulk_insert(calx_session *session, const struct purchase *rows, size_t count)
{
    return calx_session_bulk_insert(session, &purchase_mapper, rows, count);
}
calx_status purchase_bulk_update(calx_session *session, const struct purchase *rows, size_t count)
{
    return calx_session_bulk_update(session, &purchase_mapper, rows, count);
}
calx_status purchase_bulk_delete(calx_session *session, const struct purchase *rows, size_t count)
{
    return calx_session_bulk_delete(session, &purchase_mapper, rows, count);
}
calx_status purchase_bulk_upsert(calx_session *session, const struct purchase *rows, size_t count,
                                 const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &purchase_mapper, rows, count, options);
}

calx_status purchase_set_id(const struct purchase *purchase, int64_t id)
{
    return calx_instance_set_int64(purchase, &purchase_columns[0], id);
}
calx_status purchase_set_customer_code(const struct purchase *purchase, const char *customer_code)
{
    return calx_instance_set_text(purchase, &purchase_columns[1], customer_code);
}
calx_status purchase_set_moment(const struct purchase *purchase, calx_timestamp moment)
{
    return calx_instance_set_timestamp(purchase, &purchase_columns[2], moment);
}

calx_status purchase_customer(const struct purchase *purchase, const struct customer **out_customer)
{
    const void *target = NULL, **place = out_customer != NULL ? &target : NULL;
    const calx_status status = calx_relationship_one(purchase, &purchase_relationships[0], place);
    if (status == CALX_OK)
        *out_customer = target;
    return status;
}

calx_status purchase_set_customer(const struct purchase *purchase, const struct customer *customer)
{
    return calx_relationship_set(purchase, &purchase_relationships[0], customer);
}
calx_status purchase_clear_customer(const struct purchase *purchase)
{
    return calx_relationship_set(purchase, &purchase_relationships[0], NULL);
}

calx_status purchase_lines(const struct purchase *purchase,
                           const struct purchase_line *const **out_items, size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status =
        calx_relationship_many(purchase, &purchase_relationships[1], place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct purchase_line *const *)items;
    return status;
}

calx_status purchase_lines_count(const struct purchase *purchase, size_t *out_count)
{
    return calx_relationship_count(purchase, &purchase_relationships[1], out_count);
}
calx_status purchase_lines_contains(const struct purchase *purchase,
                                    const struct purchase_line *purchase_line, bool *out_contains)
{
    return calx_relationship_contains(purchase, &purchase_relationships[1], purchase_line,
                                      out_contains);
}
calx_status purchase_lines_append(const struct purchase *purchase,
                                  const struct purchase_line *purchase_line)
{
    return calx_relationship_append(purchase, &purchase_relationships[1], purchase_line);
}
calx_status purchase_lines_insert(const struct purchase *purchase, size_t position,
                                  const struct purchase_line *purchase_line)
{
    return calx_relationship_insert(purchase, &purchase_relationships[1], position, purchase_line);
}
calx_status purchase_lines_remove(const struct purchase *purchase,
                                  const struct purchase_line *purchase_line)
{
    return calx_relationship_remove(purchase, &purchase_relationships[1], purchase_line);
}
calx_status purchase_lines_replace(const struct purchase *purchase,
                                   const struct purchase_line *const *items, size_t count)
{
    return calx_relationship_replace(purchase, &purchase_relationships[1],
                                     (const void *const *)items, count);
}
calx_status purchase_lines_clear(const struct purchase *purchase)
{
    return calx_relationship_clear(purchase, &purchase_relationships[1]);
}

/* The typed face of calx_query. */
purchase_query *purchase_query_new(calx_session *session)
{
    return (purchase_query *)calx_query_new(session, &purchase_mapper);
}
void purchase_query_free(purchase_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *purchase_query_plain(purchase_query *query)
{
    return (calx_query *)query;
}
calx_status purchase_query_where(purchase_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status purchase_query_where_filter(purchase_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status purchase_query_order_by(purchase_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status purchase_query_limit(purchase_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status purchase_query_offset(purchase_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status purchase_query_options(purchase_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status purchase_query_options_along(purchase_query *query, const calx_option *parts,
                                         size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status purchase_query_yield_per(purchase_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status purchase_query_populate_existing(purchase_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status purchase_query_count(purchase_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status purchase_query_exists(purchase_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status purchase_query_update(purchase_query *query, const calx_assignment *assignments,
                                  size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status purchase_query_delete(purchase_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status purchase_query_all(purchase_query *query, const struct purchase *const **out_items,
                               size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct purchase *const *)items;
    return status;
}
calx_status purchase_query_first(purchase_query *query, const struct purchase **out_purchase)
{
    const void *found = NULL, **place = out_purchase != NULL ? &found : NULL;
    return purchase_found(calx_query_first((calx_query *)query, place), &found, out_purchase);
}
calx_status purchase_query_one(purchase_query *query, const struct purchase **out_purchase)
{
    const void *found = NULL, **place = out_purchase != NULL ? &found : NULL;
    return purchase_found(calx_query_one((calx_query *)query, place), &found, out_purchase);
}
calx_status purchase_query_one_or_none(purchase_query *query, const struct purchase **out_purchase)
{
    const void *found = NULL, **place = out_purchase != NULL ? &found : NULL;
    return purchase_found(calx_query_one_or_none((calx_query *)query, place), &found, out_purchase);
}
static calx_status purchase_each_call(void *context, const void *item)
{
    const struct purchase_each *each = context;
    return each->function(each->context, item);
}
calx_status purchase_query_each(purchase_query *query, purchase_function function, void *context)
{
    struct purchase_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? purchase_each_call : NULL,
                           &each);
}

/* ---- struct purchase_line: table purchase_lines ---- */

/* clang-format off */
_Static_assert(sizeof(((struct purchase_line *)0)->purchase_id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct purchase_line *)0)->number) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct purchase_line *)0)->article) == sizeof(char *),
               "run calx-gen again");
_Static_assert(sizeof(((struct purchase_line *)0)->quantity) == 4, "run calx-gen again");

static const calx_column purchase_line_columns[] = {
    { .name = "purchase_id", .member = "purchase_id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct purchase_line, purchase_id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "number", .member = "number", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct purchase_line, number),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL },
    { .name = "article", .member = "article", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct purchase_line, article), .flags = CALX_COLUMN_NOT_NULL,
      .length = 80 },
    { .name = "quantity", .member = "quantity", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct purchase_line, quantity),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT, .check = "quantity > 0" },
};
static const uint16_t purchase_line_key[] = { 0, 1 };
static const uint16_t purchase_line_foreign_key_0[] = { 0 };
static const uint16_t purchase_line_foreign_key_0_target[] = { 0 };
static const calx_foreign_key purchase_line_foreign_keys[] = {
    { .target = &purchase_mapper, .columns = purchase_line_foreign_key_0,
      .target_columns = purchase_line_foreign_key_0_target,
      .column_count = 1, .on_delete = CALX_ON_DELETE_CASCADE },
};
static const calx_relationship purchase_line_relationships[] = {
    { .member = "purchase", .kind = CALX_RELATIONSHIP_ONE, .target = &purchase_mapper,
      .cascade = CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE,
      .offset = offsetof(struct purchase_line, purchase), .foreign_key = 0, .inverse = 1 },
};
static const struct purchase_line purchase_line_prototype = {
    .quantity = 1,
};

const calx_mapper purchase_line_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "purchase_line", .table = "purchase_lines",
    .instance_size = sizeof(struct purchase_line), .instance_alignment = _Alignof(
        struct purchase_line),
    .columns = purchase_line_columns, .column_count = 4,
    .key = purchase_line_key, .key_count = 2,
    .foreign_keys = purchase_line_foreign_keys, .foreign_key_count = 1,
    .relationships = purchase_line_relationships, .relationship_count = 1,
    .prototype = &purchase_line_prototype,
};

const struct purchase_line_col purchase_line_col = {
    .purchase_id = { { &purchase_line_mapper, 0, 0 } },
    .number = { { &purchase_line_mapper, 1, 0 } }, .article = { { &purchase_line_mapper, 2, 0 } },
    .quantity = { { &purchase_line_mapper, 3, 0 } },
};
const struct purchase_line_rel purchase_line_rel = {
    .purchase = { &purchase_line_mapper, 0 },
};
struct purchase_line_each { purchase_line_function function; void *context; };
/* clang-format on */

struct purchase_line *purchase_line_new(void)
{
    return calx_instance_new(&purchase_line_mapper);
}
void purchase_line_free(struct purchase_line *purchase_line)
{
    calx_instance_free(purchase_line);
}
struct purchase_line *purchase_line_copy(const struct purchase_line *purchase_line)
{
    return calx_instance_copy(purchase_line);
}
struct purchase_line *purchase_line_edit(const struct purchase_line *purchase_line)
{
    return calx_instance_edit(purchase_line);
}
void purchase_line_seal(const struct purchase_line *purchase_line)
{
    calx_instance_seal(purchase_line);
}
calx_status purchase_line_add(calx_session *session, struct purchase_line *purchase_line)
{
    return calx_session_add(session, purchase_line);
}
calx_status purchase_line_delete(calx_session *session, const struct purchase_line *purchase_line)
{
    return calx_session_delete(session, purchase_line);
}

static calx_status purchase_line_found(calx_status status, const void **found,
                                       const struct purchase_line **out_purchase_line)
{
    if (status == CALX_OK)
        *out_purchase_line = *found;
    return status;
}

calx_status purchase_line_get(calx_session *session, int64_t purchase_id, int32_t number,
                              const struct purchase_line **out_purchase_line)
{
    const calx_value key[] = { calx_value_int64(purchase_id), calx_value_int64(number) };
    const void *found = NULL, **place = out_purchase_line != NULL ? &found : NULL;
    const calx_status status = calx_session_get(session, &purchase_line_mapper, key, place);
    return purchase_line_found(status, &found, out_purchase_line);
}

calx_status purchase_line_get_one(calx_session *session, int64_t purchase_id, int32_t number,
                                  const struct purchase_line **out_purchase_line)
{
    const calx_value key[] = { calx_value_int64(purchase_id), calx_value_int64(number) };
    const void *found = NULL, **place = out_purchase_line != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &purchase_line_mapper, key, place);
    return purchase_line_found(status, &found, out_purchase_line);
}

calx_status purchase_line_merge(calx_session *session, const struct purchase_line *source,
                                const struct purchase_line **out_purchase_line)
{
    const void *found = NULL, **place = out_purchase_line != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &purchase_line_mapper, source, place);
    return purchase_line_found(status, &found, out_purchase_line);
}

calx_status purchase_line_bulk_insert(calx_session *session, const struct purchase_line *rows,
                                      size_t count)
{
    return calx_session_bulk_insert(session, &purchase_line_mapper, rows, count);
}
calx_status purchase_line_bulk_update(calx_session *session, const struct purchase_line *rows,
                                      size_t count)
{
    return calx_session_bulk_update(session, &purchase_line_mapper, rows, count);
}
calx_status purchase_line_bulk_delete(calx_session *session, const struct purchase_line *rows,
                                      size_t count)
{
    return calx_session_bulk_delete(session, &purchase_line_mapper, rows, count);
}
calx_status purchase_line_bulk_upsert(calx_session *session, const struct purchase_line *rows,
                                      size_t count, const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &purchase_line_mapper, rows, count, options);
}

calx_status purchase_line_set_purchase_id(const struct purchase_line *purchase_line,
                                          int64_t purchase_id)
{
    return calx_instance_set_int64(purchase_line, &purchase_line_columns[0], purchase_id);
}
calx_status purchase_line_set_number(const struct purchase_line *purchase_line, int32_t number)
{
    return calx_instance_set_int64(purchase_line, &purchase_line_columns[1], number);
}
calx_status purchase_line_set_article(const struct purchase_line *purchase_line,
                                      const char *article)
{
    return calx_instance_set_text(purchase_line, &purchase_line_columns[2], article);
}
calx_status purchase_line_set_quantity(const struct purchase_line *purchase_line, int32_t quantity)
{
    return calx_instance_set_int64(purchase_line, &purchase_line_columns[3], quantity);
}

calx_status purchase_line_purchase(const struct purchase_line *purchase_line,
                                   const struct purchase **out_purchase)
{
    const void *target = NULL, **place = out_purchase != NULL ? &target : NULL;
    const calx_status status =
        calx_relationship_one(purchase_line, &purchase_line_relationships[0], place);
    if (status == CALX_OK)
        *out_purchase = target;
    return status;
}

calx_status purchase_line_set_purchase(const struct purchase_line *purchase_line,
                                       const struct purchase *purchase)
{
    return calx_relationship_set(purchase_line, &purchase_line_relationships[0], purchase);
}
calx_status purchase_line_clear_purchase(const struct purchase_line *purchase_line)
{
    return calx_relationship_set(purchase_line, &purchase_line_relationships[0], NULL);
}

/* The typed face of calx_query. */
purchase_line_query *purchase_line_query_new(calx_session *session)
{
    return (purchase_line_query *)calx_query_new(session, &purchase_line_mapper);
}
void purchase_line_query_free(purchase_line_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *purchase_line_query_plain(purchase_line_query *query)
{
    return (calx_query *)query;
}
calx_status purchase_line_query_where(purchase_line_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status purchase_line_query_where_filter(purchase_line_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status purchase_line_query_order_by(purchase_line_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status purchase_line_query_limit(purchase_line_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status purchase_line_query_offset(purchase_line_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status purchase_line_query_options(purchase_line_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status purchase_line_query_options_along(purchase_line_query *query, const calx_option *parts,
                                              size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status purchase_line_query_yield_per(purchase_line_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status purchase_line_query_populate_existing(purchase_line_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status purchase_line_query_count(purchase_line_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status purchase_line_query_exists(purchase_line_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status purchase_line_query_update(purchase_line_query *query,
                                       const calx_assignment *assignments, size_t count,
                                       int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status purchase_line_query_delete(purchase_line_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status purchase_line_query_all(purchase_line_query *query,
                                    const struct purchase_line *const **out_items,
                                    size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct purchase_line *const *)items;
    return status;
}
calx_status purchase_line_query_first(purchase_line_query *query,
                                      const struct purchase_line **out_purchase_line)
{
    const void *found = NULL, **place = out_purchase_line != NULL ? &found : NULL;
    return purchase_line_found(calx_query_first((calx_query *)query, place), &found,
                               out_purchase_line);
}
calx_status purchase_line_query_one(purchase_line_query *query,
                                    const struct purchase_line **out_purchase_line)
{
    const void *found = NULL, **place = out_purchase_line != NULL ? &found : NULL;
    return purchase_line_found(calx_query_one((calx_query *)query, place), &found,
                               out_purchase_line);
}
calx_status purchase_line_query_one_or_none(purchase_line_query *query,
                                            const struct purchase_line **out_purchase_line)
{
    const void *found = NULL, **place = out_purchase_line != NULL ? &found : NULL;
    return purchase_line_found(calx_query_one_or_none((calx_query *)query, place), &found,
                               out_purchase_line);
}
static calx_status purchase_line_each_call(void *context, const void *item)
{
    const struct purchase_line_each *each = context;
    return each->function(each->context, item);
}
calx_status purchase_line_query_each(purchase_line_query *query, purchase_line_function function,
                                     void *context)
{
    struct purchase_line_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? purchase_line_each_call : NULL,
                           &each);
}

/* clang-format off */
static const calx_mapper *const shop_mappers[] = {
    &customer_mapper, &purchase_mapper, &purchase_line_mapper,
};
const calx_metadata shop_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "shop", .mappers = shop_mappers, .mapper_count = 3,
};
/* clang-format on */
