/* SPDX-License-Identifier: Apache-2.0 */
/* Container engines: whether a GPU can be handed over by its CDI name, and what is in the way. */
#include "check/check.h"

#include "base/parse.h"
#include "facts/engines.h"

static const char *place(struct check *c, const char *file, uint32_t line)
{
	return line ? arena_printf(c->arena, "%s:%u", file, line) : file;
}

static const char *name_of(struct check *c, const struct runtime *r)
{
	const char *name = facts_engine_find(r->kind)->name;

	return *r->managed_by ? arena_printf(c->arena, "%s of %s", name, r->managed_by) : name;
}

static const char *restart_of(struct check *c, const struct runtime *r)
{
	const char *unit = *r->managed_by ? r->managed_by : facts_engine_find(r->kind)->unit;

	return unit ? arena_printf(c->arena, " Then restart it ('systemctl restart %s').", unit) : "";
}

static bool cdi_on(const struct runtime *r)
{
	return FIELD_KNOWN(r, runtime, cdi) && r->cdi;
}

static const char *release(struct check *c, uint32_t v)
{
	return arena_printf(c->arena, "%u.%u", v >> 16, v >> 8 & 0xff);
}

static void run_broken(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->runtimes.n; i++) {
		const struct runtime *r = &c->snap->runtimes.v[i];

		for (k = 0; k < r->marks.n; k++) {
			const struct runtime_mark *m = &r->marks.v[k];
			struct finding *f;

			if (m->kind != RUNTIME_MARK_KIND_BROKEN)
				continue;
			f = check_add(c, "GB0401", m->file, NONE, "%s cannot read its configuration: %s", name_of(c, r), m->value);
			check_evidence(c, f, place(c, m->file, m->line), m->value, NULL);
		}
	}
}

/* Where the switch belongs, said as exactly as the files allow. */
static void remedy_switch(struct check *c, struct finding *f, const struct runtime *r)
{
	static const char *const tables[] = {"plugins.cri", "plugins.cri", "plugins.\"io.containerd.grpc.v1.cri\"",
					     "plugins.\"io.containerd.cri.v1.runtime\""};
	uint32_t version = FIELD_KNOWN(r, runtime, config_version) ? r->config_version : 2;

	/* What k3s and RKE2 generate is written anew at each start. */
	if (*r->managed_by)
		check_remedy(c, f, "Begin /var/lib/rancher/%s/agent/etc/containerd/%s with '{{ template \"base\" . }}' and add to it '[%s]' "
				   "with 'enable_cdi = true'.%s",
			     r->managed_by, version == 3 ? "config-v3.toml.tmpl" : "config.toml.tmpl", tables[MIN(version, 3u)], restart_of(c, r));
	else if (*r->cdi_file)
		check_remedy(c, f, "Set %s to true in line %u of %s.%s",
			     r->kind == RUNTIME_KIND_DOCKER  ? "features.cdi" :
			     r->kind == RUNTIME_KIND_KUBELET ? "DevicePluginCDIDevices" :
							       "enable_cdi",
			     r->cdi_line, r->cdi_file, restart_of(c, r));
	else if (r->kind == RUNTIME_KIND_KUBELET)
		check_remedy(c, f, "Put 'DevicePluginCDIDevices: true' below featureGates in /var/lib/kubelet/config.yaml.%s", restart_of(c, r));
	else if (r->kind == RUNTIME_KIND_DOCKER)
		check_remedy(c, f, r->config.n ? "Put '\"features\": {\"cdi\": true}' into /etc/docker/daemon.json.%s" :
						 "Write '{\"features\": {\"cdi\": true}}' to /etc/docker/daemon.json.%s", restart_of(c, r));
	else if (r->config.n == 0)
		check_remedy(c, f, "Write 'version = 2', '[%s]' and 'enable_cdi = true', a line each, to /etc/containerd/config.toml.%s", tables[2],
			     restart_of(c, r));
	else
		check_remedy(c, f, "Set 'enable_cdi = true' in table [%s] of /etc/containerd/config.toml.%s", tables[MIN(version, 3u)],
			     restart_of(c, r));
}

static bool has_kind(const struct snapshot *s, enum runtime_kind kind)
{
	uint32_t i;

	for (i = 0; i < s->runtimes.n; i++)
		if (s->runtimes.v[i].kind == kind)
			return true;
	return false;
}

