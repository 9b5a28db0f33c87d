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

/* What a device name stands for, as it grows: its edits, and its by-path links as "link=target". */
struct making {
	const struct snapshot *s;
	const struct cdi_settings *set;
	struct arena *a;
	struct cdi_edits *edits;
	struct strs links;
};

/* DRM nodes, and the groups that may open them. */
static void take_drm(struct making *m, const struct u32s *drm)
{
	uint32_t i;

	for (i = 0; i < drm->n; i++) {
		const struct drm_node *d = &m->s->drm.v[drm->v[i]];

		if (!d->path || !*d->path)
			continue;
		add_node(m->a, m->edits, d->path);
		if (d->by_path && *d->by_path)
			strs_add(m->a, &m->links, arena_printf(m->a, "%s=../%s", d->by_path, d->name));
		if (m->set->add_groups && FIELD_KNOWN(d, drm_node, gid) && d->gid != 0 && !u32s_has(&m->edits->gids, d->gid))
			u32s_add(m->a, &m->edits->gids, d->gid);
	}
}

static void take_nodes(struct making *m, const struct strs *nodes)
{
	uint32_t i;

	for (i = 0; i < nodes->n; i++)
		add_node(m->a, m->edits, nodes->v[i]);
}

/* The whole GPU: of one that is cut by MIG every instance with it, because the rest of it cannot be used. */
static void take_gpu(struct making *m, const struct gpu *g)
{
	uint32_t i;

	take_drm(m, &g->drm);
	take_nodes(m, &g->nodes);
	for (i = 0; i < g->slices.n; i++)
		if (m->s->slices.v[g->slices.v[i]].kind == SLICE_KIND_MIG)
			take_nodes(m, &m->s->slices.v[g->slices.v[i]].nodes);
}

static void take_slice(struct making *m, const struct slice *slice)
{
	take_drm(m, &slice->drm);
	take_nodes(m, &m->s->gpus.v[slice->gpu].nodes);
	take_nodes(m, &slice->nodes);
}

static struct making add_device(const struct snapshot *s, const char *name, const struct cdi_settings *set, struct arena *a,
				struct cdi_spec *spec)
{
	struct cdi_device *d = LIST_PUSH(a, &spec->devices);

	d->name = name;
	return (struct making){.s = s, .set = set, .a = a, .edits = &d->edits};
}

static void add_gpus(const struct snapshot *s, const struct u32s *gpus, const char *name, const struct cdi_settings *set,
		     struct arena *a, struct cdi_spec *spec)
{
	struct making m = add_device(s, name, set, a, spec);
	uint32_t i;

	for (i = 0; i < gpus->n; i++)
		take_gpu(&m, &s->gpus.v[gpus->v[i]]);
	add_link_hook(a, m.edits, set->hook, &m.links);
}

static void add_slice(const struct snapshot *s, const struct slice *slice, const char *name, const struct cdi_settings *set,
		      struct arena *a, struct cdi_spec *spec)
{
	struct making m = add_device(s, name, set, a, spec);

	take_slice(&m, slice);
	add_link_hook(a, m.edits, set->hook, &m.links);
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

static bool may_begin_with_digit(const struct cdi_settings *set)
{
	return !set->max_version || set->max_version >= V_NAME_DIGIT;
}

/* What follows the GPU's name: "gi1-ci0", "partition3", "vf2". NULL for what cannot be handed over by itself. */
static const char *slice_label(const struct snapshot *s, const struct slice *slice, struct arena *a)
{
	const char *slash = strchr(slice->name, '/');
	uint32_t i;

	/* A GPU instance without a compute instance computes nothing. */
	if (slice->kind == SLICE_KIND_MIG)
		return slash ? arena_printf(a, "%.*s-%s", (int)(slash - slice->name), slice->name, slash + 1) : NULL;
	/* A virtual function is its own device while a graphics driver runs it, and not while a guest has it. */
	for (i = 0; i < slice->drm.n; i++)
		if (s->drm.v[slice->drm.v[i]].path && *s->drm.v[slice->drm.v[i]].path)
			return arena_printf(a, "%s%u", slice->kind == SLICE_KIND_VF ? "vf" : "partition", slice->index);
	return NULL;
}

/* By the names of its GPU, and a virtual function by its own address too. */
static void add_slices(const struct snapshot *s, const struct gpu *g, const struct strs *names, const struct cdi_settings *set,
		       struct arena *a, struct cdi_spec *spec, struct strs *notes)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i, k;

	for (i = 0; i < g->slices.n; i++) {
		const struct slice *slice = &s->slices.v[g->slices.v[i]];
		const char *label = slice_label(s, slice, a);

		if (label && slice->nodes_missing.n) {
			strs_add(a, notes, arena_printf(a, "%s of %s is left out: %s is not there (nvidia-modprobe makes it)", slice->name,
							g->id, slice->nodes_missing.v[0]));
			continue;
		}
		for (k = 0; label && k < names->n; k++)
			add_slice(s, slice, arena_printf(a, "%s:%s", names->v[k], label), set, a, spec);
		if (label && slice->kind == SLICE_KIND_VF && slice->pci != NONE && may_begin_with_digit(set))
			add_slice(s, slice, arena_str(a, pci_addr_text(s->pci.v[slice->pci].address, address)), set, a, spec);
	}
}

static void add_devices(const struct snapshot *s, const struct u32s *gpus, const struct cdi_settings *set, struct arena *a,
			struct cdi_spec *spec, struct strs *notes)
{
	char address[PCI_ADDR_TEXT];
	uint32_t i, k;

	for (i = 0; i < gpus->n; i++) {
		const struct gpu *g = &s->gpus.v[gpus->v[i]];
		struct u32s one = {.v = &gpus->v[i], .n = 1};
		const char *id = device_name(a, g->id);
		struct strs names = {0};

		if (id)
			strs_add(a, &names, id);
		pci_addr_text(g->address, address);
		if (may_begin_with_digit(set) && !str_eq(id, address))
			strs_add(a, &names, arena_str(a, address));
		for (k = 0; k < names.n; k++)
			add_gpus(s, &one, names.v[k], set, a, spec);
		add_slices(s, g, &names, set, a, spec, notes);
	}
	add_gpus(s, gpus, "all", set, a, spec);
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
			 arena_printf(a, "an engine here takes specs up to %s only, which cannot add groups: the user that the container "
					 "starts as (--user) owns the nodes; one that it changes to later needs --group-add",
				      cdi_version_text(a, own.max_version)));
	}
	spec = LIST_PUSH(a, ret);
	spec->kind = choose_kind(enum_name(&gpu_vendor_tab, vendor), &own, a, notes);
	spec->file = file_name(a, spec->kind);
	add_devices(s, &gpus, &own, a, spec, notes);
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
