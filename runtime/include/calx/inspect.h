/**
 * @file inspect.h
 * What a database holds: its tables with their columns, keys, indexes and checks, as it says
 * itself.
 *
 *     calx_inspector_new(engine, &inspector, &error);
 *     status = calx_inspector_table(inspector, NULL, "users", &users);
 *     for (size_t i = 0; i < users->column_count; i++)
 *         puts(users->columns[i].name);
 *     calx_inspector_free(inspector);
 *
 * What was read once is kept, and answered again, until calx_inspector_clear() or _free(); all that
 * an inspector hands out is its own and lives as long (ENG-228). A schema is named as the database
 * names it: on SQLite `main`, an attached database, or `temp`; on PostgreSQL a schema, or
 * `pg_temp`. NULL is the default one: what the engine's execution option `schema` names, else
 * `main` or the first of the search path, where a single object of that name among the temporary
 * ones is found first, as SQL would. Lists are sorted by the bytes of names.
 *
 * Each call that answers a status clears the inspector's error first. Thread rule: one thread at a
 * time, and one that may use the connection where the inspector was made on one.
 */
#ifndef CALX_INSPECT_H
#define CALX_INSPECT_H

#include <calx/connection.h>
#include <calx/engine.h>
#include <calx/error.h>
#include <calx/mapper.h>
#include <calx/types.h>

CALX_BEGIN_DECLS

/** What a type is in general, whatever it is called. */
typedef enum calx_type_family {
    CALX_FAMILY_UNKNOWN = 0, /**< of nothing known here; its use is a warning (ENG-227) */
    CALX_FAMILY_BOOLEAN,
    CALX_FAMILY_INTEGER,
    CALX_FAMILY_NUMERIC, /**< exact, with a point */
    CALX_FAMILY_REAL,    /**< binary, with a point */
    CALX_FAMILY_TEXT,
    CALX_FAMILY_BYTES,
    CALX_FAMILY_BITS,
    CALX_FAMILY_DATE,
    CALX_FAMILY_TIME,
    CALX_FAMILY_TIMESTAMP,
    CALX_FAMILY_INTERVAL,
    CALX_FAMILY_UUID,
    CALX_FAMILY_JSON,
    CALX_FAMILY_ENUM,
    CALX_FAMILY_DOMAIN,
    CALX_FAMILY_SPECIAL /**< known, and like none of these: networks, ranges, XML, searching */
} calx_type_family;

/** A type. Numbers that are not said are -1. */
typedef struct calx_inspected_type {
    calx_type_family family;
    const char *name;   /**< without numbers: "VARCHAR", "varchar"; that of an enum or domain */
    const char *text;   /**< as it was declared: "VARCHAR(30)", "character varying(30)" */
    const char *schema; /**< of an enum, a domain, or one that is unknown; else NULL */
    int32_t length;     /**< of text and bits */
    int32_t precision;
    int32_t scale;
    bool is_array; /**< of items of the type */
} calx_inspected_type;

/** What a column is worked out from. */
typedef struct calx_inspected_computed {
    const char *sql;
    bool stored; /**< false: worked out when it is read */
} calx_inspected_computed;

/** Numbers the database counts. */
typedef struct calx_inspected_sequence {
    const char *name;      /**< NULL in an identity */
    const char *type_text; /**< such as "bigint" */
    int64_t start;
    int64_t increment;
    int64_t minimum;
    int64_t maximum;
    int64_t cache;
    bool cycle;
} calx_inspected_sequence;

/** GENERATED … AS IDENTITY. */
typedef struct calx_inspected_identity {
    bool always; /**< else BY DEFAULT: a value that is given is taken */
    calx_inspected_sequence sequence;
} calx_inspected_identity;

typedef struct calx_inspected_column {
    const char *name;
    calx_inspected_type type;
    bool nullable;
    bool is_counted; /**< the database makes a number where none is given: a SQLite rowid, an
                          identity, a default that is the next of a sequence */
    const char *default_sql;                 /**< or NULL */
    const char *comment;                     /**< or NULL */
    const calx_inspected_computed *computed; /**< or NULL */
    const calx_inspected_identity *identity; /**< or NULL */
} calx_inspected_column;

