/*
 * Random walks through what a unit of work has to put in order, beside a model of the rows: row
 * switches of members whose key comes from their owner, keys that change, a tree, references that
 * are written apart, one-to-ones that swap, members left to the database, merged graphs.
 * CALX_TEST_SEED and CALX_TEST_WALKS choose others, and more; a walk that fails is made as short as
 * it gets and printed.
 */
#include "orchard.calx.h"
#include "runtime/session_fixture.h"
#include "runtime/walk.h"

#include <stdio.h>
#include <stdlib.h>

enum { WALKS = 300, COST = 25, STEPS = 40, PRINTED = 6000 };
enum { NONE = -1, PLOTS = 3, NUMBERS = 3, PLANTS = 5, SIGNS = 3, NOTES = 3, LEVELS = 4 };

/* A thing that is there has an entity. stored: as the last flush left it, it has a row. */
typedef struct bed_fact {
    const struct bed *entity;
    bool stored;
    int64_t soil;
} bed_fact;

typedef struct plot_fact {
    const struct plot *entity;
    bool stored;
    int code;
    int best; /* a plant */
    bed_fact beds[NUMBERS];
} plot_fact;

typedef struct plant_fact {
    const struct plant *entity;
    bool stored;
    int64_t id;
    const struct bed *bed;
    int parent;
} plant_fact;

/* A sign, or a note: both are at a plant. */
typedef struct mark_fact {
    const void *entity;
    bool stored;
    int64_t id;
    int plant;
} mark_fact;

typedef struct orchard {
    plot_fact plots[PLOTS];
    plant_fact plants[PLANTS];
    mark_fact signs[SIGNS], notes[NOTES];
} orchard;

typedef struct world {
    fixture *fix;
    calx_session *session;
    orchard now, found[LEVELS]; /* by the transaction, and by each savepoint */
    unsigned level;             /* how many savepoints are open */
    int serial;                 /* for codes and keys */
    int freed_code;             /* of a plot that is deleted and still in its row; 0: none */
    bool failed;
    char why[400];
} world;

static bool fail_walk(world *self, const char *what, const char *why)
{
    if (!self->failed)
        (void)snprintf(self->why, sizeof(self->why), "%s: %s", what, why);
    self->failed = true;
    return false;
}

static bool ok(world *self, calx_status status, const char *what)
{
    return status == CALX_OK || fail_walk(self, what, message(self->session));
}

/* ---- rows ---- */

static bool is_one(world *self, const char *sql)
{
    return number(self->session, sql) == 1 || fail_walk(self, "no such row", sql);
}

static bool has_count(world *self, const char *table, int64_t wanted)
{
    char sql[64];
    (void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
    return number(self->session, sql) == wanted || fail_walk(self, "other rows too", sql);
}

static int64_t plant_id(const world *self, int plant)
{
    return plant == NONE ? NONE : self->now.plants[plant].id;
}

static bool beds_agree(world *self, const plot_fact *plot, int64_t *count)
{
    char sql[200];
    for (int i = 0; i < NUMBERS; i++) {
        if (plot->beds[i].entity == NULL)
            continue;
        (*count)++;
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*) FROM beds WHERE plot_code = 'p%d' AND number = %d AND "
                       "soil = %lld",
                       plot->code, i, (long long)plot->beds[i].soil);
        if (!is_one(self, sql))
            return false;
    }
    return true;
}

static bool plots_agree(world *self)
{
    char sql[200];
    int64_t plots = 0, beds = 0;
    for (int i = 0; i < PLOTS; i++) {
        const plot_fact *plot = &self->now.plots[i];
        if (plot->entity == NULL)
            continue;
        plots++;
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*) FROM plots WHERE code = 'p%d' AND "
                       "coalesce(best_id, -1) = %lld",
                       plot->code, (long long)plant_id(self, plot->best));
        if (!is_one(self, sql) || !beds_agree(self, plot, &beds))
            return false;
    }
    return has_count(self, "plots", plots) && has_count(self, "beds", beds);
}

