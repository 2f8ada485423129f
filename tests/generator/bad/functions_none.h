// functions
#include <calx/api.h>

// expect: - CALX-E003 no function here is marked CALX_PUBLIC_METHOD
