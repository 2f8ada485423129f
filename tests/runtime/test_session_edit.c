/*
 * How changes are seen: mutable pointers, setters, texts that the application may write into, and
 * what a rollback puts back. The table "notes" has a text as its key and a char * as a column.
 */
#include "session_fixture.h"

#include "session/session.h"
#include "support/ration.h"

#include <stdio.h>
#include <stdlib.h>

struct note {
    const char *code;
    char *body;
    calx_bytes blob;
    char tag[8];
};

static const calx_column note_columns[] = {
    { .name = "code",
      .member = "code",
      .type = CALX_TYPE_TEXT,
      .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL,
      .offset = offsetof(struct note, code),
      .size = sizeof(const char *) },
    { .name = "body",
      .member = "body",
      .type = CALX_TYPE_TEXT,
      .flags = CALX_COLUMN_MUTABLE,
      .offset = offsetof(struct note, body),
      .size = sizeof(char *) },
    { .name = "blob",
      .member = "blob",
      .type = CALX_TYPE_BYTES,
      .offset = offsetof(struct note, blob),
      .size = sizeof(calx_bytes) },
    { .name = "tag",
      .member = "tag",
      .type = CALX_TYPE_CHAR_ARRAY,
      .flags = CALX_COLUMN_NOT_NULL,
      .offset = offsetof(struct note, tag),
      .size = 8 },
};

static const uint16_t note_key[] = { 0 };

static const calx_mapper note_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct note),
    .instance_alignment = _Alignof(struct note),
    .name = "note",
    .table = "notes",
    .columns = note_columns,
    .key = note_key,
    .column_count = sizeof note_columns / sizeof note_columns[0],
    .key_count = 1,
};

static const calx_mapper *const note_mappers[] = { &note_mapper };

static const calx_metadata note_metadata = {
    .abi = CALX_MAPPER_ABI,
    .name = "note",
    .mappers = note_mappers,
    .mapper_count = 1,
};

static struct note *add_note(calx_session *session, const char *code, char *body)
{
    struct note *note = calx_instance_new(&note_mapper);
    assert_non_null(note);
    note->code = code;
    note->body = body;
    strcpy(note->tag, "tag");
    assert_int_equal(calx_session_add(session, note), CALX_OK);
    return note;
}

/* Written, committed and loaded again, without a watch on it. */
static const struct user *loaded_user(fixture *fix, const char *name)
{
    int64_t id = stored_user(fix->session, name)->id;
    assert_int_equal(calx_session_close(fix->session), CALX_OK);
    const struct user *user = get_user(fix->session, id);
    assert_non_null(user);
    log_sink_forget(&fix->sink);
    return user;
}

/* ---- texts are copied ---- */

static void adding_copies_texts_at_once(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    char line[20];
    for (int i = 0; i < 3; i++) {
        (void)snprintf(line, sizeof line, "user %d", i);
        (void)add_user(fix.session, line);
    }
    memset(line, 'x', sizeof line);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users WHERE name LIKE 'user _'"), 3);
    tear_down(&fix);
}

static void setters_copy_texts_at_once(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = loaded_user(&fix, "ed");
    char line[20] = "first";
    assert_int_equal(set_name(user, line), CALX_OK);
    assert_int_equal(set_fullname(user, line), CALX_OK);
    memset(line, 'x', sizeof line - 1);
    assert_string_equal(user->name, "first");
    assert_int_equal(set_name(user, user->name), CALX_OK); /* its own text */
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM users", "first");
    assert_stored_text(fix.session, "SELECT fullname FROM users", "first");
    tear_down(&fix);
}

static void assigned_texts_are_copied_by_the_flush(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    char *line = malloc(20);
    assert_non_null(line);
    strcpy(line, "edward");
    user->name = line;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    free(line);
    assert_string_equal(user->name, "edward");
    line = malloc(20);
    assert_non_null(line);
    strcpy(line, "eddie");
    user->name = line;
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    free(line);
    assert_string_equal(user->name, "ed"); /* points at no dead buffer */
    tear_down(&fix);
}

static void many_setters_do_not_pile_up_texts(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = loaded_user(&fix, "ed");
    char line[20];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(line, sizeof line, "user %d", i);
        assert_int_equal(set_name(user, line), CALX_OK);
    }
    size_t blocks = 0;
    const calx_text_block *block = calx_instance_of(user)->texts;
    for (; block != NULL; block = block->next)
        blocks++;
    assert_true(blocks < 40);
    assert_string_equal(user->name, "user 999");
    tear_down(&fix);
}

/* ---- what is sent ---- */

