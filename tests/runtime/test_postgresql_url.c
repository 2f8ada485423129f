/*
 * URLs of the PostgreSQL driver: what becomes of their parts and options, what the environment
 * adds, and how a server that is not there is told from one that refuses.
 */
#include "postgresql_line.h"

#include <calx/engine.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *setting(const line *opened, const char *keyword)
{
    const calx_postgresql_config *config = (calx_postgresql_config *)opened->config;
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->keywords[i], keyword) == 0)
            return config->values[i];
    }
    return "";
}

static void a_url_becomes_keywords(void **state)
{
    (void)state;
    calx_shows("ENG-003");
    calx_shows("ENG-019");
    calx_shows("ENG-020");
    calx_shows("ENG-024");
    calx_shows("ENG-030");
    static const struct {
        const char *url;
        const char *keyword;
        const char *value;
    } cases[] = {
        { "postgresql://u:p@h:5433/d", "user", "u" },
        { "postgresql://u:p@h:5433/d", "password", "p" },
        { "postgresql://u:p@h:5433/d", "host", "h" },
        { "postgresql://u:p@h:5433/d", "port", "5433" },
        { "postgresql:///host=evil", "dbname", "host=evil" },
        { "postgresql://", "dbname", "" },
        { "postgresql://", "gssencmode", "disable" },
        { "postgresql://", "client_encoding", "UTF8" },
        { "postgresql://", "keepalives_idle", "30" },
        { "postgresql://", "keepalives_interval", "10" },
        { "postgresql://", "keepalives_count", "3" },
        { "postgresql://", "tcp_user_timeout", "30000" },
        { "postgresql://h?tcp_user_timeout=5", "tcp_user_timeout", "5" },
        { "postgresql:///d?host=/run/pg", "host", "/run/pg" },
        { "postgresql:///d?host=a:1&host=b&host=c:3", "host", "a,b,c" },
        { "postgresql:///d?host=a:1&host=b&host=c:3", "port", "1,,3" },
        { "postgresql:///d?host=a,b,c&port=1,,3", "port", "1,,3" },
        { "postgresql://h/d?host=other", "host", "other" },
        { "postgresql:///d?host=a:xyz", "host", "a:xyz" },
        { "postgresql:///d?ssl=true", "sslmode", "require" },
        { "postgresql:///d?options=-c%20a%3Db", "options", "-c a=b" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        line read;
        if (try_configure(&read, cases[i].url) != CALX_OK)
            fail_msg("%s: %s", cases[i].url, read.error.message);
        assert_string_equal(setting(&read, cases[i].keyword), cases[i].value);
        close_line(&read);
    }
    calx_engine *engine = NULL;
    assert_int_equal(calx_engine_new("postgres://h/d", NULL, &engine, NULL), CALX_OK);
    assert_string_equal(calx_engine_driver_name(engine), "postgresql");
    calx_engine_free(engine);
}

/* A key of the server's URL as a variable of the environment. */
static void into_environment(const char *key, const char *variable)
{
    char value[256] = "";
    const char *found = strstr(server_url(), key);
    assert_non_null(found);
    found += strlen(key);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(found, "&"), found);
    setenv(variable, value, 1);
}

static void what_a_url_leaves_out_comes_from_the_environment(void **state)
{
    (void)state;
    calx_shows("ENG-021");
    line opened;
    into_environment("host=", "PGHOST");
    into_environment("user=", "PGUSER");
    setenv("PGDATABASE", "postgres", 1);
    calx_status status = try_open(&opened, "postgresql://");
    unsetenv("PGHOST");
    unsetenv("PGUSER");
    unsetenv("PGDATABASE");
    if (status != CALX_OK)
        fail_msg("%s", opened.error.message);
    assert_int_equal(number(&opened, "SELECT count(*) WHERE current_database() = 'postgres' "
                                     "AND current_user = 'calx'"),
                     1);
    close_line(&opened);
}

