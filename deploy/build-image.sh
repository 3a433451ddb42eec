#!/bin/sh
# Builds the image with Kaniko and pushes it to the registry of the project. Runs in the debug image
# of Kaniko, so it keeps to what BusyBox has.
set -eu

: "${CI_PROJECT_DIR:?}" "${CI_REGISTRY:?}" "${CI_REGISTRY_IMAGE:?}" "${CI_COMMIT_SHA:?}"
: "${CI_REGISTRY_USER:?}" "${CI_REGISTRY_PASSWORD:?}"

executor=${KANIKO_EXECUTOR:-/kaniko/executor}
config=${DOCKER_CONFIG:-/kaniko/.docker}

# The password goes to a file that only this job can read, never to a command line. In a subshell:
# the executor must not inherit the mask, or the files of the image would be closed as well.
(
    umask 077
    mkdir -p "$config"
    auth=$(printf '%s:%s' "$CI_REGISTRY_USER" "$CI_REGISTRY_PASSWORD" | base64 | tr -d '\n')
    printf '{"auths":{"%s":{"auth":"%s"}}}\n' "$CI_REGISTRY" "$auth" >"$config/config.json"
)

set -- --destination "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"
if [ -n "${CI_COMMIT_TAG:-}" ]; then
    set -- "$@" --destination "$CI_REGISTRY_IMAGE:$CI_COMMIT_TAG"
elif [ "${CI_COMMIT_BRANCH:-}" = "${CI_DEFAULT_BRANCH:-main}" ]; then
    set -- "$@" --destination "$CI_REGISTRY_IMAGE:latest"
fi

# Each layer is kept in the registry under /cache; uncompressed handling saves memory with the big
# layer of dependencies. Not with --single-snapshot: the owner of the volume's folder would be lost.
"$executor" \
    --context "dir://$CI_PROJECT_DIR" \
    --dockerfile "$CI_PROJECT_DIR/Dockerfile" \
    --cache=true \
    --cache-repo "$CI_REGISTRY_IMAGE/cache" \
    --cache-ttl 720h \
    --compressed-caching=false \
    --push-retry 3 \
    --build-arg "VERSION=${CI_COMMIT_TAG:-${CI_COMMIT_SHORT_SHA:-dev}}" \
    --build-arg "REVISION=$CI_COMMIT_SHA" \
    --build-arg "CREATED=${CI_COMMIT_TIMESTAMP:-}" \
    --build-arg "SOURCE=${CI_PROJECT_URL:-}" \
    "$@"
