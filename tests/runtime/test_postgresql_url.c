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
        { "postgresql://a:1,b,c:3/d", "host", "a,b,c" },
        { "postgresql://a:1,b,c:3/d", "port", "1,,3" },
        { "postgresql://u:p@a,b/d?port=7", "host", "a,b" },
        { "postgresql://u:p@a,b/d?port=7", "port", "7" },
        { "postgresql://[::1]:5,b/d", "host", "::1,b" },
        { "postgresql:///d?host=[::1]:5&host=%2Frun%2Fpg", "host", "::1,/run/pg" },
        { "postgresql:///d?host=[::1]:5&host=%2Frun%2Fpg", "port", "5," },
        { "postgresql://a:1,b/d?host=other", "host", "other" },
        { "postgresql://a:1,b/d?host=other", "port", "" },
        { "postgresql://h/d?host=other", "host", "other" },
        { "postgresql:///d?host=a:xyz", "host", "a:xyz" },
        { "postgresql:///d?ssl=true", "sslmode", "require" },
        { "postgresql:///d?sslmode=verify-full&ssl=true", "sslmode", "verify-full" },
        { "postgresql:///d?ssl=true&sslmode=verify-ca", "sslmode", "verify-ca" },
        { "postgresql:///d?ssl_min_protocol_version=tlsv1.1&ssl_max_protocol_version=TLSv1.1",
          "ssl_max_protocol_version", "TLSv1.1" },
        { "postgresql://a,b/d?hostaddr=127.0.0.1,::1", "hostaddr", "127.0.0.1,::1" },
        { "postgresql://a/d?hostaddr=127.0.0.1&port=7", "port", "7" },
        { "postgresql:///d?hostaddr=,::1", "hostaddr", ",::1" },
        { "postgresql:///d?keepalives=0", "keepalives", "0" },
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

static void each_keyword_of_libpq_arrives(void **state)
{
    (void)state;
    calx_shows("ENG-020");
    calx_shows("ENG-027");
    static const char *const numbers[] = { "tcp_user_timeout", "keepalives", "keepalives_idle",
                                           "keepalives_interval", "keepalives_count" };
    static const char *const words[] = { "user",
                                         "password",
                                         "passfile",
                                         "dbname",
                                         "host",
                                         "service",
                                         "options",
                                         "sslcert",
                                         "sslkey",
                                         "sslpassword",
                                         "sslrootcert",
                                         "sslcrl",
                                         "sslcrldir",
                                         "requirepeer",
                                         "krbsrvname",
                                         "application_name",
                                         "fallback_application_name" };
    static const char *const chosen[][2] = { { "port", "5433" },
                                             { "hostaddr", "127.0.0.1,::1" },
                                             { "sslsni", "0" },
                                             { "sslcompression", "1" },
                                             { "gsslib", "gssapi" },
                                             { "channel_binding", "require" },
                                             { "client_encoding", "UTF8" },
                                             { "sslmode", "verify-ca" },
                                             { "ssl_min_protocol_version", "TLSv1.2" },
                                             { "ssl_max_protocol_version", "TLSv1.3" },
                                             { "gssencmode", "prefer" },
                                             { "target_session_attrs", "any" } };
    enum { NUMBERS = 5, WORDS = 17, CHOSEN = 12 };
    for (size_t i = 0; i < NUMBERS + WORDS + CHOSEN; i++) {
        const char *key = i < NUMBERS           ? numbers[i]
                          : i < NUMBERS + WORDS ? words[i - NUMBERS]
                                                : chosen[i - NUMBERS - WORDS][0];
        const char *value = i < NUMBERS           ? "17"
                            : i < NUMBERS + WORDS ? "some"
                                                  : chosen[i - NUMBERS - WORDS][1];
        char url[128];
        line read;
        snprintf(url, sizeof(url), "postgresql://?%s=%s", key, value);
        if (try_configure(&read, url) != CALX_OK)
            fail_msg("%s: %s", url, read.error.message);
        assert_string_equal(setting(&read, key), value);
        close_line(&read);
    }
    static const struct {
        const char *url;
        int64_t timeout_ms;
    } times[] = { { "postgresql://", 10000 },
                  { "postgresql://?connect_timeout=1", 1000 },
                  { "postgresql://?connect_timeout=0", -1 },
                  { "postgresql://?connect_timeout=-1", -1 } };
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        line read;
        assert_int_equal(try_configure(&read, times[i].url), CALX_OK);
        assert_int_equal(((calx_postgresql_config *)read.config)->timeout_ms, times[i].timeout_ms);
        close_line(&read);
    }
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

