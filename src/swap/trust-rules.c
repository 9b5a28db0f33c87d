/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this machine say of who is let in: the list that gpubay changes, and the profile that it only reads. */
#include "base/parse.h"
#include "swap/trust.h"

#include <errno.h>

enum { USED_MAX = 64 * 1024 };

/* Who may write it decides what reaches the machine's memory. *ret_text NULL: there is none, which allows nobody. */
static int read_owned(const struct tree_dir *root, const char *path, size_t max, struct arena *a, char **ret_text, size_t *ret_n,
		      struct err *e)
{
	struct tree_stat st;
	int r = tree_read_file(root, path + 1, a, max + 1, ret_text, ret_n);

	if (r == -ENOENT || r == -ENODATA) {
		*ret_text = NULL;
		return 0;
	}
	if (r < 0)
		return err_set(e, r, "cannot read '%s': %s", path, strerror(-r));
	if (tree_stat(root, path + 1, &st) == 0 && (st.uid != 0 || (st.mode & 022)))
		return err_set(e, -EPERM, "others than root may write '%s': 'chown root %s; chmod 0644 %s'", path, path, path);
	return 0;
}

static int read_list(struct trust_rules *ret, const struct tree_dir *root, struct arena *a, struct err *e)
{
	char *text;
	size_t n;
	int r = read_owned(root, TRUST_FILE, TRUST_FILE_MAX, a, &text, &n, e);

	return r < 0 || !text ? r : trust_file_parse(TRUST_FILE, text, n, a, &ret->list, e);
}

static int read_profile(struct trust_rules *ret, const struct tree_dir *root, struct arena *a, struct err *e)
{
	char *text;
	size_t n;
	int r = read_owned(root, PROFILE_FILE, PROFILE_MAX, a, &text, &n, e);

	if (r < 0 || !text)
		return r;
	r = profile_parse(PROFILE_FILE, text, n, a, &ret->profile, e);
	if (r == 0)
		r = read_owned(root, TRUST_USED, USED_MAX, a, &text, &n, e);
	if (r == 0 && text)
		ret->used = str_split(a, text, "\n");
	return r;
}

/* What both say: the restrictions of either hold, and what lasts stands before what is used up. */
static void merge(struct trust_rules *ret, struct arena *a, const struct trust_rule *rule)
{
	struct trust_entry *had = (struct trust_entry *)trust_rules_find(ret, rule->unique_id);
	struct trust_entry entry = {.unique_id = rule->unique_id, .once = rule->once, .iommu = rule->iommu, .key = rule->key,
				    .label = rule->label ? rule->label : "", .file = PROFILE_FILE, .line = rule->line};

	if (!had) {
		*LIST_PUSH(a, &ret->all) = entry;
		return;
	}
	entry.iommu |= had->iommu;
	entry.key |= had->key;
	if (had->once && !entry.once) {
		*had = entry;
		return;
	}
	had->iommu = entry.iommu;
	had->key = entry.key;
}

int trust_rules_read(struct trust_rules *ret, const struct tree_dir *root, struct arena *a, struct err *e)
{
	struct trust_rules rules = {0};
	uint32_t i;
	int r = read_list(&rules, root, a, e);

	*ret = (struct trust_rules){0};
	if (r == 0)
		r = read_profile(&rules, root, a, e);
	if (r < 0)
		return r;
	for (i = 0; i < rules.list.entries.n; i++)
		*LIST_PUSH(a, &rules.all) = rules.list.entries.v[i];
	for (i = 0; i < rules.profile.trust.allow.n; i++)
		merge(&rules, a, &rules.profile.trust.allow.v[i]);
	rules.require_iommu = rules.list.require_iommu ? TRUST_FILE : rules.profile.trust.require_iommu ? PROFILE_FILE : NULL;
	*ret = rules;
	return 0;
}

const struct trust_entry *trust_rules_find(const struct trust_rules *r, const char *unique_id)
{
	return trust_file_find(&(struct trust_file){.entries = r->all}, unique_id);
}

bool trust_rules_listed(const struct trust_rules *r, const char *unique_id)
{
	return trust_file_find(&r->list, unique_id) != NULL;
}

const struct trust_rule *trust_rules_profiled(const struct trust_rules *r, const char *unique_id)
{
	uint32_t i;

	for (i = 0; i < r->profile.trust.allow.n; i++)
		if (str_ieq(r->profile.trust.allow.v[i].unique_id, unique_id))
			return &r->profile.trust.allow.v[i];
	return NULL;
}

bool trust_rules_spent(const struct trust_rules *r, const struct trust_entry *entry)
{
	return entry->once && str_eq(entry->file, PROFILE_FILE) && strs_has(&r->used, entry->unique_id);
}
