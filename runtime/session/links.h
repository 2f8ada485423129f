/*
 * Relationships in memory. A link is one foreign key of one instance: the instance it points at. A
 * slot is one relationship as it was loaded. The two sides are one fact: an item of a loaded
 * collection is an instance whose link points at the owner, and every link is in a list of its
 * target. So an instance that goes can be taken out of everything that points at it. Many-to-many
 * relationships have slots too; what is in them is said by pairs.h.
 */
#ifndef CALX_SESSION_LINKS_H
#define CALX_SESSION_LINKS_H

#include "session/pairs.h"

typedef enum calx_link_state {
    CALX_LINK_UNKNOWN = 0, /* only the columns tell; a target is what it was before */
    CALX_LINK_LOADED,      /* target agrees with the columns */
    CALX_LINK_CHANGED      /* target is newer than the columns; the flush writes them */
} calx_link_state;

typedef struct calx_link calx_link;
typedef struct calx_links_rest calx_links_rest;

/* There is one for each row of a large collection: what it takes is what loading them costs. */
struct calx_link {
    calx_instance *owner;
    calx_instance *target;      /* NULL: points at nothing, or unknown */
    calx_link *next, *previous; /* among those that point at target; else among leavers */
    uint32_t place;     /* where in the collections of its target its owner was put, cut off */
    uint16_t number;    /* which foreign key of its owner it is */
    uint8_t state;      /* calx_link_state */
    bool orphaned : 1;  /* was removed from a collection whose members may not be without owner */
    bool listed : 1;    /* false: is surely in no loaded collection of its target */
    bool set_apart : 1; /* its owner left the session: collections that load leave it out */
    bool fresh : 1;     /* joined collections in an attach that may still fail */
    bool changing : 1;  /* part of a change under way: nothing is reached over it now */
    bool named : 1;     /* its owner is to be a member after that change */
    bool gave_way : 1;  /* left a one-to-one to another one */
    bool displaces : 1; /* came to a one-to-one that was not loaded: the flush asks who was there */
};

/*
 * Places are counted from where the first item ever was, so that one taken out at either end moves
 * no other. What else moves makes the places of links inexact, which costs a look around there.
 */
typedef struct calx_slot {
    const void **items; /* entities */
    size_t count, capacity;
    size_t front; /* so much room is free before the items; part of the capacity */
    size_t first; /* the place of items[0] */
    size_t moves; /* since places were exact */
    bool loaded;
    bool assigned; /* replaced or cleared as a whole: an empty one is so on purpose */
    bool stored;   /* rows were read for it */
} calx_slot;

/* What is known of few instances only. */
struct calx_links_rest {
    calx_instance *owner;
    /* References of owners that let go of it, one of each kind of owner; owned. */
    const calx_relationship **abandoned;
    uint32_t abandoned_count, abandoned_capacity;
    calx_instance *leaver;  /* in a flush being planned: who goes from here elsewhere */
    calx_side others;       /* pairs over which no relationship of the instance goes */
    struct calx_loan *loan; /* the session that loads for it while it is not stored; or NULL */
    struct calx_boundary *boundary; /* the innermost one in which a slot changed; or NULL */
    calx_links_rest *touched_next, *touched_previous; /* of that boundary */
    /* Before the first link whose owner was a member, and was taken out outside of any session. */
    calx_link leavers;
};

/*
 * Behind it lie a link for each foreign key of the mapper, a slot for each of its relationships but
 * the many-to-ones, which are links, and a side for each many-to-many.
 */
struct calx_links {
    calx_link *incoming;            /* links of others that point here */
    const struct calx_loads *place; /* the options it was loaded under, counted; or NULL */
    calx_links_rest *rest;          /* or NULL */
};

/* Whether the foreign key is the target's: the relationship is what points at its owner. */
static inline bool calx_is_far(const calx_relationship *facts)
{
    return facts->kind == CALX_RELATIONSHIP_MANY || facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE;
}

/* Whether it has one target at most, and a pointer as its raw member. */
static inline bool calx_is_single(const calx_relationship *facts)
{
    return facts->kind == CALX_RELATIONSHIP_ONE || facts->kind == CALX_RELATIONSHIP_ONE_TO_ONE;
}

static inline bool calx_is_view_only(const calx_relationship *facts)
{
    return (facts->flags & CALX_RELATIONSHIP_VIEW_ONLY) != 0;
}

/* What is repeated over the relationship: views take no part in what is written (SES-292). */
static inline unsigned calx_cascade_of(const calx_relationship *facts)
{
    enum { HARMLESS = CALX_CASCADE_REFRESH_EXPIRE | CALX_CASCADE_EXPUNGE };
    return calx_is_view_only(facts) ? facts->cascade & HARMLESS : facts->cascade;
}

/* Whether the collection, or one-to-one, is made of such links. */
bool calx_goes_over(const calx_relationship *facts, const calx_link *link);

/* The raw member of a CALX_MANY, as calx/annotate.h declares it. */
typedef struct calx_raw_many {
    const void *const *items;
    size_t count;
} calx_raw_many;

/* What the struct shows of a collection. */
calx_raw_many calx_links_shown_many(const calx_instance *instance, unsigned relationship);

/* What it shows of a relationship with one target. */
const void *calx_links_shown_one(const calx_instance *instance, unsigned relationship);

/* What the links of an instance take, and links in zeroed memory of its own block. */
size_t calx_links_size(const calx_mapper *mapper);
void calx_links_place(calx_instance *instance, void *memory);

/* Makes sure the instance has links. CALX_E_NOMEM: nothing changed. */
calx_status calx_links_ensure(calx_instance *instance);

