/* What main() and its parts share: the parts themselves, and how they give up. */
#ifndef SHARDS_NEED_H
#define SHARDS_NEED_H

#include <calx/calx.h>

/* Ends the program unless the call succeeded, with the words of what failed. */
void need(calx_status status, const calx_error *error);
void need_session(calx_status status, const calx_session *session);

/* Ends the program unless there was memory for it. */
void need_memory(const void *made);

/* Rows by region, and one file for all regions. */
void show_regions(calx_engine *north, calx_engine *south, calx_engine *catalogue);

/* Reads from a replica, and yet what this session wrote. */
void show_replica(calx_engine *primary, calx_engine *replica);

#endif
