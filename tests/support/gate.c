/*
 * The gate. Messages are passed on whole, so that each fault has its exact place. What the thread
 * shares with the test stands under one lock; the connections are the thread's alone.
 */
#include "support/gate.h"

#include "support/harness.h"
#include "support/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST_PAIRS = 256, ROWS_COUNTED = 64, START_HEADER = 4, HEADER = 5 };

/* What came from one side and was not passed on yet. */
typedef struct flow {
    unsigned char *data;
    size_t size, capacity;
    unsigned rows;
} flow;

/* A connection: its two ends, by gate_side; -1: silent. */
typedef struct pair {
    int ends[2];
    flow flows[2];
    bool started; /* the client's first message, which has no type, has passed */
    bool stalled;
    int process; /* the server's; 0: not told yet */
} pair;

typedef struct plan {
    bool armed, struck, commit;
    gate_side side;
    gate_fault fault;
    long left;
} plan;

struct gate {
    char directory[64];
    struct sockaddr_un place, server;
    int listening;
    int waking[2];
    pthread_t thread;
    pair pairs[MOST_PAIRS];
    size_t pair_count;
    pthread_mutex_t lock; /* of what follows */
    bool only_one;
    bool refusing;
    long taken;
    long heard;
    plan plan;
};

/* ---- messages ---- */

static size_t number_at(const unsigned char *data)
{
    return (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
}

/* The size of the first message; 0: it is not there in full yet. */
static size_t message_size(const pair *line, gate_side side)
{
    const flow *from = &line->flows[side];
    size_t header = side == GATE_CLIENT && !line->started ? START_HEADER : HEADER;
    if (from->size < header)
        return 0;
    size_t size = number_at(from->data + header - START_HEADER) + header - START_HEADER;
    return from->size >= size ? size : 0;
}

static bool has_text(const unsigned char *data, size_t size, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(data + i, text, length) == 0)
            return true;
    return false;
}

