/*
 * The check. Each header in bad/ breaks rules and ends in comments that say what must be told of
 * it: `expect: line:column code message` for a diagnostic, `note:` for the notes behind it; `-`
 * stands for no place and for the compiler's own words, which differ between its versions. Told
 * must be exactly that, no more and no less. What the model looks like when all rules hold is
 * tested behind it.
 */
#include "reading.h"

#include "base/allocator.h"
#include "check/codes.h"
#include "support/harness.h"
#include "support/ration.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HEADERS = 200, PATH_SIZE = 1024, LINE_SIZE = 1024 };

/* ---- headers that break rules ---- */

/* Filled by main() before any test runs. */
static char bad_paths[MOST_HEADERS][PATH_SIZE];

static void put_place(calx_buffer *out, calx_place place)
{
    if (place.file != NULL && place.line != 0)
        calx_buffer_format(out, "%u:%u", place.line, place.column);
    else
        calx_buffer_char(out, '-');
}

/* What was told, in the form of the comments. */
static void put_told(calx_buffer *out, const calx_diagnostics *diagnostics)
{
    for (const calx_diagnostic *one = diagnostics->first; one != NULL; one = one->next) {
        calx_buffer_put(out, "// expect: ");
        put_place(out, one->place);
        if (one->code != NULL)
            calx_buffer_format(out, " %s %s\n", one->code, one->message);
        else
            calx_buffer_put(out, " -\n");
        for (const calx_diagnostic *note = one->notes; note != NULL; note = note->next) {
            calx_buffer_put(out, "// note: ");
            put_place(out, note->place);
            calx_buffer_format(out, " %s\n", note->message);
        }
    }
}

/* The comments of a header; answers whether it is one of functions. */
static bool read_expectations(const char *path, calx_buffer *out)
{
    char line[LINE_SIZE];
    bool functions = false;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        functions |= strcmp(line, "// functions\n") == 0;
        if (strncmp(line, "// expect: ", 11) == 0 || strncmp(line, "// note: ", 9) == 0)
            calx_buffer_put(out, line);
    }
    fclose(file);
    return functions;
}

static void run_functions(reading *run, const char *const *headers)
{
    calx_declared_functions declared;
    calx_model_functions functions;
    run->options.headers = headers;
    run->options.header_count = 1;
    run->status =
        calx_reader_read_functions(&run->options, &run->arena, &run->diagnostics, &declared);
    if (run->status == CALX_OK)
        run->status = calx_check_functions(&declared, &run->arena, &run->diagnostics, &functions);
}

static void a_bad_header_is_told_as_expected(void **state)
{
    const char *path = *state;
    calx_buffer expected = CALX_BUFFER_INIT, told = CALX_BUFFER_INIT;
    reading run;
    reading_start(&run);
    if (read_expectations(path, &expected))
        run_functions(&run, &path);
    else
        reading_run(&run, &path, 1);
    char *printed = reading_told(&run); /* also puts them in order */
    calx_release(printed);
    put_told(&told, &run.diagnostics);
    assert_int_not_equal(expected.size, 0);
    assert_string_equal(calx_buffer_text(&told), calx_buffer_text(&expected));
    assert_int_equal(run.status, run.diagnostics.error_count != 0 ? CALX_E_DATA : CALX_OK);
    calx_buffer_clear(&expected);
    calx_buffer_clear(&told);
    reading_end(&run);
}

static bool is_broken_by(const char *path, const char *code)
{
    calx_buffer expected = CALX_BUFFER_INIT;
    read_expectations(path, &expected);
    bool broken = strstr(calx_buffer_text(&expected), code) != NULL;
    calx_buffer_clear(&expected);
    return broken;
}

static void every_rule_has_a_header_that_breaks_it(void **state)
{
    (void)state;
    for (int rule = 0; rule < CALX_RULE_COUNT; rule++) {
        assert_int_equal(calx_rules[rule].rule, rule);
        const char *code = calx_rules[rule].code;
        bool elsewhere = rule == CALX_RULE_UNREADABLE || rule == CALX_RULE_NO_COMPILER_HEADERS ||
                         rule == CALX_RULE_TOO_MANY; /* no header can show these */
        bool found = code == NULL || elsewhere;
        for (size_t i = 0; !found && bad_paths[i][0] != '\0'; i++)
            found = is_broken_by(bad_paths[i], code);
        if (!found)
            print_error("%s is broken by no header\n", code);
        assert_true(found);
    }
}

static void codes_are_given_once(void **state)
{
    (void)state;
    for (int i = 0; i < CALX_RULE_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            if (calx_rules[i].code != NULL && calx_rules[j].code != NULL)
                assert_string_not_equal(calx_rules[i].code, calx_rules[j].code);
        }
    }
}

