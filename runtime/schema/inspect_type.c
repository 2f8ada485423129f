/*
 * What a type is. A database with types of its own names them exactly, so one that is not in the
 * table is unknown; one that takes any word for a type has rules for words it does not know, which
 * are tried after the exact names (ENG-223). Numbers behind the name are kept in either case.
 */
#include "schema/inspector.h"

#include <stdint.h>
#include <string.h>

static char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static bool starts_with(const char *text, const char *word)
{
    while (*word != '\0' && upper(*text) == upper(*word)) {
        text++;
        word++;
    }
    return *word == '\0';
}

static bool contains(const char *text, const char *word)
{
    for (; *text != '\0'; text++) {
        if (starts_with(text, word))
            return true;
    }
    return false;
}

/* Where the numbers begin, outside of a quoted name; or the end. */
static const char *find_numbers(const char *text)
{
    bool quoted = false;
    for (; *text != '\0' && (quoted || *text != '('); text++) {
        if (*text == '"')
            quoted = !quoted;
    }
    return text;
}

/* A whole number at *text, which moves behind it; -1: there is none, or one too large. */
static int32_t read_number(const char **text)
{
    int64_t number = -1;
    while (**text == ' ' || **text == '(' || **text == ',')
        (*text)++;
    bool negative = **text == '-';
    if (negative || **text == '+')
        (*text)++;
    for (; **text >= '0' && **text <= '9'; (*text)++) {
        number = (number < 0 ? 0 : number * 10) + (**text - '0');
        if (number > INT32_MAX)
            return -1;
    }
    return (int32_t)(negative && number > 0 ? -number : number);
}

static bool has_length(calx_type_family family)
{
    return family == CALX_FAMILY_TEXT || family == CALX_FAMILY_BYTES || family == CALX_FAMILY_BITS;
}

static void read_numbers(calx_inspected_type *type, const char *text)
{
    const char *at = find_numbers(text);
    int32_t first = *at == '(' ? read_number(&at) : -1;
    bool more = first != -1 && strchr(at, ',') != NULL;
    type->length = has_length(type->family) ? first : -1;
    type->precision = has_length(type->family) ? -1 : first;
    type->scale = more && !has_length(type->family) ? read_number(&at) : -1;
}

/* The name before the numbers, without blanks behind it. */
static size_t name_size(const char *text)
{
    size_t size = (size_t)(find_numbers(text) - text);
    while (size > 0 && text[size - 1] == ' ')
        size--;
    return size;
}

static const calx_inspection_type *find_exact(const calx_inspection *inspection, const char *name,
                                              size_t size)
{
    const calx_inspection_type *type = inspection->types;
    while (type->name != NULL && (strlen(type->name) != size || !starts_with(name, type->name)))
        type++;
    return type->name != NULL ? type : NULL;
}

static const calx_inspection_affinity *find_affinity(const calx_inspection *inspection,
                                                     const char *name)
{
    const calx_inspection_affinity *rule = inspection->affinities;
    for (; rule->part != NULL; rule++) {
        if (rule->part[0] == '\0' ? name[0] == '\0' : contains(name, rule->part))
            break;
    }
    return rule;
}

static void read_word(const calx_inspection *inspection, const char *word, calx_inspected_type *out)
{
    const calx_inspection_type *type = find_exact(inspection, word, name_size(word));
    if (type != NULL) {
        out->name = type->name;
        out->family = type->family;
        return;
    }
    const calx_inspection_affinity *rule = find_affinity(inspection, word);
    out->name = rule->name;
    out->family = rule->family;
}

static calx_type_family read_family(const calx_inspection *inspection, const calx_value *row)
{
    const char *kind = row[3].as.span.data;
    if (kind[0] == 'e')
        return CALX_FAMILY_ENUM;
    if (kind[0] == 'd')
        return CALX_FAMILY_DOMAIN;
    if (row[2].type == CALX_VALUE_TEXT)
        return CALX_FAMILY_UNKNOWN;
    const calx_inspection_type *type =
        find_exact(inspection, row[1].as.span.data, row[1].as.span.size);
    return type != NULL ? type->family : CALX_FAMILY_UNKNOWN;
}

void calx_inspect_type(calx_inspector *inspector, const calx_value *row, calx_inspected_type *out)
{
    *out = (calx_inspected_type){ .text = calx_inspect_text(inspector, &row[0]),
                                  .schema = calx_inspect_text(inspector, &row[2]),
                                  .is_array = row[4].as.boolean };
    if (inspector->inspection->affinities != NULL) {
        read_word(inspector->inspection, row[1].as.span.data, out);
    } else {
        out->name = calx_inspect_text(inspector, &row[1]);
        out->family = read_family(inspector->inspection, row);
    }
    read_numbers(out, row[0].as.span.data);
}
