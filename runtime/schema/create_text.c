/*
 * CREATE TABLE and CREATE INDEX, read for what their database tells nowhere else. The words of a
 * constraint stand in a table of what is done at each of them; whatever is not in it is stepped
 * over, an expression in parentheses as one.
 */
#include "schema/create_text.h"

#include "schema/create_scan.h"

#include <string.h>

/* A reading under way. */
typedef struct create_reader {
    calx_scan at;
    calx_arena *arena;
    calx_create_text *out;
    const char *name;         /* of the next constraint: CONSTRAINT; or NULL */
    const char *column;       /* whose definition this is; NULL: a constraint of the table */
    calx_create_list columns; /* of FOREIGN KEY, until its REFERENCES */
    calx_status status;
} create_reader;

static const char *keep(create_reader *reader, const char *text)
{
    if (text == NULL)
        reader->status = CALX_E_NOMEM;
    return text;
}

/* The name at this place, and on to the next. */
static const char *take_name(create_reader *reader)
{
    const char *name = keep(reader, calx_scan_name(&reader->at, reader->arena));
    calx_scan_next(&reader->at);
    return name;
}

/* The text from a place up to another, without blanks at its ends. */
static const char *take_text(create_reader *reader, const char *from, const char *to)
{
    while (from < to && strchr(" \t\n\v\f\r", *from) != NULL)
        from++;
    while (to > from && strchr(" \t\n\v\f\r", to[-1]) != NULL)
        to--;
    return keep(reader, calx_arena_text(reader->arena, from, (size_t)(to - from)));
}

/* What is in the parentheses at this place, and on behind them. */
static const char *take_group(create_reader *reader)
{
    const char *from = reader->at.end;
    const char *to = from;
    size_t depth = 0;
    do {
        if (calx_scan_is_sign(&reader->at, '('))
            depth++;
        else if (calx_scan_is_sign(&reader->at, ')'))
            depth--;
        to = reader->at.start;
        calx_scan_next(&reader->at);
    } while (depth > 0 && reader->at.kind != CALX_SCAN_END);
    return take_text(reader, from, depth > 0 ? reader->at.start : to);
}

/* The arrays double: four, then each power of two. */
static void *grow(create_reader *reader, void *items, size_t count, size_t size)
{
    if (count > 0 && (count < 4 || (count & (count - 1)) != 0))
        return items;
    void *larger = calx_arena_array(reader->arena, count == 0 ? 4 : count * 2, size);
    if (larger == NULL)
        reader->status = CALX_E_NOMEM;
    else if (count > 0)
        memcpy(larger, items, count * size);
    return larger;
}

static void add_to_list(create_reader *reader, calx_create_list *list, const char *item)
{
    const char **items = grow(reader, list->items, list->count, sizeof *items);
    if (items == NULL)
        return;
    items[list->count++] = item;
    list->items = items;
}

static bool at_end_of_item(const create_reader *reader)
{
    return reader->at.kind == CALX_SCAN_END || reader->status != CALX_OK ||
           calx_scan_is_sign(&reader->at, ',') || calx_scan_is_sign(&reader->at, ')');
}

/* "(a, b COLLATE x DESC)": the names. */
static calx_create_list take_names(create_reader *reader)
{
    calx_create_list names = { NULL, 0 };
    do {
        calx_scan_next(&reader->at);
        add_to_list(reader, &names, take_name(reader));
        while (!at_end_of_item(reader))
            calx_scan_skip(&reader->at);
    } while (reader->status == CALX_OK && calx_scan_is_sign(&reader->at, ','));
    calx_scan_next(&reader->at);
    return names;
}

/* The constraint has the name that was said before; NULL: no memory. Valid until the next one. */
static calx_create_constraint *add(create_reader *reader, calx_create_kind kind)
{
    calx_create_text *out = reader->out;
    calx_create_constraint *items = grow(reader, out->constraints, out->count, sizeof *items);
    if (items == NULL)
        return NULL;
    out->constraints = items;
    items[out->count] = (calx_create_constraint){ .kind = kind, .name = reader->name };
    return &items[out->count++];
}

static calx_create_list own_column(create_reader *reader)
{
    calx_create_list list = { NULL, 0 };
    if (reader->column != NULL)
        add_to_list(reader, &list, reader->column);
    return list;
}

