/*
 * Where constraints have their names in the CREATE text alone: each is found again by its columns,
 * so that text which was not understood costs a name and no more.
 */
#include "schema/create_names.h"

#include "schema/create_text.h"

/* A table and its text. */
typedef struct create_naming {
    calx_inspector *inspector;
    calx_inspected_table *table;
    calx_create_text text;
} create_naming;

static bool same_columns(const create_naming *naming, const calx_create_constraint *constraint,
                         const char *const *columns, size_t count)
{
    if (constraint->columns.count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!calx_inspect_same(naming->inspector, constraint->columns.items[i], columns[i]))
            return false;
    }
    return true;
}

static void name_unique(const create_naming *naming, const calx_create_constraint *constraint)
{
    calx_inspected_key *keys = (calx_inspected_key *)naming->table->uniques;
    for (size_t i = 0; i < naming->table->unique_count; i++) {
        if (keys[i].name == NULL &&
            same_columns(naming, constraint, keys[i].columns, keys[i].column_count)) {
            keys[i].name = constraint->name;
            return;
        }
    }
}

static calx_create_constraint *find_foreign(const create_naming *naming,
                                            const calx_inspected_foreign_key *key)
{
    for (size_t i = 0; i < naming->text.count; i++) {
        calx_create_constraint *constraint = &naming->text.constraints[i];
        if (constraint->kind == CALX_CREATE_FOREIGN && !constraint->taken &&
            calx_inspect_same(naming->inspector, constraint->target, key->target_table) &&
            same_columns(naming, constraint, key->columns, key->column_count))
            return constraint;
    }
    return NULL;
}

static void name_foreign_keys(const create_naming *naming)
{
    calx_inspected_foreign_key *keys = (calx_inspected_foreign_key *)naming->table->foreign_keys;
    for (size_t i = 0; i < naming->table->foreign_key_count; i++) {
        calx_create_constraint *constraint = find_foreign(naming, &keys[i]);
        if (constraint == NULL)
            continue;
        constraint->taken = true;
        keys[i].name = constraint->name;
        keys[i].deferrable = constraint->deferrable;
        keys[i].initially_deferred = constraint->deferred;
    }
}

static void add_check(const create_naming *naming, const calx_create_constraint *constraint)
{
    calx_inspected_table *table = naming->table;
    calx_inspected_check *checks =
        calx_inspect_grow(naming->inspector, table->checks, table->check_count, sizeof *checks);
    if (checks == NULL)
        return;
    checks[table->check_count++] =
        (calx_inspected_check){ .name = constraint->name, .sql = constraint->sql };
    table->checks = checks;
}

static void say_computed(const create_naming *naming, const calx_create_constraint *constraint)
{
    for (size_t i = 0; i < naming->table->column_count; i++) {
        const calx_inspected_column *column = &naming->table->columns[i];
        if (column->computed != NULL && same_columns(naming, constraint, &column->name, 1))
            ((calx_inspected_computed *)column->computed)->sql = constraint->sql;
    }
}

static void take_constraint(const create_naming *naming, const calx_create_constraint *constraint)
{
    switch (constraint->kind) {
    case CALX_CREATE_KEY:
        if (naming->table->primary_key != NULL)
            ((calx_inspected_key *)naming->table->primary_key)->name = constraint->name;
        break;
    case CALX_CREATE_UNIQUE:
        name_unique(naming, constraint);
        break;
    case CALX_CREATE_CHECK:
        add_check(naming, constraint);
        break;
    case CALX_CREATE_COMPUTED:
        say_computed(naming, constraint);
        break;
    case CALX_CREATE_FOREIGN:
        break;
    }
}

void calx_create_names(calx_inspector *inspector, const char *sql, calx_inspected_table *table)
{
    create_naming naming = { .inspector = inspector, .table = table };
    if (calx_create_text_read(&inspector->arena, sql, &naming.text) != CALX_OK) {
        calx_inspect_no_memory(inspector);
        return;
    }
    for (size_t i = 0; i < naming.text.count; i++)
        take_constraint(&naming, &naming.text.constraints[i]);
    name_foreign_keys(&naming);
}
