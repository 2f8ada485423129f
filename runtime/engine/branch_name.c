/*
 * The form of branches' names: `calx:1:OWNER:BRANCH/COUNT:PLACE`. The rule kept: a name is read as
 * strictly as it is written, so nothing that others prepared is taken for a branch of a unit.
 */
#include "engine/branch_name.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "calx:1:"

static bool is_plain(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

static bool fits(const char *text, size_t size, const char *others, size_t most)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_plain(text[i]) && strchr(others, text[i]) == NULL)
            return false;
    }
    return size <= most;
}

bool calx_branch_owner_fits(const char *owner)
{
    return fits(owner, strlen(owner), "_.-", CALX_OWNER_MOST);
}

bool calx_branch_place_fits(const char *place)
{
    return place[0] != '\0' && fits(place, strlen(place), "/_.-", CALX_PLACE_MOST);
}

void calx_branch_name_write(const calx_branch_name *name, char out[CALX_TWO_PHASE_NAME_MOST + 1])
{
    (void)snprintf(out, CALX_TWO_PHASE_NAME_MOST + 1, PREFIX "%s:%zu/%zu:%s", name->owner,
                   name->branch, name->count, name->place);
}

/* A number as it is written, and the letter behind it. */
static bool read_number(const char **inout_text, char end, size_t *out)
{
    const char *at = *inout_text;
    size_t number = 0;
    if (*at < '1' || *at > '9')
        return false;
    for (int digits = 0; *at >= '0' && *at <= '9' && digits < 6; digits++)
        number = number * 10 + (size_t)(*at++ - '0');
    if (*at != end)
        return false;
    *inout_text = at + 1;
    *out = number;
    return true;
}

bool calx_branch_name_read(const char *text, calx_branch_name *out)
{
    calx_branch_name name = { .branch = 0 };
    if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
        return false;
    const char *at = text + strlen(PREFIX);
    size_t size = strcspn(at, ":");
    if (at[size] != ':' || !fits(at, size, "_.-", CALX_OWNER_MOST))
        return false;
    memcpy(name.owner, at, size);
    at += size + 1;
    if (!read_number(&at, '/', &name.branch) || !read_number(&at, ':', &name.count) ||
        name.branch > name.count || !calx_branch_place_fits(at))
        return false;
    memcpy(name.place, at, strlen(at) + 1);
    *out = name;
    return true;
}
