/*
 * Relationships of instances that are not stored, read from the database: of a pending one whose
 * relationship says so, or whose session was told so, and references of one in no session, to which
 * a session lends itself (SES-065, 302). Only what the application reads is loaded; flushes and
 * cascades take what is in memory.
 */
#ifndef CALX_SESSION_LEND_H
#define CALX_SESSION_LEND_H

#include "session/session.h"

/* The session that loads a relationship of an instance that is not stored; NULL: none does. */
calx_session *calx_lender_of(const calx_instance *instance, unsigned relationship);

/* Whether that was not done yet, and nothing was put there instead. */
bool calx_lender_is_awaited(const calx_instance *instance, unsigned relationship);

/* Loads it, without a flush before. What has an empty key leads nowhere and takes no statement. */
calx_status calx_lender_load(calx_session *lender, calx_instance *instance, unsigned relationship);

/* The instance goes; its links' rest, or NULL. */
void calx_loan_end(calx_links_rest *rest);

/* The same for one that comes into a session, unless it is the lender. */
void calx_loan_settle(const calx_session *session, calx_links_rest *rest);

/* The session's contents go. */
void calx_loans_end(calx_session *session);

#endif
