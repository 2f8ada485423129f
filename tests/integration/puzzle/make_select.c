/*
 * Selects made at random. What has a limit has an order that tells any two rows apart, or rows that
 * it does not tell apart are the same; so there is one right answer.
 */
#include "make.h"

enum { DEPTH = 3, INNER_DEPTH = 2, MOST_NESTED = 2 };

/* ---- tables ---- */

static calx_alias new_alias(maker_of *self, size_t table, bool is_rows)
{
    if (is_rows && self->alias_count[table] == 0)
        self->alias_count[table]++;
    return calx_alias_of(self->world->tables[table].mapper, self->alias_count[table]++);
}

static void see(maker_of *self, puzzle_source *of)
{
    size_t count = self->world->tables[of->table].field_count;
    for (size_t i = 0; i < count && self->visible_count < MOST_VISIBLE; i++)
        self->visible[self->visible_count++] = (puzzle_visible){ of, i };
}

static puzzle_query *new_query(maker_of *self)
{
    puzzle_query *made = pool_take(self->pool, sizeof *made);
    made->limit = -1;
    return made;
}

static void add_order(puzzle_query *to, puzzle_expr *value, bool descending, calx_nulls nulls)
{
    if (to->order_count < MOST_ORDERS)
        to->orders[to->order_count++] =
            (puzzle_order){ .value = value, .descending = descending, .nulls = nulls };
}

static void order_by_keys(maker_of *self, puzzle_query *made, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_order(made, make_column(self, &made->sources[i], 0), one_in(self, 2),
                  CALX_NULLS_DEFAULT);
}

static void make_limit(maker_of *self, puzzle_query *made)
{
    if (one_in(self, 2))
        made->limit = (int64_t)pick(self, 6);
    if (one_in(self, 3))
        made->offset = (int64_t)pick(self, 4);
}

/* The rows of a table, some of them: nothing around them is visible. */
static puzzle_query *make_rows(maker_of *self, size_t table)
{
    maker_of inside = *self;
    puzzle_query *made = new_query(self);
    inside.visible_from = inside.visible_count;
    inside.plain = true;
    inside.group_of = NULL;
    made->is_rows = true;
    made->source_count = 1;
    made->sources[0] = (puzzle_source){ .table = table, .alias = new_alias(&inside, table, false) };
    see(&inside, &made->sources[0]);
    made->where = make_expr(&inside, KIND_BOOL, INNER_DEPTH);
    if (one_in(&inside, 2)) {
        order_by_keys(&inside, made, 1);
        make_limit(&inside, made);
    }
    self->random = inside.random;
    self->alias_count[table] = inside.alias_count[table];
    return made;
}

static bool is_near(const puzzle_source *one, size_t table)
{
    return one->table + 1 == table || table + 1 == one->table;
}

/* Along a relationship where there is one, else by a condition. */
static void make_step(maker_of *self, puzzle_query *made, puzzle_source *added)
{
    const puzzle_source *from = &made->sources[pick(self, made->source_count)];
    bool was_plain = self->plain;
    if (is_near(from, added->table) && !one_in(self, 3)) {
        added->along = from;
        return;
    }
    self->plain = true;
    see(self, added);
    added->on = make_expr(self, KIND_BOOL, 1 + pick(self, 2));
    self->visible_count -= self->world->tables[added->table].field_count;
    self->plain = was_plain;
}

static void make_sources(maker_of *self, puzzle_query *made, size_t most)
{
    size_t count = 1 + pick(self, most);
    bool is_top = self->depth == 0;
    for (size_t i = 0; i < count; i++) {
        puzzle_source *added = &made->sources[i];
        bool is_rows = !made->finds && one_in(self, 8);
        added->table = pick(self, TABLES);
        added->how = i == 0 ? JOIN_FIRST : one_in(self, 2) ? JOIN_INNER : JOIN_LEFT;
        if (i > 0 && made->sources[i - 1].how <= JOIN_CROSS && !made->finds && one_in(self, 4))
            added->how = JOIN_CROSS;
        if (is_rows && added->how <= JOIN_CROSS)
            added->rows = make_rows(self, added->table);
        added->is_named = added->rows != NULL && is_top && one_in(self, 2);
        added->alias = new_alias(self, added->table, added->rows != NULL);
        if (added->how > JOIN_CROSS)
            make_step(self, made, added);
        made->source_count++;
        see(self, added);
    }
}

/* ---- what is selected ---- */

bool is_plain_item(const puzzle_query *query, size_t i)
{
    size_t columns = 0;
    for (size_t k = 0; k < query->item_count; k++)
        columns += query->items[k]->op == CALX_OP_COLUMN;
    return columns == 1 && query->items[i]->op == CALX_OP_COLUMN;
}

