/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a GPU, from the strongest evidence down: it does not answer (lost), its driver says it hangs (wedged)
 * or runs in an emergency mode (degraded), it has no memory window (no-bar), no driver (unbound), a driver without the
 * nodes programs need (bound), or all of it (ready). Where the source cannot say, the state stays unknown.
 */
#include "probe/state.h"

#include "base/buf.h"
#include "base/parse.h"
#include "facts/facts.h"
#include "facts/health.h"

#include <errno.h>

#define RUN_STATE "run/gpubay/state" /* what the agent and eject note of a GPU: one file for each stable id */

static void conclude(struct probe *p, struct gpu *g, enum gpu_state state, const char *path, const char *value,
		     const char *note)
{
	FIELD_SET(g, gpu, state, state);
	evidence_add(p->a, &g->state_evidence, path, value, note);
}

/*
 * Pulled while it was being read: its directory is gone, or the kernel takes it down and attributes say ENODEV. Asked of
 * an attribute that the kernel keeps in memory, so nothing is woken.
 */
static bool judge_gone(struct probe *p, struct gpu *g)
{
	int64_t node;
	char addr[PCI_ADDR_TEXT];
	int r = tree_read_i64(&p->pci_dir, pci_attr(p, g->pci, "numa_node"), &node);

	if (r != -ENODEV && !(r == -ENOENT && !tree_exists(&p->pci_dir, pci_addr_text(g->address, addr))))
		return false;
	conclude(p, g, GPU_STATE_ABSENT, probe_pci_path(p, g->pci, "numa_node"), errno_name(r), "it went away while it was read");
	return true;
}

static bool judge_lost(struct probe *p, struct gpu *g)
{
	const struct pci_device *d = &p->snap->pci.v[g->pci];

	if (!d->dead)
		return false;
	if (d->config.all_ones)
		conclude(p, g, GPU_STATE_LOST, probe_pci_path(p, g->pci, "config"), "ff ff ff ff", "the device does not answer");
	if (FIELD_KNOWN(&d->link, pci_link, readable) && !d->link.readable && d->link.max_width == 255) {
		conclude(p, g, GPU_STATE_LOST, probe_pci_path(p, g->pci, "current_link_speed"), "unreadable", "no link");
		evidence_add(p->a, &g->state_evidence, probe_pci_path(p, g->pci, "max_link_width"), "255",
			     "the register reads as all ones");
	}
	return true;
}

/* "%a" the PCI address, "%m" the card's minor. */
static const char *expand(struct probe *p, const struct gpu *g, const char *path)
{
	struct buf b CLEANUP(buf_free) = BUF_NULL;
	char addr[PCI_ADDR_TEXT];
	uint32_t i, minor = 0;

	for (i = 0; i < g->drm.n; i++)
		if (p->snap->drm.v[g->drm.v[i]].kind == DRM_KIND_PRIMARY)
			minor = p->snap->drm.v[g->drm.v[i]].minor;
	for (; *path; path++) {
		if (path[0] == '%' && path[1] == 'a')
			buf_adds(&b, pci_addr_text(g->address, addr));
		else if (path[0] == '%' && path[1] == 'm')
			buf_addf(&b, "%u", minor);
		else {
			buf_addc(&b, *path);
			continue;
		}
		path++;
	}
	return arena_strn(p->a, b.p ? b.p : "", b.n);
}

static bool judge_health(struct probe *p, struct gpu *g)
{
	const struct facts_health *h;
	const char *path, *text;

	for (h = facts_health; h->driver; h++) {
		if (!str_eq(h->driver, g->driver))
			continue;
		path = expand(p, g, h->path);
		if (h->value ? tree_read_str(p->root, path, p->a, &text) < 0 || !strstr(text, h->value)
			     : !tree_exists(p->root, path))
			continue;
		if (str_ends(path, "survivability_mode"))
			FIELD_SET(g, gpu, survivability, true);
		conclude(p, g, h->state, arena_printf(p->a, "/%s", path), h->value ? h->value : "present", h->note);
		return true;
	}
	return false;
}

