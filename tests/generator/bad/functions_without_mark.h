// functions
#include <calx/api.h>
#include <calx/error.h>
typedef struct calx_session calx_session;
CALX_PUBLIC_METHOD calx_status calx_session_flush(calx_session *session);
CALX_API calx_status calx_session_forgotten(calx_session *session);
CALX_PUBLIC_METHOD CALX_NOT_SCOPED calx_status calx_session_both(calx_session *session);

// expect: 6:22 CALX-E070 calx_session_forgotten does not say whether it is forwarded
// note: - mark it CALX_PUBLIC_METHOD, or CALX_NOT_SCOPED when each session is to be asked itself
// expect: 7:48 CALX-E070 calx_session_both is marked both CALX_PUBLIC_METHOD and CALX_NOT_SCOPED
