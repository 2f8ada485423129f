/*
 * The model beside the session: what flush, commit and rollback make of rows and instances, said
 * once more in the simplest way, and the comparison of both. Nothing here asks the session what it
 * thinks; only its answers, the fields of instances and the database are looked at.
 */
#include "session_world.h"

#include "session_world_model.h"

#include <stdio.h>

static const char *const texts[] = { NULL, "a", "bb", "ccc", "dddd" };

enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

const char *world_text(size_t text)
{
    return texts[text % TEXTS];
}

/* ---- saying what is wrong ---- */

bool world_fail(world *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!self->failed)
        (void)vsnprintf(self->why, sizeof(self->why), format, arguments);
    va_end(arguments);
    self->failed = true;
    return false;
}

bool world_ok(world *self, calx_status status, const char *what)
{
    if (status != CALX_OK && self->explains != NULL && self->explains(status))
        self->struck = true;
    return status == CALX_OK ||
           world_fail(self, "%s: %s: %s", what, calx_status_name(status), message(self->session));
}

/* ---- sessions ---- */

calx_status world_open(const world *self, calx_session **out_session)
{
    const calx_session_bind bind = { &everything_mapper, NULL, self->second };
    calx_session_options options = session_options(self->fix);
    options.binds = &bind;
    options.bind_count = self->second != NULL;
    return calx_session_new(&options, out_session, NULL);
}

calx_status world_execute(calx_session *session, world_kind kind, const char *sql,
                          calx_result **out_result)
{
    calx_bind_arguments arguments = CALX_BIND_ARGUMENTS_INIT;
    calx_statement *statement = calx_text_statement(sql);
    arguments.mapper = kind == KIND_PLAIN ? &everything_mapper : &user_mapper;
    calx_status status = statement == NULL ? CALX_E_NOMEM : CALX_OK;
    if (status == CALX_OK)
        status = calx_session_execute_bound(session, statement, &arguments, out_result);
    calx_statement_free(statement);
    return status;
}

/* ---- things ---- */

world_thing *world_add_thing(world *self, void *entity, world_kind kind, size_t key)
{
    if (self->thing_count == WORLD_THINGS)
        return NULL;
    world_thing *thing = &self->things[self->thing_count++];
    *thing = (world_thing){ .entity = entity, .kind = kind, .key = key };
    return thing;
}

void world_drop_thing(world *self, world_thing *thing)
{
    *thing = self->things[--self->thing_count];
}

world_row *world_row_of(world *self, const world_thing *thing)
{
    return &self->rows.row[thing->kind][thing->key];
}

/* What is not deleted yet and has the key. */
world_thing *world_find(world *self, world_kind kind, size_t key)
{
    for (size_t i = 0; i < self->thing_count; i++) {
        world_thing *thing = &self->things[i];
        if (thing->kind == kind && thing->key == key && thing->state != THING_DELETED)
            return thing;
    }
    return NULL;
}

static bool same_cells(const world_thing *thing, const world_row *row)
{
    return thing->cells.number == row->cells.number && thing->cells.text == row->cells.text;
}

/* Whether a flush would write it: a setter on an expired one is written unseen (SES-179). */
static bool is_changed(world *self, const world_thing *thing)
{
    if (thing->expired)
        return thing->set_number || thing->set_text;
    return !same_cells(thing, world_row_of(self, thing));
}

void world_loaded(world *self, world_thing *thing)
{
    thing->cells = world_row_of(self, thing)->cells;
    thing->expired = thing->vague = thing->set_number = thing->set_text = false;
}

void world_expired(world_thing *thing)
{
    thing->expired = true;
    thing->vague = thing->set_number = thing->set_text = false;
}

/* ---- flush, commit, rollback ---- */

static void flush_pending(world *self, world_thing *thing)
{
    world_row *row = world_row_of(self, thing);
    row->exists = true;
    row->version = 1;
    row->cells = thing->cells;
    row->id = thing->kind == KIND_PERSON ? ((struct user *)thing->entity)->id : (int64_t)thing->key;
    thing->state = THING_PERSISTENT;
    thing->born = self->level;
    if (thing->kind == KIND_PERSON) /* a default of the database is to be read (SES-176) */
        world_expired(thing);
}

static void flush_changes(world *self, world_thing *thing)
{
    world_row *row = world_row_of(self, thing);
    if (!thing->expired || thing->set_number)
        row->cells.number = thing->cells.number;
    if (!thing->expired || thing->set_text)
        row->cells.text = thing->cells.text;
    row->version++;
    thing->changed |= 1u << self->level;
    thing->set_number = thing->set_text = false;
    if (thing->expired && thing->kind == KIND_PERSON)
        thing->vague = true; /* its version may have been asked for */
}

