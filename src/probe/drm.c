/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DRM: the card, render and accel nodes, who may open them, and the display connectors. A node belongs to the nearest
 * PCI function above it (also below a virtio function); a node without one is virtual, or a GPU without PCI.
 */
#include "probe/probe.h"

#include "base/parse.h"
#include "facts/facts.h"
#include "probe/edid.h"

#include <errno.h>

#define PHASE "drm"

static bool digits_only(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0';
}

static enum drm_kind kind_of(const char *name)
{
	static const struct {
		const char *prefix;
		enum drm_kind kind;
	} kinds[] = {{"card", DRM_KIND_PRIMARY}, {"renderD", DRM_KIND_RENDER}, {"accel", DRM_KIND_ACCEL}};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(name, kinds[i].prefix) && digits_only(name + strlen(kinds[i].prefix)))
			return kinds[i].kind;
	return DRM_KIND_UNKNOWN;
}

/* Nearest PCI function on a path of /sys/devices; NONE when there is none. */
static uint32_t pci_above(const struct probe *p, const char *path)
{
	uint32_t found = NONE;
	uint64_t address;
	size_t n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (pci_addr_parse_n(path, n, &address) == 0 && snapshot_pci_find(p->snap, address) != NONE)
			found = snapshot_pci_find(p->snap, address);
	}
	return found;
}

/* The name of a number in /etc/passwd or /etc/group; the number itself where there is no such line. */
struct names {
	char *text;
	size_t n;
};

static const char *name_of(struct probe *p, const struct names *names, uint32_t id)
{
	const char *at = names->text, *line;
	size_t n;

	while (at && next_line(&at, names->text + names->n, &line, &n)) {
		const char *first = memchr(line, ':', n);
		const char *second = first ? memchr(first + 1, ':', n - (size_t)(first + 1 - line)) : NULL;
		size_t rest = second ? n - (size_t)(second + 1 - line) : 0;
		const char *end = second ? memchr(second + 1, ':', rest) : NULL;
		uint64_t v;

		if (end && parse_u64n(second + 1, (size_t)(end - second - 1), 10, UINT32_MAX, &v) == 0 && v == id)
			return utf8_clean(p->a, line, (size_t)(first - line));
	}
	return arena_printf(p->a, "%u", id);
}

enum { NAMES_MAX = 1024 * 1024 };

static struct names names_read(struct probe *p, const char *path)
{
	struct names names = {0};

	tree_read_file(p->root, path, p->a, NAMES_MAX, &names.text, &names.n);
	return names;
}

/* What a path has that is not the node; "" when it is. A copy of a machine's files cannot have nodes and has files for them. */
static const char *not_the_node(const struct probe *p, const struct drm_node *d, const struct tree_stat *st)
{
	switch (st->type) {
	case TREE_CHAR:
		return d->kind == DRM_KIND_ACCEL || (st->major == d->major && st->minor == d->minor) ?
			       "" :
			       arena_printf(p->a, "character device %u:%u", st->major, st->minor);
	case TREE_DIR: return "a folder";
	case TREE_FILE: return p->tree->live ? "a file" : "";
	default: return "no character device";
	}
}

static void read_node_file(struct probe *p, struct drm_node *d, const struct names *users, const struct names *groups)
{
	const struct user *u = &p->snap->platform.user;
	struct tree_stat st;
	const char *path = arena_printf(p->a, "dev/%s/%s", d->kind == DRM_KIND_ACCEL ? "accel" : "dri", d->name);
	int r = tree_stat(p->root, path, &st);

	if (r == -ENOENT)
		FIELD_SET(d, drm_node, path, "");
	if (r < 0) {
		snapshot_gap(p->snap, PHASE, path, r);
		return;
	}
	FIELD_SET(d, drm_node, instead, not_the_node(p, d, &st));
	FIELD_SET(d, drm_node, path, *d->instead ? "" : arena_printf(p->a, "/%s", path));
	if (*d->instead)
		return;
	FIELD_SET(d, drm_node, uid, st.uid);
	FIELD_SET(d, drm_node, gid, st.gid);
	FIELD_SET(d, drm_node, mode, st.mode);
	FIELD_SET(d, drm_node, owner, name_of(p, users, st.uid));
	FIELD_SET(d, drm_node, group, name_of(p, groups, st.gid));
	if (FIELD_KNOWN(u, user, uid) && FIELD_KNOWN(u, user, gids))
		FIELD_SET(d, drm_node, openable, user_may_open(u, d->mode, d->uid, d->gid));
}

