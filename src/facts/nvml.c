/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/nvml.h"

#include "base/parse.h"

#define NVML_H "NVIDIA/go-nvml gen/nvml/nvml.h: nvmlReturn_t"

const struct facts_nvml_error facts_nvml_errors[] = {
	{9, "GB0313", "NVML reaches no NVIDIA module", "Load it: 'modprobe nvidia' as root; in a container pass /dev/nvidiactl in.", NVML_H},
	{15, "GB0313", "the GPU is lost: it fell off the bus or does not answer",
	 "Look at power, cable and slot, and at the kernel log; only a reboot or a replug brings it back.", NVML_H},
	{16, "GB0313", "the GPU has to be reset before it can be used", "Stop what uses it, then 'nvidia-smi --gpu-reset -i ADDRESS' as root, or reboot.",
	 NVML_H},
	{17, "GB0313", "access to the GPU was taken away",
	 "In a container: systemd took the device back when it reloaded (systemctl daemon-reload). Start the container anew; with CDI, or with "
	 "the cgroupfs driver, it does not come back.",
	 "NVIDIA/nvidia-container-toolkit#48; " NVML_H},
	{18, "GB0301", "NVIDIA's libraries and the loaded module have different versions", 0, NVML_H},
	{19, "GB0313", "the GPU is in use by something that holds it alone", "Wait for it to end, or end it.", NVML_H},
	{999, "GB0313", "NVML fails without a reason",
	 "In a container: systemd took the device back when it reloaded (systemctl daemon-reload); start the container anew. Else the kernel log "
	 "has the reason.",
	 "NVIDIA/nvidia-container-toolkit#48"},
	{0},
};

const struct facts_nvml_error *facts_nvml_error_of(const char *error)
{
	static const char mark[] = "(NVML error ";
	const struct facts_nvml_error *e;
	const char *at = strstr(error, mark);
	uint64_t code;

	if (!at || parse_u64n(at + sizeof(mark) - 1, strspn(at + sizeof(mark) - 1, "0123456789"), 10, UINT32_MAX, &code) < 0)
		return NULL;
	for (e = facts_nvml_errors; e->check; e++)
		if (e->code == code)
			return e;
	return NULL;
}
