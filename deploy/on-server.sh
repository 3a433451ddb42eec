#!/bin/sh
# The part of a deployment that runs on the server; deploy.sh copies it there and starts it with the
# folder of the deployment.
set -eu

cd "${1:?the folder of the deployment}"

if [ ! -s .env ]; then
    echo "on-server: no .env in $1; see deploy/README.md" >&2
    exit 1
fi

# Checked before anything is replaced: a missing variable must not leave half a deployment. Names of
# missing variables are printed, values are not.
docker compose --project-directory . --file .incoming/compose.yaml config --quiet

mkdir -p deploy
mv .incoming/deploy/bucket-setup.sh deploy/bucket-setup.sh
mv .incoming/compose.yaml compose.yaml
rm -r .incoming

docker compose pull --quiet
# Waits for the migrations and for the app to become healthy: the worker depends on it.
docker compose up -d --no-build --remove-orphans
docker compose ps
docker image prune -f
