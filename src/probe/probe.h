/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds a snapshot from a tree, phase by phase. A phase reads attributes and fills its part of the snapshot; it never
 * fails as a whole: what cannot be read becomes a gap, and the field stays unknown. Order matters: pci before all that
 * refers to functions, gpu after everything else (it draws the conclusions).
 */
#ifndef GPUBAY_PROBE_PROBE_H
#define GPUBAY_PROBE_PROBE_H

#include "host/tree.h"
#include "model/snapshot.h"

/* What a verb needs. `list` asks for PROBE_LIST; check, capture and --json for PROBE_ALL. */
enum {
	PROBE_PCI = 1,        /* identity and place of every function; always done */
	PROBE_PCI_DETAIL = 2, /* link, BARs, power, configuration space of GPUs, their bridges, RDMA functions */
	PROBE_NAMES = 4,      /* device names from pci.ids or hwdb */
	PROBE_DRM = 8,        /* DRM nodes, connectors */
	PROBE_EDID = 16,      /* monitors */
	PROBE_EXTLINK = 32,   /* Thunderbolt and USB4 */
	PROBE_TYPEC = 64,
	PROBE_RDMA = 128,
	PROBE_PLATFORM = 256, /* kernel, cmdline, DMI, user */
	PROBE_MODULES = 512,  /* modules, modprobe rules, candidates by modalias, firmware */
	PROBE_SLICES = 1024,
	PROBE_FABRIC = 4096,  /* XGMI between GPUs: a file for each pair of partitions */
	PROBE_PCI_FULL = 2048, /* the attributes of GPUs that only show and check need */
	PROBE_FILES = 8192,   /* what lies inside packed files: modules' own information, the initramfs (a part of a second) */
	PROBE_RUNTIME = 32768, /* container engines and CDI specs */
	PROBE_LIST = PROBE_PCI | PROBE_PCI_DETAIL | PROBE_NAMES | PROBE_DRM | PROBE_EXTLINK | PROBE_SLICES,
	PROBE_REPORTS = 16384, /* what driver libraries say: starts workers on the live machine; not part of ALL */
	PROBE_ALL = 16383 | PROBE_RUNTIME,
};

struct probe_request {
	unsigned phases;
	unsigned reports; /* one bit for each report_kind; 0: what the GPUs call for */
	const uint64_t *reports_gpu; /* only what is about the GPU at this address; NULL: about all */
	const char *user; /* name or number of the user asked about; NULL: who asks (or root's SUDO_USER) */
};

struct probe {
	struct snapshot *snap;
	struct arena *a;  /* the snapshot's */
	struct tree *tree;
	const struct tree_dir *root;
	const struct probe_request *request;
	struct tree_dir pci_dir; /* sys/bus/pci/devices, open during the phases */
	uint8_t *pci_done;       /* for each function: pci_detail was here */
	struct strs going;       /* addresses of functions that an eject is taking out: probe/going.h */
	bool virtual_counts;     /* virtual displays are GPUs: /etc/gpubay/virtual-gpus is there */
	bool topology_unknown;   /* the source does not say which bridge a function hangs off */
	struct u32s nhis;        /* Thunderbolt and USB4 host controllers, once nhis_done */
	bool nhis_done;
};

/* Always gives a snapshot, sealed. */
struct snapshot *probe_snapshot(struct tree *t, const struct probe_request *req);

/* The phases. Each looks at p->request->phases itself where it has parts that cost. */
void probe_pci(struct probe *p);        /* snap->pci, sorted, parents set */
void probe_ground(struct probe *p);     /* what a GPU's state and place depend on: udev, ports named external */
void probe_platform(struct probe *p);   /* snap->platform but modules */
void probe_drm(struct probe *p);        /* snap->drm, connectors */
void probe_extlink(struct probe *p);    /* snap->domains, routers */
void probe_typec(struct probe *p);      /* snap->typec */
void probe_rdma(struct probe *p);       /* snap->rdma */
void probe_gpu(struct probe *p);        /* snap->gpus, displays; cross references */
void probe_slices(struct probe *p);     /* after gpu: snap->slices and what of a GPU concerns them; links between GPUs */
void probe_typec_link(struct probe *p); /* after gpu: port to connector to GPU, verdicts */
void probe_reports(struct probe *p);    /* after gpu: what the driver libraries say, joined with the GPUs */
void probe_runtime(struct probe *p);    /* snap->runtimes, cdi_specs */
void probe_modules(struct probe *p);    /* after gpu: modules, candidates, firmware of what is there */

/*
 * Link, BARs, power and configuration space of one function; done once however often it is called. What would wake a
 * sleeping device is left alone unless the tree allows it. pci_detail_up also does every bridge above it.
 */
void pci_detail(struct probe *p, uint32_t pci);
void pci_detail_up(struct probe *p, uint32_t pci);
/* What the kernel runs on ports. */
void pci_services(struct probe *p);
/* "sys/bus/pci/devices/ADDR/name", for evidence. */
const char *probe_pci_path(struct probe *p, uint32_t pci, const char *name);
/* An attribute of a function, relative to its directory. */
const char *pci_attr(struct probe *p, uint32_t pci, const char *name);
/* Adds one piece of evidence to a list; strings are copied. */
void evidence_add(struct arena *a, struct evidence_list *l, const char *path, const char *value, const char *note);

/* Reads with the gap noted: unknown stays unknown. False when it could not be read. */
bool probe_str(struct probe *p, const char *phase, const struct tree_dir *at, const char *path, const char **ret);
bool probe_u64(struct probe *p, const char *phase, const struct tree_dir *at, const char *path, unsigned base, uint64_t *ret);

#endif
