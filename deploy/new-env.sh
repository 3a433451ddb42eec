#!/bin/sh
# Writes .env from .env.example with fresh random secrets. Never touches an existing .env.
set -eu

cd "$(dirname "$0")/.."

if [ -e .env ]; then
    echo "new-env: .env exists already; nothing was changed" >&2
    exit 1
fi

# Hexadecimal digits need no escaping in a URL; 20 bytes make 40 of them, the longest key that every
# S3 store takes.
secret() {
    head -c 20 /dev/urandom | od -A n -t x1 | tr -d ' \n'
}

umask 077
draft=$(mktemp .env.XXXXXX)
trap 'rm -f "$draft"' EXIT

while IFS= read -r line; do
    case $line in
    AWS_KEY_ID=) printf 'AWS_KEY_ID=filmhub-app\n' ;;
    [A-Z]*=) printf '%s%s\n' "$line" "$(secret)" ;;
    *) printf '%s\n' "$line" ;;
    esac
done <.env.example >"$draft"

# A link fails when the name is taken, so two runs at once cannot overwrite each other's secrets.
ln "$draft" .env
echo "new-env: wrote .env with fresh secrets; keep a copy of it apart from this machine"
