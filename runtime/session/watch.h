/*
 * The watch on an instance whose mutable pointer somebody holds: a snapshot of the struct as it
 * agreed with the database last, to compare with. Instances that were only loaded have none, so a
 * flush costs what was handed out, never what was loaded.
 *
 * A pending instance is watched without a snapshot: all of it will be inserted. The snapshot is
 * taken when its row is.
 */
#ifndef CALX_SESSION_WATCH_H
#define CALX_SESSION_WATCH_H

#include "base/prefetch.h"
#include "mapper/instance.h"
#include "sql/condition.h"

typedef struct calx_watch_list {
    calx_watch *first, *last;
    size_t count;
} calx_watch_list;

typedef struct calx_boundary calx_boundary; /* session/boundary.h */
typedef struct calx_record calx_record;

/* An instance before a boundary first wrote it. */
struct calx_record {
    calx_watch *watch;
    calx_boundary *boundary;      /* whose; NULL: the instance is out of the session */
    uint64_t number;              /* the boundary's */
    calx_record *older;           /* of the same instance, for a boundary further out */
    calx_record *next, *previous; /* of the same boundary */
    calx_key key;                 /* before it changed; zeroed: it did not */
    void *origin;                 /* the struct as it agreed with the database then */
    bool is_spare;                /* it lies in the watch's block */
};

/* A column that the next flush sets to an expression, as long as it is marked in set (SES-180). */
typedef struct calx_set_record calx_set_record;

struct calx_set_record {
    calx_set_record *next; /* of the same instance */
    size_t column;
    calx_condition expression;
    calx_arena arena; /* what it points at */
};

struct calx_watch {
    calx_instance *instance;
    calx_watch_list *list; /* which one it is in; NULL: none */
    calx_watch *next, *previous;
    calx_record *records;   /* what the open boundaries wrote; NULL: nothing */
    uint64_t left_in;       /* the transaction it was expunged in; 0: it was not */
    uint64_t left_new;      /* the boundary in it that had inserted it; 0: none */
    uint64_t left_restored; /* savepoints rolled back before that */
    bool has_snapshot;
    bool sealed;         /* the watch ends with the transaction */
    bool has_set;        /* some bit of set is on */
    bool shares_texts;   /* the struct points at texts of the snapshot it may write into */
    uint64_t texts_hash; /* of those texts, when they were shared */
    uint64_t *expired;   /* of an instance that is partly expired; may be NULL if it is not */
    uint64_t *set; /* columns a setter was called on while there was nothing to compare with */
    uint64_t *inserted_set; /* those that were in set when the row was inserted */
    void *snapshot;
    calx_set_record *expressions; /* owned */
    calx_record *spare; /* room for one record in the watch's own block; NULL: none, or taken */
};

/*
 * For a walk along a list: what was made one after the other mostly lies so in memory too, which
 * tells where the walk will be some steps later.
 */
static inline void calx_watch_foresee(const calx_watch *watch)
{
    enum { STEPS = 8 };
    uintptr_t here = (uintptr_t)watch;
    uintptr_t there = here + (STEPS + 1) * ((uintptr_t)watch->next - here);
    uintptr_t head = there - (here - (uintptr_t)watch->instance);
    calx_prefetch(there);
    calx_prefetch(head);
    calx_prefetch(head + CALX_CACHE_LINE);
    calx_prefetch(head + sizeof(calx_instance) - 1);
}

void calx_watch_list_append(calx_watch_list *list, calx_watch *watch);
void calx_watch_list_remove(calx_watch *watch);

/* The size of a record with its origin, which lies behind it, aligned for any struct. */
static inline size_t calx_record_size(const calx_mapper *mapper)
{
    return ((sizeof(calx_record) + 15) & ~(size_t)15) + mapper->instance_size;
}

/* How much room behind the struct an instance needs that is to be watched one day. */
size_t calx_watch_room(const calx_mapper *mapper);

