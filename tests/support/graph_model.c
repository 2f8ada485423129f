/*
 * The tables of graph_model.h.
 */
#include "support/graph_model.h"

#define DEFAULT_CASCADE (CALX_CASCADE_SAVE_UPDATE | CALX_CASCADE_MERGE)
#define COUNT(table)    (sizeof(table) / sizeof((table)[0]))

#define ID(struct_)                                                                                \
    {                                                                                              \
        .name = "id", .member = "id", .type = CALX_TYPE_INT64,                                     \
        .flags = CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL | CALX_COLUMN_GENERATED,                   \
        .offset = offsetof(struct_, id), .size = 8                                                 \
    }

#define TEXT(struct_, member_, flags_)                                                             \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_TEXT, .flags = (flags_),           \
        .offset = offsetof(struct_, member_), .size = sizeof(const char *)                         \
    }

#define INTEGER(struct_, member_, flags_)                                                          \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64, .flags = (flags_),          \
        .offset = offsetof(struct_, member_), .size = 8                                            \
    }

#define NULLABLE(struct_, member_)                                                                 \
    {                                                                                              \
        .name = #member_, .member = #member_, .type = CALX_TYPE_INT64,                             \
        .flags = CALX_COLUMN_NULL_FLAG, .offset = offsetof(struct_, member_.value), .size = 8,     \
        .null_offset = offsetof(struct_, member_.has_value)                                        \
    }

#define ONE(struct_, member_, key_, target_, inverse_)                                             \
    {                                                                                              \
        .member = #member_, .kind = CALX_RELATIONSHIP_ONE, .cascade = DEFAULT_CASCADE,             \
        .offset = offsetof(struct_, member_), .foreign_key = (key_), .inverse = (inverse_),        \
        .target = &target_##_mapper                                                                \
    }

#define MANY(struct_, member_, key_, target_, inverse_)                                            \
    {                                                                                              \
        .member = #member_, .kind = CALX_RELATIONSHIP_MANY, .cascade = DEFAULT_CASCADE,            \
        .offset = offsetof(struct_, member_), .foreign_key = (key_), .inverse = (inverse_),        \
        .target = &target_##_mapper                                                                \
    }

#define KEY(target_, columns_, targets_)                                                           \
    {                                                                                              \
        .target = &target_##_mapper, .columns = (columns_), .target_columns = (targets_),          \
        .column_count = COUNT(columns_)                                                            \
    }

static const uint16_t first_column[] = { 0 };
static const uint16_t second_column[] = { 1 };
static const uint16_t third_column[] = { 2 };

/* ---- node ---- */

static const calx_column node_columns[] = { ID(struct node), TEXT(struct node, name, 0),
                                            NULLABLE(struct node, parent_id) };
static const calx_foreign_key node_keys[] = { KEY(node, third_column, first_column) };
static const calx_relationship node_relationships[] = {
    ONE(struct node, parent, 0, node, NODE_CHILDREN),
    MANY(struct node, children, 0, node, NODE_PARENT),
};

const calx_mapper node_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct node),
    .instance_alignment = _Alignof(struct node),
    .name = "node",
    .table = "nodes",
    .columns = node_columns,
    .key = first_column,
    .foreign_keys = node_keys,
    .relationships = node_relationships,
    .column_count = COUNT(node_columns),
    .key_count = 1,
    .foreign_key_count = COUNT(node_keys),
    .relationship_count = COUNT(node_relationships),
};

/* ---- account and transfer ---- */

static const calx_column account_columns[] = { ID(struct account), TEXT(struct account, owner, 0) };
static const calx_relationship account_relationships[] = {
    MANY(struct account, outgoing, 0, transfer, TRANSFER_FROM),
};

const calx_mapper account_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct account),
    .instance_alignment = _Alignof(struct account),
    .name = "account",
    .table = "accounts",
    .columns = account_columns,
    .key = first_column,
    .relationships = account_relationships,
    .column_count = COUNT(account_columns),
    .key_count = 1,
    .relationship_count = COUNT(account_relationships),
};

static const calx_column transfer_columns[] = {
    ID(struct transfer),
    INTEGER(struct transfer, from_id, CALX_COLUMN_NOT_NULL),
    INTEGER(struct transfer, to_id, CALX_COLUMN_NOT_NULL),
};
static const calx_foreign_key transfer_keys[] = {
    KEY(account, second_column, first_column),
    KEY(account, third_column, first_column),
};
static const calx_relationship transfer_relationships[] = {
    ONE(struct transfer, from, 0, account, ACCOUNT_OUTGOING),
    ONE(struct transfer, to, 1, account, CALX_NO_INVERSE),
};

