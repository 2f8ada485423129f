/*
 * soak.h for a build without PostgreSQL: what needs a server is not asked for.
 */
#include "soak.h"

static bool not_here(void)
{
    soak_say("needs a build with PostgreSQL");
    return false;
}

bool soak_deadlines(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_dead(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_outage(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_forks(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_shutdown(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_failures(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_sharing(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_state(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_plans(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_cancels(const soak_size *size)
{
    (void)size;
    return not_here();
}

bool soak_readonly(const soak_size *size)
{
    (void)size;
    return not_here();
}
