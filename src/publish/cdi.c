/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/cdi.h"

#include "base/parse.h"

enum { V_NAME_DIGIT = CDI_VERSION(0, 5, 0), V_CLASS_DOT = CDI_VERSION(0, 6, 0), V_GIDS = CDI_VERSION(0, 7, 0) };

const char *cdi_version_text(struct arena *a, uint32_t v)
{
	return arena_printf(a, "%u.%u.%u", v >> 16, v >> 8 & 0xff, v & 0xff);
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The n bytes of a name: first and last as told, between them letters, digits and `more`. */
static bool name_valid(const char *s, size_t n, bool first_digit, const char *more)
{
	size_t i;

	if (n == 0 || !(letter(s[0]) || (first_digit && digit(s[0]))) || !(letter(s[n - 1]) || digit(s[n - 1])))
		return false;
	for (i = 0; i < n; i++)
		if (!letter(s[i]) && !digit(s[i]) && !strchr(more, s[i]))
			return false;
	return true;
}

bool cdi_kind_valid(const char *kind)
{
	size_t n = strcspn(kind, "/");

	return kind[n] && name_valid(kind, n, false, "_-.") && name_valid(kind + n + 1, strlen(kind + n + 1), false, "_-.");
}

bool cdi_device_valid(const char *name)
{
	return name_valid(name, strlen(name), true, "_-.:");
}

uint32_t cdi_version_needed(const struct cdi_spec *spec)
{
	uint32_t v = CDI_VERSION_MIN, i;

	for (i = 0; i < spec->devices.n; i++) {
		if (digit(spec->devices.v[i].name[0]))
			v = MAX(v, (uint32_t)V_NAME_DIGIT);
		if (spec->devices.v[i].edits.gids.n)
			v = MAX(v, (uint32_t)V_GIDS);
	}
	if (spec->edits.gids.n)
		v = MAX(v, (uint32_t)V_GIDS);
	if (strchr(spec->kind + strcspn(spec->kind, "/"), '.'))
		v = MAX(v, (uint32_t)V_CLASS_DOT);
	return v;
}

static void add_node(struct arena *a, struct cdi_edits *e, const char *path)
{
	uint32_t i;

	for (i = 0; i < e->nodes.n; i++)
		if (str_eq(e->nodes.v[i].path, path))
			return;
	*LIST_PUSH(a, &e->nodes) = (struct cdi_node){.path = path};
}

static void add_link_hook(struct arena *a, struct cdi_edits *e, const char *program, const struct strs *links)
{
	struct cdi_hook *h;
	uint32_t i;

	if (!program || links->n == 0)
		return;
	h = LIST_PUSH(a, &e->hooks);
	*h = (struct cdi_hook){.name = "createContainer", .path = program};
	strs_add(a, &h->args, str_base(program));
	strs_add(a, &h->args, "links");
	for (i = 0; i < links->n; i++)
		strs_add(a, &h->args, links->v[i]);
}

/* Nodes of one GPU, the groups that may open them, and its by-path links as "link=target". */
static void gpu_edits(const struct snapshot *s, const struct gpu *g, const struct cdi_settings *set, struct arena *a,
		      struct cdi_edits *e, struct strs *links)
{
	uint32_t i;

	for (i = 0; i < g->drm.n; i++) {
		const struct drm_node *d = &s->drm.v[g->drm.v[i]];

		if (!d->path || !*d->path)
			continue;
		add_node(a, e, d->path);
		if (d->by_path && *d->by_path)
			strs_add(a, links, arena_printf(a, "%s=../%s", d->by_path, d->name));
		if (set->add_groups && FIELD_KNOWN(d, drm_node, gid) && d->gid != 0 && !u32s_has(&e->gids, d->gid))
			u32s_add(a, &e->gids, d->gid);
	}
	for (i = 0; i < g->nodes.n; i++)
		add_node(a, e, g->nodes.v[i]);
}

static void add_device(const struct snapshot *s, const struct u32s *gpus, const char *name, const struct cdi_settings *set,
		       struct arena *a, struct cdi_spec *spec)
{
	struct cdi_device *d = LIST_PUSH(a, &spec->devices);
	struct strs links = {0};
	uint32_t i;

	d->name = name;
	for (i = 0; i < gpus->n; i++)
		gpu_edits(s, &s->gpus.v[gpus->v[i]], set, a, &d->edits, &links);
	add_link_hook(a, &d->edits, set->hook, &links);
}

/* Stable ids may hold what a device name may not. */
static const char *device_name(struct arena *a, const char *id)
{
	char *name = arena_str(a, id), *c;

	for (c = name; *c; c++)
		if (!letter(*c) && !digit(*c) && !strchr("_-.:", *c))
			*c = '-';
	return cdi_device_valid(name) ? name : NULL;
}

static void add_devices(const struct snapshot *s, const struct u32s *gpus, const struct cdi_settings *set, struct arena *a,
			struct cdi_spec *spec)
{
	bool digits = !set->max_version || set->max_version >= V_NAME_DIGIT;
	char address[PCI_ADDR_TEXT];
	uint32_t i;

	for (i = 0; i < gpus->n; i++) {
		const struct gpu *g = &s->gpus.v[gpus->v[i]];
		struct u32s one = {.v = &gpus->v[i], .n = 1};
		const char *id = device_name(a, g->id);

		if (id)
			add_device(s, &one, id, set, a, spec);
		pci_addr_text(g->address, address);
		if (digits && !str_eq(id, address))
			add_device(s, &one, arena_str(a, address), set, a, spec);
	}
	add_device(s, gpus, "all", set, a, spec);
}

/* NVIDIA's user space has to be the kernel module's version, so it comes from the host. */
static void add_libraries(const struct cdi_settings *set, struct arena *a, struct cdi_edits *e)
{
	struct cdi_hook *h;
	uint32_t i;

	for (i = 0; i < set->libraries.n; i++)
		*LIST_PUSH(a, &e->mounts) = (struct cdi_mount){.host = set->libraries.v[i], .container = set->libraries.v[i]};
	/* Another engine's hook must not put a second driver beside it. */
	strs_add(a, &e->env, "NVIDIA_VISIBLE_DEVICES=void");
	if (!set->hook || set->folders.n == 0)
		return;
	h = LIST_PUSH(a, &e->hooks);
	*h = (struct cdi_hook){.name = "createContainer", .path = set->hook};
	strs_add(a, &h->args, str_base(set->hook));
	strs_add(a, &h->args, "ldcache");
	for (i = 0; i < set->folders.n; i++)
		strs_add(a, &h->args, set->folders.v[i]);
}

static const char *choose_kind(const char *vendor, const struct cdi_settings *set, struct arena *a, struct strs *notes)
{
	const char *kind = arena_printf(a, "%s.com/gpu", vendor);

	/* A name that stands for no company must not be somebody's domain. */
	if (str_eq(vendor, enum_name(&gpu_vendor_tab, GPU_VENDOR_OTHER)))
		return "gpubay/other-gpu";
	if (!strs_has(&set->taken_kinds, kind))
		return kind;
	strs_add(a, notes, arena_printf(a, "another spec owns the kind %s: ours is gpubay/%s-gpu", kind, vendor));
	return arena_printf(a, "gpubay/%s-gpu", vendor);
}

/* "vendor-class.json", as the specification advises. */
static const char *file_name(struct arena *a, const char *kind)
{
	char *name = arena_printf(a, "gpubay-%s.json", kind), *slash = strchr(name, '/');

	if (slash)
		*slash = '-';
	return name;
}

static void build_vendor(const struct snapshot *s, enum gpu_vendor vendor, const struct cdi_settings *set, struct arena *a,
			 struct cdi_spec_list *ret, struct strs *notes)
{
	struct cdi_settings own = *set;
	struct u32s gpus = {0};
	struct cdi_spec *spec;
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++)
		if (s->gpus.v[i].vendor == vendor && s->gpus.v[i].state == GPU_STATE_READY)
			u32s_add(a, &gpus, i);
	if (gpus.n == 0)
		return;
	if (own.add_groups && own.max_version && own.max_version < V_GIDS) {
		own.add_groups = false;
		strs_add(a, notes,
			 arena_printf(a, "an engine here takes specs up to %s only, which cannot add groups: users that are not root in "
					 "the container need --group-add",
				      cdi_version_text(a, own.max_version)));
	}
	spec = LIST_PUSH(a, ret);
	spec->kind = choose_kind(enum_name(&gpu_vendor_tab, vendor), &own, a, notes);
	spec->file = file_name(a, spec->kind);
	add_devices(s, &gpus, &own, a, spec);
	if (vendor == GPU_VENDOR_NVIDIA)
		add_libraries(&own, a, &spec->edits);
	spec->version = cdi_version_needed(spec);
}

void cdi_build(const struct snapshot *s, const struct cdi_settings *settings, struct arena *a, struct cdi_spec_list *ret,
	       struct strs *ret_notes)
{
	static const enum gpu_vendor vendors[] = {GPU_VENDOR_NVIDIA, GPU_VENDOR_AMD, GPU_VENDOR_INTEL, GPU_VENDOR_OTHER};
	unsigned i;

	*ret = (struct cdi_spec_list){0};
	for (i = 0; i < ARRAY_LEN(vendors); i++)
		build_vendor(s, vendors[i], settings, a, ret, ret_notes);
}
