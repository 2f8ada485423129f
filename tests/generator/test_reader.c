/*
 * The reader: what it makes of headers, of the compiler's moods, and of annotation texts and
 * comments that nobody would write.
 */
#include "reading.h"

#include "base/allocator.h"
#include "reader/annotation.h"
#include "reader/comment.h"
#include "reader/places.h"
#include "reader/values.h"
#include "support/harness.h"
#include "support/ration.h"

#include <string.h>

/* ---- annotation texts ---- */

static calx_annotation *parse(calx_arena *arena, const char *text)
{
    calx_annotation *annotation = NULL;
    assert_true(calx_annotation_is_ours(text));
    assert_int_equal(calx_annotation_parse(arena, text, (calx_place){ 0 }, &annotation), CALX_OK);
    return annotation;
}

static void an_annotation_is_taken_apart(void **state)
{
    (void)state;
    calx_arena arena;
    calx_arena_init(&arena, 0);
    const calx_annotation *references = parse(&arena, "calx:references= struct  user ,id");
    assert_int_equal(references->kind, CALX_ANNOTATION_REFERENCES);
    assert_int_equal(references->word_count, 2);
    assert_string_equal(references->words[0], "user");
    assert_string_equal(references->words[1], "id");
    assert_null(references->fault);
    const calx_annotation *check = parse(&arena, "calx:check=a=b, c");
    assert_string_equal(check->text, "a=b, c");
    assert_int_equal(check->word_count, 0);
    calx_arena_clear(&arena);
}

static void a_strange_annotation_is_no_failure(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "calx:",         "calx:=",      "calx:index",    "calx:via=",    "calx:via=,,",
        "calx:name=a b", "calx:name=9", "calx:ignore=1", "calx:length=", "calx:check=\t\n"
    };
    calx_arena arena;
    calx_arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const calx_annotation *annotation = parse(&arena, texts[i]);
        assert_true(annotation->kind == CALX_ANNOTATION_UNKNOWN || annotation->fault != NULL);
    }
    assert_false(calx_annotation_is_ours("call:ignore"));
    assert_false(calx_annotation_is_ours(""));
    calx_arena_clear(&arena);
}

static void a_misspelt_macro_has_a_nearest_one(void **state)
{
    (void)state;
    assert_string_equal(calx_annotation_nearest_macro("CALX_PRIMARYKEY", 15), "CALX_PRIMARY_KEY");
    assert_string_equal(calx_annotation_nearest_macro("CALX_LENGHT", 11), "CALX_LENGTH");
    assert_string_equal(calx_annotation_nearest_macro("CALX_UNIQ", 9), "CALX_UNIQUE");
    assert_null(calx_annotation_nearest_macro("CALX_EMBEDDED", 13));
    assert_null(calx_annotation_nearest_macro("CALX_", 5));
}

static void only_expressions_are_compiled(void **state)
{
    (void)state;
    static const char *const yes[] = { "1",         "sizeof(int)",     "(28 + 2)",
                                       "A ? B : 3", "sizeof(\"a;b\")", "'\\''",
                                       "-1",        "x->y[2]" };
    static const char *const no[] = { "",        " ",       "1;",   "1 }; enum { a",
                                      "1 /* ",   "1 //",    "(1",   "1)",
                                      "\"open",  "#define", "1\n2", "a ?\?/ b",
                                      "<: 1 :>", "\\",      "'a\n'" };
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        assert_true(calx_values_is_expression(yes[i]));
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        assert_false(calx_values_is_expression(no[i]));
}

/* ---- comments ---- */

static void assert_cleaned(const char *raw, const char *expected)
{
    calx_arena arena;
    const char *text = NULL;
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_comment_clean(&arena, raw, &text), CALX_OK);
    if (expected == NULL)
        assert_null(text);
    else
        assert_string_equal(text, expected);
    calx_arena_clear(&arena);
}

