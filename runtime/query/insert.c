/*
 * INSERT statements of the application (SES-335). Rows of plain structs go together as long as they
 * fill the same columns and the database takes so many values at once; what they give back is read
 * row by row into instances, which makes them the session's.
 */
#include <calx/insert.h>

#include "base/allocator.h"
#include "base/error.h"
#include "query/assigned.h"
#include "query/select.h"
#include "session/statement_hook.h"
#include "session/synchronize.h"
#include "session/version.h"
#include "sql/assign.h"
#include "sql/statement.h"

#include <string.h>

/* More in one statement are no quicker. */
enum { MOST_ROWS = 500 };

struct calx_insert {
    calx_dependent dependent; /* the first member: the session ends the insert through it */
    calx_session *session;    /* NULL: it was freed */
    bool ended;
    const calx_mapper *mapper;
    calx_error failure; /* the first one of building */
    calx_arena arena;
    const char *rows; /* the caller's */
    size_t row_count;
    calx_select *select; /* held; or NULL */
    uint16_t *columns;   /* of the select */
    size_t column_count;
    calx_sql_conflict conflict;
    uint16_t *targets;
    size_t target_count;
    calx_sql_set *sets;
    size_t set_count;
    calx_condition *conditions;
    size_t condition_count;
    const void **items; /* handed out */
    size_t item_count, item_capacity;
};

static void end(calx_dependent *dependent)
{
    ((calx_insert *)dependent)->ended = true;
}

static void forget(calx_dependent *dependent)
{
    ((calx_insert *)dependent)->session = NULL;
}

calx_insert *calx_insert_new(calx_session *session, const calx_mapper *mapper)
{
    calx_insert *insert =
        session == NULL || mapper == NULL ? NULL : calx_alloc_zeroed(sizeof *insert);
    if (insert == NULL)
        return NULL;
    insert->failure = (calx_error)CALX_ERROR_INIT;
    calx_arena_init(&insert->arena, 0);
    insert->session = session;
    insert->mapper = mapper;
    insert->dependent.end = end;
    insert->dependent.forget = forget;
    calx_session_depend(session, &insert->dependent);
    return insert;
}

void calx_insert_free(calx_insert *insert)
{
    if (insert == NULL)
        return;
    if (insert->session != NULL)
        calx_session_undepend(insert->session, &insert->dependent);
    calx_select_release(insert->select);
    calx_error_clear(&insert->failure);
    calx_arena_clear(&insert->arena);
    calx_release(insert->items);
    calx_release(insert);
}

/* ---- building ---- */

static calx_status enter(calx_insert *insert)
{
    if (insert == NULL)
        return CALX_E_ARGUMENT;
    if (insert->session == NULL)
        return CALX_E_STATE;
    calx_status status = calx_session_enter(insert->session);
    if (status == CALX_OK && insert->ended)
        status = calx_session_fail(insert->session, CALX_E_STATE,
                                   "this INSERT into %s ended when its session was closed or "
                                   "emptied: free it, and make a new one",
                                   insert->mapper->name);
    if (status == CALX_OK && insert->failure.status != CALX_OK) {
        calx_error_copy(&insert->session->error, &insert->failure);
        status = insert->failure.status;
    }
    return status;
}

static calx_status keep(calx_insert *insert, calx_status status)
{
    if (status == CALX_OK)
        return CALX_OK;
    calx_error_copy(&insert->failure, &insert->session->error);
    insert->failure.status = status;
    return status;
}

static calx_status refuse(calx_insert *insert, const char *what)
{
    return calx_session_fail(insert->session, CALX_E_ARGUMENT, "an INSERT into %s %s",
                             insert->mapper->name, what);
}

/* Positions of columns, which are the mapper's own. */
static calx_status keep_columns(calx_insert *insert, const calx_column_ref *columns, size_t count,
                                uint16_t **out)
{
    if (columns == NULL && count > 0)
        return refuse(insert, "was given no columns");
    *out = calx_arena_array(&insert->arena, count + 1, sizeof **out);
    if (*out == NULL)
        return calx_error_set_nomem(&insert->session->error);
    for (size_t i = 0; i < count; i++) {
        if (columns[i].mapper != insert->mapper || columns[i].alias != 0 ||
            columns[i].column >= insert->mapper->column_count)
            return refuse(insert, "names a column that is not its own");
        (*out)[i] = columns[i].column;
    }
    return CALX_OK;
}

