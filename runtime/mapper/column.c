/*
 * Load and store through offsets. Members are reached with memcpy(): the struct is the
 * application's, known here only by offset and size, so no pointer of another type is ever made to
 * it. A value that does not fit its member is an error, never cut or wrapped.
 */
#include "mapper/column.h"

#include <string.h>

static const unsigned char *member_of(const calx_column *column, const void *instance)
{
    return (const unsigned char *)instance + column->offset;
}

/* Whether the flag beside a nullable scalar says that there is a value. */
static bool has_value(const calx_column *column, const void *instance)
{
    if ((column->flags & CALX_COLUMN_NULL_FLAG) == 0)
        return true;
    unsigned char flag;
    memcpy(&flag, (const unsigned char *)instance + column->null_offset, 1);
    return flag != 0;
}

calx_value_type calx_column_value_type(const calx_column *column)
{
    switch (column->type) {
    case CALX_TYPE_BOOL:
        return CALX_VALUE_BOOL;
    case CALX_TYPE_INT8:
    case CALX_TYPE_INT16:
    case CALX_TYPE_INT32:
    case CALX_TYPE_INT64:
        return CALX_VALUE_INT64;
    case CALX_TYPE_UINT8:
    case CALX_TYPE_UINT16:
    case CALX_TYPE_UINT32:
    case CALX_TYPE_UINT64:
        return CALX_VALUE_UINT64;
    case CALX_TYPE_FLOAT:
    case CALX_TYPE_DOUBLE:
        return CALX_VALUE_DOUBLE;
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
        return CALX_VALUE_TEXT;
    case CALX_TYPE_BYTES:
        return CALX_VALUE_BYTES;
    case CALX_TYPE_TIMESTAMP:
        return CALX_VALUE_TIMESTAMP;
    }
    return CALX_VALUE_NULL;
}

static calx_value read_integer(calx_type type, const unsigned char *member)
{
    union {
        int8_t i8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
    } as;
    switch (type) {
    case CALX_TYPE_INT8:
        memcpy(&as.i8, member, sizeof as.i8);
        return calx_value_int64(as.i8);
    case CALX_TYPE_INT16:
        memcpy(&as.i16, member, sizeof as.i16);
        return calx_value_int64(as.i16);
    case CALX_TYPE_INT32:
        memcpy(&as.i32, member, sizeof as.i32);
        return calx_value_int64(as.i32);
    case CALX_TYPE_UINT8:
        memcpy(&as.u8, member, sizeof as.u8);
        return calx_value_uint64(as.u8);
    case CALX_TYPE_UINT16:
        memcpy(&as.u16, member, sizeof as.u16);
        return calx_value_uint64(as.u16);
    case CALX_TYPE_UINT32:
        memcpy(&as.u32, member, sizeof as.u32);
        return calx_value_uint64(as.u32);
    case CALX_TYPE_UINT64:
        memcpy(&as.u64, member, sizeof as.u64);
        return calx_value_uint64(as.u64);
    default:
        memcpy(&as.i64, member, sizeof as.i64);
        return calx_value_int64(as.i64);
    }
}

static calx_value read_real(calx_type type, const unsigned char *member)
{
    if (type == CALX_TYPE_FLOAT) {
        float small;
        memcpy(&small, member, sizeof small);
        return calx_value_double((double)small);
    }
    double real;
    memcpy(&real, member, sizeof real);
    return calx_value_double(real);
}

/* The text behind a pointer member; NULL: none. */
static const char *read_pointer(const unsigned char *member)
{
    const char *text;
    memcpy(&text, member, sizeof text);
    return text;
}

static calx_bytes read_bytes(const unsigned char *member)
{
    calx_bytes bytes;
    memcpy(&bytes, member, sizeof bytes);
    return bytes;
}

static calx_status read_char_array(const calx_column *column, const unsigned char *member,
                                   calx_value *out_value)
{
    const unsigned char *end = memchr(member, '\0', column->size);
    if (end == NULL)
        return CALX_E_DATA;
    *out_value = calx_value_text_n((const char *)member, (size_t)(end - member));
    return CALX_OK;
}

static calx_value read_bool(const unsigned char *member)
{
    return calx_value_bool(*member != 0);
}

static calx_value read_timestamp(const unsigned char *member)
{
    calx_timestamp timestamp;
    memcpy(&timestamp, member, sizeof timestamp);
    return calx_value_timestamp(timestamp);
}

calx_status calx_column_read(const calx_column *column, const void *instance, calx_value *out_value)
{
    const unsigned char *member = member_of(column, instance);
    if (!has_value(column, instance)) {
        *out_value = calx_value_null();
        return CALX_OK;
    }
    switch (column->type) {
    case CALX_TYPE_TEXT:
        *out_value = calx_value_text(read_pointer(member));
        return CALX_OK;
    case CALX_TYPE_CHAR_ARRAY:
        return read_char_array(column, member, out_value);
    case CALX_TYPE_BYTES:
        *out_value = calx_value_bytes(read_bytes(member));
        return CALX_OK;
    case CALX_TYPE_BOOL:
        *out_value = read_bool(member);
        return CALX_OK;
    case CALX_TYPE_FLOAT:
    case CALX_TYPE_DOUBLE:
        *out_value = read_real(column->type, member);
        return CALX_OK;
    case CALX_TYPE_TIMESTAMP:
        *out_value = read_timestamp(member);
        return CALX_OK;
    default:
        *out_value = read_integer(column->type, member);
        return CALX_OK;
    }
}

