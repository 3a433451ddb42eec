# `make run` starts the product, `make test` tests it; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= auto

# All that there is, with what the image has and the usual build has not. The same for lint, tests and
# scripts/fuzz-api, so that its C is compiled once.
EVERYTHING := --workspace --features kafka --locked

.PHONY: help run build test lint fmt bench openapi coverage

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## Builds and serves at http://localhost:8080.
	exec target/release/filmhub serve

build: ## Builds the release binary.
	cargo build --release --locked --bin filmhub

test: ## Installs what the tests need and runs them all.
	scripts/install-test-tools
	cargo test $(EVERYTHING)
	scripts/fuzz-api

lint: ## Checks formatting, lints, documentation, scripts, YAML and alerts (needs shellcheck, yamllint, promtool).
	cargo fmt --all --check
	cargo clippy $(EVERYTHING) --all-targets -- -D warnings
	cargo clippy --workspace --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc $(EVERYTHING) --no-deps --document-private-items
	shellcheck .ci/run deploy/*.sh scripts/fuzz-api scripts/install-test-tools tests/servers/src/*.sh
	yamllint --strict compose.yaml .gitlab-ci.yml deploy/observability
	promtool check rules deploy/observability/alerts.yml
	promtool test rules deploy/observability/alerts-test.yml

fmt: ## Formats the code.
	cargo fmt --all

bench: ## Measures the product against a least server (takes some minutes).
	bench/run

openapi: ## Writes the OpenAPI document to docs/openapi.json.
	cargo run --quiet --bin filmhub -- openapi > docs/openapi.json

coverage: ## Measures line coverage; needs cargo-llvm-cov.
	cargo llvm-cov $(EVERYTHING) --summary-only