static bool has_rough(const puzzle_query *made)
{
    for (size_t i = 0; i < made->item_count; i++)
        if (made->items[i]->is_rough)
            return true;
    return false;
}

static void order_by_items(maker_of *self, puzzle_query *made)
{
    size_t first = pick(self, made->item_count);
    for (size_t i = 0; i < made->item_count; i++) {
        size_t item = (first + i) % made->item_count;
        calx_nulls nulls =
            is_plain_item(made, item) ? (calx_nulls)pick(self, 3) : CALX_NULLS_DEFAULT;
        made->orders[made->order_count++] =
            (puzzle_order){ .item = item, .descending = one_in(self, 2), .nulls = nulls };
    }
}

/* By its own columns: SQLite knows no others there. */
static void order_by_values(maker_of *self, puzzle_query *made, size_t own)
{
    size_t before = self->visible_from;
    bool was_plain = self->plain;
    self->visible_from = own;
    self->plain = true;
    for (size_t i = pick(self, 3); i > 0; i--) {
        puzzle_kind kind = some_kind(self);
        puzzle_expr *value =
            made->finds || one_in(self, 2) ? find_column(self, kind) : make_expr(self, kind, 1);
        if (value != NULL)
            add_order(made, value, one_in(self, 2),
                      value->op == CALX_OP_COLUMN ? (calx_nulls)pick(self, 3) : CALX_NULLS_DEFAULT);
    }
    self->visible_from = before;
    self->plain = was_plain;
    order_by_keys(self, made, made->source_count);
}

/* A value of the select's own columns, which is none of them. */
static puzzle_expr *make_group_value(maker_of *self, size_t own)
{
    maker_of inside = *self;
    inside.visible_from = own;
    inside.plain = true;
    inside.group_of = NULL;
    puzzle_kind kind = (puzzle_kind)pick(&inside, KIND_TIME);
    puzzle_expr *made = can_make(&inside, kind) ? make_expr(&inside, kind, 1) : NULL;
    self->random = inside.random;
    return made == NULL || made->op == CALX_OP_COLUMN || made->op == CALX_OP_VALUE ? NULL : made;
}

/* Groups by values, and by columns that are visible; inside of them these and aggregates are. */
static void make_groups(maker_of *self, puzzle_query *made, maker_of *inside, size_t own)
{
    puzzle_visible *array = pool_take(self->pool, MOST_VISIBLE * sizeof *array);
    size_t count = 0;
    for (size_t i = 0; i < own; i++)
        array[count++] = self->visible[i];
    for (size_t i = pick(self, MOST_GROUPS + 1); i > 0; i--) {
        puzzle_expr *value = one_in(self, 3) ? make_group_value(self, own) : NULL;
        if (value != NULL) {
            made->groups[made->group_count++] = value;
            continue;
        }
        const puzzle_visible *one = &self->visible[own + pick(self, self->visible_count - own)];
        made->groups[made->group_count++] = make_column(self, one->source, one->field);
        array[count++] = *one;
    }
    *inside = *self;
    inside->visible = array;
    inside->visible_count = count;
    inside->row_columns = self->visible;
    inside->rows_from = own;
    inside->rows_count = self->visible_count;
    inside->group_of = made;
    made->is_grouped = true;
}

static bool is_item(const puzzle_query *made, const puzzle_expr *value)
{
    for (size_t i = 0; i < made->item_count; i++)
        if (made->items[i] == value)
            return true;
    return false;
}

/*
 * What the groups are made by, where it is of that kind; NULL: it is not. Once: PostgreSQL takes
 * two with parameters in them for different ones.
 */
static puzzle_expr *find_group(maker_of *self, const puzzle_query *made, puzzle_kind kind)
{
    for (size_t i = 0; i < made->group_count; i++)
        if (made->groups[i]->op != CALX_OP_COLUMN && made->groups[i]->kind == kind &&
            !is_item(made, made->groups[i]) && !one_in(self, 4))
            return made->groups[i];
    return NULL;
}

static void make_grouped_items(maker_of *self, puzzle_query *made, const puzzle_kind *kinds,
                               size_t count, size_t own)
{
    maker_of inside;
    make_groups(self, made, &inside, own);
    for (size_t i = 0; i < count; i++) {
        bool is_first = made->group_count == 0 && i == 0;
        puzzle_expr *item =
            is_first ? make_aggregate(&inside, kinds[0]) : find_group(&inside, made, kinds[i]);
        made->items[made->item_count++] = item != NULL ? item : make_expr(&inside, kinds[i], 2);
    }
    if (made->group_count > 0 && one_in(&inside, 2))
        made->having = make_expr(&inside, KIND_BOOL, 2);
    self->random = inside.random;
    for (size_t i = 0; i < TABLES; i++)
        self->alias_count[i] = inside.alias_count[i];
}

