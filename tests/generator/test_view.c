/*
 * The view: texts as C wants them, names that cannot collide, the tree of a model, the folding of
 * long lines, and survival of every failing allocation.
 */
#include "user_model.h"

#include "base/allocator.h"
#include "support/harness.h"
#include "support/ration.h"
#include "view/descriptor.h"
#include "view/layout.h"
#include "view/literal.h"
#include "view/room.h"
#include "view/view.h"

#include <string.h>

static const char *const includes[] = { "models.h" };
static const calx_view_options options = { "1.2.3", "models.calx.h", "models.calx.c", includes, 1 };

typedef void put_function(calx_buffer *out, const char *text);

static void assert_put(put_function *put, const char *text, const char *expected)
{
    calx_buffer buffer = CALX_BUFFER_INIT;

    put(&buffer, text);
    assert_string_equal(calx_buffer_text(&buffer), expected);
    calx_buffer_clear(&buffer);
}

static void assert_laid_out(const char *text, const char *expected)
{
    calx_buffer buffer = CALX_BUFFER_INIT;

    calx_view_layout(text, strlen(text), &buffer);
    assert_string_equal(calx_buffer_text(&buffer), expected);
    calx_buffer_clear(&buffer);
}

/* ---- texts ---- */

static void a_literal_means_the_same_bytes_to_every_compiler(void **state)
{
    (void)state;
    assert_put(calx_view_put_literal, NULL, "NULL");
    assert_put(calx_view_put_literal, "", "\"\"");
    assert_put(calx_view_put_literal, "a\"b\\c\n\t", "\"a\\\"b\\\\c\\n\\t\"");
    assert_put(calx_view_put_literal,
               "\001"
               "2",
               "\"\\0012\"");
    assert_put(calx_view_put_literal, "wh\?\?/at\?", "\"wh?\\?/at?\"");
    assert_put(calx_view_put_literal, "Zo\xC3\xAB", "\"Zo\xC3\xAB\"");
    assert_put(calx_view_put_literal, "\xFF\xC3", "\"\\377\\303\"");
    assert_put(calx_view_put_literal, "\xED\xA0\x80", "\"\\355\\240\\200\"");
}

static void a_comment_cannot_be_ended_by_its_text(void **state)
{
    (void)state;
    assert_put(calx_view_put_comment, "a */ b /* c", "a * / b / * c");
    assert_put(calx_view_put_comment, "Latin \xE9", "Latin ?");
}

static void a_doc_comment_keeps_its_lines(void **state)
{
    (void)state;
    assert_put(calx_view_put_doc, NULL, "");
    assert_put(calx_view_put_doc, " \n\t\n", "");
    assert_put(calx_view_put_doc, "Someone.\n", "/** Someone. */");
    assert_put(calx_view_put_doc, "One.\n\n  Two. \n", "/**\n * One.\n *\n *   Two.\n */");
}

static void a_guard_and_an_identifier_are_made_of_any_name(void **state)
{
    (void)state;
    assert_put(calx_view_put_guard, "my-models.calx.h", "MY_MODELS_CALX_H");
    assert_put(calx_view_put_guard, "3d.h", "H3D_H");
    assert_put(calx_view_put_identifier, "my-models", "my_models");
    assert_put(calx_view_put_identifier, "3d", "_3d");
}

static void a_path_in_an_output_never_depends_on_the_directory(void **state)
{
    (void)state;
    assert_string_equal(calx_view_portable_path("blog/models.h"), "blog/models.h");
    assert_string_equal(calx_view_portable_path("./models.h"), "models.h");
    assert_string_equal(calx_view_portable_path("../src/models.h"), "models.h");
    assert_string_equal(calx_view_portable_path("a/../models.h"), "models.h");
    assert_string_equal(calx_view_portable_path("/home/models.h"), "models.h");
}

/* ---- names ---- */

static const char *self_of(const char *tag, const char *c_type)
{
    static char room[CALX_VIEW_NAME_ROOM];
    static const uint16_t key[] = { 0 };
    static const calx_model_column columns[] = { { .member = "code" } };
    const calx_model_entity entity = { .tag = tag,
                                       .c_type = c_type,
                                       .columns = columns,
                                       .column_count = 1,
                                       .key = key,
                                       .key_count = 1 };

    return calx_view_self(&entity, room);
}

static void a_parameter_hides_no_type_and_no_other_parameter(void **state)
{
    (void)state;
    assert_string_equal(self_of("user", "struct user"), "user");
    assert_string_equal(self_of("user_t", "user_t"), "user");
    assert_string_equal(self_of("point", "point"), "instance");
    assert_string_equal(self_of("session", "struct session"), "instance");
    assert_string_equal(self_of("code", "struct code"), "instance");
    assert_string_equal(self_of("query_t", "query_t"), "instance");
}