/* The value is of the column's class and in its range: only the size is left to choose by. */
static void store_integer(calx_type type, unsigned char *member, const calx_value *value)
{
    int8_t i8 = (int8_t)value->as.int64;
    int16_t i16 = (int16_t)value->as.int64;
    int32_t i32 = (int32_t)value->as.int64;
    uint8_t u8 = (uint8_t)value->as.uint64;
    uint16_t u16 = (uint16_t)value->as.uint64;
    uint32_t u32 = (uint32_t)value->as.uint64;
    switch (type) {
    case CALX_TYPE_INT8:
        memcpy(member, &i8, sizeof i8);
        break;
    case CALX_TYPE_INT16:
        memcpy(member, &i16, sizeof i16);
        break;
    case CALX_TYPE_INT32:
        memcpy(member, &i32, sizeof i32);
        break;
    case CALX_TYPE_UINT8:
        memcpy(member, &u8, sizeof u8);
        break;
    case CALX_TYPE_UINT16:
        memcpy(member, &u16, sizeof u16);
        break;
    case CALX_TYPE_UINT32:
        memcpy(member, &u32, sizeof u32);
        break;
    case CALX_TYPE_UINT64:
        memcpy(member, &value->as.uint64, sizeof value->as.uint64);
        break;
    default:
        memcpy(member, &value->as.int64, sizeof value->as.int64);
        break;
    }
}

static void store_span(const calx_column *column, unsigned char *member, const calx_value *value)
{
    const void *data = value->as.span.data;
    size_t size = value->as.span.size;
    if (column->type == CALX_TYPE_TEXT) {
        memcpy(member, &data, sizeof data);
    } else if (column->type == CALX_TYPE_BYTES) {
        calx_bytes bytes = { data, size };
        memcpy(member, &bytes, sizeof bytes);
    } else {
        memmove(member, data, size);
        memset(member + size, 0, column->size - size);
    }
}

static void store_value(const calx_column *column, unsigned char *member, const calx_value *value)
{
    float small = 0;
    switch (column->type) {
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
    case CALX_TYPE_BYTES:
        store_span(column, member, value);
        break;
    case CALX_TYPE_BOOL:
        memcpy(member, &value->as.boolean, sizeof value->as.boolean);
        break;
    case CALX_TYPE_FLOAT:
        small = (float)value->as.real;
        memcpy(member, &small, sizeof small);
        break;
    case CALX_TYPE_DOUBLE:
        memcpy(member, &value->as.real, sizeof value->as.real);
        break;
    default:
        store_integer(column->type, member, value);
        break;
    }
}

bool calx_column_takes_null(const calx_column *column)
{
    return (column->flags & CALX_COLUMN_NULL_FLAG) != 0 || column->type == CALX_TYPE_TEXT ||
           column->type == CALX_TYPE_BYTES;
}

/*
 * The way of nearly every value of a row: of the column's own class, where any value fits. What has
 * a range, a length or a NUL to look for goes the long way.
 */
static bool write_exact(const calx_column *column, unsigned char *member, const calx_value *value)
{
    int32_t small = (int32_t)value->as.int64;
    if ((column->type == CALX_TYPE_INT64 && value->type == CALX_VALUE_INT64) ||
        (column->type == CALX_TYPE_TIMESTAMP && value->type == CALX_VALUE_TIMESTAMP)) {
        memcpy(member, &value->as.int64, sizeof value->as.int64);
    } else if (column->type == CALX_TYPE_DOUBLE && value->type == CALX_VALUE_DOUBLE) {
        memcpy(member, &value->as.real, sizeof value->as.real);
    } else if (column->type == CALX_TYPE_INT32 && value->type == CALX_VALUE_INT64 &&
               small == value->as.int64) {
        memcpy(member, &small, sizeof small);
    } else if (column->type == CALX_TYPE_TEXT && value->type == CALX_VALUE_TEXT &&
               memchr(value->as.span.data, '\0', value->as.span.size) == NULL) {
        memcpy(member, &value->as.span.data, sizeof value->as.span.data);
    } else {
        return false;
    }
    return true;
}

static void store_has_value(const calx_column *column, void *instance, bool has)
{
    if (column->flags & CALX_COLUMN_NULL_FLAG)
        memcpy((unsigned char *)instance + column->null_offset, &has, sizeof has);
}

calx_status calx_column_write(const calx_column *column, void *instance, const calx_value *value,
                              const char **out_reason)
{
    unsigned char *member = (unsigned char *)instance + column->offset;
    calx_value fitted;
    if (write_exact(column, member, value)) {
        store_has_value(column, instance, true);
        return CALX_OK;
    }
    calx_status status = calx_column_fit(column, value, &fitted, out_reason);
    if (status != CALX_OK)
        return status;
    bool is_null = fitted.type == CALX_VALUE_NULL;
    if (is_null)
        memset(member, 0, column->size);
    else
        store_value(column, member, &fitted);
    store_has_value(column, instance, !is_null);
    return CALX_OK;
}

static bool is_among(const uint16_t *columns, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i] == column)
            return true;
    return false;
}

/* Whether the foreign key of a collection, or of its association, points at the column. */
static bool is_pointed_at(const calx_relationship *relationship, size_t column)
{
    const calx_mapper *mapper = relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY
                                    ? relationship->association
                                    : relationship->target;
    if (relationship->kind == CALX_RELATIONSHIP_ONE)
        return false;
    const calx_foreign_key *key = &mapper->foreign_keys[relationship->foreign_key];
    return is_among(key->target_columns, key->column_count, column);
}

bool calx_column_is_fixed(const calx_mapper *mapper, size_t column)
{
    if ((mapper->columns[column].flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0 ||
        is_among(mapper->key, mapper->key_count, column))
        return true;
    for (size_t i = 0; i < mapper->foreign_key_count; i++)
        if (is_among(mapper->foreign_keys[i].columns, mapper->foreign_keys[i].column_count, column))
            return true;
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (is_pointed_at(&mapper->relationships[i], column))
            return true;
    return false;
}
