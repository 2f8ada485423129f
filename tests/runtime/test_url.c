/*
 * URLs: what is accepted and into which parts it falls, what is refused and that the refusal never
 * repeats the input, and that rendering undoes parsing.
 */
#include "support/harness.h"
#include "support/ration.h"

#include <calx/allocator.h>
#include <calx/url.h>

#include <stdio.h>
#include <string.h>

static void same_text(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        assert_ptr_equal(left, right);
    else
        assert_string_equal(left, right);
}

static calx_url parse(const char *text)
{
    calx_url url = CALX_URL_INIT;
    calx_error error = CALX_ERROR_INIT;
    if (calx_url_parse(text, &url, &error) != CALX_OK)
        fail_msg("%s: %s", text, error.message);
    return url;
}

static void urls_fall_into_their_parts(void **state)
{
    (void)state;
    calx_shows("ENG-001");
    calx_shows("ENG-004");
    calx_shows("ENG-005");
    calx_shows("ENG-008");
    calx_shows("ENG-024");
    static const struct {
        const char *text;
        calx_url url;
    } cases[] = {
        { "x://", { .scheme = "x" } },
        { "x://h", { .scheme = "x", .host = "h" } },
        { "x://h/", { .scheme = "x", .host = "h", .database = "" } },
        { "x:///", { .scheme = "x", .database = "" } },
        { "x_1+d_2://h", { .scheme = "x_1", .driver = "d_2", .host = "h" } },
        { "x://u@h", { .scheme = "x", .user = "u", .host = "h" } },
        { "x://u:@h", { .scheme = "x", .user = "u", .password = "", .host = "h" } },
        { "x://:p@h", { .scheme = "x", .user = "", .password = "p", .host = "h" } },
        { "x://u:p@h:5432/d",
          { .scheme = "x",
            .user = "u",
            .password = "p",
            .host = "h",
            .port = 5432,
            .database = "d" } },
        { "x://u:p:q@h", { .scheme = "x", .user = "u", .password = "p:q", .host = "h" } },
        { "x://u:p/w@h", { .scheme = "x", .user = "u", .password = "p/w", .host = "h" } },
        { "x://u:p?w@h", { .scheme = "x", .user = "u", .password = "p?w", .host = "h" } },
        { "x://u:p@ss@h", { .scheme = "x", .user = "u", .password = "p", .host = "ss@h" } },
        { "x://u%40:%3A%2F@%2Frun%2Fpg/a%20b",
          { .scheme = "x", .user = "u@", .password = ":/", .host = "/run/pg", .database = "a b" } },
        { "x://a+b:c+d@e+f/g+h",
          { .scheme = "x", .user = "a+b", .password = "c+d", .host = "e+f", .database = "g+h" } },
        { "x://[::1]:5432", { .scheme = "x", .host = "::1", .port = 5432 } },
        { "x://u@[::1]/d", { .scheme = "x", .user = "u", .host = "::1", .database = "d" } },
        { "x://:65535", { .scheme = "x", .port = 65535 } },
        { "x:////a/r.db", { .scheme = "x", .database = "/a/r.db" } },
        { "x:///d#x", { .scheme = "x", .database = "d#x" } },
        { "x:///a@b:c", { .scheme = "x", .database = "a@b:c" } },
        { "x://h?", { .scheme = "x", .host = "h" } },
        { "x://u@a:1,b,c:3/d",
          { .scheme = "x", .user = "u", .host = "a:1,b,c:3", .database = "d" } },
        { "x://[::1]:5,%2Frun%2Fpg:6?", { .scheme = "x", .host = "[::1]:5,/run/pg:6" } },
        { "x://[a,b]:5", { .scheme = "x", .host = "a,b", .port = 5 } },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const calx_url *wanted = &cases[i].url;
        calx_url url = parse(cases[i].text);
        same_text(url.scheme, wanted->scheme);
        same_text(url.driver, wanted->driver);
        same_text(url.user, wanted->user);
        same_text(url.password, wanted->password);
        same_text(url.host, wanted->host);
        same_text(url.database, wanted->database);
        assert_int_equal(url.port, wanted->port);
        assert_int_equal(url.parameter_count, 0);
        calx_url_clear(&url);
    }
}

