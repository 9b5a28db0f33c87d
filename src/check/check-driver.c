/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs without a driver: one finding each, with the first reason that holds, from what is plainly forbidden over what
 * does not fit to what is merely not loaded. A GPU whose trouble is elsewhere (no window, lost, not authorized) is
 * left to the checks of that.
 */
#include "check/check-driver.h"

#include "base/parse.h"

static const char *version_text(struct check *c, uint32_t v)
{
	return arena_printf(c->arena, "%u.%u", v >> 16, v >> 8 & 0xff);
}

static struct finding *add(struct check *c, const struct driver_view *v, const char *id,
			   const char *what)
{
	struct finding *f = check_add(c, id, check_addr(c, v->g->address), v->gpu,
				      "%s has no driver: %s", v->g->name, what);

	check_evidence(c, f, check_pci_path(c, v->g->pci, "driver"), "missing", v->name);
	return f;
}

static bool is_loaded(const struct module *m)
{
	return m && (m->state == MODULE_STATE_LOADED || m->state == MODULE_STATE_BUILTIN);
}

/* Neither its file nor its name among those that claim the GPU. */
static bool not_installed(const struct driver_view *v)
{
	if (is_loaded(v->m))
		return false;
	if (v->m && FIELD_KNOWN(v->m, module, available))
		return !v->m->available;
	return driver_claims(v) == CLAIM_NO;
}

static bool why_override(struct check *c, const struct driver_view *v)
{
	const struct pci_device *d = &c->snap->pci.v[v->g->pci];
	struct finding *f;

	if (!FIELD_KNOWN(d, pci_device, driver_override) || !*d->driver_override ||
	    str_eq(d->driver_override, v->name))
		return false;
	f = add(c, v, "GB1110",
		arena_printf(c->arena, "driver_override allows only %s", d->driver_override));
	check_evidence(c, f, check_pci_path(c, v->g->pci, "driver_override"), d->driver_override,
		       "(null)");
	check_remedy(c, f,
		     "Clear it as root: 'echo > /sys/bus/pci/devices/%s/driver_override', then "
		     "'echo %s > /sys/bus/pci/drivers_probe'.",
		     check_addr(c, v->g->address), check_addr(c, v->g->address));
	return true;
}

/* What would be better than the driver that is kept away: said when it is only the second choice. */
static const char *better_missing(struct check *c, const struct driver_view *v)
{
	struct driver_view first;

	if (v->g->driver_wanted.n == 0 || str_eq(v->g->driver_wanted.v[0], v->name))
		return NULL;
	driver_view(c, v->gpu, v->g->driver_wanted.v[0], &first);
	return not_installed(&first) ? first.name : NULL;
}

static bool why_blocked(struct check *c, const struct driver_view *v)
{
	const struct modprobe_rule *r = is_loaded(v->m) ? NULL : module_blocked(c, v->module);
	const char *line, *better;
	struct finding *f;
	bool blacklist;

	if (!r)
		return false;
	blacklist = r->kind == MODPROBE_KIND_BLACKLIST;
	better = better_missing(c, v);
	f = add(c, v, blacklist ? "GB1103" : "GB1104",
		arena_printf(c->arena, "%s is %s by %s%s%s%s", v->module,
			     blacklist ? "blacklisted" : "switched off",
			     r->line ? rule_place(c, r) : "the kernel command line",
			     better ? ", and " : "", better ? better : "",
			     better ? " is not installed" : ""));
	line = r->line ? arena_printf(c->arena, "%s %s%s%s", enum_name(&modprobe_kind_tab, r->kind),
				      r->module, *r->text ? " " : "", r->text) :
			 r->text;
	check_evidence(c, f, rule_place(c, r), line,
		       blacklist ? "no such line" : "no such command");
	if (better)
		check_remedy(
			c, f,
			"Install %s (%s) and boot again; or, to use %s, remove line %u of %s, renew the initramfs "
			"('update-initramfs -u' or 'dracut -f') and boot again.",
			better, package_text(c, "driver", better), v->module, r->line, r->file);
	else if (r->line)
		check_remedy(
			c, f,
			"Remove line %u of %s, renew the initramfs ('update-initramfs -u' or 'dracut -f') and boot again.",
			r->line, r->file);
	else
		check_remedy(
			c, f,
			"Remove '%s' from the kernel command line (GRUB: /etc/default/grub, then 'update-grub') and boot again.",
			r->text);
	return true;
}

