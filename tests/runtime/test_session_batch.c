/*
 * Many rows in one flush: few statements where the database takes rows together, and everything
 * else as if each had gone alone: order, keys, what is stored, and which row is to blame.
 */
#include "session_fixture.h"
#include "support/graph_model.h"
#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>

enum { USERS = 10000, BATCH = 1000 };

/* How many INSERTs so many rows of one kind take; the answer depends on the database. */
static size_t inserts_for(size_t rows)
{
    if (!calx_test_on("postgresql"))
        return rows;
    size_t rest = rows % BATCH;
    return rows / BATCH + (rest < 5 ? rest : 1);
}

static struct user *numbered_user(calx_session *session, int number, char *name, size_t size)
{
    (void)snprintf(name, size, "user %06d", number);
    struct user *user = add_user(session, name);
    user->age = (calx_nullable_int32){ number % 2 == 0, number % 2 == 0 ? number : 0 };
    return user;
}

/* So many users in a session, not flushed. Their names may go. */
static struct user **add_users(calx_session *session, int count)
{
    struct user **users = calloc((size_t)count, sizeof(struct user *));
    char name[32];
    assert_non_null(users);
    for (int i = 0; i < count; i++) {
        users[i] = numbered_user(session, i, name, sizeof(name));
        assert_int_equal(set_name(users[i], name), CALX_OK);
    }
    return users;
}

static void many_rows_take_few_statements(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-174");
    set_up(&fix);
    struct user **users = add_users(fix.session, USERS);
    for (int i = 0; i < 2 * USERS; i++) {
        struct address *address = calx_instance_new(&address_mapper);
        address->email = i % 2 == 0 ? "at home" : "at work";
        address->user = users[i / 2];
        assert_int_equal(calx_session_add(fix.session, address), CALX_OK);
    }
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO \"users\""), inserts_for(USERS));
    assert_int_equal(logged(&fix, "INSERT INTO \"addresses\""), inserts_for((size_t)2 * USERS));
    for (int i = 0; i < USERS; i++)
        assert_int_equal(users[i]->id, users[0]->id + i);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name = 'user ' || "
                                         "substr(CAST(1000000 + id - 1 AS TEXT), 2, 6)"),
                     USERS);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM addresses WHERE user_id = "
                                         "(id + 1) / 2"),
                     2 * USERS);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age = id - 1"),
                     USERS / 2);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE age IS NULL"),
                     USERS / 2);
    free(users);
    tear_down(&fix);
}

static void a_batch_ends_where_it_must(void **state)
{
    (void)state;
    static const int counts[] = { 1, 4, 5, 6, BATCH - 1, BATCH, BATCH + 1, BATCH + 5 };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        fixture fix;
        set_up(&fix);
        run_elsewhere(&fix, "DELETE FROM users");
        log_sink_forget(&fix.sink);
        struct user **users = add_users(fix.session, counts[i]);
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "INSERT INTO"), inserts_for((size_t)counts[i]));
        for (int k = 1; k < counts[i]; k++)
            assert_int_equal(users[k]->id, users[k - 1]->id + 1);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), counts[i]);
        free(users);
        tear_down(&fix);
    }
}

/* Rows with other columns come in between, and the order stays. */
static void server_defaults_and_other_columns_part_batches(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-176");
    set_up(&fix);
    enum { COUNT = 30 };
    struct user **users = add_users(fix.session, COUNT);
    for (int i = 10; i < 20; i++)
        users[i]->created = 1000000 * (int64_t)i;
    users[25]->id = 1000;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    if (calx_test_on("postgresql"))
        assert_int_equal(log_sink_count(&fix.sink, "INSERT INTO"), 1 + 1 + 1 + 1 + 4);
    log_sink_forget(&fix.sink);
    for (int i = 0; i < COUNT; i++) {
        const struct user *user = get_user(fix.session, users[i]->id);
        assert_ptr_equal(user, users[i]);
        if (i < 25)
            assert_int_equal(user->id, i + 1);
        assert_true(i != 25 || user->id == 1000);
        assert_int_equal(user->revision, 1);
        assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
        if (i >= 10 && i < 20)
            assert_int_equal(user->created, 1000000 * (int64_t)i);
        else
            assert_true(user->created > INT64_C(1500000000000000));
    }
    free(users);
    tear_down(&fix);
}

