/*
 * What a walk can do in the world: each action is made in the session and in the model; one that
 * makes no sense where the walk stands is skipped.
 */
#include "session_world_model.h"

#include <stdio.h>

typedef bool (*action_function)(world *self, const walk_step *step);

/* ---- finding something to act on ---- */

static world_kind kind_of(const walk_step *step)
{
    return (world_kind)(step->which % WORLD_KINDS);
}

static world_thing *pick(world *self, const walk_step *step, unsigned states)
{
    for (size_t i = 0; i < self->thing_count; i++) {
        world_thing *thing = &self->things[(step->which + i) % self->thing_count];
        if ((states & 1u << thing->state) != 0)
            return thing;
    }
    return NULL;
}

enum {
    PENDING = 1u << THING_PENDING,
    PERSISTENT = 1u << THING_PERSISTENT,
    MARKED = 1u << THING_MARKED
};

static bool flush(world *self)
{
    if (!world_ok(self, calx_session_flush(self->session), "flush"))
        return false;
    world_flushed(self);
    return true;
}

/* Where both fresh and expired are right, it is made fresh. */
static bool settle(world *self, world_thing *thing)
{
    if (!thing->vague)
        return true;
    if (!flush(self))
        return false;
    if (thing->state == THING_DELETED)
        return true;
    if (!world_ok(self, calx_session_load(self->session, thing->entity), "load"))
        return false;
    world_loaded(self, thing);
    return true;
}

/* ---- values ---- */

static const calx_column *number_column(const world_thing *thing)
{
    switch (thing->kind) {
    case KIND_PLAIN:
        return &everything_mapper.columns[EVERYTHING_I64];
    case KIND_PERSON:
        return &user_mapper.columns[USER_AGE];
    default:
        return &membership_mapper.columns[MEMBERSHIP_RANK];
    }
}

static bool set_number(world *self, world_thing *thing, int64_t number)
{
    thing->cells.number = number;
    thing->set_number = true;
    return world_ok(self, calx_instance_set_int64(thing->entity, number_column(thing), number),
                    "set a number");
}

static bool set_text(world *self, world_thing *thing, size_t text)
{
    const calx_column *column = thing->kind == KIND_PLAIN
                                    ? &everything_mapper.columns[EVERYTHING_TEXT]
                                    : &user_mapper.columns[USER_FULLNAME];
    thing->cells.text = text;
    thing->set_text = true;
    return world_ok(self, calx_instance_set_text(thing->entity, column, world_text(text)),
                    "set a text");
}

/* What a setter leaves when there is something to compare with. */
static void forget_setters(world_thing *thing)
{
    if (!thing->expired)
        thing->set_number = thing->set_text = false;
}

static bool do_set(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PENDING | PERSISTENT);
    if (thing == NULL)
        return true;
    bool done = settle(self, thing);
    if (done && (step->value & 1) != 0 && thing->kind != KIND_MEMBER)
        done = set_text(self, thing, step->value % 5u);
    else if (done)
        done = set_number(self, thing, step->value % 7);
    forget_setters(thing);
    return done;
}

static void write_member(world_thing *thing, void *entity, const walk_step *step)
{
    if (thing->kind == KIND_PLAIN) {
        ((struct everything *)entity)->text = world_text(thing->cells.text = step->value % 5u);
    } else if (thing->kind == KIND_PERSON) {
        ((struct user *)entity)->fullname = world_text(thing->cells.text = step->value % 5u);
    } else {
        thing->cells.number = step->value % 7;
        ((struct membership *)entity)->rank = (int16_t)thing->cells.number;
    }
}

static bool do_edit(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PENDING | PERSISTENT);
    if (thing == NULL || !settle(self, thing))
        return thing == NULL;
    void *entity = calx_instance_edit(thing->entity);
    if (entity == NULL)
        return world_ok(self, calx_session_error(self->session)->status, "edit");
    if (thing->expired) { /* it was loaded now, after an autoflush */
        world_flushed(self);
        world_loaded(self, thing);
    }
    write_member(thing, entity, step);
    if (thing->state == THING_PERSISTENT && step->key % 4 == 0)
        calx_instance_seal(entity);
    return true;
}

