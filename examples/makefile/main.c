/*
 * A list of things to do: `todo` prints it, `todo add TEXT` puts something on it, `todo done
 * NUMBER` ticks it off. It is in the file todo.db, or where the environment's TODO_URL says.
 */
#include "models.calx.h"

#include <calx/calx.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static calx_status add(calx_session *session, const char *text)
{
    struct task *task = task_new();
    if (task == NULL)
        return CALX_E_NOMEM;
    task->text = text;
    calx_status status = task_add(session, task);
    if (status != CALX_OK)
        task_free(task);
    return status;
}

static calx_status tick_off(calx_session *session, int64_t number)
{
    const struct task *task = NULL;
    calx_status status = task_get_one(session, number, &task);
    return status == CALX_OK ? task_set_done(task, true) : status;
}

static calx_status print_task(void *context, const struct task *task)
{
    (void)context;
    printf("%" PRId64 " [%c] %s\n", task->id, task->done ? 'x' : ' ', task->text);
    return CALX_OK;
}

static calx_status print_all(calx_session *session)
{
    task_query *query = task_query_new(session);
    if (query == NULL)
        return CALX_E_NOMEM;
    task_query_order_by(query, calx_asc(task_col.done));
    task_query_order_by(query, calx_asc(task_col.id));
    calx_status status = task_query_each(query, print_task, NULL);
    task_query_free(query);
    return status;
}

static calx_status run(calx_session *session, int count, char **words)
{
    calx_status status = CALX_OK;
    if (count == 3 && strcmp(words[1], "add") == 0)
        status = add(session, words[2]);
    else if (count == 3 && strcmp(words[1], "done") == 0)
        status = tick_off(session, strtoll(words[2], NULL, 10));
    if (status == CALX_OK)
        status = calx_session_commit(session);
    return status == CALX_OK ? print_all(session) : status;
}

int main(int count, char **words)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    const char *url = getenv("TODO_URL");
    calx_status status =
        calx_engine_new(url != NULL ? url : "sqlite:///todo.db", NULL, &options.bind, &error);
    if (status == CALX_OK)
        status = calx_schema_create_all(options.bind, &models_metadata, &error);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, &error);
    if (status != CALX_OK)
        fprintf(stderr, "todo: %s\n", error.message);
    if (status == CALX_OK && (status = run(session, count, words)) != CALX_OK)
        fprintf(stderr, "todo: %s\n", calx_session_error(session)->message);
    calx_error_clear(&error);
    calx_session_free(session);
    calx_engine_free(options.bind);
    return status == CALX_OK ? 0 : 1;
}