/* The plot and number of a bed, as its key is; false: no bed. */
static bool find_bed(const world *self, const struct bed *bed, int *out_plot, int *out_number)
{
    for (*out_plot = 0; bed != NULL && *out_plot < PLOTS; (*out_plot)++)
        for (*out_number = 0; *out_number < NUMBERS; (*out_number)++)
            if (self->now.plots[*out_plot].beds[*out_number].entity == bed)
                return true;
    return false;
}

static bool plants_agree(world *self)
{
    char sql[260];
    int64_t count = 0;
    for (int i = 0; i < PLANTS; i++) {
        const plant_fact *plant = &self->now.plants[i];
        int plot = 0, bed = NONE, code = 0;
        if (plant->entity == NULL)
            continue;
        count++;
        if (find_bed(self, plant->bed, &plot, &bed))
            code = self->now.plots[plot].code;
        else
            bed = NONE;
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*) FROM plants WHERE id = %lld AND "
                       "coalesce(plot_code, 'p0') = 'p%d' AND coalesce(bed_number, -1) = %d AND "
                       "coalesce(parent_id, -1) = %lld",
                       (long long)plant->id, code, bed, (long long)plant_id(self, plant->parent));
        if (!is_one(self, sql))
            return false;
    }
    return has_count(self, "plants", count);
}

static bool marks_agree(world *self, const mark_fact *marks, int most, const char *table)
{
    char sql[160];
    int64_t count = 0;
    for (int i = 0; i < most; i++) {
        if (marks[i].entity == NULL)
            continue;
        count++;
        (void)snprintf(sql, sizeof(sql),
                       "SELECT count(*) FROM %s WHERE id = %lld AND coalesce(plant_id, -1) = %lld",
                       table, (long long)marks[i].id, (long long)plant_id(self, marks[i].plant));
        if (!is_one(self, sql))
            return false;
    }
    return has_count(self, table, count);
}

static bool rows_agree(world *self)
{
    return plots_agree(self) && plants_agree(self) &&
           marks_agree(self, self->now.signs, SIGNS, "signs") &&
           marks_agree(self, self->now.notes, NOTES, "notes");
}

/* ---- memory ---- */

static const void *plant_entity(const world *self, int plant)
{
    return plant == NONE ? NULL : self->now.plants[plant].entity;
}

static bool plot_is_shown(world *self, const plot_fact *plot)
{
    const struct plant *best = NULL;
    size_t wanted = 0, count = 0;
    for (int i = 0; i < NUMBERS; i++)
        wanted += plot->beds[i].entity != NULL;
    if (!ok(self, plot_best(plot->entity, &best), "best") ||
        !ok(self, plot_beds_count(plot->entity, &count), "count of beds"))
        return false;
    for (int i = 0; i < NUMBERS; i++) {
        bool found = false;
        if (plot->beds[i].entity == NULL)
            continue;
        if (!ok(self, plot_beds_contains(plot->entity, plot->beds[i].entity, &found), "contains"))
            return false;
        if (!found)
            return fail_walk(self, "memory", "a bed is not in its plot");
    }
    return (best == plant_entity(self, plot->best) && count == wanted) ||
           fail_walk(self, "memory", "a plot is not as it should be");
}

static bool plant_is_shown(world *self, const plant_fact *plant)
{
    const struct bed *bed = NULL;
    const struct plant *parent = NULL;
    size_t children = 0;
    for (int i = 0; i < PLANTS; i++)
        children += self->now.plants[i].entity != NULL &&
                    plant_entity(self, self->now.plants[i].parent) == plant->entity;
    size_t count = 0;
    if (!ok(self, plant_bed(plant->entity, &bed), "bed") ||
        !ok(self, plant_parent(plant->entity, &parent), "parent") ||
        !ok(self, plant_children_count(plant->entity, &count), "children"))
        return false;
    return (bed == plant->bed && parent == plant_entity(self, plant->parent) &&
            count == children) ||
           fail_walk(self, "memory", "a plant is not as it should be");
}

