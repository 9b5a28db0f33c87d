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
	const char *drivers;      /* kernel drivers that serve it, best first: "xe", "i915 xe"; "" when Linux has none */
	const char *branches;     /* NVIDIA: what serves it, best first: "open proprietary", "legacy-470"; else NULL */
	uint16_t branch_first;    /* NVIDIA: first driver branch that knows it, "570"; 0 = older than matters */
	uint16_t branch_last;     /* NVIDIA: last driver branch that serves it; 0 = the newest still does */
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
	const char *vga_family; /* numbers that were given twice: the family when the class is VGA (0300), else NULL */
	unsigned flags;
	const char *source;
};
enum {
	ID_NOT_IN_MEDIA = 1,   /* known to the kernel, not to the VA-API driver */
	ID_NOT_IN_KERNEL = 2,  /* known to user space, not to the kernel's driver */
	ID_NAME_MISLEADS = 4,  /* pci.ids gives this id another meaning */
	ID_VIRTUAL_FUNCTION = 8, /* the id of an SR-IOV virtual function or of a vGPU */
	ID_BLOCK = 16,         /* a block of numbers: this very number may be new to us */
};
extern const struct facts_id facts_ids[];
extern const uint32_t facts_n_ids; /* without the zeroed row */
/* Blocks of numbers that a vendor gives to a chip, looked at when the id itself has no row; same order. */
extern const struct facts_id facts_blocks[];
extern const uint32_t facts_n_blocks;

/* Functions of display or accelerator class that are no GPUs: BMC chips, virtual displays, NPUs. Sorted by vendor. */
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
	const char *role;       /* "gpu", "companion" of another, "framebuffer", "passthrough", "bmc", "virtual", "npu", "stub" */
	const char *rivals;     /* drivers that must not be loaded for the same GPU, space separated */
	const char *nodes;      /* nodes in /dev beside DRM that it makes, space separated; %u is the minor */
	const char *extra_nodes; /* made for some GPUs only: no fault when they are missing */
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
	const char *older;  /* files that older releases of the driver take instead, space separated; NULL: none */
	bool required;      /* without it the driver does not come up */
	const char *consequence;
	const char *source;
};
extern const struct facts_firmware facts_firmwares[];

/* Modules that matter beside the GPU drivers. */
struct facts_module {
	const char *name;
	const char *why;
	const char *source;
};
extern const struct facts_module facts_modules[];

const struct facts_id *facts_id_find(uint16_t vendor, uint16_t device);               /* NULL when not known */
const struct facts_display *facts_display_find(uint16_t vendor, uint16_t device);     /* NULL when not known */
const struct facts_family *facts_family_find(const char *key);                        /* NULL when not known */
const struct facts_family *facts_family_of(uint16_t vendor, uint16_t device);         /* NULL when not known */
/* The same where the class code (24 bits) is known: it decides for numbers that were given twice. */
const struct facts_family *facts_family_at(uint16_t vendor, uint16_t device, uint32_t class);
const struct facts_driver *facts_driver_find(const char *name);                       /* '-' and '_' are the same */
enum gpu_vendor facts_vendor_of(uint16_t vendor);                                     /* OTHER when not in the table */
const char *facts_vendor_name(uint16_t vendor);                                       /* NULL when not in the table */
/* The row for (family key, driver); NULL when there is none. */
const struct facts_kernel *facts_kernel_find(const char *family, const char *driver);
/* Whether a row's family pattern fits a key. */
bool facts_family_fits(const char *pattern, const char *key);
/* Whether one of several patterns, separated by blanks, fits; never without a key. */
bool facts_any_fits(const char *patterns, const char *key);

#endif
