#ifndef LEDGER_H
#define LEDGER_H

#include <calx/annotate.h>

/** Its version is the time of the last write. */
struct CALX_ENTITY("accounts") account {
    int64_t id CALX_PRIMARY_KEY;
    int64_t balance;
    calx_timestamp written CALX_VERSION_COLUMN;
};

/** Its version comes from a function. */
struct CALX_ENTITY("notes") note {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    char tag[9] CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_tag);
};

/** Every third number. */
struct CALX_ENTITY("entries") entry {
    int64_t id CALX_PRIMARY_KEY;
    int32_t revision CALX_VERSION_COLUMN CALX_VERSION_FUNCTION(next_entry);
};

/** Made by the program. */
struct CALX_ENTITY("pages") page {
    int64_t id CALX_PRIMARY_KEY;
    const char *etag CALX_VERSION_COLUMN CALX_VERSION_MANUAL;
};

/** Made by the database. */
struct CALX_ENTITY("sheets") sheet {
    int64_t id CALX_PRIMARY_KEY;
    int64_t revision CALX_VERSION_COLUMN CALX_VERSION_MANUAL CALX_SERVER_DEFAULT("1");
};

#endif
