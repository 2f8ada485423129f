/*
 * Generated names. Everything the templates declare is entered here with where it comes from; what
 * is entered twice, or declared in the headers already, is a collision. The table of endings is
 * that of the annotation language: names the templates do not use yet are kept free too.
 */
#include "check/names.h"

#include "check/context.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "base/map.h"

#include <string.h>

const calx_name_ending calx_entity_endings[] = {
    { "_mapper", false },
    { "_col", false },
    { "_col", true },
    { "_rel", false },
    { "_rel", true },
    { "_new", false },
    { "_free", false },
    { "_copy", false },
    { "_seal", false },
    { "_edit", false },
    { "_add", false },
    { "_get", false },
    { "_get_one", false },
    { "_merge", false },
    { "_delete", false },
    { "_bulk_insert", false },
    { "_bulk_update", false },
    { "_bulk_delete", false },
    { "_bulk_upsert", false },
    { "_function", false },
    { "_query", false },
    { "_query", true },
    { "_query_new", false },
    { "_query_free", false },
    { "_query_where", false },
    { "_query_where_filter", false },
    { "_query_order_by", false },
    { "_query_limit", false },
    { "_query_offset", false },
    { "_query_options", false },
    { "_query_options_along", false },
    { "_query_yield_per", false },
    { "_query_populate_existing", false },
    { "_query_all", false },
    { "_query_first", false },
    { "_query_one", false },
    { "_query_one_or_none", false },
    { "_query_count", false },
    { "_query_exists", false },
    { "_query_each", false },
    { "_query_update", false },
    { "_query_delete", false },
    /* inside the generated source file */
    { "_columns", false },
    { "_key", false },
    { "_foreign_keys", false },
    { "_indexes", false },
    { "_relationships", false },
    { "_prototype", false },
    { "_found", false },
    { "_each", true },
    { "_each_call", false },
    { "_next_version", false },
};

const size_t calx_entity_ending_count =
    sizeof(calx_entity_endings) / sizeof(calx_entity_endings[0]);

const calx_name_ending calx_result_endings[] = {
    { "_result", false },
    { "_next", false },
    { "_fetch", false },
    { "_select_all", false },
    { "_select_first", false },
    { "_select_one", false },
    { "_select_one_or_none", false },
    { "_function", false },
    { "_select_each", false },
    /* inside the generated source file */
    { "_columns", false },
    { "_found", false },
    { "_each", true },
    { "_each_call", false },
};

const size_t calx_result_ending_count =
    sizeof(calx_result_endings) / sizeof(calx_result_endings[0]);

/* A name, and what it is generated for. */
typedef struct generated_name {
    const char *text;
    bool is_tag;
    calx_check_entity *entity; /* NULL: of the model */
    const char *member;        /* NULL: of the entity itself */
    calx_place place;
} generated_name;

typedef struct name_table {
    calx_check_context *context;
    calx_map map;
} name_table;

static uint64_t hash_name(const char *text, bool is_tag)
{
    return calx_hash(text, strlen(text)) ^ (is_tag ? 1u : 0u);
}

static bool equal_names(const void *value, const void *key)
{
    const generated_name *left = value;
    const generated_name *right = key;
    return left->is_tag == right->is_tag && strcmp(left->text, right->text) == 0;
}

static const char *purpose(calx_check_context *context, const generated_name *name)
{
    if (name->entity == NULL)
        return "the model";
    const char *c_type = name->entity->facts->c_type;
    return name->member == NULL ? c_type
                                : calx_check_format(context, "'%s' of %s", name->member, c_type);
}

static bool stands_before(const generated_name *left, const generated_name *right)
{
    if (left->place.file == NULL || right->place.file == NULL)
        return left->place.file == NULL;
    if (strcmp(left->place.file, right->place.file) != 0)
        return true; /* headers are read in the order they are entered */
    return left->place.line < right->place.line ||
           (left->place.line == right->place.line && left->place.column <= right->place.column);
}

/* Told once for two entities: a collision seldom comes alone. */
static bool is_told(const generated_name *left, const generated_name *right)
{
    if (left->entity == NULL || right->entity == NULL || left->entity == right->entity)
        return false;
    bool told = right->entity->collides_with == left->entity;
    right->entity->collides_with = left->entity;
    return told;
}

static void report_collision(calx_check_context *context, const generated_name *a,
                             const generated_name *b)
{
    const generated_name *first = stands_before(a, b) ? a : b;
    const generated_name *second = first == a ? b : a;
    bool external = (a->entity == NULL || a->entity->from->external) &&
                    (b->entity == NULL || b->entity->from->external);
    if (external || is_told(first, second))
        return;
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_SAME_NAME, second->place,
                    "the generated name '%s' of %s is also that of %s", second->text,
                    purpose(context, second), purpose(context, first));
    if (first->place.file != NULL)
        calx_check_see(context, diagnostic, first->place, "%s is declared here",
                       purpose(context, first));
    if (second->entity != NULL)
        calx_check_fix(context, diagnostic,
                       "rename one, or choose another beginning for %s with "
                       "CALX_NAME(name)",
                       second->entity->facts->c_type);
}

