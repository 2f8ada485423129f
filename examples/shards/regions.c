/*
 * A routing hook: rows of products are in one SQLite file, all others in the PostgreSQL database of
 * the region that a session works for.
 */
#include "models.calx.h"
#include "need.h"

#include <inttypes.h>
#include <stdio.h>

/* What the hook of a session knows. */
typedef struct region {
    const char *name;
    calx_engine *home;
    calx_engine *catalogue;
} region;

static calx_status choose(void *context, calx_session *session, const calx_bind_request *request,
                          calx_engine **out_engine)
{
    const region *self = context;
    (void)session;
    *out_engine = request->mapper == &product_mapper ? self->catalogue : self->home;
    return CALX_OK;
}

static calx_session *open_session(region *self)
{
    calx_session_options options = CALX_SESSION_OPTIONS_INIT;
    calx_session *session = NULL;
    calx_error error = CALX_ERROR_INIT;
    options.route = choose;
    options.route_context = self;
    need(calx_session_new(&options, &session, &error), &error);
    return session;
}

static void add_customer(calx_session *session, const char *name, const char *city)
{
    struct customer *customer = customer_new();
    need_memory(customer);
    customer->name = name;
    customer->city = city;
    need_session(customer_add(session, customer), session);
}

static void add_product(calx_session *session, const char *name, int64_t cents)
{
    struct product *product = product_new();
    need_memory(product);
    product->name = name;
    product->cents = cents;
    need_session(product_add(session, product), session);
}

static calx_status print_customer(void *context, const struct customer *customer)
{
    printf("%s | %s, %s\n", (const char *)context, customer->name, customer->city);
    return CALX_OK;
}

static calx_status print_product(void *context, const struct product *product)
{
    printf("%s | sells %s at %" PRId64 " cents\n", (const char *)context, product->name,
           product->cents);
    return CALX_OK;
}

/* The same two queries for each region. */
static void report(region *self)
{
    calx_session *session = open_session(self);
    customer_query *customers = customer_query_new(session);
    product_query *products = product_query_new(session);
    need_session(customer_query_order_by(customers, calx_asc(customer_col.id)), session);
    need_session(customer_query_each(customers, print_customer, (void *)self->name), session);
    need_session(product_query_order_by(products, calx_asc(product_col.id)), session);
    need_session(product_query_each(products, print_product, (void *)self->name), session);
    customer_query_free(customers);
    product_query_free(products);
    calx_session_free(session);
}

void show_regions(calx_engine *north, calx_engine *south, calx_engine *catalogue)
{
    region regions[] = { { "north", north, catalogue }, { "south", south, catalogue } };
    calx_session *session = open_session(&regions[0]);
    add_customer(session, "Ada", "Oslo");
    add_customer(session, "Bo", "Turku");
    add_product(session, "lamp", 1990); /* one flush, two databases */
    add_product(session, "rope", 250);
    need_session(calx_session_commit(session), session);
    calx_session_free(session);
    session = open_session(&regions[1]);
    add_customer(session, "Chen", "Lagos");
    need_session(calx_session_commit(session), session);
    calx_session_free(session);
    for (int i = 0; i < 2; i++)
        report(&regions[i]);
}
