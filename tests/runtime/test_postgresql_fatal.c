/*
 * A server that says FATAL and does not go yet: what it said counts, not how the line looks. The
 * server is a few messages of the protocol, since a real one closes the line with its last word.
 */
#include "postgresql_line.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct speaker {
    pthread_t thread;
    int listening;
    const char *severity;
    const char *sqlstate;
    char directory[256];
    char place[108];
} speaker;

/* One message with its length; false: nobody listens. */
static bool say(int end, char type, const char *body, size_t size)
{
    char message[512] = { type };
    uint32_t length = htonl((uint32_t)size + 4);
    memcpy(message + 1, &length, sizeof(length));
    memcpy(message + 5, body, size);
    return send(end, message, size + 5, MSG_NOSIGNAL) == (ssize_t)size + 5;
}

static bool read_whole(int end, char *out, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t got = recv(end, out + at, size - at, 0);
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

/* A message of the client's; its type, or 0: it has gone. */
static char hear(int end, bool typed)
{
    char body[4096];
    char type = 's';
    uint32_t length = 0;
    if ((typed && !read_whole(end, &type, 1)) || !read_whole(end, (char *)&length, 4))
        return 0;
    length = ntohl(length) - 4;
    return length <= sizeof(body) && read_whole(end, body, length) ? type : 0;
}

static bool greet(int end)
{
    static const char encoding[] = "client_encoding\0UTF8";
    static const char version[] = "server_version\00015.0";
    return hear(end, false) != 0 && say(end, 'R', "\0\0\0", 4) &&
           say(end, 'S', encoding, sizeof(encoding)) && say(end, 'S', version, sizeof(version)) &&
           say(end, 'K', "\0\0\0\1\0\0\0", 8) && say(end, 'Z', "I", 1);
}

/* Whatever is asked, at the end of it comes the same answer; the line stays. */
static void *speak(void *context)
{
    const speaker *self = context;
    int end = accept(self->listening, NULL, NULL);
    char body[128];
    int size = snprintf(body, sizeof(body), "S%s%cV%s%cC%s%cMso it is%c", self->severity, 0,
                        self->severity, 0, self->sqlstate, 0, 0);
    bool goes_on = end >= 0 && greet(end);
    while (goes_on) {
        char type = hear(end, true);
        goes_on = type != 0 && type != 'X';
        if (type == 'Q' || type == 'S')
            goes_on = say(end, 'E', body, (size_t)size + 1) && say(end, 'Z', "I", 1);
    }
    if (end >= 0)
        close(end);
    return NULL;
}

static void start(speaker *self, const char *severity, const char *sqlstate)
{
    struct sockaddr_un place = { .sun_family = AF_UNIX };
    *self = (speaker){ .severity = severity, .sqlstate = sqlstate };
    snprintf(self->directory, sizeof(self->directory), "/tmp");
    snprintf(self->place, sizeof(self->place), "/tmp/.s.PGSQL.%ld", 10000 + (long)getpid() % 50000);
    snprintf(place.sun_path, sizeof(place.sun_path), "%s", self->place);
    (void)unlink(self->place);
    self->listening = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(self->listening, (struct sockaddr *)&place, sizeof(place)), 0);
    assert_int_equal(listen(self->listening, 1), 0);
    assert_int_equal(pthread_create(&self->thread, NULL, speak, self), 0);
}

static void stop(speaker *self)
{
    pthread_join(self->thread, NULL);
    close(self->listening);
    unlink(self->place);
}

static void what_is_fatal_ends_the_connection_while_its_line_is_open(void **state)
{
    (void)state;
    calx_shows("ENG-081");
    calx_shows("LIM-03");
    static const struct {
        const char *severity;
        const char *sqlstate;
        bool is_lost;
    } cases[] = {
        { "FATAL", "XX000", true },  { "PANIC", "XX000", true },  { "ERROR", "57P01", true },
        { "ERROR", "57P02", true },  { "ERROR", "57P04", true },  { "ERROR", "57P05", true },
        { "ERROR", "25P03", true },  { "ERROR", "08006", true },  { "ERROR", "08P01", false },
        { "ERROR", "42601", false }, { "ERROR", "XX000", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char url[512];
        speaker server;
        line opened;
        start(&server, cases[i].severity, cases[i].sqlstate);
        snprintf(url, sizeof(url), "postgresql:///d?host=%s&port=%s&user=me", server.directory,
                 strrchr(server.place, '.') + 1);
        if (try_open(&opened, url) != CALX_OK)
            fail_msg("%s", opened.error.message);
        calx_status status = run(&opened, "SELECT 1");
        bool lost = (opened.connection->error.flags & CALX_ERROR_DISCONNECT) != 0;
        if (lost != cases[i].is_lost || (status == CALX_E_DISCONNECT) != lost)
            fail_msg("%s %s: %s", cases[i].severity, cases[i].sqlstate, calx_status_name(status));
        close_line(&opened);
        stop(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_fatal_ends_the_connection_while_its_line_is_open),
    };
    return CALX_RUN("postgresql_fatal", tests);
}
