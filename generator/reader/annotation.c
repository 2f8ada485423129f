/*
 * Annotation texts. One table says of each annotation how it is written, what its text is, and
 * where it may stand; the check asks the annotation, never the table. Texts come from foreign
 * headers: every byte is looked at before it is believed.
 */
#include "reader/annotation.h"

#include "model/spelling.h"

#include "base/buffer.h"

#include <string.h>

typedef enum text_form {
    FORM_NONE,   /* no text */
    FORM_TEXT,   /* any text, also none */
    FORM_FILLED, /* any text with a letter in it */
    FORM_NUMBER, /* an integer constant expression */
    FORM_NAMES,  /* names with commas between them */
    FORM_ORDER,  /* the same, with asc or desc behind each */
    FORM_TABLE   /* a text, which is the first word; behind a line end perhaps names */
} text_form;

typedef struct annotation_rule {
    const char *key;
    const char *macro;
    calx_annotation_kind kind;
    unsigned on;
    text_form form;
    size_t least_words;
    size_t most_words;
    bool repeatable;
} annotation_rule;

static const annotation_rule rules[] = {
    { "entity", "CALX_ENTITY", CALX_ANNOTATION_ENTITY, CALX_ON_ENTITY, FORM_TEXT, 0, 0, false },
    { "result", "CALX_RESULT", CALX_ANNOTATION_RESULT, CALX_ON_ENTITY | CALX_ON_RESULT, FORM_NONE,
      0, 0, false },
    { "name", "CALX_NAME", CALX_ANNOTATION_NAME, CALX_ON_ENTITY | CALX_ON_RESULT, FORM_NAMES, 1, 1,
      false },
    { "index", "CALX_INDEX", CALX_ANNOTATION_INDEX, CALX_ON_ENTITY, FORM_NAMES, 2, SIZE_MAX, true },
    { "unique-index", "CALX_UNIQUE_INDEX", CALX_ANNOTATION_UNIQUE_INDEX, CALX_ON_ENTITY, FORM_NAMES,
      2, SIZE_MAX, true },
    { "legacy-is-orphan", "CALX_LEGACY_IS_ORPHAN", CALX_ANNOTATION_LEGACY_IS_ORPHAN, CALX_ON_ENTITY,
      FORM_NONE, 0, 0, false },
    { "primary-key", "CALX_PRIMARY_KEY", CALX_ANNOTATION_PRIMARY_KEY, CALX_ON_COLUMN, FORM_NONE, 0,
      0, false },
    { "not-null", "CALX_NOT_NULL", CALX_ANNOTATION_NOT_NULL, CALX_ON_COLUMN | CALX_ON_RESULT_MEMBER,
      FORM_NONE, 0, 0, false },
    { "unique", "CALX_UNIQUE", CALX_ANNOTATION_UNIQUE, CALX_ON_COLUMN, FORM_NONE, 0, 0, false },
    { "length", "CALX_LENGTH", CALX_ANNOTATION_LENGTH, CALX_ON_COLUMN, FORM_NUMBER, 0, 0, false },
    { "column", "CALX_COLUMN", CALX_ANNOTATION_COLUMN, CALX_ON_COLUMN | CALX_ON_RESULT_MEMBER,
      FORM_TEXT, 0, 0, false },
    { "default", "CALX_DEFAULT", CALX_ANNOTATION_DEFAULT, CALX_ON_COLUMN, FORM_TEXT, 0, 0, false },
    { "server-default", "CALX_SERVER_DEFAULT", CALX_ANNOTATION_SERVER_DEFAULT, CALX_ON_COLUMN,
      FORM_FILLED, 0, 0, false },
    { "check", "CALX_CHECK", CALX_ANNOTATION_CHECK, CALX_ON_COLUMN, FORM_FILLED, 0, 0, false },
    { "references", "CALX_REFERENCES", CALX_ANNOTATION_REFERENCES, CALX_ON_COLUMN, FORM_NAMES, 2, 2,
      false },
    { "on-delete", "CALX_ON_DELETE", CALX_ANNOTATION_ON_DELETE, CALX_ON_COLUMN, FORM_NAMES, 1, 1,
      false },
    { "on-update", "CALX_ON_UPDATE", CALX_ANNOTATION_ON_UPDATE, CALX_ON_COLUMN, FORM_NAMES, 1, 1,
      false },
    { "deferred", "CALX_DEFERRED", CALX_ANNOTATION_DEFERRED, CALX_ON_COLUMN, FORM_NONE, 0, 0,
      false },
    { "ignore", "CALX_IGNORE", CALX_ANNOTATION_IGNORE, CALX_ON_IGNORED, FORM_NONE, 0, 0, false },
    { "version-column", "CALX_VERSION_COLUMN", CALX_ANNOTATION_VERSION_COLUMN, CALX_ON_COLUMN,
      FORM_NONE, 0, 0, false },
    { "version-function", "CALX_VERSION_FUNCTION", CALX_ANNOTATION_VERSION_FUNCTION, CALX_ON_COLUMN,
      FORM_NAMES, 1, 1, false },
    { "version-manual", "CALX_VERSION_MANUAL", CALX_ANNOTATION_VERSION_MANUAL, CALX_ON_COLUMN,
      FORM_NONE, 0, 0, false },
    { "one", "CALX_ONE", CALX_ANNOTATION_ONE, CALX_ON_RELATIONSHIP, FORM_NONE, 0, 0, false },
    { "many", "CALX_MANY", CALX_ANNOTATION_MANY, CALX_ON_RELATIONSHIP, FORM_NONE, 0, 0, false },
    { "via", "CALX_VIA", CALX_ANNOTATION_VIA, CALX_ON_RELATIONSHIP, FORM_NAMES, 1, SIZE_MAX,
      false },
    { "inverse", "CALX_INVERSE", CALX_ANNOTATION_INVERSE, CALX_ON_RELATIONSHIP, FORM_NAMES, 1, 1,
      false },
    { "secondary", "CALX_SECONDARY", CALX_ANNOTATION_SECONDARY, CALX_ON_RELATIONSHIP, FORM_TABLE, 0,
      0, false },
    { "cascade", "CALX_CASCADE", CALX_ANNOTATION_CASCADE, CALX_ON_RELATIONSHIP, FORM_NAMES, 1,
      SIZE_MAX, false },
    { "order-by", "CALX_ORDER_BY", CALX_ANNOTATION_ORDER_BY, CALX_ON_RELATIONSHIP, FORM_ORDER, 1,
      SIZE_MAX, false },
    { "view-only", "CALX_VIEW_ONLY", CALX_ANNOTATION_VIEW_ONLY, CALX_ON_RELATIONSHIP, FORM_NONE, 0,
      0, false },
    { "single-parent", "CALX_SINGLE_PARENT", CALX_ANNOTATION_SINGLE_PARENT, CALX_ON_RELATIONSHIP,
      FORM_NONE, 0, 0, false },
    { "post-update", "CALX_POST_UPDATE", CALX_ANNOTATION_POST_UPDATE, CALX_ON_RELATIONSHIP,
      FORM_NONE, 0, 0, false },
    { "passive-deletes", "CALX_PASSIVE_DELETES", CALX_ANNOTATION_PASSIVE_DELETES,
      CALX_ON_RELATIONSHIP, FORM_NAMES, 1, 1, false },
    { "passive-updates", "CALX_PASSIVE_UPDATES", CALX_ANNOTATION_PASSIVE_UPDATES,
      CALX_ON_RELATIONSHIP, FORM_NAMES, 1, 1, false },
    { "lazy", "CALX_LAZY", CALX_ANNOTATION_LAZY, CALX_ON_RELATIONSHIP, FORM_NAMES, 1, 1, false },
    { "inner-join", "CALX_INNER_JOIN", CALX_ANNOTATION_INNER_JOIN, CALX_ON_RELATIONSHIP, FORM_NONE,
      0, 0, false },
    { "join-depth", "CALX_JOIN_DEPTH", CALX_ANNOTATION_JOIN_DEPTH, CALX_ON_RELATIONSHIP,
      FORM_NUMBER, 0, 0, false },
    { "load-on-pending", "CALX_LOAD_ON_PENDING", CALX_ANNOTATION_LOAD_ON_PENDING,
      CALX_ON_RELATIONSHIP, FORM_NONE, 0, 0, false },
    { "public-method", "CALX_PUBLIC_METHOD", CALX_ANNOTATION_PUBLIC_METHOD, CALX_ON_FUNCTION,
      FORM_NONE, 0, 0, false },
    { "not-scoped", "CALX_NOT_SCOPED", CALX_ANNOTATION_NOT_SCOPED, CALX_ON_FUNCTION, FORM_NONE, 0,
      0, false },
};