/* NVIDIA's libraries without a module for this kernel: the driver is wanted, whatever else could take the GPU. */
static bool why_not_built(struct check *c, uint32_t gpu)
{
	const struct platform *m = &c->snap->platform;
	struct driver_view v;
	struct finding *f;

	driver_view(c, gpu, "nvidia", &v);
	if (v.g->vendor != GPU_VENDOR_NVIDIA || !m->nvidia_library_version ||
	    !*m->nvidia_library_version || !not_installed(&v))
		return false;
	f = add(c, &v, "GB1119",
		arena_printf(c->arena,
			     "NVIDIA's libraries are installed, but no module for kernel %s",
			     m->kernel ? m->kernel : "that runs"));
	check_evidence(c, f, "libnvidia-ml.so", m->nvidia_library_version, NULL);
	check_evidence(c, f, arena_printf(c->arena, "/lib/modules/%s", m->kernel ? m->kernel : ""),
		       "no nvidia module", "nvidia.ko");
	return true;
}

static bool why_not_installed(struct check *c, const struct driver_view *v)
{
	const struct platform *m = &c->snap->platform;
	struct finding *f;

	if (!not_installed(v))
		return false;
	f = add(c, v, "GB1101",
		arena_printf(c->arena, "%s is not installed for kernel %s", v->module,
			     m->kernel ? m->kernel : "that runs"));
	if (FIELD_KNOWN(v->g, gpu, drivers_possible))
		check_evidence(c, f, check_pci_path(c, v->g->pci, "modalias"),
			       "claimed by no module that is wanted for it", v->module);
	if (v->kernel && v->kernel->since && m->kernel_version &&
	    m->kernel_version < v->kernel->since) {
		check_evidence(c, f, "/proc/sys/kernel/osrelease", m->kernel,
			       arena_printf(c->arena, "%s or newer",
					    version_text(c, v->kernel->since)));
		check_remedy(
			c, f,
			"Install Linux %s or newer (Debian: from backports), which brings %s, and boot it.",
			version_text(c, v->kernel->since), v->module);
	} else if (facts_package_find("driver", v->name, m->os_id, m->os_version)) {
		check_remedy(c, f, "Install %s and boot again.",
			     package_text(c, "driver", v->name));
	}
	return true;
}

static bool why_page_size(struct check *c, const struct driver_view *v)
{
	const struct platform *m = &c->snap->platform;
	struct finding *f;

	if (!v->rule || !v->rule->page_size || !FIELD_KNOWN(m, platform, page_size) ||
	    m->page_size == v->rule->page_size)
		return false;
	f = add(c, v, "GB1118",
		arena_printf(c->arena, "%s is not made for pages of %u bytes", v->module,
			     m->page_size));
	check_evidence(c, f, "getconf PAGE_SIZE", arena_printf(c->arena, "%u", m->page_size),
		       arena_printf(c->arena, "%u", v->rule->page_size));
	return true;
}

/* nomodeset has a check of its own, once for the machine. */
static bool why_switched_off(struct check *c, const struct driver_view *v)
{
	struct setting set = {0};
	struct finding *f;

	if (!v->rule)
		return false;
	if (v->rule->nomodeset && snapshot_cmdline(c->snap, "nomodeset"))
		return true;
	if (v->rule->off)
		set = module_setting(c, v->module, v->rule->off);
	if (!set.value || !str_eq(set.value, "0"))
		return false;
	f = add(c, v, "GB1116",
		arena_printf(c->arena, "%s.%s=0 switches it off", v->module, v->rule->off));
	check_evidence(c, f, set.path, set.value, "-1");
	return true;
}

static bool why_unknown_id(struct check *c, const struct driver_view *v)
{
	const struct facts_id *id = facts_id_find(v->g->vendor_id, v->g->device_id);
	const struct platform *m = &c->snap->platform;
	struct finding *f;

	/* Where this kernel's own list cannot be read, ours has to do. */
	if (driver_claims(v) == CLAIM_UNKNOWN && id && id->flags & ID_NOT_IN_KERNEL) {
		id_not_in_kernel(c, v->gpu);
		return true;
	}
	if (driver_claims(v) != CLAIM_NO)
		return false;
	f = add(c, v, "GB1105",
		arena_printf(c->arena, "this kernel's %s does not know %04x:%04x", v->module,
			     v->g->vendor_id, v->g->device_id));
	check_evidence(c, f, check_pci_path(c, v->g->pci, "modalias"),
		       c->snap->pci.v[v->g->pci].modalias,
		       arena_printf(c->arena, "claimed by %s", v->module));
	if (v->kernel && v->kernel->since && m->kernel_version &&
	    m->kernel_version < v->kernel->since) {
		check_evidence(c, f, "/proc/sys/kernel/osrelease", m->kernel,
			       arena_printf(c->arena, "%s or newer",
					    version_text(c, v->kernel->since)));
		check_remedy(c, f,
			     "Install Linux %s or newer (Debian: from backports) and boot it.",
			     version_text(c, v->kernel->since));
	} else if (v->kernel && v->kernel->note) {
		check_remedy(c, f, "Install a newer kernel or the driver that has it: %s.",
			     v->kernel->note);
	} else if (id && id->flags & ID_NOT_IN_KERNEL) {
		check_remedy(c, f,
			     "No released kernel known to gpubay has it, though compute libraries do: look for a newer one.");
	}
	return true;
}

