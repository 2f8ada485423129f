/*
 * Running selects. The result shows columns and values; a row's entities are made or found when the
 * row comes, by a run that the result ends. A run knows when its session goes, whatever becomes of
 * the select; what a stream made goes with the next row, unless somebody needs it.
 */
#include "query/select_run.h"

#include "base/allocator.h"
#include "base/error.h"
#include "engine/result.h"
#include "mapper/column.h"
#include "query/query.h"
#include "session/bind.h"
#include "session/follow.h"
#include "session/relationship.h"

/* ---- life ---- */

static void leave(calx_dependent *dependent)
{
    ((calx_select_run *)dependent)->over = true;
}

static void forget(calx_dependent *dependent)
{
    ((calx_select_run *)dependent)->session = NULL;
}

static bool is_present(const calx_select_run *run, const void *entity)
{
    for (size_t i = 0; i < run->part_count; i++)
        if (run->parts[i].present.entity == entity)
            return true;
    return false;
}

/* Lets go of what a stream made and the row at hand does not have. */
static void release(const calx_select_run *run, const calx_seen_instance *seen)
{
    if (!seen->is_new || run->session == NULL || run->over || is_present(run, seen->entity))
        return;
    calx_instance *instance = calx_instance_of(seen->entity);
    if (instance != NULL && instance->session == run->session && instance->key.hash == seen->hash)
        calx_session_release_streamed(run->session, instance);
}

/* The row at hand becomes the one before. */
static void step(calx_select_run *run)
{
    for (size_t i = 0; i < run->part_count; i++) {
        run->parts[i].before = run->parts[i].present;
        run->parts[i].present = (calx_seen_instance){ NULL, 0, false };
    }
}

static void release_before(const calx_select_run *run)
{
    for (size_t i = 0; i < run->part_count; i++)
        release(run, &run->parts[i].before);
}

/* The select may run again meanwhile: then it has others, and these end here. */
static void return_parameters(calx_select_run *run)
{
    calx_select *select = run->select;
    if (select->parameters.items != NULL) {
        calx_parameter_list_clear(&run->parameters);
        return;
    }
    calx_parameter_list_clear(&select->parameters);
    select->parameters = run->parameters;
}

/* After the cursor was closed. */
static void end_run(void *context)
{
    calx_select_run *run = context;
    if (run == NULL)
        return;
    step(run);
    release_before(run);
    if (run->session != NULL)
        calx_session_undepend(run->session, &run->dependent);
    return_parameters(run);
    calx_select_clear_batch(&run->batch);
    for (size_t i = 0; i < run->part_count; i++)
        calx_loads_release(run->parts[i].loads);
    calx_release(run->wanted);
    calx_select_release(run->select);
    calx_release(run);
}

static calx_value_type class_of(const calx_sql_term *item)
{
    return item->expression.count == 0
               ? calx_column_value_type(&item->column.mapper->columns[item->column.column])
               : calx_condition_class(&item->expression);
}

/* What the options of an entity come to; those of a part that has none stay away. */
static calx_status work_out(calx_select *select, size_t part)
{
    calx_part_options *options = &select->options[part];
    if (options->worked_out)
        return CALX_OK;
    if (calx_loads_new_apart(select->parts[part].entity.mapper, options->paths, options->count,
                             &options->loads) != CALX_OK)
        return calx_error_set_nomem(&select->session->error);
    options->worked_out = true;
    return CALX_OK;
}

/* Which columns of an entity rows have, and what it brings along; without options nothing. */
static calx_status look_at_part(calx_select *select, size_t i, calx_run_part *out)
{
    calx_session *session = select->session;
    calx_status status = CALX_OK;
    bool has_options = i < select->option_count && select->options[i].count > 0;
    out->entity = calx_session_entity(session, select->parts[i].entity.mapper);
    if (out->entity == NULL)
        return session->error.status;
    if (!has_options)
        return calx_choice_usual(session, out->entity, &out->choice);
    status = work_out(select, i);
    if (status != CALX_OK)
        return status;
    out->loads = select->options[i].loads;
    out->choice = NULL; /* nothing to say: all columns */
    return out->loads == NULL ? CALX_OK
                              : calx_choice_at(session, out->entity, out->loads, &out->choice);
}

