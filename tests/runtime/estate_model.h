/*
 * Owners of several kinds: two that both must be there, a many-to-one that deletes what it lets go
 * of, members with one owner at most, and several relationships between the same two tables, some
 * of them views.
 */
#ifndef TESTS_RUNTIME_ESTATE_MODEL_H
#define TESTS_RUNTIME_ESTATE_MODEL_H

#include <calx/annotate.h>

struct bulb;
struct lamp;

struct book;
struct contract;
struct paper;
struct part;

struct CALX_ENTITY("firms") firm {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    CALX_MANY(struct contract)
    bought CALX_VIA(buyer_id) CALX_INVERSE(buyer) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct contract)
    sold CALX_VIA(seller_id) CALX_INVERSE(seller) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct paper)
    signed_papers CALX_VIA(signer_id) CALX_INVERSE(signer) CALX_CASCADE(all, delete_orphan);
    CALX_MANY(struct paper)
    kept CALX_VIA(keeper_id) CALX_INVERSE(keeper) CALX_CASCADE(all, delete_orphan);
};

/* An orphan when either firm is missing. */
struct CALX_ENTITY("contracts") contract {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 buyer_id CALX_REFERENCES(firm, id);
    calx_nullable_int64 seller_id CALX_REFERENCES(firm, id);
    CALX_ONE(struct firm) buyer CALX_VIA(buyer_id) CALX_INVERSE(bought);
    CALX_ONE(struct firm) seller CALX_VIA(seller_id) CALX_INVERSE(sold);
};

/* An orphan when both are. */
struct CALX_ENTITY("papers") CALX_LEGACY_IS_ORPHAN paper {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 signer_id CALX_REFERENCES(firm, id);
    calx_nullable_int64 keeper_id CALX_REFERENCES(firm, id);
    CALX_ONE(struct firm) signer CALX_VIA(signer_id) CALX_INVERSE(signed_papers);
    CALX_ONE(struct firm) keeper CALX_VIA(keeper_id) CALX_INVERSE(kept);
};

/* A car has a motor of its own, or none. */
struct CALX_ENTITY("motors") motor {
    int64_t id CALX_PRIMARY_KEY;
    CALX_ONE(struct car) car CALX_INVERSE(motor);
    CALX_MANY(struct part) parts CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("cars") car {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 motor_id CALX_REFERENCES(motor, id);
    CALX_ONE(struct motor)
    motor CALX_VIA(motor_id) CALX_INVERSE(car) CALX_CASCADE(all, delete_orphan) CALX_SINGLE_PARENT;
};

struct CALX_ENTITY("parts") part {
    int64_t id CALX_PRIMARY_KEY;
    int64_t motor_id CALX_REFERENCES(motor, id);
    CALX_ONE(struct motor) motor CALX_VIA(motor_id);
};

struct CALX_ENTITY("shelves") shelf {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct book)
    books CALX_VIA(shelf_id) CALX_INVERSE(shelf) CALX_ORDER_BY(position, id desc);
    CALX_MANY(struct book)
    by_title CALX_VIA(shelf_id) CALX_VIEW_ONLY CALX_ORDER_BY(title)
        CALX_CASCADE(all, delete_orphan);
    CALX_ONE(struct book) best CALX_VIA(shelf_id) CALX_VIEW_ONLY;
    CALX_MANY(struct book) lent CALX_VIA(lender_id) CALX_INVERSE(lender);
};

struct CALX_ENTITY("books") book {
    int64_t id CALX_PRIMARY_KEY;
    const char *title;
    int32_t position;
    calx_nullable_int64 shelf_id CALX_REFERENCES(shelf, id);
    calx_nullable_int64 lender_id CALX_REFERENCES(shelf, id);
    CALX_ONE(struct shelf) shelf CALX_VIA(shelf_id) CALX_INVERSE(books);
    CALX_ONE(struct shelf) lender CALX_VIA(lender_id) CALX_INVERSE(lent);
    CALX_ONE(struct shelf) place CALX_VIA(shelf_id) CALX_VIEW_ONLY;
};

/* An orphan when no room, no yard and no crate has it. */
struct CALX_ENTITY("lamps") CALX_LEGACY_IS_ORPHAN lamp {
    int64_t id CALX_PRIMARY_KEY;
};

struct CALX_ENTITY("rooms") room {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 lamp_id CALX_REFERENCES(lamp, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct lamp)
    lamp CALX_VIA(lamp_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("yards") yard {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 lamp_id CALX_REFERENCES(lamp, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct lamp)
    lamp CALX_VIA(lamp_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("crates") crate {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct lamp)
    lamps CALX_SECONDARY("crate_lamps") CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

/* An orphan when any of what has one lets go of it. */
struct CALX_ENTITY("bulbs") bulb {
    int64_t id CALX_PRIMARY_KEY;
};

struct CALX_ENTITY("halls") hall {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 bulb_id CALX_REFERENCES(bulb, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct bulb)
    bulb CALX_VIA(bulb_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("stairs") stair {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 bulb_id CALX_REFERENCES(bulb, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct bulb)
    bulb CALX_VIA(bulb_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("attics") attic {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 bulb_id CALX_REFERENCES(bulb, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct bulb)
    bulb CALX_VIA(bulb_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("cellars") cellar {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 bulb_id CALX_REFERENCES(bulb, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct bulb)
    bulb CALX_VIA(bulb_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("porches") porch {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 bulb_id CALX_REFERENCES(bulb, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct bulb)
    bulb CALX_VIA(bulb_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("garages") garage {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 bulb_id CALX_REFERENCES(bulb, id) CALX_ON_DELETE(set_null);
    CALX_ONE(struct bulb)
    bulb CALX_VIA(bulb_id) CALX_SINGLE_PARENT CALX_CASCADE(all, delete_orphan);
};

#endif
