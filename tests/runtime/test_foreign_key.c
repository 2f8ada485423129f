/*
 * Foreign keys at the edges: without a relationship, as part of a key, and keys that are not there.
 */
#include "support/graph_session.h"
#include "support/harness.h"

#include <string.h>

struct bill;

/* A line is known by its bill and its number on it, so it cannot be without its bill. */
struct line {
    int64_t bill_id;
    int64_t number;
    const struct bill *bill;
};

struct bill {
    int64_t id;
    struct {
        const struct line *const *items;
        size_t count;
    } lines;
};

static const calx_mapper bill_mapper;
static const calx_mapper line_mapper;

#define KEY_COLUMN(struct_, member_)                                                               \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64,                             \
        .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL, .offset = offsetof(struct_, member_),     \
        .size = 8                                                                                  \
    }

static const calx_column bill_columns[] = { KEY_COLUMN(struct bill, id) };
static const calx_column line_columns[] = { KEY_COLUMN(struct line, bill_id),
                                            KEY_COLUMN(struct line, number) };
static const uint16_t both_columns[] = { 0, 1 };

static const calx_foreign_key line_keys[] = {
    { .target = &bill_mapper,
      .columns = both_columns,
      .target_columns = both_columns,
      .column_count = 1 },
};

static const calx_relationship bill_relationships[] = {
    { .member = "lines",
      .kind = CALX_RELATIONSHIP_MANY,
      .cascade = CALX_CASCADE_SAVE_UPDATE,
      .offset = offsetof(struct bill, lines),
      .target = &line_mapper },
};

static const calx_relationship line_relationships[] = {
    { .member = "bill",
      .kind = CALX_RELATIONSHIP_ONE,
      .cascade = CALX_CASCADE_SAVE_UPDATE,
      .offset = offsetof(struct line, bill),
      .target = &bill_mapper },
};

static const calx_mapper bill_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct bill),
    .instance_alignment = _Alignof(struct bill),
    .name = "bill",
    .table = "bills",
    .columns = bill_columns,
    .key = both_columns,
    .relationships = bill_relationships,
    .column_count = 1,
    .key_count = 1,
    .relationship_count = 1,
};

static const calx_mapper line_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct line),
    .instance_alignment = _Alignof(struct line),
    .name = "line",
    .table = "lines",
    .columns = line_columns,
    .key = both_columns,
    .foreign_keys = line_keys,
    .relationships = line_relationships,
    .column_count = 2,
    .key_count = 2,
    .foreign_key_count = 1,
    .relationship_count = 1,
};

static const calx_mapper *const bill_mappers[] = { &bill_mapper, &line_mapper };

static const calx_metadata bill_metadata = {
    .abi = CALX_MAPPER_ABI,
    .name = "bills",
    .mappers = bill_mappers,
    .mapper_count = 2,
};

/* Bill 1 with the lines 1 and 2; its collection is loaded. */
static const struct bill *set_up(graph *fix)
{
    graph_open(fix);
    assert_int_equal(calx_schema_create_all(fix->engine, &bill_metadata, NULL), CALX_OK);
    graph_sql(fix, "INSERT INTO bills (id) VALUES (1)");
    graph_sql(fix, "INSERT INTO lines (bill_id, number) VALUES (1, 1), (1, 2)");
    graph_ok(fix, calx_session_commit(fix->session));
    const struct bill *bill = graph_get(fix, &bill_mapper, 1);
    assert_int_equal(graph_count(bill, 0), 2);
    return bill;
}

static void a_member_whose_key_names_its_owner_cannot_be_removed(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-188");
    calx_shows("ERR-14");
    const struct bill *bill = set_up(&fix);
    const struct line *line = bill->lines.items[0];
    graph_ok(&fix, graph_remove(bill, 0, line));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_ASSERTION);
    assert_non_null(strstr(calx_session_error(fix.session)->message,
                           "lines.bill_id is part of the key, so a line cannot be without its "
                           "bill: delete it, or give it another"));
    assert_int_equal(calx_session_commit(fix.session), CALX_E_PENDING_ROLLBACK);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(bill, 0), 2);
    graph_close(&fix);
}

static void an_owner_that_is_in_the_key_of_members_cannot_be_deleted(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-188");
    const struct bill *bill = set_up(&fix);
    graph_ok(&fix, calx_session_delete(fix.session, bill));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_FOREIGN_KEY);
    assert_int_equal(calx_session_commit(fix.session), CALX_E_PENDING_ROLLBACK);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_count(bill, 0), 2);
    graph_close(&fix);
}

static void rows_without_a_relationship_are_in_the_order_of_their_foreign_keys(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-171");
    graph_open(&fix);
    struct membership *first = calx_instance_new(&membership_mapper);
    struct user *user = graph_user("ed");
    first->user_id = user->id = 5;
    memcpy(first->group_name, "chess", 6);
    graph_ok(&fix, calx_session_add(fix.session, first));
    graph_ok(&fix, calx_session_add(fix.session, user));
    graph_ok(&fix, calx_session_commit(fix.session));
    graph_ok(&fix, calx_session_delete(fix.session, user));
    graph_ok(&fix, calx_session_delete(fix.session, first));
    graph_ok(&fix, calx_session_commit(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM memberships"), 0);
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM users"), 0);
    graph_close(&fix);
}

static void a_key_that_is_not_complete_fails_the_flush(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-182");
    graph_open(&fix);
    struct parcel *parcel = calx_instance_new(&parcel_mapper);
    parcel->number = 7;
    graph_ok(&fix, calx_session_add(fix.session, parcel));
    assert_int_equal(calx_session_flush(fix.session), CALX_E_NOT_NULL);
    graph_ok(&fix, calx_session_rollback(fix.session));
    parcel->country = "de";
    graph_ok(&fix, calx_session_add(fix.session, parcel));
    graph_ok(&fix, calx_session_commit(fix.session));
    ((struct parcel *)calx_instance_edit(parcel))->country = NULL;
    assert_int_equal(calx_session_flush(fix.session), CALX_E_NOT_NULL);
    graph_ok(&fix, calx_session_rollback(fix.session));
    assert_int_equal(graph_number(&fix, "SELECT count(*) FROM parcels WHERE country = 'de'"), 1);
    graph_close(&fix);
}

static void a_flush_loads_no_collection_of_what_changed(void **state)
{
    (void)state;
    graph fix;
    calx_shows("SES-191");
    graph_open(&fix);
    graph_sql(&fix, "INSERT INTO users (name, role, revision) VALUES ('ed', 0, 1)");
    graph_sql(&fix, "INSERT INTO addresses (email, user_id) VALUES ('ed@one', 1)");
    graph_ok(&fix, calx_session_commit(fix.session));
    struct user *user = calx_instance_edit(graph_get(&fix, &user_mapper, 1));
    user->name = "wendy";
    graph_forget(&fix);
    graph_ok(&fix, calx_session_flush(fix.session));
    assert_int_equal(graph_statements(&fix, "UPDATE"), 1);
    assert_int_equal(graph_statements(&fix, "SELECT"), 0);
    assert_null(user->addresses.items);
    graph_close(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_whose_key_names_its_owner_cannot_be_removed),
        cmocka_unit_test(an_owner_that_is_in_the_key_of_members_cannot_be_deleted),
        cmocka_unit_test(rows_without_a_relationship_are_in_the_order_of_their_foreign_keys),
        cmocka_unit_test(a_key_that_is_not_complete_fails_the_flush),
        cmocka_unit_test(a_flush_loads_no_collection_of_what_changed),
    };
    return CALX_RUN("foreign_key", tests);
}
