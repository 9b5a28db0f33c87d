/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "NVRM: Xid (PCI:0000:65:00): 79, pid=1234, name=app, GPU has fallen off the bus."; older drivers leave "PCI:" out, and
 * some lines have the function.
 */
#include "probe/reports.h"

#include "base/parse.h"

#include <errno.h>

enum { EVENTS_MAX = 256 };

static bool line_parse(const char *line, size_t n, uint64_t *ret_address, uint32_t *ret_code)
{
	static const char mark[] = "NVRM: Xid (", bus[] = "PCI:";
	const char *at = line + sizeof(mark) - 1, *end = line + n, *close;
	char address[32];
	uint64_t code;
	size_t len;

	if (n < sizeof(mark) || memcmp(line, mark, sizeof(mark) - 1) != 0)
		return false;
	if ((size_t)(end - at) > sizeof(bus) && memcmp(at, bus, sizeof(bus) - 1) == 0)
		at += sizeof(bus) - 1;
	close = memchr(at, ')', (size_t)(end - at));
	if (!close || (size_t)(close - at) + 3 > sizeof(address) || end - close < 4 ||
	    close[1] != ':')
		return false;
	snprintf(address, sizeof(address), "%.*s%s", (int)(close - at), at,
		 memchr(at, '.', (size_t)(close - at)) ? "" : ".0");
	at = close + 2 + (close[2] == ' ');
	len = strspn(at, "0123456789");
	if (pci_addr_parse(address, ret_address) < 0 ||
	    parse_u64n(at, len, 10, UINT32_MAX, &code) < 0)
		return false;
	*ret_code = (uint32_t)code;
	return true;
}

static struct xid_event *event_of(struct probe *p, uint64_t address, uint32_t code)
{
	struct xid_event *e;
	uint32_t i;

	for (i = 0; i < p->snap->xids.n; i++)
		if (p->snap->xids.v[i].address == address && p->snap->xids.v[i].code == code)
			return &p->snap->xids.v[i];
	if (p->snap->xids.n >= EVENTS_MAX)
		return NULL;
	e = LIST_PUSH(p->a, &p->snap->xids);
	FIELD_SET(e, xid_event, address, address);
	FIELD_SET(e, xid_event, code, code);
	FIELD_SET(e, xid_event, gpu, reports_gpu_at(p->snap, address));
	FIELD_SET(e, xid_event, count, 0);
	return e;
}

void reports_xid(struct probe *p)
{
	const char *text, *end, *line;
	struct xid_event *e;
	uint64_t address;
	uint32_t code, i;
	size_t n;
	int r;

	for (i = 0; i < p->snap->gpus.n && p->snap->gpus.v[i].vendor != GPU_VENDOR_NVIDIA; i++)
		;
	if (i == p->snap->gpus.n)
		return;
	r = tree_answer(p->tree, p->a, "log", "xid", &text);
	if (r < 0) {
		if (r != -ENODATA)
			snapshot_gap(p->snap, "reports", "kernel log", r);
		return;
	}
	for (end = text + strlen(text); next_line(&text, end, &line, &n);) {
		e = line_parse(line, n, &address, &code) ? event_of(p, address, code) : NULL;
		if (!e)
			continue;
		e->count++;
		FIELD_SET(e, xid_event, text, utf8_clean(p->a, line, MIN(n, (size_t)512)));
	}
}
