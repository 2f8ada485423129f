/*
 * A table of a list's items (sql/packed.h): calx_items(list), with one column, "value". It is there
 * on every connection, so that a list of any length is one parameter. What is given to it and is no
 * such list is an error of the statement.
 */
#include "driver/sqlite/sqlite.h"

#include "base/allocator.h"
#include "base/timestamp.h"
#include "sql/packed.h"

#include <string.h>

enum { VALUE_COLUMN, LIST_COLUMN };

typedef struct items {
    sqlite3_vtab_cursor base;
    sqlite3_value *list; /* ours; NULL: none yet */
    const unsigned char *data;
    size_t size, at, taken; /* the row is taken bytes from at */
    calx_value value;
} items;

static int connect_items(sqlite3 *db, void *unused, int count, const char *const *arguments,
                         sqlite3_vtab **out_table, char **out_error)
{
    (void)unused, (void)count, (void)arguments, (void)out_error;
    int code = sqlite3_declare_vtab(db, "CREATE TABLE items (\"value\", list HIDDEN)");
    if (code != SQLITE_OK)
        return code;
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    *out_table = sqlite3_malloc(sizeof **out_table);
    if (*out_table == NULL)
        return SQLITE_NOMEM;
    memset(*out_table, 0, sizeof **out_table);
    return SQLITE_OK;
}

static int disconnect_items(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* The list has to be known before its items. */
static int plan_items(sqlite3_vtab *table, sqlite3_index_info *plan)
{
    (void)table;
    enum { USUAL_COUNT = 1000 };
    for (int i = 0; i < plan->nConstraint; i++) {
        if (plan->aConstraint[i].iColumn != LIST_COLUMN ||
            plan->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!plan->aConstraint[i].usable)
            return SQLITE_CONSTRAINT;
        plan->aConstraintUsage[i].argvIndex = 1;
        plan->aConstraintUsage[i].omit = 1;
        plan->idxNum = 1;
        plan->estimatedCost = USUAL_COUNT;
        plan->estimatedRows = USUAL_COUNT;
        return SQLITE_OK;
    }
    plan->estimatedCost = 1;
    plan->estimatedRows = 1; /* no list, no items */
    return SQLITE_OK;
}

static int open_items(sqlite3_vtab *table, sqlite3_vtab_cursor **out_cursor)
{
    (void)table;
    items *self = sqlite3_malloc(sizeof *self);
    if (self == NULL)
        return SQLITE_NOMEM;
    memset(self, 0, sizeof *self);
    *out_cursor = &self->base;
    return SQLITE_OK;
}

static int close_items(sqlite3_vtab_cursor *cursor)
{
    items *self = (items *)cursor;
    sqlite3_value_free(self->list);
    sqlite3_free(self);
    return SQLITE_OK;
}

static int read_item(items *self)
{
    if (self->at == self->size)
        return SQLITE_OK;
    self->taken = calx_packed_read(self->data + self->at, self->size - self->at, &self->value);
    if (self->taken > 0)
        return SQLITE_OK;
    sqlite3_free(self->base.pVtab->zErrMsg);
    self->base.pVtab->zErrMsg = sqlite3_mprintf(
        "%s() takes the lists that Calx binds, and nothing else", CALX_PACKED_TABLE);
    return SQLITE_ERROR;
}

static int next_item(sqlite3_vtab_cursor *cursor)
{
    items *self = (items *)cursor;
    self->at += self->taken;
    return read_item(self);
}

/* The value may be gone before the rows are, so it is kept. */
static int start_items(sqlite3_vtab_cursor *cursor, int plan, const char *unused, int count,
                       sqlite3_value **values)
{
    (void)unused;
    items *self = (items *)cursor;
    sqlite3_value_free(self->list);
    self->list = NULL;
    self->size = self->at = 0;
    if (plan == 0 || count == 0)
        return SQLITE_OK;
    self->list = sqlite3_value_dup(values[0]);
    if (self->list == NULL)
        return SQLITE_NOMEM;
    self->data = sqlite3_value_blob(self->list);
    self->size = self->data == NULL ? 0 : (size_t)sqlite3_value_bytes(self->list);
    return read_item(self);
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    const items *self = (const items *)cursor;
    return self->at == self->size;
}

static void give_timestamp(sqlite3_context *context, calx_timestamp timestamp)
{
    char text[CALX_TIMESTAMP_TEXT_SIZE];
    size_t size = calx_timestamp_text(timestamp, text);
    if (size == 0)
        sqlite3_result_null(context); /* no such year is ever stored */
    else
        sqlite3_result_text(context, text, (int)size, SQLITE_TRANSIENT);
}

static void give_value(sqlite3_context *context, const calx_value *value)
{
    switch (value->type) {
    case CALX_VALUE_DOUBLE:
        sqlite3_result_double(context, value->as.real);
        break;
    case CALX_VALUE_TEXT:
        sqlite3_result_text64(context, value->as.span.data, value->as.span.size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
        break;
    case CALX_VALUE_BYTES:
        sqlite3_result_blob64(context, value->as.span.data, value->as.span.size, SQLITE_TRANSIENT);
        break;
    case CALX_VALUE_TIMESTAMP:
        give_timestamp(context, value->as.int64);
        break;
    default:
        sqlite3_result_int64(context, value->as.int64);
        break;
    }
}

static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const items *self = (const items *)cursor;
    if (column == VALUE_COLUMN)
        give_value(context, &self->value);
    else if (self->list != NULL)
        sqlite3_result_value(context, self->list);
    return SQLITE_OK;
}

/* Where the item stands tells it from every other. */
static int give_row_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out_number)
{
    *out_number = (sqlite3_int64)((const items *)cursor)->at;
    return SQLITE_OK;
}

int calx_sqlite_add_items(sqlite3 *db)
{
    static const sqlite3_module module = {
        .iVersion = 0,
        .xConnect = connect_items, /* and no xCreate: it is there without being made */
        .xBestIndex = plan_items,
        .xDisconnect = disconnect_items,
        .xOpen = open_items,
        .xClose = close_items,
        .xFilter = start_items,
        .xNext = next_item,
        .xEof = at_end,
        .xColumn = give_column,
        .xRowid = give_row_number,
    };
    return sqlite3_create_module(db, CALX_PACKED_TABLE, &module, NULL);
}
