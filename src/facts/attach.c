/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/attach.h"

#include "base/parse.h"

const struct facts_node_tool facts_node_tools[] = {
	{"nvidia", "nvidia-modprobe", "-u", "-c", "/dev/nvidia", "NVIDIA/nvidia-modprobe: nvidia-modprobe(1), -c and -u"},
	{0},
};

const struct facts_node_tool *facts_node_tool_find(const char *driver)
{
	const struct facts_node_tool *f;

	for (f = facts_node_tools; driver && f->driver; f++)
		if (str_eq(f->driver, driver))
			return f;
	return NULL;
}
