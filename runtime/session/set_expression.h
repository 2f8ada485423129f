/*
 * Columns that the next flush sets to an expression (SES-180). They stand with the watch; one
 * counts as long as its column is marked as set, so whatever takes the mark away, as a rollback,
 * an expire or a setter does, takes the expression with it.
 */
#ifndef CALX_SESSION_SET_EXPRESSION_H
#define CALX_SESSION_SET_EXPRESSION_H

#include "session/write.h"

/* Whether the next flush sets a column of the instance so. */
bool calx_set_has(const calx_instance *instance);

/* A setter gave the column a value. */
void calx_set_forget(calx_instance *instance, size_t column);

/*
 * Sends the UPDATE of the columns in entity->columns, whose values are in entity->row with the key
 * and the version behind them. The columns that were worked out are in entity->columns afterwards.
 */
calx_status calx_set_update(calx_writer *writer, calx_instance *instance, int64_t *out_changes);

/* The same for the INSERT; parameters are those it was sent with, which must stay until the key it
 * made was read. */
calx_status calx_set_insert(calx_writer *writer, calx_instance *instance,
                            calx_parameter_list *parameters);

/* The columns that were worked out, of entity->columns, are to be loaded. */
calx_status calx_set_expire(calx_writer *writer, calx_instance *instance);

#endif
