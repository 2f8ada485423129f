/* Generated from sample.h by calx-gen 0.1.0. Do not edit: change sample.h and build again. */
#include "sample.calx.h"

#include <calx/instance.h>
#include <calx/relationship.h>

#include <stddef.h>

_Static_assert(CALX_MAPPER_ABI == 3,
               "sample.calx.c is for another version of Calx: run calx-gen again");

/* ---- struct sample: table odd "name" ---- */

/* clang-format off */
_Static_assert(sizeof(((struct sample *)0)->id) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->flag) == 1, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->tiny) == 1, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->small) == 2, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->middle) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->big) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->utiny) == 1, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->usmall) == 2, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->umiddle) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->ubig) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->plain) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->wide) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->ratio) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->exact) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->height) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->text) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->note) == sizeof(char *), "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->serial) == 12, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->image) == sizeof(calx_bytes), "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->taken) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe.value) == 1, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_tiny.value) == 1, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_small.value) == 2, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_middle.value) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_big.value) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_utiny.value) == 1, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_usmall.value) == 2, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_umiddle.value) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_ubig.value) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_ratio.value) == 4, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_exact.value) == 8, "run calx-gen again");
_Static_assert(sizeof(((struct sample *)0)->maybe_taken.value) == 8, "run calx-gen again");

static const calx_column sample_columns[] = {
    { .name = "id", .member = "id", .type = CALX_TYPE_UINT32, .size = 4,
      .offset = offsetof(struct sample, id),
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED },
    { .name = "flag", .member = "flag", .type = CALX_TYPE_BOOL, .size = 1,
      .offset = offsetof(struct sample, flag),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "tiny", .member = "tiny", .type = CALX_TYPE_INT8, .size = 1,
      .offset = offsetof(struct sample, tiny), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "small", .member = "small", .type = CALX_TYPE_INT16, .size = 2,
      .offset = offsetof(struct sample, small), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "middle", .member = "middle", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct sample, middle),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_UNIQUE },
    { .name = "big", .member = "big", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct sample, big),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "utiny", .member = "utiny", .type = CALX_TYPE_UINT8, .size = 1,
      .offset = offsetof(struct sample, utiny), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "usmall", .member = "usmall", .type = CALX_TYPE_UINT16, .size = 2,
      .offset = offsetof(struct sample, usmall), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "umiddle", .member = "umiddle", .type = CALX_TYPE_UINT32, .size = 4,
      .offset = offsetof(struct sample, umiddle), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "ubig", .member = "ubig", .type = CALX_TYPE_UINT64, .size = 8,
      .offset = offsetof(struct sample, ubig),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "plain", .member = "plain", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct sample, plain),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "wide", .member = "wide", .type = CALX_TYPE_UINT32, .size = 4,
      .offset = offsetof(struct sample, wide), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "ratio", .member = "ratio", .type = CALX_TYPE_FLOAT, .size = 4,
      .offset = offsetof(struct sample, ratio),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "exact", .member = "exact", .type = CALX_TYPE_DOUBLE, .size = 8,
      .offset = offsetof(struct sample, exact),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "height", .member = "height", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct sample, height), .flags = CALX_COLUMN_NOT_NULL },
    { .name = "text", .member = "text", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct sample, text),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_HAS_DEFAULT },
    { .name = "note", .member = "note", .type = CALX_TYPE_TEXT, .size = sizeof(char *),
      .offset = offsetof(struct sample, note), .flags = CALX_COLUMN_MUTABLE },
    { .name = "serial number", .member = "serial", .type = CALX_TYPE_CHAR_ARRAY, .size = 12,
      .offset = offsetof(struct sample, serial),
      .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_MUTABLE },
    { .name = "image", .member = "image", .type = CALX_TYPE_BYTES, .size = sizeof(calx_bytes),
      .offset = offsetof(struct sample, image), .flags = 0 },
    { .name = "taken", .member = "taken", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(struct sample, taken), .flags = CALX_COLUMN_NOT_NULL,
      .server_default = "CURRENT_TIMESTAMP" },
    { .name = "maybe", .member = "maybe", .type = CALX_TYPE_BOOL, .size = 1,
      .offset = offsetof(struct sample, maybe.value),
      .flags = CALX_COLUMN_NULL_FLAG | CALX_COLUMN_HAS_DEFAULT,
      .null_offset = offsetof(struct sample, maybe.has_value) },
    { .name = "maybe_tiny", .member = "maybe_tiny", .type = CALX_TYPE_INT8, .size = 1,
      .offset = offsetof(struct sample, maybe_tiny.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_tiny.has_value) },
    { .name = "maybe_small", .member = "maybe_small", .type = CALX_TYPE_INT16, .size = 2,
      .offset = offsetof(struct sample, maybe_small.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_small.has_value) },
    { .name = "maybe_middle", .member = "maybe_middle", .type = CALX_TYPE_INT32, .size = 4,
      .offset = offsetof(struct sample, maybe_middle.value),
      .flags = CALX_COLUMN_NULL_FLAG | CALX_COLUMN_HAS_DEFAULT,
      .null_offset = offsetof(struct sample, maybe_middle.has_value) },
    { .name = "maybe_big", .member = "maybe_big", .type = CALX_TYPE_INT64, .size = 8,
      .offset = offsetof(struct sample, maybe_big.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_big.has_value) },
    { .name = "maybe_utiny", .member = "maybe_utiny", .type = CALX_TYPE_UINT8, .size = 1,
      .offset = offsetof(struct sample, maybe_utiny.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_utiny.has_value) },
    { .name = "maybe_usmall", .member = "maybe_usmall", .type = CALX_TYPE_UINT16, .size = 2,
      .offset = offsetof(struct sample, maybe_usmall.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_usmall.has_value) },
    { .name = "maybe_umiddle", .member = "maybe_umiddle", .type = CALX_TYPE_UINT32, .size = 4,
      .offset = offsetof(struct sample, maybe_umiddle.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_umiddle.has_value) },
    { .name = "maybe_ubig", .member = "maybe_ubig", .type = CALX_TYPE_UINT64, .size = 8,
      .offset = offsetof(struct sample, maybe_ubig.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_ubig.has_value) },
    { .name = "maybe_ratio", .member = "maybe_ratio", .type = CALX_TYPE_FLOAT, .size = 4,
      .offset = offsetof(struct sample, maybe_ratio.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_ratio.has_value) },
    { .name = "maybe_exact", .member = "maybe_exact", .type = CALX_TYPE_DOUBLE, .size = 8,
      .offset = offsetof(struct sample, maybe_exact.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_exact.has_value),
      .check = "maybe_exact IS NULL OR maybe_exact BETWEEN 0 AND 1 OR text LIKE 'a\\%%'" },
    { .name = "maybe_taken", .member = "maybe_taken", .type = CALX_TYPE_TIMESTAMP, .size = 8,
      .offset = offsetof(struct sample, maybe_taken.value), .flags = CALX_COLUMN_NULL_FLAG,
      .null_offset = offsetof(struct sample, maybe_taken.has_value) },
};
static const uint16_t sample_key[] = { 0 };
static const struct sample sample_prototype = {
    .flag = true,
    .big = (-9223372036854775807 - 1),
    .ubig = 18446744073709551615u,
    .plain = 7,
    .ratio = 0.1,
    .exact = 1e100,
    .text = "say \"hello\"?\?/",
    .maybe.value = false, .maybe.has_value = true,
    .maybe_middle.value = 18, .maybe_middle.has_value = true,
};

