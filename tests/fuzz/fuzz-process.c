/* SPDX-License-Identifier: Apache-2.0 */
/* What a process could have written into its files in /proc, and a container into its own, while we look for holders. */
#include "host/tree-mem.h"
#include "swap/containers.h"
#include "swap/holders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
	"proc/7/cgroup", "proc/7/maps", "proc/7/fdinfo/3", "proc/7/fdinfo/4", "proc/7/stat", "proc/7/status", "proc/7/comm",
	"proc/self/mountinfo", "proc/swaps", "proc/8/cmdline", "b/config.json", "sys/class/vtconsole/vtcon0/name",
	"proc/9/mountinfo", "proc/net/route", "proc/net/ipv6_route", "sys/devices/pci0000:00/0000:02:00.0/block/sda/uevent",
	"sys/class/kfd/kfd/topology/nodes/1/properties", "sys/class/kfd/kfd/proc/7/vram_1", "sys/bus/pci/devices/0000:01:00.0/drm/card0/uevent",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char watcher[] = "conmon\0-c\0" "0123456789abcdef\0-b\0/b";
	struct arena *a = arena_new();
	struct tree *t = tree_new_mem("fuzz");
	struct snapshot *s = snapshot_new();
	struct pci_device *d = LIST_PUSH(s->arena, &s->pci), *with;
	struct gpu *g = LIST_PUSH(s->arena, &s->gpus);
	const struct gpu *gpus[] = {g};
	struct gpu_container_list containers;
	struct held_nodes nodes;
	struct holder_list l;
	struct holders_view view;
	unsigned i;

	FIELD_SET(d, pci_device, address, PCI_ADDR(0, 1, 0, 0));
	with = LIST_PUSH(s->arena, &s->pci);
	FIELD_SET(with, pci_device, address, PCI_ADDR(0, 2, 0, 0));
	u32s_add(s->arena, &g->removable_with, 1);
	tree_mem_link(t, "sys/class/net/eth0", "../../devices/pci0000:00/0000:02:00.0/net/eth0");
	tree_mem_dir(t, "sys/devices/pci0000:00/0000:02:00.0/net/eth0/upper_br0");
	tree_mem_link(t, "sys/class/block/sda", "../../devices/pci0000:00/0000:02:00.0/block/sda");
	tree_mem_link(t, "sys/dev/block/8:0", "../../devices/pci0000:00/0000:02:00.0/block/sda");
	tree_mem_link(t, "proc/9/ns/mnt", "mnt:[2]");
	FIELD_SET(g, gpu, pci, 0);
	FIELD_SET(g, gpu, driver, "i915");
	u32s_add(s->arena, &g->functions, 0);
	for (i = 0; i < ARRAY_LEN(files); i++)
		tree_mem_file(t, files[i], data, size);
	tree_mem_node(t, "dev/dri/card0", false, 226, 0);
	tree_mem_node(t, "dev/dri/card1 (deleted)", false, 226, 1);
	tree_mem_link(t, "proc/7/fd/3", "/dev/dri/card1 (deleted)");
	tree_mem_link(t, "proc/7/fd/4", "/dev/dri/card0");
	tree_mem_file(t, "proc/8/comm", "conmon\n", 7);
	tree_mem_file(t, "proc/9/comm", "conmon\n", 7);
	tree_mem_file(t, "proc/9/cmdline", watcher, sizeof(watcher));
	held_nodes_find(t, s, gpus, 1, a, &nodes);
	if (holders_find(t, &nodes, a, &l, &view) == 0)
		gpu_containers_find(t, &nodes, &l, a, &containers);
	snapshot_free(s);
	tree_free(t);
	arena_free(a);
	return 0;
}
