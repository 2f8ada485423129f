/* Money that leaves one database and arrives in another. */
#ifndef TESTS_INTEGRATION_TRANSFER_H
#define TESTS_INTEGRATION_TRANSFER_H

#include <calx/annotate.h>

struct CALX_ENTITY("debits") debit {
    int64_t id CALX_PRIMARY_KEY;
    int32_t amount;
};

struct CALX_ENTITY("credits") credit {
    int64_t id CALX_PRIMARY_KEY;
    int32_t amount;
};

#endif
