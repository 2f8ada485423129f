/*
 * Questions about members: empty, the same, too long. The unit of work finds changes with these,
 * so "the same" is about content wherever the content belongs to the value.
 */
#include "mapper/column.h"

#include <string.h>

static bool is_null(const calx_column *column, const void *instance)
{
    if ((column->flags & CALX_COLUMN_NULL_FLAG) == 0)
        return false;
    return ((const unsigned char *)instance)[column->null_offset] == 0;
}

static bool all_zero(const unsigned char *bytes, size_t size)
{
    uint64_t word;
    if (size == sizeof word) {
        memcpy(&word, bytes, sizeof word);
        return word == 0;
    }
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

bool calx_column_is_empty(const calx_column *column, const void *instance)
{
    const unsigned char *member = (const unsigned char *)instance + column->offset;
    if (column->flags & CALX_COLUMN_NULL_FLAG)
        return is_null(column, instance);
    switch (column->type) {
    case CALX_TYPE_CHAR_ARRAY:
        return member[0] == '\0';
    case CALX_TYPE_BYTES:
        return all_zero(member + offsetof(calx_bytes, data), sizeof(const void *));
    default:
        return all_zero(member, column->size);
    }
}

static bool same_text(const void *left, const void *right)
{
    const char *left_text;
    const char *right_text;
    memcpy(&left_text, left, sizeof left_text);
    memcpy(&right_text, right, sizeof right_text);
    if (left_text == right_text)
        return true;
    return left_text != NULL && right_text != NULL && strcmp(left_text, right_text) == 0;
}

static bool same_bytes(const void *left, const void *right)
{
    calx_bytes left_bytes;
    calx_bytes right_bytes;
    memcpy(&left_bytes, left, sizeof left_bytes);
    memcpy(&right_bytes, right, sizeof right_bytes);
    if (left_bytes.data == NULL || right_bytes.data == NULL)
        return left_bytes.data == right_bytes.data;
    if (left_bytes.size != right_bytes.size)
        return false;
    return left_bytes.data == right_bytes.data ||
           memcmp(left_bytes.data, right_bytes.data, left_bytes.size) == 0;
}

bool calx_column_same(const calx_column *column, const void *left, const void *right)
{
    const unsigned char *left_member = (const unsigned char *)left + column->offset;
    const unsigned char *right_member = (const unsigned char *)right + column->offset;
    bool left_null = is_null(column, left);
    if (left_null || is_null(column, right))
        return left_null == is_null(column, right);
    switch (column->type) {
    case CALX_TYPE_TEXT:
        return same_text(left_member, right_member);
    case CALX_TYPE_BYTES:
        return same_bytes(left_member, right_member);
    case CALX_TYPE_CHAR_ARRAY:
        return strncmp((const char *)left_member, (const char *)right_member, column->size) == 0;
    default:
        return memcmp(left_member, right_member, column->size) == 0;
    }
}

/* UTF-8: every byte that does not continue a character begins one. */
static size_t count_characters(const unsigned char *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += (text[i] & 0xc0) != 0x80;
    return count;
}

bool calx_column_too_long(const calx_column *column, const calx_value *value)
{
    if (column->length == 0 || value->type != CALX_VALUE_TEXT ||
        value->as.span.size <= column->length)
        return false;
    return count_characters(value->as.span.data, value->as.span.size) > column->length;
}
