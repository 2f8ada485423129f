/*
 * Constant defaults. A default is text in the annotation and becomes a C initializer: it must be a
 * value of its member, since user_new() writes it there without asking.
 */
#include "check/context.h"

#include "base/buffer.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

typedef struct integer_range {
    calx_type type;
    int64_t least;
    uint64_t most;
    const char *words;
} integer_range;

static const integer_range ranges[] = {
    { CALX_TYPE_INT8, INT8_MIN, INT8_MAX, "-128 to 127" },
    { CALX_TYPE_INT16, INT16_MIN, INT16_MAX, "-32768 to 32767" },
    { CALX_TYPE_INT32, INT32_MIN, INT32_MAX, "-2147483648 to 2147483647" },
    { CALX_TYPE_INT64, INT64_MIN, INT64_MAX, "those of 64 bits" },
    { CALX_TYPE_UINT8, 0, UINT8_MAX, "0 to 255" },
    { CALX_TYPE_UINT16, 0, UINT16_MAX, "0 to 65535" },
    { CALX_TYPE_UINT32, 0, UINT32_MAX, "0 to 4294967295" },
    { CALX_TYPE_UINT64, 0, UINT64_MAX, "those of 64 bits without sign" },
    { CALX_TYPE_TIMESTAMP, INT64_MIN, INT64_MAX, "microseconds since 1970" },
};

/* One default on its way into C. */
typedef struct default_attempt {
    calx_check_context *context;
    const calx_model_column *column;
    const calx_annotation *annotation;
    const char *problem; /* NULL: it fits */
} default_attempt;

static const integer_range *find_range(calx_type type)
{
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (ranges[i].type == type)
            return &ranges[i];
    }
    return NULL;
}

static const char *integer_literal(default_attempt *attempt, const integer_range *range)
{
    const calx_annotation *value = attempt->annotation;
    if (!value->has_number) {
        attempt->problem = attempt->column->type == CALX_TYPE_TIMESTAMP
                               ? "it takes microseconds since 1970; for the time of the INSERT "
                                 "write CALX_SERVER_DEFAULT(\"CURRENT_TIMESTAMP\")"
                               : "it takes an integer";
        return NULL;
    }
    bool fits =
        value->negative ? (int64_t)value->number >= range->least : value->number <= range->most;
    if (!fits) {
        attempt->problem = calx_check_format(attempt->context, "its values are %s", range->words);
        return NULL;
    }
    if (value->negative && value->number == (uint64_t)INT64_MIN)
        return "(-9223372036854775807 - 1)";
    if (value->negative)
        return calx_check_format(attempt->context, "%lld", (long long)value->number);
    return calx_check_format(attempt->context, "%llu%s", (unsigned long long)value->number,
                             value->number > INT64_MAX ? "u" : "");
}

static const char *bool_literal(default_attempt *attempt)
{
    const char *text = attempt->annotation->text;
    if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
        return "true";
    if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
        return "false";
    attempt->problem = "it takes \"true\" or \"false\"";
    return NULL;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* Whether a text is a decimal number of C, perhaps with a sign. */
static bool is_real(const char *text, bool *out_integer)
{
    text += *text == '-' || *text == '+';
    size_t whole = count_digits(text);
    text += whole;
    size_t part = 0;
    *out_integer = *text == '\0';
    if (*text == '.') {
        part = count_digits(text + 1);
        text += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        if (count_digits(text) == 0)
            return false;
        text += count_digits(text);
    }
    return *text == '\0';
}

static const char *real_literal(default_attempt *attempt)
{
    const char *text = attempt->annotation->text;
    bool integer;
    if (!is_real(text, &integer)) {
        attempt->problem = "it takes a number such as \"1.5\"";
        return NULL;
    }
    double value = strtod(text, NULL);
    double most = attempt->column->type == CALX_TYPE_FLOAT ? (double)FLT_MAX : DBL_MAX;
    if (value > most || value < -most) {
        attempt->problem = "the number is too large";
        return NULL;
    }
    return calx_check_format(attempt->context, "%s%s", text, integer ? ".0" : "");
}

static void put_letter(calx_buffer *out, const char *text)
{
    unsigned char letter = (unsigned char)*text;
    if (letter == '"' || letter == '\\')
        calx_buffer_format(out, "\\%c", letter);
    else if (letter == '?' && text[1] == '?')
        calx_buffer_put(out, "?\\"); /* two of them may begin a trigraph */
    else if (letter < 0x20 || letter == 0x7f)
        calx_buffer_format(out, "\\%03o", letter);
    else
        calx_buffer_char(out, (char)letter);
}

static const char *quote(default_attempt *attempt, const char *text)
{
    calx_buffer out = CALX_BUFFER_INIT;
    calx_buffer_char(&out, '"');
    for (; *text != '\0'; text++)
        put_letter(&out, text);
    calx_buffer_char(&out, '"');
    const char *literal = calx_check_format(attempt->context, "%s", calx_buffer_text(&out));
    if (out.status != CALX_OK)
        attempt->context->status = out.status;
    calx_buffer_clear(&out);
    return literal;
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static const char *text_literal(default_attempt *attempt)
{
    const calx_model_column *column = attempt->column;
    const char *text = attempt->annotation->text;
    if (column->type == CALX_TYPE_TEXT && column->mutable_)
        attempt->problem = "a constant cannot be written to: make it const char * or an array";
    else if (column->type == CALX_TYPE_CHAR_ARRAY && strlen(text) >= column->size)
        attempt->problem = "the text does not fit into the array";
    else if (column->length != 0 && count_characters(text) > column->length)
        attempt->problem = "the text is longer than its CALX_LENGTH";
    return attempt->problem == NULL ? quote(attempt, text) : NULL;
}

static const char *literal_of(default_attempt *attempt)
{
    const integer_range *range = find_range(attempt->column->type);
    if (range != NULL)
        return integer_literal(attempt, range);
    switch (attempt->column->type) {
    case CALX_TYPE_BOOL:
        return bool_literal(attempt);
    case CALX_TYPE_FLOAT:
    case CALX_TYPE_DOUBLE:
        return real_literal(attempt);
    case CALX_TYPE_TEXT:
    case CALX_TYPE_CHAR_ARRAY:
        return text_literal(attempt);
    default:
        attempt->problem = "this type has no constants: use CALX_SERVER_DEFAULT";
        return NULL;
    }
}

void calx_check_default(calx_check_context *context, const calx_check_entity *entity,
                        calx_model_column *column, const calx_declared_member *member)
{
    const calx_annotation *annotation =
        calx_annotation_find(member->annotations, CALX_ANNOTATION_DEFAULT);
    if (annotation == NULL || annotation->fault != NULL || column->type == 0)
        return;
    default_attempt attempt = { context, column, annotation, NULL };
    column->default_text = annotation->text;
    if (column->key)
        attempt.problem = "a key has no constant default: all rows would have the same";
    else
        column->default_literal = literal_of(&attempt);
    if (attempt.problem == NULL)
        return;
    calx_diagnostic *diagnostic =
        calx_check_report(context, entity, CALX_RULE_DEFAULT, annotation->place,
                          "the default '%s' does not fit '%s', which is %s", annotation->text,
                          column->member, member->type.text);
    calx_check_fix(context, diagnostic, "%s", attempt.problem);
}