const calx_mapper transfer_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct transfer),
    .instance_alignment = _Alignof(struct transfer),
    .name = "transfer",
    .table = "transfers",
    .columns = transfer_columns,
    .key = first_column,
    .foreign_keys = transfer_keys,
    .relationships = transfer_relationships,
    .column_count = COUNT(transfer_columns),
    .key_count = 1,
    .foreign_key_count = COUNT(transfer_keys),
    .relationship_count = COUNT(transfer_relationships),
};

/* ---- parcel and label ---- */

static const calx_column parcel_columns[] = {
    TEXT(struct parcel, country, CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL),
    INTEGER(struct parcel, number, CALX_COLUMN_KEY | CALX_COLUMN_NOT_NULL),
};
static const uint16_t parcel_key[] = { 0, 1 };
static const calx_relationship parcel_relationships[] = {
    MANY(struct parcel, labels, 0, label, CALX_NO_INVERSE),
};

const calx_mapper parcel_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct parcel),
    .instance_alignment = _Alignof(struct parcel),
    .name = "parcel",
    .table = "parcels",
    .columns = parcel_columns,
    .key = parcel_key,
    .relationships = parcel_relationships,
    .column_count = COUNT(parcel_columns),
    .key_count = 2,
    .relationship_count = COUNT(parcel_relationships),
};

/* The columns stand in another order than the key they refer to. */
static const calx_column label_columns[] = {
    ID(struct label),
    TEXT(struct label, text, 0),
    NULLABLE(struct label, number),
    TEXT(struct label, country, 0),
};
static const uint16_t label_parcel[] = { 3, 2 };
static const calx_foreign_key label_keys[] = { KEY(parcel, label_parcel, parcel_key) };
static const calx_relationship label_relationships[] = {
    ONE(struct label, parcel, 0, parcel, CALX_NO_INVERSE),
};

const calx_mapper label_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct label),
    .instance_alignment = _Alignof(struct label),
    .name = "label",
    .table = "labels",
    .columns = label_columns,
    .key = first_column,
    .foreign_keys = label_keys,
    .relationships = label_relationships,
    .column_count = COUNT(label_columns),
    .key_count = 1,
    .foreign_key_count = COUNT(label_keys),
    .relationship_count = COUNT(label_relationships),
};

/* ---- captain and ship ---- */

static const calx_column captain_columns[] = { ID(struct captain), TEXT(struct captain, name, 0),
                                               NULLABLE(struct captain, ship_id) };
static const calx_foreign_key captain_keys[] = { KEY(ship, third_column, first_column) };
static const calx_relationship captain_relationships[] = {
    ONE(struct captain, ship, 0, ship, CALX_NO_INVERSE),
};

const calx_mapper captain_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct captain),
    .instance_alignment = _Alignof(struct captain),
    .name = "captain",
    .table = "captains",
    .columns = captain_columns,
    .key = first_column,
    .foreign_keys = captain_keys,
    .relationships = captain_relationships,
    .column_count = COUNT(captain_columns),
    .key_count = 1,
    .foreign_key_count = COUNT(captain_keys),
    .relationship_count = COUNT(captain_relationships),
};

static const calx_column ship_columns[] = { ID(struct ship), TEXT(struct ship, name, 0),
                                            NULLABLE(struct ship, captain_id) };
static const calx_foreign_key ship_keys[] = { KEY(captain, third_column, first_column) };
static const calx_relationship ship_relationships[] = {
    ONE(struct ship, captain, 0, captain, CALX_NO_INVERSE),
};

const calx_mapper ship_mapper = {
    .abi = CALX_MAPPER_ABI,
    .instance_size = sizeof(struct ship),
    .instance_alignment = _Alignof(struct ship),
    .name = "ship",
    .table = "ships",
    .columns = ship_columns,
    .key = first_column,
    .foreign_keys = ship_keys,
    .relationships = ship_relationships,
    .column_count = COUNT(ship_columns),
    .key_count = 1,
    .foreign_key_count = COUNT(ship_keys),
    .relationship_count = COUNT(ship_relationships),
};

static const calx_mapper *const graph_mappers[] = {
    &node_mapper,  &account_mapper, &transfer_mapper, &parcel_mapper,
    &label_mapper, &captain_mapper, &ship_mapper,
};

const calx_metadata graph_metadata = {
    .abi = CALX_MAPPER_ABI,
    .name = "graph",
    .mappers = graph_mappers,
    .mapper_count = COUNT(graph_mappers),
};
