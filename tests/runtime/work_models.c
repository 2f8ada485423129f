/*
 * The tables of work_models.h.
 */
#include "work_models.h"

#define DEFAULT_CASCADE (CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE)
#define COUNT(table)    (sizeof(table) / sizeof((table)[0]))

#define ID(struct_)                                                                                \
    {                                                                                              \
        .name = "id", .member = "id", .type = CALX_TYPE_INT64,                                     \
        .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED,                   \
        .offset = offsetof(struct_, id), .size = 8                                                 \
    }

#define TEXT(struct_, member_)                                                                     \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_TEXT,                              \
        .offset = offsetof(struct_, member_), .size = sizeof(const char *)                         \
    }

#define VERSION(struct_, member_)                                                                  \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64,                             \
        .flags = CALX_COLUMN_NOT_NULL | CALX_COLUMN_VERSION, .offset = offsetof(struct_, member_), \
        .size = 8                                                                                  \
    }

#define NULLABLE(struct_, member_)                                                                 \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64,                             \
        .flags = CALX_COLUMN_NULL_FLAG, .offset = offsetof(struct_, member_.value), .size = 8,     \
        .null_offset = offsetof(struct_, member_.has_value)                                        \
    }

/* A relationship of a struct over foreign key 0 of one side. */
#define RELATED(struct_, member_, kind_, target_, inverse_, flags_, cascade_)                      \
    {                                                                                              \
        .member = #member_, .kind = (kind_), .flags = (flags_), .cascade = (cascade_),             \
        .offset = offsetof(struct_, member_), .inverse = (inverse_), .target = &target_##_mapper   \
    }

/* Its one foreign key is of one column and points at the target's id. */
#define KEY(target_, columns_, on_delete_)                                                         \
    {                                                                                              \
        .target = &target_##_mapper, .columns = (columns_), .target_columns = first_column,        \
        .column_count = 1, .on_delete = (on_delete_)                                               \
    }