static bool pass(int to, const unsigned char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(to, data, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* ---- faults ---- */

static bool counts(pair *line, gate_side side)
{
    flow *from = &line->flows[side];
    bool is_row = side == GATE_SERVER && from->data[0] == 'D';
    if (!is_row)
        from->rows = 0;
    return !is_row || from->rows++ % ROWS_COUNTED == 0;
}

static bool is_time(gate *self, pair *line, gate_side side, size_t size, gate_fault *out_fault)
{
    const flow *from = &line->flows[side];
    bool counted = counts(line, side);
    pthread_mutex_lock(&self->lock);
    plan *now = &self->plan;
    self->heard += side == GATE_CLIENT;
    now->commit = now->commit || (side == GATE_CLIENT && has_text(from->data, size, "COMMIT"));
    bool strikes = now->armed && now->side == side && counted && now->left-- == 0;
    if (strikes) {
        now->armed = false;
        now->struck = true;
        *out_fault = now->fault;
    }
    pthread_mutex_unlock(&self->lock);
    return strikes;
}

static void kill_process(int process)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", process);
    (void)server_run("SELECT pg_terminate_backend(", number, ", 5000)");
}

/* What the message says of itself; the client's first one has no kind but a version. */
static void garble(pair *line, gate_side side, gate_fault fault)
{
    unsigned char *data = line->flows[side].data;
    size_t header = side == GATE_CLIENT && !line->started ? START_HEADER : HEADER;
    if (fault == GATE_LONGER)
        data[header - START_HEADER + 1] = 0x3f; /* by four million bytes */
    else
        data[header == HEADER ? 0 : START_HEADER] = 0xfe;
}

/* false: the connection has ended. */
static bool deliver(gate *self, pair *line, gate_side side, size_t size)
{
    gate_fault fault = GATE_CUT;
    const unsigned char *data = line->flows[side].data;
    int to = line->ends[1 - side];
    if (side == GATE_SERVER && data[0] == 'K')
        line->process = (int)number_at(data + HEADER);
    bool strikes = is_time(self, line, side, size, &fault);
    bool garbled = strikes && (fault == GATE_STRANGE || fault == GATE_LONGER);
    if (garbled)
        garble(line, side, fault);
    line->started = line->started || side == GATE_CLIENT;
    if (!strikes || garbled)
        return pass(to, data, size);
    if (fault == GATE_KILL && line->process != 0) {
        kill_process(line->process);
        (void)pass(to, data, size);
        return true; /* until the server's end has been read */
    }
    if (fault == GATE_STALL) {
        line->stalled = true;
        return true;
    }
    if (fault == GATE_TEAR)
        (void)pass(to, data, size / 2);
    return false;
}

/* ---- connections ---- */

static void end_pair(pair *line)
{
    for (int i = 0; i < 2; i++) {
        if (line->ends[i] >= 0)
            close(line->ends[i]);
        free(line->flows[i].data);
    }
    memset(line, 0, sizeof(*line));
    line->ends[0] = line->ends[1] = -1;
}

static bool receive(flow *into, int from)
{
    enum { CHUNK = 65536 };
    if (into->capacity - into->size < CHUNK) {
        unsigned char *data = realloc(into->data, into->capacity + 2 * CHUNK);
        if (data == NULL)
            return false;
        into->data = data;
        into->capacity += 2 * CHUNK;
    }
    ssize_t size = read(from, into->data + into->size, CHUNK);
    if (size > 0)
        into->size += (size_t)size;
    return size > 0;
}

/* Passes on what came from one side, message by message. */
static void carry(gate *self, pair *line, gate_side side)
{
    flow *from = &line->flows[side];
    bool open = receive(from, line->ends[side]);
    size_t size = open ? message_size(line, side) : 0;
    while (open && size > 0 && !line->stalled) {
        open = deliver(self, line, side, size);
        if (line->stalled)
            return;
        memmove(from->data, from->data + size, from->size - size);
        from->size -= size;
        size = open ? message_size(line, side) : 0;
    }
    if (!open)
        end_pair(line);
}

static int connect_to(const struct sockaddr_un *place)
{
    int end = socket(AF_UNIX, SOCK_STREAM, 0);
    if (end >= 0 && connect(end, (const struct sockaddr *)place, sizeof(*place)) == 0)
        return end;
    if (end >= 0)
        close(end);
    return -1;
}

static pair *free_pair(gate *self)
{
    for (size_t i = 0; i < self->pair_count; i++)
        if (self->pairs[i].ends[GATE_CLIENT] < 0)
            return &self->pairs[i];
    return self->pair_count < MOST_PAIRS ? &self->pairs[self->pair_count++] : NULL;
}

static void welcome(gate *self)
{
    int client = accept(self->listening, NULL, NULL);
    bool first = self->pair_count == 0;
    pair *line = client < 0 ? NULL : free_pair(self);
    if (line == NULL) {
        if (client >= 0)
            close(client);
        return;
    }
    pthread_mutex_lock(&self->lock);
    bool silent = self->only_one && !first;
    bool refused = self->refusing;
    self->taken++;
    pthread_mutex_unlock(&self->lock);
    if (refused) {
        close(client);
        return;
    }
    *line = (pair){ .ends = { client, silent ? -1 : connect_to(&self->server) } };
    if (!silent && line->ends[GATE_SERVER] < 0)
        end_pair(line);
}

/* The test wants something. false: that it ends. */
static bool answer_call(gate *self)
{
    char byte = 0;
    if (read(self->waking[0], &byte, 1) != 1)
        return false;
    for (size_t i = 0; i < self->pair_count; i++)
        end_pair(&self->pairs[i]);
    return true;
}

/* Until it is woken for the last time. What a silent connection sends is left where it is. */
static void *keep(void *context)
{
    gate *self = context;
    for (;;) {
        struct pollfd waits[2 + 2 * MOST_PAIRS] = { { .fd = self->waking[0], .events = POLLIN },
                                                    { .fd = self->listening, .events = POLLIN } };
        size_t count = self->pair_count;
        for (size_t i = 0; i < 2 * count; i++) {
            const pair *line = &self->pairs[i / 2];
            bool silent = line->ends[GATE_SERVER] < 0 || line->stalled;
            int end = silent ? -1 : line->ends[i % 2];
            waits[2 + i] = (struct pollfd){ .fd = end, .events = POLLIN };
        }
        if (poll(waits, 2 + 2 * (nfds_t)count, -1) < 0 && errno != EINTR)
            break;
        if (waits[0].revents != 0 && !answer_call(self))
            break;
        for (size_t i = 0; i < 2 * count; i++)
            if (waits[2 + i].revents != 0 && self->pairs[i / 2].ends[i % 2] >= 0)
                carry(self, &self->pairs[i / 2], (gate_side)(i % 2));
        if (waits[1].revents != 0)
            welcome(self);
    }
    return NULL;
}

/* ---- opening ---- */

/* Where a URL says the server is. */
static const char *host_in(const char *url, size_t *out_size)
{
    const char *host = strstr(url, "host=");
    assert_non_null(host);
    host += strlen("host=");
    *out_size = strcspn(host, "&");
    return host;
}

static void place_socket(struct sockaddr_un *place, const char *directory, size_t size)
{
    memset(place, 0, sizeof(*place));
    place->sun_family = AF_UNIX;
    int length = snprintf(place->sun_path, sizeof(place->sun_path), "%.*s/.s.PGSQL.5432", (int)size,
                          directory);
    assert_true(length > 0 && (size_t)length < sizeof(place->sun_path));
}

gate *gate_open(void)
{
    gate *self = calloc(1, sizeof(*self));
    size_t size = 0;
    const char *host = host_in(server_url(), &size);
    assert_non_null(self);
    snprintf(self->directory, sizeof(self->directory), "/tmp/calx-gate-XXXXXX");
    assert_non_null(mkdtemp(self->directory));
    place_socket(&self->server, host, size);
    place_socket(&self->place, self->directory, strlen(self->directory));
    self->listening = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(
        bind(self->listening, (const struct sockaddr *)&self->place, sizeof(self->place)), 0);
    assert_int_equal(listen(self->listening, MOST_PAIRS), 0);
    assert_int_equal(pipe(self->waking), 0);
    assert_int_equal(pthread_mutex_init(&self->lock, NULL), 0);
    assert_int_equal(pthread_create(&self->thread, NULL, keep, self), 0);
    return self;
}

void gate_close(gate *self)
{
    close(self->waking[1]);
    pthread_join(self->thread, NULL);
    for (size_t i = 0; i < self->pair_count; i++)
        end_pair(&self->pairs[i]);
    close(self->waking[0]);
    close(self->listening);
    unlink(self->place.sun_path);
    rmdir(self->directory);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

/* ---- what the test says ---- */

void gate_pass_only_one(gate *self)
{
    pthread_mutex_lock(&self->lock);
    self->only_one = true;
    pthread_mutex_unlock(&self->lock);
}

void gate_refuse(gate *self, bool refuse)
{
    pthread_mutex_lock(&self->lock);
    self->refusing = refuse;
    pthread_mutex_unlock(&self->lock);
    if (refuse)
        assert_int_equal(write(self->waking[1], "", 1), 1);
}

long gate_taken(gate *self)
{
    pthread_mutex_lock(&self->lock);
    long taken = self->taken;
    pthread_mutex_unlock(&self->lock);
    return taken;
}

long gate_heard(gate *self)
{
    pthread_mutex_lock(&self->lock);
    long heard = self->heard;
    pthread_mutex_unlock(&self->lock);
    return heard;
}

void gate_url(const gate *self, const char *url, char *out, size_t size)
{
    size_t host_size = 0;
    const char *host = host_in(url, &host_size);
    int length =
        snprintf(out, size, "%.*s%s%s", (int)(host - url), url, self->directory, host + host_size);
    assert_true(length > 0 && (size_t)length < size);
}

void gate_arm(gate *self, gate_side side, gate_fault fault, long messages)
{
    pthread_mutex_lock(&self->lock);
    self->plan = (plan){ .armed = true, .side = side, .fault = fault, .left = messages };
    pthread_mutex_unlock(&self->lock);
}

bool gate_has_struck(gate *self)
{
    pthread_mutex_lock(&self->lock);
    bool struck = self->plan.struck;
    pthread_mutex_unlock(&self->lock);
    return struck;
}

bool gate_disarm(gate *self)
{
    pthread_mutex_lock(&self->lock);
    bool struck = self->plan.struck;
    self->plan.armed = false;
    pthread_mutex_unlock(&self->lock);
    return struck;
}

bool gate_saw_commit(gate *self)
{
    pthread_mutex_lock(&self->lock);
    bool seen = self->plan.commit;
    pthread_mutex_unlock(&self->lock);
    return seen;
}
