// functions
#include <calx/api.h>
#include <calx/error.h>
typedef struct calx_session calx_session;
CALX_PUBLIC_METHOD int calx_session_count(calx_session *session);
CALX_PUBLIC_METHOD calx_status calx_session_first(int number, calx_session *session);
CALX_PUBLIC_METHOD calx_status calx_session_none(void);
CALX_PUBLIC_METHOD calx_status calx_session_print(calx_session *session, const char *format, ...);
CALX_PUBLIC_METHOD calx_status calx_session_walk(calx_session *session, int (*callback)(int));
CALX_PUBLIC_METHOD calx_status calx_session_unnamed(calx_session *session, int);

// expect: 5:24 CALX-E071 calx_session_count is forwarded but returns int, not calx_status: it could not say that the session cannot be made
// expect: 6:32 CALX-E072 calx_session_first is forwarded but does not take a calx_session * first
// expect: 7:32 CALX-E072 calx_session_none is forwarded but does not take a calx_session * first
// expect: 8:32 CALX-E073 calx_session_print cannot be forwarded: what stands for `...` cannot be passed on
// expect: 9:32 CALX-E073 calx_session_walk cannot be forwarded: 'callback' is a function pointer without a typedef
// note: - give its type a name with a typedef
// expect: 10:32 CALX-E073 calx_session_unnamed cannot be forwarded: a parameter has no name
