# The image of Filmhub: one binary on a small Debian, run by an ordinary user.
#
# Nothing here needs BuildKit (no RUN --mount, no heredoc, no COPY --parents, --link or --chmod):
# the pipeline builds with Kaniko, which knows those partly or not at all, and the same file serves
# `docker build`.

# `make lint` and the pipeline use the same toolchain; the minimum is `rust-version` in Cargo.toml.
ARG RUST_VERSION=1.95
ARG DEBIAN_RELEASE=bookworm

# ---------------------------------------------------------------------------- build
# The full image rather than the slim one: it brings gcc and make, all that the C parts need.
FROM rust:${RUST_VERSION}-${DEBIAN_RELEASE} AS builder
WORKDIR /src
ENV CARGO_NET_RETRY=5

# Dependencies get a layer of their own, made from the manifests and empty sources, so that a change
# of our code does not compile them again. cargo-chef does the same from a recipe that an earlier
# stage draws from the whole tree; but Kaniko keys `COPY --from` by that entire stage, so there each
# change of a source file would throw the layer away. The price of this way is the list below: each
# workspace member needs its line, and the build stops when one is missing.
COPY Cargo.toml Cargo.lock ./
COPY bench/limit/Cargo.toml bench/limit/
COPY crates/application/Cargo.toml crates/application/
COPY crates/domain/Cargo.toml crates/domain/
COPY crates/infrastructure/Cargo.toml crates/infrastructure/
COPY crates/learning/Cargo.toml crates/learning/
COPY crates/presentation/Cargo.toml crates/presentation/
COPY crates/telemetry/Cargo.toml crates/telemetry/
COPY migrations/Cargo.toml migrations/
COPY tests/servers/Cargo.toml tests/servers/

# `cargo clean --workspace` drops the empty members again. Without it, real sources that are older
# than this layer (copying keeps their times) would count as built already. The empty sources of
# members that only tests and measurements use stay, because Cargo wants every member to have a target.
RUN set -eu; \
    for member in bench/limit crates/* migrations tests/servers; do \
        mkdir "$member/src"; \
        : > "$member/src/lib.rs"; \
    done; \
    mkdir src; \
    echo 'fn main() {}' > src/main.rs; \
    cargo build --profile dist --locked --features kafka; \
    cargo clean --profile dist --locked --workspace; \
    rm -r src crates/*/src migrations/src

COPY assets assets
COPY migrations migrations
COPY crates crates
COPY src src
RUN cargo build --profile dist --locked --features kafka

# ---------------------------------------------------------------------------- run
# The slim image of the release that the binary was linked on: it has libc, libm and libgcc_s, and a
# shell for `docker compose exec`. Nothing is installed, so this stage needs no network.
FROM debian:${DEBIAN_RELEASE}-slim

RUN set -eu; \
    groupadd --gid 10001 filmhub; \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/filmhub \
        --shell /usr/sbin/nologin filmhub; \
    install -d -o filmhub -g filmhub -m 0750 /var/lib/filmhub

COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY LICENSE-APACHE LICENSE-MIT NOTICE /usr/share/doc/filmhub/
COPY --from=builder /src/target/dist/filmhub /usr/local/bin/filmhub

# `filmhub.toml` and `.env` are read from the working directory. It belongs to root, so that the
# service cannot rewrite its own settings; mount them here.
WORKDIR /etc/filmhub

ENV FILMHUB_HOST=0.0.0.0 \
    FILMHUB_PORT=8080 \
    FILMHUB_DATA_DIR=/var/lib/filmhub

# A number, not a name: orchestrators that forbid root can check it without reading /etc/passwd.
USER 10001:10001

# Fails the build when a library is missing here or when the binary is not the real one.
RUN test -n "$(filmhub openapi)"

# After the folder was made with its owner: Kaniko leaves a volume out of later layers.
VOLUME /var/lib/filmhub
EXPOSE 8080
STOPSIGNAL SIGTERM

# The first start loads the starter catalogue, hence the long start period.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["filmhub", "healthcheck"]

ENTRYPOINT ["filmhub"]
CMD ["serve"]

# Last, because these values change with every build.
ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=
ARG SOURCE=
LABEL org.opencontainers.image.title="Filmhub" \
      org.opencontainers.image.description="An open film companion: find films, keep watchlists, be told what to watch tonight" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"
