/*
 * Statements: SQL text with named parameters. The text is taken apart once per dialect, the first
 * time it is needed; values are kept by name, so a statement bound once can run on engines of
 * different kinds. The rule kept: the first thing that went wrong in a row of binds is what the
 * execution reports, however many binds came after it.
 */
#include "engine/inside.h"

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/error.h"
#include "sql/parameters.h"

#include <string.h>

/* One named parameter. */
typedef struct bound_value {
    bool bound;
    calx_value value; /* text and bytes point to memory */
    void *memory;     /* kept for the next bind */
    size_t capacity;
} bound_value;

/* The text as one dialect wants it. */
typedef struct statement_form {
    const calx_dialect *dialect;
    calx_parameter_map map;
    char *sql;
    size_t size;
    calx_value *values; /* one per place, gathered for an execution */
} statement_form;

/* What changes when a statement is executed, though the statement itself does not. */
typedef struct statement_work {
    statement_form form; /* of the dialect used last */
} statement_work;

struct calx_statement {
    char *text;
    size_t size;
    statement_work *work;
    calx_parameter_map names;        /* what any dialect finds in the text */
    bound_value *values;             /* by index of the name */
    calx_status status;              /* the first bind that failed */
    char *unknown;                   /* the name it was about, or NULL */
    calx_execution_options *options; /* NULL: none */
};

static void clear_form(statement_form *form)
{
    calx_parameter_map_clear(&form->map);
    calx_release(form->sql);
    calx_release(form->values);
    *form = (statement_form){ .dialect = NULL };
}

static calx_status make_form(statement_form *form, const calx_dialect *dialect, const char *text,
                             size_t size)
{
    calx_buffer sql = CALX_BUFFER_INIT;
    form->dialect = dialect;
    calx_status status = calx_sql_parameters(&form->map, dialect, text, size);
    if (status != CALX_OK)
        goto out;
    calx_sql_parameters_rewrite(&sql, &form->map, dialect, text, size);
    status = calx_buffer_finish(&sql, &form->sql, &form->size);
    if (status != CALX_OK)
        goto out;
    form->values = calx_alloc_array(form->map.place_count + 1, sizeof(*form->values));
    if (form->values == NULL)
        status = CALX_E_NOMEM;
out:
    calx_buffer_clear(&sql);
    if (status != CALX_OK)
        clear_form(form);
    return status;
}

/*
 * Names are checked at the bind, before a dialect is known: `[:a]` is a quoted name to one database
 * and an array's element to another. So a name counts when any of them finds it.
 */
static calx_status find_names(calx_parameter_map *names, const char *sql, size_t size)
{
    static const calx_dialect *const others[] = { &calx_dialect_postgresql };
    calx_status status = calx_sql_parameters(names, &calx_dialect_sqlite, sql, size);
    for (size_t i = 0; status == CALX_OK && i < sizeof(others) / sizeof(others[0]); i++) {
        calx_parameter_map found;
        status = calx_sql_parameters(&found, others[i], sql, size);
        if (status == CALX_OK)
            status = calx_parameter_map_join(names, &found, sql);
        calx_parameter_map_clear(&found);
    }
    return status;
}

calx_statement *calx_text_statement(const char *sql)
{
    if (sql == NULL)
        return NULL;
    calx_statement *statement = calx_alloc_zeroed(sizeof(*statement));
    if (statement == NULL)
        return NULL;
    statement->size = strlen(sql);
    statement->text = calx_strdup_n(sql, statement->size);
    statement->work = calx_alloc_zeroed(sizeof(*statement->work));
    if (statement->text == NULL || statement->work == NULL)
        goto fail;
    if (find_names(&statement->names, sql, statement->size) != CALX_OK)
        goto fail;
    statement->values =
        calx_alloc_array(statement->names.name_count + 1, sizeof(*statement->values));
    if (statement->values == NULL)
        goto fail;
    return statement;
fail:
    calx_statement_free(statement);
    return NULL;
}

