/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware files that drivers of GPUs here want and do not find. One finding for each driver and what is the matter;
 * the files stand in the evidence. A GPU that is ready has found what it needs: then it is about the next start.
 */
#include "base/buf.h"
#include "base/parse.h"
#include "check/driver-why.h"

static bool all_ready(const struct check *c, const struct firmware_file *f)
{
	uint32_t i;

	for (i = 0; i < f->gpus.n; i++)
		if (c->snap->gpus.v[f->gpus.v[i]].state != GPU_STATE_READY)
			return false;
	return f->gpus.n > 0;
}

/* i915.enable_guc: bit 0 submission, bit 1 HuC; -1 leaves it to the driver. */
static bool guc_bit(struct check *c, unsigned bit)
{
	struct setting set = module_setting(c, "i915", "enable_guc");
	uint64_t v;

	return set.value && parse_u64(set.value, 0, 3, &v) == 0 && v >> bit & 1;
}

/* What the driver asks for only when it is told to: no fault unless it is. */
static bool asked_for(struct check *c, const struct firmware_file *f)
{
	uint32_t i;

	if (f->required || !str_eq(f->module, "i915"))
		return true;
	if (str_eq(f->kind, "GuC"))
		return guc_bit(c, 0);
	if (!str_eq(f->kind, "HuC"))
		return true;
	for (i = 0; i < f->gpus.n; i++) {
		const struct facts_family *family = gpu_family(c, &c->snap->gpus.v[f->gpus.v[i]]);

		if (!family || !(family->flags & FAMILY_HUC_BY_OPTION))
			return true;
	}
	return guc_bit(c, 1);
}

/* A file that is neither in the tables nor needed by the kind of module that runs. */
static bool not_needed(const struct check *c, const struct firmware_file *f)
{
	const struct platform *m = &c->snap->platform;

	return str_eq(f->module, "nvidia") &&
	       (all_ready(c, f) || str_eq(m->nvidia_module_flavour, "proprietary"));
}

enum trouble { TROUBLE_NONE, TROUBLE_MISSING, TROUBLE_UNREADABLE, TROUBLE_INITRAMFS };

static enum trouble trouble_of(struct check *c, const struct firmware_file *f)
{
	if (!FIELD_KNOWN(f, firmware_file, state) || not_needed(c, f) || !asked_for(c, f))
		return TROUBLE_NONE;
	if (f->state == FIRMWARE_STATE_MISSING)
		return TROUBLE_MISSING;
	if (f->state == FIRMWARE_STATE_UNREADABLE)
		return TROUBLE_UNREADABLE;
	return FIELD_KNOWN(f, firmware_file, in_initramfs) && !f->in_initramfs ? TROUBLE_INITRAMFS :
										 TROUBLE_NONE;
}

static const char *id_of(enum trouble t, bool required)
{
	switch (t) {
	case TROUBLE_UNREADABLE: return "GB2003";
	case TROUBLE_INITRAMFS: return "GB2004";
	default: return required ? "GB2001" : "GB2002";
	}
}

static const char *message_of(struct check *c, const struct firmware_file *f, enum trouble t,
			      const char *kinds)
{
	const char *first = arena_printf(c->arena, "%s: %s firmware", f->module, kinds);

	switch (t) {
	case TROUBLE_UNREADABLE:
		return arena_printf(c->arena, "%s is compressed as this kernel cannot read", first);
	case TROUBLE_INITRAMFS:
		return arena_printf(c->arena, "%s is not in the initramfs, the driver is", first);
	default:
		return arena_printf(c->arena, "%s is missing: %s%s", first,
				    all_ready(c, f) && f->required ? "at the next start " : "",
				    f->consequence);
	}
}

/* Same driver, same trouble, same weight: one finding; but what is missing says each for itself what it costs. */
static bool together(const struct firmware_file *a, const struct firmware_file *b, enum trouble t)
{
	return str_eq(a->module, b->module) && a->required == b->required &&
	       (t != TROUBLE_MISSING || str_eq(a->consequence, b->consequence));
}

