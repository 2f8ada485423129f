/*
 * Row switch: a row whose instance is marked for deletion is taken over by a new instance that has
 * its key, in one UPDATE (SES-199).
 */
#ifndef CALX_SESSION_ROW_SWITCH_H
#define CALX_SESSION_ROW_SWITCH_H

#include "session/write.h"

/*
 * The marked instance whose row a pending one takes over, which has its key in the columns from
 * then on; NULL: it is to be inserted.
 */
calx_status calx_switch_find(calx_session *session, calx_instance *instance,
                             calx_instance **out_old);

/* Sends those that point at rows to be inserted, or the others. */
calx_status calx_switch_send(calx_writer *writer, const calx_work *work, bool late);

#endif
