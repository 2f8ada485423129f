/*
 * The session from inside: what the rooms query and scope, and this room's own files, share.
 *
 *   session.c      making, closing, looking at it        identity.c  key -> instance
 *   membership.c   add, delete, expunge                   watch.c     what changed
 *   load.c, fill.c rows -> instances                      links.c     relationships in memory
 *   get.c          by key, from memory or the database    expire.c    what may be stale, refresh
 *   partial.c      columns that are stale by themselves   state.c     states changed by hand
 *   transaction.c  begin, commit, rollback, close         relationship.c  their public face
 *   savepoint.c    the same for savepoints; handles       run.c       functions as scopes
 *   boundary.c     what a rollback undoes                 record.c    values from before
 *   join.c         the transaction on its connections     cascade.c   what expunge, expire reach
 *   branch.c, bind.c  one for each engine; which one      prepare.c   the end in two phases
 *   work.c         what a flush has to do, in which order  flush.c, write.h  doing it
 *   relationship_many.c, slot.c  collections changed      relationship_one.c, rival.c  references
 *   orphan.c       who lost an owner
 *   merge.c        states taken over from elsewhere
 *   checksum.c     debug checks of what nobody watches     row_switch.c  a row that changes hands
 *   collection.c   what loaders found                      pairs.c       many-to-many in memory
 *   hook.c         listeners of its events
 */
#ifndef CALX_SESSION_SESSION_H
#define CALX_SESSION_SESSION_H

#include <calx/lock.h>
#include <calx/session.h>

#include "base/info.h"
#include "base/map.h"
#include "engine/cursor.h"
#include "engine/spare.h"
#include "mapper/instance.h"
#include "mapper/row.h"
#include "session/boundary.h"
#include "session/branch.h"
#include "session/hook.h"
#include "session/identity_table.h"
#include "session/instances.h"
#include "session/links.h"
#include "session/loading.h"
#include "session/watch.h"

#include <stdatomic.h>

typedef struct calx_choice calx_choice; /* choice.h */
typedef struct calx_loads calx_loads;   /* loading.h */
typedef struct calx_loan calx_loan;     /* lend.c */

/* What a session knows of a mapper it has met: scratch rows and the plans it uses most. */
typedef struct calx_entity {
    const calx_mapper *mapper;
    uint32_t kind;              /* its number in the identity map; never 0 */
    bool by_number;             /* its key is one signed integer */
    calx_row_form form;         /* how its rows are read */
    calx_value *row;            /* one row, good until the next read of this entity */
    uint64_t *columns;          /* one set of columns, scratch of the flush */
    const calx_engine *planned; /* by_key and by_sought are this one's */
    const calx_plan *by_key;    /* NULL until first used */
    calx_branch *branch;        /* its rows of this flush go to; NULL: not known yet, or the one */
    const uint16_t *texts;      /* the columns that point at text or bytes */
    const uint16_t *optional;   /* those an INSERT may leave to the database */
    const uint64_t *required;   /* the set of all others */
    size_t text_count, optional_count;
    bool has_mutable_texts;  /* texts the application may write into */
    uint64_t *bound;         /* the set of columns bound last */
    calx_row_step *bindings; /* how those are read; wanted is CALX_VALUE_NULL: the long way */
    size_t binding_count;
    calx_choice *choices;      /* of its columns, made so far */
    const calx_choice *usual;  /* without the deferred ones; NULL: not made yet, or all columns */
    const calx_choice *chosen; /* what row has; NULL: all columns */
    bool has_deferred;         /* columns that do not come with the row */
    bool joins;                /* relationships that do */
    const calx_loads *joining; /* which they are; NULL: not worked out yet */
    const uint16_t *sought; /* the foreign key's columns rows were last selected by; NULL: none */
    const calx_relationship_order *sought_order; /* in which order; NULL: that of the key */
    const calx_plan *by_sought;
    bool uncopied;           /* its rows are not copied: its table is not for that */
    bool singly;             /* its rows do not go together: the database would not have it */
    bool fetches_version;    /* the database makes its versions: they are asked for, row by row */
    int version;             /* the version column; -1: none */
    size_t links_size;       /* of an instance */
    const calx_loads *along; /* what follows its rows when no option is given; NULL: nothing */
    bool along_known;        /* that was worked out */
    uint32_t *asked;         /* the lazy loads of each relationship since its rows came; or NULL */
    /* of the flush being planned, work_kinds.c */
    size_t rank;   /* what is pointed at has a lower one */
    size_t group;  /* of mappers that point at each other */
    size_t lowest; /* the first one entered that it leads back to */
    bool noted;    /* there are rows of it */
    bool entered;  /* its group is known, or open */
    bool is_open;
    bool circular; /* its rows may point at each other, straight or round a circle */
} calx_entity;

