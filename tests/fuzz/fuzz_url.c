/*
 * Fuzz target: any bytes as a database URL. Beyond what sanitizers see it checks that what is
 * accepted comes back the same from rendering and is an engine or not, which nothing is connected
 * for, and that a refusal has a message.
 */
#include "fuzz.h"

#include <calx/allocator.h>
#include <calx/engine.h>
#include <calx/url.h>

#include <stdlib.h>
#include <string.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool same(const char *left, const char *right)
{
    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* The URL as text, with its secrets; owned. */
static char *render(const calx_url *url)
{
    char *text = NULL;
    require(calx_url_render(url, CALX_URL_REVEAL, &text) == CALX_OK);
    return text;
}

static void check_accepted(const calx_url *url)
{
    calx_url again = CALX_URL_INIT;
    char *first = render(url);
    require(calx_url_parse(first, &again, NULL) == CALX_OK);
    require(same(url->scheme, again.scheme) && same(url->driver, again.driver));
    require(same(url->user, again.user) && same(url->password, again.password));
    require(same(url->host, again.host) && url->port == again.port);
    require(same(url->database, again.database));
    require(url->parameter_count == again.parameter_count);
    char *second = render(&again);
    require(strcmp(first, second) == 0);
    calx_free(first);
    calx_free(second);
    calx_url_clear(&again);
}

/* The drivers' part: what the options of a URL may be. */
static void check_engine(const char *text)
{
    calx_engine *engine = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_engine_new(text, NULL, &engine, &error);
    require(status == CALX_OK || status == CALX_E_ARGUMENT);
    require((status == CALX_OK) == (engine != NULL));
    require((status == CALX_OK) == (error.message[0] == '\0'));
    require(strlen(error.message) < 8192);
    calx_error_clear(&error);
    calx_engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    calx_url url = CALX_URL_INIT;
    calx_error error = CALX_ERROR_INIT;
    char *text = malloc(size + 1);
    require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    calx_status status = calx_url_parse(text, &url, &error);
    if (status == CALX_OK) {
        check_accepted(&url);
        check_engine(text);
    } else
        require(status == CALX_E_ARGUMENT && error.message[0] != '\0');
    calx_url_clear(&url);
    calx_error_clear(&error);
    free(text);
    return 0;
}