static void a_doc_comment_keeps_its_words_only(void **state)
{
    (void)state;
    assert_cleaned("/** One line. */", "One line.");
    assert_cleaned("/**< Behind. */", "Behind.");
    assert_cleaned("/**\n * First.\n *\n *   indented\n */", "First.\n\n  indented");
    assert_cleaned("/**\n First.\r\n Second.\r\n*/", "First.\nSecond.");
    assert_cleaned("/// One.\n    /// Two.", "One.\nTwo.");
    assert_cleaned("///< Behind.", "Behind.");
    assert_cleaned("/*! Other. */", "Other.");
    assert_cleaned("/** a * b ** c */", "a * b ** c");
    assert_cleaned("/***/", NULL);
    assert_cleaned("/** */", NULL);
    assert_cleaned("", NULL);
    assert_cleaned("/** open", "open");
}

static void a_doc_comment_cannot_end_the_one_it_is_put_into(void **state)
{
    (void)state;
    assert_cleaned("/// ends */ here", "ends * / here");
    assert_cleaned("/// opens /* here", "opens / * here");
    assert_cleaned("/** opens /* here */", "opens / * here");
}

/* ---- values and names ---- */

static const calx_declared_member *member(const reading *run, const char *name)
{
    const calx_declared_member *one = run->declarations.structs->members;
    while (one != NULL && strcmp(one->name, name) != 0)
        one = one->next;
    assert_non_null(one);
    return one;
}

static void values_are_those_of_the_compiler(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "values.h",
                     "#define NAME_MAX_LEN (TEN + 20)\n"
                     "enum { TEN = 10 };\n"
                     "struct CALX_ENTITY(\"things\") thing {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    const char *a CALX_LENGTH(NAME_MAX_LEN);\n"
                     "    const char *b CALX_LENGTH(sizeof(int));\n"
                     "    const char *c CALX_LENGTH((28 + 2));\n"
                     "    const char *d CALX_LENGTH(TEN);\n"
                     "    const char *e CALX_LENGTH(sizeof(\"a, b\"));\n"
                     "    const char *f CALX_LENGTH(077);\n"
                     "    const char *g CALX_LENGTH(4294967295);\n"
                     "};\n");
    reading_must_succeed(&run);
    static const uint32_t lengths[] = { 0, 30, 4, 30, 10, 5, 63, 4294967295u };
    const calx_model_entity *thing = &run.model.entities[0];
    for (size_t i = 0; i < thing->column_count; i++)
        assert_int_equal(thing->columns[i].length, lengths[i]);
    reading_end(&run);
}

static void names_are_never_expanded(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "names.h",
                     "struct CALX_ENTITY(\"systems\") linux_system {\n"
                     "    int64_t key CALX_PRIMARY_KEY;\n"
                     "};\n"
                     "#define linux_system 1\n"
                     "#define key 2\n"
                     "#define cascade 3\n"
                     "struct CALX_ENTITY(\"things\") thing {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int64_t at CALX_REFERENCES(linux_system, key)\n"
                     "        CALX_ON_DELETE(cascade);\n"
                     "};\n");
    reading_must_succeed(&run);
    assert_int_equal(run.model.entities[1].foreign_keys[0].on_delete, CALX_ON_DELETE_CASCADE);
    reading_end(&run);
}

static void texts_may_be_macros_and_adjacent_literals(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "texts.h",
                     "#define TABLE \"the\" \"things\"\n"
                     "#define LIMIT \"18\"\n"
                     "struct CALX_ENTITY(TABLE) thing {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int32_t age CALX_CHECK(\"age >= \" LIMIT \" OR age = 0\");\n"
                     "};\n");
    reading_must_succeed(&run);
    assert_string_equal(run.model.entities[0].table, "thethings");
    assert_string_equal(run.model.entities[0].columns[1].check, "age >= 18 OR age = 0");
    reading_end(&run);
}

/* ---- types ---- */

typedef struct type_case {
    const char *member;
    calx_type type;
    uint32_t size;
    const char *c_type;
} type_case;

