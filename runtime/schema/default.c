/*
 * Server defaults. SQLite takes a literal or a keyword behind DEFAULT as it is, and anything else
 * only in parentheses; so what a model says is classed here. In doubt it is an expression, which is
 * right everywhere.
 */
#include "schema/default.h"

#include <string.h>

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static bool is_word(const char *sql, size_t size, const char *word)
{
    if (strlen(word) != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (upper(sql[i]) != word[i])
            return false;
    }
    return true;
}

static bool is_keyword(const char *sql, size_t size)
{
    static const char *const words[] = {
        "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "NULL", "TRUE", "FALSE"
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is_word(sql, size, words[i]))
            return true;
    }
    return false;
}

/* Digits from position on; answers the position behind them. */
static size_t skip_digits(const char *sql, size_t size, size_t position)
{
    while (position < size && is_digit(sql[position]))
        position++;
    return position;
}

/* [+-] digits [. digits] [e [+-] digits] */
static bool is_number(const char *sql, size_t size)
{
    size_t start = size > 0 && (sql[0] == '-' || sql[0] == '+');
    size_t end = skip_digits(sql, size, start);
    size_t digits = end - start;
    if (end < size && sql[end] == '.') {
        size_t fraction = skip_digits(sql, size, end + 1);
        digits += fraction - (end + 1);
        end = fraction;
    }
    if (digits == 0)
        return false;
    if (end < size && upper(sql[end]) == 'E') {
        size_t exponent = end + 1;
        if (exponent < size && (sql[exponent] == '-' || sql[exponent] == '+'))
            exponent++;
        end = skip_digits(sql, size, exponent);
        if (end == exponent)
            return false;
    }
    return end == size;
}

/* The position behind the quoted text that starts here; size: it does not end. */
static size_t skip_quoted(const char *sql, size_t size, size_t start)
{
    char quote = sql[start];
    for (size_t i = start + 1; i < size; i++) {
        if (sql[i] != quote)
            continue;
        if (i + 1 < size && sql[i + 1] == quote)
            i++;
        else
            return i + 1;
    }
    return size;
}

/* One '…' or x'…' and nothing else. */
static bool is_string(const char *sql, size_t size)
{
    size_t start = size > 0 && upper(sql[0]) == 'X';
    return size >= start + 2 && sql[start] == '\'' && sql[size - 1] == '\'' &&
           skip_quoted(sql, size, start) == size;
}

/* Whether the parenthesis it starts with is closed by its last character. */
static bool is_parenthesised(const char *sql, size_t size)
{
    size_t depth = 0;
    if (size < 2 || sql[0] != '(' || sql[size - 1] != ')')
        return false;
    for (size_t i = 0; i < size;) {
        if (sql[i] == '\'' || sql[i] == '"') {
            i = skip_quoted(sql, size, i);
            continue;
        }
        depth += sql[i] == '(';
        depth -= sql[i] == ')';
        i++;
        if (depth == 0)
            return i == size;
    }
    return false;
}

void calx_ddl_default(calx_buffer *out, const calx_dialect *dialect, const char *sql)
{
    size_t size = strlen(sql);
    while (size > 0 && is_space(sql[0])) {
        sql++;
        size--;
    }
    while (size > 0 && is_space(sql[size - 1]))
        size--;
    bool bare = !dialect->default_parentheses || is_keyword(sql, size) || is_number(sql, size) ||
                is_string(sql, size) || is_parenthesised(sql, size);
    if (!bare)
        calx_buffer_char(out, '(');
    calx_buffer_put_n(out, sql, size);
    if (!bare)
        calx_buffer_char(out, ')');
}
