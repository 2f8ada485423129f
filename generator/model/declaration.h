/*
 * What the reader found, before any rule was applied: annotated structs with their members, and
 * the annotations as they stand in the source. The check turns this into the model. Lists are in
 * the order of the source; everything is in the arena of the run.
 */
#ifndef CALX_MODEL_DECLARATION_H
#define CALX_MODEL_DECLARATION_H

#include "model/model.h"

/* The annotations of <calx/annotate.h> and the two marks of <calx/api.h>. */
typedef enum calx_annotation_kind {
    CALX_ANNOTATION_UNKNOWN = 0,
    CALX_ANNOTATION_ENTITY,
    CALX_ANNOTATION_RESULT,
    CALX_ANNOTATION_NAME,
    CALX_ANNOTATION_INDEX,
    CALX_ANNOTATION_UNIQUE_INDEX,
    CALX_ANNOTATION_LEGACY_IS_ORPHAN,
    CALX_ANNOTATION_PRIMARY_KEY,
    CALX_ANNOTATION_NOT_NULL,
    CALX_ANNOTATION_UNIQUE,
    CALX_ANNOTATION_LENGTH,
    CALX_ANNOTATION_COLUMN,
    CALX_ANNOTATION_DEFAULT,
    CALX_ANNOTATION_SERVER_DEFAULT,
    CALX_ANNOTATION_CHECK,
    CALX_ANNOTATION_REFERENCES,
    CALX_ANNOTATION_ON_DELETE,
    CALX_ANNOTATION_ON_UPDATE,
    CALX_ANNOTATION_DEFERRED,
    CALX_ANNOTATION_IGNORE,
    CALX_ANNOTATION_VERSION_COLUMN,
    CALX_ANNOTATION_VERSION_FUNCTION,
    CALX_ANNOTATION_VERSION_MANUAL,
    CALX_ANNOTATION_ONE,
    CALX_ANNOTATION_MANY,
    CALX_ANNOTATION_VIA,
    CALX_ANNOTATION_INVERSE,
    CALX_ANNOTATION_SECONDARY,
    CALX_ANNOTATION_CASCADE,
    CALX_ANNOTATION_ORDER_BY,
    CALX_ANNOTATION_VIEW_ONLY,
    CALX_ANNOTATION_SINGLE_PARENT,
    CALX_ANNOTATION_POST_UPDATE,
    CALX_ANNOTATION_PASSIVE_DELETES,
    CALX_ANNOTATION_PASSIVE_UPDATES,
    CALX_ANNOTATION_LAZY,
    CALX_ANNOTATION_INNER_JOIN,
    CALX_ANNOTATION_JOIN_DEPTH,
    CALX_ANNOTATION_LOAD_ON_PENDING,
    CALX_ANNOTATION_PUBLIC_METHOD,
    CALX_ANNOTATION_NOT_SCOPED
} calx_annotation_kind;

/* Where an annotation may stand; bits. */
enum {
    CALX_ON_ENTITY = 1u << 0,
    CALX_ON_COLUMN = 1u << 1,
    CALX_ON_RELATIONSHIP = 1u << 2,
    CALX_ON_IGNORED = 1u << 3, /* a member that carries CALX_IGNORE */
    CALX_ON_FUNCTION = 1u << 4,
    CALX_ON_RESULT = 1u << 5,       /* a struct for rows */
    CALX_ON_RESULT_MEMBER = 1u << 6 /* of one, which is a column of them */
};

typedef struct calx_annotation calx_annotation;

struct calx_annotation {
    calx_annotation_kind kind;
    const char *macro; /* "CALX_LENGTH"; of an unknown one its text, "calx:…" */
    unsigned on;       /* CALX_ON_…: where it may stand */
    bool repeatable;
    const char *text;         /* what follows the `=`; "" */
    const char *const *words; /* the same as a list of names, where it is one */
    size_t word_count;
    const bool *descending; /* ORDER_BY: for each word, whether it says desc; else NULL */
    const char *fault;      /* what is wrong with its text; NULL: nothing */
    bool has_number; /* LENGTH, JOIN_DEPTH, DEFAULT of an integer: the constant's value is known */
    bool negative;   /* then: number is to be read as int64_t */
    uint64_t number;
    calx_place place;
    calx_annotation *next;
};