/*
 * Beside a window there are no selects: SQLite 3.40 forgets there that LEFT JOIN … ON a column of
 * the outer select is one.
 */
static void make_items(maker_of *self, puzzle_query *made, const puzzle_kind *kinds, size_t count)
{
    bool was_plain = self->plain;
    bool has_windows = self->depth == 0 && one_in(self, 4);
    self->plain = was_plain || has_windows;
    for (size_t i = made->item_count; i < count; i++) {
        puzzle_expr *item =
            has_windows && one_in(self, 2) ? make_window(self, made, kinds[i]) : NULL;
        made->items[made->item_count++] = item != NULL ? item : make_expr(self, kinds[i], 2);
    }
    self->plain = was_plain;
}

/* The tables, conditions and items of a select without its order. */
static puzzle_query *make_part(maker_of *self, const puzzle_kind *kinds, size_t count,
                               size_t most_sources)
{
    puzzle_query *made = new_query(self);
    size_t own = self->visible_count;
    make_sources(self, made, most_sources);
    if (!one_in(self, 4))
        made->where = make_expr(self, KIND_BOOL, self->depth == 0 ? DEPTH : INNER_DEPTH);
    /* Without groups there is a row in any case, which an aggregate makes. */
    if (one_in(self, 3) && kinds[0] != KIND_BOOL && kinds[0] != KIND_TIME)
        make_grouped_items(self, made, kinds, count, own);
    make_items(self, made, kinds, count);
    return made;
}

/* ---- selects inside of others ---- */

static void enter(maker_of *inside, maker_of *self)
{
    *inside = *self;
    inside->depth++;
    inside->group_of = NULL;
}

static void leave(maker_of *inside, maker_of *self)
{
    self->random = inside->random;
    for (size_t i = 0; i < TABLES; i++)
        self->alias_count[i] = inside->alias_count[i];
}

puzzle_expr *make_exists(maker_of *self)
{
    static const puzzle_kind any[] = { KIND_INT };
    maker_of inside;
    if (self->depth >= MOST_NESTED)
        return make_value(self, KIND_BOOL);
    puzzle_expr *made = new_expr(self, CALX_OP_EXISTS, KIND_BOOL);
    enter(&inside, self);
    made->query = make_part(&inside, any, 1, 2);
    leave(&inside, self);
    return made;
}

puzzle_expr *make_in_query(maker_of *self, puzzle_expr *wanted)
{
    maker_of inside;
    if (self->depth >= MOST_NESTED)
        return wanted->kind == KIND_BOOL ? wanted : make_value(self, KIND_BOOL);
    puzzle_expr *made = new_expr(self, CALX_OP_IN_SELECT, KIND_BOOL);
    enter(&inside, self);
    made->parts[made->part_count++] = wanted;
    made->query = new_query(self);
    size_t own = inside.visible_count;
    make_sources(&inside, made->query, 2);
    if (one_in(&inside, 2))
        made->query->where = make_expr(&inside, KIND_BOOL, INNER_DEPTH);
    puzzle_expr *item = wanted->kind == KIND_TIME ? find_column(&inside, KIND_TIME)
                                                  : make_expr(&inside, wanted->kind, 1);
    made->query->items[made->query->item_count++] = item;
    if (one_in(&inside, 3)) {
        order_by_values(&inside, made->query, own);
        make_limit(&inside, made->query);
    }
    leave(&inside, self);
    return made;
}

/* The row of one key, or none. */
static void make_one_row(maker_of *self, puzzle_query *made)
{
    puzzle_expr *same = new_expr(self, CALX_OP_EQ, KIND_BOOL);
    same->parts[same->part_count++] = make_column(self, &made->sources[0], 0);
    same->parts[same->part_count++] = make_value(self, KIND_INT);
    made->where = same;
}

