/*
 * Loading by the keys of the owners (SES-311, 312): one statement for each 500 of them. Where keys
 * go as arrays there is one text whatever their number; elsewhere their number is rounded up and
 * the last key stands several times, so that a program has a handful of texts. The identity map is
 * not asked: a row of an instance that is there costs less than looking before.
 */
#include "session/bind.h"
#include "session/follow.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

enum { MOST_KEYS = 500 };

/* ---- portions of keys ---- */

/* So many keys a text is made for, that takes at least this many. */
static size_t round_up(size_t count, size_t most)
{
    size_t size = 1;
    while (size < count)
        size *= 2;
    return size < most ? size : most;
}

/* The keys from a number on, with the last one as often as the text needs. */
static void pad(const calx_key_set *set, size_t first, calx_follow_bind *bind, calx_value *padded,
                size_t wanted)
{
    size_t width = set->width;
    memcpy(padded, calx_key_set_at(set, first), bind->count * sizeof *padded);
    for (size_t i = bind->keys; i < wanted; i++)
        memcpy(&padded[i * width], calx_key_set_at(set, first + bind->keys - 1),
               width * sizeof *padded);
    *bind = (calx_follow_bind){ padded, wanted * width, wanted, bind->branch };
}

/* What one statement takes; *out_padded is NULL where keys go as arrays. */
static calx_status choose_size(calx_session *session, const calx_engine *engine, size_t width,
                               size_t *out_most, calx_value **out_padded)
{
    const calx_dialect *dialect = calx_engine_dialect(engine);
    *out_most = MOST_KEYS;
    *out_padded = NULL;
    if (dialect->batches_rows)
        return CALX_OK;
    if (MOST_KEYS * width > calx_engine_max_parameters(engine))
        *out_most = calx_engine_max_parameters(engine) / width;
    *out_padded = calx_alloc_array(*out_most * width, sizeof **out_padded);
    return *out_padded == NULL ? calx_error_set_nomem(&session->error) : CALX_OK;
}

calx_status calx_follow_portions(calx_session *session, const calx_sql_query *select,
                                 const calx_follow_keys *keys, calx_follow_portion portion,
                                 void *context)
{
    const calx_key_set *set = &keys->set;
    calx_sql_within within = { .columns = keys->theirs, .column_count = set->width };
    calx_sql_query asking = *select;
    calx_value *padded = NULL;
    size_t most = 0;
    asking.within = &within;
    calx_branch *branch = NULL;
    calx_status status = calx_bind_read(session, select->mapper, &branch);
    if (status == CALX_OK)
        status = choose_size(session, branch->engine, set->width, &most, &padded);
    for (size_t first = 0; status == CALX_OK && first < set->count; first += most) {
        size_t count = set->count - first < most ? set->count - first : most;
        calx_follow_bind bind = { calx_key_set_at(set, first), count * set->width, count, branch };
        if (padded != NULL) {
            within.keys = round_up(count, most);
            pad(set, first, &bind, padded, within.keys);
        }
        status = portion(context, &asking, &bind);
    }
    calx_release(padded);
    return status;
}

/* ---- targets ---- */

typedef struct selectin {
    const calx_following *following;
    const calx_follow_keys *keys;
    calx_follow_text text;
    calx_found found;
} selectin;

static calx_status load_portion(void *context, const calx_sql_query *select,
                                const calx_follow_bind *bind)
{
    selectin *all = context;
    return calx_follow_targets_of(all->following, select, bind, &all->text, all->keys, &all->found);
}

static calx_status load_by_keys(const calx_following *following, const calx_follow_keys *keys,
                                const calx_follow_order *order)
{
    selectin all = { .following = following, .keys = keys };
    const calx_sql_query select = calx_follow_query(following, order);
    calx_status status =
        calx_follow_portions(following->session, &select, keys, load_portion, &all);
    if (status == CALX_OK)
        status = calx_follow_show(following, keys, &all.found, order->count > 0);
    calx_found_clear(&all.found);
    calx_follow_text_clear(&all.text);
    return status;
}

calx_status calx_load_selectin(const calx_following *following)
{
    calx_follow_keys keys = { 0 };
    calx_follow_order order = { 0 };
    if (following->key == NULL)
        return calx_load_members(following, false);
    calx_follow_keys_choose(&keys, following);
    calx_status status = calx_follow_keys_read(&keys, following, following->key->column_count);
    if (status == CALX_OK)
        status = calx_follow_order_choose(&order, following, &keys);
    if (status == CALX_OK)
        status = load_by_keys(following, &keys, &order);
    calx_release(order.items);
    calx_follow_keys_clear(&keys);
    return status;
}
