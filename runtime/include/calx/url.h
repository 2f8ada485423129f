/**
 * @file url.h
 * A database's address, taken apart: `scheme[+driver]://[user[:password]@][host][:port][/database]
 * [?query]`. In the place of `[host][:port]` may stand a list, `a:1,b,[::1]:3` (ENG-024).
 *
 * Parts are raw, never escaped; absent is NULL and differs from empty. Thread rule: a URL is a
 * plain value; one thread at a time may change it.
 */
#ifndef CALX_URL_H
#define CALX_URL_H

#include <calx/error.h>
#include <stdbool.h>
#include <stddef.h>

CALX_BEGIN_DECLS

/** One `key=value` of the query. Never NULL. */
typedef struct calx_url_parameter {
    const char *key;
    const char *value;
} calx_url_parameter;

typedef struct calx_url_memory calx_url_memory;

/** Start with CALX_URL_INIT, end with calx_url_clear(). */
typedef struct calx_url {
    const char *scheme;                   /**< such as "sqlite", as written */
    const char *driver;                   /**< what stood after `+`, or NULL */
    const char *user;                     /**< or NULL */
    const char *password;                 /**< or NULL */
    const char *host;                     /**< without brackets, or NULL; several hosts are one
                                               text: "a:1,b,[::1]:3" */
    unsigned port;                        /**< 1 to 65535; 0: none */
    const char *database;                 /**< without the slash, or NULL */
    const calx_url_parameter *parameters; /**< as written: keys may repeat */
    size_t parameter_count;
    calx_url_memory *memory; /**< private: owns the texts of a parsed URL */
} calx_url;

#define CALX_URL_INIT                                                                              \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                                               \
    }

/**
 * Takes a text apart.
 * @param text     the URL; NULL is CALX_E_ARGUMENT
 * @param out_url  filled on success only; ended by the caller: calx_url_clear()
 * @param out_error  or NULL; names the component, never repeats the input (ENG-002, ENG-006)
 * @return CALX_OK; CALX_E_ARGUMENT; CALX_E_NOMEM
 * Source: ENG-001, 002, 004 to 009.
 */
CALX_API calx_status calx_url_parse(const char *text, calx_url *out_url, calx_error *out_error);

/**
 * Makes a URL of its own from parts, which are taken as they are: nothing is decoded. To change a
 * URL, copy the struct, assign the members that differ and make one of that; the first stays as it
 * was.
 * @param parts    its memory is not looked at; texts are copied
 * @param out_url  filled on success only; ended by the caller: calx_url_clear()
 * @return CALX_OK; CALX_E_ARGUMENT a part no URL can hold, named: a scheme or driver that is not
 *         letters, digits and _, a port above 65535, an empty host, a parameter without key or
 *         value; CALX_E_NOMEM
 * Source: ENG-011.
 */
CALX_API calx_status calx_url_create(const calx_url *parts, calx_url *out_url,
                                     calx_error *out_error);

/** What becomes of the parameters a URL has already. */
typedef enum calx_url_update {
    CALX_URL_REPLACE = 0, /**< those with a key that is given go; the given ones come at the end */
    CALX_URL_APPEND = 1,  /**< all stay; the given ones come at the end */
    CALX_URL_REMOVE = 2   /**< those with a key that is given go; values are not looked at */
} calx_url_update;

/** A change of a URL's query. */
typedef struct calx_url_query {
    const calx_url_parameter *parameters;
    size_t count;
    calx_url_update update;
} calx_url_query;

/**
 * A new URL with another query; the first stays as it was (ENG-011).
 * @param out_url  may be the URL itself only if that one owns nothing
 * @return as calx_url_create()
 */
CALX_API calx_status calx_url_update_query(const calx_url *url, const calx_url_query *query,
                                           calx_url *out_url, calx_error *out_error);

/** How calx_url_render() treats secrets. */
typedef enum calx_url_secrets {
    CALX_URL_MASK = 0,  /**< passwords are shown as `***` (ENG-010, ENG-012) */
    CALX_URL_REVEAL = 1 /**< as they are: calx_url_parse() gives the same URL again */
} calx_url_secrets;

/**
 * Puts a URL together, its query sorted by key.
 * @param out_text owned by the caller: calx_free()
 * @return CALX_OK; CALX_E_ARGUMENT a part that no URL can hold; CALX_E_NOMEM
 * Source: ENG-010 to ENG-012.
 */
CALX_API calx_status calx_url_render(const calx_url *url, calx_url_secrets secrets,
                                     char **out_text);

/** The value of the first parameter of that key; NULL when there is none. Borrowed. */
CALX_API const char *calx_url_parameter_value(const calx_url *url, const char *key);

/** Frees what a parsed URL owns and empties it. Takes NULL. */
CALX_API void calx_url_clear(calx_url *url);

CALX_END_DECLS

#endif
