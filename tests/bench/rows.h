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

/* People with their addresses. */
typedef struct people_list {
    struct person **items;
    size_t count, room;
} people_list;

/* Room for one more of count pointers, which grow by doubling. */
static inline void *row_more(void *items, size_t count)
{
    if ((count & (count - 1)) == 0)
        items = realloc(items, (count > 0 ? count * 2 : 1) * sizeof(void *));
    if (items == NULL)
        bench_fail("realloc", "no memory");
    return items;
}

static inline struct person *people_list_put(people_list *list, struct person *person)
{
    list->items = (struct person **)row_more(list->items, list->count);
    list->items[list->count++] = person;
    person->addresses.items = NULL;
    person->addresses.count = 0;
    return person;
}

/* Both know each other from now on. */
static inline void person_put(struct person *person, struct address *address)
{
    const struct address **items =
        (const struct address **)row_more((void *)person->addresses.items, person->addresses.count);
    items[person->addresses.count++] = address;
    person->addresses.items = items;
    address->person = person;
}

/* Rows come in the order of the list, so that the next person is found without looking. */
static inline struct person *people_list_seek(const people_list *list, size_t *at, int64_t id)
{
    while (*at < list->count && list->items[*at]->id != id)
        ++*at;
    if (*at == list->count)
        bench_fail("people", "an address of nobody");
    return list->items[*at];
}

static inline uint64_t people_list_sum(const people_list *list)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct person *person = list->items[i];
        for (size_t j = 0; j < person->addresses.count; j++)
            sum += (uint64_t)person->addresses.items[j]->id +
                   (unsigned char)person->addresses.items[j]->email[0];
        sum += (unsigned char)person->name[0];
    }
    return sum;
}

static inline void people_list_clear(people_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < list->items[i]->addresses.count; j++)
            free((void *)list->items[i]->addresses.items[j]);
        free((void *)list->items[i]->addresses.items);
        free(list->items[i]);
    }
    free(list->items);
    *list = (people_list){ NULL, 0, 0 };
}

/* What both floors ask; Calx asks the same. */
#define ROW_JOINED                                                                                 \
    "SELECT \"p\".\"id\", \"p\".\"name\", \"a\".\"id\", \"a\".\"email\", \"a\".\"person_id\" "     \
    "FROM "                                                                                        \
    "\"people\" AS \"p\" LEFT OUTER JOIN \"addresses\" AS \"a\" ON \"a\".\"person_id\" = "         \
    "\"p\".\"id\" "                                                                                \
    "ORDER BY \"p\".\"id\", \"a\".\"id\""

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
