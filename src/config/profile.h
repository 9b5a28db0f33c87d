/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody wants of this machine, gpubay-profile(5): the file /etc/gpubay/profile.yaml, which people and their
 * configuration management write and gpubay only reads. Each struct is the table of its settings: their names, kinds and
 * documentation. So far it says who may be let in.
 */
#ifndef GPUBAY_CONFIG_PROFILE_H
#define GPUBAY_CONFIG_PROFILE_H

#include "base/err.h"
#include "base/field.h"

#define PROFILE_FILE "/etc/gpubay/profile.yaml"

enum { PROFILE_MAX = 1024 * 1024 }; /* bytes */

#define TRUST_RULE(F, S) \
	F(S, unique_id, str, _, 0, "the box's own id, the same at every port; 'gpubay trust list' shows it") \
	F(S, once, b, _, 0, "used up by the first time it is let in") \
	F(S, iommu, b, _, 0, "only where the IOMMU confines it") \
	F(S, key, b, _, 0, "only where it proves itself by a key, at the security level 'secure'") \
	F(S, label, str, _, 0, "for people: what it is, whose it is") \
	F(S, line, u32, _, FIELD_HIDDEN, "where it stands")
FIELD_STRUCT(trust_rule, TRUST_RULE)

#define TRUST_POLICY(F, S) \
	F(S, require_iommu, b, _, 0, "no box is let in that the IOMMU does not confine, whoever allowed it") \
	F(S, allow, list, trust_rule, 0, "boxes that may be let in; no other is by this file")
FIELD_STRUCT(trust_policy, TRUST_POLICY)

#define PROFILE(F, S) \
	F(S, trust, obj, trust_policy, 0, "who is let in over Thunderbolt and USB4")
FIELD_STRUCT(profile, PROFILE)

/*
 * -EINVAL and "path:line:column: expected …" in *e for what is not understood; *ret is empty then. Texts lie in the arena;
 * unique ids are lower case.
 */
int profile_parse(const char *path, const char *text, size_t n, struct arena *a, struct profile *ret, struct err *e);

#endif
