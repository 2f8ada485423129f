/*
 * Nodes and a view to text. Rendering calls itself for sections and partials only, and counts both
 * depth and steps, so no template and no view can exhaust the stack or run on without end.
 * Partials are loaded and parsed once in a run. Indentation is printed where lines of the template
 * start, never inside values: a text with line ends in it comes out as it is.
 */
#include "render/render.h"

#include "base/allocator.h"
#include "render/context.h"
#include "render/template.h"

#include <string.h>

/* A partial that was loaded; the texts are owned. */
struct partial {
    struct partial *next;
    char *name;
    char *text;
    calx_render_template template;
};

struct renderer {
    const calx_render_options *options;
    calx_render_error *error;
    calx_buffer out;
    calx_buffer indent;  /* of all partials that are being rendered, one behind the other */
    size_t indent_start; /* what applies now reaches from here to the end */
    calx_render_stack stack;
    struct partial *partials;
    size_t depth;
    size_t steps_left;
};

static calx_status render_nodes(struct renderer *renderer, const calx_render_template *template,
                                size_t from, size_t to);

static const char *type_name(const json_t *value)
{
    return json_is_array(value) ? "a list" : "an object";
}

static int name_size(const calx_render_node *node)
{
    return calx_render_shown(node->name.size);
}

static const char *name_text(const calx_render_template *template, const calx_render_node *node)
{
    return template->text + node->name.start;
}

static calx_status out_of_memory(struct renderer *renderer, const calx_render_template *template)
{
    return calx_render_no_memory(renderer->error, template->name);
}

static calx_status count_step(struct renderer *renderer, const calx_render_template *template,
                              size_t place)
{
    if (renderer->steps_left == 0)
        return calx_render_fault(renderer->error, CALX_E_LIMIT, template, place,
                                 "rendering was given up here: it takes too many steps");
    renderer->steps_left--;
    return CALX_OK;
}

static calx_status enter(struct renderer *renderer, const calx_render_template *template,
                         const calx_render_node *node)
{
    if (renderer->depth == CALX_RENDER_MAX_DEPTH)
        return calx_render_fault(renderer->error, CALX_E_LIMIT, template, node->place,
                                 "'%.*s' is inside %d sections and partials: "
                                 "does a partial include itself without end?",
                                 name_size(node), name_text(template, node),
                                 (int)CALX_RENDER_MAX_DEPTH);
    renderer->depth++;
    return CALX_OK;
}

static void put_value(struct renderer *renderer, const calx_render_node *node, const char *text,
                      size_t size)
{
    const calx_render_options *options = renderer->options;

    if (node->kind == CALX_RENDER_VARIABLE && options->escape)
        options->escape(options->escape_context, text, size, &renderer->out);
    else
        calx_buffer_put_n(&renderer->out, text, size);
}

static void put_scalar(struct renderer *renderer, const calx_render_node *node, const json_t *value)
{
    char number[CALX_RENDER_NUMBER_ROOM];

    if (json_is_string(value))
        put_value(renderer, node, json_string_value(value), json_string_length(value));
    else if (json_is_number(value))
        put_value(renderer, node, number, calx_render_number(value, number));
    else if (json_is_true(value))
        put_value(renderer, node, "true", 4);
    else if (json_is_false(value))
        put_value(renderer, node, "false", 5);
}

static calx_status render_variable(struct renderer *renderer, const calx_render_template *template,
                                   const calx_render_node *node)
{
    const json_t *value = calx_render_find(&renderer->stack, node);
    const bool is_scalar = !json_is_array(value) && !json_is_object(value);

    if (renderer->options->strict & CALX_RENDER_STRICT_VARIABLES && !value)
        return calx_render_fault(renderer->error, CALX_E_NO_OBJECT, template, node->place,
                                 "nothing in the view is called '%.*s'", name_size(node),
                                 name_text(template, node));
    if (renderer->options->strict & CALX_RENDER_STRICT_VARIABLES && !is_scalar)
        return calx_render_fault(renderer->error, CALX_E_DATA, template, node->place,
                                 "'%.*s' is %s: only texts, numbers and truth values are printed",
                                 name_size(node), name_text(template, node), type_name(value));
    if (value)
        put_scalar(renderer, node, value);
    if (renderer->out.status == CALX_OK)
        return CALX_OK;
    if (renderer->out.status == CALX_E_NOMEM)
        return out_of_memory(renderer, template);
    return calx_render_fault(renderer->error, renderer->out.status, template, node->place,
                             "the value of '%.*s' cannot be written here", name_size(node),
                             name_text(template, node));
}

