/**
 * @file error.h
 * Statuses and the error object.
 *
 * Zero is success, negative is a failure and is passed on unchanged. The status says what kind of
 * failure it is; the error object, found on the handle the call was made on, says the rest. One
 * table joins the vocabularies of the engine (ENG section 17) and of the session (SES section 20):
 * where both name the same thing, both names stand for one number.
 */
#ifndef CALX_ERROR_H
#define CALX_ERROR_H

#include <calx/api.h>

CALX_BEGIN_DECLS

/** Numbers are part of the ABI: they never change, new ones are appended. */
typedef enum calx_status {
    CALX_OK = 0,

    CALX_E_NOMEM = -1,       /**< memory ran out; nothing was changed */
    CALX_E_ARGUMENT = -2,    /**< a bad argument, option, URL or configuration (ERR-13) */
    CALX_E_STATE = -3,       /**< the call is not legal in the present state (ERR-01) */
    CALX_E_CLOSED = -4,      /**< the handle or transaction is finished (ERR-03) */
    CALX_E_LIMIT = -5,       /**< a limit of Calx or of the database is exceeded */
    CALX_E_UNSUPPORTED = -6, /**< this database cannot do it */
    CALX_E_INTERNAL = -7,    /**< a rule inside Calx or the driver is broken: report it */
    CALX_E_INTERFACE = -8,   /**< the driver was used wrongly */

    CALX_E_POOL_TIMEOUT = -20, /**< no connection became free in time */
    CALX_E_POOL_CLOSED = -21,  /**< the engine is shut down */
    CALX_E_CONNECT = -22,      /**< the database cannot be reached or opened */
    CALX_E_AUTH = -23,         /**< the database refused the credentials */
    CALX_E_DISCONNECT = -24,   /**< the connection was lost */
    CALX_E_TIMEOUT = -25,      /**< a deadline passed */
    CALX_E_CANCELED = -26,     /**< the statement was cancelled */

    CALX_E_PENDING_ROLLBACK = -40, /**< an earlier failure needs rollback() first (ERR-02) */
    CALX_E_TX_ABORTED = -41,       /**< the transaction is dead on the server */
    CALX_E_TX_STATE = -42,         /**< not legal in this state of the transaction */
    CALX_E_BUSY = -43,             /**< locked by somebody else; retry the transaction */
    CALX_E_SERIALIZATION = -44,    /**< retry the transaction */
    CALX_E_DEADLOCK = -45,         /**< retry the transaction */
    CALX_E_READ_ONLY = -46,        /**< the database or transaction is read-only */

    CALX_E_UNIQUE = -60,      /**< a key or unique value is already there */
    CALX_E_FOREIGN_KEY = -61, /**< a reference without its target, or a target still referenced */
    CALX_E_NOT_NULL = -62,    /**< NULL in a NOT NULL column */
    CALX_E_CHECK = -63,       /**< a CHECK constraint does not hold */
    CALX_E_EXCLUSION = -64,   /**< an exclusion constraint does not hold */
    CALX_E_CONSTRAINT = -65,  /**< another integrity rule does not hold */
    CALX_E_DATA = -66,        /**< a value does not fit its type or column */

    CALX_E_SYNTAX = -80,     /**< the SQL cannot be parsed */
    CALX_E_NO_OBJECT = -81,  /**< no such table, column, function or database */
    CALX_E_DUP_OBJECT = -82, /**< the table, column or index exists already */
    CALX_E_PRIVILEGE = -83,  /**< not allowed to */
    CALX_E_STALE_PLAN = -84, /**< the schema changed under a prepared statement */
    CALX_E_RESOURCE = -85,   /**< the database is out of disk, memory or connections */
    CALX_E_CORRUPT = -86,    /**< the database file is damaged or is none */
    CALX_E_IO = -87,         /**< reading or writing failed */
    CALX_E_USER = -88,       /**< raised by SQL code */

    CALX_E_NO_RESULT = -100,            /**< exactly one row was asked for, none came (ERR-06) */
    CALX_E_MULTIPLE_RESULTS = -101,     /**< exactly one row was asked for, more came (ERR-06) */
    CALX_E_UNMAPPED = -102,             /**< not an instance of a mapped struct (ERR-08) */
    CALX_E_STALE_DATA = -103,           /**< the row changed or went meanwhile (ERR-10) */
    CALX_E_OBJECT_DELETED = -104,       /**< the row of an expired instance is gone (ERR-07) */
    CALX_E_DETACHED_INSTANCE = -105,    /**< must be loaded, but is in no session (ERR-09) */
    CALX_E_FLUSH = -106,                /**< the flush cannot be carried out (ERR-11) */
    CALX_E_CIRCULAR_DEPENDENCY = -107,  /**< rows that need each other first (ERR-12) */
    CALX_E_UNBOUND_EXECUTION = -108,    /**< no engine for this mapper or statement (ERR-05) */
    CALX_E_ILLEGAL_STATE_CHANGE = -109, /**< commit, rollback or close re-entered (ERR-04) */
    CALX_E_ASSERTION = -110,            /**< a rule of the unit of work is broken (ERR-14) */

    /* The session's words for what the engine names above. */
    CALX_E_INVALID_REQUEST = CALX_E_STATE,
    CALX_E_RESOURCE_CLOSED = CALX_E_CLOSED,
    CALX_E_UNMAPPED_INSTANCE = CALX_E_UNMAPPED,
    CALX_E_NO_RESULT_FOUND = CALX_E_NO_RESULT,
    CALX_E_MULTIPLE_RESULTS_FOUND = CALX_E_MULTIPLE_RESULTS
} calx_status;