static bool sign_is_shown(world *self, const mark_fact *sign)
{
    const struct plant *plant = NULL;
    const struct sign *back = sign->entity;
    if (!ok(self, sign_plant(sign->entity, &plant), "plant of a sign") ||
        (plant != NULL && !ok(self, plant_sign(plant, &back), "sign of a plant")))
        return false;
    return (plant == plant_entity(self, sign->plant) && back == sign->entity) ||
           fail_walk(self, "memory", "a sign is not as it should be");
}

/* After a flush: what it deleted may be seen until it expires (SES-195). */
static bool memory_agrees(world *self)
{
    bool well = ok(self, calx_session_expire_all(self->session), "expire all");
    for (int i = 0; well && i < PLOTS; i++)
        well = self->now.plots[i].entity == NULL || plot_is_shown(self, &self->now.plots[i]);
    for (int i = 0; well && i < PLANTS; i++)
        well = self->now.plants[i].entity == NULL || plant_is_shown(self, &self->now.plants[i]);
    for (int i = 0; well && i < SIGNS; i++)
        well = self->now.signs[i].entity == NULL || sign_is_shown(self, &self->now.signs[i]);
    return well;
}

/* ---- transactions ---- */

static bool flush(world *self)
{
    if (!ok(self, calx_session_flush(self->session), "flush"))
        return false;
    self->freed_code = 0;
    for (int i = 0; i < PLOTS; i++) {
        self->now.plots[i].stored = true;
        for (int k = 0; k < NUMBERS; k++)
            self->now.plots[i].beds[k].stored = true;
    }
    for (int i = 0; i < PLANTS; i++)
        self->now.plants[i].stored = true;
    for (int i = 0; i < SIGNS; i++)
        self->now.signs[i].stored = true;
    for (int i = 0; i < NOTES; i++)
        self->now.notes[i].stored = true;
    return rows_agree(self);
}

static bool do_flush(world *self, const walk_step *step)
{
    return flush(self) && (step->value % 4 != 0 || memory_agrees(self));
}

static bool do_commit(world *self, const walk_step *step)
{
    (void)step;
    if (!flush(self) || !ok(self, calx_session_commit(self->session), "commit"))
        return false;
    self->level = 0;
    self->found[0] = self->now;
    return true;
}

static bool go_back_to(world *self, unsigned level)
{
    self->now = self->found[level];
    self->freed_code = 0;
    return rows_agree(self) && memory_agrees(self);
}

static bool do_roll_back(world *self, const walk_step *step)
{
    (void)step;
    if (!ok(self, calx_session_rollback(self->session), "rollback"))
        return false;
    self->level = 0;
    return go_back_to(self, 0);
}

static bool do_begin_nested(world *self, const walk_step *step)
{
    (void)step;
    if (self->level + 1 == LEVELS || !flush(self))
        return !self->failed;
    self->found[++self->level] = self->now;
    return ok(self, calx_session_begin_nested(self->session), "begin nested");
}

static bool do_end_nested(world *self, const walk_step *step)
{
    if (self->level == 0)
        return true;
    calx_session_transaction nested = calx_session_get_nested_transaction(self->session);
    if (step->value % 3 != 0) {
        if (!ok(self, calx_session_transaction_rollback(nested), "roll back to a savepoint"))
            return false;
        return go_back_to(self, self->level--);
    }
    self->level--;
    return flush(self) && ok(self, calx_session_transaction_commit(nested), "release") &&
           rows_agree(self);
}

/* ---- plots ---- */

static bool do_plot(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    char code[16];
    if (plot->entity != NULL)
        return true;
    bool again = self->freed_code != 0 && step->value % 2 == 0;
    *plot = (plot_fact){ .best = NONE, .code = again ? self->freed_code : ++self->serial };
    self->freed_code = again ? 0 : self->freed_code;
    struct plot *made = plot_new();
    (void)snprintf(code, sizeof(code), "p%d", plot->code);
    plot->entity = made;
    return ok(self, plot_set_code(made, code), "code") &&
           ok(self, plot_add(self->session, made), "add a plot");
}

