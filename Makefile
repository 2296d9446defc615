# proxyrank: `make help` lists the targets.
#
# One cargo profile (dev, with the numeric crates optimised) serves every target, so nothing is built twice.

SHELL := /bin/bash
.DEFAULT_GOAL := help

CARGO ?= cargo
STEP := .ci/step
# Building every package at once gives all targets the same features, hence the same compiled dependencies.
BUILD := $(CARGO) build --workspace --locked --quiet
PROXYRANK := target/debug/proxyrank
export CARGO_INCREMENTAL ?= 0

.PHONY: help build reproduce reproduce-quick report leaderboard reference fetch test browser fmt-check clippy doc unit doctest bench clean toolchain nextest

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

toolchain:
	@command -v $(CARGO) >/dev/null || { echo "error: cargo is missing; install Rust 1.95 or newer from https://rustup.rs" >&2; exit 2; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing; run: apt-get install gcc libc6-dev" >&2; exit 2; }

build: toolchain
	@$(STEP) "build" $(BUILD)

reproduce: build ## Fetch, score, rank, draw, and compare with every published number (45 minutes on two cores)
	@$(STEP) "reproduce" $(PROXYRANK) reproduce

reproduce-quick: build ## A minute: closed forms only, networks from the committed reference, fewer resamples
	@$(STEP) "reproduce --quick" $(PROXYRANK) reproduce --quick

report: build ## Write tables and charts again from the stored results
	@$(STEP) "report" $(PROXYRANK) report

leaderboard: build ## The leaderboard as a static site, from the stored results: reports/site/index.html
	@$(STEP) "leaderboard" $(PROXYRANK) leaderboard build

reference: ## Make the last report the committed reference (after explaining what changed)
	@.ci/reference

fetch: build ## Download and check every data set
	@$(STEP) "fetch" $(PROXYRANK) fetch --all

test: toolchain fmt-check clippy doc unit doctest ## Format, lints, docs, tests and doctests: what CI runs

fmt-check:
	@$(STEP) "fmt" $(CARGO) fmt --all --check

clippy:
	@$(STEP) "clippy" $(CARGO) clippy --workspace --all-targets --locked --quiet -- -D warnings

doc:
	@RUSTDOCFLAGS="-D warnings" $(STEP) "doc" $(CARGO) doc --workspace --no-deps --locked --quiet

unit: nextest
	@$(STEP) "test build" $(CARGO) nextest run --workspace --locked --no-run --cargo-quiet
	@$(STEP) "tests" .ci/tests

browser: nextest ## The leaderboard in a headless Chromium, which is installed if it is missing (Debian, root)
	@command -v chromium >/dev/null || $(STEP) "install chromium" .ci/chromium
	@$(STEP) "browser test" $(CARGO) nextest run -p proxyrank-cli --locked --cargo-quiet site_is_whole_and_works

doctest:
	@$(STEP) "doctests" $(CARGO) test --workspace --doc --locked --quiet

nextest:
	@$(CARGO) nextest --version >/dev/null 2>&1 || $(STEP) "install cargo-nextest" $(CARGO) install cargo-nextest --version 0.9.143 --locked --quiet

bench: toolchain ## Timing of statistics, counts and proxies (criterion)
	@$(STEP) "bench" $(CARGO) bench --workspace --bench data_free --bench statistics --profile dev --locked

clean: ## Remove built files and generated results; downloads and committed references stay
	$(CARGO) clean
	find results reports -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +
