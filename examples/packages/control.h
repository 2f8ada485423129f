/*
 * Reads files of stanzas as dpkg keeps them: `Field: value` lines, continuation lines that begin
 * with a blank, an empty line between stanzas.
 */
#ifndef PACKAGES_CONTROL_H
#define PACKAGES_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct control control;

/* NULL: the file cannot be opened (errno), or there is no memory. Owned: control_close(). */
control *control_open(const char *path);

/* Takes NULL. */
void control_close(control *file);

/* How much of the file has been read: 0 to 100. */
int control_percent(const control *file);

typedef enum control_result {
    CONTROL_STANZA,    /* here is one */
    CONTROL_END,       /* there are no more */
    CONTROL_MALFORMED, /* this one is no good, control_message() says why; go on with the next */
    CONTROL_FAILED     /* the file cannot be read on, control_message() says why */
} control_result;

/* Goes to the next stanza; fields of the one before are gone. */
control_result control_next(control *file);

/* "file:line: what is wrong" of the last malformed stanza or failure. */
const char *control_message(const control *file);

/* The value of a field, continuation lines joined by newlines; NULL: there is no such field. */
const char *control_field(const control *file, const char *name);

/* Makes the message of a mistake that is found in the value of a field of this stanza. */
void control_complain(control *file, const char *name, const char *what);

/* One alternative of a relationship field: `name:arch (relation version)`. */
typedef struct control_alternative {
    char name[256];
    char relation[3]; /* empty: no bound */
    char version[256];
} control_alternative;

/*
 * Reads the alternative at *text, which is behind it and its separator then. *is_last says whether
 * it ends its group: alternatives are separated by `|`, groups by `,`. False: it cannot be read.
 */
bool control_alternative_read(const char **text, control_alternative *out_alternative,
                              bool *out_is_last);

/* A number without a sign; false: the text is none, or too large. */
bool control_number(const char *text, int64_t *out_number);

#endif
