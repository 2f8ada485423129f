/* C types, as far as columns and relationships can have them. Private to this room. */
#ifndef CALX_READER_TYPE_H
#define CALX_READER_TYPE_H

#include "reader/unit.h"

/* The type of a column; out->problem says when it can be none. */
void calx_type_of_column(calx_unit *unit, CXType type, calx_declared_type *out);

/* What CALX_ONE made, `const struct x *`, or CALX_MANY, `struct { items, count }`. */
void calx_type_of_one(calx_unit *unit, CXType type, calx_declared_type *out);
void calx_type_of_many(calx_unit *unit, CXType type, calx_declared_type *out);

/* "struct user" or "user_t" of a struct's or union's type; NULL: it has no name. */
const char *calx_type_record_name(calx_unit *unit, CXType record);

#endif