static void forget_bed(world *self, bed_fact *bed)
{
    for (int i = 0; bed->entity != NULL && i < PLANTS; i++)
        if (self->now.plants[i].bed == bed->entity)
            self->now.plants[i].bed = NULL;
    *bed = (bed_fact){ .entity = NULL };
}

/* With its beds. Its row may go to another one, if nothing of it would stay (SES-200). */
static bool do_drop_plot(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    if (plot->entity == NULL)
        return true;
    if (!flush(self) || !ok(self, plot_delete(self->session, plot->entity), "delete a plot"))
        return false;
    self->freed_code = plot->best == NONE ? plot->code : 0;
    for (int i = 0; i < NUMBERS; i++)
        if (plot->beds[i].entity != NULL)
            forget_bed(self, &plot->beds[i]);
    *plot = (plot_fact){ .best = NONE };
    return true;
}

static bool do_rename(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    char code[16];
    if (plot->entity == NULL)
        return true;
    if (!flush(self))
        return false;
    plot->code = ++self->serial;
    (void)snprintf(code, sizeof(code), "p%d", plot->code);
    return ok(self, plot_set_code(plot->entity, code), "rename") && flush(self);
}

static bool do_best(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    int plant = step->key % (PLANTS + 1) - 1;
    if (plot->entity == NULL || (plant != NONE && self->now.plants[plant].entity == NULL))
        return true;
    plot->best = plant;
    return ok(self, plot_set_best(plot->entity, plant_entity(self, plant)), "best");
}

/* ---- beds ---- */

static bool do_remove_bed(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    bed_fact *bed = &plot->beds[step->key % NUMBERS];
    if (plot->entity == NULL || bed->entity == NULL || !bed->stored)
        return true;
    const struct bed *entity = bed->entity;
    forget_bed(self, bed);
    return ok(self, plot_beds_remove(plot->entity, entity), "remove a bed");
}

/* Where there is one with its number, it takes over the row. */
static bool do_bed(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    bed_fact *bed = &plot->beds[step->key % NUMBERS];
    if (plot->entity == NULL || (bed->entity != NULL && !bed->stored) || !do_remove_bed(self, step))
        return !self->failed;
    struct bed *made = bed_new();
    made->number = step->key % NUMBERS;
    made->soil = ++self->serial;
    *bed = (bed_fact){ .entity = made, .soil = made->soil };
    if (step->value % 2 == 0)
        return ok(self, plot_beds_append(plot->entity, made), "append a bed");
    return ok(self, bed_set_plot(made, plot->entity), "set a plot") &&
           ok(self, bed_add(self->session, made), "add a bed");
}

static bool do_soil(world *self, const walk_step *step)
{
    bed_fact *bed = &self->now.plots[step->which % PLOTS].beds[step->key % NUMBERS];
    if (bed->entity == NULL)
        return true;
    bed->soil = ++self->serial;
    return ok(self, bed_set_soil(bed->entity, bed->soil), "soil");
}

/* ---- plants ---- */

static bool do_plant(world *self, const walk_step *step)
{
    plant_fact *plant = &self->now.plants[step->which % PLANTS];
    if (plant->entity != NULL)
        return true;
    struct plant *made = plant_new();
    made->id = ++self->serial;
    *plant = (plant_fact){ .entity = made, .id = made->id, .parent = NONE };
    return ok(self, plant_add(self->session, made), "add a plant");
}

static bool do_put(world *self, const walk_step *step)
{
    plant_fact *plant = &self->now.plants[step->which % PLANTS];
    const struct bed *bed = self->now.plots[step->key % PLOTS].beds[step->value % NUMBERS].entity;
    if (plant->entity == NULL)
        return true;
    plant->bed = bed;
    return ok(self, plant_set_bed(plant->entity, bed), "bed of a plant");
}

static bool is_above(const world *self, int plant, int other)
{
    while (other != NONE && other != plant)
        other = self->now.plants[other].parent;
    return other == plant;
}

