/*
 * The parser. It trusts nothing: a stanza with a line that is none, a field twice or a NUL inside
 * is malformed as a whole, its mistake is reported with file and line, and reading goes on behind
 * the next empty line. Memory grows with the largest stanza only.
 */
#define _XOPEN_SOURCE 700

#include "control.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { FIELD_LIMIT = 64 };

/* Positions in the text of the stanza, which may move while it grows. */
typedef struct field {
    size_t name;
    size_t value;
    size_t line;
} field;

struct control {
    FILE *stream;
    char *path;
    char *line;
    size_t line_size;
    size_t line_number;
    char *text;
    size_t text_size;
    size_t text_capacity;
    field fields[FIELD_LIMIT];
    size_t field_count;
    long long size;
    long long read;
    char message[512];
};

control *control_open(const char *path)
{
    control *file = calloc(1, sizeof(*file));
    struct stat facts;
    if (file == NULL)
        return NULL;
    file->path = strdup(path);
    file->stream = fopen(path, "r");
    if (file->path == NULL || file->stream == NULL) {
        int reason = errno;
        control_close(file);
        errno = reason;
        return NULL;
    }
    if (fstat(fileno(file->stream), &facts) == 0)
        file->size = facts.st_size;
    return file;
}

void control_close(control *file)
{
    if (file == NULL)
        return;
    if (file->stream != NULL)
        fclose(file->stream);
    free(file->path);
    free(file->line);
    free(file->text);
    free(file);
}

int control_percent(const control *file)
{
    return file->size > 0 && file->read < file->size ? (int)(file->read * 100 / file->size) : 100;
}

const char *control_message(const control *file)
{
    return file->message;
}

