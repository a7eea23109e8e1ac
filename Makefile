# The table of contents of this repository's work. `make` prints the verbs; CI calls the same ones.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export SQLX_OFFLINE ?= true

BIN := target/debug
WITH_POSTGRES := $(BIN)/with-postgres --npm web $(if $(POSTGRES_BIN),--postgres-bin $(POSTGRES_BIN))
say = @printf '\033[1m==> %s\033[0m\n' "$(1)"

.PHONY: help run setup npm wasm-target islands sdk build test test-rust test-web check gen bench bench-engine bench-pages bench-explorer bench-trace soak soak-client fuzz release chromium clean

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: setup build islands ## Build what is missing, start everything with a demo shop, print its URL
	$(call say,Starting)
	@exec $(BIN)/throughline dev --npm web $(if $(POSTGRES_BIN),--postgres-bin $(POSTGRES_BIN)) $(if $(LISTEN),--listen $(LISTEN))

setup: npm wasm-target

npm: web/node_modules/.installed

web/node_modules/.installed: web/package.json web/package-lock.json
	$(call say,Installing the npm packages of web/ (they carry the Postgres binaries))
	@command -v npm >/dev/null || { echo 'Node 20 or newer with npm is needed: on Debian, apt-get install nodejs npm'; exit 1; }
	@cd web && npm ci
	@touch $@

wasm-target:
	@command -v cargo >/dev/null || { echo 'Rust 1.95 or newer is needed: see rustup.rs'; exit 1; }
	@test -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" || { \
		printf '\033[1m==> Adding the wasm target\033[0m\n'; \
		rustup target add wasm32-unknown-unknown || echo 'The wasm target could not be added: pages will work without live updates.'; }

build: ## Build the server and the tools (the first time takes some minutes)
	$(call say,Building the server)
	@cargo build --workspace --bins

islands: build sdk ## Build what the browser loads: styles, the wasm islands and the browser SDK
	$(call say,Building the islands)
	@$(BIN)/islands-build --out web/dist --optimise

sdk: npm ## Build the browser SDK: web/sdk/dist, and its scripts for the server
	$(call say,Building the browser SDK)
	@cd web && node sdk/build.mjs

test: setup build islands chromium test-rust test-web ## Every test: Rust, TypeScript, browser

test-rust: setup build
	$(call say,Rust tests)
	@$(WITH_POSTGRES) -- cargo test --workspace

test-web: islands chromium
	$(call say,TypeScript and browser tests)
	@$(WITH_POSTGRES) -- npm --prefix web test

check: setup ## Format, lints, types, and whether the generated files are up to date
	$(call say,Format)
	@cargo fmt --all --check
	$(call say,Types of the browser SDK and of the browser tests)
	@cd web && npx tsc --noEmit
	$(call say,Lints and statements against a real schema)
	@$(call with_schema,target/sqlx,cargo clippy --workspace --all-targets -- -D warnings)
	$(call say,The browser SDK against the structs of the wire)
	@cargo test --quiet -p protocol --features openapi --test typescript
	@diff -r .sqlx target/sqlx >/dev/null || { echo '.sqlx is stale: run `make gen` and commit what it wrote'; exit 1; }

gen: npm ## Refresh the generated files: the statements' descriptions in .sqlx, codes, limits and keys in docs, the SDK's wire types
	@$(call with_schema,.sqlx,cargo check --workspace)
	@WRITE_DOCS=1 cargo test --quiet -p protocol --features openapi --test docs --test typescript

# Runs a cargo command that checks every statement against a scratch schema and describes them in folder $(1).
# Touching the crate makes cargo expand its macros anew.
define with_schema
cargo build --quiet -p local-postgres --bins
rm -rf $(1) && mkdir -p $(1) && touch crates/storage/src/lib.rs
$(WITH_POSTGRES) -- bash -eu -c 'node web/scratch-schema.mjs migrations && SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$$PWD/$(1)" $(2)'
endef

# What `make test` does in seconds, for longer.
soak: npm ## Kill ingest, worker and Postgres at random (KILLS=200, RATE=5000 items/s, SEED=) and print what was found
	$(call say,Killing at random)
	@KILLS=$(or $(KILLS),200) RATE=$(or $(RATE),5000) $(if $(SEED),SEED=$(SEED)) \
		cargo test --quiet -p throughline-server --test line kills:: -- --nocapture

soak-client: ## Run the Rust client against a hostile server for an hour (SOAK_SECONDS=3600) and print what was found
	$(call say,Being hostile)
	@SOAK_SECONDS=$(or $(SOAK_SECONDS),3600) cargo test --quiet -p throughline --test soak -- --nocapture

