/*
 * What PostgreSQL tells about itself: its catalog, one statement for all tables of a schema. Each
 * name is written with the catalog's own schema, so that nothing on the search path can stand in
 * between. Expressions come as PostgreSQL prints them, not as they were written.
 */
#include "sql/inspection.h"

static const calx_inspection_type types[] = {
    { "bool", CALX_FAMILY_BOOLEAN },
    { "int2", CALX_FAMILY_INTEGER },
    { "int4", CALX_FAMILY_INTEGER },
    { "int8", CALX_FAMILY_INTEGER },
    { "numeric", CALX_FAMILY_NUMERIC },
    { "money", CALX_FAMILY_NUMERIC },
    { "float4", CALX_FAMILY_REAL },
    { "float8", CALX_FAMILY_REAL },
    { "varchar", CALX_FAMILY_TEXT },
    { "bpchar", CALX_FAMILY_TEXT },
    { "text", CALX_FAMILY_TEXT },
    { "name", CALX_FAMILY_TEXT },
    { "char", CALX_FAMILY_TEXT },
    { "bytea", CALX_FAMILY_BYTES },
    { "bit", CALX_FAMILY_BITS },
    { "varbit", CALX_FAMILY_BITS },
    { "date", CALX_FAMILY_DATE },
    { "time", CALX_FAMILY_TIME },
    { "timetz", CALX_FAMILY_TIME },
    { "timestamp", CALX_FAMILY_TIMESTAMP },
    { "timestamptz", CALX_FAMILY_TIMESTAMP },
    { "interval", CALX_FAMILY_INTERVAL },
    { "uuid", CALX_FAMILY_UUID },
    { "json", CALX_FAMILY_JSON },
    { "jsonb", CALX_FAMILY_JSON },
    { "oid", CALX_FAMILY_SPECIAL },
    { "regclass", CALX_FAMILY_SPECIAL },
    { "regconfig", CALX_FAMILY_SPECIAL },
    { "xml", CALX_FAMILY_SPECIAL },
    { "inet", CALX_FAMILY_SPECIAL },
    { "cidr", CALX_FAMILY_SPECIAL },
    { "macaddr", CALX_FAMILY_SPECIAL },
    { "macaddr8", CALX_FAMILY_SPECIAL },
    { "tsvector", CALX_FAMILY_SPECIAL },
    { "tsquery", CALX_FAMILY_SPECIAL },
    { "jsonpath", CALX_FAMILY_SPECIAL },
    { "int4range", CALX_FAMILY_SPECIAL },
    { "int8range", CALX_FAMILY_SPECIAL },
    { "numrange", CALX_FAMILY_SPECIAL },
    { "daterange", CALX_FAMILY_SPECIAL },
    { "tsrange", CALX_FAMILY_SPECIAL },
    { "tstzrange", CALX_FAMILY_SPECIAL },
    { NULL, CALX_FAMILY_UNKNOWN },
};

/* The schema's own name, or the one its temporary tables have on this connection. */
#define THIS_SCHEMA                                                                                \
    "(n.nspname = $1::text OR $1::text = 'pg_temp' AND n.oid = pg_catalog.pg_my_temp_schema())"
/* One table or view, or all tables. */
#define THESE_TABLES                                                                               \
    "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "              \
    "AND " THIS_SCHEMA " AND (c.relname = $2::text AND c.relkind IN ('r', 'p', 'f', 'v', 'm') "    \
    "OR $2::text IS NULL AND c.relkind IN ('r', 'p', 'f')) "
/* A type t without its array, as k in schema kn. */
#define PLAIN_TYPE                                                                                 \
    "JOIN pg_catalog.pg_type k ON k.oid = "                                                        \
    "CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END "              \
    "JOIN pg_catalog.pg_namespace kn ON kn.oid = k.typnamespace "
#define TYPE_SCHEMA   "CASE WHEN kn.nspname <> 'pg_catalog' THEN kn.nspname::text END"
#define TYPE_IS_ARRAY "k.oid <> t.oid"