static void only_changed_columns_are_updated(void **state)
{
    (void)state;
    calx_shows("SES-178");
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    user->fullname = "Ed Jones";
    user->age = (calx_nullable_int32){ true, 7 };
    assert_int_equal(calx_session_count_dirty(fix.session), 1);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"users\" SET \"fullname\" = ?, \"age\" = "
                                               "?, \"revision\" = ? WHERE"),
                     1);
    log_sink_forget(&fix.sink);
    user->age.value = 8;
    user->age.value = 7; /* set and restored */
    assert_int_equal(set_name(user, "jack"), CALX_OK);
    assert_int_equal(set_name(user, "ed"), CALX_OK);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE"), 0);
    assert_int_equal(user->revision, 2);
    tear_down(&fix);
}

static void a_loaded_instance_nobody_edits_is_not_watched(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = loaded_user(&fix, "ed");
    assert_null(calx_instance_of(user)->watch);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_null(calx_instance_of(user)->watch);
    tear_down(&fix);
}

static void an_old_pointer_is_seen_by_flush_and_commit(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    user->fullname = "one";
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    user->fullname = "two"; /* handed out before the last flush: not seen by an autoflush */
    assert_stored_text(fix.session, "SELECT fullname FROM users", "one");
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "two");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    user->fullname = "three"; /* expired by now */
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "three");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    user->fullname = "four";
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK); /* keeps the change */
    assert_string_equal(user->fullname, "four");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "four");
    tear_down(&fix);
}

static void a_new_pointer_is_seen_by_the_autoflush(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    calx_query *query = NULL;
    int64_t count = 0;
    user->name = "jack";
    assert_int_equal(calx_session_query(fix.session, &user_mapper, &query), CALX_OK);
    assert_int_equal(calx_query_where(query, calx_eq(user_col.name, "jack")), CALX_OK);
    assert_int_equal(calx_query_count(query, &count), CALX_OK);
    assert_int_equal(count, 1);
    user = calx_instance_edit(user);
    user->name = "ed";
    assert_int_equal(calx_query_count(query, &count), CALX_OK);
    assert_int_equal(count, 0);
    calx_query_free(query);
    tear_down(&fix);
}

static void a_seal_ends_the_watch(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    calx_instance_seal(user);
    user->fullname = "unseen";
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, "UPDATE"), 0);
    assert_int_equal(calx_session_refresh(fix.session, user), CALX_OK);
    user = calx_instance_edit(user);
    user->fullname = "seen";
    calx_instance_seal(user); /* what was changed before is still written */
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_null(calx_instance_of(user)->watch);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "seen");
    calx_instance_seal(user);
    calx_instance_seal(NULL);
    tear_down(&fix);
}

static void a_value_that_does_not_fit_is_refused_by_the_setter(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = loaded_user(&fix, "ed");
    const calx_column *age = &user_mapper.columns[USER_AGE];
    assert_int_equal(calx_instance_set_int64(user, age, INT64_C(1) << 40), CALX_E_DATA);
    assert_non_null(strstr(message(fix.session), "user.age"));
    assert_int_equal(calx_instance_set_text(user, age, "seven"), CALX_E_DATA);
    assert_int_equal(calx_instance_set_null(user, &user_mapper.columns[USER_ROLE]), CALX_E_DATA);
    assert_false(is_modified(fix.session, user));
    assert_int_equal(calx_instance_set_int64(user, age, 7), CALX_OK);
    assert_true(user->age.has_value);
    assert_int_equal(calx_instance_set_null(user, age), CALX_OK);
    assert_false(user->age.has_value);
    struct user *transient = new_user("free");
    assert_int_equal(calx_instance_set_int64(transient, age, INT64_C(1) << 40), CALX_E_DATA);
    calx_instance_free(transient);
    tear_down(&fix);
}

/* ---- on expired instances ---- */

static void editing_an_expired_instance_loads_it(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET age = 40, revision = 5");
    log_sink_forget(&fix.sink);
    struct user *edit = calx_instance_edit(user);
    assert_ptr_equal(edit, user);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    edit->age.value += 2;
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 42);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    run_elsewhere(&fix, "DELETE FROM users");
    assert_null(calx_instance_edit(user));
    assert_int_equal(calx_session_error(fix.session)->status, CALX_E_OBJECT_DELETED);
    tear_down(&fix);
}

static void setting_an_expired_column_loads_nothing(void **state)
{
    (void)state;
    calx_shows("SES-179");
    fixture fix;
    set_up_model(&fix, &note_metadata);
    char body[] = "body";
    struct note *note = add_note(fix.session, "a", body);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_instance_set_text(note, &note_columns[3], "tag"), CALX_OK);
    assert_true(is_modified(fix.session, note));
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"notes\" SET \"tag\" = ? WHERE"), 1);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    tear_down(&fix);
}