static void enter(name_table *table, generated_name name)
{
    calx_check_context *context = table->context;
    uint64_t hash = hash_name(name.text, name.is_tag);
    const generated_name *there = calx_map_find(&table->map, hash, equal_names, &name);
    if (there != NULL) {
        report_collision(context, there, &name);
        return;
    }
    generated_name *kept = calx_check_array(context, 1, sizeof(*kept));
    if (kept == NULL)
        return;
    *kept = name;
    if (calx_map_put(&table->map, hash, kept) != CALX_OK)
        context->status = CALX_E_NOMEM;
}

static void enter_member(name_table *table, calx_check_entity *entity, const char *member,
                         calx_place place, const char *format)
{
    const char *text = calx_check_format(table->context, format, entity->facts->name, member);
    enter(table, (generated_name){ text, false, entity, member, place });
}

/* What the association table of a many-to-many is called inside the generated source file. */
static void enter_association(name_table *table, calx_check_entity *entity,
                              const calx_model_relationship *one)
{
    static const char *const endings[] = { "",         "_columns", "_key", "_foreign_keys",
                                           "_indexes", "_mapper" };
    const calx_model_entity *made = one->association;
    const char *name =
        calx_check_format(table->context, "%s_%s_association", entity->facts->name, one->member);
    if (made == NULL || strcmp(made->name, name) != 0)
        return; /* it is entered with the relationship it was made for */
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const char *text = calx_check_format(table->context, "%s%s", made->name, endings[i]);
        enter(table, (generated_name){ text, i == 0, entity, one->member, one->place });
    }
}

static void enter_relationship(name_table *table, calx_check_entity *entity,
                               const calx_model_relationship *one)
{
    static const char *const collection_readers[] = { "%s_%s_count", "%s_%s_contains", NULL };
    static const char *const collection_writers[] = { "%s_%s_append", "%s_%s_insert",
                                                      "%s_%s_remove", "%s_%s_replace",
                                                      "%s_%s_clear",  NULL };
    static const char *const reference_writers[] = { "%s_set_%s", "%s_clear_%s", NULL };
    static const char *const none[] = { NULL };
    bool many = one->kind == CALX_RELATIONSHIP_MANY || one->kind == CALX_RELATIONSHIP_MANY_TO_MANY;
    bool writable = (one->flags & CALX_RELATIONSHIP_VIEW_ONLY) == 0;
    const char *const *readers = many ? collection_readers : none;
    const char *const *writers = many ? collection_writers : reference_writers;
    enter_member(table, entity, one->member, one->place, "%s_%s");
    for (; *readers != NULL; readers++)
        enter_member(table, entity, one->member, one->place, *readers);
    for (; writable && *writers != NULL; writers++)
        enter_member(table, entity, one->member, one->place, *writers);
    if (one->kind == CALX_RELATIONSHIP_MANY_TO_MANY)
        enter_association(table, entity, one);
}

static void enter_members(name_table *table, calx_check_entity *entity)
{
    for (uint16_t i = 0; i < entity->facts->column_count; i++) {
        const calx_model_column *column = &entity->columns[i];
        if (column->member[0] != '\0')
            enter_member(table, entity, column->member, column->place, "%s_set_%s");
    }
    for (uint16_t i = 0; i < entity->facts->relationship_count; i++)
        enter_relationship(table, entity, &entity->relationships[i]);
}

/* ---- names that are not ours to give ---- */

static const char *find_reason(const char *name)
{
    bool capital = name[0] == '_' && name[1] >= 'A' && name[1] <= 'Z';
    if (strcmp(name, "calx") == 0 || strncmp(name, "calx_", 5) == 0)
        return "names that begin with calx_ are those of Calx";
    if (name[0] == '_' && (capital || name[1] == '_'))
        return "C keeps such names for itself";
    if (name[0] == '_')
        return "C keeps names that begin with an underscore for itself at file scope";
    return NULL;
}

bool calx_check_is_keyword(const char *name)
{
    static const char *const keywords[] = {
        "auto",    "break",  "case",     "char",   "const",    "continue", "default",
        "do",      "double", "else",     "enum",   "extern",   "float",    "for",
        "goto",    "if",     "inline",   "int",    "long",     "register", "restrict",
        "return",  "short",  "signed",   "sizeof", "static",   "struct",   "switch",
        "typedef", "union",  "unsigned", "void",   "volatile", "while",    "bool",
    };
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (strcmp(keywords[i], name) == 0)
            return true;
    }
    return false;
}

static void check_reserved(calx_check_context *context, const calx_check_entity *entity)
{
    const char *name = entity->facts->name;
    const char *reason = calx_check_is_keyword(name) ? "it is a keyword of C" : find_reason(name);
    if (reason == NULL)
        return;
    const calx_annotation *chosen =
        calx_annotation_find(entity->from->annotations, CALX_ANNOTATION_NAME);
    calx_diagnostic *diagnostic =
        calx_check_report(context, entity, CALX_RULE_RESERVED_NAME,
                          chosen != NULL ? chosen->place : entity->facts->place,
                          "generated names cannot begin with '%s': %s", name, reason);
    calx_check_fix(context, diagnostic, "choose another beginning with CALX_NAME(name)");
}

