#ifndef INVOICE_H
#define INVOICE_H

#include "base/customer.h"

/** Refers to a struct that another run of calx-gen maps. */
struct CALX_ENTITY("invoices") invoice {
    int64_t id CALX_PRIMARY_KEY;
    int64_t customer_id CALX_REFERENCES(customer, id) CALX_ON_DELETE(restrict);
    CALX_ONE(struct customer) customer;
};

#endif