static const char *remedy_of(struct check *c, const struct firmware_file *f, enum trouble t)
{
	const char *initramfs = c->snap->platform.initramfs;

	if (t == TROUBLE_MISSING)
		return arena_printf(
			c->arena,
			"Install %s, renew the initramfs ('update-initramfs -u' or 'dracut -f') and boot again.",
			package_text(c, "firmware", f->module));
	if (t == TROUBLE_UNREADABLE)
		return arena_printf(
			c->arena,
			"Unpack it beside itself: '%s %s' as root; or boot a kernel built with "
			"CONFIG_FW_LOADER_COMPRESS_%s. Then renew the initramfs and boot again.",
			str_ends(f->path, ".zst") ? "zstd -d" : "xz -dk", f->path,
			str_ends(f->path, ".zst") ? "ZSTD" : "XZ");
	return arena_printf(
		c->arena,
		"Renew %s ('update-initramfs -u', 'dracut -f' or 'mkinitcpio -P') and boot again.",
		initramfs && *initramfs ? initramfs : "the initramfs");
}

static enum severity severity_of(const struct check *c, const struct firmware_file *f,
				 enum trouble t)
{
	if (!f->required)
		return t == TROUBLE_INITRAMFS ? SEVERITY_NOTE : SEVERITY_WARNING;
	/* It runs: what the initramfs lacks came from elsewhere, what the disk lacks is missed next time. */
	if (all_ready(c, f))
		return t == TROUBLE_INITRAMFS ? SEVERITY_NOTE : SEVERITY_WARNING;
	return SEVERITY_ERROR;
}

static void finding_add(struct check *c, uint32_t first, enum trouble t)
{
	const struct firmware_file_list *l = &c->snap->platform.firmware;
	const struct firmware_file *f = &l->v[first];
	struct finding *found;
	struct strs kinds = {0};
	struct buf text CLEANUP(buf_free) = BUF_NULL;
	uint32_t i;

	for (i = first; i < l->n; i++)
		if (together(f, &l->v[i], t) && trouble_of(c, &l->v[i]) == t &&
		    !strs_has(&kinds, l->v[i].kind))
			strs_add(c->arena, &kinds, l->v[i].kind);
	for (i = 0; i < kinds.n; i++)
		buf_addf(&text, "%s%s", i ? ", " : "",
			 str_eq(kinds.v[i], "firmware") ? "its" : kinds.v[i]);
	found = check_add(c, id_of(t, f->required), f->module, f->gpus.n == 1 ? f->gpus.v[0] : NONE,
			  "%s", message_of(c, f, t, text.p ? text.p : ""));
	found->severity = severity_of(c, f, t);
	check_remedy(c, found, "%s", remedy_of(c, f, t));
	for (i = first; i < l->n; i++) {
		const struct firmware_file *x = &l->v[i];

		if (!together(f, x, t) || trouble_of(c, x) != t)
			continue;
		if (t == TROUBLE_INITRAMFS)
			check_evidence(c, found, c->snap->platform.initramfs,
				       arena_printf(c->arena, "without %s", x->name), x->path);
		else if (t == TROUBLE_UNREADABLE)
			check_evidence(c, found, x->path,
				       arena_printf(c->arena, "kernel reads: %s",
						    c->snap->platform.firmware_compress),
				       x->name);
		else
			check_evidence(c, found,
				       arena_printf(c->arena, "/lib/firmware/%s", x->name),
				       "missing", "present");
	}
}

static bool seen_before(struct check *c, uint32_t at, enum trouble t)
{
	const struct firmware_file_list *l = &c->snap->platform.firmware;
	uint32_t i;

	for (i = 0; i < at; i++)
		if (together(&l->v[i], &l->v[at], t) && trouble_of(c, &l->v[i]) == t)
			return true;
	return false;
}

static void run_firmware(struct check *c)
{
	const struct firmware_file_list *l = &c->snap->platform.firmware;
	uint32_t i;

	for (i = 0; i < l->n; i++) {
		enum trouble t = trouble_of(c, &l->v[i]);

		if (t != TROUBLE_NONE && !seen_before(c, i, t))
			finding_add(c, i, t);
	}
}

const struct check_fn check_firmware_fns[] = {
	{"firmware", "GB2001 GB2002 GB2003 GB2004", run_firmware},
	{0},
};