void calx_statement_free(calx_statement *statement)
{
    if (statement == NULL)
        return;
    for (size_t i = 0; statement->values != NULL && i < statement->names.name_count; i++)
        calx_release(statement->values[i].memory);
    calx_release(statement->values);
    calx_parameter_map_clear(&statement->names);
    if (statement->work != NULL)
        clear_form(&statement->work->form);
    calx_release(statement->work);
    calx_release(statement->options);
    calx_release(statement->unknown);
    calx_release(statement->text);
    calx_release(statement);
}

const char *calx_statement_text(const calx_statement *statement)
{
    return statement != NULL ? statement->text : "";
}

calx_status calx_statement_execution_options(calx_statement *statement,
                                             const calx_execution_options *options,
                                             calx_error *out_error)
{
    calx_execution_options *copy = NULL;
    calx_error_clear(out_error);
    if (statement == NULL)
        return calx_error_set(out_error, CALX_E_ARGUMENT, "no statement was given (NULL)");
    if (options != NULL) {
        calx_status status = calx_settings_check(options, NULL, CALX_SETTINGS_STATEMENT, out_error);
        if (status != CALX_OK)
            return status;
        copy = calx_settings_copy_options(options);
        if (copy == NULL)
            return calx_error_set_nomem(out_error);
    }
    calx_release(statement->options);
    statement->options = copy;
    return CALX_OK;
}

const calx_execution_options *calx_statement_options(const calx_statement *statement)
{
    return statement->options;
}

/* Keeps the first failure. */
static calx_status fail_bind(calx_statement *statement, calx_status status, const char *name)
{
    if (statement->status == CALX_OK) {
        statement->status = status;
        statement->unknown = calx_strdup_text(name);
    }
    return status;
}

/* Copies text or bytes into the parameter's own memory. */
static calx_status keep_span(bound_value *slot, const calx_value *value)
{
    size_t size = value->as.span.size;
    if (size == SIZE_MAX)
        return CALX_E_NOMEM;
    if (slot->capacity < size + 1) {
        void *memory = calx_resize(slot->memory, size + 1);
        if (memory == NULL)
            return CALX_E_NOMEM;
        slot->memory = memory;
        slot->capacity = size + 1;
    }
    /* The value may point into this very memory: bound again from an earlier bind. */
    memmove(slot->memory, value->as.span.data, size);
    ((char *)slot->memory)[size] = '\0';
    slot->value.as.span.data = slot->memory;
    return CALX_OK;
}

calx_status calx_statement_bind(calx_statement *statement, const char *name, calx_value value)
{
    if (statement == NULL)
        return CALX_E_ARGUMENT;
    if (name == NULL)
        return fail_bind(statement, CALX_E_ARGUMENT, "(NULL)");
    long index = calx_parameter_map_find(&statement->names, statement->text, name);
    if (index < 0)
        return fail_bind(statement, CALX_E_ARGUMENT, name);
    bound_value *slot = &statement->values[index];
    bool span = value.type == CALX_VALUE_TEXT || value.type == CALX_VALUE_BYTES;
    if (span && value.as.span.data == NULL)
        value = (calx_value){ .type = CALX_VALUE_NULL };
    calx_value old = slot->value;
    slot->value = value;
    if (span && value.type != CALX_VALUE_NULL && keep_span(slot, &value) != CALX_OK) {
        slot->value = old;
        return fail_bind(statement, CALX_E_NOMEM, NULL);
    }
    slot->bound = true;
    return CALX_OK;
}

calx_status calx_statement_bind_null(calx_statement *statement, const char *name)
{
    return calx_statement_bind(statement, name, calx_value_null());
}

calx_status calx_statement_bind_bool(calx_statement *statement, const char *name, bool value)
{
    return calx_statement_bind(statement, name, calx_value_bool(value));
}

