/*
 * Loading by the query that found the owners, asked once more as a part of another (SES-313): no
 * key is sent, so their number does not count. Owners that came without a query, or that it may not
 * find any more because a relationship kept them (SES-317), are asked for by their keys.
 */
#include "session/bind.h"
#include "session/follow.h"

#include "base/allocator.h"
#include "base/error.h"

static calx_status load_by_query(const calx_following *following, const calx_follow_keys *keys,
                                 const calx_follow_order *order)
{
    calx_follow_text text = { 0 };
    calx_found found = { 0 };
    const calx_sql_within within = {
        .columns = keys->theirs,
        .column_count = keys->set.width,
        .of = following->source,
        .of_columns = keys->ours,
    };
    calx_sql_query select = calx_follow_query(following, order);
    select.within = &within;
    calx_status status = CALX_OK;
    if (keys->set.count > 0)
        status = calx_follow_targets_of(following, &select, NULL, &text, keys, &found);
    if (status == CALX_OK)
        status = calx_follow_show(following, keys, &found, order->count > 0);
    calx_found_clear(&found);
    calx_follow_text_clear(&text);
    return status;
}

/* No query is. Where a route sends rows nobody knows before, so it may be with any. */
static bool is_over_two_engines(const calx_following *following)
{
    return following->session->options.route != NULL ||
           !calx_bind_are_together(following->session, following->source->mapper,
                                   following->facts->target);
}

calx_status calx_load_subquery(const calx_following *following)
{
    /* A reference in memory is not always that of the row. */
    calx_follow_keys keys = { .may_miss = true };
    calx_follow_order order = { 0 };
    if (following->source == NULL || is_over_two_engines(following))
        return calx_load_selectin(following);
    if (following->key == NULL)
        return calx_load_members(following, true);
    calx_follow_keys_choose(&keys, following);
    calx_status status = calx_follow_keys_read(&keys, following, following->key->column_count);
    if (status == CALX_OK)
        status = calx_follow_order_choose(&order, following, &keys);
    if (status == CALX_OK)
        status = load_by_query(following, &keys, &order);
    calx_release(order.items);
    calx_follow_keys_clear(&keys);
    return status;
}

/* ---- queries inside of queries ---- */

static calx_sql_query plain(const calx_mapper *mapper, const calx_sql_within *within)
{
    return (calx_sql_query){ .mapper = mapper, .limit = -1, .offset = -1, .within = within };
}

/* Rows of the association that point at owners of the source. */
static const calx_sql_query *pairs_of(calx_source *out, const calx_relationship *facts,
                                      const calx_sql_query *source)
{
    const calx_foreign_key *key = &facts->association->foreign_keys[facts->foreign_key];
    out->of_pairs = (calx_sql_within){
        .columns = key->columns,
        .column_count = key->column_count,
        .of = source,
        .of_columns = key->target_columns,
    };
    out->pairs = plain(facts->association, &out->of_pairs);
    return &out->pairs;
}

const calx_sql_query *calx_source_of(calx_source *out, const calx_loads *place,
                                     unsigned relationship, const calx_sql_query *source)
{
    const calx_relationship *facts = &place->mapper->relationships[relationship];
    calx_loading loading = place->loads[relationship].loading;
    const calx_foreign_key *key = calx_follow_key(place->mapper, facts);
    bool is_one = facts->kind == CALX_RELATIONSHIP_ONE;
    bool outward = is_one;
    if (source == NULL || (loading != CALX_LOADING_SUBQUERY && loading != CALX_LOADING_JOINED))
        return NULL;
    if (key == NULL) {
        source = pairs_of(out, facts, source);
        key = &facts->association->foreign_keys[facts->target_key];
        outward = true;
    }
    out->of_targets = (calx_sql_within){
        .columns = outward ? key->target_columns : key->columns,
        .column_count = key->column_count,
        .of = source,
        .of_columns = outward ? key->columns : key->target_columns,
    };
    out->targets = plain(facts->target, &out->of_targets);
    return &out->targets;
}
