/*
 * Connecting to PostgreSQL when it does not go well: servers that are silent, refuse, want a
 * password or have no TLS. They are played here by a few bytes each; what is shown is what the
 * driver makes of it, how long it takes, and what is logged about odd URLs.
 */
#include "postgresql_line.h"
#include "support/log_sink.h"

#include <calx/allocator.h>
#include <calx/connection.h>
#include <calx/engine.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIENTS = 8, TLS_CODE = 80877103 };

/* How a played server behaves. */
typedef enum conduct {
    SILENT,       /* takes connections and says nothing */
    PASSWORD,     /* wants one */
    REFUSAL,      /* an error of the code and text given */
    TLS_BUT_MUTE, /* agrees to TLS, and that was it */
} conduct;

typedef struct actor {
    pthread_t thread;
    conduct conduct;
    const char *code;
    const char *text;
    int listening;
    int port;
    atomic_bool over;
    atomic_int visits;
    char password[64]; /* the one that was given */
} actor;

static bool read_all(int client, unsigned char *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t more = read(client, data + done, size - done);
        if (more <= 0)
            return false;
        done += (size_t)more;
    }
    return true;
}

static uint32_t number_at(const unsigned char *data)
{
    uint32_t number = 0;
    memcpy(&number, data, sizeof(number));
    return ntohl(number);
}

/* A message of the protocol. */
static void send_message(int client, char type, const char *body, size_t size)
{
    char message[512];
    uint32_t length = htonl((uint32_t)size + 4);
    message[0] = type;
    memcpy(message + 1, &length, 4);
    memcpy(message + 5, body, size);
    (void)!write(client, message, size + 5);
}

static void refuse(const actor *self, int client)
{
    char body[400];
    int size =
        snprintf(body, sizeof(body), "SFATAL%cVFATAL%cC%s%cM%s%cFauth.c%cL334%cRauth_failed%c", 0,
                 0, self->code, 0, self->text, 0, 0, 0, 0);
    body[size] = '\0';
    send_message(client, 'E', body, (size_t)size + 1);
}

/* The first message: the version, or the wish for TLS. false: the client has gone. */
static bool read_start(const actor *self, int client)
{
    unsigned char head[8];
    unsigned char rest[1024];
    if (!read_all(client, head, sizeof(head)))
        return false;
    if (number_at(head + 4) == TLS_CODE) {
        (void)!write(client, self->conduct == TLS_BUT_MUTE ? "S" : "N", 1);
        return self->conduct != TLS_BUT_MUTE && read_start(self, client);
    }
    return read_all(client, rest, number_at(head) - 8);
}

/* Asks for a password, and takes it when one comes. */
static void ask_password(actor *self, int client)
{
    unsigned char head[5];
    send_message(client, 'R', "\0\0\0\3", 4);
    if (!read_all(client, head, sizeof(head)) || head[0] != 'p')
        return;
    size_t size = number_at(head + 1) - 4;
    if (size <= sizeof(self->password))
        (void)read_all(client, (unsigned char *)self->password, size);
}

static void *act(void *context)
{
    actor *self = context;
    int clients[CLIENTS];
    int count = 0;
    while (count < CLIENTS) {
        int client = accept(self->listening, NULL, NULL);
        if (client < 0 || atomic_load(&self->over))
            break;
        atomic_fetch_add(&self->visits, 1);
        clients[count++] = client;
        if (self->conduct == SILENT || !read_start(self, client))
            continue;
        if (self->conduct == PASSWORD)
            ask_password(self, client);
        else
            refuse(self, client);
        shutdown(client, SHUT_WR);
    }
    for (int i = 0; i < count; i++)
        close(clients[i]);
    return NULL;
}

static void start_actor(actor *self, conduct how)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(place);
    self->conduct = how;
    atomic_init(&self->over, false);
    atomic_init(&self->visits, 0);
    self->listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(self->listening, (struct sockaddr *)&place, sizeof(place)), 0);
    assert_int_equal(listen(self->listening, CLIENTS), 0);
    assert_int_equal(getsockname(self->listening, (struct sockaddr *)&place, &size), 0);
    self->port = ntohs(place.sin_port);
    assert_int_equal(pthread_create(&self->thread, NULL, act, self), 0);
}

