/* SPDX-License-Identifier: Apache-2.0 */
/* Versions that must fit each other: NVIDIA's branch and the GPU, module and file, module and libraries. */
#include "base/parse.h"
#include "check/check-driver.h"

/* First number of a version: the branch. 0 when there is none. */
static unsigned branch_of(const char *version)
{
	uint64_t v;

	return version && parse_u64n(version, strspn(version, "0123456789"), 10, 9999, &v) == 0 ?
		       (unsigned)v :
		       0;
}

/* "open" or "proprietary", of the module that is loaded, else of the file; NULL when neither says. */
static const char *flavour_of(const struct check *c, const struct module *m, const char **ret_path)
{
	const struct platform *p = &c->snap->platform;

	if (FIELD_KNOWN(p, platform, nvidia_module_flavour)) {
		*ret_path = "/proc/driver/nvidia/version";
		return p->nvidia_module_flavour;
	}
	if (!m || !FIELD_KNOWN(m, module, license) || !*m->license)
		return NULL;
	*ret_path = m->filename;
	return str_eq(m->license, "NVIDIA") ? "proprietary" : "open";
}

static const char *version_of(const struct check *c, const struct module *m)
{
	const struct platform *p = &c->snap->platform;

	if (FIELD_KNOWN(p, platform, nvidia_module_version) && *p->nvidia_module_version)
		return p->nvidia_module_version;
	return m && m->file_version && *m->file_version ? m->file_version : NULL;
}

static bool words_have(struct check *c, const char *words, const char *word)
{
	struct strs l = str_split(c->arena, words, " ");

	return strs_has(&l, word);
}

static bool misfit_branch(struct check *c, uint32_t gpu, const struct driver_view *v,
			  const char *version)
{
	const struct facts_family *family = v->family;
	unsigned branch = branch_of(version), last = family->branch_last,
		 first = family->branch_first;
	struct finding *f;

	if (!branch || (!(last && branch > last) && !(first && branch < first)))
		return false;
	f = check_add(c, last && branch > last ? "GB1142" : "GB1143", check_addr(c, v->g->address),
		      gpu,
		      last && branch > last ? "%s: NVIDIA driver %s does not serve %s any more" :
					      "%s: NVIDIA driver %s is older than %s",
		      v->g->name, version, family->family);
	check_evidence(c, f, "/sys/module/nvidia/version", version,
		       arena_printf(c->arena,
				    last && branch > last ? "branch %u or older" :
							    "branch %u or newer",
				    last && branch > last ? last : first));
	if (last && branch > last)
		check_remedy(
			c, f,
			"Install NVIDIA's branch %u, the last one for %s, or use nouveau; remove driver %s and boot again.",
			last, family->family, version);
	else
		check_remedy(c, f, "Install NVIDIA's driver in branch %u or newer and boot again.",
			     first);
	return true;
}

static bool misfit_flavour(struct check *c, uint32_t gpu, const struct driver_view *v)
{
	const char *path, *flavour = flavour_of(c, v->m, &path);
	struct finding *f;
	bool open;

	if (!flavour || !v->family->branches || words_have(c, v->family->branches, flavour) ||
	    !(words_have(c, v->family->branches, "open") ||
	      words_have(c, v->family->branches, "proprietary")))
		return false;
	open = str_eq(flavour, "open");
	f = check_add(c, open ? "GB1141" : "GB1140", check_addr(c, v->g->address), gpu,
		      "%s (%s) is not served by NVIDIA's %s module", v->g->name, v->family->family,
		      flavour);
	check_evidence(c, f, path, flavour, open ? "proprietary" : "open");
	return true;
}

bool nvidia_misfit(struct check *c, uint32_t gpu)
{
	struct driver_view v;
	const char *version;

	if (c->snap->gpus.v[gpu].vendor != GPU_VENDOR_NVIDIA)
		return false;
	driver_view(c, gpu, "nvidia", &v);
	if (!v.family || !v.m || !(v.m->state == MODULE_STATE_LOADED || v.m->available))
		return false;
	version = version_of(c, v.m);
	if (version && misfit_branch(c, gpu, &v, version))
		return true;
	return misfit_flavour(c, gpu, &v);
}

/* The module in memory against its file. */
static void check_reload(struct check *c, const struct module *m)
{
	struct finding *f;

	if (m->state != MODULE_STATE_LOADED || !m->version || !*m->version || !m->file_version ||
	    !*m->file_version || str_eq(m->version, m->file_version))
		return;
	f = check_add(c, "GB1150", m->name, NONE, "%s %s is loaded, its file is %s", m->name,
		      m->version, m->file_version);
	check_evidence(c, f, arena_printf(c->arena, "/sys/module/%s/version", m->name), m->version,
		       m->file_version);
	check_evidence(c, f, m->filename, m->file_version, NULL);
}

static void check_libraries(struct check *c)
{
	const struct platform *p = &c->snap->platform;
	struct finding *f;

	if (!FIELD_KNOWN(p, platform, nvidia_module_version) || !*p->nvidia_module_version ||
	    !FIELD_KNOWN(p, platform, nvidia_library_version) || !*p->nvidia_library_version ||
	    words_have(c, p->nvidia_library_version, p->nvidia_module_version))
		return;
	f = check_add(c, "GB1151", "nvidia", NONE, "NVIDIA module %s, libraries %s",
		      p->nvidia_module_version, p->nvidia_library_version);
	check_evidence(c, f, "/proc/driver/nvidia/version", p->nvidia_module_version,
		       p->nvidia_library_version);
	check_evidence(c, f, "libnvidia-ml.so", p->nvidia_library_version, NULL);
}

void run_versions(struct check *c)
{
	const struct snapshot *s = c->snap;
	struct strs seen = {0};
	uint32_t i;

	for (i = 0; i < s->gpus.n; i++) {
		struct driver_view v;

		if (!s->gpus.v[i].driver || !*s->gpus.v[i].driver)
			continue;
		/* A bound one whose driver cannot work with it: the unbound are judged with their other reasons. */
		if (str_eq(s->gpus.v[i].driver, "nvidia") &&
		    s->gpus.v[i].state != GPU_STATE_READY && !gpu_out_of_reach(&s->gpus.v[i]))
			nvidia_misfit(c, i);
		driver_view(c, i, s->gpus.v[i].driver, &v);
		if (!v.m || strs_has(&seen, v.module))
			continue;
		strs_add(c->arena, &seen, v.module);
		check_reload(c, v.m);
	}
	check_libraries(c);
}
