/*
 * UPDATE and DELETE by a query's conditions (SES-329 to 334). What can be refused is refused before
 * any SQL; then pending work is flushed, the instances that are meant are found in memory or by the
 * keys the statement gives, and changed when it is through.
 */
#include "query/query.h"

#include "base/allocator.h"
#include "base/error.h"
#include "mapper/column.h"
#include "query/assigned.h"
#include "query/evaluate.h"
#include "session/bulk_rows.h"
#include "session/synchronize.h"
#include "sql/assign.h"
#include "sql/spell.h"
#include "sql/statement.h"

#include <string.h>

/* One statement on its way. */
typedef struct query_change {
    calx_query *query;
    calx_session *session;
    calx_branch *branch;
    calx_entity *entity;
    const char *verb;   /* for messages */
    calx_arena arena;   /* of what follows */
    calx_sql_set *sets; /* none: a DELETE */
    size_t set_count;
    uint64_t *given, *worked_out; /* sets of columns */
    calx_value *values;           /* of the given ones, by column */
    calx_synchronize how;
    calx_sql_text *text; /* NULL: none yet */
    calx_parameter_list parameters;
    calx_instances meant;    /* whose rows are changed */
    calx_instances doubtful; /* whose rows may be */
    int64_t changes;
} query_change;

static void clear(query_change *change)
{
    calx_sql_text_release(change->text);
    calx_parameter_list_clear(&change->parameters);
    calx_instances_clear(&change->meant);
    calx_instances_clear(&change->doubtful);
    calx_arena_clear(&change->arena);
}

/* ---- what is refused ---- */

static calx_status refuse(const query_change *change, const char *what)
{
    return calx_session_fail(change->session, CALX_E_INVALID_REQUEST,
                             "%s by a query over %s, which %s: only its conditions can be meant",
                             change->verb, change->query->mapper->name, what);
}

static calx_status check_form(const query_change *change)
{
    const calx_query *query = change->query;
    if (query->limit >= 0)
        return refuse(change, "has a limit");
    if (query->offset >= 0)
        return refuse(change, "has an offset");
    if (query->order_count > 0)
        return refuse(change, "has an order");
    if (query->distinct)
        return refuse(change, "is distinct");
    if (query->step_count > 0)
        return refuse(change, "joins other tables");
    return query->lock.mode == CALX_LOCK_NONE ? CALX_OK : refuse(change, "locks its rows");
}

/* A row says itself which one it is, and what is set. */
static calx_status check_rows(const query_change *change, size_t assignments)
{
    const char *what = NULL;
    if (change->query->condition_count > 0)
        what = "has conditions too: each row says by its key which one is meant";
    else if (assignments > 0)
        what = "was given assignments too: each row says what is set";
    return what == NULL ? CALX_OK
                        : calx_session_fail(change->session, CALX_E_INVALID_REQUEST,
                                            "UPDATE by a query over %s with a list of rows %s",
                                            change->query->mapper->name, what);
}

static calx_status refuse_rows(const query_change *change)
{
    return calx_session_fail(change->session, CALX_E_INVALID_REQUEST,
                             "DELETE by a query over %s, which has a list of rows: give it "
                             "conditions instead, such as calx_in() of the key, or call "
                             "calx_session_bulk_delete()",
                             change->query->mapper->name);
}

/* ---- assignments ---- */

/* Whether instances can have it: a NULL that no member holds is refused by the database first. */
static bool is_given(const query_change *change, const calx_sql_set *set)
{
    const calx_column *column = &change->query->mapper->columns[set->column];
    return set->expression == NULL &&
           (set->value.type != CALX_VALUE_NULL || calx_column_takes_null(column));
}

static bool is_key(const calx_mapper *mapper, uint16_t column)
{
    for (size_t i = 0; i < mapper->key_count; i++)
        if (mapper->key[i] == column)
            return true;
    return false;
}

static calx_status check_set(const query_change *change, const calx_sql_set *set)
{
    const calx_mapper *mapper = change->query->mapper;
    const char *name = mapper->columns[set->column].name;
    if (calx_plan_has(change->given, set->column) || calx_plan_has(change->worked_out, set->column))
        return calx_session_fail(change->session, CALX_E_ARGUMENT,
                                 "column \"%s\" is set twice by an UPDATE of %s", name,
                                 mapper->name);
    if (is_key(mapper, set->column) && change->how != CALX_SYNCHRONIZE_NONE)
        return calx_session_fail(change->session, CALX_E_INVALID_REQUEST,
                                 "column \"%s\" is part of the key of %s, by which the session "
                                 "knows it: set it with CALX_SYNCHRONIZE_NONE, and expire what is "
                                 "loaded",
                                 name, mapper->name);
    return CALX_OK;
}

