/*
 * The tree of a scoped session. calx_session_add becomes calx_scoped_session_add; a function of an
 * application that takes a session first, app_import, becomes app_import_scoped. The receiver is
 * left out of the parameters: the generated function asks the registry for it.
 */
#include "view/literal.h"
#include "view/room.h"

#include <string.h>

static const char session_prefix[] = "calx_session_";

static bool is_of_session(const calx_model_function *function)
{
    return strncmp(function->name, session_prefix, sizeof(session_prefix) - 1) == 0;
}

/* Names the generated functions use themselves. */
static bool is_taken(const char *name)
{
    return strcmp(name, "scoped") == 0 || strcmp(name, "session") == 0 ||
           strcmp(name, "status") == 0;
}

/* The declaration with another name in the place of one that is taken. */
static void put_parameter(calx_buffer *out, const calx_model_parameter *parameter)
{
    if (is_taken(parameter->name)) {
        calx_view_put_declaration(out, parameter->type, parameter->name);
        calx_buffer_put(out, "_value");
    } else {
        calx_buffer_put(out, parameter->declaration);
    }
}

static json_t *view_function(calx_view_maker *maker, const calx_model_function *function)
{
    json_t *object = calx_view_object(maker);
    calx_buffer parameters = CALX_BUFFER_INIT, arguments = CALX_BUFFER_INIT;

    for (size_t i = 1; i < function->parameter_count; i++) {
        const calx_model_parameter *parameter = &function->parameters[i];

        calx_buffer_put(&parameters, ", ");
        put_parameter(&parameters, parameter);
        calx_buffer_format(&arguments, ", %s%s", parameter->name,
                           is_taken(parameter->name) ? "_value" : "");
    }
    calx_view_set_text(maker, object, "function", function->name);
    if (is_of_session(function))
        calx_view_set_format(maker, object, "scoped_function", "calx_scoped_session_%s",
                             function->name + sizeof(session_prefix) - 1);
    else
        calx_view_set_format(maker, object, "scoped_function", "%s_scoped", function->name);
    calx_view_set_flag(maker, object, "is_calx", is_of_session(function));
    calx_view_set_doc(maker, object, "doc", function->doc);
    calx_view_set_buffer(maker, object, "more_parameters", &parameters);
    calx_view_set_buffer(maker, object, "more_arguments", &arguments);
    return object;
}

/* Of Calx's own header, as of all its public ones, the guard begins with CALX_. */
static void set_guard(calx_view_maker *maker, json_t *root, const calx_model_functions *functions,
                      const calx_view_options *options)
{
    calx_buffer guard = CALX_BUFFER_INIT;
    bool is_calx = false;

    for (size_t i = 0; i < functions->function_count; i++)
        is_calx = is_calx ||
                  (functions->functions[i].forwarded && is_of_session(&functions->functions[i]));
    calx_buffer_put(&guard, is_calx ? "CALX_" : "");
    calx_view_put_guard(&guard, options->header);
    calx_view_set_buffer(maker, root, "guard", &guard);
}

json_t *calx_view_functions(const calx_model_functions *functions, const calx_view_options *options)
{
    calx_view_maker maker = { false };
    json_t *root = calx_view_object(&maker), *forwarded = calx_view_array(&maker),
           *not_scoped = calx_view_array(&maker);

    calx_view_set_outputs(&maker, root, options, &functions->header, 1);
    set_guard(&maker, root, functions, options);
    for (size_t i = 0; i < functions->function_count; i++) {
        const calx_model_function *function = &functions->functions[i];
        json_t *name;

        if (function->forwarded) {
            calx_view_append(&maker, forwarded, view_function(&maker, function));
            continue;
        }
        name = calx_view_object(&maker);
        calx_view_set_text(&maker, name, "function", function->name);
        calx_view_append(&maker, not_scoped, name);
    }
    calx_view_set_flag(&maker, root, "has_not_scoped", json_array_size(not_scoped) > 0);
    calx_view_set(&maker, root, "functions", forwarded);
    calx_view_set(&maker, root, "not_scoped", not_scoped);
    if (!maker.failed)
        return root;
    json_decref(root);
    return NULL;
}
