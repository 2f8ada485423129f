/*
 * DEFAULT clauses.
 */
#ifndef CALX_SCHEMA_DEFAULT_H
#define CALX_SCHEMA_DEFAULT_H

#include "base/buffer.h"
#include "sql/dialect.h"

/*
 * Puts a server default the way the dialect wants it behind DEFAULT: literals and keywords such as
 * CURRENT_TIMESTAMP stand bare, an expression in parentheses where the dialect needs them.
 */
void calx_ddl_default(calx_buffer *out, const calx_dialect *dialect, const char *sql);

#endif