static void a_setter_of_a_member_called_like_its_struct_compiles(void **state)
{
    const calx_model_entity entity = { .tag = "tag", .c_type = "struct tag" };

    (void)state;
    assert_string_equal(calx_view_parameter(&entity, "tag", "int"), "new_value");
    assert_string_equal(calx_view_parameter(&entity, "status", "int"), "new_value");
    assert_string_equal(calx_view_parameter(&entity, "name", "int"), "name");
    assert_string_equal(calx_view_parameter(&entity, "role", "role"), "new_value");
}

/* ---- the tree ---- */

static const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (!text)
        fail_msg("no text is called %s", name);
    return text;
}

static const json_t *item(const json_t *object, const char *list, size_t index)
{
    const json_t *found = json_array_get(json_object_get(object, list), index);

    if (!found)
        fail_msg("%s has no item %zu", list, index);
    return found;
}

static void a_column_is_ready_to_print(void **state)
{
    json_t *tree = calx_view_model(&calx_test_user_model, &options);
    const json_t *user = item(tree, "entities", 0);
    const json_t *age = item(user, "columns", 2), *role = item(user, "columns", 3);

    (void)state;
    assert_string_equal(text_at(age, "flags"), "CALX_COLUMN_NULL_FLAG | CALX_COLUMN_HAS_DEFAULT");
    assert_string_equal(text_at(age, "parameter_declaration"), "calx_nullable_int32 age");
    assert_string_equal(text_at(age, "argument"), "age.value");
    assert_string_equal(text_at(age, "check_literal"), "\"age >= 0\"");
    assert_string_equal(text_at(item(user, "columns", 1), "size"), "sizeof(char *)");
    assert_string_equal(text_at(role, "handle_type"), "calx_int64_column");
    assert_string_equal(text_at(role, "set_function"), "calx_instance_set_uint64");
    assert_string_equal(text_at(user, "key_parameters"), "int64_t id");
    assert_string_equal(text_at(user, "key_values"), "calx_value_int64(id)");
    json_decref(tree);
}

static void a_relationship_names_both_of_its_ends(void **state)
{
    json_t *tree = calx_view_model(&calx_test_user_model, &options);
    const json_t *many = item(item(tree, "entities", 0), "relationships", 0);
    const json_t *one = item(item(tree, "entities", 1), "relationships", 0);

    (void)state;
    assert_string_equal(text_at(many, "target_mapper"), "address_mapper");
    assert_string_equal(text_at(many, "parameter"), "address");
    assert_string_equal(text_at(one, "cascade"), "CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE");
    assert_string_equal(text_at(one, "out_parameter"), "out_user");
    json_decref(tree);
}

static void the_inputs_are_named_without_their_directory(void **state)
{
    json_t *tree = calx_view_model(&calx_test_user_model, &options);

    (void)state;
    assert_string_equal(text_at(tree, "inputs"), "models.h");
    assert_string_equal(text_at(tree, "guard"), "MODELS_CALX_H");
    assert_string_equal(json_string_value(json_array_get(json_object_get(tree, "includes"), 0)),
                        "\"models.h\"");
    json_decref(tree);
}

static void the_functions_of_a_session_are_forwarded_under_their_names(void **state)
{
    static const calx_model_parameter parameters[] = {
        { "session", "calx_session *", "calx_session *session" },
        { "status", "int", "int status" },
        { "rows", "const int *", "const int *rows" },
    };
    static const calx_model_function functions[] = {
        { .name = "calx_session_add",
          .parameters = parameters,
          .parameter_count = 3,
          .forwarded = true },
        { .name = "app_import", .parameters = parameters, .parameter_count = 1, .forwarded = true },
        { .name = "calx_session_new" },
    };
    const calx_model_functions header = { "session.h", functions, 3 };
    json_t *tree = calx_view_functions(&header, &options);
    const json_t *add = item(tree, "functions", 0), *import = item(tree, "functions", 1);

    (void)state;
    calx_shows("SES-030");
    assert_string_equal(text_at(add, "scoped_function"), "calx_scoped_session_add");
    assert_string_equal(text_at(add, "more_parameters"), ", int status_value, const int *rows");
    assert_string_equal(text_at(add, "more_arguments"), ", status_value, rows");
    assert_string_equal(text_at(import, "scoped_function"), "app_import_scoped");
    assert_string_equal(text_at(item(tree, "not_scoped", 0), "function"), "calx_session_new");
    assert_int_equal(json_array_size(json_object_get(tree, "functions")), 2);
    json_decref(tree);
}

static void the_schema_creates_a_table_before_what_refers_to_it(void **state)
{
    calx_error error = CALX_ERROR_INIT;
    json_t *tree = NULL;

    (void)state;
    assert_int_equal(
        calx_view_schema(&calx_test_user_model, &calx_dialect_sqlite, &options, &tree, &error),
        CALX_OK);
    assert_string_equal(text_at(item(tree, "statements", 0), "table"), "users");
    assert_non_null(strstr(text_at(item(tree, "statements", 0), "sql"), "CREATE TABLE"));
    assert_non_null(strstr(text_at(item(tree, "statements", 1), "sql"), "REFERENCES"));
    json_decref(tree);
}

