/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole node at one moment: built in one arena by the probe phases, sealed, read-only, thrown away whole.
 * Objects refer to each other by index into these arrays, never by pointer. After snapshot_seal() nothing changes.
 */
#ifndef GPUBAY_MODEL_SNAPSHOT_H
#define GPUBAY_MODEL_SNAPSHOT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/drm.h"
#include "model/extlink.h"
#include "model/gpu.h"
#include "model/path.h"
#include "model/pci.h"
#include "model/platform.h"
#include "model/rdma.h"
#include "model/runtime.h"
#include "model/report.h"
#include "model/typec.h"

/* Something that could not be read, so that "unknown" can be explained. */
#define GAP(F, S) \
	F(S, path, str, _, 0, "what was to be read") \
	F(S, error, str, _, 0, "why it could not, as errno's name") \
	F(S, phase, str, _, 0, "who wanted it")
FIELD_STRUCT(gap, GAP)

/* What the source as a whole could tell. */
enum source_kind { SOURCE_LIVE, SOURCE_ROOT, SOURCE_CAPTURE, SOURCE_LSPCI, SOURCE_EXAMPLE };

struct snapshot {
	struct arena *arena;
	enum source_kind source;
	const char *source_name;
	bool sealed;
	bool has_pci;     /* the source has a PCI bus that could be listed */
	int pci_error;    /* why not: -ENOENT no PCI bus here, else it could not be read */
	bool is_root;     /* asked by root (what needs root was readable) */

	struct platform platform;
	struct pci_device_list pci;       /* sorted by address */
	struct gpu_list gpus;             /* counting kinds first come in address order; see gpu_counts */
	struct gpu_list displays;         /* bmc, virtual and npu functions: shown apart, never counted */
	struct drm_node_list drm;
	struct connector_list connectors;
	struct tb_domain_list domains;
	struct tb_router_list routers;
	struct typec_port_list typec;
	struct rdma_nic_list rdma;
	struct slice_list slices;
	struct runtime_list runtimes;     /* container engines that are installed */
	struct cdi_file_list cdi_specs;
	struct report_list reports;       /* what driver libraries said; empty where none was asked */
	struct xid_event_list xids;       /* errors of NVIDIA GPUs in the kernel's log */
	struct gap_list gaps;

	bool drm_known;   /* /sys/class/drm could be listed, or is known not to exist */
	bool rdma_known;  /* the same of /sys/class/infiniband */
	bool typec_class; /* /sys/class/typec exists and could be listed */
	bool tb_bus;      /* /sys/bus/thunderbolt exists */
	bool non_pci_gpus; /* a GPU without PCI was seen: out of scope, said so */
	const char *non_pci_gpu_names;
};

/* A new, empty snapshot with its own arena. */
struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *s); /* NULL-safe */
void snapshot_freep(struct snapshot **s);

/* Index of the function with this address, or NONE. Binary search: arrays must be sorted (after the pci phase). */
uint32_t snapshot_pci_find(const struct snapshot *s, uint64_t address);
/* Index of the DRM node with this number, or this name ("renderD128"), and of the GPU with this stable id; or NONE. */
uint32_t snapshot_drm_find(const struct snapshot *s, uint32_t major, uint32_t minor);
uint32_t snapshot_drm_named(const struct snapshot *s, const char *name);
uint32_t snapshot_gpu_with_id(const struct snapshot *s, const char *id);
/* Adds a gap; the error is a negative errno. ENOENT is no gap and is left out. */
void snapshot_gap(struct snapshot *s, const char *phase, const char *path, int code);
/* A module's row by name ('-' and '_' are the same), or NULL. */
const struct module *snapshot_module(const struct snapshot *s, const char *name);
/* A kernel command line parameter, the last of that name wins; NULL when absent or unknown. */
const char *snapshot_cmdline(const struct snapshot *s, const char *name);

/*
 * The GPU a person means: stable id or unique prefix, alias, PCI address (full or short), cardN, renderDN or their
 * path, index of `gpubay list`, or a vendor, family or name that fits exactly one. Result: index into gpus, or NONE
 * with the reason in *e (-ENODEV: none fits; -EEXIST: more than one, named).
 */
uint32_t snapshot_gpu_find(const struct snapshot *s, const char *text, struct err *e);

/*
 * What must hold in every snapshot whatever the input: indices in range, arrays sorted, back references agree, every
 * counted GPU has a known vendor and function, states have evidence. -EINVAL and the first violation otherwise.
 */
int snapshot_check(const struct snapshot *s, struct err *e);

/* Short label of what an index refers to: "0000:03:00.0", "card0", "0-1". NULL when index is NONE. */
const char *snapshot_ref_text(const struct snapshot *s, struct arena *a, enum ref_kind kind, uint32_t index);

#endif