/* The same for the rest of them; NULL: no memory. */
calx_links_rest *calx_links_need_rest(calx_instance *instance);

/* The link of a foreign key. The instance has links. */
static inline calx_link *calx_link_at(const calx_instance *instance, size_t foreign_key)
{
    return (calx_link *)(instance->links + 1) + foreign_key;
}

/* The same; NULL: the instance has no links yet. */
static inline calx_link *calx_links_of(const calx_instance *instance, size_t foreign_key)
{
    return instance->links == NULL ? NULL : calx_link_at(instance, foreign_key);
}

/* How many of the first relationships have slots. */
static inline size_t calx_slot_count(const calx_mapper *mapper, size_t relationships)
{
    size_t count = 0;
    for (size_t i = 0; i < relationships; i++)
        count += mapper->relationships[i].kind != CALX_RELATIONSHIP_ONE;
    return count;
}

/* The slot of a relationship that is no many-to-one. The instance has links. */
static inline calx_slot *calx_slot_at(const calx_instance *instance, size_t relationship)
{
    const calx_mapper *mapper = instance->mapper;
    calx_slot *first = (calx_slot *)calx_link_at(instance, mapper->foreign_key_count);
    return first + calx_slot_count(mapper, relationship);
}

/* Points a link at a target (NULL: nothing). Both must have links. Never fails. */
void calx_link_point(calx_link *link, calx_instance *target, calx_link_state state);

/*
 * Remembers whose member the owner of a link was that points at nothing now, so that it comes into
 * a session with that one (SES-273). Until it is pointed somewhere else, or one of the two goes. Of
 * the rest of the links of that one there must be some.
 */
void calx_link_note_left(calx_link *link, calx_instance *left);

/* Which foreign key of its owner a link is. */
static inline unsigned calx_link_number(const calx_link *link)
{
    return link->number;
}

/* ---- slots, slot.c ---- */

/* Room in a collection for more items, so that adding them cannot fail. */
calx_status calx_slot_reserve(calx_slot *slot, size_t more);
void calx_slot_add(calx_slot *slot, calx_link *link);

/*
 * The same for items that are no link's owner but one end of a pair, which keeps their place: adds
 * one, and answers where; takes one out; moves one. Whoever keeps the places makes them exact when
 * calx_slot_is_inexact().
 */
size_t calx_slot_put(calx_slot *slot, const void *entity);
bool calx_slot_pull(calx_slot *slot, const void *entity, size_t place);
void calx_slot_shift(calx_slot *slot, const void *entity, size_t place, size_t position);
bool calx_slot_is_inexact(calx_slot *slot);

/* Turns round the items from a position on. */
void calx_slot_reverse(calx_slot *slot, size_t from, unsigned foreign_key);

/* Moves the link's owner to another position; those between go one up or down. */
void calx_slot_move(calx_slot *slot, calx_link *link, size_t position);

/* Takes the link's owner out; false: it is not in. Its link is not listed then, or in a twin only.
 */
bool calx_slot_take_out(calx_slot *slot, const calx_link *link);

/* Takes out all whose link is changing and not named. */
void calx_slot_take_out_leaving(calx_slot *slot, unsigned foreign_key);

/* Gives the memory back. */
void calx_slot_clear(calx_slot *slot);

/* Whether the link's owner is in a collection of its target. At once when it is not. */
bool calx_slot_contains(const calx_slot *slot, const calx_link *link);

/* ---- both sides ---- */

/* Empties a collection, which is unknown from then on. */
void calx_slot_unload(calx_instance *instance, unsigned relationship);

/* Room for more owners of such links in the collections of a target that are known in memory. */
calx_status calx_link_reserve(const calx_link *link, calx_instance *target, size_t more);

/* Puts the link's owner into those collections of its target, and one-to-ones with nobody in them.
 * Reserved before. */
void calx_link_join(calx_link *link);

/* Shows the link in the raw members of its owner. */
void calx_link_show(const calx_link *link);

/* Shows a slot in the struct's raw member; an unloaded one as NULL and 0. */
void calx_links_show(calx_instance *instance, unsigned relationship);

/* Takes an entity out of every collection of its link's target that it may be in. Never fails. */
void calx_link_leave(calx_link *link);

/*
 * Takes out of all collections over a foreign key those whose links are changing and not named, in
 * one go. Never fails.
 */
void calx_links_leave_together(calx_instance *target, const calx_relationship *facts);

/* Takes the link's owner out of the collections of its target; stored ones are unloaded. */
void calx_link_leave_for_good(calx_link *link, const calx_session *ending);

/* Unloads the collections of a stored instance. */
void calx_links_unload_collections(calx_instance *instance);

/* Whether the struct's raw members show what links and slots say: nothing was assigned to them. */
bool calx_links_are_shown(const calx_instance *instance);

/*
 * Back to "ask the database". Changes not yet written are dropped too, unless keep_changed: after
 * an expired instance was loaded they are still to be written.
 */
void calx_links_unload(calx_instance *instance, bool keep_changed);

/* The same for one relationship, changes not yet written too. */
void calx_links_unload_one(calx_instance *instance, unsigned relationship);

/* After columns of a foreign key were loaded: where it points is to be asked, if not changed. */
void calx_link_outdate(calx_link *link);

/*
 * Takes the instance out of everything that points at it. Collections of persistent owners that had
 * it are unloaded. What it points at by a change not yet written stays (SES-056). Those with
 * CALX_INSTANCE_VISITED leave together, and keep what they are to each other.
 */
void calx_links_detach(calx_instance *instance);

/*
 * As detach, with everything, and frees its links. Collections of owners with the same fate are
 * left alone.
 */
void calx_links_drop(calx_instance *instance, const calx_session *ending);

#endif
