/*
 * Measurements of pools alone. What is made is a counter, so that what is measured is the pool.
 */
#include "soak.h"

#include "runtime/pool_fixture.h"

#include <semaphore.h>

/* ---- order ---- */

typedef struct queuer {
    pthread_t thread;
    sem_t go;
    calx_pool *pool;
    int number;
    atomic_int *served; /* how many were */
    int *order;
    atomic_bool *stop;
} queuer;

static void *queue_up(void *context)
{
    queuer *self = context;
    for (;;) {
        while (sem_wait(&self->go) != 0)
            ;
        if (atomic_load(self->stop))
            return NULL;
        calx_pool_entry *entry = take(self->pool);
        self->order[atomic_load(self->served)] = self->number; /* one has it at a time */
        atomic_fetch_add(self->served, 1);
        calx_pool_give(self->pool, entry);
    }
}

static void shuffle(int *numbers, int count, unsigned *seed)
{
    for (int i = count - 1; i > 0; i--) {
        *seed = *seed * 1664525u + 1013904223u;
        int j = (int)((*seed >> 8) % (unsigned)(i + 1));
        int kept = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = kept;
    }
}

/* All come, one after the other, while the only one is held; then they are served. */
static long one_batch(calx_pool *pool, queuer *queuers, const int *arrival, int count)
{
    long inversions = 0;
    calx_pool_entry *held = take(pool);
    atomic_store(queuers[0].served, 0);
    for (int i = 0; i < count; i++) {
        sem_post(&queuers[arrival[i]].go);
        while (counts_of(pool).waiting < (size_t)i + 1)
            ;
    }
    calx_pool_give(pool, held);
    while (atomic_load(queuers[0].served) < count)
        pause_ms(0);
    for (int i = 0; i < count; i++)
        inversions += queuers[0].order[i] != arrival[i];
    return inversions;
}

bool soak_order(const soak_size *size)
{
    workshop shop;
    calx_pool *pool = new_queue(&shop, 1, 0, -1);
    int count = size->threads;
    queuer *queuers = calloc((size_t)count, sizeof(*queuers));
    int *arrival = calloc((size_t)count, sizeof(*arrival));
    int *order = calloc((size_t)count, sizeof(*order));
    atomic_int served = 0;
    atomic_bool stop = false;
    unsigned seed = 7;
    long handed = 0, inversions = 0;
    for (int i = 0; i < count; i++) {
        queuers[i] = (queuer){ .pool = pool, .number = i, .served = &served, .order = order };
        queuers[i].stop = &stop;
        sem_init(&queuers[i].go, 0, 0);
        arrival[i] = i;
        pthread_create(&queuers[i].thread, NULL, queue_up, &queuers[i]);
    }
    for (; handed < size->rounds; handed += count) {
        shuffle(arrival, count, &seed);
        inversions += one_batch(pool, queuers, arrival, count);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < count; i++) {
        sem_post(&queuers[i].go);
        pthread_join(queuers[i].thread, NULL);
        sem_destroy(&queuers[i].go);
    }
    calx_pool_free(pool);
    free(queuers);
    free(arrival);
    free(order);
    soak_say("%ld hand-offs, %d threads on 1 connection: %ld inversions", handed, count,
             inversions);
    return inversions == 0;
}

/* ---- timeouts and counters ---- */

typedef struct crowd {
    calx_pool *pool;
    long rounds; /* of each thread */
    atomic_long timeouts;
    atomic_bool stop;
} crowd;

static void *try_and_hold(void *context)
{
    crowd *self = context;
    unsigned seed = (unsigned)(uintptr_t)&seed;
    for (long i = 0; i < self->rounds && !atomic_load(&self->stop); i++) {
        calx_pool_entry *entry = NULL;
        if (calx_pool_take(self->pool, &entry, NULL) != CALX_OK) {
            atomic_fetch_add(&self->timeouts, 1);
            continue;
        }
        seed = seed * 1664525u + 1013904223u;
        if (seed >> 28 == 0)
            pause_ms(1);
        if (seed >> 24 < 4)
            calx_pool_discard(self->pool, entry);
        else
            calx_pool_give(self->pool, entry);
    }
    return NULL;
}

static void run_crowd(crowd *self, pthread_t *threads, int count)
{
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, try_and_hold, self);
}

