/*
 * Lists of hosts. The rule kept: a colon outside of brackets begins a port, so an address with
 * colons stands in brackets, and what can be read in two ways is not read at all.
 */
#include "driver/hosts.h"

#include <string.h>

enum { PORT_MAX = 65535 };

/* Digits up to a comma or the end. */
static bool read_port(const char **inout_text, unsigned *out_port)
{
    const char *digit = *inout_text;
    unsigned port = 0;
    while (*digit >= '0' && *digit <= '9' && port <= PORT_MAX)
        port = port * 10 + (unsigned)(*digit++ - '0');
    *inout_text = digit;
    *out_port = port;
    return port > 0 && port <= PORT_MAX && (*digit == ',' || *digit == '\0');
}

bool calx_host_read(const char *text, calx_host *out_host, const char **out_next)
{
    calx_host host = { .name = text };
    bool bracketed = *text == '[';
    if (bracketed)
        host.name++;
    host.size = strcspn(host.name, bracketed ? "]" : "[]:,");
    const char *end = host.name + host.size;
    if (bracketed && (*end++ != ']' || host.size == 0))
        return false;
    if (*end == ':') {
        end++;
        if (!read_port(&end, &host.port))
            return false;
    }
    if (*end != ',' && *end != '\0')
        return false;
    *out_host = host;
    *out_next = *end == ',' ? end + 1 : NULL;
    return true;
}

bool calx_host_is_list(const char *text)
{
    size_t count = 0;
    while (text != NULL) {
        calx_host host;
        if (!calx_host_read(text, &host, &text))
            return false;
        count++;
    }
    return count > 1;
}
