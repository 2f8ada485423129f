/*
 * Models whose keys the application makes and changes.
 */
#ifndef TESTS_RUNTIME_KEY_MODELS_H
#define TESTS_RUNTIME_KEY_MODELS_H

#include <calx/annotate.h>
#include <calx/mapper.h>

/* Mails follow their member by the database: ON UPDATE CASCADE. */
struct mail;
struct member {
    const char *name; /* the key */
    const char *city;
    CALX_MANY(struct mail) mails;
};

struct mail {
    const char *address; /* the key */
    const char *text;
    const char *member_name;
    const struct member *member;
};

/* Tasks follow their worker by UPDATEs: passive_updates off. */
struct task;
struct worker {
    const char *name; /* the key */
    const char *city;
    CALX_MANY(struct task) tasks;
};

struct task {
    int64_t id;
    const char *worker_name;
    const struct worker *worker;
};

/* The key of a desk has that of its room in it; a lamp points at a desk. */
struct desk;
struct lamp;
struct room {
    const char *building; /* the key, with number */
    int64_t number;
    CALX_MANY(struct desk) desks;
};

struct desk {
    const char *building; /* the key, with number and place */
    int64_t number;
    int64_t place;
    const struct room *room;
    CALX_MANY(struct lamp) lamps;
};

struct lamp {
    int64_t id;
    const char *building;
    calx_nullable_int64 number;
    calx_nullable_int64 place;
    const struct desk *desk;
};

/* The same, following by UPDATEs. */
struct stage;
struct scene;
struct drama {
    int64_t id;
    CALX_MANY(struct stage) stages;
};

struct stage {
    int64_t drama_id; /* the key, with number */
    int64_t number;
    const struct drama *drama;
    CALX_MANY(struct scene) scenes;
};

struct scene {
    int64_t id;
    int64_t drama_id;
    int64_t number;
    const struct stage *stage;
};

/* A town points at a column of its country that is no key of it. */
struct town;
struct country {
    int64_t id;
    const char *code; /* unique */
    CALX_MANY(struct town) towns;
};

struct town {
    int64_t id;
    const char *country_code;
    const struct country *country;
};

/* A tree by names, following by UPDATEs. */
struct folder {
    const char *path; /* the key */
    const char *parent_path;
    const struct folder *parent;
    CALX_MANY(struct folder) folders;
};

extern const calx_mapper member_mapper, mail_mapper, worker_mapper, task_mapper;
extern const calx_mapper room_mapper, desk_mapper, lamp_mapper;
extern const calx_mapper drama_mapper, stage_mapper, scene_mapper;
extern const calx_mapper country_mapper, town_mapper, folder_mapper;
extern const calx_metadata key_metadata;

/* Positions in the relationship tables. */
enum { MEMBER_MAILS };
enum { MAIL_MEMBER };
enum { WORKER_TASKS };
enum { TASK_WORKER };
enum { ROOM_DESKS };
enum { DESK_ROOM, DESK_LAMPS };
enum { LAMP_DESK };
enum { DRAMA_STAGES };
enum { STAGE_DRAMA, STAGE_SCENES };
enum { SCENE_STAGE };
enum { COUNTRY_TOWNS };
enum { TOWN_COUNTRY };
enum { FOLDER_PARENT, FOLDER_FOLDERS };

#endif