/* What classes and tables were bound to; one block. */
typedef struct calx_binds {
    calx_session_bind *items;
    size_t count;
} calx_binds;

/* Something that must end with the session's contents: a query with rows to come. */
typedef struct calx_dependent calx_dependent;

struct calx_dependent {
    calx_dependent *next, *previous;
    void (*end)(calx_dependent *dependent);    /* the contents went; the session is still there */
    void (*forget)(calx_dependent *dependent); /* the session goes too; already unlinked */
};

/* How many texts of its last queries a session has at hand. */
enum { CALX_SESSION_TEXTS = 4 };

/*
 * Freed sessions wait with their engine for the next one that is made: what they know of mappers,
 * a page for instances, the texts of their last queries. Those that wait stay in the list of all.
 */
struct calx_session {
    calx_spare spare;              /* the first member: how the engine ends one that waits */
    calx_session *next, *previous; /* all sessions of the process */
    atomic_bool waiting;           /* it is nobody's; what follows is not to be touched then */
    calx_session_options options;
    calx_error error;   /* of the last failed call */
    calx_branch branch; /* of its own bind, the first one of all */
    bool chooses;       /* which branch a statement is for is to be found out, bind.h */
    bool prepared;      /* the first phase is done: nothing but its end is legal (SES-368) */
    calx_binds binds;
    calx_two_phase *unit; /* its branches end in two phases; NULL: they do not, or none began */
    calx_boundary root;
    calx_boundary *boundary;   /* the innermost one; NULL: no transaction is open */
    calx_session_scope *scope; /* the innermost function whose end ends a boundary; or NULL */
    bool closed;               /* for good (SES-114) */
    bool writes;               /* what runs was given up for another writer's sake before */
    calx_execution_options *execution_options;  /* owned; NULL: none */
    const calx_execution_options *call_options; /* of the call that may fetch the connection */
    bool flushing;
    bool routing;          /* inside of the route, which may not use the session */
    bool connecting;       /* fetching its connection (SES-391) */
    bool ending;           /* inside commit, rollback or close */
    unsigned no_autoflush; /* nested begins */
    size_t warnings;
    calx_error failure;   /* why only rollback() is legal; CALX_OK: it is not so (SES-156) */
    uint32_t epoch;       /* instances of an older one are expired */
    uint64_t transaction; /* which one, of all in the process; never 0 */
    uint64_t last_number; /* given to a transaction or boundary */
    uint64_t restored;    /* savepoints rolled back so far */
    uint64_t arrivals;    /* instances that were made or filled by a row so far */
    uint64_t made;        /* instances that were made by a row so far */
    uint64_t apart;       /* relationships so far that show what no row of a load said (SES-317) */
    bool linking;         /* rows that come now are to be related: they are made with links */
    calx_identity_table identity; /* persistent instances by key */
    calx_map entities;            /* calx_entity by mapper */
    calx_entity *last_entity;     /* asked for last: mostly the next one too; NULL: none */
    calx_slab_pool slabs;
    bool checks;              /* of what nobody watches, checksum.c */
    calx_map checksums;       /* by instance; owned */
    calx_session_state state; /* the counters of it; the rest is counted when asked for */
    calx_instance *kept;      /* every instance this session frees */
    calx_watch_list pending;  /* in the order they were added */
    calx_watch_list hot;      /* handed out since the last flush */
    calx_watch_list cold;     /* handed out earlier */
    calx_pair_list pairs;     /* added or removed since the last flush */
    calx_instances marked;    /* for deletion */
    calx_instances inserted;  /* in the open transaction, in that order */
    calx_instances deleted;   /* in the open transaction, DELETE sent; in that order */
    calx_loan *loans;         /* to instances that are not stored */
    calx_dependent *dependents;
    calx_dependent *spare_query;              /* one of them, that nobody uses now; or NULL */
    calx_sql_text *texts[CALX_SESSION_TEXTS]; /* by hash of their shape; NULL: none */
    calx_info_map infos;
    calx_buffer scalar; /* text of the last calx_session_scalar() */
    /* CALX_RELATIONSHIP_…: what relationships of the mappers met so far are */
    unsigned relationship_flags;
    bool has_odd_references; /* some foreign key of theirs points at what is not in a key */
    calx_hooks hooks;        /* listeners of its events */
};

