/*
 * The quick way of a pool: taking and returning a connection with nobody in the way asks neither
 * the memory nor the system for anything.
 */
#define _GNU_SOURCE 1 /* syscall, prctl */
#include "engine_fixture.h"

#include "engine/inside.h"
#include "pool/inside.h"
#include "support/ration.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES = 1000, UNFILTERED = 77 };

static calx_engine *quick_engine(void)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    options.pool_passive_probe = false; /* on a server that is one look at the socket */
    return new_engine(calx_test_url(), &options);
}

/* Answers how often that was not possible. */
static int take_and_return(calx_engine *engine, int times)
{
    int failed = 0;
    for (int i = 0; i < times; i++) {
        calx_connection *connection = NULL;
        failed += calx_engine_connect(engine, &connection, NULL) != CALX_OK;
        calx_connection_close(connection);
    }
    return failed;
}

/* The first connection, and the end of the thread that made it: nobody else is at the pool then. */
static bool make_the_first(calx_engine *engine)
{
    calx_pool *pool = engine->pool;
    bool made = take_and_return(engine, 1) == 0;
    pthread_mutex_lock(&pool->lock);
    pool->watchers++;
    while (pool->helpers > 0)
        calx_pool_wait_locked(pool, &pool->changed, CALX_DEADLINE_NONE);
    pool->watchers--;
    pthread_mutex_unlock(&pool->lock);
    return made;
}

static void taking_and_returning_allocates_nothing(void **state)
{
    (void)state;
    ration account;
    assert_true(ration_start(&account, RATION_UNLIMITED));
    calx_engine *engine = quick_engine();
    assert_true(make_the_first(engine));
    atomic_store(&account.left, 0);
    int failed = take_and_return(engine, TIMES);
    atomic_store(&account.left, RATION_UNLIMITED);
    assert_int_equal(failed, 0);
    calx_engine_free(engine);
    assert_int_equal(ration_stop(&account), 0);
}

/* From now on a system call other than reading, writing and leaving kills the process. */
static int be_strict(calx_engine *engine)
{
    if (!make_the_first(engine))
        return 1;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        return UNFILTERED;
    return take_and_return(engine, TIMES) == 0 ? 0 : 2;
}

static void taking_and_returning_makes_no_system_call(void **state)
{
    (void)state;
    if (CALX_TEST_CHECKS_ADDRESSES || CALX_TEST_CHECKS_THREADS)
        return; /* a sanitizer makes its own */
    int status = 0;
    calx_engine *engine = quick_engine();
    pid_t child = fork();
    if (child == 0) {
        int answer = be_strict(engine);
        (void)syscall(SYS_exit, answer); /* _exit() would make another call */
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == UNFILTERED)
        print_message("the system has no filter for calls: not looked at\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
    calx_engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taking_and_returning_allocates_nothing),
        cmocka_unit_test(taking_and_returning_makes_no_system_call),
    };
    return CALX_RUN("engine_quick", tests);
}