static void a_setter_on_an_expired_row_meets_its_present_version(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET age = 40, revision = 5");
    assert_int_equal(set_fullname(user, "Ed Jones"), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT revision FROM users"), 6);
    assert_int_equal(number(fix.session, "SELECT age FROM users"), 40);
    assert_stored_text(fix.session, "SELECT fullname FROM users", "Ed Jones");
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    run_elsewhere(&fix, "UPDATE users SET revision = 9");
    assert_int_equal(calx_session_delete(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 0);
    tear_down(&fix);
}

static void a_detached_expired_instance_can_be_set_but_not_edited(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    const struct user *user = stored_user(fix.session, "ed");
    run_elsewhere(&fix, "UPDATE users SET name = 'edward', revision = 4");
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    assert_null(calx_instance_edit(user)); /* nothing to load it from */
    assert_int_equal(set_name(user, "ed"), CALX_OK);
    assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
    assert_true(is_modified(fix.session, user));
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT name FROM users", "ed");
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(calx_session_expunge(fix.session, user), CALX_OK);
    struct user *edit = calx_instance_edit(user);
    assert_ptr_equal(edit, user);
    calx_instance_free(edit);
    tear_down(&fix);
}

/* ---- what a rollback puts back ---- */

static void an_empty_value_given_by_a_setter_is_given_again(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = new_user("ed");
    assert_int_equal(calx_instance_set_timestamp(user, &user_mapper.columns[USER_CREATED], 0),
                     CALX_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(calx_session_add(fix.session, user), CALX_OK);
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(number(fix.session,
                                "SELECT count(*) FROM users WHERE CAST(created AS TEXT) LIKE "
                                "'1970-01-01%'"),
                         1);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    }
    tear_down(&fix);
}

static void a_rollback_restores_fields(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    user->fullname = "unflushed";
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_null(user->fullname);
    user = calx_instance_edit(user);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(set_fullname(user, i == 0 ? "a" : "b"), CALX_OK);
        user->age = (calx_nullable_int32){ true, i };
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    }
    user->name = "unflushed";
    assert_int_equal(user->revision, 4);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(user->name, "ed");
    assert_null(user->fullname);
    assert_false(user->age.has_value);
    assert_int_equal(user->revision, 1);
    assert_int_equal(calx_session_count_dirty(fix.session), 0);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(logged(&fix, ""), 0);
    assert_int_equal(calx_session_load(fix.session, user), CALX_OK);
    assert_int_equal(logged(&fix, "SELECT"), 1);
    tear_down(&fix);
}

static void a_commit_sets_the_point_to_go_back_to(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    struct user *user = calx_instance_edit(loaded_user(&fix, "ed"));
    user->fullname = "one";
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    user->fullname = "two";
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(user->fullname, "one");
    tear_down(&fix);
}

static void a_rollback_restores_changed_keys(void **state)
{
    (void)state;
    calx_shows("SES-203");
    calx_shows("SES-109");
    fixture fix;
    set_up(&fix);
    struct user *ed = stored_user(fix.session, "ed");
    struct user *jack = stored_user(fix.session, "jack");
    ed = calx_instance_edit(ed);
    ed->id = 10;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT id FROM users WHERE name = 'ed'"), 10);
    assert_ptr_equal(get_user(fix.session, 10), ed);
    assert_null(get_user(fix.session, 1));
    jack = calx_instance_edit(jack);
    jack->id = 1; /* a key that was another's */
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    ed->id = 11;
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_ptr_equal(get_user(fix.session, 1), jack);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(ed->id, 1);
    assert_int_equal(jack->id, 2);
    assert_ptr_equal(get_user(fix.session, 1), ed);
    assert_ptr_equal(get_user(fix.session, 2), jack);
    assert_null(get_user(fix.session, 10));
    tear_down(&fix);
}

/* Nobody knows what the row has, so what was set is written, be it the same. */
static void a_value_set_while_expired_is_written_though_it_is_the_same(void **state)
{
    (void)state;
    calx_shows("SES-179");
    fixture fix;
    set_up_model(&fix, &note_metadata);
    char body[] = "body";
    struct note *note = add_note(fix.session, "a", body);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(calx_session_commit(fix.session), CALX_OK); /* expired */
        log_sink_forget(&fix.sink);
        assert_int_equal(calx_instance_set_text(note, &note_columns[3], "tag"), CALX_OK);
        assert_int_equal(calx_session_flush(fix.session), CALX_OK);
        assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
        assert_int_equal(log_sink_count(&fix.sink, "UPDATE \"notes\" SET \"tag\" = ?"), 1);
    }
    tear_down(&fix);
}

