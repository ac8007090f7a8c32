.DEFAULT_GOAL := help
SHELL := bash
GO ?= go
OUT ?= roster-demo
RACE ?= $(if $(shell command -v $${CC:-cc} 2>/dev/null),-race)
BASE ?=
REDOCLY = npx --yes --ignore-scripts @redocly/cli@2.77.0
OPENAPI_TYPESCRIPT = npx --yes --ignore-scripts -p openapi-typescript@7.13.0 -p typescript@5.9.3
HEY_API = npx --yes --ignore-scripts -p @hey-api/openapi-ts@0.95.0 -p typescript@5.9.3
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
SPECS = specs/wecom.yaml specs/dingtalk.yaml specs/feishu.yaml specs/wps.yaml

.PHONY: help demo test generate format verify lint lint-typescript breaking docs bench

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: ## export a whole directory from the built-in simulator, through the real clients, over HTTP
	$(GO) run ./cmd/roster export all --sim --format jsonl -o $(OUT)

test: ## run all tests, with the race detector where there is a C compiler for it
	$(GO) test $(RACE) ./...

generate: ## make gen/ from specs/
	$(GO) generate .

format: ## write specs/ in their dialect of YAML
	$(GO) run ./internal/specfmt/cmd -w specs/*.yaml

verify: generate ## fail if a generated file is not what specs/ give
	git diff --exit-code -- '*.gen.go'
	@test -z "$$(git ls-files --others --exclude-standard -- '*.gen.go')" || { echo "generated files are not committed"; exit 1; }

lint: ## gofmt, go vet, staticcheck, other systems, the documents
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...
	GOOS=windows $(GO) build ./...
	GOARCH=386 $(GO) build ./...
	cd internal/change && $(GO) vet ./... && $(STATICCHECK) ./...
	$(GO) run ./internal/specfmt/cmd specs/*.yaml
	REDOCLY_TELEMETRY=off $(REDOCLY) lint --config specs/.redocly.yaml $(SPECS)
	@$(MAKE) --no-print-directory lint-typescript

lint-typescript: ## make TypeScript of the documents with two generators and compile it
	@out="$$(mktemp -d)" && trap 'rm -rf "$$out"' EXIT && \
	for document in $(SPECS); do \
		vendor="$$(basename "$$document" .yaml)"; \
		$(OPENAPI_TYPESCRIPT) openapi-typescript "$$document" -o "$$out/$$vendor.ts" >"$$out/log" 2>&1 && \
		$(HEY_API) openapi-ts -i "$(CURDIR)/$$document" -o "$$out/$$vendor" --no-log-file >"$$out/log" 2>&1 || \
		{ cat "$$out/log"; echo "$$document: no TypeScript can be made of it"; exit 1; }; \
	done && \
	$(OPENAPI_TYPESCRIPT) tsc --strict --noEmit --target es2022 --lib es2022,dom,dom.iterable --module esnext --moduleResolution bundler \
		$$(find "$$out" -name '*.ts')

breaking: ## hold documents and all public packages against a commit, BASE=<ref> (else where the branch left origin/main, or HEAD~1), and fail if something breaks
	@[ "$(origin BASE)" != "command line" ] || [ -n "$(BASE)" ] || { echo "BASE is empty: name a commit, or leave BASE= out"; exit 2; }
	$(GO) run -C internal/change ./breaking -root "$(CURDIR)" -base "$(BASE)"

docs: ## build the reference pages, dist/docs/index.html
	$(GO) run ./internal/docs/makedocs -version "$$(git describe --tags --always --dirty 2>/dev/null)" $(REDOCLY)

bench: ## measure against plain net/http
	$(GO) test -run '^$$' -bench . -benchmem ./bench/...
