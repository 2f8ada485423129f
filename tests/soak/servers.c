/*
 * Measurements of engines in front of a server: that of CALX_TEST_SERVER, mostly through a gate.
 */
#include "soak.h"

#include "runtime/engine_fixture.h"
#include "support/gate.h"
#include "support/server.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 256, MS = 1000000 };

static void pause_ms(int64_t milliseconds)
{
    struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * MS };
    nanosleep(&time, NULL);
}

static calx_engine *engine_behind(const gate *door, const calx_engine_options *options)
{
    char url[1024];
    gate_url(door, server_url(), url, sizeof(url));
    return new_engine(url, options);
}

static bool works(calx_engine *engine)
{
    calx_connection *connection = NULL;
    bool good = calx_engine_connect(engine, &connection, NULL) == CALX_OK &&
                try_sql(connection, "SELECT 1") == CALX_OK;
    calx_connection_close(connection);
    return good;
}

bool soak_deadlines(const soak_size *size)
{
    enum { PHASES = 8, TIMEOUT_MS = 50 };
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    int64_t latest_ns = 0;
    long stalled = 0, early = 0;
    options.pool_timeout = TIMEOUT_MS;
    for (long round = 0; round < size->rounds; round++) {
        gate *door = gate_open();
        calx_engine *engine = engine_behind(door, &options);
        calx_connection *connection = NULL;
        gate_arm(door, round % 2 == 0 ? GATE_SERVER : GATE_CLIENT, GATE_STALL, round / 2 % PHASES);
        int64_t start = calx_clock_monotonic_ns();
        calx_status status = calx_engine_connect(engine, &connection, NULL);
        int64_t late_ns = calx_clock_monotonic_ns() - start - INT64_C(50) * MS;
        if (gate_disarm(door) && status == CALX_E_POOL_TIMEOUT) {
            stalled++;
            early += late_ns < 0;
            latest_ns = late_ns > latest_ns ? late_ns : latest_ns;
        }
        calx_connection_close(connection);
        calx_engine_free(engine);
        gate_close(door);
    }
    soak_say("%ld connects, stalled in %ld: %.2f ms late at most, %ld early", size->rounds, stalled,
             (double)latest_ns / MS, early);
    return early == 0 && stalled > 0 && latest_ns <= size->late_ms * MS;
}

/* Its sockets are closed then; the view of the server's activities forgets it before. */
static void await_end(pid_t process)
{
    while (kill(process, 0) == 0 || errno == EPERM)
        pause_ms(1);
}

bool soak_dead(const soak_size *size)
{
    char url[1024];
    snprintf(url, sizeof(url), "%s&application_name=calx-dead", server_url());
    calx_engine *engine = new_engine(url, NULL);
    int count = size->threads > 5 ? 5 : size->threads;
    long failed = 0;
    for (long round = 0; round < size->rounds; round++) {
        calx_connection *connections[5];
        char processes[5][24];
        for (int i = 0; i < count; i++) {
            connections[i] = connect_to(engine);
            snprintf(processes[i], sizeof(processes[i]), "%ld",
                     (long)number(connections[i], "SELECT pg_backend_pid()"));
        }
        for (int i = 0; i < count; i++)
            calx_connection_close(connections[i]);
        for (int i = 0; i < count; i++)
            (void)server_run("SELECT pg_terminate_backend(", processes[i], ")");
        for (int i = 0; i < count; i++)
            await_end((pid_t)strtol(processes[i], NULL, 10));
        for (int i = 0; i < count; i++)
            failed += !works(engine);
    }
    calx_engine_free(engine);
    soak_say("%ld times all %d idle ones killed: %ld first statements failed", size->rounds, count,
             failed);
    return failed == 0;
}

/* ---- outage ---- */

typedef struct visitors {
    calx_engine *engine;
    atomic_bool stop;
    _Atomic(int64_t) up_ns;   /* the server is back; 0: not yet */
    _Atomic(int64_t) back_ns; /* somebody was served since */
} visitors;

static void *visit(void *context)
{
    visitors *self = context;
    while (!atomic_load(&self->stop)) {
        int64_t none = 0;
        bool up = atomic_load(&self->up_ns) != 0;
        if (works(self->engine) && up)
            atomic_compare_exchange_strong(&self->back_ns, &none, calx_clock_monotonic_ns());
    }
    return NULL;
}

bool soak_outage(const soak_size *size)
{
    pthread_t threads[MOST_THREADS];
    int count = size->threads > MOST_THREADS ? MOST_THREADS : size->threads;
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    gate *door = gate_open();
    visitors self = { .engine = engine_behind(door, &options) };
    long attempts = 0;
    int64_t longest_ns = 0;
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, visit, &self);
    for (long round = 0; round < size->rounds; round++) {
        pause_ms(200);
        gate_refuse(door, true);
        pause_ms(20); /* until everybody has noticed */
        long before = gate_taken(door);
        pause_ms(2000);
        attempts += gate_taken(door) - before;
        atomic_store(&self.back_ns, 0);
        gate_refuse(door, false);
        atomic_store(&self.up_ns, calx_clock_monotonic_ns());
        for (int i = 0; i < 10000 && atomic_load(&self.back_ns) == 0; i++)
            pause_ms(1);
        int64_t back_ns = atomic_load(&self.back_ns) - atomic_load(&self.up_ns);
        longest_ns = back_ns > longest_ns || back_ns < 0 ? back_ns : longest_ns;
        atomic_store(&self.up_ns, 0);
    }
    atomic_store(&self.stop, true);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    calx_engine_free(self.engine);
    gate_close(door);
    soak_say("%ld outages of 2 s under %d threads: %.1f attempts each, service %.0f ms after the "
             "server at worst",
             size->rounds, count, (double)attempts / (double)size->rounds, (double)longest_ns / MS);
    return longest_ns >= 0 && longest_ns <= size->late_ms * MS && attempts <= 40 * size->rounds;
}