/* What the rows are read by. */
static calx_status look_at_rows(calx_select_run *run)
{
    calx_select *select = run->select;
    calx_status status = CALX_OK;
    size_t first = run->item_count;
    run->wanted = calx_alloc_array(run->item_count + 1, sizeof *run->wanted);
    if (run->wanted == NULL)
        return calx_error_set_nomem(&run->session->error);
    for (size_t i = 0; i < run->item_count; i++)
        run->wanted[i] = class_of(&select->items[i]);
    for (size_t i = 0; i < select->block.part_count && status == CALX_OK; i++) {
        calx_run_part *part = &run->parts[run->part_count];
        status = look_at_part(select, i, part);
        if (status != CALX_OK)
            break;
        run->part_count++;
        calx_loads_hold(part->loads);
        run->leads_on = run->leads_on || (part->loads != NULL && calx_loads_lead_on(part->loads));
        part->first = first;
        first += calx_choice_count(part->choice, part->entity->mapper);
    }
    return status;
}

static calx_status new_run(calx_select *select, calx_select_run **out_run)
{
    calx_session *session = select->session;
    size_t count = select->block.part_count;
    calx_select_run *run = calx_alloc_zeroed(sizeof *run + count * sizeof run->parts[0]);
    if (run == NULL)
        return calx_error_set_nomem(&session->error);
    calx_parameter_list_init(&run->parameters);
    calx_arena_init(&run->batch.texts, 0);
    run->select = calx_select_hold(select);
    run->session = session;
    run->item_count = select->block.item_count;
    run->streams = select->streams;
    run->dependent.end = leave;
    run->dependent.forget = forget;
    calx_session_depend(session, &run->dependent);
    calx_status status = look_at_rows(run);
    if (status == CALX_OK)
        *out_run = run;
    else
        end_run(run);
    return status;
}

/* ---- rows ---- */

static bool was_new(const calx_select_run *run, const void *entity)
{
    for (size_t i = 0; i < run->part_count; i++)
        if (run->parts[i].before.entity == entity && run->parts[i].before.is_new)
            return true;
    return false;
}

calx_status calx_select_read_part(calx_select_run *run, calx_run_part *part, calx_cursor *cursor)
{
    calx_session *session = run->session;
    calx_instance *instance = NULL;
    bool is_new = false;
    uint64_t before = session->arrivals;
    calx_status status = calx_choice_read(session, part->entity, part->choice, cursor, part->first);
    if (status == CALX_OK)
        status = calx_session_materialize(session, part->entity, &instance, &is_new);
    if (status == CALX_OK && part->loads != NULL && session->arrivals != before)
        status = calx_loads_note(session, instance, part->loads);
    if (status != CALX_OK || instance == NULL)
        return status;
    if (!run->streams)
        instance->flags |= CALX_INSTANCE_HELD;
    const void *entity = calx_instance_entity(instance);
    part->present = (calx_seen_instance){ entity, instance->key.hash,
                                          run->streams && (is_new || was_new(run, entity)) };
    return CALX_OK;
}

calx_status calx_select_check_run(const calx_select_run *run, calx_error *error)
{
    if (run->session != NULL && !run->over)
        return CALX_OK;
    return calx_error_set(error, CALX_E_STATE,
                          "the rows of a select ended when its session was closed or freed");
}

static calx_status read_along(void *context, calx_cursor *cursor, calx_error *error)
{
    calx_select_run *run = context;
    calx_status status = calx_select_check_run(run, error);
    if (status != CALX_OK)
        return status;
    step(run);
    for (size_t i = 0; i < run->part_count && status == CALX_OK; i++)
        status = calx_select_read_part(run, &run->parts[i], cursor);
    release_before(run);
    if (status != CALX_OK)
        calx_error_copy(error, &run->session->error);
    return status;
}

const calx_select *calx_select_of_result(const calx_result *result)
{
    const calx_select_run *run = calx_result_context(result, end_run);
    return run == NULL ? NULL : run->select;
}

calx_status calx_row_entity(calx_result *result, size_t entity, const void **out_entity)
{
    const calx_select_run *run = calx_result_context(result, end_run);
    if (run == NULL || entity >= run->part_count)
        return calx_error_set(calx_result_error_slot(result), CALX_E_ARGUMENT,
                              "there is no entity %zu in the rows of this result, which have %zu "
                              "(counted from 0)",
                              entity, run == NULL ? (size_t)0 : run->part_count);
    calx_status status = calx_result_check_row(result);
    if (status == CALX_OK)
        *out_entity = run->parts[entity].present.entity;
    return status;
}

/* ---- running ---- */

static bool is_combined(const calx_select *select, const calx_select *other)
{
    for (size_t i = 0; i < select->block.combined_count; i++)
        if (select->combined[i].block == &other->block)
            return true;
    return false;
}

