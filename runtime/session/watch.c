/*
 * Snapshots and whose memory a text is in. Two rules: the struct's members may at any time point
 * at memory of the application, until the next flush copies it; a snapshot's members never do, so
 * that putting them back cannot leave a field pointing at a dead buffer.
 */
#include "session/checksum.h"
#include "session/set_expression.h"

#include "base/allocator.h"
#include "base/hash.h"
#include "mapper/column.h"
#include "sql/plan.h"

#include <string.h>

/* ---- lists ---- */

void calx_watch_list_append(calx_watch_list *list, calx_watch *watch)
{
    calx_watch_list_remove(watch);
    watch->list = list;
    watch->next = NULL;
    watch->previous = list->last;
    if (list->last != NULL)
        list->last->next = watch;
    else
        list->first = watch;
    list->last = watch;
    list->count++;
}

void calx_watch_list_remove(calx_watch *watch)
{
    calx_watch_list *list = watch->list;
    if (list == NULL)
        return;
    if (watch->previous != NULL)
        watch->previous->next = watch->next;
    else
        list->first = watch->next;
    if (watch->next != NULL)
        watch->next->previous = watch->previous;
    else
        list->last = watch->previous;
    list->count--;
    watch->list = NULL;
    watch->next = watch->previous = NULL;
}

/* ---- the watch itself ---- */

static size_t set_bytes(const calx_mapper *mapper)
{
    return calx_plan_words(mapper) * sizeof(uint64_t);
}

