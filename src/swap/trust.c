/* SPDX-License-Identifier: Apache-2.0 */
#include "swap/trust.h"

#include "base/parse.h"
#include "facts/checks.h"
#include "swap/box.h"
#include "swap/keys.h"

#include <errno.h>

enum { BOLT_OPEN_MS = 5000, BOLT_ASK_MS = 10000 };

static void ask_bolt(struct trust *t, bool start, struct arena *a)
{
	struct bolt *b CLEANUP(bolt_freep) = NULL;
	struct err e = {0};
	int r = bolt_open(&b, start, BOLT_OPEN_MS, &e);

	if (r == BOLT_RUNS) {
		t->manager = BOLT_RUNS;
		r = bolt_list(b, a, BOLT_ASK_MS, &t->devices, &e);
	} else if (r >= 0) {
		t->manager = r;
	}
	if (r < 0)
		t->manager_note = arena_str(a, e.text);
}

int trust_open(struct trust *t, const struct tree_dir *root, bool live, bool start_bolt, struct arena *a, struct err *e)
{
	int r;

	*t = (struct trust){.manager = BOLT_NONE};
	r = trust_rules_read(&t->rules, root, a, e);
	if (r == 0 && live)
		ask_bolt(t, start_bolt, a);
	return r;
}

static void refuse(struct trust_answer *ret, const char *why, const char *remedy)
{
	ret->allowed = false;
	ret->why = why;
	ret->remedy = remedy;
}

/* What list and profile ask of the place where the box is plugged in. */
static bool place_is_right(const struct trust *t, const struct tb_domain *d, struct arena *a, struct trust_answer *ret)
{
	bool iommu = t->rules.require_iommu || (ret->entry && ret->entry->iommu);

	if (iommu && (!d || !FIELD_KNOWN(d, tb_domain, iommu_dma_protection) || !d->iommu_dma_protection)) {
		refuse(ret,
		       arena_printf(a, "%s of %s asks for an IOMMU that confines it, and %s has none",
				    t->rules.require_iommu ? "'require-iommu'" : arena_printf(a, "line %u", ret->entry->line),
				    t->rules.require_iommu ? t->rules.require_iommu : ret->entry->file, d ? d->name : "its domain"),
		       check_row_find("GB6004")->remedy);
		return false;
	}
	if (ret->entry && ret->entry->key && (!d || d->security != TB_SECURITY_SECURE)) {
		refuse(ret,
		       arena_printf(a, "line %u of %s asks for a key, and at the security level '%s' there are none", ret->entry->line,
				    ret->entry->file, d ? enum_name(&tb_security_tab, d->security) : "unknown"),
		       arena_printf(a, "choose 'secure connect' in the firmware setup, or allow it without a key: gpubay trust add %s",
				    ret->entry->unique_id));
		return false;
	}
	return true;
}

/* Who said that it may come in; NULL: nobody. */
static const char *consent(const struct trust *t, const struct tb_router *r, const struct bolt_device *d,
			   const struct trust_answer *ret, bool once, struct arena *a)
{
	bool stored = FIELD_KNOWN(r, tb_router, bolt_stored) && r->bolt_stored;

	if (ret->entry && !trust_rules_spent(&t->rules, ret->entry))
		return arena_printf(a, "allowed%s by line %u of %s", ret->entry->once ? " once" : "", ret->entry->line, ret->entry->file);
	if (stored || (d && d->stored))
		return arena_printf(a, "enrolled in bolt (policy %s)", d ? d->policy : r->bolt_policy);
	return once ? "allowed for this time" : NULL;
}

void trust_judge(const struct trust *t, const struct snapshot *s, uint32_t router, bool once, struct arena *a,
		 struct trust_answer *ret)
{
	const struct tb_router *r = &s->routers.v[router];
	const struct tb_domain *d = box_domain(s, r);
	const char *id = r->unique_id ? r->unique_id : "";

