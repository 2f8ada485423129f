/*
 * The two strategies that take one owner after the other: as if each were asked now (SES-314), and
 * as if there were nothing (SES-316).
 */
#include "session/follow.h"

#include "base/error.h"

calx_status calx_load_immediate(const calx_following *following)
{
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < following->count; i++)
        status = calx_relationship_load_under(following->session,
                                              calx_instance_trusted(following->owners[i]),
                                              following->relationship, following->under);
    return status;
}

calx_status calx_load_nothing(const calx_following *following)
{
    bool is_one = following->facts->kind == CALX_RELATIONSHIP_ONE;
    calx_status status = CALX_OK;
    for (size_t i = 0; status == CALX_OK && i < following->count; i++) {
        calx_instance *owner = calx_instance_trusted(following->owners[i]);
        status = is_one
                     ? calx_relationship_take_target(owner, following->facts->foreign_key, NULL)
                     : calx_relationship_take_collection(owner, following->relationship, NULL, 0);
    }
    return status;
}