/* Makes sure there is a watch, without snapshot and in no list. CALX_E_NOMEM: nothing changed. */
calx_status calx_watch_ensure(calx_instance *instance);

/* Takes the watch off; the instance's fields stay as they are. Takes instances without one. */
void calx_watch_drop(calx_instance *instance);

/*
 * Makes the present values the ones to compare with. Texts the application may write into are
 * copied; marks of setters are taken away. CALX_E_NOMEM: the old snapshot stays.
 */
calx_status calx_watch_take_snapshot(calx_watch *watch);

void calx_set_record_free(calx_set_record *record);

/* ---- records, record.c ---- */

/* Remembers the snapshot for a rollback, if the innermost boundary has not done so yet. */
calx_status calx_watch_keep_origin(calx_watch *watch);

/* The same for the key, which is taken from the instance; its origin is kept already. */
void calx_watch_keep_key(calx_watch *watch);

/* There is no way back any more. */
void calx_watch_forget_origin(calx_watch *watch);

/* The snapshot as it was before the innermost boundary that wrote it. Never fails. */
void calx_watch_restore(calx_watch *watch);

/* The instance leaves the session: its records are in no boundary until it comes back. */
void calx_watch_leave(calx_watch *watch);

/* Puts a record among those of a boundary. */
void calx_record_put(calx_record *record, calx_boundary *boundary);

/* The same; the older one of the same instance counts when that boundary has one. */
void calx_record_hand_over(calx_record *record, calx_boundary *boundary);

/* Takes away a record at its place in the chain, since the older one counts for both. */
void calx_record_absorb(calx_record **place);

/* ---- snapshots ---- */

/* The row that was inserted is gone again: the columns set before are set again. */
void calx_watch_forget_row(calx_watch *watch);

/* Puts the columns back as they agreed with the database last: changes are discarded. */
void calx_watch_revert(calx_watch *watch);

/* The same for the columns of the set only. */
void calx_watch_revert_columns(calx_watch *watch, const uint64_t *columns);

/* The same for every column but those of the set. */
void calx_watch_revert_others(calx_watch *watch, const uint64_t *changed);

/*
 * Every column but those of the set has the struct's value in the snapshot from now on.
 * CALX_E_NOMEM: only some of them; calx_watch_revert_others() makes both agree again.
 */
calx_status calx_watch_agree(calx_watch *watch, const uint64_t *changed);

/* The same when columns of the set may show texts of the snapshot, and go on showing them. */
calx_status calx_watch_agree_on_some(calx_watch *watch, const uint64_t *others);

/*
 * Adds to the columns that are expired, none so far unless the instance is partly expired.
 * CALX_E_NOMEM: nothing changed.
 */
calx_status calx_watch_expire(calx_watch *watch, const uint64_t *columns);

/*
 * Which columns differ from the snapshot, or were set while there was nothing to compare with.
 * out_columns: a set for the mapper, or NULL. Answers whether there are any.
 */
bool calx_watch_changes(const calx_watch *watch, uint64_t *out_columns);

/* Copies text and bytes that do not belong to the instance and points the members at the copies. */
calx_status calx_watch_own_texts(calx_instance *instance);

/* The same where it is known which columns are of that kind. */
calx_status calx_watch_own_columns(calx_instance *instance, const uint16_t *numbers, size_t count);

/* Copies the columns of one struct into another of the mapper; relationships are left alone. */
void calx_watch_copy_columns(const calx_mapper *mapper, void *to, const void *from);

/* Frees text blocks that neither members nor snapshots point into. */
void calx_watch_sweep_texts(calx_instance *instance);

/* Writes a member; text and bytes are copied. CALX_E_DATA with a reason; CALX_E_NOMEM. */
calx_status calx_watch_write(calx_instance *instance, const calx_column *column,
                             const calx_value *value, const char **out_reason);

#endif