/*
 * The events somebody listens to, a bit each. A library that is made without them, to measure what
 * asking costs (tests/bench/run --events), knows of none.
 */
static inline uint64_t calx_session_heard(const calx_session *session)
{
#ifdef CALX_WITHOUT_EVENTS
    (void)session;
    return 0;
#else
    return session->hooks.heard;
#endif
}

static inline bool calx_session_hears(const calx_session *session, calx_session_event event)
{
    return (calx_session_heard(session) & calx_hook_bit(event)) != 0;
}

/* Of an instance something has happened. */
static inline void calx_session_note(calx_session *session, calx_session_event event,
                                     calx_instance *instance)
{
    if (calx_session_hears(session, event))
        calx_session_tell_of(session, event, instance);
}

/* It has left the session, where it was in this state before. */
void calx_session_note_left(calx_session *session, calx_instance *instance, calx_state before);

/* ---- entering and failing ---- */

/* First thing in each public call: forgets the last error. session NULL: CALX_E_ARGUMENT. */
static inline calx_status calx_session_enter(calx_session *session)
{
    if (session == NULL)
        return CALX_E_ARGUMENT;
    if (session->error.status != CALX_OK)
        calx_error_clear(&session->error);
    return CALX_OK;
}

/* Sets the session's error and answers status. session NULL: an instance in none; status alone. */
calx_status calx_session_fail(calx_session *session, calx_status status, const char *format, ...)
    CALX_PRINTF(3, 4);

/* CALX_E_ARGUMENT, saying what is missing, when the pointer is NULL. */
calx_status calx_session_check_given(calx_session *session, const void *pointer, const char *what);

/* CALX_E_ARGUMENT: there are said to be names, and the array of them is NULL. */
calx_status calx_session_check_names(calx_session *session, const char *const *names, size_t count);

/* A warning to the options' function, else to the engine's log; counted. */
void calx_session_warn(calx_session *session, const char *format, ...) CALX_PRINTF(2, 3);

/* ---- the transaction, join.c and transaction.c ---- */

/* Begins when none is open (SES-091); CALX_E_STATE with autobegin off (SES-094). */
calx_status calx_session_autobegin(calx_session *session);

/* CALX_E_STATE: nothing may begin now, because of a scope or for good (SES-114, 118). */
calx_status calx_session_check_open(calx_session *session);

/* Fails with CALX_E_PENDING_ROLLBACK and the text of the failure that made it so. */
calx_status calx_session_pending(calx_session *session);

/* Answers CALX_E_ILLEGAL_STATE_CHANGE inside a flush, commit, rollback or close (SES-392). */
calx_status calx_session_check_calm(calx_session *session, const char *call);

/*
 * Rolls back to the innermost boundary at once and puts instances back; only its rollback is legal
 * then (SES-139, 154).
 */
void calx_session_break(calx_session *session);

/* Ends all savepoints inside a boundary by committing them, the innermost first (SES-117). */
calx_status calx_session_release_inside(calx_session *session, calx_boundary *boundary);

/* Rolls a savepoint back and ends it, with those inside it (SES-134, 138). */
calx_status calx_session_undo_savepoint(calx_session *session, calx_boundary *boundary);

/* What a commit writes before it ends the root: listeners, the flush, savepoints (SES-097, 117). */
calx_status calx_session_complete(calx_session *session);

/* ---- the transaction on the databases, join.c ---- */

/*
 * Commits the innermost savepoint, or the transaction, on one branch after the other; errors are
 * the session's. *out_part: some did before one failed.
 */
calx_status calx_join_commit(calx_session *session, bool *out_part);

/* Whether a boundary that was sent can still be rolled back by itself on each database. */
bool calx_join_is_open(const calx_session *session, const calx_boundary *boundary);

/* Whether a connection has lost its transaction. */
bool calx_join_is_lost(const calx_session *session);

/*
 * Rolls back to where the boundary began, where it was sent; it and those inside are not sent then.
 * All branches have been, whichever fails; the first failure is the answer.
 */