static void fill_everything(struct everything *row, int i)
{
    static const char *const texts[] = { "",   "{}\"", "\\,'\n", "\xe2\x82\xac\xf0\x9f\x98\x80",
                                         NULL, "NULL" };
    static const unsigned char bytes[] = { 0, 1, 0xff, '{', '"', '\\' };
    row->flag = i % 2 == 1;
    row->i8 = (int8_t)(i % 2 == 0 ? INT8_MIN : INT8_MAX);
    row->i16 = (int16_t)(i % 2 == 0 ? INT16_MIN : INT16_MAX);
    row->i32 = i % 2 == 0 ? INT32_MIN : INT32_MAX;
    row->i64 = i % 2 == 0 ? INT64_MIN : INT64_MAX;
    row->u8 = UINT8_MAX;
    row->u16 = UINT16_MAX;
    row->u32 = UINT32_MAX;
    row->u64 = calx_test_on("postgresql") && i % 2 == 1 ? UINT64_MAX : (uint64_t)i * 10001;
    row->real32 = (float)i / 3;
    row->real64 = -1.0 / (i + 1);
    row->text = texts[i % 6];
    (void)snprintf(row->array, sizeof(row->array), "a%d", i);
    row->bytes = (calx_bytes){ i % 3 == 0 ? NULL : bytes, i % 3 == 0 ? 0 : (size_t)(i % 7) };
    row->moment = (int64_t)i * 1234567891 - 77;
    row->maybe = (calx_nullable_double){ i % 4 == 1, i % 4 == 1 ? 0.1 : 0 };
    row->perhaps = (calx_nullable_bool){ i % 5 == 1, i % 5 == 1 };
}

static void assert_same_text(const char *left, const char *right)
{
    assert_int_equal(left == NULL, right == NULL);
    if (left != NULL)
        assert_string_equal(left, right);
}

static void assert_everything(const struct everything *row, int i)
{
    struct everything *same = calx_instance_new(&everything_mapper);
    fill_everything(same, i);
    assert_int_equal(row->flag, same->flag);
    assert_true(row->i8 == same->i8 && row->i16 == same->i16 && row->i32 == same->i32);
    assert_true(row->i64 == same->i64 && row->u8 == same->u8 && row->u16 == same->u16);
    assert_true(row->u32 == same->u32 && row->u64 == same->u64);
    assert_memory_equal(&row->real32, &same->real32, sizeof(float));
    assert_memory_equal(&row->real64, &same->real64, sizeof(double));
    assert_same_text(row->text, same->text);
    assert_string_equal(row->array, same->array);
    assert_int_equal(row->bytes.size, same->bytes.size);
    assert_int_equal(row->bytes.data == NULL, same->bytes.data == NULL);
    if (row->bytes.size > 0)
        assert_memory_equal(row->bytes.data, same->bytes.data, row->bytes.size);
    assert_int_equal(row->moment, same->moment);
    assert_int_equal(row->maybe.has_value, same->maybe.has_value);
    assert_true(row->maybe.value == same->maybe.value);
    assert_int_equal(row->perhaps.has_value, same->perhaps.has_value);
    calx_instance_free(same);
}