/* One round of a section, with one more view on the stack. */
static calx_status render_round(struct renderer *renderer, const calx_render_template *template,
                                size_t section, const json_t *view)
{
    calx_status status = count_step(renderer, template, template->nodes[section].place);

    if (status != CALX_OK)
        return status;
    if (calx_render_push(&renderer->stack, view) != CALX_OK)
        return out_of_memory(renderer, template);
    status = render_nodes(renderer, template, section + 1, template->nodes[section].end);
    calx_render_pop(&renderer->stack);
    return status;
}

static calx_status render_rounds(struct renderer *renderer, const calx_render_template *template,
                                 size_t section, const json_t *value)
{
    calx_status status = CALX_OK;

    if (!json_is_array(value))
        return render_round(renderer, template, section, value);
    for (size_t i = 0; status == CALX_OK && i < json_array_size(value); i++)
        status = render_round(renderer, template, section, json_array_get(value, i));
    return status;
}

static calx_status render_section(struct renderer *renderer, const calx_render_template *template,
                                  size_t section)
{
    const calx_render_node *node = &template->nodes[section];
    const json_t *value = calx_render_find(&renderer->stack, node);
    calx_status status;

    if (renderer->options->strict & CALX_RENDER_STRICT_SECTIONS && !value)
        return calx_render_fault(renderer->error, CALX_E_NO_OBJECT, template, node->place,
                                 "nothing in the view is called '%.*s'", name_size(node),
                                 name_text(template, node));
    if (calx_render_is_true(value) != (node->kind == CALX_RENDER_SECTION))
        return CALX_OK;
    status = enter(renderer, template, node);
    if (status != CALX_OK)
        return status;
    if (node->kind == CALX_RENDER_SECTION)
        status = render_rounds(renderer, template, section, value);
    else
        status = render_nodes(renderer, template, section + 1, node->end);
    renderer->depth--;
    return status;
}

static void free_partial(struct partial *partial)
{
    calx_render_template_clear(&partial->template);
    calx_release(partial->text);
    calx_release(partial->name);
    calx_release(partial);
}

/* Parses a text that was loaded and keeps it; takes the text over, also when it fails. */
static calx_status keep_partial(struct renderer *renderer, const char *name, char *text,
                                size_t size, struct partial **out_partial)
{
    struct partial *partial = calx_alloc_zeroed(sizeof(*partial));
    calx_status status;

    if (!partial) {
        calx_release(text);
        return calx_render_no_memory(renderer->error, name);
    }
    partial->text = text;
    partial->name = calx_strdup_text(name);
    if (!partial->name) {
        status = calx_render_no_memory(renderer->error, name);
        goto out;
    }
    status = calx_render_parse(&partial->template,
                               &(calx_render_source){ partial->name, text, size }, renderer->error);
out:
    if (status != CALX_OK) {
        free_partial(partial);
        return status;
    }
    partial->next = renderer->partials;
    renderer->partials = partial;
    *out_partial = partial;
    return CALX_OK;
}

static calx_status load_partial(struct renderer *renderer, const calx_render_template *template,
                                const calx_render_node *node, struct partial **out_partial)
{
    const calx_render_options *options = renderer->options;
    char *text = NULL;
    size_t size = 0;
    calx_status status = CALX_OK;

    if (options->load)
        status = options->load(options->load_context, node->path, &text, &size);
    if (status == CALX_E_NOMEM)
        return out_of_memory(renderer, template);
    if (status != CALX_OK)
        return calx_render_fault(renderer->error, status, template, node->place,
                                 "the partial '%.*s' cannot be read", name_size(node), node->path);
    if (text)
        return keep_partial(renderer, node->path, text, size, out_partial);
    if (options->strict & CALX_RENDER_STRICT_PARTIALS)
        return calx_render_fault(renderer->error, CALX_E_NO_OBJECT, template, node->place,
                                 "there is no partial '%.*s'", name_size(node), node->path);
    *out_partial = NULL;
    return CALX_OK;
}

