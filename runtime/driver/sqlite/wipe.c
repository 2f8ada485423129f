/*
 * What statements leave behind on a connection to SQLite, and how it is undone: settings, temporary
 * tables (ENG-177). It is the process's own, so looking costs no round trip. Attached databases
 * stay: whoever made the connection may have attached them, for the tables of models. Settings are
 * read before the first PRAGMA of an application, since SQLite may carry one out while it is being
 * prepared; where they cannot be read the PRAGMA fails, and so nothing is ever changed that is not
 * known.
 */
#include "driver/sqlite/sqlite.h"

#include "base/error.h"

#include <stdio.h>
#include <strings.h>

enum { TEXT_SIZE = 64 };

/* Of the connection, not of the file. Each holds one number, or one of two words. */
static const struct {
    const char *name;
    const char *words[2];
} settings[CALX_SQLITE_SETTINGS] = {
    { "analysis_limit", { NULL } },
    { "automatic_index", { NULL } },
    { "busy_timeout", { NULL } },
    { "cache_size", { NULL } },
    { "cache_spill", { NULL } },
    { "cell_size_check", { NULL } },
    { "foreign_keys", { NULL } },
    { "fullfsync", { NULL } },
    { "ignore_check_constraints", { NULL } },
    { "legacy_alter_table", { NULL } },
    { "recursive_triggers", { NULL } },
    { "reverse_unordered_selects", { NULL } },
    { "secure_delete", { NULL } },
    { "synchronous", { NULL } },
    { "temp_store", { NULL } },
    { "trusted_schema", { NULL } },
    { "wal_autocheckpoint", { NULL } },
    { "writable_schema", { NULL } },
    { "threads", { NULL } },
    { "checkpoint_fullfsync", { NULL } },
    { "journal_size_limit", { NULL } },
    { "mmap_size", { NULL } },
    { "max_page_count", { NULL } },
    { "locking_mode", { "normal", "exclusive" } },
    { "read_uncommitted", { NULL } },
    { "query_only", { NULL } },
};

static int64_t value_of(sqlite3_stmt *statement, size_t setting)
{
    const char *word = settings[setting].words[1];
    if (word == NULL)
        return sqlite3_column_int64(statement, 0);
    const char *text = (const char *)sqlite3_column_text(statement, 0);
    return text != NULL && strcasecmp(text, word) == 0;
}

/* SQLITE_DONE: this library or database has no such setting. */
static int read_setting(calx_sqlite_connection *connection, size_t setting, int64_t *out_value)
{
    char sql[TEXT_SIZE];
    sqlite3_stmt *statement = NULL;
    /* What is said of all files holds for the next one too; this one may be told apart. */
    snprintf(sql, sizeof(sql), "PRAGMA %s%s", settings[setting].words[1] != NULL ? "main." : "",
             settings[setting].name);
    int code = calx_sqlite_compile_text(connection, sql, &statement, NULL);
    if (code == SQLITE_OK && statement != NULL)
        code = sqlite3_step(statement);
    if (code == SQLITE_LOCKED_SHAREDCACHE)
        code = calx_sqlite_step_when_unlocked(connection, statement);
    if (code == SQLITE_ROW) {
        *out_value = value_of(statement, setting);
        code = sqlite3_errcode(connection->db) == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

static int read_settings(calx_sqlite_connection *connection)
{
    for (size_t i = 0; i < CALX_SQLITE_SETTINGS; i++) {
        int code = read_setting(connection, i, &connection->settings[i]);
        connection->has_setting[i] = code == SQLITE_OK;
        if (code != SQLITE_OK && code != SQLITE_DONE)
            return code;
    }
    /* What the transaction has set is not what was there before. */
    if (connection->read_uncommitted)
        connection->settings[CALX_SQLITE_SETTINGS - 2] = 0;
    if (connection->query_only)
        connection->settings[CALX_SQLITE_SETTINGS - 1] = 0;
    return SQLITE_OK;
}

calx_status calx_sqlite_remember(calx_sqlite_connection *connection)
{
    int code = connection->remembers ? SQLITE_OK : read_settings(connection);
    if (code != SQLITE_OK)
        return calx_sqlite_fail_open(connection, code);
    connection->remembers = true;
    return CALX_OK;
}

static int write_setting(calx_sqlite_connection *connection, size_t setting)
{
    char sql[TEXT_SIZE];
    int64_t before = connection->settings[setting];
    const char *const *words = settings[setting].words;
    if (words[1] == NULL)
        snprintf(sql, sizeof(sql), "PRAGMA %s=%lld", settings[setting].name, (long long)before);
    else /* the lock goes with the next look at the file */
        snprintf(sql, sizeof(sql), "PRAGMA %s=%s;PRAGMA schema_version", settings[setting].name,
                 words[before != 0]);
    return sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
}

static int restore_settings(calx_sqlite_connection *connection)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < CALX_SQLITE_SETTINGS && code == SQLITE_OK; i++) {
        int64_t now = 0;
        if (!connection->has_setting[i])
            continue;
        code = read_setting(connection, i, &now);
        if (code == SQLITE_OK && now != connection->settings[i])
            code = write_setting(connection, i);
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

/* They are dropped with nothing in their way: not what refers to them, not a query_only. */
static calx_status drop_temporary(calx_sqlite_connection *connection)
{
    static const char which[] =
        "FROM temp.sqlite_master WHERE type IN ('table', 'view', 'trigger') AND name NOT LIKE "
        "'sqlite\\_%' ESCAPE '\\' LIMIT 1";
    char sql[sizeof(which) + 2 * TEXT_SIZE];
    sqlite3_stmt *found = NULL;
    snprintf(sql, sizeof(sql), "SELECT 1 %s", which);
    int code = sqlite3_prepare_v2(connection->db, sql, -1, &found, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(found);
    sqlite3_finalize(found);
    if (code == SQLITE_DONE)
        return CALX_OK;
    if (code != SQLITE_ROW)
        return calx_sqlite_fail_open(connection, code);
    calx_status status = calx_sqlite_remember(connection);
    if (status != CALX_OK)
        return status;
    code =
        sqlite3_exec(connection->db, "PRAGMA query_only=0;PRAGMA foreign_keys=0", NULL, NULL, NULL);
    snprintf(sql, sizeof(sql),
             "SELECT 'DROP ' || type || ' temp.\"' || replace(name, '\"', '\"\"') || '\"' %s",
             which);
    if (code == SQLITE_OK)
        code = undo_each(connection->db, sql);
    return code == SQLITE_OK ? CALX_OK : calx_sqlite_fail_open(connection, code);
}

calx_status calx_sqlite_wipe(calx_driver_connection *base, bool everything)
{
    calx_sqlite_connection *connection = (calx_sqlite_connection *)base;
    (void)everything; /* there is no more than what is noticed */
    calx_status status = calx_sqlite_clear_modes(connection);
    if (status == CALX_OK)
        status = drop_temporary(connection);
    /* A kept PRAGMA runs again without a word, so this is done ever after. */
    if (status != CALX_OK || !connection->remembers)
        return status;
    int code = restore_settings(connection);
    return code == SQLITE_OK ? CALX_OK : calx_sqlite_fail_open(connection, code);
}