const calx_mapper sample_mapper = {
    .abi = CALX_MAPPER_ABI, .name = "sample", .table = "odd \"name\"",
    .instance_size = sizeof(struct sample), .instance_alignment = _Alignof(struct sample),
    .columns = sample_columns, .column_count = 32,
    .key = sample_key, .key_count = 1,
    .prototype = &sample_prototype,
};

const struct sample_col sample_col = {
    .id = { { &sample_mapper, 0, 0 } }, .flag = { { &sample_mapper, 1, 0 } },
    .tiny = { { &sample_mapper, 2, 0 } }, .small = { { &sample_mapper, 3, 0 } },
    .middle = { { &sample_mapper, 4, 0 } }, .big = { { &sample_mapper, 5, 0 } },
    .utiny = { { &sample_mapper, 6, 0 } }, .usmall = { { &sample_mapper, 7, 0 } },
    .umiddle = { { &sample_mapper, 8, 0 } }, .ubig = { { &sample_mapper, 9, 0 } },
    .plain = { { &sample_mapper, 10, 0 } }, .wide = { { &sample_mapper, 11, 0 } },
    .ratio = { { &sample_mapper, 12, 0 } }, .exact = { { &sample_mapper, 13, 0 } },
    .height = { { &sample_mapper, 14, 0 } }, .text = { { &sample_mapper, 15, 0 } },
    .note = { { &sample_mapper, 16, 0 } }, .serial = { { &sample_mapper, 17, 0 } },
    .image = { { &sample_mapper, 18, 0 } }, .taken = { { &sample_mapper, 19, 0 } },
    .maybe = { { &sample_mapper, 20, 0 } }, .maybe_tiny = { { &sample_mapper, 21, 0 } },
    .maybe_small = { { &sample_mapper, 22, 0 } }, .maybe_middle = { { &sample_mapper, 23, 0 } },
    .maybe_big = { { &sample_mapper, 24, 0 } }, .maybe_utiny = { { &sample_mapper, 25, 0 } },
    .maybe_usmall = { { &sample_mapper, 26, 0 } }, .maybe_umiddle = { { &sample_mapper, 27, 0 } },
    .maybe_ubig = { { &sample_mapper, 28, 0 } }, .maybe_ratio = { { &sample_mapper, 29, 0 } },
    .maybe_exact = { { &sample_mapper, 30, 0 } }, .maybe_taken = { { &sample_mapper, 31, 0 } },
};
struct sample_each { sample_function function; void *context; };
/* clang-format on */

