/* SPDX-License-Identifier: Apache-2.0 */
/* What drivers leave to others when a GPU comes. */
#ifndef GPUBAY_FACTS_ATTACH_H
#define GPUBAY_FACTS_ATTACH_H

/* A program that makes the nodes of a driver which does not make them itself. Zeroed row at the end. */
struct facts_node_tool {
	const char *driver;
	const char *program;
	const char *with;  /* first argument */
	const char *minor; /* argument before the minor number */
	const char *node;  /* "/dev/nvidia" of /dev/nvidia0 */
	const char *source;
};
extern const struct facts_node_tool facts_node_tools[];
const struct facts_node_tool *facts_node_tool_find(const char *driver);

#endif
