/*
 * Loading options worked out: from the root down, each place takes the options whose path leads
 * through it, the later ones over the earlier, over what its mapper says. A way that descriptors
 * alone lead comes to an end where an entity comes again more often than they say (SES-318); one an
 * option names goes on as far as it does.
 */
#include "session/loading.h"

#include "base/allocator.h"
#include "base/arena.h"
#include "mapper/option.h"
#include "sql/plan.h"

#include <stdatomic.h>
#include <string.h>

typedef struct calx_loads_tree {
    atomic_size_t references;
    calx_arena arena; /* every place of the tree */
} calx_loads_tree;

/* The making of a tree. */
typedef struct planting {
    calx_loads_tree *tree;
    const calx_path *paths;
    size_t count;
    bool apart; /* nothing can be joined to the rows */
} planting;

const calx_loads *calx_loads_hold(const calx_loads *loads)
{
    if (loads != NULL)
        atomic_fetch_add_explicit(&loads->tree->references, 1, memory_order_relaxed);
    return loads;
}

void calx_loads_release(const calx_loads *loads)
{
    if (loads == NULL ||
        atomic_fetch_sub_explicit(&loads->tree->references, 1, memory_order_acq_rel) != 1)
        return;
    calx_loads_tree *tree = loads->tree;
    calx_arena_clear(&tree->arena);
    calx_release(tree);
}

/* ---- paths ---- */

/*
 * The first step of a path that is about a place, when the path comes to it; NULL: it does not.
 * The relationship an instance was reached over is the number of its load in the place above.
 */
static const calx_step *reach(const calx_path *path, const calx_loads *place, const calx_step *end)
{
    const calx_step *step = path->steps;
    if (place->above == NULL)
        return step;
    step = reach(path, place->above, end);
    while (step != NULL && step < end && !calx_step_leads(step))
        step++;
    if (step == NULL || step == end || step->number == CALX_EVERY_RELATIONSHIP)
        return NULL;
    return place->above->loads[step->number].under == place ? step + 1 : NULL;
}

/* What the path says about a place: from *step up to the first relationship, which counts. */
static bool says(const calx_path *path, const calx_loads *place, const calx_step **out_first,
                 const calx_step **out_end)
{
    const calx_step *end = path->steps + path->count;
    const calx_step *step = reach(path, place, end);
    *out_first = step;
    while (step != NULL && step < end && !calx_step_leads(step))
        step++;
    *out_end = step != NULL && step < end ? step + 1 : end;
    return *out_first != NULL && *out_first < *out_end;
}

/* ---- relationships ---- */

static void take_step(calx_load *load, const calx_step *step)
{
    load->loading = (calx_loading)step->loading;
    load->inner = step->inner;
    load->named = true;
}

/* Named relationships first: what is said about every one is about the others. */
static void take_relationships(const planting *making, calx_loads *place, bool every)
{
    for (size_t i = 0; i < making->count; i++) {
        const calx_step *step = NULL;
        const calx_step *end = NULL;
        if (!says(&making->paths[i], place, &step, &end) || end[-1].kind != CALX_STEP_LOAD ||
            (end[-1].number == CALX_EVERY_RELATIONSHIP) != every)
            continue;
        if (!every)
            take_step(&place->loads[end[-1].number], &end[-1]);
        for (size_t k = 0; every && k < place->mapper->relationship_count; k++)
            take_step(&place->loads[k], &end[-1]);
    }
}

static void take_descriptors(calx_loads *place)
{
    for (size_t i = 0; i < place->mapper->relationship_count; i++) {
        const calx_relationship *facts = &place->mapper->relationships[i];
        place->loads[i].loading = facts->loading;
        place->loads[i].inner = (facts->flags & CALX_RELATIONSHIP_INNER_JOIN) != 0;
    }
}

/* Whether the target would come again on the way more often than it may. */
static bool comes_again(const calx_loads *place, const calx_relationship *facts)
{
    size_t met = 0;
    for (const calx_loads *at = place; at != NULL; at = at->above)
        met += at->mapper == facts->target;
    return met > facts->join_depth;
}

