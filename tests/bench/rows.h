/*
 * Rows as a floor keeps them: one block each, the struct and behind it its texts, since what a
 * statement gives is gone with the next row.
 */
#ifndef TESTS_BENCH_ROWS_H
#define TESTS_BENCH_ROWS_H

#include "bench.h"
#include "models.h"

#include <stdlib.h>
#include <string.h>

typedef struct entry_list {
    struct entry **items;
    size_t count, room;
} entry_list;

/* A text as the database gave it; NULL data is SQL NULL. */
typedef struct row_text {
    const char *data;
    size_t size;
} row_text;

static inline char *row_put_text(char *at, row_text text, const char **out_text)
{
    if (text.data == NULL) {
        *out_text = NULL;
        return at;
    }
    *out_text = memcpy(at, text.data, text.size);
    at[text.size] = '\0';
    return at + text.size + 1;
}

/* The numbers are the caller's to fill in. */
static inline struct entry *row_new_entry(row_text name, row_text email)
{
    struct entry *entry = bench_memory(sizeof(*entry) + name.size + email.size + 2);
    char *at = row_put_text((char *)(entry + 1), name, &entry->name);
    row_put_text(at, email, &entry->email);
    return entry;
}

static inline struct person *row_new_person(int64_t id, row_text name)
{
    struct person *person = bench_memory(sizeof(*person) + name.size + 1);
    person->id = id;
    row_put_text((char *)(person + 1), name, &person->name);
    return person;
}

static inline struct address *row_new_address(int64_t id, int64_t person_id, row_text email)
{
    struct address *address = bench_memory(sizeof(*address) + email.size + 1);
    address->id = id;
    address->person_id = person_id;
    row_put_text((char *)(address + 1), email, &address->email);
    return address;
}

static inline void entry_list_put(entry_list *list, struct entry *entry)
{
    if (list->count == list->room) {
        list->room = list->room > 0 ? list->room * 2 : 16;
        list->items = realloc(list->items, list->room * sizeof(struct entry *));
        if (list->items == NULL)
            bench_fail("realloc", "no memory");
    }
    list->items[list->count++] = entry;
}

static inline void entry_list_clear(entry_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (entry_list){ NULL, 0, 0 };
}

#endif
