/*
 * The members of a many-to-many as SQL: rows of the target that rows of the association lead to.
 * Aliases are those of sql/join.h: the target is "t0", the association "a0".
 */
#ifndef CALX_SQL_MEMBERS_H
#define CALX_SQL_MEMBERS_H

#include "base/buffer.h"
#include "sql/dialect.h"

/*
 * Puts the SELECT of one owner's members: every column of the target, or those chosen (a set, or
 * NULL), in the relationship's order,
 * then that of the target's key. Its parameters are the association's columns that point at the
 * owner, in the order of that foreign key.
 */
void calx_sql_put_members(calx_buffer *out, const calx_dialect *dialect,
                          const calx_relationship *relationship, const uint64_t *chosen);

#endif