calx_status calx_insert_rows(calx_insert *insert, const void *rows, size_t count)
{
    calx_status status = enter(insert);
    if (status != CALX_OK)
        return status;
    if (rows == NULL && count > 0)
        return keep(insert, refuse(insert, "was given no rows"));
    if (insert->select != NULL)
        return keep(insert, refuse(insert, "has the rows of a select already"));
    insert->rows = rows;
    insert->row_count = count;
    return CALX_OK;
}

static calx_status check_select(calx_insert *insert, size_t count, const calx_select *select)
{
    if (select == NULL)
        return refuse(insert, "was given no select");
    if (insert->rows != NULL || insert->select != NULL)
        return refuse(insert, "has rows already");
    if (select->session != insert->session)
        return refuse(insert, "was given a select of another session");
    if (select->failure.status != CALX_OK) {
        calx_error_copy(&insert->session->error, &select->failure);
        return select->failure.status;
    }
    if (calx_sql_block_width(&select->block) != count)
        return calx_session_fail(insert->session, CALX_E_ARGUMENT,
                                 "an INSERT into %s of %zu columns was given a select of %zu",
                                 insert->mapper->name, count, calx_sql_block_width(&select->block));
    return CALX_OK;
}

calx_status calx_insert_from_select(calx_insert *insert, const calx_column_ref *columns,
                                    size_t count, calx_select *select)
{
    calx_status status = enter(insert);
    if (status != CALX_OK)
        return status;
    status = check_select(insert, count, select);
    if (status == CALX_OK)
        status = keep_columns(insert, columns, count, &insert->columns);
    if (status == CALX_OK)
        status = calx_assigned_check_block(insert->session, insert->mapper, insert->columns,
                                           &select->block);
    if (status != CALX_OK)
        return keep(insert, status);
    insert->column_count = count;
    insert->select = calx_select_hold(select);
    select->is_part = true;
    return CALX_OK;
}

static calx_status set_conflict(calx_insert *insert, calx_sql_conflict conflict,
                                const calx_column_ref *columns, size_t count)
{
    calx_status status = enter(insert);
    if (status != CALX_OK)
        return status;
    if (conflict == CALX_SQL_CONFLICT_UPDATE && count == 0)
        status = refuse(insert, "is to update rows that agree in no column");
    if (status == CALX_OK)
        status = keep_columns(insert, columns, count, &insert->targets);
    if (status != CALX_OK)
        return keep(insert, status);
    insert->conflict = conflict;
    insert->target_count = count;
    return CALX_OK;
}

calx_status calx_insert_on_conflict_nothing(calx_insert *insert, const calx_column_ref *columns,
                                            size_t count)
{
    return set_conflict(insert, CALX_SQL_CONFLICT_NOTHING, columns, count);
}

calx_status calx_insert_on_conflict_update(calx_insert *insert, const calx_column_ref *columns,
                                           size_t count)
{
    return set_conflict(insert, CALX_SQL_CONFLICT_UPDATE, columns, count);
}

/* The value is copied; the key stays, since the session knows rows by it. */
static calx_status keep_set(calx_insert *insert, const calx_assignment *assignment,
                            calx_sql_set *out)
{
    const calx_mapper *mapper = insert->mapper;
    calx_error *error = &insert->session->error;
    calx_status status = calx_assignment_keep(out, &insert->arena, mapper, assignment, error);
    if (status != CALX_OK)
        return status;
    if ((mapper->columns[out->column].flags & CALX_COLUMN_KEY) != 0)
        return refuse(insert, "cannot set the key of a row that is there");
    for (size_t i = 0; out->expression != NULL && i < out->expression->count; i++)
        if (out->expression->nodes[i].operand.kind == CALX_OPERAND_SELECT)
            return refuse(insert, "cannot set a column to a select");
    if (out->expression == NULL)
        status = calx_assigned_fit(insert->session, mapper, out);
    if (status != CALX_OK)
        return status;
    if (out->value.type != CALX_VALUE_TEXT && out->value.type != CALX_VALUE_BYTES)
        return CALX_OK;
    out->value.as.span.data =
        calx_arena_text(&insert->arena, out->value.as.span.data, out->value.as.span.size);
    return out->value.as.span.data == NULL ? calx_error_set_nomem(error) : CALX_OK;
}

static calx_status check_twice(calx_insert *insert, const calx_sql_set *sets, size_t last)
{
    for (size_t i = 0; i < last; i++)
        if (sets[i].column == sets[last].column)
            return calx_session_fail(
                insert->session, CALX_E_ARGUMENT, "column \"%s\" is set twice by an INSERT into %s",
                insert->mapper->columns[sets[last].column].name, insert->mapper->name);
    return CALX_OK;
}