static void what_calx_sets_stands_back_behind_the_environment(void **state)
{
    (void)state;
    calx_shows("ENG-021");
    line read;
    setenv("PGCONNECT_TIMEOUT", "3", 1);
    setenv("PGGSSENCMODE", "prefer", 1);
    setenv("PGTARGETSESSIONATTRS", "read-write", 1);
    assert_int_equal(try_configure(&read, "postgresql://"), CALX_OK);
    assert_int_equal(((calx_postgresql_config *)read.config)->timeout_ms, 3000);
    assert_string_equal(setting(&read, "gssencmode"), "");
    assert_true(read.config->wants_writable);
    close_line(&read);
    setenv("PGCONNECT_TIMEOUT", "soon", 1); /* no error when the engine is made */
    assert_int_equal(try_configure(&read, "postgresql://?target_session_attrs=any"), CALX_OK);
    assert_int_equal(((calx_postgresql_config *)read.config)->timeout_ms, 10000);
    assert_false(read.config->wants_writable);
    close_line(&read);
    unsetenv("PGCONNECT_TIMEOUT");
    unsetenv("PGGSSENCMODE");
    unsetenv("PGTARGETSESSIONATTRS");
}

static void what_a_url_leaves_out_comes_from_a_service_file(void **state)
{
    (void)state;
    calx_shows("ENG-021");
    char path[1024];
    char host[256] = "";
    line opened;
    const char *found = strstr(server_url(), "host=") + strlen("host=");
    snprintf(host, sizeof(host), "%.*s", (int)strcspn(found, "&"), found);
    snprintf(path, sizeof(path), "%s", calx_test_path("services"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "[shop]\nhost=%s\nuser=calx\ndbname=postgres\napplication_name=till\n", host);
    fclose(file);
    setenv("PGSERVICEFILE", path, 1);
    calx_status status = try_open(&opened, "postgresql://?service=shop");
    unsetenv("PGSERVICEFILE");
    if (status != CALX_OK)
        fail_msg("%s", opened.error.message);
    assert_int_equal(number(&opened, "SELECT count(*) WHERE current_user = 'calx' AND "
                                     "current_setting('application_name') = 'till'"),
                     1);
    close_line(&opened);
    calx_engine *engine = NULL; /* and nothing of it is looked at when the engine is made */
    assert_int_equal(calx_engine_new("postgresql://?service=nowhere", NULL, &engine, NULL),
                     CALX_OK);
    calx_engine_free(engine);
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
        { "postgresql:///d?host=a&port=0", "port" },
        { "postgresql:///d?host=a,b&host=c", "mixes" },
        { "postgresql://a:1,b/d?port=3", "mixes" },
        { "postgresql://a,b/d?port=1,2,3", "2 hosts but 3 ports" },
        { "postgresql://a/d?port=1,2", "1 hosts but 2 ports" },
        { "postgresql:///d?host=::1&host=b", "[ ]" },
        { "postgresql:///d?ssl=maybe", "ssl" },
        { "postgresql:///d?gssencmode=maybe", "prefer" },
        { "postgresql:///d?keepalives=zz", "keepalives must be 0 for off or 1 for on" },
        { "postgresql:///d?keepalives_idle=x", "keepalives_idle must be seconds" },
        { "postgresql:///d?keepalives_idle=", "keepalives_idle must be seconds" },
        { "postgresql:///d?keepalives_idle=-1", "keepalives_idle must be seconds" },
        { "postgresql:///d?keepalives_idle=32768", "keepalives_idle must be seconds" },
        { "postgresql:///d?keepalives_interval=1.5", "keepalives_interval must be seconds" },
        { "postgresql:///d?keepalives_count=99999999999", "keepalives_count must be a number" },
        { "postgresql:///d?keepalives_count=128", "127" },
        { "postgresql:///d?tcp_user_timeout=abc", "tcp_user_timeout must be milliseconds" },
        { "postgresql:///d?tcp_user_timeout=2147483648", "tcp_user_timeout" },
        { "postgresql:///d?channel_binding=zz", "disable, prefer, require" },
        { "postgresql:///d?hostaddr=zz", "hostaddr must be an address" },
        { "postgresql:///d?hostaddr=127.0.0.1,host.invalid", "hostaddr must be an address" },
        { "postgresql://a,b/d?hostaddr=127.0.0.1", "2 hosts but 1 addresses" },
        { "postgresql:///d?hostaddr=127.0.0.1,::1&port=1,2,3", "2 addresses in hostaddr but 3" },
        { "postgresql:///d?sslsni=7", "sslsni must be one of: 0, 1" },
        { "postgresql:///d?sslcompression=zz", "sslcompression must be one of: 0, 1" },
        { "postgresql:///d?gsslib=zz", "gsslib must be one of: gssapi, sspi" },
        { "postgresql:///d?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2",
          "ssl_max_protocol_version must not be below ssl_min_protocol_version" },
        { "postgresql:///d?ssl_max_protocol_version=TLSv1.1", "which is TLSv1.2 unless given" },
        { "postgresql:///d?ssl=true&sslmode=disable", "contradict" },
        { "postgresql:///d?sslmode=prefer&ssl=true", "contradict" },
        { "postgresql:///d?ssl=false", "sslmode" },
        { "postgresql:///d?sslmode=a&ssl=b&keepalives=c&hostaddr=d&x=1&x=2&y=3&port=e",
          "sslmode must be one of: disable, allow, prefer, require, verify-ca, verify-full; the "
          "URL's option ssl can only be true, which is sslmode=require; write sslmode for "
          "anything else; the URL's option keepalives must be 0 for off or 1 for on; the URL's "
          "option hostaddr must be an address in numbers, such as 192.0.2.1 or 2001:db8::1, or "
          "a list of such; the URL's option x is given twice; unknown option in the PostgreSQL "
          "URL: x, y; the URL's option port must be a number" },
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

/* However much is wrong, the answer can be read. */
static void a_long_list_of_wrong_options_is_cut(void **state)
{
    (void)state;
    calx_shows("ENG-032");
    static char url[200 * 300];
    line read;
    size_t size = (size_t)snprintf(url, sizeof(url), "postgresql:///d?");
    for (int i = 0; i < 100; i++)
        size += (size_t)snprintf(url + size, sizeof(url) - size, "keepalives=zz&%0200d%d=1&", 0, i);
    snprintf(url + size, sizeof(url) - size, "sslsni=7");
    assert_int_equal(try_configure(&read, url), CALX_E_ARGUMENT);
    assert_true(strlen(read.error.message) < 6000);
    assert_non_null(strstr(read.error.message, "keepalives must be"));
    assert_non_null(strstr(read.error.message, " more"));
    close_line(&read);
}

/* What the URL cannot know is told by libpq, and not as missing memory. */
static void a_bad_socket_option_of_a_service_is_told_as_such(void **state)
{
    (void)state;
    calx_shows("LIM-01");
    line opened;
    char url[1024];
    char path[1024];
    snprintf(path, sizeof(path), "%s", calx_test_path("bad-services"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "[shop]\nkeepalives=zz\n");
    fclose(file);
    setenv("PGSERVICEFILE", path, 1);
    snprintf(url, sizeof(url), "%s&service=shop", server_url());
    calx_status status = try_open(&opened, url);
    unsetenv("PGSERVICEFILE");
    assert_int_equal(status, CALX_E_CONNECT);
    assert_non_null(strstr(opened.error.message, "keepalives"));
    close_line(&opened);
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
    char *once = strstr(opened.error.message, "no_such_setting");
    assert_non_null(once);
    assert_null(strstr(once + 1, "no_such_setting"));
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
        cmocka_unit_test(each_keyword_of_libpq_arrives),
        cmocka_unit_test(what_calx_sets_stands_back_behind_the_environment),
        cmocka_unit_test(what_a_url_leaves_out_comes_from_a_service_file),
        cmocka_unit_test(bad_options_are_refused_by_name),
        cmocka_unit_test(a_long_list_of_wrong_options_is_cut),
        cmocka_unit_test(a_bad_socket_option_of_a_service_is_told_as_such),
        cmocka_unit_test(a_server_that_is_not_there_or_refuses_is_told_apart),
    };
    return CALX_RUN("postgresql_url", tests);
}
