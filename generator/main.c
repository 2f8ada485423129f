/*
 * calx-gen: the order of the stages. Headers are read, their declarations checked into a model, the
 * model turned into a view, the view rendered through templates and laid out, and the outputs
 * written, all of them or none: whatever fails before the last step leaves every file as it was.
 */
#include "check/check.h"
#include "check/print.h"
#include "options.h"
#include "output/output.h"
#include "reader/reader.h"
#include "render/render.h"
#include "templates.h"
#include "view/layout.h"
#include "view/view.h"

#include "base/allocator.h"
#include "sql/dialect.h"

#include <calx/version.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* One run of the program. */
struct run {
    const calx_gen_options *options;
    calx_view_options view;
    calx_arena arena;
    calx_diagnostics diagnostics;
    calx_templates templates;
    calx_output_set *outputs;
    const char *const *inputs; /* every file that was read */
    size_t input_count;
};

/* A text on its way out. */
struct text {
    char *bytes;
    size_t size;
};

static calx_status fail(calx_status status, const char *what, const char *reason)
{
    fprintf(stderr, "%s: error: %s\n", what, reason);
    return status;
}

static calx_status out_of_memory(void)
{
    return fail(CALX_E_NOMEM, "calx-gen", "out of memory");
}

static const char *last_part(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash ? slash + 1 : path ? path : "";
}

/* ---- reading and checking ---- */

/* What was found so far is printed, whatever comes of it. */
static calx_status report(struct run *run, calx_status status)
{
    if (status == CALX_E_NOMEM || run->diagnostics.status == CALX_E_NOMEM ||
        calx_diagnostics_print(&run->diagnostics, stderr) == CALX_E_NOMEM)
        return out_of_memory();
    if (status == CALX_OK && run->diagnostics.error_count > 0)
        return CALX_E_DATA;
    return status;
}

static calx_reader_options reader_options(const struct run *run)
{
    const calx_gen_options *options = run->options;

    return (calx_reader_options){ .headers = (const char *const *)options->headers,
                                  .header_count = options->header_count,
                                  .flags = options->flags,
                                  .flag_count = options->flag_count };
}

static calx_status read_model(struct run *run, calx_model *out_model)
{
    const calx_reader_options options = reader_options(run);
    const calx_check_options naming = { run->options->name, run->options->prefix };
    calx_declarations declarations = { 0 };
    calx_status status = calx_reader_read(&options, &run->arena, &run->diagnostics, &declarations);

    if (status == CALX_OK) {
        run->inputs = declarations.inputs;
        run->input_count = declarations.input_count;
        status = calx_check(&declarations, &naming, &run->arena, &run->diagnostics, out_model);
    }
    return report(run, status);
}

static calx_status read_functions(struct run *run, calx_model_functions *out_functions)
{
    const calx_reader_options options = reader_options(run);
    calx_declared_functions declared = { 0 };
    calx_status status =
        calx_reader_read_functions(&options, &run->arena, &run->diagnostics, &declared);

    if (status == CALX_OK) {
        run->inputs = declared.inputs;
        run->input_count = declared.input_count;
        status = calx_check_functions(&declared, &run->arena, &run->diagnostics, out_functions);
    }
    return report(run, status);
}

/* ---- view ---- */

static calx_status view_schema(const struct run *run, const calx_model *model, json_t **out_view)
{
    calx_error error = CALX_ERROR_INIT;
    calx_status status =
        calx_view_schema(model, run->options->dialect, &run->view, out_view, &error);

    if (status != CALX_OK && status != CALX_E_NOMEM)
        fail(status, "calx-gen", error.message);
    else if (status == CALX_E_NOMEM)
        out_of_memory();
    calx_error_clear(&error);
    return status;
}

static calx_status make_view(struct run *run, json_t **out_view)
{
    calx_model model = { 0 };
    calx_model_functions functions = { 0 };
    const bool is_scoped = run->options->emit == CALX_GEN_SCOPED_SESSION;
    calx_status status = is_scoped ? read_functions(run, &functions) : read_model(run, &model);

    if (status != CALX_OK)
        return status;
    if (run->options->emit == CALX_GEN_SCHEMA)
        return view_schema(run, &model, out_view);
    *out_view = is_scoped ? calx_view_functions(&functions, &run->view)
                          : calx_view_model(&model, &run->view);
    return *out_view ? CALX_OK : out_of_memory();
}

/* ---- templates ---- */

static calx_status load_partial(void *context, const char *name, char **out_text, size_t *out_size)
{
    return calx_templates_load(context, name, out_text, out_size);
}