calx_status calx_statement_bind_int64(calx_statement *statement, const char *name, int64_t value)
{
    return calx_statement_bind(statement, name, calx_value_int64(value));
}

calx_status calx_statement_bind_uint64(calx_statement *statement, const char *name, uint64_t value)
{
    return calx_statement_bind(statement, name, calx_value_uint64(value));
}

calx_status calx_statement_bind_double(calx_statement *statement, const char *name, double value)
{
    return calx_statement_bind(statement, name, calx_value_double(value));
}

calx_status calx_statement_bind_text(calx_statement *statement, const char *name, const char *text)
{
    return calx_statement_bind(statement, name, calx_value_text(text));
}

calx_status calx_statement_bind_bytes(calx_statement *statement, const char *name, calx_bytes bytes)
{
    return calx_statement_bind(statement, name, calx_value_bytes(bytes));
}

calx_status calx_statement_bind_timestamp(calx_statement *statement, const char *name,
                                          calx_timestamp timestamp)
{
    return calx_statement_bind(statement, name, calx_value_timestamp(timestamp));
}

static calx_status fail_resolve(const calx_statement *statement, calx_error *error)
{
    if (statement->status == CALX_E_NOMEM)
        return calx_error_set_nomem(error);
    calx_error_set(error, statement->status, "the statement has no parameter :%s, which was bound",
                   statement->unknown != NULL ? statement->unknown : "?");
    calx_error_statement(error, statement->text);
    return statement->status;
}

/* The value bound to the name at a place; NULL: none was. */
static const calx_value *value_at(const calx_statement *statement,
                                  const calx_parameter_place *place)
{
    const char *name = statement->text + place->position + 1;
    for (size_t i = 0; i < statement->names.place_count; i++) {
        const calx_parameter_place *named = &statement->names.places[i];
        if (named->name_size == place->name_size &&
            memcmp(statement->text + named->position + 1, name, place->name_size) == 0) {
            const bound_value *slot = &statement->values[named->index];
            return slot->bound ? &slot->value : NULL;
        }
    }
    return NULL;
}

/* A name that other databases find here was bound, and this one has no place for it. */
static calx_status check_places(const calx_statement *statement, const statement_form *form,
                                calx_error *error)
{
    const calx_parameter_map *names = &statement->names;
    for (size_t i = 0; form->map.name_count < names->name_count && i < names->place_count; i++) {
        const calx_parameter_place *place = &names->places[i];
        if (!statement->values[place->index].bound ||
            calx_parameter_map_has(&form->map, statement->text, place))
            continue;
        calx_error_set(error, CALX_E_ARGUMENT,
                       "the statement has no parameter :%.*s for this database, which was bound",
                       (int)place->name_size, statement->text + place->position + 1);
        calx_error_statement(error, statement->text);
        return CALX_E_ARGUMENT;
    }
    return CALX_OK;
}

/* Puts the value of each place where the dialect's text expects it. */
static calx_status gather(const calx_statement *statement, const statement_form *form,
                          calx_error *error)
{
    for (size_t i = 0; i < form->map.place_count; i++) {
        const calx_parameter_place *place = &form->map.places[i];
        const calx_value *value = value_at(statement, place);
        if (value == NULL) {
            calx_error_set(error, CALX_E_ARGUMENT, "the parameter :%.*s was never bound",
                           (int)place->name_size, statement->text + place->position + 1);
            calx_error_statement(error, statement->text);
            return CALX_E_ARGUMENT;
        }
        form->values[i] = *value;
    }
    return CALX_OK;
}

/* What one dialect makes of it is in statement->work->form then. */
static calx_status find_form(const calx_statement *statement, const calx_dialect *dialect,
                             calx_error *error)
{
    statement_form *form = &statement->work->form;
    if (statement->status != CALX_OK)
        return fail_resolve(statement, error);
    if (form->dialect != dialect) {
        clear_form(form);
        if (make_form(form, dialect, statement->text, statement->size) != CALX_OK)
            return calx_error_set_nomem(error);
    }
    return check_places(statement, form, error);
}

