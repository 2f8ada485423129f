/*
 * The writer: one flush under way, and what sending a row of any kind needs.
 *
 *   flush.c        the order and life of a flush     settle.c      what it leaves behind
 *   write.c        statements and values             insert.c, update.c, delete.c  the rows
 *   foreign_key.c  keys of what is pointed at        version.c     what a version column needs
 *   vacate.c       places that are left first
 *   together.c     rows that go together             bulk.h      plain rows
 *   association.c  rows of a many-to-many            association_send.c  sending them
 */
#ifndef CALX_SESSION_WRITE_H
#define CALX_SESSION_WRITE_H

#include "session/batch.h"
#include "session/bind.h"
#include "session/work.h"

/* The statement of the last row is kept open for the next one like it. */
typedef struct calx_writer {
    calx_session *session;
    const calx_work *work; /* NULL: it is no flush */
    calx_entity *entity;   /* of the row in hand; its scratch is the writer's */
    calx_cursor *cursor;
    const calx_plan *plan; /* of cursor */
    bool has_row;          /* the cursor is on one */
    calx_batch batch;      /* rows gathered to go together */
} calx_writer;

/* Where the rows of the entity in hand go. */
static inline calx_branch *calx_writer_branch(const calx_writer *writer)
{
    return writer->session->chooses ? writer->entity->branch : &writer->session->branch;
}

static inline calx_engine *calx_writer_engine(const calx_writer *writer)
{
    return calx_writer_branch(writer)->engine;
}

/* Moves the connection's error to the session and answers its status. */
static inline calx_status calx_writer_take_error(const calx_writer *writer)
{
    return calx_branch_take_error(writer->session, calx_writer_branch(writer));
}

/* ---- write.c; each failure is in the session's error ---- */

/* The cursor is one of this statement from now on. columns: the plan's set, or NULL. */
calx_status calx_writer_open(calx_writer *writer, calx_plan_kind kind, const uint64_t *columns);

/* The same of any plan; its sets but the columns are the same for all of a cursor's. */
calx_status calx_writer_open_plan(calx_writer *writer, const calx_plan_key *key);

/* Runs it with the first count values of entity->row. out_changes may be NULL. */
calx_status calx_writer_run(calx_writer *writer, size_t count, int64_t *out_changes);

/* The same for a statement whose first parameters are the columns of entity->columns. */
calx_status calx_writer_run_columns(calx_writer *writer, size_t count, int64_t *out_changes);

/* The same for one row after the other, as the source gives their values. */
calx_status calx_writer_run_each(calx_writer *writer, calx_cursor_source source, void *context);

/* Puts the row's name in front of what went wrong; answers the status of it. */
calx_status calx_writer_blame(calx_writer *writer, const calx_instance *instance,
                              const char *doing);

/*
 * The values a struct has in a set of columns, ascending, into entity->row from *count on.
 * CALX_E_DATA: a text too long for its column.
 */
calx_status calx_writer_bind_columns(calx_writer *writer, const void *struct_,
                                     const uint64_t *columns, size_t *count);

/* Which row: the key and the version that the struct has as it is stored. */
calx_status calx_writer_bind_where(calx_writer *writer, const void *stored, size_t *count);

/*
 * The columns an INSERT of the struct has values for, into entity->columns: all but those the
 * database fills and nobody gave a value. set: columns that were given one, empty or not; or NULL.
 */
void calx_writer_choose_inserted(calx_writer *writer, const void *struct_, const uint64_t *set);

/* The struct as it agreed with the database last. */
const void *calx_writer_stored(const calx_instance *instance);

typedef calx_status (*calx_writer_one)(calx_writer *writer, calx_instance *instance);

/* Makes the instance's entity the one in hand. */
calx_status calx_writer_take(calx_writer *writer, const calx_instance *instance);

/* One by one, until the first that fails. */
calx_status calx_writer_send(calx_writer *writer, const calx_instances *instances,
                             calx_writer_one one);

/* ---- insert.c ---- */

/* A new row is there: the key as the identity map knows it, and the values to compare with. */
calx_status calx_writer_note_row(calx_writer *writer, calx_instance *instance);

/* ---- foreign_key.c ---- */

/* The foreign keys whose links changed take the targets' values, or NULL. */
calx_status calx_writer_links(calx_session *session, calx_instance *instance);

/* ---- vacate.c ---- */

/* In front of a CALX_E_UNIQUE: the place is another row's that moves too, and cannot let go. */
void calx_writer_explain_place(calx_writer *writer, const calx_instance *instance);

/* ---- settle.c ---- */

/* Everything was sent: instances change their state. Cannot fail. */
void calx_session_settle(calx_session *session, const calx_work *work);

/* The row of one was deleted. It stays in the list of marked ones; its places are reserved. */
void calx_session_settle_deleted(calx_session *session, calx_instance *instance);

/* A live instance on the key that another row has taken cannot be that row (SES-082). */
void calx_session_displace(calx_session *session, const calx_key *key);

#endif