static calx_status keep_set(query_change *change, const calx_assignment *assignment)
{
    calx_session *session = change->session;
    calx_sql_set *set = &change->sets[change->set_count];
    calx_status status = calx_assignment_keep(set, &change->arena, change->query->mapper,
                                              assignment, &session->error);
    if (status == CALX_OK)
        status = check_set(change, set);
    if (status == CALX_OK && set->expression != NULL)
        status = calx_query_hold_selects(change->query, set->expression);
    else if (status == CALX_OK)
        status = calx_assigned_fit(session, change->query->mapper, set);
    if (status != CALX_OK)
        return status;
    change->set_count++;
    calx_plan_include(is_given(change, set) ? change->given : change->worked_out, set->column);
    change->values[set->column] = set->value;
    return CALX_OK;
}

static calx_status keep_sets(query_change *change, const calx_assignment *assignments, size_t count)
{
    const calx_mapper *mapper = change->query->mapper;
    size_t words = calx_plan_words(mapper);
    calx_status status = CALX_OK;
    if (assignments == NULL || count == 0)
        return calx_session_fail(change->session, CALX_E_ARGUMENT,
                                 "an UPDATE of %s was given no assignment", mapper->name);
    change->sets = calx_arena_array(&change->arena, count, sizeof *change->sets);
    change->given = calx_arena_array(&change->arena, 2 * words, sizeof *change->given);
    change->values = calx_arena_array(&change->arena, mapper->column_count, sizeof *change->values);
    if (change->sets == NULL || change->given == NULL || change->values == NULL)
        return calx_error_set_nomem(&change->session->error);
    memset(change->given, 0, 2 * words * sizeof *change->given);
    change->worked_out = change->given + words;
    for (size_t i = 0; status == CALX_OK && i < count; i++)
        status = keep_set(change, &assignments[i]);
    return status;
}

/* ---- the way ---- */

/* Those of listeners too. */
static size_t count_conditions(const calx_query *query)
{
    return query->condition_count + query->added_count;
}

/* The condition that cannot be worked out in memory; NULL: all can. */
static const calx_condition *find_hard(const calx_query *query, calx_synchronize how)
{
    for (size_t i = 0; i < count_conditions(query); i++)
        if (!calx_can_evaluate(query->mapper, &query->conditions[i], how))
            return &query->conditions[i];
    return NULL;
}

static calx_status choose_way(query_change *change)
{
    const calx_query *query = change->query;
    bool evaluates =
        change->how == CALX_SYNCHRONIZE_AUTO || change->how == CALX_SYNCHRONIZE_EVALUATE;
    const calx_condition *hard = evaluates ? find_hard(query, change->how) : NULL;
    if (hard == NULL)
        return CALX_OK;
    if (change->how == CALX_SYNCHRONIZE_AUTO) {
        change->how = CALX_SYNCHRONIZE_FETCH;
        return CALX_OK;
    }
    char *spelled = calx_spell(hard->nodes);
    calx_session_fail(change->session, CALX_E_INVALID_REQUEST,
                      "%s of %s where %s: that cannot be evaluated in memory as the database does: "
                      "synchronize with CALX_SYNCHRONIZE_FETCH",
                      change->verb, query->mapper->name,
                      spelled == NULL ? "a condition holds" : spelled);
    calx_spell_free(spelled);
    return change->session->error.status;
}

static calx_status find_text(query_change *change)
{
    const calx_query *query = change->query;
    const calx_sql_criteria criteria = { .mapper = query->mapper,
                                         .sets = change->sets,
                                         .set_count = change->set_count,
                                         .conditions = query->conditions,
                                         .condition_count = count_conditions(query),
                                         .is_named = query->held_count > 0,
                                         .returns_key = change->how == CALX_SYNCHRONIZE_FETCH };
    const calx_sql_statement statement = { .criteria = &criteria };
    return calx_session_text(change->session, change->branch, &statement, &change->parameters,
                             &change->text);
}

/* ---- who is meant, in memory ---- */

static calx_verdict judge(const calx_query *query, const calx_instance *instance)
{
    calx_verdict whole = CALX_VERDICT_TRUE;
    for (size_t i = 0; i < count_conditions(query); i++) {
        calx_verdict verdict = calx_evaluate(instance, &query->conditions[i]);
        if (verdict == CALX_VERDICT_FALSE || verdict == CALX_VERDICT_NULL)
            return CALX_VERDICT_FALSE;
        if (verdict == CALX_VERDICT_UNSURE)
            whole = verdict;
    }
    return whole;
}

