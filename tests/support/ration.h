/*
 * An allocator that gives only so many blocks and counts those alive, for tests that let each
 * single allocation of a scenario fail and look for what was left behind:
 *
 *     long allowed = 0;
 *     calx_status status = CALX_E_NOMEM;
 *     for (; status == CALX_E_NOMEM; allowed++) {
 *         ration account;
 *         assert_true(ration_start(&account, allowed));
 *         status = save_two_users();
 *         assert_int_equal(ration_stop(&account), 0);
 *     }
 *     assert_int_equal(status, CALX_OK);
 */
#ifndef TESTS_SUPPORT_RATION_H
#define TESTS_SUPPORT_RATION_H

#include <calx/allocator.h>

#include <stdatomic.h>
#include <stdbool.h>

typedef struct ration {
    atomic_long left; /* allocations that still succeed; a growing block counts as one */
    atomic_long live; /* blocks given and not given back */
    atomic_bool once; /* the first one that fails is the only one: what swallows it goes on */
} ration;

/* For the largest number of allocations a test can allow. */
#define RATION_UNLIMITED 1000000000L

/*
 * From now on the next allocations succeed, the ones after them fail. False: the allocator cannot
 * be changed, since instances are alive.
 */
bool ration_start(ration *account, long allocations);

/* Back to the default. Answers how many blocks were left behind; -1: instances are still alive. */
long ration_stop(ration *account);

#endif