static size_t aligned(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

/* Sets and snapshot lie behind the watch in one block, the snapshot aligned for any struct. */
static size_t snapshot_offset(const calx_mapper *mapper)
{
    return aligned(sizeof(calx_watch) + 2 * set_bytes(mapper));
}

static size_t spare_offset(const calx_mapper *mapper)
{
    return snapshot_offset(mapper) + aligned(mapper->instance_size);
}

static bool is_roomy(const calx_instance *instance)
{
    return (instance->flags & CALX_INSTANCE_ROOMY) != 0;
}

size_t calx_watch_room(const calx_mapper *mapper)
{
    return aligned(mapper->instance_size) - mapper->instance_size + snapshot_offset(mapper) +
           mapper->instance_size;
}

/*
 * The block for a watch: behind the struct where room was left for it, else one of its own. That
 * is of an instance that was loaded and will be updated as a rule: the record it needs then lies
 * behind the snapshot.
 */
static char *take_block(const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    if (is_roomy(instance))
        return (char *)calx_instance_entity(instance) + aligned(mapper->instance_size);
    return calx_alloc(spare_offset(mapper) + calx_record_size(mapper));
}

calx_status calx_watch_ensure(calx_instance *instance)
{
    if (instance->watch != NULL)
        return CALX_OK;
    size_t offset = snapshot_offset(instance->mapper);
    char *block = take_block(instance);
    if (block == NULL)
        return CALX_E_NOMEM;
    memset(block, 0, offset);
    calx_watch *watch = (calx_watch *)(void *)block;
    watch->instance = instance;
    watch->set = (uint64_t *)(void *)(block + sizeof(calx_watch));
    watch->inserted_set = watch->set + calx_plan_words(instance->mapper);
    watch->snapshot = block + offset;
    if (!is_roomy(instance))
        watch->spare = (calx_record *)(void *)(block + spare_offset(instance->mapper));
    instance->watch = watch;
    return CALX_OK;
}

void calx_set_record_free(calx_set_record *record)
{
    calx_arena_clear(&record->arena);
    calx_release(record);
}

static void forget_expressions(calx_watch *watch)
{
    while (watch->expressions != NULL) {
        calx_set_record *record = watch->expressions;
        watch->expressions = record->next;
        calx_set_record_free(record);
    }
}

void calx_watch_drop(calx_instance *instance)
{
    calx_watch *watch = instance->watch;
    if (watch == NULL)
        return;
    instance->watch = NULL;
    if ((instance->flags & CALX_INSTANCE_PARTLY) != 0) { /* which columns will be forgotten */
        instance->flags |= CALX_INSTANCE_EXPIRED;
        instance->flags &= (uint16_t)~CALX_INSTANCE_PARTLY;
    }
    calx_watch_list_remove(watch);
    calx_release(watch->expired);
    forget_expressions(watch);
    calx_watch_forget_origin(watch);
    if (!is_roomy(instance))
        calx_release(watch);
}

/* ---- text ---- */

/* The pointer and length of what a text or bytes column points at; false: not of that kind. */
static bool span_of(const calx_column *column, const void *entity, const void **out_data,
                    size_t *out_size)
{
    if (column->type == CALX_TYPE_TEXT) {
        const char *text = NULL;
        memcpy(&text, (const char *)entity + column->offset, sizeof(text));
        *out_data = text;
        *out_size = text == NULL ? 0 : strlen(text);
        return true;
    }
    if (column->type == CALX_TYPE_BYTES) {
        calx_bytes bytes;
        memcpy(&bytes, (const char *)entity + column->offset, sizeof(bytes));
        *out_data = bytes.data;
        *out_size = bytes.data == NULL ? 0 : bytes.size;
        return true;
    }
    return false;
}

/* The bare pointer of a text or bytes column, without looking at what it points to. */
static const void *pointer_of(const calx_column *column, const void *entity)
{
    const void *pointer = NULL;
    size_t inside = column->type == CALX_TYPE_BYTES ? offsetof(calx_bytes, data) : 0;
    memcpy(&pointer, (const char *)entity + column->offset + inside, sizeof(pointer));
    return pointer;
}

/* Points a text or bytes column of a struct elsewhere; a bytes column keeps its size. */
static void point_at(const calx_column *column, void *entity, const void *data)
{
    size_t inside = column->type == CALX_TYPE_BYTES ? offsetof(calx_bytes, data) : 0;
    memcpy((char *)entity + column->offset + inside, &data, sizeof(data));
}

static bool is_pointer(const calx_column *column)
{
    return column->type == CALX_TYPE_TEXT || column->type == CALX_TYPE_BYTES;
}

static calx_status copy_span(calx_instance *instance, const calx_column *column, void *entity)
{
    const void *data = NULL;
    size_t size = 0;
    if (!span_of(column, entity, &data, &size) || data == NULL)
        return CALX_OK;
    calx_text_block *block = calx_instance_add_text(instance, size);
    if (block == NULL)
        return CALX_E_NOMEM;
    if (size > 0)
        memcpy(block->data, data, size);
    block->data[size] = '\0';
    point_at(column, entity, block->data);
    return CALX_OK;
}

/* Texts of the application that are to be copied: so many at once need one block. */
enum { ROUND = 16 };

typedef struct foreign_text {
    const calx_column *column;
    const void *data;
    size_t size;
} foreign_text;

/* Whether a member points at memory that is not the instance's; if so, at how much. */
static bool is_foreign(const calx_instance *instance, const calx_column *column, foreign_text *out)
{
    const void *entity = calx_instance_entity(instance);
    const void *pointer = pointer_of(column, entity);
    if (pointer == NULL || calx_instance_owns(instance, pointer))
        return false;
    out->column = column;
    out->data = pointer;
    if (column->type == CALX_TYPE_TEXT)
        out->size = strlen(pointer);
    else
        memcpy(&out->size, (const char *)entity + column->offset + offsetof(calx_bytes, size),
               sizeof(out->size));
    return true;
}

/* Those of so many columns; answers how many. */
static size_t find_foreign(const calx_instance *instance, const uint16_t *numbers, size_t count,
                           foreign_text *out)
{
    const calx_column *columns = instance->mapper->columns;
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (is_foreign(instance, &columns[numbers[i]], &out[found]))
            found++;
    return found;
}

/* Room for all texts at once: behind the instance if it is the newest one, else a block. */
static char *take_text(calx_instance *instance, size_t size)
{
    char *behind = calx_instance_extend(instance, size);
    if (behind != NULL)
        return behind;
    calx_text_block *block = calx_instance_add_text(instance, size);
    return block == NULL ? NULL : block->data;
}

/* A NUL behind each. */
static calx_status copy_foreign(calx_instance *instance, const foreign_text *texts, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += texts[i].size + 1;
    char *to = take_text(instance, total);
    if (to == NULL)
        return CALX_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size > 0)
            memcpy(to, texts[i].data, texts[i].size);
        to[texts[i].size] = '\0';
        point_at(texts[i].column, calx_instance_entity(instance), to);
        to += texts[i].size + 1;
    }
    return CALX_OK;
}

