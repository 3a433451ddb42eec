#!/usr/bin/env bash
# Puts one image into service on a server over SSH. The variables are explained in deploy/README.md.
# Prints no secret: keys stay in files, the registry password goes through standard input.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    echo "deploy: $*" >&2
    exit 1
}

: "${DEPLOY_HOST:?the server to deploy to}"
: "${DEPLOY_USER:?the account on the server}"
: "${DEPLOY_IMAGE:?the image with its tag}"
: "${SSH_PRIVATE_KEY:?path of the file with the private key}"
: "${SSH_KNOWN_HOSTS:?path of the file with the host keys of the server}"
port=${DEPLOY_PORT:-22}
path=${DEPLOY_PATH:-/opt/filmhub}

# These end up in a command line on the server, so they may hold nothing that its shell would read.
[[ $DEPLOY_HOST =~ ^[A-Za-z0-9.:-]+$ && $DEPLOY_HOST != -* ]] || fail "DEPLOY_HOST is not a host name or address"
[[ $DEPLOY_USER =~ ^[a-z_][a-z0-9_.-]*$ ]] || fail "DEPLOY_USER is not an account name"
[[ $port =~ ^[0-9]{1,5}$ ]] || fail "DEPLOY_PORT is not a port"
[[ $path =~ ^/[A-Za-z0-9/_.-]+$ ]] || fail "DEPLOY_PATH is not a plain absolute path"
[[ $DEPLOY_IMAGE =~ ^[A-Za-z0-9][A-Za-z0-9/_.:@-]*$ ]] || fail "DEPLOY_IMAGE is not an image name"
[[ -s $SSH_PRIVATE_KEY ]] || fail "SSH_PRIVATE_KEY must be a variable of type File"
[[ -s $SSH_KNOWN_HOSTS ]] || fail "SSH_KNOWN_HOSTS must be a variable of type File"

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A key pasted into a form often loses its last line end or gains carriage returns; ssh takes neither.
{
    tr -d '\r' <"$SSH_PRIVATE_KEY"
    echo
} >"$work/key"
tr -d '\r' <"$SSH_KNOWN_HOSTS" >"$work/known_hosts"

# Only this server, only with the keys that were given: a stranger in between gets nothing.
name=$DEPLOY_HOST
if [[ $port != 22 ]]; then
    name="[$DEPLOY_HOST]:$port"
fi
ssh-keygen -F "$name" -f "$work/known_hosts" >/dev/null || fail "SSH_KNOWN_HOSTS has no key of $name"

remote() {
    ssh -p "$port" -i "$work/key" \
        -o BatchMode=yes \
        -o IdentitiesOnly=yes \
        -o StrictHostKeyChecking=yes \
        -o UserKnownHostsFile="$work/known_hosts" \
        -o GlobalKnownHostsFile=/dev/null \
        -o UpdateHostKeys=no \
        -o ConnectTimeout=15 \
        -o ServerAliveInterval=15 \
        -o LogLevel=ERROR \
        -l "$DEPLOY_USER" "$DEPLOY_HOST" "$@"
}

# The image becomes the default of the copied file, so that plain `docker compose` commands on the
# server speak of the same image as this deployment.
mkdir -p "$work/files/deploy"
sed "s|filmhub:local|$DEPLOY_IMAGE|" compose.yaml >"$work/files/compose.yaml"
grep -qF "\${APP_IMAGE:-$DEPLOY_IMAGE}" "$work/files/compose.yaml" || fail "compose.yaml has no default image to replace"
cp deploy/bucket-setup.sh deploy/on-server.sh "$work/files/deploy/"
chmod -R u=rwX,go=rX "$work/files"

echo "deploy: copying to $DEPLOY_HOST:$path"
tar -C "$work/files" -cf - . |
    remote "mkdir -p $path && rm -rf $path/.incoming && mkdir $path/.incoming && tar -C $path/.incoming -xf -"

if [[ -n ${CI_DEPLOY_PASSWORD:-} ]]; then
    echo "deploy: signing in to the registry"
    printf '%s' "$CI_DEPLOY_PASSWORD" |
        remote "docker login --username '${CI_DEPLOY_USER:?}' --password-stdin '${CI_REGISTRY:?}'" >/dev/null
fi

remote "sh $path/.incoming/deploy/on-server.sh $path" </dev/null
echo "deploy: $DEPLOY_IMAGE is in service"
