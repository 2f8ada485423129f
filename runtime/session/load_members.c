/*
 * Members of many-to-many relationships for many owners: what tells whose they are is a row of the
 * association, so the owners are asked for once more with the relationship joined, by their keys or
 * by the query that found them. Rows of an owner that has no member say so.
 */
#include "session/follow.h"

#include "base/allocator.h"
#include "base/error.h"
#include "session/choice.h"
#include "session/joined.h"

#include <string.h>

typedef struct members {
    const calx_following *following;
    const calx_loads *place; /* of the owners, where this relationship alone is joined */
    calx_joined *joined;
    calx_follow_text text;
} members;

static calx_status take_row(void *context, calx_cursor *cursor)
{
    const members *all = context;
    calx_joined_row row;
    return calx_joined_read(all->joined, cursor, &row);
}

/* One statement, read to its end. */
static calx_status load_portion(void *context, const calx_sql_query *select,
                                const calx_follow_bind *bind)
{
    members *all = context;
    calx_session *session = all->following->session;
    calx_sql_query joining = *select;
    const calx_follow_reader reader = { .read = take_row,
                                        .context = all,
                                        .facts = all->following->facts };
    calx_status status = calx_joined_new(session, all->place, &all->joined);
    if (status != CALX_OK)
        return status;
    joining.joins = calx_joined_joins(all->joined, &joining.join_count);
    status = calx_follow_run(session, &joining, bind, &all->text, &reader);
    if (status == CALX_OK)
        status = calx_joined_end(all->joined);
    calx_joined_free(all->joined);
    all->joined = NULL;
    return status;
}

static calx_status load_by_query(members *all, const calx_sql_query *select)
{
    const calx_sql_within within = {
        .columns = select->mapper->key,
        .column_count = select->mapper->key_count,
        .of = all->following->source,
        .of_columns = select->mapper->key,
    };
    calx_sql_query asking = *select;
    asking.within = &within;
    return load_portion(all, &asking, NULL);
}

static calx_status load_by_keys(members *all, const calx_sql_query *select)
{
    const calx_mapper *owner = select->mapper;
    calx_follow_keys keys = { .ours = owner->key, .theirs = owner->key };
    calx_status status = calx_follow_keys_read(&keys, all->following, owner->key_count);
    if (status == CALX_OK)
        status = calx_follow_portions(all->following->session, select, &keys, load_portion, all);
    calx_follow_keys_clear(&keys);
    return status;
}

/* Of the owners come the columns alone that tell who they are. */
static calx_status load_few_columns(members *all, const calx_mapper *owner, bool by_query)
{
    calx_session *session = all->following->session;
    calx_entity *entity = calx_session_entity(session, owner);
    const calx_choice *choice = NULL;
    if (entity == NULL)
        return session->error.status;
    calx_status status = calx_choice_without(session, entity, all->place->left_out, &choice);
    const calx_sql_query select = {
        .mapper = owner,
        .columns = calx_choice_columns(choice),
        .limit = -1,
        .offset = -1,
    };
    if (status == CALX_OK)
        status = by_query ? load_by_query(all, &select) : load_by_keys(all, &select);
    calx_follow_text_clear(&all->text);
    return status;
}

calx_status calx_load_members(const calx_following *following, bool by_query)
{
    const calx_mapper *owner = calx_instance_trusted(following->owners[0])->mapper;
    calx_loads place = { .mapper = owner, .joins = true };
    members all = { .following = following, .place = &place };
    size_t left_out_size = calx_plan_words(owner) * sizeof(uint64_t);
    uint64_t *left_out = calx_alloc(left_out_size);
    place.loads = calx_alloc_zeroed(owner->relationship_count * sizeof *place.loads);
    calx_status status = CALX_OK;
    if (left_out == NULL || place.loads == NULL) {
        status = calx_error_set_nomem(&following->session->error);
    } else {
        memset(left_out, 0xff, left_out_size);
        place.left_out = left_out;
        place.loads[following->relationship] =
            (calx_load){ .loading = CALX_LOADING_JOINED, .under = following->under };
        status = load_few_columns(&all, owner, by_query);
    }
    calx_release(left_out);
    calx_release(place.loads);
    return status;
}
