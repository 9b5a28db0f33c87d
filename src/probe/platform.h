/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read the platform share: platform.c, user.c, modules.c and its parts. */
#ifndef GPUBAY_PROBE_PLATFORM_H
#define GPUBAY_PROBE_PLATFORM_H

#include "probe/probe.h"

/* 0: there. -ENOENT: known absent, because the folder above it was looked at. -ENODATA and others: unknown. */
int platform_absent(struct probe *p, const char *path, const char *above);
/* The word in brackets of "[none] integrity"; the whole text when there are none. */
const char *platform_chosen(struct probe *p, const char *s);

/* Parts of probe_platform: what the kernel was told, what stands around the GPUs, the user asked about. */
void platform_kernel(struct probe *p, struct platform *m);
void platform_around(struct probe *p, struct platform *m);
void platform_user(struct probe *p, struct platform *m);

/* Parts of probe_modules. */
void modules_rules(struct probe *p);     /* modprobe.d and the command line */
void modules_nodes(struct probe *p);     /* device nodes beside DRM's */
void modules_xorg(struct probe *p);      /* Xorg's options */
void modules_firmware(struct probe *p);  /* firmware files that drivers of GPUs here want */
void modules_initramfs(struct probe *p); /* which of both are in the initramfs */
/* A row of snap->platform.modules that may still be changed, or NULL. */
struct module *modules_row(struct probe *p, const char *name);

#endif
