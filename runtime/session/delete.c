/*
 * DELETEs: by the key as it was loaded (SES-181). A row that is gone already is a warning, unless
 * its version says that somebody changed it (SES-341, 344).
 */
#include "session/version.h"

#include "base/error.h"

calx_status calx_delete_row(calx_writer *writer, calx_instance *instance)
{
    size_t count = 0;
    int64_t changes = 0;
    calx_status status = calx_version_meet(writer, instance);
    if (status == CALX_OK)
        status = calx_writer_bind_where(writer, instance, &count);
    if (status == CALX_OK)
        status = calx_writer_open(writer, CALX_PLAN_DELETE, NULL);
    if (status == CALX_OK)
        status = calx_writer_run(writer, count, &changes);
    if (status == CALX_OK && changes == 0 && writer->entity->version >= 0)
        status = calx_version_missed(writer, instance);
    if (status != CALX_OK)
        return calx_writer_blame(writer, instance, "deleting");
    if (changes == 0)
        calx_session_warn(writer->session, "DELETE FROM %s matched no row: it was gone already",
                          instance->mapper->table);
    return CALX_OK;
}
