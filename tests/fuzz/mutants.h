/*
 * Mutants of the inputs of a corpus: what a fuzzer does, for as long as a test may take, with any
 * compiler and the same each time.
 */
#ifndef CALX_TESTS_MUTANTS_H
#define CALX_TESTS_MUTANTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Runs the target over count mutants of these bytes. false: no memory. When the target aborts, the
 * bytes it was given are printed.
 */
int run_mutants(const uint8_t *data, size_t size, long count);

#endif