bool soak_timeouts(const soak_size *size)
{
    workshop shop;
    pthread_t threads[256];
    int count = size->threads > 256 ? 256 : size->threads;
    crowd self = { .pool = new_queue(&shop, 2, 1, 1), .rounds = size->rounds / count };
    run_crowd(&self, threads, count);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    calx_engine_state last = counts_of(self.pool);
    bool kept = last.idle == (size_t)atomic_load(&shop.alive) && last.out == 0 &&
                last.connecting == 0 && last.waiting == 0 && atomic_load(&shop.most_alive) <= 3 &&
                last.timed_out == (uint64_t)atomic_load(&self.timeouts);
    soak_say("%ld checkouts, %ld of them in vain: %zu idle, %d exist, never more than %d",
             self.rounds * count, atomic_load(&self.timeouts), last.idle, atomic_load(&shop.alive),
             atomic_load(&shop.most_alive));
    calx_pool_free(self.pool);
    return kept;
}

bool soak_counters(const soak_size *size)
{
    workshop shop;
    pthread_t threads[256];
    int count = size->threads > 256 ? 256 : size->threads;
    crowd self = { .pool = new_queue(&shop, 5, 5, 20), .rounds = INT32_MAX };
    long wrong = 0;
    run_crowd(&self, threads, count);
    for (long i = 0; i < size->rounds; i++) {
        calx_engine_state now = counts_of(self.pool);
        size_t slots = now.idle + now.out + now.connecting;
        uint64_t closed = 0;
        for (int cause = 0; cause < CALX_CLOSE_CAUSES; cause++)
            closed += now.closed_by[cause];
        wrong += slots > 10 || now.overflow != (long)slots - 5 || closed != now.closed ||
                 now.created - now.closed > slots;
    }
    atomic_store(&self.stop, true);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    calx_pool_free(self.pool);
    soak_say("%ld snapshots beside %d threads: %ld do not add up", size->rounds, count, wrong);
    return wrong == 0;
}

/* ---- spike ---- */

/*
 * A connect takes twice the time the requests have, so what is done within that waited for none,
 * however busy the machine is.
 */
static int connect_ms(const soak_size *size)
{
    enum { USUAL_MS = 150 };
    return size->late_ms < USUAL_MS / 2 ? USUAL_MS : 2 * (int)size->late_ms;
}

bool soak_spike(const soak_size *size)
{
    int64_t worst_ns = 0;
    int most_made = 0;
    bool kept = true;
    for (long round = 0; round < size->rounds; round++) {
        workshop shop;
        borrower many[64];
        int count = size->threads > 64 ? 64 : size->threads;
        calx_pool_options options = options_of(CALX_POOL_QUEUE, 5, 45);
        options.threads = options.makes_apart = true;
        options.timeout_ms = 30000;
        calx_pool *pool = new_pool(&shop, options);
        (void)calx_pool_warm(pool, 5, NULL);
        atomic_store(&shop.pause_ms, connect_ms(size));
        int64_t start = calx_clock_monotonic_ns();
        for (int i = 0; i < count; i++)
            start_borrower(&many[i], pool, 2);
        for (int i = 0; i < count; i++) {
            pthread_join(many[i].thread, NULL);
            kept = kept && many[i].status == CALX_OK;
        }
        int64_t passed_ns = calx_clock_monotonic_ns() - start;
        worst_ns = passed_ns > worst_ns ? passed_ns : worst_ns;
        calx_pool_free(pool);
        most_made =
            atomic_load(&shop.attempts) > most_made ? atomic_load(&shop.attempts) : most_made;
    }
    soak_say("%ld times %d requests of 2 ms on 5 connections, a connect takes %d ms: %.1f ms at "
             "worst, %d made beyond the 5 at most",
             size->rounds, size->threads, connect_ms(size), (double)worst_ns / 1e6, most_made - 5);
    return kept && worst_ns <= size->late_ms * 1000000 && most_made <= 10;
}

/* ---- expiry ---- */

static _Atomic(int64_t) test_clock_ns = 1000000000;

static int64_t read_test_clock(void)
{
    return atomic_load(&test_clock_ns);
}

/* The most that ended within a second, of those born together. */
static int expire_once(int count)
{
    enum { STEPS = 6100 };
    static int ended[STEPS];
    workshop shop;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, (size_t)count, 0);
    options.max_lifetime_ms = 60000;
    options.jitter = 0.1;
    options.clock = read_test_clock;
    calx_pool *pool = new_pool(&shop, options);
    (void)calx_pool_warm(pool, (size_t)count, NULL);
    int most = 0;
    for (int i = 0; i < STEPS; i++) {
        atomic_fetch_add(&test_clock_ns, 10000000);
        calx_pool_upkeep(pool);
        ended[i] = count - atomic_load(&shop.alive);
        int within = ended[i] - (i >= 100 ? ended[i - 100] : 0);
        most = within > most ? within : most;
    }
    calx_pool_free(pool);
    return most;
}