static void the_query_is_an_ordered_list(void **state)
{
    (void)state;
    calx_shows("ENG-005");
    calx_shows("ENG-009");
    calx_url url = parse("x://h/d?b=1&a=2&b=3&c=d=e&f=&g+h%21=i+j%2B&k=1;l=2&m=#");
    static const char *const wanted[][2] = { { "b", "1" },     { "a", "2" }, { "b", "3" },
                                             { "c", "d=e" },   { "f", "" },  { "g h!", "i j+" },
                                             { "k", "1;l=2" }, { "m", "#" } };
    assert_int_equal(url.parameter_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal(url.parameters[i].key, wanted[i][0]);
        assert_string_equal(url.parameters[i].value, wanted[i][1]);
    }
    assert_string_equal(calx_url_parameter_value(&url, "b"), "1");
    assert_null(calx_url_parameter_value(&url, "z"));
    calx_url_clear(&url);
}

static void bad_urls_are_refused_without_being_repeated(void **state)
{
    (void)state;
    calx_shows("ENG-002");
    calx_shows("ENG-006");
    calx_shows("ENG-007");
    calx_shows("ENG-008");
    calx_shows("ENG-009");
    calx_shows("ENG-025");
    static const struct {
        const char *text;
        const char *names;
    } cases[] = {
        { "", "scheme" },
        { "SECRET", "scheme" },
        { "SECRET:", "scheme" },
        { "SECRET:/f", "scheme" },
        { "SEC-RET://h", "scheme" },
        { "SEC.RET://h", "scheme" },
        { "SECRET+://h", "scheme" },
        { "://SECRET", "scheme" },
        { "x://u%zz:SECRET@h", "user" },
        { "x://u:SECRET%4@h", "password" },
        { "x://u:SECRET%00@h", "password" },
        { "x://h%zzSECRET", "host" },
        { "x://h/SECRET%", "database" },
        { "x://h/d?SECRET%zz=1", "query key" },
        { "x://h/d?a=SECRET%zz", "query value" },
        { "x://h:SECRET", "port" },
        { "x://h:", "port" },
        { "x://h:/d", "port" },
        { "x://h:-1", "port" },
        { "x://h:0", "port" },
        { "x://h:70000", "port" },
        { "x://h:99999999999999999999", "port" },
        { "x://h:1SECRET/d", "port" },
        { "x://[::1SECRET", "host" },
        { "x://[]", "host" },
        { "x://[::1]SECRET", "host" },
        { "x://a,SEC:RET/d", "host" },
        { "x://a,b:0", "host" },
        { "x://a:70000,SECRET", "host" },
        { "x://SECRET::1,b", "host" },
        { "x://%5BSEC,RET]", "host" },
        { "x://[],SECRET", "host" },
        { "x://a,[SEC/RET]", "host" },
        { "x://h?SECRET", "query" },
        { "x://h?a=1&", "query" },
        { "x://h?=SECRET", "query" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_url url = CALX_URL_INIT;
        calx_error error = CALX_ERROR_INIT;
        if (calx_url_parse(cases[i].text, &url, &error) != CALX_E_ARGUMENT)
            fail_msg("accepted: %s", cases[i].text);
        if (strstr(error.message, cases[i].names) == NULL || strstr(error.message, "SEC") != NULL)
            fail_msg("%s: %s", cases[i].text, error.message);
        assert_null(url.scheme);
        calx_error_clear(&error);
    }
    calx_url url = CALX_URL_INIT;
    assert_int_equal(calx_url_parse(NULL, &url, NULL), CALX_E_ARGUMENT);
}

static void secrets_are_masked_unless_asked_for(void **state)
{
    (void)state;
    calx_shows("ENG-010");
    calx_shows("ENG-012");
    static const struct {
        const char *text;
        const char *masked;
    } cases[] = {
        { "x://u:p@h:1/d", "x://u:***@h:1/d" },
        { "x://u:@h", "x://u:***@h" },
        { "x://u@h", "x://u@h" },
        { "x://h/d?sslpassword=s&password=t&c=1", "x://h/d?c=1&password=***&sslpassword=***" },
        { "x:////a/b c.db", "x:////a/b c.db" },
        { "x://[::1]:2/d", "x://[::1]:2/d" },
        { "x://h?b=2&a=1&b=1", "x://h?a=1&b=2&b=1" },
        { "x://u:p@a:1,[::1]:2,b/d", "x://u:***@a:1,[::1]:2,b/d" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_url url = parse(cases[i].text);
        char *text = NULL;
        assert_int_equal(calx_url_render(&url, CALX_URL_MASK, &text), CALX_OK);
        assert_string_equal(text, cases[i].masked);
        calx_free(text);
        calx_url_clear(&url);
    }
    calx_url nothing = CALX_URL_INIT;
    char *text = NULL;
    assert_int_equal(calx_url_render(&nothing, CALX_URL_MASK, &text), CALX_E_ARGUMENT);
}

/* The place of the n-th parameter of a key; keys may come in another order. */
static const char *nth_value(const calx_url *url, const char *key, size_t n)
{
    for (size_t i = 0; i < url->parameter_count; i++) {
        if (strcmp(url->parameters[i].key, key) == 0 && n-- == 0)
            return url->parameters[i].value;
    }
    return NULL;
}

static void same_url(const calx_url *left, const calx_url *right)
{
    same_text(left->scheme, right->scheme);
    same_text(left->driver, right->driver);
    same_text(left->user, right->user);
    same_text(left->password, right->password);
    same_text(left->host, right->host);
    same_text(left->database, right->database);
    assert_int_equal(left->port, right->port);
    assert_int_equal(left->parameter_count, right->parameter_count);
    for (size_t i = 0; i < left->parameter_count; i++) {
        size_t before = 0;
        for (size_t j = 0; j < i; j++)
            before += strcmp(left->parameters[j].key, left->parameters[i].key) == 0;
        same_text(left->parameters[i].value, nth_value(right, left->parameters[i].key, before));
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void rendering_undoes_parsing_for_every_accepted_url(void **state)
{
    (void)state;
    calx_shows("ENG-010");
    static const char *const pieces[] = { "a",        "b",   ":",   "/",   "@",   "?",   "&",
                                          "=",        "+",   "[",   "]",   "%41", "%40", "%2F",
                                          "%3A",      "%25", "%3F", "%5B", "%5D", "%26", "%3D",
                                          "%2B",      "%20", "%23", "#",   " ",   ";",   "1",
                                          "\xc3\xa9", "%01", "***", ",",   "%2C" };
    uint32_t seed = 1;
    size_t accepted = 0;
    for (int round = 0; round < 200000; round++) {
        char text[128] = "x://";
        uint32_t count = next_random(&seed) % 14;
        for (uint32_t i = 0; i < count; i++)
            strcat(text, pieces[next_random(&seed) % (sizeof(pieces) / sizeof(pieces[0]))]);
        calx_url url = CALX_URL_INIT;
        if (calx_url_parse(text, &url, NULL) != CALX_OK)
            continue;
        accepted++;
        char *rendered = NULL;
        calx_url again = CALX_URL_INIT;
        assert_int_equal(calx_url_render(&url, CALX_URL_REVEAL, &rendered), CALX_OK);
        if (calx_url_parse(rendered, &again, NULL) != CALX_OK)
            fail_msg("%s became %s", text, rendered);
        same_url(&url, &again);
        calx_free(rendered);
        calx_url_clear(&again);
        calx_url_clear(&url);
    }
    assert_true(accepted > 10000);
}

static calx_status parse_and_render(void)
{
    calx_url url = CALX_URL_INIT;
    calx_error error = CALX_ERROR_INIT;
    char *text = NULL;
    calx_status status = calx_url_parse("x+y://u:p@h:1/database?a=1&b=2&c=%20", &url, &error);
    if (status == CALX_OK)
        status = calx_url_render(&url, CALX_URL_MASK, &text);
    calx_free(text);
    calx_url_clear(&url);
    calx_error_clear(&error);
    return status;
}

static calx_url create(const calx_url *parts)
{
    calx_url url = CALX_URL_INIT;
    calx_error error = CALX_ERROR_INIT;
    if (calx_url_create(parts, &url, &error) != CALX_OK)
        fail_msg("%s", error.message);
    return url;
}

static void same_rendering(const calx_url *url, const char *wanted)
{
    char *text = NULL;
    assert_int_equal(calx_url_render(url, CALX_URL_REVEAL, &text), CALX_OK);
    assert_string_equal(text, wanted);
    calx_free(text);
}

static void a_url_made_from_parts_takes_them_as_they_are(void **state)
{
    (void)state;
    calx_shows("ENG-011");
    char password[] = "p%40:/?@ +";
    const calx_url_parameter query[] = { { "k", "a%20b" }, { "k", "" } };
    const calx_url parts = { .scheme = "postgresql",
                             .user = "me@home",
                             .password = password,
                             .host = "fe80::1",
                             .port = 5433,
                             .database = "a/b?c",
                             .parameters = query,
                             .parameter_count = 2 };
    calx_url url = create(&parts);
    password[0] = 'X';
    assert_string_equal(url.password, "p%40:/?@ +");
    same_rendering(&url, "postgresql://me%40home:p%2540%3A%2F%3F%40%20%2B@[fe80::1]:5433/"
                         "a/b%3Fc?k=a%2520b&k=");
    char *text = NULL;
    assert_int_equal(calx_url_render(&url, CALX_URL_REVEAL, &text), CALX_OK);
    calx_url parsed = parse(text);
    assert_string_equal(parsed.password, url.password);
    assert_string_equal(parsed.database, url.database);
    calx_free(text);
    calx_url_clear(&parsed);
    calx_url_clear(&url);
}

static void a_changed_url_is_a_new_one(void **state)
{
    (void)state;
    calx_shows("ENG-011");
    calx_url first = parse("x://u:p@h/d?a=1&b=2&a=3");
    calx_url parts = first;
    parts.host = "other";
    parts.password = NULL;
    calx_url second = create(&parts);
    const calx_url_parameter more[] = { { "a", "4" }, { "c", "5" } };
    const struct {
        calx_url_update update;
        const char *wanted;
    } cases[] = {
        { CALX_URL_REPLACE, "x://u@other/d?a=4&b=2&c=5" },
        { CALX_URL_APPEND, "x://u@other/d?a=1&a=3&a=4&b=2&c=5" },
        { CALX_URL_REMOVE, "x://u@other/d?b=2" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_url_query query = { more, 2, cases[i].update };
        calx_url third = CALX_URL_INIT;
        assert_int_equal(calx_url_update_query(&second, &query, &third, NULL), CALX_OK);
        same_rendering(&third, cases[i].wanted);
        calx_url_clear(&third);
    }
    same_rendering(&second, "x://u@other/d?a=1&a=3&b=2");
    same_rendering(&first, "x://u:p@h/d?a=1&a=3&b=2");
    calx_url_clear(&second);
    calx_url_clear(&first);
}

static void parts_no_url_can_hold_are_named(void **state)
{
    (void)state;
    calx_shows("ENG-011");
    const calx_url_parameter no_key[] = { { "", "v" } };
    const calx_url_parameter no_value[] = { { "k", NULL } };
    const struct {
        calx_url parts;
        const char *named;
    } cases[] = {
        { { .scheme = NULL }, "scheme" },
        { { .scheme = "a-b" }, "scheme" },
        { { .scheme = "x", .driver = "" }, "driver" },
        { { .scheme = "x", .host = "" }, "host" },
        { { .scheme = "x", .port = 70000 }, "port" },
        { { .scheme = "x", .parameter_count = 1 }, "parameters" },
        { { .scheme = "x", .parameters = no_key, .parameter_count = 1 }, "query" },
        { { .scheme = "x", .parameters = no_value, .parameter_count = 1 }, "query" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        calx_url url = CALX_URL_INIT;
        calx_error error = CALX_ERROR_INIT;
        assert_int_equal(calx_url_create(&cases[i].parts, &url, &error), CALX_E_ARGUMENT);
        assert_non_null(strstr(error.message, cases[i].named));
        assert_null(url.memory);
        calx_error_clear(&error);
    }
    calx_url_query query = { no_value, 1, (calx_url_update)7 };
    calx_url url = { .scheme = "x" };
    assert_int_equal(calx_url_update_query(&url, &query, &url, NULL), CALX_E_ARGUMENT);
    query.update = CALX_URL_APPEND;
    assert_int_equal(calx_url_update_query(&url, &query, &url, NULL), CALX_E_ARGUMENT);
    assert_int_equal(calx_url_create(NULL, &url, NULL), CALX_E_ARGUMENT);
}

static calx_status create_and_update(void)
{
    const calx_url_parameter parameter = { "k", "v" };
    const calx_url parts = {
        .scheme = "x", .user = "u", .parameters = &parameter, .parameter_count = 1
    };
    const calx_url_query query = { &parameter, 1, CALX_URL_APPEND };
    calx_url url = CALX_URL_INIT;
    calx_url changed = CALX_URL_INIT;
    calx_status status = calx_url_create(&parts, &url, NULL);
    if (status == CALX_OK)
        status = calx_url_update_query(&url, &query, &changed, NULL);
    calx_url_clear(&changed);
    calx_url_clear(&url);
    return status;
}

static void missing_memory_is_survived(void **state)
{
    (void)state;
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = parse_and_render();
        if (status == CALX_OK)
            status = create_and_update();
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_fall_into_their_parts),
        cmocka_unit_test(the_query_is_an_ordered_list),
        cmocka_unit_test(bad_urls_are_refused_without_being_repeated),
        cmocka_unit_test(secrets_are_masked_unless_asked_for),
        cmocka_unit_test(rendering_undoes_parsing_for_every_accepted_url),
        cmocka_unit_test(a_url_made_from_parts_takes_them_as_they_are),
        cmocka_unit_test(a_changed_url_is_a_new_one),
        cmocka_unit_test(parts_no_url_can_hold_are_named),
        cmocka_unit_test(missing_memory_is_survived),
    };
    return CALX_RUN("url", tests);
}
