/*
 * The drivers that were built in. The only file that knows them by name; everywhere else a driver
 * is a table. The rule kept: a table is looked through once, here, so that nobody has to ask later
 * whether a required slot is there.
 */
#include "driver/driver.h"

#include "base/error.h"
#include "calx-drivers.h"

#include <string.h>

#if CALX_HAVE_POSTGRESQL
#include "driver/postgresql/postgresql.h"
#endif
#if CALX_HAVE_SQLITE
#include "driver/sqlite/sqlite.h"
#endif

static const calx_driver *const drivers[] = {
#if CALX_HAVE_SQLITE
    &calx_driver_sqlite,
#endif
#if CALX_HAVE_POSTGRESQL
    &calx_driver_postgresql,
#endif
};

enum { DRIVER_COUNT = sizeof(drivers) / sizeof(drivers[0]) };

/* What is missing in a table; NULL: nothing. */
static const char *missing_slot(const calx_driver *driver)
{
    const struct {
        bool there;
        const char *name;
    } slots[] = {
        { driver->dialect != NULL, "dialect" },
        { driver->configure != NULL, "configure" },
        { driver->config_free != NULL, "config_free" },
        { driver->connect != NULL, "connect" },
        { driver->close != NULL, "close" },
        { driver->clean != NULL, "clean" },
        { driver->control != NULL, "control" },
        { driver->prepare != NULL, "prepare" },
        { driver->finalize != NULL, "finalize" },
        { driver->execute != NULL, "execute" },
        { driver->next != NULL, "next" },
        { driver->read != NULL, "read" },
        { driver->read_from != NULL, "read_from" },
        { driver->reset != NULL, "reset" },
        { driver->column_count != NULL, "column_count" },
        { driver->column_name != NULL, "column_name" },
        { driver->changes != NULL, "changes" },
        { driver->last_key != NULL, "last_key" },
        { driver->dialect == NULL || !driver->dialect->batches_rows || driver->execute_rows != NULL,
          "execute_rows" },
        { driver->dialect == NULL || !driver->dialect->batches_rows || driver->execute_keys != NULL,
          "execute_keys" },
        { driver->dialect == NULL || driver->dialect->copy_from == NULL ||
              driver->copy_rows != NULL,
          "copy_rows" },
        { driver->adopt != NULL, "adopt" },
        { driver->execute_many != NULL, "execute_many" },
        { driver->run_script != NULL, "run_script" },
        { (driver->copy_in == NULL) == (driver->copy_out == NULL), "copy_in or copy_out" },
        { driver->listen == NULL || driver->notification != NULL, "notification" },
        { driver->listen == NULL || driver->hush != NULL, "hush" },
        { driver->two_phase == NULL || driver->waiting_sql != NULL, "waiting_sql" },
        { driver->two_phase == NULL || driver->place_sql != NULL, "place_sql" },
        { driver->two_phase == NULL || driver->fate_sql != NULL, "fate_sql" },
    };
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (!slots[i].there)
            return slots[i].name;
    }
    return NULL;
}

calx_status calx_driver_check(const calx_driver *driver, calx_error *error)
{
    if (driver->api_version != CALX_DRIVER_API)
        return calx_error_set(error, CALX_E_INTERNAL,
                              "a driver was made for version %u of the driver contract, this is %d",
                              driver->api_version, CALX_DRIVER_API);
    if (driver->name == NULL || driver->name[0] == '\0')
        return calx_error_set(error, CALX_E_INTERNAL, "a driver has no name");
    const char *missing = missing_slot(driver);
    if (missing != NULL)
        return calx_error_set(error, CALX_E_INTERNAL, "the driver %s lacks the required slot %s",
                              driver->name, missing);
    return CALX_OK;
}

/* libpq's two spellings are one scheme (ENG-003). */
static const char *scheme_of(const calx_url *url)
{
    return strcmp(url->scheme, "postgres") == 0 ? "postgresql" : url->scheme;
}

static bool is_named(const calx_driver *driver, const calx_url *url)
{
    return strcmp(driver->name, scheme_of(url)) == 0 &&
           (url->driver == NULL || strcmp(driver->name, url->driver) == 0);
}

calx_status calx_driver_find(const calx_url *url, const calx_driver **out_driver, calx_error *error)
{
    for (size_t i = 0; i < DRIVER_COUNT; i++) {
        if (!is_named(drivers[i], url))
            continue;
        calx_status status = calx_driver_check(drivers[i], error);
        if (status == CALX_OK)
            *out_driver = drivers[i];
        return status;
    }
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "no driver for the URL's scheme %s%s%s; this Calx was built with:%s%s",
                          url->scheme, url->driver != NULL ? "+" : "",
                          url->driver != NULL ? url->driver : "", CALX_HAVE_SQLITE ? " sqlite" : "",
                          CALX_HAVE_POSTGRESQL ? " postgresql" : "");
}
