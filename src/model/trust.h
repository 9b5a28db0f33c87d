/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes on a Thunderbolt or USB4 cable and who lets them in: what `gpubay trust list` shows. */
#ifndef GPUBAY_MODEL_TRUST_H
#define GPUBAY_MODEL_TRUST_H

#include "base/field.h"

#define TRUSTED(F, S) \
	F(S, unique_id, str, _, FIELD_SECRET, "unique id: the same at every port") \
	F(S, name, str, _, 0, "maker and name of the box, or the label it was given") \
	F(S, router, ref, router, 0, "where it is plugged in; none when it is not") \
	F(S, listed, b, _, 0, "on gpubay's own list, gpubay-trust(5)") \
	F(S, profile, b, _, 0, "in the profile, gpubay-profile(5)") \
	F(S, once, b, _, 0, "used up by the first time it is let in") \
	F(S, iommu, b, _, 0, "only where the IOMMU confines it") \
	F(S, key, b, _, 0, "only where it proves itself by a key") \
	F(S, key_kept, b, _, 0, "a key for it is kept on this machine") \
	F(S, bolt_stored, b, _, 0, "enrolled in bolt") \
	F(S, bolt_policy, str, _, 0, "bolt's policy for it") \
	F(S, authorized, b, _, FIELD_VOLATILE, "let in now") \
	F(S, allowed, b, _, 0, "'gpubay attach' would let it in") \
	F(S, why, str, _, 0, "why, or why not") \
	F(S, remedy, str, _, 0, "what would let it in")
FIELD_STRUCT(trusted, TRUSTED)

#endif
