/*
 * Execution options once they have been read: complete, checked against the driver, owning their
 * texts. Settings never change; other options make other settings.
 */
#ifndef CALX_ENGINE_SETTINGS_H
#define CALX_ENGINE_SETTINGS_H

#include <calx/engine.h>
#include <calx/execution_options.h>

#include "driver/driver.h"

typedef struct calx_settings {
    calx_driver_begin begin;
    calx_pool_reset reset;
    bool resets; /* reset counts, not the engine's option */
    bool stream_results;
    int yield_per;      /* 0: a growing number */
    int max_row_buffer; /* 0: the driver's own bound */
    int page_size;
    int64_t timeout_ms; /* 0: no end */
    int retries;
    int64_t retry_delay_ms;
    int64_t retry_delay_max_ms;
    const char *logging_token; /* NULL: none */
    const char *schema;        /* NULL: tables are where the database finds them */
    const calx_setting *others;
    size_t other_count;
} calx_settings;

enum { CALX_PAGE_SIZE = 1000, CALX_RETRY_DELAY_MS = 10, CALX_RETRY_DELAY_MAX_MS = 1000 };

/* What holds when nobody has set anything. */
extern const calx_settings calx_settings_defaults;

/* Who sets the options: not everything may be set everywhere. */
typedef enum calx_settings_level {
    CALX_SETTINGS_WHOLE,  /* of an engine, or a connection without transaction */
    CALX_SETTINGS_INSIDE, /* of a connection with one */
    CALX_SETTINGS_STATEMENT
} calx_settings_level;

/*
 * Checks options: CALX_E_ARGUMENT names each that is bad, or has no place at this level; inside of
 * a transaction that is CALX_E_STATE (ENG-137, ENG-139). driver NULL: not known yet.
 */
calx_status calx_settings_check(const calx_execution_options *options, const calx_driver *driver,
                                calx_settings_level level, calx_error *error);

/*
 * Lays options that were checked over settings. Nothing is copied: texts are the options', and of
 * the others theirs alone are seen, if they have any.
 */
void calx_settings_overlay(calx_settings *settings, const calx_execution_options *options);

/* The same with copies of all texts and all others, in one block. NULL: no memory. Owned. */
calx_settings *calx_settings_new(const calx_settings *under, const calx_execution_options *options);

/* A copy of options with their texts behind them, in one block. NULL: no memory. Owned. */
calx_execution_options *calx_settings_copy_options(const calx_execution_options *options);

/* What the settings are, as options; texts are borrowed from the settings or static. */
void calx_settings_tell(const calx_settings *settings, calx_execution_options *out);

const calx_driver *calx_engine_driver(const calx_engine *engine);

/* As calx_engine_execution_options(), of options that were checked and are told to nobody. */
calx_status calx_engine_derive(calx_engine *engine, const calx_execution_options *options,
                               calx_engine **out_engine, calx_error *out_error);

/* What holds for a connection. */
const calx_settings *calx_connection_settings(const calx_connection *connection);

/* What holds for the connections of an engine. */
const calx_settings *calx_engine_settings(const calx_engine *engine);

/* The connection's next transactions begin as ones that write, where that is of use. */
calx_status calx_connection_become_writer(calx_connection *connection);

/* The name of an isolation level; NULL for CALX_ISOLATION_DEFAULT. Static. */
const char *calx_isolation_name(calx_isolation isolation);

/* One of the settings that only listeners know. NULL: there is none. */
const char *calx_settings_other(const calx_settings *settings, const char *key);

#endif