enum { RULE_COUNT = sizeof(rules) / sizeof(rules[0]) };

static const char prefix[] = "calx:";

bool calx_annotation_is_ours(const char *text)
{
    return strncmp(text, prefix, sizeof(prefix) - 1) == 0;
}

static bool is_word(const char *word, const char *start, size_t size)
{
    return strlen(word) == size && memcmp(word, start, size) == 0;
}

static const annotation_rule *find_rule(const char *key, size_t size)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (is_word(rules[i].key, key, size))
            return &rules[i];
    }
    return NULL;
}

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/* What C takes as part of a name; bytes of UTF-8 are the compiler's to judge. */
static bool is_name_byte(char letter, bool first)
{
    unsigned char byte = (unsigned char)letter;
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte == '$' || byte >= 0x80 || (!first && byte >= '0' && byte <= '9');
}

static bool is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_name_byte(text[i], i == 0))
            return false;
    }
    return size != 0;
}

/* `struct user` names the same as `user` does. */
static void skip_struct(const char **start, size_t *size)
{
    static const char word[] = "struct ";
    size_t length = sizeof(word) - 1;
    if (*size <= length || memcmp(*start, word, length) != 0)
        return;
    *start += length;
    *size -= length;
    while (*size != 0 && is_space(**start)) {
        (*start)++;
        (*size)--;
    }
}

