/**
 * @file insert.h
 * INSERT statements beside the unit of work: rows of plain structs or of a select, what becomes of
 * rows that are there already, and the rows back as instances.
 *
 *     calx_insert *insert = calx_insert_new(session, &product_mapper);
 *     const calx_column_ref code[] = { product_col.code.ref };
 *     const calx_assignment price[] = {
 *         calx_assign(product_col.price, calx_excluded(product_col.price)),
 *     };
 *     calx_insert_rows(insert, rows, 100);
 *     calx_insert_on_conflict_update(insert, code, 1);
 *     calx_insert_set(insert, price, 1);
 *     status = calx_insert_all(insert, &products, &count);
 *
 * Nothing is sent before it is executed; then pending work is flushed first (SES-210). Building
 * keeps the first failure, which comes up again at the execution. Thread rule: that of the session.
 */
#ifndef CALX_INSERT_H
#define CALX_INSERT_H

#include <calx/assignment.h>
#include <calx/select.h>

CALX_BEGIN_DECLS

typedef struct calx_insert calx_insert;

/** NULL: no memory, or session or mapper is NULL. Owned by the caller: calx_insert_free(). */
CALX_API calx_insert *calx_insert_new(calx_session *session, const calx_mapper *mapper);

/** Takes NULL. Instances that were handed out stay the session's. */
CALX_API void calx_insert_free(calx_insert *insert);

/* ---- which rows ---- */

/**
 * An array of plain structs of the mapper, borrowed until the insert was executed. As in
 * calx_session_bulk_insert() a column that the database fills is left out where it is empty.
 */
CALX_API calx_status calx_insert_rows(calx_insert *insert, const void *rows, size_t count);

/**
 * The rows of a select, whose columns are these in their order; it cannot be changed any more.
 * CALX_E_ARGUMENT, also at the execution: there are more or fewer of them, or one does not take the
 * class of what is selected for it.
 */
CALX_API calx_status calx_insert_from_select(calx_insert *insert, const calx_column_ref *columns,
                                             size_t count, calx_select *select);

/* ---- rows that are there already ---- */

/** Those that agree in these columns, which have a unique index, are left as they are; none: in
 * any that has one. */
CALX_API calx_status calx_insert_on_conflict_nothing(calx_insert *insert,
                                                     const calx_column_ref *columns, size_t count);

/** Those are updated: calx_insert_set() says how. CALX_E_ARGUMENT: there are no columns. */
CALX_API calx_status calx_insert_on_conflict_update(calx_insert *insert,
                                                    const calx_column_ref *columns, size_t count);

/**
 * What such rows are set to. Columns are those of the row that is there. Texts are copied.
 * CALX_E_ARGUMENT: a column is set twice, is the key's, or does not take the class of its
 * expression; CALX_E_DATA: it does not hold the value, or the text is longer than it.
 */
CALX_API calx_status calx_insert_set(calx_insert *insert, const calx_assignment *assignments,
                                     size_t count);

/** Only rows of which this is true are updated; several conditions are joined by AND. */
CALX_API calx_status calx_insert_conflict_where(calx_insert *insert, calx_expression condition);

/** The alias of the row that was to be inserted. */
#define CALX_EXCLUDED 0xfffe

/** calx_excluded(handle): the column of the row that was to be inserted. */
#define calx_excluded(handle) calx_as(handle, calx_alias_of((handle).ref.mapper, CALX_EXCLUDED))

/* ---- running ---- */

/**
 * Runs it: nothing enters the session, and what is loaded stays as it is (SES-335).
 * @param out_count rows inserted and updated; or NULL
 * @return CALX_E_ARGUMENT there are no rows to insert, or it does not say what a conflict updates;
 *         CALX_E_UNIQUE and the like: as the database says. Many rows are several statements: when
 *         one behind the first fails, the transaction was rolled back as after a failed flush
 */
CALX_API calx_status calx_insert_execute(calx_insert *insert, int64_t *out_count);

/**
 * The same, and the rows that were inserted or updated back as persistent instances (SES-335), in
 * the database's order. One that is loaded already is brought up to date, its changes lost. The
 * array is borrowed until the insert runs again or is freed.
 */
CALX_API calx_status calx_insert_all(calx_insert *insert, const void *const **out_items,
                                     size_t *out_count);

CALX_END_DECLS

#endif
