/* What the shop has, and who bought what: the same each time. */
#ifndef SHOP_DATA_H
#define SHOP_DATA_H

#include <calx/calx.h>

/* Fills the empty tables and commits. */
calx_status data_fill(calx_session *session);

#endif