static void add_key(create_reader *reader, calx_create_kind kind)
{
    calx_create_constraint *key = add(reader, kind);
    calx_create_list columns =
        calx_scan_is_sign(&reader->at, '(') ? take_names(reader) : own_column(reader);
    if (key != NULL)
        key->columns = columns;
}

static void read_primary(create_reader *reader)
{
    calx_scan_next(&reader->at); /* KEY */
    add_key(reader, CALX_CREATE_KEY);
}

static void read_unique(create_reader *reader)
{
    add_key(reader, CALX_CREATE_UNIQUE);
}

static void add_expression(create_reader *reader, calx_create_kind kind)
{
    if (!calx_scan_is_sign(&reader->at, '('))
        return;
    calx_create_constraint *constraint = add(reader, kind);
    const char *sql = take_group(reader);
    calx_create_list columns = own_column(reader);
    if (constraint != NULL) {
        constraint->sql = sql;
        constraint->columns = columns;
    }
}

static void read_check(create_reader *reader)
{
    add_expression(reader, CALX_CREATE_CHECK);
}

static void read_as(create_reader *reader)
{
    add_expression(reader, CALX_CREATE_COMPUTED);
}

static void read_constraint(create_reader *reader)
{
    reader->name = take_name(reader);
}

static void read_foreign(create_reader *reader)
{
    calx_scan_next(&reader->at); /* KEY */
    if (calx_scan_is_sign(&reader->at, '('))
        reader->columns = take_names(reader);
}

static void read_references(create_reader *reader)
{
    calx_create_constraint *key = add(reader, CALX_CREATE_FOREIGN);
    calx_create_list columns = reader->columns.count > 0 ? reader->columns : own_column(reader);
    const char *target = take_name(reader);
    if (calx_scan_is_sign(&reader->at, '('))
        calx_scan_skip(&reader->at);
    reader->columns = (calx_create_list){ NULL, 0 };
    if (key != NULL) {
        key->columns = columns;
        key->target = target;
    }
}

/* The foreign key that was read last, whatever constraint came between; NULL: there is none. */
static calx_create_constraint *last_foreign(create_reader *reader)
{
    calx_create_text *out = reader->out;
    for (size_t i = out->count; i > 0; i--) {
        if (out->constraints[i - 1].kind == CALX_CREATE_FOREIGN)
            return &out->constraints[i - 1];
    }
    return NULL;
}

static void read_deferrable(create_reader *reader)
{
    calx_create_constraint *key = last_foreign(reader);
    if (key != NULL)
        key->deferrable = true;
}

static void read_initially(create_reader *reader)
{
    calx_create_constraint *key = last_foreign(reader);
    if (key != NULL)
        key->deferred = key->deferrable && calx_scan_is(&reader->at, "DEFERRED");
    calx_scan_next(&reader->at);
}

/* NOT NULL, and NOT DEFERRABLE, which must not be taken for its opposite. */
static void read_not(create_reader *reader)
{
    calx_scan_next(&reader->at);
}

/* ON CONFLICT action; ON DELETE and ON UPDATE with one that may be SET DEFAULT. */
static void read_on(create_reader *reader)
{
    calx_scan_next(&reader->at);
    bool two_words = calx_scan_is(&reader->at, "SET") || calx_scan_is(&reader->at, "NO");
    calx_scan_next(&reader->at);
    if (two_words)
        calx_scan_next(&reader->at);
}

static void read_default(create_reader *reader)
{
    while (calx_scan_is_sign(&reader->at, '-') || calx_scan_is_sign(&reader->at, '+'))
        calx_scan_next(&reader->at);
    calx_scan_skip(&reader->at);
}

static void step(create_reader *reader)
{
    calx_scan_next(&reader->at);
}

static void nothing(create_reader *reader)
{
    (void)reader;
}

/* A word of a definition, and what is done when it has been stepped over. */
typedef struct create_clause {
    const char *word;
    void (*read)(create_reader *reader);
    bool keeps_name; /* what follows still has the name of CONSTRAINT */
    bool begins;     /* a constraint of the table; where another word begins it names a column */
} create_clause;

