/*
 * The SELECT of a many-to-many's members. A row of the association whose target is missing gives
 * none.
 */
#include "sql/members.h"

#include "sql/join.h"
#include "sql/name.h"
#include "sql/plan.h"

static void put_association_column(calx_buffer *out, const calx_dialect *dialect,
                                   const calx_mapper *association, size_t column)
{
    calx_sql_name(out, dialect, "a0");
    calx_buffer_char(out, '.');
    calx_sql_name(out, dialect, association->columns[column].name);
}

static void put_from(calx_buffer *out, const calx_dialect *dialect,
                     const calx_relationship *relationship)
{
    const calx_mapper *association = relationship->association;
    const calx_mapper *target = relationship->target;
    const calx_foreign_key *far = &association->foreign_keys[relationship->target_key];
    calx_buffer_put(out, " FROM ");
    calx_sql_table(out, dialect, target->table);
    calx_buffer_put(out, " AS ");
    calx_sql_name(out, dialect, "t0");
    calx_buffer_put(out, " JOIN ");
    calx_sql_table(out, dialect, association->table);
    calx_buffer_put(out, " AS ");
    calx_sql_name(out, dialect, "a0");
    for (size_t i = 0; i < far->column_count; i++) {
        calx_buffer_put(out, i == 0 ? " ON " : " AND ");
        put_association_column(out, dialect, association, far->columns[i]);
        calx_buffer_put(out, " = ");
        calx_sql_put_aliased(out, dialect, 0, target->columns[far->target_columns[i]].name);
    }
}

static bool is_ordered_by(const calx_relationship *relationship, size_t column)
{
    for (size_t i = 0; i < relationship->order_count; i++)
        if (relationship->order[i].column == column)
            return true;
    return false;
}

static void put_order(calx_buffer *out, const calx_dialect *dialect,
                      const calx_relationship *relationship)
{
    const calx_mapper *target = relationship->target;
    const char *before = " ORDER BY ";
    for (size_t i = 0; i < relationship->order_count; i++) {
        calx_buffer_put(out, before);
        calx_sql_put_aliased(out, dialect, 0, target->columns[relationship->order[i].column].name);
        calx_buffer_put(out, relationship->order[i].descending ? " DESC" : "");
        before = ", ";
    }
    for (size_t i = 0; i < target->key_count; i++) {
        if (is_ordered_by(relationship, target->key[i]))
            continue;
        calx_buffer_put(out, before);
        calx_sql_put_aliased(out, dialect, 0, target->columns[target->key[i]].name);
        before = ", ";
    }
}

void calx_sql_put_members(calx_buffer *out, const calx_dialect *dialect,
                          const calx_relationship *relationship, const uint64_t *chosen)
{
    const char *before = "SELECT ";
    const calx_mapper *association = relationship->association;
    const calx_mapper *target = relationship->target;
    const calx_foreign_key *near = &association->foreign_keys[relationship->foreign_key];
    for (size_t i = 0; i < target->column_count; i++) {
        if (chosen != NULL && !calx_plan_has(chosen, i))
            continue;
        calx_buffer_put(out, before);
        calx_sql_put_aliased(out, dialect, 0, target->columns[i].name);
        before = ", ";
    }
    put_from(out, dialect, relationship);
    for (size_t i = 0; i < near->column_count; i++) {
        calx_buffer_put(out, i == 0 ? " WHERE " : " AND ");
        put_association_column(out, dialect, association, near->columns[i]);
        calx_buffer_put(out, " = ");
        calx_sql_placeholder(out, dialect, i + 1);
    }
    put_order(out, dialect, relationship);
}
