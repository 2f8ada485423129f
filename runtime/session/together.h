/*
 * Rows of one kind go to the database together where it takes them so; elsewhere, and where they
 * do not fit, one by one. What is to be known of an INSERT, UPDATE or DELETE for that is told by
 * insert.c, update.c and delete.c.
 */
#ifndef CALX_SESSION_TOGETHER_H
#define CALX_SESSION_TOGETHER_H

#include "session/write.h"

/* Whether a row that was made ready can go with others. */
typedef enum calx_togetherness {
    CALX_TOGETHER_YES,
    CALX_TOGETHER_NO,     /* it needs a statement of its own */
    CALX_TOGETHER_NOTHING /* there is nothing to send */
} calx_togetherness;

typedef struct calx_together {
    calx_plan_kind kind;              /* of the statement for many */
    const char *doing;                /* for messages */
    calx_session_event before, after; /* what listeners hear of each row */

    /*
     * All that is done before a row is sent: the batch row has its values in entity->row and their
     * count in width, entity->columns is their set. Can be done again, also after a failure.
     */
    calx_status (*prepare)(calx_writer *writer, calx_batch_row *row, calx_togetherness *out);
    /* All rows of the batch were sent: takes note of it, and says of whom a failure is. */
    calx_status (*note)(calx_writer *writer);
    /* One row, from the beginning to the end. */
    calx_writer_one alone;
} calx_together;

extern const calx_together calx_together_inserts;
extern const calx_together calx_together_updates;
extern const calx_together calx_together_deletes;
/* UPDATEs of rows that are updated once more: places that others take, to NULL (SES-185). */
extern const calx_together calx_together_vacates;
/* UPDATEs of rows that are deleted later: their references of post_update to NULL (SES-198). */
extern const calx_together calx_together_releases;

/*
 * Sends all of them in their order. A batch that fails has changed nothing: its rows go one by one
 * then, so that the one that is wrong is found and named.
 */
calx_status calx_together_send(calx_writer *writer, const calx_instances *instances,
                               const calx_together *kind);

/*
 * Sends the writer's batch, not empty, in one statement. A failure has changed nothing; with
 * *out_singly what is wrong with one row may show when each goes by itself.
 */
calx_status calx_together_execute(calx_writer *writer, calx_plan_kind kind, bool *out_singly);

/* The same for some rows of it, by the statement that is open. */
calx_status calx_together_execute_some(calx_writer *writer, size_t first, size_t count);

/* Whether the failure of a statement for many is undone, and may be that of one row. */
bool calx_together_may_go_singly(const calx_error *error);

#endif
