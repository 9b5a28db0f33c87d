/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/journal.h"

#include "base/buf.h"
#include "base/parse.h"

#include <errno.h>

enum { JOURNAL_MAX = 64 * 1024 };

static void add(const struct snapshot *s, uint32_t pci, struct arena *a,
		struct journal_function_list *l)
{
	const struct pci_device *d = &s->pci.v[pci];

	*LIST_PUSH(a, l) = (struct journal_function){d->address, d->vendor_id, d->device_id};
}

void journal_of(const struct snapshot *s, const struct unit *u, struct arena *a,
		struct journal *ret)
{
	const struct gpu *g = &s->gpus.v[u->gpus.v[0]];
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	*ret = (struct journal){
		.gpu_id = g->id, .name = g->name, .address = g->address, .slot = u->slot};
	ret->interface = g->external.interface ? g->external.interface : "";
	for (i = 1; i < u->gpus.n; i++)
		strs_add(a, &ret->company, s->gpus.v[u->gpus.v[i]].id);
	for (i = 0; i < u->functions.n; i++)
		add(s, u->functions.v[i], a, &ret->functions);
	for (i = 0; i < u->all.n; i++)
		strs_add(a, &ret->below,
			 arena_str(a, pci_addr_text(s->pci.v[u->all.v[i]].address, address)));
	for (i = 0; i < u->tops.n; i++)
		add(s, u->tops.v[i], a, &ret->tops);
	if (u->router != NONE) {
		ret->router = s->routers.v[u->router].name;
		ret->router_id = s->routers.v[u->router].unique_id;
	}
}

static void put(struct buf *b, const char *key, const char *value)
{
	if (value)
		buf_addf(b, "%s %s\n", key, value);
}

static void put_functions(struct buf *b, const char *key, const struct journal_function_list *l)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < l->n; i++)
		buf_addf(b, "%s %s %04x:%04x\n", key, pci_addr_text(l->v[i].address, address),
			 l->v[i].vendor_id, l->v[i].device_id);
}

int journal_write(struct effects *fx, const struct journal *j, struct err *e)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	put(&b, "gpu", j->gpu_id);
	put(&b, "name", j->name);
	put(&b, "address", pci_addr_text(j->address, address));
	put(&b, "interface", j->interface);
	for (i = 0; i < j->company.n; i++)
		put(&b, "company", j->company.v[i]);
	put_functions(&b, "function", &j->functions);
	put_functions(&b, "top", &j->tops);
	for (i = 0; i < j->below.n; i++)
		put(&b, "below", j->below.v[i]);
	put(&b, "router", j->router);
	put(&b, "router-id", j->router_id);
	put(&b, "slot", j->slot);
	put(&b, "console", j->console);
	for (i = 0; i < j->units.n; i++)
		put(&b, "unit", j->units.v[i]);
	return effects_file(fx, arena_printf(fx->a, JOURNAL_FOLDER "/%s", j->gpu_id), &b, 0600, e);
}

static void take_function(struct arena *a, const char *value, struct journal_function_list *l)
{
	struct strs words = str_split(a, value, " :");
	struct journal_function f = {0};
	const char *space = strchr(value, ' ');
	uint32_t vendor, device;

	if (space && words.n >= 2 &&
	    pci_addr_parse_n(value, (size_t)(space - value), &f.address) == 0 &&
	    parse_u32(words.v[words.n - 2], 16, UINT16_MAX, &vendor) == 0 &&
	    parse_u32(words.v[words.n - 1], 16, UINT16_MAX, &device) == 0) {
		f.vendor_id = (uint16_t)vendor;
		f.device_id = (uint16_t)device;
		*LIST_PUSH(a, l) = f;
	}
}

static void take(struct arena *a, const char *key, const char *value, struct journal *j)
{
	const struct {
		const char *key;
		const char **at;
	} texts[] = {{"gpu", &j->gpu_id},	   {"name", &j->name},
		     {"interface", &j->interface}, {"router", &j->router},
		     {"router-id", &j->router_id}, {"slot", &j->slot},
		     {"console", &j->console}};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		if (str_eq(texts[i].key, key))
			*texts[i].at = value;
	if (str_eq(key, "address"))
		pci_addr_parse(value, &j->address);
	else if (str_eq(key, "function"))
		take_function(a, value, &j->functions);
	else if (str_eq(key, "top"))
		take_function(a, value, &j->tops);
	else if (str_eq(key, "company"))
		strs_add(a, &j->company, value);
	else if (str_eq(key, "below"))
		strs_add(a, &j->below, value);
	else if (str_eq(key, "unit"))
		strs_add(a, &j->units, value);
}

static int journal_read(struct tree *t, const char *file, struct arena *a, struct journal *ret)
{
	const char *at, *line;
	char *text;
	size_t n, k;
	int r = tree_read_file(&t->root, arena_printf(a, "%s/%s", JOURNAL_FOLDER + 1, file), a,
			       JOURNAL_MAX, &text, &n);

	*ret = (struct journal){.interface = ""};
	if (r < 0)
		return r;
	for (at = text; next_line(&at, text + strlen(text), &line, &n);) {
		for (k = 0; k < n && line[k] != ' '; k++)
			;
		if (k < n)
			take(a, arena_strn(a, line, k), arena_strn(a, line + k + 1, n - k - 1),
			     ret);
	}
	return ret->gpu_id && ret->functions.n && ret->tops.n ? 0 : -EINVAL;
}

int journal_mark(struct effects *fx, const char *address, struct err *e)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;

	buf_addf(&b, "below %s\n", address);
	return effects_file(fx, arena_printf(fx->a, JOURNAL_FOLDER "/binding-%s", address), &b,
			    0600, e);
}

int journal_unmark(struct effects *fx, const char *address)
{
	return effects_unlink(fx, arena_printf(fx->a, JOURNAL_FOLDER "/binding-%s", address));
}

int journal_find(struct tree *t, const char *name, struct arena *a, struct journal *ret)
{
	uint64_t address = 0;
	bool by_address = pci_addr_parse(name, &address) == 0;
	struct strs files = {0};
	struct journal j;
	uint32_t i, n = 0;

	if (tree_list(&t->root, JOURNAL_FOLDER + 1, a, &files) < 0)
		return -ENODEV;
	for (i = 0; i < files.n; i++) {
		if (journal_read(t, files.v[i], a, &j) < 0)
			continue;
		if (str_eq(j.gpu_id, name) || strs_has(&j.company, name)) {
			*ret = j;
			return 0;
		}
		if (by_address ? j.address == address :
				 strlen(name) >= 3 && str_starts(j.gpu_id, name)) {
			*ret = j;
			n++;
		}
	}
	return n == 0 ? -ENODEV : n > 1 ? -EEXIST : 0;
}