FUZZ_TARGETS := $(notdir $(basename $(wildcard crates/ingest/fuzz/targets/*.rs)))
fuzz: ## Fuzz each decoder (SECONDS_EACH=60); what it finds goes to crates/ingest/fuzz/artifacts
	@command -v cargo-fuzz >/dev/null || { echo 'cargo-fuzz is needed: cargo install cargo-fuzz'; exit 1; }
	@cd crates/ingest && for target in $(FUZZ_TARGETS); do \
		printf '\033[1m==> %s\033[0m\n' $$target; mkdir -p fuzz/target/found/$$target; \
		cargo fuzz run --sanitizer none $$target fuzz/target/found/$$target fuzz/corpus/$$target -- \
			-max_total_time=$(or $(SECONDS_EACH),60) -rss_limit_mb=512 -timeout=10 -max_len=8192; done

bench: setup ## The figures of the README, each as a ratio taken in one run
	$(call say,Building with release settings)
	@cargo build --release -p local-postgres --bins
	@cargo bench -p throughline --bench track
	@target/release/with-postgres --npm web --durable -- cargo bench -p ingest --bench http_against_copy
	@target/release/with-postgres --npm web --durable -- cargo bench -p ingest --bench overload
	@target/release/with-postgres --npm web --durable -- cargo bench -p throughline-server --bench keep_up

# chdb comes as a Python wheel of half a gigabyte, which nothing else needs.
CHDB := target/bench-engine/venv/.chdb-26.9.0
$(CHDB):
	$(call say,Installing chdb)
	@rm -rf $(@D) && python3 -m venv $(@D) && $(@D)/bin/pip install --quiet --no-deps chdb-core==26.9.0 && touch $@

bench-engine: npm $(CHDB) ## Six questions about EVENTS=10000000 events: the engine beside chdb, DuckDB and (PG=0: without) SQL
	$(call say,Building with release settings)
	@cargo build --release -p local-postgres --bins
	@target/release/with-postgres --npm web --durable -- env \
		$(if $(EVENTS),EVENTS=$(EVENTS)) $(if $(SEED),SEED=$(SEED)) $(if $(TIMES),TIMES=$(TIMES)) $(if $(PG),PG=$(PG)) $(if $(PEERS),PEERS=$(PEERS)) cargo bench -p query-api --bench engine

bench-pages: setup ## The server's time for each Audience page over EVENTS=10000000 events
	$(call say,Building with release settings)
	@cargo build --release -p local-postgres --bins
	@target/release/with-postgres --npm web --durable -- env \
		$(if $(EVENTS),EVENTS=$(EVENTS)) $(if $(SEED),SEED=$(SEED)) $(if $(TIMES),TIMES=$(TIMES)) cargo bench -p dashboard --bench pages

bench-explorer: npm $(if $(filter 0,$(PEERS)),,$(CHDB)) ## The explorer over POINTS=10000000 points and SPANS=5000000 spans, beside plain SQL and (PEERS=0: without) chdb
	$(call say,Building with release settings)
	@cargo build --release -p local-postgres --bins
	@target/release/with-postgres --npm web --durable -- env \
		$(if $(POINTS),POINTS=$(POINTS)) $(if $(SPANS),SPANS=$(SPANS)) $(if $(SEED),SEED=$(SEED)) $(if $(TIMES),TIMES=$(TIMES)) $(if $(PEERS),PEERS=$(PEERS)) cargo bench -p query-api --bench explorer

bench-trace: release chromium ## How smoothly a trace of 10,000 spans scrolls in Chromium, and the server's time for it
	@cargo build --release -p local-postgres --bins
	@SERVER_BINARY=$(CURDIR)/target/release/throughline BENCH=trace target/release/with-postgres --npm web -- npm --prefix web test -- trace-frames

release: setup ## The server with release settings, assets inside: target/release/throughline
	@cargo build --release -p islands-build
	@target/release/islands-build --out web/dist --optimise
	@cd web && node sdk/build.mjs
	@cargo build --release -p throughline-server

chromium:
	@test -n "$${CHROMIUM:-}" || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			printf '\033[1m==> Installing Chromium for the browser tests\033[0m\n'; apt-get update -qq && apt-get install -y -qq chromium; \
		else echo 'The browser tests need Chromium: sudo apt-get install chromium'; exit 1; fi; }

clean: ## Remove what was built
	@rm -rf target web/dist web/sdk/dist web/node_modules
