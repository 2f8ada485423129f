/*
 * Fuzz target: any bytes as the CREATE text of a table and of an index. Beyond what sanitizers see
 * it checks that what is said to be SQL stands in the text as it is said, without blanks around it,
 * and that constraints have what their kind needs.
 */
#include "fuzz.h"

#include "schema/create_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_blank(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

static void check_sql(const char *text, const char *sql)
{
    size_t size = strlen(sql);
    require(strstr(text, sql) != NULL);
    require(size == 0 || (!is_blank(sql[0]) && !is_blank(sql[size - 1])));
}

static void check_names(const calx_create_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        require(list->items[i] != NULL);
}

static void check_table(calx_arena *arena, const char *text)
{
    calx_create_text table;
    require(calx_create_text_read(arena, text, &table) == CALX_OK);
    for (size_t i = 0; i < table.count; i++) {
        const calx_create_constraint *constraint = &table.constraints[i];
        bool has_sql =
            constraint->kind == CALX_CREATE_CHECK || constraint->kind == CALX_CREATE_COMPUTED;
        require((constraint->sql != NULL) == has_sql);
        require((constraint->target != NULL) == (constraint->kind == CALX_CREATE_FOREIGN));
        require(constraint->deferrable || !constraint->deferred);
        require(!constraint->deferrable || constraint->kind == CALX_CREATE_FOREIGN);
        check_names(&constraint->columns);
        if (has_sql)
            check_sql(text, constraint->sql);
    }
}

static void check_index(calx_arena *arena, const char *text)
{
    calx_create_index index;
    require(calx_create_index_read(arena, text, &index) == CALX_OK);
    for (size_t i = 0; i < index.parts.count; i++)
        check_sql(text, index.parts.items[i]);
    if (index.predicate != NULL)
        check_sql(text, index.predicate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    calx_arena arena;
    char *text = malloc(size + 1);
    require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    calx_arena_init(&arena, 0);
    check_table(&arena, text);
    check_index(&arena, text);
    calx_arena_clear(&arena);
    free(text);
    return 0;
}