static calx_status sort_in(query_change *change, calx_instance *instance)
{
    calx_verdict verdict = judge(change->query, instance);
    calx_status status = CALX_OK;
    if (verdict == CALX_VERDICT_TRUE)
        status = calx_instances_push(&change->meant, instance);
    else if (verdict == CALX_VERDICT_UNSURE)
        status = calx_instances_push(&change->doubtful, instance);
    return status == CALX_OK ? CALX_OK : calx_error_set_nomem(&change->session->error);
}

/* Whether one was deleted must be known, where the caller leaves the way to us. */
static calx_status find_in_memory(query_change *change)
{
    const calx_mapper *mapper = change->query->mapper;
    size_t position = 0;
    calx_status status = CALX_OK;
    for (calx_instance *one;
         status == CALX_OK && (one = calx_identity_next(change->session, &position)) != NULL;)
        if (one->mapper == mapper)
            status = sort_in(change, one);
    if (status != CALX_OK || change->set_count > 0 || change->how != CALX_SYNCHRONIZE_AUTO ||
        change->doubtful.count == 0)
        return status;
    change->how = CALX_SYNCHRONIZE_FETCH;
    change->meant.count = change->doubtful.count = 0;
    return find_text(change);
}

/* ---- the statement ---- */

/* The present row is a key: the instance of it, if there is one. */
static calx_status take_key(query_change *change, calx_cursor *cursor)
{
    calx_session *session = change->session;
    const calx_entity *entity = change->entity;
    const calx_mapper *mapper = entity->mapper;
    calx_value *values = entity->row + mapper->column_count;
    calx_key key;
    for (size_t i = 0; i < mapper->key_count; i++)
        if (calx_cursor_read_from(cursor, i, &entity->form.wanted[mapper->key[i]], &values[i], 1) !=
            CALX_OK)
            return calx_session_take_cursor_error(session, cursor);
    calx_status status = calx_key_from_values(&key, mapper, values);
    if (status != CALX_OK)
        return calx_session_fail(session, status, "%s: a row's key does not fit its columns",
                                 mapper->table);
    calx_instance *instance = calx_identity_find(session, &key);
    calx_key_clear(&key);
    if (instance != NULL && calx_instances_push(&change->meant, instance) != CALX_OK)
        return calx_error_set_nomem(&session->error);
    return CALX_OK;
}

static calx_status take_keys(query_change *change, calx_cursor *cursor, bool row)
{
    calx_status status = CALX_OK;
    int64_t rows = 0;
    for (; status == CALX_OK && row; rows++) {
        status = take_key(change, cursor);
        if (status == CALX_OK && calx_cursor_next(cursor, &row) != CALX_OK)
            status = calx_session_take_cursor_error(change->session, cursor);
    }
    change->changes = rows;
    return status;
}

/* From here on a failure that is not the statement's own leaves half of it done. */
static calx_status synchronize(query_change *change)
{
    calx_session *session = change->session;
    const calx_synchronizing done = { .entity = change->entity,
                                      .given = change->given,
                                      .worked_out = change->worked_out,
                                      .values = change->values };
    calx_status status = CALX_OK;
    if (change->set_count == 0)
        status = calx_synchronize_deleted(session, &change->meant);
    for (size_t i = 0; status == CALX_OK && change->set_count > 0 && i < change->meant.count; i++)
        status = calx_synchronize_updated(session, change->meant.items[i], &done);
    for (size_t i = 0; status == CALX_OK && i < change->doubtful.count; i++)
        status = change->set_count == 0
                     ? calx_synchronize_perhaps_deleted(session, change->doubtful.items[i])
                     : calx_synchronize_doubtful(session, change->doubtful.items[i], &done);
    return status;
}

/* Runs it and takes what it gives. *out_sent: the rows are changed, whatever comes next. */
static calx_status execute(query_change *change, bool *out_sent)
{
    calx_session *session = change->session;
    calx_cursor *cursor = NULL;
    bool row = false;
    if (calx_connection_open_known(change->branch->connection, change->text, &cursor) != CALX_OK ||
        calx_cursor_execute(cursor, change->parameters.items, change->parameters.count, &row) !=
            CALX_OK) {
        calx_branch_take_error(session, change->branch);
        calx_cursor_close(cursor);
        return session->error.status;
    }
    *out_sent = true;
    calx_status status = CALX_OK;
    if (change->how == CALX_SYNCHRONIZE_FETCH)
        status = take_keys(change, cursor, row);
    else
        change->changes = calx_cursor_changes(cursor);
    calx_cursor_close(cursor);
    return status;
}

