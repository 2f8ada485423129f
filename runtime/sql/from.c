/*
 * Joins that a caller asked for. An association is joined by itself, then its
 * target, as it is for what is loaded along; so a left join may give a row for
 * a pair that leads nowhere.
 */
#include "sql/from.h"

#include "sql/block.h"

/* One side of a join: which columns of which table. */
typedef struct side {
    char letter;
    size_t number;
    const calx_mapper *mapper;
    const uint16_t *columns;
} side;

const calx_sql_named *calx_sql_find_named(const calx_sql_writer *writer,
                                          const calx_sql_source *source)
{
    const calx_sql_named *named = writer->names;
    while (named != NULL &&
           (named->alias.mapper != source->mapper || named->alias.number != source->alias))
        named = named->outer;
    return named;
}

static void put_source(calx_sql_writer *writer, const calx_sql_source *source)
{
    const calx_sql_named *named = calx_sql_find_named(writer, source);
    calx_sql_put_fact(writer, (uintptr_t)source->mapper); /* whose columns it is said to have */
    if (source->block != NULL) {
        calx_sql_put(writer, "(");
        calx_sql_put_block(writer, source->block);
        calx_sql_put(writer, ")");
    } else if (named != NULL) {
        calx_sql_put_alias(writer, 'c', named->number);
    } else {
        calx_sql_put_table(writer, source->mapper->table);
    }
    calx_sql_put(writer, " AS ");
    calx_sql_put_alias(writer, source->letter, source->number);
}

static side side_of(const calx_sql_source *source)
{
    return (side){ source->letter, source->number, source->mapper, NULL };
}

static void put_dotted(calx_sql_writer *writer, const side *of, size_t i)
{
    calx_sql_put_alias(writer, of->letter, of->number);
    calx_sql_put(writer, ".");
    calx_sql_put_name(writer, of->mapper->columns[of->columns[i]].name);
}

static void put_join(calx_sql_writer *writer, bool left, const calx_sql_source *right)
{
    calx_sql_put(writer, left ? " LEFT OUTER JOIN " : " JOIN ");
    put_source(writer, right);
}

static void put_equal(calx_sql_writer *writer, const side *one, const side *other, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        calx_sql_put(writer, i == 0 ? " ON " : " AND ");
        put_dotted(writer, one, i);
        calx_sql_put(writer, " = ");
        put_dotted(writer, other, i);
    }
}

static void put_over_association(calx_sql_writer *writer, const calx_sql_step *step,
                                 const calx_sql_source *joined, side *owner)
{
    const calx_mapper *association = step->relationship->association;
    const calx_foreign_key *near = &association->foreign_keys[step->relationship->foreign_key];
    const calx_foreign_key *far = &association->foreign_keys[step->relationship->target_key];
    const calx_sql_source between = { .mapper = association,
                                      .letter = 'k',
                                      .number = joined->number };
    const side here = { 'k', joined->number, association, near->columns };
    const side there = { 'k', joined->number, association, far->columns };
    const side target = { joined->letter, joined->number, joined->mapper, far->target_columns };
    owner->columns = near->target_columns;
    put_join(writer, step->left, &between);
    put_equal(writer, &here, owner, near->column_count);
    put_join(writer, step->left, joined);
    put_equal(writer, &target, &there, far->column_count);
}

static void put_along(calx_sql_writer *writer, const calx_sql_step *step,
                      const calx_sql_source *joined, side *owner)
{
    const calx_relationship *relationship = step->relationship;
    bool is_one = relationship->kind == CALX_RELATIONSHIP_ONE;
    const calx_mapper *holder = is_one ? owner->mapper : joined->mapper;
    side target = side_of(joined);
    if (relationship->kind == CALX_RELATIONSHIP_MANY_TO_MANY) {
        put_over_association(writer, step, joined, owner);
        return;
    }
    const calx_foreign_key *key = &holder->foreign_keys[relationship->foreign_key];
    owner->columns = is_one ? key->columns : key->target_columns;
    target.columns = is_one ? key->target_columns : key->columns;
    put_join(writer, step->left, joined);
    put_equal(writer, &target, owner, key->column_count);
}

static void put_step(calx_sql_writer *writer, const calx_sql_source *sources,
                     const calx_sql_step *step, size_t position)
{
    const calx_sql_source *joined = &sources[position];
    if (step->crossed) {
        calx_sql_put(writer, " CROSS JOIN ");
        put_source(writer, joined);
        return;
    }
    if (step->relationship != NULL) {
        side owner = side_of(&sources[step->owner]);
        calx_sql_put_fact(writer, (uintptr_t)step->relationship);
        put_along(writer, step, joined, &owner);
        return;
    }
    put_join(writer, step->left, joined);
    calx_sql_put(writer, " ON ");
    calx_sql_put_condition(writer, step->on.nodes, step->on.count, CALX_OP_NONE);
}

void calx_sql_put_from(calx_sql_writer *writer, const calx_sql_source *sources,
                       const calx_sql_step *steps, size_t step_count)
{
    const calx_sql_scope *all = writer->scope;
    calx_sql_put(writer, " FROM ");
    put_source(writer, &sources[0]);
    for (size_t i = 0; i < step_count; i++) {
        const calx_sql_scope so_far = { all->outer, sources, i + 2 };
        writer->scope = &so_far;
        put_step(writer, sources, &steps[i], i + 1);
    }
    writer->scope = all;
}
