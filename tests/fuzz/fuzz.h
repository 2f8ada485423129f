/*
 * What every fuzz target defines, and what a fuzzer or replay.c calls.
 */
#ifndef CALX_TESTS_FUZZ_H
#define CALX_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the bytes as input of the code under test; aborts when a rule does not hold. Answers 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