calx_status calx_join_rollback(calx_session *session, calx_boundary *boundary);

/* Throws all connections away. */
void calx_join_invalidate(calx_session *session);

/* Lets go of all connections: one of the pool goes back to it. */
void calx_join_release(calx_session *session);

/* The same for a session that is closed: what it did and did not commit is rolled back. */
void calx_join_close(calx_session *session);

/* CALX_E_ARGUMENT: they are of another size than this library's. */
calx_status calx_session_check_arguments(calx_session *session,
                                         const calx_bind_arguments *arguments);

/* The branch that arguments of a call name, or what the statement of them and a text is for. */
calx_status calx_session_branch_for(calx_session *session, const calx_bind_arguments *arguments,
                                    const char *text, calx_branch **out_branch);

/*
 * The text of a query for a branch, found or made, and its values. *text is the one used last, or
 * NULL; the caller releases it. Answers the status that is set on the session's error, or
 * CALX_E_NOMEM.
 */
calx_status calx_session_select_text(calx_session *session, const calx_branch *branch,
                                     const calx_sql_query *select, calx_parameter_list *parameters,
                                     calx_sql_text **text);

/* The same for any statement. */
calx_status calx_session_text(calx_session *session, const calx_branch *branch,
                              const calx_sql_statement *statement, calx_parameter_list *parameters,
                              calx_sql_text **text);

/* ---- rows and instances, load.c ---- */

/* What a SELECT does to the rows it reads; zeroed: nothing. */
typedef struct calx_locking {
    calx_lock lock;
    calx_lock_wait wait;
} calx_locking;

/* Forgets what was learned of an entity on another engine. */
void calx_entity_move(calx_entity *entity, const calx_engine *engine);

/* The plans an entity has at hand are those of the engine from now on. */
static inline void calx_entity_plan_on(calx_entity *entity, const calx_engine *engine)
{
    if (entity->planned != engine)
        calx_entity_move(entity, engine);
}

/* What is known of a mapper; NULL: it was not met yet. */
calx_entity *calx_session_look_up(const calx_session *session, const calx_mapper *mapper);

static inline calx_entity *calx_session_met(const calx_session *session, const calx_mapper *mapper)
{
    calx_entity *last = session->last_entity;
    return last != NULL && last->mapper == mapper ? last : calx_session_look_up(session, mapper);
}

/* The same; checks the mapper's ABI at first sight. NULL: the error is set. */
calx_entity *calx_session_entity(calx_session *session, const calx_mapper *mapper);

/*
 * The instance of entity->row: the one of that key, filled if it is expired (SES-078), else a new
 * one (SES-043). *out_instance NULL: the key is NULL (SES-080). out_is_new may be NULL.
 */
calx_status calx_session_materialize(calx_session *session, calx_entity *entity,
                                     calx_instance **out_instance, bool *out_is_new);

/* The same, but an instance that is there is filled in any case, its changes lost (SES-079). */
calx_status calx_session_repopulate(calx_session *session, calx_entity *entity,
                                    calx_instance **out_instance, bool *out_is_new);

/* The row could not be read: sets the session's error and answers its status. */
calx_status calx_session_read_failed(calx_session *session, const calx_entity *entity,
                                     const calx_cursor *cursor);

/* Reads the cursor's present row into entity->row. */
static inline calx_status calx_session_read_row(calx_session *session, calx_entity *entity,
                                                calx_cursor *cursor)
{
    entity->chosen = NULL;
    calx_status status =
        calx_cursor_read(cursor, entity->form.wanted, entity->row, entity->mapper->column_count);
    return status == CALX_OK ? CALX_OK : calx_session_read_failed(session, entity, cursor);
}

/* A value of a row did not fit: sets the error and answers CALX_E_DATA. */
calx_status calx_session_misfit(calx_session *session, const calx_mapper *mapper,
                                const calx_row_misfit *misfit);

/*
 * Writes entity->row into an expired instance, which is fresh then; what the row does not have is
 * to be loaded when it is needed. fill.c
 */
calx_status calx_session_fill(calx_session *session, calx_entity *entity, calx_instance *instance);

/*
 * Lets go of an instance a stream made, unless somebody needs it: edited, expunged, or part of a
 * relationship.
 */
void calx_session_release_streamed(calx_session *session, calx_instance *instance);

