/*
 * What every part of the check needs: reporting, memory, and finding things by name.
 */
#include "check/context.h"

#include "model/spelling.h"

#include "base/buffer.h"
#include "base/hash.h"

#include <string.h>

calx_diagnostic *calx_check_report(calx_check_context *context, const calx_check_entity *entity,
                                   calx_rule rule, calx_place place, const char *format, ...)
{
    if (entity != NULL && entity->from->external)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    calx_diagnostic *diagnostic =
        calx_diagnostics_add_v(context->diagnostics, calx_rules[rule].severity, place,
                               calx_rules[rule].code, format, arguments);
    va_end(arguments);
    return diagnostic;
}

static const char *format_text(calx_check_context *context, const char *format, va_list arguments)
{
    calx_buffer text = CALX_BUFFER_INIT;
    calx_buffer_format_v(&text, format, arguments);
    const char *kept = NULL;
    if (text.status == CALX_OK)
        kept = calx_arena_text(context->arena, calx_buffer_text(&text), text.size);
    calx_buffer_clear(&text);
    if (kept == NULL)
        context->status = CALX_E_NOMEM;
    return kept != NULL ? kept : "";
}

const char *calx_check_format(calx_check_context *context, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = format_text(context, format, arguments);
    va_end(arguments);
    return text;
}

void calx_check_fix(calx_check_context *context, calx_diagnostic *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = to != NULL ? format_text(context, format, arguments) : "";
    va_end(arguments);
    calx_diagnostics_note(context->diagnostics, to, (calx_place){ 0 }, "%s", text);
}

void calx_check_see(calx_check_context *context, calx_diagnostic *to, calx_place place,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = to != NULL ? format_text(context, format, arguments) : "";
    va_end(arguments);
    calx_diagnostics_note(context->diagnostics, to, place, "%s", text);
}

void *calx_check_array(calx_check_context *context, size_t count, size_t size)
{
    void *block = calx_arena_array(context->arena, count, size);
    if (block == NULL)
        context->status = CALX_E_NOMEM;
    return block;
}

calx_check_entity *calx_check_find_type(const calx_check_context *context, const char *c_type)
{
    for (size_t i = 0; i < context->entity_count; i++) {
        if (strcmp(context->entities[i].facts->c_type, c_type) == 0)
            return &context->entities[i];
    }
    return NULL;
}

calx_check_entity *calx_check_find_entity(const calx_check_context *context, const char *name)
{
    for (size_t i = 0; i < context->entity_count; i++) {
        if (strcmp(context->entities[i].facts->tag, name) == 0)
            return &context->entities[i];
    }
    const calx_declared_alias *alias = context->declarations->aliases;
    while (alias != NULL && strcmp(alias->name, name) != 0)
        alias = alias->next;
    return alias != NULL ? calx_check_find_type(context, alias->c_type) : NULL;
}

const calx_model_column *calx_check_find_column(const calx_check_entity *entity, const char *member)
{
    for (size_t i = 0; i < entity->facts->column_count; i++) {
        if (strcmp(entity->columns[i].member, member) == 0)
            return &entity->columns[i];
    }
    return NULL;
}

calx_model_relationship *calx_check_find_relationship(const calx_check_entity *entity,
                                                      const char *member)
{
    for (size_t i = 0; i < entity->facts->relationship_count; i++) {
        if (strcmp(entity->relationships[i].member, member) == 0)
            return &entity->relationships[i];
    }
    return NULL;
}

void calx_check_suggest_entity(calx_check_context *context, calx_diagnostic *to, const char *name)
{
    calx_spelling guess = { 0 };
    for (size_t i = 0; i < context->entity_count; i++)
        calx_spelling_try(&guess, name, strlen(name), context->entities[i].facts->tag);
    const calx_declared_name *declared = NULL; /* the last one, which may define it */
    for (const calx_declared_name *one = context->declarations->names; one != NULL;
         one = one->next) {
        if (one->is_tag && strcmp(one->name, name) == 0)
            declared = one;
    }
    if (declared != NULL)
        calx_check_see(context, to, declared->place,
                       "'struct %s' is declared here; an entity says CALX_ENTITY(\"table\") where "
                       "it is defined, in a header that is named or included",
                       name);
    else if (guess.nearest != NULL)
        calx_check_fix(context, to, "did you mean '%s'?", guess.nearest);
}

void calx_check_suggest_member(calx_check_context *context, calx_diagnostic *to,
                               const calx_check_entity *entity, const char *name)
{
    calx_spelling guess = { 0 };
    for (size_t i = 0; i < entity->facts->column_count; i++)
        calx_spelling_try(&guess, name, strlen(name), entity->columns[i].member);
    if (guess.nearest != NULL)
        calx_check_fix(context, to, "did you mean '%s'?", guess.nearest);
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

bool calx_check_same_name(const char *left, const char *right)
{
    while (*left != '\0' && lower(*left) == lower(*right)) {
        left++;
        right++;
    }
    return lower(*left) == lower(*right);
}

uint64_t calx_check_hash_name(const char *name)
{
    uint64_t hash = 0;
    for (; *name != '\0'; name++)
        hash = calx_hash_u64(hash ^ (unsigned char)lower(*name));
    return hash;
}

static bool has_control_character(const char *name)
{
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            return true;
    }
    return false;
}

void calx_check_database_name(calx_check_context *context, const calx_check_entity *entity,
                              calx_place place, const char *what, const char *name)
{
    size_t size = strlen(name);
    if (size == 0)
        calx_check_report(context, entity, CALX_RULE_DATABASE_NAME, place, "the %s name is empty",
                          what);
    else if (size > CALX_CHECK_LONGEST_NAME)
        calx_check_report(context, entity, CALX_RULE_DATABASE_NAME, place,
                          "the %s name '%.20s...' has %zu bytes: databases keep the first %d", what,
                          name, size, CALX_CHECK_LONGEST_NAME);
    else if (has_control_character(name))
        calx_check_report(context, entity, CALX_RULE_DATABASE_NAME, place,
                          "the %s name has a control character in it", what);
}
