/*
 * The version of the library in use, as against the one whose headers a program was compiled with.
 */
#include <calx/version.h>

const char *calx_version(void)
{
    return CALX_VERSION;
}
