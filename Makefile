# The everyday targets; each is one or two commands that can also be typed.
DATA  ?= data
CACHE ?= cache
CARGO ?= cargo
# Compose needs absolute directories, and results should belong to who calls.
COMPOSE = MDTUI_DATA="$(abspath $(DATA))" MDTUI_CACHE="$(abspath $(CACHE))" MDTUI_USER="$$(id -u):$$(id -g)" \
          docker compose -f deploy/container/compose.yaml

.PHONY: help env-install pipe view demo test install deb static docker-build docker-shell
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

env-install: ## say what the build needs and what is missing
	@scripts/toolchain.sh

pipe: ## harvest all logs below DATA (default: data) into CACHE (default: cache)
	$(CARGO) run --release --locked -- --data-dir "$(DATA)" --cache-dir "$(CACHE)" harvest

view: ## open the browser on DATA and CACHE
	$(CARGO) run --release --locked -- --data-dir "$(DATA)" --cache-dir "$(CACHE)"

demo: ## write synthetic logs into ./demo and look at them
	$(CARGO) run --release --locked -- demo

test: ## run all tests
	$(CARGO) test --locked

install: ## install mdtui for this user (~/.cargo/bin)
	$(CARGO) install --locked --path .

deb: ## build a Debian package
	scripts/package.sh deb

static: ## build a binary that runs on any Linux of this processor
	scripts/package.sh static

docker-build: ## build the container image
	$(COMPOSE) build

docker-shell: ## open a shell in the container, with DATA (read-only) and CACHE mounted
	@mkdir -p "$(DATA)" "$(CACHE)"
	$(COMPOSE) run --rm --entrypoint sh browse
