/*
 * The command line. A wrong one is told in one line that names the option and what would be right,
 * and ends with exit 2 before any file is looked at. What depends on several options (which outputs
 * there are) is settled here, so the stages find plain facts.
 */
#include "options.h"

#include "base/allocator.h"
#include "base/buffer.h"

#include <calx/version.h>

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: calx-gen [options] header... [-- compiler flags]\n"
    "\n"
    "Reads annotated C headers and writes the code that maps their structs to tables.\n"
    "\n"
    "  --header FILE --source FILE  the outputs\n"
    "  --output-dir DIR             the outputs as DIR/<stem>.calx.h and .c, after the first "
    "header\n"
    "  --include-as TEXT            how the output includes the header: models.h, "
    "<blog/models.h>;\n"
    "                               once for each header\n"
    "  --name NAME                  NAME_metadata lists the mappers; default: the first header's "
    "stem\n"
    "  --prefix TEXT                every generated name begins with it\n"
    "  --depfile FILE               what the outputs depend on, for make and ninja\n"
    "  --templates DIR              templates of your own, all of them\n"
    "  --emit WHAT                  mapper (default), scoped-session, schema, json or diagram;\n"
    "                               the last three to --source FILE or standard output\n"
    "  --dialect NAME               of the schema: sqlite (default), postgresql\n"
    "  --list-outputs               print the names of the outputs and stop\n"
    "  --version, --help\n"
    "\n"
    "Exit: 0 done; 1 errors in the model, a template or an output; 2 wrong use.\n";

enum option_code {
    OPTION_HEADER = 256,
    OPTION_SOURCE,
    OPTION_OUTPUT_DIR,
    OPTION_INCLUDE_AS,
    OPTION_NAME,
    OPTION_PREFIX,
    OPTION_DEPFILE,
    OPTION_TEMPLATES,
    OPTION_EMIT,
    OPTION_DIALECT,
    OPTION_LIST_OUTPUTS,
    OPTION_VERSION,
    OPTION_HELP
};

static const struct option long_options[] = {
    { "header", required_argument, NULL, OPTION_HEADER },
    { "source", required_argument, NULL, OPTION_SOURCE },
    { "output-dir", required_argument, NULL, OPTION_OUTPUT_DIR },
    { "include-as", required_argument, NULL, OPTION_INCLUDE_AS },
    { "name", required_argument, NULL, OPTION_NAME },
    { "prefix", required_argument, NULL, OPTION_PREFIX },
    { "depfile", required_argument, NULL, OPTION_DEPFILE },
    { "templates", required_argument, NULL, OPTION_TEMPLATES },
    { "emit", required_argument, NULL, OPTION_EMIT },
    { "dialect", required_argument, NULL, OPTION_DIALECT },
    { "list-outputs", no_argument, NULL, OPTION_LIST_OUTPUTS },
    { "version", no_argument, NULL, OPTION_VERSION },
    { "help", no_argument, NULL, OPTION_HELP },
    { NULL, 0, NULL, 0 },
};

static const char *const emit_names[] = {
    [CALX_GEN_MAPPER] = "mapper",   [CALX_GEN_SCOPED_SESSION] = "scoped-session",
    [CALX_GEN_SCHEMA] = "schema",   [CALX_GEN_JSON] = "json",
    [CALX_GEN_DIAGRAM] = "diagram",
};

/* Says what is wrong; answers false, so that a check can end with it. */
static bool wrong(const char *format, ...) CALX_PRINTF(1, 2);

static bool wrong(const char *format, ...)
{
    va_list arguments;

    fputs("calx-gen: error: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs(" (calx-gen --help tells more)\n", stderr);
    return false;
}

static bool read_emit(calx_gen_options *options, const char *text)
{
    for (size_t i = 0; i < sizeof(emit_names) / sizeof(emit_names[0]); i++) {
        if (strcmp(emit_names[i], text) == 0) {
            options->emit = (calx_gen_emit)i;
            return true;
        }
    }
    return wrong("--emit %s: there is mapper, scoped-session, schema, json and diagram", text);
}

/* The driver need not be there for its dialect: a schema is text. */
static bool read_dialect(calx_gen_options *options, const char *text)
{
    static const calx_dialect *const dialects[] = { &calx_dialect_sqlite,
                                                    &calx_dialect_postgresql };
    for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
        if (strcmp(dialects[i]->name, text) == 0) {
            options->dialect = dialects[i];
            return true;
        }
    }
    return wrong("--dialect %s: there is sqlite and postgresql", text);
}

