/* SPDX-License-Identifier: Apache-2.0 */
#include "model/event.h"

#include "base/parse.h"

ENUM_TABLE(event_kind, EVENT_KIND)
FIELD_TABLE(event, EVENT)

enum event_kind event_kind_of(enum gpu_state state)
{
	/* The same words in both tables, so that a new state needs a name here and nothing else. */
	return state == GPU_STATE_UNKNOWN ? EVENT_KIND_UNKNOWN : enum_value(&event_kind_tab, enum_name(&gpu_state_tab, state));
}

unsigned event_weight(enum event_kind kind)
{
	switch (kind) {
	case EVENT_KIND_LOST:
	case EVENT_KIND_WEDGED:
	case EVENT_KIND_NO_BAR:
	case EVENT_KIND_FAULT:
		return 2;
	case EVENT_KIND_DEGRADED:
	case EVENT_KIND_UNAUTHORIZED:
	case EVENT_KIND_DEAUTHORIZED:
	case EVENT_KIND_STILL_HELD:
	case EVENT_KIND_LINK_CHANGED:
		return 1;
	default:
		return 0;
	}
}

const char *event_subject(const struct event *e, struct arena *a)
{
	const char *name = e->name && *e->name ? e->name : NULL;
	char addr[PCI_ADDR_TEXT];

	if (FIELD_KNOWN(e, event, address))
		return name ? arena_printf(a, "%s (%s)", name, pci_addr_text(e->address, addr)) :
			      arena_str(a, pci_addr_text(e->address, addr));
	if (FIELD_KNOWN(e, event, gpu))
		return name ? name : e->gpu;
	if (FIELD_KNOWN(e, event, router))
		return name ? arena_printf(a, "box %s (%s)", e->router, name) : arena_printf(a, "box %s", e->router);
	return name ? name : "agent";
}