/* ---- in and out ---- */

static void *new_entity(world *self, world_kind kind, size_t key)
{
    static const char *const names[] = { "g0", "g1", "g2", "g3" };
    char name[24];
    if (kind == KIND_PLAIN) {
        struct everything *plain = calx_instance_new(&everything_mapper);
        if (plain != NULL)
            plain->key = (uint32_t)key;
        return plain;
    }
    if (kind == KIND_MEMBER) {
        struct membership *member = calx_instance_new(&membership_mapper);
        if (member != NULL) {
            member->user_id = self->base;
            memcpy(member->group_name, names[key], sizeof("g0"));
        }
        return member;
    }
    struct user *person = calx_instance_new(&user_mapper);
    (void)snprintf(name, sizeof(name), "p%u", self->names++);
    if (person != NULL && set_name(person, name) != CALX_OK) {
        calx_instance_free(person);
        person = NULL;
    }
    return person;
}

static bool do_add(world *self, const walk_step *step)
{
    world_kind kind = kind_of(step);
    size_t key = step->key % WORLD_KEYS;
    if (self->rows.row[kind][key].exists || world_find(self, kind, key) != NULL)
        return true;
    void *entity = new_entity(self, kind, key);
    world_thing *thing = entity == NULL ? NULL : world_add_thing(self, entity, kind, key);
    if (thing == NULL)
        return world_ok(self, CALX_E_NOMEM, "a new one");
    bool done = set_number(self, thing, step->value % 7) &&
                (kind == KIND_MEMBER || set_text(self, thing, step->value % 5u)) &&
                world_ok(self, calx_session_add(self->session, thing->entity), "add");
    thing->state = THING_PENDING;
    forget_setters(thing);
    return done;
}

static bool leave(world *self, world_thing *thing)
{
    if (!world_ok(self, calx_session_expunge(self->session, thing->entity), "expunge"))
        return false;
    calx_instance_free(thing->entity);
    world_drop_thing(self, thing);
    return true;
}

static bool do_delete(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PENDING | PERSISTENT);
    if (thing == NULL || thing->state == THING_PENDING)
        return thing == NULL || leave(self, thing);
    if (!world_ok(self, calx_session_delete(self->session, thing->entity), "delete"))
        return false;
    thing->state = THING_MARKED;
    thing->gone = self->level;
    thing->vague = thing->expired; /* its cascade may have loaded it */
    return true;
}

static bool do_undelete(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, MARKED);
    if (thing == NULL)
        return true;
    thing->state = THING_PERSISTENT;
    thing->gone = 0;
    return world_ok(self, calx_session_add(self->session, thing->entity), "add a marked one");
}

/* Only what the transaction does not know: what it inserted or wrote has tests of its own. */
static bool do_leave(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PERSISTENT);
    if (thing == NULL || thing->born != 0 || thing->changed != 0 || thing->rekeyed != 0)
        return true;
    return leave(self, thing);
}

static bool do_return(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PERSISTENT);
    if (thing == NULL || !settle(self, thing))
        return thing == NULL;
    thing->returned |= 1u << self->level;
    return world_ok(self, calx_session_expunge(self->session, thing->entity), "expunge") &&
           world_ok(self, calx_session_add(self->session, thing->entity), "add again");
}

/* ---- keys ---- */

