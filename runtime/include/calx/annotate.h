/**
 * @file annotate.h
 * The annotation language: what calx-gen reads from your structs (docs/annotations.md).
 *
 * In an ordinary build every macro here is empty or a plain type, in C and in C++. Under calx-gen,
 * which defines CALX_GENERATOR, each becomes an attribute the reader finds. Values (lengths,
 * texts) are macro-expanded before they are recorded; names (columns, members, structs) are not,
 * so a macro called `linux` cannot change CALX_REFERENCES(linux, id).
 *
 * This header stands alone: including it is all an annotated header needs.
 */
#ifndef CALX_ANNOTATE_H
#define CALX_ANNOTATE_H

#include <calx/types.h>

#ifdef CALX_GENERATOR

/*
 * What calx-gen reads. Names are made texts at once, so no macro gets at them; a value goes through
 * one macro more, which expands it first.
 */
#define CALX_NOTE_(text)              __attribute__((annotate(text)))
#define CALX_NOTE_VALUE_(key, ...)    CALX_NOTE_EXPANDED_(key, __VA_ARGS__)
#define CALX_NOTE_EXPANDED_(key, ...) CALX_NOTE_("calx:" key "=" #__VA_ARGS__)

/* On a struct: between `struct` and the tag, or before a typedef'd struct's `{`. */
#define CALX_ENTITY(table)     CALX_NOTE_("calx:entity=" table)
#define CALX_RESULT            CALX_NOTE_("calx:result")
#define CALX_NAME(name)        CALX_NOTE_("calx:name=" #name)
#define CALX_INDEX(...)        CALX_NOTE_("calx:index=" #__VA_ARGS__)
#define CALX_UNIQUE_INDEX(...) CALX_NOTE_("calx:unique-index=" #__VA_ARGS__)
#define CALX_LEGACY_IS_ORPHAN  CALX_NOTE_("calx:legacy-is-orphan")

/* On a member: after its name. */
#define CALX_PRIMARY_KEY             CALX_NOTE_("calx:primary-key")
#define CALX_NOT_NULL                CALX_NOTE_("calx:not-null")
#define CALX_UNIQUE                  CALX_NOTE_("calx:unique")
#define CALX_LENGTH(characters)      CALX_NOTE_VALUE_("length", characters)
#define CALX_COLUMN(name)            CALX_NOTE_("calx:column=" name)
#define CALX_DEFAULT(text)           CALX_NOTE_("calx:default=" text)
#define CALX_SERVER_DEFAULT(sql)     CALX_NOTE_("calx:server-default=" sql)
#define CALX_CHECK(sql)              CALX_NOTE_("calx:check=" sql)
#define CALX_REFERENCES(entity, ...) CALX_NOTE_("calx:references=" #entity "," #__VA_ARGS__)
#define CALX_ON_DELETE(action)       CALX_NOTE_("calx:on-delete=" #action)
#define CALX_ON_UPDATE(action)       CALX_NOTE_("calx:on-update=" #action)
#define CALX_DEFERRED                CALX_NOTE_("calx:deferred")
#define CALX_IGNORE                  CALX_NOTE_("calx:ignore")
#define CALX_VERSION_COLUMN          CALX_NOTE_("calx:version-column")
#define CALX_VERSION_FUNCTION(name)  CALX_NOTE_("calx:version-function=" #name)
#define CALX_VERSION_MANUAL          CALX_NOTE_("calx:version-manual")

/* Relationships: a type, then the member's name, then these. */
#define CALX_ONE(type) CALX_NOTE_("calx:one") const type *
#define CALX_MANY(type)                                                                            \
    CALX_NOTE_("calx:many") struct {                                                               \
        const type *const *items;                                                                  \
        size_t count;                                                                              \
    }
#define CALX_VIA(...)        CALX_NOTE_("calx:via=" #__VA_ARGS__)
#define CALX_INVERSE(member) CALX_NOTE_("calx:inverse=" #member)
/* The table may stand alone, which this header need not be told about. */
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#define CALX_SECONDARY(table, ...) CALX_NOTE_("calx:secondary=" table "\n" #__VA_ARGS__)
#define CALX_CASCADE(...)          CALX_NOTE_("calx:cascade=" #__VA_ARGS__)
#define CALX_ORDER_BY(...)         CALX_NOTE_("calx:order-by=" #__VA_ARGS__)
#define CALX_VIEW_ONLY             CALX_NOTE_("calx:view-only")
#define CALX_SINGLE_PARENT         CALX_NOTE_("calx:single-parent")
#define CALX_POST_UPDATE           CALX_NOTE_("calx:post-update")
#define CALX_PASSIVE_DELETES(what) CALX_NOTE_("calx:passive-deletes=" #what)
#define CALX_PASSIVE_UPDATES(what) CALX_NOTE_("calx:passive-updates=" #what)
#define CALX_LAZY(way)             CALX_NOTE_("calx:lazy=" #way)
#define CALX_INNER_JOIN            CALX_NOTE_("calx:inner-join")
#define CALX_JOIN_DEPTH(times)     CALX_NOTE_VALUE_("join-depth", times)
#define CALX_LOAD_ON_PENDING       CALX_NOTE_("calx:load-on-pending")

#else

