/*
 * INSERTs: a row in three steps (made ready, sent, taken note of), and all rows of a flush.
 */
#ifndef CALX_SESSION_INSERT_H
#define CALX_SESSION_INSERT_H

#include "session/write.h"

/*
 * All that is done before the row is sent: its values are in entity->row then, its columns in
 * entity->columns. out_defaults: some column is left to the database.
 */
calx_status calx_insert_prepare(calx_writer *writer, calx_instance *instance, size_t *out_count,
                                bool *out_defaults);

/* The columns the row has values for, into entity->columns. */
void calx_insert_columns(calx_writer *writer, const calx_instance *instance, bool *out_defaults);

/*
 * All that can fail of becoming persistent: the key the database made, key and snapshot of the
 * instance. The identity map is reserved for.
 */
calx_status calx_insert_note(calx_writer *writer, calx_instance *instance, bool defaults);

/* All three for one row. */
calx_status calx_insert_row(calx_writer *writer, calx_instance *instance);

/* insert_rows.c: together where the database takes them so. */
calx_status calx_insert_all(calx_writer *writer, const calx_instances *inserts);

#endif