static bool do_rename(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PERSISTENT);
    size_t key = step->key % WORLD_KEYS;
    if (thing == NULL || thing->kind == KIND_PERSON || !flush(self))
        return thing == NULL || thing->kind == KIND_PERSON;
    if (self->rows.row[thing->kind][key].exists)
        return true;
    calx_status status = CALX_OK;
    char name[] = { 'g', (char)('0' + key), '\0' };
    if (thing->kind == KIND_PLAIN)
        status = calx_instance_set_uint64(thing->entity, &everything_mapper.columns[EVERYTHING_KEY],
                                          key);
    else
        status = calx_instance_set_text(thing->entity,
                                        &membership_mapper.columns[MEMBERSHIP_GROUP_NAME], name);
    if (!world_ok(self, status, "set a key") || !flush(self))
        return false;
    world_row *from = world_row_of(self, thing);
    if ((thing->rekeyed & 1u << self->level) == 0)
        thing->before[self->level] = thing->key;
    thing->rekeyed |= 1u << self->level;
    thing->changed |= 1u << self->level;
    thing->key = key;
    *world_row_of(self, thing) = *from;
    world_row_of(self, thing)->id = (int64_t)key;
    from->exists = false;
    return true;
}

/* ---- reading ---- */

static calx_status get(world *self, world_kind kind, size_t key, const void **out)
{
    calx_value values[2] = { calx_value_uint64(key) };
    char name[] = { 'g', (char)('0' + key), '\0' };
    if (kind == KIND_PLAIN)
        return calx_session_get(self->session, &everything_mapper, values, out);
    if (kind == KIND_PERSON) {
        values[0] = calx_value_int64(self->rows.row[kind][key].id);
        return calx_session_get(self->session, &user_mapper, values, out);
    }
    values[0] = calx_value_int64(self->base);
    values[1] = calx_value_text(name);
    return calx_session_get(self->session, &membership_mapper, values, out);
}

/* A row that was not held so far. */
static bool meet(world *self, world_kind kind, size_t key, const void *found)
{
    world_thing *thing = world_add_thing(self, (void *)(uintptr_t)found, kind, key);
    if (thing == NULL)
        return world_fail(self, "no room for more");
    thing->state = THING_PERSISTENT;
    world_loaded(self, thing);
    return true;
}

static bool do_get(world *self, const walk_step *step)
{
    world_kind kind = kind_of(step);
    size_t key = step->key % WORLD_KEYS;
    const void *found = NULL;
    world_thing *thing = world_find(self, kind, key);
    if (thing != NULL && !settle(self, thing))
        return false;
    thing = world_find(self, kind, key);
    if (kind == KIND_PERSON && thing == NULL && !self->rows.row[kind][key].exists)
        return true; /* its id was never made */
    bool hit = thing != NULL && thing->state != THING_PENDING && !thing->expired;
    if (!hit && kind == KIND_PERSON && !flush(self)) /* its key is known then */
        return false;
    if (!world_ok(self, get(self, kind, key, &found), "get"))
        return false;
    if (hit)
        return found == thing->entity || world_fail(self, "get gave another instance");
    world_flushed(self);
    thing = world_find(self, kind, key);
    if ((found != NULL) != self->rows.row[kind][key].exists)
        return world_fail(self, "get: kind %d key %zu is %s", kind, key,
                          found == NULL ? "not found" : "found");
    if (found == NULL)
        return true;
    if (thing == NULL)
        return meet(self, kind, key, found);
    if (found != thing->entity)
        return world_fail(self, "get gave another instance");
    if (thing->expired)
        world_loaded(self, thing);
    return true;
}

/* ---- taking over ---- */

/* What is merged: of a row that is there its key, else all of a new instance. */
static void *new_source(world *self, world_kind kind, size_t key)
{
    const world_row *row = &self->rows.row[kind][key];
    if (kind != KIND_PERSON || !row->exists)
        return new_entity(self, kind, key);
    struct user *person = calx_instance_new(&user_mapper);
    if (person != NULL)
        person->id = row->id;
    return person;
}