/* How many of the columns, from the first on, are the instance's own: as a rule all or none. */
static size_t count_owned(const calx_instance *instance, const uint16_t *numbers, size_t count)
{
    const calx_column *columns = instance->mapper->columns;
    const void *entity = calx_instance_entity(instance);
    size_t owned = 0;
    for (; owned < count; owned++) {
        const void *pointer = pointer_of(&columns[numbers[owned]], entity);
        if (pointer != NULL && !calx_instance_owns(instance, pointer))
            break;
    }
    return owned;
}

calx_status calx_watch_own_columns(calx_instance *instance, const uint16_t *numbers, size_t count)
{
    foreign_text texts[ROUND];
    for (size_t i = count_owned(instance, numbers, count); i < count; i += ROUND) {
        size_t some = count - i < ROUND ? count - i : ROUND;
        size_t found = find_foreign(instance, numbers + i, some, texts);
        if (found > 0 && copy_foreign(instance, texts, found) != CALX_OK)
            return CALX_E_NOMEM;
    }
    return CALX_OK;
}

calx_status calx_watch_own_texts(calx_instance *instance)
{
    uint16_t numbers[ROUND];
    size_t count = 0;
    for (uint16_t i = 0; i < instance->mapper->column_count; i++) {
        if (is_pointer(&instance->mapper->columns[i]))
            numbers[count++] = i;
        bool is_last = i + 1 == instance->mapper->column_count;
        if (count < ROUND && !is_last)
            continue;
        if (calx_watch_own_columns(instance, numbers, count) != CALX_OK)
            return CALX_E_NOMEM;
        count = 0;
    }
    return CALX_OK;
}

static bool points_into(const calx_text_block *block, const calx_instance *instance,
                        const void *entity)
{
    for (size_t i = 0; entity != NULL && i < instance->mapper->column_count; i++) {
        const calx_column *column = &instance->mapper->columns[i];
        uintptr_t pointer = (uintptr_t)(is_pointer(column) ? pointer_of(column, entity) : NULL);
        if (pointer - (uintptr_t)block->data <= block->size)
            return true;
    }
    return false;
}

static bool is_needed(const calx_text_block *block, const calx_instance *instance)
{
    const calx_watch *watch = instance->watch;
    if (points_into(block, instance, calx_instance_entity(instance)))
        return true;
    if (watch == NULL)
        return false;
    if (watch->has_snapshot && points_into(block, instance, watch->snapshot))
        return true;
    for (const calx_record *record = watch->records; record != NULL; record = record->older)
        if (points_into(block, instance, record->origin))
            return true;
    return false;
}

void calx_watch_sweep_texts(calx_instance *instance)
{
    calx_text_block **place = &instance->texts;
    while (*place != NULL) {
        calx_text_block *block = *place;
        if (is_needed(block, instance)) {
            place = &block->next;
        } else {
            *place = block->next;
            calx_release(block);
        }
    }
}

/* ---- writing a member ---- */

