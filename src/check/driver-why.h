/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a driver takes a GPU, and if not, why: shared by the checks of drivers and of kernel parameters. */
#ifndef GPUBAY_CHECK_DRIVER_WHY_H
#define GPUBAY_CHECK_DRIVER_WHY_H

#include "check/check.h"
#include "facts/driver-rules.h"
#include "facts/facts.h"

/* One driver seen from one GPU. */
struct driver_view {
	uint32_t gpu;
	const struct gpu *g;
	const struct facts_family *family;      /* NULL when not known */
	const char *name;                       /* driver as sysfs calls it */
	const char *module;                     /* its module */
	const struct facts_driver *row;         /* NULL when not in the tables */
	const struct facts_driver_rule *rule;   /* NULL when nothing special is known */
	const struct facts_kernel *kernel;      /* what the family needs of the kernel with it; NULL */
	const struct module *m;                 /* NULL when it was not looked at */
};
void driver_view(struct check *c, uint32_t gpu, const char *driver, struct driver_view *ret);

/* A value that was set somewhere, and where: for evidence. */
struct setting {
	const char *value; /* NULL: not set, or not known */
	const char *path;
};
/* A module's parameter: in force, on the kernel command line, or in a modprobe rule. */
struct setting module_setting(struct check *c, const char *module, const char *param);

/* The device id in a list of ids as force_probe has it. */
enum id_list { ID_LIST_ABSENT, ID_LIST_TAKE, ID_LIST_LEAVE };
enum id_list id_list_find(struct check *c, const char *list, uint16_t device);

enum claim { CLAIM_UNKNOWN, CLAIM_NO, CLAIM_YES };
/* Whether the driver's module says it is made for this GPU's id. */
enum claim driver_claims(const struct driver_view *v);
/* Whether it would take the GPU if it were loaded: claims it, and no parameter says otherwise. */
enum claim driver_takes(struct check *c, const struct driver_view *v);

/* The modprobe rule or kernel parameter that keeps the module away: blacklist, install with false, alias off. */
const struct modprobe_rule *module_blocked(const struct check *c, const char *module);
/* "file:line", or where on the kernel command line. */
const char *rule_place(struct check *c, const struct modprobe_rule *r);

/* The driver to judge a GPU by: of those wanted, best first, the first that this kernel has; else the first. */
const char *driver_best(struct check *c, uint32_t gpu);
/* Family row of a GPU; NULL. */
const struct facts_family *gpu_family(const struct check *c, const struct gpu *g);
/* True for states in which nothing is to be said about drivers: the GPU is not there, or its trouble is elsewhere. */
bool gpu_out_of_reach(const struct gpu *g);
/* "sudo apt install PACKAGE" where the package is known for this system, or a description. */
const char *package_text(struct check *c, const char *what, const char *driver);

#endif