calx_status calx_insert_set(calx_insert *insert, const calx_assignment *assignments, size_t count)
{
    calx_status status = enter(insert);
    if (status != CALX_OK)
        return status;
    if (assignments == NULL || count == 0)
        return keep(insert, refuse(insert, "was given no assignment"));
    calx_sql_set *sets = calx_arena_array(&insert->arena, insert->set_count + count, sizeof *sets);
    if (sets == NULL)
        return keep(insert, calx_error_set_nomem(&insert->session->error));
    if (insert->set_count > 0)
        memcpy(sets, insert->sets, insert->set_count * sizeof *sets);
    for (size_t i = 0; status == CALX_OK && i < count; i++) {
        status = keep_set(insert, &assignments[i], &sets[insert->set_count + i]);
        if (status == CALX_OK)
            status = check_twice(insert, sets, insert->set_count + i);
    }
    if (status != CALX_OK)
        return keep(insert, status);
    insert->sets = sets;
    insert->set_count += count;
    return CALX_OK;
}

calx_status calx_insert_conflict_where(calx_insert *insert, calx_expression condition)
{
    calx_status status = enter(insert);
    if (status != CALX_OK)
        return status;
    size_t count = insert->condition_count;
    calx_condition *conditions = calx_arena_array(&insert->arena, count + 1, sizeof *conditions);
    if (conditions == NULL)
        return keep(insert, calx_error_set_nomem(&insert->session->error));
    if (count > 0)
        memcpy(conditions, insert->conditions, count * sizeof *conditions);
    status = calx_condition_from_expression(&conditions[count], &insert->arena, &condition,
                                            &insert->session->error);
    for (size_t i = 0; status == CALX_OK && i < conditions[count].count; i++)
        if (conditions[count].nodes[i].operand.kind == CALX_OPERAND_SELECT)
            status = refuse(insert, "cannot have a select in its condition");
    if (status != CALX_OK)
        return keep(insert, status);
    insert->conditions = conditions;
    insert->condition_count++;
    return CALX_OK;
}

/* ---- running ---- */

/* One run: statements follow each other. */
typedef struct insert_run {
    calx_insert *insert;
    calx_writer writer; /* finds the columns and values of rows; its cursor is not used */
    calx_value *values; /* of the rows that go together */
    uint16_t *columns;  /* which those are */
    size_t column_count;
    char *copies; /* rows with their versions, for those gathered and one more; NULL: no version */
    bool returns;
    bool sent; /* something was */
    int64_t changes;
} insert_run;

static calx_status put_item(calx_insert *insert, const void *item)
{
    if (insert->item_count == insert->item_capacity) {
        size_t larger = insert->item_capacity == 0 ? 16 : insert->item_capacity * 2;
        const void **items = calx_resize_array(insert->items, larger, sizeof *items);
        if (items == NULL)
            return calx_error_set_nomem(&insert->session->error);
        insert->items = items;
        insert->item_capacity = larger;
    }
    insert->items[insert->item_count++] = item;
    return CALX_OK;
}

static calx_status take_rows(insert_run *run, calx_cursor *cursor, bool row)
{
    calx_session *session = run->insert->session;
    calx_status status = CALX_OK;
    while (status == CALX_OK && row) {
        calx_instance *instance = NULL;
        status = calx_session_read_row(session, run->writer.entity, cursor);
        if (status == CALX_OK)
            status = calx_synchronize_written(session, run->writer.entity, &instance);
        if (status == CALX_OK)
            status = put_item(run->insert, calx_instance_entity(instance));
        if (status == CALX_OK && calx_cursor_next(cursor, &row) != CALX_OK)
            status = calx_session_take_cursor_error(session, cursor);
        run->changes++;
    }
    return status;
}

static calx_status execute(insert_run *run, const calx_sql_text *text,
                           const calx_parameter_list *parameters)
{
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status status = CALX_OK;
    if (calx_connection_open_known(calx_writer_branch(&run->writer)->connection, text, &cursor) !=
            CALX_OK ||
        calx_cursor_execute(cursor, parameters->items, parameters->count, &row) != CALX_OK)
        status = calx_writer_take_error(&run->writer);
    else
        run->sent = true;
    if (status == CALX_OK && run->returns)
        status = take_rows(run, cursor, row);
    else if (status == CALX_OK)
        run->changes += calx_cursor_changes(cursor);
    calx_cursor_close(cursor);
    return status;
}