static void stop_actor(actor *self)
{
    atomic_store(&self->over, true);
    shutdown(self->listening, SHUT_RDWR);
    pthread_join(self->thread, NULL);
    close(self->listening);
}

/* Connects to the actor with options; answers the status, with the error in opened. */
static calx_status visit(const actor *self, const char *options, line *opened)
{
    char url[256];
    snprintf(url, sizeof(url), "postgresql://me@127.0.0.1:%d/d?%s", self->port, options);
    return try_open(opened, url);
}

static int64_t ms_since(int64_t start)
{
    return (calx_clock_monotonic_ns() - start) / 1000000;
}

static void a_missing_password_is_a_matter_of_who_one_is(void **state)
{
    (void)state;
    calx_shows("ENG-178");
    calx_shows("ENG-209");
    actor server = { 0 };
    line opened;
    start_actor(&server, PASSWORD);
    assert_int_equal(visit(&server, "sslmode=disable&passfile=/nonexistent", &opened), CALX_E_AUTH);
    assert_non_null(strstr(opened.error.message, "password"));
    close_line(&opened);
    stop_actor(&server);
}

static void a_password_may_come_from_a_file_of_libpq(void **state)
{
    (void)state;
    calx_shows("ENG-021");
    actor server = { 0 };
    line opened;
    char path[1024];
    snprintf(path, sizeof(path), "%s", calx_test_path("passwords"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    fputs("127.0.0.1:*:d:me:open sesame\n", file);
    fclose(file);
    start_actor(&server, PASSWORD);
    setenv("PGPASSFILE", path, 1);
    calx_status status = visit(&server, "sslmode=disable", &opened);
    unsetenv("PGPASSFILE");
    assert_int_not_equal(status, CALX_OK); /* it knows no more of the protocol */
    assert_null(strstr(opened.error.message, "sesame"));
    close_line(&opened);
    stop_actor(&server);
    assert_string_equal(server.password, "open sesame");
}

static void a_refusal_is_told_whole_and_without_its_place_in_the_server(void **state)
{
    (void)state;
    calx_shows("ENG-178");
    static const struct {
        const char *code;
        calx_status status;
        unsigned flags;
    } cases[] = {
        { "28P01", CALX_E_AUTH, 0 },
        { "28000", CALX_E_AUTH, 0 },
        { "3D000", CALX_E_NO_OBJECT, 0 },
        { "53300", CALX_E_RESOURCE, CALX_ERROR_RETRY },
        { "57P03", CALX_E_CONNECT, CALX_ERROR_RETRY },
        { "42704", CALX_E_CONNECT, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        actor server = { .code = cases[i].code,
                         .text = "no entry for file.c:12 there\nsee hba.c:7 for more" };
        line opened;
        start_actor(&server, REFUSAL);
        assert_int_equal(visit(&server, "sslmode=disable", &opened), cases[i].status);
        assert_string_equal(opened.error.sqlstate, cases[i].code);
        assert_int_equal(opened.error.flags, cases[i].flags);
        assert_non_null(strstr(opened.error.message, "file.c:12 there"));
        assert_non_null(strstr(opened.error.message, "see hba.c:7 for more"));
        assert_null(strstr(opened.error.message, "auth_failed"));
        assert_null(strstr(opened.error.message, "auth.c:334"));
        close_line(&opened);
        stop_actor(&server);
    }
}

static void a_silent_server_is_waited_for_as_long_as_the_url_says(void **state)
{
    (void)state;
    calx_shows("ENG-027");
    calx_shows("LIM-07");
    actor server = { 0 };
    line opened;
    char url[256];
    start_actor(&server, SILENT);
    int64_t start = calx_clock_monotonic_ns();
    assert_int_equal(visit(&server, "connect_timeout=1", &opened), CALX_E_CONNECT);
    assert_true(ms_since(start) >= 950 && ms_since(start) < 1900);
    assert_non_null(strstr(opened.error.message, "in time"));
    close_line(&opened);
    /* One deadline, however many hosts there are. */
    snprintf(
        url, sizeof(url),
        "postgresql:///d?host=127.0.0.1:%d&host=127.0.0.1:%d&host=127.0.0.1:%d&connect_timeout=1",
        server.port, server.port, server.port);
    start = calx_clock_monotonic_ns();
    assert_int_equal(try_open(&opened, url), CALX_E_CONNECT);
    assert_true(ms_since(start) >= 950 && ms_since(start) < 1900);
    close_line(&opened);
    stop_actor(&server);
}

static void the_pools_timeout_is_over_connecting_too(void **state)
{
    (void)state;
    calx_shows("ENG-027");
    actor server = { 0 };
    char url[128];
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    calx_connection *connection = NULL;
    start_actor(&server, SILENT);
    snprintf(url, sizeof(url), "postgresql://127.0.0.1:%d/d", server.port);
    options.pool_timeout = 200;
    assert_int_equal(calx_engine_new(url, &options, &engine, NULL), CALX_OK);
    int64_t start = calx_clock_monotonic_ns();
    calx_status status = calx_engine_connect(engine, &connection, NULL);
    assert_true(status == CALX_E_POOL_TIMEOUT || status == CALX_E_CONNECT);
    assert_true(ms_since(start) >= 190 && ms_since(start) < 1500);
    calx_engine_free(engine);
    stop_actor(&server);
}

static void each_mode_of_tls_demands_what_it_says(void **state)
{
    (void)state;
    calx_shows("ENG-028");
    actor plain = { .code = "28000", .text = "here in clear" };
    line opened;
    start_actor(&plain, REFUSAL);
    /* The default goes on in clear when the server has no TLS; require does not. */
    assert_int_equal(visit(&plain, "", &opened), CALX_E_AUTH);
    assert_non_null(strstr(opened.error.message, "here in clear"));
    close_line(&opened);
    assert_int_equal(visit(&plain, "sslmode=prefer", &opened), CALX_E_AUTH);
    close_line(&opened);
    assert_int_equal(visit(&plain, "ssl=true", &opened), CALX_E_CONNECT);
    assert_non_null(strstr(opened.error.message, "SSL"));
    assert_null(strstr(opened.error.message, "here in clear"));
    close_line(&opened);
    stop_actor(&plain);
    actor mute = { 0 };
    start_actor(&mute, TLS_BUT_MUTE);
    assert_int_equal(visit(&mute, "sslmode=verify-full&sslrootcert=/nonexistent/root.crt", &opened),
                     CALX_E_CONNECT);
    assert_non_null(strstr(opened.error.message, "root"));
    close_line(&opened);
    stop_actor(&mute);
    assert_int_equal(try_configure(&opened, "postgresql:///d?sslmode=perhaps"), CALX_E_ARGUMENT);
    close_line(&opened);
    assert_int_equal(try_configure(&opened, "postgresql:///d?ssl_max_protocol_version=TLSv9"),
                     CALX_E_ARGUMENT);
    close_line(&opened);
}

/* Connects twice through an engine on the running server; answers how often the text was logged. */
static size_t count_remarks(const char *url, const char *text)
{
    log_sink sink;
    log_sink_init(&sink);
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_engine *engine = NULL;
    options.log = log_sink_line;
    options.log_context = &sink;
    assert_int_equal(calx_engine_new(url, &options, &engine, NULL), CALX_OK);
    for (int i = 0; i < 2; i++) {
        calx_connection *connection = NULL;
        calx_error error = CALX_ERROR_INIT;
        if (calx_engine_connect(engine, &connection, &error) != CALX_OK)
            fail_msg("%s", error.message);
        assert_int_equal(calx_connection_invalidate(connection), CALX_OK);
        calx_connection_close(connection);
    }
    size_t count = log_sink_count(&sink, text);
    calx_engine_free(engine);
    log_sink_clear(&sink);
    return count;
}

static void tls_is_no_matter_on_a_local_socket_and_that_is_said_once(void **state)
{
    (void)state;
    calx_shows("ENG-022");
    assert_int_equal(count_remarks(calx_test_url_with("sslmode=require"), "in clear"), 1);
    assert_int_equal(count_remarks(calx_test_url_with("sslmode=verify-full"), "in clear"), 1);
    assert_int_equal(count_remarks(calx_test_url_with("sslmode=prefer"), "in clear"), 0);
    /* The same for a host in the URL's front, and for one that the environment names. */
    calx_url url = CALX_URL_INIT;
    char *text = NULL;
    assert_int_equal(calx_url_parse(calx_test_url(), &url, NULL), CALX_OK);
    const calx_url_parameter mode[] = { { "sslmode", "require" },
                                        { "user", calx_url_parameter_value(&url, "user") } };
    calx_url parts = { .scheme = "postgresql", .database = url.database };
    parts.host = calx_url_parameter_value(&url, "host");
    parts.parameters = mode;
    parts.parameter_count = 2;
    assert_int_equal(calx_url_render(&parts, CALX_URL_REVEAL, &text), CALX_OK);
    assert_int_equal(count_remarks(text, "in clear"), 1);
    calx_free(text);
    setenv("PGHOST", parts.host, 1);
    parts.host = NULL;
    assert_int_equal(calx_url_render(&parts, CALX_URL_REVEAL, &text), CALX_OK);
    assert_int_equal(count_remarks(text, "in clear"), 1);
    unsetenv("PGHOST");
    calx_free(text);
    calx_url_clear(&url);
}

static void a_host_in_the_query_wins_and_that_is_said_once(void **state)
{
    (void)state;
    calx_shows("ENG-023");
    calx_url url = CALX_URL_INIT;
    char *text = NULL;
    assert_int_equal(calx_url_parse(calx_test_url(), &url, NULL), CALX_OK);
    calx_url parts = url;
    parts.host = "no-such-host.invalid";
    assert_int_equal(calx_url_render(&parts, CALX_URL_REVEAL, &text), CALX_OK);
    assert_int_equal(count_remarks(text, "names hosts twice"), 1);
    calx_free(text);
    calx_url_clear(&url);
}

static void no_kerberos_and_no_other_database_unless_asked_for(void **state)
{
    (void)state;
    calx_shows("LIM-11");
    calx_shows("LIM-19");
    line opened;
    assert_int_equal(try_configure(&opened, "postgresql://h/host=evil%20dbname=other"), CALX_OK);
    const calx_postgresql_config *config = (const calx_postgresql_config *)opened.config;
    int found = 0;
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->keywords[i], "dbname") == 0)
            found += strcmp(config->values[i], "host=evil dbname=other") == 0;
        if (strcmp(config->keywords[i], "gssencmode") == 0)
            found += strcmp(config->values[i], "disable") == 0;
    }
    assert_int_equal(found, 2);
    close_line(&opened);
    actor server = { .code = "3D000", .text = "no such database" };
    char url[160];
    start_actor(&server, REFUSAL);
    snprintf(url, sizeof(url), "postgresql://127.0.0.1:%d/host=evil%%20port=1", server.port);
    assert_int_equal(try_open(&opened, url), CALX_E_NO_OBJECT); /* it came here */
    close_line(&opened);
    stop_actor(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_password_is_a_matter_of_who_one_is),
        cmocka_unit_test(a_password_may_come_from_a_file_of_libpq),
        cmocka_unit_test(a_refusal_is_told_whole_and_without_its_place_in_the_server),
        cmocka_unit_test(a_silent_server_is_waited_for_as_long_as_the_url_says),
        cmocka_unit_test(the_pools_timeout_is_over_connecting_too),
        cmocka_unit_test(each_mode_of_tls_demands_what_it_says),
        cmocka_unit_test(tls_is_no_matter_on_a_local_socket_and_that_is_said_once),
        cmocka_unit_test(a_host_in_the_query_wins_and_that_is_said_once),
        cmocka_unit_test(no_kerberos_and_no_other_database_unless_asked_for),
    };
    return CALX_RUN("postgresql_connect", tests);
}