static void bad_options_are_refused_by_name(void **state)
{
    (void)state;
    calx_shows("ENG-020");
    calx_shows("ENG-025");
    static const struct {
        const char *url;
        const char *word;
    } cases[] = {
        { "postgresql://u:SECRET@h/d?colour=red&size=3", "colour, size" },
        { "postgresql:///d?replication=true", "replication" },
        { "postgresql:///d?sslmode=maybe", "verify-full" },
        { "postgresql:///d?ssl_min_protocol_version=SSLv3", "TLSv1.2" },
        { "postgresql:///d?target_session_attrs=fast", "prefer-standby" },
        { "postgresql:///d?connect_timeout=soon", "connect_timeout" },
        { "postgresql:///d?cached_statements=-1", "cached_statements" },
        { "postgresql:///d?prepared=maybe", "on or off" },
        { "postgresql:///d?client_encoding=LATIN1", "UTF8" },
        { "postgresql:///d?user=a&user=b", "twice" },
        { "postgresql:///d?host=a:1&host=b&port=3", "mixes" },
        { "postgresql:///d?host=a,b&port=1,2,3", "2 hosts but 3 ports" },
        { "postgresql:///d?host=a,b&port=1,x", "port" },
        { "postgresql:///d?host=a:1&host=b:x", "port" },
        { "postgresql:///d?port=70000", "port" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        line read;
        assert_int_equal(try_configure(&read, cases[i].url), CALX_E_ARGUMENT);
        if (strstr(read.error.message, cases[i].word) == NULL)
            fail_msg("%s: %s", cases[i].url, read.error.message);
        assert_null(strstr(read.error.message, "SECRET"));
        close_line(&read);
    }
}

static void a_server_that_is_not_there_or_refuses_is_told_apart(void **state)
{
    (void)state;
    calx_shows("ENG-029");
    calx_shows("ENG-178");
    line opened;
    assert_int_equal(try_open(&opened, "postgresql:///d?host=/nowhere/at/all"), CALX_E_CONNECT);
    assert_non_null(strstr(opened.error.message, "/nowhere/at/all"));
    close_line(&opened);
    char url[512];
    char *database = strdup(calx_test_url());
    char *place = strstr(database, "/postgres?");
    assert_non_null(place);
    *place = '\0';
    snprintf(url, sizeof(url), "%s/not_there?%s", database, place + strlen("/postgres?"));
    free(database);
    assert_int_equal(try_open(&opened, url), CALX_E_NO_OBJECT);
    assert_string_equal(opened.error.sqlstate, "3D000");
    assert_null(strstr(opened.error.message, "3D000"));
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&user=nobody_at_all", server_url());
    char *second = strstr(url, "user=calx");
    assert_non_null(second);
    memmove(second, second + strlen("user=calx&"), strlen(second + strlen("user=calx&")) + 1);
    assert_int_equal(try_open(&opened, url), CALX_E_AUTH);
    assert_string_equal(opened.error.sqlstate, "28000");
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&options=-cno_such_setting%%3D1", server_url());
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    assert_string_equal(opened.error.sqlstate, "42704");
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&options=-cwork_mem%%3Dmuch", server_url());
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    assert_string_equal(opened.error.sqlstate, "22023");
    close_line(&opened);
    snprintf(url, sizeof(url), "%s&options=-cwork_mem%%3D123kB", server_url());
    assert_int_equal(try_open(&opened, url), CALX_OK);
    assert_int_equal(number(&opened, "SELECT setting::bigint FROM pg_settings "
                                     "WHERE name = 'work_mem'"),
                     123);
    assert_int_equal(number(&opened, "SELECT count(*) FROM pg_settings "
                                     "WHERE name = 'client_encoding' AND setting = 'UTF8'"),
                     1);
    close_line(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_becomes_keywords),
        cmocka_unit_test(what_a_url_leaves_out_comes_from_the_environment),
        cmocka_unit_test(bad_options_are_refused_by_name),
        cmocka_unit_test(a_server_that_is_not_there_or_refuses_is_told_apart),
    };
    return CALX_RUN("postgresql_url", tests);
}