calx_status calx_statement_resolve(const calx_statement *statement, const calx_dialect *dialect,
                                   const char **out_sql, size_t *out_size,
                                   const calx_value **out_values, size_t *out_count,
                                   calx_error *error)
{
    statement_form *form = &statement->work->form;
    calx_status status = find_form(statement, dialect, error);
    if (status == CALX_OK)
        status = gather(statement, form, error);
    if (status != CALX_OK)
        return status;
    *out_sql = form->sql;
    *out_size = form->size;
    *out_values = form->values;
    *out_count = form->map.place_count;
    return CALX_OK;
}

calx_status calx_statement_form(const calx_statement *statement, const calx_dialect *dialect,
                                const char **out_sql, size_t *out_size, size_t *out_width,
                                calx_error *error)
{
    calx_status status = find_form(statement, dialect, error);
    if (status != CALX_OK)
        return status;
    *out_sql = statement->work->form.sql;
    *out_size = statement->work->form.size;
    *out_width = statement->work->form.map.place_count;
    return CALX_OK;
}

/* Whether the dialect finds a parameter of that name in the text. */
static bool has_place(const calx_statement *statement, const char *name)
{
    const calx_parameter_map *map = &statement->work->form.map;
    return name != NULL && calx_parameter_map_find(map, statement->text, name) >= 0;
}

/* The number of the name at a place among those of the sets; name_count: it is not there. */
static size_t find_name(const calx_statement *statement, const calx_parameter_sets *sets,
                        const calx_parameter_place *place)
{
    const char *name = statement->text + place->position + 1;
    size_t i = 0;
    while (i < sets->name_count && (strlen(sets->names[i]) != place->name_size ||
                                    memcmp(sets->names[i], name, place->name_size) != 0))
        i++;
    return i;
}

static calx_value given(calx_value value)
{
    bool span = value.type == CALX_VALUE_TEXT || value.type == CALX_VALUE_BYTES;
    return span && value.as.span.data == NULL ? calx_value_null() : value;
}

static calx_status spread_place(const calx_statement *statement, const calx_parameter_sets *sets,
                                size_t number, size_t first, size_t count, calx_value *out,
                                calx_error *error)
{
    const calx_parameter_map *map = &statement->work->form.map;
    const calx_parameter_place *place = &map->places[number];
    size_t column = find_name(statement, sets, place);
    const calx_value *bound = column < sets->name_count ? NULL : value_at(statement, place);
    if (column == sets->name_count && bound == NULL) {
        calx_error_set(error, CALX_E_ARGUMENT,
                       "the parameter :%.*s is in no set, and was never bound",
                       (int)place->name_size, statement->text + place->position + 1);
        calx_error_statement(error, statement->text);
        return CALX_E_ARGUMENT;
    }
    for (size_t i = 0; i < count; i++)
        out[i * map->place_count + number] =
            bound != NULL ? *bound : given(sets->values[(first + i) * sets->name_count + column]);
    return CALX_OK;
}

calx_status calx_statement_spread(const calx_statement *statement, const calx_parameter_sets *sets,
                                  size_t first, size_t count, calx_value *out, calx_error *error)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; i < sets->name_count; i++) {
        if (has_place(statement, sets->names[i]))
            continue;
        calx_error_set(error, CALX_E_ARGUMENT,
                       "the statement has no parameter :%s, which is in the sets",
                       sets->names[i] != NULL ? sets->names[i] : "(NULL)");
        calx_error_statement(error, statement->text);
        return CALX_E_ARGUMENT;
    }
    for (size_t i = 0; status == CALX_OK && i < statement->work->form.map.place_count; i++)
        status = spread_place(statement, sets, i, first, count, out, error);
    return status;
}
