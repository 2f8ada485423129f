/*
 * What a schema has beside tables: enums, domains and sequences. A database that has no such thing
 * has none of them, which is an answer.
 */
#include "schema/inspector.h"

#include <stdlib.h>
#include <string.h>

/* A list under way. */
typedef struct type_reading {
    calx_inspector *inspector;
    const char *schema;
    calx_inspected_enum *enums;
    calx_inspected_domain *domains;
    calx_inspected_sequence *sequences;
    size_t count;
} type_reading;

/* By the names at the beginning of each. */
static int compare_names(const void *left, const void *right)
{
    const char *const *one = left;
    const char *const *other = right;
    return strcmp(*one, *other);
}

static void sort_by_name(void *items, size_t count, size_t size)
{
    if (count > 1)
        qsort(items, count, size, compare_names);
}

static calx_status ask(type_reading *reading, const char *sql, const char *columns,
                       calx_inspect_row take)
{
    const calx_inspect_question question = { .sql = sql,
                                             .columns = columns,
                                             .schema = reading->schema };
    return sql != NULL ? calx_inspect_ask(reading->inspector, &question, take, reading) : CALX_OK;
}

/* ---- enums ---- */

static calx_inspected_enum *enum_of(type_reading *reading, const calx_value *name)
{
    if (reading->count > 0 &&
        strcmp(reading->enums[reading->count - 1].name, name->as.span.data) == 0)
        return &reading->enums[reading->count - 1];
    calx_inspected_enum *enums =
        calx_inspect_grow(reading->inspector, reading->enums, reading->count, sizeof *enums);
    if (enums == NULL)
        return NULL;
    reading->enums = enums;
    enums[reading->count].name = calx_inspect_text(reading->inspector, name);
    return &enums[reading->count++];
}

static void take_enum(void *context, const calx_value *row)
{
    type_reading *reading = context;
    calx_inspected_enum *made = enum_of(reading, &row[0]);
    if (made == NULL || row[1].type != CALX_VALUE_TEXT)
        return;
    const char **labels =
        calx_inspect_grow(reading->inspector, made->labels, made->label_count, sizeof *labels);
    if (labels == NULL)
        return;
    labels[made->label_count++] = calx_inspect_text(reading->inspector, &row[1]);
    made->labels = labels;
}

calx_status calx_inspect_enums(calx_inspector *inspector, calx_inspect_schema *schema)
{
    type_reading reading = { .inspector = inspector, .schema = schema->name };
    if (schema->has_enums)
        return CALX_OK;
    calx_status status = ask(&reading, inspector->inspection->enums, "tt", take_enum);
    if (status != CALX_OK)
        return status;
    sort_by_name(reading.enums, reading.count, sizeof *reading.enums);
    schema->enums = reading.enums;
    schema->enum_count = reading.count;
    schema->has_enums = true;
    return CALX_OK;
}

/* ---- domains ---- */

static calx_inspected_domain *add_domain(type_reading *reading, const calx_value *row)
{
    calx_inspector *inspector = reading->inspector;
    calx_inspected_domain *domains =
        calx_inspect_grow(inspector, reading->domains, reading->count, sizeof *domains);
    if (domains == NULL)
        return NULL;
    reading->domains = domains;
    calx_inspected_domain *domain = &domains[reading->count++];
    *domain = (calx_inspected_domain){ .name = calx_inspect_text(inspector, &row[0]),
                                       .nullable = row[1].as.boolean,
                                       .default_sql = calx_inspect_text(inspector, &row[2]) };
    calx_inspect_type(inspector, &row[3], &domain->type);
    if (domain->type.family == CALX_FAMILY_UNKNOWN)
        calx_inspect_warn(inspector, "domain %s.%s is of a type not known here: %s",
                          reading->schema, (const char *)row[0].as.span.data,
                          (const char *)row[3].as.span.data);
    return domain;
}

static calx_inspected_domain *domain_of(type_reading *reading, const calx_value *row)
{
    if (reading->count > 0 &&
        strcmp(reading->domains[reading->count - 1].name, row[0].as.span.data) == 0)
        return &reading->domains[reading->count - 1];
    return add_domain(reading, row);
}

static void take_domain(void *context, const calx_value *row)
{
    type_reading *reading = context;
    calx_inspector *inspector = reading->inspector;
    calx_inspected_domain *domain = domain_of(reading, row);
    if (domain == NULL || row[9].type != CALX_VALUE_TEXT)
        return;
    calx_inspected_check *checks =
        calx_inspect_grow(inspector, domain->checks, domain->check_count, sizeof *checks);
    if (checks == NULL)
        return;
    checks[domain->check_count++] =
        (calx_inspected_check){ .name = calx_inspect_text(inspector, &row[8]),
                                .sql = calx_inspect_text(inspector, &row[9]) };
    domain->checks = checks;
}

calx_status calx_inspect_domains(calx_inspector *inspector, calx_inspect_schema *schema)
{
    type_reading reading = { .inspector = inspector, .schema = schema->name };
    if (schema->has_domains)
        return CALX_OK;
    calx_status status = ask(&reading, inspector->inspection->domains, "tbtttttbtt", take_domain);
    if (status != CALX_OK)
        return status;
    sort_by_name(reading.domains, reading.count, sizeof *reading.domains);
    schema->domains = reading.domains;
    schema->domain_count = reading.count;
    schema->has_domains = true;
    return CALX_OK;
}

/* ---- sequences ---- */

void calx_inspect_sequence(calx_inspector *inspector, const calx_value *row,
                           calx_inspected_sequence *out)
{
    *out = (calx_inspected_sequence){ .name = calx_inspect_text(inspector, &row[0]),
                                      .type_text = calx_inspect_text(inspector, &row[1]),
                                      .start = row[2].as.int64,
                                      .increment = row[3].as.int64,
                                      .minimum = row[4].as.int64,
                                      .maximum = row[5].as.int64,
                                      .cache = row[6].as.int64,
                                      .cycle = row[7].as.boolean };
}

static void take_sequence(void *context, const calx_value *row)
{
    type_reading *reading = context;
    calx_inspected_sequence *sequences = calx_inspect_grow(reading->inspector, reading->sequences,
                                                           reading->count, sizeof *sequences);
    if (sequences == NULL)
        return;
    reading->sequences = sequences;
    calx_inspect_sequence(reading->inspector, row, &sequences[reading->count++]);
}

calx_status calx_inspect_sequences(calx_inspector *inspector, calx_inspect_schema *schema)
{
    type_reading reading = { .inspector = inspector, .schema = schema->name };
    if (schema->has_sequences)
        return CALX_OK;
    calx_status status = ask(&reading, inspector->inspection->sequences, "ttiiiiib", take_sequence);
    if (status != CALX_OK)
        return status;
    sort_by_name(reading.sequences, reading.count, sizeof *reading.sequences);
    schema->sequences = reading.sequences;
    schema->sequence_count = reading.count;
    schema->has_sequences = true;
    return CALX_OK;
}
