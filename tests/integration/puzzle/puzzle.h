/*
 * Puzzles: queries made at random, as trees. A tree is made from a seed (make.c, make_select.c),
 * asked of a database through Calx (ask.c), and solved by the simplest means over the same rows in
 * memory (solve.c, solve_select.c). What comes out must be the same.
 *
 * Whatever is in a tree has one meaning by the headers of Calx, on every database. So numbers stay
 * small, doubles are added up only where that is exact, letters beyond ASCII keep their case, and
 * no text is read as a number that is none.
 */
#ifndef TESTS_INTEGRATION_PUZZLE_PUZZLE_H
#define TESTS_INTEGRATION_PUZZLE_PUZZLE_H

#include <calx/calx.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- memory that is forgotten as a whole ---- */

typedef struct puzzle_pool {
    struct puzzle_block *blocks;
} puzzle_pool;

/* Zeroed memory, good until pool_clear(). */
void *pool_take(puzzle_pool *self, size_t size);
char *pool_text(puzzle_pool *self, const char *text, size_t size);
void pool_clear(puzzle_pool *self);

/* ---- rows ---- */

typedef enum puzzle_kind {
    KIND_BOOL,
    KIND_INT,
    KIND_REAL,
    KIND_TEXT,
    KIND_TIME,
    KINDS
} puzzle_kind;

typedef struct puzzle_cell {
    puzzle_kind kind;
    bool is_null;
    int64_t whole; /* of bool, int, time */
    double real;
    const char *text;
} puzzle_cell;

enum { TABLES = 3, MOST_FIELDS = 8, MOST_ROWS = 9 };
enum { MAKERS, ITEMS, SALES };

typedef struct puzzle_field {
    puzzle_kind kind;
    bool is_ascii;
    double most;  /* no number of it is larger, no text longer */
    int fraction; /* bits behind the point */
} puzzle_field;

typedef struct puzzle_table {
    const calx_mapper *mapper;
    const puzzle_field *fields;
    size_t field_count;
    size_t row_count;
    puzzle_cell rows[MOST_ROWS][MOST_FIELDS];
} puzzle_table;

typedef struct puzzle_world {
    puzzle_table tables[TABLES];
    bool folds_case;      /* LIKE takes a for A */
    bool nulls_are_large; /* in orders that do not say */
    bool combines_all;    /* INTERSECT ALL, EXCEPT ALL */
} puzzle_world;

/* Rows from a seed. */
void world_make(puzzle_world *self, uint64_t seed);

/* The same rows in the tables of the session's database, which are emptied first. */
void world_store(const puzzle_world *self, calx_session *session);

/* ---- trees ---- */

struct puzzle_query;

typedef enum joining { JOIN_FIRST, JOIN_CROSS, JOIN_INNER, JOIN_LEFT } joining;

typedef struct puzzle_source {
    size_t table;
    calx_alias alias;
    joining how;
    const struct puzzle_source *along; /* a relationship leads here from that source; NULL: on */
    struct puzzle_expr *on;
    struct puzzle_query *rows; /* instead of the table's; NULL: the table's */
    bool is_named;             /* these rows stand in a WITH */
    const puzzle_cell *row;    /* while it is solved; NULL: none, behind a left join */
} puzzle_source;

/* Beside those of calx_operator. */
enum { OP_GREATEST = 1000, OP_LEAST };

/* What makes a window of the rows of a select, beside a function of them. */
typedef struct puzzle_window {
    int function;             /* a calx_operator; its operand is the first part */
    struct puzzle_expr *cut;  /* rows of one value there; NULL: all */
    struct puzzle_expr *rank; /* ordered by this one; NULL: by the keys of all sources */
    bool descending;
    bool has_frame;
    int64_t first, last; /* rows from the current one; also how far LAG and LEAD go */
} puzzle_window;

enum { MOST_PARTS = 5, MOST_LIST = 5 };