static void complain_at(control *file, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain_at(control *file, size_t line, const char *format, ...)
{
    va_list arguments;
    int used = snprintf(file->message, sizeof(file->message), "%.300s:%zu: ", file->path, line);
    va_start(arguments, format);
    vsnprintf(file->message + used, sizeof(file->message) - (size_t)used, format, arguments);
    va_end(arguments);
}

static const field *find(const control *file, const char *name)
{
    for (size_t i = 0; i < file->field_count; i++) {
        if (strcasecmp(file->text + file->fields[i].name, name) == 0)
            return &file->fields[i];
    }
    return NULL;
}

const char *control_field(const control *file, const char *name)
{
    const field *found = find(file, name);
    return found != NULL ? file->text + found->value : NULL;
}

void control_complain(control *file, const char *name, const char *what)
{
    const field *found = find(file, name);
    complain_at(file, found != NULL ? found->line : file->line_number, "%s: %s", name, what);
}

/* Puts bytes and a NUL behind the text of the stanza; false: no memory. */
static bool put(control *file, const char *bytes, size_t size)
{
    if (file->text_size + size + 1 > file->text_capacity) {
        size_t capacity = (file->text_size + size + 1) * 2;
        char *text = realloc(file->text, capacity);
        if (text == NULL)
            return false;
        file->text = text;
        file->text_capacity = capacity;
    }
    memcpy(file->text + file->text_size, bytes, size);
    file->text_size += size;
    file->text[file->text_size++] = '\0';
    return true;
}

static control_result out_of_memory(control *file)
{
    complain_at(file, file->line_number, "no memory");
    return CONTROL_FAILED;
}

static control_result malformed(control *file, const char *what)
{
    complain_at(file, file->line_number, "%s", what);
    return CONTROL_MALFORMED;
}

/* A line that goes on with the value of the field before. */
static control_result take_continuation(control *file, const char *line, size_t size)
{
    if (file->field_count == 0)
        return malformed(file, "a continuation line without a field before it");
    file->text[file->text_size - 1] = '\n';
    return put(file, line + 1, size - 1) ? CONTROL_STANZA : out_of_memory(file);
}

static control_result take_field(control *file, const char *line, size_t size)
{
    const char *colon = memchr(line, ':', size);
    field *next = &file->fields[file->field_count];
    if (colon == NULL || colon == line)
        return malformed(file, "neither a field (Name: value) nor a continuation line");
    if (file->field_count == FIELD_LIMIT)
        return malformed(file, "too many fields");
    const char *value = colon + 1;
    while (value < line + size && isblank((unsigned char)*value))
        value++;
    *next = (field){ .name = file->text_size, .line = file->line_number };
    if (!put(file, line, (size_t)(colon - line)))
        return out_of_memory(file);
    next->value = file->text_size;
    if (!put(file, value, (size_t)(line + size - value)))
        return out_of_memory(file);
    if (control_field(file, file->text + next->name) != NULL)
        return malformed(file, "this field is there twice");
    file->field_count++;
    return CONTROL_STANZA;
}

/* The next line without its end; -1 at the end of the file. */
static long next_line(control *file)
{
    long size = getline(&file->line, &file->line_size, file->stream);
    if (size < 0)
        return -1;
    file->line_number++;
    file->read += size;
    while (size > 0 && isspace((unsigned char)file->line[size - 1]))
        size--;
    file->line[size] = '\0';
    return size;
}

static control_result take_line(control *file, size_t size)
{
    if (memchr(file->line, '\0', size) != NULL)
        return malformed(file, "a NUL byte");
    if (isblank((unsigned char)file->line[0]))
        return take_continuation(file, file->line, size);
    return take_field(file, file->line, size);
}

control_result control_next(control *file)
{
    control_result result = CONTROL_STANZA;
    bool begun = false;
    file->field_count = 0;
    file->text_size = 0;
    for (long size = next_line(file); size >= 0; size = next_line(file)) {
        if (size == 0 && begun)
            return result;
        begun = begun || size > 0;
        if (size > 0 && result == CONTROL_STANZA)
            result = take_line(file, (size_t)size);
        if (result == CONTROL_FAILED)
            return result;
    }
    if (ferror(file->stream)) {
        complain_at(file, file->line_number, "%s", strerror(errno));
        return CONTROL_FAILED;
    }
    return begun ? result : CONTROL_END;
}

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* Copies what stands before one of the stop characters; NULL: nothing, or too much. */
static const char *take_word(const char *text, const char *stops, char *word, size_t capacity)
{
    size_t size = strcspn(text, stops);
    if (size == 0 || size >= capacity)
        return NULL;
    memcpy(word, text, size);
    word[size] = '\0';
    return text + size;
}

static bool is_relation(const char *text)
{
    static const char *const known[] = { "<<", "<=", "=", ">=", ">>" };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(text, known[i]) == 0)
            return true;
    }
    return false;
}

/* `(relation version)`; NULL: it is none. */
static const char *take_bound(const char *text, control_alternative *alternative)
{
    size_t size = strspn(text = skip_blanks(text + 1), "<=>");
    if (size == 0 || size >= sizeof(alternative->relation))
        return NULL;
    memcpy(alternative->relation, text, size);
    alternative->relation[size] = '\0';
    text = take_word(skip_blanks(text + size), " \t\n)", alternative->version,
                     sizeof(alternative->version));
    if (text == NULL || !is_relation(alternative->relation))
        return NULL;
    text = skip_blanks(text);
    return *text == ')' ? text + 1 : NULL;
}

bool control_alternative_read(const char **text, control_alternative *out_alternative,
                              bool *out_is_last)
{
    const char *at = take_word(skip_blanks(*text), " \t\n,|():", out_alternative->name,
                               sizeof(out_alternative->name));
    out_alternative->relation[0] = '\0';
    out_alternative->version[0] = '\0';
    if (at != NULL && *at == ':')
        at += strcspn(at, " \t\n,|(");
    if (at != NULL && *(at = skip_blanks(at)) == '(')
        at = take_bound(at, out_alternative);
    if (at == NULL || strchr(",|", *(at = skip_blanks(at))) == NULL)
        return false;
    *out_is_last = *at != '|';
    bool separated = *at != '\0';
    *text = skip_blanks(at + separated);
    return !separated || **text != '\0';
}

bool control_number(const char *text, int64_t *out_number)
{
    char *end = NULL;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0')
        return false;
    *out_number = number;
    return true;
}
