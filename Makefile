# SPDX-License-Identifier: Apache-2.0
# Short names for what one types often. Everything real happens in meson, tools/ and tests/.

BUILD ?= build
GPUBAY = $(BUILD)/src/cli/gpubay

# gpubay ends with 1 when it found something wrong with this machine, and with 3 when there is no /sys to look at.
# Both are answers, not failures of the build.
ANSWERED = || [ $$? -eq 1 ] || [ $$? -eq 3 ]

.PHONY: all demo check bench vm fuzz install uninstall clean

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

demo:
	@tools/install-deps build
	@$(MAKE) --no-print-directory all
	@printf '\n--- this machine ---\n\n'
	@$(GPUBAY) $(ANSWERED)
	@printf '\n--- the example machine ---\n\n'
	@$(GPUBAY) --example $(ANSWERED)

check:
	@tools/install-deps build test
	@$(MAKE) --no-print-directory all
	@tests/run --build $(BUILD)

# Needs an idle machine: it times programs against each other.
bench:
	@tools/install-deps build bench
	@$(MAKE) --no-print-directory all
	@tests/bench/bench --build $(BUILD)

vm:
	@tools/install-deps build vm
	@$(MAKE) --no-print-directory all
	@tests/run --build $(BUILD) tests/vm

# FUZZ_SECONDS=N for each target, FUZZ=NAME for one of them.
fuzz:
	@tools/install-deps build test
	@tests/fuzz/run-fuzzers

install: all
	meson install -C $(BUILD)

# What the agent kept in /var/lib/gpubay and what is in /etc/gpubay stays.
uninstall:
	-systemctl disable --now gpubayd.service gpubayd.socket
	-systemctl stop gpubay-act.service
	-$(GPUBAY) cdi remove
	ninja -C $(BUILD) uninstall
	-systemctl daemon-reload

clean:
	rm -rf build build-*