static void every_type_goes_through_a_batch_unchanged(void **state)
{
    (void)state;
    fixture fix;
    enum { COUNT = 60 };
    set_up(&fix);
    for (int i = 0; i < COUNT; i++) {
        struct everything *row = calx_instance_new(&everything_mapper);
        row->key = (uint32_t)(i + 1);
        fill_everything(row, i);
        assert_int_equal(calx_session_add(fix.session, row), CALX_OK);
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT INTO"), calx_test_on("postgresql") ? 1 : COUNT);
    for (int i = 0; i < COUNT; i++) {
        calx_value key = calx_value_int64(i + 1);
        const void *found = NULL;
        calx_session *session = new_session(&fix);
        assert_int_equal(calx_session_get_one(session, &everything_mapper, &key, &found), CALX_OK);
        assert_everything(found, i);
        calx_session_free(session);
    }
    tear_down(&fix);
}

/* ---- failures ---- */

static void spoil_unique(struct user *user)
{
    assert_int_equal(set_name(user, "user 000003"), CALX_OK);
}

static void spoil_check(struct user *user)
{
    user->age = (calx_nullable_int32){ true, -1 };
}

static void spoil_not_null(struct user *user)
{
    user->name = NULL;
}

static void spoil_length(struct user *user)
{
    user->name = "a name that is longer than thirty characters";
}

static void spoil_encoding(struct user *user)
{
    user->fullname = "\xff";
}

/*
 * The INSERTs sent tell which row it was: the last one. What is found before a row is sent leaves
 * that row out, and those before it went together.
 */
static size_t sent_until(int at, bool sent)
{
    if (!calx_test_on("postgresql"))
        return (size_t)at + (sent ? 1 : 0);
    return 1 + (sent ? (size_t)at + 1 : 0);
}

static void assert_blamed(fixture *fix, int at, void (*spoil)(struct user *), calx_status status)
{
    enum { COUNT = 20 };
    struct user **users = add_users(fix->session, COUNT);
    spoil(users[at]);
    log_sink_forget(&fix->sink);
    assert_int_equal(calx_session_flush(fix->session), status);
    assert_int_equal(logged(fix, "INSERT INTO"), sent_until(at, spoil != spoil_length));
    assert_ptr_equal(strstr(message(fix->session), "inserting a new user: "),
                     message(fix->session));
    assert_false(calx_session_is_active(fix->session));
    struct user *late = new_user("late");
    assert_int_equal(calx_session_add(fix->session, late), CALX_OK);
    assert_int_equal(calx_session_flush(fix->session), CALX_E_PENDING_ROLLBACK);
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    assert_int_equal(number(fix->session, "SELECT count(*) FROM users"), 0);
    calx_instance_free(late);
    for (int i = 0; i < COUNT; i++)
        calx_instance_free(users[i]);
    free(users);
    users = add_users(fix->session, COUNT);
    assert_int_equal(calx_session_flush(fix->session), CALX_OK);
    assert_int_equal(number(fix->session, "SELECT count(*) FROM users"), COUNT);
    assert_int_equal(calx_session_rollback(fix->session), CALX_OK);
    for (int i = 0; i < COUNT; i++)
        calx_instance_free(users[i]);
    free(users);
}

static void the_row_that_breaks_a_batch_is_named(void **state)
{
    (void)state;
    fixture fix;
    calx_shows("SES-154");
    calx_shows("SES-156");
    set_up(&fix);
    for (int at = 9; at < 20; at += 10) {
        assert_blamed(&fix, at, spoil_unique, CALX_E_UNIQUE);
        assert_blamed(&fix, at, spoil_check, CALX_E_CHECK);
        assert_blamed(&fix, at, spoil_not_null, CALX_E_NOT_NULL);
        assert_blamed(&fix, at, spoil_length, CALX_E_DATA);
        if (calx_test_on("postgresql"))
            assert_blamed(&fix, at, spoil_encoding, CALX_E_DATA);
    }
    tear_down(&fix);
}

/* The database's own refusal of an earlier row comes before what is wrong with a later one. */
static void the_first_row_that_fails_is_the_one_named(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user **users = add_users(fix.session, 20);
    spoil_check(users[12]);
    spoil_length(users[16]);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_CHECK);
    assert_non_null(strstr(message(fix.session), "inserting a new user: "));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    for (int i = 0; i < 20; i++)
        calx_instance_free(users[i]);
    free(users);
    tear_down(&fix);
}

/* ---- rows that point at each other ---- */

static struct node *add_node(calx_session *session, const char *name, struct node *parent)
{
    struct node *node = calx_instance_new(&node_mapper);
    assert_non_null(node);
    node->name = name;
    node->parent = parent;
    assert_int_equal(calx_session_add(session, node), CALX_OK);
    return node;
}

static void rows_that_point_at_each_other_have_their_keys(void **state)
{
    (void)state;
    fixture fix;
    enum { LEVELS = 10, BROOD = 20 };
    set_up_model(&fix, &graph_metadata);
    struct node *parent = NULL;
    struct node *nodes[LEVELS][BROOD];
    for (int level = 0; level < LEVELS; level++) {
        for (int i = 0; i < BROOD; i++)
            nodes[level][i] = add_node(fix.session, "node", parent);
        parent = nodes[level][BROOD - 1];
    }
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    if (calx_test_on("postgresql"))
        assert_in_range(log_sink_count(&fix.sink, "INSERT INTO"), LEVELS, 4 * LEVELS);
    for (int level = 1; level < LEVELS; level++) {
        for (int i = 0; i < BROOD; i++) {
            assert_true(nodes[level][i]->parent_id.has_value);
            assert_int_equal(nodes[level][i]->parent_id.value, nodes[level - 1][BROOD - 1]->id);
        }
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM nodes n JOIN nodes p ON "
                                         "n.parent_id = p.id WHERE p.id < n.id"),
                     (LEVELS - 1) * BROOD);
    tear_down(&fix);
}

