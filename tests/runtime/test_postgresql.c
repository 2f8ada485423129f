/*
 * The PostgreSQL driver: what only a server can show.
 */
#include "support/harness.h"

static void placeholder(void **state)
{
    (void)state;
    assert_non_null(calx_test_url());
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(placeholder) };
    return CALX_RUN("postgresql", tests);
}
