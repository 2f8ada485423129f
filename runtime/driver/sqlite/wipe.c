/*
 * What statements leave behind on a connection to SQLite, and how it is undone: settings, temporary
 * tables (ENG-177). It is the process's own, so looking costs no round trip. Attached databases
 * stay: whoever made the connection may have attached them, for the tables of models. Settings are
 * read before the first PRAGMA of an application, since SQLite may carry one out while it is being
 * prepared; what cannot be read is left alone.
 */
#include "driver/sqlite/sqlite.h"

#include "base/error.h"

#include <stdio.h>

enum { TEXT_SIZE = 64 };

/* All hold one number; not those of the file, nor those each transaction sets. */
static const char *const settings[CALX_SQLITE_SETTINGS] = {
    "analysis_limit",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cache_spill",
    "cell_size_check",
    "foreign_keys",
    "fullfsync",
    "ignore_check_constraints",
    "legacy_alter_table",
    "recursive_triggers",
    "reverse_unordered_selects",
    "secure_delete",
    "synchronous",
    "temp_store",
    "trusted_schema",
    "wal_autocheckpoint",
    "writable_schema",
    "threads",
    "checkpoint_fullfsync",
    "query_only",
};

/* -1: it has none that could be read. */
static int64_t read_setting(sqlite3 *db, const char *name)
{
    char sql[TEXT_SIZE];
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;
    snprintf(sql, sizeof(sql), "PRAGMA %s", name);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

void calx_sqlite_remember(calx_sqlite_connection *connection)
{
    if (connection->remembers)
        return;
    for (size_t i = 0; i < CALX_SQLITE_SETTINGS; i++)
        connection->settings[i] = read_setting(connection->db, settings[i]);
    connection->remembers = true;
}

static int restore_settings(calx_sqlite_connection *connection)
{
    char sql[TEXT_SIZE];
    int code = SQLITE_OK;
    for (size_t i = 0; i < CALX_SQLITE_SETTINGS && code == SQLITE_OK; i++) {
        int64_t before = connection->settings[i];
        if (before == read_setting(connection->db, settings[i]))
            continue;
        snprintf(sql, sizeof(sql), "PRAGMA %s=%lld", settings[i], (long long)before);
        code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    }
    return code;
}

/*
 * Runs what a query makes of the first thing it finds, until it finds nothing. Some cannot be had
 * at once: dropping a table takes its triggers along.
 */
static int undo_each(sqlite3 *db, const char *query)
{
    sqlite3_stmt *found = NULL;
    int code = sqlite3_prepare_v2(db, query, -1, &found, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(found)) == SQLITE_ROW) {
        char *sql = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(found, 0));
        sqlite3_reset(found); /* it must not hold what is dropped */
        code = sql != NULL ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
        sqlite3_free(sql);
    }
    sqlite3_finalize(found);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

calx_status calx_sqlite_wipe(calx_driver_connection *base, bool everything)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    (void)everything; /* there is no more than what is noticed */
    int code = connection->remembers ? restore_settings(connection) : SQLITE_OK;
    if (code == SQLITE_OK)
        code = undo_each(connection->db,
                         "SELECT 'DROP ' || type || ' temp.\"' || replace(name, '\"', '\"\"') || "
                         "'\"' FROM temp.sqlite_master WHERE type IN ('table', 'view', 'trigger') "
                         "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' LIMIT 1");
    return code == SQLITE_OK ? CALX_OK : calx_sqlite_fail_open(connection, code);
}