/* Its key is known whatever else is not, so a DELETE needs no SELECT. */
static void an_expired_instance_is_deleted_by_the_key_it_was_loaded_with(void **state)
{
    (void)state;
    calx_shows("SES-181");
    fixture fix;
    set_up_model(&fix, &note_metadata);
    char body[] = "body";
    struct note *note = add_note(fix.session, "a", body);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    log_sink_forget(&fix.sink);
    assert_int_equal(calx_session_delete(fix.session, note), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(log_sink_count(&fix.sink, "SELECT"), 0);
    assert_int_equal(log_sink_count(&fix.sink, "DELETE FROM"), 1);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM notes"), 0);
    tear_down(&fix);
}

static void a_delete_finds_its_row_by_the_key_it_has_there(void **state)
{
    (void)state;
    calx_shows("SES-181");
    fixture fix;
    set_up(&fix);
    struct user *ed = calx_instance_edit(stored_user(fix.session, "ed"));
    (void)stored_user(fix.session, "jack");
    ed->id = 2; /* jack's */
    assert_int_equal(calx_session_delete(fix.session, ed), CALX_OK);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM users"), 1);
    assert_stored_text(fix.session, "SELECT name FROM users", "jack");
    tear_down(&fix);
}

/* ---- texts the application may write into ---- */

static void a_text_changed_in_place_is_seen_and_restored(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &note_metadata);
    char body[] = "body";
    struct note *note = add_note(fix.session, "a", body);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    note = calx_instance_edit(note);
    note->body[0] = 'B';
    note->tag[0] = 'T';
    assert_true(is_modified(fix.session, note));
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT body || tag FROM notes", "BodyTag");
    note->body[1] = 'O';
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT body FROM notes", "BOdy");
    note->body[2] = 'D';
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_string_equal(note->body, "body");
    assert_string_equal(note->tag, "tag");
    note->body[0] = 'X'; /* still the same mutable pointer, after a rollback */
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT body FROM notes", "Xody");
    tear_down(&fix);
}

static void a_text_is_watched_after_part_of_the_row_was_loaded(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &note_metadata);
    char body[] = "body";
    struct note *note = add_note(fix.session, "a", body);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(calx_instance_set_text(note, &note_columns[3], "other"), CALX_OK);
    assert_int_equal(calx_session_no_autoflush_begin(fix.session), CALX_OK);
    assert_int_equal(calx_session_load(fix.session, note), CALX_OK); /* tag is kept, body filled */
    assert_int_equal(calx_session_no_autoflush_end(fix.session), CALX_OK);
    note->body[0] = 'B';
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_stored_text(fix.session, "SELECT body || tag FROM notes", "Bodyother");
    tear_down(&fix);
}

static void bytes_and_text_keys_go_the_whole_way(void **state)
{
    (void)state;
    fixture fix;
    set_up_model(&fix, &note_metadata);
    uint8_t data[] = { 0, 1, 0, 2 };
    struct note *note = calx_instance_new(&note_mapper);
    note->code = "a key that is longer than what is kept in place";
    note->blob = (calx_bytes){ data, sizeof data };
    assert_int_equal(calx_session_add(fix.session, note), CALX_OK);
    memset(data, 9, sizeof data);
    assert_int_equal(calx_session_commit(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, calx_test_on("postgresql")
                                             ? "SELECT count(*) FROM notes WHERE blob = "
                                               "'\\x00010002'"
                                             : "SELECT count(*) FROM notes WHERE blob = "
                                               "x'00010002'"),
                     1);
    calx_value key = calx_value_text("a key that is longer than what is kept in place");
    const void *found = NULL;
    assert_int_equal(calx_session_get(fix.session, &note_mapper, &key, &found), CALX_OK);
    assert_ptr_equal(found, note);
    assert_int_equal(calx_instance_set_text(note, &note_columns[0], "short"), CALX_OK);
    assert_int_equal(calx_instance_set_bytes(note, &note_columns[2], (calx_bytes){ NULL, 0 }),
                     CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_OK);
    assert_int_equal(number(fix.session, "SELECT count(*) FROM notes WHERE blob IS NULL"), 1);
    key = calx_value_text("short");
    assert_int_equal(calx_session_get(fix.session, &note_mapper, &key, &found), CALX_OK);
    assert_ptr_equal(found, note);
    assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
    assert_int_equal(note->blob.size, 4);
    assert_int_equal(calx_session_get(fix.session, &note_mapper, &key, &found), CALX_OK);
    assert_null(found);
    struct note *nameless = calx_instance_new(&note_mapper);
    assert_int_equal(calx_session_add(fix.session, nameless), CALX_OK);
    assert_int_equal(calx_session_flush(fix.session), CALX_E_NOT_NULL);
    tear_down(&fix);
}

