/*
 * Running selects. The result shows columns and values; a row's entities are made or found when the
 * row comes, by a run that the result ends. A run knows when its session goes, whatever becomes of
 * the select; what a stream made goes with the next row, unless somebody needs it.
 */
#include "query/select.h"

#include "base/allocator.h"
#include "base/error.h"
#include "engine/cursor.h"
#include "engine/result.h"
#include "mapper/column.h"
#include "query/query.h"
#include "session/choice.h"

/* An instance as a row had it, which the application may have freed since. */
typedef struct seen_instance {
    const void *entity; /* NULL: none */
    uint64_t hash;      /* of its key */
    bool is_new;        /* the run made it */
} seen_instance;

/* An entity of the rows. */
typedef struct run_part {
    calx_entity *entity;
    const calx_choice *choice; /* of its columns; NULL: all */
    size_t first;              /* of its columns in the row */
    seen_instance present, before;
} run_part;

typedef struct select_run {
    calx_dependent dependent; /* the first member */
    calx_select *select;      /* held: cursors look at its values until they are closed */
    calx_session *session;    /* NULL: it was freed */
    bool over;                /* the session was closed or emptied */
    bool streams;
    calx_parameter_list parameters; /* what the cursor was given: it may look at them to its end */
    size_t part_count;
    run_part parts[];
} select_run;

/* ---- life ---- */

static void leave(calx_dependent *dependent)
{
    ((select_run *)dependent)->over = true;
}

static void forget(calx_dependent *dependent)
{
    ((select_run *)dependent)->session = NULL;
}

static bool is_present(const select_run *run, const void *entity)
{
    for (size_t i = 0; i < run->part_count; i++)
        if (run->parts[i].present.entity == entity)
            return true;
    return false;
}

/* Lets go of what a stream made and the row at hand does not have. */
static void release(const select_run *run, const seen_instance *seen)
{
    if (!seen->is_new || run->session == NULL || run->over || is_present(run, seen->entity))
        return;
    calx_instance *instance = calx_instance_of(seen->entity);
    if (instance != NULL && instance->session == run->session && instance->key.hash == seen->hash)
        calx_session_release_streamed(run->session, instance);
}

/* The row at hand becomes the one before. */
static void step(select_run *run)
{
    for (size_t i = 0; i < run->part_count; i++) {
        run->parts[i].before = run->parts[i].present;
        run->parts[i].present = (seen_instance){ NULL, 0, false };
    }
}

static void release_before(const select_run *run)
{
    for (size_t i = 0; i < run->part_count; i++)
        release(run, &run->parts[i].before);
}

/* The select may run again meanwhile: then it has others, and these end here. */
static void return_parameters(select_run *run)
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
    select_run *run = context;
    if (run == NULL)
        return;
    step(run);
    release_before(run);
    if (run->session != NULL)
        calx_session_undepend(run->session, &run->dependent);
    return_parameters(run);
    calx_select_release(run->select);
    calx_release(run);
}

static calx_status new_run(calx_select *select, select_run **out_run)
{
    calx_session *session = select->session;
    size_t count = select->block.part_count;
    select_run *run = calx_alloc_zeroed(sizeof *run + count * sizeof run->parts[0]);
    if (run == NULL)
        return calx_error_set_nomem(&session->error);
    size_t first = select->block.item_count;
    calx_status status = CALX_OK;
    for (size_t i = 0; i < count && status == CALX_OK; i++) {
        run_part *part = &run->parts[i];
        part->first = first;
        part->entity = calx_session_entity(session, select->parts[i].entity.mapper);
        status = part->entity == NULL ? session->error.status
                                      : calx_choice_usual(session, part->entity, &part->choice);
        if (status == CALX_OK)
            first += calx_choice_count(part->choice, part->entity->mapper);
    }
    if (status != CALX_OK) {
        calx_release(run);
        return status;
    }
    calx_parameter_list_init(&run->parameters);
    run->select = calx_select_hold(select);
    run->session = session;
    run->part_count = count;
    run->streams = select->streams;
    run->dependent.end = leave;
    run->dependent.forget = forget;
    calx_session_depend(session, &run->dependent);
    *out_run = run;
    return CALX_OK;
}

/* ---- rows ---- */

static bool was_new(const select_run *run, const void *entity)
{
    for (size_t i = 0; i < run->part_count; i++)
        if (run->parts[i].before.entity == entity && run->parts[i].before.is_new)
            return true;
    return false;
}

static calx_status read_part(select_run *run, run_part *part, calx_cursor *cursor)
{
    calx_session *session = run->session;
    calx_instance *instance = NULL;
    bool is_new = false;
    calx_status status = calx_choice_read(session, part->entity, part->choice, cursor, part->first);
    if (status == CALX_OK)
        status = calx_session_materialize(session, part->entity, &instance, &is_new);
    if (status != CALX_OK || instance == NULL)
        return status;
    if (!run->streams)
        instance->flags |= CALX_INSTANCE_HELD;
    const void *entity = calx_instance_entity(instance);
    part->present = (seen_instance){ entity, instance->key.hash,
                                     run->streams && (is_new || was_new(run, entity)) };
    return CALX_OK;
}