bool soak_expiry(const soak_size *size)
{
    int most = 0;
    int even = size->threads / 6; /* a tenth of 60 s */
    for (long round = 0; round < size->rounds; round++) {
        int now = expire_once(size->threads);
        most = now > most ? now : most;
    }
    soak_say("%ld times %d born together with a lifetime of 60 s: %d end in one second at most, an "
             "even share is %d",
             size->rounds, size->threads, most, even);
    return most <= 2 * even;
}

/* ---- leaks ---- */

enum { LEAK_MS = 500 };

typedef struct leaking {
    calx_pool *pool;
    long rounds;
    long kept;
    long held_long; /* and given back: a thread that was not let run; a report of it is true */
    calx_pool_entry *entries[1024];
} leaking;

static void *leak_some(void *context)
{
    leaking *self = context;
    for (long i = 1; i <= self->rounds; i++) {
        calx_pool_entry *entry = NULL;
        int64_t start_ns = calx_clock_monotonic_ns();
        if (calx_pool_take_at(self->pool, i % 1000 == 0 ? "leak" : "fine", &entry, NULL) != CALX_OK)
            return NULL;
        if (i % 1000 == 0 && self->kept < 1024)
            self->entries[self->kept++] = entry;
        else
            calx_pool_give(self->pool, entry);
        int64_t held_ns = calx_clock_monotonic_ns() - start_ns;
        self->held_long += i % 1000 != 0 && held_ns >= LEAK_MS * INT64_C(1000000);
    }
    return NULL;
}

typedef struct tally {
    atomic_long leaks;
    atomic_long alarms; /* false ones */
} tally;

static void count_reports(void *context, calx_log_level level, const char *logger, const char *text)
{
    tally *self = context;
    (void)logger;
    if (level == CALX_LOG_WARNING)
        atomic_fetch_add(strstr(text, " at leak") != NULL ? &self->leaks : &self->alarms, 1);
}

bool soak_leaks(const soak_size *size)
{
    workshop shop;
    tally seen = { .leaks = 0 };
    calx_logger logger = { count_reports, &seen, CALX_LOG_WARNING, "pool" };
    int count = size->threads > 32 ? 32 : size->threads;
    leaking *threads = calloc((size_t)count, sizeof(*threads));
    pthread_t ids[32];
    long leaked = 0, held_long = 0;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 8, -1);
    options.threads = true;
    options.timeout_ms = 5000;
    options.leak_threshold_ms = LEAK_MS;
    options.logger = &logger;
    calx_pool *pool = new_pool(&shop, options);
    for (int i = 0; i < count; i++) {
        threads[i].pool = pool;
        threads[i].rounds = size->rounds / count;
        pthread_create(&ids[i], NULL, leak_some, &threads[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(ids[i], NULL);
        leaked += threads[i].kept;
        held_long += threads[i].held_long;
    }
    for (int i = 0; i < 5000 && atomic_load(&seen.leaks) < leaked; i++)
        pause_ms(1);
    pause_ms(600); /* a second report would come by now */
    for (int i = 0; i < count; i++) {
        while (threads[i].kept > 0)
            calx_pool_give(pool, threads[i].entries[--threads[i].kept]);
    }
    calx_pool_free(pool);
    free(threads);
    long alarms = atomic_load(&seen.alarms);
    alarms = alarms > held_long ? alarms - held_long : 0;
    soak_say("%ld checkouts, %ld leaked: %ld reports of them, %ld false alarms", size->rounds,
             leaked, atomic_load(&seen.leaks), alarms);
    return atomic_load(&seen.leaks) == leaked && alarms == 0;
}

/* ---- warm ---- */

/* How long until there are so many idle again, after one was lost; -1: longer than five seconds. */
static int64_t refill_ns(calx_pool *pool, size_t idle)
{
    calx_pool_discard(pool, take(pool));
    int64_t start = calx_clock_monotonic_ns();
    while (counts_of(pool).idle < idle) {
        if (calx_clock_monotonic_ns() - start > INT64_C(5000000000))
            return -1;
        pause_ms(1);
    }
    return calx_clock_monotonic_ns() - start;
}

/* Given back a millisecond apart, each goes when it has been idle for a second, to the step. */
static long count_inexact(long rounds)
{
    enum { SECOND = 1000, SOME = 8 };
    workshop shop;
    long inexact = 0;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, SOME, 0);
    options.lifo = true;
    options.idle_timeout_ms = SECOND;
    options.min_idle = 2;
    options.clock = read_test_clock;
    calx_pool *pool = new_pool(&shop, options);
    for (long round = 0; round < rounds; round++) {
        calx_pool_entry *entries[SOME];
        for (int i = 0; i < SOME; i++)
            entries[i] = take(pool);
        for (int i = 0; i < SOME; i++) {
            atomic_fetch_add(&test_clock_ns, 1000000);
            calx_pool_give(pool, entries[i]);
        }
        for (int step = 1; step <= SECOND; step++) {
            int gone = step - (SECOND - SOME); /* the first was given back SOME - 1 steps ago */
            atomic_fetch_add(&test_clock_ns, 1000000);
            calx_pool_upkeep(pool);
            gone = gone < 0 ? 0 : gone;
            gone = gone > SOME - 2 ? SOME - 2 : gone;
            inexact += atomic_load(&shop.alive) != SOME - gone;
        }
    }
    calx_pool_free(pool);
    return inexact;
}

