/*
 * What an INSERT does where its rows are there already: the end of an UPSERT (plan.h).
 */
#ifndef CALX_SQL_CONFLICT_TEXT_H
#define CALX_SQL_CONFLICT_TEXT_H

#include "sql/plan.h"

#define CALX_SQL_STORED "\"calx stored\"" /* the row that is there */

/* Puts ON CONFLICT … and, if the key says so, RETURNING. A failure sticks in the buffer. */
void calx_sql_put_conflict(calx_buffer *out, const calx_dialect *dialect, const calx_plan_key *key);

#endif
