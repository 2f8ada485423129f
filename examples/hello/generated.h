/* Shows the reader of hello's output what calx-gen wrote; a real program has no need of it. */
#ifndef GENERATED_H
#define GENERATED_H

/* Prints a few declarations of the generated header that lies in this directory. */
void print_generated(const char *directory);

#endif
