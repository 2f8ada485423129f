/**
 * @file recovery.h
 * Finishing what a crash has left prepared: units in two phases whose program or server was lost.
 *
 * Every branch of a unit ends as its first branch did, which is the one that decides: where it was
 * committed, the others are committed; otherwise all are rolled back. Its server is asked what
 * became of it, so nothing is guessed, and no order, crash or second recovery at the same time can
 * make two databases disagree. Only branches that calx_two_phase or a session named are touched.
 * Source: ENG-134, SES-366.
 */
#ifndef CALX_RECOVERY_H
#define CALX_RECOVERY_H

#include <calx/engine.h>

CALX_BEGIN_DECLS

/** What is to be recovered. Start from CALX_RECOVERY_OPTIONS_INIT, then assign. */
typedef struct calx_recovery_options {
    size_t size;                 /**< set by CALX_RECOVERY_OPTIONS_INIT */
    calx_engine *const *engines; /**< all databases the units may have branches in */
    size_t engine_count;         /**< */
    const char *owner;           /**< only units of this owner; NULL: of all */
    int64_t min_age_ms;          /**< units with a branch that waits for less time are left alone:
                                      their program may be about to finish them. 60,000; 0: none is */
    bool dry_run;                /**< nothing is finished; the report says what would be */
} calx_recovery_options;

/* clang-format off */
/** Units of all owners, older than a minute. */
#define CALX_RECOVERY_OPTIONS_INIT { sizeof(calx_recovery_options), NULL, 0, NULL, 60000, false }
/* clang-format on */

/** What became of a transaction that waited. */
typedef enum calx_recovery_outcome {
    CALX_RECOVERY_COMMITTED = 0,
    CALX_RECOVERY_ROLLED_BACK,
    CALX_RECOVERY_GONE,    /**< somebody else finished it meanwhile */
    CALX_RECOVERY_YOUNG,   /**< left alone: see min_age_ms */
    CALX_RECOVERY_FOREIGN, /**< left alone: of another owner, or named by somebody else */
    CALX_RECOVERY_UNCLEAR, /**< left alone: nobody can say how its unit ended, `why` says the reason
                            */
    CALX_RECOVERY_FAILED,  /**< the database refused, `why` has its words; try again */
    CALX_RECOVERY_NONE     /**< no transaction: the engine's database cannot have any, as SQLite */
} calx_recovery_outcome;

/** A line of the report; the texts are borrowed from it. */
typedef struct calx_recovered {
    const char *name; /**< of the transaction; "" with CALX_RECOVERY_NONE */
    size_t engine;    /**< where it waited: which of the options' engines */
    calx_recovery_outcome outcome;
    calx_status status; /**< with CALX_RECOVERY_FAILED: what the database answered */
    const char *why;    /**< for people; "" where there is nothing to say */
} calx_recovered;

/** The report of a recovery. */
typedef struct calx_recovery calx_recovery;

/**
 * Lists the prepared transactions of all engines and finishes them. May be called at any time, also
 * while units are at work, from several programs at once, and again after it was interrupted: what
 * is finished stays finished. A unit that loses the race gets CALX_E_TX_ABORTED from its commit.
 * Each engine lends a connection meanwhile. The role must be that of the transactions, or a
 * superuser's.
 * @param out_recovery  owned by the caller: calx_recovery_free(). Written also after a failure of
 *                      the finishing itself: what could not be finished is CALX_RECOVERY_FAILED
 *                      there, the rest was done
 * @param out_error     or NULL
 * @return CALX_OK; CALX_E_ARGUMENT; an engine's failure to connect or to list, before anything is
 *         finished; CALX_E_NOMEM; the first failure of the finishing
 */
CALX_API calx_status calx_recover(const calx_recovery_options *options,
                                  calx_recovery **out_recovery, calx_error *out_error);

/** How many lines there are. */
CALX_API size_t calx_recovery_count(const calx_recovery *recovery);

/** How many transactions of units still wait: young, unclear, failed; in a dry run all. */
CALX_API size_t calx_recovery_waiting(const calx_recovery *recovery);

/** A line, by the engines' order and then by age; borrowed from the report. NULL: no such line. */
CALX_API const calx_recovered *calx_recovery_line(const calx_recovery *recovery, size_t line);

/** A word for an outcome, such as "rolled back". Static text. */
CALX_API const char *calx_recovery_outcome_name(calx_recovery_outcome outcome);

/** NULL is allowed. */
CALX_API void calx_recovery_free(calx_recovery *recovery);

CALX_END_DECLS

#endif
