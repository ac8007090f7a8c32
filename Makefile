.DEFAULT_GOAL := help
SHELL := bash
GO ?= go
OUT ?= roster-demo
RACE ?= $(if $(shell command -v $${CC:-cc} 2>/dev/null),-race)
BASE ?=
BENCH ?= Read|List
ROUNDS ?= 6
SOAK ?= 10m
FUZZTIME ?= 3s
REDOCLY = npx --yes --ignore-scripts @redocly/cli@2.77.0
OPENAPI_TYPESCRIPT = npx --yes --ignore-scripts -p openapi-typescript@7.13.0 -p typescript@5.9.3
HEY_API = npx --yes --ignore-scripts -p @hey-api/openapi-ts@0.95.0 -p typescript@5.9.3
GOLANGCI = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SPECS = $(filter-out %.overlay.yaml specs/coverage.yaml,$(wildcard specs/*.yaml))
NEED_NODE = command -v npx >/dev/null || { echo "make $@ runs tools from npm: install Node.js 20 or newer, with npx"; exit 1; }

.PHONY: help demo test generate format verify lint lint-typescript breaking docs bench bench-report reliability soak fuzz vendors

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: ## export a whole directory from the built-in simulator, through the real clients, over HTTP
	$(GO) run ./cmd/roster export all --sim --format jsonl -o $(OUT)

test: ## run the tests, with the race detector where there is a C compiler for it
	$(GO) test $(RACE) ./...
	cd examples && $(GO) test $(RACE) ./...
	cd bench && $(GO) test $(RACE) ./...

generate: ## make gen/ and docs/COVERAGE.md from specs/, and docs/TROUBLESHOOTING*.md
	$(GO) generate .

format: ## write specs/ in their dialect of YAML
	$(GO) run ./internal/specfmt/cmd -w specs/*.yaml

verify: generate ## fail if a generated file is not what specs/ give
	git diff --exit-code -- '*.gen.go' docs/COVERAGE.md 'docs/TROUBLESHOOTING*.md'
	@test -z "$$(git ls-files --others --exclude-standard -- '*.gen.go' docs/COVERAGE.md 'docs/TROUBLESHOOTING*.md')" || { echo "generated files are not committed"; exit 1; }

lint: ## gofmt, golangci-lint, other systems, the documents
	@$(NEED_NODE)
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GOLANGCI) run ./...
	cd internal/change && $(GOLANGCI) run --config ../../.golangci.yml ./...
	cd examples && $(GOLANGCI) run --config ../.golangci.yml ./...
	cd bench && $(GOLANGCI) run --config ../.golangci.yml ./...
	cd internal/scimcheck && $(GOLANGCI) run --config ../../.golangci.yml ./...
	GOOS=windows $(GO) build ./...
	GOARCH=386 $(GO) build ./...
	$(GO) run ./internal/specfmt/cmd specs/*.yaml
	$(GO) run ./internal/coverage/makecoverage -check
	REDOCLY_TELEMETRY=off $(REDOCLY) lint --config specs/.redocly.yaml $(SPECS)
	@$(MAKE) --no-print-directory lint-typescript

lint-typescript: ## make TypeScript of the documents with two generators and compile it
	@$(NEED_NODE)
	@out="$$(mktemp -d)" && trap 'rm -rf "$$out"' EXIT && \
	for document in $(SPECS); do \
		vendor="$$(basename "$$document" .yaml)"; \
		$(OPENAPI_TYPESCRIPT) openapi-typescript "$$document" -o "$$out/$$vendor.ts" >"$$out/log" 2>&1 && \
		$(HEY_API) openapi-ts -i "$(CURDIR)/$$document" -o "$$out/$$vendor" --no-log-file >"$$out/log" 2>&1 || \
		{ cat "$$out/log"; echo "$$document: no TypeScript can be made of it"; exit 1; }; \
	done && \
	$(OPENAPI_TYPESCRIPT) tsc --strict --noEmit --target es2022 --lib es2022,dom,dom.iterable --module esnext --moduleResolution bundler \
		$$(find "$$out" -name '*.ts')

breaking: ## compare documents and public packages with the commit BASE=<ref> (else where the branch left origin/main, or HEAD~1), and fail if something breaks
	@[ "$(origin BASE)" != "command line" ] || [ -n "$(BASE)" ] || { echo "BASE is empty: name a commit, or leave BASE= out"; exit 2; }
	$(GO) run -C internal/change ./breaking -root "$(CURDIR)" -base "$(BASE)"

docs: ## build the reference pages, dist/docs/index.html
	@$(NEED_NODE)
	$(GO) run ./internal/docs/makedocs -version "$$(git describe --tags --always --dirty 2>/dev/null)" $(REDOCLY)

vendors: ## name the vendors, one document each
	@echo $(patsubst specs/%.yaml,%,$(SPECS))

bench: ## measure the clients against programs written by hand, as ratios with their spread
	@out="$$(mktemp -d)" && trap 'rm -rf "$$out"' EXIT && cd bench && $(GO) test -c -o "$$out/bench.test" . && \
	for round in $$(seq $(ROUNDS)); do \
		echo "round $$round of $(ROUNDS)"; \
		"$$out/bench.test" -test.run '^$$' -test.bench '$(BENCH)' -test.benchtime 0.5s >>"$$out/results" || exit 1; \
	done && $(GO) tool benchstat -col /client "$$out/results"

bench-report: ## measure everything there is to measure and write docs/PERFORMANCE.md
	cd bench && $(GO) run ./report -rounds $(ROUNDS)

reliability: ## measure what happens when things go wrong, and write docs/RELIABILITY.md
	$(GO) test ./internal/reliability -count=1 -timeout 60m -args -page "$(CURDIR)/docs/RELIABILITY.md" -soak 30s

soak: ## send mixed traffic to four simulators for SOAK (10m), with faults, and see that nothing is lost, doubled or leaked; then every fuzz target for 20 s
	$(GO) test ./internal/reliability -count=1 -v -run TestSoak -timeout 120m -args -soak $(SOAK)
	$(MAKE) --no-print-directory fuzz FUZZTIME=20s

fuzz: ## run every fuzz target for FUZZTIME (3s)
	GO="$(GO)" .ci/fuzz $(FUZZTIME)
