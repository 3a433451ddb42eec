#!/bin/sh
# Runs one RabbitMQ server for as long as standard input stays open, and leaves nothing behind.
#
# usage: rabbitmq.sh VHOSTS
#
# Reads orders, one a line: `start PORT DISTRIBUTION_PORT EPMD_PORT` starts it where it was, `kill` kills
# it in the middle of whatever it does. Answers each with a line: `ready`, `failed` or `killed`. The kernel
# closes standard input however the one who holds the other end dies, so the server never outlives it.
#
# It has a user `filmhub` with the password `p@ss/word`, and so many virtual hosts: v0, v1, ...
set -u
trap : HUP INT TERM
folder=$(mktemp -d "${TMPDIR:-/tmp}/filmhub-rabbitmq.XXXXXX") || exit 1
cd "$folder" || exit 1
server=
names=

# What Debian puts into the path changes the user first.
program=/usr/lib/rabbitmq/bin/rabbitmq-server
[ -x "$program" ] || program=rabbitmq-server

write_settings() {
    echo '[].' >"$folder/enabled_plugins"
    : >"$folder/env.conf"
    cat >"$folder/rabbitmq.conf" <<END
load_definitions = $folder/definitions.json
log.file = $folder/server.log
END
    vhosts='' permissions='' number=0
    while [ "$number" -lt "$1" ]; do
        vhosts="$vhosts, {\"name\": \"v$number\"}"
        permissions="$permissions, {\"user\": \"filmhub\", \"vhost\": \"v$number\",
            \"configure\": \".*\", \"write\": \".*\", \"read\": \".*\"}"
        number=$((number + 1))
    done
    cat >"$folder/definitions.json" <<END
{
    "users": [{"name": "filmhub", "password": "p@ss/word", "tags": ""}],
    "vhosts": [${vhosts#, }],
    "permissions": [${permissions#, }]
}
END
}

end() {
    [ -z "$1" ] && return
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

start_server() {
    # Erlang would start one by itself that outlives everybody.
    end "$names"
    epmd -port "$3" -address 127.0.0.1 </dev/null >/dev/null 2>&1 &
    names=$!
    until epmd -port "$3" -names >/dev/null 2>&1; do
        kill -0 "$names" 2>/dev/null || break
        sleep 0.05
    done
    # Under systemd the shell makes way for the server, so that killing the one kills the other. Waiting in
    # a loop is of use on machines with cores to spare only.
    env HOME="$folder" RUNNING_UNDER_SYSTEMD=true \
        ERL_CRASH_DUMP_SECONDS=0 ERL_EPMD_PORT="$3" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME="filmhub-$1@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
        RABBITMQ_NODE_PORT="$1" RABBITMQ_DIST_PORT="$2" \
        RABBITMQ_MNESIA_BASE="$folder/mnesia" RABBITMQ_LOG_BASE="$folder/logs" \
        RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE="$folder/env.conf" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins" RABBITMQ_PID_FILE="$folder/pid" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+sbwt none +sbwtdcpu none +sbwtdio none' \
        "$program" </dev/null >"$folder/output" 2>&1 &
    server=$!
    while kill -0 "$server" 2>/dev/null; do
        if grep -q 'Server startup complete' "$folder/server.log" 2>/dev/null; then
            echo ready
            return
        fi
        sleep 0.1
    done
    tail -n 50 "$folder/output" "$folder/server.log" >&2
    server=
    echo failed
}

write_settings "$1"
while read -r order port distribution_port epmd_port; do
    case $order in
    start)
        rm -f "$folder/server.log"
        start_server "$port" "$distribution_port" "$epmd_port"
        ;;
    kill)
        # The names of new queues reach the disk some seconds after the last one was made, and a server that
        # is killed before has lost them for good. No answer tells when that is done.
        sleep 7
        end "$server"
        server=
        echo killed
        ;;
    esac
done
end "$server"
end "$names"
cd /
rm -rf "$folder"
