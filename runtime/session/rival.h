/*
 * Rivals: when an instance comes to a one-to-one, who was there gives way.
 */
#ifndef CALX_SESSION_RIVAL_H
#define CALX_SESSION_RIVAL_H

#include "session/session.h"

/*
 * The links that are known to point at the target and give way when this one does. previous NULL:
 * the first one. NULL: no more.
 */
calx_link *calx_rival_next(const calx_link *link, const calx_instance *target,
                           const calx_link *previous);

/* Whether there may be others in the database only: the flush is to ask (SES-185). */
bool calx_rival_is_unknown(const calx_link *link, const calx_instance *target);

/* Whether the link is to be written, to a one-to-one of a stored owner. */
bool calx_rival_takes_place(const calx_link *link);

/* The one-to-ones of the link's target are known from now on: the link joins them. */
void calx_rival_seat(calx_link *link);

/*
 * Those who, in the database, are where a link that displaces came to, and not changed since: they
 * are loaded, and have links.
 */
calx_status calx_rival_select(calx_session *session, const calx_link *link,
                              calx_instances *out_rivals);

/* Loads them and lets go of them. */
calx_status calx_rival_displace(calx_session *session, calx_link *link);

/* The same for who came to a one-to-one of the owner, if that displaces anybody. */
calx_status calx_rival_settle(calx_session *session, const calx_instance *owner,
                              unsigned relationship);

#endif