/* Added depth first; a level goes together all the same, and has its keys before the next. */
static void a_tree_goes_level_by_level(void **state)
{
    (void)state;
    fixture fix;
    enum { BROOD = 20 };
    struct node *children[BROOD];
    struct node *leaves[BROOD][BROOD];
    calx_shows("SES-196");
    set_up_model(&fix, &graph_metadata);
    struct node *root = add_node(fix.session, "root", NULL);
    for (int i = 0; i < BROOD; i++) {
        children[i] = add_node(fix.session, "child", root);
        for (int k = 0; k < BROOD; k++)
            leaves[i][k] = add_node(fix.session, "leaf", children[i]);
    }
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "INSERT INTO"),
                     calx_test_on("postgresql") ? 3 : 1 + BROOD + BROOD * BROOD);
    for (int i = 0; i < BROOD; i++) {
        assert_int_equal(children[i]->id, root->id + 1 + i);
        assert_int_equal(children[i]->parent_id.value, root->id);
        for (int k = 0; k < BROOD; k++) {
            assert_int_equal(leaves[i][k]->id, root->id + 1 + BROOD + i * BROOD + k);
            assert_int_equal(leaves[i][k]->parent_id.value, children[i]->id);
        }
    }
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    tear_down(&fix);
}

/* ---- a table that is not as the mapper would make it ---- */

/* A date takes text as a parameter of its own, but not out of an array of texts. */
static void a_column_of_another_type_is_served_row_by_row(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_elsewhere(&fix, "ALTER TABLE users ALTER COLUMN fullname TYPE DATE USING NULL");
    for (int round = 0; round < 2; round++) {
        log_sink_forget(&fix.sink);
        struct user **users = add_users(fix.session, 10);
        for (int i = 0; i < 10; i++)
            users[i]->fullname = "2024-02-29";
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(logged(&fix, "INSERT INTO"), round == 0 ? 11 : 10);
        assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE fullname = "
                                             "DATE '2024-02-29'"),
                         10);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        for (int i = 0; i < 10; i++)
            calx_instance_free(users[i]);
        free(users);
    }
    tear_down(&fix);
}

/* A row a trigger swallows has no key: that row is to blame and no other. */
static void a_swallowed_row_is_found(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    run_elsewhere(&fix, "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS "
                        "$$BEGIN IF NEW.name = 'user 000007' THEN RETURN NULL; END IF; "
                        "RETURN NEW; END$$");
    run_elsewhere(&fix, "CREATE TRIGGER swallow BEFORE INSERT ON users FOR EACH ROW EXECUTE "
                        "FUNCTION swallow()");
    struct user **users = add_users(fix.session, 20);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FLUSH);
    assert_non_null(strstr(message(fix.session), "swallowed"));
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    for (int i = 0; i < 20; i++)
        calx_instance_free(users[i]);
    free(users);
    tear_down(&fix);
}

/* ---- out of memory ---- */

static calx_status add_and_flush(calx_session *session)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    calx_status status = CALX_OK;
    for (int i = 0; status == CALX_OK && i < 8; i++) {
        struct user *user = calx_instance_new(&user_mapper);
        if (user == NULL)
            return CALX_E_NOMEM;
        user->name = names[i];
        status = calx_session_add(session, user);
        if (status != CALX_OK)
            calx_instance_free(user);
    }
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static calx_status run_batch(const char *url)
{
    calx_engine *engine = NULL;
    calx_session *session = NULL;
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_status status = calx_engine_new(url, NULL, &engine, NULL);
    options.bind = engine;
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, NULL);
    if (status == CALX_OK)
        status = add_and_flush(session);
    if (session != NULL)
        assert_int_equal(calx_session_rollback(session), CALX_OK);
    calx_session_free(session);
    calx_engine_free(engine);
    return status;
}

static void every_missing_allocation_of_a_batch_is_survived(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char url[300];
    (void)snprintf(url, sizeof url, "%s", calx_test_url());
    tear_down(&fix);
    calx_status status = CALX_E_NOMEM;
    for (long allowed = 0; status == CALX_E_NOMEM; allowed++) {
        ration account;
        assert_true(ration_start(&account, allowed));
        status = run_batch(url);
        assert_int_equal(ration_stop(&account), 0);
    }
    assert_int_equal(status, CALX_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_rows_take_few_statements),
        cmocka_unit_test(a_batch_ends_where_it_must),
        cmocka_unit_test(server_defaults_and_other_columns_part_batches),
        cmocka_unit_test(every_type_goes_through_a_batch_unchanged),
        cmocka_unit_test(the_row_that_breaks_a_batch_is_named),
        cmocka_unit_test(the_first_row_that_fails_is_the_one_named),
        cmocka_unit_test(rows_that_point_at_each_other_have_their_keys),
        cmocka_unit_test(a_tree_goes_level_by_level),
        CALX_POSTGRESQL(a_column_of_another_type_is_served_row_by_row),
        CALX_POSTGRESQL(a_swallowed_row_is_found),
        cmocka_unit_test(every_missing_allocation_of_a_batch_is_survived),
    };
    return CALX_RUN("session_batch", tests);
}
