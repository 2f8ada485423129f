/* Which dependencies are met by what is installed. */
#ifndef PACKAGES_RESOLVE_H
#define PACKAGES_RESOLVE_H

#include <calx/session.h>

/* Sets is_met of every dependency that an installed package meets, virtual names counted in. */
calx_status resolve_dependencies(calx_session *session);

#endif