static bool is_identifier(const char *text, bool may_be_empty)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    if (!*text)
        return may_be_empty;
    return !(*text >= '0' && *text <= '9') && text[strspn(text, letters)] == '\0';
}

static bool read_option(calx_gen_options *options, int code, const char *text)
{
    switch (code) {
    case OPTION_HEADER:
        options->header = text;
        break;
    case OPTION_SOURCE:
        options->source = text;
        options->source_first = !options->header;
        break;
    case OPTION_OUTPUT_DIR:
        options->output_dir = text;
        break;
    case OPTION_INCLUDE_AS:
        options->includes[options->include_count++] = text;
        break;
    case OPTION_NAME:
        options->name = text;
        return is_identifier(text, false) || wrong("--name %s: a C identifier is needed", text);
    case OPTION_PREFIX:
        options->prefix = text;
        return is_identifier(text, true) ||
               wrong("--prefix %s: the beginning of a C identifier is needed", text);
    case OPTION_DEPFILE:
        options->depfile = text;
        break;
    case OPTION_TEMPLATES:
        options->templates = text;
        break;
    case OPTION_EMIT:
        return read_emit(options, text);
    case OPTION_DIALECT:
        return read_dialect(options, text);
    case OPTION_LIST_OUTPUTS:
        options->list_outputs = true;
        break;
    default:
        return wrong("unknown option, or one without its argument");
    }
    return true;
}

/* How many arguments are calx-gen's own: those before the first "--". */
static int count_own(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i;
    }
    return argc;
}

static bool wrong_empty(int code)
{
    const struct option *option = long_options;

    while (option->name && option->val != code)
        option++;
    return wrong("--%s: its argument is empty", option->name ? option->name : "?");
}

static calx_gen_exit tell(const char *text)
{
    if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
        return CALX_GEN_DONE;
    fputs("calx-gen: error: standard output cannot be written\n", stderr);
    return CALX_GEN_ERRORS;
}

/* One answer of getopt_long(); given is the argument it came from. */
static bool read_code(calx_gen_options *options, int code, const char *given,
                      calx_gen_exit *out_exit)
{
    switch (code) {
    case OPTION_HELP:
    case OPTION_VERSION:
        *out_exit = tell(code == OPTION_HELP ? help : "calx-gen " CALX_VERSION "\n");
        return false;
    case '?':
        return wrong("%s: no such option, or more than one begins so", given);
    case ':':
        return wrong("%s: its argument is missing", given);
    case 1: /* no option: a header, wherever it stands */
        if (!*optarg)
            return wrong("the name of a header is empty");
        options->headers[options->header_count++] = optarg;
        return true;
    default:
        if (optarg && !*optarg && code != OPTION_PREFIX)
            return wrong_empty(code);
        return read_option(options, code, optarg);
    }
}

static bool read_arguments(calx_gen_options *options, int argc, char **argv,
                           calx_gen_exit *out_exit)
{
    const int own = count_own(argc, argv);
    int code;

    opterr = 0;
    optind = 1;
    while ((code = getopt_long(own, argv, "-:", long_options, NULL)) != -1) {
        const char *given = optind > 1 && optind <= own ? argv[optind - 1] : "";

        if (!read_code(options, code, given, out_exit))
            return false;
    }
    if (own < argc) {
        options->flags = (const char *const *)(argv + own + 1);
        options->flag_count = (size_t)(argc - own - 1);
    }
    return true;
}

/* ---- what follows from several of them ---- */