struct sample *sample_new(void)
{
    return calx_instance_new(&sample_mapper);
}
void sample_free(struct sample *sample)
{
    calx_instance_free(sample);
}
struct sample *sample_copy(const struct sample *sample)
{
    return calx_instance_copy(sample);
}
struct sample *sample_edit(const struct sample *sample)
{
    return calx_instance_edit(sample);
}
void sample_seal(const struct sample *sample)
{
    calx_instance_seal(sample);
}
calx_status sample_add(calx_session *session, struct sample *sample)
{
    return calx_session_add(session, sample);
}
calx_status sample_delete(calx_session *session, const struct sample *sample)
{
    return calx_session_delete(session, sample);
}

static calx_status sample_found(calx_status status, const void **found,
                                const struct sample **out_sample)
{
    if (status == CALX_OK)
        *out_sample = *found;
    return status;
}

calx_status sample_get(calx_session *session, uint32_t id, const struct sample **out_sample)
{
    const calx_value key[] = { calx_value_uint64(id) };
    const void *found = NULL, **place = out_sample != NULL ? &found : NULL;
    const calx_status status = calx_session_get(session, &sample_mapper, key, place);
    return sample_found(status, &found, out_sample);
}

calx_status sample_get_one(calx_session *session, uint32_t id, const struct sample **out_sample)
{
    const calx_value key[] = { calx_value_uint64(id) };
    const void *found = NULL, **place = out_sample != NULL ? &found : NULL;
    const calx_status status = calx_session_get_one(session, &sample_mapper, key, place);
    return sample_found(status, &found, out_sample);
}

calx_status sample_merge(calx_session *session, const struct sample *source,
                         const struct sample **out_sample)
{
    const void *found = NULL, **place = out_sample != NULL ? &found : NULL;
    const calx_status status = calx_session_merge_as(session, &sample_mapper, source, place);
    return sample_found(status, &found, out_sample);
}

calx_status sample_bulk_insert(calx_session *session, const struct sample *rows, size_t count)
{
    return calx_session_bulk_insert(session, &sample_mapper, rows, count);
}
calx_status sample_bulk_update(calx_session *session, const struct sample *rows, size_t count)
{
    return calx_session_bulk_update(session, &sample_mapper, rows, count);
}
calx_status sample_bulk_delete(calx_session *session, const struct sample *rows, size_t count)
{
    return calx_session_bulk_delete(session, &sample_mapper, rows, count);
}
calx_status sample_bulk_upsert(calx_session *session, const struct sample *rows, size_t count,
                               const calx_bulk_options *options)
{
    return calx_session_bulk_upsert(session, &sample_mapper, rows, count, options);
}

