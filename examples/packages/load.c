/*
 * Each stanza becomes a package with its dependencies and provisions: one object graph, added by
 * one call. Sections and maintainers are found again by a query, or made. After each batch the
 * session is closed, which frees its instances, so memory does not grow with the file.
 */
#define _XOPEN_SOURCE 700

#include "load.h"

#include "control.h"
#include "models.calx.h"
#include "resolve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 200 };

static void show_progress(const control *file, size_t packages)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%3d %%  %zu packages", control_percent(file), packages);
}

static void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
}

static calx_status find_section(calx_session *session, const char *name,
                                const struct section **out_section)
{
    section_query *query = section_query_new(session);
    section_query_where(query, calx_eq(section_col.name, name));
    calx_status status = section_query_one_or_none(query, out_section);
    section_query_free(query);
    if (status != CALX_OK || *out_section != NULL)
        return status;

    struct section *made = section_new();
    if (made == NULL)
        return CALX_E_NOMEM;
    made->name = name;
    status = section_add(session, made);
    if (status == CALX_OK)
        *out_section = made;
    else
        section_free(made);
    return status;
}

static calx_status add_maintainer(calx_session *session, const char *name, const char *email,
                                  const struct maintainer **out_maintainer)
{
    struct maintainer *made = maintainer_new();
    if (made == NULL)
        return CALX_E_NOMEM;
    made->name = name;
    made->email = email;
    calx_status status = maintainer_add(session, made);
    if (status == CALX_OK)
        *out_maintainer = made;
    else
        maintainer_free(made);
    return status;
}

/* Splits `Name <email>`; without an address the name stands for it. */
static void split_address(const char *text, char *name, char *email, size_t capacity)
{
    const char *open = strrchr(text, '<');
    size_t size = open != NULL ? (size_t)(open - text) : strlen(text);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
        size--;
    snprintf(name, capacity, "%.*s", (int)(size < capacity ? size : capacity - 1), text);
    if (open != NULL)
        snprintf(email, capacity, "%.*s", (int)strcspn(open + 1, ">"), open + 1);
    else
        snprintf(email, capacity, "%s", name);
}

static calx_status find_maintainer(calx_session *session, const char *text,
                                   const struct maintainer **out_maintainer)
{
    char name[512];
    char email[512];
    split_address(text, name, email, sizeof(name));
    maintainer_query *query = maintainer_query_new(session);
    maintainer_query_where(query, calx_eq(maintainer_col.email, email));
    calx_status status = maintainer_query_one_or_none(query, out_maintainer);
    maintainer_query_free(query);
    if (status == CALX_OK && *out_maintainer == NULL)
        status = add_maintainer(session, name, email, out_maintainer);
    return status;
}

/* The relationship fields and what they mean; the strengths in the order they are declared. */
static const char *const strength_fields[] = { "Pre-Depends", "Depends", "Recommends", "Suggests" };

static calx_status add_alternative(calx_session *session, struct dependency *dependency,
                                   const control_alternative *read)
{
    struct alternative *made = alternative_new();
    if (made == NULL)
        return CALX_E_NOMEM;
    made->name = read->name;
    made->version = read->relation[0] != '\0' ? read->version : NULL;
    strcpy(made->relation, read->relation);
    calx_status status = dependency_choices_append(dependency, made);
    if (status == CALX_OK)
        status = alternative_add(session, made);
    if (status != CALX_OK)
        alternative_free(made);
    return status;
}

static calx_status add_dependency(calx_session *session, struct package *package,
                                  enum strength strength, struct dependency **out_dependency)
{
    struct dependency *made = dependency_new();
    if (made == NULL)
        return CALX_E_NOMEM;
    made->strength = strength;
    calx_status status = package_needs_append(package, made);
    if (status == CALX_OK)
        status = dependency_add(session, made);
    if (status == CALX_OK)
        *out_dependency = made;
    else
        dependency_free(made);
    return status;
}

