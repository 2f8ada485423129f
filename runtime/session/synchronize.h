/*
 * What statements by criteria did to rows, done to the instances that are loaded (SES-135, 330,
 * 331). All of it comes after the statement; where it fails, which only missing memory makes it,
 * the transaction is rolled back as after a failed flush.
 */
#ifndef CALX_SESSION_SYNCHRONIZE_H
#define CALX_SESSION_SYNCHRONIZE_H

#include "session/session.h"

/* What an UPDATE set; sets of columns. */
typedef struct calx_synchronizing {
    calx_entity *entity;
    const uint64_t *given;      /* to values */
    const uint64_t *worked_out; /* to what only the database knows */
    const calx_value *values;   /* of the given ones, by column */
} calx_synchronizing;

/*
 * The row of a persistent instance was updated: given columns have their values and are clean, the
 * others are expired; what was never loaded, or is expired anyway, stays so.
 */
calx_status calx_synchronize_updated(calx_session *session, calx_instance *instance,
                                     const calx_synchronizing *change);

/* Perhaps it was: all these columns are expired. */
calx_status calx_synchronize_doubtful(calx_session *session, calx_instance *instance,
                                      const calx_synchronizing *change);

/* Perhaps it was deleted: all of it is expired. */
calx_status calx_synchronize_perhaps_deleted(calx_session *session, calx_instance *instance);

/*
 * entity->row is as a statement has just written it: the instance of it, made or brought up to
 * date, and expired again by a rollback.
 */
calx_status calx_synchronize_written(calx_session *session, calx_entity *entity,
                                     calx_instance **out_instance);

/* These rows were deleted. */
calx_status calx_synchronize_deleted(calx_session *session, const calx_instances *instances);

#endif