/* ---- folding ---- */

static void a_line_that_fits_is_not_touched(void **state)
{
    static const char text[] = "int a;\n\n    /* b,   c */\n#define X 1";

    (void)state;
    assert_laid_out(text, text);
}

static void parameters_are_folded_below_the_first(void **state)
{
    (void)state;
    assert_laid_out("calx_status user_addresses(const struct user *user, "
                    "const struct address *const **out_items, size_t *out_count);\n",
                    "calx_status user_addresses(const struct user *user, "
                    "const struct address *const **out_items,\n"
                    "                           size_t *out_count);\n");
}

static void parameters_that_do_not_line_up_start_on_the_next_line(void **state)
{
    (void)state;
    assert_laid_out(
        "calx_status a_function_with_a_name_that_goes_on_and_on_until_nothing_fits_any("
        "const struct user *one, const struct user *two);\n",
        "calx_status a_function_with_a_name_that_goes_on_and_on_until_nothing_fits_any(\n"
        "    const struct user *one, const struct user *two);\n");
}

static void a_call_that_fits_alone_goes_below_its_variable(void **state)
{
    (void)state;
    assert_laid_out("    const calx_status status = calx_relationship_many(user, "
                    "&user_relationships[0], &items, out_count);\n",
                    "    const calx_status status =\n"
                    "        calx_relationship_many(user, &user_relationships[0], &items, "
                    "out_count);\n");
}

static void a_long_text_is_split_at_a_space(void **state)
{
    (void)state;
    assert_laid_out(
        "      .check = \"first and second and third and fourth and fifth and sixth and "
        "seventh and eighth and ninth\",\n",
        "      .check = \"first and second and third and fourth and fifth and sixth and "
        "seventh and eighth \"\n"
        "               \"and ninth\",\n");
}

static void a_long_comment_is_filled(void **state)
{
    (void)state;
    assert_laid_out("/** One two three four five six seven eight nine ten eleven twelve thirteen "
                    "fourteen fifteen sixteen words. */\n",
                    "/**\n * One two three four five six seven eight nine ten eleven twelve "
                    "thirteen fourteen fifteen sixteen\n * words.\n */\n");
}

static void a_line_of_the_preprocessor_stays_whole(void **state)
{
    static const char text[] =
        "#include \"a/directory/with/a/long/name/and/another/with/a/long/name/and/then/one/more/of/"
        "them/models.h\"\n";

    (void)state;
    assert_laid_out(text, text);
}

/* ---- memory ---- */

static calx_status make_all(void)
{
    calx_error error = CALX_ERROR_INIT;
    json_t *schema = NULL, *tree = calx_view_model(&calx_test_user_model, &options);
    calx_status status = tree ? CALX_OK : CALX_E_NOMEM;

    if (status == CALX_OK)
        status = calx_view_schema(&calx_test_user_model, &calx_dialect_sqlite, &options, &schema,
                                  &error);
    json_decref(schema);
    json_decref(tree);
    calx_error_clear(&error);
    return status;
}

static void every_failing_allocation_is_survived(void **state)
{
    calx_status status = CALX_E_NOMEM;
    json_malloc_t allocate;
    json_free_t release;

    (void)state;
    json_get_alloc_funcs(&allocate, &release);
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;

        assert_true(ration_start(&account, allowed));
        json_set_alloc_funcs(calx_alloc, calx_release);
        status = make_all();
        json_set_alloc_funcs(allocate, release);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_means_the_same_bytes_to_every_compiler),
        cmocka_unit_test(a_comment_cannot_be_ended_by_its_text),
        cmocka_unit_test(a_doc_comment_keeps_its_lines),
        cmocka_unit_test(a_guard_and_an_identifier_are_made_of_any_name),
        cmocka_unit_test(a_path_in_an_output_never_depends_on_the_directory),
        cmocka_unit_test(a_parameter_hides_no_type_and_no_other_parameter),
        cmocka_unit_test(a_setter_of_a_member_called_like_its_struct_compiles),
        cmocka_unit_test(a_column_is_ready_to_print),
        cmocka_unit_test(a_relationship_names_both_of_its_ends),
        cmocka_unit_test(the_inputs_are_named_without_their_directory),
        cmocka_unit_test(the_functions_of_a_session_are_forwarded_under_their_names),
        cmocka_unit_test(the_schema_creates_a_table_before_what_refers_to_it),
        cmocka_unit_test(a_line_that_fits_is_not_touched),
        cmocka_unit_test(parameters_are_folded_below_the_first),
        cmocka_unit_test(parameters_that_do_not_line_up_start_on_the_next_line),
        cmocka_unit_test(a_call_that_fits_alone_goes_below_its_variable),
        cmocka_unit_test(a_long_text_is_split_at_a_space),
        cmocka_unit_test(a_long_comment_is_filled),
        cmocka_unit_test(a_line_of_the_preprocessor_stays_whole),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };

    return CALX_RUN("view", tests);
}
