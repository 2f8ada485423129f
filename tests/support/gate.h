/*
 * A gate between the library and the PostgreSQL server, which follows the protocol message by
 * message: it cuts a connection when so many have passed, or kills the server's process then, or
 * takes connections that are never answered. A thread of its own keeps it.
 */
#ifndef TESTS_SUPPORT_GATE_H
#define TESTS_SUPPORT_GATE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gate gate;

/* Whose messages are counted. */
typedef enum gate_side { GATE_CLIENT, GATE_SERVER } gate_side;

typedef enum gate_fault {
    GATE_CUT,     /* the next message is lost, and both ends see the connection end */
    GATE_TEAR,    /* the same, but its first half has passed */
    GATE_KILL,    /* the server's process is killed first; what both still say passes */
    GATE_STALL,   /* from then on nothing passes on this connection, and it stays open */
    GATE_STRANGE, /* the next message is of a kind nobody knows, all else passes */
    GATE_LONGER   /* the next message says to be much longer than it is, all else passes */
} gate_fault;

/* Opens it before the server of the tests. Fails the test when that cannot be. */
gate *gate_open(void);

/* Ends all that goes through it. */
void gate_close(gate *self);

/* Only the first connection is passed on: the others are taken and never answered. */
void gate_pass_only_one(gate *self);

/* While true, all that is open is cut, and who comes is taken and sent away. */
void gate_refuse(gate *self, bool refuse);

/* How many connections were taken so far, also those that were sent away. */
long gate_taken(gate *self);

/* How many messages of clients were passed on so far. */
long gate_heard(gate *self);

/* A URL of the server, which leads through the gate instead. */
void gate_url(const gate *self, const char *url, char *out, size_t size);

/*
 * From now on so many messages of one side pass, then the fault strikes, once. Of the rows in an
 * answer each 64th counts. Forgets whether a commit was seen.
 */
void gate_arm(gate *self, gate_side side, gate_fault fault, long messages);

/* Whether it has struck so far. */
bool gate_has_struck(gate *self);

/* Ends that. Answers whether it struck. */
bool gate_disarm(gate *self);

/* Whether the client sent a COMMIT since, passed on or not. */
bool gate_saw_commit(gate *self);

#endif
