/*
 * Bills whose lines are numbered by the application: the key of a line has that of its bill in it,
 * and the key of a discount that of its line, so that both come by their keys over relationships.
 */
#ifndef TESTS_RUNTIME_BILL_MODEL_H
#define TESTS_RUNTIME_BILL_MODEL_H

#include <calx/annotate.h>

struct line;
struct discount;
struct receipt;

/* Its key is the application's. */
struct CALX_ENTITY("bills") bill {
    const char *number CALX_PRIMARY_KEY;
    const char *text;
    CALX_MANY(struct line) lines CALX_INVERSE(bill) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("lines") line {
    const char *bill_number CALX_PRIMARY_KEY CALX_REFERENCES(bill, number);
    int32_t position CALX_PRIMARY_KEY;
    const char *article;
    const char *remark;
    CALX_ONE(struct bill) bill CALX_VIA(bill_number) CALX_INVERSE(lines);
    CALX_MANY(struct discount) discounts CALX_INVERSE(line) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("discounts") discount {
    const char *bill_number CALX_PRIMARY_KEY CALX_REFERENCES(line, bill_number);
    int32_t position CALX_PRIMARY_KEY CALX_REFERENCES(line, position);
    int32_t number CALX_PRIMARY_KEY;
    int64_t cents;
    CALX_ONE(struct line)
    line CALX_VIA(bill_number, position) CALX_INVERSE(discounts);
};

/* Its key is the database's. */
struct CALX_ENTITY("tills") till {
    int64_t id CALX_PRIMARY_KEY;
    CALX_MANY(struct receipt) receipts CALX_INVERSE(till) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("receipts") receipt {
    int64_t till_id CALX_PRIMARY_KEY CALX_REFERENCES(till, id);
    int32_t day CALX_PRIMARY_KEY;
    int64_t cents;
    CALX_ONE(struct till) till CALX_VIA(till_id) CALX_INVERSE(receipts);
};

#endif
