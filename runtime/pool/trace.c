/*
 * Who holds what: the place and the stack of a checkout, noted where a report may be asked for, and
 * the reports on what is held too long. They name each once and never take anything away
 * (ENG-117, ENG-118). Facts are gathered under the lock and told outside of it.
 */
#define _GNU_SOURCE 1 /* dladdr */
#include "pool/inside.h"

#include "base/buffer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAVE_BACKTRACE 1
#endif
#endif

enum { NS_PER_MS = 1000000, REPORTS = 8, OWN_FRAMES = 2 };

/* Our own frames on top are left out. */
static size_t take_frames(void **out, size_t most)
{
#ifdef HAVE_BACKTRACE
    void *frames[CALX_POOL_FRAMES + OWN_FRAMES];
    int count = backtrace(frames, (int)most + OWN_FRAMES);
    size_t kept = count > OWN_FRAMES ? (size_t)count - OWN_FRAMES : 0;
    memcpy(out, frames + OWN_FRAMES, kept * sizeof(*out));
    return kept;
#else
    (void)out;
    (void)most;
    return 0;
#endif
}

void calx_pool_note_taker(calx_pool *pool, calx_pool_entry *entry, const char *place)
{
    calx_pool_trace trace = { .place = place, .since_ns = calx_pool_now(pool) };
    trace.frame_count = take_frames(trace.frames, CALX_POOL_FRAMES);
    pthread_mutex_lock(&pool->lock);
    if (entry->users <= 1)
        entry->trace = trace;
    pthread_mutex_unlock(&pool->lock);
}

/* pthread_t is a number where Calx runs, the one debuggers show. */
static unsigned long thread_number(pthread_t thread)
{
    unsigned long number = 0;
    memcpy(&number, &thread, sizeof(thread) < sizeof(number) ? sizeof(thread) : sizeof(number));
    return number;
}

void calx_pool_describe_holder(const calx_pool_entry *entry, char *out, size_t size)
{
    if (entry->trace.place != NULL)
        snprintf(out, size, "thread 0x%lx at %s", thread_number(entry->holder), entry->trace.place);
    else
        snprintf(out, size, "thread 0x%lx", thread_number(entry->holder));
}

/* ---- reports ---- */

typedef struct report {
    uint64_t number;
    int64_t held_ms;
    bool idle; /* of a transaction in which nothing runs */
    char holder[160];
    calx_pool_trace trace;
} report;

/* file(function+0x12) for each frame, as the linker knows them. */
static void put_frames(calx_buffer *line, const calx_pool_trace *trace)
{
    for (size_t i = 0; i < trace->frame_count; i++) {
        Dl_info info = { .dli_fname = NULL };
        const char *address = trace->frames[i];
        calx_buffer_put(line, i == 0 ? "; taken by " : " < ");
        if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
            calx_buffer_format(line, "%p", trace->frames[i]);
            continue;
        }
        const char *slash = strrchr(info.dli_fname, '/');
        const char *base = info.dli_sname != NULL ? info.dli_saddr : info.dli_fbase;
        calx_buffer_format(line, "%s(%s+0x%zx)", slash != NULL ? slash + 1 : info.dli_fname,
                           info.dli_sname != NULL ? info.dli_sname : "", (size_t)(address - base));
    }
}

static void tell(const calx_pool *pool, const report *told)
{
    calx_buffer line = CALX_BUFFER_INIT;
    calx_buffer_format(&line,
                       told->idle ? "connection %llu has had a transaction open without a "
                                    "statement for %lld ms, held by %s"
                                  : "connection %llu has been out for %lld ms, held by %s",
                       (unsigned long long)told->number, (long long)told->held_ms, told->holder);
    put_frames(&line, &told->trace);
    if (line.status == CALX_OK)
        calx_log_text(pool->options.logger, CALX_LOG_WARNING, calx_buffer_text(&line));
    else
        calx_log(pool->options.logger, CALX_LOG_WARNING, "a connection is held too long by %s",
                 told->holder);
    calx_buffer_clear(&line);
}

