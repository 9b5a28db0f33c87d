/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/company.h"

#include "base/buf.h"
#include "base/parse.h"

#include <stdlib.h>

#define BLOCK "sys/class/block"
#define USB "sys/bus/usb/devices"
enum { DEPTH_MAX = 8, USB_CLASS_HUB = 9, NAME_MAX_LEN = 120 };

static bool path_through(const struct snapshot *s, const char *path, const struct u32s *functions)
{
	char addr[PCI_ADDR_TEXT], piece[PCI_ADDR_TEXT + 2];
	uint32_t i;

	for (i = 0; i < functions->n; i++) {
		snprintf(piece, sizeof(piece), "/%s/", pci_addr_text(s->pci.v[functions->v[i]].address, addr));
		if (strstr(path, piece))
			return true;
	}
	return false;
}

bool company_leads(struct tree *t, struct arena *a, const struct held_nodes *l, uint32_t gpu, const char *link)
{
	const struct held_gpu *h = &l->gpus.v[gpu];
	const char *path;

	return tree_readlink(&t->root, link, a, &path) == 0 &&
	       (path_through(l->snap, path, &h->functions) || path_through(l->snap, path, &h->with));
}

/* An NVMe disk that could be reached on several ways hangs on none: beside it lie links to its controllers. */
static bool by_a_controller(struct tree *t, struct arena *a, const struct held_nodes *l, uint32_t gpu, const char *link)
{
	const char *path, *folder;
	struct strs names;
	uint32_t i;

	if (tree_readlink(&t->root, link, a, &path) < 0 || !strstr(path, "/nvme-subsystem/"))
		return false;
	folder = arena_printf(a, "sys%.*s", (int)(str_base(path) - strstr(path, "/devices/") - 1), strstr(path, "/devices/"));
	if (tree_list(&t->root, folder, a, &names) < 0)
		return false;
	for (i = 0; i < names.n; i++)
		if (str_starts(names.v[i], "nvme") && company_leads(t, a, l, gpu, arena_printf(a, "%s/%s", folder, names.v[i])))
			return true;
	return false;
}

static bool has_disk(struct tree *t, struct arena *a, const struct held_nodes *l, uint32_t gpu, const char *link, unsigned depth)
{
	struct strs slaves;
	uint32_t i;

	if (depth > DEPTH_MAX)
		return false;
	if (company_leads(t, a, l, gpu, link) || by_a_controller(t, a, l, gpu, link))
		return true;
	if (tree_list(&t->root, arena_printf(a, "%s/slaves", link), a, &slaves) < 0)
		return false;
	for (i = 0; i < slaves.n; i++)
		if (has_disk(t, a, l, gpu, arena_printf(a, BLOCK "/%s", slaves.v[i]), depth + 1))
			return true;
	return false;
}

bool company_has_disk(struct tree *t, struct arena *a, const struct held_nodes *l, uint32_t gpu, const char *link)
{
	return has_disk(t, a, l, gpu, link, 0);
}

static void node_add(struct tree *t, struct arena *a, struct held_nodes *l, uint32_t gpu, const char *link, bool block)
{
	struct held_node n = {.gpu = gpu, .block = block};
	char text[1024];
	const char *major, *minor, *name;
	long got = tree_read(&t->root, arena_printf(a, "%s/uevent", link), text, sizeof(text));

	if (got < 0)
		return;
	major = keyval_get(a, text, (size_t)got, "MAJOR");
	minor = keyval_get(a, text, (size_t)got, "MINOR");
	name = keyval_get(a, text, (size_t)got, "DEVNAME");
	if (!major || !minor || !name || parse_u32(major, 10, UINT32_MAX, &n.major) < 0 || parse_u32(minor, 10, UINT32_MAX, &n.minor) < 0)
		return;
	n.path = arena_printf(a, "/dev/%s", name);
	*LIST_PUSH(a, &l->company) = n;
}

static void class_nodes(struct tree *t, struct arena *a, struct held_nodes *l, uint32_t gpu, const char *class)
{
	bool block = str_eq(class, BLOCK);
	struct strs names;
	uint32_t i;

	if (tree_list(&t->root, class, a, &names) < 0)
		return;
	for (i = 0; i < names.n; i++) {
		const char *link = arena_printf(a, "%s/%s", class, names.v[i]);

		if (block ? company_has_disk(t, a, l, gpu, link) : company_leads(t, a, l, gpu, link))
			node_add(t, a, l, gpu, link, block);
	}
}

void company_nodes_find(struct tree *t, struct arena *a, struct held_nodes *l)
{
	static const char *const classes[] = {BLOCK, "sys/class/infiniband_verbs", "sys/class/infiniband_mad"};
	uint32_t i, k;

	for (i = 0; i < l->gpus.n; i++)
		for (k = 0; l->gpus.v[i].with.n && k < ARRAY_LEN(classes); k++)
			class_nodes(t, a, l, i, classes[k]);
}

void company_is(struct tree *t, struct arena *a, struct held_nodes *l, const struct u32s *functions)
{
	uint32_t i;

	for (i = 0; i < l->gpus.n; i++)
		l->gpus.v[i].with = i ? (struct u32s){0} : *functions;
	l->company.n = 0;
	company_nodes_find(t, a, l);
}

static const char *usb_word(struct tree *t, struct arena *a, const char *device, const char *name)
{
	const char *text;

	return tree_read_str(&t->root, arena_printf(a, USB "/%s/%s", device, name), a, &text) == 0 ?
		       utf8_clean(a, text, MIN(strlen(text), (size_t)NAME_MAX_LEN)) :
		       "";
}

const char *company_say_usb(struct tree *t, struct arena *a, const struct snapshot *s, const struct u32s *functions)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	struct strs names;
	uint32_t i;

	if (tree_list(&t->root, USB, a, &names) < 0)
		return "";
	for (i = 0; i < names.n; i++) {
		const char *path, *maker, *product;
		uint64_t class = 0;

		/* "1-2:1.0" is an interface, "usb1" a controller's own hub. */
		if (strchr(names.v[i], ':') || str_starts(names.v[i], "usb") ||
		    tree_readlink(&t->root, arena_printf(a, USB "/%s", names.v[i]), a, &path) < 0 || !path_through(s, path, functions) ||
		    (tree_read_u64(&t->root, arena_printf(a, USB "/%s/bDeviceClass", names.v[i]), 16, &class) == 0 && class == USB_CLASS_HUB))
			continue;
		maker = usb_word(t, a, names.v[i], "manufacturer");
		product = usb_word(t, a, names.v[i], "product");
		buf_addf(&b, "%s%s%s%s", b.n ? ", " : "", maker, *maker && *product ? " " : "",
			 *product ? product : *maker ? "" : arena_printf(a, "the device at %s", names.v[i]));
	}
	return arena_strn(a, b.p ? b.p : "", b.n);
}