static bool do_graft(world *self, const walk_step *step)
{
    int plant = step->which % PLANTS;
    int parent = step->key % (PLANTS + 1) - 1;
    if (plant_entity(self, plant) == NULL ||
        (parent != NONE && plant_entity(self, parent) == NULL) || is_above(self, plant, parent))
        return true;
    self->now.plants[plant].parent = parent;
    return ok(self, plant_set_parent(plant_entity(self, plant), plant_entity(self, parent)),
              "parent");
}

static bool is_best(const world *self, int plant)
{
    for (int i = 0; i < PLOTS; i++)
        if (self->now.plots[i].entity != NULL && self->now.plots[i].best == plant)
            return true;
    return false;
}

static void forget_plant(world *self, int plant)
{
    for (int i = 0; i < PLANTS; i++)
        if (self->now.plants[i].parent == plant)
            self->now.plants[i].parent = NONE;
    for (int i = 0; i < SIGNS; i++)
        if (self->now.signs[i].plant == plant)
            self->now.signs[i].plant = NONE;
    for (int i = 0; i < NOTES; i++)
        if (self->now.notes[i].entity != NULL && self->now.notes[i].plant == plant)
            self->now.notes[i] = (mark_fact){ .plant = NONE };
    self->now.plants[plant] = (plant_fact){ .parent = NONE };
}

/* Notes go with it by the database; so it is not told of any that is not written. */
static bool do_drop_plant(world *self, const walk_step *step)
{
    int plant = step->which % PLANTS;
    if (plant_entity(self, plant) == NULL || is_best(self, plant) || !flush(self))
        return !self->failed;
    const struct plant *entity = plant_entity(self, plant);
    forget_plant(self, plant);
    return ok(self, plant_delete(self->session, entity), "delete a plant");
}

/* ---- signs and notes ---- */

static bool do_sign(world *self, const walk_step *step)
{
    mark_fact *sign = &self->now.signs[step->which % SIGNS];
    if (sign->entity != NULL)
        return true;
    struct sign *made = sign_new();
    made->id = ++self->serial;
    *sign = (mark_fact){ .entity = made, .id = made->id, .plant = NONE };
    return ok(self, sign_add(self->session, made), "add a sign");
}

/*
 * From either side; who was there is nobody's. It is known in most of the moves; the flush is asked
 * at once where it is not, since who moves on before that leaves who was there alone.
 */
static bool do_move_sign(world *self, const walk_step *step)
{
    mark_fact *sign = &self->now.signs[step->which % SIGNS];
    int plant = step->key % (PLANTS + 1) - 1;
    const struct plant *entity = plant_entity(self, plant);
    const struct sign *known = NULL;
    bool knows = step->value % 3 != 0;
    if (sign->entity == NULL || (plant != NONE && entity == NULL))
        return true;
    if (knows && entity != NULL && !ok(self, plant_sign(entity, &known), "who was there"))
        return false;
    for (int i = 0; plant != NONE && i < SIGNS; i++)
        if (self->now.signs[i].plant == plant)
            self->now.signs[i].plant = NONE;
    sign->plant = plant;
    bool from_plant = step->value % 2 == 0 && plant != NONE;
    return ok(self,
              from_plant ? plant_set_sign(entity, sign->entity)
                         : sign_set_plant(sign->entity, entity),
              "move a sign") &&
           (knows || flush(self));
}

static bool do_drop_sign(world *self, const walk_step *step)
{
    mark_fact *sign = &self->now.signs[step->which % SIGNS];
    if (sign->entity == NULL || !sign->stored)
        return true;
    const void *entity = sign->entity;
    *sign = (mark_fact){ .plant = NONE };
    return ok(self, sign_delete(self->session, entity), "delete a sign");
}

static bool do_note(world *self, const walk_step *step)
{
    mark_fact *note = &self->now.notes[step->which % NOTES];
    int plant = step->key % PLANTS;
    if (plant_entity(self, plant) == NULL)
        return true;
    bool is_new = note->entity == NULL;
    if (is_new) {
        struct note *made = note_new();
        made->id = ++self->serial;
        *note = (mark_fact){ .entity = made, .id = made->id };
    }
    note->plant = plant;
    return ok(self, note_set_plant(note->entity, plant_entity(self, plant)), "move a note") &&
           (!is_new || ok(self, note_add(self->session, (void *)note->entity), "add a note"));
}