/** Flags of an error (ENG, head of the catalogue). */
enum {
    CALX_ERROR_DISCONNECT = 1u << 0,      /**< D: the connection is gone */
    CALX_ERROR_RETRY = 1u << 1,           /**< R: the whole transaction may be retried */
    CALX_ERROR_NOT_SENT = 1u << 2,        /**< S: nothing reached the server */
    CALX_ERROR_ROLLBACK_ONLY = 1u << 3,   /**< X: the transaction is dead, only rollback is legal */
    CALX_ERROR_OUTCOME_UNKNOWN = 1u << 4, /**< U: a commit was in flight */
    CALX_ERROR_AUTOFLUSH = 1u << 5        /**< raised by an autoflush (SES-215) */
};

typedef struct calx_error_detail calx_error_detail;

/**
 * What went wrong. Start with CALX_ERROR_INIT, end with calx_error_clear(). The texts are never
 * NULL and belong to the error.
 */
typedef struct calx_error {
    calx_status status;
    char sqlstate[6];          /**< five characters, or empty */
    int driver_code;           /**< the database library's own number, or 0 */
    unsigned flags;            /**< CALX_ERROR_… */
    const char *message;       /**< names the thing, the place and, where it can, the fix */
    const char *statement;     /**< the SQL that failed, or empty */
    calx_error_detail *detail; /**< private: owns the texts */
} calx_error;

#define CALX_ERROR_INIT                                                                            \
    {                                                                                              \
        CALX_OK, "", 0, 0, "", "", 0                                                               \
    }

/** What a database may tell beside its message. */
typedef enum calx_error_fact {
    CALX_ERROR_FACT_DETAIL = 0, /**< more on what is wrong, such as the key that is there already */
    CALX_ERROR_FACT_HINT,       /**< what could be done about it */
    CALX_ERROR_FACT_SCHEMA,
    CALX_ERROR_FACT_TABLE,
    CALX_ERROR_FACT_COLUMN,
    CALX_ERROR_FACT_CONSTRAINT, /**< the name of the constraint that does not hold */
    CALX_ERROR_FACT_PARAMETERS  /**< the values of the statement as in the log: shortened, and none
                                     with hide_parameters */
} calx_error_fact;

/**
 * One of the facts a database told about the failure.
 * @return the text, borrowed from the error; "" when there is none; never NULL
 * Source: ENG-204.
 */
CALX_API const char *calx_error_tell(const calx_error *error, calx_error_fact fact);

/** Frees the texts and makes the error CALX_OK again. @param error may be NULL. */
CALX_API void calx_error_clear(calx_error *error);

/**
 * Copies an error with its texts, so that it outlives the next call on its handle.
 * @param to    holds an error, or CALX_ERROR_INIT; what it held is freed. Without memory it has
 *              status, codes and flags, and the status's own text. NULL: nothing is done
 * @param from  any error
 * Source: ENG-204.
 */
CALX_API void calx_error_copy(calx_error *to, const calx_error *from);

/** The status's name, such as "CALX_E_UNIQUE"; "CALX_E_?" for a number that is none. Static text.
 */
CALX_API const char *calx_status_name(calx_status status);

/** One line on what the status means. Static text, never NULL. */
CALX_API const char *calx_status_text(calx_status status);

CALX_END_DECLS

#endif