static calx_status add_dependencies(calx_session *session, struct package *package,
                                    enum strength strength, const char *text)
{
    struct dependency *group = NULL;
    control_alternative read;
    bool is_last = false;
    calx_status status = CALX_OK;
    while (text != NULL && *text != '\0' && status == CALX_OK) {
        if (!control_alternative_read(&text, &read, &is_last))
            return CALX_E_DATA;
        if (group == NULL)
            status = add_dependency(session, package, strength, &group);
        if (status == CALX_OK)
            status = add_alternative(session, group, &read);
        if (is_last)
            group = NULL;
    }
    return status;
}

static calx_status add_provision(calx_session *session, struct package *package, const char *name,
                                 const char *version)
{
    struct provision *made = provision_new();
    if (made == NULL)
        return CALX_E_NOMEM;
    made->name = name;
    made->version = version;
    calx_status status = package_provisions_append(package, made);
    if (status == CALX_OK)
        status = provision_add(session, made);
    if (status != CALX_OK)
        provision_free(made);
    return status;
}

/* Its own name, and the virtual ones. */
static calx_status add_provisions(calx_session *session, struct package *package, const char *text)
{
    control_alternative read;
    bool is_last = false;
    calx_status status = add_provision(session, package, package->name, package->version);
    while (text != NULL && *text != '\0' && status == CALX_OK) {
        if (!control_alternative_read(&text, &read, &is_last))
            return CALX_E_DATA;
        status = add_provision(session, package, read.name,
                               read.relation[0] != '\0' ? read.version : NULL);
    }
    return status;
}

/* The first line only: the rest is the long description. */
static calx_status set_summary(struct package *package, const char *description)
{
    char line[256];
    if (description == NULL)
        return CALX_OK;
    size_t size = strcspn(description, "\n");
    snprintf(line, sizeof(line), "%.*s", (int)(size < sizeof(line) ? size : sizeof(line) - 1),
             description);
    return package_set_summary(package, line);
}

static calx_status add_package(calx_session *session, const control *file,
                               struct package **out_package)
{
    const char *size = control_field(file, "Installed-Size");
    struct package *made = package_new();
    if (made == NULL)
        return CALX_E_NOMEM;
    made->name = control_field(file, "Package");
    made->version = control_field(file, "Version");
    made->architecture = control_field(file, "Architecture");
    made->installed_size.has_value =
        size != NULL && control_number(size, &made->installed_size.value);
    calx_status status = set_summary(made, control_field(file, "Description"));
    if (status == CALX_OK)
        status = package_add(session, made);
    if (status == CALX_OK)
        *out_package = made;
    else
        package_free(made);
    return status;
}

static calx_status store(calx_session *session, const control *file)
{
    const struct section *section = NULL;
    const struct maintainer *maintainer = NULL;
    struct package *package = NULL;
    const char *filed_under = control_field(file, "Section");
    const char *kept_by = control_field(file, "Maintainer");
    calx_status status = CALX_OK;

    if (filed_under != NULL)
        status = find_section(session, filed_under, &section);
    if (status == CALX_OK && kept_by != NULL)
        status = find_maintainer(session, kept_by, &maintainer);
    if (status == CALX_OK)
        status = add_package(session, file, &package);
    if (status == CALX_OK && section != NULL)
        status = package_set_section(package, section);
    if (status == CALX_OK && maintainer != NULL)
        status = package_set_maintainer(package, maintainer);
    for (int i = STRENGTH_PRE_DEPENDS; i <= STRENGTH_SUGGESTS && status == CALX_OK; i++)
        status = add_dependencies(session, package, (enum strength)i,
                                  control_field(file, strength_fields[i]));
    if (status == CALX_OK)
        status = add_provisions(session, package, control_field(file, "Provides"));
    return status;
}

static bool has_text(control *file, const char *name, size_t limit)
{
    const char *text = control_field(file, name);
    if (text != NULL && text[0] != '\0' && strlen(text) <= limit)
        return true;
    control_complain(file, name, text == NULL || text[0] == '\0' ? "missing" : "too long");
    return false;
}