/* ---- without memory ---- */

static calx_status change_note(calx_session *session, struct note *note)
{
    struct note *edit = calx_instance_edit(note);
    if (edit == NULL)
        return calx_session_error(session)->status;
    edit->body[0] = 'B';
    calx_status status = calx_session_flush(session);
    edit->body[1] = 'O';
    if (status == CALX_OK)
        status = calx_instance_set_text(note, &note_columns[0], "another key, which is longer");
    if (status == CALX_OK)
        status = calx_session_flush(session);
    if (status == CALX_OK)
        status = calx_session_expire(session, note);
    if (status == CALX_OK)
        status = calx_instance_set_text(note, &note_columns[3], "other");
    if (status == CALX_OK)
        status = calx_session_no_autoflush_begin(session);
    if (status == CALX_OK)
        status = calx_session_load(session, note);
    (void)calx_session_no_autoflush_end(session);
    return status == CALX_OK ? calx_session_flush(session) : status;
}

static void texts_written_in_place_are_restored_without_memory(void **state)
{
    (void)state;
    bool failed = true;
    for (long allowed = 0; failed; allowed++) {
        ration account;
        fixture fix;
        char body[] = "body";
        assert_true(ration_start(&account, RATION_UNLIMITED));
        set_up_model(&fix, &note_metadata);
        if (allowed > 0)
            run_elsewhere(&fix, "DELETE FROM notes");
        struct note *note = add_note(fix.session, "a", body);
        assert_int_equal(calx_session_commit(fix.session), CALX_OK);
        atomic_store(&account.left, allowed);
        calx_status status = change_note(fix.session, note);
        failed = status != CALX_OK;
        assert_true(status == CALX_OK || status == CALX_E_NOMEM);
        atomic_store(&account.left, RATION_UNLIMITED);
        assert_int_equal(calx_session_rollback(fix.session), CALX_OK);
        assert_int_equal(calx_session_load(fix.session, note), CALX_OK);
        assert_string_equal(note->code, "a");
        assert_string_equal(note->body, "body");
        assert_string_equal(note->tag, "tag");
        assert_int_equal(change_note(fix.session, note), CALX_OK);
        assert_stored_text(fix.session, "SELECT code || body || tag FROM notes",
                           "another key, which is longerBOdyother");
        tear_down(&fix);
        assert_int_equal(ration_stop(&account), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adding_copies_texts_at_once),
        cmocka_unit_test(setters_copy_texts_at_once),
        cmocka_unit_test(assigned_texts_are_copied_by_the_flush),
        cmocka_unit_test(many_setters_do_not_pile_up_texts),
        cmocka_unit_test(only_changed_columns_are_updated),
        cmocka_unit_test(a_loaded_instance_nobody_edits_is_not_watched),
        cmocka_unit_test(an_old_pointer_is_seen_by_flush_and_commit),
        cmocka_unit_test(a_new_pointer_is_seen_by_the_autoflush),
        cmocka_unit_test(a_seal_ends_the_watch),
        cmocka_unit_test(a_value_that_does_not_fit_is_refused_by_the_setter),
        cmocka_unit_test(editing_an_expired_instance_loads_it),
        cmocka_unit_test(setting_an_expired_column_loads_nothing),
        cmocka_unit_test(a_setter_on_an_expired_row_meets_its_present_version),
        cmocka_unit_test(a_detached_expired_instance_can_be_set_but_not_edited),
        cmocka_unit_test(an_empty_value_given_by_a_setter_is_given_again),
        cmocka_unit_test(a_rollback_restores_fields),
        cmocka_unit_test(a_commit_sets_the_point_to_go_back_to),
        cmocka_unit_test(a_rollback_restores_changed_keys),
        cmocka_unit_test(a_value_set_while_expired_is_written_though_it_is_the_same),
        cmocka_unit_test(an_expired_instance_is_deleted_by_the_key_it_was_loaded_with),
        cmocka_unit_test(a_delete_finds_its_row_by_the_key_it_has_there),
        cmocka_unit_test(a_text_changed_in_place_is_seen_and_restored),
        cmocka_unit_test(a_text_is_watched_after_part_of_the_row_was_loaded),
        cmocka_unit_test(bytes_and_text_keys_go_the_whole_way),
        cmocka_unit_test(texts_written_in_place_are_restored_without_memory),
    };
    return CALX_RUN("session_edit", tests);
}
