/* SPDX-License-Identifier: Apache-2.0 */
#include "model/platform.h"

ENUM_TABLE(module_state, MODULE_STATE)
ENUM_TABLE(modprobe_kind, MODPROBE_KIND)
ENUM_TABLE(firmware_state, FIRMWARE_STATE)
ENUM_TABLE(secure_boot, SECURE_BOOT)
ENUM_TABLE(virt_kind, VIRT_KIND)
ENUM_TABLE(cpu_vendor, CPU_VENDOR)
FIELD_TABLE(module_param, MODULE_PARAM)
FIELD_TABLE(module, MODULE)
FIELD_TABLE(modprobe_rule, MODPROBE_RULE)
FIELD_TABLE(firmware_file, FIRMWARE_FILE)
FIELD_TABLE(device_node, DEVICE_NODE)
FIELD_TABLE(cmdline_param, CMDLINE_PARAM)
FIELD_TABLE(xorg_option, XORG_OPTION)
FIELD_TABLE(user, USER)
FIELD_TABLE(numa_node, NUMA_NODE)
FIELD_TABLE(platform, PLATFORM)

bool user_may_open(const struct user *u, uint32_t mode, uint32_t uid, uint32_t gid)
{
	if (u->uid == 0)
		return true;
	if (u->uid == uid)
		return (mode & 0600) == 0600;
	if (u->gid == gid || u32s_has(&u->gids, gid))
		return (mode & 060) == 060;
	return (mode & 06) == 06;
}
