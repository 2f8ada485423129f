/*
 * SQL text in words: what stands in quotes is one, comments are none.
 */
#ifndef CALX_SCHEMA_CREATE_SCAN_H
#define CALX_SCHEMA_CREATE_SCAN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum calx_scan_kind {
    CALX_SCAN_END = 0,
    CALX_SCAN_WORD,   /* a bare word or number */
    CALX_SCAN_QUOTED, /* a name or text in quotes of any kind */
    CALX_SCAN_SIGN    /* any other letter */
} calx_scan_kind;

/* A place in a text: the word at it, and where it goes on. */
typedef struct calx_scan {
    const char *next;
    calx_scan_kind kind;
    const char *start; /* of the word, quotes included */
    const char *end;
    const char *last; /* the end of the word before */
} calx_scan;

/* At the first word. */
void calx_scan_init(calx_scan *scan, const char *text);

/* To the next word; stays at the end. */
void calx_scan_next(calx_scan *scan);

/* Whether it is this bare word, in whatever case; written here in capitals. */
bool calx_scan_is(const calx_scan *scan, const char *word);

bool calx_scan_is_sign(const calx_scan *scan, char sign);

/* From an opening parenthesis to behind the one that closes it; any other word is one step. */
void calx_scan_skip(calx_scan *scan);

/* The word as a name, its quotes undone; NULL: no memory. */
const char *calx_scan_name(const calx_scan *scan, calx_arena *arena);

#endif