static void types_are_told_by_meaning_and_size(void **state)
{
    (void)state;
    static const type_case cases[] = {
        { "a", CALX_TYPE_INT8, 1, "signed char" },
        { "b", CALX_TYPE_UINT8, 1, "uint8_t" },
        { "c", CALX_TYPE_INT16, 2, "short" },
        { "d", CALX_TYPE_UINT32, 4, "unsigned int" },
        { "e", CALX_TYPE_INT64, 8, "long long" },
        { "f", CALX_TYPE_UINT64, 8, "size_t" },
        { "g", CALX_TYPE_BOOL, 1, "bool" },
        { "h", CALX_TYPE_FLOAT, 4, "float" },
        { "i", CALX_TYPE_DOUBLE, 8, "double" },
        { "j", CALX_TYPE_UINT32, 4, "enum colour" },
        { "k", CALX_TYPE_INT32, 4, "shade" },
        { "l", CALX_TYPE_UINT32, 4, "unsigned int" },
        { "m", CALX_TYPE_TEXT, 8, "const char *" },
        { "n", CALX_TYPE_TEXT, 8, "const char *" },
        { "o", CALX_TYPE_CHAR_ARRAY, 12, "const char *" },
        { "p", CALX_TYPE_BYTES, 16, "calx_bytes" },
        { "q", CALX_TYPE_TIMESTAMP, 8, "calx_timestamp" },
        { "r", CALX_TYPE_TIMESTAMP, 8, "calx_timestamp" },
        { "s", CALX_TYPE_INT32, 4, "user_number" },
        { "t", CALX_TYPE_DOUBLE, 8, "calx_nullable_double" },
        { "u", CALX_TYPE_CHAR_ARRAY, 8, "const char *" },
    };
    reading run;
    reading_start(&run);
    reading_run_text(&run, "types.h",
                     "typedef int32_t number; typedef number user_number;\n"
                     "typedef calx_timestamp moment; typedef char code[8];\n"
                     "enum colour { RED }; typedef enum { DARK = -1 } shade;\n"
                     "struct CALX_ENTITY(\"things\") thing {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    signed char a; uint8_t b; short c; unsigned d; long long e; size_t f;\n"
                     "    bool g; float h; double i; enum colour j; shade k; enum { X } l;\n"
                     "    const char *m; char *n; char o[12]; calx_bytes p; calx_timestamp q;\n"
                     "    moment r; user_number s; calx_nullable_double t; code u;\n"
                     "};\n");
    reading_must_succeed(&run);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const calx_declared_type *type = &member(&run, cases[i].member)->type;
        assert_null(type->problem);
        assert_int_equal(type->type, cases[i].type);
        assert_int_equal(type->size, cases[i].size);
        if (type->type == CALX_TYPE_TIMESTAMP)
            assert_string_equal(type->c_type, "calx_timestamp");
        else
            assert_string_equal(type->c_type, cases[i].c_type);
    }
    assert_true(member(&run, "n")->type.mutable_ && member(&run, "o")->type.mutable_);
    assert_false(member(&run, "m")->type.mutable_);
    reading_end(&run);
}

static void a_typedef_without_a_tag_is_an_entity(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "typedefs.h",
                     "/** A user. */\n"
                     "typedef struct CALX_ENTITY(\"users\") {\n"
                     "    int64_t id CALX_PRIMARY_KEY; /**< the key */\n"
                     "} user_t;\n"
                     "typedef struct CALX_ENTITY(\"notes\") note {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int64_t by_id CALX_REFERENCES(user_t, id);\n"
                     "    int64_t after_id CALX_REFERENCES(note_alias, id);\n"
                     "    CALX_ONE(user_t) by;\n"
                     "} note_alias;\n");
    reading_must_succeed(&run);
    const calx_model_entity *user = &run.model.entities[0];
    const calx_model_entity *note = &run.model.entities[1];
    assert_string_equal(user->c_type, "user_t");
    assert_string_equal(user->name, "user_t");
    assert_string_equal(user->doc, "A user.");
    assert_string_equal(user->columns[0].doc, "the key");
    assert_string_equal(note->c_type, "struct note");
    assert_ptr_equal(note->relationships[0].target, user);
    assert_ptr_equal(note->foreign_keys[1].target, note);
    reading_end(&run);
}

static void an_ignored_member_may_be_anything(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "ignored.h",
                     "struct CALX_ENTITY(\"things\") thing {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    union { int a; float b; } CALX_IGNORE;\n"
                     "    struct { int c; } named CALX_IGNORE;\n"
                     "    unsigned bit : 1 CALX_IGNORE;\n"
                     "    const struct thing *next CALX_IGNORE;\n"
                     "    char rest[] CALX_IGNORE;\n"
                     "};\n");
    reading_must_succeed(&run);
    assert_int_equal(run.model.entities[0].column_count, 1);
    assert_int_equal(run.diagnostics.count, 0);
    reading_end(&run);
}

