/*
 * Which sanitizer a test is built with, which gcc and clang tell in their own ways, for the few
 * tests whose subject a sanitizer changes.
 *
 * The address sanitizer: what is forgotten on purpose is a leak; what was freed stays resident for
 * a while; and a fork copies its allocator's locks as they are, so that an allocation in the child
 * waits for ever when another thread of the parent was just inside of it. A debugger shows the
 * child's connecting thread in the sanitizer's allocator, waiting; without the sanitizer the C
 * library resets its allocator in the child.
 *
 * The thread sanitizer: the child of a process with threads is ended when it makes a thread.
 */
#ifndef TESTS_SUPPORT_SANITIZERS_H
#define TESTS_SUPPORT_SANITIZERS_H

#if defined(__SANITIZE_ADDRESS__)
#define CALX_TEST_CHECKS_ADDRESSES 1
#elif defined(__SANITIZE_THREAD__)
#define CALX_TEST_CHECKS_THREADS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CALX_TEST_CHECKS_ADDRESSES 1
#elif __has_feature(thread_sanitizer)
#define CALX_TEST_CHECKS_THREADS 1
#endif
#endif
#ifndef CALX_TEST_CHECKS_ADDRESSES
#define CALX_TEST_CHECKS_ADDRESSES 0
#endif
#ifndef CALX_TEST_CHECKS_THREADS
#define CALX_TEST_CHECKS_THREADS 0
#endif

#endif
