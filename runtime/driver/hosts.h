/*
 * Lists of hosts, as a URL may have them in the place of its host: `a:1,b,[::1]:3` (ENG-024). Only
 * a text with at least two hosts is a list; anything else is one host, whatever it looks like.
 */
#ifndef CALX_DRIVER_HOSTS_H
#define CALX_DRIVER_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

/* One host of a list; its name is part of the list's text, without brackets. */
typedef struct calx_host {
    const char *name;
    size_t size;
    unsigned port; /* 0: none is given */
} calx_host;

/*
 * Reads the first host of a text, and where the next one begins: behind the comma, or NULL when it
 * was the last. false: it is neither a name nor an address in brackets, with a port perhaps.
 */
bool calx_host_read(const char *text, calx_host *out_host, const char **out_next);

/* Whether a text is a list: several hosts, all of which can be read. */
bool calx_host_is_list(const char *text);

#endif
