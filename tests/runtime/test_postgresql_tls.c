/*
 * What each mode of TLS looks at in a server's certificate. The server is OpenSSL's own program,
 * behind a few bytes that agree to TLS as PostgreSQL does; when all is well with its certificate it
 * refuses with an error of its own, which shows that TLS was spoken.
 */
#include "postgresql_line.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char spoken[] = "here under TLS";

typedef struct tls_server {
    pthread_t relay;
    pid_t process;
    int answers; /* what is written here goes to the client, under TLS */
    int heard;   /* what the client said */
    int listening;
    int port;
    char place[108];
} tls_server;

/* ---- the relay ---- */

static int connect_to_process(const tls_server *self)
{
    struct sockaddr_un place = { .sun_family = AF_UNIX };
    int end = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(place.sun_path, sizeof(place.sun_path), "%s", self->place);
    if (connect(end, (struct sockaddr *)&place, sizeof(place)) == 0)
        return end;
    close(end);
    return -1;
}

/* An error as PostgreSQL's, to whoever got as far as TLS. */
static bool refuse(const tls_server *self)
{
    char message[128] = "E";
    int size = snprintf(message + 5, sizeof(message) - 5, "SFATAL%cVFATAL%cC28000%cM%s%c", 0, 0, 0,
                        spoken, 0) +
               1;
    uint32_t length = htonl((uint32_t)size + 4);
    memcpy(message + 1, &length, sizeof(length));
    return write(self->answers, message, (size_t)size + 5) == size + 5;
}

/* What OpenSSL has deciphered: the first message, or its own remarks. false: it has gone. */
static bool hear(const tls_server *self)
{
    char text[4096];
    ssize_t size = read(self->heard, text, sizeof(text));
    for (ssize_t i = 0; i + 4 <= size; i++) {
        if (memcmp(text + i, "user", 4) == 0)
            return refuse(self);
    }
    return size > 0;
}

/* Whatever one side says goes to the other, until one of them ends. */
static void pass_on(const tls_server *self, int client, int server)
{
    struct pollfd all[3] = { { .fd = client, .events = POLLIN },
                             { .fd = server, .events = POLLIN },
                             { .fd = self->heard, .events = POLLIN } };
    char data[4096];
    while (poll(all, 3, -1) > 0) {
        if (all[2].revents != 0 && !hear(self))
            return;
        for (int i = 0; i < 2; i++) {
            if (all[i].revents == 0)
                continue;
            ssize_t size = read(all[i].fd, data, sizeof(data));
            if (size <= 0 || send(all[1 - i].fd, data, (size_t)size, MSG_NOSIGNAL) != size)
                return;
        }
    }
}

static void *relay(void *context)
{
    tls_server *self = context;
    for (;;) {
        char request[8];
        int client = accept(self->listening, NULL, NULL);
        if (client < 0)
            return NULL;
        int server = connect_to_process(self);
        if (server >= 0 && read(client, request, sizeof(request)) == sizeof(request) &&
            send(client, "S", 1, MSG_NOSIGNAL) == 1)
            pass_on(self, client, server);
        close(client);
        if (server >= 0)
            close(server);
    }
}

/* ---- OpenSSL's part ---- */

/* A key, and a certificate that names the host and vouches for itself. */
static void make_certificate(const char *host, char certificate[1024], char key[1024])
{
    char command[4096];
    char name[64];
    snprintf(name, sizeof(name), "%s.crt", host);
    snprintf(certificate, 1024, "%s", calx_test_path(name));
    snprintf(name, sizeof(name), "%s.key", host);
    snprintf(key, 1024, "%s", calx_test_path(name));
    snprintf(command, sizeof(command),
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
             "-subj /CN=%s -keyout '%s' -out '%s' >/dev/null 2>&1",
             host, key, certificate);
    if (system(command) != 0)
        fail_msg("openssl is needed to make a certificate (Debian: openssl)");
}

static void run_openssl(const tls_server *self, const char *certificate, const char *key)
{
    execlp("openssl", "openssl", "s_server", "-quiet", "-unix", self->place, "-cert", certificate,
           "-key", key, (char *)NULL);
    _exit(127);
}

static void start_server(tls_server *self, const char *certificate, const char *key)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(place);
    int ends[2];
    int said[2];
    int alive = -1;
    snprintf(self->place, sizeof(self->place), "/tmp/calx-tls-%ld", (long)getpid());
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(said), 0);
    self->process = fork();
    if (self->process == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        dup2(said[1], STDOUT_FILENO);
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        close(said[0]);
        close(said[1]);
        run_openssl(self, certificate, key);
    }
    assert_true(self->process > 0);
    close(ends[0]);
    close(said[1]);
    self->answers = ends[1];
    self->heard = said[0];
    self->listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(self->listening, (struct sockaddr *)&place, sizeof(place)), 0);
    assert_int_equal(listen(self->listening, 8), 0);
    assert_int_equal(getsockname(self->listening, (struct sockaddr *)&place, &size), 0);
    self->port = ntohs(place.sin_port);
    for (int i = 0; i < 20000 && alive < 0; i++) {
        alive = connect_to_process(self);
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    assert_true(alive >= 0);
    close(alive);
    assert_int_equal(pthread_create(&self->relay, NULL, relay, self), 0);
}

static void stop_server(tls_server *self)
{
    shutdown(self->listening, SHUT_RDWR);
    pthread_join(self->relay, NULL);
    close(self->listening);
    kill(self->process, SIGTERM);
    waitpid(self->process, NULL, 0);
    close(self->answers);
    close(self->heard);
    unlink(self->place);
}

static void a_certificate_is_looked_at_as_the_mode_says(void **state)
{
    (void)state;
    calx_shows("ENG-028");
    char own[1024];
    char key[1024];
    char stranger[1024];
    char other_key[1024];
    make_certificate("shop.test", own, key);
    make_certificate("stranger.test", stranger, other_key);
    const struct {
        const char *mode;
        const char *host;
        const char *root;
        const char *says;
    } cases[] = {
        { "require", "other.test", "/nonexistent/root.crt", spoken },
        { "require", "other.test", stranger, "certificate verify failed" },
        { "verify-ca", "other.test", own, spoken },
        { "verify-full", "shop.test", own, spoken },
        { "verify-full", "shop.test", stranger, "certificate verify failed" },
        { "verify-full", "other.test", own, "does not match host name" },
    };
    tls_server server = { .process = 0 };
    start_server(&server, own, key);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char url[2048];
        line opened;
        bool passes = cases[i].says == spoken;
        snprintf(url, sizeof(url),
                 "postgresql://me@%s:%d/d?hostaddr=127.0.0.1&sslmode=%s&sslrootcert=%s",
                 cases[i].host, server.port, cases[i].mode, cases[i].root);
        calx_status status = try_open(&opened, url);
        if (status != (passes ? CALX_E_AUTH : CALX_E_CONNECT))
            fail_msg("%s of %s: %s", cases[i].mode, cases[i].host, opened.error.message);
        if (strstr(opened.error.message, cases[i].says) == NULL)
            fail_msg("%s of %s: %s", cases[i].mode, cases[i].host, opened.error.message);
        close_line(&opened);
    }
    stop_server(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_looked_at_as_the_mode_says),
    };
    return CALX_RUN("postgresql_tls", tests);
}