static calx_status find_partial(struct renderer *renderer, const calx_render_template *template,
                                const calx_render_node *node, struct partial **out_partial)
{
    struct partial *partial = renderer->partials;

    while (partial && strcmp(partial->name, node->path) != 0)
        partial = partial->next;
    if (!partial)
        return load_partial(renderer, template, node, out_partial);
    *out_partial = partial;
    return CALX_OK;
}

/* A partial that stands alone is indented by what stood before it, and by what its own includer is;
 * one inside a line not at all. */
static calx_status render_partial(struct renderer *renderer, const calx_render_template *template,
                                  const calx_render_node *node)
{
    const size_t indent_start = renderer->indent_start, indent_size = renderer->indent.size;
    struct partial *partial = NULL;
    calx_status status = find_partial(renderer, template, node, &partial);

    if (status != CALX_OK || !partial)
        return status;
    status = enter(renderer, template, node);
    if (status != CALX_OK)
        return status;
    if (node->alone)
        calx_buffer_put_n(&renderer->indent, template->text + node->text.start, node->text.size);
    else
        renderer->indent_start = indent_size;
    if (renderer->indent.status == CALX_OK)
        status = render_nodes(renderer, &partial->template, 0, partial->template.count);
    else
        status = out_of_memory(renderer, template);
    calx_buffer_cut(&renderer->indent, indent_size);
    renderer->indent_start = indent_start;
    renderer->depth--;
    return status;
}

static calx_status render_node(struct renderer *renderer, const calx_render_template *template,
                               size_t index)
{
    const calx_render_node *node = &template->nodes[index];

    switch (node->kind) {
    case CALX_RENDER_TEXT:
        calx_buffer_put_n(&renderer->out, template->text + node->text.start, node->text.size);
        break;
    case CALX_RENDER_INDENT:
        calx_buffer_put_n(&renderer->out,
                          calx_buffer_text(&renderer->indent) + renderer->indent_start,
                          renderer->indent.size - renderer->indent_start);
        break;
    case CALX_RENDER_VARIABLE:
    case CALX_RENDER_RAW:
        return render_variable(renderer, template, node);
    case CALX_RENDER_SECTION:
    case CALX_RENDER_INVERTED:
        return render_section(renderer, template, index);
    case CALX_RENDER_PARTIAL:
        return render_partial(renderer, template, node);
    }
    return renderer->out.status == CALX_OK ? CALX_OK : out_of_memory(renderer, template);
}

static calx_status render_nodes(struct renderer *renderer, const calx_render_template *template,
                                size_t from, size_t to)
{
    calx_status status = CALX_OK;

    for (size_t i = from; status == CALX_OK && i < to;) {
        const calx_render_node *node = &template->nodes[i];

        status = count_step(renderer, template, node->place);
        if (status == CALX_OK)
            status = render_node(renderer, template, i);
        i = node->end > i ? node->end : i + 1;
    }
    return status;
}

static void clear_renderer(struct renderer *renderer)
{
    while (renderer->partials) {
        struct partial *partial = renderer->partials;

        renderer->partials = partial->next;
        free_partial(partial);
    }
    calx_render_stack_clear(&renderer->stack);
    calx_buffer_clear(&renderer->indent);
    calx_buffer_clear(&renderer->out);
}

calx_status calx_render(const calx_render_source *source, const json_t *view,
                        const calx_render_options *options, char **out_text, size_t *out_size,
                        calx_render_error *out_error)
{
    const calx_render_options none = { 0 };
    struct renderer renderer = { .options = options ? options : &none,
                                 .error = out_error,
                                 .out = CALX_BUFFER_INIT,
                                 .indent = CALX_BUFFER_INIT };
    calx_render_template template;
    calx_status status = calx_render_parse(&template, source, out_error);

    if (status != CALX_OK)
        goto out;
    renderer.steps_left = renderer.options->max_steps ? renderer.options->max_steps
                                                      : (size_t)CALX_RENDER_DEFAULT_STEPS;
    status = calx_render_push(&renderer.stack, view);
    if (status == CALX_OK)
        status = render_nodes(&renderer, &template, 0, template.count);
    else
        out_of_memory(&renderer, &template);
    if (status == CALX_OK) {
        status = calx_buffer_finish(&renderer.out, out_text, out_size);
        if (status != CALX_OK)
            out_of_memory(&renderer, &template);
    }
out:
    clear_renderer(&renderer);
    calx_render_template_clear(&template);
    return status;
}
