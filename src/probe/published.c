/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/published.h"

#include "base/parse.h"

#define FUNCTIONS "sys/bus/pci/devices/"

enum { ADDRESS, IDS, INODE, ID, SOURCE, N_WORDS };

static uint64_t inode_of(struct tree *t, const char *address)
{
	char path[sizeof(FUNCTIONS) + PCI_ADDR_TEXT];
	struct tree_stat st;

	snprintf(path, sizeof(path), FUNCTIONS "%s", address);
	return tree_stat(&t->root, path, &st) == 0 ? st.inode : 0;
}

static void take_line(struct probe *p, struct strs words)
{
	uint64_t address, inode;
	char ids[10];
	uint32_t i;

	if (words.n != N_WORDS || pci_addr_parse(words.v[ADDRESS], &address) < 0 ||
	    parse_u64(words.v[INODE], 10, UINT64_MAX, &inode) < 0 || inode == 0 || inode != inode_of(p->tree, words.v[ADDRESS]))
		return;
	for (i = 0; i < p->snap->gpus.n; i++) {
		struct gpu *g = &p->snap->gpus.v[i];
		unsigned source = enum_value(&id_source_tab, words.v[SOURCE]);

		snprintf(ids, sizeof(ids), "%04x:%04x", g->vendor_id, g->device_id);
		if (g->address != address || !str_eq(ids, words.v[IDS]) || source == 0)
			continue;
		FIELD_SET(g, gpu, id, words.v[ID]);
		FIELD_SET(g, gpu, id_source, (enum id_source)source);
	}
}

void published_ids_read(struct probe *p)
{
	const char *at, *line;
	char *text;
	size_t n, all;

	if (tree_read_file(p->root, PUBLISHED_IDS, p->a, TREE_ATTR_MAX, &text, &all) < 0)
		return;
	for (at = text; next_line(&at, text + all, &line, &n);)
		take_line(p, str_split(p->a, utf8_clean(p->a, line, n), "\t"));
}

void published_ids_text(const struct snapshot *s, struct tree *t, struct buf *ret)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		const struct gpu *g = &s->gpus.v[i];

		if (g->state != GPU_STATE_READY)
			continue;
		pci_addr_text(g->address, address);
		buf_addf(ret, "%s\t%04x:%04x\t%llu\t%s\t%s\n", address, g->vendor_id, g->device_id,
			 (unsigned long long)inode_of(t, address), g->id, enum_name(&id_source_tab, g->id_source));
	}
}