calx_status sample_set_id(const struct sample *sample, uint32_t id)
{
    return calx_instance_set_uint64(sample, &sample_columns[0], id);
}
calx_status sample_set_flag(const struct sample *sample, bool flag)
{
    return calx_instance_set_bool(sample, &sample_columns[1], flag);
}
calx_status sample_set_tiny(const struct sample *sample, int8_t tiny)
{
    return calx_instance_set_int64(sample, &sample_columns[2], tiny);
}
calx_status sample_set_small(const struct sample *sample, int16_t small)
{
    return calx_instance_set_int64(sample, &sample_columns[3], small);
}
calx_status sample_set_middle(const struct sample *sample, int32_t middle)
{
    return calx_instance_set_int64(sample, &sample_columns[4], middle);
}
calx_status sample_set_big(const struct sample *sample, int64_t big)
{
    return calx_instance_set_int64(sample, &sample_columns[5], big);
}
calx_status sample_set_utiny(const struct sample *sample, uint8_t utiny)
{
    return calx_instance_set_uint64(sample, &sample_columns[6], utiny);
}
calx_status sample_set_usmall(const struct sample *sample, uint16_t usmall)
{
    return calx_instance_set_uint64(sample, &sample_columns[7], usmall);
}
calx_status sample_set_umiddle(const struct sample *sample, uint32_t umiddle)
{
    return calx_instance_set_uint64(sample, &sample_columns[8], umiddle);
}
calx_status sample_set_ubig(const struct sample *sample, uint64_t ubig)
{
    return calx_instance_set_uint64(sample, &sample_columns[9], ubig);
}
calx_status sample_set_plain(const struct sample *sample, int plain)
{
    return calx_instance_set_int64(sample, &sample_columns[10], plain);
}
calx_status sample_set_wide(const struct sample *sample, unsigned int wide)
{
    return calx_instance_set_uint64(sample, &sample_columns[11], wide);
}
calx_status sample_set_ratio(const struct sample *sample, float ratio)
{
    return calx_instance_set_double(sample, &sample_columns[12], ratio);
}
calx_status sample_set_exact(const struct sample *sample, double exact)
{
    return calx_instance_set_double(sample, &sample_columns[13], exact);
}
calx_status sample_set_height(const struct sample *sample, level height)
{
    return calx_instance_set_int64(sample, &sample_columns[14], height);
}
calx_status sample_set_text(const struct sample *sample, const char *text)
{
    return calx_instance_set_text(sample, &sample_columns[15], text);
}
calx_status sample_set_note(const struct sample *sample, const char *note)
{
    return calx_instance_set_text(sample, &sample_columns[16], note);
}
calx_status sample_set_serial(const struct sample *sample, const char *serial)
{
    return calx_instance_set_text(sample, &sample_columns[17], serial);
}
calx_status sample_set_image(const struct sample *sample, calx_bytes image)
{
    return calx_instance_set_bytes(sample, &sample_columns[18], image);
}
calx_status sample_set_taken(const struct sample *sample, calx_timestamp taken)
{
    return calx_instance_set_timestamp(sample, &sample_columns[19], taken);
}
calx_status sample_set_maybe(const struct sample *sample, calx_nullable_bool maybe)
{
    return calx_instance_set_nullable(sample, &sample_columns[20], &maybe);
}
calx_status sample_set_maybe_tiny(const struct sample *sample, calx_nullable_int8 maybe_tiny)
{
    return calx_instance_set_nullable(sample, &sample_columns[21], &maybe_tiny);
}
calx_status sample_set_maybe_small(const struct sample *sample, calx_nullable_int16 maybe_small)
{
    return calx_instance_set_nullable(sample, &sample_columns[22], &maybe_small);
}
calx_status sample_set_maybe_middle(const struct sample *sample, calx_nullable_int32 maybe_middle)
{
    return calx_instance_set_nullable(sample, &sample_columns[23], &maybe_middle);
}
calx_status sample_set_maybe_big(const struct sample *sample, calx_nullable_int64 maybe_big)
{
    return calx_instance_set_nullable(sample, &sample_columns[24], &maybe_big);
}
calx_status sample_set_maybe_utiny(const struct sample *sample, calx_nullable_uint8 maybe_utiny)
{
    return calx_instance_set_nullable(sample, &sample_columns[25], &maybe_utiny);
}
calx_status sample_set_maybe_usmall(const struct sample *sample, calx_nullable_uint16 maybe_usmall)
{
    return calx_instance_set_nullable(sample, &sample_columns[26], &maybe_usmall);
}
calx_status sample_set_maybe_umiddle(const struct sample *sample,
                                     calx_nullable_uint32 maybe_umiddle)
{
    return calx_instance_set_nullable(sample, &sample_columns[27], &maybe_umiddle);
}
calx_status sample_set_maybe_ubig(const struct sample *sample, calx_nullable_uint64 maybe_ubig)
{
    return calx_instance_set_nullable(sample, &sample_columns[28], &maybe_ubig);
}
calx_status sample_set_maybe_ratio(const struct sample *sample, calx_nullable_float maybe_ratio)
{
    return calx_instance_set_nullable(sample, &sample_columns[29], &maybe_ratio);
}
calx_status sample_set_maybe_exact(const struct sample *sample, calx_nullable_double maybe_exact)
{
    return calx_instance_set_nullable(sample, &sample_columns[30], &maybe_exact);
}
calx_status sample_set_maybe_taken(const struct sample *sample, calx_nullable_timestamp maybe_taken)
{
    return calx_instance_set_nullable(sample, &sample_columns[31], &maybe_taken);
}