/* ---- forks ---- */

typedef struct crowd {
    calx_engine *engine;
    atomic_bool stop;
    atomic_long errors;
    atomic_long rounds;
} crowd;

static void *come_and_go(void *context)
{
    crowd *self = context;
    while (!atomic_load(&self->stop)) {
        atomic_fetch_add(&self->errors, !works(self->engine));
        atomic_fetch_add(&self->rounds, 1);
    }
    return NULL;
}

bool soak_forks(const soak_size *size)
{
    if (CALX_TEST_CHECKS_ADDRESSES || CALX_TEST_CHECKS_THREADS) {
        soak_say("not here: the sanitizer does not outlive a fork beside threads, its locks and "
                 "threads are the parent's");
        return true;
    }
    pthread_t threads[MOST_THREADS];
    int count = size->threads > MOST_THREADS ? MOST_THREADS : size->threads;
    crowd self = { .engine = new_engine(server_url(), NULL) };
    long broken = 0;
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, come_and_go, &self);
    for (long i = 0; i < size->rounds; i++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            alarm(60);
            _exit(works(self.engine) && works(self.engine) ? 0 : 1);
        }
        waitpid(child, &status, 0);
        broken += status != 0;
    }
    atomic_store(&self.stop, true);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    calx_engine_free(self.engine);
    soak_say(
        "%ld forks beside %d threads: %ld children failed; %ld of %ld statements of the parent",
        size->rounds, count, broken, atomic_load(&self.errors), atomic_load(&self.rounds));
    return broken == 0 && atomic_load(&self.errors) == 0;
}

/* ---- shutdown ---- */

static void *sleep_long(void *context)
{
    calx_connection *connection = NULL;
    if (calx_engine_connect(context, &connection, NULL) == CALX_OK)
        (void)try_sql(connection, "SELECT pg_sleep(60)");
    calx_connection_close(connection);
    return NULL;
}

bool soak_shutdown(const soak_size *size)
{
    int64_t longest_ns = 0;
    long left = 0;
    int count = size->threads > 15 ? 15 : size->threads;
    for (long round = 0; round < size->rounds; round++) {
        pthread_t threads[15];
        calx_engine_state state;
        char url[1024];
        snprintf(url, sizeof(url), "%s&application_name=calx-shutdown", server_url());
        calx_engine *engine = new_engine(url, NULL);
        for (int i = 0; i < count; i++)
            pthread_create(&threads[i], NULL, sleep_long, engine);
        do {
            calx_engine_status(engine, &state);
        } while (state.out < (size_t)count);
        pause_ms(20);
        int64_t start = calx_clock_monotonic_ns();
        (void)calx_engine_shutdown(engine, 100, NULL);
        int64_t passed_ns = calx_clock_monotonic_ns() - start;
        longest_ns = passed_ns > longest_ns ? passed_ns : longest_ns;
        for (int i = 0; i < count; i++)
            pthread_join(threads[i], NULL);
        calx_engine_free(engine);
        for (int i = 0; i < 1000; i++) {
            left = server_number("SELECT count(*) FROM pg_stat_activity WHERE application_name = "
                                 "'calx-shutdown'");
            if (left == 0)
                break;
            pause_ms(1);
        }
    }
    soak_say(
        "%ld shutdowns of 100 ms beside %d sleeping statements: %.0f ms at worst, %ld sessions "
        "left",
        size->rounds, count, (double)longest_ns / MS, left);
    return left == 0 && longest_ns <= size->late_ms * MS;
}

/* ---- failures ---- */

static int count_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory != NULL && readdir(directory) != NULL)
        count++;
    if (directory != NULL)
        closedir(directory);
    return count;
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        pages = -1;
    if (file != NULL)
        fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

bool soak_failures(const soak_size *size)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_timeout = 0;
    gate *door = gate_open();
    calx_engine *engine = engine_behind(door, &options);
    gate_refuse(door, true);
    long failed = 0, before_kb = 0;
    int before = 0;
    for (long i = 0; i < size->rounds; i++) {
        calx_connection *connection = NULL;
        failed += calx_engine_connect(engine, &connection, NULL) != CALX_OK;
        calx_connection_close(connection);
        if (i == size->rounds / 10) {
            before = count_descriptors();
            before_kb = resident_kb();
        }
    }
    int more = count_descriptors() - before;
    long more_kb = resident_kb() - before_kb;
    calx_engine_free(engine);
    gate_close(door);
    bool kept = failed == size->rounds && more <= 1;
    soak_say("%ld connects failed: %d descriptors more, ", failed, more);
    if (CALX_TEST_CHECKS_ADDRESSES || CALX_TEST_CHECKS_THREADS) {
        soak_say("memory not asked: the sanitizer keeps what was freed");
        return kept;
    }
    soak_say("%ld kB more", more_kb);
    return kept && more_kb < 2048;
}