static calx_status load_template(struct run *run, const char *name, struct text *out_text)
{
    calx_buffer reason = CALX_BUFFER_INIT;
    calx_status status =
        calx_templates_load(&run->templates, name, &out_text->bytes, &out_text->size);

    if (status == CALX_E_NOMEM)
        return out_of_memory();
    if (status == CALX_OK && out_text->bytes)
        return CALX_OK;
    calx_buffer_format(&reason, "the template %s.mustache %s", name,
                       status == CALX_OK ? "is missing; searched:" : "cannot be read; searched:");
    for (size_t i = 0; i < run->templates.place_count; i++)
        calx_buffer_format(&reason, "%s %s", i > 0 ? "," : "", run->templates.places[i]);
    fail(CALX_E_IO, "calx-gen", calx_buffer_text(&reason));
    calx_buffer_clear(&reason);
    return CALX_E_IO;
}

/* C is laid out once more, since names may have made lines too long. */
static calx_status lay_out(struct text *text)
{
    calx_buffer laid_out = CALX_BUFFER_INIT;

    calx_view_layout(text->bytes, text->size, &laid_out);
    calx_release(text->bytes);
    text->bytes = NULL;
    if (calx_buffer_finish(&laid_out, &text->bytes, &text->size) != CALX_OK)
        return out_of_memory();
    return CALX_OK;
}

static calx_status render(struct run *run, const char *name, const json_t *view,
                          struct text *out_text)
{
    const calx_render_options options = { .strict =
                                              CALX_RENDER_STRICT | CALX_RENDER_STRICT_SECTIONS,
                                          .load = load_partial,
                                          .load_context = &run->templates };
    calx_render_error error = { 0 };
    struct text template = { NULL, 0 };
    calx_render_source source;
    calx_status status = load_template(run, name, &template);

    if (status != CALX_OK)
        return status;
    source.name = run->templates.files[run->templates.file_count - 1];
    source.text = template.bytes;
    source.size = template.size;
    status = calx_render(&source, view, &options, &out_text->bytes, &out_text->size, &error);
    calx_release(template.bytes);
    if (status == CALX_E_NOMEM)
        return out_of_memory();
    if (status != CALX_OK)
        fprintf(stderr, "%s:%zu:%zu: error: %s\n", error.template_name, error.line, error.column,
                error.message);
    return status;
}

/* ---- outputs ---- */

static calx_status add_output(struct run *run, const char *path, const struct text *text)
{
    calx_output_error error = { 0 };
    calx_status status = CALX_OK;

    if (path)
        status = calx_output_set_add(run->outputs, path, text->bytes, text->size,
                                     CALX_OUTPUT_WHEN_CHANGED, &error);
    else if (fwrite(text->bytes, 1, text->size, stdout) != text->size || fflush(stdout) != 0)
        status = fail(CALX_E_IO, "calx-gen", "standard output cannot be written");
    if (status != CALX_OK && path)
        fail(status, error.path, error.reason);
    return status;
}

static calx_status emit_template(struct run *run, const char *name, const json_t *view,
                                 const char *path, bool is_c)
{
    struct text text = { NULL, 0 };
    calx_status status = render(run, name, view, &text);

    if (status == CALX_OK && is_c)
        status = lay_out(&text);
    if (status == CALX_OK)
        status = add_output(run, path, &text);
    calx_release(text.bytes);
    return status;
}

static calx_status emit_json(struct run *run, const json_t *view)
{
    calx_buffer buffer = CALX_BUFFER_INIT;
    char *dump = json_dumps(view, JSON_INDENT(2) | JSON_SORT_KEYS);
    calx_status status;

    if (!dump)
        return out_of_memory();
    calx_buffer_put(&buffer, dump);
    calx_buffer_char(&buffer, '\n');
    calx_release(dump);
    status = buffer.status == CALX_OK
                 ? add_output(run, run->options->source, &(struct text){ buffer.data, buffer.size })
                 : out_of_memory();
    calx_buffer_clear(&buffer);
    return status;
}

static calx_status emit(struct run *run, const json_t *view)
{
    const calx_gen_options *options = run->options;
    calx_status status;

    switch (options->emit) {
    case CALX_GEN_SCHEMA:
        return emit_template(run, "schema.sql", view, options->source, false);
    case CALX_GEN_DIAGRAM:
        return emit_template(run, "diagram.mmd", view, options->source, false);
    case CALX_GEN_JSON:
        return emit_json(run, view);
    case CALX_GEN_SCOPED_SESSION:
        status = emit_template(run, "scoped_session.h", view, options->header, true);
        if (status == CALX_OK)
            status = emit_template(run, "scoped_session.c", view, options->source, true);
        return status;
    default:
        status = emit_template(run, "mapper.h", view, options->header, true);
        if (status == CALX_OK)
            status = emit_template(run, "mapper.c", view, options->source, true);
        return status;
    }
}

