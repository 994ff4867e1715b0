# The front door.  Meson builds; this file is what one types.

SAN     ?=
V       ?=
JOBS    ?= 2
comma   := ,
BUILD   := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
SETUP   := $(if $(SAN),-Db_sanitize=$(SAN) -Db_lundef=false)
NINJA    = ninja -C $(BUILD) $(if $(V),-v,--quiet)
# A stamp that tools/bootstrap renews when it installed something: what was not found may be now.
STAMP   := build/.packages

help: ## this text
	@echo 'usage: make TARGET [SAN=address,undefined | SAN=thread] [V=1] [JOBS=N] [ARGS=...]'
	@sed -n 's/^\([a-z-]*\):.*## /  \1 /p' Makefile | \
	  while read -r target text; do printf '  %-14s %s\n' "$$target" "$$text"; done

run: ## build and show the main job: a black box that outlives the GPU device and the process
	@tools/bootstrap run $(STAMP)
	@$(MAKE) --no-print-directory build
	@NTSHM_BROKER_PATH='$(CURDIR)/$(BUILD)/src/broker/ntshmd' \
	  $(BUILD)/src/tool/ntshm blackbox demo -o $(BUILD) $(ARGS)

test: ## build and run all tests that take seconds
	@tools/bootstrap test $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/run-tests --jobs $(JOBS) $(BUILD) $(ARGS)

storm: ## the same under a signal a millisecond
	@tools/bootstrap test $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/run-tests --jobs $(JOBS) --signal-storm $(BUILD) $(ARGS)

bench: ## measure, as ratios to the bare system calls
	@tools/bootstrap test $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/run-tests --verbose --suite bench $(BUILD) $(ARGS)

stress: ## the tests that take minutes: kills, races, exhaustion
	@tools/bootstrap test $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/run-tests --verbose --suite stress --suite long $(BUILD) $(ARGS)

check: ## static checks: layers, exports, manual, format, lint
	@tools/bootstrap check $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/check $(BUILD)

format: ## format all C and C++ files in place
	@tools/bootstrap check $(STAMP)
	@git ls-files --cached --others --exclude-standard '*.[ch]' '*.cc' '*.cpp' | \
	  xargs clang-format -i

wine-check: ## the API tests under Wine: do our expectations hold there?
	@tools/bootstrap wine $(STAMP)
	@tools/run-wine build/wine $(ARGS)

vm-check: ## the tests on Debian's 6.1 kernel in a virtual machine with two NUMA nodes (minutes)
	@tools/bootstrap vm $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/vm-check --jobs $(JOBS) $(BUILD) $(BUILD)/vm $(ARGS)

port-check: ## port three programs' Windows code on this library and run their tests (network)
	@tools/bootstrap test $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/port-check $(BUILD) $(ARGS)

fuzz: ## run each fuzzer for a minute (SECONDS=N for longer)
	@tools/bootstrap fuzz $(STAMP)
	@tools/run-fuzz build-fuzz $(or $(SECONDS),60)

package: ## build the Debian packages, into build/package
	@tools/bootstrap package $(STAMP)
	@JOBS=$(JOBS) tools/package build/package

package-check: ## try the packages in a fresh Debian 12 (minutes; needs root; ARGS=--readme for more)
	@tools/bootstrap package $(STAMP)
	@JOBS=$(JOBS) tools/package-check build/package-check $(ARGS)

dist: ## the source tarball of what is committed, into build/meson-dist
	@tools/bootstrap run $(STAMP)
	@$(MAKE) --no-print-directory build
	@meson dist -C $(BUILD) --no-tests --formats xztar

pictures: ## draw docs/pictures anew, from a process and a black box of this machine
	@tools/bootstrap test $(STAMP)
	@$(MAKE) --no-print-directory build
	@tools/draw-pictures $(BUILD)

install: ## install below DESTDIR and the prefix given to meson
	@$(MAKE) --no-print-directory build
	@meson install -C $(BUILD) --no-rebuild

build: # configure when needed, then compile
	@mkdir -p $(BUILD)
	@if [ ! -f $(BUILD)/build.ninja ]; then \
	  meson setup $(BUILD) $(SETUP) >$(BUILD)/setup.log 2>&1 || { cat $(BUILD)/setup.log; exit 1; }; \
	elif [ $(STAMP) -nt $(BUILD)/build.ninja ]; then \
	  meson setup --reconfigure $(BUILD) >$(BUILD)/setup.log 2>&1; \
	fi
	@$(NINJA)

clean: ## remove all build directories
	rm -rf build build-*/

.PHONY: help run test storm bench stress check format wine-check vm-check port-check fuzz package package-check dist pictures install build clean
.DEFAULT_GOAL := help