/* ---- merging ---- */

/* A plot as somebody else knows it, with some beds; they know their key, or leave it to the plot.
 */
static bool merge_plot(world *self, plot_fact *plot, const walk_step *step, struct plot *source)
{
    const struct plot *target = NULL;
    const struct bed *const *items = NULL;
    size_t count = 0;
    if (!ok(self, plot_merge(self->session, source, &target), "merge"))
        return false;
    if (target != plot->entity)
        return fail_walk(self, "merge", "another target");
    if (!ok(self, plot_beds(target, &items, &count), "beds after a merge"))
        return false;
    for (int i = 0; i < NUMBERS; i++) {
        const struct bed *found = NULL;
        for (size_t k = 0; k < count; k++)
            if (items[k]->number == i)
                found = items[k];
        if (found != plot->beds[i].entity)
            forget_bed(self, &plot->beds[i]);
        if (((step->key >> i) & 1) != (found != NULL))
            return fail_walk(self, "merge", "other beds");
        plot->beds[i].entity = found;
        plot->beds[i].soil = found == NULL ? 0 : found->soil;
    }
    return true;
}

static bool do_merge(world *self, const walk_step *step)
{
    plot_fact *plot = &self->now.plots[step->which % PLOTS];
    struct bed *beds[NUMBERS] = { NULL };
    char code[16];
    if (plot->entity == NULL || !flush(self))
        return !self->failed;
    struct plot *source = plot_new();
    (void)snprintf(code, sizeof(code), "p%d", plot->code);
    bool well =
        ok(self, plot_set_code(source, code), "code") && ok(self, plot_beds_clear(source), "clear");
    for (int i = 0; well && i < NUMBERS; i++) {
        if (((step->key >> i) & 1) == 0)
            continue;
        beds[i] = bed_new();
        beds[i]->number = i;
        beds[i]->soil = ++self->serial;
        well = (step->value % 2 == 0 || ok(self, bed_set_plot_code(beds[i], code), "code")) &&
               ok(self, plot_beds_append(source, beds[i]), "append");
    }
    well = well && merge_plot(self, plot, step, source);
    for (int i = 0; i < NUMBERS; i++)
        bed_free(beds[i]);
    plot_free(source);
    return well;
}

/* ---- what changes nothing ---- */

static bool do_expire(world *self, const walk_step *step)
{
    const plot_fact *plot = &self->now.plots[step->which % PLOTS];
    if (plot->entity == NULL || !flush(self))
        return !self->failed;
    return ok(self,
              step->value % 2 == 0 ? calx_session_expire(self->session, plot->entity)
                                   : calx_session_refresh(self->session, plot->entity),
              "expire");
}

static bool do_expire_all(world *self, const walk_step *step)
{
    (void)step;
    return flush(self) && ok(self, calx_session_expire_all(self->session), "expire all");
}

static bool do_look(world *self, const walk_step *step)
{
    const plant_fact *plant = &self->now.plants[step->which % PLANTS];
    const struct sign *sign = NULL;
    size_t count = 0;
    if (plant->entity == NULL || !plant->stored)
        return true;
    return ok(self, plant_sign(plant->entity, &sign), "look at a sign") &&
           ok(self, plant_notes_count(plant->entity, &count), "look at notes") &&
           ok(self, plant_children_count(plant->entity, &count), "look at children");
}

/* ---- walking ---- */

typedef bool (*action_function)(world *self, const walk_step *step);

