/*
 * Fuzz target: any bytes as the text of an annotation, of an expression and of a doc comment. A
 * header may carry all of these. Beyond what sanitizers see it checks what the check relies on: a
 * known annotation without a fault has the words its form promises, an expression stays inside its
 * line, and a cleaned comment can be put into another one.
 */
#include "fuzz.h"

#include "reader/annotation.h"
#include "reader/comment.h"
#include "reader/values.h"

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void parse(calx_arena *arena, const char *text)
{
    calx_annotation *annotation = NULL;
    if (!calx_annotation_is_ours(text))
        return;
    require(calx_annotation_parse(arena, text, (calx_place){ 0 }, &annotation) == CALX_OK);
    require(annotation->macro != NULL && annotation->text != NULL);
    bool named = annotation->kind == CALX_ANNOTATION_SECONDARY; /* first a table, of any letters */
    require(!named || annotation->word_count > 0);
    require(!named || strchr(annotation->words[0], '\n') == NULL);
    for (size_t i = named; i < annotation->word_count; i++) {
        const char *word = annotation->words[i];
        require(annotation->fault != NULL || word[0] != '\0');
        require(strpbrk(word, ",\n") == NULL || annotation->fault != NULL);
    }
    if (annotation->kind == CALX_ANNOTATION_ORDER_BY)
        require(annotation->descending != NULL);
    if (annotation->kind == CALX_ANNOTATION_REFERENCES)
        require(annotation->fault != NULL || annotation->word_count == 2);
    if (annotation->kind != CALX_ANNOTATION_UNKNOWN)
        require(calx_annotation_is_macro(annotation->macro, strlen(annotation->macro)));
}

static void evaluate(const char *text)
{
    if (!calx_values_is_expression(text))
        return;
    require(strpbrk(text, "\n\r#;{}") == NULL || strpbrk(text, "\"'") != NULL);
    require(strpbrk(text, "\n\r") == NULL);
}

static void clean(calx_arena *arena, const char *text)
{
    const char *doc = NULL;
    require(calx_comment_clean(arena, text, &doc) == CALX_OK);
    if (doc == NULL)
        return;
    require(doc[0] != '\0' && strstr(doc, "*/") == NULL && strstr(doc, "/*") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    calx_arena arena;
    calx_arena_init(&arena, 0);
    const char *text = calx_arena_text(&arena, (const char *)data, size);
    require(text != NULL);
    parse(&arena, text);
    evaluate(text);
    clean(&arena, text);
    const char *near = calx_annotation_nearest_macro(text, strlen(text));
    require(near == NULL || calx_annotation_is_macro(near, strlen(near)));
    calx_arena_clear(&arena);
    return 0;
}
