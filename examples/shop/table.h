/* Rows as they come from a database, in columns that line up. */
#ifndef SHOP_TABLE_H
#define SHOP_TABLE_H

#include <calx/calx.h>

/* Reads the result to its end and prints it. Errors are the result's; CALX_E_NOMEM. */
calx_status table_print(calx_result *rows);

#endif