/* The same in whatever is combined: rows are in the same columns. */
static void choose_like(calx_select *select, const calx_select *like)
{
    size_t count = select->block.part_count;
    if (count > like->block.part_count)
        count = like->block.part_count;
    for (size_t i = 0; i < count; i++)
        if (select->parts[i].entity.mapper == like->parts[i].entity.mapper)
            select->parts[i].columns = like->parts[i].columns;
    for (size_t i = 0; i < select->held_count; i++)
        if (is_combined(select, select->held[i]))
            choose_like(select->held[i], like);
}

/* Entities of the rows come with the columns their options say, or their usual ones. */
static calx_status choose(calx_select *select)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < select->block.part_count && status == CALX_OK; i++) {
        calx_run_part part = { .choice = NULL };
        status = look_at_part(select, i, &part);
        select->parts[i].columns = calx_choice_columns(part.choice);
    }
    for (size_t i = 0; i < select->held_count && status == CALX_OK; i++)
        if (is_combined(select, select->held[i]))
            choose_like(select->held[i], select);
    return status;
}

/* Those of selects inside come with all: the one around may name any. So it is but for a walk. */
static void choose_all(calx_select *select)
{
    for (size_t i = 0; i < select->block.part_count; i++)
        select->parts[i].columns = NULL;
    for (size_t i = 0; i < select->held_count; i++)
        if (is_combined(select, select->held[i]))
            choose_all(select->held[i]);
}

static calx_status choose_branch(calx_select *select, calx_branch **out_branch)
{
    const calx_aim aim = { .mapper =
                               select->block.source_count == 0 ? NULL : select->sources[0].mapper,
                           .sources = select->block.sources,
                           .source_count = select->block.source_count };
    return calx_bind_sources(select->session, &aim, out_branch);
}

static calx_status find_text(calx_select *select, const calx_branch *branch)
{
    const calx_sql_query query = { .block = &select->block,
                                   .mapper = select->block.source_count == 0
                                                 ? NULL
                                                 : select->sources[0].mapper,
                                   .limit = -1,
                                   .offset = -1 };
    calx_session *session = select->session;
    calx_status status = choose(select);
    if (status == CALX_OK)
        status =
            calx_session_select_text(session, branch, &query, &select->parameters, &select->text);
    choose_all(select);
    if (status != CALX_OK && session->error.status == CALX_OK)
        calx_error_set(&session->error, status, "a select: %s", calx_status_text(status));
    return status;
}

static calx_status start(calx_select_run *run, calx_cursor **out_cursor, bool *out_row)
{
    calx_select *select = run->select;
    calx_session *session = select->session;
    calx_branch *branch = NULL;
    calx_session_statement told = { .kind = CALX_STATEMENT_SELECT, .cause = CALX_CAUSE_QUERY };
    calx_status status = calx_session_tell_statement(
        session, select->block.source_count == 0 ? NULL : select->sources[0].mapper, &told, NULL);
    if (status == CALX_OK)
        status = choose_branch(select, &branch);
    if (status == CALX_OK)
        status = find_text(select, branch);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_branch_begin(session, branch);
    if (status != CALX_OK)
        return status;
    status = calx_connection_open_known(branch->connection, select->text, out_cursor);
    if (status == CALX_OK)
        calx_cursor_rows(*out_cursor,
                         select->streams ? CALX_DRIVER_ROWS_STREAM : CALX_DRIVER_ROWS_FLOW);
    run->parameters = select->parameters;
    calx_parameter_list_init(&select->parameters);
    if (status == CALX_OK)
        status =
            calx_cursor_execute(*out_cursor, run->parameters.items, run->parameters.count, out_row);
    return status == CALX_OK ? CALX_OK : calx_branch_take_error(session, branch);
}

static const char *name_of(const calx_sql_term *item)
{
    if (item->label != NULL)
        return item->label;
    return item->expression.count == 0 ? item->column.mapper->columns[item->column.column].name
                                       : "";
}

/* The result takes cursor and run over, whatever becomes of it. */
static calx_status make_result(calx_select *select, calx_cursor *cursor, bool row,
                               calx_select_run *run, calx_result **out_result)
{
    size_t count = select->block.item_count;
    calx_result_form form = {
        .count = count, .wanted = run->wanted, .end = end_run, .context = run
    };
    const char **names = calx_alloc_array(count + 1, sizeof *names);
    calx_status status = CALX_E_NOMEM;
    if (names == NULL) {
        calx_cursor_close(cursor);
        end_run(run);
        goto out;
    }
    for (size_t i = 0; i < count; i++)
        names[i] = name_of(&select->items[i]);
    form.names = names;
    if (run->leads_on)
        form.next = calx_select_next_row;
    else
        form.read = read_along;
    run->batch.has_row = row;
    status = calx_result_make(cursor, row, &form, out_result);
out:
    calx_release(names);
    return status == CALX_OK ? CALX_OK : calx_error_set_nomem(&select->session->error);
}

