/*
 * The order of the check, and the model it leaves behind. Nothing stops at the first error; what
 * an error makes unknowable is left out by the part that would need it.
 */
#include "check/check.h"

#include "check/context.h"

#include <string.h>

/* ---- names ---- */

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

/* The stem of a header as a name of C: "db/blog-models.h" gives blog_models. */
static const char *stem_of(calx_check_context *context, const char *header)
{
    const char *slash = strrchr(header, '/');
    const char *start = slash != NULL ? slash + 1 : header;
    size_t size = strcspn(start, ".");
    char *stem = calx_arena_text(context->arena, start, size);
    if (stem == NULL) {
        context->status = CALX_E_NOMEM;
        return "";
    }
    for (size_t i = 0; i < size; i++) {
        bool digit = stem[i] >= '0' && stem[i] <= '9';
        if (!is_letter(stem[i]) && !(digit && i != 0))
            stem[i] = '_';
    }
    return stem;
}

/* ---- entities ---- */

static bool has(const calx_declared_struct *from, calx_annotation_kind kind)
{
    return calx_annotation_find(from->annotations, kind) != NULL;
}

bool calx_check_is_visible(calx_check_context *context, const calx_declared_struct *from)
{
    const char *word = has(from, CALX_ANNOTATION_ENTITY) ? "entity" : "result struct";
    const char *problem = NULL;
    if (from->is_union)
        problem = has(from, CALX_ANNOTATION_ENTITY) ? "is a union: an entity is a struct"
                                                    : "is a union: rows fill structs";
    else if (from->scope == CALX_SCOPE_FUNCTION)
        problem = "is defined inside a function, where no generated code can see it";
    else if (from->scope != CALX_SCOPE_FILE)
        problem = "is defined inside another struct or union";
    else if (from->tag == NULL)
        problem = "has neither a tag nor a typedef's name";
    if (problem == NULL || from->external)
        return problem == NULL;
    calx_diagnostic *diagnostic = calx_report(context->diagnostics, CALX_RULE_ENTITY_PLACE,
                                              from->place, "this %s %s", word, problem);
    calx_check_fix(context, diagnostic, "define it as a struct of its own, at file scope");
    return false;
}

static bool is_entity(const calx_declared_struct *from)
{
    return has(from, CALX_ANNOTATION_ENTITY);
}

static bool is_usable(const calx_declared_struct *from)
{
    return is_entity(from) && !from->is_union && from->scope == CALX_SCOPE_FILE &&
           from->tag != NULL;
}

const char *calx_check_generated_name(calx_check_context *context, const calx_declared_struct *from)
{
    const calx_annotation *name = calx_annotation_find(from->annotations, CALX_ANNOTATION_NAME);
    bool chosen = name != NULL && name->fault == NULL;
    return calx_check_format(context, "%s%s", from->external ? "" : context->options.prefix,
                             chosen ? name->words[0] : from->tag);
}

void calx_check_layout(calx_check_context *context, const calx_check_entity *entity)
{
    const calx_declared_struct *from = entity->from;
    if (from->alignment > 16)
        calx_check_report(context, entity, CALX_RULE_ENTITY_LAYOUT, from->place,
                          "%s is aligned to %llu bytes: instances are to 16", from->c_type,
                          (unsigned long long)from->alignment);
    if (from->misaligned != NULL)
        calx_check_report(context, entity, CALX_RULE_ENTITY_LAYOUT, from->place,
                          "%s is packed: '%s' does not stand where its type must", from->c_type,
                          from->misaligned);
    if (from->size > UINT32_MAX)
        calx_check_report(context, entity, CALX_RULE_ENTITY_LAYOUT, from->place,
                          "%s has more than 4294967295 bytes", from->c_type);
}

