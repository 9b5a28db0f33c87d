/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/gone.h"

#include "base/parse.h"

/* Whether a device's path is that of this function, or of something below it. */
static bool is_below(const char *path, const struct pci_device *d)
{
	char address[PCI_ADDR_TEXT];
	const char *at = path;
	size_t n;

	pci_addr_text(d->address, address);
	n = strlen(address);
	while ((at = strstr(at, address))) {
		if (at > path && at[-1] == '/' && (at[n] == '/' || !at[n]))
			return true;
		at += n;
	}
	return false;
}

/* The function that an event of the PCI bus itself is about. */
static bool is_function(const char *path, const struct pci_device *d)
{
	char address[PCI_ADDR_TEXT];

	return str_eq(str_base(path), pci_addr_text(d->address, address));
}

static bool is_box_of(const struct snapshot *s, const struct gpu *g, const char *path)
{
	return FIELD_KNOWN(&g->external, external, router) && g->external.router != NONE &&
	       str_eq(s->routers.v[g->external.router].name, str_base(path));
}

/* The state of this GPU after the event; unknown: the event is not about it. */
static enum gpu_state state_after(const struct snapshot *s, const struct gpu *g, const struct uevent *u)
{
	const struct pci_device *d = &s->pci.v[g->pci];

	if (str_eq(u->subsystem, "thunderbolt"))
		return is_box_of(s, g, u->devpath) ? GPU_STATE_LOST : GPU_STATE_UNKNOWN;
	if (str_eq(u->subsystem, "pci") && !is_function(u->devpath, d))
		return GPU_STATE_UNKNOWN;
	if (str_eq(u->subsystem, "pci"))
		return u->action == UEVENT_ACTION_REMOVE ? GPU_STATE_ABSENT : GPU_STATE_UNBOUND;
	if (!is_below(u->devpath, d))
		return GPU_STATE_UNKNOWN;
	return u->action == UEVENT_ACTION_REMOVE ? GPU_STATE_BOUND : GPU_STATE_WEDGED;
}

/*
 * Worse states stay: the card goes (bound), then the driver (unbound), then the function (absent); what is being removed
 * on purpose, or lost with its box, is that until it is gone.
 */
static bool says_more(enum gpu_state now, enum gpu_state next)
{
	if (next == GPU_STATE_UNKNOWN || now == next || now == GPU_STATE_ABSENT)
		return false;
	if (next == GPU_STATE_ABSENT || next == GPU_STATE_LOST)
		return true;
	if (next == GPU_STATE_BOUND)
		return now == GPU_STATE_READY || now == GPU_STATE_DEGRADED;
	return now == GPU_STATE_READY || now == GPU_STATE_DEGRADED || now == GPU_STATE_BOUND || now == GPU_STATE_WEDGED;
}

static struct snapshot *copy_of(const struct snapshot *s, struct arena *a)
{
	struct snapshot *copy = arena_dup(a, s, sizeof(*s));

	copy->arena = a;
	copy->gpus.v = arena_dup(a, s->gpus.v, s->gpus.n * sizeof(*s->gpus.v));
	return copy;
}

static const char *in_words(enum gpu_state state)
{
	switch (state) {
	case GPU_STATE_ABSENT: return "its PCI function is gone";
	case GPU_STATE_LOST: return "its box is gone";
	case GPU_STATE_UNBOUND: return "its driver let go of it";
	case GPU_STATE_BOUND: return "its card node is gone";
	case GPU_STATE_WEDGED: return "its driver says that it hangs";
	default: return NULL; /* a note speaks for itself */
	}
}

static void conclude(struct gpu *g, struct arena *a, enum gpu_state state, const char *path, const char *value)
{
	struct evidence *e;

	g->state_evidence = (struct evidence_list){0};
	e = LIST_PUSH(a, &g->state_evidence);
	FIELD_SET(e, evidence, path, arena_str(a, path));
	FIELD_SET(e, evidence, value, arena_str(a, value));
	if (in_words(state))
		FIELD_SET(e, evidence, note, in_words(state));
	FIELD_SET(g, gpu, state, state);
	if (state == GPU_STATE_UNBOUND)
		FIELD_SET(g, gpu, driver, "");
}

struct snapshot *gone_by_event(const struct snapshot *s, const struct uevent *u, struct arena *a)
{
	struct snapshot *copy = NULL;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		enum gpu_state next = state_after(s, &s->gpus.v[i], u);

		if (!says_more(s->gpus.v[i].state, next))
			continue;
		copy = copy ? copy : copy_of(s, a);
		conclude(&copy->gpus.v[i], a, next, arena_printf(a, "/sys%s", u->devpath),
			 *u->wedged ? arena_printf(a, "WEDGED=%s", u->wedged) : enum_name(&uevent_action_tab, u->action));
	}
	return copy;
}

struct snapshot *gone_by_note(const struct snapshot *s, const char *id, enum gpu_state state, struct arena *a)
{
	struct snapshot *copy;
	uint32_t i = snapshot_gpu_with_id(s, id);

	if (i == NONE || s->gpus.v[i].state == state || s->gpus.v[i].state == GPU_STATE_ABSENT)
		return NULL;
	copy = copy_of(s, a);
	conclude(&copy->gpus.v[i], a, state, "/run/gpubay/state", "noted by gpubay");
	return copy;
}
