/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks: pure functions from (snapshot, settings) to findings. A check is a row in facts/checks-<topic>.c and a
 * function in check/check-<topic>.c that adds a finding with evidence for each thing that is wrong. A check says
 * nothing where the snapshot does not know: unknown is not wrong.
 */
#ifndef GPUBAY_CHECK_CHECK_H
#define GPUBAY_CHECK_CHECK_H

#include "facts/checks.h"
#include "model/snapshot.h"

#define FINDING(F, S) \
	F(S, id, str, _, 0, "id of the check, GBnnnn") \
	F(S, severity, en, severity, 0, "error, warning or note") \
	F(S, topic, str, _, 0, "topic") \
	F(S, subject, str, _, 0, "what it is about: a PCI address, a port, a module, a file") \
	F(S, gpu, ref, gpu, 0, "the GPU concerned, where there is one") \
	F(S, message, str, _, 0, "what is wrong") \
	F(S, remedy, str, _, 0, "what to do") \
	F(S, evidence, list, evidence, 0, "what was read")
FIELD_STRUCT(finding, FINDING)

/* What the person expects; everything optional. */
struct expectation {
	const char *vendor;  /* "intel", "nvidia", "amd" */
	uint32_t count;      /* exact count wanted; NONE: at least one */
	uint64_t address;    /* a GPU of that vendor at this address; UINT64_MAX: anywhere */
};
struct check_settings {
	struct expectation *expect; /* vendors wanted; n_expect 0: nothing expected, or `expect_auto` */
	uint32_t n_expect;
	bool expect_auto;           /* whatever is there is right, but something must be */
	struct strs topics;         /* run only these topics; empty: all */
};

struct check {
	const struct snapshot *snap;
	const struct check_settings *settings;
	struct arena *arena;
	struct finding_list *findings;
};

/* A check function; one may serve several ids. */
struct check_fn {
	const char *topic;
	const char *ids; /* space separated ids it can add */
	void (*run)(struct check *c);
};
/* Tables by topic, each ended by a zeroed row. */
extern const struct check_fn check_inventory_fns[], check_driver_fns[], check_firmware_fns[], check_pci_fns[],
	check_nodes_fns[], check_kernel_fns[], check_thunderbolt_fns[], check_typec_fns[], check_rdma_fns[],
	check_expect_fns[], check_runtime_fns[], check_confine_fns[], check_vulkan_fns[], check_media_fns[], check_userspace_fns[],
	check_hotswap_fns[];

/* Runs what the settings ask for. Findings are sorted: severity, then id, then subject. All memory is the arena's. */
void check_run(const struct snapshot *s, const struct check_settings *settings, struct arena *a,
	       struct finding_list *ret);

/*
 * For check functions. Adds a finding of the row `id` with the row's severity and remedy; `gpu` is an index or NONE.
 * The pointer is valid until the next check_add.
 */
struct finding *check_add(struct check *c, const char *id, const char *subject, uint32_t gpu, const char *fmt, ...)
	PRINTF_LIKE(5, 6);
void check_evidence(struct check *c, struct finding *f, const char *path, const char *value, const char *wanted);
void check_remedy(struct check *c, struct finding *f, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Path of an attribute of a PCI function for evidence: /sys/bus/pci/devices/ADDR/name. */
const char *check_pci_path(struct check *c, uint32_t pci, const char *name);
const char *check_addr(struct check *c, uint64_t address);
/* Whether this topic runs too: what it says of a cause is not said again of what follows. */
bool check_runs(const struct check *c, const char *topic);

#endif
