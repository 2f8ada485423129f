/**
 * @file statement.h
 * SQL text with named parameters and typed binds.
 *
 * Parameters are written `:name`; a name may stand more than once. Inside quotes, comments and
 * after a second colon (`::`) nothing is a parameter. Values never become SQL text.
 *
 * Binding keeps the first failure: an unknown name or missing memory is reported when the
 * statement is executed, so a row of binds needs no check after each. Thread rule: one thread at a
 * time; a statement may be executed any number of times, on any handle.
 */
#ifndef CALX_STATEMENT_H
#define CALX_STATEMENT_H

#include <calx/error.h>
#include <calx/execution_options.h>
#include <calx/value.h>

CALX_BEGIN_DECLS

typedef struct calx_statement calx_statement;

/**
 * A statement of this text, which is copied.
 * @return owned by the caller, calx_statement_free(); NULL: no memory, or sql is NULL
 */
CALX_API calx_statement *calx_text_statement(const char *sql);

/** Takes NULL. */
CALX_API void calx_statement_free(calx_statement *statement);

/** The text as it was given. Borrowed until the statement is freed. */
CALX_API const char *calx_statement_text(const calx_statement *statement);

/*
 * Binds: the name is written without its colon; text and bytes are copied; a second bind of a name
 * replaces the first. A parameter never bound is CALX_E_ARGUMENT at execution, naming it.
 * Errors: CALX_E_ARGUMENT no such parameter; CALX_E_NOMEM. Both are kept and come up again at the
 * execution. Databases quote differently, in `[:name]` for one: a name that is a parameter to any
 * of them can be bound, and is CALX_E_ARGUMENT at the execution on one to which it is none.
 */
CALX_API calx_status calx_statement_bind(calx_statement *statement, const char *name,
                                         calx_value value);
CALX_API calx_status calx_statement_bind_null(calx_statement *statement, const char *name);
CALX_API calx_status calx_statement_bind_bool(calx_statement *statement, const char *name,
                                              bool value);
CALX_API calx_status calx_statement_bind_int64(calx_statement *statement, const char *name,
                                               int64_t value);
CALX_API calx_status calx_statement_bind_uint64(calx_statement *statement, const char *name,
                                                uint64_t value);
CALX_API calx_status calx_statement_bind_double(calx_statement *statement, const char *name,
                                                double value);
CALX_API calx_status calx_statement_bind_text(calx_statement *statement, const char *name,
                                              const char *text);
CALX_API calx_status calx_statement_bind_bytes(calx_statement *statement, const char *name,
                                               calx_bytes bytes);
CALX_API calx_status calx_statement_bind_timestamp(calx_statement *statement, const char *name,
                                                   calx_timestamp timestamp);

/** Values for several executions of one statement. Start from CALX_PARAMETER_SETS_INIT. */
typedef struct calx_parameter_sets {
    size_t size;
    const char *const *names; /**< of the parameters, without their colon */
    size_t name_count;
    const calx_value *values; /**< set after set, each with a value for each name */
    size_t count;             /**< of the sets */
    int64_t *changes;         /**< filled with the rows each set changed, -1 where it was not done;
                                   NULL: not wanted */
} calx_parameter_sets;

#define CALX_PARAMETER_SETS_INIT                                                                   \
    {                                                                                              \
        sizeof(calx_parameter_sets), 0, 0, 0, 0, 0                                                 \
    }

/**
 * Execution options of this statement, over those of the connection it runs on; they replace those
 * set before. NULL: none.
 * @return CALX_OK; CALX_E_ARGUMENT names each that is bad or not for one statement (ENG-139);
 *         CALX_E_NOMEM
 */
CALX_API calx_status calx_statement_execution_options(calx_statement *statement,
                                                      const calx_execution_options *options,
                                                      calx_error *out_error);

CALX_END_DECLS

#endif