static bool force_needed(const struct check *c, const struct driver_view *v)
{
	const struct platform *m = &c->snap->platform;

	return v->kernel && (v->kernel->force_probe ||
			     (v->kernel->since && FIELD_KNOWN(m, platform, kernel_version) &&
			      m->kernel_version < v->kernel->since));
}

static bool why_force_probe(struct check *c, const struct driver_view *v)
{
	const struct platform *m = &c->snap->platform;
	const char *id = arena_printf(c->arena, "%04x", v->g->device_id);
	struct setting set;
	struct finding *f;
	enum id_list in;

	if (!v->rule || !v->rule->force)
		return false;
	set = module_setting(c, v->module, v->rule->force);
	in = id_list_find(c, set.value, v->g->device_id);
	if (in == ID_LIST_LEAVE) {
		f = add(c, v, "GB1108",
			arena_printf(c->arena, "%s is told to leave %s alone", v->module, id));
		check_evidence(c, f, set.path, set.value,
			       arena_printf(c->arena, "without !%s", id));
		check_remedy(
			c, f,
			"Remove '!%s' from %s.%s (set in %s), or let the other driver take the GPU.",
			id, v->module, v->rule->force, set.path);
		return true;
	}
	if (in == ID_LIST_TAKE || !force_needed(c, v))
		return false;
	f = add(c, v, set.value && *set.value ? "GB1107" : "GB1106",
		set.value && *set.value ?
			arena_printf(c->arena, "%s.%s is set for %s, not for %s", v->module,
				     v->rule->force, set.value, id) :
			arena_printf(c->arena, "this kernel's %s takes %s only when told to",
				     v->module, id));
	check_evidence(c, f,
		       set.path ? set.path :
				  arena_printf(c->arena, "/sys/module/%s/parameters/%s", v->module,
					       v->rule->force),
		       set.value ? set.value : "", id);
	if (v->kernel->since && m->kernel)
		check_evidence(c, f, "/proc/sys/kernel/osrelease", m->kernel,
			       arena_printf(c->arena, "%s takes it by itself",
					    version_text(c, v->kernel->since)));
	check_remedy(
		c, f,
		"%s%s%sAdd %s.%s=%s to the kernel command line (GRUB: /etc/default/grub, then 'update-grub') and boot again.",
		v->kernel->since ? "Boot Linux " : "",
		v->kernel->since ? version_text(c, v->kernel->since) : "",
		v->kernel->since ? " or newer, which takes it by itself. Or: " : "", v->module,
		v->rule->force, id);
	return true;
}

/* Whether the kernel refuses modules without a signature. Secure Boot alone does not; lockdown, which it brings, does. */
static const char *signature_wanted(const struct check *c, const char **ret_path)
{
	const struct platform *m = &c->snap->platform;

	if (FIELD_KNOWN(m, platform, module_sig_enforce) && m->module_sig_enforce) {
		*ret_path = "/sys/module/module/parameters/sig_enforce";
		return "Y";
	}
	if (FIELD_KNOWN(m, platform, lockdown)) {
		*ret_path = "/sys/kernel/security/lockdown";
		return *m->lockdown && !str_eq(m->lockdown, "none") ? m->lockdown : NULL;
	}
	*ret_path = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
	return m->secure_boot == SECURE_BOOT_ON ? "on" : NULL;
}

static bool why_unsigned(struct check *c, const struct driver_view *v)
{
	const char *path, *wanted = signature_wanted(c, &path);
	struct finding *f;

	if (!wanted || is_loaded(v->m) || !v->m || !FIELD_KNOWN(v->m, module, signer) ||
	    *v->m->signer)
		return false;
	f = add(c, v, "GB1120",
		arena_printf(c->arena, "%s has no signature and the kernel wants one", v->module));
	check_evidence(c, f, v->m->filename, "not signed", "signed with an enrolled key");
	check_evidence(c, f, path, wanted, NULL);
	if (c->snap->platform.secure_boot == SECURE_BOOT_ON)
		check_evidence(c, f, "Secure Boot", "on", NULL);
	return true;
}

