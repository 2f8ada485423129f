/*
 * Rows into a PostgreSQL table where nobody wants the keys: COPY in its binary form, sent in pieces
 * of a size the line takes well. The plain side sends arrays, as the insert's floor does, without
 * RETURNING.
 */
#include "floor_postgresql.h"

#include <string.h>

enum { PIECE = 64 * 1024 };

/* A signature that ends with a NUL, flags, and the length of what else there is. */
static const char head[19] = "PGCOPY\n\377\r\n";
static const char tail[] = { '\377', '\377' };

static void send(const pg_floor *floor, const char *bytes, size_t size)
{
    if (PQputCopyData(floor->conn, bytes, (int)size) != 1)
        bench_fail("libpq", PQerrorMessage(floor->conn));
}

/* Four fields follow: two bytes say so. */
static void start_row(wire_array *piece)
{
    char *at = wire_array_element(piece, 0) - 4;
    at[0] = 0;
    at[1] = 4;
    piece->size -= 2;
}

static void put_row(wire_array *piece, const struct entry *entry)
{
    start_row(piece);
    wire_array_put_text(piece, entry->name);
    wire_array_put_text(piece, entry->email);
    wire_array_put_64(piece, (uint64_t)entry->amount);
    wire_array_put_64(piece, wire_bits(entry->score));
}

void pg_copy_entries(void *state)
{
    pg_floor *floor = state;
    wire_array *piece = &floor->arrays[0];
    pg_execute_plain(floor, "begin", NULL);
    PQclear(pg_need(floor,
                    PQexec(floor->conn, "COPY entries (name, email, amount, score) FROM STDIN "
                                        "(FORMAT binary)"),
                    PGRES_COPY_IN));
    send(floor, head, sizeof(head));
    piece->size = 0;
    for (size_t i = 0; i < floor->task.count; i++) {
        put_row(piece, &floor->data[i]);
        if (piece->size >= PIECE) {
            send(floor, piece->bytes, piece->size);
            piece->size = 0;
        }
    }
    send(floor, piece->bytes, piece->size);
    send(floor, tail, sizeof(tail));
    if (PQputCopyEnd(floor->conn, NULL) != 1)
        bench_fail("libpq", PQerrorMessage(floor->conn));
    PQclear(pg_need(floor, PQgetResult(floor->conn), PGRES_COMMAND_OK));
    if (PQgetResult(floor->conn) != NULL)
        bench_fail("libpq", "more than one result");
    pg_execute_plain(floor, "commit", NULL);
}