/* Too many blocks for the columns there are: some are surely of values set since. */
static bool has_litter(const calx_instance *instance)
{
    size_t blocks = 0;
    for (const calx_text_block *block = instance->texts; block != NULL; block = block->next)
        blocks++;
    return blocks > (size_t)instance->mapper->column_count * 3 + 4;
}

calx_status calx_watch_write(calx_instance *instance, const calx_column *column,
                             const calx_value *value, const char **out_reason)
{
    void *entity = calx_instance_entity(instance);
    calx_value owned = *value;
    if (is_pointer(column) && value->type != CALX_VALUE_NULL && value->as.span.data != NULL) {
        size_t size = value->as.span.size;
        if (has_litter(instance))
            calx_watch_sweep_texts(instance);
        calx_text_block *block = calx_instance_add_text(instance, size);
        if (block == NULL)
            return CALX_E_NOMEM;
        if (size > 0)
            memcpy(block->data, value->as.span.data, size);
        block->data[size] = '\0';
        owned.as.span.data = block->data;
    }
    return calx_column_write(column, entity, &owned, out_reason);
}

/* ---- snapshots ---- */

/* A text the application may write into is compared by content, so the snapshot needs its own. */
static bool is_mutable_text(const calx_column *column)
{
    return (column->flags & CALX_COLUMN_MUTABLE) != 0 && is_pointer(column);
}

static calx_status own_mutable_texts(calx_instance *instance, void *snapshot)
{
    for (size_t i = 0; i < instance->mapper->column_count; i++) {
        const calx_column *column = &instance->mapper->columns[i];
        if (is_mutable_text(column) && copy_span(instance, column, snapshot) != CALX_OK)
            return CALX_E_NOMEM;
    }
    return CALX_OK;
}

/* A session knows it of the mappers it has met. */
static bool has_mutable_texts(const calx_instance *instance)
{
    const calx_mapper *mapper = instance->mapper;
    const calx_session *session = instance->session;
    if (session != NULL && session->last_entity != NULL && session->last_entity->mapper == mapper)
        return session->last_entity->has_mutable_texts;
    for (size_t i = 0; i < mapper->column_count; i++)
        if (is_mutable_text(&mapper->columns[i]))
            return true;
    return false;
}

static uint64_t hash_mutable_texts(const calx_watch *watch)
{
    const calx_mapper *mapper = watch->instance->mapper;
    uint64_t hash = 0;
    for (size_t i = 0; i < mapper->column_count; i++) {
        const void *data = NULL;
        size_t size = 0;
        if (is_mutable_text(&mapper->columns[i]) &&
            span_of(&mapper->columns[i], watch->snapshot, &data, &size) && data != NULL)
            hash = calx_hash_join(hash, calx_hash(data, size));
    }
    return hash;
}

/*
 * Putting back must not fail, so it cannot copy: the struct shows the snapshot's own texts until
 * the next snapshot. What is written into them meanwhile is found by their hash.
 */
static void share_texts(calx_watch *watch)
{
    watch->shares_texts = has_mutable_texts(watch->instance);
    if (watch->shares_texts)
        watch->texts_hash = hash_mutable_texts(watch);
}

static bool has_written_shared_text(const calx_watch *watch)
{
    return watch->shares_texts && hash_mutable_texts(watch) != watch->texts_hash;
}

/* What was set to an expression is not to be set again to whatever the field holds. */
static void keep_inserted_set(calx_watch *watch)
{
    memcpy(watch->inserted_set, watch->set, set_bytes(watch->instance->mapper));
    for (const calx_set_record *record = watch->expressions; record != NULL; record = record->next)
        watch->inserted_set[record->column / 64] &= ~(UINT64_C(1) << (record->column % 64));
}

