/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel's configuration file: "CONFIG_X=y", "# CONFIG_X is not set". */
#ifndef GPUBAY_FORMAT_KCONFIG_H
#define GPUBAY_FORMAT_KCONFIG_H

#include "base/arena.h"

/*
 * What one line says. True when it is about an option: *ret_name (without CONFIG_) lies inside the line, *ret_value is
 * "n" for "is not set", else the text behind '=' as it stands.
 */
bool kconfig_line(const char *line, size_t n, const char **ret_name, size_t *ret_n_name, const char **ret_value,
		  size_t *ret_n_value);

#endif
