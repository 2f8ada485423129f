/*
 * The installed packages of this machine, stored through Calx and asked about. Real input in real
 * amounts: see load.c for what goes in, report.c for what comes out, models.h for the structs.
 */
#include "control.h"
#include "load.h"
#include "models.calx.h"
#include "report.h"

#include <calx/calx.h>

#include <stdio.h>
#include <string.h>

typedef struct arguments {
    const char *url;
    const char *file;
    int64_t rows;
    bool echo;
    bool help;
} arguments;

static void usage(FILE *stream)
{
    fputs("usage: packages [--url URL] [--file FILE] [--rows N] [--echo]\n"
          "  --url URL    the database; its tables are made anew   (sqlite:///packages.db)\n"
          "  --file FILE  a status file of dpkg                    (/var/lib/dpkg/status)\n"
          "  --rows N     longest table                            (10)\n"
          "  --echo       show the SQL on stderr\n",
          stream);
}

/* The value behind an option; NULL when the option is another one or nothing follows. */
static const char *value_of(int count, char **words, int *at, const char *option)
{
    if (strcmp(words[*at], option) != 0 || *at + 1 >= count)
        return NULL;
    return words[++*at];
}

static bool read_arguments(int count, char **words, arguments *given)
{
    for (int i = 1; i < count; i++) {
        const char *text = NULL;
        if (strcmp(words[i], "--help") == 0)
            given->help = true;
        else if (strcmp(words[i], "--echo") == 0)
            given->echo = true;
        else if ((text = value_of(count, words, &i, "--url")) != NULL)
            given->url = text;
        else if ((text = value_of(count, words, &i, "--file")) != NULL)
            given->file = text;
        else if ((text = value_of(count, words, &i, "--rows")) == NULL ||
                 !control_number(text, &given->rows))
            return false;
    }
    return given->rows > 0;
}

static void print_sql(void *context, calx_log_level level, const char *logger, const char *text)
{
    (void)context;
    (void)level;
    fprintf(stderr, "%s: %s\n", logger, text);
}

static void complain(calx_status status, const calx_error *error)
{
    fprintf(stderr, "packages: %s: %s\n", calx_status_name(status),
            error->message[0] != '\0' ? error->message : calx_status_text(status));
    if (error->statement[0] != '\0')
        fprintf(stderr, "packages: the statement was: %s\n", error->statement);
}

static calx_status make_tables(calx_engine *engine)
{
    calx_error error = CALX_ERROR_INIT;
    calx_status status = calx_schema_drop_all(engine, &packages_metadata, &error);
    if (status == CALX_OK)
        status = calx_schema_create_all(engine, &packages_metadata, &error);
    if (status != CALX_OK)
        complain(status, &error);
    calx_error_clear(&error);
    return status;
}

static calx_status work(calx_session *session, const arguments *given)
{
    load_summary summary = { 0, 0, 0 };
    calx_status status = load_packages(session, given->file, &summary);
    if (status == CALX_OK) {
        printf("%zu packages from %s", summary.packages, given->file);
        if (summary.skipped > 0)
            printf(", %zu not installed", summary.skipped);
        if (summary.malformed > 0)
            printf(", %zu malformed", summary.malformed);
        printf("\n");
        status = report_packages(session, given->rows);
    }
    if (status != CALX_OK && calx_session_error(session)->status != CALX_OK)
        complain(status, calx_session_error(session));
    return status;
}

static calx_status run(const arguments *given)
{
    calx_engine_options options = CALX_ENGINE_OPTIONS_INIT;
    calx_session_options defaults = CALX_SESSION_OPTIONS_INIT;
    calx_sessionmaker *maker = NULL;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;

    options.echo = given->echo ? CALX_ECHO_SQL : CALX_ECHO_OFF;
    options.log = print_sql;
    calx_status status = calx_engine_new(given->url, &options, &defaults.bind, &error);
    if (status == CALX_OK)
        status = calx_sessionmaker_new(&defaults, &maker, &error);
    if (status == CALX_OK)
        status = calx_sessionmaker_session(maker, &session);
    if (status != CALX_OK)
        complain(status, &error);
    if (status == CALX_OK)
        status = make_tables(defaults.bind);
    if (status == CALX_OK)
        status = work(session, given);
    calx_error_clear(&error);
    calx_session_free(session);
    calx_sessionmaker_free(maker);
    calx_engine_free(defaults.bind);
    return status;
}

int main(int count, char **words)
{
    arguments given = { .url = "sqlite:///packages.db",
                        .file = "/var/lib/dpkg/status",
                        .rows = 10 };
    if (!read_arguments(count, words, &given)) {
        usage(stderr);
        return 2;
    }
    if (given.help) {
        usage(stdout);
        return 0;
    }
    return run(&given) == CALX_OK ? 0 : 1;
}