calx_status calx_watch_take_snapshot(calx_watch *watch)
{
    calx_instance *instance = watch->instance;
    const void *entity = calx_instance_entity(instance);
    size_t size = instance->mapper->instance_size;
    if (!watch->has_snapshot)
        calx_checksum_end(instance);
    if (has_mutable_texts(instance)) {
        void *copy = calx_alloc(size);
        if (copy == NULL)
            return CALX_E_NOMEM;
        memcpy(copy, entity, size);
        calx_status status = own_mutable_texts(instance, copy);
        if (status == CALX_OK)
            memcpy(watch->snapshot, copy, size);
        calx_release(copy);
        if (status != CALX_OK)
            return status;
    } else {
        memcpy(watch->snapshot, entity, size);
    }
    if (!watch->has_snapshot)
        keep_inserted_set(watch);
    watch->has_snapshot = true;
    watch->shares_texts = false;
    if (watch->has_set)
        memset(watch->set, 0, set_bytes(instance->mapper));
    watch->has_set = false;
    forget_expressions(watch);
    return CALX_OK;
}

static void copy_member(const calx_column *column, void *to, const void *from)
{
    memcpy((char *)to + column->offset, (const char *)from + column->offset, column->size);
    if ((column->flags & CALX_COLUMN_NULL_FLAG) != 0)
        memcpy((char *)to + column->null_offset, (const char *)from + column->null_offset,
               sizeof(bool));
}

/* The columns of one struct into another of the mapper; relationships are none of them. */
void calx_watch_copy_columns(const calx_mapper *mapper, void *to, const void *from)
{
    for (size_t i = 0; i < mapper->column_count; i++)
        copy_member(&mapper->columns[i], to, from);
}

static void clear_set(calx_watch *watch)
{
    memset(watch->set, 0, set_bytes(watch->instance->mapper));
    watch->has_set = false;
    forget_expressions(watch);
}

void calx_watch_revert(calx_watch *watch)
{
    calx_instance *instance = watch->instance;
    if (!watch->has_snapshot)
        return;
    calx_watch_copy_columns(instance->mapper, calx_instance_entity(instance), watch->snapshot);
    clear_set(watch);
    share_texts(watch);
}

/* Whether some bit of set is on is to be known without looking at all. */
static void count_set(calx_watch *watch)
{
    watch->has_set = false;
    for (size_t i = 0; i < calx_plan_words(watch->instance->mapper); i++)
        watch->has_set = watch->has_set || watch->set[i] != 0;
}

void calx_watch_forget_row(calx_watch *watch)
{
    calx_watch_forget_origin(watch);
    if (!watch->has_snapshot)
        return;
    memcpy(watch->set, watch->inserted_set, set_bytes(watch->instance->mapper));
    count_set(watch);
    watch->has_snapshot = false;
}

void calx_watch_revert_columns(calx_watch *watch, const uint64_t *columns)
{
    const calx_mapper *mapper = watch->instance->mapper;
    if (!watch->has_snapshot)
        return;
    bool rewritten = has_written_shared_text(watch);
    for (size_t i = 0; i < mapper->column_count; i++) {
        if (!calx_plan_has(columns, i))
            continue;
        copy_member(&mapper->columns[i], calx_instance_entity(watch->instance), watch->snapshot);
        if (watch->expressions != NULL)
            calx_set_forget(watch->instance, i);
    }
    for (size_t i = 0; i < calx_plan_words(mapper); i++)
        watch->set[i] &= ~columns[i];
    count_set(watch);
    share_texts(watch);
    watch->texts_hash ^= rewritten;
}

calx_status calx_watch_expire(calx_watch *watch, const uint64_t *columns)
{
    calx_instance *instance = watch->instance;
    size_t words = calx_plan_words(instance->mapper);
    if (watch->expired == NULL)
        watch->expired = calx_alloc_array(words, sizeof(*watch->expired));
    if (watch->expired == NULL)
        return CALX_E_NOMEM;
    if ((instance->flags & CALX_INSTANCE_PARTLY) == 0)
        memset(watch->expired, 0, words * sizeof(*watch->expired));
    for (size_t i = 0; i < words; i++)
        watch->expired[i] |= columns[i];
    instance->flags |= CALX_INSTANCE_PARTLY;
    return CALX_OK;
}