static bool check_together(const calx_gen_options *options)
{
    const bool has_both = options->header && options->source;
    const bool is_pair =
        options->emit == CALX_GEN_MAPPER || options->emit == CALX_GEN_SCOPED_SESSION;

    if (options->header_count == 0)
        return wrong("no header is named");
    if (options->output_dir && (options->header || options->source))
        return wrong("--output-dir names the outputs: leave --header and --source out");
    if (is_pair && !has_both && !options->output_dir)
        return wrong("where to? give --header and --source, or --output-dir");
    if (!is_pair && options->header)
        return wrong("--emit %s has one output: --source", emit_names[options->emit]);
    if (options->emit == CALX_GEN_SCOPED_SESSION && options->header_count > 1)
        return wrong("--emit scoped-session reads one header at a time");
    if (options->include_count > 0 && options->include_count != options->header_count)
        return wrong("--include-as is wanted once for each header, or not at all");
    if (options->depfile && !is_pair && !options->source && !options->output_dir)
        return wrong("--depfile has no output to name: give --source or --output-dir");
    return true;
}

/* "blog/models.h" to "models": without directory and without what follows the last point. */
static char *make_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *point = strrchr(name, '.');

    return calx_strdup_n(name, point && point > name ? (size_t)(point - name) : strlen(name));
}

static char *join(const char *directory, const char *stem, const char *ending)
{
    calx_buffer path = CALX_BUFFER_INIT;
    const size_t size = strlen(directory);
    char *text = NULL;

    calx_buffer_put(&path, directory);
    if (size > 0 && directory[size - 1] != '/')
        calx_buffer_char(&path, '/');
    calx_buffer_put(&path, stem);
    calx_buffer_put(&path, ending);
    return calx_buffer_finish(&path, &text, NULL) == CALX_OK ? text : NULL;
}

/* The outputs of --output-dir. */
static bool name_outputs(calx_gen_options *options, const char *stem)
{
    static const char *const endings[][2] = {
        [CALX_GEN_MAPPER] = { ".calx.h", ".calx.c" },
        [CALX_GEN_SCOPED_SESSION] = { "_scoped.h", "_scoped.c" },
        [CALX_GEN_SCHEMA] = { NULL, ".sql" },
        [CALX_GEN_JSON] = { NULL, ".json" },
        [CALX_GEN_DIAGRAM] = { NULL, ".mmd" },
    };
    const char *const *ending = endings[options->emit];

    if (!options->output_dir)
        return true;
    options->texts[2] = join(options->output_dir, stem, ending[1]);
    options->source = options->texts[2];
    if (ending[0]) {
        options->texts[1] = join(options->output_dir, stem, ending[0]);
        options->header = options->texts[1];
    }
    return options->source && (options->header || !ending[0]);
}

static bool complete(calx_gen_options *options)
{
    options->texts[0] = make_stem(options->headers[0]);
    if (!options->texts[0] || !name_outputs(options, options->texts[0])) {
        fputs("calx-gen: error: out of memory\n", stderr);
        return false;
    }
    if (!options->name)
        options->name = options->texts[0];
    return true;
}

bool calx_gen_options_read(calx_gen_options *options, int argc, char **argv,
                           calx_gen_exit *out_exit)
{
    *options = (calx_gen_options){ .prefix = "", .dialect = &calx_dialect_sqlite };
    options->headers = calx_alloc_array((size_t)argc, sizeof(options->headers[0]));
    options->includes = calx_alloc_array((size_t)argc, sizeof(options->includes[0]));
    *out_exit = CALX_GEN_ERRORS;
    if (!options->headers || !options->includes) {
        fputs("calx-gen: error: out of memory\n", stderr);
        return false;
    }
    *out_exit = CALX_GEN_USAGE;
    if (!read_arguments(options, argc, argv, out_exit) || !check_together(options))
        return false;
    *out_exit = CALX_GEN_ERRORS;
    return complete(options);
}

void calx_gen_options_clear(calx_gen_options *options)
{
    for (size_t i = 0; i < sizeof(options->texts) / sizeof(options->texts[0]); i++)
        calx_release(options->texts[i]);
    calx_release(options->headers);
    calx_release(options->includes);
    *options = (calx_gen_options){ 0 };
}
