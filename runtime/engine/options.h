/*
 * The options of an engine: taking them from an application, and checking them.
 */
#ifndef CALX_ENGINE_OPTIONS_H
#define CALX_ENGINE_OPTIONS_H

#include <calx/engine.h>

#include "pool/pool.h"

/*
 * The defaults, overlaid with as much as the caller's header knew of (NULL: nothing). Texts are
 * borrowed. CALX_E_ARGUMENT names every option that is out of range (ENG-033); CALX_E_NOMEM.
 */
calx_status calx_engine_options_take(const calx_engine_options *options, calx_engine_options *out,
                                     calx_error *error);

/* Names every option that was given and that this kind of pool lacks (ENG-032). */
calx_status calx_engine_options_fit(const calx_engine_options *options, calx_pool_kind kind,
                                    calx_error *error);

#endif
