/* What somebody wants to know of the shop, as selects. */
#ifndef SHOP_QUERIES_H
#define SHOP_QUERIES_H

#include <calx/calx.h>

typedef struct question {
    const char *title;
    /* Mistakes in building come up when the select is executed. */
    void (*build)(calx_session *session, calx_select *select);
} question;

extern const question questions[];
extern const size_t question_count;

#endif