/* The typed face of calx_query. */
sample_query *sample_query_new(calx_session *session)
{
    return (sample_query *)calx_query_new(session, &sample_mapper);
}
void sample_query_free(sample_query *query)
{
    calx_query_free((calx_query *)query);
}
calx_query *sample_query_plain(sample_query *query)
{
    return (calx_query *)query;
}
calx_status sample_query_where(sample_query *query, calx_expression condition)
{
    return calx_query_where((calx_query *)query, condition);
}
calx_status sample_query_where_filter(sample_query *query, const calx_filter *filter)
{
    return calx_query_where_filter((calx_query *)query, filter);
}
calx_status sample_query_order_by(sample_query *query, calx_order order)
{
    return calx_query_order_by((calx_query *)query, order);
}
calx_status sample_query_limit(sample_query *query, int64_t limit)
{
    return calx_query_limit((calx_query *)query, limit);
}
calx_status sample_query_offset(sample_query *query, int64_t offset)
{
    return calx_query_offset((calx_query *)query, offset);
}
calx_status sample_query_options(sample_query *query, calx_option option)
{
    return calx_query_options((calx_query *)query, option);
}
calx_status sample_query_options_along(sample_query *query, const calx_option *parts, size_t count)
{
    return calx_query_options_along((calx_query *)query, parts, count);
}
calx_status sample_query_yield_per(sample_query *query, size_t rows)
{
    return calx_query_yield_per((calx_query *)query, rows);
}
calx_status sample_query_populate_existing(sample_query *query)
{
    return calx_query_populate_existing((calx_query *)query);
}
calx_status sample_query_count(sample_query *query, int64_t *out_count)
{
    return calx_query_count((calx_query *)query, out_count);
}
calx_status sample_query_exists(sample_query *query, bool *out_exists)
{
    return calx_query_exists((calx_query *)query, out_exists);
}
calx_status sample_query_update(sample_query *query, const calx_assignment *assignments,
                                size_t count, int64_t *out_count)
{
    return calx_query_update((calx_query *)query, assignments, count, out_count);
}
calx_status sample_query_delete(sample_query *query, int64_t *out_count)
{
    return calx_query_delete((calx_query *)query, out_count);
}
calx_status sample_query_all(sample_query *query, const struct sample *const **out_items,
                             size_t *out_count)
{
    const void *const *items = NULL, *const **place = out_items != NULL ? &items : NULL;
    const calx_status status = calx_query_all((calx_query *)query, place, out_count);
    if (status == CALX_OK)
        *out_items = (const struct sample *const *)items;
    return status;
}
calx_status sample_query_first(sample_query *query, const struct sample **out_sample)
{
    const void *found = NULL, **place = out_sample != NULL ? &found : NULL;
    return sample_found(calx_query_first((calx_query *)query, place), &found, out_sample);
}
calx_status sample_query_one(sample_query *query, const struct sample **out_sample)
{
    const void *found = NULL, **place = out_sample != NULL ? &found : NULL;
    return sample_found(calx_query_one((calx_query *)query, place), &found, out_sample);
}
calx_status sample_query_one_or_none(sample_query *query, const struct sample **out_sample)
{
    const void *found = NULL, **place = out_sample != NULL ? &found : NULL;
    return sample_found(calx_query_one_or_none((calx_query *)query, place), &found, out_sample);
}
static calx_status sample_each_call(void *context, const void *item)
{
    const struct sample_each *each = context;
    return each->function(each->context, item);
}
calx_status sample_query_each(sample_query *query, sample_function function, void *context)
{
    struct sample_each each = { function, context };
    return calx_query_each((calx_query *)query, function != NULL ? sample_each_call : NULL, &each);
}

/* clang-format off */
static const calx_mapper *const sample_mappers[] = {
    &sample_mapper,
};
const calx_metadata sample_metadata = {
    .abi = CALX_MAPPER_ABI, .name = "sample", .mappers = sample_mappers, .mapper_count = 1,
};
/* clang-format on */