/* Whether a column of an expired instance is; of one that is expired as a whole each is. */
bool calx_session_has_expired(const calx_instance *instance, size_t column);

/* Fills what is expired of a partly expired instance from entity->row, but for changed columns. */
calx_status calx_session_fill_expired(calx_session *session, calx_entity *entity,
                                      calx_instance *instance);

/* Discards changes and loaded relationships: the row is to be asked. */
void calx_session_expire_instance(calx_instance *instance);

/* CALX_E_ARGUMENT: there is no such lock, or a wait without one. */
calx_status calx_session_check_lock(calx_session *session, calx_locking lock);

/* Loads an expired instance; does nothing for another. CALX_E_OBJECT_DELETED: no such row. */
calx_status calx_session_freshen(calx_session *session, calx_instance *instance);

/* The same for the application: what is to follow its rows comes along (SES-231). */
calx_status calx_session_freshen_along(calx_session *session, calx_instance *instance);

/* The same, and what was never loaded too: all of it by one SELECT. */
calx_status calx_session_complete_along(calx_session *session, calx_instance *instance);

/* Columns that the row in entity->row has, and that were never loaded. partial.c */
calx_status calx_session_fill_unloaded(calx_session *session, calx_entity *entity,
                                       calx_instance *instance);

static inline bool calx_session_is_expired(const calx_session *session,
                                           const calx_instance *instance)
{
    return instance->epoch != session->epoch || (instance->flags & CALX_INSTANCE_STALE) != 0;
}

/* Whether some columns are expired by themselves, and the others are as good as ever. */
static inline bool calx_session_is_partly_expired(const calx_session *session,
                                                  const calx_instance *instance)
{
    return instance->epoch == session->epoch &&
           (instance->flags & CALX_INSTANCE_STALE) == CALX_INSTANCE_PARTLY;
}

/* Whether there is a net change, in columns or links. */
bool calx_session_is_changed(const calx_instance *instance);

/*
 * The rows of a mapper whose columns (a set) have these values, one for each column of the set,
 * ascending. Each instance is handed to visit; its status other than CALX_OK ends the loading.
 */
typedef calx_status (*calx_visit)(void *context, calx_instance *instance);

typedef struct calx_selection {
    calx_entity *entity;
    const uint64_t *columns; /* NULL: the key, unless there is a plan */
    const calx_plan *plan;   /* NULL: it is to be found */
    calx_branch *branch;     /* of the plan; NULL: there is none yet */
    const calx_value *values;
    size_t count;
    calx_locking lock;
    bool whole;              /* every column, those too that usually are loaded later */
    const calx_loads *place; /* what rows are loaded under; NULL: as the mapper says */
    calx_visit visit;
    void *context;
} calx_selection;

calx_status calx_session_select(calx_session *session, const calx_selection *selection);

/* How the row of a key is asked for; zeroed: as its mapper says. */
typedef struct calx_rereading {
    calx_locking lock;
    bool whole;              /* as in a selection */
    const calx_loads *place; /* the same; NULL: that of the instance, if it is there */
} calx_rereading;

/* The row of a key, always from the database. *out_instance stays as it is: no such row. */
calx_status calx_session_select_by_key(calx_session *session, calx_entity *entity,
                                       const calx_value *values, const calx_rereading *how,
                                       calx_instance **out_instance);

/*
 * The same for an instance that is there: as it was loaded before, if nobody says otherwise
 * (SES-245). One that has no room to note what it lacks has had all its columns, and gets all of
 * them again. expire.c
 */
calx_status calx_session_reread(calx_session *session, calx_instance *instance,
                                const calx_rereading *how, calx_instance **out_instance);

/*
 * The place whose relationships a SELECT of rows by their columns joins: the given one, or what the
 * mapper says. *out_joining NULL: none is to be joined.
 */
calx_status calx_session_joining(calx_session *session, calx_entity *entity,
                                 const calx_loads *place, const calx_loads **out_joining);

/*
 * The instance of a key, from the identity map or the database, where it is loaded under a place
 * (NULL: that of the instance, or what the mapper says). *out NULL: no such row.
 */
calx_status calx_session_find(calx_session *session, calx_entity *entity, const calx_value *values,
                              const calx_loads *place, calx_instance **out_instance);

/*
 * An argument of a public call: the instance, which must be a member of the session.
 * CALX_E_UNMAPPED; CALX_E_STATE naming whose it is.
 */