#define MAPPER(struct_, table_, keys_, key_count_, relationships_, relationship_count_)            \
    {                                                                                              \
        .abi = CALX_MAPPER_ABI, .instance_size = sizeof(struct struct_),                           \
        .instance_alignment = _Alignof(struct struct_), .name = #struct_, .table = (table_),       \
        .columns = struct_##_columns, .key = first_column, .foreign_keys = (keys_),                \
        .relationships = (relationships_), .column_count = COUNT(struct_##_columns),               \
        .key_count = 1, .foreign_key_count = (key_count_),                                         \
        .relationship_count = (relationship_count_)                                                \
    }

static const uint16_t first_column[] = { 0 };
static const uint16_t second_column[] = { 1 };
static const uint16_t third_column[] = { 2 };

/* ---- players and balls ---- */

static const calx_column player_columns[] = { ID(struct player), TEXT(struct player, name),
                                              NULLABLE(struct player, favorite_id),
                                              VERSION(struct player, revision) };
static const calx_foreign_key player_keys[] = { KEY(ball, third_column, CALX_ON_DELETE_NO_ACTION) };
static const calx_relationship player_relationships[] = {
    RELATED(struct player, favorite, CALX_RELATIONSHIP_ONE, ball, CALX_NO_INVERSE,
            CALX_RELATIONSHIP_POST_UPDATE, DEFAULT_CASCADE),
    RELATED(struct player, balls, CALX_RELATIONSHIP_MANY, ball, BALL_PLAYER, 0, DEFAULT_CASCADE),
};
const calx_mapper player_mapper =
    MAPPER(player, "players", player_keys, 1, player_relationships, COUNT(player_relationships));

static const calx_column ball_columns[] = { ID(struct ball), TEXT(struct ball, color),
                                            NULLABLE(struct ball, player_id) };
static const calx_foreign_key ball_keys[] = { KEY(player, third_column, CALX_ON_DELETE_NO_ACTION) };
static const calx_relationship ball_relationships[] = {
    RELATED(struct ball, player, CALX_RELATIONSHIP_ONE, player, PLAYER_BALLS, 0, DEFAULT_CASCADE),
};
const calx_mapper ball_mapper = MAPPER(ball, "balls", ball_keys, 1, ball_relationships, 1);

/* ---- pages ---- */

static const calx_column page_columns[] = { ID(struct page), TEXT(struct page, title),
                                            NULLABLE(struct page, next_id) };
static const calx_foreign_key page_keys[] = { KEY(page, third_column, CALX_ON_DELETE_NO_ACTION) };
static const calx_relationship page_relationships[] = {
    RELATED(struct page, next, CALX_RELATIONSHIP_ONE, page, PAGE_BEFORE, 0, DEFAULT_CASCADE),
    RELATED(struct page, before, CALX_RELATIONSHIP_MANY, page, PAGE_NEXT,
            CALX_RELATIONSHIP_POST_UPDATE, DEFAULT_CASCADE),
};
const calx_mapper page_mapper =
    MAPPER(page, "pages", page_keys, 1, page_relationships, COUNT(page_relationships));

/* ---- shelves ---- */

static const calx_column shelf_columns[] = { ID(struct shelf), TEXT(struct shelf, name) };
static const calx_relationship shelf_relationships[] = {
    RELATED(struct shelf, books, CALX_RELATIONSHIP_MANY, book, BOOK_SHELF,
            CALX_RELATIONSHIP_PASSIVE_DELETES, DEFAULT_CASCADE | CALX_CASCADE_DELETE),
    RELATED(struct shelf, stickers, CALX_RELATIONSHIP_MANY, sticker, CALX_NO_INVERSE,
            CALX_RELATIONSHIP_PASSIVE_DELETES, DEFAULT_CASCADE),
    RELATED(struct shelf, notes, CALX_RELATIONSHIP_MANY, note, CALX_NO_INVERSE,
            CALX_RELATIONSHIP_PASSIVE_DELETES_ALL, DEFAULT_CASCADE),
};
const calx_mapper shelf_mapper =
    MAPPER(shelf, "shelves", NULL, 0, shelf_relationships, COUNT(shelf_relationships));

static const calx_column book_columns[] = { ID(struct book), TEXT(struct book, title),
                                            NULLABLE(struct book, shelf_id) };
static const calx_foreign_key book_keys[] = { KEY(shelf, third_column, CALX_ON_DELETE_CASCADE) };
static const calx_relationship book_relationships[] = {
    RELATED(struct book, shelf, CALX_RELATIONSHIP_ONE, shelf, SHELF_BOOKS, 0, DEFAULT_CASCADE),
};
const calx_mapper book_mapper = MAPPER(book, "books", book_keys, 1, book_relationships, 1);

static const calx_column sticker_columns[] = { ID(struct sticker),
                                               NULLABLE(struct sticker, shelf_id) };
static const calx_foreign_key sticker_keys[] = { KEY(shelf, second_column,
                                                     CALX_ON_DELETE_NO_ACTION) };
const calx_mapper sticker_mapper = MAPPER(sticker, "stickers", sticker_keys, 1, NULL, 0);

/* Its table has no foreign key in the database, which would not let go of the shelf otherwise. */
static const calx_column note_columns[] = { ID(struct note), NULLABLE(struct note, shelf_id) };
static const calx_foreign_key note_keys[] = { KEY(shelf, second_column, CALX_ON_DELETE_NO_ACTION) };
const calx_mapper note_mapper = MAPPER(note, "notes", note_keys, 1, NULL, 0);

/* Stickers and notes are made by hand. */
static const calx_mapper *const work_mappers[] = { &player_mapper, &ball_mapper, &page_mapper,
                                                   &shelf_mapper, &book_mapper };
const calx_metadata work_metadata = {
    .abi = CALX_MAPPER_ABI,
    .name = "work",
    .mappers = work_mappers,
    .mapper_count = COUNT(work_mappers),
};
