/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"

#include "base/parse.h"

#include <stdarg.h>

FIELD_TABLE(finding, FINDING)

static const struct check_fn *const tables[] = {
	check_inventory_fns, check_driver_fns,      check_firmware_fns, check_pci_fns,  check_nodes_fns,
	check_kernel_fns,    check_thunderbolt_fns, check_typec_fns,    check_rdma_fns, check_expect_fns,
	check_runtime_fns,   check_confine_fns,     check_vulkan_fns,      check_media_fns,    check_userspace_fns,
	check_hotswap_fns,
};

struct finding *check_add(struct check *c, const char *id, const char *subject, uint32_t gpu, const char *fmt, ...)
{
	const struct check_row *row = check_row_find(id);
	struct finding *f = LIST_PUSH(c->arena, c->findings);
	va_list ap;

	va_start(ap, fmt);
	FIELD_SET(f, finding, message, arena_vprintf(c->arena, fmt, ap));
	va_end(ap);
	FIELD_SET(f, finding, id, row ? row->id : arena_str(c->arena, id));
	FIELD_SET(f, finding, severity, row ? row->severity : SEVERITY_ERROR);
	FIELD_SET(f, finding, topic, row ? row->topic : "");
	FIELD_SET(f, finding, remedy, row ? row->remedy : "");
	FIELD_SET(f, finding, subject, arena_str(c->arena, subject ? subject : ""));
	FIELD_SET(f, finding, gpu, gpu);
	FIELD_KNOW(f, finding, evidence);
	return f;
}

void check_evidence(struct check *c, struct finding *f, const char *path, const char *value, const char *wanted)
{
	struct evidence *e = LIST_PUSH(c->arena, &f->evidence);

	if (path)
		FIELD_SET(e, evidence, path, arena_str(c->arena, path));
	if (value)
		FIELD_SET(e, evidence, value, arena_str(c->arena, value));
	if (wanted)
		FIELD_SET(e, evidence, wanted, arena_str(c->arena, wanted));
}

void check_remedy(struct check *c, struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	f->remedy = arena_vprintf(c->arena, fmt, ap);
	va_end(ap);
}

const char *check_addr(struct check *c, uint64_t address)
{
	char text[PCI_ADDR_TEXT];

	return arena_str(c->arena, pci_addr_text(address, text));
}

const char *check_pci_path(struct check *c, uint32_t pci, const char *name)
{
	char text[PCI_ADDR_TEXT];

	return arena_printf(c->arena, "/sys/bus/pci/devices/%s/%s", pci_addr_text(c->snap->pci.v[pci].address, text), name);
}

bool check_runs(const struct check *c, const char *topic)
{
	return c->settings->topics.n == 0 || strs_has(&c->settings->topics, topic);
}

static int finding_cmp(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int r;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	r = strcmp(x->id, y->id);
	if (r == 0)
		r = strcmp(x->subject, y->subject);
	return r ? r : strcmp(x->message, y->message);
}

void check_run(const struct snapshot *s, const struct check_settings *settings, struct arena *a,
	       struct finding_list *ret)
{
	static const struct check_settings none;
	struct check c = {.snap = s, .settings = settings ? settings : &none, .arena = a, .findings = ret};
	const struct check_fn *fn;
	unsigned i;

	*ret = (struct finding_list){0};
	for (i = 0; i < ARRAY_LEN(tables); i++)
		for (fn = tables[i]; fn->run; fn++)
			if (check_runs(&c, fn->topic))
				fn->run(&c);
	if (ret->n > 1)
		qsort(ret->v, ret->n, sizeof(*ret->v), finding_cmp);
}
