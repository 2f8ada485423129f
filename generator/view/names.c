/*
 * Names of parameters. A generated prototype puts names of the user's side by side with ours; no
 * two of them may be equal, and none may hide a type that is still needed behind it.
 */
#include "view/room.h"

#include <stdio.h>
#include <string.h>

/* Parameters and locals of the templates. */
static const char *const reserved[] = {
    "condition",  "context",   "count", "each",    "filter", "found",  "function",
    "item",       "items",     "key",   "limit",   "offset", "order",  "out_count",
    "out_exists", "out_items", "query", "session", "status", "target", "value",
};

/* Those that stand beside instances only, so that setters may have them. */
static const char *const reserved_beside[] = { "out_contains", "position" };

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool is_reserved(const char *name)
{
    return is_among(reserved, sizeof(reserved) / sizeof(reserved[0]), name);
}

static bool is_key_member(const calx_model_entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->key_count; i++) {
        if (strcmp(entity->columns[entity->key[i]].member, name) == 0)
            return true;
    }
    return false;
}

const char *calx_view_self(const calx_model_entity *entity, char buffer[CALX_VIEW_NAME_ROOM])
{
    const size_t size = strlen(entity->tag);
    const char *name = entity->tag;

    if (strcmp(entity->c_type, entity->tag) == 0) { /* as a parameter it would hide the type */
        if (size <= 2 || size >= CALX_VIEW_NAME_ROOM || strcmp(entity->tag + size - 2, "_t") != 0)
            return "instance";
        snprintf(buffer, CALX_VIEW_NAME_ROOM, "%.*s", (int)(size - 2), entity->tag);
        name = buffer;
    }
    bool beside =
        is_among(reserved_beside, sizeof(reserved_beside) / sizeof(reserved_beside[0]), name);
    return is_reserved(name) || beside || is_key_member(entity, name) ? "instance" : name;
}

const char *calx_view_parameter(const calx_model_entity *entity, const char *member,
                                const char *c_type)
{
    char buffer[CALX_VIEW_NAME_ROOM];

    if (is_reserved(member) || strcmp(member, c_type) == 0 ||
        strcmp(member, calx_view_self(entity, buffer)) == 0)
        return "new_value";
    return member;
}

void calx_view_put_declaration(calx_buffer *out, const char *type, const char *name)
{
    const size_t size = strlen(type);

    calx_buffer_put(out, type);
    if (size > 0 && type[size - 1] != '*')
        calx_buffer_char(out, ' ');
    calx_buffer_put(out, name);
}

const char *calx_view_portable_path(const char *path)
{
    const char *last = strrchr(path, '/');

    if (path[0] != '/' && strncmp(path, "../", 3) != 0 && !strstr(path, "/../"))
        return strncmp(path, "./", 2) == 0 ? path + 2 : path;
    return last ? last + 1 : path;
}