static bool firmware_missing(const struct check *c, uint32_t gpu)
{
	const struct firmware_file_list *l = &c->snap->platform.firmware;
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].required && u32s_has(&l->v[i].gpus, gpu) &&
		    (l->v[i].state != FIRMWARE_STATE_PRESENT ||
		     (FIELD_KNOWN(&l->v[i], firmware_file, in_initramfs) && !l->v[i].in_initramfs)))
			return true;
	return false;
}

/* Nothing forbids it: it is there and failed, or it is not there. */
static void why_at_last(struct check *c, const struct driver_view *v)
{
	const char *addr = check_addr(c, v->g->address);
	struct finding *f;

	if (is_loaded(v->m)) {
		bool firmware = firmware_missing(c, v->gpu);

		f = add(c, v, "GB1109",
			arena_printf(c->arena, "%s is loaded but did not take it%s", v->module,
				     firmware ? "; firmware that it needs is missing" : ""));
		check_evidence(c, f, arena_printf(c->arena, "/sys/module/%s", v->module), "loaded",
			       NULL);
		check_remedy(c, f,
			     "%s'journalctl -k -b | grep -i %s' says what failed. Then try "
			     "'echo %s > /sys/bus/pci/drivers/%s/bind' as root.",
			     firmware ? "Install the firmware first. " : "", v->module, addr,
			     v->name);
		return;
	}
	if (!v->m || (!FIELD_KNOWN(v->m, module, state) && driver_claims(v) != CLAIM_YES)) {
		f = add(c, v, "GB1101", "whether this system has one could not be seen");
		f->severity = SEVERITY_WARNING;
		return;
	}
	if (FIELD_KNOWN(v->m, module, state)) {
		f = add(c, v, "GB1102", arena_printf(c->arena, "%s is not loaded", v->module));
		check_evidence(c, f, arena_printf(c->arena, "/sys/module/%s", v->module), "missing",
			       "loaded");
	} else {
		f = add(c, v, "GB1102",
			arena_printf(
				c->arena,
				"nothing keeps %s away; whether it is loaded could not be seen",
				v->module));
		f->severity = SEVERITY_WARNING;
	}
	check_remedy(
		c, f,
		"Load it: 'modprobe %s' as root. 'journalctl -k -b | grep -i %s' says why it was not loaded at start.",
		v->module, v->module);
}

static void check_unbound(struct check *c, uint32_t gpu)
{
	static bool (*const reasons[])(struct check *, const struct driver_view *) = {
		why_override,	  why_blocked,	  why_not_installed, why_page_size,
		why_switched_off, why_unknown_id, why_force_probe,   why_unsigned,
	};
	const struct gpu *g = &c->snap->gpus.v[gpu];
	const char *best = driver_best(c, gpu);
	struct driver_view v;
	unsigned i;

	if (!FIELD_KNOWN(g, gpu, driver) || *g->driver || gpu_out_of_reach(g))
		return;
	/* Where two are loaded that both take it, that is the reason; where NVIDIA's is the wrong one, too. */
	if (driver_fight(c, gpu) || nvidia_misfit(c, gpu) || why_not_built(c, gpu))
		return;
	if (!best) {
		const struct facts_family *family = gpu_family(c, g);
		struct finding *f =
			check_add(c, "GB1101", check_addr(c, g->address), gpu, "%s has no driver%s",
				  g->name,
				  family && !*family->drivers ? ": Linux has none for it" : "");

		check_evidence(c, f, check_pci_path(c, g->pci, "driver"), "missing", NULL);
		if (family && !*family->drivers)
			f->severity = SEVERITY_WARNING;
		else if (g->drivers_possible.n)
			check_remedy(c, f, "Load it: 'modprobe %s' as root.", g->drivers_possible.v[0]);
		else if (g->vendor == GPU_VENDOR_OTHER)
			check_remedy(c, f, "Boot a kernel that has a driver for it; no module of this one claims it.");
		return;
	}
	driver_view(c, gpu, best, &v);
	for (i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i](c, &v))
			return;
	why_at_last(c, &v);
}

static void run_unbound(struct check *c)
{
	uint32_t i;

	for (i = 0; i < c->snap->gpus.n; i++)
		check_unbound(c, i);
}

const struct check_fn check_driver_fns[] = {
	{"driver",
	 "GB1101 GB1102 GB1103 GB1104 GB1105 GB1106 GB1107 GB1108 GB1109 GB1110 GB1116 GB1118 GB1119 GB1120 GB1161",
	 run_unbound},
	{"driver", "GB1111 GB1112 GB1113 GB1114", run_bound},
	{"driver", "GB1130 GB1131 GB1132", run_passthrough},
	{"driver", "GB1140 GB1141 GB1142 GB1143 GB1150 GB1151", run_versions},
	{"driver", "GB1160 GB1161", run_id_flags},
	{0},
};