static bool has_relations(control *file, const char *name)
{
    const char *text = control_field(file, name);
    control_alternative read;
    bool is_last = false;
    while (text != NULL && *text != '\0') {
        if (!control_alternative_read(&text, &read, &is_last)) {
            control_complain(file, name, "not a list of packages");
            return false;
        }
    }
    return true;
}

/* Looks at everything store() uses, so that a malformed stanza leaves nothing behind. */
static bool is_well_formed(control *file)
{
    const char *size = control_field(file, "Installed-Size");
    int64_t number = 0;
    if (size != NULL && !control_number(size, &number)) {
        control_complain(file, "Installed-Size", "not a number");
        return false;
    }
    for (int i = STRENGTH_PRE_DEPENDS; i <= STRENGTH_SUGGESTS; i++) {
        if (!has_relations(file, strength_fields[i]))
            return false;
    }
    return has_text(file, "Package", 255) && has_text(file, "Version", 255) &&
           has_text(file, "Architecture", 32) && has_relations(file, "Provides");
}

static bool is_installed(const control *file)
{
    const char *state = control_field(file, "Status");
    const char *last = state != NULL ? strrchr(state, ' ') : NULL;
    return last == NULL || strcmp(last, " installed") == 0;
}

/* Whether the package was stored already: a status file names each one once. */
static calx_status is_known(calx_session *session, const control *file, bool *out_known)
{
    package_query *query = package_query_new(session);
    package_query_where(query, calx_eq(package_col.name, control_field(file, "Package")));
    package_query_where(query,
                        calx_eq(package_col.architecture, control_field(file, "Architecture")));
    calx_status status = package_query_exists(query, out_known);
    package_query_free(query);
    return status;
}

static calx_status take_stanza(calx_session *session, control *file, load_summary *summary)
{
    bool known = false;
    calx_status status = CALX_OK;
    if (!is_installed(file)) {
        summary->skipped++;
        return CALX_OK;
    }
    bool usable = is_well_formed(file);
    if (usable)
        status = is_known(session, file, &known);
    if (known)
        control_complain(file, "Package", "this package was there before");
    if (status == CALX_OK && (!usable || known)) {
        end_progress();
        fprintf(stderr, "%s\n", control_message(file));
        summary->malformed++;
        return CALX_OK;
    }
    if (status == CALX_OK)
        status = store(session, file);
    summary->packages += status == CALX_OK;
    return status;
}

static calx_status end_batch(calx_session *session)
{
    calx_status status = calx_session_commit(session);
    return status == CALX_OK ? calx_session_close(session) : status;
}

static calx_status load_file(calx_session *session, control *file, load_summary *summary)
{
    calx_status status = CALX_OK;
    control_result result = control_next(file);
    for (; status == CALX_OK && result != CONTROL_END; result = control_next(file)) {
        if (result == CONTROL_STANZA) {
            status = take_stanza(session, file, summary);
        } else {
            end_progress();
            fprintf(stderr, "%s\n", control_message(file));
            summary->malformed++;
        }
        if (result == CONTROL_FAILED)
            return CALX_E_IO;
        if (status == CALX_OK && summary->packages % BATCH == 0)
            status = end_batch(session);
        show_progress(file, summary->packages);
    }
    return status == CALX_OK ? end_batch(session) : status;
}

calx_status load_packages(calx_session *session, const char *path, load_summary *out_summary)
{
    load_summary summary = { 0, 0, 0 };
    control *file = control_open(path);
    if (file == NULL) {
        fprintf(stderr, "packages: %s: %s\n", path, strerror(errno));
        return CALX_E_IO;
    }
    calx_status status = load_file(session, file, &summary);
    if (status == CALX_OK)
        status = resolve_dependencies(session);
    end_progress();
    control_close(file);
    if (status == CALX_OK)
        *out_summary = summary;
    return status;
}