static void make_entity(calx_check_context *context, calx_check_entity *entity,
                        const calx_declared_struct *from)
{
    calx_model_entity *facts = entity->facts;
    const calx_annotation *table = calx_annotation_find(from->annotations, CALX_ANNOTATION_ENTITY);
    entity->from = from;
    facts->tag = from->tag;
    facts->c_type = from->c_type;
    facts->name = calx_check_generated_name(context, from);
    facts->table = table->text;
    facts->doc = from->doc;
    facts->header = from->header != NULL ? from->header : "";
    facts->metadata = from->external ? stem_of(context, facts->header) : context->options.name;
    facts->external = from->external;
    facts->size = (uint32_t)from->size;
    facts->alignment = (uint32_t)from->alignment;
    facts->legacy_is_orphan =
        calx_annotation_find(from->annotations, CALX_ANNOTATION_LEGACY_IS_ORPHAN) != NULL;
    facts->place = from->place;
    calx_check_database_name(context, entity, table->place, "table", facts->table);
    calx_check_layout(context, entity);
    calx_check_columns(context, entity);
}

/* Own entities lie together, so that the model can show them as an array. */
static void make_entities(calx_check_context *context, calx_model *model)
{
    const calx_declared_struct *from;
    size_t own = 0;
    for (from = context->declarations->structs; from != NULL; from = from->next) {
        if (!is_entity(from))
            continue;
        calx_check_is_visible(context, from);
        context->entity_count += is_usable(from);
        own += is_usable(from) && !from->external;
    }
    size_t count = context->entity_count;
    calx_model_entity *facts = calx_check_array(context, count, sizeof(*facts));
    context->entities = calx_check_array(context, count, sizeof(*context->entities));
    context->entity_count = 0;
    if (facts == NULL || context->entities == NULL)
        return;
    model->entities = facts;
    model->entity_count = own;
    size_t next[2] = { 0, own };
    for (from = context->declarations->structs; from != NULL && context->status == CALX_OK;
         from = from->next) {
        if (!is_usable(from))
            continue;
        calx_check_entity *entity = &context->entities[context->entity_count++];
        entity->facts = &facts[next[from->external]++];
        make_entity(context, entity, from);
    }
}

/* ---- what two entities may not share ---- */

static void check_tables(calx_check_context *context)
{
    for (size_t i = 1; i < context->entity_count; i++) {
        const calx_check_entity *entity = &context->entities[i];
        size_t j = 0;
        while (j < i &&
               !calx_check_same_name(context->entities[j].facts->table, entity->facts->table))
            j++;
        if (j == i || entity->facts->table[0] == '\0')
            continue;
        calx_diagnostic *diagnostic = calx_check_report(
            context, entity, CALX_RULE_SAME_TABLE, entity->facts->place,
            "%s and %s have the same table '%s'", context->entities[j].facts->c_type,
            entity->facts->c_type, entity->facts->table);
        calx_check_see(context, diagnostic, context->entities[j].facts->place,
                       "the first is here; databases ignore case");
    }
}

/* The entities, then the associations. */
static size_t count_tables(const calx_check_context *context)
{
    return context->entity_count + context->association_count;
}

static const calx_check_entity *table_at(const calx_check_context *context, size_t i)
{
    return i < context->entity_count ? &context->entities[i]
                                     : &context->associations[i - context->entity_count];
}

/* An index of an entity before, or a table, that has the same name. */
static bool find_same(const calx_check_context *context, size_t last, const calx_model_index *index,
                      calx_place *out_place)
{
    for (size_t i = 0; i < count_tables(context); i++) {
        const calx_model_entity *facts = table_at(context, i)->facts;
        *out_place = facts->place;
        if (calx_check_same_name(facts->table, index->name))
            return true;
        for (uint16_t j = 0; i <= last && j < facts->index_count; j++) {
            *out_place = facts->indexes[j].place;
            if (&facts->indexes[j] == index)
                break;
            if (calx_check_same_name(facts->indexes[j].name, index->name))
                return true;
        }
    }
    return false;
}

static void check_index_names(calx_check_context *context)
{
    for (size_t i = 0; i < count_tables(context); i++) {
        const calx_check_entity *entity = table_at(context, i);
        for (uint16_t j = 0; j < entity->facts->index_count; j++) {
            const calx_model_index *index = &entity->facts->indexes[j];
            calx_place place;
            if (!find_same(context, i, index, &place))
                continue;
            calx_diagnostic *diagnostic =
                calx_check_report(context, entity, CALX_RULE_SAME_INDEX, index->place,
                                  "the index name '%s' is used already", index->name);
            calx_check_see(context, diagnostic, place,
                           "here; indexes and tables share their names, without case");
        }
    }
}

/* ---- the model ---- */