/** The struct is an entity, stored in this table. */
#define CALX_ENTITY(table)
/** The struct is filled with rows of selects and statements, by the names of their columns; it has
 * no table. Its members take CALX_NOT_NULL, CALX_COLUMN and CALX_IGNORE. */
#define CALX_RESULT
/** The name generated functions begin with, when the tag will not do. */
#define CALX_NAME(name)
/** CALX_INDEX(name, member…): an index over these members, in this order. */
#define CALX_INDEX(...)
/** CALX_UNIQUE_INDEX(name, member…): the same, unique. */
#define CALX_UNIQUE_INDEX(...)

/** With several relationships that delete their orphans: the struct's rows are orphans only when
 * all of them have let go; otherwise when any one has. */
#define CALX_LEGACY_IS_ORPHAN

/** Part of the primary key; a single integer key is made by the database when left 0. */
#define CALX_PRIMARY_KEY
/** Text and bytes are nullable unless they carry this; scalars never are. */
#define CALX_NOT_NULL
/** No two rows share a value. */
#define CALX_UNIQUE
/** Longest text in characters, a constant expression; a longer one is an error at the flush, never
 * cut. */
#define CALX_LENGTH(characters)
/** The column's name, when the member's will not do. */
#define CALX_COLUMN(name)
/** A constant user_new() writes into the member, in quotes: a number, an enumerator, a truth value
 * or a text. */
#define CALX_DEFAULT(text)
/** SQL the database evaluates when the member was left empty at INSERT. */
#define CALX_SERVER_DEFAULT(sql)
/** A CHECK constraint over the columns of this table. */
#define CALX_CHECK(sql)
/** CALX_REFERENCES(entity, member): a foreign key. Several members that refer to the parts of one
 * composite key are one foreign key together. */
#define CALX_REFERENCES(entity, ...)
/** What a foreign key does when its target goes: cascade, set_null, set_default, restrict or
 * no_action. */
#define CALX_ON_DELETE(action)
/** What a foreign key does when the key it points at changes: cascade, set_null, set_default,
 * restrict or no_action. */
#define CALX_ON_UPDATE(action)
/** Not loaded with its row, unless a query says so. */
#define CALX_DEFERRED
/** Not a column. */
#define CALX_IGNORE
/** Optimistic locking: what every UPDATE and DELETE checks. An integer is counted up by every
 * UPDATE, a calx_timestamp is the time of it. */
#define CALX_VERSION_COLUMN
/** Beside CALX_VERSION_COLUMN: the function that makes versions. The generated header declares it;
 * define calx_status name(const T *old, T *out_new) for a member of type T, char for an array. */
#define CALX_VERSION_FUNCTION(name)
/** Beside CALX_VERSION_COLUMN: the version is checked and not made; the program sets it, or, with
 * CALX_SERVER_DEFAULT, the database, and it is fetched after each INSERT and UPDATE. */
#define CALX_VERSION_MANUAL

/** The one object a foreign key of this struct points at, or the one whose foreign key points here;
 * NULL until loaded or when there is none. */
#define CALX_ONE(type) const type *
/** The objects whose foreign key points here, or, with CALX_SECONDARY, those an association table
 * joins to this one; empty until loaded. Read it through its accessor. */
#define CALX_MANY(type)                                                                            \
    struct {                                                                                       \
        const type *const *items;                                                                  \
        size_t count;                                                                              \
    }
/** CALX_VIA(member…): the foreign key a relationship goes through, when there are several. */
#define CALX_VIA(...)
/** CALX_INVERSE(member): the same relationship seen from the other struct. */
#define CALX_INVERSE(member)
/** CALX_SECONDARY("table", column…) on a CALX_MANY: many-to-many, through this association table.
 * Its columns are those that point here, then those that point at the target; unless said,
 * the struct's tag and the key's column with an underscore between them. */
#define CALX_SECONDARY(...)
/** What is repeated on related objects: save_update, merge, refresh_expire, expunge, delete, all of
 * these as `all`, delete_orphan, or none. Unless said: save_update and merge. */
#define CALX_CASCADE(...)
/** CALX_ORDER_BY(member, member desc, …): the order a collection is loaded in. */
#define CALX_ORDER_BY(...)
/** Read and never written: it has no functions that change it. */
#define CALX_VIEW_ONLY
/** A target has one owner at most, through this relationship. */
#define CALX_SINGLE_PARENT
/** Rows are inserted with this foreign key NULL and deleted after it was made NULL again; it is
 * written by an UPDATE of its own. So rows may point at each other. */
#define CALX_POST_UPDATE
/** When the owner is deleted, what is not loaded is left to the database (on), or so is what is
 * loaded (all). */
#define CALX_PASSIVE_DELETES(what)
/** Whether a changed key is passed on by the database (on, which it is unless said) or by UPDATEs
 * of the flush (off). */
#define CALX_PASSIVE_UPDATES(what)
/** How it is loaded unless a query says otherwise: select, joined, selectin, subquery, immediate,
 * raise, raise_on_sql or noload. */
#define CALX_LAZY(way)
/** A joined load may use a plain JOIN: every row has a target. */
#define CALX_INNER_JOIN
/** How often the target's struct may come again on one path of joined loads. */
#define CALX_JOIN_DEPTH(times)
/** It is loaded for an owner that is pending, too, by the keys that one has in memory. */
#define CALX_LOAD_ON_PENDING

#endif

#endif
