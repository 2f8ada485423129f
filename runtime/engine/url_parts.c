/*
 * URLs made from parts, and changed. The rule kept: parts are raw, so nothing is decoded here, and
 * whatever comes out owns copies of all its texts: the URL a change began with stays as it was
 * (ENG-011).
 */
#include "engine/url.h"

#include "base/allocator.h"
#include "base/error.h"

#include <string.h>

static bool is_name(const char *text)
{
    const char *end = text;
    while (calx_url_is_name_letter(*end))
        end++;
    return end > text && *end == '\0';
}

static calx_status check_parts(const calx_url *parts, calx_error *error)
{
    const char *wrong = NULL;
    if (parts->scheme == NULL || !is_name(parts->scheme))
        wrong = "scheme must be letters, digits and _";
    else if (parts->driver != NULL && !is_name(parts->driver))
        wrong = "driver must be letters, digits and _";
    else if (parts->host != NULL && parts->host[0] == '\0')
        wrong = "host must not be empty; NULL is none";
    else if (parts->port > CALX_URL_PORT_MAX)
        wrong = "port must be a number from 1 to 65535; 0 is none";
    else if (parts->parameter_count > 0 && parts->parameters == NULL)
        wrong = "parameters must not be NULL when there are some";
    for (size_t i = 0; wrong == NULL && i < parts->parameter_count; i++) {
        const calx_url_parameter *parameter = &parts->parameters[i];
        if (parameter->key == NULL || parameter->key[0] == '\0' || parameter->value == NULL)
            wrong = "query must have a key and a value in each parameter";
    }
    if (wrong == NULL)
        return CALX_OK;
    return calx_error_set(error, CALX_E_ARGUMENT, "the URL's %s", wrong);
}

/* false: no memory. */
static bool copy_part(calx_arena *arena, const char *text, const char **out_text)
{
    if (text == NULL)
        return true;
    *out_text = calx_arena_text(arena, text, strlen(text));
    return *out_text != NULL;
}

/* Adds the parameters that stay or come; keys and values are copied. false: no memory. */
static bool copy_parameters(calx_url *url, calx_url_parameter *into, const calx_url *from,
                            const bool *dropped)
{
    calx_arena *arena = &url->memory->arena;
    for (size_t i = 0; i < from->parameter_count; i++) {
        calx_url_parameter *copy = &into[url->parameter_count];
        if (dropped != NULL && dropped[i])
            continue;
        if (!copy_part(arena, from->parameters[i].key, &copy->key) ||
            !copy_part(arena, from->parameters[i].value, &copy->value))
            return false;
        url->parameter_count++;
    }
    return true;
}

/* The parts of one URL with the query of another behind what is left of its own. */
static calx_status copy_url(const calx_url *parts, const bool *dropped, const calx_url *added,
                            calx_url *out_url, calx_error *error)
{
    calx_url url = CALX_URL_INIT;
    url.memory = calx_alloc(sizeof(*url.memory));
    if (url.memory == NULL)
        return calx_error_set_nomem(error);
    calx_arena *arena = &url.memory->arena;
    calx_arena_init(arena, 0);
    size_t most = parts->parameter_count + added->parameter_count;
    calx_url_parameter *parameters = calx_arena_array(arena, most + 1, sizeof(*parameters));
    url.port = parts->port;
    bool copied = parameters != NULL && copy_part(arena, parts->scheme, &url.scheme) &&
                  copy_part(arena, parts->driver, &url.driver) &&
                  copy_part(arena, parts->user, &url.user) &&
                  copy_part(arena, parts->password, &url.password) &&
                  copy_part(arena, parts->host, &url.host) &&
                  copy_part(arena, parts->database, &url.database) &&
                  copy_parameters(&url, parameters, parts, dropped) &&
                  copy_parameters(&url, parameters, added, NULL);
    if (!copied) {
        calx_url_clear(&url);
        return calx_error_set_nomem(error);
    }
    url.parameters = url.parameter_count > 0 ? parameters : NULL;
    *out_url = url;
    return CALX_OK;
}

calx_status calx_url_create(const calx_url *parts, calx_url *out_url, calx_error *out_error)
{
    static const calx_url nothing = CALX_URL_INIT;
    calx_error_clear(out_error);
    if (parts == NULL || out_url == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "no URL was given (NULL)");
    calx_status status = check_parts(parts, out_error);
    return status == CALX_OK ? copy_url(parts, NULL, &nothing, out_url, out_error) : status;
}

static bool has_key(const calx_url_query *query, const char *key)
{
    for (size_t i = 0; i < query->count; i++) {
        if (query->parameters[i].key != NULL && strcmp(query->parameters[i].key, key) == 0)
            return true;
    }
    return false;
}

static calx_status check_query(const calx_url *url, const calx_url_query *query,
                               const calx_url *added, calx_error *error)
{
    calx_status status = check_parts(url, error);
    if (status != CALX_OK)
        return status;
    if ((unsigned)query->update > CALX_URL_REMOVE)
        return calx_error_set(error, CALX_E_ARGUMENT, "update is none of calx_url_update");
    if (query->update != CALX_URL_REMOVE)
        return check_parts(added, error);
    for (size_t i = 0; i < query->count; i++) {
        if (query->parameters == NULL || query->parameters[i].key == NULL)
            return calx_error_set(error, CALX_E_ARGUMENT, "a parameter to remove has no key");
    }
    return CALX_OK;
}

calx_status calx_url_update_query(const calx_url *url, const calx_url_query *query,
                                  calx_url *out_url, calx_error *out_error)
{
    calx_error_clear(out_error);
    if (url == NULL || query == NULL || out_url == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "no URL or change was given (NULL)");
    calx_url added = { .scheme = url->scheme };
    added.parameters = query->parameters;
    added.parameter_count = query->count;
    calx_status status = check_query(url, query, &added, out_error);
    if (status != CALX_OK)
        return status;
    bool *dropped = calx_alloc_array(url->parameter_count + 1, sizeof(*dropped));
    if (dropped == NULL)
        return calx_error_set_nomem(out_error);
    for (size_t i = 0; query->update != CALX_URL_APPEND && i < url->parameter_count; i++)
        dropped[i] = has_key(query, url->parameters[i].key);
    if (query->update == CALX_URL_REMOVE)
        added.parameter_count = 0;
    status = copy_url(url, dropped, &added, out_url, out_error);
    calx_release(dropped);
    return status;
}