static const char *quote_fault(calx_arena *arena, const char *text, size_t size)
{
    calx_buffer fault = CALX_BUFFER_INIT;
    calx_buffer_format(&fault, "'%.*s' is not a name", (int)(size < 64 ? size : 64), text);
    const char *kept =
        fault.status == CALX_OK ? calx_arena_text(arena, fault.data, fault.size) : NULL;
    calx_buffer_clear(&fault);
    return kept;
}

static size_t count_words(const char *text)
{
    size_t count = 1;
    for (; *text != '\0'; text++)
        count += *text == ',';
    return count;
}

/* Cuts the next piece before a comma, without the space around it. */
static const char *next_word(const char *text, const char **out_start, size_t *out_size)
{
    const char *end = text + strcspn(text, ",");
    const char *after = *end == ',' ? end + 1 : end;
    while (text < end && is_space(*text))
        text++;
    while (end > text && is_space(end[-1]))
        end--;
    *out_start = text;
    *out_size = (size_t)(end - text);
    skip_struct(out_start, out_size);
    return after;
}

static const char *expected(calx_annotation_kind kind)
{
    switch (kind) {
    case CALX_ANNOTATION_REFERENCES:
        return "it takes an entity and one of its members: CALX_REFERENCES(user, id)";
    case CALX_ANNOTATION_INDEX:
        return "it takes the index's name, then its members: CALX_INDEX(by_email, email)";
    case CALX_ANNOTATION_UNIQUE_INDEX:
        return "it takes the index's name, then its members: CALX_UNIQUE_INDEX(by_email, email)";
    case CALX_ANNOTATION_ORDER_BY:
        return "it takes members of the target, each perhaps with asc or desc behind it: "
               "CALX_ORDER_BY(position, id desc)";
    case CALX_ANNOTATION_SECONDARY:
        return "it takes the table's name in quotes, then perhaps the names of its columns: "
               "CALX_SECONDARY(\"post_tags\", post_id, tag_id)";
    case CALX_ANNOTATION_NAME:
    case CALX_ANNOTATION_ON_DELETE:
    case CALX_ANNOTATION_ON_UPDATE:
    case CALX_ANNOTATION_PASSIVE_DELETES:
    case CALX_ANNOTATION_PASSIVE_UPDATES:
    case CALX_ANNOTATION_LAZY:
    case CALX_ANNOTATION_INVERSE:
    case CALX_ANNOTATION_VERSION_FUNCTION:
        return "it takes one name";
    default:
        return "it takes names with commas between them";
    }
}

/* The first thing wrong with a word is told; a name that is missing, by what should be there. */
static calx_status judge_word(calx_arena *arena, calx_annotation *annotation, const char *start,
                              size_t size)
{
    if (annotation->fault != NULL || is_name(start, size))
        return CALX_OK;
    annotation->fault = size == 0 ? expected(annotation->kind) : quote_fault(arena, start, size);
    return annotation->fault != NULL ? CALX_OK : CALX_E_NOMEM;
}

/* Takes asc or desc off the end of a word; answers whether it was desc. */
static bool skip_direction(const char *start, size_t *size)
{
    size_t name = *size;
    while (name > 0 && !is_space(start[name - 1]))
        name--;
    bool ascending = is_word("asc", start + name, *size - name);
    bool descending = is_word("desc", start + name, *size - name);
    if (name == 0 || (!ascending && !descending))
        return false;
    while (name > 0 && is_space(start[name - 1]))
        name--;
    *size = name;
    return descending;
}