static calx_status send(query_change *change)
{
    bool sent = false;
    calx_status status = execute(change, &sent);
    if (status == CALX_OK)
        status = synchronize(change);
    if (status != CALX_OK && sent)
        calx_session_break(change->session);
    return status;
}

/* ---- all ---- */

static calx_status run(query_change *change)
{
    calx_session *session = change->session;
    calx_status status = calx_query_tell(
        change->query, change->set_count > 0 ? CALX_STATEMENT_UPDATE : CALX_STATEMENT_DELETE);
    if (status == CALX_OK)
        status = choose_way(change);
    if (status == CALX_OK)
        status = calx_query_branch(change->query, true, &change->branch);
    if (status == CALX_OK)
        status = find_text(change);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    if (status == CALX_OK)
        status = calx_branch_begin(session, change->branch);
    if (status == CALX_OK &&
        (change->how == CALX_SYNCHRONIZE_AUTO || change->how == CALX_SYNCHRONIZE_EVALUATE))
        status = find_in_memory(change);
    return status == CALX_OK ? send(change) : status;
}

static calx_status begin(query_change *change, calx_query *query, const char *verb)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    *change = (query_change){
        .query = query, .session = query->session, .verb = verb, .how = query->synchronize
    };
    calx_arena_init(&change->arena, 0);
    calx_parameter_list_init(&change->parameters);
    change->entity = calx_session_entity(query->session, query->mapper);
    return change->entity == NULL ? query->session->error.status : check_form(change);
}

calx_status calx_query_synchronize(calx_query *query, calx_synchronize how)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if ((int)how < CALX_SYNCHRONIZE_AUTO || how > CALX_SYNCHRONIZE_NONE)
        return calx_query_keep_failure(
            query, calx_session_fail(query->session, CALX_E_ARGUMENT,
                                     "%d is no way to synchronize the session: use auto, evaluate, "
                                     "fetch or none of calx_synchronize",
                                     (int)how));
    query->synchronize = how;
    return CALX_OK;
}

/* Each by its key (SES-334). Listeners cannot add conditions to that. */
static calx_status run_rows(query_change *change)
{
    calx_session *session = change->session;
    const calx_query *query = change->query;
    const calx_bulk_rows rows = { .items = query->rows,
                                  .count = query->row_count,
                                  .synchronizes = change->how != CALX_SYNCHRONIZE_NONE };
    calx_session_statement told = { .kind = CALX_STATEMENT_UPDATE, .cause = CALX_CAUSE_QUERY };
    calx_status status = calx_session_tell_statement(session, query->mapper, &told, NULL);
    if (status == CALX_OK)
        status = calx_session_autoflush(session);
    return status == CALX_OK
               ? calx_bulk_update_rows(session, query->mapper, &rows, &change->changes)
               : status;
}

calx_status calx_query_rows(calx_query *query, const calx_mapping *rows, size_t count)
{
    calx_status status = calx_query_enter(query);
    if (status != CALX_OK)
        return status;
    if (rows == NULL && count > 0)
        return calx_query_keep_failure(query, calx_session_fail(query->session, CALX_E_ARGUMENT,
                                                                "the list of rows that a query "
                                                                "over %s was given is NULL",
                                                                query->mapper->name));
    query->rows = rows;
    query->row_count = count;
    query->has_rows = true;
    return CALX_OK;
}

calx_status calx_query_update(calx_query *query, const calx_assignment *assignments, size_t count,
                              int64_t *out_count)
{
    query_change change;
    calx_status status = begin(&change, query, "UPDATE");
    if (status != CALX_OK)
        return status;
    if (query->has_rows)
        status = check_rows(&change, count);
    else
        status = keep_sets(&change, assignments, count);
    if (status == CALX_OK)
        status = query->has_rows ? run_rows(&change) : run(&change);
    if (status == CALX_OK && out_count != NULL)
        *out_count = change.changes;
    clear(&change);
    return status;
}

calx_status calx_query_delete(calx_query *query, int64_t *out_count)
{
    query_change change;
    calx_status status = begin(&change, query, "DELETE");
    if (status != CALX_OK)
        return status;
    status = query->has_rows ? refuse_rows(&change) : run(&change);
    if (status == CALX_OK && out_count != NULL)
        *out_count = change.changes;
    clear(&change);
    return status;
}