/* What the source says, said to the instance as well; a source of a row may say half of it. */
static bool fill_source(world *self, void *source, world_thing *thing, const walk_step *step)
{
    world_thing filled = { .entity = source, .kind = thing->kind };
    bool half = thing->state == THING_PERSISTENT && step->value % 3 == 0;
    if (!half || thing->kind == KIND_MEMBER) {
        if (!set_number(self, &filled, step->value % 7))
            return false;
        thing->cells.number = filled.cells.number;
    }
    if (thing->kind != KIND_MEMBER) {
        if (!set_text(self, &filled, step->value % 5u))
            return false;
        thing->cells.text = filled.cells.text;
    }
    return true;
}

static bool merge_source(world *self, void *source, world_kind kind, const walk_step *step)
{
    size_t key = step->key % WORLD_KEYS;
    const void *found = NULL;
    world_thing *thing = world_find(self, kind, key);
    world_thing filled = { .kind = kind, .key = key, .state = THING_PENDING };
    if (thing != NULL) {
        filled = *thing;
    } else if (self->rows.row[kind][key].exists) {
        filled.state = THING_PERSISTENT;
        filled.cells = self->rows.row[kind][key].cells;
    }
    if (!fill_source(self, source, &filled, step) ||
        !world_ok(self, calx_session_merge(self->session, source, &found), "merge"))
        return false;
    if (thing != NULL && found != thing->entity)
        return world_fail(self, "merge gave another instance");
    if (thing == NULL && !meet(self, kind, key, found))
        return false;
    thing = world_find(self, kind, key);
    thing->state = filled.state;
    thing->cells = filled.cells;
    return true;
}

/* The flush that comes with it is made before, so that which rows there are is known. */
static bool do_merge(world *self, const walk_step *step)
{
    world_kind kind = kind_of(step);
    size_t key = step->key % WORLD_KEYS;
    if (!flush(self))
        return false;
    world_thing *thing = world_find(self, kind, key);
    if (thing != NULL && !world_ok(self, calx_session_load(self->session, thing->entity), "load"))
        return false;
    if (thing != NULL && thing->expired)
        world_loaded(self, thing);
    void *source = new_source(self, kind, key);
    bool done = source != NULL ? merge_source(self, source, kind, step)
                               : world_ok(self, CALX_E_NOMEM, "a source");
    calx_instance_free(source);
    return done;
}

static bool do_load(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PERSISTENT);
    if (thing == NULL || !settle(self, thing))
        return thing == NULL;
    if (!world_ok(self, calx_session_load(self->session, thing->entity), "load"))
        return false;
    if (!thing->expired)
        return true;
    world_flushed(self);
    world_loaded(self, thing);
    return true;
}

static bool do_refresh(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PERSISTENT);
    if (thing == NULL)
        return true;
    world_expired(thing);
    if (!world_ok(self, calx_session_refresh(self->session, thing->entity), "refresh"))
        return false;
    world_flushed(self);
    world_loaded(self, thing);
    return true;
}

static bool do_expire(world *self, const walk_step *step)
{
    world_thing *thing = pick(self, step, PERSISTENT);
    if (thing == NULL)
        return true;
    world_expired(thing);
    return world_ok(self, calx_session_expire(self->session, thing->entity), "expire");
}

static bool do_expire_all(world *self, const walk_step *step)
{
    (void)step;
    for (size_t i = 0; i < self->thing_count; i++)
        if (self->things[i].state == THING_PERSISTENT || self->things[i].state == THING_MARKED)
            world_expired(&self->things[i]);
    return world_ok(self, calx_session_expire_all(self->session), "expire all");
}

/* ---- the transaction ---- */

static bool do_flush(world *self, const walk_step *step)
{
    (void)step;
    return flush(self) && world_database_agrees(self);
}

static bool do_commit(world *self, const walk_step *step)
{
    (void)step;
    if (!world_ok(self, calx_session_commit(self->session), "commit"))
        return false;
    world_flushed(self);
    world_committed(self);
    return world_database_agrees(self);
}

