/*
 * The members of collections, as rows bring them: owner after owner, or in any order. What is
 * gathered is put in place an owner at a time, when all of it is there; so a failure leaves the
 * collections that were not complete as they were.
 */
#ifndef CALX_SESSION_GATHERING_H
#define CALX_SESSION_GATHERING_H

#include "base/arena.h"
#include "session/session.h"

typedef struct calx_gathered calx_gathered; /* what one owner has so far */

typedef struct calx_gathering {
    calx_session *session;
    unsigned relationship; /* its number */
    bool scattered;        /* rows of an owner, or those of a member, may come apart */
    calx_instance *owner;  /* whose members come now; NULL: nobody's */
    bool skipped;          /* they are known: what is there stays (SES-317) */
    calx_instance **items; /* of the owner; of each in turn when they are put in place */
    size_t count, capacity;
    calx_gathered *present; /* of a scattered one: the owner's */
    calx_gathered *first, *last;
    calx_map owners, members; /* of scattered ones: by instance; by owner and instance */
    calx_arena arena;
} calx_gathering;

void calx_gathering_init(calx_gathering *gathering, calx_session *session, unsigned relationship,
                         bool scattered);

/* Forgets what was not put in place. */
void calx_gathering_clear(calx_gathering *gathering);

/* The members from now on are this owner's, which may have none. Errors are the session's. */
calx_status calx_gathering_owner(calx_gathering *gathering, calx_instance *owner);

/* A member of the present owner; one that is there already stays once. */
calx_status calx_gathering_add(calx_gathering *gathering, calx_instance *item);

/* All rows were read: the rest is put in place. */
calx_status calx_gathering_end(calx_gathering *gathering);

#endif
