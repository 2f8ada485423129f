/*
 * Keeping what is unusual out of what is not: a compiler that put a rare branch's function into a
 * busy one would have that save registers for it at every call.
 */
#ifndef CALX_BASE_APART_H
#define CALX_BASE_APART_H

#if defined(__GNUC__) || defined(__clang__)
#define CALX_APART __attribute__((noinline))
#else
#define CALX_APART
#endif

#endif