	*ret = (struct trust_answer){.entry = trust_rules_find(&t->rules, id), .by_bolt = t->manager == BOLT_RUNS};
	ret->why = consent(t, r, bolt_find(&t->devices, id), ret, once, a);
	ret->allowed = ret->why != NULL;
	if (d && box_level_shuts_out(d))
		refuse(ret, arena_printf(a, "the security level of %s is '%s': no box gets a PCIe tunnel", d->name,
					 enum_name(&tb_security_tab, d->security)),
		       check_row_find("GB6002")->remedy);
	else if (!trust_is_id(id))
		refuse(ret, "it has no unique id by which it could be known again", "update the firmware of the box");
	else if (!ret->allowed)
		refuse(ret, ret->entry ? arena_printf(a, "line %u of %s allowed it one time, and that is used up", ret->entry->line,
						      ret->entry->file)
				       : "nobody has allowed it",
		       arena_printf(a, "to allow it for good: gpubay trust add %s; for this time: gpubay attach %s --once",
								  r->name, r->name));
	else
		place_is_right(t, d, a, ret);
	ret->by_key = ret->allowed && !ret->by_bolt && d && d->security == TB_SECURITY_SECURE && ret->entry &&
		      (ret->entry->key || !ret->entry->once);
}

static void describe_kept(struct trusted *row, const struct trust *t, const struct tree_dir *root, struct arena *a)
{
	const struct trust_entry *entry = trust_rules_find(&t->rules, row->unique_id);
	const struct bolt_device *d = bolt_find(&t->devices, row->unique_id);
	int key = trust_is_id(row->unique_id) ? key_state(root, a, row->unique_id) : KEY_NONE;

	FIELD_SET(row, trusted, listed, trust_rules_listed(&t->rules, row->unique_id));
	FIELD_SET(row, trusted, profile, trust_rules_profiled(&t->rules, row->unique_id) != NULL);
	FIELD_SET(row, trusted, once, entry && entry->once);
	FIELD_SET(row, trusted, iommu, entry && entry->iommu);
	FIELD_SET(row, trusted, key, entry && entry->key);
	if (key >= 0)
		FIELD_SET(row, trusted, key_kept, key == KEY_KEPT);
	if (t->manager == BOLT_RUNS) {
		FIELD_SET(row, trusted, bolt_stored, d && d->stored);
		FIELD_SET(row, trusted, bolt_policy, d && d->stored ? d->policy : "");
	}
	if (!row->name)
		FIELD_SET(row, trusted, name,
			  entry && *entry->label ? entry->label : d ? arena_printf(a, "%s %s", d->vendor, d->name) : "");
}

static void list_box(const struct trust *t, const struct snapshot *s, uint32_t router, const struct tree_dir *root,
		     struct arena *a, struct trusted_list *ret)
{
	const struct tb_router *r = &s->routers.v[router];
	struct trusted *row = LIST_PUSH(a, ret);
	struct trust_answer answer;

	trust_judge(t, s, router, false, a, &answer);
	FIELD_SET(row, trusted, unique_id, r->unique_id ? r->unique_id : "");
	FIELD_SET(row, trusted, name, box_name(a, r));
	FIELD_SET(row, trusted, router, router);
	if (FIELD_KNOWN(r, tb_router, authorized))
		FIELD_SET(row, trusted, authorized, r->authorized > 0);
	FIELD_SET(row, trusted, allowed, answer.allowed);
	FIELD_SET(row, trusted, why, answer.why);
	FIELD_SET(row, trusted, remedy, answer.remedy);
	/* The kernel's own tables may have stored what bolt would not say to this user. */
	if (t->manager != BOLT_RUNS && FIELD_KNOWN(r, tb_router, bolt_stored)) {
		FIELD_SET(row, trusted, bolt_stored, r->bolt_stored);
		FIELD_SET(row, trusted, bolt_policy, r->bolt_policy);
	}
	describe_kept(row, t, root, a);
}

static bool listed_already(const struct trusted_list *l, const char *id)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (str_ieq(l->v[i].unique_id, id))
			return true;
	return false;
}

static void list_absent(const struct trust *t, const char *id, const struct tree_dir *root, struct arena *a,
			struct trusted_list *ret)
{
	struct trusted *row;

	if (listed_already(ret, id))
		return;
	row = LIST_PUSH(a, ret);
	FIELD_SET(row, trusted, unique_id, id);
	FIELD_SET(row, trusted, router, NONE);
	describe_kept(row, t, root, a);
}

void trust_list(const struct trust *t, const struct snapshot *s, const struct tree_dir *root, struct arena *a,
		struct trusted_list *ret)
{
	uint32_t i;

	*ret = (struct trusted_list){0};
	for (i = 0; i < s->routers.n; i++)
		if (box_is(&s->routers.v[i]))
			list_box(t, s, i, root, a, ret);
	for (i = 0; i < t->rules.all.n; i++)
		list_absent(t, t->rules.all.v[i].unique_id, root, a, ret);
	for (i = 0; i < t->devices.n; i++)
		if (t->devices.v[i].stored)
			list_absent(t, t->devices.v[i].uid, root, a, ret);
}
