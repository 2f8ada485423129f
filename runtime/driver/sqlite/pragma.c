/*
 * What of a text SQLite may carry out while it compiles it: PRAGMAs, also under an EXPLAIN. So they
 * are told by their words, before that. The rule kept: a setting that was promised, by the URL or
 * by the transaction at hand, is not changed behind the back of who promised it (ENG-143, ENG-145).
 */
#include "driver/sqlite/sqlite.h"

#include "base/error.h"

#include <string.h>
#include <strings.h>

/* ---- words ---- */

/* Behind a comment; one that is not closed reaches to the end. */
static const char *skip_comment(const char *text, const char *end)
{
    bool is_line = *text == '-';
    for (text += 2; text < end; text++) {
        if (is_line && *text == '\n')
            return text + 1;
        if (!is_line && *text == '*' && end - text > 1 && text[1] == '/')
            return text + 2;
    }
    return end;
}

/* To a statement's next word; empty statements and comments are none. */
static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end) {
        if (strchr(" \t\r\n\f;", *text) != NULL && *text != '\0')
            text++;
        else if (end - text > 1 &&
                 ((text[0] == '-' && text[1] == '-') || (text[0] == '/' && text[1] == '*')))
            text = skip_comment(text, end);
        else if (end - text > 2 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
            text += 3; /* a byte order mark is a blank to SQLite */
        else
            break;
    }
    return text;
}

/* Whether a text begins with a word, whatever its case; *text is moved behind it and blanks. */
static bool take_word(const char **text, const char *end, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(end - *text) < size || strncasecmp(*text, word, size) != 0)
        return false;
    *text = skip_blanks(*text + size, end);
    return true;
}

/* ---- the setting a PRAGMA names ---- */

typedef struct pragma {
    const char *name; /* without its schema and quotes; not terminated */
    size_t size;
    bool sets; /* has a value */
} pragma;

static bool is_in_word(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '$' ||
           (unsigned char)letter >= 0x80;
}

/* A name, bare or in quotes of any of SQLite's kinds; one with quotes inside is no setting's. */
static void take_name(const char **text, const char *end, pragma *found)
{
    static const char opening[] = "\"'`[";
    static const char closing[] = "\"'`]";
    const char *from = *text;
    const char *quote = from < end && *from != '\0' ? strchr(opening, *from) : NULL;
    const char *to = from;
    if (quote != NULL) {
        for (to = ++from; to < end && *to != closing[quote - opening];)
            to++;
    } else {
        while (to < end && is_in_word(*to))
            to++;
    }
    found->name = from;
    found->size = (size_t)(to - from);
    *text = skip_blanks(to + (quote != NULL && to < end), end);
}

/* false: the text is none. */
static bool read_pragma(const char *sql, size_t size, pragma *found)
{
    const char *end = sql + size;
    const char *text = skip_blanks(sql, end);
    if (take_word(&text, end, "EXPLAIN") && take_word(&text, end, "QUERY"))
        take_word(&text, end, "PLAN");
    if (!take_word(&text, end, "PRAGMA"))
        return false;
    take_name(&text, end, found);
    if (take_word(&text, end, "."))
        take_name(&text, end, found);
    found->sets = text < end && (*text == '=' || *text == '(');
    return true;
}

bool calx_sqlite_is_pragma(const char *sql, size_t size)
{
    pragma found;
    return read_pragma(sql, size, &found);
}

static bool changes(const pragma *found, const char *setting)
{
    return found->sets && found->size == strlen(setting) &&
           strncasecmp(found->name, setting, found->size) == 0;
}

/* ---- what may not be changed ---- */

calx_status calx_sqlite_check_read_only(calx_sqlite_connection *connection)
{
    if (!connection->query_only || !connection->base.in_transaction)
        return CALX_OK;
    return calx_error_set(&connection->base.error, CALX_E_STATE,
                          "the transaction is read-only, and PRAGMA query_only cannot change that; "
                          "end it, and set the execution option read_only to "
                          "CALX_SWITCH_OFF");
}

/*
 * Inside a transaction SQLite ignores the one setting and fails for the other (ENG-145). Elsewhere
 * they would outlive the checkout.
 */
static calx_status check_outside_only(calx_sqlite_connection *connection, const pragma *found)
{
    if (!changes(found, "foreign_keys") && !changes(found, "synchronous"))
        return CALX_OK;
    return calx_error_set(&connection->base.error, CALX_E_STATE,
                          "SQLite cannot change this setting inside a transaction; give it in "
                          "the URL: foreign_keys=off, synchronous=normal");
}

calx_status calx_sqlite_check_text(calx_sqlite_connection *connection, const char *sql, size_t size,
                                   bool *out_sets_query_only)
{
    pragma found;
    if (!read_pragma(sql, size, &found))
        return CALX_OK;
    calx_status status = check_outside_only(connection, &found);
    bool sets = changes(&found, "query_only");
    /* It must not see what is over. */
    if (status == CALX_OK)
        status = calx_sqlite_clear_modes(connection);
    if (status == CALX_OK && sets)
        status = calx_sqlite_check_read_only(connection);
    if (status == CALX_OK)
        status = calx_sqlite_remember(connection);
    if (status == CALX_OK && out_sets_query_only != NULL)
        *out_sets_query_only = sets;
    return status;
}
