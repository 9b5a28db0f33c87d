/* SPDX-License-Identifier: Apache-2.0 */
#include "format/kconfig.h"

static bool starts(const char *line, size_t n, const char *with, size_t n_with)
{
	return n > n_with && memcmp(line, with, n_with) == 0;
}

bool kconfig_line(const char *line, size_t n, const char **ret_name, size_t *ret_n_name,
		  const char **ret_value, size_t *ret_n_value)
{
	static const char unset[] = " is not set";
	const char *eq;

	if (n && line[n - 1] == '\r')
		n--;
	if (starts(line, n, "# CONFIG_", 9)) {
		if (n < 9 + sizeof(unset) ||
		    memcmp(line + n - (sizeof(unset) - 1), unset, sizeof(unset) - 1) != 0)
			return false;
		*ret_name = line + 9;
		*ret_n_name = n - 9 - (sizeof(unset) - 1);
		*ret_value = "n";
		*ret_n_value = 1;
		return true;
	}
	if (!starts(line, n, "CONFIG_", 7) || !(eq = memchr(line, '=', n)))
		return false;
	*ret_name = line + 7;
	*ret_n_name = (size_t)(eq - line) - 7;
	*ret_value = eq + 1;
	*ret_n_value = n - (size_t)(eq + 1 - line);
	return true;
}