/* A member's type, as far as a column or relationship can have it. */
typedef struct calx_declared_type {
    const char *text;    /* as declared: "unsigned int", "struct point *" */
    const char *problem; /* why it can be no column, with the fix; NULL: it can */
    const char *c_type;  /* see calx_model_column */
    calx_type type;
    calx_model_shape shape;
    bool mutable_;
    uint32_t size;
    const char *target; /* of CALX_ONE and CALX_MANY: "struct user" or "user_t"; else NULL */
} calx_declared_type;

typedef struct calx_declared_member calx_declared_member;

struct calx_declared_member {
    const char *name; /* "" for an anonymous struct or union */
    const char *doc;  /* or NULL */
    calx_declared_type type;
    calx_annotation *annotations;
    calx_place place;
    calx_declared_member *next;
};

typedef enum calx_declared_scope {
    CALX_SCOPE_FILE,
    CALX_SCOPE_FUNCTION,
    CALX_SCOPE_STRUCT,
    CALX_SCOPE_UNION
} calx_declared_scope;

/* A struct that carries annotations, itself or in its members. */
typedef struct calx_declared_struct calx_declared_struct;

struct calx_declared_struct {
    const char *tag;    /* or the typedef's name; NULL: it has no name at all */
    const char *c_type; /* "struct user" or "user_t" */
    const char *doc;    /* or NULL */
    const char *header; /* that defines it */
    bool is_union;
    bool external; /* defined in a header that was not named */
    calx_declared_scope scope;
    uint64_t size;
    uint64_t alignment;
    const char *misaligned; /* a member at an offset its type does not allow; NULL: none */
    calx_annotation *annotations;
    calx_declared_member *members;
    size_t member_count;
    calx_place place;
    calx_declared_struct *next;
};

/* Another name of a struct: typedef struct user user_t. */
typedef struct calx_declared_alias calx_declared_alias;

struct calx_declared_alias {
    const char *name;
    const char *c_type;
    calx_declared_alias *next;
};

/* A name at file scope, for finding collisions with generated ones. */
typedef struct calx_declared_name calx_declared_name;

struct calx_declared_name {
    const char *name;
    bool is_tag;
    calx_place place;
    calx_declared_name *next;
};

/* An annotation on something that can have none: a function, a variable, a typedef. */
typedef struct calx_stray_annotation calx_stray_annotation;

struct calx_stray_annotation {
    const calx_annotation *annotation;
    const char *on; /* "a function" */
    calx_stray_annotation *next;
};

typedef struct calx_declarations {
    const char *const *headers; /* as given */
    size_t header_count;
    const char *const *inputs; /* every file that was read, for the depfile */
    size_t input_count;
    calx_declared_struct *structs;
    const calx_declared_alias *aliases;
    const calx_declared_name *names;
    const calx_stray_annotation *strays;
} calx_declarations;

/* ---- the functions of a header (scoped session) ---- */

typedef struct calx_declared_function calx_declared_function;

struct calx_declared_function {
    calx_model_function facts;    /* forwarded says nothing yet */
    calx_annotation *annotations; /* of which one should be a mark */
    bool variadic;
    const char *receiver;         /* type of the first parameter; NULL: it has none */
    const char *unnamed_callback; /* a parameter that is a function pointer, no typedef; NULL */
    bool all_named;               /* every parameter has a name */
    calx_declared_function *next;
};

typedef struct calx_declared_functions {
    const char *header;
    const char *const *inputs;
    size_t input_count;
    const calx_declared_function *functions;
    size_t function_count;
} calx_declared_functions;

/* The annotation of a kind in a list, or NULL. */
const calx_annotation *calx_annotation_find(const calx_annotation *annotations,
                                            calx_annotation_kind kind);

#endif
