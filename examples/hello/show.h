/* Shows the reader of hello's output what goes on; a real program has no need of it. */
#ifndef SHOW_H
#define SHOW_H

#include <calx/log.h>

/* Prints a few declarations of the generated header that lies in this directory. */
void print_generated(const char *directory);

/* A sink for the engine's log: prints each line. */
void print_sql(void *context, calx_log_level level, const char *logger, const char *text);

#endif
