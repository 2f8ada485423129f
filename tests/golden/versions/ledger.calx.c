/* Generated from ledger.h by calx-gen 0.1.0. Do not edit: change ledger.h and build again. */
#include "ledger.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "ledger.calx.c is for another version of Calx: run calx-gen again");

/* ---- struct account: table accounts ---- */

/* clang-format off */
_Static_assert(sizeof(((struct account *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct account *)0)->balance) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct account *)0)->written) == 8, "run calx-gen again");

static const calx_column account_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct account, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "balance", .member = "balance", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct account, balance), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "written", .member = "written", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(struct account, written),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_VERSION },
};
static const uint16_t account_key[] = { 0 };

const calx_mapper account_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "account", .table = "accounts",
    .instance_size = sizeof(struct account), .instance_alignment = _Alignof(struct account),
    .columns = account_columns, .column_count = 3,
    .key = account_key, .key_count = 1,
};

const struct account_col account_col = {
    .id = { { &account_mapper, 0, 0 } }, .balance = { { &account_mapper, 1, 0 } },
    .written = { { &account_mapper, 2, 0 } },
};
struct account_each { account_function function; void *context; };
/* clang-format on */

struct account *account_new(void)
{
    return calx_instance_new(&account_mapper);
}
void account_free(struct account *account)
{
    calx_instance_free(account);
}
struct account *account_copy(const struct account *account)
{
    return calx_instance_copy(account);
}
struct account *account_edit(const struct account *account)
{
    return calx_instance_edit(account);
}
void account_seal(const struct account *account)
{
    calx_instance_seal(account);
}
calx_status account_add(calx_session *session, struct account *account)
{
    return calx_session_add(session, account);
}
calx_status account_delete(calx_session *session, const struct account *account)
{
    return calx_session_delete(session, account);
}

static calx_status account_found(calx_status status, const void **found,
                                 const struct account **out_account)
{
    if (status == CALX_OK)
        *out_account = *found;
    return status;
}

calx_status account_get(calx_session *session, int64_t id, const struct account **out_account)
{
    const void *found = NULL, **place = out_account != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &account_mapper, id, place);
    return account_found(status, &found, out_account);
}

calx_status account_get_one(calx_session *session, int64_t id, const struct account **out_account)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_account != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &account_mapper, key, place);
    return account_found(status, &found, out_account);
}

calx_status account_merge(calx_session *session, const struct account *source,
                          const struct account **out_account)
{
    const void *found = NULL, **place = out_account != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &account_mapper, source, place);
    return account_found(status, &found, out_account);
}

calx_status account_bulk_insert(calx_session *session, const struct account *rows, size_t count)
{
    return calx_session_bulk_insert(session, &account_mapper, rows, count);
}
calx_status account_bulk_update(calx_session *session, const struct account *rows, size_t count)
{
    return calx_session_bulk_update(session, &account_mapper, rows, count);
}
calx_status account_bulk_delete(calx_session *session, const struct account *rows, size_t count)
{
    return calx_session_bulk_delete(session, &account_mapper, rows, count);
}
calx_status account_bulk_upsert(calx_session *session, const struct account *rows, size_t count,
                                const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &account_mapper, rows, count, options);
}

calx_status account_set_id(const struct account *account, int64_t id)
{
    return calx_instance_set_int64(account, &account_columns[0], id);
}
calx_status account_set_balance(const struct account *account, int64_t balance)
{
    return calx_instance_set_int64(account, &account_columns[1], balance);
}
calx_status account_set_written(const struct account *account, calx_timestamp written)
{
    return calx_instance_set_timestamp(account, &account_columns[2], written);
}

