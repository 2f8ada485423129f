/*
 * Names of the branches of a unit in two phases, and what they say to whoever finds them after a
 * crash: whose the unit is, which branch of how many this is, and the place of the first branch.
 *
 * The first branch decides. It is prepared before all others, so its place (a server, and a
 * transaction there) stands in every name; and the others are committed only after it was. So the
 * unit is committed when the first branch is, rolled back when that was rolled back, and undecided
 * as long as that waits; its server remembers which, long after the branch has gone, and answers
 * one of the three at any moment, whoever else is at work. A crash therefore leaves no question:
 *  - in the first phase: the first branch waits or was never prepared; rolling it back decides;
 *  - in the second phase, after its first step: it is committed, the others follow;
 *  - in a rollback: the first branch is rolled back before the others, which follow;
 *  - in a recovery: the same steps, taken again.
 * Two who end the first branch at a time cannot both have their will: the database lets one of them
 * and tells the other that there is no such transaction any more.
 */
#ifndef CALX_ENGINE_BRANCH_NAME_H
#define CALX_ENGINE_BRANCH_NAME_H

#include <calx/two_phase.h>

#include "base/buffer.h"

enum { CALX_OWNER_MOST = 64, CALX_PLACE_MOST = 80 };

/* What a name says. */
typedef struct calx_branch_name {
    char owner[CALX_OWNER_MOST + 1]; /* "": nobody's in particular */
    size_t branch;                   /* from 1 */
    size_t count;
    char place[CALX_PLACE_MOST + 1]; /* of the first branch */
} calx_branch_name;

/* Whether a unit may be of this owner. */
bool calx_branch_owner_fits(const char *owner);

/* Whether a driver gave what a name can hold. */
bool calx_branch_place_fits(const char *place);

/* Enough for any name that was made of what fits. */
void calx_branch_name_write(const calx_branch_name *name, char out[CALX_TWO_PHASE_NAME_MOST + 1]);

/* false: the name was made by somebody else, and *out is not written. */
bool calx_branch_name_read(const char *text, calx_branch_name *out);

#endif
