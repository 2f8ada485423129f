/*
 * People and what each of them has one of: the foreign key is in the other table, so the person is
 * the far side of each one-to-one.
 */
#ifndef TESTS_RUNTIME_HOUSEHOLD_MODEL_H
#define TESTS_RUNTIME_HOUSEHOLD_MODEL_H

#include <calx/annotate.h>

struct badge;
struct desk;
struct locker;
struct passport;
struct photo;
struct task;

struct CALX_ENTITY("persons") person {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    /* Stays without its person. */
    CALX_ONE(struct desk) desk CALX_INVERSE(person);
    /* Cannot be without: it is deleted. */
    CALX_ONE(struct passport) passport CALX_INVERSE(holder) CALX_CASCADE(all, delete_orphan);
    /* Known from here only. */
    CALX_ONE(struct badge) badge;
    CALX_MANY(struct task) tasks CALX_INVERSE(person);
    CALX_ONE(struct locker) locker CALX_INVERSE(person);
};

struct CALX_ENTITY("desks") desk {
    int64_t id CALX_PRIMARY_KEY;
    const char *room;
    calx_nullable_int64 person_id CALX_REFERENCES(person, id) CALX_UNIQUE;
    CALX_ONE(struct person) person CALX_VIA(person_id) CALX_INVERSE(desk);
};

struct CALX_ENTITY("passports") passport {
    int64_t id CALX_PRIMARY_KEY;
    const char *number;
    int64_t holder_id CALX_REFERENCES(person, id) CALX_UNIQUE;
    CALX_ONE(struct person) holder CALX_VIA(holder_id) CALX_INVERSE(passport);
    /* A second one-to-one in the row. */
    CALX_ONE(struct photo) photo CALX_INVERSE(passport) CALX_CASCADE(all, delete_orphan);
};

struct CALX_ENTITY("photos") photo {
    int64_t id CALX_PRIMARY_KEY;
    int64_t passport_id CALX_REFERENCES(passport, id) CALX_UNIQUE;
    CALX_ONE(struct passport) passport CALX_VIA(passport_id) CALX_INVERSE(photo);
};

/* Rows that point at the same person are possible: nothing is unique. */
struct CALX_ENTITY("badges") badge {
    int64_t id CALX_PRIMARY_KEY;
    const char *text;
    calx_nullable_int64 person_id CALX_REFERENCES(person, id);
};

/* As a desk, but two rows may point at one person while they are written. */
struct CALX_ENTITY("lockers") locker {
    int64_t id CALX_PRIMARY_KEY;
    calx_nullable_int64 person_id CALX_REFERENCES(person, id);
    CALX_ONE(struct person) person CALX_VIA(person_id) CALX_INVERSE(locker);
};

/* What comes next in a row of tasks is the task that names this one as its previous. */
struct CALX_ENTITY("tasks") task {
    int64_t id CALX_PRIMARY_KEY;
    const char *name;
    calx_nullable_int64 previous_id CALX_REFERENCES(task, id) CALX_UNIQUE;
    calx_nullable_int64 person_id CALX_REFERENCES(person, id);
    CALX_ONE(struct task) previous CALX_VIA(previous_id) CALX_INVERSE(next);
    CALX_ONE(struct task) next CALX_INVERSE(previous);
    CALX_ONE(struct person) person CALX_VIA(person_id) CALX_INVERSE(tasks);
};

#endif
