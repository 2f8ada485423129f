/*
 * What an application keeps with a connection. Two maps: one of the physical connection, which ends
 * with it, and one of its place in the pool, which whoever is there next takes over. The rule kept:
 * a map is in one place at a time, so only its taking and leaving needs the lock.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/error.h"

void calx_link_take_slot(calx_link *link)
{
    calx_engine *engine = link->engine->root;
    pthread_mutex_lock(&engine->plan_lock);
    link->slot = engine->slots;
    if (link->slot != NULL)
        engine->slots = link->slot->next;
    pthread_mutex_unlock(&engine->plan_lock);
}

void calx_link_leave_slot(calx_link *link)
{
    calx_engine *engine = link->engine->root;
    if (link->slot == NULL)
        return;
    pthread_mutex_lock(&engine->plan_lock);
    link->slot->next = engine->slots;
    engine->slots = link->slot;
    pthread_mutex_unlock(&engine->plan_lock);
    link->slot = NULL;
}

void calx_engine_forget_slots(calx_engine *engine)
{
    pthread_mutex_lock(&engine->root->plan_lock);
    calx_slot *slot = engine->root->slots;
    engine->root->slots = NULL;
    pthread_mutex_unlock(&engine->root->plan_lock);
    while (slot != NULL) {
        calx_slot *next = slot->next;
        calx_info_map_clear(&slot->info);
        calx_release(slot);
        slot = next;
    }
}

/* The map meant, made when it is written to; *out NULL: nothing is kept in it. */
static calx_status find_map(calx_connection *connection, calx_info_place place, bool makes,
                            calx_info_map **out)
{
    calx_connection_forget_error(connection);
    calx_status status = calx_connection_ensure(connection);
    if (status != CALX_OK)
        return status;
    calx_link *link = connection->link;
    if (place == CALX_INFO_CONNECTION) {
        *out = &link->info;
        return CALX_OK;
    }
    if (place != CALX_INFO_SLOT || (makes && link->detached))
        return calx_error_set(&connection->error, CALX_E_STATE,
                              "the connection was detached and has no place in the pool, or that "
                              "is none of calx_info_place");
    if (link->slot == NULL && makes)
        link->slot = calx_alloc_zeroed(sizeof(*link->slot));
    if (link->slot == NULL && makes)
        return calx_error_set_nomem(&connection->error);
    *out = link->slot != NULL ? &link->slot->info : NULL;
    return CALX_OK;
}

static calx_status set_info(calx_connection *connection, calx_info_place place, const char *key,
                            void *value)
{
    calx_info_map *map = NULL;
    if (key == NULL)
        return calx_error_set(&connection->error, CALX_E_ARGUMENT, "the key of an entry is NULL");
    calx_status status = find_map(connection, place, true, &map);
    if (status == CALX_OK)
        status = calx_info_map_set(map, key, value);
    return status == CALX_E_NOMEM ? calx_error_set_nomem(&connection->error) : status;
}

calx_status calx_connection_set_info(calx_connection *connection, calx_info_place place,
                                     const char *key, void *value)
{
    pthread_t before;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_status status = set_info(connection, place, key, value);
    calx_connection_leave(connection, before);
    return status;
}

calx_status calx_connection_get_info(calx_connection *connection, calx_info_place place,
                                     const char *key, void **out_value)
{
    pthread_t before;
    calx_info_map *map = NULL;
    if (!calx_connection_enter(connection, &before))
        return calx_connection_shut_out(connection);
    calx_connection_forget_error(connection);
    calx_status status =
        key == NULL || out_value == NULL
            ? calx_error_set_null(&connection->error,
                                  key == NULL ? "the key of an entry" : "out_value")
            : find_map(connection, place, false, &map);
    if (status == CALX_OK)
        *out_value = map != NULL ? calx_info_map_get(map, key) : NULL;
    calx_connection_leave(connection, before);
    return status;
}
