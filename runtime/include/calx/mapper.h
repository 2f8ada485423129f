/**
 * @file mapper.h
 * What generated code says about a struct: tables of facts, all const. The one pointer to a
 * function is for versions that an application makes itself.
 *
 * These types are the seam between calx-gen and the runtime. They are written by the generator's
 * templates and read by the rooms sql, mapper, session, query and schema. An application passes
 * mappers on; it has no need to look inside.
 */
#ifndef CALX_MAPPER_H
#define CALX_MAPPER_H

#include <calx/api.h>
#include <calx/error.h>
#include <calx/types.h>

CALX_BEGIN_DECLS

/** Raised whenever a type of this file changes; generated code asserts it was made for this one. */
#define CALX_MAPPER_ABI 3

/** How a column's member lies in memory. */
typedef enum calx_type {
    CALX_TYPE_BOOL = 1,
    CALX_TYPE_INT8,
    CALX_TYPE_INT16,
    CALX_TYPE_INT32,
    CALX_TYPE_INT64,
    CALX_TYPE_UINT8,
    CALX_TYPE_UINT16,
    CALX_TYPE_UINT32,
    CALX_TYPE_UINT64,
    CALX_TYPE_FLOAT,
    CALX_TYPE_DOUBLE,
    CALX_TYPE_TEXT,       /**< const char * or char *, NUL-terminated; NULL is SQL NULL */
    CALX_TYPE_CHAR_ARRAY, /**< char[N], NUL-terminated inside its N bytes */
    CALX_TYPE_BYTES,      /**< calx_bytes */
    CALX_TYPE_TIMESTAMP   /**< calx_timestamp */
} calx_type;

/** Facts about a column that are either so or not. */
enum {
    CALX_COLUMN_KEY = 1u << 0,         /**< part of the primary key */
    CALX_COLUMN_NOT_NULL = 1u << 1,    /**< NOT NULL in the database */
    CALX_COLUMN_UNIQUE = 1u << 2,      /**< UNIQUE by itself */
    CALX_COLUMN_NULL_FLAG = 1u << 3,   /**< null_offset names the bool that tells NULL (false) */
    CALX_COLUMN_MUTABLE = 1u << 4,     /**< the pointee may be written: compare by content */
    CALX_COLUMN_GENERATED = 1u << 5,   /**< a single integer key the database makes when left 0 */
    CALX_COLUMN_VERSION = 1u << 6,     /**< optimistic locking */
    CALX_COLUMN_HAS_DEFAULT = 1u << 7, /**< the prototype carries a constant for it */
    CALX_COLUMN_MANUAL = 1u << 8,      /**< a version that the runtime checks and does not make */
    CALX_COLUMN_DEFERRED = 1u << 9     /**< not loaded with its row, unless a query says so */
};

/**
 * Makes the version of a row that is about to be written. Generated: it hands typed pointers on to
 * the function an application named with CALX_VERSION_FUNCTION.
 * @param old      the version the row has, as its member holds it; NULL: the row is new
 * @param out_new  a member's worth of memory for the new one, zeroed
 * @return CALX_OK; any other status fails the flush
 */
typedef calx_status (*calx_version_function)(const void *old, void *out_new);

typedef struct calx_mapper calx_mapper;

typedef struct calx_column {
    const char *name;           /**< in the database */
    const char *member;         /**< in the struct */
    calx_type type;             /**< of the value, not of the nullable wrapper */
    unsigned flags;             /**< CALX_COLUMN_… */
    uint32_t offset;            /**< of the value */
    uint32_t size;              /**< of the value, in bytes */
    uint32_t null_offset;       /**< of has_value, with CALX_COLUMN_NULL_FLAG */
    uint32_t length;            /**< longest text in characters; 0: no limit */
    const char *server_default; /**< SQL, or NULL */
    const char *check;          /**< SQL, or NULL */
} calx_column;

typedef enum calx_on_delete {
    CALX_ON_DELETE_NO_ACTION = 0,
    CALX_ON_DELETE_CASCADE,
    CALX_ON_DELETE_SET_NULL,
    CALX_ON_DELETE_SET_DEFAULT,
    CALX_ON_DELETE_RESTRICT
} calx_on_delete;

/** What the database does with a foreign key when the key it points at changes. */
typedef enum calx_on_update {
    CALX_ON_UPDATE_NO_ACTION = 0,
    CALX_ON_UPDATE_CASCADE,
    CALX_ON_UPDATE_SET_NULL,
    CALX_ON_UPDATE_SET_DEFAULT,
    CALX_ON_UPDATE_RESTRICT
} calx_on_update;

/** A foreign key: columns[i] of this mapper points at target_columns[i] of the target. */
typedef struct calx_foreign_key {
    const calx_mapper *target;
    const uint16_t *columns;
    const uint16_t *target_columns;
    uint16_t column_count;
    calx_on_delete on_delete;
    calx_on_update on_update;
} calx_foreign_key;

typedef struct calx_index {
    const char *name;
    const uint16_t *columns;
    uint16_t column_count;
    bool unique;
} calx_index;

/** Which side of which foreign key a relationship is. */
typedef enum calx_relationship_kind {
    CALX_RELATIONSHIP_ONE = 1,         /**< many-to-one: the foreign key is in this mapper */
    CALX_RELATIONSHIP_MANY = 2,        /**< one-to-many: the foreign key is in the target */
    CALX_RELATIONSHIP_ONE_TO_ONE = 3,  /**< as one-to-many, with one instance at most */
    CALX_RELATIONSHIP_MANY_TO_MANY = 4 /**< rows of the association point at both */
} calx_relationship_kind;

