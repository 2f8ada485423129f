/*
 * Names of files in the syntax of make. White space, '#' and ':' get a backslash, a dollar sign is
 * written twice. A backslash of the name is itself, unless white space comes behind it or the name
 * ends: there, and only there, two are read as one. In a name with "\#" or "\:" in it ninja and GNU
 * make read different things; it is written for ninja, as compilers do.
 */
#include "output/output.h"

#include <stdio.h>
#include <string.h>

static void put_backslashes(calx_buffer *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        calx_buffer_char(out, '\\');
}

static void put_name(calx_buffer *out, const char *name)
{
    size_t backslashes = 0;

    for (const char *letter = name; *letter; letter++) {
        if (*letter == ' ' || *letter == '\t')
            put_backslashes(out, backslashes + 1);
        else if (*letter == '#' || *letter == ':')
            put_backslashes(out, 1);
        else if (*letter == '$')
            calx_buffer_char(out, '$');
        calx_buffer_char(out, *letter);
        backslashes = *letter == '\\' ? backslashes + 1 : 0;
    }
    put_backslashes(out, backslashes);
}

static calx_status check_name(const char *name, calx_output_error *error)
{
    if (!strpbrk(name, "\r\n"))
        return CALX_OK;
    error->path = name;
    snprintf(error->reason, sizeof(error->reason),
             "a depfile cannot name a file with a line end in its name; rename it");
    return CALX_E_DATA;
}

calx_status calx_output_depfile(const char *target, const char *const *inputs, size_t count,
                                calx_buffer *out, calx_output_error *out_error)
{
    calx_status status = check_name(target, out_error);

    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = check_name(inputs[i], out_error);
    if (status != CALX_OK)
        return status;
    put_name(out, target);
    calx_buffer_char(out, ':');
    for (size_t i = 0; i < count; i++) {
        calx_buffer_put(out, " \\\n  ");
        put_name(out, inputs[i]);
    }
    calx_buffer_char(out, '\n');
    if (out->status == CALX_E_NOMEM) {
        out_error->path = target;
        snprintf(out_error->reason, sizeof(out_error->reason), "memory ran out");
    }
    return out->status;
}