/* The agent and eject leave a note while they work on a GPU, and when one hangs. */
static bool judge_noted(struct probe *p, struct gpu *g)
{
	const char *path = arena_printf(p->a, RUN_STATE "/%s", g->id), *text;
	enum gpu_state state;

	if (tree_read_str(p->root, path, p->a, &text) < 0)
		return false;
	/* After the state may stand what the driver said of a way out: "wedged rebind,bus-reset". */
	state = enum_value(&gpu_state_tab, arena_strn(p->a, text, strcspn(text, " ")));
	if (state != GPU_STATE_REMOVING && state != GPU_STATE_WEDGED && state != GPU_STATE_SAFE_TO_UNPLUG)
		return false;
	/* It was plugged in again, and nobody took the note away. */
	if (state == GPU_STATE_SAFE_TO_UNPLUG && FIELD_KNOWN(g, gpu, driver) && *g->driver)
		return false;
	conclude(p, g, state, arena_printf(p->a, "/%s", path), text, "noted by gpubay");
	return true;
}

/* A discrete GPU without any assigned memory BAR, or with one the kernel found no place for. */
static bool judge_windows(struct probe *p, struct gpu *g)
{
	const struct pci_device *d = &p->snap->pci.v[g->pci];
	bool memory = false;
	uint32_t i;

	if (!FIELD_KNOWN(d, pci_device, bars))
		return false;
	for (i = 0; i < d->bars.n; i++) {
		const struct pci_bar *b = &d->bars.v[i];

		if (b->io || b->index > 5)
			continue;
		memory |= b->assigned;
		if (!b->assigned) {
			conclude(p, g, GPU_STATE_NO_BAR, probe_pci_path(p, g->pci, "resource"),
				 arena_printf(p->a, "BAR %u has no address", b->index), "no memory window for it");
			return true;
		}
	}
	if (memory || (FIELD_KNOWN(d, pci_device, driver) && *d->driver))
		return false;
	conclude(p, g, GPU_STATE_NO_BAR, probe_pci_path(p, g->pci, "resource"), "no BAR has an address",
		 "no memory window for it");
	return true;
}

static const struct drm_node *node_of(struct probe *p, const struct gpu *g, enum drm_kind kind)
{
	uint32_t i;

	for (i = 0; i < g->drm.n; i++)
		if (p->snap->drm.v[g->drm.v[i]].kind == kind && p->snap->drm.v[g->drm.v[i]].partition < 0)
			return &p->snap->drm.v[g->drm.v[i]];
	return NULL;
}

/* Whether a DRM node that the driver makes is missing; the reason is added as evidence. */
static bool node_missing(struct probe *p, struct gpu *g, enum drm_kind kind, const char *what)
{
	const struct drm_node *d = node_of(p, g, kind);

	if (!d && FIELD_KNOWN(g, gpu, drm)) {
		evidence_add(p->a, &g->state_evidence, probe_pci_path(p, g->pci, "drm"), arena_printf(p->a, "no %s node", what),
			     "the driver is bound but made none");
		return true;
	}
	if (d && FIELD_KNOWN(d, drm_node, path) && !*d->path) {
		bool other = FIELD_KNOWN(d, drm_node, instead) && *d->instead;

		evidence_add(p->a, &g->state_evidence, arena_printf(p->a, "/dev/dri/%s", d->name), other ? d->instead : "missing",
			     other ? "not the kernel's node" : "the kernel has it, /dev does not");
		return true;
	}
	if (d && p->snap->platform.udev && FIELD_KNOWN(d, drm_node, in_udev) && !d->in_udev) {
		evidence_add(p->a, &g->state_evidence, arena_printf(p->a, "/run/udev/data/c%u:%u", d->major, d->minor), "missing",
			     "udev has not handled it yet");
		return true;
	}
	return false;
}

static void judge_bound(struct probe *p, struct gpu *g)
{
	const struct facts_driver *row = facts_driver_find(g->driver);
	bool missing = false, known = FIELD_KNOWN(g, gpu, drm);

	evidence_add(p->a, &g->state_evidence, probe_pci_path(p, g->pci, "driver"), g->driver, NULL);
	if (row && !str_eq(row->role, "gpu") && !(p->virtual_counts && str_eq(row->role, "virtual"))) {
		FIELD_SET(g, gpu, state, GPU_STATE_BOUND);
		evidence_add(p->a, &g->state_evidence, NULL, NULL, arena_printf(p->a, "a %s driver: not for use on this machine", row->role));
		return;
	}
	if (!row || row->drm)
		missing |= node_missing(p, g, DRM_KIND_PRIMARY, "card");
	if (row && row->render)
		missing |= node_missing(p, g, DRM_KIND_RENDER, "render");
	if (g->nodes_missing.n > 0) {
		evidence_add(p->a, &g->state_evidence, g->nodes_missing.v[0], "missing", "programs cannot reach the driver");
		missing = true;
	}
	FIELD_SET(g, gpu, state, missing || !known ? GPU_STATE_BOUND : GPU_STATE_READY);
	if (!known && !missing)
		evidence_add(p->a, &g->state_evidence, "/sys/class/drm", "unknown", "whether it has nodes cannot be said");
}