bool soak_warm(const soak_size *size)
{
    workshop shop;
    int64_t longest_ns = 0;
    calx_pool_options options = options_of(CALX_POOL_QUEUE, 10, 0);
    options.threads = options.makes_apart = true;
    options.timeout_ms = 30000;
    options.min_idle = 5;
    calx_pool *pool = new_pool(&shop, options);
    (void)calx_pool_warm(pool, 5, NULL);
    for (long round = 0; round < size->rounds && longest_ns >= 0; round++) {
        int64_t now_ns = refill_ns(pool, 5);
        longest_ns = now_ns < 0 || now_ns > longest_ns ? now_ns : longest_ns;
    }
    calx_pool_free(pool);
    long inexact = count_inexact(size->rounds / 10 + 1);
    soak_say("%ld times one of 5 idle ones lost: there again after %.1f ms at worst; %ld idle "
             "timeouts not to the millisecond",
             size->rounds, (double)longest_ns / 1e6, inexact);
    return longest_ns >= 0 && longest_ns <= size->late_ms * 1000000 && inexact == 0;
}

/* ---- handoff ---- */

typedef struct taker {
    pthread_t thread;
    calx_pool *pool;
    int64_t *times_ns;
    long rounds;
} taker;

static void *take_and_time(void *context)
{
    taker *self = context;
    for (long i = 0; i < self->rounds; i++) {
        int64_t start = calx_clock_monotonic_ns();
        calx_pool_give(self->pool, take(self->pool));
        self->times_ns[i] = calx_clock_monotonic_ns() - start;
    }
    return NULL;
}

static int compare_times(const void *one, const void *other)
{
    int64_t left = *(const int64_t *)one;
    int64_t right = *(const int64_t *)other;
    return (left > right) - (left < right);
}

bool soak_handoff(const soak_size *size)
{
    workshop shop;
    taker takers[64];
    int count = size->threads > 64 ? 64 : size->threads;
    long each = size->rounds / count;
    long all_rounds = each * count;
    int64_t *times_ns = calloc((size_t)all_rounds, sizeof(*times_ns));
    calx_pool *pool = new_queue(&shop, 8, 0, -1);
    for (int i = 0; i < count; i++) {
        takers[i] = (taker){ .pool = pool, .rounds = each, .times_ns = times_ns + i * each };
        pthread_create(&takers[i].thread, NULL, take_and_time, &takers[i]);
    }
    for (int i = 0; i < count; i++)
        pthread_join(takers[i].thread, NULL);
    calx_pool_free(pool);
    qsort(times_ns, (size_t)all_rounds, sizeof(*times_ns), compare_times);
    int64_t median_ns = times_ns[all_rounds / 2];
    int64_t late_ns = times_ns[all_rounds - 1 - all_rounds / 100];
    soak_say("%ld times taken and given back by %d threads, 8 connections: %lld ns, 99 of 100 "
             "within %.1f us, %.1f ms at worst",
             all_rounds, count, (long long)median_ns, (double)late_ns / 1e3,
             (double)times_ns[all_rounds - 1] / 1e6);
    free(times_ns);
    return late_ns <= size->late_ms * 1000000;
}
