/*
 * Values that statements set columns to, whether rows are changed or were there before.
 */
#ifndef CALX_QUERY_ASSIGNED_H
#define CALX_QUERY_ASSIGNED_H

#include "session/session.h"
#include "sql/block.h"
#include "sql/set_text.h"

/*
 * The lone value as the column's member holds it: that is what instances will have. CALX_E_DATA,
 * naming the member: it does not fit, or the text is longer than its column.
 */
calx_status calx_assigned_fit(calx_session *session, const calx_mapper *mapper, calx_sql_set *set);

/*
 * Whether columns take what a select gives for them, of which there are as many. CALX_E_ARGUMENT
 * names the first column that does not, and spells the expression.
 */
calx_status calx_assigned_check_block(calx_session *session, const calx_mapper *mapper,
                                      const uint16_t *columns, const calx_sql_block *block);

#endif
