/*
 * Some columns of a mapper. A session meets few such sets, so they stand in a list of the entity.
 */
#include "session/choice.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "session/loading.h"

#include <string.h>

static bool is_same_set(const calx_mapper *mapper, const uint64_t *left, const uint64_t *right)
{
    return memcmp(left, right, calx_plan_words(mapper) * sizeof(*left)) == 0;
}

/* Those of the runs that follow each other; answers how many columns there are. */
static size_t find_runs(const calx_mapper *mapper, const uint64_t *columns, uint16_t *places,
                        calx_column_run *runs, size_t *out_count)
{
    uint16_t at = 0;
    size_t count = 0;
    for (uint16_t i = 0; i < mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        bool goes_on = count > 0 && runs[count - 1].column + runs[count - 1].count == i;
        if (goes_on)
            runs[count - 1].count++;
        else
            runs[count++] = (calx_column_run){ at, i, 1 };
        places[i] = at++;
    }
    *out_count = count;
    return at;
}

/* One block: the record, the set, steps, classes, runs and places. */
static calx_choice *new_choice(const calx_mapper *mapper, const uint64_t *columns)
{
    size_t most = mapper->column_count;
    size_t words = calx_plan_words(mapper);
    size_t set = (sizeof(calx_choice) + 7) & ~(size_t)7;
    size_t steps = set + words * sizeof(uint64_t);
    size_t wanted = steps + most * sizeof(calx_row_step);
    size_t runs = wanted + most * sizeof(calx_value_type);
    size_t places = runs + most * sizeof(calx_column_run);
    char *block = calx_alloc_zeroed(places + most * sizeof(uint16_t));
    if (block == NULL)
        return NULL;
    calx_choice *choice = (calx_choice *)(void *)block;
    memcpy(block + set, columns, words * sizeof(uint64_t));
    choice->columns = (uint64_t *)(void *)(block + set);
    choice->runs = (calx_column_run *)(void *)(block + runs);
    choice->places = (uint16_t *)(void *)(block + places);
    choice->column_count = find_runs(mapper, columns, (uint16_t *)(void *)(block + places),
                                     (calx_column_run *)(void *)(block + runs), &choice->run_count);
    calx_row_form_init(&choice->form, mapper, choice->columns,
                       (calx_value_type *)(void *)(block + wanted),
                       (calx_row_step *)(void *)(block + steps));
    return choice;
}

static calx_status find(calx_session *session, calx_entity *entity, const uint64_t *columns,
                        const calx_choice **out_choice)
{
    calx_choice *choice = entity->choices;
    while (choice != NULL && !is_same_set(entity->mapper, choice->columns, columns))
        choice = choice->next;
    if (choice == NULL) {
        choice = new_choice(entity->mapper, columns);
        if (choice == NULL)
            return calx_error_set_nomem(&session->error);
        choice->next = entity->choices;
        entity->choices = choice;
    }
    *out_choice = choice;
    return CALX_OK;
}

/* Whether a column stays away: it is in the set, or it is deferred and nobody gave a set. */
static bool is_left_out(const calx_mapper *mapper, const uint64_t *left_out, size_t column)
{
    bool is = left_out != NULL ? calx_plan_has(left_out, column)
                               : (mapper->columns[column].flags & CALX_COLUMN_DEFERRED) != 0;
    return is && !calx_column_is_fixed(mapper, column);
}

static calx_status choose(calx_session *session, calx_entity *entity, const uint64_t *left_out,
                          const calx_choice **out_choice)
{
    const calx_mapper *mapper = entity->mapper;
    size_t count = 0;
    uint64_t *chosen = calx_alloc_zeroed(calx_plan_words(mapper) * sizeof(*chosen));
    if (chosen == NULL)
        return calx_error_set_nomem(&session->error);
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (is_left_out(mapper, left_out, i))
            continue;
        calx_plan_include(chosen, i);
        count++;
    }
    calx_status status = CALX_OK;
    *out_choice = NULL;
    if (count < mapper->column_count)
        status = find(session, entity, chosen, out_choice);
    calx_release(chosen);
    return status;
}

calx_status calx_choice_without(calx_session *session, calx_entity *entity,
                                const uint64_t *left_out, const calx_choice **out_choice)
{
    *out_choice = NULL;
    return left_out == NULL ? CALX_OK : choose(session, entity, left_out, out_choice);
}

calx_status calx_choice_usual(calx_session *session, calx_entity *entity,
                              const calx_choice **out_choice)
{
    calx_status status = CALX_OK;
    if (entity->usual == NULL && entity->has_deferred)
        status = choose(session, entity, NULL, &entity->usual);
    *out_choice = entity->usual;
    return status;
}

calx_status calx_choice_at(calx_session *session, calx_entity *entity, const calx_loads *place,
                           const calx_choice **out_choice)
{
    return place == NULL ? calx_choice_usual(session, entity, out_choice)
                         : calx_choice_without(session, entity, place->left_out, out_choice);
}

void calx_choices_free(calx_entity *entity)
{
    while (entity->choices != NULL) {
        calx_choice *next = entity->choices->next;
        calx_release(entity->choices);
        entity->choices = next;
    }
    entity->usual = entity->chosen = NULL;
    calx_loads_release(entity->joining);
    entity->joining = NULL;
}

calx_status calx_choice_read(calx_session *session, calx_entity *entity, const calx_choice *choice,
                             calx_cursor *cursor, size_t first)
{
    const calx_value_type *wanted = entity->form.wanted;
    calx_status status = CALX_OK;
    entity->chosen = choice;
    if (choice == NULL)
        status =
            calx_cursor_read_from(cursor, first, wanted, entity->row, entity->mapper->column_count);
    for (size_t i = 0; choice != NULL && status == CALX_OK && i < choice->run_count; i++) {
        const calx_column_run *run = &choice->runs[i];
        status = calx_cursor_read_from(cursor, first + run->at, wanted + run->column,
                                       entity->row + run->column, run->count);
    }
    return status == CALX_OK ? CALX_OK : calx_session_read_failed(session, entity, cursor);
}
