/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gpubay knows before it looks: rows with their source. Adding a GPU family, a kernel requirement or a firmware
 * file adds rows here and changes no function anywhere. Tables end with a zeroed row.
 */
#ifndef GPUBAY_FACTS_FACTS_H
#define GPUBAY_FACTS_FACTS_H

#include "model/gpu.h"

/* A GPU family of one vendor. */
struct facts_family {
	const char *key;          /* "bmg-g21": what other tables refer to */
	enum gpu_vendor vendor;
	const char *family;       /* "Battlemage", "Ada Lovelace", "RDNA 3": what a person reads */
	const char *architecture; /* "Xe2-HPG 20.01", "AD10x", "gfx1100" */
	enum gpu_kind kind;       /* discrete or integrated; unknown where the family has both */
	const char *drivers;      /* kernel drivers that serve it, best first, space separated: "xe", "i915 xe" */
	const char *branches;     /* NVIDIA driver branches that serve it, best first: "open proprietary", "legacy-470" */
	unsigned flags;
	const char *source;
};
enum {
	FAMILY_CARD_SWITCH = 1, /* carries its own PCIe switch: its link is read at the card's upstream port */
	FAMILY_NEEDS_REBAR = 2, /* works badly or not at all with a small memory window */
	FAMILY_HUC_BY_OPTION = 4, /* HuC loads only with enable_guc=2 */
	FAMILY_NOT_DISPLAY = 8, /* has a class that is no display class; its id says GPU */
};
extern const struct facts_family facts_families[];

/* Device ids, sorted by vendor and first id; ranges do not overlap. */
struct facts_id {
	uint16_t vendor, first, last;
	const char *family; /* key */
	const char *name;   /* marketing name where we know one, or NULL */
	unsigned flags;
	const char *source;
};
enum {
	ID_NOT_IN_MEDIA = 1,   /* known to the kernel, not to the VA-API driver */
	ID_NOT_IN_KERNEL = 2,  /* known to user space, not to the kernel's driver */
	ID_NAME_MISLEADS = 4,  /* pci.ids gives this id another meaning */
};
extern const struct facts_id facts_ids[];

/* Functions of display or accelerator class that are no GPUs: BMC chips, virtual displays, NPUs. */
struct facts_display {
	uint16_t vendor, first, last;
	enum gpu_kind kind; /* bmc, virtual or npu */
	const char *name;
	const char *source;
};
extern const struct facts_display facts_displays[];

struct facts_vendor {
	uint16_t id;
	enum gpu_vendor vendor;
	const char *name; /* "Intel" */
};
extern const struct facts_vendor facts_vendors[];

/* Kernel drivers that bind to display functions. */
struct facts_driver {
	const char *name;
	const char *module;     /* module, where it is called otherwise (nvidia) */
	enum gpu_vendor vendor; /* whose GPUs; unknown = any */
	const char *role;       /* "gpu", "passthrough", "bmc", "virtual", "npu", "stub" */
	const char *rivals;     /* drivers that must not be loaded for the same GPU, space separated */
	const char *nodes;      /* device nodes beside DRM it makes, space separated; %u is the GPU's minor */
	bool drm;               /* makes a card node */
	bool render;            /* makes a render node */
	const char *source;
};
extern const struct facts_driver facts_drivers[];

/* What a family needs of the kernel for one driver. */
struct facts_kernel {
	const char *family; /* key, or a prefix ended with '*' */
	const char *driver;
	unsigned since;       /* (major << 16 | minor << 8) first kernel that binds it by default; 0 not yet or unknown */
	bool force_probe;     /* without it (or before `since`) the driver must be told to take it */
	const char *note;
	const char *source;
};
extern const struct facts_kernel facts_kernels[];

/* Firmware files a family needs with one driver. */
struct facts_firmware {
	const char *family; /* key, or a prefix ended with '*' */
	const char *driver;
	const char *kind;   /* "GuC", "HuC", "GSC", "DMC" ... */
	const char *file;   /* below the firmware directory */
	bool required;      /* without it the driver does not come up */
	const char *consequence;
	const char *source;
};
extern const struct facts_firmware facts_firmwares[];

/* Modules that matter beside the GPU drivers. */
struct facts_module {
	const char *name;
	const char *why;
};
extern const struct facts_module facts_modules[];

const struct facts_id *facts_id_find(uint16_t vendor, uint16_t device);               /* NULL when not known */
const struct facts_display *facts_display_find(uint16_t vendor, uint16_t device);     /* NULL when not known */
const struct facts_family *facts_family_find(const char *key);                        /* NULL when not known */
const struct facts_family *facts_family_of(uint16_t vendor, uint16_t device);         /* NULL when not known */
const struct facts_driver *facts_driver_find(const char *name);                       /* '-' and '_' are the same */
enum gpu_vendor facts_vendor_of(uint16_t vendor);                                     /* OTHER when not in the table */
const char *facts_vendor_name(uint16_t vendor);                                       /* NULL when not in the table */
/* The row for (family key, driver); NULL when there is none. */
const struct facts_kernel *facts_kernel_find(const char *family, const char *driver);
/* Whether a row's family pattern fits a key. */
bool facts_family_fits(const char *pattern, const char *key);

#endif
