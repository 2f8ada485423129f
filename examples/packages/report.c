/*
 * Three ways to ask: typed queries where rows of one struct are wanted, relationships to go on from
 * there, and SQL text with named parameters where the database shall count and add up.
 */
#include "report.h"

#include "models.calx.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

/* Runs the SQL with its parameters :rows and :strength, and fills a row by each result row. */
typedef calx_status (*row_function)(table *rows, calx_result *result);

static calx_status tabulate(calx_session *session, const char *sql, int64_t limit, table *rows,
                            row_function fill)
{
    calx_result *result = NULL;
    bool more = true;
    calx_statement *statement = calx_text_statement(sql);
    if (statement == NULL)
        return CALX_E_NOMEM;
    calx_statement_bind_int64(statement, "rows", limit);
    if (strstr(sql, ":strength") != NULL)
        calx_statement_bind_int64(statement, "strength", STRENGTH_DEPENDS);
    calx_status status = calx_session_execute(session, statement, &result);
    while (status == CALX_OK && more) {
        status = calx_result_next(result, &more);
        if (status == CALX_OK && more)
            status = fill(rows, result);
    }
    calx_result_free(result);
    calx_statement_free(statement);
    return status;
}

static calx_status put_text(table *rows, calx_result *result, size_t column)
{
    const char *text = NULL;
    calx_status status = calx_result_text(result, column, &text);
    if (status == CALX_OK)
        table_text(rows, text);
    return status;
}

static calx_status put_number(table *rows, calx_result *result, size_t column)
{
    int64_t number = 0;
    calx_status status = calx_result_int64(result, column, &number);
    if (status == CALX_OK)
        table_number(rows, number);
    return status;
}

static calx_status put_size(table *rows, calx_result *result, size_t column)
{
    int64_t kibibytes = 0;
    calx_status status = calx_result_int64(result, column, &kibibytes);
    if (status == CALX_OK)
        table_size(rows, kibibytes);
    return status;
}

/* Name, count, size. */
static calx_status fill_sum(table *rows, calx_result *result)
{
    calx_status status = put_text(rows, result, 0);
    if (status == CALX_OK)
        status = put_number(rows, result, 1);
    return status == CALX_OK ? put_size(rows, result, 2) : status;
}

/* Name, count. */
static calx_status fill_count(table *rows, calx_result *result)
{
    calx_status status = put_text(rows, result, 0);
    return status == CALX_OK ? put_number(rows, result, 1) : status;
}

static calx_status largest_sections(calx_session *session, int64_t limit)
{
    static const char *const headings[] = { "section", ">packages", ">size", NULL };
    table rows = table_make("Largest sections", headings);
    calx_status status =
        tabulate(session,
                 "SELECT s.name, count(*), CAST(coalesce(sum(p.installed_size), 0) AS bigint) "
                 "FROM sections s JOIN packages p ON p.section_id = s.id "
                 "GROUP BY s.name ORDER BY 3 DESC, 1 LIMIT :rows",
                 limit, &rows, fill_sum);
    return table_print(&rows) ? status : CALX_E_NOMEM;
}

static calx_status largest_maintainers(calx_session *session, int64_t limit)
{
    static const char *const headings[] = { "maintainer", ">packages", ">size", NULL };
    table rows = table_make("Maintainers by installed size", headings);
    calx_status status =
        tabulate(session,
                 "SELECT m.name, count(*), CAST(coalesce(sum(p.installed_size), 0) AS bigint) "
                 "FROM maintainers m JOIN packages p ON p.maintainer_id = m.id "
                 "GROUP BY m.id, m.name ORDER BY 3 DESC, 1 LIMIT :rows",
                 limit, &rows, fill_sum);
    return table_print(&rows) ? status : CALX_E_NOMEM;
}

static calx_status most_depended_on(calx_session *session, int64_t limit)
{
    static const char *const headings[] = { "package", ">needed by", NULL };
    table rows = table_make("Most depended-on packages", headings);
    calx_status status =
        tabulate(session,
                 "SELECT a.name, count(DISTINCT d.package_id) FROM alternatives a "
                 "JOIN dependencies d ON d.id = a.dependency_id WHERE d.strength <= :strength "
                 "GROUP BY a.name ORDER BY 2 DESC, 1 LIMIT :rows",
                 limit, &rows, fill_count);
    return table_print(&rows) ? status : CALX_E_NOMEM;
}

