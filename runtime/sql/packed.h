/*
 * Lists as one value of bytes, for a database that has no arrays: its driver gives it a table of
 * the items (driver/sqlite/items.c). The values stand one behind the other: a byte that tells the
 * class, then eight bytes of a number, or four of a length and as many bytes. In the machine's own
 * order, since they never leave the process.
 */
#ifndef CALX_SQL_PACKED_H
#define CALX_SQL_PACKED_H

#include "base/buffer.h"

#include <calx/value.h>

enum { CALX_PACKED_NUMBER_SIZE = 8, CALX_PACKED_LENGTH_SIZE = 4 };

/* The name of the function whose rows are the items, in a column called "value". */
#define CALX_PACKED_TABLE "calx_items"

/* Appends a value that is not NULL. CALX_E_LIMIT in the buffer: longer than any value may be. */
void calx_packed_put(calx_buffer *out, calx_value value);

/*
 * Reads the first of these values; what is longer than a number points into them. Answers how many
 * bytes it takes; 0: they are no such list.
 */
size_t calx_packed_read(const unsigned char *data, size_t size, calx_value *out_value);

#endif
