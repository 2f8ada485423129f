/*
 * A dialect that differs from SQLite's wherever a dialect can, to show that what is written follows
 * the data.
 */
#ifndef TESTS_SUPPORT_SAMPLE_DIALECT_H
#define TESTS_SUPPORT_SAMPLE_DIALECT_H

#include "sql/dialect.h"

extern const calx_dialect sample_dialect;

#endif
