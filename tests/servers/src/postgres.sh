#!/bin/sh
# Runs one PostgreSQL cluster for as long as standard input stays open, and leaves nothing behind.
#
# usage: postgres.sh BIN_DIR FSYNC PORT...
#
# Prints `ready PORT FOLDER` once the server answers. Then it reads orders, one a line: `stop` stops the
# server in the middle of whatever it does, `start` starts it again where it was. It answers each with a
# line: `stopped`, `started` or `failed`. Whoever started it holds the other end of standard input; the
# kernel closes that end however the holder dies, so the server never outlives it.
set -u
bin=$1
fsync=$2
shift 2

# A signal to everybody wakes this script up; it must live long enough to clean up.
trap : HUP INT TERM

folder=$(mktemp -d "${TMPDIR:-/tmp}/filmhub-postgres.XXXXXX") || exit 1

# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as_owner() { setpriv --reuid=postgres --regid=postgres --init-groups --reset-env "$@"; }
else
    as_owner() { "$@"; }
fi
cd "$folder" || exit 1

stop_server() {
    as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop </dev/null >/dev/null 2>&1
}

start_server() {
    as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w \
        -o "-p $1 $settings" start </dev/null >start.log 2>&1
}

clean_up() {
    stop_server
    cd /
    rm -rf "$folder"
}

fail() {
    echo "PostgreSQL did not start: $1" >&2
    cat "$folder"/*.log >&2
    clean_up
    exit 1
}

as_owner "$bin/initdb" -D "$folder/data" -U app --auth=trust --no-sync -E UTF8 --locale=C.UTF-8 \
    >initdb.log 2>&1 || fail initdb

settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300"
settings="$settings -c fsync=$fsync -c full_page_writes=$fsync -c synchronous_commit=$fsync"

for port in "$@"; do
    # Somebody else may have taken a port meanwhile; then the next one is tried.
    if start_server "$port"; then
        echo "ready $port $folder"
        while read -r order; do
            case $order in
            stop)
                stop_server
                echo stopped
                ;;
            start) if start_server "$port"; then echo started; else echo failed; fi ;;
            esac
        done
        clean_up
        exit 0
    fi
done
cat "$folder/data/server.log" >&2
fail "no port of $* would do"
