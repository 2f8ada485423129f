/*
 * Fuzz target: any bytes as a template, over a fixed view and with two partials, one of which is
 * the template itself. Beyond what sanitizers see it checks that a failure always comes with a
 * place inside the text and a message, and that success never depends on being strict.
 */
#include "fuzz.h"

#include "base/allocator.h"
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 20000 };

static const char view_text[] =
    "{\"name\": \"user\", \"on\": true, \"off\": false, \"null\": null, \"n\": 42, \"f\": 0.1,"
    " \"columns\": [{\"name\": \"id\", \"last\": false}, {\"name\": \"mail\", \"last\": true}],"
    " \"a\": {\"b\": {\"c\": \"deep\"}}, \"empty\": [], \"lines\": \"one\\ntwo\\n\"}";

static const char partial_text[] = "{{#columns}}\n  {{name}}\n\n{{/columns}}\n{{>self}}\n";

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void escape_quotes(void *context, const char *text, size_t size, calx_buffer *out)
{
    (void)context;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"')
            calx_buffer_char(out, '\\');
        calx_buffer_char(out, text[i]);
    }
}

static calx_status load_partial(void *context, const char *name, char **out_text, size_t *out_size)
{
    const calx_render_source *self = context;

    if (strcmp(name, "self") == 0) {
        *out_text = calx_strdup_n(self->text, self->size);
        *out_size = self->size;
    } else if (strcmp(name, "p") == 0) {
        *out_text = calx_strdup_text(partial_text);
        *out_size = strlen(partial_text);
    }
    return CALX_OK;
}

static calx_status render(const calx_render_source *source, const json_t *view, unsigned strict)
{
    const calx_render_options options = { .strict = strict,
                                          .max_steps = MAX_STEPS,
                                          .escape = escape_quotes,
                                          .load = load_partial,
                                          .load_context = (void *)source };
    calx_render_error error = { .line = 0 };
    char *text = NULL;
    size_t size = 0;
    const calx_status status = calx_render(source, view, &options, &text, &size, &error);

    if (status == CALX_OK) {
        require(text != NULL && text[size] == '\0');
        calx_release(text);
    } else {
        require(text == NULL && error.line > 0 && error.column > 0);
        require(error.message[0] != '\0' && error.template_name[0] != '\0');
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const calx_render_source source = { "template", (const char *)data, size };
    json_t *view = json_loads(view_text, 0, NULL);

    require(view != NULL);
    if (render(&source, view, CALX_RENDER_STRICT | CALX_RENDER_STRICT_SECTIONS) == CALX_OK)
        require(render(&source, view, 0) == CALX_OK);
    else
        render(&source, view, 0);
    json_decref(view);
    return 0;
}
