/*
 * The tree of a schema: the statements the runtime itself would execute, from the same room
 * (schema/ddl.h), so that there is one source of SQL.
 */
#include "schema/ddl.h"
#include "view/descriptor.h"
#include "view/room.h"

#include <calx/error.h>

static json_t *view_statements(calx_view_maker *maker, const calx_ddl_list *list)
{
    json_t *statements = calx_view_array(maker);

    for (size_t i = 0; i < list->count; i++) {
        json_t *object = calx_view_object(maker);

        calx_view_set_text(maker, object, "sql", list->items[i].sql);
        calx_view_set_text(maker, object, "table", list->items[i].mapper->table);
        calx_view_append(maker, statements, object);
    }
    return statements;
}

calx_status calx_view_schema(const calx_model *model, const calx_dialect *dialect,
                             const calx_view_options *options, json_t **out_tree,
                             calx_error *out_error)
{
    calx_view_maker maker = { false };
    calx_ddl_list list = { 0 };
    calx_arena arena;
    const calx_metadata *metadata = NULL;
    json_t *root = NULL;
    calx_status status;

    calx_arena_init(&arena, 0);
    status = calx_view_describe(model, &arena, &metadata);
    if (status == CALX_OK)
        status = calx_ddl_create_all(&list, dialect, metadata, out_error);
    if (status != CALX_OK)
        goto out;
    root = calx_view_object(&maker);
    calx_view_set_outputs(&maker, root, options, model->headers, model->header_count);
    calx_view_set_text(&maker, root, "dialect", dialect->name);
    calx_view_set(&maker, root, "statements", view_statements(&maker, &list));
    if (maker.failed)
        status = CALX_E_NOMEM;
out:
    calx_ddl_list_clear(&list);
    calx_arena_clear(&arena);
    if (status != CALX_OK)
        json_decref(root);
    else
        *out_tree = root;
    return status;
}