const calx_inspection calx_inspection_postgresql = {
    .temporary = "pg_temp",
    .schemas =
        "SELECT n.nspname::text, n.nspname LIKE 'pg\\_%' OR n.nspname = 'information_schema', "
        "coalesce(n.nspname = pg_catalog.current_schema(), false) "
        "FROM pg_catalog.pg_namespace n UNION ALL SELECT 'pg_temp', true, false",
    /* An index that a constraint made is told of as that. */
    .objects =
        "SELECT c.relname::text, CASE c.relkind WHEN 'I' THEN 'i' ELSE c.relkind::text END, "
        "pg_catalog.obj_description(c.oid, 'pg_class'), NULL::text "
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "AND " THIS_SCHEMA " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'i', 'I') "
        "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid "
        "AND k.contype IN ('p', 'u'))",
    .columns =
        "SELECT c.relname::text, a.attname::text, NOT a.attnotnull, "
        "a.attidentity <> '' OR coalesce(a.attgenerated = '' AND "
        "pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false), "
        "CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, "
        "pg_catalog.col_description(c.oid, a.attnum), "
        "CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) "
        "END, a.attgenerated = 's', pg_catalog.format_type(a.atttypid, a.atttypmod), "
        "k.typname::text, " TYPE_SCHEMA ", k.typtype::text, " TYPE_IS_ARRAY ", "
        "nullif(a.attidentity::text, ''), pg_catalog.format_type(q.seqtypid, NULL), q.seqstart, "
        "q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle "
        "FROM " THESE_TABLES "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
        "AND a.attnum > 0 AND NOT a.attisdropped "
        "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid " PLAIN_TYPE
        "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
        "LEFT JOIN pg_catalog.pg_depend e ON a.attidentity <> '' AND e.deptype = 'i' "
        "AND e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass "
        "AND e.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass "
        "AND e.refobjid = c.oid AND e.refobjsubid = a.attnum "
        "LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = e.objid "
        "ORDER BY c.oid, a.attnum",
    .keys = "SELECT c.relname::text, k.conname::text, k.conname::text, k.contype = 'p', "
            "k.condeferrable, k.condeferred, a.attname::text FROM " THESE_TABLES
            "JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u') "
            "CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u(num, place) "
            "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num "
            "ORDER BY c.oid, k.oid, u.place",
    /* One that points at a partitioned table has twins for its partitions. */
    .foreign_keys =
        "SELECT c.relname::text, k.conname::text, k.conname::text, fn.nspname::text, "
        "f.relname::text, k.confdeltype::text, k.confupdtype::text, k.condeferrable, "
        "k.condeferred, a.attname::text, fa.attname::text FROM " THESE_TABLES
        "JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' "
        "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint o WHERE o.oid = k.conparentid "
        "AND o.conrelid = k.conrelid) "
        "JOIN pg_catalog.pg_class f ON f.oid = k.confrelid "
        "JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace "
        "CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), "
        "pg_catalog.unnest(k.confkey)) WITH ORDINALITY AS u(num, other, place) "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num "
        "JOIN pg_catalog.pg_attribute fa ON fa.attrelid = f.oid AND fa.attnum = u.other "
        "ORDER BY c.oid, k.oid, u.place",
    .indexes =
        "SELECT c.relname::text, i.relname::text, x.indisunique, m.amname::text, "
        "pg_catalog.pg_get_expr(x.indpred, x.indrelid, true), NULL::text, "
        "CASE WHEN u.num = 0 THEN pg_catalog.pg_get_indexdef(i.oid, u.place::integer, true) "
        "ELSE a.attname::text END, u.num = 0, "
        "coalesce(x.indoption[u.place - 1] & 1 = 1, false), "
        "coalesce(x.indoption[u.place - 1] & 2 = 2, false), u.place > x.indnkeyatts "
        "FROM " THESE_TABLES "JOIN pg_catalog.pg_index x ON x.indrelid = c.oid "
        "JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid "
        "JOIN pg_catalog.pg_am m ON m.oid = i.relam "
        "CROSS JOIN LATERAL pg_catalog.unnest(x.indkey) WITH ORDINALITY AS u(num, place) "
        "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num "
        "WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.oid "
        "AND k.contype IN ('p', 'u')) ORDER BY c.oid, i.oid, u.place",
    .checks = "SELECT c.relname::text, k.conname::text, "
              "pg_catalog.pg_get_expr(k.conbin, k.conrelid, true) FROM " THESE_TABLES
              "JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'c' "
              "ORDER BY c.oid",
    .enums = "SELECT t.typname::text, e.enumlabel::text FROM pg_catalog.pg_type t "
             "JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND " THIS_SCHEMA
             " LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid WHERE t.typtype = 'e' "
             "ORDER BY t.oid, e.enumsortorder",
    .domains = "SELECT o.typname::text, NOT o.typnotnull, o.typdefault, "
               "pg_catalog.format_type(o.typbasetype, o.typtypmod), k.typname::text, " TYPE_SCHEMA
               ", k.typtype::text, " TYPE_IS_ARRAY ", z.conname::text, "
               "pg_catalog.pg_get_expr(z.conbin, 0, true) FROM pg_catalog.pg_type o "
               "JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace AND " THIS_SCHEMA
               " JOIN pg_catalog.pg_type t ON t.oid = o.typbasetype " PLAIN_TYPE
               "LEFT JOIN pg_catalog.pg_constraint z ON z.contypid = o.oid AND z.contype = 'c' "
               "WHERE o.typtype = 'd' ORDER BY o.oid, z.conname",
    .sequences = "SELECT c.relname::text, pg_catalog.format_type(q.seqtypid, NULL), q.seqstart, "
                 "q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle "
                 "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                 "ON n.oid = c.relnamespace AND " THIS_SCHEMA
                 " JOIN pg_catalog.pg_sequence q ON q.seqrelid = c.oid",
    .types = types,
    .affinities = NULL,
};
