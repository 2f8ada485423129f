/*
 * What a server says while rows go in. It may refuse one long before the source ends, but libpq 15
 * keeps that to itself: in its state COPY_IN it takes notices and notifications out of what came in
 * and leaves all else, so PQconsumeInput() and PQisBusy() tell nothing, and PQgetResult() answers
 * PGRES_COPY_IN until the COPY was ended from here. So what the kernel has is looked at before
 * libpq reads it. Over TLS or GSSAPI that is not to be read, and a refusal is heard of at the end
 * of the source; so is one that libpq happened to read first, because a piece could not be sent
 * whole.
 *
 * The rule kept: what is taken for an error is one. Half a message may have been read, and the view
 * begin in the middle of a text; but a text has no NUL inside, and the beginning of an error does.
 */
#include "driver/postgresql/postgresql.h"

#include "base/allocator.h"

#include <string.h>
#include <sys/socket.h>

/*
 * More than MUCH of what is no error, and libpq is to take it: the server may wait for that. It
 * takes what it has room for, which the view has to show.
 */
enum { VIEW = 256 * 1024, MUCH = 8 * 1024, HEAD = 5 };

/* An 'E', its length below 64 KiB, the severity in the server's language, and the same in English.
 */
static bool is_error(const unsigned char *message, size_t size)
{
    static const char severities[][7] = { "VERROR", "VFATAL", "VPANIC" };
    if (size <= HEAD || message[1] != 0 || message[2] != 0 || message[HEAD] != 'S')
        return false;
    const unsigned char *end = memchr(message + HEAD, '\0', size - HEAD);
    if (end == NULL || (size_t)(message + size - end) <= sizeof(severities[0]))
        return false;
    for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
        if (memcmp(end + 1, severities[i], sizeof(severities[i])) == 0)
            return true;
    }
    return false;
}

static bool has_error(const unsigned char *view, size_t size)
{
    const unsigned char *end = view + size;
    const unsigned char *at = memchr(view, 'E', size);
    while (at != NULL && !is_error(at, (size_t)(end - at)))
        at = memchr(at + 1, 'E', (size_t)(end - at) - 1);
    return at != NULL;
}

unsigned char *calx_postgresql_view_new(PGconn *conn)
{
    return PQsslInUse(conn) || PQgssEncInUse(conn) ? NULL : calx_alloc(VIEW);
}

bool calx_postgresql_is_refusing(PGconn *conn, unsigned char *view)
{
    ssize_t size = view != NULL ? recv(PQsocket(conn), view, VIEW, MSG_PEEK | MSG_DONTWAIT) : 0;
    if (size <= 0)
        return false;
    if (has_error(view, (size_t)size))
        return true;
    if (size >= MUCH)
        (void)PQconsumeInput(conn);
    return false;
}