/* ---- files ---- */

static char *kept_path(reading *run, const char *path)
{
    char *kept = calx_arena_text(&run->arena, path, strlen(path));
    assert_non_null(kept);
    return kept;
}

static void headers_may_refer_to_each_other_in_circles(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    const char *user = kept_path(
        &run, reading_write("user.h", "#ifndef USER_H\n#define USER_H\n"
                                      "#include <calx/annotate.h>\n#include \"note.h\"\n"
                                      "struct CALX_ENTITY(\"users\") user {\n"
                                      "    int64_t id CALX_PRIMARY_KEY;\n"
                                      "    CALX_MANY(struct note) notes CALX_CASCADE(all);\n"
                                      "};\n#endif\n"));
    const char *note = kept_path(
        &run, reading_write("note.h", "#ifndef NOTE_H\n#define NOTE_H\n"
                                      "#include <calx/annotate.h>\n#include \"user.h\"\n"
                                      "struct CALX_ENTITY(\"notes\") note {\n"
                                      "    int64_t id CALX_PRIMARY_KEY;\n"
                                      "    int64_t user_id CALX_REFERENCES(user, id);\n"
                                      "    CALX_ONE(struct user) user CALX_INVERSE(notes);\n"
                                      "};\n#endif\n"));
    const char *headers[] = { user, note };
    reading_run(&run, headers, 2);
    reading_must_succeed(&run);
    assert_int_equal(run.model.entity_count, 2);
    assert_int_equal(run.model.external_count, 0);
    assert_string_equal(run.model.name, "user");
    bool found = false;
    for (size_t i = 0; i < run.declarations.input_count; i++)
        found |= strcmp(run.declarations.inputs[i], note) == 0;
    assert_true(found);
    reading_end(&run);
}

static void a_header_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    const char *headers[] = { "/nowhere/models.h", "/", "a\"b.h" };
    reading run;
    reading_start(&run);
    reading_run(&run, headers, 3);
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, "/nowhere/models.h: error: cannot be read: No such file or directory "
                            "[CALX-E001]\n");
    reading_must_tell(&run, "/: error: cannot be read: Is a directory [CALX-E001]\n");
    reading_must_tell(&run, "a\"b.h: error: cannot be read: not a name of a header");
    reading_end(&run);
}

static void flags_reach_the_compiler(void **state)
{
    (void)state;
    static const char *const flags[] = { "-DWIDE=1", "-std=gnu11", "-Werror", "-Wall" };
    reading run;
    reading_start(&run);
    run.options.flags = flags;
    run.options.flag_count = 4;
    reading_run_text(&run, "flags.h",
                     "#if !WIDE || !defined(CALX_GENERATOR) || !defined(linux)\n#error no\n#endif\n"
                     "static int unused_function(void) { return 1; }\n"
                     "struct CALX_ENTITY(\"things\") thing { int64_t id CALX_PRIMARY_KEY; };\n");
    reading_must_succeed(&run);
    reading_end(&run);
}

static void the_language_is_c11_unless_told_otherwise(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "language.h",
                     "#if __STDC_VERSION__ != 201112L || defined(linux)\n#error no\n#endif\n"
                     "struct CALX_ENTITY(\"things\") thing { int64_t id CALX_PRIMARY_KEY; };\n");
    reading_must_succeed(&run);
    reading_end(&run);
}

static void a_language_that_is_not_c_is_refused(void **state)
{
    (void)state;
    static const char *const flags[] = { "-x", "c++" };
    reading run;
    reading_start(&run);
    run.options.flags = flags;
    run.options.flag_count = 2;
    reading_run_text(&run, "language.h",
                     "struct CALX_ENTITY(\"things\") thing { int64_t id CALX_PRIMARY_KEY; };\n");
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, "calx-gen: error: calx-gen reads C, not 'c++'");
    reading_end(&run);
}