/* The typed face of calx_query. */
account_query *account_query_new(calx_session *session)
{
    return (account_query *)calx_query_new(session, &account_mapper);
}
void account_query_free(account_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *account_query_plain(account_query *query)
{
    return (calx_query *)query;
}
calx_status account_query_where(account_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status account_query_where_filter(account_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status account_query_order_by(account_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status account_query_limit(account_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status account_query_offset(account_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status account_query_options(account_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status account_query_options_along(account_query *query, const calx_option *parts,
                                        size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status account_query_yield_per(account_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status account_query_populate_existing(account_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status account_query_count(account_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status account_query_exists(account_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status account_query_update(account_query *query, const calx_assignment *assignments,
                                 size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status account_query_delete(account_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status account_query_all(account_query *query, const struct account *const **out_items,
                              size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct account *const *)items;
    return status;
}
calx_status account_query_first(account_query *query, const struct account **out_account)
{
    const void *found = NULL, **place = out_account != NULL ? &found : NULL;
    return account_found(calx_query_first((calx_query *)query, place), &found, out_account);
}
calx_status account_query_one(account_query *query, const struct account **out_account)
{
    const void *found = NULL, **place = out_account != NULL ? &found : NULL;
    return account_found(calx_query_one((calx_query *)query, place), &found, out_account);
}
calx_status account_query_one_or_none(account_query *query, const struct account **out_account)
{
    const void *found = NULL, **place = out_account != NULL ? &found : NULL;
    return account_found(calx_query_one_or_none((calx_query *)query, place), &found, out_account);
}
static calx_status account_each_call(void *context, const void *item)
{
    const struct account_each *each = context;
    return each->function(each->context, item);
}
calx_status account_query_each(account_query *query, account_function function, void *context)
{
    struct account_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? account_each_call : NULL, &each);
}

/* ---- struct note: table notes ---- */

/* clang-format off */
_Static_assert(sizeof(((struct note *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct note *)0)->text) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct note *)0)->tag) == 9, "run calx-gen again");

static const calx_column note_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct note, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "text", .member = "text", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct note, text), .flags = 0 },
    { .name = "tag", .member = "tag", .type = CALX_TYPE_CHAR_ARRAY, .size = 9,
      .offset = offsetof(struct note, tag),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_MUTABLE | CALX_COLUMN_VERSION },
};
static const uint16_t note_key[] = { 0 };

static calx_status note_next_version(const void *old, void *out_new)
{
    const char *before = old;
    char *now = out_new;
    return next_tag(before, now);
}

const calx_mapper note_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "note", .table = "notes",
    .instance_size = sizeof(struct note), .instance_alignment = _Alignof(struct note),
    .columns = note_columns, .column_count = 3,
    .key = note_key, .key_count = 1,
    .next_version = note_next_version,
};

const struct note_col note_col = {
    .id = { { &note_mapper, 0, 0 } }, .text = { { &note_mapper, 1, 0 } },
    .tag = { { &note_mapper, 2, 0 } },
};
struct note_each { note_function function; void *context; };
/* clang-format on */

struct note *note_new(void)
{
    return calx_instance_new(&note_mapper);
}
void note_free(struct note *note)
{
    calx_instance_free(note);
}
struct note *note_copy(const struct note *note)
{
    return calx_instance_copy(note);
}
struct note *note_edit(const struct note *note)
{
    return calx_instance_edit(note);
}
void note_seal(const struct note *note)
{
    calx_instance_seal(note);
}
calx_status note_add(calx_session *session, struct note *note)
{
    return calx_session_add(session, note);
}
calx_status note_delete(calx_session *session, const struct note *note)
{
    return calx_session_delete(session, note);
}

static calx_status note_found(calx_status status, const void **found, const struct note **out_note)
{
    if (status == CALX_OK)
        *out_note = *found;
    return status;
}

calx_status note_get(calx_session *session, int64_t id, const struct note **out_note)
{
    const void *found = NULL, **place = out_note != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &note_mapper, id, place);
    return note_found(status, &found, out_note);
}

calx_status note_get_one(calx_session *session, int64_t id, const struct note **out_note)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_note != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &note_mapper, key, place);
    return note_found(status, &found, out_note);
}

calx_status note_merge(calx_session *session, const struct note *source,
                       const struct note **out_note)
{
    const void *found = NULL, **place = out_note != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &note_mapper, source, place);
    return note_found(status, &found, out_note);
}

calx_status note_bulk_insert(calx_session *session, const struct note *rows, size_t count)
{
    return calx_session_bulk_insert(session, &note_mapper, rows, count);
}
calx_status note_bulk_update(calx_session *session, const struct note *rows, size_t count)
{
    return calx_session_bulk_update(session, &note_mapper, rows, count);
}
calx_status note_bulk_delete(calx_session *session, const struct note *rows, size_t count)
{
    return calx_session_bulk_delete(session, &note_mapper, rows, count);
}
calx_status note_bulk_upsert(calx_session *session, const struct note *rows, size_t count,
                             const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &note_mapper, rows, count, options);
}