static calx_status read_along(void *context, calx_cursor *cursor, calx_error *error)
{
    select_run *run = context;
    calx_status status = CALX_OK;
    if (run->session == NULL || run->over)
        return calx_error_set(error, CALX_E_STATE,
                              "the rows of a select ended when its session was closed or freed");
    step(run);
    for (size_t i = 0; i < run->part_count && status == CALX_OK; i++)
        status = read_part(run, &run->parts[i], cursor);
    release_before(run);
    if (status != CALX_OK)
        calx_error_copy(error, &run->session->error);
    return status;
}

const calx_select *calx_select_of_result(const calx_result *result)
{
    const select_run *run = calx_result_context(result, read_along);
    return run == NULL ? NULL : run->select;
}

calx_status calx_row_entity(calx_result *result, size_t entity, const void **out_entity)
{
    const select_run *run = calx_result_context(result, read_along);
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

/* Entities of the rows come with their usual columns, in whatever is combined as well. */
static calx_status choose_usual(calx_select *select)
{
    calx_session *session = select->session;
    calx_status status = CALX_OK;
    for (size_t i = 0; i < select->block.part_count && status == CALX_OK; i++) {
        const calx_choice *choice = NULL;
        calx_entity *entity = calx_session_entity(session, select->parts[i].entity.mapper);
        status =
            entity == NULL ? session->error.status : calx_choice_usual(session, entity, &choice);
        select->parts[i].columns = calx_choice_columns(choice);
    }
    for (size_t i = 0; i < select->held_count && status == CALX_OK; i++)
        if (is_combined(select, select->held[i]))
            status = choose_usual(select->held[i]);
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

static calx_status find_text(calx_select *select)
{
    const calx_sql_query query = { .block = &select->block,
                                   .mapper = select->block.source_count == 0
                                                 ? NULL
                                                 : select->sources[0].mapper,
                                   .limit = -1,
                                   .offset = -1 };
    calx_session *session = select->session;
    calx_status status = choose_usual(select);
    if (status == CALX_OK)
        status = calx_session_select_text(session, &query, &select->parameters, &select->text);
    choose_all(select);
    if (status != CALX_OK && session->error.status == CALX_OK)
        calx_error_set(&session->error, status, "a select: %s", calx_status_text(status));
    return status;
}

static calx_status start(select_run *run, calx_cursor **out_cursor, bool *out_row)
{
    calx_select *select = run->select;
    calx_session *session = select->session;
    calx_status status = find_text(select);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_session_acquire(session);
    if (status != CALX_OK)
        return status;
    status = calx_connection_open_known(session->connection, select->text, out_cursor);
    if (status == CALX_OK)
        calx_cursor_rows(*out_cursor,
                         select->streams ? CALX_DRIVER_ROWS_STREAM : CALX_DRIVER_ROWS_FLOW);
    run->parameters = select->parameters;
    calx_parameter_list_init(&select->parameters);
    if (status == CALX_OK)
        status =
            calx_cursor_execute(*out_cursor, run->parameters.items, run->parameters.count, out_row);
    return status == CALX_OK ? CALX_OK : calx_session_take_error(session);
}

static const char *name_of(const calx_sql_term *item)
{
    if (item->label != NULL)
        return item->label;
    return item->expression.count == 0 ? item->column.mapper->columns[item->column.column].name
                                       : "";
}

static calx_value_type class_of(const calx_sql_term *item)
{
    return item->expression.count == 0
               ? calx_column_value_type(&item->column.mapper->columns[item->column.column])
               : calx_condition_class(&item->expression);
}

/* The result takes cursor and run over, whatever becomes of it. */
static calx_status make_result(calx_select *select, calx_cursor *cursor, bool row, select_run *run,
                               calx_result **out_result)
{
    size_t count = select->block.item_count;
    calx_result_form form = { .count = count, .read = read_along, .end = end_run, .context = run };
    const char **names = calx_alloc_array(count + 1, sizeof *names);
    calx_value_type *wanted = calx_alloc_array(count + 1, sizeof *wanted);
    calx_status status = CALX_E_NOMEM;
    if (names == NULL || wanted == NULL) {
        calx_cursor_close(cursor);
        end_run(run);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = name_of(&select->items[i]);
        wanted[i] = class_of(&select->items[i]);
    }
    form.names = names;
    form.wanted = wanted;
    status = calx_result_make(cursor, row, &form, out_result);
out:
    calx_release(names);
    calx_release(wanted);
    return status == CALX_OK ? CALX_OK : calx_error_set_nomem(&select->session->error);
}

calx_status calx_select_execute(calx_select *select, calx_result **out_result)
{
    select_run *run = NULL;
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
    select_run *run = NULL;
    calx_status status = calx_select_enter(select);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_sql, "place for the text");
    if (status == CALX_OK)
        status = new_run(select, &run);
    if (status == CALX_OK)
        status = find_text(select);
    end_run(run);
    if (status == CALX_OK)
        *out_sql = select->text->sql;
    return status;
}

calx_status calx_select_explain(calx_select *select, const char **out_text)
{
    const char *sql = NULL;
    calx_status status = calx_select_sql(select, &sql);
    if (status == CALX_OK)
        status = calx_session_check_given(select->session, out_text, "place for the text");
    if (status == CALX_OK)
        status = calx_explain(select->session, sql, &select->parameters, &select->report);
    if (status == CALX_OK)
        *out_text = calx_buffer_text(&select->report);
    return status;
}
