/*
 * Putting a JSON tree together. jansson takes UTF-8 only, and answers every failure with NULL or
 * -1: texts are made valid before they get there, so that what is left is memory running out.
 */
#include "view/object.h"

#include "base/allocator.h"
#include "view/literal.h"

json_t *calx_view_object(calx_view_maker *maker)
{
    json_t *object = json_object();

    if (!object)
        maker->failed = true;
    return object;
}

json_t *calx_view_array(calx_view_maker *maker)
{
    json_t *array = json_array();

    if (!array)
        maker->failed = true;
    return array;
}

void calx_view_set(calx_view_maker *maker, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        maker->failed = true;
}

void calx_view_append(calx_view_maker *maker, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        maker->failed = true;
}

void calx_view_set_buffer(calx_view_maker *maker, json_t *object, const char *name,
                          calx_buffer *buffer)
{
    char *text = NULL;
    size_t size = 0;

    if (calx_buffer_finish(buffer, &text, &size) == CALX_OK)
        calx_view_set(maker, object, name, json_stringn(text, size));
    else
        maker->failed = true;
    calx_release(text);
}

void calx_view_set_text(calx_view_maker *maker, json_t *object, const char *name, const char *text)
{
    calx_buffer buffer = CALX_BUFFER_INIT;

    calx_view_put_valid(&buffer, text ? text : "");
    calx_view_set_buffer(maker, object, name, &buffer);
}

void calx_view_set_format(calx_view_maker *maker, json_t *object, const char *name,
                          const char *format, ...)
{
    calx_buffer buffer = CALX_BUFFER_INIT;
    va_list arguments;

    va_start(arguments, format);
    calx_buffer_format_v(&buffer, format, arguments);
    va_end(arguments);
    calx_view_set_buffer(maker, object, name, &buffer);
}

void calx_view_set_number(calx_view_maker *maker, json_t *object, const char *name, size_t number)
{
    calx_view_set(maker, object, name, json_integer((json_int_t)number));
}

void calx_view_set_flag(calx_view_maker *maker, json_t *object, const char *name, bool flag)
{
    calx_view_set(maker, object, name, json_boolean(flag));
}

void calx_view_set_literal(calx_view_maker *maker, json_t *object, const char *name,
                           const char *text)
{
    calx_buffer buffer = CALX_BUFFER_INIT;

    calx_view_put_literal(&buffer, text);
    calx_view_set_buffer(maker, object, name, &buffer);
}

void calx_view_set_doc(calx_view_maker *maker, json_t *object, const char *name, const char *doc)
{
    calx_buffer buffer = CALX_BUFFER_INIT;

    calx_view_put_doc(&buffer, doc);
    calx_view_set_buffer(maker, object, name, &buffer);
}
