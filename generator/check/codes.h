/*
 * Every rule of the annotation language that can be broken, with the code its diagnostics carry.
 * Codes are public (docs/errors.md): a number is never given another meaning.
 */
#ifndef CALX_CHECK_CODES_H
#define CALX_CHECK_CODES_H

#include "model/diagnostic.h"

#include <stddef.h>

typedef enum calx_rule {
    CALX_RULE_COMPILER = 0, /* no code: the compiler's own words, or that it cannot run */
    CALX_RULE_UNREADABLE,
    CALX_RULE_NO_COMPILER_HEADERS,
    CALX_RULE_NO_ENTITY,

    CALX_RULE_UNKNOWN_ANNOTATION,
    CALX_RULE_MISPLACED_ANNOTATION,
    CALX_RULE_REPEATED_ANNOTATION,
    CALX_RULE_MALFORMED_ANNOTATION,
    CALX_RULE_CONTRADICTION,
    CALX_RULE_NOT_A_CONSTANT,

    CALX_RULE_ENTITY_PLACE,
    CALX_RULE_ENTITY_LAYOUT,
    CALX_RULE_NO_KEY,
    CALX_RULE_MEMBER_TYPE,
    CALX_RULE_KEY_TYPE,
    CALX_RULE_LENGTH,
    CALX_RULE_NOT_NULL,
    CALX_RULE_DEFAULT,
    CALX_RULE_VERSION,
    CALX_RULE_TOO_MANY,

    CALX_RULE_DATABASE_NAME,
    CALX_RULE_SAME_COLUMN,
    CALX_RULE_SAME_TABLE,
    CALX_RULE_SAME_INDEX,
    CALX_RULE_INDEX_MEMBER,

    CALX_RULE_REFERENCE_ENTITY,
    CALX_RULE_REFERENCE_MEMBER,
    CALX_RULE_REFERENCE_TYPE,
    CALX_RULE_ON_DELETE,
    CALX_RULE_ON_UPDATE,

    CALX_RULE_RELATIONSHIP_TARGET,
    CALX_RULE_NO_FOREIGN_KEY,
    CALX_RULE_AMBIGUOUS,
    CALX_RULE_VIA,
    CALX_RULE_INVERSE,
    CALX_RULE_CASCADE,
    CALX_RULE_WOULD_NULL,
    CALX_RULE_SECONDARY,
    CALX_RULE_ORDER_BY,
    CALX_RULE_LOADING,

    CALX_RULE_SAME_NAME,
    CALX_RULE_RESERVED_NAME,

    CALX_RULE_FUNCTION_MARK,
    CALX_RULE_FUNCTION_STATUS,
    CALX_RULE_FUNCTION_RECEIVER,
    CALX_RULE_FUNCTION_PARAMETER,

    CALX_RULE_PASSIVE,
    CALX_RULE_POST_UPDATE,
    CALX_RULE_VIEW_ONLY,
    CALX_RULE_DEFERRED,

    CALX_RULE_RESULT,

    CALX_RULE_NO_ENTITY_STRUCT,
    CALX_RULE_NARROW_REFERENCE,
    CALX_RULE_COUNT
} calx_rule;

typedef struct calx_rule_facts {
    calx_rule rule;
    calx_severity severity;
    const char *code;      /* "CALX-E001"; NULL: none */
    const char *rule_text; /* what has to hold, in one sentence */
} calx_rule_facts;

/* One for each rule, in the order of the enumeration. */
extern const calx_rule_facts calx_rules[CALX_RULE_COUNT];

/* Reports that a rule is broken. Answers the diagnostic, for notes; NULL: no memory. */
calx_diagnostic *calx_report(calx_diagnostics *diagnostics, calx_rule rule, calx_place place,
                             const char *format, ...) CALX_PRINTF(4, 5);

#endif