/* Links of /dev/dri/by-path, by the node they lead to. */
static void read_by_path(struct probe *p)
{
	struct snapshot *s = p->snap;
	struct strs names;
	const char *target;
	uint32_t i, j;
	int r = tree_list(p->root, "dev/dri/by-path", p->a, &names);

	for (j = 0; j < s->drm.n && (r == 0 || r == -ENOENT); j++)
		FIELD_SET(&s->drm.v[j], drm_node, by_path, "");
	for (i = 0; r == 0 && i < names.n; i++) {
		if (tree_link_base(p->root, arena_printf(p->a, "dev/dri/by-path/%s", names.v[i]), p->a, &target) < 0)
			continue;
		for (j = 0; j < s->drm.n; j++)
			if (str_eq(s->drm.v[j].name, target))
				s->drm.v[j].by_path = arena_printf(p->a, "/dev/dri/by-path/%s", names.v[i]);
	}
}

/* What stands behind a node without a PCI function: a virtual driver's, or a GPU that is none of ours. */
static void judge_without_pci(struct probe *p, struct drm_node *d, const char *class_dir, const char *path)
{
	const char *driver = "";
	const struct facts_driver *row;
	bool real;

	if (tree_link_base(p->root, arena_printf(p->a, "%s/%s/device/driver", class_dir, d->name), p->a, &driver) < 0)
		driver = "";
	row = facts_driver_find(driver);
	real = strstr(path, "/platform/") && *driver && !(row && !str_eq(row->role, "gpu")) && !strstr(path, "amdgpu_xcp");
	FIELD_SET(d, drm_node, is_virtual, !real);
	if (real) {
		p->snap->non_pci_gpus = true;
		p->snap->non_pci_gpu_names = arena_printf(p->a, "%s%s%s (%s)", p->snap->non_pci_gpu_names ? p->snap->non_pci_gpu_names : "",
							  p->snap->non_pci_gpu_names ? ", " : "", d->name, driver);
	}
}

static void read_node(struct probe *p, const char *class_dir, const char *name, const struct names *users,
		      const struct names *groups)
{
	enum drm_kind kind = kind_of(name);
	const char *path = "";
	struct drm_node *d;
	uint64_t minor;
	int r;

	r = tree_readlink(p->root, arena_printf(p->a, "%s/%s", class_dir, name), p->a, &path);
	if (r < 0 && r != -EINVAL)
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s/%s", class_dir, name), r);
	d = LIST_PUSH(p->a, &p->snap->drm);
	FIELD_SET(d, drm_node, name, name);
	FIELD_SET(d, drm_node, kind, kind);
	FIELD_SET(d, drm_node, pci, pci_above(p, path));
	FIELD_SET(d, drm_node, gpu, NONE);
	FIELD_SET(d, drm_node, partition, -1);
	FIELD_SET(d, drm_node, major, kind == DRM_KIND_ACCEL ? 261 : 226);
	/* The number in the name is the minor, by the kernel's own rule; `dev` is asked only where it is not. */
	if (parse_u64(name + strcspn(name, "0123456789"), 10, 0xfffff, &minor) == 0)
		FIELD_SET(d, drm_node, minor, (uint32_t)minor);
	FIELD_SET(d, drm_node, is_virtual, false);
	if (d->pci == NONE)
		judge_without_pci(p, d, class_dir, path);
	read_node_file(p, d, users, groups);
	if (tree_stat(p->root, arena_printf(p->a, "run/udev/data/c%u:%u", d->major, d->minor), &(struct tree_stat){0}) == 0)
		FIELD_SET(d, drm_node, in_udev, true);
	else if (tree_exists(p->root, "run/udev/data"))
		FIELD_SET(d, drm_node, in_udev, false);
}