/** A primary key or a unique constraint. */
typedef struct calx_inspected_key {
    const char *name;           /**< NULL: it has none */
    const char *const *columns; /**< in the order of the key (ENG-224) */
    size_t column_count;
    bool deferrable;
    bool initially_deferred;
} calx_inspected_key;

/** A foreign key: columns[i] points at target_columns[i] (ENG-225). */
typedef struct calx_inspected_foreign_key {
    const char *name; /**< NULL: it has none */
    const char *const *columns;
    size_t column_count;
    const char *target_schema;
    const char *target_table;
    const char *const *target_columns;
    size_t target_column_count; /**< 0: they are the key of a table that is not there */
    calx_on_delete on_delete;
    calx_on_update on_update;
    bool deferrable;
    bool initially_deferred;
} calx_inspected_foreign_key;

/** What an index is ordered by. */
typedef struct calx_inspected_part {
    const char *text;   /**< a column's name, or SQL */
    bool is_expression; /**< it is SQL */
    bool descending;
    bool nulls_first;
} calx_inspected_part;

/** An index that is not behind a primary key or a unique constraint (ENG-226). */
typedef struct calx_inspected_index {
    const char *name;
    bool unique;
    const char *method;    /**< such as "btree"; NULL: the database has one only */
    const char *predicate; /**< SQL: of which rows; NULL: of all */
    const calx_inspected_part *parts;
    size_t part_count;
    const char *const *included; /**< columns kept beside, INCLUDE (…) */
    size_t included_count;
} calx_inspected_index;

typedef struct calx_inspected_check {
    const char *name; /**< NULL: it has none */
    const char *sql;  /**< without CHECK and its parentheses */
} calx_inspected_check;

typedef enum calx_inspected_kind {
    CALX_INSPECTED_TABLE = 1,
    CALX_INSPECTED_PARTITIONED, /**< a table whose rows are in its partitions */
    CALX_INSPECTED_FOREIGN,     /**< a table of another server */
    CALX_INSPECTED_VIEW,
    CALX_INSPECTED_MATERIALIZED_VIEW
} calx_inspected_kind;

/** A table or view, with all that is known of it. */
typedef struct calx_inspected_table {
    const char *schema;
    const char *name;
    calx_inspected_kind kind;
    const char *comment;                  /**< or NULL */
    const calx_inspected_column *columns; /**< in the order of the table */
    size_t column_count;
    const calx_inspected_key *primary_key; /**< NULL: there is none */
    const calx_inspected_foreign_key *foreign_keys;
    size_t foreign_key_count;
    const calx_inspected_key *uniques;
    size_t unique_count;
    const calx_inspected_index *indexes;
    size_t index_count;
    const calx_inspected_check *checks;
    size_t check_count;
    bool is_unreadable; /**< among all tables: one whose module this SQLite lacks. It has a name and
                             no columns, and is a warning; asked for alone it is CALX_E_NO_OBJECT */
} calx_inspected_table;

typedef struct calx_inspected_enum {
    const char *name;
    const char *const *labels; /**< in their order */
    size_t label_count;
} calx_inspected_enum;

typedef struct calx_inspected_domain {
    const char *name;
    calx_inspected_type type;
    bool nullable;
    const char *default_sql; /**< or NULL */
    const calx_inspected_check *checks;
    size_t check_count;
} calx_inspected_domain;

typedef struct calx_inspector calx_inspector;

/**
 * An inspector that takes a connection from the engine for each look.
 * @param engine  must outlive the inspector
 * @param out_inspector  owned by the caller: calx_inspector_free()
 * @param out_error  or NULL
 * @return CALX_OK; CALX_E_ARGUMENT engine is NULL; CALX_E_NOMEM
 */
CALX_API calx_status calx_inspector_new(calx_engine *engine, calx_inspector **out_inspector,
                                        calx_error *out_error);

