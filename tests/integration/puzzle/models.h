/* Three small tables of everything that expressions are about, for queries made at random. */
#ifndef TESTS_INTEGRATION_PUZZLE_MODELS_H
#define TESTS_INTEGRATION_PUZZLE_MODELS_H

#include <calx/annotate.h>

struct item;
struct sale;

struct CALX_ENTITY("makers") maker {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int32 rank;
    calx_nullable_bool open;
    calx_nullable_double weight;
    calx_nullable_timestamp since;
    CALX_MANY(struct item) items CALX_INVERSE(maker);
};

struct CALX_ENTITY("items") item {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 maker_id CALX_REFERENCES(maker, id);
    const char *label CALX_NOT_NULL;
    const char *note;
    calx_nullable_double price;
    double size;
    calx_nullable_int16 stock;
    bool sold;
    CALX_ONE(struct maker) maker CALX_VIA(maker_id);
    CALX_MANY(struct sale) sales CALX_INVERSE(item) CALX_CASCADE(all);
};

struct CALX_ENTITY("sales") sale {
    int64_t id CALX_PRIMARY_KEY;
    int64_t item_id CALX_REFERENCES(item, id);
    int32_t amount;
    calx_nullable_int64 cents;
    const char *buyer;
    calx_nullable_timestamp moment;
    CALX_ONE(struct item) item CALX_VIA(item_id);
};

#endif