void world_flushed(world *self)
{
    for (size_t i = 0; i < self->thing_count; i++) {
        world_thing *thing = &self->things[i];
        if (thing->state == THING_PENDING) {
            flush_pending(self, thing);
        } else if (thing->state == THING_MARKED) {
            if (is_changed(self, thing))
                thing->returned |= 1u << self->level; /* never written, and never put back */
            world_row_of(self, thing)->exists = false;
            thing->set_number = thing->set_text = false;
            thing->state = THING_DELETED;
            thing->gone = self->level;
        } else if (thing->state == THING_PERSISTENT && is_changed(self, thing)) {
            flush_changes(self, thing);
        }
    }
}

/* Back to the key it had before the level and those above it. */
static void restore_key(world_thing *thing, unsigned level)
{
    for (unsigned i = WORLD_LEVELS; i >= level; i--) {
        if ((thing->rekeyed & 1u << i) != 0)
            thing->key = thing->before[i];
        thing->rekeyed &= ~(1u << i);
    }
}

static void take_back(world *self, world_thing *thing, unsigned level)
{
    unsigned above = ~0u << level;
    bool changed =
        (thing->changed & above) != 0 || (thing->state != THING_DELETED && is_changed(self, thing));
    bool unsure = (thing->returned & above) != 0 || (thing->gone >= level && thing->expired);
    bool whole = level == 1; /* the whole transaction expires everything (SES-107) */
    thing->state = THING_PERSISTENT;
    if (thing->gone >= level)
        thing->gone = 0;
    restore_key(thing, level);
    thing->changed &= ~above;
    thing->returned &= ~above;
    if (whole || changed)
        world_expired(thing);
    if (unsure && !whole)
        thing->expired = thing->vague = true;
}

/* What a rollback of this level and all above it leaves (SES-104 to 109, 134). */
void world_rolled_back(world *self, unsigned level)
{
    for (size_t i = self->thing_count; i-- > 0;) {
        world_thing *thing = &self->things[i];
        if (thing->state == THING_PENDING || thing->born >= level)
            world_drop_thing(self, thing);
        else if (thing->state == THING_DELETED && thing->gone < level)
            restore_key(thing, level);
        else
            take_back(self, thing, level);
    }
    self->rows = self->found[level];
    self->level = level > 1 ? level - 1 : 1;
}

static void hand_down(world_thing *thing, unsigned level)
{
    unsigned here = 1u << level, below = 1u << (level - 1);
    if (thing->born == level)
        thing->born--;
    if (thing->gone == level)
        thing->gone--;
    if ((thing->changed & here) != 0)
        thing->changed = (thing->changed & ~here) | below;
    if ((thing->returned & here) != 0)
        thing->returned = (thing->returned & ~here) | below;
    if ((thing->rekeyed & here) != 0) {
        if ((thing->rekeyed & below) == 0)
            thing->before[level - 1] = thing->before[level];
        thing->rekeyed = (thing->rekeyed & ~here) | below;
    }
}

/* A savepoint's records are its parent's from now on (SES-133). */
void world_released(world *self)
{
    for (size_t i = 0; i < self->thing_count; i++)
        hand_down(&self->things[i], self->level);
    self->level--;
}

void world_committed(world *self)
{
    for (size_t i = self->thing_count; i-- > 0;) {
        world_thing *thing = &self->things[i];
        if (thing->state == THING_DELETED) {
            world_drop_thing(self, thing);
            continue;
        }
        world_expired(thing);
        thing->born = thing->gone = thing->changed = thing->returned = thing->rekeyed = 0;
    }
    self->level = 1;
    self->found[1] = self->rows;
}

/* ---- agreeing ---- */

static world_cells cells_of(const world_thing *thing)
{
    world_cells cells = { 0 };
    const char *text = NULL;
    if (thing->kind == KIND_PLAIN) {
        const struct everything *plain = thing->entity;
        cells.number = plain->i64;
        text = plain->text;
    } else if (thing->kind == KIND_PERSON) {
        const struct user *person = thing->entity;
        cells.number = person->age.has_value ? person->age.value : -1;
        text = person->fullname;
    } else {
        cells.number = ((const struct membership *)thing->entity)->rank;
    }
    while (text != NULL && cells.text < TEXTS &&
           (texts[cells.text] == NULL || strcmp(text, texts[cells.text]) != 0))
        cells.text++;
    return cells;
}

static bool thing_agrees(world *self, const world_thing *thing)
{
    bool contained = false;
    if (!world_ok(self, calx_session_contains(self->session, thing->entity, &contained),
                  "contains"))
        return false;
    if (contained != (thing->state != THING_DELETED))
        return world_fail(self, "kind %d key %zu is %scontained", thing->kind, thing->key,
                          contained ? "" : "not ");
    if (thing->expired || thing->state == THING_DELETED)
        return true;
    world_cells cells = cells_of(thing);
    if (cells.number != thing->cells.number || cells.text != thing->cells.text)
        return world_fail(self, "kind %d key %zu holds %lld, text %zu instead of %lld, text %zu",
                          thing->kind, thing->key, (long long)cells.number, cells.text,
                          (long long)thing->cells.number, thing->cells.text);
    return true;
}

