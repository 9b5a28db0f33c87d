/* SPDX-License-Identifier: Apache-2.0 */
#include "config/profile.h"

#include "base/parse.h"
#include "format/fields-yaml.h"
#include "format/trust-file.h"

#include <errno.h>

FIELD_TABLE(trust_rule, TRUST_RULE)
FIELD_TABLE(trust_policy, TRUST_POLICY)
FIELD_TABLE(profile, PROFILE)

static int check_rule(const char *path, struct trust_rule_list *rules, uint32_t at, struct arena *a, struct err *e)
{
	struct trust_rule *r = &rules->v[at];
	uint32_t i;

	if (!FIELD_KNOWN(r, trust_rule, unique_id))
		return err_set(e, -EINVAL, "%s:%u:1: expected 'unique-id' among what is said of a box", path, r->line);
	if (!trust_is_id(r->unique_id))
		return err_set(e, -EINVAL, "%s:%u:1: expected a unique id like 01234567-89ab-cdef-0123-456789abcdef, found '%.100s'", path,
			       r->line, r->unique_id);
	r->unique_id = str_lower(arena_str(a, r->unique_id));
	for (i = 0; i < at; i++)
		if (str_eq(rules->v[i].unique_id, r->unique_id))
			return err_set(e, -EINVAL, "%s:%u:1: expected each box one time: '%s' is in line %u already", path, r->line,
				       r->unique_id, rules->v[i].line);
	return 0;
}

int profile_parse(const char *path, const char *text, size_t n, struct arena *a, struct profile *ret, struct err *e)
{
	struct profile p = {0};
	struct yaml *doc = NULL;
	uint32_t i;
	int r;

	*ret = p;
	if (n > PROFILE_MAX)
		return err_set(e, -EINVAL, "%s:1:1: expected at most 1 MiB", path);
	r = yaml_parse(a, path, text, n, &doc, e);
	if (r == 0)
		r = fields_read_yaml(a, path, doc, &p, profile_fields, e);
	for (i = 0; i < p.trust.allow.n && r == 0; i++)
		r = check_rule(path, &p.trust.allow, i, a, e);
	if (r < 0)
		return -EINVAL;
	*ret = p;
	return 0;
}
