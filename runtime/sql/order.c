/*
 * Where NULL stands in an order.
 */
#include <calx/expression.h>

calx_order calx_nulls_first(calx_order order)
{
    order.nulls = CALX_NULLS_FIRST;
    return order;
}

calx_order calx_nulls_last(calx_order order)
{
    order.nulls = CALX_NULLS_LAST;
    return order;
}