static void mark_external(calx_check_context *context, const calx_model_entity *facts)
{
    calx_check_entity *entity =
        facts->external ? calx_check_find_type(context, facts->c_type) : NULL;
    if (entity != NULL)
        entity->referred = true;
}

static void mark_relationship(calx_check_context *context,
                              const calx_model_relationship *relationship)
{
    mark_external(context, relationship->target);
    if (relationship->association != NULL)
        mark_external(context, relationship->association);
}

static void mark_externals(calx_check_context *context, const calx_model *model)
{
    for (size_t i = 0; i < model->entity_count; i++) {
        const calx_model_entity *facts = &model->entities[i];
        for (uint16_t j = 0; j < facts->foreign_key_count; j++)
            mark_external(context, facts->foreign_keys[j].target);
        for (uint16_t j = 0; j < facts->relationship_count; j++)
            mark_relationship(context, &facts->relationships[j]);
    }
}

static void add_reference(const char **names, size_t *count, const char *name)
{
    size_t at = 0;
    while (at < *count && strcmp(names[at], name) < 0)
        at++;
    if (at < *count && strcmp(names[at], name) == 0)
        return;
    memmove(names + at + 1, names + at, (*count - at) * sizeof(*names));
    names[at] = name;
    (*count)++;
}

static void list_externals(calx_check_context *context, calx_model *model)
{
    size_t count = context->entity_count;
    const calx_model_entity **externals = calx_check_array(context, count, sizeof(*externals));
    const char **names = calx_check_array(context, count, sizeof(*names));
    if (externals == NULL || names == NULL)
        return;
    mark_externals(context, model);
    for (size_t i = 0; i < count; i++) {
        if (!context->entities[i].referred)
            continue;
        externals[model->external_count++] = context->entities[i].facts;
        add_reference(names, &model->reference_count, context->entities[i].facts->metadata);
    }
    model->externals = externals;
    model->references = names;
}

static void check_any(calx_check_context *context, const calx_model *model)
{
    if (model->entity_count + model->result_count != 0 || context->diagnostics->error_count != 0)
        return;
    calx_place place = { .file = model->header_count != 0 ? model->headers[0] : NULL };
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_NO_ENTITY, place, "no entity is defined here");
    calx_check_fix(context, diagnostic,
                   "an entity says CALX_ENTITY(\"table\") behind 'struct'; those of included "
                   "headers are not generated");
}

static void run(calx_check_context *context, calx_model *model)
{
    calx_check_annotations(context);
    make_entities(context, model);
    if (context->status == CALX_OK)
        calx_check_results(context, model);
    for (size_t i = 0; i < context->entity_count && context->status == CALX_OK; i++)
        calx_check_indexes(context, &context->entities[i]);
    for (size_t i = 0; i < context->entity_count && context->status == CALX_OK; i++)
        calx_check_references(context, &context->entities[i]);
    if (context->status == CALX_OK)
        calx_check_relationships(context);
    if (context->status != CALX_OK)
        return;
    check_tables(context);
    check_index_names(context);
    calx_check_names(context);
    check_any(context, model);
    model->associations = context->association_facts;
    for (size_t i = 0; i < context->association_count; i++)
        model->association_count += !context->associations[i].facts->external;
    if (context->diagnostics->error_count == 0) /* targets are known then */
        list_externals(context, model);
}

calx_status calx_check(const calx_declarations *declarations, const calx_check_options *options,
                       calx_arena *arena, calx_diagnostics *diagnostics, calx_model *out_model)
{
    calx_check_context context = { .declarations = declarations,
                                   .options = *options,
                                   .arena = arena,
                                   .diagnostics = diagnostics };
    calx_model model = { .headers = declarations->headers,
                         .header_count = declarations->header_count };
    if (context.options.name == NULL)
        context.options.name =
            model.header_count != 0 ? stem_of(&context, model.headers[0]) : "model";
    if (context.options.prefix == NULL)
        context.options.prefix = "";
    model.name = context.options.name;
    model.prefix = context.options.prefix;
    run(&context, &model);
    if (context.status == CALX_OK)
        context.status = diagnostics->status;
    if (context.status == CALX_OK && diagnostics->error_count != 0)
        context.status = CALX_E_DATA;
    if (context.status == CALX_OK)
        *out_model = model;
    return context.status;
}
