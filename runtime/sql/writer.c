/*
 * Putting parts of a statement. The rule kept: a word of a shape tells which part it is, or stands
 * where only one kind of part can stand, so equal words are equal texts. Words have their kind in
 * the upper bits, where addresses have none.
 */
#include "sql/writer.h"

#include "base/allocator.h"
#include "base/error.h"
#include "sql/name.h"

#include <stdio.h>
#include <string.h>

/* Of words that are not the address of a text. */
#define WORD_NAME      (UINT64_C(1) << 62)
#define WORD_ALIAS     (UINT64_C(1) << 61)
#define WORD_COLUMN    (UINT64_C(1) << 60)
#define WORD_PARAMETER (UINT64_C(1) << 59)

void calx_parameter_list_init(calx_parameter_list *list)
{
    *list = (calx_parameter_list){ .status = CALX_OK };
    calx_arena_init(&list->arena, 0);
}

void calx_parameter_list_clear(calx_parameter_list *list)
{
    calx_release(list->items);
    calx_arena_clear(&list->arena);
    calx_parameter_list_init(list);
}

void calx_parameter_list_reset(calx_parameter_list *list)
{
    list->count = 0;
    list->status = CALX_OK;
    calx_arena_reset(&list->arena);
}

void calx_parameter_list_add(calx_parameter_list *list, calx_value value)
{
    if (list->status != CALX_OK)
        return;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        calx_value *items = calx_resize_array(list->items, capacity, sizeof *items);
        if (items == NULL) {
            list->status = CALX_E_NOMEM;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = value;
}

/* ---- text ---- */

static inline void put_word(calx_shape *shape, uint64_t word)
{
    if (shape->count < CALX_SHAPE_WORDS)
        shape->words[shape->count++] = word;
    else
        shape->is_full = true;
}

void calx_sql_put(calx_sql_writer *writer, const char *text)
{
    if (writer->shape != NULL)
        put_word(writer->shape, (uintptr_t)text);
    else
        calx_buffer_put(writer->out, text);
}

void calx_sql_put_name(calx_sql_writer *writer, const char *name)
{
    if (writer->shape != NULL)
        put_word(writer->shape, WORD_NAME | (uintptr_t)name);
    else
        calx_sql_name(writer->out, writer->dialect, name);
}

void calx_sql_put_table(calx_sql_writer *writer, const char *table)
{
    if (writer->shape == NULL) {
        calx_sql_table(writer->out, writer->dialect, table);
        return;
    }
    if (writer->dialect->schema != NULL) /* which is kept as long as the texts are */
        put_word(writer->shape, WORD_NAME | (uintptr_t)writer->dialect->schema);
    put_word(writer->shape, WORD_NAME | (uintptr_t)table);
}

void calx_sql_put_label(calx_sql_writer *writer, const char *label)
{
    if (writer->shape != NULL)
        calx_sql_put_word(writer, label);
    else
        calx_sql_name(writer->out, writer->dialect, label);
}

void calx_sql_put_alias(calx_sql_writer *writer, char letter, size_t number)
{
    char alias[24];
    if (writer->shape != NULL) {
        put_word(writer->shape, WORD_ALIAS | (uint64_t)(unsigned char)letter << 32 | number);
        return;
    }
    snprintf(alias, sizeof alias, "%c%zu", letter, number);
    calx_sql_name(writer->out, writer->dialect, alias);
}

void calx_sql_put_fact(calx_sql_writer *writer, uint64_t fact)
{
    if (writer->shape != NULL)
        put_word(writer->shape, fact);
}

/* Its length, then its letters: no other text has these words. */
void calx_sql_put_word(calx_sql_writer *writer, const char *word)
{
    size_t size = strlen(word);
    if (writer->shape == NULL) {
        calx_buffer_put_n(writer->out, word, size);
        return;
    }
    put_word(writer->shape, size);
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t letters = 0;
        memcpy(&letters, word + i, size - i < sizeof letters ? size - i : sizeof letters);
        put_word(writer->shape, letters);
    }
}

void calx_sql_put_parameter(calx_sql_writer *writer, calx_value value)
{
    if (writer->again > 0) {
        if (writer->shape == NULL)
            calx_sql_placeholder_again(writer->out, writer->dialect, writer->again);
        writer->again++;
        return;
    }
    calx_parameter_list_add(writer->parameters, value);
    if (writer->shape != NULL)
        put_word(writer->shape, WORD_PARAMETER);
    else
        calx_sql_placeholder(writer->out, writer->dialect, writer->parameters->count);
}

/* ---- columns ---- */

static bool is_meant(const calx_sql_source *source, calx_column_ref ref)
{
    return source->mapper == ref.mapper && source->alias == ref.alias;
}

static void fail_column(calx_sql_writer *writer, calx_column_ref ref)
{
    const char *table = writer->scope->sources[0].mapper->table;
    if (ref.mapper == NULL || ref.column >= ref.mapper->column_count)
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "a column handle that was never set is used in a query "
                                        "over table \"%s\"",
                                        table);
    else if (ref.alias == 0)
        writer->status =
            calx_error_set(writer->error, CALX_E_ARGUMENT,
                           "column \"%s\" of table \"%s\" is used in a query over "
                           "table \"%s\" that does not join it",
                           ref.mapper->columns[ref.column].name, ref.mapper->table, table);
    else
        writer->status = calx_error_set(writer->error, CALX_E_ARGUMENT,
                                        "column \"%s\" of alias %u of table \"%s\" is used in a "
                                        "query over table \"%s\" that does not join this alias",
                                        ref.mapper->columns[ref.column].name, (unsigned)ref.alias,
                                        ref.mapper->table, table);
}

const calx_sql_source *calx_sql_find_source(calx_sql_writer *writer, calx_column_ref ref)
{
    if (writer->status != CALX_OK)
        return NULL;
    bool is_set = ref.mapper != NULL && ref.column < ref.mapper->column_count;
    for (const calx_sql_scope *scope = writer->scope; is_set && scope != NULL; scope = scope->outer)
        for (size_t i = 0; i < scope->count; i++)
            if (is_meant(&scope->sources[i], ref))
                return &scope->sources[i];
    fail_column(writer, ref);
    return NULL;
}

/* For people: with the name of its table. */
static void spell_column(calx_sql_writer *writer, calx_column_ref ref)
{
    if (ref.mapper == NULL || ref.column >= ref.mapper->column_count) {
        calx_buffer_put(writer->out, "a column never set");
        return;
    }
    calx_sql_name(writer->out, writer->dialect, ref.mapper->table);
    calx_buffer_char(writer->out, '.');
    calx_sql_name(writer->out, writer->dialect, ref.mapper->columns[ref.column].name);
}

void calx_sql_put_column(calx_sql_writer *writer, calx_column_ref ref)
{
    if (writer->scope == NULL) {
        spell_column(writer, ref);
        return;
    }
    const calx_sql_source *source = calx_sql_find_source(writer, ref);
    if (source == NULL)
        return;
    if (writer->shape != NULL) {
        put_word(writer->shape, WORD_COLUMN | (uint64_t)(unsigned char)source->letter << 48 |
                                    (uint64_t)source->number << 16 | ref.column);
        return;
    }
    if (source->letter == CALX_SQL_EXCLUDED) {
        calx_buffer_put(writer->out, "excluded.");
    } else if (source->letter != '\0') {
        calx_sql_put_alias(writer, source->letter, source->number);
        calx_buffer_char(writer->out, '.');
    }
    calx_sql_name(writer->out, writer->dialect, ref.mapper->columns[ref.column].name);
}