calx_status calx_select_execute(calx_select *select, calx_result **out_result)
{
    calx_select_run *run = NULL;
    calx_cursor *cursor = NULL;
    bool row = false;
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_result, "place for the result");
    if (status == CALX_OK)
        status = new_run(select, &run);
    if (status == CALX_OK)
        status = start(run, &cursor, &row);
    if (status == CALX_OK)
        return make_result(select, cursor, row, run, out_result);
    calx_cursor_close(cursor);
    end_run(run);
    return status;
}

/* ---- forms of running ---- */

/* The rows to the function, until one of both ends. Either may end the session. */
static calx_status hand_out(calx_select *select, calx_result *result, calx_row_function function,
                            void *context)
{
    calx_status status = CALX_OK;
    bool row = true;
    while (status == CALX_OK) {
        status = calx_result_next(result, &row);
        if (status != CALX_OK && select->session != NULL)
            calx_error_copy(&select->session->error, calx_result_error(result));
        if (status != CALX_OK || !row)
            return status;
        status = function(context, result);
        if (status != CALX_OK && select->session != NULL && select->session->error.status != status)
            calx_session_fail(select->session, status,
                              "the function given to calx_select_each() answered %s",
                              calx_status_name(status));
    }
    return status;
}

calx_status calx_select_each(calx_select *select, calx_row_function function, void *context)
{
    calx_result *result = NULL;
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK && function == NULL)
        status = calx_session_fail(select->session, CALX_E_ARGUMENT,
                                   "a select was given no function to call");
    if (status != CALX_OK)
        return status;
    bool streams = select->streams;
    select->streams = true;
    status = calx_select_execute(select, &result);
    select->streams = streams;
    if (status != CALX_OK)
        return status;
    calx_select_hold(select);
    status = hand_out(select, result, function, context);
    calx_result_free(result);
    calx_select_release(select);
    return status;
}

/* The value outlives its row: text and bytes move to the session. */
static calx_status keep_value(calx_session *session, calx_value *value)
{
    if (value->type != CALX_VALUE_TEXT && value->type != CALX_VALUE_BYTES)
        return CALX_OK;
    calx_buffer_reset(&session->scalar);
    calx_buffer_put_n(&session->scalar, value->as.span.data, value->as.span.size);
    if (session->scalar.status != CALX_OK)
        return calx_error_set_nomem(&session->error);
    value->as.span.data = calx_buffer_text(&session->scalar);
    return CALX_OK;
}

calx_status calx_select_scalar(calx_select *select, calx_value *out_value)
{
    calx_result *result = NULL;
    calx_value value = calx_value_null();
    bool row = false;
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_value, "place for the value");
    if (status == CALX_OK)
        status = calx_select_execute(select, &result);
    if (status != CALX_OK)
        return status;
    status = calx_result_next(result, &row);
    if (status == CALX_OK && row)
        status = calx_result_value(result, 0, &value);
    if (status != CALX_OK)
        calx_error_copy(&select->session->error, calx_result_error(result));
    else
        status = keep_value(select->session, &value);
    calx_result_free(result);
    if (status == CALX_OK)
        *out_value = value;
    return status;
}

/* ---- what would run ---- */

calx_status calx_select_sql(calx_select *select, const char **out_sql)
{
    calx_select_run *run = NULL;
    calx_branch *branch = NULL;
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_sql, "place for the text");
    if (status == CALX_OK)
        status = new_run(select, &run);
    if (status == CALX_OK)
        status = choose_branch(select, &branch);
    if (status == CALX_OK)
        status = find_text(select, branch);
    end_run(run);
    if (status == CALX_OK)
        *out_sql = select->text->sql;
    return status;
}

calx_status calx_select_explain(calx_select *select, const char **out_text)
{
    const char *sql = NULL;
    calx_branch *branch = NULL;
    calx_status status = calx_select_sql(select, &sql);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_text, "place for the text");
    if (status == CALX_OK)
        status = choose_branch(select, &branch);
    if (status == CALX_OK)
        status = calx_explain(select->session, branch, sql, &select->parameters, &select->report);
    if (status == CALX_OK)
        *out_text = calx_buffer_text(&select->report);
    return status;
}
