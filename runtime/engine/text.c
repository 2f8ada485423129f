/*
 * The engine's texts of statements. The lock is held to look, to put and to count, never while a
 * text is written: two threads that miss at once both write one, and the second takes the first's.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/error.h"
#include "base/hash.h"

#include <string.h>

/* What a text that is kept may take on average; those that take more leave fewer others. */
enum { KEPT_ON_AVERAGE = 16384 };

void calx_sql_text_release(calx_sql_text *text)
{
    if (text == NULL || atomic_fetch_sub_explicit(&text->references, 1, memory_order_acq_rel) != 1)
        return;
    calx_release(text);
}

bool calx_text_cache_init(calx_text_cache *cache)
{
    calx_map_init(&cache->texts);
    return pthread_mutex_init(&cache->lock, NULL) == 0;
}

static void unlink_text(calx_text_cache *cache, calx_sql_text *text)
{
    if (text->newer != NULL)
        text->newer->older = text->older;
    else
        cache->newest = text->older;
    if (text->older != NULL)
        text->older->newer = text->newer;
    else
        cache->oldest = text->newer;
}

static void put_newest(calx_text_cache *cache, calx_sql_text *text)
{
    text->older = cache->newest;
    text->newer = NULL;
    if (cache->newest != NULL)
        cache->newest->newer = text;
    else
        cache->oldest = text;
    cache->newest = text;
}

static size_t size_of(const calx_sql_text *text)
{
    return sizeof(*text) + text->word_count * sizeof(text->words[0]) + text->size + 1;
}

static void drop_locked(calx_text_cache *cache, calx_sql_text *text)
{
    cache->size -= size_of(text);
    calx_map_remove(&cache->texts, text->shape_hash, text);
    unlink_text(cache, text);
    calx_sql_text_release(text);
}

void calx_text_cache_clear(calx_text_cache *cache)
{
    while (cache->oldest != NULL)
        drop_locked(cache, cache->oldest);
    calx_map_clear(&cache->texts);
    pthread_mutex_destroy(&cache->lock);
}

static bool has_shape(const void *value, const void *key)
{
    return calx_sql_text_has(value, key);
}

/* Held for the caller. */
static calx_sql_text *find_locked(calx_text_cache *cache, const calx_shape *shape)
{
    calx_sql_text *text = calx_map_find(&cache->texts, shape->hash, has_shape, shape);
    if (text == NULL)
        return NULL;
    if (cache->newest != text) {
        unlink_text(cache, text);
        put_newest(cache, text);
    }
    return calx_sql_text_hold(text);
}

calx_sql_text *calx_engine_find_text(calx_engine *engine, const calx_shape *shape)
{
    calx_text_cache *cache = &engine->root->texts;
    pthread_mutex_lock(&cache->lock);
    calx_sql_text *text = find_locked(cache, shape);
    cache->found += text != NULL;
    pthread_mutex_unlock(&cache->lock);
    return text;
}

/* One block: the record, the shape, the text. */
static calx_sql_text *new_text(const calx_driver *driver, const calx_shape *shape,
                               const calx_buffer *sql)
{
    size_t word_count = shape != NULL ? shape->count : 0;
    calx_sql_text *text =
        calx_alloc(sizeof(*text) + word_count * sizeof(text->words[0]) + sql->size + 1);
    if (text == NULL)
        return NULL;
    char *copy = (char *)&text->words[word_count];
    memcpy(copy, calx_buffer_text(sql), sql->size + 1);
    if (shape != NULL)
        memcpy(text->words, shape->words, word_count * sizeof(text->words[0]));
    atomic_init(&text->references, 1);
    text->driver = driver;
    text->shape_hash = shape != NULL ? shape->hash : 0;
    text->hash = calx_hash(copy, sql->size);
    text->newer = NULL;
    text->older = NULL;
    text->sql = copy;
    text->size = sql->size;
    text->word_count = word_count;
    return text;
}

static bool has_room(const calx_text_cache *cache, const calx_sql_text *text)
{
    return calx_map_count(&cache->texts) < cache->limit &&
           cache->size + size_of(text) <= cache->limit * KEPT_ON_AVERAGE;
}

/* One that is larger than all that may be kept is not, nor is one for which the table has no
 * memory. */
static void put_locked(calx_text_cache *cache, calx_sql_text *text)
{
    if (size_of(text) > cache->limit * KEPT_ON_AVERAGE)
        return;
    while (cache->oldest != NULL && !has_room(cache, text))
        drop_locked(cache, cache->oldest);
    if (calx_map_put(&cache->texts, text->shape_hash, text) != CALX_OK)
        return;
    put_newest(cache, calx_sql_text_hold(text));
    cache->size += size_of(text);
}

/* Puts a text in, unless another thread was faster; answers the one to use. */
static calx_sql_text *keep(calx_text_cache *cache, const calx_shape *shape, calx_sql_text *text)
{
    pthread_mutex_lock(&cache->lock);
    cache->made++;
    calx_sql_text *there = shape != NULL ? find_locked(cache, shape) : NULL;
    if (there == NULL && shape != NULL)
        put_locked(cache, text);
    pthread_mutex_unlock(&cache->lock);
    if (there == NULL)
        return text;
    calx_sql_text_release(text);
    return there;
}

calx_status calx_engine_make_text(calx_engine *engine, const calx_sql_statement *statement,
                                  const calx_shape *shape, calx_parameter_list *out_parameters,
                                  calx_sql_text **out_text, calx_error *error)
{
    calx_buffer sql = CALX_BUFFER_INIT;
    calx_sql_text *text = NULL;
    calx_status status =
        calx_sql_statement_text(&sql, out_parameters, engine->dialect, statement, error);
    if (status != CALX_OK)
        goto out;
    text = new_text(engine->driver, shape, &sql);
    if (text == NULL) {
        status = calx_error_set_nomem(error);
        goto out;
    }
    *out_text = keep(&engine->root->texts, shape, text);
out:
    calx_buffer_clear(&sql);
    return status;
}

void calx_text_cache_status(calx_text_cache *cache, calx_engine_state *out_state)
{
    pthread_mutex_lock(&cache->lock);
    out_state->query_texts = calx_map_count(&cache->texts);
    out_state->query_texts_found = cache->found;
    out_state->query_texts_made = cache->made;
    pthread_mutex_unlock(&cache->lock);
}