static void a_diagnostic_shows_line_caret_and_fix(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "shown.h",
                     "struct CALX_ENTITY(\"things\") thing {\n"
                     "\tint64_t id CALX_PRIMARY_KEY;\n"
                     "\tconst char *\xc3\xa4mter CALX_UNIQE;\n"
                     "};\n");
    reading_must_tell(&run, "shown.h:4:21: error: unknown annotation CALX_UNIQE [CALX-E010]\n"
                            "\tconst char *\xc3\xa4mter CALX_UNIQE;\n"
                            "\t                  ^\n"
                            "note: did you mean CALX_UNIQUE?\n");
    reading_end(&run);
}

static void too_many_columns_are_told(void **state)
{
    (void)state;
    calx_buffer text = CALX_BUFFER_INIT;
    calx_buffer_put(&text, "struct CALX_ENTITY(\"wide\") wide {\n");
    for (unsigned i = 0; i < 65536; i++)
        calx_buffer_format(&text, "int m%u;\n", i);
    calx_buffer_put(&text, "};\n");
    reading run;
    reading_start(&run);
    reading_run_text(&run, "wide.h", calx_buffer_text(&text));
    reading_must_tell(&run, "struct wide has 65536 columns, more than 65535 [CALX-E029]");
    calx_buffer_clear(&text);
    reading_end(&run);
}

/* ---- the model ---- */

static const char design_example[] =
    "enum role { ROLE_GUEST, ROLE_MEMBER, ROLE_ADMIN };\n"
    "struct address;\n"
    "/** Someone who can log in. */\n"
    "struct CALX_ENTITY(\"users\") user {\n"
    "    int64_t             id        CALX_PRIMARY_KEY;\n"
    "    const char         *name      CALX_NOT_NULL CALX_LENGTH(30) CALX_UNIQUE;\n"
    "    const char         *fullname;\n"
    "    calx_nullable_int32 age       CALX_CHECK(\"age >= 0\");\n"
    "    enum role           role      CALX_DEFAULT(\"0\");\n"
    "    calx_timestamp      created   CALX_SERVER_DEFAULT(\"CURRENT_TIMESTAMP\");\n"
    "    int32_t             revision  CALX_VERSION_COLUMN;\n"
    "    CALX_MANY(struct address) addresses CALX_INVERSE(user)\n"
    "        CALX_CASCADE(all, delete_orphan);\n"
    "};\n"
    "struct CALX_ENTITY(\"addresses\") CALX_INDEX(by_email, email) address {\n"
    "    int64_t     id       CALX_PRIMARY_KEY;\n"
    "    const char *email    CALX_NOT_NULL;\n"
    "    int64_t     user_id  CALX_REFERENCES(user, id) CALX_ON_DELETE(cascade);\n"
    "    CALX_ONE(struct user) user CALX_VIA(user_id);\n"
    "};\n";

static const calx_model_column *column(const calx_model_entity *entity, const char *member)
{
    for (uint16_t i = 0; i < entity->column_count; i++) {
        if (strcmp(entity->columns[i].member, member) == 0)
            return &entity->columns[i];
    }
    fail_msg("no column '%s'", member);
    return NULL;
}

static void the_design_example_gives_its_columns(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "models.h", design_example);
    reading_must_succeed(&run);
    assert_string_equal(run.model.name, "models");
    assert_int_equal(run.model.entity_count, 2);
    const calx_model_entity *user = &run.model.entities[0];
    assert_string_equal(user->c_type, "struct user");
    assert_string_equal(user->table, "users");
    assert_string_equal(user->doc, "Someone who can log in.");
    assert_int_equal(user->column_count, 7);
    assert_int_equal(user->key_count, 1);
    assert_true(column(user, "id")->generated);
    const calx_model_column *name = column(user, "name");
    assert_true(name->not_null && name->unique && !name->mutable_);
    assert_int_equal(name->length, 30);
    assert_true(column(user, "fullname")->nullable);
    const calx_model_column *age = column(user, "age");
    assert_int_equal(age->type, CALX_TYPE_INT32);
    assert_int_equal(age->shape, CALX_SHAPE_NULLABLE);
    assert_string_equal(age->value_path, "age.value");
    assert_string_equal(age->null_path, "age.has_value");
    assert_string_equal(age->check, "age >= 0");
    const calx_model_column *role = column(user, "role");
    assert_string_equal(role->c_type, "enum role");
    assert_string_equal(role->default_literal, "0");
    assert_int_equal(role->type, CALX_TYPE_UINT32);
    assert_string_equal(column(user, "created")->server_default, "CURRENT_TIMESTAMP");
    assert_int_equal(column(user, "created")->type, CALX_TYPE_TIMESTAMP);
    assert_true(column(user, "revision")->version);
    reading_end(&run);
}

