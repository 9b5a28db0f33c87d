/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that answer questions share; included by answers*.c alone. */
#ifndef GPUBAY_HOST_ANSWERS_INTERNAL_H
#define GPUBAY_HOST_ANSWERS_INTERNAL_H

#include "base/buf.h"
#include "host/tree.h"

struct initramfs;
struct answer {
	struct answer *next;
	const char *kind, *key, *value;
	int result;
};

struct answers {
	struct tree *tree;
	struct arena *arena;
	struct answer *cache;
	const char *release; /* kernel release; "" when it cannot be said, NULL before it was looked for */
	const char *modules; /* lib/modules/RELEASE or usr/lib/modules/RELEASE; "" when there is none */
	struct buf kconfig;  /* the kernel's configuration file */
	int kconfig_result;  /* 1 before it was looked for */
	struct initramfs *initramfs;
	struct vendor_range *vendors; /* where vendors are in pci.ids */
};

/* Each answers one kind of question; results live in an->arena. */
typedef int (*answer_fn)(struct answers *an, const char *key, const char **ret);

int answer_modalias(struct answers *an, const char *key, const char **ret);
int answer_modfile(struct answers *an, const char *key, const char **ret);
int answer_modinfo(struct answers *an, const char *key, const char **ret);
int answer_firmware(struct answers *an, const char *key, const char **ret);
int answer_kconfig(struct answers *an, const char *key, const char **ret);
int answer_initramfs(struct answers *an, const char *key, const char **ret);
int answer_pciname(struct answers *an, const char *key, const char **ret);
int answer_limits(struct answers *an, const char *key, const char **ret);
int answer_user(struct answers *an, const char *key, const char **ret);
int answer_group(struct answers *an, const char *key, const char **ret);
int answer_package(struct answers *an, const char *key, const char **ret);
int answer_log(struct answers *an, const char *key, const char **ret);
int answer_report(struct answers *an, const char *key, const char **ret);
/* Several at once; ret has room for as many. */
void answer_reports(struct answers *an, const struct strs *keys, const char **ret);

/* The kernel release, or NULL. */
const char *answers_release(struct answers *an);
/* Directory of the running kernel's modules below the tree's root, or NULL. */
const char *answers_modules(struct answers *an);
/* A whole file, unpacked where it is packed, at most max bytes. */
int answers_file_unpacked(struct answers *an, const char *path, size_t max, struct buf *ret);

void initramfs_free(struct initramfs *i); /* NULL-safe */

#endif