static void fill_report(report *out, const calx_pool_entry *entry, int64_t held_ns)
{
    out->number = entry->number;
    out->held_ms = held_ns / NS_PER_MS;
    out->trace = entry->trace;
    calx_pool_describe_holder(entry, out->holder, sizeof(out->holder));
}

static bool is_leak(const calx_pool *pool, calx_pool_entry *entry, int64_t now, report *out)
{
    int64_t threshold_ns = pool->options.leak_threshold_ms * NS_PER_MS;
    int64_t held_ns = now - entry->trace.since_ns;
    if (threshold_ns == 0 || entry->trace.told || entry->trace.since_ns == 0 ||
        held_ns < threshold_ns)
        return false;
    entry->trace.told = true;
    out->idle = false;
    fill_report(out, entry, held_ns);
    return true;
}

static bool is_idle_in_transaction(const calx_pool *pool, calx_pool_entry *entry, report *out)
{
    int64_t threshold_ns = pool->options.tx_idle_warn_ms * NS_PER_MS;
    if (threshold_ns == 0 || pool->maker.idle_since == NULL)
        return false;
    int64_t since_ns = pool->maker.idle_since(pool->maker.context, entry);
    int64_t idle_ns = calx_clock_monotonic_ns() - since_ns;
    if (since_ns == 0 || since_ns == entry->trace.told_idle_ns || idle_ns < threshold_ns)
        return false;
    entry->trace.told_idle_ns = since_ns;
    out->idle = true;
    fill_report(out, entry, idle_ns);
    return true;
}

static size_t gather(calx_pool *pool, report *reports)
{
    size_t count = 0;
    pthread_mutex_lock(&pool->lock);
    int64_t now = calx_pool_now(pool);
    for (calx_pool_entry *entry = pool->out.first; entry != NULL && count < REPORTS;
         entry = entry->next) {
        count += is_leak(pool, entry, now, &reports[count]);
        if (count < REPORTS)
            count += is_idle_in_transaction(pool, entry, &reports[count]);
    }
    pthread_mutex_unlock(&pool->lock);
    return count;
}

void calx_pool_report_leaks(calx_pool *pool)
{
    report reports[REPORTS];
    size_t count = REPORTS;
    if (pool->options.leak_threshold_ms == 0 && pool->options.tx_idle_warn_ms == 0)
        return;
    while (count == REPORTS) {
        count = gather(pool, reports);
        for (size_t i = 0; i < count; i++)
            tell(pool, &reports[i]);
    }
}

int64_t calx_pool_leaks_due_locked(const calx_pool *pool, int64_t now)
{
    int64_t leak_ns = pool->options.leak_threshold_ms * NS_PER_MS;
    int64_t idle_ns = pool->options.tx_idle_warn_ms * NS_PER_MS;
    int64_t due = INT64_MAX;
    if (leak_ns > 0) {
        due = now + leak_ns; /* of what is taken from now on */
        for (const calx_pool_entry *entry = pool->out.first; entry != NULL; entry = entry->next)
            if (!entry->trace.told && entry->trace.since_ns != 0 &&
                entry->trace.since_ns + leak_ns < due)
                due = entry->trace.since_ns + leak_ns;
    }
    /* When statements end is not seen from here, so these are looked at several times. */
    if (idle_ns > 0 && now + idle_ns / 8 < due)
        due = now + idle_ns / 8;
    return due;
}

void calx_pool_tell_return(calx_pool *pool, const calx_pool_entry *entry)
{
    pthread_mutex_lock(&pool->lock);
    bool told = entry->trace.told;
    int64_t held_ns = calx_pool_now(pool) - entry->trace.since_ns;
    pthread_mutex_unlock(&pool->lock);
    /* Whoever was given the report is to know that it is over, whatever else is logged (ENG-117).
     */
    calx_logger aloud = pool->options.logger != NULL ? *pool->options.logger : (calx_logger){ 0 };
    aloud.level = CALX_LOG_INFO;
    if (told)
        calx_log(&aloud, CALX_LOG_INFO,
                 "connection %llu, which was reported, came back after %lld ms",
                 (unsigned long long)entry->number, (long long)(held_ns / NS_PER_MS));
}
