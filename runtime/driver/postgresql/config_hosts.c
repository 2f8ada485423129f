/*
 * Where a PostgreSQL server is: the host and port of the URL, or lists of them in any of three
 * spellings, as the two lists libpq takes. The rule kept: lists that contradict each other are
 * refused when the engine is made (ENG-025).
 */
#include "driver/postgresql/postgresql.h"

#include "base/buffer.h"
#include "base/error.h"
#include "driver/hosts.h"

#include <string.h>

static size_t count_key(const calx_url *url, const char *key)
{
    size_t count = 0;
    for (size_t i = 0; i < url->parameter_count; i++)
        count += strcmp(url->parameters[i].key, key) == 0;
    return count;
}

static size_t count_items(const char *list)
{
    size_t count = 1;
    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

/* Numbers from 1 to 65535 or nothing, with commas between. */
static bool is_port_list(const char *list)
{
    const char *item = list;
    while (*item != '\0') {
        long port = 0;
        const char *digit = item;
        while (*digit >= '0' && *digit <= '9' && port <= 65535)
            port = port * 10 + (*digit++ - '0');
        bool good = digit == item || (port > 0 && port <= 65535);
        item = digit;
        if (!good || (*item != ',' && *item != '\0'))
            return false;
        item += *item == ',';
    }
    return true;
}

/* The two lists libpq takes, while they grow. */
typedef struct host_lists {
    calx_buffer hosts;
    calx_buffer ports;
    size_t count;
    bool has_ports;
} host_lists;

static void add_host(host_lists *lists, const calx_host *host)
{
    const char *separator = lists->count++ > 0 ? "," : "";
    calx_buffer_put(&lists->hosts, separator);
    calx_buffer_put_n(&lists->hosts, host->name, host->size);
    calx_buffer_put(&lists->ports, separator);
    if (host->port != 0)
        calx_buffer_uint(&lists->ports, host->port);
    lists->has_ports = lists->has_ports || host->port != 0;
}

static calx_status put_host_lists(calx_postgresql_config *config, host_lists *lists,
                                  calx_error *error)
{
    calx_status status = CALX_OK;
    if (lists->hosts.status != CALX_OK || lists->ports.status != CALX_OK)
        status = calx_error_set_nomem(error);
    if (status == CALX_OK)
        status = calx_postgresql_put(config, "host", calx_buffer_text(&lists->hosts), error);
    if (status == CALX_OK && lists->has_ports)
        status = calx_postgresql_put(config, "port", calx_buffer_text(&lists->ports), error);
    calx_buffer_clear(&lists->hosts);
    calx_buffer_clear(&lists->ports);
    return status;
}

static calx_status fail_mixed(calx_error *error)
{
    return calx_error_set(error, CALX_E_ARGUMENT,
                          "the URL mixes two ways to list hosts: write host=a:1&host=b:2, or "
                          "host=a,b&port=1,2, or a:1,b:2 in the place of the host");
}

/* a:1,b in the place of the host (ENG-024). */
static calx_status put_listed(calx_postgresql_config *config, const calx_url *url,
                              calx_error *error)
{
    host_lists lists = { CALX_BUFFER_INIT, CALX_BUFFER_INIT, 0, false };
    for (const char *next = url->host; next != NULL;) {
        calx_host host;
        (void)calx_host_read(next, &host, &next); /* it is a list, so it can be read */
        add_host(&lists, &host);
    }
    bool mixed = lists.has_ports && (url->port != 0 || count_key(url, "port") > 0);
    calx_status status = put_host_lists(config, &lists, error);
    return status == CALX_OK && mixed ? fail_mixed(error) : status;
}

/* host=a:1&host=b: each with its port (ENG-024). */
static calx_status put_repeated(calx_postgresql_config *config, const calx_url *url,
                                calx_error *error)
{
    host_lists lists = { CALX_BUFFER_INIT, CALX_BUFFER_INIT, 0, false };
    bool good = true;
    bool mixed = false;
    for (size_t i = 0; i < url->parameter_count && good; i++) {
        calx_host host;
        const char *next = NULL;
        if (strcmp(url->parameters[i].key, "host") != 0)
            continue;
        good = calx_host_read(url->parameters[i].value, &host, &next);
        mixed = mixed || (good && next != NULL);
        if (good)
            add_host(&lists, &host);
    }
    calx_status status = put_host_lists(config, &lists, error);
    if (status != CALX_OK)
        return status;
    if (!good)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "in the URL's list of hosts one is neither a name nor an address in "
                              "[ ], with a port from 1 to 65535 perhaps");
    return mixed ? fail_mixed(error) : CALX_OK;
}

