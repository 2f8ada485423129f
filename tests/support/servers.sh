# shellcheck shell=bash
# Functions of the scripts that run a command with servers of its own, and stop them whatever
# happens; sourced. PostgreSQL and PgBouncer refuse to run as root, so as root they run as the user
# postgres. All of them keep their files and sockets in one directory, and listen nowhere else.

calx_fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# calx_servers_begin: makes `directory`; from now on whatever ends the script calls stop_servers,
# the script's own, and removes the directory.
calx_servers_begin() {
    # A socket's path may have 107 bytes, so a long TMPDIR is not for it.
    directory=$(mktemp -d /tmp/calx-server-XXXXXX)
    as_owner=(env)
    child=
    trap calx_servers_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    if [ "$(id -u)" -eq 0 ]; then
        id postgres >/dev/null 2>&1 || calx_fail "as root, the user postgres is needed to run a server"
        chown postgres "$directory"
        as_owner=(setpriv --reuid=postgres --regid=postgres --init-groups env)
    fi
}

calx_servers_end() {
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill "$child" 2>/dev/null || :
        wait "$child" 2>/dev/null || :
    fi
    stop_servers
    rm -rf "$directory"
}

# calx_servers_with COMMAND…: runs it beside the servers, and ends with its status.
calx_servers_with() {
    local alive status=0
    # After a kill -9 no trap runs, but this pipe closes. Only this script has its end.
    exec {alive}> >(
        trap '' INT TERM HUP
        exec >/dev/null 2>&1
        cat
        [ ! -d "$directory" ] || calx_servers_end
    )
    # In the background, so that a signal ends the wait and not only the command.
    "$@" <&0 {alive}>&- &
    child=$!
    wait "$child" || status=$?
    child=
    exit "$status"
}

# Sets `bin`: of the newest server of Debian's versions, or whatever the PATH has.
calx_postgresql_find() {
    local candidate
    bin=
    for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        [ ! -x "$candidate/initdb" ] || { bin=$candidate; break; }
    done
    if [ -z "$bin" ] && command -v initdb >/dev/null; then
        bin=$(dirname "$(command -v initdb)")
    fi
    [ -n "$bin" ] || calx_fail "no PostgreSQL server is installed (Debian: postgresql)"
}

# calx_postgresql_init DATA: a new cluster, which keeps nothing: it does not wait for the disk.
calx_postgresql_init() {
    if ! (cd "$directory" && "${as_owner[@]}" "$bin/initdb" -D "$1" -U calx -A trust \
        --no-sync --encoding=UTF8 --locale=C >"$directory/initdb" 2>&1); then
        cat "$directory/initdb" >&2
        calx_fail "initdb failed"
    fi
    calx_postgresql_configure "$1" <<CONFIG
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
max_prepared_transactions = 50
shared_buffers = 64MB
autovacuum = off
timezone = 'UTC'
lc_messages = 'C'
CONFIG
}

# calx_postgresql_configure DATA: more settings, from the input; later ones win.
calx_postgresql_configure() {
    "${as_owner[@]}" tee -a "$1/postgresql.conf" >/dev/null
}

# calx_postgresql_start DATA SOCKETS: with its socket in that directory.
calx_postgresql_start() {
    calx_postgresql_configure "$1" <<<"unix_socket_directories = '$2'"
    if ! (cd "$directory" && "${as_owner[@]}" "$bin/pg_ctl" -D "$1" -l "$1.log" -w -t 60 \
        start >"$1.start" 2>&1); then
        cat "$1.start" "$1.log" >&2 2>/dev/null || :
        calx_fail "the server did not start"
    fi
}

# calx_postgresql_stop DATA: if it runs.
calx_postgresql_stop() {
    [ ! -f "$1/postmaster.pid" ] ||
        "${as_owner[@]}" "$bin/pg_ctl" -D "$1" -m immediate -w stop >/dev/null 2>&1 || :
}