/* A rollback, also of nothing, leads back to what is committed. */
static bool do_rollback(world *self, const walk_step *step)
{
    (void)step;
    bool begun = calx_session_in_transaction(self->session);
    if (!world_ok(self, calx_session_rollback(self->session), "rollback"))
        return false;
    if (begun)
        world_rolled_back(self, 1);
    return world_database_agrees(self);
}

static bool do_close(world *self, const walk_step *step)
{
    if (!world_ok(self, calx_session_close(self->session), "close"))
        return false;
    self->thing_count = 0;
    if (step->value % 2 == 0) {
        calx_session_free(self->session);
        self->session = NULL;
        if (!world_ok(self, world_open(self, &self->session), "a new session"))
            return false;
    }
    self->level = 1;
    self->rows = self->found[1];
    return world_database_agrees(self);
}

/* ---- savepoints ---- */

static bool do_begin_nested(world *self, const walk_step *step)
{
    (void)step;
    if (self->level == WORLD_LEVELS)
        return true;
    if (!world_ok(self, calx_session_begin_nested(self->session), "begin nested"))
        return false;
    world_flushed(self);
    self->found[++self->level] = self->rows;
    return true;
}

static bool do_release(world *self, const walk_step *step)
{
    (void)step;
    if (self->level == 1)
        return true;
    calx_session_transaction nested = calx_session_get_nested_transaction(self->session);
    if (!world_ok(self, calx_session_transaction_commit(nested), "release"))
        return false;
    world_flushed(self);
    world_released(self);
    return world_database_agrees(self);
}

static bool do_roll_back_nested(world *self, const walk_step *step)
{
    (void)step;
    if (self->level == 1)
        return true;
    calx_session_transaction nested = calx_session_get_nested_transaction(self->session);
    if (!world_ok(self, calx_session_transaction_rollback(nested), "roll back to a savepoint"))
        return false;
    world_rolled_back(self, self->level);
    return world_database_agrees(self);
}

/* ---- failing ---- */

/* One that the database refuses, or one that never gets there. */
static void *wrong_entity(world *self, const walk_step *step)
{
    void *entity = new_entity(self, step->value % 2 == 0 ? KIND_PERSON : KIND_PLAIN, WORLD_KEYS);
    if (entity != NULL && step->value % 2 == 1)
        ((struct everything *)entity)->text = "far too long";
    else if (entity != NULL && set_name(entity, "base") != CALX_OK) {
        calx_instance_free(entity);
        entity = NULL;
    }
    return entity;
}

/* The flush goes back to the nearest boundary, and only its rollback is the way on (SES-139, 154).
 */
static bool do_fail(world *self, const walk_step *step)
{
    bool nested = self->level > 1;
    calx_session_transaction inner = calx_session_get_nested_transaction(self->session);
    void *wrong = wrong_entity(self, step);
    calx_status status = wrong == NULL ? CALX_E_NOMEM : calx_session_add(self->session, wrong);
    if (!world_ok(self, status, "add a wrong one")) {
        calx_instance_free(wrong); /* a session that has it keeps it */
        return false;
    }
    calx_status expected = step->value % 2 == 0 ? CALX_E_UNIQUE : CALX_E_DATA;
    status = calx_session_flush(self->session);
    if (status != expected)
        return world_ok(self, status, "a flush that should fail") &&
               world_fail(self, "a flush that should fail did not");
    status = calx_session_commit(self->session);
    if (status != CALX_E_PENDING_ROLLBACK)
        return world_ok(self, status, "commit after a failed flush") &&
               world_fail(self, "commit after a failed flush");
    if (calx_session_is_active(self->session))
        return world_fail(self, "active after a failed flush");
    status =
        nested ? calx_session_transaction_rollback(inner) : calx_session_rollback(self->session);
    if (!world_ok(self, status, "rollback after a failed flush"))
        return false;
    world_rolled_back(self, self->level);
    return world_database_agrees(self);
}

/* ---- somebody else ---- */

