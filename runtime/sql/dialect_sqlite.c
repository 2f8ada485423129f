/*
 * SQLite's way of writing SQL.
 *
 * Declared types matter to SQLite only as hints: each name here gives its column the affinity of
 * what is stored (ENG-223). Timestamps are ISO 8601 text, which sorts as time does; BOOLEAN has
 * numeric affinity, so truth values stay 0 and 1.
 */
#include "sql/dialect.h"

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
    .nested_comments = false,
    .dollar_quotes = false,
    .bracket_quotes = true,
    .backtick_quotes = true,
    .backslash_strings = false,
    .default_parentheses = true,
    .names_fold_case = true,
    .drop_suffix = "",
    .drop_prepare = "PRAGMA defer_foreign_keys = ON",
    .list_tables = "SELECT \"name\" FROM \"sqlite_master\" WHERE \"type\" IN ('table', 'view')",
};