/* The switch is the CRI plugin's, which a kubelet asks. Where docker brought containerd along nobody does. */
static bool is_only_dockers(struct check *c, const struct runtime *r)
{
	return r->kind == RUNTIME_KIND_CONTAINERD && !*r->managed_by && !(r->cdi_file && *r->cdi_file) && has_kind(c->snap, RUNTIME_KIND_DOCKER) &&
	       !has_kind(c->snap, RUNTIME_KIND_KUBELET);
}

static void run_cdi(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->runtimes.n && c->snap->gpus.n; i++) {
		const struct runtime *r = &c->snap->runtimes.v[i];
		const struct facts_engine *e = facts_engine_find(r->kind);
		struct finding *f;

		if (!FIELD_KNOWN(r, runtime, cdi) || r->cdi || is_only_dockers(c, r))
			continue;
		if (FIELD_KNOWN(r, runtime, version_number) && r->version_number < e->cdi_since) {
			f = check_add(c, "GB0402", r->program, NONE, "%s %s does not know CDI", name_of(c, r), r->version);
			check_evidence(c, f, r->program, r->version, release(c, e->cdi_since));
		} else {
			f = check_add(c, "GB0403", r->program, NONE, "CDI is switched off in %s", name_of(c, r));
			check_evidence(c, f, *r->cdi_file ? place(c, r->cdi_file, r->cdi_line) : r->program,
				       *r->cdi_file ? "false" : "not set", "true");
			remedy_switch(c, f, r);
		}
	}
}

/* Said, because silence would mean that CDI is on. */
static void run_unknown(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->runtimes.n && c->snap->gpus.n; i++) {
		const struct runtime *r = &c->snap->runtimes.v[i];
		const struct facts_engine *e = facts_engine_find(r->kind);
		struct finding *f;

		if (FIELD_KNOWN(r, runtime, cdi) || FIELD_KNOWN(r, runtime, version_number) || *r->managed_by || is_only_dockers(c, r))
			continue;
		f = check_add(c, "GB0415", r->program, NONE, "whether %s takes CDI names is not known", name_of(c, r));
		check_evidence(c, f, r->program, "of no package whose release can be read", NULL);
		if (e->cdi_since == e->cdi_default)
			check_remedy(c, f, "See '%s --version': %s and later take CDI names.", r->program, release(c, e->cdi_since));
		else
			check_remedy(c, f, "See '%s --version': %s and later have CDI on, those from %s on can switch it on.", r->program,
				     release(c, e->cdi_default), release(c, e->cdi_since));
	}
}

static void judge_mark(struct check *c, const struct runtime *r, const struct runtime_mark *m)
{
	bool gone = FIELD_KNOWN(m, runtime_mark, exists) && !m->exists;
	struct finding *f;

	if (m->kind == RUNTIME_MARK_KIND_MERGE) {
		f = check_add(c, "GB0404", m->file, NONE, "%s takes the CRI configuration of %s alone and drops that of %s", name_of(c, r),
			      m->file, m->value);
		check_evidence(c, f, place(c, m->file, m->line), "CRI table", NULL);
	} else if (m->kind == RUNTIME_MARK_KIND_TEMPLATE && c->snap->gpus.n) {
		f = check_add(c, "GB0409", m->file, NONE, "%s replaces what %s generates", m->file, m->value);
		check_evidence(c, f, m->file, "no template \"base\"", NULL);
	} else if (m->kind == RUNTIME_MARK_KIND_LEGACY || m->kind == RUNTIME_MARK_KIND_DEFAULT) {
		if (!gone && (!cdi_on(r) || c->snap->gpus.n == 0))
			return;
		f = check_add(c, gone ? "GB0406" : "GB0405", m->file, NONE,
			      gone ? "%s: %s names %s, which is not there" : "%s: %s is of NVIDIA's older way%s", name_of(c, r), m->key,
			      gone ? m->value : "");
		check_evidence(c, f, place(c, m->file, m->line), *m->value ? m->value : m->key, NULL);
		if (m->line)
			check_remedy(c, f, "%s '%s' in line %u of %s.%s", gone ? "Install what it names, or remove" : "When nothing uses it, remove",
				     m->key, m->line, m->file, restart_of(c, r));
		else
			check_remedy(c, f, "Remove %s, or the package that it is of.", m->file);
	}
}