static void read_monitor(struct probe *p, struct connector *c, const char *dir)
{
	uint8_t raw[TREE_ATTR_MAX / 2];
	long n = tree_read(p->root, arena_printf(p->a, "%s/edid", dir), raw, sizeof(raw));

	if (n < 0) {
		snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s/edid", dir), (int)n);
		return;
	}
	if (n > 0 && edid_parse(raw, (size_t)n, p->a, &c->monitor) == 0)
		FIELD_KNOW(c, connector, monitor);
}

static uint32_t count_lines(const char *text, size_t n, const char **ret_first, struct arena *a)
{
	const char *at = text, *line;
	uint32_t lines = 0;
	size_t len;

	*ret_first = "";
	while (next_line(&at, text + n, &line, &len))
		if (len && lines++ == 0)
			*ret_first = utf8_clean(a, line, len);
	return lines;
}

static void read_connector(struct probe *p, uint32_t card, const char *dir, const char *name)
{
	struct connector *c = LIST_PUSH(p->a, &p->snap->connectors);
	const char *s;
	char *text;
	size_t n;

	FIELD_SET(c, connector, name, name);
	FIELD_SET(c, connector, card, card);
	FIELD_SET(c, connector, gpu, NONE);
	if (probe_str(p, PHASE, p->root, arena_printf(p->a, "%s/status", dir), &s) &&
	    enum_value(&connector_status_tab, s))
		FIELD_SET(c, connector, status, enum_value(&connector_status_tab, s));
	if (probe_str(p, PHASE, p->root, arena_printf(p->a, "%s/enabled", dir), &s))
		FIELD_SET(c, connector, enabled, str_eq(s, "enabled"));
	if (probe_str(p, PHASE, p->root, arena_printf(p->a, "%s/dpms", dir), &s))
		FIELD_SET(c, connector, dpms, s);
	if (tree_read_file(p->root, arena_printf(p->a, "%s/modes", dir), p->a, TREE_ATTR_MAX, &text, &n) == 0) {
		FIELD_SET(c, connector, modes, count_lines(text, n, &s, p->a));
		FIELD_SET(c, connector, mode, s);
	}
	if (tree_read_str(p->root, arena_printf(p->a, "%s/firmware_node/path", dir), p->a, &s) == 0)
		FIELD_SET(c, connector, firmware_node, s);
	if (c->status == CONNECTOR_STATUS_CONNECTED)
		read_monitor(p, c, dir);
}

/* "card0-DP-1" stands beside card0 in the class. */
static void read_connectors(struct probe *p, const struct strs *names)
{
	uint32_t i, card;

	for (i = 0; i < names->n; i++) {
		const char *dash = strchr(names->v[i], '-');

		if (!dash || !str_starts(names->v[i], "card"))
			continue;
		for (card = 0; card < p->snap->drm.n; card++) {
			const char *name = p->snap->drm.v[card].name;

			if (strlen(name) == (size_t)(dash - names->v[i]) && str_starts(names->v[i], name))
				break;
		}
		if (card < p->snap->drm.n)
			read_connector(p, card, arena_printf(p->a, "sys/class/drm/%s", names->v[i]), names->v[i]);
	}
}

void probe_drm(struct probe *p)
{
	static const char *const classes[] = {"sys/class/drm", "sys/class/accel"};
	struct names users = names_read(p, "etc/passwd"), groups = names_read(p, "etc/group");
	struct strs names;
	unsigned k;
	uint32_t i;
	int r;

	for (k = 0; k < ARRAY_LEN(classes); k++) {
		r = tree_list(p->root, classes[k], p->a, &names);
		if (r < 0)
			snapshot_gap(p->snap, PHASE, arena_printf(p->a, "/%s", classes[k]), r);
		if (k == 0 && (r == 0 || r == -ENOENT))
			p->snap->drm_known = true;
		for (i = 0; i < names.n; i++)
			if (kind_of(names.v[i]) != DRM_KIND_UNKNOWN)
				read_node(p, classes[k], names.v[i], &users, &groups);
		if (k == 0 && p->request->phases & PROBE_EDID)
			read_connectors(p, &names);
	}
	read_by_path(p);
}