/*
 * The box's authorization was taken back and the kernel has not removed the function yet. That it is this GPU's box is
 * sure only when it is the only one: then nothing that is authorized leads to a GPU outside.
 */
static bool judge_unauthorized(struct probe *p, struct gpu *g)
{
	const struct snapshot *s = p->snap;
	uint32_t i, box = NONE, boxes = 0;

	if (g->external.attachment != ATTACHMENT_EXTERNAL)
		return false;
	for (i = 0; i < s->routers.n; i++)
		if (!s->routers.v[i].host) {
			box = i;
			boxes++;
		}
	if (boxes != 1 || !FIELD_KNOWN(&s->routers.v[box], tb_router, authorized) || s->routers.v[box].authorized)
		return false;
	conclude(p, g, GPU_STATE_UNAUTHORIZED,
		 arena_printf(p->a, "/sys/bus/thunderbolt/devices/%s/authorized", s->routers.v[box].name), "0",
		 "its PCIe tunnel is being taken down");
	return true;
}

void state_judge(struct probe *p, struct gpu *g)
{
	if (judge_gone(p, g) || judge_lost(p, g) || judge_noted(p, g) || judge_unauthorized(p, g) ||
	    judge_health(p, g) || judge_windows(p, g))
		return;
	if (!FIELD_KNOWN(g, gpu, driver))
		return;
	if (!*g->driver)
		conclude(p, g, GPU_STATE_UNBOUND, probe_pci_path(p, g->pci, "driver"), "missing", "no driver");
	else
		judge_bound(p, g);
}

/* A node in /dev; its absence is only said where /dev can be looked at, and where every such GPU has it. */
static void expect_node(struct probe *p, struct gpu *g, const char *name, bool always)
{
	struct tree_stat st;
	int r = tree_stat(p->root, arena_printf(p->a, "dev/%s", name), &st);
	const char *path = arena_printf(p->a, "/dev/%s", name);

	if (r == 0)
		strs_add(p->a, &g->nodes, path);
	else if (r == -ENOENT && always)
		strs_add(p->a, &g->nodes_missing, path);
	if (r == 0 || r == -ENOENT) {
		FIELD_KNOW(g, gpu, nodes);
		FIELD_KNOW(g, gpu, nodes_missing);
	}
}

/* "Device Minor: 	 0" and "GPU UUID: 	 GPU-…" of /proc/driver/nvidia/gpus/ADDRESS/information. */
static const char *info_value(struct probe *p, const char *text, const char *key)
{
	const char *at = text, *line;
	size_t n, k = strlen(key);

	while (next_line(&at, text + strlen(text), &line, &n))
		if (n > k && memcmp(line, key, k) == 0 && line[k] == ':')
			return str_trim(arena_strn(p->a, line + k + 1, n - k - 1));
	return NULL;
}

void vendor_describe(struct probe *p, struct gpu *g)
{
	const struct facts_driver *row = facts_driver_find(g->driver);
	const char *text, *minor = NULL, *uuid;
	struct strs names;
	uint32_t i;

	if (!row)
		return;
	if (str_eq(g->driver, "nvidia") &&
	    tree_read_str(p->root, expand(p, g, "proc/driver/nvidia/gpus/%a/information"), p->a, &text) == 0) {
		minor = info_value(p, text, "Device Minor");
		uuid = info_value(p, text, "GPU UUID");
		if (uuid && !strchr(uuid, '?'))
			strs_add(p->a, &g->aliases, uuid);
	}
	names = str_split(p->a, row->extra_nodes ? row->extra_nodes : "", " ");
	for (i = 0; i < names.n; i++)
		expect_node(p, g, names.v[i], false);
	names = str_split(p->a, row->nodes ? row->nodes : "", " ");
	for (i = 0; i < names.n; i++) {
		const char *u = strstr(names.v[i], "%u");

		if (!u)
			expect_node(p, g, names.v[i], true);
		else if (minor)
			expect_node(p, g, arena_printf(p->a, "%.*s%s%s", (int)(u - names.v[i]), names.v[i], minor, u + 2), true);
	}
}