/* So many rows of values, or those of the select. */
static calx_status send(insert_run *run, size_t row_count)
{
    calx_insert *insert = run->insert;
    bool selects = insert->select != NULL;
    calx_sql_text *text = NULL;
    calx_parameter_list parameters;
    const calx_sql_insert sql = {
        .mapper = insert->mapper,
        .columns = selects ? insert->columns : run->columns,
        .column_count = selects ? insert->column_count : run->column_count,
        .values = run->values,
        .row_count = row_count,
        .block = selects ? &insert->select->block : NULL,
        .conflict = insert->conflict,
        .targets = insert->targets,
        .target_count = insert->target_count,
        .sets = insert->sets,
        .set_count = insert->set_count,
        .conditions = insert->conditions,
        .condition_count = insert->condition_count,
        .excluded = CALX_EXCLUDED,
        .returns = run->returns,
    };
    calx_parameter_list_init(&parameters);
    const calx_sql_statement statement = { .insert = &sql };
    calx_status status = calx_session_text(insert->session, calx_writer_branch(&run->writer),
                                           &statement, &parameters, &text);
    if (status == CALX_OK)
        status = execute(run, text, &parameters);
    calx_parameter_list_clear(&parameters);
    calx_sql_text_release(text);
    return status;
}

/* ---- rows of structs ---- */

/* Which columns a row fills, into entity->columns; with its first version where it has one, in a
 * copy that is its own until the row was sent, since values are borrowed from it. */
static calx_status choose(insert_run *run, const char **row, size_t number)
{
    size_t size = run->insert->mapper->instance_size;
    calx_status status = CALX_OK;
    if (run->copies != NULL) {
        char *copy = memcpy(run->copies + number * size, *row, size);
        status = calx_version_start_plain(&run->writer, copy);
        *row = copy;
    }
    if (status == CALX_OK)
        calx_writer_choose_inserted(&run->writer, *row, NULL);
    return status;
}

/* The values of a row, borrowed from it. */
static calx_status bind(insert_run *run, const char *row, calx_value *to)
{
    const calx_entity *entity = run->writer.entity;
    size_t width = 0;
    calx_status status = calx_writer_bind_columns(&run->writer, row, entity->columns, &width);
    if (status == CALX_OK && width > 0)
        memcpy(to, entity->row, width * sizeof *to);
    return status;
}

static bool fills_the_same(const insert_run *run)
{
    size_t next = 0;
    for (uint16_t i = 0; i < run->insert->mapper->column_count; i++) {
        if (!calx_plan_has(run->writer.entity->columns, i))
            continue;
        if (next == run->column_count || run->columns[next++] != i)
            return false;
    }
    return next == run->column_count;
}

static void take_columns(insert_run *run)
{
    run->column_count = 0;
    for (uint16_t i = 0; i < run->insert->mapper->column_count; i++)
        if (calx_plan_has(run->writer.entity->columns, i))
            run->columns[run->column_count++] = i;
}

/* Rows at once; what the conflict sets needs parameters too. Without columns each is a statement.
 */
static size_t most_rows(const insert_run *run, size_t others)
{
    size_t all = calx_engine_max_parameters(calx_writer_engine(&run->writer));
    size_t room = all > others ? all - others : 0;
    if (run->column_count == 0 || room < run->column_count)
        return 1;
    return room / run->column_count < MOST_ROWS ? room / run->column_count : MOST_ROWS;
}

/* No more parameters than these; a list may be one for each item. */
static size_t most_values(const calx_condition *condition)
{
    size_t count = condition->count;
    for (size_t i = 0; i < condition->count; i++)
        if (condition->nodes[i].operand.kind == CALX_OPERAND_LIST)
            count += condition->nodes[i].operand.as.list.count;
    return count;
}

static size_t set_aside(const calx_insert *insert)
{
    size_t count = 0;
    for (size_t i = 0; i < insert->set_count; i++)
        count += insert->sets[i].expression == NULL ? 1 : most_values(insert->sets[i].expression);
    for (size_t i = 0; i < insert->condition_count; i++)
        count += most_values(&insert->conditions[i]);
    return count;
}

/* A row is gathered, after those that cannot go along with it were sent. */
static calx_status gather(insert_run *run, const char *given, size_t most, size_t *gathered)
{
    const char *row = given;
    calx_status status = choose(run, &row, *gathered);
    bool full = *gathered == most_rows(run, set_aside(run->insert)) || *gathered == most;
    if (status == CALX_OK && *gathered > 0 && (full || !fills_the_same(run))) {
        status = send(run, *gathered);
        *gathered = 0;
        row = given;
        if (status == CALX_OK)
            status = choose(run, &row, 0); /* reading rows took the scratch set */
    }
    if (status != CALX_OK)
        return status;
    if (*gathered == 0)
        take_columns(run);
    return bind(run, row, &run->values[(*gathered)++ * run->column_count]);
}