typedef struct puzzle_expr {
    int op;
    puzzle_kind kind;
    bool is_distinct; /* an aggregate */
    bool is_ascii;
    bool has_else;
    bool is_rough; /* may differ in its last digit */
    double most;
    int fraction; /* 99: not known */
    size_t part_count;
    struct puzzle_expr *parts[MOST_PARTS];
    puzzle_cell value; /* of a VALUE */
    size_t list_count;
    puzzle_cell list[MOST_LIST];
    puzzle_source *source; /* of a COLUMN */
    size_t field;
    puzzle_window *window; /* of OVER */
    struct puzzle_query
        *query; /* of EXISTS, IN_SELECT and SELECT; the one an aggregate belongs to */
} puzzle_expr;

typedef struct puzzle_order {
    puzzle_expr *value; /* NULL: by an item */
    size_t item;
    bool descending;
    calx_nulls nulls;
} puzzle_order;

enum { MOST_SOURCES = 3, MOST_ITEMS = 4, MOST_GROUPS = 2, MOST_ORDERS = 10, MOST_COMBINED = 2 };

typedef struct puzzle_query {
    bool finds; /* instances of its first source: a calx_query */
    bool is_rows;
    size_t source_count;
    puzzle_source sources[MOST_SOURCES];
    puzzle_expr *where;
    bool is_grouped;
    size_t group_count;
    puzzle_expr *groups[MOST_GROUPS];
    puzzle_expr *having;
    size_t item_count;
    puzzle_expr *items[MOST_ITEMS];
    bool is_distinct;
    size_t combined_count;
    calx_combine how[MOST_COMBINED];
    struct puzzle_query *combined[MOST_COMBINED];
    size_t order_count; /* 0: in any order */
    puzzle_order orders[MOST_ORDERS];
    int64_t limit;              /* negative: none */
    int64_t offset;             /* 0: none */
    struct puzzle_group *group; /* while it is solved */
    bool deletes;               /* the rows it finds */
    struct puzzle_expr *set;    /* what a column of them is set to; NULL: nothing */
    size_t set_field;
} puzzle_query;

/* Whether it is an UPDATE or a DELETE: what counts are its conditions, and the rows afterwards. */
bool changes(const puzzle_query *query);

/* Whether an item is selected as a column: no other one is, so its name is its own. */
bool is_plain_item(const puzzle_query *query, size_t i);

/* Made of a seed; good until the pool is cleared. */
puzzle_query *puzzle_make(const puzzle_world *world, puzzle_pool *pool, uint64_t seed);

/* ---- results ---- */

typedef struct puzzle_rows {
    size_t width;
    size_t count;
    size_t room;
    puzzle_cell **cells; /* each a row */
} puzzle_rows;

void rows_add(puzzle_rows *self, puzzle_pool *pool, puzzle_cell *row);

/* -1, 0, 1; NULL is the smallest, and the same as NULL. */
int cell_compare(const puzzle_cell *left, const puzzle_cell *right);

/* The rows by definition. Those of an entity's select are its fields. */
puzzle_rows puzzle_solve(const puzzle_world *world, puzzle_pool *pool, puzzle_query *query);

/* Of what changes rows: the keys that are left, each with the column that was set. */
puzzle_rows puzzle_change(const puzzle_world *world, puzzle_pool *pool, puzzle_query *query,
                          int64_t *out_count);

/* One value, of the rows the sources stand at. */
typedef struct solver {
    const puzzle_world *world;
    puzzle_pool *pool;
} solver;

puzzle_cell solve_value(const solver *self, const puzzle_expr *value);

/* Those by a database. Answers NULL, or what went wrong, which is the pool's; sql: what was run. */
typedef struct asked {
    puzzle_rows rows;
    int64_t counted; /* of what finds instances, or changes rows */
    const char *sql;
} asked;
const char *puzzle_ask(calx_session *session, puzzle_pool *pool, const puzzle_query *query,
                       asked *out);

/* An expression in the words of the headers. */
typedef struct asker asker;
calx_expression ask_value(asker *self, const puzzle_expr *value);
calx_select *ask_select(asker *self, const puzzle_query *query);

#endif