static void nothing_is_guessed_after_an_error_of_the_compiler(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "broken.h",
                     "#include \"missing.h\"\n"
                     "struct CALX_ENTITY(\"things\") thing { colour_t colour; };\n");
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, "broken.h:2:10: error: 'missing.h' file not found\n"
                            "#include \"missing.h\"\n         ^\n");
    char *told = reading_told(&run);
    assert_null(strstr(told, "CALX-E022"));
    calx_release(told);
    reading_end(&run);
}

/* ---- what belongs to the compiler ---- */

static void the_compilers_own_headers_are_found(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "own.h",
                     "#include <stddef.h>\n#include <stdarg.h>\n#include <limits.h>\n"
                     "struct CALX_ENTITY(\"things\") thing { size_t id CALX_PRIMARY_KEY; };\n");
    reading_must_succeed(&run);
    reading_end(&run);
}

static void a_configured_directory_helps_a_bare_libclang(void **state)
{
    (void)state;
    const char *configured = calx_places_configured_resource_dir();
    assert_non_null(configured);
    assert_true(calx_places_has(configured, "include/stddef.h"));
    assert_false(calx_places_has(configured, "include"));
    assert_non_null(strstr(calx_places_resource_package(), "libclang-common-"));
}

static const char needs_own_headers[] =
    "#include <stddef.h>\n"
    "struct CALX_ENTITY(\"things\") thing { size_t id CALX_PRIMARY_KEY; };\n";

/* The flag makes libclang as blind for its own headers as one that stands alone. */
static const char *const blind[] = { "-nobuiltininc" };

static void the_configured_directory_serves_a_libclang_without_headers(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    run.options.flags = blind;
    run.options.flag_count = 1;
    reading_run_text(&run, "bare.h", needs_own_headers);
    reading_must_succeed(&run);
    reading_end(&run);
}

static void without_any_directory_the_package_is_named(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    run.options.flags = blind;
    run.options.flag_count = 1;
    run.options.resource_dir = "/nowhere";
    reading_run_text(&run, "bare.h", needs_own_headers);
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, "calx-gen: error: libclang does not find the headers of its compiler");
    reading_must_tell(&run, "install the package libclang-common-");
    reading_end(&run);
}

static void the_annotations_are_found_beside_the_program_or_where_told(void **state)
{
    (void)state;
    calx_arena arena;
    const char *directory = NULL;
    calx_arena_init(&arena, 0);
    assert_int_equal(calx_places_include_dir(&arena, NULL, &directory), CALX_OK);
    assert_non_null(directory);
    assert_true(calx_places_has(directory, "calx/annotate.h"));
    assert_int_equal(calx_places_include_dir(&arena, "/nowhere", &directory), CALX_OK);
    assert_null(directory);
    calx_arena_clear(&arena);
}

static void without_the_annotations_the_compiler_says_so(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    run.options.include_dir = "/nowhere";
    reading_run_text(&run, "lost.h", "");
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, "lost.h:1:10: error: 'calx/annotate.h' file not found");
    reading_end(&run);
}

static void the_compiler_has_a_version(void **state)
{
    (void)state;
    calx_arena arena;
    calx_arena_init(&arena, 0);
    const char *version = calx_reader_compiler(&arena);
    assert_true(version[0] >= '1' && version[0] <= '9');
    assert_non_null(strchr(version, '.'));
    calx_arena_clear(&arena);
}

/* ---- functions ---- */

