/*
 * The order of package versions, as the packaging manual defines it: the epoch as a number, then
 * upstream version and revision, each in turns of non-digits and digits. Among non-digits `~` comes
 * before the end, the end before letters, and letters before everything else.
 */
#include "version.h"

#include <ctype.h>
#include <string.h>

typedef struct span {
    const char *at;
    const char *end;
} span;

static bool digit_next(const span *text)
{
    return text->at < text->end && isdigit((unsigned char)*text->at);
}

static int weight(const span *text)
{
    if (text->at == text->end || isdigit((unsigned char)*text->at))
        return 0;
    if (*text->at == '~')
        return -1;
    return isalpha((unsigned char)*text->at) ? (unsigned char)*text->at
                                             : (unsigned char)*text->at + 256;
}

static int compare_words(span *left, span *right)
{
    while ((left->at < left->end && !digit_next(left)) ||
           (right->at < right->end && !digit_next(right))) {
        int order = weight(left) - weight(right);
        if (order != 0)
            return order;
        left->at++;
        right->at++;
    }
    return 0;
}

static void skip_zeroes(span *text)
{
    while (text->at < text->end && *text->at == '0')
        text->at++;
}

/* Numbers of any length: the longer one is larger, else the first digit that differs decides. */
static int compare_numbers(span *left, span *right)
{
    int order = 0;
    skip_zeroes(left);
    skip_zeroes(right);
    while (digit_next(left) && digit_next(right)) {
        if (order == 0)
            order = *left->at - *right->at;
        left->at++;
        right->at++;
    }
    if (digit_next(left))
        return 1;
    return digit_next(right) ? -1 : order;
}

static int compare_parts(span left, span right)
{
    int order = 0;
    while (order == 0 && (left.at < left.end || right.at < right.end)) {
        order = compare_words(&left, &right);
        if (order == 0)
            order = compare_numbers(&left, &right);
    }
    return order;
}

/* Takes the epoch off the front; a version without one has an empty epoch, which equals 0. */
static span take_epoch(span *version)
{
    const char *colon = memchr(version->at, ':', (size_t)(version->end - version->at));
    span epoch = { version->at, version->at };
    if (colon != NULL) {
        epoch.end = colon;
        version->at = colon + 1;
    }
    return epoch;
}

/* Takes the revision off the end: what follows the last hyphen. */
static span take_revision(span *version)
{
    span revision = { version->end, version->end };
    for (const char *at = version->end; at > version->at; at--) {
        if (at[-1] == '-') {
            revision.at = at;
            version->end = at - 1;
            break;
        }
    }
    return revision;
}

int version_compare(const char *left, const char *right)
{
    span one = { left, left + strlen(left) };
    span other = { right, right + strlen(right) };
    int order = compare_parts(take_epoch(&one), take_epoch(&other));
    span one_revision = take_revision(&one);
    span other_revision = take_revision(&other);
    if (order == 0)
        order = compare_parts(one, other);
    return order != 0 ? order : compare_parts(one_revision, other_revision);
}

bool version_satisfies(const char *version, const char *relation, const char *bound)
{
    if (relation[0] == '\0')
        return true;
    int order = version_compare(version, bound);
    if (strcmp(relation, "<<") == 0)
        return order < 0;
    if (strcmp(relation, "<=") == 0)
        return order <= 0;
    if (strcmp(relation, ">=") == 0)
        return order >= 0;
    return strcmp(relation, ">>") == 0 ? order > 0 : order == 0;
}