calx_status calx_session_member(calx_session *session, const void *entity,
                                calx_instance **out_instance);

/* ---- flush ---- */

/* A flush before a statement, when it is on and there may be work (SES-210). */
calx_status calx_session_autoflush(calx_session *session);

/* The flush itself. cold: also instances handed out before the last flush. */
calx_status calx_session_write(calx_session *session, bool cold);

/* The same until nothing is left of what listeners add, for a commit (SES-097, 378). */
calx_status calx_session_write_all(calx_session *session);

/* ---- dependents ---- */

void calx_session_depend(calx_session *session, calx_dependent *dependent);
void calx_session_undepend(calx_session *session, calx_dependent *dependent);

/* ---- identity.c ---- */

calx_instance *calx_identity_find(const calx_session *session, const calx_key *key);

/* The slot of the instance; NULL: there is none. Good until the next change of the map. */
calx_identity_slot *calx_identity_look(const calx_session *session, const calx_key *key);

/* After CALX_OK, more puts cannot fail, nor can a rollback put back what was deleted. */
static inline calx_status calx_identity_reserve(calx_session *session, size_t more)
{
    return calx_identity_table_reserve(&session->identity, more + session->deleted.count);
}

/* The instance's place in the map is asked for soon. */
static inline void calx_identity_foresee(const calx_session *session, const calx_instance *instance)
{
    const calx_identity_table *table = &session->identity;
    const calx_entity *entity = calx_session_met(session, instance->mapper);
    if (table->slots == NULL || entity == NULL)
        return;
    uint64_t word = calx_key_word(&instance->key);
    calx_prefetch((uintptr_t)&table->slots[calx_identity_table_home(table, word, entity->kind)]);
}

/* Reserved before; the mapper was met, calx_session_entity(). */
void calx_identity_put(calx_session *session, calx_instance *instance);

void calx_identity_remove(calx_session *session, calx_instance *instance);

/*
 * The instance is to be looked at before it is handed out again. Whatever makes one in the map less
 * than fresh says so here, since the map answers without a look.
 */
void calx_identity_doubt(calx_session *session, const calx_instance *instance);

/* The instance is expired as a whole. */
void calx_identity_expire(calx_session *session, calx_instance *instance);

/* As calx_identity_table_next(). */
calx_instance *calx_identity_next(const calx_session *session, size_t *position);

/* ---- membership.c ---- */

/* Attaches a transient instance and what save-update reaches from it; all or nothing. */
calx_status calx_session_attach(calx_session *session, calx_instance *instance);

/*
 * The same in two steps, for several: all that may fail, and the change. The end comes in any case;
 * what is found has CALX_INSTANCE_VISITED in between. Nothing is reached over links that are
 * changing.
 */
calx_status calx_session_attach_begin(calx_session *session, calx_instance *const *instances,
                                      size_t count, calx_instances *found);
void calx_session_attach_end(calx_session *session, calx_instances *found, bool commit);

/* What a setter does, for a column of an instance that may be changed; edit.c. */
calx_status calx_session_assign(calx_instance *instance, const calx_column *column,
                                const calx_value *value);

/* The next flush writes the column, whatever its value is; the instance is one of the session. */
calx_status calx_session_mark_column(calx_instance *instance, size_t column);

/* Marks for deletion, with what the delete cascade reaches. */
calx_status calx_session_mark(calx_session *session, calx_instance *instance);

/* Leaves every list of the session; kept where it was. Never fails. */
void calx_session_forget(calx_session *session, calx_instance *instance);

/* Puts an instance nobody keeps among those the session frees. */
static inline void calx_session_keep_first(calx_session *session, calx_instance *instance)
{
    instance->keeper = session;
    instance->keeper_next = session->kept;
    if (session->kept != NULL)
        session->kept->keeper_previous = instance;
    session->kept = instance;
}

/* The same for one that another may keep; or takes it out. */
void calx_session_keep(calx_session *session, calx_instance *instance);
void calx_session_unkeep(calx_instance *instance);

/* Frees an instance with all that hangs on it; a member of nothing by now. */
void calx_session_destroy(calx_instance *instance);

/* "instance of user(id=5)" and the like, into the buffer of a message. */
void calx_session_describe(calx_buffer *out, const calx_instance *instance);

#endif