/* host=a,b and port=1,2 (ENG-024, ENG-025). */
static calx_status put_lists(calx_postgresql_config *config, const calx_url *url, calx_error *error)
{
    const char *ports = calx_url_parameter_value(url, "port");
    calx_status status =
        calx_postgresql_put(config, "host", calx_url_parameter_value(url, "host"), error);
    char **hosts = calx_postgresql_find_value(config, "host");
    if (status != CALX_OK || ports == NULL)
        return status;
    if (!is_port_list(ports))
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL's option port must be a number from 1 to 65535, or a list "
                              "of such");
    if (hosts != NULL && count_items(ports) > 1 && count_items(*hosts) != count_items(ports))
        return calx_error_set(error, CALX_E_ARGUMENT, "the URL names %zu hosts but %zu ports",
                              count_items(*hosts), count_items(ports));
    return calx_postgresql_put(config, "port", ports, error);
}

static calx_status put_port(calx_postgresql_config *config, unsigned port, calx_error *error)
{
    calx_buffer text = CALX_BUFFER_INIT;
    if (port == 0)
        return CALX_OK;
    calx_buffer_uint(&text, port);
    calx_status status = text.status == CALX_OK
                             ? calx_postgresql_put(config, "port", calx_buffer_text(&text), error)
                             : calx_error_set_nomem(error);
    calx_buffer_clear(&text);
    return status;
}

/* The host in front, or the list that stands there. */
static calx_status put_first(calx_postgresql_config *config, const calx_url *url, calx_error *error)
{
    bool listed = url->host != NULL && calx_host_is_list(url->host);
    calx_status status = listed ? put_listed(config, url, error)
                                : calx_postgresql_put(config, "host", url->host, error);
    return status == CALX_OK ? put_port(config, url->port, error) : status;
}

/* An address in numbers for each host, or none is named by anything else. */
static calx_status check_addresses(calx_postgresql_config *config, calx_error *error)
{
    char **addresses = calx_postgresql_find_value(config, "hostaddr");
    char **hosts = calx_postgresql_find_value(config, "host");
    char **ports = calx_postgresql_find_value(config, "port");
    if (addresses == NULL || (*addresses)[0] == '\0')
        return CALX_OK;
    size_t count = count_items(*addresses);
    if (hosts != NULL && count_items(*hosts) != count)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL names %zu hosts but %zu addresses in hostaddr",
                              count_items(*hosts), count);
    if (ports != NULL && count_items(*ports) > 1 && count_items(*ports) != count)
        return calx_error_set(error, CALX_E_ARGUMENT,
                              "the URL names %zu addresses in hostaddr but %zu ports", count,
                              count_items(*ports));
    return CALX_OK;
}

calx_status calx_postgresql_put_hosts(calx_postgresql_config *config, const calx_url *url,
                                      calx_error *error)
{
    size_t hosts = count_key(url, "host");
    size_t ports = count_key(url, "port");
    if (ports > 1 || (hosts > 1 && ports > 0))
        return fail_mixed(error);
    if (url->host != NULL && hosts > 0)
        config->remark = "the URL names hosts twice; those of its query count";
    /* One that does not count has no port to lend. */
    bool lists_apart = hosts > 0 && url->host != NULL && calx_host_is_list(url->host);
    calx_status status = lists_apart ? CALX_OK : put_first(config, url, error);
    if (status != CALX_OK)
        return status;
    status = hosts > 1 ? put_repeated(config, url, error) : put_lists(config, url, error);
    return status == CALX_OK ? check_addresses(config, error) : status;
}
