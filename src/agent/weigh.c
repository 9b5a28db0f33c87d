/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/weigh.h"

#include "base/parse.h"
#include "facts/facts.h"

/* Subsystems whose devices a snapshot is made of. */
static const char *const subsystems[] = {"pci", "drm", "accel", "thunderbolt", "typec", "kfd", "vfio", "mdev", "nvidia"};

static bool matters(const char *subsystem)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(subsystems); i++)
		if (str_eq(subsystems[i], subsystem))
			return true;
	return false;
}

/* "/module/nvidia": a driver that comes or goes brings nodes and libraries of its version. */
static bool is_gpu_module(const struct uevent *u)
{
	return str_eq(u->subsystem, "module") && facts_driver_find(str_base(u->devpath));
}

/* Connectors come and go with docks and monitors while the GPU is well. */
static bool takes_away(const struct uevent *u)
{
	if (u->action == UEVENT_ACTION_UNBIND)
		return str_eq(u->subsystem, "pci");
	if (u->action != UEVENT_ACTION_REMOVE)
		return false;
	return str_eq(u->subsystem, "pci") || str_eq(u->devtype, "drm_minor") || str_eq(u->devtype, "thunderbolt_device");
}

enum weight uevent_weigh(const struct uevent *u)
{
	if (is_gpu_module(u))
		return WEIGH_SLOW;
	if (!matters(u->subsystem))
		return WEIGH_NOTHING;
	/* What udev says of a removal, the kernel has said before. */
	if (takes_away(u) || (*u->wedged && !str_eq(u->wedged, "none")))
		return WEIGH_URGENT;
	return WEIGH_LOOK;
}