static calx_status put_package(table *rows, const struct package *package)
{
    const struct section *section = NULL;
    calx_status status = package_section(package, &section);
    if (status != CALX_OK)
        return status;
    table_text(rows, package->name);
    table_text(rows, package->version);
    table_text(rows, section != NULL ? section->name : NULL);
    table_size(rows, package->installed_size.value);
    return CALX_OK;
}

static calx_status largest_packages(calx_session *session, int64_t limit)
{
    static const char *const headings[] = { "package", "version", "section", ">size", NULL };
    table rows = table_make("Largest packages", headings);
    const struct package *const *packages = NULL;
    size_t count = 0;
    package_query *query = package_query_new(session);
    package_query_where(query, calx_is_not_null(package_col.installed_size));
    package_query_order_by(query, calx_desc(package_col.installed_size));
    package_query_order_by(query, calx_asc(package_col.name));
    package_query_limit(query, limit);
    calx_status status = package_query_all(query, &packages, &count);
    for (size_t i = 0; i < count && status == CALX_OK; i++)
        status = put_package(&rows, packages[i]);
    package_query_free(query);
    return table_print(&rows) ? status : CALX_E_NOMEM;
}

/* `exim4 | mail-transport-agent (>= 2)` into text of limited size; what does not fit is cut. */
static calx_status spell(const struct dependency *dependency, char *text, size_t size)
{
    const struct alternative *const *alternatives = NULL;
    size_t count = 0;
    size_t used = 0;
    calx_status status = dependency_choices(dependency, &alternatives, &count);
    text[0] = '\0';
    for (size_t i = 0; i < count && status == CALX_OK && used < size; i++) {
        const struct alternative *one = alternatives[i];
        bool is_bound = one->relation[0] != '\0' && one->version != NULL;
        used += (size_t)snprintf(text + used, size - used, "%s%s%s%s%s%s%s", i > 0 ? " | " : "",
                                 one->name, is_bound ? " (" : "", is_bound ? one->relation : "",
                                 is_bound ? " " : "", is_bound ? one->version : "",
                                 is_bound ? ")" : "");
    }
    return status;
}

static calx_status put_dependency(table *rows, const struct dependency *dependency)
{
    static const char *const words[] = { "pre-depends on", "depends on", "recommends", "suggests" };
    const struct package *package = NULL;
    char text[256];
    calx_status status = dependency_package(dependency, &package);
    if (status == CALX_OK)
        status = spell(dependency, text, sizeof(text));
    if (status == CALX_OK) {
        table_text(rows, package->name);
        table_text(rows, words[dependency->strength]);
        table_text(rows, text);
    }
    return status;
}

static calx_status unmet_dependencies(calx_session *session, int64_t limit)
{
    static const char *const headings[] = { "package", "", "what nothing provides", NULL };
    table rows = table_make("Dependencies that nothing provides", headings);
    const struct dependency *const *unmet = NULL;
    size_t count = 0;
    int64_t total = 0;
    dependency_query *query = dependency_query_new(session);
    dependency_query_where(query, calx_eq(dependency_col.is_met, false));
    calx_status status = dependency_query_count(query, &total);
    dependency_query_order_by(query, calx_asc(dependency_col.strength));
    dependency_query_order_by(query, calx_asc(dependency_col.id));
    dependency_query_limit(query, limit);
    if (status == CALX_OK)
        status = dependency_query_all(query, &unmet, &count);
    for (size_t i = 0; i < count && status == CALX_OK; i++)
        status = put_dependency(&rows, unmet[i]);
    dependency_query_free(query);
    bool printed = table_print(&rows);
    if (total > (int64_t)count)
        printf("  and %lld more\n", (long long)(total - (int64_t)count));
    return printed ? status : CALX_E_NOMEM;
}

calx_status report_packages(calx_session *session, int64_t rows)
{
    static calx_status (*const reports[])(calx_session *, int64_t) = {
        largest_sections,   largest_packages,    most_depended_on,
        unmet_dependencies, largest_maintainers,
    };
    calx_status status = CALX_OK;
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]) && status == CALX_OK; i++)
        status = reports[i](session, rows);
    return status;
}
