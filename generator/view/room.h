/*
 * What the files of the view share: how one part of the model is put into its object. Private to
 * the room.
 */
#ifndef CALX_VIEW_ROOM_H
#define CALX_VIEW_ROOM_H

#include "view/object.h"
#include "view/view.h"

/*
 * How an instance of the entity is called among the parameters of its functions: "user". Borrowed
 * from the entity, or from buffer, which has room for CALX_VIEW_NAME_ROOM.
 */
enum { CALX_VIEW_NAME_ROOM = 256 };
const char *calx_view_self(const calx_model_entity *entity, char buffer[CALX_VIEW_NAME_ROOM]);

/*
 * How a parameter made from a member of this type is called: the member, unless that would hide
 * another name.
 */
const char *calx_view_parameter(const calx_model_entity *entity, const char *member,
                                const char *c_type);

/* "const char *" and "name" to "const char *name". */
void calx_view_put_declaration(calx_buffer *out, const char *type, const char *name);

/* The function, among those of <calx/value.h> or <calx/instance.h>, for values of the type. */
const char *calx_view_value_class(calx_type type);

json_t *calx_view_columns(calx_view_maker *maker, const calx_model_entity *entity);
json_t *calx_view_foreign_keys(calx_view_maker *maker, const calx_model_entity *entity);
json_t *calx_view_indexes(calx_view_maker *maker, const calx_model_entity *entity);
json_t *calx_view_relationships(calx_view_maker *maker, const calx_model_entity *entity);

/* What every tree has: inputs, includes, guard and names of the outputs. */
void calx_view_set_outputs(calx_view_maker *maker, json_t *root, const calx_view_options *options,
                           const char *const *inputs, size_t input_count);

/* "2, 0": positions as the contents of a table. */
void calx_view_set_positions(calx_view_maker *maker, json_t *object, const char *name,
                             const uint16_t *positions, size_t count);

#endif
