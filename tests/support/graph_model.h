/*
 * Mapper tables written by hand for what points at what: a tree over one table, two foreign keys to
 * one table, a foreign key of two columns, and two tables that point at each other.
 */
#ifndef TESTS_SUPPORT_GRAPH_MODEL_H
#define TESTS_SUPPORT_GRAPH_MODEL_H

#include <calx/annotate.h>
#include <calx/mapper.h>

struct node;
struct transfer;
struct label;
struct ship;

/* A tree. Children stay when their parent goes. */
struct CALX_ENTITY("nodes") node {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int64 parent_id CALX_REFERENCES(node, id);
    CALX_ONE(struct node) parent CALX_VIA(parent_id) CALX_INVERSE(children);
    CALX_MANY(struct node) children CALX_VIA(parent_id) CALX_INVERSE(parent);
};

struct CALX_ENTITY("accounts") account {
    int64_t id CALX_PRIMARY_KEY;
    const char *owner;
    CALX_MANY(struct transfer) outgoing CALX_VIA(from_id) CALX_INVERSE(from);
};

/* Two foreign keys to one table; the second one has no other side. */
struct CALX_ENTITY("transfers") transfer {
    int64_t id CALX_PRIMARY_KEY;
    int64_t from_id CALX_REFERENCES(account, id);
    int64_t to_id CALX_REFERENCES(account, id);
    CALX_ONE(struct account) from CALX_VIA(from_id) CALX_INVERSE(outgoing);
    CALX_ONE(struct account) to CALX_VIA(to_id);
};

/* A key of two columns, which the application makes; labels are found from this side only. */
struct CALX_ENTITY("parcels") parcel {
    const char *country CALX_PRIMARY_KEY;
    int64_t number CALX_PRIMARY_KEY;
    CALX_MANY(struct label) labels;
};

struct CALX_ENTITY("labels") label {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    calx_nullable_int64 number;
    const char *country;
    CALX_ONE(struct parcel) parcel CALX_VIA(country, number);
};

/* A ship has a captain, a captain has a ship; either can be without. */
struct CALX_ENTITY("captains") captain {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int64 ship_id CALX_REFERENCES(ship, id);
    CALX_ONE(struct ship) ship CALX_VIA(ship_id);
};

struct CALX_ENTITY("ships") ship {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int64 captain_id CALX_REFERENCES(captain, id);
    CALX_ONE(struct captain) captain CALX_VIA(captain_id);
};

extern const calx_mapper node_mapper;
extern const calx_mapper account_mapper;
extern const calx_mapper transfer_mapper;
extern const calx_mapper parcel_mapper;
extern const calx_mapper label_mapper;
extern const calx_mapper captain_mapper;
extern const calx_mapper ship_mapper;
extern const calx_metadata graph_metadata;

/* Positions in the relationship tables. */
enum { NODE_PARENT, NODE_CHILDREN };
enum { ACCOUNT_OUTGOING };
enum { TRANSFER_FROM, TRANSFER_TO };
enum { PARCEL_LABELS };
enum { LABEL_PARCEL };
enum { CAPTAIN_SHIP };
enum { SHIP_CAPTAIN };

#endif