static void the_design_example_gives_its_relationships(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "models.h", design_example);
    reading_must_succeed(&run);
    const calx_model_entity *user = &run.model.entities[0];
    const calx_model_entity *address = &run.model.entities[1];
    assert_int_equal(address->foreign_key_count, 1);
    const calx_model_foreign_key *key = &address->foreign_keys[0];
    assert_ptr_equal(key->target, user);
    assert_int_equal(key->columns[0], 2);
    assert_int_equal(key->target_columns[0], 0);
    assert_int_equal(key->on_delete, CALX_ON_DELETE_CASCADE);
    const calx_model_relationship *many = &user->relationships[0];
    const calx_model_relationship *one = &address->relationships[0];
    assert_int_equal(many->kind, CALX_RELATIONSHIP_MANY);
    assert_ptr_equal(many->target, address);
    assert_int_equal(many->inverse, 0);
    assert_int_equal(many->cascade, 0x3f);
    assert_int_equal(one->kind, CALX_RELATIONSHIP_ONE);
    assert_int_equal(one->inverse, 0);
    assert_int_equal(one->cascade, CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE);
    assert_int_equal(address->index_count, 1);
    assert_string_equal(address->indexes[0].name, "by_email");
    assert_int_equal(address->indexes[0].columns[0], 1);
    reading_end(&run);
}

static void parts_of_a_composite_key_are_one_foreign_key(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "shop.h",
                     "struct CALX_ENTITY(\"lines\") line {\n"
                     "    int64_t order_id CALX_PRIMARY_KEY;\n"
                     "    int32_t number CALX_PRIMARY_KEY;\n"
                     "};\n"
                     "struct CALX_ENTITY(\"moves\") move {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int32_t to_number CALX_REFERENCES(line, number);\n"
                     "    int64_t from_order CALX_REFERENCES(line, order_id);\n"
                     "    int32_t from_number CALX_REFERENCES(line, number);\n"
                     "    int64_t to_order CALX_REFERENCES(line, order_id);\n"
                     "    CALX_ONE(struct line) to CALX_VIA(to_number);\n"
                     "};\n");
    reading_must_succeed(&run);
    const calx_model_entity *line = &run.model.entities[0];
    const calx_model_entity *move = &run.model.entities[1];
    assert_int_equal(line->key_count, 2);
    assert_false(column(line, "order_id")->generated);
    assert_int_equal(move->foreign_key_count, 2);
    /* In the order of the key; what comes first completes the first. */
    assert_int_equal(move->foreign_keys[0].column_count, 2);
    assert_int_equal(move->foreign_keys[0].columns[0], 2);
    assert_int_equal(move->foreign_keys[0].columns[1], 1);
    assert_int_equal(move->foreign_keys[1].columns[0], 4);
    assert_int_equal(move->foreign_keys[1].columns[1], 3);
    assert_int_equal(move->foreign_keys[0].target_columns[1], 1);
    assert_int_equal(move->relationships[0].foreign_key, 0);
    reading_end(&run);
}

static void defaults_become_initializers_of_c(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "defaults.h",
                     "#define LIMIT (10 * 4)\n"
                     "enum state { OFF, ON = 7 };\n"
                     "struct CALX_ENTITY(\"things\") thing {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int64_t least CALX_DEFAULT(\"-9223372036854775807 - 1\");\n"
                     "    uint64_t most CALX_DEFAULT(\"18446744073709551615\");\n"
                     "    int16_t octal CALX_DEFAULT(\"010\");\n"
                     "    int32_t limit CALX_DEFAULT(\"LIMIT + 2\");\n"
                     "    enum state state CALX_DEFAULT(\"ON\");\n"
                     "    bool open CALX_DEFAULT(\"true\");\n"
                     "    double ratio CALX_DEFAULT(\"010\");\n"
                     "    float small CALX_DEFAULT(\"-1.5e-3\");\n"
                     "    calx_nullable_int8 step CALX_DEFAULT(\"-128\");\n"
                     "    const char *quoted CALX_DEFAULT(\"a\\\"b\\\\c\\n?\" \"?/\");\n"
                     "    char code[4] CALX_DEFAULT(\"abc\");\n"
                     "};\n");
    reading_must_succeed(&run);
    const calx_model_entity *thing = &run.model.entities[0];
    assert_string_equal(column(thing, "least")->default_literal, "(-9223372036854775807 - 1)");
    assert_string_equal(column(thing, "most")->default_literal, "18446744073709551615u");
    assert_string_equal(column(thing, "octal")->default_literal, "8");
    assert_string_equal(column(thing, "limit")->default_literal, "42");
    assert_string_equal(column(thing, "state")->default_literal, "7");
    assert_string_equal(column(thing, "open")->default_literal, "true");
    assert_string_equal(column(thing, "ratio")->default_literal, "010.0");
    assert_string_equal(column(thing, "small")->default_literal, "-1.5e-3");
    assert_string_equal(column(thing, "step")->default_literal, "-128");
    assert_string_equal(column(thing, "quoted")->default_literal, "\"a\\\"b\\\\c\\012?\\?/\"");
    assert_string_equal(column(thing, "code")->default_literal, "\"abc\"");
    reading_end(&run);
}

