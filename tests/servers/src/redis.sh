#!/bin/sh
# Runs one Redis server for as long as standard input stays open, and leaves nothing behind.
#
# Reads orders, one a line: `start PORT` starts it with nothing in it, `kill` kills it in the middle of
# whatever it does. Answers each with a line: `ready`, `failed` or `killed`. The kernel closes standard
# input however the one who holds the other end dies, so the server never outlives it.
set -u
trap : HUP INT TERM
folder=$(mktemp -d "${TMPDIR:-/tmp}/filmhub-redis.XXXXXX") || exit 1
server=

kill_server() {
    [ -z "$server" ] && return
    kill -KILL "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=
}

start_server() {
    redis-server --port "$1" --bind 127.0.0.1 --dir "$folder" --save '' --appendonly no \
        </dev/null >"$folder/log" 2>&1 &
    server=$!
    while kill -0 "$server" 2>/dev/null; do
        # Somebody else may have the port; then ours is gone in a moment.
        if redis-cli -h 127.0.0.1 -p "$1" info server 2>/dev/null | grep -q "process_id:$server"; then
            echo ready
            return
        fi
        sleep 0.05
    done
    cat "$folder/log" >&2
    server=
    echo failed
}

while read -r order port; do
    case $order in
    start) start_server "$port" ;;
    kill)
        kill_server
        echo killed
        ;;
    esac
done
kill_server
rm -rf "$folder"
