/*
 * States changed by hand (SES-059, 060): instances that forget where they came from, or are told.
 */
#include "session/session.h"

#include "base/error.h"
#include "mapper/column.h"