calx_status note_set_id(const struct note *note, int64_t id)
{
    return calx_instance_set_int64(note, &note_columns[0], id);
}
calx_status note_set_text(const struct note *note, const char *text)
{
    return calx_instance_set_text(note, &note_columns[1], text);
}
calx_status note_set_tag(const struct note *note, const char *tag)
{
    return calx_instance_set_text(note, &note_columns[2], tag);
}

/* The typed face of calx_query. */
note_query *note_query_new(calx_session *session)
{
    return (note_query *)calx_query_new(session, &note_mapper);
}
void note_query_free(note_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *note_query_plain(note_query *query)
{
    return (calx_query *)query;
}
calx_status note_query_where(note_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status note_query_where_filter(note_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status note_query_order_by(note_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status note_query_limit(note_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status note_query_offset(note_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status note_query_options(note_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status note_query_options_along(note_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status note_query_yield_per(note_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status note_query_populate_existing(note_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status note_query_count(note_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status note_query_exists(note_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status note_query_update(note_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status note_query_delete(note_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status note_query_all(note_query *query, const struct note *const **out_items,
                           size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct note *const *)items;
    return status;
}
calx_status note_query_first(note_query *query, const struct note **out_note)
{
    const void *found = NULL, **place = out_note != NULL ? &found : NULL;
    return note_found(calx_query_first((calx_query *)query, place), &found, out_note);
}
calx_status note_query_one(note_query *query, const struct note **out_note)
{
    const void *found = NULL, **place = out_note != NULL ? &found : NULL;
    return note_found(calx_query_one((calx_query *)query, place), &found, out_note);
}
calx_status note_query_one_or_none(note_query *query, const struct note **out_note)
{
    const void *found = NULL, **place = out_note != NULL ? &found : NULL;
    return note_found(calx_query_one_or_none((calx_query *)query, place), &found, out_note);
}
static calx_status note_each_call(void *context, const void *item)
{
    const struct note_each *each = context;
    return each->function(each->context, item);
}
calx_status note_query_each(note_query *query, note_function function, void *context)
{
    struct note_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? note_each_call : NULL, &each);
}

/* ---- struct entry: table entries ---- */

/* clang-format off */
_Static_assert(sizeof(((struct entry *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct entry *)0)->revision) == 4, "run calx-gen again");

static const calx_column entry_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct entry, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "revision", .member = "revision", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct entry, revision),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_VERSION },
};
static const uint16_t entry_key[] = { 0 };

static calx_status entry_next_version(const void *old, void *out_new)
{
    const int32_t *before = old;
    int32_t *now = out_new;
    return next_entry(before, now);
}

const calx_mapper entry_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "entry", .table = "entries",
    .instance_size = sizeof(struct entry), .instance_alignment = _Alignof(struct entry),
    .columns = entry_columns, .column_count = 2,
    .key = entry_key, .key_count = 1,
    .next_version = entry_next_version,
};

const struct entry_col entry_col = {
    .id = { { &entry_mapper, 0, 0 } }, .revision = { { &entry_mapper, 1, 0 } },
};
struct entry_each { entry_function function; void *context; };
/* clang-format on */

struct entry *entry_new(void)
{
    return calx_instance_new(&entry_mapper);
}
void entry_free(struct entry *entry)
{
    calx_instance_free(entry);
}
struct entry *entry_copy(const struct entry *entry)
{
    return calx_instance_copy(entry);
}
struct entry *entry_edit(const struct entry *entry)
{
    return calx_instance_edit(entry);
}
void entry_seal(const struct entry *entry)
{
    calx_instance_seal(entry);
}
calx_status entry_add(calx_session *session, struct entry *entry)
{
    return calx_session_add(session, entry);
}
calx_status entry_delete(calx_session *session, const struct entry *entry)
{
    return calx_session_delete(session, entry);
}

static calx_status entry_found(calx_status status, const void **found,
                               const struct entry **out_entry)
{
    if (status == CALX_OK)
        *out_entry = *found;
    return status;
}

calx_status entry_get(calx_session *session, int64_t id, const struct entry **out_entry)
{
    const void *found = NULL, **place = out_entry != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &entry_mapper, id, place);
    return entry_found(status, &found, out_entry);
}

calx_status entry_get_one(calx_session *session, int64_t id, const struct entry **out_entry)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_entry != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &entry_mapper, key, place);
    return entry_found(status, &found, out_entry);
}

calx_status entry_merge(calx_session *session, const struct entry *source,
                        const struct entry **out_entry)
{
    const void *found = NULL, **place = out_entry != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &entry_mapper, source, place);
    return entry_found(status, &found, out_entry);
}

calx_status entry_bulk_insert(calx_session *session, const struct entry *rows, size_t count)
{
    return calx_session_bulk_insert(session, &entry_mapper, rows, count);
}
calx_status entry_bulk_update(calx_session *session, const struct entry *rows, size_t count)
{
    return calx_session_bulk_update(session, &entry_mapper, rows, count);
}
calx_status entry_bulk_delete(calx_session *session, const struct entry *rows, size_t count)
{
    return calx_session_bulk_delete(session, &entry_mapper, rows, count);
}
calx_status entry_bulk_upsert(calx_session *session, const struct entry *rows, size_t count,
                              const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &entry_mapper, rows, count, options);
}

calx_status entry_set_id(const struct entry *entry, int64_t id)
{
    return calx_instance_set_int64(entry, &entry_columns[0], id);
}
calx_status entry_set_revision(const struct entry *entry, int32_t revision)
{
    return calx_instance_set_int64(entry, &entry_columns[1], revision);
}

/* The typed face of calx_query. */
entry_query *entry_query_new(calx_session *session)
{
    return (entry_query *)calx_query_new(session, &entry_mapper);
}
void entry_query_free(entry_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *entry_query_plain(entry_query *query)
{
    return (calx_query *)query;
}
calx_status entry_query_where(entry_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status entry_query_where_filter(entry_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status entry_query_order_by(entry_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status entry_query_limit(entry_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status entry_query_offset(entry_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status entry_query_options(entry_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status entry_query_options_along(entry_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status entry_query_yield_per(entry_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status entry_query_populate_existing(entry_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status entry_query_count(entry_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status entry_query_exists(entry_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status entry_query_update(entry_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status entry_query_delete(entry_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status entry_query_all(entry_query *query, const struct entry *const **out_items,
                            size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct entry *const *)items;
    return status;
}
calx_status entry_query_first(entry_query *query, const struct entry **out_entry)
{
    const void *found = NULL, **place = out_entry != NULL ? &found : NULL;
    return entry_found(calx_query_first((calx_query *)query, place), &found, out_entry);
}
calx_status entry_query_one(entry_query *query, const struct entry **out_entry)
{
    const void *found = NULL, **place = out_entry != NULL ? &found : NULL;
    return entry_found(calx_query_one((calx_query *)query, place), &found, out_entry);
}
calx_status entry_query_one_or_none(entry_query *query, const struct entry **out_entry)
{
    const void *found = NULL, **place = out_entry != NULL ? &found : NULL;
    return entry_found(calx_query_one_or_none((calx_query *)query, place), &found, out_entry);
}
static calx_status entry_each_call(void *context, const void *item)
{
    const struct entry_each *each = context;
    return each->function(each->context, item);
}
calx_status entry_query_each(entry_query *query, entry_function function, void *context)
{
    struct entry_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? entry_each_call : NULL, &each);
}

/* ---- struct page: table pages ---- */

/* clang-format off */
_Static_assert(sizeof(((struct page *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct page *)0)->etag) == sizeof(char *), "run calx-gen again");

static const calx_column page_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct page, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "etag", .member = "etag", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct page, etag), .flags = CALX_COLUMN_VERSION | CALX_COLUMN_MANUAL },
};
static const uint16_t page_key[] = { 0 };

const calx_mapper page_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "page", .table = "pages",
    .instance_size = sizeof(struct page), .instance_alignment = _Alignof(struct page),
    .columns = page_columns, .column_count = 2,
    .key = page_key, .key_count = 1,
};

const struct page_col page_col = {
    .id = { { &page_mapper, 0, 0 } }, .etag = { { &page_mapper, 1, 0 } },
};
struct page_each { page_function function; void *context; };
/* clang-format on */

struct page *page_new(void)
{
    return calx_instance_new(&page_mapper);
}
void page_free(struct page *page)
{
    calx_instance_free(page);
}
struct page *page_copy(const struct page *page)
{
    return calx_instance_copy(page);
}
struct page *page_edit(const struct page *page)
{
    return calx_instance_edit(page);
}
void page_seal(const struct page *page)
{
    calx_instance_seal(page);
}
calx_status page_add(calx_session *session, struct page *page)
{
    return calx_session_add(session, page);
}
calx_status page_delete(calx_session *session, const struct page *page)
{
    return calx_session_delete(session, page);
}

static calx_status page_found(calx_status status, const void **found, const struct page **out_page)
{
    if (status == CALX_OK)
        *out_page = *found;
    return status;
}

calx_status page_get(calx_session *session, int64_t id, const struct page **out_page)
{
    const void *found = NULL, **place = out_page != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &page_mapper, id, place);
    return page_found(status, &found, out_page);
}

calx_status page_get_one(calx_session *session, int64_t id, const struct page **out_page)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_page != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &page_mapper, key, place);
    return page_found(status, &found, out_page);
}

calx_status page_merge(calx_session *session, const struct page *source,
                       const struct page **out_page)
{
    const void *found = NULL, **place = out_page != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &page_mapper, source, place);
    return page_found(status, &found, out_page);
}

calx_status page_bulk_insert(calx_session *session, const struct page *rows, size_t count)
{
    return calx_session_bulk_insert(session, &page_mapper, rows, count);
}
calx_status page_bulk_update(calx_session *session, const struct page *rows, size_t count)
{
    return calx_session_bulk_update(session, &page_mapper, rows, count);
}
calx_status page_bulk_delete(calx_session *session, const struct page *rows, size_t count)
{
    return calx_session_bulk_delete(session, &page_mapper, rows, count);
}
calx_status page_bulk_upsert(calx_session *session, const struct page *rows, size_t count,
                             const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &page_mapper, rows, count, options);
}

calx_status page_set_id(const struct page *page, int64_t id)
{
    return calx_instance_set_int64(page, &page_columns[0], id);
}
calx_status page_set_etag(const struct page *page, const char *etag)
{
    return calx_instance_set_text(page, &page_columns[1], etag);
}

/* The typed face of calx_query. */
page_query *page_query_new(calx_session *session)
{
    return (page_query *)calx_query_new(session, &page_mapper);
}
void page_query_free(page_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *page_query_plain(page_query *query)
{
    return (calx_query *)query;
}
calx_status page_query_where(page_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status page_query_where_filter(page_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status page_query_order_by(page_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status page_query_limit(page_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status page_query_offset(page_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status page_query_options(page_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status page_query_options_along(page_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status page_query_yield_per(page_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status page_query_populate_existing(page_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status page_query_count(page_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status page_query_exists(page_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status page_query_update(page_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status page_query_delete(page_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status page_query_all(page_query *query, const struct page *const **out_items,
                           size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct page *const *)items;
    return status;
}
calx_status page_query_first(page_query *query, const struct page **out_page)
{
    const void *found = NULL, **place = out_page != NULL ? &found : NULL;
    return page_found(calx_query_first((calx_query *)query, place), &found, out_page);
}
calx_status page_query_one(page_query *query, const struct page **out_page)
{
    const void *found = NULL, **place = out_page != NULL ? &found : NULL;
    return page_found(calx_query_one((calx_query *)query, place), &found, out_page);
}
calx_status page_query_one_or_none(page_query *query, const struct page **out_page)
{
    const void *found = NULL, **place = out_page != NULL ? &found : NULL;
    return page_found(calx_query_one_or_none((calx_query *)query, place), &found, out_page);
}
static calx_status page_each_call(void *context, const void *item)
{
    const struct page_each *each = context;
    return each->function(each->context, item);
}
calx_status page_query_each(page_query *query, page_function function, void *context)
{
    struct page_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? page_each_call : NULL, &each);
}

/* ---- struct sheet: table sheets ---- */

/* clang-format off */
_Static_assert(sizeof(((struct sheet *)0)->id) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sheet *)0)->revision) == 8, "run calx-gen again");

static const calx_column sheet_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct sheet, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "revision", .member = "revision", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct sheet, revision),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_VERSION | CALX_COLUMN_MANUAL,
      .server_default = "1" },
};
static const uint16_t sheet_key[] = { 0 };

const calx_mapper sheet_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "sheet", .table = "sheets",
    .instance_size = sizeof(struct sheet), .instance_alignment = _Alignof(struct sheet),
    .columns = sheet_columns, .column_count = 2,
    .key = sheet_key, .key_count = 1,
};

const struct sheet_col sheet_col = {
    .id = { { &sheet_mapper, 0, 0 } }, .revision = { { &sheet_mapper, 1, 0 } },
};
struct sheet_each { sheet_function function; void *context; };
/* clang-format on */

struct sheet *sheet_new(void)
{
    return calx_instance_new(&sheet_mapper);
}
void sheet_free(struct sheet *sheet)
{
    calx_instance_free(sheet);
}
struct sheet *sheet_copy(const struct sheet *sheet)
{
    return calx_instance_copy(sheet);
}
struct sheet *sheet_edit(const struct sheet *sheet)
{
    return calx_instance_edit(sheet);
}
void sheet_seal(const struct sheet *sheet)
{
    calx_instance_seal(sheet);
}
calx_status sheet_add(calx_session *session, struct sheet *sheet)
{
    return calx_session_add(session, sheet);
}
calx_status sheet_delete(calx_session *session, const struct sheet *sheet)
{
    return calx_session_delete(session, sheet);
}

static calx_status sheet_found(calx_status status, const void **found,
                               const struct sheet **out_sheet)
{
    if (status == CALX_OK)
        *out_sheet = *found;
    return status;
}

calx_status sheet_get(calx_session *session, int64_t id, const struct sheet **out_sheet)
{
    const void *found = NULL, **place = out_sheet != NULL ? &found : NULL;
    const calx_status status = calx_session_get_int64(session, &sheet_mapper, id, place);
    return sheet_found(status, &found, out_sheet);
}

calx_status sheet_get_one(calx_session *session, int64_t id, const struct sheet **out_sheet)
{
    const calx_value key[] = { calx_value_int64(id) };
    const void *found = NULL, **place = out_sheet != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &sheet_mapper, key, place);
    return sheet_found(status, &found, out_sheet);
}

calx_status sheet_merge(calx_session *session, const struct sheet *source,
                        const struct sheet **out_sheet)
{
    const void *found = NULL, **place = out_sheet != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &sheet_mapper, source, place);
    return sheet_found(status, &found, out_sheet);
}

calx_status sheet_bulk_insert(calx_session *session, const struct sheet *rows, size_t count)
{
    return calx_session_bulk_insert(session, &sheet_mapper, rows, count);
}
calx_status sheet_bulk_update(calx_session *session, const struct sheet *rows, size_t count)
{
    return calx_session_bulk_update(session, &sheet_mapper, rows, count);
}
calx_status sheet_bulk_delete(calx_session *session, const struct sheet *rows, size_t count)
{
    return calx_session_bulk_delete(session, &sheet_mapper, rows, count);
}
calx_status sheet_bulk_upsert(calx_session *session, const struct sheet *rows, size_t count,
                              const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &sheet_mapper, rows, count, options);
}

calx_status sheet_set_id(const struct sheet *sheet, int64_t id)
{
    return calx_instance_set_int64(sheet, &sheet_columns[0], id);
}
calx_status sheet_set_revision(const struct sheet *sheet, int64_t revision)
{
    return calx_instance_set_int64(sheet, &sheet_columns[1], revision);
}

/* The typed face of calx_query. */
sheet_query *sheet_query_new(calx_session *session)
{
    return (sheet_query *)calx_query_new(session, &sheet_mapper);
}
void sheet_query_free(sheet_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *sheet_query_plain(sheet_query *query)
{
    return (calx_query *)query;
}
calx_status sheet_query_where(sheet_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status sheet_query_where_filter(sheet_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status sheet_query_order_by(sheet_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status sheet_query_limit(sheet_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status sheet_query_offset(sheet_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status sheet_query_options(sheet_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status sheet_query_options_along(sheet_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status sheet_query_yield_per(sheet_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status sheet_query_populate_existing(sheet_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status sheet_query_count(sheet_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status sheet_query_exists(sheet_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status sheet_query_update(sheet_query *query, const calx_assignment *assignments, size_t count,
                               int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status sheet_query_delete(sheet_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status sheet_query_all(sheet_query *query, const struct sheet *const **out_items,
                            size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct sheet *const *)items;
    return status;
}
calx_status sheet_query_first(sheet_query *query, const struct sheet **out_sheet)
{
    const void *found = NULL, **place = out_sheet != NULL ? &found : NULL;
    return sheet_found(calx_query_first((calx_query *)query, place), &found, out_sheet);
}
calx_status sheet_query_one(sheet_query *query, const struct sheet **out_sheet)
{
    const void *found = NULL, **place = out_sheet != NULL ? &found : NULL;
    return sheet_found(calx_query_one((calx_query *)query, place), &found, out_sheet);
}
calx_status sheet_query_one_or_none(sheet_query *query, const struct sheet **out_sheet)
{
    const void *found = NULL, **place = out_sheet != NULL ? &found : NULL;
    return sheet_found(calx_query_one_or_none((calx_query *)query, place), &found, out_sheet);
}
static calx_status sheet_each_call(void *context, const void *item)
{
    const struct sheet_each *each = context;
    return each->function(each->context, item);
}
calx_status sheet_query_each(sheet_query *query, sheet_function function, void *context)
{
    struct sheet_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? sheet_each_call : NULL, &each);
}

/* clang-format off */
static const calx_mapper *const ledger_mappers[] = {
    &account_mapper, &note_mapper, &entry_mapper, &page_mapper, &sheet_mapper,
};
const calx_metadata ledger_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "ledger", .mappers = ledger_mappers, .mapper_count = 5,
};
/* clang-format on */
