/*
 * Long random walks through a session beside the simplest thing that could be right: arrays of what
 * is committed, of what each open savepoint began with, and of what the transaction makes of it.
 * Each walk is told by its seed.
 */
#include "session_fixture.h"

enum { KEYS = 12, WALKS = 60, STEPS = 400, ABSENT = -1, LEVELS = 4 };

typedef struct level {
    calx_session_transaction savepoint;
    int64_t rows[KEYS];
} level;

typedef struct walk {
    calx_session *session;
    uint64_t random;
    int64_t committed[KEYS];
    int64_t present[KEYS];
    level levels[LEVELS]; /* open savepoints, and what was there when they began */
    size_t depth;
    struct everything *rows[KEYS]; /* NULL: not held; else a member of the session */
    bool deleted[KEYS];            /* perhaps not flushed since */
} walk;

static const calx_column *column(int position)
{
    return &everything_mapper.columns[position];
}

static size_t pick(walk *self, size_t count)
{
    self->random = self->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(self->random >> 33) % count;
}

static void flush(walk *self)
{
    assert_int_equal(calx_session_flush(self->session), CALX_OK);
    memset(self->deleted, 0, sizeof self->deleted);
}

/* The instance of a present row, held or found. */
static struct everything *row_of(walk *self, size_t key)
{
    if (self->rows[key] != NULL)
        return self->rows[key];
    calx_value value = calx_value_uint64(key);
    const void *found = NULL;
    assert_int_equal(calx_session_get(self->session, &everything_mapper, &value, &found), CALX_OK);
    assert_non_null(found);
    self->rows[key] = (void *)(uintptr_t)found;
    return self->rows[key];
}

static void insert(walk *self, size_t key)
{
    if (self->deleted[key])
        flush(self);
    struct everything *row = calx_instance_new(&everything_mapper);
    assert_non_null(row);
    row->key = (uint32_t)key;
    row->i64 = (int64_t)pick(self, 1000);
    row->text = "new";
    assert_int_equal(calx_session_add(self->session, row), CALX_OK);
    self->rows[key] = row;
    self->present[key] = row->i64;
}

static void set(walk *self, size_t key)
{
    int64_t value = (int64_t)pick(self, 3);
    const struct everything *row = row_of(self, key);
    assert_int_equal(calx_instance_set_int64(row, column(EVERYTHING_I64), value), CALX_OK);
    assert_int_equal(calx_instance_set_text(row, column(EVERYTHING_TEXT), "set"), CALX_OK);
    self->present[key] = value;
}

static void edit(walk *self, size_t key)
{
    struct everything *row = calx_instance_edit(row_of(self, key));
    assert_non_null(row);
    assert_int_equal(row->i64, self->present[key]);
    row->i64++;
    self->present[key]++;
    if (pick(self, 2) == 0)
        calx_instance_seal(row);
}

static void remove_row(walk *self, size_t key)
{
    struct everything *row = row_of(self, key);
    if (calx_session_delete(self->session, row) == CALX_OK) {
        self->deleted[key] = true;
    } else { /* pending */
        assert_int_equal(calx_session_expunge(self->session, row), CALX_OK);
        calx_instance_free(row);
    }
    self->rows[key] = NULL;
    self->present[key] = ABSENT;
}

static void rename_row(walk *self, size_t key, size_t to)
{
    flush(self);
    const struct everything *row = row_of(self, key);
    assert_int_equal(calx_instance_set_uint64(row, column(EVERYTHING_KEY), to), CALX_OK);
    self->rows[to] = self->rows[key];
    self->rows[key] = NULL;
    self->present[to] = self->present[key];
    self->present[key] = ABSENT;
    flush(self);
}

static void leave_and_return(walk *self, size_t key)
{
    flush(self);
    const struct everything *row = row_of(self, key);
    assert_int_equal(calx_session_load(self->session, row), CALX_OK);
    assert_int_equal(calx_session_expunge(self->session, row), CALX_OK);
    assert_int_equal(calx_session_add(self->session, row), CALX_OK);
}

static void refresh(walk *self, size_t key)
{
    flush(self);
    const struct everything *row = row_of(self, key);
    bool only_expires = pick(self, 2) == 0;
    assert_int_equal(only_expires ? calx_session_expire(self->session, row)
                                  : calx_session_refresh(self->session, row),
                     CALX_OK);
}

static void commit(walk *self)
{
    assert_int_equal(calx_session_commit(self->session), CALX_OK);
    memcpy(self->committed, self->present, sizeof self->present);
    memset(self->deleted, 0, sizeof self->deleted);
    self->depth = 0;
}

/* What is held after a rollback: a renamed one is found again under its old key. */
static void look_again(walk *self, const int64_t *rows)
{
    for (size_t key = 0; key < KEYS; key++) {
        bool stays = rows[key] != ABSENT && self->rows[key] != NULL &&
                     contains(self->session, self->rows[key]) && self->rows[key]->key == key;
        if (!stays)
            self->rows[key] = NULL;
    }
    memmove(self->present, rows, sizeof self->present);
    memset(self->deleted, 0, sizeof self->deleted);
}

