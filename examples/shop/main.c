/*
 * Questions about a music shop: what each is, the SQL it becomes, what comes out. Takes a
 * database's URL, whose tables of the shop are made anew: shop sqlite:///shop.db
 */
#include "data.h"
#include "models.calx.h"
#include "queries.h"
#include "table.h"

#include <stdio.h>

static calx_status ask(calx_session *session, const question *one)
{
    calx_select *select = calx_select_new(session);
    calx_result *rows = NULL;
    const char *sql = NULL;
    if (select == NULL)
        return CALX_E_NOMEM;
    one->build(session, select);
    calx_status status = calx_select_sql(select, &sql);
    if (status == CALX_OK) {
        printf("%s\n  sql: %s\n", one->title, sql);
        status = calx_select_execute(select, &rows);
    }
    if (status == CALX_OK && (status = table_print(rows)) != CALX_OK)
        fprintf(stderr, "shop: %s\n", calx_result_error(rows)->message);
    calx_result_free(rows);
    calx_select_free(select);
    return status;
}

static calx_status ask_all(calx_session *session)
{
    calx_status status = data_fill(session);
    for (size_t i = 0; status == CALX_OK && i < question_count; i++)
        status = ask(session, &questions[i]);
    if (status != CALX_OK)
        fprintf(stderr, "shop: %s: %s\n", calx_status_name(status),
                calx_session_error(session)->message);
    return status;
}

int main(int count, char **arguments)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    calx_status status =
        calx_engine_new(count > 1 ? arguments[1] : "sqlite://", NULL, &options.bind, &error);
    if (status == CALX_OK)
        status = calx_schema_drop_all(options.bind, &shop_metadata, &error);
    if (status == CALX_OK)
        status = calx_schema_create_all(options.bind, &shop_metadata, &error);
    if (status == CALX_OK)
        status = calx_session_new(&options, &session, &error);
    if (status != CALX_OK)
        fprintf(stderr, "shop: %s: %s\n", calx_status_name(status), error.message);
    if (status == CALX_OK)
        status = ask_all(session);
    calx_session_free(session);
    calx_engine_free(options.bind);
    calx_error_clear(&error);
    return status == CALX_OK ? 0 : 1;
}