puzzle_expr *make_scalar_query(maker_of *self, puzzle_kind kind)
{
    maker_of inside;
    if (self->depth >= MOST_NESTED)
        return NULL;
    puzzle_expr *made = new_expr(self, CALX_OP_SELECT, kind);
    enter(&inside, self);
    made->query = new_query(self);
    size_t own = inside.visible_count;
    bool is_one = kind == KIND_BOOL || kind == KIND_TIME || one_in(self, 2);
    make_sources(&inside, made->query, is_one ? 1 : 2);
    if (is_one) {
        make_one_row(&inside, made->query);
    } else if (one_in(&inside, 2)) {
        made->query->where = make_expr(&inside, KIND_BOOL, INNER_DEPTH);
    }
    puzzle_expr *item = NULL;
    if (is_one) {
        item = make_expr(&inside, kind, 1);
    } else {
        maker_of grouped;
        make_groups(&inside, made->query, &grouped, own);
        made->query->group_count = 0;
        grouped.visible_count = own;
        item = make_aggregate(&grouped, kind);
        leave(&grouped, &inside);
    }
    made->query->items[made->query->item_count++] = item;
    made->is_ascii = item->is_ascii;
    made->most = item->most;
    made->fraction = item->fraction;
    leave(&inside, self);
    return made;
}

/* ---- whole ones ---- */

static void make_combined(maker_of *self, puzzle_query *made, const puzzle_kind *kinds,
                          size_t count)
{
    static const calx_combine ways[] = { CALX_UNION,  CALX_UNION_ALL,     CALX_INTERSECT,
                                         CALX_EXCEPT, CALX_INTERSECT_ALL, CALX_EXCEPT_ALL };
    for (size_t i = 1 + pick(self, MOST_COMBINED); i > 0; i--) {
        maker_of inside = *self;
        inside.visible_from = inside.visible_count;
        made->how[made->combined_count] = ways[pick(self, self->world->combines_all ? 6 : 4)];
        inside.random = self->random;
        made->combined[made->combined_count++] = make_part(&inside, kinds, count, 2);
        leave(&inside, self);
    }
}

/* Rows of these conditions are changed: a column of theirs, or nothing refers to them any more. */
static void make_change(maker_of *self, puzzle_query *made)
{
    static const size_t fields[TABLES][2] = { { 1, 4 }, { 3, 4 }, { 4, 3 } };
    size_t table = made->sources[0].table;
    bool was_plain = self->plain;
    if (table == SALES && one_in(self, 3)) {
        made->deletes = true;
        return;
    }
    self->plain = true;
    made->set_field = fields[table][pick(self, 2)];
    made->set = make_expr(self, self->world->tables[table].fields[made->set_field].kind, 2);
    self->plain = was_plain;
}

static puzzle_query *make_finding(maker_of *self)
{
    puzzle_query *made = new_query(self);
    made->finds = true;
    make_sources(self, made, MOST_SOURCES);
    if (!one_in(self, 4))
        made->where = make_expr(self, KIND_BOOL, DEPTH);
    made->items[made->item_count++] = make_column(self, &made->sources[0], 0);
    made->is_distinct = one_in(self, 4);
    if (made->is_distinct)
        order_by_keys(self, made, 1);
    else
        order_by_values(self, made, 0);
    if (made->source_count == 1 && one_in(self, 3))
        make_change(self, made);
    if (one_in(self, 2))
        make_limit(self, made);
    return made;
}

static puzzle_query *make_selecting(maker_of *self)
{
    puzzle_kind kinds[MOST_ITEMS];
    size_t count = 1 + pick(self, MOST_ITEMS);
    for (size_t i = 0; i < count; i++)
        kinds[i] = (puzzle_kind)pick(self, KIND_TIME);
    puzzle_query *made = make_part(self, kinds, count, MOST_SOURCES);
    bool is_combined = one_in(self, 6);
    if (is_combined)
        make_combined(self, made, kinds, count);
    else
        made->is_distinct = one_in(self, 5);
    if (made->is_grouped && !is_combined && !made->is_distinct && count < MOST_ITEMS &&
        one_in(self, 4)) {
        maker_of inside = *self;
        inside.row_columns = self->visible;
        inside.rows_from = 0;
        inside.rows_count = self->visible_count;
        inside.group_of = made;
        made->items[made->item_count++] = make_average(&inside);
        leave(&inside, self);
    }
    if (has_rough(made) || one_in(self, 3))
        return made;
    if (made->is_grouped || made->is_distinct || is_combined)
        order_by_items(self, made);
    else
        order_by_values(self, made, 0);
    make_limit(self, made);
    return made;
}

puzzle_query *puzzle_make(const puzzle_world *world, puzzle_pool *pool, uint64_t seed)
{
    maker_of self = { .world = world, .pool = pool, .random = seed * 7919 + 1 };
    self.visible = pool_take(pool, MOST_VISIBLE * sizeof *self.visible);
    pick(&self, 1);
    return one_in(&self, 4) ? make_finding(&self) : make_selecting(&self);
}
