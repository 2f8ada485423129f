/*
 * SQLite's way of writing SQL.
 *
 * Declared types matter to SQLite only as hints: each name here gives its column the affinity of
 * what is stored (ENG-223). Timestamps are ISO 8601 text, which sorts as time does; BOOLEAN has
 * numeric affinity, so truth values stay 0 and 1.
 */
#include "sql/dialect.h"
#include "sql/packed.h"

#include "sql/inspection.h"

const calx_dialect calx_dialect_sqlite = {
    .name = "sqlite",
    .quote_open = '"',
    .quote_close = '"',
    .max_name = 0,
    .max_parameters = 32766, /* SQLITE_MAX_VARIABLE_NUMBER as it is shipped (LIM-28) */
    .max_tables = 64,
    .max_columns = 2000, /* SQLITE_MAX_COLUMN */
    .placeholder = CALX_PLACEHOLDER_QUESTION,
    .types = { [CALX_TYPE_BOOL] = "BOOLEAN",
               [CALX_TYPE_INT8] = "SMALLINT",
               [CALX_TYPE_INT16] = "SMALLINT",
               [CALX_TYPE_INT32] = "INTEGER",
               [CALX_TYPE_INT64] = "BIGINT",
               [CALX_TYPE_UINT8] = "SMALLINT",
               [CALX_TYPE_UINT16] = "INTEGER",
               [CALX_TYPE_UINT32] = "BIGINT",
               [CALX_TYPE_UINT64] = "BIGINT",
               [CALX_TYPE_FLOAT] = "REAL",
               [CALX_TYPE_DOUBLE] = "DOUBLE",
               [CALX_TYPE_TEXT] = "TEXT",
               [CALX_TYPE_CHAR_ARRAY] = "TEXT",
               [CALX_TYPE_BYTES] = "BLOB",
               [CALX_TYPE_TIMESTAMP] = "TEXT" },
    .text_with_length = "VARCHAR",
    .generated_key = "INTEGER PRIMARY KEY",
    .generated_key_is_primary = true,
    .literal_true = "1",
    .literal_false = "0",
    .limit_none = "LIMIT -1",
    .default_values = "DEFAULT VALUES",
    .default_key = "VALUES (NULL)",
    .fails_alone = true,
    .templates = { [CALX_OP_LIKE] = "{0} LIKE {1} ESCAPE '\\'",
                   [CALX_OP_NOT_LIKE] = "{0} NOT LIKE {1} ESCAPE '\\'",
                   [CALX_OP_ILIKE] = "{0} LIKE {1} ESCAPE '\\'",
                   [CALX_OP_NOT_ILIKE] = "{0} NOT LIKE {1} ESCAPE '\\'",
                   [CALX_OP_DISTINCT] = "{0} IS NOT {1}",
                   [CALX_OP_NOT_DISTINCT] = "{0} IS {1}",
                   [CALX_OP_STARTS_WITH] = "instr([0], [1]) = 1",
                   [CALX_OP_ENDS_WITH] = "substr([0], length([0]) - length([1]) + 1) = {1}",
                   [CALX_OP_CONTAINS] = "instr([0], [1]) > 0",
                   [CALX_OP_SUBSTR] = "substr([0], max([1], 1), max([2], 0))",
                   /* whose replace() of nothing by NULL is the text as it was */
                   [CALX_OP_REPLACE] = "CASE WHEN {2} IS NOT NULL THEN replace([0], [1], [2]) END",
                   /* Its functions round to milliseconds, so the fraction is kept from them. */
                   [CALX_OP_ADD_SECONDS] =
                       "strftime('%Y-%m-%d %H:%M:%S', substr([0], 1, 19), {1} || ' seconds') || "
                       "substr([0], 20)",
                   [CALX_OP_EXTRACT_YEAR] = "CAST(strftime('%Y', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_MONTH] = "CAST(strftime('%m', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_DAY] = "CAST(strftime('%d', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_HOUR] = "CAST(strftime('%H', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_MINUTE] = "CAST(strftime('%M', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_SECOND] = "CAST(strftime('%S', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_WEEKDAY] =
                       "CAST(strftime('%w', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_YEAR_DAY] =
                       "CAST(strftime('%j', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_EXTRACT_EPOCH] = "CAST(strftime('%s', substr([0], 1, 19)) AS INTEGER)",
                   [CALX_OP_TRUNCATE_YEAR] = "strftime('%Y-01-01 00:00:00', substr([0], 1, 19))",
                   [CALX_OP_TRUNCATE_MONTH] = "strftime('%Y-%m-01 00:00:00', substr([0], 1, 19))",
                   [CALX_OP_TRUNCATE_DAY] = "strftime('%Y-%m-%d 00:00:00', substr([0], 1, 19))",
                   [CALX_OP_TRUNCATE_HOUR] = "strftime('%Y-%m-%d %H:00:00', substr([0], 1, 19))",
                   [CALX_OP_TRUNCATE_MINUTE] = "strftime('%Y-%m-%d %H:%M:00', substr([0], 1, 19))",
                   [CALX_OP_TRUNCATE_SECOND] =
                       "strftime('%Y-%m-%d %H:%M:%S', substr([0], 1, 19))" },
    .packed_rows = "(SELECT \"value\" FROM " CALX_PACKED_TABLE "(",
    .cut_template = "[0]",
    .truth_template = "[0]",
    .cast_types = { [CALX_VALUE_NULL] = "TEXT",
                    [CALX_VALUE_BOOL] = "INTEGER",
                    [CALX_VALUE_INT64] = "INTEGER",
                    [CALX_VALUE_UINT64] = "INTEGER",
                    [CALX_VALUE_DOUBLE] = "REAL",
                    [CALX_VALUE_TEXT] = "TEXT",
                    [CALX_VALUE_BYTES] = "BLOB",
                    [CALX_VALUE_TIMESTAMP] = "TEXT" },
    .choices_differ = true,
    .nested_comments = false,
    .dollar_quotes = false,
    .bracket_quotes = true,
    .backtick_quotes = true,
    .backslash_strings = false,
    .explain = "EXPLAIN QUERY PLAN ",
    .explain_column = 3,
    .nulls_are_largest = false,
    .default_parentheses = true,
    .names_fold_case = true,
    .drop_suffix = "",
    .drop_prepare = "PRAGMA defer_foreign_keys = ON",
    .list_tables = "SELECT \"name\" FROM \"sqlite_master\" WHERE \"type\" IN ('table', 'view')",
    .list_tables_of = "SELECT \"name\" FROM %.\"sqlite_master\" WHERE \"type\" IN "
                      "('table', 'view')",
    .schema_is_file = true,
    .inspection = &calx_inspection_sqlite,
};