static void names_can_be_chosen(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    run.naming = (calx_check_options){ .name = "blog", .prefix = "db_" };
    reading_run_text(&run, "some-models.h",
                     "struct CALX_ENTITY(\"users\") CALX_NAME(member) user {\n"
                     "    int64_t id CALX_PRIMARY_KEY CALX_COLUMN(\"user id\");\n"
                     "};\n");
    reading_must_succeed(&run);
    assert_string_equal(run.model.name, "blog");
    assert_string_equal(run.model.entities[0].name, "db_member");
    assert_string_equal(run.model.entities[0].tag, "user");
    assert_string_equal(run.model.entities[0].metadata, "blog");
    assert_string_equal(column(&run.model.entities[0], "id")->name, "user id");
    reading_end(&run);
}

static void a_model_is_named_after_its_header(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "2nd-blog.models.h",
                     "struct CALX_ENTITY(\"users\") user { int64_t id CALX_PRIMARY_KEY; };\n");
    assert_int_equal(run.status, CALX_E_DATA);
    reading_must_tell(&run, "the model cannot be named '_nd_blog'");
    reading_must_tell(&run, "--name");
    reading_end(&run);
}

static void included_entities_are_referred_to_and_not_generated(void **state)
{
    (void)state;
    reading_write("people.h", "#include <calx/annotate.h>\n"
                              "struct CALX_ENTITY(\"people\") person {\n"
                              "    int64_t id CALX_PRIMARY_KEY;\n"
                              "    void *strange;\n"
                              "};\n"
                              "struct CALX_ENTITY(\"others\") other {\n"
                              "    int64_t id CALX_PRIMARY_KEY;\n"
                              "};\n");
    reading run;
    reading_start(&run);
    reading_run_text(&run, "notes.h",
                     "#include \"people.h\"\n"
                     "struct CALX_ENTITY(\"notes\") note {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int64_t author_id CALX_REFERENCES(person, id);\n"
                     "    CALX_ONE(struct person) author;\n"
                     "};\n");
    reading_must_succeed(&run); /* what is wrong with a person is told by the run over people.h */
    assert_int_equal(run.model.entity_count, 1);
    assert_string_equal(run.model.entities[0].tag, "note");
    assert_int_equal(run.model.external_count, 1);
    const calx_model_entity *person = run.model.externals[0];
    assert_true(person->external);
    assert_string_equal(person->name, "person");
    assert_string_equal(person->metadata, "people");
    assert_ptr_equal(run.model.entities[0].relationships[0].target, person);
    assert_int_equal(run.model.reference_count, 1);
    assert_string_equal(run.model.references[0], "people");
    reading_end(&run);
}

static void several_relationships_find_their_keys_through_the_other_side(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "posts.h",
                     "struct post;\n"
                     "struct CALX_ENTITY(\"users\") user {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    CALX_MANY(struct post) edited CALX_INVERSE(editor) CALX_CASCADE(all);\n"
                     "    CALX_MANY(struct post) written CALX_CASCADE(all);\n"
                     "};\n"
                     "struct CALX_ENTITY(\"posts\") post {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    int64_t author_id CALX_REFERENCES(user, id);\n"
                     "    int64_t editor_id CALX_REFERENCES(user, id);\n"
                     "    CALX_ONE(struct user) author CALX_VIA(author_id)\n"
                     "        CALX_INVERSE(written);\n"
                     "    CALX_ONE(struct user) editor CALX_VIA(editor_id);\n"
                     "};\n");
    reading_must_succeed(&run);
    const calx_model_entity *user = &run.model.entities[0];
    assert_int_equal(user->relationships[0].foreign_key, 1);
    assert_int_equal(user->relationships[0].inverse, 1);
    assert_int_equal(user->relationships[1].foreign_key, 0);
    assert_int_equal(user->relationships[1].inverse, 0);
    reading_end(&run);
}

