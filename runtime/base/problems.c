/*
 * Collecting what is wrong. The rule kept: a message stays readable however much is wrong, so
 * there is a bound to all of it, and to each name somebody else chose; and what is left out is
 * said to be.
 */
#include "base/problems.h"

#include "base/error.h"

#include <string.h>

enum { MOST_BYTES = 4000, MOST_NAMES_BYTES = 600, MOST_NAME_BYTES = 64 };

static bool has_room(const calx_problems *problems, size_t size, size_t most)
{
    return problems->text.size == 0 || problems->text.size + size <= most;
}

calx_status calx_problems_take(calx_problems *problems, calx_status status)
{
    const char *message = problems->one.message;
    if (status != CALX_E_ARGUMENT)
        return status;
    if (has_room(problems, strlen(message), MOST_BYTES)) {
        calx_buffer_put(&problems->text, problems->text.size > 0 ? "; " : "");
        calx_buffer_put(&problems->text, message);
    } else {
        problems->untold++;
    }
    calx_error_clear(&problems->one);
    return CALX_OK;
}

/* Where a name is cut: not inside of a character of several bytes. */
static size_t cut_size(const char *name)
{
    size_t size = strlen(name);
    if (size <= MOST_NAME_BYTES)
        return size;
    for (size = MOST_NAME_BYTES; size > 0 && ((unsigned char)name[size] & 0xc0) == 0x80;)
        size--;
    return size;
}

void calx_problems_name(calx_problems *names, const char *name)
{
    size_t size = cut_size(name);
    if (!has_room(names, size, MOST_NAMES_BYTES)) {
        names->untold++;
        return;
    }
    calx_buffer_put(&names->text, names->text.size > 0 ? ", " : "");
    calx_buffer_put_n(&names->text, name, size);
    calx_buffer_put(&names->text, name[size] != '\0' ? "…" : "");
}

bool calx_problems_none(const calx_problems *problems)
{
    return problems->text.size == 0 && problems->text.status == CALX_OK;
}

calx_status calx_problems_end(calx_problems *problems, calx_status status, const char *prefix,
                              calx_error *out_error)
{
    if (status != CALX_OK) {
        calx_error_move(out_error, &problems->one);
        goto out;
    }
    if (problems->untold > 0)
        calx_buffer_format(&problems->text, ", and %zu more", problems->untold);
    status = problems->text.status;
    if (status != CALX_OK)
        calx_error_set_nomem(out_error);
    else if (problems->text.size > 0)
        status = calx_error_set(out_error, CALX_E_ARGUMENT, "%s%s", prefix,
                                calx_buffer_text(&problems->text));
out:
    calx_error_clear(&problems->one);
    calx_buffer_clear(&problems->text);
    return status;
}
