/*
 * The model as a JSON tree: every name, literal, type and flag ready to print, so that templates
 * only loop, test a flag and print (docs/templates.md names what is in the tree). Nothing here
 * depends on locale, time or directory, and no path is absolute.
 */
#ifndef CALX_VIEW_VIEW_H
#define CALX_VIEW_VIEW_H

#include "model/model.h"
#include "sql/dialect.h"

#include <calx/error.h>

#include <jansson.h>

/* How the outputs are called and how they include their input; all borrowed for the call. */
typedef struct calx_view_options {
    const char *version;         /* of calx-gen, for the banner */
    const char *header;          /* the name of the generated header, without directory */
    const char *source;          /* the name of the generated source, without directory */
    const char *const *includes; /* for each input, "models.h" or <blog/models.h>, with the marks;
                                    without marks it is put into quotes */
    size_t include_count;
} calx_view_options;

/* The tree of a mapper. Owned: json_decref(). NULL: no memory. */
json_t *calx_view_model(const calx_model *model, const calx_view_options *options);

/*
 * The tree of a scoped session: the functions that are forwarded and the names of those that are
 * not. Owned: json_decref(). NULL: no memory.
 */
json_t *calx_view_functions(const calx_model_functions *functions,
                            const calx_view_options *options);

/*
 * The tree of a schema: its statements in an order the database accepts.
 * out_tree  owned: json_decref()
 * Answers CALX_OK; CALX_E_NOMEM; or what the dialect cannot say, with out_error filled.
 */
calx_status calx_view_schema(const calx_model *model, const calx_dialect *dialect,
                             const calx_view_options *options, json_t **out_tree,
                             calx_error *out_error);

/*
 * What of an annotated header's path an output may name: the path as given when it leads down from
 * here, else its last part, since an output must not depend on where it was made. Borrowed.
 */
const char *calx_view_portable_path(const char *path);

#endif
