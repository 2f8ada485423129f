#ifndef MODELS_H
#define MODELS_H

#include <calx/annotate.h>

enum role { ROLE_GUEST, ROLE_MEMBER, ROLE_ADMIN };
struct address;

/** Someone who can log in. */
struct CALX_ENTITY("users") user {
    int64_t             id        CALX_PRIMARY_KEY;
    const char         *name      CALX_NOT_NULL CALX_LENGTH(30) CALX_UNIQUE;
    const char         *fullname;                       /* text is nullable unless said otherwise */
    calx_nullable_int32 age       CALX_CHECK("age >= 0");
    enum role           role      CALX_DEFAULT("0");
    calx_timestamp      created   CALX_SERVER_DEFAULT("CURRENT_TIMESTAMP");
    int32_t             revision  CALX_VERSION_COLUMN;   /* optimistic locking */
    CALX_MANY(struct address) addresses CALX_INVERSE(user) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("addresses") CALX_INDEX(by_email, email) address {
    int64_t     id       CALX_PRIMARY_KEY;
    const char *email    CALX_NOT_NULL;
    int64_t     user_id  CALX_REFERENCES(user, id) CALX_ON_DELETE(cascade);
    CALX_ONE(struct user) user CALX_VIA(user_id);
};

#endif