static const struct {
    const char *name;
    unsigned weight;
    action_function act;
} actions[] = {
    { "plot", 10, do_plot },
    { "drop plot", 2, do_drop_plot },
    { "rename", 3, do_rename },
    { "best", 6, do_best },
    { "bed", 14, do_bed },
    { "remove bed", 4, do_remove_bed },
    { "soil", 4, do_soil },
    { "plant", 12, do_plant },
    { "put", 12, do_put },
    { "graft", 8, do_graft },
    { "drop plant", 3, do_drop_plant },
    { "sign", 8, do_sign },
    { "move sign", 14, do_move_sign },
    { "drop sign", 2, do_drop_sign },
    { "note", 5, do_note },
    { "merge", 4, do_merge },
    { "expire", 3, do_expire },
    { "look", 6, do_look },
    { "expire all", 3, do_expire_all },
    { "flush", 10, do_flush },
    { "commit", 5, do_commit },
    { "roll back", 2, do_roll_back },
    { "begin nested", 4, do_begin_nested },
    { "end nested", 4, do_end_nested },
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static void execute(const world *self, const char *sql)
{
    calx_statement *statement = calx_text_statement(sql);
    assert_non_null(statement);
    assert_int_equal(calx_session_execute(self->session, statement, NULL), CALX_OK);
    calx_statement_free(statement);
}

/* A new session, and no rows. */
static void begin(world *self)
{
    static const char *const texts[] = { "UPDATE plots SET best_id = NULL",
                                         "DELETE FROM notes",
                                         "DELETE FROM signs",
                                         "UPDATE plants SET parent_id = NULL",
                                         "DELETE FROM plants",
                                         "DELETE FROM beds",
                                         "DELETE FROM plots" };
    calx_session_options options = session_options(self->fix);
    options.autoflush = false;
    set_options(self->fix, &options);
    self->session = self->fix->session;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        execute(self, texts[i]);
    assert_int_equal(calx_session_commit(self->session), CALX_OK);
    memset(&self->now, 0, sizeof(self->now));
    self->found[0] = self->now;
    self->level = 0;
    self->serial = self->freed_code = 0;
    self->failed = false;
}

static bool take(void *context, const walk *taken)
{
    world *self = context;
    const walk_step end = { .value = 0 };
    begin(self);
    bool well = true;
    for (size_t i = 0; well && i < taken->count; i++)
        well = actions[taken->steps[i].action].act(self, &taken->steps[i]) && !self->failed;
    well = well && do_flush(self, &end);
    calx_session_free(self->fix->session);
    self->fix->session = NULL;
    return well;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL || *text == '\0' ? otherwise : strtoull(text, NULL, 10);
}

static void print_walk(const world *self, const walk *taken)
{
    char text[PRINTED];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < taken->count && used < sizeof(text); i++) {
        const walk_step *step = &taken->steps[i];
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "\n  %-10s which %u, key %u, value %u", actions[step->action].name,
                                 step->which, step->key, step->value);
    }
    print_error("walk %llu: %s%s\n", (unsigned long long)taken->seed, self->why, text);
}

static void random_walks_leave_the_rows_the_model_has(void **state)
{
    (void)state;
    static const char *const rows[] = { "SES-170", "SES-185", "SES-187", "SES-196",
                                        "SES-198", "SES-134", "SES-199", "SES-204",
                                        "SES-254", "SES-280", "SES-282" };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        calx_shows(rows[i]);
    fixture fix;
    static world self;
    unsigned weights[ACTIONS];
    for (size_t i = 0; i < ACTIONS; i++)
        weights[i] = actions[i].weight;
    const walk_actions all = { weights, ACTIONS };
    const char *url =
        calx_test_on("sqlite") ? calx_test_url_with("synchronous=off") : calx_test_url();
    set_up_at(&fix, url, &orchard_metadata);
    self.fix = &fix;
    uint64_t first = number_from("CALX_TEST_SEED", 1);
    uint64_t walks = (number_from("CALX_TEST_WALKS", WALKS * COST) + COST - 1) / COST;
    bool well = true;
    for (uint64_t i = 0; well && i < walks; i++) {
        walk taken;
        walk_make(&taken, &all, first + i, STEPS);
        well = take(&self, &taken);
        if (well)
            continue;
        walk_shrink(&taken, take, &self);
        (void)take(&self, &taken); /* once more, for what it says */
        print_walk(&self, &taken);
    }
    tear_down(&fix);
    assert_true(well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walks_leave_the_rows_the_model_has),
    };
    return CALX_RUN("orchard", tests);
}