/* Cuts text into names, behind those that are there; with out_descending each has a direction. */
static calx_status split_words(calx_arena *arena, calx_annotation *annotation, const char *text,
                               bool *out_descending)
{
    size_t before = annotation->word_count;
    size_t count = before + count_words(text);
    const char **words = calx_arena_array(arena, count, sizeof(*words));
    if (words == NULL)
        return CALX_E_NOMEM;
    const char *rest = text;
    for (size_t i = 0; i < before; i++)
        words[i] = annotation->words[i];
    for (size_t i = before; i < count; i++) {
        const char *start;
        size_t size;
        rest = next_word(rest, &start, &size);
        if (out_descending != NULL)
            out_descending[i] = skip_direction(start, &size);
        words[i] = calx_arena_text(arena, start, size);
        if (words[i] == NULL || judge_word(arena, annotation, start, size) != CALX_OK)
            return CALX_E_NOMEM;
    }
    annotation->words = words;
    annotation->word_count = count;
    return CALX_OK;
}

static bool is_blank(const char *text)
{
    while (is_space(*text))
        text++;
    return *text == '\0';
}

/* A text that begins with a table; one that was written by hand may lack the line end. */
static calx_status split_table(calx_arena *arena, calx_annotation *annotation)
{
    size_t size = strcspn(annotation->text, "\n");
    const char *names = annotation->text + size + (annotation->text[size] == '\n');
    const char **table = calx_arena_array(arena, 1, sizeof(*table));
    if (table != NULL)
        table[0] = calx_arena_text(arena, annotation->text, size);
    if (table == NULL || table[0] == NULL)
        return CALX_E_NOMEM;
    annotation->words = table;
    annotation->word_count = 1;
    return is_blank(names) ? CALX_OK : split_words(arena, annotation, names, NULL);
}

static calx_status split_order(calx_arena *arena, calx_annotation *annotation)
{
    bool *descending = calx_arena_array(arena, count_words(annotation->text), sizeof(*descending));
    annotation->descending = descending;
    return descending != NULL ? split_words(arena, annotation, annotation->text, descending)
                              : CALX_E_NOMEM;
}

static calx_status read_text(calx_arena *arena, const annotation_rule *rule, bool has_text,
                             calx_annotation *annotation)
{
    calx_status status = CALX_OK;
    if (rule->form == FORM_NONE && has_text)
        annotation->fault = "it takes nothing in parentheses";
    else if (rule->form == FORM_FILLED && is_blank(annotation->text))
        annotation->fault = "its text is empty";
    else if (rule->form == FORM_NUMBER && is_blank(annotation->text))
        annotation->fault = "its value is missing";
    if (rule->form == FORM_NAMES)
        status = split_words(arena, annotation, annotation->text, NULL);
    if (rule->form == FORM_ORDER)
        status = split_order(arena, annotation);
    if (rule->form == FORM_TABLE)
        status = split_table(arena, annotation);
    bool listed = rule->form == FORM_NAMES || rule->form == FORM_ORDER;
    bool words_fit = !listed || (annotation->word_count >= rule->least_words &&
                                 annotation->word_count <= rule->most_words);
    if (annotation->fault == NULL && !words_fit)
        annotation->fault = expected(rule->kind);
    return status;
}

calx_status calx_annotation_parse(calx_arena *arena, const char *text, calx_place place,
                                  calx_annotation **out_annotation)
{
    calx_annotation *annotation = calx_arena_array(arena, 1, sizeof(*annotation));
    const char *copy = calx_arena_text(arena, text, strlen(text));
    if (annotation == NULL || copy == NULL)
        return CALX_E_NOMEM;
    const char *key = copy + sizeof(prefix) - 1;
    size_t key_size = strcspn(key, "=");
    bool has_text = key[key_size] == '=';
    const annotation_rule *rule = find_rule(key, key_size);
    annotation->place = place;
    annotation->text = has_text ? key + key_size + 1 : "";
    annotation->macro = rule != NULL ? rule->macro : copy;
    if (rule != NULL) {
        annotation->kind = rule->kind;
        annotation->on = rule->on;
        annotation->repeatable = rule->repeatable;
        if (read_text(arena, rule, has_text, annotation) != CALX_OK)
            return CALX_E_NOMEM;
    }
    *out_annotation = annotation;
    return CALX_OK;
}

bool calx_annotation_is_macro(const char *name, size_t size)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (is_word(rules[i].macro, name, size))
            return true;
    }
    return false;
}

bool calx_annotation_takes_text(const char *name, size_t size)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (is_word(rules[i].macro, name, size))
            return rules[i].form == FORM_TEXT || rules[i].form == FORM_FILLED ||
                   rules[i].form == FORM_TABLE;
    }
    return false;
}

const char *calx_annotation_nearest_macro(const char *name, size_t size)
{
    enum { COMMON = sizeof("CALX_") - 1 }; /* says nothing about how near they are */
    calx_spelling guess = { 0 };
    for (size_t i = 0; i < RULE_COUNT && size > COMMON; i++)
        calx_spelling_try(&guess, name + COMMON, size - COMMON, rules[i].macro + COMMON);
    return guess.nearest != NULL ? guess.nearest - COMMON : NULL;
}
