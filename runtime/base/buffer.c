/*
 * The text builder. The rule it keeps: after the first failure nothing is appended any more, so a
 * text is either whole or not there; no caller ever sees one with a hole.
 */
#include "base/buffer.h"

#include "base/allocator.h"

#include <stdio.h>
#include <string.h>

enum { SMALLEST_CAPACITY = 64, DIGITS_OF_UINT64 = 20 };

static const calx_buffer empty_buffer = CALX_BUFFER_INIT;

void calx_buffer_init(calx_buffer *buffer)
{
    *buffer = empty_buffer;
}

void calx_buffer_clear(calx_buffer *buffer)
{
    calx_release(buffer->data);
    *buffer = empty_buffer;
}

void calx_buffer_reset(calx_buffer *buffer)
{
    buffer->size = 0;
    buffer->status = CALX_OK;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void calx_buffer_fail(calx_buffer *buffer, calx_status status)
{
    if (buffer->status == CALX_OK)
        buffer->status = status;
}

static calx_status grow(calx_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity;
    if (capacity < SMALLEST_CAPACITY)
        capacity = SMALLEST_CAPACITY;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    char *data = calx_resize(buffer->data, capacity);
    if (data == NULL) {
        buffer->status = CALX_E_NOMEM;
        return CALX_E_NOMEM;
    }
    if (buffer->data == NULL)
        data[0] = '\0';
    buffer->data = data;
    buffer->capacity = capacity;
    return CALX_OK;
}

calx_status calx_buffer_reserve(calx_buffer *buffer, size_t more_size)
{
    if (buffer->status != CALX_OK)
        return buffer->status;
    if (more_size < buffer->capacity - buffer->size)
        return CALX_OK;
    if (more_size > SIZE_MAX - 1 - buffer->size) {
        buffer->status = CALX_E_NOMEM;
        return CALX_E_NOMEM;
    }
    return grow(buffer, buffer->size + more_size + 1);
}

void calx_buffer_put(calx_buffer *buffer, const char *text)
{
    calx_buffer_put_n(buffer, text, strlen(text));
}

void calx_buffer_put_n(calx_buffer *buffer, const char *text, size_t size)
{
    if (calx_buffer_reserve(buffer, size) != CALX_OK || size == 0)
        return;
    memcpy(buffer->data + buffer->size, text, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void calx_buffer_char(calx_buffer *buffer, char letter)
{
    calx_buffer_put_n(buffer, &letter, 1);
}

void calx_buffer_uint(calx_buffer *buffer, uint64_t number)
{
    char digits[DIGITS_OF_UINT64];
    char *first = digits + sizeof(digits);
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    calx_buffer_put_n(buffer, first, (size_t)(digits + sizeof(digits) - first));
}

void calx_buffer_int(calx_buffer *buffer, int64_t number)
{
    if (number < 0) {
        calx_buffer_char(buffer, '-');
        calx_buffer_uint(buffer, UINT64_C(0) - (uint64_t)number);
    } else {
        calx_buffer_uint(buffer, (uint64_t)number);
    }
}

void calx_buffer_format(calx_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    calx_buffer_format_v(buffer, format, arguments);
    va_end(arguments);
}

void calx_buffer_format_v(calx_buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    if (calx_buffer_reserve(buffer, 0) != CALX_OK)
        goto out;
    size_t room = buffer->capacity - buffer->size;
    int size = vsnprintf(buffer->data + buffer->size, room, format, arguments);
    if (size >= 0 && (size_t)size >= room) {
        /* It was cut: end the text where it was, then once more with enough room. */
        buffer->data[buffer->size] = '\0';
        if (calx_buffer_reserve(buffer, (size_t)size) != CALX_OK)
            goto out;
        size = vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, again);
    }
    if (size >= 0) {
        buffer->size += (size_t)size;
    } else {
        buffer->data[buffer->size] = '\0';
        calx_buffer_fail(buffer, CALX_E_DATA);
    }
out:
    va_end(again);
}

void calx_buffer_cut(calx_buffer *buffer, size_t size)
{
    if (size >= buffer->size)
        return;
    buffer->size = size;
    buffer->data[size] = '\0';
}

const char *calx_buffer_text(const calx_buffer *buffer)
{
    return buffer->data != NULL ? buffer->data : "";
}

calx_status calx_buffer_finish(calx_buffer *buffer, char **out_text, size_t *out_size)
{
    /* Also an empty text is memory of its own, so that the caller can release it. */
    calx_status status = calx_buffer_reserve(buffer, 0);
    if (status != CALX_OK) {
        calx_buffer_clear(buffer);
        return status;
    }
    *out_text = buffer->data;
    if (out_size != NULL)
        *out_size = buffer->size;
    *buffer = empty_buffer;
    return CALX_OK;
}