static calx_status send_rows(insert_run *run)
{
    const calx_insert *insert = run->insert;
    const calx_mapper *mapper = insert->mapper;
    size_t most = insert->row_count < MOST_ROWS ? insert->row_count : MOST_ROWS;
    size_t gathered = 0;
    bool versioned = run->writer.entity->version >= 0;
    calx_status status = CALX_OK;
    run->values = calx_alloc_array(most * mapper->column_count + 1, sizeof *run->values);
    run->columns = calx_alloc_array((size_t)mapper->column_count + 1, sizeof *run->columns);
    if (versioned)
        run->copies = calx_alloc_array(most + 1, mapper->instance_size);
    if (run->values == NULL || run->columns == NULL || (versioned && run->copies == NULL))
        status = calx_error_set_nomem(&insert->session->error);
    for (size_t i = 0; status == CALX_OK && i < insert->row_count; i++)
        status = gather(run, insert->rows + i * mapper->instance_size, most, &gathered);
    if (status == CALX_OK && gathered > 0)
        status = send(run, gathered);
    calx_release(run->values);
    calx_release(run->columns);
    calx_release(run->copies);
    return status;
}

static calx_status check_whole(calx_insert *insert)
{
    if (insert->select == NULL && insert->row_count == 0)
        return refuse(insert, "has no rows: give it some, or a select");
    if (insert->conflict == CALX_SQL_CONFLICT_UPDATE && insert->set_count == 0)
        return refuse(insert, "updates rows that are there, and sets nothing");
    if (insert->conflict != CALX_SQL_CONFLICT_UPDATE &&
        insert->set_count + insert->condition_count > 0)
        return refuse(insert, "does not update rows that are there, and says how");
    if (insert->select != NULL && insert->select->failure.status != CALX_OK) {
        calx_error_copy(&insert->session->error, &insert->select->failure);
        return insert->select->failure.status;
    }
    return CALX_OK;
}

/* Rows that are selected are where they are to come. */
static calx_status choose_branch(insert_run *run)
{
    const calx_insert *insert = run->insert;
    calx_aim aim = { .mapper = insert->mapper, .writes = true };
    calx_branch *branch = NULL;
    calx_status status = CALX_OK;
    run->writer.entity->branch = NULL;
    if (insert->select != NULL) {
        aim.sources = insert->select->block.sources;
        aim.source_count = insert->select->block.source_count;
        status = calx_bind_sources(insert->session, &aim, &branch);
    }
    return status == CALX_OK ? calx_bind_write(insert->session, run->writer.entity, &branch)
                             : status;
}

static calx_status run_insert(insert_run *run)
{
    calx_insert *insert = run->insert;
    calx_session *session = insert->session;
    calx_session_statement told = { .kind = CALX_STATEMENT_INSERT, .cause = CALX_CAUSE_QUERY };
    calx_status status = check_whole(insert);
    run->writer.session = session;
    insert->item_count = 0;
    if (status == CALX_OK &&
        (run->writer.entity = calx_session_entity(session, insert->mapper)) == NULL)
        status = session->error.status;
    if (status == CALX_OK)
        status = calx_session_tell_statement(session, insert->mapper, &told, NULL);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = choose_branch(run);
    if (status == CALX_OK)
        status = insert->select != NULL ? send(run, 0) : send_rows(run);
    if (status != CALX_OK && run->sent)
        calx_session_break(session);
    return status;
}

calx_status calx_insert_execute(calx_insert *insert, int64_t *out_count)
{
    insert_run run = { .insert = insert };
    calx_status status = enter(insert);
    if (status == CALX_OK)
        status = run_insert(&run);
    if (status == CALX_OK && out_count != NULL)
        *out_count = run.changes;
    return status;
}

calx_status calx_insert_all(calx_insert *insert, const void *const **out_items, size_t *out_count)
{
    insert_run run = { .insert = insert, .returns = true };
    calx_status status = enter(insert);
    if (status == CALX_OK && (out_items == NULL || out_count == NULL))
        status = refuse(insert, "was given no place for the items and their count");
    if (status == CALX_OK)
        status = run_insert(&run);
    if (status != CALX_OK)
        return status;
    *out_items = insert->items;
    *out_count = insert->item_count;
    return CALX_OK;
}
