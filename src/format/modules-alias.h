/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What depmod writes below /lib/modules/RELEASE: which module claims which device, and what is built in.
 *
 *   modules.alias            text:  alias pci:v00008086d*sv*sd*bc03sc*i* i915
 *   modules.builtin.modinfo  NUL terminated "module.key=value", key alias among them (kernel 5.2 and newer)
 */
#ifndef GPUBAY_FORMAT_MODULES_ALIAS_H
#define GPUBAY_FORMAT_MODULES_ALIAS_H

#include "base/arena.h"

/*
 * One line of modules.alias (without its newline). True when it is an alias whose pattern fits; *ret and *ret_n are
 * then the module's name inside the line.
 */
bool modules_alias_match(const char *line, size_t n, const char *modalias, const char **ret, size_t *ret_n);

/* The same for one record of modules.builtin.modinfo. */
bool modules_builtin_match(const char *record, size_t n, const char *modalias, const char **ret, size_t *ret_n);

/* One "module.key=value" record: whether it belongs to this module ('-' and '_' are the same) and key. */
bool modules_builtin_value(const char *record, size_t n, const char *module, const char *key, const char **ret,
			   size_t *ret_n);

/* Whether n bytes name this module; '-' and '_' are the same. */
bool module_name_eq(const char *text, size_t n, const char *module);
/* A copy with underscores. */
char *module_name(struct arena *a, const char *text, size_t n);
/* The module of a file "kernel/drivers/gpu/drm/i915/i915.ko.xz"; false when the name is not a module's file. */
bool module_of_path(const char *path, size_t n, const char **ret, size_t *ret_n);

#endif