static bool do_outside(world *self, const walk_step *step)
{
    world_row *row = &self->rows.row[KIND_PLAIN][step->key % WORLD_KEYS];
    if (self->explains != NULL || calx_session_in_transaction(self->session) || !row->exists)
        return true;
    row->cells.number = 10 + step->value % 7;
    self->found[1] = self->rows;
    char sql[96];
    (void)snprintf(sql, sizeof(sql), "UPDATE \"order\" SET i64 = %d WHERE \"select\" = %d",
                   (int)row->cells.number, (int)row->id);
    return world_ok(self, world_execute(self->other, KIND_PLAIN, sql, NULL), "outside") &&
           world_ok(self, calx_session_commit(self->other), "outside");
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    action_function act;
} actions[] = {
    { "add", do_add },
    { "set", do_set },
    { "edit", do_edit },
    { "delete", do_delete },
    { "undelete", do_undelete },
    { "leave", do_leave },
    { "return", do_return },
    { "rename", do_rename },
    { "get", do_get },
    { "load", do_load },
    { "refresh", do_refresh },
    { "expire", do_expire },
    { "expire all", do_expire_all },
    { "flush", do_flush },
    { "commit", do_commit },
    { "rollback", do_rollback },
    { "close", do_close },
    { "begin nested", do_begin_nested },
    { "release", do_release },
    { "roll back nested", do_roll_back_nested },
    { "fail", do_fail },
    { "outside", do_outside },
    { "merge", do_merge },
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static const unsigned weights[ACTIONS] = { 16, 12, 10, 8, 2, 1, 2, 3, 8, 3, 2, 2,
                                           1,  4,  4,  2, 1, 6, 4, 4, 2, 2, 6 };

const walk_actions world_actions = { weights, ACTIONS };

const char *world_action_name(uint8_t action)
{
    return actions[action].name;
}

/* ---- taking a walk ---- */

void world_empty(world *self)
{
    static const char *const statements[WORLD_KINDS] = {
        [KIND_MEMBER] = "DELETE FROM memberships",
        [KIND_PLAIN] = "DELETE FROM \"order\"",
        [KIND_PERSON] = "DELETE FROM users WHERE name <> 'base'",
    };
    for (int kind = WORLD_KINDS; kind-- > 0;) /* members before persons */
        assert_int_equal(world_execute(self->other, (world_kind)kind, statements[kind], NULL),
                         CALX_OK);
    assert_int_equal(calx_session_commit(self->other), CALX_OK);
}

void world_begin(world *self, fixture *fix, calx_engine *second)
{
    *self = (world){ .fix = fix, .second = second };
    assert_int_equal(world_open(self, &self->other), CALX_OK);
    const struct user *base = stored_user(fix->session, "base");
    self->base = base->id;
    assert_int_equal(calx_session_close(fix->session), CALX_OK);
}

void world_end(world *self)
{
    calx_session_free(self->other);
    self->other = NULL;
}

bool world_step(world *self, const walk_step *step)
{
    return actions[step->action].act(self, step) && world_agrees(self);
}

bool world_commit(world *self)
{
    const walk_step commit = { 0 };
    return do_commit(self, &commit);
}

void world_reset(world *self)
{
    *self = (world){ .fix = self->fix,
                     .other = self->other,
                     .second = self->second,
                     .base = self->base,
                     .level = 1 };
}

bool world_take(void *context, const walk *taken)
{
    world *self = context;
    world_reset(self);
    assert_int_equal(world_open(self, &self->session), CALX_OK);
    bool well = true;
    for (size_t i = 0; well && i < taken->count; i++)
        well = world_step(self, &taken->steps[i]);
    well = well && world_commit(self);
    if (well && calx_session_count_warnings(self->session) != 0)
        well = world_fail(self, "a warning");
    calx_session_free(self->session);
    self->session = NULL;
    world_empty(self);
    log_sink_forget(&self->fix->sink);
    return well;
}
