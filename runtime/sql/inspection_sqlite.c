/*
 * What SQLite tells about itself: pragmas as tables, joined with its schema table, so that one
 * statement serves one table or all. table_xinfo is asked, since table_info hides generated columns
 * (ENG-222). Names of constraints, checks and expressions are nowhere but in the CREATE text.
 *
 * A type may be called anything: what is not known goes by the rules of affinity (ENG-223).
 */
#include "sql/inspection.h"

static const calx_inspection_type types[] = {
    { "BIGINT", CALX_FAMILY_INTEGER },
    { "BLOB", CALX_FAMILY_BYTES },
    { "BOOL", CALX_FAMILY_BOOLEAN },
    { "BOOLEAN", CALX_FAMILY_BOOLEAN },
    { "CHAR", CALX_FAMILY_TEXT },
    { "CLOB", CALX_FAMILY_TEXT },
    { "DATE", CALX_FAMILY_DATE },
    { "DATETIME", CALX_FAMILY_TIMESTAMP },
    { "DECIMAL", CALX_FAMILY_NUMERIC },
    { "DOUBLE", CALX_FAMILY_REAL },
    { "DOUBLE PRECISION", CALX_FAMILY_REAL },
    { "FLOAT", CALX_FAMILY_REAL },
    { "INT", CALX_FAMILY_INTEGER },
    { "INTEGER", CALX_FAMILY_INTEGER },
    { "JSON", CALX_FAMILY_JSON },
    { "NCHAR", CALX_FAMILY_TEXT },
    { "NUMERIC", CALX_FAMILY_NUMERIC },
    { "NVARCHAR", CALX_FAMILY_TEXT },
    { "REAL", CALX_FAMILY_REAL },
    { "SMALLINT", CALX_FAMILY_INTEGER },
    { "TEXT", CALX_FAMILY_TEXT },
    { "TIME", CALX_FAMILY_TIME },
    { "TIMESTAMP", CALX_FAMILY_TIMESTAMP },
    { "TINYINT", CALX_FAMILY_INTEGER },
    { "VARCHAR", CALX_FAMILY_TEXT },
    { NULL, CALX_FAMILY_UNKNOWN },
};

static const calx_inspection_affinity affinities[] = {
    { "INT", "INTEGER", CALX_FAMILY_INTEGER }, { "CHAR", "TEXT", CALX_FAMILY_TEXT },
    { "CLOB", "TEXT", CALX_FAMILY_TEXT },      { "TEXT", "TEXT", CALX_FAMILY_TEXT },
    { "BLOB", "BLOB", CALX_FAMILY_BYTES },     { "", "BLOB", CALX_FAMILY_BYTES },
    { "REAL", "REAL", CALX_FAMILY_REAL },      { "FLOA", "REAL", CALX_FAMILY_REAL },
    { "DOUB", "REAL", CALX_FAMILY_REAL },      { NULL, "NUMERIC", CALX_FAMILY_NUMERIC },
};

/* One of its tables or views, or all tables, without its own. */
#define FROM_TABLES "FROM {schema}.sqlite_master m "
#define THESE_TABLES                                                                               \
    "WHERE (m.name = ?2 AND m.type IN ('table', 'view') OR ?2 IS NULL AND m.type = 'table') "      \
    "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
#define ACTION(column)                                                                             \
    "CASE " column " WHEN 'CASCADE' THEN 'c' WHEN 'SET NULL' THEN 'n' "                            \
    "WHEN 'SET DEFAULT' THEN 'd' WHEN 'RESTRICT' THEN 'r' ELSE 'a' END"

const calx_inspection calx_inspection_sqlite = {
    .temporary = "temp",
    .tables_may_be_lost = true,
    .schemas = "SELECT name, name = 'temp', name = 'main' FROM pragma_database_list "
               "UNION SELECT 'temp', 1, 0",
    .objects = "SELECT name, CASE type WHEN 'table' THEN 'r' WHEN 'view' THEN 'v' ELSE 'i' END, "
               "NULL, sql FROM {schema}.sqlite_master WHERE ?1 IS NOT NULL "
               "AND type IN ('table', 'view', 'index') "
               "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    /* The one key column of type INTEGER counts rows, unless an index is behind it. */
    .columns =
        "SELECT r.t, r.name, NOT r.\"notnull\" AND NOT r.rowid_alias, r.rowid_alias, "
        "CASE WHEN r.hidden = 0 THEN r.dflt_value END, NULL, "
        "CASE WHEN r.hidden > 1 THEN '' END, r.hidden = 3, coalesce(r.type, ''), coalesce(r.type, "
        "''), NULL, 'b', 0, "
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM ("
        "SELECT m.name AS t, x.*, m.type = 'table' AND x.pk = 1 AND upper(x.type) = 'INTEGER' "
        "AND (SELECT count(*) FROM pragma_table_xinfo(m.name, ?1) k WHERE k.pk > 0) = 1 "
        "AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name, ?1) l WHERE l.origin = 'pk') "
        "AS rowid_alias " FROM_TABLES "JOIN pragma_table_xinfo(m.name, ?1) x " THESE_TABLES
        "AND x.hidden <> 1) r ORDER BY r.t, r.cid",
    .keys = "SELECT m.name, NULL, '', 1, 0, 0, x.name, 0 AS l, x.pk AS s " FROM_TABLES
            "JOIN pragma_table_xinfo(m.name, ?1) x " THESE_TABLES "AND x.pk > 0 AND m.type = "
            "'table' UNION ALL SELECT m.name, NULL, l.name, 0, 0, 0, x.name, 1000 - l.seq, "
            "x.seqno " FROM_TABLES "JOIN pragma_index_list(m.name, ?1) l "
            "JOIN pragma_index_info(l.name, ?1) x " THESE_TABLES
            "AND l.origin = 'u' ORDER BY 1, 8, 3, 9",
    .foreign_keys =
        "SELECT m.name, NULL, CAST(f.id AS TEXT), ?1, f.\"table\", " ACTION("f.on_delete") ", " //
    ACTION("f.on_update") ", 0, 0, f.\"from\", coalesce(f.\"to\", (SELECT p.name "
                          "FROM pragma_table_xinfo(f.\"table\", ?1) p WHERE p.pk = f.seq + 1)) " //
    FROM_TABLES "JOIN pragma_foreign_key_list(m.name, ?1) f " THESE_TABLES
                          "ORDER BY 1, f.id DESC, f.seq",
    .indexes = "SELECT m.name, l.name, l.\"unique\", NULL, NULL, i.sql, x.name, x.cid = -2, "
               "x.\"desc\", NOT x.\"desc\", 0 " FROM_TABLES "JOIN pragma_index_list(m.name, ?1) l "
               "JOIN {schema}.sqlite_master i ON i.type = 'index' AND i.name = l.name "
               "JOIN pragma_index_xinfo(l.name, ?1) x " THESE_TABLES
               "AND l.origin = 'c' AND x.key ORDER BY 1, 2, x.seqno",
    .checks = NULL,
    .types = types,
    .affinities = affinities,
};