/* ---- all of them ---- */

static void enter_endings(name_table *table, calx_check_entity *entity,
                          const calx_name_ending *endings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text =
            calx_check_format(table->context, "%s%s", entity->facts->name, endings[i].text);
        enter(table,
              (generated_name){ text, endings[i].is_tag, entity, NULL, entity->facts->place });
    }
}

static void enter_entity(name_table *table, calx_check_entity *entity)
{
    check_reserved(table->context, entity);
    enter_endings(table, entity, calx_entity_endings, calx_entity_ending_count);
    enter_members(table, entity);
}

static void enter_result(name_table *table, calx_check_entity *result)
{
    check_reserved(table->context, result);
    enter_endings(table, result, calx_result_endings, calx_result_ending_count);
}

static void enter_model(name_table *table)
{
    static const char *const endings[] = { "metadata", "mappers", "references" };
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const char *text =
            calx_check_format(table->context, "%s_%s", table->context->options.name, endings[i]);
        enter(table, (generated_name){ .text = text });
    }
}

/* ---- against the headers ---- */

/* A generated header that is included declares what will be generated again. */
static bool is_generated(const char *file)
{
    static const char ending[] = ".calx.h";
    size_t size = file != NULL ? strlen(file) : 0;
    return size >= sizeof(ending) - 1 && strcmp(file + size - (sizeof(ending) - 1), ending) == 0;
}

static void check_declared(name_table *table)
{
    calx_check_context *context = table->context;
    const calx_declared_name *name = context->declarations->names;
    for (; name != NULL; name = name->next) {
        generated_name key = { .text = name->name, .is_tag = name->is_tag };
        const generated_name *there =
            calx_map_find(&table->map, hash_name(name->name, name->is_tag), equal_names, &key);
        bool external = there != NULL && there->entity != NULL && there->entity->from->external;
        if (there == NULL || external || is_generated(name->place.file))
            continue;
        calx_diagnostic *diagnostic =
            calx_report(context->diagnostics, CALX_RULE_SAME_NAME,
                        there->place.file != NULL ? there->place : name->place,
                        "the generated name '%s' of %s is declared already", there->text,
                        purpose(context, there));
        if (there->place.file != NULL)
            calx_check_see(context, diagnostic, name->place, "it is declared here");
        calx_check_fix(context, diagnostic,
                       there->entity != NULL ? "choose another beginning with CALX_NAME(name)"
                                             : "choose another name with --name");
    }
}

static void check_model_name(calx_check_context *context)
{
    const char *name = context->options.name;
    bool starts = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z');
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    const char *reason = !starts || name[size] != '\0' ? "it is no name of C" : find_reason(name);
    if (reason == NULL)
        return;
    calx_diagnostic *diagnostic =
        calx_report(context->diagnostics, CALX_RULE_RESERVED_NAME, (calx_place){ 0 },
                    "the model cannot be named '%s': %s", name, reason);
    calx_check_fix(context, diagnostic, "choose another name with --name");
}

/* The function that makes versions is the application's own, and declared beside what is ours. */
static void check_version_function(name_table *table, const calx_check_entity *entity,
                                   const calx_model_column *column)
{
    calx_check_context *context = table->context;
    const char *name = column->version_function;
    const calx_annotation *said = calx_annotation_find(
        entity->column_members[column->position]->annotations, CALX_ANNOTATION_VERSION_FUNCTION);
    generated_name key = { .text = name };
    const generated_name *there =
        calx_map_find(&table->map, hash_name(name, false), equal_names, &key);
    if (there != NULL)
        calx_check_report(context, entity, CALX_RULE_SAME_NAME, said->place,
                          "'%s' is the generated name of %s, so it cannot make versions", name,
                          purpose(context, there));
    const char *reason = calx_check_is_keyword(name) ? "it is a keyword of C" : find_reason(name);
    if (reason != NULL)
        calx_check_report(context, entity, CALX_RULE_RESERVED_NAME, said->place,
                          "a function of yours cannot be '%s': %s", name, reason);
}

static void check_version_functions(name_table *table)
{
    for (size_t i = 0; i < table->context->entity_count; i++) {
        const calx_check_entity *entity = &table->context->entities[i];
        for (size_t k = 0; k < entity->facts->column_count; k++)
            if (entity->columns[k].version_function != NULL)
                check_version_function(table, entity, &entity->columns[k]);
    }
}

void calx_check_names(calx_check_context *context)
{
    name_table table = { .context = context };
    calx_map_init(&table.map);
    check_model_name(context);
    enter_model(&table);
    for (size_t i = 0; i < context->entity_count && context->status == CALX_OK; i++)
        enter_entity(&table, &context->entities[i]);
    for (size_t i = 0; i < context->result_count && context->status == CALX_OK; i++)
        enter_result(&table, &context->results[i]);
    if (context->status == CALX_OK) {
        check_declared(&table);
        check_version_functions(&table);
    }
    calx_map_clear(&table.map);
}