static void end_circles(calx_loads *place)
{
    for (size_t i = 0; i < place->mapper->relationship_count; i++) {
        calx_load *load = &place->loads[i];
        if (!load->named && calx_loading_is_eager(load->loading) &&
            comes_again(place, &place->mapper->relationships[i]))
            load->loading = CALX_LOADING_SELECT;
    }
}

static void part_joins(calx_loads *place)
{
    for (size_t i = 0; i < place->mapper->relationship_count; i++)
        if (place->loads[i].loading == CALX_LOADING_JOINED)
            place->loads[i].loading = CALX_LOADING_SELECTIN;
}

/* ---- columns ---- */

static void leave_out(uint64_t *columns, size_t column, bool out)
{
    uint64_t bit = UINT64_C(1) << (column % 64);
    columns[column / 64] = out ? columns[column / 64] | bit : columns[column / 64] & ~bit;
}

static bool is_fixed(const calx_column *column)
{
    return (column->flags & (CALX_COLUMN_KEY | CALX_COLUMN_VERSION)) != 0;
}

/* All columns that no such option names are left out. */
static void leave_others(uint64_t *columns, const calx_mapper *mapper, bool *only)
{
    for (size_t i = 0; !*only && i < mapper->column_count; i++)
        leave_out(columns, i, !is_fixed(&mapper->columns[i]));
    *only = true;
}

static void take_columns(const planting *making, const calx_loads *place, uint64_t *columns)
{
    const calx_mapper *mapper = place->mapper;
    bool only = false;
    for (size_t i = 0; i < making->count; i++) {
        const calx_step *step = NULL;
        const calx_step *end = NULL;
        if (!says(&making->paths[i], place, &step, &end))
            continue;
        for (; step < end && !calx_step_leads(step); step++) {
            if (step->kind == CALX_STEP_LOAD_ONLY)
                leave_others(columns, mapper, &only);
            leave_out(columns, step->number,
                      step->kind == CALX_STEP_DEFER && !is_fixed(&mapper->columns[step->number]));
        }
    }
}

static bool is_any(const uint64_t *columns, const calx_mapper *mapper)
{
    uint64_t any = 0;
    for (size_t i = 0; i < calx_plan_words(mapper); i++)
        any |= columns[i];
    return any != 0;
}

static calx_status choose_columns(const planting *making, calx_loads *place)
{
    const calx_mapper *mapper = place->mapper;
    uint64_t *columns =
        calx_arena_array(&making->tree->arena, calx_plan_words(mapper) + 1, sizeof *columns);
    if (columns == NULL)
        return CALX_E_NOMEM;
    for (size_t i = 0; i < mapper->column_count; i++)
        if ((mapper->columns[i].flags & CALX_COLUMN_DEFERRED) != 0 &&
            !is_fixed(&mapper->columns[i]))
            leave_out(columns, i, true);
    take_columns(making, place, columns);
    place->left_out = is_any(columns, mapper) ? columns : NULL;
    return CALX_OK;
}

/* ---- places ---- */

static calx_status plant(const planting *making, const calx_loads *above, const calx_mapper *mapper,
                         calx_load *over, calx_loads **out_place);

/* Whether some option has a say behind this relationship. */
static bool leads_on(const planting *making, const calx_loads *place, size_t relationship)
{
    for (size_t i = 0; i < making->count; i++) {
        const calx_path *path = &making->paths[i];
        const calx_step *step = NULL;
        const calx_step *end = NULL;
        if (says(path, place, &step, &end) && calx_step_leads(&end[-1]) &&
            end[-1].number == relationship && end < path->steps + path->count)
            return true;
    }
    return false;
}

static bool is_plain(const calx_loads *place)
{
    return !place->kept && !place->joins && !place->follows && place->left_out == NULL;
}

static calx_status plant_under(const planting *making, calx_loads *place, size_t i)
{
    calx_load *load = &place->loads[i];
    bool goes_on = leads_on(making, place, i);
    calx_loads *under = NULL;
    if (!goes_on && !calx_loading_is_eager(load->loading))
        return CALX_OK;
    calx_status status = plant(making, place, place->mapper->relationships[i].target, load, &under);
    if (status != CALX_OK)
        return status;
    under->kept = under->kept || goes_on;
    load->under = is_plain(under) ? NULL : under;
    return CALX_OK;
}