/** Facts about a relationship that are either so or not. */
enum {
    CALX_RELATIONSHIP_VIEW_ONLY = 1u << 0,       /**< read only; never written (SES-292) */
    CALX_RELATIONSHIP_SINGLE_PARENT = 1u << 1,   /**< a target has one owner at most (SES-289) */
    CALX_RELATIONSHIP_POST_UPDATE = 1u << 2,     /**< the key by an UPDATE of its own (SES-198) */
    CALX_RELATIONSHIP_PASSIVE_DELETES = 1u << 3, /**< what is not loaded is left to the database
                                                      when the owner is deleted (SES-280) */
    CALX_RELATIONSHIP_PASSIVE_DELETES_ALL = 1u << 4, /**< and so is what is loaded (SES-281) */
    CALX_RELATIONSHIP_ACTIVE_UPDATES = 1u << 5, /**< a changed key is passed on by UPDATEs here, not
                                                     by the database (SES-205) */
    CALX_RELATIONSHIP_INNER_JOIN = 1u << 6,     /**< a joined load may leave out rows without a
                                                     target: there are none (SES-309) */
    CALX_RELATIONSHIP_LOAD_ON_PENDING = 1u << 7 /**< a pending owner loads it too (SES-302) */
};

/** How a relationship is loaded, unless a query says otherwise (SES-300 to 319). */
typedef enum calx_loading {
    CALX_LOADING_SELECT = 0,   /**< when it is first asked for */
    CALX_LOADING_JOINED,       /**< with its owner's row */
    CALX_LOADING_SELECTIN,     /**< for all owners of a result, by their keys */
    CALX_LOADING_SUBQUERY,     /**< for all owners of a result, by their query */
    CALX_LOADING_IMMEDIATE,    /**< for each owner, as soon as its rows are there */
    CALX_LOADING_RAISE,        /**< never: asking for it is an error */
    CALX_LOADING_RAISE_ON_SQL, /**< only from what is in memory */
    CALX_LOADING_NOLOAD        /**< never: it reads as empty */
} calx_loading;

/** What is repeated on related objects (SES-270). */
enum {
    CALX_CASCADE_SAVE_UPDATE = 1u << 0,
    CALX_CASCADE_MERGE = 1u << 1,
    CALX_CASCADE_REFRESH_EXPIRE = 1u << 2,
    CALX_CASCADE_EXPUNGE = 1u << 3,
    CALX_CASCADE_DELETE = 1u << 4,
    CALX_CASCADE_DELETE_ORPHAN = 1u << 5
};

#define CALX_NO_INVERSE UINT16_MAX

/** One part of the order of a collection: a column of the target. */
typedef struct calx_relationship_order {
    uint16_t column;
    bool descending;
} calx_relationship_order;

typedef struct calx_relationship {
    const char *member;
    calx_relationship_kind kind;
    unsigned flags;   /**< CALX_RELATIONSHIP_… */
    unsigned cascade; /**< CALX_CASCADE_… */
    calx_loading loading;
    uint32_t offset;      /**< of the member in this struct */
    uint16_t foreign_key; /**< index: ONE: of this mapper; MANY, ONE_TO_ONE: of the target;
                               MANY_TO_MANY: of the association, the one that points here */
    uint16_t target_key;  /**< MANY_TO_MANY: that of the association which points at the target */
    uint16_t inverse;     /**< index of the other side in the target, or CALX_NO_INVERSE */
    uint16_t join_depth;  /**< how often its entity may come again on one path; 0: not */
    uint16_t order_count;
    const calx_relationship_order *order;
    const calx_mapper *target;
    const calx_mapper *association; /**< MANY_TO_MANY: its rows, which are no entities; or NULL */
} calx_relationship;

/** Facts about an entity that are either so or not. */
enum {
    CALX_MAPPER_LEGACY_IS_ORPHAN = 1u << 0, /**< an orphan only without owners of all kinds */
    CALX_MAPPER_ASSOCIATION = 1u << 1       /**< rows of a many-to-many: no instances are made */
};

struct calx_mapper {
    unsigned abi;   /**< CALX_MAPPER_ABI of the header it was compiled with */
    unsigned flags; /**< CALX_MAPPER_… */
    uint32_t instance_size;
    uint32_t instance_alignment; /**< at most 16 */
    const char *name;            /**< of the struct, as generated functions begin */
    const char *table;           /**< in the database */
    const calx_column *columns;
    const uint16_t *key; /**< the key's columns, in order */
    const calx_foreign_key *foreign_keys;
    const calx_index *indexes;
    const calx_relationship *relationships;
    calx_version_function next_version; /**< NULL: versions are made here, or not at all */
    const void *prototype; /**< an instance with the constant defaults in it, or NULL: all zero */
    uint16_t column_count;
    uint16_t key_count;
    uint16_t foreign_key_count;
    uint16_t index_count;
    uint16_t relationship_count;
};

typedef struct calx_metadata calx_metadata;

/** Every mapper of one model. */
struct calx_metadata {
    unsigned abi;
    const char *name;
    const calx_mapper *const *mappers;
    size_t mapper_count;
    const calx_metadata *const *references; /**< models whose mappers these refer to */
    size_t reference_count;
};

CALX_END_DECLS

#endif