static void children_may_stay_when_their_key_can_be_null(void **state)
{
    (void)state;
    reading run;
    reading_start(&run);
    reading_run_text(&run, "tree.h",
                     "struct CALX_ENTITY(\"nodes\") node {\n"
                     "    int64_t id CALX_PRIMARY_KEY;\n"
                     "    calx_nullable_int64 parent_id CALX_REFERENCES(node, id)\n"
                     "        CALX_ON_DELETE(set_null);\n"
                     "    CALX_ONE(struct node) parent;\n"
                     "    CALX_MANY(struct node) children CALX_INVERSE(parent);\n"
                     "};\n");
    reading_must_succeed(&run);
    assert_true(run.model.entities[0].foreign_keys[0].nullable);
    assert_int_equal(run.model.entities[0].relationships[0].inverse, 1);
    assert_int_equal(run.model.entities[0].relationships[1].inverse, 0);
    reading_end(&run);
}

/* ---- memory ---- */

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *paths[] = { reading_write("models.h", "") };
    char path[PATH_SIZE];
    assert_true(snprintf(path, sizeof(path), "%s", paths[0]) < (int)sizeof(path));
    paths[0] = path;
    calx_buffer whole = CALX_BUFFER_INIT;
    calx_buffer_format(&whole, "#include <calx/annotate.h>\n%sint CALX_UNIQUE stray;\n",
                       design_example);
    reading_write("models.h", calx_buffer_text(&whole));
    calx_buffer_clear(&whole);
    calx_status status = CALX_E_NOMEM;
    long allowed = 0;
    for (; status == CALX_E_NOMEM; allowed++) {
        ration account;
        reading run;
        assert_true(ration_start(&account, allowed));
        reading_start(&run);
        reading_run(&run, paths, 1);
        status = run.status;
        calx_buffer told = CALX_BUFFER_INIT;
        calx_diagnostics_text(&run.diagnostics, &told);
        calx_buffer_clear(&told);
        reading_end(&run);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_E_DATA); /* the stray annotation */
    assert_true(allowed > 10);
}

/* ---- the list of tests ---- */

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

static size_t find_bad_headers(const char *directory)
{
    DIR *stream = opendir(directory);
    size_t count = 0;
    const struct dirent *entry = stream != NULL ? readdir(stream) : NULL;
    for (; entry != NULL && count + 1 < MOST_HEADERS; entry = readdir(stream)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".h") != 0)
            continue;
        int size = snprintf(bad_paths[count], PATH_SIZE, "%s/%s", directory, entry->d_name);
        count += size > 0 && size < PATH_SIZE;
    }
    if (stream != NULL)
        closedir(stream);
    qsort(bad_paths, count, PATH_SIZE, compare_names);
    return count;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest always[] = {
        cmocka_unit_test(every_rule_has_a_header_that_breaks_it),
        cmocka_unit_test(codes_are_given_once),
        cmocka_unit_test(a_diagnostic_shows_line_caret_and_fix),
        cmocka_unit_test(too_many_columns_are_told),
        cmocka_unit_test(the_design_example_gives_its_columns),
        cmocka_unit_test(the_design_example_gives_its_relationships),
        cmocka_unit_test(parts_of_a_composite_key_are_one_foreign_key),
        cmocka_unit_test(defaults_become_initializers_of_c),
        cmocka_unit_test(names_can_be_chosen),
        cmocka_unit_test(a_model_is_named_after_its_header),
        cmocka_unit_test(included_entities_are_referred_to_and_not_generated),
        cmocka_unit_test(several_relationships_find_their_keys_through_the_other_side),
        cmocka_unit_test(children_may_stay_when_their_key_can_be_null),
        cmocka_unit_test(every_allocation_may_fail),
    };
    enum { ALWAYS = sizeof(always) / sizeof(always[0]) };
    static struct CMUnitTest tests[ALWAYS + MOST_HEADERS];
    size_t found = count == 2 ? find_bad_headers(arguments[1]) : 0;
    if (found == 0) {
        fprintf(stderr, "usage: test-generator-check directory-of-bad-headers\n");
        return 2;
    }
    memcpy(tests, always, sizeof(always));
    for (size_t i = 0; i < found; i++) {
        tests[ALWAYS + i] = (struct CMUnitTest){ .name = strrchr(bad_paths[i], '/') + 1,
                                                 .test_func = a_bad_header_is_told_as_expected,
                                                 .initial_state = bad_paths[i] };
    }
    return calx_run_tests("generator_check", tests, ALWAYS + found);
}
