/*
 * References that are written apart from their rows (SES-198): of a relationship with post_update.
 * A row that points at one which is not there yet is inserted with the key NULL and updated when
 * all rows are there; one that is deleted together with what it points at is updated to NULL
 * before. So such references never make a circle, and other rows are not touched.
 */
#include "session/work.h"

#include "base/error.h"
#include "session/reference.h"

static bool is_apart(const calx_session *session, const calx_instance *instance, calx_needed target)
{
    for (size_t i = 0; i < instance->mapper->foreign_key_count; i++)
        if (calx_reference_is_post_updated(session, instance->mapper, i) &&
            target(session, instance, i) != NULL)
            return true;
    return false;
}

static calx_status gather(const calx_work *work, const calx_instances *rows, calx_needed target,
                          calx_instances *out)
{
    for (size_t i = 0; i < rows->count; i++)
        if (is_apart(work->session, rows->items[i], target) &&
            calx_instances_push(out, rows->items[i]) != CALX_OK)
            return calx_error_set_nomem(&work->session->error);
    return CALX_OK;
}

/* Deletes that need nothing of each other are in the order of kinds and keys, which stays so. */
calx_status calx_work_gather_apart(calx_work *work)
{
    if ((work->session->relationship_flags & CALX_RELATIONSHIP_POST_UPDATE) == 0)
        return CALX_OK;
    calx_status status = gather(work, &work->inserts, calx_work_new_target, &work->apart);
    return status == CALX_OK ? gather(work, &work->deletes, calx_work_old_target, &work->released)
                             : status;
}