static void sum_up(calx_loads *place)
{
    for (size_t i = 0; i < place->mapper->relationship_count; i++) {
        const calx_load *load = &place->loads[i];
        place->joins = place->joins || load->loading == CALX_LOADING_JOINED;
        place->follows =
            place->follows || load->loading == CALX_LOADING_NOLOAD ||
            (calx_loading_is_eager(load->loading) && load->loading != CALX_LOADING_JOINED);
        place->kept = place->kept || load->named || (load->under != NULL && load->under->kept);
        place->deeper = place->deeper || (load->under != NULL && calx_loads_lead_on(load->under) &&
                                          calx_loading_is_eager(load->loading));
    }
}

/* Whether an option names columns here: what is left out is to be so again at a refresh. */
static bool is_named(const planting *making, const calx_loads *place)
{
    for (size_t i = 0; i < making->count; i++) {
        const calx_step *step = NULL;
        const calx_step *end = NULL;
        if (says(&making->paths[i], place, &step, &end) && !calx_step_leads(step))
            return true;
    }
    return false;
}

/* over: the load that leads here, which points here while paths are followed; or NULL. */
static calx_status plant(const planting *making, const calx_loads *above, const calx_mapper *mapper,
                         calx_load *over, calx_loads **out_place)
{
    calx_loads *place = calx_arena_array(&making->tree->arena, 1, sizeof *place);
    size_t count = (size_t)mapper->relationship_count + 1;
    calx_load *loads = calx_arena_array(&making->tree->arena, count, sizeof *loads);
    if (place == NULL || loads == NULL)
        return CALX_E_NOMEM;
    *place = (calx_loads){ .above = above, .mapper = mapper, .loads = loads, .tree = making->tree };
    if (over != NULL)
        over->under = place;
    take_descriptors(place);
    take_relationships(making, place, true);
    take_relationships(making, place, false);
    end_circles(place);
    if (making->apart && above == NULL)
        part_joins(place);
    calx_status status = choose_columns(making, place);
    for (size_t i = 0; status == CALX_OK && i < mapper->relationship_count; i++)
        status = plant_under(making, place, i);
    sum_up(place);
    place->kept = place->kept || is_named(making, place);
    *out_place = place;
    return status;
}

/* Most queries are of this kind, and take no memory. */
static bool has_nothing_to_say(const calx_mapper *mapper)
{
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (calx_loading_is_eager(mapper->relationships[i].loading) ||
            mapper->relationships[i].loading == CALX_LOADING_NOLOAD)
            return false;
    for (size_t i = 0; i < mapper->column_count; i++)
        if ((mapper->columns[i].flags & CALX_COLUMN_DEFERRED) != 0)
            return false;
    return true;
}

static calx_status grow(const calx_mapper *mapper, planting making, const calx_loads **out_loads)
{
    if (making.count == 0 && has_nothing_to_say(mapper)) {
        *out_loads = NULL;
        return CALX_OK;
    }
    calx_loads_tree *tree = calx_alloc_zeroed(sizeof *tree);
    calx_loads *root = NULL;
    if (tree == NULL)
        return CALX_E_NOMEM;
    atomic_init(&tree->references, 1);
    calx_arena_init(&tree->arena, 0);
    making.tree = tree;
    calx_status status = plant(&making, NULL, mapper, NULL, &root);
    if (status == CALX_OK && !is_plain(root)) {
        *out_loads = root;
        return CALX_OK;
    }
    calx_arena_clear(&tree->arena);
    calx_release(tree);
    if (status == CALX_OK)
        *out_loads = NULL;
    return status;
}

calx_status calx_loads_new(const calx_mapper *mapper, const calx_path *paths, size_t count,
                           const calx_loads **out_loads)
{
    return grow(mapper, (planting){ .paths = paths, .count = count }, out_loads);
}

calx_status calx_loads_new_apart(const calx_mapper *mapper, const calx_path *paths, size_t count,
                                 const calx_loads **out_loads)
{
    return grow(mapper, (planting){ .paths = paths, .count = count, .apart = true }, out_loads);
}