/**
 * An inspector that looks through a connection, inside of its transaction: it sees temporary tables
 * and what is not committed.
 * @param connection  must outlive the inspector, but for its calx_inspector_free()
 * @return CALX_OK; CALX_E_ARGUMENT connection is NULL; CALX_E_NOMEM
 */
CALX_API calx_status calx_inspector_new_on(calx_connection *connection,
                                           calx_inspector **out_inspector, calx_error *out_error);

/** Frees it and all it handed out. Takes NULL. */
CALX_API void calx_inspector_free(calx_inspector *inspector);

/** Forgets what was read, and frees all it handed out: the database is asked again (ENG-228). */
CALX_API void calx_inspector_clear(calx_inspector *inspector);

/** The details of the last failed call. Never NULL. */
CALX_API const calx_error *calx_inspector_error(const calx_inspector *inspector);

/** How many warnings went to the engine's log (ENG-227). */
CALX_API size_t calx_inspector_count_warnings(const calx_inspector *inspector);

/*
 * What the calls below answer beside CALX_OK: CALX_E_ARGUMENT a name is NULL; CALX_E_NO_OBJECT
 * there is no such schema, or table, which the message names (ENG-221); CALX_E_NOMEM; what
 * connecting and executing may give. Results are borrowed until the inspector is cleared or freed.
 */

/** The name that a schema of NULL stands for. */
CALX_API calx_status calx_inspector_default_schema(calx_inspector *inspector,
                                                   const char **out_name);

/** All schemas but those of the database itself and of temporary tables. */
CALX_API calx_status calx_inspector_schema_names(calx_inspector *inspector,
                                                 const char *const **out_names, size_t *out_count);

/** Tables of a schema, those with partitions among them, without views (ENG-219). */
CALX_API calx_status calx_inspector_table_names(calx_inspector *inspector, const char *schema,
                                                const char *const **out_names, size_t *out_count);

/** Views of a schema, materialized ones among them. */
CALX_API calx_status calx_inspector_view_names(calx_inspector *inspector, const char *schema,
                                               const char *const **out_names, size_t *out_count);

/** Temporary tables of the connection. */
CALX_API calx_status calx_inspector_temp_table_names(calx_inspector *inspector,
                                                     const char *const **out_names,
                                                     size_t *out_count);

/** Whether there is a schema of that name (ENG-220). */
CALX_API calx_status calx_inspector_has_schema(calx_inspector *inspector, const char *schema,
                                               bool *out_has);

/** Whether there is a table or view; in a schema that is not there, there is none (ENG-220). */
CALX_API calx_status calx_inspector_has_table(calx_inspector *inspector, const char *schema,
                                              const char *table, bool *out_has);

/** Whether a schema has an index of that name, as calx_inspected_index lists them (ENG-220). */
CALX_API calx_status calx_inspector_has_index(calx_inspector *inspector, const char *schema,
                                              const char *index, bool *out_has);

/** All about one table or view (ENG-221 to 226). */
CALX_API calx_status calx_inspector_table(calx_inspector *inspector, const char *schema,
                                          const char *table,
                                          const calx_inspected_table **out_table);

/**
 * All about all tables of a schema, in the order of their names: as many statements for a thousand
 * as for one (ENG-228).
 */
CALX_API calx_status calx_inspector_tables(calx_inspector *inspector, const char *schema,
                                           const calx_inspected_table *const **out_tables,
                                           size_t *out_count);

/** Enums of a schema; none where the database has no such thing, as for the next two (ENG-227). */
CALX_API calx_status calx_inspector_enums(calx_inspector *inspector, const char *schema,
                                          const calx_inspected_enum **out_enums, size_t *out_count);

CALX_API calx_status calx_inspector_domains(calx_inspector *inspector, const char *schema,
                                            const calx_inspected_domain **out_domains,
                                            size_t *out_count);

/** Sequences, those behind identities among them. */
CALX_API calx_status calx_inspector_sequences(calx_inspector *inspector, const char *schema,
                                              const calx_inspected_sequence **out_sequences,
                                              size_t *out_count);

CALX_END_DECLS

#endif