static const create_clause clauses[] = {
    { "CONSTRAINT", read_constraint, true, true },
    { "PRIMARY", read_primary, false, true },
    { "UNIQUE", read_unique, false, true },
    { "CHECK", read_check, false, true },
    { "FOREIGN", read_foreign, true, true },
    { "REFERENCES", read_references, false, false },
    { "NOT", read_not, false, false },
    { "NULL", nothing, false, false },
    { "DEFERRABLE", read_deferrable, false, false },
    { "INITIALLY", read_initially, false, false },
    { "ON", read_on, false, false },
    { "DEFAULT", read_default, false, false },
    { "COLLATE", step, false, false },
    { "MATCH", step, false, false },
    { "AS", read_as, false, false },
};

enum { CLAUSE_COUNT = sizeof clauses / sizeof clauses[0] };

static const create_clause *find_clause(const create_reader *reader)
{
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        if (calx_scan_is(&reader->at, clauses[i].word))
            return &clauses[i];
    }
    return NULL;
}

/* Its name; and words that are a type here, since nothing was said that they could belong to. */
static const char *take_column(create_reader *reader)
{
    const char *name = take_name(reader);
    while (calx_scan_is(&reader->at, "MATCH") || calx_scan_is(&reader->at, "INITIALLY"))
        calx_scan_next(&reader->at);
    return name;
}

/* A column, or constraints of the table. */
static void read_item(create_reader *reader)
{
    const create_clause *first = find_clause(reader);
    reader->name = NULL;
    reader->column = first == NULL || !first->begins ? take_column(reader) : NULL;
    while (!at_end_of_item(reader)) {
        const create_clause *clause = find_clause(reader);
        if (clause == NULL) {
            calx_scan_skip(&reader->at);
            continue;
        }
        calx_scan_next(&reader->at);
        clause->read(reader);
        if (!clause->keeps_name)
            reader->name = NULL;
    }
}

/* To the list of columns; false: it is no table of the ordinary kind. */
static bool find_columns(calx_scan *at)
{
    if (!calx_scan_is(at, "CREATE"))
        return false;
    while (at->kind != CALX_SCAN_END && !calx_scan_is(at, "TABLE")) {
        if (calx_scan_is(at, "VIRTUAL") || calx_scan_is(at, "VIEW"))
            return false;
        calx_scan_next(at);
    }
    /* From here on these words are names. */
    while (at->kind != CALX_SCAN_END && !calx_scan_is_sign(at, '(')) {
        if (calx_scan_is(at, "AS"))
            return false;
        calx_scan_next(at);
    }
    return at->kind != CALX_SCAN_END;
}

calx_status calx_create_text_read(calx_arena *arena, const char *sql, calx_create_text *out)
{
    create_reader reader = { .arena = arena, .out = out };
    *out = (calx_create_text){ NULL, 0 };
    calx_scan_init(&reader.at, sql);
    if (!find_columns(&reader.at))
        return CALX_OK;
    do {
        calx_scan_next(&reader.at);
        read_item(&reader);
    } while (reader.status == CALX_OK && calx_scan_is_sign(&reader.at, ','));
    return reader.status;
}

/* One part, without the order behind it. Nothing of a comment between two parts belongs to it. */
static void read_part(create_reader *reader, calx_create_index *out)
{
    const char *from = reader->at.start;
    const char *to = from;
    while (!at_end_of_item(reader)) {
        bool is_order = calx_scan_is(&reader->at, "ASC") || calx_scan_is(&reader->at, "DESC");
        calx_scan_skip(&reader->at);
        if (!is_order)
            to = reader->at.last;
    }
    add_to_list(reader, &out->parts, take_text(reader, from, to));
}

calx_status calx_create_index_read(calx_arena *arena, const char *sql, calx_create_index *out)
{
    create_reader reader = { .arena = arena };
    *out = (calx_create_index){ { NULL, 0 }, NULL };
    calx_scan_init(&reader.at, sql);
    while (reader.at.kind != CALX_SCAN_END && !calx_scan_is_sign(&reader.at, '('))
        calx_scan_next(&reader.at);
    if (reader.at.kind == CALX_SCAN_END)
        return CALX_OK;
    do {
        calx_scan_next(&reader.at);
        read_part(&reader, out);
    } while (reader.status == CALX_OK && calx_scan_is_sign(&reader.at, ','));
    calx_scan_next(&reader.at);
    if (reader.status == CALX_OK && calx_scan_is(&reader.at, "WHERE"))
        out->predicate = take_text(&reader, reader.at.end, reader.at.end + strlen(reader.at.end));
    return reader.status;
}
