/*
 * How a database is asked what it holds, as pure data: SQL texts whose rows mean the same on all of
 * them, and what its types are called.
 *
 * In each text `{schema}` stands for the quoted name of the schema. The first parameter is the
 * schema's name; texts about tables have a second one, a table's name, or NULL for all tables.
 * Columns are text unless marked: (b) truth values, (i) integers; those marked ? may be NULL. Rows
 * of one table stand together, and within it those of one key, index or type, each in its order.
 */
#ifndef CALX_SQL_INSPECTION_H
#define CALX_SQL_INSPECTION_H

#include <calx/inspect.h>

#include <stdbool.h>
#include <stddef.h>

/* A type of the database's own by its name. */
typedef struct calx_inspection_type {
    const char *name;
    calx_type_family family;
} calx_inspection_type;

/* What a type is whose name is not known, by what is in its name. */
typedef struct calx_inspection_affinity {
    const char *part; /* "": only of an empty name; NULL: all others */
    const char *name; /* of the type it is taken for */
    calx_type_family family;
} calx_inspection_affinity;

typedef struct calx_inspection {
    const char *temporary;   /* the schema of temporary tables */
    bool tables_may_be_lost; /* one that cannot be read fails the statement for all, and no more */

    /* Without parameters: name, hidden (b), the default one (b). */
    const char *schemas;
    /*
     * Tables, views and indexes, one parameter: name, kind, comment?, CREATE text?. Kinds: "r"
     * table, "p" with partitions, "f" foreign, "v" view, "m" materialized, "i" index.
     */
    const char *objects;
    /*
     * table, name, nullable (b), counted (b), default?, comment?, computed?, stored (b), type text,
     * type name, type schema? (NULL: the database's own), kind of type ("b" base, "e" enum,
     * "d" domain, other), array (b), identity? ("a" always, "d" by default), and of an identity:
     * type?, start (i)?, increment (i)?, minimum (i)?, maximum (i)?, cache (i)?, cycle (b)?.
     * computed "": SQL that is in the CREATE text.
     */
    const char *columns;
    /* table, name?, what tells it from others, primary (b), deferrable (b), deferred (b), column */
    const char *keys;
    /*
     * table, name?, what tells it from others, target schema, target table, on delete, on update,
     * deferrable (b), deferred (b), column, target column?. Actions: "a" none, "r" restrict,
     * "c" cascade, "n" set null, "d" set default.
     */
    const char *foreign_keys;
    /*
     * table, name, unique (b), method?, predicate?, CREATE text?, part?, expression (b),
     * descending (b), nulls first (b), included (b). part NULL: it is in the CREATE text.
     */
    const char *indexes;
    /* table, name?, SQL; NULL: they are in the CREATE text */
    const char *checks;

    /* One parameter; NULL: there is no such thing. */
    const char *enums;     /* name, label? */
    const char *domains;   /* name, nullable (b), default?, type text, type name, type schema?, kind
                              of   type, array (b), check's name?, check's SQL? */
    const char *sequences; /* name, type, start (i), increment (i), minimum (i), maximum (i),
                              cache (i), cycle (b) */

    const calx_inspection_type *types;          /* ends with a name of NULL; without case */
    const calx_inspection_affinity *affinities; /* ends with a part of NULL; NULL: a type that is
                                                   not known is a warning */
} calx_inspection;

extern const calx_inspection calx_inspection_postgresql;
extern const calx_inspection calx_inspection_sqlite;

#endif