/* Everything that was read: headers and templates. */
static calx_status emit_depfile(struct run *run)
{
    const calx_gen_options *options = run->options;
    const size_t count = run->input_count + run->templates.file_count;
    const char **inputs;
    calx_buffer buffer = CALX_BUFFER_INIT;
    calx_output_error error = { 0 };
    calx_status status;

    if (!options->depfile)
        return CALX_OK;
    inputs = calx_arena_array(&run->arena, count, sizeof(inputs[0]));
    if (!inputs)
        return out_of_memory();
    for (size_t i = 0; i < count; i++)
        inputs[i] =
            i < run->input_count ? run->inputs[i] : run->templates.files[i - run->input_count];
    status = calx_output_depfile(options->source_first || !options->header ? options->source
                                                                           : options->header,
                                 inputs, count, &buffer, &error);
    if (status == CALX_OK)
        status = calx_output_set_add(run->outputs, options->depfile, calx_buffer_text(&buffer),
                                     buffer.size, CALX_OUTPUT_ALWAYS, &error);
    if (status != CALX_OK)
        fail(status, error.path ? error.path : options->depfile, error.reason);
    calx_buffer_clear(&buffer);
    return status;
}

static calx_status commit(struct run *run)
{
    calx_output_error error = { 0 };
    const calx_status status = calx_output_set_commit(run->outputs, &error);

    if (status != CALX_OK)
        fail(status, error.path ? error.path : "calx-gen", error.reason);
    return status;
}

/* ---- the run ---- */

/* An output that is one of the headers would destroy what a person wrote. */
static bool is_input(const calx_gen_options *options, const char *output)
{
    struct stat one, other;

    if (!output || stat(output, &one) != 0)
        return false;
    for (size_t i = 0; i < options->header_count; i++) {
        if (stat(options->headers[i], &other) == 0 && one.st_dev == other.st_dev &&
            one.st_ino == other.st_ino) {
            fail(CALX_E_ARGUMENT, output, "this output is an input: it would be overwritten");
            return true;
        }
    }
    return false;
}

static calx_status start(struct run *run)
{
    const calx_gen_options *options = run->options;
    const char **includes = calx_arena_array(&run->arena, options->header_count, sizeof(*includes));
    calx_status status;

    run->outputs = calx_output_set_new();
    if (!includes || !run->outputs)
        return out_of_memory();
    for (size_t i = 0; i < options->header_count; i++)
        includes[i] = options->include_count > 0 ? options->includes[i]
                                                 : calx_view_portable_path(options->headers[i]);
    run->view = (calx_view_options){ .version = CALX_VERSION,
                                     .header = last_part(options->header),
                                     .source = last_part(options->source),
                                     .includes = includes,
                                     .include_count = options->header_count };
    status = calx_templates_init(&run->templates, options->templates);
    if (status == CALX_E_NOMEM)
        return out_of_memory();
    return status == CALX_OK ? CALX_OK
                             : fail(status, "calx-gen",
                                    "cannot find out where the program is; "
                                    "name the templates with --templates");
}

static calx_gen_exit generate(const calx_gen_options *options)
{
    struct run run = { .options = options };
    json_t *view = NULL;
    calx_status status;

    if (is_input(options, options->header) || is_input(options, options->source) ||
        is_input(options, options->depfile))
        return CALX_GEN_USAGE;
    calx_arena_init(&run.arena, 0);
    calx_diagnostics_init(&run.diagnostics, &run.arena);
    status = start(&run);
    if (status == CALX_OK)
        status = make_view(&run, &view);
    if (status == CALX_OK)
        status = emit(&run, view);
    if (status == CALX_OK)
        status = emit_depfile(&run);
    if (status == CALX_OK)
        status = commit(&run);
    json_decref(view);
    calx_output_set_free(run.outputs);
    calx_templates_clear(&run.templates);
    calx_arena_clear(&run.arena);
    return status == CALX_OK ? CALX_GEN_DONE : CALX_GEN_ERRORS;
}

static void list_outputs(const calx_gen_options *options)
{
    if (options->header)
        printf("%s\n", options->header);
    if (options->source)
        printf("%s\n", options->source);
    if (options->depfile)
        printf("%s\n", options->depfile);
}

int main(int argc, char **argv)
{
    calx_gen_options options;
    calx_gen_exit code;

    json_set_alloc_funcs(calx_alloc, calx_release);
    if (!calx_gen_options_read(&options, argc, argv, &code))
        goto out;
    code = CALX_GEN_DONE;
    if (options.list_outputs)
        list_outputs(&options);
    else
        code = generate(&options);
    if (fflush(stdout) != 0 && code == CALX_GEN_DONE)
        code = CALX_GEN_ERRORS;
out:
    calx_gen_options_clear(&options);
    return (int)code;
}