void calx_watch_revert_others(calx_watch *watch, const uint64_t *changed)
{
    const calx_mapper *mapper = watch->instance->mapper;
    for (size_t i = 0; i < mapper->column_count; i++)
        if (!calx_plan_has(changed, i))
            copy_member(&mapper->columns[i], calx_instance_entity(watch->instance),
                        watch->snapshot);
    share_texts(watch);
}

calx_status calx_watch_agree(calx_watch *watch, const uint64_t *changed)
{
    const calx_mapper *mapper = watch->instance->mapper;
    for (size_t i = 0; i < mapper->column_count; i++) {
        const calx_column *column = &mapper->columns[i];
        if (calx_plan_has(changed, i))
            continue;
        copy_member(column, watch->snapshot, calx_instance_entity(watch->instance));
        if (is_mutable_text(column) &&
            copy_span(watch->instance, column, watch->snapshot) != CALX_OK)
            return CALX_E_NOMEM;
    }
    watch->shares_texts = false;
    return CALX_OK;
}

calx_status calx_watch_agree_on_some(calx_watch *watch, const uint64_t *others)
{
    bool shared = watch->shares_texts;
    bool rewritten = has_written_shared_text(watch);
    calx_status status = calx_watch_agree(watch, others);
    if (shared) {
        share_texts(watch);
        watch->texts_hash ^= rewritten;
    }
    return status;
}

/* ---- comparing ---- */

static bool is_same_memory(const calx_watch *watch)
{
    const calx_mapper *mapper = watch->instance->mapper;
    return !watch->has_set &&
           memcmp(calx_instance_entity(watch->instance), watch->snapshot, mapper->instance_size) ==
               0 &&
           !has_mutable_texts(watch->instance);
}

/* Most columns are eight bytes that did not change. */
static bool is_same(const calx_column *column, const void *left, const void *right)
{
    uint64_t of_left = 0;
    uint64_t of_right = 0;
    if (column->size == sizeof(of_left) &&
        (column->flags & (CALX_COLUMN_NULL_FLAG | CALX_COLUMN_MUTABLE)) == 0) {
        memcpy(&of_left, (const char *)left + column->offset, sizeof(of_left));
        memcpy(&of_right, (const char *)right + column->offset, sizeof(of_right));
        if (of_left == of_right)
            return true;
    }
    return calx_column_same(column, left, right);
}

/* A column that counts as changed whatever its value. */
static bool is_called_changed(const calx_watch *watch, size_t i, bool rewritten)
{
    return calx_plan_has(watch->set, i) ||
           (rewritten && is_mutable_text(&watch->instance->mapper->columns[i]));
}

bool calx_watch_changes(const calx_watch *watch, uint64_t *out_columns)
{
    const calx_mapper *mapper = watch->instance->mapper;
    const void *entity = calx_instance_entity(watch->instance);
    bool any = false;
    if (out_columns != NULL)
        memset(out_columns, 0, set_bytes(mapper));
    if (!watch->has_snapshot)
        return false;
    if (watch->instance->session != NULL)
        watch->instance->session->state.comparisons++;
    if (is_same_memory(watch))
        return false;
    bool rewritten = has_written_shared_text(watch);
    bool by_values = !rewritten && !watch->has_set; /* nothing else makes a column changed */
    for (size_t i = 0; i < mapper->column_count; i++) {
        const calx_column *column = &mapper->columns[i];
        if ((by_values || !is_called_changed(watch, i, rewritten)) &&
            is_same(column, entity, watch->snapshot))
            continue;
        any = true;
        if (out_columns == NULL)
            break;
        calx_plan_include(out_columns, i);
    }
    return any;
}