static bool counts_agree(world *self)
{
    size_t pending = 0, marked = 0;
    for (size_t i = 0; i < self->thing_count; i++) {
        pending += self->things[i].state == THING_PENDING;
        marked += self->things[i].state == THING_MARKED;
    }
    if (calx_session_count_new(self->session) != pending)
        return world_fail(self, "%zu pending instead of %zu", calx_session_count_new(self->session),
                          pending);
    if (calx_session_count_deleted(self->session) != marked)
        return world_fail(self, "%zu marked instead of %zu",
                          calx_session_count_deleted(self->session), marked);
    return calx_session_is_active(self->session) || world_fail(self, "not active");
}

bool world_agrees(world *self)
{
    bool agrees = !self->failed && counts_agree(self);
    for (size_t i = 0; agrees && i < self->thing_count; i++)
        agrees = thing_agrees(self, &self->things[i]);
    return agrees;
}

static const char plain_rows[] =
    "SELECT 0, CAST(\"select\" AS bigint), i64, COALESCE(text, ''), 0 FROM \"order\"";

static const char other_rows[] =
    "SELECT 1, id, COALESCE(age, -1), COALESCE(fullname, ''), revision FROM users "
    "WHERE name <> 'base' "
    "UNION ALL SELECT 2, CAST(substr(group_name, 2) AS bigint), rank, '', 0 FROM memberships";

static world_row *row_with_id(world *self, int64_t kind, int64_t id)
{
    for (size_t key = 0; key < WORLD_KEYS; key++) {
        world_row *row = &self->rows.row[kind][key];
        if (row->exists && row->id == id)
            return row;
    }
    return NULL;
}

static bool row_agrees(world *self, calx_result *result)
{
    int64_t kind = 0, id = 0, number = 0, version = 0;
    const char *text = "";
    if (calx_result_int64(result, 0, &kind) != CALX_OK ||
        calx_result_int64(result, 1, &id) != CALX_OK ||
        calx_result_int64(result, 2, &number) != CALX_OK ||
        calx_result_text(result, 3, &text) != CALX_OK ||
        calx_result_int64(result, 4, &version) != CALX_OK)
        return world_fail(self, "a row cannot be read: %s", calx_result_error(result)->message);
    const world_row *row = row_with_id(self, kind, id);
    if (row == NULL)
        return world_fail(self, "a row of kind %lld with the key %lld", (long long)kind,
                          (long long)id);
    const char *expected = texts[row->cells.text] == NULL ? "" : texts[row->cells.text];
    if (number != row->cells.number || strcmp(text, expected) != 0 ||
        (kind == KIND_PERSON && version != row->version))
        return world_fail(self,
                          "the row of kind %lld, key %lld has %lld, '%s', version %lld instead of "
                          "%lld, '%s', version %lld",
                          (long long)kind, (long long)id, (long long)number, text,
                          (long long)version, (long long)row->cells.number, expected,
                          (long long)row->version);
    return true;
}

static size_t count_rows(const world_rows *rows)
{
    size_t count = 0;
    for (size_t kind = 0; kind < WORLD_KINDS; kind++)
        for (size_t key = 0; key < WORLD_KEYS; key++)
            count += rows->row[kind][key].exists;
    return count;
}

static bool all_agree(world *self, calx_result *result, size_t *count)
{
    bool agrees = true, row = false;
    while (agrees && (agrees = world_ok(self, calx_result_next(result, &row), "next")) && row) {
        agrees = row_agrees(self, result);
        ++*count;
    }
    return agrees;
}

bool world_rows_agree(world *self, calx_session *session)
{
    static const char *const texts_of_rows[] = { plain_rows, other_rows };
    size_t count = 0;
    bool agrees = true;
    for (size_t i = 0; agrees && i < 2; i++) {
        calx_result *result = NULL;
        world_kind kind = i == 0 ? KIND_PLAIN : KIND_PERSON;
        agrees =
            world_ok(self, world_execute(session, kind, texts_of_rows[i], &result), "all rows") &&
            all_agree(self, result, &count);
        calx_result_free(result);
    }
    if (agrees && count != count_rows(&self->rows))
        agrees = world_fail(self, "%zu rows instead of %zu", count, count_rows(&self->rows));
    return agrees;
}

/* Inside the transaction when there is one, else as everybody sees it. */
bool world_database_agrees(world *self)
{
    if (self->explains != NULL) /* it is looked at when the trouble is over */
        return true;
    calx_session *session =
        calx_session_in_transaction(self->session) ? self->session : self->other;
    if (!world_ok(self, calx_session_no_autoflush_begin(session), "no autoflush"))
        return false;
    bool agrees = world_rows_agree(self, session);
    (void)calx_session_no_autoflush_end(session);
    if (session == self->other)
        agrees = world_ok(self, calx_session_rollback(session), "rollback") && agrees;
    return agrees;
}