static void run_marks(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->runtimes.n; i++)
		for (k = 0; k < c->snap->runtimes.v[i].marks.n; k++)
			judge_mark(c, &c->snap->runtimes.v[i], &c->snap->runtimes.v[i].marks.v[k]);
}

static void run_dirs(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->runtimes.n && c->snap->gpus.n; i++) {
		const struct runtime *r = &c->snap->runtimes.v[i];
		struct finding *f;

		if (!FIELD_KNOWN(r, runtime, cdi_spec_dirs) || !cdi_on(r) || strs_has(&r->cdi_spec_dirs, "/run/cdi") ||
		    strs_has(&r->cdi_spec_dirs, "/var/run/cdi"))
			continue;
		f = check_add(c, "GB0407", *r->cdi_dirs_file ? r->cdi_dirs_file : r->program, NONE, "%s does not look into /run/cdi",
			      name_of(c, r));
		check_evidence(c, f, place(c, r->cdi_dirs_file, r->cdi_dirs_line), r->cdi_spec_dirs.n ? r->cdi_spec_dirs.v[0] : "no folder",
			       "/var/run/cdi");
		check_remedy(c, f, "Add '/var/run/cdi' in line %u of %s.%s", r->cdi_dirs_line, r->cdi_dirs_file, restart_of(c, r));
	}
}

static void run_apart(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->runtimes.n && c->snap->gpus.n; i++) {
		const struct runtime *r = &c->snap->runtimes.v[i];
		struct finding *f;

		for (k = 0; k < r->marks.n; k++) {
			if (r->marks.v[k].kind != RUNTIME_MARK_KIND_APART || !cdi_on(r))
				continue;
			f = check_add(c, "GB0407", r->program, NONE, "%s looks into %s, which is not /run/cdi here", name_of(c, r), r->marks.v[k].value);
			check_evidence(c, f, r->marks.v[k].file, "a folder", "a link to /run");
			check_remedy(c, f, "Make /var/run the link to /run that it is on other systems, or add '/run/cdi' to the folders that %s "
					   "reads specs from.%s", name_of(c, r), restart_of(c, r));
		}
	}
}

static void run_versions(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->cdi_specs.n; i++)
		for (k = 0; k < c->snap->runtimes.n; k++) {
			const struct cdi_file *s = &c->snap->cdi_specs.v[i];
			const struct runtime *r = &c->snap->runtimes.v[k];
			struct finding *f;

			if (!FIELD_KNOWN(s, cdi_file, version_number) || !FIELD_KNOWN(r, runtime, cdi_version_number) || !cdi_on(r) ||
			    s->version_number <= r->cdi_version_number)
				continue;
			f = check_add(c, "GB0408", s->path, NONE, "%s %s reads CDI specs up to version %s, this one is %s", name_of(c, r),
				      r->version, r->cdi_version, s->version);
			check_evidence(c, f, s->path, s->version, r->cdi_version);
		}
}

/* What a container would fail on when it is started, or would not be given. */
static void run_specs(struct check *c)
{
	uint32_t i, k;

	for (i = 0; i < c->snap->cdi_specs.n; i++) {
		const struct cdi_file *s = &c->snap->cdi_specs.v[i];
		struct finding *f;

		if (FIELD_KNOWN(s, cdi_file, fault) && *s->fault) {
			f = check_add(c, "GB0414", s->path, NONE, "no engine can use %s", s->path);
			check_evidence(c, f, s->path, s->fault, NULL);
		}
		if (s->missing.n == 0)
			continue;
		f = check_add(c, "GB0413", s->path, NONE, "%s hands out %s, which is not here", s->path,
			      s->missing.v[0]);
		for (k = 0; k < s->missing.n; k++)
			check_evidence(c, f, s->missing.v[k], "missing", NULL);
		if (s->ours)
			check_remedy(c, f, "Renew it: 'gpubay cdi generate' as root; gpubayd does that by itself.");
	}
}

const struct check_fn check_runtime_fns[] = {
	{"runtime", "GB0401", run_broken},  {"runtime", "GB0402 GB0403", run_cdi},
	{"runtime", "GB0404 GB0405 GB0406 GB0409", run_marks}, {"runtime", "GB0407", run_dirs}, {"runtime", "GB0407", run_apart},
	{"runtime", "GB0408", run_versions}, {"runtime", "GB0413 GB0414", run_specs}, {"runtime", "GB0415", run_unknown}, {0},
};