static void functions_keep_their_spelling(void **state)
{
    (void)state;
    calx_arena arena;
    calx_diagnostics diagnostics;
    calx_arena_init(&arena, 0);
    calx_diagnostics_init(&diagnostics, &arena);
    const char *header = reading_write(
        "methods.h",
        "#include <calx/api.h>\n#include <calx/error.h>\n#include <stdbool.h>\n"
        "#include <stddef.h>\n"
        "typedef struct calx_session calx_session;\n"
        "typedef calx_status (*walk_function)(void *context, const void *entity);\n"
        "/** Walks. */\n"
        "CALX_PUBLIC_METHOD calx_status walk(calx_session *session, walk_function function,\n"
        "                                    const void *const *entities, const int sizes[4],\n"
        "                                    bool *out_done);\n"
        "CALX_NOT_SCOPED const char *name_of(const calx_session *session);\n");
    const calx_reader_options options = { .headers = &header, .header_count = 1 };
    calx_declared_functions declared;
    calx_model_functions functions;
    assert_int_equal(calx_reader_read_functions(&options, &arena, &diagnostics, &declared),
                     CALX_OK);
    assert_int_equal(calx_check_functions(&declared, &arena, &diagnostics, &functions), CALX_OK);
    assert_int_equal(functions.function_count, 2);
    const calx_model_function *walk = &functions.functions[0];
    assert_true(walk->forwarded);
    assert_string_equal(walk->name, "walk");
    assert_string_equal(walk->doc, "Walks.");
    assert_int_equal(walk->parameter_count, 5);
    assert_string_equal(walk->parameters[0].declaration, "calx_session *session");
    assert_string_equal(walk->parameters[1].declaration, "walk_function function");
    assert_string_equal(walk->parameters[2].declaration, "const void *const *entities");
    assert_string_equal(walk->parameters[3].declaration, "const int sizes[4]");
    assert_string_equal(walk->parameters[4].declaration, "bool *out_done");
    assert_false(functions.functions[1].forwarded);
    assert_string_equal(functions.functions[1].return_type, "const char *");
    calx_arena_clear(&arena);
}

/* ---- memory ---- */

static calx_status read_once(const calx_reader_options *options)
{
    calx_arena arena;
    calx_diagnostics diagnostics;
    calx_declared_functions declared;
    calx_arena_init(&arena, 0);
    calx_diagnostics_init(&diagnostics, &arena);
    calx_status status = calx_reader_read_functions(options, &arena, &diagnostics, &declared);
    calx_arena_clear(&arena);
    return status;
}

static void reading_functions_survives_without_memory(void **state)
{
    (void)state;
    const char *header = reading_write(
        "methods.h", "#include <calx/api.h>\n#include <stdbool.h>\n"
                     "/** Says. */\nCALX_NOT_SCOPED bool says(const char *word, int many[2]);\n");
    const calx_reader_options options = { .headers = &header, .header_count = 1 };
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = read_once(&options);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_annotation_is_taken_apart),
        cmocka_unit_test(a_strange_annotation_is_no_failure),
        cmocka_unit_test(a_misspelt_macro_has_a_nearest_one),
        cmocka_unit_test(only_expressions_are_compiled),
        cmocka_unit_test(a_doc_comment_keeps_its_words_only),
        cmocka_unit_test(a_doc_comment_cannot_end_the_one_it_is_put_into),
        cmocka_unit_test(values_are_those_of_the_compiler),
        cmocka_unit_test(names_are_never_expanded),
        cmocka_unit_test(texts_may_be_macros_and_adjacent_literals),
        cmocka_unit_test(types_are_told_by_meaning_and_size),
        cmocka_unit_test(a_typedef_without_a_tag_is_an_entity),
        cmocka_unit_test(an_ignored_member_may_be_anything),
        cmocka_unit_test(headers_may_refer_to_each_other_in_circles),
        cmocka_unit_test(a_header_that_cannot_be_read_is_told),
        cmocka_unit_test(flags_reach_the_compiler),
        cmocka_unit_test(the_language_is_c11_unless_told_otherwise),
        cmocka_unit_test(a_language_that_is_not_c_is_refused),
        cmocka_unit_test(nothing_is_guessed_after_an_error_of_the_compiler),
        cmocka_unit_test(the_compilers_own_headers_are_found),
        cmocka_unit_test(a_configured_directory_helps_a_bare_libclang),
        cmocka_unit_test(the_configured_directory_serves_a_libclang_without_headers),
        cmocka_unit_test(without_any_directory_the_package_is_named),
        cmocka_unit_test(the_annotations_are_found_beside_the_program_or_where_told),
        cmocka_unit_test(without_the_annotations_the_compiler_says_so),
        cmocka_unit_test(the_compiler_has_a_version),
        cmocka_unit_test(functions_keep_their_spelling),
        cmocka_unit_test(reading_functions_survives_without_memory),
    };
    return CALX_RUN("generator_reader", tests);
}
