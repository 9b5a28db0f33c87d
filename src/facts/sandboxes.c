/* SPDX-License-Identifier: Apache-2.0 */
#include "facts/sandboxes.h"

#include "base/parse.h"

#define GVISOR "a kernel in user space"
#define KATA "a virtual machine"

const struct facts_sandbox facts_sandboxes[] = {
	{"runsc", "gVisor", GVISOR, "google/gvisor runsc/sandbox/sandbox.go"},
	{"qemu-system-", "Kata Containers", KATA, "kata-containers/kata-containers docs/hypervisors.md"},
	{"cloud-hypervisor", "Kata Containers", KATA, "kata-containers/kata-containers docs/hypervisors.md"},
	{"firecracker", "Kata Containers", KATA, "kata-containers/kata-containers docs/hypervisors.md"},
	{"stratovirt", "Kata Containers", KATA, "kata-containers/kata-containers docs/hypervisors.md"},
	{"virtiofsd", "Kata Containers", KATA, "kata-containers/kata-containers docs/design/architecture"},
	{"containerd-shim-kata", "Kata Containers", KATA, "kata-containers/kata-containers docs/design/architecture"},
	{"krun", "libkrun", KATA, "containers/crun krun.1.md"},
	{0},
};

const struct facts_sandbox *facts_sandbox_find(const char *program)
{
	const struct facts_sandbox *s;

	for (s = facts_sandboxes; s->program; s++)
		if (str_starts(program, s->program))
			return s;
	return NULL;
}
