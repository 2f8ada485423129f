/*
 * The checked model: what the view turns into JSON and the templates print. Plain structs, no
 * behaviour, everything in the arena of the run; texts are never NULL unless the comment says so.
 *
 * Positions (of columns, foreign keys, relationships) are those of the generated tables, so they
 * are uint16_t as in <calx/mapper.h>. What the reader found before any rule was applied is in
 * declaration.h.
 */
#ifndef CALX_MODEL_MODEL_H
#define CALX_MODEL_MODEL_H

#include <calx/mapper.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where something stands; file is spelled as it was given on the command line. */
typedef struct calx_place {
    const char *file; /* NULL: nowhere, such as an unreadable file */
    unsigned line;    /* from 1 */
    unsigned column;  /* in bytes, from 1 */
} calx_place;

typedef struct calx_model_entity calx_model_entity;

/* How the C value of a column is handed over; the setter's and the handle's form follow from it. */
typedef enum calx_model_shape {
    CALX_SHAPE_PLAIN = 1,  /* the member is the value: int64_t, bool, const char *, calx_bytes */
    CALX_SHAPE_NULLABLE,   /* struct { bool has_value; T value; } */
    CALX_SHAPE_ENUMERATION /* a C enum, stored as its integer */
} calx_model_shape;

typedef struct calx_model_column {
    const char *member; /* in the struct */
    const char *name;   /* in the database */
    const char *doc;    /* the member's comment without its stars, lines kept; or NULL */
    const char *c_type; /* as a parameter is declared: "int64_t", "enum role", "const char *",
                           "calx_nullable_int32", "calx_bytes"; for char[N] "const char *" */
    calx_type type;     /* of the value, not of the wrapper */
    calx_model_shape shape;
    const char *value_path; /* for offsetof and sizeof: "age.value", else the member */
    const char *null_path;  /* "age.has_value"; NULL: no flag */
    uint32_t size;          /* of the value, in bytes; char[N]: N */
    uint32_t length;        /* longest text in characters; 0: no limit */
    bool key;
    bool not_null; /* in the database: scalars, keys and what says so */
    bool nullable; /* !not_null */
    bool unique;
    bool mutable_;  /* the pointee may be written through the member: char *, char[N] */
    bool generated; /* a single integer key the database makes when left 0 */
    bool version;
    bool deferred;                /* not loaded with its row, unless a query says so */
    bool version_manual;          /* checked, and made by the program or the database */
    const char *version_function; /* that makes versions; NULL: the runtime makes them */
    bool is_enum;
    const char *default_text;    /* CALX_DEFAULT as written, expanded; NULL: none */
    const char *default_literal; /* the same as a C initializer: "0", "true", "\"new\"";
                                    for SHAPE_NULLABLE of the value alone; NULL: none */
    const char *server_default;  /* SQL; NULL: none */
    const char *check;           /* SQL; NULL: none */
    uint16_t position;           /* in the entity's columns */
    calx_place place;
} calx_model_column;

typedef struct calx_model_foreign_key {
    const calx_model_entity *target; /* perhaps external; the entity itself in a tree */
    const uint16_t *columns;         /* column_count positions in this entity, in key order */
    const uint16_t *target_columns;  /* as many, in the target */
    uint16_t column_count;
    calx_on_delete on_delete;
    calx_on_update on_update;
    bool nullable; /* every column of it is */
    calx_place place;
} calx_model_foreign_key;

typedef struct calx_model_index {
    const char *name;
    const uint16_t *columns;
    uint16_t column_count;
    bool unique;
    calx_place place;
} calx_model_index;

typedef struct calx_model_relationship {
    const char *member;
    const char *doc; /* or NULL */
    calx_relationship_kind kind;
    const calx_model_entity *target;
    const calx_model_entity *association; /* MANY_TO_MANY: whose rows join; else NULL */
    uint16_t foreign_key; /* position: ONE: in this entity; MANY, ONE_TO_ONE: in the target;
                             MANY_TO_MANY: in the association, the one that points here */
    uint16_t target_key;  /* MANY_TO_MANY: the one of it that points at the target */
    uint16_t inverse;     /* position in the target's relationships, or CALX_NO_INVERSE */
    unsigned cascade;     /* CALX_CASCADE_…; save_update and merge when nothing was said */
    unsigned flags;       /* CALX_RELATIONSHIP_… */
    calx_loading loading;
    uint16_t join_depth;                  /* 0: nothing was said */
    const calx_relationship_order *order; /* order_count parts; of a collection */
    uint16_t order_count;
    uint16_t position;
    calx_place place;
} calx_model_relationship;

struct calx_model_entity {
    const char *tag;       /* "user"; for a typedef'd struct without tag the typedef's name; of an
                              association the member it was made for */
    const char *c_type;    /* "struct user", or "user_t" when there is no tag */
    const char *name;      /* what generated names begin with, --prefix included */
    const char *table;     /* in the database */
    const char *doc;       /* or NULL */
    const char *header;    /* that defines it, as given or as included */
    const char *metadata;  /* that lists it: the model's own, or for an external one the default
                              of its header: its stem, without "_metadata" */
    bool external;         /* defined in an included header: referred to, not generated */
    bool legacy_is_orphan; /* an orphan only when all owners have let go */
    bool result;           /* filled with rows: no table, no key, columns alone */
    bool association;      /* made for a many-to-many: a table, and no typed functions */
    uint32_t size;
    uint32_t alignment;
    const calx_model_column *columns;
    uint16_t column_count;
    const uint16_t *key; /* positions of the key's columns, in the order of the struct */
    uint16_t key_count;
    const calx_model_foreign_key *foreign_keys;
    uint16_t foreign_key_count;
    const calx_model_index *indexes;
    uint16_t index_count;
    const calx_model_relationship *relationships;
    uint16_t relationship_count;
    calx_place place;
};

/* One run is one model. Entities stand in the order the headers define them. */
typedef struct calx_model {
    const char *name;           /* "models"; the metadata is models_metadata */
    const char *prefix;         /* of every generated name; "" usually */
    const char *const *headers; /* as given */
    size_t header_count;
    const calx_model_entity *entities; /* to be generated */
    size_t entity_count;
    const calx_model_entity *results; /* structs for rows */
    size_t result_count;
    const calx_model_entity *associations; /* of their many-to-many relationships */
    size_t association_count;
    const calx_model_entity *const *externals; /* that some entity here refers to */
    size_t external_count;
    const char *const *references; /* the metadata names of the externals, each once, sorted */
    size_t reference_count;
} calx_model;

/* ---- the scoped session: functions of a header ---- */

typedef struct calx_model_parameter {
    const char *name;
    const char *type;        /* "const void *const *"; an array as it is: "const int[4]" */
    const char *declaration; /* type and name as C wants them: "const void *const *entities" */
} calx_model_parameter;

typedef struct calx_model_function {
    const char *name;                       /* "calx_session_add" */
    const char *doc;                        /* or NULL */
    const char *return_type;                /* "calx_status" for every forwarded one */
    const calx_model_parameter *parameters; /* the receiver is the first of them */
    size_t parameter_count;
    bool forwarded; /* CALX_PUBLIC_METHOD; otherwise CALX_NOT_SCOPED */
    calx_place place;
} calx_model_function;

typedef struct calx_model_functions {
    const char *header; /* as given */
    const calx_model_function *functions;
    size_t function_count;
} calx_model_functions;

#endif