static void add_wrong_row(walk *self)
{
    struct everything *wrong = calx_instance_new(&everything_mapper);
    wrong->key = KEYS;
    wrong->text = "far too long";
    assert_int_equal(calx_session_add(self->session, wrong), CALX_OK);
    assert_int_equal(calx_session_flush(self->session), CALX_E_DATA);
}

static void begin_nested(walk *self)
{
    if (self->depth == LEVELS)
        return;
    level *inner = &self->levels[self->depth++];
    assert_int_equal(calx_session_begin_nested(self->session), CALX_OK);
    inner->savepoint = calx_session_get_nested_transaction(self->session);
    memcpy(inner->rows, self->present, sizeof inner->rows);
    memset(self->deleted, 0, sizeof self->deleted);
}

/* Any of the open ones, with those inside it. */
static void end_nested(walk *self)
{
    if (self->depth == 0)
        return;
    size_t number = pick(self, self->depth);
    const level *ended = &self->levels[number];
    if (pick(self, 2) == 0) {
        assert_int_equal(calx_session_transaction_commit(ended->savepoint), CALX_OK);
        memset(self->deleted, 0, sizeof self->deleted);
    } else {
        if (pick(self, 3) == 0)
            add_wrong_row(self);
        assert_int_equal(calx_session_transaction_rollback(ended->savepoint), CALX_OK);
        look_again(self, ended->rows);
    }
    self->depth = number;
    assert_int_equal(calx_session_in_nested_transaction(self->session), number > 0);
}

/* A failing flush, a rollback or a close: all lead back to what is committed. */
static void give_up(walk *self)
{
    size_t way = pick(self, 3);
    if (way == 0)
        add_wrong_row(self);
    if (way == 1)
        assert_int_equal(calx_session_close(self->session), CALX_OK);
    else
        assert_int_equal(calx_session_rollback(self->session), CALX_OK);
    if (way == 1)
        memset(self->rows, 0, sizeof self->rows);
    look_again(self, self->committed);
    self->depth = 0;
}

static void check(walk *self)
{
    for (size_t key = 0; key < KEYS; key++) {
        calx_value value = calx_value_uint64(key);
        const void *found = NULL;
        if (self->deleted[key])
            flush(self);
        assert_int_equal(calx_session_get(self->session, &everything_mapper, &value, &found),
                         CALX_OK);
        if (self->present[key] == ABSENT) {
            assert_null(found);
            continue;
        }
        assert_non_null(found);
        assert_true(self->rows[key] == NULL || self->rows[key] == found);
        assert_int_equal(((const struct everything *)found)->i64, self->present[key]);
    }
}

static void step_on(walk *self, size_t key)
{
    if (self->present[key] == ABSENT) {
        insert(self, key);
        return;
    }
    size_t to = pick(self, KEYS);
    switch (pick(self, 7)) {
    case 0:
        remove_row(self, key);
        break;
    case 1:
        if (self->present[to] == ABSENT)
            rename_row(self, key, to);
        break;
    case 2:
        leave_and_return(self, key);
        break;
    case 3:
        refresh(self, key);
        break;
    case 4:
        edit(self, key);
        break;
    default:
        set(self, key);
        break;
    }
}

static void step(walk *self)
{
    switch (pick(self, 20)) {
    case 0:
        commit(self);
        break;
    case 1:
        give_up(self);
        break;
    case 2:
        flush(self);
        break;
    case 3:
        check(self);
        break;
    case 4:
    case 5:
        begin_nested(self);
        break;
    case 6:
        end_nested(self);
        check(self);
        break;
    default:
        step_on(self, pick(self, KEYS));
        break;
    }
}

static void take_walk(const fixture *fix, uint64_t seed)
{
    walk self = { .session = new_session(fix), .random = seed };
    for (size_t key = 0; key < KEYS; key++)
        self.committed[key] = self.present[key] = ABSENT;
    for (int i = 0; i < STEPS; i++)
        step(&self);
    commit(&self);
    assert_int_equal(calx_session_close(self.session), CALX_OK);
    memset(self.rows, 0, sizeof self.rows);
    check(&self);
    assert_int_equal(calx_session_count_warnings(self.session), 0);
    calx_session_free(self.session);
    run_elsewhere(fix, "DELETE FROM \"order\"");
}

static void random_walks_end_where_they_should(void **state)
{
    (void)state;
    fixture fix;
    set_up(&fix);
    for (uint64_t seed = 1; seed <= WALKS; seed++) {
        take_walk(&fix, seed);
        log_sink_forget(&fix.sink);
    }
    tear_down(&fix);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walks_end_where_they_should),
    };
    return CALX_RUN("session_random", tests);
}
